using Microsoft.AspNetCore.Mvc;

namespace Shop.Catalog.Products;

/// <summary>The query string of the list.</summary>
/// <param name="Category">Slug of a category; products of the categories below it are meant too.</param>
/// <param name="Q">Words to search for, in English or Chinese. Results without a sort come by relevance.</param>
/// <param name="Sort">
/// newest (default), price-asc, price-desc, name (the English one), best-selling, rating, or relevance (default with q). The
/// last three end after 1,000 products.
/// </param>
/// <param name="MinPrice">In major units, inclusive.</param>
/// <param name="MaxPrice">In major units, inclusive.</param>
/// <param name="Limit">Products per page, 1 to 100, 24 by default.</param>
/// <param name="After">The <c>next</c> of the page before, under the same sort.</param>
/// <param name="Ids">Only these products: up to 100 ids with commas between.</param>
/// <param name="Lang">en or zh; wins over Accept-Language.</param>
/// <param name="Brand">Slugs of brands, any of which will do: repeated, or with commas between.</param>
/// <param name="Attr">name:value, as size:M; repeated. Of one name any value will do; of several names, all must fit.</param>
/// <param name="Rating">Lowest average of the reviews, 0 to 5.</param>
/// <param name="InStock">true: only what can be bought now.</param>
public sealed record ProductListQuery(
    [FromQuery(Name = "category")] string? Category,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "minPrice")] decimal? MinPrice,
    [FromQuery(Name = "maxPrice")] decimal? MaxPrice,
    [FromQuery(Name = "limit")] int? Limit,
    [FromQuery(Name = "after")] string? After,
    [FromQuery(Name = "ids")] string? Ids,
    [FromQuery(Name = "lang")] string? Lang,
    [FromQuery(Name = "brand")] string[]? Brand,
    [FromQuery(Name = "attr")] string[]? Attr,
    [FromQuery(Name = "rating")] decimal? Rating,
    [FromQuery(Name = "inStock")] bool? InStock)
{
    internal ProductConditionsQuery Conditions => new(Category, Q, MinPrice, MaxPrice, Ids, Lang, Brand, Attr, Rating, InStock);
}

/// <summary>Which products are meant, in a query string; the parameters are those of <see cref="ProductListQuery"/>.</summary>
/// <param name="Category">Slug of a category; products of the categories below it are meant too.</param>
/// <param name="Q">Words to search for, in English or Chinese.</param>
/// <param name="MinPrice">In major units, inclusive.</param>
/// <param name="MaxPrice">In major units, inclusive.</param>
/// <param name="Ids">Only these products: up to 100 ids with commas between.</param>
/// <param name="Lang">en or zh; wins over Accept-Language.</param>
/// <param name="Brand">Slugs of brands, any of which will do: repeated, or with commas between.</param>
/// <param name="Attr">name:value, as size:M; repeated. Of one name any value will do; of several names, all must fit.</param>
/// <param name="Rating">Lowest average of the reviews, 0 to 5.</param>
/// <param name="InStock">true: only what can be bought now.</param>
public sealed record ProductConditionsQuery(
    [FromQuery(Name = "category")] string? Category,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "minPrice")] decimal? MinPrice,
    [FromQuery(Name = "maxPrice")] decimal? MaxPrice,
    [FromQuery(Name = "ids")] string? Ids,
    [FromQuery(Name = "lang")] string? Lang,
    [FromQuery(Name = "brand")] string[]? Brand,
    [FromQuery(Name = "attr")] string[]? Attr,
    [FromQuery(Name = "rating")] decimal? Rating,
    [FromQuery(Name = "inStock")] bool? InStock);
