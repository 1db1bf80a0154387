namespace Shop.ServiceDefaults.Locks;

/// <summary>
/// A lock among all replicas of a service, kept in the service's first database. A holder can lose it while it works (a
/// pause longer than the lease is enough), so what it protects must be written with <see cref="Fence"/>.
/// </summary>
public interface IDistributedLock
{
    /// <summary>
    /// Waits for the lock, at most <paramref name="wait"/> (zero: asks once), and keeps renewing it until the handle is disposed.
    /// </summary>
    /// <param name="name">1 to 200 characters. All who use one name use the same kind of lock.</param>
    /// <param name="lease">How long it survives a holder that is gone; 1 s to 1 h, renewed at each third.</param>
    /// <exception cref="LockTimeoutException">It was not granted in time.</exception>
    /// <exception cref="LockQueueFullException">Too many wait for it already.</exception>
    Task<LockHandle> AcquireAsync(string name, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>The lock if it is free at this moment, otherwise null.</summary>
    Task<LockHandle?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken);
}
