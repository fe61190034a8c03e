-- What workflows must not give anybody: SQL through names and values, functions that are not marked, rights that the caller has
-- not, runs and records of others, names in pg_temp that stand before the schema's.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
SET ROLE clienttrack_owner;
CREATE FUNCTION try_text(words text, number bigint DEFAULT 0) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT words $$;
CREATE FUNCTION "try'); DROP TABLE hmis.goal CASCADE; --"("a b"" => 1); --" text) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT $1 $$;
CREATE FUNCTION try_hidden() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT count(*) FROM hmis.client WHERE client_id IN (7, 9) $$;
CREATE FUNCTION try_owner() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT 1::bigint $$;
GRANT EXECUTE ON FUNCTION try_text, "try'); DROP TABLE hmis.goal CASCADE; --", try_hidden, try_owner TO clienttrack_worker;
RESET ROLE;
SELECT is(caught(format('SELECT hmis.mark_step_function(%L)', f)), 'ok', 'marks ' || f) FROM unnest(ARRAY['try_text', 'try''); DROP TABLE hmis.goal CASCADE; --', 'try_hidden', 'try_owner']) f;
SELECT is(caught(format('SELECT hmis.define_workflow(''ATTACK'', ''Attack'', %L)', jsonb_build_array(jsonb_build_object('code', 'text', 'title', 'T', 'function', 'try_text'),
	jsonb_build_object('code', 'it''s; DROP TABLE hmis.goal; --', 'title', 'T', 'function', 'try''); DROP TABLE hmis.goal CASCADE; --', 'required', false),
	jsonb_build_object('code', 'hidden', 'title', 'H', 'function', 'try_hidden', 'required', false), jsonb_build_object('code', 'owner', 'title', 'O', 'function', 'try_owner', 'required', false),
	jsonb_build_object('code', 'meal', 'title', 'M', 'function', 'record_service', 'required', false), jsonb_build_object('code', 'ssn', 'title', 'S', 'function', 'set_ssn', 'required', false)))), 'ok', 'names that would be SQL are names');
CREATE FUNCTION pg_temp.doing(arguments text, who text DEFAULT 'test_worker') RETURNS text LANGUAGE sql AS $$ SELECT public.asked(who, format('SELECT hmis.complete_step(1, %s)', arguments)) $$;
SELECT is(asked('test_worker', 'SELECT hmis.start_workflow(''ATTACK'')'), '1', 'starts');

