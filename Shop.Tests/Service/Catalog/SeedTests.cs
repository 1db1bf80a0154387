using System.Net;
using Npgsql;

namespace Shop.Tests.Service.Catalog;

/// <summary>Replicas that begin with the assortment, over a database that has it already.</summary>
[Collection(Servers.Collection)]
public sealed class SeedTests(CatalogBed bed) : IClassFixture<CatalogBed>, IDisposable
{
    // Of each table the number of rows and what is in them.
    private const string Contents =
        """
        SELECT string_agg(name || ' ' || rows, E'\n' ORDER BY name) FROM (
            SELECT table_name AS name, (xpath('//t/text()', query_to_xml(
                format($f$SELECT count(*) || ' ' || md5(string_agg(r::text, ',' ORDER BY r::text)) AS t FROM %I AS r$f$, table_name),
                true, true, '')))[1]::text AS rows
            FROM information_schema.tables
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name ~ $1
            UNION ALL SELECT 'last id', last_value::text FROM products_id_seq) AS t
        """;

    private const string Seeded = "^(brands|categories|price_|product|stock(_ledger)?$|variants|search_words)";

    private const string Parts =
        """
        SELECT (SELECT string_agg(language || ' ' || name, ', ' ORDER BY language) FROM product_texts WHERE product_id = p.id)
            || (SELECT string_agg(', ' || attributes::text || ' ' || on_hand, '' ORDER BY position)
                FROM variants v JOIN stock s ON s.variant_id = v.id WHERE product_id = p.id)
            || (SELECT ', ' || variants || ' ' || name_zh FROM product_cards WHERE product_id = p.id)
            || (SELECT ', ' || stars::text FROM product_scores WHERE product_id = p.id)
            || (SELECT ', ' || (terms <> '') || tags::text FROM product_search WHERE product_id = p.id)
        FROM products p WHERE slug = $1
        """;

    private readonly HttpClient _administrator = bed.Administrator();

    public void Dispose() => _administrator.Dispose();

    [Fact]
    public async Task A_start_leaves_what_administrators_have_changed_emptied_and_retired()
    {
        var (id, _) = await ProductAsync("phones", place: 3);
        var (gone, _) = await ProductAsync("phones", place: 4);
        var (shoe, _) = await ProductAsync("shoes", place: 0);
        await DoneAsync("PUT", $"/api/products/{id}", """{"name":"Renamed","nameZh":"","descriptionZh":"","price":1.5,"category":"toys","brand":"","attributes":{}}""");
        await DoneAsync("POST", $"/api/products/{id}/stock", """{"quantity":5}""");
        await DoneAsync("DELETE", $"/api/products/{gone}");
        await DoneAsync("DELETE", $"/api/products/{shoe}/variants/P{shoe}-37");
        await DoneAsync("PUT", "/api/categories/toys", """{"name":"Playthings","position":9,"parent":"living"}""");
        await DoneAsync("PUT", "/api/brands/aurora", """{"name":"Dawn","nameZh":"黎明"}""");
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM product_texts WHERE language = 'zh' AND product_id = $1", id));
        var before = await bed.TextAsync(Contents, Seeded);
        Assert.Contains("product_cards", before);

        await using (await StartAsync())
            Assert.Equal(before, await bed.TextAsync(Contents, Seeded));
    }

    [Fact]
    public async Task What_was_never_there_is_added_whole_and_the_planner_knows_it()
    {
        var (id, slug) = await ProductAsync("men", place: 1);
        await bed.ExecuteAsync("UPDATE products SET slug = 'another' WHERE id = $1", id);
        await using (await StartAsync())
            Assert.Equal(await bed.TextAsync(Parts, "another"), await bed.TextAsync(Parts, slug));
        await bed.AssertBooksAgreeAsync();
        Assert.Equal(1, await bed.CountAsync(
            "SELECT count(*) FROM pg_class WHERE reltuples = (SELECT count(*) FROM product_cards) AND relname = $1", "product_cards"));
    }

    [Fact]
    public async Task A_start_waits_for_who_moves_categories_and_for_nobody_else()
    {
        var (id, slug) = await ProductAsync("kitchen", place: 2);
        await bed.ExecuteAsync("UPDATE products SET slug = 'kept' WHERE id = $1", id);
        await using var colleague = await bed.OpenAsync();
        await using var editing = await colleague.BeginTransactionAsync();
        await using (var edit = new NpgsqlCommand("UPDATE products SET version = version WHERE category = 'garden'; UPDATE brands SET name = name", colleague))
            await edit.ExecuteNonQueryAsync();
        await using var connection = await bed.OpenAsync();
        await using var moving = await connection.BeginTransactionAsync();
        await using (var move = new NpgsqlCommand(
            """
            SELECT pg_advisory_xact_lock(hashtextextended('catalog-categories', 0));
            UPDATE categories SET parent = 'leisure' WHERE slug = 'kitchen'
            """,
            connection))
            await move.ExecuteNonQueryAsync();
        var start = StartAsync();
        await Eventually.TrueAsync(async () => await bed.CountAsync(
            """
            SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.locktype = $1 AND NOT l.granted AND d.datname = current_database()
            """,
            "advisory") == 1);
        await moving.CommitAsync();
        await using var replica = await start;
        Assert.Equal(1, await bed.CountAsync(
            "SELECT count(*) FROM product_search JOIN products ON id = product_id WHERE tags @> '{/c/leisure}' AND slug = $1", slug));
    }

    private Task<RunningService> StartAsync() =>
        CatalogBed.StartAsync(new Dictionary<string, string>(bed.Settings) { ["Catalog:Seed"] = "true" });

    private async Task<(long Id, string Slug)> ProductAsync(string category, int place)
    {
        var found = (await _administrator.SendAsync("GET", $"/api/products?category={category}&limit=20")).Json["items"]![place]!;
        return ((long)found["id"]!, (string)found["slug"]!);
    }

    private async Task DoneAsync(string method, string path, string? body = null)
    {
        var answer = await _administrator.SendAsync(method, path, body);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{method} {path}: {answer.Status} {answer.Json}");
    }
}
