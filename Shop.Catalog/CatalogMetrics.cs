using System.Diagnostics.Metrics;
using Shop.Catalog.Inventory;

namespace Shop.Catalog;

/// <summary>What a shop owner wants to know of the catalogue.</summary>
public sealed class CatalogMetrics
{
    public const string MeterName = "Shop.Catalog";

    private readonly Counter<long> _made;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _shortages;
    private readonly Histogram<int> _batchSize;

    public CatalogMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _made = meter.CreateCounter<long>("reservations.made", "{reservation}", "Reservations made or changed.");
        _refused = meter.CreateCounter<long>("reservations.refused", "{reservation}", "Reservations refused, by reason.");
        _expired = meter.CreateCounter<long>("reservations.expired", "{reservation}", "Reservations whose lease ended.");
        _shortages = meter.CreateCounter<long>("reservations.shortages", "{unit}", "Units paid for that could not be sold.");
        _batchSize = meter.CreateHistogram<int>("reservations.batch.size", "{operation}", "Operations per transaction.");
    }

    public void ReservationMade() => _made.Add(1);

    public void ReservationRefused(Refusal why) => _refused.Add(1, new KeyValuePair<string, object?>("reason", why.Code()));

    public void ReservationsExpired(int count) => _expired.Add(count);

    public void Shortage(int units) => _shortages.Add(units);

    public void Batch(int size) => _batchSize.Record(size);
}
