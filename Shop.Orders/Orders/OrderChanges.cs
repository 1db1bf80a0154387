using Npgsql;
using NpgsqlTypes;

namespace Shop.Orders.Orders;

/// <summary>
/// The one statement by which an order changes its state: only from the states that the table of moves allows, with a new
/// version, a line of history and a notification to who watches.
/// </summary>
internal static class OrderChanges
{
    public const string Channel = "order_changed";

    private const string Move = $"""
        WITH changed AS (
            UPDATE orders SET status = $2, version = version + 1, changed_at = shop_now(), payment_id = $4, pending_quantity = NULL
            WHERE id = $1 AND status = ANY($3)
            RETURNING id, version, status
        ), history AS (
            INSERT INTO order_history (order_id, version, status, reason, at)
            SELECT id, version, status, $5, shop_now() FROM changed
        )
        SELECT version, pg_notify('{Channel}', id || ' ' || version || ' ' || status)::text FROM changed
        """;

    /// <summary>
    /// Moves the order, which the caller holds locked or has reason to believe unchanged; answers the new version, or null
    /// when the order is by now in a state from which the move is not allowed.
    /// </summary>
    public static async Task<long?> MoveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid orderId, OrderStatus to, Guid? paymentId, string? reason, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Move, connection, transaction)
        {
            Parameters =
            {
                new() { Value = orderId },
                new() { Value = to.Name() },
                new() { Value = Sources(to) },
                new() { Value = (object?)paymentId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Names of the states from which the table of moves leads to this one.</summary>
    public static string[] Sources(OrderStatus to) =>
        [.. Enum.GetValues<OrderStatus>().Where(from => OrderTransitions.Allows(from, to)).Select(from => from.Name())];
}
