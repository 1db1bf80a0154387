using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Search;

/// <summary>
/// Keeps <c>product_scores.sold</c>, by which lists are sorted, behind the stock ledger: beside the transactions that sell, so
/// that none of them waits for the row of a product that everybody buys. Ids of the ledger are given before the rows can be
/// seen, so a lower one may still appear. Therefore a range of rows is first marked, and counted once every transaction has
/// ended that was under way then. Any number of replicas may run it: one at a time counts.
/// </summary>
public sealed class SalesTally(
    ServiceDatabases databases, NpgsqlDataSource database, TimeProvider time, ILogger<SalesTally> logger)
    : PeriodicWork(databases, time, Interval, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int BatchSize = 10_000;

    private const string FindMarked =
        """
        SELECT counted, pending, 0::bigint FROM sales_tally
        WHERE pending > counted AND pending_xact <= pg_snapshot_xmin(pg_current_snapshot())
        FOR UPDATE SKIP LOCKED
        """;

    private const string Count =
        """
        UPDATE product_scores s SET sold = greatest(s.sold + d.units, 0)
        FROM (
            SELECT v.product_id, -sum(l.quantity) AS units
            FROM stock_ledger l JOIN variants v ON v.id = l.variant_id
            WHERE l.kind IN ('sold', 'returned') AND l.id > $1 AND l.id <= $2
            GROUP BY v.product_id) AS d
        WHERE s.product_id = d.product_id AND d.units <> 0
        """;

    private const string MarkCounted = "UPDATE sales_tally SET counted = $1";

    private const string FindNew =
        """
        SELECT t.counted, new.last, new.rows
        FROM sales_tally t, LATERAL (
            SELECT max(id) AS last, count(*) AS rows FROM (
                SELECT id FROM stock_ledger WHERE kind IN ('sold', 'returned') AND id > t.counted ORDER BY id LIMIT $1) AS found) AS new
        WHERE t.pending = t.counted
        """;

    // Its transaction begins after the rows were seen. Whoever was given a lower id has a lower transaction number, since
    // stock rows are locked before the ledger is written.
    private const string Mark =
        "UPDATE sales_tally SET pending = $2, pending_xact = pg_current_xact_id() WHERE counted = $1 AND pending = $1";

    protected override async Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        while (await TurnAsync(cancellationToken))
        {
            // A range is marked when the one before is counted, so this waits for the next interval when that has to wait.
        }
    }

    /// <summary>Counts what was marked before, if nothing can be missing from it any more, and marks what is new.</summary>
    /// <returns>Whether there is more to mark than a range holds, so that another turn should follow at once.</returns>
    internal async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        await CountAsync(cancellationToken);
        if (await FindNewAsync(cancellationToken) is not { } range) return false;
        await using var batch = database.CreateBatch();
        batch.Add(Mark, range.After, range.Last);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return range.Rows == BatchSize;
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var find = new NpgsqlCommand(FindMarked, connection, transaction);
        if (await RangeAsync(find, cancellationToken) is not { } range) return;
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(Count, range.After, range.Last);
        batch.Add(MarkCounted, range.Last);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<Range?> FindNewAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindNew);
        command.Parameters.Add(new NpgsqlParameter { Value = BatchSize });
        return await RangeAsync(command, cancellationToken);
    }

    private static async Task<Range?> RangeAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !reader.IsDBNull(1)
            ? new Range(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2))
            : null;
    }

    /// <summary>Rows of the ledger with higher ids than the one and up to the other.</summary>
    private sealed record Range(long After, long Last, long Rows);
}
