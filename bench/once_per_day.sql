-- Ensures that a service that may be given once a day costs little more to post than one that may always be given.
INSERT INTO bench.side (benchmark, side, position, statement, tidy) VALUES
	('once_per_day', 'allow', 1, bench.post_statement(1), bench.forget_statements(1)),
	('once_per_day', 'once_per_day', 2, bench.post_statement(2), bench.forget_statements(2));
SELECT bench.rounds('once_per_day', :rounds) \gexec
CALL bench.compare('once_per_day', 'post once_per_day against allow, both guarded', 'once_per_day', 'allow');
