-- SSNs: setting, reading and encrypting them, and the account of who was told.

-- Named to fire last, and in this order.
CREATE OR REPLACE TRIGGER zz_check_not_null BEFORE INSERT OR UPDATE ON client_ssn
	FOR EACH ROW EXECUTE FUNCTION check_not_null();
CREATE OR REPLACE TRIGGER zz_protect BEFORE INSERT OR UPDATE ON client_ssn
	FOR EACH ROW EXECUTE FUNCTION protect('ssn');

CREATE OR REPLACE FUNCTION keep_log() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- Refuses every change of what is there.
BEGIN
	RAISE EXCEPTION 'rows of "%" are never changed or removed', TG_TABLE_NAME
		USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME;
END
$$;
COMMENT ON FUNCTION keep_log() IS
'Trigger of logs, BEFORE UPDATE OR DELETE OR TRUNCATE FOR EACH STATEMENT, for their owner too. Raises 42501.';
CREATE OR REPLACE TRIGGER keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosure
	FOR EACH STATEMENT EXECUTE FUNCTION keep_log();
CREATE OR REPLACE TRIGGER keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON client_disposal
	FOR EACH STATEMENT EXECUTE FUNCTION keep_log();

CREATE OR REPLACE FUNCTION check_client_seen(client_id bigint, deleted_too boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the session's user sees the client, whoever the current user is.
BEGIN
	IF client_id IS NULL THEN
		RAISE EXCEPTION 'client_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF NOT clienttrack.visible_row(@schema@::regnamespace, 'client', client_id) OR NOT (deleted_too OR EXISTS (
			SELECT FROM client c WHERE c.client_id = check_client_seen.client_id AND c.date_deleted IS NULL)) THEN
		PERFORM refuse_merged_client(client_id);
		RAISE EXCEPTION 'client % does not exist', client_id USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_client_seen(bigint, boolean) IS
'Used by read_ssn() and others that run as their owner. deleted_too: whether a deleted client will do. Raises 22004 (null),
CT009 (no such client, or one that the session''s user does not see), 42501 (no SELECT on client).';

