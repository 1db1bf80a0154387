using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Holds or changes what an order asks for. A refusal is an answer too, and as final as the other.</summary>
public sealed class ReserveStockHandler(MessageStock stock, Skus skus, Outbox outbox) : IMessageHandler<ReserveStock>
{
    public async Task HandleAsync(ReserveStock message, MessageContext context, CancellationToken cancellationToken)
    {
        try
        {
            var answer = StockReserved.Of(await ReserveAsync(message.ToRequest(), context, cancellationToken), message.Version);
            await outbox.WriteAsync(context.Connection, context.Transaction, answer, message.OrderId, message.Version, cancellationToken);
        }
        catch (ProblemException problem)
        {
            var refused = StockRefused.Of(message, problem);
            await outbox.WriteAsync(context.Connection, context.Transaction, refused, message.OrderId, message.Version, cancellationToken);
        }
    }

    /// <exception cref="ProblemException">Refused, with nothing changed.</exception>
    private async Task<ReservationAnswer> ReserveAsync(ReservationRequest request, MessageContext context, CancellationToken cancellationToken)
    {
        request.Validate();
        var variants = await skus.ResolveAsync(request.Lines!, context.Connection, cancellationToken);
        var outcome = await stock.ApplyAsync(request.ToOperation(variants), context, cancellationToken);
        return outcome.Refusal is null
            ? ReservationAnswer.Of(outcome.Reservation!)
            : throw outcome.ToProblem(request.LineOf(variants, outcome.VariantId));
    }
}

/// <summary>Takes back what customers have sent back.</summary>
public sealed class ReturnStockHandler(StockReturns returns, MessageStock stock, Outbox outbox) : IMessageHandler<ReturnStock>
{
    private const string Untouched = "untouched";

    public async Task HandleAsync(ReturnStock message, MessageContext context, CancellationToken cancellationToken)
    {
        await context.Transaction.SaveAsync(Untouched, cancellationToken);
        try
        {
            var key = RequestKey.Check(message.Key, "key");
            if (await returns.TakeAsync(message.ToRequest(), key, context, cancellationToken) is { } result) stock.Follow(context, result);
            var answer = new StockReturned(message.OrderId, key, message.Version, message.Lines!);
            await outbox.WriteAsync(context.Connection, context.Transaction, answer, message.OrderId, message.Version, cancellationToken);
        }
        catch (ProblemException problem)
        {
            // The word of the payment may have been overtaken, and is waited for.
            if (problem.Code == Refusal.NotSold.Code() && !context.IsLastAttempt) throw;
            await context.Transaction.RollbackAsync(Untouched, cancellationToken);
            var refused = ReturnRefused.Of(message, problem);
            await outbox.WriteAsync(context.Connection, context.Transaction, refused, message.OrderId, message.Version, cancellationToken);
        }
    }
}
