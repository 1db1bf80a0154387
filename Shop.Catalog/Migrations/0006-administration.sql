-- Every change of the catalogue by an administrator, written in the transaction of the change.
CREATE TABLE audit_trail (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT shop_now(),
    who     uuid NOT NULL,
    action  text NOT NULL,
    subject text NOT NULL,
    before  jsonb,
    after   jsonb
);
COMMENT ON COLUMN audit_trail.subject IS 'product:7, brand:slug, category:slug, import:number';
COMMENT ON COLUMN audit_trail.before IS 'what changed, as it was; null for what is new. Prices in major units';

CREATE INDEX audit_trail_subject ON audit_trail (subject, id);
CREATE INDEX audit_trail_at ON audit_trail (at);

-- Nothing in the trail is changed, and nothing leaves it before its time: two years.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < shop_now() - interval '2 years' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit_trail FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON audit_trail FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Each price that a variant has had, from when on.
CREATE TABLE price_history (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    variant_id bigint NOT NULL REFERENCES variants (id),
    price      bigint NOT NULL CHECK (price > 0),
    since      timestamptz NOT NULL DEFAULT shop_now(),
    who        uuid
);
COMMENT ON COLUMN price_history.who IS 'null for the first assortment';

CREATE INDEX price_history_variant ON price_history (variant_id, id DESC);
CREATE INDEX price_history_since ON price_history (since);

INSERT INTO price_history (variant_id, price) SELECT id, price FROM variants;

-- Uploaded pictures by the SHA-256 of their bytes, which are compressed already. changed_at is when one was last uploaded:
-- what no product shows is dropped a day after that.
CREATE TABLE pictures (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    format     text NOT NULL CHECK (format IN ('png', 'jpg', 'webp')),
    width      integer NOT NULL CHECK (width > 0),
    height     integer NOT NULL CHECK (height > 0),
    bytes      bytea NOT NULL CHECK (length(bytes) BETWEEN 1 AND 2097152),
    changed_at timestamptz NOT NULL DEFAULT shop_now()
);
ALTER TABLE pictures ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE product_pictures (
    product_id bigint NOT NULL REFERENCES products (id),
    hash       bytea NOT NULL REFERENCES pictures (hash),
    position   smallint NOT NULL,
    alt        text CHECK (length(alt) BETWEEN 1 AND 300),
    alt_zh     text CHECK (length(alt_zh) BETWEEN 1 AND 300),
    PRIMARY KEY (product_id, hash)
);

CREATE INDEX product_pictures_hash ON product_pictures (hash);

ALTER TABLE products ADD COLUMN picture text;
COMMENT ON COLUMN products.picture IS 'hash.format of the first uploaded picture, kept here because lists show it; null without one';

-- What tells a variant from the others, in brackets behind the product's name.
CREATE FUNCTION variant_label(attributes jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(' (' || string_agg(value, ', ' ORDER BY key) || ')', '') FROM jsonb_each_text(attributes)
$$;

-- What an administrator can change of a product, for the audit trail. Each variant and the pictures are members of their own,
-- so that a difference names only what differs.
CREATE FUNCTION product_snapshot(product bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
               'slug', p.slug, 'category', p.category, 'brand', p.brand, 'attributes', p.attributes,
               'name', en.name, 'nameZh', zh.name, 'description', en.description, 'descriptionZh', zh.description,
               'retired', p.retired_at IS NOT NULL,
               'pictures', (SELECT jsonb_agg(jsonb_build_object('hash', encode(hash, 'hex'), 'alt', alt, 'altZh', alt_zh) ORDER BY position)
                            FROM product_pictures WHERE product_id = p.id))
        || (SELECT jsonb_object_agg('variant ' || v.sku, jsonb_build_object(
                'price', round(v.price / 100.0, 2), 'attributes', v.attributes, 'limitPerCustomer', v.limit_per_customer,
                'retired', v.retired_at IS NOT NULL))
            FROM variants v WHERE v.product_id = p.id)
    FROM products p
    JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
    LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
    WHERE p.id = product
$$;

-- The members of one that the other does not have, or has with another value.
CREATE FUNCTION differing(one jsonb, other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN one IS NULL THEN NULL ELSE (
        SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(one)
        WHERE other IS NULL OR other -> key IS DISTINCT FROM value) END
$$;
