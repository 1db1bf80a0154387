using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// The latest state of every resource, and who wants to hear of changes. A subscriber that reads slowly holds no
/// history: of each resource only the newest state waits for it, so what waits is bounded by the number of resources.
/// </summary>
internal sealed class ResourceFeed(ResourceNotificationService notifications)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _latest = [];
    private readonly HashSet<Subscriber> _subscribers = [];
    private readonly ConnectionStrings _connectionStrings = new();

    /// <summary>Follows the notifications until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken))
                Publish(await _connectionStrings.AddToAsync(change, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Everything known now as the first batch, even if empty; then batches of what changed.</summary>
    public async IAsyncEnumerable<IReadOnlyCollection<ResourceEvent>> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var subscriber = new Subscriber();
        IReadOnlyCollection<ResourceEvent> known;
        lock (_lock)
        {
            known = [.. _latest.Values];
            _subscribers.Add(subscriber);
        }
        try
        {
            yield return known;
            while (await subscriber.Signal.Reader.WaitToReadAsync(cancellationToken))
            {
                var changes = Take(subscriber);
                if (changes.Count > 0)
                    yield return changes;
            }
        }
        finally
        {
            lock (_lock)
                _subscribers.Remove(subscriber);
        }
    }

    private void Publish(ResourceEvent change)
    {
        lock (_lock)
        {
            _latest[change.ResourceId] = change;
            foreach (var subscriber in _subscribers)
            {
                subscriber.Waiting[change.ResourceId] = change;
                subscriber.Signal.Writer.TryWrite(true);
            }
        }
    }

    private IReadOnlyCollection<ResourceEvent> Take(Subscriber subscriber)
    {
        lock (_lock)
        {
            subscriber.Signal.Reader.TryRead(out _);
            ResourceEvent[] changes = [.. subscriber.Waiting.Values];
            subscriber.Waiting.Clear();
            return changes;
        }
    }

    private sealed class Subscriber
    {
        public Dictionary<string, ResourceEvent> Waiting { get; } = [];

        public Channel<bool> Signal { get; } =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}
