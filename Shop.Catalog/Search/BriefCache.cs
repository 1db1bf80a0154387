using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Shop.Catalog.Search;

/// <summary>
/// Answers that may be a little old, in this process: a bounded number of them, each for its time, and one flight per key.
/// When it is full, what is over goes first, then what was loaded first.
/// </summary>
/// <param name="capacity">Number of values.</param>
/// <param name="life">How long a value is served after it was loaded.</param>
public sealed class BriefCache<T>(int capacity, Func<T, TimeSpan> life, TimeProvider time)
    where T : class
{
    // Longer than a statement may take.
    private static readonly TimeSpan FlightLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _flights = new(StringComparer.Ordinal);

    public BriefCache(int capacity, TimeSpan life, TimeProvider time)
        : this(capacity, _ => life, time)
    {
    }

    /// <summary>Number of values held.</summary>
    public int Count => _entries.Count;

    public bool TryGet(string key, [NotNullWhen(true)] out T? value)
    {
        value = _entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.LoadedAt) < entry.Life ? entry.Value : null;
        return value is not null;
    }

    /// <param name="load">Runs once for all who wait, so it is not cancelled when the first of them goes.</param>
    public async ValueTask<T> GetAsync(string key, Func<CancellationToken, Task<T>> load, CancellationToken cancellationToken)
    {
        if (TryGet(key, out var value)) return value;
        var flight = _flights.GetOrAdd(key, _ => new Lazy<Task<T>>(() => LoadAsync(key, load)));
        return await flight.Value.WaitAsync(cancellationToken);
    }

    public void Set(string key, T value)
    {
        var lasting = life(value);
        if (lasting <= TimeSpan.Zero) return;
        _entries[key] = new Entry(value, time.GetTimestamp(), lasting);
        if (_entries.Count > capacity) MakeRoom();
    }

    private async Task<T> LoadAsync(string key, Func<CancellationToken, Task<T>> load)
    {
        try
        {
            using var deadline = new CancellationTokenSource(FlightLimit, time);
            var value = await Task.Run(() => load(deadline.Token), deadline.Token);
            Set(key, value);
            return value;
        }
        finally
        {
            _flights.TryRemove(key, out _);
        }
    }

    // An eighth at once, so that a full cache does not sort at every load.
    private void MakeRoom()
    {
        var surplus = _entries.Count - capacity + capacity / 8;
        foreach (var (key, _) in _entries.OrderByDescending(e => time.GetElapsedTime(e.Value.LoadedAt) >= e.Value.Life)
            .ThenBy(e => e.Value.LoadedAt).Take(surplus).ToList())
            _entries.TryRemove(key, out _);
    }

    private sealed record Entry(T Value, long LoadedAt, TimeSpan Life);
}
