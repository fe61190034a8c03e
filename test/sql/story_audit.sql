-- What the audit tells: one client, from the first day to the disposal of the data.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset format unaligned
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('story_audit');
SET search_path = story_audit;

INSERT INTO organization (organization_name) VALUES ('Harbor Homes');
INSERT INTO program (organization_id, program_name) VALUES (1, 'Drop-in centre');
INSERT INTO service (service_code, service_name) VALUES ('MEAL', 'Hot meal');
CREATE VIEW story AS
SELECT table_name, operation, row_key, client_id, organization_id, old_values - '{date_created,date_updated}'::text[] AS old_values,
	new_values - '{date_created,date_updated}'::text[] AS new_values
FROM audit_event ORDER BY audit_event_id;

-- Each statement of each writer is told, with what it changed and nothing more.
INSERT INTO client (first_name, last_name, dob) VALUES ('Ana', 'Núñez', '1980-02-29');
INSERT INTO enrollment (client_id, program_id, entry_date, household_id) VALUES (1, 1, '2024-01-01', 1);
INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, unit_value)
	VALUES (1, 1, 1, 1, '2024-01-02', 2, 3.50);
UPDATE client_service SET units = 1, comments = 'second helping given back';
UPDATE client_service SET units = 1;
DELETE FROM client_service;
SELECT * FROM story;

-- What was refused leaves no trace.
INSERT INTO client_service (client_id, service_id, program_id, date_provided) VALUES (1, 1, 1, '2024-01-02');
SELECT count(*) FROM story;

-- Nobody changes the record, its owner neither.
UPDATE audit_event SET user_id = 1;
DELETE FROM audit_event;
TRUNCATE audit_event;

-- Later transactions find their place in the index by time too, in blocks that it has summed up before.
INSERT INTO client (client_id) SELECT 1000 + i FROM generate_series(1, 3000) i;
SELECT bool_and(brin_summarize_new_values(i.indexrelid::regclass) >= 0) AS summed_up
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE a.amname = 'brin' AND i.indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_event'::regclass);
SELECT clock_timestamp() AS later \gset
INSERT INTO client (client_id) SELECT 5000 + i FROM generate_series(1, 3000) i;
INSERT INTO client (client_id) VALUES (9001);
BEGIN;
DROP INDEX audit_event_client;
SET LOCAL enable_seqscan = off;
SELECT count(*) FROM audit_event WHERE event_time > :'later';
ROLLBACK;

-- When the data of the client are disposed of, what became of which row stays known.
SELECT clienttrack.redact_audit('story_audit', 1);
SELECT * FROM story LIMIT 7;

SET client_min_messages = error;
CALL clienttrack.uninstall('story_audit', even_with_services => true);
