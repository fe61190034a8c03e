-- Posting of batch runs.

CREATE FUNCTION clienttrack.post_batch(schema regnamespace, service_batch_run_id bigint, client_ids bigint[] DEFAULT NULL)
RETURNS TABLE (client_id bigint, status text, sqlstate text, message text, services integer)
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'clienttrack_post_batch';
COMMENT ON FUNCTION clienttrack.post_batch(regnamespace, bigint, bigint[]) IS
'Posts the services of a batch run for all of its clients, or those named, in one statement under the guard. One row for
each client: posted; skipped (already posted); or rejected with the SQLSTATE and message of the rule, in which case the
client stays in the run and the next call tries again. services: how many were posted by this call. Posting again posts
nothing twice. Raises 22004 (null), 42P01 (not an installed schema), CT009 (no such run), 40001 when somebody else posts
the run at the same time under REPEATABLE READ.';
