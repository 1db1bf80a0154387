namespace Shop.Tests.Support;

/// <summary>A clock that stands still until it is moved; its timers fire while it moves.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<StepTimer> _timers = [];
    private DateTimeOffset _now = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StepTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Waits until something waits for exactly this long from now. What a test sees of a loop's work may come before the loop
    /// waits again: a clock that is moved in between moves without it.
    /// </summary>
    public Task AwaitedAsync(TimeSpan due) => Eventually.TrueAsync(() => IsAwaited(due), what: $"a timer of {due.TotalSeconds} s");

    /// <inheritdoc cref="AwaitedAsync"/>
    public bool IsAwaited(TimeSpan due)
    {
        lock (_lock)
            return _timers.Any(timer => timer.Due == _now + due);
    }

    public void Advance(TimeSpan by)
    {
        List<StepTimer> due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(t => t.Due <= _now).OrderBy(t => t.Due)];
            foreach (var timer in due)
                timer.Next_NeedsLock(_now);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    private sealed class StepTimer(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var now = dueTime == TimeSpan.Zero;
            lock (time._lock)
            {
                time._timers.Remove(this);
                _period = period;
                Due = time._now + dueTime;
                if (dueTime > TimeSpan.Zero)
                    time._timers.Add(this);
            }

            if (now)
                ThreadPool.QueueUserWorkItem(_ => Fire());
            return true;
        }

        public void Next_NeedsLock(DateTimeOffset now)
        {
            if (_period > TimeSpan.Zero)
                Due = now + _period;
            else
                time._timers.Remove(this);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
