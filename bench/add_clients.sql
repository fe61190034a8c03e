-- Ensures that it is known what it takes to add 100,000 clients to a run in one call, beside the bare INSERT of the same
-- rows, their enrollments known.
INSERT INTO hmis.service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided)
SELECT n, 1, current_date - 2, current_date - 2 FROM generate_series(4, 5) n;
INSERT INTO bench.side (benchmark, side, position, statement, tidy) VALUES
	('add_clients', 'bare', 1, format('INSERT INTO hmis.service_batch_client (service_batch_run_id, client_id, enrollment_id)
		SELECT 4, n, n FROM generate_series(1, %s) n WHERE n %% 1000 <> 0', :batch / 2),
		'{DELETE FROM hmis.service_batch_client WHERE service_batch_run_id = 4,VACUUM hmis.service_batch_client}'),
	('add_clients', 'add_batch_clients', 2, format('SELECT count(*) FROM hmis.add_batch_clients(4,
		ARRAY(SELECT n FROM generate_series(1::bigint, %s) n WHERE n %% 1000 <> 0))', :batch / 2),
		'{DELETE FROM hmis.service_batch_client WHERE service_batch_run_id = 4,VACUUM hmis.service_batch_client}');
SELECT bench.rounds('add_clients', :rounds) \gexec
CALL bench.compare('add_clients', format('add_batch_clients() of %s clients against the bare INSERT', :batch / 2),
	'add_batch_clients', 'bare');
CREATE SEQUENCE bench.scan;
