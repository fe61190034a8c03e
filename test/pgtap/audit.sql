-- The audit: every change of a table about clients is an event, the events alone give the tables back, and they stay as they are.
BEGIN;
SELECT no_plan();
\ir seed.psql

-- The columns of a table that events tell, as a list.
CREATE FUNCTION pg_temp.told_columns(t regclass) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
	WHERE attrelid = t AND attnum > 0 AND NOT attisdropped AND attgenerated = '' $$;

-- Applies one event to a copy of its table and returns how many rows that changed.
CREATE FUNCTION pg_temp.apply(copy text, told text, e hmis.audit_event) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	key text := quote_ident(e.table_name || '_id');
	changed bigint;
BEGIN
	EXECUTE CASE e.operation
		WHEN 'I' THEN format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)', copy, told)
		WHEN 'U' THEN format('UPDATE %1$s AS c SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(c, $1)) WHERE %3$s = $2', copy, told, key)
		WHEN 'D' THEN format('DELETE FROM %s WHERE %s = $2', copy, key)
		WHEN 'T' THEN format('DELETE FROM %s', copy) END
		USING e.new_values, e.row_key;
	GET DIAGNOSTICS changed = ROW_COUNT;
	RETURN CASE WHEN e.operation = 'T' THEN 1 ELSE changed END;
END $$;

-- Plays the events of a table back into an empty copy, in order, and returns what differs from the table.
CREATE FUNCTION pg_temp.replay_differs(t text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	copy text := 'pg_temp.replay_' || t;
	e hmis.audit_event;
BEGIN
	EXECUTE format('DROP TABLE IF EXISTS %s', copy);
	EXECUTE format('CREATE TEMP TABLE %I (LIKE hmis.%I INCLUDING GENERATED)', 'replay_' || t, t);
	FOR e IN SELECT * FROM hmis.audit_event WHERE table_name = t ORDER BY audit_event_id LOOP
		IF pg_temp.apply(copy, pg_temp.told_columns(format('hmis.%I', t)::regclass), e) <> 1 THEN
			RETURN NEXT format('event %s (%s of %s) finds no row, or several', e.audit_event_id, e.operation, e.row_key);
		END IF;
	END LOOP;
	RETURN QUERY EXECUTE format('(SELECT ''too many: '' || c::text FROM %1$s c EXCEPT ALL SELECT ''too many: '' || r::text FROM hmis.%2$I r)
		UNION ALL (SELECT ''missing: '' || r::text FROM hmis.%2$I r EXCEPT ALL SELECT ''missing: '' || c::text FROM %1$s c)', copy, t);
END $$;

-- The number of events so far, and the events since a mark as operation and key.
CREATE FUNCTION pg_temp.last_event() RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce(max(audit_event_id), 0) FROM hmis.audit_event $$;
CREATE FUNCTION pg_temp.events_since(mark bigint) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', table_name, operation, row_key), ', ' ORDER BY audit_event_id), '') FROM hmis.audit_event WHERE audit_event_id > mark $$;

-- Who is audited.
SELECT is_empty($$SELECT t.table_name, event FROM schema_table t, unnest(ARRAY['insert', 'update', 'delete', 'truncate']) event
	WHERE t.kind = 'client' AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.table_name::regclass AND g.tgname = 'zz_audit_' || event
		AND g.tgfoid = 'clienttrack.audit'::regproc AND g.tgenabled <> 'D')$$, 'every table about clients is audited');
SELECT is_empty($$SELECT g.tgrelid::regclass, g.tgname FROM pg_trigger g JOIN pg_trigger a ON a.tgrelid = g.tgrelid AND a.tgname LIKE 'zz\_audit%'
	WHERE g.tgfoid = 'clienttrack.guard'::regproc AND g.tgname >= a.tgname$$, 'after the guard has looked');
SELECT is((SELECT count(*) FROM audit_event WHERE table_name <> 'client_ssn')::int, 19, 'the clients and enrollments of the seed are there, what is set up is not');

-- Every kind of statement.
INSERT INTO client_alias (client_id, alias_name) VALUES (1, 'One');
INSERT INTO client_alias (client_alias_id, client_id, alias_name) SELECT 100 + i, i, 'Alias ' || i FROM generate_series(9, 1, -1) i;
COPY client_alias (client_alias_id, client_id, alias_name, date_deleted) FROM STDIN;
201	1	back\\slash	\N
202	2	tab\tand "quote"	2024-01-01 00:00:00+05:45
203	3	x	infinity
\.
INSERT INTO client_alias (client_alias_id, client_id, alias_name) VALUES (201, 4, 'upsert'), (204, 4, 'upsert')
ON CONFLICT (client_alias_id) DO UPDATE SET alias_name = excluded.alias_name || '!', client_id = excluded.client_id;
INSERT INTO client_alias (client_alias_id, client_id, alias_name) VALUES (201, 5, 'nothing') ON CONFLICT DO NOTHING;
MERGE INTO client_alias a USING (VALUES (201, 'merged'), (202, NULL), (205, 'new')) AS v (id, name) ON a.client_alias_id = v.id
WHEN MATCHED AND v.name IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET alias_name = v.name
WHEN NOT MATCHED THEN INSERT (client_alias_id, client_id, alias_name) VALUES (v.id, 5, v.name);
WITH gone AS (DELETE FROM client_alias WHERE client_alias_id IN (101, 102) RETURNING *),
	changed AS (UPDATE client_alias SET alias_name = 'changed' WHERE client_alias_id IN (103, 104) RETURNING *)
INSERT INTO client_alias (client_alias_id, client_id, alias_name) SELECT g.client_alias_id, g.client_id, g.alias_name || ' again' FROM gone g
UNION ALL SELECT 300 + c.client_alias_id, c.client_id, 'from ' || c.alias_name FROM changed c;
DELETE FROM client_alias WHERE client_alias_id = 105;
UPDATE client_alias SET date_deleted = now();
UPDATE client_alias SET date_deleted = NULL, alias_name = 'undone' WHERE client_alias_id > 200;
SELECT pg_temp.last_event() AS mark \gset
UPDATE client_alias SET client_alias_id = client_alias_id + 1 WHERE client_alias_id BETWEEN 106 AND 109;
SELECT is(pg_temp.events_since(:mark), 'client_alias D 109, client_alias D 108, client_alias D 107, client_alias D 106, client_alias I 110, client_alias I 109, client_alias I 108, client_alias I 107',
	'a changed key is a row that goes and one that comes, all goings first');
SELECT is_empty($$SELECT pg_temp.replay_differs('client_alias')$$, 'the events give client_alias back');
TRUNCATE client_alias;
SELECT results_eq('SELECT operation, row_key, client_id, old_values, new_values, table_name FROM audit_event ORDER BY audit_event_id DESC LIMIT 1',
	$$VALUES ('T', NULL::bigint, NULL::bigint, NULL::jsonb, NULL::jsonb, 'client_alias')$$, 'TRUNCATE is one event');
INSERT INTO client_alias (client_alias_id, client_id, alias_name) VALUES (1, 1, 'after');
SELECT is_empty($$SELECT pg_temp.replay_differs('client_alias')$$, 'also after TRUNCATE');

SELECT is(serve(1, '2024-01-10', 1), 'ok', 'a service');
INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, comments, units, unit_value)
SELECT 1, 1, 11, 1, date '2024-01-01' + i, CASE WHEN i % 3 = 0 THEN 'every third' END, 1 + i, 0.25 FROM generate_series(1, 2500) i
WHERE date '2024-01-01' + i <= current_date;
SELECT is((SELECT count(*) FROM audit_event WHERE table_name = 'client_service')::bigint, (SELECT count(*) FROM client_service), 'each row of a large statement is one event');
SELECT results_eq($$SELECT array_agg(audit_event_id ORDER BY row_key) FROM audit_event WHERE table_name = 'client_service'$$,
	$$SELECT array_agg(audit_event_id ORDER BY audit_event_id) FROM audit_event WHERE table_name = 'client_service'$$, 'in the order in which they were written');
