namespace Shop.Catalog.Cache;

/// <summary>A product's page in one language.</summary>
public readonly record struct ProductKey(long Id, bool IsChinese)
{
    public string Language => IsChinese ? Products.Language.Chinese : Products.Language.English;

    public static ProductKey Of(long id, string language) => new(id, language == Products.Language.Chinese);

    /// <summary>The pages of a product in all languages.</summary>
    public static ProductKey[] AllOf(long id) => [new(id, false), new(id, true)];
}
