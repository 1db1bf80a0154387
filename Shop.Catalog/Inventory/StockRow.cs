namespace Shop.Catalog.Inventory;

/// <summary>A variant's counters and what a reservation says about it, as locked for one transaction.</summary>
public sealed class StockRow
{
    public required long VariantId { get; init; }
    public required long ProductId { get; init; }
    public required string Sku { get; init; }
    public required string Name { get; init; }
    public string? NameZh { get; init; }

    /// <summary>Of one unit, in minor units.</summary>
    public required long Price { get; init; }

    public required string Currency { get; init; }

    /// <summary>False for a retired variant: held units can still be paid for, none can be added.</summary>
    public required bool Sellable { get; init; }

    /// <summary>Units that one customer may hold and buy; null for no limit.</summary>
    public int? LimitPerCustomer { get; init; }

    public required int OnHand { get; set; }
    public required int Reserved { get; set; }
    public int Available => OnHand - Reserved;

    internal void Apply(StockMovement movement)
    {
        OnHand += movement.OnHandDelta;
        Reserved += movement.ReservedDelta;
    }
}
