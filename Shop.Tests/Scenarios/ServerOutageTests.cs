using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>Redis emptied and away (T10), RabbitMQ frozen (T8), while people look, order and pay.</summary>
[Collection(Servers.Collection)]
public sealed class ServerOutageTests(OutageShop shop) : IClassFixture<OutageShop>
{
    private const int SaleProducts = 4;
    private const int MaxLoadsOfTwoReplicas = 2 * 12;

    [Fact]
    [Trait(Chaos.Trait, "T10")]
    public async Task Redis_may_be_emptied_and_go_away_while_people_look_order_and_pay()
    {
        var (length, away) = (Chaos.Seconds(1.5, 20), Chaos.Seconds(5, 60));
        var (visitors, buyers) = (Chaos.IsLong ? 200 : 60, Chaos.IsLong ? 10 : 6);
        // Three customers for two units.
        var stock = (int)(buyers * (4 * length + away).TotalSeconds / 1.5 / SaleProducts);
        var onSale = await OnSaleAsync(stock);
        using var traffic = new Traffic(shop, visitors, buyers, onSale);
        var books = onSale.Select(product => new BooksSampler(shop.CatalogDatabase, product)).ToList();
        await traffic.PhaseAsync("warm-up", length);
        await traffic.PhaseAsync("before", length);
        for (var time = 0; time < 5; time++)
            await Task.WhenAll(traffic.PhaseAsync("emptied", length / 5), shop.FlushRedisAsync());
        await Task.WhenAll(traffic.PhaseAsync("away", away), shop.RedisServer.KillAsync());
        await Task.WhenAll(traffic.PhaseAsync("after", length), shop.RedisServer.StartAgainAsync());
        await shop.HealthyAsync();
        await PagesAreSharedAgainAsync();
        foreach (var sampler in books) await sampler.DisposeAsync();

        string[] phases = ["before", "emptied", "away", "after"];
        await TellAsync("T10", traffic, phases);
        foreach (var phase in phases) AssertGood(0.995, phase, traffic);
        Assert.All(books, sampler => Assert.Empty(sampler.Violations));
        Assert.Equal(SaleProducts * stock, traffic.Ordered.Count);
        await AssertNothingLostOrDoubledAsync(traffic, onSale, stock);
        if (Chaos.IsLong)
            Assert.InRange(traffic.Browsing["away"].P99, 0, 3 * traffic.Browsing["before"].P99);
    }

