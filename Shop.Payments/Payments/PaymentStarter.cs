using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Shop.Payments.Provider;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Payments;

/// <summary>
/// Brings a payment from created to the provider: freeze the order, keep the amount, ask for the charge. Every step is
/// idempotent and stored before the next, so the worker goes on wherever a crash left it.
/// </summary>
internal sealed partial class PaymentStarter(
    PaymentStore store, OrdersClient orders, ProviderClient provider, IOptions<PaymentOptions> options, Failpoints failpoints,
    ILogger<PaymentStarter> logger)
{
    /// <summary>Goes as far as it can now. What fails for a passing reason is left to the worker.</summary>
    /// <exception cref="ProblemException">The order cannot be paid.</exception>
    public async Task<Payment> AdvanceAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            // Reopened first: a crash behind the freeze must leave a payment that the worker takes up.
            if (payment.Status is PaymentStatus.Refused)
                payment = await store.ReopenedAsync(payment.Id, cancellationToken);
            await failpoints.HitAsync("payments.start.before-freeze", cancellationToken);
            if (payment.Status is PaymentStatus.Created or PaymentStatus.Refused)
                payment = await FreezeAsync(payment, cancellationToken);
            if (payment.Status is PaymentStatus.Pending)
                await provider.ChargeAsync(payment, options.Value.NotificationBaseUrl, cancellationToken);
        }
        catch (Exception error) when (IsPassing(error) && !cancellationToken.IsCancellationRequested)
        {
            LeftToWorker(payment.Id, Payment.Name(payment.Status), error);
        }
        return payment;
    }

    private async Task<Payment> FreezeAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            var frozen = await orders.FreezeAsync(payment, cancellationToken);
            return await store.FrozenAsync(payment.Id, frozen.Amount, frozen.Currency, options.Value.ReconcileAfter, cancellationToken);
        }
        catch (ProblemException refusal)
        {
            await store.RefusedAsync(payment.Id, refusal.Code, cancellationToken);
            throw;
        }
    }

    // Away, slow, refused by the resilience handler (time-out, open circuit, too many calls), or an answer that was cut off.
    private static bool IsPassing(Exception error) =>
        error is HttpRequestException or ExecutionRejectedException or IOException or JsonException or TimeoutException or OperationCanceledException;

    [LoggerMessage(1, LogLevel.Warning, "Payment {PaymentId} stays {Status} for now; the worker takes it up again")]
    private partial void LeftToWorker(Guid paymentId, string status, Exception error);
}
