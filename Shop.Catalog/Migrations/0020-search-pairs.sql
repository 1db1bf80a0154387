-- Edits wait here and before they have locked any stock: behind the index they would hold it, and reservations would wait for them.
-- This waits while it holds nothing, and then for nothing.
LOCK TABLE variants IN SHARE MODE;
LOCK TABLE product_search IN SHARE MODE NOWAIT;

-- Two words of a name have a key beside those of the eras. To know all products that have both, keys of each era were read and
-- put together one product at a time, which of words that many products share took several times as long as all the rest.
--   one/other, one_other    as one/other@3 and one_other@3, in any era
CREATE OR REPLACE FUNCTION search_keys(product bigint, terms tsvector, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
    WITH names (lexemes, era) AS MATERIALIZED (SELECT nullif(tsvector_to_array(ts_filter(terms, '{a}')), '{}'), '@' || (product >> 16)),
    words AS MATERIALIZED (
        SELECT lexeme COLLATE "C" AS word, row_number() OVER (ORDER BY positions[1]) AS place
        FROM unnest(ts_filter(terms, '{a}')) WHERE lexeme COLLATE "C" < U&'\2E80')
    SELECT array_to_tsvector(
        string_to_array('+' || array_to_string(lexemes, E'\x01+'), E'\x01')
        || string_to_array('+' || array_to_string(lexemes, era || E'\x01+') || era, E'\x01')
        || string_to_array('-' || array_to_string(nullif(tsvector_to_array(ts_delete(terms, coalesce(lexemes, '{}'))), '{}'), E'\x01-'), E'\x01')
        || ARRAY(
            SELECT pair || suffix FROM (
                SELECT greatest(a.word, b.word) || '/' || least(a.word, b.word)
                FROM words a JOIN words b ON a.place < b.place AND b.place <= 10
                UNION ALL
                SELECT a.word || '_' || b.word FROM words a JOIN words b ON a.place + 1 = b.place AND b.place <= 10) AS pairs (pair),
                unnest(ARRAY['', era]) AS suffix
            UNION ALL
            SELECT '-' || word FROM words WHERE place > 10)
        || tags || ('@' || (product >> 12)))
    FROM names
$$;

-- Beside the other, which serves searches while it is made; edits of products wait. What needs the table for itself comes with
-- the next migration: were its lock not to be had, all this would be for nothing.
CREATE INDEX product_search_pairs ON product_search USING gin (search_keys(product_id, terms, tags)) WITH (fastupdate = off);
ALTER INDEX product_search_pairs ALTER COLUMN 1 SET STATISTICS 0;
