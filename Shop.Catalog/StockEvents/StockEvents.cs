using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.StockEvents;

/// <summary>How many units of a variant can be bought now. At most one a second (by default) for a variant; the last state always comes.</summary>
/// <param name="Version">Of the variant's stock; grows with every change, told or not.</param>
public sealed record StockChanged(long ProductId, string Sku, int Available, long Version);

/// <summary>A variant fell to its threshold or below; not told again until it has been above.</summary>
public sealed record LowStock(long ProductId, string Sku, int Available, int Threshold, long Version);

/// <summary>There was none of a variant, and there is again.</summary>
public sealed record BackInStock(long ProductId, string Sku, int Available, long Version);

public static class StockEventTypes
{
    /// <summary>Events that may have no listener.</summary>
    public static MessagingBuilder PublishStockEvents(this MessagingBuilder messaging) => messaging
        .Publish("stock-changed", CatalogJson.Default.StockChanged, optional: true)
        .Publish("low-stock", CatalogJson.Default.LowStock, optional: true)
        .Publish("back-in-stock", CatalogJson.Default.BackInStock, optional: true);
}
