using Npgsql;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Reads how much there is of a variant, and how it came to that.</summary>
public sealed class StockHistories(NpgsqlDataSource database)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;

    private const string Level =
        """
        SELECT v.product_id, s.on_hand, s.reserved, v.limit_per_customer
        FROM variants v JOIN stock s ON s.variant_id = v.id AND s.warehouse = 1 WHERE v.sku = $1
        """;

    private const string Movements =
        """
        SELECT l.id, l.kind, l.quantity, l.order_id, l.reason, l.actor, l.at
        FROM stock_ledger l WHERE l.variant_id = (SELECT id FROM variants WHERE sku = $1) AND l.warehouse = 1 AND l.id < $2
        ORDER BY l.id DESC LIMIT $3
        """;

    private const string Carried =
        """
        SELECT c.kind, c.quantity FROM stock_carried c
        WHERE c.variant_id = (SELECT id FROM variants WHERE sku = $1) AND c.warehouse = 1 ORDER BY c.kind
        """;

    /// <param name="before">Id of the last movement of the page before.</param>
    /// <exception cref="ProblemException">404 product_unknown.</exception>
    public async Task<StockHistory> ReadAsync(string sku, long? before, int? limit, CancellationToken cancellationToken)
    {
        var size = limit ?? DefaultLimit;
        new Validator()
            .Check(size is >= 1 and <= MaxLimit, "limit", $"must be between 1 and {MaxLimit}")
            .Check(before is null or > 0, "before", "must be the next of the page before")
            .ThrowIfInvalid();
        if (!Skus.IsValid(sku)) throw Skus.Unknown(sku);
        await using var batch = database.CreateBatch();
        batch.Add(Level, sku);
        batch.Add(Movements, sku, before ?? long.MaxValue, size + 1);
        batch.Add(Carried, sku);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) throw Skus.Unknown(sku);
        var level = (
            ProductId: reader.GetInt64(0), OnHand: reader.GetInt32(1), Reserved: reader.GetInt32(2),
            Limit: reader.IsDBNull(3) ? (int?)null : reader.GetInt32(3));

        await reader.NextResultAsync(cancellationToken);
        var items = new List<StockHistoryItem>();
        while (await reader.ReadAsync(cancellationToken)) items.Add(Read(reader));
        await reader.NextResultAsync(cancellationToken);
        var carried = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) carried[reader.GetString(0)] = reader.GetInt64(1);
        return new StockHistory(
            sku, level.ProductId, level.OnHand, level.Reserved, level.OnHand - level.Reserved, level.Limit, carried,
            items.Count > size ? items[..size] : items, items.Count > size ? items[size - 1].Id : null);
    }

    private static StockHistoryItem Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetGuid(3),
        row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetFieldValue<DateTimeOffset>(6));
}
