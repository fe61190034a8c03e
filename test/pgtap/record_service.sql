-- record_service(): every argument and its default, every error, every kind of bad input, and who may.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set ENROLL '''CT001 Enrollment is a Required Field.'''
\set SEVERAL '''CT017 several enrollments fit'''
\set NOTOFFERED '''CT003 service is not offered by the program on that date'''
INSERT INTO grant_award (grant_award_id, fund_id, date_deleted) VALUES (2, 1, NULL), (3, 1, NULL), (4, 1, now());
INSERT INTO provider (provider_id, organization_id, provider_name, date_deleted) VALUES (4, NULL, 'Closed', now()), (301, 3, 'Haven''s', NULL);
INSERT INTO location (location_id, organization_id, location_name, date_deleted) VALUES (4, NULL, 'Closed', now()), (301, 3, 'Haven''s', NULL);
INSERT INTO hmis_user (user_id, user_first_name, date_deleted) VALUES (4, 'Left', now());
INSERT INTO service (service_id, service_code, service_name, unit_of_measure, default_units, default_unit_value) VALUES
	(3, 'COUNSEL', 'Counselling', 'hours', 0.5, 60), (4, 'RENT', 'Rent', 'dollars', 25, 0), (5, 'PHONE', 'Phone call', 'minutes', 10, 0.25), (6, 'GIFT', 'Gift card', 'dollars', 5, 1);
INSERT INTO service (service_id, service_code, service_name, is_direct, is_indirect, is_referral, active, date_deleted) VALUES
	(7, 'SEMINAR', 'Seminar', false, true, false, true, NULL), (8, 'REFER', 'Referral', false, false, true, true, NULL), (9, 'OLD', 'No longer given', true, false, false, false, NULL),
	(10, 'GONE', 'Deleted', true, false, false, true, now());
INSERT INTO service_reason (service_reason_id, service_reason_name, active, date_deleted) VALUES (2, 'Old reason', false, NULL), (3, 'Deleted reason', true, now());
INSERT INTO barrier (barrier_id, barrier_code, barrier_name) VALUES (101, 'PAPERS', 'No papers');
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, security_organization_id) VALUES (1, 1, 101, 1), (2, 2, 101, 1), (7, 7, 101, 2), (8, 1, 101, 1);
INSERT INTO goal (goal_id, client_id, goal_description, security_organization_id) VALUES (1, 1, 'A home', 1), (2, 2, 'A home', 1), (7, 7, 'A home', 2), (8, 1, 'Given up', 1), (9, 1, 'Northside''s', 2);
INSERT INTO action_plan (action_plan_id, client_id, plan_name, security_organization_id) VALUES (1, 1, 'Plan', 1), (2, 2, 'Plan', 1), (7, 7, 'Plan', 2);
INSERT INTO action_step (action_step_id, action_plan_id, client_id, action, security_organization_id) VALUES (1, 1, 1, 'Call', 1), (2, 2, 2, 'Call', 1), (7, 7, 7, 'Call', 2), (8, 1, 1, 'Call', 1);
INSERT INTO referral (referral_id, client_id, service_id, to_provider_id, security_organization_id) VALUES (1, 1, 8, 1, 1), (2, 2, 8, 1, 1), (7, 7, 8, 1, 2), (8, 1, 8, 1, 1);
UPDATE goal SET date_deleted = now() WHERE goal_id = 8;
UPDATE action_step SET date_deleted = now() WHERE action_step_id = 8;
UPDATE referral SET date_deleted = now() WHERE referral_id = 8;
UPDATE client_barrier SET date_deleted = now() WHERE client_barrier_id = 8;
INSERT INTO client (client_id, first_name, date_deleted) VALUES (20, 'Zebulonissimo20', now());

CREATE FUNCTION pg_temp.record(arguments text) RETURNS text LANGUAGE sql AS $$
-- How record_service() with these arguments ends.
SELECT public.caught(format('SELECT hmis.record_service(%s)', arguments)) $$;
CREATE FUNCTION pg_temp.recorded(arguments text, columns text) RETURNS text LANGUAGE plpgsql AS $$
-- Columns of the service that record_service() with these arguments records, or SQLSTATE and message.
DECLARE
	new_id bigint;
	answer text;
	outcome text := pg_temp.record(arguments);
BEGIN
	IF outcome <> 'ok' THEN
		RETURN outcome;
	END IF;
	SELECT max(client_service_id) INTO new_id FROM hmis.client_service;
	EXECUTE format('SELECT concat_ws('' '', %s) FROM hmis.client_service WHERE client_service_id = %s', columns, new_id) INTO answer;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.taken_back(arguments text, columns text DEFAULT '''ok''') RETURNS text LANGUAGE plpgsql AS $$
