-- Batches and their runs: setting them up.

CREATE OR REPLACE FUNCTION add_services_to_batch(service_batch_id bigint, services jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds the services of a jsonb array to a batch, or raises, saying which element is wrong.
DECLARE
	item jsonb;
BEGIN
	IF jsonb_typeof(services) IS DISTINCT FROM 'array' OR jsonb_array_length(services) = 0 THEN
		RAISE EXCEPTION 'services must be a jsonb array with at least one element' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: [{"service": "MEAL", "units": 2}]';
	END IF;
	FOR item IN SELECT jsonb_array_elements(services)
	LOOP
		IF jsonb_typeof(item) <> 'object' OR coalesce(jsonb_typeof(item -> 'service'), '') NOT IN ('string', 'number') THEN
			RAISE EXCEPTION 'an element of services does not name its service: %', left(item::text, 60)
				USING ERRCODE = 'invalid_parameter_value', HINT = 'For example: {"service": "MEAL", "units": 2}';
		END IF;
		IF item - ARRAY['service', 'units', 'unit_value'] <> '{}' THEN
			RAISE EXCEPTION 'an element of services has a key that is not known: %',
				left((item - ARRAY['service', 'units', 'unit_value'])::text, 60)
				USING ERRCODE = 'invalid_parameter_value', HINT = 'The keys are service, units and unit_value.';
		END IF;
		INSERT INTO service_batch_service (service_batch_id, service_id, units, unit_value)
		SELECT add_services_to_batch.service_batch_id, s.service_id,
			coalesce(json_amount(item, 'units', 0.01), s.default_units), json_amount(item, 'unit_value', 0)
		FROM service s WHERE s.service_id = service_of(item ->> 'service');
	END LOOP;
END
$$;
COMMENT ON FUNCTION add_services_to_batch(bigint, jsonb) IS
'Used by create_service_batch(). services: [{"service": code or id, "units": number, "unit_value": dollars}, …]; units
default to the service''s. Raises 22023 (malformed), CT009 (no such service), 23505 (a service twice: give it units 2).';

CREATE OR REPLACE FUNCTION create_service_batch(description text, program_id bigint, services jsonb,
	auto_post boolean DEFAULT false, user_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL,
	default_comments text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes a batch with its services and returns its id.
DECLARE
	batch_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	IF num_nulls(description, program_id, services) > 0 THEN
		RAISE EXCEPTION 'description, program_id and services must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	INSERT INTO service_batch (description, program_id, auto_post, provided_by_user_id, location_id, default_comments, user_id)
	VALUES (description, create_service_batch.program_id, coalesce(auto_post, false), create_service_batch.user_id,
		create_service_batch.location_id, default_comments,
		coalesce(current_user_id(@schema@::regnamespace), create_service_batch.user_id))
	RETURNING service_batch.service_batch_id INTO batch_id;
	PERFORM add_services_to_batch(batch_id, services);
	RETURN batch_id;
END
$$;
COMMENT ON FUNCTION create_service_batch(text, bigint, jsonb, boolean, bigint, bigint, text) IS
'Creates a service batch and returns its id (ClientTrack: Creating a Service Batch).
description: name of the batch. program_id: the program that gives the services. services: jsonb array
[{"service": code or id, "units": number, "unit_value": dollars}, …]. auto_post: Automatically Post Services. user_id: Name
of User Performing Services. location_id: where. default_comments: go to every posted service.
Raises 22004 (null), 22023 (malformed services), 23503 (no such program, user or location), 23505 (a service twice), 23514
(empty description), CT009 (no such service), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION open_batch_run(service_batch_id bigint, batch_date date DEFAULT current_date,
	date_provided date DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Opens a run of an active batch and returns its id.
DECLARE
	run_id bigint;
	day date := coalesce(date_provided, batch_date);
BEGIN
	PERFORM refuse_open_workflow();
	IF num_nulls(service_batch_id, batch_date) > 0 THEN
		RAISE EXCEPTION 'service_batch_id and batch_date must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF NOT isfinite(batch_date) OR NOT isfinite(day) THEN
		RAISE EXCEPTION 'batch_date and date_provided must be finite' USING ERRCODE = 'datetime_field_overflow';
	END IF;
	IF day > last_day() THEN
		RAISE EXCEPTION 'date provided % is in the future', day USING ERRCODE = 'CT008';
	END IF;
	INSERT INTO service_batch_run (service_batch_id, batch_date, date_provided, user_id)
	SELECT b.service_batch_id, open_batch_run.batch_date, day,
		coalesce(current_user_id(@schema@::regnamespace), b.provided_by_user_id) FROM service_batch b
	WHERE b.service_batch_id = open_batch_run.service_batch_id AND b.active AND b.date_deleted IS NULL
	RETURNING service_batch_run_id INTO run_id;
	IF run_id IS NULL THEN
		RAISE EXCEPTION 'there is no active batch %', service_batch_id USING ERRCODE = 'CT009';
	END IF;
	RETURN run_id;
END
$$;
COMMENT ON FUNCTION open_batch_run(bigint, date, date) IS
'Opens a run of a batch and returns its id (ClientTrack: Adding Clients to Batch). batch_date: default today.
date_provided: the day of the services, default batch_date; in the past for back-dated entry.
Raises 22004 (null), 22008 (infinite date), CT008 (in the future), CT009 (no active batch of this id),
CT023 (a workflow is open).';
