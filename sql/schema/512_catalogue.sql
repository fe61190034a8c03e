-- Setting up the service catalogue from a script: units, groups, services, where they are offered, pick lists, reasons, the
-- limit for late entry and locked periods. Each function may be called again: what is so already stays untouched.

-- Checks of arguments.

CREATE OR REPLACE FUNCTION check_label(what text, label text, required boolean) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a code or a name, where one is given, says something and has no blanks around it.
BEGIN
	IF label IS NULL AND required THEN
		RAISE EXCEPTION '% must not be null', what USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF label ~ '^\s|\s$|^$' THEN
		RAISE EXCEPTION '% must not be empty, nor begin or end with a blank: "%"', what, left(label, 60)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_label(text, text, boolean) IS
'Used by the functions that set up the catalogue. what: the name of the argument. required: whether null is refused.
Raises 22004 (null), 22023 (empty, or blanks at an end).';

CREATE OR REPLACE FUNCTION check_word(what text, word text, words text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a word, where one is given, is one of a list.
BEGIN
	IF word <> ALL (words) THEN
		RAISE EXCEPTION '% must be %, not "%"', what, array_to_string(words, ' or '), left(word, 60)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_word(text, text, text[]) IS
'Used by the functions that set up the catalogue. what: the name of the argument. Null is a word. Raises 22023 for another.';

CREATE OR REPLACE FUNCTION check_days(begin_date date, end_date date) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that days, where they are given, are finite and in order.
BEGIN
	IF NOT isfinite(begin_date) OR NOT isfinite(end_date) THEN
		RAISE EXCEPTION 'begin_date and end_date must be finite' USING ERRCODE = 'datetime_field_overflow';
	END IF;
	IF end_date < begin_date THEN
		RAISE EXCEPTION 'end_date must not be before begin_date: % to %', begin_date, end_date
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_days(date, date) IS
'Used by the functions that set up the catalogue; null is in order. Raises 22008 (infinite), 22023 (end before begin).';

CREATE OR REPLACE FUNCTION setup_key(table_name name) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the primary key of a setup table.
	SELECT CASE table_name WHEN 'unit_of_measure' THEN 'unit_of_measure' ELSE table_name || '_id' END;
END;
COMMENT ON FUNCTION setup_key(name) IS
'Used by the functions that set up the catalogue: for example service_id for service.';

CREATE OR REPLACE FUNCTION check_setup_row(table_name name, row_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a row of a setup table that is referred to, if one is, is live and in sight of the caller.
DECLARE
	found boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT FROM %I t WHERE t.%I = $1 AND t.date_deleted IS NULL)', table_name,
		setup_key(table_name)) INTO found USING row_id;
	IF row_id IS NOT NULL AND NOT found THEN
		RAISE EXCEPTION '% % does not exist', replace(table_name, '_', ' '), row_id USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_setup_row(name, bigint) IS
'Used by the functions that set up the catalogue. table_name: for example program. row_id: its program_id; null passes.
Raises CT009 when there is no such live row, or the caller does not see it.';

-- Writing a row of a setup table from a jsonb object whose keys are its columns: those that are given are set, null too,
-- the others keep what they have, or get the table's default.

