using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Catalog.Subscriptions;

/// <summary>Turns subscriptions into jobs.</summary>
public sealed class NoticeStore(NpgsqlDataSource database, Outbox outbox, Failpoints failpoints)
{
    // From one variant to the next in the index, not over all who wait for it.
    private const string FindWaiting =
        """
        WITH RECURSIVE waiting AS (
            (SELECT variant_id, 1 AS place FROM stock_subscriptions WHERE variant_id > $1 ORDER BY variant_id LIMIT 1)
            UNION ALL
            SELECT (SELECT t.variant_id FROM stock_subscriptions t WHERE t.variant_id > w.variant_id ORDER BY t.variant_id LIMIT 1), place + 1
            FROM waiting w WHERE w.variant_id IS NOT NULL AND place < $2)
        SELECT w.variant_id, s.on_hand > s.reserved AND v.retired_at IS NULL
        FROM waiting w JOIN variants v ON v.id = w.variant_id JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        ORDER BY w.variant_id
        """;

    // Looks at the stock again: when the variant is sold out by now, those who are left go on waiting.
    private const string Take =
        """
        WITH taken AS (
            DELETE FROM stock_subscriptions WHERE (customer_id, variant_id) IN (
                SELECT customer_id, variant_id FROM stock_subscriptions
                WHERE variant_id = $1 AND EXISTS (SELECT FROM stock WHERE variant_id = $1 AND warehouse = 1 AND on_hand > reserved)
                ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING customer_id, variant_id, email, language, early, created_at)
        SELECT t.early, t.customer_id, t.email, t.language, v.product_id, v.sku
        FROM taken t JOIN variants v ON v.id = t.variant_id ORDER BY t.created_at
        """;

    private const string Count =
        """
        SELECT (SELECT count(*) FROM stock_announced WHERE low), (SELECT count(*) FROM stock_subscriptions)
        """;

    /// <summary>Variants that somebody waits for, by id, and whether there are any units.</summary>
    public async Task<List<(long VariantId, bool IsBack)>> FindWaitingAsync(long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindWaiting);
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = new List<(long, bool)>();
        while (await reader.ReadAsync(cancellationToken)) waiting.Add((reader.GetInt64(0), reader.GetBoolean(1)));
        return waiting;
    }

    /// <summary>
    /// Enqueues the notices of those who have waited longest, in the transaction that removes their subscriptions: each
    /// subscription becomes one job, whoever dies when. Replicas that are at the same variant take different ones.
    /// </summary>
    public async Task<(int High, int Low)> EnqueueAsync(long variantId, int atMost, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (high, low) = await TakeAsync(connection, transaction, variantId, atMost, cancellationToken);
        if (high.Count + low.Count == 0) return (0, 0);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var (notices, priority) in new[] { (high, JobPriority.High), (low, JobPriority.Low) })
            if (notices.Count > 0) batch.BatchCommands.Add(outbox.Command(notices, priority));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await failpoints.HitAsync("catalog.notices.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await failpoints.HitAsync("catalog.notices.after-commit", cancellationToken);
        return (high.Count, low.Count);
    }

    /// <summary>Variants that are low, and subscriptions.</summary>
    public async Task<(long Low, long Waiting)> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task<(List<OutboxMessage<BackInStockNotice>> High, List<OutboxMessage<BackInStockNotice>> Low)> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, long variantId, int atMost, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Take, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = variantId });
        command.Parameters.Add(new NpgsqlParameter { Value = atMost });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (high, low) = (new List<OutboxMessage<BackInStockNotice>>(), new List<OutboxMessage<BackInStockNotice>>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var customer = reader.GetGuid(1);
            var notice = new BackInStockNotice(customer, reader.GetString(2), reader.GetString(3), reader.GetInt64(4), reader.GetString(5));
            (reader.GetBoolean(0) ? high : low).Add(new OutboxMessage<BackInStockNotice>(notice, customer, Version: 1));
        }
        return (high, low);
    }
}
