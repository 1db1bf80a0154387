using Shop.Orders.Orders;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Orders.Payments;

/// <summary>Money came: the order is paid, or the money goes back by itself. Each payment has one of the two effects, once.</summary>
internal sealed class PaymentSucceededHandler(Outbox outbox, Failpoints failpoints, OrdersMetrics metrics) : IMessageHandler<PaymentSucceeded>
{
    public async Task HandleAsync(PaymentSucceeded message, MessageContext context, CancellationToken cancellationToken)
    {
        var (connection, transaction) = (context.Connection, context.Transaction);
        var order = await PaymentStore.LockOrderAsync(connection, transaction, message.OrderId, cancellationToken);
        var payment = await PaymentStore.FindPaymentAsync(connection, transaction, message.PaymentId, cancellationToken);
        var (effect, reason) = PaymentDecisions.OnSucceeded(order, payment, message);
        if (effect == SuccessEffect.Ignore)
        {
            return;
        }

        var state = effect == SuccessEffect.Pay ? PaymentState.Accepted : PaymentState.Refunding;
        if (!await PaymentStore.PutPaymentAsync(
            connection, transaction, message.PaymentId, message.OrderId, new(state, message.Version), message.Amount, cancellationToken))
        {
            return;
        }

        if (effect == SuccessEffect.Pay)
        {
            await PayAsync(order!, message, context, cancellationToken);
        }
        else
        {
            await RefundAsync(order, message, reason, context, cancellationToken);
        }

        await failpoints.HitAsync("orders.paid.before-commit", cancellationToken);
    }

    private async Task PayAsync(PayableOrder order, PaymentSucceeded message, MessageContext context, CancellationToken cancellationToken)
    {
        var version = await OrderChanges.MoveAsync(
            context.Connection, context.Transaction, order.Id, OrderStatus.Paid, message.PaymentId, null, cancellationToken)
            ?? throw IllegalTransition.Of(order.Status, OrderStatus.Paid);
        var paid = new OrderPaid(order.Id, order.Revision, order.CustomerId, order.Total, order.Currency, version);
        await outbox.WriteAsync(context.Connection, context.Transaction, paid, order.Id, version, cancellationToken);
        metrics.OrderPaid();
    }

    private async Task RefundAsync(
        PayableOrder? order, PaymentSucceeded message, string reason, MessageContext context, CancellationToken cancellationToken)
    {
        if (order is { Status: OrderStatus.Paying } && order.PaymentId == message.PaymentId)
        {
            await UnawaitedPayment.ReleaseOrderAsync(order, reason, outbox, metrics, context, cancellationToken);
        }

        var refund = new RefundRequested(message.PaymentId, message.OrderId, reason, message.Version);
        await outbox.WriteAsync(context.Connection, context.Transaction, refund, message.PaymentId, message.Version, cancellationToken);
    }
}
