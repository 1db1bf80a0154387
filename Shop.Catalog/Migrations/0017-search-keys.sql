-- What the index of searches holds of a product, so that a search reads the products it shows and few more:
--   +term, -term      a term of the name; one that stands in the description only
--   +term@3           the same in the fourth era: 65,536 ids in a row, so that the newest products can be read first
--   one/other@3       two words of the name, the greater first: so few products have both that no long lists are compared
--   one_other@3       two words of the name, one behind the other
--   /c/…, /b/…, /a/…  the tags
--   @57               the age: 4,096 ids in a row
-- Pairs are of the first ten words of a name; a word behind them counts as one of the description too.
CREATE FUNCTION search_keys(product bigint, terms tsvector, tags text[]) RETURNS tsvector
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
            SELECT greatest(a.word, b.word) || '/' || least(a.word, b.word) || era
            FROM words a JOIN words b ON a.place < b.place AND b.place <= 10
            UNION ALL
            SELECT a.word || '_' || b.word || era FROM words a JOIN words b ON a.place + 1 = b.place AND b.place <= 10
            UNION ALL
            SELECT '-' || word FROM words WHERE place > 10)
        || tags || ('@' || (product >> 12)))
    FROM names
$$;

CREATE INDEX product_search_keys ON product_search USING gin (search_keys(product_id, terms, tags)) WITH (fastupdate = off);

-- Every search knows how to use it, and making the keys of a sample takes seconds.
ALTER INDEX product_search_keys ALTER COLUMN 1 SET STATISTICS 0;

-- What a word of a query may be in the index: its stem; of a beginning also the stems of the words that begin so, or, where
-- these are too many or not in the vocabulary, the beginning with :* behind it; nothing for a word that is left out, as "the".
CREATE FUNCTION search_choices(word text, is_beginning boolean) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    most CONSTANT integer := 40;
    longer text[];
BEGIN
    IF is_beginning AND word ~ '[0-9]' THEN RETURN ARRAY[word || ':*']; END IF;
    IF is_beginning THEN
        longer := ARRAY(
            SELECT v.word FROM search_words v
            WHERE v.word > search_choices.word AND v.word < search_choices.word || chr(1114111) LIMIT most);
        IF cardinality(longer) = most THEN RETURN ARRAY[word || ':*']; END IF;
    END IF;
    RETURN tsvector_to_array(to_tsvector('english', concat_ws(' ', word, array_to_string(longer, ' '))));
END $$;

