using System.Data;
using Npgsql;
using NpgsqlTypes;
using Shop.Orders.Orders;

namespace Shop.Orders.Payments;

/// <summary>Orders and payments as message handlers see them: locked, inside the handler's transaction.</summary>
internal static class PaymentStore
{
    private const string LockOrder = """
        SELECT id, customer_id, status, version, revision, currency, total, payment_id, expires_at > shop_now(),
               pending_quantity IS NOT NULL
        FROM orders WHERE id = $1 FOR UPDATE
        """;

    private const string FindPayment = "SELECT state, version FROM order_payments WHERE payment_id = $1 FOR UPDATE";

    private const string Put = """
        INSERT INTO order_payments (payment_id, order_id, state, amount, version, changed_at)
        VALUES ($1, $2, $3, $4, $5, shop_now())
        ON CONFLICT (payment_id) DO UPDATE
        SET state = EXCLUDED.state, version = EXCLUDED.version, changed_at = EXCLUDED.changed_at,
            amount = COALESCE(EXCLUDED.amount, order_payments.amount)
        WHERE order_payments.state NOT IN ('accepted', 'refunding')
        """;

    public static async Task<PayableOrder?> LockOrderAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockOrder, connection, transaction) { Parameters = { new() { Value = orderId } } };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(
                reader.GetGuid(0),
                reader.GetGuid(1),
                OrderStatuses.Parse(reader.GetString(2)),
                reader.GetInt64(3),
                reader.GetInt32(4),
                reader.GetString(5),
                reader.GetInt64(6),
                reader.IsDBNull(7) ? null : reader.GetGuid(7),
                reader.GetBoolean(8),
                reader.GetBoolean(9))
            : null;
    }

    public static async Task<KnownPayment?> FindPaymentAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid paymentId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindPayment, connection, transaction) { Parameters = { new() { Value = paymentId } } };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(Parse(reader.GetString(0)), reader.GetInt64(1)) : null;
    }

    /// <summary>False when a rival took the payment to its end in the meantime; then its effect exists already.</summary>
    public static async Task<bool> PutPaymentAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid paymentId, Guid orderId, KnownPayment payment, long? amount, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Put, connection, transaction)
        {
            Parameters =
            {
                new() { Value = paymentId },
                new() { Value = orderId },
                new() { Value = Name(payment.State) },
                new() { Value = (object?)amount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = payment.Version },
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public static string Name(PaymentState state) => state switch
    {
        PaymentState.Started => "started",
        PaymentState.Failed => "failed",
        PaymentState.Accepted => "accepted",
        PaymentState.Refunding => "refunding",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static PaymentState Parse(string name) => Enum.GetValues<PaymentState>().First(state => Name(state) == name);
}
