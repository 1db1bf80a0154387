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

    /// <summary>Sold units came back, because a paid order was cancelled.</summary>
    Returned,
}

/// <summary>One row of the stock ledger.</summary>
/// <param name="Quantity">Positive.</param>
public sealed record StockMovement(MovementKind Kind, long VariantId, int Quantity, Guid OrderId)
{
    public string KindName => Kind switch
    {
        MovementKind.Received => "received",
        MovementKind.Reserved => "reserved",
        MovementKind.Released => "released",
        MovementKind.Sold => "sold",
        MovementKind.Returned => "returned",
        _ => throw new UnreachableException(),
    };

    /// <summary>As the ledger has it: negative for what leaves a counter.</summary>
    public int SignedQuantity => Kind is MovementKind.Released or MovementKind.Sold ? -Quantity : Quantity;

    public int OnHandDelta => Kind switch
    {
        MovementKind.Received or MovementKind.Returned or MovementKind.Sold => SignedQuantity,
        _ => 0,
    };

    public int ReservedDelta => Kind switch
    {
        MovementKind.Reserved or MovementKind.Released or MovementKind.Sold => SignedQuantity,
        _ => 0,
    };
}