-- The key of two words in one name, as a part of search_phases.
CREATE FUNCTION search_pair(one text, other text, is_beginning boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN is_beginning AND (one COLLATE "C" < other OR starts_with(one, other)) THEN '(''+' || one || '@'' & ''+' || other || ''':*)'
        WHEN one = other THEN '''+' || one || '@'''
        WHEN one COLLATE "C" > other THEN '''' || one || '/' || other || CASE WHEN is_beginning THEN ''':*' ELSE '@''' END
        ELSE '''' || other || '/' || one || '@''' END
$$;

-- The query in parts, the best first: the words behind one another in the name; in any order; some in the description only,
-- where a beginning does not count as one. Texts for tsquery, but for the eras, which belong behind each @. Of words with |
-- between, any will do.
CREATE FUNCTION search_phases(words text[], beginning text, characters text[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    most_pairs CONSTANT integer := 64;
    word text; one text; sign text; anchor text[]; previous text[]; choices text[];
    plain text; paired text; next text; either text;
    lead text; linked text; phrase text; named text; anywhere text; described text;
    is_phrase boolean := true; is_beginning boolean;
BEGIN
    FOR place IN 1 .. cardinality(words) LOOP
        choices := search_choices(words[place], beginning <> '' AND place = cardinality(words));
        CONTINUE WHEN cardinality(choices) = 0;
        is_beginning := choices[1] LIKE '%:*';
        sign := CASE WHEN is_beginning THEN ''':*' ELSE '@''' END;
        plain := NULL; paired := NULL; next := NULL; either := NULL;
        is_phrase := is_phrase AND cardinality(anchor) * cardinality(choices) <= most_pairs IS NOT FALSE;
        FOREACH word IN ARRAY choices LOOP
            IF is_beginning THEN word := left(word, -2); END IF;
            IF word COLLATE "C" >= U&'\2E80' THEN is_phrase := false; END IF;
            plain := concat(plain || ' | ', '''+', word, sign);
            either := concat(either || ' | ', '''+', word, ''' | ''-', word, '''');
            described := concat(described || ' | ', '''-', word, '''');
            CONTINUE WHEN anchor IS NULL OR NOT is_phrase;
            FOREACH one IN ARRAY anchor LOOP paired := concat(paired || ' | ', search_pair(one, word, is_beginning)); END LOOP;
            FOREACH one IN ARRAY previous LOOP next := concat(next || ' | ', '''', one, '_', word, sign); END LOOP;
        END LOOP;
        anywhere := concat(anywhere || ' & ', '(', either, ')');
        IF is_phrase AND paired IS NOT NULL THEN
            linked := concat(linked || ' & ', '(', paired, ')');
            phrase := concat(phrase || ' & ', '(', next, ')');
        ELSIF is_phrase AND NOT is_beginning THEN
            anchor := choices;
            lead := '(' || plain || ')';
        ELSE
            named := concat(named || ' & ', '(', plain, ')');
        END IF;
        previous := choices;
    END LOOP;
    FOREACH word IN ARRAY characters LOOP
        phrase := phrase || ' & ''+' || word || '@''';
        named := concat(named || ' & ', '''+', word, '@''');
        anywhere := concat(anywhere || ' & ', '(''+', word, ''' | ''-', word, ''')');
        described := concat(described || ' | ', '''-', word, '''');
    END LOOP;
    named := concat_ws(' & ', coalesce(linked, lead), named);
    RETURN CASE
        WHEN named = '' THEN '{}'
        WHEN phrase IS NULL OR NOT is_phrase THEN ARRAY[named]
        ELSE ARRAY[phrase, named] END
        || CASE WHEN named <> '' THEN ARRAY[format('%s & (%s)', anywhere, described)] END;
END $$;

-- A part of a query among the ages from the oldest to the latest, or all of them.
CREATE FUNCTION search_within(phase text, oldest integer, latest integer) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF oldest <= 0 THEN RETURN replace(phase, '@''', '@'':*')::tsquery; END IF;
    IF oldest >> 4 = latest >> 4 THEN RETURN replace(phase, '@''', '@' || (oldest >> 4) || '''')::tsquery; END IF;
    RETURN regexp_replace(
        phase, '''([^'']+)@''',
        '(' || (SELECT string_agg('''\1@' || era || '''', ' | ') FROM generate_series(oldest >> 4, latest >> 4) AS era) || ')', 'g')::tsquery;
END $$;

-- The best products for a query, of equal ones the newest first, as many as asked for. Each part of the query is read among the
-- newest products first, then as far back as it seems to need, all of them if that is far. No condition: NULL tags, no ids in
-- among, the widest prices.
CREATE FUNCTION search_best(
    words text[], beginning text, characters text[], tags tsquery, among bigint[], min_price bigint, max_price bigint,
    min_rating real, in_stock boolean, most integer)
RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    newest CONSTANT integer := coalesce((SELECT max(s.product_id) >> 12 FROM product_search s), 0);
    most_ages CONSTANT integer := 32;
    is_priced CONSTANT boolean := min_price > 0 OR max_price < 9223372036854775807;
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
        furthest := CASE WHEN has_eras THEN 16 * most_ages ELSE most_ages END;
        before := cardinality(found);
        latest := newest;
        oldest := newest - 1;
        WHILE latest >= 0 LOOP
            phase := search_within(part, oldest, latest);
            ages := CASE WHEN oldest > 0 AND latest - oldest < most_ages
                THEN ('@' || array_to_string(ARRAY(SELECT generate_series(oldest, latest)), '|@'))::tsquery END;
            ages := coalesce(ages && tags, ages, tags);
            found := found || ARRAY(
                SELECT s.product_id
                FROM (
                    SELECT product_id FROM product_search
                    WHERE search_keys(product_id, terms, product_search.tags) @@ phase
                      AND search_keys(product_id, terms, product_search.tags) @@ ages
                    UNION ALL
                    SELECT product_id FROM product_search
                    WHERE ages IS NULL AND search_keys(product_id, terms, product_search.tags) @@ phase
                    ORDER BY product_id DESC OFFSET 0) AS s
                WHERE s.product_id >> 12 BETWEEN oldest AND latest
                  AND s.product_id <> ALL (found)
                  AND (among = '{}' OR s.product_id = ANY (among))
                  AND (NOT is_priced OR (SELECT p.price BETWEEN min_price AND max_price FROM products p WHERE p.id = s.product_id))
                  AND (min_rating <= 0 OR (SELECT r.rating FROM product_scores r WHERE r.product_id = s.product_id) >= min_rating)
                  AND (NOT in_stock OR (
                      SELECT bool_or(k.on_hand > k.reserved) FROM variants v JOIN stock k ON k.variant_id = v.id AND k.warehouse = 1
                      WHERE v.product_id = s.product_id AND v.retired_at IS NULL))
                LIMIT most - cardinality(found));
            IF cardinality(found) >= most THEN RETURN found; END IF;
            EXIT WHEN oldest <= 0;
            latest := oldest - 1;
            oldest := CASE WHEN cardinality(found) > before
                THEN latest - (newest - latest)::bigint * (most - cardinality(found)) * 5 / 4 / (cardinality(found) - before) ELSE 0 END;
            -- Lists of eras are short where two words must be in the name, and long where the age must be looked at.
            IF has_eras AND latest - oldest >= 8 THEN oldest := (oldest >> 4) << 4; END IF;
            IF latest - oldest >= furthest THEN oldest := 0; END IF;
        END LOOP;
    END LOOP;
    RETURN found;
END $$;
