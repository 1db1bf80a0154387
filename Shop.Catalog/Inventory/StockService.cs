using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Batching;

namespace Shop.Catalog.Inventory;

/// <summary>Group commit: concurrent operations share a transaction, decided in order of arrival.</summary>
public sealed class StockService : IAsyncDisposable
{
    private const int MaxBatch = 100;
    private const int Capacity = 10_000;

    private readonly NpgsqlDataSource _database;
    private readonly StockStore _store;
    private readonly ProductCache _cache;
    private readonly CatalogMetrics _metrics;
    private readonly Failpoints _failpoints;
    private readonly Batcher<StockOperation, StockOutcome> _batcher;

    public StockService(
        NpgsqlDataSource database, StockStore store, ProductCache cache, CatalogMetrics metrics, Failpoints failpoints)
    {
        (_database, _store, _cache, _metrics, _failpoints) = (database, store, cache, metrics, failpoints);
        _batcher = new Batcher<StockOperation, StockOutcome>(FlushAsync, MaxBatch, Capacity);
    }

    public async Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken)
    {
        var outcome = await _batcher.AddAsync(operation, cancellationToken);
        if (outcome.Refusal is { } why) _metrics.ReservationRefused(why);
        if (outcome is { Changed: true, Reservation: not null }) _metrics.ReservationMade();
        return outcome;
    }

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private async Task<IReadOnlyList<StockOutcome>> FlushAsync(
        IReadOnlyList<StockOperation> operations, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await _store.ApplyAsync(connection, transaction, operations, cancellationToken);
        await _failpoints.HitAsync("catalog.reservations.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _metrics.Batch(operations.Count);
        _cache.Outdate(result.Changes);
        return result.Outcomes;
    }
}
