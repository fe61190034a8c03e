-- Loading HUD exports: small ones of our own, a generated one with faults, and a real one where there is one.
\set ON_ERROR_STOP on
\set VERBOSITY terse
SET client_min_messages = warning;
SET search_path = hmis, clienttrack, public;
\setenv HUD_DATABASE :DBNAME
SELECT no_plan();

CREATE FUNCTION last_run() RETURNS bigint LANGUAGE sql AS 'SELECT max(hud_load_run_id) FROM hmis.hud_load_run';
CREATE FUNCTION counts(only_file text) RETURNS bigint[] LANGUAGE sql AS
	'SELECT ARRAY[rows_read, rows_loaded, rows_unchanged, rows_rejected] FROM hmis.hud_load_report
	WHERE hud_load_run_id = last_run() AND file = only_file';
CREATE FUNCTION local_id(only_source text, only_file text, id text) RETURNS bigint LANGUAGE sql AS
	'SELECT k.local_id FROM hmis.hud_key k JOIN hmis.hud_source s USING (hud_source_id)
	WHERE s.source = only_source AND k.file = only_file AND k.hud_id = id';
CREATE FUNCTION everything() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(t, E'\n' ORDER BY t)) FROM (
		SELECT c::text AS t FROM hmis.client c UNION ALL SELECT n::text FROM hmis.client_ssn n UNION ALL SELECT e::text FROM hmis.enrollment e UNION ALL
		SELECT s::text FROM hmis.client_service s UNION ALL SELECT p::text FROM hmis.program p UNION ALL
		SELECT g::text FROM hmis.grant_award_program g UNION ALL SELECT u::text FROM hmis.hmis_user u UNION ALL
		SELECT a::text FROM hmis.assessment a UNION ALL SELECT b::text FROM hmis.client_barrier b UNION ALL
		SELECT k::text FROM hmis.hud_key k) x $$;
CREATE FUNCTION unaccounted() RETURNS bigint LANGUAGE sql AS $$
	-- files of finished loads whose rows don't add up, or that have fewer findings than rejected rows
	SELECT count(*) FROM hmis.hud_load_report r WHERE r.status = 'finished' AND (
		(r.rows_read = r.rows_loaded + r.rows_unchanged + r.rows_rejected) IS NOT TRUE
		OR r.rows_rejected > (SELECT count(DISTINCT i.line_number) FROM hmis.import_finding i
			WHERE i.hud_load_run_id = r.hud_load_run_id AND i.file = r.file
			AND (i.severity = 'error' OR i.check_name = 'blank_row'))) $$;

-- nothing to load
SELECT throws_ok($$CALL hud_load('x')$$, '02000', 'there is nothing to load', 'empty staging tables');
SELECT throws_ok($$CALL hud_load(NULL)$$, '22004', NULL, 'no source');
SELECT throws_ok($$CALL hud_load('  ')$$, '22004', NULL, 'an empty source');

-- a first export
\! script/load-hud test/hud/first "$HUD_DATABASE" >/dev/null
SELECT is(counts(f.file), ARRAY[f.rows, f.rows, 0, 0]::bigint[], 'first export: ' || f.file)
FROM (VALUES ('Export', 1), ('User', 1), ('Organization', 1), ('Project', 2), ('ProjectCoC', 2), ('Funder', 2), ('Client', 4),
	('Enrollment', 4), ('Exit', 2), ('Services', 6), ('IncomeBenefits', 3), ('HealthAndDV', 2), ('Disabilities', 5)) AS f (file, rows);
SELECT is_empty('SELECT * FROM import_finding', 'a right export has no findings');
SELECT is((SELECT source FROM hud_source), 'T1', 'the source is ImplementationID');
SELECT results_eq($$SELECT exit_date, destination FROM enrollment ORDER BY enrollment_id$$,
	$$VALUES ('2026-01-10'::date, 410::smallint), (NULL, NULL), ('2026-01-20', 410::smallint), (NULL, NULL)$$, 'exits are part of enrollments');
SELECT is((SELECT count(DISTINCT household_id) FROM enrollment), 3::bigint, 'households are kept together');
SELECT results_eq($$SELECT s.service_code, s.exit_day_allowed, c.units, c.unit_value, c.total_value, c.fa_amount, c.unit_of_measure
	FROM client_service c JOIN service s USING (service_id) WHERE c.client_service_id = local_id('T1', 'Services', 's4')$$,
	$$VALUES ('HUD-152-1', true, 1.00, 850.00, 850.00, 850.00, 'dollars')$$, 'financial assistance');
SELECT is((SELECT exit_day_allowed FROM service WHERE service_code = 'HUD-200-200'), false, 'a bed night is not given on the exit day');
SELECT results_eq('SELECT g.grant_identifier, f.funder, f.fund_name, count(*) FROM grant_award g JOIN fund f USING (fund_id)
	JOIN grant_award_program USING (grant_award_id) GROUP BY 1, 2, 3',
	$$VALUES ('G-1', 8::smallint, 'HUD: ESG – Emergency Shelter (operating and/or essential services)', 2::bigint)$$, 'one grant for two programs');
