-- edit_service(), delete_service(), restore_service(): each key, stale edits, malformed changes, and what the guard says.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set ENROLL '''CT001 Enrollment is a Required Field.'''
\set STALE '''CT018 the service was changed since you read it'''
INSERT INTO service (service_id, service_code, service_name, unit_of_measure, default_units, default_unit_value) VALUES
	(3, 'COUNSEL', 'Counselling', 'hours', 0.5, 60), (4, 'RENT', 'Rent', 'dollars', 25, 0), (5, 'PHONE', 'Phone call', 'minutes', 10, 0.25);
INSERT INTO service (service_id, service_code, service_name, duplicate_rule, active) VALUES (6, 'BUS', 'Bus pass', 'once_per_day', true), (7, 'SHOES', 'Shoes', 'warn', true), (8, 'OLD', 'Inactive', 'allow', false);
INSERT INTO grant_award (grant_award_id, fund_id) VALUES (2, 1);
INSERT INTO service_reason (service_reason_id, service_reason_name, active) VALUES (2, 'Heat', true), (3, 'Old reason', false);
INSERT INTO barrier (barrier_id, barrier_code, barrier_name) VALUES (101, 'PAPERS', 'No papers');
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, security_organization_id) VALUES (1, 1, 101, 1), (2, 2, 101, 1), (7, 7, 101, 2);
INSERT INTO goal (goal_id, client_id, goal_description, security_organization_id) VALUES (1, 1, 'A home', 1), (2, 2, 'A home', 1), (3, 1, 'Work', 1), (7, 7, 'A home', 2);
INSERT INTO action_plan (action_plan_id, client_id, plan_name, security_organization_id) VALUES (1, 1, 'Plan', 1), (2, 2, 'Plan', 1), (7, 7, 'Plan', 2);
INSERT INTO action_step (action_step_id, action_plan_id, client_id, action, security_organization_id) VALUES (1, 1, 1, 'Call', 1), (2, 2, 2, 'Call', 1), (7, 7, 7, 'Call', 2);
INSERT INTO referral (referral_id, client_id, service_id, to_provider_id, security_organization_id) VALUES (1, 1, 1, 1, 1), (2, 2, 1, 1, 1), (7, 7, 1, 1, 2);
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, units, unit_value, comments, date_updated) VALUES
	(1, 1, '2024-02-01', 1, 1, 11, 1, 3.5, 'as entered', '2024-02-02 10:00:00.123456+00'), (2, 2, '2024-01-10', 2, 1, 11, 1, 3.5, NULL, '2024-02-02 10:00:00.123456+00'), (8, 8, '2024-02-01', 8, 1, 21, 1, 3.5, NULL, '2024-02-02 10:00:00.123456+00'),
	(9, 9, '2024-02-01', 9, 1, 31, 1, 3.5, NULL, '2024-02-02 10:00:00.123456+00');
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, units, unit_value, unit_of_measure, date_updated, date_deleted) VALUES
	(3, 1, '2024-02-01', 1, 3, 11, 1.5, 60, 'hours', '2024-02-02 10:00:00.123456+00', NULL), (4, 1, '2024-02-01', 1, 1, 11, 1, 3.5, 'count', '2024-02-02 10:00:00.123456+00', now());
SELECT setval('client_service_client_service_id_seq', 100) \g /dev/null

CREATE FUNCTION pg_temp.edit(id text, changes text, confirm text DEFAULT 'false') RETURNS text LANGUAGE sql AS $$
-- How edit_service() ends, with the date_updated of the seed unless changes have another.
SELECT public.caught(format('SELECT hmis.edit_service(%s, %s, %s)', id, CASE WHEN changes ~ '^\{' AND changes !~ 'date_updated'
	THEN format('jsonb_build_object(''date_updated'', ''2024-02-02 10:00:00.123456+00'') || %L', changes) ELSE format('%L', changes) END, confirm)) $$;
