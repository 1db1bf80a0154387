using Shop.ServiceDefaults;

namespace Shop.Orders.Orders;

/// <summary>One line; the price is of one unit, in minor units.</summary>
internal sealed record OrderLine(long ProductId, string? Sku, string Name, string? NameZh, int Quantity, long Price);

/// <summary>An order as its shard holds it; the total, after the discount, and the discount are in minor units.</summary>
internal sealed record Order(
    Guid Id,
    Guid CustomerId,
    OrderStatus Status,
    long Version,
    int Revision,
    string Currency,
    long Total,
    Guid? PaymentId,
    int? PendingQuantity,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<OrderLine> Lines,
    string? Coupon = null,
    long Discount = 0);

/// <summary>One line as clients see it; the price is of one unit, in major units.</summary>
internal sealed record OrderLineResponse(long ProductId, string? Sku, string Name, string? NameZh, int Quantity, decimal Price);

/// <summary>An order as clients see it; the total, after the discount, and the discount are in major units.</summary>
internal sealed record OrderResponse(
    Guid Id,
    string Status,
    decimal Total,
    string Currency,
    IReadOnlyList<OrderLineResponse> Lines,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    long Version,
    Guid? PaymentId,
    string? Coupon,
    decimal Discount)
{
    public static OrderResponse From(Order order) => new(
        order.Id,
        order.Status.Name(),
        Money.ToMajor(order.Total),
        order.Currency,
        [.. order.Lines.Select(line => new OrderLineResponse(
            line.ProductId, line.Sku, line.Name, line.NameZh, line.Quantity, Money.ToMajor(line.Price)))],
        order.CreatedAt,
        order.ExpiresAt,
        order.Version,
        order.PaymentId,
        order.Coupon,
        Money.ToMajor(order.Discount));
}

/// <summary>A page of orders, newest first; <c>next</c> is what to pass as <c>after</c>, null on the last page.</summary>
internal sealed record OrderPage(IReadOnlyList<OrderResponse> Items, string? Next);
