using Shop.Catalog.Search;

namespace Shop.Catalog.Products;

/// <summary>
/// The statements of lists. Each first finds ids, touching only the rows that decide, and then reads what a list shows. Sums
/// and rare look-ups stand as subqueries in the conditions, so that they are made for the rows that are looked at and no more.
/// </summary>
internal static class ProductListSql
{
    /// <summary>A ranked list is no longer than this.</summary>
    public const int MaxRanked = 1000;

    private static readonly Sql Columns = new(
        """
        SELECT c.product_id, c.slug, c.name, c.name_zh, c.category, c.price, c.currency, c.version,
               least(coalesce(CASE WHEN c.only_variant IS NOT NULL
                   THEN (SELECT s.on_hand - s.reserved FROM stock s WHERE s.variant_id = c.only_variant AND s.warehouse = 1)
                   ELSE (SELECT sum(s.on_hand - s.reserved) FROM variants v JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
                         WHERE v.product_id = c.product_id AND v.retired_at IS NULL) END, 0), 2147483647)::integer,
               c.brand, c.rating, c.reviews, c.variants, c.picture
        """);

    private static readonly Sql Cards = new("JOIN product_cards c ON c.product_id = page.id");

    private static readonly Sql InStock = new(
        """
        (SELECT bool_or(k.on_hand > k.reserved) FROM variants v JOIN stock k ON k.variant_id = v.id AND k.warehouse = 1
         WHERE v.product_id = p.id AND v.retired_at IS NULL)
        """);

    /// <summary>Where <see cref="Page"/> has the name that it is ordered by.</summary>
    public const int NameKeyColumn = 14;

    /// <summary>A page under a sort that stands still: one row more than asked for, if there is one.</summary>
    /// <param name="subtree">The category and all below it, when they are known.</param>
    public static ReadStatement Page(ProductFilter filter, IReadOnlyList<string>? subtree)
    {
        var sql = new ReadStatement();
        var order = OrderBy(filter.Sort);
        var limit = sql.Parameter(filter.Limit + 1);
        var isByCategory = subtree is not null && filter.Conditions is { Search: null, Attributes: [], Ids: null };
        sql.Append($"{Columns}, p.name_key FROM (SELECT p.id, p.price, p.name_key FROM ");
        if (isByCategory)
        {
            // Each category's own index has the order, so a page is merged from the first rows of each.
            sql.Append($"unnest({subtree!.ToArray()}) AS below (slug) CROSS JOIN LATERAL (SELECT p.id, p.price, p.name_key FROM products p");
            AppendConditions(sql, filter.Conditions with { Category = null, MinRating = null }, subtree);
            sql.Append($" AND p.category = below.slug");
            if (filter.Conditions.MinRating is { } rating) sql.Append($" AND {RatingOf(new Sql("p.id"))} >= {rating}");
            AppendBeyond(sql, filter.After);
            sql.Append($" ORDER BY {order} LIMIT {limit}) p");
        }
        else
        {
            sql.Append($"products p");
            AppendConditions(sql, filter.Conditions, subtree);
            AppendBeyond(sql, filter.After);
        }
        return sql.Append($" ORDER BY {order} LIMIT {limit}) AS p JOIN product_cards c ON c.product_id = p.id ORDER BY {order}");
    }

    /// <summary>The rows of these products, in this order; those that are sold no longer are left out.</summary>
    public static ReadStatement Rows(long[] ids) => new ReadStatement().Append(
        $"{Columns} FROM unnest({ids}) WITH ORDINALITY AS page (id, place) {Cards} ORDER BY page.place");

    /// <summary>The ids of a ranked list, as one array.</summary>
    /// <param name="subtree">The category and all below it, when they are known.</param>
    /// <param name="most">Length of the list; by relevance a short one is made faster.</param>
    public static ReadStatement Ranked(ProductConditions conditions, ProductSort sort, IReadOnlyList<string>? subtree, int most)
    {
        if (sort != ProductSort.Relevance) return ByScore(conditions, sort, subtree, most);
        var sql = new ReadStatement();
        return sql.Append($"SELECT {Best(sql, conditions, most)}");
    }

