using System.Diagnostics.CodeAnalysis;
using Shop.Catalog.Cache;
using Shop.Catalog.Inventory;

namespace Shop.Catalog.Products;

/// <summary>
/// The pages of products: in this process, then in Redis, then from the database, each behind what keeps a rush from reaching
/// the next (docs/caching.md). Whoever changes a product or its stock says so here after the commit.
/// </summary>
public sealed class ProductCache
{
    private const int NegativeBytes = 1 << 20;
    private const int NegativeSize = 64;

    // How long a reader waits for another replica that is fetching the same page, before it fetches it itself.
    private static readonly TimeSpan FillPatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FillPoll = TimeSpan.FromMilliseconds(20);

    private readonly PageCache<ProductKey> _pages;
    private readonly BoundedCache<long, long> _missing = new(NegativeBytes, CachePolicy.LeastRecentlyUsed);
    private readonly RedisPages _redis;
    private readonly ProductStore _store;
    private readonly KnownProducts _known;
    private readonly ChangeFeed _feed;
    private readonly LoadGate _gate;
    private readonly CacheOptions _options;
    private readonly CacheMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Func<double> _spread;

    public ProductCache(
        RedisPages redis, ProductStore store, KnownProducts known, ChangeFeed feed, LoadGate gate, CacheOptions options,
        CacheMetrics metrics, TimeProvider time, Spread spread)
    {
        (_redis, _store, _known, _feed, _gate) = (redis, store, known, feed, gate);
        (_options, _metrics, _time, _spread) = (options, metrics, time, spread.Next);
        _pages = new PageCache<ProductKey>(
            options.ProductBytes, options.Policy, options.Fresh, options.Stale, () => feed.IsHeard ? TimeSpan.MaxValue : options.Unheard, _spread,
            time, metrics);
        feed.Changed += Forget;
        feed.Missed += _pages.Clear;
        metrics.Measure("products", () => _pages.Size);
    }

    /// <summary>The page when this process has it; counts a hit then.</summary>
    public bool TryGet(long id, string language, [NotNullWhen(true)] out CachedPage? page) =>
        _pages.TryGetFresh(ProductKey.Of(id, language), out page);

    /// <summary>Null when there is no such product on sale.</summary>
    public async ValueTask<CachedPage?> GetAsync(long id, string language, CancellationToken cancellationToken)
    {
        if (!await _known.MayExistAsync(id, cancellationToken) || IsMissing(id))
        {
            _metrics.Unknown();
            return null;
        }
        var key = ProductKey.Of(id, language);
        return await _pages.GetAsync(key, token => LoadAsync(key, token), cancellationToken);
    }

    /// <summary>Past all caches, for those who edit and must see what they did.</summary>
    public async Task<CachedPage?> ReadAsync(long id, string language, CancellationToken cancellationToken) =>
        await _store.FindAsync(id, cancellationToken) is { } row ? CachedPage.Of(row.ToPage(language)) : null;

    /// <summary>To be called after the commit. Does not wait: the pages follow within a fraction of a second.</summary>
    public void Outdate(IReadOnlyList<StockChange> changes)
    {
        foreach (var change in changes) _feed.TellSoon(change.ProductId);
    }

    /// <inheritdoc cref="Outdate(IReadOnlyList{StockChange})"/>
    public void Outdate(IEnumerable<long> productIds)
    {
        foreach (var productId in productIds) _feed.TellSoon(productId);
    }

    /// <summary>As <see cref="Outdate(IReadOnlyList{StockChange})"/>, at once, and waits until it is told.</summary>
    /// <remarks>Not to be cancelled, since the change is made; it takes half a second at most.</remarks>
    public Task OutdateAsync(long productId) => _feed.TellAsync(productId);

    private void Forget(long id)
    {
        _known.Add(id);
        _missing.Remove(id);
        foreach (var key in ProductKey.AllOf(id)) _pages.Invalidate(key);
    }

    private bool IsMissing(long id) => _missing.TryGet(id, out var at) && _time.GetElapsedTime(at) < _options.Unheard;

    private async Task<CachedPage?> LoadAsync(ProductKey key, CancellationToken cancellationToken)
    {
        var shared = await _redis.FindAsync(key, cancellationToken);
        if (shared.IsBeingFilled) shared = await WaitForFillAsync(key, cancellationToken);
        if (shared.Page is { } found)
        {
            _metrics.Hit("redis");
            return CachedPage.Of(found);
        }
        _metrics.Miss();
        var row = await _gate.RunAsync(token => _store.FindAsync(key.Id, token), cancellationToken);
        if (row is null)
        {
            _missing.Set(key.Id, _time.GetTimestamp(), NegativeSize);
            return null;
        }
        var page = CachedPage.Of(row.ToPage(key.Language));
        if (shared.Lease is { } lease) _redis.Fill(key, lease, page.Plain, _spread());
        return page;
    }

    private async Task<SharedPage> WaitForFillAsync(ProductKey key, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var timer = new PeriodicTimer(FillPoll, _time);
        var shared = new SharedPage(null, null, IsBeingFilled: true);
        while (shared.IsBeingFilled && _time.GetElapsedTime(started) < FillPatience)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            shared = await _redis.FindAsync(key, cancellationToken);
        }
        return shared;
    }
}
