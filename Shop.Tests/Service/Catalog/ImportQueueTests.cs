using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.Catalog.Administration;
using Shop.Catalog.Exchange;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Locks;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Tests.Service.Catalog;

/// <summary>Imports that are accepted now and run when their turn comes, on whichever replica.</summary>
[Collection(Servers.Collection)]
public sealed class ImportQueueTests(ImportQueueBed bed) : IClassFixture<ImportQueueBed>, IDisposable
{
    private const string Address = "/api/products/imports";
    private readonly HttpClient _here = bed.Administrator();
    private readonly HttpClient _there = bed.Administrator(replica: 1);

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task What_is_accepted_is_imported_and_seen_through_the_other_replica()
    {
        using var content = Csv("later-lamp,LATER-1,Later Lamp,,,,more,,,5,,");
        using var response = await _here.PostAsync("/api/products/import?async=true", content);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(new Uri($"{Address}/{accepted["id"]}", UriKind.Relative), response.Headers.Location);
        Assert.Equal(("queued", 1, CatalogBed.CustomerOf(_here)), ((string)accepted["state"]!, (int)accepted["rows"]!, (Guid)accepted["who"]!));

        var done = await EndAsync(accepted, "done");
        Assert.Equal("""{"created":1,"changed":0}""", done["products"]!.ToJsonString());
        Assert.Equal("""{"created":1,"changed":0}""", done["variants"]!.ToJsonString());
        Assert.Empty(done["errors"]!.AsArray());
        DateTimeOffset[] times = [(DateTimeOffset)done["createdAt"]!, (DateTimeOffset)done["startedAt"]!, (DateTimeOffset)done["finishedAt"]!];
        Assert.Equal(times.Order(), times);
        var entry = Assert.Single(await _there.AuditAsync((string)done["subject"]!));
        Assert.Equal(CatalogBed.CustomerOf(_here), (Guid)entry!["who"]!);
        var listed = (await _there.SendAsync("GET", $"{Address}?limit=100")).Json["items"]!.AsArray();
        Assert.Equal(listed.Select(item => (long)item!["id"]!).OrderDescending(), listed.Select(item => (long)item!["id"]!));
        Assert.Contains(listed, item => (long)item!["id"]! == (long)accepted["id"]! && (string)item["state"]! == "done");
        Assert.Single((await _there.SendAsync("GET", "/api/products?q=later%20lamp")).Json["items"]!.AsArray());
        Assert.Equal(0, await bed.CountAsync("SELECT count(file) FROM imports WHERE id = $1", (long)accepted["id"]!));
    }