UPDATE client_service SET units = units + 1, comments = NULL WHERE date_provided BETWEEN '2024-02-01' AND '2025-01-31';
DELETE FROM client_service WHERE date_provided > '2025-06-01' AND units % 2 = 0;
SELECT create_service_batch('Lunch', 11, '[{"service": "MEAL", "units": 2}, {"service": 2}]', location_id => 101, default_comments => 'hot') AS lunch \gset
SELECT open_batch_run(:lunch, '2024-01-10') AS run \gset
SELECT pg_temp.last_event() AS mark \gset
SELECT is((SELECT count(*) FROM add_batch_clients(:run, '{1,2,3,5,6}'::bigint[]) WHERE status = 'added')::int, 4, 'four clients in a batch run');
SELECT is((SELECT sum(services) FROM post_batch(:run))::int, 8, 'are posted');
SELECT is((SELECT count(*) FROM audit_event WHERE audit_event_id > :mark AND table_name = 'client_service' AND operation = 'I')::int, 8, 'and audited');
SELECT is((SELECT count(*) FROM post_batch(:run) WHERE status = 'skipped')::int, 4, 'posted again');
SELECT is((SELECT count(*) FROM audit_event WHERE audit_event_id > :mark AND table_name = 'client_service')::int, 8, 'nothing is audited twice');
SELECT is(unpost_batch(:run, 'wrong day'), 8::bigint, 'taken back');
SELECT bar_client(4, '2024-02-01', NULL, program_ids => '{12}', notes => 'guardednote') AS bar \gset
SELECT bar_client(5, '2024-02-01', '2024-04-01', covers_all => true, bar_level => 'warn') AS other \gset
SELECT lift_bar(:other, '2024-03-01', 'appeal');
UPDATE enrollment SET exit_date = '2024-12-31', destination = 8, exit_hud_elements = '{"a": {"b": [1, 2.50, null, true, "x"]}}' WHERE enrollment_id = 4;
UPDATE client SET first_name = NULL, dob = '1980-02-29', hud_elements = jsonb_build_object('n', client_id) WHERE client_id IN (3, 7, 8);
DELETE FROM client WHERE client_id = 9;
SELECT is_empty(format('SELECT pg_temp.replay_differs(%L)', t), 'the events give ' || t || ' back')
FROM unnest(ARRAY['client', 'client_alias', 'enrollment', 'client_service', 'bar', 'bar_scope', 'bar_organization', 'bar_override', 'scan_card', 'service_batch_client']) t
WHERE to_regclass('hmis.' || t) IS NOT NULL;
SELECT isnt((SELECT count(*) FROM audit_event WHERE table_name = 'bar_scope')::int, 0, 'bars and what belongs to them are audited');

-- What an event says.
SELECT results_eq($$SELECT client_id, row_key, old_values, new_values FROM audit_event WHERE table_name = 'client' AND operation = 'U' AND row_key = 7$$,
	$$VALUES (7::bigint, 7::bigint, '{"dob": "1923-04-05", "first_name": "Zebulonissimo7", "hud_elements": null, "name_key": "zebulonissimo7 quackenbush7", "sort_key": "quackenbush7 zebulonissimo7"}'::jsonb,
		'{"dob": "1980-02-29", "first_name": null, "hud_elements": {"n": 7}, "name_key": "quackenbush7", "sort_key": "quackenbush7"}'::jsonb)$$, 'an update: the columns that changed, before and after');
