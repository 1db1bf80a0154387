using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Tells the console how far the start is, and the addresses once everything is healthy.</summary>
internal sealed partial class Progress(
    IDistributedApplicationBuilder builder, ResourceNotificationService notifications, ILogger<DistributedApplication> logger, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    internal async Task RunAsync(Task<string?> dashboard, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var missing = builder.Resources
            .Where(r => r is not ParameterResource && !r.Annotations.OfType<ExplicitStartupAnnotation>().Any()).ToHashSet();
        await using (var reminder = time.CreateTimer(_ => Remind(missing), null, s_patience, s_patience))
            await WaitAsync(missing, cancellationToken);
        var addresses = string.Join(", ", Addresses());
        var pages = await dashboard.WaitAsync(cancellationToken);
        LogAllHealthy(logger, time.GetElapsedTime(start).TotalSeconds, addresses, pages is null ? "" : $"{(addresses.Length > 0 ? ", " : "")}dashboard: {pages}");
    }

    private async Task WaitAsync(HashSet<IResource> missing, CancellationToken cancellationToken)
    {
        var total = missing.Count;
        if (total == 0) return;
        await foreach (var e in notifications.WatchAsync(cancellationToken))
        {
            if (!IsUp(e.Resource)) continue;
            lock (missing)
                if (!missing.Remove(e.Resource)) continue;
            LogHealthy(logger, e.Resource.Name, total - missing.Count, total);
            if (missing.Count == 0) return;
        }
    }

    /// <summary>Says what is missing and why, as far as it is known.</summary>
    private void Remind(HashSet<IResource> missing)
    {
        IResource[] still;
        lock (missing) still = [.. missing];
        foreach (var instance in still.SelectMany(notifications.InstancesOf).DistinctBy(e => e.Resource))
        {
            var report = instance.Snapshot.HealthReports.FirstOrDefault(
                r => r.Status is not null and not Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
            LogMissing(
                logger, instance.Resource.Name, instance.Snapshot.State?.Text ?? "not started",
                report is null ? "" : $", {report.Description} {report.ExceptionText}".ReplaceLineEndings(" ").TrimEnd());
        }
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

    [LoggerMessage(3, LogLevel.Information, "Still waiting for {Resource}: {State}{Reason}")]
    private static partial void LogMissing(ILogger logger, string resource, string state, string reason);
}
