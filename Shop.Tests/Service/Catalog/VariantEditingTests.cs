using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class VariantEditingTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _administrator = bed.Administrator();
    // Sees at once what was done through the first; visitors may see a page that was kept, until their replica hears of the change.
    private readonly HttpClient _colleague = bed.Administrator(replica: 1);

    public void Dispose()
    {
        _administrator.Dispose();
        _colleague.Dispose();
    }

    [Fact]
    public async Task A_variant_is_created_found_by_its_attributes_changed_and_retired()
    {
        var (id, sku) = (await bed.ProductAsync(stock: 1), Sku());
        var path = $"/api/products/{id}/variants";
        var created = await _administrator.SendAsync("POST", path, $$"""{"sku":"{{sku}}","price":12.5,"attributes":{"Glaze":"Moss-{{id}}"},"limitPerCustomer":3}""");
        Assert.Equal(HttpStatusCode.Created, created.Status);
        var variant = (await DetailAsync(id))["variants"]!.AsArray().Single(v => (string?)v!["sku"] == sku)!;
        Assert.Equal((12.5m, 0, 3, $"Moss-{id}"), ((decimal)variant["price"]!, (int)variant["available"]!, (int)variant["limitPerCustomer"]!, (string)variant["attributes"]!["Glaze"]!));
        Assert.Equal(1, await TaggedAsync($"/a/glaze=moss-{id}"));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM variants WHERE sku = $1 AND name = 'Thing under test (Moss-' || product_id || ')'", sku));

        var changed = await _administrator.SendAsync("PUT", $"{path}/{sku}", """{"price":13,"attributes":{"Glaze":"Ash"}}""");
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        variant = (await DetailAsync(id))["variants"]![1]!;
        Assert.Equal((13m, null, "Ash"), ((decimal)variant["price"]!, (int?)variant["limitPerCustomer"], (string)variant["attributes"]!["Glaze"]!));
        Assert.Equal(0, await TaggedAsync($"/a/glaze=moss-{id}"));

        await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Renamed","nameZh":"改名","price":10}""");
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM variants WHERE sku = $1 AND name = 'Renamed (Ash)' AND name_zh = '改名 (Ash)'", sku));

        Assert.Equal(HttpStatusCode.NoContent, (await _administrator.SendAsync("DELETE", $"{path}/{sku}")).Status);
        Assert.Single((await DetailAsync(id))["variants"]!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.SendAsync("DELETE", $"{path}/{sku}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _administrator.SendAsync("PUT", $"{path}/{sku}", """{"price":1,"attributes":{"a":"b"}}""")).Status);
        var retired = (await _administrator.EditAsync(id)).Product["variants"]![1]!;
        Assert.Equal((sku, true), ((string)retired["sku"]!, (bool)retired["retired"]!));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_page_that_the_other_replica_keeps_for_visitors_follows_each_change_of_a_variant()
    {
        var (id, sku) = (await bed.ProductAsync(stock: 1), Sku());
        var path = $"/api/products/{id}/variants";
        using var visitor = bed.Visitor(replica: 1);
        await ShowsAsync("10");
        await _administrator.SendAsync("POST", path, $$"""{"sku":"{{sku}}","price":12,"attributes":{"size":"L"} }""");
        await ShowsAsync("10 12");
        await _administrator.SendAsync("PUT", $"{path}/{sku}", """{"price":13,"attributes":{"size":"L"}}""");
        await ShowsAsync("10 13");
        await _administrator.SendAsync("DELETE", $"{path}/{sku}");
        await ShowsAsync("10");

        // The page would expire after 15 seconds at the earliest.
        async Task ShowsAsync(string prices) => await Eventually.BecomesAsync(
            "the prices of the variants",
            async () => string.Join(' ', ((await visitor.SendAsync("GET", $"/api/products/{id}")).Json["variants"]?.AsArray() ?? []).Select(v => (int)v!["price"]!)),
            shown => shown == prices, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_variant_is_reserved_under_its_own_name_and_price()
    {
        var (id, sku) = (await bed.ProductAsync(stock: 1), Sku());
        await _administrator.SendAsync("POST", $"/api/products/{id}/variants", $$"""{"sku":"{{sku}}","price":20,"attributes":{"size":"L","colour":"red"} }""");
        await _administrator.SendAsync("POST", $"/api/products/{id}/stock", $$"""{"quantity":2,"sku":"{{sku}}"}""");
        using var orders = bed.Orders();
        var answer = await orders.SendAsync("POST", "/internal/reservations", $$"""
            {"orderId":"{{Guid.CreateVersion7()}}","revision":1,"customerId":"{{Guid.CreateVersion7()}}","lines":[{"productId":{{id}},"quantity":1,"sku":"{{sku}}"}]}
            """);
        Assert.Equal(("Thing under test (red, L)", 2000), ((string)answer.Json["lines"]![0]!["name"]!, (int)answer.Json["lines"]![0]!["price"]!));
    }

    [Fact]
    public async Task Units_come_with_a_new_variant_as_with_a_new_product()
    {
        var (id, sku) = (await bed.ProductAsync(stock: 1), Sku());
        var created = await _administrator.SendAsync("POST", $"/api/products/{id}/variants", $$"""{"sku":"{{sku}}","price":20,"attributes":{"size":"L"},"stock":4}""");
        Assert.Equal((5, 4), ((int)created.Json["available"]!, (int)created.Json["variants"]![1]!["available"]!));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM stock_ledger JOIN variants v ON v.id = variant_id WHERE kind = 'received' AND quantity = 4 AND sku = $1", sku));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Two_variants_on_sale_never_have_the_same_attributes()
    {
        var id = await bed.ProductAsync(stock: 1);
        var (path, red, blue) = ($"/api/products/{id}/variants", Sku(), Sku());
        await _administrator.SendAsync("POST", path, $$"""{"sku":"{{red}}","price":1,"attributes":{"Size":"L","colour":"red"} }""");
        await _administrator.SendAsync("POST", path, $$"""{"sku":"{{blue}}","price":1,"attributes":{"Size":"L","colour":"blue"} }""");
        foreach (var (method, address) in new[] { ("POST", path), ("PUT", $"{path}/{blue}") })
        {
            var sku = method == "POST" ? Sku() : blue;
            var refused = await _administrator.SendAsync(method, address, $$"""{"sku":"{{sku}}","price":1,"attributes":{"colour":"Red","size":"L"} }""");
            Assert.Equal((HttpStatusCode.Conflict, "variant_known"), (refused.Status, refused.Code));
        }
        Assert.Equal(HttpStatusCode.OK, (await _administrator.SendAsync("PUT", $"{path}/{red}", """{"price":2,"attributes":{"size":"L","colour":"red"}}""")).Status);
        await _administrator.SendAsync("DELETE", $"{path}/{red}");
        Assert.Equal(HttpStatusCode.OK, (await _administrator.SendAsync("PUT", $"{path}/{blue}", """{"price":2,"attributes":{"size":"L","colour":"red"}}""")).Status);
    }

    [Fact]
    public async Task Full_shelves_of_many_variants_are_shown_as_the_largest_number()
    {
        var id = await bed.ProductAsync(stock: 0);
        for (var n = 0; n < 2; n++)
            await _administrator.SendAsync("POST", $"/api/products/{id}/variants", $$"""{"sku":"{{Sku()}}","price":1,"attributes":{"n":"{{n}}"} }""");
        const string Fill = "UPDATE stock SET on_hand = {0} WHERE variant_id IN (SELECT id FROM variants WHERE product_id = $1)";
        await bed.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Fill, 999_999_999), id);
        Assert.Equal(int.MaxValue, (int)(await _administrator.SendAsync("GET", $"/api/products/{id}")).Json["available"]!);
        var list = await _administrator.SendAsync("GET", $"/api/products?ids={id}");
        Assert.Equal(int.MaxValue, (int)list.Json["items"]![0]!["available"]!);
        await bed.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Fill, 0), id);
    }

    [Fact]
    public async Task The_default_variant_stays_as_long_as_the_product()
    {
        var id = await bed.ProductAsync(stock: 1);
        var refused = await _administrator.SendAsync("DELETE", $"/api/products/{id}/variants/P{id}");
        Assert.Equal((HttpStatusCode.Conflict, "default_variant"), (refused.Status, refused.Code));
        var changed = await _administrator.SendAsync("PUT", $"/api/products/{id}/variants/P{id}", """{"price":44,"limitPerCustomer":2}""");
        Assert.Equal((HttpStatusCode.OK, 44m), (changed.Status, (decimal)changed.Json["price"]!));
    }

    [Fact]
    public async Task A_SKU_is_used_once_also_when_two_ask_for_it_at_the_same_moment()
    {
        var products = new[] { await bed.ProductAsync(stock: 1), await bed.ProductAsync(stock: 1) };
        var sku = Sku();
        var answers = await Task.WhenAll(products.Select(id => _administrator.SendAsync(
            "POST", $"/api/products/{id}/variants", $$"""{"sku":"{{sku}}","price":1,"attributes":{"a":"b"} }""")));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict], answers.Select(answer => answer.Status).Order());
        Assert.Equal("sku_taken", answers.Single(answer => answer.Status == HttpStatusCode.Conflict).Code);
    }

    [Fact]
    public async Task Variants_created_at_once_all_stand_and_the_version_counts_them()
    {
        var id = await bed.ProductAsync(stock: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _administrator.SendAsync(
            "POST", $"/api/products/{id}/variants", $$"""{"sku":"{{Sku()}}","price":1,"attributes":{"n":"{{n}}"} }""")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        var product = (await _administrator.EditAsync(id)).Product;
        Assert.Equal((9, 9), ((int)product["version"]!, product["variants"]!.AsArray().Count));
        Assert.Equal(9, await bed.CountAsync("SELECT count(DISTINCT position) FROM variants WHERE product_id = $1", id));
    }

    [Fact]
    public async Task A_product_has_at_most_two_hundred_variants()
    {
        var id = await bed.ProductAsync(stock: 1);
        await bed.ExecuteAsync(
            """
            INSERT INTO variants (id, product_id, sku, name, price, position)
            SELECT nextval(pg_get_serial_sequence('products', 'id')), $1, 'X' || $1 || '-' || n, 'x', 1, n FROM generate_series(1, 199) AS n
            """, id);
        var refused = await _administrator.SendAsync("POST", $"/api/products/{id}/variants", $$"""{"sku":"{{Sku()}}","price":1,"attributes":{"a":"b"} }""");
        Assert.Equal((HttpStatusCode.Conflict, "variant_limit"), (refused.Status, refused.Code));
    }

    [Theory]
    [InlineData("""{"price":1,"attributes":{"a":"b"}}""", "sku")]
    [InlineData("""{"sku":"a b","price":1,"attributes":{"a":"b"}}""", "sku")]
    [InlineData("""{"sku":"NEW-1","attributes":{"a":"b"}}""", "price")]
    [InlineData("""{"sku":"NEW-1","price":-1,"attributes":{"a":"b"}}""", "price")]
    [InlineData("""{"sku":"NEW-1","price":1}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":null}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":" "}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"":"b"}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a=b":"c"}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"b\u0007"}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"\uFFFE"}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"b","A":"c"}}""", "attributes")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"b"},"limitPerCustomer":0}""", "limitPerCustomer")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"b"},"limitPerCustomer":10001}""", "limitPerCustomer")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"b"},"stock":-1}""", "stock")]
    [InlineData("""{"sku":"NEW-1","price":1,"attributes":{"a":"b"},"stock":1000001}""", "stock")]
    public async Task What_breaks_a_rule_is_refused_with_the_field(string body, string field)
    {
        var answer = await _administrator.SendAsync("POST", "/api/products/1/variants", body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task Attributes_are_bounded_in_number_and_length()
    {
        string[] tooMuch =
        [
            string.Join(',', Enumerable.Range(0, 17).Select(n => $"\"a{n}\":\"b\"")),
            $"\"{new string('n', 41)}\":\"b\"", $"\"a\":\"{new string('v', 101)}\"",
        ];
        foreach (var attributes in tooMuch)
        {
            var answer = await _administrator.SendAsync("POST", "/api/products", $$$"""{"name":"Lamp","price":1,"attributes":{{{{attributes}}}}}""");
            Assert.Equal((HttpStatusCode.BadRequest, "attributes"), (answer.Status, (string?)answer.Json["field"]));
        }
    }

    [Fact]
    public async Task A_products_own_attributes_are_kept_until_they_are_replaced()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """{"name":"Woven Thing","price":1,"attributes":{"material":"linen"}}""");
        var path = $"/api/products/{(long)created.Json["id"]!}";
        var renamed = await _administrator.SendAsync("PUT", path, """{"name":"Woven Thing II","price":1}""");
        Assert.Equal("linen", (string?)renamed.Json["attributes"]!["material"]);
        var replaced = await _administrator.SendAsync("PUT", path, """{"name":"Woven Thing II","price":1,"attributes":{"colour":"blue"}}""");
        Assert.Equal("""{"colour":"blue"}""", replaced.Json["attributes"]!.ToJsonString());
    }

    private static string Sku() => $"T-{Guid.CreateVersion7():N}";

    private async Task<JsonNode> DetailAsync(long id) => (await _colleague.SendAsync("GET", $"/api/products/{id}")).Json;

    private Task<long> TaggedAsync(string tag) => bed.CountAsync("SELECT count(*) FROM product_search WHERE tags @> ARRAY[$1]", tag);
}
