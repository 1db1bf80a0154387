using System.Net;

namespace Shop.Tests.Service.Web;

[Collection(Servers.Collection)]
public sealed class BackInStockPageTests(WebFixture fixture) : IClassFixture<WebFixture>, IAsyncLifetime
{
    private const string SoldOut = """{"id":7,"slug":"tea-cup","name":"Tea cup","price":12.5,"currency":"CNY","category":"kitchen","imageUrl":"/i","available":0}""";

    private const string Partly = """
        {"id":7,"slug":"tea-cup","name":"Tea cup","price":12.5,"currency":"CNY","category":"kitchen","imageUrl":"/i","available":2,"variants":[
         {"sku":"C-R","price":12.5,"attributes":{"colour":"red"},"available":2},{"sku":"C-B","price":12.5,"attributes":{"colour":"blue"},"available":0}]}
        """;

    private readonly HttpClient _browser = fixture.Web.Browser();
    private readonly Upstream _upstream = fixture.Upstream;

    public Task InitializeAsync()
    {
        Storefront.Fill(_upstream);
        _upstream.Answer("GET /api/products/7", SoldOut);
        _upstream.Answer("POST /api/products/7/subscriptions", "", 201);
        _upstream.Forget();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _browser.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_visitor_is_led_to_the_login_and_back()
    {
        var html = await ProductAsync();
        Assert.Contains("/login?returnUrl=%2Fproducts%2F7%23wait", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/products/7/wait", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_asks_to_be_told_of_a_sold_out_product()
    {
        await _browser.RegisterOnPageAsync();
        Assert.Contains("Tell me when it is back", await ProductAsync(), StringComparison.Ordinal);
        var answer = await _browser.SubmitAsync("/products/7", "/products/7/wait");
        Assert.Equal("/products/7?wait=done#wait", answer.Headers.Location?.ToString());
        Assert.Equal("""{"sku":null}""", Assert.Single(_upstream.All("POST", "/api/products/7/subscriptions")).Body);
        Assert.Contains("We will write to you when it is back.", await ProductAsync("?wait=done"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_chooses_among_the_variants_that_are_sold_out()
    {
        await _browser.RegisterOnPageAsync();
        _upstream.Answer("GET /api/products/7", Partly);
        var html = await ProductAsync();
        Assert.Contains("""<option value="C-B">blue</option>""", html, StringComparison.Ordinal);
        Assert.DoesNotContain("""<option value="C-R">""", html, StringComparison.Ordinal);
        await _browser.SubmitAsync("/products/7", "/products/7/wait", ("sku", "C-B"));
        Assert.Equal("""{"sku":"C-B"}""", Assert.Single(_upstream.All("POST", "/api/products/7/subscriptions")).Body);
    }

    [Fact]
    public async Task A_refusal_is_told_in_words_and_in_Chinese()
    {
        await _browser.RegisterOnPageAsync();
        _upstream.Answer("POST /api/products/7/subscriptions", """{"code":"in_stock"}""", 409);
        var answer = await _browser.SubmitAsync("/products/7", "/products/7/wait");
        Assert.Equal("/products/7?wait-problem=in_stock#wait", answer.Headers.Location?.ToString());
        _browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh");
        Assert.Contains("已经到货，现在就可以购买。", await ProductAsync("?wait-problem=in_stock"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_stock_has_no_such_form_and_a_form_from_elsewhere_changes_nothing()
    {
        await _browser.RegisterOnPageAsync();
        _upstream.Answer("GET /api/products/7", Storefront.Product);
        Assert.DoesNotContain("id=\"wait\"", await ProductAsync(), StringComparison.Ordinal);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("sku", "")]);
        var answer = await _browser.PostAsync(new Uri("/products/7/wait", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(_upstream.All("POST", "/api/products/7/subscriptions"));
    }

    private Task<string> ProductAsync(string query = "") => _browser.GetStringAsync(new Uri("/products/7" + query, UriKind.Relative));
}
