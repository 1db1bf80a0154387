-- catalog: a product's histogram and rating are those of its published reviews, and a review's votes those that were given
WITH counted AS (
    SELECT product_id, ARRAY[
        count(*) FILTER (WHERE stars = 1), count(*) FILTER (WHERE stars = 2), count(*) FILTER (WHERE stars = 3),
        count(*) FILTER (WHERE stars = 4), count(*) FILTER (WHERE stars = 5)]::integer[] AS stars
    FROM reviews WHERE state = 'published' GROUP BY product_id)
SELECT format('product %s: counts %s with rating %s, its reviews come to %s and %s', s.product_id, s.stars, s.rating, c.stars, average_stars(c.stars))
FROM product_scores s
LEFT JOIN counted USING (product_id)
CROSS JOIN LATERAL (SELECT coalesce(counted.stars, '{0,0,0,0,0}') AS stars) AS c
WHERE (s.stars, s.rating) IS DISTINCT FROM (c.stars, average_stars(c.stars))
UNION ALL
SELECT format('review %s: counts %s helpful and %s reports, given were %s and %s', r.id, r.helpful, r.reports, coalesce(v.helpful, 0), coalesce(v.reports, 0))
FROM reviews r LEFT JOIN (
    SELECT review_id, count(*) FILTER (WHERE kind = 'helpful') AS helpful, count(*) FILTER (WHERE kind = 'report') AS reports
    FROM review_votes GROUP BY review_id) AS v ON v.review_id = r.id
WHERE (r.helpful, r.reports) <> (coalesce(v.helpful, 0), coalesce(v.reports, 0))
