using System.Globalization;

namespace Shop.Bench.Measuring;

/// <summary>
/// What all callers of a phase report to. Only what lies between <c>from</c> and <c>to</c> counts; before that is warm-up.
/// A closed loop counts what ends there. An open loop counts what was due there, however late its answer comes, or
/// overload would hide its own victims.
/// One lock: on the loader's core callers hardly ever meet in it, and a histogram for each would not fit its cache.
/// </summary>
public sealed class Recorder(TimeProvider time, Window window, int expectedStatus, int digits)
{
    private readonly Lock _gate = new();
    private readonly Histogram _all = new(digits);
    private readonly Histogram _second = new(digits: 2);
    private readonly SortedDictionary<string, long> _wrong = new(StringComparer.Ordinal);
    private readonly List<SecondSample> _seconds = [];
    private long _currentSecond = long.MinValue;
    private long _wrongInSecond;
    private SecondSample? _latest;

    public long Answers => _all.Count;

    /// <summary>Arrivals of an open loop that found all places taken.</summary>
    public long Dropped { get; private set; }

    public Histogram Histogram => _all;

    public IReadOnlyList<SecondSample> Seconds => _seconds;

    /// <summary>Counts by status or reason of everything but the expected status.</summary>
    public IReadOnlyDictionary<string, long> Wrong
    {
        get
        {
            lock (_gate)
                return new SortedDictionary<string, long>(_wrong, StringComparer.Ordinal);
        }
    }

    /// <param name="started">Time stamp of the start, the intended one in an open loop.</param>
    public void Answered(int status, long started)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            Roll_NeedsGate(now);
            if (status != expectedStatus)
            {
                WentWrong_NeedsGate(status.ToString(CultureInfo.InvariantCulture), started, now);
                return;
            }
            var nanoseconds = time.GetElapsedTime(started, now).Ticks * TimeSpan.NanosecondsPerTick;
            _second.Record(nanoseconds);
            if (window.Counts(started, now)) _all.Record(nanoseconds);
        }
    }

    /// <summary>A call that had no answer.</summary>
    public void Failed(string reason, long started)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            Roll_NeedsGate(now);
            WentWrong_NeedsGate(reason, started, now);
        }
    }

    public void Drop(long due)
    {
        lock (_gate)
            if (window.Counts(due, due)) Dropped++;
    }

    /// <summary>The last whole second, warm-up included; its number is negative then. Null in the first one.</summary>
    public SecondSample? Latest()
    {
        lock (_gate)
        {
            Roll_NeedsGate(time.GetTimestamp());
            return _latest;
        }
    }

    private void WentWrong_NeedsGate(string reason, long started, long now)
    {
        _wrongInSecond++;
        if (window.Counts(started, now)) _wrong[reason] = _wrong.GetValueOrDefault(reason) + 1;
    }

    /// <summary>Closes the current second when it is over.</summary>
    private void Roll_NeedsGate(long now)
    {
        var second = (long)Math.Floor((double)(now - window.From) / time.TimestampFrequency);
        if (second == _currentSecond) return;
        if (_currentSecond != long.MinValue) Close_NeedsGate((int)_currentSecond);
        _currentSecond = second;
    }

    private void Close_NeedsGate(int second)
    {
        _latest = new SecondSample(
            second, _second.Count, _wrongInSecond, Latency.At(_second, 50), Latency.At(_second, 90), Latency.At(_second, 99));
        var whole = (second + 1) * time.TimestampFrequency <= window.To - window.From;
        if (second >= 0 && whole) _seconds.Add(_latest);
        _second.Clear();
        _wrongInSecond = 0;
    }
}
