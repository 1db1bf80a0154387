namespace Shop.Web.Services;

/// <summary>What a list could be narrowed to; when it is <paramref name="Capped"/>, counts tell an order of size at best.</summary>
public sealed record Facets(
    int Count, bool Capped, IReadOnlyList<NamedFacet> Brands, IReadOnlyList<PriceFacet> Prices, IReadOnlyList<RatingFacet> Ratings,
    IReadOnlyList<AttributeFacet> Attributes, int InStock);

public sealed record NamedFacet(string Slug, string Name, int Count);

/// <summary>Prices in major units, both included; no <paramref name="Max"/> for no bound.</summary>
public sealed record PriceFacet(decimal Min, decimal? Max, int Count);

public sealed record RatingFacet(int Rating, int Count);

public sealed record AttributeFacet(string Name, IReadOnlyList<AttributeValue> Values);

public sealed record AttributeValue(string Value, int Count);
