using System.Globalization;
using System.Net;
using Shop.Web.Checkouts;

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

    /// <summary>What a coupon would take off; nothing is held.</summary>
    /// <exception cref="ApiException">Why it cannot be used.</exception>
    public Task<CouponQuote> QuoteAsync(string coupon, decimal total, CancellationToken cancellationToken) => CouponCode.IsWellFormed(coupon)
        ? GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/coupons/{coupon}/quote?total={total}"), WebJson.Default.CouponQuote, cancellationToken)
        : throw new ApiException(HttpStatusCode.NotFound, new("coupon_unknown", null, "coupon", null, null, null));

    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken cancellationToken) =>
        (await GetAsync("/api/categories", WebJson.Default.CategoryList, cancellationToken)).Items;
}
