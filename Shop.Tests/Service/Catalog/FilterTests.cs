using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>Every filter of the list against the same question asked of the tables themselves.</summary>
[Collection(Servers.Collection)]
public sealed class FilterTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private const string Scores =
        "UPDATE product_scores SET rating = product_id % 50 / 10.0, sold = product_id * 7919 % 100 WHERE product_id > $1";

    private readonly HttpClient _visitor = bed.Visitor();

    public void Dispose() => _visitor.Dispose();

    [Theory]
    [InlineData("brand=aurora", "brand = 'aurora'")]
    [InlineData("brand=aurora,lumen&brand=kestrel", "brand IN ('aurora', 'lumen', 'kestrel')")]
    [InlineData("category=fashion", "category IN ('fashion', 'women', 'men', 'shoes', 'bags')")]
    [InlineData("category=fashion&sort=price-asc&minPrice=100&maxPrice=300",
        "category IN ('women', 'men', 'shoes', 'bags') AND price BETWEEN 10000 AND 30000")]
    [InlineData("attr=size:M", "EXISTS (SELECT FROM variants v WHERE v.product_id = p.id AND v.attributes ->> 'size' = 'M')")]
    [InlineData("attr=Size:m&attr=colour:navy&attr=colour:sand&sort=name",
        """
        EXISTS (SELECT FROM variants v WHERE v.product_id = p.id AND v.attributes ->> 'size' = 'M')
        AND attributes ->> 'colour' IN ('Navy', 'Sand')
        """)]
    [InlineData("attr=size:M&attr=size:39&category=shoes", "category = 'shoes'")]
    [InlineData("rating=4.5", "(SELECT rating FROM product_scores r WHERE r.product_id = p.id) >= 4.5::real")]
    [InlineData("rating=3&category=books&brand=aurora",
        "category = 'books' AND brand = 'aurora' AND (SELECT rating FROM product_scores r WHERE r.product_id = p.id) >= 3")]
    [InlineData("inStock=true&category=phones",
        """
        category = 'phones' AND EXISTS (SELECT FROM variants v JOIN stock s ON s.variant_id = v.id
            WHERE v.product_id = p.id AND s.on_hand > s.reserved)
        """)]
    [InlineData("ids=3,1,2,999999&sort=price-asc", "id IN (1, 2, 3)")]
    [InlineData("sort=best-selling&brand=ember&category=electronics",
        "brand = 'ember' AND category IN ('phones', 'computers', 'audio', 'cameras', 'wearables', 'gaming', 'appliances')")]
    [InlineData("sort=rating&minPrice=2000&inStock=true",
        """
        price >= 200000 AND EXISTS (SELECT FROM variants v JOIN stock s ON s.variant_id = v.id
            WHERE v.product_id = p.id AND s.on_hand > s.reserved)
        """)]
    [InlineData("q=sofa&minPrice=2000&rating=1",
        """
        price >= 200000 AND name_key LIKE '%sofa%' AND (SELECT rating FROM product_scores r WHERE r.product_id = p.id) >= 1
        """)]
    public async Task It_leaves_exactly_what_fits(string query, string condition)
    {
        await bed.ExecuteAsync(Scores, 0L);
        await bed.ExecuteAsync("UPDATE stock SET reserved = on_hand WHERE variant_id % 7 = 0 AND $1", true);
        var expected = await bed.CountAsync($"SELECT count(*) FROM products p WHERE {condition} AND $1", true);
        var sum = await bed.CountAsync($"SELECT coalesce(sum(id), 0)::bigint FROM products p WHERE {condition} AND $1", true);

        var ids = (await AllAsync(query)).Select(item => (long)item["id"]!).ToList();

        Assert.True(expected > 0);
        Assert.Equal((expected, sum), (ids.Count, ids.Sum()));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("category=nowhere")]
    [InlineData("brand=nobody")]
    [InlineData("attr=size:giant")]
    [InlineData("brand=aurora&attr=nothing:at%20all&sort=best-selling")]
    [InlineData("category=phones&minPrice=9&maxPrice=8")]
    public async Task What_fits_nothing_is_an_empty_page(string query) => Assert.Empty(await AllAsync(query));

    [Theory]
    [InlineData("attr=size", "attr")]
    [InlineData("attr=:M", "attr")]
    [InlineData("attr=size:", "attr")]
    [InlineData("attr=a:1&attr=b:1&attr=c:1&attr=d:1&attr=e:1&attr=f:1&attr=g:1&attr=h:1&attr=i:1", "attr")]
    [InlineData("brand=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u", "brand")]
    [InlineData("rating=6", "rating")]
    [InlineData("rating=-1", "rating")]
    [InlineData("rating=many", "rating")]
    [InlineData("inStock=perhaps", "inStock")]
    [InlineData("sort=relevance", "sort")]
    [InlineData("sort=rating&after=NC4xLjA", "after")]
    [InlineData("sort=rating&after=NS4xLjA", "after")]
    public async Task What_breaks_a_rule_names_the_field(string query, string field)
    {
        var answer = await Answer.OfAsync(_visitor.GetAsync($"/api/products?{query}"));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    private async Task<List<JsonNode>> AllAsync(string query)
    {
        var seen = new List<JsonNode>();
        for (var after = ""; after is not null;)
        {
            var answer = await Answer.OfAsync(_visitor.GetAsync($"/api/products?{query}&limit=70&after={after}"));
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToJsonString());
            seen.AddRange(((JsonArray)answer.Json["items"]!).Select(item => item!));
            after = (string?)answer.Json["next"];
        }
        return seen;
    }
}
