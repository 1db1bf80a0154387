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
    public async Task A_checkout_that_was_tampered_with_orders_nothing(string field, string value)
    {
        (string, string)[] fields = [("Key", "AAAAAAAAAAAAAAAAAAAAAA"), ("ExpectedTotal", "12.5"), ("Method", "sandbox")];

        var answer = await _browser.SubmitAsync("/checkout", "/checkout/place", [.. fields.Where(known => known.Item1 != field), (field, value)]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(_upstream.All("POST", "/api/orders"));
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
