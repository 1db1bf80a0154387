-- Movements beside orders, with the reason given and the administrator who gave it. on_hand is the sum of received, sold,
-- returned, adjusted and damaged; reserved that of reserved, released and sold. Rows of one variant are numbered in the order
-- in which they happened, since its stock row is locked meanwhile.
ALTER TABLE stock_ledger
    DROP CONSTRAINT stock_ledger_pkey,
    DROP CONSTRAINT stock_ledger_kind_check,
    DROP CONSTRAINT stock_ledger_check,
    ADD COLUMN reason text CHECK (length(reason) <= 500),
    ADD COLUMN actor uuid,
    ADD PRIMARY KEY (variant_id, id),
    ADD CONSTRAINT stock_ledger_kind_check
        CHECK (kind IN ('received', 'reserved', 'released', 'sold', 'returned', 'adjusted', 'damaged')),
    ADD CONSTRAINT stock_ledger_quantity_check CHECK (CASE
        WHEN kind IN ('released', 'sold', 'damaged') THEN quantity < 0
        WHEN kind = 'adjusted' THEN quantity <> 0
        ELSE quantity > 0 END);

CREATE INDEX stock_ledger_age ON stock_ledger USING brin (at) WITH (autosummarize = on);

-- What old ledger rows came to before they were deleted: counters are the sum of this and the ledger.
CREATE TABLE stock_carried (
    variant_id bigint NOT NULL,
    warehouse  smallint NOT NULL,
    kind       text NOT NULL,
    quantity   bigint NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (variant_id, warehouse, kind)
);
COMMENT ON COLUMN stock_carried.until IS 'time of the youngest row in it';

ALTER TABLE reservations ADD COLUMN created_at timestamptz NOT NULL DEFAULT shop_now();

-- What was sold is kept longer than what was not: it may come back.
DROP INDEX reservations_closed;
CREATE INDEX reservations_ended ON reservations (updated_at) WHERE state IN ('released', 'expired');
CREATE INDEX reservations_sold ON reservations (updated_at) WHERE state = 'confirmed';

ALTER TABLE reservation_lines
    ADD COLUMN returned integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT reservation_lines_returned_check CHECK (returned BETWEEN 0 AND quantity - shortage);
COMMENT ON COLUMN reservation_lines.returned IS 'units that the customer sent back after they were sold';

-- Requests with an Idempotency-Key that changed stock, within what the key is unique: an order, an administrator.
CREATE TABLE stock_requests (
    scope     uuid NOT NULL,
    key       text NOT NULL,
    body_hash bytea NOT NULL,
    at        timestamptz NOT NULL DEFAULT shop_now(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX stock_requests_age ON stock_requests (at);

-- Units of limited variants that a customer holds and has bought. Written under the lock of the variant's stock row.
CREATE TABLE customer_units (
    variant_id  bigint NOT NULL,
    customer_id uuid NOT NULL,
    units       integer NOT NULL CHECK (units >= 0),
    carried     integer NOT NULL DEFAULT 0 CHECK (carried >= 0),
    PRIMARY KEY (variant_id, customer_id)
) WITH (fillfactor = 70);
COMMENT ON COLUMN customer_units.carried IS 'the part of units whose reservations are too old to be kept';

-- A variant that becomes limited counts what its customers have so far. Reservations under way are finished first, and
-- those that wait for the stock row find the limit.
CREATE FUNCTION count_customer_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock WHERE variant_id = NEW.id ORDER BY warehouse FOR NO KEY UPDATE;
    DELETE FROM customer_units WHERE variant_id = NEW.id;
    IF NEW.limit_per_customer IS NOT NULL THEN
        INSERT INTO customer_units (variant_id, customer_id, units)
        SELECT NEW.id, r.customer_id, sum(l.quantity - l.shortage - l.returned)
        FROM reservations r JOIN reservation_lines l USING (order_id, revision)
        WHERE r.order_id IN (SELECT order_id FROM stock_ledger WHERE variant_id = NEW.id AND kind = 'reserved')
          AND r.state IN ('reserved', 'confirmed') AND l.variant_id = NEW.id
        GROUP BY r.customer_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER variants_limit AFTER UPDATE OF limit_per_customer ON variants FOR EACH ROW
    WHEN ((OLD.limit_per_customer IS NULL) <> (NEW.limit_per_customer IS NULL)) EXECUTE FUNCTION count_customer_units();

-- Variants whose availability has changed and is not announced yet. A row is deleted under the lock of the stock row, so no
-- change comes in between; what was announced last is kept for throttling and for telling which way it went.
CREATE TABLE stock_dirty (variant_id bigint PRIMARY KEY)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE stock_announced (
    variant_id bigint PRIMARY KEY,
    available  integer NOT NULL,
    at         timestamptz NOT NULL
) WITH (fillfactor = 70);

-- Customers who want to hear when a variant is back in stock; deleted with the message that tells them.
CREATE TABLE stock_subscriptions (
    customer_id uuid NOT NULL,
    variant_id  bigint NOT NULL REFERENCES variants (id),
    created_at  timestamptz NOT NULL DEFAULT shop_now(),
    PRIMARY KEY (customer_id, variant_id)
);
CREATE INDEX stock_subscriptions_waiting ON stock_subscriptions (variant_id, created_at);
