using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Search;

namespace Shop.Catalog.Products;

/// <summary>What products are sorted by in the shop's menu.</summary>
public static class CategoryEndpoints
{
    public static void MapCategories(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/categories", CategoriesAsync).AllowAnonymous().WithTags("Products")
            .WithName("ListCategories").WithSummary("List categories with the number of their products");
        app.MapGet("/api/brands", BrandsAsync).AllowAnonymous().WithTags("Products")
            .WithName("ListBrands").WithSummary("List brands with the number of their products");
    }

    private static async Task<Ok<CategoryItems>> CategoriesAsync(
        HttpContext http, CategoryList categories, string? lang, CancellationToken cancellationToken)
    {
        var language = Language.Choose(http, lang);
        return TypedResults.Ok(await categories.ReadAsync(language, http.User.Freshness(), cancellationToken));
    }

    private static async Task<Ok<ListedBrands>> BrandsAsync(
        HttpContext http, CategoryList categories, string? lang, CancellationToken cancellationToken)
    {
        var language = Language.Choose(http, lang);
        var brands = await categories.BrandsAsync(http.User.Freshness(), cancellationToken);
        return TypedResults.Ok(new ListedBrands([.. brands.Select(brand => new ListedBrand(brand.Slug, brand.NameIn(language), brand.Count))]));
    }
}