CREATE FUNCTION pg_temp.edited(id text, changes text, columns text, confirm text DEFAULT 'false') RETURNS text LANGUAGE plpgsql AS $$
-- Columns of the service after edit_service(), or SQLSTATE and message, with everything taken back.
DECLARE
	answer text;
	outcome text;
BEGIN
	BEGIN
		outcome := pg_temp.edit(id, changes, confirm);
		EXECUTE format('SELECT concat_ws('' '', %s) FROM hmis.client_service WHERE client_service_id = %s', columns, id) INTO answer;
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		NULL;
	END;
	RETURN CASE WHEN outcome = 'ok' THEN answer ELSE pg_temp.edit(id, changes, confirm) END;
END $$;

-- Each key.
SELECT is(pg_temp.edited('1', format('{"%s": %s}', k, v), c), o, format('%s: %s', k, v)) FROM (VALUES
	('units', '3', 'units, total_value', '3.0000 10.50'), ('units', '2.505', 'units, total_value', '2.5100 8.79'), ('unit_value', '1.25', 'trim_scale(unit_value), total_value', '1.25 1.25'), ('unit_value', '0', 'trim_scale(unit_value), total_value', '0 0.00'),
	('date_provided', '"2024-02-03"', 'date_provided, enrollment_id', '2024-02-03 1'), ('grant_id', '2', 'grant_award_id', '2'), ('grant_id', '"2"', 'grant_award_id', '2'), ('provider_id', '1', 'provider_id', '1'), ('location_id', '101', 'location_id', '101'),
	('reason', '"Heat"', 'service_reason_id', '2'), ('goal_id', '1', 'goal_id', '1'), ('action_step_id', '1', 'action_step_id', '1'), ('referral_id', '1', 'referral_id', '1'), ('client_barrier_id', '1', 'client_barrier_id', '1'), ('comments', '"new"', 'comments', 'new'),
	('provided_by_user_id', '1', 'provided_by_user_id', '1'), ('fa_amount', '12.5', 'fa_amount', '12.50'), ('fa_start_date', '"2024-01-01"', 'fa_start_date', '2024-01-01'), ('fa_end_date', '"2024-01-31"', 'fa_end_date', '2024-01-31'), ('enrollment_id', '1', 'enrollment_id', '1'),
	('program_id', '11', 'program_id, enrollment_id', '11 1'), ('service', '"SHOWER"', 'service_id, units, unit_of_measure, trim_scale(unit_value)', '2 1.0000 count 0'), ('service', '2', 'service_id', '2')) v (k, v, c, o);
SELECT is(caught('SELECT edit_service(1, ''{"units": 2, "date_updated": "2024-02-02 10:00:00.123456+00", "unit_value": 2, "date_provided": "2024-02-05", "grant_id": 1, "provider_id": 1, "location_id": 101, "reason": "Cold night", "goal_id": 1, "action_step_id": 1, "referral_id": 1,
	"client_barrier_id": 1, "comments": "all", "provided_by_user_id": 1, "fa_amount": 5, "fa_start_date": "2024-01-01", "fa_end_date": "2024-01-31", "service": 1, "unit_of_measure": "count", "program_id": 11, "enrollment_id": 1}'')'), 'ok', 'all at once');
SELECT results_eq('SELECT client_id, service_id, program_id, enrollment_id, date_provided, units, unit_value, grant_award_id, provider_id, location_id, service_reason_id, goal_id, action_step_id, referral_id, client_barrier_id, comments, provided_by_user_id, fa_amount, fa_start_date, fa_end_date, date_updated, entered_by_user_id, date_deleted FROM client_service WHERE client_service_id = 1',
	$$VALUES (1::bigint, 1::bigint, 11::bigint, 1::bigint, '2024-02-05'::date, 2::numeric(14,4), 2::numeric(20,10), 1::bigint, 1::bigint, 101::bigint, 1::bigint, 1::bigint, 1::bigint, 1::bigint, 1::bigint, 'all', 1::bigint, 5::numeric(12,2), '2024-01-01'::date, '2024-01-31'::date, now(), NULL::bigint, NULL::timestamptz)$$, 'are where they belong');
