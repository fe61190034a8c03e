-- Disposing of a client's personal data: HUD's privacy standards (HMIS Data and Technical Standards, 69 FR 45888, Data
-- Quality) want what identifies a client removed seven years after it was created or last changed, unless it is in use.

CREATE OR REPLACE FUNCTION last_client_change(client_id bigint) RETURNS timestamptz
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns when something about the client was last changed, given or told.
	SELECT greatest(
		(SELECT greatest(c.date_created, c.date_updated) FROM client c WHERE c.client_id = last_client_change.client_id),
		(SELECT max(a.date_updated) FROM client_alias a WHERE a.client_id = last_client_change.client_id),
		(SELECT max(s.date_updated) FROM scan_card s WHERE s.client_id = last_client_change.client_id),
		(SELECT max(greatest(e.date_updated, e.entry_date, e.exit_date)) FROM enrollment e
			WHERE e.client_id = last_client_change.client_id),
		(SELECT max(greatest(s.date_updated, s.date_provided)) FROM client_service s
			WHERE s.client_id = last_client_change.client_id),
		(SELECT max(b.date_updated) FROM bar b WHERE b.client_id = last_client_change.client_id),
		(SELECT max(b.date_updated) FROM service_batch_client b WHERE b.client_id = last_client_change.client_id),
		(SELECT max(greatest(b.date_updated, b.identified_date, b.resolved_date)) FROM client_barrier b
			WHERE b.client_id = last_client_change.client_id),
		(SELECT max(greatest(g.date_updated, g.begin_date, g.closed_date)) FROM goal g
			WHERE g.client_id = last_client_change.client_id),
		(SELECT max(greatest(p.date_updated, p.begin_date, p.end_date)) FROM action_plan p
			WHERE p.client_id = last_client_change.client_id),
		(SELECT max(greatest(a.date_updated, a.completed_date)) FROM action_step a
			WHERE a.client_id = last_client_change.client_id),
		(SELECT max(greatest(r.date_updated, r.referral_date)) FROM referral r
			WHERE r.client_id = last_client_change.client_id),
		(SELECT max(greatest(t.date_updated, t.turn_away_date)) FROM turn_away t
			WHERE t.client_id = last_client_change.client_id),
		(SELECT max(greatest(a.date_updated, a.assessment_date)) FROM assessment a
			WHERE a.client_id = last_client_change.client_id),
		(SELECT max(f.date_updated) FROM assessment_follow_up f WHERE f.client_id = last_client_change.client_id),
		(SELECT max(greatest(a.date_updated, a.begin_date, a.end_date)) FROM case_assignment a
			WHERE a.client_id = last_client_change.client_id),
		(SELECT max(greatest(a.date_updated, a.begin_date, a.decided_date)) FROM service_authorization a
			WHERE a.client_id = last_client_change.client_id),
		(SELECT max(w.date_updated) FROM workflow_run w WHERE w.client_id = last_client_change.client_id),
		(SELECT max(d.date_disclosed) FROM disclosure d WHERE d.client_id = last_client_change.client_id));
END;
COMMENT ON FUNCTION last_client_change(bigint) IS
'Used by clients_to_dispose() and dispose_client(): the latest of the times and days about a client; null for no client.
Encrypting the SSN with another key does not count.';

CREATE OR REPLACE FUNCTION is_enrolled(client_id bigint) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Tells whether the client is enrolled in a program today or later.
	SELECT EXISTS (SELECT FROM enrollment e WHERE e.client_id = is_enrolled.client_id AND e.date_deleted IS NULL
		AND (e.exit_date IS NULL OR e.exit_date > current_date));
END;
COMMENT ON FUNCTION is_enrolled(bigint) IS
'Used by clients_to_dispose() and dispose_client(): whether an enrollment of the client is open, or ends after today.';

CREATE OR REPLACE FUNCTION clients_to_dispose(years integer DEFAULT 7)
RETURNS TABLE (client_id bigint, last_changed timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Returns the clients whose data are due: looked at as the owner, since enrollments that the user does not see count too.
BEGIN
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'dispose_clients');
	IF years IS NULL THEN
		RAISE EXCEPTION 'years must not be null' USING ERRCODE = 'null_value_not_allowed';
	ELSIF years NOT BETWEEN 0 AND 100 THEN
		RAISE EXCEPTION 'years must be between 0 and 100' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN QUERY
	SELECT d.client_id, d.last_changed
	FROM (SELECT c.client_id, last_client_change(c.client_id) AS last_changed FROM client c
		WHERE c.date_disposed IS NULL AND c.merged_into_client_id IS NULL AND c.date_updated < now() - make_interval(years => clients_to_dispose.years) OFFSET 0) d
	WHERE d.last_changed < now() - make_interval(years => clients_to_dispose.years) AND NOT is_enrolled(d.client_id)
	AND clienttrack.visible_row(@schema@::regnamespace, 'client', d.client_id)
	ORDER BY d.last_changed, d.client_id;
