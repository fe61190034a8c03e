-- The one place that turns a bare table of an installed schema into one of clienttrack's: audit columns, their comments,
-- the trigger that keeps date_updated, grants, and its entry in schema_table.

CREATE FUNCTION clienttrack.touch() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_touch';
COMMENT ON FUNCTION clienttrack.touch() IS
'Row trigger, BEFORE UPDATE: sets date_updated to the transaction''s time unless the statement sets it itself.
Needs a column date_updated timestamptz. Raises 39P01 when called otherwise.';

CREATE FUNCTION clienttrack.check_not_null() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_check_not_null';
COMMENT ON FUNCTION clienttrack.check_not_null() IS
'Row trigger, BEFORE INSERT OR UPDATE: refuses a null in a NOT NULL column with an error that, unlike the constraint''s own,
does not show the row. Raises 23502, and 39P01 when called otherwise.';

CREATE PROCEDURE clienttrack.declare_table(table_name name, kind text)
LANGUAGE plpgsql AS $declare$
-- Ensures that a table just made in the first schema of search_path has what every table of its kind has.
-- kind: 'client' (about a client), 'setup' (edited by an administrator), 'staging' (data on its way in),
-- 'log' (written by functions only).
DECLARE
	qualified text := format('%I.%I', current_schema(), table_name);
BEGIN
	IF kind NOT IN ('client', 'setup', 'staging', 'log') THEN
		RAISE EXCEPTION 'unknown kind of table "%"', kind USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF kind IN ('client', 'setup') THEN
		EXECUTE format($f$
			ALTER TABLE %1$s
				ADD COLUMN date_created timestamptz NOT NULL DEFAULT now(),
				ADD COLUMN date_updated timestamptz NOT NULL DEFAULT now(),
				ADD COLUMN IF NOT EXISTS user_id bigint,
				ADD COLUMN date_deleted timestamptz;
			COMMENT ON COLUMN %1$s.date_created IS 'When the row was entered (HUD DateCreated).';
			COMMENT ON COLUMN %1$s.date_updated IS 'When the row was last changed (HUD DateUpdated).';
			COMMENT ON COLUMN %1$s.date_deleted IS 'When the row was deleted (HUD DateDeleted); null while it is live.';
			$f$, qualified);
		IF table_name <> 'hmis_user' THEN -- where user_id is the key
			EXECUTE format('COMMENT ON COLUMN %s.user_id IS ''HMIS user who last entered or changed the row (HUD UserID).''', qualified);
		END IF;
	END IF;
	EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', qualified);
	INSERT INTO schema_table (table_name, kind) VALUES (declare_table.table_name, declare_table.kind);
END
$declare$;
COMMENT ON PROCEDURE clienttrack.declare_table(name, text) IS
'Used by install(): gives a new table of the schema its audit columns, their comments, grants and its entry in schema_table.
kind: client, setup, staging or log. Raises 22023 for another kind.';

CREATE PROCEDURE clienttrack.attach_table_triggers()
LANGUAGE plpgsql AS $attach$
-- Ensures that every declared table with a date_updated column of the first schema of search_path keeps it.
DECLARE
	declared record;
BEGIN
	FOR declared IN SELECT t.table_name FROM schema_table t WHERE t.kind IN ('client', 'setup')
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON %I.%I FOR EACH ROW EXECUTE FUNCTION clienttrack.touch()',
			current_schema(), declared.table_name);
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_table_triggers() IS
'Used by install() and migrate(): puts the triggers that every table has on every declared table.';
