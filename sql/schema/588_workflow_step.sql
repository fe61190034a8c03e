-- Doing the steps of a run: what comes next, calling its function, and noting what it saved.

CREATE OR REPLACE FUNCTION own_run(workflow_run_id bigint) RETURNS workflow_run
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a run of the session's user, locked: of two who complete a step, pause or cancel, the second finds what the first did.
DECLARE
	run workflow_run;
BEGIN
	IF workflow_run_id IS NULL THEN
		RAISE EXCEPTION 'workflow_run_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT r.* INTO run FROM workflow_run r
	WHERE r.workflow_run_id = own_run.workflow_run_id AND r.date_deleted IS NULL FOR NO KEY UPDATE;
	IF run.workflow_run_id IS NULL THEN
		PERFORM FROM workflow_run r WHERE r.workflow_run_id = own_run.workflow_run_id AND r.date_deleted IS NULL;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'there is no workflow run %', workflow_run_id USING ERRCODE = 'CT009';
		END IF;
	END IF;
	IF run.workflow_run_id IS NULL OR run.run_user_id IS DISTINCT FROM current_user_id(@schema@::regnamespace) THEN
		RAISE EXCEPTION 'workflow run % is another user''s', workflow_run_id USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN run;
END
$$;
COMMENT ON FUNCTION own_run(bigint) IS
'Used by complete_step(), skip_step() and resume_workflow(). Raises 22004 (null), 42501 (another user''s run), 40001 (changed meanwhile,
under REPEATABLE READ), CT009 (no such run).';

CREATE OR REPLACE FUNCTION open_run(workflow_run_id bigint) RETURNS workflow_run
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns the open run of the session's user, locked.
DECLARE
	run CONSTANT workflow_run := own_run(workflow_run_id);
BEGIN
	IF run.run_status <> 'open' THEN
		RAISE EXCEPTION 'workflow run % is %', workflow_run_id, run.run_status USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = CASE run.run_status WHEN 'paused' THEN format('Call resume_workflow(%s) first.', workflow_run_id)
				ELSE 'Start the workflow again.' END;
	END IF;
	RETURN run;
END
$$;
COMMENT ON FUNCTION open_run(bigint) IS 'Used by complete_step() and skip_step(). Raises what own_run() raises, and 55000 (it is not open).';

CREATE OR REPLACE FUNCTION step_to_do(run workflow_run, step text) RETURNS workflow_step
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns a step of a run that can be done now: it applies, is not done, and no required step before it is open.
DECLARE
	found workflow_step;
	progress record;
	earlier text;
BEGIN
	IF step IS NULL THEN
		RAISE EXCEPTION 'step must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT s.* INTO found FROM workflow_step s
	WHERE s.workflow_id = run.workflow_id AND s.version = run.version AND s.step_code = step;
	SELECT p.* INTO progress FROM workflow_progress p
	WHERE p.workflow_run_id = run.workflow_run_id AND p.workflow_step_id = found.workflow_step_id;
	IF progress.workflow_step_id IS NULL THEN
		RAISE EXCEPTION 'the workflow has no step "%"', left(step, 60) USING ERRCODE = 'CT009', HINT = 'See workflow_progress.';
	ELSIF progress.step_status = 'done' THEN
		RAISE EXCEPTION 'step "%" is done', step USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Pause or finish the workflow, and edit or delete the record that it saved.';
	ELSIF progress.step_status = 'not applicable' THEN
		RAISE EXCEPTION 'step "%" does not apply in this run', step USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	SELECT p.step_code INTO earlier FROM workflow_progress p WHERE p.workflow_run_id = run.workflow_run_id
	AND p.step_order < found.step_order AND p.required AND p.step_status = 'open' ORDER BY p.step_order LIMIT 1;
	IF earlier IS NOT NULL THEN
		RAISE EXCEPTION 'step "%" comes before "%"', earlier, step USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION step_to_do(workflow_run, text) IS
'Used by complete_step() and skip_step(): a step that was skipped can still be done. Raises 22004 (null), 55000 (done, does not apply,
or a required step comes before it), CT009 (no such step).';

CREATE OR REPLACE FUNCTION saved_by_step(workflow_run_id bigint, step text, as_array boolean) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the key that a step of a run saved, or its keys as an array; null when there is none, or several for one.
	SELECT CASE WHEN as_array THEN coalesce(d.result, jsonb_build_array(d.saved_id)) WHEN d.result IS NULL THEN to_jsonb(d.saved_id)
		WHEN jsonb_array_length(d.result) = 1 THEN d.result -> 0 END
	FROM workflow_run_step d JOIN workflow_step s USING (workflow_step_id)
	WHERE d.workflow_run_id = saved_by_step.workflow_run_id AND s.step_code = step AND d.date_deleted IS NULL
	AND num_nonnulls(d.saved_id, d.result) > 0;
