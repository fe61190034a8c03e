-- Loading the HUD files about what clients were asked: IncomeBenefits.csv, HealthAndDV.csv and Disabilities.csv.

CREATE OR REPLACE FUNCTION hud_stage_assessments(run hud_load_run, staged_file text, hud_columns text, more_columns text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes pg_temp.hud_work of a file. The client is the enrollment's: who was merged into another record is that one.
BEGIN
	PERFORM hud_stage(run, staged_file,
		'enrollmentid text, personalid text, informationdate date, datacollectionstage smallint' || hud_columns,
		', e.enrollment_id, e.client_id, c.local_id AS personal_client_id, e.entry_date, e.exit_date,
		p.organization_id AS security_organization_id, t.assessment_type_id, r.informationdate AS assessment_date,
		CASE WHEN r.datacollectionstage IN (1, 2, 3, 5, 6) THEN r.datacollectionstage END AS data_collection_stage' || more_columns,
		'LEFT JOIN hud_key n ON n.hud_source_id = $2 AND n.file = ''Enrollment'' AND n.hud_id = r.enrollmentid
		LEFT JOIN enrollment e ON e.enrollment_id = n.local_id
		LEFT JOIN program p ON p.program_id = e.program_id
		LEFT JOIN hud_key c ON c.hud_source_id = $2 AND c.file = ''Client'' AND c.hud_id = r.personalid
		LEFT JOIN hud_file f ON f.file = $1
		LEFT JOIN assessment_type t ON t.assessment_type_code = upper(f.staging_table) AND t.date_deleted IS NULL');
	PERFORM hud_follow_merges();
END
$$;
COMMENT ON FUNCTION hud_stage_assessments(hud_load_run, text, text, text) IS
'Used by hud_begin_assessments(). hud_columns: definitions of further HUD columns that the checks look at, more_columns: what they
compare, from r (the row); each after a comma.';

CREATE OR REPLACE FUNCTION hud_follow_merges() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Ensures that the PersonalID of a row stands for the record that its client was merged into, where it is not the enrollment's.
BEGIN
	FOR step IN 1..100 LOOP -- no longer chain is meant, and a circle must not hold a load up
		UPDATE pg_temp.hud_work w SET personal_client_id = c.merged_into_client_id
		FROM client c
		WHERE c.client_id = w.personal_client_id AND w.personal_client_id <> w.client_id AND c.merged_into_client_id <> c.client_id;
		EXIT WHEN NOT FOUND;
	END LOOP;
END
$$;
COMMENT ON FUNCTION hud_follow_merges() IS 'Used by hud_stage_assessments(), for the check client_mismatch.';

CREATE OR REPLACE FUNCTION hud_check_stages(run hud_load_run, checked_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Records second rows of project start or exit of an enrollment; of disabilities, for each of them.
BEGIN
	IF NOT EXISTS (SELECT FROM pg_temp.hud_work w WHERE w.status IN ('new', 'changed')) THEN
		RETURN;
	END IF;
	INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, value, check_name, severity)
	SELECT run.hud_load_run_id, checked_file, s.line_number, s.hud_id, 'DataCollectionStage', s.stage::text,
		'duplicate_stage', 'warning'
	FROM (
		SELECT l.line_number, l.hud_id, l.status, l.stage,
			row_number() OVER (PARTITION BY l.enrollment_id, l.stage, l.disability_type COLLATE "C" ORDER BY l.row_no) AS occurrence
		FROM (
			SELECT w.row_no, w.line_number, w.hud_id, w.status, w.enrollment_id, w.data_collection_stage AS stage,
				w.answers ->> 'DisabilityType' AS disability_type
			FROM pg_temp.hud_work w
			WHERE w.data_collection_stage IN (1, 3) AND w.status <> 'rejected' AND w.date_deleted IS NULL
			UNION ALL
			SELECT 0, NULL, NULL, NULL, a.enrollment_id, a.data_collection_stage, a.answers ->> 'DisabilityType'
			FROM assessment a
			WHERE a.enrollment_id = ANY (ARRAY(SELECT DISTINCT w.enrollment_id FROM pg_temp.hud_work w
				WHERE w.data_collection_stage IN (1, 3) AND w.status IN ('new', 'changed')))
			AND a.assessment_type_id = (SELECT w.assessment_type_id FROM pg_temp.hud_work w LIMIT 1)
			AND a.data_collection_stage IN (1, 3) AND a.date_deleted IS NULL
			AND NOT EXISTS (SELECT FROM pg_temp.hud_work w WHERE w.assessment_id = a.assessment_id)) l) s
	WHERE s.occurrence > 1 AND s.status IN ('new', 'changed');
END
$$;
COMMENT ON FUNCTION hud_check_stages(hud_load_run, text) IS
'Used by hud_begin_assessments(): finding duplicate_stage. An enrollment has at most one row of stage 1 and one of stage 3 (HMIS CSV
Format Specifications, DataCollectionStage), in the file and in what is here already.';

CREATE OR REPLACE FUNCTION hud_judge_assessments(run hud_load_run, judged_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Ensures that only assessments that the guard accepts are written. Of those that are here already it judges what changes.
BEGIN
	CREATE TEMP TABLE hud_refused ON COMMIT DROP AS
	SELECT DISTINCT ON (w.row_no) w.row_no, j.rule, format('%s: %s', j.sqlstate, j.message) AS message
	FROM judge(current_schema()::regnamespace, 'assessment', '
		SELECT CASE w.status WHEN ''new'' THEN -w.assessment_id ELSE w.assessment_id END AS assessment_id, w.client_id,
			w.assessment_type_id, w.assessment_date, w.answers, w.date_deleted
		FROM pg_temp.hud_work w
		WHERE w.status = ''new'' OR (w.status = ''changed'' AND NOT EXISTS (
			SELECT FROM assessment t WHERE t.assessment_id = w.assessment_id
			AND (t.client_id, t.assessment_date, t.answers, t.date_deleted)
				IS NOT DISTINCT FROM (w.client_id, w.assessment_date, w.answers, w.date_deleted)))') j
	JOIN pg_temp.hud_work w ON w.assessment_id = abs(j.row_id)
	ORDER BY w.row_no, j.rule;
	PERFORM hud_reject_refused(run, judged_file);
	DROP TABLE pg_temp.hud_refused;
END
$$;
COMMENT ON FUNCTION hud_judge_assessments(hud_load_run, text) IS
'Used by hud_begin_assessments(): the finding has the name of the rule: date_out_of_range, or answer_does_not_fit where an
administrator has taken away a question or a choice, or made a question required.';

CREATE OR REPLACE FUNCTION hud_begin_assessments(run hud_load_run, loaded_file text, hud_columns text DEFAULT '',
	more_columns text DEFAULT '') RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that pg_temp.hud_work has the rows of a file, and which of them will be written.
BEGIN
	PERFORM hud_begin_file(run, loaded_file);
	PERFORM hud_stage_assessments(run, loaded_file, hud_columns, more_columns);
	PERFORM hud_run_checks(run, loaded_file);
	PERFORM hud_check_stages(run, loaded_file);
	PERFORM hud_judge_assessments(run, loaded_file);
END
$$;
COMMENT ON FUNCTION hud_begin_assessments(hud_load_run, text, text, text) IS
'Used by hud_load(): the steps before the rows of IncomeBenefits, HealthAndDV or Disabilities are written. hud_columns and
more_columns: see hud_stage_assessments().';

CREATE OR REPLACE FUNCTION hud_finish_assessments(run hud_load_run, loaded_file text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Writes the rows of a file and records what became of them. What is only warned of is loaded, whatever the session has set.
DECLARE
	before CONSTANT boolean := refuse_warnings(false);
BEGIN
	PERFORM hud_write_rows(run, loaded_file, true);
	PERFORM hud_finish_file(run, loaded_file);
	PERFORM hud_drop_disposed(run, loaded_file);
	PERFORM refuse_warnings(before);
END
$$;
COMMENT ON FUNCTION hud_finish_assessments(hud_load_run, text) IS 'Used by hud_load(), after hud_begin_assessments().';

CREATE OR REPLACE FUNCTION hud_load_income_benefits(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads IncomeBenefits.csv. The checks compare what a client has from any source with the sources: columns 7 to 36 are about
-- income, 39 to 44 about benefits, 47 to 66 about insurance.
DECLARE
	columns record;
BEGIN
	SELECT string_agg(format(', also_%s %s', c.name, CASE c.data_type WHEN 'I' THEN 'smallint' ELSE 'numeric' END), '') AS wanted,
		string_agg('r.also_' || c.name, ', ') FILTER (WHERE c.is_source AND c.file_position BETWEEN 7 AND 36) AS income,
		string_agg('r.also_' || c.name, ', ') FILTER (WHERE c.is_source AND c.file_position BETWEEN 39 AND 44) AS benefits,
		string_agg('r.also_' || c.name, ', ') FILTER (WHERE c.is_source AND c.file_position BETWEEN 47 AND 66) AS insurance,
		string_agg(format('coalesce(r.also_%s, 0)', c.name), ' + ') FILTER (WHERE c.name LIKE '%amount') AS amounts INTO columns
	FROM (SELECT lower(h.column_name) AS name, h.data_type, h.file_position, h.code_list = '1.7' AS is_source FROM hud_column h
		WHERE h.file = 'IncomeBenefits' AND h.file_position < 67 AND (h.data_type = 'M+' OR h.code_list IN ('1.7', '1.8'))) c;
	PERFORM hud_begin_assessments(run, 'IncomeBenefits', columns.wanted, format(', (1 IN (%s)) IS TRUE AS has_income,
		(1 IN (%s)) IS TRUE AS has_benefits, (1 IN (%s)) IS TRUE AS has_insurance, %s AS income_sum',
		columns.income, columns.benefits, columns.insurance, columns.amounts));
	PERFORM hud_finish_assessments(run, 'IncomeBenefits');
END
$$;
COMMENT ON FUNCTION hud_load_income_benefits(hud_load_run) IS 'Used by hud_load(): IncomeBenefits.csv into assessment.';

CREATE OR REPLACE FUNCTION hud_load_health_and_dv(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads HealthAndDV.csv.
BEGIN
	PERFORM hud_begin_assessments(run, 'HealthAndDV');
	PERFORM hud_finish_assessments(run, 'HealthAndDV');
END
$$;
COMMENT ON FUNCTION hud_load_health_and_dv(hud_load_run) IS 'Used by hud_load(): HealthAndDV.csv into assessment.';

CREATE OR REPLACE FUNCTION hud_load_disabilities(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Loads Disabilities.csv, and what it says about the barriers of the clients. Drug use is an answer about substance use only.
BEGIN
	PERFORM hud_begin_assessments(run, 'Disabilities', ', also_disabilitytype smallint, also_disabilityresponse smallint');
	UPDATE pg_temp.hud_work w SET answers = w.answers - 'DisabilityResponse'
	WHERE w.also_disabilityresponse IN (2, 3) AND w.also_disabilitytype <> 10;
	PERFORM hud_note_touched();
	PERFORM hud_finish_assessments(run, 'Disabilities');
	PERFORM hud_load_barriers(run);
END
$$;
COMMENT ON FUNCTION hud_load_disabilities(hud_load_run) IS
'Used by hud_load(): Disabilities.csv into assessment and client_barrier.';

CREATE OR REPLACE FUNCTION hud_disability()
RETURNS TABLE (disability_type text, barrier_code text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the barrier that each disability of HUD list 1.3 is.
	VALUES ('5', 'HUD_PHYSICAL_DISABILITY'), ('6', 'HUD_DEVELOPMENTAL_DISABILITY'), ('7', 'HUD_CHRONIC_HEALTH_CONDITION'),
		('8', 'HUD_HIV_AIDS'), ('9', 'HUD_MENTAL_HEALTH_DISORDER'), ('10', 'HUD_SUBSTANCE_USE_DISORDER');
END;
COMMENT ON FUNCTION hud_disability() IS 'Used by hud_load(): DisabilityType and barrier_code.';

CREATE OR REPLACE FUNCTION hud_note_touched() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Makes pg_temp.hud_touched of the enrollments about which the rows on their way say something, or said something before.
BEGIN
	CREATE TEMP TABLE hud_touched ON COMMIT DROP AS
	SELECT w.enrollment_id FROM pg_temp.hud_work w WHERE w.status IN ('new', 'changed')
	UNION
	SELECT a.enrollment_id FROM pg_temp.hud_work w JOIN assessment a USING (assessment_id)
	WHERE w.status = 'changed' AND a.enrollment_id IS NOT NULL;
	ANALYZE pg_temp.hud_touched;
END
$$;
COMMENT ON FUNCTION hud_note_touched() IS 'Used by hud_load_disabilities(), before the rows are written.';

CREATE OR REPLACE FUNCTION hud_known_disabilities()
RETURNS TABLE (enrollment_id bigint, disability_type text, identified_date date, resolved_date date)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the disabilities that clients have or had by the assessments of the enrollments in pg_temp.hud_touched: from the
-- first day that says yes to the first day that says no after the last that says yes.
BEGIN
	RETURN QUERY
	SELECT s.enrollment_id, s.disability_type, min(s.assessment_date) FILTER (WHERE s.has_it),
		min(s.assessment_date) FILTER (WHERE s.response = '0' AND s.assessment_date > s.last_date)
	FROM (
		SELECT y.*, max(y.assessment_date) FILTER (WHERE y.has_it) OVER (PARTITION BY y.enrollment_id, y.disability_type) AS last_date
		FROM (
			SELECT a.enrollment_id, a.assessment_date, x.disability_type, x.response,
				x.response = '1' OR (x.disability_type = '10' AND x.response IN ('2', '3')) AS has_it
			FROM pg_temp.hud_touched h JOIN assessment a USING (enrollment_id)
			JOIN assessment_type t USING (assessment_type_id),
			LATERAL (VALUES (a.answers ->> 'DisabilityType', a.answers ->> 'DisabilityResponse')) AS x (disability_type, response)
			WHERE t.assessment_type_code = 'HUD_DISABILITIES' AND a.date_deleted IS NULL) y) s
	WHERE s.last_date IS NOT NULL
	GROUP BY s.enrollment_id, s.disability_type;
END
$$;
COMMENT ON FUNCTION hud_known_disabilities() IS
'Used by hud_load_barriers(). Of substance use 1, 2 and 3 say yes (HUD list 4.10.2). "Doesn''t know" says nothing.';

CREATE OR REPLACE FUNCTION hud_stage_barriers(run hud_load_run) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Makes pg_temp.hud_work of the barriers that are new or not as they were loaded before, and returns how many they are. One
-- that nobody says yes to any more has no identified_date.
DECLARE
	rows bigint;
BEGIN
	CREATE TEMP TABLE hud_work ON COMMIT DROP AS
	SELECT row_number() OVER (ORDER BY s.enrollment_id, s.barrier_id) AS row_no, NULL::bigint AS line_number, s.*,
		coalesce(s.known_id, nextval(pg_get_serial_sequence('client_barrier', 'client_barrier_id'))) AS client_barrier_id,
		CASE WHEN s.known_id IS NULL THEN 'new' ELSE 'changed' END AS status
	FROM (
		SELECT h.enrollment_id, e.client_id, p.organization_id, b.barrier_id, d.identified_date, d.resolved_date,
			i.hud_id, k.local_id AS known_id, k.row_hash AS known_hash,
			hashtextextended(concat_ws(' ', d.identified_date, d.resolved_date), 0) AS row_hash
		FROM pg_temp.hud_touched h
		JOIN enrollment e USING (enrollment_id)
		JOIN program p USING (program_id)
		CROSS JOIN hud_disability() t
		JOIN barrier b ON b.barrier_code = t.barrier_code AND b.date_deleted IS NULL
		CROSS JOIN LATERAL (VALUES (format('%s:%s', h.enrollment_id, t.disability_type) COLLATE "C")) AS i (hud_id)
		LEFT JOIN hud_known_disabilities() d ON d.enrollment_id = h.enrollment_id AND d.disability_type = t.disability_type
		LEFT JOIN hud_key k ON k.hud_source_id = run.hud_source_id AND k.file = 'Barrier' AND k.hud_id = i.hud_id) s
	WHERE CASE WHEN s.known_id IS NULL THEN s.identified_date IS NOT NULL ELSE s.known_hash IS DISTINCT FROM s.row_hash END;
	GET DIAGNOSTICS rows = ROW_COUNT;
	RETURN rows;
END
$$;
COMMENT ON FUNCTION hud_stage_barriers(hud_load_run) IS
'Used by hud_load_barriers(). hud_key with file Barrier tells which barriers came from a load, and row_hash what the load said of
them: a barrier that people entered is never among them, and one that they worked on since is changed only when HUD''s rows are.';

CREATE OR REPLACE FUNCTION hud_write_barriers(run hud_load_run, rows bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Writes the barriers in pg_temp.hud_work and what the load said of them. Work that was begun stays begun.
BEGIN
	PERFORM hud_write(run, 'Disabilities', 'INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, enrollment_id,
			barrier_status, identified_date, resolved_date, security_organization_id)
		SELECT w.client_barrier_id, w.client_id, w.barrier_id, w.enrollment_id,
			CASE WHEN w.resolved_date IS NULL THEN ''identified'' ELSE ''resolved'' END, w.identified_date, w.resolved_date,
			w.organization_id
		FROM pg_temp.hud_work w WHERE w.status = ''new'' AND w.row_no BETWEEN $1 AND $2', 1, rows);
	PERFORM hud_write(run, 'Disabilities', 'UPDATE client_barrier t SET identified_date = w.identified_date,
			resolved_date = w.resolved_date, date_deleted = NULL, delete_reason = NULL,
			barrier_status = CASE WHEN w.resolved_date IS NOT NULL THEN ''resolved''
				WHEN t.barrier_status = ''resolved'' THEN ''identified'' ELSE t.barrier_status END
		FROM pg_temp.hud_work w WHERE t.client_barrier_id = w.client_barrier_id AND w.status = ''changed''
		AND w.identified_date IS NOT NULL AND w.row_no BETWEEN $1 AND $2', 1, rows);
	PERFORM hud_write(run, 'Disabilities', 'UPDATE client_barrier t SET date_deleted = now(),
			delete_reason = ''HUD Disabilities no longer says so''
		FROM pg_temp.hud_work w WHERE t.client_barrier_id = w.client_barrier_id AND w.status = ''changed'' AND t.date_deleted IS NULL
		AND w.identified_date IS NULL AND w.row_no BETWEEN $1 AND $2', 1, rows);
	INSERT INTO hud_key AS k (hud_source_id, file, hud_id, local_id, row_hash)
	SELECT run.hud_source_id, 'Barrier', w.hud_id, w.client_barrier_id, w.row_hash
	FROM pg_temp.hud_work w WHERE w.status <> 'rejected' ORDER BY w.hud_id COLLATE "C"
	ON CONFLICT (hud_source_id, file, hud_id) DO UPDATE SET row_hash = excluded.row_hash;
END
$$;
COMMENT ON FUNCTION hud_write_barriers(hud_load_run, bigint) IS 'Used by hud_load_barriers(). rows: how many there are.';

CREATE OR REPLACE FUNCTION hud_load_barriers(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Ensures that the disabilities of the enrollments in pg_temp.hud_touched are barriers of their clients, one for each enrollment.
DECLARE
	rows bigint;
BEGIN
	IF EXISTS (SELECT FROM pg_temp.hud_touched) THEN
		PERFORM hud_add_finding(run, 'Disabilities', 'unknown_barrier', 'warning', NULL, d.barrier_code)
		FROM hud_disability() d
		WHERE NOT EXISTS (SELECT FROM barrier b WHERE b.barrier_code = d.barrier_code AND b.date_deleted IS NULL);
		rows := hud_stage_barriers(run);
		IF rows > 0 THEN
			PERFORM hud_write_barriers(run, rows);
		END IF;
		DROP TABLE pg_temp.hud_work;
		UPDATE hud_load_file f SET findings = (
			SELECT count(*) FROM import_finding i WHERE i.hud_load_run_id = f.hud_load_run_id AND i.file = f.file)
		WHERE f.hud_load_run_id = run.hud_load_run_id AND f.file = 'Disabilities';
	END IF;
	DROP TABLE pg_temp.hud_touched;
END
$$;
COMMENT ON FUNCTION hud_load_barriers(hud_load_run) IS
'Used by hud_load_disabilities(): finding unknown_barrier about a barrier that an administrator has deleted or whose code was
changed; its disability stays an assessment only.';
