-- Loading IncomeBenefits, HealthAndDV and Disabilities: answers, merged clients, disabilities as barriers, what an
-- administrator changes. How the files are read, and exports with faults: hud_load.sql.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql

CREATE FUNCTION pg_temp.local_id(only_file text, id text) RETURNS bigint LANGUAGE sql AS
	'SELECT k.local_id FROM hmis.hud_key k WHERE k.file = only_file AND k.hud_id = id';
CREATE FUNCTION pg_temp.counts(only_file text) RETURNS bigint[] LANGUAGE sql AS
	'SELECT ARRAY[rows_read, rows_loaded, rows_unchanged, rows_rejected] FROM hmis.hud_load_report
	WHERE hud_load_run_id = (SELECT max(hud_load_run_id) FROM hmis.hud_load_run) AND file = only_file';
CREATE FUNCTION pg_temp.found() RETURNS SETOF text LANGUAGE sql AS
	$$SELECT concat_ws(' ', file, hud_key, column_name, check_name, value) FROM hmis.import_finding
	WHERE hud_load_run_id = (SELECT max(hud_load_run_id) FROM hmis.hud_load_run) AND check_name NOT IN ('no_rows', 'missing_value') ORDER BY 1$$;
-- Stages rows of Disabilities of enrollment e1: id, day, type, response, time of the update.
CREATE FUNCTION pg_temp.disability(id text, day date, type text, response text, updated timestamp DEFAULT '2024-06-01', deleted timestamp DEFAULT NULL,
	enrollment text DEFAULT 'e1', client text DEFAULT 'c1', stage text DEFAULT '2') RETURNS void LANGUAGE sql AS $$
	INSERT INTO hmis.hud_disabilities (disabilitiesid, enrollmentid, personalid, informationdate, disabilitytype, disabilityresponse, datacollectionstage, dateupdated, datedeleted)
	VALUES (id, enrollment, client, day, type, response, stage, updated, deleted)
$$;
CREATE FUNCTION pg_temp.barriers() RETURNS SETOF text LANGUAGE sql AS
	$$SELECT concat_ws(' ', b.barrier_code, c.barrier_status, c.identified_date, c.resolved_date, CASE WHEN c.date_deleted IS NOT NULL THEN 'deleted' END)
	FROM hmis.client_barrier c JOIN hmis.barrier b USING (barrier_id) WHERE c.enrollment_id = pg_temp.local_id('Enrollment', 'e1') ORDER BY c.client_barrier_id$$;

-- What installing puts in
SELECT results_eq('SELECT assessment_type_code, sensitive, count(*) FROM assessment_type JOIN assessment_question USING (assessment_type_id) GROUP BY 1, 2 ORDER BY 1',
	$$VALUES ('HUD_DISABILITIES', true, 10::bigint), ('HUD_HEALTH_AND_DV', true, 8), ('HUD_INCOME_BENEFITS', false, 67)$$, 'three types of assessment');
SELECT is_empty($$SELECT c.column_name FROM hud_column c JOIN hud_file f USING (file) WHERE f.target_table = 'assessment' AND c.file_position > 4
	AND c.column_name NOT IN ('DataCollectionStage', 'DateCreated', 'DateUpdated', 'UserID', 'DateDeleted', 'ExportID')
	AND NOT EXISTS (SELECT FROM assessment_question q JOIN assessment_type t USING (assessment_type_id)
		WHERE t.assessment_type_code = upper(f.staging_table) AND q.question_code = c.column_name)$$, 'every other column is a question');
SELECT is_empty($$SELECT q.question_code, l.code FROM assessment_question q JOIN assessment_type t USING (assessment_type_id)
	JOIN hud_file f ON upper(f.staging_table) = t.assessment_type_code JOIN hud_column c ON c.file = f.file AND c.column_name = q.question_code
	JOIN hud_code l ON l.list = c.code_list WHERE NOT EXISTS (SELECT FROM assessment_choice h
		WHERE h.assessment_question_id = q.assessment_question_id AND h.choice_code = l.code)$$, 'every code is a choice');
SELECT results_eq($$SELECT DISTINCT h.choice_code, h.answer_status FROM assessment_choice h WHERE h.answer_status <> 'answered' ORDER BY 1$$,
	$$VALUES ('8', 'doesnt_know'), ('9', 'prefers_not_to_answer'), ('99', 'not_collected')$$, 'codes that say why there is no answer');