SELECT is((SELECT old_values FROM audit_event WHERE table_name = 'client' AND operation = 'D'), (SELECT new_values FROM audit_event WHERE table_name = 'client' AND operation = 'I' AND row_key = 9), 'a deletion: the row as it was');
SELECT is_empty($$SELECT * FROM audit_event WHERE jsonb_path_exists(CASE operation WHEN 'I' THEN new_values ELSE '{}' END, '$.* ? (@ == null)')
	OR (operation = 'I' AND old_values IS NOT NULL) OR (operation = 'D' AND new_values IS NOT NULL)$$, 'an insertion: what is not null');
SELECT is_empty($$SELECT * FROM audit_event WHERE new_values ? 'total_value' OR old_values ? 'total_value'$$, 'what is generated is left out');
SELECT is_empty($$SELECT * FROM audit_event WHERE event_time <> now() OR transaction_id <> pg_current_xact_id() OR login_role <> session_user OR db_role <> current_user$$, 'who and when');
SELECT is_empty($$SELECT * FROM audit_event WHERE operation IN ('I', 'D') AND table_name IN ('client', 'client_alias', 'enrollment', 'client_service', 'bar')
	AND (coalesce(new_values, old_values) ->> 'client_id')::bigint IS DISTINCT FROM client_id$$, 'about whom');
SELECT is_empty($$SELECT * FROM audit_event WHERE operation IN ('I', 'D') AND (coalesce(new_values, old_values) ->> (CASE table_name WHEN 'client_ssn' THEN 'client' ELSE table_name END || '_id'))::bigint IS DISTINCT FROM row_key$$, 'about which row');
SELECT is_empty($$SELECT e.audit_event_id, k FROM audit_event e, LATERAL unnest(ARRAY[old_values, new_values]) v, LATERAL jsonb_object_keys(v) k
	WHERE v -> k IS DISTINCT FROM v::text::jsonb -> k OR v <> v::text::jsonb OR NOT v @> v::text::jsonb OR NOT v::text::jsonb @> v$$, 'values are jsonb as the server itself makes it');
CREATE TEMP TABLE canonical AS SELECT v, v::text::jsonb AS again FROM audit_event, LATERAL unnest(ARRAY[old_values, new_values]) v WHERE v IS NOT NULL;
SELECT is_empty('SELECT left(v::text, 100) FROM canonical WHERE pg_column_size(v) <> pg_column_size(again)', 'to the byte');

-- What changes nothing leaves no event, and what is undone neither.
SELECT pg_temp.last_event() AS mark \gset
SELECT last_value AS drawn FROM audit_event_id_seq \gset
UPDATE client SET first_name = first_name;
UPDATE client_service SET units = units, comments = comments;
UPDATE client SET dob = '1980-01-01' WHERE client_id = 12345;
DELETE FROM client_service WHERE client_id = 12345;
SELECT is(pg_temp.events_since(:mark), '', 'updates that change nothing write nothing');
SELECT is((SELECT last_value FROM audit_event_id_seq), :drawn::bigint, 'and draw no number');
SELECT is((SELECT last_value FROM audit_event_id_seq), pg_temp.last_event(), 'as many numbers as events were drawn so far');
UPDATE client_alias SET date_updated = '2020-01-01';
SELECT pg_temp.last_event() AS mark \gset
UPDATE client_alias SET alias_name = alias_name;
SELECT is(pg_temp.events_since(:mark), '', 'also in rows of earlier days: date_updated stays');
UPDATE client_service SET date_updated = '2020-01-01' WHERE client_service_id = (SELECT min(client_service_id) FROM client_service);
SELECT pg_temp.last_event() AS mark \gset
UPDATE client_service SET units = units WHERE date_updated = '2020-01-01';
SELECT is(pg_temp.events_since(:mark), '', 'and with generated columns');
UPDATE client_service SET units = units + 1 WHERE date_updated = '2020-01-01';
SELECT results_eq(format('SELECT ARRAY(SELECT jsonb_object_keys(new_values) ORDER BY 1) FROM audit_event WHERE audit_event_id > %s', :mark), $$VALUES ('{date_updated,units}'::text[])$$, 'what changes something is written');
SELECT pg_temp.last_event() AS mark \gset
SELECT is(caught('INSERT INTO hmis.client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, ''2024-01-10'', 1, 1, 11), (3, ''2024-01-10'', NULL, 1, 11)'),
	'CT001 Enrollment is a Required Field.', 'a statement that is refused');
SELECT is(caught('DO $x$BEGIN INSERT INTO hmis.client_alias (client_id, alias_name) VALUES (1, ''undone''); RAISE ''stop'' USING ERRCODE = ''CT099''; END$x$'), 'CT099 stop', 'a block that is undone');
SELECT is(pg_temp.events_since(:mark), '', 'leave nothing');
SELECT is_empty($$SELECT pg_temp.replay_differs('client_service')$$, 'the events still give client_service back');

-- Values, and settings that change how they look.
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL IntervalStyle = 'sql_standard';
SET LOCAL TimeZone = 'Asia/Kathmandu';
SET LOCAL extra_float_digits = -3;
SET LOCAL bytea_output = 'escape';
INSERT INTO client_alias (client_alias_id, client_id, alias_name, date_deleted, date_created) VALUES
	(1001, 1, E'\u0001 " \\ '' / \b\f\n\r\t \u007f é 漢字 😀 \u202e', 'infinity', '-infinity'),
	(1002, 1, repeat('ÿ', 300), '294276-12-31 23:59:59.999999+00', '4713-11-24 00:00:00+00 BC'),
	(1003, 1, repeat('x', 100000), '1999-12-31 23:59:59.000001-08', '0044-03-15 12:00:00+00 BC'),
	(1004, 1, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 5000) i), NULL, now()),
	(1005, 1, 'NaN', NULL, now()), (1006, 1, ' null ', NULL, now()), (1007, 1, '(protected)', NULL, now());
