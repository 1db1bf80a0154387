using System.Data;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Inventory;

/// <summary>
/// A transaction for each operation. A new reservation is one round trip of conditional updates in key order, and one for the
/// commit. Whatever that cannot grant (a line is short, limited or not sold, the order is known, there is a coupon) is undone and decided by
/// <see cref="StockDecider"/> on locked rows, as every other operation is.
/// </summary>
public sealed class ConditionalUpdates(NpgsqlDataSource database, StockTransactions transactions, Failpoints failpoints) : IStockStrategy
{
    public async Task<StockOutcome> ApplyAsync(StockOperation operation, CancellationToken cancellationToken) =>
        operation is Reserve { Coupon: null } reserve && await TryHoldAsync(reserve, cancellationToken) is { } held
            ? held
            : (await transactions.RunAsync([operation], cancellationToken))[0];

    /// <summary>Null when anything stands in the way; then nothing was done.</summary>
    private async Task<StockOutcome?> TryHoldAsync(Reserve reserve, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.stock.before-load", cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var batch = Statements(reserve, connection, transaction);
        if (await HoldAsync(batch, reserve, cancellationToken) is not { } held) return null;
        await transactions.CommitAsync(transaction, held.Changes, freed: [], cancellationToken);
        return new StockOutcome(held.Reservation, Changed: true);
    }

    private static NpgsqlBatch Statements(Reserve reserve, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var variants = new long[reserve.Lines.Count];
        var quantities = new int[reserve.Lines.Count];
        for (var i = 0; i < variants.Length; i++) (variants[i], quantities[i]) = (reserve.Lines[i].VariantId, reserve.Lines[i].Quantity);

        var batch = new NpgsqlBatch(connection, transaction) { Timeout = StockStore.TimeoutSeconds };
        batch.Add(ConditionalSql.LockOrder, reserve.OrderId);
        batch.Add(
            ConditionalSql.InsertReservation, reserve.OrderId, reserve.Revision, reserve.BodyHash, reserve.CustomerId,
            StockDecider.Lease);
        for (var i = 0; i < variants.Length; i++) batch.Add(ConditionalSql.Take, variants[i], quantities[i]);
        batch.Add(ConditionalSql.InsertLines, reserve.OrderId, reserve.Revision, variants, quantities);
        batch.Add(ConditionalSql.InsertMovements, reserve.OrderId, variants, quantities);
        return batch;
    }

    private static async Task<(Reservation Reservation, IReadOnlyList<StockChange> Changes)?> HoldAsync(
        NpgsqlBatch batch, Reserve reserve, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await NextRowAsync(reader, cancellationToken)) return null;
        var lease = reader.GetFieldValue<DateTimeOffset>(0);

        var versions = new Dictionary<long, long>(reserve.Lines.Count);
        foreach (var line in reserve.Lines)
        {
            if (!await NextRowAsync(reader, cancellationToken)) return null;
            versions[line.VariantId] = reader.GetInt64(0);
        }

        var lines = new List<ReservationLine>(reserve.Lines.Count);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) lines.Add(StockReader.Line(reader));
        if (lines.Count < reserve.Lines.Count) return null;
        while (await reader.NextResultAsync(cancellationToken))
        {
            // An error of a later statement shows when its result is reached.
        }

        lines.Sort((a, b) => a.VariantId.CompareTo(b.VariantId));
        var reservation = new Reservation(
            reserve.OrderId, reserve.Revision, reserve.BodyHash, reserve.CustomerId, ReservationState.Reserved, lease, 0, lines);
        return (reservation, [.. lines.Select(line => new StockChange(line.ProductId, versions[line.VariantId]))]);
    }

    private static async Task<bool> NextRowAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken);
}
