-- Who sees service authorizations, who decides, and what the owner's triggers do for whom: row security, rights, attacks.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
GRANT clienttrack_approve_authorizations TO test_both, test_north;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;

-- A worker asks, somebody with the right decides.
SELECT is(did('test_worker', $$SELECT create_service_authorization(1, 'MEAL', '2024-01-01', '2024-01-31', recurrence => 'FREQ=DAILY', enrollment_id => 1)$$), '1', 'a worker asks');
SELECT is(did('test_worker', $$SELECT create_service_authorization(1, 'MEAL', '2024-01-01', '2024-01-31', authorization_status => 'approved')$$), '42501 this needs the right "approve_authorizations"', 'and does not decide');
SELECT is(did('test_worker', 'SELECT approve_service_authorization(1)'), '42501 this needs the right "approve_authorizations"', 'nor afterwards');
SELECT is(did('test_worker', 'SELECT deny_service_authorization(1, ''x'')'), '42501 this needs the right "approve_authorizations"', 'neither way');
SELECT alike(did('test_worker', 'UPDATE service_authorization SET authorization_status = ''approved'''), '42501 new row violates row-level security %', 'nor by an UPDATE');
SELECT alike(did('test_worker', 'INSERT INTO service_authorization (client_id, service_id, begin_date, end_date, authorization_status) VALUES (1, 1, ''2024-01-01'', ''2024-01-31'', ''approved'')'), '42501 new row violates row-level security %', 'nor by an INSERT');
SELECT is(did('test_worker', 'UPDATE service_authorization SET units = 2'), '1', 'while it is pending a worker changes it');
SELECT is(did('test_both', 'SELECT approve_service_authorization(1, ''2024-01-02'')'), '1', 'who has the right decides');
SELECT is(asked('test_worker', 'SELECT decided_by FROM authorization_balance'), 'Bo', 'and is named');
SELECT is(did('test_worker', 'UPDATE service_authorization SET units = 200'), '0', 'what was decided a worker does not change');
SELECT is(did('test_worker', 'UPDATE service_authorization SET date_deleted = now()'), '0', 'nor delete');
SELECT is(did('test_worker', change), '42501 this needs the right "approve_authorizations"', change) FROM (VALUES ('SELECT edit_service_authorization(1, ''{"units": 3}'')'), ('SELECT delete_service_authorization(1, ''x'')'),
	('SELECT skip_authorized_date(1, ''2024-01-03'')'), ('SELECT move_authorized_date(1, ''2024-01-03'', ''2024-01-04'')'), ('SELECT add_authorized_date(1, ''2024-01-03'')'), ('SELECT set_authorization_goals(1, NULL)'), ('SELECT reopen_service_authorization(1, ''x'')')) v (change);
SELECT alike(did('test_worker', 'INSERT INTO authorization_exception (service_authorization_id, client_id, exception_type, new_date) VALUES (1, 1, ''add'', ''2024-01-31'')'), '42501 new row violates row-level security %', 'nor adds instances by an INSERT');
SELECT alike(did(who, 'UPDATE service_authorization SET ' || col), '42501 permission denied for table service_authorization', who || ' does not set ' || col) FROM (VALUES ('test_worker'), ('test_both'), ('test_admin')) w (who), (VALUES ('units_drawn = 0'), ('units_authorized = 100'), ('instances_authorized = 100'), ('decided_by_user_id = 1')) c (col);
SELECT alike(did('test_both', 'INSERT INTO service_authorization (client_id, service_id, begin_date, end_date, units_authorized) VALUES (1, 1, ''2024-01-01'', ''2024-01-31'', 1000)'), '42501 permission denied %', 'nor what it grants');
SELECT is(did('test_reader', 'SELECT create_service_authorization(1, ''MEAL'', ''2024-01-01'', ''2024-01-31'')'), '42501 permission denied for function create_service_authorization', 'a reader asks for none');

