using Npgsql;

namespace Shop.ServiceDefaults.Locks;

/// <summary>
/// Fencing: what a lock protects is written with the token of its grant, and a token that is not the newest is refused. So a
/// holder that was paused beyond its lease does no harm when it goes on.
/// </summary>
/// <remarks>
/// Source: M. Kleppmann, "How to do distributed locking" (2016). There the storage compares tokens; here the check and the
/// write share a transaction, and the check holds a row that the next grant must lock: nobody is granted the lock between
/// check and commit. A transaction that falls idle for longer than the lease is ended by PostgreSQL, so that a writer that
/// stands still cannot keep the others out.
/// </remarks>
public sealed class Fence
{
    private const string Assert = "select shop_assert_fence($1, $2)";
    private readonly LockMetrics _metrics;

    internal Fence(LockMetrics metrics) => _metrics = metrics;

    /// <summary>
    /// To be called in the writer's transaction, before or after its writes; in a database of the locks, the service's first.
    /// The handle must outlive the transaction.
    /// </summary>
    /// <exception cref="StaleTokenException">The lock is over; roll back.</exception>
    public Task CheckAsync(LockHandle handle, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        CheckAsync(handle.Name, handle.FencingToken, connection, transaction, cancellationToken);

    /// <summary>As above, for a writer that was given the token.</summary>
    /// <exception cref="StaleTokenException">The lock is over; roll back.</exception>
    public async Task CheckAsync(
        string name, long token, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Assert, connection, transaction)
        {
            Parameters = { new() { Value = name }, new() { Value = token } },
        };
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException stale) when (stale.SqlState == LockStore.StaleToken)
        {
            _metrics.StaleWrite();
            throw new StaleTokenException(name, token, stale);
        }
    }
}
