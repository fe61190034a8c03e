-- merge_clients(), unmerge_clients(), resolve_client() and what finds the client afterwards.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
GRANT clienttrack_merge_clients TO test_admin, test_worker, test_both, test_haven;
CREATE ROLE test_clerk IN ROLE clienttrack_worker;
INSERT INTO hmis_user (user_id, login_role) VALUES (17, 'test_clerk');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (17, 1);

-- Every row about the clients, in every table, but for when and by whom it was last changed; or how many there are.
CREATE FUNCTION public.rows_of(VARIADIC ids bigint[]) RETURNS TABLE (tab text, who bigint, r jsonb) LANGUAGE plpgsql AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT table_name, key_column FROM hmis.client_tables() UNION ALL VALUES ('client', 'client_id'), ('client_ssn', 'client_id') LOOP
		RETURN QUERY EXECUTE format('SELECT %L::text, x.client_id, to_jsonb(x) - ''{date_updated,user_id}''::text[] FROM hmis.%I x
			WHERE x.client_id = ANY ($1)', t.table_name, t.table_name) USING ids;
	END LOOP;
END
$$;
CREATE FUNCTION public.count_of(VARIADIC ids bigint[]) RETURNS TABLE (tab text, n bigint) LANGUAGE sql AS $$
	SELECT tab, count(*) FROM public.rows_of(VARIADIC ids) WHERE tab NOT IN ('client', 'client_ssn', 'client_alias', 'client_merge') GROUP BY tab
$$;

-- Client 2 and client 5 are one person. 5 has something in every table; some of it is Northside's, or deleted.
UPDATE client SET first_name = 'Ann', last_name = NULL, dob = NULL, dob_data_quality = 99, name_data_quality = 2, veteran_status = 9, sex = 99,
	hud_elements = '{"White": 1, "Asian": 99}' WHERE client_id = 2;
UPDATE client SET first_name = 'Anna', last_name = 'Ortega', dob = '1990-02-03', dob_data_quality = 1, name_data_quality = 1, veteran_status = 1,
	sex = 0, hud_elements = '{"White": 0, "Asian": 1, "RaceNone": 8}', ssn_data_quality = 1 WHERE client_id = 5;
DELETE FROM client_ssn WHERE client_id = 2;
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES (21, 2, 12, 77, 1, '2024-02-01'),
	(51, 5, 21, 78, 1, '2024-01-05'), (52, 5, 12, 77, 3, '2024-02-01');
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, date_deleted) VALUES (53, 5, 12, '2024-03-01', now());
INSERT INTO client_service (client_service_id, client_id, service_id, program_id, enrollment_id, date_provided)
SELECT 500 + i, 5, 1, CASE WHEN i % 2 = 0 THEN 11 ELSE 21 END, CASE WHEN i % 2 = 0 THEN 5 ELSE 51 END, date '2024-01-10' + i FROM generate_series(1, 12) i;
UPDATE client_service SET date_deleted = now(), delete_reason = 'wrong' WHERE client_service_id = 512;
INSERT INTO client_service (client_service_id, client_id, service_id, program_id, enrollment_id, date_provided) VALUES (200, 2, 1, 11, 2, '2024-01-12');
INSERT INTO client_alias (client_id, alias_name) VALUES (5, 'Annie'), (2, 'Nan');
INSERT INTO scan_card (client_id, card_code, security_organization_id) VALUES (5, 'CARD5', 1), (2, 'CARD2', 1), (5, 'NORTH5', 2);
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (5, 2, 1, 'today'::date + 10);
INSERT INTO bar (bar_id, client_id, begin_date, notes, security_organization_id) VALUES (5, 5, '2024-06-01', 'guardednote', 2);
INSERT INTO bar_scope (bar_id, program_id) VALUES (5, 11);
INSERT INTO assessment_type (assessment_type_id, assessment_type_code, assessment_type_name) VALUES (901, 'X901', 'X');
INSERT INTO assessment (assessment_id, client_id, assessment_type_id, assessment_date, enrollment_id, security_organization_id)
VALUES (5, 5, 901, '2024-01-20', 5, 1), (2, 2, 901, '2024-01-20', NULL, 1);
INSERT INTO assessment_follow_up (client_id, assessment_type_id, enrollment_id, initiated_by_assessment_id, due_date, security_organization_id) VALUES (5, 901, 5, 5, '2024-05-01', 1);
INSERT INTO case_assignment (case_assignment_id, client_id, enrollment_id, case_manager_user_id, begin_date, security_organization_id)
VALUES (2, 2, NULL, 1, '2024-01-01', 1), (5, 5, NULL, 12, '2024-02-01', 1), (6, 5, NULL, 13, '2024-02-01', 2), (7, 5, 51, 13, '2024-02-01', 2);
INSERT INTO barrier (barrier_id, barrier_code, barrier_name) VALUES (901, 'PAPERS', 'Papers');
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, enrollment_id, security_organization_id) VALUES (5, 5, 901, 5, 1), (2, 2, 901, NULL, 1);
INSERT INTO goal (goal_id, client_id, enrollment_id, client_barrier_id, goal_description, security_organization_id) VALUES (5, 5, 5, 5, 'Papers', 1), (2, 2, NULL, NULL, 'Work', 1);
INSERT INTO action_plan (action_plan_id, client_id, enrollment_id, plan_name, security_organization_id) VALUES (5, 5, 51, 'Plan', 2);
INSERT INTO action_step (action_step_id, action_plan_id, client_id, goal_id, action, security_organization_id) VALUES (5, 5, 5, 5, 'Ask', 2);
INSERT INTO referral (referral_id, client_id, enrollment_id, service_id, to_provider_id, client_barrier_id, security_organization_id) VALUES (5, 5, 5, 1, 1, 5, 1);
INSERT INTO workflow (workflow_id, workflow_code, workflow_name) VALUES (901, 'W', 'W');
INSERT INTO workflow_run (workflow_id, version, run_user_id, client_id, enrollment_id, run_status, security_organization_id) VALUES (901, 1, 12, 5, 5, 'paused', 1);
INSERT INTO turn_away_reason (turn_away_reason_id, turn_away_reason_name) VALUES (901, 'Full house');
INSERT INTO turn_away (client_id, program_id, turn_away_date, turn_away_reason_id, bar_id) VALUES (5, 11, '2024-06-02', 901, 5);
INSERT INTO service_authorization (service_authorization_id, client_id, service_id, begin_date, end_date, recurrence, authorization_status, security_organization_id)
VALUES (5, 5, 1, '2024-01-01', '2024-12-31', 'FREQ=WEEKLY', 'approved', 1);
INSERT INTO service_authorization_goal (service_authorization_id, client_id, goal_id, security_organization_id) VALUES (5, 5, 5, 1);
INSERT INTO authorization_exception (service_authorization_id, client_id, exception_type, new_date, security_organization_id) VALUES (5, 5, 'add', '2024-01-03', 1);
UPDATE client_service SET service_authorization_id = 5 WHERE client_service_id IN (502, 504);
UPDATE client_service SET goal_id = 5, action_step_id = 5, referral_id = 5, client_barrier_id = 5 WHERE client_service_id = 502;
-- One run has both of them and has served both, another only 5, a third 5, and 2 was taken out.
INSERT INTO service_batch (service_batch_id, description, program_id) VALUES (901, 'Dinner', 11);
INSERT INTO service_batch_service (service_batch_id, service_id) VALUES (901, 2);
INSERT INTO service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided) SELECT i, 901, '2024-01-15', '2024-01-15' FROM generate_series(901, 903) i;
INSERT INTO service_batch_client (service_batch_run_id, client_id, enrollment_id, batch_status) VALUES (901, 2, 2, 'pending'), (901, 5, 5, 'pending'), (902, 5, 5, 'pending'),
	(903, 2, 2, 'removed'), (903, 5, 5, 'pending');
