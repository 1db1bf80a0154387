using Shop.Catalog.Promotions;

namespace Shop.Catalog.Inventory;

/// <summary>What has become of an order's reservation. The names in lower case are the database's.</summary>
public enum ReservationState
{
    /// <summary>Units are held until the lease ends.</summary>
    Reserved,

    /// <summary>Given back by the order, or refused in advance when it never held any.</summary>
    Released,

    /// <summary>Given back because the lease ended.</summary>
    Expired,

    /// <summary>Paid: the units are sold.</summary>
    Confirmed,
}

/// <param name="Price">Of one unit, in minor units, as promised when the line was reserved.</param>
/// <param name="Shortage">Units that were paid for and could not be taken.</param>
/// <param name="Returned">Units that came back after they were sold.</param>
public sealed record ReservationLine(
    int Revision, long VariantId, long ProductId, string Sku, int Quantity, long Price, string Currency, string Name,
    string? NameZh, int Shortage = 0, int Returned = 0)
{
    /// <summary>Of a confirmed reservation: units that were sold and have not come back.</summary>
    public int Kept => Quantity - Shortage - Returned;
}

/// <summary>An order's reservation with the lines of all its revisions.</summary>
/// <param name="Coupon">Of the last revision; null without one.</param>
/// <param name="PaidRevision">The revision that was paid for before it came, and is sold when it does; mostly null.</param>
public sealed record Reservation(
    Guid OrderId, int Revision, byte[] BodyHash, Guid? CustomerId, ReservationState State, DateTimeOffset LeaseUntil,
    long Version, IReadOnlyList<ReservationLine> Lines, AppliedCoupon? Coupon = null, int? PaidRevision = null)
{
    public IReadOnlyList<ReservationLine> LinesOf(int revision) => [.. Lines.Where(line => line.Revision == revision)];

    /// <summary>Whether its order was paid, so that only a later word of the order itself may undo it.</summary>
    public bool IsPaid => State == ReservationState.Confirmed || PaidRevision is not null;

    /// <summary>The lines whose units the reserved counter includes now.</summary>
    public IReadOnlyList<ReservationLine> Held => State == ReservationState.Reserved ? LinesOf(Revision) : [];
}
