-- Quick Services: many services for one client, one service for many clients, and the screens that forms render.

CREATE OR REPLACE FUNCTION service_screen_of(screen text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the id of the active screen with this code.
	SELECT active_id_of('service_screen', 'service_screen_code', screen);
END;
COMMENT ON FUNCTION service_screen_of(text) IS 'The id of the active service screen with this code. Raises CT009 when there is none.';

CREATE OR REPLACE FUNCTION service_screen_items(screen text, program_id bigint, date_provided date DEFAULT current_date,
	location_id bigint DEFAULT NULL, grant_id bigint DEFAULT NULL)
RETURNS TABLE (service_id bigint, service_code text, service_name text, service_group_name text, unit_of_measure text, units numeric,
	unit_value numeric, enrollment_rule text)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the services of a screen that the program offers on the day, with the units and values that a form shows first.
#variable_conflict use_column
DECLARE
	screen_id CONSTANT bigint := service_screen_of(screen);
BEGIN
	IF num_nulls(screen, service_screen_items.program_id, service_screen_items.date_provided) > 0 THEN
		RAISE EXCEPTION 'screen, program_id and date_provided must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN QUERY
	SELECT s.service_id, s.service_code, s.service_name, g.service_group_name, s.unit_of_measure,
		trim_scale(coalesce(i.units, t.default_units)), trim_scale(coalesce(i.unit_value, worth_of_unit(t.unit_of_measure, t.unit_value))),
		t.enrollment_rule
	FROM service_screen_item i
	JOIN service s ON s.service_id = i.service_id
	LEFT JOIN service_group g ON g.service_group_id = s.service_group_id
	JOIN clienttrack.service_terms(@schema@::regnamespace,
		ARRAY(SELECT x.service_id FROM service_screen_item x WHERE x.service_screen_id = screen_id AND x.date_deleted IS NULL),
		ARRAY(SELECT service_screen_items.grant_id FROM service_screen_item x
			WHERE x.service_screen_id = screen_id AND x.date_deleted IS NULL),
		service_screen_items.program_id, service_screen_items.location_id, service_screen_items.date_provided) t
		ON t.service_id = i.service_id AND t.offered
	WHERE i.service_screen_id = screen_id AND i.date_deleted IS NULL AND g.active IS NOT FALSE
	ORDER BY i.item_order, s.service_name;
END
$$;
COMMENT ON FUNCTION service_screen_items(text, bigint, date, bigint, bigint) IS
'What a Quick Services form shows: the services of a screen that the program offers on the day (and at the location), in order,
with default units, unit value in dollars (of the screen, else the offering for the grant, else the service) and whether
an enrollment is required. screen: code. Raises 22004 (null), CT009 (no such screen).';

CREATE OR REPLACE FUNCTION entries_from_screen(screen text, entries service_entry[]) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns entries with units and values of the screen where none are given; all of them must be on the screen.
DECLARE
	screen_id CONSTANT bigint := service_screen_of(screen);
	missing text;
BEGIN
	SELECT s.service_code INTO missing FROM unnest(entries) e JOIN service s ON s.service_id = e.service_id
	WHERE NOT EXISTS (SELECT FROM service_screen_item i
		WHERE i.service_screen_id = screen_id AND i.service_id = e.service_id AND i.date_deleted IS NULL) LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'service "%" is not on screen "%"', missing, left(screen, 60) USING ERRCODE = 'invalid_parameter_value',
			HINT = 'See service_screen_items().';
	END IF;
	RETURN (
		SELECT array_agg(ROW(e.client_id, e.service_id, e.enrollment_id, e.grant_award_id, coalesce(e.units, i.units), e.unit_of_measure,
			coalesce(e.unit_value, i.unit_value), e.comments, e.sqlstate, e.message, e.service_authorization_id)::service_entry ORDER BY e.ordinality)
		FROM unnest(entries) WITH ORDINALITY AS e
		JOIN service_screen_item i ON i.service_screen_id = screen_id AND i.service_id = e.service_id AND i.date_deleted IS NULL);
END
$$;
COMMENT ON FUNCTION entries_from_screen(text, service_entry[]) IS
'Used by quick_services(). Raises CT009 (no such screen), 22023 (a service that is not on it).';

CREATE OR REPLACE FUNCTION quick_services(client_id bigint, screen text DEFAULT NULL, items jsonb DEFAULT NULL,
	date_provided date DEFAULT current_date, program_id bigint DEFAULT NULL, enrollment_id bigint DEFAULT NULL,
	grant_id bigint DEFAULT NULL, provider_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, reason text DEFAULT NULL,
	goal_id bigint DEFAULT NULL, action_step_id bigint DEFAULT NULL, client_barrier_id bigint DEFAULT NULL, comments text DEFAULT NULL,
	provided_by_user_id bigint DEFAULT NULL, all_or_nothing boolean DEFAULT true, confirm_warnings boolean DEFAULT false)
RETURNS SETOF service_result
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records many services for one client and says of each what became of it.
#variable_conflict use_column
DECLARE
	shared client_service;
	entries service_entry[] := service_items(items);
	chosen_program bigint;
BEGIN
	IF screen IS NOT NULL THEN
		entries := entries_from_screen(screen, entries);
	END IF;
	chosen_program := program_of_services(quick_services.client_id, ARRAY(SELECT e.service_id FROM unnest(entries) e), date_provided,
		quick_services.program_id, quick_services.enrollment_id, location_id);
	PERFORM check_own_case(quick_services.client_id, goal_id, action_step_id, NULL, client_barrier_id);
	shared := shared_fields(chosen_program, date_provided, grant_id, provider_id, location_id, reason, comments, provided_by_user_id);
	shared.goal_id := goal_id;
	shared.action_step_id := action_step_id;
	shared.client_barrier_id := client_barrier_id;
	SELECT array_agg(ROW(quick_services.client_id, e.service_id, quick_services.enrollment_id, e.grant_award_id, e.units,
		e.unit_of_measure, e.unit_value, e.comments, NULL, NULL, NULL)::service_entry ORDER BY e.ordinality) INTO entries
	FROM unnest(entries) WITH ORDINALITY AS e;
	RETURN QUERY SELECT e.* FROM enter_services(shared, entries, all_or_nothing, confirm_warnings) e;
END
$$;
COMMENT ON FUNCTION quick_services(bigint, text, jsonb, date, bigint, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint, text,
	bigint, boolean, boolean) IS
'Records many services for one client (ClientTrack: Quick Services): one row for each item, in order, with status recorded, rejected
or warning as in record_household_services(). screen: code of the screen chosen, whose units and values are the defaults; null: any
services. items: [{"service": code or id, "units": number, "unit_of_measure": …, "unit_value": dollars, "comments": …}, …].
all_or_nothing: default true, raises what record_service() raises; false: records what can be recorded. The other arguments are
as in record_service(). Raises besides 22023 (malformed items, a service twice or not on the screen), CT009 (no such screen).';

CREATE OR REPLACE FUNCTION is_plain_item(item jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Tells whether an element is a well-formed one without a unit of measure: most are, and then need no function each.
RETURN jsonb_typeof(item) = 'object' AND item - '{client_id,enrollment_id,units,unit_value,comments}'::text[] = '{}'
	AND item ->> 'client_id' ~ '^[0-9]{1,18}$' AND coalesce(item ->> 'enrollment_id', '0') ~ '^[0-9]{1,18}$'
	AND coalesce(jsonb_typeof(item -> 'units'), 'null') IN ('number', 'null') AND coalesce(item ->> 'units', '1') ~ '^[1-9][0-9]{0,8}$'
	AND coalesce(jsonb_typeof(item -> 'unit_value'), 'null') IN ('number', 'null')
	AND coalesce(item ->> 'unit_value', '0') ~ '^[0-9]{1,9}([.][0-9]{1,6})?$'
	AND coalesce(jsonb_typeof(item -> 'comments'), 'null') IN ('string', 'null');
COMMENT ON FUNCTION is_plain_item(jsonb) IS 'Used by client_items().';

CREATE OR REPLACE FUNCTION client_item(service_id bigint, item jsonb) RETURNS service_entry
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an element of a list of clients as an entry, or says what is wrong with it.
BEGIN
	PERFORM check_item(item, ARRAY['client_id', 'enrollment_id', 'units', 'unit_of_measure', 'unit_value', 'comments'], 'client_id',
		'{"client_id": 17, "units": 2}');
	RETURN service_entry_of(json_id(item, 'client_id'), client_item.service_id, json_id(item, 'enrollment_id'),
		json_number(item, 'units'), json_text(item, 'unit_of_measure'), json_number(item, 'unit_value'), json_text(item, 'comments'));
EXCEPTION WHEN invalid_parameter_value THEN
	RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'invalid_parameter_value', DETAIL = format('In the item %s.', left(item::text, 100));
END
$$;
COMMENT ON FUNCTION client_item(bigint, jsonb) IS
'Used by client_items(). Raises 22023 (malformed), CT009 (no such unit of measure).';

CREATE OR REPLACE FUNCTION client_items(service_id bigint, items jsonb) RETURNS service_entry[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns entries of one service for the clients of a list.
DECLARE
	entries service_entry[];
BEGIN
	IF jsonb_typeof(items) <> 'array' THEN
		RAISE EXCEPTION 'items must be a jsonb array' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"client_id": 17, "units": 2}]';
	END IF;
	SELECT array_agg(CASE WHEN is_plain_item(i.item)
		THEN ROW((i.item ->> 'client_id')::bigint, client_items.service_id, (i.item ->> 'enrollment_id')::bigint, NULL,
			(i.item ->> 'units')::numeric, NULL, (i.item ->> 'unit_value')::numeric, i.item ->> 'comments', NULL, NULL, NULL)::service_entry
		ELSE client_item(client_items.service_id, i.item) END ORDER BY i.ordinality) INTO entries
	FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item);
	RETURN entries;
