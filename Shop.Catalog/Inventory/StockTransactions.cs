using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Inventory;

/// <summary>Applies operations in a transaction of their own, and lets the caches know once it is committed.</summary>
public sealed class StockTransactions(
    NpgsqlDataSource database, StockStore store, ProductCache cache, SoldOutMemory soldOut, Failpoints failpoints)
{
    /// <summary>One outcome per operation, in their order.</summary>
    public async Task<IReadOnlyList<StockOutcome>> RunAsync(
        IReadOnlyList<StockOperation> operations, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.stock.before-load", cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await store.ApplyAsync(connection, transaction, operations, cancellationToken);
        await CommitAsync(transaction, result.Changes, result.Freed, cancellationToken);
        return result.Outcomes;
    }

    /// <summary>Commits what was applied to the stock within the caller's transaction.</summary>
    internal async Task CommitAsync(
        NpgsqlTransaction transaction, IReadOnlyList<StockChange> changes, IReadOnlyList<long> freed,
        CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.stock.before-commit", cancellationToken);
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            // Also when the answer to the commit is lost: it may have happened.
            soldOut.Forget(freed);
            cache.Outdate(changes);
        }
        await failpoints.HitAsync("catalog.stock.after-commit", cancellationToken);
    }
}
