using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>Coupons and their uses, whichever strategy reserves. The races are scenario T4's.</summary>
public abstract class CouponTests(CatalogBed bed)
{
    private readonly Guid _order = Guid.CreateVersion7();
    private readonly Guid _customer = Guid.CreateVersion7();

    [Fact]
    public async Task A_thousand_parallel_redemptions_of_a_hundred_uses_are_exactly_a_hundred()
    {
        var (products, code) = (await ProductsAsync(), await CouponAsync(new { maxUses = 100 }));
        var orders = Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7()).ToList();
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(n =>
            Answer.InsistAsync(() => ReserveAsync(n % 2 == 0 ? here : there, orders[n], 1, orders[n], products[n % products.Length], 1, code))));

        Assert.Equal(100, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(900, answers.Count(answer => (answer.Status, answer.Code) == (HttpStatusCode.Conflict, "coupon_used_up")));
        Assert.All(answers.Where(answer => answer.Status == HttpStatusCode.OK), answer => Assert.Equal(900, (long)answer.Json["total"]!));
        Assert.Equal(100, await bed.CountAsync("SELECT sum(reserved) FROM stock WHERE variant_id = ANY ($1)", products));
        await UsedAsync(code, 100);
    }

    [Fact]
    public async Task Twenty_parallel_orders_of_a_customer_use_a_coupon_once()
    {
        var (products, code) = (await ProductsAsync(), await CouponAsync(new { maxUsesPerCustomer = 1 }));
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n =>
            ReserveAsync(n % 2 == 0 ? here : there, Guid.CreateVersion7(), 1, _customer, products[n % products.Length], 1, code)));

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(19, answers.Count(answer => answer.Code == "coupon_limit" && (int)answer.Json["limit"]! == 1));
        using var orders = bed.Orders();
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(orders, Guid.CreateVersion7(), 1, Guid.CreateVersion7(), products[0], 1, code)).Status);
        await UsedAsync(code, 2);
    }

    [Fact]
    public async Task Orders_that_change_coupons_in_opposite_directions_do_not_lock_each_other_out()
    {
        var products = await ProductsAsync();
        var (first, second) = (await CouponAsync(new { }), await CouponAsync(new { }));
        var orders = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToList();
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        for (var revision = 1; revision <= 4; revision++)
        {
            var answers = await Task.WhenAll(orders.Select((order, n) => ReserveAsync(
                n % 2 == 0 ? here : there, order, revision, _customer, products[n % products.Length], 1, (n / 2 + revision) % 2 == 0 ? first : second)));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        }
        await UsedAsync(first, 20);
        await UsedAsync(second, 20);
    }

    [Fact]
    public async Task Repeats_on_two_replicas_take_one_use_and_get_one_answer()
    {
        var (product, code) = (await bed.ProductAsync(stock: 100, price: 19.99m), await CouponAsync(new { maxUses = 1, value = 15 }));
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(n =>
            ReserveAsync(n % 2 == 0 ? here : there, _order, 1, _customer, product, 1, n % 3 == 0 ? code : code.ToLowerInvariant())));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var only = Assert.Single(answers.Select(answer => answer.Json.ToJsonString()).Distinct());
        var json = JsonNode.Parse(only)!;
        Assert.Equal((1700, 299, code, false), ((long)json["total"]!, (long)json["discount"]!, (string)json["coupon"]!, (bool)json["freeShipping"]!));
        Assert.Equal("reservation_conflict", (await ReserveAsync(here, _order, 1, _customer, product, 1, coupon: null)).Code);
        await UsedAsync(code, 1);
    }

    [Theory]
    [InlineData("released", 0)]
    [InlineData("expired", 0)]
    [InlineData("bought", 1)]
    [InlineData("bought and cancelled", 0)]
    [InlineData("expired and bought", 1)]
    public async Task A_use_comes_back_unless_the_order_is_paid(string end, int used)
    {
        var (product, code) = (await bed.ProductAsync(stock: 100), await CouponAsync(new { maxUses = 1, maxUsesPerCustomer = 1 }));
        using var orders = bed.Orders();
        await ReserveAsync(orders, _order, 1, _customer, product, 1, code);
        if (end == "released") (await orders.DeleteAsync($"/internal/reservations/{_order}")).Dispose();
        if (end.StartsWith("expired", StringComparison.Ordinal)) await bed.ExpireAsync(_order);
        if (end.Contains("bought", StringComparison.Ordinal)) await bed.PaidAsync(_order, version: 2);
        if (end == "bought and cancelled") await bed.CancelledAsync(_order, version: 3);
        await UsedAsync(code, used);
        Assert.Equal(used == 0 ? null : "coupon_used_up", (await ReserveAsync(orders, Guid.CreateVersion7(), 1, _customer, product, 1, code)).Code);
        await UsedAsync(code, 1);
    }

    [Fact]
    public async Task A_payment_after_the_lease_that_finds_no_use_left_is_honoured_uncounted()
    {
        var (product, code) = (await bed.ProductAsync(stock: 100), await CouponAsync(new { maxUses = 1 }));
        using var orders = bed.Orders();
        await ReserveAsync(orders, _order, 1, _customer, product, 1, code);
        await bed.ExpireAsync(_order);
        await ReserveAsync(orders, Guid.CreateVersion7(), 1, _customer, product, 1, code);
        await bed.PaidAsync(_order, version: 2);
        Assert.Equal(1, await bed.CountAsync(
            "SELECT count(*) FROM reservations WHERE state = 'confirmed' AND discount = 100 AND NOT promotion_counted AND order_id = $1", _order));
        await UsedAsync(code, 1);
    }

    [Fact]
    public async Task A_revision_keeps_changes_or_gives_up_the_coupon()
    {
        var (product, first, second) = (await bed.ProductAsync(stock: 100), await CouponAsync(new { maxUses = 1 }), await CouponAsync(new { kind = "amount", value = 2.5m }));
        using var orders = bed.Orders();
        await ReserveAsync(orders, _order, 1, _customer, product, 1, first);
        Assert.Equal(200, (long)(await ReserveAsync(orders, _order, 2, _customer, product, 2, first)).Json["discount"]!);
        await UsedAsync(first, 1);
        Assert.Equal(250, (long)(await ReserveAsync(orders, _order, 3, _customer, product, 2, second)).Json["discount"]!);
        await UsedAsync(first, 0);
        await UsedAsync(second, 1);
        var without = await ReserveAsync(orders, _order, 4, _customer, product, 2, coupon: null);
        Assert.Equal((2000, null), ((long)without.Json["total"]!, (string?)without.Json["coupon"]));
        await UsedAsync(second, 0);
    }

    [Theory]
    [InlineData("""{"validFrom":"2199-01-01T00:00:00Z","validUntil":"2199-02-01T00:00:00Z"}""", "coupon_not_valid")]
    [InlineData("""{"validFrom":"2020-01-01T00:00:00Z","validUntil":"2020-02-01T00:00:00Z"}""", "coupon_not_valid")]
    [InlineData("""{"minimum":10.01}""", "coupon_minimum")]
    [InlineData(null, "coupon_unknown")]
    public async Task A_coupon_that_cannot_be_used_is_refused_with_the_reason_and_holds_nothing(string? promotion, string why)
    {
        var (product, code) = (await bed.ProductAsync(stock: 100), promotion is null ? "NOBODYS" : await CouponAsync(JsonNode.Parse(promotion)!));
        using var orders = bed.Orders();
        var answer = await ReserveAsync(orders, _order, 1, _customer, product, 1, code);
        Assert.Equal((why, "coupon"), (answer.Code, (string?)answer.Json["field"]));
        Assert.Equal(why == "coupon_unknown" ? HttpStatusCode.NotFound : HttpStatusCode.Conflict, answer.Status);
        if (why == "coupon_minimum") Assert.Equal(1001, (long)answer.Json["minimum"]!);
        Assert.Equal(new StockNumbers(100, 0), await bed.StockAsync(product));
    }

    [Fact]
    public async Task A_code_that_is_none_is_refused_as_a_field()
    {
        using var orders = bed.Orders();
        var answer = await ReserveAsync(orders, _order, 1, _customer, 1, 1, "no such");
        Assert.Equal((HttpStatusCode.BadRequest, "coupon"), (answer.Status, (string?)answer.Json["field"]));
    }

    private static Task<Answer> ReserveAsync(
        HttpClient orders, Guid order, int revision, Guid customer, long product, int quantity, string? coupon) =>
        Answer.OfAsync(orders.PostAsJsonAsync("/internal/reservations", new
        {
            orderId = order, revision, customerId = customer, coupon, lines = new[] { new { productId = product, quantity } },
        }));

    /// <summary>So many that the lock of a product does not stand in for that of the coupon; each is asked for at one replica.</summary>
    private async Task<long[]> ProductsAsync()
    {
        var products = new long[10];
        for (var n = 0; n < products.Length; n++) products[n] = await bed.ProductAsync(stock: 5000);
        return products;
    }

    /// <summary>Ten percent until the end of the century, unless told otherwise.</summary>
    private async Task<string> CouponAsync(object changes)
    {
        var promotion = CouponInput.With(changes);
        using var administrator = bed.Administrator();
        using var created = await administrator.PostAsJsonAsync("/api/promotions", promotion);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        return (string)promotion["code"]!;
    }

    private async Task UsedAsync(string code, int expected)
    {
        Assert.Equal(expected, await bed.CountAsync("SELECT used FROM promotions WHERE code = $1", code));
        await bed.AssertBooksAgreeAsync();
    }
}

internal static class CouponInput
{
    /// <summary>A promotion of its own code, with members replaced or added.</summary>
    public static JsonObject With(object changes)
    {
        var promotion = new JsonObject
        {
            ["code"] = $"T-{Guid.CreateVersion7():N}".ToUpperInvariant(), ["name"] = "Ten off", ["kind"] = "percentage", ["value"] = 10,
            ["validUntil"] = "2099-01-01T00:00:00Z",
        };
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(changes)!.AsObject()) promotion[name] = value?.DeepClone();
        return promotion;
    }
}

[Collection(Servers.Collection)]
public sealed class GroupCommitCouponTests(CatalogBed bed) : CouponTests(bed), IClassFixture<CatalogBed>;

[Collection(Servers.Collection)]
public sealed class ConditionalUpdateCouponTests(SingleCatalogBed bed) : CouponTests(bed), IClassFixture<SingleCatalogBed>;
