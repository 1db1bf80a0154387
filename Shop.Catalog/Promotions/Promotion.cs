using System.Diagnostics;
using Npgsql;
using Shop.Catalog.Inventory;

namespace Shop.Catalog.Promotions;

/// <summary>What a promotion gives.</summary>
public enum PromotionKind
{
    /// <summary>Whole percents of the lines' total.</summary>
    Percentage,

    /// <summary>A fixed amount.</summary>
    Amount,

    /// <summary>Nothing off the lines; shipping costs nothing.</summary>
    FreeShipping,
}

/// <summary>A promotion as it is decided upon. Amounts are in minor units.</summary>
/// <param name="Value">Percent, or an amount.</param>
/// <param name="Minimum">Total of the lines from which on it may be used.</param>
/// <param name="ValidUntil">The first moment at which it is over.</param>
/// <param name="MaxUses">Null for no bound.</param>
/// <param name="Used">By all customers.</param>
public sealed record Promotion(
    long Id, string Code, PromotionKind Kind, long Value, long Minimum, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil,
    int? MaxUses, int? MaxUsesPerCustomer, int Used, bool Stopped)
{
    /// <summary>In the order of <see cref="Read"/>.</summary>
    internal const string Columns =
        "id, code, kind, value, minimum, valid_from, valid_until, max_uses, max_uses_per_customer, used, stopped_at IS NOT NULL";

    public bool FreeShipping => Kind == PromotionKind.FreeShipping;

    /// <summary>
    /// Percentages are rounded down to the minor unit. One unit of the total always remains: an order for nothing could not be
    /// paid, and only what is paid is sold.
    /// </summary>
    public long DiscountOn(long total) => Math.Clamp(Kind switch
    {
        PromotionKind.Percentage => (long)((Int128)total * Value / 100),
        PromotionKind.Amount => Value,
        PromotionKind.FreeShipping => 0,
        _ => throw new UnreachableException(),
    }, 0, Math.Max(0, total - 1));

    /// <summary>Whether another use is left to this customer; what the price was promised for does not ask more.</summary>
    /// <param name="uses">Of the customer.</param>
    public Refusal? WhyNotOneMore(int uses) =>
        Used >= MaxUses ? Refusal.CouponUsedUp
        : uses >= MaxUsesPerCustomer ? Refusal.CouponLimit
        : null;

    /// <summary>Whether a customer who does not have a use yet may take one.</summary>
    public Refusal? WhyNot(DateTimeOffset now, long total, int uses) =>
        Stopped || now < ValidFrom || now >= ValidUntil ? Refusal.CouponNotValid
        : total < Minimum ? Refusal.CouponMinimum
        : WhyNotOneMore(uses);

    internal static Promotion Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), KindOf(row.GetString(2))!.Value, row.GetInt64(3), row.GetInt64(4),
        row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6), row.IsDBNull(7) ? null : row.GetInt32(7),
        row.IsDBNull(8) ? null : row.GetInt32(8), row.GetInt32(9), row.GetBoolean(10));

    /// <summary>Null for a name of none.</summary>
    public static PromotionKind? KindOf(string? name) => name switch
    {
        "percentage" => PromotionKind.Percentage,
        "amount" => PromotionKind.Amount,
        "free-shipping" => PromotionKind.FreeShipping,
        _ => null,
    };

    public static string NameOf(PromotionKind kind) => kind switch
    {
        PromotionKind.Percentage => "percentage",
        PromotionKind.Amount => "amount",
        PromotionKind.FreeShipping => "free-shipping",
        _ => throw new UnreachableException(),
    };
}

/// <summary>How often a customer has used a promotion.</summary>
public readonly record struct CustomerUses(long PromotionId, Guid CustomerId, int Uses);
