using Shop.Orders;
using Shop.Orders.Orders;
using Shop.Orders.Payments;

namespace Shop.Tests.Unit.Orders;

public sealed class PaymentDecisionsTests
{
    private static readonly Guid Payment = new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    private static readonly Guid Other = new(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static TheoryData<string, bool, string> Success() => new()
    {
        { "paying", true, "Pay" },
        { "paying", false, "Refund" },
        { "placed", false, "Refund" },
        { "reserved", false, "Refund" },
        { "paid", true, "Refund" },
        { "paid", false, "Refund" },
        { "shipped", false, "Refund" },
        { "delivered", false, "Refund" },
        { "completed", false, "Refund" },
        { "cancelled", false, "Refund" },
        { "expired", false, "Refund" },
        { "refunded", false, "Refund" },
        { "none", false, "Refund" },
    };

    [Theory]
    [MemberData(nameof(Success))]
    public void Money_pays_the_order_that_waits_for_it_and_goes_back_otherwise(string status, bool own, string effect)
    {
        var order = status == "none" ? null : Order(status, own ? Payment : Other);
        Assert.Equal(effect, PaymentDecisions.OnSucceeded(order, new(PaymentState.Started, 0), Succeeded(1000)).Effect.ToString());
    }

    [Theory]
    [InlineData(PaymentState.Accepted)]
    [InlineData(PaymentState.Refunding)]
    public void Money_has_its_effect_once(object state)
    {
        foreach (var status in Enum.GetValues<OrderStatus>())
        {
            var known = new KnownPayment((PaymentState)state, 1);
            Assert.Equal(SuccessEffect.Ignore, PaymentDecisions.OnSucceeded(Order(status.Name(), Payment), known, Succeeded(1000)).Effect);
        }
    }

    [Fact]
    public void Another_amount_or_currency_than_the_frozen_one_goes_back()
    {
        var order = Order("paying", Payment);
        Assert.Equal((SuccessEffect.Refund, "amount_differs"), PaymentDecisions.OnSucceeded(order, null, Succeeded(999)));
        Assert.Equal((SuccessEffect.Refund, "amount_differs"), PaymentDecisions.OnSucceeded(order, null, Succeeded(1000) with { Currency = "USD" }));
    }

    [Fact]
    public void Money_after_a_failure_goes_back_because_nobody_waits_for_it() =>
        Assert.Equal((SuccessEffect.Refund, "not_awaited"), PaymentDecisions.OnSucceeded(Order("reserved", null), new(PaymentState.Failed, 2), Succeeded(1000)));

    [Theory]
    [InlineData("paying", true, true, "BackToReserved")]
    [InlineData("paying", true, false, "Expire")]
    [InlineData("paying", false, true, "Note")]
    [InlineData("reserved", false, true, "Note")]
    [InlineData("cancelled", false, true, "Note")]
    [InlineData("expired", false, false, "Note")]
    [InlineData("paid", false, true, "Note")]
    public void A_failure_moves_only_the_order_that_waits_for_it(string status, bool own, bool leaseAlive, string effect)
    {
        var order = Order(status, own ? Payment : Other) with { LeaseAlive = leaseAlive };
        Assert.Equal(effect, PaymentDecisions.OnFailed(order, new(PaymentState.Started, 0), Failed(2)).ToString());
    }

    [Fact]
    public void A_failure_older_than_what_is_known_is_ignored()
    {
        var order = Order("paying", Payment);
        Assert.Equal(FailureEffect.Ignore, PaymentDecisions.OnFailed(order, new(PaymentState.Accepted, 1), Failed(2)));
        Assert.Equal(FailureEffect.Ignore, PaymentDecisions.OnFailed(order, new(PaymentState.Failed, 1), Failed(2)));
        Assert.Equal(FailureEffect.Ignore, PaymentDecisions.OnFailed(order, new(PaymentState.Started, 3), Failed(2)));
    }

    private static PayableOrder Order(string status, Guid? payment) =>
        new(Other, Other, OrderStatuses.Parse(status), 3, 1, "CNY", 1000, payment, LeaseAlive: true, IsChanging: false);

    private static PaymentSucceeded Succeeded(long amount) => new(Payment, Other, amount, "CNY", 2);

    private static PaymentFailed Failed(long version) => new(Payment, Other, "declined", version);
}
