-- Recurrences in SQL. What the rules mean is tested by test/t/recurrence.pl; here: arguments, errors, estimates, words.
BEGIN;
SET LOCAL search_path = hmis, clienttrack, public;
SELECT no_plan();
\set QUIET on

-- What DBAs and apps would type.
SELECT is(ARRAY(SELECT rrule_dates('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', '2026-11-02', '2026-11-01', '2026-11-30')),
	'{2026-11-02,2026-11-05,2026-11-16,2026-11-19,2026-11-30}'::date[], 'in the select list');
SELECT is(ARRAY(SELECT d FROM rrule_dates('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', '2026-11-02', '2026-11-01', '2026-11-30') d),
	'{2026-11-02,2026-11-05,2026-11-16,2026-11-19,2026-11-30}'::date[], 'in FROM');
SELECT is(ARRAY(SELECT rrule_dates('rrule:count=3;freq=daily', '2026-11-02', '-infinity', 'infinity')), '{2026-11-02,2026-11-03,2026-11-04}'::date[],
	'an open window, with the prefix, in lower case and another order');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=DAILY;UNTIL=20261103T120000Z', '2026-11-02', '2026-11-01', 'infinity')), '{2026-11-02,2026-11-03}'::date[],
	'the day of UNTIL is included, whatever the time');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=WEEKLY;COUNT=3', '2026-11-02', '2026-11-01', '2026-12-31', '{2026-12-25,2026-11-04,2026-11-04}', '{2026-11-09,2027-01-01}')),
	'{2026-11-02,2026-11-04,2026-11-16,2026-12-25}'::date[], 'dates added and left out');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=DAILY', '2026-11-02', '2026-11-01', '2026-11-02', '{2026-11-04,2026-10-31}', '{}')), '{2026-11-02}'::date[],
	'dates added outside the window');