UPDATE client_alias SET client_id = 2 WHERE client_alias_id IN (1003, 1004);
SELECT is((SELECT count(*) FROM audit_event WHERE operation = 'U' AND row_key IN (1003, 1004) AND new_values = '{"client_id": 2}')::int, 2, 'a long value that did not change is not repeated');
UPDATE client_alias SET alias_name = alias_name || '.' WHERE client_alias_id IN (1003, 1004);
DELETE FROM client_alias WHERE client_alias_id = 1004;
SELECT is((SELECT length(old_values ->> 'alias_name') FROM audit_event WHERE table_name = 'client_alias' AND operation = 'D' AND row_key = 1004), 160001, 'a long value is told whole');
INSERT INTO client (client_id, dob, first_name, hud_elements) VALUES
	(1001, '4713-11-24 BC', '', '{}'), (1002, '5874897-12-31', NULL, '[]'), (1003, '0001-01-01', 'x', '"text"'), (1004, '1900-02-28', 'y', '12.3450'),
	(1005, NULL, 'z', 'true'), (1006, NULL, 'z', '{"deep": [[[{"a": [1e200, 0.000000000000000000001, -0.0, {}]}]], {"b": "\u0001\"\\"}]}'),
	(1007, NULL, 'z', (SELECT jsonb_object_agg('key' || i, i) FROM generate_series(1, 500) i)), (1008, NULL, 'z', '{"HispanicLatinao": 0}');
UPDATE client SET hud_elements = '[1]' WHERE client_id IN (1001, 1003);
UPDATE client SET hud_elements = NULL, dob = NULL WHERE client_id IN (1002, 1004);
INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, unit_value, fa_amount, fa_start_date, sub_type_provided) VALUES
	(1, 1, 11, 1, '15/01/2024', 9999999999.99, 9999999999.99, 0, '4713-11-24 BC', -32768), (1, 1, 11, 1, '16/01/2024', 0.01, 0, 0.10, '5874897-12-31', 32767);
SELECT is_empty(format('SELECT pg_temp.replay_differs(%L)', t), 'whatever the values and settings: ' || t) FROM unnest(ARRAY['client', 'client_alias', 'client_service']) t;
SELECT is((SELECT new_values ->> 'date_deleted' FROM audit_event WHERE row_key = 1003 AND table_name = 'client_alias' AND operation = 'I'), '2000-01-01T07:59:59.000001+00:00', 'times are in UTC, in the form of ISO 8601');

-- Columns that come and go, and other types.
ALTER TABLE client_alias DROP COLUMN alias_name CASCADE;
ALTER TABLE client_alias ADD COLUMN alias_name text DEFAULT 'came later', ADD COLUMN flag boolean, ADD COLUMN bytes bytea, ADD COLUMN span interval, ADD COLUMN f8 float8, ADD COLUMN f4 real,
	ADD COLUMN days date[], ADD COLUMN u uuid, ADD COLUMN n numeric, ADD COLUMN i4 integer, ADD COLUMN t timestamp, ADD COLUMN a_rather_long_name_for_a_column_of_a_table_that_is_just_63_char char(5);
