using System.Collections.Concurrent;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.ServiceDefaults.Locks;

/// <summary>What every kind of lock promises.</summary>
[Collection(Servers.Collection)]
public sealed class LockComplianceTests(Servers servers)
{
    public static TheoryData<string> Kinds => LocksBed.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_many_in_two_processes_one_holds_it_at_a_time_and_tokens_grow(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        LockProcess[] processes = [bed.Process(TimeProvider.System), bed.Process(TimeProvider.System)];
        var (inside, most) = (0, 0);
        var tokens = new ConcurrentQueue<long>();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            await using var handle = await processes[i % 2].AcquireAsync(kind);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            tokens.Enqueue(handle.FencingToken);
            await bed.ExecuteAsync("select 1");
            Interlocked.Decrement(ref inside);
        }));
        Assert.Equal(1, most);
        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tokens_go_on_growing_when_a_forgotten_lock_comes_back(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var process = bed.Process();
        long first;
        await using (var handle = await process.AcquireAsync(kind))
            first = handle.FencingToken;
        await bed.PassAsync(TimeSpan.FromDays(8));
        await process.Store.DropDeadAsync(CancellationToken.None);
        Assert.Equal(0, await bed.ScalarAsync<long>("select (select count(*) from shop_locks) + (select count(*) from shop_lock_fences)"));
        await using var again = await process.AcquireAsync(kind);
        Assert.True(again.FencingToken > first);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_lock_that_is_held_is_never_forgotten(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var handle = await bed.Process().AcquireAsync(kind);
        await bed.ExecuteAsync("update shop_locks set changed_at = changed_at - interval '8 days'");
        await bed.Process().Store.DropDeadAsync(CancellationToken.None);
        Assert.Null(await bed.Process().TryAsync(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_renewal_the_lease_ends(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var first = await bed.Process().AcquireAsync(kind);
        await bed.PassAsync(LocksBed.Lease / 3);
        Assert.Null(await bed.Process().TryAsync(kind));
        await bed.PassAsync(LocksBed.Lease * 2 / 3);
        await using var second = await bed.Process().TryAsync(kind);
        Assert.True(second!.FencingToken > first.FencingToken);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Renewal_keeps_it_far_beyond_its_lease(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var time = new SteppedTime();
        await using var handle = await bed.Process(time).AcquireAsync(kind);
        for (var i = 0; i < 9; i++)
        {
            var before = await EndOfLeaseAsync(bed);
            await bed.PassAsync(LocksBed.Lease / 3);
            await time.AwaitedAsync(LocksBed.Lease / 3);
            time.Advance(LocksBed.Lease / 3);
            await Eventually.TrueAsync(async () => await EndOfLeaseAsync(bed) > before);
        }

        Assert.False(handle.Lost.IsCancellationRequested);
        Assert.Null(await bed.Process().TryAsync(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_holder_that_cannot_renew_learns_of_the_end_of_its_lease(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var time = new SteppedTime();
        var process = bed.Process(time);
        await using var handle = await process.AcquireAsync(kind);
        using var away = process.Failpoints.On("locks.renew", _ => throw new FailpointException("away"));
        time.Advance(LocksBed.Lease - TimeSpan.FromSeconds(1));
        Assert.False(handle.Lost.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => handle.Lost.IsCancellationRequested);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_holder_learns_at_its_next_renewal_that_the_database_has_ended_its_lease(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var time = new SteppedTime();
        await using var handle = await bed.Process(time).AcquireAsync(kind);
        await bed.PassAsync(LocksBed.Lease);
        time.Advance(LocksBed.Lease / 3);
        await Eventually.TrueAsync(() => handle.Lost.IsCancellationRequested);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Releasing_a_lost_lock_harms_nobody(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var first = await bed.Process().AcquireAsync(kind);
        await bed.PassAsync(LocksBed.Lease);
        var process = bed.Process();
        await using var second = await process.AcquireAsync(kind, TimeSpan.Zero);
        await first.DisposeAsync();
        Assert.Null(await bed.Process().TryAsync(kind));
        await using var connection = await bed.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await process.Fence.CheckAsync(second, connection, transaction, CancellationToken.None);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_release_wakes_who_waits(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        // Its clock stands still, so nothing but the release can wake the second one.
        var waiter = bed.Process();
        var first = await bed.Process().AcquireAsync(kind);
        var second = waiter.AcquireAsync(kind);
        await QuietAsync(waiter);
        await first.DisposeAsync();
        await using var handle = await second.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(handle.FencingToken > first.FencingToken);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Who_waits_for_a_holder_that_is_gone_gets_it_after_the_lease(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var gone = await bed.Process().AcquireAsync(kind);
        var time = new SteppedTime();
        var second = bed.Process(time).AcquireAsync(kind);
        await bed.PassAsync(LocksBed.Lease);
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return second.IsCompleted;
        });
        await using var handle = await second;
        Assert.True(handle.FencingToken > gone.FencingToken);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_wait_ends_at_its_deadline_and_says_who_was_ahead(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var first = await bed.Process().AcquireAsync(kind);
        var time = new SteppedTime();
        var waiter = bed.Process(time);
        var second = waiter.AcquireAsync(kind, TimeSpan.FromSeconds(2));
        await QuietAsync(waiter);
        time.Advance(TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<LockTimeoutException>(() => second.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal($"Lock {LocksBed.Name} was not granted within 2 s; tester was ahead.", error.Message);
        Assert.Equal(0, await bed.WaitersAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_time_to_wait_it_is_asked_once(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using (await bed.Process().AcquireAsync(kind, TimeSpan.Zero))
            await Assert.ThrowsAsync<LockTimeoutException>(() => bed.Process().AcquireAsync(kind, TimeSpan.Zero));
        Assert.Equal(0, await bed.WaitersAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_cancelled_wait_leaves_nothing_behind(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var first = await bed.Process().AcquireAsync(kind);
        var waiter = bed.Process();
        using var cancelled = new CancellationTokenSource();
        var second = waiter.AcquireAsync(kind, cancellationToken: cancelled.Token);
        await QuietAsync(waiter);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, await bed.WaitersAsync());
        await first.DisposeAsync();
        await using var third = await bed.Process().TryAsync(kind);
        Assert.NotNull(third);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_grant_whose_answer_is_lost_is_given_back(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var process = bed.Process();
        using (process.Failpoints.On("locks.after-ask", _ => throw new FailpointException("lost")))
            await Assert.ThrowsAsync<FailpointException>(() => process.AcquireAsync(kind));
        await using var next = await bed.Process().TryAsync(kind);
        Assert.NotNull(next);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Holding_and_waiting_take_no_connection_of_the_pool(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var process = bed.Process(more: ";Maximum Pool Size=1;Timeout=3");
        var first = await process.AcquireAsync(kind);
        var second = process.AcquireAsync(kind);
        await QuietAsync(process, questions: 3);
        await using (var connection = await process.Database.OpenConnectionAsync())
            Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await using var handle = await second.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Only_so_many_of_one_process_wait(string kind)
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var first = await bed.Process().AcquireAsync(kind);
        var process = bed.Process();
        using var over = new CancellationTokenSource();
        Task[] waiters = [.. Enumerable.Range(0, LockSignals.MostPerName).Select(_ => process.AcquireAsync(kind, null, over.Token))];
        await QuietAsync(process, 2 * LockSignals.MostPerName);
        await Assert.ThrowsAsync<LockQueueFullException>(() => process.AcquireAsync(kind).WaitAsync(TimeSpan.FromSeconds(30)));
        await over.CancelAsync();
        foreach (var waiter in waiters)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        Assert.Equal(0, await bed.WaitersAsync());
    }

    /// <summary>The one waiter of the process has asked, and again when the connection listened; now it waits.</summary>
    internal static Task QuietAsync(LockProcess process, int questions = 2) =>
        Eventually.TrueAsync(() => process.Asked >= questions);

    private static Task<DateTime> EndOfLeaseAsync(LocksBed bed) => bed.ScalarAsync<DateTime>("select lease_until from shop_locks");
}
