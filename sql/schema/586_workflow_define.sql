-- Defining workflows: named sequences of steps.

CREATE OR REPLACE FUNCTION step_json(step workflow_step) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns a step as define_workflow() takes it, with nothing left out but a condition that there is not.
	SELECT jsonb_build_object('code', (step).step_code, 'title', (step).step_title, 'function', (step).function_name::text,
		'parameters', (step).parameters, 'required', (step).required)
		|| CASE WHEN (step).condition IS NULL THEN '{}' ELSE jsonb_build_object('condition', (step).condition) END;
END;
COMMENT ON FUNCTION step_json(workflow_step) IS
'Used by define_workflow() and export_catalogue(): {"code", "title", "function", "parameters", "required", "condition"}.';

CREATE OR REPLACE FUNCTION step_problem(step workflow_step) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns why a step cannot be done, or null: its function is not marked, not there, or has not the arguments given to it.
DECLARE
	marked boolean;
	unknown text;
BEGIN
	SELECT f.active AND f.date_deleted IS NULL INTO marked FROM step_function f WHERE f.function_name = step.function_name;
	IF marked IS NOT TRUE THEN
		RETURN format('function "%s" is not marked as one that workflows may call', step.function_name);
	END IF;
	SELECT p.name INTO unknown FROM jsonb_object_keys(step.parameters) p (name)
	WHERE p.name NOT IN (SELECT a.argument_name FROM step_arguments(step.function_name) a) LIMIT 1;
	RETURN coalesce(step_function_problem(step.function_name), CASE WHEN unknown IS NOT NULL
		THEN format('function "%s" has no argument "%s"', step.function_name, left(unknown, 60)) END);
END
$$;
COMMENT ON FUNCTION step_problem(workflow_step) IS 'Used by define_workflow(), start_workflow(), complete_step() and workflow_problems().';

CREATE OR REPLACE FUNCTION workflow_problems() RETURNS TABLE (object text, problem text)
LANGUAGE sql STABLE ROWS 10
BEGIN ATOMIC
	-- Returns what is wrong with the workflows that can be started, and with the functions that delete what they save.
	SELECT format('%s, step %s', w.workflow_code, s.step_code), step_problem(s)
	FROM workflow w JOIN workflow_step s ON s.workflow_id = w.workflow_id AND s.version = w.version
	WHERE w.active AND w.date_deleted IS NULL AND step_problem(s) IS NOT NULL
	UNION ALL SELECT format('step_function %s', f.function_name), format('delete function "%s" does not exist', f.delete_function)
	FROM step_function f
	WHERE f.active AND f.date_deleted IS NULL AND f.delete_function IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p
		WHERE p.pronamespace = @schema@::regnamespace AND p.proname = f.delete_function);
END;
COMMENT ON FUNCTION workflow_problems() IS
'Used by selfaudit(): the steps of active workflows that cannot be done, and why. No row: nothing is wrong.';

