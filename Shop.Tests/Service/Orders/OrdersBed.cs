using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shop.Orders;
using Shop.Orders.Payments;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Service.Orders;

/// <summary>Two replicas of Orders over two shards and a Redis, with stand-ins for Catalog and for the issuer of tokens.</summary>
public class OrdersBed(Servers servers) : IAsyncLifetime
{
    private readonly List<RunningService> _replicas = [];
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private TokenIssuer _tokens = null!;
    private WebApplication _stubs = null!;
    private long _nextProduct = 1000;

    /// <summary>Settings that take the place of the bed's own.</summary>
    internal IReadOnlyDictionary<string, string> Overrides { get; init; } = new Dictionary<string, string>();

    internal CatalogStub Catalog { get; } = new();

    internal IReadOnlyList<RunningService> Replicas => _replicas;

    internal IServiceProvider Services => _replicas[0].Services;

    /// <summary>Connection strings of the shards.</summary>
    internal IReadOnlyList<string> Databases => [_settings["ConnectionStrings:ordersdb0"], _settings["ConnectionStrings:ordersdb1"]];

    internal Shards Shards => Services.GetRequiredService<Shards>();

    // Nobody listens there: what is to be sent stays in the outbox, where tests count it.
    protected virtual string Broker => "amqp://guest:guest@127.0.0.1:1";

    public async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        _settings["Orders:Shards"] = "2";
        _settings["ConnectionStrings:ordersdb0"] = await servers.CreateDatabaseAsync("orders0");
        _settings["ConnectionStrings:ordersdb1"] = await servers.CreateDatabaseAsync("orders1");
        _settings["ConnectionStrings:cache"] = servers.RedisConnectionString;
        _settings["ConnectionStrings:messaging"] = Broker;
        _settings["Messaging:Exchange"] = Servers.UniqueName("orders");
        _settings["services:catalog:http:0"] = await StartCatalogAsync();
        _settings["services:web:http:0"] = _tokens.Address;
        _settings["Internal:Name"] = Servers.UniqueName("orders");
        _settings["Internal:Key"] = "orders-key";
        _settings["Internal:Callers:catalog"] = "catalog-key";
        _settings["Internal:Callers:payments"] = "payments-key";
        _settings["Internal:Callers:web"] = "web-key";
        _settings["Shutdown:Notice"] = "00:00:00";
        // On a busy machine Redis is late, and carts would not be available.
        _settings["Orders:CartLimit"] = "00:00:20";
        foreach (var (key, value) in Overrides)
        {
            _settings[key] = value;
        }

