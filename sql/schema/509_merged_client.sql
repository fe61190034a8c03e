-- The ids of records that were merged into others: what they stand for now.

CREATE OR REPLACE FUNCTION resolve_client(client_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Returns the record that an id stands for now, if the session's user sees it, else the id itself.
DECLARE
	kept bigint := client_id;
	next_kept bigint;
BEGIN
	LOOP
		SELECT c.merged_into_client_id INTO next_kept FROM client c WHERE c.client_id = kept;
		EXIT WHEN next_kept IS NULL;
		kept := next_kept;
	END LOOP;
	IF kept <> client_id AND clienttrack.visible_row(@schema@::regnamespace, 'client', kept) THEN
		RETURN kept;
	END IF;
	RETURN client_id;
END
$$;
COMMENT ON FUNCTION resolve_client(bigint) IS
'The record that the id of a merged client stands for now, over as many merges as there were; of any other client, and of one whose
record now is not in sight, the id itself. Null for null. Functions that enter records want the id of now; whoever reads may
write client_id = resolve_client(17).';

CREATE OR REPLACE FUNCTION merged_client_ids(client_id bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
	-- Returns a client and all records that were merged into it, directly or through others.
	WITH RECURSIVE merged AS (
		SELECT merged_client_ids.client_id AS id
		UNION ALL
		SELECT c.client_id FROM merged m JOIN client c ON c.merged_into_client_id = m.id)
	SELECT m.id FROM merged m;
END;
COMMENT ON FUNCTION merged_client_ids(bigint) IS
'The client itself and the records that were merged into it and that the user sees: the audit, the account of disclosures and
what other systems keep may have any of these ids.';

CREATE OR REPLACE FUNCTION merged_client_message(client_id bigint) RETURNS text
LANGUAGE plpgsql STABLE STRICT SET search_path FROM CURRENT AS $$
-- Returns what to say about the id of a merged client; null for any other.
DECLARE
	kept CONSTANT bigint := resolve_client(client_id);
BEGIN
	IF kept <> client_id THEN
		RETURN format('client was merged into client %s', kept);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION merged_client_message(bigint) IS 'Used where a list says of each client why it was refused.';

CREATE OR REPLACE FUNCTION refuse_merged_client(client_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Raises for the id of a merged client which one it is now.
DECLARE
	kept CONSTANT bigint := resolve_client(client_id);
BEGIN
	IF kept <> client_id THEN
		RAISE EXCEPTION 'client % was merged into client %', client_id, kept USING ERRCODE = 'CT009',
			HINT = format('Use client_id %s.', kept);
	END IF;
END
$$;
COMMENT ON FUNCTION refuse_merged_client(bigint) IS
'Used by functions that enter records before they say that a client does not exist. Raises CT009 for a merged one, with the id of now.';

CREATE OR REPLACE FUNCTION check_client(client_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that there is such a live client in the caller's sight.
BEGIN
	IF client_id IS NULL THEN
		RAISE EXCEPTION 'client_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF NOT EXISTS (SELECT FROM client c WHERE c.client_id = check_client.client_id AND c.date_deleted IS NULL) THEN
		PERFORM refuse_merged_client(client_id);
		RAISE EXCEPTION 'client not found' USING ERRCODE = 'CT009', DETAIL = format('Client %s.', client_id);
	END IF;
END
$$;
COMMENT ON FUNCTION check_client(bigint) IS
'Used by functions that enter records about a client. Raises 22004 (null), CT009 (no such client, deleted, not yours to see; or
merged into another, whose id the HINT has).';
INSERT INTO schema_function (function_name, grantee) VALUES ('resolve_client', 'clienttrack_reader')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
