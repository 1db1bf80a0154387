using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>
/// T1 and T2: everybody wants the same things at the same time. Nobody may be turned away with 503, which a machine that is busy
/// with other tests has every right to say.
/// </summary>
[Trait("Category", "Alone")]
[Collection(Servers.Collection)]
public sealed class FlashSaleTests(RunningShop shop) : IClassFixture<RunningShop>, IDisposable
{
    private const int InFlight = 200;
    private readonly HttpClient[] _orders = [.. shop.Orders.Select(address => new HttpClient { BaseAddress = address })];
    private readonly ConcurrentDictionary<(HttpStatusCode Status, string? Code), int> _answers = new();

    [Fact]
    public async Task A_thousand_units_and_five_thousand_buyers_are_a_thousand_orders()
    {
        await WarmAsync();
        var product = await shop.ProductAsync(stock: 1000);
        var sampler = new BooksSampler(shop.CatalogDatabase, product);
        await using (sampler)
            await EachAsync(5000, n => BuyAsync(n, product));

        Assert.Equal(
            [((HttpStatusCode.Created, null), 1000), ((HttpStatusCode.Conflict, "sold_out"), 4000)],
            _answers.Select(answer => (answer.Key, answer.Value)).OrderBy(answer => answer.Key.Status));
        Assert.Empty(sampler.Violations);
        Assert.InRange(sampler.Samples, 5, int.MaxValue);
        Assert.Equal(1000, await shop.CountAsync("SELECT reserved::bigint * (on_hand = 1000)::int FROM stock WHERE variant_id = $1", product));
        Assert.Equal(1000, await shop.CountAsync("SELECT count(*) FROM reservations JOIN reservation_lines USING (order_id) WHERE product_id = $1", product));
        var placed = await Task.WhenAll(shop.OrderDatabases.Select(database =>
            RunningShop.CountAsync(database, "SELECT count(*) FROM orders JOIN order_lines ON order_id = id WHERE product_id = $1", product)));
        Assert.Equal(1000, placed.Sum());
    }

    [Fact]
    public async Task Baskets_of_two_products_in_either_order_sell_as_many_of_one_as_of_the_other()
    {
        long[] products = [await shop.ProductAsync(stock: 100), await shop.ProductAsync(stock: 100)];
        using var here = shop.AsOrders(0);
        using var there = shop.AsOrders(1);
        await EachAsync(500, async n =>
        {
            var (first, second) = n % 2 == 0 ? (products[0], products[1]) : (products[1], products[0]);
            await CountAsync((n % 4 < 2 ? here : there).PostAsJsonAsync("/internal/reservations", new
            {
                orderId = Guid.CreateVersion7(), revision = 1, customerId = Guid.CreateVersion7(),
                lines = new[] { new { productId = first, quantity = 1 }, new { productId = second, quantity = 1 } },
            }));
        });

        Assert.Equal(
            [((HttpStatusCode.OK, null), 100), ((HttpStatusCode.Conflict, "sold_out"), 400)],
            _answers.Select(answer => (answer.Key, answer.Value)).OrderBy(answer => answer.Key.Status));
        foreach (var product in products)
            Assert.Equal(100, await shop.CountAsync("SELECT reserved::bigint FROM stock WHERE variant_id = $1", product));
        const string Partial =
            """
            SELECT count(*) FROM (SELECT order_id FROM reservation_lines WHERE product_id = ANY ($1)
                                  GROUP BY order_id HAVING count(*) <> 2) AS partial
            """;
        Assert.Equal(0, await shop.CountAsync(Partial, products));
    }

    // A shop that is about to sell something special has been open for a while.
    private async Task WarmAsync()
    {
        var product = await shop.ProductAsync(stock: 10);
        for (var n = 0; n < 40; n++) await BuyAsync(n, product);
        _answers.Clear();
    }

    private async Task BuyAsync(int n, long product)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders") { Content = JsonContent.Create(new { productId = product, quantity = 1 }) };
        request.Headers.Authorization = shop.Bearer(Guid.CreateVersion7());
        if (n % 2 == 0) request.Headers.Add("Idempotency-Key", "sale");
        await CountAsync(_orders[n % 4 / 2].SendAsync(request));
    }

    private static Task EachAsync(int count, Func<int, Task> buy) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (n, _) => await buy(n));

    public void Dispose()
    {
        foreach (var client in _orders) client.Dispose();
    }

    private async Task CountAsync(Task<HttpResponseMessage> sent)
    {
        using var response = await sent;
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        var code = json.TryGetProperty("code", out var text) ? text.GetString() : null;
        _answers.AddOrUpdate((response.StatusCode, code), 1, (_, known) => known + 1);
    }
}
