using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Shop.Tests.Support;

/// <summary>The container engine of this machine, docker or podman.</summary>
internal static class ContainerEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Lazy<Task<(string? Program, string? Missing)>> Found = new(FindAsync);

    /// <summary>Why nothing can run in containers here, and what to do about it; null: it can.</summary>
    public static async Task<string?> WhatIsMissingAsync() => (await Found.Value).Missing;

    /// <summary>Runs a command of the engine and returns the lines of its output.</summary>
    public static async Task<string[]> RunAsync(params string[] args)
    {
        var (exitCode, output) = await RunAsync((await Found.Value).Program!, args);
        Assert.True(exitCode == 0, string.Join(' ', args));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<(string? Program, string? Missing)> FindAsync()
    {
        foreach (var program in new[] { "docker", "podman" })
        {
            if ((await RunAsync(program, "info")).ExitCode != 0)
                continue;
            foreach (var image in await ImagesAsync())
                if ((await RunAsync(program, "image", "inspect", image)).ExitCode != 0)
                    return (program, $"{program} has no image {image}: pull it, or build it with eng/images/build.sh");
            return (program, null);
        }
        return (null, "no container engine answers: start docker or podman, then eng/images/build.sh builds images where none can be pulled");
    }

    /// <summary>Those of the graph, from its manifest.</summary>
    private static async Task<IEnumerable<string>> ImagesAsync()
    {
        var folder = Directory.CreateTempSubdirectory("shop-manifest-");
        try
        {
            var file = Path.Combine(folder.FullName, "manifest.json");
            var (exitCode, output) = await AppHostCommand.RunAsync("--publisher", "manifest", "--output-path", file);
            Assert.True(exitCode == 0, output);
            var resources = JsonNode.Parse(await File.ReadAllTextAsync(file))!["resources"]!.AsObject();
            return [.. resources.Select(resource => (string?)resource.Value!["image"]).OfType<string>()];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] args)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await error;
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output);
        }
        catch (Win32Exception)
        {
            return (-1, ""); // not installed
        }
    }
}
