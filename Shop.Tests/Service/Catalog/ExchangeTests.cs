using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Catalog.Exchange;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Locks;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class ExchangeTests(HurriedImportBed bed) : IClassFixture<HurriedImportBed>, IDisposable
{
    private static readonly string Header = string.Join(',', Columns.All);
    private readonly HttpClient _administrator = bed.Administrator();

    public void Dispose() => _administrator.Dispose();

    [Fact]
    public async Task What_was_exported_changes_nothing_when_it_is_imported()
    {
        var odd = await _administrator.SendAsync("POST", "/api/products", """
            {"name":"=HYPERLINK(\"x\")","nameZh":"'=1","description":"- one\n- \"two\", three\r\n\n+4","price":0.01,"sku":"ODD-ONE",
             "attributes":{"@home":"a,b\"c","=":"x"}}
            """.Replace("\"=\":\"x\"", "\"-\":\"x\"", StringComparison.Ordinal));
        var id = (long)odd.Json["id"]!;
        await _administrator.SendAsync("POST", $"/api/products/{id}/variants", """{"sku":"ODD-TWO","price":99,"attributes":{"size":"-1","colour":"红"},"limitPerCustomer":7}""");
        var before = await StateAsync();

        var file = await ExportAsync();
        var dry = await ImportAsync(file, dryRun: true);
        Assert.Equal("""{"created":0,"changed":0}""", dry.Json["products"]!.ToJsonString());
        Assert.Equal("""{"created":0,"changed":0}""", dry.Json["variants"]!.ToJsonString());
        Assert.Empty(dry.Json["errors"]!.AsArray());
        var real = await ImportAsync(file);

        Assert.Equal(HttpStatusCode.OK, real.Status);
        Assert.InRange((int)real.Json["rows"]!, 1201, 10_000);
        Assert.Equal(before, await StateAsync());
        Assert.Equal(file, await ExportAsync());
    }

    [Fact]
    public async Task A_cell_that_begins_like_a_formula_is_text_to_a_spreadsheet()
    {
        await _administrator.SendAsync("POST", "/api/products", """{"name":"@danger","description":"=cmd|' /C calc'!A0","price":1,"sku":"DANGER"}""");
        var row = (await ExportAsync()).Split("\r\n").Single(line => line.Contains(",DANGER,", StringComparison.Ordinal));
        Assert.Contains(",DANGER,'@danger,,'=cmd|' /C calc'!A0,", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_export_is_a_file_of_CSV_in_portions()
    {
        using var response = await _administrator.GetAsync("/api/products/export", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(("text/csv", "utf-8"), (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentType.CharSet));
        Assert.Equal("products.csv", response.Content.Headers.ContentDisposition!.FileName);
        Assert.True(response.Headers.TransferEncodingChunked);
        var lines = (await response.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal(Header, lines[0]);
        Assert.Equal(await bed.CountAsync("SELECT count(*) FROM variants v WHERE v.retired_at IS NULL AND $1", true), lines.Count(line => line.Length > 0) - 1);
    }

    [Fact]
    public async Task A_file_makes_products_with_variants_and_changes_others()
    {
        var known = await _administrator.SendAsync("POST", "/api/products", """{"name":"Known Kettle","nameZh":"水壶","price":10,"sku":"KK-1","category":"kitchen","brand":"aurora"}""");
        var id = (long)known.Json["id"]!;
        var told = await bed.ListenAsync();
        var answer = await ImportAsync(
            "known-kettle,KK-1,Known Kettle II,,New text,,toys,,,12.5,,4",
            """known-kettle,KK-2,,,,,,,,11,"{""colour"":""red""}",""",
            """fresh-flute,FF-1,Fresh Flute,新笛,**Loud**,响,toys,lumen,"{""wood"":""ash""}",99.9,"{""key"":""C""}",""",
            """fresh-flute,FF-2,,,,,,,,109.9,"{""key"":""G""}",2""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            """{"dryRun":false,"rows":4,"products":{"created":1,"changed":1},"variants":{"created":3,"changed":1},"errors":[]}""",
            answer.Json.ToJsonString());
        var (tag, kettle) = await _administrator.EditAsync(id);
        Assert.Equal(
            ("\"v2\"", "Known Kettle II", null, "New text", "toys", null),
            (tag!.ToString(), (string)kettle["name"]!, (string?)kettle["nameZh"], (string)kettle["description"]!, (string)kettle["category"]!, (string?)kettle["brand"]));
        Assert.Equal(["KK-1", "KK-2"], kettle["variants"]!.Strings("sku"));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM products WHERE price = 1250 AND id = $1", id));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM variants WHERE name = 'Known Kettle II (red)' AND name_zh IS NULL AND sku = $1", "KK-2"));

        var found = (await _administrator.SendAsync("GET", "/api/products?q=loud%20flute&category=leisure")).Json["items"]![0]!;
        var flute = (await _administrator.SendAsync("GET", $"/api/products/{(long)found["id"]!}?lang=zh")).Json;
        Assert.Equal(("fresh-flute", "新笛", 99.9m), ((string)flute["slug"]!, (string)flute["name"]!, (decimal)flute["price"]!));
        Assert.Equal(["FF-1", "FF-2"], flute["variants"]!.Strings("sku"));
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM product_search WHERE tags @> ARRAY['/a/key=g', '/a/wood=ash', '/b/lumen', '/c/leisure'] AND product_id = $1", (long)found["id"]!));
        await _administrator.SendAsync("POST", $"/api/products/{(long)found["id"]!}/stock", """{"quantity":3,"sku":"FF-2"}""");
        await bed.AssertBooksAgreeAsync();

        Assert.Equal("product.imported", (await _administrator.AuditAsync($"product:{id}")).Actions()[0]);
        Assert.Equal("Known Kettle", (string?)(await _administrator.AuditAsync($"product:{id}"))[0]!["before"]!["name"]);
        var prices = (await _administrator.SendAsync("GET", $"/api/products/{id}/prices")).Json["items"]!.AsArray();
        Assert.Equal([("KK-2", 11m), ("KK-1", 12.5m), ("KK-1", 10m)], prices.Select(price => ((string)price!["sku"]!, (decimal)price["price"]!)));
        Assert.Equal(
            $$"""
            product-changed {"id":{{id}},"version":2,"retired":false}
            price-changed {"sku":"KK-1","productId":{{id}},"old":1000,"new":1250,"version":2}
            price-changed {"sku":"KK-2","productId":{{id}},"old":null,"new":1100,"version":2}
            """,
            await told(id));
        var summary = (await _administrator.SendAsync("GET", "/api/audit?limit=100")).Json["items"]!.AsArray().First(entry => (string)entry!["action"]! == "catalogue.imported")!;
        Assert.StartsWith("import:", (string)summary["subject"]!, StringComparison.Ordinal);
        Assert.Equal(4, (int)summary["after"]!["rows"]!);
    }

    [Fact]
    public async Task A_dry_run_lists_everything_that_is_wrong_and_changes_nothing()
    {
        var other = await _administrator.SendAsync("POST", "/api/products", """{"name":"Other Owner","price":1,"sku":"OTHER-1"}""");
        await _administrator.SendAsync("POST", "/api/products", """{"name":"Gone Goose","price":1,"sku":"GONE-1"}""");
        await bed.ExecuteAsync("UPDATE products SET retired_at = shop_now() WHERE slug = 'gone-goose'");
        await _administrator.SendAsync("POST", $"/api/products/{(long)other.Json["id"]!}/variants", """{"sku":"OTHER-2","price":1,"attributes":{"a":"b"}}""");
        await _administrator.SendAsync("DELETE", $"/api/products/{(long)other.Json["id"]!}/variants/OTHER-2");
        var before = await StateAsync();
        string[] rows =
        [
            "a-good-one,GOOD-1,Good,,,,more,,,1,,",
            "a-bad-one,BAD-1,Bad,,,,nowhere,nobody,,0,,",
            "a-bad-one,BAD-2,Worse,,,,more,,,1,\"{\"\"a\"\":\"\"b\"\"}\",",
            "a-bad-two,OTHER-1,Bad,,,,nowhere,nobody,,1,,",
            "a-bad-two,BAD-3,,,,,,,,1,,",
            "a-bad-two,BAD-3,,,,,,,,1,\"{\"\"a\"\":\"\"b\"\"}\",",
            "gone-goose,GONE-1,Gone Goose,,,,more,,,1,,",
            "a-bad-three,BAD-4,,,,,,,,1,,",
            "other-owner,OTHER-1,Other Owner,,,,more,,,1,,",
            "other-owner,OTHER-2,,,,,,,,1,\"{\"\"a\"\":\"\"b\"\"}\",",
            "a-bad-four,BAD-5,Bad,,,,more,,,0,\"{\"\"a\"\":\"\"b\"\"}\",",
            "a-bad-four,BAD-6,,,,,,,,1,\"{\"\"a\"\":\"\"b\"\"}\",",
            "a-bad-five,\0,Bad\0,,,,\0,\0,,1,,",
            "a-bad-five,BAD-7,Bad,,,,more,,,1,[],",
            "other-owner,OTHER 1,Other Owner,,,,more,,,1,,",
        ];
        var dry = await ImportAsync(File(rows), dryRun: true);
        Assert.Equal(HttpStatusCode.OK, dry.Status);
        string[] expected =
        [
            "3 brand", "3 category", "3 price", "4 row", "5 brand", "5 category", "5 sku", "6 variant_attributes", "7 sku", "8 product", "9 name",
            "10 sku", "11 sku", "12 price", "13 variant_attributes", "14 brand", "14 category", "14 name", "14 sku", "15 variant_attributes", "16 sku",
        ];
        var errors = dry.Json["errors"]!.AsArray().Select(error => $"{error!["line"]} {error["field"]}").ToList();
        Assert.Equal(expected, errors.Order(StringComparer.Ordinal).OrderBy(error => int.Parse(error.Split(' ')[0])));
        Assert.Equal(before, await StateAsync());

        var real = await ImportAsync(File(rows));
        Assert.Equal((HttpStatusCode.BadRequest, "import_invalid"), (real.Status, real.Code));
        Assert.Equal($"{expected.Length} rules are broken; nothing was stored.", (string?)real.Json["detail"]);
        var one = await ImportAsync("a-bad-four,BAD-5,Bad,,,,nowhere,,,1,,");
        Assert.Equal("1 rule is broken; nothing was stored.", (string?)one.Json["detail"]);
        Assert.Equal(dry.Json["errors"]!.ToJsonString(), real.Json["rows"]!.ToJsonString());
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task Variants_of_one_product_that_nobody_could_tell_apart_are_listed_with_both_places()
    {
        var known = await _administrator.SendAsync("POST", "/api/products", """{"name":"Same Sock","price":1,"sku":"SAME-1","attributes":{}}""");
        var variants = $"/api/products/{(long)known.Json["id"]!}/variants";
        foreach (var (sku, colour) in new[] { ("SAME-2", "Red"), ("SAME-3", "blue"), ("SAME-4", "green") })
            await _administrator.SendAsync("POST", variants, $$"""{"sku":"{{sku}}","price":1,"attributes":{"colour":"{{colour}}"} }""");
        await _administrator.SendAsync("DELETE", variants + "/SAME-4");
        string[] rows =
        [
            "same-sock,SAME-1,Same Sock,,,,more,,,1,,",
            "same-sock,SAME-5,,,,,,,,1,\"{\"\"colour\"\":\"\"RED\"\"}\",",
            "same-sock,SAME-3,,,,,,,,1,\"{\"\"size\"\":\"\"S\"\",\"\"colour\"\":\"\"pink\"\"}\",",
            "same-sock,SAME-6,,,,,,,,1,\"{\"\"Colour\"\":\"\"Pink\"\",\"\"size\"\":\"\"s\"\"}\",",
            "same-sock,SAME-7,,,,,,,,1,\"{\"\"colour\"\":\"\"blue\"\"}\",",
            "same-sock,SAME-8,,,,,,,,1,\"{\"\"colour\"\":\"\"green\"\"}\",",
            "other-sock,SAME-9,Other Sock,,,,more,,,1,\"{\"\"colour\"\":\"\"blue\"\"}\",",
        ];
        string[] expected =
        [
            "3 variant_attributes are those of SAME-2, which is stored", "5 variant_attributes are those of SAME-3 in line 4",
        ];
        var dry = (await ImportAsync(File(rows), dryRun: true)).Json["errors"]!;
        Assert.Equal(expected, dry.AsArray().Select(error => $"{error!["line"]} {error["field"]} {error["message"]}"));
        var real = await ImportAsync(rows);
        Assert.Equal("import_invalid", real.Code);
        Assert.Equal(dry.ToJsonString(), real.Json["rows"]!.ToJsonString());
        // Two that change places are different at the end.
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync(
            "same-sock,SAME-1,Same Sock,,,,more,,,1,,", "same-sock,SAME-2,,,,,,,,1,\"{\"\"colour\"\":\"\"blue\"\"}\",",
            "same-sock,SAME-3,,,,,,,,1,\"{\"\"colour\"\":\"\"Red\"\"}\",")).Status);
    }

    [Fact]
    public async Task One_import_runs_at_a_time()
    {
        await using (await bed.Services.GetRequiredService<FairLock>().AcquireAsync(ProductImport.LockName, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), CancellationToken.None))
        {
            var refused = await ImportAsync("while-locked,WL-1,While Locked,,,,more,,,1,,");
            Assert.Equal((HttpStatusCode.Conflict, "import_running"), (refused.Status, refused.Code));
            Assert.Equal(HttpStatusCode.OK, (await ImportAsync(File("while-locked,WL-1,While Locked,,,,more,,,1,,"), dryRun: true)).Status);
        }
        Assert.Equal(HttpStatusCode.OK, (await ImportAsync("while-locked,WL-1,While Locked,,,,more,,,1,,")).Status);
    }

    [Fact]
    public async Task An_import_that_lost_its_lock_stores_nothing()
    {
        LockHandle? rival = null;
        using var interruption = bed.Services.GetRequiredService<Failpoints>().On("catalog.import.before-commit", async token =>
        {
            await bed.ExecuteAsync("UPDATE shop_locks SET lease_until = shop_now() - interval '1 minute' WHERE name = $1", ProductImport.LockName);
            rival = await bed.Services.GetRequiredService<FairLock>().TryAcquireAsync(ProductImport.LockName, TimeSpan.FromSeconds(30), token);
        });
        var answer = await ImportAsync("too-late,TL-1,Too Late,,,,more,,,1,,");
        Assert.NotNull(rival);
        await rival.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "too-late"));
    }

    [Fact]
    public async Task An_importer_that_stands_still_with_products_locked_is_cut_off_when_its_lease_is_over()
    {
        await using var database = NpgsqlDataSource.Create(bed.Settings["ConnectionStrings:catalogdb"]);
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ImportStore.LockAsync(connection, transaction, [], CancellationToken.None);
        await using var limit = new NpgsqlCommand("SHOW idle_in_transaction_session_timeout", connection, transaction);
        Assert.Equal($"{ProductImport.Lease.TotalSeconds}s", await limit.ExecuteScalarAsync());
        await using var sooner = new NpgsqlCommand("SET LOCAL idle_in_transaction_session_timeout = 1", connection, transaction);
        await sooner.ExecuteNonQueryAsync();
        var cutOff = await Eventually.BecomesAsync("cut off", () => Record.ExceptionAsync(() => limit.ExecuteScalarAsync()), failure => failure is not null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (HttpStatusCode)ProblemHandler.Translate(cutOff!).Status);
    }

    [Fact]
    public async Task A_change_made_meanwhile_is_not_lost()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """{"name":"Meanwhile Mug","price":10,"sku":"MM-1"}""");
        var id = (long)created.Json["id"]!;
        Task<Answer>? change = null;
        using (bed.Services.GetRequiredService<Failpoints>().On("catalog.import.planned", async _ =>
        {
            change = _administrator.SendAsync("PUT", $"/api/products/{id}", """{"name":"Meanwhile Mug","price":30,"nameZh":"杯"}""");
            await Eventually.TrueAsync(async () => change.IsCompleted || await IsSomebodyWaitingAsync());
        }))
            await ImportAsync("meanwhile-mug,MM-1,Meanwhile Mug,,Imported,,more,,,20,,");
        Assert.Equal(HttpStatusCode.OK, (await change!).Status);
        var product = (await _administrator.EditAsync(id)).Product;
        Assert.Equal(("Imported", "杯", 3), ((string)product["description"]!, (string?)product["nameZh"], (int)product["version"]!));
    }

    [Fact]
    public async Task A_review_does_not_wait_for_an_import_of_its_product()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """{"name":"Reviewed Rug","price":10,"sku":"RV-1"}""");
        var path = $"/api/products/{(long)created.Json["id"]!}";
        using var customer = bed.Customer();
        Answer? review = null;
        using var interruption = bed.Services.GetRequiredService<Failpoints>().On("catalog.import.before-commit", async _ =>
            review = await customer.SendAsync("POST", $"{path}/reviews", """{"stars":4,"title":"Soft"}"""));
        var imported = await ImportAsync("reviewed-rug,RV-1,Reviewed Rug,,Imported,,more,,,20,,");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Created), (imported.Status, review!.Status));
        await Eventually.TrueAsync(async () => await bed.CountAsync("SELECT count(*) FROM late_cards WHERE $1", true) == 0);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_slug_that_is_given_away_meanwhile_is_refused()
    {
        Answer? rival = null;
        using var interruption = bed.Services.GetRequiredService<Failpoints>().On("catalog.import.planned", async _ =>
            rival = await _administrator.SendAsync("POST", "/api/products", """{"name":"Raced Rug","price":10}"""));
        var refused = await ImportAsync("raced-rug,RR-1,Raced Rug,,,,more,,,20,,");
        Assert.Equal((HttpStatusCode.Conflict, "slug_taken"), (refused.Status, refused.Code));
        Assert.Equal(HttpStatusCode.Created, rival!.Status);
    }

    [Fact]
    public async Task What_a_file_limits_can_be_ordered_until_the_import_is_almost_over()
    {
        var created = await _administrator.SendAsync("POST", "/api/products", """{"name":"Limited Lamp","price":10,"sku":"LL-1","stock":9}""");
        var (id, customer) = ((long)created.Json["id"]!, Guid.CreateVersion7());
        using var orders = bed.Orders();
        await using var database = NpgsqlDataSource.Create(bed.Settings["ConnectionStrings:catalogdb"]);
        Task<Answer> import;
        await using (var connection = await database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var halt = new NpgsqlCommand("LOCK TABLE price_history IN EXCLUSIVE MODE", connection, transaction);
            await halt.ExecuteNonQueryAsync();
            import = ImportAsync("limited-lamp,LL-1,Limited Lamp,,,,more,,,11,,2");
            await Eventually.TrueAsync(IsSomebodyWaitingAsync);
            Assert.Equal(HttpStatusCode.OK, (await Answer.ReserveAsync(orders, Guid.CreateVersion7(), 1, customer, (id, 1))).Status);
        }
        Assert.Equal(HttpStatusCode.OK, (await import).Status);
        Assert.Equal("limit_reached", (await Answer.ReserveAsync(orders, Guid.CreateVersion7(), 1, customer, (id, 2))).Code);
        Assert.Equal(2, (int)(await _administrator.AuditAsync($"product:{id}"))[0]!["after"]!["variant LL-1"]!["limitPerCustomer"]!);
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [InlineData("application/json", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("text/csv", 400)]
    public async Task What_is_no_list_of_products_is_refused(string type, int status)
    {
        using var content = new StringContent("{}", Encoding.UTF8, type);
        Assert.Equal(status, (int)(await Answer.OfAsync(_administrator.PostAsync("/api/products/import", content))).Status);
    }

    [Fact]
    public async Task A_file_beyond_ten_megabytes_is_refused()
    {
        var refused = await ImportAsync(new string(' ', 10 * 1024 * 1024 + 1));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (refused.Status, refused.Code));
    }

    private async Task<bool> IsSomebodyWaitingAsync() => await bed.CountAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND $1", true) > 0;

    private static string File(params string[] rows) => Header + "\r\n" + string.Join("\r\n", rows) + "\r\n";

    private Task<Answer> ImportAsync(params string[] rows) => ImportAsync(rows is [{ } file] && file.StartsWith("product,", StringComparison.Ordinal) ? file : File(rows), dryRun: false);

    private async Task<Answer> ImportAsync(string file, bool dryRun)
    {
        using var content = new StringContent(file, Encoding.UTF8, "text/csv");
        return await Answer.OfAsync(_administrator.PostAsync("/api/products/import" + (dryRun ? "?dryRun=true" : ""), content));
    }

    private Task<string> ExportAsync() => _administrator.GetStringAsync("/api/products/export");

    /// <summary>Everything that an import could change, in one number.</summary>
    private Task<long> StateAsync() => bed.CountAsync(
        """
        SELECT (SELECT sum(hashtextextended(p::text, 0) / 1000000) FROM products p) + (SELECT sum(hashtextextended(v::text, 0) / 1000000) FROM variants v)
             + (SELECT sum(hashtextextended(t::text, 0) / 1000000) FROM product_texts t) + (SELECT count(*) FROM price_history)
             + (SELECT sum(hashtextextended(s.tags::text || s.terms::text, 0) / 1000000) FROM product_search s)
             + (SELECT count(*) FROM audit_trail WHERE action <> 'catalogue.imported') + (SELECT count(*) FROM stock) + CASE WHEN $1 THEN 0 END
        """, true);
}

/// <summary>Requests wait for their turn to import for half a second.</summary>
public sealed class HurriedImportBed(Servers servers) : CatalogBed(servers)
{
    protected override IReadOnlyDictionary<string, string> Own => new Dictionary<string, string>
    {
        ["Catalog:Import:Wait"] = "00:00:00.5",
    };
}