SELECT results_eq('SELECT client_id, status FROM post_batch(901) ORDER BY 1', $$VALUES (2::bigint, 'posted'), (5, 'posted')$$, 'both are served by one run');
SELECT is((SELECT string_agg(DISTINCT tab, ' ') FROM rows_of(5)), (SELECT string_agg(t, ' ' ORDER BY t) FROM (SELECT table_name::text AS t FROM client_tables() UNION VALUES ('client'), ('client_ssn')) x), 'client 5 has something in every table');
CREATE TEMP TABLE before AS SELECT * FROM rows_of(2, 5);
CREATE TEMP TABLE counted AS SELECT * FROM count_of(2, 5);
GRANT SELECT ON before TO PUBLIC;

-- Who may.
SELECT is(tried('test_clerk', 'SELECT merge_clients(2, 5, ''x'')'), '42501 permission denied for function merge_clients', 'not without the right');
SELECT is(tried('test_clerk', 'SELECT unmerge_clients(1, ''x'')'), '42501 permission denied for function unmerge_clients', 'nor back');
SELECT is(tried('test_worker', 'SELECT merge_clients(2, 7, ''x'')'), 'CT009 client 7 does not exist', 'not with one out of sight');
SELECT is(tried('test_worker', 'SELECT merge_clients(7, 2, ''x'')'), 'CT009 client 7 does not exist', 'nor into one');
SELECT is(tried('test_admin', 'SELECT merge_clients(2, 9, ''x'')'), 'CT009 client 9 does not exist', 'an administrator does not see Haven''s');
SELECT is(tried('test_worker', 'SELECT merge_clients(2, 8, ''x'')'), '1', 'with one that the organization serves');
SELECT is(tried('postgres', 'SELECT merge_clients(2, 9, ''x'')'), '23514 records of a victim service provider are not merged with those of others', 'a wall');
SELECT is(tried('test_worker', s), e, s) FROM (VALUES
	('SELECT merge_clients(NULL, 5, ''x'')', '22004 client_id and merged_client_id must not be null'),
	('SELECT merge_clients(2, NULL, ''x'')', '22004 client_id and merged_client_id must not be null'),
	('SELECT merge_clients(2, 5, NULL)', '22004 reason must be given'),
	('SELECT merge_clients(2, 5, '' '')', '22004 reason must be given'),
	('SELECT merge_clients(2, 2, ''x'')', '22023 a client is not merged with itself'),
	('SELECT merge_clients(2, 777777, ''x'')', 'CT009 client 777777 does not exist'),
	('SELECT unmerge_clients(777777, ''x'')', 'CT009 client merge 777777 does not exist'),
	('SELECT unmerge_clients(NULL, ''x'')', 'CT009 client merge null does not exist'),
	('SELECT unmerge_clients(1, '''')', '22004 reason must be given')) v (s, e);
SAVEPOINT young;
UPDATE client SET dob = '2024-01-11', dob_data_quality = 1 WHERE client_id = 3;
SELECT is(tried('test_worker', 'SELECT merge_clients(3, 5, ''x'')'), 'CT008 enrollments, services or assessments would be from before the client''s birth', 'born after the other''s services');
UPDATE client SET date_disposed = now() WHERE client_id = 3;
SELECT is(tried('test_worker', 'SELECT merge_clients(2, 3, ''x'')'), '55000 the data of client 3 were disposed of', 'disposed of');
SELECT is(tried('test_worker', 'SELECT merge_clients(3, 2, ''x'')'), '55000 the data of client 3 were disposed of', 'disposed of');
ROLLBACK TO young;

-- The merge.
SELECT is(asked('test_worker', 'SELECT client_id FROM find_clients(''CARD5'')'), '5', 'a card of 5');
SELECT is(did('test_worker', 'CREATE TEMP TABLE merge AS SELECT merge_clients(2, 5, ''The same fingerprints'') AS id'), '1', 'a merge');
SELECT bag_eq('SELECT * FROM count_of(2, 5)', 'SELECT * FROM counted', 'nothing is lost in any table');
SELECT bag_eq('SELECT tab, r FROM rows_of(5)', $$SELECT tab, r || '{"batch_status": "removed"}' FROM before WHERE who = 5 AND tab = 'service_batch_client'
	AND r ->> 'service_batch_run_id' IN ('901', '903') UNION ALL SELECT tab, r FROM before WHERE who = 5 AND tab = 'client_ssn'
	UNION ALL SELECT tab, r || jsonb_build_object('merged_into_client_id', 2, 'date_deleted', now()) FROM before WHERE who = 5 AND tab = 'client'$$,
	'what stays with the old record: itself, its SSN, and its places in runs that both were in');
SELECT results_eq('SELECT first_name, last_name, dob::date, dob_data_quality, name_data_quality, veteran_status, sex, ssn_data_quality, hud_elements, serving_organization_ids FROM client WHERE client_id = 2',
	$$VALUES ('Ann', 'Ortega', date '1990-02-03', 1::smallint, 2::smallint, 1::smallint, 0::smallint, 1::smallint, '{"White": 1, "Asian": 1, "RaceNone": 8}'::jsonb, ARRAY[1, 2]::bigint[])$$,
	'what was empty is filled, and Northside sees the client');
SELECT results_eq('SELECT service_batch_run_id, count(*) FROM client_service WHERE client_id = 2 AND service_id = 2 GROUP BY 1 ORDER BY 1', $$VALUES (901::bigint, 1::bigint), (NULL, 1)$$,
	'of two services by one run one is as entered by hand');
SELECT results_eq('SELECT service_batch_run_id, batch_status, enrollment_id FROM service_batch_client WHERE client_id = 2 ORDER BY 1', $$VALUES (901::bigint, 'pending', 2::bigint), (902, 'pending', 5), (903, 'pending', 5)$$, 'the client is in the runs once');
SELECT results_eq('SELECT status, count(*) FROM (SELECT (post_batch(r)).* FROM generate_series(901, 903) r) p GROUP BY 1 ORDER BY 1', $$VALUES ('posted', 2::bigint), ('skipped', 1)$$, 'posting posts what was waiting, nothing twice');
DELETE FROM client_service WHERE service_batch_run_id IN (902, 903);
UPDATE service_batch_run SET date_posted = NULL;
SELECT results_eq('SELECT case_assignment_id, is_primary FROM case_assignment WHERE client_id = 2 ORDER BY 1', 'VALUES (2::bigint, true), (5, false), (6, true), (7, true)', 'one primary case manager in each organization');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'the rules hold');
SELECT is(stored_ssn(2), '987654325', 'the SSN');
SELECT is_empty($$SELECT * FROM client_merge m WHERE m.filled::text ~ '987654325'$$, 'is not told');
SELECT is((SELECT merged_by_user_id FROM client_merge), 12::bigint, 'who');
SELECT ok(EXISTS (SELECT FROM audit_event WHERE client_id = 2 AND table_name = 'enrollment' AND row_key = 51 AND old_values @> '{"client_id": 5}'), 'the audit has it');
SELECT is((SELECT count(*) FROM audit_event WHERE table_name = 'client_service' AND new_values @> '{"client_id": 2}' AND old_values @> '{"client_id": 5}'), 13::bigint, 'all of it');

-- Finding the client.
SELECT is(asked('test_worker', 'SELECT resolve_client(5)'), '2', 'the old id');
SELECT is(asked('test_worker', 'SELECT resolve_client(i) FROM unnest(ARRAY[2, 7, 777777, NULL]) i'), '2 7 777777 null', 'other ids');
SELECT is(asked('test_haven', 'SELECT resolve_client(5)'), '5', 'for who does not see the client');
SELECT is(asked('test_worker', format('SELECT client_id || matched_by FROM find_clients(%L) LIMIT 1', q)), e, q) FROM (VALUES ('5', '2client_id'), ('2', '2client_id'), ('CARD5', '2scan_card'),
	('Anna Ortega', '2alias'), ('annie', '2alias'), ('ann ortega', '2name')) v (q, e);
SELECT is(asked('test_north', 'SELECT client_id || matched_by FROM find_clients(''NORTH5'')'), '2scan_card', 'Northside too');
SELECT is(asked('test_worker', 'SELECT i FROM merged_client_ids(2) i'), '2 5', 'whose ids they are');
SELECT is(tried('test_worker', s), 'CT009 client 5 was merged into client 2', s) FROM (VALUES ('SELECT record_service(5, ''MEAL'', ''2024-01-15'')'),
	('SELECT set_ssn(5, NULL)'), ('SELECT merge_clients(1, 5, ''x'')'), ('SELECT merge_clients(5, 1, ''x'')'), ('SELECT issue_scan_card(5, ''NEW5'')'), ('SELECT check_client(5)'), ('SELECT record_turn_away(11, ''Full house'', client_id => 5)')) v (s);
SELECT is(did('test_worker', 'SELECT check_client(5)') || last_hint(), 'CT009 client 5 was merged into client 2Use client_id 2.', 'the hint');
SELECT is(asked('test_worker', $$SELECT message FROM quick_service_for_clients('MEAL', ARRAY[5], program_id => 11, date_provided => '2024-01-15')$$), 'client was merged into client 2', 'in a list');
SELECT is(asked('test_worker', 'SELECT message FROM add_batch_clients(902, ARRAY[5]::bigint[])'), 'client was merged into client 2', 'in a batch');
SELECT is(tried('postgres', format('INSERT INTO %s VALUES (5, %s)', t, v)), 'CT009 client was merged into another record', t) FROM (VALUES ('client_alias (client_id, alias_name)', '''x'''), ('scan_card (client_id, card_code)', '''x'''),
	('bar (client_id, begin_date)', '''2024-01-01'''), ('goal (client_id, goal_description)', '''x'''), ('action_plan (client_id, plan_name)', '''x'''), ('client_barrier (client_id, barrier_id)', '901'),
	('referral (client_id, service_id, to_provider_id)', '1, 1'), ('case_assignment (client_id, case_manager_user_id)', '1'), ('turn_away (client_id, program_id, turn_away_date, turn_away_reason_id)', '11, ''2024-01-01'', 901'),
	('workflow_run (client_id, workflow_id, version, run_user_id)', '901, 1, 1'), ('assessment_follow_up (client_id, assessment_type_id, due_date)', '901, ''2024-01-01'''),
	('information_release (client_id, organization_id, released_to_organization_id, end_date)', '1, 2, ''2034-01-01'''), ('service_batch_client (client_id, service_batch_run_id)', '902')) x (t, v);
