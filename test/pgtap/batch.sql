-- Batches: setting up, opening runs, adding and removing clients, posting and taking back.
BEGIN;
SELECT no_plan();
\ir seed.psql
INSERT INTO scan_card (client_id, card_code, card_status) VALUES (1, 'C-1', 'active'), (5, 'C-5', 'lost'), (2, 'C-2', 'active');
INSERT INTO client_alias (client_id, alias_name) VALUES (4, 'Zebulonissimo5 Quackenbush5');

-- service_of() and json_amount().
SELECT is(service_of('MEAL'), 1::bigint, 'service by code');
SELECT is(service_of('2'), 2::bigint, 'service by id');
SELECT is(service_of(NULL), NULL, 'no service');
SELECT is(caught(format('SELECT service_of(%L)', v)), format('CT009 service "%s" does not exist', left(v, 60)), 'no service ' || left(v, 30))
FROM unnest(ARRAY['', 'meal', '0', '-1', '1.0', '9223372036854775807', '99999999999999999999', E'\x01', repeat('x', 100000)]) v;
INSERT INTO service (service_id, service_code, service_name) VALUES (60, '2', 'A code of digits');
SELECT is(service_of('2'), 60::bigint, 'the code counts before the id');
UPDATE service SET date_deleted = now() WHERE service_id = 60;
SELECT is(service_of('2'), 2::bigint, 'a deleted service does not');
SELECT is(json_amount('{"units": 2.50}', 'units', 0.01), 2.5, 'an amount');
SELECT is(json_amount('{"units": null}', 'units', 0.01), NULL, 'null is no amount');
SELECT is(json_amount('{}', 'units', 0.01), NULL, 'nor is a missing one');
SELECT is(json_amount(NULL, 'units', 0.01), NULL, 'nor is nothing');
SELECT is(json_amount('[1]', 'units', 0.01), NULL, 'nor an array');
SELECT matches(caught(format('SELECT json_amount(jsonb_build_object(''units'', %L::jsonb), ''units'', 0.01)', v)),
	'^22023 "units" must be a number of at least 0.01 with at most two decimals, not ', 'no amount: ' || left(v, 20))
FROM unnest(ARRAY['"2"', 'true', '[]', '{}', '0', '-1', '0.001', '2.505', '10000000000', '1e400', '1e-400', '"NaN"', '"Infinity"']) v;

-- create_service_batch().
SELECT is(caught('SELECT create_service_batch(NULL, 11, ''[{"service": "MEAL"}]'')'), '22004 description, program_id and services must not be null', 'no description');
SELECT is(caught('SELECT create_service_batch(''Lunch'', NULL, ''[{"service": "MEAL"}]'')'), '22004 description, program_id and services must not be null', 'no program');
SELECT is(caught('SELECT create_service_batch(''Lunch'', 11, NULL)'), '22004 description, program_id and services must not be null', 'no services');
SELECT alike(caught('SELECT create_service_batch('' '', 11, ''[{"service": "MEAL"}]'')'), '23514 %', 'blank description');
SELECT alike(caught('SELECT create_service_batch(''Lunch'', 999, ''[{"service": "MEAL"}]'')'), '23503 %', 'no such program');
SELECT alike(caught('SELECT create_service_batch(''Lunch'', 11, ''[{"service": "MEAL"}]'', user_id => 999)'), '23503 %', 'no such user');
SELECT alike(caught('SELECT create_service_batch(''Lunch'', 11, ''[{"service": "MEAL"}]'', location_id => -1)'), '23503 %', 'no such location');
SELECT is(caught(format('SELECT create_service_batch(''Lunch'', 11, %L)', v)), '22023 services must be a jsonb array with at least one element', 'no list of services: ' || v)
FROM unnest(ARRAY['[]', '{}', '{"service": "MEAL"}', '"MEAL"', '1', 'true', 'null']) v;
SELECT matches(last_hint(), '"service": "MEAL"', 'HINT shows one');
SELECT matches(caught(format('SELECT create_service_batch(''Lunch'', 11, %L)', v)), '^22023 an element of services does not name its service: ', 'no service: ' || left(v, 30))
FROM unnest(ARRAY['[1]', '[null]', '["MEAL"]', '[[]]', '[{}]', '[{"service": null}]', '[{"service": true}]', '[{"service": {"id": 1}}]', '[{"service": ["MEAL"]}]', '[{"Service": "MEAL"}]',
	'[[{"service": "MEAL"}]]', format('[{"x": "%s"}]', repeat('y', 100000)), repeat('[', 1000) || repeat(']', 1000)]) v;