SELECT is((SELECT hud_elements FROM program WHERE program_name = 'Night Shelter') ->> 'HousingType', '1', 'the other elements are kept');
SELECT is((SELECT zip || geocode FROM program_coc LIMIT 1), '00501003300', 'leading zeros are kept');
SELECT is((SELECT c.user_id FROM client c LIMIT 1), local_id('T1', 'User', 'u1'), 'who changed a row');
SELECT is((SELECT export ->> 'SoftwareName' FROM hud_load_run), 'ours', 'what Export.csv says is kept');

-- the same again, and under the name of another source
SELECT everything() AS before \gset
\! script/load-hud test/hud/first "$HUD_DATABASE" >/dev/null
SELECT is(counts(f.file), ARRAY[f.rows, 0, f.rows, 0]::bigint[], 'the same again: ' || f.file)
FROM (VALUES ('Export', 1), ('User', 1), ('Client', 4), ('Enrollment', 4), ('Exit', 2), ('Services', 6), ('IncomeBenefits', 3), ('HealthAndDV', 2),
	('Disabilities', 5)) AS f (file, rows);
SELECT is(everything(), :'before', 'nothing changed');
\! script/load-hud --source other test/hud/first "$HUD_DATABASE" >/dev/null
SELECT is((SELECT count(*) FROM client), 8::bigint, 'identifiers of another source are others');

-- a newer one
\! script/load-hud test/hud/second "$HUD_DATABASE" >/dev/null
SELECT is(counts('Client'), ARRAY[4, 2, 2, 0]::bigint[], 'newer export: clients');
SELECT is(counts('Exit'), ARRAY[3, 2, 0, 1]::bigint[], 'exits');
SELECT is(counts('Services'), ARRAY[7, 4, 3, 0]::bigint[], 'services');
SELECT is(counts(f.file), f.rows::bigint[], 'newer export: ' || f.file)
FROM (VALUES ('IncomeBenefits', '{3,1,2,0}'), ('HealthAndDV', '{2,1,1,0}'), ('Disabilities', '{5,3,2,0}')) AS f (file, rows);
SELECT is((SELECT last_name FROM client WHERE client_id = local_id('T1', 'Client', 'c1')), 'Changed', 'a changed client');
SELECT is((SELECT sex FROM client WHERE client_id = local_id('T1', 'Client', 'c2')), 1::smallint, 'an older row changes nothing');
SELECT results_eq($$SELECT hud_key FROM import_finding WHERE check_name = 'older_than_loaded' ORDER BY 1$$, $$VALUES ('c2'), ('i3')$$, 'and is told of');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('T1', 'Enrollment', 'e2')), '2026-01-25', 'an exit that is new');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('T1', 'Enrollment', 'e1')), '2026-01-04',
	'an exit moved to the day of a bed night that was deleted');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('T1', 'Enrollment', 'e3')), '2026-01-20',
	'an exit does not move before a service');
SELECT results_eq($$SELECT file, hud_key, severity FROM import_finding WHERE check_name = 'record_in_use'$$,
	$$VALUES ('Exit', 'x3', 'error')$$, 'which is a finding');
SELECT results_eq('SELECT exitid, exitdate, line_number, hud_load_run_id FROM hud_exit',
	$$VALUES ('x3', '2026-01-10', 3::bigint, last_run())$$, 'and the row stays in staging');
SELECT results_eq($$SELECT count(*), min(date_deleted) FROM client_service WHERE date_deleted IS NOT NULL$$,
	$$VALUES (2::bigint, '2026-02-20 10:00:00'::timestamptz)$$, 'deleted services');
SELECT is((SELECT date_deleted IS NOT NULL FROM enrollment WHERE enrollment_id = local_id('T1', 'Enrollment', 'e4')), true, 'a deleted enrollment');
SELECT is((SELECT date_deleted IS NOT NULL FROM client WHERE client_id = local_id('T1', 'Client', 'c4')), true, 'and its client');
SELECT is((SELECT unit_value FROM client_service WHERE client_service_id = local_id('T1', 'Services', 's4')), 900.00, 'a changed amount');

-- the row that was refused is tried again when nothing is in its way any more
UPDATE client_service SET date_deleted = now() WHERE client_service_id = local_id('T1', 'Services', 's5');
CALL hud_load('other') \g /dev/null
SELECT is((SELECT count(*) FROM hud_exit), 1::bigint, 'a refused row is not for another source');
CALL hud_load('T1') \g /dev/null
SELECT is(counts('Exit'), ARRAY[1, 1, 0, 0]::bigint[], 'a refused row is tried again');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('T1', 'Enrollment', 'e3')), '2026-01-10', 'and loaded');
SELECT is((SELECT count(*) FROM hud_exit), 0::bigint, 'and leaves staging');

