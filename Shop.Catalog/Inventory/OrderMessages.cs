using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

public sealed record OrderPaid(Guid OrderId, int Revision, long Version);

public sealed record OrderCancelled(Guid OrderId, long Version);

public sealed record OrderExpired(Guid OrderId, long Version);

/// <summary>Sells what a paid order holds.</summary>
public sealed class OrderPaidHandler(StockStore store, Shortages shortages) : IMessageHandler<OrderPaid>
{
    public async Task HandleAsync(OrderPaid message, MessageContext context, CancellationToken cancellationToken)
    {
        var confirm = new Confirm(message.OrderId, message.Revision, message.Version);
        var result = await store.ApplyAsync(context.Connection, context.Transaction, [confirm], cancellationToken);
        shortages.Report(message.OrderId, result.Outcomes[0]);
    }
}

public sealed class OrderCancelledHandler(StockStore store) : IMessageHandler<OrderCancelled>
{
    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken cancellationToken) =>
        store.ApplyAsync(
            context.Connection, context.Transaction, [new Release(message.OrderId, message.Version)], cancellationToken);
}

public sealed class OrderExpiredHandler(StockStore store) : IMessageHandler<OrderExpired>
{
    public Task HandleAsync(OrderExpired message, MessageContext context, CancellationToken cancellationToken) =>
        store.ApplyAsync(
            context.Connection, context.Transaction, [new Release(message.OrderId, message.Version)], cancellationToken);
}
