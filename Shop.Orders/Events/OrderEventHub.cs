using System.Threading.Channels;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Events;

/// <summary>Who watches which order in this process.</summary>
internal sealed class OrderEventHub(IConfiguration configuration)
{
    /// <summary>Watchers per process unless <c>Orders:MaxWatchers</c> says otherwise.</summary>
    public const int DefaultMaxWatchers = 2000;

    /// <summary>Watchers of one order; more than a customer has windows open.</summary>
    public const int MaxWatchersPerOrder = 10;

    private readonly int _max = configuration.GetValue("Orders:MaxWatchers", DefaultMaxWatchers);
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, HashSet<OrderWatcher>> _watchers = [];
    private int _count;

    /// <exception cref="ProblemException">
    /// <c>too_many_watchers</c>: 429 when the order has as many as it may, 503 when the process has.
    /// </exception>
    public OrderWatcher Watch(Guid orderId)
    {
        lock (_lock)
        {
            var set = _watchers.GetValueOrDefault(orderId);
            if (set?.Count >= MaxWatchersPerOrder)
            {
                throw Refusal(StatusCodes.Status429TooManyRequests, "This order is watched by too many at the moment.");
            }

            if (_count >= _max)
            {
                throw Refusal(StatusCodes.Status503ServiceUnavailable, "Too many orders are watched at the moment.");
            }

            _count++;
            var watcher = new OrderWatcher(this, orderId);
            _watchers[orderId] = set ??= [];
            set.Add(watcher);
            return watcher;
        }
    }

    public void Publish(OrderSignal signal)
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers.GetValueOrDefault(signal.OrderId) ?? [])
            {
                watcher.Offer(signal);
            }
        }
    }

    public IReadOnlyList<Guid> WatchedOrders()
    {
        lock (_lock)
        {
            return [.. _watchers.Keys];
        }
    }

    private static ProblemException Refusal(int status, string detail) =>
        new(status, "too_many_watchers", detail) { RetryAfter = TimeSpan.FromSeconds(5) };

    internal void Remove(OrderWatcher watcher)
    {
        lock (_lock)
        {
            if (_watchers.TryGetValue(watcher.OrderId, out var set) && set.Remove(watcher))
            {
                _count--;
                if (set.Count == 0)
                {
                    _watchers.Remove(watcher.OrderId);
                }
            }
        }
    }
}

/// <summary>One watcher; a slow one keeps the newest states only.</summary>
internal sealed class OrderWatcher(OrderEventHub hub, Guid orderId) : IDisposable
{
    private const int Backlog = 8;

    private readonly Channel<OrderSignal> _signals = Channel.CreateBounded<OrderSignal>(
        new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public Guid OrderId => orderId;

    public ChannelReader<OrderSignal> Signals => _signals.Reader;

    public void Offer(OrderSignal signal) => _signals.Writer.TryWrite(signal);

    public void Dispose() => hub.Remove(this);
}
