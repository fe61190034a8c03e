-- Services to people who are not identified, and people turned away.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set NOTOFFERED '''CT003 service is not offered by the program on that date'''
INSERT INTO service (service_id, service_code, service_name, unit_of_measure, default_units, default_unit_value, is_direct, is_indirect, active, date_deleted) VALUES
	(3, 'SEMINAR', 'Seminar', 'hours', 2, 40, false, true, true, NULL), (4, 'FUND', 'Relief', 'dollars', 100, 0, true, true, true, NULL), (5, 'OLD', 'Inactive', 'count', 1, 0, true, true, false, NULL), (6, 'GONE', 'Deleted', 'count', 1, 0, true, true, true, now()),
	(7, 'NORTH', 'Of Northside', 'count', 1, 0, true, true, true, NULL);
INSERT INTO service_organization (service_id, organization_id) VALUES (7, 2);
INSERT INTO grant_award (grant_award_id, fund_id) VALUES (2, 1);
INSERT INTO service_reason (service_reason_id, service_reason_name, active) VALUES (2, 'Old reason', false);
SELECT setval(pg_get_serial_sequence(format('hmis.%I', t), t || '_id'), 10000) FROM unnest(ARRAY['indirect_service', 'turn_away', 'bar']) t \g /dev/null
CREATE FUNCTION pg_temp.written(tab text, call text, columns text) RETURNS text LANGUAGE plpgsql AS $$
-- Columns of the row that a call writes, or SQLSTATE and message.
DECLARE
	answer text;
	outcome text := public.caught('SELECT hmis.' || call);
BEGIN
	IF outcome <> 'ok' THEN
		RETURN outcome;
	END IF;
	EXECUTE format('SELECT concat_ws('' '', %s) FROM hmis.%I ORDER BY %I DESC LIMIT 1', columns, tab, tab || '_id') INTO answer;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.indirect(arguments text, columns text DEFAULT 'service_id') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.written('indirect_service', format('record_indirect_service(%s)', arguments), columns) $$;
CREATE FUNCTION pg_temp.turned(arguments text, columns text DEFAULT 'persons') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.written('turn_away', format('record_turn_away(%s)', arguments), columns) $$;

-- record_indirect_service().
SELECT is(pg_temp.indirect('''SEMINAR'', 11, 25', 'service_id, program_id, persons_served, date_provided = current_date, trim_scale(units), unit_of_measure, trim_scale(unit_value), total_value'), '3 11 25 t 2 hours 40 80.00', 'service, program and persons are enough');
SELECT is(pg_temp.indirect('''SEMINAR'', 11, 25, ''2024-02-01'', 90, 30, ''minutes'', 1, 1, 101, ''Cold night'', ''outreach'', 1, true',
	'date_provided, trim_scale(units), unit_of_measure, trim_scale(unit_value), total_value, grant_award_id, provider_id, location_id, service_reason_id, comments, provided_by_user_id'), '2024-02-01 1.5 hours 30 45.00 1 1 101 1 outreach 1', 'every argument in its place');
