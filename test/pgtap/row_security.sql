-- Row security and grants: who may do what with which table, whose rows each sees, and what nobody is told of the others.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql

-- Which tables are of which kind, and what each role may do with a kind. S(elect), I(nsert), U(pdate), D(elete).
SELECT set_eq($$SELECT kind, table_name::text FROM schema_table WHERE kind IN ('client', 'protected', 'work')$$, $$VALUES ('client', 'client'), ('client', 'information_release'),
	('client', 'client_alias'), ('client', 'scan_card'), ('client', 'enrollment'), ('client', 'client_service'), ('client', 'bar'), ('client', 'bar_scope'), ('client', 'bar_organization'),
	('client', 'bar_override'), ('client', 'service_batch_client'), ('protected', 'client_ssn'), ('work', 'service_batch'), ('work', 'service_batch_service'), ('work', 'service_batch_run'),
	('client', 'client_barrier'), ('client', 'goal'), ('client', 'action_plan'), ('client', 'action_step'), ('client', 'referral'), ('client', 'turn_away'), ('work', 'indirect_service'),
	('client', 'assessment'), ('client', 'assessment_follow_up'), ('client', 'case_assignment'), ('client', 'case_status_change'), ('client', 'client_merge'), ('client', 'workflow_run'), ('client', 'workflow_run_step'),
	('client', 'service_authorization'), ('client', 'service_authorization_goal'), ('client', 'authorization_exception')$$, 'what workers enter');
SELECT set_eq($$SELECT table_name::text FROM schema_table WHERE kind = 'setup'$$, $$SELECT unnest(ARRAY['organization', 'hmis_user', 'user_organization', 'program', 'program_coc', 'location', 'provider', 'fund', 'grant_award', 'grant_award_program',
	'unit_of_measure', 'service_reason', 'service_group', 'service', 'service_organization', 'service_offering', 'bar_reason', 'hud_code', 'hud_file', 'hud_column',
	'turn_away_reason', 'service_screen', 'service_screen_item', 'locked_period', 'barrier',
	'assessment_type', 'assessment_question', 'assessment_choice', 'step_function', 'workflow', 'workflow_step'])$$, 'what administrators edit');
SELECT set_eq($$SELECT table_name::text FROM schema_table WHERE kind = 'log'$$, $$SELECT unnest(ARRAY['client_merge_row', 'schema_version', 'schema_table', 'schema_function', 'session_key', 'hud_source', 'hud_key', 'hud_load_run', 'hud_load_file', 'import_finding', 'disclosure', 'client_disposal', 'audit_event', 'protected_column'])$$, 'what only functions write');
CREATE TEMP TABLE expected AS
SELECT t.table_name, e.who, coalesce(x.commands, e.commands) AS commands
FROM (VALUES ('client', 'S', 'SIU', 'SIU'), ('protected', '', '', ''), ('work', 'S', 'SIU', 'SIU'), ('setup', 'S', 'S', 'SIUD'), ('staging', '', '', ''), ('log', '', '', '')) k (kind, reader, worker, admin)
JOIN schema_table t USING (kind) CROSS JOIN LATERAL (VALUES ('test_reader', k.reader), ('test_worker', k.worker), ('test_admin', k.admin), ('test_stranger', ''), ('clienttrack_owner', 'SIUD')) e (who, commands)
-- for those with a right
LEFT JOIN (VALUES ('bar_override', 'S'), ('case_status_change', 'S'), ('client_merge', 'S')) x (table_name, commands) ON x.table_name = t.table_name AND e.who IN ('test_worker', 'test_admin');
SELECT is_empty($$SELECT who, table_name, commands, actual FROM expected, LATERAL (SELECT concat(
		CASE WHEN has_table_privilege(who, format('hmis.%I', table_name), 'SELECT') THEN 'S' END, CASE WHEN has_any_column_privilege(who, format('hmis.%I', table_name), 'INSERT') THEN 'I' END,
		CASE WHEN has_any_column_privilege(who, format('hmis.%I', table_name), 'UPDATE') THEN 'U' END, CASE WHEN has_table_privilege(who, format('hmis.%I', table_name), 'DELETE') THEN 'D' END)) a (actual)
	WHERE commands <> actual$$, 'each role may do with each table what its kind says');
SELECT is((SELECT count(*) FROM expected)::int, 5 * (SELECT count(*) FROM schema_table)::int, 'with all tables');
SELECT is_empty($$SELECT who, table_name FROM expected WHERE who <> 'clienttrack_owner'
	AND has_table_privilege(who, format('hmis.%I', table_name), 'TRUNCATE, REFERENCES, TRIGGER')$$, 'and nothing else');
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN schema_table t ON t.table_name = c.relname AND t.kind IN ('client', 'work')
	WHERE c.relnamespace = 'hmis'::regnamespace AND has_column_privilege('test_admin', c.oid, a.attnum, 'UPDATE')
	AND (a.attname IN ('security_organization_id', 'date_created') OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)))$$,
	'nobody changes keys, who owns a row, and when it was entered');
SELECT is_empty($$SELECT table_name FROM schema_table WHERE kind IN ('client', 'work') AND changeable_if IS DISTINCT FROM 'false'
	AND table_name <> 'bar_override' AND NOT has_column_privilege('test_worker', format('hmis.%I', table_name), 'date_deleted', 'UPDATE')$$, 'rows are deleted by date_deleted');
SELECT is_empty($$SELECT who, c.oid::regclass FROM pg_class c, unnest(ARRAY['test_reader', 'test_worker', 'test_admin', 'clienttrack_owner', 'test_stranger']) who
	WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind = 'v' AND has_table_privilege(who, c.oid, 'SELECT') = (who = 'test_stranger')$$, 'views are for readers');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind = 'S' AND (has_sequence_privilege('test_worker', c.oid, 'UPDATE') OR has_sequence_privilege('test_reader', c.oid, 'USAGE'))$$, 'nobody sets a sequence');

-- The same tried, each statement on every row in sight.
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES
	(1, 1, '2024-01-10', 1, 1, 11), (2, 8, '2024-01-10', 81, 1, 11), (3, 8, '2024-01-11', 8, 1, 21), (4, 7, '2024-01-10', 7, 1, 21), (5, 9, '2024-01-10', 9, 1, 31);
SELECT setval('client_service_client_service_id_seq', 100) \g /dev/null
INSERT INTO bar (bar_id, client_id, begin_date, notes, security_organization_id) VALUES (101, 1, '2025-01-01', 'guardednote', 1), (102, 8, '2025-01-01', 'guardednote', 2),
	(103, 8, '2025-01-01', 'guardednote', 2), (104, 7, '2025-01-01', 'guardednote', 2), (105, 9, '2025-01-01', 'guardednote', 3);
