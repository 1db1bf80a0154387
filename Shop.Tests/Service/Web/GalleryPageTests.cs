using System.Text.RegularExpressions;

namespace Shop.Tests.Service.Web;

[Collection(Servers.Collection)]
public sealed class GalleryPageTests(WebFixture fixture) : IClassFixture<WebFixture>, IAsyncLifetime
{
    private readonly HttpClient _browser = fixture.Web.Browser();

    public Task InitializeAsync()
    {
        Storefront.Fill(fixture.Upstream);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _browser.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Every_picture_is_there_with_its_text_and_size_and_only_the_first_is_loaded_at_once()
    {
        fixture.Upstream.Answer("GET /api/products/7", Storefront.ProductWithPictures);

        var html = await PageAsync();

        Assert.Matches("""<img class="picture" src="/api/pictures/front.png" alt="Cup from the front" width="1200" height="900" fetchpriority="high"\s*/?>""", html);
        Assert.Matches("""<img class="picture" src="/api/pictures/side.png" alt="Cup from the side" width="600" height="1500" loading="lazy"\s*/?>""", html);
        Assert.Matches("""<img class="picture" src="/api/pictures/back.png" alt="Tea &lt;b&gt;cup&lt;/b&gt;" width="2000" height="500" loading="lazy"\s*/?>""", html);
        Assert.Equal(3, Regex.Count(html, """<img class="thumbnail" src="[^"]+" alt(="")? """));
        Assert.Single(Regex.Matches(html, """<input type="radio" name="picture" value="1" checked"""));
        Assert.DoesNotContain(" style=", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Chinese_the_pictures_are_named_in_Chinese()
    {
        _browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        fixture.Upstream.Answer("GET /api/products/7", Storefront.ProductWithPictures.Replace("Cup from the side", "侧面", StringComparison.Ordinal));

        var html = System.Net.WebUtility.HtmlDecode(await PageAsync());

        Assert.Contains("图片</legend>", html, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"第 2 张图片，共 3 张：侧面\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "/api/products/7/picture", "Tea &lt;b&gt;cup&lt;/b&gt;", "width=\"400\" height=\"400\"")]
    [InlineData("""[{"url":"/api/pictures/only.png","alt":"Only one","width":300,"height":900}]""",
        "/api/pictures/only.png", "Only one", "width=\"300\" height=\"900\"")]
    public async Task One_picture_or_none_leaves_nothing_to_choose(string pictures, string address, string alt, string size)
    {
        fixture.Upstream.Answer("GET /api/products/7", Storefront.Product.Trim().TrimEnd('}') + $$""","pictures":{{pictures}}}""");

        var html = await PageAsync();

        Assert.Contains($"<img class=\"picture\" src=\"{address}\" alt=\"{alt}\" {size}", html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"gallery\"", html, StringComparison.Ordinal);
    }

    private Task<string> PageAsync() => _browser.GetStringAsync(new Uri("/products/7", UriKind.Relative));
}
