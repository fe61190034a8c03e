-- From files copied line by line into hud_line to rows of the staging tables.

CREATE OR REPLACE FUNCTION hud_header_fields(file text, header text)
RETURNS TABLE (field integer, field_name text, staging_column text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the fields of a header with the staging columns that they go to: HUD's names in any case, with blanks or quotes
	-- around them. Of a name that is there twice the first counts; one that HUD does not know has no column.
	SELECT u.field::integer, u.field_name, CASE WHEN row_number() OVER (PARTITION BY c.column_name ORDER BY u.field) = 1
		THEN lower(c.column_name) END
	FROM unnest(csv_fields(rtrim(ltrim(header, U&'\FEFF'), E'\r'), true)) WITH ORDINALITY AS u (field_name, field)
	LEFT JOIN hud_column c ON c.file = hud_header_fields.file AND lower(c.column_name) = lower(btrim(u.field_name, E' \t\r"'))
	ORDER BY u.field;
END;
COMMENT ON FUNCTION hud_header_fields(text, text) IS 'Used by hud_parse() and hud_copy_columns(). A byte order mark is ignored.';

CREATE OR REPLACE FUNCTION hud_copy_columns(file text, header text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the column list for COPY of a file with this header, or null when only hud_parse() can read it.
	SELECT CASE WHEN bool_and(h.staging_column IS NOT NULL) THEN string_agg(quote_ident(h.staging_column), ', ' ORDER BY h.field) END
	FROM hud_header_fields(hud_copy_columns.file, header) h;
END;
COMMENT ON FUNCTION hud_copy_columns(text, text) IS
'For COPY of a HUD file into its staging table: the columns in the order of the file''s header line. Null when the header has
columns that HUD does not know: copy the lines into hud_line and call hud_parse().';

CREATE OR REPLACE FUNCTION hud_discard() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes what was copied in and never loaded; rows that a load refused stay.
DECLARE
	staged hud_file;
BEGIN
	TRUNCATE hud_line;
	FOR staged IN SELECT f.* FROM hud_file f
	LOOP
		EXECUTE format('DELETE FROM %I WHERE hud_load_run_id IS NULL', staged.staging_table);
	END LOOP;
	UPDATE hud_load_run SET status = 'interrupted' WHERE status = 'parsed';
END
$$;
COMMENT ON FUNCTION hud_discard() IS 'Empties the staging tables of rows that wait to be loaded, to begin with another export.';

CREATE OR REPLACE FUNCTION hud_check_header(run hud_load_run, parsed_file text, header text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records the columns of a header that HUD does not know, those that are there twice, and those of the file's layout that
-- are missing. A file with a column that only FY2024 has is of that layout, any other of FY2026.
DECLARE
	file_layout text := CASE WHEN EXISTS (
		SELECT FROM hud_header_fields(parsed_file, header) h JOIN hud_column c ON c.file = parsed_file
			AND lower(c.column_name) = h.staging_column AND c.layout = '2024') THEN '2024' ELSE '2026' END;
BEGIN
	PERFORM hud_add_finding(run, parsed_file, CASE WHEN c.file IS NULL THEN 'unknown_column' ELSE 'duplicate_column' END,
		'warning', left(btrim(h.field_name), 200))
	FROM hud_header_fields(parsed_file, header) h
	LEFT JOIN hud_column c ON c.file = parsed_file AND lower(c.column_name) = lower(btrim(h.field_name, E' \t\r"'))
	WHERE h.staging_column IS NULL AND btrim(h.field_name) <> '';
	PERFORM hud_add_finding(run, parsed_file, 'missing_column', CASE WHEN c.rejects THEN 'error' ELSE 'warning' END, c.column_name)
	FROM hud_column c
	WHERE c.file = parsed_file AND c.layout IN ('both', file_layout) AND NOT EXISTS (
		SELECT FROM hud_header_fields(parsed_file, header) h WHERE h.staging_column = lower(c.column_name));
END
$$;
COMMENT ON FUNCTION hud_check_header(hud_load_run, text, text) IS
'Used by hud_parse(): findings unknown_column, duplicate_column, missing_column.';

CREATE OR REPLACE FUNCTION hud_parse_records(run hud_load_run, parsed_file text, header text, lines text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Puts the records of a file into its staging table, and records the lines that could not be read.
DECLARE
	fields integer[];
	columns text;
	definitions text;
	field_count integer;
BEGIN
	SELECT array_agg(h.field ORDER BY h.field) FILTER (WHERE h.staging_column IS NOT NULL),
		string_agg(quote_ident(h.staging_column), ', ' ORDER BY h.field),
		string_agg(quote_ident(h.staging_column) || ' text', ', ' ORDER BY h.field),
		max(h.field) FILTER (WHERE btrim(h.field_name) <> '')
	INTO fields, columns, definitions, field_count FROM hud_header_fields(parsed_file, header) h;
	IF fields IS NULL THEN
		PERFORM hud_add_finding(run, parsed_file, 'no_header', 'error');
		RETURN;
	END IF;
	EXECUTE format('
		WITH record AS MATERIALIZED (
			SELECT * FROM csv_records($1, $2, $3) AS r (line_number bigint, problem text, rejected boolean, %3$s)
		), finding AS (
			INSERT INTO import_finding (hud_load_run_id, file, line_number, check_name, severity)
			SELECT $4, $5, r.line_number, r.problem, CASE WHEN r.rejected AND r.problem <> ''blank_row'' THEN ''error'' ELSE ''warning'' END
			FROM record r WHERE r.problem IS NOT NULL
		), malformed AS (
			UPDATE hud_load_file f SET rows_malformed = (SELECT count(*) FROM record r WHERE r.rejected)
			WHERE f.hud_load_run_id = $4 AND f.file = $5)
		INSERT INTO %1$I (%2$s, line_number) SELECT %2$s, r.line_number FROM record r WHERE NOT r.rejected',
		(SELECT f.staging_table FROM hud_file f WHERE f.file = parsed_file), columns, definitions)
	USING lines, field_count, fields, run.hud_load_run_id, parsed_file;
END
$$;
COMMENT ON FUNCTION hud_parse_records(hud_load_run, text, text, text) IS
'Used by hud_parse(): lines is a query for the lines below the header, see clienttrack.csv_records().';

CREATE OR REPLACE FUNCTION hud_parse_file(run hud_load_run, parsed_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes one file apart.
DECLARE
	numbered text := format($query$
		SELECT row_number() OVER (ORDER BY l.hud_line_id) AS line_number,
			CASE WHEN l.as_latin1 THEN coalesce(csv_utf8(l.line), l.line) ELSE l.line END AS line,
			l.as_latin1 AND csv_utf8(l.line) IS NULL AS garbled
		FROM hud_line l WHERE lower(l.file) = lower(%L)$query$, parsed_file);
	header record;
BEGIN
	EXECUTE format($query$SELECT n.* FROM (%s) n WHERE btrim(n.line, U&' \FEFF\000D') <> '' ORDER BY n.line_number LIMIT 1$query$,
		numbered) INTO header;
	IF header IS NULL THEN
		RETURN;
	END IF;
	PERFORM hud_check_header(run, parsed_file, header.line);
	EXECUTE format('
		INSERT INTO import_finding (hud_load_run_id, file, line_number, check_name, severity, message)
		SELECT $1, $2, n.line_number, ''encoding'', ''warning'', ''not UTF-8, read as Latin-1'' FROM (%s) n WHERE n.garbled', numbered)
	USING run.hud_load_run_id, parsed_file;
	PERFORM hud_parse_records(run, parsed_file, header.line, format('SELECT n.line_number, n.line FROM (%s) n
		WHERE n.line_number > %s ORDER BY n.line_number', numbered, header.line_number));
END
$$;
COMMENT ON FUNCTION hud_parse_file(hud_load_run, text) IS 'Used by hud_parse(): finding encoding and those of its other steps.';

CREATE OR REPLACE FUNCTION hud_check_files(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records files that are missing and those that are not loaded; raises when one is missing without which nothing can be.
DECLARE
	missing text;
BEGIN
	SELECT string_agg(f.file || '.csv', ', ' ORDER BY f.file_order) INTO missing
	FROM hud_file f JOIN hud_staged_rows() s USING (file) WHERE f.needed AND NOT s.is_new;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'the export cannot be loaded without %', missing USING ERRCODE = '02000',
			DETAIL = 'The files are missing or have no readable row.';
	END IF;
	PERFORM hud_add_finding(run, f.file, 'missing_file', 'warning')
	FROM hud_file f JOIN hud_staged_rows() s USING (file)
	WHERE NOT s.is_new AND NOT EXISTS (SELECT FROM hud_line l WHERE lower(l.file) = lower(f.file));
	PERFORM hud_add_finding(run, l.file, 'unknown_file', 'warning')
	FROM (SELECT DISTINCT l.file FROM hud_line l) l
	WHERE NOT EXISTS (SELECT FROM hud_file f WHERE lower(f.file) = lower(l.file));
END
$$;
COMMENT ON FUNCTION hud_check_files(hud_load_run) IS
'Used by hud_parse(): findings missing_file, unknown_file. Raises 02000 when Export, Client or Enrollment have no row.';

CREATE OR REPLACE FUNCTION hud_parse() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes the files in hud_line apart, puts their records into the staging tables, and empties hud_line.
DECLARE
	run hud_load_run;
	parsed hud_file;
BEGIN
	PERFORM pg_advisory_xact_lock('hud_load_run'::regclass::oid::bigint);
	LOCK TABLE hud_line IN SHARE ROW EXCLUSIVE MODE;
	UPDATE hud_load_run SET status = 'interrupted' WHERE status = 'parsed';
	INSERT INTO hud_load_run DEFAULT VALUES RETURNING * INTO run;
	INSERT INTO hud_load_file (hud_load_run_id, file) SELECT run.hud_load_run_id, f.file FROM hud_file f;
	FOR parsed IN SELECT f.* FROM hud_file f ORDER BY f.file_order
	LOOP
		PERFORM hud_parse_file(run, parsed.file);
	END LOOP;
	PERFORM hud_check_files(run);
	TRUNCATE hud_line;
	RETURN run.hud_load_run_id;
END
$$;
COMMENT ON FUNCTION hud_parse() IS
'Reads HUD files that were copied line by line into hud_line, in spite of byte order marks, CRLF, stray and tripled quotes, line
ends inside values, blank lines, unknown, missing and renamed columns, lines with too many or too few fields, and bytes that are
not UTF-8. What is wrong is recorded in import_finding with its line. Returns the hud_load_run_id that hud_load() goes on with.
Raises 02000 when Export.csv, Client.csv or Enrollment.csv have no row.';
