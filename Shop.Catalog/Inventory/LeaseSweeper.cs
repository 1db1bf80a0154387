using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Inventory;

/// <summary>
/// Gives back what leases held that ended longer ago than a grace, so that Orders, which knows more, expires first. Also
/// drops reservations that are long over. Any number of replicas may run it: each takes orders that no other works on.
/// </summary>
public sealed partial class LeaseSweeper(
    ServiceDatabases databases, NpgsqlDataSource database, StockStore store, ProductCache cache, CatalogMetrics metrics,
    TimeProvider time, ILogger<LeaseSweeper> logger) : BackgroundService
{
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // The advisory lock that every transaction on an order takes; trying for it is this table's SKIP LOCKED.
    private const string TakeDue =
        """
        SELECT order_id
        FROM (SELECT order_id FROM reservations WHERE state = 'reserved' AND lease_until < shop_now() - $1
              ORDER BY lease_until LIMIT 200) AS due
        WHERE pg_try_advisory_xact_lock(hashtextextended(order_id::text, 42))
        """;

    // Longer than any message or idempotency key lives. Unresolved shortages stay.
    private const string DropOld =
        """
        WITH old AS (
            DELETE FROM reservations WHERE order_id IN (
                SELECT r.order_id FROM reservations r
                WHERE r.state <> 'reserved' AND r.updated_at < shop_now() - interval '30 days'
                  AND NOT EXISTS (SELECT FROM reservation_lines l WHERE l.order_id = r.order_id AND l.shortage > 0)
                ORDER BY r.updated_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
            RETURNING order_id)
        DELETE FROM reservation_lines WHERE order_id IN (SELECT order_id FROM old)
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                while (await SweepAsync(stoppingToken) > 0)
                {
                    // A full batch may have left more.
                }
                await DropOldAsync(stoppingToken);
            }
            catch (NpgsqlException away)
            {
                LogFailed(away);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One batch in one transaction; answers how many reservations ended.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await TakeDueAsync(connection, transaction, cancellationToken);
        if (due.Count == 0) return 0;
        var result = await store.ApplyAsync(connection, transaction, due, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        cache.Outdate(result.Changes);
        var ended = result.Outcomes.Count(outcome => outcome.Changed);
        metrics.ReservationsExpired(ended);
        LogSwept(ended);
        return ended;
    }

    private static async Task<List<StockOperation>> TakeDueAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeDue, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = Grace });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<StockOperation>();
        while (await reader.ReadAsync(cancellationToken)) due.Add(new Expire(reader.GetGuid(0), Grace));
        return due;
    }

    private async Task DropOldAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DropOld);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(110, LogLevel.Information, "{Count} reservations ended with their lease")]
    private partial void LogSwept(int count);

    [LoggerMessage(111, LogLevel.Warning, "Leases were not swept; next try follows")]
    private partial void LogFailed(Exception exception);
}
