-- The functions that set up the service catalogue, and the catalogue as a document.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
DELETE FROM barrier;
\set LONG 'repeat(md5(''x''), 100000)'

-- Runs a statement and returns the setup tables that it wrote to, or SQLSTATE and message.
CREATE FUNCTION public.catalogue_state() RETURNS TABLE (t text, state text) LANGUAGE sql AS $$
	SELECT t.table_name::text, (xpath('/row/s/text()', query_to_xml(format('SELECT md5(string_agg(concat(x.ctid, x.*), '','' ORDER BY x.ctid)) AS s FROM hmis.%I x',
		t.table_name), true, true, '')))[1]::text FROM hmis.schema_table t WHERE t.kind = 'setup' AND t.table_name NOT LIKE 'hud\_%'
$$;
CREATE FUNCTION public.writes(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before jsonb := (SELECT jsonb_object_agg(s.t, s.state) FROM public.catalogue_state() s);
	outcome text := public.caught(statement);
BEGIN
	RETURN CASE WHEN outcome <> 'ok' THEN outcome ELSE (SELECT coalesce(string_agg(s.t, ' ' ORDER BY s.t), '')
		FROM public.catalogue_state() s WHERE to_jsonb(s.state) IS DISTINCT FROM nullif(before -> s.t, 'null')) END;
END
$$;
SELECT is(writes('SELECT 1'), '', 'writes() of nothing');
SELECT is(writes('UPDATE service_group SET active = active'), '', 'of no row');
SELECT is(writes('UPDATE service SET active = active WHERE service_id = 1'), 'service', 'of a row that stays the same');

-- define_unit_of_measure().
SELECT is(writes($$SELECT define_unit_of_measure('boxes', 'Boxes', 'count')$$), 'unit_of_measure', 'a new unit');
SELECT results_eq($$SELECT unit_of_measure_name, kind, base_units, decimals::int, date_deleted FROM unit_of_measure WHERE unit_of_measure = 'boxes'$$,
	$$VALUES ('Boxes', 'count', 1::numeric, 2, NULL::timestamptz)$$, 'with the defaults of the table');
SELECT is(define_unit_of_measure('boxes'), 'boxes', 'returns the code');
UPDATE unit_of_measure SET date_updated = '2020-01-01' WHERE unit_of_measure = 'boxes';
SELECT is(writes($$SELECT define_unit_of_measure('boxes', 'Boxes', 'count', 1.0, 2)$$), '', 'the same again writes nothing');
SELECT is((SELECT date_updated FROM unit_of_measure WHERE unit_of_measure = 'boxes'), '2020-01-01'::timestamptz, 'not even date_updated');
SELECT is(writes($$SELECT define_unit_of_measure('boxes', base_units => 12, decimals => 0)$$), 'unit_of_measure', 'changed');
SELECT results_eq($$SELECT unit_of_measure_name, kind, base_units, decimals::int, date_updated = now() FROM unit_of_measure WHERE unit_of_measure = 'boxes'$$,
	$$VALUES ('Boxes', 'count', 12::numeric, 0, true)$$, 'what is not given stays, and date_updated is now');
UPDATE unit_of_measure SET date_deleted = now() WHERE unit_of_measure = 'boxes';
SELECT define_unit_of_measure('boxes');
SELECT results_eq($$SELECT base_units, date_deleted FROM unit_of_measure WHERE unit_of_measure = 'boxes'$$, $$VALUES (12::numeric, NULL::timestamptz)$$, 'a deleted one comes back');
SELECT is(caught(format('SELECT define_unit_of_measure(%s)', a)), m, a) FROM (VALUES
	('NULL', '22004 unit_of_measure must not be null'), ($$'x'$$, '22004 a new unit of measure needs unit_of_measure_name, kind'), ($$'x', 'X'$$, '22004 a new unit of measure needs kind'),
	($$'x', NULL, 'count'$$, '22004 a new unit of measure needs unit_of_measure_name'),
	($$'', 'X', 'count'$$, '22023 unit_of_measure must not be empty, nor begin or end with a blank: ""'), ($$' x', 'X', 'count'$$, '22023 unit_of_measure must not be empty, nor begin or end with a blank: " x"'),
	($$'x', 'X ', 'count'$$, '22023 unit_of_measure_name must not be empty, nor begin or end with a blank: "X "'), ($$'x', 'X', 'heap'$$, '22023 kind must be currency or duration or count, not "heap"'),
	($$'x', 'X', ''$$, '22023 kind must be currency or duration or count, not ""'),
	($$'x', 'X', 'count', 0$$, '22023 base_units must be above 0 and below a billion, not 0'), ($$'x', 'X', 'count', -1$$, '22023 base_units must be above 0 and below a billion, not -1'),
	($$'x', 'X', 'count', 'NaN'$$, '22023 base_units must be above 0 and below a billion, not NaN'), ($$'x', 'X', 'count', 'Infinity'$$, '22023 base_units must be above 0 and below a billion, not Infinity'),
	($$'x', 'X', 'count', 1e9$$, '22023 base_units must be above 0 and below a billion, not 1000000000'), ($$'x', 'X', 'count', 1, -1$$, '22023 decimals must be from 0 to 4, not -1'),
	($$'x', 'X', 'count', 1, 5$$, '22023 decimals must be from 0 to 4, not 5')) v (a, m);
SELECT is_empty($$SELECT FROM unit_of_measure WHERE unit_of_measure = 'x'$$, 'nothing of all that is left');
SELECT define_service('CRATE', 'Crate', unit_of_measure => 'boxes') AS crate \gset
SELECT is(caught($$SELECT define_unit_of_measure('boxes', base_units => 13)$$), '55000 kind and base_units of unit of measure "boxes" cannot change while services are measured in it', 'base_units of a unit in use');
SELECT alike(caught($$SELECT define_unit_of_measure('boxes', kind => 'duration')$$), '55000 %', 'kind of a unit in use');
SELECT is(writes($$SELECT define_unit_of_measure('boxes', 'Crates', 'count', 12, 1)$$), 'unit_of_measure', 'name and decimals may change');
SELECT is(caught($$SELECT define_service('CRATE', unit_of_measure => 'count')$$), 'ok', 'not in use any more');
SELECT is(caught($$SELECT define_unit_of_measure('boxes', base_units => 13)$$), 'ok', 'base_units may change');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id, unit_of_measure) VALUES (1, 1, 11, '2024-01-10', 1, 'boxes');
SELECT alike(caught($$SELECT define_unit_of_measure('boxes', base_units => 14)$$), '55000 %', 'a unit of services that were recorded');
UPDATE client_service SET unit_of_measure = 'count';
UPDATE service SET is_indirect = true WHERE service_id = 2;
INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served, unit_of_measure) VALUES (2, 11, '2024-01-10', 3, 'boxes');
SELECT alike(caught($$SELECT define_unit_of_measure('boxes', base_units => 14)$$), '55000 %', 'or of indirect ones');
DELETE FROM indirect_service;
DELETE FROM client_service;
SELECT is(caught($$SELECT define_unit_of_measure('boxes', base_units => 12)$$), 'ok', 'until they are gone');

-- define_service_group().
SELECT is(writes($$SELECT define_service_group('FOOD', 'Food')$$), 'service_group', 'a new group');
SELECT is(define_service_group('FOOD'), (SELECT service_group_id FROM service_group WHERE service_group_code = 'FOOD' AND active), 'returns its id; active by default');
SELECT is(writes($$SELECT define_service_group('FOOD', 'Food', true)$$), '', 'the same again');
SELECT is(writes($$SELECT define_service_group('FOOD', active => false)$$), 'service_group', 'ended');
UPDATE service_group SET date_deleted = now();
SELECT is(writes($$SELECT define_service_group('FOOD', 'Groceries', true)$$), 'service_group', 'a deleted one');
SELECT results_eq($$SELECT service_group_name, active, date_deleted FROM service_group$$, $$VALUES ('Groceries', true, NULL::timestamptz)$$, 'comes back');
SELECT is(caught(format('SELECT define_service_group(%s)', a)), m, left(a, 40)) FROM (VALUES
	('NULL', '22004 service_group_code must not be null'), ('''X''', '22004 a new service group needs service_group_name'), (''' '', ''X''', '22023 service_group_code must not be empty, nor begin or end with a blank: " "'),
	('E''X\n'', ''X''', E'22023 service_group_code must not be empty, nor begin or end with a blank: "X\n"'), ('''X'', E''\t''', E'22023 service_group_name must not be empty, nor begin or end with a blank: "\t"')) v (a, m);
