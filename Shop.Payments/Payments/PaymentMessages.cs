namespace Shop.Payments.Payments;

/// <summary>Published when money was captured. <paramref name="Amount"/> is minor units.</summary>
public sealed record PaymentSucceeded(Guid PaymentId, Guid OrderId, long Amount, string Currency, long Version);

/// <summary>Published when the provider declined.</summary>
public sealed record PaymentFailed(Guid PaymentId, Guid OrderId, string Reason, long Version);

/// <summary>Published when the money went back. <paramref name="Amount"/> is minor units.</summary>
public sealed record PaymentRefunded(Guid PaymentId, Guid OrderId, long Amount, string Currency, long Version);
