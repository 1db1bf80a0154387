namespace Shop.Catalog.Products;

/// <summary>An order of the list: total, since the id decides between equals.</summary>
public enum ProductSort
{
    Newest,
    PriceAscending,
    PriceDescending,
    Name,
}

public static class ProductSorts
{
    /// <summary>The values of <c>sort=</c>.</summary>
    public static readonly IReadOnlyDictionary<string, ProductSort> ByName =
        new Dictionary<string, ProductSort>(StringComparer.OrdinalIgnoreCase)
        {
            ["newest"] = ProductSort.Newest,
            ["price-asc"] = ProductSort.PriceAscending,
            ["price-desc"] = ProductSort.PriceDescending,
            ["name"] = ProductSort.Name,
        };

    public static string OrderBy(this ProductSort sort) => sort switch
    {
        ProductSort.PriceAscending => "p.price, p.id",
        ProductSort.PriceDescending => "p.price DESC, p.id DESC",
        ProductSort.Name => "p.name_key, p.id",
        _ => "p.id DESC",
    };
}
