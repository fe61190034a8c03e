-- Editing, deleting and restoring enrollments.

CREATE OR REPLACE FUNCTION enrollment_to_change(enrollment_id bigint, date_updated timestamptz DEFAULT NULL) RETURNS enrollment
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a live enrollment of the caller's, locked, that nobody has changed since it was read.
DECLARE
	stored enrollment;
BEGIN
	SELECT e.* INTO stored FROM enrollment e
	WHERE e.enrollment_id = enrollment_to_change.enrollment_id AND e.date_deleted IS NULL FOR NO KEY UPDATE;
	IF stored.enrollment_id IS NULL THEN
		RAISE EXCEPTION 'there is no enrollment %', coalesce(enrollment_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is another organization''s.';
	END IF;
	PERFORM refuse_stale('enrollment', enrollment_id, enrollment_to_change.date_updated, stored.date_updated);
	RETURN stored;
END
$$;
COMMENT ON FUNCTION enrollment_to_change(bigint, timestamptz) IS
'Used by the functions that change an enrollment. date_updated: as it was read; null: no matter. Raises CT009 (no such live
enrollment), CT018 (changed meanwhile), 40001 (under REPEATABLE READ).';

CREATE OR REPLACE FUNCTION check_enrollment_changes(changes jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that changes name only what can be changed, are of the right types, and leave nothing empty that every enrollment has.
DECLARE
	wrong text;
BEGIN
	PERFORM check_changed_keys(changes, '{program_id,entry_date,grant_id,relationship_to_hoh,household_id,enrollment_coc,
		living_situation,disabling_condition,move_in_date,hud_elements,comments,exit_date,destination,exit_hud_elements}',
		'{program_id,entry_date,relationship_to_hoh,household_id,disabling_condition,exit_date}', 'enrollment');
	SELECT k INTO wrong FROM unnest('{entry_date,move_in_date,exit_date}'::text[]) k
	WHERE changes ->> k !~ '^\d{4}-\d{2}-\d{2}([T ].+)?$' LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '% must be a date like 2026-03-01, not %', wrong, left(changes ->> wrong, 40) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM json_id(changes, k) FROM unnest('{program_id,grant_id,household_id}'::text[]) k;
	PERFORM json_text(changes, k) FROM unnest('{enrollment_coc,comments}'::text[]) k;
	PERFORM check_hud_code(c.key, c.list, json_code(changes, c.key))
	FROM (VALUES ('relationship_to_hoh', '3.15.1'), ('living_situation', '3.12.1'), ('disabling_condition', '1.8'), ('destination', '3.12.1'))
		AS c (key, list);
	PERFORM check_enrollment_elements(jsonb_strip_nulls(changes -> 'hud_elements'));
	PERFORM check_exit_elements(jsonb_strip_nulls(changes -> 'exit_hud_elements'));
END
$$;
COMMENT ON FUNCTION check_enrollment_changes(jsonb) IS 'Used by edit_enrollment(). Raises 22023 (malformed, unknown key or code), 22004 (null).';

CREATE OR REPLACE FUNCTION changed_enrollment(stored enrollment, changes jsonb) RETURNS enrollment
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an enrollment with the changes in it. HUD elements are changed one by one, null takes one away.
DECLARE
	changed enrollment := jsonb_populate_record(stored, changes - ARRAY['date_updated', 'hud_elements', 'exit_hud_elements']);
BEGIN
	IF changes ? 'grant_id' THEN
		changed.grant_award_id := json_id(changes, 'grant_id');
	END IF;
	IF stored.exit_date IS NULL AND changes ?| ARRAY['exit_date', 'destination', 'exit_hud_elements'] THEN
		RAISE EXCEPTION 'the client has not exited' USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Use exit_enrollment().';
	END IF;
	changed.hud_elements := nullif(jsonb_strip_nulls(coalesce(stored.hud_elements, '{}') || coalesce(changes -> 'hud_elements', '{}')), '{}');
	changed.exit_hud_elements := nullif(jsonb_strip_nulls(coalesce(stored.exit_hud_elements, '{}')
		|| coalesce(changes -> 'exit_hud_elements', '{}')), '{}');
	RETURN changed;
