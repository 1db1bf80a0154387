using System.Globalization;

namespace Shop.Web.Services;

public sealed class CatalogClient(HttpClient http) : ServiceClient(http, "catalog")
{
    public Task<ProductPage> SearchAsync(ProductFilter filter, int limit, CancellationToken cancellationToken) =>
        GetAsync("/api/products" + filter.ToQuery(limit), WebJson.Default.ProductPage, cancellationToken);

    /// <summary>What the list could be narrowed to.</summary>
    public Task<Facets> FacetsAsync(ProductFilter filter, CancellationToken cancellationToken) =>
        GetAsync("/api/products/facets" + filter.ToFacetQuery(), WebJson.Default.Facets, cancellationToken);

    public Task<Product?> FindAsync(long id, CancellationToken cancellationToken) =>
        FindAsync(string.Create(CultureInfo.InvariantCulture, $"/api/products/{id}"), WebJson.Default.Product, cancellationToken);

    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken cancellationToken) =>
        (await GetAsync("/api/categories", WebJson.Default.CategoryList, cancellationToken)).Items;
}
