namespace Shop.ServiceDefaults.Locks;

/// <summary>
/// Granted in order of arrival, by the protocol of ZooKeeper's lock recipe: each waiter has a sequence number and awaits
/// only the one before it, so a release wakes one waiter and not all. ZooKeeper's ephemeral node is here a row with a lease
/// of its own, which its waiter renews: one that dies is skipped when that is over.
/// </summary>
/// <remarks>Source: https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_Locks.</remarks>
public sealed class FairLock : IDistributedLock
{
    /// <summary>Waiters of one lock, over all replicas.</summary>
    public const int MostWaiters = 1_000;
    private readonly LockAcquisition _acquisition;
    private readonly LockPolicy _policy;

    internal FairLock(LockStore store, LockAcquisition acquisition) => (_acquisition, _policy) = (acquisition, new Policy(store));

    /// <inheritdoc/>
    public Task<LockHandle> AcquireAsync(string name, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken) =>
        _acquisition.AcquireAsync(_policy, name, lease, wait, cancellationToken);

    /// <inheritdoc/>
    public Task<LockHandle?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken) =>
        _acquisition.TryAcquireAsync(_policy, name, lease, cancellationToken);

    private sealed class Policy(LockStore store) : LockPolicy("fair")
    {
        // Renewed at each look; three looks may fail.
        private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(12);

        public override TimeSpan Poll { get; } = Waiting / 4;

        public override Task<LockAnswer> AskAsync(LockRequest request, bool queue, CancellationToken cancellationToken) =>
            store.TurnAsync(request, queue ? Waiting : null, MostWaiters, cancellationToken);

        public override long Awaited(LockAnswer answer) => answer.Ahead;
    }
}
