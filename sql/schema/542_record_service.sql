-- Recording one service for one client.

CREATE OR REPLACE FUNCTION check_own_case(client_id bigint, goal_id bigint, action_step_id bigint, referral_id bigint,
	client_barrier_id bigint, service_authorization_id bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that what a service refers to is the client's own.
DECLARE
	missing text;
BEGIN
	SELECT c.word || c.id INTO missing FROM (VALUES
		(check_own_case.goal_id, 'goal ', EXISTS (SELECT FROM goal g
			WHERE g.goal_id = check_own_case.goal_id AND g.client_id = check_own_case.client_id
			AND g.date_deleted IS NULL)),
		(check_own_case.action_step_id, 'action step ', EXISTS (SELECT FROM action_step a
			WHERE a.action_step_id = check_own_case.action_step_id AND a.client_id = check_own_case.client_id
			AND a.date_deleted IS NULL)),
		(check_own_case.referral_id, 'referral ', EXISTS (SELECT FROM referral f
			WHERE f.referral_id = check_own_case.referral_id AND f.client_id = check_own_case.client_id
			AND f.date_deleted IS NULL)),
		(check_own_case.client_barrier_id, 'need or barrier ', EXISTS (SELECT FROM client_barrier b
			WHERE b.client_barrier_id = check_own_case.client_barrier_id AND b.client_id = check_own_case.client_id
			AND b.date_deleted IS NULL)),
		(check_own_case.service_authorization_id, 'service authorization ', EXISTS (SELECT FROM service_authorization a
			WHERE a.service_authorization_id = check_own_case.service_authorization_id AND a.client_id = check_own_case.client_id
			AND a.date_deleted IS NULL)))
		AS c (id, word, found)
	WHERE c.id IS NOT NULL AND NOT c.found LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION '% is not one of client %', missing, check_own_case.client_id USING ERRCODE = 'CT009';
	END IF;
END
$$;
COMMENT ON FUNCTION check_own_case(bigint, bigint, bigint, bigint, bigint, bigint) IS
'Used by the functions that record services of one client: raises CT009 for a goal, action step, referral, need or barrier, or
service authorization that does not exist, is deleted, or is another client''s.';

CREATE OR REPLACE FUNCTION program_of_enrollment(enrollment_id bigint, client_id bigint, program_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the program of an enrollment, which must be the client's, and in the program that is given.
DECLARE
	found enrollment;
BEGIN
	SELECT e.* INTO found FROM enrollment e WHERE e.enrollment_id = program_of_enrollment.enrollment_id AND e.date_deleted IS NULL
		AND e.client_id = coalesce(program_of_enrollment.client_id, e.client_id);
	IF found.enrollment_id IS NULL THEN
		RAISE EXCEPTION 'enrollment % does not exist', enrollment_id USING ERRCODE = 'CT009',
			DETAIL = CASE WHEN client_id IS NULL THEN '' ELSE format('Not for client %s.', client_id) END;
	END IF;
	IF found.program_id <> program_id THEN
		RAISE EXCEPTION 'enrollment % is not in program %', enrollment_id, program_id USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN found.program_id;
END
$$;
COMMENT ON FUNCTION program_of_enrollment(bigint, bigint, bigint) IS
'Used by the functions that record services. client_id, program_id: null for any. Raises CT009 (no such enrollment of the client),
22023 (in another program).';

CREATE OR REPLACE FUNCTION program_for_service(client_id bigint, service_ids bigint[], location_id bigint, date_provided date)
RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the one program in which the client is enrolled on the day and that offers the services, or raises.
DECLARE
	enrolled bigint[];
	offering bigint[];
BEGIN
	SELECT array_agg(p.program_id), array_agg(p.program_id) FILTER (WHERE (SELECT bool_and(t.offered)
		FROM clienttrack.service_terms(@schema@::regnamespace, service_ids, array_fill(NULL::bigint, ARRAY[cardinality(service_ids)]),
			p.program_id, program_for_service.location_id, program_for_service.date_provided) t)) INTO enrolled, offering
	FROM (SELECT DISTINCT e.program_id FROM enrollment e
		WHERE e.client_id = program_for_service.client_id AND e.date_deleted IS NULL AND sees_program(@schema@::regnamespace, e.program_id)
		AND enrolled_on(e.entry_date, e.exit_date, program_for_service.date_provided)) p;
	IF enrolled IS NULL THEN
		RAISE EXCEPTION 'Enrollment is a Required Field.' USING ERRCODE = 'CT001',
			DETAIL = format('No active enrollment of client %s on %s.', client_id, date_provided),
			HINT = 'Enroll the client, or give the program_id where no enrollment is needed.';
	ELSIF cardinality(offering) > 1 OR (offering IS NULL AND cardinality(enrolled) > 1) THEN
		RAISE EXCEPTION '%', CASE WHEN offering IS NULL THEN 'service is not offered by a program that the client is enrolled in'
				ELSE 'several enrollments fit' END
			USING ERRCODE = CASE WHEN offering IS NULL THEN 'CT003' ELSE 'CT017' END,
			DETAIL = format('Client %s has %s.', client_id, enrollment_choices(client_id, NULL, date_provided)),
			HINT = CASE WHEN offering IS NULL THEN 'See where the service is offered, and whether it is active.'
				ELSE 'Give the enrollment_id of one of them.' END;
	END IF;
	RETURN (coalesce(offering, enrolled))[1];
END
$$;
COMMENT ON FUNCTION program_for_service(bigint, bigint[], bigint, date) IS
'Used by record_service() and quick_services() when neither program nor enrollment is given: of the caller''s programs. The only one
in which the client is enrolled is taken even if it does not offer the service: the guard says why not.
Raises CT001 (none), CT003 (several, none of which offers the service), CT017 (several; DETAIL lists the choices).';

CREATE OR REPLACE FUNCTION program_of_services(client_id bigint, service_ids bigint[], date_provided date, program_id bigint,
	enrollment_id bigint, location_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the program that services of one client are recorded in: the one given, that of the enrollment, or the one that fits.
BEGIN
	IF client_id IS NULL OR date_provided IS NULL THEN
		RAISE EXCEPTION 'client_id and date_provided must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_day(date_provided);
	PERFORM check_client(client_id);
	IF enrollment_id IS NOT NULL THEN
		RETURN program_of_enrollment(enrollment_id, client_id, program_id);
	END IF;
	RETURN coalesce(program_id, program_for_service(client_id, service_ids, location_id, date_provided));
END
$$;
COMMENT ON FUNCTION program_of_services(bigint, bigint[], date, bigint, bigint, bigint) IS
'Used by record_service() and quick_services(). Raises 22004 (null), 22008 (infinite date), CT009 (no such client or
enrollment), 22023 (enrollment in another program), CT001 (no active enrollment), CT017 (several).';

CREATE OR REPLACE FUNCTION record_service(client_id bigint, service text, date_provided date DEFAULT current_date,
	units numeric DEFAULT NULL, unit_value numeric DEFAULT NULL, program_id bigint DEFAULT NULL, enrollment_id bigint DEFAULT NULL,
	grant_id bigint DEFAULT NULL, provider_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, reason text DEFAULT NULL,
	goal_id bigint DEFAULT NULL, action_step_id bigint DEFAULT NULL, referral_id bigint DEFAULT NULL,
	client_barrier_id bigint DEFAULT NULL, comments text DEFAULT NULL, unit_of_measure text DEFAULT NULL,
	provided_by_user_id bigint DEFAULT NULL, fa_amount numeric DEFAULT NULL, fa_start_date date DEFAULT NULL,
	fa_end_date date DEFAULT NULL, confirm_warnings boolean DEFAULT false, service_authorization_id bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records one service for one client and returns its id, or raises.
DECLARE
	shared client_service;
	entry service_entry;
	service_id bigint;
	chosen_program bigint;
BEGIN
	IF num_nulls(client_id, service) > 0 THEN
		RAISE EXCEPTION 'client_id and service must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	service_id := service_of(service);
	chosen_program := program_of_services(client_id, ARRAY[service_id], date_provided, program_id, enrollment_id, location_id);
	PERFORM check_own_case(client_id, goal_id, action_step_id, referral_id, client_barrier_id, service_authorization_id);
	shared := shared_fields(chosen_program, date_provided, grant_id, provider_id, location_id, reason, comments, provided_by_user_id);
	shared.goal_id := goal_id;
	shared.action_step_id := action_step_id;
	shared.referral_id := referral_id;
	shared.client_barrier_id := client_barrier_id;
	shared.fa_amount := check_amount('fa_amount', fa_amount, 0);
	shared.fa_start_date := fa_start_date;
	shared.fa_end_date := fa_end_date;
	entry := service_entry_of(client_id, service_id, enrollment_id, units, unit_of_measure, unit_value);
	entry.service_authorization_id := service_authorization_id;
	RETURN (SELECT e.client_service_id FROM enter_services(shared, ARRAY[entry], confirm_warnings => confirm_warnings) e);
END
$$;
COMMENT ON FUNCTION record_service(bigint, text, date, numeric, numeric, bigint, bigint, bigint, bigint, bigint, text, bigint, bigint,
	bigint, bigint, text, text, bigint, numeric, date, date, boolean, bigint) IS
'Records a service given to a client and returns its id (ClientTrack: Recording an Individual Service for a Client).
service: code or id. date_provided: may be in the past. units: default the service''s, in unit_of_measure if given, else in the
service''s; unit_value: dollars for one unit, default the cost that service_offering has for program, location, grant and day,
else the service''s. program_id, enrollment_id: default the client''s one active enrollment in a program that offers the
service. grant_id: a grant_award, default the enrollment''s, else the offering''s. provider_id: default the program itself.
reason: name of a service_reason. goal_id, action_step_id, referral_id, client_barrier_id: the client''s own. provided_by_user_id:
default the user of the session. fa_amount, fa_start_date, fa_end_date: HUD financial assistance (W2, V3).
confirm_warnings: records it in spite of warnings. service_authorization_id: what it draws on, default
the client''s authorization for the service that covers the day and has so many units left; of several the one that ends first. Grant and
unit value default to the authorization''s. Raises 22004 (null), 22008 (infinite date), 22023 (amount or measure), 23514 (fa
dates), 42501 (program of another organization), CT001 (no active enrollment), CT002 (barred), CT003 (not offered), CT004 (authorization required, or it does not fit or suffice), CT005
(duplicate), CT008 (date), CT009 (no such client, service, enrollment, reason, goal, location …), CT014 (warnings to confirm), CT015
(period locked), CT016 (entered too late), CT017 (several enrollments fit; DETAIL lists them), CT023 (a workflow is open).';
