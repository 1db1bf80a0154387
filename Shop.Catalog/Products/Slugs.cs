namespace Shop.Catalog.Products;

/// <summary>Slugs of brands and categories, which administrators may choose.</summary>
internal static class Slugs
{
    public const int MaxLength = 64;
    public const string Rule = "must be 1 to 64 lower-case letters, digits or hyphens";

    /// <summary>Made of a name; empty, which breaks the rule, when there is none.</summary>
    public static string Of(string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) return "";
        var slug = Slug.Of(name);
        return slug.Length <= MaxLength ? slug : slug[..MaxLength].Trim('-');
    }
}
