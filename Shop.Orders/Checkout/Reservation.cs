using System.Text.Json.Serialization;

namespace Shop.Orders.Checkout;

/// <summary>What Orders asks of Catalog: all lines or none. A higher revision replaces the lines and the coupon of a lower one.</summary>
internal sealed record ReservationRequest(Guid OrderId, int Revision, Guid CustomerId, IReadOnlyList<DraftLine> Lines,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Coupon = null);

/// <summary>A reserved line; the price is of one unit, in minor units.</summary>
internal sealed record ReservedLine(long ProductId, string Name, string? NameZh, int Quantity, long Price, string? Sku = null);

/// <summary>Catalog's answer, the only source of prices; the total, after the discount, and the discount are in minor units.</summary>
internal sealed record Reservation(
    Guid OrderId, int Revision, DateTimeOffset ExpiresAt, string Currency, long Total, IReadOnlyList<ReservedLine> Lines,
    long Discount = 0);

/// <summary>Why Catalog refused, in its own terms.</summary>
/// <param name="Limit">Units that a customer may have of a limited product, or uses of the coupon.</param>
/// <param name="Left">Units that this customer may still have of it.</param>
/// <param name="Minimum">Total of the lines that the coupon asks for, in minor units.</param>
internal sealed record ReservationRefusal(
    string? Code, string? Detail, long? ProductId, int? Available, int? Revision, int? Limit, int? Left, string? Sku = null,
    long? Minimum = null);
