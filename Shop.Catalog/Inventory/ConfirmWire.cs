using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <param name="Revision">The one that was paid for.</param>
/// <param name="Version">Of the order; one that is not newer than the last known changes nothing.</param>
public sealed record ConfirmRequest(int Revision, long Version)
{
    public void Validate(Guid orderId) => new Validator()
        .Check(orderId != Guid.Empty, "orderId", "must not be empty")
        .Check(Revision > 0, "revision", "must be 1 or more")
        .Check(Version > 0, "version", "must be 1 or more")
        .ThrowIfInvalid();
}

/// <param name="Shortage">Units of the line that were paid for and could not be sold: the lease had gone, and they with it.</param>
public sealed record ConfirmAnswerLine(long ProductId, string Sku, int Quantity, int Shortage);

public sealed record ConfirmAnswer(Guid OrderId, int Revision, int Shortage, IReadOnlyList<ConfirmAnswerLine> Lines)
{
    /// <summary>The code of a payment for what was never reserved.</summary>
    public const string UnknownCode = "reservation_unknown";

    public static ConfirmAnswer Of(Reservation sold)
    {
        var lines = sold.LinesOf(sold.Revision);
        return new ConfirmAnswer(
            sold.OrderId, sold.Revision, lines.Sum(line => line.Shortage),
            [.. lines.Select(line => new ConfirmAnswerLine(line.ProductId, line.Sku, line.Quantity, line.Shortage))]);
    }
}
