-- Finding clients by identifier, card, name and alias.
BEGIN;
SET LOCAL search_path = hmis, clienttrack, public;
SELECT plan(70);

INSERT INTO client (client_id, first_name, middle_name, last_name, dob) OVERRIDING SYSTEM VALUE VALUES
(1, 'María', 'Elena', 'García López', '1980-05-01'), (2, 'Maria', NULL, 'Garcia', '1991-02-03'), (3, 'Mario', NULL, 'Garza', NULL),
(4, 'Sean', NULL, 'O''Brien', NULL), (5, 'Ana', NULL, 'Núñez-García', NULL), (6, 'Юрий', NULL, 'Щукин', NULL), (7, '小明', NULL, '王', NULL),
(8, 'Thị Đào', NULL, 'Nguyễn', NULL), (9, 'Pao', NULL, 'Xyooj', NULL), (10, 'Jennifer', NULL, 'Washington', NULL), (11, 'محمد', NULL, 'علي', NULL),
(12, 'ሰላም', NULL, 'ተስፋዬ', NULL), (13, 'Mary', 'Ann', 'Lee', NULL), (14, NULL, NULL, NULL, NULL), (16, 'Patrick', NULL, 'O Brien', NULL);
INSERT INTO client (client_id, first_name, last_name, date_deleted) OVERRIDING SYSTEM VALUE VALUES (15, 'Maria', 'Garcia', now());
INSERT INTO client_alias (client_id, alias_name) VALUES (10, 'Jenny Wash'), (10, 'Jen'), (15, 'Ghost'), (9, 'Maria');
INSERT INTO client_alias (client_id, alias_name, date_deleted) VALUES (10, 'Zelda', now());
INSERT INTO scan_card (client_id, card_code, card_status, issued_date, expires_date) VALUES (2, 'S1AAAAAAAAAA', 'active', current_date, NULL), (2, 'S1BBBBBBBBBB', 'lost', current_date, NULL),
(3, '1', 'active', current_date, NULL), (3, 'S1CCCCCCCCCC', 'active', '2025-01-01', '2025-02-01'), (15, 'S1DDDDDDDDDD', 'active', current_date, NULL),
(4, 'S1EEEEEEEEEE', 'replaced', current_date, NULL), (4, 'S1FFFFFFFFFF', 'revoked', current_date, NULL), (5, '77', 'active', current_date, NULL);
INSERT INTO scan_card (client_id, card_code, date_deleted) VALUES (5, 'S1ABABABABAB', now());

CREATE FUNCTION pg_temp.ids(query text, max_results integer DEFAULT 20) RETURNS bigint[] LANGUAGE sql AS
$$SELECT array_agg(client_id ORDER BY ordinality) FROM find_clients(query, max_results) WITH ORDINALITY$$;

-- identifier and card
SELECT results_eq($$SELECT * FROM find_clients('2')$$,
	$$VALUES (2::bigint, 'Maria', 'Garcia', date '1991-02-03', 'client_id', NULL, NULL, 1::real)$$, 'by identifier');
SELECT is(pg_temp.ids(' 2 '), '{2}', 'blanks around it do not matter');
SELECT is(pg_temp.ids('002'), '{2}', 'nor leading zeros');
SELECT results_eq($$SELECT client_id, matched_by, card_status FROM find_clients('1')$$,
	$$VALUES (1::bigint, 'client_id', NULL), (3, 'scan_card', 'active')$$, 'an identifier that is also a card');
SELECT results_eq($$SELECT client_id, matched_by, card_status FROM find_clients('77')$$, $$VALUES (5::bigint, 'scan_card', 'active')$$, 'a card of digits');
SELECT is(pg_temp.ids('15'), NULL, 'a deleted client');
SELECT is(pg_temp.ids('0'), NULL, 'no such client');
SELECT is(pg_temp.ids('9223372036854775807'), NULL, 'the largest number');
SELECT is(pg_temp.ids(repeat('9', 500)), NULL, 'a number beyond all');
SELECT results_eq($$SELECT client_id, matched_by, card_status, score FROM find_clients('S1AAAAAAAAAA')$$, $$VALUES (2::bigint, 'scan_card', 'active', 1::real)$$, 'by card');
SELECT is((SELECT card_status FROM find_clients('S1BBBBBBBBBB')), 'lost', 'a lost card is named so');
SELECT is((SELECT card_status FROM find_clients('S1CCCCCCCCCC')), 'expired', 'an expired card');
SELECT is((SELECT card_status FROM find_clients('S1EEEEEEEEEE')), 'replaced', 'a replaced card');
SELECT is((SELECT card_status FROM find_clients('S1FFFFFFFFFF')), 'revoked', 'a revoked card');
SELECT is(pg_temp.ids('S1DDDDDDDDDD'), NULL, 'a card of a deleted client');
SELECT is(pg_temp.ids('S1ABABABABAB'), NULL, 'a deleted card');
SELECT is(pg_temp.ids('s1aaaaaaaaaa'), NULL, 'a card is matched exactly');
INSERT INTO client (client_id, first_name) OVERRIDING SYSTEM VALUE VALUES (17, 'S1AAAAAAAAAA');
SELECT is(pg_temp.ids('S1AAAAAAAAAA'), '{2}', 'names are not searched once a card is found');

