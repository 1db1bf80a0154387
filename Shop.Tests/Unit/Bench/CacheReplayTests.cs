using Shop.Bench.Cache;
using Shop.Catalog.Cache;

namespace Shop.Tests.Unit.Bench;

/// <summary>Why Catalog's cache goes by frequency (docs/caching.md), on requests that are the same every time.</summary>
public sealed class CacheReplayTests
{
    private const int Products = 20_000;
    private const int Requests = 100_000;
    private const int Seed = 7;

    [Theory]
    [InlineData(0, 0.07)]
    [InlineData(1, 0.04)]
    [InlineData(2, 0.07)]
    [InlineData(3, 0.06)]
    [InlineData(4, 0.06)]
    public void By_frequency_more_is_found_than_by_recency(int kind, double atLeast)
    {
        var replay = Replay.All(Products, Requests, Seed)[kind];
        var (lru, lfu) = (HitRatio(replay, CachePolicy.LeastRecentlyUsed), HitRatio(replay, CachePolicy.LeastFrequentlyUsed));
        Assert.True(lfu - lru >= atLeast, FormattableString.Invariant($"{replay.Name}: {lru:0.000} by recency, {lfu:0.000} by frequency"));
        Assert.Equal(lfu, HitRatio(Replay.All(Products, Requests, Seed)[kind], CachePolicy.LeastFrequentlyUsed));
    }

    [Fact]
    public void Ranks_come_as_often_as_Zipf_says()
    {
        var (zipf, random, counts) = (new Zipf(3, 1), new Random(Seed), new int[3]);
        for (var n = 0; n < 11_000; n++) counts[zipf.Rank(random.NextDouble())]++;
        Assert.InRange(counts[0], 5_800, 6_200);
        Assert.InRange(counts[1], 2_850, 3_150);
        Assert.Equal((0, 2), (zipf.Rank(0), zipf.Rank(0.999_999)));
    }

    private static double HitRatio(Replay replay, CachePolicy policy) => CacheRun.Of(replay, Products, share: 0.05, policy).HitRatio;
}
