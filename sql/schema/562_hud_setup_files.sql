-- Loading the HUD files about organizations, users, projects and funders.

CREATE OR REPLACE FUNCTION hud_load_export(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes what Export.csv says about the export. Of several rows, as merged exports have, the last counts.
BEGIN
	PERFORM hud_begin_file(run, 'Export');
	PERFORM hud_stage(run, 'Export', 'csvversion text');
	PERFORM hud_run_checks(run, 'Export');
	UPDATE hud_load_run r SET export = (
		SELECT w.hud_elements || jsonb_build_object('ExportID', w.hud_id, 'CSVVersion', w.csvversion, 'ExportIDs',
			(SELECT jsonb_agg(DISTINCT x.hud_id) FROM pg_temp.hud_work x WHERE x.hud_id IS NOT NULL))
		FROM pg_temp.hud_work w WHERE w.hud_id IS NOT NULL ORDER BY w.row_no DESC LIMIT 1)
	WHERE r.hud_load_run_id = run.hud_load_run_id;
	IF (SELECT count(*) FROM pg_temp.hud_work w WHERE w.status <> 'rejected') > 1 THEN
		PERFORM hud_add_finding(run, 'Export', 'several_exports', 'warning');
	END IF;
	INSERT INTO hud_key AS k (hud_source_id, file, hud_id, local_id, row_hash, hud_date_updated)
	SELECT run.hud_source_id, 'Export', w.hud_id, run.hud_load_run_id, w.row_hash, w.date_updated
	FROM pg_temp.hud_work w WHERE w.status IN ('new', 'changed')
	ON CONFLICT (hud_source_id, file, hud_id) DO UPDATE SET row_hash = excluded.row_hash, local_id = excluded.local_id;
	PERFORM hud_finish_file(run, 'Export');
END
$$;
COMMENT ON FUNCTION hud_load_export(hud_load_run) IS 'Used by hud_load(): Export.csv.';

CREATE OR REPLACE FUNCTION hud_load_user(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads User.csv into hmis_user.
BEGIN
	PERFORM hud_begin_file(run, 'User');
	PERFORM hud_stage(run, 'User', 'user_first_name text, user_last_name text, user_phone text, user_extension text, user_email text',
		', true AS active');
	PERFORM hud_run_checks(run, 'User');
	PERFORM hud_write_rows(run, 'User');
	PERFORM hud_finish_file(run, 'User');
END
$$;
COMMENT ON FUNCTION hud_load_user(hud_load_run) IS 'Used by hud_load(): User.csv.';

CREATE OR REPLACE FUNCTION hud_load_organization(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads Organization.csv. One without a name is called by its identifier.
BEGIN
	PERFORM hud_begin_file(run, 'Organization');
	PERFORM hud_stage(run, 'Organization', 'organizationname text, organization_common_name text, victim_service_provider boolean',
		', coalesce(r.organizationname, r.hud_id) AS organization_name');
	PERFORM hud_run_checks(run, 'Organization');
	PERFORM hud_write_rows(run, 'Organization');
	PERFORM hud_finish_file(run, 'Organization');
END
$$;
COMMENT ON FUNCTION hud_load_organization(hud_load_run) IS 'Used by hud_load(): Organization.csv.';

CREATE OR REPLACE FUNCTION hud_load_project(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads Project.csv into program. An end before the start is left out.
BEGIN
	PERFORM hud_begin_file(run, 'Project');
	PERFORM hud_stage(run, 'Project', 'projectname text, projectcommonname text, organizationid text, project_type smallint,
		operating_start_date date, operatingenddate date, also_continuumproject smallint',
		', coalesce(r.projectname, r.hud_id) AS program_name,
		r.projectcommonname AS program_common_name, o.local_id AS organization_id,
		CASE WHEN r.operatingenddate < r.operating_start_date THEN NULL ELSE r.operatingenddate END AS operating_end_date',
		'LEFT JOIN hud_key o ON o.hud_source_id = $2 AND o.file = ''Organization'' AND o.hud_id = r.organizationid');
	PERFORM hud_run_checks(run, 'Project');
	PERFORM hud_write_rows(run, 'Project');
	PERFORM hud_finish_file(run, 'Project');
END
$$;
COMMENT ON FUNCTION hud_load_project(hud_load_run) IS 'Used by hud_load(): Project.csv.';

CREATE OR REPLACE FUNCTION hud_load_project_coc(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads ProjectCoC.csv into program_coc.
BEGIN
	PERFORM hud_begin_file(run, 'ProjectCoC');
	PERFORM hud_stage(run, 'ProjectCoC', 'projectid text, coc_code text, geocode text, address1 text, address2 text, city text,
		state text, zip text, geography_type smallint', ', p.local_id AS program_id',
		'LEFT JOIN hud_key p ON p.hud_source_id = $2 AND p.file = ''Project'' AND p.hud_id = r.projectid');
	PERFORM hud_run_checks(run, 'ProjectCoC');
	PERFORM hud_write_rows(run, 'ProjectCoC');
	PERFORM hud_finish_file(run, 'ProjectCoC');
END
$$;
COMMENT ON FUNCTION hud_load_project_coc(hud_load_run) IS 'Used by hud_load(): ProjectCoC.csv.';

CREATE OR REPLACE FUNCTION hud_ensure_funds() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a fund for every funder on its way.
BEGIN
	INSERT INTO fund (fund_name, funder, other_funder)
	SELECT DISTINCT coalesce(w.otherfunder, c.label, format('Funder %s', w.funder)), w.funder, w.otherfunder
	FROM pg_temp.hud_work w LEFT JOIN hud_code c ON c.list = '2.06.1' AND c.code = w.funder::text
	WHERE w.status IN ('new', 'changed') AND NOT EXISTS (
		SELECT FROM fund f WHERE f.funder = w.funder AND f.other_funder IS NOT DISTINCT FROM w.otherfunder AND f.date_deleted IS NULL);
END
$$;
COMMENT ON FUNCTION hud_ensure_funds() IS 'Used by hud_load_funder().';

CREATE OR REPLACE FUNCTION hud_ensure_grants() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a grant for every fund and GrantID on its way, from the first start to the last end.
BEGIN
	INSERT INTO grant_award (fund_id, grant_identifier, start_date, end_date)
	SELECT w.fund_id, w.grantid, min(w.start_date),
		CASE WHEN bool_and(w.end_date IS NOT NULL) THEN greatest(max(w.end_date), min(w.start_date)) END
	FROM pg_temp.hud_work w
	WHERE w.status IN ('new', 'changed') AND NOT EXISTS (
		SELECT FROM grant_award g
		WHERE g.fund_id = w.fund_id AND g.grant_identifier IS NOT DISTINCT FROM w.grantid AND g.date_deleted IS NULL)
	GROUP BY w.fund_id, w.grantid;
END
$$;
COMMENT ON FUNCTION hud_ensure_grants() IS 'Used by hud_load_funder().';

CREATE OR REPLACE FUNCTION hud_load_funder(run hud_load_run) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Loads Funder.csv: a fund for each funder, a grant for each GrantID, and the programs that it pays for.
BEGIN
	PERFORM hud_begin_file(run, 'Funder');
	PERFORM hud_stage(run, 'Funder', 'projectid text, funder smallint, otherfunder text, grantid text, start_date date, end_date date',
		', p.local_id AS program_id, NULL::bigint AS fund_id, NULL::bigint AS grant_award_id',
		'LEFT JOIN hud_key p ON p.hud_source_id = $2 AND p.file = ''Project'' AND p.hud_id = r.projectid');
	PERFORM hud_run_checks(run, 'Funder');
	PERFORM hud_ensure_funds();
	UPDATE pg_temp.hud_work w SET fund_id = (
		SELECT min(f.fund_id) FROM fund f
		WHERE f.funder = w.funder AND f.other_funder IS NOT DISTINCT FROM w.otherfunder AND f.date_deleted IS NULL)
	WHERE w.status IN ('new', 'changed');
	PERFORM hud_ensure_grants();
	UPDATE pg_temp.hud_work w SET grant_award_id = (
		SELECT min(g.grant_award_id) FROM grant_award g
		WHERE g.fund_id = w.fund_id AND g.grant_identifier IS NOT DISTINCT FROM w.grantid AND g.date_deleted IS NULL)
	WHERE w.status IN ('new', 'changed');
	PERFORM hud_write_rows(run, 'Funder');
	PERFORM hud_finish_file(run, 'Funder');
END
$$;
COMMENT ON FUNCTION hud_load_funder(hud_load_run) IS 'Used by hud_load(): Funder.csv into fund, grant_award and grant_award_program.';
