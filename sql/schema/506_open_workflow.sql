-- What every form asks first: whether its user is in the middle of a workflow.

CREATE OR REPLACE FUNCTION refuse_open_workflow(except_run text DEFAULT current_setting('clienttrack.workflow_run', true))
RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that the user of the session has no workflow open but the one whose step is being completed. As the owner, because
-- every scan asks: row security would cost three times as much, and nobody is told of more than his own run.
DECLARE
	open_run bigint;
BEGIN
	SELECT r.workflow_run_id INTO open_run FROM workflow_run r
	WHERE r.run_user_id = clienttrack.current_user_id(@schema@::regnamespace) AND r.run_status = 'open' AND r.date_deleted IS NULL;
	IF open_run::text <> coalesce(except_run, '') THEN
		RAISE EXCEPTION 'you have a workflow open' USING ERRCODE = 'CT023',
			DETAIL = format('Run %s of "%s".', open_run, (SELECT w.workflow_name FROM workflow w JOIN workflow_run r USING (workflow_id)
				WHERE r.workflow_run_id = open_run)),
			HINT = format('Finish it with complete_step(), or first call pause_workflow(%1$s) or cancel_workflow(%1$s, reason).', open_run);
	END IF;
END
$$;
COMMENT ON FUNCTION refuse_open_workflow(text) IS
'Used by the functions that enter records: an open workflow is finished, paused or canceled before other work is begun
(ClientTrack: Workflows). except_run: the run that is no obstacle, by default the one whose step is being completed. A session
without a known user has none. It keeps people''s work in order; it is no protection of data: whoever sets
clienttrack.workflow_run for himself has no more than pause_workflow() gives. Raises CT023.';
INSERT INTO schema_function (function_name, grantee) VALUES ('refuse_open_workflow', 'clienttrack_reader')
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
