-- The guard on client_service: every rule, for every kind of statement.
BEGIN;
SELECT no_plan();
\ir seed.psql
\set ENROLL '''CT001 Enrollment is a Required Field.'''
\set BARRED '''CT002 client is barred'''
\set NOTOFFERED '''CT003 service is not offered by the program on that date'''
\set DUPLICATE '''CT005 service is already recorded'''
\set DATES '''^CT008 date provided is (in the future|before the client''''s birth, or the client is deleted)$'''
\set NOREF '''23503 service refers to a record that does not exist'''

-- Enrollment required.
SELECT is(serve(1, '2024-01-10', 1), 'ok', 'an active enrollment is enough');
SELECT is(serve(1, '2024-01-10', NULL), :ENROLL, 'no enrollment');
SELECT is(last_detail(), 'No active enrollment in the program: client 1 on 2024-01-10.', 'DETAIL names the client by id and the day');
SELECT matches(last_hint(), '^Enroll the client in the program', 'HINT says what to do');
SELECT results_eq($$SELECT state, schema_name, table_name, constraint_name FROM raised ORDER BY raised_id DESC LIMIT 1$$,
	$$VALUES ('CT001', 'hmis', 'client_service', 'enrollment_required')$$, 'the error names table and rule for programs');
SELECT is(serve(2, '2024-01-01', 2), 'ok', 'the entry day counts');
SELECT is(serve(2, '2023-12-31', 2), :ENROLL, 'the day before does not');
SELECT is(serve(2, '2024-01-31', 2), 'ok', 'the exit day counts');
SELECT is(serve(2, '2024-02-01', 2), :ENROLL, 'the day after does not');
SELECT is(serve(1, '2024-01-10', 2), :ENROLL, 'somebody else''s enrollment');
SELECT is(serve(4, '2024-01-10', 4), :ENROLL, 'an enrollment in another program');
SELECT is(serve(4, '2024-01-10', 4, p => 12), 'ok', 'the right program');
SELECT alike(serve(1, '2024-01-10', 999), '23503 insert or update on table "client_service" violates foreign key%', 'an enrollment that does not exist');
SELECT alike(serve(999, '2024-01-10', 1), '23503 insert or update on table "client_service" violates foreign key%', 'a client who does not exist');
SELECT alike(serve(9223372036854775807, '2024-01-10'), '23503 %', 'the largest client id');
SELECT alike(serve(0, '2024-01-10'), '23503 %', 'client 0');
SELECT alike(serve(NULL, '2024-01-10', 1), '23502 null value in column "client_id"%', 'client null');
SELECT alike(serve(1, NULL, 1), '23502 null value in column "date_provided"%', 'date null');
SELECT alike(serve(1, '2024-01-10', 1, s => NULL), '23502 null value in column "service_id"%', 'service null');
SELECT alike(serve(1, '2024-01-10', 1, p => NULL), '23502 null value in column "program_id"%', 'program null');
UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 6;
SELECT is(serve(6, '2024-01-10', 6), :ENROLL, 'a deleted enrollment');

-- Dates.
SELECT is(serve(1, current_date, 1), 'ok', 'today');
SELECT matches(serve(1, current_date + 1, 1), :DATES, 'tomorrow');
SELECT matches(last_hint(), 'clienttrack.future_days', 'HINT names the setting');
SET LOCAL clienttrack.future_days = 2;
SELECT is(serve(1, current_date + 2, 1), 'ok', 'the setting allows days ahead');
SELECT matches(serve(1, current_date + 3, 1), :DATES, 'and no more');
RESET clienttrack.future_days;
SELECT matches(serve(1, current_date + 2, 1), :DATES, 'what the setting allowed is refused after it is reset');
SET LOCAL TimeZone = 'Etc/GMT-14';
SELECT is(serve(1, current_date, 1), 'ok', 'today is the session''s');
SET LOCAL TimeZone = 'Etc/GMT+12';
SELECT matches(serve(1, (now() AT TIME ZONE 'Etc/GMT-14')::date, 1), :DATES, 'and not another zone''s, even when that was just asked');
RESET TimeZone;
SELECT matches(serve(1, '5874897-12-31', 1), :DATES, 'the last date there is');
SELECT is(serve(1, '4713-01-01 BC', 1), :ENROLL, 'the first date there is');
SELECT matches(serve(1, 'infinity', 1), '^23514 .*date_provided_is_finite', 'infinity');
SELECT matches(serve(1, '-infinity', 1), '^23514 .*date_provided_is_finite', '-infinity');
INSERT INTO service (service_id, service_code, service_name) VALUES (3, 'WALKIN', 'Walk-in advice');
INSERT INTO service_offering (service_id, enrollment_rule) VALUES (3, 'none');
SELECT is(serve(3, '1923-04-05', NULL, 3), 'ok', 'without enrollment, on the day of birth');
SELECT matches(serve(3, '1923-04-04', NULL, 3), :DATES, 'the day before birth');
SELECT matches(last_detail(), ': client 3 on 1923-04-04\.$', 'DETAIL has the date that was given');
DELETE FROM raised WHERE statement LIKE '%1923%'; -- these were given, not told
INSERT INTO client (client_id, first_name, date_deleted) VALUES (20, 'Zebulonissimo20', now()), (21, 'Zebulonissimo21', NULL);
SELECT matches(serve(20, '2024-01-10', NULL, 3), :DATES, 'a deleted client');
SELECT is(serve(21, '0001-01-01', NULL, 3), 'ok', 'a client whose birth date is not known');

-- Amounts.
CREATE FUNCTION pg_temp.amount(columns text, vals text) RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id, %s)
		VALUES (1, ''2024-03-01'', 1, 1, 11, %s)', columns, vals)) $$;
