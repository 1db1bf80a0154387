-- catalog: reserved units are those that live reservations hold
WITH held AS (
    SELECT l.variant_id, sum(l.quantity) AS units
    FROM reservations r JOIN reservation_lines l USING (order_id, revision) WHERE r.state = 'reserved' GROUP BY l.variant_id)
SELECT format('variant %s: reserved %s, held by orders %s', variant_id, s.reserved, coalesce(h.units, 0))
FROM stock s FULL JOIN held h USING (variant_id)
WHERE s.reserved IS DISTINCT FROM coalesce(h.units, 0)
