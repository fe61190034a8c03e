-- The catalogue, services and types of assessments, as one jsonb document: out of a schema, and into another. Everything is named by code or name.

CREATE OR REPLACE FUNCTION catalogue_format() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns what each kind of object in a catalogue may hold: [thing] is an array of things.
	SELECT jsonb '{
		"catalogue": {"format": "string", "units_of_measure": "[unit_of_measure]", "service_groups": "[service_group]",
			"services": "[service]", "service_screens": "[service_screen]", "service_reasons": "[reason]",
			"turn_away_reasons": "[turn_away_reason]", "bar_reasons": "[reason]", "barriers": "[barrier]",
			"assessment_types": "[assessment_type]", "step_functions": "[step_function]", "workflows": "[workflow]"},
		"unit_of_measure": {"unit_of_measure": "string", "unit_of_measure_name": "string", "kind": "string",
			"base_units": "number", "decimals": "integer"},
		"service_group": {"service_group_code": "string", "service_group_name": "string", "active": "boolean"},
		"service": {"service_code": "string", "service_name": "string", "service_group": "string", "unit_of_measure": "string",
			"default_units": "number", "default_unit_value": "number", "is_direct": "boolean", "is_indirect": "boolean",
			"is_referral": "boolean", "duplicate_rule": "string", "min_interval": "string", "exit_day_allowed": "boolean",
			"record_type": "integer", "type_provided": "integer", "active": "boolean", "organizations": "[string]",
			"offerings": "[offering]"},
		"offering": {"organization": "string", "program": "program", "location": "location", "grant": "grant",
			"begin_date": "date", "end_date": "date", "unit_value": "number", "enrollment_rule": "string",
			"exit_day_allowed": "boolean", "requires_authorization": "boolean"},
		"program": {"organization_name": "string", "program_name": "string"},
		"location": {"organization_name": "string", "program_name": "string", "location_name": "string"},
		"grant": {"fund_name": "string", "grant_identifier": "string"},
		"service_screen": {"service_screen_code": "string", "service_screen_name": "string", "organization": "string",
			"active": "boolean", "items": "[item]"},
		"item": {"service": "string", "units": "number", "unit_value": "number"},
		"reason": {"name": "string", "active": "boolean"},
		"turn_away_reason": {"name": "string", "because_of_bar": "boolean", "active": "boolean"},
		"barrier": {"code": "string", "name": "string", "sensitive": "boolean", "active": "boolean"},
		"assessment_type": {"code": "string", "name": "string", "sensitive": "boolean", "follow_up_days": "integer",
			"active": "boolean", "questions": "[question]"},
		"question": {"code": "string", "text": "string", "type": "string", "required": "boolean", "lowest": "number",
			"highest": "number", "weight": "number", "score_group": "string", "active": "boolean", "code_list": "string",
			"choices": "[choice]"},
		"choice": {"code": "string", "text": "string", "answer_status": "string", "weight": "number", "active": "boolean"},
		"step_function": {"function": "string", "saved_table": "string", "saved_column": "string", "delete_function": "string",
			"active": "boolean"},
		"workflow": {"code": "string", "name": "string", "active": "boolean", "steps": "[step]"},
		"step": {"code": "string", "title": "string", "function": "string", "parameters": "json", "required": "boolean",
			"condition": "json"}
	}';
END;
COMMENT ON FUNCTION catalogue_format() IS
'The format of export_catalogue(): {object: {key: type}}. Types: string, number, integer, boolean, date (as 2024-01-31), json
(anything), another object, or an array of a type in brackets.';