    [Fact]
    public async Task Of_files_that_name_the_same_product_the_one_that_came_last_counts_whichever_replica_it_came_to()
    {
        var accepted = new List<JsonNode>();
        await using (await RivalAsync())
            foreach (var (administrator, price) in new[] { (_here, 8), (_there, 5), (_here, 9), (_there, 6) })
                accepted.Add(await AcceptAsync(administrator, $"order-oar,OAR-1,Oar for {price},,,,more,,,{price},,"));
        foreach (var import in accepted) await EndAsync(import, "done");
        Assert.Equal("8 5 9 6", await bed.TextAsync(
            "SELECT string_agg((h.price / 100)::text, ' ' ORDER BY h.id) FROM price_history h JOIN variants v ON v.id = h.variant_id WHERE v.sku = $1", "OAR-1"));
        Assert.Single((await _here.SendAsync("GET", "/api/products?q=oar%20for%206")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_file_with_bad_rows_is_refused_with_all_of_them_and_stores_nothing()
    {
        string[] rows = ["fine-fork,FORK-1,Fork,,,,more,,,1,,", "bad-bowl,BOWL-1,Bowl,,,,nowhere,nobody,,0,,"];
        using var content = Csv(rows);
        var dry = await Answer.OfAsync(_here.PostAsync("/api/products/import?dryRun=true", content));
        var refused = await EndAsync(await AcceptAsync(_there, rows), "refused");
        Assert.Equal("import_invalid", (string)refused["code"]!);
        Assert.Equal(dry.Json["errors"]!.ToJsonString(), refused["errors"]!.ToJsonString());
        Assert.Equal((refused["errors"]!.AsArray().Count, null), ((int)refused["errorCount"]!, (string?)refused["subject"]));
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "fine-fork"));
        Assert.Equal(0, await bed.CountAsync("SELECT count(file) FROM imports WHERE id = $1", (long)refused["id"]!));
    }

    [Fact]
    public async Task A_slug_that_is_given_away_meanwhile_is_a_refusal_and_no_failure()
    {
        using var rival = At("catalog.import.planned", async _ => await _here.SendAsync("POST", "/api/products", """{"name":"Rival Rake","price":10}"""));
        var refused = await EndAsync(await AcceptAsync(_here, "rival-rake,RAKE-1,Rake,,,,more,,,20,,"), "refused");
        Assert.Equal("slug_taken", (string)refused["code"]!);
    }

    [Fact]
    public async Task A_dry_run_can_be_queued_too()
    {
        const string Dry = "?async=true&dryRun=true";
        var done = await EndAsync(await AcceptAsync(_here, Dry, ["dry-drum,DRUM-1,Drum,,,,more,,,1,,", "dry-drum,DRUM-2,,,,,,,,1,,"]), "done");
        Assert.Equal(["variant_attributes"], done["errors"]!.Strings("field"));
        done = await EndAsync(await AcceptAsync(_here, Dry, ["dry-drum,DRUM-1,Drum,,,,more,,,1,,"]), "done");
        Assert.Equal("""{"created":1,"changed":0}""", done["products"]!.ToJsonString());
        Assert.Null((string?)done["subject"]);
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "dry-drum"));
    }

    [Fact]
    public async Task What_has_no_form_is_refused_at_once()
    {
        using var broken = new StringContent("product,sku\r\n", Encoding.UTF8, "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, (await Answer.OfAsync(_here.PostAsync("/api/products/import?async=true", broken))).Status);
        using var json = new StringContent("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Answer.OfAsync(_here.PostAsync("/api/products/import?async=true", json))).Status);
        using var large = Csv(new string(' ', ExchangeEndpoints.MaxBytes));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Answer.OfAsync(_here.PostAsync("/api/products/import?async=true", large))).Status);
        Assert.Equal("import_unknown", (await _here.SendAsync("GET", $"{Address}/4000000000")).Code);
        Assert.Equal("invalid", (await _here.SendAsync("GET", $"{Address}?limit=101")).Code);
    }

    [Fact]
    public async Task A_replica_that_dies_between_commit_and_answer_does_not_import_twice()
    {
        var deaths = 0;
        using var death = At("messaging.work.before-ack", async _ =>
        {
            // The job of an earlier test may be known as done and not be acknowledged yet; this one's comes behind it.
            if (await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "once-oboe") == 0) return;
            if (Interlocked.Increment(ref deaths) == 1) throw new FailpointException("dies");
        });
        var done = await EndAsync(await AcceptAsync(_here, "once-oboe,OBOE-1,Oboe,,,,more,,,7,,"), "done");
        // The next one is done after the first one's second delivery.
        await EndAsync(await AcceptAsync(_there, "next-oboe,OBOE-2,Oboe,,,,more,,,7,,"), "done");
        await Eventually.TrueAsync(() => deaths == 3);
        Assert.Single(await _here.AuditAsync((string)done["subject"]!));
        Assert.Equal(1, await bed.CountAsync(
            "SELECT count(*) FROM audit_trail a JOIN products p ON a.subject = 'product:' || p.id WHERE p.slug = $1", "once-oboe"));
        Assert.Equal(1, await bed.CountAsync("SELECT begun::bigint FROM imports WHERE id = $1", (long)done["id"]!));
    }

    [Fact]
    public async Task An_import_that_another_replica_has_begun_anew_stores_nothing()
    {
        var begun = 0;
        using var rival = At("catalog.import.planned", async _ =>
        {
            if (Interlocked.Increment(ref begun) == 1)
                await bed.ExecuteAsync("UPDATE imports SET token = nextval('shop_lock_tokens') WHERE state = $1", "running");
        });
        var done = await EndAsync(await AcceptAsync(_here, "paused-pan,PAN-1,Pan,,,,more,,,7,,"), "done");
        Assert.Equal(2, begun);
        Assert.Single(await _here.AuditAsync((string)done["subject"]!));
    }

    [Fact]
    public async Task What_fails_for_good_says_so_lets_the_next_one_through_and_is_imported_when_it_is_replayed()
    {
        JsonNode failed;
        var tries = 0;
        using (At("catalog.import.planned", _ => throw new FailpointException($"planned {++tries}")))
            failed = await EndAsync(await AcceptAsync(_here, "hard-harp,HARP-1,Harp,,,,more,,,7,,"), "failed");
        Assert.Equal("internal", (string)failed["code"]!);
        Assert.Equal(JobContext.MostAttempts, tries);
        await EndAsync(await AcceptAsync(_there, "next-harp,HARP-2,Harp,,,,more,,,7,,"), "done");

        // The broker moves it on its own, after the import says that it failed.
        await Eventually.BecomesAsync("a dead letter", ReplayAsync, replayed => replayed == """{"replayed":1}""");
        var done = await EndAsync(failed, "done");
        Assert.Null((string?)done["code"]);
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "hard-harp"));
    }

    [Fact]
    public async Task What_fails_for_good_at_one_replica_is_not_ended_while_another_one_is_at_it()
    {
        var records = bed.Services.GetRequiredService<ImportRecords>();
        var import = await AcceptAsync(_here, "taken-tuba,TUBA-1,Tuba,,,,more,,,7,,");
        await EndAsync(import, "done");
        var id = (long)import["id"]!;
        // As if its job had come again.
        await bed.ExecuteAsync("UPDATE imports SET state = 'running', file = 'x' WHERE id = $1", id);
        await using (var turn = await RivalAsync())
        {
            Assert.NotNull(await records.BeginAsync(id, turn.FencingToken, CancellationToken.None));
            await records.FailAsync(id, "internal", "It stood still.", CancellationToken.None);
            Assert.Equal("running", (string)(await _here.SendAsync("GET", $"{Address}/{id}")).Json["state"]!);
        }
        await records.FailAsync(id, "internal", "It fell.", CancellationToken.None);
        Assert.Equal("failed", (string)(await _here.SendAsync("GET", $"{Address}/{id}")).Json["state"]!);
    }

    [Fact]
    public async Task No_more_than_a_few_imports_wait_however_many_come_at_once()
    {
        List<JsonNode> accepted = [];
        await using (await RivalAsync())
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, ImportQueueBed.MaxQueued + 4).Select(async number =>
            {
                using var content = Csv($"many-{number},MANY-{number},Many,,,,more,,,1,,");
                return await Answer.OfAsync((number % 2 == 0 ? _here : _there).PostAsync("/api/products/import?async=true", content));
            }));
            accepted.AddRange(answers.Where(answer => answer.Status == HttpStatusCode.Accepted).Select(answer => answer.Json));
            Assert.Equal(ImportQueueBed.MaxQueued, accepted.Count);
            Assert.Equal(4, answers.Count(answer => (answer.Status, answer.Code) == (HttpStatusCode.TooManyRequests, "imports_waiting")));
        }
        foreach (var import in accepted) await EndAsync(import, "done");
        await EndAsync(await AcceptAsync(_here, "many-more,MANY-MORE,Many,,,,more,,,1,,"), "done");
    }

    [Fact]
    public async Task An_import_whose_job_was_lost_is_enqueued_anew()
    {
        var file = string.Join(',', Columns.All) + "\r\nlost-lute,LUTE-1,Lute,,,,more,,,1,,\r\n";
        await bed.ExecuteAsync(
            "INSERT INTO imports (who, dry_run, row_count, file, enqueued_at) VALUES ($1, false, 1, $2, shop_now() - interval '61 minutes')",
            Guid.CreateVersion7(), Encoding.UTF8.GetBytes(file));
        await bed.Services.GetRequiredService<ImportQueue>().EnqueueOverdueAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => await bed.CountAsync("SELECT count(*) FROM products WHERE slug = $1", "lost-lute") == 1);
    }

    [Fact]
    public async Task What_became_of_imports_is_kept_for_ninety_days()
    {
        var old = await EndAsync(await AcceptAsync(_here, "old-organ,ORGAN-1,Organ,,,,more,,,1,,"), "done");
        var young = await EndAsync(await AcceptAsync(_here, "young-organ,ORGAN-2,Organ,,,,more,,,1,,"), "done");
        await bed.ExecuteAsync("UPDATE imports SET created_at = shop_now() - interval '91 days' WHERE id = $1", (long)old["id"]!);
        await bed.ExecuteAsync("UPDATE imports SET created_at = shop_now() - interval '89 days' WHERE id = $1", (long)young["id"]!);
        await bed.Services.GetServices<IHostedService>().OfType<HistoryRetention>().Single().DropAsync(CancellationToken.None);
        Assert.Equal("import_unknown", (await _here.SendAsync("GET", $"{Address}/{old["id"]}")).Code);
        Assert.Equal("done", (string)(await _here.SendAsync("GET", $"{Address}/{young["id"]}")).Json["state"]!);
    }

    private async Task<string> ReplayAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/messaging/dead-letters/replay");
        request.Headers.Add("X-Service-Name", "operator");
        request.Headers.Add("X-Service-Key", ImportQueueBed.OperatorKey);
        using var visitor = bed.Visitor();
        using var replayed = await visitor.SendAsync(request);
        return await replayed.Content.ReadAsStringAsync();
    }

    /// <summary>At a point of either replica.</summary>
    private Registrations At(string point, Func<CancellationToken, ValueTask> action) =>
        new([.. bed.Replicas.Select(replica => replica.Services.GetRequiredService<Failpoints>().On(point, action))]);

    private Task<LockHandle> RivalAsync() => bed.Services.GetRequiredService<FairLock>().AcquireAsync(
        ProductImport.LockName, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), CancellationToken.None);

    /// <summary>Waits until it is as expected, and reads it through the other replica.</summary>
    private async Task<JsonNode> EndAsync(JsonNode import, string state) => await Eventually.BecomesAsync(
        $"import {state}", async () => (await _there.SendAsync("GET", $"{Address}/{import["id"]}")).Json, json => (string?)json["state"] == state);

    private static Task<JsonNode> AcceptAsync(HttpClient administrator, params string[] rows) =>
        AcceptAsync(administrator, "?async=true", rows);

    private static async Task<JsonNode> AcceptAsync(HttpClient administrator, string query, string[] rows)
    {
        using var content = Csv(rows);
        var answer = await Answer.OfAsync(administrator.PostAsync("/api/products/import" + query, content));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return answer.Json;
    }

    private static StringContent Csv(params string[] rows) =>
        new(string.Join(',', Columns.All) + "\r\n" + string.Join("\r\n", rows) + "\r\n", Encoding.UTF8, "text/csv");

    private sealed class Registrations(IDisposable[] all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var one in all) one.Dispose();
        }
    }
}

/// <summary>Few imports may wait, and what fails is tried again soon.</summary>
public sealed class ImportQueueBed(Servers servers) : CatalogBed(servers)
{
    public const string OperatorKey = "key-of-operators";
    public const int MaxQueued = 4;

    protected override IReadOnlyDictionary<string, string> Own => new Dictionary<string, string>
    {
        ["Catalog:Import:MaxQueued"] = $"{MaxQueued}",
        ["Messaging:RetryDelays:0"] = "00:00:00.05",
        ["Internal:Callers:operator"] = OperatorKey,
    };
}
