using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Shop.Catalog.Cache;

/// <summary>
/// Pages in this process. One flight per key: however many ask for a page that is not there, one fetches it. A page past its
/// time is still served while one reader fetches it anew; the time is spread, so that what came together does not go together.
/// A change that is heard while a page is being fetched keeps it from being stored.
/// </summary>
/// <param name="capacity">In bytes.</param>
/// <param name="policy">Which pages make room.</param>
/// <param name="fresh">Longest time that a page is served as it is; each gets 50 to 100 % of it.</param>
/// <param name="stale">For how long after that it may be served while it is fetched anew; zero for never.</param>
/// <param name="limit">An age that nothing exceeds, asked at each read.</param>
/// <param name="spread">Answers numbers from 0 to below 1.</param>
/// <param name="weigh">Bytes that a key takes beside its page; null where that is nothing to speak of.</param>
public sealed class PageCache<TKey>(
    long capacity, CachePolicy policy, TimeSpan fresh, TimeSpan stale, Func<TimeSpan> limit, Func<double> spread, TimeProvider time,
    CacheMetrics metrics, Func<TKey, int>? weigh = null)
    where TKey : notnull
{
    // Longer than any load may wait and take.
    private static readonly TimeSpan FlightLimit = TimeSpan.FromSeconds(10);

    private readonly BoundedCache<TKey, Entry> _pages = new(capacity, policy, metrics.Evicted);
    private readonly ConcurrentDictionary<TKey, Flight> _flights = new();

    /// <summary>Bytes in use.</summary>
    public long Size => _pages.Size;

    /// <summary>The page, if it is there and within its time.</summary>
    public bool TryGetFresh(TKey key, [NotNullWhen(true)] out CachedPage? page)
    {
        page = null;
        if (!_pages.TryGet(key, out var entry)) return false;
        var age = time.GetElapsedTime(entry.StoredAt);
        if (age >= entry.Fresh || age >= limit()) return false;
        page = entry.Page;
        metrics.Hit("process");
        return true;
    }

    /// <summary>The page, fetched when it is not there or too old; null when there is none.</summary>
    /// <param name="load">Fetches it. Runs for all who wait, so it is not cancelled when the first of them goes.</param>
    public async ValueTask<CachedPage?> GetAsync(
        TKey key, Func<CancellationToken, Task<CachedPage?>> load, CancellationToken cancellationToken)
    {
        if (TryGetFresh(key, out var page)) return page;
        if (FindStale(key) is { } old)
        {
            metrics.Hit("stale");
            if (!_flights.ContainsKey(key))
                using (ExecutionContext.SuppressFlow())
                    _ = FlightOf(key, load);
            return old;
        }
        return await FlightOf(key, load).WaitAsync(cancellationToken);
    }

    /// <summary>Forgets a page, and keeps one that is being fetched from being stored.</summary>
    public void Invalidate(TKey key)
    {
        if (_flights.TryRemove(key, out var flight)) flight.IsOutdated = true;
        _pages.Remove(key);
    }

    public void Clear()
    {
        foreach (var key in _flights.Keys)
            if (_flights.TryRemove(key, out var flight)) flight.IsOutdated = true;
        _pages.Clear();
    }

    private CachedPage? FindStale(TKey key)
    {
        if (stale == TimeSpan.Zero || !_pages.TryGet(key, out var entry)) return null;
        var age = time.GetElapsedTime(entry.StoredAt);
        return age < entry.Fresh + stale && age < limit() ? entry.Page : null;
    }

    private Task<CachedPage?> FlightOf(TKey key, Func<CancellationToken, Task<CachedPage?>> load)
    {
        var own = new Flight();
        var flight = _flights.GetOrAdd(key, own);
        if (ReferenceEquals(flight, own)) _ = FlyAsync(key, own, load);
        return flight.Landing.Task;
    }

    private async Task FlyAsync(TKey key, Flight flight, Func<CancellationToken, Task<CachedPage?>> load)
    {
        try
        {
            using var deadline = new CancellationTokenSource(FlightLimit, time);
            var page = await load(deadline.Token);
            if (page is not null) Store(key, flight, page);
            _flights.TryRemove(KeyValuePair.Create(key, flight));
            flight.Landing.SetResult(page);
        }
        catch (Exception error)
        {
            _flights.TryRemove(KeyValuePair.Create(key, flight));
            flight.Landing.SetException(error);
            _ = flight.Landing.Task.Exception; // Observed here: those who wait may be gone.
        }
    }

    private void Store(TKey key, Flight flight, CachedPage page)
    {
        if (flight.IsOutdated) return;
        var size = page.Size + (weigh?.Invoke(key) ?? 0);
        _pages.Set(key, new Entry(page, time.GetTimestamp(), fresh * (0.5 + spread() / 2)), size);
        // Outdated in between: then whoever did it has already removed the entry, or we do it now.
        if (flight.IsOutdated) _pages.Remove(key);
    }

    private sealed record Entry(CachedPage Page, long StoredAt, TimeSpan Fresh);

    private sealed class Flight
    {
        private volatile bool _isOutdated;

        public bool IsOutdated
        {
            get => _isOutdated;
            set => _isOutdated = value;
        }

        // Asynchronous continuations: what waiters do must not delay the landing.
        public TaskCompletionSource<CachedPage?> Landing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
