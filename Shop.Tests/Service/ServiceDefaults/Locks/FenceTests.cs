using Npgsql;
using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.ServiceDefaults.Locks;

[Collection(Servers.Collection)]
public sealed class FenceTests(Servers servers)
{
    /// <summary>Where a holder is when it is paused.</summary>
    private enum Point
    {
        BeforeItsTransaction,
        BeforeItsWrite,
        BetweenWriteAndCheck,
        BetweenCheckAndWrite,
        BetweenCheckAndCommit,
    }

    public static TheoryData<string> Kinds => LocksBed.Kinds;

    /// <summary>T11 for each kind of lock. PausedImportTests does it to processes.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_1000_holders_paused_beyond_their_lease_none_writes_after_a_newer_one(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await bed.ExecuteAsync("create table pages (token bigint not null)");
        var (holder, rival) = (bed.Process(), bed.Process());
        var accepted = new Dictionary<Point, int>();
        for (var trial = 0; trial < 1_000; trial++)
        {
            var point = (Point)(trial % 5);
            await using var old = await holder.AcquireAsync(kind);
            LockHandle? newer = null;
            var kept = await WriteAsync(bed, holder, old, point, async () =>
            {
                await bed.PassAsync(LocksBed.Lease);
                newer = await rival.TryAsync(kind);
                if (newer is not null)
                    Assert.True(await WriteAsync(bed, rival, newer));
            });
            Assert.False(kept && newer is not null, $"a stale write was accepted, paused {point}");
            accepted[point] = accepted.GetValueOrDefault(point) + (kept ? 1 : 0);
            newer ??= await rival.TryAsync(kind);
            Assert.True(await WriteAsync(bed, rival, newer!));
            await newer!.DisposeAsync();
        }

        // Once its token is checked nobody is granted the lock before its commit: late, and not stale.
        Assert.Equal([0, 0, 0, 200, 200], accepted.OrderBy(a => a.Key).Select(a => a.Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Once_released_or_over_a_token_is_refused_though_nobody_else_came(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var process = bed.Process();
        var released = await process.AcquireAsync(kind);
        await released.DisposeAsync();
        Assert.False(await AcceptsAsync(bed, process, released));
        await using var over = await process.AcquireAsync(kind);
        Assert.True(await AcceptsAsync(bed, process, over));
        await bed.PassAsync(LocksBed.Lease);
        Assert.False(await AcceptsAsync(bed, process, over));
    }

    [Fact]
    public async Task An_open_write_does_not_keep_its_own_lock_from_being_renewed()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var time = new SteppedTime();
        var process = bed.Process(time);
        await using var handle = await process.AcquireAsync(LocksBed.Exclusive);
        await using var connection = await bed.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await process.Fence.CheckAsync(handle, connection, transaction, CancellationToken.None);
        var before = await bed.ScalarAsync<DateTime>("select lease_until from shop_locks");
        await bed.PassAsync(LocksBed.Lease / 3);
        time.Advance(LocksBed.Lease / 3);
        await Eventually.TrueAsync(async () => await bed.ScalarAsync<DateTime>("select lease_until from shop_locks") > before);
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task A_writer_that_stands_still_in_its_transaction_is_ended_after_the_lease()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var process = bed.Process();
        await using var handle = await process.AcquireAsync(LocksBed.Exclusive);
        await bed.ExecuteAsync("update shop_locks set lease = '50 milliseconds'");
        await using var connection = await bed.Source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await process.Fence.CheckAsync(handle, connection, transaction, CancellationToken.None);
        await bed.PassAsync(LocksBed.Lease);
        await Eventually.TrueAsync(async () => await bed.Process().TryAsync(LocksBed.Exclusive) is not null);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
    }

    /// <summary>False: refused, and rolled back.</summary>
    private static async Task<bool> WriteAsync(
        LocksBed bed, LockProcess process, LockHandle handle, Point? paused = null, Func<Task>? pause = null)
    {
        Task ReachAsync(Point here) => here == paused ? pause!() : Task.CompletedTask;
        await ReachAsync(Point.BeforeItsTransaction);
        await using var connection = await bed.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ReachAsync(Point.BeforeItsWrite);
        await using var write = new NpgsqlCommand("insert into pages values ($1)", connection, transaction)
        {
            Parameters = { new() { Value = handle.FencingToken } },
        };
        if (paused is Point.BetweenWriteAndCheck)
        {
            await write.ExecuteNonQueryAsync();
            await ReachAsync(Point.BetweenWriteAndCheck);
        }

        try
        {
            await process.Fence.CheckAsync(handle, connection, transaction, CancellationToken.None);
        }
        catch (StaleTokenException)
        {
            return false;
        }

        await ReachAsync(Point.BetweenCheckAndWrite);
        if (paused is not Point.BetweenWriteAndCheck)
            await write.ExecuteNonQueryAsync();
        await ReachAsync(Point.BetweenCheckAndCommit);
        await transaction.CommitAsync();
        return true;
    }

    private static async Task<bool> AcceptsAsync(LocksBed bed, LockProcess process, LockHandle handle)
    {
        await using var connection = await bed.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await process.Fence.CheckAsync(handle, connection, transaction, CancellationToken.None);
            return true;
        }
        catch (StaleTokenException)
        {
            return false;
        }
    }
}
