namespace Shop.Catalog.Search;

/// <summary>What a shopper typed, as the two conditions that the index answers. All terms must be found.</summary>
/// <param name="Words">For <c>to_tsquery</c>: words joined by &amp;, the last one also as a beginning; or null.</param>
/// <param name="Characters">A literal tsquery of single characters and pairs; or null.</param>
public sealed record SearchQuery(string? Words, string? Characters)
{
    public const int MaxLength = 200;
    private const int MaxTerms = 32;

    /// <summary>True when nothing was typed that an index could hold, only punctuation say.</summary>
    public bool IsEmpty => Words is null && Characters is null;

    /// <summary>Terms hold letters, digits and marks only, so nothing in them can be read as an operator.</summary>
    public static SearchQuery Parse(string text)
    {
        var terms = SearchTerms.Of(text);
        var words = terms.Words.Take(MaxTerms).ToList();
        var characters = terms.RequiredCharacters().Take(MaxTerms).Select(term => $"'{term}'").ToList();
        return new SearchQuery(
            words.Count == 0 ? null : string.Join(" & ", words) + ":*",
            characters.Count == 0 ? null : string.Join(" & ", characters));
    }
}
