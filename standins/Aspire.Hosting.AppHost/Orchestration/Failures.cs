using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Tells of what failed in one line. A server that does not start ends the run, since nothing works without it; a service does not: its
/// developer wants to see the rest and the dashboard.
/// </summary>
internal sealed class Failures(
    IDistributedApplicationBuilder builder, IHostApplicationLifetime lifetime, ILogger<DistributedApplication> logger)
{
    private int _ended;

    internal void Report(IResource resource, string message)
    {
        if (_ended != 0 || lifetime.ApplicationStopping.IsCancellationRequested) return;
        if (resource is ContainerResource && !builder.Options.Testing) End(message);
        else AppHostLog.Failed(logger, message);
    }

    /// <summary>Ends the run with exit code 1. The first reason is the one that is told; the others follow from it.</summary>
    internal void End(string message)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested || Interlocked.Exchange(ref _ended, 1) != 0) return;
        AppHostLog.Failed(logger, message);
        if (builder.Options.Testing) return;
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }
}
