namespace Shop.Catalog.Reviews;

/// <summary>
/// The statements of <see cref="ReviewStore"/>. Each that changes what is counted changes the product's histogram with it, in
/// one statement; locks are taken in the order review, scores.
/// </summary>
internal static class ReviewSql
{
    /// <summary>$1 product, $2 customer, $3 stars, $4 title, $5 body, $6 author. Nothing when there is one, or no such product.</summary>
    public const string Create =
        """
        WITH made AS (
            INSERT INTO reviews (product_id, customer_id, stars, title, body, author, verified)
            SELECT p.id, $2, $3, $4, $5, $6, EXISTS (SELECT FROM purchases WHERE customer_id = $2 AND product_id = p.id)
            FROM products p WHERE p.id = $1 AND p.retired_at IS NULL
            ON CONFLICT (product_id, customer_id) DO NOTHING
            RETURNING id),
        score AS (
            UPDATE product_scores SET stars = shift_stars(stars, NULL, $3), rating = average_stars(shift_stars(stars, NULL, $3))
            WHERE product_id = $1 AND EXISTS (SELECT FROM made))
        SELECT id FROM made
        """;

    /// <summary>
    /// As <see cref="Create"/>, for the one that is there. A hidden one stays hidden and uncounted; one that a moderator let stand
    /// is another one now, and its reports come before a moderator again.
    /// </summary>
    public const string Change =
        """
        WITH known AS (
            SELECT id, stars, state FROM reviews WHERE product_id = $1 AND customer_id = $2 FOR NO KEY UPDATE),
        changed AS (
            UPDATE reviews r
            SET stars = $3, title = $4, body = $5, author = $6, updated_at = shop_now(),
                moderated_at = CASE WHEN known.state = 'hidden' THEN moderated_at END,
                moderated_by = CASE WHEN known.state = 'hidden' THEN moderated_by END
            FROM known WHERE r.id = known.id),
        score AS (
            UPDATE product_scores s
            SET stars = shift_stars(s.stars, known.stars, $3), rating = average_stars(shift_stars(s.stars, known.stars, $3))
            FROM known WHERE s.product_id = $1 AND known.state = 'published')
        SELECT id FROM known
        """;

    /// <summary>$1 product, $2 customer. Whether it is gone: a hidden one stays, or its words would be written again; or nothing.</summary>
    public const string Delete =
        """
        WITH known AS (
            SELECT id, stars, state FROM reviews WHERE product_id = $1 AND customer_id = $2 FOR UPDATE),
        gone AS (DELETE FROM reviews r USING known WHERE r.id = known.id AND known.state = 'published'),
        score AS (
            UPDATE product_scores s
            SET stars = shift_stars(s.stars, known.stars, NULL), rating = average_stars(shift_stars(s.stars, known.stars, NULL))
            FROM known WHERE s.product_id = $1 AND known.state = 'published')
        SELECT state = 'published' FROM known
        """;

    /// <summary>$1 review, $2 state, $3 reason, $4 moderator. The product's id, or nothing.</summary>
    public const string Moderate =
        """
        WITH known AS (SELECT id, product_id, stars, state FROM reviews WHERE id = $1 FOR NO KEY UPDATE),
        changed AS (
            UPDATE reviews r SET state = $2, moderation_reason = $3, moderated_by = $4, moderated_at = shop_now()
            FROM known WHERE r.id = known.id),
        score AS (
            UPDATE product_scores s
            SET stars = shift_stars(s.stars, gone, come), rating = average_stars(shift_stars(s.stars, gone, come))
            FROM (SELECT product_id, CASE WHEN $2 = 'hidden' THEN stars END, CASE WHEN $2 = 'published' THEN stars END
                  FROM known WHERE state <> $2) AS shift (product_id, gone, come)
            WHERE s.product_id = shift.product_id)
        SELECT product_id FROM known
        """;

