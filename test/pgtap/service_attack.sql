-- Recording services, attacked: money that must not get lost, figures that were reported, time zones, foreign types.
BEGIN;
\ir seed.psql
\ir people.psql
SELECT plan(35);

INSERT INTO service (service_id, service_code, service_name, unit_of_measure, default_unit_value) VALUES
	(10, 'RENT', 'Rent', 'dollars', 0), (11, 'BUS', 'Bus fare', 'count', 2.5);
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, household_id, relationship_to_hoh) VALUES
	(201, 3, 12, '2024-01-01', 77, 1), (202, 2, 12, '2024-01-01', 77, 2), (203, 6, 12, '2024-01-01', 77, 3),
	(301, 5, 12, '2024-01-01', 88, 99), (302, 1, 12, '2024-01-01', 88, 2);

-- What a household's services of a day cost altogether, and what the caller was told.
CREATE FUNCTION public.cost_of(d date) RETURNS numeric LANGUAGE sql
RETURN (SELECT sum(s.total_value) FROM hmis.client_service s WHERE s.date_provided = d);

-- A household without a head.
SELECT results_eq($$SELECT status, sqlstate FROM record_household_services(household_id => 88, date_provided => '2024-02-01',
	services => '[{"service": "BUS"}, {"service": "RENT", "units": 100}]')$$,
	$$SELECT 'rejected', '22023' FROM generate_series(1, 4)$$, 'without a head nobody bears the cost, and it is not lost');
SELECT is(caught($$SELECT * FROM record_household_services(household_id => 88, date_provided => '2024-02-01', all_or_nothing => true,
	services => '[{"service": "RENT", "units": 100}]')$$), '22023 the head of household, who bears the cost, is not served',
	'all or nothing: it raises');
SELECT results_eq($$SELECT status, total_value FROM record_household_services(household_id => 88, date_provided => '2024-02-02',
	services => '[{"service": "BUS", "unit_value": 0}]')$$,
	$$VALUES ('recorded', 0.00), ('recorded', 0.00)$$, 'what is free needs no head');

SELECT is(caught($$SELECT * FROM record_household_services(enrollment_id => 201, date_provided => '2023-12-31',
	services => '[{"service": "BUS"}]')$$), 'CT009 nobody of household 77 is enrolled on 2023-12-31',
	'a form for nobody raises, whether an enrollment names the household');
SELECT is(caught($$SELECT * FROM record_household_services(household_id => 77, date_provided => '2023-12-31',
	services => '[{"service": "BUS"}]')$$), 'CT009 nobody of household 77 is enrolled on 2023-12-31', 'or its identifier');

-- Free for the head, by the grant of the head.
INSERT INTO grant_award (grant_award_id, fund_id) VALUES (2, 1);
UPDATE enrollment SET grant_award_id = CASE enrollment_id WHEN 201 THEN 1 ELSE 2 END WHERE household_id = 77;
INSERT INTO service_offering (service_offering_id, service_id, grant_award_id, unit_value) VALUES (1, 11, 1, 0), (2, 11, 2, 5);
SELECT results_eq($$SELECT total_value FROM record_household_services(household_id => 77, date_provided => '2024-02-03',
	services => '[{"service": "BUS", "units": 2}]')$$, $$VALUES (0.00), (0.00), (0.00)$$,
	'the members'' services have no value where the head''s has none');
DELETE FROM service_offering WHERE service_id = 11;

-- Splitting.
SELECT results_eq($$SELECT units, unit_value, total_value FROM record_household_services(household_id => 77, cost => 'split',
	date_provided => '2024-02-04', services => '[{"service": "RENT", "units": 10, "unit_value": 1.1}]')$$,
	$$VALUES (3.34, 1.1017964072, 3.68), (3.33, 1.1, 3.66), (3.33, 1.1, 3.66)$$,
	'money whose unit is not a dollar is split to the cent');
SELECT is(cost_of('2024-02-04'), 11.00, 'nothing is lost');
SELECT is(caught($$SELECT * FROM record_household_services(household_id => 77, cost => 'split', date_provided => '2024-02-05',
	services => '[{"service": "BUS", "units": 9999999999, "unit_value": 0.01}]')$$),
	'22023 the cost of service 11 cannot be split to the cent', 'more units than a split unit value can tell are refused');