SELECT matches(pg_temp.amount('units', '0'), '^23514 .*units_are_positive', 'units 0');
SELECT matches(pg_temp.amount('units', '-1'), '^23514 .*units_are_positive', 'negative units');
SELECT matches(pg_temp.amount('units', '''NaN'''), '^23514 .*units_are_positive', 'units NaN');
SELECT matches(pg_temp.amount('units', '0.00004'), '^23514 .*units_are_positive', 'units that round to 0');
SELECT alike(pg_temp.amount('units', '''Infinity'''), '22003 %', 'units infinite');
SELECT alike(pg_temp.amount('units', '1e10'), '22003 %', 'units of 10 billion');
SELECT alike(pg_temp.amount('units', 'NULL'), '23502 %', 'units null');
SELECT matches(pg_temp.amount('unit_value', '-0.01'), '^23514 .*unit_value_is_not_negative', 'negative money');
SELECT matches(pg_temp.amount('unit_value', '''NaN'''), '^23514 .*unit_value_is_not_negative', 'money NaN');
SELECT matches(pg_temp.amount('fa_amount', '''NaN'''), '^23514 .*fa_amount_is_not_negative', 'financial assistance NaN');
SELECT is(pg_temp.amount('units, unit_value', '9999999999.99, 9999999999.99'), 'ok', 'the largest amounts');
SELECT results_eq($$SELECT total_value FROM client_service WHERE units > 9e9$$, $$VALUES (99999999999800000000.00)$$, 'their product fits');
SELECT matches(pg_temp.amount('total_value', '1'), '^428C9 ', 'the product is not written');
SELECT matches(pg_temp.amount('fa_start_date, fa_end_date', '''2024-02-02'', ''2024-02-01'''), '^23514 .*fa_end_not_before_start', 'assistance ends before it begins');
SELECT matches(pg_temp.amount('client_service_id', '-5'), '^23514 ', 'negative keys are the judge''s');
SELECT is(pg_temp.amount('comments', 'repeat(''x'', 2000000)'), 'ok', 'two million characters of comments');

-- References without foreign key.
SELECT is(pg_temp.amount('location_id', '999'), :NOREF, 'unknown location');
SELECT is(last_detail(), 'Not found: location 999.', 'DETAIL names it');
SELECT is(pg_temp.amount('service_batch_run_id', '999'), :NOREF, 'unknown batch run');
SELECT is(pg_temp.amount('provided_by_user_id', '999'), :NOREF, 'unknown user');
SELECT is(pg_temp.amount('grant_award_id', '-1'), :NOREF, 'unknown grant');
SELECT is(pg_temp.amount('provider_id', '0'), :NOREF, 'unknown provider, 0');
SELECT is(pg_temp.amount('service_reason_id', '9223372036854775807'), :NOREF, 'unknown reason');
SELECT is(pg_temp.amount('location_id, grant_award_id, provider_id, service_reason_id, provided_by_user_id', '101, 1, 1, 1, 1'), 'ok', 'known ones');
SELECT is(serve(1, '2024-01-10', 1, s => 999), :NOTOFFERED, 'unknown service');
SELECT is(last_detail(), 'Not offered: service 999 by program 11 on 2024-01-10.', 'DETAIL names service, program and day');
SELECT is(serve(1, '2024-01-10', NULL, s => 999, p => 999), :ENROLL, 'unknown service and program: the first rule speaks');

-- Every kind of statement: what was right stays possible, one bad row refuses all.
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	VALUES (1, '2024-01-11', 1, 1, 11), (2, '2024-01-11', 2, 1, 11), (3, '2024-01-11', NULL, 1, 11), (4, '2024-01-11', 4, 1, 11)$$),
	:ENROLL, 'INSERT of several rows');
SELECT matches(last_detail(), 'client [34] on 2024-01-11', 'DETAIL names a bad one');
SELECT doesnt_match(last_detail(), 'client [12] ', 'and no good one');
SELECT is((SELECT count(*) FROM client_service WHERE date_provided = '2024-01-11')::int, 0, 'nothing of it is left');
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, service_id, program_id)
	SELECT 3, '2024-01-01'::date + i, 1, 11 FROM generate_series(1, 20) i$$), :ENROLL, 'INSERT … SELECT');
SELECT matches(last_detail(), '^No active enrollment in the program: client 3 on [-0-9]+, client 3 on [-0-9]+, client 3 on [-0-9]+ and 17 more\.$',
	'DETAIL names three and counts the others');
SELECT is(caught($$UPDATE client_service SET date_provided = '2024-02-20' WHERE client_id = 2$$), :ENROLL, 'UPDATE of the date');
SELECT is(caught($$UPDATE client_service SET enrollment_id = NULL WHERE client_id = 2$$), :ENROLL, 'UPDATE of the enrollment');
SELECT is(caught($$UPDATE client_service SET client_id = 1 WHERE client_id = 2$$), :ENROLL, 'UPDATE of the client');
SELECT is(caught($$UPDATE client_service SET program_id = 12 WHERE client_id = 2$$), :ENROLL, 'UPDATE of the program');
SELECT is(caught($$UPDATE client_service SET service_id = 999 WHERE client_id = 2$$), :NOTOFFERED, 'UPDATE of the service');
SELECT is(caught($$UPDATE client_service SET location_id = 999 WHERE client_id = 2$$), :NOREF, 'UPDATE of the location');
SELECT is(caught($$UPDATE client_service SET units = 2, comments = 'two' WHERE client_id = 2$$), 'ok', 'UPDATE of what is not guarded');
SELECT is(caught($$MERGE INTO client_service cs USING (VALUES (3)) v (client_id) ON cs.client_id = v.client_id AND cs.date_provided = '2024-01-12'
	WHEN NOT MATCHED THEN INSERT (client_id, date_provided, service_id, program_id) VALUES (v.client_id, '2024-01-12', 1, 11)$$),
	:ENROLL, 'MERGE that inserts');
