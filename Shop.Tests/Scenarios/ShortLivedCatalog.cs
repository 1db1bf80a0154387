using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>A <see cref="CountedCatalog"/> with products whose pages live for seconds.</summary>
/// <param name="place">Where they live.</param>
internal sealed class ShortLivedCatalog(Servers servers, string place) : CountedCatalog(servers)
{
    public const string InProcess = "process";
    public const string InRedis = "redis";

    /// <summary>In the process for a quarter of their time in Redis, as by default.</summary>
    public const string InBoth = "process and redis";

    /// <summary>Longest life of a page.</summary>
    public static readonly TimeSpan Life = Chaos.Seconds(8, 20);

    public static readonly int Products = Chaos.IsLong ? 5_000 : 300;

    // The shortest that there is: hardly any reader comes in time.
    private const string AtOnce = "00:00:00.1";

    private const string Generate =
        """
        INSERT INTO products (id, slug, name_key, category, price, attributes)
        SELECT n, 'thing-' || n, 'thing ' || n, 'more', 100 + n, '{}' FROM generate_series(1, $1) AS n
        """;

    private static readonly string[] Belongings =
    [
        "INSERT INTO variants (id, product_id, sku, name, price) SELECT id, id, 'P' || id, name_key, price FROM products",
        "INSERT INTO stock (variant_id, on_hand) SELECT id, 1 FROM products",
        "INSERT INTO product_scores (product_id) SELECT id FROM products",
        "INSERT INTO product_texts (product_id, language, name, description) SELECT id, 'en', name_key, '' FROM products",
        "ANALYZE",
    ];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await using var batch = CatalogDatabase.CreateBatch();
        batch.BatchCommands.Add(new(Generate) { Parameters = { new() { Value = Products } } });
        foreach (var sql in Belongings) batch.BatchCommands.Add(new(sql));
        await batch.ExecuteNonQueryAsync();
    }

    protected override Dictionary<string, string> CatalogSettings(int replica)
    {
        var settings = base.CatalogSettings(replica);
        var (process, redis) = place switch
        {
            InProcess => ($"{Life}", AtOnce),
            InRedis => (AtOnce, $"{Life}"),
            _ => ($"{Life / 4}", $"{Life}"),
        };
        settings["Catalog:Cache:Fresh"] = settings["Catalog:Cache:Stale"] = process;
        settings["Catalog:Cache:Shared"] = redis;
        // A machine that is busy for a second is not what is tested.
        settings["Catalog:Cache:Unheard"] = $"{Life}";
        return settings;
    }
}
