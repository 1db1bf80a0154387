using System.Globalization;
using Npgsql;
using Shop.Bench.Reporting;

namespace Shop.Bench.Catalogue;

/// <summary>Products made up by <c>catalogue.sql</c>, with ids one after another.</summary>
/// <param name="FirstId">Of the product and of its only variant.</param>
public sealed record CatalogueData(NpgsqlDataSource Database, long FirstId, int Count)
{
    private const string Settings = "SELECT set_config('bench.products', $1, false), set_config('bench.stock', $2, false), set_config('maintenance_work_mem', '512MB', false)";
    private const string Ids = "SELECT min(id), count(*)::integer FROM products WHERE slug LIKE 'bench-%'";

    /// <summary>Fills a database that Catalog has migrated. Takes about two minutes for a million products.</summary>
    /// <param name="stock">Units of each product.</param>
    public static async Task<CatalogueData> FillAsync(NpgsqlDataSource database, int products, int stock, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var settings = new NpgsqlCommand(Settings, connection))
        {
            settings.Parameters.Add(new NpgsqlParameter { Value = products.ToString(CultureInfo.InvariantCulture) });
            settings.Parameters.Add(new NpgsqlParameter { Value = stock.ToString(CultureInfo.InvariantCulture) });
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }
        await ExecuteAsync(connection, Resources.Text("catalogue.sql"), cancellationToken);
        await ExecuteAsync(connection, "VACUUM (ANALYZE)", cancellationToken);
        await ExecuteAsync(connection, "CHECKPOINT", cancellationToken);
        await using var ids = new NpgsqlCommand(Ids, connection);
        await using var row = await ids.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new CatalogueData(database, row.GetInt64(0), row.GetInt32(1));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
