using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shop.Catalog.Search;

namespace Shop.Tests.Service.Catalog;

[Collection(Servers.Collection)]
public sealed class SalesTallyTests(CatalogBed bed) : IClassFixture<CatalogBed>, IAsyncLifetime
{
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(bed.Settings["ConnectionStrings:catalogdb"]);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _database.DisposeAsync().AsTask();

    [Fact]
    public async Task What_is_paid_for_counts_as_sold_and_what_is_given_back_does_not()
    {
        using var orders = bed.Orders();
        var (product, order) = (await bed.ProductAsync(stock: 20), Guid.CreateVersion7());
        await Answer.ReserveAsync(orders, order, 1, Guid.CreateVersion7(), (product, 3));
        await AssertSoldAsync(product, 0);
        await bed.PaidAsync(order, version: 2);
        await AssertSoldAsync(product, 3);
        await bed.CancelledAsync(order, version: 3);
        await AssertSoldAsync(product, 0);
    }

    [Fact]
    public async Task A_row_with_a_lower_id_that_appears_later_is_counted_once()
    {
        var (slow, quick) = (await bed.ProductAsync(stock: 10), await bed.ProductAsync(stock: 10));
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await SellAsync(connection, slow, 4);
        await using (var other = await _database.OpenConnectionAsync()) await SellAsync(other, quick, 2);

        for (var turn = 0; turn < 5; turn++) await TurnAsync();
        Assert.Equal((0, 0), (await SoldAsync(slow), await SoldAsync(quick)));
        await transaction.CommitAsync();

        await AssertSoldAsync(slow, 4);
        await AssertSoldAsync(quick, 2);
    }

    [Fact]
    public async Task Many_turns_at_once_count_everything_once()
    {
        var product = await bed.ProductAsync(stock: 1);
        for (var round = 0; round < 20; round++)
        {
            await using (var connection = await _database.OpenConnectionAsync()) await SellAsync(connection, product, 1);
            await Task.WhenAll(TurnAsync(), TurnAsync(), TurnAsync(), TurnAsync());
        }
        await AssertSoldAsync(product, 20);
        await TurnAsync();
        Assert.Equal(20, await SoldAsync(product));
    }

    // As the service does it: the stock row is locked before the ledger is written.
    private static async Task SellAsync(NpgsqlConnection connection, long product, int units)
    {
        foreach (var sql in (string[])["SELECT FROM stock WHERE variant_id = $1 AND $2 > 0 FOR NO KEY UPDATE",
            "INSERT INTO stock_ledger (variant_id, kind, quantity) VALUES ($1, 'sold', -$2)"])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter { Value = product });
            command.Parameters.Add(new NpgsqlParameter { Value = units });
            await command.ExecuteNonQueryAsync();
        }
    }

    private Task TurnAsync() => bed.Services.GetRequiredService<SalesTally>().TurnAsync(CancellationToken.None);

    private Task<long> SoldAsync(long product) => bed.CountAsync("SELECT sold FROM product_scores WHERE product_id = $1", product);

    // Other databases of the server have transactions under way, which are waited for too.
    private Task AssertSoldAsync(long product, long units) => Eventually.BecomesAsync(
        "units sold",
        async () =>
        {
            await TurnAsync();
            await TurnAsync();
            return await SoldAsync(product);
        },
        sold => sold == units);
}
