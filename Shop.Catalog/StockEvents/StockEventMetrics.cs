using System.Diagnostics.Metrics;

namespace Shop.Catalog.StockEvents;

/// <summary>What was told of stock, to services and to customers.</summary>
public sealed class StockEventMetrics
{
    private readonly Counter<long> _told;
    private readonly Counter<long> _low;
    private readonly Counter<long> _back;
    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _sent;
    private long _waiting;
    private long _lowNow;

    public StockEventMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(CatalogMetrics.MeterName);
        _told = meter.CreateCounter<long>("catalog.stock.changed", "{message}", "Changes of a variant's stock that were told.");
        _low = meter.CreateCounter<long>("catalog.stock.became.low", "{variant}", "Variants that fell to their threshold.");
        _back = meter.CreateCounter<long>("catalog.stock.came.back", "{variant}", "Variants of which there was none and is again.");
        _enqueued = meter.CreateCounter<long>("catalog.notices.enqueued", "{notice}", "Notices to customers that a variant is back, by priority.");
        _sent = meter.CreateCounter<long>("catalog.notices.sent", "{notice}", "Notices to customers handed over as mail.");
        meter.CreateObservableGauge(
            "catalog.stock.low", () => Volatile.Read(ref _lowNow), "{variant}", "Variants that are low; each replica tells the same number.");
        meter.CreateObservableGauge(
            "catalog.subscriptions.waiting", () => Volatile.Read(ref _waiting), "{subscription}",
            "Customers who wait for a variant, each variant by itself; each replica tells the same number.");
    }

    public void Told(int changed, int becameLow, int cameBack)
    {
        _told.Add(changed);
        _low.Add(becameLow);
        _back.Add(cameBack);
    }

    public void Enqueued(int high, int low)
    {
        _enqueued.Add(high, new KeyValuePair<string, object?>("priority", "high"));
        _enqueued.Add(low, new KeyValuePair<string, object?>("priority", "low"));
    }

    public void Sent() => _sent.Add(1);

    /// <summary>Counted in the database.</summary>
    public void Levels(long low, long waiting)
    {
        Volatile.Write(ref _lowNow, low);
        Volatile.Write(ref _waiting, waiting);
    }
}
