-- Scan cards: issued, lost, replaced, revoked, and read at a station.

CREATE OR REPLACE FUNCTION keep_scan_card() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
-- Ensures for every writer that a code stays with its holder for ever and that a card which ended stays ended.
BEGIN
	IF TG_OP = 'TRUNCATE' AND pg_has_role((SELECT t.relowner FROM pg_catalog.pg_class t WHERE t.oid = TG_RELID), 'USAGE')
			AND NOT EXISTS (SELECT FROM scan_card) THEN
		RETURN NULL; -- whoever sees all cards sees none
	END IF;
	IF TG_OP <> 'UPDATE' THEN
		RAISE EXCEPTION 'scan cards are never removed' USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = 'The code of a removed card could be issued to somebody else.', HINT = 'Revoke the card, or set its date_deleted.';
	END IF;
	IF NEW.card_code <> OLD.card_code AND NOT may_dispose_scan_card(OLD.client_id, OLD.scan_card_id, NEW.card_code) THEN
		RAISE EXCEPTION 'the code of a scan card never changes' USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Replace the card with replace_scan_card().';
	END IF;
	IF NEW.client_id <> OLD.client_id AND NOT may_move_scan_card(OLD.client_id, NEW.client_id) THEN
		RAISE EXCEPTION 'a scan card never moves to another client' USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = 'Only the owner of the table may move it, and only from a deleted client to one that is not.',
			HINT = 'Issue a new card.';
	END IF;
	IF NEW.card_status <> OLD.card_status THEN
		IF OLD.card_status IN ('replaced', 'revoked') OR (OLD.card_status = 'lost' AND NEW.card_status = 'expired') THEN
			RAISE EXCEPTION 'a scan card that is % cannot become %', OLD.card_status, NEW.card_status
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Issue a new card.';
		END IF;
		IF NEW.status_date = OLD.status_date THEN
			NEW.status_date := now();
		END IF;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_scan_card() IS
'Trigger of scan_card. A code never changes and is never removed, except when its holder''s data are disposed of
(may_dispose_scan_card()); a card moves to another client only when clients are merged (may_move_scan_card()); replaced and revoked are final, a lost card may be found (active), an expired one extended. Raises 55000.';

CREATE OR REPLACE FUNCTION may_move_scan_card(from_client_id bigint, to_client_id bigint) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Tells whether this is a merge of clients: the owner of the table does it, and merge_clients() or unmerge_clients() is at
	-- work, or the old holder is deleted and the new one is not.
	SELECT pg_catalog.pg_has_role(t.relowner, 'USAGE') AND (current_setting('clienttrack.history', true) = 'merge'
		OR (EXISTS (SELECT FROM client c WHERE c.client_id = from_client_id AND c.date_deleted IS NOT NULL)
			AND EXISTS (SELECT FROM client c WHERE c.client_id = to_client_id AND c.date_deleted IS NULL)))
	FROM pg_catalog.pg_class t WHERE t.oid = 'scan_card'::regclass;
END;
COMMENT ON FUNCTION may_move_scan_card(bigint, bigint) IS
'Used by the trigger of scan_card: whether the current role may give the cards of the first client to the second, as a merge of
clients and its undoing do: only a role that has the privileges of the owner of scan_card.';

CREATE OR REPLACE FUNCTION may_dispose_scan_card(client_id bigint, scan_card_id bigint, new_code text) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Tells whether this is part of dispose_client(): the holder's data are disposed of, and the owner of the table does it.
	SELECT new_code = format('disposed-%s', may_dispose_scan_card.scan_card_id)
		AND pg_catalog.pg_has_role(t.relowner, 'USAGE')
		AND EXISTS (SELECT FROM client c WHERE c.client_id = may_dispose_scan_card.client_id AND c.date_disposed IS NOT NULL)
	FROM pg_catalog.pg_class t WHERE t.oid = 'scan_card'::regclass;
END;
COMMENT ON FUNCTION may_dispose_scan_card(bigint, bigint, text) IS
'Used by the trigger of scan_card: whether the current role may replace the code of a card by disposed-ID, as dispose_client()
does: only a role that has the privileges of the owner of scan_card, for a client with date_disposed.';

CREATE OR REPLACE TRIGGER keep_scan_card BEFORE UPDATE OR DELETE ON scan_card
	FOR EACH ROW EXECUTE FUNCTION keep_scan_card();
CREATE OR REPLACE TRIGGER keep_scan_card_codes BEFORE TRUNCATE ON scan_card
	FOR EACH STATEMENT EXECUTE FUNCTION keep_scan_card();

