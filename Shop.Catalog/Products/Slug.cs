using System.Text;

namespace Shop.Catalog.Products;

/// <summary>The readable part of a product's address.</summary>
public static class Slug
{
    public const int MaxLength = 80;

    /// <summary>
    /// Latin letters and digits of the name in lower case, everything else one hyphen; "product" when nothing is left,
    /// as with a Chinese name.
    /// </summary>
    public static string Of(string name) => Find(name) ?? "product";

    /// <summary>As <see cref="Of"/>; null when nothing is left.</summary>
    public static string? Find(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (char.IsAsciiLetterOrDigit(character)) slug.Append(char.ToLowerInvariant(character));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
            if (slug.Length == MaxLength) break;
        }
        var trimmed = slug.ToString().Trim('-');
        return trimmed.Length == 0 ? null : trimmed;
    }
}
