namespace Shop.Catalog.Search;

/// <summary>
/// What a list could be narrowed to, with the number of products each choice would leave. Each part counts as if nothing of its
/// own were chosen, so that another choice beside it can be seen.
/// </summary>
/// <param name="Count">Products that fit all filters.</param>
/// <param name="Capped">
/// More than 10,000 products were to be looked at: counts are of 10,000 of them, and with all filters, a part's own included.
/// </param>
/// <param name="Categories">Those directly below the chosen one; the departments when none is chosen.</param>
/// <param name="InStock">Products that can be bought now.</param>
/// <param name="Corrected">What was searched for, when what was typed finds nothing; else null.</param>
public sealed record ProductFacets(
    int Count, bool Capped, IReadOnlyList<NamedFacet> Categories, IReadOnlyList<NamedFacet> Brands,
    IReadOnlyList<PriceFacet> Prices, IReadOnlyList<RatingFacet> Ratings, IReadOnlyList<AttributeFacet> Attributes, int InStock,
    string? Corrected);

/// <param name="Name">In the language of the answer.</param>
public sealed record NamedFacet(string Slug, string Name, int Count);

/// <summary>Prices from the one to the other, both included; to be sent as <c>minPrice</c> and <c>maxPrice</c>.</summary>
/// <param name="Max">Null for no bound.</param>
public sealed record PriceFacet(decimal Min, decimal? Max, int Count);

/// <param name="Rating">Lowest average, to be sent as <c>rating</c>.</param>
public sealed record RatingFacet(int Rating, int Count);

/// <param name="Name">In lower case, as are the values; to be sent as <c>attr=name:value</c>.</param>
public sealed record AttributeFacet(string Name, IReadOnlyList<AttributeValue> Values);

public sealed record AttributeValue(string Value, int Count);
