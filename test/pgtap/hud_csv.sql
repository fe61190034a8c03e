-- Taking comma-separated lines and HUD values apart.
SET client_min_messages = warning;
SET search_path = hmis, clienttrack, public;
SELECT no_plan();

-- fields
SELECT is(csv_fields('a,b,,"c"'), ARRAY['a', 'b', '', 'c'], 'plain, empty and quoted fields');
SELECT is(csv_fields(''), ARRAY[''], 'an empty line is one empty field');
SELECT is(csv_fields('"a,b","c""d",""'), ARRAY['a,b', 'c"d', ''], 'comma and doubled quote inside quotes');
SELECT is(csv_fields('"""C11""",1'), ARRAY['"C11"', '1'], 'tripled quotes are quotes in the value');
SELECT is(csv_fields('a"b,c'), ARRAY['a"b', 'c'], 'a quote inside an unquoted field is ordinary');
SELECT is(csv_fields('"abc'), NULL, 'an open quote is no record');
SELECT is(csv_fields('"a" b,c'), NULL, 'nor is a stray quote, strictly');
SELECT is(csv_fields('"a" b",c', true), ARRAY['a" b', 'c'], 'leniently it belongs to the value');
SELECT is(csv_fields('"""Last2 ""BAD DATA"""",x', true), ARRAY['"Last2 "BAD DATA""', 'x'], 'a run of quotes before a comma closes');
SELECT is(cardinality(csv_fields(repeat(',', 99999))), 100000, 'many fields');
SELECT is(length((csv_fields('"' || repeat('x', 1000000) || '"'))[1]), 1000000, 'a long field');