CREATE OR REPLACE FUNCTION refuse_disposed(client_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that what identifies the client was not removed for ever.
BEGIN
	IF EXISTS (SELECT FROM client c WHERE c.client_id = refuse_disposed.client_id AND c.date_disposed IS NOT NULL) THEN
		RAISE EXCEPTION 'the data of client % were disposed of', client_id USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'A person who comes back is entered anew.';
	END IF;
END
$$;
COMMENT ON FUNCTION refuse_disposed(bigint) IS
'Used by edit_client(), set_ssn() and merge_clients(): nobody can tell any more that it is the same person. Raises 55000.';

CREATE OR REPLACE FUNCTION log_disclosure(client_id bigint, what text, reason text, disclosed_to text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records that something about a client is told. The line in the server's log stays when the transaction is rolled back.
BEGIN
	INSERT INTO disclosure (client_id, user_id, organization_id, disclosed_to, what, reason)
	VALUES (log_disclosure.client_id, clienttrack.current_user_id(@schema@::regnamespace),
		clienttrack.current_organization(@schema@::regnamespace), log_disclosure.disclosed_to, log_disclosure.what,
		log_disclosure.reason);
	RAISE LOG 'disclosure of % of client % to role "%"', what, client_id, session_user;
END
$$;
COMMENT ON FUNCTION log_disclosure(bigint, text, text, text) IS
'Used by functions that tell protected data: a row of disclosure, and a line in the server''s log without the reason.';

CREATE OR REPLACE FUNCTION stored_ssn(client_id bigint) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns the SSN of a client, decrypted where it is encrypted.
DECLARE
	held record;
BEGIN
	SELECT s.ssn, s.ssn_encrypted IS NOT NULL AS is_encrypted INTO held
	FROM client_ssn s WHERE s.client_id = stored_ssn.client_id;
	IF held.is_encrypted THEN
		RETURN clienttrack.read_protected('client_ssn', 'ssn', client_id);
	END IF;
	RETURN held.ssn;
END
$$;
COMMENT ON FUNCTION stored_ssn(bigint) IS
'Used by read_ssn() and merge_clients(), which run as the owner. Raises what clienttrack.read_protected() raises.';

CREATE OR REPLACE FUNCTION read_ssn(client_id bigint, reason text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Returns the SSN of a client whom the session's user sees, and records that he was told.
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'read_ssn');
	PERFORM check_client_seen(client_id);
	PERFORM check_given('reason', reason);
	PERFORM log_disclosure(client_id, 'ssn', reason);
	RETURN stored_ssn(client_id);
END
$$;
COMMENT ON FUNCTION read_ssn(bigint, text) IS
'The SSN of a client: nine places, x for a digit left out, or a hash; null when none is known. reason: why it is needed.
Each call is a row of disclosure and a line in the server''s log. Needs the right read_ssn. Raises 42501 (no right, or no
SELECT on client), 22004 (no client or reason), CT009 (no such client, or not yours to see) and, where values are
encrypted, what clienttrack.read_protected() raises.';

CREATE OR REPLACE FUNCTION check_ssn(ssn text, ssn_data_quality integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Ensures that an SSN is written as HUD says, and that its data quality fits, without showing it.
BEGIN
	IF ssn !~ '^([0-9x]{9}|[0-9a-f]{64})$' THEN
		RAISE EXCEPTION 'the SSN is not written as one' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Nine digits, x for one left out; or the 64 hexadecimal digits of a hash.';
	END IF;
	IF ssn_data_quality NOT IN (1, 2, 8, 9, 99) OR (ssn IS NOT NULL) <> (ssn_data_quality IN (1, 2))
			OR (ssn_data_quality = 1 AND ssn ~ 'x') THEN
		RAISE EXCEPTION 'the data quality of the SSN cannot be %', ssn_data_quality USING ERRCODE = 'invalid_parameter_value',
			HINT = '1 full, 2 partial; without an SSN 8 client doesn''t know, 9 prefers not to answer, 99 not collected.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_ssn(text, integer) IS 'Used by set_ssn(). Raises 22023.';

CREATE OR REPLACE FUNCTION set_ssn(client_id bigint, ssn text, ssn_data_quality integer DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Sets or removes the SSN of a client whom the session's user may change, and who is locked before it is looked for.
DECLARE
	given CONSTANT text := nullif(lower(regexp_replace(ssn, '[-\s]', '', 'g')), '');
	quality CONSTANT integer := coalesce(ssn_data_quality, CASE WHEN given IS NULL THEN 99 WHEN given ~ 'x' THEN 2 ELSE 1 END);
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_client_seen(client_id);
	PERFORM check_ssn(given, quality), refuse_disposed(client_id);
	IF NOT clienttrack.editable_row(@schema@::regnamespace, 'client', client_id) THEN
		RAISE EXCEPTION 'client % is not yours to change', client_id USING ERRCODE = 'insufficient_privilege';
	END IF;
	IF given IS NULL THEN
		DELETE FROM client_ssn s WHERE s.client_id = set_ssn.client_id;
	ELSE
		UPDATE client_ssn s SET ssn = given WHERE s.client_id = set_ssn.client_id;
		IF NOT FOUND THEN
			INSERT INTO client_ssn (client_id, ssn) VALUES (set_ssn.client_id, given);
		END IF;
	END IF;
	UPDATE client c SET ssn_data_quality = quality WHERE c.client_id = set_ssn.client_id;
END
$$;
COMMENT ON FUNCTION set_ssn(bigint, text, integer) IS
'Sets the SSN of a client, or with null or '''' removes it. ssn: nine digits, x for one left out, hyphens and blanks are
dropped; or 64 hexadecimal digits, the hash of one. ssn_data_quality: HUD 3.02.2; left out: 1, or 2 with an x, or 99
without an SSN. It is encrypted where the server has keys. For whoever may change the client. Give the SSN as a parameter
of the statement and have the server log none (log_parameter_max_length), or its log may show it. Raises 22004 (no
client), CT009 (no such client, or not yours to see), 42501 (not yours to change), 22023 (not an SSN, or the data quality
does not fit), 55000 (disposed of), CT023 (a workflow is open), and what clienttrack.protect() raises.';

CREATE OR REPLACE FUNCTION client_disclosures(client_id bigint)
RETURNS TABLE (date_disclosed timestamptz, user_id bigint, login_role name, organization_id bigint, disclosed_to text,
	what text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Returns the account of disclosures of a client whom the session's user sees, of all the records that became one.
DECLARE
	kept CONSTANT bigint := resolve_client(client_id);
BEGIN
	PERFORM check_client_seen(kept, deleted_too => true);
	RETURN QUERY
	SELECT d.date_disclosed, d.user_id, d.login_role, d.organization_id, d.disclosed_to, d.what, d.reason
	FROM disclosure d WHERE d.client_id IN (SELECT m FROM merged_client_ids(kept) m)
	AND coalesce(d.organization_id <> ALL (clienttrack.hidden_organizations(@schema@::regnamespace)), true)
	ORDER BY d.date_disclosed DESC, d.disclosure_id DESC;
END
$$;
COMMENT ON FUNCTION client_disclosures(bigint) IS
'The account of disclosures of a client, the newest first: what a client may ask for. What was
told of a record that was merged into the client is part of it, also when asked for by the old id. Raises 22004 (null), CT009 (no such
client, or not yours to see), 42501 (no SELECT on client).';

CREATE OR REPLACE FUNCTION encrypt_protected_rows(after_client_id bigint, most integer,
	OUT last_client_id bigint, OUT encrypted bigint)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Has the trigger encrypt the next SSNs that are not encrypted with the current key.
BEGIN
	WITH waiting AS MATERIALIZED (
		SELECT s.client_id FROM client_ssn s
		WHERE s.client_id > after_client_id
		AND (s.ssn IS NOT NULL OR protected_key(s.ssn_encrypted) IS DISTINCT FROM encryption_key())
		ORDER BY s.client_id LIMIT most FOR NO KEY UPDATE
	), done AS (
		UPDATE client_ssn s SET ssn = s.ssn FROM waiting w WHERE s.client_id = w.client_id RETURNING s.client_id)
	SELECT max(d.client_id), count(*) INTO last_client_id, encrypted FROM done d;
END
$$;
COMMENT ON FUNCTION encrypt_protected_rows(bigint, integer) IS
'Used by encrypt_protected(): of the clients with higher identifiers the first that need it; last_client_id is null when
there were none.';

CREATE OR REPLACE PROCEDURE encrypt_protected(INOUT encrypted bigint DEFAULT NULL)
LANGUAGE plpgsql AS $$
-- Encrypts what is not encrypted with the current key, and commits after each thousand unless the caller has a transaction.
DECLARE
	home CONSTANT text := pg_catalog.quote_ident(@schema@);
	part record;
	last_client_id bigint := '-9223372036854775808';
BEGIN
	encrypted := 0;
	IF clienttrack.encryption_key() IS NULL THEN
		RAISE EXCEPTION 'there is no encryption key' USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Name a file of keys in the setting clienttrack.encryption_key_file and reload the server''s configuration.';
	END IF;
	LOOP
		EXECUTE pg_catalog.format('SELECT * FROM %s.encrypt_protected_rows($1, 1000)', home) INTO part USING last_client_id;
		EXIT WHEN part.last_client_id IS NULL;
		last_client_id := part.last_client_id;
		encrypted := encrypted OPERATOR(pg_catalog.+) part.encrypted;
		IF NOT clienttrack.in_transaction_block() THEN
			COMMIT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE encrypt_protected(bigint) IS
'Encrypts every protected value with the first key of the file: after the setting was made, or after a key was put before
the others. Returns how many rows were. Can be stopped and called again at any time; commits after each thousand rows,
except in a transaction that the caller has begun. For the owner of the tables. Raises 55000 (no key, or one that is not
known any more), 42501 (not the owner, or an owner who may not use the keys), 42883 (no extension pgcrypto), XX001.';