-- What recorded() returns, with everything taken back.
DECLARE
	answer text;
BEGIN
	answer := pg_temp.recorded(arguments, columns);
	RAISE SQLSTATE 'XYZ00';
EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
	RETURN answer;
END $$;

-- Defaults.
SELECT record_service(1, 'MEAL') AS id \gset
SELECT results_eq(format($$SELECT client_id, service_id, program_id, enrollment_id, date_provided, units, unit_value, total_value, unit_of_measure FROM client_service WHERE client_service_id = %s$$, :id),
	$$VALUES (1::bigint, 1::bigint, 11::bigint, 1::bigint, current_date, 1::numeric(14,4), 3.5::numeric(20,10), 3.5::numeric(24,2), 'count')$$, 'client and service are enough');
SELECT is((SELECT num_nulls(location_id, service_batch_run_id, provided_by_user_id, grant_award_id, provider_id, service_reason_id, goal_id, action_step_id, referral_id, client_barrier_id, comments,
	entered_by_user_id, fa_amount, fa_start_date, fa_end_date, date_deleted, delete_reason) FROM client_service WHERE client_service_id = :id), 17, 'what is not given stays empty');
SELECT is(pg_temp.recorded('1, ''2''', 'service_id, units, unit_value'), '2 1.0000 0.0000000000', 'a service by id');
SELECT is(pg_temp.recorded('client_id => 1, service => ''MEAL'', date_provided => ''2024-01-01''', 'date_provided'), '2024-01-01', 'back-dated');
SELECT is(pg_temp.recorded($$1, 'MEAL', '2024-01-10', 2, 1.25, 11, 1, 1, 1, 101, 'Cold night', 1, 1, 1, 1, 'hot', 'count', 1, 12.50, '2024-01-01', '2024-01-31', true$$,
	$$units, unit_value, total_value, program_id, enrollment_id, grant_award_id, provider_id, location_id, service_reason_id, goal_id, action_step_id, referral_id, client_barrier_id, comments,
	unit_of_measure, provided_by_user_id, fa_amount, fa_start_date, fa_end_date$$),
	'2.0000 1.2500000000 2.50 11 1 1 1 101 1 1 1 1 1 hot count 1 12.50 2024-01-01 2024-01-31', 'every argument in its place');
SELECT is(pg_temp.recorded('1, ''MEAL'', NULL', '1'), '22004 client_id and date_provided must not be null', 'no day');
SELECT is(pg_temp.record(v), '22004 client_id and service must not be null', 'null: ' || v) FROM unnest(ARRAY['NULL, ''MEAL''', '1, NULL', 'NULL, NULL']) v;
SELECT is(pg_temp.record($$1, 'MEAL', units => NULL, unit_value => NULL, program_id => NULL, enrollment_id => NULL, grant_id => NULL, provider_id => NULL, location_id => NULL, reason => NULL,
	goal_id => NULL, action_step_id => NULL, referral_id => NULL, client_barrier_id => NULL, comments => NULL, unit_of_measure => NULL, provided_by_user_id => NULL, fa_amount => NULL,
	fa_start_date => NULL, fa_end_date => NULL, confirm_warnings => NULL$$), 'ok', 'all others may be null');