SELECT results_eq($$SELECT h.choice_code, h.answer_status FROM assessment_choice h JOIN assessment_question q USING (assessment_question_id)
	WHERE q.question_code = 'DisabilityType' AND h.choice_code IN ('8', '9') ORDER BY 1$$, $$VALUES ('8', 'answered'), ('9', 'answered')$$, 'HIV/AIDS is not "doesn''t know"');
SELECT results_eq($$SELECT count(*), bool_and(sensitive) FROM barrier WHERE barrier_code LIKE 'HUD\_%'$$, 'VALUES (6::bigint, true)', 'the disabilities are sensitive barriers');
SELECT is_empty($$SELECT d.barrier_code FROM hud_disability() d WHERE d.barrier_code NOT IN (SELECT barrier_code FROM barrier)
	OR d.disability_type NOT IN (SELECT code FROM hud_code WHERE list = '1.3')$$, 'one for each of HUD list 1.3');
UPDATE assessment_type SET assessment_type_name = 'Ours' WHERE assessment_type_code = 'HUD_INCOME_BENEFITS';
CALL clienttrack.migrate('hmis');
SET search_path = hmis, clienttrack, public;
SELECT is((SELECT assessment_type_name FROM assessment_type WHERE assessment_type_code = 'HUD_INCOME_BENEFITS'), 'Ours', 'what an administrator changes stays');

-- The answers that the guard looks at one by one
SELECT is(unlisted_answers(a::jsonb, '{"Q": {"0": true, "1": true}, "R": {"é": true}, "N": 1, "S": "x", "E": {}}'), b::jsonb, coalesce(b, 'none') || ' of ' || a)
FROM (VALUES ('{}', NULL), ('{"Q": "1", "R": "é"}', NULL), ('{"Q": "2"}', '{"Q": "2"}'), ('{"Q": 1}', '{"Q": 1}'), ('{"Q": ["1"]}', '{"Q": ["1"]}'), ('{"Q": null}', '{"Q": null}'),
	('{"Q": {"unknown": "doesnt_know"}, "R": "é"}', '{"Q": {"unknown": "doesnt_know"}}'), ('{"N": "1", "S": "x", "E": "", "": "1", "T": "1"}', '{"N": "1", "S": "x", "E": "", "": "1", "T": "1"}'),
	('{"Q": "true"}', '{"Q": "true"}'), ('["Q", "1"]', '["Q", "1"]'), ('"Q"', '"Q"'), ('null', 'null'), ('[]', '[]'), ('{"Q": "1", "A": {"b": [1, {"c": null}]}}', '{"A": {"b": [1, {"c": null}]}}')) v (a, b);
SELECT is(unlisted_answers('{"Q": "1"}', c::jsonb), '{"Q": "1"}', 'choices: ' || c) FROM (VALUES ('{}'), ('[]'), ('"Q"'), ('null'), ('{"Q": ["1"]}')) v (c);
SELECT is(unlisted_answers(NULL, '{}'), NULL, 'null');

-- A first export: e1 is in an organization of its own
INSERT INTO hud_organization (organizationid, organizationname) VALUES ('o1', 'Loaded');
INSERT INTO hud_project (projectid, organizationid, projectname, projecttype) VALUES ('p1', 'o1', 'Loaded', '11');
INSERT INTO hud_client (personalid, firstname, dob, userid) VALUES ('c1', 'Zebulonissimo', '1980-05-06', 'u1'), ('c2', 'Zebulonissimo', NULL, 'u1'), ('c3', 'Zebulonissimo', NULL, 'u1'),
	('c5', 'Zebulonissimo', NULL, 'u1'), ('c6', 'Zebulonissimo', NULL, 'u1');
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate) VALUES ('e1', 'c1', 'p1', '2024-01-01'), ('e2', 'c2', 'p1', '2024-01-01'), ('e3', 'c3', 'p1', '2024-01-01');
INSERT INTO hud_income_benefits (incomebenefitsid, enrollmentid, personalid, informationdate, datacollectionstage, incomefromanysource, totalmonthlyincome, earned, earnedamount,
	otherincomesource, otherincomeamount, otherincomesourceidentify, medicaid, nomedicaidreason, userid, datecreated, dateupdated) VALUES
	('i1', 'e1', 'c1', '2024-01-01', '1', '01', '1200.5', '1', '1000.50', '1', '200', '"Odd" jobs', '0', '99', 'u2', '2024-01-02 10:00:00', '2024-01-03 10:00:00'),
	('i2', 'e2', 'c2', '2024-02-01', '5', '7', 'much', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'u2', NULL, NULL),
	('i3', 'e2', 'c2', '2024-02-01', '6', NULL, '-3', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'u2', NULL, NULL);
