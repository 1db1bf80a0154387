using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Catalog.Cache;
using Shop.Catalog.Products;
using Shop.Tests.Service.ServiceDefaults;
using StackExchange.Redis;

namespace Shop.Tests.Service.Catalog;

/// <summary>The caches of two replicas and what may happen to them. What scenario T20 counts is in CacheFailureTests.</summary>
[Collection(Servers.Collection)]
public sealed class ProductCacheTests(CatalogBed bed, Servers servers) : IClassFixture<CatalogBed>, IAsyncLifetime
{
    /// <summary>The earliest is after 15 seconds; a busy machine takes some of them until a change is heard.</summary>
    private static readonly TimeSpan WellBeforeExpiry = TimeSpan.FromSeconds(10);

    // Part of the statement that reads a product's page.
    private const string DetailQuery = "en.description";

    private RedisPages Redis => bed.Services.GetRequiredService<RedisPages>();

    private string Database => new NpgsqlConnectionStringBuilder(bed.Settings["ConnectionStrings:catalogdb"]).Database!;

    public Task InitializeAsync() => Eventually.TrueAsync(
        () => bed.Replicas.All(replica => replica.Services.GetRequiredService<ChangeFeed>().IsHeard));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_retired_product_is_remembered_as_missing()
    {
        var id = await bed.ProductAsync(stock: 5);
        using (var administrator = bed.Administrator()) (await administrator.DeleteAsync($"/api/products/{id}")).Dispose();
        await StatusAsync(0, id);
        using var queries = new DatabaseQueries(Database, DetailQuery);
        var started = Stopwatch.GetTimestamp();
        for (var repeat = 0; repeat < 50; repeat++) Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(0, id));
        // It is remembered for a second at a time.
        Assert.InRange(queries.Count, 0, 2 + Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    [Fact]
    public async Task A_product_is_found_through_the_other_replica_soon_after_it_is_created()
    {
        var id = await bed.ProductAsync(stock: 5);
        await Eventually.TrueAsync(async () => await StatusAsync(1, id) == HttpStatusCode.OK, WellBeforeExpiry);
    }

    [Fact]
    public async Task A_reservation_through_one_replica_shows_through_the_other_before_its_page_expires()
    {
        var id = await bed.ProductAsync(stock: 9);
        using var orders = bed.Orders();
        await AvailableAsync(1, id);
        await Answer.ReserveAsync(orders, Guid.CreateVersion7(), 1, Guid.CreateVersion7(), (id, 4));
        await Eventually.TrueAsync(async () => await AvailableAsync(1, id) == 5, WellBeforeExpiry);
    }

    [Fact]
    public async Task A_reader_of_the_older_row_cannot_store_it_after_the_change()
    {
        var key = ProductKey.Of(UnusedId(), "en");
        var before = await LeaseAsync(key);
        Assert.True(await Redis.OutdateAsync(key.Id, CancellationToken.None));
        Redis.Fill(key, before, [1], 0);
        var after = await LeaseAsync(key);
        Redis.Fill(key, after, [2], 0);
        Assert.Equal([2], (await Redis.FindAsync(key, CancellationToken.None)).Page);
    }

    [Fact]
    public async Task One_replica_at_a_time_fetches_a_page_that_Redis_lacks()
    {
        var key = ProductKey.Of(UnusedId(), "zh");
        await LeaseAsync(key);
        // The lease is given anew when two seconds are over.
        await Eventually.BecomesAsync(
            "a page that is being filled", () => Redis.FindAsync(key, CancellationToken.None), second => second is { Lease: null, IsBeingFilled: true });
    }

    [Fact]
    public async Task A_page_that_the_client_has_is_not_sent_again_and_otherwise_compressed()
    {
        using var visitor = bed.Visitor();
        using var first = await visitor.GetAsync("/api/products/7");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/products/7") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var unchanged = await visitor.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        using var packed = new HttpRequestMessage(HttpMethod.Get, "/api/products?limit=10") { Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("br") } } };
        using var list = await visitor.SendAsync(packed);
        Assert.Equal("br", list.Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task A_list_asked_for_a_thousand_times_costs_a_query_or_two_a_second()
    {
        using var queries = new DatabaseQueries(Database, "ORDER BY");
        using var visitor = bed.Visitor();
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, 1000, async (_, token) =>
            (await visitor.GetAsync("/api/products?category=audio&limit=24&sort=price-asc", token)).Dispose());
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Assert.InRange(queries.Count, 1, 2 + 2 * seconds);
    }

    [Fact]
    public async Task Cut_off_from_Redis_a_replica_shows_changes_soon_and_after_it_nothing_old()
    {
        var redis = servers.RedisConnectionString.Split(':');
        await using var gate = new TcpGate(redis[0], int.Parse(redis[1], System.Globalization.CultureInfo.InvariantCulture));
        gate.Open();
        await using var replica = await CatalogBed.StartAsync(bed.WithRedisAt(gate.Port));
        var feed = replica.Services.GetRequiredService<ChangeFeed>();
        await Eventually.TrueAsync(() => feed.IsHeard);
        var id = await bed.ProductAsync(stock: 3, price: 10);
        using var administrator = bed.Administrator();
        Assert.Equal(10, await PriceAsync(Visitor(), id));

        await gate.ShutAsync();
        await ChangeAsync(20);
        await Eventually.TrueAsync(async () => await PriceAsync(Visitor(), id) == 20, WellBeforeExpiry);
        await ChangeAsync(30);
        gate.Open();
        await Eventually.TrueAsync(() => feed.IsHeard);
        Assert.Equal(30, await PriceAsync(Visitor(), id));
        await gate.ShutAsync();

        HttpClient Visitor() => new() { BaseAddress = replica.Address };
        async Task ChangeAsync(int price) =>
            (await administrator.PutAsync($"/api/products/{id}", Json($$"""{"name":"Thing","price":{{price}}}"""))).Dispose();
    }

    [Fact]
    public async Task A_change_made_while_Redis_is_away_is_told_when_it_is_back()
    {
        var redis = servers.RedisConnectionString.Split(':');
        await using var gate = new TcpGate(redis[0], int.Parse(redis[1], System.Globalization.CultureInfo.InvariantCulture));
        await using var replica = await CatalogBed.StartAsync(bed.WithRedisAt(gate.Port));
        using var there = CatalogBed.OrdersAt(replica.Address);
        // Another one where the page was read anew in between, as on a machine too busy to hear the own signs of life.
        var id = await Eventually.BecomesAsync(
            "a product of whose change a replica has not heard",
            async () =>
            {
                var product = await bed.ProductAsync(stock: 3);
                Assert.Equal(3, await AvailableAsync(1, product));
                await Answer.ReserveAsync(there, Guid.CreateVersion7(), 1, Guid.CreateVersion7(), (product, 2));
                return await AvailableAsync(1, product) == 3 ? product : 0;
            },
            product => product != 0);
        gate.Open();
        await Eventually.TrueAsync(async () => await AvailableAsync(1, id) == 1, WellBeforeExpiry);
        await gate.ShutAsync();
    }

    [Fact]
    public async Task A_rush_of_changes_leaves_room_for_signs_of_life()
    {
        const int Changes = 120_000; // Longer than it is between two signs.
        const long First = 1_000_000;
        var settings = new Dictionary<string, string>(bed.Settings) { ["Catalog:CachePrefix"] = Servers.UniqueName("rush") };
        await using var replica = await CatalogBed.StartAsync(settings);
        var feed = replica.Services.GetRequiredService<ChangeFeed>();
        await Eventually.TrueAsync(() => feed.IsHeard);
        var signs = new List<bool>();
        await replica.Services.GetRequiredService<IConnectionMultiplexer>().GetSubscriber().SubscribeAsync(
            new RedisChannel(replica.Services.GetRequiredService<RedisPages>().Channel, RedisChannel.PatternMode.Literal),
            (_, message) =>
            {
                lock (signs) signs.Add(((string)message!).Contains(':', StringComparison.Ordinal));
            });
        var begun = 0;
        feed.Changed += id =>
        {
            // All of them while the first is being told, so that none of them is told apart from the others.
            if (id != First || Interlocked.Exchange(ref begun, 1) == 1) return;
            for (var next = First + 1; next < First + Changes; next++) feed.TellSoon(next);
        };
        feed.TellSoon(First);
        await Eventually.TrueAsync(() =>
        {
            lock (signs) return signs.Count(isSign => !isSign) == Changes;
        }, TimeSpan.FromMinutes(2));
        lock (signs) Assert.Contains(true, signs[(signs.IndexOf(false) + Changes / 10)..signs.LastIndexOf(false)]);
    }

    [Fact]
    public async Task What_was_not_told_yet_is_told_before_the_process_ends()
    {
        var id = await bed.ProductAsync(stock: 1);
        await using var replica = await CatalogBed.StartAsync(bed.Settings);
        var feed = replica.Services.GetRequiredService<ChangeFeed>();
        await Eventually.TrueAsync(() => feed.IsHeard);
        var heard = Heard(id);
        feed.TellSoon(id);
        await feed.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => heard() > 0);
    }

    [Fact]
    public async Task A_change_that_comes_while_another_one_is_told_in_vain_takes_the_page_away_all_the_same()
    {
        const long Id = 5;
        await using var replica = await CatalogBed.StartAsync(bed.WithRedisAt(FreePorts.Next()));
        // One that does not run yet, so that nothing is told but by the calls below.
        using var feed = ActivatorUtilities.CreateInstance<ChangeFeed>(replica.Services);
        var forgotten = 0;
        feed.Changed += id =>
        {
            if (id == Id && Interlocked.Increment(ref forgotten) == 1) feed.TellSoon(Id);
        };
        await feed.TellAsync(Id);
        await feed.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Volatile.Read(ref forgotten) > 1);
        await feed.StopAsync(CancellationToken.None);
        Assert.Equal(2, forgotten);
    }

