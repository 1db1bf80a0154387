using System.Threading.Channels;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Events;

/// <summary>Who watches which order in this process.</summary>
internal sealed class OrderEventHub(IConfiguration configuration)
{
    /// <summary>Watchers per process unless <c>Orders:MaxWatchers</c> says otherwise.</summary>
    public const int DefaultMaxWatchers = 2000;

    private readonly int _max = configuration.GetValue("Orders:MaxWatchers", DefaultMaxWatchers);
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, HashSet<OrderWatcher>> _watchers = [];
    private int _count;

    /// <exception cref="ProblemException">503 <c>too_many_watchers</c>.</exception>
    public OrderWatcher Watch(Guid orderId)
    {
        lock (_lock)
        {
            if (_count >= _max)
            {
                throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "too_many_watchers", "Too many orders are watched at the moment.")
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                };
            }

            _count++;
            var watcher = new OrderWatcher(this, orderId);
            if (!_watchers.TryGetValue(orderId, out var set))
            {
                _watchers[orderId] = set = [];
            }

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
