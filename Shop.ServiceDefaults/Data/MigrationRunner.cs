using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Shop.ServiceDefaults.Data;

/// <summary>
/// Creates a database when missing and applies what it lacks. Several runners at once are safe: one is at work, the others wait for
/// as long as it takes. <see cref="ServiceDatabase.NotReadyBecause"/> tells what is done or waited for.
/// </summary>
internal sealed partial class MigrationRunner(
    IReadOnlyList<Migration> migrations, IEnumerable<IDatabaseSeed> seeds, IOptions<MigrationOptions> options, TimeProvider time,
    ILogger<MigrationRunner> logger)
{
    private const string History = """
        create table if not exists shop_migrations (
            source text, number int, name text not null, checksum text not null,
            applied_at timestamptz not null default clock_timestamp(),
            primary key (source, number))
        """;

    private const string Record = "insert into shop_migrations (source, number, name, checksum) values ($1, $2, $3, $4)";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly MigrationOptions _options = options.Value;

    /// <summary>Afterwards the database has every migration and seed, or this has thrown.</summary>
    public async Task RunAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        await using var session = await MigrationSession.OpenAsync(database.ConnectionString, _options.GoneAfter, cancellationToken);
        await LockAsync(session, database, cancellationToken);
        await session.ExecuteAsync(History, cancellationToken);
        var applied = await AppliedAsync(session, cancellationToken);
        foreach (var migration in migrations)
        {
            if (!applied.TryGetValue((migration.Source, migration.Number), out var checksum))
                await ApplyAsync(session, database, migration, cancellationToken);
            else if (checksum != migration.Checksum)
                throw new MigrationException(
                    $"{migration.Name} was changed after it had been applied to {database.Name}. Restore the file and add a new one.");
        }

        database.NotReadyBecause = "the first rows are written";
        foreach (var seed in seeds)
            await seed.SeedAsync(database.DataSource, cancellationToken);
    }

    private async Task LockAsync(MigrationSession session, ServiceDatabase database, CancellationToken cancellationToken)
    {
        if (await session.TryLockAsync(cancellationToken)) return;
        database.NotReadyBecause = "waits for the migration of another replica";
        var started = time.GetTimestamp();
        do
        {
            LogAnother(database.Name, await session.HolderAsync(cancellationToken), time.GetElapsedTime(started));
        }
        while (!await session.LockAsync(_options.TellEvery, cancellationToken));
    }

    private static async Task<Dictionary<(string, int), string>> AppliedAsync(MigrationSession session, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<(string, int), string>();
        await using var command = session.Command("select source, number, checksum from shop_migrations");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied[(reader.GetString(0), reader.GetInt32(1))] = reader.GetString(2);
        return applied;
    }

    /// <summary>Tries until it has the locks that it needs; the other replicas wait meanwhile and do not try too.</summary>
    private async Task ApplyAsync(
        MigrationSession session, ServiceDatabase database, Migration migration, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            database.NotReadyBecause = $"{migration.Name} is applied";
            try
            {
                await ApplyOnceAsync(session, database, migration, cancellationToken);
                return;
            }
            catch (PostgresException held) when (held.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                database.NotReadyBecause = $"{migration.Name} waits for locks that others hold";
                LogHeld(migration.Name, database.Name, held.MessageText, held.Where, pause);
            }
            catch (PostgresException ended) when (EndsWork(ended) && !cancellationToken.IsCancellationRequested)
            {
                throw new MigrationException(
                    $"{migration.Name} was ended: {ended.MessageText}. "
                    + $"{MigrationOptions.Section}:{nameof(MigrationOptions.Timeout)} is {_options.Timeout}.");
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    // The last two are signs of a server that is away elsewhere. Here they come back with each try.
    private static bool EndsWork(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory;

    private async Task ApplyOnceAsync(
        MigrationSession session, ServiceDatabase database, Migration migration, CancellationToken cancellationToken)
    {
        var (started, process) = (time.GetTimestamp(), session.Connection.ProcessID);
        await using var telling = time.CreateTimer(
            _ => LogAtWork(migration.Name, database.Name, time.GetElapsedTime(started), process),
            state: null, _options.TellEvery, _options.TellEvery);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellationToken);
        await session.SetAsync("lock_timeout", _options.LockTimeout, isLocal: true, cancellationToken);
        await session.SetAsync("statement_timeout", _options.Timeout, isLocal: true, cancellationToken);
        await session.ExecuteAsync(migration.Sql, cancellationToken);
        await using var record = session.Command(Record, migration.Source, migration.Number, migration.Name, migration.Checksum);
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogApplied(migration.Name, database.Name, time.GetElapsedTime(started));
    }

    [LoggerMessage(20, LogLevel.Information, "Migration {Migration} is applied to {Database}, in {Elapsed}")]
    private partial void LogApplied(string migration, string database, TimeSpan elapsed);

    [LoggerMessage(21, LogLevel.Information, "Migration {Migration} of {Database} is at work for {Elapsed}, in the server's process {Process}")]
    private partial void LogAtWork(string migration, string database, TimeSpan elapsed, int process);

    [LoggerMessage(22, LogLevel.Information,
        "Database {Database} waits for the migration of another replica, in the server's process {Process}, for {Elapsed}")]
    private partial void LogAnother(string database, int? process, TimeSpan elapsed);

    [LoggerMessage(23, LogLevel.Warning,
        "Migration {Migration} of {Database} lacks a lock that others hold: {Reason} ({Where}); next try in {Pause}")]
    private partial void LogHeld(string migration, string database, string reason, string? where, TimeSpan pause);
}
