using System.Threading.Channels;
using Shop.Bench.Measuring;

namespace Shop.Bench.Load;

/// <summary>
/// Calls arrive at a rate of their own, whether or not earlier ones are answered. Latency counts from the moment a call was
/// due, so a stall is seen by everybody who came during it (what Gil Tene named coordinated omission is left out by a tool
/// that counts from the sending). At most <c>callers + waiting</c> calls are under way; who comes then is dropped and counted.
/// </summary>
public sealed class OpenLoop(Recorder recorder, TimeProvider time, Arrivals arrivals, Random random)
{
    private readonly Histogram _lateness = new(digits: 2);

    /// <summary>How late the loader itself handed calls to the callers, in nanoseconds; part of every latency.</summary>
    public Histogram Lateness => _lateness;

    /// <summary>Returns when all calls that were due have ended.</summary>
    /// <param name="waiting">How many due calls may wait for a free caller.</param>
    public async Task RunAsync(
        IReadOnlyList<ICaller> callers, int waiting, Budget budget, long from, long until, CancellationToken cancellationToken)
    {
        var queue = Channel.CreateBounded<long>(new BoundedChannelOptions(waiting) { SingleWriter = true });
        var calls = new Callers(recorder, time);
        var working = callers.Select(caller => Task.Run(() => WorkAsync(caller), CancellationToken.None)).ToList();
        await Task.Factory.StartNew(
            () => Arrive(queue.Writer, budget, from, until, cancellationToken), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(working);

        async Task WorkAsync(ICaller caller)
        {
            await foreach (var due in queue.Reader.ReadAllAsync(CancellationToken.None))
                await calls.CallAsync(caller, due, CancellationToken.None);
        }
    }

    private void Arrive(ChannelWriter<long> queue, Budget budget, long from, long until, CancellationToken cancellationToken)
    {
        foreach (var due in arrivals.From(from, time.TimestampFrequency, random))
        {
            if (due >= until || !budget.TryTake()) break;
            Pacer.WaitUntil(due, time, cancellationToken);
            if (cancellationToken.IsCancellationRequested) break;
            _lateness.Record(time.GetElapsedTime(due).Ticks * TimeSpan.NanosecondsPerTick);
            if (!queue.TryWrite(due)) recorder.Drop(due);
        }
        queue.Complete();
    }
}
