using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shop.Audit;
using Shop.Tests.Service;
using StackExchange.Redis;

namespace Shop.Tests.Scenarios;

/// <summary>
/// A <see cref="RunningShop"/> with an assortment, payments and the sandbox provider, over a Redis and a RabbitMQ of its own,
/// which may be ended, frozen and started again.
/// </summary>
public sealed class OutageShop(Servers servers) : RunningShop(servers)
{
    internal LocalServer RedisServer { get; private set; } = null!;

    internal LocalServer RabbitServer { get; private set; } = null!;

    public Uri Payments { get; private set; } = null!;

    public AuditDatabases Databases { get; private set; } = null!;

    /// <summary>Ids of products that nobody orders.</summary>
    public IReadOnlyList<long> Assortment { get; private set; } = [];

    protected override string Redis => RedisServer.ConnectionString;

    protected override string Rabbit => RabbitServer.ConnectionString;

    protected override bool Seeds => true;

    public override async Task InitializeAsync()
    {
        var rabbit = LocalServer.RabbitAsync();
        RedisServer = await LocalServer.RedisAsync();
        RabbitServer = await rabbit;
        await base.InitializeAsync();
        var payments = await Servers.CreateDatabaseAsync("payments");
        Payments = StartPayments(payments);
        await ReadyAsync();
        Databases = new AuditDatabases(CatalogConnection, OrderConnections, payments);
        await using var command = CatalogDatabase.CreateCommand("SELECT array_agg(id ORDER BY id) FROM products");
        Assortment = (long[])(await command.ExecuteScalarAsync())!;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await EndAsync(Databases, RedisServer, RabbitServer);
    }

    public async Task FlushRedisAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Redis);
        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
    }

    /// <summary>Whether Redis holds the English page of a product.</summary>
    public async Task<bool> IsInRedisAsync(long product)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Redis);
        return await redis.GetDatabase().KeyExistsAsync($"{{{Prefix}:product:{product}}}:en");
    }

    /// <summary>Waits until every process says that nothing is away.</summary>
    public async Task HealthyAsync()
    {
        using var http = new HttpClient();
        foreach (var address in Catalog.Concat(Orders).Append(Payments))
            await Eventually.BecomesAsync($"{address} is healthy", () => http.GetFromJsonAsync<JsonElement>(new Uri(address, "/health")),
                health => health.GetProperty("status").GetString() == "Healthy", TimeSpan.FromSeconds(60));
    }

    /// <summary>Messages that are committed and not yet taken over by RabbitMQ, of all services.</summary>
    public async Task<long> UnsentAsync()
    {
        var counts = await Task.WhenAll(Databases.Orders.Append(Databases.Catalog!).Append(Databases.Payments!)
            .Select(database => CountAsync(database, "SELECT count(*) FROM shop_outbox WHERE position > $1", 0L)));
        return counts.Sum();
    }
}
