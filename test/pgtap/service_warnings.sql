-- Late entry, locked periods, warnings to confirm, and who entered a service and when.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set LOCKED '''CT015 the period was reported and is locked'''
\set TOOLATE '''CT016 service is entered later than the program allows'''
\set CONFIRM '''CT014 there are warnings to confirm'''
INSERT INTO service (service_id, service_code, service_name, is_indirect) VALUES (3, 'SOUP', 'Soup', true);
SELECT setval(pg_get_serial_sequence(format('hmis.%I', t), t || '_id'), 10000) FROM unnest(ARRAY['client_service', 'indirect_service', 'turn_away', 'locked_period']) t \g /dev/null
CREATE FUNCTION pg_temp.serve_and_take_back(c bigint, d date, e bigint, p bigint DEFAULT 11) RETURNS text LANGUAGE plpgsql AS $$
-- How recording a service ends, with everything taken back.
DECLARE
	outcome text;
BEGIN
	outcome := public.serve(c, d, e, p => p);
	RAISE SQLSTATE 'XYZ00';
EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
	RETURN outcome;
END $$;
CREATE FUNCTION pg_temp.with_confirmation(c bigint, d date, e bigint, p bigint DEFAULT 11) RETURNS text LANGUAGE plpgsql AS $$
-- The same where warnings are to be confirmed.
DECLARE
	outcome text;
BEGIN
	SET LOCAL clienttrack.refuse_warnings = on;
	outcome := pg_temp.serve_and_take_back(c, d, e, p);
	SET LOCAL clienttrack.refuse_warnings = off;
	RETURN outcome;
END $$;

