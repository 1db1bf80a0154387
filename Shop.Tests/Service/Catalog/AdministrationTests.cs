using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class AdministrationTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    // The earliest is after 15 seconds.
    private static readonly TimeSpan WellBeforeExpiry = TimeSpan.FromSeconds(10);
    private readonly HttpClient _administrator = bed.Administrator();
    private readonly HttpClient _visitor = bed.Visitor(replica: 1);

    public void Dispose()
    {
        _administrator.Dispose();
        _visitor.Dispose();
    }

    [Fact]
    public async Task A_product_is_created_found_changed_and_retired()
    {
        using var created = await _administrator.PostAsJsonAsync("/api/products", new
        {
            name = "Zebrawood Xylophone", nameZh = "斑马木琴", price = 249.5, category = "toys", description = "Warm & clear.", stock = 7,
        });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var address = created.Headers.Location!.ToString();
        var product = JsonNode.Parse(await created.Content.ReadAsStringAsync())!;
        Assert.Equal($"/api/products/{(long)product["id"]!}", address);
        await KnownAsync(address);
        Assert.Equal(("zebrawood-xylophone", 249.5m, "CNY", 7), ((string)product["slug"]!, (decimal)product["price"]!, (string)product["currency"]!, (int)product["available"]!));
        Assert.Single(await SearchAsync("斑马木琴"));

        var changed = await SendAsync(_administrator, HttpMethod.Put, address, """{"name":"Zebrawood Marimba","price":260}""");
        Assert.Equal((HttpStatusCode.OK, "斑马木琴"), (changed.Status, (string?)changed.Json["nameZh"]));
        Assert.NotEqual((string?)product["imageUrl"], (string?)changed.Json["imageUrl"]);
        Assert.Single(await SearchAsync("zebrawood marimba"));
        Assert.Empty(await SearchAsync("xylophone"));

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(_administrator, HttpMethod.Delete, address)).Status);
        Assert.Empty(await SearchAsync("marimba"));
        await Eventually.TrueAsync(
            async () => (await SendAsync(_visitor, HttpMethod.Get, address)).Status == HttpStatusCode.NotFound, WellBeforeExpiry);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(_administrator, HttpMethod.Delete, address)).Status);
        using var picture = await _visitor.GetAsync(address + "/image.svg");
        Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_change_through_one_replica_is_seen_through_the_other_before_its_page_expires()
    {
        var id = await bed.ProductAsync(stock: 3);
        for (var price = 11; price < 15; price++)
        {
            await KnownAsync($"/api/products/{id}");
            await SendAsync(_administrator, HttpMethod.Put, $"/api/products/{id}", $$"""{"name":"Thing","price":{{price}}}""");
            await Eventually.TrueAsync(
                async () => (decimal)(await SendAsync(_visitor, HttpMethod.Get, $"/api/products/{id}")).Json["price"]! == price, WellBeforeExpiry);
        }
    }

    [Fact]
    public async Task Products_of_one_name_get_addresses_of_their_own_also_when_created_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            SendAsync(_administrator, HttpMethod.Post, "/api/products", """{"name":"Twelve of a Kind","price":1}""")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Equal(12, answers.Select(answer => (string?)answer.Json["slug"]).Distinct().Count());
    }

    [Fact]
    public async Task Goods_come_in_and_are_in_the_ledger()
    {
        var id = await bed.ProductAsync(stock: 0);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            SendAsync(_administrator, HttpMethod.Post, $"/api/products/{id}/stock", """{"quantity":5}""")));
        Assert.Equal(new StockNumbers(100, 0), await bed.StockAsync(id));
        Assert.Equal(20, await bed.CountAsync("SELECT count(*) FROM stock_ledger WHERE kind = 'received' AND variant_id = $1", id));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_warehouse_that_is_full_refuses_goods()
    {
        var id = await bed.ProductAsync(stock: 0);
        await bed.ExecuteAsync("UPDATE stock SET on_hand = 999999999 WHERE variant_id = $1", id);
        var answer = await SendAsync(_administrator, HttpMethod.Post, $"/api/products/{id}/stock", """{"quantity":2}""");
        Assert.Equal((HttpStatusCode.Conflict, "stock_limit"), (answer.Status, answer.Code));
        await bed.ExecuteAsync("UPDATE stock SET on_hand = 0 WHERE variant_id = $1", id);
    }

    [Theory]
    [InlineData("POST", "/api/products", """{"price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"  ","price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"A\u0000B","price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"A\u0007B","price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"A\tB","price":1}""", "name")]
    [InlineData("PUT", "/api/products/1", """{"name":"Lamp","nameZh":"A\nB","price":1}""", "nameZh")]
    [InlineData("POST", "/api/products", """{"name":"\ud800","price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"A\uFFFEB","price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","descriptionZh":"\uFFFE","price":1}""", "descriptionZh")]
    [InlineData("PUT", "/api/products/1", """{"name":"Lamp","nameZh":"\uFFFE","price":1}""", "nameZh")]
    [InlineData("POST", "/api/products", """{"name":7,"price":1}""", "name")]
    [InlineData("POST", "/api/products", """{"name":"Lamp"}""", "price")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":0}""", "price")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":-1}""", "price")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1.234}""", "price")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":100000001}""", "price")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1e300}""", "price")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1,"category":"nowhere"}""", "category")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1,"category":"'; --"}""", "category")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1,"currency":"USD"}""", "currency")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1,"stock":-1}""", "stock")]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1,"stock":1000001}""", "stock")]
    [InlineData("POST", "/api/products", """[]""", null)]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1""", null)]
    [InlineData("POST", "/api/products", "", null)]
    [InlineData("POST", "/api/products", """{"name":"Lamp","price":1,"description":"[only]: http://example.com"}""", "description")]
    [InlineData("PUT", "/api/products/1", """{"name":"Lamp","price":0}""", "price")]
    [InlineData("PUT", "/api/products/1", """{"name":"Lamp","price":1,"category":"nowhere"}""", "category")]
    [InlineData("PUT", "/api/products/x", """{"name":"Lamp","price":1}""", "id")]
    [InlineData("POST", "/api/products/1/stock", """{"quantity":0}""", "quantity")]
    [InlineData("POST", "/api/products/1/stock", """{"quantity":1000001}""", "quantity")]
    [InlineData("POST", "/api/products/1/stock", """{"quantity":1.5}""", "quantity")]
    [InlineData("POST", "/api/products/1/stock", """{"quantity":99999999999}""", "quantity")]
    [InlineData("POST", "/api/products/1/stock", "{}", "quantity")]
    public async Task What_breaks_a_rule_is_refused_with_the_field_and_changes_nothing(string method, string path, string body, string? field)
    {
        var before = await bed.CountAsync("SELECT count(*) + sum(version) FROM products WHERE $1", true);
        var answer = await SendAsync(_administrator, new HttpMethod(method), path, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.NotNull(answer.Code);
        if (field is not null) Assert.Equal(field, (string?)answer.Json["field"]);
        Assert.Equal(before, await bed.CountAsync("SELECT count(*) + sum(version) FROM products WHERE $1", true));
    }

    [Fact]
    public async Task A_text_too_long_is_refused_and_the_longest_is_kept()
    {
        var names = new[] { new string('字', 200), new string('x', 201) };
        var answers = new List<Answer>();
        foreach (var name in names)
            answers.Add(await SendAsync(_administrator, HttpMethod.Post, "/api/products", $$"""{"name":"{{name}}","price":1}"""));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.BadRequest], answers.Select(answer => answer.Status));
        Assert.Equal(names[0], (string?)answers[0].Json["name"]);
    }

    [Fact]
    public async Task A_description_is_kept_as_written_and_shown_as_harmless_HTML()
    {
        const string Markdown = "**Warm** [here](javascript:alert(1)) <script>alert(2)</script>";
        var created = await SendAsync(_administrator, HttpMethod.Post, "/api/products", $$"""{"name":"Lamp","price":1,"description":"{{Markdown}}","descriptionZh":"*暖*"}""");
        var page = await KnownAsync($"/api/products/{(long)created.Json["id"]!}?lang=en");
        Assert.Equal(Markdown, (string?)page.Json["description"]);
        Assert.Equal("<p><strong>Warm</strong> here &lt;script&gt;alert(2)&lt;/script&gt;</p>", (string?)page.Json["descriptionHtml"]);
        page = await SendAsync(_visitor, HttpMethod.Get, $"/api/products/{(long)created.Json["id"]!}?lang=zh");
        Assert.Equal("<p><em>暖</em></p>", (string?)page.Json["descriptionHtml"]);
    }

    [Fact]
    public async Task Markup_in_a_name_is_text_in_the_picture()
    {
        var created = await SendAsync(_administrator, HttpMethod.Post, "/api/products", """{"name":"<script>alert(1)</script> & \"x\"","price":1}""");
        await KnownAsync($"/api/products/{(long)created.Json["id"]!}");
        var svg = await _visitor.GetStringAsync((string)created.Json["imageUrl"]!);
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/products")]
    [InlineData("PUT", "/api/products/1")]
    [InlineData("DELETE", "/api/products/1")]
    [InlineData("POST", "/api/products/1/stock")]
    public async Task Only_administrators_write(string method, string path)
    {
        const string Body = """{"name":"Mine","price":1,"quantity":1}""";
        using var customer = bed.Customer();
        using var forged = bed.Visitor();
        forged.DefaultRequestHeaders.Authorization = new("Bearer", _administrator.DefaultRequestHeaders.Authorization!.Parameter![..^8] + "AAAAAAAA");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(_visitor, new HttpMethod(method), path, Body)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(forged, new HttpMethod(method), path, Body)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(customer, new HttpMethod(method), path, Body)).Status);
    }

    /// <summary>What the other replica shows, once it has heard of it.</summary>
    private Task<Answer> KnownAsync(string path) => Eventually.BecomesAsync(
        path, () => SendAsync(_visitor, HttpMethod.Get, path), answer => answer.Status == HttpStatusCode.OK);

    private static Task<Answer> SendAsync(HttpClient client, HttpMethod method, string path, string? body = null) =>
        Answer.OfAsync(client.SendAsync(new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        }));

    private async Task<JsonArray> SearchAsync(string query) =>
        (JsonArray)(await SendAsync(_visitor, HttpMethod.Get, $"/api/products?q={Uri.EscapeDataString(query)}")).Json["items"]!;
}
