namespace Shop.Catalog.Inventory;

/// <summary>
/// The statements of <see cref="StockStore"/>. Locks are always taken in this order, each kind by ascending key: orders
/// (advisory), then stock rows, then promotions; all other rows belong to one of these. So no two transactions wait for each
/// other.
/// </summary>
internal static class StockSql
{
    /// <summary>
    /// Everything here is found by key. A session that made its plans while the tables were small would go on reading them as a
    /// whole, at a third of the rate after a minute of a rush, until statistics are made anew.
    /// </summary>
    public const string ByKeyOnly = "SET LOCAL enable_seqscan = off";

    /// <summary>What cannot but be read as a whole looks dear now, dear enough for the compiler of expressions.</summary>
    public const string NoCompiler = "SET LOCAL jit = off";

    public const string LockOrders =
        """
        SELECT pg_advisory_xact_lock(key)
        FROM (SELECT DISTINCT hashtextextended(order_id::text, 42) AS key FROM unnest($1::uuid[]) AS order_id
              ORDER BY key) AS keys
        """;

    public const string Now = "SELECT shop_now()";

    public const string Reservations =
        """
        SELECT order_id, revision, body_hash, customer_id, state, lease_until, version, promotion_id,
               (SELECT code FROM promotions WHERE id = promotion_id), discount, free_shipping, promotion_counted, paid_revision
        FROM reservations WHERE order_id = ANY ($1)
        """;

    public const string Lines =
        """
        SELECT revision, variant_id, quantity, price, currency, name, name_zh, shortage, product_id, sku, returned, order_id
        FROM reservation_lines WHERE order_id = ANY ($1) ORDER BY order_id, revision, variant_id
        """;

    private const string Concerned =
        "SELECT unnest($1::bigint[]) UNION SELECT variant_id FROM reservation_lines WHERE order_id = ANY ($2)";

    public const string LockStock =
        $"""
        SELECT variant_id, on_hand, reserved FROM stock WHERE warehouse = 1 AND variant_id IN ({Concerned})
        ORDER BY variant_id FOR NO KEY UPDATE
        """;

    // After the lock and not with it: a statement that has waited for a lock shows other tables as they were before.
    public const string Variants =
        $"""
        SELECT id, product_id, sku, name, name_zh, price, currency, retired_at IS NULL, limit_per_customer
        FROM variants WHERE id IN ({Concerned})
        """;

    public const string CustomerUnits =
        """
        SELECT u.variant_id, u.customer_id, u.units
        FROM unnest($1::bigint[], $2::uuid[]) AS wanted (variant_id, customer_id) JOIN customer_units u USING (variant_id, customer_id)
        """;

    public const string UpdateStock =
        """
        UPDATE stock s
        SET on_hand = s.on_hand + d.on_hand, reserved = s.reserved + d.reserved, version = s.version + 1
        FROM unnest($1::bigint[], $2::integer[], $3::integer[]) AS d (variant_id, on_hand, reserved)
        WHERE s.variant_id = d.variant_id AND s.warehouse = 1
        RETURNING s.variant_id, s.version
        """;

    public const string InsertMovements =
        """
        INSERT INTO stock_ledger (variant_id, kind, quantity, order_id, reason, actor)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::uuid[], $5::text[], $6::uuid[])
        """;

    public const string UpsertReservations =
        """
        INSERT INTO reservations
            (order_id, revision, body_hash, customer_id, state, lease_until, version, promotion_id, discount, free_shipping,
             promotion_counted, paid_revision)
        SELECT * FROM unnest(
            $1::uuid[], $2::integer[], $3::bytea[], $4::uuid[], $5::text[], $6::timestamptz[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::boolean[], $11::boolean[], $12::integer[])
        ON CONFLICT (order_id) DO UPDATE
        SET revision = excluded.revision, body_hash = excluded.body_hash, customer_id = excluded.customer_id,
            state = excluded.state, lease_until = excluded.lease_until, version = excluded.version,
            promotion_id = excluded.promotion_id, discount = excluded.discount, free_shipping = excluded.free_shipping,
            promotion_counted = excluded.promotion_counted, paid_revision = excluded.paid_revision, updated_at = shop_now()
        """;

    public const string InsertLines =
        """
        INSERT INTO reservation_lines
            (order_id, revision, variant_id, quantity, price, currency, name, name_zh, product_id, sku)
        SELECT * FROM unnest(
            $1::uuid[], $2::integer[], $3::bigint[], $4::integer[], $5::bigint[], $6::text[], $7::text[], $8::text[],
            $9::bigint[], $10::text[])
        """;

    public const string UpdateLines =
        """
        UPDATE reservation_lines l SET shortage = d.shortage, returned = d.returned
        FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::integer[], $5::integer[])
            AS d (order_id, revision, variant_id, shortage, returned)
        WHERE l.order_id = d.order_id AND l.revision = d.revision AND l.variant_id = d.variant_id
        """;

    public const string UpsertCustomerUnits =
        """
        INSERT INTO customer_units (variant_id, customer_id, units) SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::integer[])
        ON CONFLICT (variant_id, customer_id) DO UPDATE SET units = excluded.units
        """;
}
