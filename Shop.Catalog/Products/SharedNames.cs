using Npgsql;

namespace Shop.Catalog.Products;

/// <summary>Brands and categories, whose names stand on the pages of many products.</summary>
public sealed class SharedNames(ProductCache cache)
{
    private const string OfBrand = "SELECT id FROM products WHERE brand = $1 AND retired_at IS NULL";
    private const string OfCategory = "SELECT id FROM products WHERE category = $1 AND retired_at IS NULL";

    /// <summary>Commits another name of the brand, to which no product is added meanwhile, and lets the pages follow.</summary>
    public Task CommitBrandAsync(NpgsqlTransaction transaction, string slug, CancellationToken cancellationToken) =>
        CommitAsync(transaction, OfBrand, slug, cancellationToken);

    /// <summary>As <see cref="CommitBrandAsync"/>, of a category.</summary>
    public Task CommitCategoryAsync(NpgsqlTransaction transaction, string slug, CancellationToken cancellationToken) =>
        CommitAsync(transaction, OfCategory, slug, cancellationToken);

    private async Task CommitAsync(NpgsqlTransaction transaction, string sql, string slug, CancellationToken cancellationToken)
    {
        var products = await FindAsync(transaction, sql, slug, cancellationToken);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            // Also when the answer to the commit is lost: it may have happened.
            cache.Outdate(products);
        }
    }

    private static async Task<List<long>> FindAsync(
        NpgsqlTransaction transaction, string sql, string slug, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = slug });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var products = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) products.Add(reader.GetInt64(0));
        return products;
    }
}
