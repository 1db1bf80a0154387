namespace Shop.Catalog.Inventory;

/// <summary>Applies operations that come by HTTP. Those that come by message have a transaction already: <see cref="MessageStock"/>.</summary>
public sealed class StockService(IStockStrategy strategy, SoldOutMemory soldOut, Shortages shortages, CatalogMetrics metrics)
{
    /// <summary>Of known shortages the database is not asked.</summary>
    /// <param name="variants">The variant that each line means.</param>
    public async ValueTask<StockOutcome> ReserveAsync(
        ReservationRequest request, long[] variants, CancellationToken cancellationToken)
    {
        if (KnownShortage(request, variants) is { } known)
        {
            metrics.ReservationRefused(Refusal.SoldOut);
            return known;
        }
        var asked = soldOut.Now;
        var outcome = await ApplyAsync(request.ToOperation(variants), cancellationToken);
        // A later revision may be told what it holds itself as well.
        if (outcome.Refusal is Refusal.SoldOut && request.Revision == 1)
            await soldOut.LearnAsync(outcome.VariantId, outcome.Available, asked, cancellationToken);
        return outcome;
    }

    public async Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken)
    {
        var outcome = await strategy.ApplyAsync(operation, cancellationToken);
        Report(operation, outcome);
        return outcome;
    }

    /// <summary>Counts what was committed, and lets the memory of what is short know.</summary>
    internal void Report(StockOperation operation, StockOutcome outcome)
    {
        if (operation is Confirm) shortages.Report(operation.OrderId, outcome);
        if (operation is not Reserve reserve) return;
        if (outcome.Refusal is { } why) metrics.ReservationRefused(why);
        if (!outcome.Changed) return;
        metrics.ReservationMade();
        foreach (var line in reserve.Lines) soldOut.Granted(line.VariantId);
    }

    private StockOutcome? KnownShortage(ReservationRequest request, long[] variants)
    {
        for (var i = 0; i < variants.Length; i++)
            if (soldOut.Shortage(variants[i], request.Lines![i].Quantity, request.OrderId) is { } available)
                return StockOutcome.Refused(Refusal.SoldOut, variants[i], available) with { IsRemembered = true };
        return null;
    }
}