INSERT INTO bar_scope (bar_scope_id, bar_id, program_id) VALUES (101, 101, 11), (102, 102, 21), (103, 103, 21), (104, 104, 21), (105, 105, 31);
INSERT INTO bar_organization (bar_organization_id, bar_id, organization_id, security_organization_id) VALUES (102, 102, 1, 2), (103, 103, 3, 2);
INSERT INTO scan_card (client_id, card_code, security_organization_id) VALUES (1, 'ONE', 1), (8, 'EIGHT', 2), (7, 'SEVEN', 2), (9, 'NINE', 3);
INSERT INTO client_alias (client_id, alias_name) VALUES (1, 'Zebulon One'), (7, 'Zebulon Seven'), (8, 'Zebulon Eight'), (9, 'Zebulon Nine');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
\set N '''42501 permission denied for table %s'''
CREATE TEMP TABLE tries (tab text, statement text, reader text, worker text, admin text, haven text, owner text);
INSERT INTO tries VALUES
	('client', 'SELECT FROM hmis.client', '7', '7', '8', '1', '9'),
	('client', 'INSERT INTO hmis.client (first_name, security_organization_id) VALUES (''x'', 1)', :N, '1', '1', '42501 new row violates row-level security policy for table "client"', '1'),
	('client', 'UPDATE hmis.client SET sex = 1', :N, '7', '8', '1', '9'),
	('client', 'DELETE FROM hmis.client WHERE client_id = 3', :N, :N, :N, :N, '1'),
	('enrollment', 'SELECT FROM hmis.enrollment', '6', '6', '8', '1', '9'),
	('enrollment', 'INSERT INTO hmis.enrollment (client_id, program_id, entry_date) VALUES (3, 11, ''2024-01-01'')', :N, '1', '1', '42501 new row violates row-level security policy for table "enrollment"', '1'),
	('enrollment', 'UPDATE hmis.enrollment SET destination = 1', :N, '6', '8', '1', '9'),
	('enrollment', 'DELETE FROM hmis.enrollment WHERE enrollment_id = 6', :N, :N, :N, :N, '1'),
	('client_service', 'SELECT FROM hmis.client_service', '2', '2', '4', '1', '5'),
	('client_service', 'INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (5, ''2024-01-10'', 5, 1, 11)', :N, '1', '1',
		'42501 new row violates row-level security policy for table "client_service"', '1'),
	('client_service', 'UPDATE hmis.client_service SET comments = ''x''', :N, '2', '4', '1', '5'),
	('client_service', 'DELETE FROM hmis.client_service', :N, :N, :N, :N, '5'),
	('bar', 'SELECT FROM hmis.bar', '2', '2', '4', '2', '5'),
	('bar', 'INSERT INTO hmis.bar (client_id, begin_date, security_organization_id) VALUES (1, ''2025-01-01'', 1)', :N, '1', '1', '42501 new row violates row-level security policy for table "bar"', '1'),
	('bar', 'UPDATE hmis.bar SET review_date = ''2025-06-01''', :N, '2', '4', '42501 new row violates row-level security policy for table "bar"', '5'),
	('bar', 'DELETE FROM hmis.bar', :N, :N, :N, :N, '5'),
	('scan_card', 'SELECT FROM hmis.scan_card', '2', '2', '3', '1', '4'),
	('scan_card', 'INSERT INTO hmis.scan_card (client_id, card_code, security_organization_id) VALUES (1, ''NEW'', 1)', :N, '1', '1', '42501 new row violates row-level security policy for table "scan_card"', '1'),
	('scan_card', 'UPDATE hmis.scan_card SET status_reason = ''x''', :N, '2', '3', '1', '4'),
	('scan_card', 'DELETE FROM hmis.scan_card', :N, :N, :N, :N, '55000 scan cards are never removed');
SELECT is(tried(who, statement), format(outcome, tab), who || ': ' || left(statement, 50)) FROM tries,
	LATERAL (VALUES ('test_reader', reader), ('test_worker', worker), ('test_admin', admin), ('test_haven', haven), ('clienttrack_owner', owner), ('test_stranger', '42501 permission denied for schema hmis')) v (who, outcome);
SELECT is(tried('test_worker', format('TRUNCATE hmis.%I CASCADE', tab)), format('42501 permission denied for table %s', tab), 'nor TRUNCATE ' || tab) FROM (SELECT DISTINCT tab FROM tries) t;
SELECT is(tried('test_worker', 'COPY hmis.client (first_name) FROM PROGRAM ''true'''), '42501 must be superuser or have privileges of the pg_execute_server_program role to COPY to or from an external program', 'COPY is no way around');

-- All tables about clients: each sees what belongs to the clients in sight. (Enforcing a bar shows it, not the client.)
INSERT INTO service_batch (service_batch_id, description, program_id) VALUES (1, 'Harbor lunch', 11), (2, 'Northside lunch', 21), (3, 'Haven lunch', 31);
INSERT INTO service_batch_service (service_batch_service_id, service_batch_id, service_id) VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1);
INSERT INTO service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided) VALUES (1, 1, '2024-02-10', '2024-02-10'), (2, 2, '2024-02-10', '2024-02-10'), (3, 3, '2024-02-10', '2024-02-10');
INSERT INTO service_batch_client (service_batch_run_id, client_id, enrollment_id) VALUES (1, 1, 1), (1, 8, 81), (2, 7, 7), (2, 8, 8), (3, 9, 9);
SELECT is(asked('test_worker', q), worker, 'test_worker: ' || q) || E'\n' || is(asked('test_north', q), north, 'test_north: ' || q) || E'\n' || is(asked('test_haven', q), haven, 'test_haven: ' || q)
	|| E'\n' || is(asked('test_admin', q), admin, 'test_admin: ' || q) || E'\n' || is(asked('test_app', q), '', 'test_app: ' || q) FROM (VALUES
	('SELECT client_id FROM hmis.client_alias ORDER BY 1', '1 8', '7 8', '9', '1 7 8'),
	('SELECT enrollment_id FROM hmis.enrollment ORDER BY 1', '1 2 4 5 6 81', '7 8', '9', '1 2 4 5 6 7 8 81'),
	('SELECT client_service_id FROM hmis.client_service ORDER BY 1', '1 2', '3 4', '5', '1 2 3 4'),
	('SELECT bar_id FROM hmis.bar ORDER BY 1', '101 102', '102 103 104', '103 105', '101 102 103 104'),
	('SELECT bar_scope_id FROM hmis.bar_scope ORDER BY 1', '101 102', '102 103 104', '103 105', '101 102 103 104'),
	('SELECT bar_organization_id FROM hmis.bar_organization ORDER BY 1', '102', '102 103', '103', '102 103'),
	('SELECT card_code FROM hmis.scan_card ORDER BY 1', 'EIGHT ONE', 'EIGHT SEVEN', 'NINE', 'EIGHT ONE SEVEN'),
	('SELECT service_batch_id FROM hmis.service_batch ORDER BY 1', '1', '2', '3', '1 2'),
	('SELECT service_batch_service_id FROM hmis.service_batch_service ORDER BY 1', '1', '2', '3', '1 2'),
	('SELECT service_batch_run_id FROM hmis.service_batch_run ORDER BY 1', '1', '2', '3', '1 2'),
	('SELECT client_id FROM hmis.service_batch_client ORDER BY 1', '1 8', '7 8', '9', '1 7 8 8'),
	('SELECT client_id FROM hmis.service_batch_run_client ORDER BY 1', '1 8', '7 8', '9', '1 7 8 8'),
	('SELECT client_id FROM hmis.find_clients(''Zebulonissimo'') ORDER BY 1', '1 2 3 4 5 6 8', '7 8', '9', '1 2 3 4 5 6 7 8'),
	('SELECT client_id FROM hmis.find_clients(''9'')', '', '', '9', ''),
	('SELECT client_id FROM hmis.find_clients(''SEVEN'')', '', '7', '', '7'),
	('SELECT client_id FROM hmis.find_clients(''Zebulon Nine'')', '', '', '9', '')) v (q, worker, north, haven, admin);
