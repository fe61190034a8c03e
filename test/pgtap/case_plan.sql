-- Needs and barriers, and goals: each function, every error, who sees what, and the lists.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
DELETE FROM barrier;
CREATE ROLE test_counsel IN ROLE clienttrack_worker, clienttrack_read_sensitive;
INSERT INTO hmis_user (user_id, login_role, user_first_name, user_last_name) VALUES (17, 'test_counsel', 'Cora', 'Lane');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (17, 1);
CREATE FUNCTION pg_temp.ask(who text, query text) RETURNS text LANGUAGE sql AS $$ SELECT public.asked(who, query) $$;
\set NOBODY '''CT009 client not found'''

-- The list of needs and barriers.
SELECT ok(define_barrier('PAPERS', 'No papers') IS NOT NULL, 'define_barrier()');
SELECT ok(define_barrier('HEALTH', 'Mental health', sensitive => true) IS NOT NULL, 'a sensitive one');
SELECT ok(define_barrier('OLD', 'Old', active => false) IS NOT NULL, 'one that is not chosen any more');
SELECT results_eq($$SELECT barrier_code, sensitive, active FROM barrier ORDER BY 1$$, $$VALUES ('HEALTH', true, true), ('OLD', false, false), ('PAPERS', false, true)$$, 'as said');
SELECT is(define_barrier('HEALTH'), (SELECT barrier_id FROM barrier WHERE barrier_code = 'HEALTH' AND sensitive), 'what is not given stays');
SELECT is(did('test_worker', $$SELECT define_barrier('X', 'X')$$), '42501 permission denied for table barrier', 'a worker defines none');
SELECT is(export_catalogue() -> 'barriers' -> 0, '{"code": "HEALTH", "name": "Mental health", "sensitive": true, "active": true}', 'the catalogue has it');

-- Needs and barriers.
SELECT asked('test_worker', $$SELECT identify_barrier(1, 'PAPERS', 1, '2024-02-01', 'lost them')$$) AS b \gset
SELECT results_eq(format($$SELECT client_id, barrier_status, enrollment_id, identified_date, resolved_date, comments, security_organization_id, user_id FROM client_barrier WHERE client_barrier_id = %s$$, :b),
	$$VALUES (1::bigint, 'identified', 1::bigint, '2024-02-01'::date, NULL::date, 'lost them', 1::bigint, 12::bigint)$$, 'identify_barrier()');
SELECT is(tried('test_worker', format('SELECT identify_barrier(%s)', a)), o, a) FROM (VALUES
	('99, ''PAPERS''', :NOBODY), ('9, ''PAPERS''', 'CT009 client not found'), ('NULL, ''PAPERS''', '22004 client_id must not be null'), ('1, NULL', '22004 barrier must be given'), ('1, '' ''', '22004 barrier must be given'),
	('1, ''NONE''', 'CT009 there is no active barrier "NONE"'), ('1, ''OLD''', 'CT009 there is no active barrier "OLD"'), ('1, ''PAPERS'', 2', 'CT009 enrollment 2 does not exist'), ('1, ''PAPERS'', 9', 'CT009 enrollment 9 does not exist'),
	('1, ''PAPERS'', NULL, NULL', '22004 identified_date must not be null'), ('1, ''PAPERS'', NULL, ''infinity''', '22008 identified_date must be finite'), ('1, ''PAPERS'', NULL, ''-infinity''', '22008 identified_date must be finite'),
	('1, ''PAPERS'', NULL, current_date + 1', 'CT008 date is out of range'), ('1, ''PAPERS'', NULL, ''1923-04-04''', 'CT008 date is out of range'), ('1, ''HEALTH''', '42501 this needs the right "read_sensitive"'), ('8, ''PAPERS'', 81', '1'), ('1, ''PAPERS''', '1')) v (a, o);
SELECT is(tried('test_reader', $$SELECT identify_barrier(1, 'PAPERS')$$), '42501 permission denied for function identify_barrier', 'a reader');
SELECT is(tried('test_north', $$SELECT identify_barrier(1, 'PAPERS')$$), 'CT009 client not found', 'another organization');

CREATE FUNCTION pg_temp.barrier(call text) RETURNS text LANGUAGE plpgsql AS $$
-- What a call makes of the barrier, or SQLSTATE and message.
DECLARE
	b bigint := (SELECT min(client_barrier_id) FROM hmis.client_barrier);
	outcome text := public.did('test_worker', format('SELECT ' || call, b));
