-- Service authorizations: creating, deciding, exceptions, instances, drawing, the balance, posting what is due.
BEGIN;
SELECT no_plan();
\ir seed.psql
CREATE FUNCTION public.states(ids bigint[], first date DEFAULT '-infinity', last date DEFAULT 'infinity') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(to_char(i.due_date, 'MM-DD') || ' ' || i.units || '/' || i.units_delivered || ' ' || i.status, ', ' ORDER BY i.service_authorization_id, i.due_date)
	FROM hmis.authorization_instances(first, last, ids) i
$$;
CREATE FUNCTION public.balance(id bigint) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s of %s, %s instances', b.units_drawn, b.units_authorized, b.instances_authorized) FROM hmis.authorization_balance b
	WHERE b.service_authorization_id = id
$$;
-- Draws on an authorization by a plain INSERT.
CREATE FUNCTION public.draw(a bigint, u numeric, d date DEFAULT '2024-01-10', c bigint DEFAULT 1, e bigint DEFAULT 1, s bigint DEFAULT 1, m text DEFAULT 'count')
RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id, units, unit_of_measure, service_authorization_id)
		VALUES (%L, %L, %L, %L, 11, %L, %L, %L)', c, d, e, s, u, m, a))
$$;

-- Creating.
SELECT is(create_service_authorization(1, 'MEAL', '2024-01-01', '2024-01-31', units => 2, recurrence => 'rrule:byday=th,mo;freq=weekly', enrollment_id => 1,
	grant_id => 1, fund_id => 1, reason => 'Cold night', comments => 'Winter',
	exceptions => '[{"skip": "2024-01-15", "reason": "Holiday"}, {"move": "2024-01-25", "to": "2024-01-26"}, {"add": "2024-01-31"}]'), 1::bigint, 'created in one call');
SELECT results_eq('SELECT service_code, authorization_status, recurrence, recurrence_start, unit_of_measure, units, unit_value, units_authorized, units_left, value_authorized, fund_name, reason, comments FROM authorization_balance',
	$$VALUES ('MEAL', 'pending', 'FREQ=WEEKLY;BYDAY=MO,TH', '2024-01-01'::date, 'count', 2::numeric, 3.5::numeric, 18::numeric, 18::numeric, 63.00::numeric, 'City', 'Cold night', 'Winter')$$,
	'defaults and names in the balance');
SELECT is(states('{1}'), '01-01 2/0 missed, 01-04 2/0 missed, 01-08 2/0 missed, 01-11 2/0 missed, 01-15 0/0 skipped, 01-18 2/0 missed, 01-22 2/0 missed, 01-26 2/0 missed, 01-29 2/0 missed, 01-31 2/0 missed',
	'instances with exceptions, of a pending one that is named');
SELECT is_empty('SELECT * FROM authorization_instances(''-infinity'', ''infinity'')', 'but not else');
SELECT is(caught(format('SELECT create_service_authorization(%s)', args)), answer, args) FROM (VALUES
	('NULL, ''MEAL'', ''2024-01-01'', ''2024-01-31''', '22004 client_id must not be null'), ('1, NULL, ''2024-01-01'', ''2024-01-31''', '22004 service must be given'),
	('1, ''MEAL'', NULL, ''2024-01-31''', '22004 begin_date must not be null'), ('1, ''MEAL'', ''2024-01-01'', NULL', '22004 end_date must not be null'),
	('1, ''MEAL'', ''2024-01-01'', ''infinity''', '22008 end_date must be finite'), ('1, ''MEAL'', ''2024-01-02'', ''2024-01-01''', '22023 end_date must not be before begin_date: 2024-01-01 is before 2024-01-02'),
	('1, ''SOUP'', ''2024-01-01'', ''2024-01-31''', 'CT009 service "SOUP" does not exist'), ('99, ''MEAL'', ''2024-01-01'', ''2024-01-31''', 'CT009 client not found'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', 0', '22023 units must be more than 0, not 0'), ('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', ''NaN''', '22023 units must be at least 0 and below 10000000000, not NaN'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', recurrence => ''FREQ=WEEKLY;BYDAY=XX''', '22P02 invalid recurrence rule: BYDAY "XX" is not a weekday like MO, or 2MO for the second, -1MO for the last Monday'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', enrollment_id => 2', 'CT009 enrollment 2 does not exist'), ('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', fund_id => 99', 'CT009 fund 99 does not exist'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', grant_id => 99', 'CT009 grant 99 does not exist'), ('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', goal_ids => ''{99}''', 'CT009 goal 99 is not one of client 1'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', authorization_status => ''denied''', '22023 authorization_status must be pending or approved, not "denied"'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', exceptions => ''{}''', '22023 exceptions must be a jsonb array'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', exceptions => ''[{"skip": "2024-01-01", "add": "2024-01-02"}]''', '22023 an exception must skip one date, move one to another, or add one'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', exceptions => ''[{"move": "2024-01-01"}]''', '22023 an exception must skip one date, move one to another, or add one'),
	('1, ''MEAL'', ''2024-01-01'', ''2024-01-31'', exceptions => ''[{"skip": "2024-01-02"}]''', 'CT009 no instance of service authorization 6 is due on 2024-01-02'),
	('1, ''MEAL'', ''2024-01-01'', ''2224-01-31''', '22023 a service authorization is for at most a hundred years')
) v (args, answer);

