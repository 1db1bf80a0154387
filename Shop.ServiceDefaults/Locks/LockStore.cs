using Npgsql;
using NpgsqlTypes;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Locks;

/// <summary>
/// The statements over the tables of locks; the decisions are functions of the migration, on the database's time. Each is a
/// transaction of its own: between them a lock costs no connection.
/// </summary>
internal sealed class LockStore(ServiceDatabases databases, Failpoints failpoints)
{
    /// <summary>SQLSTATE of <c>shop_assert_fence</c>.</summary>
    public const string StaleToken = "SL001";
    private const string QueueFull = "SL002";
    private const string Try = "select token, ahead, ahead_owner, pause from shop_lock_try($1, $2, $3, $4)";
    private const string Turn = "select token, ahead, ahead_owner, pause from shop_lock_turn($1, $2, $3, $4, $5, $6)";
    private const string Renew = "select shop_lock_renew($1, $2)";
    private const string Leave = "select shop_lock_leave($1, $2)";

    // Waiters first: who waits has just asked, so a lock with waiters is no dead one. Names in use are left alone.
    private const string DropDead = """
        with waiters as (delete from shop_lock_waiters where lease_until < shop_now() - interval '1 day'),
        dead as (
            select name from shop_locks
            where changed_at < shop_now() - interval '7 days' and (lease_until is null or lease_until < shop_now() - interval '7 days')
            order by name limit 1000 for update skip locked),
        fences as (delete from shop_lock_fences f using dead where f.name = dead.name)
        delete from shop_locks l using dead where l.name = dead.name
        """;

    /// <summary>First database of the service.</summary>
    public NpgsqlDataSource Database => databases[0];

    public Task<LockAnswer> TryAsync(LockRequest request, CancellationToken cancellationToken) =>
        AskAsync(request, Database.CreateCommand(Try), cancellationToken);

    /// <param name="waiting">Lease of the place in the queue; null: does not queue up.</param>
    /// <exception cref="LockQueueFullException">Would be one too many.</exception>
    public async Task<LockAnswer> TurnAsync(LockRequest request, TimeSpan? waiting, int most, CancellationToken cancellationToken)
    {
        var command = Database.CreateCommand(Turn);
        try
        {
            return await AskAsync(
                request, command, cancellationToken,
                new() { Value = (object?)waiting ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval }, new() { Value = most });
        }
        catch (PostgresException full) when (full.SqlState == QueueFull)
        {
            throw new LockQueueFullException(request.Name, full);
        }
    }

    /// <summary>False: it is lost, for ever.</summary>
    public async Task<bool> RenewAsync(LockRequest request, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("locks.renew", cancellationToken);
        await using var command = OfHolder(Renew, request);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Gives back lock or place, whichever there is.</summary>
    public async Task LeaveAsync(LockRequest request, CancellationToken cancellationToken)
    {
        await using var command = OfHolder(Leave, request);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets locks that nobody has asked for in a week. Their tokens go on growing if they come back.</summary>
    public async Task DropDeadAsync(CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(DropDead);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand OfHolder(string sql, LockRequest request)
    {
        var command = Database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = request.Name });
        command.Parameters.Add(new() { Value = request.Holder });
        return command;
    }

    private async Task<LockAnswer> AskAsync(
        LockRequest request, NpgsqlCommand command, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        await using var owned = command;
        command.Parameters.AddRange((NpgsqlParameter[])[
            new() { Value = request.Name }, new() { Value = request.Holder }, new() { Value = request.Owner },
            new() { Value = request.Lease, NpgsqlDbType = NpgsqlDbType.Interval }, .. more]);
        await failpoints.HitAsync("locks.before-ask", cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var answer = new LockAnswer(
            reader.IsDBNull(0) ? null : reader.GetInt64(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1),
            reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? TimeSpan.Zero : reader.GetTimeSpan(3));
        await failpoints.HitAsync("locks.after-ask", cancellationToken);
        return answer;
    }
}
