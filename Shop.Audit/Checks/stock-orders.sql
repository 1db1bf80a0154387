-- catalog: each order has moved what its reservation says, once
-- Orders whose first movements may be carried already are left out.
WITH moved AS (
    SELECT order_id, variant_id, max(at) AS last,
           coalesce(sum(quantity) FILTER (WHERE kind IN ('reserved', 'released', 'sold')), 0) AS held,
           coalesce(-sum(quantity) FILTER (WHERE kind IN ('sold', 'returned')), 0) AS kept
    FROM stock_ledger WHERE order_id IS NOT NULL GROUP BY order_id, variant_id),
said AS (
    SELECT r.order_id, l.variant_id,
           CASE r.state WHEN 'reserved' THEN l.quantity ELSE 0 END AS held,
           CASE r.state WHEN 'confirmed' THEN l.quantity - l.shortage - l.returned ELSE 0 END AS kept
    FROM reservations r JOIN reservation_lines l USING (order_id, revision))
SELECT format('order %s, variant %s: holds %s and keeps %s by its movements, %s and %s by its reservation',
              order_id, variant_id, coalesce(m.held, 0), coalesce(m.kept, 0), coalesce(s.held, 0), coalesce(s.kept, 0))
FROM moved m FULL JOIN said s USING (order_id, variant_id) LEFT JOIN reservations r USING (order_id)
WHERE (coalesce(m.held, 0), coalesce(m.kept, 0)) <> (coalesce(s.held, 0), coalesce(s.kept, 0))
  AND CASE WHEN r.order_id IS NULL THEN m.last > shop_now() - interval '20 days'
           ELSE r.created_at > (SELECT coalesce(max(until), '-infinity') FROM stock_carried) END
