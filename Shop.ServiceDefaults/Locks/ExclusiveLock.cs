namespace Shop.ServiceDefaults.Locks;

/// <summary>
/// Whoever asks while it is free gets it, so a waiter may be overtaken: cheap, and right where holders are few or only one
/// is wanted at all (leadership, clean-up). All waiters wake when it is released.
/// </summary>
public sealed class ExclusiveLock : IDistributedLock
{
    private readonly LockAcquisition _acquisition;
    private readonly LockPolicy _policy;

    internal ExclusiveLock(LockStore store, LockAcquisition acquisition) => (_acquisition, _policy) = (acquisition, new Policy(store));

    /// <inheritdoc/>
    public Task<LockHandle> AcquireAsync(string name, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken) =>
        _acquisition.AcquireAsync(_policy, name, lease, wait, cancellationToken);

    /// <inheritdoc/>
    public Task<LockHandle?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken) =>
        _acquisition.TryAcquireAsync(_policy, name, lease, cancellationToken);

    private sealed class Policy(LockStore store) : LockPolicy("exclusive")
    {
        public override TimeSpan Poll { get; } = TimeSpan.FromSeconds(5);

        public override Task<LockAnswer> AskAsync(LockRequest request, bool queue, CancellationToken cancellationToken) =>
            store.TryAsync(request, cancellationToken);

        public override long Awaited(LockAnswer answer) => LockSignal.Anybody;
    }
}
