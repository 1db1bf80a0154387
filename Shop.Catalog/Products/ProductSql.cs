namespace Shop.Catalog.Products;

/// <summary>The statements of <see cref="ProductStore"/>.</summary>
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
        INSERT INTO products (id, slug, name_key, category, brand, price)
        SELECT $1, CASE WHEN $3 OR EXISTS (SELECT FROM products WHERE slug = $2) THEN $2 || '-' || $1 ELSE $2 END,
               lower($4), $5, $6, $7
        """;

    public const string InsertDefaultVariant =
        """
        INSERT INTO variants (id, product_id, sku, name, name_zh, price) VALUES ($1, $1, coalesce($2, 'P' || $1), $3, $4, $5)
        """;

    public const string InsertStock =
        """
        WITH counter AS (INSERT INTO stock (variant_id, on_hand) VALUES ($1, $2))
        INSERT INTO stock_ledger (variant_id, kind, quantity) SELECT $1, 'received', $2 WHERE $2 > 0
        """;

    public const string UpsertTexts =
        """
        WITH english AS (
            INSERT INTO product_texts (product_id, language, name, description) VALUES ($1, 'en', $2, $3)
            ON CONFLICT (product_id, language) DO UPDATE SET name = excluded.name, description = excluded.description),
        scores AS (INSERT INTO product_scores (product_id) VALUES ($1) ON CONFLICT DO NOTHING)
        INSERT INTO product_texts (product_id, language, name, description)
        SELECT $1, 'zh', $4, $5 WHERE $4 IS NOT NULL OR $5 IS NOT NULL
        ON CONFLICT (product_id, language) DO UPDATE SET name = excluded.name, description = excluded.description
        """;

    public const string Lock =
        """
        SELECT en.name, zh.name, en.description, zh.description, p.category, p.price, p.brand
        FROM products p JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        WHERE p.id = $1 AND p.retired_at IS NULL FOR NO KEY UPDATE OF p
        """;

    public const string Update =
        """
        UPDATE products
        SET name_key = lower($2), category = $3, price = $4, brand = $5, version = version + 1, updated_at = shop_now()
        WHERE id = $1
        """;

    // What tells a variant from the others stands in brackets behind the product's name.
    public const string UpdateVariants =
        """
        UPDATE variants v
        SET name = $2 || named.label, name_zh = $3 || named.label, price = CASE WHEN v.id = $1 THEN $4 ELSE v.price END
        FROM (SELECT id, (SELECT coalesce(' (' || string_agg(value, ', ' ORDER BY key) || ')', '') FROM jsonb_each_text(attributes)) AS label
              FROM variants WHERE product_id = $1) AS named
        WHERE v.id = named.id
        """;

    public const string Touch =
        "UPDATE stock SET version = version + 1 WHERE variant_id = $1 AND warehouse = 1 RETURNING version";

    public const string Retire =
        """
        WITH retired AS (
            UPDATE products SET retired_at = shop_now(), updated_at = shop_now(), version = version + 1
            WHERE id = $1 AND retired_at IS NULL RETURNING id),
        gone AS (DELETE FROM product_search WHERE product_id = (SELECT id FROM retired)),
        variant AS (
            UPDATE variants SET retired_at = shop_now() WHERE product_id = (SELECT id FROM retired) AND retired_at IS NULL)
        UPDATE stock SET version = version + 1 WHERE variant_id = (SELECT id FROM retired) AND warehouse = 1 RETURNING version
        """;
}
