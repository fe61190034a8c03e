-- Loading Services.csv.

CREATE OR REPLACE FUNCTION hud_ensure_services() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that the catalogue has a service for every RecordType and TypeProvided of the file that HUD lists.
BEGIN
	CREATE TEMP TABLE hud_service_type ON COMMIT DROP AS
	SELECT r.code::smallint AS record_type, r.label AS record_label, t.code::smallint AS type_provided, t.label AS type_label
	FROM (SELECT DISTINCT btrim(s.recordtype, E' \t"') AS record_type, btrim(s.typeprovided, E' \t"') AS type_provided
		FROM hud_services s) d
	JOIN hud_code r ON r.list = '1.4' AND r.code = d.record_type
	JOIN hud_code t ON t.list = r.type_list AND t.code = CASE d.record_type WHEN '200' THEN '200' ELSE d.type_provided END
	WHERE NOT EXISTS (SELECT FROM service s WHERE s.record_type::text = r.code AND s.type_provided::text = t.code
		AND s.date_deleted IS NULL)
	GROUP BY r.code, r.label, t.code, t.label;
	INSERT INTO service_group (service_group_code, service_group_name)
	SELECT DISTINCT format('HUD-%s', n.record_type), n.record_label FROM pg_temp.hud_service_type n
	ON CONFLICT (service_group_code) DO NOTHING;
	INSERT INTO service (service_group_id, service_code, service_name, unit_of_measure, exit_day_allowed, record_type, type_provided)
	SELECT g.service_group_id, format('HUD-%s-%s', n.record_type, n.type_provided), n.type_label,
		CASE WHEN n.record_type IN (151, 152) THEN 'dollars' ELSE 'count' END, n.record_type <> 200, n.record_type, n.type_provided
	FROM pg_temp.hud_service_type n
	JOIN service_group g ON g.service_group_code = format('HUD-%s', n.record_type)
	ORDER BY n.record_type, n.type_provided;
	DROP TABLE pg_temp.hud_service_type;
END
$$;
COMMENT ON FUNCTION hud_ensure_services() IS
'Used by hud_load_services(): service codes are HUD-RecordType-TypeProvided, for example HUD-144-2. Financial assistance is
measured in dollars; a bed night is not given on the exit day.';

