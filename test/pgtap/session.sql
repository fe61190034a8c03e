-- Who the user of a session is: logins, roles set, administrators and walled-off organizations, session tokens, forgeries.
-- What needs several transactions or sessions is in test/t/session.pl.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
\set ME '''SELECT current_user_id(''''hmis'''')'''
\set ORGANIZATIONS '''SELECT current_organizations(''''hmis'''')'''
\set REFUSED '''28000 session token is not valid'''

-- A login, or a role set.
SELECT results_eq($$SELECT who, asked(who, 'SELECT current_user_id(''hmis'')'), asked(who, 'SELECT current_organization(''hmis'')'), asked(who, 'SELECT current_organizations(''hmis'')'),
	asked(who, 'SELECT current_programs(''hmis'')'), asked(who, 'SELECT hidden_organizations(''hmis'')'), clients_of(who)
	FROM unnest(ARRAY['test_reader', 'test_worker', 'test_north', 'test_both', 'test_haven', 'test_admin', 'test_app']) WITH ORDINALITY w (who, i) ORDER BY i$$,
	$$VALUES ('test_reader', '11', '1', '{1}', '{11,12}', '{3}', '1 2 3 4 5 6 8'), ('test_worker', '12', '1', '{1}', '{11,12}', '{3}', '1 2 3 4 5 6 8'),
	('test_north', '13', '2', '{2}', '{21}', '{3}', '7 8'), ('test_both', '14', '1', '{1,2}', '{11,12,21}', '{3}', '1 2 3 4 5 6 7 8'),
	('test_haven', '15', '3', '{3}', '{31}', '{}', '9'), ('test_admin', '16', 'null', '{1,2}', '{11,12,21}', '{3}', '1 2 3 4 5 6 7 8'),
	('test_app', 'null', 'null', '{}', '{}', '{3}', '')$$, 'each is who hmis_user says, and sees the clients of the own organizations');
SELECT is(asked('test_stranger', :ME), 'null', 'a stranger is nobody');
SELECT is(asked('test_stranger', :ORGANIZATIONS), '{}', 'of no organization');
SELECT is(clients_of('test_stranger'), '42501 permission denied for schema hmis', 'and reads nothing');
SELECT is(asked('clienttrack_worker', :ME), 'null', 'a role that is nobody''s login is nobody');
SELECT is(clients_of('clienttrack_worker'), '', 'and sees no row');
SELECT is(clients_of('clienttrack_owner'), '1 2 3 4 5 6 7 8 9', 'the owner sees every row');

SET LOCAL SESSION AUTHORIZATION test_worker;
SELECT is(current_user_id('hmis'), 12::bigint, 'logged in');
SET LOCAL ROLE clienttrack_reader;
SELECT is(current_user_id('hmis'), 12::bigint, 'logged in, with a role set that is nobody''s: still the login');
SELECT is((SELECT string_agg(client_id::text, ' ' ORDER BY client_id) FROM client), '1 2 3 4 5 6 8', 'and sees the same');
SET LOCAL SESSION AUTHORIZATION DEFAULT;
GRANT test_north TO test_worker;
SET LOCAL SESSION AUTHORIZATION test_worker;
SET LOCAL ROLE test_north;
SELECT is(current_user_id('hmis'), 13::bigint, 'a role set that is somebody''s counts before the login');
SELECT is((SELECT string_agg(client_id::text, ' ' ORDER BY client_id) FROM client), '7 8', 'and sees what that one sees');
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SET LOCAL ROLE NONE;
REVOKE test_north FROM test_worker;

-- Inside a definer function the user is still who called it.
CREATE FUNCTION public.definer_asks(id bigint) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN concat_ws(' ', current_user, clienttrack.current_user_id('hmis'), clienttrack.current_organizations('hmis'), clienttrack.visible_row('hmis', 'client', id),
	clienttrack.has_right('hmis', 'issue_tokens'));
ALTER FUNCTION definer_asks(bigint) OWNER TO clienttrack_owner;
SELECT is(asked('test_worker', 'SELECT definer_asks(1)'), 'clienttrack_owner 12 {1} t f', 'a definer function knows its caller');
SELECT is(asked('test_worker', 'SELECT definer_asks(7)'), 'clienttrack_owner 12 {1} f f', 'and whom the caller does not see');
SELECT is(asked('test_worker', 'SELECT definer_asks(999)'), 'clienttrack_owner 12 {1} f f', 'nor somebody who is not there');
SELECT is(asked('test_stranger', 'SELECT definer_asks(1)'), '42501 permission denied for schema hmis', 'a stranger may not ask for clients');
SELECT is(asked('test_app', 'SELECT definer_asks(1)'), 'clienttrack_owner {} f t', 'rights are the caller''s too');

-- Who the user is is looked up once, whatever asks: policies, defaults and triggers.
SELECT asked('test_worker', 'SELECT 1 FROM hmis.client') \g /dev/null
CREATE FUNCTION pg_temp.looks() RETURNS bigint LANGUAGE sql AS $$ SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'hmis' AND relname = 'hmis_user' $$;
SELECT pg_temp.looks() AS looks \gset
SELECT is(did('test_worker', statement), '1', 'the user is known: ' || left(statement, 40)) FROM unnest(ARRAY['INSERT INTO hmis.client_alias (client_id, alias_name) VALUES (1, ''x'')', 'UPDATE hmis.client_alias SET alias_name = ''y''',
	'SELECT hmis.issue_scan_card(1, ''ONE'')', 'SELECT current_user_id(''hmis'')', 'SELECT has_right(''hmis'', ''override_bars'')', 'SELECT FROM hmis.enrollment WHERE enrollment_id = 1',
	'INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, ''2024-01-10'', 1, 1, 11)']) statement;
SELECT is(pg_temp.looks(), :looks::bigint, 'and not looked up again');

