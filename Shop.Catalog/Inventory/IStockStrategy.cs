namespace Shop.Catalog.Inventory;

/// <summary>
/// How an operation comes to be applied in a transaction. Whichever way: all lines or none, repeats are recognised, nothing
/// is held beyond what is there.
/// </summary>
public interface IStockStrategy
{
    /// <summary>Returns when the outcome is committed.</summary>
    Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken);
}
