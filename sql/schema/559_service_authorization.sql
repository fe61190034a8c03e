-- Service authorizations: creating, deciding, editing, deleting.

CREATE OR REPLACE FUNCTION lock_authorization(service_authorization_id bigint) RETURNS service_authorization
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a live authorization, locked, that the user of the session may change: one that was decided only who may decide.
DECLARE
	found service_authorization;
BEGIN
	IF EXISTS (SELECT FROM service_authorization a WHERE a.service_authorization_id = lock_authorization.service_authorization_id
			AND a.authorization_status <> 'pending' AND a.date_deleted IS NULL) THEN
		PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations');
	END IF;
	PERFORM lock_case_row('service_authorization', service_authorization_id);
	SELECT a.* INTO found FROM service_authorization a WHERE a.service_authorization_id = lock_authorization.service_authorization_id;
	IF found.authorization_status <> 'pending' THEN -- decided while this waited
		PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations');
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION lock_authorization(bigint) IS
'Used by the functions that change an authorization. Raises 42501 (decided already, and no right approve_authorizations), CT009 (no
such live one, or not in sight), CT023 (workflow open), 40001 (REPEATABLE READ: changed meanwhile).';

CREATE OR REPLACE FUNCTION check_recurrence(recurrence text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns a recurrence in normal form.
DECLARE
	place text;
BEGIN
	RETURN rrule_normalize(recurrence);
EXCEPTION WHEN invalid_text_representation THEN
	GET STACKED DIAGNOSTICS place = PG_EXCEPTION_DETAIL;
	RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'invalid_text_representation', DETAIL = place,
		HINT = 'For example FREQ=WEEKLY;BYDAY=MO,TH or FREQ=MONTHLY;BYMONTHDAY=1. Begin and end date need not be in it.';
END
$$;
COMMENT ON FUNCTION check_recurrence(text) IS 'Used by the functions that take a recurrence: null for null. Raises 22P02 with the part and the place.';

CREATE OR REPLACE FUNCTION authorized_amounts(service_id bigint, enrollment_id bigint, grant_id bigint, day date, units numeric,
	unit_of_measure text, unit_value numeric) RETURNS service_entry
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns units and unit value of an instance, in the measure of the service, with what was left out: as a service would get them.
DECLARE
	amounts service_entry := service_entry_of(NULL, service_id, NULL, units, unit_of_measure, unit_value);
	s service;
BEGIN
	SELECT v.* INTO s FROM service v WHERE v.service_id = authorized_amounts.service_id;
	amounts.unit_of_measure := s.unit_of_measure;
	amounts.units := coalesce(amounts.units, s.default_units);
	amounts.unit_value := coalesce(amounts.unit_value, (SELECT worth_of_unit(t.unit_of_measure, t.unit_value) FROM enrollment e,
		LATERAL clienttrack.service_terms(@schema@::regnamespace, ARRAY[s.service_id], ARRAY[coalesce(grant_id, e.grant_award_id)], e.program_id,
			NULL, day) t WHERE e.enrollment_id = authorized_amounts.enrollment_id), worth_of_unit(s.unit_of_measure, s.default_unit_value));
	IF units IS NULL AND s.default_units = 1 AND (SELECT u.kind FROM unit_of_measure u WHERE u.unit_of_measure = s.unit_of_measure) = 'currency' THEN
		RAISE EXCEPTION 'the amount of money must be given as units' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN amounts;
END
$$;
COMMENT ON FUNCTION authorized_amounts(bigint, bigint, bigint, date, numeric, text, numeric) IS
'Used by create_service_authorization(). Raises 22023 (units not above 0, negative value, NaN, another kind of measure, no amount of money),
CT009 (no such unit of measure).';

CREATE OR REPLACE FUNCTION add_authorization_goals(service_authorization_id bigint, client_id bigint, goal_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes goals of the client those that an authorization serves.
BEGIN
	PERFORM check_own_case(client_id, g, NULL, NULL, NULL) FROM unnest(goal_ids) g;
	INSERT INTO service_authorization_goal (service_authorization_id, client_id, goal_id)
	SELECT DISTINCT add_authorization_goals.service_authorization_id, add_authorization_goals.client_id, g FROM unnest(goal_ids) g WHERE g IS NOT NULL
	ON CONFLICT ON CONSTRAINT service_authorization_goal_service_authorization_id_goal_id_key DO UPDATE SET date_deleted = NULL;
END
$$;
COMMENT ON FUNCTION add_authorization_goals(bigint, bigint, bigint[]) IS
'Used by create_service_authorization() and set_authorization_goals(). Raises CT009 (no such goal of the client).';

CREATE OR REPLACE FUNCTION check_grants_something(service_authorization_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that an authorization has an instance, and a day in common with its enrollment.
DECLARE
	a service_authorization;
	e enrollment;
BEGIN
	SELECT s.* INTO a FROM service_authorization s WHERE s.service_authorization_id = check_grants_something.service_authorization_id;
	SELECT x.* INTO e FROM enrollment x WHERE x.enrollment_id = a.enrollment_id;
	IF a.instances_authorized = 0 THEN
		RAISE EXCEPTION 'no date of the recurrence is from % to %', a.begin_date, a.end_date USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('The recurrence is %s, from %s on.', a.recurrence, a.recurrence_start),
			HINT = 'Look at the weekday, and at the dates.';
	ELSIF a.end_date < e.entry_date OR a.begin_date > e.exit_date THEN
		RAISE EXCEPTION 'the client is not enrolled in enrollment % from % to %', e.enrollment_id, a.begin_date, a.end_date
			USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('Entry %s, exit %s.', e.entry_date, coalesce(e.exit_date::text, 'none'));
	END IF;
END
$$;
COMMENT ON FUNCTION check_grants_something(bigint) IS
'Used by create_service_authorization() and edit_service_authorization(), after they have written. Raises 22023.';

CREATE OR REPLACE FUNCTION create_service_authorization(client_id bigint, service text, begin_date date, end_date date,
	units numeric DEFAULT NULL, unit_value numeric DEFAULT NULL, recurrence text DEFAULT NULL, enrollment_id bigint DEFAULT NULL,
	fund_id bigint DEFAULT NULL, grant_id bigint DEFAULT NULL, max_units numeric DEFAULT NULL, reason text DEFAULT NULL,
	goal_ids bigint[] DEFAULT NULL, comments text DEFAULT NULL, exceptions jsonb DEFAULT NULL, unit_of_measure text DEFAULT NULL,
	recurrence_start date DEFAULT NULL, authorization_status text DEFAULT 'pending')
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Authorizes a service for a client over a period, or asks for it, and returns the id.
DECLARE
	service_id bigint;
	amounts service_entry;
	new_id bigint;
BEGIN
	PERFORM check_case_client(client_id, enrollment_id), check_given('service', service), check_date('begin_date', begin_date),
		check_date('end_date', end_date), check_not_before('end_date', end_date, 'begin_date', begin_date),
		check_date('recurrence_start', recurrence_start, false), check_given('authorization_status', authorization_status),
		check_word('authorization_status', authorization_status, '{pending,approved}'), check_setup_row('fund', fund_id),
		check_references(grant_id, NULL, NULL, NULL), check_amount('max_units', max_units, 0);
	IF authorization_status <> 'pending' THEN
		PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations');
	END IF;
	service_id := service_of(service);
	amounts := authorized_amounts(service_id, enrollment_id, grant_id, begin_date, units, unit_of_measure, unit_value);
	INSERT INTO service_authorization AS a (client_id, enrollment_id, service_id, fund_id, grant_award_id, begin_date, end_date,
		unit_of_measure, units, unit_value, recurrence, recurrence_start, max_units, service_reason_id, comments, authorization_status)
	VALUES (create_service_authorization.client_id, create_service_authorization.enrollment_id, service_id, create_service_authorization.fund_id,
		grant_id, create_service_authorization.begin_date, create_service_authorization.end_date, amounts.unit_of_measure, amounts.units,
		amounts.unit_value, check_recurrence(nullif(btrim(recurrence), '')), create_service_authorization.recurrence_start,
		create_service_authorization.max_units, service_reason_of(reason), create_service_authorization.comments,
		create_service_authorization.authorization_status)
	RETURNING a.service_authorization_id INTO new_id;
	PERFORM add_authorization_goals(new_id, client_id, goal_ids), add_authorization_exceptions(new_id, exceptions), check_grants_something(new_id);
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION create_service_authorization(bigint, text, date, date, numeric, numeric, text, bigint, bigint, bigint, numeric, text,
	bigint[], text, jsonb, text, date, text) IS
'Authorizes a service for a client and returns the service_authorization_id (ClientTrack: Creating a Service Authorization). service: code
or id. begin_date, end_date: the days on which it may be given. units, unit_value: of each instance, units in unit_of_measure if given;
defaults as for a service. recurrence: RFC 5545, for example FREQ=WEEKLY;BYDAY=MO,TH, counted from recurrence_start, default
begin_date; default none: units in all, to be given as needed by end_date. enrollment_id: the enrollment that the services must be of. fund_id, grant_id: who pays.
max_units: units in all, if fewer than the instances have. reason: name of a service_reason. goal_ids: the client''s. exceptions:
[{"skip": "2026-11-26"}, {"move": "2026-12-25", "to": "2026-12-24"}, {"add": "2027-01-02", "reason": "Visit"}].
authorization_status: pending (default), or approved by who has the right approve_authorizations.
Raises 22004, 22008 (infinite date), 22023 (end before begin, amount, status, exception), 22P02 (recurrence), 42501 (no right),
CT008 (before birth), CT009 (no such client, enrollment, service, fund, grant, reason or goal), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION approve_service_authorization(service_authorization_id bigint, decided_date date DEFAULT current_date,
	comments text DEFAULT NULL, date_updated timestamptz DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Approves a pending authorization, as it was read: from now on services draw on it.
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations'),
		refuse_stale('service authorization', service_authorization_id, approve_service_authorization.date_updated,
			(lock_authorization(service_authorization_id)).date_updated);
	PERFORM set_case_status('service_authorization', service_authorization_id, '{pending}', 'approved', 'decided_date', decided_date, comments);
END
$$;
COMMENT ON FUNCTION approve_service_authorization(bigint, date, text, timestamptz) IS
'Approves a service authorization as of a day; who did is the user of the session. date_updated: as it was when the authorization was read
(authorization_balance has it), so that nobody approves what somebody else has just changed; default no matter. Needs the right
approve_authorizations. Raises CT018 (changed since), 42501 (no right), 55000 (not pending), 22004, 22008, CT008 (in the future), CT009 (no such live one), CT023 (workflow open).';

CREATE OR REPLACE FUNCTION deny_service_authorization(service_authorization_id bigint, reason text, decided_date date DEFAULT current_date)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Denies a pending authorization, with the reason.
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations');
	PERFORM set_case_status('service_authorization', service_authorization_id, '{pending}', 'denied', 'decided_date', decided_date,
		check_given('reason', reason));
END
$$;
COMMENT ON FUNCTION deny_service_authorization(bigint, text, date) IS
'Denies a service authorization as of a day, and why: the reason is in the status history. Raises what approve_service_authorization()
raises.';

CREATE OR REPLACE FUNCTION reopen_service_authorization(service_authorization_id bigint, reason text, status_date date DEFAULT current_date)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes an authorization that was decided pending again.
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations');
	PERFORM set_case_status('service_authorization', service_authorization_id, '{approved,denied}', 'pending', 'status_date', status_date,
		check_given('reason', reason));
END
$$;
COMMENT ON FUNCTION reopen_service_authorization(bigint, text, date) IS
'Makes an approved or denied service authorization pending again, and says why. An approved one only while no service draws on it.
Raises CT006 (drawn on), 42501 (no right), 55000 (pending already), 22004, 22008, 22023 (before it was decided), CT008, CT009, CT023.';

CREATE OR REPLACE FUNCTION edit_service_authorization(service_authorization_id bigint, changes jsonb) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes an authorization that nobody has changed since it was read. What was drawn stays within it.
DECLARE
	stored CONSTANT service_authorization := lock_authorization(service_authorization_id);
	changed_at timestamptz;
BEGIN
	PERFORM check_new_enrollment('service_authorization', service_authorization_id, changes);
	IF jsonb_typeof(changes) = 'object' THEN
		PERFORM check_setup_row('fund', json_id(changes, 'fund_id')), check_recurrence(json_text(changes, 'recurrence')),
			check_references(json_id(changes, 'grant_award_id'), NULL, NULL, NULL),
			service_entry_of(NULL, stored.service_id, NULL, json_number(changes, 'units'), NULL, json_number(changes, 'unit_value')),
			check_amount('max_units', json_number(changes, 'max_units'), 0), check_not_before('end_date',
			coalesce(json_date(changes, 'end_date'), stored.end_date), 'begin_date', coalesce(json_date(changes, 'begin_date'), stored.begin_date));
	END IF;
	changed_at := edit_case_row('service_authorization', service_authorization_id, changes,
		'{enrollment_id,fund_id,grant_award_id,begin_date,end_date,units,unit_value,recurrence,recurrence_start,max_units,service_reason_id,
			comments}',
		'{begin_date,end_date,units,unit_value,recurrence_start}');
	PERFORM check_grants_something(service_authorization_id);
	RETURN changed_at;
END
$$;
COMMENT ON FUNCTION edit_service_authorization(bigint, jsonb) IS
'Changes a service authorization and returns its new date_updated. changes: a jsonb object with date_updated as it was when it was read
(authorization_balance has it), and of the keys enrollment_id, fund_id, grant_award_id, begin_date, end_date, units, unit_value, recurrence,
recurrence_start, max_units, service_reason_id, comments those that change. One that was decided is changed only with the right approve_authorizations;
one that was drawn on is ended by an earlier end_date. Client and service do not change: authorize another one. Raises CT004 (less
than was drawn), CT006 (services would be outside), CT018 (changed since), 22004, 22008, 22023 (malformed), 22P02 (recurrence), 23514
(end before begin), 42501 (no right), CT008, CT009, CT023.';

CREATE OR REPLACE FUNCTION set_authorization_goals(service_authorization_id bigint, goal_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Makes these goals, and no others, those that an authorization serves.
DECLARE
	stored CONSTANT service_authorization := lock_authorization(service_authorization_id);
BEGIN
	UPDATE service_authorization_goal g SET date_deleted = now()
	WHERE g.service_authorization_id = stored.service_authorization_id AND g.date_deleted IS NULL AND g.goal_id <> ALL (coalesce(goal_ids, '{}'));
	PERFORM add_authorization_goals(stored.service_authorization_id, stored.client_id, goal_ids);
END
$$;
COMMENT ON FUNCTION set_authorization_goals(bigint, bigint[]) IS
'Says which goals of the client a service authorization serves: all of them; null or empty: none. Raises 42501 (decided, and no right
approve_authorizations), CT009 (no such authorization, or goal of the client), CT023.';

CREATE OR REPLACE FUNCTION delete_service_authorization(service_authorization_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes an authorization that no service draws on.
BEGIN
	PERFORM lock_authorization(service_authorization_id);
	PERFORM delete_case_row('service_authorization', service_authorization_id, reason);
END
$$;
COMMENT ON FUNCTION delete_service_authorization(bigint, text) IS
'Soft-deletes a service authorization that was entered by mistake, with a reason; case_status_history still shows it. Not one that
services draw on: end it instead. Raises CT006 (drawn on), 22004 (reason not given), 42501 (decided, and no right approve_authorizations),
CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION restore_service_authorization(service_authorization_id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores an authorization.
	SELECT restore_case_row('service_authorization', service_authorization_id);
END;
COMMENT ON FUNCTION restore_service_authorization(bigint) IS
'Restores a deleted service authorization, with the status that it had, judged by today''s rules. Raises 42501 (decided, and no right
approve_authorizations), CT008, CT009 (no such deleted one), CT023.';
