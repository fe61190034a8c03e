-- Search keys of names.

CREATE FUNCTION clienttrack.name_key(name text) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
AS 'MODULE_PATHNAME', 'clienttrack_name_key';
COMMENT ON FUNCTION clienttrack.name_key(text) IS
'Search key of a name: Latin letters and digits without case and accents, one blank between words. Apostrophes are
dropped, hyphens and other punctuation separate words, a leading "O" is joined to the next word (O Brien: obrien).
Other scripts are written in Latin by ICU; letters that it has no Latin form for stay as they are.
Of a huge name the first 8,000 bytes are read; a key is at most 1,000 bytes long. Depends on the version of ICU, hence
not immutable. Raises 0A000 for a name that is not ASCII in a database whose encoding is not UTF8.';

CREATE FUNCTION clienttrack.keep_name_key() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_keep_name_key';
COMMENT ON FUNCTION clienttrack.keep_name_key() IS
'Row trigger, BEFORE INSERT OR UPDATE: keep_name_key(''name_key'', ''first_name'', ''last_name'') keeps the search key of the
columns first_name and last_name, in this order, in the column name_key. An UPDATE that changes none of them costs nothing.
Raises 39P01 when called otherwise, 22023 for fewer than two arguments, 42703 for a column that is missing and 42804 for
one that is neither text nor varchar.';
