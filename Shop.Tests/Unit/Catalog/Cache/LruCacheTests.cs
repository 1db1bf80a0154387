using Shop.Catalog.Cache;

namespace Shop.Tests.Unit.Catalog.Cache;

public sealed class LruCacheTests
{
    // All keys of one shard: the key's hash is the key, and the shard is chosen by a multiple of it.
    private static readonly int[] OfOneShard =
        [.. Enumerable.Range(0, 4000).Where(key => (uint)(key * -1640531527) >> 28 == 3).Take(20)];

    [Fact]
    public void What_was_used_last_stays_and_the_rest_makes_room()
    {
        var evicted = 0;
        var cache = new LruCache<int, string>(capacity: 16 * 100, () => evicted++);
        foreach (var key in OfOneShard[..4]) cache.Set(key, "v", 25);
        Assert.True(cache.TryGet(OfOneShard[0], out _));
        cache.Set(OfOneShard[4], "v", 25);
        Assert.False(cache.TryGet(OfOneShard[1], out _));
        Assert.True(cache.TryGet(OfOneShard[0], out _));
        Assert.Equal((1, 4, 100L), (evicted, cache.Count, cache.Size));
    }

    [Fact]
    public void Never_more_bytes_than_the_capacity_and_nothing_larger_than_a_shard()
    {
        var cache = new LruCache<int, int>(capacity: 16 * 100);
        for (var key = 0; key < 10_000; key++)
        {
            cache.Set(key, key, 7 + key % 13);
            Assert.InRange(cache.Size, 0, 1600);
        }
        cache.Set(1, 1, 101);
        Assert.False(cache.TryGet(1, out _));
    }

    [Fact]
    public void A_value_put_again_counts_once_and_a_removed_one_not_at_all()
    {
        var cache = new LruCache<string, int>(capacity: 16_000);
        cache.Set("a", 1, 40);
        cache.Set("a", 2, 50);
        Assert.True(cache.TryGet("a", out var value));
        Assert.Equal((2, 50L, 1), (value, cache.Size, cache.Count));
        cache.Remove("a");
        cache.Remove("a");
        Assert.Equal((0L, 0), (cache.Size, cache.Count));
    }

    [Fact]
    public async Task Many_may_use_it_at_once()
    {
        var cache = new LruCache<int, int>(capacity: 16 * 1000);
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
