-- Runs of workflows: where they stand, starting, pausing, resuming and canceling them.

CREATE OR REPLACE FUNCTION step_applies(workflow_run_id bigint, condition jsonb) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Tells whether the condition of a step holds in a run. What a run was started with does not change, whatever its steps save.
	SELECT CASE WHEN step_applies.condition IS NULL THEN true
		WHEN step_applies.condition ? 'run' THEN (step_applies.condition ->> 'given')::boolean = EXISTS (SELECT FROM workflow_run r
			WHERE r.workflow_run_id = step_applies.workflow_run_id AND jsonb_typeof(r.arguments -> (step_applies.condition ->> 'run')) <> 'null')
		ELSE EXISTS (SELECT FROM workflow_run_step d JOIN workflow_step s USING (workflow_step_id)
			WHERE d.workflow_run_id = step_applies.workflow_run_id AND d.date_deleted IS NULL
			AND s.step_code = step_applies.condition ->> 'step' AND d.step_status = step_applies.condition ->> 'is') END;
END;
COMMENT ON FUNCTION step_applies(bigint, jsonb) IS 'Used by workflow_progress. condition: of workflow_step.';

CREATE OR REPLACE VIEW workflow_progress AS
SELECT r.workflow_run_id, s.step_order, s.step_code, s.step_title, s.function_name, s.required,
	CASE WHEN d.step_status IS NOT NULL THEN d.step_status WHEN step_applies(r.workflow_run_id, s.condition) THEN 'open'
		ELSE 'not applicable' END AS step_status,
	f.saved_table, d.saved_id, d.result, d.completed_date, d.user_id AS completed_by_user_id, s.workflow_step_id
FROM workflow_run r
JOIN workflow_step s ON s.workflow_id = r.workflow_id AND s.version = r.version
JOIN step_function f ON f.function_name = s.function_name
LEFT JOIN workflow_run_step d ON d.workflow_run_id = r.workflow_run_id AND d.workflow_step_id = s.workflow_step_id
	AND d.date_deleted IS NULL
WHERE r.date_deleted IS NULL;
ALTER VIEW workflow_progress SET (security_invoker = true);
COMMENT ON VIEW workflow_progress IS 'The steps of workflow runs and where they stand (ClientTrack: the blue check marks).';
COMMENT ON COLUMN workflow_progress.workflow_run_id IS 'The run.';
COMMENT ON COLUMN workflow_progress.step_order IS 'Place in the sequence.';
COMMENT ON COLUMN workflow_progress.step_code IS 'Code of the step, for complete_step().';
COMMENT ON COLUMN workflow_progress.step_title IS 'Title to show.';
COMMENT ON COLUMN workflow_progress.function_name IS 'The function that it calls.';
COMMENT ON COLUMN workflow_progress.required IS 'Whether it must be completed; others can be skipped.';
COMMENT ON COLUMN workflow_progress.step_status IS 'done (the blue check mark: the database has been updated), skipped, open, or not applicable.';
COMMENT ON COLUMN workflow_progress.saved_table IS 'The table that it saves to.';
COMMENT ON COLUMN workflow_progress.saved_id IS 'The key of what it saved.';
COMMENT ON COLUMN workflow_progress.result IS 'The keys, where it saved several rows.';
COMMENT ON COLUMN workflow_progress.completed_date IS 'When it was completed or skipped.';
COMMENT ON COLUMN workflow_progress.completed_by_user_id IS 'By whom.';
COMMENT ON COLUMN workflow_progress.workflow_step_id IS 'The step''s definition.';

CREATE OR REPLACE VIEW workflow_run_list AS
SELECT r.workflow_run_id, w.workflow_code, w.workflow_name, r.version, r.run_user_id, r.run_status, r.client_id, r.enrollment_id,
	r.date_created AS started_date, r.status_date, r.status_reason, p.steps_done, p.steps_open, p.next_step_code, p.next_step_title
