using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.ServiceDefaults.Locks;

[Collection(Servers.Collection)]
public sealed class LeadershipTests(Servers servers)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    // Of the leadership.
    private static readonly TimeSpan Ask = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task One_replica_does_the_work_until_it_stops_and_then_another()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var first = new Replica(bed);
        await Eventually.TrueAsync(() => first.Turns == 1);
        await using var second = new Replica(bed);
        // It asks again only after it was told that another leads.
        await Eventually.TrueAsync(() =>
        {
            second.Time.Advance(Ask);
            return second.Process.Asked >= 2;
        });
        await first.Time.AwaitedAsync(Period);
        first.Time.Advance(Period);
        await Eventually.TrueAsync(() => first.Turns == 2);
        Assert.Equal(0, second.Turns);
        await first.DisposeAsync();
        await second.GetsTurnAsync();
    }

    [Fact]
    public async Task Work_that_fails_is_done_again_at_the_next_turn()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        await using var replica = new Replica(bed, (turn, _) => turn == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask);
        await Eventually.TrueAsync(() => replica.Turns == 1);
        await replica.GetsTurnAsync(2);
    }

    [Fact]
    public async Task A_leader_whose_lease_is_over_is_interrupted_and_another_leads()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var interrupted = new TaskCompletionSource();
        await using var first = new Replica(bed, async (_, lost) =>
        {
            await using var registration = lost.Register(() => interrupted.TrySetResult());
            await interrupted.Task;
        });
        await Eventually.TrueAsync(() => first.Turns == 1);
        await bed.PassAsync(TimeSpan.FromMinutes(1));
        await using var second = new Replica(bed);
        await second.GetsTurnAsync();
        Assert.False(interrupted.Task.IsCompleted);
        first.Time.Advance(TimeSpan.FromMinutes(1));
        await interrupted.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class Replica : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;
        private int _turns;

        public Replica(LocksBed bed, Func<int, CancellationToken, Task>? work = null)
        {
            Process = bed.Process(Time);
            _run = Process.Leadership.RunAsync(
                "sweep", Period,
                (_, token) => (work ?? ((_, _) => Task.CompletedTask))(Interlocked.Increment(ref _turns), token), _stop.Token);
        }

        public SteppedTime Time { get; } = new();

        public LockProcess Process { get; }

        public int Turns => _turns;

        // While the database is being asked the clock stands: a lease that is over before its grant is heard of is no turn.
        public Task GetsTurnAsync(int turn = 1) => Eventually.TrueAsync(() =>
        {
            if (Time.IsAwaited(Ask) || Time.IsAwaited(Period))
                Time.Advance(Ask);
            return Turns >= turn;
        });

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run);
        }
    }
}
