using System.Data;
using Npgsql;
using NpgsqlTypes;
using Shop.Orders.Orders;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Orders.Checkout;

/// <summary>What is known of an order id before it is placed; the answer is null when none is kept (any more).</summary>
internal sealed record Earlier(bool OrderExists, byte[]? BodyHash, byte[]? Answer, int RefusedRevision)
{
    public static Earlier Nothing { get; } = new(false, null, null, 0);
}

/// <summary>An order, ready to be stored. The key's answer is kept only when there was a key.</summary>
internal sealed record Placement(Order Order, byte[]? BodyHash, byte[] Answer);

internal enum PlacementOutcome
{
    Placed,

    /// <summary>A rival with the same key placed it first.</summary>
    Exists,

    /// <summary>A rival with the same key gave this reservation back.</summary>
    ReservationRefused,
}

/// <summary>Order, lines, history, outbox and the key's answer in one transaction.</summary>
internal sealed class PlacementStore(Shards shards, Outbox outbox)
{
    private const string Find = """
        SELECT EXISTS (SELECT FROM orders WHERE id = $1), i.body_hash, i.answer,
               COALESCE((SELECT max(revision) FROM refused_reservations WHERE order_id = $1), 0)
        FROM (SELECT) one
        LEFT JOIN idempotency i ON i.order_id = $1 AND i.at > shop_now() - interval '24 hours'
        """;

    // Placing and refusing exclude each other; without the lock both could miss the other's uncommitted row.
    private const string Lock = "SELECT pg_advisory_xact_lock($1)";

    private const string Place = """
        WITH placed AS (
            INSERT INTO orders (id, customer_id, status, version, revision, currency, total, created_at, expires_at, changed_at, coupon, discount)
            SELECT $1, $2, $3, 1, $4, $5, $6, $7, $8, shop_now(), $17, $18
            WHERE NOT EXISTS (SELECT FROM refused_reservations WHERE order_id = $1 AND revision >= $4)
            ON CONFLICT (id) DO NOTHING
            RETURNING id
        ), lines AS (
            INSERT INTO order_lines (order_id, position, product_id, name, name_zh, quantity, price, sku)
            SELECT placed.id, l.position, l.product_id, l.name, l.name_zh, l.quantity, l.price, l.sku
            FROM placed, unnest($9, $10, $11, $12, $13, $16) WITH ORDINALITY AS l (product_id, name, name_zh, quantity, price, sku, position)
        ), history AS (
            INSERT INTO order_history (order_id, version, status, at) SELECT id, 1, $3, shop_now() FROM placed
        ), kept AS (
            INSERT INTO idempotency (order_id, body_hash, answer, at)
            SELECT id, $14, $15, shop_now() FROM placed WHERE $14 IS NOT NULL
        )
        SELECT CASE WHEN EXISTS (SELECT FROM placed) THEN 0
                    WHEN EXISTS (SELECT FROM orders WHERE id = $1) THEN 1
                    WHEN EXISTS (SELECT FROM refused_reservations WHERE order_id = $1 AND revision >= $4) THEN 2
                    ELSE 1 END
        """;

    private const string Refuse = """
        INSERT INTO refused_reservations (order_id, revision, at)
        SELECT $1, $2, shop_now() WHERE NOT EXISTS (SELECT FROM orders WHERE id = $1)
        """;

    public async Task<Earlier> FindAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = shards.Of(orderId).CreateCommand(Find);
        command.Parameters.Add(new() { Value = orderId });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(
            reader.GetBoolean(0),
            reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1),
            reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2),
            reader.GetInt32(3));
    }

    public async Task<PlacementOutcome> PlaceAsync(Placement placement, CancellationToken cancellationToken)
    {
        var order = placement.Order;
        await using var connection = await shards.Of(order.Id).OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { LockCommand(order.Id), PlaceCommand(placement) },
        };
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var outcome = (PlacementOutcome)reader.GetInt32(0);
            if (outcome != PlacementOutcome.Placed)
            {
                return outcome;
            }
        }

        var placed = new OrderPlaced(order.Id, order.Revision, order.CustomerId, order.Total, order.Currency, order.Version);
        await outbox.WriteAsync(connection, transaction, placed, order.Id, order.Version, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return PlacementOutcome.Placed;
    }

    /// <summary>Makes sure that no order is placed on this reservation; false when one was.</summary>
    public async Task<bool> RefuseAsync(Guid orderId, int revision, CancellationToken cancellationToken)
    {
        await using var connection = await shards.Of(orderId).OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                LockCommand(orderId),
                new(Refuse) { Parameters = { new() { Value = orderId }, new() { Value = revision } } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return batch.BatchCommands[1].RecordsAffected == 1;
    }

    private static NpgsqlBatchCommand LockCommand(Guid orderId) =>
        new(Lock) { Parameters = { new() { Value = OrderId.LockKey(orderId) } } };

    private static NpgsqlBatchCommand PlaceCommand(Placement placement)
    {
        var order = placement.Order;
        return new(Place)
        {
            Parameters =
            {
                new() { Value = order.Id },
                new() { Value = order.CustomerId },
                new() { Value = order.Status.Name() },
                new() { Value = order.Revision },
                new() { Value = order.Currency },
                new() { Value = order.Total },
                new() { Value = order.CreatedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = order.ExpiresAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = order.Lines.Select(line => line.ProductId).ToArray() },
                new() { Value = order.Lines.Select(line => line.Name).ToArray() },
                new() { Value = order.Lines.Select(line => line.NameZh).ToArray() },
                new() { Value = order.Lines.Select(line => line.Quantity).ToArray() },
                new() { Value = order.Lines.Select(line => line.Price).ToArray() },
                new() { Value = (object?)placement.BodyHash ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = placement.Answer, NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = order.Lines.Select(line => line.Sku).ToArray() },
                new() { Value = (object?)order.Coupon ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = order.Discount },
            },
        };
    }
}