-- The enrollment and the program.
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-01-31''', 'enrollment_id'), '2', 'the exit day counts');
SELECT is(pg_temp.record('2, ''MEAL'', ''2024-02-01'''), :ENROLL, 'the day after does not');
SELECT is(last_detail(), 'No active enrollment of client 2 on 2024-02-01.', 'DETAIL says what was looked for');
SELECT is(pg_temp.record('2, ''MEAL'', ''2023-12-31'''), :ENROLL, 'nor the day before the entry');
SELECT is(pg_temp.record('3, ''MEAL'''), :ENROLL, 'enrolled nowhere');
SELECT is(pg_temp.record('3, ''MEAL'', program_id => 11'), :ENROLL, 'nor in the program given');
SELECT is(pg_temp.record('4, ''MEAL'', program_id => 11'), :ENROLL, 'enrolled in another');
SELECT is(pg_temp.taken_back('4, ''MEAL''', 'program_id, enrollment_id'), '12 4', 'the program of the enrollment');
SELECT is(pg_temp.taken_back('4, ''MEAL'', program_id => 12', 'program_id, enrollment_id'), '12 4', 'the program given');
SELECT is(pg_temp.taken_back('4, ''MEAL'', enrollment_id => 4', 'program_id, enrollment_id'), '12 4', 'the enrollment given');
SELECT is(pg_temp.record('4, ''MEAL'', program_id => 11, enrollment_id => 4'), '22023 enrollment 4 is not in program 11', 'an enrollment in another program');
SELECT is(pg_temp.record(format('1, ''MEAL'', enrollment_id => %s', v)), format('CT009 enrollment %s does not exist', v), 'no enrollment of the client: ' || v) FROM unnest(ARRAY[2, 999, 0, -1, 9223372036854775807]) v;
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, exit_date, grant_award_id) VALUES (22, 2, 11, '2024-01-31', '2024-03-01', 2), (23, 2, 11, '2024-02-15', NULL, NULL);
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-01-31''', 'enrollment_id'), '22', 'where the exit day is the entry day of the next, the next');
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-01-31'', enrollment_id => 2', 'enrollment_id'), '2', 'unless the first is given');
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-02-14''', 'enrollment_id'), '22', 'one fits');
SELECT is(pg_temp.record('2, ''MEAL'', ''2024-02-20'''), :SEVERAL, 'two that overlap in one program');
SELECT is(last_detail(), 'Client 2 has enrollment 22 (program 11, entry 2024-01-31), enrollment 23 (program 11, entry 2024-02-15).', 'DETAIL lists them');
SELECT matches(last_hint(), 'enrollment_id', 'HINT says what to do');
SELECT is(pg_temp.record('2, ''MEAL'', ''2024-02-20'', program_id => 11'), :SEVERAL, 'so with the program given');
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-02-20'', enrollment_id => 22', 'enrollment_id'), '22', 'either can be given');
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-03-02''', 'enrollment_id'), '23', 'afterwards one is left');
UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 23;
SELECT is(pg_temp.taken_back('2, ''MEAL'', ''2024-02-20''', 'enrollment_id'), '22', 'a deleted one is no choice');
SELECT is(pg_temp.record('2, ''MEAL'', ''2024-02-20'', enrollment_id => 23'), 'CT009 enrollment 23 does not exist', 'and cannot be given');
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (61, 6, 12, '2024-02-01');
SELECT is(pg_temp.taken_back('6, ''MEAL'', ''2024-01-31''', 'program_id'), '11', 'in one program');
SELECT is(pg_temp.record('6, ''MEAL'', ''2024-02-01'''), :SEVERAL, 'in two programs');
SELECT is(last_detail(), 'Client 6 has enrollment 6 (program 11, entry 2024-01-01), enrollment 61 (program 12, entry 2024-02-01).', 'DETAIL lists them all');
SELECT is(pg_temp.taken_back('6, ''MEAL'', ''2024-02-01'', program_id => 12', 'program_id, enrollment_id'), '12 61', 'the program chooses');
SELECT is(pg_temp.taken_back('6, ''MEAL'', ''2024-02-01'', enrollment_id => 6', 'program_id, enrollment_id'), '11 6', 'or the enrollment');
INSERT INTO service_offering (service_id, program_id, enrollment_rule) VALUES (2, 12, 'required');
SELECT is(pg_temp.taken_back('6, ''SHOWER'', ''2024-02-01''', 'program_id, enrollment_id'), '12 61', 'one of two programs offers it');
SELECT is(pg_temp.record('1, ''SHOWER'''), 'CT003 service is not offered by the program on that date', 'enrolled where it is not offered');
SELECT is(pg_temp.record('1, ''SHOWER'', program_id => 11'), :NOTOFFERED, 'and with the program given');
UPDATE service_offering SET enrollment_rule = 'none' WHERE service_id = 2;
SELECT is(pg_temp.record('3, ''SHOWER'''), :ENROLL, 'without enrollment the program has to be given');
SELECT matches(last_hint(), 'program_id', 'HINT says so');
SELECT is(pg_temp.taken_back('3, ''SHOWER'', program_id => 12', 'program_id, enrollment_id IS NULL'), '12 t', 'where none is needed');
SELECT is(pg_temp.taken_back('4, ''SHOWER'', program_id => 12', 'program_id, enrollment_id'), '12 4', 'who has one gets it nevertheless');
INSERT INTO service_offering (service_id, program_id, location_id, begin_date, end_date) VALUES (5, 11, 101, '2024-01-05', '2024-01-10');
SELECT is(pg_temp.taken_back('1, ''PHONE'', ''2024-01-05'', location_id => 101'), 'ok', 'offered at the location');
SELECT is(pg_temp.record('1, ''PHONE'', ''2024-01-05'''), 'CT003 service is not offered by the program on that date', 'not elsewhere');
SELECT is(pg_temp.record('1, ''PHONE'', ''2024-01-11'', location_id => 101'), 'CT003 service is not offered by the program on that date', 'nor later');
DELETE FROM service_offering;