-- Users who left.
SELECT is(asked('test_worker', :ME), '12', 'a user');
UPDATE hmis_user SET active = false WHERE user_id = 12;
SELECT is(asked('test_worker', :ME), 'null', 'an inactive user is nobody, at once');
SELECT is(clients_of('test_worker'), '', 'and sees nothing');
UPDATE hmis_user SET active = true, date_deleted = now() WHERE user_id = 12;
SELECT is(clients_of('test_worker'), '', 'nor does a deleted one');
UPDATE hmis_user SET date_deleted = NULL WHERE user_id = 12;
SELECT is(clients_of('test_worker'), '1 2 3 4 5 6 8', 'back');
UPDATE hmis_user SET active = false WHERE user_id = 16;
SELECT is(clients_of('test_admin'), '', 'an administrator who left sees nothing, whatever the role still is');
SELECT is(asked('test_admin', :ORGANIZATIONS), '{}', 'and has no organization');
UPDATE hmis_user SET active = true, date_deleted = now() WHERE user_id = 16;
SELECT is(clients_of('test_admin'), '', 'nor a deleted one');
UPDATE hmis_user SET date_deleted = NULL WHERE user_id = 16;
SELECT is(clients_of('test_admin'), '1 2 3 4 5 6 7 8', 'back');
DELETE FROM hmis_user WHERE user_id = 16;
SELECT is(asked('test_admin', :ME), 'null', 'an administrator without a row of hmis_user is nobody');
SELECT is(clients_of('test_admin'), '1 2 3 4 5 6 7 8', 'but an administrator');
INSERT INTO hmis_user (user_id, login_role) VALUES (16, 'test_admin');
REVOKE clienttrack_admin FROM test_admin;
SELECT is(asked('test_admin', :ORGANIZATIONS), '{}', 'one whose role was revoked is no administrator, at once');
GRANT clienttrack_admin TO test_admin;
ALTER ROLE test_worker RENAME TO test_walt;
SELECT is(asked('test_walt', :ME), 'null', 'a role renamed is not the login that hmis_user names');
ALTER ROLE test_walt RENAME TO test_worker;
SELECT is(asked('test_worker', :ME), '12', 'back');

-- Memberships that change, within the session.
SELECT is(clients_of('test_both'), '1 2 3 4 5 6 7 8', 'a member of two');
UPDATE user_organization SET date_deleted = now() WHERE member_user_id = 14 AND organization_id = 1;
SELECT is(clients_of('test_both'), '7 8', 'one taken away by date_deleted');
SELECT is(asked('test_both', 'SELECT current_organization(''hmis'')'), '2', 'the other is the first now');
DELETE FROM user_organization WHERE member_user_id = 14;
SELECT is(clients_of('test_both'), '', 'both by DELETE');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (14, 2), (14, 1);
SELECT is(asked('test_both', 'SELECT current_organizations(''hmis'')'), '{2,1}', 'in the order in which they were joined');
SAVEPOINT members;
DELETE FROM user_organization WHERE member_user_id = 14;
SELECT is(clients_of('test_both'), '', 'gone');
ROLLBACK TO members;
SELECT is(clients_of('test_both'), '1 2 3 4 5 6 7 8', 'and back with the savepoint');
SAVEPOINT members;
INSERT INTO user_organization (member_user_id, organization_id) VALUES (12, 2);
SELECT is(clients_of('test_worker'), '1 2 3 4 5 6 7 8', 'a membership in a savepoint');
ROLLBACK TO members;
SELECT is(clients_of('test_worker'), '1 2 3 4 5 6 8', 'is gone with it');
SAVEPOINT members;
TRUNCATE user_organization;
SELECT is(clients_of('test_worker'), '', 'TRUNCATE takes effect too');
ROLLBACK TO members;
UPDATE program SET organization_id = 2 WHERE program_id = 12;
SELECT is(asked('test_north', 'SELECT current_programs(''hmis'')'), '{12,21}', 'a program that moves is the other organization''s at once');
UPDATE program SET organization_id = 1 WHERE program_id = 12;
UPDATE organization SET victim_service_provider = true WHERE organization_id = 2;
SELECT is(clients_of('test_admin'), '1 2 3 4 5 6 8', 'an organization becomes a victim service provider');
SELECT is(asked('test_worker', 'SELECT hidden_organizations(''hmis'')'), '{2,3}', 'it is hidden then');
UPDATE organization SET victim_service_provider = false WHERE organization_id = 2;

-- Walls around a victim service provider.
SELECT is(did('test_admin', 'INSERT INTO hmis.user_organization (member_user_id, organization_id) VALUES (16, 3)'),
	'42501 new row violates row-level security policy for table "user_organization"', 'an administrator does not make herself a member');
SELECT is(did('test_admin', 'INSERT INTO hmis.user_organization (member_user_id, organization_id) VALUES (12, 3)'),
	'42501 new row violates row-level security policy for table "user_organization"', 'nor anybody else');
SELECT is(did('test_admin', 'INSERT INTO hmis.user_organization (member_user_id, organization_id) VALUES (16, 1)'), '1', 'elsewhere she does');
SELECT is(did('test_admin', 'UPDATE hmis.user_organization SET organization_id = 3 WHERE member_user_id = 16'),
	'42501 new row violates row-level security policy for table "user_organization"', 'and does not move that');
SELECT is(did('test_admin', 'UPDATE hmis.user_organization SET member_user_id = 16 WHERE organization_id = 3'), '0', 'nor take over a membership');
SELECT is(did('test_admin', 'DELETE FROM hmis.user_organization WHERE organization_id = 3'), '0', 'nor delete one');
SELECT is(did('test_admin', 'UPDATE hmis.organization SET victim_service_provider = false WHERE organization_id = 3'), '0', 'she does not change its flag');
SELECT is(did('test_admin', 'INSERT INTO hmis.organization (organization_id, organization_name) VALUES (3, ''x'') ON CONFLICT (organization_id) DO UPDATE SET victim_service_provider = false'),
	'42501 new row violates row-level security policy (USING expression) for table "organization"', 'nor by ON CONFLICT');
SELECT is(did('test_admin', 'MERGE INTO hmis.organization o USING (VALUES (3)) v (id) ON o.organization_id = v.id WHEN MATCHED THEN UPDATE SET victim_service_provider = false'),
	'42501 target row violates row-level security policy (USING expression) for table "organization"', 'nor by MERGE');
