namespace Shop.Payments.Payments;

/// <summary>States of a payment. The wire form is the name in lower case.</summary>
public enum PaymentStatus
{
    /// <summary>Known to us; the order is not frozen yet.</summary>
    Created,

    /// <summary>The order is frozen and the provider is asked, or about to be.</summary>
    Pending,

    /// <summary>The provider holds the money.</summary>
    Succeeded,

    /// <summary>The provider said no.</summary>
    Declined,

    /// <summary>The order could not be paid: unknown, cancelled, paid already.</summary>
    Refused,

    /// <summary>The money is on its way back.</summary>
    Refunding,

    /// <summary>The money is back with the customer.</summary>
    Refunded,
}

/// <summary>One attempt to collect one order's frozen total.</summary>
/// <param name="Amount">Minor units of <paramref name="Currency"/>; null until the order is frozen.</param>
/// <param name="Version">Grows by one with every change of status.</param>
/// <param name="Attempts">How often the worker has taken this payment up since its last change of status.</param>
internal sealed record Payment(
    Guid Id, Guid CustomerId, Guid OrderId, string Method, PaymentStatus Status,
    long? Amount, string? Currency, string? Failure, long Version, int Attempts)
{
    public static string Name(PaymentStatus status) => status switch
    {
        PaymentStatus.Created => "created",
        PaymentStatus.Pending => "pending",
        PaymentStatus.Succeeded => "succeeded",
        PaymentStatus.Declined => "declined",
        PaymentStatus.Refused => "refused",
        PaymentStatus.Refunding => "refunding",
        PaymentStatus.Refunded => "refunded",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static PaymentStatus Parse(string name) => name switch
    {
        "created" => PaymentStatus.Created,
        "pending" => PaymentStatus.Pending,
        "succeeded" => PaymentStatus.Succeeded,
        "declined" => PaymentStatus.Declined,
        "refused" => PaymentStatus.Refused,
        "refunding" => PaymentStatus.Refunding,
        "refunded" => PaymentStatus.Refunded,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown payment status"),
    };
}
