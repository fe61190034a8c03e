-- Whether an installed schema is still as secure as it was made, and whether its rows obey the rules.

CREATE FUNCTION clienttrack.attached_objects(relid regclass) RETURNS text[]
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp -- how names are written depends on it
-- Returns the policies and triggers of a table as text, in order.
RETURN ARRAY(
	SELECT format('policy %s %s %s TO %s USING (%s) WITH CHECK (%s)', p.polname, p.polcmd,
		CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
		(SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ' ORDER BY r) FROM unnest(p.polroles) r),
		pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) AS object
	FROM pg_catalog.pg_policy p WHERE p.polrelid = relid
	UNION ALL
	SELECT format('trigger %s %s', t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
	FROM pg_catalog.pg_trigger t WHERE t.tgrelid = relid AND NOT t.tgisinternal
	ORDER BY 1);
COMMENT ON FUNCTION clienttrack.attached_objects(regclass) IS 'Used by note_attached() and selfaudit(): policies and triggers of a table.';

CREATE PROCEDURE clienttrack.note_attached()
LANGUAGE plpgsql AS $note$
-- Notes what is attached to the tables of the first schema of search_path, for selfaudit() to compare with.
BEGIN
	UPDATE schema_table t SET attached = n.attached
	FROM (SELECT d.table_name, ARRAY(
			SELECT a FROM unnest(clienttrack.attached_objects(format('%I.%I', current_schema(), d.table_name)::regclass)) a
			WHERE a ~ '^(trigger|policy (owner|read|enter|change|remove)) ') AS attached
		FROM schema_table d) n
	WHERE n.table_name = t.table_name AND t.attached IS DISTINCT FROM n.attached;
END
$note$;
COMMENT ON PROCEDURE clienttrack.note_attached() IS 'Used by install() and migrate().';

CREATE FUNCTION clienttrack.selfaudit_tables(schema regnamespace) RETURNS TABLE (check_name text, object text, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $tables$
-- Returns what is wrong with the tables: missing ones, other owners, row security switched off, policies and triggers that
-- are missing, changed or disabled, policies that were added.
BEGIN
	RETURN QUERY EXECUTE format($q$
		WITH declared AS (
			SELECT t.*, c.oid, c.relowner, c.relrowsecurity, c.relforcerowsecurity, n.nspowner,
				clienttrack.attached_objects(c.oid::regclass) AS now_attached
			FROM %1$s.schema_table t JOIN pg_namespace n ON n.oid = $1
			LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name AND c.relkind IN ('r', 'p'))
		SELECT 'table_missing', d.table_name::text, 'the table does not exist' FROM declared d WHERE d.oid IS NULL
		UNION ALL SELECT 'table_owner', d.table_name, format('belongs to %%s, the schema to %%s', d.relowner::regrole, d.nspowner::regrole)
		FROM declared d WHERE d.relowner <> d.nspowner
		UNION ALL SELECT 'row_security_off', d.table_name, 'row security is not enabled' FROM declared d
		WHERE NOT d.relrowsecurity AND (d.visible_if IS NOT NULL OR d.kind IN ('protected', 'staging', 'log'))
		UNION ALL SELECT 'row_security_not_forced', d.table_name, 'row security is not forced on the owner: errors can show rows'
		FROM declared d WHERE NOT d.relforcerowsecurity AND d.kind IN ('client', 'protected', 'work')
		UNION ALL SELECT 'missing_or_changed', d.table_name, a FROM declared d, unnest(d.attached) a
		WHERE d.oid IS NOT NULL AND a <> ALL (d.now_attached)
		UNION ALL SELECT 'policy_added', d.table_name, a FROM declared d, unnest(d.now_attached) a
		WHERE a LIKE 'policy %%' AND a <> ALL (d.attached)$q$, schema) USING schema;
END
$tables$;
COMMENT ON FUNCTION clienttrack.selfaudit_tables(regnamespace) IS 'Used by selfaudit(): tables, policies and triggers.';

CREATE FUNCTION clienttrack.selfaudit_code(schema regnamespace) RETURNS TABLE (check_name text, object text, problem text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns what is wrong with functions and views: definer functions that others' names could get into, views that read
	-- with their owner's eyes, owners whom row security does not bind.
	SELECT 'definer_path', p.oid::regprocedure::text, 'runs as its owner without a search_path that ends in pg_temp'
	FROM pg_catalog.pg_proc p WHERE p.prosecdef AND p.pronamespace IN (schema, 'clienttrack'::regnamespace)
	AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c ~ '^search_path=.*, pg_temp$')
	UNION ALL SELECT 'definer_owner', p.oid::regprocedure::text, format('runs as %s, not as the owner of the schema', p.proowner::regrole)
	FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
	WHERE p.prosecdef AND p.pronamespace = schema AND p.proowner <> n.nspowner
	UNION ALL SELECT 'view_not_invoker', c.oid::regclass::text, 'reads with the rights of its owner: set security_invoker'
	FROM pg_catalog.pg_class c WHERE c.relnamespace = schema AND c.relkind = 'v'
	AND NOT EXISTS (SELECT FROM unnest(c.reloptions) o WHERE o IN ('security_invoker=true', 'security_invoker=on'))
	UNION ALL SELECT 'materialized_view', c.oid::regclass::text, 'holds rows of everybody, past row security'
	FROM pg_catalog.pg_class c WHERE c.relnamespace = schema AND c.relkind = 'm'
	UNION ALL SELECT 'owner_unbound', n.nspname, format('belongs to %s, whom row security does not bind', n.nspowner::regrole)
	FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
	WHERE n.oid = schema AND (r.rolsuper OR r.rolbypassrls)
	UNION ALL SELECT 'role_too_strong', r.rolname, 'can log in, is a superuser or bypasses row security'
	FROM pg_catalog.pg_roles r WHERE r.rolname LIKE 'clienttrack\_%' AND (r.rolsuper OR r.rolbypassrls OR r.rolcanlogin)
	AND EXISTS (SELECT FROM pg_catalog.pg_shdescription d WHERE d.objoid = r.oid AND d.description LIKE 'clienttrack: %');
END;
COMMENT ON FUNCTION clienttrack.selfaudit_code(regnamespace) IS 'Used by selfaudit(): functions, views and roles.';

CREATE FUNCTION clienttrack.selfaudit_grants(schema regnamespace) RETURNS TABLE (check_name text, object text, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $grants$
-- Returns what is granted too widely: anything to PUBLIC, what nobody reads directly to anybody, CREATE to others.
BEGIN
	RETURN QUERY EXECUTE format($q$
		WITH granted AS (
			SELECT c.oid::regclass::text AS object, c.relname, a.grantee, a.privilege_type, c.relowner AS owner
			FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = $1
			UNION ALL SELECT c.oid::regclass::text, c.relname, a.grantee, a.privilege_type, c.relowner
			FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a WHERE c.relnamespace = $1
			UNION ALL SELECT p.oid::regprocedure::text, NULL, a.grantee, a.privilege_type, p.proowner
			FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
			WHERE p.pronamespace = $1 AND p.prorettype <> 'trigger'::regtype
			UNION ALL SELECT n.nspname, NULL, a.grantee, a.privilege_type, n.nspowner
			FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.oid = $1)
		SELECT DISTINCT 'granted_to_public', g.object, g.privilege_type FROM granted g WHERE g.grantee = 0
		UNION ALL SELECT DISTINCT 'granted', g.object, format('%%s to %%s', g.privilege_type, g.grantee::regrole)
		FROM granted g JOIN %1$s.schema_table t ON t.table_name = g.relname
		WHERE t.kind IN ('protected', 'staging', 'log') AND t.reader IS NULL AND g.grantee NOT IN (0, g.owner)
		UNION ALL SELECT DISTINCT 'create_granted', g.object, format('%%s may make objects here', g.grantee::regrole)
		FROM granted g WHERE g.privilege_type = 'CREATE' AND g.grantee NOT IN (0, g.owner)$q$, schema) USING schema;
END
$grants$;
COMMENT ON FUNCTION clienttrack.selfaudit_grants(regnamespace) IS 'Used by selfaudit(): privileges.';

CREATE FUNCTION clienttrack.selfaudit_workflows(schema regnamespace) RETURNS TABLE (check_name text, object text, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $workflows$
-- Returns what is wrong with the workflows that can be started: functions that are not there or not to be called.
BEGIN
	RETURN QUERY EXECUTE format('SELECT ''workflow'', p.object, p.problem FROM %s.workflow_problems() p', schema);
END
$workflows$;
COMMENT ON FUNCTION clienttrack.selfaudit_workflows(regnamespace) IS 'Used by selfaudit(): workflows.';

CREATE FUNCTION clienttrack.selfaudit(schema_name name DEFAULT 'hmis') RETURNS TABLE (check_name text, object text, problem text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $audit$
-- Returns every departure from the security that install() made: none, as long as nobody changed it.
DECLARE
	schema regnamespace;
BEGIN
	CALL clienttrack.check_installed(schema_name);
	schema := quote_ident(schema_name)::regnamespace;
	RETURN QUERY SELECT * FROM clienttrack.selfaudit_tables(schema) UNION ALL SELECT * FROM clienttrack.selfaudit_code(schema)
		UNION ALL SELECT * FROM clienttrack.selfaudit_grants(schema)
		UNION ALL SELECT * FROM clienttrack.selfaudit_workflows(schema) ORDER BY 1, 2, 3;
END
$audit$;
COMMENT ON FUNCTION clienttrack.selfaudit(name) IS
'Looks whether an installed schema is still as secure as install() made it, one row for each departure: table_missing, table_owner,
row_security_off, row_security_not_forced, missing_or_changed (policy or trigger), policy_added, definer_path, definer_owner,
view_not_invoker, materialized_view, owner_unbound, role_too_strong, granted_to_public, granted, create_granted, workflow (a step
that cannot be done, see define_workflow()). No row: no
departure. Run by the owner of the schema. Raises 3F000 (not installed), 42501 (not the owner).';

CREATE FUNCTION clienttrack.verify_judged(schema regnamespace) RETURNS TABLE (check_name text, table_name text, row_id bigint, detail text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $verify$
-- Returns the services, turn-aways, enrollments and assessments that the guard would refuse today. Not those whose service or program was
-- closed since, nor those given before the bar was entered: they were right when they were written, and stay.
BEGIN
	RETURN QUERY EXECUTE format($q$
		WITH refused AS (
			SELECT 'client_service' AS table_name, j.rule, j.row_id, j.detail, s.service_id, s.program_id, s.client_id, s.date_provided,
				s.date_created
			FROM clienttrack.judge_stored($1, 'client_service', 'SELECT * FROM %1$s.client_service WHERE date_deleted IS NULL') j
			JOIN %1$s.client_service s ON s.client_service_id = j.row_id
			UNION ALL
			SELECT 'indirect_service', j.rule, j.row_id, j.detail, s.service_id, s.program_id, NULL, s.date_provided, s.date_created
			FROM clienttrack.judge_stored($1, 'indirect_service', 'SELECT * FROM %1$s.indirect_service WHERE date_deleted IS NULL') j
			JOIN %1$s.indirect_service s ON s.indirect_service_id = j.row_id)
		SELECT r.rule, r.table_name, r.row_id, r.detail FROM refused r
		WHERE CASE r.rule WHEN 'service_not_offered' THEN NOT EXISTS (SELECT FROM %1$s.service v, %1$s.program p
				WHERE v.service_id = r.service_id AND p.program_id = r.program_id
				AND (NOT v.active OR v.date_deleted IS NOT NULL OR p.date_deleted IS NOT NULL))
			WHEN 'client_barred' THEN EXISTS (SELECT FROM %1$s.bar b WHERE b.client_id = r.client_id AND b.date_deleted IS NULL
				AND b.date_created <= r.date_created AND b.begin_date <= r.date_provided)
			ELSE true END
		UNION ALL
		SELECT j.rule, 'enrollment', j.row_id, j.detail
		FROM clienttrack.judge_stored($1, 'enrollment', 'SELECT * FROM %1$s.enrollment WHERE date_deleted IS NULL') j
		JOIN %1$s.enrollment e ON e.enrollment_id = j.row_id
		WHERE j.rule <> 'client_barred' OR EXISTS (SELECT FROM %1$s.bar b WHERE b.client_id = e.client_id AND b.date_deleted IS NULL
			AND b.date_created <= e.date_created AND b.begin_date <= e.entry_date)
		UNION ALL
		SELECT j.rule, 'assessment', j.row_id, j.detail
		FROM clienttrack.judge_stored($1, 'assessment', 'SELECT * FROM %1$s.assessment WHERE date_deleted IS NULL') j
		UNION ALL
		SELECT j.rule, 'turn_away', j.row_id, j.detail
		FROM clienttrack.judge_stored($1, 'turn_away', 'SELECT * FROM %1$s.turn_away WHERE date_deleted IS NULL') j$q$, schema)
	USING schema;
END
$verify$;
COMMENT ON FUNCTION clienttrack.verify_judged(regnamespace) IS 'Used by verify(): what the guard would refuse.';

CREATE FUNCTION clienttrack.verify_kept(schema regnamespace) RETURNS TABLE (check_name text, table_name text, row_id bigint, detail text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $verify$
-- Returns the rows that triggers should have kept right and did not: written while these were disabled.
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT 'bar_without_scope', 'bar', b.bar_id, NULL::text FROM %1$s.bar b WHERE b.date_deleted IS NULL
		AND NOT EXISTS (SELECT FROM %1$s.bar_scope s WHERE s.bar_id = b.bar_id AND s.date_deleted IS NULL)
		UNION ALL SELECT 'serving_organization_missing', 'enrollment', e.enrollment_id, 'organization ' || p.organization_id
		FROM %1$s.enrollment e JOIN %1$s.program p USING (program_id) JOIN %1$s.client c USING (client_id)
		JOIN %1$s.organization o ON o.organization_id = p.organization_id AND NOT o.victim_service_provider
		WHERE c.security_organization_id IS DISTINCT FROM p.organization_id
		AND p.organization_id <> ALL (c.serving_organization_ids)
		UNION ALL SELECT 'search_key', 'client', c.client_id, NULL FROM %1$s.client c
		WHERE c.name_key <> coalesce(clienttrack.name_key(concat_ws(' ', c.first_name, c.middle_name, c.last_name)), '')
		UNION ALL SELECT 'period_locked', s.table_name, s.row_id, 'locked period ' || k.locked_period_id
		FROM (SELECT 'client_service' AS table_name, c.client_service_id AS row_id, c.program_id, c.date_provided, c.date_created
			FROM %1$s.client_service c WHERE c.date_deleted IS NULL
			UNION ALL SELECT 'indirect_service', i.indirect_service_id, i.program_id, i.date_provided, i.date_created
			FROM %1$s.indirect_service i WHERE i.date_deleted IS NULL
			UNION ALL SELECT 'turn_away', t.turn_away_id, t.program_id, t.turn_away_date, t.date_created
			FROM %1$s.turn_away t WHERE t.date_deleted IS NULL) s
		JOIN %1$s.program p USING (program_id)
		JOIN %1$s.locked_period k ON k.organization_id = p.organization_id AND k.date_deleted IS NULL
			AND (k.program_id IS NULL OR k.program_id = s.program_id) AND s.date_provided BETWEEN k.begin_date AND k.end_date
			AND s.date_created > k.date_updated
		UNION ALL SELECT 'release_of_walled_records', 'information_release', r.information_release_id, NULL
		FROM %1$s.information_release r JOIN %1$s.organization o USING (organization_id)
		WHERE o.victim_service_provider AND r.date_deleted IS NULL$q$, schema);
END
$verify$;
COMMENT ON FUNCTION clienttrack.verify_kept(regnamespace) IS 'Used by verify(): what triggers keep.';

CREATE FUNCTION clienttrack.verify(schema_name name DEFAULT 'hmis')
RETURNS TABLE (check_name text, table_name text, row_id bigint, detail text)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $verify$
-- Returns every stored row that breaks an invariant.
BEGIN
	CALL clienttrack.check_installed(schema_name);
	RETURN QUERY SELECT * FROM clienttrack.verify_judged(quote_ident(schema_name)::regnamespace)
		UNION ALL SELECT * FROM clienttrack.verify_kept(quote_ident(schema_name)::regnamespace);
END
$verify$;
COMMENT ON FUNCTION clienttrack.verify(name) IS
'Judges all stored rows again, in sets, and returns those that break a rule: written while triggers were disabled, or before a rule
was made stricter. check_name: the rule as judge() names it, or bar_without_scope, serving_organization_missing, search_key, period_locked (a
service or turn-away entered after the period was locked), release_of_walled_records. row_id: key of the row in table_name. Takes as long as judging every service: minutes for millions.
Run by the owner of the schema. Raises 3F000 (not installed), 42501 (not the owner).';
