using Npgsql;
using Shop.Catalog.Inventory;
using Shop.Catalog.Pictures;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>A product as whoever edits it sees it, also a retired one.</summary>
/// <param name="Version">Also the entity tag, as "v7".</param>
/// <param name="Name">English.</param>
/// <param name="Description">English, Markdown as written.</param>
public sealed record ProductForEditing(
    long Id, int Version, string Slug, bool Retired, string Name, string? NameZh, string Description, string? DescriptionZh,
    string Category, string? Brand, string Currency, IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<VariantForEditing> Variants, IReadOnlyList<PictureForEditing> Pictures);

/// <param name="Price">Of one unit, in major units.</param>
/// <param name="Default">The one that is meant when only the product is named.</param>
public sealed record VariantForEditing(
    string Sku, bool Default, bool Retired, decimal Price, IReadOnlyDictionary<string, string> Attributes, int? LimitPerCustomer,
    StockLevel Stock);

public sealed class ProductEditing(NpgsqlDataSource database)
{
    // One statement, so that version and content are of one moment. Pictures come after it: of a later moment at worst, and then
    // the version is refused.
    private const string Find =
        """
        SELECT p.version, p.slug, p.retired_at IS NOT NULL, en.name, zh.name, en.description, zh.description, p.category, p.brand,
               p.currency, p.attributes, v.sku, v.id = p.id, v.retired_at IS NOT NULL, v.price, v.attributes, v.limit_per_customer,
               s.on_hand, s.reserved
        FROM products p
        JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        JOIN variants v ON v.product_id = p.id
        JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        WHERE p.id = $1 ORDER BY v.position, v.id
        """;

    /// <summary>Null when there never was such a product.</summary>
    public async Task<ProductForEditing?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(Find, id);
        batch.Add(PictureSql.OfProduct, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var product = ReadProduct(id, reader);
        var variants = new List<VariantForEditing>();
        do variants.Add(ReadVariant(id, reader));
        while (await reader.ReadAsync(cancellationToken));
        await reader.NextResultAsync(cancellationToken);
        var pictures = new List<PictureForEditing>();
        while (await reader.ReadAsync(cancellationToken)) pictures.Add(PictureRow.Read(reader).ToEditing());
        return product with { Variants = variants, Pictures = pictures };
    }

    private static ProductForEditing ReadProduct(long id, NpgsqlDataReader row) => new(
        id, row.GetInt32(0), row.GetString(1), row.GetBoolean(2), row.GetString(3), Text(row, 4), row.GetString(5), Text(row, 6),
        row.GetString(7), Text(row, 8), row.GetString(9), VariantRow.ReadAttributes(row.GetString(10)), [], []);

    private static VariantForEditing ReadVariant(long id, NpgsqlDataReader row)
    {
        var (onHand, reserved) = (row.GetInt32(17), row.GetInt32(18));
        return new VariantForEditing(
            row.GetString(11), row.GetBoolean(12), row.GetBoolean(13), Money.ToMajor(row.GetInt64(14)),
            VariantRow.ReadAttributes(row.GetString(15)), row.IsDBNull(16) ? null : row.GetInt32(16),
            new StockLevel(id, onHand, reserved, onHand - reserved));
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
