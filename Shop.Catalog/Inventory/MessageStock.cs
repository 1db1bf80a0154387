using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

/// <summary>
/// Applies operations that come by message, in the message's own transaction and past group commit: the inbox row, the effect
/// and the answer are committed together or not at all.
/// </summary>
public sealed class MessageStock(StockStore store, StockService service, ProductCache cache, SoldOutMemory soldOut, Failpoints failpoints)
{
    public async Task<StockOutcome> ApplyAsync(StockOperation operation, MessageContext context, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.stock.before-load", cancellationToken);
        var result = await store.ApplyAsync(context.Connection, context.Transaction, [operation], cancellationToken);
        var outcome = result.Outcomes[0];
        Follow(context, result, () => service.Report(operation, outcome));
        return outcome;
    }

    /// <summary>What is to be known once the message is committed.</summary>
    internal void Follow(MessageContext context, StockResult result, Action? then = null) => context.AfterCommit(() =>
    {
        soldOut.Forget(result.Freed);
        cache.Outdate(result.Changes);
        then?.Invoke();
    });
}
