using Npgsql;
using Shop.Catalog.Products;

namespace Shop.Catalog.Pictures;

/// <summary>A product's uploaded picture, as the database holds it.</summary>
public sealed record PictureRow(string Hash, string Format, int Width, int Height, string? Alt, string? AltZh)
{
    /// <summary>Of the row that <see cref="PictureSql.OfProduct"/> selects.</summary>
    public static PictureRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5));

    /// <param name="name">hash.format.</param>
    public static string UrlOf(string name) => "/api/pictures/" + name;

    public PictureItem ToItem(string language, string productName) => new(
        UrlOf($"{Hash}.{Format}"), (language == Language.Chinese ? AltZh ?? Alt : Alt) ?? productName, Width, Height);

    public PictureForEditing ToEditing() => new(Hash, UrlOf($"{Hash}.{Format}"), Alt, AltZh, Width, Height);
}
