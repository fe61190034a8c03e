-- Follow-ups: assessments that are to be made again by a day, and the annual assessments that HUD wants.

-- Initiating.

CREATE OR REPLACE FUNCTION check_initiating(client_id bigint, assessment_id bigint) RETURNS date
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the day of the assessment that a follow-up follows, which is a live one of the client; null for null.
DECLARE
	day date;
BEGIN
	SELECT a.assessment_date INTO day FROM assessment a
	WHERE a.assessment_id = check_initiating.assessment_id AND a.client_id = check_initiating.client_id AND a.date_deleted IS NULL;
	IF day IS NULL AND assessment_id IS NOT NULL THEN
		RAISE EXCEPTION 'assessment % is not one of client %', assessment_id, client_id USING ERRCODE = 'CT009';
	END IF;
	RETURN day;
END
$$;
COMMENT ON FUNCTION check_initiating(bigint, bigint) IS 'Used by initiate_follow_up(). Raises CT009 (no such live assessment of the client).';

CREATE OR REPLACE FUNCTION follow_up_day(type_id bigint, due_date date, begin_date date) RETURNS date
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the day when a follow-up is due: the one given, or as many days after it begins as its type says.
DECLARE
	due CONSTANT date := coalesce(due_date, begin_date + (SELECT t.follow_up_days FROM assessment_type t
		WHERE t.assessment_type_id = type_id));
BEGIN
	IF due IS NULL THEN
		RAISE EXCEPTION 'due_date must be given' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'The type of assessment does not say after how many days a follow-up is due.';
	END IF;
	PERFORM check_date('due_date', due);
	IF due < begin_date THEN
		RAISE EXCEPTION 'due_date must not be before the assessment that it follows: % and %', due, begin_date
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN due;
END
$$;
COMMENT ON FUNCTION follow_up_day(bigint, date, date) IS
'Used by initiate_follow_up(). Raises 22004 (no day), 22008 (infinite), 22023 (before the assessment).';

CREATE OR REPLACE FUNCTION initiate_follow_up(client_id bigint, type text, due_date date DEFAULT NULL, enrollment_id bigint DEFAULT NULL,
	assigned_user_id bigint DEFAULT NULL, initiated_by_assessment_id bigint DEFAULT NULL, comments text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Notes that an assessment of the client is to be made by a day, and returns the follow-up's id.
DECLARE
	type_id CONSTANT bigint := assessment_type_to_enter(type);
	followed date;
	keeper bigint;
	new_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_client(client_id), check_references(NULL, NULL, NULL, assigned_user_id);
	followed := check_initiating(client_id, initiated_by_assessment_id);
	keeper := coalesce(check_own_enrollment(enrollment_id, client_id), clienttrack.current_organization(@schema@::regnamespace));
	INSERT INTO assessment_follow_up (client_id, assessment_type_id, enrollment_id, initiated_by_assessment_id, due_date, assigned_user_id,
		comments, security_organization_id)
	VALUES (initiate_follow_up.client_id, type_id, initiate_follow_up.enrollment_id, initiate_follow_up.initiated_by_assessment_id,
		follow_up_day(type_id, initiate_follow_up.due_date, CASE WHEN initiate_follow_up.due_date IS NULL
			THEN coalesce(followed, current_date) ELSE followed END),
		initiate_follow_up.assigned_user_id, initiate_follow_up.comments, keeper)
	RETURNING assessment_follow_up_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION initiate_follow_up(bigint, text, date, bigint, bigint, bigint, text) IS
'Notes that an assessment is to be made of a client, and returns the assessment_follow_up_id (ClientTrack: Initiating Follow-up
Assessments). type: assessment_type_code. due_date: by when, default follow_up_days of the type after the assessment that it
follows, or after today. enrollment_id: the client''s, null: any. assigned_user_id: who is to make it. initiated_by_assessment_id: the
client''s assessment that it follows. It is completed by the first assessment of that type, client and organization, and of the enrollment
where it has one, that is dated after the one that it follows (without one: on the day when it was initiated, or later) and not more
than 30 days before it is due: as HUD dates annual assessments. Others complete it with complete_follow_up(). Raises 22004 (null, or
no due_date), 22008 (infinite), 22023 (before the assessment that it follows), 42501 (a sensitive type without the right
read_sensitive), CT009 (no such client, active type, enrollment, user, or assessment of the client), CT023 (a workflow is open).';

