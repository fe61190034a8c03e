-- Action plans and their steps: each function, every error, who sees what, and the list.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
UPDATE hmis_user SET active = false WHERE user_id = 1;
INSERT INTO goal (goal_id, client_id, goal_description, begin_date, date_deleted, security_organization_id) VALUES (1, 1, 'Card', '2024-01-01', NULL, 1), (2, 2, 'Card', '2024-01-01', NULL, 1), (3, 1, 'Old', '2024-01-01', now(), 1);
SELECT asked('test_worker', $$SELECT create_action_plan(1, 'Papers', 1, '2024-02-01', '[{"action": "Call", "goal_id": 1, "assigned_user_id": 12, "due_date": "2024-02-10"}, {"action": "Go"}, {"action": "Sign", "due_date": "2034-02-10"}]')$$) AS p \gset
SELECT results_eq(format('SELECT plan_name, plan_status, begin_date, program_name, organization_name, steps, steps_done, step_order, action, step_status, assigned_user_id, assigned_to, due_date, overdue, goal_description, services FROM action_plan_list WHERE action_plan_id = %s', :p),
	$$VALUES ('Papers', 'open', '2024-02-01'::date, 'Drop-in', 'Harbor', 3::bigint, 0::bigint, 1, 'Call', 'open', 12::bigint, 'Walt', '2024-02-10'::date, true, 'Card', 0::bigint), ('Papers', 'open', '2024-02-01', 'Drop-in', 'Harbor', 3, 0, 2, 'Go', 'open', NULL, NULL, NULL, false, NULL, 0),
		('Papers', 'open', '2024-02-01', 'Drop-in', 'Harbor', 3, 0, 3, 'Sign', 'open', NULL, NULL, '2034-02-10', false, NULL, 0)$$, 'create_action_plan(), action_plan_list');
SELECT min(action_step_id) AS s1, min(action_step_id) + 1 AS s2, max(action_step_id) AS s3 FROM action_step \gset
SELECT is(tried('test_worker', format('SELECT create_action_plan(%s)', a)), o, left(a, 80)) FROM (VALUES
	('1, ''x''', '1'), ('99, ''x''', 'CT009 client not found'), ('7, ''x''', 'CT009 client not found'), ('NULL, ''x''', '22004 client_id must not be null'), ('1, '' ''', '22004 plan_name must be given'), ('1, ''x'', 2', 'CT009 enrollment 2 does not exist'), ('1, ''x'', NULL, NULL', '22004 begin_date must not be null'),
	('1, ''x'', NULL, ''-infinity''', '22008 begin_date must be finite'), ('1, ''x'', NULL, current_date + 1', 'CT008 date is out of range'), ('1, ''x'', NULL, ''1900-01-01''', 'CT008 date is out of range')) v (a, o);
SELECT is(tried('test_worker', format('SELECT create_action_plan(1, ''x'', steps => %s)', s)), o, left(s, 100)) FROM (VALUES
	('NULL', '22023 steps must be a jsonb array'), ('''{}''', '22023 steps must be a jsonb array'), ('''null''', '22023 steps must be a jsonb array'), ('''5''', '22023 steps must be a jsonb array'), ('''[]''', '1'), ('''[5]''', '22023 an element does not name its action: 5'), ('''[null]''', '22023 an element does not name its action: null'), ('''[[]]''', '22023 an element does not name its action: []'), ('''[{}]''', '22023 an element does not name its action: {}'),
	('''[{"action": " "}]''', '22004 action must be given'), ('''[{"action": 5}]''', '22023 "action" must be a text, not 5'), ('''[{"action": "x", "y": 1}]''', '22023 an element has a key that is not known: y'), ('''[{"action": "x", "goal_id": 2}]''', 'CT009 goal 2 is not one of client 1'), ('''[{"action": "x", "goal_id": 3}]''', 'CT009 goal 3 is not one of client 1'), ('''[{"action": "x", "goal_id": "y"}]''', '22023 "goal_id" must be an identifier, not "y"'),
	('''[{"action": "x", "assigned_user_id": 1}]''', 'CT009 there is no active user 1'), ('''[{"action": "x", "assigned_user_id": 15}]''', 'CT009 there is no active user 15'), ('''[{"action": "x", "assigned_user_id": 999}]''', 'CT009 there is no active user 999'), ('''[{"action": "x", "assigned_user_id": 1e30}]''', '22023 "assigned_user_id" must be an identifier, not 1000000000000000000000000000000'),
	('''[{"action": "x", "due_date": "infinity"}]''', '22023 "due_date" must be a date like 2026-03-01, not infinity'), ('''[{"action": "x", "due_date": 5}]''', '22023 "due_date" must be a text, not 5'), ('''[{"action": "x", "due_date": "2024-13-01"}]''', '22023 "due_date" must be a date like 2026-03-01, not 2024-13-01'), ('''[{"action": "x", "due_date": null, "goal_id": null, "assigned_user_id": null}]''', '1'),
	('(SELECT jsonb_agg(jsonb_build_object(''action'', ''x'')) FROM generate_series(1, 500))', '1')) v (s, o);