CREATE OR REPLACE FUNCTION check_parameter(step workflow_step, argument_name text, source jsonb, steps workflow_step[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that an argument that a workflow gives comes from an earlier step that saves something, from the start of the run, or
-- is a constant of its type. Nobody confirms warnings beforehand.
DECLARE
	argument_type CONSTANT oid := (SELECT a.argument_type FROM step_arguments(step.function_name) a
		WHERE a.argument_name = check_parameter.argument_name);
	named CONSTANT text := CASE WHEN jsonb_typeof(source) = 'object' THEN coalesce(source ->> 'step', source ->> 'run') END;
	problem text;
BEGIN
	problem := CASE
		WHEN argument_name = 'confirm_warnings' THEN 'warnings are confirmed by who completes the step'
		WHEN jsonb_typeof(source) <> 'object' OR (SELECT count(*) FROM jsonb_object_keys(source)) <> 1
			OR NOT source ?| ARRAY['step', 'run', 'value'] THEN 'must be {"step": code}, {"run": name} or {"value": constant}'
		WHEN source ? 'value' THEN NULL
		WHEN jsonb_typeof(coalesce(source -> 'step', source -> 'run')) <> 'string' THEN 'the name must be a text'
		WHEN source ? 'run' THEN
			CASE WHEN named !~ '^[a-z][a-z0-9_]{0,59}$' THEN 'the name of what the run is started with must be like program_id' END
		WHEN NOT EXISTS (SELECT FROM unnest(steps) s WHERE s.step_code = named) THEN format('there is no earlier step "%s"', left(named, 60))
		WHEN NOT EXISTS (SELECT FROM unnest(steps) s JOIN step_function f USING (function_name)
			WHERE s.step_code = named AND f.saved_table IS NOT NULL) THEN format('step "%s" saves nothing that has an id', named)
		WHEN argument_type NOT IN ('bigint'::regtype, 'bigint[]'::regtype) THEN 'takes no id' END;
	IF problem IS NOT NULL THEN
		RAISE EXCEPTION 'parameter "%": %', left(argument_name, 60), problem USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: {"client_id": {"run": "client_id"}, "goal_id": {"step": "goal"}, "data_collection_stage": {"value": 1}}';
	END IF;
	PERFORM step_value(argument_name, source -> 'value', argument_type) WHERE source ? 'value';
END
$$;
COMMENT ON FUNCTION check_parameter(workflow_step, text, jsonb, workflow_step[]) IS
'Used by define_workflow(). source: where the argument comes from. steps: the earlier ones. Raises 22023.';

CREATE OR REPLACE FUNCTION check_condition(condition jsonb, steps workflow_step[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Ensures that a condition, where there is one, is about an earlier step or about what the run is started with.
DECLARE
	well_formed boolean;
	keys CONSTANT text[] := CASE WHEN jsonb_typeof(condition) = 'object'
		THEN ARRAY(SELECT k.name FROM jsonb_object_keys(condition) k (name) ORDER BY k.name COLLATE "C") END;
BEGIN
	well_formed := CASE WHEN keys = '{is,step}' THEN condition ->> 'is' IN ('done', 'skipped') AND jsonb_typeof(condition -> 'step') = 'string'
		WHEN keys = '{given,run}' THEN jsonb_typeof(condition -> 'given') = 'boolean' AND condition ->> 'run' ~ '^[a-z][a-z0-9_]{0,59}$' END;
	IF condition IS NOT NULL AND well_formed IS NOT TRUE THEN
		RAISE EXCEPTION 'the condition is malformed' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: {"step": "goal", "is": "done"} (or "skipped"), or {"run": "client_id", "given": false}';
	END IF;
	IF condition ? 'step' AND NOT EXISTS (SELECT FROM unnest(steps) s WHERE s.step_code = check_condition.condition ->> 'step') THEN
		RAISE EXCEPTION 'condition: there is no earlier step "%"', left(condition ->> 'step', 60) USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_condition(jsonb, workflow_step[]) IS 'Used by define_workflow(). steps: the earlier ones. Raises 22023.';

CREATE OR REPLACE FUNCTION step_of(item jsonb, steps workflow_step[]) RETURNS workflow_step
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns a step of define_workflow() that can be done after the earlier ones, or raises.
DECLARE
	step workflow_step;
	problem text;
BEGIN
	PERFORM check_item(item, ARRAY['code', 'title', 'function', 'parameters', 'required', 'condition'], 'code',
		'{"code": "goal", "title": "First goal", "function": "set_goal", "parameters": {"client_id": {"run": "client_id"}}}');
	step.step_order := cardinality(steps) + 1;
	step.step_code := json_text(item, 'code');
	step.step_title := json_text(item, 'title');
	step.function_name := json_text(item, 'function');
	step.parameters := coalesce(nullif(item -> 'parameters', 'null'), '{}');
	step.required := coalesce(json_boolean(item, 'required'), true);
	step.condition := nullif(item -> 'condition', 'null');
	PERFORM check_label('code', step.step_code, true), check_label('title', step.step_title, true),
		check_label('function', step.function_name, true);
	problem := CASE WHEN EXISTS (SELECT FROM unnest(steps) s WHERE s.step_code = step.step_code) THEN 'a step with this code is there already'
		WHEN jsonb_typeof(step.parameters) <> 'object' THEN 'parameters must be a jsonb object' ELSE step_problem(step) END;
	IF problem IS NOT NULL THEN
		RAISE EXCEPTION '%', problem USING ERRCODE = CASE WHEN problem LIKE '% does not exist' THEN 'CT009' ELSE '22023' END;
	END IF;
	PERFORM check_parameter(step, p.key, p.value, steps) FROM jsonb_each(step.parameters) p;
	PERFORM check_condition(step.condition, steps);
	RETURN step;
END
$$;
COMMENT ON FUNCTION step_of(jsonb, workflow_step[]) IS 'Used by define_workflow(). steps: the earlier ones. Raises 22004, 22023, CT009.';

CREATE OR REPLACE FUNCTION steps_of(steps jsonb) RETURNS workflow_step[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the steps of a workflow, or raises, saying which is wrong.
DECLARE
	parsed workflow_step[] := '{}';
	item jsonb;
	state text; message text; detail text; hint text;
BEGIN
	IF jsonb_typeof(steps) <> 'array' OR jsonb_array_length(steps) NOT BETWEEN 1 AND 100 THEN
		RAISE EXCEPTION 'steps must be a jsonb array of 1 to 100 elements' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"code": "goal", "title": "First goal", "function": "set_goal"}]';
	END IF;
	FOR item IN SELECT e.value FROM jsonb_array_elements(steps) WITH ORDINALITY e (value, place) ORDER BY e.place
	LOOP
		parsed := parsed || step_of(item, parsed);
	END LOOP;
	RETURN parsed;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	IF item IS NULL THEN
		RAISE;
	END IF;
	PERFORM raise_at(format('steps[%s]%s', cardinality(parsed), CASE WHEN jsonb_typeof(item -> 'code') = 'string'
		THEN format(' (%s)', left(item ->> 'code', 60)) ELSE '' END), state, message, detail, hint, item::text);
END
$$;
COMMENT ON FUNCTION steps_of(jsonb) IS
'Used by define_workflow(). Raises what step_of() raises, with place and code of the step, as steps[2] (goal).';

CREATE OR REPLACE FUNCTION workflow_steps_json(workflow_id bigint, version integer) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the steps of a version of a workflow in order.
	SELECT coalesce(jsonb_agg(step_json(s) ORDER BY s.step_order), '[]') FROM workflow_step s
	WHERE s.workflow_id = workflow_steps_json.workflow_id AND s.version = workflow_steps_json.version;
END;
COMMENT ON FUNCTION workflow_steps_json(bigint, integer) IS 'Used by define_workflow() and export_catalogue().';

CREATE OR REPLACE FUNCTION replace_steps(workflow_id bigint, steps jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that runs that start from now on have these steps, in a new version where they are others than before.
DECLARE
	old_version integer;
	parsed workflow_step[];
BEGIN
	SELECT w.version INTO old_version FROM workflow w WHERE w.workflow_id = replace_steps.workflow_id FOR NO KEY UPDATE;
	IF steps = workflow_steps_json(workflow_id, old_version) AND steps <> '[]' THEN
		RETURN;
	END IF;
	parsed := steps_of(steps);
	IF (SELECT jsonb_agg(step_json(s) ORDER BY s.step_order) FROM unnest(parsed) s) = workflow_steps_json(workflow_id, old_version) THEN
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM workflow_step s WHERE s.workflow_id = replace_steps.workflow_id) THEN
		UPDATE workflow w SET version = old_version + 1 WHERE w.workflow_id = replace_steps.workflow_id RETURNING w.version INTO old_version;
	END IF;
	INSERT INTO workflow_step (workflow_id, version, step_order, step_code, step_title, function_name, parameters, required, condition)
	SELECT replace_steps.workflow_id, old_version, s.step_order, s.step_code, s.step_title, s.function_name, s.parameters, s.required,
		s.condition
	FROM unnest(parsed) s;
END
$$;
COMMENT ON FUNCTION replace_steps(bigint, jsonb) IS
'Used by define_workflow(): who changes the same workflow at the same time is waited for. Steps that are so already are not
looked at. Raises what steps_of() raises.';

CREATE OR REPLACE FUNCTION define_workflow(workflow_code text, workflow_name text DEFAULT NULL, steps jsonb DEFAULT NULL,
	active boolean DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a workflow like this, and returns its id.
DECLARE
	id bigint;
BEGIN
	PERFORM check_label('workflow_code', workflow_code, true), check_label('workflow_name', workflow_name, false);
	id := put_setup_row('workflow', 'workflow_code', jsonb_strip_nulls(jsonb_build_object('workflow_code', workflow_code,
		'workflow_name', workflow_name, 'active', active)));
	IF steps IS NOT NULL THEN
		PERFORM replace_steps(id, steps);
	ELSIF NOT EXISTS (SELECT FROM workflow_step s WHERE s.workflow_id = id) THEN
		RAISE EXCEPTION 'a new workflow needs steps' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN id;
END
$$;
COMMENT ON FUNCTION define_workflow(text, text, jsonb, boolean) IS
'Defines a workflow, or changes it, and returns its id (ClientTrack: Workflows). steps: in order, 1 to 100 of [{"code": by which
other steps name it, "title": to show, "function": marked by mark_step_function(), "parameters": {argument: {"run":
"client_id"} or "enrollment_id" or the name of an argument of start_workflow(), or {"step": code} what an earlier step saved, or
{"value": constant}}, "required": default true, "condition": {"step": code, "is": "done" or "skipped"} or {"run": name, "given":
true or false}}, …]; arguments not in parameters are the user''s. Other steps than before are a new version; runs that are open
or paused keep theirs. active: whether it can be started, default true. Null: as it is; a new workflow needs name and steps. A
deleted one comes back. Raises 22004 (no code; new without name or steps), 22023 (blank; steps malformed), 42501 (not an
administrator), CT009 (no such function), with place and code of the step, as steps[2] (goal).';
