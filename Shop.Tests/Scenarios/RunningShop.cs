using Npgsql;
using Shop.Tests.Service;

namespace Shop.Tests.Scenarios;

/// <summary>Two replicas of Orders over four shards beside those of Catalog.</summary>
public class RunningShop(Servers servers) : RunningCatalog(servers)
{
    private const int Shards = 4;
    private const string PaymentsKey = "key-of-payments";

    public override IReadOnlyList<Uri> Orders { get; } = [FreeAddress(), FreeAddress()];

    public IReadOnlyList<NpgsqlDataSource> OrderDatabases { get; private set; } = [];

    protected IReadOnlyList<string> OrderConnections { get; private set; } = [];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var database in OrderDatabases) await database.DisposeAsync();
    }

    protected override async Task StartOthersAsync()
    {
        var databases = new List<string>();
        for (var n = 0; n < Shards; n++) databases.Add(await Servers.CreateDatabaseAsync($"orders{n}"));
        OrderConnections = databases;
        OrderDatabases = [.. databases.Select(NpgsqlDataSource.Create)];
        var settings = OrdersSettings(databases);
        foreach (var address in Orders) Start("Shop.Orders", address, settings);
    }

    /// <summary>Payments and the sandbox provider, one process each.</summary>
    protected Uri StartPayments(string database)
    {
        var (payments, sandbox) = (FreeAddress(), FreeAddress());
        const string SigningKey = "Sandbox:SigningKeys:0";
        var settings = new Dictionary<string, string>(Common("payments", PaymentsKey))
        {
            ["ConnectionStrings:paymentsdb"] = database,
            ["services:orders:http:0"] = $"{Orders[0]}",
            ["services:orders:http:1"] = $"{Orders[1]}",
            ["services:sandbox:http:0"] = $"{sandbox}",
            [SigningKey] = Prefix,
        };
        Start("Shop.Payments", payments, settings);
        settings = new() { ["services:payments:http:0"] = $"{payments}", [SigningKey] = Prefix };
        Start("Shop.Payments", sandbox, settings, "--sandbox");
        return payments;
    }

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
}
