using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Service.Orders;

/// <summary>Orders and the real Catalog, with RabbitMQ between them.</summary>
public sealed class CatalogAndOrders(Servers servers) : IAsyncLifetime
{
    internal CatalogBed Catalog { get; } = new(servers);

    internal OrdersBed Orders { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Catalog.InitializeAsync();
        Orders = new OrdersBed(servers)
        {
            Overrides = new Dictionary<string, string>
            {
                ["services:catalog:http:0"] = Catalog.Addresses[0].ToString(),
                ["services:catalog:http:1"] = Catalog.Addresses[1].ToString(),
                ["ConnectionStrings:messaging"] = servers.RabbitConnectionString,
                ["Messaging:Exchange"] = Catalog.Settings["Messaging:Exchange"],
                ["Internal:Name"] = "orders",
                ["Internal:Key"] = Catalog.Settings["Internal:Callers:orders"],
            },
        };
        await Orders.InitializeAsync();
        // The two replicas started before there was an Orders to ask, so only a third one sweeps.
        Catalog.OrdersStub.Away = true;
    }

    public async Task DisposeAsync()
    {
        await Orders.DisposeAsync();
        await Catalog.DisposeAsync();
    }
}

[Collection(Servers.Collection)]
public sealed class WithCatalogTests(CatalogAndOrders shop) : IClassFixture<CatalogAndOrders>
{
    [Fact]
    public async Task A_coupon_is_used_by_the_order_that_is_paid_and_comes_back_with_the_one_that_is_cancelled()
    {
        var product = await shop.Catalog.ProductAsync(stock: 10, price: 12.5m);
        var promotion = CouponInput.With(new { maxUses = 1 });
        using var administrator = shop.Catalog.Administrator();
        await administrator.SendAsync("POST", "/api/promotions", promotion.ToJsonString());
        var coupon = (string)promotion["code"]!;
        using var shopper = shop.Orders.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 2, coupon });
        Assert.Equal((22.5m, 2.5m), (order.Json.GetProperty("total").GetDecimal(), order.Json.GetProperty("discount").GetDecimal()));
        Assert.Equal(45m, (await shopper.ChangeAsync(order.Id, 4)).Json.GetProperty("total").GetDecimal());
        Assert.Equal("coupon_used_up", (await shopper.OrderAsync(new { productId = product, quantity = 1, coupon })).Code);

        await shopper.CancelAsync(order.Id);
        await Eventually.TrueAsync(async () => await shop.Catalog.CountAsync("SELECT used FROM promotions WHERE code = $1", coupon) == 0);
        var paid = await shopper.OrderAsync(new { productId = product, quantity = 2, coupon });
        var payment = Guid.CreateVersion7();
        Assert.Equal(2250, (await shop.Orders.StartPaymentAsync(paid.Id, payment, shopper.CustomerId)).Json.GetProperty("amount").GetInt64());
        await shop.Orders.SucceedAsync(payment, paid.Id, 2250);
        await Eventually.TrueAsync(async () => await shop.Catalog.StockAsync(product) == new StockNumbers(8, 0));
        Assert.Equal(1, await shop.Catalog.CountAsync("SELECT used FROM promotions WHERE code = $1", coupon));
        await shop.Catalog.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_paid_order_sells_what_it_reserved()
    {
        var product = await shop.Catalog.ProductAsync(stock: 10, price: 12.5m);
        using var shopper = shop.Orders.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 3 }, "k");
        Assert.Equal((HttpStatusCode.Created, 37.5m), (order.Status, order.Json.GetProperty("total").GetDecimal()));
        Assert.Equal(new StockNumbers(10, 3), await shop.Catalog.StockAsync(product));
        Assert.Equal(order.Text, (await shopper.OrderOfAsync(order.Id)).Text);

        var payment = Guid.CreateVersion7();
        Assert.Equal(3750, (await shop.Orders.StartPaymentAsync(order.Id, payment, shopper.CustomerId)).Json.GetProperty("amount").GetInt64());
        await shop.Orders.SucceedAsync(payment, order.Id, 3750);
        await Eventually.TrueAsync(async () => await shop.Catalog.StockAsync(product) == new StockNumbers(7, 0));
        await shop.Catalog.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Cancelling_and_expiring_give_the_stock_back()
    {
        var product = await shop.Catalog.ProductAsync(stock: 10);
        using var shopper = shop.Orders.Shopper();
        var cancelled = await shopper.OrderAsync(new { productId = product, quantity = 3 });
        var expired = await shopper.OrderAsync(new { productId = product, quantity = 4 });
        Assert.Equal(new StockNumbers(10, 7), await shop.Catalog.StockAsync(product));
        await shopper.CancelAsync(cancelled.Id);
        Assert.Equal(new StockNumbers(10, 4), await shop.Catalog.StockAsync(product));
        await shop.Orders.EndLeaseAsync(expired.Id);
        await Eventually.TrueAsync(async () => await shop.Catalog.StockAsync(product) == new StockNumbers(10, 0));
        await shop.Catalog.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_price_that_changed_gives_the_stock_back_and_the_same_key_may_try_again()
    {
        var product = await shop.Catalog.ProductAsync(stock: 2, price: 10);
        using var shopper = shop.Orders.Shopper();
        Assert.Equal("price_changed", (await shopper.OrderAsync(new { productId = product, quantity = 2, expectedTotal = 19 }, "k")).Code);
        Assert.Equal(new StockNumbers(2, 0), await shop.Catalog.StockAsync(product));
        Assert.Equal(HttpStatusCode.Created, (await shopper.OrderAsync(new { productId = product, quantity = 2, expectedTotal = 20 }, "k")).Status);
        Assert.Equal(new StockNumbers(2, 2), await shop.Catalog.StockAsync(product));

        using var late = shop.Orders.Shopper();
        var soldOut = await late.OrderAsync(new { productId = product, quantity = 1 });
        Assert.Equal((HttpStatusCode.Conflict, "sold_out", product, 0), (
            soldOut.Status, soldOut.Code, soldOut.Json.GetProperty("productId").GetInt64(), soldOut.Json.GetProperty("available").GetInt32()));
    }

    [Fact]
    public async Task A_key_that_left_a_reservation_whose_lease_is_over_gets_an_order_with_a_lease_of_its_own()
    {
        var product = await shop.Catalog.ProductAsync(stock: 5);
        using var shopper = shop.Orders.Shopper();
        using (shop.Orders.Services.GetRequiredService<Failpoints>().On("orders.placed.before-commit", _ => throw new FailpointException("test")))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await shopper.OrderAsync(new { productId = product, quantity = 2 }, "k")).Status);
        }

        await shop.Catalog.ExecuteAsync(
            "UPDATE reservations SET lease_until = shop_now() WHERE order_id IN (SELECT order_id FROM reservation_lines WHERE product_id = $1)", product);
        var order = await shopper.OrderAsync(new { productId = product, quantity = 2 }, "k");
        Assert.Equal(HttpStatusCode.Created, order.Status);
        Assert.True(await shop.Orders.QueryAsync<bool>(order.Id, "SELECT revision = 2 AND expires_at > shop_now() + interval '10 minutes' FROM orders WHERE id = $1"));
        Assert.Equal(new StockNumbers(5, 2), await shop.Catalog.StockAsync(product));
    }

    [Fact]
    public async Task What_is_being_paid_is_kept_beyond_its_lease_and_what_was_never_ordered_is_not()
    {
        var (paying, left) = (await shop.Catalog.ProductAsync(stock: 5), await shop.Catalog.ProductAsync(stock: 5));
        using var shopper = shop.Orders.Shopper();
        var order = await shopper.OrderAsync(new { productId = paying, quantity = 2 });
        await shop.Orders.StartPaymentAsync(order.Id, Guid.CreateVersion7(), shopper.CustomerId);
        using (shop.Orders.Services.GetRequiredService<Failpoints>().On("orders.placed.before-commit", _ => throw new FailpointException("test")))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await shopper.OrderAsync(new { productId = left, quantity = 2 }, "k")).Status);
        }

        await shop.Catalog.ExecuteAsync(
            "UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id IN (SELECT order_id FROM reservation_lines WHERE product_id = ANY ($1))",
            new[] { paying, left });
        await using var sweeping = await CatalogBed.StartAsync(new Dictionary<string, string>(shop.Catalog.Settings)
        {
            ["services:orders:http:0"] = shop.Orders.Replicas[0].Address.ToString(), ["Internal:Name"] = "catalog", ["Internal:Key"] = "catalog-key",
            ["ConnectionStrings:messaging"] = "amqp://guest:guest@127.0.0.1:1",
        });
        await Eventually.TrueAsync(async () => await shop.Catalog.StockAsync(left) == new StockNumbers(5, 0));
        Assert.Equal(new StockNumbers(5, 2), await shop.Catalog.StockAsync(paying));
        await shop.Catalog.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_new_quantity_changes_what_is_reserved_and_paid()
    {
        var product = await shop.Catalog.ProductAsync(stock: 10, price: 5);
        using var shopper = shop.Orders.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 2 });
        Assert.Equal(30m, (await shopper.ChangeAsync(order.Id, 6)).Json.GetProperty("total").GetDecimal());
        Assert.Equal("sold_out", (await shopper.ChangeAsync(order.Id, 11)).Code);
        Assert.Equal(new StockNumbers(10, 6), await shop.Catalog.StockAsync(product));

        var payment = Guid.CreateVersion7();
        await shop.Orders.StartPaymentAsync(order.Id, payment, shopper.CustomerId);
        await shop.Orders.SucceedAsync(payment, order.Id, 3000);
        await Eventually.TrueAsync(async () => await shop.Catalog.StockAsync(product) == new StockNumbers(4, 0));
    }

    [Fact]
    public async Task A_cart_shows_the_catalogs_names_and_is_ordered_as_a_whole()
    {
        var (a, b) = (await shop.Catalog.ProductAsync(stock: 5, price: 1.5m), await shop.Catalog.ProductAsync(stock: 5, price: 2));
        using var shopper = shop.Orders.Shopper();
        await shopper.PutInCartAsync(a, 2);
        await shopper.PutInCartAsync(b, 1);
        var cart = (await shopper.GetAsync("/api/cart")).Json;
        Assert.Equal((5m, "Thing under test"), (cart.GetProperty("total").GetDecimal(), cart.GetProperty("items")[0].GetProperty("name").GetString()));
        Assert.Equal(5, cart.GetProperty("items")[0].GetProperty("available").GetInt32());
        Assert.Equal(5m, (await shopper.OrderAsync(new { expectedTotal = 5 })).Json.GetProperty("total").GetDecimal());
        Assert.Equal(0, (await shopper.GetAsync("/api/cart")).Json.GetProperty("count").GetInt32());
        Assert.Equal(new StockNumbers(5, 2), await shop.Catalog.StockAsync(a));
    }

    [Fact]
    public async Task Two_hundred_buyers_of_twenty_units_get_twenty()
    {
        var product = await shop.Catalog.ProductAsync(stock: 20);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            using var shopper = shop.Orders.Shopper(replica: n % 2);
            return await InsistAsync(shopper, new { productId = product, quantity = 1 });
        }));
        Assert.Equal(20, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(180, answers.Count(answer => answer.Code == "sold_out"));
        Assert.Equal(new StockNumbers(20, 20), await shop.Catalog.StockAsync(product));
        await shop.Catalog.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_hundred_parallel_buys_of_a_limited_product_by_one_account_get_what_the_account_may_have()
    {
        var product = await shop.Catalog.ProductAsync(stock: 500);
        await shop.Catalog.LimitAsync(product, 3);
        var customer = Guid.CreateVersion7();
        using var other = shop.Orders.Shopper();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            using var shopper = shop.Orders.Shopper(shop.Orders.Replicas[n % 2], customer);
            return await InsistAsync(shopper, new { productId = product, quantity = 1 }, $"{n}");
        }));
        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), refused => Assert.Equal(
            (HttpStatusCode.Conflict, "limit_reached", product, 3, 0),
            (refused.Status, refused.Code, refused.Json.GetProperty("productId").GetInt64(), refused.Json.GetProperty("limit").GetInt32(),
                refused.Json.GetProperty("left").GetInt32())));
        Assert.Equal(HttpStatusCode.Created, (await other.OrderAsync(new { productId = product, quantity = 3 })).Status);
        Assert.Equal(new StockNumbers(500, 6), await shop.Catalog.StockAsync(product));
        await shop.Catalog.AssertBooksAgreeAsync();
    }

    // A busy machine does not serve so many at once in time, and says so: then the same order is sent again.
    private static Task<Answer> InsistAsync(Shopper shopper, object order, string key = "rush") => Eventually.BecomesAsync(
        "an answer but 503", () => shopper.OrderAsync(order, key), answer => answer.Status != HttpStatusCode.ServiceUnavailable, TimeSpan.FromMinutes(2));
}
