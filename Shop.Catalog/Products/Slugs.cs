namespace Shop.Catalog.Products;

/// <summary>Slugs of brands and categories, which administrators may choose.</summary>
internal static class Slugs
{
    public const int MaxLength = 64;
    public const string Rule = "must be 1 to 64 lower-case letters, digits or hyphens, and be given where the name has no Latin letter or digit";

    /// <summary>Made of a name; empty, which breaks the rule, when the name gives none, as a Chinese one.</summary>
    public static string Of(string? name)
    {
        var slug = Slug.Find(name ?? "") ?? "";
        return slug.Length <= MaxLength ? slug : slug[..MaxLength].Trim('-');
    }
}