END
$$;
COMMENT ON FUNCTION client_items(bigint, jsonb) IS
'Used by quick_service_for_clients(): null for null. Raises 22023 (malformed), CT009 (no such unit of measure).';

CREATE OR REPLACE FUNCTION quick_service_for_clients(service text, client_ids bigint[] DEFAULT NULL, items jsonb DEFAULT NULL,
	program_id bigint DEFAULT NULL, date_provided date DEFAULT current_date, units numeric DEFAULT NULL, unit_value numeric DEFAULT NULL,
	unit_of_measure text DEFAULT NULL, grant_id bigint DEFAULT NULL, provider_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL,
	reason text DEFAULT NULL, comments text DEFAULT NULL, provided_by_user_id bigint DEFAULT NULL,
	all_or_nothing boolean DEFAULT false, confirm_warnings boolean DEFAULT false)
RETURNS SETOF service_result
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records one service for many clients in one statement and says of each what became of it.
#variable_conflict use_column
DECLARE
	shared client_service;
	common service_entry;
	entries service_entry[];
BEGIN
	IF num_nulls(service, quick_service_for_clients.program_id) > 0 OR num_nonnulls(client_ids, items) <> 1 THEN
		RAISE EXCEPTION 'service and program_id must not be null, and either client_ids or items must be given'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	shared := shared_fields(quick_service_for_clients.program_id, date_provided, grant_id, provider_id, location_id, reason, comments,
		provided_by_user_id);
	common := service_entry_of(NULL, service_of(service), NULL, quick_service_for_clients.units,
		quick_service_for_clients.unit_of_measure, quick_service_for_clients.unit_value);
	SELECT array_agg(ROW(e.client_id, common.service_id, e.enrollment_id, NULL, coalesce(e.units, common.units), NULL,
		coalesce(e.unit_value, common.unit_value), e.comments, CASE WHEN e.client_id IS NULL THEN 'CT009' END,
		CASE WHEN e.client_id IS NULL THEN 'client not found' END, NULL)::service_entry ORDER BY e.ordinality) INTO entries
	FROM (SELECT i.client_id, i.enrollment_id, i.units, i.unit_value, i.comments, i.ordinality
		FROM unnest(client_items(common.service_id, items)) WITH ORDINALITY AS i
		UNION ALL SELECT c.client_id, NULL, NULL, NULL, NULL, c.ordinality
		FROM unnest(client_ids) WITH ORDINALITY AS c (client_id)) e;
	RETURN QUERY SELECT e.* FROM enter_services(shared, coalesce(entries, '{}'), all_or_nothing, confirm_warnings) e;
END
$$;
COMMENT ON FUNCTION quick_service_for_clients(text, bigint[], jsonb, bigint, date, numeric, numeric, text, bigint, bigint, bigint, text,
	text, bigint, boolean, boolean) IS
'Records one service for many clients (ClientTrack: Quick Services for Multiple Clients): one row for each client, in order, with status
recorded, rejected or warning as in record_household_services(). client_ids; or items, with what is a client''s own:
[{"client_id": 17, "enrollment_id": …, "units": …, "unit_of_measure": …, "unit_value": …, "comments": …}, …]. The other
arguments hold for each and are as in record_service(). A client named twice is served twice, where the service''s duplicate_rule
allows it. all_or_nothing: default false, clients who are refused don''t hold up the others; true: raises. Raises 22004 (null, or not
one of client_ids and items), 22008, 22023 (malformed), 42501, CT009 (no such service, reason).';