-- Grants: the one given, else the enrollment's, else the offering's.
UPDATE enrollment SET grant_award_id = 1 WHERE enrollment_id = 1;
INSERT INTO service_offering (service_id, grant_award_id, unit_value) VALUES (1, 3, 7), (1, NULL, 6);
SELECT is(pg_temp.taken_back('1, ''MEAL'', grant_id => 2', 'grant_award_id, unit_value'), '2 6.0000000000', 'the grant given');
SELECT is(pg_temp.taken_back('1, ''MEAL''', 'grant_award_id, unit_value'), '1 6.0000000000', 'the enrollment''s');
SELECT is(pg_temp.taken_back('1, ''MEAL'', enrollment_id => 1', 'grant_award_id, unit_value'), '1 6.0000000000', 'so when that is given');
SELECT is(pg_temp.taken_back('5, ''MEAL''', 'grant_award_id, unit_value'), '3 7.0000000000', 'the offering''s, and what a unit costs it');
SELECT is(pg_temp.taken_back('1, ''MEAL'', grant_id => 3', 'grant_award_id, unit_value'), '3 7.0000000000', 'or costs whoever is charged to it');
DELETE FROM service_offering;

-- What a unit costs: at the location, in the program, in the organization, for the grant, on the day; else the service's.
INSERT INTO service_offering (service_id, organization_id, program_id, location_id, grant_award_id, begin_date, end_date, unit_value) VALUES
	(1, NULL, NULL, NULL, NULL, NULL, '2024-05-31', 1), (1, 1, NULL, NULL, NULL, NULL, '2024-05-31', 2), (1, NULL, 11, NULL, NULL, NULL, '2024-05-31', 3),
	(1, NULL, NULL, 102, NULL, NULL, '2024-05-31', 4), (1, NULL, 11, NULL, 3, NULL, '2024-05-31', 5), (1, NULL, NULL, NULL, NULL, '2024-06-01', '2024-06-30', 6), (1, NULL, NULL, NULL, NULL, '2024-07-01', NULL, NULL);
SELECT is(pg_temp.taken_back('8, ''MEAL'', ''2024-01-10'', enrollment_id => 8', 'unit_value'), '1.0000000000', 'anywhere');
SELECT is(pg_temp.taken_back('4, ''MEAL'', ''2024-01-10''', 'unit_value'), '2.0000000000', 'in the organization');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-01-10'', grant_id => 2', 'unit_value'), '3.0000000000', 'in the program');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-01-10'', grant_id => 2, location_id => 102', 'unit_value'), '4.0000000000', 'at the location');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-01-10'', grant_id => 3', 'unit_value'), '5.0000000000', 'for the grant');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-06-01''', 'unit_value'), '6.0000000000', 'on the day');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-07-01''', 'unit_value'), '3.5000000000', 'the service''s');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-01-10'', unit_value => 9.99', 'unit_value'), '9.9900000000', 'the one given counts before all');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-01-10'', unit_value => 0', 'unit_value, total_value'), '0.0000000000 0.00', 'also when it is nothing');
DELETE FROM service_offering;

-- Units and their measure.
\set AMOUNTS '''units, unit_of_measure, unit_value, total_value'''
SELECT is(pg_temp.taken_back(a, :AMOUNTS), b, 'amounts: ' || a) FROM (VALUES
	('1, ''COUNSEL''', '0.5000 hours 60.0000000000 30.00'), ('1, ''COUNSEL'', units => 1.25', '1.2500 hours 60.0000000000 75.00'),
	('1, ''COUNSEL'', units => 50, unit_of_measure => ''minutes''', '0.8333 hours 60.0000000000 50.00'), ('1, ''COUNSEL'', units => 90, unit_of_measure => ''minutes''', '1.5000 hours 60.0000000000 90.00'),
	('1, ''COUNSEL'', units => 2, unit_of_measure => ''hours''', '2.0000 hours 60.0000000000 120.00'), ('1, ''COUNSEL'', units => 0.0001', '0.0001 hours 60.0000000000 0.01'),
	('1, ''COUNSEL'', unit_of_measure => ''minutes''', '0.5000 hours 60.0000000000 30.00'),
	('1, ''PHONE'', units => 1.5, unit_of_measure => ''hours''', '90.0000 minutes 0.2500000000 22.50'), ('1, ''PHONE'', units => 1.005', '1.0100 minutes 0.2500000000 0.25'),
	('1, ''RENT''', '25.0000 dollars 1.0000000000 25.00'), ('1, ''RENT'', units => 900.10', '900.1000 dollars 1.0000000000 900.10'), ('1, ''RENT'', units => 0.005', '0.0100 dollars 1.0000000000 0.01'),
	('1, ''RENT'', units => 33.333333', '33.3300 dollars 1.0000000000 33.33'), ('1, ''RENT'', units => 10, unit_value => 0', '10.0000 dollars 0.0000000000 0.00'),
	('1, ''GIFT''', '5.0000 dollars 1.0000000000 5.00'), ('1, ''GIFT'', units => 9999999999.99', '9999999999.9900 dollars 1.0000000000 9999999999.99'),
	('1, ''MEAL'', units => 0.25', '0.2500 count 3.5000000000 0.88'), ('1, ''MEAL'', units => 3, unit_of_measure => ''count''', '3.0000 count 3.5000000000 10.50'),
	('1, ''MEAL'', unit_value => 0.000001', '1.0000 count 0.0000010000 0.00'), ('1, ''MEAL'', units => 9999999999.99, unit_value => 9999999999.99', '9999999999.9900 count 9999999999.9900000000 99999999999800000000.00')) v (a, b);
