using Shop.Catalog.Inventory;
using Shop.Catalog.Search;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>A product's texts, category and price, checked and complete.</summary>
/// <param name="Price">Minor units.</param>
public sealed record ProductContent(
    string Name, string? NameZh, string Description, string? DescriptionZh, string Category, long Price, string? Brand,
    IReadOnlyDictionary<string, string> Attributes)
{
    public SearchDocument Document => SearchDocument.Of(Name, NameZh, Description, DescriptionZh);
}

/// <summary>What an administrator may write.</summary>
public static class ProductRules
{
    public const int MaxNameLength = 200;
    public const int MaxDescriptionLength = 20_000;
    public const int MaxGoods = 1_000_000;

    /// <summary>In minor units: 100 million yuan. A hundred lines of many units still sum up without overflow.</summary>
    public const long MaxPrice = 10_000_000_000;

    /// <summary>Where a product goes that names no category.</summary>
    public const string DefaultCategory = "more";

    /// <summary>The content of a new product.</summary>
    /// <exception cref="ProblemException">400 naming every field that breaks a rule.</exception>
    public static ProductContent CheckNew(ProductInput input)
    {
        var check = Check(input, out var price);
        CheckStock(check, input.Stock);
        check.ThrowIfInvalid();
        return new ProductContent(
            input.Name!.Trim(), Clean(input.NameZh), Clean(input.Description) ?? "", Clean(input.DescriptionZh),
            input.Category ?? DefaultCategory, price, Clean(input.Brand), input.Attributes ?? AttributeRules.None);
    }

    /// <summary>Units with which something new begins.</summary>
    internal static void CheckStock(Validator check, int? stock) =>
        check.Check(stock is null or (>= 0 and <= MaxGoods), "stock", $"must be between 0 and {MaxGoods}");

    /// <summary>The content that a change asks for; <paramref name="known"/> gives what the input leaves out. Empty texts clear.</summary>
    public static ProductContent CheckChange(ProductInput input, ProductContent known)
    {
        var check = Check(input, out var price);
        check.Check(input.Stock is null, "stock", "is changed by receiving goods")
            .Check(input.Sku is null, "sku", "never changes");
        check.ThrowIfInvalid();
        return new ProductContent(
            input.Name!.Trim(), Changed(input.NameZh, known.NameZh), Changed(input.Description, known.Description) ?? "",
            Changed(input.DescriptionZh, known.DescriptionZh), input.Category ?? known.Category, price,
            Changed(input.Brand, known.Brand), input.Attributes ?? known.Attributes);
    }

    public static int CheckGoods(GoodsInput input)
    {
        new Validator()
            .Check(input.Quantity is >= 1 and <= MaxGoods, "quantity", $"must be between 1 and {MaxGoods}")
            .Check(input.Sku is null || Skus.IsValid(input.Sku), "sku", Skus.Rule)
            .ThrowIfInvalid();
        return input.Quantity!.Value;
    }

    private static Validator Check(ProductInput input, out long price)
    {
        var validator = new Validator();
        CheckLine(validator, "name", input.Name, MaxNameLength, required: true);
        CheckLine(validator, "nameZh", input.NameZh, MaxNameLength);
        CheckText(validator, "description", input.Description, MaxDescriptionLength);
        CheckText(validator, "descriptionZh", input.DescriptionZh, MaxDescriptionLength);
        CheckMarkdown(validator, "description", input.Description);
        CheckMarkdown(validator, "descriptionZh", input.DescriptionZh);
        AttributeRules.Check(validator, "attributes", input.Attributes);
        price = CheckPrice(validator, input.Price);
        validator
            .Check(input.Currency is null or Money.DefaultCurrency, "currency", $"must be {Money.DefaultCurrency}")
            .Check(input.Category is null || IsSlug(input.Category), "category", "is not a category")
            .Check(string.IsNullOrEmpty(input.Brand) || IsSlug(input.Brand), "brand", "is not a brand")
            .Check(input.Sku is null || Skus.IsValid(input.Sku), "sku", Skus.Rule);
        return validator;
    }

    /// <summary>The price in minor units.</summary>
    public static long CheckPrice(Validator check, decimal? price)
    {
        long minor = 0;
        check.Check(
            price is { } major && Money.TryToMinor(major, out minor) && minor is > 0 and <= MaxPrice, "price",
            "must be between 0.01 and 100000000 with at most two decimals");
        return minor;
    }

    internal static void CheckText(Validator check, string field, string? text, int maxLength, bool required = false)
    {
        check.Check(!required || !string.IsNullOrWhiteSpace(text), field, "is required")
            .Check(text is null || text.Length <= maxLength, field, $"must be at most {maxLength} characters")
            .Check(text is null || !HasControls(text), field, "must not hold control characters")
            .Check(text is null || !text.EnumerateRunes().Any(SearchTerms.IsNoncharacter), field, "must not hold code points that are no characters");
    }

    /// <summary>As <see cref="CheckText"/>, for what stands on one line.</summary>
    internal static void CheckLine(Validator check, string field, string? text, int maxLength, bool required = false)
    {
        CheckText(check, field, text, maxLength, required);
        check.Check(text is null || text.AsSpan().IndexOfAny("\n\r\t") < 0, field, "must be one line without tabs");
    }

    internal static void CheckMarkdown(Validator check, string field, string? text) =>
        check.Check(
            text is null || text.Length > MaxDescriptionLength || DescriptionHtml.IsRenderable(text), field,
            "must not be nested so deeply, or hold nothing to show");

    private static bool HasControls(string text) => text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    internal static bool IsSlug(string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    // What is left out stays; what is empty is taken away.
    private static string? Changed(string? text, string? known) => text is null ? known : Clean(text);

    internal static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
