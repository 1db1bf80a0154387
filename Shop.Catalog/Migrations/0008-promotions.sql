-- Coupons. used counts the reservations that hold or have bought with one, so that a use is stock: it is taken and given back
-- under the lock of this row, in the transaction of the reservation.
CREATE TABLE promotions (
    id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code                  text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9-]{1,40}$'),
    name                  text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_zh               text CHECK (length(name_zh) BETWEEN 1 AND 100),
    kind                  text NOT NULL CHECK (kind IN ('percentage', 'amount', 'free-shipping')),
    value                 bigint NOT NULL CHECK (CASE kind
                              WHEN 'percentage' THEN value BETWEEN 1 AND 100 WHEN 'amount' THEN value > 0 ELSE value = 0 END),
    minimum               bigint NOT NULL DEFAULT 0 CHECK (minimum >= 0),
    valid_from            timestamptz NOT NULL,
    valid_until           timestamptz NOT NULL,
    max_uses              integer CHECK (max_uses > 0),
    max_uses_per_customer integer CHECK (max_uses_per_customer > 0),
    used                  integer NOT NULL DEFAULT 0 CHECK (used >= 0),
    stopped_at            timestamptz,
    version               integer NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL DEFAULT shop_now(),
    CONSTRAINT promotions_period CHECK (valid_from < valid_until),
    CONSTRAINT promotions_used_up CHECK (used <= max_uses)
) WITH (fillfactor = 70);
COMMENT ON COLUMN promotions.value IS 'percent, or minor units; 0 for free shipping';
COMMENT ON COLUMN promotions.minimum IS 'total of the lines in minor units from which on it may be used';
COMMENT ON COLUMN promotions.valid_until IS 'the first moment at which it is over';

-- Written under the lock of the promotion. No foreign keys, as in the other tables that every reservation writes.
CREATE TABLE promotion_uses (
    promotion_id bigint NOT NULL,
    customer_id  uuid NOT NULL,
    uses         integer NOT NULL CHECK (uses >= 0),
    PRIMARY KEY (promotion_id, customer_id)
) WITH (fillfactor = 70);
CREATE INDEX promotion_uses_none ON promotion_uses (promotion_id) WHERE uses = 0;

-- Uses of reservations that are too old to be kept: used is the number of reservations that count one, and the sum of these.
-- Only retention writes it, so it needs no lock of the promotion.
CREATE TABLE promotion_carried (
    promotion_id bigint NOT NULL,
    customer_id  uuid NOT NULL,
    uses         integer NOT NULL CHECK (uses > 0),
    PRIMARY KEY (promotion_id, customer_id)
);

-- The coupon of the last revision. What it took off stays as it was promised, also when the use was given back; a payment
-- after the lease that finds no use left is honoured and not counted.
ALTER TABLE reservations
    ADD COLUMN promotion_id bigint,
    ADD COLUMN discount bigint NOT NULL DEFAULT 0 CHECK (discount >= 0),
    ADD COLUMN free_shipping boolean NOT NULL DEFAULT false,
    ADD COLUMN promotion_counted boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT reservations_promotion_check CHECK (
        promotion_id IS NOT NULL OR (discount = 0 AND NOT free_shipping AND NOT promotion_counted)),
    ADD CONSTRAINT reservations_counted_check CHECK (NOT promotion_counted OR state IN ('reserved', 'confirmed'));
COMMENT ON COLUMN reservations.discount IS 'minor units, taken off the total of the lines';
COMMENT ON COLUMN reservations.promotion_counted IS 'whether the use is among those that the promotion counts';