SELECT is(tried('postgres', 'UPDATE client SET date_deleted = NULL WHERE client_id = 5'), 'CT006 client was merged into another record', 'it is not restored');
SELECT is(tried('test_worker', 'UPDATE client SET merged_into_client_id = NULL WHERE client_id = 5'), '42501 permission denied for table client', 'by hand');

-- Back at once: as it was.
SELECT is(did('test_worker', 'SELECT unmerge_clients((SELECT max(client_merge_id) FROM client_merge), ''Twins'')'), '1', 'the merge is undone');
SELECT is_empty($$(SELECT * FROM rows_of(2, 5) EXCEPT SELECT * FROM before) UNION ALL (SELECT * FROM before EXCEPT SELECT * FROM rows_of(2, 5))$$, 'every row is as it was');
SELECT bag_eq('SELECT * FROM rows_of(2, 5)', 'SELECT * FROM before', 'and there is none too many');
SELECT results_eq('SELECT unmerge_reason, unmerged_by_user_id FROM client_merge', $$VALUES ('Twins', 12::bigint)$$, 'who and why');
SELECT is(tried('test_worker', 'SELECT unmerge_clients((SELECT max(client_merge_id) FROM client_merge), ''Twins'')'), (SELECT format('55000 client merge %s was undone already', max(client_merge_id)) FROM client_merge), 'not twice');
SELECT is(asked('test_worker', 'SELECT resolve_client(5)'), '5', 'the id is its own again');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'the rules hold');

