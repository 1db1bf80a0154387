using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class BrowsingTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _visitor = bed.Visitor();

    public void Dispose() => _visitor.Dispose();

    [Fact]
    public async Task The_seed_is_1200_products_in_24_categories_and_its_books_agree()
    {
        var categories = (JsonArray)(await GetAsync("/api/categories"))["items"]!;
        var leaves = categories.Where(category => category!["parent"] is not null).ToList();
        Assert.Equal(24, leaves.Count);
        Assert.Equal(1200, leaves.Sum(category => (int)category!["count"]!));
        Assert.Equal(1200, categories.Except(leaves).Sum(category => (int)category!["count"]!));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [InlineData("newest", "")]
    [InlineData("price-asc", "")]
    [InlineData("price-desc", "&category=books")]
    [InlineData("name", "")]
    [InlineData("price-asc", "&q=classic&minPrice=50&maxPrice=500")]
    public async Task Paging_to_the_end_shows_every_product_once_and_in_order(string sort, string filter)
    {
        var seen = new List<JsonNode>();
        for (var after = ""; after is not null;)
        {
            var page = await GetAsync($"/api/products?limit=90&sort={sort}{filter}&after={after}");
            seen.AddRange(((JsonArray)page["items"]!).Select(item => item!));
            after = (string?)page["next"];
        }

        var everything = filter.Length == 0 ? 1200 : seen.Count;
        Assert.True(everything > 20);
        Assert.Equal(everything, seen.Select(item => (long)item["id"]!).Distinct().Count());
        Assert.Equal(everything, seen.Count);
        Assert.Equal(Sorted(seen, sort).Select(item => (long)item["id"]!), seen.Select(item => (long)item["id"]!));
    }

    [Fact]
    public async Task A_cursor_of_another_sort_is_refused()
    {
        var next = (string)(await GetAsync("/api/products?limit=1&sort=name"))["next"]!;
        var answer = await Answer.OfAsync(_visitor.GetAsync($"/api/products?sort=price-asc&after={next}"));
        Assert.Equal((HttpStatusCode.BadRequest, "after"), (answer.Status, (string?)answer.Json["field"]));
    }

    [Theory]
    [InlineData("wireless headphones", "Wireless Headphones")]
    [InlineData("headphone", "Wireless Headphones")]
    [InlineData("headph", "Wireless Headphones")]
    [InlineData("蓝牙", "Bluetooth Earbuds")]
    [InlineData("蓝牙耳机", "Bluetooth Earbuds")]
    [InlineData("鞋", "Shoes")]
    [InlineData("Aurora 手机", "Aurora Smartphone")]
    [InlineData("ｓｏｆａ", "Sofa")]
    public async Task Search_finds_in_both_languages(string query, string name)
    {
        var items = (JsonArray)(await GetAsync($"/api/products?q={Uri.EscapeDataString(query)}&limit=100"))["items"]!;
        Assert.Contains(items, item => ((string)item!["name"]!).Contains(name, StringComparison.Ordinal));
        Assert.True(items.Count < 100);
    }

    [Theory]
    [InlineData("!!! ...")]
    [InlineData("the")]
    [InlineData("'); drop table products; --")]
    [InlineData("a & | ! <-> :* ( )")]
    [InlineData("键盘侠不存在")]
    public async Task A_search_that_finds_nothing_is_an_empty_page(string query) =>
        Assert.Empty((JsonArray)(await GetAsync($"/api/products?q={Uri.EscapeDataString(query)}"))["items"]!);

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.5", "zh")]
    [InlineData("fr,en;q=0.5", "en")]
    [InlineData("fr", "en")]
    public async Task Names_come_in_the_language_that_is_accepted(string accepted, string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/1");
        request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
        using var response = await _visitor.SendAsync(request);
        var product = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((string?)product[language == "zh" ? "nameZh" : "nameEn"], (string?)product["name"]);
        Assert.Equal([language], response.Content.Headers.ContentLanguage);
    }

    [Theory]
    [InlineData("/api/products?limit=0", "limit")]
    [InlineData("/api/products?limit=101", "limit")]
    [InlineData("/api/products?limit=99999999999", "limit")]
    [InlineData("/api/products?sort=luck", "sort")]
    [InlineData("/api/products?minPrice=-1", "minPrice")]
    [InlineData("/api/products?maxPrice=1.234", "maxPrice")]
    [InlineData("/api/products?maxPrice=1e400", "maxPrice")]
    [InlineData("/api/products?after=nonsense", "after")]
    [InlineData("/api/products?after=MC4xLjE%3D!!", "after")]
    [InlineData("/api/products?ids=1,x", "ids")]
    [InlineData("/api/products?q=%00", "q")]
    [InlineData("/api/products/one", "id")]
    [InlineData("/api/products/99999999999999999999", "id")]
    public async Task A_query_that_breaks_a_rule_names_the_field(string path, string field)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync(path));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(field, (string?)answer.Json["field"]);
    }

    [Theory]
    [InlineData("/api/products/0")]
    [InlineData("/api/products/-1")]
    [InlineData("/api/products/9223372036854775807")]
    [InlineData("/api/products/9223372036854775807/image.svg")]
    public async Task A_product_that_is_not_there_is_404(string path)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync(path));
        Assert.Equal((HttpStatusCode.NotFound, "product_unknown"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_long_search_or_one_of_odd_characters_is_answered()
    {
        foreach (var query in (string[])[new('x', 200), new('字', 200), "\u202E\u0301", "%F0%9F%9B%92", "%ED%A0%80", "%FF%FE", "%EF%BF%BE", "%EF%BF%BF"])
        {
            using var response = await _visitor.GetAsync($"/api/products?q={query}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_picture_at_its_address_may_be_kept_for_ever_and_is_well_formed()
    {
        var address = (string)(await GetAsync("/api/products/1"))["imageUrl"]!;
        using var response = await _visitor.GetAsync(address);
        Assert.Equal("image/svg+xml", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!.Name.LocalName);
        Assert.Equal(HttpStatusCode.NotModified, await RepeatAsync(address, response.Headers.ETag!.ToString()));
    }

    [Fact]
    public async Task A_page_that_has_not_changed_is_304()
    {
        using var first = await _visitor.GetAsync("/api/products/2");
        Assert.Equal(HttpStatusCode.NotModified, await RepeatAsync("/api/products/2", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, await RepeatAsync("/api/products/2?lang=zh", first.Headers.ETag!.ToString()));
    }

    private async Task<HttpStatusCode> RepeatAsync(string address, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var response = await _visitor.SendAsync(request);
        return response.StatusCode;
    }

    private static IEnumerable<JsonNode> Sorted(List<JsonNode> items, string sort) => sort switch
    {
        "price-asc" => items.OrderBy(item => (decimal)item["price"]!).ThenBy(item => (long)item["id"]!),
        "price-desc" => items.OrderByDescending(item => (decimal)item["price"]!).ThenByDescending(item => (long)item["id"]!),
        "name" => items.OrderBy(item => ((string)item["name"]!).ToLowerInvariant(), StringComparer.Ordinal).ThenBy(item => (long)item["id"]!),
        _ => items.OrderByDescending(item => (long)item["id"]!),
    };

    private async Task<JsonNode> GetAsync(string path)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync(path));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
        return answer.Json;
    }
}