-- Deciding.
SELECT is(draw(1, 1), 'CT004 service does not fit its authorization', 'a pending one is not drawn on');
SELECT is(last_detail(), 'Not possible: client 1 on 2024-01-10, authorization 1 is pending.', 'and the detail says so');
SELECT is(caught('SELECT deny_service_authorization(1, '' '')'), '22004 reason must be given', 'denied without a reason');
SELECT is(caught('SELECT deny_service_authorization(1, ''No money'', ''2024-01-02'')'), 'ok', 'denied');
SELECT is(caught('SELECT approve_service_authorization(1)'), '55000 service authorization 1 is denied', 'what was decided is not decided again');
SELECT is(caught('UPDATE service_authorization SET authorization_status = ''approved'' WHERE service_authorization_id = 1'), '55000 a service authorization that is denied cannot become approved', 'nor by any writer');
SELECT is(draw(1, 1), 'CT004 service does not fit its authorization', 'a denied one is not drawn on');
SELECT is_empty('SELECT * FROM authorization_instances(''-infinity'', ''infinity'', ''{1}'')', 'and has no instances');
SELECT is(caught('SELECT reopen_service_authorization(1, ''Money came'', ''2024-01-01'')'), '22023 status_date must not be before it was denied: 2024-01-01 is before 2024-01-02', 'not before it was denied');
SELECT is(caught('SELECT reopen_service_authorization(1, ''Money came'', ''2024-01-03'')'), 'ok', 'reopened');
SELECT is(caught('SELECT approve_service_authorization(1, ''2024-01-04'', date_updated => ''2024-01-01'')'), 'CT018 the service authorization was changed since you read it', 'not what somebody has changed since');
SELECT is(caught('SELECT approve_service_authorization(1, ''2999-01-01'')'), 'CT008 date is out of range', 'not in the future');
SELECT is(last_detail(), 'In the future, before the client''s birth, or of a deleted client: client 1 on 2999-01-01.', 'and which day it is');
SELECT is(caught('SELECT approve_service_authorization(1, ''2024-01-04'', ''At last'')'), 'ok', 'approved');
SELECT results_eq('SELECT old_status, new_status, status_date, comments, record_name FROM case_status_history ORDER BY case_status_change_id',
	$$VALUES (NULL, 'pending', current_date, NULL, 'Meal'), ('pending', 'denied', '2024-01-02', 'No money', 'Meal'), ('denied', 'pending', '2024-01-03', 'Money came', 'Meal'), ('pending', 'approved', '2024-01-04', 'At last', 'Meal')$$,
	'each change is kept');
SELECT is((SELECT decided_date FROM service_authorization WHERE service_authorization_id = 1), '2024-01-04'::date, 'when it was decided');
SELECT is(caught('INSERT INTO service_authorization (client_id, service_id, begin_date, end_date, authorization_status) VALUES (1, 1, ''2024-01-01'', ''2024-01-31'', ''maybe'')'),
	'23514 new row for relation "service_authorization" violates check constraint "authorization_status_is_known"', 'another status');

-- Drawing: by any writer, for whatever reason it does not fit.
SELECT is(draw(1, 2, '2024-01-01'), 'ok', 'drawn on');
SELECT is(balance(1), '2 of 18, 9 instances', 'the balance');
SELECT is(draw(1, 1, d::date, 1, 1, s, m), 'CT004 service does not fit its authorization', why) FROM (VALUES
	('2024-02-01', 1::bigint, 'count', 'is from 2024-01-01 to 2024-01-31'), ('2024-01-10', 2, 'count', 'is for another service'), ('2024-01-10', 1, 'hours', 'is in count')) v (d, s, m, why);
