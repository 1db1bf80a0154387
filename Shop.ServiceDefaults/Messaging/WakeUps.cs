namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Which writes to the outbox wake the relay. PostgreSQL commits transactions that notify one after the other, in the whole
/// cluster, each with its own flush: measured with 16 writers, 350 commits per second instead of 2,500. So at most
/// <see cref="PerSecond"/> of a process's writes notify; a relay that has been busy looks again by itself soon enough.
/// </summary>
internal sealed class WakeUps(TimeProvider time)
{
    public const int PerSecond = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1) / PerSecond;
    private readonly Lock _lock = new();
    private DateTimeOffset _credit = DateTimeOffset.MinValue;

    /// <summary>True when this write may notify; a second without writes earns a second's worth.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var earliest = now - TimeSpan.FromSeconds(1);
            if (_credit < earliest || _credit > now + Interval)
                _credit = earliest;
            if (_credit + Interval > now)
                return false;
            _credit += Interval;
            return true;
        }
    }
}
