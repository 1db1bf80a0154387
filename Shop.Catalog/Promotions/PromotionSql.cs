namespace Shop.Catalog.Promotions;

/// <summary>The statements by which reservations take and give back uses; see <c>StockSql</c> for the order of the locks.</summary>
internal static class PromotionSql
{
    private const string Concerned = "id = ANY ($1) OR code = ANY ($2)";

    // Who waits for the lock gets the row as it is then, since everything that is read stands in the row itself.
    public const string Lock =
        $"SELECT {Promotion.Columns} FROM promotions WHERE {Concerned} ORDER BY id FOR NO KEY UPDATE";

    // After the lock and not with it, as with variants.
    public const string Uses =
        $"""
        SELECT promotion_id, customer_id, uses FROM promotion_uses
        WHERE promotion_id IN (SELECT id FROM promotions WHERE {Concerned}) AND customer_id = ANY ($3)
        """;

    public const string Count =
        """
        UPDATE promotions p SET used = p.used + d.difference
        FROM unnest($1::bigint[], $2::integer[]) AS d (id, difference) WHERE p.id = d.id
        """;

    public const string UpsertUses =
        """
        INSERT INTO promotion_uses (promotion_id, customer_id, uses) SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::integer[])
        ON CONFLICT (promotion_id, customer_id) DO UPDATE SET uses = excluded.uses
        """;
}
