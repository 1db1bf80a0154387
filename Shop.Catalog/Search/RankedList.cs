using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shop.Catalog.Cache;
using StackExchange.Redis;

namespace Shop.Catalog.Search;

/// <summary>The answer to a query at one moment: pages of it are parts of this list, however values move meanwhile.</summary>
/// <param name="Id">Hexadecimal, different for each list.</param>
/// <param name="Ids">Products, the best first.</param>
/// <param name="Corrected">What was searched for, when that is not what was typed.</param>
public sealed record RankedList(string Id, DateTimeOffset Made, long[] Ids, string? Corrected);

/// <summary>
/// Ranked lists that are not older than a minute, the same for all replicas: Redis decides which one it is when two are made at
/// once. Without Redis each replica has its own, and whoever turns a page elsewhere goes on in another list.
/// </summary>
public sealed class RankedLists(RedisCache redis, TimeProvider time, IConfiguration configuration)
{
    /// <summary>Age up to which a list is shown to newcomers.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    /// <summary>Age up to which its pages can be turned.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(60);

    private const int Capacity = 500;

    private const string Publish =
        """
        local known = redis.call('GET', KEYS[1])
        if known then return known end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
        return ARGV[1]
        """;

    private readonly BriefCache<RankedList> _current = new(Capacity, list => Left(list, Fresh, time), time);
    private readonly BriefCache<RankedList> _kept = new(Capacity, list => Left(list, Kept, time), time);

    // Shops that share a Redis tell their keys apart by Catalog:CachePrefix.
    private readonly string _prefix = configuration["Catalog:CachePrefix"] ?? "catalog";

    /// <summary>The list that pages of this query are taken from now.</summary>
    /// <param name="query">The same for queries that mean the same.</param>
    /// <param name="rank">Makes the list.</param>
    public ValueTask<RankedList> CurrentAsync(
        string query, Func<CancellationToken, Task<(long[] Ids, string? Corrected)>> rank, CancellationToken cancellationToken)
    {
        var key = Hash(query);
        return _current.GetAsync(key, token => LoadAsync(key, rank, token), cancellationToken);
    }

    /// <summary>The list that a page was taken from; null when it is too old or nobody has it.</summary>
    public async Task<RankedList?> FindAsync(string query, string id, CancellationToken cancellationToken)
    {
        var key = Hash(query);
        if (_kept.TryGet(key + id, out var list)) return list;
        if (Read(await redis.TryAsync(db => db.StringGetAsync(KeptKey(key, id)), cancellationToken)) is not { } shared) return null;
        _kept.Set(key + id, shared);
        return Left(shared, Kept, time) > TimeSpan.Zero ? shared : null;
    }

    private async Task<RankedList> LoadAsync(
        string key, Func<CancellationToken, Task<(long[] Ids, string? Corrected)>> rank, CancellationToken cancellationToken)
    {
        var list = Read(await redis.TryAsync(db => db.StringGetAsync(CurrentKey(key)), cancellationToken));
        if (list is null || Left(list, Fresh, time) <= TimeSpan.Zero)
        {
            var (ids, corrected) = await rank(cancellationToken);
            list = await PublishAsync(
                key, new RankedList(RandomNumberGenerator.GetHexString(16, lowercase: true), time.GetUtcNow(), ids, corrected),
                cancellationToken);
        }
        _kept.Set(key + list.Id, list);
        return list;
    }

    /// <summary>The list that counts: ours, or that of a replica which was first.</summary>
    private async Task<RankedList> PublishAsync(string key, RankedList list, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(list, CatalogJson.Default.RankedList);
        var counts = await redis.TryAsync(
            db => db.ScriptEvaluateAsync(
                Publish, [CurrentKey(key), KeptKey(key, list.Id)],
                [bytes, (long)Fresh.TotalMilliseconds, (long)Kept.TotalMilliseconds]),
            cancellationToken);
        return counts is null ? list : Read((RedisValue)counts) ?? list;
    }

    private RedisKey CurrentKey(string key) => $"{_prefix}:ranked:{{{key}}}";

    private RedisKey KeptKey(string key, string id) => $"{_prefix}:ranked:{{{key}}}:{id}";

    private static string Hash(string query) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)).AsSpan(0, 16));

    private static RankedList? Read(RedisValue value) =>
        value.IsNull ? null : JsonSerializer.Deserialize((byte[])value!, CatalogJson.Default.RankedList);

    private static TimeSpan Left(RankedList list, TimeSpan life, TimeProvider time)
    {
        var left = list.Made + life - time.GetUtcNow();
        return left < life ? left : life;
    }
}
