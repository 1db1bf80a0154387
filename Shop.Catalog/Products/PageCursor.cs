using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Catalog.Products;

/// <summary>Where a page ended: its last product and that product's place under the sort. Opaque to callers, bound to the sort.</summary>
/// <param name="Price">In minor units; used by the two price sorts.</param>
/// <param name="Name">The lower-case name; used by the name sort.</param>
/// <param name="Place">Number of products up to here; used by sorts over a ranked list.</param>
/// <param name="Ranking">Id of the ranked list.</param>
public sealed record PageCursor(
    ProductSort Sort, long Id, long Price = 0, string Name = "", int Place = 0, string Ranking = "")
{
    private const int MaxEncodedLength = 1200;
    private const int MaxRankingLength = 32;

    public string Encode()
    {
        var key = Sort == ProductSort.Name ? Name
            : Sort.IsRanked() ? string.Create(CultureInfo.InvariantCulture, $"{Place}.{Ranking}")
            : Price.ToString(CultureInfo.InvariantCulture);
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
        cursor = sort == ProductSort.Name ? WithName(sort, id, parts[2])
            : sort.IsRanked() ? WithPlace(sort, id, parts[2])
            : TryNumber(parts[2], out var price) ? new PageCursor(sort, id, price) : null;
        return cursor is not null;
    }

    private static PageCursor? WithName(ProductSort sort, long id, string name) =>
        name.Contains('\0') ? null : new PageCursor(sort, id, Name: name);

    private static PageCursor? WithPlace(ProductSort sort, long id, string key)
    {
        var parts = key.Split('.');
        return parts.Length == 2 && TryNumber(parts[0], out var place) && place <= int.MaxValue
            && parts[1].Length <= MaxRankingLength && parts[1].All(char.IsAsciiHexDigit)
                ? new PageCursor(sort, id, Place: (int)place, Ranking: parts[1])
                : null;
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