SELECT is(asked('test_app', 'SELECT count(*) FROM hmis.program WHERE program_id = 31'), '0', 'the program of a victim service provider is hidden');
SELECT matches(asked('test_reader', 'SELECT count(*) FROM hmis.hud_load_report'), '^42501 permission denied for table hud_load', 'what a load did is for the owner');

-- Nobody reads or writes a record of a client whom another organization serves behind one's back.
SELECT is(tried('test_north', 'UPDATE hmis.enrollment SET exit_date = ''2024-02-01'' WHERE client_id = 8'), '1', 'of a client of both, Northside ends its own enrollment');
SELECT is(tried('test_north', 'UPDATE hmis.enrollment SET program_id = 11 WHERE enrollment_id = 8'), '42501 new row violates row-level security policy for table "enrollment"', 'and does not make it another''s');
SELECT is(tried('test_north', 'INSERT INTO hmis.enrollment (client_id, program_id, entry_date) VALUES (8, 11, ''2024-01-01'')'), '42501 new row violates row-level security policy for table "enrollment"', 'nor enters one there');
SELECT is(tried('test_north', 'INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (8, ''2024-01-10'', 81, 1, 21)'),
	'42501 new row violates row-level security policy for table "client_service"', 'nor records a service on another''s enrollment');
SELECT is(tried('test_north', 'INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id, service_batch_run_id) VALUES (8, ''2024-01-10'', 8, 1, 21, 1)'),
	'42501 new row violates row-level security policy for table "client_service"', 'or in another''s batch run');
SELECT is(tried('test_worker', 'UPDATE hmis.client SET security_organization_id = 1 WHERE client_id = 8'), '42501 permission denied for table client', 'who entered a client stays on record');
SELECT is(tried('test_worker', 'INSERT INTO hmis.scan_card (client_id, card_code, security_organization_id) VALUES (8, ''TAKEN'', 2)'), '42501 new row violates row-level security policy for table "scan_card"',
	'nobody takes the codes of another organization');
SELECT is(asked('test_worker', 'SELECT hmis.issue_scan_card(8, ''SEVEN'')'), 'SEVEN', 'but its code in one''s own: whether the other has it is not told');
SELECT is(asked('test_worker', 'SELECT hmis.scan_card_holder(''SEVEN'')'), '8', 'and it means one''s own card');
SELECT is(asked('test_north', 'SELECT hmis.scan_card_holder(''SEVEN'')'), '7', 'as for the other its own');
SELECT is(tried('test_worker', 'SELECT hmis.mark_scan_card_lost(''EIGHT'')'), '1', 'the card of a client of both may be marked lost by both');
SELECT is(tried('test_reader', 'SELECT hmis.mark_scan_card_lost(''ONE'')'), '42501 permission denied for function mark_scan_card_lost', 'by workers');
SELECT is(asked('test_worker', format('INSERT INTO hmis.enrollment (client_id, program_id, entry_date) VALUES (%s, 11, ''2024-01-01'') RETURNING 1', c)), '1', 'serving makes a client the organization''s') FROM unnest(ARRAY[3]) c;

-- Releases of information. Northside's client 7, whom Harbor does not serve, has an unrestricted and a restricted service.
INSERT INTO service (service_id, service_code, service_name) VALUES (60, 'LEGAL', 'Legal aid'), (61, 'COURT', 'Court aid');
INSERT INTO service_organization (service_id, organization_id) VALUES (60, 2), (61, 1), (61, 2);
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (60, 7, '2024-01-12', 7, 60, 21), (61, 7, '2024-01-12', 7, 61, 21);
CREATE FUNCTION pg_temp.released(assignments text) RETURNS text LANGUAGE plpgsql AS $$
-- What Harbor's worker sees of client 7 with a release that differs so from one in force: client, enrollments, services, cards.
DECLARE
	answer text;
BEGIN
	BEGIN
		INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, shares, begin_date, end_date)
		VALUES (7, 2, 1, '{enrollments,services}', current_date - 10, current_date + 10);
		EXECUTE 'UPDATE hmis.information_release SET ' || assignments;
		answer := format('client %s, enrollments %s, services %s, cards %s', public.asked('test_worker', 'SELECT client_id FROM hmis.client WHERE client_id = 7'),
			public.asked('test_worker', 'SELECT enrollment_id FROM hmis.enrollment WHERE client_id = 7'), public.asked('test_worker', 'SELECT client_service_id FROM hmis.client_service WHERE client_id = 7 ORDER BY 1'),
			public.asked('test_worker', 'SELECT card_code FROM hmis.scan_card WHERE client_id = 7'));
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		RETURN answer;
	END;
