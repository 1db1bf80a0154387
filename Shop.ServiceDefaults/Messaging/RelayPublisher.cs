using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Publishes rows of an outbox and says which ones the broker has taken over.</summary>
/// <remarks>
/// Every message is mandatory: one that reaches no queue comes back, and its row stays until a queue is bound. Otherwise a
/// message sent before its consumer's very first start would be lost. The exception is a type declared optional, an event
/// that may have no listener: it is sent without the flag, or its rows would pile up for ever.
/// </remarks>
internal sealed partial class RelayPublisher(
    MessagingSettings settings, Failpoints failpoints, MessagingMetrics metrics, TimeProvider time, ILogger<RelayPublisher> logger)
{
    // Longer than a busy broker takes to confirm; one that hangs is told from it by the heartbeat.
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Positions of the rows that are confirmed. When the channel failed, what was confirmed before is not lost.</summary>
    public async Task<RelayResult> PublishAsync(
        IChannel channel, IReadOnlyList<OutboxRow> rows, HeldTypes held, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(_ => deadline.Cancel(), null, ConfirmTimeout, Timeout.InfiniteTimeSpan);
        using var batch = StartBatch(rows);
        await failpoints.HitAsync("messaging.relay.before-publish", cancellationToken);
        Task<Outcome>[] sends = [.. rows.Select(row => SendAsync(channel, row.Message, deadline.Token))];
        await failpoints.HitAsync("messaging.relay.after-publish", cancellationToken);
        var outcomes = await Task.WhenAll(sends);

        Settle(rows, outcomes, held);
        return new RelayResult(
            [.. rows.Zip(outcomes).Where(r => r.Second.Confirmed).Select(r => r.First.Position)],
            outcomes.FirstOrDefault(o => o.Broken is not null)?.Broken);
    }

    // Once per type, not per row: a batch that comes back is one refusal.
    private void Settle(IReadOnlyList<OutboxRow> rows, Outcome[] outcomes, HeldTypes held)
    {
        foreach (var type in rows.Zip(outcomes).GroupBy(r => r.First.Message.Type, r => r.Second))
        {
            metrics.Published(type.Key, type.Count(o => o.Confirmed));
            if (type.FirstOrDefault(o => o.Refused is not null)?.Refused is not { } refused)
                held.Release(type.Key);
            else if (held.Hold(type.Key))
                LogHeld(type.Key, refused);
        }
    }

    private async Task<Outcome> SendAsync(IChannel channel, Envelope message, CancellationToken cancellationToken)
    {
        using var activity = MessagingMetrics.Activities.StartActivity($"{message.Type} publish", ActivityKind.Producer, message.Trace);
        activity?.SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", settings.Exchange)
            .SetTag("messaging.rabbitmq.destination.routing_key", message.Type)
            .SetTag("messaging.message.id", message.MessageId);
        var sent = activity is null ? message : message with { TraceParent = activity.Id, TraceState = activity.TraceStateString };
        try
        {
            await channel.BasicPublishAsync(
                settings.Exchange, message.Type, mandatory: !settings.IsOptional(message.Type),
                sent.Properties(settings.Queue), message.Body, cancellationToken);
            return new Outcome(Confirmed: true);
        }
        catch (PublishException refused)
        {
            var reason = refused.IsReturn ? "no queue is bound for it" : "the broker refused it";
            activity?.SetStatus(ActivityStatusCode.Error, reason);
            return new Outcome(Refused: reason);
        }
        catch (Exception broken)
        {
            activity?.SetStatus(ActivityStatusCode.Error, broken.Message);
            return new Outcome(Broken: broken);
        }
    }

    // Messages of one batch belong to many traces: each continues its own, and the batch links to all.
    private static Activity? StartBatch(IReadOnlyList<OutboxRow> rows) => rows.Count == 1
        ? null
        : MessagingMetrics.Activities.StartActivity(
            "outbox publish batch", ActivityKind.Internal, default(ActivityContext), tags: [new("messaging.batch.message_count", rows.Count)],
            links: rows.Select(r => r.Message.Trace).Where(t => t != default).Select(t => new ActivityLink(t)));

    [LoggerMessage(1, LogLevel.Warning, "Messages of type {Type} wait in the outbox: {Reason}")]
    private partial void LogHeld(string type, string reason);

    private sealed record Outcome(bool Confirmed = false, string? Refused = null, Exception? Broken = null);
}

/// <summary>What became of a batch.</summary>
/// <param name="Confirmed">Positions of the rows that the broker has taken over.</param>
/// <param name="Broken">Set when the channel is of no more use.</param>
internal sealed record RelayResult(long[] Confirmed, Exception? Broken);
