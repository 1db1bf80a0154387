using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Shop.Catalog.Inventory;

namespace Shop.Tests.Service.Catalog;

/// <summary>Stock-taking, damage, returns, and what the ledger says of them.</summary>
[Collection(Servers.Collection)]
public sealed class StockLedgerTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    private readonly Guid _order = Guid.CreateVersion7();

    [Fact]
    public async Task A_count_books_the_difference_with_its_reason_and_who_counted()
    {
        var product = await bed.ProductAsync(stock: 10);
        var (more, again, fewer) = (await CountAsync(product, 12), await CountAsync(product, 12), await CountAsync(product, 7));
        Assert.Equal([2, 0, -5], new[] { more, again, fewer }.Select(answer => (int)answer.Json["difference"]!));
        Assert.Equal((7, 7), ((int)fewer.Json["onHand"]!, (int)fewer.Json["available"]!));

        var items = (await HistoryAsync(product)).Json["items"]!.AsArray();
        Assert.Equal([("adjusted", -5), ("adjusted", 2), ("received", 10)], items.Select(item => ((string)item!["kind"]!, (int)item["quantity"]!)));
        Assert.Equal("counted on Monday", (string?)items[0]!["reason"]);
        Assert.NotNull((string?)items[0]!["actor"]);
        Assert.Equal(2, await bed.CountAsync("SELECT count(*) FROM audit_trail WHERE action = 'stock.counted' AND subject = 'product:' || $1", product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task What_orders_hold_cannot_be_counted_or_broken_away()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(product, 4);
        foreach (var refused in (Answer[])[await CountAsync(product, 3), await DamageAsync(product, 7)])
        {
            Assert.Equal((HttpStatusCode.Conflict, "below_reserved"), (refused.Status, refused.Code));
            Assert.Equal((10, 4), ((int)refused.Json["onHand"]!, (int)refused.Json["reserved"]!));
        }
        Assert.Equal(HttpStatusCode.OK, (await CountAsync(product, 4)).Status);
        Assert.Equal(new StockNumbers(4, 4), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Damage_is_written_off_once_per_key()
    {
        var product = await bed.ProductAsync(stock: 10);
        for (var repeat = 0; repeat < 3; repeat++) Assert.Equal(8, (int)(await DamageAsync(product, 2, "fell")).Json["onHand"]!);
        Assert.Equal("idempotency_key_reused", (await DamageAsync(product, 3, "fell")).Code);
        await DamageAsync(product, 2);
        await DamageAsync(product, 2);
        Assert.Equal(new StockNumbers(4, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_count_that_is_repeated_with_its_key_does_not_bring_back_what_was_sold_since()
    {
        var product = await bed.ProductAsync(stock: 10);
        var count = new { sku = $"P{product}", counted = 12, reason = "counted" };
        Assert.Equal(2, (int)(await SendAsync(_administrator, "/api/inventory/counts", "monday", count)).Json["difference"]!);
        await ReserveAsync(product, 4);
        await bed.PaidAsync(_order, version: 2);
        var repeated = await SendAsync(_administrator, "/api/inventory/counts", "monday", count);
        Assert.Equal((0, 8), ((int)repeated.Json["difference"]!, (int)repeated.Json["onHand"]!));
        var other = await SendAsync(_administrator, "/api/inventory/counts", "monday", count with { counted = 13 });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(new StockNumbers(8, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Goods_are_received_once_per_key()
    {
        var product = await bed.ProductAsync(stock: 10);
        var path = $"/api/products/{product}/stock";
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(_administrator, path, "truck", new { quantity = 5 })));
        Assert.Equal([(HttpStatusCode.OK, 15)], answers.Select(answer => (answer.Status, (int)answer.Json["onHand"]!)).Distinct());
        Assert.Equal("idempotency_key_reused", (await SendAsync(_administrator, path, "truck", new { quantity = 6 })).Code);
        await CountAsync(product, GoodsReceipt.MaxOnHand);
        Assert.Equal("stock_limit", (await SendAsync(_administrator, path, "ship", new { quantity = 1 })).Code);
        await CountAsync(product, 15);
        Assert.Equal(16, (int)(await SendAsync(_administrator, path, "ship", new { quantity = 1 })).Json["onHand"]!);
        Assert.Equal("product_unknown", (await SendAsync(_administrator, "/api/products/999999999/stock", "van", new { quantity = 1 })).Code);
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Sold_units_come_back_once_per_key_and_never_more_than_were_sold()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(product, 4);
        Assert.Equal("not_sold", (await ReturnAsync("early", product, 1)).Code);
        await bed.PaidAsync(_order, version: 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => ReturnAsync("first", product, 3, replica: n % 2)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.Json.ToJsonString()).Distinct());
        Assert.Equal(new StockNumbers(9, 0), await bed.StockAsync(product));

        var tooMany = await ReturnAsync("second", product, 2);
        Assert.Equal((HttpStatusCode.Conflict, "more_than_sold", 1), (tooMany.Status, tooMany.Code, (int)tooMany.Json["available"]!));
        Assert.Equal("idempotency_key_reused", (await ReturnAsync("first", product, 1)).Code);
        Assert.Equal(HttpStatusCode.OK, (await ReturnAsync("second", product, 1)).Status);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task A_cancellation_after_a_return_brings_back_only_the_rest_and_a_later_payment_sells_all_again()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(product, 4);
        await bed.PaidAsync(_order, version: 2);
        await ReturnAsync("one", product, 1);
        await bed.CancelledAsync(_order, version: 3);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.PaidAsync(_order, version: 4);
        Assert.Equal(new StockNumbers(6, 0), await bed.StockAsync(product));
        Assert.Equal(HttpStatusCode.OK, (await ReturnAsync("four", product, 4)).Status);
        Assert.Equal(new StockNumbers(10, 0), await bed.StockAsync(product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task What_a_customer_returns_of_a_limited_variant_may_be_bought_again()
    {
        var product = await bed.ProductAsync(stock: 10);
        await bed.LimitAsync(product, 2);
        await ReserveAsync(product, 2);
        await bed.PaidAsync(_order, version: 2);
        await ReturnAsync("one", product, 1);
        Assert.Equal(1, await bed.CountAsync("SELECT units FROM customer_units WHERE variant_id = $1", product));
    }

    [Fact]
    public async Task The_history_is_paged_from_the_newest_movement_to_the_oldest()
    {
        var product = await bed.ProductAsync(stock: 1);
        for (var counted = 2; counted <= 6; counted++) await CountAsync(product, counted);
        var seen = new List<long>();
        for (long? next = long.MaxValue; next is not null;)
        {
            var page = (await HistoryAsync(product, $"?limit=2&before={next}")).Json;
            seen.AddRange(page["items"]!.AsArray().Select(item => (long)item!["id"]!));
            next = (long?)page["next"];
        }
        Assert.Equal(6, seen.Count);
        Assert.Equal(seen.OrderDescending(), seen);
    }

    [Fact]
    public async Task Old_movements_are_carried_as_sums_and_the_books_still_agree()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(product, 4);
        await bed.PaidAsync(_order, version: 2);
        await bed.ExecuteAsync("UPDATE stock_ledger SET at = at - interval '200 days' WHERE variant_id = $1", product);
        await bed.ExecuteAsync("UPDATE reservations SET created_at = created_at - interval '200 days' WHERE order_id = $1", _order);
        await CountAsync(product, 7);
        for (var repeat = 0; repeat < 2; repeat++) await bed.RetainAsync();

        var history = (await HistoryAsync(product)).Json;
        Assert.Equal("adjusted", (string?)Assert.Single(history["items"]!.AsArray())!["kind"]);
        Assert.Equal((10, 4, -4), ((int)history["carried"]!["received"]!, (int)history["carried"]!["reserved"]!, (int)history["carried"]!["sold"]!));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Two_that_fold_at_once_count_nothing_twice()
    {
        var product = await bed.ProductAsync(stock: 10);
        await bed.ExecuteAsync(
            """
            WITH moved AS (
                INSERT INTO stock_ledger (variant_id, kind, quantity, at)
                SELECT $1, 'adjusted', 1, shop_now() - interval '200 days' FROM generate_series(1, 30000))
            UPDATE stock SET on_hand = on_hand + 30000 WHERE variant_id = $1
            """,
            product);
        await Task.WhenAll(bed.RetainAsync(), bed.RetainAsync(), bed.RetainAsync());
        await bed.RetainAsync();
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM stock_ledger WHERE variant_id = $1", product));
        await bed.AssertBooksAgreeAsync();
    }

    [Fact]
    public async Task Orders_that_came_out_short_are_kept_longer_and_do_not_keep_others_from_being_dropped()
    {
        var product = await bed.ProductAsync(stock: 10);
        await ReserveAsync(product, 1);
        await bed.PaidAsync(_order, version: 2);
        await bed.ExecuteAsync("UPDATE reservations SET updated_at = shop_now() - interval '181 days' WHERE order_id = $1", _order);
        await bed.ExecuteAsync("UPDATE stock_ledger SET at = at - interval '181 days' WHERE order_id = $1", _order);
        var customer = Guid.CreateVersion7();
        await bed.ExecuteAsync(
            """
            WITH short AS (
                INSERT INTO reservations (order_id, revision, body_hash, customer_id, state, lease_until, updated_at)
                SELECT gen_random_uuid(), 1, '', $2, 'confirmed', shop_now(), shop_now() - interval '190 days' FROM generate_series(1, 600)
                RETURNING order_id)
            INSERT INTO reservation_lines (order_id, revision, variant_id, product_id, sku, quantity, price, currency, name, shortage)
            SELECT order_id, 1, $1, $1, 'x', 1, 1, 'CNY', 'x', 1 FROM short
            """, product, customer);

        await bed.RetainAsync();
        Assert.Equal((0, 600), (await KeptAsync("order_id", _order), await KeptAsync("customer_id", customer)));
        await bed.ExecuteAsync("UPDATE reservations SET updated_at = updated_at - interval '545 days' WHERE customer_id = $1", customer);
        await bed.RetainAsync();
        Assert.Equal(0, await KeptAsync("customer_id", customer));
        await bed.AssertBooksAgreeAsync();
    }

    private Task<long> KeptAsync(string column, Guid value) => bed.CountAsync($"SELECT count(*) FROM reservations WHERE {column} = $1", value);

    [Fact]
    public async Task Retention_waits_for_no_row_of_a_customer_that_a_reservation_has_taken_up()
    {
        var product = await bed.ProductAsync(stock: 1);
        await bed.ExecuteAsync("INSERT INTO customer_units (variant_id, customer_id, units) SELECT $1, gen_random_uuid(), 0 FROM generate_series(1, 3)", product);
        await using var database = NpgsqlDataSource.Create(bed.Settings["ConnectionStrings:catalogdb"]);
        await using (var connection = await database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var take = new NpgsqlCommand("SELECT FROM customer_units WHERE variant_id = $1 LIMIT 1 FOR UPDATE", connection, transaction);
            take.Parameters.Add(new NpgsqlParameter { Value = product });
            await take.ExecuteNonQueryAsync();
            await bed.RetainAsync();
            Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM customer_units WHERE variant_id = $1", product));
        }
        await bed.RetainAsync();
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM customer_units WHERE variant_id = $1", product));
    }

    [Fact]
    public async Task Reservations_that_ended_long_ago_are_dropped_and_what_was_bought_goes_on_counting()
    {
        var product = await bed.ProductAsync(stock: 10);
        await bed.LimitAsync(product, 5);
        await ReserveAsync(product, 4);
        await bed.PaidAsync(_order, version: 2);
        await ReturnAsync("one", product, 1);
        var released = Guid.CreateVersion7();
        using var orders = bed.Orders();
        await Answer.ReserveAsync(orders, released, 1, released, (product, 1));
        (await orders.DeleteAsync($"/internal/reservations/{released}")).Dispose();
        var both = new[] { _order, released };

        await bed.ExecuteAsync("UPDATE reservations SET updated_at = shop_now() - interval '40 days' WHERE order_id = ANY ($1)", both);
        await bed.RetainAsync();
        Assert.Equal(1, await bed.CountAsync("SELECT count(*) FROM reservations WHERE order_id = ANY ($1)", both));
        await bed.ExecuteAsync("UPDATE reservations SET updated_at = shop_now() - interval '200 days' WHERE order_id = ANY ($1)", both);
        await bed.ExecuteAsync("UPDATE stock_ledger SET at = at - interval '200 days' WHERE order_id = ANY ($1)", both);
        await bed.RetainAsync();
        Assert.Equal(0, await bed.CountAsync("SELECT count(*) FROM reservations JOIN reservation_lines USING (order_id) WHERE order_id = ANY ($1)", both));
        Assert.Equal(3, await bed.CountAsync("SELECT units * (carried = units)::int FROM customer_units WHERE variant_id = $1", product));
        await bed.AssertBooksAgreeAsync();
    }

    [Theory]
    [InlineData("counts", """{"sku":"P1","counted":-1,"reason":"x"}""", "counted")]
    [InlineData("counts", """{"sku":"P1","counted":1}""", "reason")]
    [InlineData("counts", """{"sku":"no such thing","counted":1,"reason":"x"}""", "sku")]
    [InlineData("damages", """{"sku":"P1","quantity":0,"reason":"x"}""", "quantity")]
    [InlineData("returns", """{"orderId":"00000000-0000-4000-8000-000000000001","lines":[{"productId":1,"quantity":1}]}""", "Idempotency-Key")]
    [InlineData("returns", """{"orderId":"00000000-0000-4000-8000-000000000001","lines":[null]}""", "lines")]
    public async Task A_request_that_breaks_a_rule_names_the_field(string path, string body, string field)
    {
        using var administrator = bed.Administrator();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await Answer.OfAsync(administrator.PostAsync($"/api/inventory/{path}", content));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task Unknown_variants_are_not_found_and_others_than_administrators_are_kept_out()
    {
        using var administrator = bed.Administrator();
        Assert.Equal("product_unknown", (await Answer.OfAsync(administrator.GetAsync("/api/inventory/no-such-sku"))).Code);
        Assert.Equal("product_unknown", (await Answer.OfAsync(administrator.GetAsync("/api/inventory/a%20b"))).Code);
        using var customer = bed.Customer();
        using var visitor = bed.Visitor();
        foreach (var path in (string[])["counts", "damages", "returns"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await Answer.OfAsync(customer.PostAsJsonAsync($"/api/inventory/{path}", new { }))).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await Answer.OfAsync(visitor.PostAsJsonAsync($"/api/inventory/{path}", new { }))).Status);
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await Answer.OfAsync(customer.GetAsync("/api/inventory/P1"))).Status);
    }

    private async Task ReserveAsync(long product, int quantity)
    {
        using var orders = bed.Orders();
        Assert.Equal(HttpStatusCode.OK, (await Answer.ReserveAsync(orders, _order, 1, _order, (product, quantity))).Status);
    }

    private async Task<Answer> CountAsync(long product, int counted)
    {
        using var administrator = bed.Administrator();
        return await Answer.OfAsync(administrator.PostAsJsonAsync(
            "/api/inventory/counts", new { sku = $"P{product}", counted, reason = "counted on Monday" }));
    }

    // One administrator: the key is theirs.
    private readonly HttpClient _administrator = bed.Administrator();

    private Task<Answer> DamageAsync(long product, int quantity, string? key = null) =>
        SendAsync(_administrator, "/api/inventory/damages", key, new { sku = $"P{product}", quantity, reason = "broken" });

    private async Task<Answer> ReturnAsync(string key, long product, int quantity, int replica = 0)
    {
        using var administrator = bed.Administrator(replica);
        return await SendAsync(administrator, "/api/inventory/returns", key, new { orderId = _order, lines = new[] { new { productId = product, quantity } } });
    }

    private static async Task<Answer> SendAsync(HttpClient client, string path, string? key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await Answer.OfAsync(client.SendAsync(request));
    }

    private async Task<Answer> HistoryAsync(long product, string query = "")
    {
        using var administrator = bed.Administrator();
        return await Answer.OfAsync(administrator.GetAsync($"/api/inventory/P{product}{query}"));
    }
}
