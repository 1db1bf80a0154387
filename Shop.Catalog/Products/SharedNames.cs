using Npgsql;

namespace Shop.Catalog.Products;

/// <summary>Brands and categories, whose names stand on the pages of many products.</summary>
public sealed class SharedNames(NpgsqlDataSource database, ProductCache cache)
{
    private const string OfBrand = "SELECT id FROM products WHERE brand = $1 AND retired_at IS NULL";
    private const string OfCategory = "SELECT id FROM products WHERE category = $1 AND retired_at IS NULL";

    /// <summary>To be called when the brand has another name.</summary>
    public Task BrandRenamedAsync(string slug) => OutdateAsync(OfBrand, slug);

    /// <summary>To be called when the category has another name.</summary>
    public Task CategoryRenamedAsync(string slug) => OutdateAsync(OfCategory, slug);

    // The change is committed, so whether the client still waits does not matter.
    private async Task OutdateAsync(string sql, string slug)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = slug });
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var products = new List<long>();
        while (await reader.ReadAsync(CancellationToken.None)) products.Add(reader.GetInt64(0));
        cache.Outdate(products);
    }
}
