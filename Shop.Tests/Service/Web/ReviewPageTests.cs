using System.Net;

namespace Shop.Tests.Service.Web;

[Collection(Servers.Collection)]
public sealed class ReviewPageTests(WebFixture fixture) : IClassFixture<WebFixture>, IAsyncLifetime
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

    [Fact]
    public async Task A_product_shows_its_reviews_and_what_was_written_stays_text()
    {
        var html = await ProductAsync();
        Assert.Contains("aria-label=\"4.5 of 5 stars\"", html, StringComparison.Ordinal);
        Assert.Contains("Fine &lt;i&gt;cup&lt;/i&gt;", html, StringComparison.Ordinal);
        Assert.Contains("Verified purchase", html, StringComparison.Ordinal);
        Assert.Contains("after=9.1#reviews", html, StringComparison.Ordinal);
        Assert.Contains("/login?returnUrl=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/reviews/write", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_reviews_a_product_is_shown_all_the_same()
    {
        _upstream.Answer("GET /api/products/7/reviews", "{}", 503);
        Assert.Contains("Add to cart", await ProductAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_writes_a_review_and_judges_another()
    {
        await _browser.RegisterOnPageAsync();
        _upstream.Answer("POST /api/products/7/reviews", "{}", 201);
        var written = await _browser.SubmitAsync(
            "/products/7", "/products/7/reviews/write", ("stars", "4"), ("title", "Good"), ("body", "Yes"), ("author", ""));
        Assert.Equal("/products/7?review=written#reviews", written.Headers.Location?.ToString());
        Assert.Equal(
            """{"stars":4,"title":"Good","body":"Yes","author":null}""", Assert.Single(_upstream.All("POST", "/api/products/7/reviews")).Body);

        var judged = await _browser.SubmitAsync("/products/7", "/products/7/reviews/9/judge", ("opinion", "helpful"));
        Assert.Equal("/products/7?review=helpful#reviews", judged.Headers.Location?.ToString());
        Assert.Single(_upstream.All("PUT", "/api/reviews/9/helpful"));
        Assert.Equal(HttpStatusCode.BadRequest, (await _browser.SubmitAsync("/products/7", "/products/7/reviews/9/judge", ("opinion", "moderation"))).StatusCode);
    }

    [Fact]
    public async Task A_review_that_is_there_is_changed_and_a_refusal_names_what_is_wrong()
    {
        await _browser.RegisterOnPageAsync();
        _upstream.Answer("GET /api/products/7/reviews/mine", """{"stars":2,"title":"Old","body":"","author":null,"state":"published","reason":null}""");
        _upstream.Answer("PUT /api/products/7/reviews/mine", """{"code":"invalid","field":"stars"}""", 400);
        var refused = await _browser.SubmitAsync("/products/7", "/products/7/reviews/write", ("title", "New"));
        Assert.Equal("/products/7?review-problem=stars#reviews", refused.Headers.Location?.ToString());
        var html = await _browser.GetStringAsync(new Uri("/products/7?review-problem=stars", UriKind.Relative));
        Assert.Contains("Choose one to five stars.", html, StringComparison.Ordinal);
        Assert.Contains("value=\"Old\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_from_elsewhere_changes_nothing()
    {
        await _browser.RegisterOnPageAsync();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("opinion", "helpful")]);
        var answer = await _browser.PostAsync(new Uri("/products/7/reviews/9/judge", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(_upstream.All("PUT", "/api/reviews/9/helpful"));
    }

    private Task<string> ProductAsync() => _browser.GetStringAsync(new Uri("/products/7", UriKind.Relative));
}
