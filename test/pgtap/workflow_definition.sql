-- The workflows that every schema begins with: each from beginning to end, and what an administrator changes in them.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
INSERT INTO barrier (barrier_code, barrier_name) VALUES ('ID', 'No identification');
UPDATE program SET operating_start_date = '2020-01-01';
CREATE FUNCTION pg_temp.doing(arguments text, who text DEFAULT 'test_worker') RETURNS text LANGUAGE sql AS $$ SELECT public.asked(who, format('SELECT hmis.complete_step((SELECT max(workflow_run_id) FROM hmis.workflow_run), %s)', arguments)) $$;
CREATE FUNCTION pg_temp.started(arguments text, who text DEFAULT 'test_worker') RETURNS text LANGUAGE sql AS $$ SELECT public.asked(who, format('SELECT hmis.start_workflow(%s) > 0', arguments)) $$;
CREATE FUNCTION pg_temp.progress() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(step_code || ' ' || step_status, ', ' ORDER BY step_order) FROM hmis.workflow_progress WHERE workflow_run_id = (SELECT max(workflow_run_id) FROM hmis.workflow_run) $$;

SELECT is_empty('SELECT * FROM workflow_problems()', 'every step can be done');
SELECT set_eq('SELECT workflow_code, version, active FROM workflow', $$VALUES ('INTAKE', 1, true), ('EXIT', 1, true), ('ANNUAL_ASSESSMENT', 1, true)$$, 'the workflows');
SELECT is_empty($$SELECT f.function_name FROM step_function f WHERE f.saved_table IS NOT NULL AND NOT has_record_column(f.saved_table, setup_key(f.saved_table)::name)$$, 'steps save to tables that are there');
SELECT is(caught($$SELECT hmis.define_workflow(w.workflow_code, w.workflow_name, hmis.workflow_steps_json(w.workflow_id, w.version) || '[{"code": "last", "title": "Last", "function": "record_service"}]') FROM hmis.workflow w$$), 'ok', 'their definitions are ones that define_workflow() takes');
SELECT set_eq('SELECT workflow_code, version FROM workflow', $$VALUES ('INTAKE', 2), ('EXIT', 2), ('ANNUAL_ASSESSMENT', 2)$$, 'an administrator changes them');
UPDATE workflow SET version = 1;

