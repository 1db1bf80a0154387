using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>Does one job and answers the broker: acknowledged after the work, given back for another try, or a dead letter.</summary>
internal sealed partial class JobRunner(
    Inbox inbox, Patience patience, IServiceScopeFactory scopes, Failpoints failpoints, MessagingSettings settings,
    MessagingMetrics metrics, TimeProvider time, ILogger<JobRunner> logger)
{
    /// <summary>
    /// Answers the broker, or throws: then the delivery is unanswered. It also is when a pause is returned, which belongs before the
    /// next try: then <see cref="GiveBackAsync"/> answers.
    /// </summary>
    public async Task<TimeSpan?> RunAsync(IChannel channel, WorkQueue queue, JobDelivery delivery, CancellationToken cancellationToken)
    {
        if (queue.Read(delivery) is not var (type, message, job))
        {
            LogPoison(delivery.Properties.MessageId, delivery.Properties.Type, queue.Name);
            await BuryAsync(channel, delivery.Tag, delivery.Properties.Type ?? "unknown");
            return null;
        }

        using var activity = Start(queue, message);
        // A job keeps its place, so it waits in it.
        var outcome = await patience.TryAsync(message, token => WorkAsync(type, message, job, token), mayMoveAside: false, cancellationToken);
        if (outcome.Failure is { } failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            return await AfterFailureAsync(channel, delivery.Tag, message, failure);
        }

        await failpoints.HitAsync("messaging.work.before-ack", cancellationToken);
        await channel.BasicAckAsync(delivery.Tag, multiple: false, CancellationToken.None);
        return null;
    }

    /// <summary>
    /// After the pause, in which it is held: it goes back to the head of its queue, so that its order is kept, and comes again at once.
    /// </summary>
    public async Task GiveBackAsync(IChannel channel, JobDelivery delivery, TimeSpan pause, CancellationToken cancellationToken)
    {
        await Task.Delay(pause, time, cancellationToken);
        // Not nack: from RabbitMQ 4.3 on that says "not my fault" and is not counted.
        await channel.BasicRejectAsync(delivery.Tag, requeue: true, CancellationToken.None);
    }

    private async Task WorkAsync(JobType type, Envelope message, object job, CancellationToken cancellationToken)
    {
        var done = await inbox.ContainsAsync(0, message, cancellationToken);
        if (!done)
        {
            await using var scope = scopes.CreateAsyncScope();
            await type.HandleAsync(scope.ServiceProvider, job, new JobContext(inbox, message), cancellationToken);
        }

        metrics.Consumed(message.Type, repeated: done);
    }

    private async Task<TimeSpan?> AfterFailureAsync(IChannel channel, ulong tag, Envelope message, Exception failure)
    {
        if (message.Attempt >= JobContext.MostAttempts)
        {
            LogGivenUp(failure, message.Type, message.MessageId, message.Attempt);
            await BuryAsync(channel, tag, message.Type);
            return null;
        }

        var pause = settings.DelayAfter(message.Attempt);
        LogFailed(failure, message.Type, message.MessageId, message.Attempt, pause);
        metrics.Retried(message.Type);
        return pause;
    }

    private async Task BuryAsync(IChannel channel, ulong tag, string type)
    {
        metrics.DeadLettered(type);
        await channel.BasicRejectAsync(tag, requeue: false, CancellationToken.None);
    }

    private static Activity? Start(WorkQueue queue, Envelope message)
    {
        var activity = MessagingMetrics.Activities.StartActivity($"{message.Type} process", ActivityKind.Consumer, message.Trace);
        return activity?.SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", queue.Name)
            .SetTag("messaging.message.id", message.MessageId)
            .SetTag("shop.messaging.attempt", message.Attempt);
    }

    [LoggerMessage(1, LogLevel.Error, "Job {MessageId} of type {Type} is none for {Queue} and is a dead letter")]
    private partial void LogPoison(string? messageId, string? type, string queue);

    [LoggerMessage(2, LogLevel.Warning, "Job {Type} {MessageId} failed at try {Attempt}; next in {Pause}")]
    private partial void LogFailed(Exception failure, string type, Guid messageId, int attempt, TimeSpan pause);

    [LoggerMessage(3, LogLevel.Error, "Job {Type} {MessageId} failed {Attempt} times and is a dead letter")]
    private partial void LogGivenUp(Exception failure, string type, Guid messageId, int attempt);
}
