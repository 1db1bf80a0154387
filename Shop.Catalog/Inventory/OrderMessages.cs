using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

public sealed record OrderPaid(Guid OrderId, int Revision, long Version);

public sealed record OrderCancelled(Guid OrderId, long Version);

public sealed record OrderExpired(Guid OrderId, long Version);

/// <summary>Sells what a paid order holds.</summary>
public sealed partial class OrderPaidHandler(StockStore store, CatalogMetrics metrics, ILogger<OrderPaidHandler> logger)
    : IMessageHandler<OrderPaid>
{
    public async Task HandleAsync(OrderPaid message, MessageContext context, CancellationToken cancellationToken)
    {
        var confirm = new Confirm(message.OrderId, message.Revision, message.Version);
        var result = await store.ApplyAsync(context.Connection, context.Transaction, [confirm], cancellationToken);
        var outcome = result.Outcomes[0];
        if (outcome.Shortage > 0)
        {
            metrics.Shortage(outcome.Shortage);
            LogShortage(message.OrderId, outcome.Shortage);
        }
        if (outcome is { Changed: true, Reservation.Lines.Count: 0 }) LogUnknown(message.OrderId);
    }

    [LoggerMessage(100, LogLevel.Error, "Order {OrderId} was paid after its lease and {Units} units could not be taken again")]
    private partial void LogShortage(Guid orderId, int units);

    [LoggerMessage(101, LogLevel.Error, "Order {OrderId} was paid and never reserved anything")]
    private partial void LogUnknown(Guid orderId);
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
