-- authorization_instances() and what authorizations grant, against a day-by-day judge in SQL, over seeded random authorizations.
BEGIN;
SELECT no_plan();
\ir seed.psql
SELECT setseed(0.20261122) \g /dev/null
ALTER TABLE client_service DISABLE TRIGGER guard_insert; -- dates before the enrollment, too

-- Authorizations of client 1 that begin, recur and end in all ways.
INSERT INTO service_authorization (client_id, service_id, begin_date, end_date, recurrence, recurrence_start, units, max_units, authorization_status)
SELECT 1, 1, b.begin_date, b.begin_date + (random() * CASE WHEN i % 10 = 0 THEN 9000 ELSE 60 END)::int, (ARRAY['FREQ=DAILY', 'FREQ=DAILY;INTERVAL=3', 'FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=MO,TH,SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU',
	'FREQ=MONTHLY;BYMONTHDAY=1,15,-1', 'FREQ=MONTHLY;BYDAY=2TU,-1FR', 'FREQ=DAILY;COUNT=5', 'FREQ=WEEKLY;UNTIL=20240120', 'FREQ=MONTHLY;BYMONTHDAY=31', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', NULL])[1 + i % 12],
	CASE WHEN i % 3 = 0 THEN b.begin_date - (random() * 30)::int END, (random() * 3 + 0.5)::numeric(14, 1), CASE WHEN i % 7 = 0 THEN 10 END, CASE WHEN i % 11 = 0 THEN 'pending' ELSE 'approved' END
FROM generate_series(1, 400) i, LATERAL (SELECT date '2024-01-01' + (random() * 30)::int + i * 0 AS begin_date) b;
-- Exceptions, sensible and not: skipped or moved days that are none of the rule, added days outside.
INSERT INTO authorization_exception (service_authorization_id, client_id, exception_type, due_date, new_date)
SELECT DISTINCT ON (service_authorization_id, due_date) * FROM (
	SELECT DISTINCT ON (service_authorization_id, new_date) * FROM (
		SELECT a.service_authorization_id, 1, v.exception_type, CASE WHEN v.exception_type <> 'add' THEN v.due_date END AS due_date, CASE WHEN v.exception_type <> 'skip' THEN v.new_date END AS new_date
		FROM service_authorization a, generate_series(1, 4) n, LATERAL (SELECT (ARRAY['skip', 'move', 'add'])[1 + (random() * 2.99)::int % 3] AS exception_type,
			a.begin_date - 2 + (random() * (a.end_date - a.begin_date + 4))::int AS due_date, a.begin_date - 2 + (random() * (a.end_date - a.begin_date + 4))::int + n * 0 AS new_date) v
		WHERE a.service_authorization_id % 2 = 0) x WHERE new_date IS NOT NULL OR due_date IS NOT NULL ORDER BY service_authorization_id, new_date) y
ORDER BY service_authorization_id, due_date;
-- Services that draw, where something is left.
DO $$
DECLARE
	a record;
BEGIN
	FOR a IN SELECT * FROM service_authorization WHERE authorization_status = 'approved' AND service_authorization_id % 5 <> 0 LOOP
		FOR i IN 1..8 LOOP
			INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, service_authorization_id)
			SELECT 1, 1, 11, 1, a.begin_date + (random() * (a.end_date - a.begin_date))::int, least(o.units_left, (random() * 3 + 0.1)::numeric(14, 1)), a.service_authorization_id
			FROM open_service_authorization o WHERE o.service_authorization_id = a.service_authorization_id;
		END LOOP;
	END LOOP;
END
$$;
ALTER TABLE client_service ENABLE TRIGGER guard_insert;

CREATE FUNCTION public.judged_instances(a service_authorization) RETURNS TABLE (due_date date, units numeric, units_delivered numeric, status text) LANGUAGE plpgsql AS $$
-- Returns the instances of an authorization, found day by day.
DECLARE
	rule text := coalesce(a.recurrence, 'FREQ=DAILY;COUNT=1');
	start date := CASE WHEN a.recurrence IS NULL THEN a.end_date ELSE a.recurrence_start END;
	excepted date[] := ARRAY(SELECT x.due_date FROM authorization_exception x WHERE x.service_authorization_id = a.service_authorization_id AND x.due_date IS NOT NULL);
	skipped date[] := ARRAY(SELECT x.due_date FROM authorization_exception x WHERE x.service_authorization_id = a.service_authorization_id AND x.exception_type = 'skip');
	added date[] := ARRAY(SELECT x.new_date FROM authorization_exception x WHERE x.service_authorization_id = a.service_authorization_id AND x.new_date IS NOT NULL);
	due date[] := '{}';
	ahead numeric := 0;
BEGIN
	FOR day IN 0..a.end_date - a.begin_date LOOP
		due_date := a.begin_date + day;
		IF rrule_contains(rule, start, due_date) AND due_date = ANY (skipped) THEN
			units := 0;
			units_delivered := 0;
			status := 'skipped';
			RETURN NEXT;
		END IF;
		IF due_date = ANY (added) OR (rrule_contains(rule, start, due_date) AND due_date <> ALL (excepted)) THEN
			due := due || due_date;
		END IF;
	END LOOP;
	units := a.units;
	FOR i IN 1..cardinality(due) LOOP
		SELECT ahead + coalesce(sum(s.units), 0) INTO units_delivered FROM client_service s WHERE s.service_authorization_id = a.service_authorization_id
		AND (s.date_provided >= due[i] OR i = 1) AND (i = cardinality(due) OR s.date_provided < due[i + 1]);
		ahead := CASE WHEN i < cardinality(due) THEN greatest(units_delivered - units, 0) ELSE 0 END;
		units_delivered := units_delivered - ahead;
		due_date := due[i];
		status := CASE WHEN units_delivered >= units THEN 'delivered' WHEN units_delivered > 0 THEN 'partly' WHEN due_date < current_date THEN 'missed' ELSE 'planned' END;
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE TEMP TABLE judged AS SELECT a.service_authorization_id, a.authorization_status, j.* FROM service_authorization a, public.judged_instances(a) j;
SELECT cmp_ok((SELECT count(*) FROM judged WHERE status <> 'missed'), '>', 1000::bigint, 'enough to judge');
SELECT is((SELECT count(DISTINCT status) FROM judged), 5::bigint, 'of all kinds');
SELECT set_eq($$SELECT service_authorization_id, due_date, units, units_delivered, status FROM authorization_instances('-infinity', 'infinity', ARRAY(SELECT service_authorization_id FROM service_authorization))$$,
	'SELECT service_authorization_id, due_date, units, units_delivered, status FROM judged', 'the instances of all');
SELECT set_eq('SELECT service_authorization_id, due_date, status FROM authorization_instances(''-infinity'', ''infinity'')', 'SELECT service_authorization_id, due_date, status FROM judged WHERE authorization_status = ''approved''', 'of those that are approved');
SELECT set_eq(format('SELECT service_authorization_id, due_date, units_delivered, status FROM authorization_instances(%L, %L)', w.first, w.last),
	format('SELECT service_authorization_id, due_date, units_delivered, status FROM judged WHERE authorization_status = ''approved'' AND due_date BETWEEN %L AND %L', w.first, w.last), format('from %s to %s', w.first, w.last))
FROM (SELECT date '2024-01-01' + (random() * 60)::int AS first, date '2024-01-10' + (random() * 90)::int AS last FROM generate_series(1, 30)) w;
SELECT is_empty('SELECT a.service_authorization_id, a.instances_authorized, count(j.*) FROM service_authorization a LEFT JOIN judged j ON j.service_authorization_id = a.service_authorization_id AND j.status <> ''skipped''
	GROUP BY a.service_authorization_id HAVING a.instances_authorized <> count(j.*) OR a.units_authorized <> least(a.max_units, a.units * count(j.*))', 'what each grants is what is due of it');
SELECT is_empty('SELECT a.service_authorization_id FROM service_authorization a WHERE a.units_drawn <> coalesce((SELECT sum(s.units) FROM client_service s WHERE s.service_authorization_id = a.service_authorization_id), 0)', 'the counters are what was given');
SELECT is((SELECT count(*) FROM authorization_instances('2024-01-01', '2024-12-31') WHERE status = 'delivered') > 300, true, 'much was given');
SELECT * FROM finish();
ROLLBACK;