SELECT alike(draw(1, 1, '2024-01-10', 5, 5), '23503 %"client_service_service_authorization"', 'of another client');
SELECT alike(draw(77, 1), '23503 %', 'one that does not exist');
SELECT is(draw(1, 16.0001, '2024-01-31'), 'CT004 service authorization would be exceeded', 'more than is left');
SELECT is(last_detail(), 'Not enough left: authorization 1 has 18 units, 2 are drawn, 16.0001 more asked.', 'by how much');
SELECT is(draw(1, 16, '2024-01-31'), 'ok', 'all that is left');
SELECT is(draw(1, 0.0001, '2024-01-31'), 'CT004 service authorization would be exceeded', 'nothing is left');
SELECT is(caught('UPDATE client_service SET units = units + 1 WHERE units = 2'), 'CT004 service authorization would be exceeded', 'an update draws too');
SELECT is(caught('UPDATE client_service SET units = CASE units WHEN 2 THEN 1 ELSE 17 END'), 'ok', 'what one gives back another takes');
SELECT is(caught('UPDATE client_service SET date_deleted = now() WHERE units = 17'), 'ok', 'deleting');
SELECT is(balance(1), '1 of 18, 9 instances', 'gives the units back');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL, units = 17.5 WHERE units = 17'), 'CT004 service authorization would be exceeded', 'restoring takes them');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL WHERE units = 17'), 'ok', 'as many as are left');
SELECT is(caught('UPDATE client_service SET comments = ''late'' WHERE units = 17'), 'ok', 'a comment takes nothing');
SELECT is(caught('DELETE FROM client_service WHERE units = 17'), 'ok', 'a row that goes');
SELECT is(balance(1), '1 of 18, 9 instances', 'gives its units back');
SELECT is(caught('WITH a AS (INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, units, service_authorization_id) VALUES (1, ''2024-01-10'', 1, 1, 11, 10, 1)),
	b AS (INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, units, service_authorization_id) VALUES (1, ''2024-01-10'', 1, 1, 11, 8, 1)) SELECT'),
	'CT004 service authorization would be exceeded', 'several statements in one');
SELECT is(caught('MERGE INTO client_service s USING (VALUES (18)) v (u) ON s.client_id = 1 AND s.units = 1 WHEN MATCHED THEN UPDATE SET units = v.u + 1'), 'CT004 service authorization would be exceeded', 'MERGE');
SELECT is(caught('UPDATE client_service SET service_authorization_id = NULL'), 'ok', 'an authorization that is taken off');
SELECT is(balance(1), '0 of 18, 9 instances', 'gets its units back');
SELECT is(caught('UPDATE client_service SET service_authorization_id = 1'), 'ok', 'and put on again');
SELECT is(balance(1), '1 of 18, 9 instances', 'gives them');
UPDATE client_service SET units = 2;

-- What services drew on stays as it must be.
SELECT is(caught('UPDATE service_authorization SET ' || changed || ' WHERE service_authorization_id = 1'), answer, changed) FROM (VALUES
	('end_date = ''2024-01-20''', 'ok'), ('end_date = ''2024-01-31''', 'ok'), ('begin_date = ''2024-01-02''', 'CT006 services that drew on the authorization would not fit it any more'),
	('service_id = 2', 'CT006 services that drew on the authorization would not fit it any more'), ('enrollment_id = NULL', 'ok'), ('enrollment_id = 1', 'ok'),
	('authorization_status = ''pending''', 'CT006 services drew on the service authorization'), ('date_deleted = now()', 'CT006 services drew on the service authorization'),
	('max_units = 2', 'ok'), ('max_units = 1.5', 'CT004 more units were drawn than the service authorization would grant'), ('max_units = NULL', 'ok'), ('units = 0.1', 'CT004 more units were drawn than the service authorization would grant'),
	('recurrence = ''freq=daily;count=1''', 'ok'), ('recurrence = ''FREQ=WEEKLY;BYDAY=TH,MO''', 'ok'), ('units_drawn = 0, recurrence = ''FREQ=DAILY''', 'ok'), ('units_drawn = 2, recurrence = ''FREQ=WEEKLY;BYDAY=MO,TH''', 'ok'),
	('unit_of_measure = ''hours''', '22023 the units of a service authorization are in the measure of its service'), ('recurrence = ''FREQ=HOURLY''', '22P02 invalid recurrence rule: FREQ "HOURLY" is below a day, and recurrences are by days: use DAILY, WEEKLY, MONTHLY or YEARLY')) v (changed, answer);
