using Shop.ServiceDefaults.Batching;

namespace Shop.Catalog.Inventory;

/// <summary>Concurrent operations share a transaction and its commit, decided in order of arrival.</summary>
public sealed class GroupCommit : IStockStrategy, IAsyncDisposable
{
    private const int MaxBatch = 100;
    private const int Capacity = 10_000;

    private readonly StockTransactions _transactions;
    private readonly CatalogMetrics _metrics;
    private readonly Batcher<StockOperation, StockOutcome> _batcher;

    public GroupCommit(StockTransactions transactions, CatalogMetrics metrics)
    {
        (_transactions, _metrics) = (transactions, metrics);
        _batcher = new Batcher<StockOperation, StockOutcome>(FlushAsync, MaxBatch, Capacity);
    }

    public Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken) =>
        _batcher.AddAsync(operation, cancellationToken);

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private async Task<IReadOnlyList<StockOutcome>> FlushAsync(
        IReadOnlyList<StockOperation> operations, CancellationToken cancellationToken)
    {
        var outcomes = await _transactions.RunAsync(operations, cancellationToken);
        _metrics.Batch(operations.Count);
        return outcomes;
    }
}
