using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.Catalog;

/// <summary>Customers who wait for what is sold out, and the notices that come of it.</summary>
[Collection(Servers.Collection)]
public sealed class SubscriptionTests(StockEventBed bed) : IClassFixture<StockEventBed>, IAsyncLifetime
{
    private const string Notices = "SELECT count(*) FROM told WHERE message LIKE 'back-in-stock-notice.%' AND message LIKE '%\"productId\":' || $1 || ',%'";
    private const string Waiting = "SELECT count(*) FROM stock_subscriptions WHERE variant_id = $1";

    public Task InitializeAsync() => bed.ListenAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_customer_waits_for_what_is_sold_out_and_only_for_that()
    {
        var product = await bed.ProductAsync(stock: 1);
        using var customer = bed.Customer();
        Assert.Equal("in_stock", (await SubscribeAsync(customer, product)).Code);
        Assert.Equal("product_unknown", (await SubscribeAsync(customer, 4_000_000_000)).Code);
        Assert.Equal("product_unknown", (await SubscribeAsync(customer, product, "no-such-sku")).Code);
        Assert.Equal("invalid", (await SubscribeAsync(customer, product, "a b")).Code);

        await SellOutAsync(product);
        Assert.Equal(HttpStatusCode.Created, (await SubscribeAsync(customer, product)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SubscribeAsync(customer, product, $"P{product}")).Status);
        var list = (await Answer.OfAsync(customer.GetAsync("/api/subscriptions"))).Json["items"]!.AsArray();
        Assert.Equal((product, $"P{product}", "Thing under test"), ((long)list[0]!["productId"]!, (string)list[0]!["sku"]!, (string)list[0]!["name"]!));
        Assert.Single(list);

        using var other = bed.Customer();
        Assert.Empty((await Answer.OfAsync(other.GetAsync("/api/subscriptions"))).Json["items"]!.AsArray());
        for (var time = 0; time < 2; time++)
            foreach (var who in (HttpClient[])[other, customer])
                Assert.Equal(HttpStatusCode.NoContent, (await Answer.OfAsync(who.DeleteAsync($"/api/products/{product}/subscriptions"))).Status);
        Assert.Equal(0, await bed.CountAsync(Waiting, product));
    }

    [Fact]
    public async Task Without_a_body_the_default_variant_is_meant()
    {
        var product = await bed.ProductAsync(stock: 0);
        using var customer = bed.Customer();
        Assert.Equal(HttpStatusCode.Created, (await Answer.OfAsync(customer.PostAsync($"/api/products/{product}/subscriptions", null))).Status);
    }

