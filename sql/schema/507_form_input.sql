-- What forms hand in: codes, names, amounts and units, checked and turned into what tables hold.

CREATE OR REPLACE FUNCTION service_of(service text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the id of the live service with this code or, failing that, this id.
DECLARE
	found bigint;
BEGIN
	SELECT s.service_id INTO found FROM service s WHERE s.service_code = service_of.service AND s.date_deleted IS NULL;
	IF found IS NULL AND service_of.service ~ '^[0-9]{1,18}$' THEN
		SELECT s.service_id INTO found FROM service s
		WHERE s.service_id = service_of.service::bigint AND s.date_deleted IS NULL;
	END IF;
	IF found IS NULL THEN
		RAISE EXCEPTION 'service "%" does not exist', left(service_of.service, 60) USING ERRCODE = 'CT009';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION service_of(text) IS
'The id of the service with this service_code, or this id as digits. Raises CT009 when there is none.';

CREATE OR REPLACE FUNCTION json_amount(item jsonb, key text, smallest numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a number of a jsonb object, null when the key is missing or null, and raises when it is no such amount.
DECLARE
	given jsonb := item -> key;
	amount numeric;
BEGIN
	IF given IS NULL OR jsonb_typeof(given) = 'null' THEN
		RETURN NULL;
	END IF;
	IF jsonb_typeof(given) = 'number' THEN
		amount := given::numeric;
	END IF;
	IF amount IS NULL OR amount < smallest OR amount >= 1e10 OR amount <> round(amount, 2) THEN
		RAISE EXCEPTION '"%" must be a number of at least % with at most two decimals, not %', key, smallest, left(given::text, 60)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN amount;
END
$$;
COMMENT ON FUNCTION json_amount(jsonb, text, numeric) IS
'Used by functions that take jsonb: the amount under a key, null when missing. Raises 22023 when it is not a number, below
smallest, 10 billion or more, or has more than two decimals.';

CREATE OR REPLACE FUNCTION active_id_of(table_name name, key_column name, key text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the id of the active row of a list that has this name or code.
DECLARE
	found bigint;
BEGIN
	EXECUTE format('SELECT t.%I FROM %I t WHERE t.%I = $1 AND t.active AND t.date_deleted IS NULL', table_name || '_id', table_name,
		key_column) INTO found USING key;
	IF found IS NULL THEN
		RAISE EXCEPTION 'there is no active % "%"', replace(table_name, '_', ' '), left(key, 60) USING ERRCODE = 'CT009',
			HINT = format('See %s for those that can be chosen.', table_name);
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION active_id_of(name, name, text) IS
'Used by the functions that record services. table_name: a list with a column active, for example service_reason. Null for null.
Raises CT009 when there is no such row.';

CREATE OR REPLACE FUNCTION service_reason_of(reason text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the id of the active reason with this name.
	SELECT active_id_of('service_reason', 'service_reason_name', reason);
END;
COMMENT ON FUNCTION service_reason_of(text) IS
'The id of the active reason for services with this name; null for null. Raises CT009 when there is none.';

CREATE OR REPLACE FUNCTION check_amount(name text, amount numeric, smallest numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns an amount, or null, and raises when it is not between smallest and ten billion, or is ten billion when rounded to cents.
BEGIN
	IF amount < smallest OR round(amount, 2) >= 1e10 THEN -- NaN is larger than every number
		RAISE EXCEPTION '% must be at least % and below 10000000000, not %', name, smallest, left(amount::text, 40)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN amount;
END
$$;
COMMENT ON FUNCTION check_amount(text, numeric, numeric) IS
'Used by the functions that record services: the amount itself. Raises 22023 when it is below smallest, 10 billion or more, or NaN.';

CREATE OR REPLACE FUNCTION check_given(name text, words text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a text that must say something.
BEGIN
	IF coalesce(words, '') !~ '\S' THEN
		RAISE EXCEPTION '% must be given', name USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN words;
END
$$;
COMMENT ON FUNCTION check_given(text, text) IS
'Used by functions that take a reason, a name or a description: the text itself. name: of the argument. Raises 22004 for null and blanks.';

CREATE OR REPLACE FUNCTION check_date(name text, day date, required boolean DEFAULT true) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a day that is finite, and given where it must be.
BEGIN
	IF day IS NULL AND required THEN
		RAISE EXCEPTION '% must not be null', name USING ERRCODE = 'null_value_not_allowed';
	ELSIF NOT isfinite(day) THEN
		RAISE EXCEPTION '% must be finite', name USING ERRCODE = 'datetime_field_overflow';
	END IF;
	RETURN day;
END
$$;
COMMENT ON FUNCTION check_date(text, date, boolean) IS
'Used by functions that enter records: the day itself. name: of the argument. Raises 22004 (null), 22008 (infinite).';

CREATE OR REPLACE FUNCTION check_day(date_provided date) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a date provided is given and finite.
BEGIN
	PERFORM check_date('date_provided', date_provided);
END
$$;
COMMENT ON FUNCTION check_day(date) IS 'Used by the functions that record services. Raises 22004 (null), 22008 (infinite).';

CREATE OR REPLACE FUNCTION convert_units(units numeric, from_unit text, to_unit text) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns units of one measure in another of the same kind, rounded to what the other is counted in.
DECLARE
	source unit_of_measure;
	target unit_of_measure;
BEGIN
	SELECT u.* INTO source FROM unit_of_measure u WHERE u.unit_of_measure = from_unit AND u.date_deleted IS NULL;
	SELECT u.* INTO target FROM unit_of_measure u WHERE u.unit_of_measure = to_unit AND u.date_deleted IS NULL;
	IF source.kind IS NULL OR target.kind IS NULL THEN
		RAISE EXCEPTION 'there is no unit of measure "%"', left(CASE WHEN source.kind IS NULL THEN from_unit ELSE to_unit END, 60)
			USING ERRCODE = 'CT009', HINT = 'See unit_of_measure.';
	END IF;
	IF from_unit <> to_unit AND (source.kind <> target.kind OR source.kind = 'count') THEN
		RAISE EXCEPTION '% cannot be converted to %', from_unit, to_unit USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN round(units * source.base_units / target.base_units, target.decimals);
END
$$;
COMMENT ON FUNCTION convert_units(numeric, text, text) IS
'Units of one measure in another: 90 minutes are 1.5 hours; dollars are rounded to cents. Null for null.
Raises CT009 (no such unit of measure), 22023 (not of the same kind, for example dollars to hours).';

CREATE OR REPLACE FUNCTION worth_of_unit(unit_of_measure text, unit_value numeric) RETURNS numeric
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the value of a unit for which none is given: of money its own, of anything else what the offering or the service says.
	SELECT CASE WHEN worth_of_unit.unit_value = 0 THEN coalesce((SELECT u.base_units FROM unit_of_measure u
		WHERE u.unit_of_measure = worth_of_unit.unit_of_measure AND u.kind = 'currency'), 0) ELSE worth_of_unit.unit_value END;
END;
COMMENT ON FUNCTION worth_of_unit(text, numeric) IS
'Used wherever services are given a default unit value: a dollar is worth a dollar. unit_value: of the offering or the service.';

CREATE OR REPLACE FUNCTION check_item(item jsonb, allowed text[], required text, example text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that an element of a form's list is an object with the key that it needs and none that is not known.
DECLARE
	unknown text;
BEGIN
	IF jsonb_typeof(item) IS DISTINCT FROM 'object' OR coalesce(jsonb_typeof(item -> required), '') NOT IN ('string', 'number') THEN
		RAISE EXCEPTION 'an element does not name its %: %', required, left(item::text, 60)
			USING ERRCODE = 'invalid_parameter_value', HINT = format('For example: %s', example);
	END IF;
	SELECT k INTO unknown FROM jsonb_object_keys(item) k WHERE k <> ALL (allowed) LIMIT 1;
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'an element has a key that is not known: %', left(unknown, 60)
			USING ERRCODE = 'invalid_parameter_value', HINT = format('The keys are %s.', array_to_string(allowed, ', '));
	END IF;
END
$$;
COMMENT ON FUNCTION check_item(jsonb, text[], text, text) IS 'Used by functions that take lists as jsonb. Raises 22023.';

CREATE OR REPLACE FUNCTION json_number(item jsonb, key text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a number of a jsonb object, null when the key is missing or null.
BEGIN
	IF coalesce(jsonb_typeof(item -> key), 'null') NOT IN ('number', 'null') THEN
		RAISE EXCEPTION '"%" must be a number, not %', key, left((item -> key)::text, 60) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN (item ->> key)::numeric;
END
$$;
COMMENT ON FUNCTION json_number(jsonb, text) IS 'Used by functions that take jsonb. Raises 22023 for what is no number.';

CREATE OR REPLACE FUNCTION json_code(item jsonb, key text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a code of a jsonb object, null when the key is missing or null.
DECLARE
	given CONSTANT numeric := json_number(item, key);
BEGIN
	IF abs(given) >= 1e9 OR given <> trunc(given) THEN
		RAISE EXCEPTION '"%" must be a code, not %', key, left(given::text, 40) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN given;
END
$$;
COMMENT ON FUNCTION json_code(jsonb, text) IS 'Used by functions that take HUD codes as jsonb. Raises 22023 for what is no whole number.';

CREATE OR REPLACE FUNCTION json_text(item jsonb, key text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a text of a jsonb object, null when the key is missing or null.
BEGIN
	IF coalesce(jsonb_typeof(item -> key), 'null') NOT IN ('string', 'null') THEN
		RAISE EXCEPTION '"%" must be a text, not %', key, left((item -> key)::text, 60) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN item ->> key;
END
$$;
COMMENT ON FUNCTION json_text(jsonb, text) IS 'Used by functions that take jsonb. Raises 22023 for what is no text.';

CREATE OR REPLACE FUNCTION json_id(item jsonb, key text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns an identifier of a jsonb object, null when the key is missing or null.
BEGIN
	IF coalesce(jsonb_typeof(item -> key), 'null') = 'null' THEN
		RETURN NULL;
	END IF;
	IF item ->> key !~ '^-?[0-9]{1,18}$' THEN
		RAISE EXCEPTION '"%" must be an identifier, not %', key, left((item -> key)::text, 60) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN (item ->> key)::bigint;
END
$$;
COMMENT ON FUNCTION json_id(jsonb, text) IS
'Used by functions that take jsonb: an identifier as number or digits. Raises 22023 for anything else.';

CREATE OR REPLACE FUNCTION refuse_warnings(refuse boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Sets for this transaction whether warnings refuse a statement, and returns what was set before, to be put back.
DECLARE
	before CONSTANT boolean := coalesce(nullif(current_setting('clienttrack.refuse_warnings', true), ''), 'off')::boolean;
BEGIN
	PERFORM set_config('clienttrack.refuse_warnings', refuse::text, true);
	RETURN before;
END
$$;
COMMENT ON FUNCTION refuse_warnings(boolean) IS
'Used by the functions that record services: an error puts the setting clienttrack.refuse_warnings back by itself. It is no SET of
these functions, since only a superuser may restore such a function from a dump before the library is loaded.';

CREATE OR REPLACE FUNCTION write_history(kind text) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Sets for this transaction what kind of history statements write, and returns what was set before, to be put back.
DECLARE
	before CONSTANT text := coalesce(nullif(current_setting('clienttrack.history', true), ''), 'none');
BEGIN
	PERFORM set_config('clienttrack.history', kind, true);
	RETURN before;
END
$$;
COMMENT ON FUNCTION write_history(text) IS
'Used by hud_load(), merge_clients() and unmerge_clients(). kind: none, load or merge: rules about entering records do not judge
history. It counts only for who has the privileges of the tables'' owner.';

CREATE OR REPLACE FUNCTION check_hud_code(name text, list text, code integer) RETURNS smallint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns a code, or null, and raises when it is not in HUD's list.
BEGIN
	IF code IS NOT NULL AND NOT EXISTS (SELECT FROM hud_code h
			WHERE h.list = check_hud_code.list AND h.code = check_hud_code.code::text) THEN
		RAISE EXCEPTION '% has no code %', name, code USING ERRCODE = 'invalid_parameter_value',
			HINT = coalesce((SELECT string_agg(format('%s %s', h.code, lower(h.label)), ', ' ORDER BY h.code::integer) FROM hud_code h
				WHERE h.list = check_hud_code.list HAVING count(*) <= 12), format('See list %s of hud_code.', list));
	END IF;
	RETURN code;
END
$$;
COMMENT ON FUNCTION check_hud_code(text, text, integer) IS
'Used by functions that take HUD codes. list: of hud_code, for example 3.15.1. Raises 22023 for another code.';

CREATE OR REPLACE FUNCTION json_boolean(item jsonb, key text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a truth value of a jsonb object, null when the key is missing or null.
BEGIN
	IF coalesce(jsonb_typeof(item -> key), 'null') NOT IN ('boolean', 'null') THEN
		RAISE EXCEPTION '"%" must be true or false, not %', key, left((item -> key)::text, 60)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN (item ->> key)::boolean;
END
$$;
COMMENT ON FUNCTION json_boolean(jsonb, text) IS 'Used by functions that take jsonb. Raises 22023 for what is neither true nor false.';

CREATE OR REPLACE FUNCTION json_date(item jsonb, key text) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a date of a jsonb object, null when the key is missing or null, whatever the session's date style is.
BEGIN
	IF json_text(item, key) !~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$' THEN
		RAISE EXCEPTION '"%" must be a date like 2026-03-01, not %', key, left(item ->> key, 40) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN (item ->> key)::date;
EXCEPTION WHEN datetime_field_overflow THEN
	RAISE EXCEPTION '"%" is no day: %', key, left(item ->> key, 40) USING ERRCODE = 'invalid_parameter_value';
END
$$;
COMMENT ON FUNCTION json_date(jsonb, text) IS 'Used by functions that take jsonb: a day as 2026-03-01. Raises 22023 for anything else.';