INSERT INTO service_offering (service_id, unit_value) VALUES (4, 0);
SELECT is(pg_temp.taken_back('1, ''RENT'', units => 3', :AMOUNTS), '3.0000 dollars 1.0000000000 3.00', 'a dollar is a dollar whatever an offering leaves out');
DELETE FROM service_offering;
SELECT is(pg_temp.record(format('1, %L, units => %s, unit_of_measure => %L', s, 2, m)), format('22023 %s cannot be converted to %s', m, u), format('%s in %s', s, m))
FROM (VALUES ('COUNSEL', 'dollars', 'hours'), ('COUNSEL', 'count', 'hours'), ('RENT', 'minutes', 'dollars'), ('MEAL', 'hours', 'count')) v (s, m, u);
SELECT is(pg_temp.record(format('1, ''COUNSEL'', units => %s, unit_of_measure => %L', u, m)), format('CT009 there is no unit of measure "%s"', left(m, 60)), 'no such measure: ' || left(m, 20) || ' of ' || u)
FROM unnest(ARRAY['', 'Hours', 'parsecs', repeat('x', 100000)]) m, unnest(ARRAY['1', 'NULL']) u;
SELECT is(pg_temp.record('1, ''COUNSEL'', unit_of_measure => ''dollars'''), '22023 dollars cannot be converted to hours', 'a measure of another kind without units');
INSERT INTO unit_of_measure (unit_of_measure, unit_of_measure_name, kind, base_units, decimals, date_deleted) VALUES ('boxes', 'Boxes', 'count', 12, 0, NULL), ('days', 'Days', 'duration', 1440, 2, now());
SELECT is(pg_temp.record('1, ''MEAL'', units => 1, unit_of_measure => ''boxes'''), '22023 boxes cannot be converted to count', 'counts are not converted');
SELECT is(pg_temp.record('1, ''COUNSEL'', units => 1, unit_of_measure => ''days'''), 'CT009 there is no unit of measure "days"', 'nor a measure that is deleted');

-- Amounts that are none.
SELECT matches(pg_temp.record(format('1, %L, units => %s', s, v)), '^22023 units must be ', format('%s units of %s', v, s))
FROM unnest(ARRAY['0', '-1', '-0.001', '1e-400', '''NaN''', '''Infinity''', '''-Infinity''', '1e10', '1e400', '9999999999.999', '9999999999.995']) v, unnest(ARRAY['MEAL', 'RENT', 'COUNSEL']) s;
SELECT matches(pg_temp.record(format('1, ''MEAL'', units => %s', v)), '^22023 units must be more than 0, not ', 'units that round to nothing: ' || v) FROM unnest(ARRAY['0.001', '0.0049999']) v;
SELECT is(pg_temp.record('1, ''COUNSEL'', units => 0.001, unit_of_measure => ''minutes'''), '22023 units must be more than 0, not 0.001', 'also after conversion');
SELECT matches(pg_temp.record('1, ''PHONE'', units => 9999999999, unit_of_measure => ''hours'''), '^22023 units must be ', 'or are too many after it');
SELECT matches(pg_temp.record(format('1, ''MEAL'', unit_value => %s', v)), '^22023 unit_value must be at least 0 and below 10000000000, not ', 'unit value ' || v)
FROM unnest(ARRAY['-0.001', '-1e-30', '''NaN''', '''Infinity''', '''-Infinity''', '1e10', '1e400', '9999999999.9999999']) v;
SELECT matches(pg_temp.record(format('1, ''MEAL'', fa_amount => %s', v)), '^22023 fa_amount must be at least 0 and below 10000000000, not ', 'assistance ' || v)
FROM unnest(ARRAY['-0.001', '''NaN''', '''Infinity''', '''-Infinity''', '1e10', '1e400', '9999999999.999']) v;
SELECT cmp_ok((SELECT max(length(message)) FROM raised), '<', 200, 'no message repeats a long number');
SELECT matches(pg_temp.record('1, ''MEAL'', fa_start_date => ''2024-02-02'', fa_end_date => ''2024-02-01'''), '^23514 .*fa_end_not_before_start', 'assistance ends before it begins');
SELECT matches(pg_temp.record(format('1, ''MEAL'', fa_%s_date => %L', w, v)), '^23514 ', format('assistance with a %s of %s', w, v)) FROM unnest(ARRAY['start', 'end']) w, unnest(ARRAY['infinity', '-infinity']) v;