SELECT is(caught($$MERGE INTO client_service cs USING (VALUES (2)) v (client_id) ON cs.client_id = v.client_id
	WHEN MATCHED THEN UPDATE SET date_provided = '2024-02-12'$$), :ENROLL, 'MERGE that updates');
SELECT is(caught($$MERGE INTO client_service cs USING (VALUES (5), (2)) v (client_id) ON cs.client_id = v.client_id
	WHEN MATCHED THEN UPDATE SET comments = 'merged'
	WHEN NOT MATCHED THEN INSERT (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (v.client_id, '2024-01-12', 5, 1, 11)$$),
	'ok', 'MERGE that does both');
SELECT is(caught($$INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT min(client_service_id), 2, '2024-01-20', 2, 1, 11 FROM client_service WHERE client_id = 2
	ON CONFLICT (client_service_id) DO UPDATE SET date_provided = '2024-02-02'$$), :ENROLL, 'ON CONFLICT DO UPDATE');
SELECT is(caught($$INSERT INTO client_service (client_service_id, client_id, date_provided, service_id, program_id)
	SELECT min(client_service_id), 3, '2024-01-20', 1, 11 FROM client_service WHERE client_id = 2
	ON CONFLICT DO NOTHING$$), 'ok', 'ON CONFLICT DO NOTHING has nothing to judge');
SELECT is(caught($$WITH e AS (INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (7, 11, '2024-01-01') RETURNING *)
	INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT e.client_id, '2024-01-02', e.enrollment_id, 1, e.program_id FROM e$$), 'ok', 'enrollment and service in one statement');
SELECT is(caught($$WITH e AS (INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (8, 11, '2024-01-05') RETURNING *)
	INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT e.client_id, '2024-01-02', e.enrollment_id, 1, e.program_id FROM e$$), :ENROLL, 'the same, before the entry');
SELECT is(caught($$WITH s AS (INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (2, '2024-01-15', 2, 1, 11)),
	x AS (UPDATE enrollment SET exit_date = '2024-01-14' WHERE enrollment_id = 2) SELECT$$),
	'CT006 services would be left outside their enrollment', 'service and exit in one statement');
SELECT is(caught($$WITH a AS (INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (2, '2024-01-15', 2, 1, 11)),
	b AS (INSERT INTO client_service (client_id, date_provided, service_id, program_id) VALUES (3, '2024-01-15', 1, 11)) SELECT$$),
	:ENROLL, 'two CTEs that insert');
SELECT is(caught($$WITH c AS (INSERT INTO client (first_name) VALUES ('Zebulonissimo99') RETURNING client_id),
	e AS (INSERT INTO enrollment (client_id, program_id, entry_date) SELECT client_id, 11, '2024-01-01' FROM c RETURNING *)
	INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT client_id, '2024-01-01', enrollment_id, 1, 11 FROM e$$), 'ok', 'client, enrollment and service in one statement');
SELECT is(caught('UPDATE client_service SET enrollment_id = NULL WHERE false'), 'ok', 'no row, no judgement');
PREPARE give (bigint, date, bigint) AS INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES ($1, $2, $3, 1, 11);
SELECT throws_ok('EXECUTE give (3, ''2024-01-10'', NULL)', 'CT001', NULL, 'a prepared statement');
SELECT lives_ok('EXECUTE give (1, ''2024-01-10'', 1)', 'and again, a good one');

-- Soft delete and undelete; moving keys.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (900500, 2, '2024-01-20', 2, 1, 11);
SELECT is(caught('UPDATE client_service SET date_deleted = now(), enrollment_id = NULL WHERE client_service_id = 900500'), 'ok', 'a deleted service breaks no rule');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL WHERE client_service_id = 900500'), :ENROLL, 'undeleting is judged');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL, enrollment_id = 2 WHERE client_service_id = 900500'), 'ok', 'undeleting a good one');
SELECT is(caught('UPDATE client_service SET client_service_id = 900501, enrollment_id = NULL WHERE client_service_id = 900500'), :ENROLL, 'UPDATE that changes the key too');
SELECT is(caught('UPDATE client_service SET client_service_id = 900501 WHERE client_service_id = 900500'), 'ok', 'UPDATE of the key of a good row');
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, service_id, program_id, date_deleted) VALUES (3, '2024-01-01', 1, 11, now())$$),
	'ok', 'a service that comes deleted');

-- A row that an older rule let in.
ALTER TABLE client_service DISABLE TRIGGER guard_insert;
INSERT INTO client_service (client_service_id, client_id, date_provided, service_id, program_id) VALUES (900600, 3, '2024-01-20', 1, 11);
ALTER TABLE client_service ENABLE TRIGGER guard_insert;
SELECT is(caught('UPDATE client_service SET comments = ''old'', units = 3 WHERE client_service_id = 900600'), 'ok', 'can be edited');
SELECT is(caught('UPDATE client_service SET client_id = client_id, enrollment_id = NULL WHERE client_service_id = 900600'), 'ok', 'even when guarded columns are set to what they are');
SELECT is(caught('UPDATE client_service SET date_provided = ''2024-01-21'' WHERE client_service_id = 900600'), :ENROLL, 'but not moved');
SELECT is(caught('UPDATE client_service SET client_service_id = 900601 WHERE client_service_id = 900600'), :ENROLL, 'nor given another key');
SELECT is(caught('UPDATE client_service SET date_deleted = now() WHERE client_service_id = 900600'), 'ok', 'but deleted');
DELETE FROM client_service WHERE client_service_id = 900600;