    /// <summary>$1 review, $2 customer, $3 kind. The state of things: found, own.</summary>
    public const string Vote =
        """
        WITH review AS (SELECT id, customer_id FROM reviews WHERE id = $1 AND state = 'published' FOR KEY SHARE),
        vote AS (
            INSERT INTO review_votes (review_id, customer_id, kind)
            SELECT id, $2, $3 FROM review WHERE customer_id <> $2
            ON CONFLICT DO NOTHING RETURNING review_id),
        counted AS (
            UPDATE reviews r
            SET helpful = helpful + ($3 = 'helpful')::integer, reports = reports + ($3 = 'report')::integer
            FROM vote WHERE r.id = vote.review_id)
        SELECT customer_id = $2 FROM review
        """;

    /// <summary>$1 review, $2 customer.</summary>
    public const string Withdraw =
        """
        WITH vote AS (
            DELETE FROM review_votes WHERE review_id = $1 AND customer_id = $2 AND kind = 'helpful' RETURNING review_id)
        UPDATE reviews r SET helpful = helpful - 1 FROM vote WHERE r.id = vote.review_id
        """;

    public const string Summary =
        """
        SELECT s.rating, s.stars FROM product_scores s JOIN products p ON p.id = s.product_id
        WHERE s.product_id = $1 AND p.retired_at IS NULL
        """;

    private const string Item = "SELECT id, stars, title, body, author, verified, helpful, created_at, updated_at, customer_id";

    /// <summary>$1 product, $2 stars or null, $3 limit, $4 id to begin after.</summary>
    public const string Newest =
        Item + " FROM reviews WHERE product_id = $1 AND state = 'published' AND ($2::integer IS NULL OR stars = $2) AND id < $4 ORDER BY id DESC LIMIT $3";

    /// <summary>As <see cref="Newest"/>; $5 the helpful votes of the one to begin after.</summary>
    public const string MostHelpful =
        Item + " FROM reviews WHERE product_id = $1 AND state = 'published' AND ($2::integer IS NULL OR stars = $2) AND (helpful, id) < ($5, $4) ORDER BY helpful DESC, id DESC LIMIT $3";

    public const string Own =
        "SELECT id, stars, title, body, author, verified, state, moderation_reason FROM reviews WHERE product_id = $1 AND customer_id = $2";

    private const string Moderated =
        """
        SELECT id, product_id, customer_id, stars, title, body, author, verified, state, reports, created_at, moderated_by,
               moderated_at, moderation_reason
        FROM reviews
        """;

    /// <summary>$1 limit, $2 id to begin after, $3 its reports.</summary>
    public const string Reported =
        Moderated + " WHERE reports > 0 AND moderated_at IS NULL AND (reports, id) < ($3, $2) ORDER BY reports DESC, id DESC LIMIT $1";

    /// <summary>$1 limit, $2 id to begin after.</summary>
    public const string Hidden = Moderated + " WHERE state = 'hidden' AND id < $2 ORDER BY id DESC LIMIT $1";

    /// <summary>
    /// $1 customer. Before <see cref="Create"/> and <see cref="RecordPurchases"/>: of a review and a purchase at the same moment one
    /// comes after the other and sees it.
    /// </summary>
    public const string LockBuyer = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 43))";

    /// <summary>$1 orders. In an order of their own, so that two of these never wait for each other in a ring.</summary>
    public const string LockBuyersOf =
        """
        SELECT pg_advisory_xact_lock(buyer) FROM (
            SELECT DISTINCT hashtextextended(customer_id::text, 43) AS buyer
            FROM reservations WHERE order_id = ANY ($1) AND customer_id IS NOT NULL ORDER BY 1) buyers
        """;

    /// <summary>$1 orders. What paid orders bought; reviews written before become verified ones.</summary>
    public const string RecordPurchases =
        """
        WITH bought AS (
            SELECT DISTINCT r.customer_id, l.product_id
            FROM reservations r JOIN reservation_lines l ON l.order_id = r.order_id AND l.revision = r.revision
            WHERE r.order_id = ANY ($1) AND r.state = 'confirmed' AND r.customer_id IS NOT NULL AND l.shortage < l.quantity),
        recorded AS (
            INSERT INTO purchases (customer_id, product_id) SELECT customer_id, product_id FROM bought ORDER BY customer_id, product_id ON CONFLICT DO NOTHING)
        UPDATE reviews v SET verified = true
        FROM bought b WHERE v.customer_id = b.customer_id AND v.product_id = b.product_id AND NOT v.verified
        """;
}
