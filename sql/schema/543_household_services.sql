-- Recording services for the members of a household.

CREATE OR REPLACE FUNCTION household_members(household_id bigint, only_program_id bigint DEFAULT NULL,
	date_provided date DEFAULT current_date)
RETURNS TABLE (client_id bigint, enrollment_id bigint, program_id bigint, relationship_to_hoh smallint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the members of a household who are enrolled on a day, the head first. Of two enrollments of one that meet on the day
	-- the later counts.
	SELECT m.client_id, m.enrollment_id, m.program_id, m.relationship_to_hoh FROM (
		SELECT DISTINCT ON (e.client_id) e.client_id, e.enrollment_id, e.program_id, e.relationship_to_hoh
		FROM enrollment e
		WHERE e.household_id = household_members.household_id AND e.date_deleted IS NULL
		AND (only_program_id IS NULL OR e.program_id = only_program_id)
		AND enrolled_on(e.entry_date, e.exit_date, household_members.date_provided)
		ORDER BY e.client_id, e.entry_date DESC, e.enrollment_id DESC) m
	ORDER BY m.relationship_to_hoh <> 1, m.client_id;
END;
COMMENT ON FUNCTION household_members(bigint, bigint, date) IS
'The members of a household who are enrolled on the date provided, for a form to choose from. only_program_id: null for any.';

CREATE OR REPLACE FUNCTION household_of(enrollment_id bigint, household_id bigint, date_provided date,
	OUT household bigint, OUT program bigint)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the household that an enrollment belongs to, or the one given, and its program.
DECLARE
	programs bigint;
BEGIN
	IF num_nonnulls(enrollment_id, household_id) <> 1 THEN
		RAISE EXCEPTION 'give either enrollment_id or household_id' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_day(date_provided);
	household := household_of.household_id;
	IF enrollment_id IS NOT NULL THEN
		program := program_of_enrollment(enrollment_id, NULL, NULL);
		SELECT e.household_id INTO household FROM enrollment e WHERE e.enrollment_id = household_of.enrollment_id;
		RETURN;
	END IF;
	SELECT count(DISTINCT m.program_id), min(m.program_id) INTO programs, program
	FROM household_members(household_id, NULL, date_provided) m;
	IF programs > 1 THEN
		RAISE EXCEPTION 'household % is enrolled in several programs', household_id USING ERRCODE = 'CT017',
			HINT = 'Give the enrollment_id of one of its members.';
	ELSIF programs = 0 THEN
		RAISE EXCEPTION 'nobody of household % is enrolled on %', household_id, date_provided USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION household_of(bigint, bigint, date) IS
'Used by record_household_services(). Raises 22023 (both or neither given), 22004 (no day), 22008 (infinite), CT009 (no such
enrollment, nobody enrolled), CT017 (a household of several programs).';

CREATE OR REPLACE FUNCTION record_household_services(enrollment_id bigint DEFAULT NULL, household_id bigint DEFAULT NULL,
	services jsonb DEFAULT NULL, member_client_ids bigint[] DEFAULT NULL, date_provided date DEFAULT current_date,
	cost text DEFAULT 'head', all_or_nothing boolean DEFAULT false, grant_id bigint DEFAULT NULL, provider_id bigint DEFAULT NULL,
	location_id bigint DEFAULT NULL, reason text DEFAULT NULL, comments text DEFAULT NULL, provided_by_user_id bigint DEFAULT NULL,
	confirm_warnings boolean DEFAULT false)
RETURNS SETOF service_result
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records services for members of a household, each under the guard, and says of each what became of it.
#variable_conflict use_column
DECLARE
	place record;
	shared client_service;
	items CONSTANT service_entry[] := service_items(services);
	entries service_entry[];
	head_client_id bigint;
BEGIN
	IF cost IS NULL OR cost NOT IN ('head', 'split', 'each') THEN
		RAISE EXCEPTION 'cost must be head, split or each, not %', coalesce(left(cost, 20), 'null') USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT h.* INTO place FROM household_of(record_household_services.enrollment_id, household_id, date_provided) h;
	shared := shared_fields(place.program, date_provided, grant_id, provider_id, location_id, reason, comments, provided_by_user_id);
	SELECT m.client_id INTO head_client_id FROM household_members(place.household, place.program, date_provided) m
	WHERE m.relationship_to_hoh = 1 LIMIT 1;
	SELECT array_agg(ROW(m.client_id, i.service_id, m.enrollment_id, NULL, i.units, i.unit_of_measure, i.unit_value, i.comments,
		CASE WHEN m.enrollment_id IS NULL THEN 'CT009' END,
		CASE WHEN m.enrollment_id IS NULL THEN 'client is not enrolled with the household on that day' END, NULL
		)::service_entry ORDER BY m.place, i.ordinality) INTO entries
	FROM (SELECT coalesce(c.client_id, a.client_id) AS client_id, a.enrollment_id,
			row_number() OVER (ORDER BY a.relationship_to_hoh IS DISTINCT FROM 1, a.enrollment_id IS NULL,
				coalesce(c.client_id, a.client_id)) AS place
		FROM household_members(place.household, place.program, date_provided) a
		FULL JOIN (SELECT DISTINCT unnest(member_client_ids)) AS c (client_id) ON c.client_id = a.client_id
		WHERE (member_client_ids IS NULL OR c.client_id IS NOT NULL) AND coalesce(c.client_id, a.client_id) IS NOT NULL) m,
		unnest(items) WITH ORDINALITY AS i;
	IF entries IS NULL AND member_client_ids IS NULL THEN
		RAISE EXCEPTION 'nobody of household % is enrolled on %', place.household, date_provided USING ERRCODE = 'CT009';
	END IF;
	RETURN QUERY SELECT e.* FROM enter_services(shared, entries, all_or_nothing, confirm_warnings, cost, head_client_id) e;
END
$$;
COMMENT ON FUNCTION record_household_services(bigint, bigint, jsonb, bigint[], date, text, boolean, bigint, bigint, bigint, text, text,
	bigint, boolean) IS
'Records services for the members of a household (ClientTrack: Project Services for Household Clients). One row for each member and
service: status recorded, rejected (with sqlstate and message), warning (CT014, not recorded until confirm_warnings), or on_head
(money recorded for the head). enrollment_id of any member, or household_id. services: [{"service": code or id, "units": number,
"unit_of_measure": …, "unit_value": dollars, "comments": …}, …]. member_client_ids: default everybody enrolled on the day.
cost: head (default; the head of household bears it, the members'' services have no value, money is recorded once), split (among
those served, to the cent) or each (every member''s service has the full value). all_or_nothing: raise instead of rejecting
some. The other arguments are as in record_service(). Raises 22004, 22008, 22023 (malformed, or the head who bears the cost is
not served), 42501, CT009 (no such household, enrollment, service, reason; nobody enrolled), CT017 (household of several programs).';