SELECT is(caught('SELECT edit_service(1, jsonb_build_object(''date_updated'', now(), ''grant_id'', NULL, ''provider_id'', NULL, ''location_id'', NULL, ''reason'', NULL, ''goal_id'', NULL, ''action_step_id'', NULL, ''referral_id'', NULL, ''client_barrier_id'', NULL, ''comments'', NULL,
	''provided_by_user_id'', NULL, ''fa_amount'', NULL, ''fa_start_date'', NULL, ''fa_end_date'', NULL, ''unit_of_measure'', NULL))'), 'ok', 'null takes away');
SELECT is((SELECT num_nonnulls(grant_award_id, provider_id, location_id, service_reason_id, goal_id, action_step_id, referral_id, client_barrier_id, comments, provided_by_user_id, fa_amount, fa_start_date, fa_end_date) FROM client_service WHERE client_service_id = 1), 0, 'what need not be');
SELECT is((SELECT edit_service(1, jsonb_build_object('date_updated', now(), 'comments', 'again'))), now(), 'it returns when it was changed');
SELECT is(pg_temp.edited('1', jsonb_build_object('date_updated', now())::text, 'comments'), 'again', 'a change of nothing is none');
UPDATE client_service SET date_updated = '2024-02-02 10:00:00.123456+00', date_provided = '2024-02-01', units = 1, unit_value = 3.5 WHERE client_service_id = 1;

