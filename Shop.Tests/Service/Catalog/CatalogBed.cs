using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Audit;
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
    private AuditDatabases _audited = null!;

    public IReadOnlyList<Uri> Addresses => [.. _replicas.Select(replica => replica.Address)];

    internal OrdersStub OrdersStub { get; } = new();

    internal IReadOnlyList<RunningService> Replicas => _replicas;

    internal IServiceProvider Services => _replicas[0].Services;

    /// <summary>What a replica is started with; Redis and Orders may be pointed elsewhere.</summary>
    internal Dictionary<string, string> Settings { get; private set; } = [];

    /// <summary>How reservations come to be applied.</summary>
    protected virtual string Strategy => "batch";

    /// <summary>Settings besides those that every replica has.</summary>
    protected virtual IReadOnlyDictionary<string, string> Own => new Dictionary<string, string>();

    public async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        await OrdersStub.StartAsync("key-of-catalog");
        var connectionString = await servers.CopyDatabaseAsync("catalog", SeedAsync);
        Settings = SettingsWith(connectionString);
        foreach (var (name, value) in Own) Settings[name] = value;
        _replicas.Add(await StartAsync(Settings));
        _replicas.Add(await StartAsync(Settings));
        _database = NpgsqlDataSource.Create(connectionString);
        _audited = new AuditDatabases(connectionString, [], null);
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
        // The tests sweep: a turn of the replica's own would hold the orders that they make due, and theirs would pass by.
        ["Catalog:Inventory:SweepInterval"] = "01:00:00",
        // On a busy machine Redis is late, and what tests ask of it would be left out as if it were away.
        ["Catalog:Cache:RedisLimit"] = "00:00:20",
        ["Catalog:Cache:RedisLongLimit"] = "00:00:20",
        ["Shutdown:Notice"] = "00:00:00",
    };

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await _database.DisposeAsync();
        await _audited.DisposeAsync();
        await OrdersStub.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    /// <summary>With another Redis, and as much patience with it as a service has unless told otherwise.</summary>
    internal Dictionary<string, string> WithRedisAt(int port)
    {
        var settings = new Dictionary<string, string>(Settings) { ["ConnectionStrings:cache"] = FormattableString.Invariant($"127.0.0.1:{port}") };
        settings.Remove("Catalog:Cache:RedisLimit");
        settings.Remove("Catalog:Cache:RedisLongLimit");
        return settings;
    }

    internal static Task<RunningService> StartAsync(IReadOnlyDictionary<string, string> settings) =>
        RunningService.StartAsync(typeof(CatalogJson), settings);

    public HttpClient Visitor(int replica = 0) => new() { BaseAddress = Addresses[replica] };

    public HttpClient Customer() => WithToken(role: null);

    public HttpClient CustomerOf(Guid id) => WithToken(role: null, customer: id);

    public HttpClient Administrator(int replica = 0) => WithToken("admin", replica);

    /// <summary>Calls as the service Orders.</summary>
    public HttpClient Orders(int replica = 0) => OrdersAt(Addresses[replica]);

    internal static HttpClient OrdersAt(Uri address, HttpMessageHandler? handler = null)
    {
        var client = new HttpClient(handler ?? new SocketsHttpHandler()) { BaseAddress = address };
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
    /// <param name="beforeCommit">Runs when the handler is through.</param>
    internal async Task ReceiveAsync<THandler, T>(T message, long version, Func<Task>? beforeCommit = null)
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
        await (beforeCommit?.Invoke() ?? Task.CompletedTask);
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

    internal LeaseSweeper Sweeper => Services.GetServices<IHostedService>().OfType<LeaseSweeper>().Single();

    /// <summary>The lease of an order and the grace are over, and the sweeper has come.</summary>
    internal async Task ExpireAsync(Guid order)
    {
        await ExecuteAsync("UPDATE reservations SET lease_until = shop_now() - interval '3 minutes' WHERE order_id = $1", order);
        await Sweeper.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM reservations WHERE state = 'expired' AND order_id = $1", order));
    }

    /// <summary>
    /// Retention has come. The service has turns of its own, and leaves to another what that one has in hand: what is at work
    /// beside this one is waited for.
    /// </summary>
    internal async Task RetainAsync()
    {
        await Services.GetServices<IHostedService>().OfType<InventoryRetention>().Single().RunAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => await CountAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE $1", "WITH old AS (%") == 0);
    }

    internal Task<StockNumbers> StockAsync(long product) => QueryAsync(
        "SELECT on_hand, reserved FROM stock WHERE variant_id = $1", product,
        row => new StockNumbers(row.GetInt32(0), row.GetInt32(1)));

    public Task<long> CountAsync(string sql, object parameter) => QueryAsync(sql, parameter, row => row.GetInt64(0));

    public Task<string> TextAsync(string sql, object parameter) => QueryAsync(sql, parameter, row => row.GetString(0));

    /// <summary>What <c>./shop audit</c> compares within this database.</summary>
    public async Task AssertBooksAgreeAsync()
    {
        await using var output = new StringWriter();
        Assert.True(await new AuditReport(output).RunAsync(AuditChecks.Stock, _audited, TimeSpan.Zero, CancellationToken.None), output.ToString());
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

    /// <summary>What <see cref="ListenAsync"/> has heard about an order, message by message.</summary>
    public async Task<IReadOnlyList<string>> ToldAsync(Guid order)
    {
        var all = await TextAsync("SELECT coalesce(string_agg(message, E'\n' ORDER BY id), '') FROM told WHERE aggregate = $1", order);
        return all.Length == 0 ? [] : all.Split('\n');
    }

    public ValueTask<NpgsqlConnection> OpenAsync() => _database.OpenConnectionAsync();

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

    /// <summary>What cannot be served in time, as so many at once on one row on a busy machine, is sent again as it was.</summary>
    public static Task<Answer> InsistAsync(Func<Task<Answer>> request) => Eventually.BecomesAsync(
        "an answer but 503", request, answer => answer.Status != HttpStatusCode.ServiceUnavailable, TimeSpan.FromMinutes(2));

    public static Task<Answer> ReserveAsync(
        HttpClient orders, Guid order, int revision, Guid customer, params (long Product, int Quantity)[] lines) =>
        OfAsync(orders.PostAsJsonAsync("/internal/reservations", new
        {
            orderId = order, revision, customerId = customer,
            lines = lines.Select(line => new { productId = line.Product, quantity = line.Quantity }),
        }));
}
