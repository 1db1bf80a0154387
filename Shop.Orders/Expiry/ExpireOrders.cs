using Npgsql;
using Shop.Orders.Orders;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Orders.Expiry;

/// <summary>
/// Ends orders that nobody paid within their lease, on the database's time. An order that is being paid is not touched:
/// the news of its payment decides. Any number of replicas may run this at once; each takes what no other holds.
/// </summary>
internal sealed class ExpireOrders(Outbox outbox, Failpoints failpoints, OrdersMetrics metrics)
{
    public const int BatchSize = 100;

    private const string Expire = $"""
        WITH due AS (
            SELECT id FROM orders
            WHERE status = 'reserved' AND expires_at <= shop_now()
            ORDER BY expires_at LIMIT $1
            FOR UPDATE SKIP LOCKED
        ), changed AS (
            UPDATE orders o
            SET status = 'expired', version = version + 1, changed_at = shop_now(), payment_id = NULL, pending_quantity = NULL
            FROM due WHERE o.id = due.id
            RETURNING o.id, o.version, o.status
        ), history AS (
            INSERT INTO order_history (order_id, version, status, reason, at) SELECT id, version, status, 'lease', shop_now() FROM changed
        )
        SELECT id, version, pg_notify('{OrderChanges.Channel}', id || ' ' || version || ' ' || status)::text FROM changed
        """;

    /// <summary>Expires up to <see cref="BatchSize"/> orders of one shard; answers how many.</summary>
    public async Task<int> RunAsync(NpgsqlDataSource shard, CancellationToken cancellationToken)
    {
        await using var connection = await shard.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var expired = await ExpireAsync(connection, transaction, cancellationToken);
        if (expired.Count == 0)
        {
            return 0;
        }

        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            foreach (var message in expired)
            {
                batch.BatchCommands.Add(outbox.Command(message, message.OrderId, message.Version));
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await failpoints.HitAsync("orders.expired.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.OrdersExpired(expired.Count);
        return expired.Count;
    }

    private static async Task<List<OrderExpired>> ExpireAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Expire, connection, transaction) { Parameters = { new() { Value = BatchSize } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var expired = new List<OrderExpired>();
        while (await reader.ReadAsync(cancellationToken))
        {
            expired.Add(new(reader.GetGuid(0), reader.GetInt64(1)));
        }

        return expired;
    }
}
