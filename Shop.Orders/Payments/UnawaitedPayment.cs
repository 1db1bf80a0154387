using Shop.Orders.Orders;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Orders.Payments;

internal static class UnawaitedPayment
{
    /// <summary>The order stops waiting for its payment: it can be paid again while its lease lives, else it expires.</summary>
    public static async Task ReleaseOrderAsync(
        PayableOrder order, string? reason, Outbox outbox, OrdersMetrics metrics, MessageContext context, CancellationToken cancellationToken)
    {
        var to = order.LeaseAlive ? OrderStatus.Reserved : OrderStatus.Expired;
        var version = await OrderChanges.MoveAsync(context.Connection, context.Transaction, order.Id, to, null, reason, cancellationToken)
            ?? throw IllegalTransition.Of(order.Status, to);
        if (to == OrderStatus.Expired)
        {
            await outbox.WriteAsync(context.Connection, context.Transaction, new OrderExpired(order.Id, version), order.Id, version, cancellationToken);
            metrics.OrdersExpired(1);
        }
    }
}
