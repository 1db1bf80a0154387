using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Promotions;

/// <summary>The whole of a promotion: when one is changed, what is left out is gone.</summary>
/// <param name="Code">What customers type; kept in upper case. Never changes.</param>
/// <param name="Kind">percentage, amount or free-shipping.</param>
/// <param name="Value">Whole percents, or an amount in major units; nothing for free shipping.</param>
/// <param name="Minimum">Total of the lines in major units from which on it may be used; 0 when absent.</param>
/// <param name="ValidFrom">Now when absent.</param>
/// <param name="ValidUntil">The first moment at which it is over.</param>
/// <param name="MaxUses">By all customers; null for no bound.</param>
/// <param name="MaxUsesPerCustomer">Null for no bound.</param>
public sealed record PromotionInput(
    string? Code, string? Name, string? Kind, DateTimeOffset? ValidUntil, string? NameZh = null, decimal? Value = null,
    decimal? Minimum = null, DateTimeOffset? ValidFrom = null, int? MaxUses = null, int? MaxUsesPerCustomer = null);

/// <summary>A promotion's content, checked. Amounts are in minor units.</summary>
/// <param name="ValidFrom">Null for now.</param>
public sealed record PromotionContent(
    string Code, string Name, string? NameZh, PromotionKind Kind, long Value, long Minimum, DateTimeOffset? ValidFrom,
    DateTimeOffset ValidUntil, int? MaxUses, int? MaxUsesPerCustomer);

public static class PromotionRules
{
    public const int MaxNameLength = 100;
    public const int MaxCount = 1_000_000_000;

    // The database knows no other years than these as we write them.
    private const int FirstYear = 2000;
    private const int LastYear = 2999;

    /// <exception cref="ProblemException">400 naming every field that breaks a rule.</exception>
    public static PromotionContent Check(PromotionInput input)
    {
        var check = new Validator();
        check.Check(input.Code is not null && Coupon.IsValid(input.Code), "code", Coupon.Rule);
        ProductRules.CheckLine(check, "name", input.Name, MaxNameLength, required: true);
        ProductRules.CheckLine(check, "nameZh", input.NameZh, MaxNameLength);
        CheckPeriod(check, input);
        CheckCount(check, "maxUses", input.MaxUses);
        CheckCount(check, "maxUsesPerCustomer", input.MaxUsesPerCustomer);
        var kind = Promotion.KindOf(input.Kind);
        check.Check(kind is not null, "kind", "must be percentage, amount or free-shipping");
        var value = kind is { } known ? CheckValue(check, known, input.Value) : 0;
        check.Check(Money.TryToMinor(input.Minimum ?? 0, out var minimum), "minimum", "must be an amount with at most two decimals");
        check.ThrowIfInvalid();
        return new PromotionContent(
            Coupon.Normal(input.Code!), input.Name!.Trim(), ProductRules.Clean(input.NameZh), kind!.Value, value, minimum,
            input.ValidFrom, input.ValidUntil!.Value, input.MaxUses, input.MaxUsesPerCustomer);
    }

    private static long CheckValue(Validator check, PromotionKind kind, decimal? value)
    {
        switch (kind)
        {
            case PromotionKind.Percentage:
                var whole = value is >= 1 and <= 100 && decimal.IsInteger(value.Value);
                check.Check(whole, "value", "must be whole percents between 1 and 100");
                return whole ? (long)value!.Value : 0;
            case PromotionKind.Amount:
                long minor = 0;
                check.Check(
                    value is { } major && Money.TryToMinor(major, out minor) && minor is > 0 and <= ProductRules.MaxPrice, "value",
                    "must be between 0.01 and 100000000 with at most two decimals");
                return minor;
            default:
                check.Check(value is null or 0, "value", "must not be given for free shipping");
                return 0;
        }
    }

    private static void CheckPeriod(Validator check, PromotionInput input)
    {
        check.Check(input.ValidUntil is not null, "validUntil", "is required")
            .Check(IsKnown(input.ValidFrom), "validFrom", $"must be between the years {FirstYear} and {LastYear}")
            .Check(IsKnown(input.ValidUntil), "validUntil", $"must be between the years {FirstYear} and {LastYear}")
            .Check(input.ValidFrom is null || input.ValidUntil is null || input.ValidFrom < input.ValidUntil, "validUntil", "must be after validFrom");
    }

    private static bool IsKnown(DateTimeOffset? time) => time is null || time.Value.UtcDateTime.Year is >= FirstYear and <= LastYear;

    private static void CheckCount(Validator check, string field, int? count) =>
        check.Check(count is null or (>= 1 and <= MaxCount), field, $"must be between 1 and {MaxCount}");
}
