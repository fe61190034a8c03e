-- What enrollments, assessments, case management, merges and workflows must not tell or let anybody do.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
GRANT clienttrack_merge_clients, clienttrack_dispose_clients TO test_north;

-- Who does not see sensitive needs is not told of the goals that would overcome them.
INSERT INTO barrier (barrier_id, barrier_code, barrier_name, sensitive) VALUES (901, 'DANGER', 'Danger', true), (902, 'PAPERS', 'Papers', false);
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, enrollment_id, security_organization_id) VALUES (50, 1, 901, 1, 1), (51, 5, 902, 5, 1);
INSERT INTO goal (client_id, enrollment_id, client_barrier_id, goal_description, security_organization_id) VALUES (1, 1, 50, 'Leave', 1), (5, 5, 51, 'Papers', 1);
SELECT is(asked('test_worker', 'SELECT hmis.exit_enrollment(1, ''2024-03-01'', 99)'), '1', 'an exit does not warn of a goal for a sensitive need');
SELECT is(asked('test_worker', 'SELECT hmis.exit_enrollment(5, ''2024-03-01'', 99)'), 'CT014 there are warnings to confirm', 'but of one for another');
SELECT matches(last_detail(), '1 need or barrier, 1 goal', 'and counts it');

-- What hangs on an enrollment is not told by moving it to another client.
SELECT is(did('test_worker', 'UPDATE hmis.enrollment SET client_id = 3 WHERE enrollment_id = 1'), '42501 permission denied for table enrollment', 'an enrollment with what is hidden');
SELECT is(did('test_worker', 'UPDATE hmis.enrollment SET client_id = 3 WHERE enrollment_id = 6'), '42501 permission denied for table enrollment', 'and one without stay where they are');

-- Exits are of those whose enrollments are the caller's.
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, shares, end_date) VALUES (7, 2, 1, '{enrollments}', current_date + 9);
UPDATE enrollment SET household_id = 700 WHERE enrollment_id = 7;
SELECT is(asked('test_worker', 'SELECT count(*) FROM hmis.enrollment WHERE household_id = 700'), '1', 'a household that is released');
SELECT is(asked('test_worker', 'SELECT hmis.exit_household(700, ''2024-03-01'', 99)'), 'CT009 nobody is enrolled in household 700', 'is not the caller''s to exit');
SELECT is((SELECT exit_date FROM enrollment WHERE enrollment_id = 7), NULL, 'and did not');

-- A household number that another organization took by chance, or to get in the way, hinders nobody who sees both.
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES (90, 1, 12, 800, 1, '2024-01-01'), (91, 2, 12, 800, 3, '2024-01-01');
SELECT is(did('test_north', 'INSERT INTO hmis.enrollment (client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES (7, 21, 800, 1, ''2024-01-02'')'), '1', 'a number that is taken out of sight');
SELECT is(asked('test_both', 'SELECT hmis.change_head_of_household(91, 3)'), '', 'the household gets another head');
SELECT results_eq('SELECT program_id, client_id FROM enrollment WHERE household_id = 800 AND relationship_to_hoh = 1 ORDER BY 1', 'VALUES (12::bigint, 2::bigint), (21, 7)', 'the other keeps its own');
SELECT is(asked('test_both', 'SELECT hmis.exit_household(800, ''2024-03-01'', 99)'), '22023 household 800 is in several programs', 'who exits both together is asked');
SELECT is(asked('test_both', 'SELECT hmis.exit_enrollment(91, ''2024-03-01'', 99, confirm_warnings => true)'), '91', 'each exits');
SELECT is(did('test_both', 'INSERT INTO hmis.enrollment (client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES (8, 21, 700, 3, ''2024-02-01''), (8, 12, 700, 3, ''2024-02-01'')'),
	'CT020 a household has one head and one program', 'but nobody joins a household of another program in sight');
DELETE FROM enrollment WHERE household_id = 800;