-- Days that are none.
SELECT is(pg_temp.record(format('%s, ''MEAL'', %L%s', c, v, m)), '22008 date_provided must be finite', format('client %s on %s %s', c, v, m))
FROM unnest(ARRAY['infinity', '-infinity']) v, (VALUES (1, ''), (1, ', program_id => 11'), (1, ', enrollment_id => 1'), (2, '')) x (c, m);
SELECT is(pg_temp.record(format('1, ''MEAL'', %L', v)), 'CT008 date provided is in the future', v::text) FROM unnest(ARRAY[current_date + 1, '5874897-12-31']) v;
SELECT is(pg_temp.record(format('1, ''MEAL'', %L', v)), :ENROLL, v) FROM unnest(ARRAY['0001-01-01', '0044-03-15 BC', '4713-01-01 BC']) v;
SELECT is(pg_temp.record('1, ''MEAL'', ''2024-02-30'''), '22008 date/time field value out of range: "2024-02-30"', 'the 30th of February');
INSERT INTO service_offering (service_id, enrollment_rule) VALUES (2, 'optional');
SELECT is(pg_temp.record('3, ''SHOWER'', ''1923-04-04'', program_id => 11'), 'CT008 date provided is before the client''s birth, or the client is deleted', 'the day before birth');
DELETE FROM raised WHERE statement LIKE '%1923%'; -- it was given, not told
DELETE FROM service_offering;

-- What does not exist.
SELECT is(pg_temp.record(format('%s, ''MEAL''', v)), 'CT009 client not found', 'client ' || v) FROM unnest(ARRAY['999', '0', '-1', '9223372036854775807', '-9223372036854775808', '20']) v;
SELECT is(last_detail(), 'Client 20.', 'DETAIL names the client by id');
SELECT is(pg_temp.record(format('1, %L', v)), format('CT009 service "%s" does not exist', left(v, 60)), 'service ' || left(v, 30))
FROM unnest(ARRAY['', 'meal', ' MEAL', '0', '-1', '999', 'GONE', '10', '99999999999999999999', ''' OR true --', E'\x01', repeat('x', 1000000)]) v;
SELECT is(pg_temp.record('1, ''OLD'''), 'CT003 service is not offered by the program on that date', 'an inactive service is offered nowhere');
SELECT is(pg_temp.record('1, ''OLD'', program_id => 11'), :NOTOFFERED, 'nor in the program given');
SELECT is(pg_temp.record('1, ''SEMINAR'', program_id => 11'), :NOTOFFERED, 'an indirect service is not given to clients');
SELECT is(pg_temp.taken_back('1, ''REFER''', 'service_id'), '8', 'a referral is');
SELECT is(pg_temp.record(format('1, ''MEAL'', reason => %L', v)), format('CT009 there is no active service reason "%s"', left(v, 60)), 'reason ' || left(v, 20))
FROM unnest(ARRAY['', 'cold night', 'Old reason', 'Deleted reason', '1', repeat('x', 1000000)]) v;
SELECT is(pg_temp.record(format('1, ''MEAL'', %s => %s', n, v)), format('CT009 %s %s is not one of client 1', w, v), format('%s %s', w, v))
FROM (VALUES ('goal_id', 'goal'), ('action_step_id', 'action step'), ('referral_id', 'referral'), ('client_barrier_id', 'need or barrier')) x (n, w),
	unnest(ARRAY['2', '7', '8', '999', '0', '-1', '9223372036854775807']) v;
SELECT is(pg_temp.record(format('1, ''MEAL'', %s => %s', n, v)), format('CT009 %s %s does not exist', w, v), format('%s %s', n, v))
FROM (VALUES ('grant_id', 'grant'), ('provider_id', 'provider'), ('location_id', 'location'), ('provided_by_user_id', 'user')) x (n, w), unnest(ARRAY['4', '999', '0', '-1', '9223372036854775807']) v;
SELECT is(pg_temp.record('1, ''MEAL'', program_id => 999'), :ENROLL, 'no such program: nobody is enrolled in it');
SELECT is(pg_temp.taken_back('1, ''MEAL'', comments => repeat(''x'', 2000000)', 'length(comments)'), '2000000', 'two million characters of comments');
SELECT is(pg_temp.taken_back('1, ''MEAL'', comments => ''''', 'comments = '''''), 't', 'empty comments');

