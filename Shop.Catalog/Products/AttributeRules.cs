using System.Text.Json;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>Attributes of products and variants: names to values, such as colour to black.</summary>
public static class AttributeRules
{
    public const int MaxCount = 16;
    public const int MaxNameLength = 40;
    public const int MaxValueLength = 100;

    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>(StringComparer.Ordinal);

    public static string ToJson(IReadOnlyDictionary<string, string> attributes) =>
        JsonSerializer.Serialize(attributes, CatalogJson.Default.IReadOnlyDictionaryStringString);

    public static void Check(Validator check, string field, IReadOnlyDictionary<string, string>? attributes)
    {
        if (attributes is null) return;
        check.Check(attributes.Count <= MaxCount, field, $"must be at most {MaxCount}")
            .Check(
                attributes.Keys.All(name => IsText(name, MaxNameLength) && !name.Contains('=')), field,
                $"must have names of 1 to {MaxNameLength} characters without = or control characters")
            .Check(
                attributes.Values.All(value => IsText(value, MaxValueLength)), field,
                $"must have values of 1 to {MaxValueLength} characters without control characters")
            .Check(
                attributes.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() == attributes.Count, field,
                "must not hold two names that differ only in case");
    }

    /// <summary>Whether filters take them for the same: case makes no difference.</summary>
    public static bool AreEqual(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) => Key(one) == Key(other);

    /// <summary>The same text for those that are equal, and another one for others. Neither names nor values hold control characters.</summary>
    public static string Key(IReadOnlyDictionary<string, string> attributes) =>
        string.Join('\u0001', attributes.Select(Tag).Order(StringComparer.Ordinal));

    private static string Tag(KeyValuePair<string, string> attribute) => $"{attribute.Key}={attribute.Value}".ToLowerInvariant();

    private static bool IsText(string? text, int maxLength) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && text.Trim().Length == text.Length && !text.Any(char.IsControl)
        && !text.EnumerateRunes().Any(SearchTerms.IsNoncharacter);
}