-- What takes nobody takes nobody who was entered as deleted either.
UPDATE program SET clients_can_enroll = false WHERE program_id = 12;
SELECT is(did('test_worker', 'INSERT INTO hmis.enrollment (client_id, program_id, entry_date, date_deleted) VALUES (2, 12, ''2024-02-01'', now())'), '1', 'an enrollment that is entered as deleted');
SELECT is(did('test_worker', 'UPDATE hmis.enrollment SET date_deleted = NULL WHERE client_id = 2 AND program_id = 12'), 'CT019 program does not take enrollments', 'does not come to life');
UPDATE program SET clients_can_enroll = true WHERE program_id = 12;

-- Names, dates of birth and lists that are none.
SELECT is(did('test_worker', format('SELECT hmis.edit_client(1, jsonb_build_object(''date_updated'', date_updated, ''dob'', %L)) FROM hmis.client WHERE client_id = 1', d)), '22008 dob is no day of the calendar', 'a date of birth that is none is not shown')
FROM unnest(ARRAY['1990-02-30', '1990-02-03 Quackenbush', '99999999-02-03']) d;
SELECT is(did('test_worker', 'SELECT hmis.add_client(''A'', ''B'', aliases => (SELECT array_agg(i::text) FROM generate_series(1, 300000) i))'), '22023 a client has at most 100 aliases', 'aliases without end are refused at once');
SELECT is(did('test_worker', 'SELECT hmis.exit_household(700, ''2024-03-01'', 99, (SELECT jsonb_agg(jsonb_build_object(''client_id'', i)) FROM generate_series(1, 1001) i))'), '22023 members must be a jsonb array of at most 1000 elements', 'so are members');

-- Numbers that are no codes, days that are none.
SELECT is(asked('test_worker', format('SELECT hmis.enroll_household(12, ''[{"client_id": 3, "relationship_to_hoh": 1, %s}]'', ''2024-02-01'')', m)), e, m) FROM (VALUES
	('"living_situation": 1e300', '22023 "living_situation" must be a code, not 1000000000000000000000000000000000000000'), ('"living_situation": 116.2', '22023 "living_situation" must be a code, not 116.2'),
	('"hud_elements": {"DateToStreetESSH": "2024-02-31"}', '22023 Enrollment does not take DateToStreetESSH with this value'),
	('"hud_elements": {"CountyName": 1e99999}', '22023 Enrollment does not take CountyName with this value'), ('"hud_elements": {"LengthOfStay": 10.5}', '22023 Enrollment does not take LengthOfStay with this value')) v (m, e);
SELECT is(asked('test_worker', 'SELECT hmis.exit_household(700, ''2024-03-01'', 99, ''[{"client_id": 1, "destination": 1e30}]'')'), '22023 "destination" must be a code, not 1000000000000000000000000000000', 'nor of a destination');
SELECT alike(asked('test_worker', 'SELECT hmis.enroll_client(3, 12, ''2024-02-01'', hud_elements => ''{"DateToStreetESSH": "2024-02-29", "LengthOfStay": 10}'')'), '__%', 'a worker may enter HUD elements');
SELECT is((SELECT hud_elements FROM enrollment WHERE client_id = 3), '{"DateToStreetESSH": "2024-02-29", "LengthOfStay": 10}', 'that are well-formed');

-- A number beyond all bounds is refused before it is weighed.
SELECT isnt(define_assessment_type('SCORED', 'Scored', '[{"code": "N", "text": "N", "type": "number", "weight": 1e9}, {"code": "S", "text": "S", "type": "score"}]'), NULL, 'a score');
SELECT is(asked('test_worker', format('SELECT hmis.record_assessment(1, ''SCORED'', ''{"N": %s}'', ''2024-02-01'')', n)), 'CT021 answer does not fit its question', n)
FROM unnest(ARRAY['1e131070', '-1e131070', '1e15', '"1e5"', '[1]']) n;

