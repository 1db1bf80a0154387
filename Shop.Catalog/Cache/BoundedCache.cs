using System.Diagnostics.CodeAnalysis;

namespace Shop.Catalog.Cache;

/// <summary>What makes room when a cache is full.</summary>
public enum CachePolicy
{
    /// <summary>What was not used for the longest time (LRU).</summary>
    LeastRecentlyUsed,

    /// <summary>What is used seldom, by an estimate that forgets; see <see cref="TinyLfuShard{TKey,TValue}"/>.</summary>
    LeastFrequentlyUsed,
}

/// <summary>
/// Keeps values up to a number of bytes; a policy says what makes room. In shards, each with a lock that is held for the time
/// of a dictionary look-up, so that many cores can read.
/// </summary>
public sealed class BoundedCache<TKey, TValue>
    where TKey : notnull
{
    private const int ShardCount = 16;

    private readonly CacheShard<TKey, TValue>[] _shards = new CacheShard<TKey, TValue>[ShardCount];

    /// <param name="capacity">In bytes, over all shards; a value larger than a shard's part of it is not kept.</param>
    /// <param name="evicted">Called for each value that had to make room, or found none.</param>
    public BoundedCache(long capacity, CachePolicy policy, Action? evicted = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, ShardCount);
        for (var i = 0; i < ShardCount; i++)
            _shards[i] = policy == CachePolicy.LeastRecentlyUsed
                ? new LruShard<TKey, TValue>(capacity / ShardCount, evicted)
                : new TinyLfuShard<TKey, TValue>(capacity / ShardCount, evicted);
    }

    /// <summary>Bytes in use.</summary>
    public long Size => _shards.Sum(shard => shard.Size);

    public int Count => _shards.Sum(shard => shard.Count);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var hash = Spread(key);
        return ShardOf(hash).TryGet(key, hash, out value);
    }

    public void Set(TKey key, TValue value, int size)
    {
        var hash = Spread(key);
        ShardOf(hash).Set(key, hash, value, size);
    }

    public void Remove(TKey key) => ShardOf(Spread(key)).Remove(key);

    public void Clear()
    {
        foreach (var shard in _shards) shard.Clear();
    }

    // Hash codes of numbers are the numbers: neighbours must not all be in one shard, nor in one place of a sketch.
    private static ulong Spread(TKey key)
    {
        var hash = (uint)key.GetHashCode() * 0x9E37_79B9_7F4A_7C15UL;
        return (hash ^ hash >> 32) * 0xD6E8_FEB8_6659_FD93UL;
    }

    // The upper bits; a sketch takes lower ones.
    private CacheShard<TKey, TValue> ShardOf(ulong hash) => _shards[hash >> 60];
}
