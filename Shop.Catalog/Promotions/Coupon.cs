namespace Shop.Catalog.Promotions;

/// <summary>The code that a customer types to use a promotion; in upper case once it is known to be one.</summary>
public static class Coupon
{
    public const int MaxLength = 40;
    public const string Rule = "must be 1 to 40 letters, digits or hyphens";

    public static bool IsValid(string code) =>
        code.Length is > 0 and <= MaxLength && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    public static string Normal(string code) => code.ToUpperInvariant();
}

/// <summary>What a reservation has of its coupon.</summary>
/// <param name="Discount">Minor units, off the total of the lines.</param>
/// <param name="Counted">Whether the promotion counts this use: not once it was given back, nor when none was left to a late payment.</param>
public sealed record AppliedCoupon(long PromotionId, string Code, long Discount, bool FreeShipping, bool Counted);
