-- Ensures that it is known what the audit costs: posting a batch with and without it, the guard in force; and the same rows
-- into a table like client_service that has its indexes, but no guard and no foreign keys, half as many. The partition of
-- this month holds an event of each client to begin with, as it would.
\set ON_ERROR_STOP on
SET search_path = hmis, clienttrack;
CREATE TABLE hmis.service_copy (LIKE hmis.client_service INCLUDING ALL);
ALTER TABLE hmis.service_copy OWNER TO clienttrack_owner;
CALL clienttrack.attach_audit('service_copy');
ALTER TABLE hmis.service_copy DISABLE TRIGGER USER;
RESET search_path;
ALTER TABLE hmis.audit_event DISABLE TRIGGER append_only;
INSERT INTO hmis.audit_event (event_time, transaction_id, client_id, row_key, table_name, operation, login_role, db_role, new_values)
SELECT now(), pg_current_xact_id(), n, n, 'client_service', 'I', session_user, current_user, jsonb_build_object('client_id', n)
FROM generate_series(1, :clients) n;
VACUUM (ANALYZE) hmis.audit_event;
SELECT last_value AS last_event FROM hmis.audit_event_id_seq \gset

CREATE FUNCTION bench.audit(target text, does text) RETURNS text
LANGUAGE sql IMMUTABLE
-- Returns the statement that switches the audit of new rows on (ENABLE) or off (DISABLE).
RETURN format('ALTER TABLE %s %s TRIGGER zz_audit_insert', target, does);

INSERT INTO bench.side (benchmark, side, position, prepare, statement, tidy)
SELECT 'audit', s.side, s.position, ARRAY[bench.audit(s.target, s.does)], s.statement,
	ARRAY[bench.audit(s.target, 'DISABLE'), format('DELETE FROM hmis.audit_event WHERE audit_event_id > %s', :last_event),
		'VACUUM hmis.audit_event'] || s.tidy
FROM (
	SELECT 'unaudited', 1, 'hmis.client_service', 'DISABLE', bench.post_statement(1), bench.forget_statements(1)
	UNION ALL SELECT 'audited', 2, 'hmis.client_service', 'ENABLE', bench.post_statement(1), bench.forget_statements(1)
	UNION ALL SELECT c.side, c.position, 'hmis.service_copy', c.does, format('INSERT INTO hmis.service_copy (client_id, service_id,
		program_id, date_provided, enrollment_id, location_id, units, unit_value, provided_by_user_id)
		SELECT n, 1, 1, current_date - 1, n, 1, 1, 2.50, 1 FROM generate_series(1::bigint, %s) n', :batch / 2),
		'{TRUNCATE hmis.service_copy}'
	FROM (VALUES ('copy', 3, 'DISABLE'), ('copy_audited', 4, 'ENABLE')) AS c (side, position, does))
	AS s (side, position, target, does, statement, tidy);
SELECT bench.rounds('audit', :rounds) \gexec
CALL bench.compare('audit', 'post a batch: audited against unaudited, both guarded', 'audited', 'unaudited', 1.25, 'both');
CALL bench.compare('audit', format('INSERT of %s services, neither guard nor foreign keys: audited', :batch / 2), 'copy_audited', 'copy');
DROP TABLE hmis.service_copy;