SELECT is(did('test_admin', 'DELETE FROM hmis.organization WHERE organization_id = 3'), '0', 'nor deletes it');
SELECT is(did('test_admin', 'UPDATE hmis.program SET organization_id = 1 WHERE program_id = 31'), '0', 'nor moves its program to another organization');
SELECT is(did('test_admin', 'UPDATE hmis.program SET organization_id = 3 WHERE program_id = 11'), '42501 new row violates row-level security policy for table "program"', 'nor another''s to it');
SELECT is(did('test_admin', 'INSERT INTO hmis.program (organization_id, program_name) VALUES (3, ''x'')'), '42501 new row violates row-level security policy for table "program"', 'nor makes one');
SELECT is(did('test_admin', format('UPDATE hmis.hmis_user SET %s WHERE user_id = 15', c)), '0', 'nor changes its users: ' || c)
FROM unnest(ARRAY['login_role = ''test_admin''', 'login_role = NULL', 'rights = ''{issue_tokens}''', 'active = false', 'date_deleted = now()']) c;
SELECT is(did('test_admin', 'DELETE FROM hmis.hmis_user WHERE user_id = 15'), '0', 'nor deletes them');
SELECT is(did('test_admin', 'UPDATE hmis.hmis_user SET user_id = 99 WHERE user_id = 15'), '0', 'nor takes their place');
SELECT is(asked('test_admin', 'SELECT user_id FROM hmis.hmis_user WHERE user_id > 10 ORDER BY 1'), '11 12 13 14 16', 'who they are she does not see');
SELECT is(asked('test_admin', 'SELECT program_id FROM hmis.program ORDER BY 1'), '11 12 21', 'nor what its programs are');
SELECT is(asked('test_admin', 'SELECT organization_id FROM hmis.organization ORDER BY 1'), '1 2 3', 'only that it is there');
SELECT is(asked('test_worker', 'SELECT user_id FROM hmis.hmis_user WHERE user_id > 10 ORDER BY 1'), '11 12 13 14 16', 'nobody else does either');
SELECT is(asked('test_haven', 'SELECT user_id FROM hmis.hmis_user WHERE user_id > 10 ORDER BY 1'), '11 12 13 14 15 16', 'but its own people');
SELECT is(asked('test_haven', 'SELECT program_id FROM hmis.program ORDER BY 1'), '11 12 21 31', 'do');
UPDATE user_organization SET date_deleted = now() WHERE member_user_id = 15;
SELECT is(did('test_admin', 'UPDATE hmis.hmis_user SET login_role = ''test_admin2'' WHERE user_id = 15'), '0', 'somebody who left it stays hidden');
UPDATE user_organization SET date_deleted = NULL WHERE member_user_id = 15;
INSERT INTO user_organization (member_user_id, organization_id) VALUES (14, 3);
SELECT is(did('test_admin', 'UPDATE hmis.hmis_user SET rights = ''{x}'' WHERE user_id = 14'), '0', 'who works there and elsewhere too');
DELETE FROM user_organization WHERE member_user_id = 14 AND organization_id = 3;
SELECT is(did('test_admin', 'DELETE FROM hmis.user_organization WHERE member_user_id = 16'), '1', 'what is hers to change she changes');

-- What an administrator is for.
SELECT is(asked('test_admin', 'INSERT INTO hmis.organization (organization_id, organization_name) VALUES (4, ''New'') RETURNING organization_id'), '4', 'an administrator makes an organization');
SELECT is(did('test_admin', 'INSERT INTO hmis.program (program_id, organization_id, program_name) VALUES (41, 4, ''New'')'), '1', 'with a program');
SELECT is(did('test_admin', 'INSERT INTO hmis.hmis_user (user_id, login_role) VALUES (17, ''test_new'')'), '1', 'and a user');
SELECT is(did('test_admin', 'INSERT INTO hmis.user_organization (member_user_id, organization_id) VALUES (17, 4)'), '1', 'who belongs to it');
SELECT is(did('test_admin', 'UPDATE hmis.hmis_user SET active = false WHERE user_id = 17'), '1', 'and leaves');
SELECT is(did('test_admin', 'UPDATE hmis.organization SET victim_service_provider = true WHERE organization_id = 4'), '1', 'she puts a wall around it');
SELECT is(did('test_admin', 'UPDATE hmis.organization SET victim_service_provider = false WHERE organization_id = 4'), '0', 'for good');
SELECT is(did('test_worker', 'INSERT INTO hmis.organization (organization_name) VALUES (''x'')'), '42501 permission denied for table organization', 'a worker makes none');

-- user_id and security_organization_id by default, and touch().
SELECT setval('client_client_id_seq', 49) \g /dev/null
SELECT results_eq($$SELECT asked('test_both', 'INSERT INTO hmis.client (first_name) VALUES (''x'') RETURNING concat(user_id, security_organization_id)')$$, $$VALUES ('142')$$,
	'a new client is entered by the user for the first organization');
SELECT is(asked('test_both', 'INSERT INTO hmis.client (first_name, security_organization_id) VALUES (''x'', 1) RETURNING security_organization_id'), '1', 'or for another one of the user''s');
SELECT is(asked('test_both', 'INSERT INTO hmis.client (first_name, security_organization_id) VALUES (''x'', 3) RETURNING security_organization_id'),
	'42501 new row violates row-level security policy for table "client"', 'not for one that is not');
SELECT is(asked('test_both', 'INSERT INTO hmis.client (first_name, security_organization_id) VALUES (''x'', NULL) RETURNING security_organization_id'),
	'42501 new row violates row-level security policy for table "client"', 'nor for none');
UPDATE client SET date_updated = '2020-01-01', user_id = 1 WHERE client_id = 50;
SELECT is(did('test_worker', 'UPDATE hmis.client SET sex = 1 WHERE client_id = 50'), '0', 'whose client it is not does not change it');
SELECT is(did('test_north', 'UPDATE hmis.client SET sex = 1 WHERE client_id = 50'), '1', 'the organization''s others do');
SELECT results_eq('SELECT user_id, date_updated FROM client WHERE client_id = 50', 'VALUES (13::bigint, now())', 'touch() notes who and when');
SELECT is(did('test_both', 'UPDATE hmis.client SET sex = 0, user_id = 1, date_updated = ''2021-01-01'' WHERE client_id = 50'), '1', 'a statement may say so itself');
SELECT results_eq('SELECT user_id, date_updated FROM client WHERE client_id = 50', 'VALUES (1::bigint, timestamptz ''2021-01-01'')', 'as an import does');
UPDATE client SET sex = 1 WHERE client_id = 50;
SELECT is((SELECT user_id FROM client WHERE client_id = 50), 1::bigint, 'a session of nobody''s leaves who it was');
SELECT is(did('test_both', 'UPDATE hmis.client SET user_id = NULL WHERE client_id = 50'), '1', 'null is nobody');
SELECT is((SELECT user_id FROM client WHERE client_id = 50), 14::bigint, 'and means the user of the session');
SELECT is(did('test_admin', 'UPDATE hmis.hmis_user SET user_phone = ''5551234567'' WHERE user_id = 12'), '1', 'in hmis_user the key is not touched');
SELECT is((SELECT user_phone FROM hmis_user WHERE user_id = 12), '5551234567', 'by a change');

