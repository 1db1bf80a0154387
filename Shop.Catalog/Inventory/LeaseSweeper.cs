using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;

namespace Shop.Catalog.Inventory;

/// <summary>
/// Gives back what leases held that ended longer ago than a grace, so that Orders, which knows more, expires first. Messages
/// of a payment may be long under way, so Orders is asked before anything is given back; while it is away, nothing is. Any
/// number of replicas may run it: each takes orders that no other works on.
/// </summary>
public sealed partial class LeaseSweeper(
    ServiceDatabases databases, NpgsqlDataSource database, StockStore store, StockTransactions transactions, OrderStates orders,
    Shortages shortages, CatalogMetrics metrics, Failpoints failpoints, IOptions<InventoryOptions> options, TimeProvider time,
    ILogger<LeaseSweeper> logger)
    : PeriodicWork(databases, time, options.Value.SweepInterval, logger)
{
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    private const int BatchSize = 100;

    // Page by page, as orders that are being paid stay due.
    private const string FindDue =
        """
        SELECT order_id, lease_until
        FROM reservations
        WHERE state = 'reserved' AND lease_until < shop_now() - $1 AND (lease_until, order_id) > ($2, $3)
        ORDER BY lease_until, order_id LIMIT $4
        """;

    // The advisory lock that every transaction on an order takes; trying for it is this table's SKIP LOCKED.
    private const string Take =
        """
        SELECT order_id FROM unnest($1::uuid[]) AS order_id
        WHERE pg_try_advisory_xact_lock(hashtextextended(order_id::text, 42))
        """;

    protected override async Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.leases.before-sweep", cancellationToken);
        await SweepAsync(cancellationToken);
        await failpoints.HitAsync("catalog.leases.after-sweep", cancellationToken);
    }

    /// <summary>Goes through everything that is due once.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var (lease, last) = (DateTimeOffset.UnixEpoch, Guid.Empty);
        while (true)
        {
            var due = await FindDueAsync(lease, last, cancellationToken);
            if (due.Count == 0) return;
            if (await orders.FindAsync([.. due.Select(one => one.OrderId)], cancellationToken) is not { } states) return;
            var operations = due.Select(one => Operation(one.OrderId, states)).OfType<StockOperation>().ToList();
            if (operations.Count > 0) await ApplyAsync(operations, cancellationToken);
            if (due.Count < BatchSize) return;
            (last, lease) = due[^1];
        }
    }

    // Checkout was interrupted when Orders does not know the order.
    private static StockOperation? Operation(Guid orderId, IReadOnlyDictionary<Guid, OrderState> states) =>
        states.TryGetValue(orderId, out var state) ? state.AfterLease(Grace) : new Expire(orderId, Grace);

    private async Task<List<(Guid OrderId, DateTimeOffset Lease)>> FindDueAsync(
        DateTimeOffset lease, Guid last, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindDue);
        foreach (var value in (object[])[Grace, lease, last, BatchSize])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<(Guid, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
            due.Add((reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
        return due;
    }

    /// <summary>One batch in one transaction.</summary>
    private async Task ApplyAsync(List<StockOperation> operations, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.stock.before-load", cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var taken = await TakeAsync(connection, transaction, operations, cancellationToken);
        if (taken.Count == 0) return;
        var result = await store.ApplyAsync(connection, transaction, taken, cancellationToken);
        await transactions.CommitAsync(transaction, result.Changes, result.Freed, cancellationToken);
        Report(taken, result.Outcomes);
    }

    private static async Task<List<StockOperation>> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<StockOperation> operations, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Take, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = operations.Select(operation => operation.OrderId).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var free = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken)) free.Add(reader.GetGuid(0));
        return [.. operations.Where(operation => free.Contains(operation.OrderId))];
    }

    private void Report(List<StockOperation> operations, IReadOnlyList<StockOutcome> outcomes)
    {
        var ended = 0;
        foreach (var (operation, outcome) in operations.Zip(outcomes))
        {
            if (operation is Confirm) shortages.Report(operation.OrderId, outcome);
            else if (outcome.Changed) ended++;
        }
        if (ended == 0) return;
        metrics.ReservationsExpired(ended);
        LogSwept(ended);
    }

    [LoggerMessage(110, LogLevel.Information, "{Count} reservations ended with their lease")]
    private partial void LogSwept(int count);
}
