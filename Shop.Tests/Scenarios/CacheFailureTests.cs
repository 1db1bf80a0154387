using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>T20: what breaks caches, against two replicas and counted at the database.</summary>
[Collection(Servers.Collection)]
public sealed class CacheFailureTests(CountedCatalog shop) : IClassFixture<CountedCatalog>, IDisposable
{
    private const int Readers = 1_000;

    /// <summary>For each change. Nine of ten come within a second in any case.</summary>
    private static readonly TimeSpan Soon = Chaos.Seconds(5, 1);

    private readonly HttpClient[] _replicas = [.. shop.Catalog.Select(address => new HttpClient { BaseAddress = address })];

    public void Dispose()
    {
        foreach (var client in _replicas) client.Dispose();
    }

    // Alone, since a replica that is too busy to hear its own signs of life keeps a page for a second only.
    [Fact]
    [Trait(Chaos.Trait, "T20")]
    [Trait("Category", "Alone")]
    public async Task A_thousand_readers_of_a_cold_page_cost_a_replica_one_query_at_most()
    {
        var pages = Chaos.IsLong ? 20 : 3;
        var most = 0L;
        for (var page = 0; page < pages; page++)
        {
            var (queries, _) = await ReadColdPageAsync();
            Assert.All(queries, count => Assert.InRange(count, 0, 1));
            most = Math.Max(most, queries.Sum());
        }
        await Chaos.TellAsync($"T20 {Readers} readers of a cold page, {pages} times: {most} queries of both replicas at most");
    }

    [Fact]
    [Trait(Chaos.Trait, "T20")]
    public async Task Without_Redis_a_thousand_readers_of_a_cold_page_cost_a_replica_one_query_a_second_at_most()
    {
        await shop.RedisServer.KillAsync();
        try
        {
            var (queries, after) = await ReadColdPageAsync();
            Assert.All(queries, count => Assert.InRange(count, 1, 1 + (int)after.TotalSeconds));
            await Chaos.TellAsync($"T20 {Readers} readers of a cold page without Redis: {queries.Sum()} queries of both replicas");
        }
        finally
        {
            await shop.RedisServer.StartAgainAsync();
        }
        await SharedAgainAsync();
    }

    [Fact]
    [Trait(Chaos.Trait, "T20")]
    public async Task Of_ten_thousand_made_up_ids_one_in_a_hundred_at_most_reaches_the_database()
    {
        const int Ids = 10_000;
        var before = await QueriesAsync(CountedCatalog.ProductsQuery);
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        var began = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, Ids, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, token) =>
        {
            // Beyond the highest, where one would soon be, and absurd.
            var id = (n % 3) switch { 0 => 5_000_000_000 + n, 1 => 2_000_000 + n, _ => -n };
            using var answer = await _replicas[n % 2].GetAsync($"/api/products/{id}", token);
            statuses.AddOrUpdate(answer.StatusCode, 1, (_, known) => known + 1);
        });
        var queries = (await QueriesAsync(CountedCatalog.ProductsQuery)).Sum() - before.Sum();
        Assert.Equal([(HttpStatusCode.NotFound, Ids)], statuses.Select(status => (status.Key, status.Value)));
        // Each replica looks once a second; a busy machine takes many.
        Assert.InRange(queries, 0, Math.Max(Ids / 100, 2 + 2 * (int)TimeProvider.System.GetElapsedTime(began).TotalSeconds));
        await Chaos.TellAsync($"T20 {Ids} made-up ids: {queries} queries of both replicas");
    }

    // Alone, since a second passes quickly where other tests need the machine.
    [Fact]
    [Trait(Chaos.Trait, "T20")]
    [Trait("Category", "Alone")]
    public async Task A_change_is_seen_at_once_by_the_one_who_made_it_and_within_a_second_through_the_other_replica()
    {
        var changes = Chaos.IsLong ? 200 : 20;
        var id = await ProductAsync();
        var latencies = new List<double>();
        for (var change = 1; change <= changes; change++)
        {
            var (here, there) = (change % 2, 1 - change % 2);
            foreach (var replica in _replicas) await PriceAsync(replica, id);
            using var administrator = Administrator(here);
            using var elsewhere = Administrator(there);
            using (var answer = await administrator.PutAsJsonAsync($"/api/products/{id}", new { name = "Thing on sale", price = 10 + change }))
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var changed = TimeProvider.System.GetTimestamp();
            Assert.Equal(10 + change, await PriceAsync(_replicas[here], id));
            Assert.Equal(10 + change, await PriceAsync(elsewhere, id));
            await Eventually.TrueAsync(async () => await PriceAsync(_replicas[there], id) == 10 + change, Soon);
            latencies.Add(TimeProvider.System.GetElapsedTime(changed).TotalMilliseconds);
        }
        latencies.Sort();
        Assert.InRange(latencies[changes * 9 / 10], 0, 1_000);
        await Chaos.TellAsync($"T20 {changes} changes, seen through the other replica: p50 {latencies[changes / 2]:0.0} ms, longest {latencies[^1]:0.0} ms");
    }

    /// <summary>
    /// All readers at once, half at each replica, of a page that no cache has. It cannot be loaded before both replicas try.
    /// Answers the queries of each, and the time from the first moment at which it could be loaded to the last answer.
    /// </summary>
    private async Task<(IReadOnlyList<long> Queries, TimeSpan After)> ReadColdPageAsync()
    {
        var id = await ProductAsync();
        var before = await QueriesAsync(CountedCatalog.PageQuery);

        await using var connection = await shop.CatalogDatabase.OpenConnectionAsync();
        await using var holdUp = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE product_texts", connection, holdUp)) await command.ExecuteNonQueryAsync();
        var readers = Enumerable.Range(0, Readers).Select(n => StatusAsync(_replicas[n % 2], $"/api/products/{id}")).ToList();
        await Eventually.TrueAsync(async () => await shop.CountAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> $1", 0) >= 2);
        await holdUp.CommitAsync();
        var began = TimeProvider.System.GetTimestamp();
        Assert.All(await Task.WhenAll(readers), status => Assert.Equal(HttpStatusCode.OK, status));
        var after = TimeProvider.System.GetElapsedTime(began);

        var queries = await QueriesAsync(CountedCatalog.PageQuery);
        return ([queries[0] - before[0], queries[1] - before[1]], after);
    }

    /// <summary>A product of which both replicas know, by its Chinese page, which is another one than the English.</summary>
    private async Task<long> ProductAsync()
    {
        var id = await shop.ProductAsync(stock: 5);
        foreach (var replica in _replicas)
            await Eventually.TrueAsync(async () => await StatusAsync(replica, $"/api/products/{id}?lang=zh") == HttpStatusCode.OK);
        return id;
    }

    private Task<long[]> QueriesAsync(string part) => Task.WhenAll(shop.QueriesAsync(0, part), shop.QueriesAsync(1, part));

    private async Task SharedAgainAsync()
    {
        foreach (var replica in _replicas)
            await Eventually.BecomesAsync("Redis is there again", () => replica.GetFromJsonAsync<JsonElement>("/health"),
                health => health.GetProperty("checks").GetProperty("cache").GetProperty("status").GetString() == "Healthy");
    }

    private HttpClient Administrator(int replica) => new()
    {
        BaseAddress = shop.Catalog[replica], DefaultRequestHeaders = { Authorization = shop.Bearer(Guid.CreateVersion7(), "admin") },
    };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    private static async Task<decimal> PriceAsync(HttpClient client, long id) =>
        (await client.GetFromJsonAsync<JsonElement>($"/api/products/{id}")).GetProperty("price").GetDecimal();
}
