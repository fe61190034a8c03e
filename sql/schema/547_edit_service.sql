-- Editing, deleting and restoring recorded services.

CREATE OR REPLACE FUNCTION check_changes(changes jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Ensures that changes name only what can be changed, are of the right types, and leave nothing empty that every service has.
DECLARE
	wrong text;
BEGIN
	PERFORM check_changed_keys(changes, '{service,date_provided,units,unit_of_measure,unit_value,program_id,enrollment_id,grant_id,
		provider_id,location_id,reason,goal_id,action_step_id,referral_id,client_barrier_id,service_authorization_id,comments,provided_by_user_id,fa_amount,
		fa_start_date,fa_end_date}', '{service,date_provided,units,unit_value,program_id}', 'service');
	SELECT k INTO wrong FROM unnest('{date_provided,fa_start_date,fa_end_date}'::text[]) k
	WHERE changes ->> k !~ '^(\d{4,}-\d{2}-\d{2}([T ].+)?|-?infinity)$' LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '% must be a date like 2026-03-01, not %', wrong, left(changes ->> wrong, 40) USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM json_id(changes, k) FROM unnest('{program_id,enrollment_id,grant_id,provider_id,location_id,goal_id,action_step_id,
		referral_id,client_barrier_id,service_authorization_id,provided_by_user_id}'::text[]) k;
	PERFORM json_text(changes, k) FROM unnest('{unit_of_measure,reason,comments}'::text[]) k;
	PERFORM check_amount(k, json_number(changes, k), 0) FROM unnest('{units,unit_value,fa_amount}'::text[]) k;
END
$$;
COMMENT ON FUNCTION check_changes(jsonb) IS 'Used by edit_service(). Raises 22023 (malformed, unknown key), 22004 (null).';

CREATE OR REPLACE FUNCTION service_to_edit(client_service_id bigint, date_updated timestamptz) RETURNS client_service
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a live service, locked, that nobody has changed since it was read.
DECLARE
	current_row client_service;
BEGIN
	PERFORM refuse_open_workflow();
	SELECT s.* INTO current_row FROM client_service s
	WHERE s.client_service_id = service_to_edit.client_service_id AND s.date_deleted IS NULL FOR NO KEY UPDATE;
	IF current_row.client_service_id IS NULL THEN
		RAISE EXCEPTION 'there is no service % to edit', coalesce(client_service_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is another organization''s.';
	END IF;
	PERFORM refuse_stale('service', client_service_id, service_to_edit.date_updated, current_row.date_updated);
	RETURN current_row;
END
$$;
COMMENT ON FUNCTION service_to_edit(bigint, timestamptz) IS
'Used by edit_service(). Raises CT009 (no such live service), CT018 (changed meanwhile), CT023 (a workflow is open), 40001 (under
REPEATABLE READ).';

CREATE OR REPLACE FUNCTION changed_service(stored client_service, changes jsonb) RETURNS client_service
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns a service with the changes in it. Names become identifiers; what depends on a change and is not given follows it:
-- the enrollment the day and the program, the unit value and the measure the service. Units that do not change are not rounded.
DECLARE
	changed client_service := jsonb_populate_record(stored, changes - ARRAY['date_updated', 'units', 'unit_of_measure']);
	amounts service_entry;
BEGIN
	IF changes ? 'service' THEN
		changed.service_id := service_of(changes ->> 'service');
	END IF;
	IF changes ? 'grant_id' THEN
		changed.grant_award_id := json_id(changes, 'grant_id');
	END IF;
	IF changes ? 'reason' THEN
		changed.service_reason_id := service_reason_of(json_text(changes, 'reason'));
	END IF;
	IF NOT changes ? 'enrollment_id' AND (changed.program_id, changed.date_provided) <> (stored.program_id, stored.date_provided) THEN
		changed.enrollment_id := enrollment_after_change(changed);
	END IF;
	IF changed.service_id <> stored.service_id AND NOT changes ? 'unit_value' THEN
		SELECT worth_of_unit(t.unit_of_measure, t.unit_value) INTO changed.unit_value
		FROM clienttrack.service_terms(@schema@::regnamespace, ARRAY[changed.service_id], ARRAY[changed.grant_award_id],
			changed.program_id, changed.location_id, changed.date_provided) t;
	END IF;
	IF changes ?| ARRAY['service', 'units', 'unit_of_measure'] THEN
		amounts := service_entry_of(changed.client_id, changed.service_id, changed.enrollment_id,
			coalesce(json_number(changes, 'units'), stored.units), CASE WHEN changes ? 'units' AND NOT changes ? 'unit_of_measure'
				THEN NULL ELSE coalesce(json_text(changes, 'unit_of_measure'), stored.unit_of_measure) END, NULL);
		changed.units := amounts.units;
		SELECT s.unit_of_measure INTO changed.unit_of_measure FROM service s WHERE s.service_id = changed.service_id;
	END IF;
	PERFORM check_day(changed.date_provided);
	RETURN changed;
END
$$;
COMMENT ON FUNCTION changed_service(client_service, jsonb) IS
'Used by edit_service(), after check_changes(). Raises 22023 (amount, measure), 22007 (no date), 22008 (infinite date), CT009 (no
such service, reason, unit of measure).';