-- in a transaction of the caller: all or nothing
INSERT INTO hud_client (personalid, firstname, datecreated, dateupdated) VALUES ('c5', 'Last', '2026-01-01 00:00:00', '2026-01-01 00:00:00');
BEGIN;
CALL hud_load('T1') \g /dev/null
SELECT is(counts('Client'), ARRAY[1, 1, 0, 0]::bigint[], 'inside a transaction');
ROLLBACK;
SELECT is(local_id('T1', 'Client', 'c5'), NULL, 'which can be rolled back');
CALL hud_load('T1') \g /dev/null
SELECT is((SELECT client_id FROM client WHERE first_name = 'Last'), local_id('T1', 'Client', 'c5'), 'rows without a line are loaded');

-- an exit that the guard refuses
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate) VALUES ('e10', 'c5', 'p1', '2026-01-03');
INSERT INTO hud_exit (exitid, enrollmentid, personalid, exitdate, destination) VALUES ('x10', 'e10', 'c5', '2199-01-01', '410');
CALL hud_load('T1') \g /dev/null
SELECT is(counts('Enrollment'), ARRAY[1, 1, 0, 0]::bigint[], 'an enrollment with an exit far ahead is loaded');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('T1', 'Enrollment', 'e10')), NULL, 'without the exit');
SELECT results_eq($$SELECT file, hud_key, check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'error'$$,
	$$VALUES ('Exit', 'x10', 'date_out_of_range')$$, 'which is told of');
DELETE FROM hud_exit;

-- one load at a time
\! psql -X -q -d "$HUD_DATABASE" -c "BEGIN" -c "SELECT pg_advisory_xact_lock('hmis.hud_load_run'::regclass::oid::bigint), pg_sleep(3)" >/dev/null &
SELECT pg_sleep(1);
SELECT throws_ok($$CALL hud_load('T1')$$, '55P03', NULL, 'another load at work');
SELECT pg_sleep(3);

-- what other sessions see of a load that ended badly, and that the next one goes on
INSERT INTO hud_client (personalid, firstname) VALUES ('c6', 'Sixth');
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate) VALUES ('e11', 'c6', 'p1', '2026-01-03');
ALTER TABLE enrollment RENAME TO enrollment_away;
\set ON_ERROR_STOP off
CALL hud_load('T1') \g /dev/null
ALTER TABLE enrollment_away RENAME TO enrollment;
\set ON_ERROR_STOP on
SELECT results_eq($$SELECT r.status, p.rows_loaded, p.finished IS NOT NULL FROM hud_load_report p JOIN hud_load_run r USING (hud_load_run_id)
	WHERE hud_load_run_id = last_run() AND file IN ('Client', 'Enrollment') ORDER BY file$$,
	$$VALUES ('running', 1::bigint, true), ('running', NULL, false)$$, 'the files before the failure are loaded');
CALL hud_load('T1') \g /dev/null
SELECT is(counts('Enrollment'), ARRAY[1, 1, 0, 0]::bigint[], 'the next load goes on with the others');
SELECT is((SELECT status FROM hud_load_run WHERE hud_load_run_id = last_run() - 1), 'interrupted', 'and marks the one before as interrupted');

-- rows that the database refuses are found among the others
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
	IF NEW.first_name LIKE 'Bad%' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END$$;
CREATE TRIGGER refuse BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO hud_client (personalid, firstname, line_number) SELECT 'r' || n, CASE WHEN n IN (7, 8, 50) THEN 'Bad' ELSE 'Good' END, n
FROM generate_series(1, 50) n;
CALL hud_load('refusing') \g /dev/null
DROP TRIGGER refuse ON client;
SELECT is(counts('Client'), ARRAY[50, 47, 0, 3]::bigint[], 'a trigger of somebody else refuses three rows');
SELECT results_eq($$SELECT line_number, message FROM import_finding WHERE check_name = 'refused_by_database' ORDER BY 1$$,
	$$VALUES (7::bigint, 'P0001: not this one'), (8, 'P0001: not this one'), (50, 'P0001: not this one')$$, 'which are told of');
SELECT hud_discard();
DELETE FROM hud_client;

