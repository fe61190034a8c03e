-- Loading a staged HUD file: the steps that every file takes. The rows on their way are in pg_temp.hud_work; status is
-- new, changed, unchanged, older (than what was loaded before) or rejected.

CREATE OR REPLACE FUNCTION hud_add_finding(run hud_load_run, file text, check_name text, severity text,
	column_name text DEFAULT NULL, value text DEFAULT NULL, hud_key text DEFAULT NULL, message text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records a finding that is not about a line of a file.
	INSERT INTO import_finding (hud_load_run_id, file, check_name, severity, column_name, value, hud_key, message)
	VALUES (run.hud_load_run_id, hud_add_finding.file, hud_add_finding.check_name, hud_add_finding.severity,
		hud_add_finding.column_name, hud_add_finding.value, hud_add_finding.hud_key, hud_add_finding.message);
END;
COMMENT ON FUNCTION hud_add_finding(hud_load_run, text, text, text, text, text, text, text) IS
'Used by hud_load(): records a finding about a file as a whole or about something outside it.';

CREATE OR REPLACE FUNCTION hud_begin_file(run hud_load_run, loaded_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that nobody else loads or fills the file until the transaction ends, that rows which were refused before and came
-- again are not read twice, and that every user named in the file is known.
DECLARE
	staging name := (SELECT f.staging_table FROM hud_file f WHERE f.file = loaded_file);
	key_name text := (SELECT lower(c.column_name) FROM hud_column c WHERE c.file = loaded_file AND c.file_position = 1);
BEGIN
	PERFORM hud_lock_load(run);
	EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', staging);
	PERFORM hud_drop_superseded(run, staging, key_name);
	PERFORM hud_ensure_users(run, loaded_file, staging);
	UPDATE hud_load_file SET started = clock_timestamp(), finished = NULL
	WHERE hud_load_run_id = run.hud_load_run_id AND file = loaded_file;
END
$$;
COMMENT ON FUNCTION hud_begin_file(hud_load_run, text) IS 'Used by hud_load(): the first step of loading a file.';

CREATE OR REPLACE FUNCTION hud_drop_superseded(run hud_load_run, staging name, key_name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Removes the rows that a load of the source refused and that are in staging again, or that have no identifier to know
-- them by, when there are new rows.
DECLARE
	refused bigint[] := ARRAY(SELECT r.hud_load_run_id FROM hud_load_run r
		WHERE r.hud_source_id = run.hud_source_id AND r.hud_load_run_id <> run.hud_load_run_id);
BEGIN
	EXECUTE format('
		DELETE FROM %1$I s WHERE s.hud_load_run_id = ANY ($1)
		AND s.%2$I IN (SELECT n.%2$I FROM %1$I n WHERE n.hud_load_run_id IS NULL)', staging, key_name) USING refused;
	EXECUTE format('
		DELETE FROM %1$I s WHERE s.hud_load_run_id = ANY ($1) AND coalesce(length(btrim(s.%2$I)), 0) = 0
		AND (SELECT EXISTS (SELECT FROM %1$I n WHERE n.hud_load_run_id IS NULL))', staging, key_name) USING refused;
END
$$;
COMMENT ON FUNCTION hud_drop_superseded(hud_load_run, name, text) IS 'Used by hud_begin_file().';

CREATE OR REPLACE FUNCTION hud_ensure_users(run hud_load_run, loaded_file text, staging name) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off AS $$
-- Ensures that there is a user for every UserID of the file: one that User.csv does not name gets a placeholder.
DECLARE
	unknown record;
	new_user_id bigint;
BEGIN
	IF loaded_file = 'User' OR NOT EXISTS (SELECT FROM hud_column c WHERE c.file = loaded_file AND c.column_name = 'UserID') THEN
		RETURN;
	END IF;
	FOR unknown IN EXECUTE format('
		SELECT u.hud_id, u.rows FROM (
			SELECT btrim(r.userid, E'' \t"'') AS hud_id, sum(r.rows) AS rows
			FROM (SELECT s.userid, count(*) AS rows FROM %I s GROUP BY s.userid) r GROUP BY 1) u
		WHERE u.hud_id <> '''' AND length(u.hud_id) <= 1000 AND NOT EXISTS (
			SELECT FROM hud_key k WHERE k.hud_source_id = $1 AND k.file = ''User'' AND k.hud_id = u.hud_id)
		ORDER BY u.hud_id', staging) USING run.hud_source_id
	LOOP
		INSERT INTO hmis_user (user_last_name, active) VALUES (format('HUD user %s', unknown.hud_id), false)
		RETURNING user_id INTO new_user_id;
		INSERT INTO hud_key (hud_source_id, file, hud_id, local_id)
		VALUES (run.hud_source_id, 'User', unknown.hud_id, new_user_id);
		PERFORM hud_add_finding(run, loaded_file, 'unknown_user', 'warning', 'UserID', unknown.hud_id, NULL,
			format('not in User.csv, named in %s rows; entered as a placeholder', unknown.rows));
	END LOOP;
END
$$;
COMMENT ON FUNCTION hud_ensure_users(hud_load_run, text, name) IS
'Used by hud_begin_file(): adds placeholders to hmis_user, with a finding unknown_user for each.';

CREATE OR REPLACE FUNCTION hud_stage(run hud_load_run, staged_file text, hud_columns text, more_columns text DEFAULT '',
	joins text DEFAULT '') RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off
	SET enable_mergejoin = off SET jit = off SET synchronize_seqscans = off AS $$
-- Makes pg_temp.hud_work of the staged rows: checked, typed, with the identifiers that they have or will have here.
DECLARE
	target hud_file;
	sequence text;
	audit_columns text;
	audit_nulls text;
BEGIN
	SELECT f.* INTO target FROM hud_file f WHERE f.file = staged_file;
	sequence := pg_get_serial_sequence(quote_ident(target.target_table), target.target_key);
	SELECT string_agg(format('%s %s, ', a.name, a.type), '') FILTER (WHERE c.file IS NOT NULL),
		string_agg(format(', NULL::%s AS %s', a.type, a.name), '') FILTER (WHERE c.file IS NULL) INTO audit_columns, audit_nulls
	FROM (VALUES ('userid', 'text'), ('date_created', 'timestamptz'), ('date_updated', 'timestamptz'), ('date_deleted', 'timestamptz'))
		AS a (name, type)
	LEFT JOIN hud_column c ON c.file = staged_file AND lower(c.column_name) = replace(a.name, '_', '');
	EXECUTE format($sql$
		CREATE TEMP TABLE hud_work ON COMMIT DROP AS
		SELECT row_number() OVER () AS row_no, r.*,
			CASE WHEN r.rejected THEN 'rejected' WHEN k.local_id IS NULL THEN 'new' WHEN k.row_hash = r.row_hash THEN 'unchanged'
				WHEN r.date_updated < k.hud_date_updated THEN 'older' ELSE 'changed' END AS status,
			coalesce(k.local_id, %1$s) AS %2$I %3$s
		FROM (SELECT h.* %8$s FROM clienttrack.hud_read(%4$L, $1, $2, $3, $4) AS h (staging_row tid, line_number bigint,
			row_hash bigint, findings text[], rejected boolean, %9$I jsonb, hud_id text, %7$s %5$s)) r
		LEFT JOIN hud_key k ON k.hud_source_id = $2 AND k.file = $1 AND k.hud_id = r.hud_id
		LEFT JOIN hud_key u ON u.hud_source_id = $2 AND u.file = 'User' AND u.hud_id = r.userid
		%6$s$sql$,
		CASE WHEN sequence IS NOT NULL THEN format('nextval(%L::regclass)', sequence) ELSE 'NULL::bigint' END,
		coalesce(target.target_key, 'local_id'),
		CASE WHEN target.target_key IS DISTINCT FROM 'user_id' THEN ', u.local_id AS user_id' ELSE '' END || more_columns, current_schema()::regnamespace, hud_columns, joins,
		audit_columns, audit_nulls, CASE target.target_table WHEN 'assessment' THEN 'answers' ELSE 'hud_elements' END)
	USING staged_file, run.hud_source_id, coalesce(run.export ->> 'HashStatus', '0') <> '1',
		ARRAY(SELECT jsonb_array_elements_text(run.export -> 'ExportIDs'));
	PERFORM hud_reject_duplicates(run, staged_file);
END
$$;
COMMENT ON FUNCTION hud_stage(hud_load_run, text, text, text, text) IS
'Used by hud_load(): makes pg_temp.hud_work. hud_columns: definition list of the HUD columns wanted, see clienttrack.hud_read();
more_columns: further columns, from r (the row), run and joins, each after a comma; joins: what they need, with $2 the source.';

CREATE OR REPLACE FUNCTION hud_reject_duplicates(run hud_load_run, staged_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Ensures that of several rows with the same identifier only the first is loaded.
BEGIN
	PERFORM hud_reject(run, staged_file, 'duplicate_key', NULL, 'NULL', $cond$w.row_no IN (
		SELECT d.row_no FROM (
			SELECT x.row_no, row_number() OVER (PARTITION BY x.hud_id ORDER BY x.row_no) AS occurrence FROM pg_temp.hud_work x
			WHERE x.hud_id IN (SELECT y.hud_id FROM pg_temp.hud_work y GROUP BY y.hud_id HAVING count(*) > 1)) d
		WHERE d.occurrence > 1)$cond$);
END
$$;
COMMENT ON FUNCTION hud_reject_duplicates(hud_load_run, text) IS 'Used by hud_stage(): finding duplicate_key.';

CREATE OR REPLACE FUNCTION hud_reject(run hud_load_run, file text, check_name text, column_name text, value text, condition text,
	message text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Rejects the rows on their way for which the condition holds, with a finding for each.
BEGIN
	EXECUTE format('
		WITH hit AS (
			UPDATE pg_temp.hud_work w SET status = ''rejected'' WHERE w.status <> ''rejected'' AND (%s)
			RETURNING w.line_number, w.hud_id, (%s)::text AS value)
		INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, value, check_name, severity, message)
		SELECT $1, $2, h.line_number, h.hud_id, $3, h.value, $4, ''error'', $5 FROM hit h', condition, value)
	USING run.hud_load_run_id, file, column_name, check_name, message;
END
$$;
COMMENT ON FUNCTION hud_reject(hud_load_run, text, text, text, text, text, text) IS
'Used by hud_load(): value and condition are SQL expressions over w, the row of pg_temp.hud_work.';

CREATE OR REPLACE FUNCTION hud_run_checks(run hud_load_run, checked_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Makes the checks of hud_row_check() for a file on the rows on their way: findings for all, rejection for errors.
DECLARE
	any_condition text;
	each_check text;
BEGIN
	SELECT string_agg(format('(%s)', c.condition), ' OR '),
		string_agg(format('(%L, %L, %L, (%s)::text, (%s))', c.check_name, c.severity, c.column_name, c.value, c.condition), ', ')
	INTO any_condition, each_check FROM hud_row_check() c WHERE c.file = checked_file;
	IF any_condition IS NULL THEN
		RETURN;
	END IF;
	EXECUTE format('
		WITH hit AS MATERIALIZED (
			SELECT w.row_no, w.line_number, w.hud_id, c.* FROM pg_temp.hud_work w, LATERAL (VALUES %s)
				AS c (check_name, severity, column_name, value, applies)
			WHERE w.status IN (''new'', ''changed'') AND (%s) AND c.applies
		), rejected AS (
			UPDATE pg_temp.hud_work w SET status = ''rejected'' FROM hit h WHERE h.row_no = w.row_no AND h.severity = ''error'')
		INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, value, check_name, severity)
		SELECT $1, $2, h.line_number, h.hud_id, h.column_name, h.value, h.check_name, h.severity FROM hit h',
		each_check, any_condition) USING run.hud_load_run_id, checked_file;
END
$$;
COMMENT ON FUNCTION hud_run_checks(hud_load_run, text) IS 'Used by hud_load(): one statement for all checks of a file.';

CREATE OR REPLACE FUNCTION hud_write_columns(target hud_file) RETURNS TABLE (column_name name, expression text)
LANGUAGE sql STABLE SET search_path FROM CURRENT
BEGIN ATOMIC
	-- Returns the columns that both pg_temp.hud_work and the target table have, and what to write into them: a column that
	-- may not be null gets its default instead.
	SELECT t.attname, CASE WHEN t.attnotnull AND d.adbin IS NOT NULL AND t.attidentity = ''
		THEN format('coalesce(w.%I, %s)', t.attname, pg_get_expr(d.adbin, d.adrelid)) ELSE format('w.%I', t.attname) END
	FROM pg_catalog.pg_attribute t
	JOIN pg_catalog.pg_attribute w ON w.attrelid = to_regclass('pg_temp.hud_work') AND w.attname = t.attname AND w.attnum > 0
		AND NOT w.attisdropped
	LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = t.attrelid AND d.adnum = t.attnum
	WHERE t.attrelid = to_regclass(quote_ident(target.target_table)) AND t.attnum > 0 AND NOT t.attisdropped
	AND t.attname <> 'date_deleted'
	ORDER BY t.attnum;
END;
COMMENT ON FUNCTION hud_write_columns(hud_file) IS 'Used by hud_write_rows().';

CREATE OR REPLACE FUNCTION hud_write(run hud_load_run, file text, statement text, first_row bigint, last_row bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Executes a statement over rows first_row to last_row of pg_temp.hud_work. When the database refuses it, the rows at fault
-- are found by halving, rejected with a finding, and the others are written.
DECLARE
	middle bigint := (first_row + last_row) / 2;
	said text;
BEGIN
	BEGIN
		EXECUTE statement USING first_row, last_row;
		RETURN;
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE !~ '^(CT|22|23|44|P0)' THEN
			RAISE; -- not because of the row
		END IF;
		said := SQLERRM;
		IF first_row = last_row THEN
			PERFORM hud_reject(run, file, CASE SQLSTATE WHEN 'CT006' THEN 'record_in_use' WHEN 'CT015' THEN 'period_locked'
				WHEN 'CT016' THEN 'entered_too_late' ELSE 'refused_by_database' END, NULL, 'NULL', format('w.row_no = %s', first_row), format('%s: %s', SQLSTATE, said));
			RETURN;
		END IF;
	END;
	CREATE INDEX IF NOT EXISTS hud_work_row ON pg_temp.hud_work (row_no);
	PERFORM hud_write(run, file, statement, first_row, middle);
	PERFORM hud_write(run, file, statement, middle + 1, last_row);
END
$$;
COMMENT ON FUNCTION hud_write(hud_load_run, text, text, bigint, bigint) IS
'Used by hud_load(): statement takes the first and last row_no as $1 and $2. Raises only what is not about a row (SQLSTATE
classes other than CT, 22, 23, 44 and P0).';

CREATE OR REPLACE FUNCTION hud_insert_rows(run hud_load_run, target hud_file, deletes_at_once boolean, rows bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Writes the new rows to the target table and to hud_key. With an enrollment goes what is known of its exit.
DECLARE
	exit_columns CONSTANT text := CASE WHEN target.file = 'Enrollment' THEN ', exit_hash, exit_date_updated' ELSE '' END;
	names text;
	expressions text;
BEGIN
	SELECT string_agg(quote_ident(c.column_name), ', '), string_agg(c.expression, ', ') INTO names, expressions
	FROM hud_write_columns(target) c;
	PERFORM hud_write(run, target.file, format('INSERT INTO %I (%s, date_deleted) SELECT %s, %s FROM pg_temp.hud_work w
		WHERE w.status = ''new'' AND w.row_no BETWEEN $1 AND $2', target.target_table, names, expressions,
		CASE WHEN deletes_at_once THEN 'w.date_deleted' ELSE 'NULL' END), 1, rows);
	EXECUTE format('
		INSERT INTO hud_key (hud_source_id, file, hud_id, local_id, row_hash, hud_date_updated, hud_date_deleted%1$s)
		SELECT $1, $2, w.hud_id, w.%2$I, w.row_hash, w.date_updated, w.date_deleted%1$s
		FROM pg_temp.hud_work w WHERE w.status = ''new'' ORDER BY w.hud_id COLLATE "C"', exit_columns, target.target_key)
	USING run.hud_source_id, target.file;
END
$$;
COMMENT ON FUNCTION hud_insert_rows(hud_load_run, hud_file, boolean, bigint) IS 'Used by hud_write_rows(). rows: how many there are.';

CREATE OR REPLACE FUNCTION hud_update_rows(run hud_load_run, target hud_file, deletes_at_once boolean, rows bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Writes the changed rows to the target table and to hud_key. With an enrollment goes what is known of its exit. When a row
-- was entered stays, where the source does not say. A client who was merged stays deleted.
DECLARE
	names text;
	expressions text;
BEGIN
	SELECT string_agg(quote_ident(c.column_name), ', '), string_agg(
		CASE c.column_name WHEN 'date_created' THEN 'coalesce(w.date_created, t.date_created)' ELSE c.expression END, ', ')
	INTO names, expressions FROM hud_write_columns(target) c;
	PERFORM hud_write(run, target.file, format('UPDATE %1$I t SET (%2$s, date_deleted) = ROW (%3$s, %5$s)
		FROM pg_temp.hud_work w WHERE t.%4$I = w.%4$I AND w.status = ''changed'' AND w.row_no BETWEEN $1 AND $2',
		target.target_table, names, expressions, target.target_key,
		CASE WHEN deletes_at_once THEN 'w.date_deleted'
			WHEN target.file = 'Client' THEN 'CASE WHEN w.date_deleted IS NOT NULL OR t.merged_into_client_id IS NOT NULL THEN t.date_deleted END'
			ELSE 'CASE WHEN w.date_deleted IS NOT NULL THEN t.date_deleted END' END),
		1, rows);
	EXECUTE format('
		UPDATE hud_key k SET row_hash = w.row_hash, hud_date_updated = w.date_updated, hud_date_deleted = w.date_deleted%s
		FROM pg_temp.hud_work w
		WHERE w.status = ''changed'' AND k.hud_source_id = $1 AND k.file = $2 AND k.hud_id = w.hud_id',
		CASE WHEN target.file = 'Enrollment' THEN ', exit_hash = coalesce(w.exit_hash, k.exit_hash),
			exit_date_updated = coalesce(w.exit_date_updated, k.exit_date_updated)' END)
	USING run.hud_source_id, target.file;
END
$$;
COMMENT ON FUNCTION hud_update_rows(hud_load_run, hud_file, boolean, bigint) IS 'Used by hud_write_rows(). rows: how many there are.';

CREATE OR REPLACE FUNCTION hud_write_rows(run hud_load_run, written_file text, deletes_at_once boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Writes the new and the changed rows.
DECLARE
	target hud_file;
	rows record;
BEGIN
	SELECT f.* INTO target FROM hud_file f WHERE f.file = written_file;
	SELECT count(*) AS total, count(*) FILTER (WHERE w.status = 'new') AS new, count(*) FILTER (WHERE w.status = 'changed') AS changed
	INTO rows FROM pg_temp.hud_work w;
	IF rows.new > 0 THEN
		PERFORM hud_insert_rows(run, target, deletes_at_once, rows.total);
	END IF;
	IF rows.changed > 0 THEN
		PERFORM hud_update_rows(run, target, deletes_at_once, rows.total);
	END IF;
END
$$;
COMMENT ON FUNCTION hud_write_rows(hud_load_run, text, boolean) IS
'Used by hud_load(): writes the columns that pg_temp.hud_work and the target table have in common. DateDeleted is applied at
once, or else at the end by hud_load_deletions().';

CREATE OR REPLACE FUNCTION hud_record_findings(run hud_load_run, loaded_file text, work_table text DEFAULT 'hud_work',
	condition text DEFAULT 'w.status NOT IN (''unchanged'', ''older'')') RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records what was found wrong with the values of the rows for which the condition holds.
BEGIN
	EXECUTE format('
		INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, check_name, severity, value)
		SELECT $1, $2, f.line_number, f.hud_id, f.findings[f.i], f.findings[f.i + 1], f.findings[f.i + 2], f.findings[f.i + 3]
		FROM (SELECT w.line_number, w.hud_id, w.findings, generate_series(1, cardinality(w.findings), 4) AS i
			FROM pg_temp.%I w WHERE w.findings IS NOT NULL AND %s) f', work_table, condition)
	USING run.hud_load_run_id, loaded_file;
END
$$;
COMMENT ON FUNCTION hud_record_findings(hud_load_run, text, text, text) IS
'Used by hud_load(): findings of clienttrack.hud_read(). condition is over w, a row of pg_temp.work_table.';

CREATE OR REPLACE FUNCTION hud_record_older(run hud_load_run, loaded_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records the rows that are older than what was loaded before.
BEGIN
	INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, check_name, severity, value)
	SELECT run.hud_load_run_id, loaded_file, w.line_number, w.hud_id, 'DateUpdated', 'older_than_loaded', 'warning',
		w.date_updated::text
	FROM pg_temp.hud_work w WHERE w.status = 'older';
END
$$;
COMMENT ON FUNCTION hud_record_older(hud_load_run, text) IS 'Used by hud_finish_file(): finding older_than_loaded.';

CREATE OR REPLACE FUNCTION hud_clear_staging(run hud_load_run, loaded_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Ensures that of the rows read only the rejected ones stay in staging, marked with the load; rows of other sources stay.
DECLARE
	staging name := (SELECT f.staging_table FROM hud_file f WHERE f.file = loaded_file);
	columns text := (SELECT string_agg('s.' || quote_ident(lower(c.column_name)), ', ') FROM hud_column c WHERE c.file = loaded_file);
BEGIN
	EXECUTE format('
		CREATE TEMP TABLE hud_kept ON COMMIT DROP AS
		SELECT %1$s, w.line_number, $1 AS hud_load_run_id
		FROM %2$I s JOIN pg_temp.hud_work w ON w.staging_row = s.ctid
		WHERE s.ctid = ANY (ARRAY(SELECT x.staging_row FROM pg_temp.hud_work x WHERE x.status = ''rejected''))
		UNION ALL
		SELECT %1$s, s.line_number, s.hud_load_run_id
		FROM %2$I s JOIN hud_load_run r ON r.hud_load_run_id = s.hud_load_run_id
		WHERE r.hud_source_id <> $2', columns, staging) USING run.hud_load_run_id, run.hud_source_id;
	EXECUTE format('TRUNCATE %I', staging);
	EXECUTE format('INSERT INTO %1$I (%2$s, line_number, hud_load_run_id) SELECT %3$s, s.line_number, s.hud_load_run_id
		FROM pg_temp.hud_kept s', staging, replace(columns, 's.', ''), columns);
	DROP TABLE pg_temp.hud_kept;
END
$$;
COMMENT ON FUNCTION hud_clear_staging(hud_load_run, text) IS 'Used by hud_finish_file().';

CREATE OR REPLACE FUNCTION hud_finish_file(run hud_load_run, loaded_file text, already_loaded bigint DEFAULT 0) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records what became of the rows of the file, and clears its staging table of those that were loaded.
DECLARE
	rows record;
BEGIN
	SELECT count(*) AS read, count(*) FILTER (WHERE w.status IN ('new', 'changed')) AS loaded,
		count(*) FILTER (WHERE w.status IN ('unchanged', 'older')) AS unchanged,
		count(*) FILTER (WHERE w.status = 'older') AS older, count(*) FILTER (WHERE w.status = 'rejected') AS rejected
	INTO rows FROM pg_temp.hud_work w;
	PERFORM hud_record_findings(run, loaded_file);
	IF rows.older > 0 THEN
		PERFORM hud_record_older(run, loaded_file);
	END IF;
	PERFORM hud_clear_staging(run, loaded_file);
	UPDATE hud_load_file f SET
		rows_read = f.rows_malformed + already_loaded + rows.read, rows_loaded = already_loaded + rows.loaded,
		rows_unchanged = rows.unchanged, rows_rejected = f.rows_malformed + rows.rejected, finished = clock_timestamp(),
		findings = (SELECT count(*) FROM import_finding i WHERE i.hud_load_run_id = run.hud_load_run_id AND i.file = loaded_file)
	WHERE f.hud_load_run_id = run.hud_load_run_id AND f.file = loaded_file;
	DROP TABLE pg_temp.hud_work;
END
$$;
COMMENT ON FUNCTION hud_finish_file(hud_load_run, text, bigint) IS
'Used by hud_load(): the last step of loading a file. already_loaded: rows that are not in pg_temp.hud_work any more.';
