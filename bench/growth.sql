-- Ensures that posting to all clients that there are is timed, with and without the guard. script/bench runs this at
-- growing numbers of clients with as many enrollments: the time per client shall stay flat. What the bare statement
-- takes more is due to larger indexes.
DELETE FROM bench.side;
INSERT INTO bench.side (benchmark, side, position, rows, prepare, statement, tidy)
SELECT 'growth', s.side, s.position, count(*), s.prepare::text[], bench.post_statement(1),
	s.tidy::text[] || bench.forget_statements(1)
FROM hmis.service_batch_client c
CROSS JOIN (VALUES
	('unguarded', 1, '{ALTER TABLE hmis.client_service DISABLE TRIGGER guard_insert}',
		'{ALTER TABLE hmis.client_service ENABLE TRIGGER guard_insert}'),
	('guarded', 2, '{}', '{}')) AS s (side, position, prepare, tidy)
WHERE c.service_batch_run_id = 1
GROUP BY s.side, s.position, s.prepare, s.tidy;
SELECT bench.rounds('growth', :rounds) \gexec