-- Small statements run a kept plan, large ones are planned anew: both see the one bad row.
INSERT INTO client (client_id) SELECT i FROM generate_series(10001, 11500) i;
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) SELECT i, i, 11, '2024-01-01' FROM generate_series(10001, 11500) i;
CREATE FUNCTION pg_temp.many(first int, last int, bad int) RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id)
		SELECT i, ''2024-05-01'', nullif(i, %s), 1, 11 FROM generate_series(%s, %s) i', bad, first, last)) $$;
SELECT is(pg_temp.many(10001, 10999, 10500), :ENROLL, '999 rows');
SELECT is(pg_temp.many(10001, 11000, 11000), :ENROLL, '1000 rows');
SELECT is(pg_temp.many(10001, 11001, 10001), :ENROLL, '1001 rows');
SELECT is(pg_temp.many(10001, 11500, 11234), :ENROLL, '1500 rows');
SELECT is(last_detail(), 'No active enrollment in the program: client 11234 on 2024-05-01.', 'the bad one is named');
SELECT is(pg_temp.many(10001, 11500, 0), 'ok', '1500 good rows');
SELECT is(pg_temp.many(10001, 10010, 0), 'ok', '10 good rows');
SELECT is(caught($$UPDATE client_service SET date_provided = CASE client_id WHEN 11400 THEN date '2023-01-01' ELSE '2024-05-02' END WHERE date_provided = '2024-05-01'$$),
	:ENROLL, 'UPDATE of 1500 rows');
SELECT is(last_detail(), 'No active enrollment in the program: client 11400 on 2023-01-01.', 'names the bad one');
SELECT is(caught($$UPDATE client_service SET date_provided = '2024-05-02' WHERE date_provided = '2024-05-01'$$), 'ok', 'UPDATE of 1500 rows, all good');
SELECT is(caught($$UPDATE client_service SET enrollment_id = NULL WHERE date_provided = '2024-05-02'$$), :ENROLL, 'all of them bad');
SELECT matches(last_detail(), ' and 1507 more\.$', 'the others are counted');

-- Changes of tables in the same session, after plans are kept.
ALTER TABLE client_service ADD COLUMN shoe_size int DEFAULT 42;
SELECT is(serve(3), :ENROLL, 'after ADD COLUMN, a bad one');
SELECT is(serve(1, '2024-01-10', 1), 'ok', 'after ADD COLUMN, a good one');
ALTER TABLE client_service DROP COLUMN delete_reason CASCADE;
SELECT is(serve(3), :ENROLL, 'after DROP COLUMN, a bad one');
SELECT is(serve(1, '2024-01-10', 1), 'ok', 'after DROP COLUMN, a good one');
SELECT is(pg_temp.many(10001, 11500, 11111), :ENROLL, 'after DROP COLUMN, many');
ALTER TABLE enrollment RENAME TO "Stays of ""ours""";
SELECT is(serve(1, '2024-01-10', 1), 'ok', 'after RENAME of a sibling, a good one');
SELECT is(serve(1, '2024-01-10', 2), :ENROLL, 'after RENAME of a sibling, a bad one');
ALTER TABLE "Stays of ""ours""" RENAME TO enrollment;
ALTER TABLE client_service RENAME TO given;
SELECT is(caught($$INSERT INTO given (client_id, date_provided, service_id, program_id) VALUES (3, '2024-01-10', 1, 11)$$), :ENROLL, 'after RENAME of the table itself');
ALTER TABLE given RENAME TO client_service;
ALTER SCHEMA hmis RENAME TO "Mis hmis";
SELECT is(caught($$INSERT INTO "Mis hmis".client_service (client_id, date_provided, service_id, program_id) VALUES (3, '2024-01-10', 1, 11)$$), :ENROLL, 'after RENAME of the schema');
ALTER SCHEMA "Mis hmis" RENAME TO hmis;
SAVEPOINT disconnected;
DO $$
DECLARE
	f record;
BEGIN
	FOR f IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'f' AND 'bar'::regclass IN (conrelid, confrelid)
	LOOP
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', f.t, f.conname);
	END LOOP;
END
$$;
SELECT matches(serve(1, '2024-01-10', 1), '^42P01 no table for "bar" is connected by foreign keys', 'a sibling that cannot be found refuses');
ROLLBACK TO disconnected;
CREATE TABLE client_extra (client_id bigint PRIMARY KEY REFERENCES client, date_deleted timestamptz, dob date);
SELECT matches(serve(3, '1900-01-01', NULL, 3), :DATES, 'a table of the DBA''s that adds columns to clients is not taken for them');

