using System.Net;
using Npgsql;
using Shop.Audit;
using Shop.Payments;
using Shop.Tests.Service.Catalog;
using Shop.Tests.Service.Orders;

namespace Shop.Tests.Service.Audit;

/// <summary>
/// Catalog, Orders and Payments with one paid order and one that waits; in another place every number of it is made wrong once.
/// </summary>
public sealed class AuditedShop(Servers servers) : IAsyncLifetime
{
    private readonly CatalogAndOrders _shop = new(servers);
    private RunningService _payments = null!;
    private string _paymentsDatabase = "";

    /// <summary>What <c>{…}</c> stands for in statements.</summary>
    public Dictionary<string, string> Names { get; } = [];

    public AuditDatabases Databases { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _shop.InitializeAsync();
        _paymentsDatabase = await servers.CreateDatabaseAsync("payments");
        _payments = await RunningService.StartAsync(typeof(PaymentsApp), new Dictionary<string, string>
        {
            ["ConnectionStrings:paymentsdb"] = _paymentsDatabase,
            ["ConnectionStrings:messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["services:web:http:0"] = "http://127.0.0.1:1",
            ["Internal:Name"] = Servers.UniqueName("payments"),
            ["Shutdown:Notice"] = "00:00:00",
        });
        Databases = new AuditDatabases(_shop.Catalog.Settings["ConnectionStrings:catalogdb"], _shop.Orders.Databases, _paymentsDatabase);
        await OrderAsync();
    }

    public async Task DisposeAsync()
    {
        await Databases.DisposeAsync();
        await _payments.DisposeAsync();
        await _shop.DisposeAsync();
    }

    /// <param name="database">catalog, orders (the shard of the paid order) or payments.</param>
    public async Task ExecuteAsync(string database, string sql)
    {
        foreach (var (name, value) in Names) sql = sql.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        var source = database switch
        {
            "catalog" => Databases.Catalog!,
            "payments" => Databases.Payments!,
            _ => _shop.Orders.Shards.Of(Guid.Parse(Names["paid"])),
        };
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task OrderAsync()
    {
        var product = await _shop.Catalog.ProductAsync(stock: 10, price: 10);
        await _shop.Catalog.LimitAsync(product, 9);
        using var shopper = _shop.Orders.Shopper();
        var paid = await shopper.OrderAsync(new { productId = product, quantity = 2 });
        var waiting = await shopper.OrderAsync(new { productId = product, quantity = 1 });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (paid.Status, waiting.Status));
        var payment = Guid.CreateVersion7();
        await _shop.Orders.StartPaymentAsync(paid.Id, payment, shopper.CustomerId);
        await _shop.Orders.SucceedAsync(payment, paid.Id, 2000);
        (Names["product"], Names["paid"], Names["waiting"], Names["payment"], Names["customer"]) =
            ($"{product}", $"{paid.Id}", $"{waiting.Id}", $"{payment}", $"{shopper.CustomerId}");
        await ExecuteAsync("payments", """
            INSERT INTO payments (id, customer_id, order_id, method, status, amount, currency)
            VALUES ('{payment}', '{customer}', '{paid}', 'sandbox', 'succeeded', 2000, 'CNY');
            INSERT INTO ledger_entries (transaction_id, account, payment_id, order_id, kind, amount, currency)
            VALUES ('{payment}', 'provider:sandbox', '{payment}', '{paid}', 'capture', 2000, 'CNY'),
                   ('{payment}', 'orders', '{payment}', '{paid}', 'capture', -2000, 'CNY')
            """);
        await ExecuteAsync("catalog", """
            INSERT INTO promotions (code, name, kind, value, valid_from, valid_until) VALUES ('AUDIT', 'Audit', 'amount', 1, '2020-01-01', '2120-01-01')
            """);
        await Eventually.TrueAsync(async () => await _shop.Catalog.StockAsync(product) == new StockNumbers(8, 1));
    }
}

[Collection(Servers.Collection)]
public sealed class AuditTests(AuditedShop shop) : IClassFixture<AuditedShop>
{
    /// <summary>Check, what it must name, database, how it is made wrong, how it is mended.</summary>
    public static TheoryData<string, string, string, string, string> Wrongs => new()
    {
        { "stock-counters", "variant {product}", "catalog", "UPDATE stock SET on_hand = on_hand + 1 WHERE variant_id = {product}", "UPDATE stock SET on_hand = on_hand - 1 WHERE variant_id = {product}" },
        { "stock-counters", "variant {product}", "catalog", "INSERT INTO stock_carried VALUES ({product}, 1, 'received', 5, '-infinity')", "DELETE FROM stock_carried WHERE variant_id = {product}" },
        { "stock-reserved", "variant {product}", "catalog", "UPDATE reservation_lines SET quantity = 3 WHERE order_id = '{waiting}'", "UPDATE reservation_lines SET quantity = 1 WHERE order_id = '{waiting}'" },
        {
            "stock-orders", "order {paid}", "catalog",
            "INSERT INTO stock_ledger (variant_id, kind, quantity, order_id, reason) VALUES ({product}, 'reserved', 1, '{paid}', 'twice'), ({product}, 'sold', -1, '{paid}', 'twice'), ({product}, 'received', 1, NULL, 'twice')",
            "DELETE FROM stock_ledger WHERE reason = 'twice'"
        },
        {
            "stock-orders", "order {paid}", "catalog",
            "UPDATE reservations SET order_id = '00000000-0000-8000-8000-000000000001' WHERE order_id = '{paid}'",
            "UPDATE reservations SET order_id = '{paid}' WHERE order_id = '00000000-0000-8000-8000-000000000001'"
        },
        { "customer-units", "customer {customer}", "catalog", "UPDATE customer_units SET units = units + 1 WHERE variant_id = {product}", "UPDATE customer_units SET units = units - 1 WHERE variant_id = {product}" },
        { "coupon-uses", "coupon AUDIT", "catalog", "UPDATE promotions SET used = 1 WHERE code = 'AUDIT'", "UPDATE promotions SET used = 0 WHERE code = 'AUDIT'" },
        { "order-reservations", "order {waiting} is reserved, its reservation released", "catalog", "UPDATE reservations SET state = 'released' WHERE order_id = '{waiting}'", "UPDATE reservations SET state = 'reserved' WHERE order_id = '{waiting}'" },
        { "order-reservations", "order {waiting} is cancelled, its reservation reserved", "orders", "UPDATE orders SET status = 'cancelled' WHERE id = '{waiting}'", "UPDATE orders SET status = 'reserved' WHERE id = '{waiting}'" },
        {
            "order-reservations", "reservation 00000000-0000-8000-8000-000000000002 is past its lease", "catalog",
            "INSERT INTO reservations (order_id, revision, body_hash, state, lease_until) VALUES ('00000000-0000-8000-8000-000000000002', 1, '', 'reserved', shop_now() - interval '10 minutes')",
            "DELETE FROM reservations WHERE order_id = '00000000-0000-8000-8000-000000000002'"
        },
        { "order-payments", "order {paid} is paid: 0 payments", "orders", "UPDATE order_payments SET state = 'failed' WHERE order_id = '{paid}'", "UPDATE order_payments SET state = 'accepted' WHERE order_id = '{paid}'" },
        {
            "order-payments", "order {paid} is paid: 2 payments", "orders",
            "INSERT INTO order_payments (payment_id, order_id, state, version, changed_at) VALUES ('{customer}', '{paid}', 'accepted', 1, shop_now())",
            "DELETE FROM order_payments WHERE payment_id = '{customer}'"
        },
        {
            "ledger-sums", "transaction {payment}: 1 CNY", "payments",
            "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_balanced; UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'orders'",
            "UPDATE ledger_entries SET amount = amount - 1 WHERE account = 'orders'; ALTER TABLE ledger_entries ENABLE TRIGGER ledger_balanced"
        },
        { "ledger-payments", "payment {payment} is pending", "payments", "UPDATE payments SET status = 'pending'", "UPDATE payments SET status = 'succeeded'" },
        {
            "ledger-payments", "payment {payment} is succeeded over 2000: captured 2100", "payments",
            "BEGIN; UPDATE ledger_entries SET amount = amount + 100 * sign(amount)::int; COMMIT",
            "BEGIN; UPDATE ledger_entries SET amount = amount - 100 * sign(amount)::int; COMMIT"
        },
        { "order-money", "order {paid} is paid over 2001: collected 2000", "orders", "UPDATE orders SET total = 2001 WHERE id = '{paid}'", "UPDATE orders SET total = 2000 WHERE id = '{paid}'" },
        { "order-money", "order {paid} is expired over 2000: collected 2000", "orders", "UPDATE orders SET status = 'expired' WHERE id = '{paid}'", "UPDATE orders SET status = 'paid' WHERE id = '{paid}'" },
        { "order-money", "order {paid} is paying over 2000: collected 2000", "orders", "UPDATE orders SET status = 'paying' WHERE id = '{paid}'", "UPDATE orders SET status = 'paid' WHERE id = '{paid}'" },
        {
            "review-scores", "product {product}: counts {0,0,0,0,1} with rating 0, its reviews come to {0,0,0,0,0} and 0", "catalog",
            "UPDATE product_scores SET stars = '{0,0,0,0,1}' WHERE product_id = {product}", "UPDATE product_scores SET stars = '{0,0,0,0,0}' WHERE product_id = {product}"
        },
        {
            "review-scores", "product {product}: counts {0,0,0,0,0} with rating 0, its reviews come to {0,0,0,0,1} and 5", "catalog",
            "INSERT INTO reviews (product_id, customer_id, stars, title, body) VALUES ({product}, '{customer}', 5, 'x', '')", "DELETE FROM reviews WHERE product_id = {product}"
        },
        {
            "review-scores", "counts 2 helpful and 0 reports, given were 0 and 0", "catalog",
            "INSERT INTO reviews (product_id, customer_id, stars, title, body, state, helpful) VALUES ({product}, '{customer}', 5, 'x', '', 'hidden', 2)",
            "DELETE FROM reviews WHERE product_id = {product}"
        },
        { "product-cards", "product {product}: its card says", "catalog", "UPDATE product_cards SET price = price + 1 WHERE product_id = {product}", "UPDATE product_cards SET price = price - 1 WHERE product_id = {product}" },
        { "product-cards", "product {product}: its card says , its tables", "catalog", "DELETE FROM product_cards WHERE product_id = {product}", "SELECT renew_cards(ARRAY[{product}])" },
        {
            "order-money", "2000 were collected for order {customer}", "payments",
            "UPDATE payments SET order_id = '{customer}'", "UPDATE payments SET order_id = '{paid}'"
        },
        {
            "outbox", "1 messages of type forgotten wait", "orders",
            "INSERT INTO shop_outbox (message_id, type, aggregate_id, version, body, created_at) VALUES ('{paid}', 'forgotten', '{paid}', 1, '', clock_timestamp() - interval '1 hour')",
            "DELETE FROM shop_outbox WHERE type = 'forgotten'"
        },
    };

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task What_is_wrong_is_found_and_named_and_nothing_is_when_it_is_mended(
        string check, string named, string database, string corrupt, string mend)
    {
        await shop.ExecuteAsync(database, corrupt);
        var (clean, report) = await AuditAsync();
        await shop.ExecuteAsync(database, mend);

        Assert.False(clean, report);
        foreach (var (name, value) in shop.Names) named = named.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        var after = report[report.IndexOf($"  {check}: ", StringComparison.Ordinal)..];
        Assert.Contains(named, string.Join('\n', after.Split('\n').Skip(1).TakeWhile(line => line.StartsWith("          ", StringComparison.Ordinal))), StringComparison.Ordinal);
        (clean, report) = await AuditAsync();
        Assert.True(clean, report);
    }

