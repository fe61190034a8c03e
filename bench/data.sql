-- Ensures that there is an agency of realistic size to measure with, the same at every run:
--
--	:clients clients; an enrollment of each in program 1, whose enrollment_id is the client_id, and up to two more in
--	nine other programs; a scan card each, 'C' and the client_id; a service each in the past;
--	40 services, ten of them with offerings and three restricted to some organizations;
--	bars of every thousandth client: from program 1, in force; and of every thousandth and 500th: past, lifted or elsewhere.
--
-- Rows are written without triggers and foreign keys, for speed; they obey the rules. Needs the extension and an
-- installed schema hmis. Everybody is identified by number: clients whose client_id is no multiple of 1000 may be served.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET session_replication_role = replica;
SET synchronous_commit = off;
SELECT setseed(0.5);

INSERT INTO hmis.organization (organization_id, organization_name)
SELECT n, 'Organization ' || n FROM generate_series(1, 5) n;
INSERT INTO hmis.hmis_user (user_id, user_first_name) SELECT n, 'User ' || n FROM generate_series(1, 20) n;
INSERT INTO hmis.program (program_id, organization_id, program_name, project_type)
SELECT n, 1 + (n - 1) % 5, 'Program ' || n, (ARRAY[11, 1, 0, 6, 13])[1 + (n - 1) % 5] FROM generate_series(1, 10) n;
INSERT INTO hmis.location (location_id, organization_id, location_name)
SELECT n, 1 + (n - 1) % 5, 'Location ' || n FROM generate_series(1, 10) n;
INSERT INTO hmis.service_group (service_group_id, service_group_code, service_group_name) VALUES (1, 'BASIC', 'Basic needs');
INSERT INTO hmis.service (service_id, service_group_id, service_code, service_name, duplicate_rule, min_interval)
SELECT n, 1, 'S' || n, 'Service ' || n, CASE n WHEN 2 THEN 'once_per_day' WHEN 3 THEN 'min_interval' ELSE 'allow' END,
	CASE n WHEN 3 THEN interval '5 minutes' END
FROM generate_series(1, 40) n;
INSERT INTO hmis.service_offering (service_id, program_id, unit_value, begin_date)
SELECT n, 1, 2.50, current_date - 800 FROM generate_series(1, 10) n;
INSERT INTO hmis.service_offering (service_id, organization_id, location_id)
SELECT n, 1 + n % 5, 1 + n % 10 FROM generate_series(1, 10) n;
INSERT INTO hmis.service_organization (service_id, organization_id) SELECT n, 2 FROM generate_series(38, 40) n;

-- the GIN index of the names is no part of any case here
ALTER TABLE hmis.client DISABLE TRIGGER name_key;
ALTER TABLE hmis.client DISABLE TRIGGER sort_key;
INSERT INTO hmis.client (client_id, first_name, last_name, dob, sex, veteran_status, hud_elements, name_key, sort_key)
SELECT n, first_name, last_name, current_date - 7000 - (n * 7919 % 20000)::int, n % 2, 0, '{"HispanicLatinao": 0}',
	lower(first_name || ' ' || last_name), lower(last_name || ' ' || first_name)
FROM generate_series(1::bigint, :clients) n
CROSS JOIN LATERAL (SELECT 'First' || n * 31 % 1009 AS first_name, 'Last' || n * 17 % 20011 AS last_name) name;
ALTER TABLE hmis.client ENABLE TRIGGER name_key;
ALTER TABLE hmis.client ENABLE TRIGGER sort_key;

INSERT INTO hmis.enrollment (enrollment_id, client_id, program_id, household_id, entry_date, enrollment_coc, living_situation)
SELECT n, n, 1, n, current_date - 100 - (n * 104729 % 600)::int, 'XX-500', 116 FROM generate_series(1::bigint, :clients) n;
INSERT INTO hmis.enrollment (enrollment_id, client_id, program_id, household_id, entry_date, exit_date, destination)
SELECT 5000000 + row_number() OVER (), n, 2 + (random() * 8)::int, 5000000 + n, d.entry_date,
	CASE WHEN random() < 0.7 THEN d.entry_date + (random() * 90)::int END, 8
FROM generate_series(1::bigint, :clients) n CROSS JOIN generate_series(1, 2) k
CROSS JOIN LATERAL (SELECT current_date - 120 - (random() * 700)::int AS entry_date) d
WHERE (n + k) % (k + 1) = 0;
INSERT INTO hmis.scan_card (client_id, card_code) SELECT n, 'C' || n FROM generate_series(1::bigint, :clients) n;

INSERT INTO hmis.bar (bar_id, client_id, begin_date, end_date, lifted_date, lift_reason)
SELECT n, n, current_date - 200,
	CASE WHEN n % 1000 = 500 AND n % 3 = 0 THEN current_date - 100 END,
	CASE WHEN n % 1000 = 500 AND n % 3 = 1 THEN current_date - 100 END, CASE WHEN n % 1000 = 500 AND n % 3 = 1 THEN 'appeal' END
FROM generate_series(500, :clients, 500) n;
INSERT INTO hmis.bar_scope (bar_id, program_id) SELECT b.bar_id, CASE WHEN b.bar_id % 1000 = 500 AND b.bar_id % 3 = 2 THEN 2 ELSE 1 END FROM hmis.bar b;

INSERT INTO hmis.client_service (client_service_id, client_id, service_id, program_id, date_provided, enrollment_id, location_id,
	provided_by_user_id, unit_value)
SELECT n, n, 4 + n % 7, 1, current_date - 10 - (n * 7 % 90)::int, n, 1, 1 + n % 20, 2.50 FROM generate_series(1::bigint, :clients) n;

SELECT setval(pg_get_serial_sequence('hmis.' || name, name || '_id'), 10000000)
FROM unnest(ARRAY['organization', 'program', 'location', 'service', 'client', 'enrollment', 'bar', 'client_service']) AS name;
RESET session_replication_role;
-- the audit has a case of its own, and is switched off in the others
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
FROM pg_trigger t WHERE t.tgfoid = 'clienttrack.audit'::regproc \gexec
VACUUM (ANALYZE, FREEZE);
