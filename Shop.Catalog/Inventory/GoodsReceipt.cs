using Npgsql;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Goods that come in: counter and ledger in one statement.</summary>
public sealed class GoodsReceipt(NpgsqlDataSource database, ProductCache cache)
{
    private const int MaxOnHand = 1_000_000_000;

    private const string Receive =
        """
        WITH counter AS (
            UPDATE stock s SET on_hand = s.on_hand + $2, version = s.version + 1
            FROM products p
            WHERE s.product_id = $1 AND p.id = $1 AND p.retired_at IS NULL AND s.on_hand <= $3 - $2
            RETURNING s.product_id, s.on_hand, s.reserved, s.version),
        movement AS (
            INSERT INTO stock_ledger (product_id, kind, quantity) SELECT product_id, 'received', $2 FROM counter)
        SELECT on_hand, reserved, version FROM counter
        """;

    private const string Exists = "SELECT EXISTS (SELECT FROM products WHERE id = $1 AND retired_at IS NULL)";

    /// <exception cref="ProblemException">404 product_unknown; 409 stock_limit above a billion units.</exception>
    public async Task<StockLevel> ReceiveAsync(long productId, int quantity, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(Receive, productId, quantity, MaxOnHand);
        batch.Add(Exists, productId);
        var (level, version) = await ReadAsync(batch, productId, cancellationToken);
        await cache.OutdateAsync(new StockChange(productId, version), cancellationToken);
        return level;
    }

    private static async Task<(StockLevel Level, long Version)> ReadAsync(
        NpgsqlBatch batch, long productId, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            var (onHand, reserved) = (reader.GetInt32(0), reader.GetInt32(1));
            return (new StockLevel(productId, onHand, reserved, onHand - reserved), reader.GetInt64(2));
        }
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        throw reader.GetBoolean(0)
            ? Problem.Conflict("stock_limit", $"A product holds at most {MaxOnHand} units.")
            : ProductProblems.Unknown(productId);
    }
}
