using System.Text.RegularExpressions;

namespace Shop.Catalog.Exchange;

/// <summary>
/// The columns of the list of products: a row per variant. What belongs to the product stands in its first row; in its other
/// rows those cells are empty, or the same. Attributes are JSON objects. Prices are in major units.
/// </summary>
public static class Columns
{
    public const string Product = "product";
    public const string Sku = "sku";
    public const string Name = "name";
    public const string NameZh = "name_zh";
    public const string Description = "description";
    public const string DescriptionZh = "description_zh";
    public const string Category = "category";
    public const string Brand = "brand";
    public const string Attributes = "attributes";
    public const string Price = "price";
    public const string VariantAttributes = "variant_attributes";
    public const string LimitPerCustomer = "limit_per_customer";

    public static readonly IReadOnlyList<string> All =
    [
        Product, Sku, Name, NameZh, Description, DescriptionZh, Category, Brand, Attributes, Price, VariantAttributes, LimitPerCustomer,
    ];
}

/// <summary>
/// Spreadsheets run what begins like a formula. Such a cell goes out behind an apostrophe, which they take as "text", and comes
/// back without it; a text that has apostrophes before such a character itself gets one more, so that nothing is lost.
/// </summary>
public static partial class FormulaGuard
{
    public static string Protect(string cell) => Formula().IsMatch(cell) ? "'" + cell : cell;

    public static string Unprotect(string cell) => cell.StartsWith('\'') && Formula().IsMatch(cell.AsSpan(1)) ? cell[1..] : cell;

    [GeneratedRegex(@"\A'*[=+\-@\t\r]")]
    private static partial Regex Formula();
}