-- Rights.
CREATE ROLE test_boss IN ROLE clienttrack_worker, clienttrack_override_bars;
CREATE ROLE test_dba IN ROLE clienttrack_owner;
CREATE ROLE test_shy NOINHERIT IN ROLE clienttrack_override_bars;
SELECT is(asked(who, 'SELECT has_right(''hmis'', ''override_bars'')'), outcome, 'has_right: ' || who) FROM (VALUES ('test_boss', 'true'), ('test_dba', 'true'), ('clienttrack_owner', 'true'),
	('clienttrack_override_bars', 'true'), ('test_worker', 'false'), ('test_admin', 'false'), ('test_shy', 'false'), ('test_stranger', 'false'), (session_user, 'true')) v (who, outcome);
SELECT is(asked('test_boss', 'SELECT has_right(''hmis'', ''unpost_batches'')'), 'false', 'one right is not another');
SELECT is(asked('test_boss', format('SELECT has_right(''hmis'', %L)', r)), 'false', 'no right: ' || left(r, 20)) FROM unnest(ARRAY['', 'nothing', 'override_bars''--', 'OVERRIDE_BARS', repeat('x', 100000)]) r;
SELECT is(asked('test_boss', 'SELECT has_right(''hmis'', NULL)'), 'null', 'has_right of null');
SELECT is(asked('test_worker', 'SELECT require_right(''hmis'', ''override_bars'')'), '42501 this needs the right "override_bars"', 'require_right() raises');
SELECT matches(last_hint(), 'GRANT clienttrack_override_bars', 'and says who can help');
SELECT is(asked('test_boss', 'SELECT require_right(''hmis'', ''override_bars'')'), '', 'or not');
GRANT clienttrack_override_bars TO test_worker;
SELECT is(asked('test_worker', 'SELECT has_right(''hmis'', ''override_bars'')'), 'true', 'a right granted');
REVOKE clienttrack_override_bars FROM test_worker;
SELECT is(asked('test_worker', 'SELECT has_right(''hmis'', ''override_bars'')'), 'false', 'and revoked, at once');

-- Tokens: who may issue them.
SELECT is(asked('test_worker', 'SELECT hmis.create_session_token(14)'), '42501 permission denied for function create_session_token', 'not everybody issues tokens');
SELECT is(asked('test_worker', 'SELECT sign_session_token(''hmis'', 14, ''{1}'', now() + interval ''1 minute'')'), '42501 this needs the right "issue_tokens"', 'nor signs them');
SELECT is(asked('test_admin', 'SELECT hmis.create_session_token(14)'), '42501 permission denied for function create_session_token', 'an administrator does not');
SELECT is(asked(who, 'SELECT secret FROM hmis.session_key'), '42501 permission denied for table session_key', 'nobody reads the keys: ' || who)
FROM unnest(ARRAY['test_reader', 'test_worker', 'test_admin', 'test_app']) who;
SELECT matches(asked('test_app', 'SELECT hmis.create_session_token(14)'), '^ct1:1:14:[0-9]+:2,1:[0-9a-f]{64}$', 'a token');
SELECT matches(asked('test_app', 'SELECT hmis.create_session_token(14, ''{1}'')'), '^ct1:1:14:[0-9]+:1:[0-9a-f]{64}$', 'for some organizations');
SELECT matches(asked('test_app', 'SELECT hmis.create_session_token(14, ''{}'')'), '^ct1:1:14:[0-9]+::[0-9a-f]{64}$', 'or for none');
SELECT is(asked('test_app', 'SELECT hmis.create_session_token(' || args || ')'), outcome, 'no token: ' || args) FROM (VALUES
	('14, ''{1,3}''', '22023 user 14 does not belong to all of the organizations'), ('14, ''{1,NULL}''', '22023 user 14 does not belong to all of the organizations'),
	('999, ''{1}''', '22023 there is no active user 999'), ('NULL', '22004 user_id and valid_for must not be null'),
	('14, NULL, NULL', '22004 user_id and valid_for must not be null'), ('14, NULL, ''0''', '22023 a session token is valid for at most one day'),
	('14, NULL, ''-1 hour''', '22023 a session token is valid for at most one day'), ('14, NULL, ''25 hours''', '22023 a session token is valid for at most one day')) v (args, outcome);
SELECT is(caught('SELECT sign_session_token(''hmis'', 14, ''{1}'', ''infinity'')'), '22023 a session token must expire, and its organizations must not be null', 'a token that never expires');
SELECT is(caught('SELECT sign_session_token(''hmis'', 14, ''{1,NULL}'', now())'), '22023 a session token must expire, and its organizations must not be null', 'an organization that is null');

-- Tokens: what they do.
SELECT create_session_token(14) AS good, create_session_token(14, '{1}') AS harbor, create_session_token(15) AS haven, create_session_token(12) AS walt \gset
CREATE FUNCTION pg_temp.after(token text, query text, who text DEFAULT 'test_app') RETURNS text LANGUAGE plpgsql AS $$
-- What a role is answered after showing a token, which is then taken back.
DECLARE
	answer text;
BEGIN
	BEGIN
		answer := public.asked(who, format('SELECT hmis.set_session_user(%L)', token));
		IF answer = '' THEN
			answer := public.asked(who, query);
		END IF;
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		RETURN answer;
	END;
