-- Exits from programs.

CREATE OR REPLACE FUNCTION check_exit_elements(elements jsonb) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the elements of Exit.csv that have no column of their own, or raises.
	SELECT check_hud_elements('Exit', elements,
		ARRAY['ExitID', 'EnrollmentID', 'PersonalID', 'ExitDate', 'Destination', 'UserID', 'ExportID']);
END;
COMMENT ON FUNCTION check_exit_elements(jsonb) IS
'Used by exit_enrollment() and edit_enrollment(). elements: for example {"OtherDestination": "boat", "HousingAssessment": 1}. Raises
22023.';

CREATE OR REPLACE FUNCTION exit_of_form(exit_date date, destination integer, exit_hud_elements jsonb) RETURNS enrollment
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an enrollment with nothing but its exit, or raises when that is malformed.
DECLARE
	exited enrollment;
BEGIN
	IF destination IS NULL THEN
		RAISE EXCEPTION 'destination must be given' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'A HUD code of list 3.12.1; 30 where there was no exit interview, 99 where it was not collected.';
	END IF;
	exited.exit_date := check_date('exit_date', exit_date);
	exited.destination := check_hud_code('destination', '3.12.1', destination);
	exited.exit_hud_elements := check_exit_elements(exit_hud_elements);
	IF (exited.exit_hud_elements ? 'OtherDestination' AND destination <> 17)
			OR (exited.exit_hud_elements ? 'DestinationSubsidyType' AND destination <> 435) THEN
		RAISE EXCEPTION 'OtherDestination goes with destination 17, DestinationSubsidyType with 435'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN exited;
END
$$;
COMMENT ON FUNCTION exit_of_form(date, integer, jsonb) IS
'Used by exit_enrollment() and exit_household() (HUD 3.11, 3.12). Raises 22004, 22008, 22023.';