-- Offerings: whether an enrollment is required.
INSERT INTO service (service_id, service_code, service_name) VALUES (30, 'OUTREACH', 'Street outreach');
SELECT is(serve(3, s => 30), :ENROLL, 'a service without offering: required');
INSERT INTO service_offering (service_offering_id, service_id, enrollment_rule) VALUES (300, 30, 'none');
SELECT is(serve(3, s => 30), 'ok', 'none');
SELECT is(serve(1, s => 30, e => 1), 'ok', 'none, with an enrollment');
SELECT is(serve(3, s => 30, e => 1), :ENROLL, 'none, with somebody else''s enrollment');
UPDATE service_offering SET enrollment_rule = 'optional' WHERE service_offering_id = 300;
SELECT is(serve(3, s => 30), 'ok', 'optional');
UPDATE service_offering SET enrollment_rule = 'required' WHERE service_offering_id = 300;
SELECT is(serve(3, s => 30), :ENROLL, 'required');
SAVEPOINT offered;
UPDATE service_offering SET enrollment_rule = 'none' WHERE service_offering_id = 300;
SELECT is(serve(3, s => 30), 'ok', 'changed in a subtransaction');
ROLLBACK TO offered;
SELECT is(serve(3, s => 30), :ENROLL, 'that was rolled back');
UPDATE service_offering SET enrollment_rule = 'none', organization_id = 1 WHERE service_offering_id = 300;
INSERT INTO service_offering (service_offering_id, service_id, program_id, enrollment_rule) VALUES (301, 30, 11, 'required');
SELECT is(serve(3, s => 30), :ENROLL, 'the offering of the program counts before that of the organization');
SELECT is(serve(3, s => 30, p => 12), 'ok', 'that of the organization in its other program');
INSERT INTO service_offering (service_offering_id, service_id, location_id, enrollment_rule) VALUES (302, 30, 202, 'none');
SELECT is(serve(3, s => 30, l => 202), 'ok', 'the offering of the location counts before that of the program');
SELECT is(serve(3, s => 30, l => 101), :ENROLL, 'elsewhere that of the program');
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (93, 3, 21, '2024-01-01');
SELECT is(serve(3, s => 30, p => 21, e => 93), :NOTOFFERED, 'another organization, for which there is none');
SELECT is(serve(3, s => 30, p => 21, l => 202), 'ok', 'where the location has one');
SELECT is(caught('UPDATE service_offering SET date_deleted = now() WHERE service_offering_id = 302'), 'CT006 services would be left that are not offered', 'it stays while a service stands on it');
DELETE FROM client_service WHERE location_id = 202 AND program_id = 21;
UPDATE service_offering SET date_deleted = now() WHERE service_offering_id = 302;
SELECT is(serve(3, s => 30, l => 202), :ENROLL, 'a deleted offering does not count');

-- Offerings: where and when.
INSERT INTO service (service_id, service_code, service_name) VALUES (31, 'COAT', 'Winter coat');
INSERT INTO service_offering (service_offering_id, service_id, begin_date, end_date) VALUES (310, 31, '2024-01-05', '2024-01-25');
SELECT is(serve(1, '2024-01-04', 1, 31), :NOTOFFERED, 'before the first day');
SELECT is(serve(1, '2024-01-05', 1, 31), 'ok', 'on the first day');
SELECT is(serve(1, '2024-01-25', 1, 31), 'ok', 'on the last day');
SELECT is(serve(1, '2024-01-26', 1, 31), :NOTOFFERED, 'after the last day');
INSERT INTO service (service_id, service_code, service_name) VALUES (32, 'LAUNDRY', 'Laundry');
INSERT INTO service_offering (service_id, location_id) VALUES (32, 101);
SELECT is(serve(1, e => 1, s => 32), :NOTOFFERED, 'offered at a location, given nowhere');
SELECT is(serve(1, e => 1, s => 32, l => 102), :NOTOFFERED, 'given at another location');
SELECT is(serve(1, e => 1, s => 32, l => 101), 'ok', 'given there');
INSERT INTO service (service_id, service_code, service_name) VALUES (33, 'OURS', 'For Northside only');
INSERT INTO service_organization (service_id, organization_id) VALUES (33, 2);
SELECT is(serve(1, e => 1, s => 33), :NOTOFFERED, 'restricted to another organization');
INSERT INTO service_organization (service_id, organization_id) VALUES (33, 1);
SELECT is(serve(1, e => 1, s => 33), 'ok', 'restricted to this one too');
INSERT INTO service (service_id, service_code, service_name, active) VALUES (34, 'OLD', 'Old', false);
SELECT is(serve(1, e => 1, s => 34), :NOTOFFERED, 'not active');
UPDATE service SET active = true WHERE service_id = 34;
SELECT is(serve(1, e => 1, s => 34), 'ok', 'active again');
UPDATE service SET active = false WHERE service_id = 34;
SELECT is(serve(1, e => 1, s => 34), :NOTOFFERED, 'and not');
UPDATE service SET active = true, date_deleted = now() WHERE service_id = 34;
SELECT is(serve(1, e => 1, s => 34), :NOTOFFERED, 'deleted');
SELECT is(caught('UPDATE client_service SET comments = ''kept'' WHERE service_id = 34'), 'ok', 'what was given before can be edited');
SAVEPOINT program_gone;
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (91, 9, 21, '2024-01-01');
UPDATE program SET date_deleted = now() WHERE program_id = 21;
SELECT is(serve(9, e => 91, p => 21), :NOTOFFERED, 'a deleted program');
ROLLBACK TO program_gone;

-- The exit day.
INSERT INTO service (service_id, service_code, service_name, exit_day_allowed, record_type, type_provided) VALUES
	(40, 'BED', 'Bed night', false, 200, 200), (41, 'LOCKER', 'Locker', false, NULL, NULL);
SELECT matches(caught($$INSERT INTO service (service_code, service_name, record_type) VALUES ('BED2', 'Bed', 200)$$),
	'^23514 .*bed_night_not_on_exit_day', 'a bed night is never allowed on the exit day');
