-- What services draw on authorizations. The triggers' names put them before the guard's.

CREATE OR REPLACE TRIGGER draw_insert AFTER INSERT ON client_service REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION draw();
CREATE OR REPLACE TRIGGER draw_update AFTER UPDATE ON client_service REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION draw();
CREATE OR REPLACE TRIGGER draw_delete AFTER DELETE ON client_service REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION draw();

-- Dropping the extension takes the constraint along, and leaves the column.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c
			WHERE c.conrelid = 'service_authorization'::regclass AND c.conname = 'recurrence_is_valid') THEN
		ALTER TABLE service_authorization ADD CONSTRAINT recurrence_is_valid CHECK (rrule_is_valid(recurrence));
	END IF;
END
$$;

CREATE OR REPLACE FUNCTION count_instances(recurrence text, recurrence_start date, begin_date date, end_date date, excepted date[],
	added date[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns how many instances an authorization has: days of the recurrence without those excepted, and others that are added.
	SELECT rrule_count(r.rule, r.start, r.begin_date, r.end_date, NULL, r.excepted) + (SELECT count(DISTINCT d) FROM unnest(added) d
		WHERE d >= r.begin_date AND d <= r.end_date AND NOT (rrule_contains(r.rule, r.start, d) AND d <> ALL (r.excepted)))
	FROM (VALUES (coalesce(recurrence, 'FREQ=DAILY;COUNT=1'), CASE WHEN recurrence IS NULL THEN end_date ELSE recurrence_start END,
		count_instances.begin_date, count_instances.end_date, coalesce(count_instances.excepted, '{}')))
		AS r (rule, start, begin_date, end_date, excepted);
END;
COMMENT ON FUNCTION count_instances(text, date, date, date, date[], date[]) IS
'Used by keep_service_authorization(). Without recurrence there is one instance, due by end_date. Raises what rrule_count() raises.';

CREATE OR REPLACE FUNCTION status_may_become(old_status text, new_status text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Tells whether the status of a service authorization may become another one.
RETURN new_status = ANY (CASE old_status WHEN 'pending' THEN ARRAY['pending', 'approved', 'denied'] ELSE ARRAY[old_status, 'pending'] END);
COMMENT ON FUNCTION status_may_become(text, text) IS 'Used by keep_service_authorization(): what was decided is decided anew from pending.';

CREATE OR REPLACE FUNCTION decided_authorization(new service_authorization, old service_authorization) RETURNS service_authorization
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns an authorization with who decided it and when.
BEGIN
	IF NOT status_may_become(coalesce(old.authorization_status, new.authorization_status), new.authorization_status) THEN
		RAISE EXCEPTION 'a service authorization that is % cannot become %', old.authorization_status, new.authorization_status
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Make it pending again first, with reopen_service_authorization().';
	END IF;
	IF new.authorization_status = 'pending' THEN
		new.decided_date := NULL;
		new.decided_by_user_id := NULL;
	ELSIF new.authorization_status IS DISTINCT FROM old.authorization_status THEN
		new.decided_date := coalesce(new.decided_date, current_date);
		new.decided_by_user_id := coalesce(clienttrack.current_user_id(@schema@::regnamespace), new.decided_by_user_id);
	END IF;
	RETURN new;
END
$$;
COMMENT ON FUNCTION decided_authorization(service_authorization, service_authorization) IS
'Used by keep_service_authorization(). old: null for a new one, which may have any status. Raises 55000 (a change of status that is not possible).';

CREATE OR REPLACE FUNCTION keep_service_authorization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that an authorization says what it grants in all, and that this is not less than was drawn.
DECLARE
	other_measure boolean;
BEGIN
	IF TG_RELID <> 'service_authorization'::regclass THEN
		RAISE EXCEPTION 'function "keep_service_authorization" is a trigger of service_authorization only'
			USING ERRCODE = 'trigger_protocol_violated';
	END IF;
	SELECT coalesce(NEW.unit_of_measure, u.unit_of_measure), round(NEW.units, u.decimals), round(NEW.max_units, u.decimals),
		u.unit_of_measure <> NEW.unit_of_measure
	INTO NEW.unit_of_measure, NEW.units, NEW.max_units, other_measure
	FROM service s JOIN unit_of_measure u ON u.unit_of_measure = s.unit_of_measure WHERE s.service_id = NEW.service_id;
	IF other_measure OR NEW.end_date - NEW.begin_date > 36525 THEN
		RAISE EXCEPTION '%', CASE WHEN other_measure THEN 'the units of a service authorization are in the measure of its service'
			ELSE 'a service authorization is for at most a hundred years' END USING ERRCODE = 'invalid_parameter_value';
	END IF;
	NEW.recurrence := rrule_normalize(NEW.recurrence);
	NEW.recurrence_start := coalesce(NEW.recurrence_start, NEW.begin_date);
	NEW := decided_authorization(NEW, CASE TG_OP WHEN 'UPDATE' THEN OLD END);
	SELECT count_instances(NEW.recurrence, NEW.recurrence_start, NEW.begin_date, NEW.end_date, array_agg(x.due_date)
			FILTER (WHERE x.due_date IS NOT NULL), array_agg(x.new_date) FILTER (WHERE x.new_date IS NOT NULL))
	INTO NEW.instances_authorized FROM authorization_exception x
	WHERE x.service_authorization_id = NEW.service_authorization_id AND x.date_deleted IS NULL;
	NEW.units_authorized := least(NEW.max_units, NEW.instances_authorized * NEW.units);
	IF NEW.units_drawn > 0 AND (NEW.authorization_status <> 'approved' OR NEW.date_deleted IS NOT NULL) THEN
		RAISE EXCEPTION 'services drew on the service authorization' USING ERRCODE = 'CT006',
			DETAIL = format('Authorization %s: %s units are drawn.', NEW.service_authorization_id, trim_scale(NEW.units_drawn)),
			HINT = 'Delete these services first, or end the authorization with an earlier end_date.',
			CONSTRAINT = 'authorization_in_use', TABLE = 'service_authorization', SCHEMA = TG_TABLE_SCHEMA;
	ELSIF NEW.units_drawn > NEW.units_authorized THEN
		RAISE EXCEPTION 'more units were drawn than the service authorization would grant' USING ERRCODE = 'CT004',
			DETAIL = format('Authorization %s: %s would be granted, %s are drawn.', NEW.service_authorization_id,
				trim_scale(NEW.units_authorized), trim_scale(NEW.units_drawn)),
			HINT = 'Leave it as many units, instances and days as services drew on.', CONSTRAINT = 'authorization_exceeded',
			TABLE = 'service_authorization', SCHEMA = TG_TABLE_SCHEMA;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_service_authorization() IS
'Row trigger of service_authorization, BEFORE INSERT OR UPDATE: writes units as their measure is counted, the recurrence in normal form, who decided and when, and
instances_authorized and units_authorized, which its exceptions change. Raises CT004 (less than was drawn), CT006 (drawn on, and no longer approved, or deleted), 55000 (a change of status
that is not possible), 22P02 (recurrence, with the part and the place), 22023 (another measure, more than a hundred years), 39P01 on another table.';
CREATE OR REPLACE TRIGGER keep_insert BEFORE INSERT ON service_authorization FOR EACH ROW EXECUTE FUNCTION keep_service_authorization();
-- A draw changes the counter only.
CREATE OR REPLACE TRIGGER keep_update BEFORE UPDATE ON service_authorization FOR EACH ROW
	WHEN (OLD.units_drawn = NEW.units_drawn) EXECUTE FUNCTION keep_service_authorization();

CREATE OR REPLACE FUNCTION keep_authorization_exception() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that authorizations grant what their exceptions leave and add. Whoever draws on them meanwhile waits. Row security looked
-- whether they were decided before the locks were held: who may not decide is told of a decision that came in between.
DECLARE
	changed bigint[];
	decided boolean;
BEGIN
	IF TG_RELID <> 'authorization_exception'::regclass THEN
		RAISE EXCEPTION 'function "keep_authorization_exception" is a trigger of authorization_exception only'
			USING ERRCODE = 'trigger_protocol_violated';
	END IF;
	IF TG_OP = 'INSERT' THEN
		changed := ARRAY(SELECT DISTINCT n.service_authorization_id FROM new_rows n);
	ELSIF TG_OP = 'DELETE' THEN
		changed := ARRAY(SELECT DISTINCT o.service_authorization_id FROM old_rows o);
	ELSE -- a row that is moved with its client, or loses its reason, changes nothing
		changed := ARRAY(SELECT unnest(ARRAY[n.service_authorization_id, o.service_authorization_id]) FROM new_rows n
			FULL JOIN old_rows o ON o.authorization_exception_id = n.authorization_exception_id
			WHERE (n.service_authorization_id, n.due_date, n.new_date, n.date_deleted)
				IS DISTINCT FROM (o.service_authorization_id, o.due_date, o.new_date, o.date_deleted));
	END IF;
	PERFORM FROM service_authorization a WHERE a.service_authorization_id = ANY (changed) ORDER BY a.service_authorization_id FOR NO KEY UPDATE;
	WITH counted AS (
		UPDATE service_authorization a SET date_updated = now()
		WHERE a.service_authorization_id = ANY (changed) RETURNING a.authorization_status)
	SELECT bool_or(c.authorization_status <> 'pending') INTO decided FROM counted c;
	IF decided THEN
		PERFORM clienttrack.require_right(@schema@::regnamespace, 'approve_authorizations');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_authorization_exception() IS
'Trigger of authorization_exception, AFTER INSERT, UPDATE or DELETE FOR EACH STATEMENT with transition tables new_rows and old_rows: makes the
authorizations count their instances again. Raises what keep_service_authorization() raises, 42501 (one was decided meanwhile, and no
right approve_authorizations), 39P01 on another table.';
CREATE OR REPLACE TRIGGER keep_insert AFTER INSERT ON authorization_exception REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_authorization_exception();
CREATE OR REPLACE TRIGGER keep_update AFTER UPDATE ON authorization_exception REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_authorization_exception();
CREATE OR REPLACE TRIGGER keep_delete AFTER DELETE ON authorization_exception REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_authorization_exception();

CREATE OR REPLACE FUNCTION recount_authorizations() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that the counters of authorizations are what services drew, and returns how many were not.
DECLARE
	drawn record;
	corrected bigint := 0;
BEGIN
	FOR drawn IN
		SELECT a.service_authorization_id AS id, a.units_authorized, coalesce(s.units, 0) AS units FROM service_authorization a
		LEFT JOIN (SELECT c.service_authorization_id, sum(c.units) AS units FROM client_service c
			WHERE c.service_authorization_id IS NOT NULL AND c.date_deleted IS NULL GROUP BY c.service_authorization_id) s
			ON s.service_authorization_id = a.service_authorization_id
		WHERE a.units_drawn <> coalesce(s.units, 0) ORDER BY a.service_authorization_id
	LOOP
		BEGIN
			UPDATE service_authorization a SET units_drawn = drawn.units WHERE a.service_authorization_id = drawn.id;
			corrected := corrected + 1;
		EXCEPTION WHEN check_violation THEN
			RAISE WARNING 'services draw more on service authorization % than it grants', drawn.id
				USING DETAIL = format('%s units are drawn, %s authorized.', trim_scale(drawn.units), trim_scale(drawn.units_authorized));
		END;
	END LOOP;
	RETURN corrected;
END
$$;
COMMENT ON FUNCTION recount_authorizations() IS
'For the owner of the schema, after services were written without triggers (replication, a load with triggers disabled, while the extension
was dropped): sets units_drawn of service authorizations to what live services draw, and returns how many changed. migrate() calls it. Warns
of those that are over-drawn, whose counters stay.';
INSERT INTO schema_function (function_name, grantee) VALUES ('recount_authorizations', NULL)
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
DO 'BEGIN PERFORM recount_authorizations(); END';
