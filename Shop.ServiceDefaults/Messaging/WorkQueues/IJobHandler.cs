using Npgsql;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>Does one type of job; created per job.</summary>
public interface IJobHandler<in T>
{
    /// <summary>
    /// The job is acknowledged when this returns. What it throws has the job tried again, at most
    /// <see cref="JobContext.MostAttempts"/> times in all. May take minutes and call other services, unlike a handler of messages,
    /// but is outside any transaction: it can run twice, so its effect belongs into <see cref="JobContext.CommitOnceAsync"/>, or
    /// carries <see cref="JobContext.MessageId"/> as its key. Cancelled when the service stops or the broker takes the job back.
    /// </summary>
    Task HandleAsync(T job, JobContext context, CancellationToken cancellationToken);
}

/// <summary>What a handler knows besides the job.</summary>
public sealed class JobContext
{
    /// <summary>A job that fails at its so many-th delivery, or a later one, is a dead letter.</summary>
    public const int MostAttempts = MessagingSettings.MaxTries;
    private readonly Inbox _inbox;
    private readonly Envelope _message;

    internal JobContext(Inbox inbox, Envelope message) => (_inbox, _message) = (inbox, message);

    /// <summary>UUIDv7 given when the job was enqueued; the same at every delivery.</summary>
    public Guid MessageId => _message.MessageId;

    /// <summary>1 at the first delivery; one more at each, also after one that ended before the job was begun.</summary>
    public int Attempt => _message.Attempt;

    /// <summary>What the job is about.</summary>
    public Guid AggregateId => _message.AggregateId;

    /// <summary>Version of the aggregate when the job was enqueued.</summary>
    public long Version => _message.Version;

    /// <summary>
    /// Commits <paramref name="effect"/> together with the fact that this job is done, in the service's first database. False: it
    /// was done before; nothing happens. A job that is done so is not handled again.
    /// </summary>
    public Task<bool> CommitOnceAsync(
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> effect, CancellationToken cancellationToken) =>
        _inbox.OnceAsync(0, _message, effect, cancellationToken);
}

/// <summary>Which of a priority queue's two lanes a job takes.</summary>
public enum JobPriority
{
    /// <summary>Waits for the other lane, within its bound.</summary>
    Low,

    /// <summary>Goes first.</summary>
    High,
}
