-- Finding keys of names: operators and the GIN operator class that serves them. All of them are leakproof, or row
-- security would keep the index from being used.

CREATE FUNCTION clienttrack.name_has_words(name_key text, query_key text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'clienttrack_name_has_words';
COMMENT ON FUNCTION clienttrack.name_has_words(text, text) IS
'Operator @=: whether the name has each word of the query, in any order. Both are keys as name_key() makes them; two words of one side
may be one word of the other (mary ann, maryann). The first 12 words of each are looked at.';

CREATE FUNCTION clienttrack.name_has_prefixes(name_key text, query_key text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'clienttrack_name_has_prefixes';
COMMENT ON FUNCTION clienttrack.name_has_prefixes(text, text) IS
'Operator @^: as @=, where a word of the query may be the beginning of a word of the name.';

CREATE FUNCTION clienttrack.name_resembles(name_key text, query_key text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 40
AS 'MODULE_PATHNAME', 'clienttrack_name_resembles';
COMMENT ON FUNCTION clienttrack.name_resembles(text, text) IS
'Operator @~: as @=, where a word of four letters or more may have one letter left out, added, changed or swapped with
its neighbour. Words of eight letters or more may have two of these, unless both are left out or both added.';

CREATE FUNCTION clienttrack.name_score(name_key text, query_key text) RETURNS real
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 40
AS 'MODULE_PATHNAME', 'clienttrack_name_score';
COMMENT ON FUNCTION clienttrack.name_score(text, text) IS
'How well a name matches a query, from 1 for the same words to 0 where a word of the query has no counterpart. Beginnings and
misspelt words may be mixed.';

CREATE OPERATOR clienttrack.@= (FUNCTION = clienttrack.name_has_words, LEFTARG = text, RIGHTARG = text,
	RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR clienttrack.@= (text, text) IS 'name has the words';
CREATE OPERATOR clienttrack.@^ (FUNCTION = clienttrack.name_has_prefixes, LEFTARG = text, RIGHTARG = text,
	RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR clienttrack.@^ (text, text) IS 'name has words that begin so';
CREATE OPERATOR clienttrack.@~ (FUNCTION = clienttrack.name_resembles, LEFTARG = text, RIGHTARG = text,
	RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR clienttrack.@~ (text, text) IS 'name has the words, perhaps misspelt';

CREATE FUNCTION clienttrack.name_extract_value(text, internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_name_extract_value';
COMMENT ON FUNCTION clienttrack.name_extract_value(text, internal) IS 'Used by indexes with name_ops: what a name is found by.';
CREATE FUNCTION clienttrack.name_extract_query(text, internal, int2, internal, internal, internal, internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_name_extract_query';
COMMENT ON FUNCTION clienttrack.name_extract_query(text, internal, int2, internal, internal, internal, internal) IS
'Used by indexes with name_ops: what a query looks for.';
CREATE FUNCTION clienttrack.name_consistent(internal, int2, text, int4, internal, internal, internal) RETURNS "char"
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_name_consistent';
COMMENT ON FUNCTION clienttrack.name_consistent(internal, int2, text, int4, internal, internal, internal) IS
'Used by indexes with name_ops: whether a row may match.';

CREATE OPERATOR CLASS clienttrack.name_ops FOR TYPE text USING gin AS
	OPERATOR 1 clienttrack.@= (text, text),
	OPERATOR 2 clienttrack.@^ (text, text),
	OPERATOR 3 clienttrack.@~ (text, text),
	FUNCTION 1 btint4cmp(int4, int4),
	FUNCTION 2 clienttrack.name_extract_value(text, internal),
	FUNCTION 3 clienttrack.name_extract_query(text, internal, int2, internal, internal, internal, internal),
	FUNCTION 6 clienttrack.name_consistent(internal, int2, text, int4, internal, internal, internal),
	STORAGE int4;
COMMENT ON OPERATOR CLASS clienttrack.name_ops USING gin IS 'Finds keys of names by words (@=), beginnings (@^) and misspelt words (@~).';
