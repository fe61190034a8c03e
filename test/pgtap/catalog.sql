-- What every object of the extension and of an installed schema has to be like.
BEGIN;
SELECT no_plan();
SET search_path = hmis, clienttrack, public;
CREATE TEMP VIEW members AS SELECT classid, objid FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'clienttrack') AND deptype = 'e';
CREATE TEMP VIEW functions AS SELECT p.*, p.oid::regprocedure AS signature FROM pg_proc p WHERE p.pronamespace IN ('hmis'::regnamespace, 'clienttrack'::regnamespace);
CREATE TEMP VIEW tables AS SELECT c.*, t.kind, c.oid::regclass AS name FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
	LEFT JOIN pg_class p ON p.oid = i.inhparent AND p.relnamespace = c.relnamespace LEFT JOIN schema_table t ON t.table_name = coalesce(p.relname, c.relname)
WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind IN ('r', 'p');

-- Comments.
SELECT is_empty($$SELECT name FROM tables WHERE obj_description(oid, 'pg_class') IS NULL$$, 'every table has a comment');
SELECT is_empty($$SELECT oid::regclass FROM pg_class WHERE relnamespace = 'hmis'::regnamespace AND relkind IN ('v', 'm') AND obj_description(oid, 'pg_class') IS NULL$$, 'every view');
SELECT is_empty($$SELECT c.oid::regclass, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND col_description(c.oid, a.attnum) IS NULL$$, 'every column');
SELECT is_empty($$SELECT signature FROM functions WHERE obj_description(oid, 'pg_proc') IS NULL$$, 'every function and procedure');
SELECT is_empty($$SELECT oid::regtype FROM pg_type WHERE typnamespace IN ('hmis'::regnamespace, 'clienttrack'::regnamespace) AND typtype = 'd' AND obj_description(oid, 'pg_type') IS NULL$$, 'every domain');
SELECT is_empty($$SELECT o.oid::regoperator FROM pg_operator o WHERE oprnamespace = 'clienttrack'::regnamespace AND obj_description(oid, 'pg_operator') IS NULL$$, 'every operator');
SELECT isnt(obj_description('clienttrack'::regnamespace, 'pg_namespace'), NULL, 'the schema of the code');
SELECT is_empty($$SELECT signature, obj_description(oid, 'pg_proc') FROM functions WHERE obj_description(oid, 'pg_proc') ~* 'todo|fixme|xxx'$$, 'no comment promises anything');

-- Tables.
SELECT is_empty($$SELECT name FROM tables WHERE kind IS NULL$$, 'every table is declared, or a partition of one');
SELECT is_empty($$SELECT table_name FROM schema_table WHERE to_regclass('hmis.' || quote_ident(table_name)) IS NULL$$, 'every declared table is there');
SELECT is_empty($$SELECT t.name, c.column_name FROM tables t, unnest(ARRAY['date_created', 'date_updated', 'user_id', 'date_deleted']) c (column_name)
	WHERE t.kind IN ('client', 'protected', 'setup') AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = c.column_name)$$, 'tables of kind client, protected and setup have audit columns');
SELECT is_empty($$SELECT t.name FROM tables t WHERE t.kind IN ('client', 'protected', 'setup') AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgfoid = 'clienttrack.touch'::regproc)$$, 'and the trigger touch');
SELECT is_empty($$SELECT t.name FROM tables t WHERE t.kind <> 'staging' AND t.relname !~ '^audit_event' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)$$,
	'tables have a primary key, but for the audit, whose rows it would make dearer');
SELECT is_empty($$SELECT t.name FROM tables t WHERE t.relrowsecurity IS NULL OR t.relpersistence <> 'p'$$, 'tables are permanent');
SELECT set_eq($$SELECT conname::text, confrelid::regclass::text FROM pg_constraint WHERE conrelid = 'client_service'::regclass AND contype = 'f'$$,
	$$VALUES ('client_service_client', 'client'), ('client_service_enrollment', 'enrollment'), ('client_service_goal', 'goal'), ('client_service_action_step', 'action_step'),
		('client_service_referral', 'referral'), ('client_service_client_barrier', 'client_barrier'), ('client_service_service_authorization', 'service_authorization')$$, 'services have foreign keys to client, enrollment, and what a client works on');
SELECT is_empty($$SELECT conname, conrelid::regclass FROM pg_constraint k WHERE connamespace = 'hmis'::regnamespace AND contype = 'f' AND NOT EXISTS (
	SELECT FROM pg_constraint u WHERE u.conrelid = k.confrelid AND u.conkey <@ k.confkey AND u.contype IN ('p', 'u'))$$, 'foreign keys refer to keys');
SELECT is_empty($$SELECT conname, conrelid::regclass FROM pg_constraint WHERE connamespace = 'hmis'::regnamespace AND NOT convalidated$$, 'constraints are validated');
SELECT is_empty($$SELECT indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'hmis'::regnamespace AND NOT (indisvalid AND indisready)$$, 'indexes are valid');

