using System.Net;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class CategoryEditingTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _administrator = bed.Administrator();

    public void Dispose() => _administrator.Dispose();

    [Fact]
    public async Task A_category_that_moves_takes_its_products_along()
    {
        await CategoryAsync("upper-a");
        await CategoryAsync("upper-b");
        await CategoryAsync("middle", "upper-a");
        await CategoryAsync("lower", "middle");
        await _administrator.SendAsync("POST", "/api/products", """{"name":"Low Thing","price":1,"category":"lower"}""");
        Assert.Equal((1, 0), (await TaggedAsync("upper-a"), await TaggedAsync("upper-b")));

        var moved = await _administrator.SendAsync("PUT", "/api/categories/middle", """{"name":"Middle","parent":"upper-b"}""");
        Assert.Equal((HttpStatusCode.OK, "upper-b"), (moved.Status, (string?)moved.Json["parent"]));
        Assert.Equal((0, 1, 1), (await TaggedAsync("upper-a"), await TaggedAsync("upper-b"), await TaggedAsync("lower")));

        var top = await _administrator.SendAsync("PUT", "/api/categories/middle", """{"name":"Middle"}""");
        Assert.Null(top.Json["parent"]);
        Assert.Equal((0, 1), (await TaggedAsync("upper-b"), await TaggedAsync("middle")));
        Assert.Equal(["category.changed", "category.changed", "category.created"], (await _administrator.AuditAsync("category:middle")).Actions());
    }

    [Fact]
    public async Task A_category_never_stands_below_itself()
    {
        await CategoryAsync("ring-a");
        await CategoryAsync("ring-b", "ring-a");
        await CategoryAsync("ring-c", "ring-b");
        foreach (var parent in new[] { "ring-a", "ring-b", "ring-c" })
        {
            var refused = await _administrator.SendAsync("PUT", "/api/categories/ring-a", $$"""{"name":"Ring","parent":"{{parent}}"}""");
            Assert.Equal((HttpStatusCode.Conflict, "category_cycle"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task Two_moves_at_once_make_no_ring()
    {
        await CategoryAsync("left");
        await CategoryAsync("right");
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(
                _administrator.SendAsync("PUT", "/api/categories/left", """{"name":"Left","parent":"right"}"""),
                _administrator.SendAsync("PUT", "/api/categories/right", """{"name":"Right","parent":"left"}"""));
            Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM categories WHERE slug IN ('left', 'right') AND parent IS NULL AND $1", true));
            await _administrator.SendAsync("PUT", "/api/categories/left", """{"name":"Left"}""");
            await _administrator.SendAsync("PUT", "/api/categories/right", """{"name":"Right"}""");
        }
    }

    [Fact]
    public async Task A_ring_that_came_about_elsewhere_can_be_looked_at_and_mended()
    {
        foreach (var slug in new[] { "round-a", "round-b", "round-c", "beside" }) await CategoryAsync(slug);
        await bed.ExecuteAsync("UPDATE categories SET parent = CASE slug WHEN 'round-a' THEN 'round-b' WHEN 'round-b' THEN 'round-c' ELSE 'round-a' END WHERE slug LIKE 'round-_'");
        var refused = await _administrator.SendAsync("PUT", "/api/categories/beside", """{"name":"Beside","parent":"round-a"}""");
        Assert.Equal((HttpStatusCode.Conflict, "category_depth"), (refused.Status, refused.Code));
        Assert.Equal(HttpStatusCode.OK, (await _administrator.SendAsync("PUT", "/api/categories/round-a", """{"name":"A"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _administrator.SendAsync("PUT", "/api/categories/beside", """{"name":"Beside","parent":"round-b"}""")).Status);
    }

    [Fact]
    public async Task What_became_of_the_seeded_categories_outlives_a_restart_which_plans_nothing_anew()
    {
        await _administrator.SendAsync("PUT", "/api/categories/wearables", """{"name":"Wearables"}""");
        await using var restarted = await CatalogBed.StartAsync(bed.Settings);
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM categories WHERE slug = $1 AND parent IS NULL", "wearables"));
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM pg_stat_user_tables WHERE last_analyze IS NOT NULL AND $1", true));
    }

    [Fact]
    public async Task Categories_are_eight_levels_deep_at_most()
    {
        for (var level = 1; level <= 8; level++) await CategoryAsync($"deep-{level}", level == 1 ? null : $"deep-{level - 1}");
        var refused = await _administrator.SendAsync("POST", "/api/categories", """{"name":"Deep 9","parent":"deep-8"}""");
        Assert.Equal((HttpStatusCode.Conflict, "category_depth"), (refused.Status, refused.Code));
        await CategoryAsync("above-all");
        refused = await _administrator.SendAsync("PUT", "/api/categories/deep-1", """{"name":"Deep 1","parent":"above-all"}""");
        Assert.Equal("category_depth", refused.Code);
    }

    [Fact]
    public async Task A_brand_is_created_once_and_renamed()
    {
        var created = await _administrator.SendAsync("POST", "/api/brands", """{"name":"Quillon & Sons"}""");
        Assert.Equal((HttpStatusCode.Created, "quillon-sons", "Quillon & Sons"), (created.Status, (string?)created.Json["slug"], (string?)created.Json["nameZh"]));
        Assert.Equal("brand_taken", (await _administrator.SendAsync("POST", "/api/brands", """{"name":"Quillon Sons"}""")).Code);
        var changed = await _administrator.SendAsync("PUT", "/api/brands/quillon-sons", """{"name":"Quillon","nameZh":"奎隆"}""");
        Assert.Equal("奎隆", (string?)changed.Json["nameZh"]);
        var audit = await _administrator.AuditAsync("brand:quillon-sons");
        Assert.Equal(["brand.changed", "brand.created"], audit.Actions());
        Assert.Equal(["name", "name_zh"], audit[0]!["before"]!.AsObject().Select(member => member.Key));
    }

    [Theory]
    [InlineData("/api/categories", "Seen At Once")]
    [InlineData("/api/brands", "Seen At Once")]
    public async Task Who_adds_to_the_menu_sees_it_at_once_on_either_replica(string path, string name)
    {
        using var there = bed.Administrator(replica: 1);
        foreach (var replica in new[] { _administrator, there, bed.Visitor(), bed.Visitor(replica: 1) }) await replica.SendAsync("GET", path);
        await _administrator.SendAsync("POST", path, $$"""{"name":"{{name}}"}""");
        foreach (var replica in new[] { _administrator, there })
            Assert.Contains(name, (await replica.SendAsync("GET", path)).Json["items"]!.Strings("name"));
    }

    [Theory]
    [InlineData("/api/brands/lumen", "brandName")]
    [InlineData("/api/categories/shoes", "categoryName")]
    public async Task A_new_name_is_seen_on_the_pages_of_products_through_the_other_replica(string address, string member)
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """{"name":"Bright Shoe","price":1,"category":"shoes","brand":"lumen"}""");
        var page = $"/api/products/{(long)created.Json["id"]!}";
        using var visitor = bed.Visitor(replica: 1);
        await Eventually.TrueAsync(async () => (await visitor.SendAsync("GET", page)).Status == HttpStatusCode.OK);
        await _administrator.SendAsync("PUT", address, """{"name":"Renamed Again"}""");
        await Eventually.TrueAsync(
            async () => (string?)(await visitor.SendAsync("GET", page)).Json[member] == "Renamed Again", TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("POST", "/api/brands", """{"name":"  "}""", "name")]
    [InlineData("POST", "/api/brands", """{"name":"A\u0007"}""", "name")]
    [InlineData("POST", "/api/brands", """{"name":"奎隆"}""", "slug")]
    [InlineData("POST", "/api/categories", """{"name":"家居"}""", "slug")]
    [InlineData("POST", "/api/categories", """{"name":"Two\nLines"}""", "name")]
    [InlineData("POST", "/api/brands", """{"name":"Fine","slug":"Not Fine"}""", "slug")]
    [InlineData("PUT", "/api/brands/aurora", """{"name":"Aurora","slug":"other"}""", "slug")]
    [InlineData("POST", "/api/categories", """{"name":"Fine","parent":"nowhere"}""", "parent")]
    [InlineData("POST", "/api/categories", """{"name":"Fine","position":-1}""", "position")]
    [InlineData("POST", "/api/categories", """{"slug":"fine"}""", "name")]
    [InlineData("PUT", "/api/categories/toys", """{"name":"Toys","parent":"';--"}""", "parent")]
    public async Task What_breaks_a_rule_is_refused_with_the_field(string method, string path, string body, string field)
    {
        var answer = await _administrator.SendAsync(method, path, body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_changed_and_what_is_there_not_be_made()
    {
        Assert.Equal("brand_unknown", (await _administrator.SendAsync("PUT", "/api/brands/nobody", """{"name":"No"}""")).Code);
        Assert.Equal("category_unknown", (await _administrator.SendAsync("PUT", "/api/categories/nowhere", """{"name":"No"}""")).Code);
        Assert.Equal("category_taken", (await _administrator.SendAsync("POST", "/api/categories", """{"name":"Toys","slug":"toys"}""")).Code);
    }

    private async Task CategoryAsync(string slug, string? parent = null)
    {
        var body = parent is null ? $$"""{"name":"{{slug}}","slug":"{{slug}}"}""" : $$"""{"name":"{{slug}}","slug":"{{slug}}","parent":"{{parent}}"}""";
        Assert.Equal(HttpStatusCode.Created, (await _administrator.SendAsync("POST", "/api/categories", body)).Status);
    }

    private Task<long> TaggedAsync(string category) =>
        bed.CountAsync("SELECT count(*) FROM product_search WHERE tags @> ARRAY['/c/' || $1]", category);
}