SELECT is(tried('test_reader', $$SELECT create_action_plan(1, 'x')$$), '42501 permission denied for function create_action_plan', 'a reader');

-- Steps.
SELECT is(tried('test_worker', format('SELECT add_action_step(%s, %s)', :p, a)), o, a) FROM (VALUES ('''More'', 1, 12, ''2024-03-01''', '1'), ('''More'', 2', 'CT009 goal 2 is not one of client 1'), ('''More'', NULL, 1', 'CT009 there is no active user 1'), ('NULL', '22004 action must be given'), ('''x'', NULL, NULL, ''infinity''', '22008 due_date must be finite')) v (a, o);
SELECT is(did('test_worker', 'SELECT add_action_step(99999, ''x'')'), 'CT009 there is no action plan 99999', 'no such plan');
SELECT is(did('test_north', format('SELECT add_action_step(%s, ''x'')', :p)), format('CT009 there is no action plan %s', :p), 'of another organization');
SELECT asked('test_worker', format('SELECT add_action_step(%s, ''More'')', :p)) AS s4 \gset
SELECT is((SELECT step_order FROM action_step WHERE action_step_id = :s4), 4, 'at the end');
SELECT is(tried('test_worker', format('SELECT complete_action_step(%s, ''1900-01-01'')', :s4)), 'CT008 date is out of range', 'before birth');
SELECT is(did('test_worker', format('SELECT reorder_action_steps(%s, %s)', :p, a)), o, a) FROM (VALUES ('NULL', '22023 action_step_ids must be the steps of action plan ' || :p || ', each once'), ('''{}''', '22023 action_step_ids must be the steps of action plan ' || :p || ', each once'), (format('''{%s,%s,%s}''', :s1, :s2, :s3), '22023 action_step_ids must be the steps of action plan ' || :p || ', each once'),
	(format('''{%s,%s,%s,%s}''', :s1, :s2, :s3, :s3), '22023 action_step_ids must be the steps of action plan ' || :p || ', each once'), (format('''{%s,%s,%s,NULL}''', :s1, :s2, :s3), '22023 action_step_ids must be the steps of action plan ' || :p || ', each once'), ('array_fill(1::bigint, ARRAY[10000])', '22023 action_step_ids must be the steps of action plan ' || :p || ', each once'), (format('''{%s,%s,%s,%s}''', :s4, :s3, :s1, :s2), '1')) v (a, o);
SELECT is((SELECT array_agg(action) FROM action_plan_list), '{More,Sign,Call,Go}', 'in their new order');
CREATE FUNCTION pg_temp.step(s bigint, call text) RETURNS text LANGUAGE plpgsql AS $$
-- What a call makes of the step, or SQLSTATE and message.
DECLARE
	outcome text := public.did('test_worker', format('SELECT ' || call, s));
BEGIN
	RETURN CASE WHEN outcome = '1' THEN (SELECT concat_ws(' ', x.step_status, x.completed_date, x.status_date, x.status_comments) FROM hmis.action_step x WHERE x.action_step_id = s) ELSE outcome END;
END $$;
SELECT is(pg_temp.step(:s1, c), o, c) FROM (VALUES
	('reopen_action_step(%s)', '55000 action step ' || :s1 || ' is open'), ('complete_action_step(%s, NULL)', '22004 completed_date must not be null'), ('complete_action_step(%s, ''infinity'')', '22008 completed_date must be finite'), ('complete_action_step(%s, current_date + 1)', 'CT008 date is out of range'), ('complete_action_step(%s, ''1900-01-01'')', '22023 completed_date must not be before it was open: 1900-01-01 is before 2024-02-01'),
	('complete_action_step(NULL)', 'CT009 there is no action step null'), ('cancel_action_step(%s, NULL)', '22004 reason must be given'), ('complete_action_step(%s, ''2024-02-05'', ''called'')', 'done 2024-02-05 called'), ('cancel_action_step(%s, ''x'')', '55000 action step ' || :s1 || ' is done'),
	('reopen_action_step(%s, ''2024-02-04'')', '22023 status_date must not be before it was done: 2024-02-04 is before 2024-02-05'), ('reopen_action_step(%s, ''2024-02-06'', ''no answer'')', 'open 2024-02-06 no answer'), ('complete_action_step(%s, ''2024-02-05'')', '22023 completed_date must not be before it was open: 2024-02-05 is before 2024-02-06'),
	('cancel_action_step(%s, ''no need'', ''2024-02-07'')', 'canceled 2024-02-07 no need'), ('complete_action_step(%s)', '55000 action step ' || :s1 || ' is canceled'), ('reopen_action_step(%s, ''2024-02-08'')', 'open 2024-02-08'), ('complete_action_step(%s, ''2024-02-09'')', 'done 2024-02-09')) v (c, o);
SELECT is((SELECT DISTINCT steps || ' ' || steps_done FROM action_plan_list), '4 1', 'one of four is done');
CREATE FUNCTION pg_temp.edit(tab text, id bigint, changes text) RETURNS text LANGUAGE sql AS $$
SELECT public.tried('test_worker', format('SELECT hmis.edit_%s(%s, %L::jsonb || jsonb_build_object(''date_updated'', (SELECT date_updated FROM hmis.%I WHERE %I = %s)))', tab, id, changes, tab, tab || '_id', id)) $$;
SELECT is(pg_temp.edit('action_step', :s2, c), o, c) FROM (VALUES ('{"action": "Walk", "goal_id": 1, "assigned_user_id": 14, "due_date": "2024-05-01"}', '1'), ('{"goal_id": 2}', 'CT009 goal 2 is not one of client 1'), ('{"assigned_user_id": 1}', 'CT009 there is no active user 1'), ('{"action": null}', '22004 action must not be null'), ('{"step_order": 1}', '22023 changes have a key that is not known: step_order'), ('{"due_date": "x"}', '22023 "due_date" must be a date like 2026-03-01, not x')) v (c, o);
SELECT is(pg_temp.edit('action_plan', :p, c), o, c) FROM (VALUES ('{"plan_name": "Card", "begin_date": "2024-01-31", "enrollment_id": null}', '1'), ('{"begin_date": "2039-01-01"}', 'CT008 date is out of range'), ('{"plan_name": ""}', '22004 plan_name must not be empty'), ('{"enrollment_id": 9}', 'CT009 enrollment 9 does not exist'), ('{"plan_status": "open"}', '22023 changes have a key that is not known: plan_status')) v (c, o);
SELECT is(tried('test_worker', format($$SELECT edit_action_plan(%s, '{"plan_name": "x", "date_updated": "2020-01-01T00:00:00Z"}')$$, :p)), 'CT018 the action plan was changed since you read it', 'a stale edit');
SELECT is(caught(format('UPDATE action_step SET completed_date = current_date + 1 WHERE action_step_id = %s', :s1)), 'CT008 date is out of range', 'every writer');
SELECT matches(caught(s), o, s) FROM (VALUES (format('UPDATE action_step SET client_id = 2 WHERE action_step_id = %s; SET CONSTRAINTS ALL IMMEDIATE', :s1), '^23503'), (format('UPDATE action_plan SET plan_status = ''completed'' WHERE action_plan_id = %s', :p), '^23514'), (format('INSERT INTO action_step (action_plan_id, client_id, action) VALUES (%s, 2, ''x'')', :p), '^23503')) v (s, o);

-- Deleting and restoring steps.
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, action_step_id) VALUES (1, '2024-02-09', 1, 1, 11, :s1);
SELECT is((SELECT services FROM action_plan_list WHERE action_step_id = :s1), 1::bigint, 'a service that carries it out');
SELECT is(tried('test_worker', s), o, s) FROM (VALUES ('SELECT delete_action_step(NULL, ''x'')', '22004 action_step_id and reason must be given'), (format('SELECT delete_action_step(%s, NULL)', :s1), '22004 action_step_id and reason must be given'), ('SELECT delete_action_step(99999, ''x'')', 'CT009 there is no action step 99999 to delete'), (format('SELECT restore_action_step(%s)', :s1), format('CT009 there is no deleted action step %s to restore', :s1))) v (s, o);
SELECT is(did('test_worker', format('SELECT delete_action_step(%s, ''twice'')', :s1)), '1', 'delete_action_step()');
SELECT is((SELECT count(*) FROM action_plan_list), 3::bigint, 'it is not in the list');
SELECT is(did('test_worker', format('SELECT restore_action_step(%s)', :s1)), '1', 'restore_action_step()');

-- Closing a plan.
CREATE FUNCTION pg_temp.plan(call text, id bigint DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p bigint := coalesce(id, (SELECT min(action_plan_id) FROM hmis.action_plan));
	outcome text := public.did('test_worker', format('SELECT ' || call, p));
BEGIN
	RETURN CASE WHEN outcome = '1' THEN (SELECT concat_ws(' ', x.plan_status, x.end_date, x.status_date, x.status_comments) FROM hmis.action_plan x WHERE x.action_plan_id = p)
		|| (SELECT format(' %s', array_agg(concat_ws(' ', s.step_status, s.completed_date) ORDER BY s.action_step_id)) FROM hmis.action_step s WHERE s.action_plan_id = p AND s.date_deleted IS NULL) ELSE outcome END;
END $$;
SELECT is(pg_temp.plan(c), o, c) FROM (VALUES ('reopen_action_plan(%s)', '55000 action plan ' || :p || ' is open'), ('complete_action_plan(%s)', '55000 action plan ' || :p || ' has open steps'), ('abandon_action_plan(%s, ''x'')', '55000 action plan ' || :p || ' has open steps'), ('complete_action_plan(%s, NULL)', '22004 end_date must not be null'), ('complete_action_plan(%s, ''infinity'')', '22008 end_date must be finite'),
	('complete_action_plan(%s, current_date, NULL)', '22004 open_steps must be given'), ('complete_action_plan(%s, current_date, ''x'')', '22023 open_steps must be refuse or done or canceled, not "x"'), ('complete_action_plan(%s, ''2024-01-31'', ''done'')', '22023 end_date must not be before it was open: 2024-01-31 is before 2024-02-01'), ('complete_action_plan(%s, current_date + 1, ''done'')', 'CT008 date is out of range'),
	('abandon_action_plan(%s, NULL)', '22004 reason must be given'), ('abandon_action_plan(%s, ''moved'', ''2024-02-20'', ''canceled'')', 'abandoned 2024-02-20 moved {"done 2024-02-09","canceled 2024-02-20","canceled 2024-02-20","canceled 2024-02-20"}'), ('complete_action_plan(%s)', '55000 action plan ' || :p || ' is abandoned'),
	('add_action_step(%s, ''x'')', '55000 action plan ' || :p || ' is abandoned'), ('reopen_action_plan(%s, ''2024-02-19'')', '22023 status_date must not be before it was abandoned: 2024-02-19 is before 2024-02-20')) v (c, o);
SELECT is(pg_temp.step(:s2, 'reopen_action_step(%s)'), '55000 action plan ' || :p || ' is abandoned', 'no step of a closed plan is reopened');
SELECT is(did('test_worker', format('SELECT reorder_action_steps(%s, ''{}'')', :p)), '55000 action plan ' || :p || ' is abandoned', 'or moved');
SELECT is(pg_temp.plan('reopen_action_plan(%s, ''2024-02-21'')'), 'open 2024-02-21 {"done 2024-02-09","canceled 2024-02-20","canceled 2024-02-20","canceled 2024-02-20"}', 'reopen_action_plan() leaves the steps');
SELECT is(pg_temp.step(:s2, 'reopen_action_step(%s, ''2024-02-22'')'), 'open 2024-02-22', 'now it is');
SELECT is(pg_temp.plan('complete_action_plan(%s, ''2024-03-01'', ''done'', ''well'')'), 'completed 2024-03-01 well {"done 2024-02-09","done 2024-03-01","canceled 2024-02-20","canceled 2024-02-20"}', 'complete_action_plan()');

-- Deleting and restoring plans.
SELECT is(did('test_worker', format('SELECT delete_action_step(%s, ''x'')', :s4)), '1', 'one step before');
UPDATE action_step SET date_deleted = now() - interval '1 hour' WHERE action_step_id = :s4;
SELECT is(did('test_north', format('SELECT delete_action_plan(%s, ''x'')', :p)), format('CT009 there is no action plan %s to delete', :p), 'another organization''s');
SELECT is(did('test_worker', format('SELECT delete_action_plan(%s, ''twice'')', :p)), '1', 'delete_action_plan()');
SELECT is((SELECT count(*) FROM action_step WHERE date_deleted IS NULL), 0::bigint, 'its steps go with it');
SELECT is(did('test_worker', format('SELECT restore_action_step(%s)', :s1)), format('CT009 there is no action plan %s', :p), 'no step is restored alone');
SELECT is(did('test_worker', format('SELECT restore_action_plan(%s)', :p)), '1', 'restore_action_plan()');
SELECT is((SELECT array_agg(action_step_id ORDER BY action_step_id) FROM action_step WHERE date_deleted IS NULL), ARRAY[:s1, :s2, :s3]::bigint[], 'with the steps that were deleted with it');
SELECT is(did('test_worker', format('SELECT restore_action_plan(%s)', :p)), format('CT009 there is no deleted action plan %s to restore', :p), 'once');
SELECT is(asked(w, 'SELECT count(*) FROM action_plan_list'), n, w) FROM (VALUES ('test_reader', '3'), ('test_admin', '3'), ('test_north', '0'), ('test_haven', '0')) v (w, n);
SELECT is(did('test_worker', 'SELECT create_action_plan(1, ''Empty'')'), '1', 'a plan without steps');
SELECT is((SELECT count(*) FROM action_plan_list WHERE plan_name = 'Empty' AND action_step_id IS NULL AND steps = 0), 1::bigint, 'is a row');

-- A step towards a goal that is hidden is hidden.
SELECT define_barrier('HEALTH', 'Mental health', sensitive => true) AS h \gset
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, security_organization_id) VALUES (5, 1, :h, 1);
INSERT INTO goal (goal_id, client_id, goal_description, client_barrier_id, security_organization_id) VALUES (5, 1, 'guardednote', 5, 1);
INSERT INTO action_step (action_plan_id, client_id, action, goal_id, security_organization_id) VALUES (:p, 1, 'guardednote', 5, 1);
SELECT is(asked('test_worker', q), '0', q) FROM unnest(ARRAY['SELECT count(*) FROM action_step WHERE action ~ ''guarded''', 'SELECT count(*) FROM action_plan_list WHERE action ~ ''guarded'' OR goal_id = 5', 'SELECT count(*) FROM case_status_history WHERE record_name ~ ''guarded'' OR goal_id = 5']) q;
INSERT INTO workflow_run (workflow_id, version, run_user_id, security_organization_id) VALUES (1, 1, 12, 1);
SELECT is(tried('test_worker', 'SELECT ' || c), 'CT023 you have a workflow open', c) FROM (VALUES ('create_action_plan(1, ''x'')'), (format('add_action_step(%s, ''x'')', :p)), (format('complete_action_step(%s)', :s1)), (format('cancel_action_step(%s, ''x'')', :s1)), (format('reopen_action_step(%s)', :s1)), (format('reorder_action_steps(%s, ''{}'')', :p)), (format('complete_action_plan(%s)', :p)),
	(format('abandon_action_plan(%s, ''x'')', :p)), (format('reopen_action_plan(%s)', :p)), (format('delete_action_plan(%s, ''x'')', :p)), (format('restore_action_plan(%s)', :p)), (format('delete_action_step(%s, ''x'')', :s1)), (format('restore_action_step(%s)', :s1))) v (c);
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