-- The guard's rules.
SELECT bar_client(5, '2024-05-01', '2024-06-01', covers_all => true, notes => 'guardednote') AS bar \gset
SELECT is(pg_temp.record('5, ''MEAL'', ''2024-05-01'''), 'CT002 client is barred', 'barred');
SELECT is(last_detail(), 'Barred: client 5 on 2024-05-01.', 'DETAIL names client and day');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-06-01'''), 'ok', 'not any more');
UPDATE bar SET bar_level = 'warn' WHERE bar_id = :bar;
SELECT is(pg_temp.record('5, ''MEAL'', ''2024-05-01'''), 'CT014 there are warnings to confirm', 'a warning');
SELECT is(last_detail(), 'there is a warning about the client. Recorded: client 5 on 2024-05-01.', 'DETAIL says which');
SELECT matches(last_hint(), 'confirm_warnings => true', 'HINT says how to confirm it');
SELECT is(pg_temp.taken_back('5, ''MEAL'', ''2024-05-01'', confirm_warnings => true'), 'ok', 'confirmed');
SELECT is(pg_temp.record('5, ''MEAL'', ''2024-05-01'', confirm_warnings => NULL'), 'CT014 there are warnings to confirm', 'null confirms nothing');
UPDATE service SET duplicate_rule = 'once_per_day' WHERE service_id = 2;
SELECT is(pg_temp.record('1, ''SHOWER'', ''2024-01-10'''), 'ok', 'once a day');
SELECT is(pg_temp.record('1, ''SHOWER'', ''2024-01-10'''), 'CT005 service is already recorded', 'not twice');
SELECT is(pg_temp.record('1, ''SHOWER'', ''2024-01-10'', confirm_warnings => true'), 'CT005 service is already recorded', 'no warning to confirm');
UPDATE service SET duplicate_rule = 'warn' WHERE service_id = 2;
SELECT is(pg_temp.record('1, ''SHOWER'', ''2024-01-10'''), 'CT014 there are warnings to confirm', 'a duplicate to confirm');
SELECT is(pg_temp.record('1, ''SHOWER'', ''2024-01-10'', confirm_warnings => true'), 'ok', 'is confirmed');
UPDATE program SET late_entry_limit_days = 30, late_entry_action = 'block' WHERE program_id = 11;
SELECT is(pg_temp.record(format('1, ''MEAL'', %L', current_date - 31)), 'CT016 service is entered later than the program allows', 'too late');
UPDATE program SET late_entry_action = 'warn' WHERE program_id = 11;
SELECT is(pg_temp.record(format('1, ''MEAL'', %L', current_date - 31)), 'CT014 there are warnings to confirm', 'late');
UPDATE program SET late_entry_limit_days = NULL WHERE program_id = 11;
INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, '2024-04-01', '2024-04-30', 'Reported');
SELECT is(pg_temp.record('1, ''MEAL'', ''2024-04-30'''), 'CT015 the period was reported and is locked', 'locked');

