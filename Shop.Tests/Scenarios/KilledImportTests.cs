using System.Net;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>A replica that is killed when an import of the queue is committed and the queue does not know yet.</summary>
[Collection(Servers.Collection)]
public sealed class KilledImportTests(DirectedImports shop) : IClassFixture<DirectedImports>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_a_killed_replica_has_imported_the_other_one_does_not_import_again()
    {
        var (accepted, killed) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        using var first = KillAtAnswer(0, accepted.Task, killed);
        using var second = KillAtAnswer(1, accepted.Task, killed);
        await EnqueueAsync(0, price: 7);
        accepted.SetResult();
        var other = 1 - await killed.Task.WaitAsync(Patience);
        // In its place: when the next one is done, the first one has come again.
        await EnqueueAsync(other, price: 8);
        await Eventually.TrueAsync(async () => await shop.CountAsync("SELECT count(*) FROM imports WHERE state = $1", "done") == 2);

        Assert.Equal(2, await shop.CountAsync("SELECT sum(begun) FROM imports WHERE state = $1", "done"));
        Assert.Equal(other == 0 ? [7, 8] : [7], await shop.PricesAsync(0));
        Assert.Equal(8, await shop.PriceAsync(other));
        Assert.Equal(2, (await shop.AuditedAsync(0)).Imports + (await shop.AuditedAsync(1)).Imports);
        await shop.AssertBooksAgreeAsync();
    }

    private async Task EnqueueAsync(int replica, int price) =>
        Assert.Equal(HttpStatusCode.Accepted, (await shop.ImportAsync(replica, price, "?async=true")).Status);

    /// <summary>The first of the replicas that comes so far.</summary>
    private IDisposable KillAtAnswer(int replica, Task when, TaskCompletionSource<int> killed) =>
        shop.On(replica, DirectedImports.BeforeAnswer, async () =>
        {
            await when;
            if (killed.TrySetResult(replica)) await shop.CatalogProcess(replica).KillAsync();
        });
}