-- Entered since the merge: what hangs on what moved goes back along, the rest stays.
CREATE TEMP TABLE second AS SELECT merge_clients(2, 5, 'x') AS id;
GRANT SELECT ON second TO PUBLIC;
UPDATE client SET last_name = 'Quackenbush2b', hud_elements = hud_elements || '{"Asian": 0}' WHERE client_id = 2;
INSERT INTO client_service (client_service_id, client_id, service_id, program_id, enrollment_id, date_provided) VALUES (601, 2, 1, 21, 51, '2024-02-10'), (602, 2, 1, 12, 21, '2024-02-10');
INSERT INTO action_step (action_step_id, action_plan_id, client_id, action, security_organization_id) VALUES (61, 5, 2, 'Call', 2);
INSERT INTO bar (bar_id, client_id, begin_date, security_organization_id) VALUES (61, 2, '2024-06-01', 1);
INSERT INTO bar_scope (bar_id, program_id) VALUES (61, 12);
SELECT is(replace_scan_card('NORTH5', 'NORTH6', 'worn'), 'NORTH6', 'a new card for an old one');
SAVEPOINT knot;
UPDATE client_service SET goal_id = 2 WHERE client_service_id = 601;
SELECT is(did('test_worker', 'SELECT unmerge_clients((SELECT id FROM second), ''x'')'), 'CT006 a record that goes back and one that stays name each other', 'a knot');
SELECT is(last_detail(), 'A record that is not yours to see.', 'of others');
SELECT is(caught('SELECT unmerge_clients((SELECT id FROM second), ''x'')'), 'CT006 a record that goes back and one that stays name each other', 'a knot');
SELECT is(last_detail(), 'Client Service 601 has goal_id 2.', 'of one''s own');
ROLLBACK TO knot;
UPDATE goal SET client_barrier_id = 5 WHERE goal_id = 2;
SELECT is(caught('SELECT unmerge_clients((SELECT id FROM second), ''x'')'), 'CT006 a record that goes back and one that stays name each other', 'what was the other''s before the merge is not given away');
SELECT is(last_detail(), 'Goal 2 has client_barrier_id 5.', 'though it names what goes back');
ROLLBACK TO knot;
SELECT is(did('test_worker', 'SELECT unmerge_clients((SELECT id FROM second), ''x'')'), '1', 'undone later');
SELECT results_eq('SELECT client_service_id, client_id FROM client_service WHERE client_service_id > 600 ORDER BY 1', 'VALUES (601::bigint, 5::bigint), (602, 2)', 'services');
SELECT results_eq('SELECT action_step_id, client_id FROM action_step ORDER BY 1', 'VALUES (5::bigint, 5::bigint), (61, 5)', 'steps');
SELECT results_eq('SELECT card_code, client_id FROM scan_card ORDER BY 1', 'VALUES (''CARD2'', 2::bigint), (''CARD5'', 5), (''NORTH5'', 5), (''NORTH6'', 5)', 'cards');
SELECT results_eq('SELECT bar_id, client_id FROM bar ORDER BY 1', 'VALUES (5::bigint, 5::bigint), (61, 2)', 'bars');
SELECT results_eq('SELECT first_name, last_name, dob::date, dob_data_quality, name_data_quality, hud_elements, ssn_data_quality FROM client WHERE client_id = 2',
	$$VALUES ('Ann', 'Quackenbush2b', NULL::date, 99::smallint, 2::smallint, '{"White": 1, "Asian": 0}'::jsonb, 99::smallint)$$, 'what was filled and not changed is empty again');