SELECT is(caught(format('SELECT define_service_group(%L, ''X'')', repeat('x', 100000) || ' ')), format('22023 service_group_code must not be empty, nor begin or end with a blank: "%s"', repeat('x', 60)), 'messages stay short');
SELECT alike(caught(format('SELECT define_service_group(%L, ''X'')', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i))), '54000 %', 'a code that no index holds');

-- define_service().
SELECT is(writes($$SELECT define_service('COAT', 'Coat')$$), 'service', 'a new service');
SELECT results_eq($$SELECT service_name, service_group_id, unit_of_measure, default_units, default_unit_value, is_direct, is_indirect, is_referral, duplicate_rule, min_interval, exit_day_allowed, record_type, type_provided, active
	FROM service WHERE service_code = 'COAT'$$, $$VALUES ('Coat', NULL::bigint, 'count', 1.00, 0.00, true, false, false, 'allow', NULL::interval, true, NULL::smallint, NULL::smallint, true)$$, 'with the defaults of the table');
SELECT is(define_service('COAT'), (SELECT service_id FROM service WHERE service_code = 'COAT'), 'returns its id');
\set ALL 'SELECT define_service(''COAT'', ''Warm coat'', ''FOOD'', ''dollars'', 2.5, 10.25, false, true, true, ''min_interval'', ''90 minutes'', false, 144, 3, false)'
SELECT is(writes(:'ALL'), 'service', 'everything given');
SELECT results_eq($$SELECT service_name, service_group_code, unit_of_measure, default_units, default_unit_value, is_direct, is_indirect, is_referral, duplicate_rule, min_interval, exit_day_allowed, record_type::int, type_provided::int, s.active
	FROM service s JOIN service_group USING (service_group_id)$$,
	$$VALUES ('Warm coat', 'FOOD', 'dollars', 2.50, 10.25, false, true, true, 'min_interval', '01:30'::interval, false, 144, 3, false)$$, 'is there');
UPDATE service SET date_updated = '2020-01-01' WHERE service_code = 'COAT';
SELECT is(writes(:'ALL'), '', 'the same again');
SET intervalstyle = sql_standard;
SELECT is(writes(:'ALL'), '', 'also with other settings');
RESET intervalstyle;
SELECT is(writes($$SELECT define_service('COAT')$$), '', 'and with nothing given');
SELECT is((SELECT date_updated FROM service WHERE service_code = 'COAT'), '2020-01-01'::timestamptz, 'date_updated too');
SELECT is(writes($$SELECT define_service('COAT', duplicate_rule => 'min_interval')$$), '', 'the rule that it has keeps its time');
SELECT is(writes($$SELECT define_service('COAT', min_interval => '2 hours')$$), 'service', 'another time for the rule that it has');
SELECT is(writes($$SELECT define_service('COAT', duplicate_rule => 'once_per_day')$$), 'service', 'another rule');
SELECT is((SELECT min_interval FROM service WHERE service_code = 'COAT'), NULL, 'takes the time away');
SELECT is(caught($$SELECT define_service('COAT', min_interval => '1 hour')$$), '22023 min_interval is for duplicate_rule min_interval, not once_per_day', 'a time without its rule');
SELECT is(caught($$SELECT define_service('COAT', duplicate_rule => 'min_interval')$$), '22023 duplicate_rule min_interval needs a min_interval above 0', 'a rule without its time');
SELECT is(caught($$SELECT define_service('COAT', duplicate_rule => 'min_interval', min_interval => '-1 hour')$$), '22023 duplicate_rule min_interval needs a min_interval above 0', 'a time below 0');
SELECT is(caught($$SELECT define_service('COAT', duplicate_rule => 'min_interval', min_interval => '0')$$), '22023 duplicate_rule min_interval needs a min_interval above 0', 'no time');
UPDATE service SET date_deleted = now() WHERE service_code = 'COAT';
SELECT is(writes($$SELECT define_service('COAT', active => true)$$), 'service', 'a deleted service');
SELECT results_eq($$SELECT service_name, active, date_deleted FROM service WHERE service_code = 'COAT'$$, $$VALUES ('Warm coat', true, NULL::timestamptz)$$, 'comes back');
SELECT is(caught(format('SELECT define_service(%s)', a)), m, left(a, 60)) FROM (VALUES
	('NULL', '22004 service_code must not be null'), ('''X''', '22004 a new service needs service_name'), (''''', ''X''', '22023 service_code must not be empty, nor begin or end with a blank: ""'),
	('''X '', ''X''', '22023 service_code must not be empty, nor begin or end with a blank: "X "'), ('''X'', '' ''', '22023 service_name must not be empty, nor begin or end with a blank: " "'),
	('''X'', ''X'', ''NONE''', 'CT009 service group "NONE" does not exist'), ('''X'', ''X'', ''''', 'CT009 service group "" does not exist'), ('''X'', ''X'', unit_of_measure => ''furlongs''', 'CT009 unit of measure "furlongs" does not exist'),
	('''X'', ''X'', duplicate_rule => ''never''', '22023 duplicate_rule must be allow or warn or once_per_day or once_per_enrollment_day or min_interval, not "never"'),
	('''X'', ''X'', default_units => 0', '22023 "default_units" must be a number of at least 0.01 with at most two decimals, not 0'),
	('''X'', ''X'', default_units => 1.005', '22023 "default_units" must be a number of at least 0.01 with at most two decimals, not 1.005'),
	('''X'', ''X'', default_units => ''NaN''', '22023 "default_units" must be a number of at least 0.01 with at most two decimals, not "NaN"'),
	('''X'', ''X'', default_units => ''Infinity''', '22023 "default_units" must be a number of at least 0.01 with at most two decimals, not "Infinity"'),
	('''X'', ''X'', default_units => 1e10', '22023 "default_units" must be a number of at least 0.01 with at most two decimals, not 10000000000'),
	('''X'', ''X'', default_unit_value => -0.01', '22023 "default_unit_value" must be a number of at least 0 with at most two decimals, not -0.01'),
	('''X'', ''X'', default_unit_value => ''-Infinity''', '22023 "default_unit_value" must be a number of at least 0 with at most two decimals, not "-Infinity"')) v (a, m);
SELECT alike(caught($$SELECT define_service('X', 'X', is_direct => false)$$), '23514 %"service_is_delivered"', 'given in no way');
SELECT alike(caught($$SELECT define_service('X', 'X', record_type => 200, exit_day_allowed => true)$$), '23514 %"bed_night_not_on_exit_day"', 'a bed night on the exit day');
SELECT alike(caught($$SELECT define_service('X', 'X', record_type => 70000)$$), '22003 %', 'a number too large');
SELECT alike(caught($$SELECT define_service('X', 'X', record_type => 144, type_provided => 3)$$), '23505 %service_hud_type%', 'a HUD type that another service has');
SELECT is_empty($$SELECT FROM service WHERE service_code = 'X'$$, 'nothing of all that is left');
SELECT is(writes($$SELECT define_service('BED', 'Bed night', record_type => 200, type_provided => 200)$$), 'service', 'a bed night');
SELECT is((SELECT exit_day_allowed FROM service WHERE service_code = 'BED'), false, 'is not on the exit day');
SELECT is(caught(format('SELECT define_service(''LONG'', %L)', repeat('name ', 200000) || 'x')), 'ok', 'a name of a million characters');
DELETE FROM service WHERE service_code = 'LONG';
UPDATE unit_of_measure SET date_deleted = now() WHERE unit_of_measure = 'minutes';
SELECT alike(caught($$SELECT define_service('COAT', unit_of_measure => 'minutes')$$), 'CT009 %', 'a deleted unit');
UPDATE unit_of_measure SET date_deleted = NULL WHERE unit_of_measure = 'minutes';
SELECT is(writes($$SELECT define_service('MEAL', unit_of_measure => 'boxes')$$), 'service', 'the unit of a service that nobody received changes');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 1, 11, '2024-01-10', 1);
SELECT is(caught($$SELECT define_service('MEAL', unit_of_measure => 'count')$$), 'CT006 services were recorded in the unit of measure', 'of one that somebody received not');
SELECT is(writes($$SELECT define_service('MEAL', 'Hot meal', unit_of_measure => 'boxes')$$), 'service', 'other columns change');
UPDATE client_service SET date_deleted = now();
SELECT alike(caught($$SELECT define_service('MEAL', unit_of_measure => 'count')$$), 'CT006 %', 'a deleted one may come back');
DELETE FROM client_service;
INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served) VALUES (2, 11, '2024-01-10', 3);
SELECT alike(caught($$SELECT define_service('SHOWER', unit_of_measure => 'minutes')$$), 'CT006 %', 'an indirect one');
DELETE FROM indirect_service;
SELECT is(caught($$SELECT define_service('MEAL', 'Meal', unit_of_measure => 'count')$$), 'ok', 'when all are gone');

