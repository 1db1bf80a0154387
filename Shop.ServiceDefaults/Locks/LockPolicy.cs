namespace Shop.ServiceDefaults.Locks;

/// <summary>What the kinds of lock differ in; the way to acquire them is one: <see cref="LockAcquisition"/>.</summary>
internal abstract class LockPolicy(string kind)
{
    /// <summary>For metrics and logs.</summary>
    public string Kind => kind;

    /// <summary>How long a waiter may go without a look.</summary>
    public abstract TimeSpan Poll { get; }

    /// <param name="queue">Whether to take a place in the queue, if there is one and the lock is not free.</param>
    public abstract Task<LockAnswer> AskAsync(LockRequest request, bool queue, CancellationToken cancellationToken);

    /// <summary>The ticket whose end concerns a waiter that got this answer.</summary>
    public abstract long Awaited(LockAnswer answer);
}
