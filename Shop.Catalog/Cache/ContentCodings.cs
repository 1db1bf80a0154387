using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Shop.Catalog.Cache;

internal enum ContentCoding
{
    Identity,
    Gzip,
    Brotli,
}

/// <summary>What a client's Accept-Encoding allows (RFC 9110, 12.5.3). Brotli is preferred where both are: it is smaller.</summary>
internal static class ContentCodings
{
    public static ContentCoding Choose(StringValues accepted) =>
        accepted.Count == 0 ? ContentCoding.Identity
        : Accepts(accepted, "br") ? ContentCoding.Brotli
        : Accepts(accepted, "gzip") ? ContentCoding.Gzip
        : ContentCoding.Identity;

    public static bool Accepts(StringValues accepted, string coding)
    {
        var any = false;
        foreach (var header in accepted)
        {
            foreach (var range in header.AsSpan().Split(','))
            {
                var item = header.AsSpan()[range].Trim();
                var end = item.IndexOf(';');
                var name = (end < 0 ? item : item[..end]).TrimEnd();
                var allowed = end < 0 || Quality(item[(end + 1)..]) > 0;
                if (name.Equals(coding, StringComparison.OrdinalIgnoreCase)) return allowed;
                if (name is "*") any = allowed;
            }
        }
        return any;
    }

    private static double Quality(ReadOnlySpan<char> parameters)
    {
        var value = parameters.Trim();
        return value.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(value[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality) ? quality : 1;
    }
}