SELECT is(cost_of('2024-02-05'), NULL, 'and nothing is recorded');
SELECT lives_ok($$SELECT * FROM record_household_services(household_id => 77, cost => 'split', date_provided => '2024-02-06',
	services => '[{"service": "BUS", "units": 9999, "unit_value": 0.37}, {"service": "RENT", "units": 0.02}]')$$, 'many units can be split');
SELECT is(cost_of('2024-02-06'), 3699.63 + 0.02, 'to the cent');
SELECT results_eq($$SELECT total_value FROM quick_service_for_clients('BUS', '{3}', program_id => 12, date_provided => '2024-02-07',
	units => 1000000, unit_value => 0.0000005)$$, $$SELECT cost_of('2024-02-07')$$, 'the value that is told is the one that is stored');

-- A grant whose identifier is 0 is another than none.
INSERT INTO grant_award (grant_award_id, fund_id) VALUES (0, 1);
UPDATE enrollment SET grant_award_id = CASE enrollment_id WHEN 201 THEN 0 END WHERE household_id = 77;
SELECT results_eq($$SELECT client_id, status FROM quick_service_for_clients('BUS', '{3,2}', program_id => 12,
	date_provided => '2024-02-08')$$, $$VALUES (3::bigint, 'recorded'), (2, 'recorded')$$, 'each is served once');

-- Editing leaves alone what is not edited.
INSERT INTO client_service (client_service_id, client_id, service_id, program_id, enrollment_id, date_provided, units, unit_value)
VALUES (9001, 3, 11, 12, 201, '2024-03-01', 1.2345, 100), (9002, 3, 10, 12, 201, '2024-03-01', 12, 1);
CREATE FUNCTION public.edited(id bigint, changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('SELECT hmis.edit_service(%s, %L)', id, changes || jsonb_build_object('date_updated', s.date_updated)))
	FROM hmis.client_service s WHERE s.client_service_id = id
$$;
SELECT is(edited(9001, '{"comments": "x"}'), 'ok', 'a comment can be edited');
SELECT is((SELECT units FROM client_service WHERE client_service_id = 9001), 1.2345, 'and does not round the units');
SELECT is(edited(9002, '{"comments": "x"}'), 'ok', 'also of a service in another measure');
SELECT matches(edited(9001, '{"unit_value": -1}'), '^22023 ', 'a negative value is refused');
SELECT is(edited(9001, '{"unit_value": 7}'), 'ok', 'another value');
SELECT is((SELECT total_value FROM client_service WHERE client_service_id = 9001), 8.64, 'is for the same units');

-- Nothing that HUD's Services.csv holds changes in a locked period.
INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, '2024-03-01', '2024-03-31', 'Reported');
SELECT is_empty($$SELECT c FROM unnest('{sub_type_provided = 5,referral_outcome = 1,fa_start_date = ''2024-03-01'',fa_end_date = ''2024-03-01'',fa_amount = 1,units = 1}'::text[]) c
	WHERE did('test_worker', format('UPDATE hmis.client_service SET %s WHERE client_service_id = 9001', c)) NOT LIKE 'CT015%'$$,
	'no reported column of a service in a locked period can be changed');
SELECT is(did('test_worker', 'UPDATE hmis.client_service SET comments = ''y'' WHERE client_service_id = 9001'), '1', 'a comment can');
SELECT matches(did('test_worker', 'UPDATE hmis.client_service SET date_provided = ''2024-04-01'' WHERE client_service_id = 9001'),
	'^CT015 ', 'no service leaves a locked period');
SELECT matches(did('test_worker', 'UPDATE hmis.client_service SET date_provided = ''2024-03-01'' WHERE date_provided = ''2024-02-08'''),
	'^CT015 ', 'and none is moved into one');

SELECT is(caught('UPDATE program SET organization_id = 2 WHERE program_id = 12'),
	'CT015 the period was reported and is locked', 'the program cannot take its services out of a locked period');