    [Fact]
    public void Every_check_is_made_wrong_once() => Assert.Equal(
        AuditChecks.All.Select(check => check.Name).Order(StringComparer.Ordinal),
        Wrongs.Select(wrong => (string)((object[])wrong)[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task What_has_just_changed_is_not_compared_with_other_databases()
    {
        await shop.ExecuteAsync("orders", "UPDATE orders SET status = 'cancelled' WHERE id = '{waiting}'");
        var (clean, report) = await AuditAsync(TimeSpan.FromMinutes(5));
        await shop.ExecuteAsync("orders", "UPDATE orders SET status = 'reserved' WHERE id = '{waiting}'");
        Assert.True(clean, report);
    }

    [Fact]
    public async Task An_order_that_ends_while_it_is_compared_is_no_difference()
    {
        await using var output = new StringWriter();
        Task<bool> audit;
        await using (var connection = await shop.Databases.Catalog!.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var halt = new NpgsqlCommand("LOCK TABLE reservations IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await halt.ExecuteNonQueryAsync();
            audit = new AuditReport(output).RunAsync([new ReservationsOfOrders()], shop.Databases, TimeSpan.Zero, CancellationToken.None);
            await Eventually.TrueAsync(IsAuditWaitingAsync);
            await shop.ExecuteAsync("orders", "UPDATE orders SET status = 'cancelled' WHERE id = '{waiting}'");
            await using var release = new NpgsqlCommand($"UPDATE reservations SET state = 'released' WHERE order_id = '{shop.Names["waiting"]}'", connection, transaction);
            await release.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
        var clean = await audit;
        await shop.ExecuteAsync("orders", "UPDATE orders SET status = 'reserved' WHERE id = '{waiting}'");
        await shop.ExecuteAsync("catalog", "UPDATE reservations SET state = 'reserved' WHERE order_id = '{waiting}'");
        Assert.True(clean, output.ToString());
    }

    private async Task<bool> IsAuditWaitingAsync()
    {
        await using var command = shop.Databases.Catalog!.CreateCommand(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'shop audit' AND wait_event_type = 'Lock'");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    [Fact]
    public async Task A_database_that_is_not_given_leaves_its_checks_out()
    {
        await using var databases = new AuditDatabases(shop.Databases.Catalog!.ConnectionString, [], null);
        await using var output = new StringWriter();
        Assert.True(await new AuditReport(output).RunAsync([new MoneyOfOrders()], databases, TimeSpan.Zero, CancellationToken.None));
        Assert.Contains("order-money: not looked at", output.ToString(), StringComparison.Ordinal);
        Assert.True(AuditDatabases.FromEnvironment(_ => null).IsEmpty);
    }

    private async Task<(bool Clean, string Report)> AuditAsync(TimeSpan settled = default)
    {
        await using var output = new StringWriter();
        var clean = await new AuditReport(output).RunAsync(AuditChecks.All, shop.Databases, settled, CancellationToken.None);
        return (clean, output.ToString());
    }
}
