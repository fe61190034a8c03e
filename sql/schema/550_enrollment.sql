-- Enrolling clients in programs, one or a whole household.

CREATE OR REPLACE FUNCTION fits_hud_column(value jsonb, data_type text, max_length integer, code_list text) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Tells whether a JSON value is one that a column of a HUD file takes.
	SELECT CASE jsonb_typeof(value)
		WHEN 'number' THEN data_type IN ('I', 'M') AND (data_type = 'M' OR value::numeric = trunc(value::numeric))
			AND abs(value::numeric) < 1e10 AND scale(trim_scale(value::numeric)) <= 10
			AND (code_list IS NULL OR EXISTS (SELECT FROM hud_code h WHERE h.list = code_list AND h.code = value #>> '{}'))
		WHEN 'string' THEN CASE data_type WHEN 'S' THEN length(value #>> '{}') <= coalesce(max_length, 1000)
			WHEN 'D' THEN CASE WHEN value #>> '{}' ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
				THEN substr(value #>> '{}', 9)::integer <= extract(day FROM make_date(substr(value #>> '{}', 1, 4)::integer,
					substr(value #>> '{}', 6, 2)::integer, 1) + interval '1 month' - interval '1 day') ELSE false END
			ELSE false END
		ELSE false END;
END;
COMMENT ON FUNCTION fits_hud_column(jsonb, text, integer, text) IS
'Used by check_hud_elements(). data_type: S, I, D, M as in hud_column; numbers are JSON numbers, dates are "2026-03-01".';

CREATE OR REPLACE FUNCTION check_hud_elements(only_file text, elements jsonb, own_columns text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns HUD elements, or null for none, and raises when one of them is not a column of the file, or no value of it.
DECLARE
	wrong record;
BEGIN
	IF elements IS NULL OR elements = '{}' THEN
		RETURN NULL;
	ELSIF jsonb_typeof(elements) <> 'object' THEN
		RAISE EXCEPTION 'HUD elements must be a jsonb object' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: {"LengthOfStay": 10}';
	END IF;
	SELECT e.key, c.column_name, c.code_list INTO wrong
	FROM jsonb_each(elements) e
	LEFT JOIN hud_column c ON c.file = only_file AND coalesce(c.stored_as, c.column_name) = e.key
		AND c.column_name <> ALL (own_columns) AND c.data_type <> 'T'
	WHERE c.column_name IS NULL OR NOT fits_hud_column(e.value, c.data_type, c.max_length, c.code_list) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '% does not take % with this value', only_file, left(wrong.key, 60) USING ERRCODE = 'invalid_parameter_value',
			HINT = CASE WHEN wrong.column_name IS NULL THEN format('See hud_column for the columns of %s.', only_file)
				WHEN wrong.code_list IS NOT NULL THEN format('Codes are JSON numbers, from list %s of hud_code.', wrong.code_list)
				ELSE 'Numbers are JSON numbers, dates are like "2026-03-01".' END;
	END IF;
	RETURN elements;
END
$$;
COMMENT ON FUNCTION check_hud_elements(text, jsonb, text[]) IS
'Used by functions that take the less common HUD elements by their HUD names. only_file: Enrollment, Exit. own_columns: the columns
that have an argument of their own. Raises 22023.';

CREATE OR REPLACE FUNCTION check_enrollment_elements(elements jsonb) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the elements of Enrollment.csv that have no column of their own, or raises.
	SELECT check_hud_elements('Enrollment', elements, ARRAY['EnrollmentID', 'PersonalID', 'ProjectID', 'EntryDate', 'HouseholdID',
		'RelationshipToHoH', 'EnrollmentCoC', 'LivingSituation', 'DisablingCondition', 'MoveInDate', 'UserID', 'ExportID']);
END;
COMMENT ON FUNCTION check_enrollment_elements(jsonb) IS
'Used by enroll_client() and edit_enrollment(). elements: for example {"LengthOfStay": 10, "DateToStreetESSH": "2026-01-15"}. Raises
22023.';

CREATE OR REPLACE FUNCTION enrollment_of_form(program_id bigint, entry_date date, grant_id bigint, household_id bigint,
	enrollment_coc text) RETURNS enrollment
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an enrollment with what the members of a household have in common, or raises when it is not the caller's to enter.
DECLARE
	shared enrollment;
BEGIN
	IF program_id IS NULL THEN
		RAISE EXCEPTION 'program_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	ELSIF NOT sees_program(@schema@::regnamespace, program_id) THEN
		RAISE EXCEPTION 'program % is not one of your organizations''', program_id USING ERRCODE = 'insufficient_privilege';
	ELSIF household_id IS NOT NULL AND NOT EXISTS (SELECT FROM enrollment e
			WHERE e.household_id = enrollment_of_form.household_id AND e.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'there is no household %', household_id USING ERRCODE = 'CT009',
			HINT = 'Leave household_id null to enroll in a new household.';
	ELSIF enrollment_coc !~ '^[A-Za-z]{2}-[0-9]{3}$' THEN
		RAISE EXCEPTION 'enrollment_coc must be like MN-500' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_references(grant_id, NULL, NULL, NULL);
	shared.program_id := program_id;
	shared.entry_date := check_date('entry_date', entry_date);
	shared.grant_award_id := grant_id;
	shared.household_id := household_id;
	-- the only one that the program serves
	shared.enrollment_coc := coalesce(upper(enrollment_coc), (SELECT min(c.coc_code) FROM program_coc c
		WHERE c.program_id = enrollment_of_form.program_id AND c.date_deleted IS NULL HAVING count(DISTINCT c.coc_code) = 1));
	RETURN shared;
END
$$;
COMMENT ON FUNCTION enrollment_of_form(bigint, date, bigint, bigint, text) IS
'Used by enroll_client() and enroll_household(). Raises 22004, 22008, 22023 (CoC code), 42501 (program of another organization), CT009
(no such household or grant).';

CREATE OR REPLACE FUNCTION household_member(shared enrollment, item jsonb) RETURNS enrollment
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the enrollment of one member of a household, from an element of the form's list.
DECLARE
	member enrollment := shared;
BEGIN
	PERFORM check_item(item, ARRAY['client_id', 'relationship_to_hoh', 'living_situation', 'disabling_condition', 'comments', 'assessment',
		'hud_elements'], 'client_id', '{"client_id": 12, "relationship_to_hoh": 1}');
	member.client_id := json_id(item, 'client_id');
	member.relationship_to_hoh := check_hud_code('relationship_to_hoh', '3.15.1', json_code(item, 'relationship_to_hoh'));
	member.living_situation := check_hud_code('living_situation', '3.12.1', json_code(item, 'living_situation'));
	member.disabling_condition := check_hud_code('disabling_condition', '1.8', coalesce(json_code(item, 'disabling_condition'), 99));
	member.hud_elements := check_enrollment_elements(item -> 'hud_elements');
	member.comments := json_text(item, 'comments');
	IF member.relationship_to_hoh IS NULL THEN
		RAISE EXCEPTION 'relationship_to_hoh must be given for client %', member.client_id USING ERRCODE = 'null_value_not_allowed',
			HINT = '1 head, 2 child, 3 spouse or partner, 4 other relation, 5 not related (HUD 3.15.1).';
	END IF;
	RETURN member;
END
$$;
COMMENT ON FUNCTION household_member(enrollment, jsonb) IS
'Used by enroll_household(). Raises 22023 (malformed, no such HUD code), 22004 (no relationship).';

CREATE OR REPLACE FUNCTION check_one_head(members enrollment[], household_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a new household has exactly one head, and one that is joined not a second, and that nobody is in it twice.
DECLARE
	heads CONSTANT bigint := (SELECT count(*) FROM unnest(members) m WHERE m.relationship_to_hoh = 1);
BEGIN
	IF heads > 1 OR (heads = 0 AND household_id IS NULL) THEN
		RAISE EXCEPTION 'a household has exactly one head, not %', heads USING ERRCODE = 'CT020',
			HINT = 'Give relationship_to_hoh 1 to one member, and HUD''s code 2 to 5 to the others.';
	ELSIF (SELECT count(*) > count(DISTINCT m.client_id) FROM unnest(members) m) THEN
		RAISE EXCEPTION 'a client is in the list twice' USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_one_head(enrollment[], bigint) IS
'Used by enroll_household(). household_id: the household that is joined, null for a new one. Raises CT020, 22023.';

CREATE OR REPLACE FUNCTION write_enrollments(members enrollment[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters enrollments in one statement, under the guard, and returns their ids in order.
DECLARE
	ids bigint[];
BEGIN
	WITH inserted AS (
		INSERT INTO enrollment (client_id, program_id, household_id, relationship_to_hoh, entry_date, enrollment_coc, living_situation,
			disabling_condition, grant_award_id, hud_elements, comments)
		SELECT m.client_id, m.program_id, m.household_id, m.relationship_to_hoh, m.entry_date, m.enrollment_coc, m.living_situation,
			m.disabling_condition, m.grant_award_id, m.hud_elements, m.comments
		FROM unnest(members) WITH ORDINALITY AS m ORDER BY m.ordinality
		RETURNING enrollment.enrollment_id)
	SELECT array_agg(i.enrollment_id ORDER BY i.enrollment_id) INTO ids FROM inserted i;
	RETURN ids;
END
$$;
COMMENT ON FUNCTION write_enrollments(enrollment[]) IS
'Used by enroll_household(), which says whether warnings refuse. Raises what the guard raises.';

CREATE OR REPLACE FUNCTION enroll_household(program_id bigint, members jsonb, entry_date date DEFAULT current_date,
	grant_id bigint DEFAULT NULL, household_id bigint DEFAULT NULL, case_manager bigint DEFAULT NULL,
	enrollment_coc text DEFAULT NULL, confirm_warnings boolean DEFAULT false)
RETURNS TABLE (client_id bigint, enrollment_id bigint, household bigint, relationship_to_hoh integer)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enrolls the members of a household in a program on a day, all or none.
#variable_conflict use_column
DECLARE
	before boolean;
	shared enrollment;
	entries enrollment[];
	ids bigint[];
BEGIN
	PERFORM refuse_open_workflow();
	IF jsonb_typeof(members) IS DISTINCT FROM 'array' OR jsonb_array_length(members) NOT BETWEEN 1 AND 100 THEN
		RAISE EXCEPTION 'members must be a jsonb array of 1 to 100 elements' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"client_id": 12, "relationship_to_hoh": 1}, {"client_id": 13, "relationship_to_hoh": 2}]';
	END IF;
	shared := enrollment_of_form(program_id, entry_date, grant_id, household_id, enrollment_coc);
	shared.household_id := coalesce(shared.household_id, nextval('household_id_seq'));
	entries := ARRAY(SELECT household_member(shared, i) FROM jsonb_array_elements(members) i);
	PERFORM check_one_head(entries, enroll_household.household_id);
	PERFORM check_client(e.client_id) FROM unnest(entries) e;
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	ids := write_enrollments(entries);
	PERFORM assign_case_manager(entries[n].client_id, case_manager, ids[n], shared.entry_date)
	FROM generate_subscripts(ids, 1) n WHERE case_manager IS NOT NULL;
	PERFORM enrollment_assessment(entries[n].client_id, ids[n], shared.entry_date, members -> (n - 1) -> 'assessment')
	FROM generate_subscripts(ids, 1) n WHERE jsonb_typeof(members -> (n - 1) -> 'assessment') <> 'null';
	PERFORM refuse_warnings(before);
	RETURN QUERY SELECT entries[n].client_id, ids[n], shared.household_id, entries[n].relationship_to_hoh::integer
	FROM generate_subscripts(ids, 1) n;
END
$$;
COMMENT ON FUNCTION enroll_household(bigint, jsonb, date, bigint, bigint, bigint, text, boolean) IS
'Enrolls the members of a household in a program, all or none, and returns their enrollments in the order given. members: 1 to 100 of
{"client_id": id, "relationship_to_hoh": HUD 3.15.1, 1 for exactly one of them, "living_situation": HUD 3.917.1, "disabling_condition":
HUD 3.08, default 99, "comments": text, "assessment": as for enroll_client(), "hud_elements": the other elements of Enrollment.csv by
their HUD names}. household_id: a household that they join, with nobody as second head; null: a new one. grant_id,
case_manager, enrollment_coc: as for enroll_client(). Raises what enroll_client() raises, and CT020 unless there is exactly one head.';

CREATE OR REPLACE FUNCTION enroll_client(client_id bigint, program_id bigint, entry_date date DEFAULT current_date,
	grant_id bigint DEFAULT NULL, relationship_to_hoh integer DEFAULT NULL, household_id bigint DEFAULT NULL,
	case_manager bigint DEFAULT NULL, assessment jsonb DEFAULT NULL, enrollment_coc text DEFAULT NULL,
	living_situation integer DEFAULT NULL, disabling_condition integer DEFAULT NULL, hud_elements jsonb DEFAULT NULL,
	comments text DEFAULT NULL, confirm_warnings boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enrolls a client in a program and returns the enrollment's id.
DECLARE
	member CONSTANT jsonb := jsonb_build_object('client_id', client_id,
		'relationship_to_hoh', coalesce(relationship_to_hoh, CASE WHEN household_id IS NULL THEN 1 END),
		'living_situation', living_situation, 'disabling_condition', disabling_condition, 'comments', comments,
		'assessment', assessment, 'hud_elements', hud_elements);
BEGIN
	IF client_id IS NULL THEN
		RAISE EXCEPTION 'client_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN (SELECT h.enrollment_id FROM enroll_household(program_id, jsonb_build_array(jsonb_strip_nulls(member)), entry_date, grant_id,
		household_id, case_manager, enrollment_coc, confirm_warnings) h);
END
$$;
COMMENT ON FUNCTION enroll_client(bigint, bigint, date, bigint, integer, bigint, bigint, jsonb, text, integer, integer, jsonb, text, boolean) IS
'Enrolls a client in a program and returns the enrollment_id (ClientTrack: Adding a New Enrollment). grant_id: a grant_award.
household_id: the household that the client joins, then relationship_to_hoh (HUD 3.15.1) is needed; null: a household of the client''s
own, relationship 1. case_manager: user_id of the hmis_user who becomes the primary case manager of the enrollment. assessment: {"assessment_id": id} of
one that the client has, or {"type": code, "answers": {…}, "assessment_date": default the entry date, "follow_up_date": …} for a new
one. enrollment_coc: default the CoC that the program serves, where it is one. living_situation (3.917.1), disabling_condition (3.08,
default 99): HUD codes. hud_elements: the other elements of Enrollment.csv, for example {"LengthOfStay": 10}. Raises 22004, 22008 (infinite
date), 22023 (no such code, malformed), 42501 (program of another organization), CT002 (barred), CT008 (entry in the future or before
birth), CT009 (no such client, household, grant, user, assessment), CT014 (warnings to confirm: overlapping enrollments in the program, a
warning about the client, those about the assessment), CT019 (the program does not operate on that day or takes no enrollments), CT020 (a second head, or a household
of another program), CT021 (answers), CT023 (workflow open).';