-- Late entry. The program's limit counts days from the date provided to the day of entry.
SELECT is(pg_temp.serve_and_take_back(1, current_date - 400, 1), 'ok', 'no limit');
UPDATE program SET late_entry_limit_days = 30 WHERE program_id = 11;
SELECT is(pg_temp.with_confirmation(1, current_date - n, 1), o, format('warn, %s days late', n)) FROM (VALUES (0, 'ok'), (30, 'ok'), (31, :CONFIRM), (400, :CONFIRM)) v (n, o);
SELECT is(caught(format('SELECT record_service(1, ''MEAL'', %L)', current_date - 400)), :CONFIRM, 'through the function');
SELECT is(last_detail(), format('service is entered late. Late: client 1 on %s, entered on %s, limit 30 days.', current_date - 400, current_date), 'DETAIL says what was given when, and when it is entered');
SELECT is(pg_temp.serve_and_take_back(1, current_date - 400, 1), 'ok', 'a warning does not refuse');
SELECT is(pg_temp.with_confirmation(4, current_date - 400, 4, 12), 'ok', 'another program has no limit');
UPDATE program SET late_entry_action = 'block' WHERE program_id = 11;
SELECT is(pg_temp.serve_and_take_back(1, current_date - n, 1), o, format('block, %s days late', n)) FROM (VALUES (0, 'ok'), (30, 'ok'), (31, :TOOLATE), (400, :TOOLATE)) v (n, o);
SELECT is(serve(1, current_date - 400, 1), :TOOLATE, 'again');
SELECT is(last_detail(), format('Too late: client 1 on %s, entered on %s, limit 30 days.', current_date - 400, current_date), 'with its DETAIL');
UPDATE program SET late_entry_limit_days = 0 WHERE program_id = 11;
SELECT is(pg_temp.serve_and_take_back(1, current_date - n, 1), o, format('a limit of none, %s days late', n)) FROM (VALUES (0, 'ok'), (1, :TOOLATE)) v (n, o);
SELECT matches(caught('UPDATE program SET late_entry_limit_days = -1'), '^23514 ', 'a limit is not negative');
SELECT matches(caught('UPDATE program SET late_entry_action = ''x'''), '^23514 ', 'what is done is warn or block');
-- What is entered in time, or was imported, can be edited and deleted for ever; a day or a program that changes is judged by when the service was entered.
UPDATE program SET late_entry_limit_days = 30 WHERE program_id = 11;
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, date_created) VALUES (501, 1, '2024-03-01', 1, 1, 11, '2024-03-31 12:00');
SELECT is(caught('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, date_created) VALUES (1, ''2024-03-01'', 1, 1, 11, ''2024-04-01 12:00'')'), :TOOLATE, 'an imported one keeps its day of entry');
SELECT is(caught('UPDATE client_service SET units = 2, comments = ''x'', location_id = 101 WHERE client_service_id = 501'), 'ok', 'it can be edited');
SELECT is(caught('UPDATE client_service SET date_provided = ''2024-03-02'' WHERE client_service_id = 501'), 'ok', 'its day moved within the limit');
SELECT is(caught('UPDATE client_service SET date_provided = ''2024-02-29'' WHERE client_service_id = 501'), :TOOLATE, 'not beyond');
SELECT is(caught('UPDATE client_service SET date_deleted = now() WHERE client_service_id = 501'), 'ok', 'it can be deleted');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL WHERE client_service_id = 501'), 'ok', 'and restored');
UPDATE program SET late_entry_limit_days = 10 WHERE program_id = 11;
SELECT is(caught('UPDATE client_service SET units = 3 WHERE client_service_id = 501'), 'ok', 'a limit that is made stricter does not judge what is there');
UPDATE client_service SET date_deleted = now() WHERE client_service_id = 501;
SELECT is(caught('SELECT restore_service(501)'), :TOOLATE, 'but what comes back');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
UPDATE program SET late_entry_limit_days = 0 WHERE program_id = 11;
SELECT is(pg_temp.serve_and_take_back(1, current_date, 1), 'ok', 'the day of entry is that of the session''s time zone');
RESET TimeZone;
-- Of many each by itself, and in batches.
UPDATE program SET late_entry_limit_days = 30 WHERE program_id = 11;
SELECT create_service_batch('Lunch', 11, '[{"service": 1}]') AS batch \gset
SELECT open_batch_run(:batch, current_date, current_date - 31) AS late_run \gset
SELECT results_eq(format('SELECT client_id, status, sqlstate FROM add_batch_clients(%s, ''{1,5}'')', :late_run), $$VALUES (1::bigint, 'rejected', 'CT016'), (5, 'rejected', 'CT016')$$, 'batches are held to it');
UPDATE program SET late_entry_action = 'warn' WHERE program_id = 11;
SELECT results_eq(format('SELECT client_id, status, sqlstate FROM add_batch_clients(%s, ''{1,5}'')', :late_run), $$VALUES (1::bigint, 'added', NULL), (5, 'added', NULL)$$, 'and warned');
SELECT results_eq(format('SELECT client_id, status, sqlstate FROM post_batch(%s)', :late_run), $$VALUES (1::bigint, 'posted', NULL), (5, 'posted', NULL)$$, 'they post nevertheless');
SELECT is(caught(format('SELECT record_indirect_service(''SOUP'', 11, 5, %L)', current_date - 31)), :CONFIRM, 'indirect services too');
SELECT is(last_detail(), format('service is entered late. Late: service 3 by program 11 on %s.', current_date - 31), 'say which');
UPDATE program SET late_entry_action = 'block' WHERE program_id = 11;
SELECT is(caught(format('SELECT record_indirect_service(''SOUP'', 11, 5, %L, confirm_warnings => true)', current_date - 31)), :TOOLATE, 'or are refused');
UPDATE program SET late_entry_limit_days = NULL, late_entry_action = 'warn';
DELETE FROM client_service;

-- Locked periods: of an organization, or of one program.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, date_deleted) VALUES (601, 1, '2024-03-31', 1, 1, 11, NULL), (602, 1, '2024-04-01', 1, 1, 11, NULL), (603, 1, '2024-04-30', 1, 1, 11, NULL),
	(604, 1, '2024-05-01', 1, 1, 11, NULL), (605, 4, '2024-04-15', 4, 1, 12, NULL), (606, 8, '2024-04-15', 8, 1, 21, NULL), (607, 1, '2024-04-15', 1, 1, 11, now()), (608, 1, '2024-06-15', 1, 1, 11, now());
