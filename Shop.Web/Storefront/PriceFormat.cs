using System.Globalization;

namespace Shop.Web.Storefront;

/// <summary>Prices as people read them.</summary>
public static class PriceFormat
{
    /// <summary>¥1,299.00; a currency without a sign of its own is written out.</summary>
    public static string Price(decimal amount, string currency)
    {
        var number = amount.ToString("#,##0.00", CultureInfo.InvariantCulture);
        return currency switch
        {
            "CNY" or "JPY" => "¥" + number,
            "EUR" => "€" + number,
            "USD" => "$" + number,
            "GBP" => "£" + number,
            _ => $"{currency} {number}",
        };
    }
}