-- What an assessment does to follow-ups, whoever writes it.

CREATE OR REPLACE FUNCTION complete_follow_ups() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- Completes the open follow-ups that assessments answer, each by the first that does, and opens those whose assessment is gone. A merge
-- moves assessments and completes nothing: whoever takes it back could not tell what was open before.
BEGIN
	IF current_setting('clienttrack.history', true) = 'merge'
			AND pg_has_role((SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID), 'USAGE') THEN
		RETURN NULL;
	END IF;
	IF TG_OP = 'UPDATE' THEN
		UPDATE assessment_follow_up f SET completed_by_assessment_id = NULL FROM new_rows a
		WHERE a.date_deleted IS NOT NULL AND f.completed_by_assessment_id = a.assessment_id AND f.client_id = a.client_id;
	END IF;
	UPDATE assessment_follow_up f SET completed_by_assessment_id = m.assessment_id
	FROM (SELECT DISTINCT ON (o.assessment_follow_up_id) o.assessment_follow_up_id, a.assessment_id
		FROM new_rows a JOIN assessment_follow_up o ON o.client_id = a.client_id AND o.assessment_type_id = a.assessment_type_id
		LEFT JOIN assessment i ON i.assessment_id = o.initiated_by_assessment_id
		WHERE o.completed_by_assessment_id IS NULL AND o.canceled_date IS NULL AND o.date_deleted IS NULL AND a.date_deleted IS NULL
		AND o.security_organization_id IS NOT DISTINCT FROM a.security_organization_id
		AND (o.enrollment_id IS NULL OR o.enrollment_id = a.enrollment_id)
		AND a.assessment_date > coalesce(i.assessment_date, o.date_created::date - 1) AND a.assessment_date >= o.due_date - 30
		AND a.assessment_id IS DISTINCT FROM o.initiated_by_assessment_id
		ORDER BY o.assessment_follow_up_id, a.assessment_date, a.assessment_id) m
	WHERE f.assessment_follow_up_id = m.assessment_follow_up_id AND f.completed_by_assessment_id IS NULL AND f.canceled_date IS NULL
	AND f.date_deleted IS NULL;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION complete_follow_ups() IS
'Trigger of assessment, AFTER INSERT OR UPDATE FOR EACH STATEMENT: see initiate_follow_up(). Others'' follow-ups are left alone, so
that whoever sees a follow-up sees what completed it. merge_clients() and unmerge_clients() complete none.';
CREATE OR REPLACE TRIGGER complete_follow_ups_insert AFTER INSERT ON assessment REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION complete_follow_ups();
CREATE OR REPLACE TRIGGER complete_follow_ups_update AFTER UPDATE ON assessment REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION complete_follow_ups();

-- What users do with them.

CREATE OR REPLACE FUNCTION follow_up_to_change(assessment_follow_up_id bigint) RETURNS assessment_follow_up
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a follow-up that is not completed or canceled, locked.
DECLARE
	stored assessment_follow_up;
