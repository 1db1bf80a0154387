using System.Diagnostics.Metrics;

namespace Shop.Catalog.Replication;

/// <summary>Which server answers reads that tolerate lag, and how late the standby is.</summary>
public sealed class ReplicationMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _reads;
    private readonly Counter<long> _fallbacks;

    public ReplicationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(CatalogMetrics.MeterName);
        _reads = _meter.CreateCounter<long>("catalog.reads", "{read}", "Reads that tolerate lag, by server: standby or primary.");
        _fallbacks = _meter.CreateCounter<long>(
            "catalog.standby.fallbacks", "{read}", "Reads of the primary that a standby could have spared it, by reason: late, failed or the state.");
    }

    public void ReadFrom(string server) => _reads.Add(1, new KeyValuePair<string, object?>("server", server));

    public void FellBack(string reason) => _fallbacks.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void Measure(Standby standby)
    {
        _meter.CreateObservableGauge(
            "catalog.standby.lag", () => standby.Lag is { } lag ? [new(lag.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s", "Age of what the standby shows; nothing before that is known.");
        _meter.CreateObservableGauge(
            "catalog.standby.lag.size", () => standby.MissingBytes, "By", "Log that the standby has still to replay.");
    }
}
