-- Case managers: who is assigned to which clients and enrollments, and the case load of each.

CREATE OR REPLACE FUNCTION check_case_manager(case_manager_user_id bigint, client_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a user can be assigned to clients: is active, and works for an organization that sees them, if for any.
DECLARE
	unseen bigint;
	own CONSTANT bigint[] := ARRAY(SELECT o.organization_id FROM user_organization o
		WHERE o.member_user_id = case_manager_user_id AND o.date_deleted IS NULL);
BEGIN
	PERFORM check_active_users(ARRAY[case_manager_user_id]);
	SELECT c.client_id INTO unseen FROM client c
	WHERE c.client_id = ANY (client_ids) AND own <> '{}' AND NOT c.security_organization_id = ANY (own)
	AND NOT c.serving_organization_ids && own AND NOT EXISTS (SELECT FROM information_release r
		WHERE r.client_id = c.client_id AND r.released_to_organization_id = ANY (own) AND r.date_deleted IS NULL
		AND current_date BETWEEN r.begin_date AND r.end_date AND (r.revoked_date IS NULL OR current_date < r.revoked_date))
	ORDER BY c.client_id LIMIT 1;
	IF unseen IS NOT NULL THEN
		RAISE EXCEPTION 'user % does not see client %', case_manager_user_id, unseen USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Assign somebody of an organization that serves the client.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_case_manager(bigint, bigint[]) IS
'Used by the functions that assign case managers. They need not be of the caller''s organization. Raises CT009 (no such active user in
sight), 22023 (none of the user''s organizations serves the client, nor was the client released to one).';

