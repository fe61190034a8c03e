-- The functions that steps of workflows call: which may be called, and what arguments they take.

CREATE OR REPLACE FUNCTION step_function_problem(function_name name) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns why no step can call a function of this name, or null. A step calls by name, as the user: there is one function of
-- that name, a worker may execute it, it writes, and it is none of those that run workflows.
DECLARE
	called record;
BEGIN
	SELECT count(*) AS functions, bool_and(p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)) AS plain,
		bool_and(p.provolatile = 'v') AS writes, bool_and(has_function_privilege('clienttrack_worker', p.oid, 'EXECUTE')) AS granted,
		bool_and(p.provariadic = 0 AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) a JOIN pg_catalog.pg_type t ON t.oid = a
			WHERE t.typtype = 'p') AND (p.pronargs = 0 OR coalesce('' <> ALL (p.proargnames[:p.pronargs]), false))) AS named INTO called
	FROM pg_catalog.pg_proc p WHERE p.pronamespace = @schema@::regnamespace AND p.proname = function_name;
	RETURN CASE
		WHEN called.functions = 0 THEN format('function "%s" does not exist', function_name)
		WHEN called.functions > 1 THEN format('there are %s functions "%s"', called.functions, function_name)
		WHEN NOT called.plain THEN format('"%s" is a procedure or trigger', function_name)
		WHEN function_name ~ '^(define|start|pause|resume|cancel|leave)_workflow$|^(complete|skip)_step$|^mark_step_function$'
			THEN format('function "%s" runs workflows itself', function_name)
		WHEN NOT called.writes THEN format('function "%s" only reads', function_name)
		WHEN NOT called.granted THEN format('function "%s" needs a right that workers do not have', function_name)
		WHEN NOT called.named THEN format('function "%s" has arguments without a name or a type of their own', function_name) END;
END
$$;
COMMENT ON FUNCTION step_function_problem(name) IS
'Used by mark_step_function(), step_problem() and complete_step(): null when a step can call the function of this name in the
schema.';

CREATE OR REPLACE FUNCTION step_arguments(function_name name)
RETURNS TABLE (argument_name text, place integer, argument_type oid, type_name text, has_default boolean)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT AS $$
-- Returns the arguments that a function of the schema takes, in order.
BEGIN
	RETURN QUERY
	SELECT a.name, a.number::integer, a.type, format_type(a.type, NULL), a.number > p.pronargs - p.pronargdefaults
	FROM pg_catalog.pg_proc p, LATERAL (
		SELECT u.name, u.type, row_number() OVER (ORDER BY u.place) AS number
		FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes::text[])
			WITH ORDINALITY u (type, name, mode, place)
		WHERE coalesce(u.mode, 'i') IN ('i', 'b')) a
	WHERE p.pronamespace = @schema@::regnamespace AND p.proname = function_name
	ORDER BY a.number;
END
$$;
COMMENT ON FUNCTION step_arguments(name) IS
'Used by the functions that run workflows. argument_type and type_name: its declared type. None for a function that does not exist.';

CREATE OR REPLACE FUNCTION step_result(function_name name) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns whether a function of the schema returns nothing, a value, or rows.
	SELECT CASE WHEN p.prorettype = 'void'::regtype THEN 'nothing' WHEN p.proretset OR t.typtype = 'c' OR t.typname = 'record' THEN 'rows'
		ELSE 'value' END
	FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
	WHERE p.pronamespace = @schema@::regnamespace AND p.proname = function_name;
END;
COMMENT ON FUNCTION step_result(name) IS 'Used by call_step_function(): nothing, value or rows.';

CREATE OR REPLACE FUNCTION has_record_column(table_name name, column_name name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Tells whether a table that workers enter rows into has a column.
	SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = @schema@::regnamespace AND c.relname = table_name AND c.relkind = 'r' AND a.attname = column_name
		AND a.attnum > 0 AND NOT a.attisdropped AND has_any_column_privilege('clienttrack_worker', c.oid, 'INSERT'));
END;
COMMENT ON FUNCTION has_record_column(name, name) IS 'Used by mark_step_function() and workflow_saved.';

CREATE OR REPLACE FUNCTION check_saved_table(saved_table name, saved_column name) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a table, where one is given, is one that workers enter rows into, and has the column.
BEGIN
	IF saved_table IS NOT NULL AND NOT (has_record_column(saved_table, setup_key(saved_table)::name)
			AND has_record_column(saved_table, 'date_deleted')) THEN
		RAISE EXCEPTION 'there is no table "%" of records', saved_table USING ERRCODE = 'CT009',
			HINT = 'Name the table that the function enters rows into, for example client_service.';
	END IF;
	IF saved_column IS NOT NULL AND NOT coalesce(has_record_column(saved_table, saved_column), false) THEN
		RAISE EXCEPTION 'table "%" has no column "%"', coalesce(saved_table, ''), saved_column USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_saved_table(name, name) IS 'Used by mark_step_function(); null passes. Raises CT009.';