BEGIN
	PERFORM refuse_open_workflow();
	SELECT f.* INTO stored FROM assessment_follow_up f
	WHERE f.assessment_follow_up_id = follow_up_to_change.assessment_follow_up_id AND f.date_deleted IS NULL FOR NO KEY UPDATE;
	IF stored.assessment_follow_up_id IS NULL THEN
		RAISE EXCEPTION 'there is no follow-up %', coalesce(assessment_follow_up_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is another organization''s.';
	END IF;
	IF num_nonnulls(stored.completed_by_assessment_id, stored.canceled_date) > 0 THEN
		RAISE EXCEPTION 'follow-up % is % already', assessment_follow_up_id,
			CASE WHEN stored.canceled_date IS NULL THEN 'completed' ELSE 'canceled' END
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Initiate another one with initiate_follow_up().';
	END IF;
	RETURN stored;
END
$$;
COMMENT ON FUNCTION follow_up_to_change(bigint) IS
'Used by complete_follow_up() and others. Raises CT009 (no such live follow-up), 55000 (completed or canceled), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION complete_follow_up(assessment_follow_up_id bigint, assessment_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Says which assessment of the client completed a follow-up. It is written as it is, so that whoever deletes it meanwhile waits, and
-- then sees the follow-up, or is told to try again.
DECLARE
	stored CONSTANT assessment_follow_up := follow_up_to_change(assessment_follow_up_id);
BEGIN
	UPDATE assessment a SET assessment_date = a.assessment_date
	WHERE a.assessment_id = complete_follow_up.assessment_id AND a.client_id = stored.client_id
	AND a.assessment_type_id = stored.assessment_type_id AND a.date_deleted IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'assessment % is not one of that type of client %', coalesce(assessment_id::text, 'null'), stored.client_id
			USING ERRCODE = 'CT009';
	END IF;
	UPDATE assessment_follow_up f SET completed_by_assessment_id = complete_follow_up.assessment_id
	WHERE f.assessment_follow_up_id = stored.assessment_follow_up_id;
END
$$;
COMMENT ON FUNCTION complete_follow_up(bigint, bigint) IS
'Completes a follow-up with an assessment of its client and type, whatever its day. Most are completed when the assessment is recorded, see
initiate_follow_up(). Raises CT009 (no such live follow-up, or assessment of that client and type), 55000 (completed or canceled
already), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION cancel_follow_up(assessment_follow_up_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Says that a follow-up will not be made, and why.
DECLARE
	stored CONSTANT assessment_follow_up := follow_up_to_change(assessment_follow_up_id);
BEGIN
	PERFORM check_given('reason', reason);
	UPDATE assessment_follow_up f SET canceled_date = current_date, cancel_reason = reason
	WHERE f.assessment_follow_up_id = stored.assessment_follow_up_id;
END
$$;
COMMENT ON FUNCTION cancel_follow_up(bigint, text) IS
'Cancels a follow-up. reason: why. Raises 22004 (no reason), CT009 (no such live follow-up), 55000 (completed or canceled already),
CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION reschedule_follow_up(assessment_follow_up_id bigint, due_date date DEFAULT NULL,
	assigned_user_id bigint DEFAULT NULL, comments text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes when a follow-up is due, and who is to make it.
DECLARE
	stored CONSTANT assessment_follow_up := follow_up_to_change(assessment_follow_up_id);
	due CONSTANT date := coalesce(due_date, stored.due_date);
BEGIN
	PERFORM check_date('due_date', due), check_references(NULL, NULL, NULL, assigned_user_id);
	UPDATE assessment_follow_up f SET due_date = due,
		assigned_user_id = coalesce(reschedule_follow_up.assigned_user_id, f.assigned_user_id),
		comments = coalesce(reschedule_follow_up.comments, f.comments)
	WHERE f.assessment_follow_up_id = stored.assessment_follow_up_id;
END
$$;
COMMENT ON FUNCTION reschedule_follow_up(bigint, date, bigint, text) IS
'Changes the due date of a follow-up, who is to make it, or its comments; null: as they are. Raises 22008 (infinite), CT009 (no such live
follow-up or user), 55000 (completed or canceled already), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION delete_follow_up(assessment_follow_up_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes a follow-up.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM delete_row('assessment_follow_up', 'assessment_follow_up_id', assessment_follow_up_id, reason);
END
$$;
COMMENT ON FUNCTION delete_follow_up(bigint, text) IS
'Soft-deletes a follow-up that was entered by mistake; one that will not be made is canceled. Raises 22004 (id or reason not given),
CT009 (no such live follow-up), CT023 (a workflow is open).';

-- Lists.

CREATE OR REPLACE FUNCTION follow_up_status(due_date date, completed_by_assessment_id bigint, canceled_date date, as_of date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Tells how a follow-up stands on a day.
RETURN CASE WHEN completed_by_assessment_id IS NOT NULL THEN 'completed' WHEN canceled_date IS NOT NULL THEN 'canceled'
	WHEN due_date < as_of THEN 'overdue' WHEN due_date = as_of THEN 'due' ELSE 'open' END;
COMMENT ON FUNCTION follow_up_status(date, bigint, date, date) IS
'completed, canceled, overdue (due before the day), due (on it) or open (later).';

CREATE OR REPLACE VIEW assessment_follow_up_list AS
SELECT f.assessment_follow_up_id, f.client_id, t.assessment_type_code, t.assessment_type_name, f.due_date,
	follow_up_status(f.due_date, f.completed_by_assessment_id, f.canceled_date, current_date) AS status,
	CASE WHEN num_nonnulls(f.completed_by_assessment_id, f.canceled_date) = 0 AND f.due_date < current_date
		THEN current_date - f.due_date ELSE 0 END AS days_overdue,
	f.enrollment_id, p.program_id, p.program_name, f.assigned_user_id,
	user_name(u) AS assigned_to, f.initiated_by_assessment_id,
	i.assessment_date AS initiated_by_date, f.completed_by_assessment_id, c.assessment_date AS completed_date, f.canceled_date,
	f.cancel_reason, f.comments, f.date_created, f.date_updated
FROM assessment_follow_up f
JOIN assessment_type t ON t.assessment_type_id = f.assessment_type_id
LEFT JOIN enrollment e ON e.enrollment_id = f.enrollment_id
LEFT JOIN program p ON p.program_id = e.program_id
LEFT JOIN hmis_user u ON u.user_id = f.assigned_user_id
LEFT JOIN assessment i ON i.assessment_id = f.initiated_by_assessment_id
LEFT JOIN assessment c ON c.assessment_id = f.completed_by_assessment_id
WHERE f.date_deleted IS NULL
ORDER BY f.due_date, f.assessment_follow_up_id;
ALTER VIEW assessment_follow_up_list SET (security_invoker = true);
COMMENT ON VIEW assessment_follow_up_list IS 'Follow-ups with how they stand today, the longest due first.';
COMMENT ON COLUMN assessment_follow_up_list.assessment_follow_up_id IS 'Identifier.';
COMMENT ON COLUMN assessment_follow_up_list.client_id IS 'The client.';
COMMENT ON COLUMN assessment_follow_up_list.assessment_type_code IS 'Code of what is to be asked.';
COMMENT ON COLUMN assessment_follow_up_list.assessment_type_name IS 'What is to be asked.';
COMMENT ON COLUMN assessment_follow_up_list.due_date IS 'When it is due.';
COMMENT ON COLUMN assessment_follow_up_list.status IS 'open (due later), due (today), overdue, completed or canceled.';
COMMENT ON COLUMN assessment_follow_up_list.days_overdue IS 'For how many days it has been overdue; 0 when it is not.';
COMMENT ON COLUMN assessment_follow_up_list.enrollment_id IS 'The enrollment that it belongs to.';
COMMENT ON COLUMN assessment_follow_up_list.program_id IS 'The program of the enrollment.';
COMMENT ON COLUMN assessment_follow_up_list.program_name IS 'Name of the program.';
COMMENT ON COLUMN assessment_follow_up_list.assigned_user_id IS 'Who is to make it.';
COMMENT ON COLUMN assessment_follow_up_list.assigned_to IS 'Name of the user who is to make it.';
COMMENT ON COLUMN assessment_follow_up_list.initiated_by_assessment_id IS 'The assessment that it follows.';
COMMENT ON COLUMN assessment_follow_up_list.initiated_by_date IS 'When that was made.';
COMMENT ON COLUMN assessment_follow_up_list.completed_by_assessment_id IS 'The assessment that completed it.';
COMMENT ON COLUMN assessment_follow_up_list.completed_date IS 'The day of that assessment.';
COMMENT ON COLUMN assessment_follow_up_list.canceled_date IS 'When it was canceled.';
COMMENT ON COLUMN assessment_follow_up_list.cancel_reason IS 'Why it was canceled.';
COMMENT ON COLUMN assessment_follow_up_list.comments IS 'Comments.';
COMMENT ON COLUMN assessment_follow_up_list.date_created IS 'When it was initiated.';
COMMENT ON COLUMN assessment_follow_up_list.date_updated IS 'When it was last changed.';

CREATE OR REPLACE FUNCTION due_follow_ups(as_of date DEFAULT current_date, user_id bigint DEFAULT NULL)
RETURNS TABLE (assessment_follow_up_id bigint, client_id bigint, assessment_type_code text, assessment_type_name text, due_date date,
	status text, days_overdue integer, enrollment_id bigint, program_name text, assigned_user_id bigint, assigned_to text, comments text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the follow-ups that are due by a day and neither completed nor canceled, the longest due first.
	SELECT l.assessment_follow_up_id, l.client_id, l.assessment_type_code, l.assessment_type_name, l.due_date,
		follow_up_status(l.due_date, NULL, NULL, due_follow_ups.as_of), due_follow_ups.as_of - l.due_date, l.enrollment_id,
		l.program_name, l.assigned_user_id, l.assigned_to, l.comments
	FROM assessment_follow_up_list l
	WHERE l.due_date <= due_follow_ups.as_of AND l.completed_by_assessment_id IS NULL AND l.canceled_date IS NULL
	AND (due_follow_ups.user_id IS NULL OR l.assigned_user_id = due_follow_ups.user_id)
	ORDER BY l.due_date, l.assessment_follow_up_id;
END;
COMMENT ON FUNCTION due_follow_ups(date, bigint) IS
'The follow-ups in sight of the caller that are due or overdue on a day. as_of: current_date + 7 shows those of the coming week too.
user_id: those assigned to a user, null: all. days_overdue: 0 for those due on the day. Raises 22008 (infinite date).';

CREATE OR REPLACE FUNCTION annual_assessments(as_of date DEFAULT current_date, only_program_id bigint DEFAULT NULL, type text DEFAULT NULL)
RETURNS TABLE (enrollment_id bigint, client_id bigint, program_id bigint, program_name text, household_id bigint, is_head boolean,
	anniversary date, first_day date, last_day date, status text, days_overdue integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the heads and adults who are enrolled on a day and lack the annual assessment that can be made by then.
	WITH member AS (
		SELECT e.enrollment_id, e.client_id, e.program_id, e.household_id, e.entry_date, e.relationship_to_hoh = 1 AS is_head, c.dob,
			coalesce(h.entry_date, e.entry_date) AS head_entry,
			extract(year FROM CASE WHEN isfinite(annual_assessments.as_of) THEN annual_assessments.as_of END)::integer AS year
		FROM enrollment e JOIN client c ON c.client_id = e.client_id
		LEFT JOIN LATERAL (SELECT x.entry_date FROM enrollment x WHERE x.household_id = e.household_id AND x.program_id = e.program_id
			AND x.relationship_to_hoh = 1 AND x.date_deleted IS NULL
			ORDER BY x.exit_date DESC NULLS FIRST, x.enrollment_id LIMIT 1) h ON true
		WHERE e.date_deleted IS NULL AND isfinite(annual_assessments.as_of) AND e.entry_date <= annual_assessments.as_of
		AND (e.exit_date IS NULL OR e.exit_date > annual_assessments.as_of)
		AND (annual_assessments.only_program_id IS NULL OR e.program_id = annual_assessments.only_program_id)
		AND sees_program(@schema@::regnamespace, e.program_id)
	), yearly AS (
		SELECT m.*, (SELECT max(d.day) FROM (SELECT (m.head_entry + make_interval(years => n.years))::date AS day FROM generate_series(
				m.year - extract(year FROM m.head_entry)::integer - 1, m.year - extract(year FROM m.head_entry)::integer + 1) n (years)) d
			WHERE d.day <= annual_assessments.as_of + 30) AS anniversary
		FROM member m WHERE m.is_head OR m.dob IS NULL OR m.dob + interval '18 years' <= annual_assessments.as_of)
	SELECT y.enrollment_id, y.client_id, y.program_id, p.program_name, y.household_id, y.is_head, y.anniversary, y.anniversary - 30,
		y.anniversary + 30, CASE WHEN annual_assessments.as_of > y.anniversary + 30 THEN 'overdue' ELSE 'due' END,
		greatest(annual_assessments.as_of - (y.anniversary + 30), 0)
	FROM yearly y JOIN program p ON p.program_id = y.program_id
	WHERE y.anniversary > y.head_entry AND y.entry_date <= y.anniversary
	AND coalesce(assessment_type_of(annual_assessments.type) > 0, true) -- once, so that it raises for a type that is not there
	AND NOT EXISTS (SELECT FROM assessment a WHERE a.enrollment_id = y.enrollment_id AND a.date_deleted IS NULL
		AND a.data_collection_stage = 5 AND a.assessment_date BETWEEN y.anniversary - 30 AND y.anniversary + 30
		AND a.assessment_type_id = coalesce(assessment_type_of(annual_assessments.type), a.assessment_type_id))
	ORDER BY y.anniversary, y.household_id, y.is_head DESC, y.enrollment_id;
END;
COMMENT ON FUNCTION annual_assessments(date, bigint, text) IS
'Whose annual assessment is due or overdue on a day: heads of household and adults who are enrolled, in programs of the caller''s
organizations. HUD wants one with data collection stage 5 within 30 days before or after each anniversary of the day when the head of
household entered (HMIS Data Standards, 5.03.1). Whoever entered after that anniversary has time until the next; who has no date of
birth counts as an adult. only_program_id: null: all. type: an assessment_type_code, null: any assessment of that stage will do. status: due
(first_day to last_day is now) or overdue, for days_overdue days. Raises CT009 (no such type).';
