using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Receives from a queue, session after session, for as long as the service runs.</summary>
internal abstract partial class Receiver(string queue, ServiceDatabases databases, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>For jobs or handlers at work when the service stops.</summary>
    protected static TimeSpan DrainTime { get; } = TimeSpan.FromSeconds(3);

    /// <summary>One session: returns, or throws, when the channel or the queue is gone.</summary>
    protected abstract Task ReceiveAsync(CancellationToken stoppingToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databases.WhenReadyAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReceiveAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(exception, queue);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    protected static Task EndAsync(TaskCompletionSource ended)
    {
        ended.TrySetResult();
        return Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Information, "Receiving from {Queue}")]
    protected partial void LogReceiving(string queue);

    [LoggerMessage(2, LogLevel.Warning, "Receiving from {Queue} was interrupted and begins anew")]
    private partial void LogInterrupted(Exception exception, string queue);

    [LoggerMessage(3, LogLevel.Warning, "Message {MessageId} got no answer and will be delivered again")]
    protected partial void LogUnanswered(Exception exception, string? messageId);

    [LoggerMessage(4, LogLevel.Warning, "Handlers of {Queue} did not finish in time")]
    protected partial void LogNotDrained(Exception exception, string queue);
}
