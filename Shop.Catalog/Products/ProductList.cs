using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.Catalog.Search;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>The query string of the list.</summary>
/// <param name="Category">Slug of a category.</param>
/// <param name="Q">Words to search for, in English or Chinese.</param>
/// <param name="Sort">newest (default), price-asc, price-desc or name (the English one).</param>
/// <param name="MinPrice">In major units, inclusive.</param>
/// <param name="MaxPrice">In major units, inclusive.</param>
/// <param name="Limit">Products per page, 1 to 100, 24 by default.</param>
/// <param name="After">The <c>next</c> of the page before, under the same sort.</param>
/// <param name="Ids">Only these products: up to 100 ids with commas between.</param>
/// <param name="Lang">en or zh; wins over Accept-Language.</param>
public sealed record ProductListQuery(
    [FromQuery(Name = "category")] string? Category,
    [FromQuery(Name = "q")] string? Q,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "minPrice")] decimal? MinPrice,
    [FromQuery(Name = "maxPrice")] decimal? MaxPrice,
    [FromQuery(Name = "limit")] int? Limit,
    [FromQuery(Name = "after")] string? After,
    [FromQuery(Name = "ids")] string? Ids,
    [FromQuery(Name = "lang")] string? Lang);

/// <summary>A validated query.</summary>
/// <param name="Search">Null when nothing is searched for.</param>
/// <param name="Ids">Null for products of any id.</param>
public sealed record ProductFilter(
    string? Category, SearchQuery? Search, ProductSort Sort, long? MinPrice, long? MaxPrice, int Limit, PageCursor? After,
    long[]? Ids)
{
    private const int DefaultLimit = 24;
    private const int MaxLimit = 100;
    private const int MaxCategoryLength = 64;
    private const long NoId = -1;

    public static ProductFilter Parse(ProductListQuery query)
    {
        long min = 0, max = 0;
        PageCursor? after = null;
        var sort = ProductSort.Newest;
        var limit = query.Limit ?? DefaultLimit;
        var check = new Validator()
            .Check(
                string.IsNullOrEmpty(query.Sort) || ProductSorts.ByName.TryGetValue(query.Sort, out sort), "sort",
                $"must be one of {string.Join(", ", ProductSorts.ByName.Keys)}")
            .Check(limit is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(query.Q is null || query.Q.Length <= SearchQuery.MaxLength, "q", $"must be at most {SearchQuery.MaxLength} characters")
            .Check(query.Category is null || query.Category.Length <= MaxCategoryLength, "category", "is not a category")
            .Check(query.MinPrice is null || Money.TryToMinor(query.MinPrice.Value, out min), "minPrice", PriceRule)
            .Check(query.MaxPrice is null || Money.TryToMinor(query.MaxPrice.Value, out max), "maxPrice", PriceRule);
        check.Check(
            string.IsNullOrEmpty(query.After) || PageCursor.TryDecode(query.After, sort, out after), "after",
            "is not the next of a page under this sort");
        var ids = ParseIds(query.Ids);
        check.Check(
            ids is null || (ids.Length is > 0 and <= MaxLimit && !ids.Contains(NoId)), "ids",
            $"must be 1 to {MaxLimit} ids with commas between");
        check.ThrowIfInvalid();
        return new ProductFilter(
            string.IsNullOrEmpty(query.Category) ? null : query.Category,
            string.IsNullOrWhiteSpace(query.Q) ? null : SearchQuery.Parse(query.Q),
            sort, query.MinPrice is null ? null : min, query.MaxPrice is null ? null : max, limit, after, ids);
    }

    private static long[]? ParseIds(string? ids) => string.IsNullOrEmpty(ids)
        ? null
        : [.. ids.Split(',', MaxLimit + 1).Select(
            id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : NoId)];

    private const string PriceRule = "must not be negative and have at most two decimals";
}

/// <summary>Reads pages of products: keyset paging, one query per page.</summary>
public sealed class ProductList(NpgsqlDataSource database)
{
    // Without descriptions, which are wide.
    private const string Select =
        """
        SELECT p.id, p.slug, en.name, zh.name, p.category, p.price, p.currency, p.version, v.available, p.name_key, p.brand,
               r.rating, r.stars, v.count
        FROM products p
        JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        JOIN product_scores r ON r.product_id = p.id
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        CROSS JOIN LATERAL (
            SELECT sum(s.on_hand - s.reserved)::integer AS available, count(*)::integer AS count
            FROM variants v JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
            WHERE v.product_id = p.id AND v.retired_at IS NULL) v
        JOIN product_search search ON search.product_id = p.id
        WHERE p.retired_at IS NULL
        """;

    public async Task<ProductPage> ReadAsync(ProductFilter filter, string language, CancellationToken cancellationToken)
    {
        if (filter.Search is { IsEmpty: true }) return new ProductPage([], null);
        await using var command = Command(filter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<ProductItem>(filter.Limit);
        PageCursor? last = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (items.Count == filter.Limit) return new ProductPage(items, last!.Encode());
            items.Add(ProductItems.Read(reader, language));
            last = new PageCursor(filter.Sort, reader.GetInt64(0), reader.GetInt64(5), reader.GetString(9));
        }
        return new ProductPage(items, null);
    }

    /// <summary>The text depends only on which conditions there are, so that few statements are prepared.</summary>
    private NpgsqlCommand Command(ProductFilter filter)
    {
        var command = database.CreateCommand();
        var sql = new StringBuilder(Select);
        if (filter.Category is { } category) sql.Append(" AND search.tags @> ").Append(Parameter(new[] { "/c/" + category }));
        if (filter.Ids is { } ids) sql.Append(" AND p.id = ANY (").Append(Parameter(ids)).Append(')');
        if (filter.MinPrice is { } min) sql.Append(" AND p.price >= ").Append(Parameter(min));
        if (filter.MaxPrice is { } max) sql.Append(" AND p.price <= ").Append(Parameter(max));
        if (filter.Search?.Words is { } words)
            sql.Append(" AND search.terms @@ to_tsquery('english', ").Append(Parameter(words)).Append(')');
        if (filter.Search?.Characters is { } characters)
            sql.Append(" AND search.terms @@ ").Append(Parameter(characters)).Append("::tsquery");
        if (filter.After is { } after) sql.Append(" AND ").Append(Beyond(after));
        sql.Append(" ORDER BY ").Append(filter.Sort.OrderBy()).Append(" LIMIT ").Append(Parameter(filter.Limit + 1));
        command.CommandText = sql.ToString();
        return command;

        string Parameter(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return FormattableString.Invariant($"${command.Parameters.Count}");
        }

        string Beyond(PageCursor cursor) => cursor.Sort switch
        {
            ProductSort.PriceAscending => $"(p.price, p.id) > ({Parameter(cursor.Price)}, {Parameter(cursor.Id)})",
            ProductSort.PriceDescending => $"(p.price, p.id) < ({Parameter(cursor.Price)}, {Parameter(cursor.Id)})",
            ProductSort.Name => $"(p.name_key, p.id) > ({Parameter(cursor.Name)}, {Parameter(cursor.Id)})",
            _ => $"p.id < {Parameter(cursor.Id)}",
        };
    }
}

internal static class ProductItems
{
    public static ProductItem Read(NpgsqlDataReader row, string language)
    {
        var chinese = language == Language.Chinese && !row.IsDBNull(3);
        return new ProductItem(
            row.GetInt64(0), row.GetString(1), row.GetString(chinese ? 3 : 2), Money.ToMajor(row.GetInt64(5)),
            row.GetString(6), row.GetString(4), ImageUrl(row.GetInt64(0), row.GetInt32(7)), row.GetInt32(8),
            row.IsDBNull(10) ? null : row.GetString(10), Math.Round((decimal)row.GetFloat(11), 1),
            row.GetFieldValue<int[]>(12).Sum(), row.GetInt32(13));
    }

    public static string ImageUrl(long id, int version) =>
        FormattableString.Invariant($"/api/products/{id}/image.svg?v={version}");
}
