using Shop.Payments.Notifications;

namespace Shop.Payments.Payments;

/// <summary>What a payment does when the provider says something: a pure table.</summary>
internal static class PaymentTransitions
{
    /// <summary>
    /// The state after <paramref name="type"/>, or null when the event changes nothing (a repeat, or older than what is
    /// known). A success after a decline counts: the money arrived, and the order decides whether it keeps it.
    /// </summary>
    public static PaymentStatus? After(PaymentStatus status, string type) => (status, type) switch
    {
        (PaymentStatus.Pending or PaymentStatus.Declined, ProviderEvent.ChargeSucceeded) => PaymentStatus.Succeeded,
        (PaymentStatus.Pending, ProviderEvent.ChargeDeclined) => PaymentStatus.Declined,
        (PaymentStatus.Succeeded or PaymentStatus.Refunding, ProviderEvent.RefundSucceeded) => PaymentStatus.Refunded,
        _ => null,
    };
}
