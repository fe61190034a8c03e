-- The clients of a batch run: adding them by id, card or name, one or a hundred thousand at a time, and removing them.

CREATE OR REPLACE FUNCTION resolve_by_id(identifiers text[])
RETURNS TABLE (ordinal bigint, identifier text, client_id bigint, sqlstate text, message text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns for each identifier the live client with this id, or why there is none.
	SELECT u.ordinal, u.identifier, c.client_id, CASE WHEN c.client_id IS NULL THEN 'CT009' END,
		CASE WHEN c.client_id IS NULL THEN coalesce(merged_client_message(u.id), 'client not found') END
	-- OFFSET 0: each id is told first and then compared. Row security would look at every client before it let a function see one.
	FROM (SELECT g.ordinal, g.identifier, CASE WHEN btrim(g.identifier) !~ '^[0-9]{1,19}$' THEN NULL
			WHEN btrim(g.identifier)::numeric <= 9223372036854775807 THEN btrim(g.identifier)::bigint END AS id
		FROM unnest(identifiers) WITH ORDINALITY AS g (identifier, ordinal) OFFSET 0) u
	LEFT JOIN client c ON c.client_id = u.id AND c.date_deleted IS NULL;
END;
COMMENT ON FUNCTION resolve_by_id(text[]) IS
'Used by resolve_clients(): identifiers are client ids written out. sqlstate CT009: no such client.';

CREATE OR REPLACE FUNCTION resolve_by_card(identifiers text[])
RETURNS TABLE (ordinal bigint, identifier text, client_id bigint, sqlstate text, message text)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Returns for each scan card its holder, with the cards locked so that none changes its status meanwhile.
	SELECT h.ordinal, h.card_code, h.client_id, h.sqlstate, h.message FROM scan_card_holders(identifiers) h;
END;
COMMENT ON FUNCTION resolve_by_card(text[]) IS
'Used by resolve_clients(): identifiers are card codes. sqlstate CT009: unknown card; CT010: card not active.';

CREATE OR REPLACE FUNCTION resolve_by_name(identifiers text[])
RETURNS TABLE (ordinal bigint, identifier text, client_id bigint, sqlstate text, message text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns for each name the one live client who has it, as name or alias, or why it names nobody.
	SELECT u.ordinal, u.identifier, CASE WHEN count(DISTINCT n.client_id) = 1 THEN min(n.client_id) END,
		CASE count(DISTINCT n.client_id) WHEN 0 THEN 'CT009' WHEN 1 THEN NULL ELSE 'CT011' END,
		CASE count(DISTINCT n.client_id) WHEN 0 THEN 'client not found' WHEN 1 THEN NULL ELSE 'name is ambiguous' END
	-- OFFSET 0: as in resolve_by_id()
	FROM (SELECT g.ordinal, g.identifier, name_key(g.identifier) AS key
		FROM unnest(identifiers) WITH ORDINALITY AS g (identifier, ordinal) OFFSET 0) u
	LEFT JOIN LATERAL (
		SELECT c.client_id FROM client c WHERE c.name_key = u.key AND c.name_key <> '' AND c.date_deleted IS NULL
		UNION ALL
		SELECT a.client_id FROM client_alias a JOIN client c ON c.client_id = a.client_id AND c.date_deleted IS NULL
		WHERE a.name_key = u.key AND a.name_key <> '' AND a.date_deleted IS NULL) n ON true
	GROUP BY u.ordinal, u.identifier;
END;
COMMENT ON FUNCTION resolve_by_name(text[]) IS
'Used by resolve_clients(): identifiers are full names, matched without case, accents and script against names and aliases.
A name must be exact here, since nobody looks at the hits: use find_clients() to search. sqlstate CT009: nobody; CT011:
several clients.';

CREATE OR REPLACE FUNCTION resolve_clients(identifiers text[], identifier_type text)
RETURNS TABLE (ordinal bigint, identifier text, client_id bigint, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns for each identifier its client or why there is none.
BEGIN
	IF num_nulls(identifiers, identifier_type) > 0 THEN
		RAISE EXCEPTION 'identifiers and identifier_type must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	CASE identifier_type
		WHEN 'client_id' THEN RETURN QUERY SELECT * FROM resolve_by_id(identifiers);
		WHEN 'scan_card' THEN RETURN QUERY SELECT * FROM resolve_by_card(identifiers);
		WHEN 'name' THEN RETURN QUERY SELECT * FROM resolve_by_name(identifiers);
		ELSE
			RAISE EXCEPTION 'unknown type of identifier "%"', left(identifier_type, 60)
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Use client_id, scan_card or name.';
	END CASE;
END
$$;
COMMENT ON FUNCTION resolve_clients(text[], text) IS
'The client that each identifier names, or the SQLSTATE and message that say why it names none: CT009 (not found), CT010
(card not active), CT011 (name is ambiguous). identifier_type: client_id, scan_card or name.
Raises 22004 (null), 22023 (unknown type).';

CREATE OR REPLACE FUNCTION add_resolved_clients(run service_batch_run, batch service_batch,
	identifiers text[], client_ids bigint[], sqlstates text[], messages text[])
RETURNS TABLE (client_id bigint, identifier text, status text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $add$
-- Adds the clients that the rules allow to a run, in one statement, and says of each what became of it.
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH input AS MATERIALIZED (
		SELECT u.* FROM unnest(identifiers, client_ids, sqlstates, messages)
			WITH ORDINALITY AS u (identifier, client_id, sqlstate, message, ordinal)
	), fresh AS MATERIALIZED ( -- the first mention of everybody who is not in the run
		SELECT i.client_id, min(i.ordinal) AS ordinal FROM input i
		WHERE i.client_id IS NOT NULL AND i.sqlstate IS NULL AND NOT EXISTS (
			-- OFFSET 0: looked for one by one. A join would read the whole run for each scan.
			SELECT FROM service_batch_client c WHERE c.service_batch_run_id = run.service_batch_run_id
			AND c.client_id = i.client_id AND c.batch_status <> 'removed' OFFSET 0)
		GROUP BY i.client_id
	), chosen AS MATERIALIZED (
		SELECT f.client_id, f.ordinal, e.enrollment_id, e.overlapping
		FROM fresh f LEFT JOIN choose_enrollments(batch.program_id, run.date_provided,
			(SELECT array_agg(f.client_id) FROM fresh f)) e ON e.client_id = f.client_id
	), refused AS MATERIALIZED (
		SELECT -j.row_id AS client_id, j.sqlstate, j.message
		FROM judge_batch_clients(@schema@::regnamespace, run.service_batch_run_id,
			(SELECT array_agg(c.client_id ORDER BY c.client_id) FROM chosen c),
			(SELECT array_agg(c.enrollment_id ORDER BY c.client_id) FROM chosen c)) j
	), added AS (
		INSERT INTO service_batch_client (service_batch_run_id, client_id, enrollment_id, user_id)
		SELECT run.service_batch_run_id, c.client_id, c.enrollment_id,
			coalesce((SELECT current_user_id(@schema@::regnamespace)), batch.provided_by_user_id) FROM chosen c
		WHERE NOT EXISTS (SELECT FROM refused r WHERE r.client_id = c.client_id)
		ORDER BY c.client_id
		ON CONFLICT ON CONSTRAINT service_batch_client_once DO UPDATE
			SET batch_status = 'pending', enrollment_id = excluded.enrollment_id, sqlstate = NULL, message = NULL
			WHERE service_batch_client.batch_status = 'removed'
		RETURNING client_id
	)
	SELECT i.client_id, i.identifier,
		CASE WHEN coalesce(i.sqlstate, r.sqlstate) IS NOT NULL THEN 'rejected' WHEN a.client_id IS NULL THEN 'already_added'
			ELSE 'added' END,
		CASE WHEN coalesce(i.sqlstate, r.sqlstate) IS NOT NULL THEN coalesce(i.sqlstate, r.sqlstate)
			WHEN a.client_id IS NULL THEN 'CT012' END,
		CASE WHEN coalesce(i.sqlstate, r.sqlstate) IS NOT NULL THEN coalesce(i.message, r.message)
			WHEN a.client_id IS NULL THEN 'client is already in the batch'
			WHEN c.overlapping THEN 'enrollments overlap: the one entered last was taken' END
	FROM input i
	LEFT JOIN refused r ON r.client_id = i.client_id
	LEFT JOIN chosen c ON c.client_id = i.client_id AND c.ordinal = i.ordinal
	LEFT JOIN added a ON a.client_id = c.client_id
	ORDER BY i.ordinal;
END
$add$;
COMMENT ON FUNCTION add_resolved_clients(service_batch_run, service_batch, text[], bigint[], text[], text[]) IS
'Used by add_batch_clients(): the arrays hold, one element for each input, the identifier as given, the client, and the
SQLSTATE and message of inputs that name nobody.';

CREATE OR REPLACE FUNCTION add_and_post(service_batch_run_id bigint,
	identifiers text[], client_ids bigint[], sqlstates text[], messages text[])
RETURNS TABLE (client_id bigint, identifier text, status text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds clients to a run and, where the batch posts automatically, posts their services.
#variable_conflict use_column
DECLARE
	run service_batch_run;
	batch service_batch;
BEGIN
	PERFORM refuse_open_workflow();
	SELECT r.* INTO run FROM service_batch_run r
	WHERE r.service_batch_run_id = add_and_post.service_batch_run_id AND r.date_deleted IS NULL;
	SELECT b.* INTO batch FROM service_batch b WHERE b.service_batch_id = run.service_batch_id;
	IF batch.service_batch_id IS NULL THEN
		RAISE EXCEPTION 'batch run % does not exist', coalesce(service_batch_run_id::text, 'null') USING ERRCODE = 'CT009';
	END IF;
	IF NOT batch.auto_post THEN
		RETURN QUERY SELECT * FROM add_resolved_clients(run, batch, identifiers, client_ids, sqlstates, messages);
		RETURN;
	END IF;
	RETURN QUERY
	WITH added AS MATERIALIZED (
		SELECT a.*, row_number() OVER () AS ordinal
		FROM add_resolved_clients(run, batch, identifiers, client_ids, sqlstates, messages) a
	), posted AS MATERIALIZED (
		SELECT p.* FROM (SELECT array_agg(a.client_id) AS client_ids FROM added a WHERE a.status = 'added') n,
			LATERAL clienttrack.post_batch(@schema@::regnamespace, run.service_batch_run_id, n.client_ids) p
		WHERE n.client_ids IS NOT NULL
	)
	SELECT a.client_id, a.identifier, coalesce(p.status, a.status), coalesce(p.sqlstate, a.sqlstate),
		coalesce(p.message, a.message)
	FROM added a LEFT JOIN posted p ON p.client_id = a.client_id AND a.status = 'added'
	ORDER BY a.ordinal;
END
$$;
COMMENT ON FUNCTION add_and_post(bigint, text[], bigint[], text[], text[]) IS
'Used by add_batch_clients() and add_batch_client(). Raises CT009 (no such run), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION add_batch_clients(service_batch_run_id bigint, client_ids bigint[])
RETURNS TABLE (client_id bigint, identifier text, status text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds clients, named by their ids, to a run.
#variable_conflict use_column
BEGIN
	IF num_nulls(add_batch_clients.service_batch_run_id, add_batch_clients.client_ids) > 0 THEN
		RAISE EXCEPTION 'service_batch_run_id and client_ids must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN QUERY SELECT a.* FROM add_batch_clients(add_batch_clients.service_batch_run_id,
		add_batch_clients.client_ids::text[], 'client_id') a;
END
$$;
COMMENT ON FUNCTION add_batch_clients(bigint, bigint[]) IS
'Adds clients to a batch run, one or a hundred thousand, and returns a row for each in the order given: client_id,
identifier (as given), status, sqlstate, message. status: added; posted (the batch posts automatically); already_added
(CT012); rejected, with CT001 (no active enrollment), CT002 (barred), CT003 (not offered), CT005 (already recorded), CT008
(date), CT009 (no such client). One bad client never loses the others. A message on an added client says that enrollments
overlap and the one entered last was taken. Raises 22004 (null), CT009 (no such run).';

CREATE OR REPLACE FUNCTION add_batch_clients(service_batch_run_id bigint, identifiers text[], identifier_type text)
RETURNS TABLE (client_id bigint, identifier text, status text, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds clients, named by ids, scan cards or full names, to a run.
#variable_conflict use_column
DECLARE
	resolved record;
BEGIN
	IF add_batch_clients.service_batch_run_id IS NULL THEN
		RAISE EXCEPTION 'service_batch_run_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT array_agg(r.identifier ORDER BY r.ordinal) AS identifiers, array_agg(r.client_id ORDER BY r.ordinal) AS client_ids,
		array_agg(r.sqlstate ORDER BY r.ordinal) AS sqlstates, array_agg(r.message ORDER BY r.ordinal) AS messages
	INTO resolved FROM resolve_clients(add_batch_clients.identifiers, add_batch_clients.identifier_type) r;
	RETURN QUERY SELECT a.* FROM add_and_post(add_batch_clients.service_batch_run_id, resolved.identifiers,
		resolved.client_ids, resolved.sqlstates, resolved.messages) a;
END
$$;
COMMENT ON FUNCTION add_batch_clients(bigint, text[], text) IS
'As add_batch_clients(bigint, bigint[]), with identifiers of a type: client_id; scan_card (CT010: card not active); name (the
full name, without regard to case, accents and script; CT011: several clients have it).
Raises 22004 (null), 22023 (unknown type), CT009 (no such run).';

CREATE OR REPLACE FUNCTION add_batch_client(service_batch_run_id bigint, identifier text, identifier_type text DEFAULT 'scan_card')
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds one client to a run and returns the id, or raises why not: for a scan station.
DECLARE
	result record;
BEGIN
	IF num_nulls(service_batch_run_id, identifier, identifier_type) > 0 THEN
		RAISE EXCEPTION 'service_batch_run_id, identifier and identifier_type must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT a.* INTO STRICT result
	FROM add_batch_clients(service_batch_run_id, ARRAY[identifier], identifier_type) a;
	IF result.sqlstate IS NOT NULL THEN
		RAISE EXCEPTION '%', result.message USING ERRCODE = result.sqlstate,
			DETAIL = format('Client %s, batch run %s.', coalesce(result.client_id::text, 'unknown'), service_batch_run_id);
	END IF;
	RETURN result.client_id;
END
$$;
COMMENT ON FUNCTION add_batch_client(bigint, text, text) IS
'Adds one client to a batch run and returns the client''s id; posts the services where the batch posts automatically.
identifier_type: scan_card (default), client_id or name. Raises what add_batch_clients() reports: CT001 (Enrollment is a
Required Field.), CT002 (barred), CT003, CT005, CT008, CT009 (client or card not found), CT010 (card not active), CT011 (name
is ambiguous), CT012 (already in the batch), and 22004 (null), 22023 (unknown type).';

CREATE OR REPLACE FUNCTION remove_batch_client(service_batch_run_id bigint, client_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes a client whose services are not posted out of a run.
#variable_conflict use_column
BEGIN
	PERFORM refuse_open_workflow();
	IF num_nulls(remove_batch_client.service_batch_run_id, remove_batch_client.client_id) > 0 THEN
		RAISE EXCEPTION 'service_batch_run_id and client_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	-- the run's row is what post_batch() takes first; changed, so that one that began before is told to try again
	UPDATE service_batch_run r SET date_updated = now() WHERE r.service_batch_run_id = remove_batch_client.service_batch_run_id;
	UPDATE service_batch_client c SET batch_status = 'removed', sqlstate = NULL, message = NULL
	WHERE c.service_batch_run_id = remove_batch_client.service_batch_run_id
	AND c.client_id = remove_batch_client.client_id AND c.batch_status <> 'removed';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'client % is not in batch run %', remove_batch_client.client_id, remove_batch_client.service_batch_run_id
			USING ERRCODE = 'CT009';
	END IF;
	IF EXISTS (SELECT FROM client_service s WHERE s.service_batch_run_id = remove_batch_client.service_batch_run_id
			   AND s.client_id = remove_batch_client.client_id AND s.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'the services of client % are already posted', remove_batch_client.client_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Un-post the run, or delete the services, first.';
	END IF;
END
$$;
COMMENT ON FUNCTION remove_batch_client(bigint, bigint) IS
'Takes a client out of a batch run before the services are posted; adding the client again puts it back.
Raises 22004 (null), CT009 (not in the run), 55000 (already posted).';
