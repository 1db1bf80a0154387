using Shop.Payments.Notifications;
using Shop.Payments.Payments;

namespace Shop.Tests.Unit.Payments;

public sealed class PaymentTransitionsTests
{
    [Theory]
    [InlineData(PaymentStatus.Pending, ProviderEvent.ChargeSucceeded, PaymentStatus.Succeeded)]
    [InlineData(PaymentStatus.Pending, ProviderEvent.ChargeDeclined, PaymentStatus.Declined)]
    [InlineData(PaymentStatus.Declined, ProviderEvent.ChargeSucceeded, PaymentStatus.Succeeded)]
    [InlineData(PaymentStatus.Succeeded, ProviderEvent.RefundSucceeded, PaymentStatus.Refunded)]
    [InlineData(PaymentStatus.Refunding, ProviderEvent.RefundSucceeded, PaymentStatus.Refunded)]
    public void An_event_moves_a_payment_on(PaymentStatus from, string type, PaymentStatus to) =>
        Assert.Equal(to, PaymentTransitions.After(from, type));

    [Fact]
    public void Everything_else_changes_nothing()
    {
        string[] types = [ProviderEvent.ChargeSucceeded, ProviderEvent.ChargeDeclined, ProviderEvent.RefundSucceeded, "unheard-of"];
        var moves = from status in Enum.GetValues<PaymentStatus>()
                    from type in types
                    where PaymentTransitions.After(status, type) is not null
                    select (status, type);
        Assert.Equal(5, moves.Count());
    }

    [Fact]
    public void No_event_repeated_moves_a_payment_twice()
    {
        foreach (var status in Enum.GetValues<PaymentStatus>())
            foreach (var type in new[] { ProviderEvent.ChargeSucceeded, ProviderEvent.ChargeDeclined, ProviderEvent.RefundSucceeded })
                if (PaymentTransitions.After(status, type) is { } next)
                    Assert.Null(PaymentTransitions.After(next, type));
    }

    [Fact]
    public void Names_are_read_back()
    {
        foreach (var status in Enum.GetValues<PaymentStatus>())
            Assert.Equal(status, Payment.Parse(Payment.Name(status)));
    }
}
