-- The one place that turns a bare table of an installed schema into one of clienttrack's: audit columns, their comments,
-- the triggers that every table has, its row security and grants (027_row_security.sql), and its entry in schema_table.

CREATE FUNCTION clienttrack.touch() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_touch';
COMMENT ON FUNCTION clienttrack.touch() IS
'Row trigger, BEFORE UPDATE: sets date_updated to the transaction''s time, and user_id to the user of the session where one is
known, unless the statement sets them itself, or changes nothing. Needs a column date_updated timestamptz. Raises 39P01 when
called otherwise.';

CREATE FUNCTION clienttrack.check_not_null() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_check_not_null';
COMMENT ON FUNCTION clienttrack.check_not_null() IS
'Row trigger, BEFORE INSERT OR UPDATE: refuses a null in a NOT NULL column with an error that, unlike the constraint''s own,
does not show the row. Raises 23502, and 39P01 when called otherwise.';

CREATE PROCEDURE clienttrack.add_audit_columns(table_name name)
LANGUAGE plpgsql AS $add$
-- Ensures that a table of the first schema of search_path says when its rows were entered, changed and deleted, and by whom.
DECLARE
	qualified text := format('%I.%I', current_schema(), table_name);
BEGIN
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
END
$add$;
COMMENT ON PROCEDURE clienttrack.add_audit_columns(name) IS 'Used by declare_table().';

CREATE PROCEDURE clienttrack.declare_table(table_name name, kind text, visible_if text DEFAULT NULL,
	changeable_if text DEFAULT NULL, right_if text DEFAULT NULL, writer name DEFAULT NULL, reader name DEFAULT NULL,
	enterable_if text DEFAULT NULL)
LANGUAGE plpgsql AS $declare$
-- Ensures that a table just made in the first schema of search_path has what every table of its kind has. Row security,
-- grants and triggers come at the end of the installation, from what is noted here.
BEGIN
	IF kind NOT IN ('client', 'protected', 'work', 'setup', 'staging', 'log') THEN
		RAISE EXCEPTION 'unknown kind of table "%"', kind USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF kind IN ('client', 'protected', 'work', 'setup') THEN
		CALL clienttrack.add_audit_columns(table_name);
	END IF;
	EXECUTE format('REVOKE ALL ON %I.%I FROM PUBLIC', current_schema(), table_name);
	INSERT INTO schema_table (table_name, kind, visible_if, changeable_if, enterable_if, right_if, writer, reader)
	VALUES (declare_table.table_name, declare_table.kind, declare_table.visible_if,
		coalesce(declare_table.changeable_if, declare_table.visible_if),
		coalesce(declare_table.enterable_if, declare_table.changeable_if, declare_table.visible_if), declare_table.right_if,
		coalesce(declare_table.writer, CASE WHEN declare_table.kind IN ('client', 'work') THEN 'clienttrack_worker'
			WHEN declare_table.kind = 'setup' THEN 'clienttrack_admin' END),
		coalesce(declare_table.reader, CASE WHEN declare_table.kind IN ('client', 'work', 'setup') THEN 'clienttrack_reader' END));
END
$declare$;
COMMENT ON PROCEDURE clienttrack.declare_table(name, text, text, text, text, name, name, text) IS
'Used by install(): gives a new table of the schema its audit columns, their comments and its entry in schema_table.
kind: client (about a client), protected (the same, read through functions only), work (entered by workers, not about one
client), setup (edited by an administrator), staging or log. visible_if: the rows that are seen; null: no row security.
changeable_if: those that may be changed, null: the same. enterable_if: those that may be entered, null: as changeable_if.
right_if: what must hold besides for a row that is written. In these conditions {organizations}, {programs},
{hidden_organizations}, {hidden_users}, {hidden_barriers}, {hidden_assessment_types} and {restricted_services} are the arrays of clienttrack.current_organizations() and so on,
and {schema} is the schema. writer, reader: the roles that may write and read, where they are not the kind''s.
Raises 22023 for another kind.';

CREATE PROCEDURE clienttrack.attach_defaults()
LANGUAGE plpgsql AS $attach$
-- Ensures that a new row of a declared table says who entered it, and for which organization. A column that has a default
-- keeps it.
DECLARE
	undecided record;
	schema_literal text := quote_literal(quote_ident(current_schema()));
BEGIN
	FOR undecided IN
		SELECT t.table_name, a.attname AS column_name,
			CASE a.attname WHEN 'security_organization_id' THEN 'current_organization' ELSE 'current_user_id' END AS function_name
		FROM schema_table t
		JOIN pg_catalog.pg_class c ON c.relname = t.table_name AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('user_id', 'entered_by_user_id', 'security_organization_id')
		WHERE NOT a.attisdropped AND NOT a.atthasdef AND NOT a.attnotnull
	LOOP
		EXECUTE format('ALTER TABLE %I.%I ALTER COLUMN %I SET DEFAULT clienttrack.%I(%s::regnamespace)', current_schema(),
			undecided.table_name, undecided.column_name, undecided.function_name, schema_literal);
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_defaults() IS
'Used by install() and migrate(): gives user_id, entered_by_user_id and security_organization_id of the declared tables the
defaults current_user_id() and current_organization(), which DROP EXTENSION clienttrack CASCADE takes away.';

CREATE PROCEDURE clienttrack.attach_table_triggers()
LANGUAGE plpgsql AS $attach$
-- Ensures that every declared table with audit columns of the first schema of search_path keeps them, and that what happens
-- to tables about clients is recorded.
DECLARE
	declared record;
BEGIN
	CALL clienttrack.attach_defaults();
	-- that another organization serves a client, or a service draws on an authorization, is no change of the record
	FOR declared IN SELECT t.table_name, CASE t.table_name
			WHEN 'client' THEN 'WHEN (OLD.serving_organization_ids = NEW.serving_organization_ids)'
			WHEN 'service_authorization' THEN 'WHEN (OLD.units_drawn = NEW.units_drawn)' ELSE '' END AS condition
		FROM schema_table t WHERE t.kind IN ('client', 'protected', 'work', 'setup')
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON %I.%I FOR EACH ROW %s EXECUTE FUNCTION clienttrack.touch()',
			current_schema(), declared.table_name, declared.condition);
	END LOOP;
	FOR declared IN SELECT t.table_name FROM schema_table t WHERE t.kind IN ('client', 'protected')
	LOOP
		CALL clienttrack.attach_audit(declared.table_name);
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_table_triggers() IS
'Used by install() and migrate(): puts the triggers that every table has on every declared table.';
