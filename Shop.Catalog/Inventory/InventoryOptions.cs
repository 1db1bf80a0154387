using System.ComponentModel.DataAnnotations;

namespace Shop.Catalog.Inventory;

/// <summary>The section <c>Catalog:Inventory</c>.</summary>
public sealed class InventoryOptions
{
    public const string Section = "Catalog:Inventory";
    public const string Batch = "batch";
    public const string Single = "single";

    /// <summary><c>batch</c>: concurrent reservations share a transaction. <c>single</c>: a transaction for each.</summary>
    [AllowedValues(Batch, Single)]
    public string Strategy { get; set; } = Batch;

    /// <summary>Pause between two looks for leases that are over.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long single movements are kept; older ones are carried as one sum per variant and kind. Days.</summary>
    [Range(InventoryRetention.SoldDays, 3650)]
    public int LedgerDays { get; set; } = InventoryRetention.SoldDays;
}
