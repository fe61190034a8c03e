-- Services to people who are not identified, and people turned away.

CREATE OR REPLACE FUNCTION record_indirect_service(service text, program_id bigint, persons_served integer,
	date_provided date DEFAULT current_date, units numeric DEFAULT NULL, unit_value numeric DEFAULT NULL,
	unit_of_measure text DEFAULT NULL, grant_id bigint DEFAULT NULL, provider_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL,
	reason text DEFAULT NULL, comments text DEFAULT NULL, provided_by_user_id bigint DEFAULT NULL,
	confirm_warnings boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records a service to people who are not identified and returns its id.
DECLARE
	shared client_service;
	entry service_entry;
	new_id bigint;
	before boolean;
BEGIN
	IF num_nulls(service, program_id, persons_served) > 0 THEN
		RAISE EXCEPTION 'service, program_id and persons_served must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF persons_served <= 0 THEN
		RAISE EXCEPTION 'persons_served must be more than 0, not %', persons_served USING ERRCODE = 'invalid_parameter_value';
	END IF;
	shared := shared_fields(program_id, date_provided, grant_id, provider_id, location_id, reason, comments, provided_by_user_id);
	entry := service_entry_of(NULL, service_of(service), NULL, units, unit_of_measure, unit_value);
	entry := (complete_entries(shared, ARRAY[entry]))[1];
	PERFORM raise_refused(shared, ARRAY[entry]);
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	INSERT INTO indirect_service (service_id, program_id, date_provided, persons_served, location_id, units, unit_value, unit_of_measure,
		provided_by_user_id, grant_award_id, provider_id, service_reason_id, comments)
	VALUES (entry.service_id, shared.program_id, shared.date_provided, persons_served, shared.location_id, entry.units, entry.unit_value,
		entry.unit_of_measure, shared.provided_by_user_id, entry.grant_award_id, shared.provider_id, shared.service_reason_id,
		shared.comments)
	RETURNING indirect_service_id INTO new_id;
	PERFORM refuse_warnings(before);
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION record_indirect_service(text, bigint, integer, date, numeric, numeric, text, bigint, bigint, bigint, text, text,
	bigint, boolean) IS
'Records an indirect service, for example a seminar or outreach, and returns its id. persons_served: how many people. units and
unit_value: of the whole service, not for each person; defaults and the other arguments as in record_service().
Raises 22004, 22008, 22023, 42501 (program of another organization), CT003 (not
offered, or not an indirect service), CT008 (future), CT009 (no such service, reason, location …), CT014 (warnings to confirm), CT015 (period
locked), CT016 (entered too late).';

CREATE OR REPLACE FUNCTION turn_away_reason_of(reason text) RETURNS turn_away_reason
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns the active turn-away reason with this name.
	SELECT r.* FROM turn_away_reason r
	WHERE r.turn_away_reason_id = active_id_of('turn_away_reason', 'turn_away_reason_name', reason);
END;
COMMENT ON FUNCTION turn_away_reason_of(text) IS 'Used by record_turn_away(). Raises CT009 when there is no such reason.';

CREATE OR REPLACE FUNCTION bar_in_force(client_id bigint, program_id bigint, service_id bigint, location_id bigint, on_date date)
RETURNS bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the bar, of those that the caller sees, that keeps a client from a service on a day as the guard would; of several
	-- one that blocks before one that warns, and the first entered. To a bar with an exception for the day nobody is held.
	SELECT b.bar_id FROM bar b
	WHERE b.client_id = bar_in_force.client_id AND b.date_deleted IS NULL AND b.begin_date <= on_date
	AND (b.end_date IS NULL OR on_date < b.end_date) AND (b.lifted_date IS NULL OR on_date < b.lifted_date)
	AND EXISTS (SELECT FROM bar_scope s WHERE s.bar_id = b.bar_id AND s.date_deleted IS NULL
		AND (s.covers_all OR s.program_id = bar_in_force.program_id OR s.service_id = bar_in_force.service_id
			OR s.location_id = bar_in_force.location_id
			OR s.organization_id = (SELECT p.organization_id FROM program p WHERE p.program_id = bar_in_force.program_id)
			OR s.organization_id = (SELECT l.organization_id FROM location l WHERE l.location_id = bar_in_force.location_id)))
	AND NOT EXISTS (SELECT FROM bar_override v WHERE v.bar_id = b.bar_id AND v.date_deleted IS NULL
		AND on_date BETWEEN v.begin_date AND v.end_date
		AND (v.program_id IS NULL OR v.program_id = bar_in_force.program_id)
		AND (v.service_id IS NULL OR v.service_id = bar_in_force.service_id))
	ORDER BY b.bar_level = 'warn', b.bar_id LIMIT 1;
END;
COMMENT ON FUNCTION bar_in_force(bigint, bigint, bigint, bigint, date) IS
'Used by record_turn_away(): null when there is none. service_id, location_id: null for any.';

CREATE OR REPLACE FUNCTION record_turn_away(program_id bigint, reason text, service text DEFAULT NULL, client_id bigint DEFAULT NULL,
	turn_away_date date DEFAULT current_date, bar_id bigint DEFAULT NULL, location_id bigint DEFAULT NULL, persons integer DEFAULT 1,
	comments text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records that a client, or people who are not identified, were denied a service, and returns the id.
DECLARE
	shared CONSTANT client_service := shared_fields(program_id, turn_away_date, NULL, NULL, location_id, NULL, comments, NULL);
	why CONSTANT turn_away_reason := turn_away_reason_of(reason);
	bar_known CONSTANT bigint := coalesce(bar_id, CASE WHEN why.because_of_bar
		THEN bar_in_force(client_id, program_id, service_of(service), location_id, turn_away_date) END);
	new_id bigint;
BEGIN
	IF num_nulls(program_id, reason, persons) > 0 THEN
		RAISE EXCEPTION 'program_id, reason and persons must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF persons <= 0 OR (persons > 1 AND client_id IS NOT NULL) THEN
		RAISE EXCEPTION 'persons must be 1 for a client, and more than 0, not %', persons USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_client(client_id) WHERE client_id IS NOT NULL;
	IF bar_id IS NOT NULL AND NOT EXISTS (SELECT FROM bar b
			WHERE b.bar_id = record_turn_away.bar_id AND b.client_id = record_turn_away.client_id AND b.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'bar % is not one of the client', bar_id USING ERRCODE = 'CT009';
	END IF;
	INSERT INTO turn_away (client_id, persons, program_id, service_id, location_id, turn_away_date, turn_away_reason_id, bar_id, comments)
	VALUES (record_turn_away.client_id, record_turn_away.persons, shared.program_id, service_of(service), shared.location_id,
		shared.date_provided, why.turn_away_reason_id, bar_known, shared.comments)
	RETURNING turn_away_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION record_turn_away(bigint, text, text, bigint, date, bigint, bigint, integer, text) IS
'Records a turn-away and returns its id (ClientTrack: Turn Away Reason). Needs no enrollment. reason: name of a turn_away_reason.
service: code or id of what was asked for; null: any. client_id: null for a person who is not identified. bar_id: the client''s bar
that is the reason; by default, for a reason with because_of_bar, the one in force that the caller sees. persons: how many
people who are not identified. Raises 22004, 22008 (infinite date), 22023 (persons), 42501 (program of another
organization), CT008 (in the future), CT009 (no such client, service, reason, location, or bar of the client), CT015 (period
locked).';

CREATE OR REPLACE FUNCTION delete_row(tab regclass, key name, id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes one live row with a reason, or raises.
DECLARE
	deleted bigint;
BEGIN
	PERFORM refuse_open_workflow();
	IF id IS NULL OR coalesce(reason, '') !~ '\S' THEN
		RAISE EXCEPTION '% and reason must be given', key USING ERRCODE = 'null_value_not_allowed';
	END IF;
	EXECUTE format('UPDATE %s SET date_deleted = now(), delete_reason = $1 WHERE %I = $2 AND date_deleted IS NULL', tab, key)
	USING reason, id;
	GET DIAGNOSTICS deleted = ROW_COUNT;
	IF deleted = 0 THEN
		RAISE EXCEPTION 'there is no % % to delete', replace(left(key, -3), '_', ' '), id USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted already, or is another organization''s.';
	END IF;
END
$$;
COMMENT ON FUNCTION delete_row(regclass, name, bigint, text) IS
'Used by delete_service() and the like. Raises 22004 (id or reason not given), CT009 (no such live row), CT023 (a workflow is
open).';

CREATE OR REPLACE FUNCTION restore_row(tab regclass, key name, id bigint, confirm_warnings boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Brings one deleted row back to life, under the guard, or raises.
DECLARE
	before CONSTANT boolean := refuse_warnings(confirm_warnings IS NOT TRUE);
	restored bigint;
BEGIN
	PERFORM refuse_open_workflow();
	EXECUTE format('UPDATE %s SET date_deleted = NULL, delete_reason = NULL WHERE %I = $1 AND date_deleted IS NOT NULL', tab, key) USING id;
	GET DIAGNOSTICS restored = ROW_COUNT;
	IF restored = 0 THEN
		RAISE EXCEPTION 'there is no deleted % % to restore', replace(left(key, -3), '_', ' '), coalesce(id::text, 'null')
			USING ERRCODE = 'CT009';
	END IF;
	PERFORM refuse_warnings(before);
END
$$;
COMMENT ON FUNCTION restore_row(regclass, name, bigint, boolean) IS
'Used by restore_service() and the like. Raises CT009 (no such deleted row), CT023 (a workflow is open) and what the guard raises.';

CREATE OR REPLACE FUNCTION delete_indirect_service(indirect_service_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes an indirect service.
	SELECT delete_row('indirect_service', 'indirect_service_id', indirect_service_id, reason);
END;
COMMENT ON FUNCTION delete_indirect_service(bigint, text) IS
'Soft-deletes an indirect service with a reason. Raises 22004, CT009 (no such live one), CT015 (period locked).';

CREATE OR REPLACE FUNCTION restore_indirect_service(indirect_service_id bigint, confirm_warnings boolean DEFAULT false) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores an indirect service.
	SELECT restore_row('indirect_service', 'indirect_service_id', indirect_service_id, confirm_warnings);
END;
COMMENT ON FUNCTION restore_indirect_service(bigint, boolean) IS
'Restores a deleted indirect service, judged again. Raises CT009 (no such deleted one) and what record_indirect_service() raises.';

CREATE OR REPLACE FUNCTION delete_turn_away(turn_away_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes a turn-away.
	SELECT delete_row('turn_away', 'turn_away_id', turn_away_id, reason);
END;
COMMENT ON FUNCTION delete_turn_away(bigint, text) IS 'Soft-deletes a turn-away with a reason. Raises 22004, CT009 (no such live one), CT015 (period locked).';

CREATE OR REPLACE FUNCTION restore_turn_away(turn_away_id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores a turn-away.
	SELECT restore_row('turn_away', 'turn_away_id', turn_away_id, true);
END;
COMMENT ON FUNCTION restore_turn_away(bigint) IS 'Restores a deleted turn-away. Raises CT009 (no such deleted one), CT008 (in the future), CT015 (period locked).';
