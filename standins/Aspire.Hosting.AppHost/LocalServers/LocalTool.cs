using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.LocalServers;

/// <summary>Runs a program to its end; what it prints goes to a log.</summary>
internal static partial class LocalTool
{
    /// <exception cref="DistributedApplicationException">It is missing, or ended with a code other than 0.</exception>
    internal static async Task RunAsync(
        string name, IReadOnlyList<string> command, string? input, ILogger logger, CancellationToken cancellationToken)
    {
        var (code, last) = await TryAsync(command, input, logger, cancellationToken);
        if (code != 0)
            throw new DistributedApplicationException(
                string.Create(CultureInfo.InvariantCulture, $"{name} ended with code {code}: {last ?? "it printed nothing"}"));
    }

    /// <summary>Its exit code, and the last line that it printed.</summary>
    internal static async Task<(int Code, string? LastLine)> TryAsync(
        IReadOnlyList<string> command, string? input, ILogger logger, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            var printed = await Task.WhenAll(
                ForwardAsync(process.StandardOutput, logger, cancellationToken), ForwardAsync(process.StandardError, logger, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, printed[1] ?? printed[0]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/", // the account may not be allowed into ours
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new DistributedApplicationException($"{start.FileName} does not start: {e.Message}");
        }
    }

    private static async Task<string?> ForwardAsync(StreamReader reader, ILogger logger, CancellationToken cancellationToken)
    {
        string? last = null;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            last = line;
            Printed(logger, line);
        }

        return last;
    }

    [LoggerMessage(1, LogLevel.Information, "{Line}")]
    private static partial void Printed(ILogger logger, string line);
}
