using System.Collections.Concurrent;

namespace Shop.StandIns.Tests.Support;

/// <summary>
/// A clock whose short waits take no time (or a given pause) and are noted; longer ones never end. So pauses between
/// retries can be read off, and time-outs stay out of the way.
/// </summary>
internal sealed class QuickTime(TimeSpan within, TimeSpan pause = default) : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _pauses = [];

    public IReadOnlyList<TimeSpan> Pauses => [.. _pauses];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > within || dueTime < TimeSpan.Zero)
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pauses.Enqueue(dueTime);
        return System.CreateTimer(callback, state, pause, Timeout.InfiniteTimeSpan);
    }
}
