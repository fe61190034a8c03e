-- Clients: entering them without entering somebody twice, changing, deleting and restoring them, their other names.

CREATE INDEX IF NOT EXISTS client_ssn_value ON client_ssn (ssn) WHERE ssn IS NOT NULL;

CREATE OR REPLACE FUNCTION check_birth_date(dob date) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a date of birth is finite, not to come, and not of somebody older than people become. The date is not shown.
BEGIN
	IF NOT isfinite(dob) THEN
		RAISE EXCEPTION 'dob must be finite' USING ERRCODE = 'datetime_field_overflow';
	END IF;
	IF dob > current_date OR dob < current_date - interval '125 years' THEN
		RAISE EXCEPTION 'date of birth is out of range' USING ERRCODE = 'CT008',
			DETAIL = CASE WHEN dob > current_date THEN 'It is in the future.' ELSE 'It is more than 125 years ago.' END,
			HINT = 'Where only the year or an approximate date is known give that, with dob_data_quality 2.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_birth_date(date) IS 'Used by add_client() and edit_client(). Null is none. Raises 22008, CT008.';

CREATE OR REPLACE FUNCTION data_quality(name text, code integer, is_known boolean, is_full boolean, list text) RETURNS smallint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the data quality given if it fits what is known, or for none given the one that follows from it.
BEGIN
	PERFORM check_hud_code(name, list, code);
	IF (code IN (1, 2)) <> is_known THEN
		RAISE EXCEPTION '% cannot be %', name, code USING ERRCODE = 'invalid_parameter_value',
			HINT = CASE WHEN is_known THEN '1 full, 2 partial or approximate.'
				ELSE 'Nothing is given: 8 client doesn''t know, 9 prefers not to answer, 99 not collected.' END;
	END IF;
	RETURN coalesce(code, CASE WHEN is_full THEN 1 WHEN is_known THEN 2 ELSE 99 END);
END
$$;
COMMENT ON FUNCTION data_quality(text, integer, boolean, boolean, text) IS
'Used by add_client() and edit_client() (HUD 3.01.5, 3.03.2). name: of the argument, for the message. Raises 22023.';

