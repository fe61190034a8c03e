-- A day at a drop-in centre: lunch and showers for many people at once.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('story_batch');
SET search_path = story_batch;

INSERT INTO organization (organization_id, organization_name) VALUES (1, 'Harbor Homes');
INSERT INTO program (program_id, organization_id, program_name) VALUES (1, 1, 'Drop-in centre');
INSERT INTO hmis_user (user_id, user_first_name) VALUES (1, 'Grace');
INSERT INTO service (service_id, service_code, service_name, default_unit_value) VALUES (1, 'MEAL', 'Hot meal', 3.50), (2, 'SHOWER', 'Shower', 0);
INSERT INTO client (client_id, first_name, last_name) VALUES
	(1, 'Ada', 'Moss'), (2, 'Ben', 'Ortiz'), (3, 'Chloé', 'O''Brien'), (4, 'Dan', 'Lee'), (5, 'Dan', 'Lee'), (6, 'Eve', 'Park'), (7, 'Finn', 'Reed');
INSERT INTO client_alias (client_id, alias_name) VALUES (6, 'Evie');
INSERT INTO scan_card (client_id, card_code, card_status, status_date) VALUES (2, 'CARD-2', 'active', '2024-01-01'), (7, 'CARD-7', 'lost', '2024-02-01');
-- Everybody but Dan (5) is enrolled.
INSERT INTO enrollment (client_id, program_id, entry_date) SELECT client_id, 1, '2024-01-01' FROM client WHERE client_id <> 5;

-- The batch is set up once: two meals each, and a shower.
SELECT create_service_batch('Lunch and showers', 1, '[{"service": "MEAL", "units": 2}, {"service": "SHOWER"}]', user_id => 1) AS batch \gset
-- Each day it is used is a run.
SELECT open_batch_run(:batch, '2024-03-01') AS run \gset

-- People come in. By id, from a list: each gets an answer, and one who is refused does not stop the others.
SELECT * FROM add_batch_clients(:run, ARRAY[1, 5, 99, 1]::bigint[]);
-- By card, some at once.
SELECT * FROM add_batch_clients(:run, ARRAY['CARD-2', 'CARD-7', 'CARD-8'], 'scan_card');
-- By name: case and accents do not matter, an alias will do, but two people of one name are not told apart.
SELECT * FROM add_batch_clients(:run, ARRAY['chloe obrien', 'Evie', 'Dan Lee', 'Zoe'], 'name');
-- At a scan station one after the other: the answer is the client, or an error.
SELECT add_batch_client(:run, '7', 'client_id');
SELECT add_batch_client(:run, 'CARD-2');
-- Finn changes his mind.
SELECT remove_batch_client(:run, 7);

-- Before posting, Eve leaves the program. She is told apart, and the others are posted.
UPDATE enrollment SET exit_date = '2024-02-20' WHERE client_id = 6;
SELECT * FROM post_batch(:run) ORDER BY client_id;
SELECT client_id, batch_status, services, units, total_value, message FROM service_batch_run_client WHERE service_batch_run_id = :run ORDER BY 1;
-- Posting again posts nothing twice. Eve's exit was a mistake, so now she gets hers.
UPDATE enrollment SET exit_date = NULL WHERE client_id = 6;
SELECT * FROM post_batch(:run) ORDER BY client_id;
SELECT client_id, service_code, date_provided, s.units, s.total_value
FROM client_service s JOIN service USING (service_id) ORDER BY 1, 2;
SELECT remove_batch_client(:run, 1);

-- Yesterday's paper list, entered today.
SELECT open_batch_run(:batch, batch_date => '2024-03-01', date_provided => '2024-02-29') AS late_run \gset
SELECT client_id, status FROM add_batch_clients(:late_run, '{1,2}'::bigint[]);
SELECT * FROM post_batch(:late_run) ORDER BY client_id;
-- It was the wrong list. What was taken back stays on record.
SELECT unpost_batch(:late_run, 'entered from the wrong list');
SELECT client_id, date_deleted IS NOT NULL AS deleted, delete_reason FROM client_service WHERE service_batch_run_id = :late_run ORDER BY client_service_id;
SELECT client_id, batch_status, services FROM service_batch_run_client WHERE service_batch_run_id = :late_run ORDER BY 1;

-- A batch that posts by itself, for a scan station at the shower.
SELECT open_batch_run(create_service_batch('Shower station', 1, '[{"service": "SHOWER"}]', auto_post => true), '2024-03-02') AS station \gset
SELECT add_batch_client(:station, 'CARD-2');
SELECT client_id, service_id, date_provided FROM client_service WHERE service_batch_run_id = :station;

CALL clienttrack.uninstall('story_batch', even_with_services => true);
