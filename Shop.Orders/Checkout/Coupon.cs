namespace Shop.Orders.Checkout;

/// <summary>The code of a coupon, as Catalog names promotions.</summary>
internal static class Coupon
{
    public const string Rule = "must be 1 to 40 letters, digits or hyphens";
    private const int MaxLength = 40;

    public static bool IsValid(string code) =>
        code.Length is > 0 and <= MaxLength && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Catalog does not tell letters by case.</summary>
    public static string Normal(string code) => code.ToUpperInvariant();
}