END $$;
SELECT is(asked('test_app', :ME), 'null', 'without a token the application is nobody');
SELECT is(pg_temp.after(:'good', :ME), '14', 'with one it is the user');
SELECT is(pg_temp.after(:'good', 'SELECT current_organizations(''hmis'')'), '{2,1}', 'of the user''s organizations');
SELECT is(pg_temp.after(:'good', 'SELECT client_id FROM hmis.client WHERE client_id < 10 ORDER BY 1'), '1 2 3 4 5 6 7 8', 'and sees their clients');
SELECT is(pg_temp.after(:'harbor', 'SELECT client_id FROM hmis.client WHERE client_id < 10 ORDER BY 1'), '1 2 3 4 5 6 8', 'or those of the organizations in the token');
SELECT is(pg_temp.after(:'haven', 'SELECT client_id FROM hmis.client WHERE client_id < 10 ORDER BY 1'), '9', 'behind the wall too');
SELECT is(pg_temp.after(:'harbor', 'INSERT INTO hmis.client (first_name) VALUES (''x'') RETURNING concat(user_id, '' '', security_organization_id)'), '14 1', 'what is entered is entered by the user');
SELECT is(asked('test_app', :ME), 'null', 'the token ended with its subtransaction');
SELECT is(pg_temp.after(:'harbor', :ME, 'test_admin'), '14', 'an administrator with a token is the user');
SELECT is(pg_temp.after(:'harbor', 'SELECT client_id FROM hmis.client WHERE client_id < 10 ORDER BY 1', 'test_admin'), '1 2 3 4 5 6 8', 'and sees no more');
SELECT is(pg_temp.after(:'harbor', 'SELECT client_id FROM hmis.client WHERE client_id < 10 ORDER BY 1', 'test_worker'), '1 2 3 4 5 6 8', 'a worker too');
SELECT is(pg_temp.after(:'haven', 'SELECT client_id FROM hmis.client', 'test_stranger'), '42501 permission denied for schema hmis', 'a stranger cannot show one');
SAVEPOINT showing;
SELECT is(asked('test_stranger', format('SELECT clienttrack.set_session_user(''hmis'', %L)', :'haven')), '', 'nor gain by it');
SELECT is(clients_of('test_stranger'), '42501 permission denied for schema hmis', 'tables are still not granted');
ROLLBACK TO showing;

-- Tokens: forged, cut, of others.
SELECT is(caught('SELECT set_session_user(NULL)'), '22004 schema and token must not be null', 'a token that is null: no silence, or the login would count');
SELECT is(caught('SELECT clienttrack.set_session_user(NULL, ''x'')'), '22004 schema and token must not be null', 'a schema that is null');
SELECT is(caught(format('SELECT set_session_user(%L)', t)), :REFUSED, 'no token: ' || left(t, 30)) FROM unnest(ARRAY['', ' ', ':', 'ct1', 'ct1:', 'ct1::', 'ct1:1', 'ct1:1:', 'ct1:1:14', 'ct1:1:14:9999999999:1:', 'ct1:0:14:9999999999:1:00',
	'ct1:-1:14:9999999999:1:00', 'ct1:99999999999999999999:14:9999999999:1:00', 'ct1:1e0:14:9999999999:1:00', 'ct2' || substr(:'good', 4), upper(:'good'), ' ' || :'good', :'good' || ' ', :'good' || E'\n', :'good' || ':', :'good' || '0',
	:'good' || :'good', repeat(':', 100000), repeat('ct1:', 100000), 'ct1:1:' || repeat('9', 1000000), 'ct1:１:14:9999999999:1:00']) t;
SELECT is_empty(format($$SELECT n FROM generate_series(0, length(%1$L) - 1) n WHERE caught(format('SELECT set_session_user(%%L)', left(%1$L, n))) <> '28000 session token is not valid'$$, :'good'), 'cut anywhere');
SELECT is_empty(format($$SELECT n FROM generate_series(1, length(%1$L)) n WHERE caught(format('SELECT set_session_user(%%L)', overlay(%1$L PLACING CASE substr(%1$L, n, 1) WHEN '1' THEN '2' ELSE '1' END FROM n))) <> '28000 session token is not valid'$$, :'good'),
	'changed anywhere');