CREATE OR REPLACE FUNCTION given_name(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Returns a part of a name without blanks around it; null when nothing is left.
RETURN nullif(regexp_replace(value, '^\s+|\s+$', '', 'g'), '');
COMMENT ON FUNCTION given_name(text) IS 'Used by add_client(), edit_client() and add_alias().';

CREATE OR REPLACE FUNCTION check_names(VARIADIC names text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Ensures that names are of a length that names have, and are written on one line.
BEGIN
	IF EXISTS (SELECT FROM unnest(names) n WHERE length(n) > 200 OR n ~ '[[:cntrl:]]') THEN
		RAISE EXCEPTION 'a name has more than 200 characters, or line ends in it' USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_names(text[]) IS 'Used by add_client(), edit_client() and add_alias(). Raises 22023 without showing the name.';

CREATE OR REPLACE FUNCTION seen_clients_with_ssn(ssn text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the live clients in the sight of the session's user who have this SSN. One with digits left out is nobody's.
DECLARE
	wanted CONSTANT text := nullif(lower(regexp_replace(ssn, '[-\s]', '', 'g')), '');
BEGIN
	RETURN QUERY SELECT s.client_id FROM client_ssn s JOIN client c ON c.client_id = s.client_id AND c.date_deleted IS NULL
	WHERE s.ssn = wanted AND wanted ~ '^([0-9]{9}|[0-9a-f]{64})$' AND clienttrack.visible_row(@schema@::regnamespace, 'client', s.client_id)
	LIMIT 100;
END
$$;
COMMENT ON FUNCTION seen_clients_with_ssn(text) IS
'Used by clients_with_ssn() and clients_with_ssn_of(), as their owner. SSNs that are encrypted are not found. Raises 42501 (no SELECT on client).';

CREATE OR REPLACE FUNCTION clients_with_ssn(ssn text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Returns the live clients in sight who have this SSN to whoever may read SSNs: others could guess one by one.
BEGIN
	IF clienttrack.has_right(@schema@::regnamespace, 'read_ssn') THEN
		RETURN QUERY SELECT s FROM seen_clients_with_ssn(ssn) s;
	END IF;
END
$$;
COMMENT ON FUNCTION clients_with_ssn(text) IS
'The clients with this SSN (nine digits, hyphens are dropped, or a hash), at most a hundred, by which a person is not entered twice. None is
told to whoever does not see the client, or does not have the right read_ssn. SSNs that are encrypted are not found. Raises 42501 (no
SELECT on client).';

CREATE OR REPLACE FUNCTION clients_with_ssn_of(client_id bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Returns the other live clients in sight who have the same SSN as a client in sight.
BEGIN
	PERFORM check_client_seen(client_id);
	RETURN QUERY SELECT o FROM client_ssn s, LATERAL seen_clients_with_ssn(s.ssn) o
	WHERE s.client_id = clients_with_ssn_of.client_id AND o <> clients_with_ssn_of.client_id;
END
$$;
COMMENT ON FUNCTION clients_with_ssn_of(bigint) IS
'Used by possible_duplicates(). Raises 22004 (null), CT009 (no such client, or not yours to see), 42501 (no SELECT on client).';

CREATE OR REPLACE FUNCTION alike(key text, dob date, other_key text, other_dob date) RETURNS real
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Returns how likely two names and dates of birth are one person's, from 0 to 1. Of two dates one may be of the same year, or have day and
-- month exchanged, as dates are mistyped.
RETURN (CASE WHEN key = '' OR other_key = '' THEN 0 ELSE greatest(name_score(other_key, key), name_score(key, other_key)) END)
	* CASE WHEN dob = other_dob THEN 0.95 WHEN num_nulls(dob, other_dob) > 0 THEN 0.6
		WHEN extract(year FROM dob) = extract(year FROM other_dob) AND (extract(day FROM dob) = extract(day FROM other_dob)
			OR extract(month FROM dob) = extract(month FROM other_dob)
			OR (extract(day FROM dob) = extract(month FROM other_dob) AND extract(month FROM dob) = extract(day FROM other_dob))) THEN 0.7
		WHEN to_char(dob, 'MMDD') = to_char(other_dob, 'MMDD') AND abs(dob - other_dob) < 4000 THEN 0.6
		ELSE 0.2 END;
COMMENT ON FUNCTION alike(text, date, text, date) IS
'Used by possible_duplicates(): keys as name_key() makes them. 0.95: the same name and date of birth; 0.6: the same name, a date not known.';

CREATE OR REPLACE FUNCTION why_alike(same_ssn boolean, score real, dob date, other_dob date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Returns words for what two records have in common.
RETURN concat_ws(', ', CASE WHEN same_ssn THEN 'same SSN' END,
	CASE WHEN score >= 0.6 AND dob = other_dob THEN CASE WHEN score > 0.94 THEN 'same name' ELSE 'similar name' END || ' and birth date'
		WHEN score >= 0.5 AND num_nulls(dob, other_dob) > 0 THEN 'similar name, birth date not known'
		WHEN score >= 0.5 THEN 'similar name and birth date' END);
COMMENT ON FUNCTION why_alike(boolean, real, date, date) IS 'Used by possible_duplicates().';

CREATE OR REPLACE FUNCTION duplicates_of(names text[], dob date, ssn_client_ids bigint[], except_client_id bigint DEFAULT NULL)
RETURNS TABLE (client_id bigint, score real, why text)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT SET jit = off SET plan_cache_mode = force_generic_plan AS $$
-- Returns the clients in sight who may be the person with one of these names, this date of birth or SSN.
DECLARE
	keys CONSTANT text[] := ARRAY(SELECT DISTINCT name_key(n) FROM unnest(names) n WHERE name_key(n) <> '');
	ids bigint[] := ssn_client_ids;
	key text;
BEGIN
	FOREACH key IN ARRAY keys LOOP
		ids := ids || ARRAY(SELECT b.client_id FROM names_between(key, key || '!', 50) b)
			|| ARRAY(SELECT m.client_id FROM names_matching(key, 5, 200) m);
	END LOOP;
	RETURN QUERY
	SELECT h.client_id, greatest(h.alike, CASE WHEN h.same_ssn THEN 1 END)::real, why_alike(h.same_ssn, h.alike, duplicates_of.dob, h.dob)
	FROM (SELECT c.client_id, c.dob, c.client_id = ANY (ssn_client_ids) AS same_ssn, (SELECT max(alike(k, duplicates_of.dob, o.key, c.dob))
			FROM unnest(keys) k, LATERAL (SELECT c.name_key UNION ALL SELECT a.name_key FROM client_alias a
				WHERE a.client_id = c.client_id AND a.date_deleted IS NULL) AS o (key)) AS alike
		FROM client c WHERE c.client_id = ANY (ids) AND c.client_id IS DISTINCT FROM except_client_id AND c.date_deleted IS NULL) h
	WHERE h.same_ssn OR h.alike >= 0.5
	ORDER BY 2 DESC, 1 LIMIT 50;
END
$$;
COMMENT ON FUNCTION duplicates_of(text[], date, bigint[], bigint) IS
'Used by add_client() and possible_duplicates(): at most fifty, best first. ssn_client_ids: who has the same SSN. Names are compared
without case, accents and script, in any order, and with typing errors.';

CREATE OR REPLACE FUNCTION possible_duplicates(client_id bigint) RETURNS TABLE (duplicate_client_id bigint, score real, why text)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT AS $$
-- Returns the clients in sight who may be the same person as a client, best first.
#variable_conflict use_column
DECLARE
	own client;
BEGIN
	PERFORM check_client(possible_duplicates.client_id);
	SELECT c.* INTO own FROM client c WHERE c.client_id = possible_duplicates.client_id;
	RETURN QUERY SELECT d.client_id, d.score, d.why FROM duplicates_of(ARRAY[concat_ws(' ', own.first_name, own.last_name)] || ARRAY(
			SELECT a.alias_name FROM client_alias a WHERE a.client_id = own.client_id AND a.date_deleted IS NULL), own.dob,
		ARRAY(SELECT clients_with_ssn_of(own.client_id)), own.client_id) d;
END
$$;
COMMENT ON FUNCTION possible_duplicates(bigint) IS
'Clients who may be the same person as a client, at most fifty of those in sight, best first. score: 1 the same SSN, 0.95 the same name
and date of birth, less for similar ones, 0.5 at least. why: in words. Compare them, then merge_clients().
Raises 22004 (null), CT009 (no such client).';

CREATE OR REPLACE FUNCTION clients_sharing_ssn(max_results integer) RETURNS TABLE (client_id bigint, duplicate_client_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
BEGIN ATOMIC
	-- Returns pairs of live clients in the sight of the session's user who have the same SSN.
	SELECT p.first_id, p.second_id FROM (
		SELECT a.client_id AS first_id, b.client_id AS second_id FROM client_ssn a JOIN client_ssn b ON b.ssn = a.ssn AND b.client_id > a.client_id
		JOIN client c ON c.client_id = a.client_id AND c.date_deleted IS NULL JOIN client d ON d.client_id = b.client_id AND d.date_deleted IS NULL
		WHERE a.ssn IN (SELECT s.ssn FROM client_ssn s WHERE s.ssn !~ 'x' GROUP BY s.ssn HAVING count(*) BETWEEN 2 AND 20) OFFSET 0) p
	WHERE visible_row(@schema@::regnamespace, 'client', p.first_id) AND visible_row(@schema@::regnamespace, 'client', p.second_id)
	LIMIT max_results;
END;
COMMENT ON FUNCTION clients_sharing_ssn(integer) IS
'Used by list_possible_duplicates(). An SSN that more than twenty clients have is nobody''s.';

CREATE OR REPLACE FUNCTION list_possible_duplicates(max_results integer DEFAULT 100)
RETURNS TABLE (client_id bigint, duplicate_client_id bigint, score real, why text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off SET work_mem = '64MB' AS $$
-- Returns pairs of clients in sight who may be the same person, best first: with the same SSN, or with similar names and the same
-- date of birth, or the same name where a date is not known. A date or name that very many have tells nothing.
#variable_conflict use_column
BEGIN
	IF max_results IS NULL OR max_results NOT BETWEEN 1 AND 10000 THEN
		RAISE EXCEPTION 'max_results must be between 1 and 10000' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN QUERY
	WITH live AS MATERIALIZED (
		SELECT c.client_id, c.name_key, c.dob::date AS dob, count(*) OVER (PARTITION BY c.dob) AS born_then,
			count(*) OVER (PARTITION BY c.name_key) AS named_so
		FROM client c WHERE c.date_deleted IS NULL AND c.name_key <> ''
	), by_date AS (
		SELECT a.client_id AS first_id, b.client_id AS second_id, alike(a.name_key, a.dob, b.name_key, b.dob) AS alike, a.dob AS dob, b.dob AS other_dob
		FROM live a JOIN live b ON b.dob = a.dob AND b.client_id > a.client_id
		WHERE a.born_then BETWEEN 2 AND 200 AND (a.name_key @~ b.name_key OR b.name_key @~ a.name_key)
	), by_name AS (
		SELECT a.client_id AS first_id, b.client_id AS second_id, alike(a.name_key, a.dob, b.name_key, b.dob) AS alike, a.dob AS dob, b.dob AS other_dob
		FROM live a JOIN live b ON b.name_key = a.name_key AND b.client_id > a.client_id
		WHERE a.named_so BETWEEN 2 AND 20 AND (b.dob = a.dob AND a.born_then > 200 OR num_nulls(a.dob, b.dob) > 0)
	), by_ssn AS MATERIALIZED (
		SELECT s.client_id AS first_id, s.duplicate_client_id AS second_id FROM clients_sharing_ssn(10000) s
	), pairs AS (
		SELECT n.*, false AS same_ssn FROM (SELECT * FROM by_date UNION ALL SELECT * FROM by_name) n
		WHERE (n.first_id, n.second_id) NOT IN (SELECT s.first_id, s.second_id FROM by_ssn s)
		UNION ALL SELECT s.first_id, s.second_id, alike(a.name_key, a.dob, b.name_key, b.dob), a.dob, b.dob, true
		FROM by_ssn s JOIN client a ON a.client_id = s.first_id JOIN client b ON b.client_id = s.second_id)
	SELECT p.first_id, p.second_id, greatest(p.alike, CASE WHEN p.same_ssn THEN 1 END)::real, why_alike(p.same_ssn, p.alike, p.dob, p.other_dob)
	FROM pairs p WHERE p.same_ssn OR p.alike >= 0.5
	ORDER BY 3 DESC, 1, 2 LIMIT max_results;
END
$$;
COMMENT ON FUNCTION list_possible_duplicates(integer) IS
'Pairs of clients who may be the same person, best first, for an administrator who tidies up; score and why as in possible_duplicates().
Similar names are looked for among those with the same date of birth. Of a date of birth that more than 200 have only the same names are
compared; a name or SSN that more than 20 have is not. Reads all clients: some seconds for 100,000. Raises 22023 (max_results not 1 to 10000).';

CREATE OR REPLACE FUNCTION warn_of_duplicates(names text[], dob date, ssn text, except_client_id bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Raises when there are clients in sight who may be the person, with their ids.
DECLARE
	found_ones text;
BEGIN
	SELECT string_agg(format('client %s (%s)', d.client_id, d.why), ', ' ORDER BY d.score DESC, d.client_id) INTO found_ones
	FROM (SELECT x.* FROM duplicates_of(names, dob, ARRAY(SELECT clients_with_ssn(warn_of_duplicates.ssn)), except_client_id) x LIMIT 10) d;
	IF found_ones IS NOT NULL THEN
		RAISE EXCEPTION 'the client may be entered already' USING ERRCODE = 'CT014', DETAIL = format('Perhaps %s.', found_ones),
			HINT = 'Look at these records. If none is the person, call again with confirm_warnings => true.', CONSTRAINT = 'warnings_to_confirm';
	END IF;
END
$$;
COMMENT ON FUNCTION warn_of_duplicates(text[], date, text, bigint) IS 'Used by add_client() and edit_client(). Raises CT014.';

CREATE OR REPLACE FUNCTION add_client(first_name text DEFAULT NULL, last_name text DEFAULT NULL, middle_name text DEFAULT NULL,
	name_suffix text DEFAULT NULL, dob date DEFAULT NULL, dob_data_quality integer DEFAULT NULL, name_data_quality integer DEFAULT NULL,
	sex integer DEFAULT NULL, veteran_status integer DEFAULT NULL, ssn text DEFAULT NULL, ssn_data_quality integer DEFAULT NULL,
	aliases text[] DEFAULT NULL, hud_elements jsonb DEFAULT NULL, confirm_warnings boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters a client who is not there yet and returns the id.
DECLARE
	given client;
	other_names CONSTANT text[] := ARRAY(SELECT DISTINCT given_name(a) FROM unnest(aliases[:101]) a WHERE given_name(a) IS NOT NULL);
	new_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	given.first_name := given_name(add_client.first_name);
	given.last_name := given_name(add_client.last_name);
	given.middle_name := given_name(add_client.middle_name);
	given.name_suffix := given_name(add_client.name_suffix);
	PERFORM check_names(VARIADIC ARRAY[given.first_name, given.last_name, given.middle_name, given.name_suffix] || other_names);
	PERFORM check_birth_date(add_client.dob);
	PERFORM check_hud_code('sex', '4.21', add_client.sex);
	PERFORM check_hud_code('veteran_status', '1.8', add_client.veteran_status);
	PERFORM check_hud_code('ssn_data_quality', '3.02.2', add_client.ssn_data_quality);
	PERFORM check_elements(add_client.hud_elements);
	given.name_data_quality := data_quality('name_data_quality', add_client.name_data_quality, num_nonnulls(given.first_name, given.last_name) > 0,
		num_nonnulls(given.first_name, given.last_name) = 2, '3.01.5');
	given.dob_data_quality := data_quality('dob_data_quality', add_client.dob_data_quality, add_client.dob IS NOT NULL,
		add_client.dob IS NOT NULL, '3.03.2');
	IF cardinality(aliases) > 100 THEN
		RAISE EXCEPTION 'a client has at most 100 aliases' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF confirm_warnings IS NOT TRUE THEN
		PERFORM warn_of_duplicates(concat_ws(' ', given.first_name, given.last_name) || other_names, add_client.dob, add_client.ssn);
	END IF;
	INSERT INTO client AS c (first_name, last_name, middle_name, name_suffix, name_data_quality, dob, dob_data_quality, sex, veteran_status, hud_elements)
	VALUES (given.first_name, given.last_name, given.middle_name, given.name_suffix, given.name_data_quality, add_client.dob, given.dob_data_quality,
		add_client.sex, coalesce(add_client.veteran_status, 99), nullif(add_client.hud_elements, '{}'))
	RETURNING c.client_id INTO new_id;
	IF num_nonnulls(add_client.ssn, add_client.ssn_data_quality) > 0 THEN
		PERFORM set_ssn(new_id, add_client.ssn, add_client.ssn_data_quality);
	END IF;
	INSERT INTO client_alias (client_id, alias_name) SELECT new_id, a FROM unnest(other_names) a;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION add_client(text, text, text, text, date, integer, integer, integer, integer, text, integer, text[], jsonb, boolean) IS
'Enters a client and returns the id. Everything may be left out, for somebody who tells nothing. Data qualities (HUD 3.01.5, 3.02.2, 3.03.2)
follow from what is given: 1 full (first and last name), 2 partial, 99 not collected; give 2 for an approximate date of birth or a code name,
8 or 9 for a client who doesn''t know or prefers not to answer. sex: HUD 4.21. veteran_status: HUD 3.07.1 (list 1.8), default 99. ssn:
as set_ssn() takes it, which stores it. aliases: other names. hud_elements: the other elements of Client.csv, {"White": 1, …}.
A client in sight with the same SSN, the same or a similar name and date of birth, is a warning: CT014, the DETAIL lists the ids, confirm_warnings
enters the client nevertheless. Raises CT014, CT008 (birth in the future or more than 125 years ago), 22008 (infinite date), 22023 (not a
code of the list, a data quality that does not fit, not an SSN, a name of more than 200 characters), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION check_elements(hud_elements jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that HUD elements are elements of Client.csv that have no column of their own, with codes of their lists.
DECLARE
	wrong text;
BEGIN
	IF hud_elements IS NOT NULL AND jsonb_typeof(hud_elements) <> 'object' THEN
		RAISE EXCEPTION 'hud_elements must be a jsonb object' USING ERRCODE = 'invalid_parameter_value', HINT = 'For example: {"White": 1}';
	END IF;
	SELECT e.key INTO wrong FROM jsonb_each(hud_elements) e
	LEFT JOIN hud_column c ON c.file = 'Client' AND coalesce(c.stored_as, c.column_name) = e.key
		AND lower(c.column_name) NOT IN ('personalid', 'firstname', 'middlename', 'lastname', 'namesuffix', 'namedataquality', 'ssn', 'ssndataquality', 'dob',
			'dobdataquality', 'sex', 'veteranstatus', 'datecreated', 'dateupdated', 'userid', 'datedeleted', 'exportid')
	GROUP BY e.key, e.value
	HAVING NOT coalesce(bool_or(jsonb_typeof(e.value) IN ('number', 'string', 'null') AND coalesce(length(e.value #>> '{}'), 0) <= 200
		AND (c.code_list IS NULL OR e.value = 'null' OR EXISTS (SELECT FROM hud_code h WHERE h.list = c.code_list AND h.code = e.value #>> '{}')))
		FILTER (WHERE c.column_name IS NOT NULL), false) LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION 'hud_elements have an element that is not known, or a code not of its list: %', left(wrong, 60)
			USING ERRCODE = 'invalid_parameter_value', HINT = 'See hud_column for file Client, and hud_code.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_elements(jsonb) IS 'Used by add_client() and edit_client(). Raises 22023.';

CREATE OR REPLACE FUNCTION check_calendar_day(dob text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a date of birth is a day of the calendar. The date is not shown.
BEGIN
	PERFORM dob::date;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
	RAISE EXCEPTION 'dob is no day of the calendar' USING ERRCODE = 'datetime_field_overflow';
END
$$;
COMMENT ON FUNCTION check_calendar_day(text) IS 'Used by check_client_changes(). Null is none. Raises 22008.';

CREATE OR REPLACE FUNCTION check_client_changes(changes jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that changes name only what can be changed, and are of the right types.
DECLARE
	wrong text;
BEGIN
	PERFORM check_changed_keys(changes, '{first_name,middle_name,last_name,name_suffix,name_data_quality,dob,dob_data_quality,sex,
		veteran_status,hud_elements}', '{}', 'client');
	IF json_text(changes, 'dob') ~ '^-?infinity$' THEN
		RAISE EXCEPTION 'dob must be finite' USING ERRCODE = 'datetime_field_overflow';
	END IF;
	SELECT k INTO wrong FROM unnest('{dob}'::text[]) k
	WHERE json_text(changes, k) !~ '^\d{4,}-\d{2}-\d{2}([T ].+)?$' LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '% must be a date like 2026-03-01', wrong USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_calendar_day(changes ->> 'dob');
	PERFORM check_names(VARIADIC ARRAY(SELECT json_text(changes, k) FROM unnest('{first_name,middle_name,last_name,name_suffix}'::text[]) k));
	SELECT k INTO wrong FROM unnest('{name_data_quality,dob_data_quality,sex,veteran_status}'::text[]) k
	WHERE json_number(changes, k) NOT BETWEEN 0 AND 99 OR json_number(changes, k) <> trunc(json_number(changes, k)) LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '% must be a code', wrong USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_elements(nullif(changes -> 'hud_elements', 'null'));
END
$$;
COMMENT ON FUNCTION check_client_changes(jsonb) IS 'Used by edit_client(). Raises 22023 (malformed, unknown key), 22004 (no date_updated), 22008 (infinite date of birth, or no day). Shows no name or date.';

CREATE OR REPLACE FUNCTION client_to_edit(client_id bigint, date_updated timestamptz) RETURNS client
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a live client, locked, whom nobody has changed since the record was read.
DECLARE
	current_row client;
BEGIN
	PERFORM check_client(client_id);
	SELECT c.* INTO current_row FROM client c WHERE c.client_id = client_to_edit.client_id AND c.date_deleted IS NULL FOR NO KEY UPDATE;
	IF current_row.client_id IS NULL THEN
		PERFORM check_client(client_id); -- merged while we waited for the lock
		RAISE EXCEPTION 'client % is not yours to change', client_id USING ERRCODE = 'insufficient_privilege';
	END IF;
	PERFORM refuse_stale('client', client_id, client_to_edit.date_updated, current_row.date_updated);
	PERFORM refuse_disposed(client_id);
	RETURN current_row;
END
$$;
COMMENT ON FUNCTION client_to_edit(bigint, timestamptz) IS
'Used by edit_client(). Raises 22004, CT009 (no such live client), 42501 (not yours to change), CT018 (changed meanwhile), 55000
(disposed of), 40001.';

CREATE OR REPLACE FUNCTION fitting_quality(name text, given jsonb, stored smallint, is_known boolean, is_full boolean, list text) RETURNS smallint
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the data quality that is given, else the stored one if it still fits, else the one that follows.
	SELECT data_quality(name, CASE WHEN coalesce(given, 'null') <> 'null' THEN (given #>> '{}')::numeric::integer
		WHEN (stored IN (1, 2)) = is_known THEN stored END, is_known, is_full, list);
END;
COMMENT ON FUNCTION fitting_quality(text, jsonb, smallint, boolean, boolean, text) IS 'Used by changed_client(). Raises 22023.';

CREATE OR REPLACE FUNCTION changed_client(stored client, changes jsonb) RETURNS client
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns a client with the changes in it. The data quality follows, where it is not given.
DECLARE
	changed client := jsonb_populate_record(stored, changes - '{date_updated,name_data_quality,dob_data_quality,veteran_status}'::text[]);
	named integer;
BEGIN
	changed.first_name := given_name(changed.first_name);
	changed.middle_name := given_name(changed.middle_name);
	changed.last_name := given_name(changed.last_name);
	changed.name_suffix := given_name(changed.name_suffix);
	named := num_nonnulls(changed.first_name, changed.last_name);
	changed.name_data_quality := fitting_quality('name_data_quality', changes -> 'name_data_quality',
		CASE WHEN NOT changes ?| '{first_name,last_name}' THEN stored.name_data_quality END, named > 0, named = 2, '3.01.5');
	changed.dob_data_quality := fitting_quality('dob_data_quality', changes -> 'dob_data_quality',
		CASE WHEN NOT changes ? 'dob' THEN stored.dob_data_quality END, changed.dob IS NOT NULL, changed.dob IS NOT NULL, '3.03.2');
	IF changes ? 'veteran_status' THEN
		changed.veteran_status := coalesce(json_number(changes, 'veteran_status'), 99);
	END IF;
	IF changes ? 'dob' THEN
		PERFORM check_birth_date(changed.dob::date);
	END IF;
	PERFORM check_hud_code('sex', '4.21', changed.sex);
	PERFORM check_hud_code('veteran_status', '1.8', changed.veteran_status);
	RETURN changed;
END
$$;
COMMENT ON FUNCTION changed_client(client, jsonb) IS
'Used by edit_client(), after check_client_changes(). Raises 22023 (codes), 22007 and 22008 (dates), CT008.';

CREATE OR REPLACE FUNCTION edit_client(client_id bigint, changes jsonb) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes a client whom nobody has changed since the caller read the record, and returns when it was changed.
DECLARE
	new client;
	changed_at timestamptz;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_client_changes(changes);
	new := changed_client(client_to_edit(client_id, (changes ->> 'date_updated')::timestamptz), changes);
	UPDATE client c SET first_name = new.first_name, middle_name = new.middle_name, last_name = new.last_name, name_suffix = new.name_suffix,
		name_data_quality = new.name_data_quality, dob = new.dob, dob_data_quality = new.dob_data_quality, sex = new.sex,
		veteran_status = new.veteran_status, hud_elements = new.hud_elements
	WHERE c.client_id = edit_client.client_id
	RETURNING c.date_updated INTO changed_at;
	RETURN changed_at;
END
$$;
COMMENT ON FUNCTION edit_client(bigint, jsonb) IS
'Changes a client and returns the new date_updated. changes: a jsonb object with date_updated as it was when the client was read, and of
the keys first_name, middle_name, last_name, name_suffix, name_data_quality, dob, dob_data_quality, sex, veteran_status, hud_elements those
that change; null empties. hud_elements replaces all of them. A data quality that is not given follows what changes. An SSN is set with set_ssn(). Raises CT018 (somebody else changed it
since: nothing is overwritten), 22004 (no client or date_updated), 22023, 22007, 22008 (malformed, not a code), CT009 (no such client; merged: the
HINT has the id of now), 42501 (not yours to change), 55000 (disposed of), CT006 (born after a service,
enrollment or assessment), CT008 (birth date), CT023.';

CREATE OR REPLACE FUNCTION delete_client(client_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes a client who was entered by mistake.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM refuse_merged_client(client_id);
	PERFORM delete_row('client', 'client_id', client_id, reason);
END
$$;
COMMENT ON FUNCTION delete_client(bigint, text) IS
'Soft-deletes a client with a reason: one who was entered by mistake. Two records of one person are merged instead, see merge_clients();
what identifies a client is removed by dispose_client(). Raises 22004 (id or reason not given), CT009 (no such live client; merged:
the HINT has the id of now), CT006 (enrollments, services or assessments stand), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION restore_client(client_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Restores a deleted client.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM restore_row('client', 'client_id', client_id, true);
END
$$;
COMMENT ON FUNCTION restore_client(bigint) IS
'Restores a deleted client. Raises CT009 (no such deleted client), CT006 (merged into another: see unmerge_clients()), CT023.';

CREATE OR REPLACE FUNCTION add_alias(client_id bigint, alias_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds another name of a client and returns its id.
DECLARE
	new_name CONSTANT text := given_name(alias_name);
	new_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_client(client_id);
	IF new_name IS NULL OR name_key(new_name) = '' THEN
		RAISE EXCEPTION 'alias_name must be given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_names(new_name);
	IF EXISTS (SELECT FROM client_alias a
			WHERE a.client_id = add_alias.client_id AND a.name_key = name_key(new_name) AND a.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'client % has that alias', client_id USING ERRCODE = 'unique_violation', TABLE = 'client_alias';
	END IF;
	INSERT INTO client_alias AS a (client_id, alias_name) VALUES (add_alias.client_id, new_name) RETURNING a.client_alias_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION add_alias(bigint, text) IS
'Adds another name that a client goes by, and returns its id; find_clients() finds it. Raises 22004 (nothing given), CT009 (no such client;
merged: the HINT has the id of now), 22023 (more than 200 characters), 23505 (the client has it), CT023.';

CREATE OR REPLACE FUNCTION remove_alias(client_alias_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes another name of a client.
BEGIN
	PERFORM refuse_open_workflow();
	UPDATE client_alias a SET date_deleted = now() WHERE a.client_alias_id = remove_alias.client_alias_id AND a.date_deleted IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no alias % to remove', coalesce(client_alias_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is removed already, or is of a client who is not yours to see.';
	END IF;
END
$$;
COMMENT ON FUNCTION remove_alias(bigint) IS 'Soft-deletes an alias. Raises CT009 (no such live alias), CT023.';
INSERT INTO schema_function (function_name, grantee) VALUES ('clients_with_ssn', 'clienttrack_worker'), ('seen_clients_with_ssn', NULL), ('clients_with_ssn_of', 'clienttrack_reader'),
	('clients_sharing_ssn', 'clienttrack_admin'), ('list_possible_duplicates', 'clienttrack_admin')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