INSERT INTO indirect_service (indirect_service_id, service_id, program_id, date_provided, persons_served, date_deleted) VALUES (601, 3, 11, '2024-03-31', 5, NULL), (602, 3, 11, '2024-04-01', 5, NULL), (607, 3, 11, '2024-04-15', 5, now());
INSERT INTO turn_away (turn_away_id, program_id, turn_away_date, turn_away_reason_id, date_deleted) VALUES (601, 11, '2024-03-31', 1, NULL), (602, 11, '2024-04-01', 1, NULL), (607, 11, '2024-04-15', 1, now());
SELECT is(serve(1, '2024-04-10', 1), 'ok', 'before it is locked');
SELECT lives_ok($$INSERT INTO locked_period (locked_period_id, organization_id, begin_date, end_date, lock_reason) VALUES (1, 1, '2024-04-01', '2024-04-30', 'Annual report')$$, 'a period is locked');
SELECT is(pg_temp.serve_and_take_back(1, d::date, 1), o, 'a new service on ' || d) FROM (VALUES ('2024-03-31', 'ok'), ('2024-04-01', :LOCKED), ('2024-04-10', :LOCKED), ('2024-04-30', :LOCKED), ('2024-05-01', 'ok')) v (d, o);
SELECT is(serve(1, '2024-04-30', 1), :LOCKED, 'again');
SELECT is(last_detail(), 'Locked: client 1 on 2024-04-30.', 'DETAIL names client and day');
SELECT results_eq($$SELECT state, schema_name, table_name, constraint_name FROM raised ORDER BY raised_id DESC LIMIT 1$$, $$VALUES ('CT015', 'hmis', 'client_service', 'period_locked')$$, 'the error names table and rule for programs');
SELECT is(pg_temp.serve_and_take_back(4, '2024-04-10', 4, 12), :LOCKED, 'of every program of the organization');
SELECT is(pg_temp.serve_and_take_back(8, '2024-04-10', 8, 21), 'ok', 'not of another''s');
SELECT is(caught('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, date_deleted) VALUES (1, ''2024-04-10'', 1, 1, 11, now())'), :LOCKED, 'nor a deleted one');
CREATE FUNCTION pg_temp.after_taking_back(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	outcome := public.caught(statement);
	RAISE SQLSTATE 'XYZ00';
EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
	RETURN outcome;
END $$;
SELECT is(pg_temp.after_taking_back(format('UPDATE client_service SET %s WHERE client_service_id = 602', a)), o, 'a locked service: ' || a) FROM (VALUES
	('units = 2', :LOCKED), ('unit_value = 1', :LOCKED), ('unit_of_measure = ''x''', :LOCKED), ('service_id = 2', :LOCKED), ('client_id = 5, enrollment_id = 5', :LOCKED), ('enrollment_id = NULL', :LOCKED), ('location_id = 101', :LOCKED), ('program_id = 21', :LOCKED),
	('grant_award_id = 1', :LOCKED), ('provider_id = 1', :LOCKED), ('service_reason_id = 1', :LOCKED), ('fa_amount = 1', :LOCKED), ('date_provided = ''2024-04-02''', :LOCKED), ('date_provided = ''2024-05-02''', :LOCKED), ('date_deleted = now()', :LOCKED),
	('comments = ''x''', 'ok'), ('goal_id = NULL', 'ok'), ('units = units, comments = ''same''', 'ok'), ('provided_by_user_id = 1', 'ok'), ('delete_reason = ''x''', 'ok')) v (a, o);
SELECT is(pg_temp.after_taking_back(s), :LOCKED, s) FROM unnest(ARRAY['UPDATE client_service SET date_provided = ''2024-04-02'' WHERE client_service_id = 601', 'UPDATE client_service SET date_provided = ''2024-04-02'' WHERE client_service_id = 604',
	'UPDATE client_service SET program_id = 11, enrollment_id = 81 WHERE client_service_id = 606', 'DELETE FROM client_service WHERE client_service_id = 602', 'DELETE FROM client_service', 'SELECT delete_service(602, ''x'')', 'SELECT delete_service(605, ''x'')',
	'UPDATE client_service SET date_deleted = NULL WHERE client_service_id = 607', 'SELECT restore_service(607)', 'DELETE FROM client_service WHERE client_service_id = 607', 'UPDATE client_service SET date_provided = ''2024-05-02'' WHERE client_service_id = 607',
	'UPDATE client_service SET units = units + 1', 'SELECT record_service(1, ''MEAL'', ''2024-04-10'')', 'SELECT record_service(1, ''MEAL'', ''2024-04-10'', confirm_warnings => true)', 'SELECT * FROM quick_services(1, items => ''[{"service": 1}]'', date_provided => ''2024-04-10'')',
	'SELECT edit_service(602, jsonb_build_object(''date_updated'', now(), ''units'', 2))', 'SELECT edit_service(601, jsonb_build_object(''date_updated'', now(), ''date_provided'', ''2024-04-02''))', 'SELECT edit_service(602, jsonb_build_object(''date_updated'', now(), ''date_provided'', ''2024-05-02''))',
	'INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served) VALUES (3, 11, ''2024-04-10'', 1)', 'SELECT record_indirect_service(''SOUP'', 12, 5, ''2024-04-10'')', 'UPDATE indirect_service SET persons_served = 6 WHERE indirect_service_id = 602',
	'UPDATE indirect_service SET date_provided = ''2024-04-02'' WHERE indirect_service_id = 601', 'UPDATE indirect_service SET date_provided = ''2024-05-02'' WHERE indirect_service_id = 602', 'UPDATE indirect_service SET units = 6 WHERE indirect_service_id = 602',
	'SELECT delete_indirect_service(602, ''x'')', 'SELECT restore_indirect_service(607)', 'DELETE FROM indirect_service WHERE indirect_service_id = 602',
	'SELECT record_turn_away(11, ''Full'', turn_away_date => ''2024-04-10'')', 'UPDATE turn_away SET persons = 6 WHERE turn_away_id = 602', 'UPDATE turn_away SET turn_away_date = ''2024-04-02'' WHERE turn_away_id = 601', 'UPDATE turn_away SET turn_away_date = ''2024-05-02'' WHERE turn_away_id = 602',
	'SELECT delete_turn_away(602, ''x'')', 'SELECT restore_turn_away(607)', 'DELETE FROM turn_away WHERE turn_away_id = 602']) s;
SELECT is(pg_temp.after_taking_back(s), 'ok', s) FROM unnest(ARRAY['UPDATE client_service SET units = 2, date_provided = ''2024-03-30'' WHERE client_service_id = 601', 'UPDATE client_service SET date_provided = ''2024-05-02'' WHERE client_service_id = 601', 'DELETE FROM client_service WHERE client_service_id = 604',
	'UPDATE client_service SET units = 2 WHERE client_service_id = 606', 'SELECT restore_service(608)', 'SELECT edit_service(602, jsonb_build_object(''date_updated'', now(), ''comments'', ''x''))', 'UPDATE indirect_service SET comments = ''x'' WHERE indirect_service_id = 602',
	'UPDATE indirect_service SET units = 6 WHERE indirect_service_id = 601', 'UPDATE turn_away SET comments = ''x'' WHERE turn_away_id = 602', 'UPDATE turn_away SET turn_away_date = ''2024-03-30'' WHERE turn_away_id = 601']) s;
SELECT is(pg_temp.after_taking_back('UPDATE enrollment SET exit_date = ''2024-03-31'' WHERE enrollment_id = 1'), 'CT006 services would be left outside their enrollment', 'an enrollment is held by its services as ever');
SELECT results_eq($$SELECT client_id, status, sqlstate, message FROM quick_service_for_clients('MEAL', '{1,5,3}', program_id => 11, date_provided => '2024-04-10')$$, $$VALUES (1::bigint, 'rejected', 'CT015', 'the period was reported and is locked'), (5, 'rejected', 'CT015', 'the period was reported and is locked'),
	(3, 'rejected', 'CT015', 'the period was reported and is locked')$$, 'of many each');
SELECT open_batch_run(:batch, '2024-04-10', '2024-04-10') AS locked_run, open_batch_run(:batch, '2024-05-10', '2024-05-10') AS open_run \gset
SELECT results_eq(format('SELECT client_id, status, sqlstate FROM add_batch_clients(%s, ''{1,5}'')', :locked_run), $$VALUES (1::bigint, 'rejected', 'CT015'), (5, 'rejected', 'CT015')$$, 'a batch of a day that is locked takes nobody');
SELECT results_eq(format('SELECT client_id, status, sqlstate FROM add_batch_clients(%s, ''{1,5}'')', :open_run), $$VALUES (1::bigint, 'added', NULL), (5, 'added', NULL)$$, 'of another it does');
INSERT INTO locked_period (locked_period_id, organization_id, program_id, begin_date, end_date, lock_reason) VALUES (2, 1, 11, '2024-05-10', '2024-05-10', 'Audit');
SELECT results_eq(format('SELECT client_id, status, sqlstate, services FROM post_batch(%s)', :open_run), $$VALUES (1::bigint, 'rejected', 'CT015', 0), (5, 'rejected', 'CT015', 0)$$, 'when it was locked meanwhile they are rejected, each');
SELECT is(pg_temp.serve_and_take_back(4, '2024-05-10', 4, 12), 'ok', 'a period of one program locks no other');
-- Unlocking.
SELECT is(caught('UPDATE locked_period SET date_deleted = now(), unlock_reason = ''Error found'' WHERE locked_period_id = 2'), 'ok', 'it is unlocked');
SELECT results_eq(format('SELECT client_id, status, sqlstate, services FROM post_batch(%s)', :open_run), $$VALUES (1::bigint, 'posted', NULL, 1), (5, 'posted', NULL, 1)$$, 'and they are posted');
UPDATE locked_period SET program_id = 12 WHERE locked_period_id = 1;
SELECT is(pg_temp.serve_and_take_back(1, '2024-04-10', 1), 'ok', 'a period given to another program unlocks this one');
SELECT is(pg_temp.serve_and_take_back(4, '2024-04-10', 4, 12), :LOCKED, 'and locks that');
UPDATE locked_period SET program_id = NULL, end_date = '2024-04-05' WHERE locked_period_id = 1;
SELECT is(pg_temp.serve_and_take_back(1, d::date, 1), o, 'shortened: ' || d) FROM (VALUES ('2024-04-05', :LOCKED), ('2024-04-06', 'ok')) v (d, o);
DELETE FROM locked_period WHERE locked_period_id = 1;
SELECT is(pg_temp.serve_and_take_back(1, '2024-04-05', 1), 'ok', 'deleted');
SELECT matches(caught(format('INSERT INTO locked_period (organization_id, program_id, begin_date, end_date, lock_reason) VALUES (%s)', v)), '^23\d\d\d ', 'no such period: ' || v)
FROM unnest(ARRAY['1, NULL, ''2024-04-02'', ''2024-04-01'', ''x''', '1, NULL, ''-infinity'', ''2024-04-01'', ''x''', '1, NULL, ''2024-04-01'', ''infinity'', ''x''', '1, NULL, ''2024-04-01'', ''2024-04-01'', '' ''', 'NULL, NULL, ''2024-04-01'', ''2024-04-01'', ''x''', '999, NULL, ''2024-04-01'', ''2024-04-01'', ''x''']) v;
-- Who locks.
SELECT is(tried(w, s), o, w || ': ' || left(s, 110)) FROM (VALUES
	('test_admin', 'INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, ''2024-04-01'', ''2024-04-30'', ''x'')', '1'),
	('test_admin', 'INSERT INTO locked_period (organization_id, program_id, begin_date, end_date, lock_reason) VALUES (1, 11, ''2024-04-01'', ''2024-04-30'', ''x'')', '1'),
	('test_admin', 'INSERT INTO locked_period (organization_id, program_id, begin_date, end_date, lock_reason) VALUES (1, 21, ''2024-04-01'', ''2024-04-30'', ''x'')', '42501 new row violates row-level security policy for table "locked_period"'),
	('test_admin', 'INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (3, ''2024-04-01'', ''2024-04-30'', ''x'')', '42501 new row violates row-level security policy for table "locked_period"'),
	('test_worker', 'INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, ''2024-04-01'', ''2024-04-30'', ''x'')', '42501 permission denied for table locked_period'),
	('test_worker', 'UPDATE locked_period SET date_deleted = now()', '42501 permission denied for table locked_period'), ('test_reader', 'SELECT * FROM locked_period', '1'), ('test_north', 'SELECT * FROM locked_period', '1')) v (w, s, o);
INSERT INTO locked_period (locked_period_id, organization_id, begin_date, end_date, lock_reason) VALUES (3, 1, '2024-04-01', '2024-04-30', 'x'), (4, 3, '2024-04-01', '2024-04-30', 'x');
SELECT is(tried('test_worker', 'SELECT record_service(1, ''MEAL'', ''2024-04-10'')'), :LOCKED, 'a worker is held to it');
SELECT is(tried('test_haven', 'SELECT record_service(9, ''MEAL'', ''2024-04-10'')'), :LOCKED, 'a victim service provider too');
SELECT is(asked('test_worker', 'SELECT locked_period_id FROM locked_period WHERE date_deleted IS NULL'), '3', 'whose periods are nobody else''s to see');
DELETE FROM locked_period;
DELETE FROM client_service;

-- Warnings to confirm: the setting, for whoever writes by himself.
SELECT bar_client(5, '2024-01-01', covers_all => true, bar_level => 'warn', notes => 'guardednote') AS bar \gset
UPDATE service SET duplicate_rule = 'warn' WHERE service_id = 2;
SELECT is(current_setting('clienttrack.refuse_warnings'), 'off', 'off unless told');
SELECT is(serve(5, '2024-02-01', 5), 'ok', 'a warning is a WARNING');
SET LOCAL clienttrack.refuse_warnings = on;
SELECT is(serve(5, '2024-02-01', 5), :CONFIRM, 'with the setting it refuses');
SELECT is(last_detail(), 'there is a warning about the client. Recorded: client 5 on 2024-02-01.', 'DETAIL says what');
SELECT results_eq($$SELECT state, constraint_name FROM raised ORDER BY raised_id DESC LIMIT 1$$, $$VALUES ('CT014', 'warnings_to_confirm')$$, 'for programs too');
SELECT is(serve(1, '2024-02-01', 1, 2), 'ok', 'nothing to warn of');
SELECT is(serve(1, '2024-02-01', 1, 2), :CONFIRM, 'a duplicate');
UPDATE program SET late_entry_limit_days = 30 WHERE program_id = 11;
SELECT is(serve(5, '2024-02-01', 5, 2), :CONFIRM, 'several at once');
SELECT is(last_detail(), format(E'there is a warning about the client. Recorded: client 5 on 2024-02-01.\nservice is entered late. Late: client 5 on 2024-02-01, entered on %s, limit 30 days.', current_date), 'DETAIL has a line for each');
SELECT is(serve(5, '2024-02-01', NULL, 2), 'CT001 Enrollment is a Required Field.', 'errors come first');
UPDATE program SET late_entry_limit_days = NULL WHERE program_id = 11;
SELECT is(caught('UPDATE client_service SET comments = ''x'' WHERE client_id = 5'), 'ok', 'what does not concern the warning can be changed');
SELECT is(caught('UPDATE client_service SET date_provided = ''2024-02-02'' WHERE client_id = 5'), :CONFIRM, 'what does has to be confirmed');
SELECT is(caught('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) SELECT i, ''2024-03-01'', i, 1, 11 FROM unnest(''{1,5,6}''::int[]) i'), :CONFIRM, 'of several rows one');
SELECT is(caught(format('SELECT delete_service(%s, ''x'')', client_service_id)), 'ok', 'deleting warns of nothing') FROM client_service WHERE client_id = 5;
SELECT is(caught(format('SELECT restore_service(%s)', client_service_id)), :CONFIRM, 'restoring does') FROM client_service WHERE client_id = 5;
SELECT is(caught('SELECT bar_client(1, ''2024-01-01'', covers_all => true)'), 'ok', 'a bar is entered whatever was given before');
UPDATE bar SET date_deleted = now() WHERE bar_level = 'block';
SELECT open_batch_run(:batch, '2024-03-10', '2024-03-10') AS run \gset
SELECT is((SELECT count(*) FROM add_batch_clients(:run, '{1,5,6}') WHERE status = 'added')::int, 3, 'a batch');
SELECT results_eq(format('SELECT client_id, status, sqlstate, services FROM post_batch(%s)', :run), $$VALUES (1::bigint, 'posted', NULL, 1), (5, 'posted', NULL, 1), (6, 'posted', NULL, 1)$$, 'asks nobody about its clients one by one');
SELECT is(current_setting('clienttrack.refuse_warnings'), 'on', 'and leaves the setting as it was');
SET LOCAL clienttrack.refuse_warnings = off;

-- The functions have it their own way, and leave the setting as it was: when all goes well, and when nothing does.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (701, 5, '2024-01-10', 5, 1, 11);
CREATE FUNCTION pg_temp.setting_after(statement text, setting text, expected text) RETURNS text LANGUAGE plpgsql AS $$
-- The setting after a statement, which is to end as expected.
DECLARE
	outcome text;
	after_it text;
BEGIN
	PERFORM set_config('clienttrack.refuse_warnings', setting, true);
	BEGIN
		outcome := public.caught(statement);
		after_it := current_setting('clienttrack.refuse_warnings');
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		NULL;
	END;
	IF current_setting('clienttrack.refuse_warnings') <> setting THEN
		after_it := 'and then ' || current_setting('clienttrack.refuse_warnings');
	END IF;
	PERFORM set_config('clienttrack.refuse_warnings', 'off', true);
	RETURN CASE WHEN outcome !~ expected THEN outcome ELSE after_it END;
END $$;
SELECT is(pg_temp.setting_after(s || c || ')', g, o), g, format('%s: %s, %s%s', o, g, left(s, 60), c)) FROM unnest(ARRAY['on', 'off']) g, (VALUES ('', '^CT014 '), (', confirm_warnings => false', '^CT014 '), (', confirm_warnings => true', '^ok')) x (c, o),
	unnest(ARRAY['SELECT record_service(5, ''MEAL'', ''2024-02-01''', 'SELECT * FROM quick_services(5, items => ''[{"service": 1}]'', date_provided => ''2024-02-01''', 'SELECT * FROM quick_service_for_clients(''MEAL'', ''{5}'', program_id => 11, all_or_nothing => true',
		'SELECT * FROM record_household_services(enrollment_id => 5, services => ''[{"service": 1}]'', all_or_nothing => true', 'SELECT edit_service(701, jsonb_build_object(''date_updated'', now(), ''date_provided'', ''2024-02-01'')']) s;
SELECT is(pg_temp.setting_after(s, g, '^ok'), g, format('%s, %s', g, left(s, 80))) FROM unnest(ARRAY['on', 'off']) g,
	unnest(ARRAY['SELECT * FROM quick_services(5, items => ''[{"service": 1}]'', date_provided => ''2024-02-01'', all_or_nothing => false)', 'SELECT * FROM quick_service_for_clients(''MEAL'', ''{5,1}'', program_id => 11)', 'SELECT record_indirect_service(''SOUP'', 11, 5)',
		'SELECT * FROM record_household_services(enrollment_id => 5, services => ''[{"service": 1}]'')', 'SELECT record_turn_away(11, ''Full'')']) s;
SELECT is(pg_temp.setting_after(s, g, '^(CT|22)'), g, format('after an error: %s, %s', g, left(s, 80))) FROM unnest(ARRAY['on', 'off']) g,
	unnest(ARRAY['SELECT record_service(3, ''MEAL'')', 'SELECT record_service(1, ''MEAL'', units => 0)', 'SELECT record_indirect_service(''MEAL'', 11, 5)', 'SELECT edit_service(701, ''{}'')', 'SELECT edit_service(701, jsonb_build_object(''date_updated'', now(), ''enrollment_id'', NULL), true)',
		'SELECT * FROM quick_service_for_clients(''MEAL'', ''{3}'', program_id => 11, all_or_nothing => true, confirm_warnings => true)', 'SELECT * FROM quick_services(3, items => ''[{"service": 1}]'')']) s;

-- Who entered a service and when is nobody's to say.
DELETE FROM client_service;
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, date_created, date_updated, entered_by_user_id, user_id) VALUES (801, 1, '2024-02-01', 1, 1, 11, '2024-02-02', '2024-02-02', 13, 13);
INSERT INTO indirect_service (indirect_service_id, service_id, program_id, date_provided, persons_served, date_created, entered_by_user_id) VALUES (801, 3, 11, '2024-02-01', 5, '2024-02-02', 13);
INSERT INTO turn_away (turn_away_id, program_id, turn_away_date, turn_away_reason_id, date_created, entered_by_user_id) VALUES (801, 11, '2024-02-01', 1, '2024-02-02', 13);
SELECT is(tried(w, s), '42501 permission denied for table ' || t, w || ': ' || s) FROM unnest(ARRAY['test_worker', 'test_admin']) w, (VALUES
	('client_service', 'INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, %s) VALUES (1, ''2024-02-01'', 1, 1, 11, %s)'), ('client_service', 'UPDATE client_service SET %s = %s'),
	('indirect_service', 'INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served, %s) VALUES (3, 11, ''2024-02-01'', 1, %s)'), ('indirect_service', 'UPDATE indirect_service SET %s = %s'),
	('turn_away', 'INSERT INTO turn_away (program_id, turn_away_date, turn_away_reason_id, %s) VALUES (11, ''2024-02-01'', 1, %s)'), ('turn_away', 'UPDATE turn_away SET %s = %s')) x (t, template),
	(VALUES ('date_created', '''2020-01-01'''), ('date_created', 'now()'), ('entered_by_user_id', '12'), ('entered_by_user_id', 'NULL')) y (c, val), LATERAL format(template, c, val) AS s;
