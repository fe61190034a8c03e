-- A merge between loads of HUD exports: neither brings the merged record back, nor loses what comes for it.
\set ON_ERROR_STOP on
\set VERBOSITY terse
SET client_min_messages = error;
SET search_path = hmis, clienttrack, public;
\setenv HUD_DATABASE :DBNAME
SELECT no_plan();
CREATE FUNCTION local_id(only_file text, id text) RETURNS bigint LANGUAGE sql AS
	'SELECT k.local_id FROM hmis.hud_key k WHERE k.file = only_file AND k.hud_id = id';
CREATE FUNCTION everything() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(t, E'\n' ORDER BY t)) FROM (
		SELECT c::text AS t FROM hmis.client c UNION ALL SELECT e::text FROM hmis.enrollment e UNION ALL SELECT s::text FROM hmis.client_service s
		UNION ALL SELECT k::text FROM hmis.hud_key k) x $$;
CREATE FUNCTION findings() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(i.file || ' ' || i.check_name || ' ' || coalesce(i.hud_key, ''), ', ' ORDER BY i.import_finding_id) FROM hmis.import_finding i
	WHERE i.hud_load_run_id = (SELECT max(hud_load_run_id) FROM hmis.hud_load_run) AND i.severity = 'error' $$;
\! script/load-hud --no-load test/hud/first "$HUD_DATABASE" >/dev/null
CREATE TABLE first_client AS SELECT * FROM hud_client;
CREATE TABLE first_enrollment AS SELECT * FROM hud_enrollment;
CREATE TABLE first_exit AS SELECT * FROM hud_exit;
CREATE TABLE first_services AS SELECT * FROM hud_services;
CREATE PROCEDURE again() LANGUAGE plpgsql AS $$ DECLARE report jsonb; BEGIN
	INSERT INTO hmis.hud_client SELECT * FROM first_client;
	INSERT INTO hmis.hud_enrollment SELECT * FROM first_enrollment;
	INSERT INTO hmis.hud_exit SELECT * FROM first_exit;
	INSERT INTO hmis.hud_services SELECT * FROM first_services;
	CALL hmis.hud_load('T', report);
END $$;
CALL hud_load('T');
SELECT local_id('Client', 'c1') AS c1, local_id('Client', 'c2') AS c2, local_id('Client', 'c3') AS c3 \gset
SELECT is((SELECT count(*) FROM enrollment WHERE client_id = :c2), 1::bigint, 'c2 has an enrollment');
SELECT merge_clients(:c1, :c2, 'one person') AS merge1 \gset
CREATE TABLE merged AS SELECT everything() AS e;

CALL again();
SELECT is(findings(), NULL, 'the same export again');
SELECT is(everything(), (SELECT e FROM merged), 'changes nothing');

-- A newer export: the client's name, an enrollment and an exit, services of old and new enrollments, all of the merged PersonalID.
UPDATE first_client SET firstname = 'Newer', dob = '1982-05-07', dateupdated = '2026-02-02 03:04:05' WHERE personalid = 'c2';
UPDATE first_enrollment SET livingsituation = '116', disablingcondition = '1', dateupdated = '2026-02-02 03:04:05' WHERE enrollmentid = 'e2';
INSERT INTO first_enrollment (enrollmentid, personalid, projectid, entrydate, householdid, relationshiptohoh, enrollmentcoc, livingsituation, disablingcondition, datecreated, dateupdated, userid, exportid)
SELECT 'e2b', 'c2', 'p2', '2026-01-10', 'h2b', '1', 'XX-500', '116', '0', datecreated, dateupdated, userid, exportid FROM first_enrollment WHERE enrollmentid = 'e2';
INSERT INTO first_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, datecreated, dateupdated, userid, exportid)
SELECT v.s, v.e, 'c2', v.d, '200', '200', datecreated, dateupdated, userid, exportid FROM first_services, (VALUES ('s2b', 'e2', '2026-01-07'), ('s2c', 'e2b', '2026-01-11')) v (s, e, d) WHERE servicesid = 's3';
CALL again();
SELECT is(findings(), NULL, 'a newer export');
SELECT results_eq(format('SELECT first_name, date_deleted IS NOT NULL, merged_into_client_id FROM client WHERE client_id = %s', :c2), format($$VALUES ('Newer', true, %s::bigint)$$, :c1), 'the merged record is updated and stays merged');
SELECT is((SELECT first_name FROM client WHERE client_id = :c1), 'First1', 'the other is not');
SELECT is((SELECT string_agg(k.hud_id, ' ' ORDER BY k.hud_id) FROM hud_key k JOIN enrollment e ON e.enrollment_id = k.local_id WHERE k.file = 'Enrollment' AND e.client_id = :c1), (SELECT string_agg(enrollmentid, ' ' ORDER BY enrollmentid) FROM first_enrollment WHERE personalid IN ('c1', 'c2')), 'enrollments are with the record that stays');
SELECT is((SELECT count(*) FROM client_service WHERE client_id = :c1), (SELECT count(*) FROM first_services WHERE personalid IN ('c1', 'c2')), 'services too');
SELECT is((SELECT count(*) FROM enrollment WHERE client_id = :c2) + (SELECT count(*) FROM client_service WHERE client_id = :c2), 0::bigint, 'nothing is with the merged record');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'the rules hold');

