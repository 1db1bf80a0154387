namespace Shop.Catalog.Inventory;

/// <summary>Something that is to happen to an order's reservation.</summary>
public abstract record StockOperation(Guid OrderId)
{
    /// <summary>Variants named by the operation itself, beyond those that the order already holds.</summary>
    public virtual IEnumerable<long> VariantIds => [];
}

public sealed record RequestedLine(long VariantId, int Quantity);

/// <summary>Hold all lines or none.</summary>
/// <param name="Revision">From 1; a higher one replaces the lines of the one before.</param>
/// <param name="BodyHash">Tells a repeat from another request under the same revision.</param>
/// <param name="Lines">Each variant once, in order of id.</param>
public sealed record Reserve(
    Guid OrderId, int Revision, Guid CustomerId, byte[] BodyHash, IReadOnlyList<RequestedLine> Lines)
    : StockOperation(OrderId)
{
    public override IEnumerable<long> VariantIds => Lines.Select(line => line.VariantId);
}

/// <summary>Give held units back, and refuse reservations that come later.</summary>
/// <param name="Version">
/// Of the order, when a message says so: then a paid order's units return as well. Null for the internal call, which
/// compensates a reservation and never touches a paid order.
/// </param>
/// <param name="Revision">Later revisions are neither released nor refused.</param>
public sealed record Release(Guid OrderId, long? Version = null, int Revision = int.MaxValue) : StockOperation(OrderId);

/// <summary>The order was paid: sell the lines of the paid revision.</summary>
public sealed record Confirm(Guid OrderId, int Revision, long Version) : StockOperation(OrderId);

/// <summary>Give units back if the lease ended longer ago than the grace.</summary>
public sealed record Expire(Guid OrderId, TimeSpan Grace) : StockOperation(OrderId);

/// <summary>Why a reservation was refused.</summary>
public enum Refusal
{
    /// <summary>Fewer units are available than asked for.</summary>
    SoldOut,

    /// <summary>No such product, or it is no longer sold.</summary>
    ProductUnknown,

    /// <summary>Another body under a known revision, or a revision older than the known one.</summary>
    Conflict,

    /// <summary>The order is paid, or this revision of its reservation has ended.</summary>
    Closed,
}

/// <summary>How an operation ended; a value of its own, unaffected by later operations of the same batch.</summary>
/// <param name="Reservation">After a granted <see cref="Reserve"/>.</param>
/// <param name="Changed">True when anything is to be stored.</param>
/// <param name="Shortage">Units paid for and not sold by this <see cref="Confirm"/>.</param>
/// <param name="VariantId">The variant that a refusal is about.</param>
public sealed record StockOutcome(
    Reservation? Reservation = null, bool Changed = false, int Shortage = 0, Refusal? Refusal = null,
    long VariantId = 0, int Available = 0)
{
    public static readonly StockOutcome Nothing = new();
    public static readonly StockOutcome Done = new(Changed: true);
    public static StockOutcome Refused(Refusal why, long variantId = 0, int available = 0) =>
        new(Refusal: why, VariantId: variantId, Available: available);
}
