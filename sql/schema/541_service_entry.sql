-- What all forms that record services share: completing the entries, writing them under the guard in one statement, and
-- sorting out those that are refused.

CREATE OR REPLACE FUNCTION check_references(grant_id bigint, provider_id bigint, location_id bigint, user_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that what a service refers to is there and in the caller's sight: the guard, which sees all, would tell of the others.
DECLARE
	missing text;
BEGIN
	SELECT c.word || c.id INTO missing FROM (VALUES
		(check_references.grant_id, 'grant ', EXISTS (SELECT FROM grant_award g
			WHERE g.grant_award_id = check_references.grant_id AND g.date_deleted IS NULL)),
		(check_references.provider_id, 'provider ', EXISTS (SELECT FROM provider p
			WHERE p.provider_id = check_references.provider_id AND p.date_deleted IS NULL)),
		(check_references.location_id, 'location ', EXISTS (SELECT FROM location l
			WHERE l.location_id = check_references.location_id AND l.date_deleted IS NULL)),
		(check_references.user_id, 'user ', EXISTS (SELECT FROM hmis_user u
			WHERE u.user_id = check_references.user_id AND u.date_deleted IS NULL)))
		AS c (id, word, found)
	WHERE c.id IS NOT NULL AND NOT c.found LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION '% does not exist', missing USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_references(bigint, bigint, bigint, bigint) IS
'Used by the functions that record services: null for none. Raises CT009 for a grant, provider, location or user that does not
exist, is deleted, or is hidden from the caller.';

CREATE OR REPLACE FUNCTION shared_fields(program_id bigint, date_provided date, grant_id bigint, provider_id bigint,
	location_id bigint, reason text, comments text, provided_by_user_id bigint)
RETURNS client_service
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns a service with what the services of a form have in common, or raises when it is no day, not the caller's program, or
-- not the time, since a workflow is open.
DECLARE
	shared client_service;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_day(shared_fields.date_provided);
	IF NOT sees_program(@schema@::regnamespace, shared_fields.program_id) THEN
		RAISE EXCEPTION 'program % is not one of your organizations''', shared_fields.program_id
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	PERFORM check_references(shared_fields.grant_id, shared_fields.provider_id, shared_fields.location_id,
		shared_fields.provided_by_user_id);
	shared.program_id := shared_fields.program_id;
	shared.date_provided := shared_fields.date_provided;
	shared.grant_award_id := shared_fields.grant_id;
	shared.provider_id := shared_fields.provider_id;
	shared.location_id := shared_fields.location_id;
	shared.service_reason_id := service_reason_of(reason);
	shared.comments := shared_fields.comments;
	shared.provided_by_user_id := coalesce(shared_fields.provided_by_user_id, current_user_id(@schema@::regnamespace));
	RETURN shared;
END
$$;
COMMENT ON FUNCTION shared_fields(bigint, date, bigint, bigint, bigint, text, text, bigint) IS
'Used by the functions that record services. reason: name of a service_reason. provided_by_user_id: default the user of the
session. Raises 22004 (null), 22008 (infinite date), 42501 (program of another organization), CT009 (no such
reason, grant, provider, location, user), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION service_entry_of(client_id bigint, service_id bigint, enrollment_id bigint, units numeric,
	unit_of_measure text, unit_value numeric, comments text DEFAULT NULL) RETURNS service_entry
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an entry with amounts checked, and units in the service's own measure.
DECLARE
	own_measure text;
	entry service_entry;
BEGIN
	SELECT s.unit_of_measure INTO own_measure FROM service s WHERE s.service_id = service_entry_of.service_id;
	IF NOT service_entry_of.units <= 0 THEN
		entry.units := convert_units(check_amount('units', service_entry_of.units, 0),
			coalesce(service_entry_of.unit_of_measure, own_measure), own_measure);
	END IF;
	IF coalesce(entry.units, service_entry_of.units) <= 0 THEN
		RAISE EXCEPTION 'units must be more than 0, not %', left(service_entry_of.units::text, 40)
			USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Units are rounded to what %s are counted in.', own_measure);
	END IF;
	PERFORM check_amount('units', entry.units, 0),
		convert_units(1, service_entry_of.unit_of_measure, own_measure); -- to be right even where units are left out
	entry.client_id := service_entry_of.client_id;
	entry.service_id := service_entry_of.service_id;
	entry.enrollment_id := service_entry_of.enrollment_id;
	entry.unit_value := check_amount('unit_value', service_entry_of.unit_value, 0);
	entry.comments := service_entry_of.comments;
	RETURN entry;
END
$$;
COMMENT ON FUNCTION service_entry_of(bigint, bigint, bigint, numeric, text, numeric, text) IS
'Used by the functions that record services. Null units, unit_value: to be completed. unit_of_measure: of the units, null: the
service''s; unit_value is always of one unit in the service''s measure.
Raises 22023 (units not above 0, negative value, NaN, another kind of measure), CT009 (no such unit of measure).';

CREATE OR REPLACE FUNCTION service_items(services jsonb) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the services of a form's list as entries without a client, each service once.
DECLARE
	item jsonb;
	entries service_entry[] := '{}';
BEGIN
	IF jsonb_typeof(services) IS DISTINCT FROM 'array' OR jsonb_array_length(services) NOT BETWEEN 1 AND 1000 THEN
		RAISE EXCEPTION 'the services must be a jsonb array of 1 to 1000 elements' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"service": "MEAL", "units": 2}]';
	END IF;
	FOR item IN SELECT jsonb_array_elements(services)
	LOOP
		PERFORM check_item(item, ARRAY['service', 'units', 'unit_of_measure', 'unit_value', 'comments'], 'service',
			'{"service": "MEAL", "units": 2}');
		entries := entries || service_entry_of(NULL, service_of(item ->> 'service'), NULL, json_number(item, 'units'),
			json_text(item, 'unit_of_measure'), json_number(item, 'unit_value'), json_text(item, 'comments'));
	END LOOP;
	IF (SELECT count(*) > count(DISTINCT e.service_id) FROM unnest(entries) e) THEN
		RAISE EXCEPTION 'a service is in the list twice' USING ERRCODE = 'invalid_parameter_value', HINT = 'Two meals are units 2.';
	END IF;
	RETURN entries;
