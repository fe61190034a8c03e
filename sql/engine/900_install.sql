-- install, migrate, uninstall: from the texts in schema_scripts() to ordinary tables, views, functions and triggers.

CREATE FUNCTION clienttrack.is_installed(schema_name name) RETURNS boolean
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
	-- Tells whether the schema was made by install().
	SELECT EXISTS (
		SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = is_installed.schema_name AND c.relname = 'schema_version' AND c.relkind = 'r');
END;
COMMENT ON FUNCTION clienttrack.is_installed(name) IS 'Whether the schema was made by clienttrack.install().';

CREATE FUNCTION clienttrack.become_owner(schema_name name) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $become$
-- Makes the owner of a schema the current role until the end of the transaction, and returns the role set before: what a
-- superuser runs in a schema must not run as superuser, since its owner may have put something there.
DECLARE
	previous text := current_setting('role');
BEGIN
	PERFORM set_config('role', (SELECT r.rolname FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
		WHERE n.nspname = schema_name), true);
	RETURN previous;
END
$become$;
COMMENT ON FUNCTION clienttrack.become_owner(name) IS
'Used by install(), migrate() and uninstall(). Raises 42501 when the caller is not a member of the owner.';

CREATE PROCEDURE clienttrack.run_scripts(schema_name name, first_script text, last_script text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $run$
-- Executes the schema scripts with names from first_script up to and not including last_script, in order, with every
-- name bound inside the schema, the engine and pg_catalog. In a script @schema@ is the name of the schema as a literal.
DECLARE
	part record;
BEGIN
	PERFORM set_config('search_path', format('%I, clienttrack, pg_temp', schema_name), true);
	FOR part IN
		SELECT s.name, replace(s.script, '@schema@', quote_literal(quote_ident(schema_name))) AS script
		FROM clienttrack.schema_scripts() s
		WHERE s.name COLLATE "C" >= first_script AND s.name COLLATE "C" < last_script
		ORDER BY s.position
	LOOP
		EXECUTE part.script;
	END LOOP;
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO clienttrack_reader', schema_name);
	CALL clienttrack.attach_table_triggers();
	CALL clienttrack.attach_row_security();
	CALL clienttrack.attach_table_grants();
	CALL clienttrack.attach_function_grants();
	CALL clienttrack.note_attached();
END
$run$;
COMMENT ON PROCEDURE clienttrack.run_scripts(name, text, text) IS
'Used by install() and migrate(): executes a range of the schema scripts inside one schema.';

CREATE PROCEDURE clienttrack.check_owner(schema_name name)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $check$
-- Ensures that the schema, if there is one, is the current user's: another owner could put functions in reach of what
-- runs here, or drop what is made here. A superuser works as the owner instead.
DECLARE
	owner name;
BEGIN
	SELECT r.rolname INTO owner FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
	WHERE n.nspname = schema_name AND r.rolname <> current_user;
	IF FOUND AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
		RAISE EXCEPTION 'schema "%" belongs to somebody else', schema_name
			USING ERRCODE = 'insufficient_privilege', HINT = format('SET ROLE %I; or use a schema of another name.', owner);
	END IF;
END
$check$;
COMMENT ON PROCEDURE clienttrack.check_owner(name) IS
'Used by install(), migrate() and uninstall(): raises 42501 when the schema belongs to another role and the caller is no superuser.';

CREATE PROCEDURE clienttrack.check_installable(schema_name name)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $check$
-- Ensures that a schema of this name can be made here: UTF8 database, legal name, nothing of anybody else in it.
BEGIN
	IF schema_name IS NULL OR schema_name = '' THEN
		RAISE EXCEPTION 'the name of the schema to install must not be null or empty'
			USING ERRCODE = 'invalid_schema_name', HINT = 'For example: CALL clienttrack.install(''hmis'');';
	END IF;
	-- a $ could end the quotes of a function's body
	IF schema_name ~ '^pg_|[$]' OR schema_name IN ('information_schema', 'clienttrack', 'public') THEN
		RAISE EXCEPTION 'schema "%" cannot hold clienttrack''s data', schema_name
			USING ERRCODE = 'reserved_name', HINT = 'Choose a name of its own, for example "hmis".';
	END IF;
	IF getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION 'clienttrack needs a database with encoding UTF8, this one has %', getdatabaseencoding()
			USING ERRCODE = 'feature_not_supported',
			DETAIL = 'People''s names are written in every script.',
			HINT = 'CREATE DATABASE … ENCODING ''UTF8'' TEMPLATE template0;';
	END IF;
	IF clienttrack.is_installed(schema_name) THEN
		RAISE EXCEPTION 'clienttrack is already installed in schema "%"', schema_name
			USING ERRCODE = 'duplicate_schema', HINT = format('To bring it to version %s: CALL clienttrack.migrate(%L);',
				clienttrack.version(), schema_name);
	END IF;
	CALL clienttrack.check_owner(schema_name);
	IF EXISTS (SELECT FROM pg_depend d
			   WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = to_regnamespace(quote_ident(schema_name))
			   AND d.deptype <> 'e') THEN
		RAISE EXCEPTION 'schema "%" already holds objects that are not clienttrack''s', schema_name
			USING ERRCODE = 'duplicate_schema', HINT = 'Install into a schema of another name, or empty this one first.';
	END IF;
END
$check$;
COMMENT ON PROCEDURE clienttrack.check_installable(name) IS
'Used by install(): raises 3F000 (no name), 42939 (reserved name), 0A000 (database not UTF8), 42501 (schema of another
owner) or 42P06 (schema in use).';

