-- Installing, migrating and uninstalling schemas.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE EXTENSION IF NOT EXISTS clienttrack;

-- One for work and one for training, in one database.
CALL clienttrack.install('work');
CALL clienttrack.install('training');
SELECT n.nspname, clienttrack.is_installed(n.nspname) FROM pg_namespace n WHERE n.nspname IN ('work', 'training', 'public') ORDER BY 1;
SELECT (SELECT version FROM work.schema_version) = clienttrack.version() AS current;

-- What is in one is not in the other.
INSERT INTO work.organization (organization_name) VALUES ('Harbor Homes');
SELECT (SELECT count(*) FROM work.organization) AS work, (SELECT count(*) FROM training.organization) AS training;

-- A schema is installed once, under a name of its own, and nobody else's things are in it.
CALL clienttrack.install('work');
CALL clienttrack.install('public');
CALL clienttrack.install('pg_work');
CREATE SCHEMA busy;
CREATE TABLE busy.something (a int);
CALL clienttrack.install('busy');
DROP SCHEMA busy CASCADE;

-- migrate() puts back what somebody took away, and leaves what somebody added.
ALTER TABLE work.client ADD COLUMN locker_number int;
DROP TRIGGER guard_insert ON work.client_service;
CALL clienttrack.migrate('work');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'work.client_service'::regclass AND tgname = 'guard_insert';
SELECT locker_number FROM work.client;
CALL clienttrack.migrate('nowhere');

-- The code goes, the data stays; and the code comes back.
\set VERBOSITY terse
DROP EXTENSION clienttrack;
\set VERBOSITY default
SET client_min_messages = error;
DROP EXTENSION clienttrack CASCADE;
SET client_min_messages = warning;
SELECT organization_name FROM work.organization;
CREATE EXTENSION clienttrack;
CALL clienttrack.migrate('work');
CALL clienttrack.migrate('training');

-- A schema that holds services is not dropped by mistake.
INSERT INTO work.program (program_id, organization_id, program_name) SELECT 1, organization_id, 'Drop-in centre' FROM work.organization;
INSERT INTO work.service (service_id, service_code, service_name) VALUES (1, 'MEAL', 'Hot meal');
INSERT INTO work.client (client_id) VALUES (1);
INSERT INTO work.enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (1, 1, 1, '2024-01-01');
INSERT INTO work.client_service (client_id, service_id, program_id, enrollment_id, date_provided) VALUES (1, 1, 1, 1, '2024-01-01');
CALL clienttrack.uninstall('work');
CREATE TABLE training.own_list (a int);
CALL clienttrack.uninstall('training');
DROP TABLE training.own_list;
SET client_min_messages = error;
CALL clienttrack.uninstall('training');
CALL clienttrack.uninstall('work', even_with_services => true);
CALL clienttrack.uninstall('work');