SELECT is(balance(1), '2 of 18, 9 instances', 'and grants what it did');
SELECT alike(caught('DELETE FROM service_authorization'), '23503 %', 'nor does it go');
SELECT is(caught('SELECT delete_service_authorization(1, ''x'')'), 'CT006 services drew on the service authorization', 'by the function');
SELECT is(caught('SELECT reopen_service_authorization(1, ''x'')'), 'CT006 services drew on the service authorization', 'nor is it pending again');
SELECT is(caught('UPDATE service SET unit_of_measure = ''hours'' WHERE service_id = 1'), 'CT006 services were recorded in the unit of measure', 'the service keeps its measure');

-- Instances: what was given counts for the one due last, what is too much for the next.
SELECT is(states('{1}', '2024-01-01', '2024-01-08'), '01-01 2/2 delivered, 01-04 2/0 missed, 01-08 2/0 missed', 'the first is given');
SELECT is(draw(1, 3, '2024-01-09'), 'ok', 'a day late, and one unit ahead');
SELECT is(states('{1}', '2024-01-04', '2024-01-18'), '01-04 2/0 missed, 01-08 2/2 delivered, 01-11 2/1 partly, 01-15 0/0 skipped, 01-18 2/0 missed', 'counts for the next too');
SELECT is(states('{1}', '2024-01-11', '2024-01-11'), '01-11 2/1 partly', 'in a window that begins later as well');
SELECT is(draw(1, 9, '2024-01-26'), 'ok', 'much ahead');
SELECT is(states('{1}', '2024-01-22'), '01-22 2/0 missed, 01-26 2/2 delivered, 01-29 2/2 delivered, 01-31 2/5 delivered', 'what is too much for all is with the last');
SELECT is((SELECT sum(units_delivered) FROM authorization_instances('-infinity', 'infinity', '{1}')), (SELECT units_drawn FROM service_authorization WHERE service_authorization_id = 1), 'nothing is lost');
SELECT is((SELECT sum(units) FROM authorization_instances('-infinity', 'infinity', '{1}')), (SELECT units_authorized FROM service_authorization WHERE service_authorization_id = 1), 'all that is authorized is due');
UPDATE client_service SET date_deleted = now() WHERE date_provided > '2024-01-01';

-- Exceptions.
SELECT is(caught('SELECT skip_authorized_date(1, ''2024-01-02'')'), 'CT009 no instance of service authorization 1 is due on 2024-01-02', 'no instance to skip');
SELECT is(caught('SELECT skip_authorized_date(1, ''2024-01-15'')'), 'CT009 no instance of service authorization 1 is due on 2024-01-15', 'skipped already');
SELECT is(caught('SELECT move_authorized_date(1, ''2024-01-18'', ''2024-02-01'')'), '22023 service authorization 1 is from 2024-01-01 to 2024-01-31', 'moved out of it');
SELECT is(caught('SELECT move_authorized_date(1, ''2024-01-18'', ''2024-01-22'')'), '22023 an instance of service authorization 1 is due on 2024-01-22 already', 'moved onto another');
SELECT is(caught('SELECT add_authorized_date(1, ''2024-01-26'')'), '22023 an instance of service authorization 1 is due on 2024-01-26 already', 'added where one was moved to');
SELECT is(caught('SELECT move_authorized_date(1, ''2024-01-26'', ''2024-01-27'')'), 'ok', 'moved once more');
SELECT is(caught('SELECT move_authorized_date(1, ''2024-01-31'', ''2024-01-30'')'), 'ok', 'one that was added is moved');
SELECT is(caught('SELECT move_authorized_date(1, ''2024-01-18'', ''2024-01-25'')'), 'ok', 'to where another was');
SELECT is(states('{1}', '2024-01-15'), '01-15 0/0 skipped, 01-22 2/0 missed, 01-25 2/0 missed, 01-27 2/0 missed, 01-29 2/0 missed, 01-30 2/0 missed', 'where they are now');
SELECT is(balance(1), '2 of 18, 9 instances', 'as many as before');
SELECT is(caught('SELECT skip_authorized_date(1, ''2024-01-27''), skip_authorized_date(1, ''2024-01-30'')'), 'ok', 'skipped where they are');
SELECT is(states('{1}', '2024-01-25'), '01-25 0/0 skipped, 01-25 2/0 missed, 01-29 2/0 missed', 'a day may have a skipped one and another');
SELECT is(balance(1), '2 of 14, 7 instances', 'two fewer');
SELECT is((SELECT count(*) FROM authorization_exception WHERE date_deleted IS NULL), 3::bigint, 'one exception for each');
SELECT is(caught(format('SELECT delete_authorization_exception(%s, ''Given after all'')', (SELECT authorization_exception_id FROM authorization_exception WHERE due_date = '2024-01-15'))), 'ok', 'an exception is taken back');
SELECT is(balance(1), '2 of 16, 8 instances', 'and the instance is due again');
SELECT is(caught('SELECT delete_authorization_exception(99, ''x'')'), 'CT009 there is no authorization exception 99', 'one that does not exist');
SELECT is(caught('INSERT INTO authorization_exception (service_authorization_id, client_id, exception_type, due_date, new_date) VALUES (1, 1, ''skip'', ''2024-01-08'', ''2024-01-09'')'),
	'23514 new row for relation "authorization_exception" violates check constraint "new_date_of_move_and_add"', 'a skip has no new date');
