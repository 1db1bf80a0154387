using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Pictures;

/// <summary>An uploaded picture on a product's page.</summary>
/// <param name="Alt">What it shows, in the language of the answer; the product's name when nothing was written.</param>
/// <param name="Width">In pixels, as is the height.</param>
public sealed record PictureItem(string Url, string Alt, int Width, int Height);

/// <summary>An uploaded picture as whoever edits it sees it.</summary>
/// <param name="Hash">SHA-256 of its bytes, by which it is named.</param>
public sealed record PictureForEditing(string Hash, string Url, string? Alt, string? AltZh, int Width, int Height);

/// <summary>All pictures of a product in the order in which they are shown, with their texts.</summary>
public sealed record PictureArrangement(IReadOnlyList<PictureText>? Items);

public sealed record PictureText(string? Hash, string? Alt = null, string? AltZh = null);

public sealed record PictureForEditingList(IReadOnlyList<PictureForEditing> Items);

public static class PictureRules
{
    public const int MaxBytes = 2 * 1024 * 1024;
    public const int MaxSide = 8_000;
    public const int MaxPixels = 40_000_000;
    public const int MaxPictures = 20;
    public const int MaxAltLength = 300;

    /// <summary>The type that the request declares, if it is one of ours.</summary>
    /// <exception cref="ProblemException">415.</exception>
    public static string CheckMediaType(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => throw new ProblemException(
            StatusCodes.Status415UnsupportedMediaType, ProblemCodes.ForStatus(StatusCodes.Status415UnsupportedMediaType),
            "Pictures are image/png, image/jpeg or image/webp."),
    };

    /// <exception cref="ProblemException">400: not a picture, not what was declared, or too large.</exception>
    public static ImageHeader CheckContent(ReadOnlySpan<byte> bytes, string declared)
    {
        var header = ImageHeader.Read(bytes) ?? throw Problem.Validation("body", "must be a PNG, JPEG or WebP picture");
        new Validator()
            .Check(header.Format == declared, "body", $"is {header.MediaType} and not what Content-Type says")
            .Check(
                header.Width <= MaxSide && header.Height <= MaxSide && (long)header.Width * header.Height <= MaxPixels, "body",
                $"must be at most {MaxSide} pixels wide and high, and {MaxPixels} in all")
            .ThrowIfInvalid();
        return header;
    }

    public static PictureText CheckText(PictureText text)
    {
        var check = new Validator();
        ProductRules.CheckLine(check, "alt", text.Alt, MaxAltLength);
        ProductRules.CheckLine(check, "altZh", text.AltZh, MaxAltLength);
        check.ThrowIfInvalid();
        return text with { Alt = ProductRules.Clean(text.Alt), AltZh = ProductRules.Clean(text.AltZh) };
    }

    /// <exception cref="ProblemException">400 unless it names each of the product's pictures once.</exception>
    public static IReadOnlyList<PictureText> CheckArrangement(PictureArrangement arrangement, IReadOnlyList<string> known)
    {
        var items = arrangement.Items ?? throw Problem.Validation("items", "is required");
        new Validator()
            .Check(
                items.Count == known.Count && items.All(item => item?.Hash is not null)
                && items.Select(item => item.Hash!).ToHashSet(StringComparer.Ordinal).SetEquals(known), "items",
                "must name each picture of the product once")
            .ThrowIfInvalid();
        return [.. items.Select(CheckText)];
    }
}
