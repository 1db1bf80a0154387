using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Calls the handlers of an event one after the other, in order of subscription.</summary>
internal sealed class DistributedApplicationEventing
{
    private ImmutableList<Subscription> _subscriptions = [];

    internal void Subscribe<T>(Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationEvent =>
        Add(new(typeof(T), null, (e, ct) => callback((T)e, ct)));

    internal void Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback) where T : IDistributedApplicationResourceEvent =>
        Add(new(typeof(T), resource, (e, ct) => callback((T)e, ct)));

    internal async Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default) where T : IDistributedApplicationEvent
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Type != typeof(T)) continue;
            if (subscription.Resource is { } r && !ReferenceEquals(r, (@event as IDistributedApplicationResourceEvent)?.Resource)) continue;
            await subscription.Callback(@event, cancellationToken);
        }
    }

    private void Add(Subscription subscription) => ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));

    private sealed record Subscription(
        Type Type, IResource? Resource, Func<IDistributedApplicationEvent, CancellationToken, Task> Callback);
}