BEGIN
	RETURN CASE WHEN outcome = '1' THEN (SELECT concat_ws(' ', x.barrier_status, x.resolved_date, x.status_date, x.status_comments) FROM hmis.client_barrier x WHERE x.client_barrier_id = b) ELSE outcome END;
END $$;
SELECT is(pg_temp.barrier(c), o, c) FROM (VALUES
	('reopen_barrier(%s)', '55000 need or barrier ' || :b || ' is identified'), ('work_on_barrier(%s, ''2024-01-31'')', '22023 status_date must not be before it was identified: 2024-01-31 is before 2024-02-01'),
	('work_on_barrier(%s, NULL)', '22004 status_date must not be null'), ('work_on_barrier(%s, ''infinity'')', '22008 status_date must be finite'), ('work_on_barrier(%s, current_date + 1)', 'CT008 date is out of range'),
	('work_on_barrier(NULL)', 'CT009 there is no need or barrier null'), ('work_on_barrier(99999)', 'CT009 there is no need or barrier 99999'),
	('work_on_barrier(%s, ''2024-02-03'', ''called'')', 'worked_on 2024-02-03 called'), ('work_on_barrier(%s)', '55000 need or barrier ' || :b || ' is worked on'),
	('resolve_barrier(%s, ''2024-02-02'')', '22023 resolved_date must not be before it was worked on: 2024-02-02 is before 2024-02-03'), ('resolve_barrier(%s, current_date + 1)', 'CT008 date is out of range'),
	('resolve_barrier(%s, ''2024-02-05'', ''has them'')', 'resolved 2024-02-05 has them'), ('resolve_barrier(%s)', '55000 need or barrier ' || :b || ' is resolved'),
	('reopen_barrier(%s, ''2024-02-04'')', '22023 status_date must not be before it was resolved: 2024-02-04 is before 2024-02-05'), ('reopen_barrier(%s, ''2024-02-05'', ''lost again'')', 'identified 2024-02-05 lost again'),
	('resolve_barrier(%s, ''2024-02-10'')', 'resolved 2024-02-10')) v (c, o);
SELECT is(did('test_north', format('SELECT resolve_barrier(%s)', :b)), 'CT009 there is no need or barrier ' || :b, 'of another organization');
SELECT is(did('test_reader', format('SELECT resolve_barrier(%s)', :b)), '42501 permission denied for function resolve_barrier', 'a reader');

-- Every writer.
SELECT is(caught(format('UPDATE client_barrier SET %s WHERE client_barrier_id = %s', s, :b)), o, s) FROM (VALUES
	('resolved_date = current_date + 1', 'CT008 date is out of range'), ('identified_date = ''1900-01-01''', 'CT008 date is out of range'), ('status_date = current_date + 1', 'CT008 date is out of range'), ('comments = ''x''', 'ok')) v (s, o);
SELECT matches(caught(format('UPDATE client_barrier SET %s WHERE client_barrier_id = %s', s, :b)), '^23514', s) FROM unnest(ARRAY['resolved_date = ''2024-01-01''', 'resolved_date = NULL', 'barrier_status = ''identified''', 'barrier_status = ''x''', 'identified_date = ''-infinity''']) s;
SELECT is(caught($$INSERT INTO client_barrier (client_id, barrier_id, identified_date) SELECT client_id, min(barrier_id), current_date + 1 FROM client, barrier GROUP BY 1$$), 'CT008 date is out of range', 'many at once');
SELECT matches(last_detail(), format('^In the future, before the client''s birth, or of a deleted client: client \d on %s, .* and 6 more\.$', current_date + 1), 'DETAIL');
SELECT is(caught('UPDATE client SET dob = ''2024-06-01'' WHERE client_id = 3'), 'ok', 'a birth date without a case');
SELECT is(caught('INSERT INTO client_barrier (client_id, barrier_id, identified_date) SELECT 3, min(barrier_id), ''2024-06-01'' FROM barrier'), 'ok', 'on the day of birth');
SELECT is(caught('UPDATE client SET dob = ''2024-06-02'' WHERE client_id = 3'), 'CT006 needs, goals, action plans, authorizations or case managers would be left without the client or before birth', 'the reverse');
SELECT is(last_detail(), 'In the way: client 3 has 1 need or barrier on 2024-06-01.', 'DETAIL says what');
SELECT is(caught('UPDATE client SET date_deleted = now() WHERE client_id = 3'), 'CT006 needs, goals, action plans, authorizations or case managers would be left without the client or before birth', 'nor is the client deleted');
DELETE FROM client_barrier WHERE client_id = 3;

