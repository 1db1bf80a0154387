using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class SearchTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _visitor = bed.Visitor();

    public void Dispose() => _visitor.Dispose();

    [Fact]
    public async Task What_stands_in_the_name_ranks_above_what_stands_in_the_description()
    {
        var older = await CreateAsync("Plain bowl", "Of quandongwood, as quandongwood bowls are. Quandongwood!", "普通碗", "梼杌纹梼杌纹");
        var named = await CreateAsync("Quandongwood bowl", "Turned by hand.", "梼杌纹碗", "手工");
        var newer = await CreateAsync("Other bowl", "Not of quandongwood.", "另一只碗", "没有梼杌纹");

        Assert.Equal(named, (await IdsAsync("q=quandongwood"))[0]);
        Assert.Equal(named, (await IdsAsync("q=quandongwood%20bowl"))[0]);
        Assert.Equal(named, (await IdsAsync("q=梼杌"))[0]);
        Assert.Equal(Set(older, named, newer), (await IdsAsync("q=梼杌纹")).ToHashSet());
        Assert.Equal([newer, named, older], await IdsAsync("q=quandongwood&sort=newest"));
    }

    [Theory]
    [InlineData("hedphones", "headphones")]
    [InlineData("headphonnes", "headphones")]
    [InlineData("haedphones", "headphones")]
    [InlineData("headphomes", "headphones")]
    [InlineData("wirelss headphones", "wireless headphones")]
    [InlineData("wireless hedphones", "wireless headphones")]
    [InlineData("blutooth 耳机", "bluetooth 耳机")]
    public async Task One_typo_is_forgiven_and_told(string typed, string meant)
    {
        foreach (var sort in (string[])["", "&sort=price-asc", "&sort=best-selling"])
        {
            var corrected = await GetAsync($"q={Uri.EscapeDataString(typed)}&limit=100{sort}");
            var plain = await GetAsync($"q={Uri.EscapeDataString(meant)}&limit=100{sort}");
            Assert.Equal(meant, (string?)corrected["corrected"]);
            Assert.Null(plain["corrected"]);
            Assert.NotEmpty(Ids(plain));
            Assert.Subset(Ids(corrected).ToHashSet(), Ids(plain).ToHashSet());
        }
    }

    [Fact]
    public async Task Pages_of_a_corrected_search_go_on_to_the_end()
    {
        var seen = new List<long>();
        for (var after = ""; after is not null;)
        {
            var page = await GetAsync($"q=wirelss&sort=price-asc&limit=6&after={after}");
            seen.AddRange(Ids(page));
            after = (string?)page["next"];
        }
        Assert.True(seen.Count > 12);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(Ids(await GetAsync("q=wireless&sort=price-asc&limit=100")), seen);
    }

    [Fact]
    public async Task A_word_that_is_broken_off_behind_its_stem_is_completed()
    {
        var id = await CreateAsync("Flimmerable lantern", "", null, null);
        var page = await GetAsync("q=lantern%20flimmerabl");
        Assert.Equal([id], Ids(page));
    }

    [Theory]
    [InlineData("hxdphxnes")]
    [InlineData("sofa smartphone")]
    [InlineData("sofa hedphones")]
    public async Task Two_typos_and_searches_of_known_words_are_not_corrected(string typed)
    {
        var page = await GetAsync($"q={Uri.EscapeDataString(typed)}");
        Assert.Empty(Ids(page));
        Assert.True(page["corrected"] is null || typed == "sofa hedphones");
    }

    [Fact]
    public async Task A_last_word_finds_longer_words_and_its_own_forms()
    {
        // Another highest price each time, so that no earlier list answers.
        var whole = await CreateAsync("Quibble stand", "", null, null);
        Assert.Equal([whole], await IdsAsync("q=stand%20quibble&maxPrice=901"));
        var plural = await CreateAsync("Two quibbles stand", "", null, null);
        Assert.Equal(Set(plural, whole), (await IdsAsync("q=stand%20quibble&maxPrice=902")).ToHashSet());
        var longer = await CreateAsync("Quibbleberry stand", "", null, null);
        Assert.Equal(Set(whole, plural, longer), (await IdsAsync("q=stand%20quibble&maxPrice=903")).ToHashSet());
    }

    [Fact]
    public async Task The_next_number_of_a_model_is_no_typo()
    {
        await CreateAsync("Zenbox zb4000x", "", null, null);
        Assert.Empty(Ids(await GetAsync("q=zb4001x")));
        Assert.Single(Ids(await GetAsync("q=zb4000x")));
    }

    [Fact]
    public async Task A_product_is_found_by_its_new_name_and_its_typos_and_no_longer_by_the_old_one()
    {
        var id = await CreateAsync("Brumblewick", "", null, null);
        using var administrator = bed.Administrator();
        using var changed = await administrator.PutAsJsonAsync($"/api/products/{id}", new { name = "Crackleberry", price = 3 });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal([id], await IdsAsync("q=crackelberry"));
        Assert.Empty(await IdsAsync("q=brumblewick&sort=name"));
    }

    private static HashSet<long> Set(params long[] ids) => [.. ids];

    private async Task<long> CreateAsync(string name, string description, string? nameZh, string? descriptionZh)
    {
        using var administrator = bed.Administrator();
        using var response = await administrator.PostAsJsonAsync(
            "/api/products", new { name, description, nameZh, descriptionZh, price = 5, stock = 1 });
        var created = await response.Content.ReadFromJsonAsync<JsonNode>();
        Assert.True(response.StatusCode == HttpStatusCode.Created, created!.ToJsonString());
        return (long)created["id"]!;
    }

    private async Task<List<long>> IdsAsync(string query) => Ids(await GetAsync(query));

    private static List<long> Ids(JsonNode page) => [.. ((JsonArray)page["items"]!).Select(item => (long)item!["id"]!)];

    private async Task<JsonNode> GetAsync(string query)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync($"/api/products?{query}"));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
        return answer.Json;
    }
}
