using System.Diagnostics.Metrics;

namespace Shop.ServiceDefaults.Locks;

/// <summary>What an operator watches of locks. Names of locks stay out: there may be many.</summary>
internal sealed class LockMetrics
{
    public const string Name = "Shop.Locks";
    private readonly UpDownCounter<long> _held;
    private readonly UpDownCounter<long> _waiting;
    private readonly Histogram<double> _waited;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _refused;

    public LockMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _held = meter.CreateUpDownCounter<long>("shop.locks.held", "{lock}", "Locks held by this process.");
        _waiting = meter.CreateUpDownCounter<long>("shop.locks.waiting", "{waiter}", "Waiters of this process.");
        _waited = meter.CreateHistogram<double>("shop.locks.wait", "s", "Time from asking to the answer, by outcome.");
        _lost = meter.CreateCounter<long>("shop.locks.lost", "{lock}", "Locks whose lease ended while they were held.");
        _refused = meter.CreateCounter<long>("shop.locks.stale_writes", "{write}", "Writes refused because of a stale token.");
    }

    public void Held(int change, string kind) => _held.Add(change, Tag("kind", kind));

    public void Waiting(int change, string kind) => _waiting.Add(change, Tag("kind", kind));

    public void Waited(TimeSpan time, string kind, string outcome) =>
        _waited.Record(time.TotalSeconds, Tag("kind", kind), Tag("outcome", outcome));

    public void Lost(string kind) => _lost.Add(1, Tag("kind", kind));

    public void StaleWrite() => _refused.Add(1);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
