using System.Net;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>T20: pages that are all read for the first time in one moment, and then steadily.</summary>
[Collection(Servers.Collection)]
public sealed class PagesBornTogetherTests(Servers servers)
{
    /// <summary>Time in which every page is read once through each replica.</summary>
    private static readonly TimeSpan Round = Chaos.Seconds(1, 3);

    /// <summary>Queries are compared per so much time.</summary>
    private static readonly TimeSpan Interval = Chaos.Seconds(1.5, 2);

    private static readonly TimeSpan Life = ShortLivedCatalog.Life;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The cache whose lives govern. On a busy machine Redis is late now and then and is left alone for a second, in which all
    /// readers come to the database: that tells nothing of lives, so it is tried at full length only.
    /// </summary>
    public static TheoryData<string> Caches =>
        Chaos.IsLong ? [ShortLivedCatalog.InProcess, ShortLivedCatalog.InRedis] : [ShortLivedCatalog.InProcess];

    [Theory]
    [MemberData(nameof(Caches))]
    [Trait(Chaos.Trait, "T20")]
    public async Task Pages_born_together_do_not_expire_together(string cache)
    {
        var shop = new ShortLivedCatalog(servers, cache);
        try
        {
            await shop.InitializeAsync();
            await RunAsync(shop, cache);
        }
        finally
        {
            await shop.DisposeAsync();
        }
    }

    private static async Task RunAsync(ShortLivedCatalog shop, string cache)
    {
        var pages = Enumerable.Range(1, ShortLivedCatalog.Products).ToArray();
        new Random(1).Shuffle(pages);
        using var readers = new Readers(shop, pages);
        await readers.FindAllAsync();
        var before = await QueriesAsync(shop);

        var started = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, pages.Length, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, _) => await readers.ReadAsync(n));
        var born = TimeProvider.System.GetElapsedTime(started);
        Assert.InRange(await QueriesAsync(shop) - before, pages.Length, 2 * pages.Length);

        using var over = new CancellationTokenSource();
        var samples = SampleAsync(shop, started, over.Token);
        var reads = await ReadSteadilyAsync(readers, pages.Length, started);
        await over.CancelAsync();
        var counts = await samples;

        // From when the first may expire, that is half of the longest life.
        var steady = Rate(counts.First(sample => sample.At > Life / 2), counts[^1]);
        var peak = counts.Max(sample => counts.Find(later => later.At - sample.At >= Interval) is { } end ? Rate(sample, end) : 0);
        var told = FormattableString.Invariant(
            $"T20 {2 * pages.Length} pages, lives in {cache}: born in {born.TotalSeconds:0.0} s, {reads / (2 * Life - born).TotalSeconds:0} reads/s, {steady:0} queries/s, {peak:0} at the peak ({peak / steady:0.00} times)");
        Assert.True(peak <= 2 * steady, told);
        await Chaos.TellAsync($"{told}");
    }

    /// <summary>Until the longest life has passed twice. Who is late leaves out reads, and does not hurry after them.</summary>
    private static async Task<int> ReadSteadilyAsync(Readers readers, int pages, long started)
    {
        var (next, portion) = (0, (int)Math.Ceiling(pages * (Tick / Round)));
        using var timer = new PeriodicTimer(Tick);
        while (TimeProvider.System.GetElapsedTime(started) < 2 * Life)
        {
            await timer.WaitForNextTickAsync();
            await Task.WhenAll(Enumerable.Range(next, portion).Select(readers.ReadAsync));
            next += portion;
        }
        return 2 * next;
    }

    private static async Task<List<Sample>> SampleAsync(ShortLivedCatalog shop, long started, CancellationToken over)
    {
        var samples = new List<Sample>();
        using var timer = new PeriodicTimer(Interval / 5);
        do samples.Add(new Sample(TimeProvider.System.GetElapsedTime(started), await QueriesAsync(shop)));
        while (!over.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None));
        return samples;
    }

    private static async Task<long> QueriesAsync(ShortLivedCatalog shop) =>
        await shop.QueriesAsync(0, CountedCatalog.PageQuery) + await shop.QueriesAsync(1, CountedCatalog.PageQuery);

    private static double Rate(Sample from, Sample to) => (to.Queries - from.Queries) / (to.At - from.At).TotalSeconds;

    /// <summary>How many queries there were by then.</summary>
    private sealed record Sample(TimeSpan At, long Queries);

    private sealed class Readers(ShortLivedCatalog shop, int[] pages) : IDisposable
    {
        private readonly HttpClient[] _replicas = [.. shop.Catalog.Select(address => new HttpClient { BaseAddress = address })];

        public void Dispose()
        {
            foreach (var client in _replicas) client.Dispose();
        }

        /// <summary>Waits until both replicas know that the products are there, by a page that is not counted on.</summary>
        public async Task FindAllAsync()
        {
            foreach (var client in _replicas)
                await Eventually.TrueAsync(async () => await StatusAsync(client, $"{pages.Length}?lang=zh") == HttpStatusCode.OK);
        }

        /// <summary>Reads one page through each replica; the other through the second, so that they do not meet.</summary>
        public async Task ReadAsync(int n)
        {
            var statuses = await Task.WhenAll(_replicas.Select((client, replica) =>
                StatusAsync(client, $"{pages[(n + replica * pages.Length / 2) % pages.Length]}")));
            Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        }

        private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string page)
        {
            using var answer = await client.GetAsync($"/api/products/{page}");
            return answer.StatusCode;
        }
    }
}
