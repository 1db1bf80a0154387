using System.Diagnostics.Metrics;

namespace Shop.Catalog.Cache;

/// <summary>How well the caches of pages do.</summary>
public sealed class CacheMetrics
{
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _invalidations;
    private readonly Meter _meter;
    private long _hitCount;
    private long _missCount;

    public CacheMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(CatalogMetrics.MeterName);
        _hits = _meter.CreateCounter<long>("catalog.cache.hits", "{read}", "Pages answered from a cache, by level: process, stale or redis.");
        _misses = _meter.CreateCounter<long>("catalog.cache.misses", "{read}", "Pages that no cache had.");
        _loads = _meter.CreateCounter<long>("catalog.cache.loads", "{load}", "Loads from the database on behalf of a cache.");
        _refused = _meter.CreateCounter<long>("catalog.cache.loads.refused", "{load}", "Loads refused, since too many were under way.");
        _evictions = _meter.CreateCounter<long>("catalog.cache.evictions", "{page}", "Pages that made room for others, or found none.");
        _unknown = _meter.CreateCounter<long>("catalog.cache.unknown", "{read}", "Reads of ids that are known not to exist, answered without the database.");
        _invalidations = _meter.CreateCounter<long>("catalog.cache.invalidations", "{product}", "Products of which a change was heard.");
        _meter.CreateObservableGauge("catalog.cache.hit.ratio", HitRatio, "1", "Share of reads that a cache answered, since the start.");
    }

    public void Hit(string level)
    {
        Interlocked.Increment(ref _hitCount);
        _hits.Add(1, new KeyValuePair<string, object?>("level", level));
    }

    public void Miss()
    {
        Interlocked.Increment(ref _missCount);
        _misses.Add(1);
    }

    public void Load() => _loads.Add(1);

    public void LoadRefused() => _refused.Add(1);

    public void Evicted() => _evictions.Add(1);

    public void Unknown() => _unknown.Add(1);

    public void Invalidated() => _invalidations.Add(1);

    /// <summary>Reports the bytes that a cache uses.</summary>
    public void Measure(string cache, Func<long> bytes) => _meter.CreateObservableGauge(
        $"catalog.cache.{cache}.size", bytes, "By", "Bytes that the pages take in this process.");

    private double HitRatio()
    {
        var (hits, misses) = (Interlocked.Read(ref _hitCount), Interlocked.Read(ref _missCount));
        return hits + misses == 0 ? 0 : (double)hits / (hits + misses);
    }
}
