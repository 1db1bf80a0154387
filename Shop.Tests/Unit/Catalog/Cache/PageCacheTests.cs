using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Cache;
using Shop.Tests.Unit.ServiceDefaults;

namespace Shop.Tests.Unit.Catalog.Cache;

public sealed class PageCacheTests : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly Random _random = new(7);
    private readonly CacheMetrics _metrics;
    private TimeSpan _limit = TimeSpan.MaxValue;
    private int _loads;

    public PageCacheTests() => _metrics = new CacheMetrics(_services.GetRequiredService<IMeterFactory>());

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_failed_load_is_seen_by_all_who_wait_and_tried_again_by_the_next()
    {
        var cache = Cache();
        await Assert.ThrowsAsync<TimeoutException>(() => Get(cache, 1, _ => throw new TimeoutException()));
        Assert.NotNull(await Get(cache, 1, Loads("one")));
    }

    [Fact]
    public async Task A_reader_that_gives_up_does_not_take_the_load_from_the_others()
    {
        var cache = Cache();
        var landing = new TaskCompletionSource<CachedPage?>();
        using var impatient = new CancellationTokenSource();
        var first = cache.GetAsync(1, _ => landing.Task, impatient.Token).AsTask();
        var second = Get(cache, 1, Loads("not asked"));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        landing.SetResult(Page("one"));
        Assert.Equal(Page("one").Plain, (await second)!.Plain);
        Assert.Equal(0, _loads);
    }

    [Fact]
    public async Task A_page_past_its_time_is_served_while_one_reader_fetches_it_anew()
    {
        var cache = Cache();
        await Get(cache, 1, Loads("old"));
        _time.Advance(Fresh);
        var landing = new TaskCompletionSource<CachedPage?>();
        for (var reader = 0; reader < 10; reader++)
            Assert.Equal(Page("old").Plain, (await Get(cache, 1, _ => { _loads++; return landing.Task; }))!.Plain);
        Assert.Equal(2, _loads);
        landing.SetResult(Page("new"));
        Assert.Equal(Page("new").Plain, (await Get(cache, 1, Loads("newer")))!.Plain);
    }

    [Fact]
    public async Task A_page_long_past_its_time_is_not_served()
    {
        var cache = Cache();
        await Get(cache, 1, Loads("old"));
        _time.Advance(Fresh + Stale);
        Assert.Equal(Page("new").Plain, (await Get(cache, 1, Loads("new")))!.Plain);
    }

    [Fact]
    public async Task While_changes_are_not_heard_nothing_older_than_the_limit_is_served()
    {
        var cache = Cache();
        await Get(cache, 1, Loads("old"));
        _limit = TimeSpan.FromSeconds(1);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(Page("old").Plain, (await Get(cache, 1, Loads("new")))!.Plain);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(Page("new").Plain, (await Get(cache, 1, Loads("new")))!.Plain);
    }

    [Fact]
    public async Task A_change_during_a_load_keeps_the_older_page_from_being_stored()
    {
        var cache = Cache();
        var landing = new TaskCompletionSource<CachedPage?>();
        var before = Get(cache, 1, _ => landing.Task);
        cache.Invalidate(1);
        var after = Get(cache, 1, Loads("new"));
        landing.SetResult(Page("old"));
        Assert.Equal(Page("old").Plain, (await before)!.Plain);
        Assert.Equal(Page("new").Plain, (await after)!.Plain);
        Assert.Equal(Page("new").Plain, (await Get(cache, 1, Loads("not asked")))!.Plain);
    }

    [Fact]
    public async Task Forgetting_everything_includes_what_is_under_way()
    {
        var cache = Cache();
        var landing = new TaskCompletionSource<CachedPage?>();
        await Get(cache, 2, Loads("two"));
        var before = Get(cache, 1, _ => landing.Task);
        cache.Clear();
        landing.SetResult(Page("old"));
        await before;
        Assert.False(cache.TryGetFresh(1, out _));
        Assert.False(cache.TryGetFresh(2, out _));
    }

    [Fact]
    public async Task A_key_weighs_as_well_as_its_page()
    {
        var cache = new PageCache<int>(64 << 20, CachePolicy.LeastFrequentlyUsed, Fresh, Stale, () => _limit, _random.NextDouble, _time, _metrics, key => key);
        await Get(cache, 1000, Loads("page"));
        Assert.Equal(1000 + Page("page").Size, cache.Size);
    }

    private PageCache<int> Cache() => new(64 << 20, CachePolicy.LeastFrequentlyUsed, Fresh, Stale, () => _limit, _random.NextDouble, _time, _metrics);

    private static Task<CachedPage?> Get(PageCache<int> cache, int key, Func<CancellationToken, Task<CachedPage?>> load) =>
        cache.GetAsync(key, load, CancellationToken.None).AsTask();

    private Func<CancellationToken, Task<CachedPage?>> Loads(string text) => _ =>
    {
        _loads++;
        return Task.FromResult<CachedPage?>(Page(text));
    };

    private static CachedPage Page(string text) => CachedPage.Of(System.Text.Encoding.UTF8.GetBytes(text));
}
