-- Finding a client in a search box: by identifier, by scan card, by name or alias.

CREATE OR REPLACE TRIGGER name_key BEFORE INSERT OR UPDATE ON client
	FOR EACH ROW EXECUTE FUNCTION clienttrack.keep_name_key('name_key', 'first_name', 'middle_name', 'last_name');
CREATE OR REPLACE TRIGGER sort_key BEFORE INSERT OR UPDATE ON client
	FOR EACH ROW EXECUTE FUNCTION clienttrack.keep_name_key('sort_key', 'last_name', 'first_name', 'middle_name');
CREATE OR REPLACE TRIGGER name_key BEFORE INSERT OR UPDATE ON client_alias
	FOR EACH ROW EXECUTE FUNCTION clienttrack.keep_name_key('name_key', 'alias_name');

-- Here and not beside the tables because DROP EXTENSION … CASCADE takes them along and migrate() must bring them back.
CREATE INDEX IF NOT EXISTS client_name_words ON client USING gin (name_key clienttrack.name_ops) WHERE date_deleted IS NULL;
CREATE INDEX IF NOT EXISTS client_alias_name_words ON client_alias USING gin (name_key clienttrack.name_ops)
	WHERE date_deleted IS NULL;

CREATE OR REPLACE FUNCTION scan_card_status(card_status text, expires_date date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
-- Tells what a card is worth today: an active one whose last day has passed has expired.
RETURN CASE WHEN card_status = 'active' AND expires_date < current_date THEN 'expired' ELSE card_status END;
COMMENT ON FUNCTION scan_card_status(text, date) IS
'Status of a scan card today, from its columns card_status and expires_date: an active card is expired from the day after expires_date.';

CREATE OR REPLACE FUNCTION clients_by_code(query text)
RETURNS TABLE (client_id bigint, matched_by text, card_status text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	-- Finds the client with this identifier, now or before a merge, and the holder of the scan card with this code, one row each.
	SELECT DISTINCT ON (hit.client_id) hit.client_id, hit.matched_by, hit.card_status
	FROM (
		SELECT c.client_id, 'client_id' AS matched_by, NULL::text AS card_status
		FROM client c
		WHERE c.client_id = CASE WHEN query ~ '^[0-9]{1,18}$' THEN query::bigint END AND c.date_deleted IS NULL
		UNION ALL -- resolve_client() costs more than the look whether there was a merge
		SELECT c.client_id, 'client_id' AS matched_by, NULL AS card_status
		FROM client_merge m JOIN client c ON c.client_id = resolve_client(m.merged_client_id)
		WHERE m.merged_client_id = CASE WHEN query ~ '^[0-9]{1,18}$' THEN query::bigint END AND m.unmerged_date IS NULL
		AND c.date_deleted IS NULL
		UNION ALL
		SELECT s.client_id, 'scan_card' AS matched_by, scan_card_status(s.card_status, s.expires_date)
		FROM scan_card s JOIN client c ON c.client_id = s.client_id
		WHERE s.card_code = query AND s.date_deleted IS NULL AND c.date_deleted IS NULL) hit
	ORDER BY hit.client_id, hit.matched_by;
END;
COMMENT ON FUNCTION clients_by_code(text) IS
'Used by find_clients(): the client with this identifier (up to 18 digits), also that of a record merged into the client, and the holder of the scan card with exactly this code,
whatever its status. Deleted clients and cards are not found.';

CREATE OR REPLACE FUNCTION names_between(first_key text, before_key text, max_results integer)
RETURNS TABLE (client_id bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	-- Finds clients whose key, with the first or the last name in front, or alias lies in a range: the first of each in order.
	(SELECT c.client_id FROM client c
	 WHERE c.name_key >= first_key AND c.name_key < before_key AND c.date_deleted IS NULL
	 ORDER BY c.name_key, c.client_id LIMIT max_results)
	UNION ALL
	(SELECT c.client_id FROM client c
	 WHERE c.sort_key >= first_key AND c.sort_key < before_key AND c.date_deleted IS NULL
	 ORDER BY c.sort_key, c.client_id LIMIT max_results)
	UNION ALL
	(SELECT a.client_id FROM client_alias a
	 WHERE a.name_key >= first_key AND a.name_key < before_key AND a.date_deleted IS NULL
	 AND EXISTS (SELECT FROM client c WHERE c.client_id = a.client_id AND c.date_deleted IS NULL)
	 ORDER BY a.name_key, a.client_id LIMIT max_results);
END;
COMMENT ON FUNCTION names_between(text, text, integer) IS
'Used by find_clients(): identifiers of clients by a range of search keys, max_results of each of three indexes; not distinct.';

CREATE OR REPLACE FUNCTION names_matching(query_key text, step integer, max_names integer)
RETURNS TABLE (client_id bigint, name_key text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100
SET search_path FROM CURRENT
AS $$
-- Finds names and aliases by words in any order: whole words (step 2), beginnings (step 4), misspelt words (step 5). Each is
-- a query of its own: with row security a plan for all of them takes longer to start than to run.
BEGIN
	CASE step
	WHEN 2 THEN RETURN QUERY
		SELECT c.client_id, c.name_key FROM client c WHERE c.name_key @= query_key AND c.date_deleted IS NULL
		UNION ALL
		SELECT a.client_id, a.name_key FROM client_alias a JOIN client c ON c.client_id = a.client_id
		WHERE a.name_key @= query_key AND a.date_deleted IS NULL AND c.date_deleted IS NULL LIMIT max_names;
	WHEN 4 THEN RETURN QUERY
		SELECT c.client_id, c.name_key FROM client c WHERE c.name_key @^ query_key AND c.date_deleted IS NULL
		UNION ALL
		SELECT a.client_id, a.name_key FROM client_alias a JOIN client c ON c.client_id = a.client_id
		WHERE a.name_key @^ query_key AND a.date_deleted IS NULL AND c.date_deleted IS NULL LIMIT max_names;
	WHEN 5 THEN RETURN QUERY
		SELECT c.client_id, c.name_key FROM client c WHERE c.name_key @~ query_key AND c.date_deleted IS NULL
		UNION ALL
		SELECT a.client_id, a.name_key FROM client_alias a JOIN client c ON c.client_id = a.client_id
		WHERE a.name_key @~ query_key AND a.date_deleted IS NULL AND c.date_deleted IS NULL LIMIT max_names;
	ELSE NULL; -- the other steps are names_between()'s
	END CASE;
END
$$;
COMMENT ON FUNCTION names_matching(text, integer, integer) IS
'Used by find_clients(): identifiers and search keys of what one step of the search finds by words, at most max_names; not
distinct.';

CREATE OR REPLACE FUNCTION names_at_step(query_key text, step integer, max_results integer)
RETURNS TABLE (client_id bigint)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 20
SET search_path FROM CURRENT
AS $$
-- Finds the best clients that one step of the search has to offer. Of a crowd the first 2,000 names met are ranked.
BEGIN
	IF step IN (1, 3) THEN -- ' ' < '!' < any letter: the same words and perhaps more
		RETURN QUERY SELECT b.client_id FROM names_between(query_key,
			CASE step WHEN 1 THEN query_key || '!' ELSE query_key || U&'\+10FFFF' END, max_results) b;
	ELSE
		RETURN QUERY SELECT m.client_id FROM names_matching(query_key, step, 2000) m
			ORDER BY name_score(m.name_key, query_key) DESC, m.name_key, m.client_id LIMIT max_results;
	END IF;
END
$$;
COMMENT ON FUNCTION names_at_step(text, integer, integer) IS
'Used by find_clients(): identifiers of clients found by one step: 1 the name begins with these words, 2 has them, 3 begins
with these letters, 4 has words that begin so, 5 has the words misspelt. Not distinct.';

CREATE OR REPLACE FUNCTION clients_by_name(query_key text, max_results integer)
RETURNS TABLE (client_id bigint, matched_by text, matched_alias text, score real)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 20
SET search_path FROM CURRENT
-- One plan for all queries: making one takes longer than running it.
SET plan_cache_mode = force_generic_plan
SET max_parallel_workers_per_gather = 0
AS $$
-- Finds clients by name or alias, by ever looser steps until there are enough, best first.
DECLARE
	found_ids bigint[] := '{}';
BEGIN
	FOR step IN 1..5 LOOP
		found_ids := ARRAY(SELECT unnest(found_ids) UNION SELECT n.client_id FROM names_at_step(query_key, step, max_results) n);
		EXIT WHEN cardinality(found_ids) >= max_results;
	END LOOP;
	RETURN QUERY
	SELECT best.client_id, best.matched_by, best.matched_alias, best.score
	FROM (
		SELECT DISTINCT ON (hit.client_id) hit.*
		FROM (
			SELECT c.client_id, 'name' AS matched_by, NULL::text AS matched_alias, name_score(c.name_key, query_key) AS score
			FROM client c WHERE c.client_id = ANY (found_ids)
			UNION ALL
			SELECT a.client_id, 'alias', a.alias_name, name_score(a.name_key, query_key)
			FROM client_alias a WHERE a.client_id = ANY (found_ids) AND a.date_deleted IS NULL) hit
		ORDER BY hit.client_id, hit.score DESC, hit.matched_by DESC, hit.matched_alias) best
	JOIN client c ON c.client_id = best.client_id
	ORDER BY best.score DESC, c.sort_key, best.client_id
	LIMIT max_results;
END
$$;
COMMENT ON FUNCTION clients_by_name(text, integer) IS
'Used by find_clients(): clients by a search key (name_key()), best first. matched_by: name or alias. score: see name_score().';

CREATE OR REPLACE FUNCTION find_clients(query text, max_results integer DEFAULT 20)
RETURNS TABLE (client_id bigint, first_name text, last_name text, dob date,
	matched_by text, matched_alias text, card_status text, score real)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 20
SET search_path FROM CURRENT
-- Conditions of row security are long: compiling them takes longer than a search.
SET jit = off
AS $$
-- Finds the clients that somebody typing or scanning this may mean. An identifier or a card found ends the search:
-- a station must not be slow, nor offer somebody else.
DECLARE
	wanted text := btrim(query, E' \t\r\n');
	wanted_key text := coalesce(name_key(query), '');
BEGIN
	IF max_results IS NULL OR max_results NOT BETWEEN 1 AND 1000 THEN
		RAISE EXCEPTION 'max_results must be between 1 and 1000' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('It is %s.', coalesce(max_results::text, 'null'));
	END IF;
	IF length(query) > 500 THEN
		RAISE EXCEPTION 'text to search for is too long' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('It has %s characters; at most 500 are allowed.', length(query));
	END IF;
	RETURN QUERY
	SELECT c.client_id, c.first_name, c.last_name, c.dob::date, f.matched_by, NULL::text, f.card_status, 1::real
	FROM clients_by_code(wanted) f JOIN client c ON c.client_id = f.client_id
	ORDER BY f.matched_by, c.client_id LIMIT max_results;
	IF NOT FOUND AND wanted_key <> '' THEN
		RETURN QUERY
		SELECT c.client_id, c.first_name, c.last_name, c.dob::date, f.matched_by, f.matched_alias, NULL::text, f.score
		FROM clients_by_name(wanted_key, max_results) f JOIN client c ON c.client_id = f.client_id
		ORDER BY f.score DESC, c.sort_key, c.client_id;
	END IF;
END
$$;
COMMENT ON FUNCTION find_clients(text, integer) IS
'Clients for a search box, best first: the client with this identifier, now or before a merge, the holder of the scan card with exactly this code, and
where there is neither, clients whose name or alias has these words. Case, accents, script, apostrophes and the order of words do
not matter; words may be abbreviated to their beginning or, from four letters on, have a typing error. Looser hits come only
while there are fewer than max_results better ones.
matched_by: client_id, scan_card, name or alias (matched_alias: which). card_status: that of the card; only a card that is
"active" is accepted, the others are listed so that the worker sees why not. score: 1 for all the words of a name.
A deleted client is never found. Null, blanks and punctuation find nothing. Raises 22023 for max_results outside 1 to 1000
and for a text of more than 500 characters.';
