-- Ensures that posting a batch costs little more than the bare statement: the INSERT … SELECT of a batch with the guard,
-- the same statement with the guard's trigger disabled, and hmis.post_batch() as a whole. Same table, keys, indexes, rows.
INSERT INTO bench.side (benchmark, side, position, prepare, statement, tidy) VALUES
	('post', 'unguarded', 1, ARRAY['ALTER TABLE hmis.client_service DISABLE TRIGGER guard_insert'], bench.post_statement(1),
		ARRAY['ALTER TABLE hmis.client_service ENABLE TRIGGER guard_insert'] || bench.forget_statements(1)),
	('post', 'guarded', 2, '{}', bench.post_statement(1), bench.forget_statements(1)),
	('post', 'post_batch', 3, '{}', 'SELECT count(*) FROM hmis.post_batch(1)', bench.forget_statements(1));
SELECT bench.rounds('post', :rounds) \gexec
CALL bench.compare('post', 'post a batch: guarded against unguarded', 'guarded', 'unguarded', 1.15, 'both');
CALL bench.compare('post', 'post_batch() against the unguarded statement', 'post_batch', 'unguarded');
