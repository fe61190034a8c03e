-- Workflows: marking functions, defining, starting, doing and skipping steps, pausing, resuming, canceling; one open run a user;
-- what is refused while one is open.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set MALFORMED '''{"code": "a", "title": "A", "function": "record_service"}'''
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;

-- Functions that try_step() has as steps: every type of argument, and each way of returning something.
SET ROLE clienttrack_owner;
CREATE FUNCTION try_types(a_bigint bigint, a_numeric numeric DEFAULT NULL, a_boolean boolean DEFAULT NULL, a_date date DEFAULT NULL,
	a_text text DEFAULT NULL, a_jsonb jsonb DEFAULT NULL, some_bigint bigint[] DEFAULT NULL, some_text text[] DEFAULT NULL,
	a_timestamptz timestamptz DEFAULT NULL, an_integer integer DEFAULT 7, a_smallint smallint DEFAULT NULL, an_interval interval DEFAULT NULL,
	some_dates date[] DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT concat_ws('|', a_bigint, a_numeric, a_boolean, a_date, a_text, a_jsonb, some_bigint, some_text, a_timestamptz, an_integer, a_smallint, an_interval, some_dates) $$;
CREATE FUNCTION try_rows(number integer) RETURNS TABLE (client_service_id bigint, word text) LANGUAGE sql VOLATILE AS $$
	SELECT i, 'row ' || i FROM generate_series(1, number) i $$;
CREATE FUNCTION try_void() RETURNS void LANGUAGE sql VOLATILE AS $$ SELECT set_config('test.called', (coalesce(nullif(current_setting('test.called', true), ''), '0')::int + 1)::text, false) $$;
CREATE FUNCTION try_error(state text DEFAULT 'CT014') RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$ BEGIN
	INSERT INTO hmis.scan_card (client_id, card_code) VALUES (1, 'NEVER');
	RAISE EXCEPTION 'as it is' USING ERRCODE = state, DETAIL = 'the detail', HINT = 'the hint'; END $$;
CREATE FUNCTION try_warn(client_id bigint, confirm_warnings boolean DEFAULT false) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$ BEGIN
	IF NOT confirm_warnings THEN RAISE EXCEPTION 'really?' USING ERRCODE = 'CT014'; END IF; RETURN 1; END $$;
CREATE FUNCTION try_setting() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT current_setting('clienttrack.workflow_run') || ' ' || current_user $$;
CREATE FUNCTION try_none(ids bigint[]) RETURNS SETOF bigint LANGUAGE sql VOLATILE AS $$ SELECT unnest(ids) $$;
CREATE FUNCTION try_reads() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1::bigint';
CREATE FUNCTION try_twice() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint';
CREATE FUNCTION try_twice(a bigint) RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint';
CREATE FUNCTION try_unnamed(bigint) RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint';
CREATE FUNCTION try_any(a anyelement) RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint';
CREATE FUNCTION try_many(VARIADIC a bigint[]) RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1::bigint';
CREATE FUNCTION try_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE PROCEDURE try_procedure() LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION try_out(a bigint, OUT b bigint, OUT c text) LANGUAGE sql VOLATILE AS $$ SELECT a + 1, 'x' $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA hmis TO clienttrack_admin;
RESET ROLE;

-- Marking functions.
CREATE TEMP TABLE marking (call text, outcome text);
INSERT INTO marking VALUES
	('NULL', '22004 function_name must not be null'), (''''' ', '22023 function_name must not be empty, nor begin or end with a blank: ""'),
	('''nowhere''', 'CT009 function "nowhere" does not exist'), ('''pg_sleep''', 'CT009 function "pg_sleep" does not exist'),
	('''try_reads''', '22023 function "try_reads" only reads'), ('''try_twice''', '22023 there are 2 functions "try_twice"'),
	('''try_unnamed''', '22023 function "try_unnamed" has arguments without a name or a type of their own'),
	('''try_any''', '22023 function "try_any" has arguments without a name or a type of their own'),
	('''try_many''', '22023 function "try_many" has arguments without a name or a type of their own'),
	('''try_trigger''', '22023 "try_trigger" is a procedure or trigger'), ('''try_procedure''', '22023 "try_procedure" is a procedure or trigger'),
	('''complete_step''', '22023 function "complete_step" runs workflows itself'), ('''cancel_workflow''', '22023 function "cancel_workflow" runs workflows itself'),
	('''override_bar''', '22023 function "override_bar" needs a right that workers do not have'),
	('''dispose_client''', '22023 function "dispose_client" needs a right that workers do not have'),
	('''edit_service'', ''nowhere''', 'CT009 there is no table "nowhere" of records'), ('''edit_service'', ''client_ssn''', 'CT009 there is no table "client_ssn" of records'),
	('''edit_service'', ''service''', 'CT009 there is no table "service" of records'),
	('''edit_service'', ''scan_card'', NULL, true, ''color''', 'CT009 table "scan_card" has no column "color"'),
	('''edit_service'', NULL, ''nowhere''', 'CT009 function "nowhere" does not exist'), ('''edit_service''', 'ok');
SELECT is(caught(format('SELECT hmis.mark_step_function(%s)', call)), outcome, 'mark_step_function: ' || call) FROM marking;
SELECT is(did('test_worker', $$SELECT hmis.mark_step_function('lift_bar')$$), '42501 permission denied for table step_function', 'a worker marks nothing');
SELECT is(did('test_admin', format('SELECT hmis.mark_step_function(%L, %L)', f, t)), '1', 'an administrator marks ' || f)
FROM (VALUES ('try_types', NULL), ('try_rows', 'client_service'), ('try_void', NULL), ('try_error', NULL), ('try_warn', NULL), ('try_setting', NULL), ('try_out', NULL)) v (f, t);
SELECT is((SELECT to_jsonb(f) - ARRAY['step_function_id', 'date_created', 'date_updated', 'user_id'] FROM step_function f WHERE function_name = 'record_service'),
	'{"function_name": "record_service", "saved_table": "client_service", "saved_column": null, "delete_function": "delete_service", "active": true, "date_deleted": null}', 'a mark');

-- Defining workflows.
CREATE FUNCTION pg_temp.define(steps text) RETURNS text LANGUAGE sql AS $$ SELECT public.caught(format('SELECT hmis.define_workflow(''BAD'', ''Bad'', %L)', steps)) $$;
CREATE FUNCTION pg_temp.step(more text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.define(format('[%s, %s]',
	'{"code": "a", "title": "A", "function": "record_service"}', jsonb '{"code": "b", "title": "B", "function": "try_types"}' || more::jsonb)) $$;
SELECT is(pg_temp.define(s), o, 'steps: ' || left(coalesce(s, 'null'), 80)) FROM (VALUES
	(NULL, '22004 a new workflow needs steps'), ('{}', '22023 steps must be a jsonb array of 1 to 100 elements'), ('[]', '22023 steps must be a jsonb array of 1 to 100 elements'),
	('[1]', '22023 steps[0]: an element does not name its code: 1'), ('[null]', '22023 steps[0]: an element does not name its code: null'),
	('[{"code": 1}]', '22023 steps[0]: "code" must be a text, not 1'), ('[{"code": "a"}]', '22004 steps[0] (a): title must not be null'),
	('[{"code": "a", "title": "A"}]', '22004 steps[0] (a): function must not be null'), ('[{"code": "a", "title": " A", "function": "record_service"}]', '22023 steps[0] (a): title must not be empty, nor begin or end with a blank: " A"'),
	('[{"code": "a", "title": "A", "function": "try_none"}]', '22023 steps[0] (a): function "try_none" is not marked as one that workflows may call'),
	('[{"code": "a", "title": "A", "function": "record_service", "x": 1}]', '22023 steps[0] (a): an element has a key that is not known: x')) v (s, o);
SELECT is(pg_temp.step(s), o, 'step: ' || s) FROM (VALUES
	('{"code": "a"}', '22023 steps[1] (a): a step with this code is there already'), ('{"required": 1}', '22023 steps[1] (b): "required" must be true or false, not 1'),
	('{"parameters": []}', '22023 steps[1] (b): parameters must be a jsonb object'), ('{"parameters": {"nothing": {"value": 1}}}', '22023 steps[1] (b): function "try_types" has no argument "nothing"'),
	('{"parameters": {"a_bigint": 1}}', '22023 steps[1] (b): parameter "a_bigint": must be {"step": code}, {"run": name} or {"value": constant}'),
	('{"parameters": {"a_bigint": {"step": "a", "run": "x"}}}', '22023 steps[1] (b): parameter "a_bigint": must be {"step": code}, {"run": name} or {"value": constant}'),
	('{"parameters": {"a_bigint": {"sql": "SELECT 1"}}}', '22023 steps[1] (b): parameter "a_bigint": must be {"step": code}, {"run": name} or {"value": constant}'),
	('{"parameters": {"a_bigint": {"step": 1}}}', '22023 steps[1] (b): parameter "a_bigint": the name must be a text'), ('{"parameters": {"a_bigint": {"step": "b"}}}', '22023 steps[1] (b): parameter "a_bigint": there is no earlier step "b"'),
	('{"parameters": {"a_text": {"step": "a"}}}', '22023 steps[1] (b): parameter "a_text": takes no id'), ('{"parameters": {"a_bigint": {"run": "Robert''; DROP"}}}', '22023 steps[1] (b): parameter "a_bigint": the name of what the run is started with must be like program_id'),
	('{"parameters": {"a_bigint": {"value": "x"}}}', '22023 steps[1] (b): argument "a_bigint" must be a number'), ('{"parameters": {"a_date": {"value": "2026-02-30"}}}', '22023 steps[1] (b): argument "a_date" is no value of type date'),
	('{"condition": true}', '22023 steps[1] (b): the condition is malformed'), ('{"condition": {"step": "a", "is": "open"}}', '22023 steps[1] (b): the condition is malformed'), ('{"condition": {"run": "x", "given": 1}}', '22023 steps[1] (b): the condition is malformed'),
	('{"condition": {"step": "z", "is": "done"}}', '22023 steps[1] (b).condition: there is no earlier step "z"'), ('{"condition": {"sql": "true"}}', '22023 steps[1] (b): the condition is malformed')) v (s, o);
SELECT is(pg_temp.define('[{"code": "a", "title": "A", "function": "try_void"}, {"code": "b", "title": "B", "function": "record_service", "parameters": {"client_id": {"step": "a"}}}]'),
	'22023 steps[1] (b): parameter "client_id": step "a" saves nothing that has an id', 'a step that saves nothing');
SELECT is(pg_temp.define('[{"code": "a", "title": "A", "function": "record_service", "parameters": {"confirm_warnings": {"value": true}}}]'),
	'22023 steps[0] (a): parameter "confirm_warnings": warnings are confirmed by who completes the step', 'warnings');
SELECT is(last_hint(), 'For example: {"client_id": {"run": "client_id"}, "goal_id": {"step": "goal"}, "data_collection_stage": {"value": 1}}', 'what to write');
SELECT is(caught($$SELECT hmis.define_workflow(NULL)$$), '22004 workflow_code must not be null', 'no code');
SELECT is(caught($$SELECT hmis.define_workflow('NEW', NULL, '[{"code": "a", "title": "A", "function": "record_service"}]')$$), '22004 a new workflow needs workflow_name', 'no name');
SELECT is((SELECT count(*) FROM workflow), 3::bigint, 'nothing of it is there');
SELECT is(did('test_worker', $$SELECT hmis.define_workflow('NEW', 'New', '[{"code": "a", "title": "A", "function": "record_service"}]')$$), '42501 permission denied for table workflow', 'a worker defines nothing');
\set SERVE '''[{"code": "enroll", "title": "Enroll", "function": "enroll_client", "parameters": {"client_id": {"run": "client_id"}, "program_id": {"run": "program_id"}, "entry_date": {"value": "2024-01-01"}}, "condition": {"run": "enrollment_id", "given": false}}, {"code": "meal", "title": "Meal", "function": "record_service", "parameters": {"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "service": {"value": "MEAL"}}}, {"code": "quick", "title": "Quick", "function": "quick_services", "required": false, "parameters": {"client_id": {"run": "client_id"}}}, {"code": "card", "title": "Card", "function": "issue_scan_card", "required": false, "parameters": {"client_id": {"run": "client_id"}}, "condition": {"step": "quick", "is": "skipped"}}]'''
SELECT is(did('test_admin', format('SELECT hmis.define_workflow(''SERVE'', ''Enroll and serve'', %L)', :SERVE)), '1', 'an administrator defines one');
UPDATE workflow SET date_updated = '2024-01-01';
SELECT is(caught(format('SELECT hmis.define_workflow(''SERVE'', ''Enroll and serve'', %L)', :SERVE)), 'ok', 'again');
SELECT results_eq($$SELECT version, date_updated::date, (SELECT count(*)::int FROM workflow_step s WHERE s.workflow_id = w.workflow_id) FROM workflow w WHERE workflow_code = 'SERVE'$$,
	$$VALUES (1, '2024-01-01'::date, 4)$$, 'changes nothing');

-- Starting.
CREATE FUNCTION pg_temp.start(who text, arguments text) RETURNS text LANGUAGE sql AS $$ SELECT public.did(who, format('SELECT hmis.start_workflow(%s)', arguments)) $$;
SELECT is(pg_temp.start(w, a), o, format('start_workflow(%s) by %s', a, w)) FROM (VALUES
	('test_worker', 'NULL', '22004 workflow_code must not be null'), ('test_worker', '''NOWHERE''', 'CT009 there is no active workflow "NOWHERE"'),
	('test_worker', '''SERVE'', 99', 'CT009 client not found'), ('test_worker', '''SERVE'', 7', 'CT009 client not found'), ('test_worker', '''SERVE'', 1, 99', 'CT009 there is no enrollment 99 of the client'),
	('test_worker', '''SERVE'', 1, 2', 'CT009 there is no enrollment 2 of the client'), ('test_worker', '''SERVE'', enrollment_id => 7', 'CT009 there is no enrollment 7 of the client'),
	('test_worker', '''SERVE'', 1, arguments => NULL', '22023 arguments must be a jsonb object'), ('test_worker', '''SERVE'', 1, arguments => ''[]''', '22023 arguments must be a jsonb object'),
	('test_worker', '''SERVE'', 1, arguments => ''{"x": 1}''', '22023 the workflow is not started with such an argument: "x"'), ('test_worker', '''SERVE'', 1, arguments => ''{"client_id": 1}''', '22023 the workflow is not started with such an argument: "client_id"'),
	('test_worker', '''SERVE'', 1, arguments => ''{"program_id": "eleven"}''', '22023 argument "program_id" must be a number'), ('test_worker', '''SERVE'', 1, arguments => ''{"program_id": [11]}''', '22023 the workflow is not started with such an argument: "program_id"'),
	('test_reader', '''SERVE'', 1', '42501 permission denied for function start_workflow'), ('test_stranger', '''SERVE'', 1', '42501 permission denied for schema hmis'),
	('test_app', '''SERVE''', '42501 only a known user can start a workflow'), ('clienttrack_owner', '''SERVE'', 1', '42501 only a known user can start a workflow')) v (w, a, o);
SELECT is((SELECT r.hint FROM public.raised r WHERE r.message LIKE 'only a known%' LIMIT 1), 'An administrator enters the login in hmis_user.login_role; an application calls set_session_user() first.', 'what to do');
SELECT is(asked('test_worker', $$SELECT hmis.start_workflow('SERVE', 3, arguments => '{"program_id": 11}')$$), '1', 'starts');
SELECT results_eq('SELECT run_user_id, run_status, client_id, enrollment_id, arguments, security_organization_id, user_id FROM workflow_run',
	$$VALUES (12::bigint, 'open', 3::bigint, NULL::bigint, '{"client_id": 3, "program_id": 11}'::jsonb, 1::bigint, 12::bigint)$$, 'for the user');
SELECT is(pg_temp.start('test_worker', '''SERVE'', 1'), 'CT023 you have a workflow open', 'one at a time');
SELECT is(last_detail() || ' ' || last_hint(), 'Run 1 of "Enroll and serve". Finish it with complete_step(), or first call pause_workflow(1) or cancel_workflow(1, reason).', 'and which it is');
SELECT is(asked('test_both', $$SELECT hmis.start_workflow('SERVE', enrollment_id => 8)$$), '2', 'another user may, and an enrollment has its client');
SELECT is((SELECT client_id FROM workflow_run WHERE workflow_run_id = 2), 8::bigint, 'which is noted');

-- What is refused meanwhile.
CREATE FUNCTION pg_temp.refused(call text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT is(public.did('test_worker', call), 'CT023 you have a workflow open', call) $$;
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (901, 1, '2024-02-01', 1, 1, 11);
INSERT INTO bar (bar_id, client_id, begin_date, security_organization_id) VALUES (901, 6, '2020-01-01', 1); INSERT INTO bar_scope (bar_id, program_id) VALUES (901, 12);
INSERT INTO turn_away_reason (turn_away_reason_name) VALUES ('No bed free');
SELECT pg_temp.refused(c) FROM unnest(ARRAY['SELECT hmis.record_service(1, ''MEAL'', ''2024-02-02'')', 'SELECT hmis.record_household_services(1, services => ''[{"service": "MEAL"}]'', date_provided => ''2024-02-02'')',
	'SELECT hmis.quick_services(1, items => ''[{"service": "MEAL"}]'', date_provided => ''2024-02-02'')', 'SELECT hmis.quick_service_for_clients(''MEAL'', ''{1}'', program_id => 11, date_provided => ''2024-02-02'')',
	'SELECT hmis.record_indirect_service(''MEAL'', 11, 5, ''2024-02-02'')', 'SELECT hmis.record_turn_away(11, ''No bed free'', turn_away_date => ''2024-02-02'')',
	'SELECT hmis.edit_service(901, ''{"units": 3, "date_updated": "2024-02-02"}'')', 'SELECT hmis.delete_service(901, ''x'')', 'SELECT hmis.restore_service(901)',
	'SELECT hmis.delete_turn_away(1, ''x'')', 'SELECT hmis.restore_turn_away(1)', 'SELECT hmis.delete_indirect_service(1, ''x'')', 'SELECT hmis.restore_indirect_service(1)',
	'SELECT hmis.create_service_batch(''Lunch'', 11, ''[{"service": "MEAL"}]'')', 'SELECT hmis.open_batch_run(1)', 'SELECT hmis.add_batch_clients(1, ''{1}''::bigint[])', 'SELECT hmis.add_batch_client(1, ''1'', ''client_id'')',
	'SELECT hmis.remove_batch_client(1, 1)', 'SELECT hmis.post_batch(1)', 'SELECT hmis.issue_scan_card(1)', 'SELECT hmis.mark_scan_card_lost(''X'')', 'SELECT hmis.revoke_scan_card(''X'')', 'SELECT hmis.replace_scan_card(''X'')',
	'SELECT hmis.bar_client(1, ''2024-01-01'', covers_all => true)', 'SELECT hmis.lift_bar(901, ''2024-01-01'', ''x'')', 'SELECT hmis.set_ssn(1, NULL)',
	'SELECT hmis.enroll_client(3, 11, ''2024-01-01'')', 'SELECT hmis.delete_enrollment(1, ''x'')', 'SELECT hmis.reopen_enrollment(2, ''x'')']) c;
SELECT is(tried('test_both', 'SELECT hmis.record_service(8, ''MEAL'', ''2024-02-02'', program_id => 21)'), 'CT023 you have a workflow open', 'whoever has one open');
SELECT is(tried('test_north', 'SELECT hmis.record_service(8, ''MEAL'', ''2024-02-02'', program_id => 21)'), '1', 'the others go on');
SELECT is(tried('test_worker', 'SELECT hmis.find_clients(''zebulonissimo'')'), '7', 'reading is not refused');
SELECT is(caught('SELECT hmis.record_service(5, ''MEAL'', ''2024-02-02'')'), 'ok', 'nor who is no user');

-- What comes next.
SELECT is(asked('test_worker', 'SELECT (step_code, step_title, function_name, required, known, needed -> 0, comments ~ ''^Enrolls a client'')::text FROM hmis.next_step(1)'),
	'(enroll,Enroll,enroll_client,t,"{""client_id"": 3, ""entry_date"": ""2024-01-01"", ""program_id"": 11}","{""name"": ""grant_id"", ""type"": ""bigint"", ""required"": false, ""has_default"": true}",t)', 'next_step');
SELECT is(asked('test_worker', 'SELECT n.needed @> ''[{"name": "confirm_warnings"}]'' FROM hmis.next_step(1) n'), 'false', 'confirm_warnings is an argument of complete_step');
SELECT is(asked('test_north', 'SELECT step_code FROM hmis.next_step(1)'), 'CT009 there is no workflow run 1', 'not for others'); SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(NULL)'), 'CT009 there is no workflow run null', 'nor for none');

-- Doing steps.
CREATE FUNCTION pg_temp.doing(arguments text, who text DEFAULT 'test_worker') RETURNS text LANGUAGE sql AS $$ SELECT public.asked(who, format('SELECT hmis.complete_step(%s)', arguments)) $$;
SELECT is(pg_temp.doing(a, w), o, format('complete_step(%s) by %s', a, w)) FROM (VALUES
	('NULL, ''enroll''', 'test_worker', '22004 workflow_run_id must not be null'), ('99, ''enroll''', 'test_worker', 'CT009 there is no workflow run 99'), ('1, NULL', 'test_worker', '22004 step must not be null'),
	('1, ''nothing''', 'test_worker', 'CT009 the workflow has no step "nothing"'), ('1, ''meal''', 'test_worker', '55000 step "enroll" comes before "meal"'), ('1, ''card''', 'test_worker', '55000 step "card" does not apply in this run'),
	('1, ''enroll''', 'test_north', 'CT009 there is no workflow run 1'), ('1, ''enroll''', 'test_both', '42501 workflow run 1 is another user''s'), ('1, ''enroll''', 'test_admin', '42501 workflow run 1 is another user''s'),
	('1, ''enroll''', 'test_reader', '42501 permission denied for function complete_step'), ('1, ''enroll'', NULL', 'test_worker', '22023 arguments must be a jsonb object'), ('1, ''enroll'', ''[]''', 'test_worker', '22023 arguments must be a jsonb object'),
	('1, ''enroll'', ''{"x": 1}''', 'test_worker', '22023 argument "x" is not known'), ('1, ''enroll'', ''{"client_id": 1}''', 'test_worker', '22023 argument "client_id" is given by the workflow'),
	('1, ''enroll'', ''{"grant_id": true}''', 'test_worker', '22023 argument "grant_id" must be a number'), ('1, ''enroll'', ''{"grant_id": 99}''', 'test_worker', 'CT009 grant 99 does not exist'),
	('1, ''enroll'', ''{"client_id": 3, "grant_id": null}''', 'test_worker', '1001'), ('1, ''enroll''', 'test_worker', '55000 step "enroll" is done'),
	('1, ''meal'', ''{"date_provided": "2023-12-31"}''', 'test_worker', 'CT001 Enrollment is a Required Field.')) v (a, w, o);
SELECT is(pg_temp.doing('1, ''meal'', ''{"date_provided": "2024-01-02", "units": 2}''') ~ '^\d+$', true, 'records a service');
SELECT is((SELECT r.hint FROM public.raised r WHERE r.message = 'step "enroll" is done'), 'Pause or finish the workflow, and edit or delete the record that it saved.', 'a record is not entered twice');
SELECT results_eq('SELECT client_id, enrollment_id, run_status FROM workflow_run WHERE workflow_run_id = 1', $$VALUES (3::bigint, 1001::bigint, 'open')$$, 'the run knows the enrollment');
SELECT results_eq('SELECT client_id, enrollment_id, units, entered_by_user_id FROM client_service WHERE client_id = 3', 'VALUES (3::bigint, 1001::bigint, 2.0, 12::bigint)', 'the user entered the service');
SELECT is(asked('test_worker', 'SELECT format(''%s:%s:%s'', step_code, step_status, saved_table) FROM hmis.workflow_progress WHERE workflow_run_id = 1 ORDER BY step_order'), 'enroll:done:enrollment meal:done:client_service quick:open:client_service card:not applicable:scan_card', 'check marks');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(1, ''meal'')'), '55000 step "meal" is done', 'what is done is not skipped');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(1, ''nothing'')'), 'CT009 the workflow has no step "nothing"', 'nor what is not there'); SELECT is(did('test_worker', 'SELECT hmis.skip_step(1, NULL)'), '22004 step must not be null', 'nor null');
SELECT is(did('test_both', 'SELECT hmis.skip_step(2, ''meal'')'), '55000 step "meal" is required', 'nor what is required');
SELECT is(pg_temp.doing('1, ''quick'', ''{"items": [{"service": "MEAL", "units": 1}], "all_or_nothing": false, "date_provided": "2023-12-31", "program_id": 11}'''), '[{"units": null, "status": "rejected", "message": "Enrollment is a Required Field.", "sqlstate": "CT001", "client_id": 3, "service_id": 1, "unit_value": null, "total_value": null, "enrollment_id": null, "client_service_id": null}]', 'rows that were refused');
SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(1)'), 'quick', 'make no check mark');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(1, ''quick'')'), '1', 'skips');
SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(1)'), 'card', 'the condition holds now');
SELECT is(pg_temp.doing('1, ''card'', ''{"card_code": "C1"}'''), '"C1"', 'issues a card');
SELECT is((SELECT string_agg(concat_ws(' ', w.saved_table, w.saved_status, w.delete_function), ', ' ORDER BY w.step_order) FROM workflow_saved w WHERE workflow_run_id = 1),
	'enrollment saved delete_enrollment, client_service saved delete_service, scan_card saved revoke_scan_card', 'what was saved');
SELECT is((SELECT saved_id FROM workflow_saved WHERE step_code = 'card'), (SELECT scan_card_id FROM scan_card WHERE card_code = 'C1'), 'the card by its key');
SELECT is((SELECT run_status FROM workflow_run WHERE workflow_run_id = 1), 'completed', 'with the last step the run is completed');
SELECT is(pg_temp.doing('1, ''quick'''), '55000 workflow run 1 is completed', 'and over'); SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(1)'), '', 'nothing comes next');
SELECT is(did('test_worker', 'SELECT hmis.pause_workflow(1)'), '55000 workflow run 1 is completed', 'not paused'); SELECT is(did('test_worker', 'SELECT hmis.resume_workflow(1)'), '55000 workflow run 1 is completed', 'not resumed'); SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(1, ''x'')'), '55000 workflow run 1 is completed', 'not canceled');
SELECT is(did('test_worker', 'SELECT hmis.record_service(1, ''MEAL'', ''2024-02-02'')'), '1', 'other work goes on');

-- A run that was started with the enrollment leaves out the step that enrolls.
SELECT is(asked('test_both', 'SELECT step_code FROM hmis.next_step(2)'), 'meal', 'a condition on what the run was started with');
SELECT is(pg_temp.doing('2, ''enroll''', 'test_both'), '55000 step "enroll" does not apply in this run', 'a step that does not apply');
SELECT is(pg_temp.doing('2, ''quick'', ''{"items": [{"service": "MEAL"}]}''', 'test_both'), '55000 step "meal" comes before "quick"', 'a step after a required one');

-- Pausing, resuming, canceling.
SELECT is(did('test_both', 'SELECT hmis.resume_workflow(2)'), '55000 workflow run 2 is open', 'resume: not paused'); SELECT is(did('test_both', 'SELECT hmis.pause_workflow(NULL)'), '22004 workflow_run_id must not be null', 'pause: null');
SELECT is(did('test_both', 'SELECT hmis.pause_workflow(99)'), 'CT009 there is no workflow run 99', 'pause: none'); SELECT is(did('test_haven', 'SELECT hmis.pause_workflow(2)'), 'CT009 there is no workflow run 2', 'pause: out of sight');
SELECT is(did('test_both', 'SELECT hmis.pause_workflow(2, ''Lunch'')'), '1', 'pauses');
SELECT is(did('test_both', 'SELECT hmis.pause_workflow(2)'), '55000 workflow run 2 is paused', 'once');
SELECT is(pg_temp.doing('2, ''meal''', 'test_both'), '55000 workflow run 2 is paused', 'no step meanwhile'); SELECT is(last_hint(), 'Call resume_workflow(2) first.', 'what to do');
SELECT is(asked('test_both', 'SELECT hmis.start_workflow(''SERVE'', 8)'), '3', 'another one can be started');
SELECT is(did('test_both', 'SELECT hmis.resume_workflow(2)'), 'CT023 you have a workflow open', 'and then the first not be resumed');
SELECT is(did('test_both', 'SELECT hmis.pause_workflow(3)'), '1', 'until it is paused'); SELECT is(did('test_both', 'SELECT hmis.resume_workflow(2)'), '1', 'resumes');
SELECT is((SELECT string_agg(concat_ws(' ', l.workflow_run_id, l.run_status, l.steps_done, l.steps_open, l.next_step_code), ', ' ORDER BY l.workflow_run_id) FROM workflow_run_list l), '1 completed 3 0, 2 open 0 2 meal, 3 paused 0 3 enroll', 'the list');
SELECT is(did('test_worker', 'SELECT hmis.resume_workflow(3)'), '42501 workflow run 3 is another user''s', 'a colleague''s');
SELECT is(pg_temp.doing('2, ''meal'', ''{"date_provided": "2024-01-03"}''', 'test_both') ~ '^\d+$', true, 'goes on');
SELECT is(did('test_both', 'SELECT * FROM hmis.cancel_workflow(2, '' '')'), '22004 reason must be given', 'cancel: why');
SELECT is(asked('test_both', 'SELECT concat_ws('' '', step_code, saved_table, saved_status, delete_function) FROM hmis.cancel_workflow(2, ''Wrong client'')'), 'meal client_service saved delete_service', 'what was saved stays');
SELECT is(did('test_both', format('SELECT hmis.delete_service(%s, ''Wrong client'')', (SELECT saved_id FROM workflow_saved WHERE workflow_run_id = 2))), '1', 'until somebody deletes it');
SELECT is((SELECT saved_status FROM workflow_saved WHERE workflow_run_id = 2), 'deleted', 'which is seen');
SELECT is(did('test_both', 'SELECT hmis.cancel_workflow(2, ''x'')'), '55000 workflow run 2 is canceled', 'once'); SELECT is(did('test_both', 'SELECT hmis.resume_workflow(2)'), '55000 workflow run 2 is canceled', 'for good');
SELECT is(pg_temp.doing('2, ''quick''', 'test_both'), '55000 workflow run 2 is canceled', 'no more steps'); SELECT is((SELECT status_reason FROM workflow_run WHERE workflow_run_id = 2), 'Wrong client', 'why');

-- Administrators end a colleague's, also of somebody who left.
UPDATE hmis_user SET active = false WHERE user_id = 14;
SELECT is(did('test_both', 'SELECT hmis.resume_workflow(3)'), 'CT009 there is no workflow run 3', 'who left goes on with nothing');
SELECT is(did('test_north', 'SELECT hmis.cancel_workflow(3, ''x'')'), 'CT009 there is no workflow run 3', 'of another organization'); SELECT is(did('test_admin', 'SELECT hmis.cancel_workflow(3, ''Left'')'), '0', 'an administrator cancels');
UPDATE hmis_user SET active = true WHERE user_id = 14;
SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''SERVE'', 1)'), '4', 'one of Harbor');
SELECT is(did('test_both', 'SELECT hmis.pause_workflow(4)'), '42501 workflow run 4 is another user''s', 'a colleague does not pause it'); SELECT is(last_hint(), 'An administrator can pause or cancel it.', 'who can');
SELECT is(did('test_admin', 'SELECT hmis.pause_workflow(4)'), '1', 'an administrator does'); SELECT is(did('test_admin', 'SELECT hmis.resume_workflow(4)'), '42501 workflow run 4 is another user''s', 'but goes on with none');
SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(4, ''x'')'), '0', 'a paused one is canceled');
-- A run of one's own can be left when its client is not in sight any more.
SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''SERVE'', 8)'), '5', 'of a client whom Harbor serves');
UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 81; UPDATE client SET serving_organization_ids = '{}' WHERE client_id = 8;
SELECT is(asked('test_worker', 'SELECT client_id FROM hmis.client WHERE client_id = 8'), '', 'no more'); SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(5, ''Moved'')'), '0', 'is canceled');

-- Versions.
SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''SERVE'', 1)'), '6', 'a run of the first version');
SELECT is(caught(format('SELECT hmis.define_workflow(''SERVE'', NULL, %L)', '[{"code": "void", "title": "V", "function": "try_void"}]')), 'ok', 'other steps');
SELECT results_eq($$SELECT w.version, w.workflow_name FROM workflow w WHERE workflow_code = 'SERVE'$$, $$VALUES (2, 'Enroll and serve')$$, 'are a new version');
SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(6)'), 'enroll', 'which the run does not follow');
SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(6, ''x'')'), '0', 'ends'); SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''SERVE'', 1)'), '7', 'the next'); SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(7)'), 'void', 'does');
SELECT is(pg_temp.doing('7, ''void'''), 'null', 'a function that returns nothing'); SELECT is(current_setting('test.called', true), '1', 'is called once'); SELECT is((SELECT run_status FROM workflow_run WHERE workflow_run_id = 7), 'completed', 'and done');
SELECT is(caught('SELECT hmis.define_workflow(''SERVE'', active => false)'), 'ok', 'deactivates'); SELECT is(pg_temp.start('test_worker', '''SERVE'', 1'), 'CT009 there is no active workflow "SERVE"', 'not started any more');

-- Values: each type, and what is none.
SELECT is(caught(format('SELECT hmis.define_workflow(''TYPES'', ''Types'', %L)', '[{"code": "types", "title": "T", "function": "try_types"}, {"code": "rows", "title": "R", "function": "try_rows"}, {"code": "many", "title": "M", "function": "try_types", "parameters": {"some_bigint": {"step": "rows"}, "a_text": {"run": "code"}}},
	{"code": "warn", "title": "W", "function": "try_warn"}, {"code": "error", "title": "E", "function": "try_error", "required": false}, {"code": "setting", "title": "S", "function": "try_setting"}, {"code": "out", "title": "O", "function": "try_out"}]')), 'ok', 'a workflow of all types');
SELECT is(pg_temp.start('test_worker', '''TYPES'', arguments => ''{"code": 1}'''), '22023 argument "code" must be a text in quotes', 'types of the start');
SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''TYPES'', arguments => ''{"code": "MEAL"}'')'), '8', 'starts without a client');
CREATE FUNCTION pg_temp.value(name text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
	BEGIN
		answer := pg_temp.doing(format('8, ''types'', %L', jsonb '{"a_bigint": 1}' || format('{"%s": %s}', name, value)::jsonb));
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN NULL;
	END;
	RETURN answer;
END $$;
SELECT is(pg_temp.value(n, v), o, format('%s: %s', n, v)) FROM (VALUES
	('a_bigint', '9223372036854775807', '"9223372036854775807|7"'), ('a_bigint', '"12"', '"12|7"'), ('a_bigint', '9223372036854775808', '22023 argument "a_bigint" is no value of type bigint'), ('a_bigint', '1.5', '22023 argument "a_bigint" is no value of type bigint'),
	('a_bigint', '1e3', '"1000|7"'), ('a_bigint', '"1; DROP TABLE x"', '22023 argument "a_bigint" must be a number'), ('a_bigint', 'true', '22023 argument "a_bigint" must be a number'), ('a_bigint', '[1]', '22023 argument "a_bigint" must be a number'), ('a_bigint', '{}', '22023 argument "a_bigint" must be a number'),
	('a_bigint', 'null', '"7"'), ('a_numeric', '1.25', '"1|1.25|7"'), ('a_numeric', '"NaN"', '22023 argument "a_numeric" must be a number'), ('a_boolean', 'true', '"1|t|7"'), ('a_boolean', '"true"', '22023 argument "a_boolean" must be true or false'), ('a_boolean', '1', '22023 argument "a_boolean" must be true or false'),
	('a_date', '"2026-03-01"', '"1|2026-03-01|7"'), ('a_date', '"infinity"', '"1|infinity|7"'), ('a_date', '"today"', '22023 argument "a_date" must be a date like 2026-03-01'), ('a_date', '"03/01/2026"', '22023 argument "a_date" must be a date like 2026-03-01'), ('a_date', '"2026-13-01"', '22023 argument "a_date" is no value of type date'), ('a_date', '20260301', '22023 argument "a_date" must be a date like 2026-03-01'),
	('a_text', '"o''clock \"\\"', '"1|o''clock \"\\|7"'), ('a_text', '5', '22023 argument "a_text" must be a text in quotes'), ('a_text', '{}', '22023 argument "a_text" must be a text in quotes'), ('a_jsonb', '{"x": [1, null]}', '"1|{\"x\": [1, null]}|7"'), ('a_jsonb', '"x"', '"1|\"x\"|7"'), ('a_jsonb', 'null', '"1|7"'),
	('some_bigint', '[3, 4, null]', '"1|{3,4,NULL}|7"'), ('some_bigint', '[]', '"1|{}|7"'), ('some_bigint', '5', '22023 argument "some_bigint" must be an array'), ('some_bigint', '["x"]', '22023 argument "some_bigint" must be a number'), ('some_bigint', '[[1]]', '22023 argument "some_bigint" must be a number'), ('some_bigint', '[1.5]', '22023 argument "some_bigint" is no value of type bigint[]'),
	('some_text', '["a,b", "}\"", ""]', '"1|{\"a,b\",\"}\\\"\",\"\"}|7"'), ('a_timestamptz', '"2026-03-01T10:00:00Z"', '"1|2026-03-01 10:00:00+00|7"'), ('a_timestamptz', '"now"', '22023 argument "a_timestamptz" must be a date like 2026-03-01'), ('an_integer', '3000000000', '22023 argument "an_integer" is no value of type integer'), ('an_integer', 'null', '"1"'),
	('a_smallint', '5', '"1|7|5"'), ('an_interval', '"2 days"', '"1|7|2 days"'), ('an_interval', '2', '22023 argument "an_interval" must be an interval in quotes'), ('some_dates', '["2026-03-01", "2026-02-30"]', '22023 argument "some_dates" is no value of type date[]'), ('some_dates', '["2026-03-01"]', '"1|7|{2026-03-01}"')) v (n, v, o);
SELECT is(pg_temp.doing('8, ''types'''), '22004 argument "a_bigint" must be given', 'an argument without default'); SELECT is(asked('test_worker', 'SELECT needed -> 0 FROM hmis.next_step(8)'), '{"name": "a_bigint", "type": "bigint", "required": true, "has_default": false}', 'which next_step says');
SELECT is(length(pg_temp.doing(format('8, ''types'', %L', jsonb_build_object('a_bigint', 1, 'some_bigint', (SELECT jsonb_agg(i) FROM generate_series(1, 20000) i))))), 108901, 'twenty thousand numbers');
SELECT is(pg_temp.doing('8, ''rows'', ''{"number": 2}'''), '[{"word": "row 1", "client_service_id": 1}, {"word": "row 2", "client_service_id": 2}]', 'rows'); SELECT is((SELECT result::text FROM workflow_progress WHERE workflow_run_id = 8 AND step_code = 'rows'), '[1, 2]', 'of which the keys are noted');
SELECT is(pg_temp.doing('8, ''many'', ''{"a_bigint": 1}'''), '"1|MEAL|{1,2}|7"', 'and are an array for the next step');
SELECT is(pg_temp.doing('8, ''warn'', ''{"client_id": 1}'''), 'CT014 really?', 'a warning'); SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(8)'), 'warn', 'leaves the step open'); SELECT is(pg_temp.doing('8, ''warn'', ''{"client_id": 1}'', confirm_warnings => true'), '1', 'until it is confirmed');
SELECT is(pg_temp.doing('8, ''error'''), 'CT014 as it is', 'an error'); SELECT is(last_detail() || ' ' || last_hint(), 'the detail the hint', 'passes unchanged');
SELECT is(pg_temp.doing(format('8, ''error'', ''{"state": "%s"}''', s)), s || ' as it is', 'also ' || s) FROM unnest('{22004,42501,40001,P0001,23505}'::text[]) s;
SELECT is(current_setting('clienttrack.workflow_run'), '', 'the setting is put back'); SELECT is_empty('SELECT FROM scan_card WHERE card_code = ''NEVER''', 'nothing of it is stored');
SELECT is(pg_temp.doing('8, ''setting'''), '"8 test_worker"', 'a step runs as the user'); SELECT is(current_setting('clienttrack.workflow_run'), '', 'and its setting ends with it');
SELECT is(pg_temp.doing('8, ''out'', ''{"a_bigint": 1}'''), '22023 argument "a_bigint" is not known', 'OUT'); SELECT is(pg_temp.doing('8, ''out'', ''{"a": 1, "b": 1}'''), '22023 argument "b" is not known', 'is no argument'); SELECT is(pg_temp.doing('8, ''out'', ''{"a": 1}'''), '[{"b": 2, "c": "x"}]', 'but returned');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(8, ''error'')'), '1', 'the last one skipped'); SELECT is((SELECT run_status FROM workflow_run WHERE workflow_run_id = 8), 'completed', 'completes the run');
-- A mark that is taken away stops running workflows, and is told by selfaudit().
SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''TYPES'')'), '9', 'another run');
SELECT is(caught('SELECT hmis.mark_step_function(''try_types'', active => false)'), 'ok', 'no more'); SELECT is(pg_temp.doing('9, ''types'', ''{"a_bigint": 1}'''), '55000 step "types" cannot be done', 'not called'); SELECT is(last_detail(), 'function "try_types" is not marked as one that workflows may call', 'why');
SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(9, ''x'')'), '0', 'canceled'); SELECT is(pg_temp.start('test_worker', '''TYPES'''), '55000 workflow "TYPES" cannot be started', 'nor started'); SELECT is(last_detail(), 'Step types: function "try_types" is not marked as one that workflows may call.', 'why');
SELECT set_eq($$SELECT object, problem FROM clienttrack.selfaudit('hmis') WHERE check_name = 'workflow'$$, $$VALUES ('TYPES, step types', 'function "try_types" is not marked as one that workflows may call'), ('TYPES, step many', 'function "try_types" is not marked as one that workflows may call')$$, 'selfaudit says so');
SELECT is(caught('SELECT hmis.mark_step_function(''try_types'', active => true)'), 'ok', 'marked again');
DROP FUNCTION try_types; SELECT is((SELECT problem FROM clienttrack.selfaudit('hmis') WHERE object = 'TYPES, step types'), 'function "try_types" does not exist', 'nor a function that is gone');

-- Out of a schema, and into it again.
SELECT is((SELECT e -> 'steps' FROM jsonb_array_elements(export_catalogue() -> 'workflows') e WHERE e ->> 'code' = 'ANNUAL_ASSESSMENT') -> 0 ->> 'function', 'record_assessment', 'a workflow is exported');
SELECT is((SELECT sum(added + changed)::int FROM import_catalogue(export_catalogue())), 0, 'importing it again changes nothing, though a function is gone');
SELECT is(caught($$SELECT hmis.import_catalogue('{"format": "clienttrack catalogue 1", "workflows": [{"code": "NEW", "name": "New", "steps": [{"code": "a", "title": "A", "function": "edit_service", "parameters": {"x": {"value": 1}}}]}]}')$$), '22023 workflows[0]: steps[0] (a): function "edit_service" has no argument "x"', 'a step that is wrong');
SELECT is(caught($$SELECT hmis.import_catalogue('{"format": "clienttrack catalogue 1", "step_functions": [{"function": "nowhere"}]}')$$), 'CT009 step_functions[0]: function "nowhere" does not exist', 'a function that is not there');
SELECT results_eq($$SELECT kind, added FROM import_catalogue('{"format": "clienttrack catalogue 1", "step_functions": [{"function": "remove_batch_client"}], "workflows": [{"code": "NEW", "name": "New", "steps": [{"code": "a", "title": "A", "function": "remove_batch_client"}]}]}') WHERE added > 0$$,
	$$VALUES ('step_functions', 1), ('workflows', 1)$$, 'what is right');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
