using Npgsql;
using Shop.Catalog.Pictures;
using Shop.Catalog.Search;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Products;

/// <summary>
/// Reads pages of products, one statement per page. Under sorts that stand still a page begins beyond the last product of the
/// one before; under the others it is a part of a ranked list.
/// </summary>
public sealed class ProductList(CatalogReads reads, RankedLists lists, Spelling spelling, CategoryList categories)
{
    public async Task<ProductPage> ReadAsync(ProductFilter filter, string language, CancellationToken cancellationToken)
    {
        if (filter.Conditions.IsImpossible) return new ProductPage([], null);
        if (filter.Sort.IsRanked()) return await ReadRankedAsync(filter, language, cancellationToken);
        var page = await ReadOrderedAsync(filter, language, cancellationToken);
        if (page.Items.Count > 0 || filter.Conditions.Search is not { } search) return page;
        if (await spelling.CorrectAsync(search, cancellationToken) is not { } corrected) return page;
        var again = filter with { Conditions = filter.Conditions with { Search = corrected } };
        return await ReadOrderedAsync(again, language, cancellationToken) with { Corrected = corrected.Plain };
    }

    private async Task<ProductPage> ReadOrderedAsync(ProductFilter filter, string language, CancellationToken cancellationToken)
    {
        var subtree = await categories.SubtreeAsync(filter.Conditions.Category, filter.Freshness, cancellationToken);
        return await reads.ReadAsync(
            filter.Freshness, (source, token) => ReadPageAsync(source, filter, subtree, language, token), cancellationToken);
    }

