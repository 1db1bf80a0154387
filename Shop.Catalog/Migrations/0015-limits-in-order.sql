-- A variant that becomes limited counts what its customers have so far, for all variants of a statement at once: their stock
-- rows are locked in the order in which reservations lock them, whatever the order in which the statement comes to the
-- variants. What is known of orders too old to be kept outlasts a time without a limit.
CREATE FUNCTION count_limited_units() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[] := ARRAY(
        SELECT n.id FROM changed n JOIN former o USING (id) WHERE (n.limit_per_customer IS NULL) <> (o.limit_per_customer IS NULL));
BEGIN
    IF concerned = '{}' THEN
        RETURN NULL;
    END IF;
    PERFORM FROM stock WHERE variant_id = ANY (concerned) ORDER BY variant_id, warehouse FOR NO KEY UPDATE;
    DELETE FROM customer_units WHERE variant_id = ANY (concerned) AND carried = 0;
    UPDATE customer_units SET units = carried WHERE variant_id = ANY (concerned);
    INSERT INTO customer_units AS c (variant_id, customer_id, units)
    SELECT n.id, had.customer_id, had.units
    FROM changed n CROSS JOIN LATERAL (
        SELECT r.customer_id, sum(l.quantity - l.shortage - l.returned) AS units
        FROM reservations r JOIN reservation_lines l USING (order_id, revision)
        WHERE r.order_id IN (SELECT order_id FROM stock_ledger WHERE variant_id = n.id AND order_id IS NOT NULL)
          AND r.state IN ('reserved', 'confirmed') AND l.variant_id = n.id AND r.customer_id IS NOT NULL
        GROUP BY r.customer_id) AS had
    WHERE n.id = ANY (concerned) AND n.limit_per_customer IS NOT NULL
    ON CONFLICT (variant_id, customer_id) DO UPDATE SET units = c.units + excluded.units;
    RETURN NULL;
END $$;

DROP TRIGGER variants_limit ON variants;
DROP FUNCTION count_customer_units();
CREATE TRIGGER variants_limit AFTER UPDATE ON variants
    REFERENCING OLD TABLE AS former NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_limited_units();
