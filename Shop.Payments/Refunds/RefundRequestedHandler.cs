using Npgsql;
using Shop.Payments.Payments;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payments.Refunds;

/// <summary>Orders got money that it cannot keep: the order was expired, cancelled or paid already.</summary>
internal sealed record RefundRequested(Guid PaymentId, Guid OrderId, string Reason, long Version);

/// <summary>Marks the payment for refund; the worker asks the provider after the commit.</summary>
internal sealed class RefundRequestedHandler : IMessageHandler<RefundRequested>
{
    public async Task HandleAsync(RefundRequested message, MessageContext context, CancellationToken cancellationToken)
    {
        var payment = await PaymentStore.LockAsync(context.Connection, context.Transaction, message.PaymentId, cancellationToken);
        if (payment?.Status is PaymentStatus.Refunding or PaymentStatus.Refunded)
            return;
        // Orders asks only after it heard of the success, which this database committed first.
        if (payment?.Status is not PaymentStatus.Succeeded)
            throw new InvalidOperationException($"refund of payment {message.PaymentId}, which is {payment?.Status.ToString() ?? "unknown"}");
        await using var batch = new NpgsqlBatch(context.Connection, context.Transaction)
        {
            BatchCommands = { PaymentStore.Move(payment.Id, PaymentStatus.Refunding, message.Reason, next: TimeSpan.Zero) },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
