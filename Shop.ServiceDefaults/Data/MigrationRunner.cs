using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>Creates a database when missing and applies what it lacks; several runners at once are safe.</summary>
internal sealed class MigrationRunner(IReadOnlyList<Migration> migrations, IEnumerable<IDatabaseSeed> seeds)
{
    // Any number that nothing else in a database of Shop uses.
    private const long LockKey = 0x53686f70_00000001;
    private const string History = """
        create table if not exists shop_migrations (
            source text, number int, name text not null, checksum text not null,
            applied_at timestamptz not null default clock_timestamp(),
            primary key (source, number))
        """;

    private const string Record = "insert into shop_migrations (source, number, name, checksum) values ($1, $2, $3, $4)";

    /// <summary>Afterwards the database has every migration and seed, or this has thrown.</summary>
    public async Task RunAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(database, cancellationToken);
        await ExecuteAsync(connection, "set lock_timeout = '60s'", cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        await ExecuteAsync(connection, History, cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        foreach (var migration in migrations)
        {
            if (!applied.TryGetValue((migration.Source, migration.Number), out var checksum))
                await ApplyAsync(connection, migration, cancellationToken);
            else if (checksum != migration.Checksum)
                throw new MigrationException(
                    $"{migration.Name} was changed after it had been applied to {database.Name}. Restore the file and add a new one.");
        }

        foreach (var seed in seeds)
            await seed.SeedAsync(database.DataSource, cancellationToken);

        // The connection is not pooled: closing it ends the session, and with it the lock.
    }

    private static async Task<NpgsqlConnection> OpenAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            return await database.Dedicated.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await CreateAsync(database.ConnectionString, cancellationToken);
            return await database.Dedicated.OpenConnectionAsync(cancellationToken);
        }
    }

    private static async Task CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        await using var server = ConnectionStrings.Dedicated(
            new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres" }.ConnectionString);
        await using var connection = await server.OpenConnectionAsync(cancellationToken);
        try
        {
            // template0: unlike template1, nobody can be connected to it, which would make this fail.
            var name = target.Database!.Replace("\"", "\"\"", StringComparison.Ordinal);
            await ExecuteAsync(connection, $"create database \"{name}\" encoding 'UTF8' template template0", cancellationToken);
        }
        catch (PostgresException rival) when (rival.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another replica created it in this moment, which is as good.
        }
    }

    private static async Task<Dictionary<(string, int), string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<(string, int), string>();
        await using var command = new NpgsqlCommand("select source, number, checksum from shop_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied[(reader.GetString(0), reader.GetInt32(1))] = reader.GetString(2);
        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, migration.Sql, cancellationToken);
        await using var record = new NpgsqlCommand(Record, connection, transaction)
        {
            Parameters =
            {
                new() { Value = migration.Source }, new() { Value = migration.Number },
                new() { Value = migration.Name }, new() { Value = migration.Checksum },
            },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 90 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