CREATE FUNCTION pg_temp.forged(token text, part int, value text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(CASE i WHEN part THEN value ELSE p END, ':' ORDER BY i) FROM string_to_table(token, ':') WITH ORDINALITY t (p, i) $$;
SELECT is(caught(format('SELECT set_session_user(%L)', pg_temp.forged(:'harbor', part, value))), :REFUSED, 'forged: part ' || part || ' ' || value) FROM (VALUES (1, 'ct2'), (2, '2'), (2, '01'), (2, ''), (3, '15'), (3, '014'),
	(4, '9999999999'), (4, ''), (5, '1,2'), (5, '3'), (5, ''), (5, '1,'), (6, repeat('0', 64)), (6, ''), (6, 'x')) v (part, value);
SELECT is(caught(format('SELECT set_session_user(%L)', pg_temp.forged(:'harbor', 6, upper(split_part(:'harbor', ':', 6))))), :REFUSED, 'the signature in capitals');
SELECT is(last_hint(), 'Ask for a new one: create_session_token().', 'HINT says what to do, and nothing says what was wrong');
SELECT is(last_detail(), '', 'nor does DETAIL');
SELECT is(caught(format('SELECT set_session_user(%L)', sign_session_token('hmis', 14, '{1}', t))), :REFUSED, 'expired ' || t)
FROM unnest(ARRAY[clock_timestamp() - interval '1 second', '1970-01-01', '1900-01-01', '4713-01-01 BC']::timestamptz[]) t;
SELECT create_session_token(14, valid_for => '1 second') AS short \gset
SELECT is(pg_temp.after(:'short', :ME), '14', 'a token for a second');
SELECT pg_sleep(2.1) \g /dev/null
SELECT is(pg_temp.after(:'short', :ME), :REFUSED, 'no longer');
CALL clienttrack.install('training');
INSERT INTO training.hmis_user (user_id, login_role) VALUES (14, 'test_both'), (12, 'test_north');
INSERT INTO training.organization (organization_id, organization_name) VALUES (1, 'Exercise');
INSERT INTO training.user_organization (member_user_id, organization_id) VALUES (14, 1), (12, 1);
SELECT training.create_session_token(14) AS exercise \gset
SELECT is(pg_temp.after(:'exercise', :ME), :REFUSED, 'a token of another schema');
SELECT is(caught(format('SELECT training.set_session_user(%L)', :'good')), :REFUSED, 'and the other way round');
SELECT is(asked('test_north', 'SELECT current_user_id(''training'')'), '12', 'a login may be another user there');
SELECT is(asked('test_north', :ME), '13', 'than here');

-- Tokens: two schemas, savepoints.
SAVEPOINT showing;
SELECT is(asked('test_app', format('SELECT set_session_user(%L)', :'harbor')), '', 'a token shown');
SELECT is(asked('test_app', format('SELECT clienttrack.set_session_user(''training'', %L)', :'exercise')), '', 'and one for another schema');
SELECT is(asked('test_app', 'SELECT current_user_id(''training'')'), '14', 'hold both');
SELECT is(asked('test_app', :ME), '14', 'each for its schema');
SAVEPOINT inner_one;
SELECT is(asked('test_app', format('SELECT set_session_user(%L)', :'walt')), '', 'another one in a savepoint');
SELECT is(asked('test_app', :ME), '12', 'is the user now');
ROLLBACK TO inner_one;
SELECT is(asked('test_app', :ME), '14', 'rolled back: the one before, not the login');
SELECT is(asked('test_app', 'SELECT current_user_id(''training'')'), '14', 'there too');
SELECT is(asked('test_app', 'SELECT set_session_user(''rubbish'')'), :REFUSED, 'a bad one');
SELECT is(asked('test_app', :ME), '14', 'changes nothing');
SELECT is(asked('test_app', 'SELECT hmis.create_session_token(14)'), '42501 this needs the right "issue_tokens"', 'who shows a token issues no more by the login''s right alone');
SAVEPOINT inner_two;
SELECT is(asked('test_app', format('SELECT set_session_user(%L)', :'walt')), '', 'another one in a savepoint');
RELEASE inner_two;
SELECT is(asked('test_app', :ME), '12', 'released: it holds');
SAVEPOINT inner_three;
SAVEPOINT inner_four;
SELECT is(asked('test_app', format('SELECT set_session_user(%L)', :'good')), '', 'another one two savepoints deep');
RELEASE inner_four;
SELECT is(asked('test_app', :ME), '14', 'one released');
ROLLBACK TO inner_three;
SELECT is(asked('test_app', :ME), '12', 'the other rolled back: the one before');
ROLLBACK TO showing;
SELECT is(asked('test_app', :ME), 'null', 'all rolled back: the login');
SELECT is(asked('test_app', 'SELECT current_user_id(''training'')'), 'null', 'there too');

-- Tokens: what changes after they are issued.
UPDATE user_organization SET date_deleted = now() WHERE member_user_id = 14 AND organization_id = 2;
SELECT is(pg_temp.after(:'good', 'SELECT current_organizations(''hmis'')'), '{1}', 'an organization that the user no longer belongs to');
UPDATE user_organization SET date_deleted = NULL WHERE member_user_id = 14;
SELECT is(pg_temp.after(sign_session_token('hmis', 14, '{1,3}', clock_timestamp() + interval '1 minute'), 'SELECT current_organizations(''hmis'')'), '{1}', 'or never did');
SELECT is(pg_temp.after(sign_session_token('hmis', 16, '{1,2,3}', clock_timestamp() + interval '1 minute'), 'SELECT current_organizations(''hmis'')'), '{}', 'an administrator''s token: member of nothing');
UPDATE hmis_user SET active = false WHERE user_id = 14;
SELECT is(pg_temp.after(:'good', :ME), :REFUSED, 'a user who is not active');
UPDATE hmis_user SET active = true, date_deleted = now() WHERE user_id = 14;
SELECT is(pg_temp.after(:'good', :ME), :REFUSED, 'or deleted');
UPDATE hmis_user SET date_deleted = NULL WHERE user_id = 14;
SELECT is(pg_temp.after(sign_session_token('hmis', 999, '{1}', clock_timestamp() + interval '1 minute'), :ME), :REFUSED, 'or unknown');
SAVEPOINT showing;
SELECT is(asked('test_app', format('SELECT set_session_user(%L)', :'good')), '', 'a token that holds');
UPDATE hmis_user SET active = false WHERE user_id = 14;
SELECT is(asked('test_app', 'SELECT current_organizations(''hmis'')'), '{}', 'when its user is deactivated shows nothing more');
ROLLBACK TO showing;

-- Rights with a token: the login's and the user's.
GRANT clienttrack_override_bars TO test_app;
SELECT is(pg_temp.after(:'good', 'SELECT has_right(''hmis'', ''override_bars'')'), 'false', 'the login''s right alone is not enough');
SELECT is(asked('test_app', 'SELECT has_right(''hmis'', ''override_bars'')'), 'true', 'without token it is');
UPDATE hmis_user SET rights = '{override_bars,unpost_batches}' WHERE user_id = 14;
SELECT is(pg_temp.after(:'good', 'SELECT has_right(''hmis'', ''override_bars'')'), 'true', 'the login''s and the user''s are');
SELECT is(pg_temp.after(:'good', 'SELECT has_right(''hmis'', ''unpost_batches'')'), 'false', 'the user''s alone is not');
SELECT is(pg_temp.after(:'walt', 'SELECT require_right(''hmis'', ''override_bars'')'), '42501 this needs the right "override_bars"', 'another user of the same application');
SELECT is(pg_temp.after(:'good', 'SELECT has_right(''hmis'', ''override_bars'')', 'clienttrack_owner'), 'true', 'the owner with a token of a user who has it');
SELECT is(pg_temp.after(:'walt', 'SELECT has_right(''hmis'', ''override_bars'')', 'clienttrack_owner'), 'false', 'and of one who has not');
UPDATE client SET security_organization_id = 1 WHERE client_id = 1;
SELECT bar_client(1, '2024-01-01', covers_all => true) AS bar \gset
UPDATE bar SET security_organization_id = 1 WHERE bar_id = :bar;
SELECT is(pg_temp.after(:'walt', format('INSERT INTO hmis.bar_override (bar_id, begin_date, end_date, override_reason) VALUES (%s, ''2024-01-01'', ''2024-01-01'', ''x'') RETURNING 1', :bar)),
	'42501 new row violates row-level security policy for table "bar_override"', 'nor is there a way past override_bar() with the login''s grant on the table');
SELECT is(pg_temp.after(:'good', format('INSERT INTO hmis.bar_override (bar_id, begin_date, end_date, override_reason) VALUES (%s, ''2024-01-01'', ''2024-01-01'', ''x'') RETURNING 1', :bar)), '1', 'for who has the right there is');
SELECT isnt(pg_temp.after(:'good', format('SELECT hmis.override_bar(%s, ''2024-01-01'', ''2024-01-01'', ''x'')', :bar)), '', 'and so there is override_bar()');

-- Keys.
SELECT is(asked('test_worker', 'SELECT hmis.rotate_session_key()'), '42501 permission denied for function rotate_session_key', 'not everybody rotates keys');
SELECT is(caught('SELECT rotate_session_key(NULL)'), '22023 keep_old must be an interval from now on', 'keep_old null');
SELECT is(caught('SELECT rotate_session_key(''-1 second'')'), '22023 keep_old must be an interval from now on', 'keep_old negative');
SELECT is(asked('test_app', 'SELECT hmis.rotate_session_key(''1 hour'')'), '2', 'a new key; the old one holds for an hour');
SELECT is(pg_temp.after(:'good', :ME), '14', 'a token of the old key still holds');
SELECT matches(create_session_token(14), '^ct1:2:', 'new ones have the new key');
SELECT create_session_token(14) AS second \gset
SELECT is(pg_temp.after(pg_temp.forged(:'second', 2, '1'), :ME), :REFUSED, 'not the old key''s number with the new signature');
UPDATE session_key SET valid_until = now() WHERE session_key_id = 1;
SELECT is(pg_temp.after(:'good', :ME), :REFUSED, 'after the hour the old token is refused');
SELECT is(pg_temp.after(:'second', :ME), '14', 'the new one is not');
SELECT is(asked('test_app', 'SELECT hmis.rotate_session_key(''0'')'), '3', 'a new key at once');
SELECT is(pg_temp.after(:'second', :ME), :REFUSED, 'ends every session');
SELECT is(pg_temp.after(create_session_token(14), :ME), '14', 'but those that begin now');
UPDATE session_key SET valid_until = now() - interval '2 days' WHERE session_key_id = 1;
SELECT is(asked('test_app', 'SELECT hmis.rotate_session_key(''2 hours'')'), '4', 'another one');
SELECT results_eq('SELECT session_key_id, valid_until FROM session_key ORDER BY 1', $$VALUES (2::bigint, now()), (3, now() + interval '2 hours'), (4, NULL)$$, 'old keys go, and none is made to hold longer');
SELECT is((SELECT count(DISTINCT secret) FROM session_key WHERE length(secret) = 32), 3::bigint, 'no two are alike');
UPDATE session_key SET valid_until = now();
SELECT is(caught('SELECT create_session_token(14)'), '55000 there is no key to sign session tokens with', 'no key');
SELECT matches(last_hint(), 'rotate_session_key', 'HINT says how to make one');
SELECT is(rotate_session_key(), 5::bigint, 'and it does');
SELECT create_session_token(14) AS good, create_session_token(12) AS walt \gset

-- Forged contexts: no setting, temporary table or schema of the same names says who somebody is.
SET LOCAL search_path = public;
CREATE SCHEMA evil AUTHORIZATION test_app;
SET LOCAL ROLE test_app;
SET LOCAL search_path = evil, pg_temp;
CREATE TABLE evil.hmis_user (user_id bigint PRIMARY KEY, login_role name, active boolean DEFAULT true, rights text[] DEFAULT '{override_bars}', date_deleted timestamptz);
CREATE TABLE evil.organization (organization_id bigint PRIMARY KEY, victim_service_provider boolean DEFAULT false);
CREATE TABLE evil.program (program_id bigint PRIMARY KEY, organization_id bigint REFERENCES evil.organization);
CREATE TABLE evil.user_organization (user_organization_id bigint PRIMARY KEY, member_user_id bigint REFERENCES evil.hmis_user, organization_id bigint REFERENCES evil.organization, date_deleted timestamptz);
CREATE TABLE evil.service_organization (service_organization_id bigint PRIMARY KEY, service_id bigint, organization_id bigint REFERENCES evil.organization, date_deleted timestamptz);
CREATE TABLE evil.barrier (barrier_id bigint PRIMARY KEY, organization_id bigint REFERENCES evil.organization, sensitive boolean);
CREATE TABLE evil.assessment_type (assessment_type_id bigint PRIMARY KEY, organization_id bigint REFERENCES evil.organization, sensitive boolean);
INSERT INTO evil.hmis_user VALUES (12, 'test_app');
INSERT INTO evil.organization VALUES (1), (2), (3);
INSERT INTO evil.program VALUES (11, 1), (21, 2), (31, 3);
INSERT INTO evil.user_organization SELECT i, 12, i FROM generate_series(1, 3) i;
CREATE TEMP TABLE hmis_user AS SELECT * FROM evil.hmis_user;
CREATE TEMP TABLE user_organization AS SELECT * FROM evil.user_organization;
CREATE TEMP TABLE organization AS SELECT * FROM evil.organization;
CREATE TEMP TABLE client_organization AS SELECT c AS client_id, 1::bigint AS organization_id FROM generate_series(1, 9) c;
CREATE FUNCTION evil.current_organizations(regnamespace) RETURNS bigint[] LANGUAGE sql RETURN '{1,2,3}'::bigint[];
CREATE FUNCTION pg_temp.current_organizations(regnamespace) RETURNS bigint[] LANGUAGE sql RETURN '{1,2,3}'::bigint[];
CREATE FUNCTION evil.equal(bigint, bigint) RETURNS boolean LANGUAGE sql RETURN true;
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.equal);
CREATE FUNCTION evil.equal(name, name) RETURNS boolean LANGUAGE sql RETURN true;
CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.equal);
SET LOCAL search_path = evil, pg_temp, pg_catalog, public;
SELECT public.is(clienttrack.current_organizations('evil'), '{1,2,3}'::bigint[], 'in a schema of one''s own one is whoever one likes');
SELECT public.is(clienttrack.current_organizations('hmis'), '{}'::bigint[], 'that is nothing elsewhere');
SELECT public.is((SELECT pg_catalog.count(*) FROM hmis.client), 0::bigint, 'no row is seen by it');
SELECT public.is(clienttrack.current_user_id('hmis'), NULL, 'nobody is somebody by it');
SELECT public.matches(public.caught(pg_catalog.format('SET LOCAL clienttrack.%I = ''12''', s)), '^(42704|42602) ', 'there is no setting clienttrack.' || s)
FROM pg_catalog.unnest(ARRAY['user_id', 'session_user', 'organizations', 'organization_ids', 'current_user', 'token', 'role']) s;
DROP TABLE pg_temp.hmis_user, pg_temp.user_organization, pg_temp.organization, pg_temp.client_organization;
RESET ROLE;
SET LOCAL search_path = hmis, clienttrack, public;
SELECT is(caught(format('SELECT %s(''public''%s)', f, a)), '42P01 schema "public" has no table "' || t || '"', f || '() of a schema that is none of ours') FROM (VALUES ('current_user_id', '', 'hmis_user'), ('current_organization', '', 'hmis_user'),
	('current_organizations', '', 'hmis_user'), ('current_programs', '', 'hmis_user'), ('hidden_organizations', '', 'hmis_user'), ('has_right', ', ''x''', 'hmis_user'), ('require_right', ', ''x''', 'hmis_user'),
	('clienttrack.set_session_user', ', ''ct1:1:1:1::00''', 'session_key'), ('visible_row', ', ''client'', 1', 'client')) v (f, a, t);

