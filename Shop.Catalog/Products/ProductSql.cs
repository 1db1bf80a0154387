namespace Shop.Catalog.Products;

/// <summary>The statements on single products.</summary>
internal static class ProductSql
{
    public const string Find = ProductRow.Select + " WHERE p.id = $1 AND p.retired_at IS NULL";

    public const string Variants =
        VariantRow.Select + " WHERE v.product_id = $1 AND v.retired_at IS NULL ORDER BY v.position, v.id";

    /// <summary>Products and variants share the sequence.</summary>
    public const string NextId = "SELECT nextval(pg_get_serial_sequence('products', 'id'))";

    // The slug is the first free one of "name" and "name-id".
    public const string Insert =
        """
        INSERT INTO products (id, slug, name_key, category, brand, price, attributes)
        SELECT $1, CASE WHEN $3 OR EXISTS (SELECT FROM products WHERE slug = $2) THEN $2 || '-' || $1 ELSE $2 END,
               lower($4), $5, $6, $7, $8
        """;

    public const string InsertDefaultVariant =
        """
        INSERT INTO variants (id, product_id, sku, name, name_zh, price) VALUES ($1, $1, $2, $3, $4, $5)
        """;

    public const string InsertStock =
        """
        WITH counter AS (INSERT INTO stock (variant_id, on_hand) VALUES ($1, $2))
        INSERT INTO stock_ledger (variant_id, kind, quantity, actor) SELECT $1, 'received', $2, $3 WHERE $2 > 0
        """;

    // Scores only where there are none: ON CONFLICT would wait for a review, or for all that the tally of sales counts at once.
    public const string UpsertTexts =
        """
        WITH english AS (
            INSERT INTO product_texts (product_id, language, name, description) VALUES ($1, 'en', $2, $3)
            ON CONFLICT (product_id, language) DO UPDATE SET name = excluded.name, description = excluded.description),
        gone AS (DELETE FROM product_texts WHERE product_id = $1 AND language = 'zh' AND $4 IS NULL AND $5 IS NULL),
        scores AS (
            INSERT INTO product_scores (product_id) SELECT $1 WHERE NOT EXISTS (SELECT FROM product_scores WHERE product_id = $1))
        INSERT INTO product_texts (product_id, language, name, description)
        SELECT $1, 'zh', $4, $5 WHERE $4 IS NOT NULL OR $5 IS NOT NULL
        ON CONFLICT (product_id, language) DO UPDATE SET name = excluded.name, description = excluded.description
        """;

    // Who moves a category takes the same lock alone, so that no product is tagged by a tree that is about to change.
    public const string ShareCategories = "SELECT pg_advisory_xact_lock_shared(hashtextextended('catalog-categories', 0))";

    public const string LockCategories = "SELECT pg_advisory_xact_lock(hashtextextended('catalog-categories', 0))";

    public const string Lock = "SELECT version FROM products WHERE id = $1 AND retired_at IS NULL FOR NO KEY UPDATE";

    public const string Snapshot = "SELECT product_snapshot($1)::text";

    public const string Content =
        """
        SELECT en.name, zh.name, en.description, zh.description, p.category, p.price, p.brand, p.attributes
        FROM products p JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        WHERE p.id = $1
        """;

    public const string AllVariants =
        """
        SELECT id, sku, price, position, retired_at IS NOT NULL, attributes
        FROM variants WHERE product_id = $1 ORDER BY position, id
        """;

    public const string Update =
        "UPDATE products SET name_key = lower($2), category = $3, price = $4, brand = $5, attributes = $6 WHERE id = $1";

    public const string UpdateVariants =
        """
        UPDATE variants
        SET name = $2 || variant_label(attributes), name_zh = $3 || variant_label(attributes),
            price = CASE WHEN id = $1 THEN $4 ELSE price END
        WHERE product_id = $1
        """;

    public const string InsertVariant =
        """
        INSERT INTO variants (id, product_id, sku, name, name_zh, price, attributes, limit_per_customer, position)
        VALUES ($1, $2, $3, $4 || variant_label($7), $5 || variant_label($7), $6, $7, $8, $9)
        """;

    public const string UpdateVariant =
        """
        UPDATE variants
        SET name = $2 || variant_label($5), name_zh = $3 || variant_label($5), price = $4, attributes = $5, limit_per_customer = $6
        WHERE id = $1
        """;

    public const string UpdatePrice = "UPDATE products SET price = $2 WHERE id = $1";

    public const string RetireVariant = "UPDATE variants SET retired_at = shop_now() WHERE id = $1";

    public const string RefreshTags = "UPDATE product_search SET tags = product_tags($1) WHERE product_id = $1";

    public const string NextVersion = "UPDATE products SET version = version + 1, updated_at = shop_now() WHERE id = $1";

    public const string Retire =
        """
        WITH gone AS (DELETE FROM product_search WHERE product_id = $1),
        variant AS (UPDATE variants SET retired_at = shop_now() WHERE product_id = $1 AND retired_at IS NULL)
        UPDATE products SET retired_at = shop_now() WHERE id = $1
        """;
}
