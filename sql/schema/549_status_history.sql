-- The status history of needs and barriers, goals, action plans and their steps, and service authorizations: kept for every writer, a statement at a time.

CREATE OR REPLACE FUNCTION case_columns(table_name name) RETURNS TABLE (key_column name, status_column name, begin_column name,
	closed_column name)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns how the columns are called in which a table of case management keeps what they all have.
	SELECT v.key_column::name, v.status_column::name, v.begin_column::name, v.closed_column::name
	FROM (VALUES ('client_barrier', 'client_barrier_id', 'barrier_status', 'identified_date', 'resolved_date'),
		('goal', 'goal_id', 'goal_status', 'begin_date', 'closed_date'),
		('action_plan', 'action_plan_id', 'plan_status', 'begin_date', 'end_date'),
		('action_step', 'action_step_id', 'step_status', 'date_created', 'completed_date'),
		('service_authorization', 'service_authorization_id', 'authorization_status', 'date_created', 'decided_date'))
		AS v (table_name, key_column, status_column, begin_column, closed_column)
	WHERE v.table_name = case_columns.table_name::text;
END;
COMMENT ON FUNCTION case_columns(name) IS
'Used by keep_status_history() and the functions that change a status. table_name: client_barrier, goal, action_plan, action_step or
service_authorization; no row for another. closed_column: set while the status is one that ends it. A step and an authorization begin when
they are entered.';

