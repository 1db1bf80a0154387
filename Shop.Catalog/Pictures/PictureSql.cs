namespace Shop.Catalog.Pictures;

/// <summary>The statements on uploaded pictures.</summary>
internal static class PictureSql
{
    public const string OfProduct =
        """
        SELECT encode(i.hash, 'hex'), i.format, i.width, i.height, p.alt, p.alt_zh
        FROM product_pictures p JOIN pictures i USING (hash) WHERE p.product_id = $1 ORDER BY p.position, i.hash
        """;

    // Uploaded before, by whomever: the row is locked, so that it is not dropped before this transaction refers to it.
    public const string Store =
        """
        INSERT INTO pictures (hash, format, width, height, bytes) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (hash) DO UPDATE SET changed_at = shop_now()
        """;

    public const string Add =
        """
        INSERT INTO product_pictures (product_id, hash, position, alt, alt_zh)
        SELECT $1, $2, coalesce(max(position), 0) + 1, $3, $4 FROM product_pictures WHERE product_id = $1
        """;

    public const string Remove = "DELETE FROM product_pictures WHERE product_id = $1 AND hash = $2";

    // What was shown until now may still stand on pages in caches: it stays for a day.
    public const string Keep = "UPDATE pictures SET changed_at = shop_now() WHERE hash = $1";

    public const string Arrange =
        """
        UPDATE product_pictures p SET position = d.position, alt = d.alt, alt_zh = d.alt_zh
        FROM unnest($2::bytea[], $3::text[], $4::text[]) WITH ORDINALITY AS d (hash, alt, alt_zh, position)
        WHERE p.product_id = $1 AND p.hash = d.hash
        """;

    public const string ShowFirst =
        """
        UPDATE products SET picture = (
            SELECT encode(i.hash, 'hex') || '.' || i.format
            FROM product_pictures p JOIN pictures i USING (hash) WHERE p.product_id = $1 ORDER BY p.position, i.hash LIMIT 1)
        WHERE id = $1
        """;

    public const string Read = "SELECT bytes FROM pictures WHERE hash = $1 AND format = $2";
}
