using Shop.Payments.Payments;

namespace Shop.Tests.Unit.Payments;

public sealed class PaymentIdTests
{
    private static readonly Guid Customer = Guid.Parse("0a7f3c52-7d0c-4d8e-9a1b-2c3d4e5f6a7b");

    [Fact]
    public void The_same_customer_and_key_give_the_same_payment() =>
        Assert.Equal(PaymentId.Create(Customer, "k"), PaymentId.Create(Customer, "k"));

    [Fact]
    public void Another_customer_with_the_same_key_is_another_payment() =>
        Assert.NotEqual(PaymentId.Create(Customer, "k"), PaymentId.Create(Guid.Empty, "k"));

    [Fact]
    public void Without_a_key_every_payment_is_new() =>
        Assert.NotEqual(PaymentId.Create(Customer, null), PaymentId.Create(Customer, null));

    [Fact]
    public void Ids_are_version_8_of_RFC_9562()
    {
        var id = PaymentId.Create(Customer, "k");
        Assert.Equal(8, id.Version);
        Assert.InRange(id.Variant, 8, 11);
    }
}
