-- Who the user of a session is: roles, rights, organizations, signed tokens.

DO $roles$
-- Ensures that clienttrack's roles exist. They are the cluster's: DROP EXTENSION leaves them.
DECLARE
	wanted record;
BEGIN
	FOR wanted IN
		SELECT * FROM (VALUES
			('clienttrack_owner', 'owns what a superuser installs'),
			('clienttrack_reader', 'reads what the user''s organizations may see'),
			('clienttrack_worker', 'enters clients, enrollments and services'),
			('clienttrack_admin', 'edits programs, services and users'),
			('clienttrack_override_bars', 'makes exceptions to bars'),
			('clienttrack_override_eligibility', 'makes exceptions to eligibility'),
			('clienttrack_unpost_batches', 'takes posted batches back'),
			('clienttrack_read_ssn', 'reads social security numbers, each time on record'),
			('clienttrack_read_sensitive', 'reads sensitive assessments and eligibility facts'),
			('clienttrack_read_audit', 'reads the audit'),
			('clienttrack_dispose_clients', 'removes what identifies a client'),
			('clienttrack_merge_clients', 'merges two records of one client'),
			('clienttrack_approve_authorizations', 'approves and denies service authorizations'),
			('clienttrack_issue_tokens', 'issues session tokens for the users of an application')) AS r (name, purpose)
		WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles x WHERE x.rolname = r.name)
	LOOP
		BEGIN
			EXECUTE format('CREATE ROLE %I NOLOGIN', wanted.name);
			EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.name, 'clienttrack: ' || wanted.purpose);
		EXCEPTION WHEN duplicate_object OR unique_violation THEN
			NULL; -- made by another database of the cluster at this moment
		END;
	END LOOP;
	IF NOT pg_catalog.pg_has_role('clienttrack_worker', 'clienttrack_reader', 'MEMBER') THEN
		GRANT clienttrack_reader TO clienttrack_worker;
	END IF;
	IF NOT pg_catalog.pg_has_role('clienttrack_admin', 'clienttrack_worker', 'MEMBER') THEN
		GRANT clienttrack_worker TO clienttrack_admin;
	END IF;
END
$roles$;