SELECT is(serve(2, '2024-01-30', 2, 40), 'ok', 'a bed night on the last night');
SELECT is(serve(2, '2024-01-31', 2, 40), :ENROLL, 'a bed night on the exit day');
SELECT is(serve(2, '2024-01-31', 2, 41), :ENROLL, 'a locker on the exit day');
SELECT is(serve(2, '2024-01-31', 2, 1), 'ok', 'a meal on the exit day');
INSERT INTO service_offering (service_id, exit_day_allowed) VALUES (40, true), (41, true), (2, false);
SELECT is(serve(2, '2024-01-31', 2, 40), :ENROLL, 'a bed night, whatever the offering says');
SELECT is(serve(2, '2024-01-31', 2, 41), 'ok', 'a locker, where the offering allows it');
SELECT is(serve(2, '2024-01-31', 2, 2), :ENROLL, 'a shower, where the offering does not');
INSERT INTO service_offering (service_id, program_id) VALUES (41, 11);
SELECT is(serve(2, '2024-01-31', 2, 41), :ENROLL, 'an offering that says nothing leaves it to the service');

-- Duplicates.
INSERT INTO service (service_id, service_code, service_name, duplicate_rule, min_interval) VALUES
	(50, 'DAILY', 'Once a day', 'once_per_day', NULL), (51, 'PERSTAY', 'Once per stay and day', 'once_per_enrollment_day', NULL),
	(52, 'SCAN', 'Scan station', 'min_interval', '1 hour'), (53, 'WARN', 'Warned', 'warn', NULL), (54, 'ALLOW', 'Allowed', 'allow', NULL);
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (12, 1, 11, '2024-01-01'), (13, 1, 12, '2024-01-01');
SELECT is(serve(1, e => 1, s => 50), 'ok', 'once_per_day: the first');
SELECT is(serve(1, e => 1, s => 50), :DUPLICATE, 'once_per_day: the second');
SELECT is(last_detail(), 'Already recorded: client 1 on 2024-01-10.', 'DETAIL names client and day');
SELECT matches(last_hint(), 'units 2', 'HINT: change the units');
SELECT is(serve(1, e => 12, s => 50), :DUPLICATE, 'once_per_day: in another enrollment of the program');
SELECT is(serve(1, e => 13, s => 50, p => 12), 'ok', 'once_per_day: in another program');
SELECT is(serve(1, '2024-01-11', 1, 50), 'ok', 'once_per_day: another day');
SELECT is(serve(5, e => 5, s => 50), 'ok', 'once_per_day: another client');
SELECT is(serve(1, e => 1, s => 51), 'ok', 'once_per_enrollment_day: the first');
SELECT is(serve(1, e => 1, s => 51), :DUPLICATE, 'once_per_enrollment_day: the second');
SELECT is(serve(1, e => 12, s => 51), 'ok', 'once_per_enrollment_day: in another enrollment');
SELECT is(serve(1, e => 1, s => 52), 'ok', 'min_interval: the first');
SELECT is(serve(1, e => 1, s => 52), :DUPLICATE, 'min_interval: at once');
SELECT is(serve(1, '2024-01-11', 1, s => 52), :DUPLICATE, 'min_interval: at once, for another day');
UPDATE client_service SET date_created = now() - interval '1 hour' WHERE service_id = 52;
SELECT is(serve(1, e => 1, s => 52), 'ok', 'min_interval: after the interval');
SELECT is(caught($$UPDATE client_service SET date_created = now() WHERE service_id = 52$$), :DUPLICATE, 'min_interval: not to be moved together');
SELECT is(serve(1, e => 1, s => 53), 'ok', 'warn: the first');
SELECT is(serve(1, e => 1, s => 53), 'ok', 'warn: the second, with a WARNING');
SELECT is(serve(1, e => 1, s => 54), 'ok', 'allow: the first');
SELECT is(serve(1, e => 1, s => 54), 'ok', 'allow: the second');
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT 5, '2024-02-01', 5, 50, 11 FROM generate_series(1, 2)$$), :DUPLICATE, 'twice in one statement');
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT 5, '2024-02-01'::date + i % 900, 5, 50, 11 FROM generate_series(0, 1200) i$$), :DUPLICATE, 'twice in a large statement');
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT 5, '2022-02-01'::date + 730 + i, 5, 50, 11 FROM generate_series(0, 500) i$$), 'ok', 'once each on many days');
SELECT is(caught($$UPDATE client_service SET service_id = 50 WHERE client_id = 1 AND service_id = 54$$), :DUPLICATE, 'UPDATE that makes duplicates');
SELECT is(caught($$UPDATE client_service SET date_deleted = now() WHERE client_id = 1 AND service_id = 50 AND program_id = 11$$), 'ok', 'deleting one …');
SELECT is(serve(1, e => 1, s => 50), 'ok', '… makes room for another');
SELECT is(caught($$UPDATE client_service SET date_deleted = NULL WHERE client_id = 1 AND service_id = 50 AND date_provided = '2024-01-10'$$), :DUPLICATE, 'undeleting it then');
UPDATE service SET duplicate_rule = 'once_per_day' WHERE service_id = 54;
SELECT is(serve(1, e => 1, s => 54), :DUPLICATE, 'a rule made stricter holds for the next one');
SELECT is(caught('UPDATE client_service SET comments = ''two of them'' WHERE client_id = 1 AND service_id = 54'), 'ok', 'and lets those before be edited');
SELECT matches(caught($$INSERT INTO service (service_code, service_name, duplicate_rule) VALUES ('X', 'X', 'min_interval')$$), '^23514 ', 'min_interval needs an interval');
SELECT matches(caught($$INSERT INTO service (service_code, service_name, duplicate_rule, min_interval) VALUES ('X', 'X', 'min_interval', '-1 hour')$$), '^23514 ', 'a positive one');