SELECT is(pg_temp.indirect('''4'', 11, 1', 'trim_scale(units), unit_of_measure, trim_scale(unit_value), total_value'), '100 dollars 1 100.00', 'a dollar is worth a dollar');
INSERT INTO service_offering (service_id, grant_award_id, unit_value) VALUES (3, 2, 55);
SELECT is(pg_temp.indirect('''SEMINAR'', 11, 1', 'grant_award_id, trim_scale(unit_value)'), '2 55', 'the offering''s grant and cost');
DELETE FROM service_offering;
SELECT is(pg_temp.indirect(v), '22004 service, program_id and persons_served must not be null', 'null: ' || v) FROM unnest(ARRAY['NULL, 11, 1', '''SEMINAR'', NULL, 1', '''SEMINAR'', 11, NULL']) v;
SELECT is(pg_temp.indirect('''SEMINAR'', 11, ' || v), '22023 persons_served must be more than 0, not ' || v, 'persons ' || v) FROM unnest(ARRAY['0', '-1', '-2147483648']) v;
SELECT is(pg_temp.indirect('''SEMINAR'', 11, 2147483647', 'persons_served'), '2147483647', 'the most people');
SELECT is(pg_temp.indirect('''SEMINAR'', 11, 5, ' || v), m, v || ': ' || m) FROM (VALUES ('NULL', '22004 date_provided must not be null'), ('''infinity''', '22008 date_provided must be finite'), ('''-infinity''', '22008 date_provided must be finite'),
	('current_date + 1', 'CT008 date provided is in the future'), ('''5874897-12-31''', 'CT008 date provided is in the future'), ('units => 0', '22023 units must be more than 0, not 0'), ('units => -1', '22023 units must be more than 0, not -1'),
	('units => ''NaN''', '22023 units must be at least 0 and below 10000000000, not NaN'), ('units => ''Infinity''', '22023 units must be at least 0 and below 10000000000, not Infinity'), ('unit_value => -0.01', '22023 unit_value must be at least 0 and below 10000000000, not -0.01'),
	('unit_of_measure => ''x''', 'CT009 there is no unit of measure "x"'), ('unit_of_measure => ''dollars''', '22023 dollars cannot be converted to hours'), ('reason => ''x''', 'CT009 there is no active service reason "x"'), ('reason => ''Old reason''', 'CT009 there is no active service reason "Old reason"')) x (v, m);
SELECT is(pg_temp.indirect(format('%L, 11, 5', v)), format('CT009 service "%s" does not exist', v), 'service ' || v) FROM unnest(ARRAY['', 'seminar', 'GONE', '6', '-1', '999']) v;
SELECT is(pg_temp.indirect(format('%L, 11, 5', v)), :NOTOFFERED, 'not an indirect one, or not offered: ' || v) FROM unnest(ARRAY['MEAL', 'SHOWER', 'OLD', 'NORTH']) v;
SELECT matches(last_hint(), 'given in this way', 'HINT says what to look at');
SELECT is(pg_temp.indirect(format('''SEMINAR'', 11, 5, %s => %s', n, v)), format('CT009 %s %s does not exist', w, v), format('%s %s', n, v)) FROM (VALUES ('grant_id', 'grant'), ('provider_id', 'provider'), ('location_id', 'location'), ('provided_by_user_id', 'user')) x (n, w), unnest(ARRAY['999', '0', '-1']) v;
SELECT matches(pg_temp.indirect('''SEMINAR'', 999, 5'), '^(23503|CT003) ', 'no such program');
SELECT is(pg_temp.indirect('''SEMINAR'', 11, 5, comments => repeat(''x'', 1000000)', 'length(comments)'), '1000000', 'a million characters of comments');
-- The guard, for whoever writes by himself.
SELECT is(caught(format('INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served) VALUES (%s)', v)), m, v || ': ' || m) FROM (VALUES ('3, 11, ''2024-02-01'', 5', 'ok'), ('1, 11, ''2024-02-01'', 5', :NOTOFFERED), ('5, 11, ''2024-02-01'', 5', :NOTOFFERED),
	('7, 11, ''2024-02-01'', 5', :NOTOFFERED), ('3, 11, current_date + 1, 5', 'CT008 date provided is in the future')) x (v, m);
SELECT matches(caught(format('INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served) VALUES (%s)', v)), '^23514 ', v) FROM unnest(ARRAY['3, 11, ''infinity'', 5', '3, 11, ''2024-02-01'', 0', '3, 11, ''2024-02-01'', -1']) v;
SELECT is(caught('UPDATE indirect_service SET service_id = 1'), :NOTOFFERED, 'UPDATE of the service');
SELECT is(caught('UPDATE indirect_service SET date_provided = current_date + 1'), 'CT008 date provided is in the future', 'UPDATE of the day');
SELECT is(caught('INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served) VALUES (3, 11, ''2024-02-01'', 5), (1, 11, ''2024-02-01'', 5)'), :NOTOFFERED, 'one bad row refuses all');
-- Deleting and restoring.
DELETE FROM indirect_service;
INSERT INTO indirect_service (indirect_service_id, service_id, program_id, date_provided, persons_served) VALUES (1, 3, 11, '2024-02-01', 5), (2, 3, 21, '2024-02-01', 5), (3, 3, 31, '2024-02-01', 5);
SELECT is(caught(format('SELECT delete_indirect_service(%s)', v)), m, v || ': ' || m) FROM (VALUES ('NULL, ''x''', '22004 indirect_service_id and reason must be given'), ('1, NULL', '22004 indirect_service_id and reason must be given'), ('1, '' ''', '22004 indirect_service_id and reason must be given'),
	('999, ''x''', 'CT009 there is no indirect service 999 to delete'), ('-1, ''x''', 'CT009 there is no indirect service -1 to delete')) x (v, m);
SELECT is(caught(format('SELECT restore_indirect_service(%s)', v)), format('CT009 there is no deleted indirect service %s to restore', lower(v)), 'nothing to restore: ' || v) FROM unnest(ARRAY['1', '999', 'NULL']) v;
SELECT is(caught('SELECT delete_indirect_service(1, ''Twice'')'), 'ok', 'deleted');
SELECT results_eq('SELECT date_deleted, delete_reason FROM indirect_service WHERE indirect_service_id = 1', 'VALUES (now(), ''Twice'')', 'with when and why');
SELECT is(caught('SELECT delete_indirect_service(1, ''Twice'')'), 'CT009 there is no indirect service 1 to delete', 'once');
UPDATE service SET is_indirect = false, is_direct = true WHERE service_id = 3;
SELECT is(caught('SELECT restore_indirect_service(1)'), :NOTOFFERED, 'what comes back is judged by today''s rules');
UPDATE service SET is_indirect = true WHERE service_id = 3;
SELECT is(caught('SELECT restore_indirect_service(1)'), 'ok', 'restored');
SELECT results_eq('SELECT date_deleted, delete_reason FROM indirect_service WHERE indirect_service_id = 1', 'VALUES (NULL::timestamptz, NULL)', 'as if nothing had been');
-- Roles.
CREATE FUNCTION pg_temp.by(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
-- What tried() returns; an error stays in the table raised.
DECLARE
	outcome text := public.tried(who, 'SELECT hmis.' || call);
BEGIN
	RETURN CASE WHEN outcome ~ '^[0-9]+$' THEN outcome ELSE public.did(who, 'SELECT hmis.' || call) END;
END $$;
SELECT is(pg_temp.by('test_worker', format('record_indirect_service(''SEMINAR'', %s, 5)', p)), o, 'a worker, program ' || p) FROM (VALUES (11, '1'), (12, '1'), (21, '42501 program 21 is not one of your organizations'''), (31, '42501 program 31 is not one of your organizations'''), (999, '42501 program 999 is not one of your organizations''')) v (p, o);
SELECT is(pg_temp.by('test_reader', format('%s(1, ''x'')', f)), '42501 permission denied for function ' || f, 'a reader does not ' || f) FROM unnest(ARRAY['delete_indirect_service', 'delete_turn_away', 'delete_service']) f;
SELECT is(pg_temp.by('test_reader', format('%s(1)', f)), '42501 permission denied for function ' || f, 'nor ' || f) FROM unnest(ARRAY['restore_indirect_service', 'restore_turn_away', 'restore_service']) f;
SELECT is(pg_temp.by('test_reader', 'record_indirect_service(''SEMINAR'', 11, 5)'), '42501 permission denied for function record_indirect_service', 'nor record');
SELECT is(pg_temp.by('test_reader', 'record_turn_away(11, ''Full'')'), '42501 permission denied for function record_turn_away', 'nor turn away');
SELECT is(pg_temp.by('test_worker', format('delete_indirect_service(%s, ''x'')', i)), o, 'a worker deletes ' || i) FROM (VALUES (1, '1'), (2, 'CT009 there is no indirect service 2 to delete'), (3, 'CT009 there is no indirect service 3 to delete'), (999, 'CT009 there is no indirect service 999 to delete')) v (i, o);
UPDATE indirect_service SET date_deleted = now();
SELECT is(pg_temp.by('test_worker', format('restore_indirect_service(%s)', i)), o, 'and restores ' || i) FROM (VALUES (1, '1'), (2, 'CT009 there is no deleted indirect service 2 to restore'), (3, 'CT009 there is no deleted indirect service 3 to restore'), (999, 'CT009 there is no deleted indirect service 999 to restore')) v (i, o);
UPDATE indirect_service SET date_deleted = NULL;
-- The views.
INSERT INTO indirect_service (indirect_service_id, service_id, program_id, date_provided, persons_served, location_id, units, unit_value, unit_of_measure, grant_award_id, provider_id, service_reason_id, comments, provided_by_user_id, entered_by_user_id, date_deleted, delete_reason) VALUES
	(4, 3, 11, '2024-03-01', 40, 101, 1.5, 30, 'hours', 1, 1, 1, 'outreach', 11, 12, NULL, NULL), (5, 4, 11, '2024-02-20', 7, NULL, 50, 1, 'dollars', NULL, NULL, NULL, NULL, NULL, NULL, now(), 'Twice');
SELECT results_eq('SELECT indirect_service_id FROM indirect_service_history_all', 'VALUES (4::bigint), (5), (3), (2), (1)', 'newest first, deleted ones too');
SELECT results_eq('SELECT indirect_service_id FROM indirect_service_history', 'VALUES (4::bigint), (3), (2), (1)', 'without them');
SELECT results_eq($$SELECT date_provided, service_code, service_name, persons_served, units, unit_of_measure, unit_value, total_value, program_name, organization_name, location_name, provider_name, provided_by, grant_identifier, reason, comments, date_created, entered_by, date_deleted, delete_reason
	FROM indirect_service_history LIMIT 1$$, $$VALUES ('2024-03-01'::date, 'SEMINAR', 'Seminar', 40, 1.5, 'hours', 30::numeric, 45::numeric(24,2), 'Drop-in', 'Harbor', 'Hall', 'Clinic', 'Rita', NULL, 'Cold night', 'outreach', now(), 'Walt', NULL::timestamptz, NULL)$$, 'names in place of identifiers');
SELECT is(asked(w, 'SELECT indirect_service_id FROM indirect_service_history_all'), o, 'seen by ' || w) FROM (VALUES ('test_worker', '4 5 1'), ('test_reader', '4 5 1'), ('test_north', '2'), ('test_haven', '3'), ('test_admin', '4 5 2 1')) v (w, o);

-- record_turn_away().
SELECT is(pg_temp.turned('11, ''Full''', 'program_id, persons, turn_away_date = current_date, turn_away_reason_id, client_id IS NULL, service_id IS NULL, location_id IS NULL, bar_id IS NULL'), '11 1 t 1 t t t t', 'a person who is not identified');
SELECT is(pg_temp.turned('11, ''Other'', ''MEAL'', NULL, ''2024-02-01'', NULL, 101, 5, ''loud''', 'service_id, turn_away_date, location_id, persons, comments'), '1 2024-02-01 101 5 loud', 'five');
SELECT is(pg_temp.turned('11, ''Full'', ''2'', 3', 'client_id, service_id'), '3 2', 'a client, who needs no enrollment');
SELECT is(pg_temp.turned(v), '22004 program_id, reason and persons must not be null', 'null: ' || v) FROM unnest(ARRAY['NULL, ''Full''', '11, NULL', '11, ''Full'', persons => NULL', 'NULL, NULL, persons => NULL']) v;
SELECT is(pg_temp.turned('11, ''Full'', ' || v), m, v || ': ' || m) FROM (VALUES ('persons => 0', '22023 persons must be 1 for a client, and more than 0, not 0'), ('persons => -1', '22023 persons must be 1 for a client, and more than 0, not -1'), ('client_id => 1, persons => 2', '22023 persons must be 1 for a client, and more than 0, not 2'),
	('turn_away_date => NULL', '22004 date_provided must not be null'), ('turn_away_date => ''infinity''', '22008 date_provided must be finite'), ('turn_away_date => ''-infinity''', '22008 date_provided must be finite'), ('turn_away_date => current_date + 1', 'CT008 date of the turn-away is in the future'),
	('service => ''NONE''', 'CT009 service "NONE" does not exist'), ('client_id => 999', 'CT009 client not found'), ('client_id => -1', 'CT009 client not found'), ('bar_id => 999', 'CT009 bar 999 is not one of the client'), ('client_id => 1, bar_id => 999', 'CT009 bar 999 is not one of the client')) x (v, m);
SELECT is(pg_temp.turned(format('11, %L', v)), format('CT009 there is no active turn away reason "%s"', left(v, 60)), 'reason ' || left(v, 20)) FROM unnest(ARRAY['', 'full', 'Cold night', repeat('x', 1000000)]) v;
UPDATE turn_away_reason SET active = false WHERE turn_away_reason_name = 'Declined by the person';
SELECT is(pg_temp.turned('11, ''Declined by the person'''), 'CT009 there is no active turn away reason "Declined by the person"', 'one that cannot be chosen any more');
SELECT is(pg_temp.turned('11, ''Full'', location_id => 999'), 'CT009 location 999 does not exist', 'no such location');
SELECT matches(pg_temp.turned('999, ''Full'''), '^23503 ', 'no such program');
UPDATE client SET date_deleted = now() WHERE client_id = 3;
SELECT is(pg_temp.turned('11, ''Full'', client_id => 3'), 'CT009 client not found', 'a deleted client');
UPDATE client SET date_deleted = NULL WHERE client_id = 3;
-- Because of a bar.
SELECT bar_client(1, '2024-05-01', '2024-06-01', covers_all => true, notes => 'guardednote') AS everything, bar_client(1, '2024-05-01', '2024-06-01', program_ids => '{11}', notes => 'guardednote') AS program, bar_client(1, '2024-06-01', '2024-07-01', service_ids => '{1}', notes => 'guardednote') AS service,
	bar_client(1, '2024-07-01', '2024-08-01', location_ids => '{102}', notes => 'guardednote') AS location, bar_client(1, '2024-08-01', '2024-09-01', organization_ids => '{1}', notes => 'guardednote') AS organization, bar_client(2, '2024-05-01', covers_all => true, notes => 'guardednote') AS others,
	bar_client(1, '2024-09-01', '2024-10-01', organization_ids => '{2}', notes => 'guardednote') AS north, bar_client(1, '2024-10-01', '2024-11-01', covers_all => true, bar_level => 'warn', notes => 'guardednote') AS warning,
	bar_client(1, '2024-10-15', '2024-11-01', covers_all => true, notes => 'guardednote') AS after_warning, bar_client(1, '2025-01-01', '2025-02-01', covers_all => true, notes => 'guardednote') AS overridden, bar_client(1, '2025-03-01', '2025-04-01', covers_all => true, notes => 'guardednote') AS lifted,
	bar_client(1, '2025-05-01', '2025-06-01', covers_all => true, notes => 'guardednote') AS deleted \gset
SELECT override_bar(:overridden, '2025-01-10', '2025-01-10', 'cold snap') > 0 AS t \gset
SELECT lift_bar(:lifted, '2025-03-15', 'talked') \g /dev/null
UPDATE bar SET date_deleted = now() WHERE bar_id = :deleted;
SELECT is(pg_temp.turned(format('11, ''Barred'', %s', v), 'coalesce(bar_id::text, ''none'')'), b, v) FROM (VALUES
	('''MEAL'', 1, ''2024-05-10''', :'everything'), ('NULL, 1, ''2024-05-31''', :'everything'), ('''MEAL'', 1, ''2024-04-30''', 'none'), ('''MEAL'', 1, ''2024-06-01''', :'service'), ('''SHOWER'', 1, ''2024-06-01''', 'none'), ('NULL, 1, ''2024-06-01''', 'none'),
	('NULL, 1, ''2024-07-01'', location_id => 102', :'location'), ('NULL, 1, ''2024-07-01'', location_id => 101', 'none'), ('NULL, 1, ''2024-07-01''', 'none'), ('NULL, 1, ''2024-08-01''', :'organization'), ('NULL, 1, ''2024-09-01''', 'none'), ('NULL, 1, ''2024-09-01'', location_id => 201', :'north'),
	('NULL, 1, ''2024-10-01''', :'warning'), ('NULL, 1, ''2024-10-20''', :'after_warning'), ('NULL, 1, ''2025-01-09''', :'overridden'), ('NULL, 1, ''2025-01-10''', 'none'), ('NULL, 1, ''2025-03-14''', :'lifted'), ('NULL, 1, ''2025-03-15''', 'none'), ('NULL, 1, ''2025-05-15''', 'none'),
	('NULL, 3, ''2024-05-10''', 'none'), ('NULL, NULL, ''2024-05-10''', 'none'), ('NULL, 1, ''2024-05-10'', bar_id => ' || :'program', :'program'), ('NULL, 1, ''2024-04-10'', bar_id => ' || :'program', :'program')) x (v, b);
SELECT is(pg_temp.turned('12, ''Barred'', NULL, 1, ''2024-05-10''', 'bar_id'), :'everything', 'in another program');
SELECT is(pg_temp.turned('11, ''Full'', NULL, 1, ''2024-05-10''', 'coalesce(bar_id::text, ''none'')'), 'none', 'only a reason that is a bar''s names it');
SELECT is(pg_temp.turned(format('11, ''Full'', NULL, 1, ''2024-05-10'', %s', :'everything'), 'bar_id'), :'everything', 'unless it is given');
SELECT is(pg_temp.turned(format('11, ''Barred'', NULL, %s, ''2024-05-10'', %s', c, b)), format('CT009 bar %s is not one of the client', b), format('bar %s of client %s', b, c)) FROM (VALUES ('1', :'others'), ('2', :'everything'), ('NULL', :'everything'), ('1', '999'), ('1', :'deleted')) v (c, b);
SELECT matches(caught(format('INSERT INTO turn_away (program_id, turn_away_date, turn_away_reason_id, client_id, bar_id, persons) VALUES (11, ''2024-02-01'', 3, %s)', v)), s, v) FROM (VALUES ('1, ' || :'others' || ', 1', '^23503 '), ('NULL, ' || :'others' || ', 1', '^23514 .*turn_away_bar_of_client'),
	('1, NULL, 2', '^23514 .*turn_away_of_one_client'), ('NULL, NULL, 0', '^23514 ')) x (v, s);
SELECT is(caught('UPDATE turn_away SET turn_away_date = current_date + 1'), 'CT008 date of the turn-away is in the future', 'UPDATE of the day');
-- Deleting and restoring.
DELETE FROM turn_away;
INSERT INTO turn_away (turn_away_id, program_id, turn_away_date, turn_away_reason_id, client_id) VALUES (1, 11, '2024-02-01', 1, NULL), (2, 21, '2024-02-01', 1, 8), (3, 31, '2024-02-01', 1, 9), (4, 11, '2024-02-01', 1, 7);
SELECT is(caught(format('SELECT delete_turn_away(%s)', v)), m, v || ': ' || m) FROM (VALUES ('NULL, ''x''', '22004 turn_away_id and reason must be given'), ('1, NULL', '22004 turn_away_id and reason must be given'), ('1, E''\n''', '22004 turn_away_id and reason must be given'), ('999, ''x''', 'CT009 there is no turn away 999 to delete')) x (v, m);
SELECT is(caught('SELECT delete_turn_away(1, ''Twice'')'), 'ok', 'deleted');
SELECT is(caught('SELECT delete_turn_away(1, ''Twice'')'), 'CT009 there is no turn away 1 to delete', 'once');
SELECT results_eq('SELECT date_deleted, delete_reason FROM turn_away WHERE turn_away_id = 1', 'VALUES (now(), ''Twice'')', 'with when and why');
SELECT is(caught('SELECT restore_turn_away(1)'), 'ok', 'restored');
SELECT is(caught(format('SELECT restore_turn_away(%s)', v)), format('CT009 there is no deleted turn away %s to restore', lower(v)), 'nothing to restore: ' || v) FROM unnest(ARRAY['1', '999', 'NULL']) v;
-- Roles.
SELECT is(pg_temp.by('test_worker', format('record_turn_away(%s, ''Full'', client_id => %s)', p, c)), o, format('a worker, program %s, client %s', p, c)) FROM (VALUES ('11', '1', '1'), ('11', 'NULL', '1'), ('11', '8', '1'), ('21', '8', '42501 program 21 is not one of your organizations'''),
	('31', 'NULL', '42501 program 31 is not one of your organizations'''), ('999', 'NULL', '42501 program 999 is not one of your organizations'''), ('11', '7', 'CT009 client not found'), ('11', '9', 'CT009 client not found'), ('11', '999', 'CT009 client not found')) v (p, c, o);
SELECT is((SELECT count(DISTINCT concat(r.message, replace(r.detail, c.id, '#'), r.hint)) FROM raised r, LATERAL (SELECT (regexp_match(r.statement, 'hmis.record_turn_away\(11, ''Full'', client_id => (\d+)\)'))[1] AS id) c WHERE r.message = 'client not found' AND c.id IN ('7', '9', '999'))::int, 1, 'a client out of sight, and none, in the same words');
SELECT bar_client(8, '2024-05-01', '2024-06-01', covers_all => true, notes => 'guardednote') AS northsides \gset
UPDATE bar SET security_organization_id = 2 WHERE bar_id = :northsides;
SELECT is(pg_temp.by('test_worker', format('record_turn_away(11, ''Barred'', client_id => 8, turn_away_date => ''2024-05-10'', bar_id => %s)', b)), format('CT009 bar %s is not one of the client', b), 'a bar out of sight, of another, or none: ' || b) FROM unnest(ARRAY[:northsides, :others, 999]) b;
SELECT is(asked('test_worker', 'SELECT record_turn_away(11, ''Barred'', client_id => 8, turn_away_date => ''2024-05-10'') > 0'), 'true', 'a turn-away because of a bar out of sight');
SELECT is((SELECT bar_id FROM turn_away ORDER BY turn_away_id DESC LIMIT 1), NULL, 'does not name it');
UPDATE bar SET security_organization_id = 1 WHERE bar_id = :northsides;
SELECT is(asked('test_worker', 'SELECT record_turn_away(11, ''Barred'', client_id => 8, turn_away_date => ''2024-05-10'') > 0'), 'true', 'one in sight');
SELECT is((SELECT bar_id FROM turn_away ORDER BY turn_away_id DESC LIMIT 1), :northsides::bigint, 'is named');
INSERT INTO location (location_id, organization_id, location_name) VALUES (301, 3, 'Haven''s');
SELECT is(pg_temp.by('test_worker', format('record_turn_away(11, ''Full'', location_id => %s)', l)), format('CT009 location %s does not exist', l), 'a victim service provider''s location, or none: ' || l) FROM unnest(ARRAY[301, 999]) l;
SELECT is(pg_temp.by('test_worker', format('delete_turn_away(%s, ''x'')', i)), o, 'a worker deletes ' || i) FROM (VALUES (1, '1'), (2, 'CT009 there is no turn away 2 to delete'), (3, 'CT009 there is no turn away 3 to delete'), (999, 'CT009 there is no turn away 999 to delete')) v (i, o);
SELECT is(tried('test_worker', format('INSERT INTO turn_away (program_id, turn_away_date, turn_away_reason_id, client_id) VALUES (11, ''2024-02-01'', 1, %s)', c)), '42501 new row violates row-level security policy for table "turn_away"', 'by INSERT client ' || c) FROM unnest(ARRAY[7, 9, 999]) c;
SELECT is(tried('test_worker', format('INSERT INTO turn_away (program_id, turn_away_date, turn_away_reason_id, client_id, bar_id) VALUES (11, ''2024-02-01'', 1, 8, %s)', b)), '42501 new row violates row-level security policy for table "turn_away"', 'and bar ' || b) FROM unnest(ARRAY[999, 0]) b;
-- The views.
DELETE FROM turn_away;
INSERT INTO turn_away (turn_away_id, program_id, turn_away_date, turn_away_reason_id, client_id, persons, service_id, location_id, bar_id, comments, entered_by_user_id, date_deleted, delete_reason) VALUES
	(1, 11, '2024-02-01', 1, NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (2, 21, '2024-02-02', 1, 8, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (3, 31, '2024-02-03', 1, 9, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(4, 11, '2024-05-10', 3, 1, 1, 1, 101, :everything, 'loud', 12, NULL, NULL), (5, 11, '2024-02-04', 1, NULL, 1, NULL, NULL, NULL, NULL, NULL, now(), 'Twice');
SELECT results_eq('SELECT turn_away_id FROM turn_away_history_all', 'VALUES (4::bigint), (5), (3), (2), (1)', 'newest first, deleted ones too');
SELECT results_eq('SELECT turn_away_id FROM turn_away_history', 'VALUES (4::bigint), (3), (2), (1)', 'without them');
SELECT results_eq('SELECT turn_away_date, client_id, persons, service_code, service_name, reason, bar_id, program_name, organization_name, location_name, comments, date_created, entered_by, date_deleted, delete_reason FROM turn_away_history LIMIT 1',
	format($$VALUES ('2024-05-10'::date, 1::bigint, 1, 'MEAL', 'Meal', 'Barred', %s::bigint, 'Drop-in', 'Harbor', 'Hall', 'loud', now(), 'Walt', NULL::timestamptz, NULL)$$, :everything), 'names in place of identifiers');
SELECT is(asked(w, 'SELECT turn_away_id FROM turn_away_history_all'), o, 'seen by ' || w) FROM (VALUES ('test_worker', '4 5 1'), ('test_reader', '4 5 1'), ('test_north', '2'), ('test_haven', '3'), ('test_admin', '4 5 2 1')) v (w, o);
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