CREATE FUNCTION clienttrack.current_user_id(schema regnamespace) RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_current_user_id';
COMMENT ON FUNCTION clienttrack.current_user_id(regnamespace) IS
'The user of the session: user_id of hmis_user in the installed schema. The one that a session token named in this transaction,
else the active user whose login_role is the role set, or the login. Null: nobody known. Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.current_organization(schema regnamespace) RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_current_organization';
COMMENT ON FUNCTION clienttrack.current_organization(regnamespace) IS
'The security organization that the user of the session enters data for: the first of the user''s. Null: none.
Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.current_organizations(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_current_organizations';
COMMENT ON FUNCTION clienttrack.current_organizations(regnamespace) IS
'The security organizations whose records the user of the session sees: the user''s own (those of the session token, where one
holds), and for an administrator all but the victim service providers. Empty: none. Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.current_programs(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_current_programs';
COMMENT ON FUNCTION clienttrack.current_programs(regnamespace) IS
'The programs of current_organizations(). Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.hidden_organizations(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_hidden_organizations';
COMMENT ON FUNCTION clienttrack.hidden_organizations(regnamespace) IS
'The victim service providers that the user of the session does not work for: their programs and sites stay hidden.
Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.hidden_users(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_hidden_users';
COMMENT ON FUNCTION clienttrack.hidden_users(regnamespace) IS
'The users of hidden_organizations(). Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.restricted_services(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_restricted_services';
COMMENT ON FUNCTION clienttrack.restricted_services(regnamespace) IS
'The services that are restricted to organizations (service_organization), none of them one of current_organizations(): they are
not shared by releases. Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.hidden_barriers(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_hidden_barriers';
COMMENT ON FUNCTION clienttrack.hidden_barriers(regnamespace) IS
'The needs and barriers that are sensitive, unless the user of the session has the right read_sensitive: who has them stays hidden.
Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.hidden_assessment_types(schema regnamespace) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_hidden_assessment_types';
COMMENT ON FUNCTION clienttrack.hidden_assessment_types(regnamespace) IS
'The types of assessments that are sensitive, unless the user of the session has the right read_sensitive: their assessments stay
hidden. Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.released_client(schema regnamespace, client_id bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_released_client';
COMMENT ON FUNCTION clienttrack.released_client(regnamespace, bigint) IS
'Whether a release in force today shares the client with one of current_organizations(). Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.released_enrollment(schema regnamespace, client_id bigint, program_id bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_released_enrollment';
COMMENT ON FUNCTION clienttrack.released_enrollment(regnamespace, bigint, bigint) IS
'Whether a release in force today shares the client''s enrollments in the program with one of current_organizations().
Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.released_service(schema regnamespace, client_id bigint, program_id bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_released_service';
COMMENT ON FUNCTION clienttrack.released_service(regnamespace, bigint, bigint) IS
'Whether a release in force today shares what the program gave the client with one of current_organizations().
Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.sees_program(schema regnamespace, program_id bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_sees_program';
COMMENT ON FUNCTION clienttrack.sees_program(regnamespace, bigint) IS
'Whether the user of the session may be told of what a program did: it is one of current_programs(), or the role has the
privileges of the schema''s owner. Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.has_right(schema regnamespace, right_name text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_has_right';
COMMENT ON FUNCTION clienttrack.has_right(regnamespace, text) IS
'Whether the user of the session has a right, for example override_bars: the role is a member of clienttrack_override_bars or
has the privileges of the schema''s owner, and where a session token holds, hmis_user.rights has it as well.
Raises 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.require_right(schema regnamespace, right_name text) RETURNS void
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_require_right';
COMMENT ON FUNCTION clienttrack.require_right(regnamespace, text) IS
'Raises 42501 unless the user of the session has the right; see has_right().';

CREATE FUNCTION clienttrack.set_session_user(schema regnamespace, token text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'clienttrack_set_session_user';
COMMENT ON FUNCTION clienttrack.set_session_user(regnamespace, text) IS
'Makes the user that a signed token names the user of the session until the transaction ends.
Raises 22004 (null), 28000 (malformed, forged, expired, key retired, user inactive), 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.sign_session_token(schema regnamespace, user_id bigint, organization_ids bigint[], expires timestamptz)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'clienttrack_sign_session_token';
COMMENT ON FUNCTION clienttrack.sign_session_token(regnamespace, bigint, bigint[], timestamptz) IS
'Returns a token for set_session_user(): ct1:KEY:USER:EXPIRES:ORGANIZATIONS:SIGNATURE, HMAC-SHA256 with the newest key.
Raises 42501 (no right issue_tokens), 22023 (expires never, null organization), 55000 (no key), 42P01 (not an installed schema).';

CREATE FUNCTION clienttrack.visible_row(schema regnamespace, table_name text, row_id bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'clienttrack_visible_row';
COMMENT ON FUNCTION clienttrack.visible_row(regnamespace, text, bigint) IS
'Whether the user of the session, or the role that it has set, sees a row, by grants and row security: for definer functions,
whose own user sees everything, and for policies that may not refer to the table. table_name: a table of the schema, for example
client. row_id: its key. Raises 42501 (may not read the table, or called within a maintenance command), 42P01 (no such table).';

CREATE FUNCTION clienttrack.editable_row(schema regnamespace, table_name text, row_id bigint) RETURNS boolean
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'clienttrack_editable_row';
COMMENT ON FUNCTION clienttrack.editable_row(regnamespace, text, bigint) IS
'Whether the user of the session, or the role that it has set, may change a row, by grants and row security; if so, the row is
locked against other changes until the end of the transaction. Raises 42501 (may not change the table, or called within a
maintenance command), 42P01 (no such table), 40001 at REPEATABLE READ when the row was changed meanwhile.';
