using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Goods that come in: counter, ledger and audit trail in one statement.</summary>
public sealed class GoodsReceipt(NpgsqlDataSource database, ProductCache cache, SoldOutMemory soldOut)
{
    public const int MaxOnHand = 1_000_000_000;

    private const string Receive =
        """
        WITH counter AS (
            UPDATE stock s SET on_hand = s.on_hand + $2, version = s.version + 1
            FROM variants v
            WHERE s.variant_id = v.id AND s.warehouse = 1 AND v.product_id = $1 AND v.retired_at IS NULL
              AND CASE WHEN $4::text IS NULL THEN v.id = $1 ELSE v.sku = $4 END AND s.on_hand <= $3 - $2
            RETURNING s.variant_id, v.sku, s.on_hand, s.reserved, s.version),
        movement AS (
            INSERT INTO stock_ledger (variant_id, kind, quantity, actor) SELECT variant_id, 'received', $2, $5 FROM counter),
        audit AS (
            INSERT INTO audit_trail (who, action, subject, before, after)
            SELECT $5, 'stock.received', 'product:' || $1, jsonb_build_object('sku', sku, 'onHand', on_hand - $2),
                   jsonb_build_object('sku', sku, 'onHand', on_hand) FROM counter)
        SELECT on_hand, reserved, variant_id FROM counter
        """;

    private const string Present =
        """
        SELECT s.on_hand, s.reserved, s.variant_id
        FROM variants v JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1
        WHERE v.product_id = $1 AND v.retired_at IS NULL AND CASE WHEN $2::text IS NULL THEN v.id = $1 ELSE v.sku = $2 END
        """;

    /// <param name="key">Of this receipt, so that a repeat books nothing; null books always.</param>
    /// <exception cref="ProblemException">404 product_unknown; 409 stock_limit above a billion units; 422 idempotency_key_reused.</exception>
    public async Task<StockLevel> ReceiveAsync(
        long productId, string? sku, int quantity, string? key, Guid who, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = key is not null
            && !await RequestKey.TryClaimAsync(connection, transaction, who, key, Hash(productId, sku, quantity), cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (!known) batch.Add(Receive, productId, quantity, MaxOnHand, Text(sku), who);
        batch.Add(Present, productId, Text(sku));
        var (level, variantId) = await ReadAsync(batch, known, productId, cancellationToken);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            // Also when the answer to the commit is lost: it may have happened.
            soldOut.Forget([variantId]);
            await cache.OutdateAsync(productId);
        }
        return level;
    }

    private static byte[] Hash(long productId, string? sku, int quantity) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"receipt|{productId}|{sku}|{quantity}")));

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static async Task<(StockLevel Level, long VariantId)> ReadAsync(
        NpgsqlBatch batch, bool known, long productId, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            var (onHand, reserved) = (reader.GetInt32(0), reader.GetInt32(1));
            return (new StockLevel(productId, onHand, reserved, onHand - reserved), reader.GetInt64(2));
        }
        throw !known && await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken)
            ? Problem.Conflict("stock_limit", $"A variant holds at most {MaxOnHand} units.")
            : ProductProblems.Unknown(productId);
    }
}