-- names
SELECT is(pg_temp.ids('maria garcia'), '{2,1}', 'without accents and case, the closest first');
SELECT is(pg_temp.ids('GARCÍA MARÍA'), '{2,1}', 'in any order');
SELECT is(pg_temp.ids('garcia lopez'), '{1}', 'two last names');
SELECT is(pg_temp.ids('lopez elena'), '{1}', 'words anywhere');
SELECT is(pg_temp.ids('maria elena garcia lopez'), '{1}', 'the full name');
SELECT is((SELECT score FROM find_clients('maria elena garcia lopez')), 1::real, 'scores 1');
SELECT is(pg_temp.ids('gar mar'), '{3,2,1}', 'beginnings of words');
SELECT is(pg_temp.ids('garc m'), '{2,1}', 'an initial');
SELECT is(pg_temp.ids('washingtn'), '{10}', 'a letter left out');
SELECT is(pg_temp.ids('jenifer washinton'), '{10}', 'two words misspelt');
SELECT is(pg_temp.ids('jnenifer'), '{10}', 'letters swapped');
SELECT is(pg_temp.ids('garica maria'), '{2,1}', 'a misspelt word and one that is not');
SELECT is(pg_temp.ids('obrien'), '{4,16}', 'an apostrophe or a blank in the name');
SELECT is(pg_temp.ids('O''Brien'), '{4,16}', 'an apostrophe in the query');
SELECT is(pg_temp.ids('o brien'), '{4,16}', 'a blank in the query');
SELECT is(pg_temp.ids('sean o brien'), '{4}', 'a blank in the middle of the query');
SELECT is(pg_temp.ids('nunez garcia'), '{5}', 'a hyphen in the name');
SELECT is(pg_temp.ids('Núñez-García'), '{5}', 'a hyphen in the query');
SELECT is(pg_temp.ids('maryann lee'), '{13}', 'two words written as one');
SELECT is(pg_temp.ids('Щукин'), '{6}', 'Cyrillic');
SELECT is(pg_temp.ids('yuriy shchukin'), '{6}', 'Cyrillic in Latin letters');
SELECT is(pg_temp.ids('王小明'), '{7}', 'Chinese');
SELECT is(pg_temp.ids('wang xiaoming'), '{7}', 'Chinese in Latin letters');
SELECT is(pg_temp.ids('nguyen thi dao'), '{8}', 'Vietnamese');
SELECT is(pg_temp.ids('xyooj pao'), '{9}', 'Hmong');
SELECT is(pg_temp.ids('محمد'), '{11}', 'Arabic');
SELECT is(pg_temp.ids('ሰላም'), '{12}', 'Amharic');
SELECT is(pg_temp.ids('selam tesfaye'), '{12}', 'Amharic in Latin letters');
SELECT is(pg_temp.ids('zzyzx'), NULL, 'nobody');
SELECT is(pg_temp.ids('maria zzyzx'), NULL, 'one word that nobody has');

-- aliases
SELECT results_eq($$SELECT client_id, first_name, matched_by, matched_alias FROM find_clients('jenny')$$,
	$$VALUES (10::bigint, 'Jennifer', 'alias', 'Jenny Wash')$$, 'by alias');
SELECT results_eq($$SELECT client_id, matched_by, matched_alias FROM find_clients('jen')$$, $$VALUES (10::bigint, 'alias', 'Jen')$$, 'the best of several names, once');
SELECT is(pg_temp.ids('ghost'), NULL, 'an alias of a deleted client');
SELECT is(pg_temp.ids('zelda'), NULL, 'a deleted alias');
SELECT ok(9 = ANY (pg_temp.ids('maria')), 'an alias among names');

-- number and order of results
SELECT is(pg_temp.ids('maria', 1), '{9}', 'as many as wanted: the alias is the whole name');
SELECT results_eq($$SELECT score FROM find_clients('mari')$$, $$SELECT score FROM find_clients('mari') ORDER BY score DESC$$, 'best first');
SELECT throws_ok($$SELECT * FROM find_clients('maria', 0)$$, '22023', 'max_results must be between 1 and 1000');
SELECT throws_ok($$SELECT * FROM find_clients('maria', 1001)$$, '22023', 'max_results must be between 1 and 1000');
SELECT throws_ok($$SELECT * FROM find_clients('maria', NULL)$$, '22023', 'max_results must be between 1 and 1000');
INSERT INTO client (client_id, first_name, last_name) OVERRIDING SYSTEM VALUE SELECT n, 'Kim', 'Park' FROM generate_series(1001, 6000) n;
SELECT is(pg_temp.ids('kim park', 3), '{1001,1002,1003}', 'among equals by identifier');
SELECT is(cardinality(pg_temp.ids('park kim', 1000)), 1000, 'a thousand');
SELECT is(cardinality(pg_temp.ids('pa ki')), 20, 'twenty of a crowd');

-- queries that ask for nothing or too much
SELECT is(pg_temp.ids(query), NULL, 'nothing: ' || coalesce(quote_literal(query), 'null')) FROM (VALUES (NULL), (''), ('  '), ('%'), ('''; --')) v(query);
SELECT is(pg_temp.ids(repeat('x', 500)), NULL, 'a long query');
SELECT throws_ok($$SELECT * FROM find_clients(repeat('x', 501))$$, '22023', 'text to search for is too long');

-- a changed name is found, the session's settings stay
UPDATE client SET last_name = 'Vang' WHERE client_id = 2;
SELECT is(pg_temp.ids('maria vang'), '{2}', 'a new name');
SELECT is(current_setting('plan_cache_mode') || current_setting('max_parallel_workers_per_gather'),
	(SELECT string_agg(reset_val, '' ORDER BY name DESC) FROM pg_settings WHERE name IN ('plan_cache_mode', 'max_parallel_workers_per_gather')), 'settings do not leak');

SELECT * FROM finish();
ROLLBACK;
