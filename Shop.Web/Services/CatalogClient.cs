using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace Shop.Web.Services;

/// <summary>What the visitor looks for; every part is optional and is checked by Catalog.</summary>
public sealed record ProductFilter(
    string? Category = null, string? Query = null, string? Sort = null, string? MinPrice = null, string? MaxPrice = null, string? After = null)
{
    /// <summary>The same search as a query string of the API and of the page, which are the same on purpose.</summary>
    public string ToQuery(int? limit = null)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
            [("category", Category), ("q", Query), ("sort", Sort), ("minPrice", MinPrice), ("maxPrice", MaxPrice),
             ("after", After), ("limit", limit?.ToString(CultureInfo.InvariantCulture))])
        {
            if (!string.IsNullOrWhiteSpace(value)) query.Add(name, value.Trim());
        }
        return query.ToQueryString().Value ?? "";
    }
}

public sealed class CatalogClient(HttpClient http) : ServiceClient(http, "catalog")
{
    public Task<ProductPage> SearchAsync(ProductFilter filter, int limit, CancellationToken cancellationToken) =>
        GetAsync("/api/products" + filter.ToQuery(limit), WebJson.Default.ProductPage, cancellationToken);

    public Task<Product?> FindAsync(long id, CancellationToken cancellationToken) =>
        FindAsync(string.Create(CultureInfo.InvariantCulture, $"/api/products/{id}"), WebJson.Default.Product, cancellationToken);

    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken cancellationToken) =>
        (await GetAsync("/api/categories", WebJson.Default.CategoryList, cancellationToken)).Items;
}
