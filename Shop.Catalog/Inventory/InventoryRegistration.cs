using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

public static class InventoryRegistration
{
    public static void AddInventory(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StockStore>();
        builder.Services.AddSingleton<StockService>();
        builder.Services.AddSingleton<Skus>();
        builder.Services.AddSingleton<Shortages>();
        builder.Services.AddSingleton<OrderStates>();
        builder.Services.AddHttpClient(OrderStates.Client, client => client.BaseAddress = new("https+http://orders")).AddCallerKey();
        builder.Services.AddHostedService<LeaseSweeper>();
        builder.AddMessaging(messaging => messaging
            .Consume<OrderPaid, OrderPaidHandler>("order-paid", CatalogJson.Default.OrderPaid)
            .Consume<OrderCancelled, OrderCancelledHandler>("order-cancelled", CatalogJson.Default.OrderCancelled)
            .Consume<OrderExpired, OrderExpiredHandler>("order-expired", CatalogJson.Default.OrderExpired));
    }
}
