-- catalog: uses of a coupon are the reservations that count one, in all and for each customer
WITH counted AS (
    SELECT promotion_id, customer_id, sum(uses) AS uses FROM (
        SELECT promotion_id, customer_id, count(*) AS uses FROM reservations WHERE promotion_counted GROUP BY 1, 2
        UNION ALL SELECT promotion_id, customer_id, uses FROM promotion_carried) AS c
    GROUP BY promotion_id, customer_id)
SELECT format('coupon %s: used %s, by orders %s', p.code, p.used, coalesce(c.uses, 0))
FROM promotions p LEFT JOIN (SELECT promotion_id, sum(uses) AS uses FROM counted GROUP BY 1) AS c ON c.promotion_id = p.id
WHERE p.used <> coalesce(c.uses, 0)
UNION ALL
SELECT format('coupon %s, customer %s: used %s, by orders %s', promotion_id, customer_id, coalesce(u.uses, 0), coalesce(c.uses, 0))
FROM counted c FULL JOIN promotion_uses u USING (promotion_id, customer_id)
WHERE coalesce(c.uses, 0) <> coalesce(u.uses, 0)
