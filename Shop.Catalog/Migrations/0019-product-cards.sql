-- Waits while it holds nothing, and then for nothing: a change of a variant writes products last, and an import first.
LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE product_texts, variants IN SHARE ROW EXCLUSIVE MODE NOWAIT;

-- What lists show of a product but its stock, in one narrow row, so that a page takes two look-ups a product and not six.
-- Products on sale only. Written by triggers alone, in the transaction that changes what a card is made of.
CREATE TABLE product_cards (
    product_id   bigint PRIMARY KEY REFERENCES products (id),
    price        bigint NOT NULL,
    only_variant bigint,
    version      integer NOT NULL,
    variants     integer NOT NULL,
    reviews      integer NOT NULL,
    rating       real NOT NULL,
    slug         text NOT NULL,
    name         text NOT NULL,
    name_zh      text,
    category     text NOT NULL,
    currency     text NOT NULL,
    brand        text,
    picture      text
) WITH (fillfactor = 85);
COMMENT ON COLUMN product_cards.only_variant IS 'where there is just one on sale: its stock is the product''s';

CREATE VIEW made_cards AS
SELECT p.id AS product_id, p.price, CASE WHEN v.count = 1 THEN v.first END AS only_variant, p.version, v.count AS variants,
       coalesce((SELECT sum(n) FROM unnest(r.stars) AS n), 0)::integer AS reviews, coalesce(r.rating, 0) AS rating,
       p.slug, en.name, zh.name AS name_zh, p.category, p.currency, p.brand, p.picture
FROM products p
JOIN product_texts en ON en.product_id = p.id AND en.language = 'en'
LEFT JOIN product_texts zh ON zh.product_id = p.id AND zh.language = 'zh'
LEFT JOIN product_scores r ON r.product_id = p.id
CROSS JOIN LATERAL (SELECT count(*)::integer AS count, min(id) AS first FROM variants WHERE product_id = p.id AND retired_at IS NULL) AS v
WHERE p.retired_at IS NULL;
COMMENT ON VIEW made_cards IS 'what product_cards holds, taken from the tables that it is made of';

-- Ratings only follow the reviews (below): whoever edits a product holds its row and not its scores, and would write one of a
-- moment ago over a newer one. By keys, however small the tables were when a session made the plan.
CREATE FUNCTION renew_cards(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    DELETE FROM product_cards c USING products p
    WHERE c.product_id = ANY (ids) AND p.id = c.product_id AND p.retired_at IS NOT NULL;
    INSERT INTO product_cards AS c
    SELECT * FROM made_cards WHERE product_id = ANY (ids) ORDER BY product_id
    ON CONFLICT (product_id) DO UPDATE
    SET price = excluded.price, only_variant = excluded.only_variant, version = excluded.version, variants = excluded.variants,
        slug = excluded.slug, name = excluded.name, name_zh = excluded.name_zh, category = excluded.category,
        currency = excluded.currency, brand = excluded.brand, picture = excluded.picture;
END $$;

CREATE FUNCTION renew_cards_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'products' THEN PERFORM renew_cards(ARRAY(SELECT id FROM changed));
    ELSE PERFORM renew_cards(ARRAY(SELECT DISTINCT product_id FROM changed));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER products_card AFTER UPDATE ON products REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_cards_of_changed();
CREATE TRIGGER product_texts_card AFTER INSERT ON product_texts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_cards_of_changed();
CREATE TRIGGER product_texts_card_changed AFTER UPDATE ON product_texts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_cards_of_changed();
CREATE TRIGGER product_texts_card_gone AFTER DELETE ON product_texts REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_cards_of_changed();
CREATE TRIGGER variants_card AFTER INSERT ON variants REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION renew_cards_of_changed();

CREATE FUNCTION renew_card_of_variant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM renew_cards(ARRAY[NEW.product_id]);
    RETURN NULL;
END $$;

CREATE TRIGGER variants_card_retired AFTER UPDATE OF retired_at ON variants FOR EACH ROW
    WHEN (OLD.retired_at IS DISTINCT FROM NEW.retired_at) EXECUTE FUNCTION renew_card_of_variant();

-- Products whose cards were held by somebody else when their reviews changed.
CREATE TABLE late_cards (
    product_id bigint NOT NULL,
    since      timestamptz NOT NULL DEFAULT shop_now()
);
COMMENT ON TABLE late_cards IS 'without a key, so that nobody waits for anybody; a product may stand here several times';

-- A review does not wait: an import holds the cards of its products until its end.
CREATE FUNCTION rate_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM product_cards WHERE product_id = NEW.product_id FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE product_cards SET rating = NEW.rating, reviews = (SELECT sum(n) FROM unnest(NEW.stars) AS n)
        WHERE product_id = NEW.product_id;
    ELSE
        INSERT INTO late_cards (product_id) VALUES (NEW.product_id);
    END IF;
    RETURN NULL;
END $$;

-- Not where units are counted as sold, which is far more often.
CREATE TRIGGER product_scores_card AFTER UPDATE OF stars, rating ON product_scores FOR EACH ROW
    WHEN ((OLD.stars, OLD.rating) IS DISTINCT FROM (NEW.stars, NEW.rating)) EXECUTE FUNCTION rate_card();

-- Rates the cards that are held no longer. Each statement sees what was committed before it: a review that comes after a card is
-- taken here makes it late again, and one from before can be seen by the time that ratings are read.
CREATE FUNCTION rate_late_cards() RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    ids bigint[];
BEGIN
    SELECT array_agg(product_id) INTO ids FROM (
        SELECT c.product_id FROM product_cards c WHERE c.product_id IN (SELECT l.product_id FROM late_cards l)
        ORDER BY c.product_id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED) AS held;
    DELETE FROM late_cards l
    WHERE l.product_id = ANY (ids) OR NOT EXISTS (SELECT FROM product_cards c WHERE c.product_id = l.product_id);
    UPDATE product_cards c SET rating = r.rating, reviews = (SELECT sum(n) FROM unnest(r.stars) AS n)
    FROM product_scores r WHERE r.product_id = c.product_id AND c.product_id = ANY (ids);
END $$;

INSERT INTO product_cards SELECT * FROM made_cards ORDER BY product_id;

ANALYZE product_cards;
