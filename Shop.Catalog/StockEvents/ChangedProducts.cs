using System.Collections.Concurrent;

namespace Shop.Catalog.StockEvents;

/// <summary>
/// Products that changed through this replica and are not looked at yet, the oldest first, each once. A note only: what is lost
/// with the process is found again in the database.
/// </summary>
public sealed class ChangedProducts
{
    private readonly ConcurrentQueue<long> _queue = new();
    private readonly ConcurrentDictionary<long, byte> _queued = new();

    /// <summary>Called for every reservation: a look-up when the product is noted already.</summary>
    public void Add(long productId)
    {
        if (_queued.TryAdd(productId, 0)) _queue.Enqueue(productId);
    }

    /// <summary>What changes from now on is noted again.</summary>
    public long[] Take(int atMost)
    {
        var taken = new List<long>();
        while (taken.Count < atMost && _queue.TryDequeue(out var productId))
        {
            _queued.TryRemove(productId, out _);
            taken.Add(productId);
        }
        return [.. taken];
    }
}