    private static async Task<ProductPage> ReadPageAsync(
        NpgsqlDataSource source, ProductFilter filter, IReadOnlyList<string>? subtree, string language,
        CancellationToken cancellationToken)
    {
        await using var command = ProductListSql.Page(filter, subtree).ToCommand(source);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<ProductItem>(filter.Limit);
        PageCursor? last = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (items.Count == filter.Limit) return new ProductPage(items, last!.Encode());
            items.Add(ProductItems.Read(reader, language));
            last = new PageCursor(filter.Sort, reader.GetInt64(0), reader.GetInt64(5), reader.GetString(ProductListSql.NameKeyColumn));
        }
        return new ProductPage(items, null);
    }

    private async Task<ProductPage> ReadRankedAsync(ProductFilter filter, string language, CancellationToken cancellationToken)
    {
        var ranking = new Ranking(filter, language, filter.After?.Place ?? 0);
        var (list, place) = await PlaceAsync(ranking, cancellationToken);
        // In a newer list the page may begin further behind, where this one is cut off.
        while (ranking.IsCut(list, place))
        {
            ranking = new Ranking(filter, language, place);
            (list, place) = await PlaceAsync(ranking, cancellationToken);
        }
        var ids = list.Ids.Skip(place).Take(filter.Limit).ToArray();
        var items = ids.Length == 0 ? []
            : ranking.Rows is { } rows && place == 0 && ranking.Ids == list.Ids ? rows
            : await RowsAsync(filter.Freshness, ids, language, cancellationToken);
        var end = place + ids.Length;
        var next = end < list.Ids.Length ? new PageCursor(filter.Sort, ids[^1], Place: end, Ranking: list.Id).Encode() : null;
        return new ProductPage(items, next, list.Corrected);
    }

    /// <summary>The list, and where in it the page begins. In a newer list: behind the last product seen, if that is still there.</summary>
    private async Task<(RankedList List, int Place)> PlaceAsync(Ranking ranking, CancellationToken cancellationToken)
    {
        var query = ranking.Key;
        if (ranking.Filter.After is { } after && await lists.FindAsync(query, after.Ranking, cancellationToken) is { } same)
            return (same, after.Place);
        var list = ranking.Filter.Freshness == Freshness.Current
            ? await lists.NewAsync(query, token => RankAsync(ranking, token), cancellationToken)
            : await lists.CurrentAsync(query, token => RankAsync(ranking, token), cancellationToken);
        if (ranking.Filter.After is not { } before) return (list, 0);
        var last = Array.IndexOf(list.Ids, before.Id);
        return (list, last >= 0 ? last + 1 : before.Place);
    }

    private async Task<(long[] Ids, string? Corrected)> RankAsync(Ranking ranking, CancellationToken cancellationToken)
    {
        var conditions = ranking.Filter.Conditions;
        var ids = await RankAsync(ranking, conditions, cancellationToken);
        if (ids.Length > 0 || conditions.Search is not { } search) return (ids, null);
        return await spelling.CorrectAsync(search, cancellationToken) is { } corrected
            ? (await RankAsync(ranking, conditions with { Search = corrected }, cancellationToken), corrected.Plain)
            : (ids, null);
    }

    private async Task<long[]> RankAsync(Ranking ranking, ProductConditions conditions, CancellationToken cancellationToken)
    {
        var filter = ranking.Filter;
        if (ranking.IsFirstPage)
            return await reads.ReadAsync(
                filter.Freshness, (source, token) => RankRowsAsync(source, ranking, conditions, token), cancellationToken);
        var subtree = await categories.SubtreeAsync(conditions.Category, filter.Freshness, cancellationToken);
        return await reads.ReadAsync(
            filter.Freshness,
            async (source, token) =>
            {
                await using var command = ProductListSql.Ranked(conditions, filter.Sort, subtree, ranking.Length).ToCommand(source);
                return (long[])(await command.ExecuteScalarAsync(token))!;
            },
            cancellationToken);
    }

    private static async Task<long[]> RankRowsAsync(
        NpgsqlDataSource source, Ranking ranking, ProductConditions conditions, CancellationToken cancellationToken)
    {
        var (limit, language) = (ranking.Filter.Limit, ranking.Language);
        await using var batch = ProductListSql.RankedRows(conditions, ranking.Length, limit).ToPlannedBatch(source);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var items = new List<ProductItem>(limit);
        long[] ids = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            if (items.Count == 0) ids = reader.GetFieldValue<long[]>(ProductListSql.IdsColumn);
            items.Add(ProductItems.Read(reader, language));
        }
        ranking.Keep(ids, items);
        return ids;
    }

    private Task<List<ProductItem>> RowsAsync(
        Freshness freshness, long[] ids, string language, CancellationToken cancellationToken) => reads.ReadAsync(
        freshness,
        async (source, token) =>
        {
            await using var batch = ProductListSql.Rows(ids).ToPlannedBatch(source);
            await using var reader = await batch.ExecuteReaderAsync(token);
            await reader.NextResultAsync(token);
            var items = new List<ProductItem>(ids.Length);
            while (await reader.ReadAsync(token)) items.Add(ProductItems.Read(reader, language));
            return items;
        },
        cancellationToken);

    /// <summary>
    /// How a page of a ranked list is come by. By relevance, whose values stand still but for changes of products, only as much
    /// of the list is made as tells the pages that are turned to; and with the first page, in one statement, its rows.
    /// </summary>
    /// <param name="place">In the list, where the page is expected to begin.</param>
    private sealed class Ranking(ProductFilter filter, string language, int place)
    {
        public ProductFilter Filter => filter;

        public string Language => language;

        /// <summary>Of the list, in products. The one that is looked for behind the page tells of a next page.</summary>
        public int Length { get; } = LengthFor(filter, place);

        public bool IsFirstPage => filter.Sort == ProductSort.Relevance && filter.After is null;

        /// <summary>The same for all who look at the same list.</summary>
        public string Key => $"{filter.Sort}{Length}\u001f{filter.Conditions.Key}";

        /// <summary>Of the list that this request made, whether it counts or not.</summary>
        public long[]? Ids { get; private set; }

        public List<ProductItem>? Rows { get; private set; }

        /// <summary>Whether a page from there on would need more than what was made of the list.</summary>
        public bool IsCut(RankedList list, int from) =>
            Length < ProductListSql.MaxRanked && list.Ids.Length == Length && from + filter.Limit >= Length;

        public void Keep(long[] ids, List<ProductItem> rows) => (Ids, Rows) = (ids, rows);

        // A page of the usual size; five of them; everything.
        private static int LengthFor(ProductFilter filter, int place) =>
            filter.Sort != ProductSort.Relevance ? ProductListSql.MaxRanked
            : (place + filter.Limit) switch { < 25 => 25, < 121 => 121, _ => ProductListSql.MaxRanked };
    }
}

internal static class ProductItems
{
    public static ProductItem Read(NpgsqlDataReader row, string language)
    {
        var chinese = language == Language.Chinese && !row.IsDBNull(3);
        return new ProductItem(
            row.GetInt64(0), row.GetString(1), row.GetString(chinese ? 3 : 2), Money.ToMajor(row.GetInt64(5)),
            row.GetString(6), row.GetString(4), ImageUrl(row.GetInt64(0), row.GetInt32(7), row.IsDBNull(13) ? null : row.GetString(13)),
            row.GetInt32(8),
            row.IsDBNull(9) ? null : row.GetString(9), Math.Round((decimal)row.GetFloat(10), 1), row.GetInt32(11), row.GetInt32(12));
    }

    /// <param name="picture">Name of the first uploaded picture; null when there is only the drawn one.</param>
    public static string ImageUrl(long id, int version, string? picture) => picture is null
        ? FormattableString.Invariant($"/api/products/{id}/image.svg?v={version}")
        : PictureRow.UrlOf(picture);
}
