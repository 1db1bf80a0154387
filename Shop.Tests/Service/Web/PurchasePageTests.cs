using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Service.Web;

/// <summary>Checkout and the order page.</summary>
[Collection(Servers.Collection)]
public sealed partial class PurchasePageTests(WebFixture fixture) : IClassFixture<WebFixture>, IAsyncLifetime
{
    private const string Payment = "00000000-0000-0000-0000-00000000000a";
    private readonly HttpClient _browser = fixture.Web.Browser();
    private readonly Upstream _upstream = fixture.Upstream;

    public async Task InitializeAsync()
    {
        Storefront.Fill(_upstream);
        await _browser.RegisterOnPageAsync();
        _upstream.Forget();
    }

    public Task DisposeAsync()
    {
        _browser.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Checking_out_orders_the_cart_at_the_total_shown_and_starts_the_payment()
    {
        var answer = await PlaceAsync("AAAAAAAAAAAAAAAAAAAAAA");

        Assert.Equal($"{Storefront.OrderPath}?payment={Payment}", answer.Headers.Location?.ToString());
        var order = Assert.Single(_upstream.All("POST", "/api/orders"));
        Assert.Equal("AAAAAAAAAAAAAAAAAAAAAA", order.Headers["Idempotency-Key"]);
        Assert.Equal(12.5m, (decimal?)JsonNode.Parse(order.Body)!["expectedTotal"]);
        var payment = Assert.Single(_upstream.All("POST", "/api/payments"));
        Assert.Equal("sandbox", (string?)JsonNode.Parse(payment.Body)!["method"]);
        Assert.StartsWith("Bearer ", payment.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_sent_twice_sends_the_same_keys_twice()
    {
        await PlaceAsync("AAAAAAAAAAAAAAAAAAAAAA");
        await PlaceAsync("AAAAAAAAAAAAAAAAAAAAAA");

        Assert.Single(_upstream.All("POST", "/api/orders").Select(seen => seen.Headers["Idempotency-Key"]).Distinct());
        Assert.Single(_upstream.All("POST", "/api/payments").Select(seen => seen.Headers["Idempotency-Key"]).Distinct());
    }

    [Fact]
    public async Task Every_form_has_a_key_of_its_own()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => Key().Match(await PageAsync("/checkout")).Groups[1].Value));

        Assert.All(keys, key => Assert.Equal(22, key.Length));
        Assert.NotEqual(keys[0], keys[1]);
    }

    [Fact]
    public async Task What_is_sold_out_is_named_and_nothing_is_paid()
    {
        _upstream.Answer("POST /api/orders", """{"code":"sold_out","productId":7,"available":0}""", 409);

        var answer = await PlaceAsync("AAAAAAAAAAAAAAAAAAAAAA");
        var page = await PageAsync(answer.Headers.Location!.ToString());

        Assert.Matches("Not enough in stock any more: <strong>Tea cup</strong>", page);
        Assert.Empty(_upstream.All("POST", "/api/payments"));
    }

