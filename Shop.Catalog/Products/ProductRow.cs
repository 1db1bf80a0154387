using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>A product as the database holds it, with what can be bought of it.</summary>
/// <param name="Price">Minor units.</param>
/// <param name="Version">Counts changes of the product itself; part of the picture's address.</param>
/// <param name="StockVersion">Counts changes of anything that the product's page shows.</param>
public sealed record ProductRow(
    long Id, string Slug, string NameEn, string? NameZh, string DescriptionEn, string? DescriptionZh, string Category,
    string CategoryEn, string CategoryZh, long Price, string Currency, int Version, int Available, long StockVersion)
{
    /// <summary>Begins every statement that <see cref="Read"/> reads.</summary>
    public const string Select =
        """
        SELECT p.id, p.slug, p.name, p.name_zh, p.description, p.description_zh, p.category, c.name, c.name_zh,
               p.price, p.currency, p.version, s.on_hand - s.reserved, s.version
        FROM products p JOIN categories c ON c.slug = p.category JOIN stock s ON s.product_id = p.id
        """;

    public static ProductRow Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6), row.GetString(7), row.GetString(8), row.GetInt64(9),
        row.GetString(10), row.GetInt32(11), row.GetInt32(12), row.GetInt64(13));

    // The answer is JSON by its content type, so Chinese needs no escapes, which would triple its size.
    private static readonly CatalogJson Plain = new(
        new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public ProductPageBytes ToPage(string language) =>
        new(StockVersion, JsonSerializer.SerializeToUtf8Bytes(ToDetail(language), Plain.ProductDetail));

    public ProductDetail ToDetail(string language)
    {
        var chinese = language == Language.Chinese;
        return new ProductDetail(
            Id, Slug, chinese ? NameZh ?? NameEn : NameEn, Money.ToMajor(Price), Currency, Category,
            ProductItems.ImageUrl(Id, Version), Available, chinese ? CategoryZh : CategoryEn,
            chinese ? DescriptionZh ?? DescriptionEn : DescriptionEn, NameEn, NameZh, DescriptionEn, DescriptionZh);
    }
}
