-- catalog: units on hand and reserved are the sum of all movements, those carried included
WITH moved AS (
    SELECT variant_id, warehouse, kind, quantity FROM stock_ledger
    UNION ALL SELECT variant_id, warehouse, kind, quantity FROM stock_carried),
booked AS (
    SELECT variant_id, warehouse,
           coalesce(sum(quantity) FILTER (WHERE kind NOT IN ('reserved', 'released')), 0) AS on_hand,
           coalesce(sum(quantity) FILTER (WHERE kind IN ('reserved', 'released', 'sold')), 0) AS reserved
    FROM moved GROUP BY variant_id, warehouse)
SELECT format('variant %s: on hand %s, %s by its movements; reserved %s, %s by its movements',
              variant_id, s.on_hand, coalesce(b.on_hand, 0), s.reserved, coalesce(b.reserved, 0))
FROM stock s FULL JOIN booked b USING (variant_id, warehouse)
WHERE (s.on_hand, s.reserved) IS DISTINCT FROM (coalesce(b.on_hand, 0), coalesce(b.reserved, 0))