FROM workflow_run r JOIN workflow w ON w.workflow_id = r.workflow_id,
	LATERAL (SELECT count(*) FILTER (WHERE g.step_status = 'done')::integer AS steps_done,
		count(*) FILTER (WHERE g.step_status = 'open')::integer AS steps_open,
		(array_agg(g.step_code ORDER BY g.step_order) FILTER (WHERE g.step_status = 'open'))[1] AS next_step_code,
		(array_agg(g.step_title ORDER BY g.step_order) FILTER (WHERE g.step_status = 'open'))[1] AS next_step_title
	FROM workflow_progress g WHERE g.workflow_run_id = r.workflow_run_id) p
WHERE r.date_deleted IS NULL;
ALTER VIEW workflow_run_list SET (security_invoker = true);
COMMENT ON VIEW workflow_run_list IS 'Workflow runs: one''s own, to return to, and those of colleagues in the same organizations.';
COMMENT ON COLUMN workflow_run_list.workflow_run_id IS 'The run.';
COMMENT ON COLUMN workflow_run_list.workflow_code IS 'Code of the workflow.';
COMMENT ON COLUMN workflow_run_list.workflow_name IS 'Its title.';
COMMENT ON COLUMN workflow_run_list.version IS 'The version of its steps.';
COMMENT ON COLUMN workflow_run_list.run_user_id IS 'The HMIS user who works through it.';
COMMENT ON COLUMN workflow_run_list.run_status IS 'open, paused, completed or canceled.';
COMMENT ON COLUMN workflow_run_list.client_id IS 'The client that it is about, as soon as that is known.';
COMMENT ON COLUMN workflow_run_list.enrollment_id IS 'The enrollment that it is about, as soon as that is known.';
COMMENT ON COLUMN workflow_run_list.started_date IS 'When it was started.';
COMMENT ON COLUMN workflow_run_list.status_date IS 'When the status was last changed.';
COMMENT ON COLUMN workflow_run_list.status_reason IS 'Why it was paused or canceled.';
COMMENT ON COLUMN workflow_run_list.steps_done IS 'How many steps are done.';
COMMENT ON COLUMN workflow_run_list.steps_open IS 'How many are still open.';
COMMENT ON COLUMN workflow_run_list.next_step_code IS 'Code of the first that is open.';
COMMENT ON COLUMN workflow_run_list.next_step_title IS 'Its title.';

CREATE OR REPLACE FUNCTION saved_row_status(saved_table name, saved_id bigint) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns whether a row that a step saved is still there.
DECLARE
	deleted boolean;
BEGIN
	IF has_record_column(saved_table, setup_key(saved_table)::name) AND has_record_column(saved_table, 'date_deleted') THEN
		EXECUTE format('SELECT t.date_deleted IS NOT NULL FROM %I t WHERE t.%I = $1', saved_table, setup_key(saved_table))
		INTO deleted USING saved_id;
	END IF;
	RETURN CASE deleted WHEN true THEN 'deleted' WHEN false THEN 'saved' ELSE 'not visible' END;
END
$$;
COMMENT ON FUNCTION saved_row_status(name, bigint) IS
'Used by workflow_saved: saved, deleted, or not visible (removed for good, or not the caller''s to see).';

CREATE OR REPLACE VIEW workflow_saved AS
SELECT d.workflow_run_id, s.step_order, s.step_code, s.step_title, f.saved_table, v.saved_id,
	saved_row_status(f.saved_table, v.saved_id) AS saved_status, f.delete_function
FROM workflow_run_step d
JOIN workflow_step s ON s.workflow_step_id = d.workflow_step_id
JOIN step_function f ON f.function_name = s.function_name AND f.saved_table IS NOT NULL,
	LATERAL (SELECT d.saved_id WHERE d.saved_id IS NOT NULL
		UNION ALL SELECT CASE WHEN e.value ~ '^[0-9]{1,18}$' THEN e.value::bigint END FROM jsonb_array_elements_text(d.result) e (value)) v
