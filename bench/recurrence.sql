-- Ensures that expanding recurrences costs little more than numbers do: against generate_series(int) plus date, in the select
-- list and in FROM, and against libical behind the same kind of function. As many dates on each side. A window a century
-- after the start costs no more than one near it; 100,000 authorizations expand in one call.
\set ON_ERROR_STOP on
CREATE TABLE bench.rule (name text PRIMARY KEY, rrule text NOT NULL, copies integer NOT NULL, days integer NOT NULL, dates integer, place integer GENERATED ALWAYS AS IDENTITY);
INSERT INTO bench.rule (name, rrule, copies, days) VALUES
	('DAILY', 'FREQ=DAILY;COUNT=10000', 100, 20000),
	('WEEKLY;BYDAY=MO,WE,FR', 'FREQ=WEEKLY;BYDAY=MO,WE,FR', 20000, 365),
	('MONTHLY;BYDAY=2TU', 'FREQ=MONTHLY;BYDAY=2TU', 20000, 1826),
	('MONTHLY;BYMONTHDAY=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1', 20000, 1826),
	('YEARLY;BYMONTH=1,6;BYDAY=MO-FR;BYSETPOS=-1', 'FREQ=YEARLY;BYMONTH=1,6;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 20000, 7305);
UPDATE bench.rule SET dates = clienttrack.rrule_count(rrule, '2026-01-01', '2026-01-01', date '2026-01-01' + days);
CREATE TABLE bench.recurrence AS
SELECT r.name, r.rrule, date '2026-01-01' AS dtstart, date '2026-01-01' + r.days AS last, r.dates
FROM bench.rule r, generate_series(1, r.copies) i;
CREATE TABLE bench.few_recurrences AS
SELECT f.* FROM bench.rule r, LATERAL (SELECT * FROM bench.recurrence c WHERE c.name = r.name LIMIT r.copies / 50) f;
VACUUM (ANALYZE) bench.recurrence, bench.few_recurrences;
SET jit = off;
SET max_parallel_workers_per_gather = 0;

-- OFFSET 0 keeps the dates from being counted without being made. libical, which asks ICU's calendar, gets a fiftieth of the rules.
INSERT INTO bench.side (benchmark, side, position, rows, statement)
SELECT 'recurrence', format('%s %s', s.side, r.name), r.place * 10 + s.position, r.copies * r.dates, format(s.statement, r.name)
FROM bench.rule r, (VALUES
	('series', 1, 'SELECT count(d) FROM (SELECT dtstart + generate_series(1, dates) AS d FROM bench.recurrence WHERE name = %L OFFSET 0) s'),
	('select', 2, 'SELECT count(d) FROM (SELECT clienttrack.rrule_dates(rrule, dtstart, dtstart, last) AS d FROM bench.recurrence WHERE name = %L OFFSET 0) s'),
	('lateral', 3, 'SELECT count(d) FROM bench.recurrence, LATERAL clienttrack.rrule_dates(rrule, dtstart, dtstart, last) AS d WHERE name = %L'),
	('few', 4, 'SELECT count(d) FROM (SELECT clienttrack.rrule_dates(rrule, dtstart, dtstart, last) AS d FROM bench.few_recurrences WHERE name = %L OFFSET 0) s'),
	('libical', 5, 'SELECT count(d) FROM (SELECT bench.libical_dates(rrule, dtstart, last) AS d FROM bench.few_recurrences WHERE name = %L OFFSET 0) s'))
	AS s (side, position, statement)
WHERE s.side NOT IN ('few', 'libical') OR to_regproc('bench.libical_dates') IS NOT NULL;

-- The start is a century before one window and in the other.
INSERT INTO bench.side (benchmark, side, position, statement)
SELECT 'recurrence', w.side || ' window ' || r.name, r.place * 10 + w.position, format('SELECT count(d) FROM (SELECT clienttrack.rrule_dates(%L, %L, ''2026-01-01'', ''2026-12-31'') AS d
	FROM generate_series(1, %s) OFFSET 0) s', replace(r.rrule, ';COUNT=10000', ''), w.dtstart, CASE WHEN r.name = 'DAILY' THEN 3000 ELSE 30000 END)
FROM bench.rule r, (VALUES ('near', 6, '2026-01-01'), ('far', 7, '1926-01-01')) AS w (side, position, dtstart);
SELECT bench.rounds('recurrence', :rounds) \gexec
SELECT format('CALL bench.compare(''recurrence'', %L, %L, %L, %s, ''both'')', format(c.words, r.name), c.side || r.name, c.against || r.name, c.at_most)
FROM bench.rule r, (VALUES
	(1, 'expand %s, select list: against generate_series(int) and date', 'select ', 'series ', '1.3'),
	(2, 'the same in LATERAL: against generate_series(int) and date in the select list', 'lateral ', 'series ', '2'),
	(3, 'the same, select list: against libical', 'few ', 'libical ', '0.08'),
	(4, 'expand %s in a window a century after the start: against one near it', 'far window ', 'near window ', '2'))
	AS c (place, words, side, against, at_most)
WHERE c.against <> 'libical ' OR to_regproc('bench.libical_dates') IS NOT NULL
ORDER BY c.place = 4, r.place, c.place \gexec

-- Authorizations of all clients: instances of a year, none given yet, and with 200,000 services given.
RESET max_parallel_workers_per_gather;
INSERT INTO hmis.service_authorization (client_id, service_id, begin_date, end_date, recurrence, authorization_status)
SELECT n, 1, '2025-01-01', '2025-12-31', CASE n % 3 WHEN 0 THEN 'FREQ=WEEKLY;BYDAY=MO,TH' WHEN 1 THEN 'FREQ=WEEKLY' ELSE 'FREQ=MONTHLY;BYDAY=2TU' END, 'approved'
FROM generate_series(1, :batch / 2) n;
VACUUM (ANALYZE) hmis.service_authorization;
INSERT INTO bench.side (benchmark, side, position, rows, statement) VALUES
	('authorizations', 'numbers', 1, 0, 'SELECT count(*) FROM (SELECT a.service_authorization_id, a.begin_date + generate_series(1, a.instances_authorized) FROM hmis.service_authorization a OFFSET 0) s'),
	('authorizations', 'dates', 2, 0, 'SELECT count(*) FROM (SELECT a.service_authorization_id, clienttrack.rrule_dates(a.recurrence, a.recurrence_start, ''2025-01-01'', ''2025-12-31'') FROM hmis.service_authorization a OFFSET 0) s'),
	('authorizations', 'instances', 3, 0, 'SELECT count(*) FROM hmis.authorization_instances(''2025-01-01'', ''2025-12-31'')');
UPDATE bench.side SET rows = (SELECT sum(instances_authorized) FROM hmis.service_authorization) WHERE benchmark = 'authorizations';
SELECT bench.rounds('authorizations', :rounds) \gexec
CALL bench.compare('authorizations', 'instances of all authorizations over a year, with what was given: against their dates alone', 'instances', 'dates');
CALL bench.compare('authorizations', 'the same, against as many numbers', 'instances', 'numbers');
DELETE FROM hmis.service_authorization;