-- What hangs on the extension, and what must not.
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c JOIN members m ON m.objid = c.oid AND m.classid = 'pg_class'::regclass$$, 'the extension owns no table, view or sequence');
SELECT is_empty($$SELECT m.objid FROM members m JOIN pg_proc p ON p.oid = m.objid AND m.classid = 'pg_proc'::regclass WHERE p.pronamespace = 'hmis'::regnamespace$$, 'nor anything of the schema');
SELECT is_empty($$SELECT c.oid::regclass, a.attname, a.atttypid::regtype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
	WHERE c.relnamespace = 'hmis'::regnamespace AND a.attnum > 0 AND EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid IN (t.oid, t.typelem, t.typbasetype))$$, 'no column has a type of the extension''s');
-- Of defaults only those that migrate() puts back after DROP EXTENSION … CASCADE: see attach_defaults().
CREATE TEMP VIEW calling_defaults AS SELECT c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid) AS expression, p.refobjid AS called
FROM pg_attrdef d JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_proc'::regclass
JOIN pg_class c ON c.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE c.relnamespace = 'hmis'::regnamespace;
SELECT is_empty($$SELECT relname, attname, expression FROM calling_defaults d JOIN members m ON m.classid = 'pg_proc'::regclass AND m.objid = d.called
	WHERE (attname, expression) NOT IN (('user_id', 'current_user_id(''hmis''::regnamespace)'), ('entered_by_user_id', 'current_user_id(''hmis''::regnamespace)'), ('security_organization_id', 'current_organization(''hmis''::regnamespace)'))$$,
	'no default or generated column calls it but for the user and the organization');
SELECT set_has($$SELECT relname::text FROM calling_defaults WHERE attname = 'user_id'$$,
	$$SELECT table_name::text FROM schema_table WHERE kind IN ('client', 'protected', 'work', 'setup') AND table_name <> 'hmis_user'$$, 'who entered a row is known of every table with audit columns');
SELECT set_eq($$SELECT relname::text FROM calling_defaults WHERE attname = 'security_organization_id'$$, $$VALUES ('client'), ('scan_card'), ('bar'), ('bar_organization'), ('client_barrier'), ('goal'), ('action_plan'), ('action_step'), ('referral'),
	('assessment'), ('assessment_follow_up'), ('case_assignment'), ('case_status_change'), ('workflow_run'),
	('service_authorization'), ('service_authorization_goal'), ('authorization_exception')$$,
	'and the organization of what an organization keeps');
SELECT is_empty($$SELECT d.* FROM calling_defaults d JOIN pg_proc f ON f.oid = d.called AND f.pronamespace = 'hmis'::regnamespace$$, 'nor does one call a function of the schema that might');
SELECT is_empty($$SELECT nspname FROM pg_namespace n JOIN members m ON m.objid = n.oid AND m.classid = 'pg_namespace'::regclass WHERE nspname <> 'clienttrack'$$, 'only the schema of the code is a member');

-- Functions.
SELECT is_empty($$SELECT signature, proconfig FROM functions WHERE prosecdef AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c ~ '^search_path=.*, pg_temp$')$$, 'SECURITY DEFINER has a search_path that ends in pg_temp');
SELECT set_eq($$SELECT proname::text FROM functions WHERE prosecdef$$, $$VALUES ('lock_barred_client'), ('read_ssn'), ('set_ssn'), ('client_disclosures'),
	('clients_to_dispose'), ('dispose_client'), ('rescore_assessments'), ('check_release'), ('check_release_of_own'), ('rotate_session_key'), ('keep_status_history'), ('leave_workflow'), ('refuse_open_workflow'),
	('resolve_client'), ('clients_with_ssn'), ('clients_with_ssn_of'), ('clients_sharing_ssn'), ('merge_clients'), ('unmerge_clients'),
	('keep_service_authorization'), ('keep_authorization_exception'), ('lock_authorizations')$$, 'and these are all');
SELECT is_empty($$SELECT signature FROM functions WHERE prosecdef AND (SELECT rolsuper FROM pg_roles r WHERE r.oid = proowner)$$, 'none of them runs as a superuser');
SELECT is_empty($$SELECT signature FROM functions f JOIN pg_language l ON l.oid = f.prolang WHERE l.lanname = 'plpgsql' AND f.pronamespace = 'hmis'::regnamespace AND f.prokind = 'f'
	AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c = 'search_path=hmis, clienttrack, pg_temp')$$, 'PL/pgSQL functions bake in the search_path');
SELECT is_empty($$SELECT signature FROM functions f JOIN pg_language l ON l.oid = f.prolang WHERE l.lanname = 'sql' AND f.pronamespace = 'hmis'::regnamespace
	AND f.prosqlbody IS NULL AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c = 'search_path=hmis, clienttrack, pg_temp')$$, 'SQL functions are bound at creation, or bake it in');
SELECT is_empty($$SELECT signature FROM functions f WHERE f.provolatile = 'i' AND EXISTS (SELECT FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid
	WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass AND c.relkind IN ('r', 'v'))$$, 'what reads a table is not immutable');
