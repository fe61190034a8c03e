-- The status history: for every writer and every statement, as of which day, with whose name, and who sees it.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
DELETE FROM barrier;
SELECT define_barrier('PAPERS', 'No papers') AS papers \gset
UPDATE hmis_user SET user_last_name = 'Ray' WHERE user_id = 12;
CREATE FUNCTION pg_temp.changes(tab text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
-- The history since the last call, oldest first.
WITH seen AS (UPDATE hmis.case_status_change SET date_deleted = now() WHERE date_deleted IS NULL RETURNING *)
SELECT string_agg(format('%s>%s %s%s', coalesce(old_status, ''), new_status, status_date, ' ' || comments), ', ' ORDER BY case_status_change_id) FROM seen $$;
\set TODAY 'current_date::text'

-- Functions.
SELECT did('test_worker', $$SELECT identify_barrier(1, 'PAPERS', 1, '2024-02-01', 'lost them')$$) \g /dev/null
SELECT client_barrier_id AS b FROM client_barrier \gset
SELECT results_eq('SELECT client_id, record_type, record_name, old_status, new_status, status_date, comments, changed_by_user_id, changed_by, client_barrier_id, goal_id, action_plan_id, action_step_id, enrollment_id FROM case_status_history',
	format($$VALUES (1::bigint, 'need or barrier', 'No papers', NULL, 'identified', '2024-02-01'::date, NULL, 12::bigint, 'Walt Ray', %s::bigint, NULL::bigint, NULL::bigint, NULL::bigint, 1::bigint)$$, :b), 'it was identified');
SELECT is((SELECT security_organization_id FROM case_status_change), 1::bigint, 'of the organization');
SELECT pg_temp.changes() \g /dev/null
SELECT is(did('test_worker', format('SELECT %s', s)) || ' ' || coalesce(pg_temp.changes(), ''), '1 ' || o, s) FROM (VALUES
	(format('work_on_barrier(%s, ''2024-02-03'', ''called'')', :b), 'identified>worked_on 2024-02-03 called'), (format('resolve_barrier(%s, ''2024-02-03'', ''called'')', :b), 'worked_on>resolved 2024-02-03 called'), (format('reopen_barrier(%s, ''2024-02-03'')', :b), 'resolved>identified 2024-02-03'),
	(format('resolve_barrier(%s, ''2024-02-04'')', :b), 'identified>resolved 2024-02-04'), (format('delete_client_barrier(%s, ''twice'')', :b), format('resolved>deleted %s twice', current_date)), (format('restore_client_barrier(%s)', :b), format('deleted>resolved %s', current_date)),
	(format('edit_client_barrier(%s, jsonb_build_object(''date_updated'', (SELECT date_updated FROM client_barrier), ''resolved_date'', ''2024-02-06''))', :b), 'resolved>resolved 2024-02-06'), (format('edit_client_barrier(%s, jsonb_build_object(''date_updated'', (SELECT date_updated FROM client_barrier), ''comments'', ''x''))', :b), '')) v (s, o);

-- Any statement.
SELECT is(caught(s) || ' ' || coalesce(pg_temp.changes(), ''), 'ok ' || o, s) FROM (VALUES
	('UPDATE client_barrier SET barrier_status = ''identified'', resolved_date = NULL', format('resolved>identified %s', current_date)), ('UPDATE client_barrier SET comments = ''y'', status_comments = ''y''', ''), ('UPDATE client_barrier SET barrier_status = ''worked_on''', format('identified>worked_on %s', current_date)),
	('UPDATE client_barrier SET barrier_status = ''resolved'', resolved_date = ''2024-03-01'', status_comments = ''z''', 'worked_on>resolved 2024-03-01 z'), ('UPDATE client_barrier SET barrier_status = ''worked_on'', resolved_date = NULL, status_date = ''2024-03-02''', 'resolved>worked_on 2024-03-02 z'), ('UPDATE client_barrier SET status_date = ''2024-03-03''', 'worked_on>worked_on 2024-03-03 z'),
	('UPDATE client_barrier SET client_id = client_id, barrier_id = barrier_id', ''), ('UPDATE client_barrier SET barrier_status = ''resolved'' WHERE false', ''), ('INSERT INTO client_barrier (client_id, barrier_id, barrier_status, identified_date, resolved_date) SELECT 2, barrier_id, ''resolved'', ''2024-01-01'', ''2024-01-05'' FROM barrier', '>resolved 2024-01-05'),
	('INSERT INTO client_barrier (client_id, barrier_id, date_deleted) SELECT 2, barrier_id, now() FROM barrier', ''), ('INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id) SELECT client_barrier_id, client_id, barrier_id FROM client_barrier WHERE client_id = 1 ON CONFLICT (client_barrier_id) DO UPDATE SET barrier_status = ''identified'', status_date = ''2024-03-04''', 'worked_on>identified 2024-03-04 z'),
	('MERGE INTO client_barrier b USING client c ON b.client_id = c.client_id AND c.client_id = 1 WHEN MATCHED THEN UPDATE SET barrier_status = ''resolved'', resolved_date = ''2024-03-05'' WHEN NOT MATCHED AND c.client_id = 5 THEN INSERT (client_id, barrier_id, identified_date) VALUES (5, ' || :papers || ', ''2024-01-01'')', 'identified>resolved 2024-03-05, >identified 2024-01-01'),
	('WITH w AS (UPDATE client_barrier SET barrier_status = ''worked_on'', status_date = ''2024-03-05'' WHERE client_id = 5 RETURNING 1) INSERT INTO goal (client_id, goal_description, begin_date) SELECT 5, ''x'', ''2024-01-02'' FROM w', 'identified>worked_on 2024-03-05, >open 2024-01-02'),
	('UPDATE client_barrier SET date_deleted = now(), delete_reason = ''all'' WHERE client_id = 5', format('worked_on>deleted %s all', current_date)), ('UPDATE client_barrier SET barrier_status = ''identified'' WHERE client_id = 5', ''), ('UPDATE client_barrier SET date_deleted = NULL WHERE client_id = 5', format('deleted>identified %s', current_date))) v (s, o);

-- Goals, plans and steps.
SELECT did('test_worker', $$SELECT set_goal(1, 'Card', 1, NULL, '2024-02-01')$$) \g /dev/null
SELECT did('test_worker', $$SELECT create_action_plan(1, 'Plan', 1, '2024-02-01', '[{"action": "Call"}, {"action": "Go"}]')$$) \g /dev/null
SELECT max(goal_id) AS g FROM goal \gset
SELECT max(action_plan_id) AS p, min(action_step_id) AS s FROM action_step \gset
SELECT results_eq('SELECT record_type, record_name, new_status, status_date, enrollment_id, action_plan_id FROM case_status_history WHERE client_id = 1 ORDER BY case_status_change_id',
	format($$VALUES ('goal', 'Card', 'open', '2024-02-01'::date, 1::bigint, NULL::bigint), ('action plan', 'Plan', 'open', '2024-02-01', 1, %1$s), ('action step', 'Call', 'open', '2024-02-01', 1, %1$s), ('action step', 'Go', 'open', '2024-02-01', 1, %1$s)$$, :p), 'each as it began');
SELECT pg_temp.changes() \g /dev/null
SELECT is(did('test_worker', 'SELECT ' || s) || ' ' || coalesce(pg_temp.changes(), ''), '1 ' || o, s) FROM (VALUES
	(format('abandon_goal(%s, ''moved'', ''2024-02-05'')', :g), 'open>abandoned 2024-02-05 moved'), (format('reopen_goal(%s, ''2024-02-05'')', :g), 'abandoned>open 2024-02-05'), (format('achieve_goal(%s, ''2024-02-07'')', :g), 'open>achieved 2024-02-07'), (format('delete_goal(%s, ''x'')', :g), format('achieved>deleted %s x', current_date)),
	(format('complete_action_step(%s, ''2024-02-05'', ''done'')', :s), 'open>done 2024-02-05 done'), (format('reopen_action_step(%s, ''2024-02-06'')', :s), 'done>open 2024-02-06'), (format('cancel_action_step(%s, ''no need'', ''2024-02-06'')', :s), 'open>canceled 2024-02-06 no need'),
	(format('complete_action_plan(%s, ''2024-03-01'', ''done'', ''well'')', :p), 'open>completed 2024-03-01 well, open>done 2024-03-01 well'), (format('reopen_action_plan(%s, ''2024-03-02'')', :p), 'completed>open 2024-03-02'), (format('abandon_action_plan(%s, ''left'', ''2024-03-03'')', :p), 'open>abandoned 2024-03-03 left'),
	(format('delete_action_plan(%s, ''y'')', :p), format('abandoned>deleted %1$s y, canceled>deleted %1$s y, done>deleted %1$s y', current_date)), (format('restore_action_plan(%s)', :p), format('deleted>abandoned %1$s, deleted>canceled %1$s, deleted>done %1$s', current_date))) v (s, o);

-- Newest first, who sees it, who writes it.
UPDATE case_status_change SET date_deleted = NULL;
SELECT is((SELECT array_agg(case_status_change_id) FROM case_status_history), (SELECT array_agg(case_status_change_id ORDER BY status_date DESC, case_status_change_id DESC) FROM case_status_change), 'newest first');
SELECT is(asked(w, 'SELECT count(*) > 0 FROM case_status_history'), o, w) FROM (VALUES ('test_reader', 'true'), ('test_worker', 'true'), ('test_admin', 'true'), ('test_north', 'false'), ('test_haven', 'false')) v (w, o);
SELECT is(did(w, s), '42501 permission denied for table case_status_change', format('%s: %s', w, s)) FROM unnest(ARRAY['test_worker', 'test_admin']) w, unnest(ARRAY['INSERT INTO case_status_change (client_id, goal_id, new_status, status_date) VALUES (1, 1, ''open'', ''2024-01-01'')', 'UPDATE case_status_change SET comments = ''x''', 'DELETE FROM case_status_change']) s;
CREATE TABLE public.mine (client_id bigint, goal_id bigint);
GRANT ALL ON public.mine TO test_worker;
SELECT throws_ok($$CREATE TRIGGER t AFTER INSERT ON public.mine REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hmis.keep_status_history(); INSERT INTO public.mine VALUES (1, 1)$$, '39P01', 'function "keep_status_history" is a trigger of the tables of case management only', 'not on another table');
SELECT is(did('test_worker', 'SELECT hmis.status_query(''goal'', ''INSERT'')'), '1', 'the text of the statement is no secret');
SELECT is(caught('DELETE FROM client_barrier WHERE client_id = 1'), 'ok', 'the owner removes a row');
SELECT is((SELECT count(*) FROM case_status_change WHERE client_id = 1 AND client_barrier_id IS NOT NULL), 0::bigint, 'with its history');

-- Many at once.
DELETE FROM client_barrier;
INSERT INTO client_barrier (client_id, barrier_id, identified_date) SELECT 1 + i % 6, :papers, date '2024-01-01' + i % 50 FROM generate_series(1, 2000) i;
SELECT is((SELECT count(*) FROM case_status_change h JOIN client_barrier b USING (client_barrier_id) WHERE h.status_date = b.identified_date AND h.new_status = 'identified'), 2000::bigint, 'two thousand');
UPDATE client_barrier SET barrier_status = 'resolved', resolved_date = identified_date + 1 WHERE barrier_status = 'identified' AND date_deleted IS NULL;
SELECT is((SELECT count(*) FROM case_status_change h JOIN client_barrier b USING (client_barrier_id) WHERE h.status_date = b.identified_date + 1 AND h.old_status = 'identified'), 2000::bigint, 'and resolved');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
