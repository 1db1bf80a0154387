using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.Orders.Cart;
using Shop.Orders.Checkout;
using StackExchange.Redis;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class CartTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task A_cart_shows_todays_prices_and_sums()
    {
        var (a, b) = (bed.Product(10, 1250), bed.Product(3, 399));
        using var shopper = bed.Shopper();
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.PutInCartAsync(a, 2)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.PutInCartAsync(b, 5)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.PutInCartAsync(b, 1)).Status);
        var calls = bed.Catalog.ListCalls;
        var cart = (await shopper.GetAsync("/api/cart")).Json;
        Assert.Equal((28.99m, "CNY", 3), (cart.GetProperty("total").GetDecimal(), cart.GetProperty("currency").GetString(), cart.GetProperty("count").GetInt32()));
        var item = cart.GetProperty("items")[0];
        Assert.Equal((a, $"product-{a}", $"Product {a}", 12.5m, 2, 10, $"/img/{a}.svg", 25m), (
            item.GetProperty("productId").GetInt64(), item.GetProperty("slug").GetString(), item.GetProperty("name").GetString(), item.GetProperty("price").GetDecimal(),
            item.GetProperty("quantity").GetInt32(), item.GetProperty("available").GetInt32(), item.GetProperty("imageUrl").GetString(), item.GetProperty("lineTotal").GetDecimal()));
        Assert.Equal(calls + 1, bed.Catalog.ListCalls);

        await shopper.PutInCartAsync(a, 0);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{b}")).Status);
        Assert.Equal("""{"items":[],"total":0,"currency":"CNY","count":0}""", (await shopper.GetAsync("/api/cart")).Text);
    }

    [Fact]
    public async Task Tabs_that_add_at_once_add_all_that_they_add()
    {
        var product = bed.Product(10, 1250);
        using var shopper = bed.Shopper();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shopper.AddToCartAsync(product, 3)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.Status));
        Assert.Equal(60, (await shopper.GetAsync("/api/cart")).Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Adding_stops_at_what_a_line_and_a_cart_may_hold_and_changes_nothing_then()
    {
        var product = bed.Product(10, 1250);
        using var shopper = bed.Shopper();
        await shopper.AddToCartAsync(product, 999);

        Assert.Equal("invalid", (await shopper.AddToCartAsync(product, 2)).Code);
        Assert.Equal("invalid", (await shopper.AddToCartAsync(product, 0)).Code);
        Assert.Equal("invalid", (await shopper.AddToCartAsync(product, -1)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.AddToCartAsync(product, 1)).Status);
        Assert.Equal(1000, (await shopper.GetAsync("/api/cart")).Json.GetProperty("count").GetInt32());

        foreach (var other in Enumerable.Range(0, OrderDraft.MaxLines - 1).Select(_ => bed.Product(10, 100)))
            await shopper.AddToCartAsync(other, 1);
        Assert.Equal("cart_full", (await shopper.AddToCartAsync(bed.Product(10, 100), 1)).Code);
    }

    [Fact]
    public async Task Variants_of_a_product_are_lines_of_their_own_and_are_ordered_as_such()
    {
        var product = bed.Product(10, 1250);
        using var shopper = bed.Shopper();
        var large = $"P{product}-L";
        await shopper.PutInCartAsync(product, 1);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{product}", new { quantity = 2, sku = large })).Status);
        var items = (await shopper.GetAsync("/api/cart")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([(null, 1), (large, 2)], items.Select(item => (item.GetProperty("sku").GetString(), item.GetProperty("quantity").GetInt32())));

        var order = await shopper.OrderAsync(new { }, "variants");
        Assert.Equal([($"P{product}", 1), (large, 2)], order.Json.GetProperty("lines").EnumerateArray()
            .Select(line => (line.GetProperty("sku").GetString()!, line.GetProperty("quantity").GetInt32())));
        Assert.Equal(order.Text, (await shopper.OrderOfAsync(order.Id)).Text);
        Assert.Equal(0, (await shopper.GetAsync("/api/cart")).Json.GetProperty("count").GetInt32());

        await shopper.SendAsync(HttpMethod.Put, $"/api/cart/items/{product}", new { quantity = 1, sku = large });
        Assert.Equal("invalid", (await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{product}?sku=a%20b")).Code);
        await shopper.SendAsync(HttpMethod.Delete, $"/api/cart/items/{product}?sku={large}");
        Assert.Equal(0, (await shopper.GetAsync("/api/cart")).Json.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_product_that_is_sold_no_longer_leaves_the_cart_and_the_rest_can_be_ordered()
    {
        var (kept, retired) = (bed.Product(10, 100), bed.Product(10, 100));
        using var shopper = bed.Shopper();
        await shopper.PutInCartAsync(kept, 2);
        await shopper.PutInCartAsync(retired, 3);
        bed.Catalog.Retire(retired);
        Assert.Equal("product_unknown", (await shopper.OrderAsync(new { })).Code);

        bed.Catalog.Away = true;
        try
        {
            Assert.Equal("catalog_unavailable", (await shopper.GetAsync("/api/cart")).Code);
        }
        finally
        {
            bed.Catalog.Away = false;
        }

        Assert.Equal(2, (await bed.Services.GetRequiredService<CartStore>().LinesAsync(CartKey.Of(shopper.CustomerId), CancellationToken.None)).Count);
        Assert.Equal([(kept, 2)], await LinesAsync(shopper));
        var order = await shopper.OrderAsync(new { });
        Assert.Equal((HttpStatusCode.Created, 2m), (order.Status, order.Json.GetProperty("total").GetDecimal()));
    }

    [Fact]
    public async Task A_browser_without_a_cart_id_has_an_empty_cart_and_cannot_change_it()
    {
        using var client = bed.Client();
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>("/api/cart")).GetProperty("count").GetInt32());
        using var refused = await client.PutAsJsonAsync("/api/cart/items/1", new { quantity = 1 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("cart_id_required", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        client.DefaultRequestHeaders.Add("X-Cart-Id", "../etc");
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/api/cart")).StatusCode);
    }

    [Theory]
    [InlineData("""{"quantity":-1}""")]
    [InlineData("""{"quantity":1001}""")]
    [InlineData("""{}""")]
    [InlineData("""{"quantity":"1"}""")]
    public async Task A_bad_quantity_is_refused_naming_the_field(string body)
    {
        using var shopper = bed.Shopper();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await shopper.Http.PutAsync("/api/cart/items/1", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("quantity", JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_cart_holds_at_most_fifty_products_even_when_they_come_at_once()
    {
        using var shopper = bed.Shopper();
        var answers = await Task.WhenAll(Enumerable.Range(1, 60).Select(n => shopper.PutInCartAsync(n, 1)));
        Assert.Equal(50, answers.Count(answer => answer.Status == HttpStatusCode.NoContent));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.NoContent), answer => Assert.Equal((HttpStatusCode.Conflict, "cart_full"), (answer.Status, answer.Code)));
    }

    [Fact]
    public async Task Merging_adds_up_and_a_repeat_adds_nothing()
    {
        var (both, browsers, many) = (bed.Product(10), bed.Product(10), bed.Product(10));
        var cartId = Guid.CreateVersion7().ToString("N");
        using var browser = bed.Client();
        browser.DefaultRequestHeaders.Add("X-Cart-Id", cartId);
        using var shopper = bed.Shopper();
        await browser.PutAsJsonAsync($"/api/cart/items/{both}", new { quantity = 2 });
        await browser.PutAsJsonAsync($"/api/cart/items/{browsers}", new { quantity = 3 });
        await browser.PutAsJsonAsync($"/api/cart/items/{many}", new { quantity = 900 });
        await shopper.PutInCartAsync(both, 4);
        await shopper.PutInCartAsync(many, 900);

        using var web = bed.Client("web");
        var merges = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => web.PostAsJsonAsync("/internal/carts/merge", new { cartId, customerId = shopper.CustomerId })));
        Assert.All(merges, merge => Assert.Equal(HttpStatusCode.NoContent, merge.StatusCode));
        Assert.Equal([(both, 6), (browsers, 3), (many, 1000)], await LinesAsync(shopper));
        Assert.Equal(0, (await browser.GetFromJsonAsync<JsonElement>("/api/cart")).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Only_Web_merges_carts()
    {
        foreach (var caller in new[] { null, "payments" })
        {
            using var client = bed.Client(caller);
            using var answer = await client.PostAsJsonAsync("/internal/carts/merge", new { cartId = "0123456789abcdef", customerId = Guid.CreateVersion7() });
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task What_is_ordered_leaves_the_cart_and_what_came_meanwhile_stays()
    {
        var (a, b) = (bed.Product(100, 100), bed.Product(100, 100));
        using var shopper = bed.Shopper();
        await shopper.PutInCartAsync(a, 2);
        await shopper.PutInCartAsync(b, 1);
        var failpoints = bed.Services.GetRequiredService<Shop.ServiceDefaults.Failpoints>();
        Answer order;
        using (failpoints.On("orders.placed.before-commit", async _ => await shopper.PutInCartAsync(a, 5)))
        {
            order = await shopper.OrderAsync(new { }, "cart");
        }

        Assert.Equal((HttpStatusCode.Created, 3m), (order.Status, order.Json.GetProperty("total").GetDecimal()));
        Assert.Equal([(a, 3)], await LinesAsync(shopper));
        Assert.Equal(order.Text, (await shopper.OrderAsync(new { }, "cart")).Text);
        Assert.Equal([(a, 3)], await LinesAsync(shopper));
    }

    [Fact]
    public async Task An_empty_cart_is_no_order()
    {
        using var shopper = bed.Shopper();
        var answer = await shopper.OrderAsync(new { });
        Assert.Equal((HttpStatusCode.BadRequest, "cart_empty"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_cart_is_forgotten_thirty_days_after_its_last_touch_and_has_no_time_to_live_of_its_own()
    {
        var product = bed.Product(10);
        using var old = bed.Shopper();
        using var fresh = bed.Shopper();
        await old.PutInCartAsync(product, 1);
        await fresh.PutInCartAsync(product, 1);
        var redis = bed.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        var key = CartKey.Of(old.CustomerId).Name;
        Assert.Null(await redis.KeyTimeToLiveAsync(key));
        var longAgo = (TimeProvider.System.GetUtcNow() - CartStore.Kept).AddMinutes(-1).ToUnixTimeSeconds();
        await redis.SortedSetAddAsync("carts:touched", key, longAgo);
        await bed.Services.GetRequiredService<CartStore>().SweepAsync(CancellationToken.None);
        Assert.Empty(await LinesAsync(old));
        Assert.Equal([(product, 1)], await LinesAsync(fresh));
    }

    [Fact]
    public async Task Without_Redis_carts_are_empty_changes_are_503_and_orders_go_on()
    {
        var redis = await LocalServer.RedisAsync();
        await using var replica = await bed.StartReplicaAsync(
            ("ConnectionStrings:cache", redis.ConnectionString), ("Orders:CartLimit", $"{new CartOptions().CartLimit}"));
        using var shopper = bed.Shopper(replica, Guid.CreateVersion7());
        var product = bed.Product(10);
        Assert.Equal(HttpStatusCode.NoContent, (await shopper.PutInCartAsync(product, 1)).Status);
        await redis.DisposeAsync();

        Assert.Equal(0, (await shopper.GetAsync("/api/cart")).Json.GetProperty("count").GetInt32());
        foreach (var refused in new[] { await shopper.PutInCartAsync(product, 1), await shopper.OrderAsync(new { }) })
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "cart_unavailable"), (refused.Status, refused.Code));
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.Created, (await shopper.OrderAsync(new { productId = product, quantity = 1 })).Status);
        using var ready = await shopper.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    private static async Task<IReadOnlyList<(long, int)>> LinesAsync(Shopper shopper) =>
        [.. (await shopper.GetAsync("/api/cart")).Json.GetProperty("items").EnumerateArray()
            .Select(item => (item.GetProperty("productId").GetInt64(), item.GetProperty("quantity").GetInt32()))];
}