CREATE PROCEDURE clienttrack.install(schema_name name DEFAULT 'hmis')
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $install$
-- Makes a schema with all of clienttrack's tables, views, functions and triggers, or nothing at all. It belongs to the
-- caller, but never to a superuser: row security does not bind one, and errors would show what it hides.
DECLARE
	caller_role text;
BEGIN
	CALL clienttrack.check_installable(schema_name);
	EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', schema_name);
	IF (SELECT r.rolsuper FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = schema_name) THEN
		EXECUTE format('ALTER SCHEMA %I OWNER TO clienttrack_owner', schema_name);
	END IF;
	caller_role := clienttrack.become_owner(schema_name);
	CALL clienttrack.run_scripts(schema_name, '', '~');
	EXECUTE format('INSERT INTO %I.schema_version (version) VALUES (clienttrack.version())', schema_name);
	PERFORM set_config('role', caller_role, true);
END
$install$;
COMMENT ON PROCEDURE clienttrack.install(name) IS
'Makes a schema (default hmis) with clienttrack''s tables, views, functions and triggers, owned by the caller, or by the role
clienttrack_owner where a superuser calls. An empty schema that is there is used, and stays its owner''s unless that is a
superuser. As many schemas per database as wanted. All or nothing. Needs CREATE on the database. Raises 3F000, 42939, 0A000
(database not UTF8), 42501 (schema of another owner, and the caller is no superuser), 42P06 (schema in use or installed).';

CREATE PROCEDURE clienttrack.check_installed(schema_name name)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $check$
-- Ensures that the schema was made by install().
BEGIN
	IF schema_name IS NULL OR NOT clienttrack.is_installed(schema_name) THEN
		RAISE EXCEPTION 'clienttrack is not installed in schema "%"', coalesce(schema_name, 'null')
			USING ERRCODE = 'invalid_schema_name',
			HINT = format('CALL clienttrack.install(%L);', coalesce(schema_name, 'hmis'));
	END IF;
END
$check$;
COMMENT ON PROCEDURE clienttrack.check_installed(name) IS 'Raises 3F000 unless the schema was made by clienttrack.install().';

CREATE PROCEDURE clienttrack.migrate(schema_name name DEFAULT 'hmis')
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $migrate$
-- Brings the functions, views and triggers of a schema to the version of the code and puts back what
-- DROP EXTENSION … CASCADE took. Scripts from 500 on replace what they make; tables are altered by version steps.
DECLARE
	current_version text;
	caller_role text;
