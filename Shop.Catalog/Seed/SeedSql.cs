namespace Shop.Catalog.Seed;

/// <summary>
/// The statements of <see cref="CatalogSeed"/>, to be run in this order. None changes a row that is there, or waits for who does:
/// ON CONFLICT alone would.
/// </summary>
internal static class SeedSql
{
    public const string Categories =
        """
        INSERT INTO categories (slug, name, name_zh, position, parent)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[]) AS s (slug)
        WHERE NOT EXISTS (SELECT FROM categories known WHERE known.slug = s.slug)
        ON CONFLICT (slug) DO NOTHING
        """;

    public const string Brands =
        """
        INSERT INTO brands (slug, name, name_zh)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS s (slug)
        WHERE NOT EXISTS (SELECT FROM brands known WHERE known.slug = s.slug)
        ON CONFLICT (slug) DO NOTHING
        """;

    /// <summary>Answers the slugs of those that were not there; the statements below are for them and no others.</summary>
    public const string Products =
        """
        INSERT INTO products (slug, name_key, category, brand, price, attributes)
        SELECT slug, lower(name), category, brand, price, jsonb_build_object(trait, value)
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
            WITH ORDINALITY AS s (slug, name, category, brand, price, trait, value, place)
        WHERE NOT EXISTS (SELECT FROM products known WHERE known.slug = s.slug)
        ORDER BY place
        ON CONFLICT (slug) DO NOTHING
        RETURNING slug
        """;

    public const string Texts =
        """
        WITH scores AS (INSERT INTO product_scores (product_id) SELECT id FROM products WHERE slug = ANY ($1))
        INSERT INTO product_texts (product_id, language, name, description)
        SELECT p.id, text.*
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS s (slug, name, name_zh, description, description_zh)
        JOIN products p USING (slug)
        CROSS JOIN LATERAL (VALUES ('en', s.name, s.description), ('zh', s.name_zh, s.description_zh)) AS text
        """;

    // The default variant has the product's id.
    public const string Variants =
        """
        WITH new AS (
            INSERT INTO variants (id, product_id, sku, name, name_zh, price, attributes, position)
            SELECT CASE WHEN s.position = 0 THEN p.id ELSE nextval(pg_get_serial_sequence('products', 'id')) END, p.id,
                   'P' || p.id || coalesce('-' || s.size, ''), en.name || coalesce(' (' || s.size || ')', ''),
                   zh.name || coalesce(' (' || s.size || ')', ''), p.price,
                   CASE WHEN s.size IS NULL THEN '{}' ELSE jsonb_build_object('size', s.size) END, s.position
            FROM unnest($1::text[], $2::integer[], $3::text[]) AS s (slug, position, size)
            JOIN products p USING (slug)
            JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
            JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
            RETURNING id, product_id, position, price),
        price AS (INSERT INTO price_history (variant_id, price) SELECT id, price FROM new),
        counter AS (
            INSERT INTO stock (variant_id, on_hand)
            SELECT new.id, s.quantity
            FROM unnest($1::text[], $2::integer[], $4::integer[]) AS s (slug, position, quantity)
            JOIN products p USING (slug) JOIN new ON new.product_id = p.id AND new.position = s.position
            RETURNING variant_id, on_hand)
        INSERT INTO stock_ledger (variant_id, kind, quantity) SELECT variant_id, 'received', on_hand FROM counter WHERE on_hand > 0
        """;

    // Each product's search terms come as one text, since arrays of arrays must be of one length.
    public const string Search =
        """
        INSERT INTO product_search (product_id, terms, tags)
        SELECT p.id, search_document(string_to_array(s.name_characters, ' '), s.name_words, string_to_array(s.characters, ' '), s.words),
               product_tags(p.id)
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
            AS s (slug, name_characters, name_words, characters, words)
        JOIN products p USING (slug)
        """;

    public const string Analyze =
        """
        ANALYZE categories, products, product_texts, product_search, product_scores, product_cards, variants, stock,
                search_words, search_forms
        """;
}
