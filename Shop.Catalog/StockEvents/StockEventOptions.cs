using System.ComponentModel.DataAnnotations;
using Shop.Catalog.Inventory;

namespace Shop.Catalog.StockEvents;

/// <summary>The section <c>Catalog:StockEvents</c>.</summary>
public sealed class StockEventOptions
{
    public const string Section = "Catalog:StockEvents";

    /// <summary>Least time between two messages about one variant.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Throttle { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Products that one replica tells of in a second; others wait for their turn and lose nothing but states in between.</summary>
    [Range(4, 100_000)]
    public int PerSecond { get; set; } = 200;

    /// <summary>Available units at or below which a variant is low that has no threshold of its own.</summary>
    [Range(0, GoodsReceipt.MaxOnHand)]
    public int LowStock { get; set; } = 5;

    /// <summary>Most notices to customers that one transaction enqueues.</summary>
    [Range(1, 10_000)]
    public int NoticesPerTransaction { get; set; } = 500;
}
