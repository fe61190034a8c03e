-- Quick Services: screens, many services for one client, one service for many clients.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set ENROLL '''CT001 Enrollment is a Required Field.'''
INSERT INTO service_group (service_group_id, service_group_code, service_group_name, active) VALUES (1, 'FOOD', 'Food', true), (2, 'PAST', 'Past', false);
INSERT INTO grant_award (grant_award_id, fund_id) VALUES (2, 1);
INSERT INTO service (service_id, service_group_id, service_code, service_name, unit_of_measure, default_units, default_unit_value, duplicate_rule, active, date_deleted) VALUES
	(3, NULL, 'COUNSEL', 'Counselling', 'hours', 0.5, 60, 'allow', true, NULL), (4, NULL, 'RENT', 'Rent', 'dollars', 100, 0, 'allow', true, NULL), (5, NULL, 'BUS', 'Bus pass', 'count', 1, 2.25, 'once_per_day', true, NULL),
	(6, NULL, 'SHOES', 'Shoes', 'count', 1, 20, 'warn', true, NULL), (7, 2, 'PAST', 'Of a past group', 'count', 1, 1, 'allow', true, NULL), (8, NULL, 'OLD', 'Inactive', 'count', 1, 1, 'allow', false, NULL),
	(9, NULL, 'GONE', 'Deleted', 'count', 1, 1, 'allow', true, now()), (10, NULL, 'NORTH', 'Of Northside', 'count', 1, 1, 'allow', true, NULL), (11, NULL, 'VAN', 'At a location', 'count', 1, 1, 'allow', true, NULL);
UPDATE service SET service_group_id = 1 WHERE service_id = 1;
INSERT INTO service (service_id, service_code, service_name, is_direct, is_indirect) VALUES (12, 'SEMINAR', 'Seminar', false, true);
INSERT INTO service_organization (service_id, organization_id) VALUES (10, 2);
INSERT INTO service_offering (service_id, location_id, enrollment_rule, unit_value) VALUES (11, 101, 'none', 4);
INSERT INTO service_offering (service_id, grant_award_id, unit_value, end_date) VALUES (3, NULL, NULL, NULL), (3, 2, 70, '2024-12-31');
INSERT INTO service_screen (service_screen_id, service_screen_code, service_screen_name, active, date_deleted, organization_id) VALUES (1, 'DAY', 'Every day', true, NULL, NULL), (2, 'OLD', 'Inactive', false, NULL, NULL), (3, 'GONE', 'Deleted', true, now(), NULL),
	(4, 'EMPTY', 'Empty', true, NULL, NULL), (5, 'HAVEN', 'Haven''s', true, NULL, 3);
INSERT INTO service_screen_item (service_screen_id, service_id, item_order, units, unit_value) VALUES (1, 3, 1, 2, NULL), (1, 1, 2, NULL, 5.25), (1, 4, 3, 50, NULL), (1, 5, 4, NULL, 0), (1, 6, 5, NULL, NULL), (1, 7, 6, NULL, NULL), (1, 8, 7, NULL, NULL),
	(1, 9, 8, NULL, NULL), (1, 10, 9, NULL, NULL), (1, 11, 10, NULL, NULL), (1, 12, 11, NULL, NULL), (5, 1, 1, NULL, NULL);
INSERT INTO service_screen_item (service_screen_id, service_id, date_deleted) VALUES (1, 2, now());
INSERT INTO goal (goal_id, client_id, goal_description, security_organization_id) VALUES (1, 1, 'A home', 1), (2, 2, 'A home', 1), (7, 7, 'A home', 2);
INSERT INTO action_plan (action_plan_id, client_id, plan_name, security_organization_id) VALUES (1, 1, 'Plan', 1);
INSERT INTO action_step (action_step_id, action_plan_id, client_id, action, security_organization_id) VALUES (1, 1, 1, 'Call', 1);
INSERT INTO barrier (barrier_id, barrier_code, barrier_name) VALUES (101, 'PAPERS', 'No papers');
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, security_organization_id) VALUES (1, 1, 101, 1);

-- What the form shows.
SELECT results_eq($$SELECT * FROM service_screen_items('DAY', 11, '2024-02-01')$$, $$VALUES
	(3::bigint, 'COUNSEL', 'Counselling', NULL, 'hours', 2::numeric, 60::numeric, 'required'), (1, 'MEAL', 'Meal', 'Food', 'count', 1, 5.25, 'required'), (4, 'RENT', 'Rent', NULL, 'dollars', 50, 1, 'required'),
	(5, 'BUS', 'Bus pass', NULL, 'count', 1, 0, 'required'), (6, 'SHOES', 'Shoes', NULL, 'count', 1, 20, 'required')$$, 'services of a screen that the program offers, in order, with its units and values; a dollar is worth a dollar');
