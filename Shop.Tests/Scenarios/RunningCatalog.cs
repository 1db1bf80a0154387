using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>
/// Two replicas of Catalog, each a process of its own, over PostgreSQL, Redis and RabbitMQ, and whatever else is started beside
/// them. Tokens are minted here, since a load does not hash passwords.
/// </summary>
public abstract class RunningCatalog(Servers servers) : IAsyncLifetime
{
    protected const string CatalogKey = "key-of-catalog";
    protected const string OrdersKey = "key-of-orders";
    private readonly List<ServiceProcess> _processes = [];
    private TokenIssuer _tokens = null!;

    public IReadOnlyList<Uri> Catalog { get; } = [FreeAddress(), FreeAddress()];

    /// <summary>Where Catalog finds Orders.</summary>
    public abstract IReadOnlyList<Uri> Orders { get; }

    public NpgsqlDataSource CatalogDatabase { get; private set; } = null!;

    protected Servers Servers { get; } = servers;

    /// <summary>What the services give their keys in Redis and their exchange.</summary>
    protected string Prefix { get; } = Servers.UniqueName("sale");

    protected string CatalogConnection { get; private set; } = "";

    protected virtual string Redis => Servers.RedisConnectionString;

    protected virtual string Rabbit => Servers.RabbitConnectionString;

    /// <summary>Whether Catalog begins with the assortment that a developer's shop has.</summary>
    protected virtual bool Seeds => false;

    public virtual async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        CatalogConnection = await CreateCatalogDatabaseAsync();
        CatalogDatabase = NpgsqlDataSource.Create(CatalogConnection);
        for (var replica = 0; replica < Catalog.Count; replica++) Start("Shop.Catalog", Catalog[replica], CatalogSettings(replica));
        await StartOthersAsync();
        await ReadyAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await EndAsync(_processes);
        await EndAsync(CatalogDatabase, _tokens);
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

    internal ServiceProcess CatalogProcess(int replica) => _processes[replica];

    /// <summary>Answers the connection string of a database that is empty, or is not there yet.</summary>
    protected virtual Task<string> CreateCatalogDatabaseAsync() => Servers.CreateDatabaseAsync("catalog");

    /// <summary>Starts what Catalog works with; it need not be ready on return.</summary>
    protected virtual Task StartOthersAsync() => Task.CompletedTask;

    protected void Start(string service, Uri address, IReadOnlyDictionary<string, string> settings, params string[] switches) =>
        _processes.Add(ServiceProcess.Start(service, address.Port, settings, switches));

    /// <summary>Ends one after the other. Null is what a start that failed did not come to.</summary>
    protected static async Task EndAsync(params IEnumerable<IAsyncDisposable?> started)
    {
        foreach (var one in started.OfType<IAsyncDisposable>()) await one.DisposeAsync();
    }

    protected async Task ReadyAsync()
    {
        foreach (var process in _processes) await process.ReadyAsync();
    }

    protected virtual Dictionary<string, string> CatalogSettings(int replica) => new(Common("catalog", CatalogKey))
    {
        ["ConnectionStrings:catalogdb"] = CatalogConnection,
        ["Catalog:CachePrefix"] = Prefix,
        ["Catalog:Seed"] = $"{Seeds}",
        ["services:orders:http:0"] = $"{Orders[0]}",
        ["services:orders:http:1"] = $"{Orders[^1]}",
        ["Internal:Callers:orders"] = OrdersKey,
    };

    /// <summary>Settings of every service.</summary>
    protected Dictionary<string, string> Common(string name, string key) => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings:cache"] = Redis,
        ["ConnectionStrings:messaging"] = Rabbit,
        ["services:web:http:0"] = _tokens.Address,
        ["Messaging:Exchange"] = Prefix,
        ["Internal:Name"] = name,
        ["Internal:Key"] = key,
        ["Shutdown:Notice"] = "00:00:00",
    };

    protected static Uri FreeAddress() => new($"http://127.0.0.1:{FreePorts.Next()}");
}
