using Npgsql;
using Shop.Bench.Catalogue;

namespace Shop.Bench.Reserve;

/// <summary>Which variants are cold, hot and sold out, and their stock.</summary>
/// <param name="ByUnit">Has its stock as rows of bench_units and not as counters.</param>
public sealed record StockPlan(NpgsqlDataSource Database, long FirstCold, int Cold, long Hot, long SoldOut, long ByUnit)
{
    private const int ColdStock = 1_000_000;
    private const int Units = 400_000;

    /// <summary>Ample for any run: more than the most that the column allows could not be reserved in an hour.</summary>
    private const string SetStock =
        """
        WITH given AS (
            UPDATE stock SET on_hand = CASE variant_id WHEN $1 THEN 1000000000 ELSE 0 END WHERE variant_id IN ($1, $2) RETURNING variant_id, on_hand)
        UPDATE stock_ledger l SET quantity = given.on_hand FROM given WHERE l.variant_id = given.variant_id AND given.on_hand > 0
        """;

    private const string ForgetSoldOut = "DELETE FROM stock_ledger WHERE variant_id = $1";

    private const string CreateUnits =
        """
        CREATE TABLE bench_units (variant_id bigint NOT NULL, unit integer NOT NULL, order_id uuid, PRIMARY KEY (variant_id, unit));
        CREATE INDEX bench_units_free ON bench_units (variant_id) WHERE order_id IS NULL;
        """;

    private const string Books =
        """
        SELECT count(*) FROM stock s
        LEFT JOIN (
            SELECT variant_id, sum(quantity) FILTER (WHERE kind IN ('received', 'sold', 'returned', 'adjusted', 'damaged')) AS on_hand,
                   sum(quantity) FILTER (WHERE kind IN ('reserved', 'released', 'sold')) AS reserved
            FROM stock_ledger GROUP BY variant_id) l USING (variant_id)
        LEFT JOIN (
            SELECT variant_id, sum(quantity) AS held FROM reservations JOIN reservation_lines USING (order_id, revision)
            WHERE state = 'reserved' GROUP BY variant_id) r USING (variant_id)
        WHERE s.variant_id <> $1
          AND (s.on_hand <> coalesce(l.on_hand, 0) OR s.reserved <> coalesce(l.reserved, 0) OR s.reserved <> coalesce(r.held, 0))
        """;

    public static async Task<StockPlan> CreateAsync(NpgsqlDataSource database, int cold, CancellationToken cancellationToken)
    {
        var data = await CatalogueData.FillAsync(database, cold + 3, ColdStock, cancellationToken);
        var plan = new StockPlan(database, data.FirstId, cold, data.FirstId + cold, data.FirstId + cold + 1, data.FirstId + cold + 2);
        await plan.ExecuteAsync(SetStock, cancellationToken, plan.Hot, plan.SoldOut);
        await plan.ExecuteAsync(ForgetSoldOut, cancellationToken, plan.SoldOut);
        await plan.ExecuteAsync(CreateUnits, cancellationToken);
        return plan;
    }

    /// <summary>
    /// Gives every round the same start: nothing left to be written, no dead rows of the round before. Also free units for the
    /// strategy of one row per unit.
    /// </summary>
    public async Task SettleAsync(bool units, CancellationToken cancellationToken)
    {
        if (units)
        {
            await ExecuteAsync("TRUNCATE bench_units", cancellationToken);
            await ExecuteAsync("INSERT INTO bench_units (variant_id, unit) SELECT $1, generate_series(1, $2)", cancellationToken, ByUnit, Units);
        }
        await ExecuteAsync(units ? "VACUUM (ANALYZE) stock, bench_units" : "VACUUM (ANALYZE) stock", cancellationToken);
        await ExecuteAsync("CHECKPOINT", cancellationToken);
    }

    /// <summary>
    /// Variants whose counters differ from the ledger or from the live reservations: 0, or a unit was lost or invented under load.
    /// </summary>
    public async Task<long> DifferencesAsync(CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(Books);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter { Value = ByUnit });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