-- Editing.
CREATE FUNCTION pg_temp.edit(tab text, id bigint, changes text, who text DEFAULT 'test_worker') RETURNS text LANGUAGE sql AS $$
-- How the edit of a row ends, with its date_updated unless changes have another.
SELECT public.tried(who, format('SELECT hmis.edit_%s(%s, %s)', tab, id, CASE WHEN changes ~ ':' AND changes !~ 'date_updated' THEN
	format('%L::jsonb || jsonb_build_object(''date_updated'', (SELECT date_updated FROM hmis.%I WHERE %I = %s))', changes, tab, tab || '_id', id) ELSE format('%L', changes) END)) $$;
SELECT is(pg_temp.edit('client_barrier', :b, c), o, c) FROM (VALUES
	('{"comments": "new"}', '1'), ('{"comments": null}', '1'), ('{"enrollment_id": null}', '1'), ('{"enrollment_id": "1"}', '1'), ('{"identified_date": "2024-01-05", "resolved_date": "2024-01-06"}', '1'), ('{"enrollment_id": 2}', 'CT009 enrollment 2 does not exist'),
	('{"resolved_date": "2039-01-01"}', 'CT008 date is out of range'), ('{"identified_date": null}', '22004 identified_date must not be null'), ('{"identified_date": "2024-02-30"}', '22023 "identified_date" is no day: 2024-02-30'),
	('{"identified_date": "tomorrow"}', '22023 "identified_date" must be a date like 2026-03-01, not tomorrow'), ('{"identified_date": 5}', '22023 "identified_date" must be a text, not 5'), ('{"comments": 5}', '22023 "comments" must be a text, not 5'), ('{"enrollment_id": true}', '22023 "enrollment_id" must be an identifier, not true'),
	('{"enrollment_id": 99999999999999999999}', '22023 "enrollment_id" must be an identifier, not 99999999999999999999'), ('{"client_id": 2}', '22023 changes have a key that is not known: client_id'), ('{"barrier_status": "resolved"}', '22023 changes have a key that is not known: barrier_status'), ('[]', '22023 changes must be a jsonb object'), (NULL, '22023 changes must be a jsonb object'), ('7', '22023 changes must be a jsonb object'),
	('{}', '22004 date_updated must be given'), ('{"date_updated": null}', '22004 date_updated must be given'), ('{"date_updated": "now"}', '22023 date_updated must be a date like 2026-03-01, not now'), ('{"date_updated": "2020-01-01T00:00:00Z", "comments": "x"}', 'CT018 the need or barrier was changed since you read it')) v (c, o);
SELECT is(pg_temp.edit('client_barrier', 99999, '{"date_updated": "2020-01-01T00:00:00Z"}'), 'CT009 there is no need or barrier 99999', 'one that is not there');
SELECT is(pg_temp.edit('client_barrier', :b, '{"comments": "x", "date_updated": "2020-01-01T00:00:00Z"}', 'test_north'), 'CT009 there is no need or barrier ' || :b, 'another organization''s');
SELECT matches(pg_temp.edit('client_barrier', :b, '{"resolved_date": null}'), '^23514', 'a date goes with its status');

