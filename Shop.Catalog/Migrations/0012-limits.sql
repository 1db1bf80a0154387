-- A variant that becomes limited counts what its customers have so far, by every movement that the ledger still has of their
-- orders: the first ones may be carried already. What is known of orders too old to be kept outlasts a time without a limit.
CREATE OR REPLACE FUNCTION count_customer_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock WHERE variant_id = NEW.id ORDER BY warehouse FOR NO KEY UPDATE;
    DELETE FROM customer_units WHERE variant_id = NEW.id AND carried = 0;
    UPDATE customer_units SET units = carried WHERE variant_id = NEW.id;
    IF NEW.limit_per_customer IS NOT NULL THEN
        INSERT INTO customer_units AS c (variant_id, customer_id, units)
        SELECT NEW.id, r.customer_id, sum(l.quantity - l.shortage - l.returned)
        FROM reservations r JOIN reservation_lines l USING (order_id, revision)
        WHERE r.order_id IN (SELECT order_id FROM stock_ledger WHERE variant_id = NEW.id AND order_id IS NOT NULL)
          AND r.state IN ('reserved', 'confirmed') AND l.variant_id = NEW.id AND r.customer_id IS NOT NULL
        GROUP BY r.customer_id
        ON CONFLICT (variant_id, customer_id) DO UPDATE SET units = c.units + excluded.units;
    END IF;
    RETURN NULL;
END $$;