SELECT is_empty($$SELECT f.signature, g.signature FROM functions f JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_proc'::regclass
	JOIN functions g ON g.oid = d.refobjid WHERE (f.provolatile = 'i' AND g.provolatile <> 'i') OR (f.provolatile = 's' AND g.provolatile = 'v')$$, 'nobody promises more than whom he calls');
SELECT is_empty($$SELECT f.signature, g.signature FROM functions f JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_proc'::regclass
	JOIN functions g ON g.oid = d.refobjid WHERE f.proparallel = 's' AND g.proparallel <> 's'$$, 'also about parallel plans');
SELECT is_empty($$SELECT signature FROM functions WHERE proparallel <> 'u' AND provolatile = 'v'$$, 'what writes is not for parallel plans');
SELECT is_empty($$SELECT signature FROM functions WHERE proleakproof AND provolatile <> 'i'$$, 'leakproof is immutable');
SELECT is_empty($$SELECT signature FROM functions f JOIN pg_language l ON l.oid = f.prolang WHERE l.lanname = 'c' AND f.pronamespace = 'hmis'::regnamespace$$, 'C functions are in the extension');
SELECT is_empty($$SELECT signature, a FROM functions, unnest(proargnames) a WHERE pronamespace = 'hmis'::regnamespace AND a ~ '^p_|^_|^\$'$$, 'arguments have friendly names');

-- Who may do what.
SELECT is_empty($$SELECT c.oid::regclass, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'hmis'::regnamespace AND a.grantee = 0$$, 'nothing of tables and views is granted to PUBLIC');
SELECT is_empty($$SELECT n.nspname, a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'hmis' AND a.grantee = 0$$, 'nor of the schema');
SELECT set_eq($$SELECT a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'clienttrack' AND a.grantee = 0$$, $$VALUES ('USAGE')$$, 'of the schema of the code only USAGE');
SELECT is_empty($$SELECT f.signature FROM functions f WHERE f.proname IN ('override_bar', 'unpost_batch') AND has_function_privilege('public', f.oid, 'EXECUTE')$$, 'exceptions and taking back are for who was told so');
SELECT is_empty($$SELECT f.signature FROM functions f WHERE (f.proname IN ('read_protected', 'log_disclosure') OR f.proname ~ '^dispose_(identity|texts|staged|findings)')
	AND has_function_privilege('public', f.oid, 'EXECUTE')$$, 'protected data are not for the public');
SELECT is_empty($$SELECT f.signature FROM functions f WHERE f.pronamespace = 'hmis'::regnamespace AND f.prorettype <> 'trigger'::regtype AND has_function_privilege('public', f.oid, 'EXECUTE')$$,
	'nobody executes a function of the schema by being PUBLIC');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'hmis'::regnamespace AND c.relkind = 'v'
	AND NOT EXISTS (SELECT FROM unnest(c.reloptions) o WHERE o IN ('security_invoker=true', 'security_invoker=on'))$$, 'views obey the row security of who reads');
SELECT is_empty($$SELECT name FROM tables WHERE kind IN ('client', 'protected', 'work') AND NOT (relrowsecurity AND relforcerowsecurity)$$, 'row security of what is entered binds the owner too');
SELECT is_empty($$SELECT name FROM tables WHERE kind IN ('staging', 'log') AND NOT relrowsecurity$$, 'and others of what is on its way and of logs');
SELECT is_empty($$SELECT t.name FROM tables t JOIN schema_table s ON s.table_name = t.relname AND s.visible_if IS NOT NULL WHERE NOT t.relrowsecurity
	OR ARRAY(SELECT polname::text FROM pg_policy p WHERE p.polrelid = t.oid ORDER BY 1) <> '{change,enter,owner,read,remove}'$$, 'tables with a condition have its policies');
SELECT is_empty($$SELECT t.name FROM tables t JOIN schema_table s ON s.table_name = t.relname AND s.visible_if IS NULL WHERE t.relrowsecurity
	AND ARRAY(SELECT polname::text FROM pg_policy p WHERE p.polrelid = t.oid ORDER BY 1) <> '{owner}'$$, 'those without show nothing but to the owner');
SELECT is_empty($$SELECT name FROM tables WHERE kind = 'client' AND relname <> 'client' AND NOT EXISTS (SELECT FROM schema_table s WHERE s.table_name = relname AND s.visible_if IS NOT NULL)$$,
	'tables about clients have a condition');
SELECT is_empty($$SELECT c.oid::regclass, pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.relnamespace = 'hmis'::regnamespace AND c.relowner <> 'clienttrack_owner'::regrole$$, 'what a superuser installs belongs to clienttrack_owner');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname LIKE 'clienttrack\_%' AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole)$$, 'no role of clienttrack is more than its purpose');
SELECT is_empty($$SELECT tgrelid::regclass, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'hmis'::regnamespace AND NOT tgisinternal AND tgenabled NOT IN ('O', 'A')$$, 'triggers are enabled');
SELECT * FROM finish();
ROLLBACK;
