namespace Shop.Orders.Checkout;

/// <summary>What Orders asks of Catalog: all lines or none. A higher revision replaces the lines of a lower one.</summary>
internal sealed record ReservationRequest(Guid OrderId, int Revision, Guid CustomerId, IReadOnlyList<DraftLine> Lines);

/// <summary>A reserved line; the price is of one unit, in minor units.</summary>
internal sealed record ReservedLine(long ProductId, string Name, string? NameZh, int Quantity, long Price, string? Sku = null);

/// <summary>Catalog's answer, the only source of prices; the total is in minor units.</summary>
internal sealed record Reservation(
    Guid OrderId, int Revision, DateTimeOffset ExpiresAt, string Currency, long Total, IReadOnlyList<ReservedLine> Lines);

/// <summary>Why Catalog refused, in its own terms.</summary>
/// <param name="Limit">Units that a customer may have of a limited product.</param>
/// <param name="Left">Units that this customer may still have of it.</param>
internal sealed record ReservationRefusal(
    string? Code, string? Detail, long? ProductId, int? Available, int? Revision, int? Limit, int? Left, string? Sku = null);
