using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class SuggestionTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    private readonly HttpClient _visitor = bed.Visitor();

    public void Dispose() => _visitor.Dispose();

    [Theory]
    [InlineData("blueto", "en", "product", "Bluetooth Earbuds")]
    [InlineData("wireless head", "en", "product", "Wireless Headphones")]
    [InlineData("蓝牙", "zh", "product", "蓝牙耳机")]
    [InlineData("aurora 手机", "en", "product", "Smartphone")]
    [InlineData("furni", "en", "category", "Furniture")]
    [InlineData("g", "en", "category", "G")]
    [InlineData("手机", "zh", "category", "手机平板")]
    [InlineData("kest", "en", "brand", "Kestrel")]
    [InlineData("极", "zh", "brand", "极光")]
    public async Task What_is_typed_is_completed(string typed, string language, string kind, string text) => Assert.Contains(
        await ItemsAsync($"q={Uri.EscapeDataString(typed)}&lang={language}"),
        item => (string?)item!["kind"] == kind && ((string)item["text"]!).Contains(text, StringComparison.Ordinal));

    [Fact]
    public async Task A_product_is_suggested_by_its_name_only()
    {
        // Stands in the descriptions of all phones.
        Assert.Empty(await ItemsAsync("q=battery%20lasts"));
        Assert.NotEmpty((JsonArray)JsonNode.Parse(await _visitor.GetStringAsync("/api/products?q=battery%20lasts"))!["items"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("q=")]
    [InlineData("q=...")]
    [InlineData("q=qqqqqq")]
    public async Task Nothing_to_suggest_is_an_empty_list(string query) => Assert.Empty(await ItemsAsync(query));

    [Fact]
    public async Task There_are_no_more_than_asked_for()
    {
        Assert.Equal(10, (await ItemsAsync("q=classic")).Count);
        Assert.Equal(3, (await ItemsAsync("q=classic&limit=3")).Count);
    }

    private async Task<JsonArray> ItemsAsync(string query) =>
        (JsonArray)JsonNode.Parse(await _visitor.GetStringAsync($"/api/products/suggestions?{query}"))!["items"]!;
}
