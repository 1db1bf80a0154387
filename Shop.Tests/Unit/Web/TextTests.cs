using System.Text.RegularExpressions;
using Shop.Tests.Service.Web;
using Shop.Web.Texts;

namespace Shop.Tests.Unit.Web;

public sealed partial class TextTests
{
    private readonly TextCatalog _texts = new();

    [Fact]
    public void Both_languages_have_the_same_texts() =>
        Assert.Equal(_texts.English.Keys.Order(StringComparer.Ordinal), _texts.Chinese.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Both_languages_use_the_same_values() =>
        Assert.All(_texts.English, text => Assert.Equal(Places(text.Value), Places(_texts.Chinese[text.Key])));

    [Fact]
    public void Every_text_that_a_page_names_exists()
    {
        var pages = Directory.GetFiles(Path.Combine(WebService.ContentRoot, "Pages"), "*.razor");
        var used = pages.SelectMany(page => Use().Matches(File.ReadAllText(page))).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(used);
        Assert.All(used, key => Assert.True(_texts.English.ContainsKey(key), $"{key} has no text"));
    }

    [Fact]
    public void No_page_brings_a_style_of_its_own_which_browsers_are_told_to_ignore() => Assert.All(
        Directory.GetFiles(Path.Combine(WebService.ContentRoot, "Pages"), "*.razor"),
        page => Assert.DoesNotContain("style=", File.ReadAllText(page), StringComparison.Ordinal));

    [Theory]
    [InlineData("status.", "placed reserved paying paid shipped delivered completed cancelled expired refunded")]
    [InlineData("pay.", "sandbox sandbox-slow sandbox-decline sandbox-repeat sandbox-silent")]
    [InlineData("sort.", "newest price-asc price-desc name best-selling rating relevance")]
    public void Every_value_that_pages_translate_has_a_text(string prefix, string values) =>
        Assert.All(values.Split(' '), value => Assert.True(_texts.English.ContainsKey(prefix + value), prefix + value));

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    // T["key"] and T["key", value], not T["prefix." + value].
    [GeneratedRegex("""T\["([a-z0-9.-]+)"[\],]""")]
    private static partial Regex Use();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