WHERE d.date_deleted IS NULL;
ALTER VIEW workflow_saved SET (security_invoker = true);
COMMENT ON VIEW workflow_saved IS
'What the steps of workflow runs saved. It stays when a run is canceled: who wants it deleted does so by the function named here.';
COMMENT ON COLUMN workflow_saved.workflow_run_id IS 'The run.';
COMMENT ON COLUMN workflow_saved.step_order IS 'Place of the step in the sequence.';
COMMENT ON COLUMN workflow_saved.step_code IS 'The step.';
COMMENT ON COLUMN workflow_saved.step_title IS 'Its title.';
COMMENT ON COLUMN workflow_saved.saved_table IS 'The table of the row.';
COMMENT ON COLUMN workflow_saved.saved_id IS 'The key of the row.';
COMMENT ON COLUMN workflow_saved.saved_status IS 'saved (still there), deleted, or not visible (removed for good, or not yours to see).';
COMMENT ON COLUMN workflow_saved.delete_function IS 'The function that deletes it, or takes it back; null: there is none.';

CREATE OR REPLACE FUNCTION run_client(client_id bigint, enrollment_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the client that a run with this client, enrollment or both is about, or raises when the caller does not see them.
DECLARE
	of_enrollment bigint;
BEGIN
	PERFORM check_client(client_id) WHERE client_id IS NOT NULL;
	IF enrollment_id IS NULL THEN
		RETURN client_id;
	END IF;
	SELECT e.client_id INTO of_enrollment FROM enrollment e
	WHERE e.enrollment_id = run_client.enrollment_id AND e.date_deleted IS NULL
	AND e.client_id = coalesce(run_client.client_id, e.client_id);
	IF of_enrollment IS NULL THEN
		RAISE EXCEPTION 'there is no enrollment % of the client', enrollment_id USING ERRCODE = 'CT009';
	END IF;
	RETURN of_enrollment;
END
$$;
COMMENT ON FUNCTION run_client(bigint, bigint) IS
'Used by start_workflow(): null for neither. Raises CT009 (no such client or enrollment, or the enrollment of another client).';

CREATE OR REPLACE FUNCTION check_run_arguments(workflow_id bigint, version integer, arguments jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a run is started with nothing but what its steps take from there, of the types that they take.
DECLARE
	wanted text[];
	unknown text;
BEGIN
	IF jsonb_typeof(arguments) IS DISTINCT FROM 'object' THEN
		RAISE EXCEPTION 'arguments must be a jsonb object' USING ERRCODE = 'invalid_parameter_value', HINT = 'For example: {"program_id": 11}';
	END IF;
	SELECT array_agg(DISTINCT u.name) INTO wanted FROM workflow_step s, LATERAL (
		SELECT p.value ->> 'run' FROM jsonb_each(s.parameters) p UNION ALL SELECT s.condition ->> 'run') u (name)
	WHERE s.workflow_id = check_run_arguments.workflow_id AND s.version = check_run_arguments.version
	AND u.name NOT IN ('client_id', 'enrollment_id');
	SELECT a.key INTO unknown FROM jsonb_each(arguments) a
	WHERE NOT coalesce(a.key = ANY (wanted), false) OR jsonb_typeof(a.value) IN ('object', 'array') OR length(a.value::text) > 100 LIMIT 1;
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'the workflow is not started with such an argument: "%"', left(unknown, 60) USING ERRCODE = 'invalid_parameter_value',
			HINT = coalesce(format('It takes %s: numbers, true or false, or texts of at most 98 characters.', array_to_string(wanted, ', ')),
				'It takes none but client_id and enrollment_id.');
	END IF;
	PERFORM step_value(p.value ->> 'run', arguments -> (p.value ->> 'run'), a.argument_type)
	FROM workflow_step s, jsonb_each(s.parameters) p, step_arguments(s.function_name) a
	WHERE s.workflow_id = check_run_arguments.workflow_id AND s.version = check_run_arguments.version AND a.argument_name = p.key
	AND arguments ? (p.value ->> 'run');
END
$$;
COMMENT ON FUNCTION check_run_arguments(bigint, integer, jsonb) IS 'Used by start_workflow(). Raises 22023.';

CREATE OR REPLACE FUNCTION workflow_to_start(workflow_code text) RETURNS workflow
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an active workflow, each step of which can be done.
DECLARE
	found workflow;
	problem text;
BEGIN
	IF workflow_code IS NULL THEN
		RAISE EXCEPTION 'workflow_code must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT w.* INTO found FROM workflow w WHERE w.workflow_id = active_id_of('workflow', 'workflow_code', workflow_to_start.workflow_code);
	SELECT format('Step %s: %s.', s.step_code, step_problem(s)) INTO problem FROM workflow_step s
	WHERE s.workflow_id = found.workflow_id AND s.version = found.version AND step_problem(s) IS NOT NULL ORDER BY s.step_order LIMIT 1;
	IF problem IS NOT NULL THEN
		RAISE EXCEPTION 'workflow "%" cannot be started', workflow_code USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = problem,
			HINT = 'An administrator can correct it by define_workflow() or mark_step_function().';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION workflow_to_start(text) IS 
'Used by start_workflow(). Raises 22004 (null), CT009 (no such active workflow), 55000 (a step cannot be done).';

CREATE OR REPLACE FUNCTION start_workflow(workflow_code text, client_id bigint DEFAULT NULL, enrollment_id bigint DEFAULT NULL,
	arguments jsonb DEFAULT '{}') RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Starts a workflow for the user of the session and returns the run's id. Of two starts at once one is refused.
DECLARE
	user_id CONSTANT bigint := current_user_id(@schema@::regnamespace);
	started workflow;
	about CONSTANT bigint := run_client(client_id, enrollment_id);
	run_id bigint;
BEGIN
	IF user_id IS NULL THEN
		RAISE EXCEPTION 'only a known user can start a workflow' USING ERRCODE = 'insufficient_privilege',
			HINT = 'An administrator enters the login in hmis_user.login_role; an application calls set_session_user() first.';
	END IF;
	PERFORM refuse_open_workflow(except_run => NULL);
	started := workflow_to_start(workflow_code);
	PERFORM check_run_arguments(started.workflow_id, started.version, arguments);
	INSERT INTO workflow_run AS r (workflow_id, version, run_user_id, client_id, enrollment_id, arguments)
	VALUES (started.workflow_id, started.version, user_id, about, start_workflow.enrollment_id, start_workflow.arguments
		|| jsonb_strip_nulls(jsonb_build_object('client_id', about, 'enrollment_id', start_workflow.enrollment_id)))
	RETURNING r.workflow_run_id INTO run_id;
	RETURN run_id;
EXCEPTION WHEN unique_violation THEN
	PERFORM refuse_open_workflow(except_run => NULL);
	RAISE EXCEPTION 'you opened another workflow meanwhile' USING ERRCODE = 'serialization_failure',
		HINT = 'The transaction might succeed if retried.';
END
$$;
COMMENT ON FUNCTION start_workflow(text, bigint, bigint, jsonb) IS
'Starts a workflow and returns the run''s id (ClientTrack: Workflows). client_id, enrollment_id: what it is about, where that is
known; a client of the enrollment by default. arguments: what the steps take from the start, for example {"program_id": 11};
identifiers, codes and dates only. From now on other entry by the same user is refused until the run is completed, paused
or canceled. Raises 22004 (no workflow), 22023 (argument), 42501 (no known user), 55000 (a step cannot be done), CT009 (no such
active workflow, client, enrollment), CT023 (another run is open), 40001 (another is opened at this moment, under REPEATABLE
READ).';

CREATE OR REPLACE FUNCTION leave_workflow(workflow_run_id bigint, new_status text, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Pauses or cancels a run of the session's user, or as an administrator one of a colleague, also where its client is not in sight
-- any more. The run is locked before its status is read, so that a step that is being completed comes before or after.
DECLARE
	old_status text;
BEGIN
	IF workflow_run_id IS NULL THEN
		RAISE EXCEPTION 'workflow_run_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_word('new_status', coalesce(new_status, 'null'), '{paused,canceled}');
	IF NOT clienttrack.visible_row(@schema@::regnamespace, 'workflow_run', workflow_run_id) THEN
		RAISE EXCEPTION 'there is no workflow run %', workflow_run_id USING ERRCODE = 'CT009';
	END IF;
	IF NOT clienttrack.editable_row(@schema@::regnamespace, 'workflow_run', workflow_run_id) THEN
		RAISE EXCEPTION 'workflow run % is another user''s', workflow_run_id USING ERRCODE = 'insufficient_privilege',
			HINT = 'An administrator can pause or cancel it.';
	END IF;
	SELECT r.run_status INTO old_status FROM workflow_run r
	WHERE r.workflow_run_id = leave_workflow.workflow_run_id AND r.date_deleted IS NULL;
	IF old_status = new_status OR old_status NOT IN ('open', 'paused') THEN
		RAISE EXCEPTION 'workflow run % is %', workflow_run_id, old_status USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	UPDATE workflow_run r SET run_status = new_status, status_date = now(), status_reason = reason
	WHERE r.workflow_run_id = leave_workflow.workflow_run_id;
END
$$;
COMMENT ON FUNCTION leave_workflow(bigint, text, text) IS
'Used by pause_workflow() and cancel_workflow(). new_status: paused or canceled. Raises 22004 (null), 22023, 42501 (another user''s
run), 55000 (it is not open, or not paused either), CT009 (no such run).';

CREATE OR REPLACE FUNCTION pause_workflow(workflow_run_id bigint, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Pauses a run.
	SELECT leave_workflow(workflow_run_id, 'paused', reason);
END;
COMMENT ON FUNCTION pause_workflow(bigint, text) IS
'Saves an open workflow run to return to later (ClientTrack: the Pause icon); what its steps saved is saved anyway. An
administrator may pause a colleague''s. Raises 22004 (null), 42501 (another user''s run), 55000 (it is not open), CT009 (no such
run).';

CREATE OR REPLACE FUNCTION resume_workflow(workflow_run_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Opens a paused run of the session's user again.
DECLARE
	run workflow_run;
BEGIN
	run := own_run(workflow_run_id);
	IF run.run_status <> 'paused' THEN
		RAISE EXCEPTION 'workflow run % is %', workflow_run_id, run.run_status USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	PERFORM refuse_open_workflow(except_run => NULL);
	UPDATE workflow_run r SET run_status = 'open', status_date = now(), status_reason = NULL
	WHERE r.workflow_run_id = resume_workflow.workflow_run_id;
EXCEPTION WHEN unique_violation THEN
	PERFORM refuse_open_workflow(except_run => NULL);
	RAISE EXCEPTION 'you opened another workflow meanwhile' USING ERRCODE = 'serialization_failure',
		HINT = 'The transaction might succeed if retried.';
END
$$;
COMMENT ON FUNCTION resume_workflow(bigint) IS
'Goes on with a paused workflow run of one''s own. Raises 22004 (null), 42501 (another user''s run), 55000 (it is not paused), CT009
(no such run), CT023 (another run is open).';

CREATE OR REPLACE FUNCTION cancel_workflow(workflow_run_id bigint, reason text) RETURNS SETOF workflow_saved
LANGUAGE plpgsql VOLATILE ROWS 10 SET search_path FROM CURRENT AS $$
-- Cancels a run and returns what its steps saved, which stays.
#variable_conflict use_column
BEGIN
	PERFORM check_given('reason', reason), leave_workflow(cancel_workflow.workflow_run_id, 'canceled', reason);
	RETURN QUERY SELECT v.* FROM workflow_saved v WHERE v.workflow_run_id = cancel_workflow.workflow_run_id
	ORDER BY v.step_order, v.saved_id;
END
$$;
COMMENT ON FUNCTION cancel_workflow(bigint, text) IS
'Cancels an open or paused workflow run that was started in error (ClientTrack: the Cancel icon), and returns what its steps saved:
it stays, and must be deleted by hand where it is wrong, by delete_function with saved_id (ClientTrack: Once items have been
saved to the database, they must be manually deleted even if the workflow is canceled). An administrator may cancel a
colleague''s. Raises 22004 (null, no reason), 42501 (another user''s run), 55000 (it is completed or canceled), CT009 (no such
run).';
INSERT INTO schema_function (function_name, grantee) VALUES ('leave_workflow', 'clienttrack_worker')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
