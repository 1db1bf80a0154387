namespace Shop.Orders.Orders;

internal enum OrderStatus
{
    Placed,
    Reserved,
    Paying,
    Paid,
    Shipped,
    Delivered,
    Completed,
    Cancelled,
    Expired,
    Refunded,
}

internal static class OrderStatuses
{
    /// <summary>The name on the wire and in the database: lower case.</summary>
    public static string Name(this OrderStatus status) => status switch
    {
        OrderStatus.Placed => "placed",
        OrderStatus.Reserved => "reserved",
        OrderStatus.Paying => "paying",
        OrderStatus.Paid => "paid",
        OrderStatus.Shipped => "shipped",
        OrderStatus.Delivered => "delivered",
        OrderStatus.Completed => "completed",
        OrderStatus.Cancelled => "cancelled",
        OrderStatus.Expired => "expired",
        OrderStatus.Refunded => "refunded",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static OrderStatus Parse(string name) =>
        Enum.GetValues<OrderStatus>().First(status => status.Name() == name);

    /// <summary>Whether somebody who watches the order page still waits for something.</summary>
    public static bool IsOpen(this OrderStatus status) =>
        status is OrderStatus.Placed or OrderStatus.Reserved or OrderStatus.Paying;
}
