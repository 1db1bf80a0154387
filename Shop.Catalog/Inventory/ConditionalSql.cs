namespace Shop.Catalog.Inventory;

/// <summary>The statements of <see cref="ConditionalUpdates"/>, in the order in which they run.</summary>
internal static class ConditionalSql
{
    public const string LockOrder = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 42))";

    public const string InsertReservation =
        """
        INSERT INTO reservations (order_id, revision, body_hash, customer_id, state, lease_until)
        VALUES ($1, $2, $3, $4, 'reserved', shop_now() + $5)
        ON CONFLICT (order_id) DO NOTHING RETURNING lease_until
        """;

    public const string Take =
        """
        UPDATE stock SET reserved = reserved + $2, version = version + 1
        WHERE variant_id = $1 AND warehouse = 1 AND on_hand - reserved >= $2
        RETURNING version
        """;

    // After the stock rows are locked, so that what is read here (above all, whether there is a limit) holds until the commit.
    public const string InsertLines =
        """
        INSERT INTO reservation_lines
            (order_id, revision, variant_id, quantity, price, currency, name, name_zh, product_id, sku)
        SELECT $1, $2, v.id, wanted.quantity, v.price, v.currency, v.name, v.name_zh, v.product_id, v.sku
        FROM unnest($3::bigint[], $4::integer[]) AS wanted (variant_id, quantity) JOIN variants v ON v.id = wanted.variant_id
        WHERE v.retired_at IS NULL AND v.limit_per_customer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING revision, variant_id, quantity, price, currency, name, name_zh, shortage, product_id, sku, returned
        """;

    public const string InsertMovements =
        """
        INSERT INTO stock_ledger (variant_id, kind, quantity, order_id)
        SELECT variant_id, 'reserved', quantity, $1 FROM unnest($2::bigint[], $3::integer[]) AS moved (variant_id, quantity)
        """;
}