CREATE OR REPLACE FUNCTION catalogue_sections() RETURNS TABLE (section text, entry_key text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	-- Returns the sections of a catalogue in the order of import, with the key that names an entry.
	VALUES ('units_of_measure', 'unit_of_measure'), ('service_groups', 'service_group_code'), ('services', 'service_code'),
		('service_screens', 'service_screen_code'), ('service_reasons', 'name'), ('turn_away_reasons', 'name'),
		('bar_reasons', 'name'), ('barriers', 'code'), ('assessment_types', 'code'), ('step_functions', 'function'), ('workflows', 'code');
END;
COMMENT ON FUNCTION catalogue_sections() IS
'Used by export_catalogue() and import_catalogue(): the sections of the document.';

-- Export.

CREATE OR REPLACE FUNCTION catalogue_places() RETURNS TABLE (service_offering_id bigint, place jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	-- Returns by whom, where and for which grant services are offered, by name. A null says that a location is of no
	-- organization or program, and that a grant has no identifier.
	SELECT o.service_offering_id, jsonb_strip_nulls(jsonb_build_object('organization', g.organization_name))
		|| CASE WHEN o.program_id IS NULL THEN '{}' ELSE jsonb_build_object('program',
			jsonb_build_object('organization_name', pg.organization_name, 'program_name', p.program_name)) END
		|| CASE WHEN o.location_id IS NULL THEN '{}' ELSE jsonb_build_object('location', jsonb_build_object(
			'location_name', l.location_name, 'organization_name', lg.organization_name, 'program_name', lp.program_name)) END
		|| CASE WHEN o.grant_award_id IS NULL THEN '{}' ELSE jsonb_build_object('grant',
			jsonb_build_object('fund_name', f.fund_name, 'grant_identifier', a.grant_identifier)) END
	FROM service_offering o LEFT JOIN organization g ON g.organization_id = o.organization_id
	LEFT JOIN program p ON p.program_id = o.program_id LEFT JOIN organization pg ON pg.organization_id = p.organization_id
	LEFT JOIN location l ON l.location_id = o.location_id LEFT JOIN organization lg ON lg.organization_id = l.organization_id
	LEFT JOIN program lp ON lp.program_id = l.program_id
	LEFT JOIN grant_award a ON a.grant_award_id = o.grant_award_id LEFT JOIN fund f ON f.fund_id = a.fund_id;
END;
COMMENT ON FUNCTION catalogue_places() IS
'Used by export_catalogue(): {"organization", "program": {"organization_name", "program_name"}, "location": {"location_name",
"organization_name", "program_name"}, "grant": {"fund_name", "grant_identifier"}} of each offering, without those that are
null.';

CREATE OR REPLACE FUNCTION catalogue_offerings() RETURNS TABLE (service_id bigint, offerings jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	-- Returns where services are offered, in an order that does not depend on identifiers.
	SELECT e.service_id, jsonb_agg(e.offering ORDER BY e.offering::text COLLATE "C") FROM (
		SELECT o.service_id, c.place || jsonb_strip_nulls(jsonb_build_object('begin_date', o.begin_date, 'end_date', o.end_date,
			'unit_value', o.unit_value, 'enrollment_rule', o.enrollment_rule, 'exit_day_allowed', o.exit_day_allowed,
			'requires_authorization', nullif(o.requires_authorization, false))) AS offering
		FROM service_offering o JOIN catalogue_places() c ON c.service_offering_id = o.service_offering_id
		WHERE o.date_deleted IS NULL) e
	GROUP BY e.service_id;
END;
COMMENT ON FUNCTION catalogue_offerings() IS
'Used by export_catalogue(): the offerings of each service that has some as a jsonb array.';

CREATE OR REPLACE FUNCTION catalogue_services() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path FROM CURRENT SET intervalstyle = iso_8601 AS $$
-- Returns the services with their restrictions and offerings, whatever the session's interval style is.
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(e.service ORDER BY e.service ->> 'service_code' COLLATE "C"), '[]') FROM (
		SELECT jsonb_strip_nulls(jsonb_build_object('service_code', s.service_code, 'service_name', s.service_name,
				'service_group', (SELECT g.service_group_code FROM service_group g
					WHERE g.service_group_id = s.service_group_id AND g.date_deleted IS NULL),
				'unit_of_measure', s.unit_of_measure, 'default_units', s.default_units, 'default_unit_value', s.default_unit_value,
				'is_direct', s.is_direct, 'is_indirect', s.is_indirect, 'is_referral', s.is_referral, 'duplicate_rule', s.duplicate_rule,
				'min_interval', s.min_interval, 'exit_day_allowed', s.exit_day_allowed, 'record_type', s.record_type,
				'type_provided', s.type_provided, 'active', s.active))
			|| jsonb_build_object('offerings', coalesce(f.offerings, '[]'), 'organizations',
				(SELECT coalesce(jsonb_agg(o.organization_name ORDER BY o.organization_name COLLATE "C"), '[]')
				FROM service_organization r JOIN organization o ON o.organization_id = r.organization_id
				WHERE r.service_id = s.service_id AND r.date_deleted IS NULL)) AS service
		FROM service s LEFT JOIN catalogue_offerings() f ON f.service_id = s.service_id WHERE s.date_deleted IS NULL) e);
