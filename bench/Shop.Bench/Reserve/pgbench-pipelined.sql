-- As pgbench-steps.sql, in two round trips instead of nine: what a client gains by sending statements together.
\set variant random(:first, :last)
\set order_key random(1, 9223372036854775806)
\startpipeline
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended(lpad(to_hex(:order_key::bigint), 32, '0')::uuid::text, 42));
SELECT revision, body_hash, customer_id, state, lease_until, version FROM reservations WHERE order_id = lpad(to_hex(:order_key::bigint), 32, '0')::uuid;
SELECT on_hand, reserved FROM stock WHERE variant_id = :variant AND warehouse = 1 FOR NO KEY UPDATE;
\endpipeline
\startpipeline
UPDATE stock SET reserved = reserved + 1, version = version + 1 WHERE variant_id = :variant AND warehouse = 1;
INSERT INTO stock_ledger (variant_id, kind, quantity, order_id) VALUES (:variant, 'reserved', 1, lpad(to_hex(:order_key::bigint), 32, '0')::uuid);
INSERT INTO reservations (order_id, revision, body_hash, customer_id, state, lease_until) VALUES (lpad(to_hex(:order_key::bigint), 32, '0')::uuid, 1, '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', lpad(to_hex(:order_key::bigint), 32, '0')::uuid, 'reserved', shop_now() + interval '15 minutes');
INSERT INTO reservation_lines (order_id, revision, variant_id, quantity, price, currency, name, name_zh, product_id, sku) SELECT lpad(to_hex(:order_key::bigint), 32, '0')::uuid, 1, id, 1, price, currency, name, name_zh, product_id, sku FROM variants WHERE id = :variant;
COMMIT;
\endpipeline
