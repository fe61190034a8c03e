-- Undoing a merge of clients: what was moved goes back, together with what was added to it since.

CREATE OR REPLACE FUNCTION client_references() RETURNS TABLE (table_name name, key_column name, column_name name,
	referenced_table name, referenced_key name)
LANGUAGE sql STABLE SET search_path FROM CURRENT
BEGIN ATOMIC
	-- Returns the columns by which rows about a client refer to other rows about the client.
	SELECT t.table_name, t.key_column, a.attname, r.table_name, r.key_column
	FROM (SELECT c.*, to_regclass(quote_ident(c.table_name)) AS relid FROM client_tables() c) t
	JOIN pg_catalog.pg_constraint k ON k.conrelid = t.relid
	JOIN (SELECT c.*, to_regclass(quote_ident(c.table_name)) AS relid FROM client_tables() c) r ON r.relid = k.confrelid
	CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS c (own, other)
	JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.own
	JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.other AND b.attname = r.key_column
	WHERE k.contype = 'f'
	ORDER BY t.table_name, a.attname;
END;
COMMENT ON FUNCTION client_references() IS
'Used by unmerge_clients(): for each foreign key between tables of client_tables() the column that has the key of the other row.';

CREATE OR REPLACE FUNCTION moved_tables(merge client_merge) RETURNS name[]
LANGUAGE sql STABLE
-- Returns the tables of which a merge moved rows.
RETURN ARRAY(SELECT DISTINCT m.table_name FROM client_merge_row m WHERE m.client_merge_id = merge.client_merge_id AND m.what = 'moved');
COMMENT ON FUNCTION moved_tables(client_merge) IS 'Used by unmerge_clients().';

CREATE OR REPLACE FUNCTION note_added_rows(merge client_merge) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Notes the rows that refer to rows which go back as ones that go back, and returns how many were not noted yet.
DECLARE
	reference record;
	noted bigint := 0;
	added bigint;
BEGIN
	FOR reference IN SELECT r.* FROM client_references() r WHERE r.referenced_table = ANY (moved_tables(merge))
			AND r.column_name <> 'completed_by_assessment_id' -- whose follow-up it is does not depend on who completed it
		UNION ALL SELECT 'scan_card', 'replaced_by_scan_card_id', 'scan_card_id', 'scan_card', 'scan_card_id' -- in place of another
	LOOP
		EXECUTE format('INSERT INTO client_merge_row (client_merge_id, table_name, row_id)
			SELECT DISTINCT $1.client_merge_id, %1$L::name, t.%2$I FROM %1$I t JOIN client_merge_row m ON t.%3$I = m.row_id
			WHERE t.client_id = $1.client_id AND t.%2$I IS NOT NULL AND m.client_merge_id = $1.client_merge_id AND m.table_name = %4$L
			AND m.what = ''moved''%5$s AND NOT EXISTS (SELECT FROM client_merge_row n WHERE n.client_merge_id = $1.client_merge_id
				AND n.table_name = %1$L AND n.row_id = t.%2$I AND n.what IN (''moved'', ''kept''))',
			reference.table_name, reference.key_column, reference.column_name, reference.referenced_table,
			CASE reference.table_name WHEN 'service_batch_client' THEN ' AND NOT EXISTS (SELECT FROM service_batch_client b
				WHERE b.service_batch_run_id = t.service_batch_run_id AND b.client_id = $1.merged_client_id)' ELSE '' END)
		USING merge;
		GET DIAGNOSTICS added = ROW_COUNT;
		noted := noted + added;
	END LOOP;
	RETURN noted;
END
$$;
COMMENT ON FUNCTION note_added_rows(client_merge) IS
'Used by unmerge_clients(): services on enrollments that go back, steps of plans that go back, and so on, entered since the merge.';

CREATE OR REPLACE FUNCTION check_rows_part(merge client_merge) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Ensures that no row that goes back refers to one that stays, nor one that was the kept record's before to one that goes back.
DECLARE
	reference record;
	stuck record;
