using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace Shop.Web.Services;

/// <summary>What the visitor looks for; every part is optional and is checked by Catalog.</summary>
public sealed record ProductFilter(
    string? Category = null, string? Query = null, string? Sort = null, string? MinPrice = null, string? MaxPrice = null,
    string? Rating = null, bool InStock = false, string? After = null)
{
    private const string Relevance = "relevance";

    /// <summary>Slugs, any of which will do.</summary>
    public IReadOnlyList<string> Brands { get; init; } = [];

    /// <summary>As name:value.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    public bool Searches => !string.IsNullOrWhiteSpace(Query);

    /// <summary>The order that the list has, when none is chosen too.</summary>
    public string EffectiveSort => string.IsNullOrWhiteSpace(Sort) ? Searches ? Relevance : "newest" : Sort;

    /// <summary>Something is chosen beside category, search and order.</summary>
    public bool IsNarrowed => this is not { MinPrice: null or "", MaxPrice: null or "", Rating: null or "", InStock: false, Brands: [], Attributes: [] };

    public static ProductFilter Of(IQueryCollection query) => new(
        query["category"], query["q"], query["sort"], query["minPrice"], query["maxPrice"], query["rating"],
        query["inStock"] == "true", query["after"])
    {
        Brands = [.. query["brand"].OfType<string>().Where(brand => brand.Length > 0)],
        Attributes = [.. query["attr"].OfType<string>().Where(attribute => attribute.Length > 0)],
    };

    /// <summary>The same search as a query string of the API and of the page, which are the same on purpose.</summary>
    public string ToQuery(int? limit = null) => Build(
        ("category", Category), ("q", Query), ("sort", Sort == Relevance && !Searches ? null : Sort), ("minPrice", MinPrice),
        ("maxPrice", MaxPrice), ("rating", Rating), ("inStock", InStock ? "true" : null), ("after", After),
        ("limit", limit?.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The conditions without order and page.</summary>
    public string ToFacetQuery() => (this with { Sort = null, After = null }).ToQuery();

    private string Build(params ReadOnlySpan<(string Name, string? Value)> values)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in values)
            if (!string.IsNullOrWhiteSpace(value)) query.Add(name, value.Trim());
        foreach (var brand in Brands) query.Add("brand", brand);
        foreach (var attribute in Attributes) query.Add("attr", attribute);
        return query.ToQueryString().Value ?? "";
    }
}
