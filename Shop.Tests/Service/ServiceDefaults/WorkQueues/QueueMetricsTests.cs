using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Shop.Tests.Service.ServiceDefaults.WorkQueues;

[Collection(Servers.Collection)]
public sealed class QueueMetricsTests(Servers servers)
{
    [Fact]
    public async Task Depth_age_unacknowledged_and_consumers_of_a_queue_are_measured()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        using var gauges = new Gauges(bed.Counts);
        using var go = new SemaphoreSlim(0);
        bed.Script.Act = (_, _, cancellationToken) => go.WaitAsync(cancellationToken);
        await using var service = await bed.StartAsync();
        await bed.CountAsync(service, 0, 4);
        await Eventually.BecomesAsync(
            "gauges while working", () => Task.FromResult(gauges.Read()),
            g => g is { Depth: 3, Consumers: 1, Unacked: 1, Age: > 1 and < 60 });
        go.Release(4);
        await Eventually.BecomesAsync(
            "gauges when done", () => Task.FromResult(gauges.Read()), g => g is { Depth: 0, Consumers: 1, Unacked: 0, Age: 0 });
    }

    private sealed record Levels(double Depth, double Consumers, double Unacked, double Age);

    private sealed class Gauges : IDisposable
    {
        private readonly ConcurrentDictionary<string, double> _values = new();
        private readonly MeterListener _listener = new();

        public Gauges(string queue)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Shop.Messaging" && instrument.IsObservable)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Note(i, value, tags, queue));
            _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Note(i, value, tags, queue));
            _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Note(i, value, tags, queue));
            _listener.Start();
        }

        public Levels Read()
        {
            _listener.RecordObservableInstruments();
            double Of(string name) => _values.GetValueOrDefault("shop.messaging.queue." + name, -1);
            return new Levels(Of("depth"), Of("consumers"), Of("unacked"), Of("age"));
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, string queue)
        {
            foreach (var tag in tags)
                if (tag.Key == "queue" && queue.Equals(tag.Value))
                    _values[instrument.Name] = value;
        }
    }
}
