-- Whether the vocabulary has words that begin like this and are not forms of it: a search for a beginning reads the index
-- several times slower than one for a word. Words with digits are not in the vocabulary.
CREATE FUNCTION search_continues(beginning text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT beginning ~ '[0-9]' OR EXISTS (
        SELECT FROM search_words
        WHERE word > beginning AND word < beginning || chr(1114111)
          AND ts_lexize('english_stem', word) <> ts_lexize('english_stem', beginning))
$$;
