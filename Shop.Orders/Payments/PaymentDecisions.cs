using Shop.Orders.Orders;

namespace Shop.Orders.Payments;

/// <summary>What became of a payment as far as its order is concerned.</summary>
internal enum PaymentState
{
    /// <summary>The order waits for it.</summary>
    Started,

    /// <summary>It failed; the order does not wait for it any more and never will.</summary>
    Failed,

    /// <summary>It paid the order.</summary>
    Accepted,

    /// <summary>Its money has no order to pay and goes back.</summary>
    Refunding,
}

/// <summary>A payment as its order's shard knows it.</summary>
internal sealed record KnownPayment(PaymentState State, long Version);

/// <summary>An order as far as payments are concerned; the total is in minor units.</summary>
internal sealed record PayableOrder(
    Guid Id, Guid CustomerId, OrderStatus Status, long Version, int Revision, string Currency, long Total, Guid? PaymentId, bool LeaseAlive, bool IsChanging);

internal enum SuccessEffect
{
    Ignore,
    Pay,
    Refund,
}

internal enum FailureEffect
{
    Ignore,

    /// <summary>Only note that the payment failed: its order does not wait for it.</summary>
    Note,

    /// <summary>The order can be paid again.</summary>
    BackToReserved,

    Expire,
}

/// <summary>What the news of a payment does to its order. Pure: tests go through all cases.</summary>
internal static class PaymentDecisions
{
    /// <summary>Money came. It pays the order that waits for exactly this payment and amount; otherwise it goes back, once.</summary>
    public static (SuccessEffect Effect, string Reason) OnSucceeded(PayableOrder? order, KnownPayment? payment, PaymentSucceeded message)
    {
        if (payment is { State: PaymentState.Accepted or PaymentState.Refunding })
        {
            return (SuccessEffect.Ignore, "seen before");
        }

        return order switch
        {
            null => (SuccessEffect.Refund, "order_unknown"),
            { Status: OrderStatus.Paying } when order.PaymentId == message.PaymentId =>
                order.Total == message.Amount && order.Currency == message.Currency ? (SuccessEffect.Pay, "") : (SuccessEffect.Refund, "amount_differs"),
            { Status: OrderStatus.Cancelled } => (SuccessEffect.Refund, "order_cancelled"),
            { Status: OrderStatus.Expired } => (SuccessEffect.Refund, "order_expired"),
            { Status: OrderStatus.Paying or OrderStatus.Paid or OrderStatus.Shipped or OrderStatus.Delivered or OrderStatus.Completed } =>
                (SuccessEffect.Refund, "paid_by_another"),
            _ => (SuccessEffect.Refund, "not_awaited"),
        };
    }

    /// <summary>No money will come. An order that waits for it goes on; news older than what is known is ignored.</summary>
    public static FailureEffect OnFailed(PayableOrder? order, KnownPayment? payment, PaymentFailed message)
    {
        if (payment is { State: not PaymentState.Started } || payment?.Version > message.Version)
        {
            return FailureEffect.Ignore;
        }

        if (order is not { Status: OrderStatus.Paying } || order.PaymentId != message.PaymentId)
        {
            return FailureEffect.Note;
        }

        return order.LeaseAlive ? FailureEffect.BackToReserved : FailureEffect.Expire;
    }
}
