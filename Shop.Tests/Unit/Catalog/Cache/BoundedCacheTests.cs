using Shop.Catalog.Cache;

namespace Shop.Tests.Unit.Catalog.Cache;

/// <summary>What holds whatever makes room.</summary>
public abstract class BoundedCacheTests(CachePolicy policy)
{
    [Fact]
    public void Never_more_bytes_than_the_capacity_and_nothing_larger_than_a_shard()
    {
        var evicted = 0;
        var cache = new BoundedCache<int, int>(capacity: 16 * 1000, policy, () => evicted++);
        for (var key = 0; key < 10_000; key++)
        {
            cache.Set(key % 3000, key, 7 + key % 131);
            if (key % 3 == 0) cache.TryGet(key / 2, out _);
            Assert.InRange(cache.Size, 0, 16_000);
        }
        Assert.InRange(evicted, 1000, 10_000);
        Assert.InRange(cache.Size, 12_000, 16_000);
        cache.Set(1, 1, 1001);
        Assert.False(cache.TryGet(1, out _));
    }

    [Fact]
    public void A_value_put_again_counts_once_and_a_removed_one_not_at_all()
    {
        var cache = new BoundedCache<string, int>(capacity: 16_000, policy);
        cache.Set("a", 1, 40);
        Assert.True(cache.TryGet("a", out _));
        cache.Set("a", 2, 50);
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal((2, 50L, 1), (value, cache.Size, cache.Count));
        cache.Remove("a");
        cache.Remove("a");
        Assert.Equal((0L, 0), (cache.Size, cache.Count));
        Assert.False(cache.TryGet("a", out _));
    }

    [Fact]
    public void What_is_cleared_is_gone_and_what_comes_then_is_kept()
    {
        var cache = new BoundedCache<int, int>(capacity: 160_000, policy);
        for (var round = 0; round < 2; round++)
        {
            for (var key = 0; key < 100; key++) cache.Set(key, key, 50);
            for (var key = 0; key < 100; key++) Assert.True(cache.TryGet(key, out _));
            cache.Clear();
            Assert.Equal((0L, 0), (cache.Size, cache.Count));
            Assert.False(cache.TryGet(7, out _));
        }
    }

    [Fact]
    public async Task Many_may_use_it_at_once()
    {
        var cache = new BoundedCache<int, int>(capacity: 16 * 1000, policy);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 20_000; i++)
            {
                var key = random.Next(500);
                if (cache.TryGet(key, out var value)) Assert.Equal(key, value);
                else if (key % 7 == 0) cache.Remove(key);
                else cache.Set(key, key, 1 + key % 90);
            }
        })));
        Assert.InRange(cache.Size, 1, 16_000);
    }
}

public sealed class LruCacheTests() : BoundedCacheTests(CachePolicy.LeastRecentlyUsed)
{
    [Fact]
    public void What_was_used_last_stays_and_the_rest_makes_room()
    {
        var shard = new LruShard<string, int>(100, evicted: null);
        foreach (var key in (string[])["a", "b", "c", "d"]) shard.Set(key, 0, 1, 25);
        Assert.True(shard.TryGet("a", 0, out _));
        shard.Set("e", 0, 1, 25);
        Assert.False(shard.TryGet("b", 0, out _));
        Assert.True(shard.TryGet("a", 0, out _));
        Assert.Equal((4, 100L), (shard.Count, shard.Size));
    }
}

public sealed class TinyLfuCacheTests() : BoundedCacheTests(CachePolicy.LeastFrequentlyUsed)
{
    private const int Size = 1000;
    private const int Popular = 50;
    private readonly BoundedCache<int, int> _cache = new(capacity: 16 * 10 * Size, CachePolicy.LeastFrequentlyUsed);

    [Fact]
    public void What_is_popular_survives_a_crawler_that_reads_everything_once()
    {
        for (var time = 0; time < 3; time++) Read(0, Popular);
        Read(1000, 20_000);
        Assert.Equal(Popular, Hits(Popular));
    }

    [Fact]
    public void What_was_popular_makes_room_for_what_is_popular_now()
    {
        for (var time = 0; time < 15; time++) Read(0, 100);
        Assert.InRange(Hits(100), 90, 100);
        for (var time = 0; time < 300; time++) Read(1000, 100);
        Assert.InRange(Enumerable.Range(1000, 100).Count(key => _cache.TryGet(key, out _)), 90, 100);
    }

    private void Read(int first, int count)
    {
        foreach (var key in Enumerable.Range(first, count))
            if (!_cache.TryGet(key, out _)) _cache.Set(key, key, Size);
    }

    private int Hits(int count) => Enumerable.Range(0, count).Count(key => _cache.TryGet(key, out _));
}