END;
COMMENT ON FUNCTION saved_by_step(bigint, text, boolean) IS 'Used by known_arguments().';

CREATE OR REPLACE FUNCTION known_arguments(run workflow_run, step workflow_step) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the arguments of a step that the workflow gives, as far as they are known by now.
BEGIN
	RETURN (SELECT coalesce(jsonb_object_agg(k.name, k.value), '{}') FROM (
		SELECT p.key AS name, CASE WHEN p.value ? 'value' THEN p.value -> 'value'
			WHEN p.value ? 'step' THEN saved_by_step(run.workflow_run_id, p.value ->> 'step', a.argument_type = 'bigint[]'::regtype)
			WHEN p.value ->> 'run' = 'client_id' THEN to_jsonb(run.client_id)
			WHEN p.value ->> 'run' = 'enrollment_id' THEN to_jsonb(run.enrollment_id)
			ELSE nullif(run.arguments -> (p.value ->> 'run'), 'null') END AS value
		FROM jsonb_each(step.parameters) p JOIN step_arguments(step.function_name) a ON a.argument_name = p.key) k
		WHERE k.value IS NOT NULL);
END
$$;
COMMENT ON FUNCTION known_arguments(workflow_run, workflow_step) IS
'Used by next_step() and complete_step(): {argument: value}. What is not known yet is left out, and the user''s to give.';

CREATE OR REPLACE FUNCTION next_step(workflow_run_id bigint)
RETURNS TABLE (step_code text, step_title text, function_name name, required boolean, known jsonb, needed jsonb, comments text)
LANGUAGE plpgsql STABLE ROWS 1 SET search_path FROM CURRENT AS $$
-- Returns the first open step of a run, with what a form for it has to know.
#variable_conflict use_column
DECLARE
	run workflow_run;
	step workflow_step;
	known jsonb;
BEGIN
	SELECT r.* INTO run FROM workflow_run r WHERE r.workflow_run_id = next_step.workflow_run_id AND r.date_deleted IS NULL;
	IF run.workflow_run_id IS NULL THEN
		RAISE EXCEPTION 'there is no workflow run %', coalesce(next_step.workflow_run_id::text, 'null') USING ERRCODE = 'CT009';
	END IF;
	SELECT s.* INTO step FROM workflow_progress p JOIN workflow_step s USING (workflow_step_id)
	WHERE p.workflow_run_id = run.workflow_run_id AND p.step_status = 'open' AND run.run_status IN ('open', 'paused')
	ORDER BY p.step_order LIMIT 1;
	IF step.workflow_step_id IS NULL THEN
		RETURN;
	END IF;
	known := known_arguments(run, step);
	RETURN QUERY SELECT step.step_code, step.step_title, step.function_name, step.required, known,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.argument_name, 'type', a.type_name, 'required', NOT a.has_default,
			'has_default', a.has_default) ORDER BY a.place), '[]')
		FROM step_arguments(step.function_name) a WHERE NOT known ? a.argument_name AND a.argument_name <> 'confirm_warnings'),
		(SELECT obj_description(p.oid, 'pg_proc') FROM pg_catalog.pg_proc p
		WHERE p.pronamespace = @schema@::regnamespace AND p.proname = step.function_name LIMIT 1);
END
$$;
COMMENT ON FUNCTION next_step(bigint) IS
'The step of a workflow run to do next; no row when the run is completed or canceled. known: {argument: value} that the workflow
gives. needed: the others, the user''s: [{"name", "type", "required", "has_default"}, …] in order. comments: of the function: what the arguments
mean, and the errors. Raises CT009 (no such run).';