-- Goals.
SELECT asked('test_worker', format($$SELECT set_goal(1, 'Identity card', 1, %s, '2024-02-01', '2024-03-01')$$, :b)) AS g \gset
SELECT results_eq(format('SELECT client_id, goal_description, goal_status, enrollment_id, client_barrier_id, begin_date, target_date, security_organization_id FROM goal WHERE goal_id = %s', :g), format($$VALUES (1::bigint, 'Identity card', 'open', 1::bigint, %s::bigint, '2024-02-01'::date, '2024-03-01'::date, 1::bigint)$$, :b), 'set_goal()');
SELECT is(tried('test_worker', format('SELECT set_goal(%s)', a)), o, a) FROM (VALUES
	('99, ''x''', :NOBODY), ('NULL, ''x''', '22004 client_id must not be null'), ('1, NULL', '22004 goal_description must be given'), ('1, E'' \n''', '22004 goal_description must be given'), ('1, ''x'', 2', 'CT009 enrollment 2 does not exist'), ('1, ''x'', NULL, 99999', 'CT009 need or barrier 99999 is not one of client 1'),
	('2, ''x'', NULL, ' || :b, 'CT009 need or barrier ' || :b || ' is not one of client 2'), ('1, ''x'', NULL, NULL, NULL', '22004 begin_date must not be null'), ('1, ''x'', NULL, NULL, ''infinity''', '22008 begin_date must be finite'), ('1, ''x'', NULL, NULL, current_date, ''-infinity''', '22008 target_date must be finite'),
	('1, ''x'', NULL, NULL, ''2024-02-02'', ''2024-02-01''', '22023 target_date must not be before begin_date: 2024-02-01 is before 2024-02-02'), ('1, ''x'', NULL, NULL, current_date + 1', 'CT008 date is out of range'), ('1, ''x'', NULL, NULL, current_date, current_date + 1000', '1'), ('1, repeat(''long '', 100000)', '1')) v (a, o);
CREATE FUNCTION pg_temp.goal(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	g bigint := (SELECT min(goal_id) FROM hmis.goal);
	outcome text := public.did('test_worker', format('SELECT ' || call, g));
BEGIN
	RETURN CASE WHEN outcome = '1' THEN (SELECT concat_ws(' ', x.goal_status, x.closed_date, x.status_date, x.status_comments) FROM hmis.goal x WHERE x.goal_id = g) ELSE outcome END;
END $$;
SELECT is(pg_temp.goal(c), o, c) FROM (VALUES
	('reopen_goal(%s)', '55000 goal ' || :g || ' is open'), ('achieve_goal(%s, ''2024-01-31'')', '22023 closed_date must not be before it was open: 2024-01-31 is before 2024-02-01'), ('achieve_goal(%s, NULL)', '22004 closed_date must not be null'), ('achieve_goal(%s, ''infinity'')', '22008 closed_date must be finite'),
	('achieve_goal(%s, current_date + 1)', 'CT008 date is out of range'), ('achieve_goal(NULL)', 'CT009 there is no goal null'), ('abandon_goal(%s, NULL)', '22004 reason must be given'), ('abandon_goal(%s, '' '')', '22004 reason must be given'), ('abandon_goal(%s, ''moved'', ''2024-02-05'')', 'abandoned 2024-02-05 moved'), ('achieve_goal(%s)', '55000 goal ' || :g || ' is abandoned'),
	('reopen_goal(%s, ''2024-02-05'', ''back'')', 'open 2024-02-05 back'), ('achieve_goal(%s, ''2024-02-20'', ''got it'')', 'achieved 2024-02-20 got it'), ('abandon_goal(%s, ''x'')', '55000 goal ' || :g || ' is achieved'), ('reopen_goal(%s, ''2024-02-19'')', '22023 status_date must not be before it was achieved: 2024-02-19 is before 2024-02-20')) v (c, o);
SELECT is(pg_temp.edit('goal', :g, c), o, c) FROM (VALUES ('{"goal_description": "Card"}', '1'), ('{"goal_description": ""}', '22004 goal_description must not be empty'), ('{"goal_description": null}', '22004 goal_description must not be null'), ('{"target_date": null, "client_barrier_id": null, "enrollment_id": null}', '1'),
	('{"client_barrier_id": 99999}', 'CT009 need or barrier 99999 is not one of client 1'), ('{"closed_date": "2024-02-21"}', '1'), ('{"closed_date": "2039-02-21"}', 'CT008 date is out of range'), ('{"goal_status": "open"}', '22023 changes have a key that is not known: goal_status'), ('{"goal_id": 3}', '22023 changes have a key that is not known: goal_id')) v (c, o);
SELECT matches(pg_temp.edit('goal', :g, '{"target_date": "2023-01-01"}'), '^23514', 'the target after the begin');

-- Deleting and restoring; what services and goals name stays with them.
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, goal_id, client_barrier_id) VALUES (1, '2024-02-02', 1, 1, 11, :g, :b), (1, '2024-02-03', 1, 1, 11, :g, NULL);
SELECT is(tried('test_worker', s), o, s) FROM (VALUES ('SELECT delete_goal(NULL, ''x'')', '22004 goal_id and reason must be given'), ('SELECT delete_goal(1, '' '')', '22004 goal_id and reason must be given'), ('SELECT delete_goal(99999, ''x'')', 'CT009 there is no goal 99999 to delete'), ('SELECT restore_goal(99999)', 'CT009 there is no deleted goal 99999 to restore'),
	('SELECT delete_client_barrier(99999, ''x'')', 'CT009 there is no client barrier 99999 to delete'), ('SELECT restore_client_barrier(' || :b || ')', 'CT009 there is no deleted client barrier ' || :b || ' to restore')) v (s, o);
