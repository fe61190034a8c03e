-- Recording, changing and deleting assessments, and associating them with enrollments.

-- What is checked before anything is written, as far as the guard does not.

CREATE OR REPLACE FUNCTION check_sensitive(type_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that the caller may enter assessments of a type.
BEGIN
	IF EXISTS (SELECT FROM assessment_type t WHERE t.assessment_type_id = type_id AND t.sensitive) THEN
		PERFORM clienttrack.require_right(@schema@::regnamespace, 'read_sensitive');
	END IF;
END
$$;
COMMENT ON FUNCTION check_sensitive(bigint) IS
'Used by the functions that enter assessments and follow-ups. Raises 42501 for a sensitive type without the right read_sensitive.';

CREATE OR REPLACE FUNCTION assessment_type_to_enter(type text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the id of the active type of assessment with this code, which the caller may enter.
DECLARE
	type_id CONSTANT bigint := active_id_of('assessment_type', 'assessment_type_code', type);
BEGIN
	IF type IS NULL THEN
		RAISE EXCEPTION 'type must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM check_sensitive(type_id);
	RETURN type_id;
END
$$;
COMMENT ON FUNCTION assessment_type_to_enter(text) IS
'Used by record_assessment() and initiate_follow_up(). Raises 22004 (null), CT009 (no such active type), 42501 (sensitive).';

CREATE OR REPLACE FUNCTION check_own_enrollment(enrollment_id bigint, client_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Returns the organization of the program of an enrollment that is the client's, and in one of the caller's programs; null for null.
DECLARE
	own_program bigint;
BEGIN
	SELECT e.program_id INTO own_program FROM enrollment e
	WHERE e.enrollment_id = check_own_enrollment.enrollment_id AND e.client_id = check_own_enrollment.client_id
	AND e.date_deleted IS NULL AND sees_program(@schema@::regnamespace, e.program_id);
	IF own_program IS NULL AND enrollment_id IS NOT NULL THEN
		RAISE EXCEPTION 'enrollment % does not exist', enrollment_id USING ERRCODE = 'CT009',
			DETAIL = format('Not for client %s in a program of yours.', client_id);
	END IF;
	RETURN (SELECT p.organization_id FROM program p WHERE p.program_id = own_program);
END
$$;
COMMENT ON FUNCTION check_own_enrollment(bigint, bigint) IS
'Used by the functions that enter assessments and follow-ups. An enrollment that another organization shares is not the caller''s
to add to. Raises CT009 (no such enrollment of the client in a program of the caller''s organizations).';

CREATE OR REPLACE FUNCTION check_stage(data_collection_stage bigint, enrollment_id bigint) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that a data collection stage is one of HUD's, and of an enrollment.
BEGIN
	IF data_collection_stage NOT IN (1, 2, 3, 5, 6) THEN
		RAISE EXCEPTION 'data_collection_stage must be 1, 2, 3, 5 or 6, not %', data_collection_stage
			USING ERRCODE = 'invalid_parameter_value',
			HINT = '1 project start, 2 update, 3 project exit, 5 annual assessment, 6 post-exit.';
	END IF;
	IF data_collection_stage IS NOT NULL AND enrollment_id IS NULL THEN
		RAISE EXCEPTION 'a data collection stage is of an enrollment' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Give the enrollment_id, or no data_collection_stage.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_stage(bigint, bigint) IS 'Used by the functions that enter assessments (HUD 5.03.1). Raises 22023.';

CREATE OR REPLACE FUNCTION json_stage(item jsonb) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns the data collection stage of a jsonb object, null when it is missing or null.
DECLARE
	stage CONSTANT bigint := json_id(item, 'data_collection_stage');
BEGIN
	PERFORM check_stage(stage, 0);
	RETURN stage;
END
$$;
COMMENT ON FUNCTION json_stage(jsonb) IS 'Used by functions that take jsonb. Raises 22023 for what is none of HUD''s stages.';

CREATE OR REPLACE FUNCTION given_answers(answers jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Returns answers as a form hands them in without those that are null.
BEGIN
	IF answers IS NULL THEN
		RAISE EXCEPTION 'answers must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF jsonb_typeof(answers) <> 'object' THEN
		RAISE EXCEPTION 'answers must be a jsonb object, not %', jsonb_typeof(answers) USING ERRCODE = 'invalid_parameter_value',
			HINT = 'For example: {"VETERAN": "1", "MONTHLY_INCOME": 812.50, "ASKED_ON": "2026-03-01"}';
	END IF;
	RETURN merged_answers(answers, NULL);
END
$$;
COMMENT ON FUNCTION given_answers(jsonb) IS
'Used by record_assessment(). answers: by question_code. Raises 22004 (null), 22023 (no object), without showing an answer.';

CREATE OR REPLACE FUNCTION check_still_asked(type_id bigint, answers jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
-- Ensures that questions are still asked, and choices still offered. The guard takes old answers too, and judges whether they fit.
DECLARE
	wrong text;
BEGIN
	SELECT CASE WHEN q.active THEN format('choice %s of question %s', h.choice_code, q.question_code)
		ELSE format('question %s', q.question_code) END INTO wrong
	FROM assessment_question q
	LEFT JOIN assessment_choice h ON h.assessment_question_id = q.assessment_question_id AND NOT h.active AND h.date_deleted IS NULL
		AND answers -> q.question_code @> to_jsonb(h.choice_code)
	WHERE q.assessment_type_id = type_id AND q.date_deleted IS NULL AND answers ? q.question_code AND q.question_type <> 'score'
	AND (NOT q.active OR h.assessment_choice_id IS NOT NULL)
	ORDER BY q.question_order LIMIT 1;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION 'it is not asked or offered any more' USING ERRCODE = 'CT021', DETAIL = format('Not active: %s.', wrong),
			HINT = 'See assessment_question and assessment_choice for what is active.';
	END IF;
END
$$;
COMMENT ON FUNCTION check_still_asked(bigint, jsonb) IS
'Used by record_assessment() and edit_assessment(). answers: those that are new. Raises CT021.';

-- Recording.

CREATE OR REPLACE FUNCTION enter_assessment(client_id bigint, type text, answers jsonb, assessment_date date, enrollment_id bigint,
	data_collection_stage integer, comments text, follow_up_date date)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Enters an assessment, and the follow-up that it initiates, and returns its id. An enrollment's assessment is its organization's.
DECLARE
	type_id CONSTANT bigint := assessment_type_to_enter(type);
	given CONSTANT jsonb := given_answers(answers);
	keeper bigint;
	new_id bigint;
BEGIN
	PERFORM check_client(client_id), check_date('assessment_date', assessment_date),
		check_stage(data_collection_stage, enrollment_id), check_still_asked(type_id, given);
	keeper := coalesce(check_own_enrollment(enrollment_id, client_id), clienttrack.current_organization(@schema@::regnamespace));
	INSERT INTO assessment (client_id, assessment_type_id, assessment_date, enrollment_id, data_collection_stage, answers, comments,
		security_organization_id)
	VALUES (enter_assessment.client_id, type_id, enter_assessment.assessment_date, enter_assessment.enrollment_id,
		enter_assessment.data_collection_stage, given, enter_assessment.comments, keeper)
	RETURNING assessment_id INTO new_id;
	IF follow_up_date IS NOT NULL THEN
		PERFORM initiate_follow_up(client_id, type, follow_up_date, enrollment_id, NULL, new_id, NULL);
	END IF;
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION enter_assessment(bigint, text, jsonb, date, bigint, integer, text, date) IS
'Used by record_assessment() and enrollment_assessment(). Raises what record_assessment() raises.';

CREATE OR REPLACE FUNCTION record_assessment(client_id bigint, type text, answers jsonb, assessment_date date DEFAULT current_date,
	enrollment_id bigint DEFAULT NULL, data_collection_stage integer DEFAULT NULL, comments text DEFAULT NULL,
	follow_up_date date DEFAULT NULL, confirm_warnings boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Records what a client answered on a day and returns the assessment's id, or raises.
DECLARE
	before CONSTANT boolean := refuse_warnings(confirm_warnings IS NOT TRUE);
	new_id bigint;
BEGIN
	PERFORM refuse_open_workflow();
	new_id := enter_assessment(client_id, type, answers, assessment_date, enrollment_id, data_collection_stage, comments, follow_up_date);
	PERFORM refuse_warnings(before);
	RETURN new_id;
END
$$;
COMMENT ON FUNCTION record_assessment(bigint, text, jsonb, date, bigint, integer, text, date, boolean) IS
'Records an assessment of a client and returns its id (ClientTrack: Assessments). type: assessment_type_code. answers: a jsonb object
by question_code: {"SIZE": 3, "INCOME": 812.50, "MOVED_IN": "2026-03-01", "VETERAN": "1", "BARRIERS": ["A", "C"], "NOTES": "…"};
for no answer the choice that says why, or {"unknown": "doesnt_know"}, "prefers_not_to_answer" or "not_collected"; null and left out:
not asked. Scores are computed. assessment_date: may be in the past. enrollment_id: the client''s, null: not associated.
data_collection_stage: HUD 5.03.1, with an enrollment. follow_up_date: initiates a follow-up that is due then. Open follow-ups that it
answers are completed, see initiate_follow_up(). confirm_warnings: records it in spite of warnings: another of that type and day, a
day that does not fit the stage. Raises 22004 (null), 22008 (infinite date), 22023 (malformed, stage), 42501 (a sensitive type without
the right read_sensitive), CT008 (in the future or before birth), CT009 (no such client, active type or enrollment), CT014 (warnings to
confirm), CT021 (an answer does not fit its question, is missing, or is not offered any more), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION check_enrollment_assessment(assessment jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
-- Ensures that an object names an assessment to associate, or describes one to record.
DECLARE
	by_id CONSTANT boolean := coalesce(assessment ? 'assessment_id', false);
BEGIN
	PERFORM check_item(assessment, CASE WHEN by_id THEN '{assessment_id,data_collection_stage}'::text[]
			ELSE '{type,answers,assessment_date,data_collection_stage,comments,follow_up_date}' END,
		CASE WHEN by_id THEN 'assessment_id' ELSE 'type' END,
		CASE WHEN by_id THEN '{"assessment_id": 5}' ELSE '{"type": "INTAKE", "answers": {"VETERAN": "1"}}' END);
	PERFORM json_id(assessment, 'assessment_id'), json_stage(assessment), json_text(assessment, 'type'),
		json_text(assessment, 'comments'), json_date(assessment, 'assessment_date'), json_date(assessment, 'follow_up_date');
END
$$;
COMMENT ON FUNCTION check_enrollment_assessment(jsonb) IS 'Used by enrollment_assessment(). Raises 22023.';

CREATE OR REPLACE FUNCTION enrollment_assessment(client_id bigint, enrollment_id bigint, entry_date date, assessment jsonb)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that an enrollment has an assessment, an existing one of the client or a new one, and returns its id.
DECLARE
	type CONSTANT text := assessment ->> 'type';
	found bigint;
BEGIN
	PERFORM check_enrollment_assessment(assessment);
	IF type IS NOT NULL THEN
		RETURN enter_assessment(client_id, type, coalesce(assessment -> 'answers', '{}'),
			coalesce(json_date(assessment, 'assessment_date'), entry_date), enrollment_id,
			coalesce(json_stage(assessment), 1), json_text(assessment, 'comments'),
			json_date(assessment, 'follow_up_date'));
	END IF;
	SELECT a.assessment_id INTO found FROM assessment a
	WHERE a.assessment_id = json_id(assessment, 'assessment_id') AND a.client_id = enrollment_assessment.client_id;
	IF found IS NULL THEN
		RAISE EXCEPTION 'assessment % is not one of client %', assessment ->> 'assessment_id', client_id USING ERRCODE = 'CT009';
	END IF;
	PERFORM put_association(found, enrollment_id, json_stage(assessment));
	RETURN found;
END
$$;
COMMENT ON FUNCTION enrollment_assessment(bigint, bigint, date, jsonb) IS
'Used by enroll_client(), which says whether warnings refuse. assessment: {"assessment_id": 5} associates an existing one of the client,
see assessments_for(); {"type": "INTAKE", "answers": {…}, "assessment_date": default entry_date, "data_collection_stage": default 1,
"comments", "follow_up_date"} records one. Raises 22023 (malformed), 55000 (associated with another enrollment), CT009 (no such assessment of the
client) and what record_assessment() raises.';

-- Associating.

CREATE OR REPLACE FUNCTION put_association(assessment_id bigint, enrollment_id bigint, data_collection_stage integer) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Ensures that a live assessment is associated with an enrollment of its client.
DECLARE
	stored assessment;
BEGIN
	SELECT a.* INTO stored FROM assessment a
	WHERE a.assessment_id = put_association.assessment_id AND a.date_deleted IS NULL FOR NO KEY UPDATE;
	IF stored.assessment_id IS NULL THEN
		RAISE EXCEPTION 'there is no assessment %', assessment_id USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is another organization''s.';
	END IF;
	PERFORM check_own_enrollment(enrollment_id, stored.client_id), check_stage(data_collection_stage, enrollment_id);
	IF stored.enrollment_id <> enrollment_id THEN
		RAISE EXCEPTION 'assessment % is associated with another enrollment', assessment_id USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = format('Associated with enrollment %s.', stored.enrollment_id), HINT = 'Call dissociate_assessment() first.';
	END IF;
	UPDATE assessment a SET enrollment_id = put_association.enrollment_id,
		data_collection_stage = coalesce(put_association.data_collection_stage, a.data_collection_stage)
	WHERE a.assessment_id = put_association.assessment_id AND (a.enrollment_id, a.data_collection_stage) IS DISTINCT FROM
		(put_association.enrollment_id, coalesce(put_association.data_collection_stage, a.data_collection_stage));
END
$$;
COMMENT ON FUNCTION put_association(bigint, bigint, integer) IS
'Used by associate_assessment() and enrollment_assessment(). Raises 22023 (stage), 55000 (associated with another), CT009.';

CREATE OR REPLACE FUNCTION associate_assessment(assessment_id bigint, enrollment_id bigint, data_collection_stage integer DEFAULT NULL,
	confirm_warnings boolean DEFAULT false)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Associates an existing assessment with an enrollment of the same client.
DECLARE
	before CONSTANT boolean := refuse_warnings(confirm_warnings IS NOT TRUE);
BEGIN
	IF num_nulls(assessment_id, enrollment_id) > 0 THEN
		RAISE EXCEPTION 'assessment_id and enrollment_id must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM refuse_open_workflow();
	PERFORM put_association(assessment_id, enrollment_id, data_collection_stage);
	PERFORM refuse_warnings(before);
END
$$;
COMMENT ON FUNCTION associate_assessment(bigint, bigint, integer, boolean) IS
'Associates an assessment with an enrollment of its client. data_collection_stage: HUD 5.03.1, null: as it is. Associating it again
with the same one changes nothing. Raises 22004 (null), 22023 (stage), 55000 (associated with another enrollment), CT009 (no such live
assessment, or enrollment of the client in a program of the caller''s), CT014 (the stage does not fit the day), CT023.';

CREATE OR REPLACE FUNCTION dissociate_assessment(assessment_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Takes an assessment and its stage away from the enrollment that it is associated with. The assessment stays with the client.
BEGIN
	PERFORM refuse_open_workflow();
	UPDATE assessment a SET enrollment_id = NULL, data_collection_stage = NULL
	WHERE a.assessment_id = dissociate_assessment.assessment_id AND a.date_deleted IS NULL AND a.enrollment_id IS NOT NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no assessment % to dissociate', coalesce(assessment_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, is another organization''s, or is not associated with an enrollment.';
	END IF;
END
$$;
COMMENT ON FUNCTION dissociate_assessment(bigint) IS
'Takes an assessment away from its enrollment. Raises CT009 (no such live assessment that is associated), CT023 (a workflow is open).';

-- Changing.

CREATE OR REPLACE FUNCTION check_assessment_changes(changes jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path FROM CURRENT AS $$
-- Ensures that changes name only what can be changed, are of the right types, and say what was read.
BEGIN
	PERFORM check_changed_keys(changes, '{assessment_date,enrollment_id,data_collection_stage,answers,comments}', '{assessment_date}',
		'assessment');
	IF jsonb_typeof(changes -> 'answers') <> 'object' THEN
		RAISE EXCEPTION 'answers must be a jsonb object, not %', jsonb_typeof(changes -> 'answers') USING ERRCODE = 'invalid_parameter_value',
			HINT = 'An answer that is null is removed, those left out stay.';
	END IF;
	PERFORM json_date(changes, 'assessment_date'), json_id(changes, 'enrollment_id'), json_stage(changes),
		json_text(changes, 'comments');
END
$$;
COMMENT ON FUNCTION check_assessment_changes(jsonb) IS
'Used by edit_assessment(). Raises 22023 (malformed, unknown key), 22004 (null, no date_updated).';

CREATE OR REPLACE FUNCTION assessment_to_edit(assessment_id bigint, date_updated timestamptz) RETURNS assessment
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Returns a live assessment, locked, that nobody has changed since it was read.
DECLARE
	current_row assessment;
BEGIN
	SELECT a.* INTO current_row FROM assessment a
	WHERE a.assessment_id = assessment_to_edit.assessment_id AND a.date_deleted IS NULL FOR NO KEY UPDATE;
	IF current_row.assessment_id IS NULL THEN
		RAISE EXCEPTION 'there is no assessment % to edit', coalesce(assessment_id::text, 'null') USING ERRCODE = 'CT009',
			HINT = 'It does not exist, is deleted, or is another organization''s.';
	END IF;
	PERFORM refuse_stale('assessment', assessment_id, assessment_to_edit.date_updated, current_row.date_updated);
	RETURN current_row;
END
$$;
COMMENT ON FUNCTION assessment_to_edit(bigint, timestamptz) IS
'Used by edit_assessment(). Raises CT009 (no such live assessment), CT018 (changed meanwhile), 40001 (under REPEATABLE READ).';

CREATE OR REPLACE FUNCTION merged_answers(stored jsonb, changes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Returns answers with changes in them: null takes an answer away.
	SELECT m.answers - ARRAY(SELECT a.key FROM jsonb_each(m.answers) a WHERE a.value = 'null')
	FROM (SELECT stored || coalesce(changes, '{}') AS answers) m;
END;
COMMENT ON FUNCTION merged_answers(jsonb, jsonb) IS 'Used by given_answers() and edit_assessment(). changes: by question_code; null: none.';

CREATE OR REPLACE FUNCTION edit_assessment(assessment_id bigint, changes jsonb, confirm_warnings boolean DEFAULT false)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Changes an assessment that nobody has changed since the caller read it, under the guard, and returns when it was changed.
DECLARE
	stored assessment;
	new assessment;
	before boolean;
	changed_at timestamptz;
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM check_assessment_changes(changes);
	stored := assessment_to_edit(assessment_id, (changes ->> 'date_updated')::timestamptz);
	new := jsonb_populate_record(stored, changes - ARRAY['date_updated', 'answers']);
	new.answers := merged_answers(stored.answers, changes -> 'answers');
	PERFORM check_date('assessment_date', new.assessment_date), check_stage(new.data_collection_stage, new.enrollment_id);
	IF new.enrollment_id <> stored.enrollment_id OR stored.enrollment_id IS NULL THEN
		PERFORM check_own_enrollment(new.enrollment_id, stored.client_id);
	END IF;
	PERFORM check_still_asked(stored.assessment_type_id, new.answers - ARRAY(SELECT n.key FROM jsonb_each(new.answers) n
		WHERE n.value = stored.answers -> n.key));
	before := refuse_warnings(confirm_warnings IS NOT TRUE);
	UPDATE assessment a SET assessment_date = new.assessment_date, enrollment_id = new.enrollment_id,
		data_collection_stage = new.data_collection_stage, answers = new.answers, comments = new.comments
	WHERE a.assessment_id = edit_assessment.assessment_id
	RETURNING a.date_updated INTO changed_at;
	PERFORM refuse_warnings(before);
	RETURN changed_at;
END
$$;
COMMENT ON FUNCTION edit_assessment(bigint, jsonb, boolean) IS
'Changes an assessment, judged by the guard like a new one, and returns its new date_updated. changes: a jsonb object with date_updated as it
was when the assessment was read (assessment_history has it), and of the keys assessment_date, enrollment_id (null: not associated),
data_collection_stage, answers, comments those that change. Of answers those given change, null takes one away, the others stay, also
to questions and choices that are not active any more; scores follow. Who entered it and when stays. Raises CT018 (somebody else
changed it since: nothing is overwritten), 22004 (null, no date_updated), 22007 (no time), 22023 (malformed), CT009 (no such live
assessment or enrollment of the client) and what record_assessment() raises.';

CREATE OR REPLACE FUNCTION delete_assessment(assessment_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Soft-deletes an assessment.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM delete_row('assessment', 'assessment_id', assessment_id, reason);
END
$$;
COMMENT ON FUNCTION delete_assessment(bigint, text) IS
'Soft-deletes an assessment with a reason; assessment_history_all still shows it. A follow-up that it completed is open again.
Raises 22004 (id or reason not given), CT009 (no such live assessment), CT023 (a workflow is open).';

CREATE OR REPLACE FUNCTION restore_assessment(assessment_id bigint, confirm_warnings boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $$
-- Restores an assessment.
BEGIN
	PERFORM refuse_open_workflow();
	PERFORM restore_row('assessment', 'assessment_id', assessment_id, confirm_warnings);
END
$$;
COMMENT ON FUNCTION restore_assessment(bigint, boolean) IS
'Restores a deleted assessment, judged by today''s questions as a new one is. Raises CT009 (no such deleted assessment), CT008 (date),
CT014 (warnings to confirm), CT021 (an answer is missing or does not fit), CT023 (a workflow is open).';
