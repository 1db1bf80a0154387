using System.Net;
using System.Net.Http.Json;
using Npgsql;

namespace Shop.Tests.Service.Catalog;

/// <summary>Known shortages are told without the database, and no longer than a second.</summary>
[Collection(Servers.Collection)]
public sealed class SoldOutTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    private readonly Guid _order = Guid.CreateVersion7();

    [Fact]
    public async Task A_rush_on_what_is_sold_out_does_not_reach_the_database()
    {
        var product = await SoldOutAsync();
        using var queries = new QueryCounter(new NpgsqlConnectionStringBuilder(bed.Settings["ConnectionStrings:catalogdb"]).Database!);
        var before = queries.Count;
        await ReserveAsync(Guid.CreateVersion7(), product);
        Assert.NotEqual(before, queries.Count);

        var clock = TimeProvider.System.GetTimestamp();
        before = queries.Count;
        var answers = 0;
        for (; answers < 1000; answers += 50)
        {
            var refused = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReserveAsync(Guid.CreateVersion7(), product)));
            Assert.All(refused, answer => Assert.Equal("sold_out", answer.Code));
        }
        // Two looks a second, of a few commands each; what the service does in the background comes on top.
        var seconds = TimeProvider.System.GetElapsedTime(clock).TotalSeconds;
        Assert.InRange(queries.Count - before, 0, 30 + 20 * seconds);
    }

    [Fact]
    public async Task An_answer_from_memory_says_the_same_as_one_from_the_database()
    {
        var product = await bed.ProductAsync(stock: 2);
        var (first, second) = (await ReserveAsync(Guid.CreateVersion7(), product, 3), await ReserveAsync(Guid.CreateVersion7(), product, 3));
        foreach (var answer in (Answer[])[first, second])
        {
            answer.Json["traceId"] = "";
            Assert.Equal((HttpStatusCode.Conflict, 2), (answer.Status, (int)answer.Json["available"]!));
        }
        Assert.Equal(first.Json.ToJsonString(), second.Json.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(Guid.CreateVersion7(), product, 2)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Who_holds_the_last_units_gets_the_answer_again_from_any_replica(int replica)
    {
        var product = await bed.ProductAsync(stock: 3);
        var granted = await ReserveAsync(_order, product, 3);
        for (var n = 0; n < 20; n++)
        {
            Assert.Equal("sold_out", (await ReserveAsync(Guid.CreateVersion7(), product, 1, replica)).Code);
            Assert.Equal(granted.Json.ToJsonString(), (await ReserveAsync(_order, product, 3, replica)).Json.ToJsonString());
        }
    }

    [Fact]
    public async Task Repeats_that_race_with_the_shortage_get_the_answer()
    {
        var product = await bed.ProductAsync(stock: 20);
        var orders = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToList();
        var answers = await Task.WhenAll(orders.SelectMany(order => Enumerable.Range(0, 6).Select(async n =>
            (Order: order, Answer: await ReserveAsync(order, product, 1, replica: n % 2)))));
        foreach (var same in answers.GroupBy(one => one.Order, one => one.Answer.Status)) Assert.Single(same.Distinct());
        Assert.Equal(20, answers.Where(one => one.Answer.Status == HttpStatusCode.OK).DistinctBy(one => one.Order).Count());
    }

    [Theory]
    [InlineData("received")]
    [InlineData("counted")]
    [InlineData("released")]
    public async Task New_stock_is_had_at_once_where_it_was_booked_and_within_a_second_elsewhere(string how)
    {
        var product = await SoldOutAsync();
        await ReserveAsync(Guid.CreateVersion7(), product, replica: 0);
        await ReserveAsync(Guid.CreateVersion7(), product, replica: 1);
        await BookAsync(how, product);
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(Guid.CreateVersion7(), product, replica: 0)).Status);

        await HadWithinASecondAsync(product);
    }

    [Fact]
    public async Task A_rush_does_not_keep_new_stock_hidden()
    {
        var product = await SoldOutAsync();
        using var stop = new CancellationTokenSource();
        var rush = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!stop.IsCancellationRequested) await ReserveAsync(Guid.CreateVersion7(), product, 1000, replica: 1);
        }));
        await ReserveAsync(Guid.CreateVersion7(), product, 3, replica: 1);
        await BookAsync("received", product);
        await HadWithinASecondAsync(product);
        await stop.CancelAsync();
        await rush;
    }

    /// <summary>No request that is sent more than a second from now is refused.</summary>
    private async Task HadWithinASecondAsync(long product)
    {
        var clock = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var sent = TimeProvider.System.GetElapsedTime(clock);
            var answer = await ReserveAsync(Guid.CreateVersion7(), product, replica: 1);
            if (answer.Status == HttpStatusCode.OK) return;
            // Who is asked to come back, as on a busy machine, is not told that it is sold out.
            Assert.InRange(sent, TimeSpan.Zero, TimeSpan.FromSeconds(answer.Status == HttpStatusCode.ServiceUnavailable ? 30 : 1));
        }
    }

    /// <summary>A product whose two units an order holds.</summary>
    private async Task<long> SoldOutAsync()
    {
        var product = await bed.ProductAsync(stock: 2);
        Assert.Equal(HttpStatusCode.OK, (await ReserveAsync(_order, product, 2)).Status);
        return product;
    }

    private async Task BookAsync(string how, long product)
    {
        using var administrator = bed.Administrator();
        using var orders = bed.Orders();
        using var answer = how switch
        {
            "received" => await administrator.PostAsJsonAsync($"/api/products/{product}/stock", new { quantity = 2 }),
            "counted" => await administrator.PostAsJsonAsync("/api/inventory/counts", new { sku = $"P{product}", counted = 4, reason = "found" }),
            _ => await orders.DeleteAsync($"/internal/reservations/{_order}"),
        };
        Assert.True(answer.IsSuccessStatusCode, answer.ToString());
    }

    private async Task<Answer> ReserveAsync(Guid order, long product, int quantity = 1, int replica = 0)
    {
        using var orders = bed.Orders(replica);
        return await Answer.ReserveAsync(orders, order, 1, order, (product, quantity));
    }
}