SELECT is(caught(format('SELECT create_service_batch(''Lunch'', 11, %L)', v)), m, 'wrong: ' || v)
FROM (VALUES ('[{"service": "NONE"}]', 'CT009 service "NONE" does not exist'), ('[{"service": ""}]', 'CT009 service "" does not exist'),
	('[{"service": -1}]', 'CT009 service "-1" does not exist'), ('[{"service": 1e30}]', 'CT009 service "1000000000000000000000000000000" does not exist'),
	('[{"service": "MEAL", "units": 0}]', '22023 "units" must be a number of at least 0.01 with at most two decimals, not 0'),
	('[{"service": "MEAL", "unit_value": -1}]', '22023 "unit_value" must be a number of at least 0 with at most two decimals, not -1')) x (v, m);
SELECT alike(caught('SELECT create_service_batch(''Lunch'', 11, ''[{"service": "MEAL"}, {"service": 1}]'')'), '23505 %', 'a service twice');
SELECT alike(caught('SELECT create_service_batch(''Lunch'', 11, ''{"service": '')'), '22P02 %', 'no jsonb at all');
SELECT is((SELECT count(*) FROM service_batch)::int, 0, 'nothing of all that is left');
SELECT alike(caught('SELECT add_services_to_batch(999, ''[{"service": "MEAL"}]'')'), '23503 %', 'services of a batch that does not exist');
SELECT alike(caught('SELECT add_services_to_batch(NULL, ''[{"service": "MEAL"}]'')'), '23502 %', 'services of no batch');
SELECT create_service_batch('Lunch', 11, '[{"service": "MEAL", "units": 2, "unit_value": 1.25}, {"service": 2}]', user_id => 1,
	location_id => 101, default_comments => 'hot') AS lunch \gset
SELECT results_eq(format('SELECT service_id, units, unit_value FROM service_batch_service WHERE service_batch_id = %s ORDER BY 1', :lunch),
	'VALUES (1::bigint, 2::numeric(12,2), 1.25::numeric(12,2)), (2, 1, NULL)', 'its services');

-- open_batch_run().
SELECT is(caught('SELECT open_batch_run(NULL)'), '22004 service_batch_id and batch_date must not be null', 'no batch');
SELECT is(caught(format('SELECT open_batch_run(%s, NULL)', :lunch)), '22004 service_batch_id and batch_date must not be null', 'no date');
SELECT is(caught(format('SELECT open_batch_run(%s, ''infinity'')', :lunch)), '22008 batch_date and date_provided must be finite', 'infinite date');
SELECT is(caught(format('SELECT open_batch_run(%s, ''2024-01-10'', ''-infinity'')', :lunch)), '22008 batch_date and date_provided must be finite', 'infinite day');
SELECT alike(caught(format('SELECT open_batch_run(%s, %L)', :lunch, current_date + 1)), 'CT008 date provided % is in the future', 'tomorrow');
SELECT alike(caught(format('SELECT open_batch_run(%s, ''5874897-12-31'')', :lunch)), 'CT008 date provided % is in the future', 'the last date there is');
SELECT is(caught(format('SELECT open_batch_run(%s)', v)), format('CT009 there is no active batch %s', v), 'no such batch ' || v) FROM unnest(ARRAY[0, -1, 9223372036854775807]) v;
SELECT is(caught(format('SELECT open_batch_run(%s, %L, ''2024-01-10'')', :lunch, current_date + 10)), 'ok', 'a batch date ahead of its services');
UPDATE service_batch SET active = false WHERE service_batch_id = :lunch;
SELECT is(caught(format('SELECT open_batch_run(%s)', :lunch)), format('CT009 there is no active batch %s', :lunch), 'a batch that is not active');
UPDATE service_batch SET active = true WHERE service_batch_id = :lunch;
SELECT open_batch_run(:lunch) AS today \gset
SELECT results_eq(format('SELECT batch_date, date_provided FROM service_batch_run WHERE service_batch_run_id = %s', :today), 'VALUES (current_date, current_date)', 'today unless told');
SELECT open_batch_run(:lunch, '2024-01-12', '2024-01-10') AS run \gset