    [Fact]
    public async Task Nobody_waits_for_more_than_a_hundred_at_a_time_however_many_requests_at_once()
    {
        using var customer = bed.Customer();
        var product = await bed.ProductAsync(stock: 0);
        await bed.ExecuteAsync(
            """
            WITH many AS (
                INSERT INTO variants (id, product_id, sku, name, price, position)
                SELECT $1 * 1000 + n, $1, 'V' || $1 || '-' || n, 'x', 1, n FROM generate_series(1, 97) AS n RETURNING id)
            INSERT INTO stock_subscriptions (customer_id, variant_id, email, language) SELECT $2, id, 'a@b.example', 'en' FROM many
            """, product, CatalogBed.CustomerOf(customer));
        var products = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => bed.ProductAsync(stock: 0)));
        var answers = await Task.WhenAll(products.Select(one => SubscribeAsync(customer, one)));
        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(3, answers.Count(answer => answer.Code == "subscription_limit"));
    }

    [Fact]
    public async Task Everybody_who_waits_is_told_once_though_one_of_two_replicas_fails_midway()
    {
        var product = await bed.ProductAsync(stock: 0);
        await WaitForItAsync(product, 120);
        var failures = 0;
        using var before = bed.Services.GetRequiredService<Failpoints>().On("catalog.notices.before-commit", _ => FailOnce(ref failures, 1));
        using var after = bed.Replicas[1].Services.GetRequiredService<Failpoints>().On("catalog.notices.after-commit", _ => FailOnce(ref failures, 2));
        await RestockAsync(product, 1);
        await Eventually.TrueAsync(async () =>
        {
            await Task.WhenAll(bed.NotifierOf(0).TurnAsync(CancellationToken.None), bed.NotifierOf(1).TurnAsync(CancellationToken.None)).ContinueWith(_ => { }, TaskScheduler.Default);
            return await bed.CountAsync(Waiting, product) == 0;
        });
        Assert.NotEqual(0, failures);
        Assert.Equal(120, await bed.CountAsync(Notices, product));
        Assert.Equal(120, await bed.CountAsync(Notices.Replace("count(*)", "count(DISTINCT aggregate)", StringComparison.Ordinal), product));
        // Never one transaction for all; and those who asked first come first.
        Assert.InRange(await bed.CountAsync($"SELECT max(n) FROM (SELECT count(*) AS n FROM told WHERE id IN ({Notices.Replace("count(*)", "id", StringComparison.Ordinal)}) GROUP BY xmin::text) AS t", product), 1, 50);
        Assert.Equal(10, await bed.CountAsync(Notices.Replace("notice.%", "notice.high%", StringComparison.Ordinal), product));
    }

    [Fact]
    public async Task When_it_is_sold_out_again_meanwhile_those_who_are_left_go_on_waiting()
    {
        var product = await bed.ProductAsync(stock: 0);
        await WaitForItAsync(product, 60);
        // Who is not in the first portion, so that a second replica does not take them at the same time.
        await using var connection = await bed.OpenAsync();
        await using var held = await connection.BeginTransactionAsync();
        await using (var later = new NpgsqlCommand(
            "SELECT FROM stock_subscriptions WHERE variant_id = $1 AND email IN (SELECT 'w' || n || '@b.example' FROM generate_series(51, 60) AS n) FOR UPDATE",
            connection, held))
        {
            later.Parameters.Add(new NpgsqlParameter { Value = product });
            await later.ExecuteNonQueryAsync();
        }
        var sold = 0;
        var registrations = bed.Replicas.Select(replica => replica.Services.GetRequiredService<Failpoints>().On("catalog.notices.before-commit", async _ =>
        {
            if (Interlocked.Exchange(ref sold, 1) != 0) return;
            await SellOutAsync(product);
            await held.CommitAsync(CancellationToken.None);
        })).ToList();
        await RestockAsync(product, 1);
        await Eventually.TrueAsync(async () => await bed.CountAsync(Waiting, product) == 10);
        await bed.NotifierOf(0).TurnAsync(CancellationToken.None);
        Assert.Equal((10, 50), (await bed.CountAsync(Waiting, product), await bed.CountAsync(Notices, product)));
        foreach (var registration in registrations) registration.Dispose();
        await RestockAsync(product, 1);
        await Eventually.TrueAsync(async () => await bed.CountAsync(Notices, product) == 60);
    }

    [Fact]
    public async Task Who_stops_waiting_while_being_told_is_told_once_and_who_did_before_is_not()
    {
        var product = await bed.ProductAsync(stock: 0);
        using var late = bed.Customer();
        using var early = bed.Customer();
        await SubscribeAsync(late, product);
        await SubscribeAsync(early, product);
        await early.DeleteAsync($"/api/products/{product}/subscriptions");
        Task<Answer>? leaving = null;
        var registrations = bed.Replicas.Select(replica => replica.Services.GetRequiredService<Failpoints>().On("catalog.notices.before-commit", async _ =>
        {
            leaving ??= Answer.OfAsync(late.DeleteAsync($"/api/products/{product}/subscriptions", CancellationToken.None));
            await Eventually.TrueAsync(async () => await bed.CountAsync(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM stock_subscriptions%' AND $1 = $1", product) > 0);
        })).ToList();
        await RestockAsync(product, 3);
        await Eventually.TrueAsync(async () => await bed.CountAsync(Waiting, product) == 0);
        foreach (var registration in registrations) registration.Dispose();
        Assert.Equal(HttpStatusCode.NoContent, (await leaving!).Status);
        Assert.Equal(1, await bed.CountAsync(Notices, product));
    }

    [Fact]
    public async Task A_notice_becomes_one_mail_in_the_customers_language_though_its_handler_fails_after_sending()
    {
        await DoneAsync();
        var product = await bed.ProductAsync(stock: 0);
        await bed.ExecuteAsync("UPDATE variants SET name_zh = '青花茶杯' WHERE id = $1", product);
        var tries = 0;
        var registrations = bed.Replicas.Select(replica => replica.Services.GetRequiredService<Failpoints>().On(
            "catalog.notices.sent", _ => FailOnce(ref tries, 1))).ToList();
        using var customer = bed.Customer();
        customer.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh");
        Assert.Equal(HttpStatusCode.Created, (await SubscribeAsync(customer, product)).Status);
        await RestockAsync(product, 3);
        await Eventually.TrueAsync(async () => await bed.CountAsync(Notices, product) == 1);
        await DoneAsync();
        foreach (var registration in registrations) registration.Dispose();
        Assert.Equal(2, tries);

        var mails = Directory.GetFiles(bed.Spool, "*.eml").Select(Mail.Read).Where(mail => mail.Body.Contains($"/products/{product}\n", StringComparison.Ordinal));
        var mail = Assert.Single(mails);
        Assert.Equal(("somebody@example.test", "到货通知：青花茶杯"), (mail.Header("To"), mail.Subject));
        Assert.Contains("https://shop.example/products/", mail.Body, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.Combine(bed.Spool, ".tmp")));
    }

    [Fact]
    public async Task Who_has_waited_for_half_a_year_waits_no_longer()
    {
        var product = await bed.ProductAsync(stock: 0);
        await WaitForItAsync(product, 20);
        await bed.ExecuteAsync("UPDATE stock_subscriptions SET created_at = shop_now() - interval '181 days' WHERE variant_id = $1 AND early AND email < 'w4'", product);
        await bed.RetainAsync();
        Assert.Equal(await bed.CountAsync(Waiting + " AND created_at > shop_now() - interval '1 day'", product), await bed.CountAsync(Waiting, product));
        Assert.InRange(await bed.CountAsync(Waiting, product), 1, 19);
    }

    // Notices are the only messages that this bed consumes.
    private Task DoneAsync() => Eventually.TrueAsync(async () => await bed.CountAsync(
        "SELECT count(*) - (SELECT count(*) FROM shop_inbox) FROM told WHERE message LIKE $1", "back-in-stock-notice.%") == 0);

    private static ValueTask FailOnce(ref int failures, int at) =>
        Interlocked.Increment(ref failures) == at ? throw new FailpointException("notices") : ValueTask.CompletedTask;

    private static Task<Answer> SubscribeAsync(HttpClient customer, long product, string? sku = null) =>
        Answer.OfAsync(customer.PostAsJsonAsync($"/api/products/{product}/subscriptions", new { sku }));

    private Task WaitForItAsync(long product, int customers) => bed.ExecuteAsync(
        """
        INSERT INTO stock_subscriptions (customer_id, variant_id, email, language, early, created_at)
        SELECT gen_random_uuid(), $1, 'w' || n || '@b.example', 'en', n <= 10, shop_now() + n * interval '1 millisecond' FROM generate_series(1, $2) AS n
        """, product, customers);

    private Task SellOutAsync(long product) =>
        bed.ExecuteAsync("UPDATE stock SET on_hand = 0, version = version + 1 WHERE variant_id = $1", product);

    private Task RestockAsync(long product, int units) =>
        bed.ExecuteAsync("UPDATE stock SET on_hand = on_hand + $2, version = version + 1 WHERE variant_id = $1", product, units);
}

/// <summary>A file of RFC 5322.</summary>
internal sealed record Mail(string Head, string Body)
{
    public string Subject => string.Concat(Header("Subject").Split(["?=", "=?utf-8?B?"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(word => Encoding.UTF8.GetString(Convert.FromBase64String(word))));

    public static Mail Read(string file)
    {
        var parts = File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n\n", 2);
        return new Mail(parts[0].Replace("\n ", " ", StringComparison.Ordinal), Encoding.UTF8.GetString(Convert.FromBase64String(parts[1])));
    }

    public string Header(string name) =>
        Head.Split('\n').Single(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))[(name.Length + 2)..];
}
