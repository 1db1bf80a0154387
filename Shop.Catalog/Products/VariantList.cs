using System.Globalization;
using System.Text.Json;
using Npgsql;
using Shop.Catalog.Cache;
using Shop.Catalog.Inventory;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>A variant as a cart shows it.</summary>
/// <param name="Name">Of the product, and in brackets what tells the variant from others.</param>
/// <param name="Price">Of one unit, in major units.</param>
/// <param name="Available">Units that can be bought now.</param>
public sealed record CartVariant(
    long ProductId, string Sku, bool IsDefault, string Slug, string Name, decimal Price, string Currency, string ImageUrl,
    int Available);

public sealed record CartVariants(IReadOnlyList<CartVariant> Items);

/// <summary>Variants on sale by SKU, and the default ones of products.</summary>
public sealed class VariantList(NpgsqlDataSource database)
{
    // A default variant's id is the product's, so every variant is found by the one key or the other.
    private const string Select =
        """
        SELECT v.product_id, v.sku, v.id = v.product_id, p.slug, v.name, v.name_zh, v.price, v.currency, p.version,
               s.on_hand - s.reserved, p.picture
        FROM variants v
        JOIN products p ON p.id = v.product_id
        JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        WHERE v.retired_at IS NULL AND v.id = ANY (
            $1::bigint[] || ARRAY(SELECT id FROM variants WHERE sku = ANY ($2)))
        ORDER BY v.product_id, v.id
        """;

    public async Task<CartVariants> ReadAsync(
        long[] products, string[] skus, string language, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new NpgsqlParameter { Value = products });
        command.Parameters.Add(new NpgsqlParameter { Value = skus });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var variants = new List<CartVariant>();
        while (await reader.ReadAsync(cancellationToken)) variants.Add(Read(reader, language));
        return new CartVariants(variants);
    }

    private static CartVariant Read(NpgsqlDataReader row, string language) => new(
        row.GetInt64(0), row.GetString(1), row.GetBoolean(2), row.GetString(3),
        row.GetString(language == Language.Chinese && !row.IsDBNull(5) ? 5 : 4), Money.ToMajor(row.GetInt64(6)), row.GetString(7),
        ProductItems.ImageUrl(row.GetInt64(0), row.GetInt32(8), row.IsDBNull(10) ? null : row.GetString(10)), row.GetInt32(9));
}

public static class VariantEndpoints
{
    private const int MaxVariants = 100;
    private const long NoId = -1;

    public static void MapVariants(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/variants", ListAsync).AllowAnonymous().WithTags("Products")
            .WithName("ListVariants").WithSummary("Variants by SKU, and the default ones of products: what a cart shows")
            .Produces<CartVariants>().ProducesValidationProblem();

    /// <param name="products">Ids of products with commas between: their default variants.</param>
    /// <param name="skus">SKUs with commas between.</param>
    private static async Task<PageResult> ListAsync(
        string? products, string? skus, string? lang, HttpContext http, VariantList variants, ListPages pages,
        CancellationToken cancellationToken)
    {
        var language = Language.Choose(http, lang);
        long[] ids = [.. Parts(products).Select(
            id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : NoId)];
        string[] names = [.. Parts(skus)];
        new Validator()
            .Check(!ids.Contains(NoId), "products", "must be ids with commas between")
            .Check(names.All(Skus.IsValid), "skus", Skus.Rule)
            .Check(ids.Length + names.Length <= MaxVariants, "skus", $"must be at most {MaxVariants}, products included")
            .ThrowIfInvalid();
        return new PageResult(await pages.GetAsync(
            new ListKey("variants" + http.Request.QueryString.Value, language),
            async token => JsonSerializer.SerializeToUtf8Bytes(
                await variants.ReadAsync(ids, names, language, token), CatalogJson.Plain.CartVariants),
            cancellationToken));
    }

    private static string[] Parts(string? list) =>
        string.IsNullOrEmpty(list) ? [] : list.Split(',', MaxVariants + 1);
}
