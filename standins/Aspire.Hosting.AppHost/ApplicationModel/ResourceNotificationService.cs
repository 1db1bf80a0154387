using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Keeps the last snapshot of every instance of every resource and tells of changes.</summary>
public class ResourceNotificationService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private ImmutableHashSet<Channel<ResourceEvent>> _watchers = [];

    private readonly IServiceProvider _services;

    internal ResourceNotificationService() : this(new ServiceCollection().BuildServiceProvider())
    {
    }

    /// <summary>Creates the service; <paramref name="services"/> are what commands see that tell whether they can be run.</summary>
    internal ResourceNotificationService(IServiceProvider services) => _services = services;

    /// <summary>Waits until one instance of the resource is in the state.</summary>
    /// <param name="resourceName">Name of the resource, without regard to case.</param>
    /// <param name="targetState">The state; Running when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was ended; the message names the resource.</exception>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, e => SameState(e, targetState ?? KnownResourceStates.Running), cancellationToken);

    /// <summary>Waits until the predicate holds for a snapshot of one instance of the resource, present or to come.</summary>
    /// <param name="resourceName">Name of the resource, without regard to case.</param>
    /// <param name="predicate">What to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The first snapshot for which it holds.</returns>
    internal async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        try
        {
            await foreach (var e in WatchAsync(cancellationToken))
                if (string.Equals(e.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(e)) return e;
        }
        catch (OperationCanceledException canceled)
        {
            throw new OperationCanceledException(
                $"Waiting for resource '{resourceName}' was ended; it is {Describe(resourceName)}.", canceled, cancellationToken);
        }

        throw new OperationCanceledException($"The application ended while waiting for resource '{resourceName}'.", cancellationToken);
    }

    /// <summary>Waits until every instance of the resource is running and healthy and its ready handlers have run.</summary>
    /// <param name="resourceName">Name of the resource, without regard to case.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The snapshot of the instance that became healthy last.</returns>
    /// <exception cref="DistributedApplicationException">It stopped or could not be started.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var e = await WaitForResourceAsync(
            resourceName, e => IsTerminal(e) || InstancesOf(e.Resource).All(IsHealthyAndReady), cancellationToken);
        if (IsTerminal(e))
            throw new DistributedApplicationException($"Resource '{resourceName}' is {e.Snapshot.State?.Text}, it cannot become healthy.");
        return e;
    }

    /// <summary>All current snapshots, then every change.</summary>
    /// <param name="cancellationToken">Ends the stream with an exception.</param>
    /// <returns>A stream that ends when the application ends.</returns>
    internal async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new() { SingleReader = true });
        lock (_lock)
        {
            foreach (var e in _current.Values) channel.Writer.TryWrite(e);
            _watchers = _watchers.Add(channel);
        }

        try
        {
            await foreach (var e in channel.Reader.ReadAllAsync(cancellationToken)) yield return e;
        }
        finally
        {
            lock (_lock) _watchers = _watchers.Remove(channel);
        }
    }

    internal bool TryGetCurrentState(string resourceId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock) return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>Changes the snapshot of one instance; a change to an equal snapshot is not told.</summary>
    internal Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_lock)
        {
            var old = _current.TryGetValue(resourceId, out var e) ? e.Snapshot : null;
            var snapshot = stateFactory(old ?? new CustomResourceSnapshot { ResourceType = resource.GetType().Name });
            snapshot = WithCommands(resource, snapshot);
            if (snapshot == old) return Task.CompletedTask;
            var change = new ResourceEvent(resource, resourceId, snapshot);
            _current[resourceId] = change;
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(change);
        }

        return Task.CompletedTask;
    }

    /// <summary>Changes the snapshots of all instances of the resource.</summary>
    internal async Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        var instances = resource.Annotations.OfType<ResourceInstancesAnnotation>().LastOrDefault()?.Instances;
        foreach (var id in instances?.Select(i => i.Id) ?? [resource.Name]) await PublishUpdateAsync(resource, id, stateFactory);
    }

    /// <summary>The current snapshots of all instances of the resource.</summary>
    internal IReadOnlyList<ResourceEvent> InstancesOf(IResource resource)
    {
        lock (_lock) return [.. _current.Values.Where(e => ReferenceEquals(e.Resource, resource))];
    }

    /// <summary>All current snapshots.</summary>
    internal IReadOnlyList<ResourceEvent> All()
    {
        lock (_lock) return [.. _current.Values];
    }

    internal void Complete()
    {
        lock (_lock)
            foreach (var watcher in _watchers) watcher.Writer.TryComplete();
    }

    private CustomResourceSnapshot WithCommands(IResource resource, CustomResourceSnapshot snapshot)
    {
        var context = new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = _services };
        var commands = resource.Annotations.OfType<ResourceCommandAnnotation>().Select(c => new ResourceCommandSnapshot(
            c.Name, c.UpdateState(context), c.DisplayName, c.DisplayDescription, c.ConfirmationMessage, c.IconName, c.IconVariant, c.IsHighlighted));
        ImmutableArray<ResourceCommandSnapshot> now = [.. commands];
        return now.SequenceEqual(snapshot.Commands) ? snapshot : snapshot with { Commands = now };
    }

    internal static bool IsTerminal(ResourceEvent e) =>
        e.Snapshot.State?.Text is { } text && KnownResourceStates.TerminalStates.Contains(text);

    internal static bool IsHealthyAndReady(ResourceEvent e) =>
        e.Snapshot.HealthStatus == HealthStatus.Healthy && e.Snapshot.IsReady;

    private static bool SameState(ResourceEvent e, string state) =>
        string.Equals(e.Snapshot.State?.Text, state, StringComparison.OrdinalIgnoreCase);

    private string Describe(string resourceName)
    {
        lock (_lock)
        {
            var states = _current.Values
                .Where(e => string.Equals(e.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase))
                .Select(e => $"{e.Snapshot.State?.Text ?? "not started"} ({e.Snapshot.HealthStatus?.ToString() ?? "no health yet"})");
            return string.Join(", ", states) is { Length: > 0 } text ? text : "unknown";
        }
    }
}
