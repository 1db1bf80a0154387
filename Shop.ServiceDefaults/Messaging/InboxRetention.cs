using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Creates the inbox partitions of the coming days and drops those of more than <see cref="Days"/> ago.</summary>
internal sealed partial class InboxRetention(ServiceDatabases databases, TimeProvider time, ILogger<InboxRetention> logger)
    : BackgroundService, IDatabaseSeed
{
    /// <summary>How long a repeat is recognised; far longer than a message can be under way.</summary>
    public const int Days = 14;
    private const int DaysAhead = 7;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private const string Partitions = """
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'shop_inbox'::regclass and c.relname ~ '^shop_inbox_\d{8}$'
        """;

    // The lock keeps replicas from each other, the time-out keeps this from queueing consumers behind it.
    private const string Begin = "set local lock_timeout = '2s'; select pg_advisory_xact_lock(x'53686f7000000003'::bigint)";

    /// <summary>The first run, before the service is ready.</summary>
    public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var existing = await PartitionsAsync(connection, cancellationToken);
        for (var day = today.AddDays(-1); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
            if (!existing.Contains(day))
                await CreateAsync(connection, day, cancellationToken);
        foreach (var day in existing.Where(day => day < today.AddDays(-Days)))
            await ExecuteAsync(connection, $"drop table if exists {Name(day)}", cancellationToken);
        await ExecuteAsync(
            connection, $"delete from shop_inbox_other where received_at < clock_timestamp() - interval '{Days} days'", cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            foreach (var database in databases.All)
                try
                {
                    await SeedAsync(database.DataSource, stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(exception, database.Name);
                }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, DateOnly day, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(
                connection,
                $"create table if not exists {Name(day)} partition of shop_inbox for values from ('{Iso(day)}') to ('{Iso(day.AddDays(1))}')",
                cancellationToken);
        }
        catch (PostgresException occupied) when (occupied.SqlState == PostgresErrorCodes.CheckViolation)
        {
            // Rows of that day are in the default partition already, and keep going there: uniqueness is not touched.
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"{Begin}; {statement}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<HashSet<DateOnly>> PartitionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var days = new HashSet<DateOnly>();
        await using var command = new NpgsqlCommand(Partitions, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            days.Add(DateOnly.ParseExact(reader.GetString(0)[^8..], "yyyyMMdd", CultureInfo.InvariantCulture));
        return days;
    }

    private static string Name(DateOnly day) => "shop_inbox_" + day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [LoggerMessage(1, LogLevel.Warning, "Inbox partitions of {Database} were not maintained")]
    private partial void LogFailed(Exception exception, string database);
}
