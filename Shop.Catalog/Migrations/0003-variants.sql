-- Renames are possible here because no release has run on the tables before; later changes expand first.

CREATE TABLE brands (
    slug    text PRIMARY KEY CHECK (slug ~ '^[a-z0-9-]{1,64}$'),
    name    text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_zh text NOT NULL CHECK (length(name_zh) BETWEEN 1 AND 100)
);

ALTER TABLE categories ADD COLUMN parent text REFERENCES categories (slug), ADD CHECK (parent <> slug);

-- What is sold: its price, its stock. A product's default variant has the product's own id, so whoever names only the
-- product means that one and needs no look-up. Both take their ids from one sequence. A SKU is never changed or reused.
CREATE TABLE variants (
    id                 bigint PRIMARY KEY,
    product_id         bigint NOT NULL REFERENCES products (id),
    sku                text NOT NULL UNIQUE CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    name               text NOT NULL,
    name_zh            text,
    price              bigint NOT NULL CHECK (price > 0),
    currency           text NOT NULL DEFAULT 'CNY' CHECK (currency ~ '^[A-Z]{3}$'),
    attributes         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
    position           smallint NOT NULL DEFAULT 0,
    limit_per_customer integer CHECK (limit_per_customer > 0),
    retired_at         timestamptz,
    CHECK (id = product_id OR position > 0)
);
COMMENT ON COLUMN variants.name IS 'as an order shows it: the product''s name and what tells the variant from others';
COMMENT ON COLUMN variants.price IS 'of one unit, in minor units';
COMMENT ON COLUMN variants.attributes IS 'name to value, both text, as {"color": "black"}';
COMMENT ON COLUMN variants.limit_per_customer IS 'units that one customer may hold and buy; null for no limit';

CREATE INDEX variants_product ON variants (product_id, position);

INSERT INTO variants (id, product_id, sku, name, name_zh, price, currency, retired_at)
SELECT id, id, 'P' || id, name, name_zh, price, currency, retired_at FROM products;

-- Long texts, apart from the rows that lists and checkout read. Where a language is missing, English stands in.
CREATE TABLE product_texts (
    product_id  bigint NOT NULL REFERENCES products (id),
    language    text NOT NULL CHECK (language IN ('en', 'zh')),
    name        text CHECK (length(name) BETWEEN 1 AND 200),
    description text CHECK (length(description) <= 20000),
    PRIMARY KEY (product_id, language),
    CHECK (language <> 'en' OR (name IS NOT NULL AND description IS NOT NULL))
);
COMMENT ON COLUMN product_texts.description IS 'Markdown';

INSERT INTO product_texts (product_id, language, name, description)
SELECT id, 'en', name, description FROM products
UNION ALL
SELECT id, 'zh', name_zh, description_zh FROM products WHERE name_zh IS NOT NULL OR description_zh IS NOT NULL;

-- Products on sale only. terms holds English stems, the words as they are and the one- and two-character terms of Chinese
-- text; tags is what lists filter by: /c/category and each category above, /b/brand, /a/name=value of the attributes.
CREATE TABLE product_search (
    product_id bigint PRIMARY KEY REFERENCES products (id),
    terms      tsvector NOT NULL,
    tags       text[] NOT NULL
);

-- What moves without anybody editing the product.
CREATE TABLE product_scores (
    product_id bigint PRIMARY KEY REFERENCES products (id),
    sold       bigint NOT NULL DEFAULT 0 CHECK (sold >= 0),
    stars      integer[] NOT NULL DEFAULT '{0,0,0,0,0}' CHECK (cardinality(stars) = 5),
    rating     real NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5)
) WITH (fillfactor = 70);
COMMENT ON COLUMN product_scores.stars IS 'number of reviews with 1, 2, 3, 4 and 5 stars';
COMMENT ON COLUMN product_scores.rating IS 'average of the reviews; 0 without any';

INSERT INTO product_scores (product_id) SELECT id FROM products;

CREATE INDEX product_scores_sold ON product_scores (sold DESC, product_id DESC);
CREATE INDEX product_scores_rating ON product_scores (rating DESC, product_id DESC);

ALTER TABLE products
    DROP COLUMN name_key,
    ADD COLUMN name_key text COLLATE "C",
    ADD COLUMN brand text REFERENCES brands (slug),
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object');
COMMENT ON COLUMN products.price IS 'of the default variant, kept here because lists sort by it';
COMMENT ON COLUMN products.attributes IS 'what all variants have in common, name to value; what differs stands with the variants';
COMMENT ON COLUMN products.name_key IS 'the English name in lower case, by which lists are sorted';

UPDATE products SET name_key = lower(name);

CREATE FUNCTION product_tags(product bigint) RETURNS text[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above (slug, parent) AS (
        SELECT c.slug, c.parent FROM categories c JOIN products p ON p.category = c.slug WHERE p.id = product
        UNION
        SELECT c.slug, c.parent FROM categories c JOIN above ON c.slug = above.parent)
    SELECT array_agg(tag) FROM (
        SELECT '/c/' || slug FROM above
        UNION SELECT '/b/' || brand FROM products WHERE id = product AND brand IS NOT NULL
        UNION SELECT '/a/' || lower(key || '=' || value) FROM products, jsonb_each_text(attributes) WHERE id = product
        UNION SELECT '/a/' || lower(key || '=' || value) FROM variants, jsonb_each_text(attributes)
              WHERE product_id = product AND retired_at IS NULL) AS tags (tag)
$$;

INSERT INTO product_search (product_id, terms, tags)
SELECT id, search, product_tags(id) FROM products WHERE retired_at IS NULL;

CREATE INDEX product_search_terms ON product_search USING gin (terms, tags);

ALTER TABLE products
    ALTER COLUMN name_key SET NOT NULL,
    DROP COLUMN name, DROP COLUMN name_zh, DROP COLUMN description, DROP COLUMN description_zh, DROP COLUMN search;

CREATE INDEX products_name ON products (name_key, id) WHERE retired_at IS NULL;
CREATE INDEX products_brand ON products (brand, id DESC) WHERE retired_at IS NULL;

-- Stock is counted per variant and warehouse. There is one warehouse; the tables would hold more.
ALTER TABLE stock DROP CONSTRAINT stock_product_id_fkey;
ALTER TABLE stock DROP CONSTRAINT stock_pkey;
ALTER TABLE stock RENAME COLUMN product_id TO variant_id;
ALTER TABLE stock
    ADD COLUMN warehouse smallint NOT NULL DEFAULT 1,
    ADD PRIMARY KEY (variant_id, warehouse),
    ADD FOREIGN KEY (variant_id) REFERENCES variants (id);

ALTER TABLE stock_ledger RENAME COLUMN product_id TO variant_id;
ALTER TABLE stock_ledger ADD COLUMN warehouse smallint NOT NULL DEFAULT 1;

ALTER TABLE reservation_lines RENAME COLUMN product_id TO variant_id;
ALTER TABLE reservation_lines ADD COLUMN product_id bigint, ADD COLUMN sku text;
UPDATE reservation_lines l SET product_id = v.product_id, sku = v.sku FROM variants v WHERE v.id = l.variant_id;
ALTER TABLE reservation_lines ALTER COLUMN product_id SET NOT NULL, ALTER COLUMN sku SET NOT NULL;
