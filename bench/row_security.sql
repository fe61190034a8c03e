-- Ensures that row security costs little: posting a batch, reading what clients received, and finding clients by name, as a
-- worker whose organization serves every client, entered half of them and changes nothing for what is found; against the
-- same as a superuser, whom row security does not bind. With the audit on and off for the post.
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE bench_worker') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_worker') \gexec
GRANT clienttrack_worker TO bench_worker;
GRANT USAGE ON SCHEMA bench TO bench_worker;
UPDATE hmis.hmis_user SET login_role = 'bench_worker' WHERE user_id = 1;
INSERT INTO hmis.user_organization (member_user_id, organization_id) VALUES (1, 1);
SET session_replication_role = replica;
UPDATE hmis.client SET security_organization_id = 1 WHERE client_id % 2 = 0;
UPDATE hmis.client SET serving_organization_ids = '{1}' WHERE client_id % 2 = 1;
RESET session_replication_role;
VACUUM (ANALYZE, FULL) hmis.client;

CREATE FUNCTION bench.read_histories(clients integer) RETURNS bigint
LANGUAGE plpgsql AS $$
-- Reads the services of so many clients, one query each, as a form does.
DECLARE
	rows_read bigint := 0;
BEGIN
	FOR n IN 1..clients LOOP
		rows_read := rows_read + (SELECT count(*) FROM (
			SELECT s.* FROM hmis.client_service s WHERE s.client_id = n * 13 ORDER BY s.date_provided DESC) h);
	END LOOP;
	RETURN rows_read;
END
$$;
CREATE FUNCTION bench.find_many(searches integer) RETURNS bigint
LANGUAGE plpgsql AS $$
-- Searches for so many clients by first and last name.
DECLARE
	hits bigint := 0;
BEGIN
	FOR n IN 1..searches LOOP
		hits := hits + (SELECT count(*) FROM hmis.find_clients('First' || n * 31 % 1009 || ' Last' || n * 17 % 20011));
	END LOOP;
	RETURN hits;
END
$$;

INSERT INTO bench.side (benchmark, side, position, prepare, statement, tidy) VALUES
	('row_security', 'post off', 1, '{}', 'SELECT count(*) FROM hmis.post_batch(1)', bench.forget_statements(1)),
	('row_security', 'post', 2, ARRAY['ALTER TABLE hmis.client_service ENABLE TRIGGER zz_audit_insert'],
		'SET ROLE bench_worker; SELECT count(*) FROM hmis.post_batch(1); RESET ROLE',
		ARRAY['ALTER TABLE hmis.client_service DISABLE TRIGGER zz_audit_insert'] || bench.forget_statements(1)),
	('row_security', 'history off', 3, '{}', 'SELECT bench.read_histories(5000)', '{}'),
	('row_security', 'history', 4, '{}', 'SET ROLE bench_worker; SELECT bench.read_histories(5000); RESET ROLE', '{}'),
	('row_security', 'find off', 5, '{}', 'SELECT bench.find_many(100)', '{}'),
	('row_security', 'find', 6, '{}', 'SET ROLE bench_worker; SELECT bench.find_many(100); RESET ROLE', '{}');
SELECT bench.rounds('row_security', :rounds) \gexec
CALL bench.compare('row_security', 'post_batch() with row security and audit against without', 'post', 'post off', 1.5, 'both');
CALL bench.compare('row_security', 'reading histories with row security against without', 'history', 'history off', 1.5, 'both');
CALL bench.compare('row_security', 'find_clients() with row security against without', 'find', 'find off', 1.5, 'both');
DELETE FROM hmis.user_organization WHERE member_user_id = 1;
