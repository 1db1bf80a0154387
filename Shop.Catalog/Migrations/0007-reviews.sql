-- Who bought what, told by paid orders: makes a review a verified one.
CREATE TABLE purchases (
    customer_id uuid NOT NULL,
    product_id  bigint NOT NULL REFERENCES products (id),
    at          timestamptz NOT NULL DEFAULT shop_now(),
    PRIMARY KEY (customer_id, product_id)
);

-- One per customer and product. Only published ones are shown and counted.
CREATE TABLE reviews (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id        bigint NOT NULL REFERENCES products (id),
    customer_id       uuid NOT NULL,
    stars             smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    title             text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    body              text NOT NULL CHECK (length(body) <= 4000),
    author            text CHECK (length(author) BETWEEN 1 AND 40),
    verified          boolean NOT NULL DEFAULT false,
    state             text NOT NULL DEFAULT 'published' CHECK (state IN ('published', 'hidden')),
    helpful           integer NOT NULL DEFAULT 0 CHECK (helpful >= 0),
    reports           integer NOT NULL DEFAULT 0 CHECK (reports >= 0),
    created_at        timestamptz NOT NULL DEFAULT shop_now(),
    updated_at        timestamptz NOT NULL DEFAULT shop_now(),
    moderated_by      uuid,
    moderated_at      timestamptz,
    moderation_reason text CHECK (length(moderation_reason) <= 500),
    UNIQUE (product_id, customer_id)
);

CREATE INDEX reviews_newest ON reviews (product_id, id DESC) WHERE state = 'published';
CREATE INDEX reviews_helpful ON reviews (product_id, helpful DESC, id DESC) WHERE state = 'published';
CREATE INDEX reviews_reported ON reviews (reports DESC, id DESC) WHERE reports > 0 AND moderated_at IS NULL;
CREATE INDEX reviews_hidden ON reviews (id DESC) WHERE state = 'hidden';

-- A customer's opinion of another's review: helpful, or to be looked at by the shop.
CREATE TABLE review_votes (
    review_id   bigint NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    customer_id uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('helpful', 'report')),
    at          timestamptz NOT NULL DEFAULT shop_now(),
    PRIMARY KEY (review_id, customer_id, kind)
);

-- The histogram with one review out and one in; null for none.
CREATE FUNCTION shift_stars(stars integer[], gone integer, come integer) RETURNS integer[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(stars[n] - (n IS NOT DISTINCT FROM gone)::integer + (n IS NOT DISTINCT FROM come)::integer ORDER BY n)
    FROM generate_series(1, 5) AS n
$$;

CREATE FUNCTION average_stars(stars integer[]) RETURNS real LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(sum(n * stars[n])::real / nullif(sum(stars[n]), 0), 0)::real FROM generate_series(1, 5) AS n
$$;
