using Npgsql;
using Shop.Payments.Ledger;
using Shop.Payments.Payments;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Notifications;

/// <summary>
/// Applies what the provider says, from a notification or because we asked: the new state, the ledger and the message to Orders
/// in one commit, or none of them. A repeat finds a payment that has moved on, and changes nothing.
/// </summary>
internal sealed partial class ProviderEvents(
    NpgsqlDataSource database, Outbox outbox, Failpoints failpoints, PaymentsMetrics metrics, ILogger<ProviderEvents> logger)
{
    /// <exception cref="ProblemException">404 <c>payment_unknown</c>; 422 <c>amount_mismatch</c>.</exception>
    public async Task ApplyAsync(ProviderEvent notification, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var payment = await PaymentStore.LockAsync(connection, transaction, notification.PaymentId, cancellationToken)
                      ?? throw new ProblemException(404, "payment_unknown", "There is no such payment.", "paymentId");
        CheckAmount(payment, notification);
        if (PaymentTransitions.After(payment.Status, notification.Type!) is not { } status)
        {
            Ignored(notification.Type!, payment.Id, Payment.Name(payment.Status));
            return;
        }
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(PaymentStore.Move(payment.Id, status, status is PaymentStatus.Declined ? "declined" : null, next: null));
            foreach (var command in Effects(payment, status))
                batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        await failpoints.HitAsync("payments.event.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await failpoints.HitAsync("payments.event.after-commit", cancellationToken);
        metrics.Ended(Payment.Name(status));
        Applied(notification.Type!, payment.Id, payment.OrderId);
    }

    private IEnumerable<NpgsqlBatchCommand> Effects(Payment payment, PaymentStatus status)
    {
        var version = payment.Version + 1;
        switch (status)
        {
            case PaymentStatus.Succeeded:
                yield return LedgerEntries.Capture(payment);
                yield return outbox.Command(new PaymentSucceeded(payment.Id, payment.OrderId, payment.Amount!.Value, payment.Currency!, version), payment.OrderId, version);
                break;
            case PaymentStatus.Declined:
                yield return outbox.Command(new PaymentFailed(payment.Id, payment.OrderId, "declined", version), payment.OrderId, version);
                break;
            case PaymentStatus.Refunded:
                yield return LedgerEntries.Refund(payment);
                yield return outbox.Command(new PaymentRefunded(payment.Id, payment.OrderId, payment.Amount!.Value, payment.Currency!, version), payment.OrderId, version);
                break;
        }
    }

    // What was frozen is what may be collected: another amount is the provider's error, and nobody's money moves in our books.
    private void CheckAmount(Payment payment, ProviderEvent notification)
    {
        if (payment.Amount == notification.Amount && payment.Currency == notification.Currency)
            return;
        metrics.NotificationRefused();
        AmountMismatch(payment.Id, payment.Amount, notification.Amount);
        throw new ProblemException(422, "amount_mismatch", "The amount is not the payment's.", "amount");
    }

    [LoggerMessage(1, LogLevel.Information, "{Type} for payment {PaymentId} of order {OrderId}")]
    private partial void Applied(string type, Guid paymentId, Guid orderId);

    [LoggerMessage(2, LogLevel.Information, "{Type} changes nothing: payment {PaymentId} is {Status}")]
    private partial void Ignored(string type, Guid paymentId, string status);

    [LoggerMessage(3, LogLevel.Error, "The provider names {Given} minor units for payment {PaymentId}, frozen at {Frozen}")]
    private partial void AmountMismatch(Guid paymentId, long? frozen, long given);
}
