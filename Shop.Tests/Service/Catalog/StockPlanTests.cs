using Npgsql;
using Shop.Catalog.Inventory;

namespace Shop.Tests.Service.Catalog;

/// <summary>How the statements of reservations find their rows, as a session plans them while there are few.</summary>
[Collection(Servers.Collection)]
public sealed class StockPlanTests(CatalogBed bed) : IClassFixture<CatalogBed>
{
    public static TheoryData<string, int> Statements => new()
    {
        { StockSql.Reservations, 1 },
        { StockSql.Lines, 1 },
        { StockSql.LockStock, 2 },
        { StockSql.Variants, 2 },
        { StockSql.UpdateStock, 3 },
        { StockSql.UpdateLines, 5 },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Plans_that_are_kept_while_tables_grow_read_none_as_a_whole(string statement, int parameters)
    {
        await using var connection = new NpgsqlConnection(bed.Settings["ConnectionStrings:catalogdb"] + ";Pooling=false");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(StockSql.ByKeyOnly);
        await RunAsync("SET LOCAL plan_cache_mode = force_generic_plan");
        await RunAsync("PREPARE kept AS " + statement);

        await using var explain = new NpgsqlCommand($"EXPLAIN EXECUTE kept ({string.Join(", ", Enumerable.Repeat("'{}'", parameters))})", connection, transaction);
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));

        Assert.Contains(plan, line => line.Contains("Index", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan on", StringComparison.Ordinal));

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }
    }
}
