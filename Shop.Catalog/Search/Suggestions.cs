using Npgsql;
using Shop.Catalog.Cache;
using Shop.Catalog.Products;

namespace Shop.Catalog.Search;

public sealed record SuggestionItems(IReadOnlyList<SuggestionItem> Items);

/// <param name="Kind">product, category or brand.</param>
/// <param name="Text">In the language of the answer.</param>
/// <param name="Id">Of a product; else null.</param>
public sealed record SuggestionItem(string Kind, string Text, string Slug, long? Id = null);

/// <summary>What somebody who types may mean: categories and brands out of memory, and products by their names.</summary>
public sealed class Suggestions(CatalogReads reads, CategoryList categories, LoadGate gate, TimeProvider time)
{
    public const int MaxLimit = 10;

    private const int MaxCandidates = 200;
    private const int MaxOfKind = 2;
    private const int Capacity = 2000;

    private readonly BriefCache<SuggestionItems> _items = new(Capacity, TimeSpan.FromSeconds(60), time);

    public async Task<SuggestionItems> ReadAsync(SearchQuery query, string language, int limit, CancellationToken cancellationToken)
    {
        if (query.IsEmpty) return new SuggestionItems([]);
        var key = $"{language}\u001f{limit}\u001f{query.WordText}\u001f{query.CharacterText}";
        return await _items.GetAsync(key, token => LoadAsync(query, language, limit, token), cancellationToken);
    }

    private async Task<SuggestionItems> LoadAsync(SearchQuery query, string language, int limit, CancellationToken cancellationToken)
    {
        var tree = await categories.TreeAsync(cancellationToken);
        var brands = await categories.BrandsAsync(cancellationToken);
        var named = tree.All.Where(category => Fits(query, category.Name, category.NameZh)).Take(MaxOfKind)
            .Select(category => new SuggestionItem("category", category.NameIn(language), category.Slug))
            .Concat(brands.Where(brand => Fits(query, brand.Name, brand.NameZh)).Take(MaxOfKind)
                .Select(brand => new SuggestionItem("brand", brand.NameIn(language), brand.Slug)))
            .Take(limit).ToList();
        if (named.Count < limit)
            named.AddRange(await gate.RunAsync(token => ProductsAsync(query, language, limit - named.Count, token), cancellationToken));
        return new SuggestionItems(named);
    }

    private Task<List<SuggestionItem>> ProductsAsync(
        SearchQuery query, string language, int limit, CancellationToken cancellationToken) => reads.ReadAsync(
        (source, token) => ProductsAsync(source, query, language, limit, token), cancellationToken);

    private static async Task<List<SuggestionItem>> ProductsAsync(
        NpgsqlDataSource source, SearchQuery query, string language, int limit, CancellationToken cancellationToken)
    {
        await using var command = ProductListSql.Suggested(query, MaxCandidates, limit).ToCommand(source);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var products = new List<SuggestionItem>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var chinese = language == Language.Chinese && !reader.IsDBNull(3);
            products.Add(new SuggestionItem("product", reader.GetString(chinese ? 3 : 2), reader.GetString(1), reader.GetInt64(0)));
        }
        return products;
    }

    /// <summary>Every word typed is in the names, the last one at least as a beginning, and every run of characters.</summary>
    internal static bool Fits(SearchQuery query, string name, string nameZh)
    {
        var terms = SearchTerms.Of(name, nameZh);
        return query.Words.Index().All(typed => terms.Words.Any(word => typed.Index == query.Words.Count - 1
                ? word.StartsWith(typed.Item.Text, StringComparison.Ordinal) : word == typed.Item.Text))
            && query.Runs.All(typed => terms.Runs.Any(run => run.Contains(typed, StringComparison.Ordinal)));
    }
}
