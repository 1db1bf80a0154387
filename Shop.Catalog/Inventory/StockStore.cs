using System.Diagnostics;
using Npgsql;

namespace Shop.Catalog.Inventory;

/// <summary>A product of which a variant's counters changed, and the version that the change made.</summary>
public readonly record struct StockChange(long ProductId, long Version);

/// <summary>What a transaction did, operation by operation, and the products it touched.</summary>
public sealed record StockResult(IReadOnlyList<StockOutcome> Outcomes, IReadOnlyList<StockChange> Changes);

/// <summary>
/// Applies operations inside the caller's transaction: locks and loads all rows concerned in one round trip, lets
/// <see cref="StockDecider"/> decide in order of arrival, stores the result in a second one.
/// </summary>
public sealed class StockStore
{
    // A lock is held for milliseconds; who waits longer than this is better told so.
    private const int TimeoutSeconds = 5;

    public async Task<StockResult> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<StockOperation> operations,
        CancellationToken cancellationToken)
    {
        var book = await LoadAsync(connection, transaction, operations, cancellationToken);
        var outcomes = operations.Select(operation => StockDecider.Decide(book, operation)).ToList();
        var changes = await SaveAsync(connection, transaction, book, cancellationToken);
        return new StockResult(outcomes, changes);
    }

    private static async Task<StockBook> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<StockOperation> operations,
        CancellationToken cancellationToken)
    {
        Guid[] orders = [.. operations.Select(operation => operation.OrderId).Distinct()];
        long[] variants = [.. operations.SelectMany(operation => operation.VariantIds).Distinct()];
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        batch.Add(StockSql.LockOrders, orders);
        batch.Add(StockSql.Now);
        batch.Add(StockSql.Reservations, orders);
        batch.Add(StockSql.Lines, orders);
        batch.Add(StockSql.LockStock, variants, orders);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var now = reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(cancellationToken);
        var reservations = await ReadAsync(reader, ReadReservation, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var lines = (await ReadAsync(reader, ReadLine, cancellationToken)).ToLookup(l => l.OrderId, l => l.Line);
        await reader.NextResultAsync(cancellationToken);
        var stock = await ReadAsync(reader, ReadStock, cancellationToken);
        return new StockBook(now, stock, reservations.Select(r => r with { Lines = [.. lines[r.OrderId]] }));
    }

    private static async Task<IReadOnlyList<StockChange>> SaveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, StockBook book, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        if (book.Movements.Count > 0)
        {
            AddCounters(batch, book.Movements);
            AddMovements(batch, book.Movements);
        }
        Reservation[] reservations = [.. book.ChangedReservations];
        if (reservations.Length > 0) AddReservations(batch, reservations);
        if (book.NewLines.Count > 0) AddLines(batch, book.NewLines);
        if (book.ShortLines.Count > 0) AddShortages(batch, book.ShortLines);
        if (batch.BatchCommands.Count == 0) return [];

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var changes = book.Movements.Count == 0
            ? []
            : await ReadAsync(
                reader, row => new StockChange(book.Stock(row.GetInt64(0))!.ProductId, row.GetInt64(1)), cancellationToken);
        while (await reader.NextResultAsync(cancellationToken))
        {
            // An error of a later statement shows when its result is reached.
        }
        return changes;
    }

    private static void AddCounters(NpgsqlBatch batch, IReadOnlyList<StockMovement> movements)
    {
        var totals = movements.GroupBy(movement => movement.VariantId)
            .Select(product => (
                Id: product.Key, OnHand: product.Sum(m => m.OnHandDelta), Reserved: product.Sum(m => m.ReservedDelta)))
            .ToList();
        batch.Add(
            StockSql.UpdateStock,
            totals.Select(t => t.Id).ToArray(),
            totals.Select(t => t.OnHand).ToArray(),
            totals.Select(t => t.Reserved).ToArray());
    }

    private static void AddMovements(NpgsqlBatch batch, IReadOnlyList<StockMovement> movements) => batch.Add(
        StockSql.InsertMovements,
        movements.Select(m => m.VariantId).ToArray(),
        movements.Select(m => m.KindName).ToArray(),
        movements.Select(m => m.SignedQuantity).ToArray(),
        movements.Select(m => m.OrderId).ToArray());

    private static void AddReservations(NpgsqlBatch batch, Reservation[] reservations) => batch.Add(
        StockSql.UpsertReservations,
        reservations.Select(r => r.OrderId).ToArray(),
        reservations.Select(r => r.Revision).ToArray(),
        reservations.Select(r => r.BodyHash).ToArray(),
        reservations.Select(r => r.CustomerId).ToArray(),
        reservations.Select(r => StateName(r.State)).ToArray(),
        reservations.Select(r => r.LeaseUntil.ToUniversalTime()).ToArray(),
        reservations.Select(r => r.Version).ToArray());

    private static void AddLines(NpgsqlBatch batch, IReadOnlyList<(Guid OrderId, ReservationLine Line)> lines) => batch.Add(
        StockSql.InsertLines,
        lines.Select(l => l.OrderId).ToArray(),
        lines.Select(l => l.Line.Revision).ToArray(),
        lines.Select(l => l.Line.VariantId).ToArray(),
        lines.Select(l => l.Line.Quantity).ToArray(),
        lines.Select(l => l.Line.Price).ToArray(),
        lines.Select(l => l.Line.Currency).ToArray(),
        lines.Select(l => l.Line.Name).ToArray(),
        lines.Select(l => l.Line.NameZh).ToArray(),
        lines.Select(l => l.Line.ProductId).ToArray(),
        lines.Select(l => l.Line.Sku).ToArray());

    private static void AddShortages(NpgsqlBatch batch, IReadOnlyList<(Guid OrderId, ReservationLine Line)> lines) => batch.Add(
        StockSql.MarkShort,
        lines.Select(l => l.OrderId).ToArray(),
        lines.Select(l => l.Line.Revision).ToArray(),
        lines.Select(l => l.Line.VariantId).ToArray(),
        lines.Select(l => l.Line.Shortage).ToArray());

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }

    private static Reservation ReadReservation(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2), row.IsDBNull(3) ? null : row.GetGuid(3),
        ParseState(row.GetString(4)), row.GetFieldValue<DateTimeOffset>(5), row.GetInt64(6), []);

    private static (Guid OrderId, ReservationLine Line) ReadLine(NpgsqlDataReader row) => (
        row.GetGuid(0),
        new ReservationLine(
            row.GetInt32(1), row.GetInt64(2), row.GetInt64(9), row.GetString(10), row.GetInt32(3), row.GetInt64(4),
            row.GetString(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7), row.GetInt32(8)));

    private static StockRow ReadStock(NpgsqlDataReader row) => new()
    {
        VariantId = row.GetInt64(0),
        ProductId = row.GetInt64(8),
        Sku = row.GetString(9),
        OnHand = row.GetInt32(1),
        Reserved = row.GetInt32(2),
        Name = row.GetString(3),
        NameZh = row.IsDBNull(4) ? null : row.GetString(4),
        Price = row.GetInt64(5),
        Currency = row.GetString(6),
        Sellable = row.GetBoolean(7),
    };

    private static string StateName(ReservationState state) => state switch
    {
        ReservationState.Reserved => "reserved",
        ReservationState.Released => "released",
        ReservationState.Expired => "expired",
        ReservationState.Confirmed => "confirmed",
        _ => throw new UnreachableException(),
    };

    private static ReservationState ParseState(string name) => name switch
    {
        "reserved" => ReservationState.Reserved,
        "released" => ReservationState.Released,
        "expired" => ReservationState.Expired,
        "confirmed" => ReservationState.Confirmed,
        _ => throw new UnreachableException($"Unknown reservation state {name}."),
    };
}
