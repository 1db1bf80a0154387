using Npgsql;

namespace Shop.Catalog.Search;

/// <summary>
/// Asked only when a search found nothing: which of its words no product has, and what the vocabulary offers in their place:
/// words one typo away, and for the last word, which may be unfinished, longer ones.
/// </summary>
public sealed class Spelling(CatalogReads reads, TimeProvider time)
{
    private const int MaxWords = 8;
    private const int MaxInstead = 8;
    private const int MaxOffered = 200;

    // A word that the index leaves out, as "the", is no mistake.
    internal const string Found =
        """
        SELECT search_best(ARRAY[$1], $2, '{}', NULL, '{}', 0, 9223372036854775807, 0, false, 1) <> '{}'
            OR numnode(to_tsquery('english', $1)) = 0
        """;

    internal const string Alike = "SELECT word FROM search_forms WHERE form = ANY ($1) LIMIT $2";

    internal const string Longer =
        "SELECT word FROM search_words WHERE word >= $1 AND word < $1 || chr(1114111) ORDER BY word LIMIT $2";

    private readonly BriefCache<Answer> _answers = new(1000, TimeSpan.FromMinutes(1), time);

    /// <summary>Null when nothing better is known.</summary>
    public async Task<SearchQuery?> CorrectAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        if (query.Words.Count is 0 or > MaxWords) return null;
        var answer = await _answers.GetAsync(query.WordText, token => LookUpAsync(query.Words, token), cancellationToken);
        return answer.Words is null ? null : query with { Words = answer.Words };
    }

    private async Task<Answer> LookUpAsync(IReadOnlyList<QueryWord> words, CancellationToken cancellationToken)
    {
        var found = await reads.ReadAsync((source, token) => FindAsync(source, words, token), cancellationToken);
        if (found.All(has => has)) return new Answer(null);
        var unknown = words.Where((_, place) => !found[place]).ToList();
        var offered = await reads.ReadAsync((source, token) => OfferAsync(source, unknown, token), cancellationToken);
        var better = unknown.Zip(offered, (word, offer) => word with { Instead = Choose(word, offer) }).ToList();
        if (better.Any(word => word.Instead.Count == 0)) return new Answer(null);
        var next = 0;
        return new Answer([.. words.Select((word, place) => found[place] ? word : better[next++])]);
    }

    private static async Task<bool[]> FindAsync(
        NpgsqlDataSource source, IReadOnlyList<QueryWord> words, CancellationToken cancellationToken)
    {
        await using var batch = source.CreateBatch();
        foreach (var word in words) batch.Add(Found, word.Text, word.IsBeginning ? word.Text : "");
        var found = new bool[words.Count];
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var place = 0; place < words.Count; place++)
        {
            await reader.ReadAsync(cancellationToken);
            found[place] = reader.GetBoolean(0);
            await reader.NextResultAsync(cancellationToken);
        }
        return found;
    }

    private static async Task<List<List<string>>> OfferAsync(
        NpgsqlDataSource source, List<QueryWord> words, CancellationToken cancellationToken)
    {
        await using var batch = source.CreateBatch();
        foreach (var word in words)
        {
            batch.Add(Alike, Typo.Forms(word.Text).ToArray(), MaxOffered);
            batch.Add(Longer, word.Text, word.IsBeginning ? MaxInstead : 0);
        }
        var offered = new List<List<string>>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var _ in words)
        {
            var offer = new List<string>();
            for (var result = 0; result < 2; result++)
            {
                while (await reader.ReadAsync(cancellationToken)) offer.Add(reader.GetString(0));
                await reader.NextResultAsync(cancellationToken);
            }
            offered.Add(offer);
        }
        return offered;
    }

    // Longer words first, as they hold what was typed; then those that begin alike, as few err at the first letter.
    private static List<string> Choose(QueryWord word, List<string> offer)
    {
        return
        [
            .. offer.Distinct(StringComparer.Ordinal)
                .Where(offered => IsLonger(offered) || Typo.IsBetween(word.Text, offered))
                .OrderByDescending(IsLonger).ThenByDescending(offered => offered[0] == word.Text[0])
                .ThenBy(offered => Math.Abs(offered.Length - word.Text.Length)).ThenBy(offered => offered, StringComparer.Ordinal)
                .Take(MaxInstead)
        ];

        bool IsLonger(string offered) =>
            word.IsBeginning && offered.Length > word.Text.Length && offered.StartsWith(word.Text, StringComparison.Ordinal);
    }

    private sealed record Answer(IReadOnlyList<QueryWord>? Words);
}
