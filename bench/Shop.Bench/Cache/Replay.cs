namespace Shop.Bench.Cache;

/// <summary>Which products are asked for, one after the other, made of a seed: the same every time.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="What">How it comes about.</param>
/// <param name="Requests">Numbers of products, from 0.</param>
public sealed record Replay(string Name, string What, int[] Requests)
{
    private const int CrawlEvery = 50_000;
    private const int ShiftEvery = 20_000;
    private const int Shifted = 20;
    private const int Top = 1_000;

    /// <summary>All kinds, each of as many requests.</summary>
    /// <param name="products">In the catalogue.</param>
    public static IReadOnlyList<Replay> All(int products, int count, int seed) =>
    [
        Of("Zipf 0.8", "popularity falls slowly", products, count, seed, 0.8, crawls: false, shifts: false),
        Of("Zipf 1.0", "popularity falls fast", products, count, seed, 1.0, crawls: false, shifts: false),
        Of("Zipf 0.9, crawler", "in every other 50,000 requests, each second one is a crawler's next product", products, count, seed, 0.9, crawls: true, shifts: false),
        Of("Zipf 0.9, fashion", "every 20,000 requests, 20 of the 1,000 most popular change places with others", products, count, seed, 0.9, crawls: false, shifts: true),
        Of("Zipf 0.9, both", "crawler and fashion", products, count, seed, 0.9, crawls: true, shifts: true),
    ];

    private static Replay Of(string name, string what, int products, int count, int seed, double exponent, bool crawls, bool shifts)
    {
        var (random, zipf) = (new Random(seed), new Zipf(products, exponent));
        // Popular ones are all over the catalogue, not its first numbers.
        var byRank = Enumerable.Range(0, products).ToArray();
        random.Shuffle(byRank);
        var (requests, crawled) = (new int[count], 0);
        for (var i = 0; i < count; i++)
        {
            if (shifts && i % ShiftEvery == 0) Shift(byRank, random);
            requests[i] = crawls && i / CrawlEvery % 2 == 1 && i % 2 == 0 ? crawled++ % products : byRank[zipf.Rank(random.NextDouble())];
        }
        return new Replay(name, what, requests);
    }

    private static void Shift(int[] byRank, Random random)
    {
        for (var n = 0; n < Shifted; n++)
        {
            var (popular, other) = (random.Next(Math.Min(Top, byRank.Length)), random.Next(byRank.Length));
            (byRank[popular], byRank[other]) = (byRank[other], byRank[popular]);
        }
    }
}
