using System.Globalization;
using System.Text;
using Shop.Catalog.Search;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>An attribute and the values of which any will do, in lower case.</summary>
public sealed record AttributeFilter(string Name, IReadOnlyList<string> Values)
{
    /// <summary>As product_search.tags holds them.</summary>
    public string[] Tags => [.. Values.Select(value => $"/a/{Name}={value}")];
}

/// <summary>Which products are meant: all of this must hold.</summary>
/// <param name="Brands">Any of them; empty for all.</param>
/// <param name="MinPrice">Minor units, as is the other.</param>
/// <param name="MinRating">Null also for a minimum of 0, which holds for all.</param>
/// <param name="Ids">Null for products of any id.</param>
/// <param name="Search">Null when nothing is searched for.</param>
public sealed record ProductConditions(
    string? Category, IReadOnlyList<string> Brands, IReadOnlyList<AttributeFilter> Attributes, long? MinPrice, long? MaxPrice,
    float? MinRating, bool InStock, long[]? Ids, SearchQuery? Search)
{
    public const int MaxIds = 100;
    private const int MaxSlugLength = 64;
    private const int MaxBrands = 20;
    private const int MaxAttributeNames = 8;
    private const int MaxAttributeValues = 20;
    private const int MaxAttributeLength = 141;
    private const int MaxRating = 5;
    private const long NoId = -1;
    private const string PriceRule = "must not be negative and have at most two decimals";

    /// <summary>What no product can fulfil: a search of punctuation only.</summary>
    public bool IsImpossible => Search is { IsEmpty: true };

    /// <summary>Every product is meant.</summary>
    public bool IsEmpty => this is
    {
        Category: null, Brands: [], Attributes: [], MinPrice: null, MaxPrice: null, MinRating: null, InStock: false, Ids: null,
        Search: null,
    };

    /// <summary>Reads and checks; what breaks a rule is recorded with <paramref name="check"/>.</summary>
    public static ProductConditions Parse(ProductConditionsQuery query, Validator check)
    {
        long min = 0, max = 0;
        var brands = Split(query.Brand);
        var attributes = (query.Attr ?? []).Where(attribute => attribute.Length > 0).Select(AttributeOf).ToList();
        var ids = ParseIds(query.Ids);
        check
            .Check(query.Q is null || query.Q.Length <= SearchQuery.MaxLength, "q", $"must be at most {SearchQuery.MaxLength} characters")
            .Check(query.Category is null || query.Category.Length <= MaxSlugLength, "category", "is not a category")
            .Check(query.MinPrice is null || Money.TryToMinor(query.MinPrice.Value, out min), "minPrice", PriceRule)
            .Check(query.MaxPrice is null || Money.TryToMinor(query.MaxPrice.Value, out max), "maxPrice", PriceRule)
            .Check(query.Rating is null or (>= 0 and <= MaxRating), "rating", $"must be between 0 and {MaxRating}")
            .Check(brands.Count <= MaxBrands, "brand", $"must be at most {MaxBrands} brands")
            .Check(brands.All(brand => brand.Length <= MaxSlugLength), "brand", "is not a brand")
            .Check(attributes.All(attribute => attribute is not null), "attr", "must be name:value")
            .Check(
                ids is null || (ids.Length is > 0 and <= MaxIds && !ids.Contains(NoId)), "ids",
                $"must be 1 to {MaxIds} ids with commas between");
        var groups = Grouped(attributes.OfType<Attribute>());
        check.Check(groups.Count <= MaxAttributeNames, "attr", $"must be at most {MaxAttributeNames} names")
            .Check(
                groups.All(group => group.Values.Count <= MaxAttributeValues), "attr",
                $"must be at most {MaxAttributeValues} values of a name");
        return new ProductConditions(
            string.IsNullOrEmpty(query.Category) ? null : query.Category, brands, groups,
            query.MinPrice is null ? null : min, query.MaxPrice is null ? null : max,
            query.Rating is > 0 ? (float)query.Rating.Value : null, query.InStock is true, ids,
            string.IsNullOrWhiteSpace(query.Q) || query.Q.Length > SearchQuery.MaxLength ? null : SearchQuery.Parse(query.Q));
    }

    /// <summary>The same for conditions that mean the same products.</summary>
    public string Key
    {
        get
        {
            var key = new StringBuilder();
            foreach (var part in (ReadOnlySpan<string?>)
                [Category, string.Join(',', Brands), string.Join('\u001e', Attributes.SelectMany(a => a.Tags)),
                 Number(MinPrice), Number(MaxPrice), MinRating?.ToString(CultureInfo.InvariantCulture), InStock ? "1" : "",
                 Ids is null ? "" : string.Join(',', Ids), Search?.WordText, Search?.CharacterText])
                key.Append(part).Append('\u001f');
            return key.ToString();
        }
    }

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static List<string> Split(string[]? brands) =>
    [
        .. (brands ?? []).SelectMany(brand => brand.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
    ];

    // Values may hold a colon, names may not.
    private static Attribute? AttributeOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || text.Length > MaxAttributeLength || text.Any(char.IsControl)) return null;
        var (name, value) = (text[..colon].Trim(), text[(colon + 1)..].Trim());
        return name.Length == 0 || value.Length == 0 ? null : new Attribute(name.ToLowerInvariant(), value.ToLowerInvariant());
    }

    private static List<AttributeFilter> Grouped(IEnumerable<Attribute> attributes) =>
    [
        .. attributes.GroupBy(attribute => attribute.Name, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new AttributeFilter(
                group.Key, [.. group.Select(a => a.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]))
    ];

    private static long[]? ParseIds(string? ids) => string.IsNullOrEmpty(ids)
        ? null
        : [.. ids.Split(',', MaxIds + 1).Select(
            id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : NoId)];

    private sealed record Attribute(string Name, string Value);
}