INSERT INTO hud_health_and_dv (healthanddvid, enrollmentid, personalid, informationdate, datacollectionstage, domesticviolencesurvivor, whenoccurred, pregnancystatus, duedate) VALUES
	('h1', 'e1', 'c1', '2024-01-01', '1', '1', '8', '1', '4/30/2024'), ('h2', 'e1', 'c1', '1970-01-01', '2', '0', NULL, NULL, NULL);
SELECT pg_temp.disability('d1', '2024-01-01', '10', '3', stage => '1'), pg_temp.disability('d2', '2024-03-01', '10', '1'), pg_temp.disability('d3', '2024-04-01', '10', '0'),
	pg_temp.disability('d4', '2024-05-01', '10', '0'), pg_temp.disability('d5', '2024-02-01', '10', '0'), pg_temp.disability('d6', '2024-01-01', '9', '1', stage => '1'),
	pg_temp.disability('d7', '2024-02-01', '8', '8'), pg_temp.disability('d8', '2024-02-01', '7', '0'), pg_temp.disability('d9', '2024-02-01', '6', '2') \g /dev/null
INSERT INTO client_barrier (client_id, barrier_id, enrollment_id, identified_date, comments, security_organization_id)
SELECT 1, b.barrier_id, 1, '2024-01-05', 'Ours', 1 FROM barrier b WHERE b.barrier_code = 'HUD_MENTAL_HEALTH_DISORDER';
CALL hud_load('source') \g /dev/null
SELECT results_eq($$SELECT a.client_id = pg_temp.local_id('Client', 'c1'), a.enrollment_id = pg_temp.local_id('Enrollment', 'e1'), t.assessment_type_code, a.assessment_date, a.data_collection_stage,
		o.organization_name, a.user_id = pg_temp.local_id('User', 'u2'), a.date_created, a.date_updated, a.answers
	FROM assessment a JOIN assessment_type t USING (assessment_type_id) JOIN organization o ON o.organization_id = a.security_organization_id WHERE a.assessment_id = pg_temp.local_id('IncomeBenefits', 'i1')$$,
	$$VALUES (true, true, 'HUD_INCOME_BENEFITS', '2024-01-01'::date, 1::smallint, 'Loaded', true, '2024-01-02 10:00:00'::timestamptz, '2024-01-03 10:00:00'::timestamptz,
		'{"IncomeFromAnySource": "1", "TotalMonthlyIncome": 1200.50, "Earned": "1", "EarnedAmount": 1000.50, "OtherIncomeSource": "1", "OtherIncomeAmount": 200,
		"OtherIncomeSourceIdentify": "\"Odd\" jobs", "Medicaid": "0", "NoMedicaidReason": "99"}'::jsonb)$$, 'a row is an assessment');
SELECT results_eq($$SELECT answers, data_collection_stage FROM assessment WHERE assessment_id IN (pg_temp.local_id('IncomeBenefits', 'i2'), pg_temp.local_id('IncomeBenefits', 'i3')) ORDER BY 2$$,
	$$VALUES ('{}'::jsonb, 5::smallint), ('{}', 6::smallint)$$, 'what is in no list, unreadable or negative is left out');
SELECT is((SELECT answers FROM assessment WHERE assessment_id = pg_temp.local_id('HealthAndDV', 'h1')),
	'{"DomesticViolenceSurvivor": "1", "WhenOccurred": "8", "PregnancyStatus": "1", "DueDate": "2024-04-30"}', 'a date is written in one way');
SELECT is((SELECT answers FROM assessment WHERE assessment_id = pg_temp.local_id('Disabilities', 'd9')), '{"DisabilityType": "6"}', 'drug use is no developmental disability');
SELECT set_eq('SELECT pg_temp.found()', $$VALUES ('Client UserID unknown_user u1'), ('IncomeBenefits UserID unknown_user u2'),
	('IncomeBenefits i1 OtherIncomeAmount money_format 200'), ('IncomeBenefits i1 TotalMonthlyIncome money_format 1200.5'),
	('IncomeBenefits i2 IncomeFromAnySource not_in_list 7'), ('IncomeBenefits i2 TotalMonthlyIncome money_unreadable much'), ('IncomeBenefits i3 TotalMonthlyIncome negative_amount -3'),
	('IncomeBenefits i3 TotalMonthlyIncome money_format -3'), ('HealthAndDV h1 DueDate date_format'), ('HealthAndDV h2 InformationDate outside_stay 1970-01-01'), ('HealthAndDV h2 date_out_of_range'),
	('Disabilities d9 DisabilityResponse not_in_list')$$, 'its findings');
SELECT is(pg_temp.counts('HealthAndDV'), '{2,1,0,1}'::bigint[], 'an assessment before birth is refused');
SELECT results_eq('SELECT healthanddvid FROM hud_health_and_dv', $$VALUES ('h2')$$, 'and stays in staging');
SELECT results_eq('SELECT pg_temp.barriers()', $$VALUES ('HUD_MENTAL_HEALTH_DISORDER identified 2024-01-01'), ('HUD_SUBSTANCE_USE_DISORDER resolved 2024-01-01 2024-04-01')$$,
	'barriers: from the first yes to the first no after the last yes');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'what is loaded holds');
