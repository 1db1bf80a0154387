using Shop.Catalog.Search;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>A validated query of the list.</summary>
/// <param name="Limit">Products on the page.</param>
/// <param name="After">Null for the first page.</param>
public sealed record ProductFilter(ProductConditions Conditions, ProductSort Sort, int Limit, PageCursor? After)
{
    public Freshness Freshness { get; init; } = Freshness.MayLag;

    private const int DefaultLimit = 24;
    private const int MaxLimit = 100;

    /// <exception cref="ProblemException">400 naming every parameter that breaks a rule.</exception>
    public static ProductFilter Parse(ProductListQuery query)
    {
        var check = new Validator();
        var conditions = ProductConditions.Parse(query.Conditions, check);
        var searches = !string.IsNullOrWhiteSpace(query.Q);
        var sort = searches ? ProductSort.Relevance : ProductSort.Newest;
        var limit = query.Limit ?? DefaultLimit;
        PageCursor? after = null;
        check
            .Check(
                string.IsNullOrEmpty(query.Sort) || ProductSorts.ByName.TryGetValue(query.Sort, out sort), "sort",
                $"must be one of {string.Join(", ", ProductSorts.ByName.Keys)}")
            .Check(sort != ProductSort.Relevance || searches, "sort", "relevance needs q")
            .Check(limit is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(
                string.IsNullOrEmpty(query.After) || PageCursor.TryDecode(query.After, sort, out after), "after",
                "is not the next of a page under this sort")
            .ThrowIfInvalid();
        return new ProductFilter(conditions, sort, limit, after);
    }
}
