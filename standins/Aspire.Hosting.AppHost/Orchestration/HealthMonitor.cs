using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Checks the health of every instance while it runs, tells when a resource is ready for the first time since its start, and lets children
/// follow the state of their parent.
/// </summary>
internal sealed partial class HealthMonitor(
    IDistributedApplicationBuilder builder, ResourceNotificationService notifications, HealthCheckService checks,
    DistributedApplicationEventing eventing, IServiceProvider services, ILogger<HealthMonitor> logger, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_whileStarting = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_whileHealthy = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_afterwards = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = s_limit };
    private readonly ConcurrentDictionary<IResource, SemaphoreSlim> _ready = [];

    internal static IEnumerable<string> KeysOf(IResource resource) =>
        resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key)
            .Concat(resource.Annotations.OfType<HttpHealthCheckAnnotation>().Select(a => a.Key));

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var loops = new Dictionary<string, CancellationTokenSource>();
        var children = builder.Resources.OfType<IResourceWithParent>().ToLookup(c => c.Parent);
        await foreach (var e in notifications.WatchAsync(cancellationToken))
        {
            foreach (var child in children[e.Resource]) await FollowAsync(child, e);
            if (e.Resource is ParameterResource) continue;
            var running = e.Snapshot.State?.Text == KnownResourceStates.Running;
            if (running && !loops.ContainsKey(e.ResourceId))
            {
                var loop = loops[e.ResourceId] = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                _ = CheckAsync(e, loop.Token);
            }
            else if (!running && loops.Remove(e.ResourceId, out var loop))
            {
                await loop.CancelAsync();
                loop.Dispose();
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private Task FollowAsync(IResource child, ResourceEvent parent) => notifications.PublishUpdateAsync(child, s =>
        s.State?.Text == parent.Snapshot.State?.Text ? s : s with
        {
            State = parent.Snapshot.State,
            StartTimeStamp = parent.Snapshot.StartTimeStamp,
            StopTimeStamp = parent.Snapshot.StopTimeStamp,
            IsReady = false,
        });

    private async Task CheckAsync(ResourceEvent instance, CancellationToken cancellationToken)
    {
        try
        {
            for (var wasHealthy = false; ;)
            {
                var healthy = await CheckOnceAsync(instance, cancellationToken) && await MakeReadyAsync(instance.Resource, cancellationToken);
                wasHealthy |= healthy;
                if (wasHealthy && !KeysOf(instance.Resource).Any()) return;
                await Task.Delay(healthy ? s_whileHealthy : wasHealthy ? s_afterwards : s_whileStarting, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It does not run any more.
        }
    }

    private async Task<bool> CheckOnceAsync(ResourceEvent instance, CancellationToken cancellationToken)
    {
        var reports = new List<HealthReportSnapshot>();
        var index = instance.Resource.Annotations.OfType<ResourceInstancesAnnotation>().LastOrDefault()?.Instances
            .FirstOrDefault(i => i.Id == instance.ResourceId)?.Index ?? 0;
        foreach (var check in instance.Resource.Annotations.OfType<HttpHealthCheckAnnotation>())
            reports.Add(await GetAsync(check, instance.Resource, index, cancellationToken));
        var keys = instance.Resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key).ToHashSet();
        if (keys.Count > 0)
        {
            var report = await checks.CheckHealthAsync(r => keys.Contains(r.Name), cancellationToken);
            reports.AddRange(report.Entries.Select(e => Report(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.Message)));
        }

        cancellationToken.ThrowIfCancellationRequested();
        await notifications.PublishUpdateAsync(instance.Resource, instance.ResourceId, s => s with { HealthReports = [.. reports] });
        return reports.TrueForAll(r => r.Status == HealthStatus.Healthy);
    }

    private async Task<HealthReportSnapshot> GetAsync(
        HttpHealthCheckAnnotation check, IResource resource, int index, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(
                e => check.EndpointName is null ? e.UriScheme is "http" or "https" : e.Name == check.EndpointName)
                ?? throw new DistributedApplicationException($"'{resource.Name}' has no HTTP endpoint to check.");
            using var response = await _http.GetAsync(
                new Uri(new Uri(endpoint.UrlOf(index)), check.Path), cancellationToken);
            if ((int)response.StatusCode == check.StatusCode) return Report(check.Key, HealthStatus.Healthy, null, null);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return Report(
                check.Key, HealthStatus.Unhealthy, $"GET {check.Path} answered {(int)response.StatusCode}: {body[..Math.Min(body.Length, 500)]}", null);
        }
        catch (Exception e) when (e is HttpRequestException or DistributedApplicationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Report(check.Key, HealthStatus.Unhealthy, $"GET {check.Path} failed.", e.Message);
        }
    }

    private HealthReportSnapshot Report(string key, HealthStatus status, string? description, string? exception) =>
        new(key, status, description, exception) { LastRunAt = time.GetUtcNow().UtcDateTime };

    /// <summary>Runs the ready handlers once all instances are healthy. When one fails they are run again at the next check.</summary>
    private async Task<bool> MakeReadyAsync(IResource resource, CancellationToken cancellationToken)
    {
        var gate = _ready.GetOrAdd(resource, _ => new(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            var instances = notifications.InstancesOf(resource);
            if (!instances.All(i => i.Snapshot.HealthStatus == HealthStatus.Healthy)) return true;
            if (instances.All(i => i.Snapshot.IsReady)) return true;
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
            await notifications.PublishUpdateAsync(resource, s => s with { IsReady = s.State?.Text == KnownResourceStates.Running });
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotReady(logger, resource.Name, e.Message);
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Resource} is healthy but could not be made ready: {Reason}")]
    private static partial void LogNotReady(ILogger logger, string resource, string reason);
}
