using Shop.Catalog.Pictures;
using Shop.Catalog.Products;
using Shop.Catalog.Seed;
using System.Xml.Linq;

namespace Shop.Tests.Unit.Catalog;

public sealed class AssortmentTests
{
    private readonly Assortment _assortment = Assortment.Load();

    [Fact]
    public void It_has_1200_products_spread_evenly_over_24_categories()
    {
        Assert.Equal(24, _assortment.Categories.Count(category => category.Parent is not null));
        Assert.Equal(5, _assortment.Categories.Count(category => category.Parent is null));
        Assert.Equal(1200, _assortment.Products.Count);
        Assert.All(_assortment.Products.CountBy(product => product.Category), category => Assert.Equal(50, category.Value));
    }

    [Fact]
    public void It_is_the_same_at_every_run() => Assert.Equal(Assortment.Load().Products, _assortment.Products);

    [Fact]
    public void Every_product_has_an_address_and_a_name_of_its_own_in_both_languages()
    {
        Assert.Equal(1200, _assortment.Products.Select(product => Slug.Of(product.Name)).Distinct().Count());
        Assert.Equal(1200, _assortment.Products.Select(product => product.NameZh).Distinct().Count());
        Assert.All(_assortment.Products, product => Assert.Contains(product.NameZh, character => character >= '\u4E00'));
        Assert.All(_assortment.Products, product => Assert.InRange(Slug.Of(product.Name).Length, 5, Slug.MaxLength - 1));
    }

    [Fact]
    public void Prices_and_stock_are_plausible_and_some_products_are_nearly_gone()
    {
        Assert.All(_assortment.Products, product => Assert.InRange(product.Price, 900, 2_000_000));
        Assert.All(_assortment.Products, product => Assert.InRange(product.Stock, 0, 500));
        Assert.InRange(_assortment.Products.Count(product => product.Stock <= 5), 20, 60);
    }

    [Fact]
    public void Every_category_has_a_drawing_of_its_own()
    {
        var drawings = _assortment.Categories.Select(category => Glyphs.Of(category.Slug).Markup).ToList();
        Assert.Equal(24, drawings.Distinct().Count());
    }

    [Fact]
    public void Every_picture_is_well_formed_and_the_same_each_time()
    {
        foreach (var (index, product) in _assortment.Products.Index())
        {
            var picture = ProductPicture.Draw(index, product.Name, product.Category);
            Assert.Equal("http://www.w3.org/2000/svg", XDocument.Parse(picture).Root!.Name.NamespaceName);
            Assert.Equal(picture, ProductPicture.Draw(index, product.Name, product.Category));
        }
    }

    [Theory]
    [InlineData("\u0001<&>\"'\uFFFE]]>")]
    [InlineData("🛒 \ud83d")]
    [InlineData("")]
    public void A_strange_name_still_gives_a_well_formed_picture(string name) =>
        Assert.NotNull(XDocument.Parse(ProductPicture.Draw(1, name, "nowhere")).Root);

    [Theory]
    [InlineData("Aurora Smartphone, Lite", "AS")]
    [InlineData("极光智能手机", "极光")]
    [InlineData("x", "X")]
    public void Initials_are_of_the_first_two_words(string name, string initials) =>
        Assert.Equal(initials, ProductPicture.InitialsOf(name));
}
