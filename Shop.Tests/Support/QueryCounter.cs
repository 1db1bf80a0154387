using System.Diagnostics.Metrics;

namespace Shop.Tests.Support;

/// <summary>Counts the commands and batches that this process sends to one database, by Npgsql's own metrics.</summary>
internal sealed class QueryCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public QueryCounter(string database)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Npgsql", Name: "db.client.commands.duration" or "db.client.operation.duration" })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag.Value is string pool && pool.Contains(database, StringComparison.Ordinal))
                    Interlocked.Increment(ref _count);
        });
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