DELETE FROM client_alias WHERE client_alias_id = 1007;
SELECT is((SELECT old_values ->> 'alias_name' FROM audit_event WHERE table_name = 'client_alias' AND operation = 'D' AND row_key = 1007), 'came later', 'a column added later has its default in older rows');
DELETE FROM client_alias;
SELECT pg_temp.last_event() AS mark \gset
TRUNCATE client_alias;
INSERT INTO client_alias (client_alias_id, client_id, flag, bytes, span, f8, f4, days, u, n, i4, t, a_rather_long_name_for_a_column_of_a_table_that_is_just_63_char) VALUES
	(2001, 1, true, '\x00ff5c27', '-1 year 2 mons -3 days 04:05:06.789', 0.1::float8 + 0.2::float8, 0.1, '{2024-01-31,infinity,NULL}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'NaN', -2147483648, '2024-01-31 23:59:59.999999', 'ab'),
	(2002, 1, false, '', '178000000 years', 'NaN', '-infinity', '{}', NULL, 'Infinity', 2147483647, 'infinity', 'abcde'),
	(2003, 1, NULL, NULL, NULL, '5e-324', '3.4e38', NULL, NULL, '-Infinity', NULL, '-infinity', ''),
	(2004, 1, NULL, NULL, NULL, '-0', '1e-45', NULL, NULL, 1e1000 + 1e-1000, NULL, '4713-11-24 BC', NULL), (2005, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.00, 0, NULL, NULL);
UPDATE client_alias SET n = 0.000 WHERE client_alias_id = 2005;
UPDATE client_alias SET flag = NOT flag, bytes = bytes || '\x01';
RESET DateStyle;
RESET IntervalStyle;
RESET TimeZone;
RESET extra_float_digits;
RESET bytea_output;
SELECT is_empty($$SELECT pg_temp.replay_differs('client_alias')$$, 'values of any type are told such that they are read back under other settings');
TRUNCATE canonical;
INSERT INTO canonical SELECT v, v::text::jsonb FROM audit_event, LATERAL unnest(ARRAY[old_values, new_values]) v WHERE v IS NOT NULL;
SELECT is_empty('SELECT left(v::text, 100) FROM canonical WHERE v <> again OR NOT v @> again OR NOT again @> v', 'these too are jsonb as the server makes it');
SELECT is_empty('SELECT left(v::text, 100) FROM canonical WHERE pg_column_size(v) <> pg_column_size(again) AND coalesce(pg_column_compression(v), pg_column_compression(again)) IS NULL', 'to the byte');
SELECT isnt((SELECT count(*) FROM canonical WHERE (SELECT count(*) FROM jsonb_object_keys(v)) > 16)::int, 0, 'some of them of so many members that offsets are kept');

-- Protected columns.
INSERT INTO client (client_id, name_suffix, first_name) VALUES (2001, '123454321', 'Seen');
SELECT is((SELECT new_values ->> 'name_suffix' FROM audit_event WHERE table_name = 'client' AND row_key = 2001), '123454321', 'before a column is protected its values are told');
INSERT INTO protected_column VALUES ('client', 'name_suffix'), ('client', 'no_such_column'), ('no_such_table', 'name_suffix');
SELECT pg_temp.last_event() AS mark \gset
INSERT INTO client (client_id, name_suffix, first_name) VALUES (2002, '123454322', 'Hidden'), (2003, NULL, 'Without');
UPDATE client SET name_suffix = '123454323' WHERE client_id IN (2002, 2003);
UPDATE client SET first_name = 'Changed' WHERE client_id = 2002;
UPDATE client SET name_suffix = NULL WHERE client_id = 2002;
DELETE FROM client WHERE client_id = 2003;
SELECT results_eq(format($$SELECT operation, row_key, old_values -> 'name_suffix', new_values -> 'name_suffix' FROM audit_event WHERE audit_event_id > %s ORDER BY audit_event_id$$, :mark),
	$$VALUES ('I', 2002::bigint, NULL::jsonb, '"(protected)"'::jsonb), ('I', 2003, NULL, NULL), ('U', 2002, '"(protected)"', '"(protected)"'), ('U', 2003, 'null', '"(protected)"'),
		('U', 2002, NULL, NULL), ('U', 2002, '"(protected)"', 'null'), ('D', 2003, '"(protected)"', NULL)$$, 'the values of a protected column are not told, only that they changed');
SELECT is_empty(format('SELECT * FROM audit_event e WHERE audit_event_id > %s AND e::text LIKE ''%%1234543%%''', :mark), 'they are nowhere in the audit');
DELETE FROM protected_column;
SELECT pg_temp.last_event() AS mark \gset
UPDATE client SET name_suffix = '123454324' WHERE client_id = 2002;
SELECT is((SELECT new_values ->> 'name_suffix' FROM audit_event WHERE audit_event_id > :mark), '123454324', 'until the column is protected no more');
SAVEPOINT protect;
INSERT INTO protected_column VALUES ('client', 'name_suffix');
UPDATE client SET name_suffix = '123454325' WHERE client_id = 2002;
ROLLBACK TO protect;
SELECT pg_temp.last_event() AS mark \gset
UPDATE client SET name_suffix = '123454326' WHERE client_id = 2002;
SELECT is((SELECT new_values ->> 'name_suffix' FROM audit_event WHERE audit_event_id > :mark), '123454326', 'what a rollback undoes is not remembered');
INSERT INTO protected_column VALUES ('client', 'name_suffix');
CREATE FUNCTION pg_temp.write_meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE hmis.client SET name_suffix = '123454327' WHERE client_id = 2002; RAISE 'stop' USING ERRCODE = 'CT099'; END $$;
CREATE TRIGGER a_first AFTER DELETE ON protected_column FOR EACH ROW EXECUTE FUNCTION pg_temp.write_meanwhile();
SELECT is(caught('DELETE FROM protected_column'), 'CT099 stop', 'a column that is no more protected for a moment');
SELECT pg_temp.last_event() AS mark \gset
UPDATE client SET name_suffix = '123454328' WHERE client_id = 2002;
SELECT is((SELECT new_values ->> 'name_suffix' FROM audit_event WHERE audit_event_id > :mark), '(protected)', 'is protected after the rollback');
DROP TRIGGER a_first ON protected_column;

-- Who acts, and for whom.
CREATE ROLE clienttrack_test_worker;
CREATE ROLE clienttrack_test_other;
GRANT clienttrack_test_other TO clienttrack_test_worker;
GRANT clienttrack_worker TO clienttrack_test_worker, clienttrack_test_other;
GRANT SELECT, INSERT, UPDATE ON client, client_alias, client_service, enrollment, bar, bar_scope TO clienttrack_test_worker, clienttrack_test_other;
INSERT INTO hmis_user (user_id, login_role) VALUES (77, 'clienttrack_test_worker');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (77, 2), (77, 1);
CREATE FUNCTION public.as_definer() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ INSERT INTO hmis.client (client_id) VALUES (3003) $$;
SELECT pg_temp.last_event() AS mark \gset
SET SESSION AUTHORIZATION clienttrack_test_worker;
INSERT INTO hmis.client (client_id) VALUES (3001);
SET ROLE clienttrack_test_other;
INSERT INTO hmis.client (client_id) VALUES (3002);
SELECT public.as_definer();
INSERT INTO hmis.enrollment (enrollment_id, client_id, program_id, household_id, entry_date) VALUES (3001, 3001, 11, 3001, '2024-01-01'), (3002, 3001, 21, 3002, '2024-01-01'), (3003, 3001, 12, 3003, '2024-01-01');
INSERT INTO hmis.client_service (client_service_id, client_id, service_id, program_id, enrollment_id, date_provided) VALUES (3001, 3001, 1, 11, 3001, '2024-01-02');
INSERT INTO hmis.bar (bar_id, client_id, begin_date) VALUES (3001, 3001, '2024-01-01');
INSERT INTO hmis.bar_scope (bar_scope_id, bar_id, organization_id) VALUES (3001, 3001, 1);
INSERT INTO hmis.bar_scope (bar_scope_id, bar_id, covers_all) VALUES (3002, 3001, true);
INSERT INTO hmis.bar_scope (bar_scope_id, bar_id, program_id) VALUES (3003, 3001, 12);
SELECT public.caught('SELECT count(*) FROM hmis.audit_event') AS reading, public.caught('DELETE FROM hmis.audit_event') AS deleting,
	public.caught('INSERT INTO hmis.audit_event (event_time, transaction_id, table_name, operation, login_role, db_role) VALUES (now(), ''1'', ''x'', ''I'', ''x'', ''x'')') AS forging,
	public.caught('SELECT clienttrack.redact_audit(''hmis'', 1)') AS redacting, public.caught('SELECT nextval(''hmis.audit_event_id_seq'')') AS drawing \gset
RESET SESSION AUTHORIZATION;
RESET ROLE;
SELECT results_eq(format('SELECT table_name, row_key, login_role, db_role, user_id, organization_id FROM audit_event WHERE audit_event_id > %s AND operation = ''I'' ORDER BY audit_event_id', :mark), $$VALUES
	('client', 3001::bigint, 'clienttrack_test_worker', 'clienttrack_test_worker', 77::bigint, 2::bigint), ('client', 3002, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 2),
	('client', 3003, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 2),
	('enrollment', 3001, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 1), ('enrollment', 3002, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 2),
	('enrollment', 3003, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 1), ('client_service', 3001, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 1),
	('bar', 3001, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 2), ('bar_scope', 3001, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 2),
	('bar_scope', 3002, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 2), ('bar_scope', 3003, 'clienttrack_test_worker', 'clienttrack_test_other', 77, 1)$$,
	'login role, role in force, user, and organization of the program, of the row or of the user; the writer needs no right on the audit');
SELECT matches(s, '^42501 ', 'the writer can neither read, change, forge nor redact it') FROM unnest(ARRAY[:'reading', :'deleting', :'forging', :'redacting', :'drawing']) s;
SELECT is_empty($$SELECT c.oid::regclass, a.grantee::regrole FROM pg_class c CROSS JOIN aclexplode(c.relacl) a WHERE c.relnamespace = 'hmis'::regnamespace AND c.relname LIKE 'audit\_event%'
	AND a.grantee <> c.relowner AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')$$, 'nobody is granted to write it');

-- Append-only, for everybody.
SELECT 'audit_event_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') AS this_month,
	(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC' AS next_month \gset
SELECT is(caught(format(s, t)), '42501 the audit is append-only', format(s, t)) FROM unnest(ARRAY['UPDATE hmis.%I SET user_id = 1', 'DELETE FROM hmis.%I', 'TRUNCATE hmis.%I',
	'MERGE INTO hmis.%I e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE', 'UPDATE hmis.%I SET event_time = ''2000-01-01''']) s, unnest(ARRAY['audit_event', :'this_month']) t;
SELECT is(caught('TRUNCATE hmis.audit_event_default'), '42501 the audit is append-only', 'the default partition');
SET LOCAL session_replication_role = replica;
SELECT is(caught('DELETE FROM hmis.audit_event'), '42501 the audit is append-only', 'also for who switches triggers off');
RESET session_replication_role;
SELECT is(caught('UPDATE hmis.audit_event SET user_id = 1 WHERE false'), 'ok', 'nothing to change, nothing to refuse');

-- Disposal of a client's data.
SELECT is(caught('SELECT clienttrack.redact_audit(NULL, 1)'), '22004 schema and client_id must not be null', 'no schema');
SELECT is(caught('SELECT clienttrack.redact_audit(''hmis'', NULL)'), '22004 schema and client_id must not be null', 'no client');
SELECT matches(caught('SELECT clienttrack.redact_audit(''public'', 1)'), '^42P01 ', 'not an installed schema');
CREATE TEMP TABLE before AS SELECT * FROM audit_event;
SELECT is(clienttrack.redact_audit('hmis', 3), (SELECT count(*) FROM before WHERE client_id = 3), 'redact_audit() of a client');
SELECT is_empty($$SELECT * FROM audit_event WHERE client_id = 3 AND (coalesce(old_values, '{"disposed": true}') <> '{"disposed": true}' OR coalesce(new_values, '{"disposed": true}') <> '{"disposed": true}')$$, 'the values are gone');
SELECT is_empty($$SELECT * FROM before WHERE client_id IS DISTINCT FROM 3 EXCEPT ALL SELECT * FROM audit_event$$, 'those of others are not');
SELECT is_empty($$SELECT audit_event_id, event_time, operation, row_key, table_name, old_values IS NULL, new_values IS NULL FROM before EXCEPT ALL
	SELECT audit_event_id, event_time, operation, row_key, table_name, old_values IS NULL, new_values IS NULL FROM audit_event$$, 'what happened when is still told');
SELECT is(clienttrack.redact_audit('hmis', 123456789), 0::bigint, 'a client without events');
SELECT is(caught('UPDATE hmis.audit_event SET user_id = 1'), '42501 the audit is append-only', 'then it is append-only again');
CREATE FUNCTION pg_temp.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stop' USING ERRCODE = 'CT099'; END $$;
CREATE TRIGGER stop BEFORE UPDATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.stop();
SELECT is(caught('SELECT clienttrack.redact_audit(''hmis'', 1)'), 'CT099 stop', 'an error while redacting');
DROP TRIGGER stop ON audit_event;
SELECT is(caught('UPDATE hmis.audit_event SET user_id = 1'), '42501 the audit is append-only', 'leaves it append-only');

-- Partitions.
SELECT results_eq('SELECT count(*) FROM make_audit_partitions(3)', 'VALUES (0::bigint)', 'install() made what is needed');
SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_event'::regclass)::int, 5, 'this month, three ahead, and the default one');
SELECT is((SELECT count(*) FROM audit_event_default)::int, 0, 'nothing is in the default one');
SELECT is((SELECT count(*) FROM make_audit_partitions(5))::int, 2, 'two months more');
SELECT matches(caught(format('SELECT make_audit_partitions(%L)', n)), '^22023 months_ahead', 'months_ahead: ' || coalesce(n::text, 'null')) FROM unnest(ARRAY[-1, 1201, NULL]) n;
SELECT count(*) AS events FROM audit_event \gset
ALTER TABLE audit_event DETACH PARTITION :this_month;
INSERT INTO client (client_id) VALUES (4001);
SELECT is((SELECT count(*) FROM audit_event_default)::int, 1, 'a month without partition: the event goes to the default one');
SELECT is((SELECT count(*) FROM :this_month)::bigint, :events::bigint, 'not to a table that is only called like the partition');
ALTER TABLE :this_month RENAME TO kept_aside;
SELECT is(array(SELECT make_audit_partitions(0)), ARRAY[:'this_month']::name[], 'the partition is made');
SELECT results_eq(format('SELECT row_key, tableoid::regclass::text FROM audit_event'), format('VALUES (4001::bigint, %L)', :'this_month'), 'and the event is moved there');
SELECT is((SELECT count(*) FROM audit_event_default)::int, 0, 'away from the default one');
INSERT INTO client (client_id) VALUES (4002);
SELECT is((SELECT count(*) FROM :this_month)::int, 2, 'where the next ones go');
SELECT is(caught(format('%s hmis.%I', s, :'this_month')), '42501 the audit is append-only', 'it is append-only too: ' || s) FROM unnest(ARRAY['TRUNCATE', 'DELETE FROM']) s;
INSERT INTO audit_event (event_time, transaction_id, table_name, operation, login_role, db_role) VALUES ('2013-01-01', '1', 'x', 'I', 'x', 'x');
SELECT is(caught(format('%s hmis.%I', s, 'audit_event_default')), '42501 the audit is append-only', 'as is the default one: ' || s) FROM unnest(ARRAY['TRUNCATE', 'DELETE FROM']) s;
SELECT is_empty(format($$SELECT attname FROM pg_attribute WHERE attrelid = %L::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL$$, :'this_month'), 'and described');
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = :'this_month'::regclass)::int, 2, 'and indexed');
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = 'audit_event_default'::regclass)::int, 2, 'as is the default one again');
ALTER TABLE audit_event DETACH PARTITION :this_month;
ALTER TABLE :this_month RENAME TO kept_aside_too;
CREATE TABLE :this_month PARTITION OF audit_event FOR VALUES FROM ('1990-01-01') TO ('1991-01-01');
INSERT INTO client (client_id) VALUES (4003);
SELECT results_eq('SELECT row_key, tableoid::regclass::text FROM audit_event WHERE row_key = 4003', $$VALUES (4003::bigint, 'audit_event_default')$$, 'nor to a partition of another time');
DROP TABLE :this_month;
CREATE TABLE :this_month (new_values jsonb, extra text DEFAULT 'x', old_values jsonb, db_role text NOT NULL, login_role text NOT NULL, operation text NOT NULL, table_name text NOT NULL, user_id bigint,
	organization_id bigint, row_key bigint, client_id bigint, transaction_id xid8 NOT NULL, event_time timestamptz NOT NULL, audit_event_id bigint NOT NULL);
