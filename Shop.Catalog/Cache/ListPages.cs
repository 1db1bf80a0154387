using System.Diagnostics.CodeAnalysis;

namespace Shop.Catalog.Cache;

/// <summary>A page of a list: the address as it was asked for, and the language of the answer.</summary>
public readonly record struct ListKey(string Query, string Language);

/// <summary>
/// Pages of lists, kept for at most a second: any product may be on them, so no change is told for them. What is asked for
/// often costs the database one query a second and replica.
/// </summary>
public sealed class ListPages
{
    // Longer queries are not what many ask for.
    private const int MaxQueryLength = 500;

    private readonly PageCache<ListKey> _pages;
    private readonly LoadGate _gate;
    private readonly CacheMetrics _metrics;

    public ListPages(CacheOptions options, LoadGate gate, CacheMetrics metrics, TimeProvider time, Spread spread)
    {
        (_gate, _metrics) = (gate, metrics);
        _pages = new PageCache<ListKey>(
            options.ListBytes, options.Policy, options.Unheard, TimeSpan.Zero, () => options.Unheard, spread.Next, time, metrics,
            key => sizeof(char) * key.Query.Length);
        metrics.Measure("lists", () => _pages.Size);
    }

    public bool TryGet(ListKey key, [NotNullWhen(true)] out CachedPage? page) => _pages.TryGetFresh(key, out page);

    /// <param name="load">Reads the page and answers its JSON.</param>
    public async ValueTask<CachedPage> GetAsync(
        ListKey key, Func<CancellationToken, Task<byte[]>> load, CancellationToken cancellationToken)
    {
        if (key.Query.Length > MaxQueryLength) return await LoadAsync(load, cancellationToken);
        return (await _pages.GetAsync(key, async token => await LoadAsync(load, token), cancellationToken))!;
    }

    private async Task<CachedPage> LoadAsync(Func<CancellationToken, Task<byte[]>> load, CancellationToken cancellationToken)
    {
        _metrics.Miss();
        return CachedPage.Of(await _gate.RunAsync(load, cancellationToken));
    }
}
