-- What is due of service authorizations, what is left, and giving what is due on a day.

CREATE OR REPLACE FUNCTION authorization_instances(from_date date, to_date date, authorization_ids bigint[] DEFAULT NULL)
RETURNS TABLE (service_authorization_id bigint, client_id bigint, service_id bigint, due_date date, units numeric, unit_value numeric,
	units_delivered numeric, status text)
LANGUAGE sql STABLE ROWS 10000
BEGIN ATOMIC
	-- Returns the instances of authorizations that are due in a period, and how much of each was given.
	SELECT i.service_authorization_id, i.client_id, i.service_id, i.due_date, i.units, i.unit_value, i.units_delivered, i.status
	FROM clienttrack.authorization_instances(@schema@::regnamespace, from_date, to_date, authorization_ids) i;
END;
COMMENT ON FUNCTION authorization_instances(date, date, bigint[]) IS
'The instances of service authorizations that are due from from_date to to_date, both included (infinity leaves them open), by authorization
and day: of all that are approved, or of those named, which may be pending. units, unit_value: of the instance; a skipped one has 0 units.
units_delivered: what was given, in sight or not, counts for the instance that was due last, or for the first; what exceeds an instance''s units was given ahead
and counts for the next ones; after the last all counts for it. status: planned (due today or later, nothing given), partly, delivered,
missed (due before today, nothing given), skipped. One call for all clients costs little more than the rows that come out.
Raises 22004 (null).';

CREATE OR REPLACE VIEW authorization_balance AS
SELECT a.service_authorization_id, a.client_id, a.enrollment_id, e.program_id, a.service_id, s.service_code, s.service_name, a.authorization_status,
	a.decided_date, user_name(d) AS decided_by, a.status_comments, a.begin_date, a.end_date, a.recurrence, a.recurrence_start, a.unit_of_measure,
	trim_scale(a.units) AS units, trim_scale(a.unit_value) AS unit_value, a.instances_authorized, trim_scale(a.max_units) AS max_units,
	trim_scale(a.units_authorized) AS units_authorized, trim_scale(a.units_drawn) AS units_drawn,
	trim_scale(a.units_authorized - a.units_drawn) AS units_left, round(a.units_authorized * a.unit_value, 2) AS value_authorized,
	coalesce(g.value_drawn, 0) AS value_drawn, round(a.units_authorized * a.unit_value, 2) - coalesce(g.value_drawn, 0) AS value_left,
	coalesce(g.services, 0) AS services, g.last_date_provided, coalesce(a.fund_id, ga.fund_id) AS fund_id, coalesce(f.fund_name, gf.fund_name) AS fund_name, a.grant_award_id,
	ga.grant_identifier, r.service_reason_name AS reason, t.goals, a.comments, user_name(u) AS entered_by, a.date_created, a.date_updated
FROM service_authorization a
JOIN service s ON s.service_id = a.service_id
LEFT JOIN enrollment e ON e.enrollment_id = a.enrollment_id
LEFT JOIN fund f ON f.fund_id = a.fund_id
LEFT JOIN grant_award ga ON ga.grant_award_id = a.grant_award_id
LEFT JOIN fund gf ON gf.fund_id = ga.fund_id
LEFT JOIN service_reason r ON r.service_reason_id = a.service_reason_id
LEFT JOIN hmis_user d ON d.user_id = a.decided_by_user_id
LEFT JOIN hmis_user u ON u.user_id = a.user_id
LEFT JOIN LATERAL (SELECT count(*) AS services, sum(c.total_value) AS value_drawn, max(c.date_provided) AS last_date_provided
	FROM client_service c WHERE c.service_authorization_id = a.service_authorization_id AND c.date_deleted IS NULL) g ON true
LEFT JOIN LATERAL (SELECT string_agg(o.goal_description, '; ' ORDER BY o.goal_id) AS goals
	FROM service_authorization_goal x JOIN goal o ON o.goal_id = x.goal_id
	WHERE x.service_authorization_id = a.service_authorization_id AND x.date_deleted IS NULL) t ON true