-- A worker, and somebody who may only record services, and may read nothing but what the policies look at.
CREATE ROLE clienttrack_test_recorder IN ROLE clienttrack_worker;
CREATE ROLE clienttrack_test_narrow;
GRANT USAGE ON SCHEMA hmis TO clienttrack_test_narrow;
GRANT INSERT ON client_service TO clienttrack_test_narrow;
GRANT SELECT (client_id, security_organization_id, serving_organization_ids) ON client TO clienttrack_test_narrow;
GRANT SELECT (enrollment_id, client_id, program_id) ON enrollment TO clienttrack_test_narrow;
GRANT SELECT ON information_release, program, service_batch_run, service_batch, goal, action_step, referral, client_barrier, barrier, service_authorization TO clienttrack_test_narrow;
INSERT INTO hmis_user (user_id, login_role) VALUES (2, 'clienttrack_test_recorder'), (3, 'clienttrack_test_narrow');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (2, 1), (3, 1);
UPDATE client SET security_organization_id = 1;
INSERT INTO bar (bar_id, client_id, begin_date, notes) VALUES (1, 5, '2024-06-01', 'guardednote');
INSERT INTO bar_scope (bar_id, covers_all) VALUES (1, true);
SET CONSTRAINTS ALL IMMEDIATE;
SET LOCAL ROLE clienttrack_test_recorder;
SELECT is(serve(1, '2024-01-12', 1), 'ok', 'may record a good service');
SELECT is(serve(3), :ENROLL, 'is refused without enrollment');
SELECT is(serve(5, '2024-06-02', 5), :BARRED, 'is refused for a bar that it may not see');
SELECT is(last_detail(), 'Barred: client 5 on 2024-06-02.', 'and told no more than it knew');
SELECT is(serve(1, e => 1, s => 50), :DUPLICATE, 'is refused for a duplicate');
SELECT is_empty('SELECT FROM hmis.bar', 'still does not see the bar, which another organization entered');
SET LOCAL ROLE clienttrack_test_narrow;
SELECT is(serve(1, '2024-01-12', 1), 'ok', 'INSERT is enough to record a good service');
SELECT is(serve(3), :ENROLL, 'and to be refused without enrollment');
SELECT is(serve(5, '2024-06-02', 5), :BARRED, 'for a bar that it may not see');
SELECT is(last_detail(), 'Barred: client 5 on 2024-06-02.', 'told no more than it knew');
SELECT is(serve(1, e => 1, s => 50), :DUPLICATE, 'for a service that it may not see');
SELECT matches(caught('SELECT * FROM hmis.bar'), '^42501 ', 'still may not read bars');
SELECT matches(caught('UPDATE hmis.client_service SET units = 2'), '^42501 ', 'nor change services');
RESET ROLE;
SELECT is(current_setting('search_path'), 'hmis, clienttrack, public', 'the search_path is what it was');
SELECT is(current_user::text, session_user::text, 'the user too');

-- Row security hides bars and enrollments from the writer, and from the owner.
ALTER TABLE bar ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrollment ENABLE ROW LEVEL SECURITY;
ALTER TABLE client ENABLE ROW LEVEL SECURITY;
SET LOCAL ROLE clienttrack_test_recorder;
SELECT is(serve(5, '2024-06-02', 5), :BARRED, 'row security: still barred');
SELECT is(serve(1, '2024-01-13', 1), 'ok', 'row security: the enrollment still holds');
RESET ROLE;
CREATE ROLE clienttrack_test_owner;
DO $$
DECLARE
	t text;
BEGIN
	EXECUTE 'GRANT USAGE ON SCHEMA hmis TO clienttrack_test_owner';
	FOR t IN SELECT table_name FROM schema_table WHERE table_name <> 'schema_table'
	LOOP
		EXECUTE format('ALTER TABLE hmis.%I OWNER TO clienttrack_test_owner', t);
	END LOOP;
END
$$;
ALTER TABLE bar FORCE ROW LEVEL SECURITY;
ALTER TABLE enrollment FORCE ROW LEVEL SECURITY;
ALTER TABLE client_service ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_service FORCE ROW LEVEL SECURITY;
CREATE POLICY anything ON client_service FOR INSERT WITH CHECK (true);
CREATE POLICY nothing ON bar USING (false);
SET LOCAL ROLE clienttrack_test_recorder;
SELECT is(serve(5, '2024-06-02', 5), :BARRED, 'forced row security, an owner who is no superuser: still barred');
SELECT is(serve(1, '2024-01-14', 1), 'ok', 'forced row security: the enrollment still holds');
SELECT is(serve(1, e => 1, s => 50), :DUPLICATE, 'forced row security: the duplicate is seen');
SET LOCAL ROLE clienttrack_test_owner;
SELECT is((SELECT count(*) FROM hmis.bar)::int, 0, 'the owner sees no bar');
SELECT is(serve(5, '2024-06-02', 5), :BARRED, 'and is refused for it');
RESET ROLE;