    [Fact]
    [Trait(Chaos.Trait, "T10")]
    public async Task Without_Redis_a_rush_on_cold_pages_reaches_the_database_up_to_the_ceiling_and_the_rest_is_asked_to_come_back()
    {
        await shop.RedisServer.KillAsync();
        try
        {
            await using var connection = await shop.CatalogDatabase.OpenConnectionAsync();
            await using var holdUp = await connection.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand("LOCK TABLE product_texts", connection, holdUp)) await command.ExecuteNonQueryAsync();

            var answers = new ConcurrentQueue<(HttpStatusCode Status, bool SaysWhen)>();
            using var http = new HttpClient();
            var rush = shop.Assortment.Take(200).SelectMany(product => shop.Catalog.Select(async replica =>
            {
                using var answer = await http.GetAsync(new Uri(replica, $"/api/products/{product}?lang=zh"));
                answers.Enqueue((answer.StatusCode, answer.Headers.RetryAfter is not null));
            })).ToList();

            await Eventually.TrueAsync(() => answers.Count >= rush.Count - MaxLoadsOfTwoReplicas, what: "the rest is refused");
            Assert.Equal(MaxLoadsOfTwoReplicas, await shop.CountAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> $1", 0));
            Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, true), answer));
            await holdUp.CommitAsync();
            await Task.WhenAll(rush);
            Assert.Equal(MaxLoadsOfTwoReplicas, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        }
        finally
        {
            await shop.RedisServer.StartAgainAsync();
        }
        await shop.HealthyAsync();
    }

    [Fact]
    [Trait(Chaos.Trait, "T8")]
    public async Task RabbitMQ_may_freeze_while_people_look_order_and_pay()
    {
        var (length, frozen) = (Chaos.Seconds(1.5, 10), Chaos.Seconds(4, 30));
        var (visitors, buyers) = (Chaos.IsLong ? 200 : 60, Chaos.IsLong ? 20 : 6);
        long unsent;
        var stock = (int)(buyers * (3 * length + frozen).TotalSeconds);
        var onSale = await OnSaleAsync(stock);
        using var traffic = new Traffic(shop, visitors, buyers, onSale);
        await traffic.PhaseAsync("warm-up", length);
        await traffic.PhaseAsync("before", length);
        shop.RabbitServer.Freeze();
        try
        {
            await traffic.PhaseAsync("frozen", frozen);
            unsent = await shop.UnsentAsync();
        }
        finally
        {
            shop.RabbitServer.Thaw();
        }
        var thawed = TimeProvider.System.GetTimestamp();
        await traffic.PhaseAsync("after", length);
        await shop.HealthyAsync();

        string[] phases = ["before", "frozen", "after"];
        foreach (var phase in phases) AssertGood(0.999, phase, traffic);
        Assert.InRange(unsent, traffic.Buying["frozen"].Count / 2, int.MaxValue);
        await AssertNothingLostOrDoubledAsync(traffic, onSale, stock);
        await TellAsync("T8", traffic, phases);
        await Chaos.TellAsync($"T8 messages that waited: {unsent}; all delivered and done {TimeProvider.System.GetElapsedTime(thawed).TotalSeconds:0.0} s after the thaw");
        if (Chaos.IsLong)
            Assert.InRange(traffic.Buying["frozen"].P99, 0, 1000);
    }

    private async Task<IReadOnlyList<long>> OnSaleAsync(int stock)
    {
        var products = new List<long>();
        for (var n = 0; n < SaleProducts; n++) products.Add(await shop.ProductAsync(stock));
        return products;
    }

    private static async Task TellAsync(string scenario, Traffic traffic, string[] phases)
    {
        foreach (var phase in phases)
        {
            await Chaos.TellAsync($"{scenario} {phase}: browsing {traffic.Browsing[phase]}");
            await Chaos.TellAsync($"{scenario} {phase}: ordering {traffic.Buying[phase]}");
        }
        await Chaos.TellAsync($"{scenario} in all: {traffic.Ordered.Count} orders, {traffic.Repeated} requests repeated");
    }

    private static void AssertGood(double share, string phase, Traffic traffic)
    {
        Assert.True(traffic.Browsing[phase].GoodShare >= share, $"{phase}: browsing {traffic.Browsing[phase]}");
        Assert.True(traffic.Buying[phase].GoodShare >= 1, $"{phase}: ordering {traffic.Buying[phase]}");
    }

    /// <summary>A page that is read is stored in Redis, and a change is heard by the other replica.</summary>
    private async Task PagesAreSharedAgainAsync()
    {
        var product = await shop.ProductAsync(stock: 1);
        using var here = new HttpClient { BaseAddress = shop.Catalog[0], DefaultRequestHeaders = { Authorization = shop.Bearer(Guid.CreateVersion7(), "admin") } };
        using var there = new HttpClient { BaseAddress = shop.Catalog[1] };
        await Eventually.TrueAsync(async () => await PriceAsync(there, product) == 10 && await shop.IsInRedisAsync(product));
        using var change = await here.PutAsJsonAsync($"/api/products/{product}", new { name = "Thing on sale", price = 12 });
        await Eventually.TrueAsync(async () => await PriceAsync(there, product) == 12, TimeSpan.FromSeconds(10));
    }

    private static async Task<decimal> PriceAsync(HttpClient visitor, long product) =>
        (await visitor.GetFromJsonAsync<JsonElement>($"/api/products/{product}")).GetProperty("price").GetDecimal();

    /// <summary>Every order that was confirmed is paid, sold and captured, once, and there is no other.</summary>
    private async Task AssertNothingLostOrDoubledAsync(Traffic traffic, IReadOnlyList<long> onSale, int stock)
    {
        var (orders, products) = (traffic.Ordered.Keys.ToArray(), onSale.ToArray());
        await Eventually.BecomesAsync("all orders are paid", () => OfAllShardsAsync("SELECT count(*) FROM orders WHERE status = 'paid' AND id = ANY ($1)", orders),
            paid => paid == orders.Length, TimeSpan.FromSeconds(60));
        Assert.Equal(orders.Length, await OfAllShardsAsync("SELECT count(*) FROM order_lines WHERE product_id = ANY ($1)", products));
        await Eventually.BecomesAsync("all orders are sold",
            () => shop.CountAsync("SELECT count(*) FROM stock_ledger WHERE kind = 'sold' AND variant_id = ANY ($1)", products), sold => sold >= orders.Length);
        await Eventually.BecomesAsync("no message waits", shop.UnsentAsync, unsent => unsent == 0);

        Assert.Equal(orders.Length, await shop.CountAsync("SELECT count(*) FROM stock_ledger WHERE kind = 'sold' AND variant_id = ANY ($1)", products));
        Assert.Equal(orders.Length, await shop.CountAsync("SELECT count(DISTINCT order_id) FROM stock_ledger WHERE kind = 'sold' AND variant_id = ANY ($1)", products));
        Assert.Equal(SaleProducts * stock - orders.Length, await shop.CountAsync("SELECT sum(on_hand) FROM stock WHERE variant_id = ANY ($1)", products));
        Assert.Equal(0, await shop.CountAsync("SELECT sum(reserved) FROM stock WHERE variant_id = ANY ($1)", products));
        Assert.Equal(orders.Length, await RunningShop.CountAsync(
            shop.Databases.Payments!, "SELECT count(*) FROM ledger_entries WHERE account = 'orders' AND kind = 'capture' AND order_id = ANY ($1)", orders));
        await Books.AgreeAsync(shop.Databases);
    }

    private async Task<long> OfAllShardsAsync(string sql, object parameter)
    {
        var counts = await Task.WhenAll(shop.OrderDatabases.Select(database => RunningShop.CountAsync(database, sql, parameter)));
        return counts.Sum();
    }
}
