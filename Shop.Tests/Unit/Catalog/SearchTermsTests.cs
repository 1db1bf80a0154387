using Shop.Catalog.Products;
using Shop.Catalog.Search;

namespace Shop.Tests.Unit.Catalog;

public sealed class SearchTermsTests
{
    [Fact]
    public void Words_and_runs_of_characters_are_told_apart()
    {
        var terms = SearchTerms.Of("USB-C充电器 65W", null, "Ｔ恤");
        Assert.Equal(["usb", "c", "65w", "t"], terms.Words);
        Assert.Equal(["充电器", "恤"], terms.Runs);
    }

    [Fact]
    public void The_index_holds_characters_and_pairs_and_a_query_asks_for_the_pairs()
    {
        var terms = SearchTerms.Of("蓝牙耳机");
        Assert.Equal(["蓝", "牙", "耳", "机", "蓝牙", "牙耳", "耳机"], terms.IndexedCharacters());
        Assert.Equal(["蓝牙", "牙耳", "耳机"], terms.RequiredCharacters());
        Assert.Equal(["鞋"], SearchTerms.Of("鞋").RequiredCharacters());
    }

    [Fact]
    public void Characters_beyond_the_first_plane_are_whole() => Assert.Equal(["𠮷野"], SearchTerms.Of("𠮷野").RequiredCharacters());

    [Fact]
    public void A_half_character_is_no_error() => Assert.Equal(["a", "b"], SearchTerms.Of("a\ud800 b").Words);

    [Theory]
    [InlineData("a\uFFFEb")]
    [InlineData("a\uFFFFb")]
    [InlineData("a\uFDD0b")]
    [InlineData("a\U0001FFFEb")]
    public void What_is_no_character_stands_for_a_space(string text) => Assert.Equal(["a", "b"], SearchTerms.Of(text).Words);

    [Fact]
    public void The_last_word_of_a_query_may_be_unfinished() => Assert.Equal("wireless & head:*", SearchQuery.Parse("Wireless, head").WordText);

    [Theory]
    [InlineData("")]
    [InlineData("!&|:*()<->'\\")]
    [InlineData("🛒")]
    public void A_query_without_letters_is_empty(string text) => Assert.True(SearchQuery.Parse(text).IsEmpty);

    [Theory]
    [InlineData("Aurora Lamp, Max", "aurora-lamp-max")]
    [InlineData("  --A  B--  ", "a-b")]
    [InlineData("智能手机", "product")]
    [InlineData("Café 9", "caf-9")]
    public void A_slug_is_the_plain_part_of_a_name(string name, string slug) => Assert.Equal(slug, Slug.Of(name));

    [Fact]
    public void A_slug_has_a_bound() => Assert.Equal(Slug.MaxLength, Slug.Of(new string('a', 500)).Length);
}