SELECT is(caught('UPDATE client_service SET units = 15 WHERE date_provided = ''2024-01-01'''), 'ok', 'nearly all is drawn');
SELECT is(caught('SELECT skip_authorized_date(1, ''2024-01-29'')'), 'CT004 more units were drawn than the service authorization would grant', 'what was drawn is not skipped away');
SELECT is(caught('INSERT INTO authorization_exception (service_authorization_id, client_id, exception_type, due_date) VALUES (1, 1, ''skip'', ''2024-01-29'')'), 'CT004 more units were drawn than the service authorization would grant', 'by no writer');
UPDATE client_service SET units = 2 WHERE date_provided = '2024-01-01';

-- Editing.
CREATE FUNCTION public.edited(changes text) RETURNS text LANGUAGE sql AS $$
	SELECT public.caught(format('SELECT edit_service_authorization(1, %L::jsonb || jsonb_build_object(''date_updated'', (SELECT date_updated FROM service_authorization WHERE service_authorization_id = 1)))', changes))
$$;
SELECT is(caught('SELECT edit_service_authorization(1, ''{"units": 3}'')'), '22004 date_updated must be given', 'as it was read');
SELECT is(caught('SELECT edit_service_authorization(1, ''{"units": 3, "date_updated": "2020-01-01"}'')'), 'CT018 the service authorization was changed since you read it', 'changed since');
SELECT is(edited(changes), answer, changes) FROM (VALUES ('{"begin_date": "2023-12-31", "units": 3, "max_units": 20.5, "comments": null}', 'ok'), ('{"client_id": 2}', '22023 changes have a key that is not known: client_id'),
	('{"units": 0}', '22023 units must be more than 0, not 0'), ('{"units": "many"}', '22023 "units" must be a number, not "many"'), ('{"recurrence": "FREQ=NEVER"}', '22P02 invalid recurrence rule: FREQ "NEVER" is not DAILY, WEEKLY, MONTHLY or YEARLY'),
	('{"recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"}', 'ok'), ('{"end_date": "2023-12-30"}', '22023 end_date must not be before begin_date: 2023-12-30 is before 2023-12-31'), ('{"begin_date": "2024-01-02"}', 'CT006 services that drew on the authorization would not fit it any more'), ('{"fund_id": 99}', 'CT009 fund 99 does not exist'), ('{"enrollment_id": 2}', 'CT009 enrollment 2 does not exist'),
	('{"grant_award_id": null, "fund_id": null, "end_date": "2024-02-29"}', 'ok')) v (changes, answer);
SELECT is((SELECT recurrence_start FROM service_authorization WHERE service_authorization_id = 1), '2024-01-01'::date, 'the recurrence counts from where it did');
SELECT is(states('{1}', '2024-02-01'), '02-12 3/0 missed, 02-26 3/0 missed', 'so the weeks are the same');
SELECT is(balance(1), '2 of 18, 6 instances', 'the exceptions that still say something hold');
SELECT is((SELECT set_goal(1, 'Eat') + set_goal(1, 'Sleep') + set_goal(2, 'Other')), 6::bigint, 'goals');
SELECT is(caught('SELECT set_authorization_goals(1, ''{1,2}''), set_authorization_goals(1, ''{2}''), set_authorization_goals(1, ''{2,1}'')'), 'ok', 'the goals that it serves');
SELECT is((SELECT count(*) FROM service_authorization_goal WHERE date_deleted IS NULL), 2::bigint, 'both');
SELECT is((SELECT goals FROM authorization_balance WHERE service_authorization_id = 1), 'Eat; Sleep', 'in the balance');
SELECT is(caught('SELECT set_authorization_goals(1, ''{3}'')'), 'CT009 goal 3 is not one of client 1', 'another client''s');

