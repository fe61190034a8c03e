-- Loading a staged HUD export: the procedure, what it keeps about each load, and the report.

CREATE OR REPLACE FUNCTION hud_lock_load(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that only one load is at work in this schema until the transaction ends, and that it is still this one.
BEGIN
	PERFORM pg_advisory_xact_lock('hud_load_run'::regclass::oid::bigint);
	IF NOT EXISTS (SELECT FROM hud_load_run r WHERE r.hud_load_run_id = run.hud_load_run_id AND r.status = 'running') THEN
		RAISE EXCEPTION 'load % was replaced by another one', run.hud_load_run_id
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
END
$$;
COMMENT ON FUNCTION hud_lock_load(hud_load_run) IS 'Used by hud_load(). Raises 55000 when another load has begun between two steps.';

CREATE OR REPLACE FUNCTION hud_staged_rows() RETURNS TABLE (file text, is_new boolean, is_waiting boolean)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns which files have rows that were never loaded, or rows at all: such ones, and those that a load refused.
DECLARE
	staged hud_file;
BEGIN
	FOR staged IN SELECT f.* FROM hud_file f ORDER BY f.file_order
	LOOP
		RETURN QUERY EXECUTE format('SELECT $1, EXISTS (SELECT FROM %1$I s WHERE s.hud_load_run_id IS NULL),
			EXISTS (SELECT FROM %1$I s)', staged.staging_table) USING staged.file;
	END LOOP;
END
$$;
COMMENT ON FUNCTION hud_staged_rows() IS 'Used by hud_start_run() and hud_parse().';

CREATE OR REPLACE FUNCTION hud_start_run(source text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Begins a load: that of the lines parsed last, if they are not loaded yet. Returns its identifier.
DECLARE
	run_id bigint;
	source_id bigint;
BEGIN
	IF source IS NULL OR btrim(source) = '' THEN
		RAISE EXCEPTION 'the name of the source must not be null or empty' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'It keeps the identifiers of one system apart from those of others, for example ImplementationID of Export.csv.';
	END IF;
	IF NOT pg_try_advisory_xact_lock('hud_load_run'::regclass::oid::bigint) THEN
		RAISE EXCEPTION 'another HUD load is at work in this schema' USING ERRCODE = 'lock_not_available';
	END IF;
	SELECT max(r.hud_load_run_id) INTO run_id FROM hud_load_run r WHERE r.status = 'parsed';
	IF run_id IS NULL AND NOT EXISTS (SELECT FROM hud_staged_rows() s WHERE s.is_waiting) THEN
		RAISE EXCEPTION 'there is nothing to load' USING ERRCODE = '02000',
			HINT = 'Copy the files into the tables hud_export, hud_client, hud_enrollment and so on first.';
	END IF;
	UPDATE hud_load_run SET status = 'interrupted' WHERE status = 'running';
	INSERT INTO hud_source AS s (source) VALUES (hud_start_run.source)
	ON CONFLICT ON CONSTRAINT hud_source_source_key DO UPDATE SET source = excluded.source RETURNING s.hud_source_id INTO source_id;
	IF run_id IS NULL THEN
		INSERT INTO hud_load_run DEFAULT VALUES RETURNING hud_load_run_id INTO run_id;
	END IF;
	UPDATE hud_load_run SET hud_source_id = source_id, status = 'running', started = clock_timestamp() WHERE hud_load_run_id = run_id;
	INSERT INTO hud_load_file (hud_load_run_id, file) SELECT run_id, f.file FROM hud_file f ON CONFLICT DO NOTHING;
	PERFORM hud_add_finding(r, s.file, 'no_rows', 'warning')
	FROM hud_staged_rows() s, hud_load_run r
	WHERE r.hud_load_run_id = run_id AND NOT s.is_waiting AND NOT EXISTS (
		SELECT FROM import_finding i WHERE i.hud_load_run_id = run_id AND i.file = s.file AND i.check_name = 'missing_file');
	RETURN run_id;
END
$$;
COMMENT ON FUNCTION hud_start_run(text) IS
'Used by hud_load(). Raises 22004 (no source), 55P03 (another load at work), 02000 (nothing staged).';

CREATE OR REPLACE FUNCTION hud_load_step(run_id bigint, step text) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET work_mem = '64MB' AS $$
-- Makes one step of a load and returns what to say about it.
DECLARE
	run hud_load_run;
	said text;
	before CONSTANT text := write_history('load');
BEGIN
	SELECT r.* INTO STRICT run FROM hud_load_run r WHERE r.hud_load_run_id = run_id;
	EXECUTE format('SELECT %I($1)', 'hud_load_' || step) USING run;
	PERFORM write_history(before);
	SELECT string_agg(format('%s: %s read = %s loaded + %s unchanged + %s rejected; %s findings', f.file, f.rows_read,
		f.rows_loaded, f.rows_unchanged, f.rows_rejected, f.findings), E'\n' ORDER BY h.file_order) INTO said
	FROM hud_load_file f JOIN hud_file h USING (file)
	WHERE f.hud_load_run_id = run_id
	AND (h.staging_table = 'hud_' || step OR (step = 'enrollment' AND h.staging_table = 'hud_exit'));
	RETURN said;
END
$$;
COMMENT ON FUNCTION hud_load_step(bigint, text) IS 'Used by hud_load(): step X is function hud_load_X(hud_load_run).';

CREATE OR REPLACE FUNCTION hud_announce_step(run_id bigint, step text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Ensures that other sessions can see what is being loaded.
	UPDATE hud_load_file f SET started = clock_timestamp()
	FROM hud_file h
	WHERE h.file = f.file AND f.hud_load_run_id = run_id
	AND (h.staging_table = 'hud_' || step OR (step = 'enrollment' AND h.staging_table = 'hud_exit'));
END;
COMMENT ON FUNCTION hud_announce_step(bigint, text) IS 'Used by hud_load().';

CREATE OR REPLACE FUNCTION hud_finish_run(run_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends a load and returns its report.
BEGIN
	UPDATE hud_load_run r SET status = 'finished', finished = clock_timestamp() WHERE r.hud_load_run_id = run_id;
	RETURN (
		SELECT jsonb_build_object('hud_load_run_id', run_id, 'files', jsonb_agg(jsonb_build_object('file', p.file,
			'rows_read', p.rows_read, 'rows_loaded', p.rows_loaded, 'rows_unchanged', p.rows_unchanged,
			'rows_rejected', p.rows_rejected, 'findings', p.findings) ORDER BY p.file_order))
		FROM hud_load_report p WHERE p.hud_load_run_id = run_id);
END
$$;
COMMENT ON FUNCTION hud_finish_run(bigint) IS 'Used by hud_load().';

CREATE OR REPLACE PROCEDURE hud_load(source text, INOUT report jsonb DEFAULT NULL)
LANGUAGE plpgsql AS $$
-- Loads what is staged, file by file, and commits after each file unless the caller has a transaction open.
DECLARE
	home CONSTANT text := pg_catalog.quote_ident(@schema@);
	run_id bigint;
	step text;
	said text;
BEGIN
	EXECUTE pg_catalog.format('SELECT %s.hud_start_run($1)', home) INTO run_id USING source;
	FOREACH step IN ARRAY ARRAY['export', 'user', 'organization', 'project', 'project_coc', 'funder', 'client', 'enrollment',
		'services', 'income_benefits', 'health_and_dv', 'disabilities', 'deletions']
	LOOP
		EXECUTE pg_catalog.format('SELECT %s.hud_announce_step($1, $2)', home) USING run_id, step;
		IF NOT clienttrack.in_transaction_block() THEN
			COMMIT;
		END IF;
		EXECUTE pg_catalog.format('SELECT %s.hud_load_step($1, $2)', home) INTO said USING run_id, step;
		IF said IS NOT NULL THEN
			RAISE NOTICE '%', said;
		END IF;
	END LOOP;
	EXECUTE pg_catalog.format('SELECT %s.hud_finish_run($1)', home) INTO report USING run_id;
END
$$;
COMMENT ON PROCEDURE hud_load(text, jsonb) IS
'Loads the HUD export in the staging tables (hud_export, hud_client …) into organization, hmis_user, program, program_coc, fund,
grant_award, client, client_ssn, enrollment, client_service, assessment and client_barrier. source names the system that the
export is from. The same export again changes nothing; a newer one updates; DateDeleted deletes. Every problem is a row of
import_finding; rows that were refused stay in staging and are tried again by the next load of the source. report:
hud_load_run_id and, for each file, rows_read = rows_loaded + rows_unchanged + rows_rejected, and findings; see also view
hud_load_report. Commits after each file, except in a transaction that the caller has begun. Times are taken as of the
session''s time zone.
Raises 22004 (no source), 55P03 (another load at work), 02000 (nothing staged), 55000 (replaced by another load).';
