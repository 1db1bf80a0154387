using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Shop.Bench.Reporting;

/// <summary>Text and numbers for a page.</summary>
internal static class Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Encode(string text) => Encoder.Encode(text);

    /// <summary>Microseconds as milliseconds with three significant digits or so.</summary>
    public static string Milliseconds(double microseconds) => (microseconds / 1000) switch
    {
        >= 100 and var ms => ms.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 and var ms => ms.ToString("0.0", CultureInfo.InvariantCulture),
        >= 1 and var ms => ms.ToString("0.00", CultureInfo.InvariantCulture),
        var ms => ms.ToString("0.000", CultureInfo.InvariantCulture),
    };

    public static string Rate(double perSecond) => perSecond.ToString(perSecond < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    public static string Value(double value) => value.ToString(value < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);
}