CREATE OR REPLACE FUNCTION arguments_of_step(run workflow_run, step workflow_step, arguments jsonb, confirm_warnings boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the arguments to call the function of a step with: those of the workflow, and those of the user, who cannot change them.
DECLARE
	known CONSTANT jsonb := known_arguments(run, step);
	wrong record;
BEGIN
	IF jsonb_typeof(arguments) IS DISTINCT FROM 'object' THEN
		RAISE EXCEPTION 'arguments must be a jsonb object' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'next_step() tells which are needed.';
	END IF;
	SELECT g.key, a.argument_name IS NULL AS unknown INTO wrong FROM jsonb_each(arguments) g
	LEFT JOIN step_arguments(step.function_name) a ON a.argument_name = g.key
	WHERE a.argument_name IS NULL OR known -> g.key <> g.value LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'argument "%" %', left(wrong.key, 60), CASE WHEN wrong.unknown THEN 'is not known' ELSE 'is given by the workflow' END
			USING ERRCODE = 'invalid_parameter_value', HINT = 'next_step() tells which are needed.';
	END IF;
	SELECT a.argument_name AS key INTO wrong FROM step_arguments(step.function_name) a
	WHERE NOT a.has_default AND NOT (arguments || known) ? a.argument_name ORDER BY a.place LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'argument "%" must be given', wrong.key USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN arguments || known || CASE WHEN confirm_warnings THEN (SELECT coalesce(jsonb_object_agg(a.argument_name, true), '{}')
		FROM step_arguments(step.function_name) a WHERE a.argument_name = 'confirm_warnings') ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION arguments_of_step(workflow_run, workflow_step, jsonb, boolean) IS
'Used by complete_step(). Raises 22004 (an argument is missing), 22023 (no object, an unknown argument, or one that the workflow gives).';

CREATE OR REPLACE FUNCTION call_step_function(function_name name, arguments jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Calls the function of the schema with this name as the current user and returns what it returns. The statement is made of names
-- that the catalog has, never of what a user wrote; values are its parameter.
DECLARE
	call text;
	given text[];
	result jsonb;
BEGIN
	SELECT format('%s.%I(%s)', @schema@, function_name, coalesce(string_agg(format('%I => ($1)[%s]::%s', a.argument_name, a.number,
			a.type_name), ', ' ORDER BY a.number), '')), array_agg(a.value ORDER BY a.number) INTO call, given
	FROM (SELECT s.argument_name, s.type_name, step_value(s.argument_name, arguments -> s.argument_name, s.argument_type) AS value,
			row_number() OVER (ORDER BY s.place) AS number
		FROM step_arguments(function_name) s WHERE arguments ? s.argument_name) a;
	CASE step_result(function_name)
		WHEN 'nothing' THEN
			EXECUTE 'SELECT ' || call USING given;
		WHEN 'rows' THEN
			EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(r)), ''[]'') FROM %s r', call) INTO result USING given;
		ELSE
			EXECUTE format('SELECT to_jsonb(%s)', call) INTO result USING given;
	END CASE;
	RETURN result;
END
$$;
COMMENT ON FUNCTION call_step_function(name, jsonb) IS
'Used by complete_step(). Null for a function that returns nothing; an array of rows for one that returns rows. Raises 22023 (a value
of another type) and what the function raises.';

