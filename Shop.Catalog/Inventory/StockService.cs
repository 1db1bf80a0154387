namespace Shop.Catalog.Inventory;

/// <summary>Applies operations that come by HTTP.</summary>
public sealed class StockService(IStockStrategy strategy, SoldOutMemory soldOut, Shortages shortages, CatalogMetrics metrics)
{
    /// <summary>Of known shortages the database is not asked.</summary>
    /// <param name="variants">The variant that each line means.</param>
    public async ValueTask<StockOutcome> ReserveAsync(
        ReservationRequest request, long[] variants, CancellationToken cancellationToken)
    {
        var asked = soldOut.Now;
        var outcome = KnownShortage(request, variants)
            ?? await strategy.ApplyAsync(request.ToOperation(variants), cancellationToken);
        if (outcome.Refusal is { } why) metrics.ReservationRefused(why);
        if (outcome.Changed)
        {
            metrics.ReservationMade();
            foreach (var variant in variants) soldOut.Granted(variant);
        }
        // A later revision may be told what it holds itself as well.
        if (outcome is { Refusal: Refusal.SoldOut, IsRemembered: false } && request.Revision == 1)
            await soldOut.LearnAsync(outcome.VariantId, outcome.Available, asked, cancellationToken);
        return outcome;
    }

    public async Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken)
    {
        var outcome = await strategy.ApplyAsync(operation, cancellationToken);
        if (operation is Confirm) shortages.Report(operation.OrderId, outcome);
        return outcome;
    }

    private StockOutcome? KnownShortage(ReservationRequest request, long[] variants)
    {
        for (var i = 0; i < variants.Length; i++)
            if (soldOut.Shortage(variants[i], request.Lines![i].Quantity, request.OrderId) is { } available)
                return StockOutcome.Refused(Refusal.SoldOut, variants[i], available) with { IsRemembered = true };
        return null;
    }
}
