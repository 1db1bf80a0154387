using Npgsql;
using Shop.Catalog.Products;
using Shop.Catalog.Search;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Seed;

/// <summary>
/// The categories, always; the products with <c>Catalog:Seed=true</c>. Three statements, repeatable: what is there by its
/// slug is left alone, changed or retired as it may be.
/// </summary>
public sealed class CatalogSeed(IConfiguration configuration) : IDatabaseSeed
{
    private const string InsertCategories =
        """
        INSERT INTO categories (slug, name, name_zh, position)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[]) ON CONFLICT (slug) DO NOTHING
        """;

    // Each product's search terms come as one text, since arrays of arrays must be of one length.
    private const string InsertProducts =
        """
        WITH new AS (
            INSERT INTO products (slug, name, name_zh, description, description_zh, category, price, search)
            SELECT slug, name, name_zh, description, description_zh, category, price,
                   array_to_tsvector(string_to_array(characters, ' ')) || to_tsvector('english', words)
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $9::text[], $10::text[])
                WITH ORDINALITY AS s (slug, name, name_zh, description, description_zh, category, price, characters, words, place)
            ORDER BY place
            ON CONFLICT (slug) DO NOTHING RETURNING id, slug),
        counter AS (
            INSERT INTO stock (product_id, on_hand)
            SELECT new.id, s.quantity FROM unnest($1::text[], $8::integer[]) AS s (slug, quantity) JOIN new USING (slug)
            RETURNING product_id, on_hand)
        INSERT INTO stock_ledger (product_id, kind, quantity)
        SELECT product_id, 'received', on_hand FROM counter WHERE on_hand > 0
        """;

    private const string Analyze = "ANALYZE categories, products, stock";

    public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var assortment = Assortment.Load();
        await using var batch = database.CreateBatch();
        AddCategories(batch, assortment.Categories);
        if (configuration.GetValue<bool>("Catalog:Seed")) AddProducts(batch, assortment.Products);
        batch.Add(Analyze);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddCategories(NpgsqlBatch batch, IReadOnlyList<SeedCategory> categories) => batch.Add(
        InsertCategories,
        categories.Select(c => c.Slug).ToArray(),
        categories.Select(c => c.Name).ToArray(),
        categories.Select(c => c.NameZh).ToArray(),
        categories.Select(c => c.Position).ToArray());

    private static void AddProducts(NpgsqlBatch batch, IReadOnlyList<SeedProduct> products)
    {
        var terms = products.Select(p => SearchTerms.Of(p.Name, p.NameZh, p.Description, p.DescriptionZh)).ToList();
        batch.Add(
            InsertProducts,
            products.Select(p => Slug.Of(p.Name)).ToArray(),
            products.Select(p => p.Name).ToArray(),
            products.Select(p => p.NameZh).ToArray(),
            products.Select(p => p.Description).ToArray(),
            products.Select(p => p.DescriptionZh).ToArray(),
            products.Select(p => p.Category).ToArray(),
            products.Select(p => p.Price).ToArray(),
            products.Select(p => p.Stock).ToArray(),
            terms.Select(t => string.Join(' ', t.IndexedCharacters())).ToArray(),
            terms.Select(t => t.WordText).ToArray());
    }
}