SELECT is((SELECT count(*) FROM client_ssn WHERE client_id IN (2, 5)), 1::bigint, 'the SSN');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'the rules hold');
SELECT is((SELECT count(*) FROM client_alias WHERE client_id IN (2, 5)), 2::bigint, 'aliases');

-- An SSN that was changed since stays.
SAVEPOINT chain;
UPDATE second SET id = merge_clients(2, 5, 'x');
SELECT set_ssn(2, '987654320');
SELECT unmerge_clients((SELECT id FROM second), 'x');
SELECT results_eq('SELECT client_id, ssn FROM client_ssn WHERE client_id IN (2, 5) ORDER BY 1', $$VALUES (2::bigint, '987654320'), (5, '987654325')$$, 'a changed SSN');
SELECT is((SELECT ssn_data_quality FROM client WHERE client_id = 2), 1::smallint, 'and its data quality');
ROLLBACK TO chain;

-- A chain: 5 into 2, 2 into 1; and 6 into 1.
CREATE TEMP TABLE chain AS SELECT * FROM rows_of(1, 2, 5, 6);
CREATE TEMP TABLE merges (n int, id bigint);
INSERT INTO merges SELECT 1, merge_clients(2, 5, 'x');
INSERT INTO merges SELECT 2, merge_clients(1, 2, 'x');
INSERT INTO merges SELECT 3, merge_clients(1, 6, 'x');
GRANT SELECT ON merges TO PUBLIC;
SELECT is((SELECT string_agg(resolve_client(i)::text, ' ') FROM unnest(ARRAY[1, 2, 5, 6]) i), '1 1 1 1', 'a chain resolves');
SELECT set_eq('SELECT merged_client_ids(1)', 'VALUES (1::bigint), (2), (5), (6)', 'its ids');
SELECT is(asked('test_worker', 'SELECT client_id FROM find_clients(''5'')'), '1', 'find_clients()');
SELECT is(asked('test_worker', 'SELECT client_id FROM find_clients(''annie'') LIMIT 1'), '1', 'by alias');
SELECT is(did('test_worker', format('SELECT unmerge_clients(%s, ''x'')', id)) || coalesce(': ' || replace(last_hint(), (SELECT id::text FROM merges WHERE n = 3), 'N'), ''), e, 'in order')
FROM merges JOIN (VALUES (1, '55000 client 2 was merged again since: Merges are undone the latest first: undo client merge ' || (SELECT id FROM merges WHERE n = 2) || ' first.'),
	(2, '55000 client 1 was merged again since: Merges are undone the latest first: undo client merge N first.')) v (k, e) ON n = k;
