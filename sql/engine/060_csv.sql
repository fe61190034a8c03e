-- Reading files that were copied into tables: comma-separated values, and the columns of HUD files.

CREATE FUNCTION clienttrack.csv_fields(line text, lenient boolean DEFAULT false) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'clienttrack_csv_fields';
COMMENT ON FUNCTION clienttrack.csv_fields(text, boolean) IS
'The fields of a line of comma-separated values (RFC 4180); '''' for an empty one. Null when a quoted field does not end in
the line or, unless lenient, holds a quote that is not doubled.';

CREATE FUNCTION clienttrack.csv_records(query text, field_count integer, picked integer[]) RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 100000
AS 'MODULE_PATHNAME', 'clienttrack_csv_records';
COMMENT ON FUNCTION clienttrack.csv_records(text, integer, integer[]) IS
'The records in the lines that query returns (a bigint, the line number, and a text, in order), of a file whose header has
field_count fields. Column definition list: the number of the first line, what is wrong with the record (null: nothing),
whether it could not be read, and for each field number in picked a text, null where it is empty. Problems: extra_fields (empty
ones, ignored), stray_quotes (read leniently); not read: blank_row, too_few_fields, too_many_fields, unterminated_quote.
A record has at most 100 lines and about 1 MB. Raises 22023 for a field number out of range, 42804 for a column definition
list or query of another shape.';

CREATE FUNCTION clienttrack.csv_utf8(latin1 text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'clienttrack_csv_utf8';
COMMENT ON FUNCTION clienttrack.csv_utf8(text) IS
'The text whose UTF-8 bytes were taken for Latin-1 characters when it was copied in; null when they are not UTF-8.';

CREATE FUNCTION clienttrack.hud_read(schema_name regnamespace, file text, hud_source_id bigint, hashed boolean, export_ids text[])
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 100000
AS 'MODULE_PATHNAME', 'clienttrack_hud_read';
COMMENT ON FUNCTION clienttrack.hud_read(regnamespace, text, bigint, boolean, text[]) IS
'The rows of the staging table of a HUD file, checked by hud_column and hud_code of the schema: those copied in since the
last load, and those that a load of the source refused. The column definition list names HUD columns, without regard to case
and underscores, with the type wanted: text, smallint, integer, boolean (value 1), numeric, date, timestamptz (a time of the
session''s time zone); null where the value is of no use. hud_id is the first column of the file. Also staging_row tid,
line_number bigint, row_hash bigint, rejected boolean, hud_elements jsonb (the HUD columns not asked for, or asked for as
also_NAME, except empty ones and ExportID), answers jsonb (the same as answers of an assessment: codes as text, dates as
YYYY-MM-DD, without what cannot be read or is not in its list) and findings text[] (column, check, severity, value; repeated;
null: none). hashed: names and SSN may be longer. export_ids: what ExportID must be one of; empty: anything. Never raises
because of a value.
Raises 22023 for an unknown file, 42703 for an unknown column.';

CREATE FUNCTION clienttrack.in_transaction_block() RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'clienttrack_in_transaction_block';
COMMENT ON FUNCTION clienttrack.in_transaction_block() IS
'Whether the session is inside BEGIN … COMMIT, where a procedure cannot commit.';