    /// <summary>
    /// The first rows of a list by relevance, as <see cref="Rows"/> does, and with the first of them the ids of the whole list.
    /// </summary>
    public static ReadStatement RankedRows(ProductConditions conditions, int most, int rows)
    {
        var sql = new ReadStatement();
        return sql.Append(
            $"""
            WITH best AS MATERIALIZED (SELECT {Best(sql, conditions, most)} AS ids)
            {Columns}, CASE WHEN page.place = 1 THEN best.ids END
            FROM best CROSS JOIN LATERAL unnest(best.ids[:{rows}]) WITH ORDINALITY AS page (id, place) {Cards} ORDER BY page.place
            """);
    }

    /// <summary>Where <see cref="RankedRows"/> has the ids.</summary>
    public const int IdsColumn = 14;

    /// <summary>What facets are counted over; without any condition, the newest products.</summary>
    /// <param name="subtree">The category and all below it, when they are known.</param>
    /// <param name="limit">Of products.</param>
    public static ReadStatement FacetRows(ProductConditions conditions, IReadOnlyList<string>? subtree, int limit)
    {
        var sql = new ReadStatement();
        sql.Append($"SELECT s.tags, p.price, r.rating, coalesce({InStock}, false) FROM (SELECT p.id, p.price FROM products p");
        AppendConditions(sql, conditions, subtree);
        if (conditions.IsEmpty) sql.Append($" ORDER BY p.id DESC");
        return sql.Append(
            $"""
             LIMIT {limit}) AS p
            JOIN product_search s ON s.product_id = p.id
            JOIN product_scores r ON r.product_id = p.id
            """);
    }

    /// <summary>Products whose name has what was typed, for suggestions.</summary>
    /// <param name="candidates">Number of products that are compared.</param>
    public static ReadStatement Suggested(SearchQuery search, int candidates, int limit)
    {
        var sql = new ReadStatement();
        var query = Typed(sql, search);
        return sql.Append(
            $$"""
            SELECT p.id, p.slug, en.name, zh.name
            FROM (
                SELECT found.product_id, ts_rank('{0, 0, 0, 1}', found.terms, {{query}}) AS rank
                FROM (SELECT s.product_id, s.terms FROM product_search s WHERE s.terms @@ {{query}} LIMIT {{candidates}}) AS found
                ORDER BY rank DESC, found.product_id DESC LIMIT {{limit}}) AS best
            JOIN products p ON p.id = best.product_id
            JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
            LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
            WHERE best.rank > 0.00001
            ORDER BY best.rank DESC, p.id DESC
            """);
    }

    // A function, since how far back it reads depends on what it finds among the newest products.
    private static Sql Best(ReadStatement sql, ProductConditions conditions, int most)
    {
        var search = conditions.Search!;
        List<object> values =
        [
            search.Words.Select(word => word.Choices).ToArray(), search.Beginning, search.Characters.ToArray(), TagText(conditions),
            conditions.Ids ?? [], conditions.MinPrice ?? 0, conditions.MaxPrice ?? long.MaxValue, conditions.MinRating ?? 0,
            conditions.InStock, most,
        ];
        var places = values.Select(value => sql.Parameter(value).Text).ToArray();
        places[3] = $"nullif({places[3]}, '')::tsquery";
        return new Sql($"search_best({string.Join(", ", places)})");
    }

    // Empty without any. Values of attributes may hold any character.
    private static string TagText(ProductConditions conditions)
    {
        List<IEnumerable<string>> groups = [.. conditions.Attributes.Select(attribute => attribute.Tags)];
        if (conditions.Category is { } category) groups.Add(["/c/" + category]);
        if (conditions.Brands.Count > 0) groups.Add(conditions.Brands.Select(brand => "/b/" + brand));
        return string.Join(" & ", groups.Select(tags => $"({string.Join(" | ", tags.Select(Quoted))})"));
    }

    private static string Quoted(string lexeme) =>
        $"'{lexeme.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    private static ReadStatement ByScore(ProductConditions conditions, ProductSort sort, IReadOnlyList<string>? subtree, int most)
    {
        var sql = new ReadStatement();
        var score = new Sql(sort == ProductSort.Rating ? "r.rating" : "r.sold");
        sql.Append($"SELECT ARRAY(SELECT r.product_id FROM products p");
        AppendConditions(sql, conditions, subtree, withScores: true);
        return sql.Append($" ORDER BY {score} DESC, r.product_id DESC LIMIT {most})");
    }

