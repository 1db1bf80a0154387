using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

public sealed record OrderPaid(Guid OrderId, int Revision, long Version);

public sealed record OrderCancelled(Guid OrderId, long Version);

public sealed record OrderExpired(Guid OrderId, long Version);

/// <summary>
/// Sells what a paid order holds. The answer to a sale is written by <see cref="StockStore"/>; here are those to whoever asks
/// again, and to a payment of what has ended. A payment that waits for its reservation is answered when that comes.
/// </summary>
public sealed class OrderPaidHandler(MessageStock stock, Outbox outbox) : IMessageHandler<OrderPaid>
{
    public async Task HandleAsync(OrderPaid message, MessageContext context, CancellationToken cancellationToken)
    {
        var outcome = await stock.ApplyAsync(new Confirm(message.OrderId, message.Revision, message.Version), context, cancellationToken);
        if (outcome.Refusal is { } why)
            await outbox.WriteAsync(
                context.Connection, context.Transaction, new ConfirmationRefused(message.OrderId, message.Revision, message.Version, why.Code()),
                message.OrderId, message.Version, cancellationToken);
        else if (outcome is { Changed: false, Reservation: { State: ReservationState.Confirmed } sold })
            await ConfirmationAnswers.WriteAsync(outbox, sold, context, cancellationToken);
    }
}

public sealed class OrderCancelledHandler(MessageStock stock) : IMessageHandler<OrderCancelled>
{
    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken cancellationToken) =>
        stock.ApplyAsync(new Release(message.OrderId, message.Version), context, cancellationToken);
}

public sealed class OrderExpiredHandler(MessageStock stock) : IMessageHandler<OrderExpired>
{
    public Task HandleAsync(OrderExpired message, MessageContext context, CancellationToken cancellationToken) =>
        stock.ApplyAsync(new Release(message.OrderId, message.Version), context, cancellationToken);
}
