using Npgsql;
using NpgsqlTypes;
using Shop.Orders.Sharding;

namespace Shop.Orders.Orders;

/// <summary>Reads orders. One statement each, so that lines and total are of one moment.</summary>
internal sealed class OrderQueries(Shards shards)
{
    private const string Columns = """
        o.id, o.customer_id, o.status, o.version, o.revision, o.currency, o.total, o.payment_id, o.pending_quantity,
        o.created_at, o.expires_at, l.product_id, l.name, l.name_zh, l.quantity, l.price, l.sku,
        o.coupon, o.discount
        """;

    private const string One = $"""
        SELECT {Columns} FROM orders o JOIN order_lines l ON l.order_id = o.id
        WHERE o.id = $1 AND o.customer_id = $2
        ORDER BY l.position
        """;

    private const string Page = $"""
        SELECT {Columns}
        FROM (SELECT * FROM orders
              WHERE customer_id = $1 AND (created_at, id) < ($2, $3)
              ORDER BY created_at DESC, id DESC LIMIT $4) o
        JOIN order_lines l ON l.order_id = o.id
        ORDER BY o.created_at DESC, o.id DESC, l.position
        """;

    /// <summary>The customer's own order, or null.</summary>
    public async Task<Order?> FindAsync(Guid orderId, Guid customerId, CancellationToken cancellationToken)
    {
        await using var command = shards.Of(orderId).CreateCommand(One);
        command.Parameters.Add(new() { Value = orderId });
        command.Parameters.Add(new() { Value = customerId });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>The customer's orders that are older than the cursor, newest first.</summary>
    public async Task<IReadOnlyList<Order>> ListAsync(Guid customerId, OrderCursor after, int limit, CancellationToken cancellationToken)
    {
        await using var command = shards.OfCustomer(customerId).CreateCommand(Page);
        command.Parameters.Add(new() { Value = customerId });
        command.Parameters.Add(new() { Value = after.CreatedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = after.Id });
        command.Parameters.Add(new() { Value = limit });
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<Order>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var orders = new List<Order>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (orders.Count == 0 || orders[^1].Id != reader.GetGuid(0))
            {
                orders.Add(ReadOrder(reader));
            }

            ((List<OrderLine>)orders[^1].Lines).Add(ReadLine(reader));
        }

        return orders;
    }

    private static Order ReadOrder(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetGuid(1),
        OrderStatuses.Parse(reader.GetString(2)),
        reader.GetInt64(3),
        reader.GetInt32(4),
        reader.GetString(5),
        reader.GetInt64(6),
        reader.IsDBNull(7) ? null : reader.GetGuid(7),
        reader.IsDBNull(8) ? null : reader.GetInt32(8),
        reader.GetFieldValue<DateTimeOffset>(9),
        reader.GetFieldValue<DateTimeOffset>(10),
        new List<OrderLine>(),
        reader.IsDBNull(17) ? null : reader.GetString(17),
        reader.GetInt64(18));

    private static OrderLine ReadLine(NpgsqlDataReader reader) => new(
        reader.GetInt64(11), reader.IsDBNull(16) ? null : reader.GetString(16), reader.GetString(12),
        reader.IsDBNull(13) ? null : reader.GetString(13), reader.GetInt32(14), reader.GetInt64(15));
}
