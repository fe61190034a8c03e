-- What every form asks first: whether its user is in the middle of a workflow.

CREATE OR REPLACE FUNCTION refuse_open_workflow() RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the user of the session has no workflow open, unless the call is one of its steps.
DECLARE
	open_run record;
BEGIN
	SELECT r.workflow_run_id, w.workflow_name INTO open_run
	FROM workflow_run r JOIN workflow w USING (workflow_id)
	WHERE r.run_user_id = clienttrack.current_user_id(@schema@::regnamespace) AND r.run_status = 'open' AND r.date_deleted IS NULL
	AND r.workflow_run_id::text IS DISTINCT FROM nullif(current_setting('clienttrack.workflow_run', true), '');
	IF FOUND THEN
		RAISE EXCEPTION 'you have a workflow open' USING ERRCODE = 'CT023',
			DETAIL = format('Run %s of "%s".', open_run.workflow_run_id, open_run.workflow_name),
			HINT = format('Finish it with complete_step(), or first call pause_workflow(%1$s) or cancel_workflow(%1$s).', open_run.workflow_run_id);
	END IF;
END
$$;
COMMENT ON FUNCTION refuse_open_workflow() IS
'Used by the functions that enter records: an open workflow is finished, paused or canceled before other work is begun
(ClientTrack: Workflows). A session without a known user has none. Raises CT023.';
