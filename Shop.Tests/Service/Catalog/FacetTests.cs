using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>Each count against the list that one gets by following it.</summary>
[Collection(Servers.Collection)]
public sealed class FacetTests(CatalogBed bed) : IClassFixture<CatalogBed>, IAsyncLifetime
{
    private readonly HttpClient _visitor = bed.Visitor();

    public Task InitializeAsync() =>
        bed.ExecuteAsync("UPDATE product_scores SET rating = product_id % 51 / 10.0 WHERE $1", true);

    public Task DisposeAsync()
    {
        _visitor.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("category=fashion", "", "")]
    [InlineData("category=men", "brand=aurora&brand=lumen", "attr=size:m&attr=colour:navy")]
    [InlineData("q=classic", "rating=2&inStock=true", "minPrice=50&maxPrice=1999.99")]
    [InlineData("q=手机", "", "attr=edition:pro")]
    public async Task A_count_is_the_number_of_products_behind_it(string fixedPart, string first, string second)
    {
        var chosen = $"{first}&{second}".Split('&', StringSplitOptions.RemoveEmptyEntries);
        var facets = await GetAsync($"/api/products/facets?{fixedPart}&{string.Join('&', chosen)}");

        Assert.False((bool)facets["capped"]!);
        Assert.Equal(await CountAsync(fixedPart, chosen), (int)facets["count"]!);
        Assert.Equal(await CountAsync(fixedPart, [.. Without("inStock"), "inStock=true"]), (int)facets["inStock"]!);
        await AssertAsync("brands", facet => ("brand=", [$"brand={facet["slug"]}"]));
        await AssertAsync("categories", facet => ("category=", [$"category={facet["slug"]}"]));
        await AssertAsync("ratings", facet => ("rating=", [$"rating={facet["rating"]}"]));
        await AssertAsync("prices", facet => ("Price=",
            [$"minPrice={facet["min"]}", .. facet["max"] is { } max ? [$"maxPrice={max}"] : Array.Empty<string>()]));
        foreach (var attribute in (JsonArray)facets["attributes"]!)
            foreach (var value in (JsonArray)attribute!["values"]!)
                Assert.Equal(
                    await CountAsync(fixedPart, [.. Without($"attr={attribute["name"]}:"), $"attr={attribute["name"]}:{value!["value"]}"]),
                    (int)value["count"]!);

        async Task AssertAsync(string part, Func<JsonNode, (string Own, string[] Instead)> follow)
        {
            foreach (var facet in ((JsonArray)facets[part]!).Take(6))
            {
                var (own, instead) = follow(facet!);
                Assert.Equal(await CountAsync(fixedPart, [.. Without(own), .. instead]), (int)facet!["count"]!);
            }
        }

        IEnumerable<string> Without(string own) => chosen.Where(filter => !filter.Contains(own, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_category_the_departments_are_counted_and_in_one_its_categories()
    {
        var all = await GetAsync("/api/products/facets?brand=aurora&lang=zh");
        var fashion = await GetAsync("/api/products/facets?category=fashion");
        Assert.Equal(["electronics", "living", "fashion", "leisure", "everyday"], Slugs(all));
        Assert.Equal("数码电器", (string?)all["categories"]![0]!["name"]);
        Assert.Equal(["women", "men", "shoes", "bags"], Slugs(fashion));
        Assert.Empty(Slugs(await GetAsync("/api/products/facets?category=men")));

        static IEnumerable<string?> Slugs(JsonNode facets) => ((JsonArray)facets["categories"]!).Select(category => (string?)category!["slug"]);
    }

    [Fact]
    public async Task Other_choices_beside_the_chosen_one_are_counted()
    {
        var brand = (await GetAsync("/api/products/facets?category=men"))["brands"]![0]!["slug"];
        var facets = await GetAsync($"/api/products/facets?category=men&brand={brand}&attr=size:m");
        var brands = (JsonArray)facets["brands"]!;
        var sizes = ((JsonArray)facets["attributes"]!).Single(attribute => (string?)attribute!["name"] == "size")!["values"]!;
        Assert.True(brands.Count > 3);
        Assert.Equal(await CountAsync("category=men&attr=size:m"), brands.Sum(other => (int)other!["count"]!));
        Assert.Equal(["l", "m", "s", "xl"], ((JsonArray)sizes).Select(value => (string)value!["value"]!).Order(StringComparer.Ordinal));
        Assert.All((JsonArray)sizes, value => Assert.Equal((int)facets["count"]!, (int)value!["count"]!));
    }

    [Fact]
    public async Task A_choice_that_fits_nothing_stays_to_be_taken_back()
    {
        var facets = await GetAsync("/api/products/facets?category=books&brand=aurora&attr=size:m");
        Assert.Equal(0, (int)facets["count"]!);
        Assert.Contains((JsonArray)facets["attributes"]!, a => (string?)a!["name"] == "size" && (int)a["values"]![0]!["count"]! == 0);
        Assert.Equal("aurora", (string?)facets["brands"]![0]!["slug"]);
    }

    [Fact]
    public async Task A_typo_is_counted_as_what_was_meant()
    {
        var facets = await GetAsync("/api/products/facets?q=hedphones");
        Assert.Equal("headphones", (string?)facets["corrected"]);
        Assert.Equal((int)(await GetAsync("/api/products/facets?q=headphones"))["count"]!, (int)facets["count"]!);
    }

    [Theory]
    [InlineData("/api/products/facets?rating=9", "rating")]
    [InlineData("/api/products/facets?attr=size", "attr")]
    [InlineData("/api/products/facets?minPrice=x", "minPrice")]
    [InlineData("/api/products/suggestions?limit=11", "limit")]
    [InlineData("/api/products/suggestions?limit=0", "limit")]
    public async Task What_breaks_a_rule_names_the_field(string path, string field)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync(path));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task Brands_are_listed_with_the_number_of_their_products()
    {
        var brands = (JsonArray)(await GetAsync("/api/brands?lang=zh"))["items"]!;
        Assert.Equal(12, brands.Count);
        foreach (var brand in brands.Take(3))
            Assert.Equal(
                await bed.CountAsync("SELECT count(*) FROM products WHERE retired_at IS NULL AND brand = $1", (string)brand!["slug"]!),
                (long)brand["count"]!);
        Assert.Contains(brands, brand => (string?)brand!["name"] == "极光");
    }

    private async Task<int> CountAsync(string fixedPart, params IEnumerable<string> filters)
    {
        var count = 0;
        for (var after = ""; after is not null;)
        {
            var query = filters.Any(filter => filter.StartsWith("category=", StringComparison.Ordinal)) && fixedPart.StartsWith("category=", StringComparison.Ordinal)
                ? "" : fixedPart;
            var page = await GetAsync($"/api/products?{query}&{string.Join('&', filters)}&sort=newest&limit=100&after={after}");
            count += ((JsonArray)page["items"]!).Count;
            after = (string?)page["next"];
        }
        return count;
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync(path));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
        return answer.Json;
    }
}
