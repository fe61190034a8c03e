-- Puts the guard on the tables that have rules, and the locks that bars take on their client.

DO $$
DECLARE
	guarded record;
BEGIN
	FOR guarded IN
		SELECT g.table_name, lower(e.event) AS event, e.transition
		FROM (VALUES ('client_service', '{INSERT,UPDATE,DELETE}'::text[]), ('indirect_service', '{INSERT,UPDATE,DELETE}'),
			('turn_away', '{INSERT,UPDATE,DELETE}'), ('locked_period', '{INSERT,UPDATE}'), ('enrollment', '{INSERT,UPDATE}'),
			('client', '{UPDATE}'), ('assessment', '{INSERT,UPDATE}'), ('assessment_question', '{UPDATE,DELETE}'),
			('assessment_choice', '{UPDATE,DELETE}'), ('case_assignment', '{INSERT,UPDATE}'), ('bar', '{INSERT,UPDATE}'), ('bar_scope', '{INSERT}'),
			('information_release', '{INSERT,UPDATE}'), ('client_alias', '{INSERT,UPDATE}'), ('scan_card', '{INSERT,UPDATE}'),
			('assessment_follow_up', '{INSERT,UPDATE}'), ('client_barrier', '{INSERT,UPDATE}'), ('goal', '{INSERT,UPDATE}'),
			('action_plan', '{INSERT,UPDATE}'), ('action_step', '{INSERT,UPDATE}'), ('referral', '{INSERT,UPDATE}'),
			('service_authorization', '{INSERT,UPDATE}'), ('workflow_run', '{INSERT,UPDATE}'), ('service_batch_client', '{INSERT,UPDATE}'),
			('service', '{UPDATE,DELETE}'), ('program', '{UPDATE,DELETE}'), ('location', '{UPDATE,DELETE}'),
			('provider', '{UPDATE,DELETE}'), ('grant_award', '{UPDATE,DELETE}'), ('service_reason', '{UPDATE,DELETE}'),
			('service_batch_run', '{UPDATE,DELETE}'), ('hmis_user', '{UPDATE,DELETE}'), ('service_offering', '{UPDATE,DELETE}'),
			('service_organization', '{UPDATE,DELETE}')) AS g (table_name, events)
		JOIN (VALUES ('INSERT', 'NEW TABLE AS new_rows'), ('UPDATE', 'NEW TABLE AS new_rows OLD TABLE AS old_rows'),
			('DELETE', 'OLD TABLE AS old_rows')) AS e (event, transition) ON e.event = ANY (g.events)
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER guard_%1$s AFTER %1$s ON %2$I REFERENCING %3$s FOR EACH STATEMENT EXECUTE FUNCTION guard()',
			guarded.event, guarded.table_name, guarded.transition);
	END LOOP;
END
$$;

-- Row triggers named to fire before those of the foreign keys (RI_…), so that the message is the guard's.
CREATE OR REPLACE TRIGGER "GUARD_delete" AFTER DELETE ON client FOR EACH ROW EXECUTE FUNCTION guard();
CREATE OR REPLACE TRIGGER "GUARD_delete" AFTER DELETE ON enrollment FOR EACH ROW EXECUTE FUNCTION guard();

DO $$
DECLARE
	parent name;
BEGIN
	FOREACH parent IN ARRAY ARRAY['client_service', 'enrollment', 'client', 'service', 'program', 'location', 'provider',
		'grant_award', 'service_reason', 'service_batch_run', 'hmis_user', 'bar_scope']
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER guard_truncate BEFORE TRUNCATE ON %I
			FOR EACH STATEMENT EXECUTE FUNCTION guard()', parent);
	END LOOP;
END
$$;

-- Sessions remember where services are offered, what they may refer to, and who their user is, until one of these tables
-- changes. Of some only the existence of a row counts: a new one makes nothing wrong. For each row and ALWAYS, because logical
-- replication fires nothing else.
DO $$
DECLARE
	changed name;
	events text;
BEGIN
	FOREACH changed IN ARRAY ARRAY['service', 'service_offering', 'service_organization', 'program', 'location', 'provider',
		'grant_award', 'service_reason', 'service_batch_run', 'hmis_user', 'organization', 'user_organization', 'locked_period',
		'barrier', 'assessment_type']
	LOOP
		events := CASE WHEN changed IN ('service', 'service_offering', 'service_organization', 'program', 'hmis_user', 'organization',
			'user_organization', 'locked_period', 'barrier', 'assessment_type') THEN 'INSERT OR UPDATE OR DELETE' ELSE format('UPDATE OF %I OR DELETE', changed || '_id') END;
		EXECUTE format('CREATE OR REPLACE TRIGGER note_change AFTER %s ON %I FOR EACH ROW EXECUTE FUNCTION note_change()', events, changed);
		EXECUTE format('CREATE OR REPLACE TRIGGER note_truncate AFTER TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION note_change()', changed);
		EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER note_change, ENABLE ALWAYS TRIGGER note_truncate', changed);
	END LOOP;
