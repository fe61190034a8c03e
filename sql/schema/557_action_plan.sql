-- Action plans and their steps.

CREATE OR REPLACE FUNCTION check_active_users(user_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that users are there, active, and in the caller's sight. Nulls pass.
DECLARE
	missing bigint;
BEGIN
	SELECT i.id INTO missing FROM unnest(user_ids) i (id) WHERE i.id IS NOT NULL AND NOT EXISTS (
		SELECT FROM hmis_user u WHERE u.user_id = i.id AND u.active AND u.date_deleted IS NULL) LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'there is no active user %', missing USING ERRCODE = 'CT009',
			HINT = 'See hmis_user for those who can be assigned.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_active_users(bigint[]) IS
'Used by the functions of case management that assign somebody. Raises CT009 for a user who does not exist, is deleted or inactive, or
is hidden from the caller.';

CREATE OR REPLACE FUNCTION check_own_goals(client_id bigint, goal_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that goals are live ones of the client. Nulls pass.
DECLARE
	missing bigint;
BEGIN
	SELECT i.id INTO missing FROM unnest(goal_ids) i (id) WHERE i.id IS NOT NULL AND NOT EXISTS (
		SELECT FROM goal g WHERE g.goal_id = i.id AND g.client_id = check_own_goals.client_id AND g.date_deleted IS NULL) LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'goal % is not one of client %', missing, client_id USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_own_goals(bigint, bigint[]) IS
'Used by the functions that enter or edit action steps. Raises CT009 for a goal that does not exist, is deleted or another client''s.';

CREATE OR REPLACE FUNCTION step_of(step jsonb) RETURNS action_step
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an element of a list of steps as a row, or raises when it is malformed.
DECLARE
	entry action_step;
BEGIN
	PERFORM check_item(step, '{action,goal_id,assigned_user_id,due_date}', 'action', '[{"action": "Apply for a birth certificate"}]');
	entry.action := check_given('action', json_text(step, 'action'));
	entry.goal_id := json_id(step, 'goal_id');
	entry.assigned_user_id := json_id(step, 'assigned_user_id');
	entry.due_date := json_date(step, 'due_date');
	RETURN entry;
END
$$;
COMMENT ON FUNCTION step_of(jsonb) IS 'Used by add_steps(). Raises 22004 (no words), 22023 (malformed), 22008 (no such day).';

CREATE OR REPLACE FUNCTION add_steps(action_plan_id bigint, client_id bigint, steps jsonb, since date DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters steps at the end of a plan in their order, and returns the id of the last.
DECLARE
	entries action_step[];
	new_id bigint;
BEGIN
	IF jsonb_typeof(steps) IS DISTINCT FROM 'array' THEN
		RAISE EXCEPTION 'steps must be a jsonb array' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"action": "Apply for a birth certificate", "due_date": "2026-04-01"}]';
	END IF;
	SELECT array_agg(step_of(s.step) ORDER BY s.place) INTO entries FROM jsonb_array_elements(steps) WITH ORDINALITY AS s (step, place);
	PERFORM check_own_goals(client_id, ARRAY(SELECT DISTINCT e.goal_id FROM unnest(entries) e)),
		check_active_users(ARRAY(SELECT DISTINCT e.assigned_user_id FROM unnest(entries) e));
	WITH entered AS (
		INSERT INTO action_step AS a (action_plan_id, client_id, goal_id, step_order, action, assigned_user_id, due_date,
			status_date)
		SELECT add_steps.action_plan_id, add_steps.client_id, e.goal_id, e.place + coalesce((SELECT max(x.step_order) FROM action_step x
			WHERE x.action_plan_id = add_steps.action_plan_id AND x.date_deleted IS NULL), 0), e.action, e.assigned_user_id, e.due_date,
			add_steps.since
		FROM (SELECT x.*, row_number() OVER () AS place FROM unnest(entries) x) e
		ORDER BY e.place
		RETURNING a.action_step_id)
	SELECT max(e.action_step_id) INTO new_id FROM entered e;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION add_steps(bigint, bigint, jsonb, date) IS
'Used by create_action_plan() and add_action_step(). since: as of when they are open, null for today.
Raises 22004, 22008, 22023 (malformed), CT009 (no such goal of the client, no such
active user).';

CREATE OR REPLACE FUNCTION create_action_plan(client_id bigint, plan_name text, enrollment_id bigint DEFAULT NULL,
	begin_date date DEFAULT current_date, steps jsonb DEFAULT '[]')
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records what is to be done for a client, and returns the id of the plan.
DECLARE
	new_id bigint;
BEGIN
	PERFORM check_case_client(client_id, enrollment_id), check_date('begin_date', begin_date);
	INSERT INTO action_plan AS p (client_id, enrollment_id, plan_name, begin_date)
	VALUES (create_action_plan.client_id, create_action_plan.enrollment_id, check_given('plan_name', plan_name), create_action_plan.begin_date)
	RETURNING p.action_plan_id INTO new_id;
	PERFORM add_steps(new_id, client_id, steps, begin_date);
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION create_action_plan(bigint, text, bigint, date, jsonb) IS
'Records an action plan of a client and returns its action_plan_id. enrollment_id: the enrollment in which it is worked on. steps: a
jsonb array of what is to be done, in order: [{"action": words, "goal_id": the goal that it leads to, "assigned_user_id": who does it,
null for the client, "due_date": "2026-04-01"}, …], all but action may be left out.
Raises 22004, 22008 (infinite date), 22023 (malformed), CT008 (begins in the future or before birth), CT009 (no such client, enrollment
or goal of the client, no such active user), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION lock_open_plan(action_plan_id bigint) RETURNS action_plan
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns an action plan that is open, locked, so that nobody closes it meanwhile.
DECLARE
	stored record;
	plan action_plan;
BEGIN
	stored := lock_case_row('action_plan', action_plan_id);
	IF stored.status <> 'open' THEN
		RAISE EXCEPTION 'action plan % is %', action_plan_id, stored.status USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = format('Call reopen_action_plan(%s) first.', action_plan_id);
	END IF;
	SELECT p.* INTO plan FROM action_plan p WHERE p.action_plan_id = lock_open_plan.action_plan_id;
	RETURN plan;
END
$$;
COMMENT ON FUNCTION lock_open_plan(bigint) IS
'Used by the functions that change steps. Raises 55000 (closed), CT009 (no such live one), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION add_action_step(action_plan_id bigint, action text, goal_id bigint DEFAULT NULL,
	assigned_user_id bigint DEFAULT NULL, due_date date DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters a step at the end of an open plan, and returns its id.
DECLARE
	plan CONSTANT action_plan := lock_open_plan(action_plan_id);
BEGIN
	PERFORM check_given('action', action), check_date('due_date', due_date, false);
	RETURN add_steps(plan.action_plan_id, plan.client_id, jsonb_build_array(jsonb_build_object('action', action, 'goal_id', goal_id,
		'assigned_user_id', assigned_user_id, 'due_date', to_char(due_date, 'YYYY-MM-DD'))));
END
$$;
COMMENT ON FUNCTION add_action_step(bigint, text, bigint, bigint, date) IS
'Adds a step to an open action plan, at its end, and returns its action_step_id. The arguments are as in create_action_plan().
Raises 55000 (the plan is closed), 22004, 22008, CT009 (no such plan, goal of the client, or active user), CT023.';

CREATE OR REPLACE FUNCTION complete_action_step(action_step_id bigint, completed_date date DEFAULT current_date,
	comments text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a step was done.
	SELECT set_case_status('action_step', action_step_id, '{open}', 'done', 'completed_date', completed_date, comments);
END;
COMMENT ON FUNCTION complete_action_step(bigint, date, text) IS
'Records that a step of an action plan was done on a day. comments: for the status history. Raises 55000 (not open), 22004, 22008, 22023
(before it was reopened), CT008 (in the future or before birth), CT009, CT023.';

CREATE OR REPLACE FUNCTION cancel_action_step(action_step_id bigint, reason text, canceled_date date DEFAULT current_date) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a step will not be done.
	SELECT set_case_status('action_step', action_step_id, '{open}', 'canceled', 'canceled_date', canceled_date,
		check_given('reason', reason));
END;
COMMENT ON FUNCTION cancel_action_step(bigint, text, date) IS
'Records that a step of an action plan was canceled on a day (completed_date), and why: the reason is in the status history.
Raises what complete_action_step() raises.';

CREATE OR REPLACE FUNCTION reopen_action_step(action_step_id bigint, status_date date DEFAULT current_date, comments text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records that a step of an open plan is to be done after all.
DECLARE
	of_plan CONSTANT bigint := (SELECT s.action_plan_id FROM action_step s WHERE s.action_step_id = reopen_action_step.action_step_id);
BEGIN
	IF of_plan IS NOT NULL THEN
		PERFORM lock_open_plan(of_plan);
	END IF;
	PERFORM set_case_status('action_step', action_step_id, '{done,canceled}', 'open', 'status_date', status_date, comments);
END
$$;
COMMENT ON FUNCTION reopen_action_step(bigint, date, text) IS
'Records that a step that was done or canceled is open again as of status_date. Raises 55000 (it is open, or its plan is closed), 22004,
22008, 22023 (before it was done), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION reorder_action_steps(action_plan_id bigint, action_step_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Puts the steps of an open plan into another order.
DECLARE
	given CONSTANT bigint[] := ARRAY(SELECT i.id FROM unnest(action_step_ids) i (id) ORDER BY i.id);
BEGIN
	PERFORM lock_open_plan(action_plan_id);
	IF given <> ARRAY(SELECT s.action_step_id FROM action_step s WHERE s.action_plan_id = reorder_action_steps.action_plan_id
			AND s.date_deleted IS NULL ORDER BY s.action_step_id) OR action_step_ids IS NULL THEN
		RAISE EXCEPTION 'action_step_ids must be the steps of action plan %, each once', action_plan_id
			USING ERRCODE = 'invalid_parameter_value', HINT = 'See action_plan_list.';
	END IF;
	UPDATE action_step s SET step_order = i.place
	FROM unnest(action_step_ids) WITH ORDINALITY AS i (id, place)
	WHERE s.action_step_id = i.id AND s.step_order <> i.place;
END
$$;
COMMENT ON FUNCTION reorder_action_steps(bigint, bigint[]) IS
'Puts the steps of an open action plan into the order of action_step_ids, which has all of them. Raises 22023 (it has not), 55000 (the
plan is closed), CT009, CT023.';

CREATE OR REPLACE FUNCTION close_action_plan(action_plan_id bigint, new_status text, end_date date, open_steps text, comments text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Closes an open plan as of a day, and what is still open of it as the caller says.
DECLARE
	plan CONSTANT action_plan := lock_open_plan(action_plan_id);
	left_open bigint;
BEGIN
	PERFORM check_given('open_steps', open_steps), check_word('open_steps', open_steps, '{refuse,done,canceled}'),
		check_date('end_date', end_date);
	SELECT count(*) INTO left_open FROM action_step s
	WHERE s.action_plan_id = plan.action_plan_id AND s.step_status = 'open' AND s.date_deleted IS NULL;
	IF left_open > 0 AND open_steps = 'refuse' THEN
		RAISE EXCEPTION 'action plan % has open steps', plan.action_plan_id USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = format('It has %s.', left_open), HINT = 'Close them first, or say that open_steps are done or canceled.';
	END IF;
	PERFORM set_case_status('action_plan', plan.action_plan_id, '{open}', new_status, 'end_date', end_date, comments);
	UPDATE action_step s SET step_status = open_steps, completed_date = close_action_plan.end_date, status_date = NULL,
		status_comments = close_action_plan.comments
	WHERE s.action_plan_id = plan.action_plan_id AND s.step_status = 'open' AND s.date_deleted IS NULL;
END
$$;
COMMENT ON FUNCTION close_action_plan(bigint, text, date, text, text) IS
'Used by complete_action_plan() and abandon_action_plan(). Raises 55000 (closed already, or open steps), 22004, 22008, 22023, CT008,
CT009, CT023.';

CREATE OR REPLACE FUNCTION complete_action_plan(action_plan_id bigint, end_date date DEFAULT current_date,
	open_steps text DEFAULT 'refuse', comments text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a plan was carried out.
	SELECT close_action_plan(action_plan_id, 'completed', end_date, open_steps, comments);
END;
COMMENT ON FUNCTION complete_action_plan(bigint, date, text, text) IS
'Records that an action plan was completed on a day. open_steps: what becomes of steps that are still open: refuse (the call is refused),
done or canceled as of that day. comments: for the status history. Raises 55000 (closed already, or open steps), 22004, 22008, 22023
(before the plan begins, or another word), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION abandon_action_plan(action_plan_id bigint, reason text, end_date date DEFAULT current_date,
	open_steps text DEFAULT 'refuse')
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a plan is no longer carried out.
	SELECT close_action_plan(action_plan_id, 'abandoned', end_date, open_steps, check_given('reason', reason));
END;
COMMENT ON FUNCTION abandon_action_plan(bigint, text, date, text) IS
'Records that an action plan was abandoned on a day, and why: the reason is in the status history. open_steps and errors are those of
complete_action_plan().';

CREATE OR REPLACE FUNCTION reopen_action_plan(action_plan_id bigint, status_date date DEFAULT current_date, comments text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a plan that was closed is carried out again. Its steps stay as they are.
	SELECT set_case_status('action_plan', action_plan_id, '{completed,abandoned}', 'open', 'status_date', status_date, comments);
END;
COMMENT ON FUNCTION reopen_action_plan(bigint, date, text) IS
'Records that a completed or abandoned action plan is open again as of status_date; steps are reopened by reopen_action_step().
Raises 55000 (open), 22004, 22008, 22023 (before it was closed), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION edit_action_plan(action_plan_id bigint, changes jsonb) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes an action plan that nobody has changed since it was read.
BEGIN
	PERFORM check_new_enrollment('action_plan', action_plan_id, changes);
	RETURN edit_case_row('action_plan', action_plan_id, changes, '{plan_name,enrollment_id,begin_date,end_date}', '{plan_name,begin_date}');
END
$$;
COMMENT ON FUNCTION edit_action_plan(bigint, jsonb) IS
'Corrects an action plan and returns its new date_updated. changes: a jsonb object with date_updated as it was when it was read
(action_plan_list has it), and of the keys plan_name, enrollment_id, begin_date, end_date those that change. Raises CT018 (changed
since), 22004, 22008, 22023 (malformed), 23514 (dates in another order, or a date of a status that it does not have), CT008, CT009, CT023.';

CREATE OR REPLACE FUNCTION edit_action_step(action_step_id bigint, changes jsonb) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes a step that nobody has changed since it was read.
BEGIN
	IF jsonb_typeof(changes) = 'object' THEN
		PERFORM check_active_users(ARRAY[json_id(changes, 'assigned_user_id')]), check_own_goals((SELECT s.client_id FROM action_step s
			WHERE s.action_step_id = edit_action_step.action_step_id), ARRAY[json_id(changes, 'goal_id')]);
	END IF;
	RETURN edit_case_row('action_step', action_step_id, changes, '{action,goal_id,assigned_user_id,due_date,completed_date}', '{action}');
END
$$;
COMMENT ON FUNCTION edit_action_step(bigint, jsonb) IS
'Corrects a step of an action plan and returns its new date_updated. changes: a jsonb object with date_updated as it was when it was read
(action_plan_list has it as step_date_updated), and of the keys action, goal_id, assigned_user_id, due_date, completed_date those that
change. Raises CT018 (changed since), 22004, 22008, 22023 (malformed), 23514 (a date of a status that it does not have), CT008, CT009
(also: no such active user, no such goal of the client), CT023.';

CREATE OR REPLACE FUNCTION delete_action_plan(action_plan_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes a plan with its steps.
BEGIN
	PERFORM delete_case_row('action_plan', action_plan_id, reason);
	UPDATE action_step s SET date_deleted = now(), delete_reason = reason
	WHERE s.action_plan_id = delete_action_plan.action_plan_id AND s.date_deleted IS NULL;
END
$$;
COMMENT ON FUNCTION delete_action_plan(bigint, text) IS
'Soft-deletes an action plan that was entered by mistake, and its steps with it; case_status_history still shows them, and
services that name a step keep it. Raises 22004 (id or reason not given), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION restore_action_plan(action_plan_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Restores a plan, and the steps that were deleted with it.
DECLARE
	deleted CONSTANT timestamptz := (SELECT p.date_deleted FROM action_plan p WHERE p.action_plan_id = restore_action_plan.action_plan_id);
BEGIN
	PERFORM restore_case_row('action_plan', action_plan_id);
	UPDATE action_step s SET date_deleted = NULL, delete_reason = NULL
	WHERE s.action_plan_id = restore_action_plan.action_plan_id AND s.date_deleted = deleted;
END
$$;
COMMENT ON FUNCTION restore_action_plan(bigint) IS
'Restores a deleted action plan and the steps that were deleted with it. Raises CT008, CT009 (no such deleted one), CT023.';

CREATE OR REPLACE FUNCTION delete_action_step(action_step_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes a step.
	SELECT delete_case_row('action_step', action_step_id, reason);
END;
COMMENT ON FUNCTION delete_action_step(bigint, text) IS
'Soft-deletes a step that was entered by mistake, with a reason; case_status_history still shows it. A step that will not be done is
canceled instead. Services that name it keep it. Raises 22004 (id or reason not given), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION restore_action_step(action_step_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Restores a step of a live plan.
BEGIN
	PERFORM lock_case_row('action_plan', s.action_plan_id) FROM action_step s
	WHERE s.action_step_id = restore_action_step.action_step_id AND s.date_deleted IS NOT NULL;
	PERFORM restore_case_row('action_step', action_step_id);
END
$$;
COMMENT ON FUNCTION restore_action_step(bigint) IS
'Restores a deleted step. Raises CT009 (no such deleted one, or its plan is deleted), CT008, CT023.';

CREATE OR REPLACE VIEW action_plan_list AS
SELECT p.action_plan_id, p.client_id, p.plan_name, p.plan_status, p.begin_date, p.end_date, p.status_comments, p.enrollment_id, e.program_id,
	r.program_name, o.organization_name, count(s.action_step_id) FILTER (WHERE s.step_status <> 'canceled') OVER whole AS steps,
	count(s.action_step_id) FILTER (WHERE s.step_status = 'done') OVER whole AS steps_done, p.date_updated,
	s.action_step_id, s.step_order, s.action, s.step_status, s.assigned_user_id,
	CASE WHEN s.assigned_user_id IS NOT NULL THEN user_name(u) END AS assigned_to, s.due_date, s.completed_date,
	coalesce(s.step_status = 'open' AND p.plan_status = 'open' AND s.due_date < current_date, false) AS overdue,
	s.status_comments AS step_comments, s.goal_id, g.goal_description, c.services, s.date_updated AS step_date_updated
FROM action_plan p
LEFT JOIN action_step s ON s.action_plan_id = p.action_plan_id AND s.date_deleted IS NULL
LEFT JOIN goal g ON g.goal_id = s.goal_id
LEFT JOIN hmis_user u ON u.user_id = s.assigned_user_id
LEFT JOIN enrollment e ON e.enrollment_id = p.enrollment_id
LEFT JOIN program r ON r.program_id = e.program_id
LEFT JOIN organization o ON o.organization_id = p.security_organization_id
CROSS JOIN LATERAL (SELECT count(*) AS services FROM client_service x
	WHERE x.client_id = p.client_id AND x.action_step_id = s.action_step_id AND x.date_deleted IS NULL) c
WHERE p.date_deleted IS NULL
WINDOW whole AS (PARTITION BY p.client_id, p.action_plan_id)
ORDER BY p.begin_date DESC, p.action_plan_id DESC, s.step_order, s.action_step_id;
ALTER VIEW action_plan_list SET (security_invoker = true);
COMMENT ON VIEW action_plan_list IS
'Action plans of clients with a row for each step, the newest plan first and its steps in order; a plan without steps is one row.';
COMMENT ON COLUMN action_plan_list.action_plan_id IS 'Identifier of the plan.';
COMMENT ON COLUMN action_plan_list.client_id IS 'The client.';
COMMENT ON COLUMN action_plan_list.plan_name IS 'Name of the plan.';
COMMENT ON COLUMN action_plan_list.plan_status IS 'Of the plan: open, completed or abandoned.';
COMMENT ON COLUMN action_plan_list.begin_date IS 'First day of the plan.';
COMMENT ON COLUMN action_plan_list.end_date IS 'When the plan was completed or abandoned; null while it is open.';
COMMENT ON COLUMN action_plan_list.status_comments IS 'Comments on the last change of the plan''s status; of an abandoned one why.';
COMMENT ON COLUMN action_plan_list.enrollment_id IS 'The enrollment in which it is worked on.';
COMMENT ON COLUMN action_plan_list.program_id IS 'The program of the enrollment.';
COMMENT ON COLUMN action_plan_list.program_name IS 'Name of the program.';
COMMENT ON COLUMN action_plan_list.organization_name IS 'Security organization that entered the plan.';
COMMENT ON COLUMN action_plan_list.steps IS 'How many steps the plan has, canceled ones aside.';
COMMENT ON COLUMN action_plan_list.steps_done IS 'How many of them are done.';
COMMENT ON COLUMN action_plan_list.date_updated IS 'When the plan was last changed: what edit_action_plan() wants to know.';
COMMENT ON COLUMN action_plan_list.action_step_id IS 'Identifier of the step.';
COMMENT ON COLUMN action_plan_list.step_order IS 'Place of the step in the plan.';
COMMENT ON COLUMN action_plan_list.action IS 'What is to be done.';
COMMENT ON COLUMN action_plan_list.step_status IS 'Of the step: open, done or canceled.';
COMMENT ON COLUMN action_plan_list.assigned_user_id IS 'Who does it; null: the client.';
COMMENT ON COLUMN action_plan_list.assigned_to IS 'Name of who does it.';
COMMENT ON COLUMN action_plan_list.due_date IS 'When it is to be done.';
COMMENT ON COLUMN action_plan_list.completed_date IS 'When it was done or canceled; null while it is open.';
COMMENT ON COLUMN action_plan_list.overdue IS 'Whether it is open, in an open plan, and its due date has passed.';
COMMENT ON COLUMN action_plan_list.step_comments IS 'Comments on the last change of the step''s status; of a canceled one why.';
COMMENT ON COLUMN action_plan_list.goal_id IS 'The goal that it leads to.';
COMMENT ON COLUMN action_plan_list.goal_description IS 'The goal in words.';
COMMENT ON COLUMN action_plan_list.services IS 'How many services carried it out.';
COMMENT ON COLUMN action_plan_list.step_date_updated IS 'When the step was last changed: what edit_action_step() wants to know.';