-- everything that can be wrong
\! script/load-hud test/hud/faulty "$HUD_DATABASE" >/dev/null 2>&1
SELECT is(counts('Client'), ARRAY[16, 11, 0, 5]::bigint[], 'faulty export: clients');
SELECT is(counts('Enrollment'), ARRAY[7, 2, 0, 5]::bigint[], 'enrollments');
SELECT is(counts('Exit'), ARRAY[4, 1, 0, 3]::bigint[], 'exits');
SELECT is(counts('Services'), ARRAY[12, 4, 0, 8]::bigint[], 'services');
SELECT is(counts(f.file), f.rows::bigint[], 'faulty export: ' || f.file)
FROM (VALUES ('IncomeBenefits', '{10,5,0,5}'), ('HealthAndDV', '{2,2,0,0}'), ('Disabilities', '{6,4,0,2}')) AS f (file, rows);
SELECT set_eq($$SELECT file, line_number, column_name, check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'error'$$,
	$$VALUES ('Client', 6::bigint, NULL, 'duplicate_key'), ('Client', 14, NULL, 'too_few_fields'), ('Client', 15, NULL, 'too_many_fields'),
		('Enrollment', 3, 'PersonalID', 'orphan_client'), ('Enrollment', 4, 'ProjectID', 'orphan_project'),
		('Enrollment', 5, 'EntryDate', 'missing_value'), ('Enrollment', 7, NULL, 'date_out_of_range'),
		('Enrollment', 8, NULL, 'date_out_of_range'), ('Exit', 3, 'EnrollmentID', 'duplicate_exit'),
		('Exit', 4, 'ExitDate', 'exit_before_entry'), ('Exit', 5, 'EnrollmentID', 'orphan_enrollment'),
		('Services', 3, NULL, 'enrollment_required'), ('Services', 4, NULL, 'enrollment_required'),
		('Services', 5, 'PersonalID', 'client_mismatch'), ('Services', 6, 'EnrollmentID', 'orphan_enrollment'),
		('Services', 7, 'TypeProvided', 'unknown_service'), ('Services', 8, 'TypeProvided', 'unknown_service'),
		('Services', 9, 'FAAmount', 'negative_amount'), ('Services', 12, 'DateProvided', 'date_unreadable'),
		('IncomeBenefits', 3, 'EnrollmentID', 'orphan_enrollment'), ('IncomeBenefits', 4, 'PersonalID', 'client_mismatch'),
		('IncomeBenefits', 9, 'InformationDate', 'missing_value'), ('IncomeBenefits', 10, NULL, 'date_out_of_range'),
		('IncomeBenefits', 11, NULL, 'duplicate_key'), ('Disabilities', 3, 'DisabilityType', 'unknown_disability'),
		('Disabilities', 4, 'DisabilityType', 'missing_value')$$, 'the errors, with their lines');
SELECT set_eq($$SELECT file, line_number, column_name, check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'warning'
		AND file IN ('IncomeBenefits', 'HealthAndDV', 'Disabilities') AND check_name <> 'money_format'$$,
	$$VALUES ('IncomeBenefits', 2::bigint, 'EarnedAmount', 'negative_amount'), ('IncomeBenefits', 2, 'IncomeFromAnySource', 'source_contradicts'),
		('IncomeBenefits', 2, 'TotalMonthlyIncome', 'total_differs'), ('IncomeBenefits', 5, 'Earned', 'not_in_list'),
		('IncomeBenefits', 5, 'SSIAmount', 'money_unreadable'), ('IncomeBenefits', 5, 'SSIAmount', 'not_applicable'),
		('IncomeBenefits', 5, 'PensionAmount', 'not_applicable'),
		('IncomeBenefits', 5, 'IncomeFromAnySource', 'source_missing'), ('IncomeBenefits', 5, 'InformationDate', 'stage_not_at_entry'),
		('IncomeBenefits', 5, 'DataCollectionStage', 'duplicate_stage'), ('IncomeBenefits', 6, 'InformationDate', 'stage_not_at_exit'),
		('IncomeBenefits', 6, 'TotalMonthlyIncome', 'total_differs'), ('IncomeBenefits', 7, 'InformationDate', 'outside_stay'),
		('IncomeBenefits', 7, 'BenefitsFromAnySource', 'source_missing'), ('IncomeBenefits', 7, 'OtherBenefitsSourceIdentify', 'not_applicable'),
		('IncomeBenefits', 8, 'DataCollectionStage', 'not_in_list'), ('IncomeBenefits', 8, 'InsuranceFromAnySource', 'source_contradicts'),
		('IncomeBenefits', 8, 'NoMedicaidReason', 'not_applicable'), ('IncomeBenefits', 10, 'InformationDate', 'outside_stay'), ('HealthAndDV', 2, 'WhenOccurred', 'not_applicable'),
		('HealthAndDV', 2, 'GeneralHealthStatus', 'not_in_list'), ('HealthAndDV', 2, 'DueDate', 'date_unreadable'),
		('HealthAndDV', 3, 'DataCollectionStage', 'missing_value'), ('Disabilities', 2, 'DisabilityResponse', 'not_in_list'),
		('Disabilities', 3, 'DisabilityType', 'not_in_list'), ('Disabilities', 5, 'TCellCountAvailable', 'not_applicable'),
		('Disabilities', 6, 'DataCollectionStage', 'duplicate_stage'), ('Disabilities', 7, 'DisabilityResponse', 'missing_value')$$,
	'what is only warned of in assessments');
SELECT is((SELECT count(*) FROM import_finding WHERE file IN ('HealthAndDV', 'Disabilities') AND column_name IN ('WhenOccurred',
	'GeneralHealthStatus', 'DueDate', 'DisabilityResponse', 'TCellCountAvailable') AND value IS NOT NULL), 0::bigint, 'health is not quoted');
