using Shop.Catalog.Products;
using Shop.Catalog.Reviews;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

public sealed record OrderPaid(Guid OrderId, int Revision, long Version);

public sealed record OrderCancelled(Guid OrderId, long Version);

public sealed record OrderExpired(Guid OrderId, long Version);

/// <summary>Sells what a paid order holds.</summary>
public sealed class OrderPaidHandler(StockStore store, Shortages shortages, ProductCache cache) : IMessageHandler<OrderPaid>
{
    public async Task HandleAsync(OrderPaid message, MessageContext context, CancellationToken cancellationToken)
    {
        var confirm = new Confirm(message.OrderId, message.Revision, message.Version);
        var result = await store.ApplyAsync(context.Connection, context.Transaction, [confirm], cancellationToken);
        await ReviewStore.RecordPurchaseAsync(context, message.OrderId, cancellationToken);
        context.AfterCommit(() =>
        {
            shortages.Report(message.OrderId, result.Outcomes[0]);
            cache.Outdate(result.Changes);
        });
    }
}

public sealed class OrderCancelledHandler(StockStore store, ProductCache cache) : IMessageHandler<OrderCancelled>
{
    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken cancellationToken) =>
        Releases.ApplyAsync(new Release(message.OrderId, message.Version), context, store, cache, cancellationToken);
}

public sealed class OrderExpiredHandler(StockStore store, ProductCache cache) : IMessageHandler<OrderExpired>
{
    public Task HandleAsync(OrderExpired message, MessageContext context, CancellationToken cancellationToken) =>
        Releases.ApplyAsync(new Release(message.OrderId, message.Version), context, store, cache, cancellationToken);
}

internal static class Releases
{
    public static async Task ApplyAsync(
        Release release, MessageContext context, StockStore store, ProductCache cache, CancellationToken cancellationToken)
    {
        var result = await store.ApplyAsync(context.Connection, context.Transaction, [release], cancellationToken);
        context.AfterCommit(() => cache.Outdate(result.Changes));
    }
}
