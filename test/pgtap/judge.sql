-- The judge: what the guard would say, before anything is written.
BEGIN;
SELECT no_plan();
\ir seed.psql
CREATE FUNCTION pg_temp.judged(candidates text, tab text DEFAULT 'client_service', ids bigint[] DEFAULT NULL, more bigint[] DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', row_id, rule, sqlstate, message, detail), '; ' ORDER BY row_id), 'nothing')
	FROM clienttrack.judge('hmis', tab, candidates, ids, more) $$;
CREATE FUNCTION pg_temp.one(c bigint, e bigint DEFAULT NULL, d date DEFAULT '2024-01-10', s bigint DEFAULT 1, p bigint DEFAULT 11) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.judged(format('SELECT -1::bigint AS client_service_id, %L::bigint AS client_id, %L::bigint AS enrollment_id, %L::date AS date_provided,
		%L::bigint AS service_id, %L::bigint AS program_id, now() AS date_created', c, e, d, s, p)) $$;
SELECT is(pg_temp.one(1, 1), 'nothing', 'a good one');
SELECT is(pg_temp.one(3), '-1 enrollment_required CT001 Enrollment is a Required Field. No active enrollment in the program: client 3 on 2024-01-10.', 'one without enrollment');
SELECT is(pg_temp.one(1, 2), '-1 enrollment_required CT001 Enrollment is a Required Field. No active enrollment in the program: client 1 on 2024-01-10.', 'somebody else''s');
SELECT matches(pg_temp.one(1, 1, current_date + 1), '^-1 date_\w+ CT008 ', 'tomorrow');
SELECT matches(pg_temp.one(1, 1, 'infinity'), '^-1 \w+ CT00[18] ', 'an infinite date');
SELECT matches(pg_temp.one(1, 1, '5874897-12-31'), '^-1 \w+ CT00[18] ', 'the last date there is');
SELECT matches(pg_temp.one(1, 1, '4713-01-01 BC'), '^-1 \w+ CT00[18] ', 'the first date there is');
SELECT matches(pg_temp.one(1, 1, s => 999), '^-1 service_not_offered CT003 ', 'no such service');
SELECT lives_ok('SELECT pg_temp.one(NULL)', 'no client');
SELECT lives_ok('SELECT pg_temp.one(1, 1, NULL)', 'no date');
SELECT doesnt_match(pg_temp.one(NULL) || pg_temp.one(1, 1, 'infinity') || pg_temp.one(1, NULL, NULL), 'null', 'and no word of null');
SELECT bar_client(5, '2024-01-01', covers_all => true, notes => 'guardednote') > 0 AS t \gset
SELECT matches(pg_temp.one(5, 5), '^-1 client_barred CT002 client is barred Barred: client 5 on 2024-01-10\.$', 'barred');
SELECT matches(pg_temp.one(5), '^-1 enrollment_required CT001 ', 'of several rules the first');
SELECT is(pg_temp.judged('SELECT -i AS client_service_id, CASE WHEN i % 2 = 0 THEN 1 ELSE 3 END::bigint AS client_id, CASE WHEN i % 2 = 0 THEN 1 END::bigint AS enrollment_id,
	date ''2024-01-10'' AS date_provided, 1::bigint AS service_id, 11::bigint AS program_id FROM generate_series(1::bigint, 4) i'),
	'-3 enrollment_required CT001 Enrollment is a Required Field. No active enrollment in the program: client 3 on 2024-01-10.; '
	'-1 enrollment_required CT001 Enrollment is a Required Field. No active enrollment in the program: client 3 on 2024-01-10.', 'of several rows those that are refused');
SELECT is(pg_temp.judged('SELECT -c AS client_service_id, c AS client_id, e AS enrollment_id, date ''2024-01-10'' AS date_provided, 1::bigint AS service_id, 11::bigint AS program_id
	FROM unnest($1, $2) u (c, e)', ids => '{1,2}', more => '{1,2}'), 'nothing', 'ids and more_ids are $1 and $2');
SELECT is(pg_temp.judged('SELECT 1::bigint AS client_id WHERE false'), 'nothing', 'no candidates');
INSERT INTO service (service_id, service_code, service_name, duplicate_rule) VALUES (50, 'DAILY', 'Once a day', 'once_per_day');
SELECT matches(pg_temp.judged('SELECT -i AS client_service_id, 1::bigint AS client_id, 1::bigint AS enrollment_id, date ''2024-01-10'' AS date_provided, 50::bigint AS service_id, 11::bigint AS program_id
	FROM generate_series(1::bigint, 2) i'), '^-2 duplicate_service CT005 [^;]*$', 'of two that are the same the later one');
SELECT is(serve(1, e => 1, s => 50), 'ok', 'one is recorded');
SELECT matches(pg_temp.one(1, 1, s => 50), '^-1 duplicate_service CT005 ', 'another would be refused');
SELECT is(pg_temp.judged('SELECT * FROM hmis.client_service'), 'nothing', 'what is recorded is judged as it is');
SELECT matches(pg_temp.judged('SELECT client_service_id, 3::bigint AS client_id, enrollment_id, service_id, program_id, date_provided FROM hmis.client_service'), '^[0-9]+ enrollment_required CT001 ', 'or as it would be');
SELECT is((SELECT count(*) FROM clienttrack.judge('hmis', 'client_service', 'SELECT -i AS client_service_id, 3::bigint AS client_id, date ''2024-01-10'' AS date_provided, 1::bigint AS service_id, 11::bigint AS program_id
	FROM generate_series(1::bigint, 5000) i'))::int, 5000, 'five thousand candidates');
SELECT is((SELECT count(*) FROM client_service)::int, 1, 'nothing is written');
SELECT matches(pg_temp.judged('SELECT -1::bigint AS enrollment_id, 1::bigint AS client_id, 11::bigint AS program_id, current_date + 1 AS entry_date', 'enrollment'), '^-1 \w+ CT008 ', 'an enrollment');
SELECT is(pg_temp.judged('SELECT -1::bigint AS enrollment_id, 1::bigint AS client_id, 11::bigint AS program_id, current_date AS entry_date', 'enrollment'), 'nothing', 'a good one');

-- Services to people who are not identified, and people turned away.
UPDATE service SET is_indirect = true WHERE service_id = 1;
SELECT is(pg_temp.judged('SELECT -i AS indirect_service_id, i AS service_id, 11::bigint AS program_id, date ''2024-01-10'' AS date_provided FROM generate_series(1::bigint, 2) i', 'indirect_service'),
	'-2 service_not_offered CT003 service is not offered by the program on that date Not offered: service 2 by program 11 on 2024-01-10.', 'an indirect service');
SELECT matches(pg_temp.judged('SELECT -1::bigint AS turn_away_id, current_date + 1 AS turn_away_date', 'turn_away'), '^-1 date_out_of_range CT008 ', 'a turn-away');

-- A locked period: nothing is entered in it, and what is there is in order.
INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) VALUES (1, '2024-01-10', '2024-01-10', 'Report');
SELECT matches(pg_temp.one(3), '^-1 period_locked CT015 ', 'a service in a locked period');
SELECT matches(pg_temp.judged('SELECT * FROM hmis.client_service'), '^[0-9]+ period_locked CT015 [^;]*$', 'what is recorded, if it were written again');
SELECT is((SELECT count(*) FROM clienttrack.judge_stored('hmis', 'client_service', 'SELECT * FROM hmis.client_service'))::int, 0, 'as it is there is nothing wrong with it');
SELECT is((SELECT string_agg(rule, ' ') FROM clienttrack.judge_stored('hmis', 'client_service', 'SELECT client_service_id, 3::bigint AS client_id, enrollment_id, service_id, program_id, date_provided FROM hmis.client_service')),
	'enrollment_required', 'another rule is not hidden by it');
SELECT matches(pg_temp.judged('SELECT * FROM hmis.client_service'), '^[0-9]+ period_locked CT015 [^;]*$', 'judge() and judge_stored() are told apart');
SELECT is(caught('SELECT * FROM clienttrack.judge_stored(NULL, ''client_service'', ''SELECT 1'')'), '22004 schema, table_name and candidates must not be null', 'judge_stored: no schema');
SELECT is(caught('SELECT * FROM clienttrack.judge_stored(''hmis'', ''client_service'', ''SELECT $1::bigint AS client_id'')'), '42P02 there is no parameter $1', 'judge_stored: a parameter');
DELETE FROM locked_period;

-- Calls that make no sense.
CREATE FUNCTION pg_temp.call(args text) RETURNS text LANGUAGE sql AS $$ SELECT public.caught('SELECT * FROM clienttrack.judge(' || args || ')') $$;
SELECT is(pg_temp.call('NULL, ''client_service'', ''SELECT 1'''), '22004 schema, table_name and candidates must not be null', 'no schema');
SELECT is(pg_temp.call('''hmis'', NULL, ''SELECT 1'''), '22004 schema, table_name and candidates must not be null', 'no table');
SELECT is(pg_temp.call('''hmis'', ''client_service'', NULL'), '22004 schema, table_name and candidates must not be null', 'no query');
SELECT alike(pg_temp.call('''nowhere'', ''client_service'', ''SELECT 1'''), '3F000 %', 'no such schema');
SELECT alike(pg_temp.call('''public'', ''client_service'', ''SELECT 1'''), '42P01 schema "public" has no table "client_service"', 'not an installed schema');
SELECT alike(pg_temp.call('''hmis'', ''nothing'', ''SELECT 1'''), '42P01 %', 'no such table');
SELECT alike(pg_temp.call('''hmis'', repeat(''x'', 100000), ''SELECT 1'''), '42P01 %', 'a table with a very long name');
SELECT alike(pg_temp.call(format('''hmis'', %L, ''SELECT 1::bigint AS %s''', t, k)), '22023 no rule judges rows of "' || t || '" before they are written', 'a table without rules: ' || t)
FROM (VALUES ('bar_override', 'bar_override_id'), ('bar_scope', 'bar_scope_id')) v (t, k);
SELECT alike(pg_temp.call('''hmis'', ''service_batch_run_client'', ''SELECT 1::bigint AS client_id'''), '42P16 %', 'a view');
SELECT alike(pg_temp.call('''pg_catalog'', ''pg_class'', ''SELECT 1::bigint AS oid'''), '4%', 'a table of the system');
SELECT is(pg_temp.call(format('''hmis'', ''client_service'', %L', q)), '42601 the candidates must be told by one query', 'no query: ' || q)
FROM unnest(ARRAY['', ';', '-- nothing', 'SELECT 1::bigint AS client_id; SELECT 2::bigint AS client_id', 'DELETE FROM hmis.scan_card', 'INSERT INTO hmis.fund (fund_name) VALUES (''x'')',
	'INSERT INTO hmis.fund (fund_name) VALUES (''x'') RETURNING fund_id AS client_id', 'COPY hmis.client TO STDOUT', 'COMMIT', 'CREATE TABLE hmis.x ()', 'SET search_path = x']) q;
SELECT is((SELECT count(*) FROM fund)::int, 1, 'none of these did anything');
SELECT alike(pg_temp.call('''hmis'', ''client_service'', ''SELEC'''), '42601 %', 'no SQL');
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1 AS shoe_size'''), '42703 the table of the candidates has no column "shoe_size"', 'unknown column');
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1'''), '42703 the table of the candidates has no column "?column?"', 'column without name');
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1::oid AS tableoid'''), '42703 the table of the candidates has no column "tableoid"', 'system column');
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1 AS client_id'''), '42804 column "client_id" of the candidates must be of type bigint', 'wrong type');
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT NULL AS date_provided'''), '42804 column "date_provided" of the candidates must be of type date', 'a null without type');
SELECT alike(pg_temp.call('''hmis'', ''client_service'', ''SELECT $3::bigint AS client_id'''), '42P02 %', 'a third parameter');
SELECT alike(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1/0::bigint AS client_id'''), '22012 %', 'a query that fails');
SELECT is(caught('SELECT clienttrack.judge(''hmis'', ''client_service'', ''SELECT 1::bigint AS client_id WHERE false'')'), 'ok', 'in the select list');
ALTER TABLE client_service ADD COLUMN extra text, DROP COLUMN comments CASCADE;
SELECT matches(pg_temp.one(3), '^-1 enrollment_required CT001 ', 'after ALTER TABLE');

-- Who may ask: the owner, since the rules look at everybody's rows.
CREATE ROLE clienttrack_test_nobody;
CREATE ROLE clienttrack_test_writer IN ROLE clienttrack_admin;
CREATE ROLE clienttrack_test_owner IN ROLE clienttrack_owner;
INSERT INTO hmis_user (user_id, login_role) VALUES (2, 'clienttrack_test_writer');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (2, 1);
CREATE TABLE public.secret AS SELECT 5::bigint AS client_id;
GRANT USAGE ON SCHEMA hmis TO clienttrack_test_nobody;
SET LOCAL ROLE clienttrack_test_nobody;
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1::bigint AS client_id'''), '42501 must be owner of table client_service', 'nobody else may ask');
SET LOCAL ROLE clienttrack_test_writer;
SELECT is(pg_temp.call('''hmis'', ''client_service'', ''SELECT 1::bigint AS client_id'''), '42501 must be owner of table client_service',
	'who may write may not: candidates for clients of others would tell of their bars');
SET LOCAL ROLE clienttrack_test_owner;
SELECT matches(pg_temp.one(5, 5), '^-1 client_barred CT002 ', 'a member of the owner may');
SELECT alike(pg_temp.call('''hmis'', ''client_service'', ''SELECT client_id FROM public.secret'''), '42501 permission denied for table secret', 'the query runs as the caller');
SELECT alike(pg_temp.call('''hmis'', ''client_service'', ''SELECT client_service_id FROM clienttrack_new'''), '42P01 %', 'and sees nothing of ours');
RESET ROLE;
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
