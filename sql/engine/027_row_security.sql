-- Row security and grants of the declared tables and functions of an installed schema.

CREATE FUNCTION clienttrack.policy_condition(condition text) RETURNS text
LANGUAGE sql STABLE
-- Returns a condition of schema_table with the arrays in it: each is computed once a statement, not once a row.
RETURN (SELECT replace(replace(replace(replace(replace(replace(replace(replace(condition,
		'{hidden_barriers}', format('(SELECT clienttrack.hidden_barriers(%s))::bigint[]', s.schema)),
		'{hidden_assessment_types}', format('(SELECT clienttrack.hidden_assessment_types(%s))::bigint[]', s.schema)),
		'{schema}', s.schema),
		'{organizations}', format('(SELECT clienttrack.current_organizations(%s))::bigint[]', s.schema)),
		'{programs}', format('(SELECT clienttrack.current_programs(%s))::bigint[]', s.schema)),
		'{restricted_services}', format('(SELECT clienttrack.restricted_services(%s))::bigint[]', s.schema)),
		'{hidden_users}', format('(SELECT clienttrack.hidden_users(%s))::bigint[]', s.schema)),
		'{hidden_organizations}', format('(SELECT clienttrack.hidden_organizations(%s))::bigint[]', s.schema))
	FROM (VALUES (format('%L::regnamespace', quote_ident(current_schema())))) AS s (schema));
COMMENT ON FUNCTION clienttrack.policy_condition(text) IS
'Used by attach_row_security(): a condition as declare_table() takes it, for a policy in the first schema of search_path.';

CREATE PROCEDURE clienttrack.attach_policy(table_name name, policy_name name, definition text)
LANGUAGE plpgsql AS $attach$
-- Ensures that a table has a policy of this name and definition.
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polname = policy_name
			AND p.polrelid = format('%I.%I', current_schema(), table_name)::regclass) THEN
		EXECUTE format('DROP POLICY %I ON %I.%I', policy_name, current_schema(), table_name);
	END IF;
	EXECUTE format('CREATE POLICY %I ON %I.%I %s', policy_name, current_schema(), table_name, definition);
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_policy(name, name, text) IS 'Used by attach_row_security().';

CREATE PROCEDURE clienttrack.attach_row_security()
LANGUAGE plpgsql AS $attach$
-- Ensures that each declared table shows and takes only the rows that its conditions allow. The owner, as whom the engine
-- and definer functions work, sees all rows; FORCE nevertheless puts the owner under row security, because then no error
-- of a constraint shows a row. Staging and setup tables without FORCE can be filled by COPY.
DECLARE
	-- names and not rows: schema_table itself is altered, and the type of its rows is another in each schema
	secured name[] := ARRAY(SELECT t.table_name FROM schema_table t
		WHERE t.visible_if IS NOT NULL OR t.kind IN ('protected', 'staging', 'log'));
	secured_name name;
	declared record;
	visible text;
	changeable text;
	writable text;
BEGIN
	FOREACH secured_name IN ARRAY secured
	LOOP
		SELECT t.* INTO declared FROM schema_table t WHERE t.table_name = secured_name;
		EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, %s FORCE ROW LEVEL SECURITY', current_schema(),
			declared.table_name, CASE WHEN declared.kind IN ('client', 'protected', 'work') THEN '' ELSE 'NO' END);
		CALL clienttrack.attach_policy(declared.table_name, 'owner',
			format('TO %I USING (true) WITH CHECK (true)', current_user));
		IF declared.visible_if IS NOT NULL THEN
			visible := clienttrack.policy_condition(declared.visible_if);
			changeable := clienttrack.policy_condition(declared.changeable_if);
			writable := concat_ws(' AND ', '(' || changeable || ')', '(' || clienttrack.policy_condition(declared.right_if) || ')');
			CALL clienttrack.attach_policy(declared.table_name, 'read', format('FOR SELECT USING (%s)', visible));
			CALL clienttrack.attach_policy(declared.table_name, 'enter', format('FOR INSERT WITH CHECK (%s)', concat_ws(' AND ',
				'(' || clienttrack.policy_condition(declared.enterable_if) || ')', '(' || clienttrack.policy_condition(declared.right_if) || ')')));
			CALL clienttrack.attach_policy(declared.table_name, 'change', format('FOR UPDATE USING (%s) WITH CHECK (%s)', changeable, writable));
			CALL clienttrack.attach_policy(declared.table_name, 'remove', format('FOR DELETE USING (%s)', changeable));
		END IF;
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_row_security() IS
'Used by install() and migrate(): makes the policies owner, read, enter, change and remove from schema_table.';

