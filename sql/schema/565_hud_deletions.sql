-- Applying DateDeleted, after everything is loaded.

CREATE OR REPLACE FUNCTION hud_delete_rows(run hud_load_run, target hud_file) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Deletes the rows of a table that the source has deleted. Those that the guard holds stay, with a finding.
DECLARE
	rows bigint;
BEGIN
	EXECUTE format('
		CREATE TEMP TABLE hud_work ON COMMIT DROP AS
		SELECT row_number() OVER () AS row_no, NULL::bigint AS line_number, k.hud_id, k.local_id, k.hud_date_deleted, ''changed'' AS status
		FROM hud_key k JOIN %I t ON t.%I = k.local_id
		WHERE k.hud_source_id = $1 AND k.file = $2 AND k.hud_date_deleted IS NOT NULL AND t.date_deleted IS NULL',
		target.target_table, target.target_key) USING run.hud_source_id, target.file;
	GET DIAGNOSTICS rows = ROW_COUNT;
	IF rows > 0 THEN
		PERFORM hud_write(run, target.file, format('UPDATE %I t SET date_deleted = w.hud_date_deleted FROM pg_temp.hud_work w
			WHERE t.%I = w.local_id AND w.status = ''changed'' AND w.row_no BETWEEN $1 AND $2',
			target.target_table, target.target_key), 1, rows);
		UPDATE hud_load_file f SET findings = f.findings + (SELECT count(*) FROM pg_temp.hud_work w WHERE w.status = 'rejected')
		WHERE f.hud_load_run_id = run.hud_load_run_id AND f.file = target.file;
	END IF;
	DROP TABLE pg_temp.hud_work;
END
$$;
COMMENT ON FUNCTION hud_delete_rows(hud_load_run, hud_file) IS 'Used by hud_load_deletions(): findings record_in_use, period_locked.';

CREATE OR REPLACE FUNCTION hud_load_deletions(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Deletes what the source has deleted: enrollments before clients, and so on back to users.
DECLARE
	target hud_file;
BEGIN
	PERFORM hud_lock_load(run);
	FOR target IN SELECT f.* FROM hud_file f WHERE f.target_table IS NOT NULL ORDER BY f.file_order DESC
	LOOP
		PERFORM hud_delete_rows(run, target);
	END LOOP;
END
$$;
COMMENT ON FUNCTION hud_load_deletions(hud_load_run) IS
'Used by hud_load(): clients are never deleted because they are absent from an export, only by DateDeleted.';
