using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Receives this service's queue.</summary>
internal sealed class Consumer(
    ServiceDatabases databases, Broker broker, MessagingSettings settings, DeliveryHandler handler, TimeProvider time, ILogger<Consumer> logger)
    : Receiver(settings.Queue, databases, time, logger)
{
    private readonly TimeProvider _time = time;

    protected override async Task ReceiveAsync(CancellationToken stoppingToken)
    {
        await using var channel = await broker.OpenChannelAsync((ushort)settings.Concurrency, stoppingToken);
        await Topology.DeclareAsync(channel, settings, stoppingToken);
        await channel.BasicQosAsync(0, settings.Prefetch, global: false, stoppingToken);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = new SemaphoreSlim(settings.Concurrency);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => HandleAsync(channel, delivery, running, stoppingToken);
        consumer.UnregisteredAsync += (_, _) => EndAsync(ended);
        channel.ChannelShutdownAsync += (_, _) => EndAsync(ended);
        var tag = await channel.BasicConsumeAsync(settings.Queue, autoAck: false, consumer, stoppingToken);
        LogReceiving(settings.Queue);
        try
        {
            await ended.Task.WaitAsync(stoppingToken);
        }
        finally
        {
            await DrainAsync(channel, tag, running);
        }
    }

    private async Task HandleAsync(IChannel channel, BasicDeliverEventArgs delivery, SemaphoreSlim running, CancellationToken stoppingToken)
    {
        // What was prefetched before the stop goes back to the queue unanswered.
        if (stoppingToken.IsCancellationRequested)
            return;
        await running.WaitAsync(CancellationToken.None);
        try
        {
            await handler.HandleAsync(channel, delivery, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Goes back to the queue when the channel closes; its neighbours still answer on it.
        }
        catch (Exception exception)
        {
            // Unanswered, so the broker delivers it again when this channel ends.
            LogUnanswered(exception, delivery.BasicProperties.MessageId);
            await channel.AbortAsync(CancellationToken.None);
        }
        finally
        {
            running.Release();
        }
    }

    /// <summary>No more deliveries, then the handlers at work finish. Cancelling first also keeps the broker from reusing a live channel.</summary>
    private async Task DrainAsync(IChannel channel, string tag, SemaphoreSlim running)
    {
        using var deadline = new CancellationTokenSource(DrainTime, _time);
        try
        {
            if (channel.IsOpen)
                await channel.BasicCancelAsync(tag, cancellationToken: deadline.Token);
            for (var i = 0; i < settings.Concurrency; i++)
                await running.WaitAsync(deadline.Token);
        }
        catch (Exception exception)
        {
            LogNotDrained(exception, settings.Queue);
        }
    }
}