SELECT results_eq($$SELECT o.organization_name FROM client_barrier b JOIN organization o ON o.organization_id = b.security_organization_id WHERE b.enrollment_id = pg_temp.local_id('Enrollment', 'e1')$$,
	$$VALUES ('Loaded'), ('Loaded')$$, 'of the program''s organization');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (12, pg_temp.local_id('Organization', 'o1'));
SET LOCAL ROLE test_worker;
SELECT results_eq('SELECT t.assessment_type_code, count(*) FROM hmis.assessment JOIN hmis.assessment_type t USING (assessment_type_id) GROUP BY 1', $$VALUES ('HUD_INCOME_BENEFITS', 3::bigint)$$,
	'who has no right to what is sensitive sees income only');
SELECT is_empty('SELECT FROM hmis.client_barrier b WHERE b.client_id > 1000', 'and no disability');
RESET ROLE;

-- The same again, and with changes
DELETE FROM hud_health_and_dv;
SELECT md5(string_agg(t, ' ' ORDER BY t)) AS before FROM (SELECT a::text AS t FROM assessment a UNION ALL SELECT b::text FROM client_barrier b UNION ALL SELECT k::text FROM hud_key k) x \gset
SELECT pg_temp.disability('d1', '2024-01-01', '10', '3', stage => '1'), pg_temp.disability('d2', '2024-03-01', '10', '1'), pg_temp.disability('d6', '2024-01-01', '9', '0', updated => '2024-05-31') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT is(pg_temp.counts('Disabilities'), '{3,0,3,0}'::bigint[], 'the same again, and an older row');
SELECT is(md5(string_agg(t, ' ' ORDER BY t)), :'before', 'nothing changed')
FROM (SELECT a::text AS t FROM assessment a UNION ALL SELECT b::text FROM client_barrier b UNION ALL SELECT k::text FROM hud_key k) x;
UPDATE client_barrier SET barrier_status = 'worked_on', comments = 'Sees a doctor' WHERE enrollment_id = pg_temp.local_id('Enrollment', 'e1') AND resolved_date IS NULL;
SELECT pg_temp.disability('d3', '2024-04-01', '10', '2', updated => '2024-06-02'), pg_temp.disability('d6', '2023-12-01', '9', '1', updated => '2024-06-02', stage => '1'),
	pg_temp.disability('d10', '2024-02-01', '5', '1') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT results_eq('SELECT pg_temp.barriers()', $$VALUES ('HUD_MENTAL_HEALTH_DISORDER worked_on 2023-12-01'), ('HUD_SUBSTANCE_USE_DISORDER resolved 2024-01-01 2024-05-01'), ('HUD_PHYSICAL_DISABILITY identified 2024-02-01')$$,
	'changed rows move the dates; work that was begun stays begun');
SELECT pg_temp.disability('d4', '2024-05-01', '10', '8', updated => '2024-06-03'), pg_temp.disability('d6', '2023-12-01', '9', '1', updated => '2024-06-03', deleted => '2024-06-03', stage => '1') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT results_eq('SELECT pg_temp.barriers()', $$VALUES ('HUD_MENTAL_HEALTH_DISORDER worked_on 2023-12-01 deleted'), ('HUD_SUBSTANCE_USE_DISORDER identified 2024-01-01'), ('HUD_PHYSICAL_DISABILITY identified 2024-02-01')$$,
	'no row says yes any more; "doesn''t know" is no "no"');
