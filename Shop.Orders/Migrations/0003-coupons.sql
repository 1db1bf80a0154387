-- The coupon that Catalog holds for the order, and what it takes off the total of the lines: total is what is left.
ALTER TABLE orders
    ADD COLUMN coupon text,
    ADD COLUMN discount bigint NOT NULL DEFAULT 0 CHECK (discount >= 0);
COMMENT ON COLUMN orders.discount IS 'minor units';
