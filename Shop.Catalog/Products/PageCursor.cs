using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Catalog.Products;

/// <summary>Where a page ended: the sort key and the id of its last product. Opaque to callers, bound to the sort.</summary>
/// <param name="Price">In minor units; used by the two price sorts.</param>
/// <param name="Name">The lower-case name; used by the name sort.</param>
public sealed record PageCursor(ProductSort Sort, long Id, long Price = 0, string Name = "")
{
    private const int MaxEncodedLength = 1200;

    public string Encode()
    {
        var key = Sort == ProductSort.Name ? Name : Price.ToString(CultureInfo.InvariantCulture);
        var text = string.Create(CultureInfo.InvariantCulture, $"{(int)Sort}.{Id}.{key}");
        return WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>False for anything that <see cref="Encode"/> did not write, or wrote for another sort.</summary>
    public static bool TryDecode(string encoded, ProductSort sort, [NotNullWhen(true)] out PageCursor? cursor)
    {
        cursor = null;
        if (encoded.Length > MaxEncodedLength || Decoded(encoded) is not { } text) return false;
        var parts = text.Split('.', 3);
        if (parts.Length < 3 || parts[0] != ((int)sort).ToString(CultureInfo.InvariantCulture)) return false;
        if (!TryNumber(parts[1], out var id)) return false;
        if (sort == ProductSort.Name)
        {
            if (parts[2].Any(char.IsControl)) return false;
            cursor = new PageCursor(sort, id, Name: parts[2]);
            return true;
        }
        if (!TryNumber(parts[2], out var price)) return false;
        cursor = new PageCursor(sort, id, price);
        return true;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string? Decoded(string encoded)
    {
        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return strict.GetString(WebEncoders.Base64UrlDecode(encoded));
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
