-- Searches turn to the keys and the index of 0020-search-pairs.sql. Until here they find by those of the eras, which are there too.
DROP INDEX product_search_keys;
ALTER INDEX product_search_pairs RENAME TO product_search_keys;

-- A part of a query among the ages from the oldest to the latest, or all of them.
CREATE OR REPLACE FUNCTION search_within(phase text, oldest integer, latest integer) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF oldest <= 0 THEN RETURN replace(phase, '@''', '''')::tsquery; END IF;
    IF oldest >> 4 = latest >> 4 THEN RETURN replace(phase, '@''', '@' || (oldest >> 4) || '''')::tsquery; END IF;
    RETURN regexp_replace(
        phase, '''([^'']+)@''',
        '(' || (SELECT string_agg('''\1@' || era || '''', ' | ') FROM generate_series(oldest >> 4, latest >> 4) AS era) || ')', 'g')::tsquery;
END $$;

-- The best products for a query, of equal ones the newest first, as many as asked for. Each part of the query is read among the
-- newest products first, then as far back as it seems to need, all of them if that is far. No condition: NULL tags, no ids in
-- among, the widest prices.
CREATE OR REPLACE FUNCTION search_best(
    words text[], beginning text, characters text[], tags tsquery, among bigint[], min_price bigint, max_price bigint,
    min_rating real, in_stock boolean, most integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    newest CONSTANT integer := coalesce((SELECT max(s.product_id) >> 12 FROM product_search s), 0);
    most_ages integer;
    is_narrowed CONSTANT boolean := min_price > 0 OR max_price < 9223372036854775807 OR min_rating > 0;
    part text;
    phase tsquery;
    ages tsquery;
    oldest integer;
    latest integer;
    before integer;
    furthest integer;
    has_eras boolean;
    found bigint[] := '{}';
BEGIN
    FOREACH part IN ARRAY search_phases(words, beginning, characters) LOOP
        has_eras := part LIKE '%@''%';
        most_ages := CASE WHEN has_eras THEN 8 ELSE 32 END;
        furthest := CASE WHEN has_eras THEN 512 ELSE most_ages END;
        before := cardinality(found);
        latest := newest;
        oldest := newest - 1;
        WHILE latest >= 0 LOOP
            phase := search_within(part, oldest, latest);
            ages := CASE WHEN oldest > 0 AND latest - oldest < most_ages
                THEN ('@' || array_to_string(ARRAY(SELECT generate_series(oldest, latest)), '|@'))::tsquery END;
            phase := coalesce(phase && ages, phase);
            phase := coalesce(phase && tags, phase);
            found := found || ARRAY(
                SELECT s.product_id
                FROM (
                    SELECT product_id FROM product_search
                    WHERE search_keys(product_id, terms, product_search.tags) @@ phase ORDER BY product_id DESC OFFSET 0) AS s
                WHERE s.product_id >> 12 BETWEEN oldest AND latest
                  AND s.product_id <> ALL (found)
                  AND (among = '{}' OR s.product_id = ANY (among))
                  AND (NOT is_narrowed OR (
                      SELECT c.price BETWEEN min_price AND max_price AND c.rating >= min_rating
                      FROM product_cards c WHERE c.product_id = s.product_id))
                  AND (NOT in_stock OR (
                      SELECT bool_or(k.on_hand > k.reserved) FROM variants v JOIN stock k ON k.variant_id = v.id AND k.warehouse = 1
                      WHERE v.product_id = s.product_id AND v.retired_at IS NULL))
                LIMIT most - cardinality(found));
            IF cardinality(found) >= most THEN RETURN found; END IF;
            EXIT WHEN oldest <= 0;
            latest := oldest - 1;
            oldest := CASE WHEN cardinality(found) > before
                THEN latest - (newest - latest)::bigint * (most - cardinality(found)) * 5 / 4 / (cardinality(found) - before) ELSE 0 END;
            -- The ids of many ages take longer to unpack than what is older in the last era.
            IF has_eras AND latest - oldest >= most_ages THEN oldest := (oldest >> 4) << 4; END IF;
            IF latest - oldest >= furthest THEN oldest := 0; END IF;
        END LOOP;
    END LOOP;
    RETURN found;
END $$;
