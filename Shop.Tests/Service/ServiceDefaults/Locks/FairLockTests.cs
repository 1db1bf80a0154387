using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.ServiceDefaults.Locks;

[Collection(Servers.Collection)]
public sealed class FairLockTests(Servers servers)
{
    [Fact]
    public async Task It_is_granted_in_order_of_arrival_and_each_release_wakes_only_the_next()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var handle = await bed.Process().AcquireAsync(LocksBed.Fair);
        // Clocks that stand still: whoever asks again was woken.
        var queue = new List<(LockProcess Process, Task<LockHandle> Turn)>();
        for (var i = 1; i <= 6; i++)
        {
            var process = bed.Process();
            queue.Add((process, process.AcquireAsync(LocksBed.Fair)));
            await Eventually.TrueAsync(async () => await bed.WaitersAsync() == i && process.Asked == 2);
        }

        foreach (var (process, turn) in queue)
        {
            await handle.DisposeAsync();
            handle = await turn.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(3, process.Asked);
            Assert.Equal(queue.TakeWhile(q => q.Process != process).Count() + 1, queue.Count(q => q.Turn.IsCompleted));
        }

        await handle.DisposeAsync();
        Assert.All(queue, q => Assert.Equal(3, q.Process.Asked));
    }

    [Fact]
    public async Task Nobody_overtakes_who_waits()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var first = await bed.Process().AcquireAsync(LocksBed.Fair);
        var waiter = bed.Process();
        var second = waiter.AcquireAsync(LocksBed.Fair);
        await Eventually.TrueAsync(async () => await bed.WaitersAsync() == 1);
        // The holder is gone and its lease is over: free, but the next one has not looked yet.
        await bed.PassAsync(LocksBed.Lease);
        await bed.ExecuteAsync("update shop_lock_waiters set lease_until = lease_until + interval '30 seconds'");
        Assert.Null(await bed.Process().TryAsync(LocksBed.Fair));
        await first.DisposeAsync();
        await using var handle = await second.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_waiter_that_died_is_skipped_when_its_own_lease_is_over()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var first = await bed.Process().AcquireAsync(LocksBed.Fair);
        await bed.ExecuteAsync(
            """
            insert into shop_lock_waiters (name, ticket, holder, owner, lease_until)
            values ('import', nextval('shop_lock_tickets'), gen_random_uuid(), 'dead', shop_now() + interval '12 seconds')
            """);
        var time = new SteppedTime();
        var third = bed.Process(time).AcquireAsync(LocksBed.Fair);
        await Eventually.TrueAsync(async () => await bed.WaitersAsync() == 2);
        await first.DisposeAsync();
        Assert.Null(await bed.Process().TryAsync(LocksBed.Fair));
        // It keeps its own place alive meanwhile, as its looks renew it.
        for (var second = 0; second < 12; second++)
        {
            await bed.PassAsync(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(async () =>
            {
                time.Advance(TimeSpan.FromSeconds(3));
                return third.IsCompleted || await bed.ScalarAsync<bool>(
                    "select coalesce(max(lease_until) > shop_now() + interval '11 seconds', true) from shop_lock_waiters where owner = 'tester'");
            });
        }

        await using var handle = await third.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await bed.WaitersAsync());
    }

    [Fact]
    public async Task The_queue_is_bounded()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var first = await bed.Process().AcquireAsync(LocksBed.Fair);
        await bed.ExecuteAsync(
            $"""
            insert into shop_lock_waiters (name, ticket, holder, owner, lease_until)
            select 'import', nextval('shop_lock_tickets'), gen_random_uuid(), 'waiter', shop_now() + interval '12 seconds'
            from generate_series(1, {FairLock.MostWaiters})
            """);
        await Assert.ThrowsAsync<LockQueueFullException>(() => bed.Process().AcquireAsync(LocksBed.Fair).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(FairLock.MostWaiters, await bed.WaitersAsync());
    }
}
