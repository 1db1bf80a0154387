using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Inventory;

/// <summary>
/// Keeps what grows with every order within bounds. Each statement leaves the books true by itself, so it may run anywhere and
/// stop anywhere.
/// </summary>
public sealed class InventoryRetention(
    ServiceDatabases databases, NpgsqlDataSource database, IOptions<InventoryOptions> options, TimeProvider time,
    ILogger<InventoryRetention> logger)
    : PeriodicWork(databases, time, Interval, logger)
{
    /// <summary>Longer than any message or idempotency key lives.</summary>
    public const int EndedDays = 30;

    /// <summary>As long as what was sold may come back.</summary>
    public const int SoldDays = 180;

    /// <summary>What was paid for and never sold is somebody's business for longer.</summary>
    public const int ShortDays = 730;

    private const int BatchSize = 10_000;

    // Each holds an advisory lock, and the server has room for some thousands of all its sessions.
    private const int OrdersPerBatch = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Counters stay the sum of ledger and carried rows, since both change in one statement.
    private const string FoldLedger =
        """
        WITH old AS (
            DELETE FROM stock_ledger WHERE (variant_id, id) IN (
                SELECT variant_id, id FROM stock_ledger WHERE at < shop_now() - make_interval(days => $2)
                LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING variant_id, warehouse, kind, quantity, at),
        folded AS (
            INSERT INTO stock_carried AS c (variant_id, warehouse, kind, quantity, until)
            SELECT variant_id, warehouse, kind, sum(quantity), max(at) FROM old GROUP BY variant_id, warehouse, kind
            ORDER BY variant_id, warehouse, kind
            ON CONFLICT (variant_id, warehouse, kind) DO UPDATE
            SET quantity = c.quantity + excluded.quantity, until = greatest(c.until, excluded.until))
        SELECT count(*) FROM old
        """;

    // Of limited variants and coupons, what a customer bought goes on counting. Rows of customers are locked in the order in
    // which reservations write them.
    private const string DropReservations =
        """
        WITH old AS (
            DELETE FROM reservations r
            WHERE {0} AND order_id = ANY (ARRAY(
                SELECT order_id FROM (SELECT order_id FROM reservations r WHERE {0} ORDER BY updated_at LIMIT $1) AS due
                WHERE pg_try_advisory_xact_lock(hashtextextended(order_id::text, 42))))
            RETURNING order_id, revision, customer_id, state, promotion_id, promotion_counted),
        carried AS (
            INSERT INTO promotion_carried AS c (promotion_id, customer_id, uses)
            SELECT promotion_id, customer_id, count(*) FROM old WHERE promotion_counted GROUP BY 1, 2 ORDER BY 1, 2
            ON CONFLICT (promotion_id, customer_id) DO UPDATE SET uses = c.uses + excluded.uses),
        gone AS (
            SELECT l.variant_id, old.customer_id, sum(l.quantity - l.shortage - l.returned)::integer AS units
            FROM old JOIN reservation_lines l USING (order_id, revision) WHERE old.state = 'confirmed' GROUP BY 1, 2),
        locked AS (
            SELECT u.variant_id, u.customer_id, gone.units FROM customer_units u JOIN gone USING (variant_id, customer_id)
            ORDER BY u.variant_id, u.customer_id FOR NO KEY UPDATE OF u),
        counted AS (
            UPDATE customer_units u SET carried = u.carried + locked.units, units = greatest(u.units, u.carried + locked.units)
            FROM locked WHERE u.variant_id = locked.variant_id AND u.customer_id = locked.customer_id),
        lines AS (DELETE FROM reservation_lines WHERE order_id IN (SELECT order_id FROM old))
        SELECT count(*) FROM old
        """;

    private static readonly string DropEnded = DropReservations.Replace(
        "{0}", "r.state IN ('released', 'expired') AND r.updated_at < shop_now() - make_interval(days => $2)", StringComparison.Ordinal);

    private const string IsShort = "EXISTS (SELECT FROM reservation_lines l WHERE l.order_id = r.order_id AND l.shortage > 0)";

    private static readonly string DropSold = DropReservations.Replace(
        "{0}", $"r.state = 'confirmed' AND r.updated_at < shop_now() - make_interval(days => $2) AND NOT {IsShort}", StringComparison.Ordinal);

    private static readonly string DropShort = DropReservations.Replace(
        "{0}", $"r.state = 'confirmed' AND r.updated_at < shop_now() - make_interval(days => $2) AND {IsShort}", StringComparison.Ordinal);

    private const string DropRequests =
        """
        WITH old AS (DELETE FROM stock_requests WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM stock_requests WHERE at < shop_now() - make_interval(days => $2) LIMIT $1)) RETURNING 1)
        SELECT count(*) FROM old
        """;

    private const string DropSubscriptions =
        """
        WITH old AS (DELETE FROM stock_subscriptions WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM stock_subscriptions WHERE created_at < shop_now() - make_interval(days => $2) LIMIT $1)) RETURNING 1)
        SELECT count(*) FROM old
        """;

    // Here and with coupons: a row that a reservation is just taking up again is left to it.
    private const string DropUnits =
        """
        WITH old AS (DELETE FROM customer_units WHERE units = 0 AND ctid = ANY (ARRAY(
            SELECT ctid FROM customer_units WHERE units = 0 LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING 1)
        SELECT count(*) FROM old
        """;

    private const string DropUses =
        """
        WITH old AS (DELETE FROM promotion_uses WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM promotion_uses WHERE uses = 0 LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING 1)
        SELECT count(*) FROM old
        """;

    protected override Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <summary>Brings everything within its bound once.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await RepeatAsync(FoldLedger, options.Value.LedgerDays, cancellationToken);
        await RepeatAsync(DropEnded, EndedDays, cancellationToken, OrdersPerBatch);
        await RepeatAsync(DropSold, SoldDays, cancellationToken, OrdersPerBatch);
        await RepeatAsync(DropShort, ShortDays, cancellationToken, OrdersPerBatch);
        await RepeatAsync(DropRequests, EndedDays, cancellationToken);
        await RepeatAsync(DropSubscriptions, SoldDays, cancellationToken);
        await RepeatAsync(DropUnits, days: null, cancellationToken);
        await RepeatAsync(DropUses, days: null, cancellationToken);
    }

    /// <summary>Batch after batch, each a transaction of its own.</summary>
    private async Task RepeatAsync(string sql, int? days, CancellationToken cancellationToken, int batchSize = BatchSize)
    {
        long done;
        do
        {
            await using var command = database.CreateCommand(sql);
            command.Parameters.Add(new NpgsqlParameter { Value = batchSize });
            if (days is { } age) command.Parameters.Add(new NpgsqlParameter { Value = age });
            done = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        while (done == batchSize);
    }
}
