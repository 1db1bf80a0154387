using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Orders.Payments;

/// <summary>No money will come: the order goes back to reserved while its lease lives, or expires.</summary>
internal sealed class PaymentFailedHandler(Outbox outbox, Failpoints failpoints, OrdersMetrics metrics) : IMessageHandler<PaymentFailed>
{
    public async Task HandleAsync(PaymentFailed message, MessageContext context, CancellationToken cancellationToken)
    {
        var (connection, transaction) = (context.Connection, context.Transaction);
        var order = await PaymentStore.LockOrderAsync(connection, transaction, message.OrderId, cancellationToken);
        var payment = await PaymentStore.FindPaymentAsync(connection, transaction, message.PaymentId, cancellationToken);
        var effect = PaymentDecisions.OnFailed(order, payment, message);
        if (effect == FailureEffect.Ignore)
        {
            return;
        }

        // Noted even when the order does not know the payment: a start that is still under way must find it failed.
        var isNew = await PaymentStore.PutPaymentAsync(
            connection, transaction, message.PaymentId, message.OrderId, new(PaymentState.Failed, message.Version), null, cancellationToken);
        if (isNew && effect != FailureEffect.Note)
        {
            await UnawaitedPayment.ReleaseOrderAsync(order!, message.Reason ?? "payment_failed", outbox, metrics, context, cancellationToken);
        }

        await failpoints.HitAsync("orders.unpaid.before-commit", cancellationToken);
    }
}