SELECT set_has($$SELECT file, check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'warning'$$,
	$$VALUES ('Client', 'date_format'), ('Client', 'blank_row'), ('Client', 'date_unreadable'), ('Client', 'extra_quotes'),
		('Client', 'unknown_column'), ('Client', 'too_long'), ('Client', 'not_in_list'), ('Client', 'encoding'), ('Client', 'extra_fields'),
		('Client', 'stray_quotes'), ('Enrollment', 'missing_value'), ('Enrollment', 'unknown_user'), ('Export', 'csv_version'),
		('Export', 'date_format'), ('Funder', 'missing_file'), ('User', 'missing_file'), ('Services', 'money_format'),
		('Services', 'money_unreadable'), ('Services', 'not_applicable'), ('Services', 'bed_night_type')$$, 'the warnings');
SELECT is((SELECT count(*) FROM hud_services), 8::bigint, 'refused services stay in staging');
SELECT is((SELECT first_name FROM client WHERE client_id = local_id('T2', 'Client', 'c7')), E'Two\nlines', 'a value over two lines');
SELECT is((SELECT first_name FROM client WHERE client_id = local_id('T2', 'Client', 'c6')), 'Six "SIX"', 'stray quotes');
SELECT is((SELECT last_name FROM client WHERE client_id = local_id('T2', 'Client', k)), 'Schröter', 'UTF-8 and Latin-1 in one file: ' || k)
FROM (VALUES ('c8'), ('c9')) AS t (k);
SELECT isnt(local_id('T2', 'Client', 'c10'), NULL, 'tripled quotes');
SELECT is((SELECT hud_elements ->> 'HispanicLatinao' FROM client WHERE client_id = local_id('T2', 'Client', 'c1')), '1', 'HispanicLatinaeo of FY2024');
SELECT is((SELECT count(*) FROM import_finding WHERE column_name IN ('FirstName', 'LastName', 'SSN', 'DOB') AND value IS NOT NULL), 0::bigint,
	'no name, SSN or birth date in a finding');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = local_id('T2', 'Enrollment', 'e5')), NULL, 'an enrollment is loaded without a wrong exit');
SELECT everything() AS before \gset
\! script/load-hud test/hud/faulty "$HUD_DATABASE" >/dev/null 2>&1
SELECT is(counts('Services'), ARRAY[12, 0, 4, 8]::bigint[], 'the faulty export again');
SELECT is(everything(), :'before', 'changes nothing');
SELECT is(unaccounted(), 0::bigint, 'every row is loaded, unchanged or has a finding');

-- files that cannot be loaded
\set folder `mktemp -d`
\setenv HUD_FOLDER :folder
\! cp test/hud/first/[EC]*.csv "$HUD_FOLDER"; rm "$HUD_FOLDER/Client.csv"
\set said `script/load-hud "$HUD_FOLDER" "$HUD_DATABASE" 2>&1; echo "status $?"`
SELECT matches(:'said'::text, 'no Client.csv(.|\n)*status 1', 'without Client.csv nothing is loaded');
\! : >"$HUD_FOLDER/Client.csv"
\set said `script/load-hud "$HUD_FOLDER" "$HUD_DATABASE" 2>&1; echo "status $?"`
SELECT matches(:'said'::text, 'cannot be loaded without Client.csv(.|\n)*status [1-9]', 'nor with an empty one');
\! rm -rf "$HUD_FOLDER"
SELECT hud_discard();

-- lines given by another client than the script
INSERT INTO hud_line (file, line) VALUES ('export', 'ExportID,ImplementationID'), ('export', 'X,T'), ('Nonsense', 'a'),
	('CLIENT', E'\uFEFF"PERSONALID","FirstName",,"Firstname"\r'), ('CLIENT', E'k1,A,,B\r'), ('CLIENT', E'k2,"\\N",,\r'),
	('Enrollment', 'EnrollmentID,PersonalID,ProjectID,EntryDate'), ('Enrollment', 'n1,k1,nowhere,2026-01-01');
SELECT hud_parse() AS run \gset
SELECT results_eq('SELECT personalid, firstname, line_number FROM hud_client WHERE hud_load_run_id IS NULL ORDER BY 1',
	$$VALUES ('k1', 'A', 2::bigint), ('k2', '\N', 3)$$, 'lines in hud_line, of two columns of one name the first');
SELECT set_has(format('SELECT file, check_name, column_name FROM import_finding WHERE hud_load_run_id = %s', :run),
	$$VALUES ('Nonsense', 'unknown_file', NULL), ('Client', 'duplicate_column', 'Firstname'), ('Client', 'missing_column', 'DOB')$$, 'and their findings');
CALL hud_load('lines') \g /dev/null
SELECT is(counts('Client'), ARRAY[2, 2, 0, 0]::bigint[], 'which the load goes on with');
SELECT is(last_run(), :run::bigint, 'in the same run');
SELECT is((SELECT count(*) FROM hud_line), 0::bigint, 'and hud_line is empty');
SELECT hud_discard();