SELECT is(rrule_next('FREQ=MONTHLY;BYDAY=2TU', '2026-01-01', '2026-11-10'), '2026-12-08'::date, 'the next one is after the day');
SELECT is(rrule_next('FREQ=MONTHLY;BYDAY=2TU', '2026-01-01', '2026-11-09'), '2026-11-10'::date, 'not on it');
SELECT is(rrule_next('FREQ=MONTHLY;BYDAY=2TU', '2026-01-01', '-infinity'), '2026-01-13'::date, 'the first of all');
SELECT is(rrule_next('FREQ=DAILY;COUNT=3', '2026-01-01', '2026-01-03'), NULL, 'none after the last');
SELECT is(rrule_next('FREQ=DAILY', '2026-01-01', 'infinity'), NULL, 'none after infinity');
SELECT is(rrule_next('FREQ=DAILY', '2026-01-01', '5874897-12-31'), NULL, 'none after the last date there is');
SELECT is(rrule_next('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01', '2026-01-03'), NULL, 'none of a rule that never falls');
SELECT ok(rrule_contains('FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '2000-01-01', '2026-11-26'), 'Thanksgiving');
SELECT ok(NOT rrule_contains('FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '2000-01-01', '2026-11-19'), 'no Thanksgiving');
SELECT ok(NOT rrule_contains('FREQ=DAILY', '2000-01-01', 'infinity') AND NOT rrule_contains('FREQ=DAILY', '2000-01-01', '-infinity'), 'infinity is no day');
SELECT is(rrule_count('FREQ=WEEKLY;COUNT=10', '2026-11-02'), 10::bigint, 'all');
SELECT is(rrule_count('FREQ=WEEKLY;COUNT=10', '2026-11-02', '2026-11-10'), 8::bigint, 'from a day on');
SELECT is(rrule_count('FREQ=DAILY', '2026-01-01', '2026-01-01', '2026-12-31', '{2027-01-01}', '{2026-02-01}'), 364::bigint, 'of a year without one day');
SELECT is(rrule_count('FREQ=DAILY', '0001-01-01', '-infinity', '5874897-12-31'), '5874897-12-31'::date - '0001-01-01'::date + 1::bigint, 'from the first day to the last');
SELECT is(rrule_normalize(rule), normal, rule) FROM (VALUES
	('rrule:byday=th,mo,mo;freq=weekly;interval=1;wkst=su;until=20261231T235959Z', 'FREQ=WEEKLY;UNTIL=20261231;BYDAY=MO,TH'),
	('FREQ=WEEKLY;WKST=SU;INTERVAL=02', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU'), ('FREQ=WEEKLY;WKST=MO;INTERVAL=2', 'FREQ=WEEKLY;INTERVAL=2'),
	('FREQ=MONTHLY;BYDAY=-1FR,+2TU,FR', 'FREQ=MONTHLY;BYDAY=FR,2TU,-1FR'), ('FREQ=MONTHLY;BYMONTHDAY=-1,15,+1', 'FREQ=MONTHLY;BYMONTHDAY=1,15,-1'),
	('COUNT=4;FREQ=YEARLY;BYSETPOS=-1,1;BYMONTH=12,2;BYDAY=MO', 'FREQ=YEARLY;COUNT=4;BYMONTH=2,12;BYDAY=MO;BYSETPOS=1,-1')) v (rule, normal);
SELECT ok(rrule_is_valid('FREQ=DAILY'), 'a rule');
SELECT ok(NOT rrule_is_valid(rule), 'no rule: ' || left(rule, 30)) FROM (VALUES (''), ('FREQ=HOURLY'), ('FREQ=DAILY;'), ('FREQ=YEARLY;BYMONTHDAY=15'),
	(repeat('FREQ=DAILY;', 100000)), ('FREQ=MONTHLY;BYMONTHDAY=' || repeat('1,', 1000000) || '32'), ('FREQ=täglich'), (E'FREQ=DAILY\n')) v (rule);
SELECT ok(rrule_is_valid('FREQ=MONTHLY;BYMONTHDAY=' || repeat('1,', 1000000) || '31'), 'a long list');

-- Nulls.
SELECT is_empty(format('SELECT rrule_dates(%s)', args), 'no rows of ' || args) FROM (VALUES ('NULL, now()::date, now()::date, now()::date'),
	('''FREQ=DAILY'', NULL, now()::date, now()::date'), ('''FREQ=DAILY'', now()::date, NULL, now()::date'), ('''FREQ=DAILY'', now()::date, now()::date, NULL')) v (args);
SELECT is_empty('SELECT * FROM rrule_dates(NULL, NULL, NULL, NULL)', 'no rows in FROM');
SELECT is(num_nulls(rrule_next(NULL, '2026-01-01', '2026-01-01'), rrule_contains('FREQ=DAILY', NULL, '2026-01-01'), rrule_count(NULL, '2026-01-01'),
	rrule_is_valid(NULL), rrule_normalize(NULL), rrule_describe(NULL), rrule_describe('FREQ=DAILY', NULL)), 7, 'null of null');

-- Errors.
SELECT throws_ok(format('SELECT count(*) FROM rrule_dates(%s) d', args), state, message, args) FROM (VALUES
	('''FREQ=WEEKLY;BYDAY=MO,XX'', ''2026-01-01'', ''2026-01-01'', ''2026-01-31''', '22P02',
		'invalid recurrence rule: BYDAY "XX" is not a weekday like MO, or 2MO for the second, -1MO for the last Monday'),
	('''FREQ=DAILY'', ''infinity'', ''2026-01-01'', ''2026-01-31''', '22008', 'a recurrence must start on a finite date'),
	('''FREQ=DAILY'', ''-infinity'', ''2026-01-01'', ''2026-01-31''', '22008', 'a recurrence must start on a finite date'),
	('''FREQ=DAILY'', ''0001-12-31 BC'', ''2026-01-01'', ''2026-01-31''', '22008', 'a recurrence must not start before the year 1'),
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''infinity''', '22023', 'a recurrence rule without an end needs a window with one'),
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''{2026-01-01,NULL}''', '22004', 'rdates must not contain nulls'),
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', NULL, ''{NULL}''', '22004', 'exdates must not contain nulls'),
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', ''{infinity}''', '22008', 'rdates must be finite'),
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''2026-01-02'', NULL, ''{-infinity}''', '22008', 'exdates must be finite')) v (args, state, message);
SELECT throws_ok(format('SELECT rrule_next(%s)', args), state, NULL, 'rrule_next ' || args) FROM (VALUES ('''x'', ''2026-01-01'', ''2026-01-01''', '22P02'),
	('''FREQ=DAILY'', ''infinity'', ''infinity''', '22008'), ('''FREQ=DAILY'', ''0001-01-01 BC'', ''2026-01-01''', '22008')) v (args, state);
SELECT throws_ok('SELECT rrule_contains(''x'', ''2026-01-01'', ''infinity'')', '22P02', NULL, 'rrule_contains of no rule');
SELECT throws_ok('SELECT rrule_contains(''FREQ=DAILY'', ''infinity'', ''2026-01-01'')', '22008', NULL, 'rrule_contains from infinity');
SELECT throws_ok('SELECT rrule_count(''FREQ=DAILY'', ''2026-01-01'')', '22023', NULL, 'rrule_count without an end');
SELECT throws_ok('SELECT rrule_normalize(''FREQ=DAILY;BYHOUR=9'')', '22P02',
	'invalid recurrence rule: BYHOUR is about the time of day, and recurrences are by days', 'rrule_normalize tells what is wrong');
SELECT throws_ok('SELECT rrule_describe(''FREQ=DAILY'', ''fr'')', '22023', 'there are no words for recurrence rules in that locale', 'a language without words');
SELECT throws_ok(format('SELECT rrule_describe(''FREQ=DAILY'', %L)', locale), '22023', NULL, 'no locale: ' || left(locale, 20))
	FROM (VALUES (''), ('x'), (repeat('en', 1000)), ('../../etc'), ('english please')) v (locale);

-- Odd windows and dates.
SELECT is_empty('SELECT rrule_dates(''FREQ=DAILY'', ''2026-01-01'', ''2026-01-02'', ''2026-01-01'')', 'a window that ends before it begins');
SELECT is_empty('SELECT rrule_dates(''FREQ=DAILY'', ''2026-01-01'', ''infinity'', ''2026-01-01'')', 'from infinity');
SELECT is_empty('SELECT rrule_dates(''FREQ=DAILY'', ''2026-01-01'', ''-infinity'', ''-infinity'')', 'to minus infinity');
SELECT is_empty('SELECT rrule_dates(''FREQ=DAILY'', ''2026-01-01'', ''4713-11-24 BC'', ''0001-01-01'')', 'before the start');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=YEARLY;BYWEEKNO=1', '0001-01-01', '0001-01-01', '0003-12-31')), '{0001-01-01,0001-12-31,0002-12-30,0003-12-29}'::date[],
	'the week of the first day of all');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=DAILY;INTERVAL=2147483647', '2026-01-01', '2026-01-01', '5874897-12-31')), '{2026-01-01}'::date[],
	'an interval longer than time');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=YEARLY;INTERVAL=2147483647', '2026-01-01', '-infinity', '5874897-12-31')), '{2026-01-01}'::date[],
	'or of two billion years');
SELECT is(ARRAY(SELECT rrule_dates('FREQ=YEARLY', '2026-12-31', '5874896-12-31', '5874897-12-31')), '{5874896-12-31,5874897-12-31}'::date[], 'the last day of all');

-- Sets that are not read to the end do not disturb the next.
SELECT is(ARRAY(SELECT (SELECT rrule_dates('FREQ=DAILY', '2026-01-01'::date + i, '2026-01-01', '2026-12-31') LIMIT 1) FROM generate_series(0, 2) i),
	'{2026-01-01,2026-01-02,2026-01-03}'::date[], 'the first of each');
SELECT is(ARRAY(SELECT d FROM generate_series(0, 2) i, LATERAL (SELECT rrule_dates('FREQ=DAILY', '2026-01-01', '2026-01-01', '2026-01-05', ARRAY['2026-01-01'::date + i], ARRAY['2026-01-02'::date]) AS d LIMIT 2) s),
	'{2026-01-01,2026-01-03,2026-01-01,2026-01-03,2026-01-01,2026-01-03}'::date[], 'with lists of dates');
SELECT is((SELECT count(*) FROM (SELECT rrule_dates('FREQ=DAILY;COUNT=2', '2026-01-01', '2026-01-01', 'infinity'), rrule_dates('FREQ=WEEKLY;COUNT=3', '2026-01-01', '2026-01-01', 'infinity')) s),
	3::bigint, 'two sets side by side');
SELECT is((SELECT rrule_dates('FREQ=DAILY', '2026-01-01', '2026-01-01', '5874897-12-31') LIMIT 1), '2026-01-01'::date, 'the first of billions, at once');

-- A long way can be canceled.
CREATE FUNCTION pg_temp.is_canceled(query text) RETURNS boolean LANGUAGE plpgsql AS $$
-- Tells whether the statement timeout ends a query.
BEGIN
	EXECUTE query;
	RETURN false;
EXCEPTION WHEN query_canceled THEN
	RETURN true;
END
$$;
SET LOCAL statement_timeout = '50ms';
SELECT ok(pg_temp.is_canceled('SELECT rrule_count(''FREQ=DAILY;COUNT=2147483647;BYDAY=MO'', ''2026-01-01'', ''5874897-12-31'')'), 'canceled while it counts');
SET LOCAL statement_timeout = '50ms';
SELECT ok(pg_temp.is_canceled('SELECT count(*) FROM rrule_dates(''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''5874897-12-31'') d'), 'canceled while it stores');
RESET statement_timeout;

-- What the planner expects.
CREATE FUNCTION pg_temp.expected_rows(query text) RETURNS int LANGUAGE plpgsql AS $$
-- Returns how many rows the planner expects of a query.
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan->0->'Plan'->>'Plan Rows';
END
$$;
SELECT is(pg_temp.expected_rows('SELECT * FROM rrule_dates(' || args || ')'), expected, 'the planner expects ' || expected || ' of ' || args) FROM (VALUES
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''2026-12-31''', 365), ('''FREQ=WEEKLY;BYDAY=MO,WE,FR'', ''2026-01-01'', ''2026-01-01'', ''2026-12-31''', 156),
	('''FREQ=MONTHLY;BYDAY=2TU'', ''1926-01-01'', ''2026-01-01'', ''2030-12-31''', 60), ('''FREQ=DAILY;COUNT=7'', ''2026-01-01'', ''2026-01-01'', ''2126-12-31''', 7),
	('''FREQ=DAILY'', ''2026-01-01'', ''2026-01-01'', ''2026-01-10'', ''{2027-01-01,2027-01-02}''', 12), ('''FREQ=DAILY'', ''2026-01-01'', current_date, current_date + 13', 14),
	('''FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'', ''2026-01-01'', ''2026-01-01'', ''5874897-12-31''', 1), ('NULL, ''2026-01-01'', ''2026-01-01'', ''2026-12-31''', 1),
	('''FREQ=DAILY;UNTIL=20260103'', ''2026-01-01'', ''2026-01-01'', ''infinity''', 3), ('''no rule'', ''2026-01-01'', ''2026-01-01'', ''2026-12-31''', 52)) v (args, expected);
SELECT is(pg_temp.expected_rows('SELECT d FROM (VALUES (''FREQ=DAILY'', date ''2026-01-01''), (''FREQ=DAILY'', date ''2026-01-02'')) v (r, s), rrule_dates(r, s, s, s + 10) d'),
	2 * 53, 'without knowing the arguments, a year of weeks each');

-- Words.
SELECT is(rrule_describe(rule, locale), words, words) FROM (VALUES
	('FREQ=DAILY', 'every day', 'cada día'), ('FREQ=DAILY;INTERVAL=3;COUNT=1', 'every 3 days, only once', 'cada 3 días, una sola vez'),
	('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20261231', 'every 2 weeks on Monday and Thursday, until December 31, 2026',
		'cada 2 semanas los lunes y los jueves, hasta el 31 de diciembre de 2026'),
	('FREQ=WEEKLY;BYDAY=SU', 'every week on Sunday', 'cada semana los domingos'), ('FREQ=MONTHLY;BYDAY=SA', 'every month on every Saturday', 'cada mes todos los sábados'),
	('FREQ=MONTHLY;BYMONTHDAY=1,15,-1', 'every month on the 1st, the 15th, and the last day', 'cada mes el día 1, el día 15 y el último día'),
	('FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR,MO;COUNT=1234', 'every month on the 13th, only if it is Monday or Friday, 1,234 times',
		'cada mes el día 13, solo si es lunes o viernes, 1,234 veces en total'),
	('FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1,1', 'every month on every Monday and every Friday, and of these only the 1st day and the last day',
		'cada mes todos los lunes y todos los viernes, y de estos solo el primer día y el último día'),
	('FREQ=MONTHLY;BYDAY=1MO,3TU,-1FR,-2FR', 'every month on the 1st Monday, the 3rd Tuesday, the last Friday, and the second-to-last Friday',
		'cada mes el primer lunes, el tercer martes, el último viernes y el penúltimo viernes'),
	('FREQ=YEARLY;BYMONTH=3,12;BYMONTHDAY=-2', 'every year in March and December on the second-to-last day',
		'cada año en marzo y diciembre el penúltimo día'),
	('FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO;WKST=SU', 'every year in week 20 and the last week of the year on Monday, with weeks that begin on Sunday',
		'cada año en la semana 20 y la última semana del año los lunes, con semanas que empiezan el domingo'),
	('FREQ=YEARLY;BYYEARDAY=100,-3', 'every year on day 100 of the year and the 3rd-to-last day of the year',
		'cada año el día 100 del año y el tercer día del año contando desde el último'),
	('FREQ=YEARLY;BYDAY=20MO,-4WE', 'every year on the 20th Monday of the year and the 4th-to-last Wednesday of the year',
		'cada año el vigésimo lunes del año y el cuarto miércoles del año contando desde el último'),
	('FREQ=DAILY;INTERVAL=2;BYDAY=SA,WE', 'every 2 days, only if it is Wednesday or Saturday', 'cada 2 días, solo si es miércoles o sábado')) v (rule, english, spanish),
	LATERAL (VALUES ('en', english), ('es-MX', spanish)) w (locale, words);
SELECT is(rrule_describe('FREQ=WEEKLY;UNTIL=20261231', 'en_GB'), 'every week, until 31 December 2026', 'dates as they are written in the country');
SELECT is(rrule_describe('FREQ=WEEKLY;UNTIL=20261231', 'es'), 'cada semana, hasta el 31 de diciembre de 2026', 'a language without country');
SELECT is(rrule_describe('FREQ=WEEKLY;UNTIL=00010101'), 'every week, until January 1, 1', 'a date of the first year');
SELECT ok(length(rrule_describe('FREQ=YEARLY;BYYEARDAY=' || (SELECT string_agg(i || ',-' || i, ',') FROM generate_series(1, 366) i)
	|| ';BYDAY=' || (SELECT string_agg(i || d || ',-' || i || d, ',') FROM generate_series(1, 53) i, unnest('{MO,TU,WE,TH,FR,SA,SU}'::text[]) d)
	|| ';BYSETPOS=' || (SELECT string_agg(i || ',-' || i, ',') FROM generate_series(1, 366) i), 'es')) > 50000, 'all that can be said');
SELECT * FROM finish();
ROLLBACK;