SELECT is((SELECT date_deleted FROM assessment WHERE assessment_id = pg_temp.local_id('Disabilities', 'd6')), '2024-06-03', 'a deleted row');
UPDATE client_barrier SET date_deleted = now() WHERE enrollment_id = pg_temp.local_id('Enrollment', 'e1') AND resolved_date IS NULL;
SELECT pg_temp.disability('d6', '2023-12-01', '9', '1', updated => '2024-06-04', stage => '1'), pg_temp.disability('d11', '2024-02-02', '5', '1') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT results_eq('SELECT pg_temp.barriers()', $$VALUES ('HUD_MENTAL_HEALTH_DISORDER worked_on 2023-12-01'), ('HUD_SUBSTANCE_USE_DISORDER identified 2024-01-01 deleted'), ('HUD_PHYSICAL_DISABILITY identified 2024-02-01 deleted')$$,
	'what the source says again comes back; what people deleted stays, while the source says the same');
SELECT is((SELECT count(*) FROM client_barrier WHERE enrollment_id = 1 AND comments = 'Ours' AND date_deleted IS NULL AND identified_date = '2024-01-05'), 1::bigint, 'what people entered is never touched');
SELECT pg_temp.disability('d10', '2024-02-01', '5', '1', updated => '2024-06-05', enrollment => 'e2', client => 'c2') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT results_eq($$SELECT identified_date FROM client_barrier WHERE enrollment_id = pg_temp.local_id('Enrollment', 'e2')$$, $$VALUES ('2024-02-01'::date)$$, 'a row that moves to another enrollment');
SELECT results_eq($$SELECT identified_date FROM client_barrier b JOIN barrier USING (barrier_id) WHERE enrollment_id = pg_temp.local_id('Enrollment', 'e1') AND barrier_code = 'HUD_PHYSICAL_DISABILITY'$$,
	$$VALUES ('2024-02-02'::date)$$, 'leaves the first with what it has besides');

-- Merged clients: c6 into c5, and c5 into c1
UPDATE client SET date_deleted = now(), merged_into_client_id = pg_temp.local_id('Client', 'c5') WHERE client_id = pg_temp.local_id('Client', 'c6');
UPDATE client SET date_deleted = now(), merged_into_client_id = pg_temp.local_id('Client', 'c1') WHERE client_id = pg_temp.local_id('Client', 'c5');
INSERT INTO hud_income_benefits (incomebenefitsid, enrollmentid, personalid, informationdate, datacollectionstage) VALUES
	('m1', 'e1', 'c6', '2024-03-01', '2'), ('m2', 'e1', 'c1', '2024-03-01', '2'), ('m3', 'e3', 'c1', '2024-03-01', '2'), ('m4', 'e1', 'nobody', '2024-03-01', '2'), ('m5', 'nothing', 'c1', '2024-03-01', '2');
CALL hud_load('source') \g /dev/null
SELECT results_eq($$SELECT client_id FROM assessment WHERE assessment_id IN (pg_temp.local_id('IncomeBenefits', 'm1'), pg_temp.local_id('IncomeBenefits', 'm2'))$$,
	$$SELECT pg_temp.local_id('Client', 'c1') FROM generate_series(1, 2)$$, 'the identifier of a merged client is that of the record it was merged into');
SELECT set_eq('SELECT pg_temp.found()', $$VALUES ('IncomeBenefits m3 PersonalID client_mismatch c1'), ('IncomeBenefits m4 PersonalID client_mismatch nobody'), ('IncomeBenefits m5 EnrollmentID orphan_enrollment nothing')$$,
	'another client, none, and no enrollment');
DELETE FROM hud_income_benefits;

-- Second rows of a stage, also of what is here already
SELECT pg_temp.disability('d20', '2024-01-01', '9', '0', stage => '1'), pg_temp.disability('d21', '2024-01-01', '7', '0', stage => '1'),
	pg_temp.disability('d22', '2024-01-01', '7', '0', stage => '1', deleted => '2024-06-01') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT set_eq('SELECT pg_temp.found()', $$VALUES ('Disabilities d20 DataCollectionStage duplicate_stage 1')$$, 'a second project start');

