using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What an operator watches of messaging.</summary>
internal sealed class MessagingMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Shop.Messaging";
    public static readonly ActivitySource Activities = new(Name);
    private readonly Counter<long> _published;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _deadLettered;
    private readonly ConcurrentDictionary<string, OutboxLevel> _outbox = new(StringComparer.Ordinal);

    public MessagingMetrics(IMeterFactory meters, QueueLevels queues)
    {
        var meter = meters.Create(Name);
        _published = meter.CreateCounter<long>("shop.messaging.published", "{message}", "Messages confirmed by the broker.");
        _consumed = meter.CreateCounter<long>("shop.messaging.consumed", "{message}", "Messages handled, by outcome.");
        _retried = meter.CreateCounter<long>("shop.messaging.retried", "{message}", "Tries that failed and will be repeated.");
        _deadLettered = meter.CreateCounter<long>("shop.messaging.dead_lettered", "{message}", "Messages given up.");
        meter.CreateObservableGauge(
            "shop.messaging.outbox.age", () => _outbox.Select(d => new Measurement<double>(d.Value.AgeSeconds, Tag("database", d.Key))),
            "s", "Age of the oldest message not yet confirmed.");
        meter.CreateObservableGauge(
            "shop.messaging.outbox.rows", () => _outbox.Select(d => new Measurement<long>(d.Value.Rows, Tag("database", d.Key))),
            "{message}", "Messages not yet confirmed.");
        meter.CreateObservableGauge(
            "shop.messaging.queue.depth", () => queues.Measured.Select(q => new Measurement<long>(q.Level.Depth, Tag("queue", q.Queue))),
            "{message}", "Messages waiting in a queue.");
        meter.CreateObservableGauge(
            "shop.messaging.queue.consumers", () => queues.Measured.Select(q => new Measurement<long>(q.Level.Consumers, Tag("queue", q.Queue))),
            "{consumer}", "Consumers of a queue, of all replicas.");
        meter.CreateObservableGauge(
            "shop.messaging.queue.unacked", () => queues.Unacked.Select(q => new Measurement<int>(q.Count, Tag("queue", q.Queue))),
            "{message}", "Jobs of a work queue that this replica holds unacknowledged.");
        meter.CreateObservableGauge(
            "shop.messaging.queue.age", () => queues.Ages.Select(q => new Measurement<double>(q.Age, Tag("queue", q.Queue))),
            "s", "Age of the oldest job of a work queue, as far as this replica knows; the largest value counts.");
    }

    public void Published(string type, int count) => _published.Add(count, Tag("type", type));

    public void Consumed(string type, bool repeated) =>
        _consumed.Add(1, Tag("type", type), Tag("outcome", repeated ? "repeated" : "handled"));

    public void Retried(string type) => _retried.Add(1, Tag("type", type));

    public void DeadLettered(string type) => _deadLettered.Add(1, Tag("type", type));

    public void Outbox(string database, OutboxLevel level) => _outbox[database] = level;

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>What waits in an outbox.</summary>
internal sealed record OutboxLevel(long Rows, double AgeSeconds);
