namespace Shop.Catalog.Cache;

/// <summary>Settings below <c>Catalog:Cache</c>.</summary>
public sealed record CacheOptions
{
    /// <summary>Bytes that the pages of products may take in this process.</summary>
    public long ProductBytes { get; init; } = 64 << 20;

    /// <summary>Bytes that the pages of lists may take in this process.</summary>
    public long ListBytes { get; init; } = 32 << 20;

    /// <summary>What makes room when they are full: LeastFrequentlyUsed or LeastRecentlyUsed (docs/caching.md).</summary>
    public CachePolicy Policy { get; init; } = CachePolicy.LeastFrequentlyUsed;

    /// <summary>Longest time that a page is served without a look at Redis or the database; each page gets 50 to 100 % of it.</summary>
    public TimeSpan Fresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long after that it is still served, while one reader fetches it anew.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest life in Redis; each page gets 50 to 100 % of it.</summary>
    public TimeSpan Shared { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Age that nothing exceeds of which changes are not heard: lists always, products while the feed of changes is silent.
    /// </summary>
    public TimeSpan Unheard { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Loads from the database that run at a time in this process.</summary>
    public int MaxLoads { get; init; } = 12;

    /// <summary>Loads that wait for their turn.</summary>
    public int MaxWaitingLoads { get; init; } = 500;

    /// <summary>Longest time that a load waits for its turn.</summary>
    public TimeSpan LoadPatience { get; init; } = TimeSpan.FromSeconds(1);

    public static CacheOptions From(IConfiguration configuration) =>
        configuration.GetSection("Catalog:Cache").Get<CacheOptions>() ?? new CacheOptions();
}
