using System.ComponentModel.DataAnnotations;

namespace Shop.Catalog.Cache;

/// <summary>Settings below <c>Catalog:Cache</c>, checked at the start.</summary>
public sealed record CacheOptions
{
    public const string Section = "Catalog:Cache";

    // Below this not a single page would be kept.
    private const long MinBytes = 1 << 20;

    private const string Instant = "00:00:00.1";
    private const string Minute = "00:01:00";
    private const string Hour = "01:00:00";

    /// <summary>Bytes that the pages of products may take in this process.</summary>
    [Range(MinBytes, long.MaxValue)]
    public long ProductBytes { get; init; } = 64 << 20;

    /// <summary>Bytes that the pages of lists may take in this process.</summary>
    [Range(MinBytes, long.MaxValue)]
    public long ListBytes { get; init; } = 32 << 20;

    /// <summary>Bytes that drawn pictures may take in this process.</summary>
    [Range(MinBytes, long.MaxValue)]
    public long PictureBytes { get; init; } = 16 << 20;

    /// <summary>What makes room when they are full: LeastFrequentlyUsed or LeastRecentlyUsed (docs/caching.md).</summary>
    public CachePolicy Policy { get; init; } = CachePolicy.LeastFrequentlyUsed;

    /// <summary>Longest time that a page is served without a look at Redis or the database; each page gets 50 to 100 % of it.</summary>
    [Range(typeof(TimeSpan), Instant, Hour)]
    public TimeSpan Fresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long after that it is still served, while one reader fetches it anew.</summary>
    [Range(typeof(TimeSpan), "00:00:00", Hour)]
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest life in Redis; each page gets 50 to 100 % of it.</summary>
    [Range(typeof(TimeSpan), Instant, Hour)]
    public TimeSpan Shared { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Age that nothing exceeds of which changes are not heard: lists always, products while the feed of changes is silent.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", Hour)]
    public TimeSpan Unheard { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that a read waits for Redis, which is then left alone for a second.</summary>
    [Range(typeof(TimeSpan), Instant, Minute)]
    public TimeSpan RedisLimit { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Longest time that a change waits until Redis has told the others of it; it is told again later.</summary>
    [Range(typeof(TimeSpan), Instant, Minute)]
    public TimeSpan RedisLongLimit { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Loads from the database that run at a time in this process.</summary>
    [Range(1, 1000)]
    public int MaxLoads { get; init; } = 12;

    /// <summary>Loads that wait for their turn.</summary>
    [Range(0, 100_000)]
    public int MaxWaitingLoads { get; init; } = 500;

    /// <summary>Longest time that a load waits for its turn.</summary>
    [Range(typeof(TimeSpan), "00:00:00", Hour)]
    public TimeSpan LoadPatience { get; init; } = TimeSpan.FromSeconds(1);
}
