using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>What people find out in the warehouse. Units that orders hold are promised and cannot be booked away.</summary>
public sealed class StockTaking(NpgsqlDataSource database, StockTransactions transactions)
{
    private const string LockBySku =
        """
        SELECT s.variant_id, v.product_id, s.on_hand, s.reserved
        FROM stock s JOIN variants v ON v.id = s.variant_id
        WHERE v.sku = $1 AND s.warehouse = 1 FOR NO KEY UPDATE OF s
        """;

    /// <summary>Brings the books to what was counted. What was sold since then a repeat would bring back, unless it has the key.</summary>
    /// <exception cref="ProblemException">404 product_unknown; 409 below_reserved; 422 idempotency_key_reused.</exception>
    public Task<StockCount> CountAsync(CountRequest request, string? key, Guid who, CancellationToken cancellationToken) =>
        BookAsync(
            request.Sku!, key, request.Hash(), who, "stock.counted",
            row => new StockMovement(MovementKind.Adjusted, row.VariantId, request.Counted!.Value - row.OnHand, null, request.Reason!.Trim(), who),
            cancellationToken);

    /// <exception cref="ProblemException">404 product_unknown; 409 below_reserved; 422 idempotency_key_reused.</exception>
    public Task<StockCount> DamageAsync(DamageRequest request, string? key, Guid who, CancellationToken cancellationToken) =>
        BookAsync(
            request.Sku!, key, request.Hash(), who, "stock.damaged",
            row => new StockMovement(MovementKind.Damaged, row.VariantId, request.Quantity!.Value, null, request.Reason!.Trim(), who),
            cancellationToken);

    private async Task<StockCount> BookAsync(
        string sku, string? key, byte[] hash, Guid who, string action, Func<LockedStock, StockMovement> movement,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = key is not null && !await RequestKey.TryClaimAsync(connection, transaction, who, key, hash, cancellationToken);
        var row = await LockAsync(connection, transaction, sku, cancellationToken);
        var moved = movement(row);
        if (known || moved.Quantity == 0) return row.With(sku, difference: 0);

        var after = row with { OnHand = row.OnHand + moved.OnHandDelta };
        if (after.OnHand < row.Reserved) throw BelowReserved(sku, row, after.OnHand);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = StockStore.TimeoutSeconds };
        StockWriter.AddMoved(batch, [moved]);
        batch.AddAudit(who, action, FormattableString.Invariant($"product:{row.ProductId}"), row.ToJson(sku, null), after.ToJson(sku, moved.Reason));
        var version = (long)(await ScalarAsync(batch, column: 1, cancellationToken))!;
        await transactions.CommitAsync(
            transaction, [new StockChange(row.ProductId, version)], StockWriter.Freed([moved]), cancellationToken);
        return after.With(sku, moved.OnHandDelta);
    }

    private static async Task<LockedStock> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sku, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockBySku, connection, transaction) { CommandTimeout = StockStore.TimeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter { Value = sku });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new LockedStock(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetInt32(3))
            : throw Skus.Unknown(sku);
    }

    private static async Task<object?> ScalarAsync(NpgsqlBatch batch, int column, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var value = reader.GetValue(column);
        while (await reader.NextResultAsync(cancellationToken))
        {
            // An error of a later statement shows when its result is reached.
        }
        return value;
    }

    private static ProblemException BelowReserved(string sku, LockedStock row, int wanted)
    {
        var problem = Problem.Conflict(
            "below_reserved", $"Orders hold {row.Reserved} units: {wanted} would not be enough for them.");
        (problem.Extensions["sku"], problem.Extensions["onHand"], problem.Extensions["reserved"]) = (sku, row.OnHand, row.Reserved);
        return problem;
    }

    private sealed record LockedStock(long VariantId, long ProductId, int OnHand, int Reserved)
    {
        public StockCount With(string sku, int difference) => new(sku, ProductId, OnHand, Reserved, OnHand - Reserved, difference);

        public string ToJson(string sku, string? reason) => System.Text.Json.JsonSerializer.Serialize(
            new StockAudit(sku, OnHand, reason), CatalogJson.Default.StockAudit);
    }
}

/// <summary>What the audit trail says of a booking.</summary>
public sealed record StockAudit(string Sku, int OnHand, string? Reason);