END $$;
\set EVERYTHING '''client 7, enrollments 7, services 4 61, cards SEVEN'''
\set NOTHING '''client , enrollments , services , cards '''
SELECT is(pg_temp.released('purpose = ''x'''), :EVERYTHING, 'a release in force; of restricted services those that are the reader''s too');
SELECT is(pg_temp.released('begin_date = current_date'), :EVERYTHING, 'on its first day');
SELECT is(pg_temp.released('end_date = current_date'), :EVERYTHING, 'on its last day');
SELECT is(pg_temp.released('begin_date = current_date + 1'), :NOTHING, 'the day before');
SELECT is(pg_temp.released('end_date = current_date - 1'), :NOTHING, 'the day after');
SELECT is(pg_temp.released('revoked_date = current_date + 1'), :EVERYTHING, 'revoked from tomorrow');
SELECT is(pg_temp.released('revoked_date = current_date'), :NOTHING, 'revoked from today');
SELECT is(pg_temp.released('revoked_date = current_date - 1'), :NOTHING, 'revoked');
SELECT is(pg_temp.released('date_deleted = now()'), :NOTHING, 'deleted');
SELECT is(pg_temp.released('shares = ''{}'''), 'client 7, enrollments , services , cards SEVEN', 'of the client only');
SELECT is(pg_temp.released('shares = ''{enrollments}'''), 'client 7, enrollments 7, services , cards SEVEN', 'with enrollments');
SELECT is(pg_temp.released('shares = ''{services}'''), 'client 7, enrollments , services 4 61, cards SEVEN', 'with services');
SELECT is(pg_temp.released('released_to_organization_id = 3'), :NOTHING, 'to another organization');
SELECT is(pg_temp.released('client_id = 8'), :NOTHING, 'of another client');
UPDATE service_organization SET date_deleted = now() WHERE service_id = 60;
SELECT is(pg_temp.released('purpose = ''x'''), 'client 7, enrollments 7, services 4 60 61, cards SEVEN', 'a restriction that is deleted restricts nothing');
UPDATE service_organization SET date_deleted = NULL WHERE service_id = 60;

