using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>What constraints refuse, told with the field that is wrong.</summary>
internal static class ReferenceProblems
{
    public const string SlugTaken = "slug_taken";

    public static async Task<T> TranslatedAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (PostgresException refused) when (Of(refused) is { } problem)
        {
            throw problem;
        }
    }

    private static ProblemException? Of(PostgresException refused) => refused.ConstraintName switch
    {
        "products_brand_fkey" => Problem.Validation("brand", "is not a brand"),
        "products_category_fkey" => Problem.Validation("category", "is not a category"),
        "categories_parent_fkey" => Problem.Validation("parent", "is not a category"),
        "products_slug_key" => Problem.Conflict(SlugTaken, "Another product has just been given this slug."),
        "variants_sku_key" => Problem.Conflict("sku_taken", "Another variant has this SKU."),
        "brands_pkey" => Problem.Conflict("brand_taken", "There is a brand with this slug."),
        "categories_pkey" => Problem.Conflict("category_taken", "There is a category with this slug."),
        _ => null,
    };
}
