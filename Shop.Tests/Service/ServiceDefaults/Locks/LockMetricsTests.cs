using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Shop.ServiceDefaults.Locks;

namespace Shop.Tests.Service.ServiceDefaults.Locks;

[Collection(Servers.Collection)]
public sealed class LockMetricsTests(Servers servers)
{
    /// <summary>How often who waits for a fair lock looks.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task What_is_held_waited_for_lost_and_refused_is_counted()
    {
        await using var bed = await LocksBed.CreateAsync(servers);
        var time = new SteppedTime();
        var process = bed.Process(time);
        using var counts = new Counts(process.Meters);
        await using var first = await process.AcquireAsync(LocksBed.Fair);
        var second = process.AcquireAsync(LocksBed.Fair);
        await Eventually.TrueAsync(() => counts["shop.locks.waiting"] == 1);
        Assert.Equal(1, counts["shop.locks.held"]);

        // Step by step: a clock that ran on while the database is being asked would take the second one's lease as well.
        await time.AwaitedAsync(Look);
        await bed.PassAsync(LocksBed.Lease);
        time.Advance(Look);
        await using var handle = await second.WaitAsync(TimeSpan.FromSeconds(30));
        time.Advance(LocksBed.Lease / 3 - Look);
        await Eventually.TrueAsync(() => counts["shop.locks.lost"] == 1);
        Assert.Equal((1, 0), (counts["shop.locks.held"], counts["shop.locks.waiting"]));
        await using var connection = await bed.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Assert.ThrowsAsync<StaleTokenException>(
            () => process.Fence.CheckAsync(first, connection, transaction, CancellationToken.None));
        Assert.Equal(1, counts["shop.locks.stale_writes"]);
        await handle.DisposeAsync();
        Assert.Equal(0, counts["shop.locks.held"]);
    }

    private sealed class Counts : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _sums = new();
        private readonly MeterListener _listener = new();

        public Counts(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter is { Name: "Shop.Locks" } meter && meter.Scope == meters)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
                _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
            _listener.Start();
        }

        public long this[string name] => _sums.GetValueOrDefault(name);

        public void Dispose() => _listener.Dispose();
    }
}
