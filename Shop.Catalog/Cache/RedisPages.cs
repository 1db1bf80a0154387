using StackExchange.Redis;

namespace Shop.Catalog.Cache;

/// <summary>What Redis said of a page.</summary>
/// <param name="Page">Null when it is not there.</param>
/// <param name="Lease">The right to store it; null when another reader has that right, or Redis is away.</param>
/// <param name="IsBeingFilled">Another reader is fetching it.</param>
public readonly record struct SharedPage(byte[]? Page, string? Lease, bool IsBeingFilled);

/// <summary>
/// The second level, shared by all replicas. Who finds nothing gets a lease, and may store only while it lasts; a change takes
/// the lease away together with the page. So a reader that is still holding older rows cannot store them, and one reader at a
/// time fetches (Nishtala et al., Scaling Memcache at Facebook, NSDI 2013, section 3.2.1).
/// </summary>
public sealed class RedisPages(RedisCache redis, IConfiguration configuration, CacheOptions options)
{
    private const int LeaseMilliseconds = 2000;

    private const string Find =
        """
        local page = redis.call('GET', KEYS[1])
        if page then return {page, 0} end
        if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {false, 1} end
        return {false, 2}
        """;

    private const string FillScript =
        """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        return redis.call('DEL', KEYS[2])
        """;

    private const string Outdated =
        """
        redis.call('DEL', unpack(KEYS))
        return redis.call('PUBLISH', ARGV[1], ARGV[2])
        """;

    // Shops that share a Redis tell their keys apart by Catalog:CachePrefix.
    private readonly string _prefix = configuration["Catalog:CachePrefix"] ?? "catalog";

    /// <summary>The channel on which changes are told: the id of a product, or a <see cref="ChangeFeed"/>'s sign of life.</summary>
    public string Channel => $"{_prefix}:changes";

    public async Task<SharedPage> FindAsync(ProductKey key, CancellationToken cancellationToken)
    {
        var lease = Guid.CreateVersion7().ToString("N");
        var answer = await redis.TryAsync(
            async db => (RedisResult[]?)await db.ScriptEvaluateAsync(Find, [PageKey(key), LeaseKey(key)], [lease, LeaseMilliseconds]),
            cancellationToken);
        if (answer is null) return default;
        if (!answer[0].IsNull) return new SharedPage((byte[])answer[0]!, null, false);
        return (int)answer[1] == 1 ? new SharedPage(null, lease, false) : new SharedPage(null, null, true);
    }

    /// <summary>Stores what was fetched under a lease, if it still holds. Does not wait.</summary>
    /// <param name="spread">From 0 to below 1: which part of its life's second half the page gets.</param>
    public void Fill(ProductKey key, string lease, byte[] page, double spread)
    {
        var life = (long)(options.Shared * (0.5 + spread / 2)).TotalMilliseconds;
        redis.Send(db => db.ScriptEvaluateAsync(
            FillScript, [PageKey(key), LeaseKey(key)], [lease, page, life], CommandFlags.FireAndForget));
    }

    /// <summary>Takes pages and leases of a product away and tells every replica. False when Redis is away.</summary>
    public async Task<bool> OutdateAsync(long productId, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [.. ProductKey.AllOf(productId).SelectMany(key => (RedisKey[])[PageKey(key), LeaseKey(key)])];
        return await redis.InsistAsync(
            async db => !(await db.ScriptEvaluateAsync(Outdated, keys, [Channel, productId])).IsNull, cancellationToken);
    }

    // The part in braces keeps a product's keys on one node of a Redis cluster.
    private RedisKey PageKey(ProductKey key) => FormattableString.Invariant($"{{{_prefix}:product:{key.Id}}}:{key.Language}");

    private RedisKey LeaseKey(ProductKey key) => FormattableString.Invariant($"{{{_prefix}:product:{key.Id}}}:{key.Language}:lease");
}
