-- What listeners were last told of a variant. Counters change in stock, at the rate of reservations; this row follows at most
-- once a second, and is behind as long as its version is the lower one. So nothing has to be marked where stock changes.
DROP TABLE stock_dirty;

ALTER TABLE stock_announced
    ADD COLUMN version bigint NOT NULL,
    ADD COLUMN low_at integer CHECK (low_at BETWEEN 0 AND 1000000000),
    ADD COLUMN low boolean,
    ALTER COLUMN at SET DEFAULT '-infinity';
COMMENT ON COLUMN stock_announced.low_at IS 'available units at or below which it is low; null for the default';
COMMENT ON COLUMN stock_announced.low IS 'whether it was when it was last judged; null before';

INSERT INTO stock_announced (variant_id, available, version)
SELECT variant_id, on_hand - reserved, version FROM stock WHERE warehouse = 1;

CREATE INDEX stock_announced_low ON stock_announced (variant_id) WHERE low;

-- A new variant begins with what it is created with: that is told by the product's event.
CREATE FUNCTION begin_announcing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_announced (variant_id, available, version)
    SELECT variant_id, on_hand - reserved, version FROM created WHERE warehouse = 1 ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER stock_created AFTER INSERT ON stock REFERENCING NEW TABLE AS created
    FOR EACH STATEMENT EXECUTE FUNCTION begin_announcing();

-- early: among the first who asked for the variant; their mails go before those of the many.
ALTER TABLE stock_subscriptions
    ADD COLUMN email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    ADD COLUMN language text NOT NULL CHECK (language IN ('en', 'zh')),
    ADD COLUMN early boolean NOT NULL DEFAULT false;
CREATE INDEX stock_subscriptions_age ON stock_subscriptions USING brin (created_at) WITH (autosummarize = on);
