namespace Shop.Catalog.Inventory;

/// <summary>Applies operations that come by HTTP.</summary>
public sealed class StockService(IStockStrategy strategy, Shortages shortages, CatalogMetrics metrics)
{
    public async Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken)
    {
        var outcome = await strategy.ApplyAsync(operation, cancellationToken);
        if (operation is Reserve && outcome.Refusal is { } why) metrics.ReservationRefused(why);
        if (operation is Reserve && outcome.Changed) metrics.ReservationMade();
        if (operation is Confirm) shortages.Report(operation.OrderId, outcome);
        return outcome;
    }
}