CREATE OR REPLACE FUNCTION lock_clients(client_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes others who assign case managers to these clients wait.
BEGIN
	PERFORM FROM client c WHERE c.client_id = ANY (client_ids) ORDER BY c.client_id FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION lock_clients(bigint[]) IS
'Used by the functions that assign case managers: what one of them did is seen by the next. Of clients that the caller may not change
none is locked, and the guard refuses the second.';

CREATE OR REPLACE FUNCTION check_own_program(enrollment_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that an enrollment is in a program of the caller's organizations, and not only released to them.
DECLARE
	program CONSTANT bigint := (SELECT e.program_id FROM enrollment e WHERE e.enrollment_id = check_own_program.enrollment_id);
BEGIN
	IF NOT clienttrack.sees_program(@schema@::regnamespace, program) THEN
		RAISE EXCEPTION 'program % is not one of your organizations''', program USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;
COMMENT ON FUNCTION check_own_program(bigint) IS 'Used by assign_case_manager(): null passes. Raises 42501.';

CREATE OR REPLACE FUNCTION last_assignment_day(enrollment_id bigint) RETURNS date
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the last day on which somebody can be assigned to an enrollment.
	SELECT e.exit_date FROM enrollment e WHERE e.enrollment_id = last_assignment_day.enrollment_id;
END;
COMMENT ON FUNCTION last_assignment_day(bigint) IS 'Used by assign_case_manager(): the exit date; null while the client is enrolled.';

CREATE OR REPLACE FUNCTION end_previous_primary(client_id bigint, enrollment_id bigint, day date) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Ends the primary assignment that holds on a day, of the enrollment, or in the caller's organization of the client as such.
	UPDATE case_assignment a SET end_date = day, end_reason = 'Replaced'
	WHERE a.client_id = end_previous_primary.client_id AND a.enrollment_id IS NOT DISTINCT FROM end_previous_primary.enrollment_id
	AND a.is_primary AND a.date_deleted IS NULL AND a.begin_date <= day AND (a.end_date IS NULL OR a.end_date > day)
	AND (a.enrollment_id IS NOT NULL OR a.security_organization_id IS NOT DISTINCT FROM current_organization(@schema@::regnamespace));
END;
COMMENT ON FUNCTION end_previous_primary(bigint, bigint, date) IS 'Used by assign_case_manager().';

CREATE OR REPLACE FUNCTION next_primary_begins(client_id bigint, enrollment_id bigint, day date) RETURNS date
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns when the next primary assignment after a day begins, of the enrollment, or in the caller's organization of the client.
	SELECT min(a.begin_date) FROM case_assignment a
	WHERE a.client_id = next_primary_begins.client_id AND a.enrollment_id IS NOT DISTINCT FROM next_primary_begins.enrollment_id
	AND a.is_primary AND a.date_deleted IS NULL AND a.begin_date > day AND (a.end_date IS NULL OR a.end_date > a.begin_date)
	AND (a.enrollment_id IS NOT NULL OR a.security_organization_id IS NOT DISTINCT FROM current_organization(@schema@::regnamespace));
END;
COMMENT ON FUNCTION next_primary_begins(bigint, bigint, date) IS 'Used by assign_case_manager(): null where none does.';

CREATE OR REPLACE FUNCTION same_assignment(client_id bigint, enrollment_id bigint, case_manager_user_id bigint, day date, is_primary boolean,
	assignment_role text) RETURNS bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the assignment without an end that says already what the arguments say.
	SELECT min(a.case_assignment_id) FROM case_assignment a
	WHERE a.client_id = same_assignment.client_id AND a.enrollment_id IS NOT DISTINCT FROM same_assignment.enrollment_id
	AND a.case_manager_user_id = same_assignment.case_manager_user_id AND a.is_primary = same_assignment.is_primary
	AND a.assignment_role = same_assignment.assignment_role
	AND a.date_deleted IS NULL AND a.begin_date <= day AND a.end_date IS NULL
	AND (a.enrollment_id IS NOT NULL OR a.security_organization_id IS NOT DISTINCT FROM current_organization(@schema@::regnamespace));
END;
COMMENT ON FUNCTION same_assignment(bigint, bigint, bigint, date, boolean, text) IS 'Used by assign_case_manager(): null where there is none.';

CREATE OR REPLACE FUNCTION assign_case_manager(client_id bigint, case_manager_user_id bigint, enrollment_id bigint DEFAULT NULL,
	begin_date date DEFAULT current_date, is_primary boolean DEFAULT true, assignment_role text DEFAULT 'Case Manager')
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Assigns a case manager from a day on, in place of the primary one of that day, and returns the id of the assignment.
DECLARE
	last_day date;
	assignment_id bigint;
BEGIN
	PERFORM check_case_client(client_id, enrollment_id), check_date('begin_date', begin_date);
	IF num_nulls(case_manager_user_id, is_primary) > 0 THEN
		RAISE EXCEPTION 'case_manager_user_id and is_primary must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_own_program(enrollment_id), check_given('assignment_role', assignment_role), check_case_manager(case_manager_user_id, ARRAY[client_id]);
	PERFORM lock_clients(ARRAY[client_id]);
	last_day := last_assignment_day(enrollment_id);
	IF begin_date > last_day THEN
		RAISE EXCEPTION 'the client left enrollment % on %', enrollment_id, last_day USING ERRCODE = 'CT008';
	END IF;
	assignment_id := same_assignment(client_id, enrollment_id, case_manager_user_id, begin_date, is_primary, assignment_role);
	IF assignment_id IS NULL THEN
		IF is_primary THEN
			PERFORM end_previous_primary(client_id, enrollment_id, begin_date);
		END IF;
		INSERT INTO case_assignment AS a (client_id, enrollment_id, case_manager_user_id, is_primary, assignment_role, begin_date, end_date)
		VALUES (assign_case_manager.client_id, assign_case_manager.enrollment_id, assign_case_manager.case_manager_user_id,
			assign_case_manager.is_primary, assign_case_manager.assignment_role, assign_case_manager.begin_date, least(last_day + 1,
			CASE WHEN assign_case_manager.is_primary THEN next_primary_begins(assign_case_manager.client_id,
				assign_case_manager.enrollment_id, assign_case_manager.begin_date) END))
		RETURNING a.case_assignment_id INTO assignment_id;
	END IF;
	RETURN assignment_id;
END
$$;
COMMENT ON FUNCTION assign_case_manager(bigint, bigint, bigint, date, boolean, text) IS
'Assigns a user to a client, or to an enrollment of the client, and returns the case_assignment_id. begin_date: may be back-dated or in
the future. is_primary: of an enrollment, and in an organization of a client as such, there is one at a time: the one who holds on
begin_date ends then, and where another begins later the new one ends when that does. Whoever has the assignment already keeps it, with
the id that it has. assignment_role: what the user does for the client. Of an enrollment that the client left, it ends the day after.
Raises 22004, 22008 (infinite date), 22023 (no organization of the user serves the client), 42501 (an enrollment in
another organization''s program), CT008 (before birth, or after the exit), CT009
(no such client, enrollment of the client, or active user), CT022 (somebody else assigned one at the same time), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION end_case_assignment(case_assignment_id bigint, end_date date DEFAULT current_date, reason text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends an assignment, or ends it earlier than it would.
DECLARE
	stored record;
BEGIN
	PERFORM refuse_open_workflow(), check_date('end_date', end_date);
	SELECT a.begin_date, a.end_date INTO stored FROM case_assignment a
	WHERE a.case_assignment_id = end_case_assignment.case_assignment_id AND a.date_deleted IS NULL FOR NO KEY UPDATE;
	IF stored.begin_date IS NULL THEN
		RAISE EXCEPTION 'there is no case assignment %', coalesce(case_assignment_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is not in your sight.';
	ELSIF stored.end_date <= end_date THEN
		RAISE EXCEPTION 'case assignment % ends on % already', case_assignment_id, stored.end_date
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	PERFORM check_not_before('end_date', end_date, 'begin_date', stored.begin_date);
	UPDATE case_assignment a SET end_date = end_case_assignment.end_date, end_reason = end_case_assignment.reason
	WHERE a.case_assignment_id = end_case_assignment.case_assignment_id;
END
$$;
COMMENT ON FUNCTION end_case_assignment(bigint, date, text) IS
'Ends an assignment. end_date: the first day on which it no longer holds; may be in the future. reason: why, may be left out.
Raises 55000 (it ends then or earlier already), 22004, 22008, 22023 (before it begins), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION end_assignments_of(enrollment_id bigint, exit_date date, reason text DEFAULT 'Exited') RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends what assignments to an enrollment would go on after the client's exit, and returns how many.
DECLARE
	ended bigint;
BEGIN
	PERFORM check_date('exit_date', exit_date);
	UPDATE case_assignment a SET end_date = greatest(a.begin_date, end_assignments_of.exit_date + 1), end_reason = end_assignments_of.reason
	WHERE a.enrollment_id = end_assignments_of.enrollment_id AND a.date_deleted IS NULL
	AND (a.end_date IS NULL OR a.end_date > greatest(a.begin_date, end_assignments_of.exit_date + 1));
	GET DIAGNOSTICS ended = ROW_COUNT;
	RETURN ended;
END
$$;
COMMENT ON FUNCTION end_assignments_of(bigint, date, text) IS
'Used by exit_enrollment(): assignments to the enrollment end on the day after exit_date, the first on which they no longer hold; one that
would begin later never holds. Assignments to the client as such go on. Raises 22004, 22008.';

CREATE OR REPLACE FUNCTION resume_assignments_of(enrollment_id bigint, exit_date date, reason text DEFAULT 'Exited') RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes back what end_assignments_of() did, of users who are active and where no other primary one came after, and returns how many.
DECLARE
	resumed bigint;
BEGIN
	UPDATE case_assignment a SET end_date = NULL, end_reason = NULL
	WHERE a.enrollment_id = resume_assignments_of.enrollment_id AND a.date_deleted IS NULL AND a.end_reason = resume_assignments_of.reason
	AND a.end_date = greatest(a.begin_date, resume_assignments_of.exit_date + 1)
	AND EXISTS (SELECT FROM hmis_user u WHERE u.user_id = a.case_manager_user_id AND u.active AND u.date_deleted IS NULL)
	AND NOT (a.is_primary AND EXISTS (SELECT FROM case_assignment o
		WHERE o.enrollment_id = a.enrollment_id AND o.case_assignment_id <> a.case_assignment_id AND o.is_primary
		AND o.date_deleted IS NULL AND coalesce(o.end_date, 'infinity') > a.end_date));
	GET DIAGNOSTICS resumed = ROW_COUNT;
	RETURN resumed;
END
$$;
COMMENT ON FUNCTION resume_assignments_of(bigint, date, text) IS
'Used by reopen_enrollment() and edit_enrollment(): exit_date is the one that is taken back, reason what end_assignments_of() gave.';

CREATE OR REPLACE FUNCTION delete_case_assignment(case_assignment_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes an assignment.
	SELECT delete_case_row('case_assignment', case_assignment_id, reason);
END;
COMMENT ON FUNCTION delete_case_assignment(bigint, text) IS
'Soft-deletes an assignment that was entered by mistake, with a reason; the one that it replaced stays ended. Raises 22004 (id or reason
not given), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION restore_case_assignment(case_assignment_id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores an assignment.
	SELECT restore_case_row('case_assignment', case_assignment_id);
END;
COMMENT ON FUNCTION restore_case_assignment(bigint) IS
'Restores a deleted assignment. Raises CT008, CT009 (no such deleted one), CT022 (there is another primary one at that time), CT023.';

-- Re-assigning a case load.

CREATE OR REPLACE FUNCTION assignments_to_move(from_user_id bigint, begin_date date, client_ids bigint[], program_id bigint)
RETURNS SETOF case_assignment
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the assignments of a user that hold on a day or begin later, of some clients or a program if they are given.
	SELECT a.* FROM case_assignment a LEFT JOIN enrollment e ON e.enrollment_id = a.enrollment_id
	WHERE a.case_manager_user_id = from_user_id AND a.date_deleted IS NULL
	AND (a.end_date IS NULL OR a.end_date > greatest(a.begin_date, assignments_to_move.begin_date))
	AND (client_ids IS NULL OR a.client_id = ANY (client_ids))
	AND (assignments_to_move.program_id IS NULL OR e.program_id = assignments_to_move.program_id);
END;
COMMENT ON FUNCTION assignments_to_move(bigint, date, bigint[], bigint) IS
'Used by reassign_case_load(): those in the caller''s sight. client_ids, program_id: null for all.';

CREATE OR REPLACE FUNCTION check_reassignment(from_user_id bigint, to_user_id bigint, begin_date date, client_ids bigint[],
	program_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a case load can be moved from one user to another as a whole.
DECLARE
	missing bigint;
	moved CONSTANT bigint[] := ARRAY(SELECT DISTINCT m.client_id
		FROM assignments_to_move(from_user_id, begin_date, client_ids, program_id) m);
BEGIN
	SELECT i.id INTO missing FROM unnest(client_ids) i (id) WHERE i.id <> ALL (moved) LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'user % is not assigned to client %', from_user_id, missing USING ERRCODE = 'CT009',
			DETAIL = 'Nothing was re-assigned.', HINT = 'See case_load.';
	END IF;
	PERFORM check_case_manager(to_user_id, moved);
END
$$;
COMMENT ON FUNCTION check_reassignment(bigint, bigint, date, bigint[], bigint) IS
'Used by reassign_case_load(). Raises CT009 (a client in client_ids is not in the case load; no such active user), 22023 (no organization
of the user serves a client).';

CREATE OR REPLACE FUNCTION reassign_case_load(from_user_id bigint, to_user_id bigint, begin_date date DEFAULT current_date,
	reason text DEFAULT NULL, client_ids bigint[] DEFAULT NULL, program_id bigint DEFAULT NULL)
RETURNS TABLE (case_assignment_id bigint, previous_assignment_id bigint, client_id bigint, enrollment_id bigint, is_primary boolean,
	assignment_role text, since date)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Moves the assignments of a user to another from a day on, all or none, and returns them.
#variable_conflict use_column
DECLARE
	moved case_assignment[];
	from_day CONSTANT date := check_date('begin_date', begin_date);
	why CONSTANT text := reason;
BEGIN
	PERFORM refuse_open_workflow();
	IF num_nulls(from_user_id, to_user_id) > 0 OR array_position(client_ids, NULL) IS NOT NULL THEN
		RAISE EXCEPTION 'from_user_id, to_user_id and elements of client_ids must not be null' USING ERRCODE = 'null_value_not_allowed';
	ELSIF from_user_id = to_user_id THEN
		RAISE EXCEPTION 'from_user_id and to_user_id must not be the same' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM lock_clients(ARRAY(SELECT m.client_id FROM assignments_to_move(from_user_id, from_day, client_ids, program_id) m));
	PERFORM check_reassignment(from_user_id, to_user_id, from_day, client_ids, program_id);
	WITH ended AS (
		UPDATE case_assignment a SET end_date = greatest(a.begin_date, from_day), end_reason = coalesce(why, 'Re-assigned')
		FROM assignments_to_move(from_user_id, from_day, client_ids, program_id) m
		WHERE a.case_assignment_id = m.case_assignment_id AND a.date_updated = m.date_updated
		RETURNING m)
	SELECT array_agg(e.m ORDER BY (e.m).client_id, (e.m).case_assignment_id) INTO moved FROM ended e;
	RETURN QUERY SELECT * FROM take_over(moved, to_user_id, from_day);
END
$$;
COMMENT ON FUNCTION reassign_case_load(bigint, bigint, date, text, bigint[], bigint) IS
'Moves a whole case load, thousands of clients at once, all or nothing: every assignment of from_user_id in the caller''s sight that holds
on begin_date, or begins later, ends, and to_user_id takes it over as it was, until its end if it has one. Whoever has the same
assignment besides keeps it. client_ids: only these clients. program_id: only enrollments in this program. reason: for end_reason.
Returns a row for each: case_assignment_id the new one, previous_assignment_id the one that ended, since when. No row: there was nothing.
Raises 22004, 22008 (infinite date), 22023 (the same user twice; no organization of the user serves a client), CT009 (no such active user,
or a client in client_ids who is not in the case load), 40001 (REPEATABLE READ: changed meanwhile), 42501 (a client is no longer in
sight), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION take_over(moved case_assignment[], to_user_id bigint, begin_date date)
RETURNS TABLE (case_assignment_id bigint, previous_assignment_id bigint, client_id bigint, enrollment_id bigint, is_primary boolean,
	assignment_role text, since date)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters the assignments that ended for another user, and returns which took the place of which.
#variable_conflict use_column
BEGIN
	INSERT INTO case_assignment (client_id, enrollment_id, case_manager_user_id, is_primary, assignment_role, begin_date, end_date,
		security_organization_id)
	SELECT m.client_id, m.enrollment_id, to_user_id, m.is_primary, m.assignment_role, greatest(m.begin_date, take_over.begin_date),
		m.end_date, m.security_organization_id
	FROM unnest(moved) m
	WHERE NOT EXISTS (SELECT FROM case_assignment a WHERE a.client_id = m.client_id AND a.case_manager_user_id = to_user_id
		AND a.enrollment_id IS NOT DISTINCT FROM m.enrollment_id AND a.is_primary = m.is_primary AND a.assignment_role = m.assignment_role
		AND a.date_deleted IS NULL AND a.end_date IS NULL AND a.begin_date <= greatest(m.begin_date, take_over.begin_date));
	RETURN QUERY
	SELECT DISTINCT ON (m.client_id, m.case_assignment_id) a.case_assignment_id, m.case_assignment_id, m.client_id, m.enrollment_id, m.is_primary,
		m.assignment_role, a.begin_date
	FROM unnest(moved) m JOIN case_assignment a ON a.client_id = m.client_id AND a.case_manager_user_id = to_user_id
		AND a.enrollment_id IS NOT DISTINCT FROM m.enrollment_id AND a.is_primary = m.is_primary AND a.assignment_role = m.assignment_role
		AND a.date_deleted IS NULL AND a.begin_date <= greatest(m.begin_date, take_over.begin_date)
		AND (a.end_date IS NULL OR a.end_date >= m.end_date)
	ORDER BY m.client_id, m.case_assignment_id, a.case_assignment_id DESC;
END
$$;
COMMENT ON FUNCTION take_over(case_assignment[], bigint, date) IS 'Used by reassign_case_load(). Raises CT022, 42501.';

-- Case loads.

CREATE OR REPLACE FUNCTION case_load_on(day date)
RETURNS TABLE (case_manager_user_id bigint, case_manager text, client_id bigint, first_name text, last_name text, enrollment_id bigint,
	program_id bigint, program_name text, assignment_role text, is_primary boolean, begin_date date, end_date date, days integer,
	next_follow_up date, open_goals bigint, open_barriers bigint, overdue_steps bigint, case_assignment_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns who was assigned to whom on a day. An enrollment that the client left, or that was deleted, has no case manager.
	SELECT a.case_manager_user_id, user_name(u), a.client_id, c.first_name, c.last_name, a.enrollment_id, e.program_id, p.program_name,
		a.assignment_role, a.is_primary, a.begin_date, a.end_date, case_load_on.day - a.begin_date,
		-- OFFSET 0: looked for by client. The planner would read the follow-ups of everybody in the order of their days.
		(SELECT min(d.due_date) FROM (SELECT f.due_date FROM assessment_follow_up f WHERE f.client_id = a.client_id
			AND (a.enrollment_id IS NULL OR f.enrollment_id IS NULL OR f.enrollment_id = a.enrollment_id)
			AND f.completed_by_assessment_id IS NULL AND f.canceled_date IS NULL AND f.date_deleted IS NULL OFFSET 0) d),
		(SELECT count(*) FROM goal g WHERE g.client_id = a.client_id AND (a.enrollment_id IS NULL OR g.enrollment_id = a.enrollment_id)
			AND g.goal_status = 'open' AND g.date_deleted IS NULL),
		(SELECT count(*) FROM client_barrier b WHERE b.client_id = a.client_id AND (a.enrollment_id IS NULL OR b.enrollment_id = a.enrollment_id)
			AND b.barrier_status <> 'resolved' AND b.date_deleted IS NULL),
		(SELECT count(*) FROM action_step s JOIN action_plan l ON l.action_plan_id = s.action_plan_id
			WHERE s.client_id = a.client_id AND (a.enrollment_id IS NULL OR l.enrollment_id = a.enrollment_id) AND s.step_status = 'open'
			AND l.plan_status = 'open' AND s.due_date < current_date AND s.date_deleted IS NULL AND l.date_deleted IS NULL),
		a.case_assignment_id
	FROM case_assignment a
	JOIN client c ON c.client_id = a.client_id
	LEFT JOIN hmis_user u ON u.user_id = a.case_manager_user_id
	LEFT JOIN enrollment e ON e.enrollment_id = a.enrollment_id
	LEFT JOIN program p ON p.program_id = e.program_id
	WHERE a.date_deleted IS NULL AND a.begin_date <= case_load_on.day AND (a.end_date IS NULL OR case_load_on.day < a.end_date)
	AND c.date_deleted IS NULL AND e.date_deleted IS NULL AND (e.exit_date IS NULL OR case_load_on.day <= e.exit_date);
END;
COMMENT ON FUNCTION case_load_on(date) IS
'The case loads of a day, as far as they are in the caller''s sight: see view case_load for the columns. Follow-ups, goals, barriers and
steps are counted as they are now. Null: no row.';

CREATE OR REPLACE VIEW case_load AS
SELECT l.* FROM case_load_on(current_date) l;
ALTER VIEW case_load SET (security_invoker = true);
COMMENT ON VIEW case_load IS
'Who is assigned to whom today, with what is to be done. Of an assignment to an enrollment what belongs to that enrollment is counted, of
one to a client everything. case_load_on(day) tells it of another day.';
COMMENT ON COLUMN case_load.case_manager_user_id IS 'The HMIS user assigned.';
COMMENT ON COLUMN case_load.case_manager IS 'Name of the user.';
COMMENT ON COLUMN case_load.client_id IS 'The client.';
COMMENT ON COLUMN case_load.first_name IS 'First name of the client.';
COMMENT ON COLUMN case_load.last_name IS 'Last name of the client.';
COMMENT ON COLUMN case_load.enrollment_id IS 'The enrollment; null: the client as such.';
COMMENT ON COLUMN case_load.program_id IS 'The program of the enrollment.';
COMMENT ON COLUMN case_load.program_name IS 'Name of the program.';
COMMENT ON COLUMN case_load.assignment_role IS 'What the user does for the client.';
COMMENT ON COLUMN case_load.is_primary IS 'Whether the user is the primary case manager.';
COMMENT ON COLUMN case_load.begin_date IS 'Since when.';
COMMENT ON COLUMN case_load.end_date IS 'First day on which it no longer holds; null: no end.';
COMMENT ON COLUMN case_load.days IS 'For how many days.';
COMMENT ON COLUMN case_load.next_follow_up IS 'When the next assessment is due, or was; null: none is.';
COMMENT ON COLUMN case_load.open_goals IS 'How many goals are open.';
COMMENT ON COLUMN case_load.open_barriers IS 'How many needs and barriers are not resolved, of those that the reader sees.';
COMMENT ON COLUMN case_load.overdue_steps IS 'How many steps of action plans are overdue.';
COMMENT ON COLUMN case_load.case_assignment_id IS 'Identifier of the assignment.';

CREATE OR REPLACE FUNCTION case_load_summary_on(day date)
RETURNS TABLE (case_manager_user_id bigint, case_manager text, active boolean, assignments bigint, primary_assignments bigint,
	clients bigint, enrollments bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns how many each case manager was assigned to on a day.
	SELECT l.case_manager_user_id, l.case_manager, u.active, count(*), count(*) FILTER (WHERE l.is_primary), count(DISTINCT l.client_id),
		count(DISTINCT l.enrollment_id)
	FROM case_load_on(case_load_summary_on.day) l LEFT JOIN hmis_user u ON u.user_id = l.case_manager_user_id
	GROUP BY l.case_manager_user_id, l.case_manager, u.active;
END;
COMMENT ON FUNCTION case_load_summary_on(date) IS
'How many each case manager was assigned to on a day, as far as they are in the caller''s sight: see view case_load_summary. Null: no row.';

CREATE OR REPLACE VIEW case_load_summary AS
SELECT s.* FROM case_load_summary_on(current_date) s;
ALTER VIEW case_load_summary SET (security_invoker = true);
COMMENT ON VIEW case_load_summary IS
'How many each case manager is assigned to today. case_load_summary_on(day) tells it of another day.';
COMMENT ON COLUMN case_load_summary.case_manager_user_id IS 'The HMIS user assigned.';
COMMENT ON COLUMN case_load_summary.case_manager IS 'Name of the user.';
COMMENT ON COLUMN case_load_summary.active IS 'Whether the user is active; what a user who is not has is to be re-assigned.';
COMMENT ON COLUMN case_load_summary.assignments IS 'How many assignments.';
COMMENT ON COLUMN case_load_summary.primary_assignments IS 'As the primary case manager of how many clients or enrollments.';
COMMENT ON COLUMN case_load_summary.clients IS 'How many clients.';
COMMENT ON COLUMN case_load_summary.enrollments IS 'How many enrollments.';
