using System.Security.Cryptography;
using System.Text;
using Shop.Catalog.Cache;
using StackExchange.Redis;

namespace Shop.Catalog.Search;

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

    // The list is stored once; the query's key only names it.
    private const string Publish =
        """
        local known = redis.call('GET', KEYS[1])
        if known then return known end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
        redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4])
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

    /// <summary>A list of this moment, past those that are kept: for who must see what they did. Its pages can be turned like others'.</summary>
    /// <inheritdoc cref="CurrentAsync"/>
    public async Task<RankedList> NewAsync(
        string query, Func<CancellationToken, Task<(long[] Ids, string? Corrected)>> rank, CancellationToken cancellationToken)
    {
        var key = Hash(query);
        var (ids, corrected) = await rank(cancellationToken);
        var list = new RankedList(RankedList.NewId(), time.GetUtcNow(), ids, corrected);
        await redis.TryAsync(db => db.StringSetAsync(KeptKey(key, list.Id), list.ToBytes(), Kept), cancellationToken);
        _kept.Set(key + list.Id, list);
        return list;
    }

    /// <summary>The list that a page was taken from; null when it is too old or nobody has it.</summary>
    public Task<RankedList?> FindAsync(string query, string id, CancellationToken cancellationToken) =>
        FindByKeyAsync(Hash(query), id, cancellationToken);

    private async Task<RankedList?> FindByKeyAsync(string key, string id, CancellationToken cancellationToken)
    {
        if (_kept.TryGet(key + id, out var list)) return list;
        var value = await redis.TryAsync(db => db.StringGetAsync(KeptKey(key, id)), cancellationToken);
        if (value.IsNull || RankedList.FromBytes((byte[])value!) is not { } shared) return null;
        if (Left(shared, Kept, time) <= TimeSpan.Zero) return null;
        _kept.Set(key + id, shared);
        return shared;
    }

    private async Task<RankedList> LoadAsync(
        string key, Func<CancellationToken, Task<(long[] Ids, string? Corrected)>> rank, CancellationToken cancellationToken)
    {
        var known = await redis.TryAsync(db => db.StringGetAsync(CurrentKey(key)), cancellationToken);
        if (!known.IsNull && await FindByKeyAsync(key, known!, cancellationToken) is { } shared) return shared;
        var (ids, corrected) = await rank(cancellationToken);
        var list = new RankedList(RankedList.NewId(), time.GetUtcNow(), ids, corrected);
        if (await PublishAsync(key, list, cancellationToken) is { } first && first != list.Id
            && await FindByKeyAsync(key, first, cancellationToken) is { } rival) return rival;
        _kept.Set(key + list.Id, list);
        return list;
    }

    /// <summary>The id of the list that counts: ours, or that of a replica which was first. Null without Redis.</summary>
    private async Task<string?> PublishAsync(string key, RankedList list, CancellationToken cancellationToken)
    {
        var counts = await redis.TryAsync(
            db => db.ScriptEvaluateAsync(
                Publish, [CurrentKey(key), KeptKey(key, list.Id)],
                [list.Id, list.ToBytes(), (long)Fresh.TotalMilliseconds, (long)Kept.TotalMilliseconds]),
            cancellationToken);
        return counts is null ? null : (string?)counts;
    }

    private RedisKey CurrentKey(string key) => $"{_prefix}:ranked:{{{key}}}";

    private RedisKey KeptKey(string key, string id) => $"{_prefix}:ranked:{{{key}}}:{id}";

    private static string Hash(string query) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)).AsSpan(0, 16));

    private static TimeSpan Left(RankedList list, TimeSpan life, TimeProvider time)
    {
        var left = list.Made + life - time.GetUtcNow();
        return left < life ? left : life;
    }
}
