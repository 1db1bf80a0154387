using System.Net;

namespace Shop.Tests.Distributed;

[Collection(ShopGraph.Collection)]
public sealed class PurchaseTests(ShopGraph graph)
{
    [Fact]
    public async Task A_purchase_through_the_gateway_is_paid_takes_its_stock_and_is_in_both_ledgers()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var product = await customer.AnyProductAsync();
        var (productId, price) = ((long)product["id"]!, (decimal)product["price"]!);

        var order = await customer.OrderAsync(new { productId, quantity = 3, expectedTotal = price * 3 });
        var orderId = (string)order["id"]!;
        Assert.Equal("reserved", (string?)order["status"]);
        Assert.Equal(price * 3, (decimal)order["total"]!);
        await customer.PayAsync(orderId);
        await customer.BecomesAsync(orderId, "paid");

        Assert.Equal(-3, await Eventually.BecomesAsync("three units sold", () => SoldAsync(orderId), sold => sold != 0));
        Assert.Equal(0, await UnbookedAsync(productId));
        Assert.Equal((long)(price * 3 * 100), await ShopGraph.QueryAsync<long>(graph.App, "paymentsdb",
            "select sum(amount)::bigint from ledger_entries where order_id = $1 and account = 'provider:sandbox'", Guid.Parse(orderId)));
        Assert.Equal(0, await ShopGraph.QueryAsync<long>(graph.App, "paymentsdb", "select sum(amount)::bigint from ledger_entries"));
    }

    [Fact]
    public async Task A_declined_payment_leaves_the_order_reserved_and_a_second_one_pays_it()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;

        var declined = (string)(await customer.PayAsync(orderId, "sandbox-decline"))["id"]!;
        await Eventually.BecomesAsync("the payment is declined",
            async () => (string)(await customer.SendAsync(HttpMethod.Get, $"/api/payments/{declined}"))["status"]!, status => status == "declined");
        await customer.BecomesAsync(orderId, "reserved");
        await customer.PayAsync(orderId, "sandbox-repeat");
        await customer.BecomesAsync(orderId, "paid");

        Assert.Equal(1, await ShopGraph.QueryAsync<long>(graph.App, "paymentsdb",
            "select count(*) from ledger_entries where order_id = $1 and account = 'orders'", Guid.Parse(orderId)));
    }

    [Fact]
    public async Task A_provider_that_stays_silent_is_asked_and_the_order_is_paid()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;

        await customer.PayAsync(orderId, "sandbox-silent");
        await customer.BecomesAsync(orderId, "paid", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_the_same_order_to_the_byte()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var body = new { productId, quantity = 1 };

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => customer.TrySendAsync(HttpMethod.Post, "/api/orders", body, "one-key")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single((await customer.SendAsync(HttpMethod.Get, "/api/orders"))["items"]!.AsArray());
        var (status, _) = await customer.TrySendAsync(HttpMethod.Post, "/api/orders", new { productId, quantity = 2 }, "one-key");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
    }

    [Fact]
    public async Task An_anonymous_cart_follows_its_visitor_through_login_to_an_order()
    {
        using var customer = graph.Visitor();
        var products = await customer.ProductsAsync();
        var bought = products.Where(product => (int)product!["available"]! > 5).Take(2).Select(product => (long)product!["id"]!).ToArray();
        foreach (var productId in bought)
            await customer.SendAsync(HttpMethod.Put, $"/api/cart/items/{productId}", new { quantity = 2 }, HttpStatusCode.NoContent);

        await customer.RegisterAsync();
        var cart = await customer.SendAsync(HttpMethod.Get, "/api/cart");
        Assert.Equal(bought.Order(), cart["items"]!.AsArray().Select(item => (long)item!["productId"]!).Order());
        var order = await customer.OrderAsync(new { });
        Assert.Equal(2, order["lines"]!.AsArray().Count);
        Assert.Empty((await customer.SendAsync(HttpMethod.Get, "/api/cart"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Another_customers_order_and_payment_are_not_there()
    {
        using var owner = graph.Visitor();
        await owner.RegisterAsync();
        using var other = graph.Visitor();
        await other.RegisterAsync();
        var productId = (long)(await owner.AnyProductAsync())["id"]!;
        var orderId = (string)(await owner.OrderAsync(new { productId, quantity = 1 }))["id"]!;

        await other.SendAsync(HttpMethod.Get, $"/api/orders/{orderId}", expected: HttpStatusCode.NotFound);
        await other.SendAsync(HttpMethod.Put, $"/api/orders/{orderId}", new { quantity = 2 }, HttpStatusCode.NotFound);
        await other.SendAsync(HttpMethod.Delete, $"/api/orders/{orderId}", expected: HttpStatusCode.NotFound);
        await other.SendAsync(HttpMethod.Get, $"/api/orders/{orderId}/events", expected: HttpStatusCode.NotFound);
        await other.SendAsync(HttpMethod.Post, "/api/payments", new { orderId, method = "sandbox" }, HttpStatusCode.NotFound);
        Assert.Equal("reserved", await owner.StatusAsync(orderId));
    }

    [Fact]
    public async Task A_change_of_quantity_and_a_cancellation_give_the_stock_back()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var product = await customer.AnyProductAsync(20);
        var productId = (long)product["id"]!;
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 2 }))["id"]!;

        var changed = await customer.SendAsync(HttpMethod.Put, $"/api/orders/{orderId}", new { quantity = 5 });
        Assert.Equal((decimal)product["price"]! * 5, (decimal)changed["total"]!);
        Assert.Equal(5, await ReservedForAsync(orderId));
        await customer.SendAsync(HttpMethod.Delete, $"/api/orders/{orderId}", expected: HttpStatusCode.NoContent);
        Assert.Equal("cancelled", await customer.StatusAsync(orderId));
        await Eventually.BecomesAsync("nothing is reserved for the order", () => ReservedForAsync(orderId), seen => seen == 0);
    }

    [Fact]
    public async Task One_OpenApi_document_describes_every_public_call_with_the_types_of_its_fields()
    {
        using var visitor = graph.Visitor();
        var document = await visitor.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var paths = document["paths"]!.AsObject();

        foreach (var path in new[] { "/api/users/login", "/api/products", "/api/products/{id}", "/api/cart", "/api/orders", "/api/orders/{id}/events", "/api/payments" })
            Assert.True(paths.ContainsKey(path), path);
        Assert.DoesNotContain(paths, path => path.Key.StartsWith("/internal", StringComparison.Ordinal));
        var method = document["components"]!["schemas"]!.AsObject().Single(schema => schema.Key.Contains("StartPayment", StringComparison.Ordinal)).Value!["properties"]!["method"]!;
        Assert.Contains("string", method["type"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private Task<long> SoldAsync(string orderId) => ShopGraph.QueryAsync<long>(graph.App, "catalogdb",
        "select coalesce(sum(quantity), 0)::bigint from stock_ledger where kind = 'sold' and order_id = $1", Guid.Parse(orderId));

    // Of a product of which others buy as well: orders of other tests may be sold at any time.
    private Task<long> UnbookedAsync(long productId) => ShopGraph.QueryAsync<long>(graph.App, "catalogdb",
        """
        select on_hand - (select sum(quantity) from stock_ledger where variant_id = $1 and kind not in ('reserved', 'released'))
        from stock where variant_id = $1
        """, productId);

    private Task<long> ReservedForAsync(string orderId) => ShopGraph.QueryAsync<long>(graph.App, "catalogdb",
        "select coalesce(sum(quantity) filter (where kind in ('reserved', 'released')), 0)::bigint from stock_ledger where order_id = $1", Guid.Parse(orderId));
}
