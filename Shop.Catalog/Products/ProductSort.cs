namespace Shop.Catalog.Products;

/// <summary>An order of the list: total, since the id decides between equals.</summary>
public enum ProductSort
{
    Newest,
    PriceAscending,
    PriceDescending,
    Name,
    BestSelling,
    Rating,

    /// <summary>How well a product fits what was searched for.</summary>
    Relevance,
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
            ["best-selling"] = ProductSort.BestSelling,
            ["rating"] = ProductSort.Rating,
            ["relevance"] = ProductSort.Relevance,
        };

    /// <summary>By values that move while somebody turns pages, so a page is a part of a list that stands still.</summary>
    public static bool IsRanked(this ProductSort sort) => sort is ProductSort.BestSelling or ProductSort.Rating or ProductSort.Relevance;
}
