namespace Shop.Payments.Payments;

/// <summary>Section <c>Payments</c>.</summary>
public sealed class PaymentOptions
{
    /// <summary>Where providers send notifications; a service discovery name or a public address.</summary>
    public Uri NotificationBaseUrl { get; set; } = new("http://payments");

    /// <summary>How long the provider may stay silent before it is asked. Default 30 s.</summary>
    public TimeSpan ReconcileAfter { get; set; } = TimeSpan.FromSeconds(30);
}