CREATE OR REPLACE FUNCTION saved_ids(function_name name, result jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the keys of the rows that a function saved, from what it returned, as an array; null for a function that names none.
DECLARE
	marked step_function;
	ids jsonb;
BEGIN
	SELECT f.* INTO marked FROM step_function f WHERE f.function_name = saved_ids.function_name;
	IF marked.saved_table IS NULL THEN
		RETURN NULL;
	ELSIF jsonb_typeof(result) = 'array' THEN
		RETURN (SELECT coalesce(jsonb_agg(r.value -> setup_key(marked.saved_table)::text ORDER BY r.place), '[]')
			FROM jsonb_array_elements(result) WITH ORDINALITY r (value, place)
			WHERE r.value ->> setup_key(marked.saved_table)::text IS NOT NULL);
	ELSIF marked.saved_column IS NOT NULL THEN
		EXECUTE format('SELECT jsonb_agg(m.id) FROM (SELECT t.%I AS id FROM %I t WHERE t.%I::text = $1 ORDER BY 1 DESC LIMIT 1) m',
			setup_key(marked.saved_table), marked.saved_table, marked.saved_column) INTO ids USING result #>> '{}';
		RETURN coalesce(ids, '[]');
	END IF;
	RETURN CASE jsonb_typeof(result) WHEN 'number' THEN jsonb_build_array(result) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION saved_ids(name, jsonb) IS
'Used by complete_step(): an empty array where the function could have saved something and did not, as when all of a household''s
services are refused.';

CREATE OR REPLACE FUNCTION note_step(run workflow_run, step workflow_step, status text, ids jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Notes that a step is done or skipped, and in the run whom it is about by now. With its last open step the run is completed.
DECLARE
	several CONSTANT boolean := step_result(step.function_name) = 'rows';
	saves CONSTANT name := (SELECT f.saved_table FROM step_function f WHERE f.function_name = step.function_name AND status = 'done');
	subject record;
	completed boolean;
BEGIN
	INSERT INTO workflow_run_step AS d (workflow_run_id, workflow_step_id, step_status, saved_id, result)
	VALUES (run.workflow_run_id, step.workflow_step_id, status, CASE WHEN NOT several THEN (ids -> 0)::bigint END,
		CASE WHEN several THEN ids END)
	ON CONFLICT ON CONSTRAINT workflow_run_step_workflow_run_id_workflow_step_id_key DO UPDATE
	SET step_status = excluded.step_status, saved_id = excluded.saved_id, result = excluded.result, completed_date = now(),
		date_deleted = NULL;
	SELECT e.enrollment_id, e.client_id INTO subject FROM enrollment e
	WHERE saves = 'enrollment' AND e.enrollment_id IN (SELECT i.value::bigint FROM jsonb_array_elements_text(ids) i (value))
	AND e.client_id = coalesce(run.client_id, e.client_id)
	ORDER BY e.relationship_to_hoh IS DISTINCT FROM 1, e.enrollment_id LIMIT 1;
	completed := NOT EXISTS (SELECT FROM workflow_progress p WHERE p.workflow_run_id = run.workflow_run_id AND p.step_status = 'open');
	UPDATE workflow_run r SET run_status = CASE WHEN completed THEN 'completed' ELSE r.run_status END,
		status_date = CASE WHEN completed THEN now() ELSE r.status_date END,
		client_id = coalesce(r.client_id, subject.client_id, CASE WHEN saves = 'client' THEN (ids -> 0)::bigint END),
		enrollment_id = coalesce(r.enrollment_id, subject.enrollment_id)
	WHERE r.workflow_run_id = run.workflow_run_id;
END
$$;
COMMENT ON FUNCTION note_step(workflow_run, workflow_step, text, jsonb) IS
'Used by complete_step() and skip_step(). ids: keys of what was saved. The run is written in any case, so that a transaction that began
before is told to try again.';

CREATE OR REPLACE FUNCTION complete_step(workflow_run_id bigint, step text, arguments jsonb DEFAULT '{}',
	confirm_warnings boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Calls the function of a step as the user of the session and returns what it returned; the run stays where it is when that
-- raises. A function that saves rows and saved none this time leaves the step open.
DECLARE
	run CONSTANT workflow_run := open_run(workflow_run_id);
	doing CONSTANT workflow_step := step_to_do(run, step);
	before CONSTANT text := coalesce(current_setting('clienttrack.workflow_run', true), '');
	result jsonb;
	ids jsonb;
BEGIN
	IF step_problem(doing) IS NOT NULL THEN
		RAISE EXCEPTION 'step "%" cannot be done', step USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = step_problem(doing),
			HINT = 'An administrator can correct it by define_workflow() or mark_step_function().';
	END IF;
	arguments := arguments_of_step(run, doing, arguments, confirm_warnings);
	PERFORM set_config('clienttrack.workflow_run', run.workflow_run_id::text, true);
	result := call_step_function(doing.function_name, arguments);
	PERFORM set_config('clienttrack.workflow_run', before, true);
	ids := saved_ids(doing.function_name, result);
	IF ids IS DISTINCT FROM '[]' THEN
		PERFORM note_step(run, doing, 'done', ids);
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION complete_step(bigint, text, jsonb, boolean) IS
'Does a step of one''s open workflow run: calls its function with the arguments that the workflow gives and those in arguments, as the
caller, and returns what it returned: an id as a number, rows as an array of objects. What it saved is in the database at once,
and noted in the run (the blue check mark). arguments: {"name": value} as next_step() asks for: dates as "2026-03-01", arrays as
arrays; null is null; left out is the default. Required steps are done in order, others may be left out or done later. Where the
function refuses (CT014: a warning) nothing is stored and the step stays open; confirm_warnings => true repeats it in spite of
warnings. With the last open step the run is completed. Raises 22004 (null, an argument is missing), 22023 (unknown argument, wrong type,
or one that the workflow gives), 42501 (another user''s run), 55000 (the run is not open; the step is done, does not apply, or comes
later; its function is not marked any more), CT009 (no such run or step), 40001 (under REPEATABLE READ), and what the function raises.';

CREATE OR REPLACE FUNCTION skip_step(workflow_run_id bigint, step text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Skips a step of a run that is not required.
DECLARE
	run CONSTANT workflow_run := open_run(workflow_run_id);
	skipped CONSTANT workflow_step := step_to_do(run, step);
BEGIN
	IF skipped.required THEN
		RAISE EXCEPTION 'step "%" is required', step USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Complete it, or cancel the workflow.';
	END IF;
	PERFORM note_step(run, skipped, 'skipped', NULL);
END
$$;
COMMENT ON FUNCTION skip_step(bigint, text) IS
'Skips a step that is not required; it can still be completed while the run is open. With the last open step the run is completed.
Raises 22004 (null), 42501 (another user''s run), 55000 (required, done, does not apply, or the run is not open), CT009 (no such run or
step).';
