using System.Security.Cryptography;
using Aspire.Hosting.Dcp;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs the dashboard under DCP like any other process.</summary>
internal sealed partial class DashboardProcess(IDashboard? dashboard, DcpClient dcp, ILogger<DistributedApplication> logger, TimeProvider time)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <returns>The address to open, once it answers; null without dashboard.</returns>
    internal async Task<string?> StartAsync(CancellationToken cancellationToken)
    {
        if (dashboard?.Executable is not { } executable) return null;
        await dcp.CreateAsync(new DcpExecutable
        {
            Metadata = new() { Name = "aspire-dashboard-" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8) },
            Spec = new()
            {
                ExecutablePath = executable.Path,
                Args = executable.Arguments,
                WorkingDirectory = executable.WorkingDirectory,
                Env = [.. executable.Environment.Select(v => new DcpVariable(v.Key, v.Value))],
            },
        }, cancellationToken);
        if (!await AnswersAsync(executable.FrontendUrl, cancellationToken))
        {
            LogSilent(logger, executable.FrontendUrl);
            return null;
        }

        LogListening(logger, executable.FrontendUrl);
        LogLogin(logger, executable.LoginUrl);
        return executable.LoginUrl;
    }

    /// <exception cref="DistributedApplicationException">One of the ports is in use.</exception>
    internal static void CheckPorts(DashboardExecutable? executable)
    {
        foreach (var port in executable?.Ports ?? [])
            if (!PortClaims.IsFree(port))
                throw new DistributedApplicationException(
                    $"Port {port} of the dashboard is in use: stop the program that listens there, or choose another port.");
    }

    private async Task<bool> AnswersAsync(string url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(5) };
        for (var start = time.GetTimestamp(); time.GetElapsedTime(start) < s_limit;)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                return true;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
            }
        }

        return false;
    }

    [LoggerMessage(1, LogLevel.Information, "Now listening on: {Url}")]
    private static partial void LogListening(ILogger logger, string url);

    [LoggerMessage(2, LogLevel.Information, "Login to the dashboard at {Url}")]
    private static partial void LogLogin(ILogger logger, string url);

    [LoggerMessage(3, LogLevel.Warning, "The dashboard does not answer at {Url}.")]
    private static partial void LogSilent(ILogger logger, string url);
}
