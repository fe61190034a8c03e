-- Posting runs, un-posting them, and seeing where they stand.

CREATE OR REPLACE FUNCTION post_batch(service_batch_run_id bigint)
RETURNS TABLE (client_id bigint, status text, sqlstate text, message text, services integer)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Posts every service of the run that is not posted yet and says of each client what became of it.
	SELECT refuse_open_workflow();
	SELECT p.client_id, p.status, p.sqlstate, p.message, p.services
	FROM clienttrack.post_batch(@schema@::regnamespace, post_batch.service_batch_run_id) p;
END;
COMMENT ON FUNCTION post_batch(bigint) IS
'Posts the services of a batch run: one row for each client, status posted, skipped (already posted) or rejected (with
sqlstate and message; the client stays in the run, and the next call tries again), services: how many were posted now.
Posting again posts nothing twice, also when two people post at once. Raises 22004 (null), CT009 (no such run), CT023 (a workflow
is open), 40001 (somebody else posts the run, under REPEATABLE READ: try again).';

CREATE OR REPLACE FUNCTION unpost_batch(service_batch_run_id bigint, reason text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes all live services that the run posted and returns how many; the clients stay in the run.
#variable_conflict use_column
DECLARE
	deleted bigint;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM require_right(@schema@::regnamespace, 'unpost_batches');
	IF unpost_batch.service_batch_run_id IS NULL OR coalesce(reason, '') !~ '\S' THEN
		RAISE EXCEPTION 'service_batch_run_id and reason must be given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	UPDATE service_batch_run r SET date_posted = NULL
	WHERE r.service_batch_run_id = unpost_batch.service_batch_run_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'batch run % does not exist', unpost_batch.service_batch_run_id USING ERRCODE = 'CT009';
	END IF;
	UPDATE client_service s SET date_deleted = now(), delete_reason = reason
	WHERE s.service_batch_run_id = unpost_batch.service_batch_run_id AND s.date_deleted IS NULL;
	GET DIAGNOSTICS deleted = ROW_COUNT;
	RETURN deleted;
END
$$;
INSERT INTO schema_function (function_name, grantee) VALUES ('unpost_batch', 'clienttrack_unpost_batches')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
COMMENT ON FUNCTION unpost_batch(bigint, text) IS
'Takes a posted run back: soft-deletes its services with the reason and returns how many. The clients stay in the run, which
may be posted again. Needs the right unpost_batches. Raises 42501 (no right), 22004 (no run or reason), CT009 (no such run).';

CREATE OR REPLACE VIEW service_batch_run_client AS
SELECT c.service_batch_run_id, c.service_batch_client_id, c.client_id, c.enrollment_id,
	CASE WHEN p.services > 0 THEN 'posted' ELSE c.batch_status END AS batch_status,
	coalesce(p.services, 0) AS services, trim_scale(p.units) AS units, p.total_value, c.sqlstate, c.message
FROM service_batch_client c
LEFT JOIN (
	SELECT s.service_batch_run_id, s.client_id, count(*) AS services, sum(s.units) AS units, sum(s.total_value) AS total_value
	FROM client_service s WHERE s.service_batch_run_id IS NOT NULL AND s.date_deleted IS NULL
	GROUP BY s.service_batch_run_id, s.client_id) p
	ON p.service_batch_run_id = c.service_batch_run_id AND p.client_id = c.client_id
WHERE c.date_deleted IS NULL;
ALTER VIEW service_batch_run_client SET (security_invoker = true);
COMMENT ON VIEW service_batch_run_client IS 'The clients of batch runs and where they stand: pending, posted, rejected or removed.';
COMMENT ON COLUMN service_batch_run_client.service_batch_run_id IS 'The run.';
COMMENT ON COLUMN service_batch_run_client.service_batch_client_id IS 'The client''s entry in the run.';
COMMENT ON COLUMN service_batch_run_client.client_id IS 'The client.';
COMMENT ON COLUMN service_batch_run_client.enrollment_id IS 'The enrollment chosen.';
COMMENT ON COLUMN service_batch_run_client.batch_status IS 'pending, posted, rejected or removed.';
COMMENT ON COLUMN service_batch_run_client.services IS 'How many services of the run are posted for the client.';
COMMENT ON COLUMN service_batch_run_client.units IS 'Their units.';
COMMENT ON COLUMN service_batch_run_client.total_value IS 'Their value in dollars.';
COMMENT ON COLUMN service_batch_run_client.sqlstate IS 'SQLSTATE of the rejection.';
COMMENT ON COLUMN service_batch_run_client.message IS 'Why the client was rejected.';
