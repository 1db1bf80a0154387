using Shop.Bench.Measuring;

namespace Shop.Bench.Load;

/// <summary>
/// Each caller has one call under way and makes the next when it is answered. Says how much a service can do; its latencies
/// are those that so many callers see, who all wait when the service stalls.
/// </summary>
public static class ClosedLoop
{
    /// <summary>Returns when the time is over, the budget spent, or the token cancelled, and the last calls have ended.</summary>
    public static Task RunAsync(
        IReadOnlyList<ICaller> callers, Recorder recorder, Budget budget, long until, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var calls = new Callers(recorder, time);
        return Task.WhenAll(callers.Select(caller => Task.Run(() => RepeatAsync(caller), CancellationToken.None)));

        async Task RepeatAsync(ICaller caller)
        {
            while (!cancellationToken.IsCancellationRequested && time.GetTimestamp() < until && budget.TryTake())
                await calls.CallAsync(caller, time.GetTimestamp(), CancellationToken.None);
        }
    }
}