-- Adding clients.
SELECT is(caught('SELECT add_batch_clients(NULL, ''{1}'')'), '22004 service_batch_run_id and client_ids must not be null', 'no run');
SELECT is(caught(format('SELECT add_batch_clients(%s, NULL)', :run)), '22004 service_batch_run_id and client_ids must not be null', 'no list');
SELECT is(caught('SELECT add_batch_clients(NULL, ''{1}'', ''client_id'')'), '22004 service_batch_run_id must not be null', 'no run for identifiers');
SELECT is(caught(format('SELECT add_batch_clients(%s, NULL, ''name'')', :run)), '22004 identifiers and identifier_type must not be null', 'no identifiers');
SELECT is(caught(format('SELECT add_batch_clients(%s, ''{1}'', NULL)', :run)), '22004 identifiers and identifier_type must not be null', 'no type');
SELECT is(caught(format('SELECT add_batch_clients(%s, ''{1}'', ''ssn'')', :run)), '22023 unknown type of identifier "ssn"', 'unknown type');
SELECT matches(last_hint(), 'client_id, scan_card or name', 'HINT lists the types');
SELECT is(caught(format('SELECT add_batch_clients(%s, ''{1}'')', v)), format('CT009 batch run %s does not exist', v), 'no such run ' || v) FROM unnest(ARRAY[0, -1, 9223372036854775807]) v;
SELECT is_empty(format('SELECT * FROM add_batch_clients(%s, ''{}'')', :run), 'nobody');
SELECT is_empty(format('SELECT * FROM add_batch_clients(%s, ''{}'', ''name'')', :run), 'nobody by name');
SELECT results_eq(format($$SELECT * FROM add_batch_clients(%s, '{1,2,3,4,1,999,-1,0,NULL,9223372036854775807}')$$, :run), $$VALUES
	(1::bigint, '1', 'added', NULL, NULL), (2, '2', 'added', NULL, NULL),
	(3, '3', 'rejected', 'CT001', 'Enrollment is a Required Field.'), (4, '4', 'rejected', 'CT001', 'Enrollment is a Required Field.'),
	(1, '1', 'already_added', 'CT012', 'client is already in the batch'), (NULL, '999', 'rejected', 'CT009', 'client not found'),
	(NULL, '-1', 'rejected', 'CT009', 'client not found'), (NULL, '0', 'rejected', 'CT009', 'client not found'),
	(NULL, NULL, 'rejected', 'CT009', 'client not found'), (NULL, '9223372036854775807', 'rejected', 'CT009', 'client not found')$$,
	'one bad client never loses the others');
SELECT results_eq(format($$SELECT client_id, status FROM add_batch_clients(%s, '[7:9]={1,5,6}')$$, :run), $$VALUES (1::bigint, 'already_added'), (5, 'added'), (6, 'added')$$, 'odd bounds');
SELECT results_eq(format($$SELECT client_id, status FROM add_batch_clients(%s, '{{1,NULL},{3,5}}')$$, :run),
	$$VALUES (1::bigint, 'already_added'), (NULL, 'rejected'), (3, 'rejected'), (5, 'already_added')$$, 'two dimensions');
