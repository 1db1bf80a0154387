using Npgsql;

namespace Shop.Catalog.Search;

/// <summary>What a product is found by: the terms of its name, and those of its description, which count less.</summary>
public sealed record SearchDocument(SearchTerms Name, SearchTerms Description)
{
    private const string Upsert =
        """
        INSERT INTO product_search (product_id, terms, tags)
        VALUES ($1, search_document($2, $3, $4, $5), product_tags($1))
        ON CONFLICT (product_id) DO UPDATE SET terms = excluded.terms, tags = excluded.tags
        """;

    /// <summary>Takes one text: words with a space between.</summary>
    public const string Learn = "CALL learn_words($1)";

    public static SearchDocument Of(string name, string? nameZh, string description, string? descriptionZh) =>
        new(SearchTerms.Of(name, nameZh), SearchTerms.Of(description, descriptionZh));

    /// <summary>All words, for the vocabulary.</summary>
    public string WordText => string.Join(' ', [.. Name.Words, .. Description.Words]);

    /// <summary>Makes the product found by this, once its row and its variants are stored.</summary>
    public void AddTo(NpgsqlBatch batch, long productId)
    {
        batch.Add(
            Upsert, productId, Name.IndexedCharacters(), Name.WordText, Description.IndexedCharacters(), Description.WordText);
        batch.Add(Learn, WordText);
    }
}
