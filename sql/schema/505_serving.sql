-- Which organizations see a client: those that serve it, and those that records are released to.

CREATE OR REPLACE TRIGGER keep_serving AFTER INSERT ON enrollment REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_serving();
CREATE OR REPLACE TRIGGER keep_serving_update AFTER UPDATE ON enrollment REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_serving();
CREATE OR REPLACE TRIGGER keep_serving AFTER INSERT ON client_service REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_serving();
CREATE OR REPLACE TRIGGER keep_serving_update AFTER UPDATE ON client_service REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION keep_serving();

CREATE OR REPLACE FUNCTION check_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that no record of a victim service provider is released.
BEGIN
	IF TG_RELID <> 'information_release'::regclass THEN
		RAISE EXCEPTION 'function "check_release" is a trigger of information_release only'
			USING ERRCODE = 'trigger_protocol_violated';
	END IF;
	IF EXISTS (SELECT FROM organization o WHERE o.organization_id = NEW.organization_id AND o.victim_service_provider) THEN
		RAISE EXCEPTION 'records of a victim service provider are not released' USING ERRCODE = 'check_violation',
			HINT = 'They stay within the provider (34 U.S.C. 12291(b)(2)).';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION check_release() IS
'Row trigger of information_release, BEFORE INSERT OR UPDATE. Raises 23514 for a release by a victim service provider.';
CREATE OR REPLACE TRIGGER check_release BEFORE INSERT OR UPDATE ON information_release
	FOR EACH ROW EXECUTE FUNCTION check_release();

CREATE OR REPLACE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON information_release
	FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE OR REPLACE TRIGGER note_truncate AFTER TRUNCATE ON information_release
	FOR EACH STATEMENT EXECUTE FUNCTION note_change();
ALTER TABLE information_release ENABLE ALWAYS TRIGGER note_change, ENABLE ALWAYS TRIGGER note_truncate;

CREATE OR REPLACE FUNCTION check_release_of_own() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that an organization releases only clients whom it serves: not those that were themselves released to it.
BEGIN
	IF TG_RELID <> 'information_release'::regclass THEN
		RAISE EXCEPTION 'function "check_release_of_own" is a trigger of information_release only'
			USING ERRCODE = 'trigger_protocol_violated';
	END IF;
	IF NOT EXISTS (SELECT FROM client c WHERE c.client_id = NEW.client_id AND (c.security_organization_id = NEW.organization_id
			OR NEW.organization_id = ANY (c.serving_organization_ids))) THEN
		RAISE EXCEPTION 'organization % does not serve client %', NEW.organization_id, NEW.client_id
			USING ERRCODE = 'check_violation', HINT = 'What was released to an organization is not its to release.';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION check_release_of_own() IS
'Row trigger of information_release, AFTER INSERT OR UPDATE: after row security, or it would tell who serves a client out of
sight. Raises 23514 for a release by an organization that neither entered nor serves the client.';
CREATE OR REPLACE TRIGGER check_release_of_own AFTER INSERT OR UPDATE OF client_id, organization_id ON information_release
	FOR EACH ROW EXECUTE FUNCTION check_release_of_own();