-- Maintenance runs what its owner wrote, whoever starts it: the user is the owner then, not the superuser.
CREATE SCHEMA test_worker AUTHORIZATION test_worker;
SET LOCAL ROLE test_worker;
CREATE MATERIALIZED VIEW test_worker.clients AS SELECT client_id, current_user_id('hmis') AS me FROM hmis.client;
CREATE TABLE test_worker.seen (what text);
CREATE TABLE test_worker.trap (a int);
CREATE FUNCTION test_worker.look() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO test_worker.seen SELECT concat_ws(' ', current_user, clienttrack.current_user_id('hmis'), clienttrack.current_organizations('hmis'), clienttrack.has_right('hmis', 'issue_tokens'), clienttrack.sees_program('hmis', 21), (SELECT string_agg(client_id::text, ',' ORDER BY client_id) FROM hmis.client WHERE client_id < 10));
END $$;
CREATE FUNCTION test_worker.look(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM test_worker.look(); RETURN 1; END $$;
CREATE INDEX ON test_worker.trap (test_worker.look(a));
INSERT INTO test_worker.trap VALUES (1);
RESET ROLE;
REFRESH MATERIALIZED VIEW test_worker.clients;
SELECT is((SELECT string_agg(client_id::text, ' ' ORDER BY client_id) FROM test_worker.clients WHERE client_id < 10), '1 2 3 4 5 6 8', 'a superuser refreshes a worker''s materialized view');
SELECT is((SELECT max(me) FROM test_worker.clients), 12::bigint, 'as the worker');
SELECT is(asked('test_worker', 'SELECT visible_row(''hmis'', ''client'', 7)'), 'false', 'a row out of sight');
DELETE FROM test_worker.seen;
ANALYZE test_worker.trap;
REINDEX TABLE test_worker.trap;
SELECT results_eq('SELECT DISTINCT what FROM test_worker.seen', $$VALUES ('test_worker 12 {1} f f 1,2,3,4,5,6,8')$$, 'or analyzes and reindexes a worker''s table');
SAVEPOINT showing;
SELECT set_session_user(:'good') \g /dev/null
REFRESH MATERIALIZED VIEW test_worker.clients;
SELECT is((SELECT max(me) FROM test_worker.clients), 12::bigint, 'with a token too');
ROLLBACK TO showing;

-- Parallel plans give the same rows. (Each look for the user starts workers of its own with these settings.)
INSERT INTO client (client_id, security_organization_id) SELECT i, i % 3 + 1 FROM generate_series(10001, 30000) i;
ANALYZE client;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SELECT asked(who, 'SELECT count(*) || '' '' || sum(client_id) FROM hmis.client') AS answer, who INTO TEMP serial_answers FROM unnest(ARRAY['test_worker', 'test_both', 'test_admin', 'test_haven', 'test_app', 'clienttrack_owner']) who;
SET LOCAL force_parallel_mode = on;
SELECT matches(asked('clienttrack_owner', 'EXPLAIN SELECT count(*) FROM hmis.client'), 'Gather', 'there is a parallel plan, where no policy asks for releases');
SELECT is(asked(who, 'SELECT count(*) || '' '' || sum(client_id) FROM hmis.client'), answer, 'in parallel: ' || who) FROM serial_answers;
SELECT is(asked('test_worker', 'SELECT count(*) FROM hmis.client c JOIN hmis.enrollment e USING (client_id)'), '6', 'in parallel: a join');
SELECT is(pg_temp.after(:'good', 'SELECT count(*) || '' '' || sum(client_id) FROM hmis.client'), (SELECT answer FROM serial_answers WHERE who = 'test_both'), 'in parallel: with a token');
SELECT is(asked('test_worker', 'SELECT current_user_id(''hmis'')'), '12', 'in parallel: who one is');
SET LOCAL force_parallel_mode = off;
SET LOCAL max_parallel_workers_per_gather = 0;

-- Prepared statements give each what is his.
PREPARE clients AS SELECT count(*)::text || ' ' || sum(client_id) FROM client;
SELECT is(asked(who, 'EXECUTE clients'), answer, 'prepared: ' || who) FROM serial_answers ORDER BY who;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(asked(who, 'EXECUTE clients'), answer, 'prepared, generic plan: ' || who) FROM serial_answers, generate_series(1, 2) ORDER BY generate_series, who;
SELECT is(pg_temp.after(:'good', 'EXECUTE clients'), (SELECT answer FROM serial_answers WHERE who = 'test_both'), 'prepared: with a token');
SELECT is(pg_temp.after(:'walt', 'EXECUTE clients'), (SELECT answer FROM serial_answers WHERE who = 'test_worker'), 'prepared: with another one');
SELECT is(asked('test_app', 'EXECUTE clients'), (SELECT answer FROM serial_answers WHERE who = 'test_app'), 'prepared: with none');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
