using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shop.Catalog.Inventory;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class OrderMessageTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    private const string PastLeaseAndGrace = "UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1";
    private readonly Guid _order = Guid.CreateVersion7();

    [Fact]
    public async Task A_paid_order_is_sold_once_however_often_it_is_told()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(_order, product, 3);
        for (var repeat = 0; repeat < 3; repeat++) await bed.PaidAsync(_order, version: 2);
        Assert.Equal(new StockNumbers(7, 0), await bed.StockAsync(product));
        Assert.Equal(-3, await bed.CountAsync("SELECT sum(quantity) FROM stock_ledger WHERE kind = 'sold' AND order_id = $1", _order));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [InlineData("paid", "cancelled")]
    [InlineData("cancelled", "paid")]
    public async Task Paid_and_then_cancelled_ends_with_all_units_on_sale_in_any_order_of_arrival(string first, string second)
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(_order, product, 3);
        foreach (var message in (string[])[first, second, first, second])
        {
            if (message == "paid") await bed.PaidAsync(_order, version: 2);
            else await bed.CancelledAsync(_order, version: 3);
        }
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_cancellation_that_overtakes_the_reservation_refuses_it()
    {
        var product = await bed.ProductAsync(stock: 10);
        await bed.CancelledAsync(_order, version: 2);
        Assert.Equal("reservation_closed", (await ReserveAsync(_order, product, 3)).Code);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
    }

    [Fact]
    public async Task A_payment_after_the_lease_takes_the_units_again_if_they_are_there()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(_order, product, 3);
        await bed.ExpireAsync(_order);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.PaidAsync(_order, version: 2);
        Assert.Equal(new StockNumbers(7, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_payment_after_the_lease_records_a_shortage_when_the_units_are_gone()
    {
        var product = await bed.ProductAsync(stock: 3);
        await ReserveAsync(_order, product, 3);
        await bed.ExpireAsync(_order);
        await ReserveAsync(Guid.CreateVersion7(), product, 2);
        await bed.PaidAsync(_order, version: 2);

        Assert.Equal(new StockNumbers(3, 2), await bed.StockAsync(product));
        Assert.Equal(3, await bed.CountAsync("SELECT sum(shortage) FROM reservation_lines WHERE order_id = $1", _order));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task The_paid_revision_is_sold_when_a_later_one_is_held()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(_order, product, 3);
        await ReserveAsync(_order, product, 8, revision: 2);
        await bed.PaidAsync(_order, version: 2, revision: 1);
        Assert.Equal(new StockNumbers(7, 0), await bed.StockAsync(product));
    }

    [Fact]
    public async Task A_lease_is_kept_through_the_grace_and_swept_after_it_by_whichever_replica_comes()
    {
        var product = await bed.ProductAsync(stock: 10);
        var waiting = Guid.CreateVersion7();
        await ReserveAsync(waiting, product, 2);
        await bed.ExecuteAsync("UPDATE reservations SET lease_until = shop_now() - interval '1 minute' WHERE order_id = $1", waiting);
        var due = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var order in due)
        {
            await ReserveAsync(order, product, 1);
            await bed.ExecuteAsync(PastLeaseAndGrace, order);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bed.Sweeper.SweepAsync(CancellationToken.None)));
        Assert.Equal(new StockNumbers(10, 2), await bed.StockAsync(product));
        Assert.Equal(4, await bed.CountAsync("SELECT count(*) FROM stock_ledger WHERE kind = 'released' AND order_id = ANY ($1)", due));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Reserving_paying_cancelling_and_sweeping_at_once_keep_the_books()
    {
        var products = new[] { await bed.ProductAsync(stock: 40), await bed.ProductAsync(stock: 40) };
        using var here = bed.Orders();
        using var there = bed.Orders(replica: 1);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async n =>
        {
            var order = Guid.CreateVersion7();
            var lines = n % 2 == 0 ? products : [products[1], products[0]];
            var answer = await Answer.ReserveAsync(n % 3 == 0 ? here : there, order, 1, order, (lines[0], 1), (lines[1], 1));
            Assert.True(answer.Status is HttpStatusCode.OK || answer.Code == "sold_out", answer.Json.ToJsonString());
            if (n % 4 == 0) await bed.ExecuteAsync(PastLeaseAndGrace, order);
            if (n % 4 == 0) await bed.Sweeper.SweepAsync(CancellationToken.None);
            await Task.WhenAll(bed.PaidAsync(order, version: 2), n % 5 == 0 ? bed.CancelledAsync(order, version: 3) : Task.CompletedTask);
        }));
        await bed.AssertBooksAgreeAsync();
    }

    private async Task<Answer> ReserveAsync(Guid order, long product, int quantity, int revision = 1)
    {
        using var orders = bed.Orders();
        return await Answer.ReserveAsync(orders, order, revision, order, (product, quantity));
    }
}