CREATE FUNCTION clienttrack.columns_to_grant(relid regclass, privilege text) RETURNS text
LANGUAGE sql STABLE
-- Returns the columns that a worker may enter (INSERT) or change (UPDATE), as a list. Never the key: an identifier that is
-- taken would tell that somebody has the row. What says who entered the row and when never changes, nor does the batch run
-- that posted a service, or it would be posted again. Nor whose an enrollment is: a foreign key would tell of what hangs on it.
RETURN (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
	WHERE a.attrelid = relid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
	AND (privilege = 'INSERT' OR a.attname NOT IN ('security_organization_id', 'service_batch_run_id'))
	AND NOT (privilege = 'UPDATE' AND a.attname = 'client_id' AND relid = to_regclass(quote_ident(current_schema()) || '.enrollment'))
	AND a.attname NOT IN ('date_created', 'entered_by_user_id', 'serving_organization_ids', 'date_disposed', 'merged_into_client_id', 'granted_by',
		'instances_authorized', 'units_authorized', 'units_drawn', 'decided_by_user_id')
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = relid AND i.indisprimary AND a.attnum = ANY (i.indkey)));
COMMENT ON FUNCTION clienttrack.columns_to_grant(regclass, text) IS 'Used by attach_table_grants().';

CREATE PROCEDURE clienttrack.attach_table_grants()
LANGUAGE plpgsql AS $attach$
-- Ensures that the roles may do with each declared table what its kind says, and with each view of ours read it. A view of
-- the DBA's own may show what its owner sees, and is not ours to grant.
DECLARE
	declared record;
	drawn record;
	view_name name;
BEGIN
	-- identity columns need no grant, sequences in defaults do
	FOR drawn IN SELECT d.objid::regclass AS sequence, t.writer
		FROM schema_table t JOIN pg_catalog.pg_depend d ON d.refobjid = format('%I.%I', current_schema(), t.table_name)::regclass
			AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.classid = d.refclassid AND d.deptype = 'a'
		JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
		WHERE t.writer IS NOT NULL
	LOOP
		EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', drawn.sequence, drawn.writer);
	END LOOP;
	FOR declared IN SELECT t.*, format('%I.%I', current_schema(), t.table_name) AS qualified FROM schema_table t
	LOOP
		IF declared.reader IS NOT NULL THEN
			EXECUTE format('GRANT SELECT ON %s TO %I', declared.qualified, declared.reader);
		END IF;
		IF declared.kind IN ('client', 'work') AND declared.changeable_if <> 'false' THEN
			EXECUTE format('GRANT INSERT (%s), UPDATE (%s) ON %s TO %I',
				clienttrack.columns_to_grant(declared.qualified::regclass, 'INSERT'),
				clienttrack.columns_to_grant(declared.qualified::regclass, 'UPDATE'), declared.qualified, declared.writer);
		ELSIF declared.kind = 'setup' THEN
			EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO %I', declared.qualified, declared.writer);
		END IF;
	END LOOP;
	FOR view_name IN SELECT c.relname FROM pg_catalog.pg_class c
		WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind = 'v'
		AND pg_get_userbyid(c.relowner) = current_user AND 'security_invoker=true' = ANY (c.reloptions)
	LOOP
		EXECUTE format('GRANT SELECT ON %I.%I TO clienttrack_reader', current_schema(), view_name);
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_table_grants() IS 'Used by install() and migrate(): grants tables and views by their kind.';

CREATE PROCEDURE clienttrack.attach_function_grants()
LANGUAGE plpgsql AS $attach$
-- Ensures that nobody may execute a function of the schema by being PUBLIC: readers get those that only read, workers those
-- that write as the caller or were declared for them, and the rights those that need one. A trigger fires without a grant;
-- with one anybody could put a definer's on a table of his own and ask it about any row. Functions of another owner are
-- not ours.
DECLARE
	granted record;
BEGIN
	FOR granted IN
		SELECT f.grantee, string_agg(f.function, ', ') AS functions FROM (
			SELECT p.oid::regprocedure::text AS function, CASE WHEN g.function_name IS NOT NULL THEN g.grantee
				WHEN p.prosecdef OR p.prokind = 'p' OR p.prorettype = 'trigger'::regtype THEN NULL
				WHEN p.provolatile = 'v' THEN 'clienttrack_worker' ELSE 'clienttrack_reader' END AS grantee
			FROM pg_catalog.pg_proc p LEFT JOIN schema_function g ON g.function_name = p.proname
			WHERE p.pronamespace = to_regnamespace(quote_ident(current_schema()))
			AND pg_get_userbyid(p.proowner) = current_user) f
		GROUP BY f.grantee
	LOOP
		EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', granted.functions);
		IF granted.grantee IS NOT NULL THEN
			EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', granted.functions, granted.grantee);
		END IF;
	END LOOP;
END
$attach$;
COMMENT ON PROCEDURE clienttrack.attach_function_grants() IS
'Used by install() and migrate(): grants functions by what they do and by schema_function.';
