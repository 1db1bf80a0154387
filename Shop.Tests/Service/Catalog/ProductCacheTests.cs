using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Inventory;
using Shop.Catalog.Products;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class ProductCacheTests(CatalogBed bed) : IClassFixture<CatalogBed>, IAsyncLifetime
{
    private ProductCache Cache => bed.Services.GetRequiredService<ProductCache>();

    // The first use connects; until then there is nothing to be found.
    public Task InitializeAsync() => Eventually.TrueAsync(async () =>
    {
        Cache.Store(1, "test", new ProductPageBytes(1, [1]));
        return await Cache.FindAsync(1, "test", CancellationToken.None) is not null;
    });

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_was_stored_is_found_by_language()
    {
        var id = UnusedId();
        Cache.Store(id, "en", new ProductPageBytes(4, [1, 2, 0, 255]));
        var found = await Cache.FindAsync(id, "en", CancellationToken.None);
        Assert.Equal(4, found!.Version);
        Assert.Equal([1, 2, 0, 255], found.Json);
        Assert.Null(await Cache.FindAsync(id, "zh", CancellationToken.None));
    }

    [Fact]
    public async Task A_reader_of_the_older_row_cannot_store_it_after_the_change()
    {
        var id = UnusedId();
        Cache.Store(id, "en", new ProductPageBytes(1, [1]));
        await Cache.OutdateAsync(new StockChange(id, 2), CancellationToken.None);
        Assert.Null(await Cache.FindAsync(id, "en", CancellationToken.None));
        Cache.Store(id, "en", new ProductPageBytes(1, [1]));
        Assert.Null(await Cache.FindAsync(id, "en", CancellationToken.None));
        Cache.Store(id, "en", new ProductPageBytes(2, [2]));
        Assert.Equal([2], (await Cache.FindAsync(id, "en", CancellationToken.None))!.Json);
    }

    [Fact]
    public async Task A_change_that_is_told_late_does_not_remove_newer_bytes()
    {
        var id = UnusedId();
        Cache.Store(id, "en", new ProductPageBytes(3, [3]));
        await Cache.OutdateAsync(new StockChange(id, 2), CancellationToken.None);
        Assert.Equal(3, (await Cache.FindAsync(id, "en", CancellationToken.None))!.Version);
    }

    [Fact]
    public async Task Without_Redis_pages_come_from_the_database_and_orders_go_on()
    {
        await using var replica = await CatalogBed.StartAsync(WithRedisAt(ClosedPort()));
        await AssertServesAsync(replica);
    }

    [Fact]
    public async Task A_Redis_that_accepts_and_stays_silent_delays_a_page_by_less_than_a_second()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var replica = await CatalogBed.StartAsync(WithRedisAt(((IPEndPoint)silent.LocalEndpoint).Port));
        await AssertServesAsync(replica);
    }

    private static async Task AssertServesAsync(RunningService replica)
    {
        using var client = new HttpClient { BaseAddress = replica.Address };
        using var first = await client.GetAsync("/api/products/5");
        for (var repeat = 0; repeat < 10; repeat++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync("/api/products/5");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
        }
    }

    private Dictionary<string, string> WithRedisAt(int port) =>
        new(bed.Settings) { ["ConnectionStrings:cache"] = FormattableString.Invariant($"127.0.0.1:{port}") };

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static long UnusedId() => TimeProvider.System.GetTimestamp();
}
