namespace Shop.Catalog.Search;

/// <param name="IsBeginning">Longer words that begin with it are found too.</param>
/// <param name="Instead">Words of the vocabulary to search for in its place, since it finds nothing.</param>
public sealed record QueryWord(string Text, bool IsBeginning, IReadOnlyList<string> Instead)
{
    // A single letter begins too many words.
    private const int MinBeginning = 2;

    public static QueryWord Of(string text, bool isLast) => new(text, isLast && text.Length >= MinBeginning, []);

    /// <summary>For <c>search_best</c>: any of the words between | will do.</summary>
    public string Choices => Instead.Count > 0 ? string.Join('|', Instead) : Text;

    /// <summary>For <c>to_tsquery</c>.</summary>
    public override string ToString() =>
        Instead.Count == 1 ? Instead[0] : Instead.Count > 1 ? $"({string.Join(" | ", Instead)})" : IsBeginning ? Text + ":*" : Text;
}

/// <summary>What a shopper typed, as the condition that the index answers. All of it must be found.</summary>
/// <param name="Characters">Single characters and pairs.</param>
/// <param name="Runs">The same as it was typed.</param>
public sealed record SearchQuery(
    IReadOnlyList<QueryWord> Words, IReadOnlyList<string> Characters, IReadOnlyList<string> Runs)
{
    public const int MaxLength = 200;
    private const int MaxTerms = 32;

    /// <summary>True when nothing was typed that an index could hold, only punctuation say.</summary>
    public bool IsEmpty => Words.Count == 0 && Characters.Count == 0;

    /// <summary>For <c>to_tsquery</c>: words joined by &amp;. Empty without words.</summary>
    public string WordText => string.Join(" & ", Words);

    /// <summary>The same with the last word as it is.</summary>
    public string WholeWordText => string.Join(" & ", Words.Select(word => word with { IsBeginning = false }));

    /// <summary>The last word where it may be unfinished; else empty.</summary>
    public string Beginning => Words is [.., { IsBeginning: true, Instead: [] } last] ? last.Text : "";

    /// <summary>A literal tsquery; empty without characters.</summary>
    public string CharacterText => string.Join(" & ", Characters.Select(term => $"'{term}'"));

    /// <summary>As a shopper would have typed it, words corrected.</summary>
    public string Plain => string.Join(' ', [.. Words.Select(word => word.Instead.FirstOrDefault(word.Text)), .. Runs]);

    /// <summary>Terms hold letters, digits and marks only, so nothing in them can be read as an operator.</summary>
    public static SearchQuery Parse(string text)
    {
        var terms = SearchTerms.Of(text);
        var words = terms.Words.Take(MaxTerms).ToList();
        return new SearchQuery(
            [.. words.Select((word, place) => QueryWord.Of(word, place == words.Count - 1))],
            [.. terms.RequiredCharacters().Take(MaxTerms)], terms.Runs);
    }
}
