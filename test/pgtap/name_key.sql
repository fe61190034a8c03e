-- Search keys of names, the trigger that keeps them, and the operators that find them.
BEGIN;
SET LOCAL search_path = hmis, clienttrack, public;
SELECT plan(97);

-- name_key: what is the same name
SELECT is(name_key(name), key, translate(name, E'\t\n', '__') || ' is ' || key) FROM (VALUES
	('O''Brien', 'obrien'), ('OBrien', 'obrien'), ('o brien', 'obrien'), ('O’Brien', 'obrien'), ('OʼBrien', 'obrien'), ('O`BRIEN', 'obrien'),
	('Núñez-García', 'nunez garcia'), ('NUÑEZ GARCIA', 'nunez garcia'), (U&'Nu\0301n\0303ez Garci\0301a', 'nunez garcia'),
	('  Mary   Ann ', 'mary ann'), (E'Mary\tAnn\n', 'mary ann'), (U&'Mary\00A0Ann', 'mary ann'), ('Mary_Ann, Jr.', 'mary ann jr'),
	('St. John', 'st john'), ('Straße', 'strasse'), ('Łukasz Œuvré', 'lukasz oeuvre'), ('Ａｎａ', 'ana'), ('İpek', 'ipek'),
	('Nguyễn Thị Đào', 'nguyen thi dao'), ('Xyooj', 'xyooj'), ('Yuriy Shchukin', 'yuriy shchukin'), ('Юрий Щукин', 'yuriy shchukin'),
	('Подъячев', 'podyachev'), ('Соловьёв Тсой', 'solovyev tsoy'), ('Євген', 'evgen'), ('王小明', 'wang xiao ming'), ('김민수', 'gimminsu'),
	('محمد علي', 'mhmd ly'), ('ሰላም ተስፋዬ', 'selami tesifaye'), ('Γιώργος', 'giorgos'), ('राम', 'rama'),
	('8f14e45fceea167a5a36dedd4bea2543', '8f14e45fceea167a5a36dedd4bea2543')) v(name, key);
SELECT isnt(name_key('ស្រីមុំ'), '', 'a script that ICU does not know has a key');
SELECT is(name_key('ស្រីមុំ'), name_key('ស្រីមុំ'), 'always the same one');

-- name_key: not much of a name
SELECT is(name_key(NULL), NULL, 'null');
SELECT is(name_key(name), '', 'nothing in it: ' || quote_literal(name)) FROM (VALUES (''), (' '), ('-'), (''''''), ('🙂'), (U&'\200B'), (U&'\0301')) v(name);
SELECT is(name_key('O'), 'o', 'one letter');
SELECT is(name_key('Sean O Brien'), 'sean o brien', 'an initial in the middle is one');

-- name_key: too much of a name
SELECT is(name_key(repeat('a', 5000)), repeat('a', 1000), 'thousands of letters');
SELECT is(length(name_key(repeat('x', 20000000))), 1000, 'millions of letters');
SELECT ok(octet_length(name_key(repeat('王', 100000))) <= 1000, 'many letters that become more');
SELECT ok(octet_length(name_key(repeat(U&'\FDFA', 100000))) <= 1000, 'a letter that becomes eighteen');
SELECT ok(octet_length(name_key(repeat('ស', 5000))) <= 1000, 'letters of three bytes');
SELECT is(name_key(repeat(U&'e\0301\0302\0303', 2000)), repeat('e', 1000), 'letters under a heap of accents');
SELECT is(name_key(repeat(U&'\202E\0301', 100000)), '', 'a heap of marks alone');
SELECT is(name_key(repeat('- ', 100000) || 'Ana'), '', 'of a huge name the beginning is read');
SELECT is(name_key(repeat(E'\t', 1000) || U&'\+01F600' || repeat(' ', 1000) || 'Ana'), 'ana', 'a letter lost among blanks');

-- Both ways through name_key lead to the same: a letter that is dropped sends the name through ICU.
SELECT is_empty($$SELECT a, b FROM generate_series(1, 127) a, generate_series(1, 127) b, LATERAL (SELECT 'Q' || chr(a) || chr(b) || 'o') v(name)
	WHERE name_key(name) IS DISTINCT FROM name_key(name || U&'\200B')$$, 'ASCII and ICU agree on every two characters inside a word');
