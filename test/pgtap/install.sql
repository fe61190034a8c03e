-- install(), migrate(), uninstall(): what they refuse, and what they leave behind.
BEGIN;
SELECT no_plan();
\ir seed.psql

SELECT is(clienttrack.is_installed('hmis'), true, 'hmis is installed');
SELECT is(clienttrack.is_installed('public'), false, 'public is not');
SELECT is(clienttrack.is_installed(NULL), NULL, 'null is neither');
SELECT matches(clienttrack.version(), '^[0-9]+\.[0-9]+$', 'version()');
SELECT is((SELECT extversion FROM pg_extension WHERE extname = 'clienttrack'), clienttrack.version(), 'is that of the extension');
SELECT is((SELECT version FROM schema_version), clienttrack.version(), 'and of the schema');
SELECT is((SELECT count(*) FROM clienttrack.schema_scripts())::int, (SELECT count(DISTINCT name) FROM clienttrack.schema_scripts())::int, 'each script once');

-- What install() refuses.
SELECT is(caught('CALL clienttrack.install(NULL)'), '3F000 the name of the schema to install must not be null or empty', 'no name');
SELECT is(caught('CALL clienttrack.install('''')'), '3F000 the name of the schema to install must not be null or empty', 'empty name');
SELECT alike(caught(format('CALL clienttrack.install(%L)', s)), '42939 schema "%" cannot hold clienttrack''s data', 'reserved: ' || s)
FROM unnest(ARRAY['pg_catalog', 'pg_hmis', 'information_schema', 'clienttrack', 'public']) s;
SELECT is(caught('CALL clienttrack.install()'), '42P06 clienttrack is already installed in schema "hmis"', 'installed already');
SELECT matches(last_hint(), 'CALL clienttrack\.migrate\(''hmis''\)', 'HINT: migrate');
CREATE SCHEMA busy;
CREATE FUNCTION busy.f() RETURNS int LANGUAGE sql RETURN 1;
SELECT is(caught('CALL clienttrack.install(''busy'')'), '42P06 schema "busy" already holds objects that are not clienttrack''s', 'a schema with a function');
CREATE ROLE clienttrack_test_stranger;
CREATE SCHEMA theirs AUTHORIZATION clienttrack_test_stranger;
CREATE ROLE clienttrack_test_dba;
SET LOCAL ROLE clienttrack_test_dba;
SELECT is(caught('CALL clienttrack.install(''theirs'')'), '42501 schema "theirs" belongs to somebody else', 'a schema of another owner');
SELECT is(last_hint(), 'SET ROLE clienttrack_test_stranger; or use a schema of another name.', 'HINT says whose');
RESET ROLE;
-- What the owner put there must not run as the superuser, and row security must bind the owner of the tables.
CREATE FUNCTION pg_temp.owners(s name) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT pg_get_userbyid(o), ' ') FROM (SELECT relowner FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(s))
		UNION SELECT proowner FROM pg_proc WHERE pronamespace = to_regnamespace(quote_ident(s)) UNION SELECT nspowner FROM pg_namespace WHERE nspname = s) x (o) $$;
SELECT is(caught('CALL clienttrack.install(''theirs'')'), 'ok', 'a superuser may');
SELECT is(pg_temp.owners('theirs'), 'clienttrack_test_stranger', 'and works as the owner');
SELECT is(current_user, session_user, 'until install() ends');
SELECT is(current_setting('role'), 'none', 'no role is left set');
SELECT is(pg_temp.owners('hmis'), 'clienttrack_owner', 'what a superuser makes belongs to clienttrack_owner');
CREATE SCHEMA empty;
SELECT is(caught('CALL clienttrack.install(''empty'')'), 'ok', 'an empty schema of one''s own');
SELECT is(pg_temp.owners('empty'), 'clienttrack_owner', 'which a superuser then no longer owns: row security does not bind one');
SET LOCAL ROLE clienttrack_test_stranger;
SELECT is(caught('CALL clienttrack.migrate(''theirs'')'), 'ok', 'the owner migrates');
SELECT is(caught('CALL clienttrack.uninstall(''theirs'')'), 'ok', 'and uninstalls');
RESET ROLE;
CREATE SCHEMA theirs AUTHORIZATION clienttrack_test_stranger;
SELECT is(caught('CALL clienttrack.check_installable(''free'')'), 'ok', 'check_installable()');
SELECT is(to_regnamespace('free'), NULL, 'makes nothing');

-- Names that need quotes.
SELECT is(caught(format('CALL clienttrack.install(%L)', s)), 'ok', 'install ' || s) FROM unnest(ARRAY['My "HMIS"', 'o''brien\@schema@' || repeat('é', 20)]) s;
SELECT is((SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'My "HMIS"' AND c.relkind = 'r'),
	(SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind = 'r'), 'it has all tables');
INSERT INTO "My ""HMIS""".organization (organization_id, organization_name) VALUES (1, 'T');
INSERT INTO "My ""HMIS""".program (program_id, organization_id, program_name) VALUES (11, 1, 'T');
INSERT INTO "My ""HMIS""".service (service_id, service_code, service_name) VALUES (1, 'T', 'T');
INSERT INTO "My ""HMIS""".client (client_id) VALUES (1), (3);
INSERT INTO "My ""HMIS""".enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (3, 3, 11, '2024-01-01');
SELECT "My ""HMIS""".open_batch_run("My ""HMIS""".create_service_batch('B', 11, '[{"service": "T"}]'), '2024-01-10') AS run \gset
SELECT results_eq(format('SELECT client_id, status FROM "My ""HMIS""".add_batch_clients(%s, ''{1,3}'')', :run), $$VALUES (1::bigint, 'rejected'), (3, 'added')$$, 'its functions work');
SELECT results_eq(format('SELECT client_id, status FROM "My ""HMIS""".post_batch(%s)', :run), $$VALUES (3::bigint, 'posted')$$, 'also those in C');
SELECT is((SELECT count(*) FROM client_service)::int, 0, 'in its own tables');

-- Two schemas are alike, and have nothing of each other.
CREATE FUNCTION pg_temp.objects(s name) RETURNS TABLE (object text) LANGUAGE sql SET search_path = pg_catalog AS $$
	-- Every object of a schema with its definition, without the name of the schema.
	SELECT replace(replace(o, quote_ident(s) || '.', '@.'), quote_literal(s), '''@''') FROM (
		SELECT format('%s %s %s', c.relkind, c.relname, CASE c.relkind WHEN 'i' THEN pg_get_indexdef(c.oid) WHEN 'v' THEN pg_get_viewdef(c.oid) END) FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(s))
		UNION ALL SELECT format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relnamespace = to_regnamespace(quote_ident(s)) AND c.relkind IN ('r', 'v')
		UNION ALL SELECT format('constraint %s', pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.connamespace = to_regnamespace(quote_ident(s)) AND k.contype <> 't'
		UNION ALL SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = to_regnamespace(quote_ident(s)) AND NOT t.tgisinternal
		UNION ALL SELECT format('policy %s on %s for %s to %s using (%s) with check (%s)', p.polname, c.relname, p.polcmd,
			(SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ', ' ORDER BY 1) FROM unnest(p.polroles) r), pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
		FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = to_regnamespace(quote_ident(s))
		UNION ALL SELECT format('row security of %s %s %s', c.relname, c.relrowsecurity, c.relforcerowsecurity) FROM pg_class c WHERE c.relnamespace = to_regnamespace(quote_ident(s)) AND c.relkind = 'r'
		UNION ALL SELECT format('grant on %s to %s of %s', c.relname, g.grantee::regrole, g.privilege_type) FROM pg_class c, aclexplode(c.relacl) g
		WHERE c.relnamespace = to_regnamespace(quote_ident(s)) AND pg_get_userbyid(g.grantee) LIKE 'clienttrack\_%' AND pg_get_userbyid(g.grantee) NOT LIKE '%\_test\_%'
		UNION ALL SELECT format('grant on %s (%s) to %s of %s', c.relname, a.attname, g.grantee::regrole, g.privilege_type) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped, aclexplode(a.attacl) g
		WHERE c.relnamespace = to_regnamespace(quote_ident(s))
		UNION ALL SELECT format('grant on %s to %s', p.oid::regprocedure, g.grantee::regrole) FROM pg_proc p, aclexplode(p.proacl) g
		WHERE p.pronamespace = to_regnamespace(quote_ident(s)) AND pg_get_userbyid(g.grantee) LIKE 'clienttrack\_%' AND pg_get_userbyid(g.grantee) NOT LIKE '%\_test\_%'
		UNION ALL SELECT concat(pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc')) FROM pg_proc p WHERE p.pronamespace = to_regnamespace(quote_ident(s))) AS x (o)
$$;
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.objects('hmis');
CREATE FUNCTION pg_temp.differs(s name) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT * FROM ((SELECT ''missing'', * FROM before EXCEPT ALL SELECT ''missing'', * FROM pg_temp.objects(%1$L))
		UNION ALL (SELECT ''new'', * FROM pg_temp.objects(%1$L) EXCEPT ALL SELECT ''new'', * FROM before)) d', s) $$;
CALL clienttrack.install('training');
SELECT is_empty(pg_temp.differs('training'), 'a second schema is like the first');

-- migrate() replaces what it should and keeps the rest.
SELECT is(caught('CALL clienttrack.migrate(NULL)'), '3F000 clienttrack is not installed in schema "null"', 'migrate: no name');
SELECT is(caught('CALL clienttrack.migrate(''nowhere'')'), '3F000 clienttrack is not installed in schema "nowhere"', 'migrate: not installed');
SELECT matches(last_hint(), 'CALL clienttrack\.install\(''nowhere''\)', 'HINT: install');
SELECT is(caught('CALL clienttrack.check_installed(''nowhere'')'), '3F000 clienttrack is not installed in schema "nowhere"', 'check_installed()');
SELECT is(caught('CALL clienttrack.migrate(''hmis'')'), 'ok', 'migrate');
SELECT is_empty(pg_temp.differs('hmis'), 'changes nothing where nothing changed');
SELECT is((SELECT count(*) FROM schema_version)::int, 1, 'nor the version');
GRANT EXECUTE ON FUNCTION override_bar(bigint, date, date, text, bigint, bigint, bigint) TO clienttrack_test_stranger;
DROP VIEW service_batch_run_client;
DROP TRIGGER guard_insert ON client_service;
DROP FUNCTION post_batch(bigint);
ALTER TABLE client ADD COLUMN shoe_size int, ALTER COLUMN user_id DROP DEFAULT;
DROP POLICY read ON client;
CREATE POLICY our_own ON client FOR SELECT TO clienttrack_test_stranger USING (shoe_size > 50);
REVOKE SELECT ON client FROM clienttrack_reader;
CREATE VIEW our_clients AS SELECT client_id, shoe_size FROM client;
CREATE FUNCTION our_function() RETURNS int LANGUAGE sql RETURN 1;
SELECT is(caught('CALL clienttrack.migrate(''hmis'')'), 'ok', 'migrate a damaged schema');
SELECT bag_eq(pg_temp.differs('hmis'), $$SELECT 'new', o FROM (VALUES ('column client.shoe_size integer f '), ('column our_clients.client_id bigint f '), ('column our_clients.shoe_size integer f '),
	('grant on client (shoe_size) to clienttrack_worker of INSERT'), ('grant on client (shoe_size) to clienttrack_worker of UPDATE'), ('policy our_own on client for r to clienttrack_test_stranger using ((shoe_size > 50)) with check ()')) v (o)
	UNION ALL SELECT 'new', object FROM pg_temp.objects('hmis') WHERE object LIKE 'v our_clients%' OR object LIKE '%our_function%'$$, 'everything is back, and what the DBA added is kept');
SELECT is((SELECT relacl FROM pg_class WHERE oid = 'our_clients'::regclass), NULL, 'a view of the DBA''s, which may show everything, is not granted');
SELECT is((SELECT proacl FROM pg_proc WHERE proname = 'our_function'), NULL, 'a function of the DBA''s neither granted nor revoked');
SELECT is(has_function_privilege('clienttrack_test_stranger', 'hmis.override_bar(bigint, date, date, text, bigint, bigint, bigint)', 'EXECUTE'), true, 'so are grants');
SELECT is(serve(3), 'CT001 Enrollment is a Required Field.', 'the guard guards');
DROP VIEW our_clients;
DROP FUNCTION our_function();
DROP POLICY our_own ON client;
ALTER TABLE client DROP COLUMN shoe_size;
UPDATE schema_version SET version = '999.0';
SELECT is(caught('CALL clienttrack.migrate(''hmis'')'), format('55000 schema "hmis" is at version 999.0, the code at %s', clienttrack.version()), 'a schema newer than the code');
UPDATE schema_version SET version = '0.1';
SELECT is(caught('CALL clienttrack.migrate(''hmis'')'), 'ok', 'a schema older than the code');
SELECT is((SELECT version FROM schema_version ORDER BY schema_version_id DESC LIMIT 1), clienttrack.version(), 'has its version then');

-- Without the extension: no row and no column is lost, and everything comes back.
SELECT is(serve(1, e => 1), 'ok', 'a service is recorded');
SELECT matches(caught('DROP EXTENSION clienttrack'), '^2BP01 ', 'DROP EXTENSION refuses');
CREATE TEMP TABLE kept AS SELECT 'client_service' AS t, to_jsonb(c) AS row FROM client_service c UNION ALL SELECT 'client', to_jsonb(c) FROM client c UNION ALL SELECT 'enrollment', to_jsonb(c) FROM enrollment c;
SET search_path = hmis, public;
DROP EXTENSION clienttrack CASCADE;
SELECT is_empty('SELECT * FROM kept EXCEPT ALL (SELECT ''client_service'' AS t, to_jsonb(c) AS row FROM client_service c UNION ALL SELECT ''client'', to_jsonb(c) FROM client c UNION ALL SELECT ''enrollment'', to_jsonb(c) FROM enrollment c)',
	'DROP EXTENSION CASCADE loses no value');
SELECT is(caught('INSERT INTO hmis.client_service (client_id, date_provided, service_id, program_id) VALUES (3, ''2024-01-10'', 1, 11)'), 'ok', 'nothing guards now');
GRANT clienttrack_admin TO clienttrack_test_stranger;
SET LOCAL ROLE clienttrack_test_stranger;
SELECT is_empty(format('SELECT FROM hmis.%I', t), 'and nobody sees a row of ' || t) FROM unnest(ARRAY['client', 'client_alias', 'information_release', 'scan_card', 'enrollment',
	'client_service', 'bar', 'bar_scope', 'bar_organization', 'bar_override', 'service_batch', 'service_batch_run', 'service_batch_client', 'program', 'hmis_user']) t;
SELECT matches(caught('INSERT INTO hmis.client (first_name) VALUES (''x'')'), '^42501 new row violates row-level security', 'or enters one');
SET LOCAL ROLE clienttrack_owner;
SELECT is((SELECT count(*) FROM client)::int, 9, 'but the owner');
RESET ROLE;
REVOKE clienttrack_admin FROM clienttrack_test_stranger;
DELETE FROM client_service WHERE client_id = 3;
CREATE EXTENSION clienttrack;
SET search_path = hmis, clienttrack, public;
SELECT is(caught('CALL clienttrack.migrate(''hmis'')'), 'ok', 'CREATE EXTENSION and migrate()');
SELECT is_empty(pg_temp.differs('hmis'), 'bring everything back');
SELECT is(serve(3), 'CT001 Enrollment is a Required Field.', 'and the guard guards');

-- uninstall().
SELECT is(caught('CALL clienttrack.uninstall(''nowhere'')'), '3F000 clienttrack is not installed in schema "nowhere"', 'uninstall: not installed');
SELECT is(caught('CALL clienttrack.uninstall(''hmis'')'), '2BP01 schema "hmis" holds recorded data', 'uninstall: services and clients');
SELECT is(last_detail(), 'Services: 1, clients: 9.', 'DETAIL says how many');
SELECT matches(last_hint(), 'even_with_services', 'HINT says how to lose them');
SELECT is(caught('CALL clienttrack.uninstall(''hmis'', NULL)'), '2BP01 schema "hmis" holds recorded data', 'uninstall: null is no');
CREATE TABLE hmis."Our own" (a int);
SELECT is(caught('CALL clienttrack.uninstall(''hmis'', true)'), '2BP01 schema "hmis" holds a table that is not clienttrack''s: "Our own"', 'uninstall: somebody else''s table');
DROP TABLE hmis."Our own";
SAVEPOINT trigrams;
ALTER EXTENSION pg_trgm SET SCHEMA hmis;
SELECT is(caught('CALL clienttrack.uninstall(''hmis'', true)'), '2BP01 schema "hmis" holds the extension "pg_trgm"', 'uninstall: an extension that others may use');
ROLLBACK TO trigrams;
SELECT is(caught(format('CALL clienttrack.uninstall(%L)', s)), 'ok', 'uninstall ' || s) FROM unnest(ARRAY['training', 'empty', 'o''brien\@schema@' || repeat('é', 20)]) s;
SELECT is(caught('CALL clienttrack.uninstall(''My "HMIS"'', true)'), 'ok', 'uninstall with services');
SELECT is(caught('CALL clienttrack.uninstall(''hmis'', even_with_services => true)'), 'ok', 'uninstall the first');
SELECT is((SELECT count(*) FROM pg_namespace WHERE nspname IN ('hmis', 'training', 'My "HMIS"'))::int, 0, 'nothing is left');
SELECT is(caught('CALL clienttrack.install()'), 'ok', 'and it can be installed anew');

-- declare_table().
SET search_path = hmis, clienttrack, public;
SELECT is(caught('CALL declare_table(''nothing'', ''cliend'')'), '22023 unknown kind of table "cliend"', 'unknown kind');
SELECT matches(caught('CALL declare_table(''nothing'', ''client'')'), '^42P01 ', 'no such table');
SELECT matches(caught('CALL declare_table(''nothing'', NULL)'), '^(22|23|42)', 'no kind');
SELECT matches(caught('CALL run_scripts(''nowhere'', '''', ''~'')'), '^(3F000|42)', 'run_scripts() in no schema');

-- A role that may do nothing.
SET LOCAL ROLE clienttrack_test_stranger;
SELECT matches(caught('CALL clienttrack.install(''mine'')'), '^42501 ', 'install needs CREATE on the database');
SELECT matches(caught('CALL clienttrack.uninstall(''hmis'')'), '^42501 ', 'uninstall needs to own it');
SELECT matches(caught('CALL clienttrack.migrate(''hmis'')'), '^42501 ', 'migrate too');
RESET ROLE;
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
