using Shop.Orders.Orders;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Orders.Payments;

/// <summary>What the order costs from now on, in minor units.</summary>
internal sealed record PaymentTerms(Guid OrderId, Guid PaymentId, long Amount, string Currency);

/// <summary>Freezes an order for one payment. Repeating it with the same payment is harmless.</summary>
internal sealed class StartPayment(Shards shards, OrderQueries queries, ChangeQuantity changes, Failpoints failpoints)
{
    private const int Attempts = 3;

    /// <exception cref="ProblemException">404 <c>order_unknown</c>, 409 <c>order_not_payable</c> with <c>orderStatus</c>.</exception>
    public async Task<PaymentTerms> RunAsync(Guid orderId, Guid paymentId, Guid customerId, CancellationToken cancellationToken)
    {
        for (var n = 0; n < Attempts; n++)
        {
            if (await TryAsync(orderId, paymentId, customerId, cancellationToken) is { } terms)
            {
                return terms;
            }

            var order = await queries.FindAsync(orderId, customerId, cancellationToken) ?? throw OrdersEndpoints.Unknown();
            if (order.PendingQuantity is not null)
            {
                await SettleAsync(order, cancellationToken);
            }
        }

        throw NotPayable(OrderStatus.Reserved);
    }

    private async Task SettleAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            await changes.SettleAsync(order, cancellationToken);
        }
        catch (ProblemException refused) when (refused.Status != StatusCodes.Status503ServiceUnavailable)
        {
            // The quantity cannot be had and is forgotten; the order is paid as it is.
        }
    }

    /// <summary>Null while a new quantity is being reserved.</summary>
    private async Task<PaymentTerms?> TryAsync(Guid orderId, Guid paymentId, Guid customerId, CancellationToken cancellationToken)
    {
        await using var connection = await shards.Of(orderId).OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = await PaymentStore.LockOrderAsync(connection, transaction, orderId, cancellationToken);
        if (order is null || order.CustomerId != customerId)
        {
            throw OrdersEndpoints.Unknown();
        }

        var payment = await PaymentStore.FindPaymentAsync(connection, transaction, paymentId, cancellationToken);
        if (payment is { State: PaymentState.Started or PaymentState.Accepted } && order.PaymentId == paymentId)
        {
            return new(orderId, paymentId, order.Total, order.Currency);
        }

        if (payment is not null || order.Status != OrderStatus.Reserved)
        {
            throw NotPayable(order.Status);
        }

        if (!order.LeaseAlive)
        {
            throw NotPayable(OrderStatus.Expired);
        }

        if (order.IsChanging)
        {
            return null;
        }

        await PaymentStore.PutPaymentAsync(connection, transaction, paymentId, orderId, new(PaymentState.Started, 0), order.Total, cancellationToken);
        _ = await OrderChanges.MoveAsync(connection, transaction, orderId, OrderStatus.Paying, paymentId, null, cancellationToken)
            ?? throw NotPayable(order.Status);
        await failpoints.HitAsync("orders.paying.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(orderId, paymentId, order.Total, order.Currency);
    }

    private static ProblemException NotPayable(OrderStatus status) =>
        new(StatusCodes.Status409Conflict, "order_not_payable", $"An order that is {status.Name()} cannot be paid.")
        {
            Extensions = { ["orderStatus"] = status.Name() },
        };
}
