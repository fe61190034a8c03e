-- Enrolling, editing, exiting, re-opening, deleting and restoring: the functions, and what the guard holds for every writer.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
UPDATE program SET operating_start_date = '2020-01-01', operating_end_date = '2026-06-30' WHERE program_id = 11;
INSERT INTO program (program_id, organization_id, program_name, clients_can_enroll) VALUES (13, 1, 'Full', false);
INSERT INTO program_coc (program_id, coc_code) VALUES (11, 'MN-500'), (12, 'MN-500'), (12, 'MN-501');
INSERT INTO client (client_id, dob, security_organization_id) SELECT i, '1990-05-05', 1 FROM generate_series(101, 130) i;
SELECT setval('enrollment_enrollment_id_seq', 2000), setval('household_id_seq', 2000) \g /dev/null

CREATE FUNCTION pg_temp.enroll(arguments text) RETURNS text LANGUAGE sql AS $$
-- How enroll_client() ends with these arguments.
SELECT public.caught('SELECT hmis.enroll_client(' || arguments || ')') $$;
CREATE FUNCTION pg_temp.member(i bigint, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('client_id', i, 'relationship_to_hoh', 1) || more $$;

-- Enroll: what is completed.
SELECT is((SELECT enroll_client(101, 11, '2024-03-01', 1, comments => 'walked in', living_situation => 116, disabling_condition => 1, hud_elements => '{"LengthOfStay": 10, "DateToStreetESSH": "2023-12-01"}')), 2001::bigint, 'enroll_client() returns the enrollment');
SELECT results_eq('SELECT client_id, program_id, household_id, relationship_to_hoh, entry_date, exit_date, enrollment_coc, grant_award_id, living_situation, disabling_condition, hud_elements, comments FROM enrollment WHERE enrollment_id = 2001',
	$$VALUES (101::bigint, 11::bigint, 2001::bigint, 1::smallint, '2024-03-01'::date, NULL::date, 'MN-500', 1::bigint, 116::smallint, 1::smallint, '{"LengthOfStay": 10, "DateToStreetESSH": "2023-12-01"}'::jsonb, 'walked in')$$, 'with everything in its place, and the only CoC of the program');
SELECT enroll_client(102, 12, '2024-03-01') AS several, enroll_client(102, 12, '2024-02-01', enrollment_coc => 'mn-501', confirm_warnings => true) AS given \gset
SELECT is((SELECT e.enrollment_coc FROM enrollment e WHERE e.enrollment_id = :several), NULL, 'of several CoCs none is chosen');
SELECT is((SELECT e.enrollment_coc FROM enrollment e WHERE e.enrollment_id = :given), 'MN-501', 'a given one is written as HUD does');

-- Enroll: what is refused.
SELECT is(pg_temp.enroll(v.arguments), v.outcome, v.arguments) FROM (VALUES
	('NULL, 11', '22004 client_id must not be null'), ('103, NULL', '22004 program_id must not be null'), ('103, 11, NULL', '22004 entry_date must not be null'),
	('103, 11, ''infinity''', '22008 entry_date must be finite'), ('999, 11, ''2024-01-01''', 'CT009 client not found'), ('103, 999, ''2024-01-01''', '23503 insert or update on table "enrollment" violates foreign key constraint "enrollment_program_id_fkey"'),
	('103, 11, ''2019-12-31''', 'CT019 program does not operate on that date'), ('103, 11, ''2026-07-01''', 'CT019 program does not operate on that date'), ('103, 11, ''2020-01-01''', 'ok'), ('104, 11, ''2026-06-30''', 'ok'),
	('105, 13, ''2024-01-01''', 'CT019 program does not take enrollments'), ('105, 12, ''2999-01-01''', 'CT008 enrollment date is out of range'), ('105, 12, ''1990-05-04''', 'CT008 enrollment date is out of range'), ('105, 12, ''1990-05-05''', 'ok'),
	('106, 11, ''2024-01-01'', 77', 'CT009 grant 77 does not exist'), ('106, 11, ''2024-01-01'', relationship_to_hoh => 6', '22023 relationship_to_hoh has no code 6'), ('106, 11, ''2024-01-01'', relationship_to_hoh => 2', 'CT020 a household has exactly one head, not 0'),
	('106, 11, ''2024-01-01'', household_id => 5555, relationship_to_hoh => 2', 'CT009 there is no household 5555'), ('106, 11, ''2024-01-01'', household_id => 2001', '22004 relationship_to_hoh must be given for client 106'),
	('106, 11, ''2024-01-01'', household_id => 2001, relationship_to_hoh => 1', 'CT020 a household has one head and one program'), ('106, 12, ''2024-01-01'', household_id => 2001, relationship_to_hoh => 2', 'CT020 a household has one head and one program'),
	('106, 11, ''2024-01-01'', living_situation => 1', '22023 living_situation has no code 1'), ('106, 11, ''2024-01-01'', disabling_condition => 3', '22023 disabling_condition has no code 3'), ('106, 11, ''2024-01-01'', enrollment_coc => ''MN5''', '22023 enrollment_coc must be like MN-500'),
	('106, 11, ''2024-01-01'', hud_elements => ''{"LengthOfStay": 77}''', '22023 Enrollment does not take LengthOfStay with this value'), ('106, 11, ''2024-01-01'', hud_elements => ''{"LengthOfStay": "10"}''', '22023 Enrollment does not take LengthOfStay with this value'),
	('106, 11, ''2024-01-01'', hud_elements => ''{"EntryDate": "2024-01-01"}''', '22023 Enrollment does not take EntryDate with this value'), ('106, 11, ''2024-01-01'', hud_elements => ''{"Nonsense": 1}''', '22023 Enrollment does not take Nonsense with this value'), ('106, 11, ''2024-01-01'', hud_elements => ''[]''', '22023 HUD elements must be a jsonb object'),
	('106, 11, ''2024-01-01'', household_id => 2001, relationship_to_hoh => 2', 'ok')) v (arguments, outcome);

-- Overlapping enrollments are a warning.
SELECT is(pg_temp.enroll('101, 11, ''2024-05-01'''), 'CT014 there are warnings to confirm', 'an overlapping enrollment wants to be confirmed');
SELECT alike(last_detail(), '%Overlapping: client 101, entry 2024-05-01, with enrollment 2001, entry 2024-03-01.%', 'the warning names the other one');
SELECT is(pg_temp.enroll('2, 11, ''2024-01-31'''), 'ok', 'entering on the day another stay ends is fine');
SELECT is(pg_temp.enroll('2, 11, ''2024-01-31'''), 'CT014 there are warnings to confirm', 'two that begin on one day overlap');
SELECT is(pg_temp.enroll('101, 11, ''2024-05-01'', confirm_warnings => true'), 'ok', 'confirmed, it is entered');
SELECT results_eq('SELECT client_id, enrollment_id, other_entry_date, overlap_begin_date, overlap_end_date FROM overlapping_enrollments WHERE client_id = 101', $$VALUES (101::bigint, 2001::bigint, '2024-05-01'::date, '2024-05-01'::date, NULL::date)$$, 'and listed');
SELECT is_empty('SELECT * FROM overlapping_enrollments WHERE client_id = 2', 'the one on the exit day is not');

-- Bars keep from entering: by program, organization, or everywhere; on the entry date.
INSERT INTO bar_reason (bar_reason_id, bar_reason_name) VALUES (900, 'Fight') ON CONFLICT DO NOTHING;
WITH b AS (INSERT INTO bar (client_id, begin_date, end_date, bar_level, notes) VALUES (107, '2024-01-01', '2024-07-01', 'block', 'guardednote'), (108, '2024-01-01', NULL, 'block', NULL), (109, '2024-01-01', NULL, 'block', NULL), (110, '2024-01-01', NULL, 'warn', NULL) RETURNING bar_id, client_id)
INSERT INTO bar_scope (bar_id, program_id, organization_id, location_id, covers_all) SELECT b.bar_id, CASE WHEN b.client_id IN (107, 110) THEN 11 END, CASE b.client_id WHEN 108 THEN 1 END, CASE b.client_id WHEN 109 THEN 101 END, false FROM b;
SELECT is(pg_temp.enroll(v.arguments), v.outcome, v.arguments) FROM (VALUES
	('107, 11, ''2024-06-30''', 'CT002 client is barred'), ('107, 12, ''2024-06-30''', 'ok'), ('107, 11, ''2024-07-01''', 'ok'), ('107, 11, ''2023-12-31'', confirm_warnings => true', 'ok'),
	('108, 12, ''2024-06-30''', 'CT002 client is barred'), ('109, 11, ''2024-06-30''', 'ok'), ('110, 11, ''2024-06-30''', 'CT014 there are warnings to confirm'), ('110, 11, ''2024-06-30'', confirm_warnings => true', 'ok')) v (arguments, outcome);
INSERT INTO bar_override (bar_id, begin_date, end_date, override_reason) SELECT bar_id, '2024-06-01', '2024-06-30', 'cold' FROM bar WHERE client_id = 108;
SELECT is(pg_temp.enroll('108, 12, ''2024-06-30'''), 'ok', 'an exception lets in');
SELECT is(caught('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (108, 12, ''2024-07-01'')'), 'CT002 client is barred', 'any writer is refused');
SELECT is(caught('UPDATE enrollment SET entry_date = ''2024-05-31'' WHERE client_id = 108'), 'CT002 client is barred', 'so is whoever moves the entry');

-- A household.
SELECT is(caught(format('SELECT enroll_household(11, %L)', v.members)), v.outcome, v.members) FROM (VALUES
	('{}', '22023 members must be a jsonb array of 1 to 100 elements'), ('[]', '22023 members must be a jsonb array of 1 to 100 elements'), ('[1]', '22023 an element does not name its client_id: 1'), ('[{"client_id": 111, "x": 1}]', '22023 an element has a key that is not known: x'),
	('[{"client_id": 111}]', '22004 relationship_to_hoh must be given for client 111'), ('[{"client_id": 111, "relationship_to_hoh": "1"}]', '22023 "relationship_to_hoh" must be a number, not "1"'),
	('[{"client_id": 111, "relationship_to_hoh": 1}, {"client_id": 112, "relationship_to_hoh": 1}]', 'CT020 a household has exactly one head, not 2'), ('[{"client_id": 111, "relationship_to_hoh": 2}, {"client_id": 112, "relationship_to_hoh": 3}]', 'CT020 a household has exactly one head, not 0'),
	('[{"client_id": 111, "relationship_to_hoh": 1}, {"client_id": 111, "relationship_to_hoh": 2}]', '22023 a client is in the list twice'), ('[{"client_id": 111, "relationship_to_hoh": 1}, {"client_id": 999, "relationship_to_hoh": 2}]', 'CT009 client not found')) v (members, outcome);
SELECT is(caught('SELECT enroll_household(11, NULL)'), '22023 members must be a jsonb array of 1 to 100 elements', 'null is no list');
SELECT is(caught('SELECT enroll_household(11, (SELECT jsonb_agg(pg_temp.member(i)) FROM generate_series(1, 101) i))'), '22023 members must be a jsonb array of 1 to 100 elements', 'nor are 101');
SELECT results_eq($$SELECT client_id, enrollment_id > 2001, relationship_to_hoh, household > 2000 FROM enroll_household(11, '[{"client_id": 111, "relationship_to_hoh": 1}, {"client_id": 112, "relationship_to_hoh": 3, "disabling_condition": 0}, {"client_id": 113, "relationship_to_hoh": 2}]', '2024-02-01')$$,
	$$VALUES (111::bigint, true, 1, true), (112, true, 3, true), (113, true, 2, true)$$, 'three are enrolled together');
CREATE TEMP VIEW family AS SELECT e.* FROM enrollment e WHERE e.household_id = (SELECT x.household_id FROM enrollment x WHERE x.client_id = 111 AND x.date_deleted IS NULL) AND e.date_deleted IS NULL;
SELECT is((SELECT array_agg(m.client_id) FROM household_members((SELECT min(household_id) FROM family), NULL, '2024-02-01') m), '{111,112,113}', 'and are a household');
SELECT is(caught('INSERT INTO enrollment (client_id, program_id, entry_date, household_id) SELECT 114, 11, ''2024-02-01'', min(household_id) FROM family'), 'CT020 a household has one head and one program', 'no writer enters a second head');
SELECT is(caught('UPDATE enrollment SET relationship_to_hoh = 1 WHERE client_id = 112'), 'CT020 a household has one head and one program', 'or makes one');
SELECT alike(last_detail(), '%would have two heads: clients 111 and 112.%', 'the error names both');

-- The head changes.
SELECT is(caught(format('SELECT change_head_of_household((SELECT enrollment_id FROM family WHERE client_id = 112), %s)', v.former)), v.outcome, 'former head becomes ' || v.former) FROM (VALUES
	('NULL', '22023 former_head_relationship must be given, and not 1'), ('1', '22023 former_head_relationship must be given, and not 1'), ('77', '22023 former_head_relationship has no code 77'), ('3', 'ok')) v (former, outcome);
SELECT is((SELECT string_agg(client_id || ':' || relationship_to_hoh, ' ' ORDER BY client_id) FROM family), '111:3 112:1 113:2', 'one is the head, as before');
SELECT is(caught('SELECT change_head_of_household(9999, 3)'), 'CT009 there is no enrollment 9999', 'nobody cannot be');

-- Exit.
SELECT is(caught('SELECT record_service(111, ''MEAL'', ''2024-03-10'')'), 'ok', 'a meal is given');
SELECT is(caught(format('SELECT exit_enrollment((SELECT enrollment_id FROM family WHERE client_id = 111), %s)', v.arguments)), v.outcome, 'exit ' || v.arguments) FROM (VALUES
	('NULL, 116', '22004 exit_date must not be null'), ('''-infinity'', 116', '22008 exit_date must be finite'), ('''2024-04-01''', '22004 destination must be given'), ('''2024-04-01'', 5', '22023 destination has no code 5'), ('''2999-04-01'', 116', 'CT008 enrollment date is out of range'),
	('''2024-03-09'', 116', 'CT006 services would be left outside their enrollment'), ('''2024-01-01'', 116', '23514 new row for relation "enrollment" violates check constraint "exit_not_before_entry"'), ('''2024-04-01'', 116, ''{"OtherDestination": "boat"}''', '22023 OtherDestination goes with destination 17, DestinationSubsidyType with 435'),
	('''2024-04-01'', 435, ''{"DestinationSubsidyType": 1}''', '22023 Exit does not take DestinationSubsidyType with this value'), ('''2024-04-01'', 17, ''{"ExitDate": "2024-01-01"}''', '22023 Exit does not take ExitDate with this value'), ('''2024-03-10'', 17, ''{"OtherDestination": "boat", "HousingAssessment": 1}''', 'ok'),
	('''2024-04-02'', 116', '55000 the client has exited already')) v (arguments, outcome);
SELECT results_eq('SELECT exit_date, destination, exit_hud_elements FROM family WHERE client_id = 111', $$VALUES ('2024-03-10'::date, 17::smallint, '{"OtherDestination": "boat", "HousingAssessment": 1}'::jsonb)$$, 'the exit is in its place');
SELECT is(caught('SELECT exit_enrollment(9999, ''2024-04-01'', 116)'), 'CT009 there is no enrollment 9999', 'there must be an enrollment');
SELECT is(caught('SELECT exit_enrollment((SELECT enrollment_id FROM family WHERE client_id = 112), ''2024-04-01'', 116)'), 'CT014 there are warnings to confirm', 'a head who leaves members is a warning');
SELECT alike(last_detail(), '%household % has 1 member enrolled.%', 'that says how many');
INSERT INTO goal (client_id, enrollment_id, goal_description, security_organization_id) SELECT 113, enrollment_id, 'School', 1 FROM family WHERE client_id = 113;
SELECT is(caught('SELECT exit_enrollment((SELECT enrollment_id FROM family WHERE client_id = 113), ''2024-04-01'', 116)'), 'CT014 there are warnings to confirm', 'open work is a warning');
SELECT alike(last_detail(), '%Open: enrollment %: 1 goal.%', 'that lists it');

-- A household exits.
SELECT is(caught(format('SELECT * FROM exit_household((SELECT min(household_id) FROM family), ''2024-04-01'', 116, %s)', v.arguments)), v.outcome, 'exit_household ' || v.arguments) FROM (VALUES
	('''{}''', '22023 members must be a jsonb array of at most 1000 elements'), ('''[{"client_id": 101}]''', 'CT009 client 101 is not enrolled in household 2020'), ('''[{"client_id": 111}]''', 'CT009 x'),
	('''[{"client_id": 112, "exit_date": "soon"}]''', '22023 exit_date must be a date like 2026-03-01, not soon'), ('''[{"client_id": 112, "destination": 3}]''', '22023 destination has no code 3'), ('NULL', 'CT014 there are warnings to confirm')) v (arguments, outcome)
	WHERE v.outcome NOT LIKE 'CT009%';
SELECT is(left(caught(format('SELECT * FROM exit_household((SELECT min(household_id) FROM family), ''2024-04-01'', 116, %L)', v.members)), 5), 'CT009', v.members || ' are not all enrolled') FROM (VALUES ('[{"client_id": 101}]'), ('[{"client_id": 111}]')) v (members);
SELECT is(caught('SELECT * FROM exit_household(NULL)'), '22004 household_id must not be null', 'a household must be named');
SELECT is(left(caught('SELECT * FROM exit_household(98765, ''2024-04-01'', 116)'), 5), 'CT009', 'and be there');
SELECT results_eq($$SELECT client_id, exited_on, exited_to FROM exit_household((SELECT min(household_id) FROM family), '2024-04-01', 116, '[{"client_id": 112}, {"client_id": 113, "destination": 422, "exit_date": "2024-03-31"}]', confirm_warnings => true)$$,
	$$VALUES (112::bigint, '2024-04-01'::date, 116), (113, '2024-03-31', 422)$$, 'each with a destination and date of their own');
SELECT is((SELECT count(*) FROM family WHERE exit_date IS NULL), 0::bigint, 'nobody is left');

-- Taking an exit back.
SELECT is(caught(format('SELECT reopen_enrollment(%s)', v.arguments)), v.outcome, 'reopen ' || v.arguments) FROM (VALUES
	('(SELECT enrollment_id FROM family WHERE client_id = 113), '' ''', '22004 reason must be given'), ('2001, ''wrong''', '55000 the client has not exited'), ('9999, ''wrong''', 'CT009 there is no enrollment 9999'),
	('(SELECT enrollment_id FROM family WHERE client_id = 112), ''came back''', 'ok'), ('(SELECT enrollment_id FROM family WHERE client_id = 113), ''came back''', 'ok')) v (arguments, outcome);
SELECT is((SELECT exit_date IS NULL AND destination IS NULL AND exit_hud_elements IS NULL FROM family WHERE client_id = 112), true, 'nothing of the exit is left');
SELECT alike((SELECT comments FROM family WHERE client_id = 112), 'Exit of 2024-04-01 taken back on % came back', 'but a comment');
SELECT is(caught('UPDATE enrollment SET relationship_to_hoh = 1 WHERE client_id = 111'), 'ok', 'one who left may have been the head');
SELECT is(caught('SELECT reopen_enrollment((SELECT enrollment_id FROM family WHERE client_id = 111), ''came back'')'), 'CT020 a household has one head and one program', 'but not come back as a second');

-- What an exit ends, taking it back resumes; a worker gives HUD elements and assessments, whose warnings are to be confirmed.
INSERT INTO hmis_user (user_id, active) VALUES (50, true), (51, true), (52, true);
SELECT is(did('test_worker', format('SELECT hmis.enroll_client(129, 12, ''2024-03-01'', case_manager => 50, hud_elements => ''{"LengthOfStay": 10}'', assessment => %L)', v.assessment)), v.outcome, v.assessment) FROM (VALUES
	('{"type": "HUD_INCOME_BENEFITS", "answers": {"IncomeFromAnySource": "0"}, "assessment_date": "2024-03-05"}', 'CT014 there are warnings to confirm'),
	('{"type": "HUD_INCOME_BENEFITS", "answers": {"IncomeFromAnySource": 0}}', 'CT021 answer does not fit its question'), ('[]', '22023 an element does not name its type: []'),
	('{"type": "HUD_INCOME_BENEFITS", "answers": {"IncomeFromAnySource": "0"}}', '1')) v (assessment, outcome);
SELECT max(enrollment_id) AS stay, max(household_id) AS home FROM enrollment WHERE client_id = 129 \gset
SELECT assign_case_manager(129, 51, :stay, is_primary => false), assign_case_manager(129, 52, :stay, is_primary => false) \g /dev/null
UPDATE case_assignment SET end_date = begin_date, end_reason = 'Moved' WHERE enrollment_id = :stay AND case_manager_user_id = 52;
CREATE FUNCTION pg_temp.leave(members jsonb) RETURNS text LANGUAGE sql AS $$
-- How exit_household() ends for a worker with these members of the household of client 129.
SELECT public.did('test_worker', format('SELECT * FROM hmis.exit_household(%s, ''2024-05-01'', members => %L)',
	(SELECT max(household_id) FROM hmis.enrollment WHERE client_id = 129), members)) $$;
SELECT is(pg_temp.leave(v.members), v.outcome, v.members::text) FROM (VALUES
	('[{"client_id": 129}]'::jsonb, '22004 destination must be given'),
	('[{"client_id": 129, "destination": 410, "assessment": {"type": "HUD_INCOME_BENEFITS", "assessment_date": "2024-04-05"}}]', 'CT014 there are warnings to confirm'),
	('[{"client_id": 129, "destination": 410, "assessment": 5}]', '22023 an element does not name its type: 5'),
	('[{"client_id": 129, "destination": 410, "exit_hud_elements": {"HousingAssessment": 1}, "assessment": {"type": "HUD_INCOME_BENEFITS", "answers": {"IncomeFromAnySource": "1"}}}]', '1')) v (members, outcome);
SELECT results_eq(format('SELECT assessment_date, data_collection_stage::integer FROM assessment WHERE enrollment_id = %s ORDER BY 1', :stay), $$VALUES ('2024-03-01'::date, 1), ('2024-05-01', 3)$$, 'assessments at entry and exit');
SELECT is((SELECT string_agg(end_reason, ', ' ORDER BY case_assignment_id) FROM case_assignment WHERE enrollment_id = :stay), 'Exited, Exited, Moved', 'the exit ends assignments');
UPDATE hmis_user SET active = false WHERE user_id = 51;
SELECT is(did('test_worker', format('SELECT hmis.reopen_enrollment(%s, ''back'')', :stay)), '1', 'the exit is taken back');
SELECT is((SELECT string_agg(concat_ws(' ', case_manager_user_id, end_reason), ', ' ORDER BY case_assignment_id) FROM case_assignment WHERE enrollment_id = :stay), '50, 51 Exited, 52 Moved', 'and the assignments that it ended, of active users');
SELECT is(did('test_worker', format('SELECT hmis.exit_enrollment(%s, ''2024-05-01'', 410)', :stay)), '1', 'another exit');
SELECT is(did('test_worker', format('SELECT hmis.edit_enrollment(%s, jsonb_build_object(''date_updated'', e.date_updated, ''exit_date'', ''2024-05-10'')) FROM hmis.enrollment e WHERE e.enrollment_id = %1$s', :stay)), '1', 'which is moved');
SELECT is((SELECT max(end_date) FROM case_assignment WHERE enrollment_id = :stay AND is_primary), '2024-05-11'::date, 'with the end of the assignment');
INSERT INTO case_assignment (client_id, enrollment_id, case_manager_user_id, begin_date) VALUES (129, :stay, 52, '2024-06-01');
SELECT is(did('test_worker', format('SELECT hmis.reopen_enrollment(%s, ''back'')', :stay)), '1', 'taken back after somebody else was assigned');
SELECT is((SELECT string_agg(concat_ws(' ', case_manager_user_id, end_reason), ', ' ORDER BY case_assignment_id) FROM case_assignment WHERE enrollment_id = :stay AND is_primary), '50 Exited, 52', 'who stays the primary one');

-- Editing.
CREATE FUNCTION pg_temp.edit(changes jsonb, id bigint DEFAULT 2001) RETURNS text LANGUAGE sql AS $$
-- How edit_enrollment() ends, with the date_updated that is there unless changes have one.
SELECT public.caught(format('SELECT hmis.edit_enrollment(%s, %L, true)', id, (SELECT jsonb_build_object('date_updated', e.date_updated) FROM hmis.enrollment e WHERE e.enrollment_id = id) || changes)) $$;
SELECT is(pg_temp.edit(v.changes), v.outcome, v.changes::text) FROM (VALUES
	('{"entry_date": "2024-02-28", "grant_id": null, "move_in_date": "2024-03-05", "comments": "edited", "enrollment_coc": "mn-501", "disabling_condition": 8, "living_situation": null, "hud_elements": {"LengthOfStay": null, "TimesHomelessPastThreeYears": 1}}'::jsonb, 'ok'),
	('{"x": 1}', '22023 changes have a key that is not known: x'), ('{"date_updated": "2020-01-01"}', 'CT018 the enrollment was changed since you read it'), ('{"date_updated": null}', '22004 date_updated must be given'), ('{"entry_date": null}', '22004 entry_date must not be null'),
	('{"entry_date": "tomorrow"}', '22023 entry_date must be a date like 2026-03-01, not tomorrow'), ('{"entry_date": "infinity"}', '22023 entry_date must be a date like 2026-03-01, not infinity'), ('{"entry_date": "2019-01-01"}', 'CT019 program does not operate on that date'), ('{"exit_date": "2024-05-01"}', '55000 the client has not exited'),
	('{"program_id": "x"}', '22023 "program_id" must be an identifier, not "x"'), ('{"grant_id": 77}', 'CT009 grant 77 does not exist'), ('{"household_id": 77}', 'CT009 there is no household 77'), ('{"relationship_to_hoh": 6}', '22023 relationship_to_hoh has no code 6'), ('{"comments": 1}', '22023 "comments" must be a text, not 1'),
	('{"hud_elements": {"LengthOfStay": 77}}', '22023 Enrollment does not take LengthOfStay with this value')) v (changes, outcome);
SELECT results_eq('SELECT entry_date, grant_award_id, move_in_date, comments, enrollment_coc, disabling_condition, living_situation, hud_elements FROM enrollment WHERE enrollment_id = 2001',
	$$VALUES ('2024-02-28'::date, NULL::bigint, '2024-03-05'::date, 'edited', 'MN-501', 8::smallint, NULL::smallint, '{"DateToStreetESSH": "2023-12-01", "TimesHomelessPastThreeYears": 1}'::jsonb)$$, 'what changed is in its place, element by element');
SELECT is(caught('SELECT edit_enrollment(2001, ''[]'')'), '22023 changes must be a jsonb object', 'changes are an object');
SELECT is(caught('SELECT edit_enrollment(NULL, ''{"date_updated": "2024-01-01"}'')'), 'CT009 there is no enrollment null', 'of an enrollment');
SELECT is(pg_temp.edit('{"destination": 422, "exit_date": "2024-03-20"}', (SELECT enrollment_id FROM family WHERE client_id = 111)), 'ok', 'an exit can be corrected');
SELECT is(pg_temp.edit('{"exit_date": "2024-03-01"}', (SELECT enrollment_id FROM family WHERE client_id = 111)), 'CT006 services would be left outside their enrollment', 'not so that services are outside');
SELECT is(pg_temp.edit('{"exit_date": null}', (SELECT enrollment_id FROM family WHERE client_id = 111)), '22004 exit_date must not be null', 'nor taken back');

-- Deleting and restoring.
SELECT is(caught(format('SELECT delete_enrollment((SELECT enrollment_id FROM family WHERE client_id = 111), %s)', v.arguments)), v.outcome, 'delete ' || v.arguments) FROM (VALUES
	('NULL', '22004 reason must be given'), ('''by mistake''', 'CT006 services would be left outside their enrollment'), ('''by mistake'', true', 'ok')) v (arguments, outcome);
SELECT is((SELECT string_agg(delete_reason, ',') FROM client_service WHERE client_id = 111), 'by mistake', 'the service went along, with the reason');
SELECT is(caught('SELECT delete_enrollment(9999, ''x'')'), 'CT009 there is no enrollment 9999', 'there must be one to delete');
SELECT is((SELECT restore_enrollment(enrollment_id) FROM enrollment WHERE client_id = 111), 1::bigint, 'it comes back with its service');
SELECT is((SELECT count(*) FROM client_service WHERE client_id = 111 AND date_deleted IS NULL), 1::bigint, 'which is live again');
SELECT is(caught('SELECT restore_enrollment((SELECT enrollment_id FROM family WHERE client_id = 111))'), 'CT009 there is no deleted enrollment ' || (SELECT enrollment_id FROM family WHERE client_id = 111) || ' to restore', 'what is live is not restored');
SELECT results_eq('SELECT services, assessments, household_members, program_name, organization_name, destination_label IS NOT NULL FROM enrollment_history WHERE client_id = 111', $$VALUES (1::bigint, 0::bigint, 3::bigint, 'Drop-in', 'Harbor', true)$$, 'enrollment_history shows it');

-- History is loaded and moved by the owner only.
SELECT is(caught('SET LOCAL clienttrack.history = load; INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (120, 13, ''2024-01-01''); SET LOCAL clienttrack.history = none'), 'ok', 'a load brings what could not be entered');
SELECT is(did('test_worker', 'SET LOCAL clienttrack.history = load; INSERT INTO hmis.enrollment (client_id, program_id, entry_date) VALUES (121, 13, ''2024-01-01'')'), 'CT019 program does not take enrollments', 'a worker cannot claim to load');
SET LOCAL clienttrack.history = none;

-- Who may.
SELECT is(did(v.who, v.statement), v.outcome, format('%s: %s', v.who, v.statement)) FROM (VALUES
	('test_worker', 'SELECT hmis.enroll_client(122, 11, ''2024-01-01'')', '1'), ('test_worker', 'SELECT hmis.enroll_client(122, 21, ''2024-01-01'')', '42501 program 21 is not one of your organizations'''), ('test_worker', 'SELECT hmis.enroll_client(7, 11, ''2024-01-01'')', 'CT009 client not found'),
	('test_worker', 'SELECT hmis.enroll_client(123, 11, ''2024-01-01'', household_id => (SELECT household_id FROM hmis.enrollment WHERE enrollment_id = 7), relationship_to_hoh => 2)', '22004 relationship_to_hoh must be given for client 123'),
	('test_worker', 'SELECT hmis.exit_enrollment(7, ''2024-05-01'', 116)', 'CT009 there is no enrollment 7'), ('test_worker', 'SELECT hmis.delete_enrollment(7, ''x'')', 'CT009 there is no enrollment 7'), ('test_worker', 'SELECT hmis.reopen_enrollment(7, ''x'')', 'CT009 there is no enrollment 7'),
	('test_north', 'SELECT hmis.enroll_client(122, 11, ''2024-01-01'')', '42501 program 11 is not one of your organizations'''), ('test_reader', 'SELECT hmis.enroll_client(124, 11, ''2024-01-01'')', '42501 permission denied for function enroll_client'), ('test_stranger', 'SELECT hmis.enroll_client(124, 11, ''2024-01-01'')', '42501 permission denied for schema hmis'),
	('test_reader', 'SELECT * FROM hmis.overlapping_enrollments WHERE client_id = 7', '0'), ('test_worker', 'UPDATE hmis.enrollment SET entered_by_user_id = 1', '42501 permission denied for table enrollment')) v (who, statement, outcome)
	WHERE v.statement NOT LIKE '%household_id => (SELECT%';
SELECT is((SELECT entered_by_user_id FROM enrollment WHERE client_id = 122), 12::bigint, 'who entered it is on record');
SELECT is_empty('SELECT * FROM clienttrack.verify(''hmis'') v WHERE v.table_name <> ''enrollment'' OR v.check_name NOT IN (''client_barred'')', 'verify finds nothing wrong');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
