namespace Shop.Orders;

/// <summary><c>order-placed</c>; money in minor units, as in all messages.</summary>
internal sealed record OrderPlaced(Guid OrderId, int Revision, Guid CustomerId, long Total, string Currency, long Version);

/// <summary><c>order-paid</c>: Catalog turns the reservation of this revision into a sale.</summary>
internal sealed record OrderPaid(Guid OrderId, int Revision, Guid CustomerId, long Total, string Currency, long Version);

/// <summary><c>order-cancelled</c>: Catalog releases what the order holds.</summary>
internal sealed record OrderCancelled(Guid OrderId, long Version);

/// <summary><c>order-expired</c>: Catalog releases what the order holds.</summary>
internal sealed record OrderExpired(Guid OrderId, long Version);

/// <summary><c>refund-requested</c>: Payments gives the money of a payment back that has no order to pay.</summary>
internal sealed record RefundRequested(Guid PaymentId, Guid OrderId, string Reason, long Version);

/// <summary><c>payment-succeeded</c>, from Payments.</summary>
internal sealed record PaymentSucceeded(Guid PaymentId, Guid OrderId, long Amount, string Currency, long Version);

/// <summary><c>payment-failed</c>, from Payments.</summary>
internal sealed record PaymentFailed(Guid PaymentId, Guid OrderId, string? Reason, long Version);
