using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>
/// Two replicas of Catalog and two of Orders, each a process of its own, over four shards, Redis and RabbitMQ. Tokens are
/// minted here, since a load does not hash passwords.
/// </summary>
public sealed class RunningShop(Servers servers) : IAsyncLifetime
{
    private const int Shards = 4;
    private const string CatalogKey = "key-of-catalog";
    private const string OrdersKey = "key-of-orders";
    private readonly List<ServiceProcess> _processes = [];
    private TokenIssuer _tokens = null!;

    public IReadOnlyList<Uri> Catalog { get; private set; } = [];

    public IReadOnlyList<Uri> Orders { get; private set; } = [];

    public NpgsqlDataSource CatalogDatabase { get; private set; } = null!;

    public IReadOnlyList<NpgsqlDataSource> OrderDatabases { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        int[] ports = [FreePorts.Next(), FreePorts.Next(), FreePorts.Next(), FreePorts.Next()];
        Catalog = [Address(ports[0]), Address(ports[1])];
        Orders = [Address(ports[2]), Address(ports[3])];
        var catalog = await servers.CreateDatabaseAsync("catalog");
        var orders = new List<string>();
        for (var n = 0; n < Shards; n++) orders.Add(await servers.CreateDatabaseAsync($"orders{n}"));
        CatalogDatabase = NpgsqlDataSource.Create(catalog);
        OrderDatabases = [.. orders.Select(NpgsqlDataSource.Create)];

        var (catalogSettings, ordersSettings) = (CatalogSettings(catalog), OrdersSettings(orders));
        foreach (var port in ports[..2]) _processes.Add(ServiceProcess.Start("Shop.Catalog", port, catalogSettings));
        foreach (var port in ports[2..]) _processes.Add(ServiceProcess.Start("Shop.Orders", port, ordersSettings));
        foreach (var process in _processes) await process.ReadyAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        foreach (var database in OrderDatabases) await database.DisposeAsync();
        await CatalogDatabase.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    /// <summary>A product that no other test touches.</summary>
    public async Task<long> ProductAsync(int stock)
    {
        using var administrator = new HttpClient { BaseAddress = Catalog[0] };
        administrator.DefaultRequestHeaders.Authorization = Bearer(Guid.CreateVersion7(), "admin");
        using var response = await administrator.PostAsJsonAsync("/api/products", new { name = "Thing on sale", price = 10, stock });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    }

    public AuthenticationHeaderValue Bearer(Guid customer, string? role = null) => new("Bearer", _tokens.TokenFor(customer, role));

    /// <summary>Calls as the service Orders.</summary>
    public HttpClient AsOrders(int replica) => new()
    {
        BaseAddress = Catalog[replica], DefaultRequestHeaders = { { "X-Service-Name", "orders" }, { "X-Service-Key", OrdersKey } },
    };

    public Task<long> CountAsync(string sql, object parameter) => CountAsync(CatalogDatabase, sql, parameter);

    public static async Task<long> CountAsync(NpgsqlDataSource database, string sql, object parameter)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Dictionary<string, string> CatalogSettings(string database) => new(Common("catalog", CatalogKey))
    {
        ["ConnectionStrings:catalogdb"] = database,
        ["Catalog:CachePrefix"] = _prefix,
        ["services:orders:http:0"] = $"{Orders[0]}",
        ["services:orders:http:1"] = $"{Orders[1]}",
        ["Internal:Callers:orders"] = OrdersKey,
    };

    private Dictionary<string, string> OrdersSettings(List<string> databases)
    {
        var settings = new Dictionary<string, string>(Common("orders", OrdersKey))
        {
            ["Orders:Shards"] = $"{Shards}",
            ["services:catalog:http:0"] = $"{Catalog[0]}",
            ["services:catalog:http:1"] = $"{Catalog[1]}",
            ["Internal:Callers:catalog"] = CatalogKey,
        };
        for (var n = 0; n < Shards; n++) settings[$"ConnectionStrings:ordersdb{n}"] = databases[n];
        return settings;
    }

    private readonly string _prefix = Servers.UniqueName("sale");

    private Dictionary<string, string> Common(string name, string key) => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings:cache"] = servers.RedisConnectionString,
        ["ConnectionStrings:messaging"] = servers.RabbitConnectionString,
        ["services:web:http:0"] = _tokens.Address,
        ["Messaging:Exchange"] = _prefix,
        ["Internal:Name"] = name,
        ["Internal:Key"] = key,
        ["Shutdown:Notice"] = "00:00:00",
    };

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}");
}
