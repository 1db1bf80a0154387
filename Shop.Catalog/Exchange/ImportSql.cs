namespace Shop.Catalog.Exchange;

/// <summary>The statements of an import, in the order in which they run. Each is over all rows.</summary>
internal static class ImportSql
{
    // An importer that stands still keeps products and its own record from the others no longer than so many milliseconds.
    public const string EndWhenIdle = "SELECT set_config('idle_in_transaction_session_timeout', $1, true)";

    // Ascending, as everybody locks several rows.
    public const string LockProducts = "SELECT id FROM products WHERE slug = ANY ($1) ORDER BY id FOR NO KEY UPDATE";

    public const string Products =
        """
        SELECT p.slug, p.id, p.retired_at IS NOT NULL, count(*)::integer, max(v.position)::integer
        FROM products p JOIN variants v ON v.product_id = p.id WHERE p.slug = ANY ($1) GROUP BY p.id
        """;

    public const string Variants = "SELECT sku, id, product_id, retired_at IS NOT NULL FROM variants WHERE sku = ANY ($1)";

    // Those on sale that the file leaves as they are.
    public const string Others =
        """
        SELECT v.product_id, v.sku, v.attributes::text
        FROM products p JOIN variants v ON v.product_id = p.id
        WHERE p.slug = ANY ($1) AND v.retired_at IS NULL
          AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS named (sku) WHERE named.sku = v.sku)
        """;

    public const string Categories = "SELECT slug FROM categories WHERE slug = ANY ($1)";

    public const string Brands = "SELECT slug FROM brands WHERE slug = ANY ($1)";

    public const string NextIds = "SELECT nextval(pg_get_serial_sequence('products', 'id')) FROM generate_series(1, $1)";

    public const string CreateStaging =
        """
        CREATE TEMP TABLE import_products (
            id bigint PRIMARY KEY, slug text, is_new boolean, name text, name_zh text, description text, description_zh text,
            category text, brand text, attributes jsonb) ON COMMIT DROP
        """;

    public const string CreateVariantStaging =
        """
        CREATE TEMP TABLE import_variants (
            id bigint PRIMARY KEY, product_id bigint, sku text, is_new boolean, price bigint, attributes jsonb,
            limit_per_customer integer, position smallint) ON COMMIT DROP
        """;

    public const string CopyProducts = "COPY import_products FROM STDIN (FORMAT binary)";
    public const string CopyVariants = "COPY import_variants FROM STDIN (FORMAT binary)";
    public const string CopyDocuments = "COPY import_documents FROM STDIN (FORMAT binary)";

    public const string AnalyzeStaging = "ANALYZE import_products, import_variants";

    // Rows that say what is stored already are none of the import's business.
    public const string KeepChangedVariants =
        """
        DELETE FROM import_variants i USING variants v
        WHERE v.id = i.id AND (v.price, v.attributes, v.limit_per_customer) IS NOT DISTINCT FROM (i.price, i.attributes, i.limit_per_customer)
        """;

    public const string KeepChangedProducts =
        """
        DELETE FROM import_products i
        USING products p
        JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
        WHERE p.id = i.id
          AND (p.category, p.brand, p.attributes, en.name, en.description, zh.name, zh.description)
              IS NOT DISTINCT FROM (i.category, i.brand, i.attributes, i.name, i.description, i.name_zh, i.description_zh)
        """;

    public const string Count =
        """
        SELECT (SELECT count(*)::integer FROM import_products WHERE is_new),
               (SELECT count(DISTINCT id)::integer FROM (
                    SELECT id FROM import_products WHERE NOT is_new
                    UNION ALL SELECT product_id FROM import_variants
                    WHERE product_id NOT IN (SELECT id FROM import_products WHERE is_new)) AS changed),
               (SELECT count(*)::integer FROM import_variants WHERE is_new),
               (SELECT count(*)::integer FROM import_variants WHERE NOT is_new)
        """;

    public const string CreateTouched =
        """
        CREATE TEMP TABLE import_touched ON COMMIT DROP AS
        SELECT product_id, bool_or(is_new) AS is_new, product_snapshot(product_id) AS before
        FROM (SELECT id, is_new FROM import_products UNION ALL SELECT product_id, false FROM import_variants) AS rows (product_id, is_new)
        GROUP BY product_id
        """;

    public const string CreateDocuments =
        """
        CREATE TEMP TABLE import_documents (
            id bigint PRIMARY KEY, name_characters text[], name_words text, characters text[], words text) ON COMMIT DROP
        """;

    public const string CreatePrices =
        """
        CREATE TEMP TABLE import_prices ON COMMIT DROP AS
        SELECT i.id, i.product_id, i.sku, v.price AS old, i.price AS new
        FROM import_variants i LEFT JOIN variants v USING (id) WHERE v.price IS DISTINCT FROM i.price
        """;

    /// <summary>Products whose texts are to be found anew.</summary>
    public const string ChangedProducts = "SELECT id, slug FROM import_products";