BEGIN
	CALL clienttrack.check_installed(schema_name);
	CALL clienttrack.check_owner(schema_name);
	caller_role := clienttrack.become_owner(schema_name);
	EXECUTE format('SELECT version FROM %I.schema_version ORDER BY schema_version_id DESC LIMIT 1', schema_name)
		INTO current_version;
	IF string_to_array(current_version, '.')::int[] > string_to_array(clienttrack.version(), '.')::int[] THEN
		RAISE EXCEPTION 'schema "%" is at version %, the code at %', schema_name, current_version, clienttrack.version()
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'ALTER EXTENSION clienttrack UPDATE;';
	END IF;
	CALL clienttrack.run_scripts(schema_name, '500', '~');
	IF current_version <> clienttrack.version() THEN
		EXECUTE format('INSERT INTO %I.schema_version (version) VALUES (clienttrack.version())', schema_name);
	END IF;
	PERFORM set_config('role', caller_role, true);
END
$migrate$;
COMMENT ON PROCEDURE clienttrack.migrate(name) IS
'Brings an installed schema to the version of the code, replacing functions, views and triggers; rows stay as they are.
Also puts them back after DROP EXTENSION clienttrack CASCADE and CREATE EXTENSION clienttrack.
Raises 3F000 (not installed), 42501 (schema of another owner), 55000 (schema newer than the code).';

CREATE PROCEDURE clienttrack.uninstall(schema_name name DEFAULT 'hmis', even_with_services boolean DEFAULT false)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $uninstall$
-- Drops an installed schema, but not while it holds services or clients (unless told to) or tables of somebody else.
DECLARE
	services bigint;
	clients bigint;
	foreign_table text;
	foreign_extension text;
	caller_role text;
BEGIN
	CALL clienttrack.check_installed(schema_name);
	CALL clienttrack.check_owner(schema_name);
	caller_role := clienttrack.become_owner(schema_name);
	EXECUTE format('LOCK TABLE %1$I.client_service, %1$I.indirect_service, %1$I.client IN ACCESS EXCLUSIVE MODE', schema_name);
	EXECUTE format('SELECT (SELECT count(*) FROM %1$I.client_service) + (SELECT count(*) FROM %1$I.indirect_service),
		(SELECT count(*) FROM %1$I.client)', schema_name) INTO services, clients;
	IF services + clients > 0 AND even_with_services IS NOT TRUE THEN
		RAISE EXCEPTION 'schema "%" holds recorded data', schema_name
			USING ERRCODE = 'dependent_objects_still_exist', DETAIL = format('Services: %s, clients: %s.', services, clients),
			HINT = format('To lose them for ever: CALL clienttrack.uninstall(%L, even_with_services => true);', schema_name);
	END IF;
	EXECUTE format($f$
		SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = %1$L::regnamespace AND c.relkind IN ('r', 'p', 'm', 'f')
		AND NOT EXISTS (SELECT FROM %1$s.schema_table t WHERE t.table_name = c.relname)
		AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent AND p.relnamespace = c.relnamespace
			JOIN %1$s.schema_table t ON t.table_name = p.relname WHERE i.inhrelid = c.oid)
		ORDER BY 1 LIMIT 1$f$, quote_ident(schema_name)) INTO foreign_table;
	IF foreign_table IS NOT NULL THEN
		RAISE EXCEPTION 'schema "%" holds a table that is not clienttrack''s: "%"', schema_name, foreign_table
			USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Move or drop it first.';
	END IF;
	SELECT e.extname INTO foreign_extension FROM pg_extension e
	WHERE e.extnamespace = quote_ident(schema_name)::regnamespace ORDER BY 1 LIMIT 1;
	IF foreign_extension IS NOT NULL THEN
		RAISE EXCEPTION 'schema "%" holds the extension "%"', schema_name, foreign_extension
			USING ERRCODE = 'dependent_objects_still_exist',
			HINT = format('ALTER EXTENSION %I SET SCHEMA public;', foreign_extension);
	END IF;
	EXECUTE format('DROP SCHEMA %I CASCADE', schema_name);
	PERFORM set_config('role', caller_role, true);
END
$uninstall$;
COMMENT ON PROCEDURE clienttrack.uninstall(name, boolean) IS
'Drops an installed schema with everything in it. Raises 3F000 (not installed), 2BP01 while services or clients are recorded in it
(even_with_services => true drops them too, with all that hangs on clients), or it holds tables or extensions that are not clienttrack''s.';
