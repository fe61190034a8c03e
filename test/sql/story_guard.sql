-- The guard, for somebody who has only psql: plain statements on plain tables, and what the database says to them.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('story_guard');
SET search_path = story_guard;

-- An agency, its drop-in centre, a meal, and two people. Nobody is enrolled yet.
INSERT INTO organization (organization_id, organization_name) VALUES (1, 'Harbor Homes');
INSERT INTO program (program_id, organization_id, program_name) VALUES (1, 1, 'Drop-in centre');
INSERT INTO service (service_id, service_code, service_name) VALUES (1, 'MEAL', 'Hot meal');
INSERT INTO client (client_id, first_name, last_name, dob) VALUES (1, 'Ada', 'Moss', '1980-05-01'), (2, 'Ben', 'Ortiz', '1975-01-31');

-- A meal for somebody who is not enrolled.
INSERT INTO client_service (client_id, service_id, program_id, date_provided) VALUES (1, 1, 1, '2024-03-01');

-- Enrolled, it is recorded.
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (1, 1, 1, '2024-02-15'), (2, 2, 1, '2024-02-15');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 1, 1, '2024-03-01', 1);

-- COPY, as a script that loads old records would: one line is from before the entry, and the whole file is refused.
COPY client_service (client_id, service_id, program_id, date_provided, enrollment_id) FROM STDIN;
1	1	1	2024-03-02	1
2	1	1	2024-02-14	2
2	1	1	2024-03-02	2
\.
-- The same without that line.
COPY client_service (client_id, service_id, program_id, date_provided, enrollment_id) FROM STDIN;
1	1	1	2024-03-02	1
2	1	1	2024-03-02	2
\.
SELECT client_id, date_provided, units FROM client_service ORDER BY 1, 2;

-- Ada leaves on 1 March, says a clerk. But she ate on the 2nd.
UPDATE enrollment SET exit_date = '2024-03-01' WHERE enrollment_id = 1;
UPDATE enrollment SET exit_date = '2024-03-02' WHERE enrollment_id = 1;
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 1, 1, '2024-03-03', 1);

-- Ben is barred from the agency for a week. The notes are nobody's business.
SELECT bar_client(2, begin_date => '2024-03-04', end_date => '2024-03-11', organization_ids => '{1}', notes => 'threw a chair') IS NOT NULL AS barred;
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (2, 1, 1, '2024-03-04', 2);
\echo :LAST_ERROR_SQLSTATE
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (2, 1, 1, '2024-03-11', 2);

-- A storm: somebody with the right to makes an exception for one night.
SELECT override_bar((SELECT bar_id FROM bar), '2024-03-08', '2024-03-08', 'Severe weather') IS NOT NULL AS excepted;
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (2, 1, 1, '2024-03-08', 2);

-- A bar of level warn does not refuse. It says so.
SELECT bar_client(2, begin_date => '2024-04-01', covers_all => true, bar_level => 'warn') IS NOT NULL AS warned;
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (2, 1, 1, '2024-04-02', 2);

-- A bar that is entered after the fact leaves what was recorded, and says so.
SELECT bar_client(2, begin_date => '2024-04-01', program_ids => '{1}') IS NOT NULL AS barred;

-- A bar says what from, at the latest when the transaction ends.
BEGIN;
INSERT INTO bar (bar_id, client_id, begin_date) VALUES (100, 1, '2024-05-01');
COMMIT;
BEGIN;
INSERT INTO bar (bar_id, client_id, begin_date) VALUES (100, 1, '2024-05-01');
INSERT INTO bar_scope (bar_id, covers_all) VALUES (100, true);
COMMIT;

-- A coat is given once a day.
INSERT INTO service (service_id, service_code, service_name, duplicate_rule) VALUES (2, 'COAT', 'Winter coat', 'once_per_day'), (3, 'SOCKS', 'Socks', 'warn');
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 2, 1, '2024-03-02', 1);
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 2, 1, '2024-03-02', 1);
-- Socks as often as wanted, with a word of warning.
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 3, 1, '2024-03-02', 1);
INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id) VALUES (1, 3, 1, '2024-03-02', 1);

-- Nothing that services stand on goes away.
DELETE FROM enrollment WHERE enrollment_id = 2;
DELETE FROM service WHERE service_id = 1;
TRUNCATE enrollment CASCADE;

CALL clienttrack.uninstall('story_guard', even_with_services => true);
