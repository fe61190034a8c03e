-- Bars: entering, lifting and overriding them.

CREATE OR REPLACE FUNCTION bar_client(client_id bigint, begin_date date, end_date date DEFAULT NULL,
	program_ids bigint[] DEFAULT NULL, location_ids bigint[] DEFAULT NULL, organization_ids bigint[] DEFAULT NULL,
	service_ids bigint[] DEFAULT NULL, covers_all boolean DEFAULT false, bar_reason_id bigint DEFAULT NULL,
	notes text DEFAULT NULL, bar_level text DEFAULT 'block', enforcing_organization_ids bigint[] DEFAULT NULL,
	incident_date date DEFAULT NULL, review_date date DEFAULT NULL, notice_given_date date DEFAULT NULL,
	user_id bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters a bar with its scopes and enforcing organizations and returns its id.
DECLARE
	new_bar_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	IF num_nulls(client_id, begin_date) > 0 THEN
		RAISE EXCEPTION 'client_id and begin_date must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	INSERT INTO bar (client_id, begin_date, end_date, bar_reason_id, notes, bar_level, incident_date, review_date,
		notice_given_date, user_id)
	VALUES (bar_client.client_id, bar_client.begin_date, bar_client.end_date, bar_client.bar_reason_id, bar_client.notes,
		coalesce(bar_client.bar_level, 'block'), bar_client.incident_date, bar_client.review_date,
		bar_client.notice_given_date, coalesce(bar_client.user_id, current_user_id(@schema@::regnamespace)))
	RETURNING bar.bar_id INTO new_bar_id;
	INSERT INTO bar_scope (bar_id, program_id, location_id, organization_id, service_id, covers_all)
	SELECT new_bar_id, unnest(program_ids), NULL::bigint, NULL::bigint, NULL::bigint, false
	UNION ALL SELECT new_bar_id, NULL, unnest(location_ids), NULL, NULL, false
	UNION ALL SELECT new_bar_id, NULL, NULL, unnest(organization_ids), NULL, false
	UNION ALL SELECT new_bar_id, NULL, NULL, NULL, unnest(service_ids), false
	UNION ALL SELECT new_bar_id, NULL, NULL, NULL, NULL, true WHERE bar_client.covers_all;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'bar does not say what the client is barred from' USING ERRCODE = 'CT013',
			HINT = 'Give program_ids, location_ids, organization_ids, service_ids or covers_all.';
	END IF;
	INSERT INTO bar_organization (bar_id, organization_id)
	SELECT new_bar_id, o FROM (SELECT DISTINCT unnest(enforcing_organization_ids)) AS e (o);
	RETURN new_bar_id;
END
$$;
COMMENT ON FUNCTION bar_client(bigint, date, date, bigint[], bigint[], bigint[], bigint[], boolean, bigint, text, text, bigint[],
	date, date, date, bigint) IS
'Bars a client and returns the bar''s id. begin_date: first day barred. end_date: first day allowed again, null: permanent.
program_ids, location_ids, organization_ids, service_ids, covers_all: what from, at least one. notes: guarded, never part of
a message. bar_level: block or warn. enforcing_organization_ids: whom to ask. Waits for whoever is recording a service for
the client; services recorded before in the time of the bar stay and are told by a WARNING.
user_id: who enters it, default the user of the session.
Raises 22004 (null), 23503 (no such client, program, …), 23514 (dates, level), 42501 (client not in sight), CT013 (no scope),
CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION lift_bar(bar_id bigint, lifted_date date, reason text, user_id bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ends a bar early, with who and why; the end_date that was meant stays on record.
BEGIN
	PERFORM refuse_open_workflow();
	IF num_nulls(bar_id, lifted_date) > 0 OR coalesce(reason, '') !~ '\S' THEN
		RAISE EXCEPTION 'bar_id, lifted_date and reason must be given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	UPDATE bar b SET lifted_date = lift_bar.lifted_date, lift_reason = reason, 
		lifted_by_user_id = coalesce(lift_bar.user_id, current_user_id(@schema@::regnamespace))
	WHERE b.bar_id = lift_bar.bar_id AND b.date_deleted IS NULL AND b.lifted_date IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no bar % to lift', bar_id USING ERRCODE = 'CT009',
			HINT = 'It does not exist, or is lifted already.';
	END IF;
END
$$;
COMMENT ON FUNCTION lift_bar(bigint, date, text, bigint) IS
'Lifts a bar early. lifted_date: first day allowed again. Raises 22004 (nothing given), CT009 (no such bar, or already
lifted), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION override_bar(bar_id bigint, begin_date date, end_date date, reason text,
	program_id bigint DEFAULT NULL, service_id bigint DEFAULT NULL, user_id bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records an exception to a bar and returns its id.
DECLARE
	new_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM require_right(@schema@::regnamespace, 'override_bars');
	IF num_nulls(bar_id, begin_date, end_date) > 0 OR coalesce(reason, '') !~ '\S' THEN
		RAISE EXCEPTION 'bar_id, begin_date, end_date and reason must be given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	INSERT INTO bar_override (bar_id, begin_date, end_date, override_reason, program_id, service_id, user_id)
	VALUES (override_bar.bar_id, override_bar.begin_date, override_bar.end_date, reason, override_bar.program_id,
		override_bar.service_id, coalesce(override_bar.user_id, current_user_id(@schema@::regnamespace)))
	RETURNING bar_override_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION override_bar(bigint, date, date, text, bigint, bigint, bigint) IS
'Makes an exception to a bar for services provided from begin_date to end_date, of one program or service or of any, and
returns its id. The reason and the role stay on record. Needs the right override_bars.
Raises 42501 (no right), 22004 (nothing given), 23503 (no such bar, program or service), 23514 (end before begin),
CT023 (a workflow is open).';
INSERT INTO schema_function (function_name, grantee) VALUES ('override_bar', 'clienttrack_override_bars')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
