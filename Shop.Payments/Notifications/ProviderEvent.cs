namespace Shop.Payments.Notifications;

/// <summary>What a provider tells us. <paramref name="Amount"/> is minor units.</summary>
/// <param name="EventId">Unique per event at the provider; a repeat carries the same one.</param>
internal sealed record ProviderEvent(string? EventId, string? Type, Guid PaymentId, long Amount, string? Currency)
{
    public const string ChargeSucceeded = "charge.succeeded";
    public const string ChargeDeclined = "charge.declined";
    public const string RefundSucceeded = "refund.succeeded";
}
