using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Shop.Catalog.Products;

/// <summary>The categories with the number of products on sale, in the order of the shop's menu.</summary>
public sealed class CategoryList(NpgsqlDataSource database)
{
    private const string Select =
        """
        SELECT c.slug, c.name, c.name_zh, c.parent,
               (SELECT count(*)::integer FROM product_search WHERE tags @> ARRAY['/c/' || c.slug])
        FROM categories c ORDER BY c.position, c.slug
        """;

    public async Task<CategoryItems> ReadAsync(string language, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var categories = new List<CategoryItem>();
        var name = language == Language.Chinese ? 2 : 1;
        while (await reader.ReadAsync(cancellationToken))
            categories.Add(new CategoryItem(
                reader.GetString(0), reader.GetString(name), reader.GetInt32(4), reader.IsDBNull(3) ? null : reader.GetString(3)));
        return new CategoryItems(categories);
    }
}

public static class CategoryEndpoints
{
    public static void MapCategories(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/categories", ListAsync).AllowAnonymous().WithTags("Products")
            .WithName("ListCategories").WithSummary("List categories with the number of their products");

    private static async Task<Ok<CategoryItems>> ListAsync(
        HttpContext http, CategoryList categories, string? lang, CancellationToken cancellationToken)
    {
        var language = Language.Choose(http, lang);
        return TypedResults.Ok(await categories.ReadAsync(language, cancellationToken));
    }
}
