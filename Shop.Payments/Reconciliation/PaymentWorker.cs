using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Payments.Notifications;
using Shop.Payments.Payments;
using Shop.Payments.Provider;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Problems;

namespace Shop.Payments.Reconciliation;

/// <summary>
/// Finishes what requests and notifications left open: payments whose start was cut off, charges that the provider never
/// told us about, refunds to ask for. Any number of replicas may run it.
/// </summary>
internal sealed partial class PaymentWorker(
    ServiceDatabases databases, IServiceScopeFactory scopes, PaymentStore store, ProviderEvents events, IOptions<PaymentOptions> options, TimeProvider time,
    ILogger<PaymentWorker> logger)
    : PeriodicWork(databases, time, Period, logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // No more are claimed than are worked on at once: one that waited for another would outlast its lease.
    private const int AtOnce = 8;

    /// <summary>Takes up what is due now.</summary>
    protected override async Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        IReadOnlyList<Payment> due;
        do
        {
            due = await store.ClaimDueAsync(AtOnce, cancellationToken);
            await Parallel.ForEachAsync(
                due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (payment, token) => await TakeUpAsync(payment, token));
        }
        while (due.Count == AtOnce);
    }

    private async Task TakeUpAsync(Payment payment, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await (payment.Status switch
            {
                PaymentStatus.Created => Starter(scope).AdvanceAsync(payment, cancellationToken),
                PaymentStatus.Pending => ReconcileAsync(scope, payment, cancellationToken),
                PaymentStatus.Refunding => Provider(scope).RefundAsync(payment, options.Value.NotificationBaseUrl, cancellationToken),
                _ => Task.CompletedTask,
            });
        }
        catch (ProblemException refusal)
        {
            Refused(payment.Id, refusal.Code);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Failed(payment.Id, payment.Attempts, error);
        }
    }

    // The provider answers with its own view; what it never heard of is asked for again.
    private async Task ReconcileAsync(AsyncServiceScope scope, Payment payment, CancellationToken cancellationToken)
    {
        var charge = await Provider(scope).FindAsync(payment.Id, cancellationToken);
        var type = charge?.Status switch
        {
            "succeeded" => ProviderEvent.ChargeSucceeded,
            "declined" => ProviderEvent.ChargeDeclined,
            _ => null,
        };
        if (charge is null)
            await Provider(scope).ChargeAsync(payment, options.Value.NotificationBaseUrl, cancellationToken);
        else if (type is not null)
            await events.ApplyAsync(new ProviderEvent($"{payment.Id:D}/{charge.Status}", type, payment.Id, charge.Amount, charge.Currency), cancellationToken);
    }

    private static PaymentStarter Starter(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<PaymentStarter>();

    private static ProviderClient Provider(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<ProviderClient>();

    [LoggerMessage(1, LogLevel.Warning, "Payment {PaymentId} was refused on take-up: {Code}")]
    private partial void Refused(Guid paymentId, string code);

    [LoggerMessage(2, LogLevel.Warning, "Payment {PaymentId} could not be taken forward in attempt {Attempt}")]
    private partial void Failed(Guid paymentId, int attempt, Exception error);
}