CREATE OR REPLACE FUNCTION mark_step_function(function_name name, saved_table name DEFAULT NULL, delete_function name DEFAULT NULL,
	active boolean DEFAULT NULL, saved_column name DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that workflows may call a function, or may not any more, and returns the id of the mark.
DECLARE
	given CONSTANT jsonb := jsonb_strip_nulls(jsonb_build_object('function_name', function_name, 'saved_table', saved_table,
		'saved_column', saved_column, 'delete_function', delete_function, 'active', active));
	marked CONSTANT jsonb := (SELECT to_jsonb(f) FROM step_function f
		WHERE f.function_name = mark_step_function.function_name AND f.date_deleted IS NULL);
	problem CONSTANT text := step_function_problem(function_name);
BEGIN
	PERFORM check_label('function_name', function_name, true);
	IF problem IS NOT NULL AND active IS NOT FALSE AND NOT coalesce(marked @> given, false) THEN
		RAISE EXCEPTION '%', problem USING ERRCODE = CASE WHEN problem LIKE '% does not exist' THEN 'CT009' ELSE '22023' END,
			HINT = 'A step calls the one function of its name in this schema, with named arguments, as the worker who completes it.';
	END IF;
	PERFORM check_saved_table(coalesce(saved_table, marked ->> 'saved_table'), saved_column);
	IF delete_function IS NOT NULL AND NOT coalesce(marked @> given, false) AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p
			WHERE p.pronamespace = @schema@::regnamespace AND p.proname = delete_function) THEN
		RAISE EXCEPTION 'function "%" does not exist', delete_function USING ERRCODE = 'CT009';
	END IF;
	RETURN put_setup_row('step_function', 'function_name', given);
END
$$;
COMMENT ON FUNCTION mark_step_function(name, name, name, boolean, name) IS
'Marks a function of the schema as one that workflows may call, or changes the mark, and returns its id. It is called as the
user who completes the step, with that user''s rights. saved_table: the table that it enters or changes rows of; it returns the
key, or rows with a column of the key''s name. saved_column: the column of saved_table that holds what it returns instead, for
example card_code. delete_function: by which a person deletes what was saved. active: whether workflows may call it, default
true; false stops running ones too. Null: the default for a new mark, otherwise as it is.
Raises 22004 (null), 22023 (overloaded, a procedure or trigger, only reads, not for workers, unnamed arguments, runs workflows
itself), 42501 (not an administrator), CT009 (no such function, table or column).';

CREATE OR REPLACE FUNCTION step_scalar(argument_name text, value jsonb, argument_type oid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the text of a JSON value that is no array, or raises when it is not of the kind that the type is written as.
DECLARE
	kind CONSTANT text := jsonb_typeof(value);
	category CONSTANT "char" := (SELECT t.typcategory FROM pg_catalog.pg_type t WHERE t.oid = argument_type);
	wanted CONSTANT text := CASE category WHEN 'N' THEN 'a number' WHEN 'B' THEN 'true or false' WHEN 'D' THEN 'a date like 2026-03-01'
		WHEN 'T' THEN 'an interval in quotes' ELSE 'a text in quotes' END;
BEGIN
	IF kind = 'null' OR kind = (CASE category WHEN 'N' THEN 'number' WHEN 'B' THEN 'boolean' WHEN 'D' THEN NULL ELSE 'string' END)
			OR (category = 'N' AND kind = 'string' AND value #>> '{}' ~ '^-?[0-9]{1,18}$')
			OR (category = 'D' AND kind = 'string' AND value #>> '{}' ~ '^([0-9]{4,6}-[0-9]{2}-[0-9]{2}([T ][0-9:.+-]+Z?)?|-?infinity)$') THEN
		RETURN value #>> '{}';
	END IF;
	RAISE EXCEPTION 'argument "%" must be %', argument_name, wanted USING ERRCODE = 'invalid_parameter_value';
END
$$;
COMMENT ON FUNCTION step_scalar(text, jsonb, oid) IS
'Used by step_value(): null for JSON''s null. Raises 22023, never with the value, which may be somebody''s name.';

CREATE OR REPLACE FUNCTION step_value(argument_name text, value jsonb, argument_type oid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns what a JSON value is as text of the declared type of an argument, or raises when it is no value of it.
DECLARE
	type_name CONSTANT text := format_type(argument_type, NULL);
	element CONSTANT oid := (SELECT t.typelem FROM pg_catalog.pg_type t WHERE t.oid = argument_type AND t.typcategory = 'A');
	given text;
BEGIN
	IF jsonb_typeof(value) = 'null' THEN
		RETURN NULL;
	ELSIF argument_type IN ('jsonb'::regtype, 'json'::regtype) THEN
		RETURN value::text;
	ELSIF element IS NULL THEN
		given := step_scalar(argument_name, value, argument_type);
	ELSIF jsonb_typeof(value) = 'array' THEN
		given := ARRAY(SELECT step_scalar(argument_name, e.value, element)
			FROM jsonb_array_elements(value) WITH ORDINALITY e (value, place) ORDER BY e.place)::text;
	ELSE
		RAISE EXCEPTION 'argument "%" must be an array', argument_name USING ERRCODE = 'invalid_parameter_value';
	END IF;
	EXECUTE format('SELECT $1::%s', type_name) USING given;
	RETURN given;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
	IF SQLERRM LIKE 'argument "%' THEN
		RAISE;
	END IF;
	RAISE EXCEPTION 'argument "%" is no value of type %', argument_name, type_name USING ERRCODE = 'invalid_parameter_value';
END
$$;
COMMENT ON FUNCTION step_value(text, jsonb, oid) IS
'Used by start_workflow(), define_workflow() and call_step_function(). value: numbers as JSON numbers or digits, dates as
"2026-03-01", true and false, arrays as JSON arrays, jsonb as it is. Raises 22023, never with the value.';