-- Deleting and restoring.
SELECT is(create_service_authorization(5, 'MEAL', '2024-01-01', '2024-12-31'), currval(pg_get_serial_sequence('service_authorization', 'service_authorization_id')), 'another');
SELECT currval(pg_get_serial_sequence('service_authorization', 'service_authorization_id')) AS other \gset
SELECT is(states(ARRAY[:other::bigint]), '12-31 1/0 missed', 'without recurrence it is given as needed, by the last day');
SELECT is(caught('SELECT create_service_authorization(5, ''MEAL'', ''2024-01-02'', ''2024-01-03'', recurrence => ''FREQ=WEEKLY;BYDAY=MO'')'), '22023 no date of the recurrence is from 2024-01-02 to 2024-01-03', 'one that grants nothing');
SELECT is(caught('SELECT create_service_authorization(2, ''MEAL'', ''2024-02-02'', ''2024-02-03'', enrollment_id => 2)'), '22023 the client is not enrolled in enrollment 2 from 2024-02-02 to 2024-02-03', 'one outside its enrollment');
SELECT is(caught('SELECT delete_service_authorization(' || :other || ', ''Mistake'')'), 'ok', 'deleted');
SELECT is(caught('SELECT approve_service_authorization(' || :other || ')'), 'CT009 there is no service authorization ' || :other, 'and gone');
SELECT is(caught('SELECT restore_service_authorization(' || :other || ')'), 'ok', 'restored');
SELECT is(caught('SELECT approve_service_authorization(' || :other || ')'), 'ok', 'approved');

-- Functions that record services draw by themselves.
SELECT is(caught('SELECT record_service(5, ''MEAL'', ''2024-03-01'', units => 2)'), 'CT014 there are warnings to confirm', 'one that would draw on nothing because there is too little left');
SELECT is(last_detail(), format('Client 5 on 2024-03-01: authorization %s has only 1 units left, and nothing would be drawn from it.', :other), 'is warned of');
SELECT record_service(5, 'MEAL', '2024-03-01') AS first, record_service(5, 'MEAL', '2024-03-02') AS second \gset
SELECT is((SELECT service_authorization_id FROM client_service WHERE client_service_id = :first), :other::bigint, 'record_service draws on what fits');
SELECT is((SELECT service_authorization_id FROM client_service WHERE client_service_id = :second), NULL, 'and on nothing when it does not suffice');
SELECT is(caught(format('SELECT record_service(5, ''MEAL'', ''2024-03-03'', service_authorization_id => %s)', :other)), 'CT004 service authorization would be exceeded', 'but says so when it is named');
SELECT is(caught('SELECT record_service(1, ''MEAL'', ''2024-03-03'', service_authorization_id => ' || :other || ')'), 'CT009 service authorization ' || :other || ' is not one of client 1', 'another client''s');
SELECT is(caught(format('SELECT edit_service(%s, jsonb_build_object(''service_authorization_id'', %s, ''date_updated'', (SELECT date_updated FROM client_service WHERE client_service_id = %s)))', :second, :other, :second)), 'CT004 service authorization would be exceeded', 'edit_service');
SELECT is(caught('SELECT delete_service(' || :first || ', ''Mistake'')'), 'ok', 'delete_service gives back');
SELECT is(caught(format('SELECT edit_service(%s, jsonb_build_object(''service_authorization_id'', %s, ''date_updated'', (SELECT date_updated FROM client_service WHERE client_service_id = %s)))', :second, :other, :second)), 'ok', 'so that another can draw');
SELECT is(caught('SELECT restore_service(' || :first || ')'), 'CT004 service authorization would be exceeded', 'and the first cannot come back');