END
$$;
COMMENT ON FUNCTION changed_enrollment(enrollment, jsonb) IS
'Used by edit_enrollment(), after check_enrollment_changes(). Raises 55000 (exit fields of an enrollment that is open), 22008 (no such
day).';

CREATE OR REPLACE FUNCTION edit_enrollment(enrollment_id bigint, changes jsonb, confirm_warnings boolean DEFAULT false)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes an enrollment that nobody has changed since the caller read it, under the guard, and returns when it was changed.
DECLARE
	stored enrollment;
	new enrollment;
	changed_at timestamptz;
	before boolean;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_enrollment_changes(changes);
	stored := enrollment_to_change(enrollment_id, (changes ->> 'date_updated')::timestamptz);
	new := changed_enrollment(stored, changes);
	PERFORM enrollment_of_form(new.program_id, new.entry_date, json_id(changes, 'grant_id'), json_id(changes, 'household_id'),
		json_text(changes, 'enrollment_coc'));
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	UPDATE enrollment e SET program_id = new.program_id, entry_date = new.entry_date, household_id = new.household_id,
		relationship_to_hoh = new.relationship_to_hoh, grant_award_id = new.grant_award_id, enrollment_coc = upper(new.enrollment_coc),
		living_situation = new.living_situation, disabling_condition = new.disabling_condition, move_in_date = new.move_in_date,
		hud_elements = new.hud_elements, comments = new.comments, exit_date = new.exit_date, destination = new.destination,
		exit_hud_elements = new.exit_hud_elements
	WHERE e.enrollment_id = edit_enrollment.enrollment_id
	RETURNING e.date_updated INTO changed_at;
	PERFORM refuse_warnings(before);
	IF new.exit_date <> stored.exit_date THEN
		PERFORM resume_assignments_of(enrollment_id, stored.exit_date);
		PERFORM end_assignments_of(enrollment_id, new.exit_date);
	END IF;
	RETURN changed_at;
END
$$;
COMMENT ON FUNCTION edit_enrollment(bigint, jsonb, boolean) IS
'Changes an enrollment and returns its new date_updated (ClientTrack: Edit the Enrollment). changes: a jsonb object with date_updated
as it was when the enrollment was read (enrollment_history has it), and of the keys program_id, entry_date, grant_id,
relationship_to_hoh, household_id, enrollment_coc, living_situation, disabling_condition, move_in_date, hud_elements, comments, and of
an exited one exit_date, destination, exit_hud_elements those that change; hud_elements and exit_hud_elements are changed element by
element. Case managers whom the exit ended end with the new one. Raises CT018 (somebody else changed it since: nothing is overwritten),
CT006 (services would be left outside), 22004, 22023 and 22008 (malformed), 55000 (exit of an open one), CT009 (no such live
enrollment) and what enroll_client() raises.';