    public const string InsertProducts =
        """
        INSERT INTO products (id, slug, name_key, category, brand, price, attributes)
        SELECT i.id, i.slug, lower(i.name), i.category, i.brand, v.price, i.attributes
        FROM import_products i JOIN import_variants v ON v.id = i.id WHERE i.is_new
        """;

    public const string UpdateProducts =
        """
        UPDATE products p SET name_key = lower(i.name), category = i.category, brand = i.brand, attributes = i.attributes
        FROM import_products i WHERE p.id = i.id AND NOT i.is_new
        """;

    public const string Scores = "INSERT INTO product_scores (product_id) SELECT id FROM import_products WHERE is_new";

    public const string Texts =
        """
        INSERT INTO product_texts (product_id, language, name, description)
        SELECT i.id, text.*
        FROM import_products i
        CROSS JOIN LATERAL (VALUES ('en', i.name, i.description), ('zh', i.name_zh, i.description_zh)) AS text (language, name, description)
        WHERE text.language = 'en' OR text.name IS NOT NULL OR text.description IS NOT NULL
        ON CONFLICT (product_id, language) DO UPDATE SET name = excluded.name, description = excluded.description
        """;

    public const string DropTexts =
        """
        DELETE FROM product_texts t USING import_products i
        WHERE t.product_id = i.id AND t.language = 'zh' AND i.name_zh IS NULL AND i.description_zh IS NULL
        """;

    public const string InsertVariants =
        """
        INSERT INTO variants (id, product_id, sku, name, name_zh, price, attributes, limit_per_customer, position)
        SELECT i.id, i.product_id, i.sku, en.name || variant_label(i.attributes), zh.name || variant_label(i.attributes), i.price,
               i.attributes, i.limit_per_customer, i.position
        FROM import_variants i
        JOIN product_texts en ON en.product_id = i.product_id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = i.product_id AND zh.language = 'zh'
        WHERE i.is_new
        """;

    public const string UpdateVariants =
        """
        UPDATE variants v SET price = i.price, attributes = i.attributes
        FROM import_variants i WHERE v.id = i.id AND NOT i.is_new
        """;

    // Of all variants of the products concerned, whether the file names them or not.
    public const string NameVariants =
        """
        UPDATE variants v SET name = en.name || variant_label(v.attributes), name_zh = zh.name || variant_label(v.attributes)
        FROM import_touched t
        JOIN product_texts en ON en.product_id = t.product_id AND en.language = 'en'
        LEFT JOIN product_texts zh ON zh.product_id = t.product_id AND zh.language = 'zh'
        WHERE v.product_id = t.product_id AND NOT t.is_new
          AND (v.name, v.name_zh) IS DISTINCT FROM (en.name || variant_label(v.attributes), zh.name || variant_label(v.attributes))
        """;

    public const string Stock = "INSERT INTO stock (variant_id) SELECT id FROM import_variants WHERE is_new";

    public const string UpdateVersions =
        """
        UPDATE products p
        SET price = v.price, updated_at = shop_now(), version = p.version + 1
        FROM import_touched t JOIN variants v ON v.id = t.product_id WHERE p.id = t.product_id AND NOT t.is_new
        """;

    public const string Documents =
        """
        INSERT INTO product_search (product_id, terms, tags)
        SELECT id, search_document(name_characters, name_words, characters, words), product_tags(id) FROM import_documents
        ON CONFLICT (product_id) DO UPDATE SET terms = excluded.terms, tags = excluded.tags
        """;

    public const string Tags =
        """
        UPDATE product_search s SET tags = product_tags(t.product_id)
        FROM import_touched t
        WHERE s.product_id = t.product_id AND NOT EXISTS (SELECT FROM import_documents WHERE id = t.product_id)
        """;

    public const string Prices =
        "INSERT INTO price_history (variant_id, price, who) SELECT id, new, $1 FROM import_prices ORDER BY id";

    // A limit that comes or goes counts under the locks of the stock rows, which orders take in this order.
    public const string LockLimited =
        """
        SELECT FROM stock WHERE variant_id IN (
            SELECT v.id FROM import_variants i JOIN variants v USING (id)
            WHERE (i.limit_per_customer IS NULL) <> (v.limit_per_customer IS NULL))
        ORDER BY variant_id, warehouse FOR NO KEY UPDATE
        """;

    public const string Limits =
        """
        UPDATE variants v SET limit_per_customer = i.limit_per_customer
        FROM import_variants i WHERE v.id = i.id AND v.limit_per_customer IS DISTINCT FROM i.limit_per_customer
        """;

    public const string Audit =
        """
        INSERT INTO audit_trail (who, action, subject, before, after)
        SELECT $1, 'product.imported', 'product:' || product_id, differing(before, after), differing(after, before)
        FROM import_touched, LATERAL (SELECT product_snapshot(product_id)) AS now (after) ORDER BY product_id
        """;

    public const string Touched =
        "SELECT p.id, p.version FROM products p JOIN import_touched t ON t.product_id = p.id ORDER BY p.id";

    public const string MovedPrices =
        """
        SELECT i.sku, i.product_id, i.old, i.new, p.version
        FROM import_prices i JOIN products p ON p.id = i.product_id ORDER BY i.id
        """;
}