-- Names that want to be mistaken for ours.
CREATE SCHEMA evil;
CREATE TABLE evil.client_service (LIKE hmis.client_service);
CREATE TABLE evil.enrollment (LIKE hmis.enrollment);
CREATE TABLE evil.bar (LIKE hmis.bar);
CREATE FUNCTION evil.steal(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'stolen'; END $$;
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.steal);
CREATE OPERATOR evil.<> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.steal);
CREATE FUNCTION evil.steal(date, date) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'stolen'; END $$;
CREATE OPERATOR evil.<= (LEFTARG = date, RIGHTARG = date, FUNCTION = evil.steal);
CREATE OPERATOR evil.< (LEFTARG = date, RIGHTARG = date, FUNCTION = evil.steal);
CREATE FUNCTION evil.to_char(date, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'stolen'; END $$;
CREATE FUNCTION evil.last_day() RETURNS date LANGUAGE sql RETURN date '9999-01-01';
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'stolen'; END $$;
CREATE TEMP TABLE enrollment (LIKE hmis.enrollment INCLUDING DEFAULTS);
INSERT INTO pg_temp.enrollment (enrollment_id, client_id, program_id, household_id, entry_date, date_created, date_updated) VALUES (1, 3, 11, 1, '1990-01-01', now(), now());
CREATE TEMP TABLE clienttrack_new (LIKE hmis.client_service);
CREATE TEMP TABLE clienttrack_old (LIKE hmis.client_service);
CREATE TEMP TABLE new_rows (LIKE hmis.client_service);
CREATE TEMP TABLE pg_class (oid oid, relname name);
SET LOCAL search_path = evil, pg_catalog, hmis, clienttrack, public;
SELECT is(serve(1, '2024-01-15', 1), 'ok', 'evil search_path: a good service');
SELECT is(serve(3, e => 1), :ENROLL, 'evil search_path: not the temporary enrollment');
SELECT is(serve(5, '2024-06-02', 5), :BARRED, 'evil search_path: the bar is seen');
SELECT matches(serve(1, (pg_catalog.now() + interval '2 days')::date, 1), :DATES, 'evil search_path: the last day is ours');
SELECT is(caught($$UPDATE hmis.client_service SET date_provided = '2023-12-01' WHERE client_id OPERATOR(pg_catalog.=) 2$$), :ENROLL, 'evil search_path: UPDATE');
SET LOCAL search_path = '';
SELECT public.serve(3) AS outcome \gset
SET LOCAL search_path = hmis, clienttrack, public;
SELECT is(:'outcome'::text, :ENROLL, 'empty search_path');
DROP TABLE pg_temp.enrollment, pg_temp.pg_class;

-- Two installed schemas with other column orders and other rows, in turn.
CALL clienttrack.install('training');
ALTER TABLE training.client_service ADD COLUMN first_extra text, DROP COLUMN comments CASCADE;
INSERT INTO training.organization (organization_id, organization_name) VALUES (1, 'T');
INSERT INTO training.program (program_id, organization_id, program_name) VALUES (11, 1, 'T');
INSERT INTO training.service (service_id, service_code, service_name) VALUES (1, 'T', 'T');
INSERT INTO training.client (client_id) VALUES (1), (3);
INSERT INTO training.enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (3, 3, 11, '2024-01-01');
CREATE FUNCTION pg_temp.train(c bigint, e bigint) RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('INSERT INTO training.client_service (client_id, date_provided, enrollment_id, service_id, program_id)
		VALUES (%L, ''2024-01-10'', %L, 1, 11)', c, e)) $$;
SELECT is(pg_temp.train(3, 3), 'ok', 'two schemas: 3 is enrolled in training');
SELECT is(serve(3), :ENROLL, 'two schemas: and not in hmis');
SELECT is(pg_temp.train(1, NULL), :ENROLL, 'two schemas: 1 is not enrolled in training');
SELECT is(serve(1, e => 1), 'ok', 'two schemas: but in hmis');
SELECT is((SELECT schema_name FROM raised ORDER BY raised_id DESC LIMIT 1), 'training', 'two schemas: the error says which');
ALTER TABLE training.client_service ADD COLUMN hmis_client_id bigint REFERENCES hmis.client;
SELECT is(pg_temp.train(1, NULL), :ENROLL, 'two schemas, connected by a foreign key: 1 is not enrolled in training');
SELECT is(pg_temp.train(3, 3), 'ok', 'two schemas, connected by a foreign key: 3 is');

-- How the trigger function may be called.
CREATE TABLE plain (plain_id bigint PRIMARY KEY);
CREATE TABLE keyless (a int);
CREATE TRIGGER g BEFORE INSERT ON plain FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
SELECT is(caught('INSERT INTO plain VALUES (1)'), '39P01 trigger "g" must fire AFTER, or BEFORE TRUNCATE', 'BEFORE INSERT');
DROP TRIGGER g ON plain;
CREATE TRIGGER g AFTER INSERT ON plain FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
SELECT is(caught('INSERT INTO plain VALUES (1)'), '39P01 trigger "g" lacks a transition table', 'no transition table');
SELECT matches(last_hint(), 'REFERENCING NEW TABLE', 'HINT says how to have one');
DROP TRIGGER g ON plain;
CREATE TRIGGER g AFTER INSERT ON plain REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
SELECT is(caught('INSERT INTO plain VALUES (1)'), 'ok', 'a table without rules');
CREATE TRIGGER g AFTER INSERT ON keyless REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.guard();
SELECT is(caught('INSERT INTO keyless VALUES (1)'), '42P16 table "keyless" is not one of clienttrack''s', 'a table without primary key');
SELECT is(caught('SELECT clienttrack.guard()'), '39P01 function "clienttrack.guard" must be called as a trigger', 'no trigger at all');
SELECT matches(caught('SELECT clienttrack.touch()'), '^39P01 function "clienttrack.touch" must be called as a trigger', 'nor touch()');

-- date_updated.
UPDATE client_service SET date_updated = '2020-01-01' WHERE client_service_id = 900501;
SELECT is((SELECT date_updated FROM client_service WHERE client_service_id = 900501), '2020-01-01'::timestamptz, 'date_updated can be set by the statement');
UPDATE client_service SET units = 7 WHERE client_service_id = 900501;
SELECT is((SELECT date_updated FROM client_service WHERE client_service_id = 900501), now(), 'and is kept otherwise');
SELECT is(caught('UPDATE client_service SET date_updated = NULL WHERE client_service_id = 900501'), 'ok', 'null is no date');
SELECT is((SELECT date_updated FROM client_service WHERE client_service_id = 900501), now(), 'and means now');

SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