        _replicas.Add(await StartReplicaAsync());
        _replicas.Add(await StartReplicaAsync());
    }

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _stubs.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    internal async Task<RunningService> StartReplicaAsync(params (string Key, string Value)[] changes)
    {
        var settings = new Dictionary<string, string>(_settings, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            settings[key] = value;
        }

        return await RunningService.StartAsync(typeof(Shards), settings);
    }

    /// <summary>A product that no other test uses.</summary>
    internal long Product(int stock, long price = 1000)
    {
        var id = Interlocked.Increment(ref _nextProduct);
        Catalog.Put(id, stock, price);
        return id;
    }

    internal Shopper Shopper(int replica = 0) => Shopper(_replicas[replica], Guid.CreateVersion7());

    internal Shopper Shopper(RunningService host, Guid customerId) => new(host.Address, customerId, _tokens.TokenFor(customerId));

    internal HttpClient Client(string? caller = null)
    {
        var client = new HttpClient { BaseAddress = _replicas[0].Address };
        if (caller is not null)
        {
            client.DefaultRequestHeaders.Add("X-Service-Name", caller);
            client.DefaultRequestHeaders.Add("X-Service-Key", caller + "-key");
        }

        return client;
    }

    /// <summary>Starts a payment as Payments does.</summary>
    internal async Task<Answer> StartPaymentAsync(Guid orderId, Guid paymentId, Guid customerId, string? caller = "payments")
    {
        using var client = Client(caller);
        using var response = await client.PostAsJsonAsync($"/internal/orders/{orderId}/payments/{paymentId}", new { customerId });
        return new(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers);
    }

    /// <summary>Delivers a message to its handler as the consumer does: in a transaction that is committed when it returns.</summary>
    internal async Task DeliverAsync<TMessage, THandler>(TMessage message, Guid orderId, int replica = 0)
        where THandler : IMessageHandler<TMessage>
    {
        await using var scope = _replicas[replica].Services.CreateAsyncScope();
        await using var connection = await Shards.Of(orderId).OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var context = new MessageContext
        {
            MessageId = Guid.CreateVersion7(), Type = "test", Attempt = 1, Version = 1, AggregateId = orderId,
            Connection = connection, Transaction = transaction,
        };
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(message, context, CancellationToken.None);
        await transaction.CommitAsync();
    }

    internal Task SucceedAsync(Guid paymentId, Guid orderId, long amount, long version = 2) =>
        DeliverAsync<PaymentSucceeded, PaymentSucceededHandler>(new(paymentId, orderId, amount, "CNY", version), orderId);

    internal Task FailAsync(Guid paymentId, Guid orderId, long version = 2) =>
        DeliverAsync<PaymentFailed, PaymentFailedHandler>(new(paymentId, orderId, "declined", version), orderId);

    /// <summary>The lease of an order ends now.</summary>
    internal Task EndLeaseAsync(Guid orderId) => ExecuteAsync(orderId, "UPDATE orders SET expires_at = shop_now() - interval '1 second' WHERE id = $1");

    /// <summary>How many messages of a type about an order wait to be sent.</summary>
    internal Task<long> SentAsync(Guid orderId, string type) =>
        QueryAsync<long>(orderId, $"SELECT count(*) FROM shop_outbox WHERE convert_from(body, 'UTF8')::jsonb ->> 'orderId' = $1::text AND type = '{type}'");

    /// <summary>One value from the shard of an order.</summary>
    internal async Task<T> QueryAsync<T>(Guid orderId, string sql)
    {
        await using var command = Shards.Of(orderId).CreateCommand(sql);
        command.Parameters.Add(new() { Value = orderId });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    internal async Task ExecuteAsync(Guid orderId, string sql)
    {
        await using var command = Shards.Of(orderId).CreateCommand(sql);
        command.Parameters.Add(new() { Value = orderId });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> StartCatalogAsync()
    {
        _stubs = Loopback.Create();
        Catalog.Map(_stubs);
        await _stubs.StartAsync();
        return _stubs.Urls.Single();
    }
}

/// <summary>The same without a sweeper that comes by itself: tests that expire orders have no rival but their own.</summary>
public sealed class OrdersBedWithoutSweeper : OrdersBed
{
    public OrdersBedWithoutSweeper(Servers servers)
        : base(servers) => Overrides = new Dictionary<string, string> { ["Orders:SweepInterval"] = "01:00:00" };
}

/// <summary>The same with a RabbitMQ that answers.</summary>
public sealed class OrdersBedWithBroker(Servers servers) : OrdersBed(servers)
{
    protected override string Broker { get; } = servers.RabbitConnectionString;
}

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonElement.Parse(Body);

    public string Text => Encoding.UTF8.GetString(Body);

    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public Guid Id => Json.GetProperty("id").GetGuid();

    public string OrderStatus => Json.GetProperty("status").GetString()!;
}

/// <summary>A customer with a token at one replica.</summary>
internal sealed class Shopper : IDisposable
{
    private readonly HttpClient _http;

    public Shopper(Uri address, Guid customerId, string token)
    {
        CustomerId = customerId;
        _http = new() { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    public Guid CustomerId { get; }

    public HttpClient Http => _http;

    public Task<Answer> OrderAsync(object body, string? key = null) => SendAsync(HttpMethod.Post, "/api/orders", body, key);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> OrderOfAsync(Guid id) => GetAsync($"/api/orders/{id}");

    public Task<Answer> CancelAsync(Guid id) => SendAsync(HttpMethod.Delete, $"/api/orders/{id}");

    public Task<Answer> ChangeAsync(Guid id, int quantity) => SendAsync(HttpMethod.Put, $"/api/orders/{id}", new { quantity });

    public Task<Answer> PutInCartAsync(long productId, int quantity) =>
        SendAsync(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"/api/cart/items/{productId}"), new { quantity });

    public Task<Answer> AddToCartAsync(long productId, int quantity) =>
        SendAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/api/cart/items/{productId}"), new { quantity });

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var response = await _http.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers);
    }

    public void Dispose() => _http.Dispose();
}
