-- client_service_history: names, totals and running totals, what each role sees of it, and how it is read.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
INSERT INTO service_group (service_group_id, service_group_code, service_group_name) VALUES (1, 'FIN', 'Financial Services');
INSERT INTO service (service_id, service_group_id, service_code, service_name, unit_of_measure, default_unit_value) VALUES (3, 1, 'COUNSEL', 'Counselling', 'hours', 60), (4, 1, 'RENT', 'Rent', 'dollars', 0), (60, NULL, 'LEGAL', 'Legal aid', 'count', 0);
INSERT INTO service_organization (service_id, organization_id) VALUES (60, 2);
UPDATE grant_award SET grant_identifier = 'CITY-24';
UPDATE hmis_user SET user_last_name = 'Ray' WHERE user_id = 11;
INSERT INTO barrier (barrier_id, barrier_code, barrier_name) VALUES (101, 'PAPERS', 'No papers');
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, security_organization_id) VALUES (1, 1, 101, 1);
INSERT INTO goal (goal_id, client_id, goal_description, security_organization_id) VALUES (1, 1, 'A home', 1);
INSERT INTO action_plan (action_plan_id, client_id, plan_name, security_organization_id) VALUES (1, 1, 'Plan', 1);
INSERT INTO action_step (action_step_id, action_plan_id, client_id, action, security_organization_id) VALUES (1, 1, 1, 'Call', 1);
INSERT INTO referral (referral_id, client_id, service_id, to_provider_id, security_organization_id) VALUES (1, 1, 1, 1, 1);
SELECT setval('client_service_client_service_id_seq', 1000) \g /dev/null

-- Names.
SELECT create_service_batch('Lunch', 11, '[{"service": 1}]') AS batch \gset
SELECT open_batch_run(:batch, '2024-01-10') AS run \gset
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, units, unit_value, unit_of_measure, location_id, service_batch_run_id, provided_by_user_id, grant_award_id, provider_id, service_reason_id, goal_id, action_step_id, referral_id,
	client_barrier_id, comments, fa_amount, fa_start_date, fa_end_date, date_created, entered_by_user_id, date_updated) VALUES (1, 1, '2024-01-10', 1, 3, 11, 1.5, 60, 'hours', 101, :run, 11, 1, 1, 1, 1, 1, 1, 1, 'budget', 12.5, '2024-01-01', '2024-01-31', '2024-01-13 12:00', 12, '2024-01-14 12:00');
SELECT results_eq($$SELECT client_service_id, client_id, date_provided, service_id, service_code, service_name, service_group_name, units, unit_of_measure, unit_value, total_value, program_id, program_name, organization_name, enrollment_id, location_id, location_name, provider_id, provider_name, provided_by_user_id, provided_by, fund_name, grant_award_id, grant_identifier,
	reason, goal_id, goal_description, action_step_id, referral_id, client_barrier_id, barrier_name, comments, fa_amount, fa_start_date, fa_end_date, service_batch_run_id IS NOT NULL, days_to_entry, date_created, entered_by, date_updated, date_deleted, delete_reason, running_units, running_value, units_of_client, value_of_client FROM client_service_history$$,
	$$VALUES (1::bigint, 1::bigint, '2024-01-10'::date, 3::bigint, 'COUNSEL', 'Counselling', 'Financial Services', 1.5::numeric, 'hours', 60::numeric, 90::numeric(24,2), 11::bigint, 'Drop-in', 'Harbor', 1::bigint, 101::bigint, 'Hall', 1::bigint, 'Clinic', 11::bigint, 'Rita Ray', 'City', 1::bigint, 'CITY-24', 'Cold night', 1::bigint, 'A home', 1::bigint, 1::bigint,
	1::bigint, 'No papers', 'budget', 12.5::numeric(12,2), '2024-01-01'::date, '2024-01-31'::date, true, 3, '2024-01-13 12:00'::timestamptz, 'Walt', '2024-01-14 12:00'::timestamptz, NULL::timestamptz, NULL, 1.5::numeric, 90::numeric, 1.5::numeric, 90::numeric)$$, 'names in place of identifiers');
SELECT is((SELECT count(*) FROM pg_attribute WHERE attrelid = 'client_service_history'::regclass AND attnum > 0)::int, 47, 'these are all');
SELECT is((SELECT units::text || ' ' || unit_value FROM client_service_history), '1.5 60', 'amounts without zeros');
DELETE FROM client_service;
-- With what little a service needs: also where what it names is deleted or inactive.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, date_created) VALUES (2, 1, '2024-01-10', 1, 1, 11, '2024-01-10 23:30');
SELECT is((SELECT num_nulls(service_group_name, location_name, provider_name, provided_by, fund_name, grant_identifier, reason, goal_description, barrier_name, comments, entered_by, delete_reason) FROM client_service_history), 12, 'what is not known is null');
SELECT is((SELECT days_to_entry FROM client_service_history), 0, 'entered the same day');
UPDATE service SET date_deleted = now() WHERE service_id = 1;
UPDATE program SET operating_end_date = '2024-02-01' WHERE program_id = 11;
SELECT is((SELECT service_name FROM client_service_history), 'Meal', 'a service that is deleted since has its name');
UPDATE service SET date_deleted = NULL WHERE service_id = 1;
DELETE FROM client_service;

