using System.Diagnostics.Metrics;

namespace Shop.Payments;

/// <summary>What a shop owner wants to know of payments.</summary>
internal sealed class PaymentsMetrics
{
    private readonly Counter<long> _ended;
    private readonly Counter<long> _refusedNotifications;

    public PaymentsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Shop.Payments");
        _ended = meter.CreateCounter<long>("payments.ended", "{payment}", "Payments that reached an outcome, by status");
        _refusedNotifications = meter.CreateCounter<long>("payments.notifications.refused", "{notification}",
            "Provider notifications with a bad signature, time stamp or content");
    }

    public void Ended(string status) => _ended.Add(1, new KeyValuePair<string, object?>("payment.status", status));

    public void NotificationRefused() => _refusedNotifications.Add(1);
}
