using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Locks;

/// <summary>How a lock is acquired: ask, then wait for a signal or the end of the lease ahead and ask again, until the deadline.</summary>
internal sealed partial class LockAcquisition(
    LockStore store, LockSignals signals, LockMetrics metrics, LockOwner owner, TimeProvider time, ILogger<LockHandle> logger)
{
    private const int LongestName = 200;
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    public async Task<LockHandle?> TryAcquireAsync(LockPolicy policy, string name, TimeSpan lease, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(Request(name, lease), policy, time.GetTimestamp());
        try
        {
            var handle = await AskAsync(attempt, queue: false, cancellationToken);
            metrics.Waited(time.GetElapsedTime(attempt.Began), policy.Kind, handle is null ? "busy" : "granted");
            return handle;
        }
        catch (Exception)
        {
            await LeaveAsync(attempt, "failed");
            throw;
        }
    }

    public async Task<LockHandle> AcquireAsync(
        LockPolicy policy, string name, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        var attempt = new Attempt(Request(name, lease), policy, time.GetTimestamp());
        using var deadline = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            // Asked once whatever the deadline is.
            var handle = await AskAsync(attempt, queue: wait > TimeSpan.Zero, cancellationToken)
                ?? await WaitAsync(attempt, either.Token);
            metrics.Waited(time.GetElapsedTime(attempt.Began), policy.Kind, "granted");
            return handle;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync(attempt, "timeout");
            throw new LockTimeoutException(name, wait, attempt.Ahead);
        }
        catch (Exception failure)
        {
            await LeaveAsync(attempt, failure is OperationCanceledException ? "cancelled" : failure is LockQueueFullException ? "full" : "failed");
            throw;
        }
    }

    private async Task<LockHandle> WaitAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        using var signal = await signals.SubscribeAsync(attempt.Request.Name, cancellationToken);
        metrics.Waiting(1, attempt.Policy.Kind);
        try
        {
            while (true)
            {
                signal.Reset();
                if (await AskAsync(attempt, queue: true, cancellationToken) is { } handle)
                    return handle;
                var pause = TimeSpan.FromTicks(Math.Clamp(attempt.Pause.Ticks, ShortestPause.Ticks, attempt.Policy.Poll.Ticks));
                await signal.WaitAsync(attempt.Awaited, pause, cancellationToken);
            }
        }
        finally
        {
            metrics.Waiting(-1, attempt.Policy.Kind);
        }
    }

    private async Task<LockHandle?> AskAsync(Attempt attempt, bool queue, CancellationToken cancellationToken)
    {
        // The lease counts from before the question: on this side it ends no later than in the database.
        var asked = time.GetTimestamp();
        var answer = await attempt.Policy.AskAsync(attempt.Request, queue, cancellationToken);
        if (answer.Token is { } token)
            return new LockHandle(attempt.Request, token, asked, attempt.Policy.Kind, store, metrics, time, logger);
        (attempt.Ahead, attempt.Awaited, attempt.Pause) = (answer.AheadOwner, attempt.Policy.Awaited(answer), answer.Pause);
        return null;
    }

    /// <summary>Nothing is left behind: not the place in the queue, nor a lock that was granted in this moment.</summary>
    private async Task LeaveAsync(Attempt attempt, string outcome)
    {
        metrics.Waited(time.GetElapsedTime(attempt.Began), attempt.Policy.Kind, outcome);
        using var limit = new CancellationTokenSource(LeaveLimit, time);
        try
        {
            await store.LeaveAsync(attempt.Request, limit.Token);
        }
        catch (Exception exception)
        {
            // The database is away: the leases end it.
            LogNotLeft(exception, attempt.Request.Name);
        }
    }

    private LockRequest Request(string name, TimeSpan lease)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, LongestName, nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, ShortestLease);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lease, LongestLease);
        return new LockRequest(name, Guid.CreateVersion7(time.GetUtcNow()), owner.Name, lease);
    }

    [LoggerMessage(1, LogLevel.Warning, "The place in the queue of lock {Name} was not given back; its lease ends it")]
    private partial void LogNotLeft(Exception exception, string name);

    private sealed class Attempt(LockRequest request, LockPolicy policy, long began)
    {
        public LockRequest Request => request;

        public LockPolicy Policy => policy;

        public long Began => began;

        public string? Ahead { get; set; }

        public long Awaited { get; set; }

        public TimeSpan Pause { get; set; }
    }
}

/// <summary>This process, as people are told who holds a lock.</summary>
internal sealed record LockOwner(string Name);