-- An offering that wants one.
SELECT isnt(offer_service('MEAL', requires_authorization => true), NULL, 'the service is given to those who have an authorization only');
SELECT is(serve(6, '2024-01-10', 6), 'CT004 service needs an authorization', 'nobody else gets it');
SELECT is(last_detail(), 'Not authorized: client 6 on 2024-01-10.', 'and who it is about');
SELECT is(caught('SELECT record_service(6, ''MEAL'', ''2024-01-10'')'), 'CT004 service needs an authorization', 'by record_service');
SELECT is(caught('SELECT record_service(1, ''MEAL'', ''2024-01-10'', units => 90)'), 'CT004 service needs an authorization', 'nor more than there is');
SET LOCAL clienttrack.history = 'load';
SELECT is(serve(6, '2024-01-09', 6), 'ok', 'but for history that the owner loads');
SET LOCAL clienttrack.history = 'none';
SELECT is((SELECT string_agg(status || ' ' || coalesce(sqlstate, ''), ', ' ORDER BY client_id) FROM quick_service_for_clients('MEAL', '{1,6}', program_id => 11, date_provided => '2024-01-10')), 'recorded , rejected CT004', 'by a form for many');
SELECT is(caught('UPDATE client_service SET service_authorization_id = NULL WHERE client_id = 1 AND date_deleted IS NULL'), 'CT004 service needs an authorization', 'nor is it taken off');
SELECT is((SELECT jsonb_path_query_first(export_catalogue(), '$.services[*] ? (@.service_code == "MEAL").offerings[*].requires_authorization')), 'true'::jsonb, 'the catalogue has it');

-- A batch draws too.
SELECT is(create_service_batch('Lunch', 11, '[{"service": "MEAL", "units": 2}]'), 1::bigint, 'a batch');
SELECT is(open_batch_run(1, '2024-02-01', '2024-02-01'), 1::bigint, 'a run');
SELECT is((SELECT string_agg(client_id || ' ' || status || ' ' || coalesce(sqlstate, ''), ', ' ORDER BY client_id) FROM add_batch_clients(1, '{1,6}'::bigint[])), '1 added , 6 rejected CT004', 'who has none is told when added');
SELECT is((SELECT string_agg(client_id || ' ' || status, ', ' ORDER BY client_id) FROM post_batch(1)), '1 posted', 'posted');
SELECT is(balance(1), '5 of 18, 6 instances', 'drawn');
SELECT is((SELECT unpost_batch(1, 'x')), 1::bigint, 'un-posted');
SELECT is(balance(1), '3 of 18, 6 instances', 'given back');

-- Posting what is due on a day.
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, units, service_authorization_id) VALUES (1, '2024-02-12', 1, 1, 11, 1, 1);
SELECT create_service_authorization(6, 'MEAL', '2024-02-01', '2024-02-29', recurrence => 'FREQ=DAILY', authorization_status => 'approved') AS daily,
	create_service_authorization(4, 'MEAL', '2024-02-01', '2024-02-29', recurrence => 'FREQ=DAILY', authorization_status => 'approved') AS elsewhere,
	create_service_authorization(2, 'MEAL', '2024-02-01', '2024-02-29', recurrence => 'FREQ=DAILY', authorization_status => 'approved') AS exited \gset