-- Totals and running totals, by unit of measure, newest first; two of a day in the order in which they were entered.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, units, unit_value, unit_of_measure, date_deleted, delete_reason) VALUES
	(11, 1, '2024-01-10', 1, 1, 11, 1, 3.5, 'count', NULL, NULL), (12, 1, '2024-01-09', 1, 1, 11, 2, 3.5, 'count', NULL, NULL), (13, 1, '2024-01-10', 1, 3, 11, 0.8333, 60, 'hours', NULL, NULL), (14, 1, '2024-01-10', 1, 2, 11, 1, 0, 'count', NULL, NULL), (15, 1, '2024-01-11', 1, 4, 11, 33.34, 1, 'dollars', NULL, NULL),
	(16, 1, '2024-01-08', 1, 4, 11, 66.66, 1, 'dollars', NULL, NULL), (17, 1, '2024-01-10', 1, 1, 11, 100, 100, 'count', now(), 'Typing error'), (18, 5, '2024-01-10', 5, 1, 11, 7, 3.5, 'count', NULL, NULL), (19, 1, '2024-01-12', 1, 3, 11, 1, 60, 'hours', NULL, NULL);
SELECT results_eq('SELECT client_service_id, units, unit_of_measure, total_value, running_units, running_value, units_of_client, value_of_client FROM client_service_history WHERE client_id = 1', $$VALUES
	(19::bigint, 1::numeric, 'hours', 60::numeric, 1.8333::numeric, 220.5::numeric, 1.8333::numeric, 220.5::numeric), (15, 33.34, 'dollars', 33.34, 100, 160.5, 100, 220.5), (14, 1, 'count', 0, 4, 127.16, 4, 220.5), (13, 0.8333, 'hours', 50, 0.8333, 127.16, 1.8333, 220.5),
	(11, 1, 'count', 3.5, 3, 77.16, 4, 220.5), (12, 2, 'count', 7, 2, 73.66, 4, 220.5), (16, 66.66, 'dollars', 66.66, 66.66, 66.66, 100, 220.5)$$, 'running totals for each unit of measure, and of the value');
SELECT results_eq('SELECT client_service_id, units_of_client, value_of_client FROM client_service_history WHERE client_id = 5', 'VALUES (18::bigint, 7::numeric, 24.5::numeric)', 'another client''s are another''s');
SELECT results_eq('SELECT client_service_id, running_units, units_of_client FROM client_service_history WHERE client_id = 1 AND date_provided = ''2024-01-10'' AND unit_of_measure = ''count''', 'VALUES (14::bigint, 4::numeric, 4::numeric), (11, 3, 4)', 'of some days the totals are those of all');
SELECT results_eq('SELECT client_service_id FROM client_service_history', 'VALUES (19::bigint), (15), (18), (14), (13), (11), (12), (16)', 'newest first, of all clients');
SELECT results_eq('SELECT client_service_id, date_deleted, delete_reason FROM client_service_history_all WHERE date_deleted IS NOT NULL', 'VALUES (17::bigint, now(), ''Typing error'')', 'deleted ones are in …_all');
SELECT results_eq('SELECT client_service_id FROM client_service_history_all', 'VALUES (19::bigint), (15), (18), (17), (14), (13), (11), (12), (16)', 'besides the others');
SELECT is_empty('SELECT * FROM client_service_history WHERE date_deleted IS NOT NULL', 'and nowhere else');
SELECT set_eq('SELECT attname, atttypid FROM pg_attribute WHERE attrelid = ''client_service_history_all''::regclass AND attnum > 0', 'SELECT attname, atttypid FROM pg_attribute WHERE attrelid = ''client_service_history''::regclass AND attnum BETWEEN 1 AND 43', 'which has the same columns');
SELECT is_empty($$SELECT attrelid::regclass, attname FROM pg_attribute WHERE attrelid IN ('client_service_history'::regclass, 'indirect_service_history'::regclass, 'turn_away_history'::regclass) AND attnum > 0 AND col_description(attrelid, attnum) IS NULL$$, 'all of them described');
SELECT matches(caught('INSERT INTO client_service_history (client_id) VALUES (1)'), '^55000 ', 'a view with totals is for reading');

