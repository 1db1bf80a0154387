namespace Shop.Catalog.Inventory;

/// <summary>Tells the shop's people what was paid for and could not be sold.</summary>
public sealed partial class Shortages(CatalogMetrics metrics, ILogger<Shortages> logger)
{
    public void Report(Guid orderId, StockOutcome outcome)
    {
        if (outcome.Shortage > 0)
        {
            metrics.Shortage(outcome.Shortage);
            LogShortage(orderId, outcome.Shortage);
        }
        if (outcome is { Changed: true, Reservation: { State: ReservationState.Confirmed, Lines.Count: 0 } }) LogUnknown(orderId);
    }

    [LoggerMessage(100, LogLevel.Error, "Order {OrderId} was paid after its lease and {Units} units could not be taken again")]
    private partial void LogShortage(Guid orderId, int units);

    [LoggerMessage(101, LogLevel.Error, "Order {OrderId} was paid and never reserved anything")]
    private partial void LogUnknown(Guid orderId);
}