SELECT results_eq($$SELECT service_code, unit_value, enrollment_rule FROM service_screen_items('DAY', 11, '2024-02-01', 101) OFFSET 5$$, $$VALUES ('VAN', 4::numeric, 'none')$$, 'at the location another');
SELECT is((SELECT count(*) FROM service_screen_items('DAY', 11, '2024-02-01', 102))::int, 5, 'not at any');
SELECT is((SELECT unit_value FROM service_screen_items('DAY', 11, '2024-02-01', grant_id => 2) LIMIT 1), 70::numeric, 'what it costs the grant');
SELECT is((SELECT unit_value FROM service_screen_items('DAY', 11, '2025-02-01', grant_id => 2) LIMIT 1), 60::numeric, 'on the day');
SELECT is((SELECT string_agg(service_code, ' ') FROM service_screen_items('DAY', 21, '2024-02-01')), 'COUNSEL MEAL RENT BUS SHOES NORTH', 'another organization offers others');
SELECT is_empty($$SELECT * FROM service_screen_items('EMPTY', 11, '2024-02-01')$$, 'an empty screen');
SELECT is_empty($$SELECT * FROM service_screen_items('DAY', 999, '2024-02-01') WHERE service_code IN ('NORTH', 'VAN')$$, 'no program offers nothing that is restricted');
SELECT is(caught(format('SELECT * FROM service_screen_items(%s)', v)), '22004 screen, program_id and date_provided must not be null', 'null: ' || v) FROM unnest(ARRAY['NULL, 11', '''DAY'', NULL', '''DAY'', 11, NULL']) v;
SELECT is(caught(format('SELECT * FROM service_screen_items(%L, 11)', v)), format('CT009 there is no active service screen "%s"', left(v, 60)), 'no screen ' || left(v, 20)) FROM unnest(ARRAY['', 'day', 'OLD', 'GONE', '1', repeat('x', 1000000)]) v;
SELECT is(asked('test_reader', 'SELECT count(*) FROM service_screen_items(''DAY'', 11, ''2024-02-01'')'), '5', 'a reader may look');
SELECT is(asked('test_worker', 'SELECT count(*) FROM service_screen_items(''HAVEN'', 11)'), 'CT009 there is no active service screen "HAVEN"', 'a victim service provider''s screen is its own');
SELECT is(asked('test_haven', 'SELECT count(*) FROM service_screen_items(''HAVEN'', 31)'), '1', 'for which it has it');

-- Many services for one client.
CREATE FUNCTION pg_temp.gave(call text) RETURNS text LANGUAGE plpgsql AS $$
-- What quick_services() or quick_service_for_clients() says of each, in short, or SQLSTATE and message.
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT string_agg(concat_ws('' '', r.client_id, s.service_code, r.enrollment_id, r.status, trim_scale(r.units), trim_scale(r.unit_value), r.total_value, r.sqlstate, r.message), ''; '')
		FROM hmis.%s r LEFT JOIN hmis.service s ON s.service_id = r.service_id', call) INTO answer;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.given(call text) RETURNS text LANGUAGE plpgsql AS $$
-- The same with everything taken back.
DECLARE
	answer text;
BEGIN
	BEGIN
		answer := pg_temp.gave(call);
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		RETURN answer;
	WHEN OTHERS THEN
		NULL;
	END;
	RETURN public.caught(format('SELECT * FROM hmis.%s', call));
END $$;
CREATE FUNCTION pg_temp.quick(arguments text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.given(format('quick_services(%s)', arguments)) $$;
SELECT is(pg_temp.quick($$1, 'DAY', '[{"service": "MEAL"}, {"service": "COUNSEL"}, {"service": 4}, {"service": "BUS"}]', '2024-02-01'$$),
	'1 MEAL 1 recorded 1 5.25 5.25; 1 COUNSEL 1 recorded 2 60 120.00; 1 RENT 1 recorded 50 1 50.00; 1 BUS 1 recorded 1 0 0.00', 'the screen''s units and values, in the order given');
SELECT is(pg_temp.quick($$1, 'DAY', '[{"service": "MEAL", "units": 2, "unit_value": 0}, {"service": "COUNSEL", "units": 90, "unit_of_measure": "minutes"}]', '2024-02-01'$$),
	'1 MEAL 1 recorded 2 0 0.00; 1 COUNSEL 1 recorded 1.5 60 90.00', 'what is given counts before them');
SELECT is(pg_temp.quick($$1, NULL, '[{"service": "MEAL"}, {"service": "COUNSEL"}, {"service": "SHOWER"}]', '2024-02-01'$$), '1 MEAL 1 recorded 1 3.5 3.50; 1 COUNSEL 1 recorded 0.5 60 30.00; 1 SHOWER 1 recorded 1 0 0.00', 'without a screen any services');
SELECT is(pg_temp.quick(format($$1, 'DAY', '[{"service": "MEAL"}, {"service": "%s"}]', '2024-02-01'$$, s)), format('22023 service "%s" is not on screen "DAY"', s), 'not on the screen: ' || s) FROM unnest(ARRAY['SHOWER']) s;
SELECT is(pg_temp.quick($$1, 'EMPTY', '[{"service": "MEAL"}]'$$), '22023 service "MEAL" is not on screen "EMPTY"', 'nothing is on an empty one');
SELECT is(pg_temp.quick(format($$1, %L, '[{"service": "MEAL"}]'$$, v)), format('CT009 there is no active service screen "%s"', v), 'no screen ' || v) FROM unnest(ARRAY['', 'OLD', 'GONE']) v;
SELECT is(pg_temp.quick($$1, 'DAY', '[{"service": "OLD"}]', program_id => 11$$), 'CT003 service is not offered by the program on that date', 'a screen does not make a service offered');
SELECT is(pg_temp.quick(format('1, items => %L', v)), '22023 the services must be a jsonb array of 1 to 1000 elements', 'no list: ' || coalesce(left(v, 20), 'null')) FROM unnest(ARRAY[NULL, '[]', '{}', '"MEAL"', '1', 'null', '{"service": "MEAL"}']) v;
SELECT is(pg_temp.quick(format('1, items => %L', v)), m, left(v, 60)) FROM (VALUES ('[{"service": "NONE"}]', 'CT009 service "NONE" does not exist'), ('[{"service": "MEAL"}, {"service": "1"}]', '22023 a service is in the list twice'),
	('[{"service": "MEAL", "enrollment_id": 1}]', '22023 an element has a key that is not known: enrollment_id'), ('[{"service": "MEAL", "units": "many"}]', '22023 "units" must be a number, not "many"')) x (v, m);
SELECT is(pg_temp.quick(v || ', items => ''[{"service": "MEAL"}]'''), m, v || ': ' || m) FROM (VALUES ('NULL', '22004 client_id and date_provided must not be null'), ('1, date_provided => NULL', '22004 client_id and date_provided must not be null'),
	('1, date_provided => ''infinity''', '22008 date_provided must be finite'), ('1, date_provided => ''-infinity''', '22008 date_provided must be finite'), ('999', 'CT009 client not found'), ('-1', 'CT009 client not found'), ('3', :ENROLL), ('2', :ENROLL),
	('1, program_id => 12', :ENROLL), ('1, enrollment_id => 2', 'CT009 enrollment 2 does not exist'), ('4, program_id => 11, enrollment_id => 4', '22023 enrollment 4 is not in program 11'), ('8', 'CT017 several enrollments fit'),
	('1, goal_id => 2', 'CT009 goal 2 is not one of client 1'), ('1, action_step_id => 2', 'CT009 action step 2 is not one of client 1'), ('1, client_barrier_id => 2', 'CT009 need or barrier 2 is not one of client 1'), ('1, reason => ''x''', 'CT009 there is no active service reason "x"'),
	('1, grant_id => 999', 'CT009 grant 999 does not exist'), ('1, date_provided => current_date + 1', 'CT008 date provided is in the future')) x (v, m);
SELECT is(pg_temp.quick($$8, items => '[{"service": "MEAL"}, {"service": "NORTH"}]'$$), '8 MEAL 8 recorded 1 3.5 3.50; 8 NORTH 8 recorded 1 1 1.00', 'of two programs the one that offers all');
SELECT lives_ok($$SELECT * FROM quick_services(1, 'DAY', '[{"service": "MEAL", "comments": "own"}, {"service": "RENT"}]', '2024-02-01', 11, 1, 1, 1, 101, 'Cold night', 1, 1, 1, 'common', 1, false, true)$$, 'every argument');
SELECT results_eq($$SELECT program_id, enrollment_id, grant_award_id, provider_id, location_id, service_reason_id, goal_id, action_step_id, client_barrier_id, comments, provided_by_user_id FROM client_service ORDER BY client_service_id$$,
	$$VALUES (11::bigint, 1::bigint, 1::bigint, 1::bigint, 101::bigint, 1::bigint, 1::bigint, 1::bigint, 1::bigint, 'own', 1::bigint), (11, 1, 1, 1, 101, 1, 1, 1, 1, 'common', 1)$$, 'in its place');
DELETE FROM client_service;
-- All or nothing, or what can be recorded.
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, '2024-02-01', 1, 5, 11), (1, '2024-02-01', 1, 6, 11);
\set FOUR '''[{"service": "MEAL"}, {"service": "BUS"}, {"service": "SHOES"}, {"service": "SHOWER"}]'''
SELECT is(pg_temp.quick(format('1, NULL, %L, ''2024-02-01''', :FOUR)), 'CT005 service is already recorded', 'all');
SELECT is(pg_temp.quick(format('1, NULL, %L, ''2024-02-01'', all_or_nothing => NULL', :FOUR)), 'CT005 service is already recorded', 'null is all');
SELECT is(pg_temp.quick(format('1, NULL, %L, ''2024-02-01'', all_or_nothing => false', :FOUR)),
	'1 MEAL 1 recorded 1 3.5 3.50; 1 BUS 1 rejected CT005 service is already recorded; 1 SHOES 1 warning CT014 service was already recorded; 1 SHOWER 1 recorded 1 0 0.00', 'what can be');
SELECT is(pg_temp.quick(format('1, NULL, %L, ''2024-02-01'', all_or_nothing => false, confirm_warnings => true', :FOUR)),
	'1 MEAL 1 recorded 1 3.5 3.50; 1 BUS 1 rejected CT005 service is already recorded; 1 SHOES 1 recorded 1 20 20.00; 1 SHOWER 1 recorded 1 0 0.00', 'with warnings confirmed');
SELECT is(pg_temp.quick('1, NULL, ''[{"service": "SHOES"}, {"service": "MEAL"}]'', ''2024-02-01'''), 'CT014 there are warnings to confirm', 'a warning holds up all');
SELECT is(pg_temp.quick('1, NULL, ''[{"service": "SHOES"}, {"service": "MEAL"}]'', ''2024-02-01'', confirm_warnings => true'), '1 SHOES 1 recorded 1 20 20.00; 1 MEAL 1 recorded 1 3.5 3.50', 'until it is confirmed');
SELECT is((SELECT count(*) FROM client_service)::int, 2, 'nothing of that is left');
CREATE TEMP TABLE told AS SELECT * FROM quick_services(1, NULL, '[{"service": "SHOWER"}, {"service": "BUS"}, {"service": "MEAL"}, {"service": "RENT"}]', '2024-02-01', all_or_nothing => false);
SELECT results_eq('SELECT service_id FROM told', 'VALUES (2::bigint), (5), (1), (4)', 'one row for each, in order');
SELECT is_empty('SELECT * FROM told t LEFT JOIN client_service s USING (client_service_id) WHERE t.status = ''recorded'' AND (s.service_id, s.client_id, s.enrollment_id, s.units, s.unit_value, s.total_value) IS DISTINCT FROM (t.service_id, t.client_id, t.enrollment_id, t.units, t.unit_value, t.total_value)',
	'each with the id of its own service');
SELECT is((SELECT count(client_service_id) FROM told)::int, 3, 'where there is one');
DELETE FROM client_service;

-- One service for many clients.
CREATE FUNCTION pg_temp.many(arguments text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.given(format('quick_service_for_clients(%s)', arguments)) $$;
SELECT is(pg_temp.many(v), '22004 service and program_id must not be null, and either client_ids or items must be given', 'not given: ' || v) FROM unnest(ARRAY['NULL, ''{1}'', program_id => 11', '''MEAL'', ''{1}''', '''MEAL'', program_id => 11',
	'''MEAL'', ''{1}'', ''[{"client_id": 1}]'', 11', 'NULL']) v;
SELECT is(pg_temp.many('''MEAL'', ''{1,2,3,4,1,999,-1,0,NULL,9223372036854775807}'', program_id => 11, date_provided => ''2024-01-10'''),
	'1 MEAL 1 recorded 1 3.5 3.50; 2 MEAL 2 recorded 1 3.5 3.50; 3 MEAL rejected CT001 Enrollment is a Required Field.; 4 MEAL rejected CT001 Enrollment is a Required Field.; 1 MEAL 1 recorded 1 3.5 3.50; 999 MEAL rejected CT009 client not found; '
	|| '-1 MEAL rejected CT009 client not found; 0 MEAL rejected CT009 client not found; MEAL rejected CT009 client not found; 9223372036854775807 MEAL rejected CT009 client not found', 'in the order given; one bad client never loses the others');
SELECT is(pg_temp.many('''MEAL'', ''{}'', program_id => 11'), NULL, 'nobody');
SELECT is(pg_temp.many('''MEAL'', items => ''[]'', program_id => 11'), NULL, 'nobody in a list');
SELECT is(pg_temp.many('''MEAL'', ''{NULL,NULL}'', program_id => 11'), 'MEAL rejected CT009 client not found; MEAL rejected CT009 client not found', 'nobody is not found');
SELECT is(pg_temp.many('''MEAL'', ''[7:9]={1,5,6}'', program_id => 11'), '1 MEAL 1 recorded 1 3.5 3.50; 5 MEAL 5 recorded 1 3.5 3.50; 6 MEAL 6 recorded 1 3.5 3.50', 'odd bounds');
SELECT is(pg_temp.many('''MEAL'', ''{{6,NULL},{5,1}}'', program_id => 11'), '6 MEAL 6 recorded 1 3.5 3.50; MEAL rejected CT009 client not found; 5 MEAL 5 recorded 1 3.5 3.50; 1 MEAL 1 recorded 1 3.5 3.50', 'two dimensions');
SELECT is(pg_temp.many('''BUS'', ''{5,1,5,1,1}'', program_id => 11'), '5 BUS 5 recorded 1 2.25 2.25; 1 BUS 1 recorded 1 2.25 2.25; 5 BUS 5 rejected CT005 service is already recorded; 1 BUS 1 rejected CT005 service is already recorded; 1 BUS 1 rejected CT005 service is already recorded',
	'who is named twice is served as the service allows');
SELECT is(pg_temp.many('''SHOES'', ''{5,1,5}'', program_id => 11'), '5 SHOES 5 recorded 1 20 20.00; 1 SHOES 1 recorded 1 20 20.00; 5 SHOES 5 warning CT014 service was already recorded', 'or with a warning');
SELECT is(pg_temp.many('''SHOES'', ''{5,1,5}'', program_id => 11, confirm_warnings => true'), '5 SHOES 5 recorded 1 20 20.00; 1 SHOES 1 recorded 1 20 20.00; 5 SHOES 5 recorded 1 20 20.00', 'that is confirmed');
SELECT is(pg_temp.many('''MEAL'', ''{1,999}'', program_id => 11, all_or_nothing => true'), 'CT009 client not found', 'all or nothing: nobody is missing');
SELECT is(last_detail(), format('Client 999 on %s.', current_date), 'DETAIL names who is');
SELECT is(pg_temp.many('''MEAL'', ''{1,3}'', program_id => 11, all_or_nothing => true'), :ENROLL, 'everybody is enrolled');
SELECT is(pg_temp.many('''MEAL'', ''{1,NULL}'', program_id => 11, all_or_nothing => true'), 'CT009 client not found', 'nobody is null');
SELECT is(pg_temp.many('''MEAL'', ''{1,5}'', program_id => 11, all_or_nothing => true'), '1 MEAL 1 recorded 1 3.5 3.50; 5 MEAL 5 recorded 1 3.5 3.50', 'then all are served');
SELECT is(pg_temp.many('''NONE'', ''{1}'', program_id => 11'), 'CT009 service "NONE" does not exist', 'no such service');
SELECT is(pg_temp.many('''MEAL'', ''{1}'', program_id => 11, ' || v), m, v || ': ' || m) FROM (VALUES ('units => 0', '22023 units must be more than 0, not 0'), ('units => ''NaN''', '22023 units must be at least 0 and below 10000000000, not NaN'),
	('unit_value => -1', '22023 unit_value must be at least 0 and below 10000000000, not -1'), ('unit_of_measure => ''x''', 'CT009 there is no unit of measure "x"'), ('unit_of_measure => ''hours''', '22023 hours cannot be converted to count'),
	('date_provided => NULL', '22004 date_provided must not be null'), ('date_provided => ''infinity''', '22008 date_provided must be finite'), ('reason => ''x''', 'CT009 there is no active service reason "x"')) x (v, m);
SELECT is(pg_temp.many('''MEAL'', ''{1,2}'', program_id => 11, date_provided => ''2024-01-10'', location_id => 999'), 'CT009 location 999 does not exist', 'an unknown location');
SELECT is(pg_temp.many('''COUNSEL'', ''{1,2}'', program_id => 11, date_provided => ''2024-01-10'', units => 50, unit_of_measure => ''minutes'', unit_value => 6'), '1 COUNSEL 1 recorded 0.8333 6 5.00; 2 COUNSEL 2 recorded 0.8333 6 5.00', 'units for all');
SELECT is(pg_temp.many('''VAN'', ''{3,1}'', program_id => 11, location_id => 101'), '3 VAN recorded 1 4 4.00; 1 VAN 1 recorded 1 4 4.00', 'where no enrollment is needed');
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, grant_award_id) VALUES (51, 5, 11, '2024-02-01', NULL);
SELECT is(pg_temp.many('''MEAL'', ''{1,5}'', program_id => 11, date_provided => ''2024-02-01'''), '1 MEAL 1 recorded 1 3.5 3.50; 5 MEAL 51 rejected CT017 several enrollments fit: enrollment 5 (program 11, entry 2024-01-01), enrollment 51 (program 11, entry 2024-02-01)', 'several enrollments');
SELECT is(pg_temp.many('''MEAL'', ''{1,5}'', program_id => 11, date_provided => ''2024-02-01'', all_or_nothing => true'), 'CT017 several enrollments fit', 'raise');
SELECT matches(last_detail(), '^Client 5 has enrollment 5 .*, enrollment 51 ', 'with the choices');

-- Items: what is a client's own.
SELECT is(pg_temp.many($$'COUNSEL', items => '[{"client_id": 5, "enrollment_id": 51, "units": 2}, {"client_id": "5", "enrollment_id": "5", "units": 0.25, "unit_value": 100.5, "comments": "own"}, {"client_id": 1, "units": 90, "unit_of_measure": "minutes"}, {"client_id": 6}]', program_id => 11, date_provided => '2024-02-01', units => 4, unit_value => 10, comments => 'all'$$),
	'5 COUNSEL 51 recorded 2 10 20.00; 5 COUNSEL 5 recorded 0.25 100.5 25.13; 1 COUNSEL 1 recorded 1.5 10 15.00; 6 COUNSEL 6 recorded 4 10 40.00', 'before what holds for all');
SELECT is(pg_temp.many($$'COUNSEL', items => '[{"client_id": 1, "enrollment_id": 2}, {"client_id": 1, "enrollment_id": 999}, {"client_id": 4, "enrollment_id": 4}, {"client_id": 7, "enrollment_id": 7}, {"client_id": 1, "enrollment_id": -1}]', program_id => 11, date_provided => '2024-01-10'$$),
	'1 COUNSEL 2 rejected CT001 Enrollment is a Required Field.; 1 COUNSEL 999 rejected CT001 Enrollment is a Required Field.; 4 COUNSEL 4 rejected CT001 Enrollment is a Required Field.; 7 COUNSEL 7 rejected CT001 Enrollment is a Required Field.; 1 COUNSEL -1 rejected CT001 Enrollment is a Required Field.',
	'an enrollment that does not fit');
SELECT is(pg_temp.many(format('''MEAL'', items => %L, program_id => 11', v)), '22023 items must be a jsonb array', 'no list: ' || v) FROM unnest(ARRAY['{}', '"1"', '1', 'true', 'null', '{"client_id": 1}']) v;
SELECT matches(last_hint(), '"client_id": 17', 'HINT shows one');
SELECT is(pg_temp.many(format('''MEAL'', items => %L, program_id => 11', (SELECT jsonb_agg(CASE n WHEN i THEN v::jsonb ELSE '{"client_id": 1}' END) FROM generate_series(1, 3) n))), m, format('element %s: %s', i, left(v, 40)))
FROM generate_series(1, 3) i, (VALUES ('1', '22023 an element does not name its client_id: 1'), ('null', '22023 an element does not name its client_id: null'), ('"1"', '22023 an element does not name its client_id: "1"'), ('[]', '22023 an element does not name its client_id: []'),
	('["client_id"]', '22023 an element does not name its client_id: ["client_id"]'), ('{}', '22023 an element does not name its client_id: {}'), ('{"client_id": null}', '22023 an element does not name its client_id: {"client_id": null}'),
	('{"client_id": true}', '22023 an element does not name its client_id: {"client_id": true}'), ('{"client_id": [1]}', '22023 an element does not name its client_id: {"client_id": [1]}'), ('{"client_id": 1.5}', '22023 "client_id" must be an identifier, not 1.5'),
	('{"client_id": "x"}', '22023 "client_id" must be an identifier, not "x"'), ('{"client_id": " 1"}', '22023 "client_id" must be an identifier, not " 1"'), ('{"client_id": "1\n"}', '22023 "client_id" must be an identifier, not "1\n"'), ('{"client_id": 1e400}', NULL), ('{"client_id": 9223372036854775808}', '22023 "client_id" must be an identifier, not 9223372036854775808'),
	('{"client_id": 1, "service": "MEAL"}', '22023 an element has a key that is not known: service'), ('{"client_id": 1, "units": "2"}', '22023 "units" must be a number, not "2"'), ('{"client_id": 1, "units": 0}', '22023 units must be more than 0, not 0'),
	('{"client_id": 1, "units": -1}', '22023 units must be more than 0, not -1'), ('{"client_id": 1, "units": 1e10}', '22023 units must be at least 0 and below 10000000000, not 10000000000'), ('{"client_id": 1, "unit_value": -0.1}', '22023 unit_value must be at least 0 and below 10000000000, not -0.1'),
	('{"client_id": 1, "unit_value": "NaN"}', '22023 "unit_value" must be a number, not "NaN"'), ('{"client_id": 1, "enrollment_id": "x"}', '22023 "enrollment_id" must be an identifier, not "x"'), ('{"client_id": 1, "enrollment_id": true}', '22023 "enrollment_id" must be an identifier, not true'),
	('{"client_id": 1, "comments": 5}', '22023 "comments" must be a text, not 5'), ('{"client_id": 1, "unit_of_measure": "x"}', 'CT009 there is no unit of measure "x"')) x (v, m) WHERE m IS NOT NULL;
SELECT matches(pg_temp.many($$'MEAL', items => '[{"client_id": 1e400}]', program_id => 11$$), '^22023 "client_id" must be an identifier, not 1000', 'a very long number');
SELECT cmp_ok((SELECT max(length(message)) FROM raised), '<', 200, 'no message repeats it');
SELECT is(pg_temp.many($$'MEAL', items => '[{"client_id": 1, "units": null, "unit_value": null, "comments": null, "enrollment_id": null, "unit_of_measure": null}, {"client_id": 1, "units": 1.5}, {"client_id": 1, "unit_value": 0.001}]', program_id => 11$$),
	'1 MEAL 1 recorded 1 3.5 3.50; 1 MEAL 1 recorded 1.5 3.5 5.25; 1 MEAL 1 recorded 1 0.001 0.00', 'null is as left out');
SELECT is(pg_temp.many($$'MEAL', items => '[{"client_id": 1, "units": 9999999999}]', program_id => 11, unit_value => 1$$), '1 MEAL 1 recorded 9999999999 1 9999999999.00', 'the most units');
SELECT is(pg_temp.many($$'MEAL', items => '[{"client_id": -5}, {"client_id": 999999999999999999}]', program_id => 11$$), '-5 MEAL rejected CT009 client not found; 999999999999999999 MEAL rejected CT009 client not found', 'identifiers of nobody');

-- Warnings, client by client.
SELECT bar_client(5, '2024-05-01', '2024-06-01', covers_all => true, bar_level => 'warn', notes => 'guardednote') AS warned, bar_client(6, '2024-05-01', '2024-06-01', covers_all => true, notes => 'guardednote') AS barred \gset
UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 51;
SELECT is(pg_temp.many('''MEAL'', ''{6,5,1}'', program_id => 11, date_provided => ''2024-05-10'''), '6 MEAL 6 rejected CT002 client is barred; 5 MEAL 5 warning CT014 there is a warning about the client; 1 MEAL 1 recorded 1 3.5 3.50', 'a warning holds up nobody else');
SELECT is(pg_temp.many('''MEAL'', ''{6,5,1}'', program_id => 11, date_provided => ''2024-05-10'', confirm_warnings => true'), '6 MEAL 6 rejected CT002 client is barred; 5 MEAL 5 recorded 1 3.5 3.50; 1 MEAL 1 recorded 1 3.5 3.50', 'confirmed');
SELECT is(pg_temp.many('''MEAL'', ''{1,5}'', program_id => 11, date_provided => ''2024-05-10'', all_or_nothing => true'), 'CT014 there are warnings to confirm', 'all or nothing: the warning is raised');
SELECT is(last_detail(), 'there is a warning about the client. Recorded: client 5 on 2024-05-10.', 'for the client it is about');
SELECT is(pg_temp.many('''MEAL'', ''{1,5,6}'', program_id => 11, date_provided => ''2024-05-10'', all_or_nothing => true, confirm_warnings => true'), 'CT002 client is barred', 'a bar is no warning');
SELECT is(pg_temp.quick('5, NULL, ''[{"service": 1}, {"service": 2}]'', ''2024-05-10'', all_or_nothing => false'), '5 MEAL 5 warning CT014 there is a warning about the client; 5 SHOWER 5 warning CT014 there is a warning about the client', 'of many services each');

-- Ten thousand, some of them not to be served, some twice.
INSERT INTO client (client_id, security_organization_id) SELECT i, 1 FROM generate_series(10001, 20000) i;
INSERT INTO enrollment (client_id, program_id, entry_date, exit_date) SELECT i, 11, '2024-01-01', CASE WHEN i % 100 = 0 THEN '2024-01-02'::date END FROM generate_series(10001, 20000) i;
CREATE TEMP TABLE wanted AS SELECT n, CASE WHEN n % 1000 = 7 THEN NULL WHEN n % 1000 = 8 THEN n + 100000 WHEN n % 1000 = 9 THEN n + 9999 ELSE 20001 - n END AS client_id FROM generate_series(1, 10000) n;
GRANT SELECT ON wanted TO PUBLIC;
CREATE TEMP TABLE answers AS SELECT row_number() OVER () AS n, q.* FROM quick_service_for_clients('BUS', (SELECT array_agg(w.client_id ORDER BY w.n) FROM wanted w), program_id => 11, date_provided => '2024-03-01') q;
SELECT is_empty('SELECT * FROM answers a FULL JOIN wanted w USING (n) WHERE a.client_id IS DISTINCT FROM w.client_id', 'one row for each of ten thousand, in order');
SELECT results_eq('SELECT status, sqlstate, count(*) FROM answers GROUP BY 1, 2 ORDER BY 1, 2', $$VALUES ('recorded', NULL, 9870::bigint), ('rejected', 'CT001', 100), ('rejected', 'CT005', 10), ('rejected', 'CT009', 20)$$, 'what became of them');
SELECT is_empty($$SELECT * FROM answers a LEFT JOIN client_service s USING (client_service_id) WHERE a.status = 'recorded' AND (s.client_id, s.enrollment_id, s.date_provided) IS DISTINCT FROM (a.client_id, a.enrollment_id, '2024-03-01'::date)$$, 'each with the id of its own service');
SELECT is((SELECT count(*) FROM client_service WHERE date_provided = '2024-03-01')::int, 9870, 'no more and no less');
DELETE FROM client_service;
CREATE TEMP TABLE item_answers AS SELECT row_number() OVER () AS n, q.* FROM quick_service_for_clients('MEAL', items => (SELECT jsonb_agg(jsonb_build_object('client_id', 20001 - i, 'units', i % 7 + CASE i % 2 WHEN 0 THEN 1 ELSE 0.5 END) ORDER BY i) FROM generate_series(1, 10000) i), program_id => 11, date_provided => '2024-01-01') q;
SELECT is_empty('SELECT * FROM item_answers a WHERE (client_id, units, status) IS DISTINCT FROM (20001 - n, n % 7 + CASE n % 2 WHEN 0 THEN 1 ELSE 0.5 END, ''recorded'')', 'ten thousand items, in order');
SELECT matches(pg_temp.many(format('''MEAL'', items => %L, program_id => 11', (SELECT jsonb_agg(CASE i WHEN 9999 THEN '{"client_id": "x"}' ELSE jsonb_build_object('client_id', 1) END ORDER BY i) FROM generate_series(1, 10000) i))), '^22023 "client_id" must be an identifier, not "x"', 'one of them malformed');
DELETE FROM client_service;

-- Roles.
CREATE FUNCTION pg_temp.by(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
-- What tried() returns; an error stays in the table raised.
DECLARE
	outcome text := public.tried(who, 'SELECT * FROM hmis.' || call);
BEGIN
	RETURN CASE WHEN outcome ~ '^[0-9]+$' THEN outcome ELSE public.did(who, 'SELECT * FROM hmis.' || call) END;
END $$;
SELECT is(pg_temp.by('test_worker', $$quick_services(1, 'DAY', '[{"service": "MEAL"}, {"service": "BUS"}]')$$), '2', 'a worker: many services');
SELECT is(pg_temp.by('test_worker', $$quick_service_for_clients('MEAL', '{1,5}', program_id => 11)$$), '2', 'many clients');
SELECT is(pg_temp.by('test_reader', $$quick_services(1, 'DAY', '[{"service": "MEAL"}]')$$), '42501 permission denied for function quick_services', 'a reader');
SELECT is(pg_temp.by('test_reader', $$quick_service_for_clients('MEAL', '{1}', program_id => 11)$$), '42501 permission denied for function quick_service_for_clients', 'does not');
SELECT is(pg_temp.by('test_worker', format($$quick_service_for_clients('MEAL', '{1,8}', program_id => %s)$$, p)), format('42501 program %s is not one of your organizations''', p), 'program ' || p) FROM unnest(ARRAY[21, 31, 999]) p;
SELECT is(pg_temp.by('test_worker', format($$quick_services(8, items => '[{"service": "MEAL"}]', program_id => %s)$$, p)), format('42501 program %s is not one of your organizations''', p), 'and for one client, program ' || p) FROM unnest(ARRAY[21, 31, 999]) p;
SELECT is(pg_temp.by('test_worker', format($$quick_services(%s, items => '[{"service": "MEAL"}]')$$, c)), 'CT009 client not found', 'a client out of sight, or none: ' || c) FROM unnest(ARRAY[7, 9, 999]) c;
SELECT is(pg_temp.by('test_worker', format($$quick_services(1, items => '[{"service": "MEAL"}]', goal_id => %s)$$, g)), format('CT009 goal %s is not one of client 1', g), 'a goal out of sight, or none: ' || g) FROM unnest(ARRAY[7, 999]) g;
SELECT is(asked('test_worker', $$SELECT concat_ws(':', client_id, enrollment_id, status, sqlstate, message) FROM quick_service_for_clients('VAN', '{7,9,999,8}', program_id => 11, location_id => 101)$$),
	'7:rejected:CT009:client not found 9:rejected:CT009:client not found 999:rejected:CT009:client not found 8:81:recorded', 'among many: those out of sight, and none');
SELECT is(asked('test_worker', $$SELECT concat_ws(':', client_id, enrollment_id, status, sqlstate, message) FROM quick_service_for_clients('VAN', items => '[{"client_id": 8, "enrollment_id": 8}, {"client_id": 8, "enrollment_id": 9}, {"client_id": 8, "enrollment_id": 999}, {"client_id": 8, "enrollment_id": 81}]', program_id => 11, location_id => 101)$$),
	'8:8:rejected:CT001:Enrollment is a Required Field. 8:9:rejected:CT001:Enrollment is a Required Field. 8:999:rejected:CT001:Enrollment is a Required Field. 8:81:recorded', 'enrollments out of sight, and none');
SELECT bar_client(8, '2024-05-01', '2024-06-01', covers_all => true, notes => 'guardednote') AS northsides \gset
UPDATE bar SET security_organization_id = 2 WHERE bar_id = :northsides;
SELECT is(asked('test_worker', $$SELECT concat_ws(':', client_id, status, sqlstate, message) FROM quick_service_for_clients('MEAL', '{1,8}', program_id => 11, date_provided => '2024-05-10')$$), '1:recorded 8:rejected:CT002:client is barred', 'a bar out of sight bars');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
