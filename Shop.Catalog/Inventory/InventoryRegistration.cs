using Microsoft.Extensions.Options;
using Shop.Catalog.Exchange;
using Shop.Catalog.Products;
using Shop.Catalog.StockEvents;
using Shop.Catalog.Subscriptions;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

public static class InventoryRegistration
{
    public static void AddInventory(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<InventoryOptions>().BindConfiguration(InventoryOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<StockStore>();
        builder.Services.AddSingleton<StockTransactions>();
        builder.Services.AddSingleton<IStockStrategy>(services =>
            services.GetRequiredService<IOptions<InventoryOptions>>().Value.Strategy == InventoryOptions.Single
                ? ActivatorUtilities.CreateInstance<ConditionalUpdates>(services)
                : ActivatorUtilities.CreateInstance<GroupCommit>(services));
        builder.Services.AddSingleton<StockService>();
        builder.Services.AddSingleton<MessageStock>();
        builder.Services.AddSingleton<SoldOutMemory>();
        builder.Services.AddSingleton<StockTaking>();
        builder.Services.AddSingleton<StockReturns>();
        builder.Services.AddSingleton<StockHistories>();
        builder.Services.AddSingleton<Skus>();
        builder.Services.AddSingleton<Shortages>();
        builder.Services.AddSingleton<OrderStates>();
        builder.Services.AddHttpClient(OrderStates.Client, client => client.BaseAddress = new("https+http://orders")).AddCallerKey();
        builder.Services.AddHostedService<LeaseSweeper>();
        builder.Services.AddHostedService<InventoryRetention>();
        builder.AddMessaging(messaging => messaging
            .PublishProductEvents()
            .PublishStockAnswers()
            .Consume<ReserveStock, ReserveStockHandler>("reserve-stock", CatalogJson.Default.ReserveStock)
            .Consume<ReturnStock, ReturnStockHandler>("return-stock", CatalogJson.Default.ReturnStock)
            .PublishStockEvents()
            .SendNotices()
            .RunImports()
            .Consume<OrderPaid, OrderPaidHandler>("order-paid", CatalogJson.Default.OrderPaid)
            .Consume<OrderCancelled, OrderCancelledHandler>("order-cancelled", CatalogJson.Default.OrderCancelled)
            .Consume<OrderExpired, OrderExpiredHandler>("order-expired", CatalogJson.Default.OrderExpired));
    }
}