ALTER TABLE :this_month DROP COLUMN extra;
ALTER TABLE audit_event DETACH PARTITION audit_event_default;
SELECT is(caught('INSERT INTO client (client_id) VALUES (4004)'), format('23514 no partition of "audit_event" takes events of %s', now()), 'no partition at all');
ALTER TABLE audit_event ATTACH PARTITION :this_month FOR VALUES FROM (MINVALUE) TO (:'next_month');
INSERT INTO client (client_id, first_name) VALUES (4005, 'Other order');
SELECT is((SELECT concat_ws(' ', row_key, client_id, table_name, operation, new_values ->> 'first_name', login_role = session_user) FROM audit_event), '4005 4005 client I Other order t', 'a partition with its columns in another order');
ALTER TABLE audit_event DETACH PARTITION :this_month;
ALTER TABLE audit_event ATTACH PARTITION audit_event_default DEFAULT;
DROP TABLE :this_month;
SELECT is(array(SELECT make_audit_partitions(0)), ARRAY['audit_event_2013_01', :'this_month']::name[], 'everything is as it was');

-- Old months.
INSERT INTO audit_event (event_time, transaction_id, table_name, operation, login_role, db_role) VALUES ('2014-12-31 23:59:59.999999+00', '1', 'x', 'I', 'x', 'x'),
	('2015-01-01 00:00+00', '1', 'x', 'I', 'x', 'x'), ('2015-01-31 23:30-01', '1', 'x', 'I', 'x', 'x'), (now() - interval '3 years', '1', 'x', 'I', 'x', 'x');