CREATE OR REPLACE FUNCTION enrollment_after_change(changed client_service) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the enrollment that a service belongs to after its day or program changed: the same if it still fits.
DECLARE
	chosen bigint;
BEGIN
	SELECT e.enrollment_id INTO chosen FROM enrollment e WHERE e.enrollment_id = changed.enrollment_id
		AND e.program_id = changed.program_id AND enrolled_on(e.entry_date, e.exit_date, changed.date_provided);
	IF chosen IS NULL THEN
		SELECT c.enrollment_id INTO chosen
		FROM choose_enrollments(changed.program_id, changed.date_provided, ARRAY[changed.client_id]) c;
	END IF;
	RETURN chosen;
END
$$;
COMMENT ON FUNCTION enrollment_after_change(client_service) IS 'Used by edit_service(): null where no enrollment fits.';

CREATE OR REPLACE FUNCTION edit_service(client_service_id bigint, changes jsonb, confirm_warnings boolean DEFAULT false)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes a service that nobody has changed since the caller read it, under the guard, and returns when it was changed.
DECLARE
	stored client_service;
	new client_service;
	changed_at timestamptz;
	before boolean;
BEGIN
	PERFORM check_changes(changes);
	stored := service_to_edit(client_service_id, (changes ->> 'date_updated')::timestamptz);
	new := changed_service(stored, changes);
	PERFORM check_references(json_id(changes, 'grant_id'), json_id(changes, 'provider_id'), json_id(changes, 'location_id'),
		json_id(changes, 'provided_by_user_id'));
	PERFORM check_own_case(new.client_id, json_id(changes, 'goal_id'), json_id(changes, 'action_step_id'),
		json_id(changes, 'referral_id'), json_id(changes, 'client_barrier_id'), json_id(changes, 'service_authorization_id'));
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	UPDATE client_service s SET service_id = new.service_id, program_id = new.program_id, date_provided = new.date_provided,
		enrollment_id = new.enrollment_id, location_id = new.location_id, units = new.units, unit_value = new.unit_value,
		unit_of_measure = new.unit_of_measure, provided_by_user_id = new.provided_by_user_id, grant_award_id = new.grant_award_id,
		provider_id = new.provider_id, service_reason_id = new.service_reason_id, goal_id = new.goal_id,
		action_step_id = new.action_step_id, referral_id = new.referral_id, client_barrier_id = new.client_barrier_id,
		service_authorization_id = new.service_authorization_id,
		comments = new.comments, fa_amount = new.fa_amount, fa_start_date = new.fa_start_date, fa_end_date = new.fa_end_date
	WHERE s.client_service_id = edit_service.client_service_id
	RETURNING s.date_updated INTO changed_at;
	PERFORM refuse_warnings(before);
	RETURN changed_at;
END
$$;
COMMENT ON FUNCTION edit_service(bigint, jsonb, boolean) IS
'Changes a recorded service, judged by the guard like a new one, and returns its new date_updated. changes: a jsonb object with
date_updated as it was when the service was read (client_service_history has it), and of the keys service, date_provided, units,
unit_of_measure, unit_value, program_id, enrollment_id, grant_id, provider_id, location_id, reason, goal_id, action_step_id,
referral_id, client_barrier_id, service_authorization_id, comments, provided_by_user_id, fa_amount, fa_start_date, fa_end_date those that change, with
the meaning that they have for record_service(). Who entered the service and when stays. A day or program that changes takes the
enrollment that fits along, a service the unit value. Raises CT018 (somebody else changed it since: nothing is overwritten), 22004
(null, no date_updated), 22023 and 22007 (malformed), CT009 (no such live service) and what record_service() raises.';

CREATE OR REPLACE FUNCTION delete_service(client_service_id bigint, reason text) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Soft-deletes a service.
	SELECT delete_row('client_service', 'client_service_id', client_service_id, reason);
END;
COMMENT ON FUNCTION delete_service(bigint, text) IS
'Soft-deletes a recorded service with a reason; client_service_history_all still shows it.
Raises 22004 (id or reason not given), CT009 (no such live service), CT015 (period locked).';

CREATE OR REPLACE FUNCTION restore_service(client_service_id bigint, confirm_warnings boolean DEFAULT false) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Restores a service.
	SELECT restore_row('client_service', 'client_service_id', client_service_id, confirm_warnings);
END;
COMMENT ON FUNCTION restore_service(bigint, boolean) IS
'Restores a deleted service, judged by today''s rules as a new one is. Raises CT009 (no such deleted service) and what the guard
raises: CT001, CT002, CT003, CT005, CT008, CT014 (warnings to confirm), CT015, CT016.';