CREATE OR REPLACE FUNCTION hud_delete_services(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Deletes the services that the export says are deleted, before their enrollments are changed. Those in a locked period stay.
BEGIN
	CREATE TEMP TABLE hud_gone ON COMMIT DROP AS
	SELECT t.client_service_id FROM hud_services s
	JOIN hud_key k ON k.hud_source_id = run.hud_source_id AND k.file = 'Services' AND k.hud_id = btrim(s.servicesid, E' \t"')
	JOIN client_service t ON t.client_service_id = k.local_id
	WHERE btrim(s.datedeleted, E' \t"') <> '' AND t.date_deleted IS NULL AND s.hud_load_run_id IS NULL;
	DELETE FROM pg_temp.hud_gone g
	WHERE g.client_service_id IN (SELECT l.client_service_id
		FROM hud_locked_services('SELECT g.client_service_id FROM pg_temp.hud_gone g') l);
	UPDATE client_service t SET date_deleted = now() FROM pg_temp.hud_gone g WHERE t.client_service_id = g.client_service_id;
	DROP TABLE pg_temp.hud_gone;
END
$$;
COMMENT ON FUNCTION hud_delete_services(hud_load_run) IS
'Used by hud_load_enrollment(): so that an exit can move to before services that are gone. The dates come with Services.csv, and
the finding period_locked about those that stay.';

CREATE OR REPLACE FUNCTION hud_locked_services(ids text) RETURNS TABLE (client_service_id bigint, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = on SET jit = off AS $$
-- Returns which of the services, as they are stored, are in a period that was reported. Whoever locks a period waits, from here
-- on, until the transaction ends.
BEGIN
	LOCK TABLE client_service IN ROW EXCLUSIVE MODE;
	IF NOT EXISTS (SELECT FROM locked_period k WHERE k.date_deleted IS NULL) THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT j.row_id, format('%s: %s', j.sqlstate, j.message)
	FROM judge(current_schema()::regnamespace, 'client_service',
		format('SELECT t.* FROM client_service t WHERE t.client_service_id IN (%s)', ids)) j
	WHERE j.rule = 'period_locked';
END
$$;
COMMENT ON FUNCTION hud_locked_services(text) IS
'Used by hud_delete_services() and hud_judge_services(): ids is a query for keys of client_service; message begins with the SQLSTATE.';

CREATE OR REPLACE FUNCTION hud_stage_services(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes pg_temp.hud_work of Services.csv.
BEGIN
	PERFORM hud_stage(run, 'Services', 'enrollmentid text, personalid text, date_provided date, recordtype smallint,
		typeprovided smallint, other_type_provided text, moving_on_other_type text, sub_type_provided smallint, fa_amount numeric,
		fa_start_date date, faenddate date, referral_outcome smallint',
		', e.enrollment_id, e.client_id AS enrolled_client_id, coalesce(j.kept_client_id, c.local_id) AS client_id, e.program_id, p.project_type,
		s.service_id, s.unit_of_measure,
		CASE WHEN r.recordtype IN (151, 152) THEN coalesce(r.fa_amount, 0) ELSE 0 END AS unit_value,
		CASE WHEN r.faenddate < r.fa_start_date THEN NULL ELSE r.faenddate END AS fa_end_date',
		'LEFT JOIN hud_key n ON n.hud_source_id = $2 AND n.file = ''Enrollment'' AND n.hud_id = r.enrollmentid
		LEFT JOIN enrollment e ON e.enrollment_id = n.local_id
		LEFT JOIN program p ON p.program_id = e.program_id
		LEFT JOIN hud_key c ON c.hud_source_id = $2 AND c.file = ''Client'' AND c.hud_id = r.personalid
		LEFT JOIN hud_merged_clients() j ON j.merged_client_id = c.local_id
		LEFT JOIN service s ON s.record_type = r.recordtype AND s.date_deleted IS NULL
			AND s.type_provided = CASE r.recordtype WHEN 200 THEN 200 ELSE r.typeprovided END');
END
$$;
COMMENT ON FUNCTION hud_stage_services(hud_load_run) IS
'Used by hud_load_services(): an amount of financial assistance is the value of one unit. RecordType 200 is a bed night, whatever
TypeProvided says (finding bed_night_type).';

CREATE OR REPLACE FUNCTION hud_check_bed_nights(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records bed nights of one client on the same night.
BEGIN
	INSERT INTO import_finding (hud_load_run_id, file, line_number, hud_key, column_name, value, check_name, severity)
	SELECT run.hud_load_run_id, 'Services', s.line_number, s.hud_id, 'DateProvided', s.date_provided::text, 'same_bed_night', 'warning'
	FROM (
		SELECT w.line_number, w.hud_id, w.status, w.date_provided,
			row_number() OVER (PARTITION BY w.client_id, w.date_provided ORDER BY w.row_no) AS occurrence
		FROM pg_temp.hud_work w WHERE w.recordtype = 200 AND w.status <> 'rejected' AND w.date_deleted IS NULL) s
	WHERE s.occurrence > 1 AND s.status IN ('new', 'changed');
END
$$;
COMMENT ON FUNCTION hud_check_bed_nights(hud_load_run) IS 'Used by hud_load_services(): finding same_bed_night.';

CREATE OR REPLACE FUNCTION hud_note_changes() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET enable_nestloop = off SET jit = off AS $$
-- Makes pg_temp.hud_changed of the services in which something changes that the guard looks at.
BEGIN
	CREATE TEMP TABLE hud_changed ON COMMIT DROP AS
	SELECT w.row_no, w.client_service_id, t.date_created,
		(w.program_id, w.date_provided, w.date_deleted) IS DISTINCT FROM (t.program_id, t.date_provided, t.date_deleted) AS moved
	FROM pg_temp.hud_work w JOIN client_service t ON t.client_service_id = w.client_service_id
	WHERE w.status = 'changed' AND (w.client_id, w.service_id, w.program_id, w.date_provided, w.enrollment_id, w.date_deleted,
			w.unit_value, w.unit_of_measure, w.fa_amount, w.fa_start_date, w.fa_end_date, w.sub_type_provided, w.referral_outcome,
			coalesce(w.date_created, t.date_created))
		IS DISTINCT FROM (t.client_id, t.service_id, t.program_id, t.date_provided, t.enrollment_id, t.date_deleted,
			t.unit_value, t.unit_of_measure, t.fa_amount, t.fa_start_date, t.fa_end_date, t.sub_type_provided, t.referral_outcome,
			t.date_created);
END
$$;
COMMENT ON FUNCTION hud_note_changes() IS
'Used by hud_judge_services(). moved: to another program or day, deleted or undeleted; date_created: as it is stored.';

CREATE OR REPLACE FUNCTION hud_judge_services(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Ensures that only services that the guard accepts are written: as they will be, and nothing is taken out of a locked period.
BEGIN
	PERFORM hud_note_changes();
	CREATE TEMP TABLE hud_refused ON COMMIT DROP AS
	SELECT c.row_no, 'period_locked' AS rule, l.message
	FROM hud_locked_services('SELECT c.client_service_id FROM pg_temp.hud_changed c WHERE c.moved') l
	JOIN pg_temp.hud_changed c ON c.client_service_id = l.client_service_id;
	INSERT INTO pg_temp.hud_refused
	SELECT w.row_no, j.rule, format('%s: %s', j.sqlstate, j.message)
	FROM judge(current_schema()::regnamespace, 'client_service', '
		SELECT CASE w.status WHEN ''new'' THEN -w.client_service_id ELSE w.client_service_id END AS client_service_id, w.client_id,
			w.service_id, w.program_id, w.date_provided, w.enrollment_id, w.user_id, w.date_deleted,
			coalesce(w.date_created, c.date_created, now()) AS date_created
		FROM pg_temp.hud_work w LEFT JOIN pg_temp.hud_changed c ON c.row_no = w.row_no
		WHERE w.status = ''new'' OR c.row_no IS NOT NULL') j
	JOIN pg_temp.hud_work w ON w.client_service_id = abs(j.row_id)
	LEFT JOIN pg_temp.hud_changed c ON c.row_no = w.row_no
	WHERE (j.rule <> 'entered_too_late' OR c.moved IS NOT FALSE)
	AND NOT EXISTS (SELECT FROM pg_temp.hud_refused r WHERE r.row_no = w.row_no);
	PERFORM hud_reject_refused(run, 'Services');
	DROP TABLE pg_temp.hud_refused, pg_temp.hud_changed;
END
$$;
COMMENT ON FUNCTION hud_judge_services(hud_load_run) IS
'Used by hud_load_services(): the finding has the name of the rule, for example enrollment_required, period_locked, or
entered_too_late, which is judged by DateCreated (where there is none, by today). What is only warned of is loaded.';

CREATE OR REPLACE FUNCTION hud_load_services(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads Services.csv. What is only warned of is loaded, whatever the session has set.
DECLARE
	before CONSTANT boolean := refuse_warnings(false);
BEGIN
	PERFORM hud_begin_file(run, 'Services');
	PERFORM hud_ensure_services();
	PERFORM hud_stage_services(run);
	PERFORM hud_run_checks(run, 'Services');
	PERFORM hud_judge_services(run);
	PERFORM hud_check_bed_nights(run);
	PERFORM hud_write_rows(run, 'Services', true);
	PERFORM hud_finish_file(run, 'Services');
	PERFORM hud_drop_disposed(run, 'Services');
	PERFORM refuse_warnings(before);
END
$$;
COMMENT ON FUNCTION hud_load_services(hud_load_run) IS 'Used by hud_load(): Services.csv into client_service.';
