namespace Shop.Catalog.Inventory;

/// <summary>Something that is to happen to an order's reservation.</summary>
public abstract record StockOperation(Guid OrderId)
{
    /// <summary>Variants named by the operation itself, beyond those that the order already holds.</summary>
    public virtual IReadOnlyList<OperationLine> NamedLines => [];
}

/// <summary>Units of one variant.</summary>
public sealed record OperationLine(long VariantId, int Quantity);

/// <summary>Hold all lines or none.</summary>
/// <param name="Revision">From 1; a higher one replaces the lines of the one before.</param>
/// <param name="BodyHash">Tells a repeat from another request under the same revision.</param>
/// <param name="Lines">Each variant once, in order of id.</param>
/// <param name="Coupon">In upper case; null for none.</param>
public sealed record Reserve(
    Guid OrderId, int Revision, Guid CustomerId, byte[] BodyHash, IReadOnlyList<OperationLine> Lines,
    string? Coupon = null)
    : StockOperation(OrderId)
{
    public override IReadOnlyList<OperationLine> NamedLines => Lines;
}

/// <summary>Give held units back, and refuse reservations that come later.</summary>
/// <param name="Version">
/// Of the order, when it says that it has ended: then a paid order's units return as well. Null for the call that
/// compensates a reservation and never touches a paid order.
/// </param>
/// <param name="Revision">Later revisions are neither released nor refused.</param>
public sealed record Release(Guid OrderId, long? Version = null, int Revision = int.MaxValue) : StockOperation(OrderId);

/// <summary>The order was paid: sell the lines of the paid revision.</summary>
public sealed record Confirm(Guid OrderId, int Revision, long Version) : StockOperation(OrderId);

/// <summary>Give units back if the lease ended longer ago than the grace.</summary>
public sealed record Expire(Guid OrderId, TimeSpan Grace) : StockOperation(OrderId);

/// <summary>Sold units have come back, and the order stays paid. Each is another return: who repeats one is told by its key before.</summary>
public sealed record TakeBack(Guid OrderId, IReadOnlyList<OperationLine> Lines, string? Reason, Guid? Actor) : StockOperation(OrderId)
{
    public override IReadOnlyList<OperationLine> NamedLines => Lines;
}