CREATE OR REPLACE FUNCTION scan_card_refusal(card_status text, expires_date date, status_date timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
-- Tells why a card is not accepted today; null where it is.
RETURN CASE scan_card_status(card_status, expires_date)
	WHEN 'active' THEN NULL
	WHEN 'lost' THEN 'scan card was marked lost on ' || status_date::date
	WHEN 'replaced' THEN 'scan card was replaced on ' || status_date::date
	WHEN 'revoked' THEN 'scan card was revoked on ' || status_date::date
	ELSE 'scan card expired on ' || CASE WHEN expires_date < current_date THEN expires_date ELSE status_date::date END
END;
COMMENT ON FUNCTION scan_card_refusal(text, date, timestamptz) IS
'Why a scan card is not accepted today, from its columns card_status, expires_date and status_date; null where it is accepted.';

CREATE OR REPLACE FUNCTION visible_scan_cards(card_codes text[]) RETURNS TABLE (card_code text, scan_card_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the card that each code means to the user: the one that the user's organization issued, else the only one in
	-- sight. Two organizations may have issued the same code; to guess would charge a stranger.
	SELECT k.card_code, coalesce(min(k.scan_card_id) FILTER (WHERE k.security_organization_id IS NOT DISTINCT FROM
			(SELECT current_organization(@schema@::regnamespace))),
		CASE WHEN count(*) = 1 THEN min(k.scan_card_id) END)
	FROM scan_card k WHERE k.card_code = ANY (card_codes) GROUP BY k.card_code;
END;
COMMENT ON FUNCTION visible_scan_cards(text[]) IS
'For each of the codes that is known its card: of the user''s own organization, else of the only organization in sight that
issued it; null where there are several such.';

CREATE OR REPLACE FUNCTION visible_scan_card(card_code text) RETURNS bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the card that a code means to the user.
	SELECT v.scan_card_id FROM visible_scan_cards(ARRAY[visible_scan_card.card_code]) v;
END;
COMMENT ON FUNCTION visible_scan_card(text) IS 'scan_card_id of the card with this code, see visible_scan_cards(); null where there is none.';

CREATE OR REPLACE FUNCTION scan_card_holder(card_code text) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
-- Ensures that whoever reads a card gets its holder only while the card is good, until the end of the transaction: the row
-- is locked before its status is read, so a card being replaced or marked lost at this moment is never charged to the old holder.
DECLARE
	card record;
	refusal text;
BEGIN
	IF card_code IS NULL THEN
		RAISE EXCEPTION 'scan card code must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT s.client_id, s.card_status, s.expires_date, s.status_date, c.date_deleted AS client_deleted INTO card
	FROM scan_card s JOIN client c ON c.client_id = s.client_id
	WHERE s.scan_card_id = visible_scan_card(scan_card_holder.card_code) AND s.date_deleted IS NULL
	FOR SHARE OF s;
	IF NOT FOUND OR card.client_deleted IS NOT NULL THEN
		RAISE EXCEPTION 'scan card is unknown' USING ERRCODE = 'CT009',
			HINT = 'Find the client by name and issue a card.';
	END IF;
	refusal := scan_card_refusal(card.card_status, card.expires_date, card.status_date);
	IF refusal IS NOT NULL THEN
		RAISE EXCEPTION '%', refusal USING ERRCODE = 'CT010',
			HINT = 'Find the client by name, and issue or replace the card.';
	END IF;
	RETURN card.client_id;
END
$$;
COMMENT ON FUNCTION scan_card_holder(text) IS
'The client who holds the active scan card with exactly this code. Locks the card until the end of the transaction against being
marked lost, replaced or revoked (other stations may read it). Raises 22004 (null), CT009 (unknown card, or the client is
deleted), CT010 (lost, replaced, revoked or expired, and since when), 40001 at REPEATABLE READ when the card changed meanwhile.';

CREATE OR REPLACE FUNCTION scan_card_holders(card_codes text[])
RETURNS TABLE (ordinal bigint, card_code text, client_id bigint, sqlstate text, message text)
LANGUAGE plpgsql ROWS 1000
SET search_path FROM CURRENT
-- A plan that is right for one code and for a hundred thousand, also while nobody has counted the rows of a table just
-- filled: cards and clients by index, never each code against each card.
SET plan_cache_mode = force_generic_plan
SET enable_nestloop = off
SET enable_seqscan = off
SET jit = off
AS $$
-- Ensures the same as scan_card_holder() for many cards at once: one row for each code, good or not. Cards are locked in the
-- order of their identifiers, so that two batches never wait for each other in a circle.
BEGIN
	IF card_codes IS NULL THEN
		RAISE EXCEPTION 'scan card codes must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN QUERY
	WITH locked AS MATERIALIZED (
		SELECT s.card_code, scan_card_refusal(s.card_status, s.expires_date, s.status_date) AS refusal,
			-- date_deleted is not in the WHERE clause, or a partial index would look as good as the primary key while client is empty
			(SELECT CASE WHEN c.date_deleted IS NULL THEN c.client_id END FROM client c WHERE c.client_id = s.client_id) AS client_id
		FROM scan_card s
		WHERE s.scan_card_id = ANY (ARRAY(SELECT v.scan_card_id FROM visible_scan_cards(card_codes) v))
		AND s.date_deleted IS NULL
		ORDER BY s.scan_card_id
		FOR SHARE OF s)
	SELECT r.ordinal, r.card_code, CASE WHEN l.refusal IS NULL THEN l.client_id END,
		CASE WHEN r.card_code IS NULL THEN '22004' WHEN l.client_id IS NULL THEN 'CT009' WHEN l.refusal IS NOT NULL THEN 'CT010' END,
		CASE WHEN r.card_code IS NULL THEN 'scan card code must not be null' WHEN l.client_id IS NULL THEN 'scan card is unknown'
			ELSE l.refusal END
	FROM unnest(card_codes) WITH ORDINALITY r(card_code, ordinal)
	LEFT JOIN locked l ON l.card_code = r.card_code
	ORDER BY r.ordinal;
END
$$;
COMMENT ON FUNCTION scan_card_holders(text[]) IS
'What scan_card_holder() says of each code of an array: one row for each element, numbered from 1 in reading order; client_id
where the card is accepted, otherwise sqlstate (22004, CT009 or CT010) and message. Locks every card found. Raises 22004 for a
null array, 40001 as scan_card_holder().';

CREATE OR REPLACE FUNCTION check_new_scan_card(client_id bigint, card_code text, expires_date date) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
-- Ensures that a card may be issued so: a client to hold it, a code that a scanner can read, a last day that is to come.
DECLARE
	client_is_live boolean;
BEGIN
	IF client_id IS NULL THEN
		RAISE EXCEPTION 'client must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT c.date_deleted IS NULL INTO client_is_live FROM client c WHERE c.client_id = check_new_scan_card.client_id;
	IF client_is_live IS NOT TRUE THEN
		PERFORM refuse_merged_client(client_id);
		RAISE EXCEPTION 'client % is not found', client_id USING ERRCODE = 'CT009';
	END IF;
	IF card_code = '' OR length(card_code) > 100 OR card_code ~ '[[:space:][:cntrl:]]' THEN
		RAISE EXCEPTION 'scan card code is not valid' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'A code has 1 to 100 characters and no blanks among them.';
	END IF;
	IF NOT isfinite(expires_date) OR expires_date < current_date THEN
		RAISE EXCEPTION 'scan card cannot expire before it is issued' USING ERRCODE = 'datetime_field_overflow',
			DETAIL = format('Its last day would be %s.', expires_date), HINT = 'For a card without end leave the date null.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_new_scan_card(bigint, text, date) IS
'Used by issue_scan_card(): raises 22004 (no client), CT009 (client not found), 22023 (code), 22008 (last day infinite or past).';

CREATE OR REPLACE FUNCTION new_scan_card_code() RETURNS text
LANGUAGE sql
-- Makes a code that is most likely new: the first ten digits of a random UUID are random.
RETURN 'S1' || upper(left(translate(pg_catalog.gen_random_uuid()::text, '-', ''), 10));
COMMENT ON FUNCTION new_scan_card_code() IS 'Used by issue_scan_card(): S1 and ten random upper-case hexadecimal digits.';

CREATE OR REPLACE FUNCTION issue_scan_card(client_id bigint, card_code text DEFAULT NULL, expires_date date DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
-- Gives a client a card with a code that nobody ever had.
DECLARE
	issued_code text;
BEGIN
	PERFORM refuse_open_workflow(), check_new_scan_card(client_id, card_code, expires_date);
	WHILE issued_code IS NULL LOOP
		INSERT INTO scan_card AS s (client_id, card_code, expires_date)
		VALUES (issue_scan_card.client_id, coalesce(issue_scan_card.card_code, new_scan_card_code()), issue_scan_card.expires_date)
		ON CONFLICT ON CONSTRAINT scan_card_card_code_key DO NOTHING
		RETURNING s.card_code INTO issued_code;
		IF issued_code IS NULL AND card_code IS NOT NULL THEN
			RAISE EXCEPTION 'scan card code was issued before' USING ERRCODE = 'unique_violation',
				DETAIL = 'A code belongs to one client for ever, whatever became of the card.',
				HINT = 'Use another card, or leave the code null to have one made.', TABLE = 'scan_card', CONSTRAINT = 'scan_card_card_code_key';
		END IF;
	END LOOP;
	RETURN issued_code;
END
$$;
COMMENT ON FUNCTION issue_scan_card(bigint, text, date) IS
'Issues a scan card of the user''s organization and returns its code: the one given (1 to 100 characters without blanks), or a new one like S10A1B2C3D4E. A client
may have several. expires_date: last day on which it is accepted, null for no end. Raises 22004 (no client), CT009 (client not
found), 22023 (code not valid), 22008 (last day infinite or past), 23505 (the organization issued the code before, to anybody).';

CREATE OR REPLACE FUNCTION end_scan_card(card_code text, end_status text, reason text, replaced_by_scan_card_id bigint DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
-- Gives a card a status that ends its use. Waits for stations that are reading it.
DECLARE
	old_status text;
BEGIN
	PERFORM refuse_open_workflow();
	IF card_code IS NULL THEN
		RAISE EXCEPTION 'scan card code must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT s.card_status INTO old_status FROM scan_card s
	WHERE s.scan_card_id = visible_scan_card(end_scan_card.card_code) AND s.date_deleted IS NULL FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'scan card is unknown' USING ERRCODE = 'CT009';
	END IF;
	IF old_status = end_status THEN
		RAISE EXCEPTION 'scan card is % already', end_status USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	UPDATE scan_card s SET card_status = end_status, status_date = now(), status_reason = reason,
		replaced_by_scan_card_id = end_scan_card.replaced_by_scan_card_id
	WHERE s.scan_card_id = visible_scan_card(end_scan_card.card_code);
END
$$;
COMMENT ON FUNCTION end_scan_card(text, text, text, bigint) IS
'Used by mark_scan_card_lost(), replace_scan_card() and revoke_scan_card(). Raises 22004 (null code), CT009 (unknown card), 55000
(the card has this status already or one that is final).';

CREATE OR REPLACE FUNCTION mark_scan_card_lost(card_code text, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
	-- Ensures that a lost card is not accepted any more.
	SELECT end_scan_card(card_code, 'lost', reason);
END;
COMMENT ON FUNCTION mark_scan_card_lost(text, text) IS
'Marks an active or expired scan card lost; it may be replaced later. Raises 22004 (null code), CT009 (unknown card), 55000 (lost
already, replaced or revoked).';

CREATE OR REPLACE FUNCTION revoke_scan_card(card_code text, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
	-- Ensures that a card is not accepted ever again.
	SELECT end_scan_card(card_code, 'revoked', reason);
END;
COMMENT ON FUNCTION revoke_scan_card(text, text) IS
'Revokes an active, lost or expired scan card for good. Raises 22004 (null code), CT009 (unknown card), 55000 (revoked already or
replaced).';

CREATE OR REPLACE FUNCTION replace_scan_card(card_code text, new_card_code text DEFAULT NULL, reason text DEFAULT NULL,
	expires_date date DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
-- Gives the holder of a card another one in its place, and ends the old one.
DECLARE
	holder_id bigint;
	issued_code text;
	new_scan_card_id bigint;
BEGIN
	SELECT s.client_id INTO holder_id FROM scan_card s
	WHERE s.scan_card_id = visible_scan_card(replace_scan_card.card_code) AND s.date_deleted IS NULL FOR NO KEY UPDATE;
	IF FOUND THEN
		issued_code := issue_scan_card(holder_id, new_card_code, expires_date);
		new_scan_card_id := visible_scan_card(issued_code);
	END IF;
	PERFORM end_scan_card(card_code, 'replaced', reason, new_scan_card_id);
	RETURN issued_code;
END
$$;
COMMENT ON FUNCTION replace_scan_card(text, text, text, date) IS
'Replaces an active, lost or expired scan card and returns the code of the new one (given, or made as by issue_scan_card());
the old card points to it. Raises 22004 (null code), CT009 (unknown card, or the client is deleted), 55000 (replaced already or
revoked) and what issue_scan_card() raises about the new code and its last day.';
