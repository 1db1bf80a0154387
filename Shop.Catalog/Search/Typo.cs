using System.Text;

namespace Shop.Catalog.Search;

/// <summary>One typo: a letter too many, missing, wrong, or two neighbours exchanged (Damerau-Levenshtein distance 1).</summary>
public static class Typo
{
    /// <summary>Of the longer of two words: shorter ones are too alike to tell.</summary>
    private const int MinLength = 4;

    /// <summary>
    /// The word and what is left of it without one letter. Two words that are one typo apart have one of these in common;
    /// words that have may be two apart.
    /// </summary>
    public static IReadOnlyList<string> Forms(string word)
    {
        var letters = Letters(word);
        return [word, .. Enumerable.Range(0, letters.Length).Select(place => Without(letters, place)).Distinct()];
    }

    public static bool IsBetween(string first, string second)
    {
        var (a, b) = (Letters(first), Letters(second));
        if (Math.Max(a.Length, b.Length) < MinLength || Math.Abs(a.Length - b.Length) > 1) return false;
        var start = 0;
        while (start < Math.Min(a.Length, b.Length) && a[start] == b[start]) start++;
        if (start == a.Length && start == b.Length) return false;
        if (a.Length != b.Length) return RestEquals(a, start + (a.Length > b.Length ? 1 : 0), b, start + (b.Length > a.Length ? 1 : 0));
        return RestEquals(a, start + 1, b, start + 1)
            || (start + 1 < a.Length && a[start] == b[start + 1] && a[start + 1] == b[start] && RestEquals(a, start + 2, b, start + 2));
    }

    private static bool RestEquals(Rune[] a, int fromA, Rune[] b, int fromB) => a.AsSpan(fromA).SequenceEqual(b.AsSpan(fromB));

    private static Rune[] Letters(string word) => [.. word.EnumerateRunes()];

    private static string Without(Rune[] letters, int place) =>
        string.Concat(letters.Where((_, i) => i != place).Select(letter => letter.ToString()));
}
