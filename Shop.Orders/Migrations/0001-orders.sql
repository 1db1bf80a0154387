-- One shard of the orders. A customer's orders all live on one shard, so every statement here is local.

CREATE TABLE orders (
    id               uuid PRIMARY KEY,
    customer_id      uuid NOT NULL,
    status           text NOT NULL CHECK (status IN ('placed', 'reserved', 'paying', 'paid', 'shipped', 'delivered',
                                                     'completed', 'cancelled', 'expired', 'refunded')),
    version          bigint NOT NULL CHECK (version > 0),
    revision         integer NOT NULL CHECK (revision > 0),
    currency         text NOT NULL,
    total            bigint NOT NULL CHECK (total >= 0),
    payment_id       uuid,
    pending_quantity integer CHECK (pending_quantity > 0),
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    CHECK (status NOT IN ('paying', 'paid') OR payment_id IS NOT NULL),
    CHECK (pending_quantity IS NULL OR status <> 'paying')
);
COMMENT ON COLUMN orders.total IS 'minor units of the currency';
COMMENT ON COLUMN orders.revision IS 'the revision of the reservation that lines and total belong to';
COMMENT ON COLUMN orders.pending_quantity IS 'a quantity that is being reserved as revision + 1; nobody may pay until that is decided';

CREATE INDEX orders_by_customer ON orders (customer_id, created_at DESC, id DESC);
CREATE INDEX orders_due ON orders (expires_at) WHERE status = 'reserved';

CREATE TABLE order_lines (
    order_id   uuid NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position   integer NOT NULL,
    product_id bigint NOT NULL,
    name       text NOT NULL,
    name_zh    text,
    quantity   integer NOT NULL CHECK (quantity > 0),
    price      bigint NOT NULL CHECK (price >= 0),
    PRIMARY KEY (order_id, position)
);
COMMENT ON COLUMN order_lines.price IS 'of one unit, in minor units';

-- What each payment did to its order. The primary key makes "the effect of a payment" a thing that exists once.
CREATE TABLE order_payments (
    payment_id uuid PRIMARY KEY,
    order_id   uuid NOT NULL,
    state      text NOT NULL CHECK (state IN ('started', 'failed', 'accepted', 'refunding')),
    amount     bigint,
    version    bigint NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX order_payments_by_order ON order_payments (order_id);

CREATE TABLE order_history (
    order_id uuid NOT NULL,
    version  bigint NOT NULL,
    status   text NOT NULL,
    reason   text,
    at       timestamptz NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX order_history_by_order ON order_history (order_id, version);

-- The order id is a hash of (customer, key), so it is the key of the answer too.
CREATE TABLE idempotency (
    order_id  uuid NOT NULL,
    body_hash bytea NOT NULL,
    answer    bytea NOT NULL,
    at        timestamptz NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX idempotency_by_order ON idempotency (order_id);

-- Reservations that were given back because the order was not placed. An order is never placed on one of these.
CREATE TABLE refused_reservations (
    order_id uuid NOT NULL,
    revision integer NOT NULL,
    at       timestamptz NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX refused_reservations_by_order ON refused_reservations (order_id);

CREATE TABLE order_history_default PARTITION OF order_history DEFAULT;
CREATE TABLE idempotency_default PARTITION OF idempotency DEFAULT;
CREATE TABLE refused_reservations_default PARTITION OF refused_reservations DEFAULT;

-- Keeps one partition per day: from yesterday to a week ahead there is one, and what is older than keep_days is dropped.
-- Rows that came while no partition stood ready are in the default one; that day is left there and deleted by row.
CREATE FUNCTION keep_daily_partitions(parent text, keep_days integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    today date := (shop_now() AT TIME ZONE 'UTC')::date;
    day   date;
    old   record;
BEGIN
    FOR day IN SELECT today + n FROM generate_series(-1, 7) AS n LOOP
        CONTINUE WHEN to_regclass(format('%I', parent || to_char(day, '_YYYYMMDD'))) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || to_char(day, '_YYYYMMDD'), parent, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation THEN NULL;
        END;
    END LOOP;
    FOR old IN SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
               WHERE inhparent = parent::regclass AND child.relname ~ '_[0-9]{8}$'
                 AND to_date(right(child.relname, 8), 'YYYYMMDD') < today - keep_days LOOP
        EXECUTE format('DROP TABLE %I', old.relname);
    END LOOP;
    EXECUTE format('DELETE FROM %I WHERE at < shop_now() - make_interval(days => $1 + 1)', parent || '_default') USING keep_days;
END $$;

SELECT keep_daily_partitions('order_history', 90), keep_daily_partitions('idempotency', 1), keep_daily_partitions('refused_reservations', 1);
