using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Shop.Catalog.Products;

namespace Shop.Tests.Service.Catalog;

/// <summary>Pages under sorts whose values move while they are turned.</summary>
[Collection(Servers.Collection)]
public sealed class RankedPagingTests(CatalogBed bed) : IClassFixture<CatalogBed>, IAsyncLifetime
{
    private const string Shuffle = "UPDATE product_scores SET sold = hashint8(product_id * $1) & 1023, rating = (hashint8(product_id + $1) & 511) % 51 / 10.0";

    // The first use of Redis connects; until then replicas do not share lists, which their cursors tell.
    public Task InitializeAsync()
    {
        var price = 0;
        return Eventually.TrueAsync(async () =>
        {
            var query = $"sort=rating&limit=1&minPrice=0.{++price % 90 + 10}";
            return (string)(await GetAsync(bed.Addresses[0], query))["next"]! == (string)(await GetAsync(bed.Addresses[1], query))["next"]!;
        });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("sort=best-selling&brand=aurora")]
    [InlineData("sort=rating&category=electronics")]
    [InlineData("sort=rating&q=classic")]
    [InlineData("q=wireless")]
    public async Task While_scores_change_and_replicas_alternate_nothing_is_shown_twice_or_skipped(string query)
    {
        await bed.ExecuteAsync(Shuffle, 1L);
        var expected = await IdsAsync(bed.Addresses[0], $"{query}&limit=100");
        var seen = new List<long>();
        var page = 0;
        for (var after = ""; after is not null && seen.Count < expected.Count;)
        {
            var answer = await GetAsync(bed.Addresses[page++ % 2], $"{query}&limit=7&after={after}");
            seen.AddRange(Ids(answer));
            after = (string?)answer["next"];
            await bed.ExecuteAsync(Shuffle, 1L + page);
        }
        Assert.True(expected.Count > 14);
        Assert.Equal(expected, seen.Take(expected.Count));
    }

    [Fact]
    public async Task The_order_is_that_of_the_scores()
    {
        await bed.ExecuteAsync(Shuffle, 77L);
        var ids = await IdsAsync(bed.Addresses[0], "sort=best-selling&brand=willow&limit=100");
        var sold = new List<long>();
        foreach (var id in ids) sold.Add(await bed.CountAsync("SELECT sold FROM product_scores WHERE product_id = $1", id));
        Assert.True(sold.Distinct().Count() > 50);
        Assert.Equal(sold.OrderDescending(), sold);
    }

    [Fact]
    public async Task A_product_that_is_retired_meanwhile_is_left_out_and_its_neighbours_are_not()
    {
        var before = await IdsAsync(bed.Addresses[0], "sort=best-selling&brand=ember&limit=100");
        var first = await GetAsync(bed.Addresses[0], "sort=best-selling&brand=ember&limit=5");
        using var administrator = bed.Administrator();
        using var retired = await administrator.DeleteAsync($"/api/products/{before[6]}");
        var second = await GetAsync(bed.Addresses[1], $"sort=best-selling&brand=ember&limit=5&after={first["next"]}");
        Assert.Equal(HttpStatusCode.NoContent, retired.StatusCode);
        Assert.Equal([before[5], before[7], before[8], before[9]], Ids(second));
    }

    [Fact]
    public async Task Without_Redis_the_next_page_goes_on_behind_the_last_product_in_the_other_replicas_list()
    {
        var settings = bed.WithRedisAt(FreePorts.Next());
        await using var one = await CatalogBed.StartAsync(settings);
        await using var other = await CatalogBed.StartAsync(settings);
        var first = await GetAsync(one.Address, "sort=best-selling&brand=summit&limit=10");
        // In the other's list everything up to the last product seen has moved to the end, which no place could tell.
        await bed.ExecuteAsync(
            "UPDATE product_scores s SET sold = CASE WHEN s.product_id = ANY ($1) THEN 0 ELSE sold + 1 END", Ids(first).SkipLast(1).ToArray());
        var second = await GetAsync(other.Address, $"sort=best-selling&brand=summit&limit=10&after={first["next"]}");
        Assert.Equal(10, Ids(second).Count);
        Assert.Empty(Ids(first).Intersect(Ids(second)));
        Assert.Equal(Ids(second), (await IdsAsync(other.Address, "sort=best-selling&brand=summit&limit=20")).Skip(1).Take(10));
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(24, 96)]
    public async Task A_page_that_begins_further_behind_in_a_newer_list_tells_of_the_next(int limit, int place)
    {
        const string Query = "q=edition";
        var all = await IdsAsync(bed.Addresses[0], $"{Query}&limit=100");
        all.AddRange(await IdsAsync(bed.Addresses[0], $"{Query}&limit=100&after={(await GetAsync(bed.Addresses[0], $"{Query}&limit=100"))["next"]}"));
        Assert.True(all.Count > place + limit + 1);
        // Of a list that is forgotten, in which the product stood one place before.
        var after = new PageCursor(ProductSort.Relevance, all[place], Place: place, Ranking: "0").Encode();
        var page = await GetAsync(bed.Addresses[0], $"{Query}&limit={limit}&after={after}");
        Assert.Equal(all.Skip(place + 1).Take(limit), Ids(page));
        Assert.NotNull((string?)page["next"]);
    }

    [Fact]
    public async Task An_administrator_is_ranked_a_list_of_this_moment_whose_pages_turn_on_either_replica()
    {
        const string Query = "sort=rating&brand=aurora&limit=40";
        await IdsAsync(bed.Addresses[0], Query);
        using var here = bed.Administrator();
        using var there = bed.Administrator(replica: 1);
        var created = await here.SendAsync("POST", "/api/products", """{"name":"Ranked Thing","price":1,"brand":"aurora"}""");
        var seen = new List<long>();
        for (string? after = "", next; after is not null; after = next)
        {
            var page = (await (seen.Count % 80 == 0 ? here : there).SendAsync("GET", $"/api/products?{Query}&after={after}")).Json;
            seen.AddRange(Ids(page));
            next = (string?)page["next"];
        }
        Assert.Contains((long)created.Json["id"]!, seen);
        Assert.True(seen.Count > 80);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    private static async Task<List<long>> IdsAsync(Uri replica, string query) => Ids(await GetAsync(replica, query));

    private static List<long> Ids(JsonNode page) => [.. ((JsonArray)page["items"]!).Select(item => (long)item!["id"]!)];

    private static async Task<JsonNode> GetAsync(Uri replica, string query)
    {
        using var client = new HttpClient { BaseAddress = replica };
        var answer = await Answer.OfAsync(client.GetAsync($"/api/products?{query}"));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
        return answer.Json;
    }
}
