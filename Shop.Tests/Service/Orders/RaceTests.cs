using Microsoft.Extensions.DependencyInjection;
using Shop.Orders.Expiry;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Orders;

/// <summary>
/// Every pair of things that end or freeze an order, the rival forced to arrive exactly while the first is about to commit
/// (so it waits for the first, or wins), before it, and after it.
/// </summary>
[Collection(Servers.Collection)]
public sealed class RaceTests(OrdersBedWithoutSweeper bed) : IClassFixture<OrdersBedWithoutSweeper>
{
    private static readonly Dictionary<string, string> Points = new()
    {
        ["start"] = "orders.paying.before-commit",
        ["succeed"] = "orders.paid.before-commit",
        ["fail"] = "orders.unpaid.before-commit",
        ["cancel"] = "orders.cancelled.before-commit",
        ["expire"] = "orders.expired.before-commit",
        ["change"] = "orders.changed.before-commit",
    };

    public static TheoryData<string, string, bool> Pairs()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var first in Points.Keys)
        {
            foreach (var rival in Points.Keys.Where(rival => rival != first))
            {
                data.Add(first, rival, false);
                data.Add(first, rival, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_pair_ends_in_one_allowed_state_with_stock_and_money_agreeing(string first, string rival, bool paying)
    {
        using var shopper = bed.Shopper();
        var product = bed.Product(100, 1000);
        var order = (await shopper.OrderAsync(new { productId = product, quantity = 2 })).Id;
        var race = new Race(bed, shopper, order);
        if (paying)
        {
            await race.RunAsync("start");
        }

        Task? rivals = null;
        using (bed.Services.GetRequiredService<Failpoints>().On(Points[first], _ =>
        {
            if (rivals is not null)
            {
                return ValueTask.CompletedTask;
            }

            rivals = race.RunAsync(rival);
            return new ValueTask(race.DoneOrWaitingAsync(rivals));
        }))
        {
            await race.RunAsync(first);
        }

        // The first was refused before it came to its point: then the rival comes after it.
        await (rivals ?? race.RunAsync(rival));
        await AssertConsistentAsync(race, order, product);
    }

    [Fact]
    public async Task Expiry_meets_payment_and_exactly_one_of_paid_and_refunded_comes_out()
    {
        for (var n = 0; n < 40; n++)
        {
            using var shopper = bed.Shopper();
            var product = bed.Product(100, 1000);
            var order = (await shopper.OrderAsync(new { productId = product, quantity = 1 })).Id;
            var payment = Guid.CreateVersion7();
            await Task.WhenAll(
                Task.Run(() => bed.StartPaymentAsync(order, payment, shopper.CustomerId)),
                Task.Run(() => bed.EndLeaseAsync(order)),
                Task.Run(() => ExpireAsync(order)),
                Task.Run(() => ExpireAsync(order)));
            await bed.SucceedAsync(payment, order, 1000);
            await ExpireAsync(order);
            await Eventually.TrueAsync(async () => await StatusAsync(order) != "reserved");
            var outcome = (await StatusAsync(order), await bed.SentAsync(order, "order-paid"), await bed.SentAsync(order, "refund-requested"), await bed.SentAsync(order, "order-expired"));
            Assert.Contains(outcome, new[] { ("paid", 1L, 0L, 0L), ("expired", 0L, 1L, 1L) });
        }
    }

    [Fact]
    public async Task Four_expirers_at_once_expire_each_order_once()
    {
        using var shopper = bed.Shopper();
        var product = bed.Product(1000);
        var orders = new List<Guid>();
        for (var n = 0; n < 30; n++)
        {
            orders.Add((await shopper.OrderAsync(new { productId = product, quantity = 1 })).Id);
        }

        await Task.WhenAll(orders.Select(bed.EndLeaseAsync));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ExpireAsync(orders[0]))));
        foreach (var order in orders)
        {
            await Eventually.TrueAsync(async () => await StatusAsync(order) == "expired");
            Assert.Equal(1L, await bed.SentAsync(order, "order-expired"));
        }
    }

    private async Task AssertConsistentAsync(Race race, Guid order, long product)
    {
        var status = await StatusAsync(order);
        var (paid, refunds) = (await bed.SentAsync(order, "order-paid"), await bed.SentAsync(order, "refund-requested"));
        var over = await bed.SentAsync(order, "order-expired") + await bed.SentAsync(order, "order-cancelled");
        Assert.Contains(status, new[] { "reserved", "paying", "paid", "cancelled", "expired" });
        Assert.Equal(status == "paid" ? 1 : 0, paid);
        Assert.Equal(status is "cancelled" or "expired" ? 1 : 0, over);
        Assert.Equal(race.MoneyCame ? 1 : 0, paid + refunds);

        // Every version has its line of history, once.
        var version = await bed.QueryAsync<long>(order, "SELECT version FROM orders WHERE id = $1");
        Assert.Equal(version, await bed.QueryAsync<long>(order, "SELECT count(DISTINCT version) FROM order_history WHERE order_id = $1"));
        Assert.Equal(version, await bed.QueryAsync<long>(order, "SELECT count(*) FROM order_history WHERE order_id = $1"));
        if (status is "reserved" or "paying" or "paid")
        {
            Assert.Equal((long)bed.Catalog.Reserved(product), await bed.QueryAsync<long>(order, "SELECT sum(quantity) FROM order_lines WHERE order_id = $1"));
            Assert.Equal(1000L * bed.Catalog.Reserved(product), await bed.QueryAsync<long>(order, "SELECT total FROM orders WHERE id = $1"));
        }
    }

    private Task<int> ExpireAsync(Guid order) =>
        bed.Services.GetRequiredService<ExpireOrders>().RunAsync(bed.Shards.Of(order), CancellationToken.None);

    private Task<string> StatusAsync(Guid orderId) => bed.QueryAsync<string>(orderId, "SELECT status FROM orders WHERE id = $1");

    private sealed class Race(OrdersBed bed, Shopper shopper, Guid order)
    {
        private readonly Guid _payment = Guid.CreateVersion7();

        public bool MoneyCame { get; private set; }

        public async Task RunAsync(string action)
        {
            switch (action)
            {
                case "start":
                    await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
                    break;
                case "succeed":
                    MoneyCame = true;
                    await bed.SucceedAsync(_payment, order, await bed.QueryAsync<long>(order, "SELECT total FROM orders WHERE id = $1"));
                    break;
                case "fail":
                    await bed.FailAsync(_payment, order, version: 1);
                    break;
                case "cancel":
                    await shopper.CancelAsync(order);
                    break;
                case "expire":
                    await bed.EndLeaseAsync(order);
                    await bed.Services.GetRequiredService<ExpireOrders>().RunAsync(bed.Shards.Of(order), CancellationToken.None);
                    break;
                case "change":
                    await shopper.ChangeAsync(order, 5);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(action), action, null);
            }
        }

        /// <summary>Returns when the rival is through, or waits in the database for whoever called this.</summary>
        public Task DoneOrWaitingAsync(Task rival) => Eventually.TrueAsync(async () => rival.IsCompleted || await bed.QueryAsync<long>(
            order, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND $1::uuid IS NOT NULL") > 0);
    }
}
