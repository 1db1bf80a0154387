using System.Globalization;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>
/// The session in which a database is migrated. No timer of the client or default of the server ends what is at work there, only
/// the bounds of a migration do. It is not pooled: closing it gives back the lock.
/// </summary>
internal sealed class MigrationSession : IAsyncDisposable
{
    /// <summary>Any number that nothing else in a database of Shop uses.</summary>
    public const long LockKey = 0x53686f70_00000001;

    // The session that holds the lock is idle for as long as the seeds take.
    private const string Unbound = """
        select set_config(name, '0', false) from pg_settings
        where name in (
            'statement_timeout', 'lock_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
        """;

    private const string Holder = """
        select l.pid from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
        where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32) + l.objid::bigint = $1 and l.objsubid = 1
        """;

    private const int QuickSeconds = 60;
    private readonly NpgsqlDataSource _source;

    private MigrationSession(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, Connection) = (source, connection);

    public NpgsqlConnection Connection { get; }

    /// <param name="goneAfter">The server looks this often whether this process is still there.</param>
    public static async Task<MigrationSession> OpenAsync(string connectionString, TimeSpan goneAfter, CancellationToken cancellationToken)
    {
        var source = ConnectionStrings.Unbound(connectionString);
        MigrationSession? session = null;
        try
        {
            session = new MigrationSession(source, await ConnectAsync(source, connectionString, cancellationToken));
            await session.ExecuteAsync(Unbound, cancellationToken);
            await session.NoticeWhenGoneAsync(goneAfter, cancellationToken);
            return session;
        }
        catch
        {
            await (session?.DisposeAsync() ?? source.DisposeAsync());
            throw;
        }
    }

    /// <summary>Takes the lock of the database's migrations, if no other replica has it.</summary>
    public async Task<bool> TryLockAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("select pg_try_advisory_lock($1)", LockKey);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The same, behind those who wait already; false when it did not come in this time.</summary>
    public async Task<bool> LockAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await SetAsync("lock_timeout", wait, isLocal: false, cancellationToken);
        try
        {
            await using var command = Command("select pg_advisory_lock($1)", LockKey);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }

        await SetAsync("lock_timeout", TimeSpan.Zero, isLocal: false, cancellationToken);
        return true;
    }

    /// <summary>The server's process of the replica that has the lock; null when it is free by now.</summary>
    public async Task<int?> HolderAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(Holder, LockKey);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <param name="isLocal">Until the end of the transaction.</param>
    public async Task SetAsync(string name, TimeSpan value, bool isLocal, CancellationToken cancellationToken)
    {
        var milliseconds = ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await using var command = Command("select set_config($1, $2, $3)", name, milliseconds, isLocal);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes as long as it takes.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>One that is quick: a server that is gone shows by its silence.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = QuickSeconds };
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    // Otherwise it would bring the statement of a dead process to its end, and keep the lock until then.
    private async Task NoticeWhenGoneAsync(TimeSpan goneAfter, CancellationToken cancellationToken)
    {
        try
        {
            await SetAsync("client_connection_check_interval", goneAfter, isLocal: false, cancellationToken);
        }
        catch (PostgresException unable) when (unable.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // A server on Windows cannot look.
        }
    }

    private static async Task<NpgsqlConnection> ConnectAsync(
        NpgsqlDataSource source, string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await CreateAsync(connectionString, cancellationToken);
            return await source.OpenConnectionAsync(cancellationToken);
        }
    }

    private static async Task CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        await using var server = ConnectionStrings.Unbound(
            new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres" }.ConnectionString);
        // template0: unlike template1, nobody can be connected to it, which would make this fail.
        var name = target.Database!.Replace("\"", "\"\"", StringComparison.Ordinal);
        await using var command = server.CreateCommand($"create database \"{name}\" encoding 'UTF8' template template0");
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException rival) when (rival.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another replica created it in this moment, which is as good.
        }
    }
}
