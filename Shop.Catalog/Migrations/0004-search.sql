-- What a product is found by: hits in the name (A) rank above hits in the description (B). Words go through the English
-- stemmer; characters of scripts without spaces, and pairs of them, are lexemes as they are. They get positions since a
-- lexeme without one has no weight.
CREATE FUNCTION search_characters(characters text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(quote_literal(term) || ':' || least(place, 16383), ' '), '')::tsvector
    FROM unnest(characters) WITH ORDINALITY AS terms (term, place)
$$;

CREATE FUNCTION search_document(name_characters text[], name_words text, characters text[], words text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(search_characters(name_characters) || to_tsvector('english', name_words), 'A')
        || setweight(search_characters(characters) || to_tsvector('english', words), 'B')
$$;

-- All of a query must be found. Both parts are written by SearchQuery.cs; either may be empty.
CREATE FUNCTION search_query(words text, characters text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsquery('english', words) && characters::tsquery
$$;

-- The words of all products as they are written, to complete and to correct what is typed. form is the word itself or
-- what is left of it without one letter: two words that differ by one typo have a form in common, which a b-tree finds.
CREATE TABLE search_words (
    word text COLLATE "C" PRIMARY KEY CHECK (length(word) BETWEEN 3 AND 40)
);

CREATE TABLE search_forms (
    form text COLLATE "C",
    word text COLLATE "C",
    PRIMARY KEY (form, word)
);

-- Words with digits are names of models: the next number is another model and no typo. In order, so that two who learn
-- the same words do not wait for each other.
CREATE PROCEDURE learn_words(words text) LANGUAGE sql AS $$
    WITH new AS (
        INSERT INTO search_words (word)
        SELECT DISTINCT w.word COLLATE "C" FROM string_to_table(words, ' ') AS w (word)
        WHERE length(w.word) BETWEEN 3 AND 40 AND w.word !~ '[0-9]'
          AND NOT EXISTS (SELECT FROM search_words known WHERE known.word = w.word)
        ORDER BY 1
        ON CONFLICT DO NOTHING
        RETURNING word)
    INSERT INTO search_forms (form, word)
    SELECT word, word FROM new
    UNION
    SELECT overlay(word PLACING '' FROM place FOR 1), word FROM new, generate_series(1, length(word)) AS place
    ON CONFLICT DO NOTHING
$$;

-- What was indexed before is found as before; names count more at once, characters with the product's next change.
UPDATE product_search s SET terms = setweight(to_tsvector('english', t.name), 'A') || setweight(s.terms, 'B')
FROM product_texts t WHERE t.product_id = s.product_id AND t.language = 'en';

DO $$
DECLARE names text := (
    SELECT string_agg(regexp_replace(lower(name), '[^[:alnum:]]+', ' ', 'g'), ' ') FROM product_texts WHERE language = 'en');
BEGIN
    CALL learn_words(names);
END $$;

-- A list of changes waiting to be merged into the index would be read by every search.
ALTER INDEX product_search_terms SET (fastupdate = off);

CREATE INDEX products_category_name ON products (category, name_key, id) WHERE retired_at IS NULL;

-- How far product_scores.sold has followed the stock ledger: see SalesTally.cs.
CREATE TABLE sales_tally (
    counted      bigint NOT NULL,
    pending      bigint NOT NULL CHECK (pending >= counted),
    pending_xact xid8 NOT NULL
);
COMMENT ON COLUMN sales_tally.counted IS 'rows of the ledger up to this id are in product_scores.sold';
COMMENT ON COLUMN sales_tally.pending IS 'rows up to this id are counted next';
COMMENT ON COLUMN sales_tally.pending_xact IS 'once every older transaction has ended, no row up to pending can still appear';

CREATE UNIQUE INDEX sales_tally_single ON sales_tally ((true));

INSERT INTO sales_tally (counted, pending, pending_xact) VALUES (0, 0, pg_current_xact_id());
