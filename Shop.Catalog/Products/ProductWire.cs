namespace Shop.Catalog.Products;

/// <param name="Name">In the language of the answer.</param>
/// <param name="Price">Of one unit, in major units.</param>
/// <param name="Category">Slug of the category.</param>
/// <param name="Available">Units that can be bought now.</param>
public sealed record ProductItem(
    long Id, string Slug, string Name, decimal Price, string Currency, string Category, string ImageUrl, int Available);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
public sealed record ProductPage(IReadOnlyList<ProductItem> Items, string? Next);

/// <param name="Name">In the language of the answer, as is the description.</param>
/// <param name="NameZh">Null when the product has no Chinese name.</param>
public sealed record ProductDetail(
    long Id, string Slug, string Name, decimal Price, string Currency, string Category, string ImageUrl, int Available,
    string CategoryName, string Description, string NameEn, string? NameZh, string DescriptionEn, string? DescriptionZh);

public sealed record CategoryItems(IReadOnlyList<CategoryItem> Items);

/// <param name="Count">Products on sale.</param>
public sealed record CategoryItem(string Slug, string Name, int Count);

/// <summary>What an administrator sends. When changing a product, an absent optional member keeps its value.</summary>
/// <param name="Price">In major units, at most two decimals.</param>
/// <param name="Category">Slug; "more" for a new product that names none.</param>
/// <param name="Currency">CNY is the only one.</param>
/// <param name="Stock">Units received with a new product; not for changes, which receive goods at …/stock.</param>
public sealed record ProductInput(
    string? Name, decimal? Price, string? NameZh = null, string? Description = null, string? DescriptionZh = null,
    string? Category = null, string? Currency = null, int? Stock = null);

public sealed record GoodsInput(int? Quantity);

public sealed record StockLevel(long ProductId, int OnHand, int Reserved, int Available);