-- hostile values
INSERT INTO hud_client (personalid, firstname, dob, sex, dateupdated) VALUES
	(''' || drop table client; --', '$$; DROP TABLE hmis.client; --', E'1980-01-01\n', '1', 'infinity'),
	(repeat('k', 1200), 'x', '1', '1', NULL), (repeat('é', 300), 'x', '1', '1', NULL), (E'tab\tand\nline', E'\\', '%s', '%1$I', '%');
CALL hud_load('it''s "hostile"; --') \g /dev/null
SELECT is(counts('Client'), ARRAY[4, 3, 0, 1]::bigint[], 'hostile values are values');
SELECT results_eq('SELECT check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = ''error''', $$VALUES ('too_long')$$,
	'an identifier too long for the index is refused');
SELECT hud_discard();
DELETE FROM hud_client;

-- periods that were reported
INSERT INTO hud_organization (organizationid, organizationname) VALUES ('o', 'Locking');
INSERT INTO hud_project (projectid, organizationid, projectname, projecttype) VALUES ('p', 'o', 'Locking', '12');
INSERT INTO hud_client (personalid, firstname) VALUES ('c', 'Locked');
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate) VALUES ('e', 'c', 'p', '2025-01-01');
INSERT INTO hud_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, othertypeprovided, faamount, datecreated, dateupdated)
SELECT id, 'e', 'c', d, CASE id WHEN 's3' THEN 144 ELSE 152 END, CASE id WHEN 's3' THEN 6 ELSE 1 END, CASE id WHEN 's3' THEN 'Before' END,
	CASE WHEN id <> 's3' THEN 10 END, created, '2025-05-01 10:00:00'
FROM (VALUES ('s1', '2025-02-10', '2025-02-10 10:00:00'), ('s2', '2025-02-11', NULL), ('s3', '2025-02-12', NULL), ('s4', '2025-02-13', NULL),
	('s5', '2025-04-10', '2025-04-10 10:00:00')) v (id, d, created);
CALL hud_load('locking') \g /dev/null
SELECT is(counts('Services'), ARRAY[5, 5, 0, 0]::bigint[], 'before the period is locked');
INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason)
VALUES (local_id('locking', 'Organization', 'o'), '2025-02-01', '2025-02-28', 'Report of February');
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate) VALUES ('e', 'c', 'p', '2025-01-01');
INSERT INTO hud_exit (exitid, enrollmentid, personalid, exitdate, destination) VALUES ('x', 'e', 'c', '2025-02-05', '410');
INSERT INTO hud_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, othertypeprovided, faamount, dateupdated, datedeleted)
SELECT id, 'e', 'c', d, CASE id WHEN 's3' THEN 144 ELSE 152 END, CASE id WHEN 's3' THEN 6 ELSE 1 END, CASE id WHEN 's3' THEN 'After' END,
	amount, '2025-05-02 10:00:00', deleted
FROM (VALUES ('s1', '2025-02-10', 10, '2025-05-02 10:00:00'), ('s2', '2025-04-11', 10, NULL), ('s3', '2025-02-12', NULL, NULL), ('s4', '2025-02-13', 11, NULL),
	('s5', '2025-02-20', 10, NULL), ('s6', '2025-02-14', 10, NULL), ('s7', '2025-04-15', 10, NULL)) v (id, d, amount, deleted);
CALL hud_load('locking') \g /dev/null
SELECT is(counts('Services'), ARRAY[7, 2, 0, 5]::bigint[], 'services in a locked period are refused, and do not stop the load');
SELECT results_eq($$SELECT file, hud_key, check_name, message FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'error' ORDER BY 1, 2$$,
	$$VALUES ('Exit', 'x', 'record_in_use', 'CT006: services would be left outside their enrollment'),
		('Services', 's1', 'period_locked', 'CT015: the period was reported and is locked'), ('Services', 's2', 'period_locked', 'CT015: the period was reported and is locked'),
		('Services', 's4', 'period_locked', 'CT015: the period was reported and is locked'), ('Services', 's5', 'period_locked', 'CT015: the period was reported and is locked'),
		('Services', 's6', 'period_locked', 'CT015: the period was reported and is locked')$$, 'deleted, moved out, changed, moved in, new: a finding each');
SELECT results_eq($$SELECT date_provided, total_value, other_type_provided, date_deleted FROM client_service s JOIN hud_key k ON k.file = 'Services' AND k.local_id = s.client_service_id
	JOIN hud_source USING (hud_source_id) WHERE source = 'locking' ORDER BY k.hud_id$$,
	$$VALUES ('2025-02-10'::date, 10.00, NULL, NULL::timestamptz), ('2025-02-11', 10.00, NULL, NULL), ('2025-02-12', 0.00, 'After', NULL), ('2025-02-13', 10.00, NULL, NULL),
		('2025-04-10', 10.00, NULL, NULL), ('2025-04-15', 10.00, NULL, NULL)$$, 'what was reported stays; what reports do not count is changed');
