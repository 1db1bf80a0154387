using System.Diagnostics.Metrics;

namespace Shop.Orders;

/// <summary>What a shop owner wants to see of Orders; meter <c>Shop.Orders</c>.</summary>
internal sealed class OrdersMetrics
{
    public const string MeterName = "Shop.Orders";

    private readonly Counter<long> _placed;
    private readonly Counter<long> _paid;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _refused;

    public OrdersMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _placed = meter.CreateCounter<long>("orders.placed", "{order}", "Orders that were placed");
        _paid = meter.CreateCounter<long>("orders.paid", "{order}", "Orders that were paid");
        _expired = meter.CreateCounter<long>("orders.expired", "{order}", "Orders whose reservation ran out before they were paid");
        _cancelled = meter.CreateCounter<long>("orders.cancelled", "{order}", "Orders that their customers cancelled");
        _refused = meter.CreateCounter<long>("reservations.refused", "{reservation}", "Reservations that Catalog refused, by reason");
    }

    public void OrderPlaced() => _placed.Add(1);

    public void OrderPaid() => _paid.Add(1);

    public void OrdersExpired(int count) => _expired.Add(count);

    public void OrderCancelled() => _cancelled.Add(1);

    public void ReservationRefused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