SELECT isnt(define_assessment_type('LISTED', 'Listed', '[{"code": "C", "text": "C", "type": "codes", "choices": [{"code": "A", "text": "A"}, {"code": "B", "text": "B"}]}]'), NULL, 'several codes');
SELECT is(did('test_worker', 'SELECT hmis.record_assessment(1, ''LISTED'', (SELECT jsonb_build_object(''C'', jsonb_agg(i::text)) FROM generate_series(1, 5001) i), ''2024-02-01'')'), 'CT021 answer does not fit its question', 'more codes than there can be are not looked up');
SELECT is(did('test_worker', 'SELECT hmis.record_assessment(1, ''LISTED'', ''{"C": ["B", "A"]}'', ''2024-02-01'')'), '1', 'those that there are, are');

-- A merge that is undone leaves nobody's name with the other record, and nothing when that person's data are disposed of.
UPDATE client SET dob = NULL, dob_data_quality = 99, last_name = NULL WHERE client_id = 8;
UPDATE client SET dob = '1990-02-03' WHERE client_id = 7;
UPDATE enrollment SET exit_date = '2024-03-01' WHERE client_id = 7;
SELECT alike(asked('test_north', 'SELECT hmis.merge_clients(8, 7, ''same name'')'), '_%', 'two are one');
SELECT matches(asked('test_worker', 'SELECT filled FROM hmis.client_merge WHERE client_id = 8'), '1990-02-03', 'whoever sees the client sees what was filled');
SELECT is(asked('test_north', 'SELECT hmis.unmerge_clients(max(client_merge_id), ''two persons'') FROM hmis.client_merge'), '', 'two are two');
SELECT is(asked('test_worker', 'SELECT filled FROM hmis.client_merge WHERE client_id = 8'), '{}', 'and not any more');
SELECT matches(asked('test_north', 'SELECT hmis.dispose_client(7, ''law'', true)'), 'audit_event', 'one is disposed of');
SELECT is_empty($$SELECT table_name, operation FROM audit_event a WHERE a::text ~ 'Quackenbush7|quackenbush7|1990-02-03'$$, 'the audit of the other has no name of his');
SELECT isnt_empty($$SELECT FROM audit_event a WHERE client_id = 8 AND table_name = 'enrollment' AND new_values ->> 'program_id' = '11'$$, 'but what is its own');

-- Lists of runs can be read whatever somebody writes into his own, and nobody writes into another organization's.
INSERT INTO workflow_run (workflow_run_id, workflow_id, version, run_user_id, run_status, security_organization_id) VALUES (900, 1, 1, 12, 'paused', 1);
SELECT is(did('test_worker', format('INSERT INTO hmis.workflow_run_step (workflow_run_id, workflow_step_id, step_status, result) VALUES (900, %s, ''done'', %L)', s, r)), '1', 'a result ' || r)
FROM (VALUES (1, '["x"]'), (2, '[1.5, 1e30, null, {}, [1], true]'), (3, '[7]')) v (s, r);
SELECT is(asked('test_reader', 'SELECT saved_id FROM hmis.workflow_saved WHERE saved_id IS NOT NULL'), '7', 'what is no identifier is none');
SELECT is(did('test_worker', 'INSERT INTO hmis.workflow_run (workflow_id, version, run_user_id, run_status, security_organization_id, status_reason) VALUES (1, 1, 12, ''paused'', 2, ''Call me'')'),
	'42501 new row violates row-level security policy for table "workflow_run"', 'a run in another organization''s list');
SELECT is(did('test_worker', 'INSERT INTO hmis.workflow_run (workflow_id, version, run_user_id, run_status) VALUES (1, 1, 12, ''paused'')'), '1', 'and in one''s own');
SELECT is_empty($$SELECT statement, detail FROM raised WHERE concat_ws(' ', message, detail, hint) ~* 'Zebulonissimo|Quackenbush|98765432|1990-02-03'$$, 'no message has a name, an SSN or a date of birth');
SELECT * FROM finish();
ROLLBACK;
