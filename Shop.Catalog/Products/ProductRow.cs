using System.Text.Json;
using Npgsql;
using Shop.Catalog.Pictures;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>A variant on sale, as the database holds it.</summary>
/// <param name="Price">Minor units.</param>
public sealed record VariantRow(
    long Id, string Sku, long Price, IReadOnlyDictionary<string, string> Attributes, int Available, int? LimitPerCustomer)
{
    public const string Select =
        """
        SELECT v.id, v.sku, v.price, v.attributes, s.on_hand - s.reserved, v.limit_per_customer
        FROM variants v JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        """;

    public static VariantRow Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), ReadAttributes(row.GetString(3)), row.GetInt32(4),
        row.IsDBNull(5) ? null : row.GetInt32(5));

    internal static IReadOnlyDictionary<string, string> ReadAttributes(string json) =>
        JsonSerializer.Deserialize(json, CatalogJson.Default.IReadOnlyDictionaryStringString)!;

    public VariantItem ToItem() => new(Sku, Money.ToMajor(Price), Attributes, Available, LimitPerCustomer);
}

/// <summary>A product as the database holds it, with what can be bought of it.</summary>
/// <param name="Price">Of the default variant, in minor units.</param>
/// <param name="Version">Counts changes of the product itself; part of the drawn picture's address.</param>
/// <param name="Picture">Name of the first uploaded picture; null without any.</param>
/// <param name="Stars">Number of reviews with 1, 2, 3, 4 and 5 stars.</param>
public sealed record ProductRow(
    long Id, string Slug, string NameEn, string? NameZh, string DescriptionEn, string? DescriptionZh, string Category,
    string CategoryEn, string CategoryZh, string? Brand, string? BrandEn, string? BrandZh, long Price, string Currency,
    int Version, float Rating, int[] Stars, IReadOnlyDictionary<string, string> Attributes, string? Picture)
{
    /// <summary>Begins every statement that <see cref="Read"/> reads.</summary>
    public const string Select =
        """
        SELECT p.id, p.slug, en.name, zh.name, en.description, zh.description, p.category, c.name, c.name_zh,
               p.brand, b.name, b.name_zh, p.price, p.currency, p.version, r.rating, r.stars, p.attributes, p.picture
        FROM products p
        JOIN categories c ON c.slug = p.category
        JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        JOIN product_scores r ON r.product_id = p.id
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        LEFT JOIN brands b ON b.slug = p.brand
        """;

    /// <summary>On sale, the default one first.</summary>
    public IReadOnlyList<VariantRow> Variants { get; init; } = [];

    /// <summary>Uploaded ones, in the order in which they are shown.</summary>
    public IReadOnlyList<PictureRow> Pictures { get; init; } = [];

    public static ProductRow Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), Text(row, 3), row.GetString(4), Text(row, 5), row.GetString(6),
        row.GetString(7), row.GetString(8), Text(row, 9), Text(row, 10), Text(row, 11), row.GetInt64(12), row.GetString(13),
        row.GetInt32(14), row.GetFloat(15), row.GetFieldValue<int[]>(16),
        VariantRow.ReadAttributes(row.GetString(17)), Text(row, 18));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The page as it is sent: UTF-8 JSON.</summary>
    public byte[] ToPage(string language) => JsonSerializer.SerializeToUtf8Bytes(ToDetail(language), CatalogJson.Plain.ProductDetail);

    public ProductDetail ToDetail(string language)
    {
        var chinese = language == Language.Chinese;
        var name = chinese ? NameZh ?? NameEn : NameEn;
        var description = chinese ? DescriptionZh ?? DescriptionEn : DescriptionEn;
        return new ProductDetail(
            Id, Slug, name, Money.ToMajor(Price), Currency, Category,
            ProductItems.ImageUrl(Id, Version, Picture), (int)Math.Min(Variants.Sum(variant => (long)variant.Available), int.MaxValue),
            chinese ? CategoryZh : CategoryEn, description, DescriptionHtml.Of(description), NameEn, NameZh,
            Brand, chinese ? BrandZh : BrandEn, Math.Round((decimal)Rating, 1), Stars.Sum(),
            Attributes, [.. Variants.Select(variant => variant.ToItem())],
            [.. Pictures.Select(picture => picture.ToItem(language, name))]);
    }
}
