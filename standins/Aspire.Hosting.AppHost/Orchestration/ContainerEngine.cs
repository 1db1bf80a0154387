using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Orchestration;

/// <summary>The command of a container engine, docker or podman.</summary>
internal static class ContainerEngine
{
    /// <summary>Runs a program to its end; one that is not there ends with a code like any that fails.</summary>
    internal static async Task<EngineAnswer> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            return new(-1, "", e.Message);
        }

        using var ended = process;
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new(process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

internal sealed record EngineAnswer(int Code, string Output, string Error)
{
    internal bool Succeeded => Code == 0;

    /// <summary>What the engine says last is its reason.</summary>
    internal string Reason => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"code {Code}";
}
