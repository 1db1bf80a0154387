using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Orders.Retention;

/// <summary>Makes the partitions of the days to come and drops those that nobody needs: history after 90 days, keys after a day.</summary>
internal sealed class RetentionWork(ServiceDatabases databases, TimeProvider time, ILogger<RetentionWork> logger)
    : PeriodicWork(databases, time, Period, logger)
{
    public static readonly TimeSpan Period = TimeSpan.FromHours(1);

    // One replica at a time; the others have nothing left to do.
    private const string Keep = """
        SELECT keep_daily_partitions(kept.parent, kept.days)
        FROM (SELECT pg_try_advisory_xact_lock(hashtextextended('orders-retention', 0)) AS mine) l,
             (VALUES ('order_history', 90), ('idempotency', 1), ('refused_reservations', 1)) AS kept (parent, days)
        WHERE l.mine
        """;

    protected override async Task RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken)
    {
        await using var command = shard.CreateCommand(Keep);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
