using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Catalog;
using Shop.Catalog.Inventory;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Service.Catalog;

/// <summary>Two replicas of Catalog over a copy of a seeded database of their own and a Redis, with a stand-in for Orders.</summary>
public class CatalogBed(Servers servers) : IAsyncLifetime
{
    private const string CallerKey = "key-of-orders";
    private readonly List<RunningService> _replicas = [];
    private TokenIssuer _tokens = null!;
    private NpgsqlDataSource _database = null!;

    public IReadOnlyList<Uri> Addresses => [.. _replicas.Select(replica => replica.Address)];

    internal OrdersStub OrdersStub { get; } = new();

    internal IReadOnlyList<RunningService> Replicas => _replicas;

    internal IServiceProvider Services => _replicas[0].Services;

    /// <summary>What a replica is started with; Redis and Orders may be pointed elsewhere.</summary>
    internal Dictionary<string, string> Settings { get; private set; } = [];

    /// <summary>How reservations come to be applied.</summary>
    protected virtual string Strategy => "batch";

    public async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        await OrdersStub.StartAsync("key-of-catalog");
        var connectionString = await servers.CopyDatabaseAsync("catalog", SeedAsync);
        Settings = SettingsWith(connectionString);
        _replicas.Add(await StartAsync(Settings));
        _replicas.Add(await StartAsync(Settings));
        _database = NpgsqlDataSource.Create(connectionString);
    }

    private async Task SeedAsync(string connectionString)
    {
        var settings = new Dictionary<string, string>(SettingsWith(connectionString)) { ["Catalog:Seed"] = "true" };
        await using var replica = await StartAsync(settings);
    }

    private Dictionary<string, string> SettingsWith(string connectionString) => new()
    {
        ["ConnectionStrings:catalogdb"] = connectionString,
        ["ConnectionStrings:cache"] = servers.RedisConnectionString,
        ["ConnectionStrings:messaging"] = servers.RabbitConnectionString,
        ["services:web:http:0"] = _tokens.Address,
        ["services:orders:http:0"] = OrdersStub.Address,
        ["Catalog:CachePrefix"] = Servers.UniqueName("catalog"),
        ["Messaging:Exchange"] = Servers.UniqueName("catalog"),
        ["Internal:Name"] = Servers.UniqueName("catalog"),
        ["Internal:Key"] = "key-of-catalog",
        ["Internal:Callers:orders"] = CallerKey,
        ["Catalog:Inventory:Strategy"] = Strategy,
        ["Shutdown:Notice"] = "00:00:00",
    };

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await _database.DisposeAsync();
        await OrdersStub.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    internal static Task<RunningService> StartAsync(IReadOnlyDictionary<string, string> settings) =>
        RunningService.StartAsync(typeof(CatalogJson), settings);

    public HttpClient Visitor(int replica = 0) => new() { BaseAddress = Addresses[replica] };

    public HttpClient Customer() => WithToken(role: null);

    public HttpClient CustomerOf(Guid id) => WithToken(role: null, customer: id);

    public HttpClient Administrator(int replica = 0) => WithToken("admin", replica);

    /// <summary>Calls as the service Orders.</summary>
    public HttpClient Orders(int replica = 0) => OrdersAt(Addresses[replica]);

    internal static HttpClient OrdersAt(Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Add("X-Service-Name", "orders");
        client.DefaultRequestHeaders.Add("X-Service-Key", CallerKey);
        return client;
    }

    /// <summary>A product that no other test touches, with units in stock.</summary>
    public async Task<long> ProductAsync(int stock, decimal price = 10)
    {
        using var administrator = Administrator();
        using var response = await administrator.PostAsJsonAsync("/api/products", new { name = "Thing under test", price, stock });
        Assert.True(response.StatusCode == HttpStatusCode.Created, response.ToString());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    }

    /// <summary>Hands a message to its handler as the consumer does: in a transaction of its own.</summary>
    internal async Task ReceiveAsync<THandler, T>(T message, long version)
        where THandler : IMessageHandler<T>
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var context = new MessageContext
        {
            MessageId = Guid.CreateVersion7(), Type = typeof(T).Name, Attempt = 1, Version = version, AggregateId = Guid.Empty,
            Connection = connection, Transaction = transaction,
        };
        await ActivatorUtilities.CreateInstance<THandler>(Services).HandleAsync(message, context, CancellationToken.None);
        await transaction.CommitAsync();
        context.Committed();
    }

    internal Task PaidAsync(Guid order, long version, int revision = 1) =>
        ReceiveAsync<OrderPaidHandler, OrderPaid>(new OrderPaid(order, revision, version), version);

    internal Task CancelledAsync(Guid order, long version) =>
        ReceiveAsync<OrderCancelledHandler, OrderCancelled>(new OrderCancelled(order, version), version);

    /// <summary>From now on a customer may have so many units of the variant.</summary>
    public Task LimitAsync(long variant, int units) =>
        ExecuteAsync($"UPDATE variants SET limit_per_customer = {units} WHERE id = $1", variant);

    internal LeaseSweeper Sweeper => SweeperOf(0);

    internal LeaseSweeper SweeperOf(int replica) =>
        _replicas[replica].Services.GetServices<IHostedService>().OfType<LeaseSweeper>().Single();

    /// <summary>The lease of an order and the grace are over, and the sweeper has come.</summary>
    internal async Task ExpireAsync(Guid order)
    {
        await ExecuteAsync("UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1", order);
        await Sweeper.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM reservations WHERE state = 'expired' AND order_id = $1", order));
    }

    internal Task<StockNumbers> StockAsync(long product) => QueryAsync(
        "SELECT on_hand, reserved FROM stock WHERE variant_id = $1", product,
        row => new StockNumbers(row.GetInt32(0), row.GetInt32(1)));

    public Task<long> CountAsync(string sql, object parameter) => QueryAsync(sql, parameter, row => row.GetInt64(0));

    public Task<string> TextAsync(string sql, object parameter) => QueryAsync(sql, parameter, row => row.GetString(0));

    /// <summary>Counters equal the ledger, and the reserved ones the live reservations, for every product.</summary>
    public async Task AssertBooksAgreeAsync()
    {
        const string Differences =
            """
            SELECT count(*) FROM stock s
            LEFT JOIN (
                SELECT variant_id, sum(quantity) FILTER (WHERE kind NOT IN ('reserved', 'released')) AS on_hand,
                       sum(quantity) FILTER (WHERE kind IN ('reserved', 'released', 'sold')) AS reserved
                FROM (SELECT variant_id, kind, quantity FROM stock_ledger
                      UNION ALL SELECT variant_id, kind, quantity FROM stock_carried) m GROUP BY variant_id) l USING (variant_id)
            LEFT JOIN (
                SELECT variant_id, sum(quantity) AS held
                FROM reservations JOIN reservation_lines USING (order_id, revision)
                WHERE state = 'reserved' GROUP BY variant_id) r USING (variant_id)
            WHERE s.on_hand <> coalesce(l.on_hand, 0) OR s.reserved <> coalesce(l.reserved, 0)
               OR s.reserved <> coalesce(r.held, 0) OR $1
            """;
        Assert.Equal(0, await CountAsync(Differences, false));
        await AssertCouponsAgreeAsync();
    }

    /// <summary>Uses equal the reservations that count one, for every promotion and every customer.</summary>
    private async Task AssertCouponsAgreeAsync()
    {
        const string Counted =
            """
            SELECT promotion_id, customer_id, sum(uses) AS uses FROM (
                SELECT promotion_id, customer_id, count(*) AS uses FROM reservations WHERE promotion_counted GROUP BY 1, 2
                UNION ALL SELECT promotion_id, customer_id, uses FROM promotion_carried) c GROUP BY 1, 2
            """;
        const string Promotions =
            $"""
            SELECT count(*) FROM promotions p
            LEFT JOIN (SELECT promotion_id, sum(uses) AS uses FROM ({Counted}) c GROUP BY 1) c ON c.promotion_id = p.id
            WHERE p.used <> coalesce(c.uses, 0) OR $1
            """;
        const string Customers =
            $"""
            SELECT count(*) FROM ({Counted}) c FULL JOIN promotion_uses u USING (promotion_id, customer_id)
            WHERE coalesce(c.uses, 0) <> coalesce(u.uses, 0) OR $1
            """;
        Assert.Equal(0, await CountAsync(Promotions, false));
        Assert.Equal(0, await CountAsync(Customers, false));
    }

    /// <summary>The customer whose token a client sends.</summary>
    public static Guid CustomerOf(HttpClient client)
    {
        var claims = client.DefaultRequestHeaders.Authorization!.Parameter!.Split('.')[1];
        return JsonDocument.Parse(Base64Url.DecodeFromChars(claims)).RootElement.GetProperty("sub").GetGuid();
    }

    /// <summary>Keeps what is written to the outbox from now on, as "type body" in the order of writing.</summary>
    public async Task<Func<long, Task<string>>> ListenAsync()
    {
        await ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS told (aggregate uuid, message text, id bigserial);
            CREATE OR REPLACE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                INSERT INTO told VALUES (NEW.aggregate_id, NEW.type || ' ' || convert_from(NEW.body, 'UTF8'));
                RETURN NEW;
            END $body$;
            CREATE OR REPLACE TRIGGER tell AFTER INSERT ON shop_outbox FOR EACH ROW EXECUTE FUNCTION tell();
            """);
        return product => QueryAsync(
            "SELECT coalesce(string_agg(message, E'\n' ORDER BY id), '') FROM told WHERE aggregate = $1",
            ProductEvents.AggregateOf(product), row => row.GetString(0));
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = _database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T> QueryAsync<T>(string sql, object parameter, Func<NpgsqlDataReader, T> read)
    {
        await using var command = _database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return read(reader);
    }

    private HttpClient WithToken(string? role, int replica = 0, Guid? customer = null)
    {
        var client = Visitor(replica);
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", _tokens.TokenFor(customer ?? Guid.CreateVersion7(), role));
        return client;
    }
}

/// <summary>The same with a transaction for each reservation.</summary>
public sealed class SingleCatalogBed(Servers servers) : CatalogBed(servers)
{
    protected override string Strategy => "single";
}

internal sealed record StockNumbers(int OnHand, int Reserved);

/// <summary>An answer read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode Json)
{
    public string? Code => (string?)Json["code"];

    public static async Task<Answer> OfAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    public static Task<Answer> ReserveAsync(
        HttpClient orders, Guid order, int revision, Guid customer, params (long Product, int Quantity)[] lines) =>
        OfAsync(orders.PostAsJsonAsync("/internal/reservations", new
        {
            orderId = order, revision, customerId = customer,
            lines = lines.Select(line => new { productId = line.Product, quantity = line.Quantity }),
        }));
}