    [Fact]
    public async Task Without_Redis_pages_come_from_the_database_and_orders_go_on()
    {
        await using var replica = await CatalogBed.StartAsync(bed.WithRedisAt(FreePorts.Next()));
        await AssertServesAsync(replica);
    }

    [Fact]
    public async Task A_Redis_that_accepts_and_stays_silent_delays_a_page_by_less_than_a_second()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var replica = await CatalogBed.StartAsync(bed.WithRedisAt(((IPEndPoint)silent.LocalEndpoint).Port));
        await AssertServesAsync(replica);
    }

    [Fact]
    public async Task Without_Redis_a_rush_on_everything_stays_below_the_ceiling_of_loads()
    {
        var settings = bed.WithRedisAt(FreePorts.Next());
        settings["Catalog:Cache:MaxLoads"] = "2";
        settings["Catalog:Cache:MaxWaitingLoads"] = "10";
        await using var replica = await CatalogBed.StartAsync(settings);
        using var client = new HttpClient { BaseAddress = replica.Address };
        var statuses = await Task.WhenAll(Enumerable.Range(1, 300).Select(async id =>
        {
            using var response = await client.GetAsync($"/api/products/{id}");
            return response;
        }));
        Assert.All(statuses, response => Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));
        Assert.Contains(statuses, response => response.StatusCode == HttpStatusCode.OK);
        Assert.All(
            statuses.Where(response => response.StatusCode == HttpStatusCode.ServiceUnavailable),
            response => Assert.NotNull(response.Headers.RetryAfter));
    }

    /// <summary>How often a change of the product is heard by the second replica from now on.</summary>
    private Func<int> Heard(long id)
    {
        var count = 0;
        bed.Replicas[1].Services.GetRequiredService<ChangeFeed>().Changed += changed => Interlocked.Add(ref count, changed == id ? 1 : 0);
        return () => Volatile.Read(ref count);
    }

    // On a busy machine Redis may be late once, and is then left alone for a second.
    private async Task<string> LeaseAsync(ProductKey key)
    {
        var found = await Eventually.BecomesAsync(
            "a lease", () => Redis.FindAsync(key, CancellationToken.None), page => page.Lease is not null || page.Page is not null);
        Assert.Null(found.Page);
        return found.Lease!;
    }

    private static async Task AssertServesAsync(RunningService replica)
    {
        using var client = new HttpClient { BaseAddress = replica.Address };
        var times = new List<TimeSpan>();
        for (var id = 1; id <= 10; id++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync($"/api/products/{id}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            times.Add(Stopwatch.GetElapsedTime(started));
        }
        times.Sort();
        // The first ones find nothing warm, and a busy machine delays some others.
        Assert.InRange(times[times.Count / 2], TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private async Task<HttpStatusCode> StatusAsync(int replica, long id)
    {
        using var visitor = bed.Visitor(replica);
        using var response = await visitor.GetAsync($"/api/products/{id}");
        return response.StatusCode;
    }

    private async Task<int> AvailableAsync(int replica, long id)
    {
        using var visitor = bed.Visitor(replica);
        return (int)JsonNode.Parse(await visitor.GetStringAsync($"/api/products/{id}"))!["available"]!;
    }

    private static async Task<decimal> PriceAsync(HttpClient client, long id) =>
        (decimal)JsonNode.Parse(await client.GetStringAsync($"/api/products/{id}"))!["price"]!;

    private static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private static long UnusedId() => TimeProvider.System.GetTimestamp();
}
