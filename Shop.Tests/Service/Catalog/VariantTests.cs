using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>Clothes of the seed come in sizes: a product with several variants.</summary>
[Collection(Servers.Collection)]
public sealed class VariantTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    [Fact]
    public async Task A_product_shows_its_variants_and_counts_the_units_of_all()
    {
        var product = await ShirtAsync(0);
        var variants = product["variants"]!.AsArray();
        Assert.Equal(["M", "S", "L", "XL"], variants.Select(variant => (string?)variant!["attributes"]!["size"]));
        Assert.Equal((int)product["available"]!, variants.Sum(variant => (int)variant!["available"]!));
    }

    [Fact]
    public async Task A_variant_is_reserved_by_its_SKU_and_the_default_one_without()
    {
        var product = await ShirtAsync(1);
        var (id, medium, large) = ((long)product["id"]!, product["variants"]![0]!, product["variants"]![2]!);
        var answer = await ReserveAsync(new { productId = id, quantity = 1 }, new { productId = id, sku = (string?)large["sku"], quantity = 2 });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal([(string?)medium["sku"], (string?)large["sku"]], answer.Json["lines"]!.AsArray().Select(line => (string?)line!["sku"]));
        Assert.EndsWith("(L)", (string?)answer.Json["lines"]![1]!["name"], StringComparison.Ordinal);
        var after = await ShirtAsync(1, administrator: true);
        Assert.Equal((int)medium["available"]! - 1, (int)after["variants"]![0]!["available"]!);
        Assert.Equal((int)large["available"]! - 2, (int)after["variants"]![2]!["available"]!);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task The_default_variant_named_both_ways_is_one_line()
    {
        var product = await ShirtAsync(2);
        var id = (long)product["id"]!;
        var answer = await ReserveAsync(
            new { productId = id, quantity = 1 }, new { productId = id, sku = (string?)product["variants"]![0]!["sku"], quantity = 2 });
        Assert.Equal((HttpStatusCode.OK, 3), (answer.Status, (int)answer.Json["lines"]!.AsArray().Single()!["quantity"]!));
    }

    [Theory]
    [InlineData("NO-SUCH-SKU", HttpStatusCode.NotFound, "product_unknown")]
    [InlineData("another product's", HttpStatusCode.NotFound, "product_unknown")]
    [InlineData("not a sku!", HttpStatusCode.BadRequest, "invalid")]
    public async Task A_SKU_that_is_not_the_products_is_refused(string sku, HttpStatusCode status, string code)
    {
        var product = await ShirtAsync(3);
        if (sku == "another product's") sku = (string)(await ShirtAsync(4))["variants"]![1]!["sku"]!;
        var answer = await ReserveAsync(new { productId = (long)product["id"]!, sku, quantity = 1 });
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_variant_that_is_sold_out_is_named_and_its_sisters_are_not_concerned()
    {
        var product = await ShirtAsync(5);
        var (id, small) = ((long)product["id"]!, product["variants"]![1]!);
        var answer = await ReserveAsync(new { productId = id, sku = (string?)small["sku"], quantity = (int)small["available"]! + 1 });
        Assert.Equal((HttpStatusCode.Conflict, "sold_out"), (answer.Status, answer.Code));
        Assert.Equal((id, (string?)small["sku"]), ((long)answer.Json["productId"]!, (string?)answer.Json["sku"]));
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(new { productId = id, quantity = 1 })).Status);
    }

    [Fact]
    public async Task Carts_find_variants_by_SKU_and_default_ones_by_product()
    {
        var product = await ShirtAsync(6);
        var (id, large) = ((long)product["id"]!, (string)product["variants"]![2]!["sku"]!);
        using var visitor = bed.Visitor();
        var answer = await Answer.OfAsync(visitor.GetAsync($"/api/variants?products={id},999999999&skus={large},NOPE&lang=en"));
        Assert.Equal([true, false], answer.Json["items"]!.AsArray().Select(item => (bool)item!["isDefault"]!));
        Assert.Equal($"{(string)product["name"]!} (L)", (string?)answer.Json["items"]![1]!["name"]);
        foreach (var bad in (string[])["products=x", "skus=a%20b", "products=" + string.Join(',', Enumerable.Range(1, 101))])
            Assert.Equal(HttpStatusCode.BadRequest, (await Answer.OfAsync(visitor.GetAsync($"/api/variants?{bad}"))).Status);
    }

    private async Task<JsonNode> ShirtAsync(int number, bool administrator = false)
    {
        using var client = administrator ? bed.Administrator() : bed.Visitor();
        var list = JsonNode.Parse(await client.GetStringAsync("/api/products?category=men&limit=20&sort=name&lang=en"))!;
        // Not one of those that are nearly sold out.
        var id = list["items"]!.AsArray().Where(item => (int)item!["available"]! > 40).Select(item => (long)item!["id"]!).ElementAt(number);
        return JsonNode.Parse(await client.GetStringAsync($"/api/products/{id}?lang=en"))!;
    }

    private async Task<Answer> ReserveAsync(params object[] lines)
    {
        using var orders = bed.Orders();
        return await Answer.OfAsync(orders.PostAsJsonAsync(
            "/internal/reservations",
            new { orderId = Guid.CreateVersion7(), revision = 1, customerId = Guid.CreateVersion7(), lines }));
    }
}