END
$$;

-- A bar has a scope when its transaction ends.
DROP TRIGGER IF EXISTS bar_has_scope ON bar;
CREATE CONSTRAINT TRIGGER bar_has_scope AFTER INSERT OR UPDATE OF bar_id, date_deleted ON bar
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard();
DROP TRIGGER IF EXISTS bar_keeps_scope ON bar_scope;
CREATE CONSTRAINT TRIGGER bar_keeps_scope AFTER UPDATE OR DELETE ON bar_scope
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard();

-- A bar is written with its client locked, against whoever records a service for the client at the same time: the
-- second of the two sees the first.
CREATE OR REPLACE FUNCTION lock_barred_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that the client of the bar, or of the bar of the scope, is locked before the row is written.
BEGIN
	IF TG_RELID NOT IN ('bar'::regclass, 'bar_scope'::regclass) THEN
		RAISE EXCEPTION 'function "lock_barred_client" is a trigger of bar and bar_scope only'
			USING ERRCODE = 'trigger_protocol_violated';
	END IF;
	IF TG_TABLE_NAME = 'bar' THEN
		PERFORM FROM client WHERE client_id = NEW.client_id FOR UPDATE;
	ELSE
		PERFORM FROM client WHERE client_id IN (SELECT b.client_id FROM bar b WHERE b.bar_id IN (OLD.bar_id, NEW.bar_id))
		ORDER BY client_id FOR UPDATE;
	END IF;
	RETURN coalesce(NEW, OLD);
END
$$;
COMMENT ON FUNCTION lock_barred_client() IS
'Row trigger of bar and bar_scope, BEFORE INSERT OR UPDATE, of bar_scope also BEFORE DELETE: locks the client FOR UPDATE,
which conflicts with the lock that the foreign key of a service takes. Two who each take away a scope wait for each other,
so that the last one stays. Raises 40001 under REPEATABLE READ when the client was changed meanwhile.';
CREATE OR REPLACE TRIGGER lock_client BEFORE INSERT OR UPDATE ON bar FOR EACH ROW EXECUTE FUNCTION lock_barred_client();
CREATE OR REPLACE TRIGGER lock_client BEFORE INSERT OR UPDATE OR DELETE ON bar_scope
	FOR EACH ROW EXECUTE FUNCTION lock_barred_client();

-- Errors about these tables don't show the row.
CREATE OR REPLACE TRIGGER zz_check_not_null BEFORE INSERT OR UPDATE ON client
	FOR EACH ROW EXECUTE FUNCTION check_not_null();
CREATE OR REPLACE TRIGGER zz_check_not_null BEFORE INSERT OR UPDATE ON client_alias
	FOR EACH ROW EXECUTE FUNCTION check_not_null();
CREATE OR REPLACE TRIGGER zz_check_not_null BEFORE INSERT OR UPDATE ON bar
	FOR EACH ROW EXECUTE FUNCTION check_not_null();

CREATE OR REPLACE FUNCTION check_bar() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- Refuses what the constraints of bar refuse, without showing the notes.
BEGIN
	IF NEW.bar_level NOT IN ('block', 'warn') THEN
		RAISE EXCEPTION 'bar_level must be block or warn' USING ERRCODE = 'check_violation';
	END IF;
	IF NOT (isfinite(NEW.begin_date) AND isfinite(coalesce(NEW.end_date, 'epoch'))
			AND isfinite(coalesce(NEW.lifted_date, 'epoch')) AND isfinite(coalesce(NEW.incident_date, 'epoch'))
			AND isfinite(coalesce(NEW.notice_given_date, 'epoch')) AND isfinite(coalesce(NEW.review_date, 'epoch'))) THEN
		RAISE EXCEPTION 'the dates of a bar must be finite' USING ERRCODE = 'check_violation';
	END IF;
	IF NEW.end_date <= NEW.begin_date THEN
		RAISE EXCEPTION 'a bar must end after it begins' USING ERRCODE = 'check_violation',
			DETAIL = 'end_date is the first day allowed again.', HINT = 'Leave end_date null for a permanent bar.';
	END IF;
	IF NEW.lifted_date IS NOT NULL AND NEW.lift_reason IS NULL THEN
		RAISE EXCEPTION 'a bar is lifted with a reason' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION check_bar() IS
'Row trigger of bar, BEFORE INSERT OR UPDATE: raises 23514 for what the table''s constraints forbid, without showing the row.';
CREATE OR REPLACE TRIGGER check_bar BEFORE INSERT OR UPDATE ON bar FOR EACH ROW EXECUTE FUNCTION check_bar();
