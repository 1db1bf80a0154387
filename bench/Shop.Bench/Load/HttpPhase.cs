using Shop.Bench.Machines;
using Shop.Bench.Measuring;
using Shop.Bench.Reporting;

namespace Shop.Bench.Load;

/// <summary>A round's result and the histogram that rounds are merged from.</summary>
public sealed record RoundOutcome(Round Round, Histogram Histogram);

/// <summary>Runs one round of HTTP load: warm-up, measured time, and the end of the calls that are under way.</summary>
public sealed class HttpPhase(TimeProvider time, Progress progress, Random random)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Cancelled, it answers what it has until then.</summary>
    public async Task<RoundOutcome> RunAsync(int number, PhasePlan plan, CpuMeter meter, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var from = start + Stamps(plan.Limits.WarmUpOf(number));
        var window = new Window(from, from + Stamps(plan.Limits.Length), ByStart: plan.Arrivals is not null);
        var recorder = new Recorder(time, window, plan.ExpectedStatus, plan.Digits);
        ICaller[] callers = [.. Enumerable.Range(0, plan.Callers).Select(
            _ => new HttpCaller(plan.Server, plan.Requests, time, new Random(random.Next())))];
        var open = plan.Arrivals is { } arrivals ? new OpenLoop(recorder, time, arrivals, random) : null;
        var budget = new Budget(plan.Limits.MaxCalls);
        var load = open is null
            ? ClosedLoop.RunAsync(callers, recorder, budget, window.To, time, cancellationToken)
            : open.RunAsync(callers, plan.Waiting, budget, start, window.To, cancellationToken);

        using var over = new CancellationTokenSource();
        var watching = Task.WhenAll(
            WatchAsync(callers, plan.Limits.Timeout, over.Token),
            progress.ShowAsync(recorder, over.Token));
        var cpu = await MeterAsync(meter, window, load, cancellationToken);
        await load;
        var ended = Math.Min(time.GetTimestamp(), window.To);
        await over.CancelAsync();
        await watching;
        foreach (var caller in callers) caller.Dispose();
        return Outcome(number, plan, window, ended, recorder, open, cpu);
    }

    private RoundOutcome Outcome(
        int number, PhasePlan plan, Window window, long ended, Recorder recorder, OpenLoop? open, IReadOnlyDictionary<string, double> cpu)
    {
        _ = recorder.Latest(); // Closes the last second.
        var seconds = Math.Max(0, (ended - window.From) / (double)time.TimestampFrequency);
        var round = new Round(
            number, plan.Limits.WarmUpOf(number).TotalSeconds, Math.Round(seconds, 3), recorder.Answers,
            seconds > 0 ? Math.Round(recorder.Answers / seconds, 1) : 0, recorder.Dropped, recorder.Wrong,
            Latency.Of(recorder.Histogram), open is null ? null : Latency.At(open.Lateness, 99), cpu, recorder.Seconds);
        return new RoundOutcome(round, recorder.Histogram);
    }

    /// <summary>Meters the measured time, or what there is of it.</summary>
    private async Task<IReadOnlyDictionary<string, double>> MeterAsync(
        CpuMeter meter, Window window, Task load, CancellationToken cancellationToken)
    {
        if (await ReachedAsync(window.From, load, cancellationToken)) meter.Start();
        await ReachedAsync(window.To, load, cancellationToken);
        return meter.Stop();
    }

    private async Task<bool> ReachedAsync(long timestamp, Task load, CancellationToken cancellationToken)
    {
        var rest = time.GetElapsedTime(time.GetTimestamp(), timestamp);
        if (rest <= TimeSpan.Zero) return true;
        var first = await Task.WhenAny(load, Task.Delay(rest, time, cancellationToken));
        return first != load && first.IsCompletedSuccessfully;
    }

    private async Task WatchAsync(ICaller[] callers, TimeSpan timeout, CancellationToken over)
    {
        using var timer = new PeriodicTimer(WatchInterval, time);
        while (await timer.TicksAsync(over))
        {
            var oldest = time.GetTimestamp() - Stamps(timeout);
            foreach (var caller in callers) caller.AbortIfOlderThan(oldest);
        }
    }

    private long Stamps(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
