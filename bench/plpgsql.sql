-- Ensures that the guard costs at most half of what the same rules cost in PL/pgSQL, the whole statement counted.
\ir plpgsql_guard.sql
INSERT INTO bench.side (benchmark, side, position, statement, tidy) VALUES
	('plpgsql', 'plpgsql', 1, bench.post_statement(1, 'bench.client_service_plpgsql'),
		bench.forget_statements(1, 'bench.client_service_plpgsql')),
	('plpgsql', 'guarded', 2, bench.post_statement(1), bench.forget_statements(1));
SELECT bench.rounds('plpgsql', :rounds) \gexec
CALL bench.compare('plpgsql', 'post a batch: guarded against PL/pgSQL row triggers', 'guarded', 'plpgsql', 0.5, 'both');
