-- Service authorizations: their instances.

CREATE FUNCTION clienttrack.authorization_instances(schema regnamespace, from_date date, to_date date, authorization_ids bigint[])
RETURNS TABLE (service_authorization_id bigint, client_id bigint, service_id bigint, due_date date, units numeric, unit_value numeric,
	units_delivered numeric, status text)
LANGUAGE c STABLE ROWS 10000 AS 'MODULE_PATHNAME', 'clienttrack_authorization_instances';
COMMENT ON FUNCTION clienttrack.authorization_instances(regnamespace, date, date, bigint[]) IS
'Used by authorization_instances() of an installed schema, which says what it returns. authorization_ids: null: all that are approved.
Raises 22004 (null), 42P01 (not an installed schema).';