-- Stale edits.
SELECT is(pg_temp.edit('1', format('{"units": 2, "date_updated": "%s"}', v)), :STALE, 'read at ' || v) FROM unnest(ARRAY['2024-02-02 10:00:00.123455+00', '2024-02-02 10:00:00.123457+00', '2024-02-02 10:00:00.123+00', '2024-02-02 10:00:00.123456+01', '2024-02-02', 'infinity', '-infinity', '1970-01-01 00:00:00+00']) v;
SELECT matches(last_detail(), '^Service 1 was changed at 2024-02-02 ', 'DETAIL says when it was changed');
SELECT matches(last_hint(), 'Read it again', 'HINT says what to do');
SELECT is(pg_temp.edited('1', format('{"units": 2, "date_updated": "%s"}', v), 'units'), '2.0000', 'read at ' || v) FROM unnest(ARRAY['2024-02-02T10:00:00.123456+00:00', '2024-02-02 11:00:00.123456+01', (SELECT to_jsonb(date_updated) #>> '{}' FROM client_service_history WHERE client_service_id = 1)]) v;
SET LOCAL TimeZone = 'America/New_York';
SET LOCAL datestyle = 'SQL, DMY';
SELECT is(pg_temp.edited('1', format('{"units": 2, "date_updated": %s}', (SELECT to_jsonb(date_updated) FROM client_service_history WHERE client_service_id = 1)), 'units'), '2.0000', 'as JSON says it in any time zone');
RESET TimeZone;
RESET datestyle;
SELECT is((SELECT units FROM client_service WHERE client_service_id = 1), 1::numeric, 'nothing was overwritten');

-- Malformed changes.
SELECT is(pg_temp.edit('1', v), '22023 changes must be a jsonb object', 'no object: ' || v) FROM unnest(ARRAY['[]', '"x"', '1', 'null', '[{"units": 2}]']) v;
SELECT is(caught('SELECT edit_service(1, NULL)'), '22023 changes must be a jsonb object', 'null');
SELECT is(pg_temp.edit('1', format('{"%s": 1}', k)), '22023 changes have a key that is not known: ' || left(k, 60), 'unknown key ' || left(k, 20))
FROM unnest(ARRAY['client_id', 'client_service_id', 'date_created', 'entered_by_user_id', 'user_id', 'date_deleted', 'delete_reason', 'total_value', 'service_id', 'grant_award_id', 'service_reason_id', 'service_batch_run_id', 'Units', '', ' units', repeat('x', 100000)]) k;
SELECT matches(last_hint(), '^The keys are date_updated,', 'HINT lists them');
SELECT is(pg_temp.edit('1', format('{"%s": null}', k)), format(CASE k WHEN 'date_updated' THEN '22004 %s must be given' ELSE '22004 %s must not be null' END, k), 'null: ' || k) FROM unnest(ARRAY['service', 'date_provided', 'units', 'unit_value', 'program_id', 'date_updated']) k;
SELECT is(caught('SELECT edit_service(1, ''{"units": 2}'')'), '22004 date_updated must be given', 'no date_updated');
SELECT matches(last_hint(), 'as it was when the service was read', 'HINT says which');
SELECT is(caught('SELECT edit_service(1, ''{}'')'), '22004 date_updated must be given', 'nothing');
SELECT matches(pg_temp.edit('1', format('{"%s": %s}', k, v)), format('^22023 "%s" must be a number, not ', k), format('%s: %s', k, v)) FROM unnest(ARRAY['units', 'unit_value', 'fa_amount']) k, unnest(ARRAY['"2"', 'true', '[]', '{}', '"NaN"', '""']) v;
SELECT matches(pg_temp.edit('1', format('{"%s": %s}', k, v)), format('^22023 %s must be ', k), format('%s: %s', k, v)) FROM unnest(ARRAY['units', 'unit_value', 'fa_amount']) k, unnest(ARRAY['-1', '-0.001', '1e10', '1e400', '9999999999.999']) v;
SELECT is(pg_temp.edit('1', format('{"units": %s}', v)), '22023 units must be more than 0, not ' || v, 'units ' || v) FROM unnest(ARRAY['0', '0.001', '0.00']) v;
SELECT matches(pg_temp.edit('1', format('{"%s": %s}', k, v)), format('^22023 "%s" must be an identifier, not ', k), format('%s: %s', k, v))
FROM unnest(ARRAY['program_id', 'enrollment_id', 'grant_id', 'provider_id', 'location_id', 'goal_id', 'action_step_id', 'referral_id', 'client_barrier_id', 'provided_by_user_id']) k, unnest(ARRAY['"x"', 'true', '[]', '{}', '1.5', '1e30', '""', '9223372036854775808']) v;
SELECT matches(pg_temp.edit('1', format('{"%s": %s}', k, v)), format('^22023 "%s" must be a text, not ', k), format('%s: %s', k, v)) FROM unnest(ARRAY['comments', 'reason', 'unit_of_measure']) k, unnest(ARRAY['5', 'true', '[]', '{"a": 1}']) v;
SELECT matches(pg_temp.edit('1', format('{"%s": %s}', k, v)), '^220(07|08|23) ', format('%s: %s', k, v)) FROM unnest(ARRAY['date_provided', 'fa_start_date', 'fa_end_date', 'date_updated']) k, unnest(ARRAY['"x"', '5', 'true', '[]', '{}', '"2024-02-30"', '""']) v;
SELECT is(pg_temp.edit('1', format('{"date_provided": "%s"}', v)), '22008 date_provided must be finite', 'date provided ' || v) FROM unnest(ARRAY['infinity', '-infinity']) v;
SELECT is(pg_temp.edit('1', format('{"service": %s}', v)), format('CT009 service "%s" does not exist', v::jsonb #>> '{}'), 'service: ' || v) FROM unnest(ARRAY['"NONE"', '-1', '999', 'true', '""']) v;
SELECT is(pg_temp.edit('1', v), m, v || ': ' || m) FROM (VALUES ('{"reason": "x"}', 'CT009 there is no active service reason "x"'), ('{"reason": "Old reason"}', 'CT009 there is no active service reason "Old reason"'), ('{"unit_of_measure": "x"}', 'CT009 there is no unit of measure "x"'),
	('{"unit_of_measure": "hours"}', '22023 hours cannot be converted to count'), ('{"enrollment_id": 2}', :ENROLL), ('{"enrollment_id": null}', :ENROLL), ('{"program_id": 12}', :ENROLL), ('{"date_provided": "2023-12-31"}', :ENROLL), ('{"date_provided": "0044-03-15 BC"}', :ENROLL),
	('{"service": "OLD"}', 'CT003 service is not offered by the program on that date'), ('{"location_id": 999}', 'CT009 location 999 does not exist'), ('{"grant_id": -1}', 'CT009 grant -1 does not exist'),
	('{"provider_id": 0}', 'CT009 provider 0 does not exist'), ('{"provided_by_user_id": 999}', 'CT009 user 999 does not exist')) x (v, m);
SELECT is(pg_temp.edit('1', format('{"date_provided": "%s"}', current_date + 1)), 'CT008 date provided is in the future', 'a day ahead');
SELECT matches(pg_temp.edit('1', '{"enrollment_id": 999}'), '^(CT001|23503) ', 'no such enrollment');
SELECT matches(pg_temp.edit('1', '{"fa_start_date": "2024-02-02", "fa_end_date": "2024-02-01"}'), '^23514 .*fa_end_not_before_start', 'assistance ends before it begins');
SELECT is(pg_temp.edit('1', format('{"%s": %s}', k, v)), format('CT009 %s %s is not one of client 1', w, v), format('%s %s', w, v)) FROM (VALUES ('goal_id', 'goal'), ('action_step_id', 'action step'), ('referral_id', 'referral'), ('client_barrier_id', 'need or barrier')) x (k, w), unnest(ARRAY['2', '7', '999', '-1']) v;
SELECT is(pg_temp.edit(v, '{"units": 2}'), format('CT009 there is no service %s to edit', lower(v)), 'service ' || v) FROM unnest(ARRAY['4', '999', '0', '-1', '9223372036854775807', 'NULL']) v;
SELECT cmp_ok((SELECT max(length(message)) FROM raised), '<', 200, 'no message repeats a long text');
SELECT is((SELECT comments FROM client_service WHERE client_service_id = 1), 'again', 'nothing of that is left');

-- What follows a change.
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, exit_date) VALUES (22, 2, 11, '2024-02-01', NULL), (23, 2, 12, '2024-01-01', NULL), (24, 2, 11, '2024-01-31', '2024-01-31');
SELECT is(pg_temp.edited('2', v, 'program_id, enrollment_id, date_provided'), o, v) FROM (VALUES ('{"date_provided": "2024-01-15"}', '11 2 2024-01-15'), ('{"date_provided": "2024-01-31"}', '11 2 2024-01-31'), ('{"date_provided": "2024-02-01"}', '11 22 2024-02-01'), ('{"program_id": 12}', '12 23 2024-01-10'),
	('{"program_id": 12, "date_provided": "2024-03-01"}', '12 23 2024-03-01'), ('{"date_provided": "2024-02-01", "enrollment_id": 22}', '11 22 2024-02-01'), ('{"date_provided": "2024-02-01", "enrollment_id": 2}', :ENROLL), ('{"date_provided": "2023-01-01"}', :ENROLL)) x (v, o);
INSERT INTO service_offering (service_id, program_id, unit_value) VALUES (2, 11, 4), (2, 12, 5);
SELECT is(pg_temp.edited('1', v, 'service_id, units, unit_of_measure, trim_scale(unit_value), total_value'), o, v) FROM (VALUES ('{"service": "SHOWER"}', '2 1.0000 count 4 4.00'), ('{"service": "SHOWER", "unit_value": 1}', '2 1.0000 count 1 1.00'), ('{"service": "SHOWER", "units": 3}', '2 3.0000 count 4 12.00'),
	('{"service": "RENT"}', '22023 count cannot be converted to dollars'), ('{"service": "RENT", "units": 90.5}', '4 90.5000 dollars 1 90.50'), ('{"service": "COUNSEL", "units": 50, "unit_of_measure": "minutes"}', '3 0.8333 hours 60 50.00')) x (v, o);
SELECT is(pg_temp.edited('3', v, 'service_id, units, unit_of_measure, trim_scale(unit_value), total_value'), o, v) FROM (VALUES ('{"service": "PHONE"}', '5 90.0000 minutes 0.25 22.50'), ('{"units": 90, "unit_of_measure": "minutes"}', '3 1.5000 hours 60 90.00'), ('{"units": 2}', '3 2.0000 hours 60 120.00'),
	('{"unit_of_measure": "minutes"}', '3 0.0250 hours 60 1.50'), ('{"service": "COUNSEL"}', '3 1.5000 hours 60 90.00'), ('{"date_provided": "2024-03-01"}', '3 1.5000 hours 60 90.00')) x (v, o);
-- What does not change stays to the last digit, also where no form would have entered it.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, units, unit_value, unit_of_measure, date_updated) VALUES (5, 1, '2024-02-01', 1, 1, 11, 1.2345, 0.0000000001, 'crates', '2024-02-02 10:00:00.123456+00');
SELECT is(pg_temp.edited('5', v, 'units, unit_value, unit_of_measure'), '1.2345 0.0000000001 crates', v) FROM unnest(ARRAY['{"comments": "x"}', '{"date_provided": "2024-02-02"}', '{"grant_id": 1}']) v;
-- A goal that was deleted since stays where it is, and is no new choice.
UPDATE client_service SET goal_id = 3 WHERE client_service_id = 1;
UPDATE client_service SET date_updated = '2024-02-02 10:00:00.123456+00' WHERE client_service_id = 1;
UPDATE goal SET date_deleted = now() WHERE goal_id = 3;
SELECT is(pg_temp.edited('1', '{"referral_id": 1}', 'goal_id, referral_id'), '3 1', 'beside another change');
SELECT is(pg_temp.edit('3', '{"goal_id": 3}'), 'CT009 goal 3 is not one of client 1', 'for another service');

-- Warnings.
SELECT bar_client(1, '2024-05-01', '2024-06-01', covers_all => true, bar_level => 'warn', notes => 'guardednote') AS warned, bar_client(1, '2024-06-01', '2024-07-01', covers_all => true, notes => 'guardednote') AS barred \gset
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, '2024-02-01', 1, 6, 11), (1, '2024-02-01', 1, 7, 11);
SELECT is(pg_temp.edited('1', v, '''ok''', c), o, format('%s, confirmed %s', v, c)) FROM (VALUES ('{"date_provided": "2024-05-10"}', 'false', 'CT014 there are warnings to confirm'), ('{"date_provided": "2024-05-10"}', 'NULL', 'CT014 there are warnings to confirm'), ('{"date_provided": "2024-05-10"}', 'true', 'ok'),
	('{"date_provided": "2024-06-10"}', 'true', 'CT002 client is barred'), ('{"service": "BUS"}', 'true', 'CT005 service is already recorded'), ('{"service": "SHOES"}', 'false', 'CT014 there are warnings to confirm'), ('{"service": "SHOES"}', 'true', 'ok')) x (v, c, o);
SELECT is(pg_temp.edited('1', '{"comments": "x"}', '''ok'''), 'ok', 'what is not judged needs no confirmation');

-- Deleting and restoring.
SELECT is(caught(format('SELECT delete_service(%s)', v)), m, v || ': ' || m) FROM (VALUES ('NULL, ''x''', '22004 client_service_id and reason must be given'), ('1, NULL', '22004 client_service_id and reason must be given'), ('1, E'' \t''', '22004 client_service_id and reason must be given'),
	('999, ''x''', 'CT009 there is no client service 999 to delete'), ('4, ''x''', 'CT009 there is no client service 4 to delete')) x (v, m);
SELECT is(caught(format('SELECT restore_service(%s)', v)), format('CT009 there is no deleted client service %s to restore', lower(v)), 'nothing to restore: ' || v) FROM unnest(ARRAY['1', '999', '-1', 'NULL']) v;
SELECT is(caught('SELECT delete_service(1, ''Twice'')'), 'ok', 'deleted');
SELECT results_eq('SELECT date_deleted, delete_reason, date_updated FROM client_service WHERE client_service_id = 1', 'VALUES (now(), ''Twice'', now())', 'with when and why');
SELECT is(pg_temp.edit('1', jsonb_build_object('date_updated', now())::text), 'CT009 there is no service 1 to edit', 'and not edited');
SELECT is(caught('SELECT restore_service(1)'), 'ok', 'restored');
SELECT results_eq('SELECT date_deleted, delete_reason FROM client_service WHERE client_service_id = 1', 'VALUES (NULL::timestamptz, NULL)', 'as if nothing had been');
SELECT is(caught('SELECT restore_service(1)'), 'CT009 there is no deleted client service 1 to restore', 'once');
-- What comes back is judged by what is true today.
CREATE FUNCTION pg_temp.restored_after(statement text, id int) RETURNS text LANGUAGE plpgsql AS $$
-- How restore_service() ends after something happened while the service was deleted, with everything taken back.
DECLARE
	outcome text;
BEGIN
	UPDATE hmis.client_service SET date_deleted = now() WHERE client_service_id = id;
	EXECUTE statement;
	outcome := public.caught(format('SELECT hmis.restore_service(%s)', id));
	RAISE SQLSTATE 'XYZ00';
EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
	RETURN outcome;
END $$;
DELETE FROM client_service WHERE service_id IN (6, 7);
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (61, 1, '2024-02-01', 1, 6, 11);
SELECT is(pg_temp.restored_after(s, id), o, s) FROM (VALUES ('SELECT 1', 1, 'ok'), ('SELECT bar_client(1, ''2024-02-01'', covers_all => true)', 1, 'CT002 client is barred'), ('SELECT bar_client(1, ''2024-02-02'', covers_all => true)', 1, 'ok'),
	('SELECT bar_client(1, ''2024-02-01'', covers_all => true, bar_level => ''warn'')', 1, 'CT014 there are warnings to confirm'),
	('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, ''2024-02-01'', 1, 6, 11)', 61, 'CT005 service is already recorded'), ('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, ''2024-02-02'', 1, 6, 11)', 61, 'ok'),
	('UPDATE enrollment SET exit_date = ''2024-01-09'' WHERE enrollment_id = 2', 2, :ENROLL), ('UPDATE enrollment SET exit_date = ''2024-01-10'' WHERE enrollment_id = 2', 2, 'ok'),
	('UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 2', 2, :ENROLL), ('UPDATE service SET active = false', 2, 'CT003 service is not offered by the program on that date'), ('INSERT INTO service_organization (service_id, organization_id) VALUES (1, 2)', 2, 'CT003 service is not offered by the program on that date'),
	('INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, ''2024-01-01'', ''2024-01-31'', ''x'')', 2, 'CT015 the period was reported and is locked')) v (s, id, o);
SELECT is((SELECT count(*) FROM client_service WHERE date_deleted IS NOT NULL)::int, 1, 'nothing of that is left');

-- Roles, and what the audit says.
CREATE FUNCTION pg_temp.by(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
-- What tried() returns; an error stays in the table raised.
DECLARE
	outcome text := public.tried(who, 'SELECT hmis.' || call);
BEGIN
	RETURN CASE WHEN outcome ~ '^[0-9]+$' THEN outcome ELSE public.did(who, 'SELECT hmis.' || call) END;
END $$;
UPDATE client_service SET date_updated = '2024-02-02 10:00:00.123456+00';
\set SEEN '"date_updated": "2024-02-02 10:00:00.123456+00"'
SELECT is(pg_temp.by('test_reader', format('edit_service(1, ''{%s}'')', :'SEEN')), '42501 permission denied for function edit_service', 'a reader');
SELECT is(pg_temp.by('test_worker', format('edit_service(%s, ''{%s, "units": 2}'')', i, :'SEEN')), o, 'a worker edits ' || i) FROM (VALUES (1, '1'), (8, 'CT009 there is no service 8 to edit'), (9, 'CT009 there is no service 9 to edit'), (4, 'CT009 there is no service 4 to edit'), (999, 'CT009 there is no service 999 to edit')) v (i, o);
SELECT is(pg_temp.by('test_worker', format('delete_service(%s, ''x'')', i)), o, 'deletes ' || i) FROM (VALUES (1, '1'), (8, 'CT009 there is no client service 8 to delete'), (9, 'CT009 there is no client service 9 to delete'), (999, 'CT009 there is no client service 999 to delete')) v (i, o);
UPDATE client_service SET date_deleted = now() WHERE client_service_id IN (8, 9);
SELECT is(pg_temp.by('test_worker', format('restore_service(%s)', i)), o, 'restores ' || i) FROM (VALUES (4, '1'), (8, 'CT009 there is no deleted client service 8 to restore'), (9, 'CT009 there is no deleted client service 9 to restore'), (999, 'CT009 there is no deleted client service 999 to restore')) v (i, o);
UPDATE client_service SET date_deleted = NULL, date_updated = '2024-02-02 10:00:00.123456+00' WHERE client_service_id IN (8, 9);
SELECT is(pg_temp.by('test_worker', format('edit_service(1, ''{%s, "program_id": %s}'')', :'SEEN', p)), '42501 new row violates row-level security policy for table "client_service"', 'another organization''s program, or none: ' || p) FROM unnest(ARRAY[21, 31, 999]) p;
SELECT is(pg_temp.by('test_worker', format('edit_service(1, ''{%s, "enrollment_id": %s}'')', :'SEEN', e)), '42501 new row violates row-level security policy for table "client_service"', 'an enrollment out of sight, or none: ' || e) FROM unnest(ARRAY[7, 8, 9, 999]) e;
SELECT is(pg_temp.by('test_worker', format('edit_service(1, ''{%s, "%s": %s}'')', :'SEEN', k, v)), format('CT009 %s %s is not one of client 1', w, v), format('%s out of sight, or none: %s', w, v)) FROM (VALUES ('goal_id', 'goal'), ('action_step_id', 'action step'), ('referral_id', 'referral'), ('client_barrier_id', 'need or barrier')) x (k, w), unnest(ARRAY['7', '999']) v;
SELECT is((SELECT count(DISTINCT concat(state, r.detail, r.hint)) FROM raised r WHERE r.statement ~ 'hmis.(edit|delete|restore)_service\((8|9|999)\M' AND r.message ~ ' (8|9|999) to '), 3::bigint, 'services out of sight, and none, in the same words');
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, shares, end_date) VALUES (8, 2, 1, '{enrollments,services}', current_date + 10);
SELECT is(asked('test_worker', 'SELECT client_service_id FROM client_service WHERE client_service_id = 8'), '8', 'a service released is read');
SELECT is(pg_temp.by('test_worker', c), o, c) FROM (VALUES (format('edit_service(8, ''{%s, "units": 2}'')', :'SEEN'), 'CT009 there is no service 8 to edit'), ('delete_service(8, ''x'')', 'CT009 there is no client service 8 to delete')) v (c, o);
SELECT is(did('test_worker', format('SELECT edit_service(1, ''{%s, "units": 2}'')', :'SEEN')), '1', 'what a worker edits');
SELECT is(did('test_worker', 'SELECT delete_service(1, ''Twice'')'), '1', 'or deletes');
SELECT results_eq($$SELECT operation::text, user_id, db_role::text, old_values ->> 'units', new_values ->> 'units', new_values ->> 'delete_reason' FROM audit_event WHERE table_name = 'client_service' AND row_key = 1 ORDER BY audit_event_id DESC LIMIT 2$$,
	$$VALUES ('U', 12::bigint, 'test_worker', NULL, NULL, 'Twice'), ('U', 12, 'test_worker', '1.0000', '2.0000', NULL)$$, 'is in the audit, with who');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
