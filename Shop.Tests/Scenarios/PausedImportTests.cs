using System.Net;
using Shop.Tests.Service;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Scenarios;

/// <summary>
/// T11 on processes that are really stopped: one replica holds the lock of imports and stands still until its lease is over and
/// the other replica has imported; then it goes on, and does not know.
/// </summary>
[Collection(Servers.Collection)]
public sealed class PausedImportTests(DirectedImports shop) : IClassFixture<DirectedImports>
{
    private const int Old = 0;
    private const int Newer = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Where the old one is paused before its token is checked.</summary>
    private static readonly string[] TooEarly = [DirectedImports.Locked, DirectedImports.Planned, DirectedImports.BeforeCheck];

    /// <summary>Where the newer one is when the old one goes on; at its end, where nothing is said.</summary>
    private static readonly string?[] Meetings = [null, DirectedImports.Planned, DirectedImports.Checked];

    [Fact]
    [Trait(Chaos.Trait, "T11")]
    public async Task Of_imports_paused_beyond_their_lease_none_is_stored_after_a_newer_one()
    {
        var trials = Chaos.IsLong ? 1_000 : 120;
        await ImportBothAsync(price: 1);
        var (ofOld, ofNewer) = (new List<long> { 1 }, new List<long> { 1 });
        var began = TimeProvider.System.GetTimestamp();
        for (var trial = 0; trial < trials; trial++)
        {
            var price = trial + 2;
            if (trial % 4 < TooEarly.Length)
            {
                await AssertRefusedAsync(TooEarly[trial % 4], Meetings[trial / 4 % Meetings.Length], price, ofOld[^1]);
            }
            else
            {
                await AssertWaitedForAsync(price);
                ofOld.Add(price);
            }
            ofNewer.Add(price);
        }
        var each = TimeProvider.System.GetElapsedTime(began) / trials;

        Assert.Equal(ofOld, await shop.PricesAsync(Old));
        Assert.Equal(ofNewer, await shop.PricesAsync(Newer));
        Assert.Equal((ofOld.Count, ofOld.Count), await shop.AuditedAsync(Old));
        Assert.Equal((ofNewer.Count, ofNewer.Count), await shop.AuditedAsync(Newer));
        await shop.AssertBooksAgreeAsync();
        await Chaos.TellAsync(
            $"T11 {trials} pauses: {trials - ofOld.Count + 1} stale imports refused, {ofOld.Count - 1} waited for, {each.TotalMilliseconds:0} ms each");
    }

    private async Task ImportBothAsync(int price)
    {
        foreach (var replica in (int[])[Old, Newer])
            Assert.Equal(HttpStatusCode.OK, (await shop.ImportAsync(replica, price)).Status);
    }

    /// <summary>Its token was not checked when it was paused, so it stores nothing, whether the newer one has ended or is at work.</summary>
    private async Task AssertRefusedAsync(string point, string? meeting, int price, long before)
    {
        var (met, apart) = (new TaskCompletionSource(), new TaskCompletionSource());
        var newer = Task.FromResult<Answer>(null!);
        using var stop = meeting is null ? null : shop.On(Newer, meeting, () =>
        {
            met.SetResult();
            return apart.Task;
        });
        using (shop.On(Old, point, () => WhilePausedAsync(() =>
        {
            newer = shop.ImportAsync(Newer, price);
            return Task.WhenAny(newer, met.Task).WaitAsync(Patience);
        })))
        {
            var old = await shop.ImportAsync(Old, price);
            Assert.True(old.Status == HttpStatusCode.ServiceUnavailable, $"paused at {point}, met at {meeting ?? "the end"}: {old}");
        }
        Assert.Equal(before, await shop.PriceAsync(Old));
        apart.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await newer).Status);
        Assert.Equal(price, await shop.PriceAsync(Newer));
    }

    /// <summary>Its token was checked when it was paused, so nobody is granted the lock before it commits.</summary>
    private async Task AssertWaitedForAsync(int price)
    {
        var atGrant = 0L;
        var newer = Task.FromResult<Answer>(null!);
        using var grant = shop.On(Newer, DirectedImports.Locked, async () => atGrant = await shop.PriceAsync(Old));
        using (shop.On(Old, DirectedImports.Checked, () => WhilePausedAsync(() =>
        {
            newer = shop.ImportAsync(Newer, price);
            return Eventually.TrueAsync(async () => newer.IsCompleted || await shop.IsAwaitedAsync());
        })))
            Assert.Equal(HttpStatusCode.OK, (await shop.ImportAsync(Old, price)).Status);
        Assert.Equal(HttpStatusCode.OK, (await newer).Status);
        Assert.Equal(price, atGrant);
        Assert.Equal(price, await shop.PriceAsync(Newer));
    }

    private async Task WhilePausedAsync(Func<Task> action)
    {
        var process = shop.CatalogProcess(Old);
        await process.PauseAsync();
        try
        {
            await shop.PassLeaseAsync();
            await action();
        }
        finally
        {
            process.Resume();
        }
    }
}
