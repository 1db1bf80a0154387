using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Catalog;
using Shop.Catalog.Search;

namespace Shop.Tests.Service.Catalog.Scale;

/// <summary>Catalog over 100,000 products, made by SQL after the rules of the indexing code.</summary>
public sealed class LargeCatalog(Servers servers) : IAsyncLifetime
{
    public const int Products = 100_000;

    // Every third product has each "common" word; a "w" word stands in 20 names, an "x" word in 100 descriptions.
    private const string Generate =
        """
        DROP INDEX product_search_terms, product_search_keys, product_scores_sold, product_scores_rating;

        CREATE FUNCTION number(salt integer, n bigint, below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
            'SELECT (hashint8(n * 31 + salt) & 2147483647) % below';

        INSERT INTO products (id, slug, name_key, category, brand, price, attributes)
        SELECT n, 'thing-' || n, 'thing ' || n, categories[1 + number(1, n, cardinality(categories))],
               brands[1 + number(2, n, cardinality(brands))], 100 + number(3, n, 500000),
               jsonb_build_object('colour', (ARRAY['black', 'navy', 'sand', 'olive'])[1 + number(4, n, 4)])
        FROM generate_series(1000001, 1000000 + 100000) AS n,
             (SELECT array_agg(slug) AS categories FROM categories WHERE parent IS NOT NULL) AS c,
             (SELECT array_agg(slug) AS brands FROM brands) AS b;

        INSERT INTO variants (id, product_id, sku, name, price)
        SELECT id, id, 'P' || id, name_key, price FROM products WHERE id > 1000000;

        INSERT INTO stock (variant_id, on_hand) SELECT id, id % 7 FROM products WHERE id > 1000000;

        INSERT INTO product_scores (product_id, sold, rating)
        SELECT id, number(5, id, 1000), number(6, id, 51) / 10.0 FROM products WHERE id > 1000000;

        INSERT INTO product_texts (product_id, language, name, description)
        SELECT id, language, name, '' FROM products, LATERAL (VALUES ('en', name_key), ('zh', '东西' || id)) AS t (language, name)
        WHERE id > 1000000;

        INSERT INTO product_search (product_id, terms, tags)
        SELECT id, search_document(
                   CASE WHEN id % 50 = 0 THEN ARRAY['蓝', '牙', '蓝牙'] ELSE ARRAY['东', '西', '东西'] END,
                   'thing w' || id % 5000 || ' common' || id % 3,
                   ARRAY['耳', '机', '耳机'], 'text about x' || id % 1000 || ' made well for every day'),
               ARRAY['/c/' || category, '/c/' || c.parent, '/b/' || brand, '/a/colour=' || (attributes ->> 'colour')]
        FROM products p JOIN categories c ON c.slug = p.category WHERE id > 1000000;

        CREATE INDEX product_search_terms ON product_search USING gin (terms, tags) WITH (fastupdate = off);
        CREATE INDEX product_search_keys ON product_search USING gin (search_keys(product_id, terms, tags)) WITH (fastupdate = off);
        ALTER INDEX product_search_keys ALTER COLUMN 1 SET STATISTICS 0;
        CREATE INDEX product_scores_sold ON product_scores (sold DESC, product_id DESC);
        CREATE INDEX product_scores_rating ON product_scores (rating DESC, product_id DESC);

        INSERT INTO search_words SELECT lpad(translate(n::text, '0123456789', 'bcdfghklmn'), 6, 'a') || 'ing'
        FROM generate_series(1, 20000) AS n;
        INSERT INTO search_forms
        SELECT DISTINCT overlay(word PLACING '' FROM place FOR 1), word FROM search_words, generate_series(1, length(word)) AS place
        ON CONFLICT DO NOTHING
        """;

    private RunningService _replica = null!;

    public HttpClient Visitor { get; } = new();

    internal IServiceProvider Services => _replica.Services;

    private NpgsqlDataSource Source => Services.GetRequiredService<CatalogReads>().Primary;

    public async Task InitializeAsync()
    {
        var connectionString = await servers.CreateDatabaseAsync("scale");
        _replica = await RunningService.StartAsync(typeof(CatalogJson), new Dictionary<string, string>
        {
            ["ConnectionStrings:catalogdb"] = connectionString,
            ["ConnectionStrings:cache"] = servers.RedisConnectionString,
            ["ConnectionStrings:messaging"] = servers.RabbitConnectionString,
            ["Catalog:CachePrefix"] = Servers.UniqueName("scale"),
            ["Messaging:Exchange"] = Servers.UniqueName("scale"),
            ["Internal:Name"] = Servers.UniqueName("scale"),
            ["Internal:Key"] = "key",
            ["Catalog:Seed"] = "true",
            ["Shutdown:Notice"] = "00:00:00",
        });
        Visitor.BaseAddress = _replica.Address;
        await using var database = NpgsqlDataSource.Create(connectionString);
        foreach (var sql in (string[])[Generate, "VACUUM ANALYZE"])
        {
            await using var command = database.CreateCommand(sql);
            command.CommandTimeout = 180;
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task DisposeAsync()
    {
        Visitor.Dispose();
        await _replica.DisposeAsync();
    }

    /// <summary>The array that the statement answers.</summary>
    internal async Task<long[]> IdsAsync(ReadStatement statement)
    {
        await using var command = statement.ToCommand(Source);
        return (long[])(await command.ExecuteScalarAsync())!;
    }

    // What functions do inside is told in notices.
    private const string ExplainNested =
        """
        LOAD 'auto_explain';
        SET auto_explain.log_min_duration = 0;
        SET auto_explain.log_nested_statements = on;
        SET auto_explain.log_format = json;
        SET auto_explain.log_level = notice;
        SET client_min_messages = notice
        """;

    /// <summary>How the sessions of lists and searches run the statement, and those within functions that it calls.</summary>
    internal async Task<QueryPlan> ExplainAsync(string sql, IEnumerable<NpgsqlParameter> parameters)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using (var settings = new NpgsqlCommand(ExplainNested, connection)) await settings.ExecuteNonQueryAsync();
        var nested = new List<JsonNode>();
        connection.Notice += (_, told) =>
        {
            if (told.Notice.MessageText.IndexOf("plan:\n", StringComparison.Ordinal) is >= 0 and var place)
                nested.Add(JsonNode.Parse(told.Notice.MessageText[(place + "plan:\n".Length)..])!);
        };
        await using var command = new NpgsqlCommand("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(parameter.Clone());
        return new QueryPlan(JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)![0]!, nested);
    }
}