BEGIN
	FOR reference IN SELECT r.* FROM client_references() r
		WHERE ARRAY[r.table_name, r.referenced_table] && moved_tables(merge) AND r.table_name NOT IN ('scan_card', 'service_batch_client')
	LOOP
		EXECUTE format('SELECT t.%2$I AS row_id, t.%3$I AS referenced_id FROM %1$I t JOIN %4$I r ON r.%5$I = t.%3$I
			LEFT JOIN client_merge_row m ON m.client_merge_id = $1.client_merge_id AND m.table_name = %1$L AND m.row_id = t.%2$I
				AND m.what = ''moved''
			LEFT JOIN client_merge_row n ON n.client_merge_id = $1.client_merge_id AND n.table_name = %4$L AND n.row_id = r.%5$I
				AND n.what = ''moved''
			WHERE t.client_id = $1.client_id AND r.client_id = $1.client_id AND num_nulls(m.row_id, n.row_id) = 1
			AND (m.row_id IS NOT NULL OR %3$L <> ''completed_by_assessment_id'') LIMIT 1', -- such a follow-up is opened again
			reference.table_name, reference.key_column, reference.column_name, reference.referenced_table, reference.referenced_key)
		INTO stuck USING merge;
		IF stuck.row_id IS NOT NULL THEN
			RAISE EXCEPTION 'a record that goes back and one that stays name each other' USING ERRCODE = 'CT006',
				DETAIL = CASE WHEN clienttrack.visible_row(@schema@::regnamespace, reference.table_name::text, stuck.row_id)
					THEN format('%s %s has %s %s.', initcap(replace(reference.table_name, '_', ' ')), stuck.row_id, reference.column_name,
						stuck.referenced_id)
					ELSE 'A record that is not yours to see.' END,
				HINT = 'Records entered since the merge hang together: change that, then undo the merge.';
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION check_rows_part(client_merge) IS 'Used by unmerge_clients(). Raises CT006.';

