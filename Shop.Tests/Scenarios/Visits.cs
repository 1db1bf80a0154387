using System.Collections.Concurrent;
using Shop.Bench.Measuring;

namespace Shop.Tests.Scenarios;

/// <summary>
/// Visits at a rate of their own, however long each takes. A latency counts from the moment at which the visit was due, so
/// a stall is seen by everybody who came during it.
/// </summary>
/// <param name="visit">Gets the number of the visit; answers null if all was well, else what was wrong.</param>
internal sealed class Visits(double perSecond, Func<int, Task<string?>> visit)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private readonly ConcurrentDictionary<string, Tally> _phases = new(StringComparer.Ordinal);
    private int _number;

    /// <summary>What became of those that were due in a phase.</summary>
    public Tally this[string phase] => _phases.GetOrAdd(phase, _ => new Tally());

    /// <summary>Lets as many come as are due in that time; returns when all have gone.</summary>
    public async Task PhaseAsync(string phase, TimeSpan length)
    {
        var (visits, tally, started) = (new List<Task>(), this[phase], TimeProvider.System.GetTimestamp());
        using var timer = new PeriodicTimer(Tick);
        for (var all = (int)Math.Round(perSecond * length.TotalSeconds); visits.Count < all; await timer.WaitForNextTickAsync())
        {
            for (var due = perSecond * TimeProvider.System.GetElapsedTime(started).TotalSeconds; visits.Count < Math.Min(due, all);)
            {
                var since = started + (long)(visits.Count / perSecond * TimeProvider.System.TimestampFrequency);
                visits.Add(Task.Run(() => VisitAsync(Interlocked.Increment(ref _number), since, tally)));
            }
        }
        await Task.WhenAll(visits);
    }

    private async Task VisitAsync(int number, long due, Tally tally)
    {
        string? wrong;
        try
        {
            wrong = await visit(number);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            wrong = error.Message;
        }
        tally.Add(TimeProvider.System.GetElapsedTime(due), wrong);
    }
}

/// <summary>Visits of one phase. Safe for concurrent use.</summary>
internal sealed class Tally
{
    private readonly Lock _lock = new();
    private readonly Histogram _microseconds = new(digits: 3);
    private readonly Dictionary<string, int> _wrong = new(StringComparer.Ordinal);

    public int Count
    {
        get { lock (_lock) return (int)_microseconds.Count; }
    }

    /// <summary>0 to 1.</summary>
    public double GoodShare
    {
        get { lock (_lock) return 1 - _wrong.Values.Sum() / (double)_microseconds.Count; }
    }

    /// <summary>In milliseconds.</summary>
    public double P99
    {
        get { lock (_lock) return _microseconds.Percentile(99) / 1000d; }
    }

    public void Add(TimeSpan latency, string? wrong)
    {
        lock (_lock)
        {
            _microseconds.Record((long)latency.TotalMicroseconds);
            if (wrong is not null) _wrong[wrong] = _wrong.GetValueOrDefault(wrong) + 1;
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            var wrong = string.Join(", ", _wrong.Select(w => $"{w.Value} × {w.Key}"));
            return FormattableString.Invariant(
                $"{Count} visits, {100 * GoodShare:0.00} % good, p50 {_microseconds.Percentile(50) / 1000d:0.0} ms, p99 {P99:0.0} ms, longest {_microseconds.Max / 1000d:0} ms{(wrong.Length > 0 ? ": " + wrong : "")}");
        }
    }
}
