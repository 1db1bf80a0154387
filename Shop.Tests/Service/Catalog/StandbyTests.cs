using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Shop.Catalog.Replication;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class StandbyTests(StandbyBed bed) : IClassFixture<StandbyBed>
{
    /// <summary>Longer than a standby may be behind.</summary>
    private static readonly TimeSpan BeyondTheBound = TimeSpan.FromSeconds(3);

    /// <summary>Who waits for a server that stands still waits until it is thawed, which is after the lists have been read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("/api/products?q=lamp&nonce=")]
    [InlineData("/api/products?sort=best-selling&nonce=")]
    [InlineData("/api/products/facets?q=lamp")]
    [InlineData("/api/products/suggestions?q=lam")]
    [InlineData("/api/products?q=lmap")]
    public async Task Lists_and_searches_are_read_from_the_standby(string path)
    {
        using var visitor = bed.Visitor();
        await bed.IsUsedAsync(visitor);
        var asked = 0;

        await Eventually.BecomesAsync(
            "only the standby is read", () => bed.ServerOfAsync(() => visitor.GetStringAsync($"{path}{++asked}")),
            servers => servers == "standby");
    }

    [Fact]
    public async Task An_administrator_reads_lists_from_the_primary()
    {
        using var visitor = bed.Visitor();
        using var administrator = bed.Administrator();
        await bed.IsUsedAsync(visitor);

        Assert.Equal("primary", await bed.ServerOfAsync(() => bed.ListAsync(administrator)));
    }

    [Fact]
    public async Task A_standby_that_is_late_beyond_the_bound_is_left_until_it_has_caught_up()
    {
        using var visitor = bed.Visitor();
        await bed.IsUsedAsync(visitor);
        await bed.OnStandbyAsync("SELECT pg_wal_replay_pause()");
        try
        {
            var price = await bed.ChangePriceAsync(visitor);
            await Eventually.BecomesAsync(
                "the new price is in the list", () => bed.PriceAsync(visitor), shown => shown == price);
            Assert.Equal("primary", await bed.ServerOfAsync(() => bed.ListAsync(visitor)));
            Assert.Equal("Degraded", await HealthAsync(visitor));
        }
        finally
        {
            await bed.OnStandbyAsync("SELECT pg_wal_replay_resume()");
        }
        await bed.IsUsedAsync(visitor);
        await Eventually.BecomesAsync("healthy", () => HealthAsync(visitor), health => health == "Healthy");
    }

    [Fact]
    public async Task No_read_fails_when_the_standby_falls_and_it_is_read_again_when_it_is_back()
    {
        using var visitor = bed.Visitor();
        await bed.IsUsedAsync(visitor);

        var failed = await WhileReadingAsync(async () =>
        {
            await bed.Standby.KillAsync();
            await Eventually.TrueAsync(() => bed.State == StandbyState.Away);
            Assert.Equal("Degraded", await HealthAsync(visitor));
            await bed.Standby.StartAgainAsync();
            await bed.IsUsedAsync(visitor);
        });

        Assert.Empty(failed);
    }

    [Fact]
    public async Task No_read_fails_or_hangs_when_the_standby_hangs()
    {
        using var visitor = bed.Visitor();
        visitor.Timeout = Patience;
        await bed.IsUsedAsync(visitor);

        var failed = await WhileReadingAsync(async () =>
        {
            bed.Standby.Freeze();
            try
            {
                for (var read = 0; read < 20; read++) await bed.ListAsync(visitor);
            }
            finally
            {
                bed.Standby.Thaw();
            }
        });

        Assert.Empty(failed);
        await bed.IsUsedAsync(visitor);
    }

    [Fact]
    public async Task While_the_primary_hangs_lists_go_on_from_the_standby_beyond_the_bound()
    {
        using var visitor = bed.Visitor();
        visitor.Timeout = TimeSpan.FromSeconds(5);
        await bed.IsUsedAsync(visitor);

        bed.Primary.Freeze();
        try
        {
            var frozen = TimeProvider.System.GetTimestamp();
            await Eventually.TrueAsync(async () =>
            {
                var asked = TimeProvider.System.GetElapsedTime(frozen);
                return await bed.ServerOfAsync(() => bed.ListAsync(visitor)) == "standby" && asked > BeyondTheBound;
            });
            for (var n = 0; n < 20; n++) Assert.Equal("standby", await bed.ServerOfAsync(() => bed.ListAsync(visitor)));
        }
        finally
        {
            bed.Primary.Thaw();
        }
        await bed.IsUsedAsync(visitor);
    }

    private static async Task<string> HealthAsync(HttpClient visitor)
    {
        using var response = await visitor.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["checks"]!["catalogdb-standby"]!["status"]!;
    }

    /// <summary>Reads lists all the time, four at once, and answers what failed.</summary>
    private async Task<IReadOnlyCollection<string>> WhileReadingAsync(Func<Task> action)
    {
        var failed = new ConcurrentBag<string>();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var visitor = bed.Visitor();
            visitor.Timeout = Patience;
            while (!done.IsCancellationRequested)
            {
                try
                {
                    await bed.ListAsync(visitor);
                }
                catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
                {
                    failed.Add(error.Message);
                }
            }
        })).ToArray();
        try
        {
            await action();
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(readers);
        }
        return failed;
    }
}

[Collection(Servers.Collection)]
public sealed class StandbyPromotionTests(StandbyBed bed) : IClassFixture<StandbyBed>
{
    [Fact]
    public async Task A_promoted_standby_is_not_read_any_more()
    {
        using var visitor = bed.Visitor();
        await bed.IsUsedAsync(visitor);
        var price = await bed.PriceAsync(visitor);

        await bed.OnStandbyAsync("SELECT pg_promote()");
        await bed.ChangePriceAsync(visitor, bed.Standby);
        await Eventually.TrueAsync(() => bed.State == StandbyState.Promoted);

        Assert.Equal(price, await bed.PriceAsync(visitor));
        Assert.Equal("primary", await bed.ServerOfAsync(() => bed.ListAsync(visitor)));
    }
}
