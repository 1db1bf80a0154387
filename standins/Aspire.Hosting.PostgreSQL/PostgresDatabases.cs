using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Hosting.Postgres;

internal static class PostgresDatabases
{
    private const string Exists = "SELECT 1 FROM pg_database WHERE datname = $1";

    /// <summary>Creates the databases of the graph that the server lacks, one after the other: each copies the same template.</summary>
    internal static async Task CreateMissingAsync(PostgresServerResource server, CancellationToken cancellationToken)
    {
        if (server.Databases.Count == 0) return;
        var connectionString = await server.ConnectionStringExpression.GetValueAsync(cancellationToken);
        await using var connection = new NpgsqlConnection(Unpooled(connectionString!, "postgres"));
        await connection.OpenAsync(cancellationToken);
        foreach (var database in server.Databases) await CreateAsync(connection, database.DatabaseName, cancellationToken);
    }

    /// <summary>A pool would keep connections to a server that is stopped and started again.</summary>
    internal static string Unpooled(string connectionString, string? database = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5, CommandTimeout = 30 };
        if (database is not null) builder.Database = database;
        return builder.ConnectionString;
    }

    private static async Task CreateAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(Exists, connection) { Parameters = { new() { Value = name } } };
        if (await find.ExecuteScalarAsync(cancellationToken) is not null) return;
        var quoted = name.Replace("\"", "\"\"", StringComparison.Ordinal);
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{quoted}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }
}