-- restrict_service().
SELECT is(restrict_service('MEAL', '{1,2}'), 2, 'to two organizations');
SELECT is(writes($$SELECT restrict_service('MEAL', '{2,1,2}')$$), '', 'the same in another order and twice');
SELECT is(writes($$SELECT restrict_service('1', '{1}')$$), 'service_organization', 'by id, to one');
SELECT results_eq($$SELECT organization_id FROM service_organization WHERE service_id = 1 AND date_deleted IS NULL$$, 'VALUES (1::bigint)', 'and not to the other');
UPDATE service_organization SET date_deleted = now();
SELECT is(restrict_service('MEAL', '{1}'), 1, 'a restriction that was deleted comes back');
SELECT is(restrict_service('MEAL', '{}'), 0, 'to none: everybody''s');
SELECT is(restrict_service('MEAL', NULL), 0, 'or null');
SELECT is(caught(format('SELECT restrict_service(%s)', a)), m, left(a, 60)) FROM (VALUES
	('NULL, ''{1}''', '22004 service must not be null'), ('''NONE'', ''{1}''', 'CT009 service "NONE" does not exist'), ('''MEAL'', ''{1,NULL}''', '22004 organization_ids must not hold null'),
	('''MEAL'', ''{1,999,-5}''', 'CT009 organization -5 does not exist'), ('''MEAL'', ARRAY(SELECT generate_series(1, 100000)::bigint)', 'CT009 organization 4 does not exist')) v (a, m);
SELECT is(restrict_service('MEAL', ARRAY(SELECT 1::bigint FROM generate_series(1, 100000))), 1, 'one of a hundred thousand times');
SELECT is(restrict_service('MEAL', '[5:6]={1,2}'), 2, 'odd bounds');
SELECT is(restrict_service('MEAL', '{{1,2},{1,2}}'), 2, 'two dimensions');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 1, 11, '2024-01-10', 1);
SELECT is(caught($$SELECT restrict_service('MEAL', '{2}')$$), 'CT006 services would be left that are not offered', 'taken from who recorded it');
SELECT is(restrict_service('MEAL', '{1}'), 1, 'from who did not');
DELETE FROM client_service;
SELECT is(restrict_service('MEAL', NULL), 0, 'and back');

-- offer_service() and withdraw_offering().
SELECT is(writes($$SELECT offer_service('MEAL')$$), 'service_offering', 'offered everywhere');
SELECT is(writes($$SELECT offer_service('1')$$), '', 'the same again');
SELECT results_eq('SELECT service_id, organization_id, program_id, location_id, grant_award_id, begin_date, end_date, unit_value, enrollment_rule, exit_day_allowed FROM service_offering',
	$$VALUES (1::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::date, NULL::date, NULL::numeric(12,2), 'required', NULL::boolean)$$, 'with the defaults of the table');
DELETE FROM service_offering;
\set ALL 'SELECT offer_service(''MEAL'', 1, 11, 101, 1, ''2024-01-01'', ''2024-06-30'', 2.50, ''optional'', false)'
SELECT is(writes(:'ALL'), 'service_offering', 'everything given');
SELECT results_eq('SELECT service_id, organization_id, program_id, location_id, grant_award_id, begin_date, end_date, unit_value, enrollment_rule, exit_day_allowed FROM service_offering',
	$$VALUES (1::bigint, 1::bigint, 11::bigint, 101::bigint, 1::bigint, '2024-01-01'::date, '2024-06-30'::date, 2.50::numeric(12,2), 'optional', false)$$, 'is there');
SELECT is(writes(:'ALL'), '', 'the same again');
SELECT service_offering_id AS off FROM service_offering \gset
SELECT is(offer_service('MEAL', 1, 11, 101, 1, '2024-01-01'), :off::bigint, 'returns its id');
SELECT is(writes($$SELECT offer_service('MEAL', 1, 11, 101, 1, '2024-01-01', unit_value => 3)$$), 'service_offering', 'another cost');
SELECT results_eq('SELECT end_date, unit_value, enrollment_rule, exit_day_allowed FROM service_offering', $$VALUES ('2024-06-30'::date, 3.00::numeric(12,2), 'optional', false)$$, 'what is not given stays');
SELECT is(caught($$SELECT offer_service('MEAL', 1, 11, 101, 1, '2024-06-30')$$), '22023 the service is offered there on some of these days already', 'the last day overlaps');
SELECT is(last_detail(), format('Service offering %s is from 2024-01-01 to 2024-06-30.', :off), 'DETAIL says with what');
SELECT alike(caught(format('SELECT offer_service(''MEAL'', 1, 11, 101, 1, %s)', a)), '22023 the service is offered there %', 'overlaps: ' || a)
FROM (VALUES ('NULL'), ('NULL, ''2024-01-01'''), ('''2023-12-31'''), ('''2024-03-01'', ''2024-03-01''')) v (a);
SELECT is(writes(format('SELECT offer_service(''MEAL'', 1, 11, 101, 1, %s)', a)), 'service_offering', 'does not overlap: ' || a)
FROM (VALUES ('''2024-07-01'''), ('NULL, ''2023-12-31''')) v (a);
SELECT alike(caught($$SELECT offer_service('MEAL', 1, 11, 101, 1, '2024-01-01', '2024-07-01')$$), '22023 the service is offered there %', 'prolonged into the next');
SELECT is(writes(format('SELECT offer_service(''MEAL'', %s)', a)), 'service_offering', 'another place: ' || a)
FROM (VALUES ('1, 11, 101'), ('1, 11, NULL, 1'), ('1, NULL, 101, 1'), ('NULL, 11, 101, 1'), ('1, 12, 101, 1')) v (a);
SELECT is((SELECT count(*) FROM service_offering)::int, 8, 'eight offerings');
SELECT is(caught(format('SELECT offer_service(%s)', a)), m, a) FROM (VALUES
	('NULL', '22004 service must not be null'), ('''NONE''', 'CT009 service "NONE" does not exist'), ('''MEAL'', 99', 'CT009 organization 99 does not exist'), ('''MEAL'', NULL, 99', 'CT009 program 99 does not exist'),
	('''MEAL'', NULL, NULL, -1', 'CT009 location -1 does not exist'), ('''MEAL'', grant_id => 0', 'CT009 grant award 0 does not exist'), ('''MEAL'', 2, 11', '22023 program 11 is not one of organization 2'),
	('''COAT'', begin_date => ''infinity''', '22008 begin_date and end_date must be finite'), ('''COAT'', end_date => ''-infinity''', '22008 begin_date and end_date must be finite'),
	('''COAT'', begin_date => ''2024-01-02'', end_date => ''2024-01-01''', '22023 end_date must not be before begin_date: 2024-01-02 to 2024-01-01'),
	('''COAT'', unit_value => -1', '22023 "unit_value" must be a number of at least 0 with at most two decimals, not -1'),
	('''COAT'', unit_value => ''NaN''', '22023 "unit_value" must be a number of at least 0 with at most two decimals, not "NaN"'),
	('''COAT'', unit_value => 0.001', '22023 "unit_value" must be a number of at least 0 with at most two decimals, not 0.001'),
	('''COAT'', enrollment_rule => ''REQUIRED''', '22023 enrollment_rule must be required or optional or none, not "REQUIRED"')) v (a, m);
SELECT is(caught($$SELECT offer_service('COAT', begin_date => '4713-01-01 BC', end_date => '5874897-12-31')$$), 'ok', 'the first and the last day that there are');
SELECT alike(caught($$SELECT offer_service('COAT')$$), '22023 the service is offered there %', 'always overlaps');
UPDATE program SET date_deleted = now() WHERE program_id = 12;
SELECT is(caught($$SELECT offer_service('COAT', program_id => 12)$$), 'CT009 program 12 does not exist', 'a deleted program');
UPDATE program SET date_deleted = NULL WHERE program_id = 12;
DELETE FROM service_offering;
SELECT offer_service('MEAL', program_id => 11, begin_date => '2024-01-01') AS off \gset
UPDATE service_offering SET date_deleted = now();
SELECT isnt(offer_service('MEAL', program_id => 11, begin_date => '2024-01-01'), :off::bigint, 'a deleted offering stays, and there is a new one');
DELETE FROM service_offering WHERE date_deleted IS NOT NULL;
SELECT service_offering_id AS off FROM service_offering \gset
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 1, 11, '2024-02-10', 1);
SELECT is(caught(format('SELECT withdraw_offering(%s)', a)), m, 'withdraw: ' || a) FROM (VALUES
	('NULL, ''2024-03-01''', '22004 service_offering_id and end_date must not be null'), (:'off' || ', NULL', '22004 service_offering_id and end_date must not be null'), ('0, ''2024-03-01''', 'CT009 service offering 0 does not exist'),
	(:'off' || ', ''infinity''', '22008 begin_date and end_date must be finite'), (:'off' || ', ''2023-12-31''', '22023 end_date must not be before begin_date: 2024-01-01 to 2023-12-31'),
	(:'off' || ', ''2024-02-09''', 'CT006 services would be left that are not offered')) v (a, m);
SELECT alike(caught($$SELECT offer_service('MEAL', program_id => 11, begin_date => '2024-01-01', end_date => '2024-02-09')$$), 'CT006 %', 'ended by offering it, with services left');
SELECT is(withdraw_offering(:off, '2024-02-10'), :off::bigint, 'on the day of the last service');
SELECT is(writes(format('SELECT withdraw_offering(%s, ''2024-02-10'')', :off)), '', 'the same again');
SELECT is(caught(format('SELECT withdraw_offering(%s, ''2024-02-11'')', :off)), format('22023 service offering %s ended on 2024-02-10 already', :off), 'later: it ended');
SELECT alike(serve(1, '2024-02-11', 1), 'CT003 %', 'not offered any more');
SELECT is(caught($$SELECT offer_service('MEAL', program_id => 11, begin_date => '2024-02-11')$$), 'ok', 'offered again');
SELECT is(serve(1, '2024-02-11', 1), 'ok', 'and given');
DELETE FROM client_service;
DELETE FROM service_offering;

-- define_service_screen().
SELECT is(writes($$SELECT define_service_screen('QUICK', 'Quick services', '[{"service": "SHOWER"}, {"service": 1, "units": 2, "unit_value": 3.25}]', 1)$$), 'service_screen service_screen_item', 'a new screen');
SELECT results_eq('SELECT service_id::int, item_order, units, unit_value FROM service_screen_item ORDER BY 2', 'VALUES (2, 1, NULL::numeric(12,2), NULL::numeric(12,2)), (1, 2, 2.00, 3.25)', 'with items in their order');
SELECT is(writes($$SELECT define_service_screen('QUICK', 'Quick services', '[{"service": 2, "units": null}, {"unit_value": 3.250, "service": "MEAL", "units": 2.00}]', 1, true)$$), '', 'the same again');
SELECT is(writes($$SELECT define_service_screen('QUICK')$$), '', 'nothing given');
SELECT is(writes($$SELECT define_service_screen('QUICK', 'Quick')$$), 'service_screen', 'another name leaves the items');
SELECT is(writes($$SELECT define_service_screen('QUICK', items => '[{"service": "COAT"}, {"service": "SHOWER"}]')$$), 'service_screen_item', 'other items');
SELECT results_eq('SELECT service_code, item_order, units FROM service_screen_item JOIN service USING (service_id) ORDER BY 2', $$VALUES ('COAT', 1, NULL::numeric(12,2)), ('SHOWER', 2, NULL)$$, 'replace those that were there');
UPDATE service_screen_item SET date_deleted = now();
SELECT is(writes($$SELECT define_service_screen('QUICK', items => '[{"service": "COAT"}]')$$), 'service_screen_item', 'deleted items');
SELECT results_eq('SELECT service_code, service_screen_item.date_deleted FROM service_screen_item JOIN service USING (service_id)', $$VALUES ('COAT', NULL::timestamptz)$$, 'come back, or are gone');
SELECT is(writes($$SELECT define_service_screen('QUICK', items => '[]')$$), 'service_screen_item', 'no items');
SELECT is(writes($$SELECT define_service_screen('QUICK', organization_id => 2, active => false)$$), 'service_screen', 'of another organization, ended');
UPDATE service_screen SET date_deleted = now();
SELECT define_service_screen('QUICK', active => true, organization_id => 1) AS quick \gset
SELECT results_eq('SELECT service_screen_id, organization_id, active, date_deleted FROM service_screen', format('VALUES (%s::bigint, 1::bigint, true, NULL::timestamptz)', :quick), 'a deleted screen comes back');
SELECT is(caught(format('SELECT define_service_screen(%s)', a)), m, left(a, 60)) FROM (VALUES
	('NULL', '22004 service_screen_code must not be null'), ('''X''', '22004 a new service screen needs service_screen_name'), ('E''X\t'', ''X''', E'22023 service_screen_code must not be empty, nor begin or end with a blank: "X\t"'),
	('''X'', ''''', '22023 service_screen_name must not be empty, nor begin or end with a blank: ""'), ('''X'', ''X'', NULL, 99', 'CT009 organization 99 does not exist')) v (a, m);
SELECT is(caught(format('SELECT define_service_screen(''QUICK'', items => %L)', a)), m, 'items: ' || left(a, 60)) FROM (VALUES
	('{}', '22023 items must be a jsonb array, not {}'), ('null', '22023 items must be a jsonb array, not null'), ('"MEAL"', '22023 items must be a jsonb array, not "MEAL"'), ('1', '22023 items must be a jsonb array, not 1'),
	('[1]', '22023 items[0]: the item does not name its service'), ('[{"service": "MEAL"}, null]', '22023 items[1]: the item does not name its service'), ('[[]]', '22023 items[0]: the item does not name its service'),
	('[{}]', '22023 items[0]: the item does not name its service'), ('[{"service": null}]', '22023 items[0]: the item does not name its service'), ('[{"service": ["MEAL"]}]', '22023 items[0]: the item does not name its service'),
	('[{"service": "NONE"}]', 'CT009 items[0]: service "NONE" does not exist'), ('[{"service": "MEAL"}, {"service": 1e300}]', format('CT009 items[1]: service "1%s" does not exist', repeat('0', 59))),
	('[{"service": "MEAL"}, {"service": 1}]', '22023 items[1]: the service is there twice'), ('[{"service": "MEAL", "unit": 1}]', '22023 items[0]: the item has a key that is not known'),
	('[{"service": "MEAL", "units": 0}]', '22023 items[0]: "units" must be a number of at least 0.01 with at most two decimals, not 0'),
	('[{"service": "MEAL", "units": "2"}]', '22023 items[0]: "units" must be a number of at least 0.01 with at most two decimals, not "2"'),
	('[{"service": "MEAL", "unit_value": 1e400}]', format('22023 items[0]: "unit_value" must be a number of at least 0 with at most two decimals, not 1%s', repeat('0', 59))),
	('[{"service": "MEAL", "unit_value": -0.01}]', '22023 items[0]: "unit_value" must be a number of at least 0 with at most two decimals, not -0.01'),
	(format('[%s{"service": "MEAL"}]', repeat('{"service": "MEAL"}, ', 100000)), '22023 items[1]: the service is there twice'),
	(repeat('[', 1000) || repeat(']', 1000), '22023 items[0]: the item does not name its service')) v (a, m);
SELECT matches(last_hint(), 'service', 'HINT says how');
SELECT is((SELECT count(*) FROM service_screen_item)::int, 0, 'nothing of all that is left');

-- Reasons and barriers.
SELECT is(writes(format('SELECT %s(%L)', f, 'Flood')), t, f || ': a new one') FROM (VALUES ('define_service_reason', 'service_reason'), ('define_turn_away_reason', 'turn_away_reason'), ('define_bar_reason', 'bar_reason')) v (f, t);
SELECT is(writes(format('SELECT %s(%L, active => true)', f, 'Flood')), '', f || ': the same again') FROM unnest(ARRAY['define_service_reason', 'define_turn_away_reason', 'define_bar_reason']) f;
SELECT is(writes(format('SELECT %s(%L, active => false)', f, 'Flood')), t, f || ': ended') FROM (VALUES ('define_service_reason', 'service_reason'), ('define_turn_away_reason', 'turn_away_reason'), ('define_bar_reason', 'bar_reason')) v (f, t);
UPDATE service_reason SET date_deleted = now() WHERE service_reason_name = 'Flood';
UPDATE turn_away_reason SET date_deleted = now() WHERE turn_away_reason_name = 'Flood';
UPDATE bar_reason SET date_deleted = now() WHERE bar_reason_name = 'Flood';
SELECT is(writes(format('SELECT %s(%L)', f, 'Flood')), t, f || ': a deleted one') FROM (VALUES ('define_service_reason', 'service_reason'), ('define_turn_away_reason', 'turn_away_reason'), ('define_bar_reason', 'bar_reason')) v (f, t);
SELECT results_eq($$SELECT active, date_deleted FROM service_reason WHERE service_reason_name = 'Flood' UNION ALL SELECT active, date_deleted FROM turn_away_reason WHERE turn_away_reason_name = 'Flood'
	UNION ALL SELECT active, date_deleted FROM bar_reason WHERE bar_reason_name = 'Flood'$$, 'VALUES (false, NULL::timestamptz), (false, NULL), (false, NULL)', 'comes back as it was');
SELECT is(define_service_reason('Flood'), (SELECT service_reason_id FROM service_reason WHERE service_reason_name = 'Flood'), 'the id of a reason for services');
SELECT is(define_turn_away_reason('Flood', true), (SELECT turn_away_reason_id FROM turn_away_reason WHERE turn_away_reason_name = 'Flood'), 'to turn away');
SELECT is((SELECT because_of_bar FROM turn_away_reason WHERE turn_away_reason_name = 'Flood'), true, 'now because of a bar');
SELECT is(define_bar_reason('Flood'), (SELECT bar_reason_id FROM bar_reason WHERE bar_reason_name = 'Flood'), 'for bars');
SELECT is(caught(format('SELECT %s(NULL)', f)), '22004 name must not be null', f || ': no name') FROM unnest(ARRAY['define_service_reason', 'define_turn_away_reason', 'define_bar_reason']) f;
SELECT is(caught(format('SELECT %s(%L)', f, a)), format('22023 name must not be empty, nor begin or end with a blank: "%s"', a), format('%s: %s', f, to_jsonb(a)))
FROM unnest(ARRAY['define_service_reason', 'define_turn_away_reason', 'define_bar_reason']) f, unnest(ARRAY['', ' ', 'x ', E'\nx']) a;
SELECT is(writes($$SELECT define_barrier('ID', 'No identity papers')$$), 'barrier', 'a new barrier');
SELECT is(writes($$SELECT define_barrier('ID', 'No identity papers', true)$$), '', 'the same again');
SELECT is(writes($$SELECT define_barrier('ID', active => false)$$), 'barrier', 'ended');
UPDATE barrier SET date_deleted = now();
SELECT is(define_barrier('ID', 'No papers', true), (SELECT barrier_id FROM barrier), 'its id');
SELECT results_eq('SELECT barrier_name, active, date_deleted FROM barrier', $$VALUES ('No papers', true, NULL::timestamptz)$$, 'a deleted one comes back');
SELECT is(caught(format('SELECT define_barrier(%s)', a)), m, a) FROM (VALUES ('NULL', '22004 code must not be null'), ('''X''', '22004 a new barrier needs barrier_name'),
	(''''', ''X''', '22023 code must not be empty, nor begin or end with a blank: ""'), ('''X'', '' x''', '22023 name must not be empty, nor begin or end with a blank: " x"')) v (a, m);

-- set_late_entry_limit().
SELECT is(set_late_entry_limit(11, 30), 11::bigint, 'a limit');
SELECT results_eq('SELECT late_entry_limit_days, late_entry_action FROM program WHERE program_id = 11', $$VALUES (30, 'warn')$$, 'warns by default');
SELECT is(writes('SELECT set_late_entry_limit(11, 30)'), '', 'the same again');
SELECT is(writes('SELECT set_late_entry_limit(11, 30, ''block'')'), 'program', 'that blocks');
SELECT is(writes('SELECT set_late_entry_limit(11, 30, NULL)'), '', 'an action of null stays');
SELECT alike(serve(1, '2024-01-10', 1), 'CT016 %', 'it holds');
SELECT is(writes('SELECT set_late_entry_limit(11, NULL)'), 'program', 'no limit');
SELECT results_eq('SELECT late_entry_limit_days, late_entry_action FROM program WHERE program_id = 11', $$VALUES (NULL::int, 'warn')$$, 'any number of days');
SELECT is(caught(format('SELECT set_late_entry_limit(%s)', a)), m, a) FROM (VALUES ('NULL, 1', '22004 program_id must not be null'), ('99, 1', 'CT009 program 99 does not exist'), ('11, -1', '22023 days must not be negative, but is -1'),
	('11, 1, ''stop''', '22023 action must be warn or block, not "stop"')) v (a, m);
SELECT is(caught('SELECT set_late_entry_limit(11, 2147483647)'), 'ok', 'for very long');
SELECT is(caught('SELECT set_late_entry_limit(11, NULL)'), 'ok', 'and for ever');

-- lock_period() and unlock_period().
SELECT lock_period(1, '2024-01-01', '2024-01-31', 'Report of January') AS locked \gset
SELECT is(writes('SELECT lock_period(1, ''2024-01-01'', ''2024-01-31'', ''Report of January'')'), '', 'the same again');
SELECT is(lock_period(1, '2024-01-01', '2024-01-31', 'Report of January'), :locked::bigint, 'returns its id');
SELECT is(writes('SELECT lock_period(1, ''2024-01-01'', ''2024-01-31'', ''Annual report'')'), 'locked_period', 'for another reason');
SELECT results_eq('SELECT locked_period_id, lock_reason FROM locked_period', format('VALUES (%s::bigint, ''Annual report'')', :locked), 'is the same lock');
SELECT alike(serve(1, '2024-01-31', 1), 'CT015 %', 'it holds');
SELECT is(serve(1, '2024-02-01', 1), 'ok', 'for its days');
SELECT isnt(lock_period(1, '2024-01-01', '2024-01-31', 'Report of January', 11), :locked::bigint, 'of one program is another');
SELECT is(caught(format('SELECT lock_period(%s)', a)), m, a) FROM (VALUES
	('NULL, ''2024-01-01'', ''2024-01-31'', ''x''', '22004 organization_id, begin_date and end_date must not be null'), ('1, NULL, ''2024-01-31'', ''x''', '22004 organization_id, begin_date and end_date must not be null'),
	('1, ''2024-01-01'', NULL, ''x''', '22004 organization_id, begin_date and end_date must not be null'), ('1, ''2024-01-01'', ''2024-01-31'', NULL', '22004 reason must be given'),
	('1, ''2024-01-01'', ''2024-01-31'', E'' \t''', '22004 reason must be given'), ('1, ''2024-01-31'', ''2024-01-01'', ''x''', '22023 end_date must not be before begin_date: 2024-01-31 to 2024-01-01'),
	('1, ''-infinity'', ''2024-01-31'', ''x''', '22008 begin_date and end_date must be finite'), ('1, ''2024-01-01'', ''infinity'', ''x''', '22008 begin_date and end_date must be finite'),
	('99, ''2024-01-01'', ''2024-01-31'', ''x''', 'CT009 organization 99 does not exist'), ('1, ''2024-01-01'', ''2024-01-31'', ''x'', 99', 'CT009 program 99 does not exist'),
	('1, ''2024-01-01'', ''2024-01-31'', ''x'', 21', '22023 program 21 is not one of organization 1')) v (a, m);
SELECT is(caught(format('SELECT unlock_period(%s)', a)), m, 'unlock: ' || a) FROM (VALUES ('NULL, ''x''', '22004 locked_period_id must not be null'), (:'locked' || ', NULL', '22004 reason must be given'), (:'locked' || ', '' ''', '22004 reason must be given'),
	('0, ''x''', 'CT009 there is no locked period 0 to unlock')) v (a, m);
SELECT is(unlock_period(:locked, 'A mistake'), :locked::bigint, 'unlocked');
SELECT results_eq(format('SELECT unlock_reason, date_deleted = now() FROM locked_period WHERE locked_period_id = %s', :locked), $$VALUES ('A mistake', true)$$, 'with the reason');
SELECT is(writes(format('SELECT unlock_period(%s, ''A mistake'')', :locked)), '', 'the same again');
SELECT alike(caught(format('SELECT unlock_period(%s, ''Another'')', :locked)), 'CT009 %', 'for another reason');
SELECT matches(last_hint(), 'unlocked already', 'HINT says why that may be');
SELECT isnt(lock_period(1, '2024-01-01', '2024-01-31', 'Report of January'), :locked::bigint, 'locked again is another lock');
SELECT is((SELECT unlock_reason FROM locked_period WHERE locked_period_id = :locked), 'A mistake', 'and the first stays on record');
DELETE FROM client_service;
DELETE FROM locked_period;

-- Who may: administrators. Others are refused by the table, whether or not something would change.
CREATE TEMP TABLE calls (call text, tab text);
INSERT INTO calls VALUES ('SELECT hmis.define_unit_of_measure(''boxes'')', 'unit_of_measure'), ('SELECT hmis.define_service_group(''FOOD'')', 'service_group'), ('SELECT hmis.define_service(''MEAL'')', 'service'),
	('SELECT hmis.define_service_group(''NEW'', ''New'')', 'service_group'), ('SELECT hmis.restrict_service(''MEAL'', ''{}'')', 'service'), ('SELECT hmis.offer_service(''MEAL'')', 'service'),
	('SELECT hmis.define_service_screen(''QUICK'')', 'service_screen'), ('SELECT hmis.define_service_reason(''Flood'')', 'service_reason'), ('SELECT hmis.define_turn_away_reason(''Flood'')', 'turn_away_reason'),
	('SELECT hmis.define_bar_reason(''Flood'')', 'bar_reason'), ('SELECT hmis.define_barrier(''ID'')', 'barrier'), ('SELECT hmis.set_late_entry_limit(11, NULL)', 'program'),
	('SELECT hmis.lock_period(1, ''2024-01-01'', ''2024-01-31'', ''x'')', 'locked_period'), ('SELECT hmis.unlock_period(1, ''x'')', 'locked_period'),
	('SELECT hmis.import_catalogue(''{"format": "clienttrack catalogue 1", "barriers": [{"code": "ID"}]}'')', 'barrier');
SELECT is(replace(did('test_worker', call), 'barriers[0]: ', ''), '42501 permission denied for table ' || tab, 'a worker: ' || call) FROM calls;
SELECT alike(did('test_reader', call), '42501 permission denied for function %', 'a reader: ' || call) FROM calls;
SELECT alike(did('test_stranger', 'SELECT hmis.export_catalogue()'), '42501 %', 'a stranger does not export');
SELECT is(did('test_admin', call), '1', 'an administrator: ' || call) FROM calls WHERE call !~ 'unlock|import';
SELECT is(did('test_admin', 'SELECT hmis.unlock_period(locked_period_id, ''x'') FROM hmis.locked_period'), '1', 'an administrator unlocks');
SELECT is(did('test_admin', 'SELECT hmis.withdraw_offering(service_offering_id, ''2024-12-31'') FROM hmis.service_offering'), '1', 'and withdraws');
SELECT is(did('test_worker', 'SELECT hmis.withdraw_offering(service_offering_id, ''2024-12-31'') FROM hmis.service_offering'), '42501 permission denied for table service_offering', 'a worker does not');
SELECT is((SELECT user_id FROM service_group WHERE service_group_code = 'NEW'), 16::bigint, 'who did it is in the row');
DELETE FROM service_offering;
DELETE FROM locked_period;
DELETE FROM service_group WHERE service_group_code = 'NEW';

-- What an administrator does not see of a victim service provider.
SELECT offer_service('MEAL', program_id => 31, begin_date => '2024-01-01') AS safe \gset
SELECT define_service_screen('SAFE', 'Safe house', organization_id => 3) AS safe_screen \gset
SELECT is(did('test_admin', format('SELECT hmis.withdraw_offering(%s, ''2024-12-31'')', :safe)), format('CT009 service offering %s does not exist', :safe), 'its offering');
SELECT is(did('test_admin', 'SELECT hmis.offer_service(''MEAL'', program_id => 31)'), 'CT009 program 31 does not exist', 'its program');
SELECT is(did('test_admin', 'SELECT hmis.set_late_entry_limit(31, 1)'), 'CT009 program 31 does not exist', 'the limit of its program');
SELECT alike(did('test_admin', 'SELECT hmis.lock_period(3, ''2024-01-01'', ''2024-01-31'', ''x'')'), '42501 new row violates row-level security policy%', 'its periods');
SELECT is(did('test_admin', 'SELECT hmis.define_service_screen(''SAFE'', ''Mine'')'), '23505 service screen code "SAFE" is taken', 'its screen');
SELECT is(asked('test_admin', 'SELECT jsonb_path_query_array(hmis.export_catalogue(), ''$.services[*].offerings[*]'')'), '[]', 'is not exported: the offering');
SELECT is(asked('test_admin', 'SELECT jsonb_path_query_array(hmis.export_catalogue(), ''$.service_screens[*].service_screen_code'')'), '["QUICK"]', 'nor the screen');
SELECT is(asked('test_haven', 'SELECT jsonb_path_query_array(hmis.export_catalogue(), ''$.service_screens[*].service_screen_code'')'), '["QUICK", "SAFE"]', 'but to its own people');
SELECT is(asked('test_haven', 'SELECT jsonb_path_query_array(hmis.export_catalogue(), ''$.services[*].offerings[*].program.program_name'')'), '["Safe house"]', 'both');
DELETE FROM service_offering;
DELETE FROM service_screen WHERE service_screen_code = 'SAFE';

-- export_catalogue().
SELECT restrict_service('COAT', '{2,1}'), offer_service('MEAL', 1, 11, 101, 1, '2024-01-01', '2024-06-30', 2.50, 'optional', false), offer_service('MEAL', 1, 11, 101, 1, '2024-07-01'),
	offer_service('MEAL', location_id => 202), offer_service('SHOWER', 2, 21, 201), offer_service('SHOWER', program_id => 12, begin_date => '0044-03-15 BC', end_date => '20240-01-01'),
	define_service('WASH', 'Laundry', duplicate_rule => 'min_interval', min_interval => '1 month 2 days 10:20:30.5'),
	define_service_screen('QUICK', 'Quick "services" – für alle', '[{"service": "SHOWER"}, {"service": "MEAL", "units": 2, "unit_value": 0.5}]'), define_service_screen('EVERY', 'Everybody''s', '[]');
SELECT is(export_catalogue() -> 'format', '"clienttrack catalogue 1"', 'its format');
SELECT set_eq('SELECT jsonb_object_keys(export_catalogue())', 'SELECT jsonb_object_keys(catalogue_format() -> ''catalogue'')', 'its sections');
SELECT is(export_catalogue() #> '{services,3}', (SELECT x FROM jsonb_array_elements(export_catalogue() -> 'services') x WHERE x ->> 'service_code' = 'MEAL'), 'in the order of the codes');
SELECT is(export_catalogue() #> '{services,3}', '{"service_code": "MEAL", "service_name": "Meal", "unit_of_measure": "count", "default_units": 1.00, "default_unit_value": 3.50, "is_direct": true, "is_indirect": false, "is_referral": false,
	"duplicate_rule": "allow", "exit_day_allowed": true, "active": true, "organizations": [], "offerings": [
	{"begin_date": "2024-01-01", "end_date": "2024-06-30", "unit_value": 2.50, "enrollment_rule": "optional", "exit_day_allowed": false, "organization": "Harbor", "grant": {"fund_name": "City", "grant_identifier": null},
		"program": {"program_name": "Drop-in", "organization_name": "Harbor"}, "location": {"location_name": "Hall", "program_name": "Drop-in", "organization_name": "Harbor"}},
	{"begin_date": "2024-07-01", "enrollment_rule": "required", "organization": "Harbor", "grant": {"fund_name": "City", "grant_identifier": null},
		"program": {"program_name": "Drop-in", "organization_name": "Harbor"}, "location": {"location_name": "Hall", "program_name": "Drop-in", "organization_name": "Harbor"}},
	{"enrollment_rule": "required", "location": {"location_name": "Park", "program_name": null, "organization_name": null}}]}', 'a service with its offerings');
SELECT is((SELECT x -> 'organizations' FROM jsonb_array_elements(export_catalogue() -> 'services') x WHERE x ->> 'service_code' = 'COAT'), '["Harbor", "Northside"]', 'a restricted one');
SELECT is((SELECT x ->> 'min_interval' FROM jsonb_array_elements(export_catalogue() -> 'services') x WHERE x ->> 'service_code' = 'WASH'), 'P1M2DT10H20M30.5S', 'an interval');
SELECT is(jsonb_path_query_array(export_catalogue(), '$.service_screens[*].items[*].service'), '["SHOWER", "MEAL"]', 'items are in the order of the screen');
CREATE TEMP TABLE exported AS SELECT export_catalogue() AS catalogue, export_catalogue()::text AS words;
GRANT SELECT ON exported TO PUBLIC;
SELECT is(export_catalogue()::text, (SELECT words FROM exported), 'the same each time');
SET intervalstyle = sql_standard;
SET datestyle = 'SQL, DMY';
SELECT is(export_catalogue()::text, (SELECT words FROM exported), 'whatever the settings are');
SELECT is_empty('SELECT * FROM import_catalogue((SELECT catalogue FROM exported)) WHERE added + changed > 0', 'and imported with them');
RESET intervalstyle;
RESET datestyle;
SELECT is(asked('test_reader', 'SELECT hmis.export_catalogue()'), (SELECT words FROM exported), 'for readers too');
SELECT is_empty($$SELECT FROM exported WHERE (catalogue - 'workflows')::text ~ '_id"'$$, 'no identifiers, but for the names of arguments');

-- import_catalogue() of what is there already.
SELECT is(writes('SELECT import_catalogue((SELECT catalogue FROM exported))'), '', 'importing what was exported writes nothing');
SELECT results_eq('SELECT kind, added, changed, unchanged FROM import_catalogue((SELECT catalogue FROM exported))',
	$$SELECT s.section, 0, 0, jsonb_array_length(e.catalogue -> s.section) FROM exported e, catalogue_sections() s$$, 'all is unchanged');
SELECT is(writes($$SELECT import_catalogue('{"format": "clienttrack catalogue 1"}')$$), '', 'an empty document');
SELECT is((SELECT sum(added + changed + unchanged) FROM import_catalogue('{"format": "clienttrack catalogue 1", "services": null, "barriers": []}'))::int, 0, 'counts nothing');
SELECT results_eq($$SELECT kind, added, changed, unchanged FROM import_catalogue('{"format": "clienttrack catalogue 1", "units_of_measure": [{"unit_of_measure": "bags", "unit_of_measure_name": "Bags", "kind": "count", "base_units": 1.5, "decimals": 0}],
	"service_groups": [{"service_group_code": "FOOD"}, {"service_group_code": "CARE", "service_group_name": "Care", "active": null}],
	"services": [{"service_code": "MEAL", "offerings": [{"program": {"program_name": "Shelter"}}]}, {"service_code": "SHOWER", "default_units": null}, {"service_code": "COAT", "organizations": ["Harbor"]},
		{"service_code": "BAG", "service_name": "Bag", "service_group": "CARE", "unit_of_measure": "bags"}],
	"service_screens": [{"service_screen_code": "QUICK", "items": [{"service": "BAG"}]}, {"service_screen_code": "EVERY", "items": null}],
	"turn_away_reasons": [{"name": "Full", "active": false}], "bar_reasons": [{"name": "Noise"}], "barriers": [{"code": "DEBT", "name": "Debt"}, {"code": "ID"}]}')$$,
	$$VALUES ('units_of_measure', 1, 0, 0), ('service_groups', 1, 0, 1), ('services', 1, 2, 1), ('service_screens', 0, 1, 1), ('service_reasons', 0, 0, 0), ('turn_away_reasons', 0, 1, 0), ('bar_reasons', 1, 0, 0), ('barriers', 1, 0, 1), ('assessment_types', 0, 0, 0), ('step_functions', 0, 0, 0), ('workflows', 0, 0, 0)$$,
	'what was added, changed and unchanged');
SELECT is(jsonb_path_query_array(export_catalogue(), '$.services[*] ? (@.service_code == "MEAL").offerings[*].enrollment_rule'), '["optional", "required", "required", "required"]', 'what the document does not name stays');
SELECT is(jsonb_path_query_array(export_catalogue(), '$.services[*] ? (@.service_code == "COAT").organizations[*]'), '["Harbor"]', 'restrictions are replaced');
SELECT is(jsonb_path_query_array(export_catalogue(), '$.service_screens[*] ? (@.service_screen_code == "QUICK").items[*].service'), '["BAG"]', 'items too');

-- import_catalogue() into another schema.
CALL clienttrack.install('training');
DELETE FROM training.barrier;
INSERT INTO training.organization (organization_name) SELECT organization_name FROM organization ORDER BY organization_id DESC;
INSERT INTO training.program (organization_id, program_name) SELECT t.organization_id, p.program_name FROM program p JOIN organization o USING (organization_id) JOIN training.organization t USING (organization_name) ORDER BY p.program_id DESC;
INSERT INTO training.location (location_name, organization_id, program_id) SELECT l.location_name, (SELECT t.organization_id FROM training.organization t JOIN organization o USING (organization_name) WHERE o.organization_id = l.organization_id),
	(SELECT t.program_id FROM training.program t JOIN program p USING (program_name) WHERE p.program_id = l.program_id) FROM location l ORDER BY l.location_id DESC;
INSERT INTO training.fund (fund_id, fund_name) VALUES (70, 'City');
INSERT INTO training.grant_award (grant_award_id, fund_id, grant_identifier) VALUES (71, 70, 'CITY-1'), (72, 70, NULL);
CREATE TEMP TABLE source AS SELECT export_catalogue() AS catalogue;
SELECT results_eq('SELECT kind, added, changed, unchanged FROM training.import_catalogue((SELECT catalogue FROM source))',
	$$VALUES ('units_of_measure', 2, 0, 4), ('service_groups', 2, 0, 0), ('services', 7, 0, 0), ('service_screens', 2, 0, 0), ('service_reasons', 2, 0, 0), ('turn_away_reasons', 1, 1, 6), ('bar_reasons', 2, 0, 5), ('barriers', 2, 0, 0), ('assessment_types', 0, 0, 3), ('step_functions', 0, 0, 20), ('workflows', 0, 0, 3)$$, 'a fresh schema gets all');
SELECT is(training.export_catalogue(), (SELECT catalogue FROM source), 'and gives the same back');
SELECT is(training.export_catalogue()::text, (SELECT catalogue::text FROM source), 'to the letter');
SELECT is_empty('SELECT * FROM training.import_catalogue((SELECT catalogue FROM source)) WHERE added + changed > 0', 'once more, nothing');
SELECT is((SELECT grant_award_id FROM training.service_offering WHERE begin_date = '2024-07-01'), 72::bigint, 'the grant without identifier is meant');

-- All or nothing, and where it is wrong. Puts a value into the document; services: 0 BAG, 1 BED, 2 COAT, 3 CRATE, 4 MEAL, 5 SHOWER, 6 WASH.
CREATE FUNCTION public.import_with(path text[], value text) RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('SELECT training.import_catalogue(%L)', jsonb_set(catalogue, path, value::jsonb)::text)) FROM source
$$;
SELECT is(import_with(p::text[], v), m, p || ' ' || left(v, 60)) FROM (VALUES
	('{format}', '"clienttrack catalogue 2"', '22023 format: must be "clienttrack catalogue 1", not clienttrack catalogue 2'), ('{format}', 'null', '22023 format: must be "clienttrack catalogue 1", not null'),
	('{format}', '1', '22023 format: must be of type string, not 1'), ('{service}', '[]', '22023 service: is not known'), ('{services}', '{}', '22023 services: must be of type array, not {}'),
	('{services}', '"MEAL"', '22023 services: must be of type array, not "MEAL"'), ('{services,4}', '[]', '22023 services[4]: must be of type object, not []'), ('{services,4}', 'null', '22023 services[4]: must be of type object, not null'),
	('{services,4,colour}', '1', '22023 services[4].colour: is not known'), ('{services,4,service_id}', '1', '22023 services[4].service_id: is not known'), ('{services,4,service_code}', '1', '22023 services[4].service_code: must be of type string, not 1'),
	('{services,4,service_code}', 'null', '22023 services[4].service_code: is missing'), ('{services,4,service_code}', '"SHOWER"', '22023 services[5].service_code: "SHOWER" is there twice'),
	('{services,4,service_code}', '" MEAL"', '22023 services[4]: service_code must not be empty, nor begin or end with a blank: " MEAL"'),
	('{services,4,service_name}', '""', '22023 services[4]: service_name must not be empty, nor begin or end with a blank: ""'), ('{services,4,default_units}', '"2"', '22023 services[4].default_units: must be of type number, not "2"'),
	('{services,4,default_units}', '0', '22023 services[4]: "default_units" must be a number of at least 0.01 with at most two decimals, not 0'), ('{services,4,default_units}', '"NaN"', '22023 services[4].default_units: must be of type number, not "NaN"'),
	('{services,4,is_direct}', '"true"', '22023 services[4].is_direct: must be of type boolean, not "true"'), ('{services,4,record_type}', '200.5', '22023 services[4].record_type: must be of type integer, not 200.5'),
	('{services,4,record_type}', '1e30', format('22023 services[4].record_type: must be of type integer, not 1%s', repeat('0', 30))), ('{services,4,record_type}', '99999', '22003 services[4]: value "99999" is out of range for type smallint'),
	('{services,4,service_group}', '"NONE"', 'CT009 services[4]: service group "NONE" does not exist'), ('{services,4,unit_of_measure}', '"furlongs"', 'CT009 services[4]: unit of measure "furlongs" does not exist'),
	('{services,4,duplicate_rule}', '"never"', '22023 services[4]: duplicate_rule must be allow or warn or once_per_day or once_per_enrollment_day or min_interval, not "never"'),
	('{services,6,min_interval}', '"soon"', '22023 services[6]: invalid input syntax for type interval: "soon"'), ('{services,4,min_interval}', '"PT1H"', '22023 services[4]: min_interval is for duplicate_rule min_interval, not allow'),
	('{services,4,organizations}', '"Harbor"', '22023 services[4].organizations: must be of type array, not "Harbor"'), ('{services,4,organizations}', '["Harbor", null]', '22023 services[4].organizations[1]: must be of type string, not null'),
	('{services,4,organizations}', '["Harbor", 1]', '22023 services[4].organizations[1]: must be of type string, not 1'), ('{services,4,organizations}', '["Harbor", "None"]', 'CT009 services[4].organizations[1]: there is no organization with the name "None"'),
	('{services,4,offerings}', '{}', '22023 services[4].offerings: must be of type array, not {}'), ('{services,4,offerings,0}', '"all"', '22023 services[4].offerings[0]: must be of type object, not "all"'),
	('{services,4,offerings,0,place}', '1', '22023 services[4].offerings[0].place: is not known'), ('{services,4,offerings,0,program}', '"Drop-in"', '22023 services[4].offerings[0].program: must be of type object, not "Drop-in"'),
	('{services,4,offerings,0,program,id}', '1', '22023 services[4].offerings[0].program.id: is not known'),
	('{services,4,offerings,0,program}', '{}', 'CT009 services[4].offerings[0].program: there is no program with the name {}'),
	('{services,4,offerings,0,program}', '{"program_name": "None"}', 'CT009 services[4].offerings[0].program: there is no program with the name {"program_name": "None"}'),
	('{services,4,offerings,0,program,organization_name}', '"Northside"', 'CT009 services[4].offerings[0].program: there is no program with the name {"program_name": "Drop-in", "organization_name": "Northside"}'),
	('{services,4,offerings,0,location}', '{"location_name": "Hall", "organization_name": null}', 'CT009 services[4].offerings[0].location: there is no location with the name {"location_name": "Hall", "organization_name": null}'),
	('{services,4,offerings,0,grant,fund_name}', '"State"', 'CT009 services[4].offerings[0].grant: there is no grant with the name {"fund_name": "State", "grant_identifier": null}'),
	('{services,4,offerings,0,grant}', '{"fund_name": "City"}', 'CT011 services[4].offerings[0].grant: there are 2 grants with the name {"fund_name": "City"}'),
	('{services,4,offerings,0,organization}', '"None"', 'CT009 services[4].offerings[0].organization: there is no organization with the name "None"'),
	('{services,4,offerings,0,organization}', '"Northside"', '22023 services[4].offerings[0]: program 4 is not one of organization 2'),
	('{services,4,offerings,1,begin_date}', '"2024-06-30"', '22023 services[4].offerings[1]: the service is offered there on some of these days already'),
	('{services,4,offerings,1,begin_date}', '"today"', '22023 services[4].offerings[1].begin_date: must be of type date, not "today"'), ('{services,4,offerings,1,begin_date}', '"infinity"', '22023 services[4].offerings[1].begin_date: must be of type date, not "infinity"'),
	('{services,4,offerings,1,begin_date}', '"01/02/2024"', '22023 services[4].offerings[1].begin_date: must be of type date, not "01/02/2024"'), ('{services,4,offerings,1,begin_date}', '20240101', '22023 services[4].offerings[1].begin_date: must be of type date, not 20240101'),
	('{services,4,offerings,1,begin_date}', '"2024-02-30"', '22008 services[4].offerings[1]: date/time field value out of range: "2024-02-30"'), ('{services,4,offerings,1,end_date}', '"2024-06-01"', '22023 services[4].offerings[1]: end_date must not be before begin_date: 2024-07-01 to 2024-06-01'),
	('{services,4,offerings,1,unit_value}', '-1', '22023 services[4].offerings[1]: "unit_value" must be a number of at least 0 with at most two decimals, not -1'),
	('{services,4,offerings,1,enrollment_rule}', '"maybe"', '22023 services[4].offerings[1]: enrollment_rule must be required or optional or none, not "maybe"'),
	('{service_screens,0,organization}', '"None"', 'CT009 service_screens[0].organization: there is no organization with the name "None"'), ('{service_screens,1,items,0}', '"MEAL"', '22023 service_screens[1].items[0]: must be of type object, not "MEAL"'),
	('{service_screens,1,items,0,service}', '1', '22023 service_screens[1].items[0].service: must be of type string, not 1'), ('{service_screens,1,items,0,service}', '"NONE"', 'CT009 service_screens[1].items[0]: service "NONE" does not exist'),
	('{service_screens,1,items,0,units}', '0.001', '22023 service_screens[1].items[0]: "units" must be a number of at least 0.01 with at most two decimals, not 0.001'),
	('{units_of_measure,0,decimals}', '5', '22023 units_of_measure[0]: decimals must be from 0 to 4, not 5'), ('{units_of_measure,0,base_units}', '-1', '22023 units_of_measure[0]: base_units must be above 0 and below a billion, not -1'),
	('{service_reasons,0}', '{"name": ""}', '22023 service_reasons[0]: name must not be empty, nor begin or end with a blank: ""'), ('{bar_reasons,0}', '{}', '22023 bar_reasons[0].name: is missing'),
	('{barriers,0,name}', 'true', '22023 barriers[0].name: must be of type string, not true'), ('{barriers,0}', '{"code": "NEW"}', '22004 barriers[0]: a new barrier needs barrier_name'),
	('{turn_away_reasons,0,because_of_bar}', '0', '22023 turn_away_reasons[0].because_of_bar: must be of type boolean, not 0')) v (p, v, m);
SELECT is(training.export_catalogue(), (SELECT catalogue FROM source), 'nothing of all that is left');
SELECT is(training.define_service('CRATE', unit_of_measure => 'boxes'), training.service_of('CRATE'), 'a unit comes into use');
SELECT alike(import_with('{units_of_measure,1,base_units}', '99'), '55000 units_of_measure[1]: kind and base_units of unit of measure "boxes" %', 'and cannot be redefined');
SELECT is(caught(format('SELECT training.import_catalogue(%L)', a)), m, 'no catalogue: ' || left(coalesce(a, 'null'), 40)) FROM (VALUES
	(NULL, '22004 catalogue must not be null'), ('null', '22023 catalogue: must be of type object, not null'), ('[]', '22023 catalogue: must be of type object, not []'), ('1', '22023 catalogue: must be of type object, not 1'),
	('{}', '22023 format: must be "clienttrack catalogue 1", not null'), (repeat('[', 2000) || repeat(']', 2000), '22023 catalogue: must be of type object, not ' || repeat('[', 60)),
	(format('{"%s": 1}', repeat('x', 100000)), format('22023 %s: is not known', repeat('x', 200)))) v (a, m);
SELECT is(caught('SELECT training.import_catalogue(jsonb_build_object(''format'', ''clienttrack catalogue 1'', ''barriers'', (SELECT jsonb_agg(''{"code": "X", "name": "X"}''::jsonb) FROM generate_series(1, 20000))))'),
	'22023 barriers[1].code: "X" is there twice', 'twenty thousand times the same');
INSERT INTO training.organization (organization_name) VALUES ('Harbor');
SELECT is(import_with('{services,2,organizations}', '["Harbor"]'), 'CT011 services[2].organizations[0]: there are 2 organizations with the name "Harbor"', 'a name that two organizations have');
UPDATE training.organization SET date_deleted = now() WHERE organization_id = (SELECT max(organization_id) FROM training.organization);
SELECT is(import_with('{services,2,organizations}', '["Harbor"]'), 'ok', 'one of them deleted');
INSERT INTO training.location (location_name) VALUES ('Van');
SELECT is(import_with('{services,5,offerings,0,location}', '{"location_name": "Van"}'), 'CT011 services[5].offerings[0].location: there are 2 locations with the name {"location_name": "Van"}', 'two locations');
SELECT is(import_with('{services,5,offerings,0,location}', '{"location_name": "Van", "organization_name": null}'), 'ok', 'the one of no organization');
INSERT INTO training.program (organization_id, program_name) SELECT organization_id, 'Drop-in' FROM training.organization WHERE organization_name = 'Northside';
SELECT is(import_with('{services,4,offerings,0,program}', '{"program_name": "Drop-in"}'), 'CT011 services[4].offerings[0].program: there are 2 programs with the name {"program_name": "Drop-in"}', 'two programs');
UPDATE training.service SET date_deleted = now() WHERE service_code = 'WASH';
UPDATE training.service_reason SET date_deleted = now();
SELECT is_empty($$SELECT FROM jsonb_array_elements(training.export_catalogue() -> 'services') x WHERE x ->> 'service_code' = 'WASH'$$, 'deleted rows are not exported');
SELECT results_eq('SELECT added, changed FROM training.import_catalogue((SELECT catalogue FROM source)) WHERE kind IN (''services'', ''service_reasons'')', 'VALUES (1, 0), (2, 0)', 'and come back by import');

SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
