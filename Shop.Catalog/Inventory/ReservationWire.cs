using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Shop.Catalog.Promotions;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <param name="Sku">Null for the product's default variant.</param>
public sealed record ReservationRequestLine(long ProductId, int Quantity, string? Sku = null);

/// <param name="Revision">From 1; a higher one replaces the lines and the coupon.</param>
/// <param name="Coupon">Code of a promotion; null for none.</param>
public sealed record ReservationRequest(
    Guid OrderId, int Revision, Guid CustomerId, IReadOnlyList<ReservationRequestLine>? Lines, string? Coupon = null)
{
    private const int MaxLines = 100;
    private const int MaxQuantity = 10_000;
    private const int MaxRevision = 1_000_000;

    public void Validate() => Validate(Lines, new Validator()
        .Check(OrderId != Guid.Empty, "orderId", "is required")
        .Check(CustomerId != Guid.Empty, "customerId", "is required")
        .Check(Coupon is null || Promotions.Coupon.IsValid(Coupon), "coupon", Promotions.Coupon.Rule)
        .Check(Revision is > 0 and <= MaxRevision, "revision", $"must be between 1 and {MaxRevision}"));

    /// <summary>Refuses lines that break a rule, together with what the check has found already.</summary>
    public static void Validate(IReadOnlyList<ReservationRequestLine>? lines, Validator check)
    {
        lines ??= [];
        check.Check(lines.Count is > 0 and <= MaxLines, "lines", $"must be between 1 and {MaxLines}")
            .Check(lines.All(line => line is not null), "lines", "must not be null")
            .ThrowIfInvalid();
        check
            .Check(lines.All(line => line.ProductId > 0), "lines.productId", "must be positive")
            .Check(
                lines.All(line => line.Quantity is > 0 and <= MaxQuantity), "lines.quantity",
                $"must be between 1 and {MaxQuantity}")
            .Check(lines.All(line => line.Sku is null || Skus.IsValid(line.Sku)), "lines.sku", Skus.Rule)
            .Check(lines.DistinctBy(line => (line.ProductId, line.Sku)).Count() == lines.Count, "lines", "must name a variant once")
            .ThrowIfInvalid();
    }

    /// <param name="variants">The variant that each line means.</param>
    public Reserve ToOperation(long[] variants)
    {
        var lines = Merge(Lines!, variants);
        var coupon = Coupon is null ? null : Promotions.Coupon.Normal(Coupon);
        return new Reserve(OrderId, Revision, CustomerId, Hash(CustomerId, lines, coupon), lines, coupon);
    }

    /// <summary>The line that means a variant; null when none does.</summary>
    /// <param name="variants">The variant that each line means.</param>
    public ReservationRequestLine? LineOf(long[] variants, long variantId) =>
        Array.IndexOf(variants, variantId) is >= 0 and var at ? Lines![at] : null;

    /// <summary>In order of variant. Lines of one variant, named once by SKU and once without, become one.</summary>
    public static OperationLine[] Merge(IReadOnlyList<ReservationRequestLine> lines, long[] variants)
    {
        OperationLine[] merged =
            [.. lines.Zip(variants, (line, id) => new OperationLine(id, line.Quantity)).OrderBy(line => line.VariantId)];
        return variants.Distinct().Count() == variants.Length
            ? merged
            : [.. merged.GroupBy(line => line.VariantId, (id, same) => new OperationLine(id, same.Sum(line => line.Quantity)))];
    }

    /// <summary>Over what is asked for, not over how it was written. A code cannot pass for lines: no quantity is that large.</summary>
    private static byte[] Hash(Guid customerId, OperationLine[] lines, string? coupon)
    {
        var bytes = new byte[16 + lines.Length * 12 + (coupon?.Length ?? 0)];
        customerId.TryWriteBytes(bytes);
        for (var i = 0; i < lines.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16 + i * 12), lines[i].VariantId);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24 + i * 12), lines[i].Quantity);
        }
        Encoding.ASCII.GetBytes(coupon, bytes.AsSpan(16 + lines.Length * 12));
        return SHA256.HashData(bytes);
    }
}

/// <param name="Price">Of one unit, in minor units.</param>
public sealed record ReservationAnswerLine(long ProductId, string Sku, string Name, string NameZh, int Quantity, long Price);

/// <param name="ExpiresAt">End of the lease, by the database's clock.</param>
/// <param name="Total">In minor units, after the discount.</param>
/// <param name="Discount">In minor units.</param>
/// <param name="Coupon">As it is written on the promotion; null for none.</param>
/// <param name="Lines">In order of variant: a product's default variant has the product's number.</param>
public sealed record ReservationAnswer(
    Guid OrderId, int Revision, DateTimeOffset ExpiresAt, string Currency, long Total, long Discount, bool FreeShipping,
    string? Coupon, IReadOnlyList<ReservationAnswerLine> Lines)
{
    public static ReservationAnswer Of(Reservation reservation)
    {
        var lines = reservation.LinesOf(reservation.Revision);
        var coupon = reservation.Coupon;
        return new ReservationAnswer(
            reservation.OrderId, reservation.Revision, reservation.LeaseUntil, lines[0].Currency,
            lines.Sum(line => line.Price * line.Quantity) - (coupon?.Discount ?? 0), coupon?.Discount ?? 0, coupon?.FreeShipping ?? false,
            coupon?.Code,
            [.. lines.Select(l => new ReservationAnswerLine(
                l.ProductId, l.Sku, l.Name, l.NameZh ?? l.Name, l.Quantity, l.Price))]);
    }
}
