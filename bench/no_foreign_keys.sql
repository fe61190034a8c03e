-- Ensures that it is known what the two foreign keys of client_service cost beside the guard: the same statement with and
-- without their checks, with and without the guard. The checks are the system's row triggers, disabled for the statement.
SELECT array_agg(format('ALTER TABLE hmis.client_service DISABLE TRIGGER %I', t.tgname)) AS without_keys,
	array_agg(format('ALTER TABLE hmis.client_service ENABLE TRIGGER %I', t.tgname)) AS with_keys,
	ARRAY['ALTER TABLE hmis.client_service DISABLE TRIGGER guard_insert'] AS without_guard,
	ARRAY['ALTER TABLE hmis.client_service ENABLE TRIGGER guard_insert'] AS with_guard
FROM pg_trigger t WHERE t.tgrelid = 'hmis.client_service'::regclass AND t.tgisinternal AND t.tgname LIKE 'RI_ConstraintTrigger_c_%'
\gset
INSERT INTO bench.side (benchmark, side, position, prepare, statement, tidy)
SELECT 'no_foreign_keys', side, position, prepare::text[], bench.post_statement(1), tidy::text[] || bench.forget_statements(1)
FROM (VALUES
	('neither', 1, :'without_keys'::text[] || :'without_guard'::text[], :'with_keys'::text[] || :'with_guard'::text[]),
	('guard', 2, :'without_keys'::text[], :'with_keys'::text[]),
	('keys', 3, :'without_guard'::text[], :'with_guard'::text[]),
	('both', 4, '{}', '{}')) AS s (side, position, prepare, tidy);
SELECT bench.rounds('no_foreign_keys', :rounds) \gexec
CALL bench.compare('no_foreign_keys', 'foreign keys, unguarded, against neither', 'keys', 'neither');
CALL bench.compare('no_foreign_keys', 'guard, no foreign keys, against neither', 'guard', 'neither');
CALL bench.compare('no_foreign_keys', 'guard and foreign keys against neither', 'both', 'neither');
