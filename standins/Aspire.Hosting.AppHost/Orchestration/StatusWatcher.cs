using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dcp;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Orchestration;

/// <summary>Turns what DCP tells of its objects into snapshots.</summary>
internal sealed class StatusWatcher(
    DcpClient dcp, IReadOnlyDictionary<string, InstanceRunner> runners, Failures failures, ResourceNotificationService notifications,
    DistributedApplicationEventing eventing, IServiceProvider services, TimeProvider time)
{
    internal const string GenerationAnnotation = "shop-generation";
    private const int Attempts = 20;

    internal Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(WatchAsync(DcpKind.Executables, cancellationToken), WatchAsync(DcpKind.Containers, cancellationToken));

    /// <summary>DCP ends a watch from time to time. It is away when it cannot be reached for two seconds.</summary>
    private async Task WatchAsync(string kind, CancellationToken cancellationToken)
    {
        for (var failed = 0; failed < Attempts;)
        {
            try
            {
                await foreach (var e in dcp.WatchAsync(kind, cancellationToken))
                {
                    failed = 0;
                    if (Parse(kind, e) is { } status) await HandleAsync(status, cancellationToken);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or DistributedApplicationException)
            {
                failed++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }

        failures.End("DCP has ended; everything that it started ends with it.");
    }

    private static ObjectStatus? Parse(string kind, DcpWatchEvent e)
    {
        if (e.Type is not ("ADDED" or "MODIFIED")) return null;
        if (kind == DcpKind.Containers)
            return e.Object.Deserialize(DcpJson.Default.DcpContainer) is { Status: { } c } container
                ? new(container.Metadata, c.State, null, c.ContainerId, c.ExitCode, c.StartupTimestamp, c.FinishTimestamp, c.Message) : null;
        return e.Object.Deserialize(DcpJson.Default.DcpExecutable) is { Status: { } s } executable
            ? new(executable.Metadata, s.State, s.Pid, null, s.ExitCode, s.StartupTimestamp, s.FinishTimestamp, null) : null;
    }

    private async Task HandleAsync(ObjectStatus status, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(status.State) || !runners.TryGetValue(status.Metadata.Name, out var runner)) return;
        if (status.Metadata.Annotations?.GetValueOrDefault(GenerationAnnotation) != runner.Generation) return;
        var instance = runner.Instance;
        if (!notifications.TryGetCurrentState(instance.Id, out var before)) return;
        var wasTerminal = ResourceNotificationService.IsTerminal(before);
        await notifications.PublishUpdateAsync(instance.Resource, instance.Id, s => Apply(s, instance, status));
        if (!wasTerminal && notifications.TryGetCurrentState(instance.Id, out var after) && ResourceNotificationService.IsTerminal(after))
            await EndedAsync(runner, after, cancellationToken);
    }

    private static CustomResourceSnapshot Apply(CustomResourceSnapshot snapshot, ResourceInstance instance, ObjectStatus status)
    {
        var state = status.State switch
        {
            "Terminated" => KnownResourceStates.Finished,
            "Pending" or "Building" => KnownResourceStates.Starting,
            { } other => other,
            null => "",
        };
        var failed = state == KnownResourceStates.FailedToStart || status.ExitCode is > 0;
        snapshot = snapshot with
        {
            State = snapshot.State?.Text == state ? snapshot.State : new(state, failed ? KnownResourceStateStyles.Error : null),
            ExitCode = KnownResourceStates.TerminalStates.Contains(state) ? status.ExitCode : null,
            StartTimeStamp = status.Started ?? snapshot.StartTimeStamp,
            StopTimeStamp = status.Finished,
            IsReady = snapshot.IsReady && state == KnownResourceStates.Running,
        };
        if (snapshot.Urls.Any(u => u.IsInactive == (state == KnownResourceStates.Running)))
            snapshot = snapshot with { Urls = [.. InstanceUrls.Of(instance, inactive: state != KnownResourceStates.Running)] };
        snapshot = With(snapshot, KnownProperties.ExecutablePid, status.Pid);
        snapshot = With(snapshot, KnownProperties.ContainerId, status.ContainerId);
        return With(snapshot, KnownProperties.ExitCode, snapshot.ExitCode);
    }

    private static CustomResourceSnapshot With(CustomResourceSnapshot snapshot, string name, object? value)
    {
        var old = snapshot.Properties.FirstOrDefault(p => p.Name == name)?.Value;
        if (Equals(old, value)) return snapshot;
        return value is null ? snapshot with { Properties = snapshot.Properties.RemoveAll(p => p.Name == name) } : snapshot.WithProperty(name, value);
    }

    private async Task EndedAsync(InstanceRunner runner, ResourceEvent after, CancellationToken cancellationToken)
    {
        var resource = runner.Instance.Resource;
        await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, after), cancellationToken);
        if (runner.IsStopping) return;
        var couldNotStart = after.Snapshot.State?.Text == KnownResourceStates.FailedToStart;
        if (!couldNotStart && after.Snapshot.ExitCode == 0 && resource is not ContainerResource) return;
        var last = await LastWordsAsync(runner, couldNotStart, cancellationToken);
        var what = couldNotStart ? "could not be started" : $"ended with exit code {after.Snapshot.ExitCode}";
        failures.Report(resource, $"{resource.Name} {what}{(last is null ? "" : ": " + last)}");
    }

    /// <summary>The last line that the process wrote, errors first, or that DCP wrote about it.</summary>
    private async Task<string?> LastWordsAsync(InstanceRunner runner, bool couldNotStart, CancellationToken cancellationToken)
    {
        foreach (var source in couldNotStart ? (string[])["system"] : ["stderr", "stdout"])
        {
            string? last = null;
            try
            {
                await foreach (var line in dcp.LogAsync(runner.Kind!, runner.Instance.Id, source, tail: 5, cancellationToken))
                    if (!string.IsNullOrWhiteSpace(line)) last = line.Replace('\t', ' ').Trim();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or DistributedApplicationException)
            {
                // It is gone already.
            }

            if (last is not null) return last;
        }

        return null;
    }

    private sealed record ObjectStatus(
        DcpMetadata Metadata, string? State, int? Pid, string? ContainerId, int? ExitCode, DateTime? Started, DateTime? Finished, string? Message);
}
