using Npgsql;
using Shop.Catalog.Administration;
using Shop.Catalog.Inventory;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.StockEvents;

/// <param name="Threshold">Available units at or below which the variant is low; null for the default.</param>
public sealed record LowStockInput(int? Threshold)
{
    public void Validate() => new Validator()
        .Check(Threshold is null or (>= 0 and <= GoodsReceipt.MaxOnHand), "threshold", $"must be between 0 and {GoodsReceipt.MaxOnHand}")
        .ThrowIfInvalid();
}

/// <param name="Threshold">The one that holds, be it the default.</param>
/// <param name="Low">Whether the variant is low by it, as far as listeners have been told.</param>
public sealed record LowStockSetting(string Sku, long ProductId, int Threshold, bool Low);

/// <summary>From when on a variant is low.</summary>
public sealed class LowStockThresholds(NpgsqlDataSource database, StockNewsStore store)
{
    /// <summary>A variant that is low by the new threshold and was not by the old one is told of in the same transaction.</summary>
    /// <exception cref="ProblemException">404 product_unknown.</exception>
    public async Task<LowStockSetting> SetAsync(string sku, int? threshold, Guid who, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (!Skus.IsValid(sku) || await store.RejudgeAsync(sku, threshold, batch, cancellationToken) is not { } news) throw Skus.Unknown(sku);
        var setting = new LowStockSetting(news.Sku, news.ProductId, news.Threshold, news.IsLow);
        batch.AddAudit(
            who, "stock.threshold", FormattableString.Invariant($"product:{news.ProductId}"), before: null,
            System.Text.Json.JsonSerializer.Serialize(setting, CatalogJson.Default.LowStockSetting));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return setting;
    }
}