CREATE OR REPLACE FUNCTION change_head_of_household(enrollment_id bigint, former_head_relationship integer,
	confirm_warnings boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes a member the head of the household, and the head one of its members.
DECLARE
	new_head enrollment;
	before boolean;
BEGIN
	PERFORM refuse_open_workflow();
	new_head := enrollment_to_change(enrollment_id);
	IF new_head.exit_date IS NOT NULL THEN
		RAISE EXCEPTION 'the client has exited' USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = format('Enrollment %s ended on %s.', enrollment_id, new_head.exit_date);
	ELSIF former_head_relationship IS NULL OR former_head_relationship = 1 THEN
		RAISE EXCEPTION 'former_head_relationship must be given, and not 1' USING ERRCODE = 'invalid_parameter_value',
			HINT = '2 child, 3 spouse or partner, 4 other relation, 5 not related (HUD 3.15.1).';
	END IF;
	PERFORM check_hud_code('former_head_relationship', '3.15.1', former_head_relationship);
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	UPDATE enrollment e SET relationship_to_hoh = CASE e.enrollment_id WHEN new_head.enrollment_id THEN 1 ELSE former_head_relationship END
	WHERE e.household_id = new_head.household_id AND e.program_id = new_head.program_id AND e.date_deleted IS NULL
	AND (e.enrollment_id = new_head.enrollment_id OR (e.relationship_to_hoh = 1 AND e.exit_date IS NULL));
	PERFORM refuse_warnings(before);
END
$$;
COMMENT ON FUNCTION change_head_of_household(bigint, integer, boolean) IS
'Makes the member with this enrollment the head of the household (HUD 3.15.1). former_head_relationship: what the head who is enrolled
becomes to the new one, 2 to 5. The relationships of the others are edited with edit_enrollment(). Raises 22023, 55000 (exited), CT009 (no
such live enrollment), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION delete_enrollment(enrollment_id bigint, reason text, with_services boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes an enrollment, where asked with its services, and returns how many services went along. In one statement, so
-- that the guard judges what is left of both. A service that is being recorded on it is waited for, and goes along.
DECLARE
	services bigint;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_given('reason', reason);
	PERFORM enrollment_to_change(enrollment_id);
	PERFORM FROM enrollment e WHERE e.enrollment_id = delete_enrollment.enrollment_id FOR UPDATE;
	WITH gone AS (
		UPDATE client_service s SET date_deleted = now(), delete_reason = reason
		WHERE delete_enrollment.with_services AND s.enrollment_id = delete_enrollment.enrollment_id AND s.date_deleted IS NULL RETURNING 1
	), enrollments AS (
		UPDATE enrollment e SET date_deleted = now(), delete_reason = reason
		WHERE e.enrollment_id = delete_enrollment.enrollment_id)
	SELECT count(*) INTO services FROM gone;
	RETURN services;
END
$$;
COMMENT ON FUNCTION delete_enrollment(bigint, text, boolean) IS
'Soft-deletes an enrollment with a reason (ClientTrack: Delete Enrollment), and returns how many services went with it. with_services:
deletes the services that stand on it too, with the same reason; else it is refused while there are any. Assessments, goals and
plans stay with the client. Raises 22004 (no reason), CT006 (services stand on it), CT009 (no such live enrollment), CT015 (a service in
a locked period), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION restore_enrollment(enrollment_id bigint, confirm_warnings boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Brings a deleted enrollment back, with the services that were deleted with it, and returns how many these are.
DECLARE
	deleted enrollment;
	services bigint;
	before boolean;
BEGIN
	PERFORM refuse_open_workflow();
	SELECT e.* INTO deleted FROM enrollment e
	WHERE e.enrollment_id = restore_enrollment.enrollment_id AND e.date_deleted IS NOT NULL FOR NO KEY UPDATE;
	IF deleted.enrollment_id IS NULL THEN
		RAISE EXCEPTION 'there is no deleted enrollment % to restore', coalesce(enrollment_id::text, 'null') USING ERRCODE = 'CT009';
	END IF;
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	WITH enrollments AS (
		UPDATE enrollment e SET date_deleted = NULL, delete_reason = NULL WHERE e.enrollment_id = deleted.enrollment_id
	), back AS (
		UPDATE client_service s SET date_deleted = NULL, delete_reason = NULL
		WHERE s.enrollment_id = deleted.enrollment_id AND s.date_deleted = deleted.date_deleted
		AND s.delete_reason IS NOT DISTINCT FROM deleted.delete_reason RETURNING 1)
	SELECT count(*) INTO services FROM back;
	PERFORM refuse_warnings(before);
	RETURN services;
END
$$;
COMMENT ON FUNCTION restore_enrollment(bigint, boolean) IS
'Restores a deleted enrollment with the services that were deleted along with it, judged by today''s rules as new ones are, and returns
how many services these are. Raises CT009 (no such deleted enrollment) and what enroll_client() and record_service() raise.';
