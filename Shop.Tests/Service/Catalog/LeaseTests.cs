namespace Shop.Tests.Service.Catalog;

/// <summary>What the sweeper does with leases that are over, by what Orders says of their orders; no message arrives in these tests.</summary>
[Collection(Servers.Collection)]
public sealed class LeaseTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    private readonly Guid _order = Guid.CreateVersion7();

    [Theory]
    [InlineData("placed", 10, 3)]
    [InlineData("reserved", 10, 3)]
    [InlineData("paying", 10, 3)]
    [InlineData("paid", 7, 0)]
    [InlineData("completed", 7, 0)]
    [InlineData("cancelled", 10, 0)]
    [InlineData("expired", 10, 0)]
    [InlineData("a status of a later version", 10, 3)]
    [InlineData(null, 10, 0)]
    public async Task Only_what_nobody_is_to_get_is_given_back(string? status, int onHand, int reserved)
    {
        if (status is not null) bed.OrdersStub.Put(_order, status, version: 4);
        var product = await OverdueAsync(3);
        await SweepAsync();
        Assert.Equal(new StockNumbers(onHand, reserved), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_payment_that_the_sweeper_heard_of_first_is_sold_once_and_can_still_be_cancelled()
    {
        bed.OrdersStub.Put(_order, "paid", version: 3);
        var product = await OverdueAsync(3);
        await SweepAsync();
        await bed.PaidAsync(_order, version: 3);
        Assert.Equal(new StockNumbers(7, 0), await bed.StockAsync(product));
        await bed.CancelledAsync(_order, version: 4);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task While_Orders_is_away_nothing_is_given_back()
    {
        bed.OrdersStub.Away = true;
        var product = await OverdueAsync(3);
        try
        {
            await SweepAsync();
            Assert.Equal(new StockNumbers(10, 3), await bed.StockAsync(product));
        }
        finally
        {
            bed.OrdersStub.Away = false;
        }

        // The circuit to Orders may stay open for a moment.
        await Eventually.TrueAsync(async () =>
        {
            await SweepAsync();
            return await bed.StockAsync(product) == new StockNumbers(10, 0);
        });
    }

    [Fact]
    public async Task Orders_that_stay_due_do_not_keep_the_others_from_being_given_back()
    {
        var product = await OverdueAsync(3);
        await bed.ExecuteAsync(
            """
            INSERT INTO reservations (order_id, revision, body_hash, state, lease_until)
            SELECT id, 1, '', 'reserved', shop_now() - interval '1 hour' FROM unnest($1::uuid[]) AS id
            """,
            Enumerable.Range(0, 150).Select(_ => Paying()).ToArray());
        await SweepAsync();
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
    }

    private Guid Paying()
    {
        var order = Guid.CreateVersion7();
        bed.OrdersStub.Put(order, "paying", version: 2);
        return order;
    }

    /// <summary>A product of 10 units, some of them held by the order although its lease and the grace are over.</summary>
    private async Task<long> OverdueAsync(int quantity)
    {
        var product = await bed.ProductAsync(stock: 10);
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, _order, 1, _order, (product, quantity));
        await bed.ExecuteAsync("UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1", _order);
        return product;
    }

    private Task SweepAsync() => bed.Sweeper.SweepAsync(CancellationToken.None);
}
