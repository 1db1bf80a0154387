using System.Text.Json.Nodes;
using Npgsql;
using Shop.Catalog.Products;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Problems;
using Xunit.Abstractions;

namespace Shop.Tests.Service.Catalog.Scale;

/// <summary>Every statement that lists, search, facets and suggestions send, explained over 100,000 products as it is sent.</summary>
[Collection(Servers.Collection)]
public sealed class PlanTests(LargeCatalog catalog, ITestOutputHelper output) : IClassFixture<LargeCatalog>
{
    private static readonly string[] Electronics = ["electronics", "phones", "computers", "audio", "cameras", "wearables", "gaming", "appliances"];

    [Theory]
    [InlineData("sort=newest")]
    [InlineData("sort=price-asc")]
    [InlineData("sort=price-desc")]
    [InlineData("sort=name")]
    [InlineData("sort=newest&category=phones")]
    [InlineData("sort=price-asc&category=electronics")]
    [InlineData("sort=price-desc&category=electronics&minPrice=100&maxPrice=2000")]
    [InlineData("sort=name&category=electronics&rating=4.5&inStock=true")]
    [InlineData("sort=newest&category=nowhere")]
    [InlineData("sort=newest&brand=aurora")]
    [InlineData("sort=price-asc&brand=aurora&category=electronics")]
    [InlineData("sort=newest&brand=aurora&brand=kestrel&attr=colour:navy&attr=colour:sand")]
    [InlineData("sort=price-asc&brand=aurora&category=phones&attr=colour:navy")]
    [InlineData("sort=newest&minPrice=10&maxPrice=10.5")]
    [InlineData("sort=newest&rating=5&inStock=true")]
    [InlineData("sort=newest&inStock=true")]
    [InlineData("sort=newest&brand=nobody")]
    [InlineData("sort=price-asc&q=thing")]
    [InlineData("sort=price-asc&q=w1234")]
    [InlineData("sort=newest&q=common1 蓝牙&category=phones")]
    [InlineData("sort=newest&ids=1000001,1000777,1")]
    public async Task A_page_of_a_list(string query)
    {
        var filter = Filter(query);
        await CheckAsync(ProductListSql.Page(filter, Subtree(filter)));
        var middle = new PageCursor(filter.Sort, 1_050_000, 250_000, "thing 1050000");
        await CheckAsync(ProductListSql.Page(filter with { After = middle }, Subtree(filter)));
    }

    [Theory]
    [InlineData("sort=best-selling")]
    [InlineData("sort=rating")]
    [InlineData("sort=best-selling&category=electronics")]
    [InlineData("sort=rating&category=phones&brand=aurora&attr=colour:navy")]
    [InlineData("sort=best-selling&q=w1234")]
    [InlineData("sort=best-selling&q=common1")]
    [InlineData("sort=best-selling&minPrice=100&maxPrice=101&inStock=true")]
    [InlineData("q=thing")]
    [InlineData("q=w12")]
    [InlineData("q=common1 x77")]
    [InlineData("q=蓝牙")]
    [InlineData("q=thing 耳机")]
    [InlineData("q=common1&category=phones&brand=aurora,kestrel&attr=colour:navy&minPrice=10&maxPrice=4000&rating=3&inStock=true")]
    [InlineData("q=nothing has this")]
    public async Task A_ranked_list(string query)
    {
        var filter = Filter(query);
        await CheckAsync(ProductListSql.Ranked(filter.Conditions, filter.Sort, Subtree(filter), ProductListSql.MaxRanked));
        if (filter.Sort == ProductSort.Relevance) await CheckAsync(ProductListSql.RankedRows(filter.Conditions, 25, 24));
    }

    // The keys of the index against the terms they are made of.
    [Theory]
    [InlineData("w1234")]
    [InlineData("w123")]
    [InlineData("x77 thing")]
    [InlineData("thing common1 w1234")]
    [InlineData("w77 x77 thing")]
    [InlineData("x77 common1")]
    [InlineData("x50 thing 蓝牙")]
    [InlineData("w50 thing 蓝牙 耳机")]
    [InlineData("w77 every thing")]
    [InlineData("x7 well made")]
    public async Task A_search_finds_what_has_all_its_terms(string typed)
    {
        var search = SearchQuery.Parse(typed);
        var conditions = Filter("q=" + typed).Conditions;
        var expected = await catalog.IdsAsync(new ReadStatement().Append(
            $"SELECT ARRAY(SELECT product_id FROM product_search WHERE terms @@ search_query({search.WordText}, {search.CharacterText}) ORDER BY 1 DESC)"));
        var found = await catalog.IdsAsync(
            ProductListSql.Ranked(conditions, ProductSort.Relevance, null, ProductListSql.MaxRanked));
        Assert.InRange(expected.Length, 1, ProductListSql.MaxRanked - 1);
        Assert.Equal(expected, found.OrderDescending());
    }