CREATE OR REPLACE FUNCTION write_exits(enrollment_ids bigint[], exits enrollment[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends enrollments that are open, in one statement, under the guard, and the work of their case managers.
BEGIN
	UPDATE enrollment e SET exit_date = x.exit_date, destination = x.destination, exit_hud_elements = x.exit_hud_elements
	FROM (SELECT u.id, (u.exited).exit_date, (u.exited).destination, (u.exited).exit_hud_elements
		FROM (SELECT enrollment_ids[n] AS id, exits[n] AS exited FROM generate_subscripts(enrollment_ids, 1) n OFFSET 0) u) x
	WHERE e.enrollment_id = x.id;
	PERFORM end_assignments_of(enrollment_ids[n], (exits[n]).exit_date) FROM generate_subscripts(enrollment_ids, 1) n;
END
$$;
COMMENT ON FUNCTION write_exits(bigint[], enrollment[]) IS
'Used by exit_enrollment() and exit_household(), which say whether warnings refuse: exits has an exit for each enrollment. Raises what
the guard raises.';

CREATE OR REPLACE FUNCTION exit_assessment(client_id bigint, enrollment_id bigint, exit_date date, assessment jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that an enrollment that ends has the assessment that comes with the exit, if any.
BEGIN
	IF jsonb_typeof(assessment) <> 'null' THEN
		PERFORM enrollment_assessment(client_id, enrollment_id, exit_date, CASE jsonb_typeof(assessment)
			WHEN 'object' THEN jsonb_build_object('data_collection_stage', 3) || assessment ELSE assessment END);
	END IF;
END
$$;
COMMENT ON FUNCTION exit_assessment(bigint, bigint, date, jsonb) IS
'Used by exit_enrollment() and exit_household(). assessment: as for enroll_client(), by default of stage 3. Raises what that raises.';

CREATE OR REPLACE FUNCTION exit_enrollment(enrollment_id bigint, exit_date date DEFAULT current_date, destination integer DEFAULT NULL,
	exit_hud_elements jsonb DEFAULT NULL, assessment jsonb DEFAULT NULL, confirm_warnings boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends an enrollment and returns its id.
DECLARE
	exited CONSTANT enrollment := exit_of_form(exit_date, destination, exit_hud_elements);
	stored enrollment;
	before boolean;
BEGIN
	PERFORM refuse_open_workflow();
	stored := enrollment_to_change(enrollment_id);
	IF stored.exit_date IS NOT NULL THEN
		RAISE EXCEPTION 'the client has exited already' USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = format('Enrollment %s ended on %s.', enrollment_id, stored.exit_date),
			HINT = 'Change the exit with edit_enrollment(), or take it back with reopen_enrollment().';
	END IF;
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	PERFORM write_exits(ARRAY[enrollment_id], ARRAY[exited]);
	PERFORM exit_assessment(stored.client_id, enrollment_id, exited.exit_date, assessment);
	PERFORM refuse_warnings(before);
	RETURN enrollment_id;
END
$$;
COMMENT ON FUNCTION exit_enrollment(bigint, date, integer, jsonb, jsonb, boolean) IS
'Ends an enrollment and returns its id (ClientTrack: Exit the Enrollment; HUD 3.11). exit_date: the last day. destination: HUD 3.12.1,
must be given. exit_hud_elements: the other elements of Exit.csv by their HUD names, for example {"OtherDestination": "boat"} with
destination 17. assessment: as for enroll_client(), by default of data collection stage 3 on the exit date. Assignments of case
managers to the enrollment end with it. Raises 22004, 22008, 22023 (no such code, malformed), 55000 (exited already), CT006 (services
would be left after the exit: DETAIL says how many), CT008 (in the future), 23514 (before the entry), CT009 (no such live enrollment),
CT014 (warnings to confirm: goals, needs, plans, referrals or workflows that are open, a household left without a head, those about the
assessment), CT021 (answers), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION exit_of_member(shared enrollment, item jsonb) RETURNS enrollment
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the exit of one member of a household: what the form's list says, else what all have in common.
DECLARE
	exited enrollment;
BEGIN
	PERFORM check_item(item, ARRAY['client_id', 'exit_date', 'destination', 'exit_hud_elements', 'assessment'], 'client_id',
		'{"client_id": 12, "destination": 422}');
	IF item ->> 'exit_date' !~ '^\d{4}-\d{2}-\d{2}$' THEN
		RAISE EXCEPTION 'exit_date must be a date like 2026-03-01, not %', left(item ->> 'exit_date', 40)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	exited := exit_of_form(coalesce((item ->> 'exit_date')::date, shared.exit_date),
		coalesce(json_code(item, 'destination'), shared.destination),
		CASE WHEN item ?| ARRAY['destination', 'exit_hud_elements'] THEN item -> 'exit_hud_elements' ELSE shared.exit_hud_elements END);
	exited.client_id := json_id(item, 'client_id');
	RETURN exited;
END
$$;
COMMENT ON FUNCTION exit_of_member(enrollment, jsonb) IS 'Used by exit_household(). Raises 22004, 22008, 22023.';

CREATE OR REPLACE FUNCTION exits_of_household(household_id bigint, shared enrollment, members jsonb) RETURNS enrollment[]
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns the exits of the members of a household who are enrolled, each with the enrollment, locked in order.
DECLARE
	listed enrollment[];
	own bigint[];
	exits enrollment[];
	missing bigint;
BEGIN
	IF members IS NOT NULL AND (jsonb_typeof(members) <> 'array' OR jsonb_array_length(members) > 1000) THEN
		RAISE EXCEPTION 'members must be a jsonb array of at most 1000 elements' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"client_id": 12}, {"client_id": 13, "destination": 422}]';
	END IF;
	listed := ARRAY(SELECT exit_of_member(shared, i) FROM jsonb_array_elements(members) i);
	own := ARRAY(SELECT e.enrollment_id FROM enrollment e WHERE e.household_id = exits_of_household.household_id AND e.date_deleted IS NULL
		ORDER BY e.enrollment_id FOR NO KEY UPDATE); -- not those that were only released to the caller
	SELECT array_agg(jsonb_populate_record(coalesce(l, shared), jsonb_build_object('enrollment_id', e.enrollment_id, 'client_id', e.client_id))
		ORDER BY e.enrollment_id) INTO exits
	FROM enrollment e LEFT JOIN unnest(listed) l ON l.client_id = e.client_id
	WHERE e.enrollment_id = ANY (own) AND e.date_deleted IS NULL AND e.exit_date IS NULL
	AND (members IS NULL OR l.client_id IS NOT NULL);
	SELECT l.client_id INTO missing FROM unnest(listed) l
	WHERE NOT EXISTS (SELECT FROM unnest(exits) x WHERE x.client_id = l.client_id) LIMIT 1;
	IF (SELECT count(DISTINCT e.program_id) > 1 FROM enrollment e, unnest(exits) x WHERE e.enrollment_id = x.enrollment_id) THEN
		RAISE EXCEPTION 'household % is in several programs', household_id USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Two households have the number by chance: list the members of one, or use exit_enrollment().';
	END IF;
	IF exits IS NULL OR missing IS NOT NULL THEN
		RAISE EXCEPTION '%', CASE WHEN missing IS NULL THEN format('nobody is enrolled in household %s', household_id)
			ELSE format('client %s is not enrolled in household %s', missing, household_id) END
			USING ERRCODE = 'CT009', HINT = 'See enrollment_history for the household''s members, and who has exited already.';
	END IF;
	RETURN exits;
END
$$;
COMMENT ON FUNCTION exits_of_household(bigint, enrollment, jsonb) IS
'Used by exit_household(). members: null for all, at most 1000. Raises 22004, 22008, 22023 (also for several programs), CT009 (nobody, or a
listed one not, enrolled in the household).';

CREATE OR REPLACE FUNCTION exit_household(household_id bigint, exit_date date DEFAULT current_date, destination integer DEFAULT NULL,
	members jsonb DEFAULT NULL, exit_hud_elements jsonb DEFAULT NULL, confirm_warnings boolean DEFAULT false)
RETURNS TABLE (client_id bigint, enrollment_id bigint, exited_on date, exited_to integer)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends the enrollments of a household, all or none.
#variable_conflict use_column
DECLARE
	shared enrollment;
	exits enrollment[];
	before boolean;
BEGIN
	PERFORM refuse_open_workflow();
	IF household_id IS NULL THEN
		RAISE EXCEPTION 'household_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	-- where all have a destination of their own none need be given for all
	shared := exit_of_form(exit_date, coalesce(destination, CASE WHEN members IS NOT NULL THEN 99 END), exit_hud_elements);
	shared.destination := exit_household.destination;
	exits := exits_of_household(household_id, shared, members);
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	PERFORM write_exits(ARRAY(SELECT x.enrollment_id FROM unnest(exits) x), exits);
	PERFORM exit_assessment(x.client_id, x.enrollment_id, x.exit_date, m -> 'assessment')
	FROM jsonb_array_elements(members) m JOIN unnest(exits) x ON x.client_id = json_id(m, 'client_id');
	PERFORM refuse_warnings(before);
	RETURN QUERY SELECT x.client_id, x.enrollment_id, x.exit_date, x.destination::integer FROM unnest(exits) x;
END
$$;
COMMENT ON FUNCTION exit_household(bigint, date, integer, jsonb, jsonb, boolean) IS
'Ends the enrollments of the members of a household who are enrolled, all or none, and returns one row for each. members: those who
exit, each {"client_id": id, "exit_date": …, "destination": …, "exit_hud_elements": …, "assessment": …} where they differ from the
others, with an assessment of their own as for exit_enrollment(); null: everybody. Raises what exit_enrollment() raises, 22023 where the
number is by chance that of households of several programs, and CT009 when nobody, or a listed client not, is enrolled in the household.';

CREATE OR REPLACE FUNCTION reopen_enrollment(enrollment_id bigint, reason text, confirm_warnings boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes an exit back, and the end of its case managers' work.
DECLARE
	stored enrollment;
	before boolean;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_given('reason', reason);
	stored := enrollment_to_change(enrollment_id);
	IF stored.exit_date IS NULL THEN
		RAISE EXCEPTION 'the client has not exited' USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = format('Enrollment %s is open.', enrollment_id);
	END IF;
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	UPDATE enrollment e SET exit_date = NULL, destination = NULL, exit_hud_elements = NULL, comments = concat_ws(E'\n', e.comments,
		format('Exit of %s taken back on %s: %s', e.exit_date, current_date, reason))
	WHERE e.enrollment_id = reopen_enrollment.enrollment_id;
	PERFORM refuse_warnings(before);
	PERFORM resume_assignments_of(enrollment_id, stored.exit_date);
END
$$;
COMMENT ON FUNCTION reopen_enrollment(bigint, text, boolean) IS
'Takes an exit back: the enrollment goes on, the exit date, destination and other elements are gone (the audit has them), the reason is
added to the comments, and case managers whom the exit ended go on. Raises 22004 (no reason), 55000 (not exited), CT009 (no such live
enrollment), CT014 (warnings to confirm: overlapping enrollments), CT020 (the household has another head by now), CT023 (workflow
open).';
