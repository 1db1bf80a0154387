using RabbitMQ.Client;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// The exchange and a service's queues. Everything is durable, replicated (quorum) and bounded; what moves between queues
/// inside the broker moves at least once, and a full queue refuses instead of dropping.
/// </summary>
internal static class Topology
{
    // A refused publish stays in the outbox, so these bound the broker's disk and lose nothing.
    private const int QueueLength = 1_000_000;
    private const int SideQueueLength = 100_000;

    // Deliveries without an answer before the broker itself calls it a dead letter. It counts each that a session ended with, also
    // of what was only held then and never begun, so this is for what kills its process; tries that fail are counted by the service.
    private const int DeliveryLimit = 20;

    public static Task DeclareExchangeAsync(IChannel channel, MessagingSettings settings, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(settings.Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);

    public static async Task DeclareAsync(IChannel channel, MessagingSettings settings, CancellationToken cancellationToken)
    {
        await DeclareExchangeAsync(channel, settings, cancellationToken);
        await DeclareQueueAsync(channel, settings.DeadQueue, Bounded(SideQueueLength), cancellationToken);
        var queue = Bounded(QueueLength);
        queue["x-delivery-limit"] = DeliveryLimit;
        DeadLetterTo(queue, settings.DeadQueue);
        await DeclareQueueAsync(channel, settings.Queue, queue, cancellationToken);
        foreach (var delay in settings.RetryDelays)
        {
            var retry = Bounded(SideQueueLength);
            retry["x-message-ttl"] = (long)delay.TotalMilliseconds;
            DeadLetterTo(retry, settings.Queue);
            await DeclareQueueAsync(channel, settings.RetryQueue(delay), retry, cancellationToken);
        }

        // Bound last: from the first routed message on there is a way out for every outcome.
        foreach (var type in settings.Consumed.Keys)
            await channel.QueueBindAsync(settings.Queue, settings.Exchange, type, cancellationToken: cancellationToken);
    }

    /// <summary>A work queue: its jobs are tried again in their place, not by way of a retry queue.</summary>
    public static async Task DeclareAsync(IChannel channel, MessagingSettings settings, WorkQueue queue, CancellationToken cancellationToken)
    {
        await DeclareExchangeAsync(channel, settings, cancellationToken);
        await DeclareQueueAsync(channel, queue.DeadQueue, Bounded(SideQueueLength), cancellationToken);
        foreach (var lane in queue.Lanes)
        {
            var arguments = Bounded(QueueLength);
            arguments["x-delivery-limit"] = DeliveryLimit;
            if (queue.SingleActive)
                arguments["x-single-active-consumer"] = true;
            DeadLetterTo(arguments, queue.DeadQueue);
            await DeclareQueueAsync(channel, lane.Queue, arguments, cancellationToken);
        }

        foreach (var lane in queue.Lanes)
            foreach (var type in queue.Jobs.Keys)
                await channel.QueueBindAsync(lane.Queue, settings.Exchange, type + lane.Suffix, cancellationToken: cancellationToken);
    }

    private static Task DeclareQueueAsync(
        IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken) =>
        channel.QueueDeclareAsync(
            name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);

    private static Dictionary<string, object?> Bounded(int length) => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-max-length"] = length,
        ["x-overflow"] = "reject-publish",
    };

    private static void DeadLetterTo(Dictionary<string, object?> arguments, string queue)
    {
        arguments["x-dead-letter-exchange"] = "";
        arguments["x-dead-letter-routing-key"] = queue;
        arguments["x-dead-letter-strategy"] = "at-least-once";
    }
}
