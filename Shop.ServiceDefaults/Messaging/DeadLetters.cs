using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>The messages that this service has given up.</summary>
internal sealed partial class DeadLetters(
    [FromKeyedServices(Broker.Publishing)] Broker broker, MessagingSettings settings, TimeProvider time, ILogger<DeadLetters> logger)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Moves what is there now back to the queue, each as if it came for the first time; answers how many.</summary>
    /// <exception cref="OperationCanceledException">RabbitMQ is away; what was moved stays moved, and nothing is lost.</exception>
    public async Task<int> ReplayAsync(CancellationToken cancellationToken)
    {
        await using var channel = await OpenAsync(cancellationToken);
        var moved = settings.Consumed.Count == 0 ? 0 : await MoveAsync(channel, settings.DeadQueue, _ => settings.Queue, cancellationToken);
        // A job that no lane knows was one by mistake; the first lane says so again.
        foreach (var queue in settings.WorkQueues)
            moved += await MoveAsync(
                channel, queue.DeadQueue, type => (queue.LaneOf(type) ?? queue.Lanes[0]).Queue, cancellationToken);
        return moved;
    }

    private async Task<int> MoveAsync(IChannel channel, string from, Func<string?, string> to, CancellationToken cancellationToken)
    {
        var waiting = (await channel.QueueDeclarePassiveAsync(from, cancellationToken)).MessageCount;
        var moved = 0;
        while (moved < waiting && await channel.BasicGetAsync(from, autoAck: false, cancellationToken) is { } letter)
        {
            await channel.BasicPublishAsync(
                "", to(letter.BasicProperties.Type), mandatory: true, Fresh(letter.BasicProperties), letter.Body, cancellationToken);
            await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, cancellationToken);
            moved++;
        }

        LogReplayed(moved, from);
        return moved;
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await broker.OpenChannelAsync(handlers: 1, either.Token);
    }

    // Properties survive as they are, for what is no message of ours too; only the count of tries begins anew.
    private static BasicProperties Fresh(IReadOnlyBasicProperties properties)
    {
        var fresh = new BasicProperties(properties) { DeliveryMode = DeliveryModes.Persistent };
        if (fresh.Headers is { } headers)
            fresh.Headers = headers.Where(h => h.Key != Envelope.AttemptHeader && !h.Key.StartsWith("x-", StringComparison.Ordinal))
                .ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);
        return fresh;
    }

    [LoggerMessage(1, LogLevel.Information, "Replayed {Count} messages of {Queue}")]
    private partial void LogReplayed(int count, string queue);
}
