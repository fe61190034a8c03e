-- The audit: the trigger function that records every change, what keeps the record as it was written, and its triggers.

CREATE FUNCTION clienttrack.audit() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_audit';
COMMENT ON FUNCTION clienttrack.audit() IS
'Trigger that records every row that a statement wrote as a row of audit_event, in the schema of the table. AFTER INSERT,
UPDATE or DELETE FOR EACH STATEMENT with transition tables (any names), or AFTER TRUNCATE FOR EACH STATEMENT. No arguments.
Needs no right of whoever writes. The table and audit_event must have the same owner. Raises 39P01 (not called as such a
trigger), 42501 (another owner), 42P01 (no audit_event in the schema), 23514 (no partition takes the time).';

CREATE FUNCTION clienttrack.append_only() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_append_only';
COMMENT ON FUNCTION clienttrack.append_only() IS
'Trigger of audit_event, BEFORE UPDATE OR DELETE FOR EACH ROW or BEFORE TRUNCATE FOR EACH STATEMENT: raises 42501 for
everybody, the owner too. clienttrack.redact_audit() and logical replication get past it. Raises 39P01 when called otherwise.';

CREATE FUNCTION clienttrack.redact_audit(schema regnamespace, client_id bigint) RETURNS bigint
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'clienttrack_redact_audit';
COMMENT ON FUNCTION clienttrack.redact_audit(regnamespace, bigint) IS
'Disposes of what the audit of an installed schema knows of a client: the values of the client''s events, and of what a merge that was
undone wrote to another client''s record, become {"disposed": true}. Who changed what kind of row when stays known. Returns how many events there were. For the
owner of the audit, by dispose_client(). Raises 22004 (null), 42501 (not the owner), 42P01 (not an installed schema).';

CREATE PROCEDURE clienttrack.attach_audit(table_name name)
LANGUAGE plpgsql AS $attach$
-- Ensures that every statement on a table of the first schema of search_path is recorded.
DECLARE
	event record;
BEGIN
	FOR event IN
		SELECT v.name, format('AFTER %s ON %I.%I %s', v.name, current_schema(), attach_audit.table_name, v.rows) AS timing
		FROM (VALUES ('insert', 'REFERENCING NEW TABLE AS new_rows'), ('delete', 'REFERENCING OLD TABLE AS old_rows'),
			('update', 'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'), ('truncate', '')) AS v (name, rows)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER zz_audit_%s %s FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit()',
			event.name, event.timing);
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_audit(name) IS
'Used by install() and migrate(): puts the triggers of the audit on a table. Their names make them fire after the guard''s.';