SELECT is(did('test_worker', format('SELECT edit_service(801, jsonb_build_object(''date_updated'', %L::timestamptz, ''units'', 2))', '2024-02-02')), '1', 'who edits it');
SELECT results_eq('SELECT entered_by_user_id, date_created, user_id, date_updated FROM client_service WHERE client_service_id = 801', $$VALUES (13::bigint, '2024-02-02'::timestamptz, 12::bigint, now())$$, 'is on record besides who entered it');
SELECT is(did('test_worker', 'SELECT delete_service(801, ''x''), restore_service(801), delete_indirect_service(801, ''x''), restore_indirect_service(801), delete_turn_away(801, ''x''), restore_turn_away(801)'), '1', 'or deletes and restores it');
SELECT results_eq(q, 'VALUES (13::bigint, ''2024-02-02''::timestamptz, 12::bigint)', 'as before') FROM unnest(ARRAY['SELECT entered_by_user_id, date_created, user_id FROM client_service WHERE client_service_id = 801',
	'SELECT entered_by_user_id, date_created, user_id FROM indirect_service WHERE indirect_service_id = 801', 'SELECT entered_by_user_id, date_created, user_id FROM turn_away WHERE turn_away_id = 801']) q;
SELECT is(did('test_worker', q), '1', q) FROM unnest(ARRAY['INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, comments) VALUES (1, ''2024-02-03'', 1, 1, 11, ''new'')',
	'INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served, comments) VALUES (3, 11, ''2024-02-03'', 1, ''new'')', 'INSERT INTO turn_away (program_id, turn_away_date, turn_away_reason_id, comments) VALUES (11, ''2024-02-03'', 1, ''new'')']) q;
SELECT results_eq(format('SELECT entered_by_user_id, user_id, date_created FROM %I WHERE comments = ''new''', t), 'VALUES (12::bigint, 12::bigint, now())', t || ' knows who entered a row') FROM unnest(ARRAY['client_service', 'indirect_service', 'turn_away']) t;
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
