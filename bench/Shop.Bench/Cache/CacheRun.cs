using Shop.Catalog.Cache;

namespace Shop.Bench.Cache;

/// <summary>What a replay did to a cache.</summary>
/// <param name="HitRatio">Of the second half of the requests: the first one fills the cache.</param>
/// <param name="Nanoseconds">
/// Processor time per request of the whole replay: a look-up, and a store when nothing was found. Not the time of a clock,
/// which neighbours on the machine change more than the policy does.
/// </param>
public sealed record CacheOutcome(double HitRatio, double Nanoseconds);

/// <summary>Replays requests against Catalog's own cache, as Catalog uses it: who finds nothing stores.</summary>
public static class CacheRun
{
    private const int SmallestPage = 2_000;
    private const int PageSpread = 6_000;

    /// <summary>In bytes: between 2 and 8 KB, by the number of the product, as CachedPage counts plain and compressed bodies together.</summary>
    public static int SizeOf(int product) => SmallestPage + (int)((uint)product * 2_654_435_761u >> 8) % PageSpread;

    /// <param name="share">Of the bytes of all pages, which the cache may take.</param>
    public static CacheOutcome Of(Replay replay, int products, double share, CachePolicy policy)
    {
        var all = Enumerable.Range(0, products).Sum(product => (long)SizeOf(product));
        var cache = new BoundedCache<int, object>((long)(all * share), policy);
        var (page, hits, half) = (new object(), 0, replay.Requests.Length / 2);
        var started = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < replay.Requests.Length; i++)
        {
            var product = replay.Requests[i];
            if (!cache.TryGet(product, out _)) cache.Set(product, page, SizeOf(product));
            else if (i >= half) hits++;
        }
        return new CacheOutcome((double)hits / (replay.Requests.Length - half), (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / replay.Requests.Length);
    }

    /// <summary>Nanoseconds of processor time for a look-up that finds, in a cache of the default size in which everything is.</summary>
    public static double HitCost(Replay replay, CachePolicy policy)
    {
        const int Resident = 10_000;
        const int Size = 5_000;
        var cache = new BoundedCache<int, object>(64 << 20, policy);
        var page = new object();
        for (var product = 0; product < Resident; product++) cache.Set(product, page, Size);
        var found = 0;
        var started = Environment.CpuUsage.TotalTime;
        foreach (var product in replay.Requests)
            if (cache.TryGet(product % Resident, out _)) found++;
        return (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / found;
    }
}
