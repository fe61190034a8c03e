-- Case managers: assigning, ending, re-assigning a case load, the views, who may, and every writer.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
INSERT INTO hmis_user (user_id, user_first_name, user_last_name, active, date_deleted) VALUES (20, 'Gone', 'Away', false, NULL), (21, 'Deleted', NULL, true, now()), (22, 'Maya', 'Soto', true, NULL), (23, 'Omar', NULL, true, NULL);
INSERT INTO user_organization (member_user_id, organization_id) VALUES (22, 1), (23, 1);
CREATE FUNCTION pg_temp.held(c bigint, e bigint DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
-- The assignments of a client or an enrollment.
SELECT string_agg(format('%s%s %s-%s', case_manager_user_id, CASE WHEN is_primary THEN '' ELSE '*' END, begin_date, end_date), ', ' ORDER BY begin_date, case_assignment_id)
FROM hmis.case_assignment WHERE client_id = c AND enrollment_id IS NOT DISTINCT FROM e AND date_deleted IS NULL $$;
CREATE FUNCTION pg_temp.assign(args text) RETURNS text LANGUAGE sql AS $$ SELECT public.asked('test_worker', format('SELECT hmis.assign_case_manager(%s)', args)) $$;

-- Assigning.
SELECT pg_temp.assign('1, 12, 1, ''2024-02-01''') AS a \gset
SELECT results_eq('SELECT client_id, enrollment_id, case_manager_user_id, is_primary, assignment_role, begin_date, end_date, security_organization_id, user_id FROM case_assignment', $$VALUES (1::bigint, 1::bigint, 12::bigint, true, 'Case Manager', '2024-02-01'::date, NULL::date, 1::bigint, 12::bigint)$$, 'assign_case_manager()');
SELECT is(pg_temp.assign('1, 12, 1, ''2024-02-01'''), :'a', 'the same again');
SELECT is(pg_temp.assign('1, 12, 1'), :'a', 'and later');
SELECT is(pg_temp.held(1, 1), '12 2024-02-01-', 'changes nothing');
SELECT matches(pg_temp.assign('1, 22, 1, ''2024-03-01'''), '^\d+$', 'another');
SELECT is(pg_temp.held(1, 1), '12 2024-02-01-2024-03-01, 22 2024-03-01-', 'ends it on the day');
SELECT is((SELECT end_reason FROM case_assignment WHERE case_assignment_id = :a), 'Replaced', 'and says why');
SELECT matches(pg_temp.assign('1, 23, 1, ''2024-01-15'''), '^\d+$', 'back-dated');
SELECT is(pg_temp.held(1, 1), '23 2024-01-15-2024-02-01, 12 2024-02-01-2024-03-01, 22 2024-03-01-', 'until the next');
SELECT matches(pg_temp.assign('1, 14, 1, ''2024-02-10'''), '^\d+$', 'in the middle');
SELECT is(pg_temp.held(1, 1), '23 2024-01-15-2024-02-01, 12 2024-02-01-2024-02-10, 14 2024-02-10-2024-03-01, 22 2024-03-01-', 'ends one, and until the next');
SELECT matches(pg_temp.assign('1, 12, 1, current_date + 30'), '^\d+$', 'in the future');
SELECT is(pg_temp.held(1, 1), format('23 2024-01-15-2024-02-01, 12 2024-02-01-2024-02-10, 14 2024-02-10-2024-03-01, 22 2024-03-01-%1$s, 12 %1$s-', current_date + 30), 'ends the present one then');
SELECT matches(pg_temp.assign('1, 23, 1, current_date, false, ''Housing Navigator'''), '^\d+$', 'one who is not the primary one');
SELECT is(pg_temp.assign('1, 23, 1, current_date, false, ''Housing Navigator'''), (SELECT max(case_assignment_id)::text FROM case_assignment), 'once');
SELECT is((SELECT count(*) FROM case_assignment WHERE enrollment_id = 1 AND is_primary AND begin_date <= current_date AND (end_date IS NULL OR end_date > current_date)), 1::bigint, 'ends nobody');
SELECT matches(pg_temp.assign('1, 12'), '^\d+$', 'of the client as such');
SELECT is(pg_temp.held(1), format('12 %s-', current_date), 'is another matter');
SELECT matches(pg_temp.assign('1, 22'), '^\d+$', 'on the same day');
SELECT is(pg_temp.held(1), format('12 %1$s-%1$s, 22 %1$s-', current_date), 'takes the place');
SELECT is(pg_temp.assign(a), o, a) FROM (VALUES
	('99, 12', 'CT009 client not found'), ('7, 12', 'CT009 client not found'), ('NULL, 12', '22004 client_id must not be null'), ('1, NULL', '22004 case_manager_user_id and is_primary must not be null'), ('1, 12, 1, current_date, NULL', '22004 case_manager_user_id and is_primary must not be null'), ('1, 12, 1, current_date, true, '' ''', '22004 assignment_role must be given'),
	('1, 20', 'CT009 there is no active user 20'), ('1, 21', 'CT009 there is no active user 21'), ('1, 999', 'CT009 there is no active user 999'), ('1, 15', 'CT009 there is no active user 15'), ('1, 13', '22023 user 13 does not see client 1'), ('1, 12, 2', 'CT009 enrollment 2 does not exist'), ('1, 12, 9', 'CT009 enrollment 9 does not exist'),
	('1, 12, NULL, NULL', '22004 begin_date must not be null'), ('1, 12, NULL, ''infinity''', '22008 begin_date must be finite'), ('1, 12, NULL, ''-infinity''', '22008 begin_date must be finite'), ('1, 12, NULL, ''1900-01-01''', 'CT008 date is out of range'), ('2, 12, 2, ''2024-02-01''', 'CT008 the client left enrollment 2 on 2024-01-31')) v (a, o);
SELECT matches(pg_temp.assign('2, 12, 2, ''2024-01-10'''), '^\d+$', 'of an enrollment that the client left');
SELECT is(pg_temp.held(2, 2), '12 2024-01-10-2024-02-01', 'until the day after');
SELECT matches(pg_temp.assign('8, 13, 81, ''2024-02-01'''), '^\d+$', 'a user of another organization that serves the client');
SELECT matches(pg_temp.assign('8, 16'), '^\d+$', 'an administrator, who is of none');
SELECT is(did('test_north', 'SELECT assign_case_manager(8, 13)'), '1', 'of the client as such each organization has one');
SELECT is(pg_temp.held(8), format('16 %1$s-, 13 %1$s-', current_date), 'neither ends the other');
SELECT is(did('test_reader', 'SELECT assign_case_manager(1, 12)'), '42501 permission denied for function assign_case_manager', 'a reader');

-- A client that was released can be assigned to whom it was released.
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (5, 1, 2, current_date + 10);
SELECT is(tried('test_worker', 'SELECT assign_case_manager(5, 13)'), '1', 'while the release is in force');
SELECT is(tried('test_north', 'SELECT assign_case_manager(5, 13)'), '1', 'also by them');
UPDATE information_release SET revoked_date = current_date;
SELECT is(tried('test_worker', 'SELECT assign_case_manager(5, 13)'), '22023 user 13 does not see client 5', 'not when it is revoked');

-- An enrollment that was released is seen by others, but not theirs to assign somebody to.
UPDATE information_release SET revoked_date = NULL, shares = '{enrollments}';
SELECT is(tried('test_north', 'SELECT count(*) FROM enrollment WHERE enrollment_id = 5'), '1', 'a released enrollment');
SELECT is(tried('test_north', 'SELECT assign_case_manager(5, 13, 5)'), '42501 program 11 is not one of your organizations''', 'is not theirs to assign');
UPDATE information_release SET revoked_date = current_date;
SELECT is(tried('test_both', 'SELECT assign_case_manager(8, 14, 8)'), '1', 'who works for both');
SELECT did('test_both', 'SELECT assign_case_manager(8, 14, 8)') \g /dev/null
SELECT is((SELECT security_organization_id FROM case_assignment WHERE enrollment_id = 8), 1::bigint, 'in the name of one');
SELECT is(did('test_north', 'SELECT assign_case_manager(8, 13, 8)'), '1', 'is replaced by the other, whose program it is');

-- Every writer.
SELECT is(caught(s), o, s) FROM (VALUES
	('INSERT INTO case_assignment (client_id, enrollment_id, case_manager_user_id, begin_date) VALUES (4, 4, 12, ''2024-01-01''), (4, 4, 22, ''2024-02-01'')', 'CT022 there is another primary case manager at that time'), ('INSERT INTO case_assignment (client_id, enrollment_id, case_manager_user_id, begin_date, end_date) VALUES (4, 4, 12, ''2024-01-01'', ''2024-02-01''), (4, 4, 22, ''2024-02-01'', NULL)', 'ok'),
	('UPDATE case_assignment SET end_date = ''2024-02-02'' WHERE client_id = 4 AND case_manager_user_id = 12', 'CT022 there is another primary case manager at that time'), ('UPDATE case_assignment SET begin_date = ''1900-01-01'' WHERE client_id = 4', 'CT008 date is out of range')) v (s, o);
SELECT matches(caught(s), '^23514', s) FROM unnest(ARRAY['UPDATE case_assignment SET end_date = ''2023-01-01'' WHERE client_id = 4', 'UPDATE case_assignment SET begin_date = ''infinity'', end_date = NULL WHERE client_id = 4']) s;
SELECT is(did('test_worker', 'INSERT INTO case_assignment (client_id, case_manager_user_id, security_organization_id) VALUES (9, 12, 1)'), '42501 new row violates row-level security policy for table "case_assignment"', 'nobody is assigned to a client out of sight');

-- Ending, deleting, restoring.
SELECT max(case_assignment_id) AS e FROM case_assignment WHERE client_id = 4 \gset
SELECT is(did('test_worker', format('SELECT end_case_assignment(%s)', a)), o, a) FROM (VALUES (:'e' || ', NULL', '22004 end_date must not be null'), (:'e' || ', ''infinity''', '22008 end_date must be finite'), (:'e' || ', ''2024-01-31''', '22023 end_date must not be before begin_date: 2024-01-31 is before 2024-02-01'), ('NULL', 'CT009 there is no case assignment null'), ('99999', 'CT009 there is no case assignment 99999'),
	(:'e' || ', current_date + 5, ''leaves''', '1'), (:'e' || ', current_date + 6', format('55000 case assignment %s ends on %s already', :e, current_date + 5)), (:'e' || ', ''2024-03-01'', ''left''', '1')) v (a, o);
SELECT is((SELECT end_date || ' ' || end_reason FROM case_assignment WHERE case_assignment_id = :e), '2024-03-01 left', 'end_case_assignment()');
SELECT is(did('test_north', format('SELECT end_case_assignment(%s, ''2024-02-10'')', :e)), format('CT009 there is no case assignment %s', :e), 'of another organization');
SELECT is(did('test_worker', s), o, s) FROM (VALUES (format('SELECT delete_case_assignment(%s, '''')', :e), '22004 case_assignment_id and reason must be given'), (format('SELECT restore_case_assignment(%s)', :e), format('CT009 there is no deleted case assignment %s to restore', :e)), (format('SELECT delete_case_assignment(%s, ''mistake'')', :e), '1'),
	('SELECT assign_case_manager(4, 12, 4, ''2024-02-05'')', '1'), (format('SELECT restore_case_assignment(%s)', :e), 'CT022 there is another primary case manager at that time'), ('SELECT delete_case_assignment((SELECT max(case_assignment_id) FROM case_assignment), ''mistake'')', '1'), (format('SELECT restore_case_assignment(%s)', :e), '1')) v (s, o);

-- An exit.
SELECT is(pg_temp.assign('5, 12, 5, ''2024-02-01''') ~ '^\d+$' AND pg_temp.assign('5, 22, 5, ''2024-06-01''') ~ '^\d+$' AND pg_temp.assign('5, 23, 5, ''2024-02-01'', false') ~ '^\d+$' AND pg_temp.assign('5, 12, NULL, ''2024-02-01''') ~ '^\d+$', true, 'an enrollment with several');
SELECT is(asked('test_worker', 'SELECT end_assignments_of(5, ''2024-05-01'')'), '3', 'end_assignments_of()');
SELECT is(pg_temp.held(5, 5), '12 2024-02-01-2024-05-02, 23* 2024-02-01-2024-05-02, 22 2024-06-01-2024-06-01', 'the day after is the first without');
SELECT is(pg_temp.held(5), '12 2024-02-01-', 'the client as such keeps his');
SELECT is(asked('test_worker', 'SELECT end_assignments_of(5, ''2024-05-01'')'), '0', 'once');
SELECT is(tried('test_worker', 'SELECT end_assignments_of(5, NULL)'), '22004 exit_date must not be null', 'without a day');

-- Case loads.
DELETE FROM case_assignment;
SELECT count(pg_temp.assign(a)) FROM unnest(ARRAY['1, 12, 1, ''2024-02-01''', '1, 12, NULL, ''2024-02-01''', '4, 12, 4, ''2024-02-01''', '5, 12, 5, ''2024-02-01''', '5, 23, 5, ''2024-02-01'', false', '6, 22, 6, ''2024-02-01''', '2, 12, 2, ''2024-01-10''', '8, 12, 81, current_date + 9']) a \g /dev/null
INSERT INTO assessment_type (assessment_type_id, assessment_type_code, assessment_type_name) VALUES (901, 'INTAKE', 'Intake');
INSERT INTO assessment_follow_up (client_id, assessment_type_id, enrollment_id, due_date, security_organization_id) VALUES (1, 1, 1, '2024-05-01', 1), (1, 1, NULL, '2024-06-01', 1), (4, 1, 4, '2024-07-01', 1);
INSERT INTO goal (client_id, enrollment_id, goal_description, security_organization_id) VALUES (1, 1, 'Card', 1), (1, NULL, 'Work', 1);
SELECT define_barrier('PAPERS', 'No papers') AS k \gset
INSERT INTO client_barrier (client_id, enrollment_id, barrier_id, security_organization_id) VALUES (1, 1, :k, 1);
INSERT INTO action_plan (action_plan_id, client_id, enrollment_id, plan_name, security_organization_id) VALUES (1, 1, 1, 'Plan', 1);
INSERT INTO action_step (action_plan_id, client_id, action, due_date, security_organization_id) VALUES (1, 1, 'Call', '2024-01-01', 1), (1, 1, 'Go', '2034-01-01', 1);
SELECT results_eq('SELECT case_manager_user_id, case_manager, client_id, enrollment_id, program_name, is_primary, begin_date, days, next_follow_up, open_goals, open_barriers, overdue_steps FROM case_load ORDER BY 1, 3, 4',
	$$VALUES (12::bigint, 'Walt', 1::bigint, 1::bigint, 'Drop-in', true, '2024-02-01'::date, current_date - '2024-02-01'::date, '2024-05-01'::date, 1::bigint, 1::bigint, 1::bigint), (12, 'Walt', 1, NULL, NULL, true, '2024-02-01', current_date - '2024-02-01'::date, '2024-05-01', 2, 1, 1), (12, 'Walt', 4, 4, 'Shelter', true, '2024-02-01', current_date - '2024-02-01'::date, '2024-07-01', 0, 0, 0),
		(12, 'Walt', 5, 5, 'Drop-in', true, '2024-02-01', current_date - '2024-02-01'::date, NULL, 0, 0, 0), (22, 'Maya Soto', 6, 6, 'Drop-in', true, '2024-02-01', current_date - '2024-02-01'::date, NULL, 0, 0, 0), (23, 'Omar', 5, 5, 'Drop-in', false, '2024-02-01', current_date - '2024-02-01'::date, NULL, 0, 0, 0)$$, 'case_load');
SELECT results_eq('SELECT * FROM case_load_summary ORDER BY 1', $$VALUES (12::bigint, 'Walt', true, 4::bigint, 4::bigint, 3::bigint, 3::bigint), (22, 'Maya Soto', true, 1, 1, 1, 1), (23, 'Omar', true, 1, 0, 1, 1)$$, 'case_load_summary');
SELECT is((SELECT string_agg(format('%s %s', case_manager_user_id, assignments), ', ' ORDER BY 1) FROM case_load_summary_on(d)), o, d::text) FROM (VALUES ('2024-01-09'::date, NULL), ('2024-01-31', '12 1'), ('2024-02-01', '12 4, 22 1, 23 1'), (current_date + 9, '12 5, 22 1, 23 1'), (NULL, NULL)) v (d, o);
SELECT is(asked(w, 'SELECT count(*) FROM case_load'), n, w) FROM (VALUES ('test_reader', '6'), ('test_worker', '6'), ('test_admin', '6'), ('test_north', '0'), ('test_haven', '0')) v (w, n);
UPDATE enrollment SET exit_date = '2024-03-01' WHERE enrollment_id = 5;
SELECT is((SELECT count(*) FROM case_load WHERE client_id = 5), 0::bigint, 'whom nobody exited by a form is in no case load either');
UPDATE enrollment SET exit_date = NULL WHERE enrollment_id = 5;

-- Re-assigning a case load.
SELECT is(tried('test_worker', format('SELECT * FROM reassign_case_load(%s)', a)), o, left(a, 80)) FROM (VALUES
	('NULL, 22', '22004 from_user_id, to_user_id and elements of client_ids must not be null'), ('12, NULL', '22004 from_user_id, to_user_id and elements of client_ids must not be null'), ('12, 22, current_date, NULL, ''{1,NULL}''', '22004 from_user_id, to_user_id and elements of client_ids must not be null'), ('12, 12', '22023 from_user_id and to_user_id must not be the same'),
	('12, 20', 'CT009 there is no active user 20'), ('12, 15', 'CT009 there is no active user 15'), ('12, 13', '22023 user 13 does not see client 1'), ('12, 22, NULL', '22004 begin_date must not be null'), ('12, 22, ''infinity''', '22008 begin_date must be finite'), ('12, 22, current_date, NULL, ''{1,6}''', 'CT009 user 12 is not assigned to client 6'),
	('12, 22, current_date, NULL, ''{99}''', 'CT009 user 12 is not assigned to client 99'), ('12, 22, current_date, NULL, ''{7}''', 'CT009 user 12 is not assigned to client 7'), ('12, 22, current_date, NULL, (SELECT array_agg(i) FROM generate_series(1, 10000) i)', 'CT009 user 12 is not assigned to client 2'), ('12, 22, current_date, NULL, ''{}''', '0'), ('23, 22, ''2023-01-01''', '1'), ('999, 22', '0'), ('12, 22', '5'), ('12, 22, current_date, NULL, ''{1}''', '2'), ('12, 22, current_date, NULL, ''{1,4}'', 12', 'CT009 user 12 is not assigned to client 1'), ('12, 22, current_date, NULL, NULL, 12', '1'), ('12, 22, current_date, NULL, NULL, 999', '0'), ('12, 22, ''2024-01-20''', '6')) v (a, o);
SELECT is(tried('test_reader', 'SELECT * FROM reassign_case_load(12, 22)'), '42501 permission denied for function reassign_case_load', 'a reader');
SELECT is(tried('test_north', 'SELECT * FROM reassign_case_load(12, 13)'), '0', 'another organization moves nothing');
CREATE TEMP TABLE moved AS SELECT * FROM reassign_case_load(12, 22, '2024-04-01', 'leaves', NULL, NULL);
SELECT results_eq('SELECT m.client_id, m.enrollment_id, m.is_primary, m.since, o.end_date, o.end_reason, n.case_manager_user_id, n.end_date, n.security_organization_id FROM moved m JOIN case_assignment o ON o.case_assignment_id = m.previous_assignment_id JOIN case_assignment n ON n.case_assignment_id = m.case_assignment_id ORDER BY 1, 2',
	$$VALUES (1::bigint, 1::bigint, true, '2024-04-01'::date, '2024-04-01'::date, 'leaves', 22::bigint, NULL::date, 1::bigint), (1, NULL, true, '2024-04-01', '2024-04-01', 'leaves', 22, NULL, 1), (4, 4, true, '2024-04-01', '2024-04-01', 'leaves', 22, NULL, 1), (5, 5, true, '2024-04-01', '2024-04-01', 'leaves', 22, NULL, 1),
		(8, 81, true, current_date + 9, current_date + 9, 'leaves', 22, NULL, 1)$$, 'each ended and taken over, one that begins later when it does');
SELECT is((SELECT string_agg(format('%s %s', case_manager_user_id, assignments), ', ' ORDER BY 1) FROM case_load_summary), '22 5, 23 1', 'the case load is another''s');
SELECT is((SELECT count(*) FROM reassign_case_load(12, 22, '2024-04-01')), 0::bigint, 'nothing is left');
SELECT count(pg_temp.assign('5, 22, 5, current_date, false')) \g /dev/null
SELECT is((SELECT array_agg(DISTINCT case_assignment_id) FROM reassign_case_load(23, 22)), (SELECT array_agg(case_assignment_id) FROM case_assignment WHERE client_id = 5 AND case_manager_user_id = 22 AND NOT is_primary), 'who has the same besides keeps it');
SELECT is((SELECT count(*) FROM case_assignment WHERE client_id = 5 AND NOT is_primary AND end_date IS NULL), 1::bigint, 'once');
SELECT is((SELECT end_date FROM case_assignment WHERE client_id = 5 AND case_manager_user_id = 23), current_date, 'the other ends');

-- Five hundred clients at once.
INSERT INTO client (client_id, security_organization_id) SELECT i, 1 FROM generate_series(3001, 3500) i;
INSERT INTO case_assignment (client_id, case_manager_user_id, begin_date, security_organization_id) SELECT i, 23, '2024-02-01', 1 FROM generate_series(3001, 3500) i;
SELECT is(asked('test_worker', 'SELECT count(DISTINCT case_assignment_id) FROM reassign_case_load(23, 22)'), '500', 'five hundred');

-- A user who is deactivated with a case load.
CREATE FUNCTION pg_temp.warned(statement text) RETURNS text LANGUAGE plpgsql AS $$
-- How a statement ends where warnings refuse it, and what it is warned of.
DECLARE
	outcome text;
BEGIN
	PERFORM set_config('clienttrack.refuse_warnings', 'on', true);
	outcome := public.caught(statement);
	RETURN concat_ws(': ', outcome, CASE WHEN outcome ~ 'CT014' THEN public.last_detail() END);
END $$;
SELECT is(pg_temp.warned('UPDATE hmis_user SET active = false WHERE user_id = 22'), 'CT014 there are warnings to confirm: user still has a case load. Left: user 22 has 507 assignments.', 'deactivating');
SELECT is(pg_temp.warned('UPDATE hmis_user SET date_deleted = now() WHERE user_id = 22'), 'CT014 there are warnings to confirm: user still has a case load. Left: user 22 has 507 assignments.', 'deleting');
SET clienttrack.refuse_warnings = off;
SELECT is(caught('UPDATE hmis_user SET user_last_name = ''x'' WHERE user_id = 22'), 'ok', 'renaming');
SELECT is(did('test_admin', 'UPDATE hmis_user SET active = false WHERE user_id IN (12, 22)'), '2', 'a warning does not refuse');
SELECT is((SELECT active FROM case_load_summary WHERE case_manager_user_id = 22), false, 'and the summary shows who is to be replaced');
SELECT is(asked('test_both', 'SELECT count(*) FROM reassign_case_load(22, 14)'), '507', 'by whom they are taken over');
UPDATE hmis_user SET active = true;
INSERT INTO workflow_run (workflow_id, version, run_user_id, security_organization_id) VALUES (1, 1, 12, 1);
SELECT is(tried('test_worker', 'SELECT ' || c), 'CT023 you have a workflow open', c) FROM unnest(ARRAY['assign_case_manager(1, 12)', 'end_case_assignment(1)', 'delete_case_assignment(1, ''x'')', 'restore_case_assignment(1)', 'reassign_case_load(12, 14)']) c;
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
