using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>Works on the jobs of one queue.</summary>
/// <remarks>
/// What is promised of the order: a FIFO queue is worked on by one replica at a time, one job after the other, in the order in
/// which the broker took them; a job that fails keeps its place until it succeeds or is a dead letter. The relay publishes in
/// the order of the outbox: jobs of transactions that ran one after the other come in that order, those of overlapping ones
/// in either. When the active replica is cut off from the broker, the next one begins with the same job while the first may
/// still be at it: only <see cref="JobContext.CommitOnceAsync"/> lets one of them win. Of a priority queue no order is promised
/// but its lanes'.
/// </remarks>
internal sealed class WorkConsumer(
    WorkQueue queue, ServiceDatabases databases, Broker broker, MessagingSettings settings, JobRunner runner, QueueLevels levels,
    TimeProvider time, ILogger<WorkConsumer> logger) : Receiver(queue.Name, databases, time, logger)
{
    private readonly TimeProvider _time = time;

    protected override async Task ReceiveAsync(CancellationToken stoppingToken)
    {
        await using var channel = await broker.OpenChannelAsync(handlers: 1, stoppingToken);
        await Topology.DeclareAsync(channel, settings, queue, stoppingToken);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) => EndAsync(ended);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var held = new HeldJobs(queue);
        levels.Hold(queue, held);
        var tags = new List<string>();
        // Before the jobs come, so that those of the first lane are first from the beginning.
        foreach (var lane in queue.Lanes)
            tags.Add(await ConsumeAsync(channel, lane, held, ended, stoppingToken));
        Task[] workers = [.. Enumerable.Range(0, queue.Concurrency).Select(_ => WorkAsync(channel, held, over.Token))];
        LogReceiving(queue.Name);
        try
        {
            await ended.Task.WaitAsync(stoppingToken);
        }
        finally
        {
            // What the broker has taken back is not to be worked on any longer.
            await over.CancelAsync();
            await DrainAsync(channel, tags, workers);
            levels.Hold(queue, null);
        }
    }

    private static async Task<string> ConsumeAsync(
        IChannel channel, Lane lane, HeldJobs held, TaskCompletionSource ended, CancellationToken cancellationToken)
    {
        await channel.BasicQosAsync(0, lane.Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            held.Add(JobDelivery.Copy(lane, delivery));
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) => EndAsync(ended);
        return await channel.BasicConsumeAsync(lane.Queue, autoAck: false, consumer, cancellationToken);
    }

    private async Task WorkAsync(IChannel channel, HeldJobs held, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            JobDelivery? delivery = null;
            try
            {
                delivery = await held.TakeAsync(over);
                if (await runner.RunAsync(channel, queue, delivery, over) is { } pause)
                    _ = GiveBackAsync(channel, held, delivery, pause, over);
                else
                    held.Answered(delivery);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // Goes back to the queue when the channel closes.
            }
            catch (Exception exception)
            {
                LogUnanswered(exception, delivery?.Properties.MessageId);
                await channel.AbortAsync(CancellationToken.None);
                return;
            }
        }
    }

    /// <summary>
    /// Beside the workers, which go on with other jobs. As the broker counts it as held meanwhile, no more than the prefetch pause,
    /// and a FIFO queue, which holds one, waits.
    /// </summary>
    private async Task GiveBackAsync(IChannel channel, HeldJobs held, JobDelivery delivery, TimeSpan pause, CancellationToken over)
    {
        try
        {
            await runner.GiveBackAsync(channel, delivery, pause, over);
            held.Answered(delivery);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Goes back to the queue when the channel closes.
        }
        catch (Exception exception)
        {
            LogUnanswered(exception, delivery.Properties.MessageId);
            await channel.AbortAsync(CancellationToken.None);
        }
    }

    private async Task DrainAsync(IChannel channel, IReadOnlyList<string> tags, Task[] workers)
    {
        using var deadline = new CancellationTokenSource(DrainTime, _time);
        try
        {
            foreach (var tag in tags)
                if (channel.IsOpen)
                    await channel.BasicCancelAsync(tag, cancellationToken: deadline.Token);
            await Task.WhenAll(workers).WaitAsync(deadline.Token);
        }
        catch (Exception exception)
        {
            LogNotDrained(exception, queue.Name);
        }
    }
}
