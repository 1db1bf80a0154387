-- catalog: what a customer has of a limited variant is what the customer's orders hold and have bought
WITH had AS (
    SELECT l.variant_id, r.customer_id, sum(l.quantity - l.shortage - l.returned) AS units
    FROM reservations r JOIN reservation_lines l USING (order_id, revision) JOIN variants v ON v.id = l.variant_id
    WHERE r.state IN ('reserved', 'confirmed') AND r.customer_id IS NOT NULL AND v.limit_per_customer IS NOT NULL
    GROUP BY l.variant_id, r.customer_id)
SELECT format('variant %s, customer %s: counted %s, by orders %s', variant_id, customer_id, coalesce(u.units, 0), coalesce(h.units, 0) + coalesce(u.carried, 0))
FROM customer_units u FULL JOIN had h USING (variant_id, customer_id)
WHERE coalesce(u.units, 0) <> coalesce(h.units, 0) + coalesce(u.carried, 0)
