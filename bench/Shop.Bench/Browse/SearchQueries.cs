using System.Globalization;
using Npgsql;

namespace Shop.Bench.Browse;

/// <summary>
/// Searches that people might type, made of the names of products that there are: some words of a name, the beginning of a
/// word, two to four Chinese characters, both languages mixed, a word with a typo. No two are the same; a text that was
/// drawn before is asked again within another price.
/// </summary>
public sealed class SearchQueries(Random random)
{
    private const string Names =
        """
        SELECT en.name, zh.name FROM product_texts en JOIN product_texts zh USING (product_id)
        WHERE en.language = 'en' AND zh.language = 'zh' AND product_id % greatest(1, $1 / 20000) = 0 AND product_id >= $2
        """;

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Paths with queries.</summary>
    /// <param name="products">How many there are, with ids from <paramref name="firstId"/>.</param>
    public async Task<IReadOnlyList<string>> CreateAsync(
        NpgsqlDataSource database, long firstId, int products, int count, CancellationToken cancellationToken)
    {
        var names = new List<(string[] Words, string Chinese)>();
        await using (var command = database.CreateCommand(Names))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (long)products });
            command.Parameters.Add(new NpgsqlParameter { Value = firstId });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken)) names.Add((row.GetString(0).ToLowerInvariant().Split(' '), row.GetString(1)));
        }
        return [.. Enumerable.Range(0, count).Select(_ => Distinct(names[random.Next(names.Count)]))];
    }

    private string Distinct((string[] Words, string Chinese) name)
    {
        var text = $"/api/products?limit=24&q={Uri.EscapeDataString(Text(name.Words, name.Chinese))}";
        var query = text;
        while (!_asked.Add(query))
            query = text + "&maxPrice=" + (random.Next(50_000, 500_000) / 100m).ToString(CultureInfo.InvariantCulture);
        return query;
    }

    /// <param name="words">Brand, material, quality, one or two for the kind, number.</param>
    private string Text(string[] words, string chinese)
    {
        var (brand, material, quality, number) = (words[0], words[1], words[2], words[^1]);
        var kind = string.Join(' ', words[3..^1]);
        return random.Next(100) switch
        {
            < 20 => $"{quality} {kind}",
            < 45 => $"{material} {quality} {kind}",
            < 60 => $"{brand} {kind[..Math.Min(3, kind.Length)]}",
            < 70 => $"{kind} {number}",
            < 80 => kind,
            < 90 => Characters(chinese, random.Next(2, 5)),
            < 95 => $"{Characters(chinese, 2)} {kind}",
            _ => $"{Mistyped(material)} {kind}",
        };
    }

    private string Characters(string run, int count) => run.Substring(random.Next(run.Length - count + 1), count);

    /// <summary>Without one letter that is not the first.</summary>
    private string Mistyped(string word) => word.Remove(random.Next(1, word.Length), 1);
}
