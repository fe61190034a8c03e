-- Merging two records of one client into one. 581 undoes it.

CREATE OR REPLACE FUNCTION client_tables() RETURNS TABLE (table_name name, key_column name)
LANGUAGE sql STABLE SET search_path FROM CURRENT
BEGIN ATOMIC
	-- Returns the tables whose rows belong to a client and go along when the client is merged.
	SELECT t.table_name, k.attname
	FROM schema_table t
	JOIN pg_catalog.pg_class c ON c.relname = t.table_name AND c.relnamespace = to_regnamespace(@schema@) AND c.relkind = 'r'
	JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'client_id' AND NOT a.attisdropped
	JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
	JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0] AND k.attname <> 'client_id'
	WHERE t.kind IN ('client', 'protected', 'work') AND t.table_name <> 'client_merge'
	ORDER BY t.table_name;
END;
COMMENT ON FUNCTION client_tables() IS
'Used by merge_clients() and unmerge_clients(): every declared table about clients with a column client_id that is not its key, and
its key. Not client_merge, which tells of the records as they were.';

CREATE OR REPLACE FUNCTION lock_merged_clients(client_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that nobody enters, moves or merges anything of the clients until the transaction ends. In the order of their ids.
BEGIN
	PERFORM FROM client c WHERE c.client_id = ANY (client_ids) ORDER BY c.client_id FOR UPDATE;
END
$$;
COMMENT ON FUNCTION lock_merged_clients(bigint[]) IS
'Used by merge_clients() and unmerge_clients(), before they look: conflicts with the lock that foreign keys to client take.';

CREATE OR REPLACE FUNCTION check_mergeable(client_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that the session's user may change the client, and that its data were not disposed of.
BEGIN
	PERFORM check_client_seen(client_id);
	IF NOT clienttrack.editable_row(@schema@::regnamespace, 'client', client_id) THEN
		RAISE EXCEPTION 'client % is not yours to change', client_id USING ERRCODE = 'insufficient_privilege';
	END IF;
	PERFORM refuse_disposed(client_id);
END
$$;
COMMENT ON FUNCTION check_mergeable(bigint) IS
'Used by merge_clients(). Raises CT009 (no such client, deleted, merged, not yours to see), 42501 (not yours to change), 55000 (disposed of).';

CREATE OR REPLACE FUNCTION check_same_wall(kept client, merged client) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that a merge shows no record of a victim service provider to others.
BEGIN
	IF kept.security_organization_id IS DISTINCT FROM merged.security_organization_id AND EXISTS (SELECT FROM organization o
			WHERE o.organization_id IN (kept.security_organization_id, merged.security_organization_id) AND o.victim_service_provider) THEN
		RAISE EXCEPTION 'records of a victim service provider are not merged with those of others' USING ERRCODE = 'check_violation',
			HINT = 'They stay within the provider (34 U.S.C. 12291(b)(2)).';
	END IF;
END
$$;
COMMENT ON FUNCTION check_same_wall(client, client) IS 'Used by merge_clients(). Raises 23514.';

CREATE OR REPLACE FUNCTION check_born_before(dob date, client_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that no live enrollment, service or assessment of the clients is from before a date of birth.
BEGIN
	IF EXISTS (SELECT FROM enrollment e WHERE e.client_id = ANY (client_ids) AND e.date_deleted IS NULL AND e.entry_date < dob)
		OR EXISTS (SELECT FROM client_service s WHERE s.client_id = ANY (client_ids) AND s.date_deleted IS NULL AND s.date_provided < dob)
		OR EXISTS (SELECT FROM assessment a WHERE a.client_id = ANY (client_ids) AND a.date_deleted IS NULL AND a.assessment_date < dob) THEN
		RAISE EXCEPTION 'enrollments, services or assessments would be from before the client''s birth' USING ERRCODE = 'CT008',
			HINT = 'Correct the date of birth, or the dates, first.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_born_before(date, bigint[]) IS
'Used by merge_clients() and unmerge_clients(). Null: nothing to check. Raises CT008, without the dates, which may be of other organizations.';

CREATE OR REPLACE FUNCTION information_rank(value jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Tells how much a value of a HUD element says: 0 an answer, 1 the client does not know or prefers not to answer, 2 not collected, 3 nothing.
RETURN CASE WHEN value IS NULL OR value IN ('null', '""') THEN 3 WHEN value IN ('99', '"99"') THEN 2
	WHEN value IN ('8', '9', '"8"', '"9"') THEN 1 ELSE 0 END;
COMMENT ON FUNCTION information_rank(jsonb) IS 'Used by filled_columns(): the lower of two wins (HUD list 1.6: 8, 9, 99).';

CREATE OR REPLACE FUNCTION filled_elements(kept jsonb, merged jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	-- Returns HUD elements with those of another record where there is nothing, or less.
	SELECT coalesce(kept, '{}') || coalesce(jsonb_object_agg(e.key, e.value), '{}')
	FROM jsonb_each(CASE jsonb_typeof(merged) WHEN 'object' THEN merged END) e
	WHERE information_rank(e.value) < information_rank(kept -> e.key);
END;
COMMENT ON FUNCTION filled_elements(jsonb, jsonb) IS 'Used by filled_columns(): hud_elements.';

CREATE OR REPLACE FUNCTION united_organizations(kept client, merged client) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path FROM CURRENT
BEGIN ATOMIC
	-- Returns which other organizations see a client after a merge: all that saw one of the two. None that is walled off.
	SELECT kept.serving_organization_ids || ARRAY(
		SELECT DISTINCT u FROM unnest(merged.serving_organization_ids || merged.security_organization_id) u
		JOIN organization o ON o.organization_id = u AND NOT o.victim_service_provider
		WHERE u IS DISTINCT FROM kept.security_organization_id AND u <> ALL (kept.serving_organization_ids) ORDER BY u);
END;
COMMENT ON FUNCTION united_organizations(client, client) IS 'Used by filled_columns(): serving_organization_ids.';

CREATE OR REPLACE FUNCTION filled_columns(kept client, merged client) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the columns of a client that another record of the same person can fill: what they were and what they become.
DECLARE
	fillable CONSTANT text[] := '{first_name,middle_name,last_name,name_suffix,name_data_quality,dob,dob_data_quality,sex,veteran_status}';
	was CONSTANT jsonb := to_jsonb(kept);
	becomes jsonb;
BEGIN
	SELECT coalesce(jsonb_object_agg(m.key, m.value), '{}') INTO becomes FROM jsonb_each(to_jsonb(merged)) m
	WHERE m.key = ANY (fillable) AND information_rank(m.value) < information_rank(was -> m.key);
	becomes := becomes || jsonb_build_object('serving_organization_ids', united_organizations(kept, merged));
	IF merged.hud_elements IS NOT NULL THEN
		becomes := becomes || jsonb_build_object('hud_elements', filled_elements(kept.hud_elements, merged.hud_elements));
	END IF;
	IF NOT EXISTS (SELECT FROM client_ssn s WHERE s.client_id = kept.client_id)
			AND EXISTS (SELECT FROM client_ssn s WHERE s.client_id = merged.client_id) THEN
		becomes := becomes || jsonb_build_object('ssn', '(protected)', 'ssn_data_quality', merged.ssn_data_quality);
	ELSIF information_rank(to_jsonb(merged.ssn_data_quality)) = 1 AND kept.ssn_data_quality = 99 THEN
		becomes := becomes || jsonb_build_object('ssn_data_quality', merged.ssn_data_quality);
	END IF;
	RETURN (SELECT coalesce(jsonb_object_agg(b.key, jsonb_build_object('was', was -> b.key, 'is', b.value)), '{}')
		FROM jsonb_each(becomes) b WHERE b.value IS DISTINCT FROM was -> b.key);
END
$$;
COMMENT ON FUNCTION filled_columns(client, client) IS
'Used by merge_clients(): {"dob": {"was": null, "is": "1980-02-01"}, …}. A column is filled where it is empty, or says less than the
other (not collected, doesn''t know). The SSN itself is not told.';

CREATE OR REPLACE FUNCTION detach_batch_services(merge client_merge) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Ensures that a run which posted a service for both records did not post it twice for one client: the merged record's
	-- service stays, no longer as one of the run.
	WITH twice AS MATERIALIZED (
		SELECT s.client_service_id, s.service_batch_run_id FROM client_service s
		JOIN client_service k ON k.service_batch_run_id = s.service_batch_run_id AND k.client_id = merge.client_id
			AND k.service_id = s.service_id AND k.date_deleted IS NULL
		WHERE s.client_id = merge.merged_client_id AND s.date_deleted IS NULL
	), detached AS (
		UPDATE client_service s SET service_batch_run_id = NULL FROM twice t WHERE s.client_service_id = t.client_service_id)
	INSERT INTO client_merge_row (client_merge_id, table_name, row_id, what, old_values, new_values)
	SELECT merge.client_merge_id, 'client_service', t.client_service_id, 'changed',
		jsonb_build_object('service_batch_run_id', t.service_batch_run_id), '{"service_batch_run_id": null}'
	FROM twice t;
END;
COMMENT ON FUNCTION detach_batch_services(client_merge) IS 'Used by merge_clients(), before it moves rows.';

CREATE OR REPLACE FUNCTION settle_batch_clients(merge client_merge) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Ensures that of two records in one batch run the client stays in it once: in the run if one of them was.
	WITH both_in AS MATERIALIZED (
		SELECT m.service_batch_client_id AS merged_id, m.batch_status AS merged_status, m.enrollment_id AS merged_enrollment_id,
			k.service_batch_client_id AS kept_id, k.batch_status AS kept_status, k.enrollment_id AS kept_enrollment_id
		FROM service_batch_client m JOIN service_batch_client k
			ON k.service_batch_run_id = m.service_batch_run_id AND k.client_id = merge.client_id
		WHERE m.client_id = merge.merged_client_id AND m.batch_status <> 'removed'
	), removed AS (
		UPDATE service_batch_client b SET batch_status = 'removed' FROM both_in i WHERE b.service_batch_client_id = i.merged_id
	), taken_over AS (
		UPDATE service_batch_client b SET batch_status = i.merged_status, enrollment_id = i.merged_enrollment_id
		FROM both_in i WHERE b.service_batch_client_id = i.kept_id AND i.kept_status = 'removed')
	INSERT INTO client_merge_row (client_merge_id, table_name, row_id, what, old_values, new_values)
	SELECT merge.client_merge_id, 'service_batch_client' AS table_name, i.merged_id, 'changed' AS what,
		jsonb_build_object('batch_status', i.merged_status), jsonb_build_object('batch_status', 'removed')
	FROM both_in i
	UNION ALL
	SELECT merge.client_merge_id, 'service_batch_client' AS table_name, i.kept_id, 'changed' AS what,
		jsonb_build_object('batch_status', i.kept_status, 'enrollment_id', i.kept_enrollment_id),
		jsonb_build_object('batch_status', i.merged_status, 'enrollment_id', i.merged_enrollment_id)
	FROM both_in i WHERE i.kept_status = 'removed';
END;
COMMENT ON FUNCTION settle_batch_clients(client_merge) IS
'Used by merge_clients(), before it moves rows: the merged record''s row of such a run stays with it, removed.';

CREATE OR REPLACE FUNCTION settle_case_managers(merge client_merge) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Ensures that the client as such has one primary case manager at a time in each organization: the kept record's.
	WITH second AS MATERIALIZED (
		SELECT DISTINCT m.case_assignment_id FROM case_assignment m JOIN case_assignment k ON k.client_id = merge.client_id
			AND k.security_organization_id IS NOT DISTINCT FROM m.security_organization_id
		WHERE m.client_id = merge.merged_client_id AND num_nulls(m.enrollment_id, k.enrollment_id) = 2 AND m.is_primary AND k.is_primary
		AND num_nulls(m.date_deleted, k.date_deleted) = 2
		AND m.begin_date < coalesce(k.end_date, 'infinity') AND k.begin_date < coalesce(m.end_date, 'infinity')
	), changed AS (
		UPDATE case_assignment a SET is_primary = false FROM second s WHERE a.case_assignment_id = s.case_assignment_id)
	INSERT INTO client_merge_row (client_merge_id, table_name, row_id, what, old_values, new_values)
	SELECT merge.client_merge_id, 'case_assignment', s.case_assignment_id, 'changed', '{"is_primary": true}', '{"is_primary": false}'
	FROM second s;
END;
COMMENT ON FUNCTION settle_case_managers(client_merge) IS
'Used by merge_clients(), before it moves rows: the merged record''s primary case manager of the same time becomes another one.';

CREATE OR REPLACE FUNCTION add_merged_name(merge client_merge, merged client) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Ensures that the client is found by the merged record's name.
	WITH named AS (
		SELECT concat_ws(' ', merged.first_name, merged.middle_name, merged.last_name, merged.name_suffix) AS full_name
	), added AS (
		INSERT INTO client_alias (client_id, alias_name)
		SELECT merge.client_id, n.full_name FROM named n
		WHERE merged.name_key <> '' AND NOT EXISTS (SELECT FROM client c WHERE c.client_id = merge.client_id AND c.name_key = merged.name_key)
		AND NOT EXISTS (SELECT FROM client_alias a
			WHERE a.client_id = merge.client_id AND a.name_key = merged.name_key AND a.date_deleted IS NULL)
		RETURNING client_alias_id)
	INSERT INTO client_merge_row (client_merge_id, table_name, row_id, what)
	SELECT merge.client_merge_id, 'client_alias', a.client_alias_id, 'added' FROM added a;
END;
COMMENT ON FUNCTION add_merged_name(client_merge, client) IS 'Used by merge_clients(), after it has moved the aliases.';

CREATE OR REPLACE FUNCTION change_client_statement() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Returns a statement that gives client $1 the columns in $4, a jsonb object.
RETURN 'UPDATE client c SET (first_name, middle_name, last_name, name_suffix, name_data_quality, ssn_data_quality, dob, dob_data_quality,
	sex, veteran_status, hud_elements, serving_organization_ids, date_updated) = (SELECT p.first_name, p.middle_name, p.last_name,
	p.name_suffix, p.name_data_quality, p.ssn_data_quality, p.dob, p.dob_data_quality, p.sex, p.veteran_status, p.hud_elements,
	p.serving_organization_ids, now() FROM jsonb_populate_record(c, $4) p) WHERE c.client_id = $1 AND $4 <> ''{}''';
COMMENT ON FUNCTION change_client_statement() IS 'Used by merge_statement() and unmerge_statement().';

CREATE OR REPLACE FUNCTION merge_statement() RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the statement that gives everything of client $2 to client $1, and notes for merge $3 what was whose: one, so that
-- rules and foreign keys judge only how it ends.
BEGIN
	RETURN (
		SELECT format('WITH filled AS (%s), gone AS (UPDATE client c SET merged_into_client_id = $1, date_deleted = now() WHERE c.client_id = $2), ',
				change_client_statement())
			|| string_agg(format('%1$I AS (UPDATE %2$I t SET client_id = $1 WHERE t.client_id = $2%3$s RETURNING t.%4$I AS row_id)',
				'moved_' || t.table_name, t.table_name, CASE t.table_name WHEN 'service_batch_client' THEN ' AND NOT EXISTS (SELECT
					FROM service_batch_client k WHERE k.client_id = $1 AND k.service_batch_run_id = t.service_batch_run_id)' ELSE '' END,
				t.key_column), ', ')
			|| ' INSERT INTO client_merge_row (client_merge_id, table_name, row_id, what) '
			|| string_agg(format('SELECT $3, %1$L::name, m.row_id, ''moved'' AS what FROM %2$I m UNION ALL
				SELECT $3, %1$L::name, k.%3$I, ''kept'' AS what FROM %1$I k WHERE k.client_id = $1', t.table_name,
				'moved_' || t.table_name, t.key_column), ' UNION ALL ')
		FROM client_tables() t);
END
$$;
COMMENT ON FUNCTION merge_statement() IS
'Used by merge_clients(): takes $1 the client, $2 the merged client, $3 the merge, $4 the columns of the client to change, jsonb.';

CREATE OR REPLACE FUNCTION copy_ssn(from_client_id bigint, to_client_id bigint) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Gives a client the SSN of another, encrypted anew for it where values are encrypted.
	INSERT INTO client_ssn (client_id, ssn) SELECT to_client_id, stored_ssn(from_client_id);
END;
COMMENT ON FUNCTION copy_ssn(bigint, bigint) IS
'Used by merge_clients(): the other keeps its own. Raises what clienttrack.read_protected() raises where the key is not known.';

CREATE OR REPLACE FUNCTION move_to_client(merge client_merge, kept client, merged client) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT SET jit = off AS $$
-- Moves everything of one record to the other as history: what it was entered under is not judged again.
DECLARE
	before CONSTANT text := write_history('merge');
	no_refusal CONSTANT boolean := refuse_warnings(false);
BEGIN
	PERFORM detach_batch_services(merge), settle_batch_clients(merge), settle_case_managers(merge);
	EXECUTE merge_statement() USING merge.client_id, merge.merged_client_id, merge.client_merge_id,
		(SELECT coalesce(jsonb_object_agg(f.key, f.value -> 'is'), '{}') FROM jsonb_each(merge.filled) f);
	IF merge.filled ? 'ssn' THEN
		PERFORM copy_ssn(merge.merged_client_id, merge.client_id);
	END IF;
	PERFORM add_merged_name(merge, merged);
	PERFORM write_history(before), refuse_warnings(no_refusal);
END
$$;
COMMENT ON FUNCTION move_to_client(client_merge, client, client) IS 'Used by merge_clients(), with both clients locked. Raises what the guard raises.';

CREATE OR REPLACE FUNCTION merge_clients(client_id bigint, merged_client_id bigint, reason text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Makes one record of two of the same person, and returns the id of the merge. Both are locked before anything is looked at.
DECLARE
	kept client;
	merged client;
	merge client_merge;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'merge_clients');
	IF num_nulls(client_id, merged_client_id) > 0 THEN
		RAISE EXCEPTION 'client_id and merged_client_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	ELSIF client_id = merged_client_id THEN
		RAISE EXCEPTION 'a client is not merged with itself' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM check_given('reason', reason), check_fresh_snapshots('clients are merged');
	PERFORM lock_merged_clients(ARRAY[client_id, merged_client_id]);
	PERFORM check_mergeable(client_id), check_mergeable(merged_client_id);
	SELECT c.* INTO kept FROM client c WHERE c.client_id = merge_clients.client_id;
	SELECT c.* INTO merged FROM client c WHERE c.client_id = merge_clients.merged_client_id;
	PERFORM check_same_wall(kept, merged), check_born_before(coalesce(kept.dob, merged.dob), ARRAY[client_id, merged_client_id]);
	INSERT INTO client_merge AS m (client_id, merged_client_id, reason, filled, merged_by_user_id)
	VALUES (merge_clients.client_id, merge_clients.merged_client_id, merge_clients.reason, filled_columns(kept, merged),
		clienttrack.current_user_id(@schema@::regnamespace))
	RETURNING m.* INTO merge;
	PERFORM move_to_client(merge, kept, merged);
	RETURN merge.client_merge_id;
END
$$;
COMMENT ON FUNCTION merge_clients(bigint, bigint, text) IS
'Makes one record of two records of the same person and returns the id of the merge (client_merge), by which unmerge_clients() undoes it.
client_id: the record that stays. merged_client_id: the other; it is deleted, and its id keeps resolving (resolve_client()). Everything
of it moves, what other organizations entered and what was deleted included: enrollments, services, cards, bars, assessments, needs,
goals, plans, referrals, releases, authorizations, batch runs. Rules about entering (bars, duplicates, locked periods, late entry) are not asked again. Columns
of the record that stays that are empty are filled. The other name becomes an alias. A service that one batch run gave to both
stays, as one that was entered by hand. Of two primary case managers in one organization that of the record that stays remains primary.
reason: why they are the same person. Needs the right merge_clients, and both records must be the user''s to change. Raises 42501 (no right, not yours to change), 22004 (null),
22023 (the same), CT009 (no such client, deleted, not yours to see, or merged before: the HINT says into which), 55000 (disposed of),
23514 (a record of a victim service provider), CT008 (before birth), 0A000 (isolation level), CT023 (workflow open),
40001 and 40P01 (others are at work on the same records: try again).';
INSERT INTO schema_function (function_name, grantee) VALUES ('merge_clients', 'clienttrack_merge_clients'), ('client_tables', NULL),
	('lock_merged_clients', NULL), ('check_mergeable', NULL), ('check_same_wall', NULL), ('check_born_before', NULL), ('filled_columns', NULL),
	('detach_batch_services', NULL), ('settle_batch_clients', NULL), ('settle_case_managers', NULL), ('add_merged_name', NULL),
	('change_client_statement', NULL), ('merge_statement', NULL), ('copy_ssn', NULL), ('move_to_client', NULL)
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
