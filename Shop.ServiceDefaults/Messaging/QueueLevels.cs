using System.Collections.Concurrent;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What was last measured of each queue.</summary>
/// <remarks>
/// RabbitMQ tells the age of no message. But jobs carry the time of their enqueuing and are delivered in order, so the oldest
/// of a lane is among those that some replica holds: each replica reports the oldest of its own, and the largest value counts.
/// Only while nobody consumes nobody holds one; then it is the time since this replica last saw the queue empty.
/// </remarks>
internal sealed class QueueLevels(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, QueueLevel> _measured = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<WorkQueue, HeldJobs?> _held = new();

    public IEnumerable<(string Queue, QueueLevel Level)> Measured => _measured.Select(m => (m.Key, m.Value));

    /// <summary>Jobs of each lane that this replica holds.</summary>
    public IEnumerable<(string Queue, int Count)> Unacked =>
        _held.SelectMany(q => q.Key.Lanes.Select(lane => (lane.Queue, q.Value?.Of(lane).Count ?? 0)));

    /// <summary>Seconds.</summary>
    public IEnumerable<(string Queue, double Age)> Ages => _held.SelectMany(q => q.Key.Lanes.Select(lane => (lane.Queue, AgeOf(lane, q.Value))));

    public void Measure(string queue, long depth, long consumers) => _measured.AddOrUpdate(
        queue,
        _ => new QueueLevel(depth, consumers, time.GetUtcNow()),
        (_, before) => new QueueLevel(depth, consumers, depth == 0 ? time.GetUtcNow() : before.Empty));

    /// <param name="held">Null: nothing, as it does not consume at this moment.</param>
    public void Hold(WorkQueue queue, HeldJobs? held) => _held[queue] = held;

    private double AgeOf(Lane lane, HeldJobs? held)
    {
        if (held?.Of(lane).Oldest is { } oldest)
            return Math.Max(0, (time.GetUtcNow() - oldest).TotalSeconds);
        return _measured.TryGetValue(lane.Queue, out var level) && level is { Depth: > 0, Consumers: 0 }
            ? (time.GetUtcNow() - level.Empty).TotalSeconds
            : 0;
    }
}

/// <summary>A queue as the broker tells of it.</summary>
/// <param name="Empty">When it was last seen empty, or first seen.</param>
internal sealed record QueueLevel(long Depth, long Consumers, DateTimeOffset Empty);
