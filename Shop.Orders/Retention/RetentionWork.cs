using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Retention;

/// <summary>Makes the partitions of the days to come and drops those that nobody needs: history after 90 days, keys after a day.</summary>
internal sealed partial class RetentionWork(ServiceDatabases databases, TimeProvider time, ILogger<RetentionWork> logger)
    : PeriodicWork(databases, time, Period, logger)
{
    public static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private static readonly (string Table, int Days)[] Kept = [("order_history", 90), ("idempotency", 1), ("refused_reservations", 1)];

    // Orders that are being placed queue behind whoever waits for the whole table, so that wait is short.
    private const string WaitBriefly = "SELECT set_config('lock_timeout', '500ms', true)";

    // One replica at a time; the others have nothing left to do.
    private const string Keep = """
        SELECT keep_daily_partitions($1, $2)
        FROM (SELECT pg_try_advisory_xact_lock(hashtextextended('orders-retention', 0)) AS mine) l
        WHERE l.mine
        """;

    /// <summary>
    /// One transaction per table: who held several whole tables at once could wait for an order that is being placed while
    /// that order waits for it.
    /// </summary>
    internal async Task KeepAsync(NpgsqlDataSource shard, CancellationToken cancellationToken)
    {
        foreach (var (table, days) in Kept)
        {
            try
            {
                await KeepAsync(shard, table, days, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                LogBusy(table);
            }
        }
    }

    protected override Task RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken) => KeepAsync(shard, cancellationToken);

    private static async Task KeepAsync(NpgsqlDataSource shard, string table, int days, CancellationToken cancellationToken)
    {
        await using var connection = await shard.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { new(WaitBriefly), new(Keep) { Parameters = { new() { Value = table }, new() { Value = days } } } },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(11, LogLevel.Information, "{Table} is in use; its partitions are kept at the next turn")]
    private partial void LogBusy(string table);
}
