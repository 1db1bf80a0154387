using Shop.Bench.Load;
using Shop.Bench.Measuring;

namespace Shop.Tests.Unit.Bench;

public sealed class LoopTests
{
    private const double PerSecond = 200;
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Fact]
    public async Task An_open_loop_counts_a_stall_for_everybody_who_was_due_during_it()
    {
        // One caller; its first call is answered only when half a second's arrivals were due. All others are answered at once,
        // so a loop that counted from the sending would see one slow call and a hundred quick ones.
        using var caller = new StallingCaller();
        var start = Clock.GetTimestamp();
        var until = start + (Clock.TimestampFrequency / 2);
        var recorder = new Recorder(Clock, new Window(start, until, ByStart: true), expectedStatus: 200, digits: 3);
        var loop = new OpenLoop(recorder, Clock, new Arrivals(PerSecond, ArrivalSpread.Even), new Random(1));
        var running = loop.RunAsync([caller], waiting: 1000, new Budget(1000), start, until, CancellationToken.None);
        await Eventually.TrueAsync(() => loop.Lateness.Count == 100);
        caller.Release();
        await running;

        Assert.Equal(100, recorder.Answers);
        Assert.Equal(0, recorder.Dropped);
        // Arrivals 0, 5, ... 495 ms waited until 495 ms at least.
        Assert.InRange(recorder.Histogram.Percentile(50), 240_000_000, long.MaxValue);
        Assert.InRange(recorder.Histogram.Max, 495_000_000, long.MaxValue);
    }

    [Fact]
    public async Task Who_finds_all_places_taken_is_dropped_and_counted()
    {
        using var caller = new StallingCaller();
        var start = Clock.GetTimestamp();
        var until = start + (Clock.TimestampFrequency / 2);
        var recorder = new Recorder(Clock, new Window(start, until, ByStart: true), expectedStatus: 200, digits: 3);
        var loop = new OpenLoop(recorder, Clock, new Arrivals(PerSecond, ArrivalSpread.Even), new Random(1));
        var running = loop.RunAsync([caller], waiting: 10, new Budget(1000), start, until, CancellationToken.None);
        await Eventually.TrueAsync(() => loop.Lateness.Count == 100);
        caller.Release();
        await running;

        // One call under way and ten waiting; the first may still be in the queue when the next ones come.
        Assert.InRange(recorder.Dropped, 89, 90);
        Assert.Equal(100, recorder.Answers + recorder.Dropped);
    }

    [Fact]
    public async Task A_closed_loop_keeps_to_its_budget_and_counts_what_was_not_expected_apart()
    {
        using var caller = new CountingCaller(call => call % 4 == 0 ? 500 : 200);
        var start = Clock.GetTimestamp();
        var recorder = new Recorder(Clock, new Window(start, long.MaxValue, ByStart: false), expectedStatus: 200, digits: 3);
        await ClosedLoop.RunAsync([caller, caller], recorder, new Budget(40), long.MaxValue, Clock, CancellationToken.None);

        Assert.Equal(40, caller.Calls);
        Assert.Equal(30, recorder.Answers);
        Assert.Equal(10, Assert.Single(recorder.Wrong, wrong => wrong.Key == "500").Value);
    }

    [Fact]
    public void The_warm_up_counts_for_nothing()
    {
        var time = new SteppedTime();
        var recorder = new Recorder(time, new Window(3_000, 5_000, ByStart: false), expectedStatus: 200, digits: 3);
        foreach (var (now, status) in new[] { (2_999L, 200), (2_999, 500), (3_000, 200), (4_999, 200), (5_000, 200), (5_000, 500) })
        {
            time.Now = now;
            recorder.Answered(status, started: now - 10);
        }
        _ = recorder.Latest();

        Assert.Equal(2, recorder.Answers);
        Assert.Empty(recorder.Wrong);
        Assert.Equal([(0, 1L), (1, 1L)], recorder.Seconds.Select(second => (second.Second, second.Answers)));
    }

    [Theory]
    [InlineData(ArrivalSpread.Even)]
    [InlineData(ArrivalSpread.Poisson)]
    public void Arrivals_keep_their_mean_rate(ArrivalSpread spread)
    {
        const int Count = 20_000;
        const long Frequency = 1_000_000_000;
        var due = new Arrivals(5_000, spread).From(0, Frequency, new Random(5)).Take(Count).ToArray();

        Assert.InRange(Count / (due[^1] / (double)Frequency), 4_900, 5_100);
        var gaps = due.Zip(due.Skip(1), (first, second) => (double)(second - first)).ToArray();
        var (mean, squares) = (gaps.Average(), gaps.Average(gap => gap * gap));
        var variation = Math.Sqrt(squares - (mean * mean)) / mean;
        Assert.InRange(variation, spread == ArrivalSpread.Even ? 0 : 0.95, spread == ArrivalSpread.Even ? 0.01 : 1.05);
    }

    private sealed class StallingCaller : ICaller
    {
        private readonly TaskCompletionSource<int> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _first.TrySetResult(200);

        public ValueTask<int> CallAsync(CancellationToken cancellationToken) => new(_first.Task);

        public void AbortIfOlderThan(long timestamp)
        {
        }

        public void Dispose() => Release();
    }

    private sealed class CountingCaller(Func<int, int> status) : ICaller
    {
        private int _calls;

        public int Calls => _calls;

        public ValueTask<int> CallAsync(CancellationToken cancellationToken) => new(status(Interlocked.Increment(ref _calls)));

        public void AbortIfOlderThan(long timestamp)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class SteppedTime : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Now;
    }
}
