using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>Promotions as administrators keep them, and what a coupon is quoted at.</summary>
[Collection(Servers.Collection)]
public sealed class PromotionTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _administrator = bed.Administrator();

    public void Dispose() => _administrator.Dispose();

    [Fact]
    public async Task A_promotion_is_made_changed_and_stopped_and_the_trail_says_by_whom()
    {
        var input = CouponInput.With(new { kind = "amount", value = 5.5m, minimum = 20, maxUses = 3, nameZh = "立减" });
        var code = (string)input["code"]!;
        var created = await _administrator.SendAsync("POST", "/api/promotions", input.ToJsonString());
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal((5.5m, 20m, 3, 0, 1), Numbers(created.Json));

        input["value"] = 6;
        input.Remove("minimum");
        var changed = await _administrator.SendAsync("PUT", $"/api/promotions/{code.ToLowerInvariant()}", input.ToJsonString(), "\"v1\"");
        Assert.Equal((6m, 0m, 3, 0, 2), Numbers(changed.Json));
        Assert.Equal((string)created.Json["validFrom"]!, (string)changed.Json["validFrom"]!);
        for (var repeat = 0; repeat < 2; repeat++)
            Assert.Equal(HttpStatusCode.NoContent, (await _administrator.SendAsync("DELETE", $"/api/promotions/{code}")).Status);

        var known = (await _administrator.SendAsync("GET", $"/api/promotions/{code}")).Json;
        Assert.Equal(3, (int)known["version"]!);
        Assert.NotNull(known["stoppedAt"]);
        Assert.Equal("promotion_stopped", (await _administrator.SendAsync("PUT", $"/api/promotions/{code}", input.ToJsonString())).Code);
        Assert.Equal(code, (string)(await _administrator.SendAsync("GET", "/api/promotions?limit=1")).Json["items"]![0]!["code"]!);

        var audit = await _administrator.AuditAsync($"promotion:{code}");
        Assert.Equal(["promotion.stopped", "promotion.changed", "promotion.created"], audit.Actions());
        Assert.Equal([$"{CatalogBed.CustomerOf(_administrator)}"], audit.Strings("who").Distinct());
        Assert.Equal(["minimum", "value"], audit[1]!["after"]!.AsObject().Select(member => member.Key).Order());
    }

    [Fact]
    public async Task A_change_of_what_somebody_else_has_changed_is_refused()
    {
        var code = await CreateAsync(new { });
        foreach (var method in (string[])["PUT", "DELETE"])
        {
            var refused = await _administrator.SendAsync(method, $"/api/promotions/{code}", CouponInput.With(new { code }).ToJsonString(), "\"v2\"");
            Assert.Equal((HttpStatusCode.PreconditionFailed, "version_mismatch"), (refused.Status, refused.Code));
        }
        Assert.Equal(["promotion.created"], (await _administrator.AuditAsync($"promotion:{code}")).Actions());
    }

    [Theory]
    [InlineData("""{"code":"with space"}""", "code")]
    [InlineData("""{"code":null}""", "code")]
    [InlineData("""{"name":" "}""", "name")]
    [InlineData("""{"name":"two\tcolumns"}""", "name")]
    [InlineData("""{"kind":"gift"}""", "kind")]
    [InlineData("""{"value":0}""", "value")]
    [InlineData("""{"value":101}""", "value")]
    [InlineData("""{"value":1.5}""", "value")]
    [InlineData("""{"kind":"amount","value":0.001}""", "value")]
    [InlineData("""{"kind":"free-shipping","value":1}""", "value")]
    [InlineData("""{"minimum":-1}""", "minimum")]
    [InlineData("""{"maxUses":0}""", "maxUses")]
    [InlineData("""{"maxUsesPerCustomer":0}""", "maxUsesPerCustomer")]
    [InlineData("""{"validUntil":null}""", "validUntil")]
    [InlineData("""{"validUntil":"2020-01-01T00:00:00Z"}""", "validUntil")]
    [InlineData("""{"validFrom":"0001-01-01T00:00:00Z"}""", "validFrom")]
    public async Task A_promotion_that_breaks_a_rule_names_the_field(string changes, string field)
    {
        var answer = await _administrator.SendAsync("POST", "/api/promotions", CouponInput.With(JsonNode.Parse(changes)!).ToJsonString());
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task A_code_is_given_once_and_what_is_used_stays_within_its_bound()
    {
        var code = await CreateAsync(new { });
        Assert.Equal("coupon_taken", (await _administrator.SendAsync("POST", "/api/promotions", CouponInput.With(new { code = code.ToLowerInvariant() }).ToJsonString())).Code);
        await UseAsync(code);
        await UseAsync(code);
        var below = await _administrator.SendAsync("PUT", $"/api/promotions/{code}", CouponInput.With(new { code, maxUses = 1 }).ToJsonString());
        Assert.Equal((HttpStatusCode.BadRequest, "maxUses"), (below.Status, (string?)below.Json["field"]));
        foreach (var other in (object[])[new { code, kind = "amount" }, new { code, value = 99 }, new { code, minimum = 1 }])
        {
            var refused = await _administrator.SendAsync("PUT", $"/api/promotions/{code}", CouponInput.With(other).ToJsonString());
            Assert.Equal((HttpStatusCode.Conflict, "promotion_used"), (refused.Status, refused.Code));
        }
        var renamed = await _administrator.SendAsync("PUT", $"/api/promotions/{code}", CouponInput.With(new { code, name = "Other", maxUses = 2 }).ToJsonString());
        Assert.Equal(HttpStatusCode.OK, renamed.Status);
        Assert.Equal(2, (int)(await _administrator.SendAsync("GET", $"/api/promotions/{code}")).Json["used"]!);
        Assert.Equal("promotion_unknown", (await _administrator.SendAsync("GET", "/api/promotions/NOBODYS")).Code);
    }

    [Fact]
    public async Task A_quote_tells_what_comes_off_and_takes_nothing()
    {
        var code = await CreateAsync(new { value = 15, minimum = 10, maxUses = 1 });
        using var visitor = bed.Visitor();
        for (var repeat = 0; repeat < 2; repeat++)
        {
            var quote = await visitor.SendAsync("GET", $"/api/coupons/{code.ToLowerInvariant()}/quote?total=19.99");
            Assert.Equal((2.99m, 17.00m, code), ((decimal)quote.Json["discount"]!, (decimal)quote.Json["total"]!, (string)quote.Json["coupon"]!));
        }
        var small = await visitor.SendAsync("GET", $"/api/coupons/{code}/quote?total=9.99");
        Assert.Equal((HttpStatusCode.Conflict, "coupon_minimum", 10m), (small.Status, small.Code, (decimal)small.Json["minimum"]!));
        Assert.Equal("total", (string?)(await visitor.SendAsync("GET", $"/api/coupons/{code}/quote?total=-1")).Json["field"]);
        foreach (var unknown in (string[])["NOBODYS", "no%20code"])
            Assert.Equal((HttpStatusCode.NotFound, "coupon_unknown"), await CodeAsync(visitor, unknown));
        await UseAsync(code);
        Assert.Equal((HttpStatusCode.Conflict, "coupon_used_up"), await CodeAsync(visitor, code));
        await _administrator.SendAsync("DELETE", $"/api/promotions/{code}");
        Assert.Equal((HttpStatusCode.Conflict, "coupon_not_valid"), await CodeAsync(visitor, code));
    }

    [Fact]
    public async Task A_quote_for_a_customer_counts_that_customers_uses()
    {
        var code = await CreateAsync(new { kind = "free-shipping", value = 0, maxUsesPerCustomer = 1 });
        using var customer = bed.Customer();
        using var other = bed.Customer();
        await UseAsync(code, CatalogBed.CustomerOf(customer));
        Assert.Equal((HttpStatusCode.Conflict, "coupon_limit"), await CodeAsync(customer, code));
        Assert.True((bool)(await other.SendAsync("GET", $"/api/coupons/{code}/quote?total=20")).Json["freeShipping"]!);
    }

    [Fact]
    public async Task Uses_of_orders_that_are_too_old_to_be_kept_go_on_counting()
    {
        var (code, customer) = (await CreateAsync(new { maxUsesPerCustomer = 2 }), Guid.CreateVersion7());
        var (bought, released) = (await UseAsync(code, customer), await UseAsync(code, customer));
        await bed.PaidAsync(bought, version: 2);
        await bed.CancelledAsync(released, version: 2);
        await bed.ExecuteAsync("UPDATE reservations SET updated_at = shop_now() - interval '181 days' WHERE order_id = ANY ($1)", new[] { bought, released });
        await bed.ExecuteAsync("UPDATE stock_ledger SET at = at - interval '181 days' WHERE order_id = ANY ($1)", new[] { bought, released });
        await bed.RetainAsync();

        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM reservations WHERE order_id = ANY ($1)", new[] { bought, released }));
        Assert.Equal(1, await bed.CountAsync("SELECT used FROM promotions WHERE code = $1", code));
        await bed.AssertBooksAgreeAsync();
        await UseAsync(code, customer);
        using var client = bed.CustomerOf(customer);
        Assert.Equal((HttpStatusCode.Conflict, "coupon_limit"), await CodeAsync(client, code));
    }

    private static async Task<(HttpStatusCode Status, string? Code)> CodeAsync(HttpClient client, string coupon)
    {
        var answer = await client.SendAsync("GET", $"/api/coupons/{coupon}/quote?total=20");
        return (answer.Status, answer.Code);
    }

    private async Task<string> CreateAsync(object changes)
    {
        var promotion = CouponInput.With(changes);
        Assert.Equal(HttpStatusCode.Created, (await _administrator.SendAsync("POST", "/api/promotions", promotion.ToJsonString())).Status);
        return (string)promotion["code"]!;
    }

    private async Task<Guid> UseAsync(string coupon, Guid? customer = null)
    {
        var order = Guid.CreateVersion7();
        var product = await bed.ProductAsync(stock: 1);
        using var orders = bed.Orders();
        var body = new JsonObject
        {
            ["orderId"] = order, ["revision"] = 1, ["customerId"] = customer ?? Guid.CreateVersion7(), ["coupon"] = coupon,
            ["lines"] = new JsonArray(new JsonObject { ["productId"] = product, ["quantity"] = 1 }),
        };
        var answer = await orders.SendAsync("POST", "/internal/reservations", body.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, null), (answer.Status, answer.Code));
        return order;
    }

    private static (decimal Value, decimal Minimum, int MaxUses, int Used, int Version) Numbers(JsonNode promotion) => (
        (decimal)promotion["value"]!, (decimal)promotion["minimum"]!, (int)promotion["maxUses"]!, (int)promotion["used"]!, (int)promotion["version"]!);
}
