-- Ensures that two batch runs wait to be posted, each with :batch clients: run 1 of service 1, which may be given as often
-- as wanted, run 2 of service 2, which may be given once a day. Run 3 is of service 1, has no clients, and posts what is
-- added. bench.post_statement() is what posting comes down to.
\set ON_ERROR_STOP on
INSERT INTO hmis.service_batch (service_batch_id, description, program_id, location_id, provided_by_user_id, auto_post)
SELECT n, 'Batch ' || n, 1, 1, 1, n = 3 FROM generate_series(1, 3) n;
INSERT INTO hmis.service_batch_service (service_batch_id, service_id) VALUES (1, 1), (2, 2), (3, 1);
INSERT INTO hmis.service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided)
SELECT n, n, current_date - 1, current_date - 1 FROM generate_series(1, 3) n;
INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id, enrollment_id)
SELECT r, n, n FROM generate_series(1, 2) r CROSS JOIN generate_series(1::bigint, :clients) n
WHERE n % 1000 <> 0 AND n <= :batch * 1000 / 999 ORDER BY r, n;
SELECT setval(pg_get_serial_sequence('hmis.' || name, name || '_id'), 10000)
FROM unnest(ARRAY['service_batch', 'service_batch_run']) AS name;
VACUUM (ANALYZE) hmis.service_batch_client;

CREATE FUNCTION bench.post_statement(run bigint, target text DEFAULT 'hmis.client_service') RETURNS text
LANGUAGE sql IMMUTABLE
-- Returns the statement that writes the services of a run: the query is that of hmis.post_batch().
RETURN format('INSERT INTO %2$s (client_id, service_id, program_id, date_provided, enrollment_id, location_id, units,
	unit_value, unit_of_measure, service_batch_run_id, provided_by_user_id, grant_award_id, service_reason_id, comments, user_id)
SELECT c.client_id, bs.service_id, b.program_id, r.date_provided, c.enrollment_id, b.location_id, bs.units, 2.50,
	s.unit_of_measure, r.service_batch_run_id, b.provided_by_user_id, b.grant_award_id, b.service_reason_id, b.default_comments,
	c.user_id
FROM hmis.service_batch_client c
JOIN hmis.service_batch_run r ON r.service_batch_run_id = c.service_batch_run_id
JOIN hmis.service_batch b ON b.service_batch_id = r.service_batch_id
JOIN hmis.service_batch_service bs ON bs.service_batch_id = b.service_batch_id AND bs.date_deleted IS NULL
JOIN hmis.service s ON s.service_id = bs.service_id
WHERE c.service_batch_run_id = %1$s AND c.batch_status = ''pending'' AND c.date_deleted IS NULL
AND NOT EXISTS (SELECT FROM %2$s p WHERE p.service_batch_run_id = %1$s AND p.client_id = c.client_id
	AND p.service_id = bs.service_id AND p.date_deleted IS NULL)', run, target);

CREATE FUNCTION bench.forget_statements(run bigint, target text DEFAULT 'hmis.client_service') RETURNS text[]
LANGUAGE sql IMMUTABLE
-- Returns the statements that take a posted run away again.
RETURN ARRAY[format('DELETE FROM %s WHERE service_batch_run_id = %s', target, run), 'VACUUM ' || target];
