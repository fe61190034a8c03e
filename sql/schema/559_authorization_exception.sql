-- Instances of service authorizations that are skipped, moved or added.

CREATE OR REPLACE FUNCTION is_instance(service_authorization_id bigint, day date) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Tells whether an instance of an authorization is due on a day as things stand.
	SELECT EXISTS (SELECT FROM clienttrack.authorization_instances(@schema@::regnamespace, day, day, ARRAY[is_instance.service_authorization_id]) i
		WHERE i.status <> 'skipped');
END;
COMMENT ON FUNCTION is_instance(bigint, date) IS 'Used by the functions that change single instances. Of a denied authorization none is.';

CREATE OR REPLACE FUNCTION check_due(stored service_authorization, due_date date) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that an instance of an authorization is due on a day.
BEGIN
	IF NOT is_instance(stored.service_authorization_id, check_date('due_date', due_date)) THEN
		RAISE EXCEPTION 'no instance of service authorization % is due on %', stored.service_authorization_id, due_date USING ERRCODE = 'CT009',
			HINT = 'authorization_instances() tells which are.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_due(service_authorization, date) IS
'Used by skip_authorized_date() and move_authorized_date(). Raises 22004, 22008, CT009 (no instance on that day).';

CREATE OR REPLACE FUNCTION check_free(stored service_authorization, new_date date) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a day is one of an authorization, and that none of its instances is due on it.
BEGIN
	IF check_date('new_date', new_date) NOT BETWEEN stored.begin_date AND stored.end_date THEN
		RAISE EXCEPTION 'service authorization % is from % to %', stored.service_authorization_id, stored.begin_date, stored.end_date
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF is_instance(stored.service_authorization_id, new_date) THEN
		RAISE EXCEPTION 'an instance of service authorization % is due on % already', stored.service_authorization_id, new_date
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF EXISTS (SELECT FROM authorization_exception x WHERE x.service_authorization_id = stored.service_authorization_id
			AND x.due_date = check_free.new_date AND x.exception_type = 'skip' AND x.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'the instance of service authorization % on % is skipped', stored.service_authorization_id, new_date
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Take that back with delete_authorization_exception().';
	END IF;
END
$$;
COMMENT ON FUNCTION check_free(service_authorization, date) IS
'Used by move_authorized_date() and add_authorized_date(). Raises 22004, 22008, 22023 (outside the authorization, or due there already).';

CREATE OR REPLACE FUNCTION enter_authorization_exception(stored service_authorization, due_date date, new_date date, reason text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters that an instance is due on another day, or on none; one that was moved or added by an exception takes the place of that.
DECLARE
	before authorization_exception;
	of_rule date := due_date;
	new_id bigint;
BEGIN
	UPDATE authorization_exception x SET date_deleted = now(), delete_reason = 'Replaced'
	WHERE x.service_authorization_id = stored.service_authorization_id AND x.new_date = enter_authorization_exception.due_date
	AND x.date_deleted IS NULL
	RETURNING x.* INTO before;
	IF before.authorization_exception_id IS NOT NULL THEN
		of_rule := before.due_date;
	END IF;
	IF of_rule IS NULL AND new_date IS NULL THEN
		RETURN NULL;
	END IF;
	INSERT INTO authorization_exception AS x (service_authorization_id, client_id, exception_type, due_date, new_date, reason)
	VALUES (stored.service_authorization_id, stored.client_id,
		CASE WHEN of_rule IS NULL THEN 'add' WHEN enter_authorization_exception.new_date IS NULL THEN 'skip' ELSE 'move' END, of_rule,
		enter_authorization_exception.new_date, coalesce(enter_authorization_exception.reason, before.reason))
	RETURNING x.authorization_exception_id INTO new_id;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION enter_authorization_exception(service_authorization, date, date, text) IS
'Used by the functions that change single instances, with the authorization locked. due_date: null for an instance that is added. new_date:
null for one that is skipped. Returns null where an added instance is skipped: then the exception that added it is gone.';

CREATE OR REPLACE FUNCTION skip_authorized_date(service_authorization_id bigint, due_date date, reason text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes one instance out of an authorization.
DECLARE
	stored CONSTANT service_authorization := lock_authorization(service_authorization_id);
BEGIN
	PERFORM check_due(stored, due_date);
	RETURN enter_authorization_exception(stored, due_date, NULL, reason);
END
$$;
COMMENT ON FUNCTION skip_authorized_date(bigint, date, text) IS
'Skips the instance of a service authorization that is due on a day, and returns the authorization_exception_id; null where the
instance had been added: then it is as if it had not. Raises CT004 (less than was drawn), 22004, 22008, 42501 (decided, and no right
approve_authorizations), CT009 (no such authorization, no instance on that day), CT023.';

CREATE OR REPLACE FUNCTION move_authorized_date(service_authorization_id bigint, due_date date, new_date date, reason text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Moves one instance of an authorization to another day.
DECLARE
	stored CONSTANT service_authorization := lock_authorization(service_authorization_id);
BEGIN
	PERFORM check_due(stored, due_date), check_free(stored, new_date);
	RETURN enter_authorization_exception(stored, due_date, new_date, reason);
END
$$;
COMMENT ON FUNCTION move_authorized_date(bigint, date, date, text) IS
'Moves the instance of a service authorization that is due on a day to another one within its dates, and returns the
authorization_exception_id. Raises 22004, 22008, 22023 (outside the authorization, or an instance is due there already), 42501 (decided,
and no right approve_authorizations), CT009 (no such authorization, no instance on that day), CT023.';

CREATE OR REPLACE FUNCTION add_authorized_date(service_authorization_id bigint, new_date date, reason text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Adds an instance to an authorization.
DECLARE
	stored CONSTANT service_authorization := lock_authorization(service_authorization_id);
BEGIN
	PERFORM check_free(stored, new_date);
	RETURN enter_authorization_exception(stored, NULL, new_date, reason);
END
$$;
COMMENT ON FUNCTION add_authorized_date(bigint, date, text) IS
'Adds an instance to a service authorization, on a day within its dates, and returns the authorization_exception_id. It has the units of
the others. Raises 22004, 22008, 22023 (outside the authorization, or an instance is due there already), 42501 (decided, and no right
approve_authorizations), CT009, CT023.';

CREATE OR REPLACE FUNCTION delete_authorization_exception(authorization_exception_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes back that an instance was skipped, moved or added.
BEGIN
	IF NOT EXISTS (SELECT FROM authorization_exception x
			WHERE x.authorization_exception_id = delete_authorization_exception.authorization_exception_id AND x.date_deleted IS NULL) THEN
		RAISE EXCEPTION 'there is no authorization exception %', coalesce(authorization_exception_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is not in your sight.';
	END IF;
	PERFORM lock_authorization((SELECT x.service_authorization_id FROM authorization_exception x
		WHERE x.authorization_exception_id = delete_authorization_exception.authorization_exception_id));
	PERFORM delete_case_row('authorization_exception', authorization_exception_id, reason);
END
$$;
COMMENT ON FUNCTION delete_authorization_exception(bigint, text) IS
'Deletes an exception with a reason: the instance is due again as the recurrence says. Raises CT004 (less than was drawn), 22004 (no reason),
42501 (decided, and no right approve_authorizations), CT009 (no such live one), CT023.';

CREATE OR REPLACE FUNCTION add_authorization_exceptions(service_authorization_id bigint, exceptions jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters the exceptions of a form's list, in their order.
DECLARE
	item jsonb;
	example CONSTANT text := '[{"skip": "2026-11-26"}, {"move": "2026-12-25", "to": "2026-12-24"}, {"add": "2027-01-02", "reason": "Visit"}]';
BEGIN
	IF jsonb_typeof(exceptions) = 'null' OR exceptions IS NULL THEN
		RETURN;
	ELSIF jsonb_typeof(exceptions) <> 'array' THEN
		RAISE EXCEPTION 'exceptions must be a jsonb array' USING ERRCODE = 'invalid_parameter_value', HINT = 'For example: ' || example;
	END IF;
	FOR item IN SELECT jsonb_array_elements(exceptions)
	LOOP
		IF jsonb_typeof(item) <> 'object' OR (SELECT count(*) FROM jsonb_object_keys(item) k WHERE k IN ('skip', 'move', 'add')) <> 1
				OR item ? 'to' <> item ? 'move' OR EXISTS (SELECT FROM jsonb_object_keys(item) k WHERE k NOT IN ('skip', 'move', 'to', 'add', 'reason')) THEN
			RAISE EXCEPTION 'an exception must skip one date, move one to another, or add one' USING ERRCODE = 'invalid_parameter_value', HINT = 'For example: ' || example;
		END IF;
		PERFORM CASE WHEN item ? 'skip' THEN skip_authorized_date(service_authorization_id, json_date(item, 'skip'), json_text(item, 'reason'))
			WHEN item ? 'move' THEN move_authorized_date(service_authorization_id, json_date(item, 'move'), json_date(item, 'to'), json_text(item, 'reason'))
			ELSE add_authorized_date(service_authorization_id, json_date(item, 'add'), json_text(item, 'reason')) END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION add_authorization_exceptions(bigint, jsonb) IS
'Used by create_service_authorization(), which says how exceptions are written. Null: none. Raises 22023 (malformed), and what
skip_authorized_date() and the others raise.';