-- SQL in names and values.
SELECT is(pg_temp.doing(format('%L', s)), 'CT009 the workflow has no step "' || left(s, 60) || '"', 'a step named ' || s)
FROM unnest(ARRAY['text''; DROP TABLE hmis.goal; --', 'text"', 'try_owner', 'TEXT', '', ' text', 'text) UNION SELECT 1 --', '$1', '%s', repeat('x', 1000)]) s;
SELECT is(pg_temp.doing(format('''text'', %L', jsonb_build_object('words', 'w', n, 'x'))), format('22023 argument "%s" is not known', left(n, 60)), 'an argument named ' || n)
FROM unnest(ARRAY['words => (SELECT 1)', 'words"', 'WORDS', 'number) , words => (SELECT string_agg(last_name, '''') FROM hmis.client', '$1', '', 'client_id', repeat('y', 500)]) n;
SELECT is(pg_temp.doing(format('''text'', %L', jsonb_build_object('words', 'w', 'number', v))), '22023 argument "number" must be a number', 'a number that is ' || v)
FROM unnest(ARRAY['1); DROP TABLE hmis.goal; --', '(SELECT 1)', '1::text', '0x1', '1_000', '', ' 1', '+1', '1e1000000', '$1', repeat('9', 10000)]) v;
SELECT is(pg_temp.doing('''text'', ''{"words": "w", "number": 1e1000}'''), '22023 argument "number" is no value of type bigint', 'a huge number');
SELECT is(pg_temp.doing('''text'', ''{"words": null, "number": null}'''), 'null', 'nulls are values');
SELECT is(pg_temp.doing('''text'''), '55000 step "text" is done', 'and the step is done');
SELECT is(pg_temp.doing(format('%L, %L', 'it''s; DROP TABLE hmis.goal; --', jsonb_build_object('a b" => 1); --', v))), to_jsonb(v)::text, 'a text that is ' || v)
FROM (VALUES ('''); DROP TABLE hmis.goal; -- $1 %I \\ {} NULL')) t (v);
SELECT isnt(to_regclass('hmis.goal'), NULL, 'nothing was dropped');
SELECT is(pg_temp.doing(format('''meal'', %L', c)), e, 'record_service with ' || c) FROM (VALUES
	('{"client_id": 1, "service": "MEAL''; DROP TABLE hmis.goal; --"}', 'CT009 service "MEAL''; DROP TABLE hmis.goal; --" does not exist'), ('{"client_id": "1 OR true", "service": "MEAL"}', '22023 argument "client_id" must be a number'),
	('{"client_id": 7, "service": "MEAL", "date_provided": "2024-02-01", "program_id": 21}', 'CT009 client not found'), ('{"client_id": 9, "service": "MEAL"}', 'CT009 client not found'), ('{"service": "MEAL"}', '22004 argument "client_id" must be given')) v (c, e);
SELECT is(pg_temp.doing('''ssn'', ''{"client_id": 7, "ssn": "123456789"}'''), 'CT009 client 7 does not exist', 'a definer function looks who calls');
SELECT is(pg_temp.doing('''ssn'', ''{"client_id": 1, "ssn": "not one"}'''), '22023 the SSN is not written as one', 'and at what is given');

-- Functions that are not marked, not the schema's, or not the caller's to execute.
SELECT is(did('test_worker', format('SELECT hmis.mark_step_function(%L)', f)) ~ '^(42501|22023|CT009) ', true, 'a worker does not mark ' || f) FROM unnest(ARRAY['try_text', 'delete_service', 'pg_sleep', 'set_config']) f;
SELECT is(did('test_worker', s), '42501 permission denied for table ' || t, s) FROM (VALUES ('INSERT INTO hmis.step_function (function_name) VALUES (''put_setup_row'')', 'step_function'), ('UPDATE hmis.workflow_step SET function_name = ''set_ssn''', 'workflow_step'),
	('UPDATE hmis.workflow SET version = 7', 'workflow'), ('DELETE FROM hmis.workflow_run', 'workflow_run'), ('DELETE FROM hmis.workflow_run_step', 'workflow_run_step')) v (s, t);
-- One that an administrator writes into the tables is looked at again when it is called.
INSERT INTO step_function (function_name) VALUES ('pg_sleep'), ('override_bar'), ('complete_step'), ('find_clients');
UPDATE workflow_step SET function_name = 'pg_sleep' WHERE step_code = 'owner'; SELECT is(pg_temp.doing('''owner'''), '55000 step "owner" cannot be done', 'not the schema''s'); SELECT is(last_detail(), 'function "pg_sleep" does not exist', 'which is said');
UPDATE workflow_step SET function_name = 'override_bar' WHERE step_code = 'owner'; SELECT is(pg_temp.doing('''owner'''), '55000 step "owner" cannot be done', 'one that needs a right'); SELECT is(last_detail(), 'function "override_bar" needs a right that workers do not have', 'which is said');
UPDATE workflow_step SET function_name = 'complete_step' WHERE step_code = 'owner'; SELECT is(pg_temp.doing('''owner'''), '55000 step "owner" cannot be done', 'one that runs workflows');
UPDATE workflow_step SET function_name = 'find_clients' WHERE step_code = 'owner'; SELECT is(pg_temp.doing('''owner'', ''{"query": "zebulonissimo"}'''), '55000 step "owner" cannot be done', 'one that only reads');
UPDATE workflow_step SET function_name = 'try_owner' WHERE step_code = 'owner';
REVOKE EXECUTE ON FUNCTION try_owner FROM PUBLIC, clienttrack_worker; SELECT is(pg_temp.doing('''owner'''), '55000 step "owner" cannot be done', 'one that was granted before'); GRANT EXECUTE ON FUNCTION try_owner TO clienttrack_worker;
CREATE FUNCTION hmis.try_owner(a text) RETURNS bigint LANGUAGE sql AS 'SELECT 2::bigint'; SELECT is(pg_temp.doing('''owner'''), '55000 step "owner" cannot be done', 'one that is overloaded since'); DROP FUNCTION hmis.try_owner(text);
SELECT is(did('test_worker', 'SELECT hmis.call_step_function(''pg_sleep'', ''{"a": 1}'')') ~ '^(42883|42P01|22004) ', true, 'called alone it calls nothing but functions of the schema');
SELECT is(did('test_reader', 'SELECT hmis.call_step_function(''try_text'', ''{"words": "x"}'')'), '42501 permission denied for function call_step_function', 'a reader calls none');
SELECT is(did('test_worker', 'SELECT hmis.call_step_function(''override_bar'', ''{"bar_id": 1, "begin_date": "2024-01-01", "end_date": "2024-01-01", "reason": "x"}'')'), '42501 permission denied for function override_bar', 'with the rights of the caller');

-- Row security holds in a step.
SELECT is(pg_temp.doing('''hidden'''), '0', 'a step does not see what its user does not see');

-- Runs of others.
SELECT is(asked(w, q), o, format('%s: %s', w, q)) FROM (VALUES
	('test_north', 'SELECT count(*) FROM hmis.workflow_run', '0'), ('test_north', 'SELECT count(*) FROM hmis.workflow_run_step', '0'), ('test_north', 'SELECT count(*) FROM hmis.workflow_progress', '0'), ('test_north', 'SELECT count(*) FROM hmis.workflow_saved', '0'),
	('test_haven', 'SELECT count(*) FROM hmis.workflow_run_list', '0'), ('test_both', 'SELECT count(*) FROM hmis.workflow_run', '1'), ('test_reader', 'SELECT count(*) FROM hmis.workflow_progress', '6'), ('test_admin', 'SELECT count(*) FROM hmis.workflow_run', '1'),
	('test_north', 'SELECT hmis.cancel_workflow(1, ''x'')', 'CT009 there is no workflow run 1'), ('test_both', 'SELECT hmis.cancel_workflow(1, ''x'')', '42501 workflow run 1 is another user''s'), ('test_both', 'SELECT hmis.skip_step(1, ''owner'')', '42501 workflow run 1 is another user''s'),
	('test_both', 'SELECT hmis.leave_workflow(1, ''completed'', NULL)', '22023 new_status must be paused or canceled, not "completed"'), ('test_both', 'SELECT hmis.leave_workflow(1, NULL, NULL)', '22023 new_status must be paused or canceled, not "null"'),
	('test_reader', 'SELECT hmis.leave_workflow(1, ''paused'', NULL)', '42501 permission denied for function leave_workflow')) v (w, q, o);
SELECT is(tried('test_both', 'UPDATE hmis.workflow_run SET run_status = ''canceled'''), '0', 'a colleague changes no run');
SELECT is(tried('test_both', 'UPDATE hmis.workflow_run_step SET saved_id = 5'), '0', 'nor what is noted in it');
SELECT matches(tried('test_both', 'INSERT INTO hmis.workflow_run_step (workflow_run_id, workflow_step_id, step_status) SELECT 1, min(workflow_step_id), ''done'' FROM hmis.workflow_step'), '^42501 new row violates row-level security', 'nor makes check marks');
SELECT matches(tried('test_both', 'INSERT INTO hmis.workflow_run (workflow_id, version, run_user_id) SELECT max(workflow_id), 1, 12 FROM hmis.workflow'), '^42501 new row violates row-level security', 'nor starts one for another');
SELECT matches(tried('test_both', 'INSERT INTO hmis.workflow_run (workflow_id, version, run_user_id, client_id) SELECT max(workflow_id), 1, 14, 9 FROM hmis.workflow'), '^42501 new row violates row-level security', 'nor about a client whom he does not see');
SELECT matches(tried('test_worker', 'UPDATE hmis.workflow_run SET client_id = 9'), '^42501 new row violates row-level security', 'nor turns his own to one');
SELECT matches(tried('test_worker', 'UPDATE hmis.workflow_run SET run_user_id = 14'), '^42501 new row violates row-level security', 'nor gives it to another');
SELECT matches(tried('test_admin', 'UPDATE hmis.workflow_run_step SET saved_id = 5'), '^0$', 'an administrator makes no check marks either');
-- What is written by hand into saved_id shows nothing that is not in sight.
SELECT is(did('test_worker', 'UPDATE hmis.workflow_run_step d SET saved_id = 9 FROM hmis.workflow_step s WHERE s.workflow_step_id = d.workflow_step_id AND s.step_code = ''text'''), '1', 'one''s own can be');
UPDATE step_function SET saved_table = 'client' WHERE function_name = 'try_text';
SELECT is(asked('test_worker', 'SELECT saved_status FROM hmis.workflow_saved'), 'not visible', 'a client of another organization');
SELECT is(asked('test_worker', format('SELECT hmis.saved_row_status(%L, 1)', t)), 'not visible', 'the state of a row of ' || t) FROM unnest(ARRAY['client_ssn', 'session_key', 'nowhere', 'client c, hmis.client_ssn', 'pg_authid', 'audit_event']) t;

-- A forged setting does what pausing does, no more, and not for others' runs; complete_step() is not misled by it.
SELECT is(did('test_worker', 'SELECT hmis.record_service(1, ''MEAL'', ''2024-02-01'')'), 'CT023 you have a workflow open', 'refused');
SELECT is(did('test_worker', format('SELECT set_config(''clienttrack.workflow_run'', %L, true), hmis.record_service(1, ''MEAL'', ''2024-02-01'')', v)), 'CT023 you have a workflow open', 'with the setting ' || v) FROM unnest(ARRAY['2', '01', '1 ', 'x', '1; SELECT 1', '', '99999999999999999999']) v;
SET clienttrack.workflow_run = '99';
SELECT is(pg_temp.doing('''meal'', ''{"client_id": 1, "service": "MEAL", "date_provided": "2024-02-01"}''') ~ '^\d+$', true, 'a step is done whatever the setting was');
SELECT is(current_setting('clienttrack.workflow_run'), '99', 'which is put back');
SELECT is(pg_temp.doing('''ssn'', ''{"client_id": 1, "ssn": "not one"}'''), '22023 the SSN is not written as one', 'and after an error');
SELECT is(current_setting('clienttrack.workflow_run'), '99', 'as well');
SELECT is(asked('test_worker', 'SELECT set_config(''clienttrack.workflow_run'', ''1'', true), hmis.start_workflow(''ATTACK'')'), 'CT023 you have a workflow open', 'nor starts another');
SET clienttrack.workflow_run = '';

-- Names in pg_temp and in the caller's search_path.
CREATE FUNCTION pg_temp.try_owner() RETURNS bigint LANGUAGE sql AS 'SELECT 666::bigint';
CREATE TEMP TABLE workflow_run (LIKE hmis.workflow_run); CREATE TEMP TABLE step_function (LIKE hmis.step_function); CREATE TEMP TABLE client (LIKE hmis.client);
CREATE TYPE pg_temp.bigint AS (x text);
GRANT ALL ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
SET search_path = pg_temp, public;
SELECT is(pg_temp.doing('''owner'''), '1', 'the schema''s function is called, not the one in pg_temp');
SELECT is(asked('test_worker', 'SELECT step_code FROM hmis.next_step(1)'), 'ssn', 'the schema''s tables are read');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(1, ''ssn'')'), '1', 'and written');
SET search_path = hmis, clienttrack, public;
SELECT is((SELECT run_status FROM hmis.workflow_run), 'completed', 'all was done');

-- An application's users are told apart by their tokens.
SELECT is(tried('test_app', 'SELECT hmis.start_workflow(''ATTACK'')'), '42501 only a known user can start a workflow', 'without a token');
CREATE FUNCTION pg_temp.token(who bigint) RETURNS text LANGUAGE sql AS $$ SELECT public.asked('test_app', format('SELECT hmis.create_session_token(%s)', who)) $$;
CREATE TEMP TABLE tokens AS SELECT pg_temp.token(12) AS walt, pg_temp.token(14) AS bo;
SELECT is(tried('test_app', format('SELECT hmis.set_session_user(%L), hmis.start_workflow(''ATTACK''), hmis.record_service(1, ''MEAL'', ''2024-02-01'')', walt)), 'CT023 you have a workflow open', 'the token says whose run is open') FROM tokens;
SELECT is(tried('test_app', format('SELECT hmis.set_session_user(%L), hmis.start_workflow(''ATTACK''), hmis.set_session_user(%L), hmis.record_service(1, ''MEAL'', ''2024-02-01'')', walt, bo)), '1', 'which is no other user''s') FROM tokens;
SELECT matches(tried('test_app', format('DO %L', format('DECLARE run bigint; BEGIN PERFORM hmis.set_session_user(%L); run := hmis.start_workflow(''ATTACK''); PERFORM hmis.set_session_user(%L), hmis.pause_workflow(run); END', walt, bo))), '^42501 workflow run \d+ is another user''s', 'nor another''s to pause') FROM tokens;

SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
