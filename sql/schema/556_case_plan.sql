-- Needs and barriers of clients, and goals.

-- What the functions of case management share.

CREATE OR REPLACE FUNCTION check_not_before(name text, day date, since_name text, since date) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a day, where it is given, is not before another.
BEGIN
	IF day < since THEN
		RAISE EXCEPTION '% must not be before %: % is before %', name, since_name, day, since
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_not_before(text, date, text, date) IS
'Used by the functions of case management: a null day is in order. Raises 22023.';

CREATE OR REPLACE FUNCTION check_case_client(client_id bigint, enrollment_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the user of the session may begin something for the client, in the enrollment if one is given.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_client(client_id);
	IF enrollment_id IS NOT NULL THEN
		PERFORM program_of_enrollment(enrollment_id, client_id, NULL);
	END IF;
END
$$;
COMMENT ON FUNCTION check_case_client(bigint, bigint) IS
'Used by the functions of case management that enter something. Raises 22004 (no client), CT009 (no such client, or no such
enrollment of the client, or not in sight), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION case_words(table_name name) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Returns what a row of a table of case management is called in a message.
RETURN CASE table_name WHEN 'client_barrier' THEN 'need or barrier' ELSE replace(table_name::text, '_', ' ') END;
COMMENT ON FUNCTION case_words(name) IS 'Used by the functions of case management: for example action step.';

CREATE OR REPLACE FUNCTION lock_case_row(table_name name, id bigint, OUT status text, OUT since date, OUT changed timestamptz)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Locks a live row of case management and returns its status, since when it has it, and when it was last changed.
DECLARE
	k record;