SELECT is(did('test_worker', format('SELECT unmerge_clients(%s, ''x'')', id)), '1', 'merge ' || n) FROM (SELECT * FROM merges ORDER BY n DESC) m;
SELECT is_empty($$(SELECT * FROM rows_of(1, 2, 5, 6) EXCEPT SELECT * FROM chain) UNION ALL (SELECT * FROM chain EXCEPT SELECT * FROM rows_of(1, 2, 5, 6))$$, 'every row is as it was');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'the rules hold');

-- Any merges, undone in reverse: every row is as it was, and in between none is lost.
CREATE FUNCTION public.count_rows() RETURNS TABLE (tab text, r jsonb) LANGUAGE sql AS $$
	SELECT tab, r FROM public.rows_of(1, 2, 3, 4, 5, 6, 7, 8) WHERE tab NOT IN ('client_alias', 'client_ssn') $$;
CREATE FUNCTION public.merge_at_random(times int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	done bigint[] := '{}';
	pair bigint[];
	n bigint := (SELECT count(*) FROM public.count_rows());
BEGIN
	PERFORM setseed(0.25);
	FOR i IN 1..times LOOP
		pair := ARRAY(SELECT c.client_id FROM hmis.client c WHERE c.date_deleted IS NULL AND c.client_id < 9 ORDER BY random() LIMIT 2);
		done := done || hmis.merge_clients(pair[1], pair[2], 'x');
		RETURN NEXT ok((SELECT count(*) FROM public.count_rows()) = n AND NOT EXISTS (SELECT FROM clienttrack.verify('hmis')), format('%s into %s', pair[2], pair[1]));
	END LOOP;
	FOR i IN REVERSE times..1 LOOP
		PERFORM hmis.unmerge_clients(done[i], 'x');
	END LOOP;
END
$$;
DELETE FROM client_ssn WHERE client_id IN (3, 4, 7);
CREATE TEMP TABLE at_first AS SELECT * FROM rows_of(1, 2, 3, 4, 5, 6, 7, 8);
SELECT merge_at_random(7);
SELECT is_empty($$(SELECT * FROM rows_of(1, 2, 3, 4, 5, 6, 7, 8) EXCEPT SELECT * FROM at_first) UNION ALL (SELECT * FROM at_first EXCEPT SELECT * FROM rows_of(1, 2, 3, 4, 5, 6, 7, 8))$$, 'every row is as it was');
SELECT is((SELECT count(*) FROM rows_of(1, 2, 3, 4, 5, 6, 7, 8)), (SELECT count(*) FROM at_first), 'and there is none too many');

-- The account of disclosures.
INSERT INTO disclosure (client_id, what, reason) VALUES (5, 'ssn', 'five'), (2, 'ssn', 'two');
SELECT merge_clients(2, 5, 'x');
SELECT is(asked('test_worker', format('SELECT reason FROM client_disclosures(%s) ORDER BY 1', i)), 'five two', 'of both') FROM unnest(ARRAY[2, 5]) i;

-- What is open stays open, what is locked is moved.
INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, '2024-01-01', '2024-01-31', 'HUD');
SELECT is(caught('SELECT merge_clients(1, 2, ''x'')'), 'ok', 'services in a locked period move');
UPDATE workflow_run SET run_status = 'open', run_user_id = 12;
SELECT is(tried('test_worker', 'SELECT merge_clients(1, 6, ''x'')'), 'CT023 you have a workflow open', 'a workflow is open');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