-- Workers, each for the programs of the own organization. Who is told what.
CREATE FUNCTION pg_temp.by(who text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
-- What tried() returns; an error stays in the table raised.
DECLARE
	outcome text := public.tried(who, format('SELECT hmis.record_service(%s)', arguments));
BEGIN
	RETURN CASE WHEN outcome ~ '^[0-9]+$' THEN outcome ELSE public.did(who, format('SELECT hmis.record_service(%s)', arguments)) END;
END $$;
SELECT is(pg_temp.by('test_worker', '1, ''MEAL'''), '1', 'a worker');
SELECT is(asked('test_worker', 'SELECT provided_by_user_id FROM client_service WHERE client_service_id = record_service(1, ''MEAL'')'), '', 'a statement does not see what it writes');
SELECT is(asked('test_worker', 'SELECT record_service(1, ''MEAL'') > 0'), 'true', 'a worker records');
SELECT results_eq('SELECT provided_by_user_id, entered_by_user_id, user_id FROM client_service ORDER BY client_service_id DESC LIMIT 1', 'VALUES (12::bigint, 12::bigint, 12::bigint)', 'who gave and who entered it is the user of the session');
SELECT is(asked('test_worker', 'SELECT record_service(1, ''MEAL'', provided_by_user_id => 1) > 0'), 'true', 'what a colleague gave');
SELECT results_eq('SELECT provided_by_user_id, entered_by_user_id FROM client_service ORDER BY client_service_id DESC LIMIT 1', 'VALUES (1::bigint, 12::bigint)', 'is entered by the worker');
SELECT is(pg_temp.by('test_reader', '1, ''MEAL'''), '42501 permission denied for function record_service', 'a reader does not');
SELECT matches(pg_temp.by('test_stranger', '1, ''MEAL'''), '^42501 permission denied for ', 'nor a stranger');
SELECT is(pg_temp.by('test_worker', '1, ''MEAL'', program_id => 12'), :ENROLL, 'another program of the organization');
SELECT is(pg_temp.by('test_worker', format('%s, ''MEAL'', program_id => %s', c, p)), format('42501 program %s is not one of your organizations''', p), format('client %s, program %s', c, p))
FROM unnest(ARRAY[1, 8]) c, unnest(ARRAY[21, 31, 999, 0, -1]) p;
SELECT is(pg_temp.by('test_worker', '8, ''MEAL'''), '1', 'of a client of both: the own program');
SELECT is(pg_temp.by('test_both', '8, ''MEAL'''), :SEVERAL, 'who works for both has to choose');
SELECT is(pg_temp.by(w, '8, ''MEAL'', enrollment_id => ' || e), o, format('%s, enrollment %s', w, e)) FROM (VALUES ('test_worker', 81, '1'), ('test_north', 8, '1'), ('test_both', 8, '1'), ('test_both', 81, '1'),
	('test_worker', 8, 'CT009 enrollment 8 does not exist'), ('test_north', 81, 'CT009 enrollment 81 does not exist')) v (w, e, o);
SELECT is(pg_temp.by('test_worker', format('%s, ''MEAL''%s', c, m)), 'CT009 client not found', format('client %s %s', c, m))
FROM unnest(ARRAY[7, 9, 999]) c, unnest(ARRAY['', ', program_id => 11', ', program_id => 21', ', program_id => 31', ', enrollment_id => 7', ', enrollment_id => 9', ', enrollment_id => 999']) m;
SELECT is((SELECT count(DISTINCT replace(r.detail, c.id, '#') || coalesce(r.hint, '')) FROM raised r, LATERAL (SELECT (regexp_match(r.statement, '\((\d+)'))[1] AS id) c
	WHERE r.message = 'client not found' AND c.id IN ('7', '9', '999'))::int, 1, 'whoever is out of sight and nobody are told of in the same words');
SELECT is(pg_temp.by('test_admin', '9, ''MEAL'''), 'CT009 client not found', 'the victim service provider''s client to an administrator');
SELECT is(pg_temp.by('test_haven', '9, ''MEAL'''), '1', 'and to the provider''s own');
SELECT is(pg_temp.by('test_worker', format('1, ''MEAL'', enrollment_id => %s', e)), format('CT009 enrollment %s does not exist', e), 'enrollment out of sight, or none: ' || e) FROM unnest(ARRAY[7, 8, 9, 999]) e;
SELECT is((SELECT count(DISTINCT replace(concat(r.message, r.detail, r.hint), e.id, '#')) FROM raised r, LATERAL (SELECT (regexp_match(r.statement, '\(1, .*enrollment_id => (\d+)'))[1] AS id) e
	WHERE r.message ~ '^enrollment' AND e.id IN ('7', '9', '999'))::int, 1, 'in the same words');
SELECT is(pg_temp.by('test_worker', format('1, ''MEAL'', %s => %s', n, v)), format('CT009 %s %s is not one of client 1', w, v), format('%s out of sight, or none: %s', w, v))
FROM (VALUES ('goal_id', 'goal'), ('action_step_id', 'action step'), ('referral_id', 'referral'), ('client_barrier_id', 'need or barrier')) x (n, w), unnest(ARRAY['7', '9', '999']) v;
SELECT is(pg_temp.by('test_worker', '1, ''MEAL'', goal_id => 1, action_step_id => 1, referral_id => 1, client_barrier_id => 1'), '1', 'those in sight');
SELECT is(pg_temp.by('test_worker', format('1, ''MEAL'', %s => %s', n, v)), format('CT009 %s %s does not exist', w, v), format('%s of a victim service provider, or none: %s', w, v))
FROM (VALUES ('provider_id', 'provider', '301'), ('provider_id', 'provider', '999'), ('location_id', 'location', '301'), ('location_id', 'location', '999'), ('provided_by_user_id', 'user', '15'), ('provided_by_user_id', 'user', '999')) x (n, w, v);
SELECT is(pg_temp.by('test_haven', '9, ''MEAL'', provider_id => 301, location_id => 301, provided_by_user_id => 15'), '1', 'the provider''s own people name them');
-- A client released to Harbor is seen there, and served under an enrollment of Harbor's own only.
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, shares, end_date) VALUES (7, 2, 1, '{enrollments,services}', current_date + 10);
SELECT is(pg_temp.by('test_worker', '7, ''MEAL'''), :ENROLL, 'a client released');
SELECT is(pg_temp.by('test_worker', '7, ''MEAL'', enrollment_id => 7'), '42501 program 21 is not one of your organizations''', 'is not served for the other organization');
SELECT is((SELECT count(*) FROM client_service WHERE client_id IN (7, 9))::int, 0, 'nothing of all that is left');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
