using System.Diagnostics;

namespace Shop.Tests.Support;

/// <summary>The AppHost as a command that does something and ends, as azd calls it.</summary>
internal static class AppHostCommand
{
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Shop.AppHost.dll"), .. args])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await error);
    }
}
