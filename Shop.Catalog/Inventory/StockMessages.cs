using Npgsql;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary><c>reserve-stock</c>: the same as a call to reserve. A higher revision changes the reservation.</summary>
/// <param name="Version">Of the order; the answer repeats it.</param>
public sealed record ReserveStock(
    Guid OrderId, int Revision, Guid CustomerId, IReadOnlyList<ReservationRequestLine>? Lines, string? Coupon, long Version)
{
    public ReservationRequest ToRequest() => new(OrderId, Revision, CustomerId, Lines, Coupon);
}

/// <summary><c>stock-reserved</c>: the answer to <see cref="ReserveStock"/>; amounts as in <see cref="ReservationAnswer"/>.</summary>
public sealed record StockReserved(
    Guid OrderId, int Revision, long Version, DateTimeOffset ExpiresAt, string Currency, long Total, long Discount, bool FreeShipping,
    string? Coupon, IReadOnlyList<ReservationAnswerLine> Lines)
{
    public static StockReserved Of(ReservationAnswer answer, long version) => new(
        answer.OrderId, answer.Revision, version, answer.ExpiresAt, answer.Currency, answer.Total, answer.Discount, answer.FreeShipping,
        answer.Coupon, answer.Lines);
}

/// <summary><c>stock-refused</c>: the other answer to <see cref="ReserveStock"/>; members as in <see cref="RefusalDetails"/>.</summary>
public sealed record StockRefused(
    Guid OrderId, int Revision, long Version, string Code, string? Field, long? ProductId, string? Sku, long? Available, long? Limit,
    long? Left, long? Minimum)
{
    public static StockRefused Of(ReserveStock asked, ProblemException problem)
    {
        var why = RefusalDetails.Of(problem);
        return new StockRefused(
            asked.OrderId, asked.Revision, asked.Version, why.Code, why.Field, why.ProductId, why.Sku, why.Available, why.Limit, why.Left,
            why.Minimum);
    }
}

/// <summary><c>stock-confirmed</c>: the order was sold, now or before.</summary>
/// <param name="Revision">The one that was sold.</param>
/// <param name="Version">Of the order.</param>
/// <param name="Shortage">Units that were paid for and are not there any more: the payment came after the lease.</param>
public sealed record StockConfirmed(Guid OrderId, int Revision, long Version, int Shortage, IReadOnlyList<ConfirmAnswerLine> Lines);

/// <summary><c>confirmation-refused</c>: an order was paid, and nothing is sold to it.</summary>
/// <param name="Code"><c>reservation_closed</c>: a later word of the order has ended it. <c>reservation_unknown</c>: it never reserved.</param>
public sealed record ConfirmationRefused(Guid OrderId, int Revision, long Version, string Code);

/// <summary><c>return-stock</c>: the same as a call to return.</summary>
/// <param name="Key">One per return of this order, 1 to 255 characters, shared with the calls' <c>Idempotency-Key</c>.</param>
public sealed record ReturnStock(
    Guid OrderId, string? Key, IReadOnlyList<ReservationRequestLine>? Lines, string? Reason, long Version)
{
    public ReturnRequest ToRequest() => new(OrderId, Lines, Reason);
}

/// <summary><c>stock-returned</c>: the answer to <see cref="ReturnStock"/>.</summary>
public sealed record StockReturned(Guid OrderId, string Key, long Version, IReadOnlyList<ReservationRequestLine> Lines);

/// <summary><c>return-refused</c>: the other answer to <see cref="ReturnStock"/>; members as in <see cref="RefusalDetails"/>.</summary>
public sealed record ReturnRefused(
    Guid OrderId, string? Key, long Version, string Code, string? Field, long? ProductId, string? Sku, long? Available)
{
    public static ReturnRefused Of(ReturnStock asked, ProblemException problem)
    {
        var why = RefusalDetails.Of(problem);
        return new ReturnRefused(asked.OrderId, asked.Key, asked.Version, why.Code, why.Field, why.ProductId, why.Sku, why.Available);
    }
}

internal static class StockAnswers
{
    /// <summary>Optional, as whoever asks by HTTP need not listen.</summary>
    public static MessagingBuilder PublishStockAnswers(this MessagingBuilder messaging) => messaging
        .Publish("stock-reserved", CatalogJson.Default.StockReserved, optional: true)
        .Publish("stock-refused", CatalogJson.Default.StockRefused, optional: true)
        .Publish("stock-confirmed", CatalogJson.Default.StockConfirmed, optional: true)
        .Publish("confirmation-refused", CatalogJson.Default.ConfirmationRefused, optional: true)
        .Publish("stock-returned", CatalogJson.Default.StockReturned, optional: true)
        .Publish("return-refused", CatalogJson.Default.ReturnRefused, optional: true);
}

/// <summary>What an order hears of its payment.</summary>
internal static class ConfirmationAnswers
{
    public static NpgsqlBatchCommand Command(Outbox outbox, Reservation sold) => sold.Lines.Count == 0
        ? outbox.Command(new ConfirmationRefused(sold.OrderId, sold.Revision, sold.Version, ConfirmAnswer.UnknownCode), sold.OrderId, sold.Version)
        : outbox.Command(Of(sold), sold.OrderId, sold.Version);

    public static async Task WriteAsync(Outbox outbox, Reservation sold, MessageContext context, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(context.Connection, context.Transaction) { BatchCommands = { Command(outbox, sold) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static StockConfirmed Of(Reservation sold)
    {
        var answer = ConfirmAnswer.Of(sold);
        return new StockConfirmed(answer.OrderId, answer.Revision, sold.Version, answer.Shortage, answer.Lines);
    }
}