SELECT is_empty($$SELECT a, b FROM generate_series(1, 127) a, generate_series(1, 127) b, LATERAL (SELECT chr(a) || chr(b) || 'p') v(name)
	WHERE name_key(name) IS DISTINCT FROM name_key(name || U&'\200B')$$, 'and at the beginning');
SELECT setseed(0.7) \g /dev/null
SELECT is_empty($$SELECT name FROM (SELECT string_agg(chr(1 + floor(random() * 127)::int), '') AS name
	FROM generate_series(1, 3000) n, generate_series(1, 60) GROUP BY n) v WHERE name_key(name) IS DISTINCT FROM name_key(name || U&'\200B')$$,
	'and on random texts');
SELECT is_empty($$SELECT c FROM generate_series(160, 4607) c WHERE name_key(chr(c)) IS DISTINCT FROM name_key(name_key(chr(c)))$$, 'the key of a key is the key');
SELECT is_empty($$SELECT c FROM generate_series(160, 65535) c WHERE c NOT BETWEEN 55296 AND 57343
	AND name_key(chr(c)) <> name_key(lower(chr(c)))$$, 'case does not matter in any script');

-- keep_name_key
INSERT INTO client (client_id, first_name, middle_name, last_name) OVERRIDING SYSTEM VALUE VALUES (1, 'María', 'Elena', 'O Brien-López');
SELECT row_eq($$SELECT name_key, sort_key FROM client WHERE client_id = 1$$,
	row('maria elena obrien lopez'::text COLLATE "C", 'obrien lopez maria elena'::text COLLATE "C"), 'both keys are kept');
INSERT INTO client (client_id) OVERRIDING SYSTEM VALUE VALUES (2);
SELECT is((SELECT name_key FROM client WHERE client_id = 2), '', 'nobody has a name');
UPDATE client SET middle_name = NULL WHERE client_id = 1;
SELECT is((SELECT name_key FROM client WHERE client_id = 1), 'maria obrien lopez', 'an update changes the key');
UPDATE client SET name_key = 'forged', sort_key = 'forged' WHERE client_id = 1;
SELECT is((SELECT name_key || '/' || sort_key FROM client WHERE client_id = 1), 'maria obrien lopez/obrien lopez maria', 'the key cannot be written');
UPDATE client SET dob = '1990-01-01' WHERE client_id = 1;
SELECT is((SELECT name_key FROM client WHERE client_id = 1), 'maria obrien lopez', 'other columns leave it alone');
INSERT INTO client_alias (client_id, alias_name) VALUES (1, 'Mimi');
SELECT is((SELECT name_key FROM client_alias), 'mimi', 'the key of an alias');
SELECT lives_ok($$INSERT INTO client (client_id, first_name, middle_name, last_name) VALUES (3, repeat('Ana ', 3000), repeat('王', 3000), repeat('x', 3000))$$,
	'huge names are stored');

CREATE TEMPORARY TABLE person (key text, name text, alias varchar(20), birth date);
CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key('key', 'name', 'alias');
INSERT INTO person (name, alias) VALUES ('Ána', 'Anita');
SELECT is((SELECT key FROM person), 'ana anita', 'any table, text or varchar');
SELECT throws_ok($$SELECT keep_name_key()$$, '39P01', NULL, 'not called as a trigger');
CREATE FUNCTION pg_temp.try_trigger(clause text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DROP TRIGGER keep ON person;
	EXECUTE 'CREATE TRIGGER keep ' || clause;
	INSERT INTO person (name) VALUES ('Bo');
	UPDATE person SET name = 'Bob';
	DELETE FROM person;
END $$;
SELECT throws_ok($$SELECT pg_temp.try_trigger('AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key(''key'', ''name'')')$$, '39P01', NULL, 'AFTER');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE INSERT ON person EXECUTE FUNCTION keep_name_key(''key'', ''name'')')$$, '39P01', NULL, 'FOR EACH STATEMENT');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key(''key'', ''name'')')$$, '39P01', NULL, 'DELETE');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key()')$$, '22023', 'trigger "keep" needs two arguments or more');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key(''key'')')$$, '22023', 'trigger "keep" needs two arguments or more');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key(''key'', ''nome'')')$$, '42703', NULL, 'no such column');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key(''key'', ''birth'')')$$, '42804', NULL, 'not a text');
SELECT throws_ok($$SELECT pg_temp.try_trigger('BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION keep_name_key(''key'', ''ctid'')')$$, '42703', NULL, 'a system column');

