using System.Globalization;
using System.Text.Json;
using Shop.Catalog.Inventory;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>The rules of a row that need no look at what is stored: those of the other ways to write a product.</summary>
public static class RowRules
{
    public const int MaxSlugLength = 100;

    /// <summary>Columns that describe the product, not the variant.</summary>
    public static readonly IReadOnlyList<string> OfProduct =
    [
        Columns.Name, Columns.NameZh, Columns.Description, Columns.DescriptionZh, Columns.Category, Columns.Brand, Columns.Attributes,
    ];

    /// <param name="cell">The text of a column, empty when there is none.</param>
    /// <returns>Null when nobody knows of which product it is. All that is wrong is in <paramref name="errors"/>.</returns>
    public static ImportRow? Read(int line, Func<string, string> cell, List<ImportError> errors)
    {
        var check = new Validator();
        var (product, sku) = (cell(Columns.Product), cell(Columns.Sku));
        check.Check(IsProductSlug(product), Columns.Product, $"must be 1 to {MaxSlugLength} lower-case letters, digits or hyphens")
            .Check(Skus.IsValid(sku), Columns.Sku, Skus.Rule);
        var price = ProductRules.CheckPrice(check, Number(cell(Columns.Price)));
        var attributes = ReadAttributes(check, Columns.VariantAttributes, cell(Columns.VariantAttributes));
        var limit = ReadLimit(check, cell(Columns.LimitPerCustomer));
        var content = OfProduct.All(column => cell(column).Length == 0) ? null : ReadContent(check, cell);
        errors.AddRange(check.Errors.Select(error => new ImportError(line, error.Field, error.Message)));
        IReadOnlyCollection<string> broken = check.IsValid ? [] : [.. check.Errors.Select(error => error.Field).Distinct()];
        // Of what breaks a rule nothing is asked of the database: it may be any characters.
        return broken.Contains(Columns.Product)
            ? null
            : new ImportRow(line, product, broken.Contains(Columns.Sku) ? "" : sku, content, price, attributes, limit, broken);
    }

    private static ImportProduct ReadContent(Validator check, Func<string, string> cell)
    {
        ProductRules.CheckLine(check, Columns.Name, cell(Columns.Name), ProductRules.MaxNameLength, required: true);
        ProductRules.CheckLine(check, Columns.NameZh, cell(Columns.NameZh), ProductRules.MaxNameLength);
        foreach (var column in (string[])[Columns.Description, Columns.DescriptionZh])
        {
            ProductRules.CheckText(check, column, cell(column), ProductRules.MaxDescriptionLength);
            ProductRules.CheckMarkdown(check, column, cell(column));
        }
        var (category, brand) = (cell(Columns.Category), cell(Columns.Brand));
        var (isCategory, isBrand) = (ProductRules.IsSlug(category), brand.Length == 0 || ProductRules.IsSlug(brand));
        check.Check(isCategory, Columns.Category, "is not a category").Check(isBrand, Columns.Brand, "is not a brand");
        return new ImportProduct(
            cell(Columns.Name).Trim(), ProductRules.Clean(cell(Columns.NameZh)), ProductRules.Clean(cell(Columns.Description)) ?? "",
            ProductRules.Clean(cell(Columns.DescriptionZh)), isCategory ? category : "", isBrand ? ProductRules.Clean(brand) : null,
            ReadAttributes(check, Columns.Attributes, cell(Columns.Attributes)));
    }

    private static string ReadAttributes(Validator check, string column, string json)
    {
        if (string.IsNullOrWhiteSpace(json)) return "{}";
        try
        {
            var attributes = JsonSerializer.Deserialize(json, ExchangeJson.Default.IReadOnlyDictionaryStringString);
            check.Check(attributes is not null, column, "must be a JSON object");
            AttributeRules.Check(check, column, attributes);
            return AttributeRules.ToJson(attributes ?? AttributeRules.None);
        }
        catch (JsonException)
        {
            check.Check(ok: false, column, "must be a JSON object of texts, as {\"colour\":\"black\"}");
            return "{}";
        }
    }

    private static int? ReadLimit(Validator check, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        // What is no number breaks the rule for numbers, too.
        int? limit = int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        VariantRules.CheckLimit(check, Columns.LimitPerCustomer, limit);
        return limit;
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsProductSlug(string text) =>
        text.Length is > 0 and <= MaxSlugLength && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