SELECT is(did('test_north', format('SELECT delete_goal(%s, ''x'')', :g)), format('CT009 there is no goal %s to delete', :g), 'another organization''s');
SELECT is(did('test_worker', format('SELECT delete_goal(%s, ''twice'')', :g)), '1', 'delete_goal()');
SELECT is(did('test_worker', format('SELECT delete_client_barrier(%s, ''wrong client'')', :b)), '1', 'delete_client_barrier()');
SELECT is(pg_temp.ask('test_worker', 'SELECT count(*) FROM goal_list') || pg_temp.ask('test_worker', 'SELECT count(*) FROM client_barrier_list'), '00', 'they are in no list');
SELECT is(pg_temp.ask('test_worker', 'SELECT concat_ws('' '', date_provided, goal_description, barrier_name) FROM client_service_history ORDER BY 1'), '2024-02-02 Identity card No papers 2024-02-03 Identity card', 'services still tell them');
SELECT is(did('test_worker', format($$SELECT record_service(1, 'MEAL', '2024-02-04', goal_id => %s)$$, :g)), format('CT009 goal %s is not one of client 1', :g), 'new services cannot name it');
SELECT is(did('test_worker', format('SELECT achieve_goal(%s)', :g)), format('CT009 there is no goal %s', :g), 'nor is its status changed');
SELECT is(did('test_worker', format('SELECT restore_goal(%s)', :g)), '1', 'restore_goal()');
SELECT is(did('test_worker', format('SELECT restore_client_barrier(%s)', :b)), '1', 'restore_client_barrier()');
SELECT is((SELECT count(*) FROM goal WHERE date_deleted IS NULL AND delete_reason IS NULL), 1::bigint, 'live again');

-- The lists.
SELECT did('test_worker', format($$SELECT set_goal(1, 'Late', 1, %s, '2024-02-01', '2024-02-02')$$, :b)) \g /dev/null
SELECT results_eq($$SELECT barrier_code, barrier_name, barrier_status, identified_date, resolved_date, days, program_name, goals, open_goals, services, last_service_date, organization_name, changed_by FROM client_barrier_list$$,
	$$VALUES ('PAPERS', 'No papers', 'resolved', '2024-02-01'::date, '2024-02-10'::date, 9, 'Drop-in', 2::bigint, 1::bigint, 1::bigint, '2024-02-02'::date, 'Harbor', 'Walt')$$, 'client_barrier_list');
SELECT results_eq($$SELECT goal_description, goal_status, overdue, barrier_name, program_name, services, last_service_date, steps FROM goal_list ORDER BY goal_id$$,
	$$VALUES ('Identity card', 'achieved', false, 'No papers', 'Drop-in', 2::bigint, '2024-02-03'::date, 0::bigint), ('Late', 'open', true, 'No papers', 'Drop-in', 0::bigint, NULL, 0::bigint)$$, 'goal_list');
SELECT is(pg_temp.ask(w, 'SELECT count(*) FROM ' || v), n, format('%s of %s', v, w)) FROM (VALUES ('test_reader', 'goal_list', '2'), ('test_reader', 'client_barrier_list', '1'), ('test_north', 'goal_list', '0'), ('test_north', 'client_barrier_list', '0'), ('test_haven', 'goal_list', '0'), ('test_admin', 'goal_list', '2'), ('test_both', 'client_barrier_list', '1')) x (w, v, n);
SELECT is(pg_temp.ask('test_stranger', 'SELECT count(*) FROM hmis.goal_list'), '42501 permission denied for schema hmis', 'a stranger');

