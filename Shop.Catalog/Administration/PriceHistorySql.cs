using Npgsql;

namespace Shop.Catalog.Administration;

internal static class PriceHistorySql
{
    private const string Insert = "INSERT INTO price_history (variant_id, price, who) VALUES ($1, $2, $3)";

    /// <param name="price">From now on, in minor units.</param>
    public static void AddPrice(this NpgsqlBatch batch, long variantId, long price, Guid who) =>
        batch.Add(Insert, variantId, price, who);
}
