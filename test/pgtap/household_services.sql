-- record_household_services(): who is a member, who bears the cost, and what becomes of members who are refused.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
INSERT INTO service (service_id, service_code, service_name, unit_of_measure, default_units, default_unit_value) VALUES
	(3, 'COUNSEL', 'Counselling', 'hours', 1, 60), (4, 'RENT', 'Rent', 'dollars', 100, 0);
INSERT INTO service (service_id, service_code, service_name, duplicate_rule, default_unit_value) VALUES (5, 'BUS', 'Bus pass', 'once_per_day', 2.25), (6, 'SHOES', 'Shoes', 'warn', 20);
-- Household 100 is in the drop-in centre: 101 is the head, 102 to 106 are members, 107 left in January, 108 comes in March, 109's enrollment is deleted.
INSERT INTO client (client_id, first_name, last_name) SELECT i, 'Zebulonissimo' || i, 'Quackenbush' FROM generate_series(101, 130) i;
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date, exit_date, date_deleted) VALUES
	(101, 101, 11, 100, 1, '2024-01-01', NULL, NULL), (102, 102, 11, 100, 3, '2024-01-01', NULL, NULL), (103, 103, 11, 100, 2, '2024-01-01', NULL, NULL), (104, 104, 11, 100, 2, '2024-01-01', NULL, NULL),
	(105, 105, 11, 100, 2, '2024-01-01', NULL, NULL), (106, 106, 11, 100, 2, '2024-01-01', NULL, NULL), (107, 107, 11, 100, 2, '2024-01-01', '2024-01-31', NULL), (108, 108, 11, 100, 2, '2024-03-01', NULL, NULL),
	(109, 109, 11, 100, 2, '2024-01-01', NULL, now());