-- An exit alone, of an enrollment loaded before; the source deletes the client; and a chain.
INSERT INTO first_exit (exitid, enrollmentid, personalid, exitdate, destination, datecreated, dateupdated, userid, exportid)
SELECT 'x2', 'e2', 'c2', '2026-01-20', '410', datecreated, dateupdated, userid, exportid FROM first_exit WHERE exitid = 'x1';
UPDATE first_client SET datedeleted = '2026-02-03 00:00:00', dateupdated = '2026-02-03 00:00:00' WHERE personalid = 'c2';
SELECT merge_clients(:c3, :c1, 'another one') AS merge2 \gset
CALL again();
SELECT is(findings(), NULL, 'an exit and a deletion');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('Enrollment', 'e2') AND client_id = :c3), date '2026-01-20', 'the exit is there');
INSERT INTO first_enrollment (enrollmentid, personalid, projectid, entrydate, householdid, relationshiptohoh, enrollmentcoc, livingsituation, disablingcondition, datecreated, dateupdated, userid, exportid)
SELECT 'e2c', 'c2', 'p2', '2026-01-25', 'h2c', '1', 'XX-500', '116', '0', datecreated, dateupdated, userid, exportid FROM first_enrollment WHERE enrollmentid = 'e2';
UPDATE first_client SET datedeleted = NULL, dateupdated = '2026-02-04 00:00:00' WHERE personalid = 'c2';
CALL again();
SELECT is(findings(), NULL, 'more of the merged client, and it is not deleted any more');
SELECT is((SELECT client_id FROM enrollment WHERE enrollment_id = local_id('Enrollment', 'e2c')), :c3::bigint, 'over two merges');

-- Undone, what was loaded for the merged record is its own, and the next load has nothing to object to.
SELECT unmerge_clients(:merge2, 'not them');
SELECT is((SELECT client_id FROM enrollment WHERE enrollment_id = local_id('Enrollment', 'e2c')), :c1::bigint, 'back by one merge');
SELECT unmerge_clients(:merge1, 'not them');
SELECT results_eq(format('SELECT k.hud_id FROM hud_key k JOIN enrollment e ON e.enrollment_id = k.local_id WHERE k.file = ''Enrollment'' AND e.client_id = %s ORDER BY 1', :c2), $$VALUES ('e2' COLLATE "C"), ('e2b'), ('e2c')$$, 'back by both');
SELECT is((SELECT count(*) FROM client_service WHERE client_id = :c2), (SELECT count(*) FROM first_services WHERE personalid = 'c2'), 'services too');
UPDATE first_services SET dateprovided = '2026-01-12', dateupdated = '2026-03-01 00:00:00' WHERE servicesid = 's2c';
CALL again();
SELECT is(findings(), NULL, 'and loads go on');
SELECT is_empty('SELECT client_id FROM client WHERE date_deleted IS NOT NULL', 'nobody is deleted');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'the rules hold');
SELECT * FROM finish();