-- What hangs on an authorization that was decided stays with it.
SELECT did('test_worker', $$SELECT create_service_authorization(1, 'MEAL', '2024-02-01', '2024-02-29', recurrence => 'FREQ=DAILY', goal_ids => ARRAY[set_goal(1, 'Eat')], exceptions => '[{"skip": "2024-02-05"}]')$$) \g /dev/null
SELECT did('test_worker', $$SELECT create_service_authorization(1, 'MEAL', '2024-03-01', '2024-03-31', recurrence => 'FREQ=DAILY')$$) \g /dev/null
SELECT max(service_authorization_id) - 1 AS decided, max(service_authorization_id) AS asked FROM service_authorization \gset
SELECT did('test_both', format('SELECT approve_service_authorization(%s, ''2024-01-31'')', :decided)) \g /dev/null
SELECT is(did('test_worker', format('UPDATE %I SET service_authorization_id = %s WHERE service_authorization_id = %s', t, :asked, :decided)), '0', t || ' is not moved to another') FROM (VALUES ('authorization_exception'), ('service_authorization_goal')) v (t);
SELECT is(did('test_worker', format('UPDATE %I SET date_deleted = now() WHERE service_authorization_id = %s', t, :decided)), '0', t || ' is not deleted') FROM (VALUES ('authorization_exception'), ('service_authorization_goal')) v (t);
SELECT did('test_both', format('SELECT reopen_service_authorization(%s, ''x'')', :decided)) \g /dev/null
SELECT did('test_worker', format('SELECT delete_service_authorization(%s, ''x''), delete_service_authorization(%s, ''x'')', :decided, :asked)) \g /dev/null

-- Drawing needs no right but that to record services.
SELECT is(did('test_worker', 'INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, service_authorization_id) VALUES (1, 1, 11, 1, ''2024-01-10'', 5, 1)'), '1', 'a worker draws');
SELECT is(asked('test_worker', 'SELECT units_drawn FROM service_authorization WHERE service_authorization_id = 1'), '5.0000', 'and it is counted');
SELECT is(did('test_worker', 'SELECT record_service(1, ''MEAL'', ''2024-01-11'')'), '1', 'by a form, too');
SELECT is(asked('test_worker', 'SELECT units_drawn FROM service_authorization WHERE service_authorization_id = 1'), '6.0000', 'without naming it');
SELECT is(did('test_worker', 'INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, service_authorization_id) VALUES (1, 1, 11, 1, ''2024-01-10'', 57, 1)'), 'CT004 service authorization would be exceeded', 'never too much');
SELECT is(did('test_worker', 'SELECT * FROM post_authorized_services(''2024-01-20'', 11)'), '1', 'and posts what is due');
SELECT is(asked('test_worker', 'SELECT sum(units_delivered) FROM authorization_instances(''2024-01-01'', ''2024-01-31'')'), '8', 'and sees it');

-- Who sees what: the organization that entered it, and those of the enrollment's program.
SELECT did('test_north', 'SELECT create_service_authorization(8, ''MEAL'', ''2024-01-01'', ''2024-01-31'', authorization_status => ''approved'')') \g /dev/null
SELECT did('test_north', 'SELECT create_service_authorization(8, ''MEAL'', ''2024-01-01'', ''2024-01-31'', enrollment_id => 8)') \g /dev/null
SELECT did('test_haven', 'SELECT create_service_authorization(9, ''MEAL'', ''2024-01-01'', ''2024-01-31'')') \g /dev/null
SELECT is(asked(who, 'SELECT string_agg(client_id::text, '','' ORDER BY service_authorization_id) FROM authorization_balance'), sees, who || ' sees') FROM (VALUES ('test_worker', '1'), ('test_reader', '1'), ('test_north', '8,8'), ('test_both', '1,8,8'), ('test_haven', '9'), ('test_admin', '1,8,8')) v (who, sees);
SELECT is(asked(who, 'SELECT string_agg(DISTINCT client_id::text, '','') FROM authorization_instances(''-infinity'', ''infinity'')'), sees, who || ' sees instances of') FROM (VALUES ('test_worker', '1'), ('test_north', '8'), ('test_both', '1,8')) v (who, sees);
SELECT is(asked('test_worker', 'SELECT count(*) FROM authorization_instances(''-infinity'', ''infinity'', ARRAY(SELECT generate_series(1, 10)::bigint))'), '31', 'also when they are named');
SELECT alike(did('test_worker', 'INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, service_authorization_id) SELECT 8, 1, 11, 81, ''2024-01-10'', id FROM generate_series(2, 4) id'), '42501 new row violates row-level security %', 'nobody draws on what is out of sight');
SELECT is(did('test_worker', 'SELECT record_service(8, ''MEAL'', ''2024-01-10'', program_id => 11, service_authorization_id => 2)'), 'CT009 service authorization 2 is not one of client 8', 'and is told nothing of it');
SELECT is(did('test_worker', 'SELECT record_service(8, ''MEAL'', ''2024-01-10'', program_id => 11)'), '1', 'a form passes it over');
SELECT is((SELECT service_authorization_id FROM client_service WHERE client_id = 8), NULL, 'and draws on none');
SELECT is(did('test_worker', 'SELECT approve_service_authorization(3)'), '42501 this needs the right "approve_authorizations"', 'no right');
SELECT is(did('test_north', 'SELECT reopen_service_authorization(1, ''x'')'), 'CT009 there is no service authorization 1', 'a right in another organization');
SELECT matches(did(who, 'SELECT hmis.lock_authorizations(''{1}'')'), answer, who || ' and lock_authorizations()') FROM (VALUES ('test_stranger', '^42501'), ('test_reader', '^42501'), ('test_worker', '^1$')) v (who, answer);
SELECT matches(did(who, 'SELECT * FROM clienttrack.authorization_instances(''hmis'', ''2024-01-01'', ''2024-01-02'', NULL)'), '^42501 permission denied for ', who || ' asks the engine') FROM (VALUES ('test_stranger')) v (who);