CREATE OR REPLACE FUNCTION setup_columns(given jsonb, template text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the columns of an object, each put into a template of format(), as a list.
BEGIN
	RETURN (SELECT string_agg(format(template, k.name), ', ' ORDER BY k.name COLLATE "C")
		FROM jsonb_object_keys(given) k (name));
END
$$;
COMMENT ON FUNCTION setup_columns(jsonb, text) IS
'Used by change_setup_row() and insert_setup_row(). template: for example t.%I.';

CREATE OR REPLACE FUNCTION setup_row_id(table_name name, key_column name, key text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the primary key of the row, deleted or not, that a key names.
DECLARE
	found text;
BEGIN
	EXECUTE format('SELECT t.%I::text FROM %I t WHERE t.%I = $1', setup_key(table_name), table_name, key_column)
	INTO found USING key;
	RETURN found;
END
$$;
COMMENT ON FUNCTION setup_row_id(name, name, text) IS
'Used by put_setup_row(). key_column: a column of type text that is unique. Null when there is no such row.';

CREATE OR REPLACE FUNCTION change_setup_row(table_name name, key_column name, given jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that the row with the key in given, if there is one, has the values in given. One that has them is not written.
DECLARE
	others jsonb := given - key_column::text;
BEGIN
	IF others = '{}' THEN
		RETURN;
	END IF;
	EXECUTE format('UPDATE %1$I t SET %2$s FROM jsonb_populate_record(NULL::%1$I, $1) v
		WHERE t.%3$I = v.%3$I AND ROW(%4$s) IS DISTINCT FROM ROW(%5$s)', table_name, setup_columns(others, '%1$I = v.%1$I'),
		key_column, setup_columns(others, 't.%I'), setup_columns(others, 'v.%I')) USING given;
END
$$;
COMMENT ON FUNCTION change_setup_row(name, name, jsonb) IS
'Used by the functions that set up the catalogue. given: values by column, with the key among them.
Raises 42501 (may not change the table), and what the table''s constraints and rules raise.';

CREATE OR REPLACE FUNCTION insert_setup_row(table_name name, key_column name, given jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters a row with these values and returns its primary key, or null when there is one with the key already.
DECLARE
	missing text;
	new_id text;
BEGIN
	SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) INTO missing FROM pg_catalog.pg_attribute a
	WHERE a.attrelid = quote_ident(table_name)::regclass AND a.attnum > 0 AND NOT a.attisdropped
	AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND given ->> a.attname::text IS NULL;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'a new % needs %', replace(table_name, '_', ' '), missing USING ERRCODE = 'null_value_not_allowed';
	END IF;
	EXECUTE format('INSERT INTO %1$I AS t (%2$s) SELECT %3$s FROM jsonb_populate_record(NULL::%1$I, $1) v
		ON CONFLICT (%4$I) DO NOTHING RETURNING t.%5$I::text', table_name, setup_columns(given, '%I'),
		setup_columns(given, 'v.%I'), key_column, setup_key(table_name)) INTO new_id USING given;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION insert_setup_row(name, name, jsonb) IS
'Used by the functions that set up the catalogue. given: values by column. Raises 22004 (no value for a column that needs
one), 42501 (may not write the table), and what the table''s constraints and rules raise.';

CREATE OR REPLACE FUNCTION put_setup_row(table_name name, key_column name, given jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a live row with the key in given that has the values in given, and returns its primary key. Whoever
-- enters the same key at the same time is waited for.
DECLARE
	wanted jsonb := given || '{"date_deleted": null}';
	found text;
BEGIN
	PERFORM change_setup_row(table_name, key_column, wanted);
	found := setup_row_id(table_name, key_column, given ->> key_column::text);
	IF found IS NULL THEN
		found := insert_setup_row(table_name, key_column, wanted);
	END IF;
	IF found IS NULL THEN
		PERFORM change_setup_row(table_name, key_column, wanted);
		found := setup_row_id(table_name, key_column, given ->> key_column::text);
	END IF;
	IF found IS NULL THEN
		RAISE EXCEPTION '% "%" is taken', replace(key_column, '_', ' '), left(given ->> key_column::text, 60)
			USING ERRCODE = 'unique_violation', HINT = 'Choose another.';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION put_setup_row(name, name, jsonb) IS
'Used by the functions that set up the catalogue. key_column: a unique column of type text. given: values by column; those
not given stay, or are the table''s defaults for a new row. A deleted row comes back. Raises 22004 (no value for a column
that needs one), 23505 (a row that the caller does not see has the key), 42501 (may not write the table), and what the
table''s constraints and rules raise.';

-- Units of measure.

CREATE OR REPLACE FUNCTION check_unit_change(unit_of_measure text, kind text, base_units numeric) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that what services are measured in goes on meaning the same. Locks the unit against new services when it changes.
DECLARE
	unit_code text := unit_of_measure;
BEGIN
	PERFORM FROM unit_of_measure u WHERE u.unit_of_measure = unit_code
		AND (u.kind <> check_unit_change.kind OR u.base_units <> check_unit_change.base_units) FOR UPDATE;
	IF FOUND AND (EXISTS (SELECT FROM service s WHERE s.unit_of_measure = unit_code)
			OR EXISTS (SELECT FROM client_service c WHERE c.unit_of_measure = unit_code)
			OR EXISTS (SELECT FROM indirect_service i WHERE i.unit_of_measure = unit_code)) THEN
		RAISE EXCEPTION 'kind and base_units of unit of measure "%" cannot change while services are measured in it',
			left(unit_code, 60) USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Define another unit of measure.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_unit_change(text, text, numeric) IS
'Used by define_unit_of_measure(). kind, base_units: the new values, null: as they are. Looks at rows that are in sight of
the caller, deleted ones too. Raises 55000 when services are measured in the unit and one of them changes.';

CREATE OR REPLACE FUNCTION define_unit_of_measure(unit_of_measure text, unit_of_measure_name text DEFAULT NULL,
	kind text DEFAULT NULL, base_units numeric DEFAULT NULL, decimals integer DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a unit of measure like this, and returns its code.
BEGIN
	PERFORM check_label('unit_of_measure', unit_of_measure, true),
		check_label('unit_of_measure_name', unit_of_measure_name, false), check_word('kind', kind, '{currency,duration,count}');
	IF NOT (base_units > 0 AND base_units < 1e9) THEN -- NaN is larger than every number
		RAISE EXCEPTION 'base_units must be above 0 and below a billion, not %', left(base_units::text, 40)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF decimals NOT BETWEEN 0 AND 4 THEN
		RAISE EXCEPTION 'decimals must be from 0 to 4, not %', decimals USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_unit_change(unit_of_measure, kind, base_units);
	RETURN put_setup_row('unit_of_measure', 'unit_of_measure', jsonb_strip_nulls(jsonb_build_object(
		'unit_of_measure', unit_of_measure, 'unit_of_measure_name', unit_of_measure_name, 'kind', kind,
		'base_units', base_units, 'decimals', decimals)));
END
$$;
COMMENT ON FUNCTION define_unit_of_measure(text, text, text, numeric, integer) IS
'Defines a unit of measure, or changes it, and returns its code. unit_of_measure: code, for example hours.
unit_of_measure_name: to show. kind: currency, duration or count. base_units: how many base units it is, minutes for a
duration, dollars for a currency, default 1. decimals: 0 to 4, default 2. Null: the default for a new unit, otherwise as it
is. A new unit needs name and kind. A deleted unit comes back.
Raises 22004 (no code; new without name or kind), 22023 (blank, unknown kind, base_units or decimals out of range), 42501
(not an administrator), 55000 (kind or base_units of a unit that services are measured in).';

-- Groups and services.

CREATE OR REPLACE FUNCTION define_service_group(service_group_code text, service_group_name text DEFAULT NULL,
	active boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a service group like this, and returns its id.
BEGIN
	PERFORM check_label('service_group_code', service_group_code, true),
		check_label('service_group_name', service_group_name, false);
	RETURN put_setup_row('service_group', 'service_group_code', jsonb_strip_nulls(jsonb_build_object(
		'service_group_code', service_group_code, 'service_group_name', service_group_name, 'active', active)));
END
$$;
COMMENT ON FUNCTION define_service_group(text, text, boolean) IS
'Defines a group of services, or changes it, and returns its id. active: whether its services are offered for choosing,
default true. Null: the default for a new group, otherwise as it is. A new group needs a name. A deleted group comes back.
Raises 22004 (no code; new without name), 22023 (blank), 42501 (not an administrator).';

CREATE OR REPLACE FUNCTION service_group_of(service_group text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the id of the live service group with this code.
DECLARE
	found bigint;
BEGIN
	SELECT g.service_group_id INTO found FROM service_group g
	WHERE g.service_group_code = service_group_of.service_group AND g.date_deleted IS NULL;
	IF found IS NULL THEN
		RAISE EXCEPTION 'service group "%" does not exist', left(service_group_of.service_group, 60) USING ERRCODE = 'CT009';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION service_group_of(text) IS
'The id of the service group with this service_group_code; null for null. Raises CT009 when there is none.';

CREATE OR REPLACE FUNCTION check_unit_of_measure(unit_of_measure text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that there is the unit of measure, if one is given.
DECLARE
	unit_code CONSTANT text := unit_of_measure;
BEGIN
	IF unit_code IS NOT NULL AND NOT EXISTS (
			SELECT FROM unit_of_measure u WHERE u.unit_of_measure = unit_code AND u.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'unit of measure "%" does not exist', left(unit_code, 60) USING ERRCODE = 'CT009',
			HINT = 'See unit_of_measure.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_unit_of_measure(text) IS 'Used by define_service(). Raises CT009 (no such unit of measure).';

CREATE OR REPLACE FUNCTION min_interval_of_rule(service service, duplicate_rule text, min_interval interval) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the column min_interval as the duplicate rule wants it: a time for min_interval, null for the others.
DECLARE
	new_rule text := coalesce(duplicate_rule, service.duplicate_rule, 'allow');
	new_interval interval := coalesce(min_interval, service.min_interval);
BEGIN
	IF new_rule <> 'min_interval' THEN
		IF min_interval IS NOT NULL THEN
			RAISE EXCEPTION 'min_interval is for duplicate_rule min_interval, not %', new_rule
				USING ERRCODE = 'invalid_parameter_value';
		END IF;
		RETURN '{"min_interval": null}';
	END IF;
	IF new_interval IS NULL OR new_interval <= interval '0' THEN
		RAISE EXCEPTION 'duplicate_rule min_interval needs a min_interval above 0' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN jsonb_build_object('min_interval', new_interval);
END
$$;
COMMENT ON FUNCTION min_interval_of_rule(service, text, interval) IS
'Used by define_service(). service: as it is, all null for a new one. duplicate_rule, min_interval: as given.
Raises 22023 when they do not fit together.';

CREATE OR REPLACE FUNCTION define_service(service_code text, service_name text DEFAULT NULL, service_group text DEFAULT NULL,
	unit_of_measure text DEFAULT NULL, default_units numeric DEFAULT NULL, default_unit_value numeric DEFAULT NULL,
	is_direct boolean DEFAULT NULL, is_indirect boolean DEFAULT NULL, is_referral boolean DEFAULT NULL,
	duplicate_rule text DEFAULT NULL, min_interval interval DEFAULT NULL, exit_day_allowed boolean DEFAULT NULL,
	record_type integer DEFAULT NULL, type_provided integer DEFAULT NULL, active boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a service like this, and returns its id.
DECLARE
	before service;
	given jsonb := jsonb_strip_nulls(jsonb_build_object('service_code', service_code, 'service_name', service_name,
		'service_group_id', service_group_of(service_group), 'unit_of_measure', unit_of_measure, 'default_units', default_units,
		'default_unit_value', default_unit_value, 'is_direct', is_direct, 'is_indirect', is_indirect, 'is_referral', is_referral,
		'duplicate_rule', duplicate_rule, 'record_type', record_type, 'type_provided', type_provided, 'active', active,
		'exit_day_allowed', coalesce(exit_day_allowed, CASE record_type WHEN 200 THEN false END)));
BEGIN
	PERFORM check_label('service_code', service_code, true), check_label('service_name', service_name, false),
		check_word('duplicate_rule', duplicate_rule, '{allow,warn,once_per_day,once_per_enrollment_day,min_interval}'),
		json_amount(given, 'default_units', 0.01), json_amount(given, 'default_unit_value', 0);
	PERFORM check_unit_of_measure(unit_of_measure);
	SELECT s.* INTO before FROM service s WHERE s.service_code = define_service.service_code FOR NO KEY UPDATE;
	RETURN put_setup_row('service', 'service_code', given || min_interval_of_rule(before, duplicate_rule, min_interval));
END
$$;
COMMENT ON FUNCTION define_service(text, text, text, text, numeric, numeric, boolean, boolean, boolean, text, interval,
	boolean, integer, integer, boolean) IS
'Defines a service, or changes it, and returns its id. service_code: for example MEAL. service_name: to show. service_group:
code of the group. unit_of_measure: code, default count. default_units: units when none are given, default 1.
default_unit_value: dollars for one unit, default 0. is_direct (default true), is_indirect, is_referral: how it is given.
duplicate_rule: allow (default), warn, once_per_day, once_per_enrollment_day, or min_interval with min_interval, which goes
when the rule changes to another. exit_day_allowed: default true, for a bed night (record_type 200) false. record_type,
type_provided: HUD''s. active: whether it can be recorded now, default true. Null: the default for a new service, otherwise
as it is. A new service needs a name. A deleted service comes back.
Raises 22004 (no code; new without name), 22003 (a number too large), 22023 (blank, unknown rule, min_interval and rule do
not fit, amounts out of range or with more than two decimals), 23505 (another service has the HUD type), 23514 (given in no
way, or a bed night on the exit day), 42501 (not an administrator), CT006 (another unit of measure for a service that was
recorded), CT009 (no such group or unit of measure).';

-- Whose and where a service is.

CREATE OR REPLACE FUNCTION service_to_change(service text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns the id of a service, locked, so that two who say where it is offered come one after the other.
DECLARE
	found bigint := service_of(service);
BEGIN
	IF found IS NULL THEN
		RAISE EXCEPTION 'service must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM FROM service s WHERE s.service_id = found FOR NO KEY UPDATE;
	RETURN found;
END
$$;
COMMENT ON FUNCTION service_to_change(text) IS
'Used by restrict_service() and offer_service(). service: code, or id as digits. Raises 22004 (null), 42501 (not an
administrator), CT009 (no such service).';

CREATE OR REPLACE FUNCTION check_organizations(organization_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that all organizations of an array are live.
DECLARE
	missing bigint;
BEGIN
	SELECT min(u.id) INTO missing FROM unnest(organization_ids) u (id)
	WHERE NOT EXISTS (SELECT FROM organization o WHERE o.organization_id = u.id AND o.date_deleted IS NULL);
	IF EXISTS (SELECT FROM unnest(organization_ids) u (id) WHERE u.id IS NULL) THEN
		RAISE EXCEPTION 'organization_ids must not hold null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'organization % does not exist', missing USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_organizations(bigint[]) IS
'Used by restrict_service(). Raises 22004 (null in the array), CT009 (no such organization).';

CREATE OR REPLACE FUNCTION restrict_service(service text, organization_ids bigint[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that exactly these organizations may record a service, or all when there are none, and returns how many. Those
-- that are added come first, so that only the end is judged.
DECLARE
	restricted_id bigint := service_to_change(service);
BEGIN
	PERFORM check_organizations(organization_ids);
	INSERT INTO service_organization AS t (service_id, organization_id)
	SELECT DISTINCT restricted_id, u.id FROM unnest(organization_ids) u (id)
	ON CONFLICT (service_id, organization_id) DO UPDATE SET date_deleted = NULL WHERE t.date_deleted IS NOT NULL;
	DELETE FROM service_organization t WHERE t.service_id = restricted_id AND t.date_deleted IS NULL
		AND t.organization_id <> ALL (coalesce(organization_ids, '{}'));
	RETURN (SELECT count(*) FROM service_organization t WHERE t.service_id = restricted_id AND t.date_deleted IS NULL);
END
$$;
COMMENT ON FUNCTION restrict_service(text, bigint[]) IS
'Restricts a service to organizations, and returns to how many. service: code, or id as digits. organization_ids: all of
them; empty or null: everybody''s. Services that were recorded by others before the first restriction stay.
Raises 22004 (no service, null in the array), 42501 (not an administrator), CT006 (an organization that is taken away
recorded it), CT009 (no such service or organization).';

CREATE OR REPLACE FUNCTION check_place(organization_id bigint, program_id bigint, location_id bigint, grant_id bigint)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that what an offering or a locked period names is there, and that the program is the organization's.
BEGIN
	PERFORM check_setup_row('organization', organization_id), check_setup_row('program', program_id),
		check_setup_row('location', location_id), check_setup_row('grant_award', grant_id);
	IF organization_id <> (SELECT p.organization_id FROM program p WHERE p.program_id = check_place.program_id) THEN
		RAISE EXCEPTION 'program % is not one of organization %', program_id, organization_id
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_place(bigint, bigint, bigint, bigint) IS
'Used by offer_service() and lock_period(). Each may be null. Raises 22023 (program of another organization), CT009 (no such
organization, program, location or grant).';

CREATE OR REPLACE FUNCTION offerings_there(place jsonb) RETURNS SETOF service_offering
LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT AS $$
-- Returns the live offerings of a service at exactly this place and for exactly this grant.
BEGIN
	RETURN QUERY SELECT o.* FROM service_offering o, jsonb_populate_record(NULL::service_offering, place) g
	WHERE o.service_id = g.service_id AND o.date_deleted IS NULL
	AND (o.organization_id, o.program_id, o.location_id, o.grant_award_id)
		IS NOT DISTINCT FROM (g.organization_id, g.program_id, g.location_id, g.grant_award_id);
END
$$;
COMMENT ON FUNCTION offerings_there(jsonb) IS
'Used by offer_service(). place: {"service_id", "organization_id", "program_id", "location_id", "grant_award_id"}; what is
null or missing must be null.';

CREATE OR REPLACE FUNCTION check_overlap(place jsonb, except_offering_id bigint, begin_date date, end_date date) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that no other offering at the same place, of the same grant, holds on one of these days.
DECLARE
	other service_offering;
BEGIN
	SELECT o.* INTO other FROM offerings_there(place) o
	WHERE o.service_offering_id IS DISTINCT FROM except_offering_id
	AND coalesce(o.begin_date, '-infinity') <= coalesce(check_overlap.end_date, 'infinity')
	AND coalesce(check_overlap.begin_date, '-infinity') <= coalesce(o.end_date, 'infinity')
	ORDER BY o.service_offering_id LIMIT 1;
	IF other.service_offering_id IS NOT NULL THEN
		RAISE EXCEPTION 'the service is offered there on some of these days already' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('Service offering %s is from %s to %s.', other.service_offering_id,
				coalesce(other.begin_date::text, 'ever'), coalesce(other.end_date::text, 'open')),
			HINT = 'End it first with withdraw_offering().';
	END IF;
END
$$;
COMMENT ON FUNCTION check_overlap(jsonb, bigint, date, date) IS
'Used by offer_service(). place: see offerings_there(). except_offering_id: the offering itself; null: a new one. Null days
are open. Raises 22023 when the days overlap.';

CREATE OR REPLACE FUNCTION offer_service(service text, organization_id bigint DEFAULT NULL, program_id bigint DEFAULT NULL,
	location_id bigint DEFAULT NULL, grant_id bigint DEFAULT NULL, begin_date date DEFAULT NULL, end_date date DEFAULT NULL,
	unit_value numeric DEFAULT NULL, enrollment_rule text DEFAULT NULL, exit_day_allowed boolean DEFAULT NULL,
	requires_authorization boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a service is offered there from a day on, on these terms, and returns the id of the offering.
DECLARE
	place jsonb := jsonb_build_object('service_id', service_to_change(service), 'organization_id', organization_id,
		'program_id', program_id, 'location_id', location_id, 'grant_award_id', grant_id);
	terms jsonb := jsonb_strip_nulls(jsonb_build_object('end_date', end_date, 'unit_value', unit_value,
		'enrollment_rule', enrollment_rule, 'exit_day_allowed', exit_day_allowed, 'requires_authorization', requires_authorization));
	before service_offering;
BEGIN
	PERFORM json_amount(terms, 'unit_value', 0), check_word('enrollment_rule', enrollment_rule, '{required,optional,none}'),
		check_place(organization_id, program_id, location_id, grant_id);
	SELECT o.* INTO before FROM offerings_there(place) o WHERE o.begin_date IS NOT DISTINCT FROM offer_service.begin_date
	ORDER BY o.service_offering_id LIMIT 1;
	PERFORM check_days(begin_date, coalesce(end_date, before.end_date)),
		check_overlap(place, before.service_offering_id, begin_date, coalesce(end_date, before.end_date));
	IF before.service_offering_id IS NULL THEN
		RETURN insert_setup_row('service_offering', 'service_offering_id',
			place || jsonb_build_object('begin_date', begin_date) || terms);
	END IF;
	PERFORM change_setup_row('service_offering', 'service_offering_id',
		terms || jsonb_build_object('service_offering_id', before.service_offering_id));
	RETURN before.service_offering_id;
END
$$;
COMMENT ON FUNCTION offer_service(text, bigint, bigint, bigint, bigint, date, date, numeric, text, boolean, boolean) IS
'Says that a service is offered, and returns the service_offering_id. service: code, or id as digits. organization_id,
program_id, location_id: by whom and where; null: any. grant_id: grant_award_id of the grant that pays; null: any.
begin_date: first day; null: always. These five and the service say which offering is meant: if there is one, it is changed,
where others are given. end_date: last day, default open. unit_value: dollars for one unit, default the service''s.
enrollment_rule: required (default), optional or none. exit_day_allowed: default as the service says.
requires_authorization: whether clients need a service authorization for it, default no. Null: the default for a
new offering, otherwise as it is; to offer again what was withdrawn, give another begin_date.
Raises 22004 (no service), 22008 (infinite date), 22023 (end before begin, amount, unknown rule, program of another
organization, or offered there on the same days already), 42501 (not an administrator), CT006 (services would be left that
are not offered), CT009 (no such service, organization, program, location or grant).';

CREATE OR REPLACE FUNCTION withdraw_offering(service_offering_id bigint, end_date date) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that an offering ends with a day, and returns its id.
DECLARE
	before service_offering;
BEGIN
	IF num_nulls(service_offering_id, end_date) > 0 THEN
		RAISE EXCEPTION 'service_offering_id and end_date must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT o.* INTO before FROM service_offering o
	WHERE o.service_offering_id = withdraw_offering.service_offering_id AND o.date_deleted IS NULL FOR NO KEY UPDATE;
	IF before.service_offering_id IS NULL THEN
		RAISE EXCEPTION 'service offering % does not exist', service_offering_id USING ERRCODE = 'CT009';
	END IF;
	PERFORM check_days(before.begin_date, end_date);
	IF before.end_date < end_date THEN
		RAISE EXCEPTION 'service offering % ended on % already', service_offering_id, before.end_date
			USING ERRCODE = 'invalid_parameter_value', HINT = 'To prolong it, call offer_service() with another end_date.';
	END IF;
	PERFORM change_setup_row('service_offering', 'service_offering_id',
		jsonb_build_object('service_offering_id', service_offering_id, 'end_date', end_date));
	RETURN service_offering_id;
END
$$;
COMMENT ON FUNCTION withdraw_offering(bigint, date) IS
'Ends an offering, and returns its id. end_date: the last day. A service whose offerings have all ended is offered nowhere.
Raises 22004 (null), 22008 (infinite), 22023 (before it begins, or it ended earlier), 42501 (not an administrator), CT006
(services would be left that are not offered), CT009 (no such offering).';

-- Pick lists.

CREATE OR REPLACE FUNCTION raise_at(path text, state text, message text, detail text, hint text, given text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Raises an error again that came up at some place of a jsonb document, with the place before the message.
BEGIN
	RAISE EXCEPTION USING
		ERRCODE = CASE WHEN state IN ('22P02', '22007') THEN '22023' ELSE state END,
		MESSAGE = concat(path, CASE WHEN message ~ '^[a-z_]+(\[\d+\](\.[a-z_]+(\[\d+\])?)?)?: ' THEN '.' ELSE ': ' END, message),
		DETAIL = concat_ws(' ', nullif(detail, ''), CASE WHEN detail !~ 'Given: ' THEN 'Given: ' || left(given, 200) END),
		HINT = coalesce(nullif(hint, ''), 'Nothing was stored.');
END
$$;
COMMENT ON FUNCTION raise_at(text, text, text, text, text, text) IS
'Used by functions that take jsonb. path: the place, for example services[3]. state, message, detail, hint: of the error; a
message that itself begins with a place, as items[0]: …, is joined by a dot. given: what stands there. Raises the SQLSTATE in
state, 22023 for 22P02 and 22007.';

CREATE OR REPLACE FUNCTION screen_item_of(item jsonb) RETURNS service_screen_item
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the service, units and unit value of one element of a list of items.
DECLARE
	parsed service_screen_item;
BEGIN
	IF jsonb_typeof(item) <> 'object' OR coalesce(jsonb_typeof(item -> 'service'), '') NOT IN ('string', 'number') THEN
		RAISE EXCEPTION 'the item does not name its service' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: {"service": "MEAL", "units": 2}';
	END IF;
	IF item - ARRAY['service', 'units', 'unit_value'] <> '{}' THEN
		RAISE EXCEPTION 'the item has a key that is not known' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'The keys are service, units and unit_value.';
	END IF;
	parsed.service_id := service_of(item ->> 'service');
	parsed.units := json_amount(item, 'units', 0.01);
	parsed.unit_value := json_amount(item, 'unit_value', 0);
	RETURN parsed;
END
$$;
COMMENT ON FUNCTION screen_item_of(jsonb) IS
'Used by define_service_screen(). item: {"service": code or id, "units": number, "unit_value": dollars}. Raises 22023
(malformed), CT009 (no such service).';

CREATE OR REPLACE FUNCTION put_screen_item(service_screen_id bigint, item jsonb, place integer, others bigint[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a screen has an item at its place, and returns its service, which is none of the others.
DECLARE
	parsed service_screen_item := screen_item_of(item);
BEGIN
	IF parsed.service_id = ANY (others) THEN
		RAISE EXCEPTION 'the service is there twice' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	INSERT INTO service_screen_item AS t (service_screen_id, service_id, item_order, units, unit_value)
	VALUES (put_screen_item.service_screen_id, parsed.service_id, place, parsed.units, parsed.unit_value)
	ON CONFLICT ON CONSTRAINT service_screen_item_service_screen_id_service_id_key
	DO UPDATE SET item_order = excluded.item_order, units = excluded.units, unit_value = excluded.unit_value,
		date_deleted = NULL
	WHERE (t.item_order, t.units, t.unit_value, t.date_deleted)
		IS DISTINCT FROM (excluded.item_order, excluded.units, excluded.unit_value, NULL::timestamptz);
	RETURN parsed.service_id;
END
$$;
COMMENT ON FUNCTION put_screen_item(bigint, jsonb, integer, bigint[]) IS
'Used by replace_screen_items(). item: see screen_item_of(). place: 1 for the first. others: the services before it on the
screen.
Raises 22023 (malformed, or a service twice), CT009 (no such service).';

CREATE OR REPLACE FUNCTION replace_screen_items(service_screen_id bigint, items jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a screen shows exactly these items in their order, or raises, saying which is wrong.
DECLARE
	shown bigint[] := '{}';
	item jsonb;
	state text; message text; detail text; hint text;
BEGIN
	IF jsonb_typeof(items) <> 'array' THEN
		RAISE EXCEPTION 'items must be a jsonb array, not %', left(items::text, 60) USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"service": "MEAL", "units": 2}]';
	END IF;
	PERFORM FROM service_screen s WHERE s.service_screen_id = replace_screen_items.service_screen_id FOR NO KEY UPDATE;
	BEGIN
		FOR item IN SELECT e.value FROM jsonb_array_elements(items) WITH ORDINALITY e (value, place) ORDER BY e.place
		LOOP
			shown := shown || put_screen_item(service_screen_id, item, cardinality(shown) + 1, shown);
		END LOOP;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		PERFORM raise_at(format('items[%s]', cardinality(shown)), state, message, detail, hint, item::text);
	END;
	DELETE FROM service_screen_item t
	WHERE t.service_screen_id = replace_screen_items.service_screen_id AND t.service_id <> ALL (shown);
END
$$;
COMMENT ON FUNCTION replace_screen_items(bigint, jsonb) IS
'Used by define_service_screen(). items: [{"service": code or id, "units": number, "unit_value": dollars}, …]. Raises 22023
(malformed, or a service twice) and CT009 (no such service), with the place, as items[0].';

CREATE OR REPLACE FUNCTION define_service_screen(service_screen_code text, service_screen_name text DEFAULT NULL,
	items jsonb DEFAULT NULL, organization_id bigint DEFAULT NULL, active boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a service screen like this, and returns its id.
DECLARE
	screen_id bigint;
BEGIN
	PERFORM check_label('service_screen_code', service_screen_code, true),
		check_label('service_screen_name', service_screen_name, false), check_setup_row('organization', organization_id);
	screen_id := put_setup_row('service_screen', 'service_screen_code', jsonb_strip_nulls(jsonb_build_object(
		'service_screen_code', service_screen_code, 'service_screen_name', service_screen_name, 'organization_id', organization_id,
		'active', active)));
	IF items IS NOT NULL THEN
		PERFORM replace_screen_items(screen_id, items);
	END IF;
	RETURN screen_id;
END
$$;
COMMENT ON FUNCTION define_service_screen(text, text, jsonb, bigint, boolean) IS
'Defines a services screen, the pick list of Quick Services, or changes it, and returns its id. items: what it shows, in this
order: [{"service": code or id, "units": number, "unit_value": dollars}, …]; they replace those that are there.
organization_id: whose screen it is, default everybody''s. active: whether it can be chosen, default true. Null: the default
for a new screen, otherwise as it is. A new screen needs a name. A deleted screen comes back.
Raises 22004 (no code; new without name), 22023 (blank, items malformed or a service twice), 23505 (the code of a screen that
the caller does not see), 42501 (not an administrator), CT009 (no such service or organization).';

-- Lists of reasons and barriers.

CREATE OR REPLACE FUNCTION define_service_reason(name text, active boolean DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a reason for services like this, and returns its id.
BEGIN
	PERFORM check_label('name', name, true);
	RETURN put_setup_row('service_reason', 'service_reason_name',
		jsonb_strip_nulls(jsonb_build_object('service_reason_name', name, 'active', active)));
END
$$;
COMMENT ON FUNCTION define_service_reason(text, boolean) IS
'Defines a reason for which services are given, or changes it, and returns its id. active: whether it can be chosen, default
true; null: as it is. A deleted reason comes back. Raises 22004 (no name), 22023 (blank), 42501 (not an administrator).';

CREATE OR REPLACE FUNCTION define_turn_away_reason(name text, because_of_bar boolean DEFAULT NULL,
	active boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a reason to deny services like this, and returns its id.
BEGIN
	PERFORM check_label('name', name, true);
	RETURN put_setup_row('turn_away_reason', 'turn_away_reason_name', jsonb_strip_nulls(jsonb_build_object(
		'turn_away_reason_name', name, 'because_of_bar', because_of_bar, 'active', active)));
END
$$;
COMMENT ON FUNCTION define_turn_away_reason(text, boolean, boolean) IS
'Defines a reason for which people are denied services, or changes it, and returns its id. because_of_bar: whether a bar is
the reason, default false. active: whether it can be chosen, default true. Null: as it is. A deleted reason comes back.
Raises 22004 (no name), 22023 (blank), 42501 (not an administrator).';

CREATE OR REPLACE FUNCTION define_bar_reason(name text, active boolean DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a reason for bars like this, and returns its id.
BEGIN
	PERFORM check_label('name', name, true);
	RETURN put_setup_row('bar_reason', 'bar_reason_name',
		jsonb_strip_nulls(jsonb_build_object('bar_reason_name', name, 'active', active)));
END
$$;
COMMENT ON FUNCTION define_bar_reason(text, boolean) IS
'Defines a reason for which clients are barred, or changes it, and returns its id. active: whether it can be chosen, default
true; null: as it is. A deleted reason comes back. Raises 22004 (no name), 22023 (blank), 42501 (not an administrator).';

DROP FUNCTION IF EXISTS define_barrier(text, text, boolean);
CREATE OR REPLACE FUNCTION define_barrier(code text, name text DEFAULT NULL, active boolean DEFAULT NULL,
	sensitive boolean DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a need or barrier like this, and returns its id.
BEGIN
	PERFORM check_label('code', code, true), check_label('name', name, false);
	RETURN put_setup_row('barrier', 'barrier_code', jsonb_strip_nulls(jsonb_build_object(
		'barrier_code', code, 'barrier_name', name, 'sensitive', sensitive, 'active', active)));
END
$$;
COMMENT ON FUNCTION define_barrier(text, text, boolean, boolean) IS
'Defines a need or barrier that clients may have, or changes it, and returns its id. name: to show. active: whether it can be
chosen, default true. sensitive: whether only users with the right read_sensitive see which clients have it, default false. Null: as
it is; a new one needs a name. A deleted barrier comes back.
Raises 22004 (no code; new without name), 22023 (blank), 42501 (not an administrator).';

-- Late entry and locked periods.

CREATE OR REPLACE FUNCTION set_late_entry_limit(program_id bigint, days integer, action text DEFAULT 'warn') RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a program takes services so many days after they were provided, and returns its id.
DECLARE
	given jsonb := jsonb_build_object('program_id', program_id, 'late_entry_limit_days', days);
BEGIN
	IF program_id IS NULL THEN
		RAISE EXCEPTION 'program_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_word('action', action, '{warn,block}');
	IF days < 0 THEN
		RAISE EXCEPTION 'days must not be negative, but is %', days USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM FROM program p WHERE p.program_id = set_late_entry_limit.program_id AND p.date_deleted IS NULL FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'program % does not exist', program_id USING ERRCODE = 'CT009';
	END IF;
	PERFORM change_setup_row('program', 'program_id',
		given || jsonb_strip_nulls(jsonb_build_object('late_entry_action', action)));
	RETURN program_id;
END
$$;
COMMENT ON FUNCTION set_late_entry_limit(bigint, integer, text) IS
'Says how late services of a program may be entered, and returns its id. days: after the date provided; null: any number.
action: what becomes of services entered later, warn (recorded with a warning) or block (refused); null: as it is.
Raises 22004 (no program), 22023 (negative days, unknown action), 42501 (not an administrator), CT009 (no such program).';

CREATE OR REPLACE FUNCTION lock_period(organization_id bigint, begin_date date, end_date date, reason text,
	program_id bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a period is locked, once also where two lock it, and returns the id of the lock.
DECLARE
	lock_id bigint;
	given jsonb := jsonb_build_object('organization_id', organization_id, 'program_id', program_id, 'begin_date', begin_date,
		'end_date', end_date, 'lock_reason', reason);
BEGIN
	IF num_nulls(organization_id, begin_date, end_date) > 0 THEN
		RAISE EXCEPTION 'organization_id, begin_date and end_date must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_given('reason', reason), check_days(begin_date, end_date), check_place(organization_id, program_id, NULL, NULL);
	LOCK TABLE locked_period IN SHARE ROW EXCLUSIVE MODE;
	SELECT k.locked_period_id INTO lock_id FROM locked_period k WHERE k.organization_id = lock_period.organization_id
	AND k.program_id IS NOT DISTINCT FROM lock_period.program_id AND k.begin_date = lock_period.begin_date
	AND k.end_date = lock_period.end_date AND k.date_deleted IS NULL ORDER BY k.locked_period_id LIMIT 1;
	IF lock_id IS NULL THEN
		RETURN insert_setup_row('locked_period', 'locked_period_id', given);
	END IF;
	PERFORM change_setup_row('locked_period', 'locked_period_id',
		jsonb_build_object('locked_period_id', lock_id, 'lock_reason', reason));
	RETURN lock_id;
END
$$;
COMMENT ON FUNCTION lock_period(bigint, date, date, text, bigint) IS
'Locks a period that was reported: services provided in it can no longer be entered, changed or deleted. Returns the
locked_period_id. begin_date, end_date: first and last date provided. reason: for example the report. program_id: one program
of the organization; null: all. Waits for those who are recording services. A period that is locked already stays, with the
new reason.
Raises 22004 (null, no reason), 22008 (infinite date), 22023 (end before begin, program of another organization), 42501 (not
an administrator of the organization), CT009 (no such organization or program).';

CREATE OR REPLACE FUNCTION unlock_period(locked_period_id bigint, reason text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a period is not locked any more, with the reason on record, and returns the id of the lock.
BEGIN
	IF locked_period_id IS NULL THEN
		RAISE EXCEPTION 'locked_period_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_given('reason', reason);
	UPDATE locked_period k SET date_deleted = now(), unlock_reason = reason
	WHERE k.locked_period_id = unlock_period.locked_period_id AND k.date_deleted IS NULL;
	IF NOT FOUND AND NOT EXISTS (SELECT FROM locked_period k
			WHERE k.locked_period_id = unlock_period.locked_period_id AND k.unlock_reason = reason) THEN
		RAISE EXCEPTION 'there is no locked period % to unlock', locked_period_id USING ERRCODE = 'CT009',
			HINT = 'It does not exist, or is unlocked already.';
	END IF;
	RETURN locked_period_id;
END
$$;
COMMENT ON FUNCTION unlock_period(bigint, text) IS
'Unlocks a period, and returns its id. reason: why, stays on record. Unlocking it again for the same reason changes nothing.
Raises 22004 (null, no reason), 42501 (not an administrator), CT009 (no such locked period, or unlocked for another
reason).';
