using System.Net;

namespace Shop.Tests.Service.Orders;

/// <summary>Coupons on their way through Orders; whether one may be used is Catalog's business.</summary>
[Collection(Servers.Collection)]
public sealed class CouponTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    private const string Key = "k";

    [Fact]
    public async Task An_order_shows_its_coupon_and_what_it_takes_off()
    {
        var product = bed.Product(5, price: 1999);
        using var shopper = bed.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 1, coupon = "ten", expectedTotal = 18.00m }, Key);
        Assert.Equal((HttpStatusCode.Created, 18.00m, 1.99m, "TEN"), Shown(order));
        Assert.Equal(order.Text, (await shopper.OrderOfAsync(order.Id)).Text);

        var started = await bed.StartPaymentAsync(order.Id, Guid.CreateVersion7(), shopper.CustomerId);
        Assert.Equal(1800, started.Json.GetProperty("amount").GetInt64());
    }

    [Fact]
    public async Task The_expected_total_is_the_discounted_one()
    {
        var product = bed.Product(5, price: 1000);
        using var shopper = bed.Shopper();
        var refused = await shopper.OrderAsync(new { productId = product, quantity = 1, coupon = "TEN", expectedTotal = 10 });
        Assert.Equal((HttpStatusCode.Conflict, "price_changed", 9m), (refused.Status, refused.Code, refused.Json.GetProperty("total").GetDecimal()));
        Assert.Equal(0, bed.Catalog.Reserved(product));
    }

    [Theory]
    [InlineData("NOBODYS", HttpStatusCode.NotFound, "coupon_unknown")]
    [InlineData("OVER", HttpStatusCode.Conflict, "coupon_not_valid")]
    [InlineData("GONE", HttpStatusCode.Conflict, "coupon_used_up")]
    [InlineData("ONCE", HttpStatusCode.Conflict, "coupon_limit")]
    [InlineData("TEN", HttpStatusCode.Conflict, "coupon_minimum")]
    public async Task What_Catalog_refuses_the_customer_is_told(string coupon, HttpStatusCode status, string code)
    {
        var product = bed.Product(5, price: 100);
        using var shopper = bed.Shopper();
        var refused = await shopper.OrderAsync(new { productId = product, quantity = 1, coupon }, Key);
        Assert.Equal((status, code, "coupon"), (refused.Status, refused.Code, refused.Json.GetProperty("field").GetString()));
        if (code == "coupon_minimum") Assert.Equal(3m, refused.Json.GetProperty("minimum").GetDecimal());
        if (code == "coupon_limit") Assert.Equal(1, refused.Json.GetProperty("limit").GetInt32());
        Assert.Equal(HttpStatusCode.Created, (await shopper.OrderAsync(new { productId = product, quantity = 1 }, Key)).Status);
    }

    [Fact]
    public async Task The_same_key_with_another_coupon_is_another_body()
    {
        var product = bed.Product(5, price: 1000);
        using var shopper = bed.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 1, coupon = "TEN" }, Key);
        Assert.Equal(order.Text, (await shopper.OrderAsync(new { productId = product, quantity = 1, coupon = "ten" }, Key)).Text);
        Assert.Equal("idempotency_key_reused", (await shopper.OrderAsync(new { productId = product, quantity = 1 }, Key)).Code);
    }

    [Fact]
    public async Task A_new_quantity_keeps_the_coupon_and_is_refused_when_that_asks_for_more()
    {
        var product = bed.Product(9, price: 100);
        using var shopper = bed.Shopper();
        var order = await shopper.OrderAsync(new { productId = product, quantity = 3, coupon = "TEN" });
        Assert.Equal((HttpStatusCode.OK, 4.50m, 0.50m, "TEN"), Shown(await shopper.ChangeAsync(order.Id, 5)));
        var refused = await shopper.ChangeAsync(order.Id, 2);
        Assert.Equal((HttpStatusCode.Conflict, "coupon_minimum"), (refused.Status, refused.Code));
        Assert.Equal((HttpStatusCode.OK, 4.50m, 0.50m, "TEN"), Shown(await shopper.OrderOfAsync(order.Id)));
        Assert.Equal(5, bed.Catalog.Reserved(product));
    }

    private static (HttpStatusCode Status, decimal Total, decimal Discount, string? Coupon) Shown(Answer order) => (
        order.Status, order.Json.GetProperty("total").GetDecimal(), order.Json.GetProperty("discount").GetDecimal(), order.Json.GetProperty("coupon").GetString());
}
