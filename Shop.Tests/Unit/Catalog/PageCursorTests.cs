using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Shop.Catalog.Products;

namespace Shop.Tests.Unit.Catalog;

public sealed class PageCursorTests
{
    [Theory]
    [InlineData(ProductSort.Newest, 0, "")]
    [InlineData(ProductSort.PriceAscending, 1999, "")]
    [InlineData(ProductSort.PriceDescending, 10_000_000_000, "")]
    [InlineData(ProductSort.Name, 0, "a.name, with . dots and 汉字")]
    [InlineData(ProductSort.Name, 0, "written before\ttabs and\nlines were refused")]
    public void What_was_encoded_is_decoded(ProductSort sort, long price, string name)
    {
        var cursor = new PageCursor(sort, 42, price, name);
        Assert.True(PageCursor.TryDecode(cursor.Encode(), sort, out var decoded));
        Assert.Equal(cursor, decoded);
    }

    [Fact]
    public void A_place_in_a_ranked_list_is_decoded()
    {
        var cursor = new PageCursor(ProductSort.Rating, 42, Place: 24, Ranking: "0123456789abcdef");
        Assert.True(PageCursor.TryDecode(cursor.Encode(), ProductSort.Rating, out var decoded));
        Assert.Equal(cursor, decoded);
    }

    [Theory]
    [InlineData("5.1.24")]
    [InlineData("5.1.24.xyz")]
    [InlineData("5.1.-1.ab")]
    [InlineData("5.1.99999999999.ab")]
    [InlineData("5.1.1.ab.cd")]
    [InlineData("5.1.1.0123456789abcdef0123456789abcdef0")]
    public void A_place_that_cannot_be_is_refused(string text) => Assert.False(
        PageCursor.TryDecode(WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text)), ProductSort.Rating, out _));

    [Fact]
    public void It_belongs_to_its_sort() =>
        Assert.False(PageCursor.TryDecode(new PageCursor(ProductSort.Newest, 1).Encode(), ProductSort.PriceAscending, out _));

    [Theory]
    [InlineData("0")]
    [InlineData("0.1")]
    [InlineData("0.-1.5")]
    [InlineData("0.1.x")]
    [InlineData("0.99999999999999999999.1")]
    [InlineData("7.1.1")]
    public void Other_text_is_refused(string text) => Assert.False(
        PageCursor.TryDecode(WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text)), ProductSort.Newest, out _));

    [Theory]
    [InlineData("*")]
    [InlineData("A")]
    [InlineData("_____w")]
    public void What_is_no_encoding_is_refused(string encoded) =>
        Assert.False(PageCursor.TryDecode(encoded, ProductSort.Newest, out _));

    [Fact]
    public void A_name_with_a_NUL_is_refused() => Assert.False(
        PageCursor.TryDecode(new PageCursor(ProductSort.Name, 1, Name: "a\0b").Encode(), ProductSort.Name, out _));
}
