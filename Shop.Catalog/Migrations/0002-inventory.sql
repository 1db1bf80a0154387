-- on_hand is what lies in the warehouse, reserved the part of it that orders hold; what can be bought is the
-- difference. version counts every change that a product page can show, so that a cache can tell older from newer.
CREATE TABLE stock (
    product_id bigint PRIMARY KEY REFERENCES products (id),
    on_hand    integer NOT NULL DEFAULT 0 CHECK (on_hand BETWEEN 0 AND 1000000000),
    reserved   integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    version    bigint NOT NULL DEFAULT 1,
    CHECK (reserved <= on_hand)
) WITH (fillfactor = 70);

-- Every movement, signed: on_hand is the sum of received, sold and returned, reserved that of reserved, released and
-- sold. No foreign keys here and in reservation_lines: the rows are decided on locked stock rows, and a check per row
-- would cost more than the row.
CREATE TABLE stock_ledger (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('received', 'reserved', 'released', 'sold', 'returned')),
    quantity   integer NOT NULL CHECK (CASE WHEN kind IN ('released', 'sold') THEN quantity < 0 ELSE quantity > 0 END),
    order_id   uuid,
    at         timestamptz NOT NULL DEFAULT shop_now()
);

-- version is that of the last message about the order; older ones are ignored. Once released or expired, revisions up to
-- the row's are refused; a row without lines marks an order that was released before its reservation came.
CREATE TABLE reservations (
    order_id    uuid PRIMARY KEY,
    revision    integer NOT NULL,
    body_hash   bytea NOT NULL,
    customer_id uuid,
    state       text NOT NULL CHECK (state IN ('reserved', 'released', 'expired', 'confirmed')),
    lease_until timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 0,
    updated_at  timestamptz NOT NULL DEFAULT shop_now()
);

CREATE INDEX reservations_lease ON reservations (lease_until) WHERE state = 'reserved';
CREATE INDEX reservations_closed ON reservations (updated_at) WHERE state <> 'reserved';

-- Lines of earlier revisions stay: a payment names the revision that it pays for. shortage counts units that were paid
-- for after the lease had gone and could not be taken again.
CREATE TABLE reservation_lines (
    order_id   uuid NOT NULL,
    revision   integer NOT NULL,
    product_id bigint NOT NULL,
    quantity   integer NOT NULL CHECK (quantity > 0),
    price      bigint NOT NULL CHECK (price > 0),
    currency   text NOT NULL,
    name       text NOT NULL,
    name_zh    text,
    shortage   integer NOT NULL DEFAULT 0 CHECK (shortage BETWEEN 0 AND quantity),
    PRIMARY KEY (order_id, revision, product_id)
);

CREATE INDEX reservation_lines_short ON reservation_lines (order_id) WHERE shortage > 0;