SELECT is(unaccounted(), 0::bigint, 'every row is accounted for');
INSERT INTO hud_organization (organizationid, organizationname) VALUES ('o2', 'Another');
INSERT INTO hud_project (projectid, organizationid, projectname, projecttype, dateupdated) VALUES ('p', 'o2', 'Locking', '12', '2025-05-03 10:00:00');
INSERT INTO hud_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, faamount, fastartdate, dateupdated, line_number)
VALUES ('s4', 'e', 'c', '2025-02-13', 152, 1, 10, '2025-02-13', '2025-05-03 10:00:00', 99);
CALL hud_load('locking') \g /dev/null
SELECT set_eq($$SELECT file, hud_key, check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'error' AND hud_key IN ('p', 's4')$$,
	$$VALUES ('Project', 'p', 'period_locked'), ('Services', 's4', 'period_locked')$$, 'a project does not take reported services along; dates of assistance are reported');
DELETE FROM hud_exit;
DELETE FROM hud_project;
UPDATE locked_period SET date_deleted = now(), unlock_reason = 'Corrected report' WHERE lock_reason = 'Report of February';
CALL hud_load('locking') \g /dev/null
SELECT is(counts('Services'), ARRAY[5, 5, 0, 0]::bigint[], 'once the period is unlocked they are loaded');
SELECT is((SELECT date_created FROM client_service WHERE client_service_id = local_id('locking', 'Services', 's5')), '2025-04-10 10:00:00', 'when it was entered stays, where the export does not say');
SELECT restore_service(local_id('locking', 'Services', 's1'));
UPDATE locked_period SET date_deleted = NULL WHERE lock_reason = 'Report of February';
INSERT INTO hud_client (personalid, firstname) VALUES ('c', 'Locked');
CALL hud_load('locking') \g /dev/null
SELECT results_eq($$SELECT file, hud_key, check_name FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'error'$$,
	$$VALUES ('Services', 's1', 'period_locked')$$, 'what was restored by hand is not deleted again');
UPDATE locked_period SET date_deleted = now() WHERE lock_reason = 'Report of February';

-- late entry: judged by when the source says that it was entered
UPDATE program SET late_entry_limit_days = 30, late_entry_action = 'block' WHERE program_id = local_id('locking', 'Project', 'p');
INSERT INTO hud_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, faamount, datecreated, dateupdated)
SELECT id, 'e', 'c', d, 152, 1, 12, created, '2025-09-01 10:00:00' FROM (VALUES ('s2', '2025-04-11', NULL), ('s5', '2025-05-30', '2025-07-10 10:00:00'), ('t1', '2025-05-01', '2025-05-31 10:00:00'),
	('t2', '2025-05-01', '2025-06-01 10:00:00'), ('t3', '2025-05-02', NULL)) v (id, d, created);
CALL hud_load('locking') \g /dev/null
SELECT results_eq($$SELECT hud_key, check_name, message FROM import_finding WHERE hud_load_run_id = last_run() AND severity = 'error' AND file = 'Services' ORDER BY 1$$,
	$$VALUES ('s5', 'entered_too_late', 'CT016: service is entered later than the program allows'), ('t2', 'entered_too_late', 'CT016: service is entered later than the program allows'),
		('t3', 'entered_too_late', 'CT016: service is entered later than the program allows')$$, 'services entered too late are refused');
SELECT is(counts('Services'), ARRAY[5, 2, 0, 3]::bigint[], 'others are loaded, also a new amount of one that was entered too late');
UPDATE program SET late_entry_action = 'warn' WHERE program_id = local_id('locking', 'Project', 'p');
SET clienttrack.refuse_warnings = on;
CALL hud_load('locking') \g /dev/null
RESET clienttrack.refuse_warnings;
SELECT is(counts('Services'), ARRAY[3, 3, 0, 0]::bigint[], 'what is only warned of is loaded');
SELECT is((SELECT date_created FROM client_service WHERE client_service_id = local_id('locking', 'Services', 't2')), '2025-06-01 10:00:00', 'entered when the source says');
SELECT hud_discard();