-- Who may release, and what it lets others do.
SELECT is(did('test_north', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (7, 2, 1, current_date + 10)'), '1', 'who serves a client releases');
SELECT is(asked(who, 'SELECT count(*) FROM hmis.information_release'), n, 'a release is seen by both sides: ' || who) FROM (VALUES ('test_north', '1'), ('test_worker', '1'), ('test_haven', '0'), ('test_admin', '1')) v (who, n);
SELECT is(tried('test_worker', 'UPDATE hmis.client SET first_name = ''x'' WHERE client_id = 7'), '0', 'who was released a client does not change it');
SELECT is(tried('test_worker', 'UPDATE hmis.enrollment SET exit_date = ''2024-02-02'' WHERE client_id = 7'), '0', 'nor its enrollments');
SELECT is(tried('test_worker', 'UPDATE hmis.client_service SET units = 2 WHERE client_id = 7'), '0', 'nor its services');
SELECT is(tried('test_worker', 'UPDATE hmis.information_release SET end_date = ''2099-01-01'', shares = ''{enrollments,services}'''), '0', 'nor the release');
SELECT is(tried('test_worker', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, shares, end_date) VALUES (7, 2, 1, ''{services}'', ''2099-01-01'')'),
	'42501 new row violates row-level security policy for table "information_release"', 'nor makes one in the other''s name');
SELECT is(tried('test_worker', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (7, 1, 3, ''2099-01-01'')'),
	'23514 organization 1 does not serve client 7', 'nor passes it on');
SELECT is(tried('test_admin', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (7, 1, 3, ''2099-01-01'')'),
	'23514 organization 1 does not serve client 7', 'nor does an administrator');
SELECT is(tried('test_worker', format('INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (%s, 1, 2, ''2099-01-01'')', c)),
	'42501 new row violates row-level security policy for table "information_release"', 'a client out of sight and none are the same') FROM unnest(ARRAY[9, 999]) c;
SELECT is(tried('test_haven', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (9, 3, 1, ''2099-01-01'')'),
	'23514 records of a victim service provider are not released', 'a victim service provider releases nothing');
SELECT is(tried('test_north', 'UPDATE hmis.information_release SET organization_id = 3'), '23514 records of a victim service provider are not released', 'by UPDATE neither');
SELECT is(tried('test_north', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (7, 2, 3, ''2099-01-01'')'), '1', 'but it may be released to');
SELECT is(did('test_north', 'UPDATE hmis.information_release SET revoked_date = current_date WHERE organization_id = 2'), '1', 'who released revokes');
SELECT is(asked('test_worker', 'SELECT client_id FROM hmis.client WHERE client_id = 7'), '', 'and it is over');
SELECT is(tried('test_reader', 'INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (1, 1, 2, ''2099-01-01'')'),
	'42501 permission denied for table information_release', 'a reader releases nothing');

-- Bars: seen by who entered and who enforces; who enforces is for who entered to say.
SELECT is(tried('test_worker', format('INSERT INTO hmis.bar_organization (bar_id, organization_id) VALUES (%s, %s)', b, o)), '42501 new row violates row-level security policy for table "bar_organization"',
	format('nobody makes himself an enforcer of a bar out of sight, or of one that is not there: %s, %s', b, o)) FROM unnest(ARRAY[103, 105, 999]) b, generate_series(1, 3) o;
SELECT is(tried('test_worker', format('INSERT INTO hmis.bar_organization (bar_id, organization_id) VALUES (102, %s)', o)),
	'23503 insert or update on table "bar_organization" violates foreign key constraint "bar_organization_bar_id_security_organization_id_fkey"', 'nor others of one that another entered') FROM generate_series(2, 3) o;
SELECT is(tried('test_worker', format('INSERT INTO hmis.bar_organization (bar_id, organization_id, security_organization_id) VALUES (%s, 1, %s)', b, o)),
	'42501 new row violates row-level security policy for table "bar_organization"', format('bar %s in the name of %s', b, o)) FROM unnest(ARRAY[103, 105, 999]) b, unnest(ARRAY['2', '3', 'NULL', '999']) o;
SELECT is(tried('test_worker', 'UPDATE hmis.bar_organization SET bar_id = 103'), '0', 'nor by way of a row of the other''s');
SELECT is(did('test_worker', 'INSERT INTO hmis.bar_organization (bar_id, organization_id) VALUES (101, 2)'), '1', 'who entered a bar names who enforces it');
SELECT is(tried('test_worker', 'UPDATE hmis.bar_organization SET bar_id = 103 WHERE bar_id = 101'),
	'42501 new row violates row-level security policy for table "bar_organization"', 'and does not move that');
SELECT is(tried('test_worker', 'UPDATE hmis.bar_organization SET security_organization_id = 2 WHERE bar_id = 101'), '42501 permission denied for table bar_organization', 'in no way');
SELECT is(asked('test_north', 'SELECT bar_id FROM hmis.bar ORDER BY 1'), '101 102 103 104', 'then the other sees it');
SELECT is(asked('test_north', 'SELECT client_id FROM hmis.client WHERE client_id = 1'), '', 'not the client');
SELECT is(tried('test_north', 'SELECT hmis.lift_bar(101, ''2025-02-01'', ''x'')'), '42501 new row violates row-level security policy for table "bar"', 'and lifts no bar of a client out of sight');
SELECT is(tried('test_worker', 'SELECT hmis.lift_bar(102, ''2025-02-01'', ''x'')'), '1', 'but of one in sight');
SELECT is(tried('test_worker', 'SELECT hmis.lift_bar(103, ''2025-02-01'', ''x'')'), 'CT009 there is no bar 103 to lift', 'a bar out of sight is none');
SELECT is(tried('test_worker', 'INSERT INTO hmis.bar_scope (bar_id, covers_all) VALUES (103, true)'), '42501 new row violates row-level security policy for table "bar_scope"', 'nobody widens it');
SELECT is(tried('test_worker', 'INSERT INTO hmis.bar_scope (bar_id, covers_all) VALUES (999, true)'), '42501 new row violates row-level security policy for table "bar_scope"', 'or one that is not there');
SELECT is(tried('test_worker', 'UPDATE hmis.bar_scope SET bar_id = 103 WHERE bar_id = 102'), '42501 new row violates row-level security policy for table "bar_scope"', 'nor moves a scope there');
SELECT is(tried('test_worker', 'UPDATE hmis.bar SET client_id = 7 WHERE bar_id = 101'), '42501 new row violates row-level security policy for table "bar"', 'a bar is not moved to a client out of sight');
SELECT is(tried('test_worker', 'UPDATE hmis.bar SET client_id = 999 WHERE bar_id = 101'), '42501 new row violates row-level security policy for table "bar"', 'nor to nobody');
SELECT is(tried('test_north', 'INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (8, ''2025-02-10'', 8, 1, 21)'), 'CT002 client is barred', 'a bar bars');
UPDATE bar_scope SET program_id = NULL, covers_all = true WHERE bar_id = 103;
SELECT is(did('test_worker', 'INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (8, ''2025-02-10'', 81, 1, 11)'), 'CT002 client is barred', 'out of sight too');
SELECT is(last_detail(), 'Barred: client 8 on 2025-02-10.', 'which tells no more than client and day');
GRANT clienttrack_override_bars TO test_worker;
SELECT is(tried('test_worker', 'SELECT hmis.override_bar(103, ''2025-02-10'', ''2025-02-10'', ''x'')'), '42501 new row violates row-level security policy for table "bar_override"', 'nobody makes an exception to a bar out of sight');
SELECT is(tried('test_worker', 'SELECT hmis.override_bar(999, ''2025-02-10'', ''2025-02-10'', ''x'')'), '42501 new row violates row-level security policy for table "bar_override"', 'or to none');
SELECT is(tried('test_worker', 'SELECT hmis.override_bar(102, ''2025-02-10'', ''2025-02-10'', ''x'')'), '1', 'but to one that the organization enforces');
REVOKE clienttrack_override_bars FROM test_worker;

-- A client out of sight and one who is not there are the same to every writer.
CREATE TEMP TABLE writes (statement text, hidden_from_worker int DEFAULT 7, hidden_from_admin int DEFAULT 9);
INSERT INTO writes (statement) VALUES
	('INSERT INTO hmis.enrollment (client_id, program_id, entry_date) VALUES (%s, 11, ''2024-01-01'')'),
	('UPDATE hmis.enrollment SET client_id = %s WHERE enrollment_id = 6'),
	('INSERT INTO hmis.client_service (client_id, date_provided, service_id, program_id) VALUES (%s, ''2024-01-10'', 1, 11)'),
	('INSERT INTO hmis.client_service (client_id, date_provided, service_id, program_id, enrollment_id) VALUES (%s, ''2024-01-10'', 1, 11, 1)'),
	('INSERT INTO hmis.client_service (client_id, date_provided, service_id, program_id, enrollment_id) VALUES (1, ''2024-01-10'', 1, 11, %s)'),
	('UPDATE hmis.client_service SET client_id = %s WHERE client_service_id = 1'),
	('UPDATE hmis.client_service SET enrollment_id = %s WHERE client_service_id = 1'),
	('INSERT INTO hmis.bar (client_id, begin_date) VALUES (%s, ''2025-01-01'')'),
	('SELECT hmis.bar_client(%s, ''2025-01-01'', covers_all => true)'),
	('UPDATE hmis.bar SET client_id = %s WHERE bar_id = 101'),
	('INSERT INTO hmis.scan_card (client_id, card_code) VALUES (%s, ''X1'')'),
	('SELECT hmis.issue_scan_card(%s)'),
	('INSERT INTO hmis.client_alias (client_id, alias_name) VALUES (%s, ''x'')'),
	('UPDATE hmis.client_alias SET client_id = %s WHERE client_id = 1'),
	('INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id) VALUES (1, %s)'),
	('UPDATE hmis.service_batch_client SET client_id = %s WHERE client_id = 1'),
	('SELECT hmis.add_batch_client(1, ''%s'', ''client_id'')'),
	('SELECT hmis.remove_batch_client(1, %s)'),
	('INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (%s, 1, 2, ''2099-01-01'')'),
	('UPDATE hmis.client SET first_name = ''x'' WHERE client_id = %s'),
	('SELECT clienttrack.judge_batch_clients(''hmis'', 1, ''{%s}'', ''{NULL}'')'),
	('SELECT FROM hmis.client WHERE client_id = %s FOR UPDATE');
-- and so are batches and runs
INSERT INTO writes VALUES
	('INSERT INTO hmis.service_batch (description, program_id) VALUES (''x'', %s)', 21, 31),
	('INSERT INTO hmis.service_batch_service (service_batch_id, service_id) VALUES (%s, 1)', 2, 3),
	('INSERT INTO hmis.service_batch_run (service_batch_id, batch_date, date_provided) VALUES (%s, ''2024-01-01'', ''2024-01-01'')', 2, 3),
	('INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id) VALUES (%s, 1)', 2, 3),
	('INSERT INTO hmis.client_service (client_id, date_provided, service_id, program_id, enrollment_id, service_batch_run_id) VALUES (1, ''2024-01-10'', 1, 11, 1, %s)', 2, 3),
	('SELECT hmis.open_batch_run(%s, ''2024-01-01'')', 2, 3),
	('SELECT hmis.post_batch(%s)', 2, 3),
	('SELECT hmis.add_batch_clients(%s, ''{1}''::bigint[])', 2, 3),
	('SELECT clienttrack.judge_batch_clients(''hmis'', %s, ''{1}'', ''{1}'')', 2, 3);
SELECT is(regexp_replace(tried(who, format(statement, hidden)), '\m' || hidden || '\M', '999', 'g'), tried(who, format(statement, 999)), who || ': ' || left(format(statement, hidden), 70)) FROM writes,
	LATERAL (VALUES ('test_worker', hidden_from_worker), ('test_admin', hidden_from_admin)) v (who, hidden);
SELECT is_empty($$SELECT statement, tried('test_worker', format(statement, 999)) FROM writes WHERE tried('test_worker', format(statement, 999)) !~ '^(42501|CT009|0$|23503)'$$, 'these are refusals');
SELECT is(tried('test_worker', 'INSERT INTO hmis.client (client_id, first_name) VALUES (9, ''x'') ON CONFLICT (client_id) DO UPDATE SET first_name = ''x'' RETURNING 1'),
	'42501 permission denied for table client', 'nobody chooses a key, so ON CONFLICT DO UPDATE does not write a row out of sight');
SELECT is(tried('test_worker', 'MERGE INTO hmis.client c USING (VALUES (9)) v (id) ON c.client_id = v.id WHEN MATCHED THEN UPDATE SET first_name = ''x'''), '0', 'nor does MERGE');
SELECT results_eq('SELECT * FROM asked(''test_worker'', ''SELECT concat_ws('''' '''', status, sqlstate, message) FROM hmis.add_batch_clients(1, ARRAY[7, 9, 999])'')',
	$$VALUES ('rejected CT009 client not found rejected CT009 client not found rejected CT009 client not found')$$, 'a batch is told the same of all three');
SELECT is(asked('test_worker', format('SELECT concat_ws('' '', status, sqlstate) FROM hmis.add_batch_clients(1, ARRAY[%L], %L)', i, k)), 'rejected CT009', 'by ' || k || ' too') FROM (VALUES ('NINE', 'scan_card'), ('NOCARD', 'scan_card'),
	('Zebulonissimo9 Quackenbush9', 'name'), ('Zebulon Nine', 'name'), ('Nobody Atall', 'name')) v (i, k);

-- The other side of the guard counts what is out of sight, and tells only who sees all.
SELECT is(did('test_north', 'UPDATE hmis.client SET date_deleted = now() WHERE client_id = 8'), 'CT006 enrollments, services or assessments would be left without the client or before birth', 'a client whom others serve is not deleted');
SELECT is(last_detail(), '', 'who these are is not told');
SELECT is(did('clienttrack_owner', 'UPDATE hmis.client SET date_deleted = now() WHERE client_id = 8'), 'CT006 enrollments, services or assessments would be left without the client or before birth', 'nor by the owner');
SELECT isnt(last_detail(), '', 'who is told');
UPDATE client_service SET service_reason_id = 1 WHERE client_service_id = 5;
SELECT is(did('test_admin', 'DELETE FROM hmis.service_reason WHERE service_reason_id = 1'), 'CT006 reason is in use', 'what services stand on stays');
SELECT is(last_detail(), '', 'whose they are is not told');

-- Batches as a worker: the way of most services.
SELECT is(asked('test_worker', 'SELECT concat_ws('' '', client_id, status, services) FROM hmis.post_batch(1) ORDER BY 1'), '1 posted 1 8 posted 1', 'a worker posts a run');
SELECT is((SELECT string_agg(DISTINCT user_id::text, ' ') FROM client_service WHERE service_batch_run_id = 1), NULL, 'entered by whoever added the clients: nobody known here');
SELECT is(asked('test_worker', 'SELECT hmis.open_batch_run(hmis.create_service_batch(''Dinner'', 11, ''[{"service": "MEAL"}]'', auto_post => true), ''2024-02-11'')') ~ '^[0-9]+$', true, 'makes a batch and a run');
SELECT max(service_batch_run_id) AS run FROM service_batch_run \gset
SELECT is(asked('test_worker', format('SELECT concat_ws('' '', identifier, status, sqlstate) FROM hmis.add_batch_clients(%s, ''{1,3,5,7,8}''::bigint[])', :run)), '1 posted 3 posted 5 posted 7 rejected CT009 8 posted', 'and adds clients');
SELECT is((SELECT string_agg(DISTINCT user_id::text, ' ') FROM client_service WHERE service_batch_run_id = :run), '12', 'entered by the user of the session');
SELECT is(asked('test_worker', format('SELECT hmis.add_batch_client(%s, ''ONE'')', :run)), 'CT012 client is already in the batch', 'a scan');
SELECT is(asked('test_worker', format('SELECT hmis.add_batch_client(%s, ''2'', ''client_id'')', :run)), 'CT001 Enrollment is a Required Field.', 'a rule');
SELECT is(asked('test_north', format('SELECT hmis.add_batch_client(%s, ''8'', ''client_id'')', :run)), format('CT009 batch run %s does not exist', :run), 'another organization''s run is none');
SELECT is(tried('test_worker', format('SELECT hmis.unpost_batch(%s, ''x'')', :run)), '42501 permission denied for function unpost_batch', 'taking back needs the right');
GRANT clienttrack_unpost_batches TO test_worker;
SELECT is(asked('test_worker', format('SELECT hmis.unpost_batch(%s, ''x'')', :run)), '4', 'and then works');
SELECT is(tried('test_worker', 'SELECT hmis.unpost_batch(2, ''x'')'), 'CT009 batch run 2 does not exist', 'within the organization');
SELECT is(tried('test_worker', format('SELECT hmis.remove_batch_client(%s, 1)', :run)), '1', 'clients are removed');
SELECT is(tried('test_reader', format('SELECT hmis.%s', f)), '42501 permission denied for function ' || split_part(f, '(', 1), 'a reader does not: ' || split_part(f, '(', 1)) FROM unnest(ARRAY['post_batch(1)', 'add_batch_client(1, ''ONE'')',
	'open_batch_run(1)', 'bar_client(1, ''2025-01-01'', covers_all => true)', 'issue_scan_card(1)', 'hud_parse()']) f;
SELECT is(tried('test_reader', 'SELECT clienttrack.post_batch(''hmis'', 1)'), '42501 permission denied for table service_batch_run', 'nor past the schema''s function');
SELECT is(tried('test_stranger', 'SELECT clienttrack.post_batch(''hmis'', 1)'), '42501 permission denied for schema hmis', 'a stranger neither');

-- Violations of constraints show no row: not to a worker, not to an owner who is no superuser.
DELETE FROM raised;
CREATE TEMP TABLE violations (statement text);
INSERT INTO violations VALUES
	('INSERT INTO hmis.client (client_id, first_name, security_organization_id) VALUES (9, ''Zebulonissimo'', 1)'),
	('UPDATE hmis.client SET name_data_quality = NULL WHERE client_id = 1'),
	('UPDATE hmis.client SET dob = ''infinity'' WHERE client_id = 1'),
	('INSERT INTO hmis.client (first_name, ssn_data_quality) VALUES (''Zebulonissimo'', NULL)'),
	('UPDATE hmis.client SET ssn_data_quality = 99999 WHERE client_id = 1'),
	('INSERT INTO hmis.client_alias (client_id, alias_name) VALUES (1, '''')'),
	('INSERT INTO hmis.client_alias (client_id, alias_name) VALUES (NULL, ''Zebulon'')'),
	('INSERT INTO hmis.scan_card (client_id, card_code, security_organization_id) VALUES (1, ''ONE'', 1)'),
	('INSERT INTO hmis.scan_card (client_id, card_code, security_organization_id, card_status) VALUES (1, ''TWO'', 1, ''x'')'),
	('INSERT INTO hmis.scan_card (client_id, card_code, security_organization_id, replaced_by_scan_card_id) VALUES (1, ''TWO'', 1, 999)'),
	('UPDATE hmis.scan_card SET issued_date = NULL WHERE client_id = 1'),
	('INSERT INTO hmis.enrollment (client_id, program_id, entry_date, exit_date) VALUES (1, 11, ''2024-01-02'', ''2024-01-01'')'),
	('UPDATE hmis.enrollment SET exit_date = ''1999-01-01'' WHERE client_id = 1'),
	('UPDATE hmis.enrollment SET entry_date = NULL WHERE client_id = 1'),
	('UPDATE hmis.enrollment SET grant_award_id = 999 WHERE client_id = 1'),
	('INSERT INTO hmis.enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (9, 1, 11, ''2024-01-01'')'),
	('UPDATE hmis.client_service SET units = -1 WHERE client_id = 1'),
	('UPDATE hmis.client_service SET units = NULL WHERE client_id = 1'),
	('UPDATE hmis.client_service SET fa_amount = ''NaN'' WHERE client_id = 1'),
	('UPDATE hmis.client_service SET date_provided = ''infinity'' WHERE client_id = 1'),
	('INSERT INTO hmis.client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (5, 1, ''2024-01-10'', 1, 1, 11)'),
	('UPDATE hmis.client_service SET service_batch_run_id = 1, service_id = 1 WHERE client_id = 1'),
	('UPDATE hmis.bar SET bar_level = ''x'' WHERE client_id = 1'),
	('UPDATE hmis.bar SET begin_date = NULL WHERE client_id = 1'),
	('UPDATE hmis.bar SET end_date = begin_date WHERE client_id = 1'),
	('UPDATE hmis.bar SET bar_reason_id = 999 WHERE client_id = 1'),
	('UPDATE hmis.bar SET lifted_by_user_id = 999, lifted_date = ''2025-02-01'', lift_reason = ''x'' WHERE client_id = 1'),
	('INSERT INTO hmis.bar (bar_id, client_id, begin_date, notes, security_organization_id) VALUES (105, 1, ''2025-01-01'', ''guardednote'', 1)'),
	('INSERT INTO hmis.bar_scope (bar_id) VALUES (101)'),
	('INSERT INTO hmis.bar_organization (bar_id, organization_id, security_organization_id) VALUES (101, 2, 1)'),
	('INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (1, 1, 1, ''2099-01-01'')'),
	('INSERT INTO hmis.information_release (client_id, organization_id, released_to_organization_id, end_date, shares) VALUES (1, 1, 2, ''2099-01-01'', ''{everything}'')'),
	('INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id) VALUES (1, 1)'),
	('INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id, batch_status) VALUES (1, 5, ''x'')'),
	('INSERT INTO hmis.service_batch (description, program_id, default_comments) VALUES ('''', 11, ''guardednote'')'),
	('INSERT INTO hmis.service_batch_service (service_batch_id, service_id) VALUES (1, 1)');
CREATE ROLE test_dba IN ROLE clienttrack_owner;
SELECT matches(tried(who, statement), CASE WHEN who = 'test_worker' AND (statement ~ 'hmis.(\w+) \(\1_id' OR statement ~ 'SET service_batch_run_id') THEN '^42501 permission denied' ELSE '^(22|23)' END, who || ' is refused: ' || left(statement, 60)) FROM violations, unnest(ARRAY['test_worker', 'clienttrack_owner', 'test_dba']) who;
SELECT is_empty($$SELECT statement, message, detail FROM raised WHERE detail ~* 'failing row|\)=\(' AND detail !~ 'Key \((grant_award_id|bar_reason_id|lifted_by_user_id|replaced_by_scan_card_id)\)=\(999\) is not present'$$,
	'no DETAIL shows a row or a key but the one given');
DELETE FROM raised WHERE statement ~ 'Zebulon|guardednote' AND message !~* 'zebulon|guardednote' AND coalesce(detail, '') !~* 'zebulon|guardednote';
SELECT matches(did('clienttrack_owner', 'DELETE FROM hmis.client WHERE client_id = 4'), '^23503 update or delete on table "client" violates foreign key constraint', 'what refers to a row');
SELECT matches(last_detail(), '^Key is still referenced from table "\w+"\.$', 'is not shown either');

-- Temporary tables, functions and operators of the same names take no part.
SET LOCAL ROLE test_worker;
CREATE TEMP TABLE client AS SELECT * FROM hmis.client WHERE false;
CREATE TEMP TABLE organization (organization_id bigint, victim_service_provider boolean);
CREATE TEMP TABLE hmis_user (user_id bigint, login_role name, active boolean, date_deleted timestamptz, rights text[]);
CREATE TEMP TABLE user_organization (member_user_id bigint, organization_id bigint, date_deleted timestamptz, user_organization_id bigint);
CREATE TEMP TABLE information_release AS SELECT * FROM hmis.information_release WHERE false;
CREATE TEMP TABLE enrollment AS SELECT * FROM hmis.enrollment WHERE false;
CREATE TEMP TABLE program AS SELECT * FROM hmis.program WHERE false;
CREATE TEMP TABLE service AS SELECT * FROM hmis.service WHERE false;
CREATE TEMP TABLE bar AS SELECT * FROM hmis.bar WHERE false;
CREATE TEMP TABLE bar_scope AS SELECT * FROM hmis.bar_scope WHERE false;
CREATE TEMP TABLE scan_card AS SELECT * FROM hmis.scan_card WHERE false;
CREATE TEMP TABLE client_service AS SELECT * FROM hmis.client_service WHERE false;
CREATE TEMP TABLE service_batch AS SELECT * FROM hmis.service_batch WHERE false;
CREATE TEMP TABLE service_batch_run AS SELECT * FROM hmis.service_batch_run WHERE false;
CREATE TEMP TABLE service_batch_service AS SELECT * FROM hmis.service_batch_service WHERE false;
CREATE TEMP TABLE service_batch_client AS SELECT * FROM hmis.service_batch_client WHERE false;
CREATE TEMP TABLE session_key (session_key_id bigint, secret bytea, valid_until timestamptz);
INSERT INTO pg_temp.hmis_user VALUES (12, 'test_worker', true, NULL, '{override_bars,unpost_batches}');
INSERT INTO pg_temp.user_organization SELECT 12, i, NULL, i FROM generate_series(1, 3) i;
INSERT INTO pg_temp.organization SELECT i, false FROM generate_series(1, 3) i;
INSERT INTO pg_temp.client (client_id, first_name, name_key) SELECT c, 'x', 'x' FROM generate_series(1, 9) c;
INSERT INTO pg_temp.enrollment (enrollment_id, client_id, program_id, entry_date) SELECT c, c, 11, '2024-01-01' FROM generate_series(1, 9) c;
INSERT INTO pg_temp.session_key VALUES (1, repeat('x', 32)::bytea, NULL);
CREATE FUNCTION pg_temp.current_organizations(regnamespace) RETURNS bigint[] LANGUAGE sql RETURN '{1,2,3}'::bigint[];
CREATE FUNCTION pg_temp.current_user_id(regnamespace) RETURNS bigint LANGUAGE sql RETURN 15::bigint;
CREATE FUNCTION pg_temp.require_right(regnamespace, text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION pg_temp.visible_client(regnamespace, bigint) RETURNS boolean LANGUAGE sql RETURN true;
CREATE FUNCTION pg_temp.visible_scan_card(text) RETURNS bigint LANGUAGE sql RETURN 1::bigint;
CREATE FUNCTION pg_temp.last_day() RETURNS date LANGUAGE sql RETURN date '9999-01-01';
CREATE FUNCTION pg_temp.equal(bigint, bigint) RETURNS boolean LANGUAGE sql RETURN true;
CREATE OPERATOR pg_temp.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_temp.equal);
SET LOCAL search_path = pg_temp, hmis, clienttrack, public;
SELECT is((SELECT string_agg(client_id::text, ' ' ORDER BY client_id) FROM hmis.client), '1 2 3 4 5 6 8', 'shadowed: the clients in sight are the same');
SELECT is(clienttrack.current_organizations('hmis'), '{1}'::bigint[], 'shadowed: the organizations too');
SELECT is(clienttrack.has_right('hmis', 'unpost_batches'), true, 'shadowed: rights too');
SELECT is(clienttrack.has_right('hmis', 'override_bars'), false, 'shadowed: not those of the temporary user');
SELECT is(caught('SELECT hmis.issue_scan_card(9, ''X2'')'), 'CT009 client 9 is not found', 'shadowed: issue_scan_card()');
SELECT is(caught('SELECT hmis.issue_scan_card(5, ''X3'')'), 'ok', 'shadowed: for a client in sight');
SELECT is(hmis.scan_card_holder('X3'), 5::bigint, 'shadowed: scan_card_holder()');
SELECT is(caught('SELECT hmis.bar_client(9, ''2025-01-01'', covers_all => true)'), '42501 new row violates row-level security policy for table "bar"', 'shadowed: bar_client()');
SELECT is(caught('SELECT hmis.bar_client(5, ''2025-01-01'', covers_all => true)'), 'ok', 'shadowed: for a client in sight');
SELECT is(caught('SELECT hmis.override_bar(101, ''2025-01-01'', ''2025-01-01'', ''x'')'), '42501 permission denied for function override_bar', 'shadowed: override_bar()');
SELECT is((SELECT count(*) FROM hmis.find_clients('Zebulonissimo')), 7::bigint, 'shadowed: find_clients()');
SELECT is(caught('SELECT hmis.open_batch_run(hmis.create_service_batch(''x'', 21, ''[{"service": "MEAL"}]''))'), '42501 new row violates row-level security policy for table "service_batch"', 'shadowed: create_service_batch()');
SELECT is(caught('SELECT hmis.open_batch_run(1, ''9000-01-01'')'), 'CT008 date provided 9000-01-01 is in the future', 'shadowed: open_batch_run()');
SELECT hmis.open_batch_run(1, '2024-02-20') AS run \gset
SELECT results_eq(format('SELECT identifier || '' '' || status FROM hmis.add_batch_clients(%s, ''{1,3,9}''::bigint[])', :run), $$VALUES ('1 added'), ('3 added'), ('9 rejected')$$, 'shadowed: add_batch_clients()');
SELECT results_eq(format('SELECT client_id, status FROM hmis.post_batch(%s)', :run), $$VALUES (1::bigint, 'posted'), (3, 'posted')$$, 'shadowed: post_batch()');
SELECT is(caught('INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (3, ''2023-12-10'', 3, 1, 11)'), '42501 new row violates row-level security policy for table "client_service"', 'shadowed: INSERT');
SELECT is(caught(format('SELECT hmis.set_session_user(%L)', 'ct1:1:15:9999999999:3:' || repeat('0', 64))), '28000 session token is not valid', 'shadowed: set_session_user()');
SELECT is(caught('UPDATE hmis.client SET sex = 1 WHERE client_id = 5'), 'ok', 'shadowed: touch()');
SELECT is((SELECT user_id FROM hmis.client WHERE client_id = 5), 12::bigint, 'shadowed: notes who it was');
SELECT is((SELECT count(*) FROM pg_temp.bar) + (SELECT count(*) FROM pg_temp.scan_card) + (SELECT count(*) FROM pg_temp.client_service) + (SELECT count(*) FROM pg_temp.service_batch_client), 0::bigint, 'nothing went into the temporary tables');
RESET ROLE;
DROP TABLE pg_temp.client, pg_temp.organization, pg_temp.hmis_user, pg_temp.user_organization, pg_temp.information_release, pg_temp.enrollment, pg_temp.program, pg_temp.service,
	pg_temp.bar, pg_temp.bar_scope, pg_temp.scan_card, pg_temp.client_service, pg_temp.service_batch, pg_temp.service_batch_run, pg_temp.service_batch_service, pg_temp.service_batch_client, pg_temp.session_key;
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
