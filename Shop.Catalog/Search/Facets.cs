using Npgsql;
using Shop.Catalog.Cache;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Search;

/// <summary>Facet counts over a bounded number of products, kept for a short time.</summary>
public sealed class Facets(CatalogReads reads, CategoryList categories, Spelling spelling, LoadGate gate, TimeProvider time)
{
    /// <summary>No more products than this are looked at.</summary>
    public const int MaxProducts = 10_000;

    /// <summary>Age that no answer exceeds.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const int Capacity = 500;
    private const int MaxBrands = 40;
    private const int MaxAttributes = 10;
    private const int MaxValues = 30;

    private readonly BriefCache<FacetCounts> _counts = new(Capacity, Life, time);

    // Conditions under which there are too many products, so that they are not read in vain for each choice beside them.
    private readonly BriefCache<string> _tooMany = new(Capacity, Life, time);

    public async Task<ProductFacets> ReadAsync(ProductConditions conditions, string language, CancellationToken cancellationToken)
    {
        var counts = await _counts.GetAsync(conditions.Key, token => CountAsync(conditions, token), cancellationToken);
        var tree = await categories.TreeAsync(cancellationToken);
        var brands = await categories.BrandsAsync(cancellationToken);
        return new ProductFacets(
            counts.Count, counts.Capped,
            [.. tree.Children(conditions.Category).Where(child => counts.Categories.ContainsKey(child.Slug))
                .Select(child => new NamedFacet(child.Slug, child.NameIn(language), counts.Categories[child.Slug]))],
            Brands(counts, conditions, brands, language), Prices(counts),
            [.. counts.Ratings.Select((count, place) => new RatingFacet(place + 1, count)).Where(rating => rating.Count > 0).Reverse()],
            Attributes(counts, conditions), counts.InStock, counts.Corrected);
    }

    private static List<NamedFacet> Brands(
        FacetCounts counts, ProductConditions conditions, IReadOnlyList<Brand> brands, string language) =>
    [
        .. Most(counts.Brands, conditions.Brands, MaxBrands).Join(
            brands, counted => counted.Key, brand => brand.Slug,
            (counted, brand) => new NamedFacet(brand.Slug, brand.NameIn(language), counted.Value))
    ];

    private static List<PriceFacet> Prices(FacetCounts counts) =>
    [
        .. FacetCounter.PriceSteps.Select((min, place) => new PriceFacet(
                Money.ToMajor(min),
                place + 1 < FacetCounter.PriceSteps.Count ? Money.ToMajor(FacetCounter.PriceSteps[place + 1] - 1) : null,
                counts.Prices[place]))
            .Where(range => range.Count > 0)
    ];

    private static List<AttributeFacet> Attributes(FacetCounts counts, ProductConditions conditions)
    {
        var chosen = conditions.Attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Values, StringComparer.Ordinal);
        return
        [
            .. counts.Attributes.Select(attribute => attribute.Key).Union(chosen.Keys, StringComparer.Ordinal)
                .Select(name => (Name: name, Values: counts.Attributes.GetValueOrDefault(name) ?? new Dictionary<string, int>()))
                .OrderByDescending(attribute => chosen.ContainsKey(attribute.Name)).ThenByDescending(attribute => attribute.Values.Values.Sum())
                .ThenBy(attribute => attribute.Name, StringComparer.Ordinal).Take(MaxAttributes)
                .Select(attribute => new AttributeFacet(
                    attribute.Name,
                    [.. Most(attribute.Values, chosen.GetValueOrDefault(attribute.Name) ?? [], MaxValues)
                        .Select(value => new AttributeValue(value.Key, value.Value))]))
        ];
    }

    /// <summary>The most frequent ones; what is chosen is among them, so that it can be taken back.</summary>
    private static IEnumerable<KeyValuePair<string, int>> Most(IReadOnlyDictionary<string, int> counts, IReadOnlyList<string> chosen, int limit) =>
        counts.Keys.Union(chosen, StringComparer.Ordinal).Select(key => KeyValuePair.Create(key, counts.GetValueOrDefault(key)))
            .OrderByDescending(counted => chosen.Contains(counted.Key)).ThenByDescending(counted => counted.Value)
            .ThenBy(counted => counted.Key, StringComparer.Ordinal).Take(limit);

    private async Task<FacetCounts> CountAsync(ProductConditions conditions, CancellationToken cancellationToken)
    {
        var counts = await CountAsync(conditions, corrected: null, cancellationToken);
        if (counts.Count > 0 || counts.Capped || conditions.Search is not { IsEmpty: false } search) return counts;
        return await spelling.CorrectAsync(search, cancellationToken) is { } corrected
            ? await CountAsync(conditions with { Search = corrected }, corrected.Plain, cancellationToken)
            : counts;
    }

    /// <summary>Filters that belong to a part are left to the counter, unless too many products would be looked at without them.</summary>
    private async Task<FacetCounts> CountAsync(ProductConditions conditions, string? corrected, CancellationToken cancellationToken)
    {
        if (conditions.IsImpossible) return FacetCounter.Count([], conditions, capped: false, corrected);
        var open = conditions with { Brands = [], Attributes = [], MinPrice = null, MaxPrice = null, MinRating = null, InStock = false };
        var rows = _tooMany.TryGet(open.Key, out _) ? null : await gate.RunAsync(token => RowsAsync(open, token), cancellationToken);
        if (rows is null || (rows.Count > MaxProducts && open.Key != conditions.Key))
        {
            _tooMany.Set(open.Key, open.Key);
            rows = await gate.RunAsync(token => RowsAsync(conditions, token), cancellationToken);
        }
        return FacetCounter.Count(rows.Take(MaxProducts), conditions, rows.Count > MaxProducts, corrected);
    }

    private async Task<List<FacetRow>> RowsAsync(ProductConditions conditions, CancellationToken cancellationToken)
    {
        var subtree = await categories.SubtreeAsync(conditions.Category, Freshness.MayLag, cancellationToken);
        return await reads.ReadAsync(
            async (source, token) =>
            {
                await using var command = ProductListSql.FacetRows(conditions, subtree, MaxProducts + 1).ToCommand(source);
                await using var reader = await command.ExecuteReaderAsync(token);
                var rows = new List<FacetRow>();
                while (await reader.ReadAsync(token))
                    rows.Add(new FacetRow(reader.GetFieldValue<string[]>(0), reader.GetInt64(1), reader.GetFloat(2), reader.GetBoolean(3)));
                return rows;
            },
            cancellationToken);
    }
}
