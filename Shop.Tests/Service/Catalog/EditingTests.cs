using System.Net;
using Npgsql;
using Shop.Catalog.Products;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class EditingTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _administrator = bed.Administrator();
    private readonly HttpClient _colleague = bed.Administrator(replica: 1);

    public void Dispose()
    {
        _administrator.Dispose();
        _colleague.Dispose();
    }

    [Fact]
    public async Task An_edit_does_not_wait_for_who_changes_the_scores_of_the_product()
    {
        var id = await bed.ProductAsync(stock: 1);
        await using var connection = await bed.OpenAsync();
        await using var scoring = await BegunAsync(connection, "UPDATE product_scores SET sold = sold + 1 WHERE product_id = $1", id);
        Assert.Equal(HttpStatusCode.OK, (await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Edited","price":2}""")).Status);
        await scoring.CommitAsync();
    }

    [Fact]
    public async Task A_review_does_not_wait_for_who_changes_the_product()
    {
        var id = await bed.ProductAsync(stock: 1);
        using var customer = bed.Customer();
        await using var connection = await bed.OpenAsync();
        await using var editing = await BegunAsync(connection, ProductSql.NextVersion, id);
        Assert.Equal(HttpStatusCode.Created, (await customer.SendAsync("POST", $"/api/products/{id}/reviews", """{"stars":4,"title":"Good"}""")).Status);
        await editing.CommitAsync();
        await Eventually.TrueAsync(async () => await ListedAsync(id) == "Thing under test, 10, 1 of 1, 4 by 1");
    }

    private static async Task<NpgsqlTransaction> BegunAsync(NpgsqlConnection connection, string sql, long product)
    {
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = product });
        await command.ExecuteNonQueryAsync();
        return transaction;
    }

    [Fact]
    public async Task Of_two_who_read_the_same_version_one_changes_it_and_the_other_is_told()
    {
        var id = await bed.ProductAsync(stock: 1);
        var (tag, _) = await _administrator.EditAsync(id);
        var answers = await Task.WhenAll(
            _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Mine","price":1}""", tag!.ToString()),
            _colleague.SendAsync("PUT", $"/api/products/{id}", """{"name":"Yours","price":2}""", tag.ToString()));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], answers.Select(answer => answer.Status).Order());
        var refused = answers.Single(answer => answer.Status == HttpStatusCode.PreconditionFailed);
        Assert.Equal(("version_mismatch", 2), (refused.Code, (int)refused.Json["version"]!));
        Assert.Equal(2, await _administrator.VersionAsync(id));
    }

    [Fact]
    public async Task Lists_show_what_became_of_a_product()
    {
        var id = await bed.ProductAsync(stock: 2);
        var (path, sku) = ($"/api/products/{id}", $"CARD-{id}");
        using var customer = bed.Customer();
        Assert.Equal("Thing under test, 10, 2 of 1, 0 by 0", await ListedAsync(id));
        await _administrator.SendAsync("PUT", path, """{"name":"Cup","nameZh":"茶杯","price":12.5}""");
        Assert.Equal("茶杯, 12.5, 2 of 1, 0 by 0", await ListedAsync(id));
        await _administrator.SendAsync("PUT", path, """{"name":"Mug","nameZh":"","descriptionZh":"","price":13}""");
        await customer.SendAsync("POST", $"{path}/reviews", """{"stars":4,"title":"Good","body":"It is."}""");
        await _administrator.SendAsync("POST", $"{path}/variants", $$"""{"sku":"{{sku}}","price":1,"attributes":{"size":"L"} }""");
        await _administrator.SendAsync("POST", $"{path}/stock", $$"""{"quantity":5,"sku":"{{sku}}"}""");
        Assert.Equal("Mug, 13, 7 of 2, 4 by 1", await ListedAsync(id));
        await bed.AssertBooksAgreeAsync();
        await _administrator.SendAsync("DELETE", $"{path}/variants/{sku}");
        await customer.SendAsync("DELETE", $"{path}/reviews/mine");
        Assert.Equal("Mug, 13, 2 of 1, 0 by 0", await ListedAsync(id));
        await _administrator.SendAsync("DELETE", path);
        Assert.Null(await ListedAsync(id));
        await bed.AssertBooksAgreeAsync();
    }

    // By one who sees what is true now.
    private async Task<string?> ListedAsync(long id)
    {
        var page = (await _colleague.SendAsync("GET", $"/api/products?ids={id}&lang=zh")).Json["items"]!.AsArray();
        return page is [{ } item]
            ? $"{item["name"]}, {item["price"]}, {item["available"]} of {item["variantCount"]}, {item["rating"]} by {item["reviews"]}" : null;
    }

    [Theory]
    [InlineData("PUT", "", """{"name":"Thing","price":1}""")]
    [InlineData("DELETE", "", null)]
    [InlineData("POST", "/variants", """{"sku":"OLD-VERSION","price":1,"attributes":{"a":"b"}}""")]
    [InlineData("PUT", "/variants/P{id}", """{"price":1}""")]
    [InlineData("DELETE", "/variants/P{id}", null)]
    public async Task Every_change_is_refused_for_a_version_that_is_gone(string method, string path, string? body)
    {
        var id = await bed.ProductAsync(stock: 1);
        await _colleague.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":3}""");
        var address = $"/api/products/{id}{path.Replace("{id}", $"{id}", StringComparison.Ordinal)}";
        foreach (var stale in new[] { "\"v1\"", "W/\"v2\"", "\"2\"", "\"v1\", \"v7\"" })
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await _administrator.SendAsync(method, address, body, stale)).Status);
        Assert.Equal((2, 3m), await StateAsync(id));
    }

    [Theory]
    [InlineData("\"v1\"")]
    [InlineData("\"v9\", \"v1\"")]
    [InlineData("*")]
    public async Task A_change_goes_through_for_the_version_that_is(string ifMatch)
    {
        var id = await bed.ProductAsync(stock: 1);
        var changed = await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":3}""", ifMatch);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal((2, 3m), await StateAsync(id));
    }

    [Fact]
    public async Task An_If_Match_that_cannot_be_read_is_refused()
    {
        var id = await bed.ProductAsync(stock: 1);
        var answer = await _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":3}""", "v1");
        Assert.Equal((HttpStatusCode.BadRequest, "If-Match"), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task The_answer_to_a_change_carries_the_tag_for_the_next_one()
    {
        var id = await bed.ProductAsync(stock: 1);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/products/{id}") { Content = new StringContent("""{"name":"Thing","price":3}""", null, "application/json") };
        using var response = await _administrator.SendAsync(request);
        Assert.Equal((await _administrator.EditAsync(id)).Tag, response.Headers.ETag);
    }

    [Fact]
    public async Task The_editor_sees_both_languages_and_a_retired_product_too()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """
            {"name":"Both","nameZh":"双语","description":"**One**","descriptionZh":"**二**","price":5,"category":"toys","brand":"aurora","stock":4}
            """);
        var id = (long)created.Json["id"]!;
        await _administrator.SendAsync("DELETE", $"/api/products/{id}");
        var (tag, product) = await _administrator.EditAsync(id);
        Assert.Equal("\"v2\"", tag!.ToString());
        Assert.Equal(
            ("Both", "双语", "**One**", "**二**", "toys", "aurora", true),
            ((string)product["name"]!, (string)product["nameZh"]!, (string)product["description"]!, (string)product["descriptionZh"]!,
             (string)product["category"]!, (string)product["brand"]!, (bool)product["retired"]!));
        Assert.Equal(4, (int)product["variants"]![0]!["stock"]!["onHand"]!);
    }

    [Fact]
    public async Task A_change_keeps_what_it_leaves_out_and_takes_away_what_it_empties()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """
            {"name":"Full","nameZh":"满","description":"One","descriptionZh":"二","price":5,"brand":"aurora","stock":4}
            """);
        var (path, id) = ($"/api/products/{(long)created.Json["id"]!}", (long)created.Json["id"]!);
        await _administrator.SendAsync("PUT", path, """{"name":"Full","price":5,"nameZh":null,"brand":null}""");
        var product = (await _administrator.EditAsync(id)).Product;
        Assert.Equal(
            ("满", "One", "二", "aurora"),
            ((string?)product["nameZh"], (string)product["description"]!, (string?)product["descriptionZh"], (string?)product["brand"]));
        await _administrator.SendAsync("PUT", path, """{"name":"Full","price":5,"nameZh":"","description":"","descriptionZh":" ","brand":""}""");
        product = (await _administrator.EditAsync(id)).Product;
        Assert.Equal(
            (null, "", null, null),
            ((string?)product["nameZh"], (string)product["description"]!, (string?)product["descriptionZh"], (string?)product["brand"]));
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM variants WHERE product_id = $1 AND name_zh IS NOT NULL", id));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM product_search WHERE product_id = $1 AND NOT tags @> '{/b/aurora}'", id));
    }

    [Fact]
    public async Task The_later_of_two_changes_keeps_what_the_earlier_one_wrote()
    {
        var id = await bed.ProductAsync(stock: 1);
        await Task.WhenAll(
            _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":1,"nameZh":"东西"}"""),
            _colleague.SendAsync("PUT", $"/api/products/{id}", """{"name":"Thing","price":1,"description":"Text"}"""));
        var product = (await _administrator.EditAsync(id)).Product;
        Assert.Equal(("东西", "Text", 3), ((string?)product["nameZh"], (string?)product["description"], (int)product["version"]!));
    }

    [Theory]
    [InlineData("GET", "/api/products/1/edit")]
    [InlineData("POST", "/api/products/1/variants")]
    [InlineData("PUT", "/api/products/1/variants/P1")]
    [InlineData("DELETE", "/api/products/1/variants/P1")]
    [InlineData("POST", "/api/brands")]
    [InlineData("PUT", "/api/brands/aurora")]
    [InlineData("POST", "/api/categories")]
    [InlineData("PUT", "/api/categories/toys")]
    [InlineData("GET", "/api/audit")]
    [InlineData("GET", "/api/products/1/prices")]
    public async Task It_is_for_administrators_only(string method, string path)
    {
        using var customer = bed.Customer();
        using var visitor = bed.Visitor();
        const string Body = """{"name":"Mine","price":1,"sku":"MINE","attributes":{"a":"b"}}""";
        var body = method is "GET" or "DELETE" ? null : Body;
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.SendAsync(method, path, body)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await customer.SendAsync(method, path, body)).Status);
    }

    private async Task<(int Version, decimal Price)> StateAsync(long id)
    {
        var product = (await _administrator.EditAsync(id)).Product;
        return ((int)product["version"]!, (decimal)product["variants"]![0]!["price"]!);
    }
}
