using System.Globalization;
using System.Text;

namespace Shop.Catalog.Search;

/// <summary>
/// A text taken apart for the full-text index: words of alphabetic scripts, and runs of Chinese, Japanese or Korean
/// characters, which are written without spaces and are therefore indexed as single characters and pairs.
/// </summary>
public sealed record SearchTerms(IReadOnlyList<string> Words, IReadOnlyList<string> Runs)
{
    /// <summary>The words with a space between, as <c>to_tsvector</c> takes them.</summary>
    public string WordText => string.Join(' ', Words);

    /// <summary>What the index holds of the runs: each character and each pair of neighbours, once.</summary>
    public string[] IndexedCharacters()
    {
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in Runs)
        {
            var characters = Characters(run);
            terms.UnionWith(characters);
            terms.UnionWith(Pairs(characters));
        }
        return [.. terms];
    }

    /// <summary>
    /// What a query must find of the runs: every pair of neighbours, or the character itself where it stands alone.
    /// </summary>
    public string[] RequiredCharacters()
    {
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in Runs)
        {
            var characters = Characters(run);
            terms.UnionWith(characters.Count == 1 ? characters : Pairs(characters));
        }
        return [.. terms];
    }

    public static SearchTerms Of(params ReadOnlySpan<string?> texts)
    {
        var words = new List<string>();
        var runs = new List<string>();
        foreach (var text in texts)
            if (text is not null) Split(text, words, runs);
        return new SearchTerms(words, runs);
    }

    private static void Split(string text, List<string> words, List<string> runs)
    {
        var current = new StringBuilder();
        var inRun = false;
        foreach (var rune in Normalized(text).EnumerateRunes())
        {
            var ideographic = IsWrittenWithoutSpaces(rune);
            var letter = ideographic || Rune.IsLetterOrDigit(rune) || IsMark(rune);
            if (current.Length > 0 && (!letter || ideographic != inRun)) Flush();
            if (!letter) continue;
            inRun = ideographic;
            current.Append(rune.ToString());
        }
        Flush();

        void Flush()
        {
            if (current.Length > 0) (inRun ? runs : words).Add(current.ToString());
            current.Clear();
        }
    }

    /// <summary>A code point that Unicode keeps for no character at all, such as U+FFFE; normalizing it is an error.</summary>
    public static bool IsNoncharacter(Rune rune) => (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;

    // Full-width letters become plain ones, as an input method may send either.
    private static string Normalized(string text)
    {
        var wellFormed = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) wellFormed.Append(IsNoncharacter(rune) ? " " : rune.ToString());
        return wellFormed.ToString().Normalize(NormalizationForm.FormKC).ToLowerInvariant();
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsWrittenWithoutSpaces(Rune rune) => rune.Value is
        (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF)
        or (>= 0xAC00 and <= 0xD7AF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    private static List<string> Characters(string run) => [.. run.EnumerateRunes().Select(rune => rune.ToString())];

    private static IEnumerable<string> Pairs(List<string> characters) =>
        characters.Zip(characters.Skip(1), (first, second) => first + second);
}