-- What an administrator takes away
UPDATE barrier SET date_deleted = now() WHERE barrier_code = 'HUD_CHRONIC_HEALTH_CONDITION';
SELECT pg_temp.disability('d30', '2024-03-01', '7', '1') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT set_eq('SELECT pg_temp.found()', $$VALUES ('Disabilities unknown_barrier HUD_CHRONIC_HEALTH_CONDITION')$$, 'a barrier that is deleted');
SELECT is(pg_temp.counts('Disabilities'), '{1,1,0,0}'::bigint[], 'the row is an assessment');
UPDATE barrier SET date_deleted = NULL WHERE barrier_code = 'HUD_CHRONIC_HEALTH_CONDITION';
SELECT pg_temp.disability('d33', '2024-03-02', '9', '8') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT set_has('SELECT pg_temp.barriers()', $$VALUES ('HUD_CHRONIC_HEALTH_CONDITION identified 2024-03-01')$$, 'once it is back, the next row about the enrollment brings it');
SAVEPOINT questions;
ALTER TABLE assessment_choice DISABLE TRIGGER USER;
UPDATE assessment_choice SET date_deleted = now() WHERE choice_code = '9' AND assessment_question_id = (SELECT assessment_question_id FROM assessment_question WHERE question_code = 'DisabilityResponse');
ALTER TABLE assessment_choice ENABLE TRIGGER USER;
SELECT pg_temp.disability('d31', '2024-03-01', '5', '9'), pg_temp.disability('d32', '2024-03-01', '6', '0') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT set_eq('SELECT pg_temp.found()', $$VALUES ('Disabilities d31 answer_does_not_fit')$$, 'a choice that is deleted');
SELECT is(pg_temp.counts('Disabilities'), '{2,1,0,1}'::bigint[], 'the other rows are loaded');
ROLLBACK TO questions;
UPDATE assessment_type SET date_deleted = now() WHERE assessment_type_code = 'HUD_HEALTH_AND_DV';
INSERT INTO hud_health_and_dv (healthanddvid, enrollmentid, personalid, informationdate, datacollectionstage) VALUES ('h9', 'e1', 'c1', '2024-03-01', '2');
CALL hud_load('source') \g /dev/null
SELECT set_eq('SELECT pg_temp.found()', $$VALUES ('HealthAndDV h9 unknown_assessment_type')$$, 'a type of assessment that is deleted');
DELETE FROM hud_health_and_dv;

-- Rows that the database refuses, and clients whose data were disposed of
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'not this one'; END$$;
CREATE TRIGGER refuse BEFORE INSERT ON client_barrier FOR EACH ROW WHEN (NEW.identified_date = '2024-02-22') EXECUTE FUNCTION pg_temp.refuse();
SELECT pg_temp.disability('d40', '2024-02-22', '8', '1', enrollment => 'e3', client => 'c3'), pg_temp.disability('d41', '2024-02-23', '9', '1', enrollment => 'e3', client => 'c3') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT is(pg_temp.counts('Disabilities'), '{2,2,0,0}'::bigint[], 'a barrier that is refused takes no other row along');
SELECT results_eq($$SELECT barrier_code FROM client_barrier JOIN barrier USING (barrier_id) WHERE enrollment_id = pg_temp.local_id('Enrollment', 'e3')$$, $$VALUES ('HUD_MENTAL_HEALTH_DISORDER')$$, 'the others are written');
SELECT matches(string_agg(f, ','), 'refused_by_database') FROM pg_temp.found() f;
UPDATE client SET date_disposed = now() WHERE client_id = pg_temp.local_id('Client', 'c3');
SELECT pg_temp.disability('d42', '2024-02-22', '8', '0', enrollment => 'e3', client => 'c3') \g /dev/null
CALL hud_load('source') \g /dev/null
SELECT set_has('SELECT pg_temp.found()', $$VALUES ('Disabilities d42 client_disposed')$$, 'a client whose data were disposed of');
SELECT is_empty('SELECT FROM hud_disabilities', 'whose rows do not stay');

SELECT is_empty($$SELECT * FROM clienttrack.selfaudit('hmis') WHERE problem !~ 'client_barrier'$$, 'nothing is damaged');
SELECT is((SELECT current_setting('clienttrack.history', true)), 'none', 'loads put the setting back');
SELECT is_empty($$SELECT FROM import_finding WHERE concat_ws(' ', value, message) ~* 'zebulon|odd'$$, 'no finding shows a name or what somebody wrote');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