    [Fact]
    public async Task An_order_whose_payment_did_not_start_stands_and_is_paid_with_the_same_key_later()
    {
        _upstream.Answer("POST /api/payments", "{}", 503);
        var answer = await PlaceAsync("AAAAAAAAAAAAAAAAAAAAAA");
        var first = _upstream.All("POST", "/api/payments")[0].Headers["Idempotency-Key"];
        var page = await PageAsync(answer.Headers.Location!.ToString());
        Storefront.Fill(_upstream);
        _upstream.Forget();

        await _browser.SubmitAsync(answer.Headers.Location!.ToString(), $"{Storefront.OrderPath}/pay", ("Key", Key().Match(page).Groups[1].Value), ("Method", "sandbox"));

        Assert.Contains("The payment service has not answered.", page, StringComparison.Ordinal);
        Assert.Equal(first, Assert.Single(_upstream.All("POST", "/api/payments")).Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task An_order_that_was_never_answered_is_placed_again_with_the_same_key()
    {
        _upstream.Answer("POST /api/orders", "{}", 503);
        var answer = await PlaceAsync("AAAAAAAAAAAAAAAAAAAAAA");
        Assert.Equal("/checkout?problem=orders_away&key=AAAAAAAAAAAAAAAAAAAAAA", answer.Headers.Location?.ToString());
        var page = await PageAsync(answer.Headers.Location!.ToString());

        await PlaceAsync(Key().Match(page).Groups[1].Value);

        Assert.Contains("We do not know whether your order arrived.", page, StringComparison.Ordinal);
        Assert.Single(_upstream.All("POST", "/api/orders").Select(seen => seen.Headers["Idempotency-Key"]).Distinct());
        Assert.NotEqual("mine", Key().Match(await PageAsync("/checkout?key=mine")).Groups[1].Value);
    }

    [Theory]
    [InlineData("Key", "mine")]
    [InlineData("ExpectedTotal", "-1")]
    [InlineData("ExpectedTotal", "12,50")]
    [InlineData("Method", "card-of-a-friend")]
    [InlineData("Coupon", "../products")]
    public async Task A_checkout_that_was_tampered_with_orders_nothing(string field, string value)
    {
        (string, string)[] fields = [("Key", "AAAAAAAAAAAAAAAAAAAAAA"), ("ExpectedTotal", "12.5"), ("Method", "sandbox")];

        var answer = await _browser.SubmitAsync("/checkout", "/checkout/place", [.. fields.Where(known => known.Item1 != field), (field, value)]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(_upstream.All("POST", "/api/orders"));
    }

    [Fact]
    public async Task A_coupon_is_shown_with_what_it_takes_off_and_ordered_at_that_total()
    {
        _upstream.Answer("GET /api/coupons/ten/quote", """{"coupon":"TEN","name":"Ten off","nameZh":"九折","discount":1.25,"freeShipping":false,"total":11.25}""");

        var page = await PageAsync("/checkout?coupon=+ten+&key=AAAAAAAAAAAAAAAAAAAAAA");
        var answer = await _browser.SubmitAsync("/checkout?coupon=ten", "/checkout/place", ("Key", "AAAAAAAAAAAAAAAAAAAAAA"), ("ExpectedTotal", "11.25"), ("Method", "sandbox"), ("Coupon", "TEN"));

        Assert.Contains("name=\"ExpectedTotal\" value=\"11.25\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"Coupon\" value=\"TEN\"", page, StringComparison.Ordinal);
        Assert.Contains("<strong>Ten off</strong>", page, StringComparison.Ordinal);
        Assert.Matches("Discount TEN</span> <span>−[^<]*1.25<", page);
        Assert.Matches("form id=\"coupon-form\"[^>]*>\\s*<input type=\"hidden\" name=\"key\" value=\"AAAAAAAAAAAAAAAAAAAAAA\"", page);
        Assert.Contains("/checkout?key=AAAAAAAAAAAAAAAAAAAAAA\">Do without", page, StringComparison.Ordinal);
        Assert.Equal(12.5m, decimal.Parse(_upstream.Seen.First(seen => seen.Path.StartsWith("/api/coupons/", StringComparison.Ordinal)).Path.Split("total=")[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.StartsWith(Storefront.OrderPath, answer.Headers.Location?.ToString(), StringComparison.Ordinal);
        var order = JsonNode.Parse(Assert.Single(_upstream.All("POST", "/api/orders")).Body)!;
        Assert.Equal((11.25m, "TEN"), ((decimal)order["expectedTotal"]!, (string)order["coupon"]!));
    }

    [Theory]
    [InlineData("coupon_unknown", 404, "There is no such coupon.")]
    [InlineData("coupon_not_valid", 409, "This coupon cannot be used now.")]
    [InlineData("coupon_minimum", 409, "20.00 or more.")]
    [InlineData("coupon_used_up", 409, "This coupon has been used up.")]
    [InlineData("coupon_limit", 409, "You have used this coupon as often as one customer may.")]
    [InlineData("coupon_away", 503, "The coupon could not be checked at the moment.")]
    public async Task A_coupon_that_cannot_be_used_is_told_and_the_order_is_offered_without_it(string code, int status, string text)
    {
        _upstream.Answer("GET /api/coupons/BAD/quote", $$"""{"code":"{{code}}","minimum":{{(code == "coupon_minimum" ? "20" : "null")}}}""", status);

        var page = await PageAsync("/checkout?coupon=BAD");

        Assert.Contains(text, page, StringComparison.Ordinal);
        Assert.Contains("name=\"ExpectedTotal\" value=\"12.5\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Coupon\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"discount\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coupon_that_is_gone_by_the_time_of_the_order_is_told_once()
    {
        _upstream.Answer("GET /api/coupons/TEN/quote", """{"coupon":"TEN","name":"Ten off","discount":1.25,"freeShipping":true,"total":11.25}""");
        _upstream.Answer("POST /api/orders", """{"code":"coupon_used_up","field":"coupon"}""", 409);

        var answer = await _browser.SubmitAsync("/checkout?coupon=TEN", "/checkout/place", ("Key", "AAAAAAAAAAAAAAAAAAAAAA"), ("ExpectedTotal", "11.25"), ("Method", "sandbox"), ("Coupon", "TEN"));
        var page = await PageAsync(answer.Headers.Location!.ToString());

        Assert.Equal("/checkout?problem=coupon_used_up&product=&coupon=TEN", answer.Headers.Location.ToString());
        Assert.Equal(2, page.Split("This coupon has been used up.").Length);
        Assert.DoesNotContain("name=\"Coupon\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_code_is_not_asked_for()
    {
        Assert.Contains("There is no such coupon.", await PageAsync("/checkout?coupon=..%2F..%2Fproducts"), StringComparison.Ordinal);
        Assert.DoesNotContain(_upstream.Seen, seen => seen.Path.Contains("coupon", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_order_page_shows_what_the_coupon_took_off()
    {
        _upstream.Answer("GET /api" + Storefront.OrderPath, Storefront.Order.Replace("\"version\":1", "\"version\":1,\"coupon\":\"TEN\",\"discount\":2.5", StringComparison.Ordinal));

        var page = await PageAsync(Storefront.OrderPath);

        Assert.Matches("Goods</span> <span>[^<]*15.00<", page);
        Assert.Matches("Discount TEN</span> <span>−[^<]*2.50<", page);
    }

    [Theory]
    [InlineData("reserved", "", false)]
    [InlineData("reserved", "?payment=" + Payment, true)]
    [InlineData("paying", "", true)]
    [InlineData("paid", "?payment=" + Payment, false)]
    [InlineData("cancelled", "", false)]
    public async Task Without_script_the_order_page_reloads_while_something_is_under_way(string status, string query, bool reloads)
    {
        _upstream.Answer("GET /api" + Storefront.OrderPath, Storefront.Order.Replace("reserved", status, StringComparison.Ordinal));

        var page = await PageAsync(Storefront.OrderPath + query);

        Assert.Contains($"data-status=\"{status}\"", page, StringComparison.Ordinal);
        Assert.Equal(reloads, page.Contains("<noscript><meta http-equiv=\"refresh\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("reserved", true)]
    [InlineData("paying", true)]
    [InlineData("paid", false)]
    public async Task With_script_the_order_page_follows_an_order_that_is_not_at_its_end(string status, bool follows)
    {
        _upstream.Answer("GET /api" + Storefront.OrderPath, Storefront.Order.Replace("reserved", status, StringComparison.Ordinal));

        Assert.Equal(follows, (await PageAsync(Storefront.OrderPath)).Contains($"data-order-events=\"/api{Storefront.OrderPath}/events\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_declined_payment_can_be_tried_again()
    {
        _upstream.Answer($"GET /api/payments/{Payment}", $$"""{"id":"{{Payment}}","status":"declined"}""");

        var page = await PageAsync($"{Storefront.OrderPath}?payment={Payment}");

        Assert.Contains("The payment was declined.", page, StringComparison.Ordinal);
        Assert.Contains($"action=\"{Storefront.OrderPath}/pay\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_elses_order_is_not_there()
    {
        _upstream.Answer("GET /api" + Storefront.OrderPath, """{"code":"order_unknown"}""", 404);

        var answer = await _browser.GetAsync(new Uri(Storefront.OrderPath, UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing here", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> PlaceAsync(string key) =>
        _browser.SubmitAsync("/checkout", "/checkout/place", ("Key", key), ("ExpectedTotal", "12.5"), ("Method", "sandbox"));

    private Task<string> PageAsync(string path) => _browser.GetStringAsync(new Uri(path, UriKind.Relative));

    [GeneratedRegex("""name="Key" value="([^"]+)""")]
    private static partial Regex Key();
}
