using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Measures outboxes and queues every few seconds. Each replica reports the same; a reader takes one, not the sum.</summary>
internal sealed partial class MessagingGauges(
    ServiceDatabases databases, Broker broker, MessagingSettings settings, MessagingMetrics metrics, QueueLevels levels,
    TimeProvider time, ILogger<MessagingGauges> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QueueLimit = TimeSpan.FromSeconds(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            foreach (var database in databases.All)
                await MeasureAsync(database, stoppingToken);
            if (broker.IsConnected && settings.Queues.Any())
                await MeasureQueuesAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task MeasureAsync(ServiceDatabase database, CancellationToken stoppingToken)
    {
        try
        {
            metrics.Outbox(database.Name, await OutboxTable.MeasureAsync(database.DataSource, stoppingToken));
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogNotMeasured(exception.Message, database.Name);
        }
    }

    // A passive declaration answers the depth on any RabbitMQ, without the management plugin.
    private async Task MeasureQueuesAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(QueueLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        try
        {
            await using var channel = await broker.OpenChannelAsync(handlers: 1, either.Token);
            foreach (var queue in settings.Queues)
            {
                var level = await channel.QueueDeclarePassiveAsync(queue, either.Token);
                levels.Measure(queue, level.MessageCount, level.ConsumerCount);
            }
        }
        // Whatever it is, a broker that hangs included (which the client tells by a cancellation): an exception that left
        // this loop would end the service.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogNotMeasured(exception.Message, settings.Queue);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "{Name} was not measured: {Reason}")]
    private partial void LogNotMeasured(string reason, string name);
}