-- What is sensitive.
SELECT asked('test_counsel', $$SELECT identify_barrier(1, 'HEALTH', 1, '2024-02-01', 'guardednote')$$) AS h \gset
SELECT asked('test_counsel', format($$SELECT set_goal(1, 'Sleep', 1, %s, '2024-02-01')$$, :h)) AS hg \gset
SELECT did('test_counsel', format($$SELECT record_service(1, 'MEAL', '2024-02-04', client_barrier_id => %s, goal_id => %s)$$, :h, :hg)) \g /dev/null
SELECT is(pg_temp.ask(w, q), o, format('%s: %s', w, q)) FROM (VALUES
	('test_counsel', 'SELECT barrier_code FROM client_barrier_list ORDER BY 1', 'HEALTH PAPERS'), ('test_worker', 'SELECT barrier_code FROM client_barrier_list ORDER BY 1', 'PAPERS'), ('test_reader', 'SELECT count(*) FROM client_barrier WHERE comments ~ ''guarded''', '0'), ('test_admin', 'SELECT count(*) FROM client_barrier WHERE comments ~ ''guarded''', '0'),
	('test_counsel', 'SELECT count(*) FROM goal_list WHERE goal_description = ''Sleep''', '1'), ('test_worker', 'SELECT count(*) FROM goal WHERE goal_description = ''Sleep''', '0'), ('test_worker', 'SELECT count(*) FROM goal_list WHERE goal_description = ''Sleep''', '0'),
	('test_counsel', 'SELECT count(*) FROM case_status_history WHERE record_name IN (''Mental health'', ''Sleep'')', '2'), ('test_worker', 'SELECT count(*) FROM case_status_history WHERE record_name IN (''Mental health'', ''Sleep'')', '0'), ('test_worker', 'SELECT count(*) FROM case_status_change', (SELECT count(*)::text FROM case_status_change WHERE coalesce(client_barrier_id, 0) <> :h AND coalesce(goal_id, 0) <> :hg)),
	('test_counsel', 'SELECT concat_ws('' '', barrier_name, goal_description) FROM client_service_history WHERE date_provided = ''2024-02-04''', 'Mental health Sleep'), ('test_worker', 'SELECT concat_ws('' '', barrier_name, goal_description) FROM client_service_history WHERE date_provided = ''2024-02-04''', ''), ('test_worker', 'SELECT open_barriers FROM case_load', '')) v (w, q, o);
SELECT is(did('test_worker', format('SELECT %s(%s)', f, i)), format('CT009 there is no %s %s', k, i), f) FROM (VALUES ('resolve_barrier', :h, 'need or barrier'), ('work_on_barrier', :h, 'need or barrier'), ('achieve_goal', :hg, 'goal'), ('reopen_goal', :hg, 'goal')) v (f, i, k);
SELECT is(did('test_worker', format($$SELECT set_goal(1, 'x', NULL, %s)$$, :h)), format('CT009 need or barrier %s is not one of client 1', :h), 'nobody learns of it by naming it');
SELECT is(did('test_worker', format('UPDATE client_barrier SET comments = ''x'' WHERE client_barrier_id = %s', :h)), '0', 'or by writing it');
SELECT matches(did('test_worker', format('INSERT INTO client_barrier (client_id, barrier_id) SELECT 1, barrier_id FROM barrier WHERE sensitive')), '^42501', 'nor is one entered');
SELECT is(did('test_worker', 'UPDATE client_service SET comments = ''x'' WHERE date_provided = ''2024-02-02'''), '1', 'services that name none are edited');

-- A workflow that is open comes first.
INSERT INTO workflow_run (workflow_id, version, run_user_id, security_organization_id) VALUES (1, 1, 12, 1);
SELECT is(tried('test_worker', 'SELECT ' || c), 'CT023 you have a workflow open', c) FROM (VALUES ('identify_barrier(1, ''PAPERS'')'), ('set_goal(1, ''x'')'), (format('resolve_barrier(%s)', :b)), (format('work_on_barrier(%s)', :b)), (format('reopen_barrier(%s)', :b)), (format('achieve_goal(%s)', :g)), (format('abandon_goal(%s, ''x'')', :g)), (format('reopen_goal(%s)', :g)),
	(format('delete_goal(%s, ''x'')', :g)), (format('restore_goal(%s)', :g)), (format('delete_client_barrier(%s, ''x'')', :b)), (format('restore_client_barrier(%s)', :b)), (format('edit_goal(%s, ''{"date_updated": "2020-01-01T00:00:00Z"}'')', :g)), (format('edit_client_barrier(%s, ''{"date_updated": "2020-01-01T00:00:00Z"}'')', :b))) v (c);
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
