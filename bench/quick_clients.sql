-- Ensures that one service recorded for many clients in one call costs no more than posting a batch with the same clients and
-- the same service: clients named by an array, and by items with units of their own. Run 4 is the batch's.
\set ON_ERROR_STOP on
INSERT INTO hmis.service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided)
VALUES (4, 1, current_date - 1, current_date - 1);
INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id, enrollment_id)
SELECT 4, n, n FROM generate_series(1::bigint, least(:batch, 10000) * 1000 / 999) n WHERE n % 1000 <> 0;
VACUUM (ANALYZE) hmis.service_batch_client;
CREATE TABLE bench.form AS
SELECT array_agg(client_id ORDER BY client_id) AS client_ids,
	jsonb_agg(jsonb_build_object('client_id', client_id, 'units', 2) ORDER BY client_id) AS items
FROM hmis.service_batch_client WHERE service_batch_run_id = 4;

CREATE FUNCTION bench.forget_quick() RETURNS text[]
LANGUAGE sql IMMUTABLE
-- Returns the statements that take away what the multi-client call recorded.
RETURN ARRAY['DELETE FROM hmis.client_service WHERE service_id = 1 AND date_provided = current_date - 1', 'VACUUM hmis.client_service'];

INSERT INTO bench.side (benchmark, side, position, prepare, statement, tidy) VALUES
	('quick_clients', 'post_batch', 1, '{}', 'SELECT count(*) FROM hmis.post_batch(4)', bench.forget_quick()),
	('quick_clients', 'clients', 2, '{}', 'SELECT count(*) FROM bench.form f, hmis.quick_service_for_clients(''S1'', f.client_ids,
		program_id => 1, location_id => 1, date_provided => current_date - 1, provided_by_user_id => 1)', bench.forget_quick()),
	('quick_clients', 'items', 3, '{}', 'SELECT count(*) FROM bench.form f, hmis.quick_service_for_clients(''S1'', items => f.items,
		program_id => 1, location_id => 1, date_provided => current_date - 1, provided_by_user_id => 1)', bench.forget_quick());
SELECT bench.rounds('quick_clients', :rounds) \gexec
CALL bench.compare('quick_clients', 'one service for many clients: ids, against post_batch()', 'clients', 'post_batch', 1.5, 'both');
CALL bench.compare('quick_clients', 'the same: items with units', 'items', 'post_batch', 1.5, 'both');