END
$$;
COMMENT ON FUNCTION clients_to_dispose(integer) IS
'The clients, deleted ones too, about whom nothing was changed, given or told for so many years (0 to 100), who are not
enrolled, and whose data were not disposed of; those that the session''s user sees, the longest ago first. Needs the right
dispose_clients. Raises 42501 (no right, or no SELECT on client), 22004 (null), 22023 (years).';

CREATE OR REPLACE FUNCTION check_disposable(client_id bigint, even_if_recent boolean) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the data of the client may be disposed of.
DECLARE
	last_changed CONSTANT timestamptz := last_client_change(client_id);
BEGIN
	IF EXISTS (SELECT FROM client c WHERE c.client_id = check_disposable.client_id AND c.date_disposed IS NOT NULL) THEN
		RAISE EXCEPTION 'the data of client % were disposed of already', client_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'If there are new ones, set date_disposed to null first.';
	END IF;
	IF is_enrolled(client_id) THEN
		RAISE EXCEPTION 'client % is enrolled', client_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'End the enrollment first.';
	END IF;
	IF last_changed >= now() - interval '7 years' AND even_if_recent IS NOT TRUE THEN
		RAISE EXCEPTION 'the data of client % are in use', client_id USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = format('They were last changed on %s.', last_changed::date),
			HINT = 'Seven years later they may be disposed of, or, if the client wishes it, with even_if_recent => true.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_disposable(bigint, boolean) IS
'Used by dispose_client(). Raises 55000: disposed of already, enrolled, or changed in the last seven years.';

CREATE OR REPLACE FUNCTION without_free_text(only_file text, hud_elements jsonb) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns of HUD elements the codes, numbers and dates that HUD knows: texts, and what is not HUD's, may identify somebody.
	SELECT jsonb_object_agg(e.key, e.value)
	FROM jsonb_each(CASE jsonb_typeof(hud_elements) WHEN 'object' THEN hud_elements END) e
	JOIN hud_column c ON c.file = only_file AND coalesce(c.stored_as, c.column_name) = e.key
		AND (c.data_type <> 'S' OR c.code_list IS NOT NULL) AND NOT c.guarded;
END;
COMMENT ON FUNCTION without_free_text(text, jsonb) IS
'Used by dispose_client(): hud_elements of a row of the file, without its texts; null when nothing is left.';