    // Tags are asked only where the index over terms and tags is needed anyway; else columns of the product itself tell.
    private static void AppendConditions(
        ReadStatement sql, ProductConditions conditions, IReadOnlyList<string>? subtree, bool withScores = false)
    {
        var isByTags = conditions is not { Search: null, Attributes: [] } || (conditions.Category is not null && subtree is null);
        if (isByTags) sql.Append($" JOIN product_search s ON s.product_id = p.id");
        if (withScores || conditions.MinRating is not null) sql.Append($" JOIN product_scores r ON r.product_id = p.id");
        sql.Append($" WHERE p.retired_at IS NULL");
        if (conditions.Search is { } search) sql.Append($" AND s.terms @@ {Query(sql, search)}");
        if (isByTags) AppendTags(sql, conditions);
        else AppendColumns(sql, conditions, subtree);
        if (conditions.Ids is { } ids) sql.Append($" AND p.id = ANY ({ids})");
        AppendPrices(sql, conditions);
        if (conditions.MinRating is { } rating) sql.Append($" AND r.rating >= {rating}");
        if (conditions.InStock) sql.Append($" AND {InStock}");
    }

    private static void AppendColumns(ReadStatement sql, ProductConditions conditions, IReadOnlyList<string>? subtree)
    {
        if (conditions.Category is not null) sql.Append($" AND p.category = ANY ({subtree!.ToArray()})");
        if (conditions.Brands is [var brand]) sql.Append($" AND p.brand = {brand}");
        else if (conditions.Brands.Count > 0) sql.Append($" AND p.brand = ANY ({conditions.Brands.ToArray()})");
    }

    private static void AppendTags(ReadStatement sql, ProductConditions conditions)
    {
        List<string> all = conditions.Category is { } category ? ["/c/" + category] : [];
        foreach (var tags in conditions.Attributes.Select(attribute => attribute.Tags)
            .Append([.. conditions.Brands.Select(brand => "/b/" + brand)]))
        {
            if (tags.Length == 1) all.Add(tags[0]);
            else if (tags.Length > 1) sql.Append($" AND s.tags && {tags}");
        }
        if (all.Count > 0) sql.Append($" AND s.tags @> {all.ToArray()}");
    }

    private static void AppendPrices(ReadStatement sql, ProductConditions conditions)
    {
        if (conditions.MinPrice is { } min) sql.Append($" AND p.price >= {min}");
        if (conditions.MaxPrice is { } max) sql.Append($" AND p.price <= {max}");
    }

    private static void AppendBeyond(ReadStatement sql, PageCursor? after)
    {
        if (after is null) return;
        switch (after.Sort)
        {
            case ProductSort.PriceAscending: sql.Append($" AND (p.price, p.id) > ({after.Price}, {after.Id})"); break;
            case ProductSort.PriceDescending: sql.Append($" AND (p.price, p.id) < ({after.Price}, {after.Id})"); break;
            case ProductSort.Name: sql.Append($" AND (p.name_key, p.id) > ({after.Name}, {after.Id})"); break;
            default: sql.Append($" AND p.id < {after.Id}"); break;
        }
    }

    private static Sql RatingOf(Sql product) =>
        new($"(SELECT r.rating FROM product_scores r WHERE r.product_id = {product.Text})");

    /// <summary>
    /// The query where its plan does not depend on how rare the words are: a last word that no other word begins with is not
    /// searched for as a beginning. Found out once, ahead of the statement that is to follow.
    /// </summary>
    private static Sql Typed(ReadStatement sql, SearchQuery search)
    {
        var beginning = sql.Parameter(search.Beginning);
        sql.Append(
            $"""
            WITH typed AS MATERIALIZED (
                SELECT search_query(
                    CASE WHEN {beginning} = '' OR search_continues({beginning}) THEN {search.WordText} ELSE {search.WholeWordText} END,
                    {search.CharacterText}) AS query)

            """);
        return new Sql("(SELECT query FROM typed)");
    }

    private static Sql Query(ReadStatement sql, SearchQuery search) =>
        new($"search_query({sql.Parameter(search.WordText).Text}, {sql.Parameter(search.CharacterText).Text})");

    private static Sql OrderBy(ProductSort sort) => new(sort switch
    {
        ProductSort.PriceAscending => "p.price, p.id",
        ProductSort.PriceDescending => "p.price DESC, p.id DESC",
        ProductSort.Name => "p.name_key, p.id",
        _ => "p.id DESC",
    });
}