END
$$;
COMMENT ON FUNCTION catalogue_services() IS 'Used by export_catalogue(): the section services.';

CREATE OR REPLACE FUNCTION catalogue_screens() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	-- Returns the service screens with their items in order.
	SELECT coalesce(jsonb_agg(e.screen ORDER BY e.screen ->> 'service_screen_code' COLLATE "C"), '[]') FROM (
		SELECT jsonb_strip_nulls(jsonb_build_object('service_screen_code', s.service_screen_code,
			'service_screen_name', s.service_screen_name, 'active', s.active, 'organization',
			(SELECT o.organization_name FROM organization o WHERE o.organization_id = s.organization_id), 'items',
			(SELECT coalesce(jsonb_agg(jsonb_build_object('service', v.service_code, 'units', i.units, 'unit_value', i.unit_value)
				ORDER BY i.item_order, v.service_code COLLATE "C"), '[]')
			FROM service_screen_item i JOIN service v ON v.service_id = i.service_id AND v.date_deleted IS NULL
			WHERE i.service_screen_id = s.service_screen_id AND i.date_deleted IS NULL))) AS screen
		FROM service_screen s WHERE s.date_deleted IS NULL) e;
END;
COMMENT ON FUNCTION catalogue_screens() IS 'Used by export_catalogue(): the section service_screens.';

CREATE OR REPLACE FUNCTION catalogue_units_and_groups() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the units of measure and the service groups.
	SELECT jsonb_build_object('units_of_measure', (SELECT coalesce(jsonb_agg(jsonb_build_object(
			'unit_of_measure', u.unit_of_measure, 'unit_of_measure_name', u.unit_of_measure_name, 'kind', u.kind,
			'base_units', u.base_units, 'decimals', u.decimals)
			ORDER BY u.unit_of_measure COLLATE "C"), '[]')
			FROM unit_of_measure u WHERE u.date_deleted IS NULL),
		'service_groups', (SELECT coalesce(jsonb_agg(jsonb_build_object('service_group_code', g.service_group_code,
			'service_group_name', g.service_group_name, 'active', g.active) ORDER BY g.service_group_code COLLATE "C"), '[]')
			FROM service_group g WHERE g.date_deleted IS NULL));
END;
COMMENT ON FUNCTION catalogue_units_and_groups() IS
'Used by export_catalogue(): the sections units_of_measure and service_groups.';

CREATE OR REPLACE FUNCTION catalogue_reasons() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the lists of reasons and barriers.
	SELECT jsonb_build_object('service_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', r.service_reason_name,
			'active', r.active) ORDER BY r.service_reason_name COLLATE "C"), '[]')
			FROM service_reason r WHERE r.date_deleted IS NULL),
		'turn_away_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', r.turn_away_reason_name, 'because_of_bar',
			r.because_of_bar, 'active', r.active) ORDER BY r.turn_away_reason_name COLLATE "C"), '[]')
			FROM turn_away_reason r WHERE r.date_deleted IS NULL),
		'bar_reasons', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', r.bar_reason_name,
			'active', r.active) ORDER BY r.bar_reason_name COLLATE "C"), '[]') FROM bar_reason r WHERE r.date_deleted IS NULL),
		'barriers', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', b.barrier_code, 'name', b.barrier_name,
			'sensitive', b.sensitive, 'active', b.active) ORDER BY b.barrier_code COLLATE "C"), '[]') FROM barrier b WHERE b.date_deleted IS NULL));
END;
COMMENT ON FUNCTION catalogue_reasons() IS
'Used by export_catalogue(): the sections service_reasons, turn_away_reasons, bar_reasons and barriers.';

CREATE OR REPLACE FUNCTION catalogue_questions() RETURNS TABLE (assessment_type_id bigint, questions jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the questions of each type of assessment in their order, each with its choices in theirs.
	SELECT q.assessment_type_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', q.question_code, 'text', q.question_text,
		'type', q.question_type, 'required', q.required, 'lowest', q.lowest, 'highest', q.highest, 'weight', q.weight,
		'score_group', q.score_group, 'active', q.active, 'choices', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
				'code', h.choice_code, 'text', h.choice_text, 'answer_status', h.answer_status, 'weight', h.weight,
				'active', h.active)) ORDER BY h.choice_order, h.choice_code COLLATE "C")
			FROM assessment_choice h WHERE h.assessment_question_id = q.assessment_question_id AND h.date_deleted IS NULL)))
		ORDER BY q.question_order, q.question_code COLLATE "C")
	FROM assessment_question q WHERE q.date_deleted IS NULL GROUP BY q.assessment_type_id;
