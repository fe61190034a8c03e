-- The enrollment that services of a day are recorded under.

CREATE OR REPLACE FUNCTION enrolled_on(entry_date date, exit_date date, day date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Tells whether a stay with these dates is active on a day. The exit day counts.
RETURN entry_date <= day AND (exit_date IS NULL OR day <= exit_date);
COMMENT ON FUNCTION enrolled_on(date, date, date) IS
'Used wherever an enrollment is looked for by day; inlined by the planner. exit_date: null while enrolled.';

CREATE OR REPLACE FUNCTION choose_enrollments(program_id bigint, date_provided date, client_ids bigint[])
RETURNS TABLE (client_id bigint, enrollment_id bigint, overlapping boolean, grant_award_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns, for each client who has any, the enrollment in the program that is active on the date: the latest entered.
	-- Where the exit day of one is the entry day of the next that is no overlap.
	SELECT DISTINCT ON (e.client_id) e.client_id, e.enrollment_id,
		count(*) FILTER (WHERE e.exit_date IS DISTINCT FROM choose_enrollments.date_provided
			OR e.entry_date = choose_enrollments.date_provided) OVER (PARTITION BY e.client_id) > 1, e.grant_award_id
	FROM (SELECT DISTINCT unnest(client_ids)) AS c (client_id),
	-- OFFSET 0: looked for client by client. A planner without statistics expects few enrollments, and would read all for each.
	-- + 0: by the index on the client. With old statistics that on the program seems as good.
	LATERAL (SELECT x.client_id, x.enrollment_id, x.entry_date, x.exit_date, x.grant_award_id FROM enrollment x
		WHERE x.client_id = c.client_id AND x.program_id + 0 = choose_enrollments.program_id AND x.date_deleted IS NULL
		AND enrolled_on(x.entry_date, x.exit_date, choose_enrollments.date_provided) OFFSET 0) e
	ORDER BY e.client_id, e.entry_date DESC, e.enrollment_id DESC;
END;
COMMENT ON FUNCTION choose_enrollments(bigint, date, bigint[]) IS
'The enrollment of each client in the program that is active on the date provided: of several the one entered last;
overlapping tells that several truly overlap; grant_award_id is the grant of the enrollment. No row for a client without one.';
