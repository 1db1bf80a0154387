using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.StockEvents;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Catalog;

/// <summary>What is told of stock, by two replicas that both take their turns.</summary>
[Collection(Servers.Collection)]
public sealed class StockEventTests(StockEventBed bed) : IClassFixture<StockEventBed>, IAsyncLifetime
{
    private Func<long, Task<string>> _told = null!;

    public async Task InitializeAsync() => _told = await bed.ListenAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Of_a_burst_the_first_state_is_told_and_when_it_is_time_the_last()
    {
        var product = await bed.ProductAsync(stock: 30);
        Assert.Empty(await AvailableAsync(product));
        await ReserveAsync(product);
        await Eventually.TrueAsync(async () => (await AvailableAsync(product)).Count == 1);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ReserveAsync(product)));
        for (var turn = 0; turn < 3; turn++) await bed.TurnAsync();
        Assert.Equal([29], await AvailableAsync(product));

        await bed.AnHourLaterAsync(product);
        await Eventually.TrueAsync(async () => (await AvailableAsync(product)).Count == 2);
        for (var turn = 0; turn < 3; turn++) await bed.TurnAsync();
        Assert.Equal([29, 19], await AvailableAsync(product));
        var last = (await MessagesAsync(product, "stock-changed"))[^1];
        Assert.Equal(await bed.CountAsync("SELECT version FROM stock WHERE variant_id = $1", product), (long)last["version"]!);
        Assert.Equal($"P{product}", (string)last["sku"]!);
    }

    [Fact]
    public async Task What_the_process_knew_that_died_is_found_in_the_database()
    {
        var product = await bed.ProductAsync(stock: 3);
        // Nothing is noted any more: not even that the product is new.
        await bed.TurnAsync();
        await bed.ExecuteAsync("UPDATE stock SET on_hand = on_hand + 4, version = version + 1 WHERE variant_id = $1", product);
        await Eventually.TrueAsync(async () => (await AvailableAsync(product)) is [7]);
    }

    [Theory]
    [InlineData("catalog.stock-events.before-commit")]
    [InlineData("catalog.stock-events.after-commit")]
    public async Task Who_fails_while_telling_loses_nothing_and_tells_nothing_twice(string point)
    {
        var product = await bed.ProductAsync(stock: 9);
        var failures = 0;
        var registrations = bed.Replicas.Select(replica => replica.Services.GetRequiredService<Failpoints>().On(
            point, _ => Interlocked.Increment(ref failures) <= 2 ? throw new FailpointException(point) : ValueTask.CompletedTask)).ToList();
        await ReserveAsync(product, units: 5);
        await Eventually.TrueAsync(async () => (await AvailableAsync(product)).Count > 0);
        // What was told is seen before whoever told it comes to the point behind the commit.
        await Eventually.TrueAsync(() => Volatile.Read(ref failures) > 0);
        await bed.TurnAsync();
        foreach (var registration in registrations) registration.Dispose();
        Assert.Equal([4], await AvailableAsync(product));
        Assert.Single(await MessagesAsync(product, "low-stock"));
    }

    [Fact]
    public async Task Low_stock_is_told_once_for_each_way_down_however_many_reserve_at_once()
    {
        var product = await bed.ProductAsync(stock: 25);
        using var over = new CancellationTokenSource();
        var telling = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await bed.AnHourLaterAsync(product);
                await bed.TurnAsync();
            }
        });
        var orders = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => ReserveAsync(product)));
        await over.CancelAsync();
        await telling;
        await bed.SettleAsync(product);
        var changes = await MessagesAsync(product, "stock-changed");
        Assert.Equal(1, (int)changes[^1]["available"]!);
        Assert.Equal(changes.Select(change => (long)change["version"]!).Order().Distinct(), changes.Select(change => (long)change["version"]!));
        var low = Assert.Single(await MessagesAsync(product, "low-stock"));
        Assert.InRange((int)low["available"]!, 1, 5);
        Assert.Equal(5, (int)low["threshold"]!);

        // Up to the threshold and down again, it was low all the time; above and down again is another way down.
        await ReleaseAsync(orders[..4]);
        await bed.SettleAsync(product);
        await ReserveAsync(product);
        await bed.SettleAsync(product);
        Assert.Single(await MessagesAsync(product, "low-stock"));
        await ReleaseAsync(orders[4..8]);
        await bed.SettleAsync(product);
        await ReserveAsync(product, units: 7);
        await bed.SettleAsync(product);
        Assert.Equal(2, (await MessagesAsync(product, "low-stock")).Count);
        Assert.Empty(await MessagesAsync(product, "back-in-stock"));
    }

    [Fact]
    public async Task Back_in_stock_is_told_when_there_was_nothing_and_is_something()
    {
        var product = await bed.ProductAsync(stock: 2);
        var order = await ReserveAsync(product, units: 2);
        await bed.SettleAsync(product);
        await ReleaseAsync(order);
        await bed.SettleAsync(product);
        await ReserveAsync(product);
        await bed.SettleAsync(product);
        Assert.Equal([0, 2, 1], await AvailableAsync(product));
        Assert.Equal(2, (int)Assert.Single(await MessagesAsync(product, "back-in-stock"))["available"]!);
        Assert.Empty(await MessagesAsync(product, "low-stock"));
    }

    [Fact]
    public async Task An_administrator_says_from_when_on_a_variant_is_low_and_hears_at_once_that_it_is()
    {
        var product = await bed.ProductAsync(stock: 10);
        var set = await SetAsync(product, 15);
        Assert.Equal((15, true), ((int)set.Json["threshold"]!, (bool)set.Json["low"]!));
        await SetAsync(product, 20);
        Assert.Equal(15, (int)Assert.Single(await MessagesAsync(product, "low-stock"))["threshold"]!);
        await SetAsync(product, 8);
        await ReserveAsync(product, units: 2);
        await bed.SettleAsync(product);
        Assert.Equal([15, 8], (await MessagesAsync(product, "low-stock")).Select(low => (int)low["threshold"]!));
        var unset = await SetAsync(product, null);
        Assert.Equal((5, false), ((int)unset.Json["threshold"]!, (bool)unset.Json["low"]!));
        Assert.Equal("invalid", (await SetAsync(product, -1)).Code);
        Assert.Equal("product_unknown", (await SetAsync(0, 3)).Code);
        Assert.Equal(4, await bed.CountAsync("SELECT count(*) FROM audit_trail WHERE action = 'stock.threshold' AND subject = 'product:' || $1", product));
    }

    private async Task<Answer> SetAsync(long product, int? threshold)
    {
        using var administrator = bed.Administrator();
        return await Answer.OfAsync(administrator.PutAsJsonAsync($"/api/inventory/P{product}/low-stock", new { threshold }));
    }

    private async Task<Guid> ReserveAsync(long product, int units = 1)
    {
        var order = Guid.CreateVersion7();
        using var orders = bed.Orders(order.GetHashCode() & 1);
        var answer = await Answer.ReserveAsync(orders, order, 1, Guid.CreateVersion7(), (product, units));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        return order;
    }

    private async Task ReleaseAsync(params Guid[] held)
    {
        using var orders = bed.Orders();
        foreach (var order in held) (await orders.DeleteAsync($"/internal/reservations/{order}")).EnsureSuccessStatusCode();
    }

    private async Task<List<int>> AvailableAsync(long product) => [.. (await MessagesAsync(product, "stock-changed")).Select(change => (int)change["available"]!)];

    private async Task<List<JsonNode>> MessagesAsync(long product, string type) =>
        [.. (await _told(product)).Split('\n').Where(line => line.StartsWith(type + " ", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[type.Length..])!)];
}