WHERE a.date_deleted IS NULL;
ALTER VIEW authorization_balance SET (security_invoker = true);
COMMENT ON VIEW authorization_balance IS
'Service authorizations with what each grants, what was drawn and what is left, names in place of identifiers. Of each instance
authorization_instances() tells.';
COMMENT ON COLUMN authorization_balance.service_authorization_id IS 'The authorization.';
COMMENT ON COLUMN authorization_balance.client_id IS 'The client.';
COMMENT ON COLUMN authorization_balance.enrollment_id IS 'The enrollment that the services must be of; null: any.';
COMMENT ON COLUMN authorization_balance.program_id IS 'The program of that enrollment.';
COMMENT ON COLUMN authorization_balance.service_id IS 'The service.';
COMMENT ON COLUMN authorization_balance.service_code IS 'Code of the service.';
COMMENT ON COLUMN authorization_balance.service_name IS 'Name of the service.';
COMMENT ON COLUMN authorization_balance.authorization_status IS 'pending, approved or denied.';
COMMENT ON COLUMN authorization_balance.decided_date IS 'When it was approved or denied.';
COMMENT ON COLUMN authorization_balance.decided_by IS 'Name of the user who approved or denied it.';
COMMENT ON COLUMN authorization_balance.status_comments IS 'Comments on the decision; of a denial why.';
COMMENT ON COLUMN authorization_balance.begin_date IS 'First day on which the service may be given.';
COMMENT ON COLUMN authorization_balance.end_date IS 'Last day.';
COMMENT ON COLUMN authorization_balance.recurrence IS 'When instances are due (RFC 5545): rrule_describe() says it in words. Null: as needed.';
COMMENT ON COLUMN authorization_balance.recurrence_start IS 'What the recurrence counts from.';
COMMENT ON COLUMN authorization_balance.unit_of_measure IS 'What the units are.';
COMMENT ON COLUMN authorization_balance.units IS 'Units of each instance.';
COMMENT ON COLUMN authorization_balance.unit_value IS 'Value of one unit in dollars.';
COMMENT ON COLUMN authorization_balance.instances_authorized IS 'How many instances there are, those that are skipped not counted.';
COMMENT ON COLUMN authorization_balance.max_units IS 'Units in all, where there are to be fewer than the instances have.';
COMMENT ON COLUMN authorization_balance.units_authorized IS 'Units in all.';
COMMENT ON COLUMN authorization_balance.units_drawn IS 'Units given.';
COMMENT ON COLUMN authorization_balance.units_left IS 'Units that can still be given.';
COMMENT ON COLUMN authorization_balance.value_authorized IS 'Value of all units in dollars.';
COMMENT ON COLUMN authorization_balance.value_drawn IS 'Value in dollars of what was given, of the services in sight.';
COMMENT ON COLUMN authorization_balance.value_left IS 'The difference of the two.';
COMMENT ON COLUMN authorization_balance.services IS 'How many services were given, of those in sight.';
COMMENT ON COLUMN authorization_balance.last_date_provided IS 'When the last of them was given.';
COMMENT ON COLUMN authorization_balance.fund_id IS 'The funding source, else that of the grant.';
COMMENT ON COLUMN authorization_balance.fund_name IS 'Its name.';
COMMENT ON COLUMN authorization_balance.grant_award_id IS 'The grant that pays.';
COMMENT ON COLUMN authorization_balance.grant_identifier IS 'Its number.';
COMMENT ON COLUMN authorization_balance.reason IS 'Why the service is given.';
COMMENT ON COLUMN authorization_balance.goals IS 'The client''s goals that it serves, of those in sight.';
COMMENT ON COLUMN authorization_balance.comments IS 'Comments.';
COMMENT ON COLUMN authorization_balance.entered_by IS 'Name of the user who entered or last changed it.';
COMMENT ON COLUMN authorization_balance.date_created IS 'When it was entered.';
COMMENT ON COLUMN authorization_balance.date_updated IS 'When it was last changed: edit_service_authorization() wants it. Services that draw on it do not count.';

