using Npgsql;
using Shop.Catalog.Search;

namespace Shop.Catalog.Products;

/// <summary>
/// Categories and brands with the number of products on sale. Counting reads an index of all products, so it is done at most
/// once in a while and for all who ask.
/// </summary>
public sealed class CategoryList(CatalogReads reads, TimeProvider time)
{
    /// <summary>Age that no answer exceeds.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>A page merged from more categories than this would cost more than it saves.</summary>
    private const int MaxSubtree = 50;

    internal const string SelectCategories =
        """
        SELECT c.slug, c.name, c.name_zh, c.parent, coalesce(n.count, 0)::integer
        FROM categories c
        LEFT JOIN (SELECT category, count(*) FROM products WHERE retired_at IS NULL GROUP BY category) n ON n.category = c.slug
        ORDER BY c.position, c.slug
        """;

    internal const string SelectBrands =
        """
        SELECT b.slug, b.name, b.name_zh, coalesce(n.count, 0)::integer
        FROM brands b
        LEFT JOIN (
            SELECT brand, count(*) FROM products WHERE retired_at IS NULL AND brand IS NOT NULL GROUP BY brand) n ON n.brand = b.slug
        ORDER BY b.name, b.slug
        """;

    private readonly BriefCache<CategoryTree> _tree = new(1, Life, time);
    private readonly BriefCache<IReadOnlyList<Brand>> _brands = new(1, Life, time);

    public ValueTask<CategoryTree> TreeAsync(CancellationToken cancellationToken) =>
        _tree.GetAsync("", token => LoadTreeAsync(Freshness.MayLag, token), cancellationToken);

    public ValueTask<IReadOnlyList<Brand>> BrandsAsync(CancellationToken cancellationToken) =>
        _brands.GetAsync("", token => LoadBrandsAsync(Freshness.MayLag, token), cancellationToken);

    /// <param name="freshness"><see cref="Freshness.Current"/> counts anew, for who must see what they did.</param>
    public ValueTask<CategoryTree> TreeAsync(Freshness freshness, CancellationToken cancellationToken) => freshness == Freshness.Current
        ? new(LoadTreeAsync(freshness, cancellationToken))
        : TreeAsync(cancellationToken);

    /// <inheritdoc cref="TreeAsync(Freshness, CancellationToken)"/>
    public ValueTask<IReadOnlyList<Brand>> BrandsAsync(Freshness freshness, CancellationToken cancellationToken) =>
        freshness == Freshness.Current ? new(LoadBrandsAsync(freshness, cancellationToken)) : BrandsAsync(cancellationToken);

    /// <summary>The slugs of a category and all below it; null when none is asked for, it is not known or there are too many.</summary>
    public async Task<IReadOnlyList<string>?> SubtreeAsync(
        string? category, Freshness freshness, CancellationToken cancellationToken)
    {
        if (category is null) return null;
        var subtree = (await TreeAsync(freshness, cancellationToken)).Subtree(category);
        return subtree.Count is > 0 and <= MaxSubtree ? [.. subtree.Select(below => below.Slug)] : null;
    }

    public async Task<CategoryItems> ReadAsync(string language, Freshness freshness, CancellationToken cancellationToken)
    {
        var tree = await TreeAsync(freshness, cancellationToken);
        return new CategoryItems([.. tree.All.Select(
            category => new CategoryItem(category.Slug, category.NameIn(language), tree.CountOf(category.Slug), category.Parent))]);
    }

    private Task<CategoryTree> LoadTreeAsync(Freshness freshness, CancellationToken cancellationToken) => ReadAsync(
        freshness, SelectCategories,
        row => new Category(
            row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetInt32(4)),
        rows => new CategoryTree(rows), cancellationToken);

    private Task<IReadOnlyList<Brand>> LoadBrandsAsync(Freshness freshness, CancellationToken cancellationToken) => ReadAsync(
        freshness, SelectBrands, row => new Brand(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3)),
        IReadOnlyList<Brand> (rows) => rows, cancellationToken);

    private Task<T> ReadAsync<TRow, T>(
        Freshness freshness, string sql, Func<NpgsqlDataReader, TRow> read, Func<List<TRow>, T> finish,
        CancellationToken cancellationToken) =>
        reads.ReadAsync(
            freshness,
            async (source, token) =>
            {
                await using var command = source.CreateCommand(sql);
                await using var reader = await command.ExecuteReaderAsync(token);
                var rows = new List<TRow>();
                while (await reader.ReadAsync(token)) rows.Add(read(reader));
                return finish(rows);
            },
            cancellationToken);
}

/// <param name="Count">Products on sale.</param>
public sealed record Brand(string Slug, string Name, string NameZh, int Count)
{
    public string NameIn(string language) => language == Language.Chinese ? NameZh : Name;
}
