-- The schema of the extension's code. Made here and not by the control file, so that it is always a member of the
-- extension and never one that somebody else made beforehand.
CREATE SCHEMA clienttrack;
COMMENT ON SCHEMA clienttrack IS 'Code of the clienttrack extension. Data lives in schemas made by clienttrack.install().';
GRANT USAGE ON SCHEMA clienttrack TO PUBLIC;

CREATE FUNCTION clienttrack.version() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '1.0'::text;
COMMENT ON FUNCTION clienttrack.version() IS
'Version of the installed code. clienttrack.migrate(schema) brings a schema to this version.';