BEGIN
	PERFORM refuse_open_workflow();
	SELECT c.* INTO k FROM case_columns(table_name) c;
	EXECUTE format('SELECT t.%I, coalesce(t.%I, t.status_date, %s), t.date_updated FROM %I t WHERE t.%I = $1
		AND t.date_deleted IS NULL FOR NO KEY UPDATE', k.status_column, k.closed_column,
		CASE k.begin_column WHEN 'date_created' THEN 'NULL' ELSE 't.' || k.begin_column END, table_name, k.key_column)
	INTO status, since, changed USING id;
	IF status IS NULL THEN
		RAISE EXCEPTION 'there is no % %', case_words(table_name), coalesce(id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is not in your sight.';
	END IF;
END
$$;
COMMENT ON FUNCTION lock_case_row(name, bigint) IS
'Used by the functions of case management. table_name: as in case_columns(). Raises CT009 (no such live row, or not in sight),
CT023 (workflow open), 40001 (REPEATABLE READ: changed meanwhile).';

CREATE OR REPLACE FUNCTION set_case_status(table_name name, id bigint, allowed text[], new_status text, day_name text, day date,
	comments text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Gives a row of case management that has one of the allowed statuses another one, as of a day.
DECLARE
	stored record;
	k record;
	closes CONSTANT boolean := new_status IN ('resolved', 'achieved', 'abandoned', 'completed', 'done', 'canceled',
		'approved', 'denied');
BEGIN
	stored := lock_case_row(table_name, id);
	IF stored.status <> ALL (allowed) THEN
		RAISE EXCEPTION '% % is %', case_words(table_name), id, replace(stored.status, '_', ' ')
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = format('It must be %s.', replace(array_to_string(allowed, ' or '), '_', ' '));
	END IF;
	PERFORM check_date(day_name, day), check_not_before(day_name, day, format('it was %s', replace(stored.status, '_', ' ')), stored.since);
	SELECT c.* INTO k FROM case_columns(table_name) c;
	EXECUTE format('UPDATE %I SET %I = $1, %I = $2, status_date = $3, status_comments = $4 WHERE %I = $5', table_name, k.status_column,
		k.closed_column, k.key_column)
	USING new_status, CASE WHEN closes THEN day END, CASE WHEN NOT closes THEN day END, comments, id;
END
$$;
COMMENT ON FUNCTION set_case_status(name, bigint, text[], text, text, date, text) IS
'Used by the functions that change a status. allowed: the statuses that it may have before. day_name: what the caller''s argument is
called. Raises 55000 (another status), 22004 (no day), 22008 (infinite), 22023 (before the day of the present status), CT008 (in the
future, by the guard), CT009 (no such live row), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION check_case_changes(table_name name, changes jsonb, editable text[], required text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that changes to a row of case management name columns that may be edited, with values of their types.
DECLARE
	wrong text;
BEGIN
	PERFORM check_changed_keys(changes, editable, required, case_words(table_name));
	SELECT k INTO wrong FROM unnest(required) k WHERE changes ->> k !~ '\S' LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '% must not be empty', wrong USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM CASE format_type(a.atttypid, NULL) WHEN 'bigint' THEN json_id(changes, a.attname::text)::text
		WHEN 'date' THEN json_date(changes, a.attname::text)::text WHEN 'numeric' THEN json_number(changes, a.attname::text)::text
		WHEN 'text' THEN json_text(changes, a.attname::text) END
	FROM pg_catalog.pg_attribute a WHERE a.attrelid = quote_ident(table_name)::regclass AND a.attname = ANY (editable);
END
$$;
COMMENT ON FUNCTION check_case_changes(name, jsonb, text[], text[]) IS
'Used by edit_case_row(). Raises 22004 (null, no date_updated), 22023 (malformed, unknown key), 22008 (no such day).';

CREATE OR REPLACE FUNCTION edit_case_row(table_name name, id bigint, changes jsonb, editable text[], required text[])
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes a row of case management that nobody has changed since the caller read it, and returns when it was changed.
DECLARE
	stored record;
	key CONSTANT name := table_name || '_id';
	others jsonb;
	changed_at timestamptz;
BEGIN
	PERFORM check_case_changes(table_name, changes, editable, required);
	stored := lock_case_row(table_name, id);
	PERFORM refuse_stale(case_words(table_name), id, (changes ->> 'date_updated')::timestamptz, stored.changed);
	others := changes - 'date_updated';
	IF others = '{}' THEN
		RETURN stored.changed;
	END IF;
	EXECUTE format('UPDATE %1$I t SET %2$s FROM jsonb_populate_record(NULL::%1$I, $1) v WHERE t.%3$I = $2 RETURNING t.date_updated',
		table_name, setup_columns(others, '%1$I = v.%1$I'), key) INTO changed_at USING others, id;
	RETURN changed_at;
END
$$;
COMMENT ON FUNCTION edit_case_row(name, bigint, jsonb, text[], text[]) IS
'Used by the functions of case management that edit. editable, required: columns that changes may name, and that must not be null.
Raises CT018 (changed since), CT009 (no such live row), CT023, what check_case_changes() raises, 23514 (dates in another order).';

CREATE OR REPLACE FUNCTION check_new_enrollment(table_name name, id bigint, changes jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the enrollment that a row of case management is to have, if it changes, is one of its client.
DECLARE
	of_client bigint;
BEGIN
	IF jsonb_typeof(changes) = 'object' AND json_id(changes, 'enrollment_id') IS NOT NULL THEN
		EXECUTE format('SELECT t.client_id FROM %I t WHERE t.%I = $1', table_name, table_name || '_id') INTO of_client USING id;
		PERFORM program_of_enrollment(json_id(changes, 'enrollment_id'), of_client, NULL);
	END IF;
END
$$;
COMMENT ON FUNCTION check_new_enrollment(name, bigint, jsonb) IS
'Used by the functions of case management that edit. Raises CT009 (no such enrollment of the client), 22023 (no identifier).';

-- Needs and barriers.

CREATE OR REPLACE FUNCTION barrier_of(barrier text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the id of an active need or barrier that the user of the session may say of a client.
DECLARE
	found CONSTANT bigint := active_id_of('barrier', 'barrier_code', check_given('barrier', barrier));
BEGIN
	IF (SELECT b.sensitive FROM barrier b WHERE b.barrier_id = found) THEN
		PERFORM clienttrack.require_right(@schema@::regnamespace, 'read_sensitive');
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION barrier_of(text) IS
'Used by identify_barrier(). barrier: code. Raises 22004 (null), CT009 (no such active one), 42501 (sensitive, and no right).';

CREATE OR REPLACE FUNCTION identify_barrier(client_id bigint, barrier text, enrollment_id bigint DEFAULT NULL,
	identified_date date DEFAULT current_date, comments text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records that a client has a need or barrier, and returns the id.
DECLARE
	new_id bigint;
BEGIN
	PERFORM check_case_client(client_id, enrollment_id), check_date('identified_date', identified_date);
	INSERT INTO client_barrier AS b (client_id, barrier_id, enrollment_id, identified_date, comments)
	VALUES (identify_barrier.client_id, barrier_of(barrier), identify_barrier.enrollment_id, identify_barrier.identified_date,
		identify_barrier.comments)
	RETURNING b.client_barrier_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION identify_barrier(bigint, text, bigint, date, text) IS
'Records a need or barrier of a client and returns its client_barrier_id. barrier: code, see define_barrier(). enrollment_id: the
enrollment in which it is worked on, default none. identified_date: may be back-dated.
Raises 22004, 22008 (infinite date), 42501 (sensitive, and no right read_sensitive), CT008 (in the future, before birth),
CT009 (no such client, enrollment of the client, or active barrier), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION work_on_barrier(client_barrier_id bigint, status_date date DEFAULT current_date, comments text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a need or barrier is worked on.
	SELECT set_case_status('client_barrier', client_barrier_id, '{identified}', 'worked_on', 'status_date', status_date, comments);
END;
COMMENT ON FUNCTION work_on_barrier(bigint, date, text) IS
'Records that a need or barrier is worked on as of status_date. comments: for the status history.
Raises 55000 (not identified), 22004, 22008, 22023 (before it was identified), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION resolve_barrier(client_barrier_id bigint, resolved_date date DEFAULT current_date, comments text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a need or barrier is resolved.
	SELECT set_case_status('client_barrier', client_barrier_id, '{identified,worked_on}', 'resolved', 'resolved_date', resolved_date,
		comments);
END;
COMMENT ON FUNCTION resolve_barrier(bigint, date, text) IS
'Records that a need or barrier was resolved on a day. comments: for the status history.
Raises 55000 (resolved already), 22004, 22008, 22023 (before it was identified or worked on), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION reopen_barrier(client_barrier_id bigint, status_date date DEFAULT current_date, comments text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a need or barrier that was resolved is there again.
	SELECT set_case_status('client_barrier', client_barrier_id, '{resolved}', 'identified', 'status_date', status_date, comments);
END;
COMMENT ON FUNCTION reopen_barrier(bigint, date, text) IS
'Records that a resolved need or barrier is there again as of status_date: it is identified, and its resolved_date is in the status
history only. Raises 55000 (not resolved), 22004, 22008, 22023 (before it was resolved), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION edit_client_barrier(client_barrier_id bigint, changes jsonb) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes a need or barrier of a client that nobody has changed since it was read.
BEGIN
	PERFORM check_new_enrollment('client_barrier', client_barrier_id, changes);
	RETURN edit_case_row('client_barrier', client_barrier_id, changes, '{enrollment_id,identified_date,resolved_date,comments}',
		'{identified_date}');
END
$$;
COMMENT ON FUNCTION edit_client_barrier(bigint, jsonb) IS
'Corrects a need or barrier of a client and returns its new date_updated. changes: a jsonb object with date_updated as it was when it
was read (client_barrier_list has it), and of the keys enrollment_id, identified_date, resolved_date, comments those that change. The
status is changed by work_on_barrier(), resolve_barrier(), reopen_barrier(). Raises CT018 (changed since), 22004, 22008, 22023
(malformed), 23514 (dates in another order, or a date of a status that it does not have), CT008, CT009, CT023.';

CREATE OR REPLACE FUNCTION delete_case_row(table_name name, id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes a row of case management.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM delete_row(quote_ident(table_name)::regclass, (table_name || '_id')::name, id, reason);
END
$$;
COMMENT ON FUNCTION delete_case_row(name, bigint, text) IS
'Used by delete_goal() and the like. Raises what delete_row() and the guard raise, CT023 (workflow open).';

CREATE OR REPLACE FUNCTION restore_case_row(table_name name, id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Restores a row of case management.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM restore_row(quote_ident(table_name)::regclass, (table_name || '_id')::name, id, true);
END
$$;
COMMENT ON FUNCTION restore_case_row(name, bigint) IS
'Used by restore_goal() and the like. Raises what restore_row() and the guard raise, CT023 (workflow open).';

CREATE OR REPLACE FUNCTION delete_client_barrier(client_barrier_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes a need or barrier of a client.
	SELECT delete_case_row('client_barrier', client_barrier_id, reason);
END;
COMMENT ON FUNCTION delete_client_barrier(bigint, text) IS
'Soft-deletes a need or barrier that was entered by mistake, with a reason; case_status_history still shows it. Services and goals that
name it keep it, but new ones cannot. Raises 22004 (id or reason not given), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION restore_client_barrier(client_barrier_id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores a need or barrier of a client.
	SELECT restore_case_row('client_barrier', client_barrier_id);
END;
COMMENT ON FUNCTION restore_client_barrier(bigint) IS
'Restores a deleted need or barrier, judged by today''s rules. Raises CT008, CT009 (no such deleted one), CT023.';

-- Goals.

CREATE OR REPLACE FUNCTION set_goal(client_id bigint, goal_description text, enrollment_id bigint DEFAULT NULL,
	client_barrier_id bigint DEFAULT NULL, begin_date date DEFAULT current_date, target_date date DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records what a client wants to reach, and returns the id.
DECLARE
	new_id bigint;
BEGIN
	PERFORM check_case_client(client_id, enrollment_id), check_date('begin_date', begin_date),
		check_date('target_date', target_date, false), check_not_before('target_date', target_date, 'begin_date', begin_date),
		check_own_case(client_id, NULL, NULL, NULL, client_barrier_id);
	INSERT INTO goal AS g (client_id, goal_description, enrollment_id, client_barrier_id, begin_date, target_date)
	VALUES (set_goal.client_id, check_given('goal_description', goal_description), set_goal.enrollment_id, set_goal.client_barrier_id,
		set_goal.begin_date, set_goal.target_date)
	RETURNING g.goal_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION set_goal(bigint, text, bigint, bigint, date, date) IS
'Records a goal of a client and returns its goal_id. enrollment_id: the enrollment in which it is worked on. client_barrier_id: the
need or barrier that it would overcome. begin_date: may be back-dated. target_date: by when. Raises 22004, 22008 (infinite date), 22023
(target before begin), CT008 (begins in the future or before birth), CT009 (no such client, or enrollment or barrier of the client),
CT023 (workflow open).';

CREATE OR REPLACE FUNCTION achieve_goal(goal_id bigint, closed_date date DEFAULT current_date, comments text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a goal was achieved.
	SELECT set_case_status('goal', goal_id, '{open}', 'achieved', 'closed_date', closed_date, comments);
END;
COMMENT ON FUNCTION achieve_goal(bigint, date, text) IS
'Records that a goal was achieved on a day. comments: for the status history. Raises 55000 (not open), 22004, 22008, 22023 (before it
was set), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION abandon_goal(goal_id bigint, reason text, closed_date date DEFAULT current_date) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a goal is no longer one.
	SELECT set_case_status('goal', goal_id, '{open}', 'abandoned', 'closed_date', closed_date, check_given('reason', reason));
END;
COMMENT ON FUNCTION abandon_goal(bigint, text, date) IS
'Records that a goal was abandoned on a day, and why: the reason is in the status history. Raises what achieve_goal() raises.';

CREATE OR REPLACE FUNCTION reopen_goal(goal_id bigint, status_date date DEFAULT current_date, comments text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Records that a goal that was closed is one again.
	SELECT set_case_status('goal', goal_id, '{achieved,abandoned}', 'open', 'status_date', status_date, comments);
END;
COMMENT ON FUNCTION reopen_goal(bigint, date, text) IS
'Records that an achieved or abandoned goal is open again as of status_date. Raises 55000 (open), 22004, 22008, 22023 (before it was
closed), CT008 (in the future), CT009, CT023.';

CREATE OR REPLACE FUNCTION edit_goal(goal_id bigint, changes jsonb) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes a goal that nobody has changed since it was read.
BEGIN
	PERFORM check_new_enrollment('goal', goal_id, changes);
	IF jsonb_typeof(changes) = 'object' THEN
		PERFORM check_own_case((SELECT g.client_id FROM goal g WHERE g.goal_id = edit_goal.goal_id), NULL, NULL, NULL,
			json_id(changes, 'client_barrier_id'));
	END IF;
	RETURN edit_case_row('goal', goal_id, changes,
		'{goal_description,enrollment_id,client_barrier_id,begin_date,target_date,closed_date}', '{goal_description,begin_date}');
END
$$;
COMMENT ON FUNCTION edit_goal(bigint, jsonb) IS
'Corrects a goal and returns its new date_updated. changes: a jsonb object with date_updated as it was when it was read (goal_list has
it), and of the keys goal_description, enrollment_id, client_barrier_id, begin_date, target_date, closed_date those that change. The
status is changed by achieve_goal(), abandon_goal(), reopen_goal(). Raises CT018 (changed since), 22004, 22008, 22023 (malformed), 23514
(dates in another order, or a date of a status that it does not have), CT008, CT009, CT023.';

CREATE OR REPLACE FUNCTION delete_goal(goal_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes a goal.
	SELECT delete_case_row('goal', goal_id, reason);
END;
COMMENT ON FUNCTION delete_goal(bigint, text) IS
'Soft-deletes a goal that was entered by mistake, with a reason; case_status_history still shows it. Services and steps that name it
keep it, but new ones cannot. Raises 22004 (id or reason not given), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION restore_goal(goal_id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores a goal.
	SELECT restore_case_row('goal', goal_id);
END;
COMMENT ON FUNCTION restore_goal(bigint) IS
'Restores a deleted goal, judged by today''s rules. Raises CT008, CT009 (no such deleted one), CT023.';

-- Lists.

CREATE OR REPLACE VIEW client_barrier_list AS
SELECT b.client_barrier_id, b.client_id, b.barrier_id, k.barrier_code, k.barrier_name, k.sensitive, b.barrier_status, b.identified_date,
	b.resolved_date, coalesce(b.resolved_date, current_date) - b.identified_date AS days, b.status_comments, b.comments, b.enrollment_id,
	e.program_id, p.program_name, g.goals, g.open_goals, s.services, s.last_service_date, o.organization_name, user_name(u) AS changed_by,
	b.date_created, b.date_updated
FROM client_barrier b
JOIN barrier k ON k.barrier_id = b.barrier_id
LEFT JOIN enrollment e ON e.enrollment_id = b.enrollment_id
LEFT JOIN program p ON p.program_id = e.program_id
LEFT JOIN organization o ON o.organization_id = b.security_organization_id
LEFT JOIN hmis_user u ON u.user_id = b.user_id
CROSS JOIN LATERAL (SELECT count(*) AS goals, count(*) FILTER (WHERE x.goal_status = 'open') AS open_goals FROM goal x
	WHERE x.client_id = b.client_id AND x.client_barrier_id = b.client_barrier_id AND x.date_deleted IS NULL) g
CROSS JOIN LATERAL (SELECT count(*) AS services, max(x.date_provided) AS last_service_date FROM client_service x
	WHERE x.client_id = b.client_id AND x.client_barrier_id = b.client_barrier_id AND x.date_deleted IS NULL) s
WHERE b.date_deleted IS NULL
ORDER BY b.identified_date DESC, b.client_barrier_id DESC;
ALTER VIEW client_barrier_list SET (security_invoker = true);
COMMENT ON VIEW client_barrier_list IS
'Needs and barriers of clients with names in place of identifiers, and what was done about them, newest first.';
COMMENT ON COLUMN client_barrier_list.client_barrier_id IS 'Identifier.';
COMMENT ON COLUMN client_barrier_list.client_id IS 'The client.';
COMMENT ON COLUMN client_barrier_list.barrier_id IS 'Which need or barrier.';
COMMENT ON COLUMN client_barrier_list.barrier_code IS 'Code of the need or barrier.';
COMMENT ON COLUMN client_barrier_list.barrier_name IS 'Name of the need or barrier.';
COMMENT ON COLUMN client_barrier_list.sensitive IS 'Whether only users with the right read_sensitive see it.';
COMMENT ON COLUMN client_barrier_list.barrier_status IS 'identified, worked_on or resolved.';
COMMENT ON COLUMN client_barrier_list.identified_date IS 'When it was identified.';
COMMENT ON COLUMN client_barrier_list.resolved_date IS 'When it was resolved; null: it is not.';
COMMENT ON COLUMN client_barrier_list.days IS 'How many days from identified to resolved, or until today.';
COMMENT ON COLUMN client_barrier_list.status_comments IS 'Comments on the last change of the status.';
COMMENT ON COLUMN client_barrier_list.comments IS 'Comments.';
COMMENT ON COLUMN client_barrier_list.enrollment_id IS 'The enrollment in which it is worked on.';
COMMENT ON COLUMN client_barrier_list.program_id IS 'The program of the enrollment.';
COMMENT ON COLUMN client_barrier_list.program_name IS 'Name of the program.';
COMMENT ON COLUMN client_barrier_list.goals IS 'How many goals would overcome it.';
COMMENT ON COLUMN client_barrier_list.open_goals IS 'How many of them are open.';
COMMENT ON COLUMN client_barrier_list.services IS 'How many services were given for it.';
COMMENT ON COLUMN client_barrier_list.last_service_date IS 'When the last of them was given.';
COMMENT ON COLUMN client_barrier_list.organization_name IS 'Security organization that entered it.';
COMMENT ON COLUMN client_barrier_list.changed_by IS 'Name of the user who last entered or changed it.';
COMMENT ON COLUMN client_barrier_list.date_created IS 'When it was entered.';
COMMENT ON COLUMN client_barrier_list.date_updated IS 'When it was last changed: what edit_client_barrier() wants to know.';

CREATE OR REPLACE VIEW goal_list AS
SELECT g.goal_id, g.client_id, g.goal_description, g.goal_status, g.begin_date, g.target_date, g.closed_date,
	g.goal_status = 'open' AND coalesce(g.target_date < current_date, false) AS overdue, g.status_comments, g.client_barrier_id, k.barrier_name,
	g.enrollment_id, e.program_id, p.program_name, a.steps, a.open_steps, s.services, s.last_service_date, o.organization_name,
	user_name(u) AS changed_by, g.date_created, g.date_updated
FROM goal g
LEFT JOIN client_barrier b ON b.client_barrier_id = g.client_barrier_id
LEFT JOIN barrier k ON k.barrier_id = b.barrier_id
LEFT JOIN enrollment e ON e.enrollment_id = g.enrollment_id
LEFT JOIN program p ON p.program_id = e.program_id
LEFT JOIN organization o ON o.organization_id = g.security_organization_id
LEFT JOIN hmis_user u ON u.user_id = g.user_id
CROSS JOIN LATERAL (SELECT count(*) AS steps, count(*) FILTER (WHERE x.step_status = 'open') AS open_steps FROM action_step x
	WHERE x.client_id = g.client_id AND x.goal_id = g.goal_id AND x.step_status <> 'canceled' AND x.date_deleted IS NULL) a
CROSS JOIN LATERAL (SELECT count(*) AS services, max(x.date_provided) AS last_service_date FROM client_service x
	WHERE x.client_id = g.client_id AND x.goal_id = g.goal_id AND x.date_deleted IS NULL) s
WHERE g.date_deleted IS NULL
ORDER BY g.begin_date DESC, g.goal_id DESC;
ALTER VIEW goal_list SET (security_invoker = true);
COMMENT ON VIEW goal_list IS 'Goals of clients with names in place of identifiers, and what was done for them, newest first.';
COMMENT ON COLUMN goal_list.goal_id IS 'Identifier.';
COMMENT ON COLUMN goal_list.client_id IS 'The client.';
COMMENT ON COLUMN goal_list.goal_description IS 'The goal in words.';
COMMENT ON COLUMN goal_list.goal_status IS 'open, achieved or abandoned.';
COMMENT ON COLUMN goal_list.begin_date IS 'When it was set.';
COMMENT ON COLUMN goal_list.target_date IS 'When it is to be achieved.';
COMMENT ON COLUMN goal_list.closed_date IS 'When it was achieved or abandoned; null while it is open.';
COMMENT ON COLUMN goal_list.overdue IS 'Whether it is open and its target date has passed.';
COMMENT ON COLUMN goal_list.status_comments IS 'Comments on the last change of the status; of an abandoned goal why.';
COMMENT ON COLUMN goal_list.client_barrier_id IS 'The need or barrier that it would overcome.';
COMMENT ON COLUMN goal_list.barrier_name IS 'Name of the need or barrier.';
COMMENT ON COLUMN goal_list.enrollment_id IS 'The enrollment in which it is worked on.';
COMMENT ON COLUMN goal_list.program_id IS 'The program of the enrollment.';
COMMENT ON COLUMN goal_list.program_name IS 'Name of the program.';
COMMENT ON COLUMN goal_list.steps IS 'How many steps of action plans lead to it, canceled ones aside.';
COMMENT ON COLUMN goal_list.open_steps IS 'How many of them are open.';
COMMENT ON COLUMN goal_list.services IS 'How many services were given for it.';
COMMENT ON COLUMN goal_list.last_service_date IS 'When the last of them was given.';
COMMENT ON COLUMN goal_list.organization_name IS 'Security organization that entered it.';
COMMENT ON COLUMN goal_list.changed_by IS 'Name of the user who last entered or changed it.';
COMMENT ON COLUMN goal_list.date_created IS 'When it was entered.';
COMMENT ON COLUMN goal_list.date_updated IS 'When it was last changed: what edit_goal() wants to know.';