-- Intake of somebody new.
SELECT is(pg_temp.started('''INTAKE'', arguments => ''{"program_id": 11, "entry_date": "2024-03-01"}'''), 'true', 'intake');
SELECT is(pg_temp.progress(), 'client open, enrollment open, income open, health open, need open, goal open, case_manager open, card open', 'all is to do');
SELECT is(pg_temp.doing('''enrollment'''), '55000 step "client" comes before "enrollment"', 'in order');
SELECT is(pg_temp.doing('''client'', ''{"first_name": "Zebulonissimo", "last_name": "Quackenbush", "dob": "1923-04-05"}'', true') ~ '^\d+$', true, 'the client');
SELECT is(pg_temp.doing('''enrollment'', ''{"entry_date": "2024-03-02"}'''), '22023 argument "entry_date" is given by the workflow', 'the day is given');
SELECT is(pg_temp.doing('''enrollment''') ~ '^\d+$', true, 'the enrollment');
SELECT results_eq('SELECT e.client_id = r.client_id, e.program_id, e.entry_date FROM workflow_run r JOIN enrollment e USING (enrollment_id)', $$VALUES (true, 11::bigint, '2024-03-01'::date)$$, 'of the client, in the program');
SELECT is(pg_temp.doing('''income'', ''{"answers": {}}''') ~ '^\d+$', true, 'the income at entry');
SELECT results_eq('SELECT a.client_id = r.client_id, a.enrollment_id = r.enrollment_id, a.assessment_date, a.data_collection_stage::int FROM assessment a, workflow_run r', $$VALUES (true, true, '2024-03-01'::date, 1)$$, 'on the day of entry, stage 1');
SELECT matches(pg_temp.doing('''health'', ''{"answers": {}}'''), '^(42501|CT009) ', 'what is sensitive needs a right');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(max(workflow_run_id), ''health'') FROM hmis.workflow_run'), '1', 'it is skipped');
SELECT is(pg_temp.doing('''need'', ''{"barrier": "ID", "identified_date": "2024-03-01"}''') ~ '^\d+$', true, 'a need');
SELECT is(pg_temp.doing('''goal'', ''{"goal_description": "Identification"}''') ~ '^\d+$', true, 'a goal');
SELECT is((SELECT g.client_barrier_id = b.client_barrier_id AND g.enrollment_id = r.enrollment_id FROM goal g, client_barrier b, workflow_run r), true, 'that meets the need');
SELECT is(pg_temp.doing('''case_manager'', ''{"case_manager_user_id": 12}''') ~ '^\d+$', true, 'a case manager');
SELECT matches(pg_temp.doing('''card'''), '^"S1', 'a card');
SELECT is(pg_temp.progress(), 'client done, enrollment done, income done, health skipped, need done, goal done, case_manager done, card done', 'all is done');
SELECT is((SELECT run_status FROM workflow_run), 'completed', 'and completed');
SELECT is((SELECT string_agg(concat_ws(' ', s.step_code, s.saved_table, s.saved_status, s.delete_function), ', ' ORDER BY s.step_order) FROM workflow_saved s),
	'client client saved delete_client, enrollment enrollment saved delete_enrollment, income assessment saved delete_assessment, need client_barrier saved delete_client_barrier, goal goal saved delete_goal, case_manager case_assignment saved delete_case_assignment, card scan_card saved revoke_scan_card', 'what was saved, and how it is deleted');
SELECT is_empty($$SELECT FROM workflow_run r, to_jsonb(r) j WHERE j::text ~* 'zebulon|quackenbush|1923' UNION ALL SELECT FROM workflow_run_step s, to_jsonb(s) j WHERE j::text ~* 'zebulon|quackenbush|1923'$$, 'who the client is is not in the run');

-- Intake of somebody known, and of somebody enrolled.
SELECT is(pg_temp.started('''INTAKE'', 3, arguments => ''{"program_id": 11, "entry_date": "2024-03-01"}'''), 'true', 'of somebody known');
SELECT is(split_part(pg_temp.progress(), ', need', 1), 'client not applicable, enrollment open, income open, health open', 'nobody is added');
SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(max(workflow_run_id), ''x'') FROM hmis.workflow_run'), '0', 'canceled, with nothing saved');
SELECT is(pg_temp.started('''INTAKE'', enrollment_id => 1'), 'true', 'of somebody enrolled');
SELECT is(split_part(pg_temp.progress(), ', need', 1), 'client not applicable, enrollment not applicable, income open, health open', 'nobody is enrolled');
SELECT is(did('test_worker', 'SELECT hmis.cancel_workflow(max(workflow_run_id), ''x'') FROM hmis.workflow_run'), '0', 'canceled');

-- Annual assessment, then the exit: the open workflow itself is no open work.
SELECT is(pg_temp.started('''ANNUAL_ASSESSMENT'', enrollment_id => 1, arguments => ''{"assessment_date": "2025-01-02"}'''), 'true', 'annual assessment');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(max(workflow_run_id), ''income'') FROM hmis.workflow_run'), '55000 step "income" is required', 'it is what the workflow is for');
SELECT is(pg_temp.doing('''income'', ''{"answers": {}}''') ~ '^\d+$', true, 'the income');
SELECT is((SELECT data_collection_stage::int FROM assessment WHERE client_id = 1), 5, 'stage 5');
SELECT is(pg_temp.doing('''next_year'', ''{"due_date": "2026-01-02"}''') ~ '^\d+$', true, 'and the next');
SELECT is((SELECT f.initiated_by_assessment_id = a.assessment_id FROM assessment_follow_up f, assessment a WHERE a.client_id = 1), true, 'initiated by it');
SELECT is(pg_temp.started('''EXIT'', enrollment_id => 1, arguments => ''{"exit_date": "2025-02-01"}'''), 'true', 'exit');
SELECT is(did('test_worker', 'SELECT hmis.skip_step(max(workflow_run_id), ''income'') FROM hmis.workflow_run'), '1', 'without income');
SELECT is(pg_temp.doing('''exit'', ''{"destination": 410}'''), '1', 'exits, since its own workflow is no open work');
SELECT is(pg_temp.doing('''service'', ''{"service": "MEAL"}''') ~ '^\d+$', true, 'the last service');
SELECT results_eq('SELECT e.exit_date, s.date_provided FROM enrollment e JOIN client_service s USING (enrollment_id) WHERE enrollment_id = 1', $$VALUES ('2025-02-01'::date, '2025-02-01'::date)$$, 'on the day of the exit');
SELECT is((SELECT count(*) FROM workflow_run WHERE run_status = 'open'), 0::bigint, 'all are completed or canceled');

-- What an administrator changed survives a migration.
SELECT is(did('test_admin', $$SELECT hmis.define_workflow('EXIT', 'Leaving', active => false)$$), '1', 'an administrator renames one');
SELECT is(did('test_admin', $$SELECT hmis.mark_step_function('bar_client', active => false)$$), '1', 'and takes a mark away');
CALL clienttrack.migrate('hmis');
SELECT results_eq($$SELECT workflow_name, active, (SELECT f.active FROM step_function f WHERE function_name = 'bar_client') FROM workflow WHERE workflow_code = 'EXIT'$$, $$VALUES ('Leaving', false, false)$$, 'and a migration leaves it so');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
