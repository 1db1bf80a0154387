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
public class RunningShop(Servers servers) : IAsyncLifetime
{
    private const int Shards = 4;
    private const string CatalogKey = "key-of-catalog";
    private const string OrdersKey = "key-of-orders";
    private const string PaymentsKey = "key-of-payments";
    private readonly List<ServiceProcess> _processes = [];
    private TokenIssuer _tokens = null!;

    public IReadOnlyList<Uri> Catalog { get; private set; } = [];

    public IReadOnlyList<Uri> Orders { get; private set; } = [];

    public NpgsqlDataSource CatalogDatabase { get; private set; } = null!;

    public IReadOnlyList<NpgsqlDataSource> OrderDatabases { get; private set; } = [];

    /// <summary>What the services give their keys in Redis and their exchange.</summary>
    protected string Prefix { get; } = Servers.UniqueName("sale");

    protected string CatalogConnection { get; private set; } = "";

    protected IReadOnlyList<string> OrderConnections { get; private set; } = [];

    protected virtual string Redis => servers.RedisConnectionString;

    protected virtual string Rabbit => servers.RabbitConnectionString;

    /// <summary>Whether Catalog begins with the assortment that a developer's shop has.</summary>
    protected virtual bool Seeds => false;

    public virtual async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        int[] ports = [FreePorts.Next(), FreePorts.Next(), FreePorts.Next(), FreePorts.Next()];
        Catalog = [Address(ports[0]), Address(ports[1])];
        Orders = [Address(ports[2]), Address(ports[3])];
        CatalogConnection = await servers.CreateDatabaseAsync("catalog");
        var orders = new List<string>();
        for (var n = 0; n < Shards; n++) orders.Add(await servers.CreateDatabaseAsync($"orders{n}"));
        OrderConnections = orders;
        CatalogDatabase = NpgsqlDataSource.Create(CatalogConnection);
        OrderDatabases = [.. orders.Select(NpgsqlDataSource.Create)];

        var (catalogSettings, ordersSettings) = (CatalogSettings(CatalogConnection), OrdersSettings(orders));
        foreach (var port in ports[..2]) _processes.Add(ServiceProcess.Start("Shop.Catalog", port, catalogSettings));
        foreach (var port in ports[2..]) _processes.Add(ServiceProcess.Start("Shop.Orders", port, ordersSettings));
        await ReadyAsync();
    }

    public virtual async Task DisposeAsync()
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

    protected async Task ReadyAsync()
    {
        foreach (var process in _processes) await process.ReadyAsync();
    }

    /// <summary>Payments and the sandbox provider, one process each.</summary>
    protected Uri StartPayments(string database)
    {
        var (payments, sandbox) = (Address(FreePorts.Next()), Address(FreePorts.Next()));
        const string SigningKey = "Sandbox:SigningKeys:0";
        var settings = new Dictionary<string, string>(Common("payments", PaymentsKey))
        {
            ["ConnectionStrings:paymentsdb"] = database,
            ["services:orders:http:0"] = $"{Orders[0]}",
            ["services:orders:http:1"] = $"{Orders[1]}",
            ["services:sandbox:http:0"] = $"{sandbox}",
            [SigningKey] = Prefix,
        };
        _processes.Add(ServiceProcess.Start("Shop.Payments", payments.Port, settings));
        settings = new() { ["services:payments:http:0"] = $"{payments}", [SigningKey] = Prefix };
        _processes.Add(ServiceProcess.Start("Shop.Payments", sandbox.Port, settings, "--sandbox"));
        return payments;
    }

    private Dictionary<string, string> CatalogSettings(string database) => new(Common("catalog", CatalogKey))
    {
        ["ConnectionStrings:catalogdb"] = database,
        ["Catalog:CachePrefix"] = Prefix,
        ["Catalog:Seed"] = $"{Seeds}",
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
            ["Internal:Callers:payments"] = PaymentsKey,
        };
        for (var n = 0; n < Shards; n++) settings[$"ConnectionStrings:ordersdb{n}"] = databases[n];
        return settings;
    }

    private Dictionary<string, string> Common(string name, string key) => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings:cache"] = Redis,
        ["ConnectionStrings:messaging"] = Rabbit,
        ["services:web:http:0"] = _tokens.Address,
        ["Messaging:Exchange"] = Prefix,
        ["Internal:Name"] = name,
        ["Internal:Key"] = key,
        ["Shutdown:Notice"] = "00:00:00",
    };

    private static Uri Address(int port) => new($"http://127.0.0.1:{port}");
}
