using System.Diagnostics;

namespace Shop.Catalog.Inventory;

/// <summary>Why stock moved. The names in lower case are the ledger's.</summary>
public enum MovementKind
{
    /// <summary>Goods came in.</summary>
    Received,

    /// <summary>An order holds units.</summary>
    Reserved,

    /// <summary>An order gave held units back.</summary>
    Released,

    /// <summary>Held units were paid for and left.</summary>
    Sold,

    /// <summary>Sold units came back.</summary>
    Returned,

    /// <summary>Stock-taking found more or fewer units than the books had.</summary>
    Adjusted,

    /// <summary>Units broke or spoiled.</summary>
    Damaged,
}

/// <summary>One row of the stock ledger.</summary>
/// <param name="Quantity">Positive, except for <see cref="MovementKind.Adjusted"/>.</param>
/// <param name="Actor">The administrator, where one gave the order.</param>
public sealed record StockMovement(
    MovementKind Kind, long VariantId, int Quantity, Guid? OrderId, string? Reason = null, Guid? Actor = null)
{
    public string KindName => Kind switch
    {
        MovementKind.Received => "received",
        MovementKind.Reserved => "reserved",
        MovementKind.Released => "released",
        MovementKind.Sold => "sold",
        MovementKind.Returned => "returned",
        MovementKind.Adjusted => "adjusted",
        MovementKind.Damaged => "damaged",
        _ => throw new UnreachableException(),
    };

    /// <summary>As the ledger has it: negative for what leaves a counter.</summary>
    public int SignedQuantity => Kind is MovementKind.Released or MovementKind.Sold or MovementKind.Damaged ? -Quantity : Quantity;

    public int OnHandDelta => Kind is MovementKind.Reserved or MovementKind.Released ? 0 : SignedQuantity;

    public int ReservedDelta => Kind is MovementKind.Reserved or MovementKind.Released or MovementKind.Sold ? SignedQuantity : 0;

    /// <summary>What it changes in the units that the order's customer holds and has bought.</summary>
    public int CustomerDelta => Kind switch
    {
        MovementKind.Reserved => Quantity,
        MovementKind.Released or MovementKind.Returned => -Quantity,
        _ => 0,
    };
}
