using System.Net;
using System.Text;
using Npgsql;
using Shop.Audit;
using Shop.Catalog.Exchange;
using Shop.Tests.Service;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Scenarios;

/// <summary>Two replicas of Catalog whose imports ask at each of their points whether to go on.</summary>
public sealed class DirectedImports(Servers servers) : RunningCatalog(servers)
{
    public const string Locked = "catalog.import.locked";
    public const string Planned = "catalog.import.planned";
    public const string BeforeCheck = "catalog.import.before-commit";
    public const string Checked = "catalog.import.checked";

    /// <summary>Of imports that were queued: all is committed, and the queue does not know.</summary>
    public const string BeforeAnswer = "messaging.work.before-ack";

    private const string Pass = "UPDATE shop_clock SET shift = shift + (SELECT lease FROM shop_locks WHERE name = $1)";
    private readonly Guid[] _administrators = [Guid.CreateVersion7(), Guid.CreateVersion7()];
    private Director _director = null!;

    public override IReadOnlyList<Uri> Orders { get; } = [FreeAddress()];

    public override async Task InitializeAsync()
    {
        _director = await Director.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await EndAsync(_director);
    }

    /// <summary>Runs <paramref name="action"/> whenever an import of the replica is at the point, and lets it go on afterwards.</summary>
    public IDisposable On(int replica, string point, Func<Task> action) => _director.On($"{replica}", point, action);

    /// <summary>The database's time goes on until the lease of whoever holds the lock is over.</summary>
    public async Task PassLeaseAsync()
    {
        await using var command = CatalogDatabase.CreateCommand(Pass);
        command.Parameters.Add(new NpgsqlParameter { Value = ProductImport.LockName });
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    /// <summary>Imports a file of one product, which is the replica's own, at a price.</summary>
    /// <param name="query">Of the address.</param>
    internal async Task<Answer> ImportAsync(int replica, int price, string query = "")
    {
        var row = $"product-{replica},SKU-{replica},Product {replica},,,,more,,,{price},,";
        using var content = new StringContent($"{string.Join(',', Columns.All)}\r\n{row}\r\n", Encoding.UTF8, "text/csv");
        using var client = new HttpClient { BaseAddress = Catalog[replica], DefaultRequestHeaders = { Authorization = Bearer(_administrators[replica], "admin") } };
        return await Answer.OfAsync(client.PostAsync("/api/products/import" + query, content));
    }

    /// <summary>The price of the replica's product as it is stored.</summary>
    public Task<long> PriceAsync(int replica) => CountAsync("SELECT price / 100 FROM variants WHERE sku = $1", $"SKU-{replica}");

    /// <summary>All prices that the replica's product ever had.</summary>
    public async Task<long[]> PricesAsync(int replica)
    {
        await using var command = CatalogDatabase.CreateCommand(
            """
            SELECT array_agg(h.price / 100 ORDER BY h.id) FROM price_history h JOIN variants v ON v.id = h.variant_id
            WHERE v.sku = $1 AND h.who = $2
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = $"SKU-{replica}" });
        command.Parameters.Add(new NpgsqlParameter { Value = _administrators[replica] });
        return (long[])(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Imports, and changes of products by them, that the audit trail ascribes to the replica's administrator.</summary>
    public async Task<(long Imports, long Products)> AuditedAsync(int replica) => (
        await CountAsync("SELECT count(*) FROM audit_trail WHERE action = 'catalogue.imported' AND who = $1", _administrators[replica]),
        await CountAsync("SELECT count(*) FROM audit_trail WHERE action = 'product.imported' AND who = $1", _administrators[replica]));

    /// <summary>Whether somebody waits in the queue of the lock.</summary>
    public async Task<bool> IsAwaitedAsync() =>
        await CountAsync("SELECT count(*) FROM shop_lock_waiters WHERE name = $1", ProductImport.LockName) > 0;

    /// <summary>What <c>./shop audit</c> compares within this database.</summary>
    public async Task AssertBooksAgreeAsync()
    {
        await using var databases = new AuditDatabases(CatalogConnection, [], null);
        await Books.AgreeAsync(databases);
    }

    protected override Dictionary<string, string> CatalogSettings(int replica)
    {
        var settings = base.CatalogSettings(replica);
        settings["Internal:Name"] = Prefix;
        foreach (var point in (string[])[Locked, Planned, BeforeCheck, Checked, BeforeAnswer]) settings[$"Failpoints:{point}"] = _director.Setting($"{replica}");
        return settings;
    }
}
