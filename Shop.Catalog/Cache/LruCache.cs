using System.Diagnostics.CodeAnalysis;

namespace Shop.Catalog.Cache;

/// <summary>
/// Keeps what was used last, up to a number of bytes: least recently used goes first. In shards, each with a lock that is
/// held for the time of a dictionary look-up, so that many cores can read.
/// </summary>
public sealed class LruCache<TKey, TValue>
    where TKey : notnull
{
    private const int ShardCount = 16;

    private readonly Shard[] _shards = new Shard[ShardCount];

    /// <param name="capacity">In bytes, over all shards; a value larger than a shard's part of it is not kept.</param>
    /// <param name="evicted">Called for each value that had to make room.</param>
    public LruCache(long capacity, Action? evicted = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, ShardCount);
        for (var i = 0; i < ShardCount; i++) _shards[i] = new Shard(capacity / ShardCount, evicted);
    }

    /// <summary>Bytes in use.</summary>
    public long Size => _shards.Sum(shard => shard.Size);

    public int Count => _shards.Sum(shard => shard.Count);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => ShardOf(key).TryGet(key, out value);

    public void Set(TKey key, TValue value, int size) => ShardOf(key).Set(key, value, size);

    public void Remove(TKey key) => ShardOf(key).Remove(key);

    public void Clear()
    {
        foreach (var shard in _shards) shard.Clear();
    }

    // The upper bits: the dictionary inside uses the lower ones.
    private Shard ShardOf(TKey key) => _shards[(uint)(key.GetHashCode() * -1640531527) >> 28];

    private sealed class Shard(long capacity, Action? evicted)
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
        private readonly LinkedList<Entry> _byUse = new();

        public long Size { get; private set; }

        public int Count => _entries.Count;

        public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            lock (_lock)
            {
                if (!_entries.TryGetValue(key, out var node))
                {
                    value = default;
                    return false;
                }
                if (node.Previous is not null)
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                }
                value = node.Value.Value;
                return true;
            }
        }

        public void Set(TKey key, TValue value, int size)
        {
            lock (_lock)
            {
                Drop(key);
                if (size > capacity) return;
                _entries[key] = _byUse.AddFirst(new Entry(key, value, size));
                Size += size;
                while (Size > capacity)
                {
                    Drop(_byUse.Last!.Value.Key);
                    evicted?.Invoke();
                }
            }
        }

        public void Remove(TKey key)
        {
            lock (_lock) Drop(key);
        }

        public void Clear()
        {
            lock (_lock)
            {
                _entries.Clear();
                _byUse.Clear();
                Size = 0;
            }
        }

        private void Drop(TKey key)
        {
            if (!_entries.Remove(key, out var node)) return;
            _byUse.Remove(node);
            Size -= node.Value.Size;
        }
    }

    private sealed record Entry(TKey Key, TValue Value, int Size);
}
