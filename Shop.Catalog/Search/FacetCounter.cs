using Shop.Catalog.Products;

namespace Shop.Catalog.Search;

/// <summary>What counting needs to know of a product.</summary>
/// <param name="Price">Minor units.</param>
public sealed record FacetRow(string[] Tags, long Price, float Rating, bool InStock);

/// <summary>Counts by tag and by number, without names.</summary>
public sealed record FacetCounts(
    int Count, bool Capped, IReadOnlyDictionary<string, int> Categories, IReadOnlyDictionary<string, int> Brands,
    IReadOnlyList<int> Prices, IReadOnlyList<int> Ratings, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Attributes,
    int InStock, string? Corrected);

/// <summary>
/// Counts each part of the facets over the products that fit all filters but the part's own: those that fail none are counted
/// everywhere, those that fail one are counted in its part only.
/// </summary>
public sealed class FacetCounter(ProductConditions conditions)
{
    /// <summary>Lower bounds of the price ranges, in minor units.</summary>
    public static readonly IReadOnlyList<long> PriceSteps = [0, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000];

    public const int BestRating = 5;

    private const string Category = "/c/";
    private const string Brand = "/b/";
    private const string Attribute = "/a/";

    private readonly HashSet<string> _brands = [.. conditions.Brands.Select(brand => Brand + brand)];
    private readonly List<(string Name, HashSet<string> Tags)> _attributes =
        [.. conditions.Attributes.Select(attribute => (attribute.Name, new HashSet<string>(attribute.Tags, StringComparer.Ordinal)))];

    private readonly Dictionary<string, int> _categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byBrand = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, int>> _byAttribute = new(StringComparer.Ordinal);
    private readonly int[] _prices = new int[PriceSteps.Count];
    private readonly int[] _ratings = new int[BestRating];
    private int _count;
    private int _inStock;

    public static FacetCounts Count(IEnumerable<FacetRow> rows, ProductConditions conditions, bool capped, string? corrected)
    {
        var counter = new FacetCounter(conditions);
        foreach (var row in rows) counter.Add(row);
        return counter.Counts(capped, corrected);
    }

    private void Add(FacetRow row)
    {
        string? failed = null;
        foreach (var part in Failed(row))
        {
            if (failed is not null) return;
            failed = part;
        }
        if (failed is null)
        {
            _count++;
            AddTags(row, Category, _categories);
        }
        if (failed is null or Brand) AddTags(row, Brand, _byBrand);
        if (failed is null or "price") _prices[PlaceOf(row.Price)]++;
        if (failed is null or "stock" && row.InStock) _inStock++;
        if (failed is null or "rating")
            for (var rating = 1; rating <= BestRating && row.Rating >= rating; rating++) _ratings[rating - 1]++;
        AddAttributes(row, failed);
    }

    private IEnumerable<string> Failed(FacetRow row)
    {
        if (_brands.Count > 0 && !row.Tags.Any(_brands.Contains)) yield return Brand;
        if (row.Price < conditions.MinPrice || row.Price > conditions.MaxPrice) yield return "price";
        if (row.Rating < conditions.MinRating) yield return "rating";
        if (conditions.InStock && !row.InStock) yield return "stock";
        foreach (var (name, tags) in _attributes)
            if (!row.Tags.Any(tags.Contains)) yield return Attribute + name;
    }

    private static void AddTags(FacetRow row, string prefix, Dictionary<string, int> counts)
    {
        foreach (var tag in row.Tags)
            if (tag.StartsWith(prefix, StringComparison.Ordinal)) Increase(counts, tag[prefix.Length..]);
    }

    private void AddAttributes(FacetRow row, string? failed)
    {
        if (failed is not null && !failed.StartsWith(Attribute, StringComparison.Ordinal)) return;
        foreach (var tag in row.Tags)
        {
            if (!tag.StartsWith(Attribute, StringComparison.Ordinal)) continue;
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || (failed is not null && !tag.AsSpan(0, equals).SequenceEqual(failed))) continue;
            var name = tag[Attribute.Length..equals];
            if (!_byAttribute.TryGetValue(name, out var values))
                _byAttribute[name] = values = new Dictionary<string, int>(StringComparer.Ordinal);
            Increase(values, tag[(equals + 1)..]);
        }
    }

    private FacetCounts Counts(bool capped, string? corrected) => new(
        _count, capped, _categories, _byBrand, _prices, _ratings,
        _byAttribute.ToDictionary(a => a.Key, IReadOnlyDictionary<string, int> (a) => a.Value, StringComparer.Ordinal), _inStock, corrected);

    private static int PlaceOf(long price)
    {
        var place = PriceSteps.Count - 1;
        while (price < PriceSteps[place]) place--;
        return place;
    }

    private static void Increase(Dictionary<string, int> counts, string key) =>
        counts[key] = counts.GetValueOrDefault(key) + 1;
}