-- Definer triggers on a table of one's own.
GRANT CREATE ON SCHEMA public TO test_worker;
SELECT alike(did('test_worker', $$DO 'BEGIN CREATE TABLE public.mine (service_authorization_id bigint PRIMARY KEY); CREATE TRIGGER t BEFORE INSERT ON public.mine FOR EACH ROW EXECUTE FUNCTION hmis.$$ || f || $$(); END'$$), '42501 permission denied for function %' || f, 'nobody puts the owner''s trigger on a table') FROM (VALUES ('keep_service_authorization'), ('keep_authorization_exception')) v (f);
-- Operators and functions of the writer's own, and a table that hides the real one.
CREATE TEMP TABLE service_authorization (LIKE hmis.service_authorization);
CREATE FUNCTION public.sum_of(numeric, numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 0::numeric';
CREATE OPERATOR public.+ (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = public.sum_of);
SET search_path = pg_temp, public, hmis, clienttrack, pg_catalog;
SELECT is(did('clienttrack_owner', 'INSERT INTO hmis.client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, service_authorization_id) VALUES (1, 1, 11, 1, ''2024-01-10'', 57, 1)'), 'CT004 service authorization would be exceeded', 'a search_path with traps does not fool it');
SET search_path = hmis, clienttrack, public;
DROP OPERATOR public.+ (numeric, numeric);

-- COPY, ON CONFLICT, and a trigger of the DBA's that changes rows.
SELECT is(caught('INSERT INTO client_service (client_service_id, client_id, service_id, program_id, enrollment_id, date_provided, units, service_authorization_id) SELECT client_service_id, client_id, service_id, program_id, enrollment_id, date_provided, 60, 1 FROM client_service WHERE client_id = 1 LIMIT 1
	ON CONFLICT (client_service_id) DO UPDATE SET units = excluded.units'), 'CT004 service authorization would be exceeded', 'ON CONFLICT DO UPDATE');
CREATE FUNCTION public.double_units() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.units := NEW.units * 100; RETURN NEW; END';
CREATE TRIGGER double_units BEFORE INSERT ON client_service FOR EACH ROW EXECUTE FUNCTION public.double_units();
SELECT is(serve(1, '2024-01-12', 1), 'ok', 'a trigger that changes units');
SELECT is(caught('INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, service_authorization_id) VALUES (1, 1, 11, 1, ''2024-01-12'', 1)'), 'CT004 service authorization would be exceeded', 'is drawn with what it wrote');
DROP TRIGGER double_units ON client_service;
SELECT is((SELECT units_drawn FROM hmis.service_authorization WHERE service_authorization_id = 1), (SELECT sum(units) FROM client_service WHERE service_authorization_id = 1 AND date_deleted IS NULL), 'the counter is what was given');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
