using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Tells the console how far the start is, and the addresses once everything is healthy.</summary>
internal sealed partial class Progress(
    IDistributedApplicationBuilder builder, ResourceNotificationService notifications, ILogger<DistributedApplication> logger, TimeProvider time)
{
    internal async Task RunAsync(Task<string?> dashboard, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var missing = builder.Resources
            .Where(r => r is not ParameterResource && !r.Annotations.OfType<ExplicitStartupAnnotation>().Any())
            .Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var total = missing.Count;
        await foreach (var e in notifications.WatchAsync(cancellationToken))
        {
            if (!missing.Contains(e.Resource.Name) || !IsUp(e.Resource)) continue;
            missing.Remove(e.Resource.Name);
            LogHealthy(logger, e.Resource.Name, total - missing.Count, total);
            if (missing.Count == 0) break;
        }

        var addresses = string.Join(", ", Addresses());
        var pages = await dashboard.WaitAsync(cancellationToken);
        LogAllHealthy(logger, time.GetElapsedTime(start).TotalSeconds, addresses, pages is null ? "" : $"{(addresses.Length > 0 ? ", " : "")}dashboard: {pages}");
    }

    /// <summary>Those that were marked as meant for the outside.</summary>
    private IEnumerable<string> Addresses() =>
        from resource in builder.Resources
        from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
        where endpoint.IsExternal
        select $"{resource.Name}: {endpoint.UrlOf(0)}";

    private bool IsUp(IResource resource)
    {
        var instances = notifications.InstancesOf(resource);
        return instances.All(ResourceNotificationService.IsHealthyAndReady)
            || instances.All(i => i.Snapshot.State?.Text == KnownResourceStates.Finished && i.Snapshot.ExitCode == 0);
    }

    [LoggerMessage(1, LogLevel.Information, "{Resource} is healthy ({Done}/{Total})")]
    private static partial void LogHealthy(ILogger logger, string resource, int done, int total);

    [LoggerMessage(2, LogLevel.Information, "Everything is healthy after {Seconds:0.0} s. {Addresses}{Dashboard}")]
    private static partial void LogAllHealthy(ILogger logger, double seconds, string addresses, string dashboard);
}
