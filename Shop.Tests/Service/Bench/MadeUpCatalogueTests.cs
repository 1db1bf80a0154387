using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using Shop.Bench.Browse;
using Shop.Bench.Reporting;
using Shop.Bench.Reserve;
using Shop.Tests.Service.Catalog;

namespace Shop.Tests.Service.Bench;

/// <summary>What the load tool writes into Catalog's tables by itself must fit Catalog as it is now.</summary>
[Collection(Servers.Collection)]
public sealed partial class MadeUpCatalogueTests(Servers servers) : IAsyncLifetime
{
    private const int Products = 500;
    private readonly Random _random = new(9);
    private readonly CatalogBed _bed = new(servers);
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync()
    {
        await _bed.InitializeAsync();
        _database = NpgsqlDataSource.Create(_bed.Settings["ConnectionStrings:catalogdb"]);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _bed.DisposeAsync();
    }

    [Fact]
    public async Task Catalog_shows_finds_and_sells_what_was_made_up()
    {
        var stock = await StockPlan.CreateAsync(_database, Products, CancellationToken.None);
        await using var catalog = await CatalogBed.StartAsync(_bed.Settings);
        using var visitor = new HttpClient { BaseAddress = catalog.Address };
        var page = (await visitor.GetFromJsonAsync<JsonObject>($"/api/products/{stock.FirstCold}"))!;
        var words = ((string)page["nameEn"]!).Split(' ');
        foreach (var query in new[] { string.Join(' ', words[1..^1]), (string)page["nameZh"]! })
            Assert.Contains(stock.FirstCold, await FoundAsync(visitor, "q=" + Uri.EscapeDataString(query)));
        Assert.Equal(24, (await FoundAsync(visitor, $"category={page["category"]}&limit=24")).Count);

        Assert.Equal(HttpStatusCode.OK, await ReserveAsync(catalog.Address, stock.FirstCold));
        Assert.Equal(HttpStatusCode.OK, await ReserveAsync(catalog.Address, stock.Hot));
        Assert.Equal(HttpStatusCode.Conflict, await ReserveAsync(catalog.Address, stock.SoldOut));
        Assert.Equal(0, await stock.DifferencesAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("pgbench-steps.sql")]
    [InlineData("pgbench-pipelined.sql")]
    [InlineData("pgbench-units.sql")]
    public async Task The_scripts_for_pgbench_do_the_row_work_of_a_reservation(string script)
    {
        var stock = await StockPlan.CreateAsync(_database, Products, CancellationToken.None);
        await stock.SettleAsync(units: true, CancellationToken.None);
        var statements = Commands().Replace(Resources.Text(script), "")
            .Replace(":order_key", "4711", StringComparison.Ordinal)
            .Replace(":variant", $"{(script == "pgbench-units.sql" ? stock.ByUnit : stock.Hot)}", StringComparison.Ordinal);
        await using (var command = _database.CreateCommand(statements)) await command.ExecuteNonQueryAsync();

        await using var count = _database.CreateCommand(
            """
            SELECT (SELECT count(*) FROM reservations WHERE state = 'reserved') + (SELECT count(*) FROM reservation_lines)
                + (SELECT count(*) FROM stock_ledger WHERE kind = 'reserved')
                + (SELECT sum(reserved) FROM stock) + (SELECT count(*) FROM bench_units WHERE order_id IS NOT NULL)
            """);
        Assert.Equal(4L, await count.ExecuteScalarAsync());
        Assert.Equal(0, await stock.DifferencesAsync(CancellationToken.None));
    }

    [Fact]
    public async Task No_two_searches_are_the_same_and_nearly_all_find_something()
    {
        var stock = await StockPlan.CreateAsync(_database, Products, CancellationToken.None);
        var paths = await new SearchQueries(new Random(1)).CreateAsync(_database, stock.FirstCold, Products, 5_000, CancellationToken.None);
        Assert.Equal(paths.Count, paths.Distinct().Count());
        using var visitor = _bed.Visitor();
        var found = 0;
        foreach (var path in paths.Take(40))
            if ((await visitor.GetFromJsonAsync<JsonObject>(path))!["items"]!.AsArray().Count > 0) found++;
        Assert.InRange(found, 30, 40);
    }

    private async Task<HttpStatusCode> ReserveAsync(Uri catalog, long product)
    {
        var request = new ReservationRequests(catalog, product, 1).Next(_random, new byte[8192]);
        using var connection = new Shop.Bench.Http.HttpConnection(new IPEndPoint(IPAddress.Loopback, catalog.Port));
        return (HttpStatusCode)await connection.SendAsync(request, sink: null, CancellationToken.None);
    }

    private static async Task<IReadOnlyList<long>> FoundAsync(HttpClient visitor, string query) =>
        [.. (await visitor.GetFromJsonAsync<JsonObject>("/api/products?" + query))!["items"]!.AsArray().Select(item => (long)item!["id"]!)];

    [GeneratedRegex(@"^(\\|--).*$", RegexOptions.Multiline)]
    private static partial Regex Commands();
}