END
$$;
COMMENT ON FUNCTION service_items(jsonb) IS
'Used by record_household_services() and quick_services(). services: [{"service": code or id, "units": number,
"unit_of_measure": of the units, "unit_value": dollars, "comments": text}, …], at most a thousand.
Raises 22023 (malformed, a service twice), CT009 (no such service or unit of measure).';

CREATE OR REPLACE FUNCTION complete_entries(shared client_service, entries service_entry[]) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the entries with what was left out: enrollment, authorization, grant, units and their measure, unit value. Entries for which
-- several enrollments fit get an SQLSTATE.
DECLARE
	completed service_entry[];
BEGIN
	WITH given AS MATERIALIZED (
		SELECT u.* FROM unnest(entries) WITH ORDINALITY AS u
	), chosen AS MATERIALIZED (
		SELECT c.* FROM choose_enrollments(shared.program_id, shared.date_provided,
			ARRAY(SELECT g.client_id FROM given g WHERE g.enrollment_id IS NULL)) c
	), open AS MATERIALIZED (
		SELECT a.* FROM open_service_authorization a
		WHERE a.client_id = ANY (ARRAY(SELECT g.client_id FROM given g)) AND a.service_id = ANY (ARRAY(SELECT g.service_id FROM given g))
		AND shared.date_provided BETWEEN a.begin_date AND a.end_date
	), granted AS MATERIALIZED (
		SELECT DISTINCT ON (g.ordinality) g.ordinality, a.service_authorization_id, a.grant_award_id, a.unit_value
		FROM given g LEFT JOIN chosen c ON g.enrollment_id IS NULL AND c.client_id = g.client_id
		JOIN service s ON s.service_id = g.service_id
		JOIN open a ON a.client_id = g.client_id AND a.service_id = g.service_id
			AND a.service_authorization_id = coalesce(g.service_authorization_id, a.service_authorization_id)
			AND (a.enrollment_id IS NULL OR a.enrollment_id = coalesce(g.enrollment_id, c.enrollment_id))
			AND (coalesce(g.units, s.default_units) <= a.units_left OR g.service_authorization_id IS NOT NULL)
		ORDER BY g.ordinality, a.end_date, a.service_authorization_id
	), placed AS MATERIALIZED (
		SELECT g.*, coalesce(g.enrollment_id, c.enrollment_id) AS placed_id, coalesce(c.overlapping, false) AS overlapping,
			coalesce(g.grant_award_id, shared.grant_award_id, a.grant_award_id, c.grant_award_id, (
				SELECT e.grant_award_id FROM enrollment e WHERE e.enrollment_id = g.enrollment_id)) AS grant_given,
			coalesce(g.service_authorization_id, a.service_authorization_id) AS granted_id, a.unit_value AS granted_value
		FROM given g LEFT JOIN chosen c ON g.enrollment_id IS NULL AND c.client_id = g.client_id
		LEFT JOIN granted a ON a.ordinality = g.ordinality
	), pairs AS MATERIALIZED (
		SELECT DISTINCT p.service_id, p.grant_given FROM placed p
	), terms AS MATERIALIZED (
		SELECT t.service_id, t.grant_given, t.grant_award_id, t.default_units, t.unit_of_measure, u.decimals,
			u.kind = 'currency' AND t.default_units = 1 AS amount_needed, worth_of_unit(t.unit_of_measure, t.unit_value) AS unit_value
		FROM (SELECT array_agg(p.service_id) AS services, array_agg(p.grant_given) AS grants FROM pairs p) a,
			LATERAL clienttrack.service_terms(@schema@::regnamespace, a.services, a.grants, shared.program_id,
				shared.location_id, shared.date_provided) t
		JOIN unit_of_measure u ON u.unit_of_measure = t.unit_of_measure
	)
	SELECT array_agg(ROW(p.client_id, p.service_id, p.placed_id, t.grant_award_id,
		round(coalesce(p.units, t.default_units), t.decimals), t.unit_of_measure, round(coalesce(p.unit_value, p.granted_value, t.unit_value), 10), p.comments,
		coalesce(p.sqlstate, CASE WHEN p.overlapping THEN 'CT017' WHEN t.amount_needed AND p.units IS NULL THEN '22023' END),
		coalesce(p.message, CASE WHEN p.overlapping THEN 'several enrollments fit'
			WHEN t.amount_needed AND p.units IS NULL THEN 'the amount of money must be given as units' END), p.granted_id)::service_entry ORDER BY p.ordinality) INTO completed
	FROM placed p LEFT JOIN terms t ON t.service_id = p.service_id AND t.grant_given IS NOT DISTINCT FROM p.grant_given;
	RETURN completed;
