using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Decides what becomes of one delivery: acknowledged, tried again later, or a dead letter.</summary>
internal sealed partial class DeliveryHandler(
    Inbox inbox, Patience patience, MessagingSettings settings, MessagingMetrics metrics, TimeProvider time,
    ILogger<DeliveryHandler> logger)
{
    private static readonly TimeSpan PostponeLimit = TimeSpan.FromSeconds(10);

    /// <summary>Answers the broker, or throws: then the delivery is unanswered.</summary>
    public async Task HandleAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken stoppingToken)
    {
        if (Read(delivery) is not var (type, message, body))
        {
            LogPoison(delivery.BasicProperties.MessageId, delivery.BasicProperties.Type);
            await BuryAsync(channel, delivery.DeliveryTag, delivery.BasicProperties.Type ?? "unknown");
            return;
        }

        using var activity = Start(message);
        var outcome = await patience.TryAsync(message, token => HandleAsync(type, body, message, token), mayMoveAside: true, stoppingToken);
        if (outcome.Failure is not { } failure)
        {
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
            return;
        }

        activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
        if (outcome.OneIsAway)
            await MoveAsideAsync(channel, delivery, message, stoppingToken);
        else
            await PostponeAsync(channel, delivery, message, failure, stoppingToken);
    }

    private (ConsumedType Type, Envelope Message, object Body)? Read(BasicDeliverEventArgs delivery)
    {
        if (Envelope.Read(delivery.BasicProperties, delivery.Body) is not { } message
            || !settings.Consumed.TryGetValue(message.Type, out var type))
            return null;
        try
        {
            return (type, message, type.Read(delivery.Body.Span));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task HandleAsync(ConsumedType type, object body, Envelope message, CancellationToken cancellationToken)
    {
        var handled = await inbox.HandleAsync(type, body, message, cancellationToken);
        metrics.Consumed(message.Type, repeated: !handled);
    }

    private async Task PostponeAsync(
        IChannel channel, BasicDeliverEventArgs delivery, Envelope message, Exception failure, CancellationToken stoppingToken)
    {
        if (message.Attempt >= MessagingSettings.MaxTries)
        {
            LogGivenUp(failure, message.Type, message.MessageId, message.Attempt);
            await BuryAsync(channel, delivery.DeliveryTag, message.Type);
            return;
        }

        var delay = settings.DelayAfter(message.Attempt);
        LogFailed(failure, message.Type, message.MessageId, message.Attempt, delay);
        await SendOnAsync(channel, delivery, message with { Attempt = message.Attempt + 1 }, delay, stoppingToken);
    }

    /// <summary>Its database is away and others are not: it waits where it keeps nobody from theirs, and no try is counted.</summary>
    private Task MoveAsideAsync(IChannel channel, BasicDeliverEventArgs delivery, Envelope message, CancellationToken stoppingToken)
    {
        var delay = settings.DelayAfter(attempt: 2);
        LogMovedAside(message.Type, message.MessageId, delay);
        return SendOnAsync(channel, delivery, message, delay, stoppingToken);
    }

    private async Task SendOnAsync(
        IChannel channel, BasicDeliverEventArgs delivery, Envelope next, TimeSpan delay, CancellationToken stoppingToken)
    {
        // Confirmed first, acknowledged then: a crash in between makes a repeat, which the inbox recognises.
        // Cut off, the delivery stays unanswered and comes again.
        using var limit = new CancellationTokenSource(PostponeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        await channel.BasicPublishAsync(
            "", settings.RetryQueue(delay), mandatory: true, next.Properties(delivery.BasicProperties.AppId ?? settings.Queue),
            next.Body, either.Token);
        metrics.Retried(next.Type);
        await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
    }

    private async Task BuryAsync(IChannel channel, ulong tag, string type)
    {
        metrics.DeadLettered(type);
        await channel.BasicNackAsync(tag, multiple: false, requeue: false, CancellationToken.None);
    }

    private Activity? Start(Envelope message)
    {
        var activity = MessagingMetrics.Activities.StartActivity($"{message.Type} process", ActivityKind.Consumer, message.Trace);
        return activity?.SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", settings.Queue)
            .SetTag("messaging.message.id", message.MessageId)
            .SetTag("shop.messaging.attempt", message.Attempt);
    }

    [LoggerMessage(1, LogLevel.Error, "Message {MessageId} of type {Type} cannot be read and is a dead letter")]
    private partial void LogPoison(string? messageId, string? type);

    [LoggerMessage(2, LogLevel.Warning, "{Type} {MessageId} failed at try {Attempt}; next in {Delay}")]
    private partial void LogFailed(Exception failure, string type, Guid messageId, int attempt, TimeSpan delay);

    [LoggerMessage(4, LogLevel.Warning, "{Type} {MessageId} waits for its database, which is away; next try in {Delay}")]
    private partial void LogMovedAside(string type, Guid messageId, TimeSpan delay);

    [LoggerMessage(3, LogLevel.Error, "{Type} {MessageId} failed {Attempt} times and is a dead letter")]
    private partial void LogGivenUp(Exception failure, string type, Guid messageId, int attempt);
}