-- records
CREATE FUNCTION records(lines text[], field_count integer)
RETURNS TABLE (line_number bigint, problem text, rejected boolean, a text, b text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT * FROM csv_records(format('SELECT n, l FROM unnest(%L::text[]) WITH ORDINALITY AS u (l, n) ORDER BY n', lines),
		field_count, ARRAY[1, 2]) AS r (line_number bigint, problem text, rejected boolean, a text, b text);
END $$;
SELECT results_eq($$SELECT * FROM records(ARRAY['1,2', '3,""'], 2)$$,
	$$VALUES (1::bigint, NULL::text, false, '1', '2'), (2, NULL, false, '3', NULL)$$, 'records; an empty value is null');
SELECT results_eq($$SELECT * FROM records(ARRAY[E'1,2\r', '3,4'], 2)$$,
	$$VALUES (1::bigint, NULL::text, false, '1', '2'), (2, NULL, false, '3', '4')$$, 'CRLF and LF mixed');
SELECT results_eq($$SELECT * FROM records(ARRAY['1,"two', 'lines"', '3,4'], 2)$$,
	$$VALUES (1::bigint, NULL::text, false, '1', E'two\nlines'), (3, NULL, false, '3', '4')$$, 'a value over two lines');
SELECT results_eq($$SELECT * FROM records(ARRAY['1', '1,2,3', '1,2,,', '', ' ', '3,4'], 2)$$,
	$$VALUES (1::bigint, 'too_few_fields', true, NULL::text, NULL::text), (2, 'too_many_fields', true, NULL, NULL),
		(3, 'extra_fields', false, '1', '2'), (4, 'blank_row', true, NULL, NULL), (5, 'blank_row', true, NULL, NULL),
		(6, NULL, false, '3', '4')$$, 'too few, too many, empty surplus fields and blank lines');
SELECT results_eq($$SELECT * FROM records(ARRAY['1,"a "b" c"', '1,"x', '3,4'], 2)$$,
	$$VALUES (1::bigint, 'stray_quotes', false, '1', 'a "b" c'), (2, 'unterminated_quote', true, NULL, NULL), (3, NULL, false, '3', '4')$$,
	'a stray quote is read leniently; an open one costs its own line only');
SELECT is((SELECT count(*) FROM records(array_fill('1,2'::text, ARRAY[2500]), 2) WHERE problem IS NULL), 2500::bigint,
	'more lines than are fetched at a time');
SELECT is((SELECT count(*) FROM records(ARRAY['1,"open'] || array_fill('1,2'::text, ARRAY[2500]), 2) WHERE NOT rejected), 2500::bigint,
	'an open quote does not swallow the file');
SELECT throws_ok($$SELECT * FROM csv_records('SELECT 1::bigint, ''a''::text', 1, ARRAY[2]) AS r (n bigint, p text, j boolean, a text)$$,
	'22023', NULL, 'a field number that is not there');
SELECT throws_ok($$SELECT * FROM csv_records('SELECT 1::bigint, ''a''::text', 1, ARRAY[1]) AS r (n bigint, p text, j boolean, a integer)$$,
	'42804', NULL, 'another column definition list');
SELECT throws_ok($$SELECT * FROM csv_records('SELECT 1, 2', 1, ARRAY[1]) AS r (n bigint, p text, j boolean, a text)$$,
	'42804', NULL, 'a query of another shape');

-- bytes
SELECT is(csv_utf8(convert_from('Schröter'::bytea, 'LATIN1')), 'Schröter', 'UTF-8 that was taken for Latin-1');
SELECT is(csv_utf8('Schröter'), NULL, 'Latin-1 is no UTF-8');
SELECT is(csv_utf8('plain'), 'plain', 'ASCII is both');
SELECT is(csv_utf8('日本'), NULL, 'never Latin-1');

-- headers
SELECT is(hud_copy_columns('Export', U&'\FEFF"ExportID","SourceType"'), 'exportid, sourcetype', 'a header with byte order mark and quotes');
SELECT is(hud_copy_columns('ProjectCoC', 'ProjectCoCID,Zip,PROJECTID '), 'projectcocid, zip, projectid', 'any case, order and blanks');
SELECT is(hud_copy_columns('Client', 'PersonalID,LocalNumber'), NULL, 'an unknown column needs hud_parse()');
SELECT is(hud_copy_columns('Client', 'PersonalID,personalid'), NULL, 'so does one that is there twice');
SELECT is((SELECT count(*) FROM hud_column WHERE file = 'Client' AND layout <> '2024'), 38::bigint, 'Client has 38 columns in FY2026');
SELECT is((SELECT count(*) FROM hud_column WHERE file = 'Client' AND layout <> '2026'), 46::bigint, 'and 46 in FY2024');
SELECT is((SELECT count(*) FROM hud_column WHERE file = 'Enrollment' AND layout <> '2024'), 67::bigint, 'Enrollment has 67');
SELECT is((SELECT count(*) FROM hud_column WHERE file = 'Enrollment' AND layout <> '2026'), 71::bigint, 'and 71');
SELECT is((SELECT count(*) FROM hud_column c WHERE c.code_list IS NOT NULL AND NOT EXISTS (
	SELECT FROM hud_code l WHERE l.list = c.code_list)), 0::bigint, 'every list is there');

-- values
CREATE FUNCTION moment(value text) RETURNS TABLE (dob date, findings text[]) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE hmis.hud_client;
	INSERT INTO hmis.hud_client (personalid, dob) VALUES ('p', value);
	RETURN QUERY SELECT r.dob, (SELECT array_agg(r.findings[i + 1] ORDER BY i) FROM generate_series(1, cardinality(r.findings), 4) i
		WHERE r.findings[i] = 'DOB')
	FROM hud_read('hmis', 'Client', 0, false, '{}') AS r (dob date, findings text[]);
END $$;
SELECT results_eq(format('SELECT dob, findings[1] FROM moment(%L)', t.value), format('VALUES (%L::date, %L::text)', t.dob, t.finding),
	'date ' || t.value)
FROM (VALUES ('1981-05-06', '1981-05-06', NULL), (' 1981-05-06 ', '1981-05-06', NULL), ('2024-02-29', '2024-02-29', NULL),
	('1981-5-6', '1981-05-06', 'date_format'), ('1981/05/06', '1981-05-06', 'date_format'),
	('1981-05-06 00:00:00', '1981-05-06', 'date_format'), ('5/6/1981', '1981-05-06', 'date_format'),
	('7/14/81', '1981-07-14', 'date_format'), ('12-31-2015', '2015-12-31', 'date_format'), ('31-12-2015', '2015-12-31', 'date_format'),
	('22-09-15', '2015-09-22', 'date_format'), ('17-JUN-80', '1980-06-17', 'date_format'), ('17-Jun-1980', '1980-06-17', 'date_format'),
	('09/10/2015 9:39 PM', '2015-09-10', 'date_format'), ('03-11-21', NULL, 'date_ambiguous'), ('2023-02-29', NULL, 'date_unreadable'),
	('2023-13-01', NULL, 'date_unreadable'), ('0000-00-00', NULL, 'date_unreadable'), ('9999-12-31', NULL, 'date_range'),
	('0198-01-01', NULL, 'date_range'), ('infinity', NULL, 'date_unreadable'), ('1/2', NULL, 'date_unreadable'),
	('1981-05-06x', NULL, 'date_unreadable'), ('-', NULL, 'date_unreadable'), ('44197', NULL, 'date_unreadable'),
	('1981-05-06 25:00:00', NULL, 'date_unreadable')) AS t (value, dob, finding);

CREATE FUNCTION amount_value(value text) RETURNS TABLE (fa_amount numeric, findings text[]) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE hmis.hud_services;
	INSERT INTO hmis.hud_services (servicesid, recordtype, typeprovided, faamount) VALUES ('s', '152', '1', value);
	RETURN QUERY SELECT r.fa_amount, (SELECT array_agg(r.findings[i + 1] ORDER BY i) FROM generate_series(1, cardinality(r.findings), 4) i
		WHERE r.findings[i] = 'FAAmount')
	FROM hud_read('hmis', 'Services', 0, false, '{}') AS r (fa_amount numeric, findings text[]);
END $$;
SELECT results_eq(format('SELECT fa_amount, findings[1] FROM amount_value(%L)', t.value), format('VALUES (%L::numeric, %L::text)', t.amount, t.finding),
	'amount ' || t.value)
FROM (VALUES ('850.00', '850.00', NULL), ('0.05', '0.05', NULL), ('-12.50', '-12.50', NULL), ('1800', '1800', 'money_format'),
	('163.9', '163.90', 'money_format'), ('$1,800.00', '1800.00', 'money_format'), ('1.2300', '1.23', 'money_format'),
	('1.234', NULL, 'money_unreadable'), ('.5', NULL, 'money_unreadable'), (',', NULL, 'money_unreadable'), ('-', NULL, 'money_unreadable'),
	('NaN', NULL, 'money_unreadable'), ('1e9', NULL, 'money_unreadable'), ('99999999999.00', NULL, 'money_range'),
	(repeat('9', 400), NULL, 'money_range')) AS t (value, amount, finding);

CREATE FUNCTION integer_value(value text) RETURNS TABLE (sex smallint, findings text[]) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE hmis.hud_client;
	INSERT INTO hmis.hud_client (personalid, sex) VALUES ('p', value);
	RETURN QUERY SELECT r.sex, (SELECT array_agg(r.findings[i + 1] ORDER BY i) FROM generate_series(1, cardinality(r.findings), 4) i
		WHERE r.findings[i] = 'Sex')
	FROM hud_read('hmis', 'Client', 0, false, '{}') AS r (sex smallint, findings text[]);
END $$;
SELECT results_eq(format('SELECT sex, findings FROM integer_value(%L)', t.value), format('VALUES (%L::smallint, %L::text[])', t.sex, t.findings),
	'integer ' || t.value)
FROM (VALUES ('1', 1, NULL), ('01', 1, NULL), ('1.0', 1, '{number_format}'), ('7', 7, '{not_in_list}'), ('-1', NULL, '{number_unreadable}'),
	('1.5', NULL, '{number_unreadable}'), ('x', NULL, '{number_unreadable}'), ('40000', NULL, '{number_range}'),
	(repeat('9', 100), NULL, '{number_range}'), ('"1"', 1, '{extra_quotes}')) AS t (value, sex, findings);

-- rows
TRUNCATE hud_client;
INSERT INTO hud_client (personalid, firstname, ssn, dob, hispaniclatinaeo, woman, additionalraceethnicity, white, exportid)
VALUES ('p1', repeat('x', 60), '0001', 'no date', '1', '1', 'a <b>', 'yes', 'X9'), ('', ' ', NULL, '""', NULL, NULL, NULL, NULL, NULL);
CREATE TEMP TABLE read AS
SELECT * FROM hud_read('hmis', 'Client', 0, false, '{X1}') AS r (line_number bigint, hud_id text, first_name text, ssn text, dob date,
	findings text[], rejected boolean, hud_elements jsonb, row_hash bigint, staging_row tid);
CREATE TEMP TABLE found AS
SELECT r.line_number, r.findings[i] AS column_name, r.findings[i + 1] AS check_name, r.findings[i + 2] AS severity, r.findings[i + 3] AS value
FROM read r, generate_series(1, cardinality(r.findings), 4) i;
SELECT is((SELECT hud_elements FROM read WHERE hud_id = 'p1'),
	'{"HispanicLatinao": 1, "Woman": 1, "AdditionalRaceEthnicity": "a <b>", "White": "yes"}', 'elements without a column of their own, by their names of today');
SELECT is((SELECT ssn FROM read WHERE hud_id = 'p1'), '0001', 'leading zeros stay');
SELECT set_has('SELECT column_name, check_name FROM found WHERE line_number = 2',
	$$VALUES ('FirstName', 'too_long'), ('DOB', 'date_unreadable'), ('AdditionalRaceEthnicity', 'impermissible_character'),
		('White', 'number_unreadable'), ('ExportID', 'export_id'), ('DateCreated', 'missing_value')$$, 'what is wrong with the row');
SELECT is((SELECT array_agg(DISTINCT value) FROM found WHERE column_name IN ('FirstName', 'DOB', 'SSN')), ARRAY[NULL::text],
	'names, birth dates and SSN are not quoted');
SELECT is((SELECT value FROM found WHERE column_name = 'White' AND line_number = 2), 'yes', 'other values are');
SELECT results_eq('SELECT rejected, findings FROM read WHERE hud_id IS NULL', $$VALUES (true, '{NULL,blank_row,warning,NULL}'::text[])$$,
	'a row of empty values is blank');
SELECT is((SELECT array_agg(line_number ORDER BY line_number) FROM read), ARRAY[2, 3]::bigint[], 'rows are counted below a header');
UPDATE hud_client SET exportid = 'X2';
SELECT is((SELECT r.row_hash FROM hud_read('hmis', 'Client', 0, false, '{}') AS r (hud_id text, row_hash bigint) WHERE hud_id = 'p1'),
	(SELECT row_hash FROM read WHERE hud_id = 'p1'), 'the hash does not change with the export');
UPDATE hud_client SET woman = '0';
SELECT isnt((SELECT r.row_hash FROM hud_read('hmis', 'Client', 0, false, '{}') AS r (hud_id text, row_hash bigint) WHERE hud_id = 'p1'),
	(SELECT row_hash FROM read WHERE hud_id = 'p1'), 'but with a value');
SELECT throws_ok($$SELECT * FROM hud_read('hmis', 'Nonsense', 0, false, '{}') AS r (hud_id text)$$, '22023', NULL, 'an unknown file');
SELECT throws_ok($$SELECT * FROM hud_read('hmis', 'Client', 0, false, '{}') AS r (nonsense text)$$, '42703', NULL, 'an unknown column');
SELECT is_empty($$SELECT * FROM hud_read('hmis', 'Exit', 0, false, '{}') AS r (hud_id text)$$, 'no rows of an empty table');

SELECT * FROM finish();
