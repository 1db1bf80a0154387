using Npgsql;
using Shop.Orders.Checkout;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Orders;

/// <summary>The customer's cancellation. The message releases the stock; the direct call only makes it quicker.</summary>
internal sealed class CancelOrder(Shards shards, Outbox outbox, CatalogReservations catalog, Failpoints failpoints, OrdersMetrics metrics)
{
    private const string LockOwn = "SELECT status FROM orders WHERE id = $1 AND customer_id = $2 FOR UPDATE";

    /// <summary>False when the order does not exist or is somebody else's. Cancelling twice is once.</summary>
    /// <exception cref="ProblemException"><c>illegal_transition</c>: it is being paid, was paid, or has expired.</exception>
    public async Task<bool> RunAsync(Guid orderId, Guid customerId, CancellationToken cancellationToken)
    {
        await using (var connection = await shards.Of(orderId).OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await LockAsync(connection, transaction, orderId, customerId, cancellationToken) is not { } status)
            {
                return false;
            }

            if (status == OrderStatus.Cancelled)
            {
                return true;
            }

            OrderTransitions.Demand(status, OrderStatus.Cancelled);
            var version = await OrderChanges.MoveAsync(connection, transaction, orderId, OrderStatus.Cancelled, null, "customer", cancellationToken)
                ?? throw IllegalTransition.Of(status, OrderStatus.Cancelled);
            await outbox.WriteAsync(connection, transaction, new OrderCancelled(orderId, version), orderId, version, cancellationToken);
            await failpoints.HitAsync("orders.cancelled.before-commit", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        metrics.OrderCancelled();
        await catalog.ReleaseAsync(orderId, null, cancellationToken);
        return true;
    }

    private static async Task<OrderStatus?> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid orderId, Guid customerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockOwn, connection, transaction)
        {
            Parameters = { new() { Value = orderId }, new() { Value = customerId } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is string status ? OrderStatuses.Parse(status) : null;
    }
}
