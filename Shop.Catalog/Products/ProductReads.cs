using System.Text.Json;
using Shop.Catalog.Cache;
using Shop.Catalog.Search;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>What shoppers read, out of the caches. Administrators read past them: they must see what they did.</summary>
internal static class ProductReads
{
    public static async Task<PageResult> ListAsync(
        [AsParameters] ProductListQuery query, HttpContext http, ProductList list, ListPages pages,
        CancellationToken cancellationToken)
    {
        var language = Language.Choose(http, query.Lang);
        var key = new ListKey(http.Request.QueryString.Value ?? "", language);
        var isAdmin = http.User.IsInRole(ShopClaims.Admin);
        if (!isAdmin && pages.TryGet(key, out var page)) return new PageResult(page);
        var filter = ProductFilter.Parse(query) with { Freshness = http.User.Freshness() };
        return new PageResult(isAdmin
            ? CachedPage.Of(await ReadAsync(cancellationToken))
            : await pages.GetAsync(key, ReadAsync, cancellationToken));

        async Task<byte[]> ReadAsync(CancellationToken token) => JsonSerializer.SerializeToUtf8Bytes(
            await list.ReadAsync(filter, language, token), CatalogJson.Plain.ProductPage);
    }

    public static async Task<PageResult> GetAsync(
        long id, string? lang, HttpContext http, ProductCache cache, CancellationToken cancellationToken)
    {
        var language = Language.Choose(http, lang);
        if (http.User.IsInRole(ShopClaims.Admin))
            return new PageResult(await cache.ReadAsync(id, language, cancellationToken) ?? throw ProductProblems.Unknown(id));
        if (cache.TryGet(id, language, out var page)) return new PageResult(page);
        return new PageResult(await cache.GetAsync(id, language, cancellationToken) ?? throw ProductProblems.Unknown(id));
    }
}