SELECT bar_client(6, '2024-02-13', '2024-02-14', program_ids => '{11}') \g /dev/null
CREATE FUNCTION public.posted(day date, args text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT string_agg(concat_ws('' '', client_id, status, units, total_value, sqlstate, message), '', '' ORDER BY client_id) FROM hmis.post_authorized_services(%L, 11 %s)', day, args) INTO answer;
	RETURN answer;
END
$$;
SELECT is((SELECT string_agg(concat_ws(' ', due_date, client_id, service_code, units, units_delivered, status, enrollment_id), ', ') FROM services_due(11, '2024-02-11', '2024-02-12')), '2024-02-11 6 MEAL 1 0 missed 6, 2024-02-12 1 MEAL 3 1 partly 1, 2024-02-12 6 MEAL 1 0 missed 6', 'the list of what is due');
SELECT is((SELECT count(*) FROM services_due(11, '2024-02-01', '2024-02-29', 'MEAL', '{6}')), 29::bigint, 'of one client');
SELECT is(posted('2024-02-12'), '1 posted 2 7.00, 6 posted 1 3.50', 'the rest of an instance, and another''s: who is not enrolled there has nothing due there');
SELECT is(posted('2024-02-12'), '1 skipped already given, 6 skipped already given', 'again: nothing twice');
SELECT is(posted('2024-02-13'), '6 rejected CT002 client is barred', 'one who is barred');
SELECT is(posted('2024-02-14', ', client_ids => ''{1}'''), NULL, 'one who has nothing due');
SELECT is(posted('2024-02-14', ', service => ''SHOWER'''), NULL, 'another service');
SELECT is(posted('2024-02-14', ', service => ''MEAL'', client_ids => ''{6}'', comments => ''By hand'', location_id => 101'), '6 posted 1 3.50', 'one of them');
SELECT results_eq('SELECT comments, location_id FROM client_service WHERE date_provided = ''2024-02-14''', $$VALUES ('By hand', 101::bigint)$$, 'with what the form says');
SELECT is(caught('SELECT * FROM post_authorized_services(NULL, 11)'), '22004 date_provided must not be null', 'no day');
SELECT is(caught('SELECT * FROM post_authorized_services(''2024-02-14'', NULL)'), '22004 program_id must not be null', 'no program');
SELECT is(caught('SELECT * FROM post_authorized_services(''2024-02-14'', 11, ''SOUP'')'), 'CT009 service "SOUP" does not exist', 'no service');

-- A workflow step, a merge and a disposal know authorizations.
SELECT is((SELECT delete_function FROM step_function WHERE function_name = 'create_service_authorization'), 'delete_service_authorization'::name, 'a workflow may ask for one');
SELECT is((SELECT count(*) FROM client_tables() WHERE table_name IN ('service_authorization', 'authorization_exception', 'service_authorization_goal')), 3::bigint, 'a merge moves them');
SELECT isnt(merge_clients(5, 1, 'Same person'), NULL, 'merged');
SELECT is((SELECT count(*) FROM service_authorization WHERE client_id = 5), 2::bigint, 'both are the client''s');
SELECT is((SELECT units_drawn FROM service_authorization WHERE service_authorization_id = 1), 6::numeric, 'what was drawn stays drawn');
SELECT is((SELECT sum(units_delivered) FROM authorization_instances('-infinity', 'infinity', '{1}')), 6::numeric, 'and given');
SELECT is(caught('SELECT unmerge_clients((SELECT max(client_merge_id) FROM client_merge), ''Two people'')'), 'ok', 'parted');
SELECT is((SELECT count(*) FROM service_authorization WHERE client_id = 1 AND units_drawn = 6), 1::bigint, 'each has its own again');

-- Counters that writers without triggers left behind.
SET LOCAL session_replication_role = replica;
UPDATE client_service SET units = units + 1 WHERE service_authorization_id = 1 AND date_provided = '2024-01-01';
SET LOCAL session_replication_role = origin;
SELECT is(recount_authorizations(), 1::bigint, 'are counted again');
SELECT is(recount_authorizations(), 0::bigint, 'once');
SELECT is((SELECT units_drawn FROM service_authorization WHERE service_authorization_id = 1), 7::numeric, 'to what services draw');
SELECT is(posted('2024-02-20', ', client_ids => ''{4}'''), NULL, 'nothing is due elsewhere');
INSERT INTO service (service_id, service_code, service_name, unit_of_measure) VALUES (77, 'RENT', 'Rent', 'dollars');
SELECT create_service_authorization(6, 'RENT', '2024-02-01', '2024-02-29', units => 10, recurrence => 'FREQ=DAILY', max_units => 10.004, authorization_status => 'approved') AS rent \gset
SELECT is((SELECT max_units FROM service_authorization WHERE service_authorization_id = :rent), 10::numeric, 'money in cents');
SELECT is(posted('2024-02-01', ', service => ''RENT''') || ', ' || posted('2024-02-02', ', service => ''RENT'''), '6 posted 10 10.00, 6 skipped already given', 'a cap that is reached');

-- Triggers that are called otherwise.
CREATE TABLE public.stray (client_service_id bigint PRIMARY KEY);
CREATE TRIGGER t AFTER INSERT ON public.stray FOR EACH ROW EXECUTE FUNCTION clienttrack.draw();
SELECT alike(caught('INSERT INTO public.stray VALUES (1)'), '39P01 function "clienttrack.draw" must be called as a trigger %', 'for each row');
DROP TRIGGER t ON public.stray;
CREATE TRIGGER t AFTER INSERT ON public.stray FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.draw();
SELECT is(caught('INSERT INTO public.stray VALUES (1)'), '39P01 trigger "t" lacks a transition table', 'without the rows');
DROP TRIGGER t ON public.stray;
CREATE TRIGGER t AFTER INSERT ON public.stray REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.draw();
SELECT is(caught('INSERT INTO public.stray VALUES (1)'), '42703 table "stray" has no column "service_authorization_id"', 'without the column');
SELECT is(caught('SELECT * FROM clienttrack.authorization_instances(''public'', ''2024-01-01'', ''2024-01-02'', NULL)'), '42P01 schema "public" has no table "client_service"', 'a schema that is none');
SELECT is(caught('SELECT * FROM authorization_instances(NULL, ''2024-01-02'')'), '22004 from_date and to_date must not be null', 'no window');

SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