-- What each role sees.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, provided_by_user_id, entered_by_user_id) VALUES (21, 7, '2024-01-10', 7, 1, 21, 13, 13), (22, 8, '2024-01-10', 8, 1, 21, 13, 13), (23, 8, '2024-01-11', 81, 1, 11, 12, 12), (24, 9, '2024-01-10', 9, 1, 31, 15, 15), (25, 7, '2024-01-11', 7, 60, 21, 13, 13);
SELECT is(asked(w, 'SELECT client_service_id FROM client_service_history WHERE client_id IN (7, 8, 9) ORDER BY 1'), o, w) FROM (VALUES ('test_worker', '23'), ('test_reader', '23'), ('test_north', '21 22 25'), ('test_both', '21 22 23 25'), ('test_haven', '24'), ('test_admin', '21 22 23 25'), ('test_app', '')) v (w, o);
SELECT is(asked(w, 'SELECT client_service_id FROM client_service_history_all WHERE client_id IN (7, 8, 9) ORDER BY 1'), o, w || ' with deleted ones') FROM (VALUES ('test_worker', '23'), ('test_north', '21 22 25'), ('test_haven', '24'), ('test_admin', '21 22 23 25')) v (w, o);
SELECT is(asked(w, 'SELECT concat_ws('':'', units_of_client, value_of_client) FROM client_service_history WHERE client_id = 8'), o, 'totals are of what is in sight: ' || w) FROM (VALUES ('test_worker', '1:0.00'), ('test_north', '1:0.00'), ('test_both', '2:0.00 2:0.00')) v (w, o);
SELECT matches(asked('test_stranger', 'SELECT * FROM hmis.client_service_history'), '^42501 permission denied for ', 'a stranger sees nothing');
SELECT is(asked('test_worker', 'SELECT client_service_id FROM client_service_history_all WHERE client_service_id = 17'), '17', 'a worker sees the deleted ones of the own programs');
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, shares, end_date) VALUES (7, 2, 1, '{services}', current_date + 10);
SELECT is(asked('test_worker', 'SELECT concat_ws('':'', client_service_id, service_code, program_name, organization_name, provided_by, entered_by, enrollment_id) FROM client_service_history WHERE client_id = 7'), '21:MEAL:Outreach:Northside:Nora:Nora:7', 'services released are seen, but for those restricted to the other organization');
UPDATE information_release SET shares = '{enrollments}';
SELECT is(asked('test_worker', 'SELECT client_service_id FROM client_service_history WHERE client_id = 7'), '', 'when services are what is released');
UPDATE information_release SET shares = '{services}', begin_date = current_date - 5, end_date = current_date - 1;
SELECT is(asked('test_worker', 'SELECT client_service_id FROM client_service_history WHERE client_id = 7'), '', 'and as long as they are');
-- A goal of another organization's, named by a service in sight, keeps its words.
INSERT INTO goal (goal_id, client_id, goal_description, security_organization_id) VALUES (8, 8, 'Northside''s goal', 2);
UPDATE client_service SET goal_id = 8 WHERE client_service_id = 23;
SELECT is(asked('test_worker', 'SELECT coalesce(goal_description, ''hidden'') FROM client_service_history WHERE client_service_id = 23'), 'hidden', 'what it says of a goal out of sight');
SELECT is(asked('test_north', 'SELECT count(*) FROM client_service_history WHERE goal_description IS NOT NULL'), '0', 'and whose goal it is does not see the service');
SELECT is(asked('test_both', 'SELECT goal_description FROM client_service_history WHERE client_service_id = 23'), 'Northside''s goal', 'who sees both sees both');

-- How it is read: by the index of the client, whoever reads and however many there are.
INSERT INTO client (client_id, security_organization_id) SELECT i, 1 FROM generate_series(1001, 3000) i;
INSERT INTO enrollment (client_id, program_id, entry_date) SELECT i, 11, '2024-01-01' FROM generate_series(1001, 3000) i;
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) SELECT e.client_id, '2024-01-01'::date + d, e.enrollment_id, 1, 11 FROM enrollment e, generate_series(1, 5) d WHERE e.client_id > 1000;
ANALYZE;
CREATE FUNCTION pg_temp.plan_of(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
-- The plan of a query as a role reads it.
DECLARE
	line text;
	lines text := '';
BEGIN
	PERFORM set_config('role', who, true);
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		lines := lines || line || E'\n';
	END LOOP;
	PERFORM set_config('role', 'none', true);
	RETURN lines;
END $$;
SELECT matches(pg_temp.plan_of(w, format('SELECT * FROM hmis.%s WHERE client_id = 1234', v)), 'Index Scan using client_service_client on client_service|Bitmap Index Scan on client_service_client', format('%s, %s: by the client''s index', w, v)) FROM unnest(ARRAY['postgres', 'test_worker', 'test_reader', 'test_admin', 'clienttrack_owner']) w, unnest(ARRAY['client_service_history', 'client_service_history_all']) v;
SELECT doesnt_match(pg_temp.plan_of(w, 'SELECT * FROM hmis.client_service_history WHERE client_id = 1234'), 'Seq Scan on (client_service|client|enrollment) ', w || ': and reads no table of clients whole') FROM unnest(ARRAY['postgres', 'test_worker', 'test_admin']) w;
SELECT matches(pg_temp.plan_of('test_worker', 'SELECT * FROM hmis.client_service_history WHERE client_id = 1234 AND date_provided > ''2024-01-03'''), 'client_service_client', 'with days too');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