INSERT INTO client (client_id) VALUES (9223372036854775806);
INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (9223372036854775806, 11, '2024-01-01');
SELECT results_eq(format($$SELECT client_id, status FROM add_batch_clients(%s, '{9223372036854775806}')$$, :run), $$VALUES (9223372036854775806, 'added')$$, 'a client with the largest id but one');
SELECT lives_ok(format('SELECT remove_batch_client(%s, 9223372036854775806)', :run), 'who leaves');
SELECT lives_ok(format('SELECT remove_batch_client(%s, 5), remove_batch_client(%1$s, 6)', :run), 'as others do');
SELECT results_eq(format($$SELECT client_id, status, sqlstate FROM add_batch_clients(%s, '{" 5 ",+6,0x6,"6 6",6.0,"",99999999999999999999,zebra}', 'client_id')$$, :run),
	$$VALUES (5::bigint, 'added', NULL), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'),
	(NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009')$$, 'ids written out');
SELECT results_eq(format($$SELECT client_id, status, sqlstate FROM add_batch_clients(%s, ARRAY['zebulonissimo6 QUACKENBUSH6', 'Zebulonissimo5 Quackenbush5', 'Zebulonissimo6', 'Nobody', '', NULL, '%%', repeat('x', 100000)], 'name')$$, :run),
	$$VALUES (6::bigint, 'added', NULL), (NULL, 'rejected', 'CT011'), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009'),
	(NULL, 'rejected', 'CT009'), (NULL, 'rejected', 'CT009')$$, 'names: exact, without case, known by an alias too');
SELECT results_eq(format($$SELECT status, sqlstate FROM add_batch_clients(%s, '{C-1,C-5,NOSUCH,NULL,""}', 'scan_card')$$, :run),
	$$VALUES ('already_added', 'CT012'), ('rejected', 'CT010'), ('rejected', 'CT009'), ('rejected', '22004'), ('rejected', 'CT009')$$, 'cards');
SELECT results_eq(format('SELECT client_id, batch_status FROM service_batch_run_client WHERE service_batch_run_id = %s ORDER BY 1', :run),
	$$VALUES (1::bigint, 'pending'), (2, 'pending'), (5, 'pending'), (6, 'pending'), (9223372036854775806, 'removed')$$, 'who is in the run');

-- One client, at a scan station: raises.
SELECT is(caught('SELECT add_batch_client(NULL, ''C-1'')'), '22004 service_batch_run_id, identifier and identifier_type must not be null', 'scan: no run');
SELECT is(caught(format('SELECT add_batch_client(%s, NULL)', :run)), '22004 service_batch_run_id, identifier and identifier_type must not be null', 'scan: no card');
SELECT alike(caught(format('SELECT add_batch_client(%s, ''NOSUCH'')', :run)), 'CT009 %', 'scan: unknown card');
SELECT alike(caught(format('SELECT add_batch_client(%s, ''C-5'')', :run)), 'CT010 %', 'scan: lost card');
SELECT is(caught(format('SELECT add_batch_client(%s, ''C-1'')', :run)), 'CT012 client is already in the batch', 'scan: again');
SELECT is(last_detail(), format('Client 1, batch run %s.', :run), 'DETAIL names client and run by id');
SELECT is(caught(format('SELECT add_batch_client(%s, ''3'', ''client_id'')', :run)), 'CT001 Enrollment is a Required Field.', 'by id: not enrolled');
SELECT is(caught(format('SELECT add_batch_client(%s, ''Zebulonissimo5 Quackenbush5'', ''name'')', :run)), 'CT011 name is ambiguous', 'by name: two have it');
SELECT is(caught(format('SELECT add_batch_client(%s, ''1'', ''shoe'')', :run)), '22023 unknown type of identifier "shoe"', 'unknown type');
SELECT is(caught('SELECT add_batch_client(999, ''C-1'')'), 'CT009 batch run 999 does not exist', 'no such run');

-- Removing.
SELECT is(caught('SELECT remove_batch_client(NULL, 1)'), '22004 service_batch_run_id and client_id must not be null', 'remove: no run');
SELECT is(caught(format('SELECT remove_batch_client(%s, NULL)', :run)), '22004 service_batch_run_id and client_id must not be null', 'remove: no client');
SELECT is(caught(format('SELECT remove_batch_client(%s, 3)', :run)), format('CT009 client 3 is not in batch run %s', :run), 'remove: not in the run');
SELECT is(caught('SELECT remove_batch_client(999, 1)'), 'CT009 client 1 is not in batch run 999', 'remove: no such run');
SELECT is(caught(format('SELECT remove_batch_client(%s, 2)', :run)), 'ok', 'remove');
SELECT alike(caught(format('SELECT remove_batch_client(%s, 2)', :run)), 'CT009 %', 'remove: twice');
SELECT is(add_batch_client(:run, 'C-2'), 2::bigint, 'and back');

-- Posting.
SELECT alike(caught('SELECT * FROM post_batch(NULL)'), '22004 %', 'post: no run');
SELECT alike(caught(format('SELECT * FROM post_batch(%s)', v)), format('CT009 batch run %s does not exist', v), 'post: no such run') FROM unnest(ARRAY[0, -1, 9223372036854775807]) v;
SELECT alike(caught('SELECT * FROM clienttrack.post_batch(''public'', 1)'), '42P01 schema "public" has no table "client_service"', 'post: not an installed schema');
SELECT alike(caught('SELECT * FROM clienttrack.post_batch(NULL, 1)'), '22004 %', 'post: no schema');
SELECT alike(caught('SELECT * FROM clienttrack.post_batch(0::oid::regnamespace, 1)'), '42P01 %', 'post: schema 0');
UPDATE enrollment SET exit_date = '2024-01-05' WHERE enrollment_id = 6;
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (55, 5, 11, '2024-01-02');
UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 5;
SELECT bar_client(2, '2024-01-01', service_ids => '{2}') > 0 AS t \gset
SELECT results_eq(format('SELECT * FROM post_batch(%s) ORDER BY 1', :run), $$VALUES (1::bigint, 'posted', NULL, NULL, 2), (2, 'rejected', 'CT002', 'client is barred', 0),
	(5, 'posted', NULL, NULL, 2), (6, 'rejected', 'CT001', 'Enrollment is a Required Field.', 0)$$, 'exits and bars since then reject, another enrollment is found');
SELECT results_eq(format('SELECT client_id, service_id, program_id, date_provided, enrollment_id, location_id, units, unit_value, unit_of_measure, provided_by_user_id, comments
	FROM client_service WHERE service_batch_run_id = %s ORDER BY 1, 2', :run), $$VALUES
	(1::bigint, 1::bigint, 11::bigint, '2024-01-10'::date, 1::bigint, 101::bigint, 2::numeric(12,2), 1.25::numeric(12,2), 'count', 1::bigint, 'hot'), (1, 2, 11, '2024-01-10', 1, 101, 1, 0, 'count', 1, 'hot'),
	(5, 1, 11, '2024-01-10', 55, 101, 2, 1.25, 'count', 1, 'hot'), (5, 2, 11, '2024-01-10', 55, 101, 1, 0, 'count', 1, 'hot')$$, 'what was posted');
SELECT results_eq(format('SELECT client_id, status, services FROM post_batch(%s) ORDER BY 1', :run),
	$$VALUES (1::bigint, 'skipped', 0), (2, 'rejected', 0), (5, 'skipped', 0), (6, 'rejected', 0)$$, 'posting again posts nothing twice');
UPDATE bar SET date_deleted = now();
SELECT results_eq(format('SELECT client_id, status, services FROM post_batch(%s) ORDER BY 1', :run),
	$$VALUES (1::bigint, 'skipped', 0), (2, 'posted', 2), (5, 'skipped', 0), (6, 'rejected', 0)$$, 'and tries again who was rejected');
SELECT results_eq(format('SELECT client_id, batch_status, services, units, total_value, sqlstate FROM service_batch_run_client WHERE service_batch_run_id = %s AND client_id < 100 ORDER BY 1', :run),
	$$VALUES (1::bigint, 'posted', 2::bigint, 3.00, 2.50, NULL), (2, 'posted', 2, 3, 2.5, NULL), (5, 'posted', 2, 3, 2.5, NULL), (6, 'rejected', 0, NULL, NULL, 'CT001')$$, 'where everybody stands');
SELECT is(caught(format('SELECT remove_batch_client(%s, 1)', :run)), '55000 the services of client 1 are already posted', 'remove: posted');
SELECT results_eq(format('SELECT client_id, status, services FROM clienttrack.post_batch(''hmis'', %s, ''{1,999,NULL}'')', :run), $$VALUES (1::bigint, 'skipped', 0)$$, 'some clients only');
SELECT is_empty(format('SELECT * FROM clienttrack.post_batch(''hmis'', %s, ''{}'')', :run), 'no clients');
SELECT alike(caught('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, service_batch_run_id)
	SELECT client_id, date_provided, enrollment_id, service_id, program_id, service_batch_run_id FROM client_service LIMIT 1'), '23505 %', 'not even by hand is it posted twice');
UPDATE client_service SET date_deleted = now(), delete_reason = 'mistake' WHERE client_id = 1 AND service_id = 2;
SELECT results_eq(format('SELECT client_id, status, services FROM post_batch(%s) ORDER BY 1 LIMIT 1', :run), $$VALUES (1::bigint, 'posted', 1)$$, 'a service that was deleted is posted anew');
-- Values: the batch's, else the offering's, else the service's.
SELECT create_service_batch('Plain', 11, '[{"service": "MEAL"}]') AS plain \gset
SELECT open_batch_run(:plain, '2024-01-11') AS plain_run \gset
SELECT is((SELECT count(*) FROM add_batch_clients(:plain_run, '{1}'))::int, 1, 'a client in a plain batch');
SELECT is((SELECT sum(services) FROM post_batch(:plain_run)), 1::bigint, 'posted');
SELECT is((SELECT unit_value FROM client_service WHERE service_batch_run_id = :plain_run), 3.50, 'the value of the service');
INSERT INTO service_offering (service_id, unit_value) VALUES (1, 4.00);
INSERT INTO service_offering (service_id, program_id, unit_value) VALUES (1, 11, 5.00);
SELECT open_batch_run(:plain, '2024-01-12') AS plain_run \gset
SELECT is((SELECT count(*) FROM add_batch_clients(:plain_run, '{1}'))::int, 1, 'on another day');
SELECT is((SELECT sum(services) FROM post_batch(:plain_run)), 1::bigint, 'posted');
SELECT is((SELECT unit_value FROM client_service WHERE service_batch_run_id = :plain_run), 5.00, 'the value of the most specific offering');

-- Taking back.
SELECT is(caught(format('SELECT unpost_batch(%s, %L)', :run, v)), '22004 service_batch_run_id and reason must be given', 'take back: no reason') FROM unnest(ARRAY['', '  ', E'\n\t', NULL]) v;
SELECT is(caught('SELECT unpost_batch(NULL, ''x'')'), '22004 service_batch_run_id and reason must be given', 'take back: no run');
SELECT is(caught('SELECT unpost_batch(999, ''x'')'), 'CT009 batch run 999 does not exist', 'take back: no such run');
SELECT is(unpost_batch(:run, 'wrong day'), 6::bigint, 'taken back');
SELECT is(unpost_batch(:run, 'wrong day'), 0::bigint, 'taken back twice');
SELECT results_eq(format('SELECT DISTINCT delete_reason FROM client_service WHERE service_batch_run_id = %s ORDER BY 1', :run), $$VALUES ('mistake'), ('wrong day')$$, 'the reason stays on record');
SELECT is((SELECT date_posted FROM service_batch_run WHERE service_batch_run_id = :run), NULL, 'the run is not posted');
SELECT is((SELECT sum(services) FROM post_batch(:run)), 6::bigint, 'and may be posted again');

-- Auto-post; overlapping enrollments; exit day and entry day.
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, exit_date) VALUES
	(71, 7, 11, '2024-01-01', '2024-01-10'), (72, 7, 11, '2024-01-10', NULL), (81, 8, 11, '2024-01-01', NULL), (82, 8, 11, '2024-01-05', NULL);
SELECT create_service_batch('Scan', 11, '[{"service": "SHOWER"}]', auto_post => true) AS scan \gset
SELECT open_batch_run(:scan, '2024-01-10') AS scan_run \gset
SELECT results_eq(format($$SELECT * FROM add_batch_clients(%s, '{7,8,3,7}')$$, :scan_run), $$VALUES
	(7::bigint, '7', 'posted', NULL, NULL), (8, '8', 'posted', NULL, 'enrollments overlap: the one entered last was taken'),
	(3, '3', 'rejected', 'CT001', 'Enrollment is a Required Field.'), (7, '7', 'already_added', 'CT012', 'client is already in the batch')$$, 'auto-post');
SELECT results_eq(format('SELECT client_id, enrollment_id FROM client_service WHERE service_batch_run_id = %s ORDER BY 1', :scan_run), 'VALUES (7::bigint, 72::bigint), (8, 82)', 'the later enrollment');
SELECT is(add_batch_client(:scan_run, 'C-1'), 1::bigint, 'a scan');
SELECT is((SELECT count(*) FROM client_service WHERE service_batch_run_id = :scan_run AND client_id = 1)::int, 1, 'is posted at once');
SELECT results_eq('SELECT client_id, enrollment_id, overlapping FROM choose_enrollments(11, ''2024-01-10'', ''{7,8,3,NULL}'') ORDER BY 1', 'VALUES (7::bigint, 72::bigint, false), (8, 82, true)', 'choose_enrollments()');
SELECT is_empty('SELECT * FROM choose_enrollments(NULL, NULL, NULL)', 'choose_enrollments() of nothing');

-- Duplicates against what is recorded, and a service that may be given once only.
UPDATE service SET duplicate_rule = 'once_per_day' WHERE service_id = 1;
SELECT create_service_batch('Second lunch', 11, '[{"service": "MEAL"}, {"service": "SHOWER"}]') AS second \gset
SELECT open_batch_run(:second, '2024-01-10') AS second_run \gset
SELECT results_eq(format($$SELECT client_id, status, sqlstate FROM add_batch_clients(%s, '{1,7}')$$, :second_run), $$VALUES (1::bigint, 'rejected', 'CT005'), (7, 'added', NULL)$$, 'already had lunch');
SELECT results_eq(format('SELECT client_id, status FROM post_batch(%s)', :second_run), $$VALUES (7::bigint, 'posted')$$, 'the other one has');

-- A hundred thousand.
INSERT INTO client (client_id) SELECT i FROM generate_series(100001, 105000) i;
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) SELECT i, i, 11, '2024-01-01' FROM generate_series(100001, 105000) i WHERE i % 10 <> 0;
SELECT open_batch_run(:lunch, '2024-03-01') AS big \gset
SELECT results_eq(format('SELECT status, sqlstate, count(*)::int FROM add_batch_clients(%s, (SELECT array_agg(100000 + i %% 10000) FROM generate_series(1, 100000) i)) GROUP BY 1, 2 ORDER BY 1, 2', :big),
	$$VALUES ('added', NULL, 4500), ('already_added', 'CT012', 40500), ('rejected', 'CT001', 5000), ('rejected', 'CT009', 50000)$$, 'a list of a hundred thousand');
UPDATE enrollment SET exit_date = '2024-02-01' WHERE enrollment_id BETWEEN 100001 AND 100009;
SELECT results_eq(format('SELECT status, sqlstate, count(*)::int, sum(services)::int FROM post_batch(%s) GROUP BY 1, 2 ORDER BY 1', :big),
	$$VALUES ('posted', NULL, 4491, 8982), ('rejected', 'CT001', 9, 0)$$, 'posted, but for nine');
SELECT alike(caught('SELECT * FROM resolve_clients(''{1}'', ''x'')'), '22023 %', 'resolve_clients() of an unknown type');
SELECT is_empty('SELECT * FROM resolve_by_id(NULL)', 'resolve_by_id() of nothing');
SELECT is_empty('SELECT * FROM resolve_by_name(NULL)', 'resolve_by_name() of nothing');
SELECT alike(caught('SELECT * FROM resolve_by_card(NULL)'), '22004 %', 'resolve_by_card() of nothing');
-- A dollar is worth a dollar, unless the batch says otherwise.
INSERT INTO service (service_id, service_code, service_name, unit_of_measure) VALUES (70, 'RENT', 'Rent', 'dollars'), (71, 'GIFT', 'Gift card', 'dollars');
SELECT open_batch_run(create_service_batch('Money', 11, '[{"service": "RENT", "units": 90.5}, {"service": "GIFT", "units": 5, "unit_value": 0}]'), '2024-01-20') AS money \gset
SELECT is((SELECT status FROM add_batch_clients(:money, '{1}')), 'added', 'a batch of money');
SELECT is((SELECT services FROM post_batch(:money)), 2, 'is posted');
SELECT results_eq(format('SELECT service_id, units, unit_value, total_value FROM client_service WHERE service_batch_run_id = %s ORDER BY 1', :money),
	'VALUES (70::bigint, 90.5::numeric(14,4), 1::numeric(20,10), 90.5::numeric(24,2)), (71, 5, 0, 0)', 'for what it is worth');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