END;
COMMENT ON FUNCTION catalogue_questions() IS
'Used by export_catalogue(): the questions of each type of assessment that has some as a jsonb array.';

CREATE OR REPLACE FUNCTION catalogue_assessment_types() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the types of assessments. No days to a follow-up are 0: where null leaves as it is.
	SELECT coalesce(jsonb_agg(jsonb_build_object('code', t.assessment_type_code, 'name', t.assessment_type_name,
		'sensitive', t.sensitive, 'follow_up_days', coalesce(t.follow_up_days, 0), 'active', t.active,
		'questions', coalesce(c.questions, '[]')) ORDER BY t.assessment_type_code COLLATE "C"), '[]')
	FROM assessment_type t LEFT JOIN catalogue_questions() c ON c.assessment_type_id = t.assessment_type_id
	WHERE t.date_deleted IS NULL;
END;
COMMENT ON FUNCTION catalogue_assessment_types() IS 'Used by export_catalogue(): the section assessment_types.';

CREATE OR REPLACE FUNCTION catalogue_workflows() RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the functions that workflows may call, and the workflows with the steps that runs start with.
BEGIN
	RETURN jsonb_build_object('step_functions', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('function', f.function_name,
			'saved_table', f.saved_table, 'saved_column', f.saved_column, 'delete_function', f.delete_function, 'active', f.active))
			ORDER BY f.function_name COLLATE "C"), '[]') FROM step_function f WHERE f.date_deleted IS NULL),
		'workflows', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', w.workflow_code, 'name', w.workflow_name, 'active', w.active,
			'steps', workflow_steps_json(w.workflow_id, w.version)) ORDER BY w.workflow_code COLLATE "C"), '[]')
			FROM workflow w WHERE w.date_deleted IS NULL));
END
$$;
COMMENT ON FUNCTION catalogue_workflows() IS 'Used by export_catalogue(): the sections step_functions and workflows.';

CREATE OR REPLACE FUNCTION export_catalogue() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path FROM CURRENT AS $$
-- Returns the catalogue that the caller sees, the same for the same catalogue in every schema.
BEGIN
	RETURN jsonb '{"format": "clienttrack catalogue 1"}' || catalogue_units_and_groups() || catalogue_reasons() || catalogue_workflows()
		|| jsonb_build_object('services', catalogue_services(), 'service_screens', catalogue_screens(),
			'assessment_types', catalogue_assessment_types());
END
$$;
COMMENT ON FUNCTION export_catalogue() IS
'The service catalogue as a document for import_catalogue(): {"format": "clienttrack catalogue 1", "units_of_measure": […],
"service_groups": […], "services": [{…, "organizations": [names], "offerings": [{…, "program": {"organization_name",
"program_name"}, …}]}], "service_screens": [{…, "items": […]}], "service_reasons": […], "turn_away_reasons": […],
"bar_reasons": […], "barriers": […], "assessment_types": [{…, "questions": [{…, "choices": […]}]}], "step_functions": […], "workflows": [{…, "steps": […]}]}; catalogue_format() has all keys. Identifiers are not in it: everything is named by code
or name, in the order of the codes. Deleted rows are left out, and so are those that the caller does not see. Amounts in
dollars, dates as 2024-01-31, intervals in ISO 8601.';

-- Import: the document is checked.

CREATE OR REPLACE FUNCTION is_catalogue_value(value jsonb, type text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Tells whether a value is of a simple type of catalogue_format(). Dates depend on no setting.
BEGIN
	RETURN CASE type
		WHEN 'integer' THEN jsonb_typeof(value) = 'number' AND value::text ~ '^-?\d{1,9}$'
		WHEN 'date' THEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^\d{4,7}-\d\d-\d\d( BC)?$'
		WHEN 'json' THEN true
		ELSE jsonb_typeof(value) = type END;
END
$$;
COMMENT ON FUNCTION is_catalogue_value(jsonb, text) IS
'Used by check_catalogue_value(). type: string, number, integer (of up to nine digits), boolean, date (a string as
2024-01-31) or json.';

