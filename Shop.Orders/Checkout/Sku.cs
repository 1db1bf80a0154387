namespace Shop.Orders.Checkout;

/// <summary>What a stock-keeping unit of Catalog looks like.</summary>
internal static class Sku
{
    public const string Rule = "must be 1 to 64 letters, digits, dots, hyphens or underscores";

    private const int MaxLength = 64;

    public static bool IsValid(string sku) =>
        sku.Length is > 0 and <= MaxLength && sku.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
