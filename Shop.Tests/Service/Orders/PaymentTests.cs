using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class PaymentTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    private readonly Guid _payment = Guid.CreateVersion7();

    [Fact]
    public async Task Starting_a_payment_freezes_the_order_and_repeats_the_same_terms()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        var first = await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        Assert.Equal((HttpStatusCode.OK, 2000, "CNY"), (first.Status, first.Json.GetProperty("amount").GetInt64(), first.Json.GetProperty("currency").GetString()));
        Assert.Equal(first.Text, (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId)).Text);
        Assert.Equal("paying", await StatusAsync(order));

        var rival = await bed.StartPaymentAsync(order, Guid.CreateVersion7(), shopper.CustomerId);
        Assert.Equal((HttpStatusCode.Conflict, "order_not_payable", "paying"), (rival.Status, rival.Code, rival.Json.GetProperty("orderStatus").GetString()));
        foreach (var refused in new[] { await shopper.CancelAsync(order), await shopper.ChangeAsync(order, 5) })
        {
            Assert.Equal((HttpStatusCode.Conflict, "illegal_transition", "paying"), (refused.Status, refused.Code, refused.Json.GetProperty("orderStatus").GetString()));
        }
    }

    [Fact]
    public async Task Only_Payments_starts_payments_and_only_of_the_owners_orders()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId, caller: null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId, caller: "web")).Status);
        var stranger = await bed.StartPaymentAsync(order, _payment, Guid.CreateVersion7());
        Assert.Equal((HttpStatusCode.NotFound, "order_unknown"), (stranger.Status, stranger.Code));
        Assert.Equal("reserved", await StatusAsync(order));
    }

    [Fact]
    public async Task Money_pays_the_order_once_however_often_it_is_told()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        for (var n = 0; n < 3; n++)
        {
            await bed.SucceedAsync(_payment, order, 2000);
        }

        Assert.Equal("paid", await StatusAsync(order));
        Assert.Equal((1L, 0L), (await bed.SentAsync(order, "order-paid"), await bed.SentAsync(order, "refund-requested")));
        Assert.Equal(HttpStatusCode.Conflict, (await shopper.CancelAsync(order)).Status);
    }

    [Fact]
    public async Task A_failed_payment_leaves_the_order_payable_by_another_one()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        await bed.FailAsync(_payment, order);
        Assert.Equal("reserved", await StatusAsync(order));

        var late = await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        Assert.Equal((HttpStatusCode.Conflict, "order_not_payable"), (late.Status, late.Code));
        var second = Guid.CreateVersion7();
        Assert.Equal(HttpStatusCode.OK, (await bed.StartPaymentAsync(order, second, shopper.CustomerId)).Status);
        await bed.SucceedAsync(second, order, 2000);
        Assert.Equal("paid", await StatusAsync(order));
    }

    [Fact]
    public async Task A_payment_that_fails_after_the_lease_expires_the_order()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        await bed.EndLeaseAsync(order);
        await bed.FailAsync(_payment, order);
        Assert.Equal(("expired", 1L), (await StatusAsync(order), await bed.SentAsync(order, "order-expired")));
    }

    [Fact]
    public async Task A_failure_that_overtakes_the_start_stops_the_start()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.FailAsync(_payment, order);
        Assert.Equal("order_not_payable", (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId)).Code);
        Assert.Equal("reserved", await StatusAsync(order));
    }

    [Fact]
    public async Task Failure_told_after_success_changes_nothing()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        await bed.SucceedAsync(_payment, order, 2000, version: 3);
        await bed.FailAsync(_payment, order, version: 2);
        Assert.Equal("paid", await StatusAsync(order));
    }

    [Fact]
    public async Task Money_for_a_cancelled_an_expired_or_an_unknown_order_goes_back_once()
    {
        using var shopper = bed.Shopper();
        var cancelled = await OrderAsync(shopper);
        await shopper.CancelAsync(cancelled);
        var expired = await OrderAsync(shopper);
        await bed.EndLeaseAsync(expired);
        await Eventually.TrueAsync(async () => await StatusAsync(expired) == "expired");
        foreach (var order in new[] { cancelled, expired, Guid.CreateVersion7() })
        {
            var payment = Guid.CreateVersion7();
            await bed.SucceedAsync(payment, order, 2000);
            await bed.SucceedAsync(payment, order, 2000, version: 3);
            Assert.Equal((1L, 0L), (await bed.SentAsync(order, "refund-requested"), await bed.SentAsync(order, "order-paid")));
        }
    }

    [Fact]
    public async Task Money_of_a_second_payment_goes_back()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        await bed.SucceedAsync(_payment, order, 2000);
        await bed.SucceedAsync(Guid.CreateVersion7(), order, 2000);
        Assert.Equal((1L, 1L), (await bed.SentAsync(order, "order-paid"), await bed.SentAsync(order, "refund-requested")));
    }

    [Fact]
    public async Task Money_of_another_amount_goes_back_and_the_order_can_be_paid_again()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        await bed.SucceedAsync(_payment, order, 1999);
        Assert.Equal(("reserved", 1L, 0L), (await StatusAsync(order), await bed.SentAsync(order, "refund-requested"), await bed.SentAsync(order, "order-paid")));
    }

    [Fact]
    public async Task Two_tellings_of_the_same_money_at_once_have_one_effect()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await shopper.CancelAsync(order);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bed.SucceedAsync(_payment, order, 2000)));
        Assert.Equal(1L, await bed.SentAsync(order, "refund-requested"));

        var unknown = Guid.CreateVersion7();
        var payment = Guid.CreateVersion7();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bed.SucceedAsync(payment, unknown, 2000)));
        Assert.Equal(1L, await bed.SentAsync(unknown, "refund-requested"));
    }

    [Fact]
    public async Task A_quantity_that_is_still_being_reserved_is_settled_before_the_order_is_frozen()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        bed.Catalog.Away = true;
        try
        {
            Assert.Equal("catalog_unavailable", (await shopper.ChangeAsync(order, 4)).Code);
            Assert.Equal("catalog_unavailable", (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId)).Code);
        }
        finally
        {
            bed.Catalog.Away = false;
        }

        Assert.Equal(4000, (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId)).Json.GetProperty("amount").GetInt64());
        Assert.Equal(4, (await shopper.OrderOfAsync(order)).Json.GetProperty("lines")[0].GetProperty("quantity").GetInt32());
    }

    [Fact]
    public async Task A_quantity_that_cannot_be_had_does_not_keep_the_order_from_being_paid()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.ExecuteAsync(order, "UPDATE orders SET pending_quantity = 11 WHERE id = $1");
        var terms = await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        Assert.Equal((HttpStatusCode.OK, 2000), (terms.Status, terms.Json.GetProperty("amount").GetInt64()));
        Assert.Equal("paying", await StatusAsync(order));
    }

    [Fact]
    public async Task A_quantity_that_Catalog_holds_is_applied_though_another_settler_was_refused_and_forgot_it()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.ExecuteAsync(order, "UPDATE orders SET pending_quantity = 4 WHERE id = $1");
        using var rival = bed.Services.GetRequiredService<Failpoints>().On("orders.changed.before-commit", async _ =>
            await bed.ExecuteAsync(order, "UPDATE orders SET pending_quantity = NULL WHERE id = $1"));
        Assert.Equal(4000, (await bed.StartPaymentAsync(order, _payment, shopper.CustomerId)).Json.GetProperty("amount").GetInt64());
        Assert.Equal(2, await bed.QueryAsync<int>(order, "SELECT revision FROM orders WHERE id = $1"));
    }

    [Fact]
    public async Task An_order_whose_lease_has_ended_cannot_be_paid()
    {
        using var shopper = bed.Shopper();
        var order = await OrderAsync(shopper);
        await bed.EndLeaseAsync(order);
        var answer = await bed.StartPaymentAsync(order, _payment, shopper.CustomerId);
        Assert.Equal((HttpStatusCode.Conflict, "order_not_payable", "expired"), (answer.Status, answer.Code, answer.Json.GetProperty("orderStatus").GetString()));
    }

    private async Task<Guid> OrderAsync(Shopper shopper) =>
        (await shopper.OrderAsync(new { productId = bed.Product(10, 1000), quantity = 2 })).Id;

    private Task<string> StatusAsync(Guid orderId) => bed.QueryAsync<string>(orderId, "SELECT status FROM orders WHERE id = $1");
}