CREATE OR REPLACE FUNCTION check_catalogue_value(value jsonb, type text, path text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a value has the type that the format says, and all that is in it.
DECLARE
	keys jsonb := catalogue_format() -> type;
	wanted text := CASE WHEN type ~ '^\[' THEN 'array' WHEN keys IS NOT NULL THEN 'object' ELSE type END;
	part record;
BEGIN
	IF NOT is_catalogue_value(value, wanted) THEN
		RAISE EXCEPTION '%: must be of type %, not %', path, wanted, left(value::text, 60)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF wanted = 'array' THEN
		PERFORM check_catalogue_value(e.value, btrim(type, '[]'), format('%s[%s]', path, e.place - 1))
		FROM jsonb_array_elements(value) WITH ORDINALITY e (value, place);
	ELSIF wanted = 'object' THEN
		FOR part IN SELECT e.key, e.value, CASE type WHEN 'catalogue' THEN e.key ELSE concat(path, '.', e.key) END AS path
			FROM jsonb_each(value) e
		LOOP
			IF NOT keys ? part.key THEN
				RAISE EXCEPTION '%: is not known', left(part.path, 200) USING ERRCODE = 'invalid_parameter_value',
					HINT = format('The keys are %s.', (SELECT string_agg(k.name, ', ') FROM jsonb_object_keys(keys) k (name)));
			END IF;
			IF jsonb_typeof(part.value) <> 'null' THEN
				PERFORM check_catalogue_value(part.value, keys ->> part.key, part.path);
			END IF;
		END LOOP;
	END IF;
END
$$;
COMMENT ON FUNCTION check_catalogue_value(jsonb, text, text) IS
'Used by import_catalogue(). type: a type of catalogue_format(). path: where the value stands. The value of a key may be
null.
Raises 22023 with the path for an unknown key or another type.';

CREATE OR REPLACE FUNCTION check_catalogue(catalogue jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a document is a catalogue, and names each entry once.
DECLARE
	wrong text;
BEGIN
	IF catalogue IS NULL THEN
		RAISE EXCEPTION 'catalogue must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_catalogue_value(catalogue, 'catalogue', 'catalogue');
	IF catalogue ->> 'format' IS DISTINCT FROM 'clienttrack catalogue 1' THEN
		RAISE EXCEPTION 'format: must be "clienttrack catalogue 1", not %', coalesce(left(catalogue ->> 'format', 60), 'null')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'See export_catalogue().';
	END IF;
	SELECT format('%s[%s].%s: %s', d.section, d.place, d.entry_key, CASE WHEN d.name IS NULL THEN 'is missing'
		ELSE format('"%s" is there twice', left(d.name, 60)) END) INTO wrong
	FROM (SELECT s.section, s.entry_key, e.place - 1 AS place, e.value ->> s.entry_key AS name,
			row_number() OVER (PARTITION BY s.section, e.value ->> s.entry_key ORDER BY e.place) AS times
		FROM catalogue_sections() s,
			jsonb_array_elements(nullif(catalogue -> s.section, 'null')) WITH ORDINALITY e (value, place)) d
	WHERE d.name IS NULL OR d.times > 1 ORDER BY d.section, d.place LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '%', wrong USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION check_catalogue(jsonb) IS
'Used by import_catalogue(). Raises 22004 (null), and 22023 with the path for another format, an unknown key, a wrong type,
and an entry without name or twice.';

-- Import: names become identifiers.

CREATE OR REPLACE FUNCTION only_one(ids bigint[], what text, given text, path text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the one identifier that was found.
BEGIN
	IF cardinality(ids) > 1 THEN
		RAISE EXCEPTION '%: there are % %s with the name %', path, cardinality(ids), what, left(given, 200)
			USING ERRCODE = 'CT011', HINT = 'Give them different names, or more of the name.';
	ELSIF cardinality(ids) IS DISTINCT FROM 1 THEN
		RAISE EXCEPTION '%: there is no % with the name %', path, what, left(given, 200) USING ERRCODE = 'CT009';
	END IF;
	RETURN ids[1];
END
$$;
COMMENT ON FUNCTION only_one(bigint[], text, text, text) IS
'Used by import_catalogue(). ids: what a name may mean. what: for example program. given: the name. path: where it stands.
Raises CT009 (none), CT011 (several).';

CREATE OR REPLACE FUNCTION named_organization(given jsonb, path text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SET search_path FROM CURRENT AS $$
-- Returns the id of the live organization with this name.
BEGIN
	RETURN only_one(ARRAY(SELECT o.organization_id FROM organization o
		WHERE o.organization_name = given #>> '{}' AND o.date_deleted IS NULL), 'organization', given::text, path);
END
$$;
COMMENT ON FUNCTION named_organization(jsonb, text) IS
'Used by import_catalogue(). given: the name as a jsonb string; null for null. Raises CT009 (none), CT011 (several), with the
path.';

CREATE OR REPLACE FUNCTION named_program(given jsonb, path text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SET search_path FROM CURRENT AS $$
-- Returns the id of the live program with this name.
BEGIN
	RETURN only_one(ARRAY(SELECT p.program_id FROM program p JOIN organization o ON o.organization_id = p.organization_id
		WHERE p.program_name = given ->> 'program_name' AND p.date_deleted IS NULL AND o.date_deleted IS NULL
		AND (NOT given ? 'organization_name' OR o.organization_name = given ->> 'organization_name')),
		'program', given::text, path);
END
$$;
COMMENT ON FUNCTION named_program(jsonb, text) IS
'Used by import_catalogue(). given: {"program_name", "organization_name"}, the second may be left out; null for null.
Raises CT009 (none), CT011 (several), with the path.';

CREATE OR REPLACE FUNCTION named_location(given jsonb, path text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SET search_path FROM CURRENT AS $$
-- Returns the id of the live location with this name.
BEGIN
	RETURN only_one(ARRAY(SELECT l.location_id FROM location l LEFT JOIN organization o ON o.organization_id = l.organization_id
		LEFT JOIN program p ON p.program_id = l.program_id
		WHERE l.location_name = given ->> 'location_name' AND l.date_deleted IS NULL
		AND (NOT given ? 'organization_name' OR o.organization_name IS NOT DISTINCT FROM given ->> 'organization_name')
		AND (NOT given ? 'program_name' OR p.program_name IS NOT DISTINCT FROM given ->> 'program_name')),
		'location', given::text, path);
END
$$;
COMMENT ON FUNCTION named_location(jsonb, text) IS
'Used by import_catalogue(). given: {"location_name", "organization_name", "program_name"}, the last two may be left out;
where they are null, it is of no organization or program. Null for null. Raises CT009 (none), CT011 (several), with the
path.';

CREATE OR REPLACE FUNCTION named_grant(given jsonb, path text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT SET search_path FROM CURRENT AS $$
-- Returns the id of the live grant with this identifier of a fund of this name.
BEGIN
	RETURN only_one(ARRAY(SELECT g.grant_award_id FROM grant_award g JOIN fund f ON f.fund_id = g.fund_id
		WHERE f.fund_name = given ->> 'fund_name' AND g.date_deleted IS NULL AND f.date_deleted IS NULL
		AND (NOT given ? 'grant_identifier' OR g.grant_identifier IS NOT DISTINCT FROM given ->> 'grant_identifier')),
		'grant', given::text, path);
END
$$;
COMMENT ON FUNCTION named_grant(jsonb, text) IS
'Used by import_catalogue(). given: {"fund_name", "grant_identifier"}, the second may be left out; where it is null, the
grant has none. Null for null. Raises CT009 (none), CT011 (several), with the path.';

-- Import: entries become rows.

CREATE OR REPLACE FUNCTION import_offering(service_code text, offering jsonb, path text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a service has an offering of a catalogue.
DECLARE
	given jsonb := (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(offering) e WHERE jsonb_typeof(e.value) <> 'null');
BEGIN
	PERFORM offer_service(service_code, named_organization(given -> 'organization', path || '.organization'),
		named_program(given -> 'program', path || '.program'), named_location(given -> 'location', path || '.location'),
		named_grant(given -> 'grant', path || '.grant'), r.begin_date, r.end_date, r.unit_value, r.enrollment_rule,
		r.exit_day_allowed, r.requires_authorization)
	FROM jsonb_to_record(coalesce(given, '{}')) AS r (begin_date date, end_date date, unit_value numeric, enrollment_rule text,
		exit_day_allowed boolean, requires_authorization boolean);
END
$$;
COMMENT ON FUNCTION import_offering(text, jsonb, text) IS
'Used by import_offerings(). offering: an offering of catalogue_format(). path: where it stands. Raises what offer_service()
and the look-up of names raise.';

CREATE OR REPLACE FUNCTION import_offerings(service_code text, offerings jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a service has the offerings of a catalogue, or raises, saying which is wrong.
DECLARE
	path text;
	offering jsonb;
	state text; message text; detail text; hint text;
BEGIN
	FOR path, offering IN SELECT format('offerings[%s]', o.place - 1), o.value
		FROM jsonb_array_elements(nullif(offerings, 'null')) WITH ORDINALITY o (value, place) ORDER BY o.place
	LOOP
		PERFORM import_offering(service_code, offering, path);
	END LOOP;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	IF starts_with(message, path) THEN
		RAISE;
	END IF;
	PERFORM raise_at(path, state, message, detail, hint, offering::text);
END
$$;
COMMENT ON FUNCTION import_offerings(text, jsonb) IS
'Used by import_service(). offerings: an array of offerings of catalogue_format(), or null. Raises what import_offering()
raises, with the place, as offerings[0].';

CREATE OR REPLACE FUNCTION import_service(entry jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is a service of a catalogue, with its restrictions and offerings.
BEGIN
	PERFORM define_service(r.service_code, r.service_name, r.service_group, r.unit_of_measure, r.default_units,
		r.default_unit_value, r.is_direct, r.is_indirect, r.is_referral, r.duplicate_rule, r.min_interval, r.exit_day_allowed,
		r.record_type, r.type_provided, r.active)
	FROM jsonb_to_record(entry) AS r (service_code text, service_name text, service_group text, unit_of_measure text,
		default_units numeric, default_unit_value numeric, is_direct boolean, is_indirect boolean, is_referral boolean,
		duplicate_rule text, min_interval interval, exit_day_allowed boolean, record_type integer, type_provided integer,
		active boolean);
	IF jsonb_typeof(entry -> 'organizations') = 'array' THEN
		PERFORM restrict_service(entry ->> 'service_code', ARRAY(
			SELECT named_organization(o.value, format('organizations[%s]', o.place - 1))
			FROM jsonb_array_elements(entry -> 'organizations') WITH ORDINALITY o (value, place)));
	END IF;
	PERFORM import_offerings(entry ->> 'service_code', entry -> 'offerings');
END
$$;
COMMENT ON FUNCTION import_service(jsonb) IS
'Used by import_catalogue(). entry: a service of catalogue_format(). Raises what define_service(), restrict_service() and
offer_service() raise.';

CREATE OR REPLACE FUNCTION import_entry(section text, entry jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that there is what an entry of a section of a catalogue says.
BEGIN
	CASE section
		WHEN 'units_of_measure' THEN
			PERFORM define_unit_of_measure(entry ->> 'unit_of_measure', entry ->> 'unit_of_measure_name', entry ->> 'kind',
				(entry ->> 'base_units')::numeric, (entry ->> 'decimals')::integer);
		WHEN 'service_groups' THEN
			PERFORM define_service_group(entry ->> 'service_group_code', entry ->> 'service_group_name',
				(entry ->> 'active')::boolean);
		WHEN 'services' THEN
			PERFORM import_service(entry);
		WHEN 'service_screens' THEN
			PERFORM define_service_screen(entry ->> 'service_screen_code', entry ->> 'service_screen_name',
				nullif(entry -> 'items', 'null'), named_organization(nullif(entry -> 'organization', 'null'), 'organization'),
				(entry ->> 'active')::boolean);
		WHEN 'service_reasons' THEN
			PERFORM define_service_reason(entry ->> 'name', (entry ->> 'active')::boolean);
		WHEN 'turn_away_reasons' THEN
			PERFORM define_turn_away_reason(entry ->> 'name', (entry ->> 'because_of_bar')::boolean, (entry ->> 'active')::boolean);
		WHEN 'bar_reasons' THEN
			PERFORM define_bar_reason(entry ->> 'name', (entry ->> 'active')::boolean);
		WHEN 'barriers' THEN
			PERFORM define_barrier(entry ->> 'code', entry ->> 'name', (entry ->> 'active')::boolean, (entry ->> 'sensitive')::boolean);
		WHEN 'assessment_types' THEN
			PERFORM define_assessment_type(entry ->> 'code', entry ->> 'name', nullif(entry -> 'questions', 'null'),
				(entry ->> 'sensitive')::boolean, (entry ->> 'follow_up_days')::integer, (entry ->> 'active')::boolean);
		WHEN 'step_functions' THEN
			PERFORM mark_step_function((entry ->> 'function')::name, (entry ->> 'saved_table')::name, (entry ->> 'delete_function')::name,
				(entry ->> 'active')::boolean, (entry ->> 'saved_column')::name);
		WHEN 'workflows' THEN
			PERFORM define_workflow(entry ->> 'code', entry ->> 'name', nullif(entry -> 'steps', 'null'), (entry ->> 'active')::boolean);
		ELSE
			RAISE EXCEPTION 'there is no section "%"', left(section, 60) USING ERRCODE = 'invalid_parameter_value';
	END CASE;
END
$$;
COMMENT ON FUNCTION import_entry(text, jsonb) IS
'Used by import_catalogue(). section: see catalogue_sections(). entry: an element of it. Raises what the define_ functions
raise.';

CREATE OR REPLACE FUNCTION catalogue_entries(catalogue jsonb) RETURNS TABLE (section text, name text, entry jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the entries of a catalogue with the section and the key that name them.
	SELECT s.section, e.value ->> s.entry_key, e.value
	FROM catalogue_sections() s, jsonb_array_elements(nullif(catalogue -> s.section, 'null')) e (value);
END;
COMMENT ON FUNCTION catalogue_entries(jsonb) IS 'Used by catalogue_changes().';

CREATE OR REPLACE FUNCTION catalogue_changes(catalogue jsonb, before jsonb, after jsonb)
RETURNS TABLE (kind text, added integer, changed integer, unchanged integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	-- Returns how many entries of a catalogue were not there before, were there otherwise, and were there.
	SELECT s.section, count(*) FILTER (WHERE a.entry IS NOT NULL AND b.entry IS NULL)::integer,
		count(*) FILTER (WHERE a.entry <> b.entry)::integer, count(*) FILTER (WHERE a.entry = b.entry)::integer
	FROM catalogue_sections() WITH ORDINALITY s (section, entry_key, place)
	LEFT JOIN catalogue_entries(catalogue) g ON g.section = s.section
	LEFT JOIN catalogue_entries(after) a ON a.section = s.section AND a.name = g.name
	LEFT JOIN catalogue_entries(before) b ON b.section = s.section AND b.name = g.name
	GROUP BY s.section, s.place ORDER BY s.place;
END;
COMMENT ON FUNCTION catalogue_changes(jsonb, jsonb, jsonb) IS
'Used by import_catalogue(): what it returns. catalogue: the document. before, after: export_catalogue() before and after.';

CREATE OR REPLACE FUNCTION import_catalogue(catalogue jsonb)
RETURNS TABLE (kind text, added integer, changed integer, unchanged integer)
LANGUAGE plpgsql VOLATILE ROWS 8 SET search_path FROM CURRENT AS $$
-- Ensures that the schema has everything that is in a catalogue, or nothing new of it, and returns what was new.
DECLARE
	before jsonb := export_catalogue();
	after jsonb;
	path text := 'catalogue';
	section text;
	entry jsonb;
	state text; message text; detail text; hint text;
BEGIN
	PERFORM check_catalogue(catalogue);
	BEGIN
		FOR path, section, entry IN SELECT format('%s[%s]', s.section, e.place - 1), s.section, e.value
			FROM catalogue_sections() WITH ORDINALITY s (section, entry_key, place),
				jsonb_array_elements(nullif(catalogue -> s.section, 'null')) WITH ORDINALITY e (value, place)
			ORDER BY s.place, e.place
		LOOP
			PERFORM import_entry(section, entry);
		END LOOP;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		PERFORM raise_at(path, state, message, detail, hint, entry::text);
	END;
	after := export_catalogue();
	RETURN QUERY SELECT c.* FROM catalogue_changes(catalogue, before, after) c;
END
$$;
COMMENT ON FUNCTION import_catalogue(jsonb) IS
'Brings what is in a document of export_catalogue() into this schema, all or nothing, and returns for each section how many
entries were added, changed, and unchanged. What is not in the document stays; of an entry, keys that are missing or null
stay as they are, but organizations, items and questions, where they are given, replace those that are there. An offering is found by
organization, program, location, grant and begin_date. Organizations, programs, locations and grants must be there with the
same names. In program, location and grant a key that is left out may be anything. Importing the same again changes nothing.
Raises 22004 (null), 22023 (another format, an unknown key, a wrong type, an entry without name or twice), CT009 (a name of
which there is none), CT011 (a name of which there are several), 42501 (not an administrator), and what the define_
functions, restrict_service() and offer_service() raise; the message begins with the place, as
services[3].offerings[0].program.';