SET LOCAL TimeZone = 'Pacific/Auckland';
SELECT is((SELECT array_agg(p ORDER BY p) FROM make_audit_partitions(0) p), ARRAY['audit_event_2014_12', 'audit_event_2015_01', 'audit_event_2015_02',
	'audit_event_' || to_char((now() - interval '3 years') AT TIME ZONE 'UTC', 'YYYY_MM')]::name[], 'months that have events in the default partition get their own');
SELECT is((SELECT count(*) FROM audit_event_2015_01)::int, 1, 'by UTC, whatever the time zone');
SELECT is(caught(format('SELECT drop_audit_before(%L)', d)), '22023 the audit of the last 7 years is kept', 'not before ' || d)
FROM unnest(ARRAY[current_date, (now() - interval '7 years' + interval '2 days')::date, 'infinity', '-infinity']) d;
SELECT matches(caught(s), '^22004 ', s) FROM unnest(ARRAY['SELECT drop_audit_before(NULL)', 'SELECT drop_audit_before(''2015-01-01'', NULL)']) s;
SELECT is(array(SELECT drop_audit_before('2015-01-31')), ARRAY['audit_event_2013_01', 'audit_event_2014_12']::name[], 'a month that has not ended stays');
SELECT is(array(SELECT drop_audit_before('2015-03-01')), ARRAY['audit_event_2015_01', 'audit_event_2015_02']::name[], 'whole months go, the oldest first');
SELECT is(array(SELECT drop_audit_before('2015-03-01')), '{}'::name[], 'once');
SELECT is((SELECT count(*) FROM audit_event WHERE table_name = 'x')::int, 1, 'younger ones stay');
SELECT is((SELECT count(*) FROM drop_audit_before(current_date - 100, keep => '60 days'))::int, 1, 'unless told otherwise');
RESET TimeZone;
SET LOCAL ROLE clienttrack_test_other;
SELECT matches(public.caught(s), '^42501 ', 'only for the owner: ' || s) FROM unnest(ARRAY['SELECT hmis.make_audit_partitions()', 'SELECT hmis.drop_audit_before(''2000-01-01'')']) s;
RESET ROLE;

