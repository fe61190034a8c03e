-- Session tokens: how an application with one login tells which of its users a transaction works for.

CREATE OR REPLACE FUNCTION set_session_user(token text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Makes the user that the token names the user of the session until the transaction ends.
	SELECT clienttrack.set_session_user(@schema@::regnamespace, token);
END;
COMMENT ON FUNCTION set_session_user(text) IS
'To be called first in each transaction by an application that serves many users through one login: until the transaction ends,
rows are seen and entered as the user that the token names, for the organizations in it that the user still belongs to. Nothing
else makes anybody that user. Raises 22004 (null), 28000 (malformed, forged or expired token, key retired, user not active).';

CREATE OR REPLACE FUNCTION create_session_token(user_id bigint, organization_ids bigint[] DEFAULT NULL,
	valid_for interval DEFAULT '15 minutes') RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a token for a user whom the caller has authenticated.
DECLARE
	members bigint[] := ARRAY(SELECT m.organization_id FROM user_organization m
		WHERE m.member_user_id = create_session_token.user_id AND m.date_deleted IS NULL ORDER BY m.user_organization_id);
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'issue_tokens');
	IF user_id IS NULL OR valid_for IS NULL THEN
		RAISE EXCEPTION 'user_id and valid_for must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF valid_for <= '0' OR valid_for > '1 day' THEN
		RAISE EXCEPTION 'a session token is valid for at most one day' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF NOT EXISTS (SELECT FROM hmis_user u
			WHERE u.user_id = create_session_token.user_id AND u.active AND u.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'there is no active user %', user_id USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF NOT coalesce(organization_ids, '{}') <@ members THEN
		RAISE EXCEPTION 'user % does not belong to all of the organizations', user_id USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN clienttrack.sign_session_token(@schema@::regnamespace, user_id, coalesce(organization_ids, members),
		clock_timestamp() + valid_for);
END
$$;
COMMENT ON FUNCTION create_session_token(bigint, bigint[], interval) IS
'Returns a token for set_session_user(). user_id: the user whom the application has authenticated. organization_ids: those of the
user''s organizations to work for; null: all. valid_for: at most one day. Needs the right issue_tokens.
Raises 22004 (null), 22023 (no active user, not a member, too long), 42501 (no right), 55000 (no key).';

CREATE OR REPLACE FUNCTION rotate_session_key(keep_old interval DEFAULT '1 hour') RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Makes a new key that signs tokens from now on, and returns its id. Tokens signed with older keys hold for keep_old.
DECLARE
	new_key_id bigint;
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'issue_tokens');
	IF keep_old IS NULL OR keep_old < '0' THEN
		RAISE EXCEPTION 'keep_old must be an interval from now on' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	LOCK TABLE session_key IN SHARE ROW EXCLUSIVE MODE;
	UPDATE session_key SET valid_until = now() + keep_old WHERE valid_until IS NULL OR valid_until > now() + keep_old;
	DELETE FROM session_key WHERE valid_until < now() - interval '1 day';
	INSERT INTO session_key (secret) VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
	RETURNING session_key_id INTO new_key_id;
	RETURN new_key_id;
END
$$;
COMMENT ON FUNCTION rotate_session_key(interval) IS
'Makes a new key for session tokens and returns its id. keep_old: how long tokens signed with older keys still hold; 0 ends all
sessions at once. Needs the right issue_tokens. Raises 22023 (negative or null), 42501 (no right).';
INSERT INTO schema_function (function_name, grantee) VALUES ('set_session_user', 'clienttrack_reader'),
	('create_session_token', 'clienttrack_issue_tokens'), ('rotate_session_key', 'clienttrack_issue_tokens')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
