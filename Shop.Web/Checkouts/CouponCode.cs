namespace Shop.Web.Checkouts;

/// <summary>What a customer typed as a coupon, before the catalog says whether it is one.</summary>
public static class CouponCode
{
    public const int MaxLength = 40;

    /// <summary>Null when nothing was typed.</summary>
    public static string? Of(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();

    public static bool IsWellFormed(string code) =>
        code.Length is > 0 and <= MaxLength && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Whether a refusal is about the coupon, and not about the order.</summary>
    public static bool IsRefusal(string? problem) => problem is not null && problem.StartsWith("coupon_", StringComparison.Ordinal);
}
