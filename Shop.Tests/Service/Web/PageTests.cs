using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Web;

[Collection(Servers.Collection)]
public sealed class PageTests(WebFixture fixture) : IClassFixture<WebFixture>, IAsyncLifetime
{
    private readonly HttpClient _browser = fixture.Web.Browser();
    private readonly Upstream _upstream = fixture.Upstream;

    public Task InitializeAsync()
    {
        Storefront.Fill(_upstream);
        _upstream.Forget();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _browser.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/products?q=cup&sort=name&minPrice=1")]
    [InlineData("/products/7/tea-cup")]
    [InlineData("/cart")]
    [InlineData("/login")]
    [InlineData("/register")]
    public async Task Every_public_page_is_whole(string page)
    {
        var answer = await GetAsync(page);
        var html = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("<main id=\"main\"", html, StringComparison.Ordinal);
        Assert.Single(html.Split("<h1").Skip(1));
        Assert.Matches("<title>.+</title>", html);
        Assert.DoesNotContain("<b>cup</b>", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_search_goes_to_the_catalog_as_it_was_typed()
    {
        await GetAsync("/products?q=tea%20%26%20cup&category=kitchen&sort=price-asc&maxPrice=20&after=xyz");

        var asked = Assert.Single(_upstream.Seen, seen => seen.Path.StartsWith("/api/products?", StringComparison.Ordinal));
        Assert.Equal("/api/products?category=kitchen&q=tea%20%26%20cup&sort=price-asc&maxPrice=20&after=xyz&limit=24", asked.Path);
    }

    [Fact]
    public async Task Every_filter_goes_to_the_list_and_to_the_facets_and_stays_chosen()
    {
        const string Filters = "rating=4&inStock=true&brand=a%26b&brand=c&attr=size%3AM&attr=size%3AL";
        _upstream.Answer("GET /api/products/facets", Storefront.Facets);

        var html = await (await GetAsync($"/products?category=kitchen&sort=best-selling&{Filters}&after=xyz")).Content.ReadAsStringAsync();

        Assert.Contains(_upstream.Seen, seen => seen.Path == $"/api/products?category=kitchen&sort=best-selling&rating=4&inStock=true&after=xyz&limit=24&{Filters[22..]}");
        Assert.Contains(_upstream.Seen, seen => seen.Path == $"/api/products/facets?category=kitchen&{Filters}");
        Assert.Matches("""name="brand" value="a&amp;b" checked""", html);
        Assert.Matches("""name="attr" value="size:M" checked""", html);
        Assert.DoesNotMatch("""name="attr" value="size:XS" checked""", html);
        Assert.Matches("""<option value="best-selling" selected""", html);
        Assert.Contains("href=\"/products?category=kitchen&amp;sort=best-selling&amp;inStock=true&amp;brand=a%26b", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(400)]
    public async Task Without_facets_the_list_is_there(int status)
    {
        _upstream.Answer("GET /api/products/facets", "{}", status);

        var answer = await GetAsync("/products?q=cup");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("Tea &lt;b&gt;cup&lt;/b&gt;", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrected_search_says_what_it_searched_for()
    {
        _upstream.Answer("GET /api/products", $$"""{"items":[{{Storefront.Product}}],"next":null,"corrected":"tea <i>cup"}""");

        var html = await (await GetAsync("/products?q=tee%20cpu")).Content.ReadAsStringAsync();

        Assert.Matches("""<p class="notice" role="status">[^<]*tee cpu[^<]*tea &lt;i&gt;cup""", html);
        Assert.Matches("""<option value="relevance" selected""", html);
    }

    [Fact]
    public async Task The_front_page_shows_departments_with_their_categories()
    {
        _upstream.Answer("GET /api/categories",
            """{"items":[{"slug":"living","name":"Living","count":1},{"slug":"kitchen","name":"Kitchen","count":1,"parent":"living"}]}""");

        var html = await (await GetAsync("/")).Content.ReadAsStringAsync();

        Assert.Matches("""<h3><a href="/products\?category=living">Living</a></h3>""", html);
        Assert.Matches("""<li><a href="/products\?category=kitchen">Kitchen</a></li>""", html);
        Assert.Contains("1 products in 1 departments", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_catalog_refuses_is_said_at_the_field()
    {
        _upstream.Answer("GET /api/products", """{"code":"invalid","field":"minPrice"}""", 400);

        var answer = await GetAsync("/products?minPrice=abc");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Matches("""name="minPrice"[^>]*aria-invalid="true" aria-describedby="filter-error""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_visitor_who_prefers_Chinese_is_answered_in_Chinese()
    {
        _browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN,zh;q=0.9");

        var html = await _browser.GetStringAsync(new Uri("/products/7", UriKind.Relative));

        Assert.Contains("<html lang=\"zh-CN\">", html, StringComparison.Ordinal);
        Assert.Contains("加入购物车", html, StringComparison.Ordinal);
        Assert.All(_upstream.Seen, seen => Assert.StartsWith("zh", seen.Headers["Accept-Language"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_description_is_shown_as_the_HTML_that_Catalog_made_of_it()
    {
        _upstream.Answer("GET /api/products/7", Storefront.Product.Trim().TrimEnd('}') + """
            ,"description":"**Fine** <b>cup</b>","descriptionHtml":"<p><strong>Fine</strong> &lt;b&gt;cup&lt;/b&gt;</p>"}
            """);

        var html = await _browser.GetStringAsync(new Uri("/products/7", UriKind.Relative));

        Assert.Contains("<p><strong>Fine</strong> &lt;b&gt;cup&lt;/b&gt;</p>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chosen_language_is_remembered()
    {
        var choice = await GetAsync("/language?to=zh&returnUrl=%2Fcart");
        var html = await _browser.GetStringAsync(new Uri("/cart", UriKind.Relative));

        Assert.Equal("/cart", choice.Headers.Location?.ToString());
        Assert.Contains("<html lang=\"zh-CN\">", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/products/8")]
    [InlineData("/products/not-a-number")]
    [InlineData("/nothing/here")]
    public async Task What_is_not_there_is_a_page_that_says_so(string page)
    {
        var answer = await GetAsync(page);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing here", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_service_in_trouble_is_a_friendly_page_with_a_way_to_try_again(int status)
    {
        _upstream.Answer("GET /api/products/7", "{}", status);

        var answer = await GetAsync("/products/7?x=1");
        var html = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("href=\"/products/7?x=1\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cart/add")]
    [InlineData("/cart/update")]
    [InlineData("/cart/remove")]
    [InlineData("/logout")]
    [InlineData("/login")]
    [InlineData("/register")]
    public async Task No_form_is_accepted_without_the_token_of_its_page(string form)
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["productId"] = "7", ["quantity"] = "1", ["Email"] = "a@b.c", ["Password"] = "correct horse", ["_handler"] = form[1..],
        });

        var answer = await _browser.PostAsync(new Uri(form, UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(_upstream.Seen, seen => seen.Method != "GET");
    }

    [Fact]
    public async Task Adding_to_the_cart_adds_to_what_is_there()
    {
        await GetAsync("/api/cart"); // The browser has a cart cookie now.
        _upstream.Forget();

        var answer = await _browser.SubmitAsync("/products/7", "/cart/add", ("productId", "7"), ("quantity", "2"));

        Assert.Equal("/cart?added=7", answer.Headers.Location?.ToString());
        var added = Assert.Single(_upstream.All("POST", "/api/cart/items/7"));
        Assert.Equal("""{"quantity":2,"sku":null}""", added.Body);
        await GetAsync("/cart");
        Assert.Equal(_upstream.All("GET", "/api/cart").Last().Headers["X-Cart-Id"], added.Headers["X-Cart-Id"]);
    }

    [Fact]
    public async Task A_refused_quantity_is_said_in_the_cart()
    {
        _upstream.Answer("POST /api/cart/items/7", """{"code":"invalid"}""", 400);

        var answer = await _browser.SubmitAsync("/products/7", "/cart/add", ("productId", "7"), ("quantity", "9999"));
        var cart = await _browser.GetStringAsync(new Uri(answer.Headers.Location!.ToString(), UriKind.Relative));

        Assert.Contains("This quantity is not possible.", cart, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("productId", "seven")]
    [InlineData("quantity", "")]
    [InlineData("quantity", "99999999999999")]
    public async Task A_form_that_was_tampered_with_is_a_bad_request(string field, string value)
    {
        (string, string)[] fields = [("productId", "7"), ("quantity", "1")];

        var answer = await _browser.SubmitAsync("/products/7", "/cart/add", [.. fields.Where(known => known.Item1 != field), (field, value)]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(_upstream.All("POST", "/api/cart/items/7"));
    }

    [Fact]
    public async Task Registering_logs_in_and_takes_the_cart_along()
    {
        await GetAsync("/api/cart");
        var cart = Assert.Single(_upstream.Seen).Headers["X-Cart-Id"];

        await _browser.RegisterOnPageAsync();

        var merge = Assert.Single(_upstream.All("POST", "/internal/carts/merge"));
        Assert.Equal("web", merge.Headers["X-Service-Name"]);
        Assert.Equal(cart, (string?)JsonNode.Parse(merge.Body)!["cartId"]);
        _upstream.Forget();
        await GetAsync("/cart");
        var seen = Assert.Single(_upstream.All("GET", "/api/cart")).Headers;
        Assert.StartsWith("Bearer ", seen["Authorization"], StringComparison.Ordinal);
        Assert.False(seen.ContainsKey("X-Cart-Id"));
    }

    [Fact]
    public async Task A_login_does_not_fail_with_the_cart_service()
    {
        await GetAsync("/api/cart");
        _upstream.Answer("POST /internal/carts/merge", "{}", 503);

        await _browser.RegisterOnPageAsync();

        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/orders")).StatusCode);
    }

    [Fact]
    public async Task A_wrong_login_is_told_on_the_page_and_keeps_the_address()
    {
        var answer = await _browser.SubmitAsync("/login", "/login", ("Email", "some@body.example"), ("Password", "wrong"), ("_handler", "login"));
        var html = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("role=\"alert\"", html, StringComparison.Ordinal);
        Assert.Contains("value=\"some@body.example\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%2Fcheckout", "/checkout")]
    [InlineData("https%3A%2F%2Fevil.example", "/")]
    [InlineData("%2F%2Fevil.example", "/")]
    public async Task Registration_leads_back_to_this_shop_only(string asked, string expected)
    {
        var page = "/register?returnUrl=" + asked;

        var answer = await _browser.SubmitAsync(page, page, ("Email", Storefront.NewEmail()), ("Password", "correct horse"), ("_handler", "register"));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(expected, new Uri(fixture.Web.Address, answer.Headers.Location!).PathAndQuery);
        Assert.Equal(fixture.Web.Address.Authority, new Uri(fixture.Web.Address, answer.Headers.Location!).Authority);
    }

    [Theory]
    [InlineData("/checkout")]
    [InlineData("/orders")]
    [InlineData(Storefront.OrderPath)]
    public async Task A_visitor_is_asked_to_log_in_where_a_customer_is_needed(string page)
    {
        var answer = await GetAsync(page);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal($"/login?returnUrl={Uri.EscapeDataString(page)}", new Uri(fixture.Web.Address, answer.Headers.Location!).PathAndQuery);
    }

    [Fact]
    public async Task Logging_out_ends_the_login()
    {
        await _browser.RegisterOnPageAsync();

        await _browser.SubmitAsync("/orders", "/logout");

        Assert.Equal(HttpStatusCode.Redirect, (await GetAsync("/orders")).StatusCode);
    }

    [Fact]
    public async Task Files_asked_for_with_their_hash_are_kept_and_others_are_not()
    {
        var html = await _browser.GetStringAsync(new Uri("/login", UriKind.Relative));
        var address = System.Text.RegularExpressions.Regex.Match(html, "/shop\\.css\\?v=[^\"]+").Value;

        Assert.True((await GetAsync(address)).Headers.CacheControl!.MaxAge > TimeSpan.FromDays(300));
        Assert.True((await GetAsync("/shop.css")).Headers.CacheControl!.NoCache);
        Assert.True((await GetAsync("/shop.css?v=guess")).Headers.CacheControl!.NoCache);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/_framework/blazor.web.js")).StatusCode);
    }

    private Task<HttpResponseMessage> GetAsync(string page) => _browser.GetAsync(new Uri(page, UriKind.Relative));
}