-- Operators: name, query, @= @^ @~
SELECT is((name_key @= query_key)::text || (name_key @^ query_key)::text || (name_key @~ query_key)::text, wanted, name_key || ' / ' || query_key) FROM (VALUES
	('maria garcia', 'garcia maria', 'truetruetrue'), ('maria garcia', 'gar mar', 'falsetruefalse'), ('maria garcia', 'garica maria', 'falsefalsetrue'),
	('mary ann lee', 'maryann lee', 'truetruetrue'), ('maryann lee', 'mary ann lee', 'truetruetrue'), ('maria garcia', 'maria maria', 'falsefalsefalse'),
	('maria marquez', 'ma maria', 'falsetruefalse'), ('jon', 'jan', 'falsefalsefalse'), ('john', 'jon', 'falsefalsetrue'), ('hernandez', 'fernandes', 'falsefalsetrue'),
	('maria', '', 'falsefalsefalse'), ('', 'maria', 'falsefalsefalse'), ('', '', 'falsefalsefalse')) v(name_key, query_key, wanted);
SELECT is(name_score('maria garcia', 'garcia maria'), 1::real, 'the same words score 1');
SELECT is(name_score('maria garcia', 'zoe'), 0::real, 'others score 0');
SELECT ok(name_score('maria garcia', 'maria gar') BETWEEN 0.8 AND 0.99 AND name_score('maria garcia', 'maria gar') > name_score('maria garcia', 'maria garica'), 'beginnings come before typing errors');
SELECT ok(name_score(repeat('word ', 10000), repeat('word ', 10000)) > 0, 'more words than are looked at');
SELECT ok(repeat('x', 1000000) @~ repeat('x', 1000000), 'a word longer than is looked at');

-- The index finds what the operators mean.
CREATE TEMPORARY TABLE key_list AS
SELECT n, (SELECT string_agg((ARRAY['mar','gar','jo','he','an','ann','lee','o','bri','tor','res','xi','ao','vang','de','la','cruz','i','s','smith'])[1 + floor(random() * 20)::int]
	|| CASE WHEN random() < 0.4 THEN ' ' ELSE '' END, '') FROM generate_series(1, 3 + n % 5)) AS key FROM generate_series(1, 2000) n;
UPDATE key_list SET key = btrim(key);
CREATE TEMPORARY TABLE query_list AS SELECT n, CASE n % 3 WHEN 0 THEN key WHEN 1 THEN overlay(key PLACING 'e' FROM 2 FOR 1) ELSE left(key, 7) END AS query FROM key_list WHERE n <= 300;
CREATE INDEX key_words ON key_list USING gin (key name_ops);
CREATE FUNCTION pg_temp.hits(operator text, use_index boolean) RETURNS TABLE (query_n int, key_n int) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('enable_seqscan', (NOT use_index)::text, true), set_config('enable_bitmapscan', use_index::text, true);
	RETURN QUERY EXECUTE format('SELECT q.n, k.n FROM query_list q JOIN key_list k ON k.key OPERATOR(clienttrack.%s) q.query', operator);
END $$;
SELECT set_eq($$SELECT * FROM pg_temp.hits('@=', true)$$, $$SELECT * FROM pg_temp.hits('@=', false)$$, '@= by index and without');
SELECT set_eq($$SELECT * FROM pg_temp.hits('@^', true)$$, $$SELECT * FROM pg_temp.hits('@^', false)$$, '@^ by index and without');
SELECT set_eq($$SELECT * FROM pg_temp.hits('@~', true)$$, $$SELECT * FROM pg_temp.hits('@~', false)$$, '@~ by index and without');
SELECT ok((SELECT count(*) FROM pg_temp.hits('@~', true)) > 300, 'there is something to be found');

SELECT * FROM finish();
ROLLBACK;