-- What audit() and append_only() refuse.
SELECT is(caught('SELECT clienttrack.audit()'), '39P01 function "clienttrack.audit" must be called as a trigger', 'no trigger at all');
SELECT is(caught('SELECT clienttrack.append_only()'), '39P01 function "clienttrack.append_only" must be called as a trigger BEFORE UPDATE, DELETE or TRUNCATE', 'nor append_only()');
CREATE TABLE hmis.mine (mine_id bigint PRIMARY KEY, a text);
ALTER TABLE hmis.mine OWNER TO clienttrack_owner;
CREATE FUNCTION pg_temp.with_trigger(definition text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE TRIGGER t %s', definition);
	result := public.caught(statement);
	DROP TRIGGER t ON hmis.mine;
	RETURN result;
END $$;
SELECT is(pg_temp.with_trigger('AFTER INSERT ON hmis.mine FOR EACH ROW EXECUTE FUNCTION clienttrack.audit()', 'INSERT INTO hmis.mine VALUES (1)'), '39P01 trigger "t" must fire AFTER … FOR EACH STATEMENT', 'a row trigger');
SELECT is(pg_temp.with_trigger('BEFORE INSERT ON hmis.mine FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit()', 'INSERT INTO hmis.mine VALUES (1)'), '39P01 trigger "t" must fire AFTER … FOR EACH STATEMENT', 'a trigger before');
SELECT is(pg_temp.with_trigger('AFTER INSERT ON hmis.mine FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit()', 'INSERT INTO hmis.mine VALUES (1)'), '39P01 trigger "t" lacks a transition table', 'no new table');
SELECT is(pg_temp.with_trigger('AFTER UPDATE ON hmis.mine REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit()', 'UPDATE hmis.mine SET a = 1'), '39P01 trigger "t" lacks a transition table', 'no old table');
SELECT is(pg_temp.with_trigger('AFTER DELETE ON hmis.mine FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit()', 'DELETE FROM hmis.mine'), '39P01 trigger "t" lacks a transition table', 'nor in a deletion');
SELECT is(pg_temp.with_trigger('BEFORE INSERT ON hmis.mine FOR EACH ROW EXECUTE FUNCTION clienttrack.append_only()', 'INSERT INTO hmis.mine VALUES (1)'), '39P01 function "clienttrack.append_only" must be called as a trigger BEFORE UPDATE, DELETE or TRUNCATE', 'append_only() of insertions');
CALL clienttrack.attach_audit('mine');
SELECT pg_temp.last_event() AS mark \gset
INSERT INTO hmis.mine VALUES (7, 'x');
SELECT results_eq(format('SELECT table_name, row_key, client_id, new_values FROM audit_event WHERE audit_event_id > %s', :mark), $$VALUES ('mine', 7::bigint, NULL::bigint, '{"a": "x", "mine_id": 7}'::jsonb)$$, 'any table of the owner can be audited');
ALTER TABLE hmis.mine DROP CONSTRAINT mine_pkey, ALTER COLUMN mine_id TYPE text;
INSERT INTO hmis.mine VALUES ('eight', 'x');
UPDATE hmis.mine SET a = 'y' WHERE mine_id = 'eight';
SELECT is(pg_temp.events_since(:mark), 'mine I 7, mine I, mine U', 'also one without a key');
ALTER TABLE hmis.mine OWNER TO clienttrack_test_other;
SELECT is(caught('DELETE FROM hmis.mine'), '42501 table "mine" does not belong to the owner of "audit_event"', 'nobody else''s');
ALTER TABLE hmis.mine OWNER TO clienttrack_owner;
ALTER TABLE hmis.mine SET SCHEMA public;
SELECT matches(caught('DELETE FROM public.mine'), '^42P01 schema "public" has no table "audit_event"', 'none outside of an installed schema');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
