using Shop.Catalog.Cache;
using Shop.Catalog.Inventory;
using StackExchange.Redis;

namespace Shop.Catalog.Products;

/// <summary>A product page as it is sent: UTF-8 JSON of one version, which is also the entity tag.</summary>
public sealed record ProductPageBytes(long Version, byte[] Json);

/// <summary>
/// Product details in Redis, one hash per product: <c>v</c> the stock row's version, and a field per language. A change
/// leaves only <c>v</c> behind, so that a reader who is still holding the older row cannot store it. Entries live for a few
/// seconds: that bounds how stale a page can be when Redis missed a change.
/// </summary>
public sealed class ProductCache(RedisCache redis, CatalogMetrics metrics, IConfiguration configuration)
{
    private const int MinLifeMilliseconds = 4000;
    private const int LifeSpreadMilliseconds = 1000;

    private const string Fill =
        """
        local known = redis.call('HGET', KEYS[1], 'v')
        if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
        if known and tonumber(known) < tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
        redis.call('HSET', KEYS[1], 'v', ARGV[1])
        redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
        return redis.call('PEXPIRE', KEYS[1], ARGV[4])
        """;

    private const string Outdated =
        """
        local known = redis.call('HGET', KEYS[1], 'v')
        if known and tonumber(known) >= tonumber(ARGV[1]) then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'v', ARGV[1])
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        """;

    public async Task<ProductPageBytes?> FindAsync(long id, string language, CancellationToken cancellationToken)
    {
        var values = await redis.TryAsync(db => db.HashGetAsync(Key(id), ["v", language]), cancellationToken);
        if (values is null || values[0].IsNull || values[1].IsNull)
        {
            metrics.CacheMiss();
            return null;
        }
        metrics.CacheHit();
        return new ProductPageBytes((long)values[0], (byte[])values[1]!);
    }

    public void Store(long id, string language, ProductPageBytes page) => redis.Send(db => db.ScriptEvaluateAsync(
        Fill, [Key(id)], [page.Version, language, page.Json, Life(id)], CommandFlags.FireAndForget));

    /// <summary>To be called after the commit. Does not wait: the writer is not kept from answering.</summary>
    public void Outdate(IReadOnlyList<StockChange> changes)
    {
        foreach (var change in changes)
            redis.Send(db => db.ScriptEvaluateAsync(
                Outdated, [Key(change.ProductId)], [change.Version, Life(change.ProductId)], CommandFlags.FireAndForget));
    }

    /// <summary>As <see cref="Outdate"/>, and waits, so that the one who made the change sees it at once.</summary>
    public Task OutdateAsync(StockChange change, CancellationToken cancellationToken) => redis.TryAsync(
        db => db.ScriptEvaluateAsync(Outdated, [Key(change.ProductId)], [change.Version, Life(change.ProductId)]),
        cancellationToken);

    // Shops that share a Redis tell their keys apart by Catalog:CachePrefix.
    private readonly string _prefix = configuration["Catalog:CachePrefix"] ?? "catalog";

    private RedisKey Key(long id) => FormattableString.Invariant($"{_prefix}:product:{id}");

    // Spread by id, so that what was stored together does not expire together.
    private static int Life(long id) => MinLifeMilliseconds + (int)(unchecked((ulong)id * 2654435761) % LifeSpreadMilliseconds);
}
