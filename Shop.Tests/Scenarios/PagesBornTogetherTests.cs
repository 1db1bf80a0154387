using System.Net;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>
/// T20: pages that are all read for the first time in one moment, and then steadily. Alone: what other tests take of the
/// processor at one time and not at another would be seen as a peak.
/// </summary>
[Collection(Servers.Collection)]
[Trait("Category", "Alone")]
public sealed class PagesBornTogetherTests(Servers servers)
{
    /// <summary>Time in which every page is read once through each replica, on average.</summary>
    private static readonly TimeSpan Round = Chaos.Seconds(1, 3);

    /// <summary>Queries are compared per so much time.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // Each replica has a page of each product.
    private static readonly int Pages = 2 * ShortLivedCatalog.Products;
    private static readonly TimeSpan Life = ShortLivedCatalog.Life;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// On a busy machine Redis is late now and then and is left alone for a second, in which all readers come to the database.
    /// That tells nothing of lives, so those in Redis are tried at full length only.
    /// </summary>
    public static TheoryData<string> Places => Chaos.IsLong
        ? [ShortLivedCatalog.InProcess, ShortLivedCatalog.InRedis, ShortLivedCatalog.InBoth]
        : [ShortLivedCatalog.InProcess];

    [Theory]
    [MemberData(nameof(Places))]
    [Trait(Chaos.Trait, "T20")]
    public async Task Pages_born_together_do_not_expire_together(string place)
    {
        var shop = new ShortLivedCatalog(servers, place);
        try
        {
            await shop.InitializeAsync();
            await RunAsync(shop, place);
        }
        finally
        {
            await shop.DisposeAsync();
        }
    }

    private static async Task RunAsync(ShortLivedCatalog shop, string place)
    {
        using var readers = new Readers(shop);
        await readers.FindAllAsync();
        var before = await QueriesAsync(shop);

        var started = TimeProvider.System.GetTimestamp();
        await readers.ReadAllAsync();
        var born = TimeProvider.System.GetElapsedTime(started);
        Assert.InRange(await QueriesAsync(shop) - before, ShortLivedCatalog.Products, Pages);

        using var over = new CancellationTokenSource();
        var samples = SampleAsync(shop, started, over.Token);
        var reads = await ReadSteadilyAsync(readers, started);
        await over.CancelAsync();
        var counts = await samples;

        // From when what was born in the middle of that time may expire, that is half of the longest life.
        var steady = Rate(counts.First(sample => sample.At > (born + Life) / 2), counts[^1]);
        var peak = counts.Max(sample => counts.Find(later => later.At - sample.At >= Interval) is { } end ? Rate(sample, end) : 0);
        var told = FormattableString.Invariant(
            $"T20 {Pages} pages, lives in {place}: born in {born.TotalSeconds:0.0} s, {reads / (2 * Life - born).TotalSeconds:0} reads/s, {steady:0} queries/s, {peak:0} at the peak ({peak / steady:0.00} times)");
        Assert.True(peak <= 2 * steady, $"{told}: {string.Join(", ", counts.Zip(counts.Skip(1), (from, to) => $"{Rate(from, to):0}"))}");
        await Chaos.TellAsync($"{told}");
    }

    /// <summary>Until the longest life has passed twice. Who is late leaves out reads, and does not hurry after them.</summary>
    private static async Task<int> ReadSteadilyAsync(Readers readers, long started)
    {
        var (reads, portion) = (0, (int)Math.Ceiling(Pages * (Tick / Round)));
        using var timer = new PeriodicTimer(Tick);
        while (TimeProvider.System.GetElapsedTime(started) < 2 * Life)
        {
            await timer.WaitForNextTickAsync();
            await readers.ReadAnyAsync(portion);
            reads += portion;
        }
        return reads;
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

    private sealed class Readers(ShortLivedCatalog shop) : IDisposable
    {
        private readonly HttpClient[] _replicas = [.. shop.Catalog.Select(address => new HttpClient { BaseAddress = address })];
        private readonly Random _random = new(1);

        public void Dispose()
        {
            foreach (var client in _replicas) client.Dispose();
        }

        /// <summary>Waits until both replicas know that the products are there, by a page that is not counted on.</summary>
        public async Task FindAllAsync()
        {
            foreach (var client in _replicas)
                await Eventually.TrueAsync(async () => await StatusAsync(client, $"{ShortLivedCatalog.Products}?lang=zh") == HttpStatusCode.OK);
        }

        /// <summary>Reads each page once through each replica; the two begin at different pages, so that they do not meet.</summary>
        public Task ReadAllAsync()
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = 64 };
            return Parallel.ForAsync(0, Pages, options, async (n, _) => await ReadAsync(n % 2, n / 2 + n % 2 * Pages / 4));
        }

        /// <summary>So many readers at a time, each of any page through any replica.</summary>
        public Task ReadAnyAsync(int readers) =>
            Task.WhenAll(Enumerable.Range(0, readers).Select(_ => ReadAsync(_random.Next(2), _random.Next(ShortLivedCatalog.Products))));

        private async Task ReadAsync(int replica, int product) =>
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(_replicas[replica], $"{1 + product % ShortLivedCatalog.Products}"));

        private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string page)
        {
            using var answer = await client.GetAsync($"/api/products/{page}");
            return answer.StatusCode;
        }
    }
}
