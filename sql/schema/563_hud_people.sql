-- Loading the HUD files about people: Client.csv, and Enrollment.csv together with Exit.csv.

CREATE OR REPLACE FUNCTION hud_write_ssns() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Writes the SSNs of the clients that are new or changed: one that is empty now is removed.
BEGIN
	MERGE INTO client_ssn t
	USING (SELECT w.client_id, w.ssn, w.user_id FROM pg_temp.hud_work w WHERE w.status IN ('new', 'changed')) s
	ON t.client_id = s.client_id
	WHEN MATCHED AND s.ssn IS NULL THEN DELETE
	WHEN MATCHED AND t.ssn IS DISTINCT FROM s.ssn THEN UPDATE SET ssn = s.ssn, user_id = s.user_id
	WHEN NOT MATCHED AND s.ssn IS NOT NULL THEN INSERT (client_id, ssn, user_id) VALUES (s.client_id, s.ssn, s.user_id);
END
$$;
COMMENT ON FUNCTION hud_write_ssns() IS 'Used by hud_load_client(), after the clients are written.';

CREATE OR REPLACE FUNCTION hud_drop_disposed(run hud_load_run, loaded_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that refused rows about clients whose data were disposed of do not stay in staging.
BEGIN
	EXECUTE format('
		DELETE FROM %I s USING hud_key k JOIN client c ON c.client_id = k.local_id
		WHERE k.hud_source_id = $1 AND k.file = ''Client'' AND k.hud_id = btrim(s.personalid, E'' \t"'')
		AND c.date_disposed IS NOT NULL AND s.hud_load_run_id = $2',
		(SELECT f.staging_table FROM hud_file f WHERE f.file = loaded_file))
	USING run.hud_source_id, run.hud_load_run_id;
END
$$;
COMMENT ON FUNCTION hud_drop_disposed(hud_load_run, text) IS
'Used by hud_load(), after hud_finish_file(): the rows with finding client_disposed. loaded_file has a column PersonalID.';

CREATE OR REPLACE FUNCTION hud_load_client(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads Client.csv.
BEGIN
	PERFORM hud_begin_file(run, 'Client');
	PERFORM hud_stage(run, 'Client', 'first_name text, middle_name text, last_name text, name_suffix text,
		name_data_quality smallint, ssn text, ssn_data_quality smallint, dob date, dob_data_quality smallint, sex smallint,
		veteran_status smallint',
		', coalesce((SELECT c.security_organization_id FROM client c WHERE c.client_id = k.local_id), o.organization_id)
			AS security_organization_id',
		-- HUD does not say who entered a client: one of the organizations that enrolled the client, a
		-- victim service provider only where it is the only one. Others are added by the
		-- trigger of enrollments, which costs more.
		'LEFT JOIN (SELECT btrim(e.personalid, E'' \t"'') AS hud_id, coalesce(
				min(g.organization_id) FILTER (WHERE NOT a.victim_service_provider), min(g.organization_id)) AS organization_id
			FROM hud_enrollment e JOIN hud_key j ON j.hud_source_id = $2 AND j.file = ''Project''
				AND j.hud_id = btrim(e.projectid, E'' \t"'')
			JOIN program g ON g.program_id = j.local_id JOIN organization a ON a.organization_id = g.organization_id
			WHERE e.hud_load_run_id IS NULL GROUP BY 1) o ON o.hud_id = r.hud_id');
	PERFORM hud_run_checks(run, 'Client');
	PERFORM hud_write_rows(run, 'Client');
	PERFORM hud_write_ssns();
	PERFORM hud_finish_file(run, 'Client');
	PERFORM hud_drop_disposed(run, 'Client');
END
$$;
COMMENT ON FUNCTION hud_load_client(hud_load_run) IS 'Used by hud_load(): Client.csv into client and client_ssn.';

CREATE OR REPLACE FUNCTION hud_merged_clients() RETURNS TABLE (merged_client_id bigint, kept_client_id bigint, client_merge_ids bigint[])
LANGUAGE sql STABLE ROWS 100
BEGIN ATOMIC
	-- Returns the records that were merged into others, the record that each stands for now, and by which merges.
	WITH RECURSIVE steps AS (
		SELECT m.merged_client_id, m.client_id, ARRAY[m.client_merge_id] AS merges FROM client_merge m WHERE m.unmerged_date IS NULL
		UNION ALL
		SELECT s.merged_client_id, m.client_id, s.merges || m.client_merge_id
		FROM steps s JOIN client_merge m ON m.merged_client_id = s.client_id AND m.unmerged_date IS NULL)
	SELECT DISTINCT ON (s.merged_client_id) s.merged_client_id, s.client_id, s.merges FROM steps s
	ORDER BY s.merged_client_id, cardinality(s.merges) DESC;
END;
COMMENT ON FUNCTION hud_merged_clients() IS
'Used by hud_load(): the row of Client.csv updates the merged record, which stays merged; enrollments and services of its PersonalID go to
the record that it stands for.';

CREATE OR REPLACE FUNCTION hud_note_merged(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Ensures that enrollments loaded for a merged record go back to it when the merge is undone.
BEGIN
	INSERT INTO client_merge_row (client_merge_id, table_name, row_id)
	SELECT m.client_merge_id, 'enrollment', w.enrollment_id
	FROM pg_temp.hud_work w
	JOIN hud_key c ON c.hud_source_id = run.hud_source_id AND c.file = 'Client' AND c.hud_id = w.personalid
	JOIN hud_merged_clients() j ON j.merged_client_id = c.local_id, LATERAL unnest(j.client_merge_ids) AS m (client_merge_id)
	WHERE w.status IN ('new', 'changed') AND NOT EXISTS (SELECT FROM client_merge_row r WHERE r.client_merge_id = m.client_merge_id
		AND r.table_name = 'enrollment' AND r.row_id = w.enrollment_id AND r.what = 'moved');
END
$$;
COMMENT ON FUNCTION hud_note_merged(hud_load_run) IS 'Used by hud_load_enrollment(), after the rows are written. Their services follow them.';

CREATE OR REPLACE FUNCTION hud_stage_exit(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Makes pg_temp.hud_exit_work of Exit.csv, at most one row an enrollment.
BEGIN
	PERFORM hud_stage(run, 'Exit', 'enrollmentid text, personalid text, exit_date date, destination smallint',
		', NULL::text AS refused_by');
	PERFORM hud_reject(run, 'Exit', 'duplicate_exit', 'EnrollmentID', 'w.enrollmentid', $cond$w.row_no IN (
		SELECT d.row_no FROM (
			SELECT x.row_no, row_number() OVER (PARTITION BY x.enrollmentid ORDER BY x.row_no) AS occurrence
			FROM pg_temp.hud_work x
			WHERE x.status <> 'rejected' AND x.enrollmentid IN (
				SELECT y.enrollmentid FROM pg_temp.hud_work y WHERE y.status <> 'rejected' GROUP BY 1 HAVING count(*) > 1)) d
		WHERE d.occurrence > 1)$cond$);
	ALTER TABLE pg_temp.hud_work RENAME TO hud_exit_work;
END
$$;
COMMENT ON FUNCTION hud_stage_exit(hud_load_run) IS 'Used by hud_load_enrollment().';

CREATE OR REPLACE FUNCTION hud_ensure_households(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Ensures that there is a household of ours for every HouseholdID of the file.
BEGIN
	INSERT INTO hud_key (hud_source_id, file, hud_id, local_id)
	SELECT run.hud_source_id, 'Household', h.hud_id, nextval('household_id_seq')
	FROM (SELECT DISTINCT btrim(r.householdid, E' \t"') COLLATE "C" AS hud_id
		FROM (SELECT DISTINCT s.householdid FROM hud_enrollment s) r) h
	WHERE h.hud_id <> '' AND length(h.hud_id) <= 1000 AND NOT EXISTS (
		SELECT FROM hud_key k WHERE k.hud_source_id = run.hud_source_id AND k.file = 'Household' AND k.hud_id = h.hud_id)
	ORDER BY h.hud_id;
END
$$;
COMMENT ON FUNCTION hud_ensure_households(hud_load_run) IS 'Used by hud_load_enrollment().';

CREATE OR REPLACE FUNCTION hud_stage_enrollment(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes pg_temp.hud_work of Enrollment.csv, each enrollment with the exit that Exit.csv has for it. The exit of an
-- enrollment that was loaded before and is not in Exit.csv stays as it is.
BEGIN
	PERFORM hud_stage(run, 'Enrollment', 'personalid text, projectid text, householdid text, entry_date date,
		relationship_to_hoh smallint, enrollment_coc text, move_in_date date, living_situation smallint, disabling_condition smallint',
		', coalesce(j.kept_client_id, c.local_id) AS client_id, p.local_id AS program_id, coalesce(h.local_id, nextval(''household_id_seq'')) AS household_id,
		x.row_no AS exit_row_no, x.row_hash AS exit_hash, x.date_updated AS exit_date_updated,
		CASE WHEN x.row_no IS NULL THEN e.exit_date WHEN x.date_deleted IS NULL THEN x.exit_date END AS exit_date,
		CASE WHEN x.row_no IS NULL THEN e.destination WHEN x.date_deleted IS NULL THEN x.destination END AS destination,
		CASE WHEN x.row_no IS NULL THEN e.exit_hud_elements WHEN x.date_deleted IS NULL THEN x.hud_elements END AS exit_hud_elements',
		'LEFT JOIN hud_key c ON c.hud_source_id = $2 AND c.file = ''Client'' AND c.hud_id = r.personalid
		LEFT JOIN hud_merged_clients() j ON j.merged_client_id = c.local_id
		LEFT JOIN hud_key p ON p.hud_source_id = $2 AND p.file = ''Project'' AND p.hud_id = r.projectid
		LEFT JOIN hud_key h ON h.hud_source_id = $2 AND h.file = ''Household'' AND h.hud_id = r.householdid
		LEFT JOIN enrollment e ON e.enrollment_id = k.local_id
		LEFT JOIN pg_temp.hud_exit_work x ON x.enrollmentid = r.hud_id AND x.status <> ''rejected''
			AND x.personalid = r.personalid AND (x.exit_date >= r.entry_date OR x.date_deleted IS NOT NULL)
			AND (x.date_updated < k.exit_date_updated) IS NOT TRUE');
END
$$;
COMMENT ON FUNCTION hud_stage_enrollment(hud_load_run) IS 'Used by hud_load_enrollment().';

CREATE OR REPLACE FUNCTION hud_check_households(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records households without exactly one head, and those in several projects.
BEGIN
	INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, value, check_name, severity)
	SELECT run.hud_load_run_id, 'Enrollment', h.line_number, h.hud_id, 'HouseholdID', h.householdid, f.check_name, 'warning'
	FROM (
		SELECT min(w.line_number) AS line_number, min(w.hud_id) AS hud_id, w.householdid,
			count(*) FILTER (WHERE w.relationship_to_hoh = 1) AS heads, min(w.program_id) <> max(w.program_id) AS scattered
		FROM pg_temp.hud_work w
		WHERE w.householdid IS NOT NULL AND w.status <> 'rejected' AND w.date_deleted IS NULL
		GROUP BY w.householdid
		HAVING (count(*) FILTER (WHERE w.relationship_to_hoh = 1) <> 1 OR min(w.program_id) <> max(w.program_id))
			AND bool_or(w.status IN ('new', 'changed'))) h,
		LATERAL (VALUES ('no_head_of_household', h.heads = 0), ('several_heads_of_household', h.heads > 1),
			('household_in_several_projects', h.scattered)) AS f (check_name, applies)
	WHERE f.applies;
END
$$;
COMMENT ON FUNCTION hud_check_households(hud_load_run) IS
'Used by hud_load_enrollment(): findings no_head_of_household, several_heads_of_household, household_in_several_projects.';

CREATE OR REPLACE FUNCTION hud_check_overlaps(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records stays of one client in one project that overlap in the file.
BEGIN
	INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, value, check_name, severity)
	SELECT run.hud_load_run_id, 'Enrollment', s.line_number, s.hud_id, 'EntryDate', s.entry_date::text,
		CASE WHEN s.entry_date = s.last_entry THEN 'same_entry' ELSE 'overlapping_stays' END, 'warning'
	FROM (
		SELECT w.line_number, w.hud_id, w.status, w.entry_date, max(w.entry_date) OVER before AS last_entry,
			max(coalesce(w.exit_date, 'infinity')) OVER before AS last_exit
		FROM pg_temp.hud_work w WHERE w.status <> 'rejected' AND w.date_deleted IS NULL
		WINDOW before AS (PARTITION BY w.client_id, w.program_id ORDER BY w.entry_date, w.row_no
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) s
	WHERE s.status IN ('new', 'changed') AND (s.entry_date < s.last_exit OR s.entry_date = s.last_entry);
END
$$;
COMMENT ON FUNCTION hud_check_overlaps(hud_load_run) IS 'Used by hud_load_enrollment(): findings same_entry, overlapping_stays.';

CREATE OR REPLACE FUNCTION hud_refused_enrollments(exit_dates text) RETURNS TABLE (row_no bigint, rule text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the enrollments on their way that the guard would refuse.
BEGIN
	RETURN QUERY
	SELECT w.row_no, j.rule, format('%s: %s', j.sqlstate, j.message)
	FROM judge(current_schema()::regnamespace, 'enrollment', format('
		SELECT CASE w.status WHEN ''new'' THEN -w.enrollment_id ELSE w.enrollment_id END AS enrollment_id, w.client_id,
			w.program_id, w.entry_date, %s AS exit_date
		FROM pg_temp.hud_work w WHERE w.status IN (''new'', ''changed'')', exit_dates)) j
	JOIN pg_temp.hud_work w ON w.enrollment_id = abs(j.row_id);
END
$$;
COMMENT ON FUNCTION hud_refused_enrollments(text) IS
'Used by hud_judge_enrollments(): exit_dates is an SQL expression over w, a row of pg_temp.hud_work.';

CREATE OR REPLACE FUNCTION hud_judge_enrollments(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Ensures that only enrollments that the guard accepts are written. When the exit is what it refuses, the enrollment is
-- written without it and the exit is rejected.
BEGIN
	CREATE TEMP TABLE hud_refused ON COMMIT DROP AS SELECT * FROM hud_refused_enrollments('w.exit_date');
	IF EXISTS (SELECT FROM pg_temp.hud_refused) THEN
		UPDATE pg_temp.hud_work w SET exit_date = NULL, destination = NULL, exit_hud_elements = NULL,
			exit_hash = NULL, exit_date_updated = NULL, exit_row_no = -w.exit_row_no
		FROM pg_temp.hud_refused j WHERE j.row_no = w.row_no AND w.exit_row_no IS NOT NULL AND w.status = 'new';
		UPDATE pg_temp.hud_exit_work x SET refused_by = j.rule
		FROM pg_temp.hud_work w JOIN pg_temp.hud_refused j USING (row_no) WHERE x.row_no = -w.exit_row_no;
		TRUNCATE pg_temp.hud_refused;
		INSERT INTO pg_temp.hud_refused SELECT * FROM hud_refused_enrollments('w.exit_date');
		PERFORM hud_reject_refused(run, 'Enrollment');
	END IF;
	DROP TABLE pg_temp.hud_refused;
END
$$;
COMMENT ON FUNCTION hud_judge_enrollments(hud_load_run) IS 'Used by hud_load_enrollment(): the finding has the name of the rule.';

CREATE OR REPLACE FUNCTION hud_reject_refused(run hud_load_run, refused_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Rejects the rows in pg_temp.hud_refused, with a finding that is named after the rule.
BEGIN
	WITH hit AS (
		UPDATE pg_temp.hud_work w SET status = 'rejected' FROM pg_temp.hud_refused j WHERE j.row_no = w.row_no
		RETURNING w.line_number, w.hud_id, j.rule, j.message)
	INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, check_name, severity, message)
	SELECT run.hud_load_run_id, refused_file, h.line_number, h.hud_id, h.rule, 'error', h.message FROM hit h;
END
$$;
COMMENT ON FUNCTION hud_reject_refused(hud_load_run, text) IS 'Used by hud_load(): pg_temp.hud_refused has row_no, rule and message.';

CREATE OR REPLACE FUNCTION hud_load_enrollment(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads Enrollment.csv and Exit.csv.
DECLARE
	exits bigint;
BEGIN
	PERFORM hud_begin_file(run, 'Enrollment');
	PERFORM hud_begin_file(run, 'Exit');
	PERFORM hud_delete_services(run);
	PERFORM hud_ensure_households(run);
	PERFORM hud_stage_exit(run);
	PERFORM hud_stage_enrollment(run);
	PERFORM hud_run_checks(run, 'Enrollment');
	PERFORM hud_judge_enrollments(run);
	PERFORM hud_check_households(run);
	PERFORM hud_check_overlaps(run);
	PERFORM hud_write_rows(run, 'Enrollment');
	PERFORM hud_note_merged(run);
	exits := hud_settle_written_exits(run);
	PERFORM hud_finish_file(run, 'Enrollment');
	PERFORM hud_load_other_exits(run);
	PERFORM hud_finish_file(run, 'Exit', exits);
	PERFORM hud_drop_disposed(run, 'Enrollment');
	PERFORM hud_drop_disposed(run, 'Exit');
END
$$;
COMMENT ON FUNCTION hud_load_enrollment(hud_load_run) IS 'Used by hud_load(): Enrollment.csv and Exit.csv into enrollment.';

CREATE OR REPLACE FUNCTION hud_settle_written_exits(run hud_load_run) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Records the findings of the exits that were written with their enrollment, takes them out of pg_temp.hud_exit_work and
-- returns how many they were.
DECLARE
	written bigint;
BEGIN
	CREATE TEMP TABLE hud_written_exit ON COMMIT DROP AS
	SELECT w.exit_row_no FROM pg_temp.hud_work w WHERE w.status IN ('new', 'changed') AND w.exit_row_no > 0;
	GET DIAGNOSTICS written = ROW_COUNT;
	PERFORM hud_record_findings(run, 'Exit', 'hud_exit_work', 'w.row_no IN (SELECT x.exit_row_no FROM pg_temp.hud_written_exit x)');
	CREATE TEMP TABLE hud_other_exit ON COMMIT DROP AS
	SELECT x.* FROM pg_temp.hud_exit_work x
	WHERE NOT EXISTS (SELECT FROM pg_temp.hud_written_exit o WHERE o.exit_row_no = x.row_no);
	DROP TABLE pg_temp.hud_exit_work, pg_temp.hud_written_exit;
	RETURN written;
END
$$;
COMMENT ON FUNCTION hud_settle_written_exits(hud_load_run) IS 'Used by hud_load_enrollment(): the others are in pg_temp.hud_other_exit.';

CREATE OR REPLACE FUNCTION hud_load_other_exits(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Loads the exits of enrollments that were loaded before.
DECLARE
	rule text;
	changed record;
BEGIN
	CREATE TEMP TABLE hud_work ON COMMIT DROP AS
	SELECT x.row_no, x.staging_row, x.line_number, x.row_hash, x.findings, x.hud_id, x.enrollmentid, x.personalid,
		x.exit_date, x.destination, x.hud_elements, x.date_updated, x.date_deleted, x.refused_by,
		e.enrollment_id, e.client_id AS enrolled_client_id, e.entry_date, coalesce(j.kept_client_id, c.local_id) AS client_id,
		CASE WHEN x.status = 'rejected' THEN 'rejected' WHEN k.exit_hash = x.row_hash THEN 'unchanged'
			WHEN x.date_updated < k.exit_date_updated THEN 'older' ELSE 'changed' END AS status
	FROM pg_temp.hud_other_exit x
	LEFT JOIN hud_key k ON k.hud_source_id = run.hud_source_id AND k.file = 'Enrollment' AND k.hud_id = x.enrollmentid
	LEFT JOIN hud_key c ON c.hud_source_id = run.hud_source_id AND c.file = 'Client' AND c.hud_id = x.personalid
	LEFT JOIN hud_merged_clients() j ON j.merged_client_id = c.local_id
	LEFT JOIN enrollment e ON e.enrollment_id = k.local_id;
	FOR rule IN SELECT DISTINCT w.refused_by FROM pg_temp.hud_work w WHERE w.refused_by IS NOT NULL
	LOOP
		PERFORM hud_reject(run, 'Exit', rule, 'ExitDate', 'w.exit_date', format('w.refused_by = %L', rule));
	END LOOP;
	PERFORM hud_run_checks(run, 'Exit');
	SELECT min(w.row_no) AS first, max(w.row_no) AS last INTO changed FROM pg_temp.hud_work w WHERE w.status = 'changed';
	IF changed.first IS NOT NULL THEN
		PERFORM hud_write(run, 'Exit', 'UPDATE enrollment t SET (exit_date, destination, exit_hud_elements) = (
				SELECT w.exit_date, w.destination, w.hud_elements WHERE w.date_deleted IS NULL)
			FROM pg_temp.hud_work w WHERE t.enrollment_id = w.enrollment_id AND w.status = ''changed''
			AND w.row_no BETWEEN $1 AND $2', changed.first, changed.last);
	END IF;
	UPDATE hud_key k SET exit_hash = w.row_hash, exit_date_updated = w.date_updated
	FROM pg_temp.hud_work w
	WHERE w.status = 'changed' AND k.hud_source_id = run.hud_source_id AND k.file = 'Enrollment' AND k.hud_id = w.enrollmentid;
	DROP TABLE pg_temp.hud_other_exit;
END
$$;
COMMENT ON FUNCTION hud_load_other_exits(hud_load_run) IS 'Used by hud_load_enrollment(): a deleted exit opens the enrollment again.';
