using Npgsql;
using Shop.Catalog.Promotions;
using Shop.Catalog.Reviews;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Catalog.Inventory;

/// <summary>A product of which a variant's counters changed, and the version that the change made.</summary>
public readonly record struct StockChange(long ProductId, long Version);

/// <summary>What a transaction did, operation by operation, the products it touched, and the variants of which it left more.</summary>
public sealed record StockResult(
    IReadOnlyList<StockOutcome> Outcomes, IReadOnlyList<StockChange> Changes, IReadOnlyList<long> Freed);

/// <summary>
/// Applies operations inside the caller's transaction: locks and loads all rows concerned in one round trip, lets
/// <see cref="StockDecider"/> decide in order of arrival, stores the result in a second one. Limited variants cost a third, coupons another.
/// </summary>
public sealed class StockStore(Outbox outbox)
{
    // A lock is held for milliseconds; who waits longer than this is better told so.
    internal const int TimeoutSeconds = 5;

    public async Task<StockResult> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<StockOperation> operations,
        CancellationToken cancellationToken)
    {
        var book = await LoadAsync(connection, transaction, operations, cancellationToken);
        var outcomes = new StockOutcome[operations.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = StockDecider.Decide(book, operations[i]);
        var changes = await SaveAsync(connection, transaction, book, cancellationToken);
        return new StockResult(outcomes, changes, StockWriter.Freed(book.Movements));
    }

    private static async Task<StockBook> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<StockOperation> operations,
        CancellationToken cancellationToken)
    {
        Guid[] orders = [.. operations.Select(operation => operation.OrderId).Distinct()];
        long[] variants = [.. operations.SelectMany(operation => operation.NamedLines).Select(line => line.VariantId).Distinct()];
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(StockSql.ByKeyOnly);
        batch.Add(StockSql.NoCompiler);
        batch.Add(StockSql.LockOrders, orders);
        batch.Add(StockSql.Now);
        batch.Add(StockSql.Reservations, orders);
        batch.Add(StockSql.Lines, orders);
        batch.Add(StockSql.LockStock, variants, orders);
        batch.Add(StockSql.Variants, variants, orders);

        List<Reservation> reservations;
        List<StockRow> stock;
        DateTimeOffset now;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            now = reader.GetFieldValue<DateTimeOffset>(0);
            reservations = await StockReader.ReservationsAsync(reader, cancellationToken);
            stock = await StockReader.StockAsync(reader, cancellationToken);
        }
        var units = stock.Exists(row => row.LimitPerCustomer is not null)
            ? await UnitsAsync(connection, transaction, stock, reservations, operations, cancellationToken)
            : [];
        var promotions = await PromotionStore.LoadAsync(connection, transaction, reservations, operations, cancellationToken);
        return new StockBook(now, stock, reservations, units, promotions);
    }

    /// <summary>Of each limited variant and customer concerned. Nobody else changes them while the stock row is locked.</summary>
    private static async Task<List<CustomerUnits>> UnitsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<StockRow> stock, List<Reservation> reservations,
        IReadOnlyList<StockOperation> operations, CancellationToken cancellationToken)
    {
        var customers = reservations.Select(reservation => reservation.CustomerId).OfType<Guid>()
            .Concat(operations.OfType<Reserve>().Select(reserve => reserve.CustomerId)).Distinct();
        var pairs = customers.SelectMany(_ => stock.Where(row => row.LimitPerCustomer is not null), (customer, row) => (row.VariantId, customer)).ToList();
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(StockSql.CustomerUnits, pairs.Select(pair => pair.VariantId).ToArray(), pairs.Select(pair => pair.customer).ToArray());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await StockReader.UnitsAsync(reader, cancellationToken);
    }

    /// <summary>Whichever way the confirmation came, the answer to the payment is written with it.</summary>
    private void AddSales(NpgsqlBatch batch, IReadOnlyList<Reservation> sold)
    {
        if (sold.Count == 0) return;
        ReviewStore.AddPurchases(batch, [.. sold.Select(one => one.OrderId)]);
        foreach (var one in sold) batch.BatchCommands.Add(ConfirmationAnswers.Command(outbox, one));
    }

    private async Task<IReadOnlyList<StockChange>> SaveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, StockBook book, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        StockWriter.Add(batch, book);
        AddSales(batch, book.Sold);
        if (batch.BatchCommands.Count == 0) return [];

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var changes = new List<StockChange>();
        if (book.Movements.Count > 0)
            while (await reader.ReadAsync(cancellationToken))
                changes.Add(new StockChange(book.Stock(reader.GetInt64(0))!.ProductId, reader.GetInt64(1)));
        while (await reader.NextResultAsync(cancellationToken))
        {
            // An error of a later statement shows when its result is reached.
        }
        return changes;
    }
}