CREATE OR REPLACE FUNCTION authorizations_of_program(program_id bigint, day date, service_id bigint, client_ids bigint[])
RETURNS TABLE (service_authorization_id bigint, enrollment_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the approved authorizations with a recurrence of clients who are enrolled in a program on a day, for a service that it offers, with the enrollment.
	SELECT a.service_authorization_id, e.enrollment_id
	FROM service_authorization a
	JOIN choose_enrollments(authorizations_of_program.program_id, day, coalesce(client_ids, ARRAY(SELECT x.client_id FROM service_authorization x
		WHERE x.date_deleted IS NULL AND x.authorization_status = 'approved' AND day BETWEEN x.begin_date AND x.end_date))) e
		ON e.client_id = a.client_id AND e.enrollment_id = coalesce(a.enrollment_id, e.enrollment_id)
	WHERE a.date_deleted IS NULL AND a.authorization_status = 'approved' AND day BETWEEN a.begin_date AND a.end_date AND a.recurrence IS NOT NULL
	AND a.service_id = coalesce(authorizations_of_program.service_id, a.service_id)
	AND (a.enrollment_id IS NOT NULL OR a.service_id = ANY (ARRAY(SELECT t.service_id FROM clienttrack.service_terms(@schema@::regnamespace,
		ARRAY(SELECT s.service_id FROM service s ORDER BY s.service_id), ARRAY(SELECT NULL::bigint FROM service s), authorizations_of_program.program_id, NULL, day) t
		WHERE t.offered)));
END;
COMMENT ON FUNCTION authorizations_of_program(bigint, date, bigint, bigint[]) IS
'Used by post_authorized_services(). service_id, client_ids: null: any. An authorization for an enrollment in another program is not the program''s.';

CREATE OR REPLACE FUNCTION services_due(program_id bigint, from_date date, to_date date, service text DEFAULT NULL, client_ids bigint[] DEFAULT NULL)
RETURNS TABLE (due_date date, client_id bigint, client_name text, service_code text, service_name text, units numeric, unit_of_measure text,
	unit_value numeric, units_delivered numeric, status text, enrollment_id bigint, service_authorization_id bigint, comments text)
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path FROM CURRENT AS $$
-- Returns what is due in a period in a program by authorizations: what post_authorized_services() would look at on each day.
#variable_conflict use_column
BEGIN
	IF services_due.program_id IS NULL THEN
		RAISE EXCEPTION 'program_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	RETURN QUERY
	SELECT DISTINCT ON (i.due_date, i.client_id, i.service_authorization_id) i.due_date, i.client_id, concat_ws(' ', c.first_name, c.last_name),
		s.service_code, s.service_name, i.units, a.unit_of_measure, i.unit_value, i.units_delivered, i.status, e.enrollment_id,
		i.service_authorization_id, a.comments
	FROM authorization_instances(from_date, to_date) i
	JOIN service_authorization a ON a.service_authorization_id = i.service_authorization_id AND a.recurrence IS NOT NULL
	JOIN enrollment e ON e.client_id = i.client_id AND e.program_id = services_due.program_id AND e.date_deleted IS NULL
		AND enrolled_on(e.entry_date, e.exit_date, i.due_date) AND e.enrollment_id = coalesce(a.enrollment_id, e.enrollment_id)
	JOIN client c ON c.client_id = i.client_id
	JOIN service s ON s.service_id = i.service_id
	WHERE i.service_id = coalesce(service_of(services_due.service), i.service_id)
	AND (services_due.client_ids IS NULL OR i.client_id = ANY (services_due.client_ids))
	ORDER BY i.due_date, i.client_id, i.service_authorization_id, e.entry_date DESC;
END
$$;
COMMENT ON FUNCTION services_due(bigint, date, date, text, bigint[]) IS
'What is due from from_date to to_date by approved service authorizations that have a recurrence, of clients who are enrolled in the program on the
day: for the list of the week. service: code or id, client_ids: default all. units, units_delivered, status: as authorization_instances().
enrollment_id: the enrollment that the service would be recorded under. Raises 22004, CT009 (no such service).';

CREATE OR REPLACE FUNCTION lock_authorizations(authorization_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Makes others who draw on these authorizations, as far as the session's user sees them, wait until the transaction ends. As the owner,
-- since whoever may draw may not change them.
BEGIN
	PERFORM FROM service_authorization a WHERE a.service_authorization_id = ANY (ARRAY(SELECT i FROM unnest(authorization_ids) i
		WHERE clienttrack.visible_row(@schema@::regnamespace, 'service_authorization', i)))
	ORDER BY a.service_authorization_id FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION lock_authorizations(bigint[]) IS
'Used by post_authorized_services(), before it looks: the second of two who post the same day finds everything given.
Raises 40001 (REPEATABLE READ: somebody drew on one meanwhile).';
INSERT INTO schema_function (function_name, grantee) VALUES ('lock_authorizations', 'clienttrack_worker')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;

CREATE OR REPLACE FUNCTION due_entries(program_id bigint, day date, service_id bigint, client_ids bigint[])
RETURNS TABLE (entry service_entry, was_given boolean)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns what is still to be given of the instances that are due on a day in a program, with the authorizations locked, by client.
DECLARE
	ids CONSTANT bigint[] := ARRAY(SELECT a.service_authorization_id FROM authorizations_of_program(program_id, day, service_id, client_ids) a);
BEGIN
	PERFORM lock_authorizations(ids);
	RETURN QUERY
	SELECT ROW(i.client_id, i.service_id, p.enrollment_id, NULL, v.units, NULL, a.unit_value, NULL, NULL, NULL, i.service_authorization_id)::service_entry,
		v.units <= 0
	FROM authorization_instances(day, day, ids) i
	JOIN authorizations_of_program(due_entries.program_id, day, due_entries.service_id, due_entries.client_ids) p
		ON p.service_authorization_id = i.service_authorization_id
	JOIN service_authorization a ON a.service_authorization_id = i.service_authorization_id
	JOIN unit_of_measure u ON u.unit_of_measure = a.unit_of_measure
	CROSS JOIN LATERAL (SELECT trunc(least(i.units - i.units_delivered, a.units_authorized - a.units_drawn), u.decimals) AS units) v
	WHERE i.status <> 'skipped'
	ORDER BY i.client_id, i.service_authorization_id;
END
$$;
COMMENT ON FUNCTION due_entries(bigint, date, bigint, bigint[]) IS
'Used by post_authorized_services(). was_given: all of it was given already, or nothing is left of the authorization.';

CREATE OR REPLACE FUNCTION post_authorized_services(date_provided date, program_id bigint, service text DEFAULT NULL,
	client_ids bigint[] DEFAULT NULL, location_id bigint DEFAULT NULL, provided_by_user_id bigint DEFAULT NULL, comments text DEFAULT NULL,
	confirm_warnings boolean DEFAULT false)
RETURNS TABLE (client_id bigint, service_authorization_id bigint, service_id bigint, status text, client_service_id bigint, units numeric,
	total_value numeric, sqlstate text, message text)
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records every service that is due on a day in a program by authorizations, and says of each client what became of it.
#variable_conflict use_column
DECLARE
	shared CONSTANT client_service := shared_fields(program_id, date_provided, NULL, NULL, location_id, NULL, comments, provided_by_user_id);
	due record;
BEGIN
	IF program_id IS NULL THEN
		RAISE EXCEPTION 'program_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT array_agg(d.entry) FILTER (WHERE NOT d.was_given) AS entries, array_agg(d.entry) FILTER (WHERE d.was_given) AS given INTO due
	FROM due_entries(shared.program_id, shared.date_provided, service_of(service), post_authorized_services.client_ids) d;
	RETURN QUERY
	SELECT e.client_id, e.service_authorization_id, e.service_id, CASE r.status WHEN 'recorded' THEN 'posted' ELSE r.status END,
		r.client_service_id, r.units, r.total_value, r.sqlstate, r.message
	FROM ROWS FROM (unnest(due.entries), enter_services(shared, due.entries, false, confirm_warnings))
		AS r (client_id, service_id, enrollment_id, grant_award_id, units_due, unit_of_measure, unit_value, own_comments, own_sqlstate,
			own_message, service_authorization_id, of_client_id, of_service_id, of_enrollment_id, status, client_service_id, units, value_of_unit,
			total_value, sqlstate, message)
	CROSS JOIN LATERAL (SELECT r.client_id, r.service_authorization_id, r.service_id) e
	WHERE due.entries IS NOT NULL
	UNION ALL
	SELECT g.client_id, g.service_authorization_id, g.service_id, 'skipped', NULL::bigint, NULL::numeric, NULL::numeric, NULL::text, 'already given'
	FROM unnest(due.given) g;
END
$$;
COMMENT ON FUNCTION post_authorized_services(date, bigint, text, bigint[], bigint, bigint, text, boolean) IS
'Records what is due on a day by approved service authorizations that have a recurrence, for all clients who are enrolled in a program, each under the guard, and
returns a row for each authorization with status posted, skipped (already given, or nothing left), warning (CT014: not recorded until the call
confirms warnings) or rejected (with sqlstate and message). date_provided: the day that is due, and on which the services are given. service:
code or id, default all. client_ids: default all. Units and unit value are the instance''s, less what was given of it before. Posting again posts
nothing twice, also when two people post at once. Raises 22004, 22008, 42501 (program of another organization), CT009 (no such service,
location or user), CT023 (workflow open), 40001 (somebody else drew on them, under REPEATABLE READ: try again).';