INSERT INTO locked_period (organization_id, program_id, begin_date, end_date, lock_reason) VALUES (1, 11, '2024-05-01', '2024-05-31', 'Other');
SELECT is(caught('UPDATE program SET organization_id = 2 WHERE program_id = 11'), 'ok', 'one that has none there can go');
UPDATE program SET organization_id = 1 WHERE program_id = 11;

-- A time zone that nobody lives in. The days are told in the one where the attack begins.
UPDATE program SET late_entry_limit_days = 3, late_entry_action = 'block' WHERE program_id = 12;
SELECT current_date - 6 AS late, current_date + 3 AS ahead \gset
SET timezone = 'XXX+120';
SELECT matches(did('test_worker', format('SELECT hmis.record_service(3, ''BUS'', %L, program_id => 12)', :'late')), '^CT016 ',
	'a time zone days behind does not make late entry early');
SET timezone = 'XXX-120';
SELECT matches(did('test_worker', format('SELECT hmis.record_service(3, ''BUS'', %L, program_id => 12)', :'ahead')), '^CT008 ',
	'a time zone days ahead does not make tomorrow today');
SET timezone = 'Pacific/Kiritimati';
SELECT is(did('test_worker', 'SELECT hmis.record_service(3, ''BUS'', current_date, program_id => 12)'), '1', 'today is today at +14');
SET timezone = 'Etc/GMT+12';
SELECT is(did('test_worker', 'SELECT hmis.record_service(3, ''BUS'', current_date - 2, program_id => 12)'), '1', 'and at -12');
RESET timezone;

-- A turn-away names what bars, and what only warns where nothing else does.
INSERT INTO bar (bar_id, client_id, bar_level, begin_date) VALUES (501, 3, 'warn', '2024-01-01'), (502, 3, 'block', '2024-01-01');
INSERT INTO bar_scope (bar_id, covers_all) VALUES (501, true);
INSERT INTO bar_scope (bar_id, organization_id) VALUES (502, 2);
SELECT is(bar_in_force(3, 12, NULL, NULL, '2024-02-01')::int, 501, 'a warning, where there is no bar');
SELECT is(bar_in_force(3, 12, NULL, 201, '2024-02-01'), 502::bigint, 'the bar of the organization of the location is');

-- Warnings about services can be confirmed by the functions that enter them; a bar is not held up by one.
SET clienttrack.refuse_warnings = on;
INSERT INTO bar (bar_id, client_id, begin_date) VALUES (503, 3, '2024-01-01');
SELECT is(caught('INSERT INTO bar_scope (bar_id, covers_all) VALUES (503, true)'), 'ok', 'a bar that comes late is entered with a WARNING');
RESET clienttrack.refuse_warnings;

-- Anybody may make tables that are called like ours, with other types.
SET ROLE test_stranger;
CREATE TEMP TABLE program (program_id bigint PRIMARY KEY, organization_id bigint);
CREATE TEMP TABLE location (location_id bigint PRIMARY KEY);
CREATE TEMP TABLE service (service_id bigint PRIMARY KEY, active boolean, is_direct boolean, is_referral boolean, date_deleted date,
	unit_of_measure bigint, default_units bigint, default_unit_value numeric);
CREATE TEMP TABLE service_offering (service_offering_id bigint PRIMARY KEY, service_id bigint REFERENCES service,
	program_id bigint REFERENCES program, location_id bigint REFERENCES location, organization_id bigint, begin_date date, end_date date,
	date_deleted date, enrollment_rule text, grant_award_id bigint, unit_value numeric);
CREATE TEMP TABLE service_organization (service_organization_id bigint PRIMARY KEY, service_id bigint REFERENCES service,
	organization_id bigint, date_deleted date);
INSERT INTO pg_temp.service VALUES (1, true, true, true, NULL, 123456789, 4242424242, 1);
SELECT is(caught($$SELECT t.* FROM clienttrack.service_terms(pg_my_temp_schema()::regnamespace, '{1}', '{null}', 1, 1, '2024-01-01') t$$),
	'42804 the columns of the schema''s tables do not have clienttrack''s types', 'other types are not taken for ours');
RESET ROLE;

SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