CREATE OR REPLACE FUNCTION dispose_identity(client_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes names, SSN, day of birth and card codes of a client. The client first: a code is replaced for a disposed one only.
DECLARE
	removed jsonb;
BEGIN
	UPDATE client c SET date_disposed = now(), first_name = NULL, middle_name = NULL, last_name = NULL, name_suffix = NULL,
		name_data_quality = 99, ssn_data_quality = 99, dob = date_trunc('year', c.dob)::date,
		dob_data_quality = CASE WHEN c.dob IS NULL THEN c.dob_data_quality ELSE 2 END,
		hud_elements = without_free_text('Client', c.hud_elements), delete_reason = CASE WHEN c.delete_reason IS NOT NULL THEN 'disposed' END
	WHERE c.client_id = dispose_identity.client_id;
	WITH ssns AS (
		DELETE FROM client_ssn s WHERE s.client_id = dispose_identity.client_id RETURNING 1
	), aliases AS (
		DELETE FROM client_alias a WHERE a.client_id = dispose_identity.client_id RETURNING 1
	), cards AS (
		UPDATE scan_card s SET card_code = format('disposed-%s', s.scan_card_id), status_reason = NULL,
			card_status = CASE s.card_status WHEN 'replaced' THEN 'replaced' ELSE 'revoked' END
		WHERE s.client_id = dispose_identity.client_id RETURNING 1)
	SELECT jsonb_build_object('client', 1, 'client_ssn', (SELECT count(*) FROM ssns),
		'client_alias', (SELECT count(*) FROM aliases), 'scan_card', (SELECT count(*) FROM cards)) INTO removed;
	RETURN removed;
END
$$;
COMMENT ON FUNCTION dispose_identity(bigint) IS
'Used by dispose_client(): of the date of birth stays the first of January of the year, data quality 2 (approximate), so that
ages can be counted. Cards are revoked and their codes are disposed-ID. Returns how many rows of each table it changed.';

CREATE OR REPLACE FUNCTION dispose_texts(client_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes what people wrote about a client in their own words. A text that must be there becomes "disposed".
DECLARE
	removed jsonb;
BEGIN
	WITH services AS (
		UPDATE client_service s SET comments = NULL, other_type_provided = NULL, moving_on_other_type = NULL, delete_reason = NULL
		WHERE s.client_id = dispose_texts.client_id
		AND num_nonnulls(s.comments, s.other_type_provided, s.moving_on_other_type, s.delete_reason) > 0 RETURNING 1
	), enrollments AS (
		UPDATE enrollment e SET hud_elements = without_free_text('Enrollment', e.hud_elements),
			exit_hud_elements = without_free_text('Exit', e.exit_hud_elements), comments = NULL, delete_reason = NULL
		WHERE e.client_id = dispose_texts.client_id
		AND (num_nonnulls(e.comments, e.delete_reason) > 0 OR e.hud_elements IS DISTINCT FROM without_free_text('Enrollment', e.hud_elements)
			OR e.exit_hud_elements IS DISTINCT FROM without_free_text('Exit', e.exit_hud_elements)) RETURNING 1
	), bars AS (
		UPDATE bar b SET notes = NULL, lift_reason = CASE WHEN b.lift_reason IS NOT NULL THEN 'disposed' END
		WHERE b.client_id = dispose_texts.client_id AND num_nonnulls(b.notes, b.lift_reason) > 0 RETURNING 1
	), overrides AS (
		UPDATE bar_override o SET override_reason = 'disposed' FROM bar b
		WHERE b.client_id = dispose_texts.client_id AND o.bar_id = b.bar_id RETURNING 1
	), batches AS (
		UPDATE service_batch_client b SET message = NULL
		WHERE b.client_id = dispose_texts.client_id AND b.message IS NOT NULL RETURNING 1)
	SELECT jsonb_build_object('client_service', (SELECT count(*) FROM services),
		'enrollment', (SELECT count(*) FROM enrollments), 'bar', (SELECT count(*) FROM bars),
		'bar_override', (SELECT count(*) FROM overrides), 'service_batch_client', (SELECT count(*) FROM batches)) INTO removed;
	RETURN removed;
END
$$;
COMMENT ON FUNCTION dispose_texts(bigint) IS
'Used by dispose_client(): bars stay in force with their scopes. Returns how many rows of each table it changed.';

CREATE OR REPLACE FUNCTION dispose_case_texts(client_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes what people wrote about what a client needs, wants to reach and was denied. A text that must be there becomes
-- "disposed".
DECLARE
	removed jsonb;
BEGIN
	WITH barriers AS (
		UPDATE client_barrier b SET comments = NULL, status_comments = NULL, delete_reason = NULL
		WHERE b.client_id = dispose_case_texts.client_id AND num_nonnulls(b.comments, b.status_comments, b.delete_reason) > 0 RETURNING 1
	), goals AS (
		UPDATE goal g SET goal_description = 'disposed', status_comments = NULL, delete_reason = NULL
		WHERE g.client_id = dispose_case_texts.client_id RETURNING 1
	), plans AS (
		UPDATE action_plan p SET plan_name = 'disposed', status_comments = NULL, delete_reason = NULL
		WHERE p.client_id = dispose_case_texts.client_id RETURNING 1
	), steps AS (
		UPDATE action_step a SET action = 'disposed', status_comments = NULL, delete_reason = NULL
		WHERE a.client_id = dispose_case_texts.client_id RETURNING 1
	), authorizations AS (
		UPDATE service_authorization a SET comments = NULL, status_comments = NULL, delete_reason = NULL
		WHERE a.client_id = dispose_case_texts.client_id AND num_nonnulls(a.comments, a.status_comments, a.delete_reason) > 0 RETURNING 1
	), exceptions AS (
		UPDATE authorization_exception x SET reason = NULL, delete_reason = NULL
		WHERE x.client_id = dispose_case_texts.client_id AND num_nonnulls(x.reason, x.delete_reason) > 0 RETURNING 1
	), changes AS (
		UPDATE case_status_change h SET comments = NULL
		WHERE h.client_id = dispose_case_texts.client_id AND h.comments IS NOT NULL RETURNING 1
	), assignments AS (
		UPDATE case_assignment m SET end_reason = NULL, delete_reason = NULL
		WHERE m.client_id = dispose_case_texts.client_id AND num_nonnulls(m.end_reason, m.delete_reason) > 0 RETURNING 1
	), referrals AS (
		UPDATE referral r SET comments = NULL
		WHERE r.client_id = dispose_case_texts.client_id AND r.comments IS NOT NULL RETURNING 1
	), turn_aways AS (
		UPDATE turn_away t SET comments = NULL, delete_reason = NULL
		WHERE t.client_id = dispose_case_texts.client_id AND num_nonnulls(t.comments, t.delete_reason) > 0 RETURNING 1)
	SELECT jsonb_build_object('client_barrier', (SELECT count(*) FROM barriers), 'goal', (SELECT count(*) FROM goals),
		'action_plan', (SELECT count(*) FROM plans), 'action_step', (SELECT count(*) FROM steps),
		'service_authorization', (SELECT count(*) FROM authorizations), 'authorization_exception', (SELECT count(*) FROM exceptions),
		'case_status_change', (SELECT count(*) FROM changes), 'case_assignment', (SELECT count(*) FROM assignments),
		'referral', (SELECT count(*) FROM referrals), 'turn_away', (SELECT count(*) FROM turn_aways)) INTO removed;
	RETURN removed;
END
$$;
COMMENT ON FUNCTION dispose_case_texts(bigint) IS
'Used by dispose_client(): needs, goals, plans, authorizations, referrals and turn-aways stay with their codes and dates. Returns how many rows of
each table it changed.';

CREATE OR REPLACE FUNCTION without_text_answers(assessment_type_id bigint, answers jsonb) RETURNS jsonb
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns answers with "disposed" for those in the client's own words, and for those to questions that are not known any more.
	SELECT coalesce(jsonb_object_agg(a.key, CASE WHEN q.question_type <> 'text' OR jsonb_typeof(a.value) = 'object' THEN a.value ELSE '"disposed"' END), '{}')
	FROM jsonb_each(answers) a LEFT JOIN assessment_question q ON q.assessment_type_id = without_text_answers.assessment_type_id
		AND q.question_code = a.key;
END;
COMMENT ON FUNCTION without_text_answers(bigint, jsonb) IS 'Used by dispose_assessments(): numbers, dates and codes stay, and that there was no answer.';

CREATE OR REPLACE FUNCTION dispose_assessments(client_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes what a client answered in own words, and comments. As history: the answers are not judged by today's questions.
DECLARE
	before CONSTANT text := write_history('merge');
	removed jsonb;
BEGIN
	WITH assessments AS (
		UPDATE assessment a SET answers = without_text_answers(a.assessment_type_id, a.answers), comments = NULL, delete_reason = NULL
		WHERE a.client_id = dispose_assessments.client_id AND (num_nonnulls(a.comments, a.delete_reason) > 0
			OR a.answers <> without_text_answers(a.assessment_type_id, a.answers)) RETURNING 1
	), follow_ups AS (
		UPDATE assessment_follow_up f SET comments = NULL, delete_reason = NULL,
			cancel_reason = CASE WHEN f.cancel_reason IS NOT NULL THEN 'disposed' END
		WHERE f.client_id = dispose_assessments.client_id AND num_nonnulls(f.comments, f.cancel_reason, f.delete_reason) > 0 RETURNING 1)
	SELECT jsonb_build_object('assessment', (SELECT count(*) FROM assessments), 'assessment_follow_up', (SELECT count(*) FROM follow_ups))
	INTO removed;
	PERFORM write_history(before);
	RETURN removed;
END
$$;
COMMENT ON FUNCTION dispose_assessments(bigint) IS 'Used by dispose_client(). Returns how many rows of each table it changed.';

CREATE OR REPLACE FUNCTION dispose_workflows(client_id bigint) RETURNS jsonb
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Removes what workflows about a client were started with and returned, and the names in merges of the client.
	WITH runs AS (
		UPDATE workflow_run r SET arguments = '{}', status_reason = NULL
		WHERE r.client_id = dispose_workflows.client_id AND (r.arguments <> '{}' OR r.status_reason IS NOT NULL) RETURNING 1
	), steps AS (
		UPDATE workflow_run_step s SET result = NULL FROM workflow_run r
		WHERE r.workflow_run_id = s.workflow_run_id AND r.client_id = dispose_workflows.client_id AND s.result IS NOT NULL RETURNING 1
	), merges AS (
		UPDATE client_merge m SET reason = 'disposed', filled = '{}', unmerge_reason = CASE WHEN m.unmerge_reason IS NOT NULL THEN 'disposed' END
		WHERE dispose_workflows.client_id IN (m.client_id, m.merged_client_id) RETURNING 1)
	SELECT jsonb_build_object('workflow_run', (SELECT count(*) FROM runs), 'workflow_run_step', (SELECT count(*) FROM steps),
		'client_merge', (SELECT count(*) FROM merges));
END;
COMMENT ON FUNCTION dispose_workflows(bigint) IS 'Used by dispose_client(). Returns how many rows of each table it changed.';

CREATE OR REPLACE FUNCTION dispose_staged(client_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes the rows about a client that loads refused and that wait in staging to be tried again.
DECLARE
	staged record;
	removed jsonb := '{}';
	rows bigint;
BEGIN
	FOR staged IN
		SELECT f.staging_table FROM hud_file f JOIN hud_column c USING (file) WHERE c.column_name = 'PersonalID'
		ORDER BY f.file_order
	LOOP
		EXECUTE format('
			DELETE FROM %I s USING hud_key k JOIN hud_load_run r ON r.hud_source_id = k.hud_source_id
			WHERE k.file = ''Client'' AND k.local_id = $1
			AND s.hud_load_run_id = r.hud_load_run_id AND btrim(s.personalid, E'' \t"'') = k.hud_id', staged.staging_table)
		USING client_id;
		GET DIAGNOSTICS rows = ROW_COUNT;
		removed := removed || jsonb_build_object(staged.staging_table, rows);
	END LOOP;
	RETURN removed;
END
$$;
COMMENT ON FUNCTION dispose_staged(bigint) IS
'Used by dispose_client(). Rows that were not loaded yet stay: nobody knows which source they are from. The load refuses them
with the finding client_disposed and removes them. Returns how many rows of each table it removed.';

CREATE OR REPLACE FUNCTION dispose_findings(client_id bigint) RETURNS jsonb
LANGUAGE sql VOLATILE
BEGIN ATOMIC
	-- Removes what loads quoted of rows about a client, and what would show that a row is still the one that was loaded.
	WITH keys AS (
		UPDATE hud_key k SET row_hash = NULL, hud_date_updated = NULL
		WHERE k.file = 'Client' AND k.local_id = dispose_findings.client_id RETURNING k.hud_source_id, k.hud_id
	), findings AS (
		UPDATE import_finding f SET value = NULL, message = NULL
		FROM hud_load_run r JOIN hud_key k ON k.hud_source_id = r.hud_source_id
		WHERE f.hud_load_run_id = r.hud_load_run_id AND k.file = f.file AND k.hud_id = f.hud_key
		AND num_nonnulls(f.value, f.message) > 0 AND CASE f.file
			WHEN 'Client' THEN k.local_id = dispose_findings.client_id
			WHEN 'Enrollment' THEN k.local_id IN (
				SELECT e.enrollment_id FROM enrollment e WHERE e.client_id = dispose_findings.client_id)
			WHEN 'Services' THEN k.local_id IN (
				SELECT s.client_service_id FROM client_service s WHERE s.client_id = dispose_findings.client_id)
			ELSE (SELECT h.target_table = 'assessment' FROM hud_file h WHERE h.file = f.file) AND k.local_id IN (
				SELECT a.assessment_id FROM assessment a WHERE a.client_id = dispose_findings.client_id) END
		RETURNING 1)
	SELECT jsonb_build_object('hud_key', (SELECT count(*) FROM keys), 'import_finding', (SELECT count(*) FROM findings));
END;
COMMENT ON FUNCTION dispose_findings(bigint) IS
'Used by dispose_client(): hud_key keeps the identifier that the source has for the client, so that a later export does not
bring the client back; its row is looked at again and refused. Returns how many rows of each table it changed.';

CREATE OR REPLACE FUNCTION check_fresh_snapshots(what text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that what others committed while this transaction waited for a lock is seen by its next statement.
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION '% at isolation level READ COMMITTED only', what USING ERRCODE = 'feature_not_supported',
			DETAIL = 'Otherwise an enrollment entered meanwhile would not be seen.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_fresh_snapshots(text) IS
'Used by dispose_client(), merge_clients() and unmerge_clients(). Raises 0A000 at other isolation levels.';

CREATE OR REPLACE FUNCTION dispose_record(client_id bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Removes what identifies a client from one record. The audit comes last: it has seen all of this.
DECLARE
	removed jsonb;
BEGIN
	removed := dispose_findings(client_id) || dispose_staged(client_id) || dispose_texts(client_id) || dispose_case_texts(client_id)
		|| dispose_assessments(client_id) || dispose_workflows(client_id) || dispose_identity(client_id);
	RETURN removed || jsonb_build_object('audit_event', clienttrack.redact_audit(@schema@::regnamespace, client_id));
END
$$;
COMMENT ON FUNCTION dispose_record(bigint) IS 'Used by dispose_client(). Returns how many rows of each table were changed or removed.';

CREATE OR REPLACE FUNCTION dispose_client(client_id bigint, reason text, even_if_recent boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
-- Removes what identifies a client, once and for ever, and records who did it. The client is locked before anything is
-- looked at, so that nobody enters an enrollment meanwhile. The records that were merged into it go along.
DECLARE
	record_id bigint;
	removed jsonb;
	of_all jsonb;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM clienttrack.require_right(@schema@::regnamespace, 'dispose_clients');
	PERFORM refuse_merged_client(client_id);
	PERFORM check_client_seen(client_id, deleted_too => true);
	PERFORM check_given('reason', reason);
	PERFORM check_fresh_snapshots('a client''s data are disposed of');
	PERFORM FROM client c WHERE c.client_id = dispose_client.client_id FOR UPDATE;
	PERFORM refuse_merged_client(client_id); -- merged while we waited for the lock
	PERFORM check_disposable(client_id, even_if_recent);
	FOR record_id IN SELECT m FROM merged_client_ids(dispose_client.client_id) m ORDER BY m
	LOOP
		removed := dispose_record(record_id);
		INSERT INTO client_disposal (client_id, user_id, organization_id, reason, even_if_recent, removed)
		VALUES (record_id, clienttrack.current_user_id(@schema@::regnamespace),
			clienttrack.current_organization(@schema@::regnamespace), dispose_client.reason,
			coalesce(dispose_client.even_if_recent, false), removed);
		of_all := (SELECT jsonb_object_agg(k.key, coalesce((of_all ->> k.key)::bigint, 0) + k.value::bigint) FROM jsonb_each_text(removed) k);
	END LOOP;
	RETURN of_all;
END
$$;
COMMENT ON FUNCTION dispose_client(bigint, text, boolean) IS
'Removes what identifies a client: names, aliases, SSN, day and month of birth, codes of cards, comments, notes, goals in words, answers in own words
and other texts, HUD elements that are texts, what is left of loads, and the values in the audit. Client, enrollments,
services, also those in a locked period, bars in force and the account of disclosures stay. reason: why, on record for ever, without the client''s name.
even_if_recent: although something was changed in the last seven years, as when the client wishes it. Returns how many
rows of each table were changed or removed. A later load of a source that knows the client refuses the rows about it
(finding client_disposed). Records that were merged into the client go along. Needs the right dispose_clients. Raises 42501 (no right, or no SELECT on client), 22004 (no
client or reason), CT009 (no such client, not yours to see, or merged: the HINT has the id of now), 55000 (enrolled, changed in the last seven years, or
disposed of already), 0A000 (isolation level).';
INSERT INTO schema_function (function_name, grantee) VALUES ('read_ssn', 'clienttrack_read_ssn'), ('set_ssn', 'clienttrack_worker'),
	('client_disclosures', 'clienttrack_reader'), ('clients_to_dispose', 'clienttrack_dispose_clients'),
	('dispose_client', 'clienttrack_dispose_clients'), ('log_disclosure', NULL), ('stored_ssn', NULL), ('dispose_identity', NULL),
	('dispose_texts', NULL), ('dispose_case_texts', NULL), ('dispose_assessments', NULL), ('dispose_workflows', NULL), ('dispose_record', NULL), ('dispose_staged', NULL), ('dispose_findings', NULL), ('encrypt_protected_rows', NULL)
ON CONFLICT (function_name) DO UPDATE SET grantee = excluded.grantee
	WHERE schema_function.grantee IS DISTINCT FROM excluded.grantee;