CREATE OR REPLACE FUNCTION status_query(table_name name, event text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Returns the statement that enters the changes of status of the rows that a statement wrote; $1 is the user.
DECLARE
	k record;
	since text;
BEGIN
	SELECT c.* INTO k FROM case_columns(table_name) c;
	-- the day as of which the status of a row n or o holds
	since := format('coalesce(%%1$s.%I, %%1$s.status_date, %%1$s.%I::date)', k.closed_column, k.begin_column);
	RETURN format('INSERT INTO case_status_change (client_id, security_organization_id, %I, old_status, new_status, status_date,
		changed_by_user_id, comments) SELECT n.client_id, n.security_organization_id, n.%1$I, ', k.key_column)
		|| CASE event WHEN 'INSERT' THEN format('NULL, n.%I, %s, $1, n.status_comments FROM new_rows n
			WHERE n.date_deleted IS NULL ORDER BY n.%I', k.status_column, format(since, 'n'), k.key_column)
		ELSE format('CASE WHEN o.date_deleted IS NULL THEN o.%1$I ELSE ''deleted'' END,
			CASE WHEN n.date_deleted IS NULL THEN n.%1$I ELSE ''deleted'' END,
			CASE WHEN (n.date_deleted IS NULL) <> (o.date_deleted IS NULL) THEN current_date
				WHEN n.%1$I = o.%1$I OR n.%2$I IS NOT NULL OR n.status_date >= %4$s THEN %3$s ELSE current_date END, $1,
			CASE WHEN n.date_deleted IS NOT NULL THEN n.delete_reason
				WHEN (n.status_date, n.status_comments) IS DISTINCT FROM (o.status_date, o.status_comments) THEN n.status_comments END
			FROM new_rows n JOIN old_rows o ON o.%5$I = n.%5$I
			WHERE (n.date_deleted IS NULL OR o.date_deleted IS NULL)
			AND (n.%1$I, %3$s, n.date_deleted IS NULL) IS DISTINCT FROM (o.%1$I, %4$s, o.date_deleted IS NULL) ORDER BY n.%5$I',
			k.status_column, k.closed_column, format(since, 'n'), format(since, 'o'), k.key_column) END;
END
$$;
COMMENT ON FUNCTION status_query(name, text) IS
'Used by keep_status_history(). event: INSERT or UPDATE. The day of a change is that of the new status: its own date, else
status_date where it is not before the status that went, else today.';

CREATE OR REPLACE FUNCTION keep_status_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Ensures that the history has each status that the rows of the statement took. Most statements change none.
BEGIN
	IF TG_RELID <> ALL (ARRAY['client_barrier'::regclass, 'goal'::regclass, 'action_plan'::regclass, 'action_step'::regclass,
			'service_authorization'::regclass]) THEN
		RAISE EXCEPTION 'function "keep_status_history" is a trigger of the tables of case management only'
			USING ERRCODE = 'trigger_protocol_violated';
	END IF;
	EXECUTE status_query(TG_TABLE_NAME, TG_OP) USING clienttrack.current_user_id(@schema@::regnamespace);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_status_history() IS
'Trigger of client_barrier, goal, action_plan, action_step and service_authorization, AFTER INSERT or UPDATE FOR EACH STATEMENT with transition tables
new_rows and old_rows: enters a row of case_status_change for each row whose status, or its day, changed, and for each that was
deleted or restored. Runs as the owner, since nobody else writes the history. Raises 39P01 on another table.';

DO $$
DECLARE
	kept name;
BEGIN
	FOREACH kept IN ARRAY ARRAY['client_barrier', 'goal', 'action_plan', 'action_step', 'service_authorization']
	LOOP
		EXECUTE format('CREATE OR REPLACE TRIGGER status_history AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
			FOR EACH STATEMENT EXECUTE FUNCTION keep_status_history()', kept);
		EXECUTE format('CREATE OR REPLACE TRIGGER status_history_update AFTER UPDATE ON %I
			REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_status_history()', kept);
	END LOOP;
END
$$;

CREATE OR REPLACE VIEW case_status_history AS
SELECT h.case_status_change_id, h.client_id, CASE WHEN h.client_barrier_id IS NOT NULL THEN 'need or barrier'
		WHEN h.goal_id IS NOT NULL THEN 'goal' WHEN h.action_plan_id IS NOT NULL THEN 'action plan'
		WHEN h.service_authorization_id IS NOT NULL THEN 'service authorization' ELSE 'action step' END AS record_type,
	coalesce(b.barrier_name, g.goal_description, p.plan_name, s.action, v.service_name) AS record_name, h.old_status, h.new_status, h.status_date,
	h.comments, h.changed_by_user_id, user_name(u) AS changed_by, h.date_created, h.client_barrier_id, h.goal_id,
	coalesce(h.action_plan_id, s.action_plan_id) AS action_plan_id, h.action_step_id,
	coalesce(cb.enrollment_id, g.enrollment_id, p.enrollment_id, sp.enrollment_id, a.enrollment_id) AS enrollment_id,
	h.service_authorization_id
FROM case_status_change h
LEFT JOIN client_barrier cb ON cb.client_barrier_id = h.client_barrier_id
LEFT JOIN barrier b ON b.barrier_id = cb.barrier_id
LEFT JOIN goal g ON g.goal_id = h.goal_id
LEFT JOIN action_plan p ON p.action_plan_id = h.action_plan_id
LEFT JOIN action_step s ON s.action_step_id = h.action_step_id
LEFT JOIN action_plan sp ON sp.action_plan_id = s.action_plan_id
LEFT JOIN service_authorization a ON a.service_authorization_id = h.service_authorization_id
LEFT JOIN service v ON v.service_id = a.service_id
LEFT JOIN hmis_user u ON u.user_id = h.changed_by_user_id
WHERE h.date_deleted IS NULL
ORDER BY h.status_date DESC, h.case_status_change_id DESC;
ALTER VIEW case_status_history SET (security_invoker = true);
COMMENT ON VIEW case_status_history IS
'Status history of needs and barriers, goals, action plans and their steps, and service authorizations, with names in place of identifiers, newest first. What
was deleted stays in it.';
COMMENT ON COLUMN case_status_history.case_status_change_id IS 'Identifier.';
COMMENT ON COLUMN case_status_history.client_id IS 'The client.';
COMMENT ON COLUMN case_status_history.record_type IS 'need or barrier, goal, action plan, action step or service authorization.';
COMMENT ON COLUMN case_status_history.record_name IS 'The need or barrier, goal, plan or step in words, or the service that is authorized.';
COMMENT ON COLUMN case_status_history.old_status IS 'The status before, deleted for one that was restored; null: it was entered.';
COMMENT ON COLUMN case_status_history.new_status IS
'The status since; deleted for one that was deleted. The same as before where the date of a status was corrected.';
COMMENT ON COLUMN case_status_history.status_date IS 'The day as of which the status holds, as the user gave it.';
COMMENT ON COLUMN case_status_history.comments IS 'Comments on the change; of a deletion why.';
COMMENT ON COLUMN case_status_history.changed_by_user_id IS 'The user who changed it.';
COMMENT ON COLUMN case_status_history.changed_by IS 'Name of the user who changed it.';
COMMENT ON COLUMN case_status_history.date_created IS 'When the change was entered.';
COMMENT ON COLUMN case_status_history.client_barrier_id IS 'The need or barrier, if it is about one.';
COMMENT ON COLUMN case_status_history.goal_id IS 'The goal, if it is about one.';
COMMENT ON COLUMN case_status_history.action_plan_id IS 'The action plan, if it is about one or a step of one.';
COMMENT ON COLUMN case_status_history.action_step_id IS 'The step of an action plan, if it is about one.';
COMMENT ON COLUMN case_status_history.enrollment_id IS 'The enrollment in which it is worked on.';
COMMENT ON COLUMN case_status_history.service_authorization_id IS 'The service authorization, if it is about one.';