CREATE OR REPLACE FUNCTION unfilled_elements(was jsonb, filled jsonb, now jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	-- Returns HUD elements without those that were filled and not changed since; null when nothing is left and there was nothing.
	SELECT CASE WHEN e.left_over = '{}' THEN nullif(was, 'null') ELSE e.left_over END FROM (
		SELECT coalesce(jsonb_object_agg(n.key, coalesce(CASE WHEN f.filled THEN nullif(was, 'null') -> n.key ELSE n.value END))
			FILTER (WHERE NOT f.filled OR coalesce(nullif(was, 'null'), '{}') ? n.key), '{}') AS left_over
		FROM jsonb_each(CASE jsonb_typeof(now) WHEN 'object' THEN now END) n
		CROSS JOIN LATERAL (SELECT n.value = filled -> n.key AND filled -> n.key IS DISTINCT FROM nullif(was, 'null') -> n.key AS filled) f
		) e;
END;
COMMENT ON FUNCTION unfilled_elements(jsonb, jsonb, jsonb) IS 'Used by unfilled_columns(): was, filled as the merge left it, as it is now.';

CREATE OR REPLACE FUNCTION parted_organizations(merge client_merge, kept client) RETURNS jsonb
LANGUAGE sql STABLE SET search_path FROM CURRENT
BEGIN ATOMIC
	-- Returns which other organizations see the client when what goes back is gone: not those that the merge added, unless they
	-- have enrolled or served the client by what stays.
	SELECT coalesce(jsonb_agg(o.organization_id ORDER BY o.place), '[]')
	FROM unnest(kept.serving_organization_ids) WITH ORDINALITY AS o (organization_id, place)
	WHERE merge.filled #> '{serving_organization_ids,was}' @> to_jsonb(o.organization_id)
	OR NOT merge.filled #> '{serving_organization_ids,is}' @> to_jsonb(o.organization_id)
	OR EXISTS (SELECT FROM enrollment e JOIN program p USING (program_id) WHERE e.client_id = kept.client_id
		AND p.organization_id = o.organization_id AND NOT EXISTS (SELECT FROM client_merge_row m
			WHERE m.client_merge_id = merge.client_merge_id AND m.table_name = 'enrollment' AND m.row_id = e.enrollment_id AND m.what = 'moved'))
	OR EXISTS (SELECT FROM client_service s JOIN program p USING (program_id) WHERE s.client_id = kept.client_id
		AND s.enrollment_id IS NULL AND p.organization_id = o.organization_id AND NOT EXISTS (SELECT FROM client_merge_row m
			WHERE m.client_merge_id = merge.client_merge_id AND m.table_name = 'client_service' AND m.row_id = s.client_service_id
			AND m.what = 'moved'));
END;
COMMENT ON FUNCTION parted_organizations(client_merge, client) IS 'Used by unfilled_columns(): serving_organization_ids as jsonb.';

CREATE OR REPLACE FUNCTION unfilled_columns(merge client_merge, kept client, ssn_goes boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the columns of a client to be changed so that what a merge filled, and nobody has changed since, is as it was. The data
-- quality of what stays stays.
DECLARE
	now_is CONSTANT jsonb := to_jsonb(kept);
	back jsonb;
	staying text[];
BEGIN
	SELECT coalesce(jsonb_object_agg(f.key, f.value -> 'was') FILTER (WHERE now_is -> f.key = f.value -> 'is'), '{}'),
		coalesce(array_agg(f.key) FILTER (WHERE now_is -> f.key <> f.value -> 'is'), '{}') INTO back, staying
	FROM jsonb_each(merge.filled) f WHERE f.key NOT IN ('ssn', 'hud_elements', 'serving_organization_ids');
	IF staying && '{first_name,middle_name,last_name,name_suffix}' THEN
		back := back - 'name_data_quality';
	END IF;
	IF staying && '{dob}' THEN
		back := back - 'dob_data_quality';
	END IF;
	IF merge.filled ? 'ssn' AND NOT ssn_goes THEN
		back := back - 'ssn_data_quality';
	END IF;
	IF merge.filled ? 'hud_elements' THEN
		back := back || jsonb_build_object('hud_elements', unfilled_elements(merge.filled #> '{hud_elements,was}',
			merge.filled #> '{hud_elements,is}', kept.hud_elements));
	END IF;
	IF merge.filled ? 'serving_organization_ids' THEN
		back := back || jsonb_build_object('serving_organization_ids', parted_organizations(merge, kept));
	END IF;
	RETURN back;
END
$$;
COMMENT ON FUNCTION unfilled_columns(client_merge, client, boolean) IS
'Used by unmerge_clients(): a jsonb object of columns. ssn_goes: whether the SSN that the merge filled goes.';

CREATE OR REPLACE FUNCTION unmerge_statement() RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the statement that gives what merge $3 noted back from client $1 to client $2: one, as in merge_statement().
BEGIN
	RETURN (
		SELECT format('WITH unfilled AS (%s), ', change_client_statement())
			|| string_agg(format('%I AS (UPDATE %I t SET client_id = $2 FROM client_merge_row m WHERE m.client_merge_id = $3
				AND m.table_name = %L AND m.what = ''moved'' AND t.%I = m.row_id AND t.client_id = $1)',
				'moved_' || t.table_name, t.table_name, t.table_name, t.key_column), ', ')
			|| ' UPDATE client c SET merged_into_client_id = NULL, date_deleted = NULL WHERE c.client_id = $2'
		FROM client_tables() t);
END
$$;
COMMENT ON FUNCTION unmerge_statement() IS
'Used by unmerge_clients(): takes $1 the client, $2 the merged client, $3 the merge, $4 the columns of the client to change, jsonb.';

CREATE OR REPLACE FUNCTION restore_changed_rows(merge client_merge) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that the other columns that the merge changed are as they were, where nobody has changed them since, and that what
-- it added is gone.
DECLARE
	noted record;
	columns text;
BEGIN
	FOR noted IN SELECT m.*, t.key_column FROM client_merge_row m JOIN client_tables() t USING (table_name)
		WHERE m.client_merge_id = merge.client_merge_id AND m.what IN ('changed', 'added') ORDER BY m.client_merge_row_id
	LOOP
		IF noted.what = 'added' THEN
			EXECUTE format('DELETE FROM %I t WHERE t.%I = $1', noted.table_name, noted.key_column) USING noted.row_id;
		ELSE
			columns := (SELECT string_agg(quote_ident(k), ', ' ORDER BY k) FROM jsonb_object_keys(noted.old_values) k);
			EXECUTE format('UPDATE %I t SET (%s) = ROW (%s) FROM %1$I x, LATERAL jsonb_populate_record(x, $1) p
				WHERE t.%4$I = $2 AND x.%4$I = $2 AND to_jsonb(x) @> $3', noted.table_name, columns,
				(SELECT string_agg('p.' || quote_ident(k), ', ' ORDER BY k) FROM jsonb_object_keys(noted.old_values) k), noted.key_column)
			USING noted.old_values, noted.row_id, noted.new_values;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION restore_changed_rows(client_merge) IS 'Used by unmerge_clients(), after the rows went back.';

CREATE OR REPLACE FUNCTION check_last_merge(merge client_merge, kept client) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a merge can be undone now: it stands, and nothing was merged on top of it.
DECLARE
	later bigint := (SELECT max(m.client_merge_id) FROM client_merge m WHERE m.unmerged_date IS NULL
		AND m.client_merge_id > merge.client_merge_id AND merge.client_id IN (m.client_id, m.merged_client_id));
BEGIN
	IF merge.unmerged_date IS NOT NULL THEN
		RAISE EXCEPTION 'client merge % was undone already', merge.client_merge_id USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF kept.date_disposed IS NOT NULL THEN
		RAISE EXCEPTION 'the data of client % were disposed of', kept.client_id USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF later IS NOT NULL THEN
		RAISE EXCEPTION 'client % was merged again since', kept.client_id USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = format('Merges are undone the latest first: undo client merge %s first.', later);
	END IF;
	IF kept.date_deleted IS NOT NULL THEN
		RAISE EXCEPTION 'client % is deleted', kept.client_id USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Restore the client with restore_client() first.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_last_merge(client_merge, client) IS 'Used by unmerge_clients(). Raises 55000.';

CREATE OR REPLACE FUNCTION check_merged_birth(merge client_merge) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET enable_nestloop = off AS $$
-- Ensures that nothing that goes back is from before the merged record's date of birth, which a load may have changed.
DECLARE
	born CONSTANT date := (SELECT c.dob FROM client c WHERE c.client_id = merge.merged_client_id);
BEGIN
	IF EXISTS (SELECT FROM client_merge_row m
			LEFT JOIN enrollment e ON m.table_name = 'enrollment' AND e.enrollment_id = m.row_id AND e.date_deleted IS NULL
			LEFT JOIN client_service s ON m.table_name = 'client_service' AND s.client_service_id = m.row_id AND s.date_deleted IS NULL
			LEFT JOIN assessment a ON m.table_name = 'assessment' AND a.assessment_id = m.row_id AND a.date_deleted IS NULL
			WHERE m.client_merge_id = merge.client_merge_id AND m.what = 'moved'
			AND born > ANY (ARRAY[e.entry_date, s.date_provided, a.assessment_date])) THEN
		PERFORM check_born_before('infinity', ARRAY[merge.client_id]);
	END IF;
END
$$;
COMMENT ON FUNCTION check_merged_birth(client_merge) IS 'Used by unmerge_clients(), before it moves rows. Raises CT008.';

CREATE OR REPLACE FUNCTION reopen_parted_follow_ups(merge client_merge) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Opens the follow-ups that stay and were completed, since the merge, by assessments that go back.
	UPDATE assessment_follow_up f SET completed_by_assessment_id = NULL FROM client_merge_row m
	WHERE m.client_merge_id = merge.client_merge_id AND m.table_name = 'assessment' AND m.what = 'moved'
	AND f.completed_by_assessment_id = m.row_id AND f.client_id = merge.client_id
	AND NOT EXISTS (SELECT FROM client_merge_row n WHERE n.client_merge_id = merge.client_merge_id
		AND n.table_name = 'assessment_follow_up' AND n.row_id = f.assessment_follow_up_id AND n.what = 'moved');
END;
COMMENT ON FUNCTION reopen_parted_follow_ups(client_merge) IS 'Used by unmerge_clients(), before it moves rows.';

CREATE OR REPLACE FUNCTION move_from_client(merge client_merge, kept client) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off SET enable_nestloop = off AS $$
-- Gives what was moved, and what was added to it since, back to the merged record as history.
DECLARE
	before CONSTANT text := write_history('merge');
	no_refusal CONSTANT boolean := refuse_warnings(false);
	ssn_goes CONSTANT boolean := merge.filled ? 'ssn' AND stored_ssn(merge.client_id) = stored_ssn(merge.merged_client_id);
BEGIN
	PERFORM reopen_parted_follow_ups(merge);
	EXECUTE unmerge_statement() USING merge.client_id, merge.merged_client_id, merge.client_merge_id,
		unfilled_columns(merge, kept, ssn_goes);
	IF ssn_goes THEN
		DELETE FROM client_ssn s WHERE s.client_id = merge.client_id;
	END IF;
	PERFORM restore_changed_rows(merge);
	PERFORM write_history(before), refuse_warnings(no_refusal);
END
$$;
COMMENT ON FUNCTION move_from_client(client_merge, client) IS 'Used by unmerge_clients(), with both clients locked. Raises what the guard raises.';

CREATE OR REPLACE FUNCTION merge_to_undo(client_merge_id bigint) RETURNS client_merge
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a merge whose record is the session's user's to change, as it is now that both clients are locked.
DECLARE
	merge client_merge;
BEGIN
	SELECT m.* INTO merge FROM client_merge m WHERE m.client_merge_id = merge_to_undo.client_merge_id;
	IF merge.client_merge_id IS NULL OR NOT clienttrack.visible_row(@schema@::regnamespace, 'client', merge.client_id) THEN
		RAISE EXCEPTION 'client merge % does not exist', coalesce(merge_to_undo.client_merge_id::text, 'null') USING ERRCODE = 'CT009';
	END IF;
	PERFORM lock_merged_clients(ARRAY[merge.client_id, merge.merged_client_id]);
	IF NOT clienttrack.editable_row(@schema@::regnamespace, 'client', merge.client_id) THEN
		RAISE EXCEPTION 'client % is not yours to change', merge.client_id USING ERRCODE = 'insufficient_privilege';
	END IF;
	SELECT m.* INTO merge FROM client_merge m WHERE m.client_merge_id = merge_to_undo.client_merge_id;
	RETURN merge;
END
$$;
COMMENT ON FUNCTION merge_to_undo(bigint) IS
'Used by unmerge_clients(). Raises CT009 (no such merge, or not yours to see), 42501 (not yours to change).';

CREATE OR REPLACE FUNCTION unmerge_clients(client_merge_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Makes two records again of what was merged.
DECLARE
	merge client_merge;
	kept client;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'merge_clients');
	PERFORM check_given('reason', reason), check_fresh_snapshots('clients are unmerged');
	merge := merge_to_undo(client_merge_id);
	SELECT c.* INTO kept FROM client c WHERE c.client_id = merge.client_id;
	PERFORM check_last_merge(merge, kept);
	WHILE note_added_rows(merge) > 0 LOOP
	END LOOP;
	PERFORM check_rows_part(merge), check_merged_birth(merge);
	PERFORM move_from_client(merge, kept);
	UPDATE client_merge m SET filled = '{}', unmerged_date = now(), unmerge_reason = unmerge_clients.reason,
		unmerged_by_user_id = clienttrack.current_user_id(@schema@::regnamespace)
	WHERE m.client_merge_id = unmerge_clients.client_merge_id;
END
$$;
COMMENT ON FUNCTION unmerge_clients(bigint, text) IS
'Undoes a merge. Back go the rows that it moved and what was entered since for them: services on their enrollments, steps of their plans,
rows that a load brought for the merged record. Other rows entered since stay; a follow-up that an assessment
which goes back completed since is open again. Columns that it filled are emptied where nobody has changed
them, and the merged record is alive again with what it had. The latest merge of a record is undone first. Needs the right merge_clients;
the record that stayed must be the user''s to change. Raises 42501 (no right, not yours to change), 22004 (no reason), CT009 (no such
merge, or not yours to see), 55000 (undone already; merged again since, the HINT says which; disposed of; deleted), CT006 (a row
that goes back names one that stays, for example a service a goal), CT008 (before birth), 0A000 (isolation level), CT023 (workflow open), 40001, 40P01.';
INSERT INTO schema_function (function_name, grantee) VALUES ('unmerge_clients', 'clienttrack_merge_clients'), ('client_references', NULL),
	('moved_tables', NULL), ('note_added_rows', NULL), ('check_rows_part', NULL), ('parted_organizations', NULL), ('unfilled_columns', NULL),
	('unmerge_statement', NULL), ('restore_changed_rows', NULL), ('check_last_merge', NULL), ('check_merged_birth', NULL),
	('reopen_parted_follow_ups', NULL), ('move_from_client', NULL), ('merge_to_undo', NULL)
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