-- a generated export with faults
\set folder `d=$(mktemp -d) && perl script/generate-hud-export --clients 200 --quirks "$d" >/dev/null 2>&1 && echo "$d"`
SELECT :'folder' <> '' AS present \gset
\if :present
	\setenv HUD_FOLDER :folder
	\! script/load-hud --source generated "$HUD_FOLDER" "$HUD_DATABASE" >/dev/null 2>&1
	SELECT is((SELECT status FROM hud_load_run WHERE hud_load_run_id = last_run()), 'finished', 'a generated export with faults is loaded');
	SELECT set_has($$SELECT hud_key, check_name FROM import_finding WHERE hud_load_run_id = last_run()$$,
		$$VALUES ('QC01', 'duplicate_key'), ('QE02', 'orphan_client'), ('QS03', 'orphan_enrollment'), ('QS05', 'client_mismatch'),
			('QS11', 'enrollment_required'), ('QS12', 'enrollment_required'), ('QS13', 'bed_night_type'), ('QE14', 'date_out_of_range'),
			('QX15', 'exit_before_entry'), ('QS16', 'unknown_service'), ('QS21', 'negative_amount'), ('QC22', 'not_in_list'),
			('QE23', 'not_in_list'), ('QX24', 'not_in_list'), ('QS25', 'unknown_service'), ('QI34', 'orphan_enrollment'),
			('QD35', 'client_mismatch'), ('QI36', 'stage_not_at_entry'), ('QD37B', 'duplicate_stage'), ('QI38', 'source_contradicts'),
			('QI39', 'total_differs'), ('QI40', 'negative_amount'), ('QI41', 'not_in_list'), ('QD42', 'unknown_disability'),
			('QI43', 'not_in_list'), ('QV44', 'not_applicable'), ('QV46', 'date_unreadable'), ('QD47', 'stage_not_at_exit'),
			('QD48', 'not_in_list')$$, 'its faults are found');
	SELECT results_eq($$SELECT b.barrier_code, c.barrier_status, c.resolved_date - c.identified_date FROM client_barrier c JOIN barrier b USING (barrier_id)
		WHERE c.enrollment_id IN (local_id('generated', 'Enrollment', 'QE49'), local_id('generated', 'Enrollment', 'QE48'), local_id('generated', 'Enrollment', 'QE45'))$$,
		$$VALUES ('HUD_SUBSTANCE_USE_DISORDER', 'resolved', 9)$$, 'a disability that ended is a barrier that is resolved');
	SELECT is(unaccounted(), 0::bigint, 'and every row is accounted for');
	\! rm -rf "$HUD_FOLDER"
\else
	SELECT skip('script/generate-hud-export does not run here', 4);
\endif

-- a real export
\set folder `d=${CLIENTTRACK_HUD_EXPORT:-../shared/hud/eva-demo-fy2026}; [ -f "$d/Client.csv" ] && (cd "$d" && pwd)`
SELECT :'folder' <> '' AS present \gset
\if :present
	\setenv HUD_FOLDER :folder
	\! script/load-hud --source real "$HUD_FOLDER" "$HUD_DATABASE" >/dev/null 2>&1
	SELECT is(counts('Client'), ARRAY[4146, 4146, 0, 0]::bigint[], 'real export: clients');
	SELECT is(counts('Enrollment'), ARRAY[4771, 4771, 0, 0]::bigint[], 'enrollments');
	SELECT is(counts('Exit'), ARRAY[4295, 4295, 0, 0]::bigint[], 'exits');
	SELECT is(counts('Services'), ARRAY[4472, 4466, 0, 6]::bigint[], 'services, six of them after the exit');
	SELECT is(counts(f.file), ARRAY[f.rows, f.rows, 0, 0]::bigint[], 'real export: ' || f.file)
	FROM (VALUES ('IncomeBenefits', 9623), ('HealthAndDV', 9623), ('Disabilities', 24672)) AS f (file, rows);
	SELECT results_eq($$SELECT barrier_code, count(*) FROM client_barrier JOIN barrier USING (barrier_id) JOIN hud_key k ON k.file = 'Barrier'
		AND k.local_id = client_barrier_id JOIN hud_source s USING (hud_source_id) WHERE s.source = 'real' GROUP BY 1 ORDER BY 1$$,
		$$VALUES ('HUD_CHRONIC_HEALTH_CONDITION', 680::bigint), ('HUD_DEVELOPMENTAL_DISABILITY', 279), ('HUD_HIV_AIDS', 8),
			('HUD_MENTAL_HEALTH_DISORDER', 1163), ('HUD_PHYSICAL_DISABILITY', 617), ('HUD_SUBSTANCE_USE_DISORDER', 531)$$, 'disabilities');
	SELECT results_eq($$SELECT check_name, count(*) FROM import_finding WHERE hud_load_run_id = last_run()
		AND check_name IN ('enrollment_required', 'bed_night_type', 'same_entry', 'several_heads_of_household', 'entry_after_created',
			'outside_operating_dates', 'source_contradicts', 'source_missing', 'total_differs') GROUP BY 1 ORDER BY 1$$,
		$$VALUES ('bed_night_type', 18::bigint), ('enrollment_required', 6), ('entry_after_created', 41), ('outside_operating_dates', 20), ('same_entry', 7),
			('several_heads_of_household', 12), ('source_contradicts', 386), ('source_missing', 425), ('total_differs', 548)$$,
		'its known faults');
	\! script/load-hud --source real "$HUD_FOLDER" "$HUD_DATABASE" >/dev/null 2>&1
	SELECT is(counts('Services'), ARRAY[4472, 0, 4466, 6]::bigint[], 'the same again');
	SELECT is(counts('Disabilities'), ARRAY[24672, 0, 24672, 0]::bigint[], 'also its assessments');
	SELECT is(unaccounted(), 0::bigint, 'every row is accounted for');
\else
	SELECT skip('no real export: set CLIENTTRACK_HUD_EXPORT to the folder of one', 12);
\endif

SELECT * FROM finish();
