using Npgsql;
using Shop.Catalog.Products;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Seed;

/// <summary>
/// The categories and brands, always; the products with <c>Catalog:Seed=true</c>. Repeatable: what is there by its slug is left
/// alone with all that belongs to it, changed, emptied or retired as it may be.
/// </summary>
public sealed class CatalogSeed(IConfiguration configuration) : IDatabaseSeed
{
    // A slow disk, and the other replicas that start at the same time.
    private const int TimeoutSeconds = 150;

    public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var assortment = Assortment.Load();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var added = await AddTreeAsync(connection, transaction, assortment, cancellationToken);
        if (configuration.GetValue<bool>("Catalog:Seed"))
            added += await AddProductsAsync(connection, transaction, assortment.Products, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (added > 0) await AnalyzeAsync(database, cancellationToken);
    }

    private static async Task<int> AddTreeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Assortment assortment, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        AddCategories(batch, assortment.Categories);
        AddBrands(batch, Brands.Named);
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those that have never been there, complete. Who edits the others meanwhile is not met.</summary>
    private static async Task<int> AddProductsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<SeedProduct> products, CancellationToken cancellationToken)
    {
        var added = await AddRowsAsync(connection, transaction, products, cancellationToken);
        if (added.Count == 0) return 0;
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        AddContents(batch, [.. products.Where(product => added.Contains(Slug.Of(product.Name)))]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return added.Count;
    }

    /// <returns>The slugs of the new ones.</returns>
    private static async Task<HashSet<string>> AddRowsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<SeedProduct> products, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(ProductSql.ShareCategories);
        batch.Add(
            SeedSql.Products,
            products.Select(p => Slug.Of(p.Name)).ToArray(),
            products.Select(p => p.Name).ToArray(),
            products.Select(p => p.Category).ToArray(),
            products.Select(p => p.Brand).ToArray(),
            products.Select(p => p.Price).ToArray(),
            products.Select(p => p.Trait.Name).ToArray(),
            products.Select(p => p.Trait.Value).ToArray());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var added = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) added.Add(reader.GetString(0));
        return added;
    }

    // What was just added has no statistics yet.
    private static async Task AnalyzeAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SeedSql.Analyze);
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddCategories(NpgsqlBatch batch, IReadOnlyList<SeedCategory> categories) => batch.Add(
        SeedSql.Categories,
        categories.Select(c => c.Slug).ToArray(),
        categories.Select(c => c.Name).ToArray(),
        categories.Select(c => c.NameZh).ToArray(),
        categories.Select(c => c.Position).ToArray(),
        categories.Select(c => c.Parent).ToArray());

    private static void AddBrands(NpgsqlBatch batch, IReadOnlyList<Named> brands) => batch.Add(
        SeedSql.Brands,
        brands.Select(b => Slug.Of(b.En)).ToArray(), brands.Select(b => b.En).ToArray(), brands.Select(b => b.Zh).ToArray());

    private static void AddContents(NpgsqlBatch batch, IReadOnlyList<SeedProduct> products)
    {
        var slugs = products.Select(p => Slug.Of(p.Name)).ToArray();
        var documents = products.Select(p => SearchDocument.Of(p.Name, p.NameZh, p.Description, p.DescriptionZh)).ToList();
        batch.Add(
            SeedSql.Texts,
            slugs,
            products.Select(p => p.Name).ToArray(),
            products.Select(p => p.NameZh).ToArray(),
            products.Select(p => p.Description).ToArray(),
            products.Select(p => p.DescriptionZh).ToArray());
        AddVariants(batch, products);
        batch.Add(
            SeedSql.Search,
            slugs,
            documents.Select(d => string.Join(' ', d.Name.IndexedCharacters())).ToArray(),
            documents.Select(d => d.Name.WordText).ToArray(),
            documents.Select(d => string.Join(' ', d.Description.IndexedCharacters())).ToArray(),
            documents.Select(d => d.Description.WordText).ToArray());
        batch.Add(SearchDocument.Learn, string.Join(' ', documents.Select(d => d.WordText).Distinct(StringComparer.Ordinal)));
    }

    private static void AddVariants(NpgsqlBatch batch, IReadOnlyList<SeedProduct> products)
    {
        var variants = products.SelectMany(VariantsOf).ToList();
        batch.Add(
            SeedSql.Variants,
            variants.Select(v => v.Slug).ToArray(),
            variants.Select(v => v.Position).ToArray(),
            variants.Select(v => v.Size).ToArray(),
            variants.Select(v => v.Stock).ToArray());
    }

    // Sizes other than the default one are stocked more thinly.
    private static IEnumerable<(string Slug, int Position, string? Size, int Stock)> VariantsOf(SeedProduct product)
    {
        var slug = Slug.Of(product.Name);
        if (product.Sizes.Count == 0) return [(slug, 0, null, product.Stock)];
        return product.Sizes.Select((size, position) => (slug, position, (string?)size, product.Stock / (position + 1)));
    }
}