END
$$;
COMMENT ON FUNCTION complete_entries(client_service, service_entry[]) IS
'Used by enter_services(). The enrollment is the one in the program that is active on the day; of two that meet on it the later.
The authorization is the client''s for the service that covers the day and has so many units left; of several the one that ends first.
The grant is the given one, else the authorization''s, the enrollment''s, the offering''s; the unit value likewise. Units are rounded to what the unit of measure is
counted in, cents for dollars, and unit values to the ten decimals that are stored. The value of a dollar is a dollar. An amount of money is
given, unless the service has a default other than one dollar.';

CREATE OR REPLACE FUNCTION insert_entries(shared client_service, entries service_entry[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Writes the services of the entries that are not refused in one statement, and returns their ids in the order of the entries.
DECLARE
	ids bigint[];
BEGIN
	WITH inserted AS (
		INSERT INTO client_service (client_id, service_id, program_id, date_provided, enrollment_id, location_id, units, unit_value,
			unit_of_measure, provided_by_user_id, grant_award_id, provider_id, service_reason_id, goal_id, action_step_id, referral_id,
			client_barrier_id, service_authorization_id, comments, fa_amount, fa_start_date, fa_end_date)
		SELECT e.client_id, e.service_id, shared.program_id, shared.date_provided, e.enrollment_id, shared.location_id, e.units,
			e.unit_value, e.unit_of_measure, shared.provided_by_user_id, e.grant_award_id, shared.provider_id,
			shared.service_reason_id, shared.goal_id, shared.action_step_id, shared.referral_id, shared.client_barrier_id,
			e.service_authorization_id, coalesce(e.comments, shared.comments), shared.fa_amount, shared.fa_start_date, shared.fa_end_date
		FROM unnest(entries) WITH ORDINALITY AS e
		WHERE e.sqlstate IS NULL ORDER BY e.ordinality
		RETURNING client_service.client_service_id)
	SELECT coalesce(array_agg(i.client_service_id ORDER BY i.client_service_id), '{}') INTO ids FROM inserted i;
	RETURN ids;
END
$$;
COMMENT ON FUNCTION insert_entries(client_service, service_entry[]) IS
'Used by enter_services(): shared is what the services have in common. Raises what the guard raises.';

CREATE OR REPLACE FUNCTION refuse_entries(shared client_service, entries service_entry[], confirm_warnings boolean)
RETURNS service_entry[]
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the entries with SQLSTATE and message on those that would be refused.
DECLARE
	known service_entry[];
BEGIN
	SELECT array_agg(ROW(e.client_id, e.service_id, e.enrollment_id, e.grant_award_id, e.units, e.unit_of_measure, e.unit_value, e.comments,
		CASE WHEN e.sqlstate IS NOT NULL THEN e.sqlstate WHEN c.client_id IS NULL THEN 'CT009' WHEN x.enrollment_id IS NULL
			AND e.enrollment_id IS NOT NULL THEN 'CT001' END,
		CASE WHEN e.sqlstate IS NOT NULL THEN e.message WHEN c.client_id IS NULL
			THEN coalesce(merged_client_message(e.client_id), 'client not found') WHEN x.enrollment_id IS NULL
			AND e.enrollment_id IS NOT NULL THEN 'Enrollment is a Required Field.' END,
		e.service_authorization_id)::service_entry ORDER BY e.ordinality) INTO known
	FROM unnest(entries) WITH ORDINALITY AS e
	LEFT JOIN client c ON c.client_id = e.client_id AND c.date_deleted IS NULL
	LEFT JOIN enrollment x ON x.enrollment_id = e.enrollment_id;
	RETURN (
		SELECT array_agg(ROW(e.client_id, e.service_id, e.enrollment_id, e.grant_award_id, e.units, e.unit_of_measure, e.unit_value,
			e.comments, coalesce(e.sqlstate, j.sqlstate), coalesce(e.message, j.message), e.service_authorization_id)::service_entry ORDER BY e.ordinality)
		FROM unnest(known) WITH ORDINALITY AS e
		LEFT JOIN clienttrack.judge_services(@schema@::regnamespace, shared, known, confirm_warnings IS NOT TRUE) j
			ON j.row_id = -e.ordinality);
END
$$;
COMMENT ON FUNCTION refuse_entries(client_service, service_entry[], boolean) IS
'Used by enter_services(): SQLSTATEs CT009 (client not found), those of the guard, and CT014 (warning) unless warnings are
confirmed. An enrollment that the caller does not see is none.';

CREATE OR REPLACE FUNCTION enrollment_choices(client_id bigint, program_id bigint, date_provided date) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns words for the enrollments of a client that are active on a day, in one program or in any of the caller's.
	SELECT string_agg(format('enrollment %s (program %s, entry %s)', e.enrollment_id, e.program_id, e.entry_date), ', '
		ORDER BY e.enrollment_id)
	FROM enrollment e
	WHERE e.client_id = enrollment_choices.client_id AND e.date_deleted IS NULL
	AND e.program_id = coalesce(enrollment_choices.program_id, e.program_id) AND sees_program(@schema@::regnamespace, e.program_id)
	AND enrolled_on(e.entry_date, e.exit_date, enrollment_choices.date_provided);
END;
COMMENT ON FUNCTION enrollment_choices(bigint, bigint, date) IS 'Used for the DETAIL of CT017. program_id: null for any.';

CREATE OR REPLACE FUNCTION raise_refused(shared client_service, entries service_entry[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Raises why the first of the refused entries is refused, and says how many are.
DECLARE
	refused service_entry;
	others bigint;
BEGIN
	SELECT e.* INTO refused FROM unnest(entries) WITH ORDINALITY AS e
	WHERE e.sqlstate <> '00000' ORDER BY e.ordinality LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF refused.sqlstate = 'CT014' THEN
		RAISE EXCEPTION 'there are warnings to confirm' USING ERRCODE = 'CT014', DETAIL = format('Client %s on %s: %s.', refused.client_id,
				shared.date_provided, refused.message), CONSTRAINT = 'warnings_to_confirm',
			HINT = 'Look at them, and call again with confirm_warnings => true to record it nevertheless.';
	END IF;
	IF refused.sqlstate = 'CT017' THEN
		RAISE EXCEPTION '%', refused.message USING ERRCODE = refused.sqlstate, DETAIL = format('Client %s has %s.', refused.client_id,
			enrollment_choices(refused.client_id, shared.program_id, shared.date_provided)),
			HINT = 'Give the enrollment_id of one of them.';
	END IF;
	SELECT count(*) - 1 INTO others FROM unnest(entries) e WHERE e.sqlstate <> '00000';
	RAISE EXCEPTION '%', refused.message USING ERRCODE = refused.sqlstate, DETAIL = format('Client %s on %s%s.',
		coalesce(refused.client_id::text, 'null'), shared.date_provided, CASE WHEN others > 0 THEN format(' and %s more', others) ELSE '' END);
END
$$;
COMMENT ON FUNCTION raise_refused(client_service, service_entry[]) IS
'Used by enter_services() where all or nothing is wanted: nothing to raise when no entry is refused.';

CREATE OR REPLACE FUNCTION may_be_sorted_out(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- Tells whether an error is about some of the rows: a rule, a client out of sight or not there.
RETURN state LIKE 'CT%' OR state IN ('23503', '42501');
COMMENT ON FUNCTION may_be_sorted_out(text) IS 'Used by write_entries().';

CREATE OR REPLACE FUNCTION write_entries(shared client_service, entries service_entry[], all_or_nothing boolean,
	confirm_warnings boolean, cost text, head_client_id bigint)
RETURNS TABLE (written service_entry[], ids bigint[])
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Writes what can be written, and marks the others; where all or nothing is wanted, raises instead. Each time that rows are
-- refused they are sorted out and the rest is tried again, since others may have written meanwhile.
DECLARE
	judged service_entry[];
	before CONSTANT boolean := refuse_warnings(confirm_warnings IS NOT TRUE);
BEGIN
	IF cost <> 'each' THEN
		entries := refuse_entries(shared, entries, confirm_warnings);
	END IF;
	FOR attempt IN 1..3 LOOP
		written := allocate_cost(entries, cost, head_client_id);
		IF all_or_nothing THEN
			PERFORM raise_refused(shared, written);
		END IF;
		BEGIN
			ids := insert_entries(shared, written);
			EXIT;
		EXCEPTION WHEN OTHERS THEN
			IF NOT may_be_sorted_out(SQLSTATE) OR (all_or_nothing AND SQLSTATE LIKE 'CT%') THEN
				RAISE;
			ELSIF attempt = 3 THEN
				RAISE EXCEPTION 'others are recording services for the same clients' USING ERRCODE = 'serialization_failure',
					HINT = 'The transaction might succeed if retried.';
			END IF;
			judged := refuse_entries(shared, entries, confirm_warnings);
			IF judged = entries THEN
				RAISE;
			END IF;
			entries := judged;
		END;
	END LOOP;
	PERFORM refuse_warnings(before);
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION write_entries(client_service, service_entry[], boolean, boolean, text, bigint) IS
'Used by enter_services(). Returns the entries as they were written or refused, and the ids of those written, in order.';

CREATE OR REPLACE FUNCTION warn_of_authorizations(shared client_service, entries service_entry[]) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET jit = off AS $$
-- Returns the entries with CT014 on those that would draw on nothing although the client has an authorization, which does not suffice.
BEGIN
	IF NOT EXISTS (SELECT FROM open_service_authorization a WHERE a.service_id = ANY (ARRAY(SELECT e.service_id FROM unnest(entries) e))) THEN
		RETURN entries;
	END IF;
	RETURN (
		SELECT array_agg(ROW(e.client_id, e.service_id, e.enrollment_id, e.grant_award_id, e.units, e.unit_of_measure, e.unit_value, e.comments,
			CASE WHEN a.service_authorization_id IS NOT NULL THEN 'CT014' ELSE e.sqlstate END, CASE WHEN a.service_authorization_id IS NOT NULL
				THEN format('authorization %s has only %s units left, and nothing would be drawn from it', a.service_authorization_id, trim_scale(a.units_left))
				ELSE e.message END, e.service_authorization_id)::service_entry ORDER BY e.ordinality)
		FROM unnest(entries) WITH ORDINALITY AS e
		LEFT JOIN LATERAL (SELECT o.service_authorization_id, o.units_left FROM open_service_authorization o
			WHERE e.sqlstate IS NULL AND e.service_authorization_id IS NULL AND o.client_id = e.client_id AND o.service_id = e.service_id
			AND shared.date_provided BETWEEN o.begin_date AND o.end_date AND (o.enrollment_id IS NULL OR o.enrollment_id = e.enrollment_id)
			AND NOT EXISTS (SELECT FROM service_offering f WHERE f.service_id = e.service_id AND f.requires_authorization AND f.date_deleted IS NULL)
			ORDER BY o.units_left DESC, o.service_authorization_id LIMIT 1) a ON true);
END
$$;
COMMENT ON FUNCTION warn_of_authorizations(client_service, service_entry[]) IS
'Used by enter_services(), where warnings are not confirmed. Where an offering requires an authorization the guard refuses the service.';

CREATE OR REPLACE FUNCTION enter_services(shared client_service, entries service_entry[], all_or_nothing boolean DEFAULT true,
	confirm_warnings boolean DEFAULT false, cost text DEFAULT 'each', head_client_id bigint DEFAULT NULL)
RETURNS SETOF service_result
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Records services that have much in common in one statement, and says of each what became of it.
#variable_conflict use_column
DECLARE
	completed service_entry[] := complete_entries(shared, entries);
	outcome record;
BEGIN
	IF confirm_warnings IS NOT TRUE THEN
		completed := warn_of_authorizations(shared, completed);
	END IF;
	SELECT w.* INTO outcome FROM write_entries(shared, completed, all_or_nothing IS NOT FALSE, confirm_warnings, cost, head_client_id) w;
	RETURN QUERY
	SELECT n.client_id, n.service_id, n.enrollment_id,
		CASE WHEN n.sqlstate IS NULL THEN 'recorded' WHEN n.sqlstate = '00000' THEN 'on_head' WHEN n.sqlstate = 'CT014' THEN 'warning'
			ELSE 'rejected' END,
		outcome.ids[n.place], trim_scale(n.given_units), trim_scale(n.given_value), round(n.given_units * n.given_value, 2),
		nullif(n.sqlstate, '00000'), CASE n.sqlstate WHEN 'CT017' THEN format('%s: %s', n.message,
			enrollment_choices(n.client_id, shared.program_id, shared.date_provided)) ELSE n.message END
	FROM (SELECT e.*, CASE WHEN e.sqlstate IS NULL THEN count(*) FILTER (WHERE e.sqlstate IS NULL) OVER (ORDER BY e.ordinality) END AS place,
			CASE WHEN e.sqlstate IS NULL THEN e.units END AS given_units, CASE WHEN e.sqlstate IS NULL THEN e.unit_value END AS given_value
		FROM unnest(outcome.written) WITH ORDINALITY AS e) n
	ORDER BY n.ordinality;
END
$$;
COMMENT ON FUNCTION enter_services(client_service, service_entry[], boolean, boolean, text, bigint) IS
'Used by the functions that record services. One row for each entry in the order given. status: recorded; rejected (with sqlstate
and message); warning (CT014: not recorded until the call confirms warnings); on_head (the cost of a household is with its head).
all_or_nothing: raises instead. cost: see record_household_services().';