CREATE FUNCTION pg_temp.gave(arguments text) RETURNS SETOF text LANGUAGE plpgsql AS $$
-- What record_household_services() with these arguments says of each, in short.
BEGIN
	RETURN QUERY EXECUTE format('SELECT concat_ws('' '', r.client_id, s.service_code, r.status, trim_scale(r.units), trim_scale(r.unit_value), r.total_value, r.sqlstate, r.message)
		FROM hmis.record_household_services(%s) r LEFT JOIN hmis.service s ON s.service_id = r.service_id', arguments);
END $$;
CREATE FUNCTION pg_temp.given(arguments text) RETURNS text LANGUAGE plpgsql AS $$
-- The same in one line, or SQLSTATE and message, with everything taken back.
DECLARE
	answer text;
BEGIN
	BEGIN
		SELECT string_agg(g, '; ') INTO answer FROM pg_temp.gave(arguments) g;
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		RETURN answer;
	WHEN OTHERS THEN
		NULL;
	END;
	RETURN public.caught(format('SELECT * FROM hmis.record_household_services(%s)', arguments));
END $$;

-- The household.
SELECT is(pg_temp.given(v), '22023 give either enrollment_id or household_id', 'neither or both: ' || v) FROM unnest(ARRAY['services => ''[{"service": 1}]''', '101, 100, ''[{"service": 1}]''', 'NULL, NULL, ''[{"service": 1}]''']) v;
SELECT is(pg_temp.given(format('%s, services => ''[{"service": 1}]''', v)), format('CT009 enrollment %s does not exist', v), 'no enrollment ' || v) FROM unnest(ARRAY['109', '999', '0', '-1', '9223372036854775807']) v;
SELECT is(pg_temp.given(format('NULL, %s, ''[{"service": 1}]'', date_provided => ''2024-02-01''', v)), format('CT009 nobody of household %s is enrolled on 2024-02-01', v), 'no household ' || v) FROM unnest(ARRAY['999', '0', '-1', '9223372036854775807']) v;
SELECT is(pg_temp.given(format('%s, services => ''[{"service": 1}]'', date_provided => NULL', v)), '22004 date_provided must not be null', 'no day: ' || v) FROM unnest(ARRAY['101, NULL', 'NULL, 100', 'NULL, 999']) v;
SELECT is(pg_temp.given(format('%s, services => ''[{"service": 1}]'', date_provided => %L', v, d)), '22008 date_provided must be finite', format('%s on %s', v, d)) FROM unnest(ARRAY['101, NULL', 'NULL, 100', 'NULL, 999']) v, unnest(ARRAY['infinity', '-infinity']) d;
SELECT is(pg_temp.given(format('101, services => ''[{"service": 1}]'', cost => %L', v)), format('22023 cost must be head, split or each, not %s', coalesce(left(v, 20), 'null')), 'cost ' || coalesce(left(v, 20), 'null')) FROM unnest(ARRAY['', 'Head', 'all', repeat('x', 100000), NULL]) v;
SELECT results_eq($$SELECT * FROM household_members(100, NULL, '2024-01-31')$$, $$SELECT i::bigint, i::bigint, 11::bigint, (CASE i WHEN 101 THEN 1 WHEN 102 THEN 3 ELSE 2 END)::smallint FROM generate_series(101, 107) i$$, 'members, the head first');
SELECT results_eq($$SELECT client_id FROM household_members(100, 11, '2024-03-01')$$, $$SELECT unnest('{101,102,103,104,105,106,108}'::bigint[])$$, 'who is enrolled on the day');
SELECT is_empty(format($$SELECT * FROM household_members(%s)$$, v), 'nobody: ' || v) FROM unnest(ARRAY['100, 12, ''2024-01-31''', '100, NULL, ''2023-12-31''', '100, NULL, NULL', 'NULL, NULL, ''2024-01-31''', '999, NULL, ''2024-01-31''', '100, NULL, ''-infinity''']) v;
SELECT set_eq($$SELECT * FROM pg_temp.gave('107, services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01''')$$, $$SELECT i || ' SHOWER recorded 1 0 0.00' FROM generate_series(101, 106) i$$, 'any member''s enrollment names the household, also of one who left');
SELECT results_eq('SELECT client_id, enrollment_id, program_id, date_provided, units FROM client_service ORDER BY client_service_id', $$SELECT i::bigint, i::bigint, 11::bigint, '2024-02-01'::date, 1::numeric(14,4) FROM generate_series(101, 106) i$$, 'each under the own enrollment');
DELETE FROM client_service;

-- Whom of it.
SELECT is(pg_temp.given('101, member_client_ids => ''{103}'', services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01'''), '103 SHOWER recorded 1 0 0.00', 'one');
SELECT is(pg_temp.given('101, member_client_ids => ''{105,101,103,105,NULL}'', services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01'''),
	'101 SHOWER recorded 1 0 0.00; 103 SHOWER recorded 1 0 0.00; 105 SHOWER recorded 1 0 0.00', 'each once, the head first');
SELECT is(pg_temp.given('101, member_client_ids => ''{}'', services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01'''), NULL, 'nobody');
SELECT is(pg_temp.given('101, member_client_ids => ''{NULL}'', services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01'''), NULL, 'nobody, written differently');
SELECT is(pg_temp.given('101, member_client_ids => ''{107,108,109,1,999,-1,103}'', services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01'''),
	'103 SHOWER recorded 1 0 0.00; ' || (SELECT string_agg(c || ' SHOWER rejected CT009 client is not enrolled with the household on that day', '; ' ORDER BY c) FROM unnest('{-1,1,107,108,109,999}'::int[]) c),
	'who is no member on the day is refused, whoever it is');
SELECT is(pg_temp.given('101, member_client_ids => ''{103,107}'', all_or_nothing => true, services => ''[{"service": "SHOWER"}]'', date_provided => ''2024-02-01'''), 'CT009 client is not enrolled with the household on that day', 'or refuses all');
SELECT is(last_detail(), 'Client 107 on 2024-02-01.', 'DETAIL names who');
SELECT is((SELECT count(*) FROM client_service)::int, 0, 'nothing of that is left');

-- What.
SELECT is(pg_temp.given(format('101, services => %L', v)), '22023 the services must be a jsonb array of 1 to 1000 elements', 'no list: ' || coalesce(left(v, 20), 'null'))
FROM unnest(ARRAY[NULL, '[]', '{}', '"MEAL"', '1', 'true', 'null', '{"service": "MEAL"}', (SELECT jsonb_agg('{"service": 1}'::jsonb)::text FROM generate_series(1, 1001))]) v;
SELECT matches(last_hint(), '"service": "MEAL"', 'HINT shows one');
SELECT matches(pg_temp.given(format('101, services => %L', v)), '^22023 an element does not name its service: ', 'no service: ' || left(v, 30))
FROM unnest(ARRAY['[1]', '[null]', '["MEAL"]', '[[]]', '[{}]', '[{"service": null}]', '[{"service": true}]', '[{"service": {"id": 1}}]', '[{"service": ["MEAL"]}]', '[{"Service": "MEAL"}]', '[[{"service": "MEAL"}]]',
	format('[{"x": "%s"}]', repeat('y', 100000)), repeat('[', 1000) || repeat(']', 1000), '[{"service": "MEAL"}, {"units": 2}]']) v;
SELECT is(pg_temp.given(format('101, services => %L', v)), m, 'wrong: ' || left(v, 60)) FROM (VALUES ('[{"service": "NONE"}]', 'CT009 service "NONE" does not exist'), ('[{"service": -1}]', 'CT009 service "-1" does not exist'),
	('[{"service": "MEAL", "unit": 2}]', '22023 an element has a key that is not known: unit'), ('[{"service": "MEAL", "client_id": 2}]', '22023 an element has a key that is not known: client_id'),
	('[{"service": "MEAL", "units": "2"}]', '22023 "units" must be a number, not "2"'), ('[{"service": "MEAL", "units": true}]', '22023 "units" must be a number, not true'), ('[{"service": "MEAL", "units": []}]', '22023 "units" must be a number, not []'),
	('[{"service": "MEAL", "units": 0}]', '22023 units must be more than 0, not 0'), ('[{"service": "MEAL", "units": -1}]', '22023 units must be more than 0, not -1'),
	('[{"service": "MEAL", "units": 1e10}]', '22023 units must be at least 0 and below 10000000000, not 10000000000'), ('[{"service": "MEAL", "unit_value": -0.01}]', '22023 unit_value must be at least 0 and below 10000000000, not -0.01'),
	('[{"service": "MEAL", "unit_value": "free"}]', '22023 "unit_value" must be a number, not "free"'), ('[{"service": "MEAL", "unit_of_measure": 5}]', '22023 "unit_of_measure" must be a text, not 5'),
	('[{"service": "MEAL", "unit_of_measure": "parsecs"}]', 'CT009 there is no unit of measure "parsecs"'), ('[{"service": "RENT", "units": 1, "unit_of_measure": "hours"}]', '22023 hours cannot be converted to dollars'),
	('[{"service": "MEAL", "comments": {"a": 1}}]', '22023 "comments" must be a text, not {"a": 1}'), ('[{"service": "MEAL"}, {"service": 1}]', '22023 a service is in the list twice'), ('[{"service": "MEAL"}, {"service": "MEAL"}]', '22023 a service is in the list twice')) x (v, m);
SELECT alike(pg_temp.given('101, services => ''{"service": '''), '22P02 %', 'no jsonb at all');
SELECT is(pg_temp.given($$101, member_client_ids => '{101,102}', date_provided => '2024-02-01', cost => 'each', services => '[{"service": 3, "units": 90, "unit_of_measure": "minutes", "unit_value": null, "comments": null}, {"service": "1", "units": null}]'$$),
	'101 COUNSEL recorded 1.5 60 90.00; 101 MEAL recorded 1 3.5 3.50; 102 COUNSEL recorded 1.5 60 90.00; 102 MEAL recorded 1 3.5 3.50', 'services in the order given, null is as left out');
SELECT is(pg_temp.given(format($$101, services => '[{"service": 1}]', %s$$, a)), m, a) FROM (VALUES ('reason => ''none''', 'CT009 there is no active service reason "none"'), ('grant_id => 999', 'CT009 grant 999 does not exist'),
	('location_id => 999', 'CT009 location 999 does not exist')) x (a, m);
SELECT lives_ok($$SELECT * FROM record_household_services(101, NULL, '[{"service": 1, "comments": "own"}, {"service": 2}]', '{102}', '2024-02-01', 'each', true, 1, 1, 101, 'Cold night', 'common', 1, false)$$, 'every argument');
SELECT results_eq($$SELECT service_id, grant_award_id, provider_id, location_id, service_reason_id, comments, provided_by_user_id FROM client_service ORDER BY client_service_id$$, $$VALUES (1::bigint, 1::bigint, 1::bigint, 101::bigint, 1::bigint, 'own', 1::bigint), (2, 1, 1, 101, 1, 'common', 1)$$, 'in its place');
DELETE FROM client_service;

-- Who bears the cost.
SELECT is(pg_temp.given(a || ', date_provided => ''2024-02-01'''), b, a) FROM (VALUES
	($$101, services => '[{"service": "RENT", "units": 900}]', member_client_ids => '{101,102}'$$, '101 RENT recorded 900 1 900.00; 102 RENT on_head the money is recorded for the head of household'),
	($$101, services => '[{"service": "RENT", "units": 900}]', member_client_ids => '{101,102}', cost => 'split'$$, '101 RENT recorded 450 1 450.00; 102 RENT recorded 450 1 450.00'),
	($$101, services => '[{"service": "RENT", "units": 900}]', member_client_ids => '{101,102}', cost => 'each'$$, '101 RENT recorded 900 1 900.00; 102 RENT recorded 900 1 900.00'),
	($$101, services => '[{"service": "RENT", "units": 100}]', member_client_ids => '{101,102,103}', cost => 'split'$$, '101 RENT recorded 33.34 1 33.34; 102 RENT recorded 33.33 1 33.33; 103 RENT recorded 33.33 1 33.33'),
	($$101, services => '[{"service": "RENT", "units": 100}]', member_client_ids => '{102,103,104}', cost => 'split'$$, '102 RENT recorded 33.34 1 33.34; 103 RENT recorded 33.33 1 33.33; 104 RENT recorded 33.33 1 33.33'),
	($$101, services => '[{"service": "RENT", "units": 0.01}]', member_client_ids => '{101,102,103}', cost => 'split'$$, '101 RENT recorded 0.01 1 0.01; 102 RENT on_head the money is recorded for the head of household; 103 RENT on_head the money is recorded for the head of household'),
	($$101, services => '[{"service": "COUNSEL", "units": 2}]', member_client_ids => '{101,102,103}'$$, '101 COUNSEL recorded 2 60 120.00; 102 COUNSEL recorded 2 0 0.00; 103 COUNSEL recorded 2 0 0.00'),
	($$101, services => '[{"service": "COUNSEL", "units": 2}]', member_client_ids => '{101,102,103}', cost => 'split'$$, '101 COUNSEL recorded 2 20 40.00; 102 COUNSEL recorded 2 20 40.00; 103 COUNSEL recorded 2 20 40.00'),
	($$101, services => '[{"service": "COUNSEL", "units": 2}]', member_client_ids => '{101,102,103}', cost => 'each'$$, '101 COUNSEL recorded 2 60 120.00; 102 COUNSEL recorded 2 60 120.00; 103 COUNSEL recorded 2 60 120.00'),
	($$101, services => '[{"service": "MEAL", "units": 1, "unit_value": 0.01}]', member_client_ids => '{101,102}', cost => 'split'$$, '101 MEAL recorded 1 0.01 0.01; 102 MEAL recorded 1 0 0.00'),
	($$101, services => '[{"service": "SHOWER"}]', member_client_ids => '{102,103}'$$, '102 SHOWER recorded 1 0 0.00; 103 SHOWER recorded 1 0 0.00'),
	($$101, services => '[{"service": "RENT", "units": 10}, {"service": "MEAL"}]', member_client_ids => '{101,102}'$$, '101 RENT recorded 10 1 10.00; 101 MEAL recorded 1 3.5 3.50; 102 RENT on_head the money is recorded for the head of household; 102 MEAL recorded 1 0 0.00'),
	($$101, services => '[{"service": "MEAL"}]', member_client_ids => '{102,103}'$$, '102 MEAL rejected 22023 the head of household, who bears the cost, is not served; 103 MEAL rejected 22023 the head of household, who bears the cost, is not served'),
	($$101, services => '[{"service": "MEAL"}, {"service": "SHOWER"}]', member_client_ids => '{102}'$$, '102 MEAL rejected 22023 the head of household, who bears the cost, is not served; 102 SHOWER recorded 1 0 0.00'),
	($$101, services => '[{"service": "MEAL"}]', member_client_ids => '{102,103}', all_or_nothing => true$$, '22023 the head of household, who bears the cost, is not served')) v (a, b);

-- To the cent, whatever the amount and however many: the values of all together are that of one.
CREATE TEMP TABLE amounts AS SELECT a::numeric FROM unnest('{0.01,0.02,0.05,0.99,1,9.99,100,333.33,1234.56,12345.67,9999999999.99}'::numeric[]) a;
CREATE FUNCTION pg_temp.sums(service text, how text, amount numeric, units numeric, members int, OUT whole numeric, OUT stored numeric, OUT told numeric, OUT uneven numeric) LANGUAGE plpgsql AS $$
-- The cost of a service to so many members: that of one, what is recorded, what is told, and by how much shares differ.
DECLARE
	item jsonb := CASE service WHEN 'RENT' THEN jsonb_build_object('service', 'RENT', 'units', amount) ELSE jsonb_build_object('service', service, 'units', units, 'unit_value', amount) END;
BEGIN
	BEGIN
		whole := CASE service WHEN 'RENT' THEN amount ELSE round(units * amount, 2) END;
		SELECT sum(r.total_value) INTO told FROM hmis.record_household_services(101, services => jsonb_build_array(item), cost => how, date_provided => '2024-02-01',
			member_client_ids => ARRAY(SELECT generate_series(101, 100 + members))) r;
		SELECT sum(s.total_value), max(s.total_value) - min(s.total_value) INTO stored, uneven FROM hmis.client_service s;
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		NULL;
	END;
END $$;
CREATE TEMP TABLE splits AS SELECT s.service, a.a, s.units, m.members, x.* FROM amounts a, unnest('{1,2,3,6}'::int[]) m (members), (VALUES ('RENT', 1), ('MEAL', 1), ('MEAL', 3.33), ('COUNSEL', 0.8333), ('COUNSEL', 0.0001), ('MEAL', 12345.67), ('MEAL', 9999999.99)) s (service, units),
	LATERAL pg_temp.sums(s.service, 'split', a.a, s.units, m.members) x;
SELECT is_empty('SELECT * FROM splits WHERE stored <> whole OR told <> whole', 'split: nobody loses or finds a cent');
SELECT is_empty('SELECT * FROM splits WHERE uneven > 0.01', 'and nobody bears more than a cent more than another');
SELECT is((SELECT count(*) FROM splits WHERE stored IS NOT NULL AND told IS NOT NULL)::int, (SELECT count(*) FROM amounts)::int * 4 * 7, 'of all');
CREATE TEMP TABLE on_head AS SELECT s, a.a, m, x.* FROM amounts a, unnest('{1,2,6}'::int[]) m, unnest(ARRAY['RENT', 'COUNSEL']) s, LATERAL pg_temp.sums(s, 'head', a.a, 2, m) x;
SELECT is_empty('SELECT * FROM on_head WHERE stored <> whole OR told <> whole OR stored IS NULL', 'head: the cost of one');
CREATE TEMP TABLE each AS SELECT s, a.a, m, x.* FROM amounts a, unnest('{1,2,6}'::int[]) m, unnest(ARRAY['RENT', 'COUNSEL']) s, LATERAL pg_temp.sums(s, 'each', a.a, 2, m) x;
SELECT is_empty('SELECT * FROM each WHERE stored <> whole * m OR told <> whole * m OR stored IS NULL', 'each: as often as there are members');

-- Members with a barred head, and a head with a barred child.
SELECT bar_client(101, '2024-05-01', '2024-06-01', covers_all => true, notes => 'guardednote') AS bar_of_head, bar_client(103, '2024-07-01', '2024-08-01', covers_all => true, notes => 'guardednote') AS bar_of_child \gset
SELECT is(pg_temp.given('101, services => ''[{"service": "MEAL"}]'', member_client_ids => ''{101,102,103}'', ' || a), b, a) FROM (VALUES
	('date_provided => ''2024-05-01''', '101 MEAL rejected CT002 client is barred; 102 MEAL rejected CT002 the head of household, who bears the cost, is not served; 103 MEAL rejected CT002 the head of household, who bears the cost, is not served'),
	('date_provided => ''2024-05-01'', cost => ''split''', '101 MEAL rejected CT002 client is barred; 102 MEAL recorded 1 1.75 1.75; 103 MEAL recorded 1 1.75 1.75'),
	('date_provided => ''2024-05-01'', cost => ''each''', '101 MEAL rejected CT002 client is barred; 102 MEAL recorded 1 3.5 3.50; 103 MEAL recorded 1 3.5 3.50'),
	('date_provided => ''2024-05-01'', all_or_nothing => true', 'CT002 client is barred'), ('date_provided => ''2024-05-01'', all_or_nothing => true, cost => ''each''', 'CT002 client is barred'),
	('date_provided => ''2024-07-01''', '101 MEAL recorded 1 3.5 3.50; 102 MEAL recorded 1 0 0.00; 103 MEAL rejected CT002 client is barred'),
	('date_provided => ''2024-07-01'', cost => ''split''', '101 MEAL recorded 1 1.75 1.75; 102 MEAL recorded 1 1.75 1.75; 103 MEAL rejected CT002 client is barred'),
	('date_provided => ''2024-07-01'', cost => ''each''', '101 MEAL recorded 1 3.5 3.50; 102 MEAL recorded 1 3.5 3.50; 103 MEAL rejected CT002 client is barred'),
	('date_provided => ''2024-07-01'', cost => ''split'', all_or_nothing => true', 'CT002 client is barred')) v (a, b);
SELECT is(last_detail(), 'Client 103 on 2024-07-01.', 'DETAIL names client and day');
SELECT is(pg_temp.given('101, services => ''[{"service": "RENT", "units": 100}]'', member_client_ids => ''{101,102,103}'', date_provided => ''2024-07-01'', cost => ''split'''),
	'101 RENT recorded 50 1 50.00; 102 RENT recorded 50 1 50.00; 103 RENT rejected CT002 client is barred', 'money too is split among those served');
SELECT is(pg_temp.given('101, services => ''[{"service": "SHOWER"}]'', member_client_ids => ''{101,102}'', date_provided => ''2024-05-01'''), '101 SHOWER rejected CT002 client is barred; 102 SHOWER recorded 1 0 0.00', 'where there is no cost nobody needs the head');
-- A bar from one service leaves the others.
UPDATE bar_scope SET covers_all = false, service_id = 1 WHERE bar_id = :bar_of_head;
SELECT is(pg_temp.given('101, services => ''[{"service": "MEAL"}, {"service": "RENT"}]'', member_client_ids => ''{101,102}'', date_provided => ''2024-05-01'''),
	'101 MEAL rejected CT002 client is barred; 101 RENT recorded 100 1 100.00; 102 MEAL rejected CT002 the head of household, who bears the cost, is not served; 102 RENT on_head the money is recorded for the head of household', 'of each service by itself');

-- Warnings.
UPDATE bar SET bar_level = 'warn';
SELECT is(pg_temp.given('101, services => ''[{"service": "MEAL"}]'', member_client_ids => ''{101,102,103}'', ' || a), b, a) FROM (VALUES
	('date_provided => ''2024-07-01''', '101 MEAL recorded 1 3.5 3.50; 102 MEAL recorded 1 0 0.00; 103 MEAL warning CT014 there is a warning about the client'),
	('date_provided => ''2024-07-01'', confirm_warnings => true', '101 MEAL recorded 1 3.5 3.50; 102 MEAL recorded 1 0 0.00; 103 MEAL recorded 1 0 0.00'),
	('date_provided => ''2024-07-01'', cost => ''each''', '101 MEAL recorded 1 3.5 3.50; 102 MEAL recorded 1 3.5 3.50; 103 MEAL warning CT014 there is a warning about the client'),
	('date_provided => ''2024-07-01'', cost => ''split''', '101 MEAL recorded 1 1.75 1.75; 102 MEAL recorded 1 1.75 1.75; 103 MEAL warning CT014 there is a warning about the client'),
	('date_provided => ''2024-07-01'', cost => ''split'', confirm_warnings => true', '101 MEAL recorded 1 1.17 1.17; 102 MEAL recorded 1 1.17 1.17; 103 MEAL recorded 1 1.16 1.16'),
	('date_provided => ''2024-05-01''', '101 MEAL warning CT014 there is a warning about the client; 102 MEAL warning CT014 the head of household, who bears the cost, is not served; 103 MEAL warning CT014 the head of household, who bears the cost, is not served'),
	('date_provided => ''2024-05-01'', confirm_warnings => true', '101 MEAL recorded 1 3.5 3.50; 102 MEAL recorded 1 0 0.00; 103 MEAL recorded 1 0 0.00')) v (a, b);
SELECT matches(pg_temp.given('101, services => ''[{"service": "MEAL"}]'', date_provided => ''2024-07-01'', all_or_nothing => true, cost => ' || c), '^CT014 ', 'all or nothing: ' || c) FROM unnest(ARRAY['''head''', '''split''', '''each''']) c;
SELECT is((SELECT count(*) FROM client_service)::int, 0, 'nothing of that is left');
DELETE FROM bar;

-- Duplicates, of the household and of what is there.
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (102, '2024-02-01', 102, 5, 11), (102, '2024-02-01', 102, 6, 11);
SELECT is(pg_temp.given($$101, services => '[{"service": "BUS"}, {"service": "SHOES"}]', member_client_ids => '{101,102,103}', date_provided => '2024-02-01', cost => 'split'$$),
	'101 BUS recorded 1 1.13 1.13; 101 SHOES recorded 1 10 10.00; 102 BUS rejected CT005 service is already recorded; 102 SHOES warning CT014 service was already recorded; 103 BUS recorded 1 1.12 1.12; 103 SHOES recorded 1 10 10.00', 'who had it has it');
SELECT is(pg_temp.given($$101, services => '[{"service": "SHOES"}]', member_client_ids => '{101,102,103}', date_provided => '2024-02-01', cost => 'each', confirm_warnings => true$$),
	'101 SHOES recorded 1 20 20.00; 102 SHOES recorded 1 20 20.00; 103 SHOES recorded 1 20 20.00', 'confirmed');

-- Two enrollments of a member that meet on the day; two that overlap are no question here, since they are of one household.
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES (1071, 107, 11, 100, 2, '2024-01-31');
SELECT is(pg_temp.given($$101, services => '[{"service": "SHOWER"}]', member_client_ids => '{107}', date_provided => '2024-01-31'$$), '107 SHOWER recorded 1 0 0.00', 'of two that meet');
SELECT results_eq($$SELECT enrollment_id FROM record_household_services(101, services => '[{"service": "SHOWER"}]', member_client_ids => '{107}', date_provided => '2024-01-31')$$, 'VALUES (1071::bigint)', 'the later');

-- A household in two programs, one without a head, and one with two: as loads bring them.
SET LOCAL clienttrack.history = load;
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES
	(111, 111, 11, 110, 1, '2024-01-01'), (112, 112, 11, 110, 2, '2024-01-01'), (113, 111, 12, 110, 1, '2024-02-01'), (114, 113, 12, 110, 2, '2024-02-01'),
	(115, 115, 11, 120, 99, '2024-01-01'), (116, 116, 11, 120, 99, '2024-01-01'), (117, 117, 11, 130, 1, '2024-01-01'), (118, 118, 11, 130, 1, '2024-01-01');
SET LOCAL clienttrack.history = none;
SELECT is(pg_temp.given('NULL, 110, ''[{"service": 2}]'', date_provided => ''2024-01-31'''), '111 SHOWER recorded 1 0 0.00; 112 SHOWER recorded 1 0 0.00', 'before it entered the other program');
SELECT is(pg_temp.given('NULL, 110, ''[{"service": 2}]'', date_provided => ''2024-02-01'''), 'CT017 household 110 is enrolled in several programs', 'afterwards the household does not do');
SELECT matches(last_hint(), 'enrollment_id', 'HINT says what does');
SELECT is(pg_temp.given('112, NULL, ''[{"service": 2}]'', date_provided => ''2024-02-01'''), '111 SHOWER recorded 1 0 0.00; 112 SHOWER recorded 1 0 0.00', 'the enrollment names the program');
SELECT is(pg_temp.given('113, NULL, ''[{"service": 2}]'', date_provided => ''2024-02-01'''), '111 SHOWER recorded 1 0 0.00; 113 SHOWER recorded 1 0 0.00', 'the other one');
SELECT is(pg_temp.given('115, NULL, ''[{"service": 1}]'', date_provided => ''2024-02-01'''), '115 MEAL rejected 22023 the head of household, who bears the cost, is not served; 116 MEAL rejected 22023 the head of household, who bears the cost, is not served', 'without a head');
SELECT is(pg_temp.given('115, NULL, ''[{"service": 1}]'', date_provided => ''2024-02-01'', cost => ''split'''), '115 MEAL recorded 1 1.75 1.75; 116 MEAL recorded 1 1.75 1.75', 'it can be split');
SELECT is(pg_temp.given('117, NULL, ''[{"service": 1}]'', date_provided => ''2024-02-01'''), '117 MEAL recorded 1 3.5 3.50; 118 MEAL recorded 1 0 0.00', 'of two heads the first');
SELECT is(pg_temp.given('1, NULL, ''[{"service": 1}]'', date_provided => ''2024-02-01'''), '1 MEAL recorded 1 3.5 3.50', 'who lives alone heads a household of one');

-- Roles.
CREATE FUNCTION pg_temp.by(who text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
-- What tried() returns; an error stays in the table raised.
DECLARE
	outcome text := public.tried(who, format('SELECT * FROM hmis.record_household_services(%s)', arguments));
BEGIN
	RETURN CASE WHEN outcome ~ '^[0-9]+$' THEN outcome ELSE public.did(who, format('SELECT * FROM hmis.record_household_services(%s)', arguments)) END;
END $$;
SELECT is(pg_temp.by('test_worker', '101, services => ''[{"service": 1}]'''), '8', 'a worker');
SELECT is(pg_temp.by('test_reader', '101, services => ''[{"service": 1}]'''), '42501 permission denied for function record_household_services', 'no reader');
-- Household 200 is in Northside, but for one member in Harbor, and 300 in Haven.
SET LOCAL clienttrack.history = load;
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date) VALUES
	(201, 7, 21, 200, 1, '2024-02-01'), (202, 121, 21, 200, 2, '2024-02-01'), (203, 122, 11, 200, 2, '2024-02-01'), (301, 9, 31, 300, 1, '2024-02-01');
SET LOCAL clienttrack.history = none;
SELECT is(pg_temp.by('test_worker', format('%s, services => ''[{"service": 1}]''', e)), format('CT009 enrollment %s does not exist', e), 'an enrollment out of sight, or none: ' || e) FROM unnest(ARRAY[201, 202, 301, 999]) e;
SELECT is(pg_temp.by('test_worker', format('NULL, %s, ''[{"service": 1}]'', date_provided => ''2024-03-01''', h)), format('CT009 nobody of household %s is enrolled on 2024-03-01', h), 'a household out of sight, or none: ' || h) FROM unnest(ARRAY[300, 999]) h;
SELECT is((SELECT count(DISTINCT concat(replace(replace(message, m.id, '#'), '2024-02-01', '2024-03-01'), detail, hint)) FROM raised r, LATERAL (SELECT (regexp_match(message, '(?:enrollment|household) (\d+)'))[1] AS id) m WHERE m.id IN ('201', '202', '301', '300', '999') AND state = 'CT009')::int, 2, 'in the same words');
SELECT is(asked('test_worker', $$SELECT concat_ws(':', client_id, status) FROM record_household_services(NULL, 200, '[{"service": 2}]', date_provided => '2024-03-01')$$), '122:recorded', 'of a household partly in sight those in sight');
SELECT is(asked('test_worker', $$SELECT concat_ws(':', client_id, status, sqlstate, message) FROM record_household_services(NULL, 200, '[{"service": 2}]', '{7,9,999,121}', '2024-03-01')$$),
	(SELECT string_agg(c || ':rejected:CT009:client is not enrolled with the household on that day', ' ' ORDER BY c) FROM unnest('{7,9,121,999}'::int[]) c), 'others are nobody');
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, shares, end_date) VALUES (7, 2, 1, '{enrollments,services}', current_date + 10);
SELECT is(pg_temp.by('test_worker', '201, services => ''[{"service": 1}]'''), '42501 program 21 is not one of your organizations''', 'an enrollment released is for reading');
SELECT is(asked('test_worker', $$SELECT count(*) FROM client_service WHERE entered_by_user_id = 12 AND provided_by_user_id = 12$$), '1', 'who gave it is the user of the session');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