    [Theory]
    [InlineData("thing")]
    [InlineData("common1")]
    [InlineData("thing common1")]
    [InlineData("东西 common2")]
    [InlineData("every day")]
    public async Task The_newest_of_many_are_found_first(string typed)
    {
        var search = SearchQuery.Parse(typed);
        var newest = await catalog.IdsAsync(new ReadStatement().Append(
            $"SELECT ARRAY(SELECT product_id FROM product_search WHERE terms @@ search_query({search.WordText}, {search.CharacterText}) ORDER BY 1 DESC LIMIT 60)"));
        Assert.Equal(newest, await catalog.IdsAsync(
            ProductListSql.Ranked(Filter("q=" + typed).Conditions, ProductSort.Relevance, null, newest.Length)));
    }

    [Fact]
    public Task The_rows_of_a_page() => CheckAsync(ProductListSql.Rows([.. Enumerable.Range(0, 100).Select(i => 1_000_001L + 997 * i)]));

    [Fact]
    public async Task What_corrects_a_typo()
    {
        await CheckAsync(Spelling.Found, "thing", "thing");
        await CheckAsync(Spelling.Found, "thnig", "");
        await CheckAsync(Spelling.Alike, Typo.Forms("aabcdfnig").ToArray(), 200);
        await CheckAsync(Spelling.Longer, "aabc", 8);
    }

    [Theory]
    [InlineData("")]
    [InlineData("category=electronics")]
    [InlineData("q=common1")]
    [InlineData("q=w1234&category=phones")]
    [InlineData("q=thing 耳机&brand=aurora&attr=colour:navy&minPrice=10&rating=4&inStock=true")]
    [InlineData("rating=4&inStock=true&minPrice=20&maxPrice=30")]
    public Task What_facets_are_counted_over(string query)
    {
        var filter = Filter(query);
        return CheckAsync(
            ProductListSql.FacetRows(filter.Conditions, Subtree(filter), Facets.MaxProducts + 1), maxBlocks: 20 * Facets.MaxProducts);
    }

    [Theory]
    [InlineData("thi")]
    [InlineData("w123")]
    [InlineData("蓝牙")]
    [InlineData("text about")]
    public Task What_is_suggested(string typed) => CheckAsync(ProductListSql.Suggested(SearchQuery.Parse(typed), 200, 10));

    // Counted for all who ask, at most once in a while.
    [Fact]
    public async Task The_counts_of_categories_and_brands()
    {
        await CheckAsync(CategoryList.SelectCategories);
        await CheckAsync(CategoryList.SelectBrands);
    }

    [Fact]
    public async Task Facets_of_too_many_products_say_so_and_narrow_ones_are_exact()
    {
        var wide = JsonNode.Parse(await catalog.Visitor.GetStringAsync("/api/products/facets"))!;
        var narrow = JsonNode.Parse(await catalog.Visitor.GetStringAsync("/api/products/facets?brand=aurora&attr=colour:navy"))!;
        Assert.Equal((true, Facets.MaxProducts), ((bool)wide["capped"]!, (int)wide["count"]!));
        Assert.False((bool)narrow["capped"]!);
        Assert.InRange((int)narrow["count"]!, 1500, 2700);
    }

    private Task CheckAsync(string sql, params object[] values) =>
        CheckAsync(sql, values.Select(value => new NpgsqlParameter { Value = value }));

    private Task CheckAsync(ReadStatement statement, long maxBlocks = MaxBlocks) =>
        CheckAsync(statement.Text, statement.Parameters, maxBlocks);

    private async Task CheckAsync(string sql, IEnumerable<NpgsqlParameter> parameters, long maxBlocks = MaxBlocks)
    {
        var plan = await catalog.ExplainAsync(sql, parameters);
        output.WriteLine($"{plan.Blocks} blocks, {plan.Milliseconds:0.0} ms: {sql}");
        Assert.True(plan.Scanned.Count == 0 && plan.UsesIndex, $"{sql}\n{plan}");
        Assert.True(plan.Blocks < maxBlocks, $"{plan.Blocks} blocks for {sql}\n{plan}");
    }

    // A page reads a few dozen products with their rows, a ranked list compares a thousand. Reading all of one table of
    // products would touch many times as much.
    private const long MaxBlocks = 15_000;

    // One that is not known is asked for by its tag.
    private static string[]? Subtree(ProductFilter filter) => filter.Conditions.Category switch
    {
        "electronics" => Electronics,
        "phones" => ["phones"],
        _ => null,
    };

    private static ProductFilter Filter(string query)
    {
        var values = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query);
        return ProductFilter.Parse(new ProductListQuery(
            One("category"), One("q"), One("sort"), Number("minPrice"), Number("maxPrice"), 24, null, One("ids"), null,
            All("brand"), All("attr"), Number("rating"), One("inStock") == "true"));

        string? One(string name) => values.GetValueOrDefault(name) is { Count: > 0 } value ? value.ToString() : null;

        string[] All(string name) => [.. values.GetValueOrDefault(name).OfType<string>()];

        decimal? Number(string name) => One(name) is { } text ? decimal.Parse(text) : null;
    }
}
