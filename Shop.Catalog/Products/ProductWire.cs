using Shop.Catalog.Pictures;

namespace Shop.Catalog.Products;

/// <param name="Name">In the language of the answer.</param>
/// <param name="Price">Of one unit, in major units.</param>
/// <param name="Category">Slug of the category.</param>
/// <param name="Available">Units of all variants that can be bought now.</param>
/// <param name="Brand">Slug of the brand; null without one.</param>
/// <param name="Rating">Average of the reviews, 1 to 5; 0 without any.</param>
/// <param name="VariantCount">How many variants there are to choose from; 1 when there is nothing to choose.</param>
public sealed record ProductItem(
    long Id, string Slug, string Name, decimal Price, string Currency, string Category, string ImageUrl, int Available,
    string? Brand, decimal Rating, int Reviews, int VariantCount);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
/// <param name="Corrected">What was searched for, when what was typed finds nothing; else null.</param>
public sealed record ProductPage(IReadOnlyList<ProductItem> Items, string? Next, string? Corrected = null);

/// <param name="Name">In the language of the answer, as is the description.</param>
/// <param name="Description">Markdown as written.</param>
/// <param name="DescriptionHtml">The same as HTML that may stand in a page.</param>
/// <param name="NameZh">Null when the product has no Chinese name.</param>
/// <param name="Attributes">What all variants have in common.</param>
/// <param name="Pictures">Uploaded ones; without any, the drawn one of imageUrl is all there is.</param>
public sealed record ProductDetail(
    long Id, string Slug, string Name, decimal Price, string Currency, string Category, string ImageUrl, int Available,
    string CategoryName, string Description, string DescriptionHtml, string NameEn, string? NameZh,
    string? Brand, string? BrandName, decimal Rating, int Reviews,
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<VariantItem> Variants, IReadOnlyList<PictureItem> Pictures);

/// <summary>What is sold of a product; the first one is meant when only the product is named.</summary>
/// <param name="Price">Of one unit, in major units.</param>
/// <param name="Attributes">What tells it from the others, as colour and size.</param>
/// <param name="LimitPerCustomer">Units that one customer may buy; null for no limit.</param>
public sealed record VariantItem(
    string Sku, decimal Price, IReadOnlyDictionary<string, string> Attributes, int Available, int? LimitPerCustomer);

public sealed record CategoryItems(IReadOnlyList<CategoryItem> Items);

/// <param name="Count">Products on sale in it and in the categories below.</param>
/// <param name="Parent">Slug of the category above; null at the top.</param>
public sealed record CategoryItem(string Slug, string Name, int Count, string? Parent);

public sealed record ListedBrands(IReadOnlyList<ListedBrand> Items);

/// <param name="Count">Products on sale.</param>
public sealed record ListedBrand(string Slug, string Name, int Count);

/// <summary>What an administrator sends. When changing a product, an absent or null optional member keeps its value; an
/// empty nameZh, description, descriptionZh or brand takes it away.</summary>
/// <param name="Price">In major units, at most two decimals.</param>
/// <param name="Category">Slug; "more" for a new product that names none.</param>
/// <param name="Currency">CNY is the only one.</param>
/// <param name="Brand">Slug of a brand.</param>
/// <param name="Sku">Of the default variant of a new product; made from its number when absent. Never changes.</param>
/// <param name="Attributes">What all variants have in common; a change replaces them all.</param>
/// <param name="Stock">Units received with a new product; not for changes, which receive goods at …/stock.</param>
public sealed record ProductInput(
    string? Name, decimal? Price, string? NameZh = null, string? Description = null, string? DescriptionZh = null,
    string? Category = null, string? Currency = null, int? Stock = null, string? Brand = null, string? Sku = null,
    IReadOnlyDictionary<string, string>? Attributes = null);

/// <param name="Sku">Null for the default variant.</param>
public sealed record GoodsInput(int? Quantity, string? Sku = null);

public sealed record StockLevel(long ProductId, int OnHand, int Reserved, int Available);
