using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Catalog;
using Shop.Catalog.Replication;

namespace Shop.Tests.Service.Catalog;

/// <summary>A primary and a streaming standby of its own, with Catalog over both.</summary>
public sealed class StandbyBed(Servers servers) : IAsyncLifetime
{
    private RunningService _replica = null!;
    private TokenIssuer _tokens = null!;
    private int _asked;

    internal LocalServer Primary { get; private set; } = null!;

    internal LocalServer Standby { get; private set; } = null!;

    internal StandbyState State => _replica.Services.GetRequiredService<Standby>().State;

    public async Task InitializeAsync()
    {
        _tokens = await TokenIssuer.StartAsync();
        Primary = await LocalServer.PostgresAsync();
        Standby = await LocalServer.StandbyOfAsync(Primary);
        _replica = await RunningService.StartAsync(typeof(CatalogJson), new Dictionary<string, string>
        {
            ["ConnectionStrings:catalogdb"] = DatabaseOf(Primary),
            ["ConnectionStrings:catalogdb-standby"] = DatabaseOf(Standby),
            ["ConnectionStrings:cache"] = servers.RedisConnectionString,
            ["ConnectionStrings:messaging"] = servers.RabbitConnectionString,
            ["services:web:http:0"] = _tokens.Address,
            ["Catalog:CachePrefix"] = Servers.UniqueName("standby"),
            ["Messaging:Exchange"] = Servers.UniqueName("standby"),
            ["Internal:Name"] = Servers.UniqueName("standby"),
            ["Internal:Key"] = "key",
            ["Catalog:Seed"] = "true",
            ["Shutdown:Notice"] = "00:00:00",
        });
    }

    public async Task DisposeAsync()
    {
        await _replica.DisposeAsync();
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    internal HttpClient Visitor() => new() { BaseAddress = _replica.Address };

    internal HttpClient Administrator()
    {
        var client = Visitor();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _tokens.TokenFor(Guid.CreateVersion7(), "admin"));
        return client;
    }

    /// <summary>Reads a page of the list that no cache has. Fails when the answer is not 200.</summary>
    internal async Task<JsonArray> ListAsync(HttpClient client) =>
        JsonNode.Parse(await client.GetStringAsync($"/api/products?limit=5&nonce={Interlocked.Increment(ref _asked)}"))!["items"]!.AsArray();

    /// <summary>The price of the product that stands first.</summary>
    internal async Task<decimal> PriceAsync(HttpClient client) => (decimal)(await ListAsync(client))[0]!["price"]!;

    /// <summary>Changes the price of the product that stands first; answers the new one.</summary>
    internal async Task<decimal> ChangePriceAsync(HttpClient client, LocalServer? server = null)
    {
        var product = (await ListAsync(client))[0]!;
        var price = (decimal)product["price"]! + 1;
        await ExecuteAsync(server ?? Primary, $"UPDATE variants SET price = {(long)(price * 100)} WHERE product_id = {(long)product["id"]!}");
        await ExecuteAsync(server ?? Primary, $"UPDATE products SET price = {(long)(price * 100)} WHERE id = {(long)product["id"]!}");
        return price;
    }

    /// <summary>Waits until lists are read from the standby.</summary>
    internal Task IsUsedAsync(HttpClient client) =>
        Eventually.BecomesAsync("the standby is read", () => ServerOfAsync(() => ListAsync(client)), server => server == "standby");

    /// <summary>Which servers answered while something was done.</summary>
    internal async Task<string> ServerOfAsync(Func<Task> action)
    {
        var servers = new ConcurrentDictionary<string, bool>();
        var factory = _replica.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Name == "catalog.reads" && instrument.Meter.Scope == factory) meters.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => servers[(string)tags[0].Value!] = true);
        listener.Start();
        await action();
        return string.Join(' ', servers.Keys.Order());
    }

    internal Task OnStandbyAsync(string sql) => ExecuteAsync(Standby, sql);

    private static async Task ExecuteAsync(LocalServer server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseOf(server) + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string DatabaseOf(LocalServer server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "catalogdb" }.ConnectionString;
}
