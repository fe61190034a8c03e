-- What clients answered: a row for each answer, the assessments with names and scores, and those that can be associated.

CREATE OR REPLACE VIEW assessment_answer AS
SELECT a.assessment_id, a.client_id, a.assessment_type_id, t.assessment_type_code, a.assessment_date, a.enrollment_id,
	a.data_collection_stage, q.assessment_question_id, q.question_code, q.question_text, q.question_type, q.question_order,
	CASE WHEN q.question_type IN ('code', 'codes') THEN coalesce(h.answer_status, 'answered')
		ELSE coalesce(v.answer ->> 'unknown', 'answered') END AS answer_status,
	CASE WHEN jsonb_typeof(v.answer) = 'number' THEN v.answer::numeric END AS answer_number,
	CASE WHEN q.question_type = 'date' AND jsonb_typeof(v.answer) = 'string' THEN (v.answer #>> '{}')::date END AS answer_date,
	h.answer_codes,
	CASE WHEN q.question_type IN ('code', 'codes') THEN h.choice_texts
		WHEN jsonb_typeof(v.answer) = 'object' THEN (SELECT u.label FROM hud_code u WHERE u.list = '1.6'
			AND u.code = CASE v.answer ->> 'unknown' WHEN 'doesnt_know' THEN '8' WHEN 'prefers_not_to_answer' THEN '9' ELSE '99' END)
		ELSE v.answer #>> '{}' END AS answer_text,
	q.score_group, a.security_organization_id, a.date_updated
FROM assessment a
JOIN assessment_type t ON t.assessment_type_id = a.assessment_type_id
CROSS JOIN LATERAL jsonb_each(a.answers) v (question_code, answer)
JOIN assessment_question q ON q.assessment_type_id = a.assessment_type_id AND q.question_code = v.question_code AND q.date_deleted IS NULL
LEFT JOIN LATERAL (
	SELECT min(c.answer_status) AS answer_status, array_agg(c.choice_code ORDER BY c.choice_order, c.choice_code COLLATE "C") AS answer_codes,
		string_agg(c.choice_text, ', ' ORDER BY c.choice_order, c.choice_code COLLATE "C") AS choice_texts
	FROM assessment_choice c WHERE c.assessment_question_id = q.assessment_question_id AND c.date_deleted IS NULL
	AND v.answer @> to_jsonb(c.choice_code)) h ON q.question_type IN ('code', 'codes')
WHERE a.date_deleted IS NULL
ORDER BY a.assessment_date DESC, a.assessment_id DESC, q.question_order, q.question_code;
ALTER VIEW assessment_answer SET (security_invoker = true);
COMMENT ON VIEW assessment_answer IS
'Answers of live assessments, one row each, by the type of their question: a question that was not asked has no row. Of questions that
were asked answer_status tells "no" from "doesn''t know".';
COMMENT ON COLUMN assessment_answer.assessment_id IS 'The assessment.';
COMMENT ON COLUMN assessment_answer.client_id IS 'The client.';
COMMENT ON COLUMN assessment_answer.assessment_type_id IS 'The type of assessment.';
COMMENT ON COLUMN assessment_answer.assessment_type_code IS 'Code of the type of assessment.';
COMMENT ON COLUMN assessment_answer.assessment_date IS 'When it was answered.';
COMMENT ON COLUMN assessment_answer.enrollment_id IS 'The enrollment that the assessment is associated with.';
COMMENT ON COLUMN assessment_answer.data_collection_stage IS 'HUD 5.03.1 of the assessment.';
COMMENT ON COLUMN assessment_answer.assessment_question_id IS 'The question.';
COMMENT ON COLUMN assessment_answer.question_code IS 'Code of the question.';
COMMENT ON COLUMN assessment_answer.question_text IS 'The question as it is asked now.';
COMMENT ON COLUMN assessment_answer.question_type IS 'number, money, date, code, codes, text or score.';
COMMENT ON COLUMN assessment_answer.question_order IS 'Place in the assessment.';
COMMENT ON COLUMN assessment_answer.answer_status IS
'answered, doesnt_know, prefers_not_to_answer or not_collected (HUD 8, 9, 99): none of the last three is "no".';
COMMENT ON COLUMN assessment_answer.answer_number IS 'The number, amount in dollars, or score.';
COMMENT ON COLUMN assessment_answer.answer_date IS 'The date.';
COMMENT ON COLUMN assessment_answer.answer_codes IS 'The code or codes, in the order of the choices.';
COMMENT ON COLUMN assessment_answer.answer_text IS 'The answer in words: of codes the text of the choices.';
COMMENT ON COLUMN assessment_answer.score_group IS 'The group of questions that it is in.';
COMMENT ON COLUMN assessment_answer.security_organization_id IS 'Security organization that entered the assessment.';
COMMENT ON COLUMN assessment_answer.date_updated IS 'When the assessment was last changed.';

CREATE OR REPLACE VIEW assessment_history_all AS
SELECT a.assessment_id, a.client_id, a.assessment_date, t.assessment_type_code, t.assessment_type_name, a.data_collection_stage,
	(SELECT s.label FROM hud_code s WHERE s.list = '5.03.1' AND s.code = a.data_collection_stage::text) AS stage_name,
	a.enrollment_id, e.entry_date, p.program_id, p.program_name, o.organization_name,
	(SELECT jsonb_object_agg(q.question_code, a.answers -> q.question_code) FROM assessment_question q
		WHERE q.assessment_type_id = a.assessment_type_id AND q.question_type = 'score' AND a.answers ? q.question_code) AS scores,
	a.answers, a.comments, a.date_created, user_name(u) AS entered_by,
	a.date_updated, a.date_deleted, a.delete_reason
FROM assessment a
JOIN assessment_type t ON t.assessment_type_id = a.assessment_type_id
LEFT JOIN enrollment e ON e.enrollment_id = a.enrollment_id
LEFT JOIN program p ON p.program_id = e.program_id
LEFT JOIN organization o ON o.organization_id = a.security_organization_id
LEFT JOIN hmis_user u ON u.user_id = a.entered_by_user_id
ORDER BY a.assessment_date DESC, a.assessment_id DESC;
ALTER VIEW assessment_history_all SET (security_invoker = true);
COMMENT ON VIEW assessment_history_all IS 'Assessments with names in place of identifiers, newest first; deleted ones too (date_deleted).';
COMMENT ON COLUMN assessment_history_all.assessment_id IS 'Identifier.';
COMMENT ON COLUMN assessment_history_all.client_id IS 'The client.';
COMMENT ON COLUMN assessment_history_all.assessment_date IS 'When.';
COMMENT ON COLUMN assessment_history_all.assessment_type_code IS 'Code of the type of assessment.';
COMMENT ON COLUMN assessment_history_all.assessment_type_name IS 'Name of the type of assessment.';
COMMENT ON COLUMN assessment_history_all.data_collection_stage IS 'HUD 5.03.1.';
COMMENT ON COLUMN assessment_history_all.stage_name IS 'The data collection stage in words.';
COMMENT ON COLUMN assessment_history_all.enrollment_id IS 'The enrollment that it is associated with.';
COMMENT ON COLUMN assessment_history_all.entry_date IS 'First day of the enrollment.';
COMMENT ON COLUMN assessment_history_all.program_id IS 'The program of the enrollment.';
COMMENT ON COLUMN assessment_history_all.program_name IS 'Name of the program.';
COMMENT ON COLUMN assessment_history_all.organization_name IS 'The organization that entered it.';
COMMENT ON COLUMN assessment_history_all.scores IS 'The scores by question_code; null: none.';
COMMENT ON COLUMN assessment_history_all.answers IS 'The answers by question_code; assessment_answer has a row for each.';
COMMENT ON COLUMN assessment_history_all.comments IS 'Comments.';
COMMENT ON COLUMN assessment_history_all.date_created IS 'When it was entered.';
COMMENT ON COLUMN assessment_history_all.entered_by IS 'The user who entered it.';
COMMENT ON COLUMN assessment_history_all.date_updated IS 'When it was last changed: what edit_assessment() wants to know.';
COMMENT ON COLUMN assessment_history_all.date_deleted IS 'When it was deleted; null while it is live.';
COMMENT ON COLUMN assessment_history_all.delete_reason IS 'Why it was deleted.';

CREATE OR REPLACE VIEW assessment_history AS
SELECT h.* FROM assessment_history_all h WHERE h.date_deleted IS NULL ORDER BY h.assessment_date DESC, h.assessment_id DESC;
ALTER VIEW assessment_history SET (security_invoker = true);
COMMENT ON VIEW assessment_history IS 'Assessments with names in place of identifiers, newest first.';

-- The columns of the view of live rows mean what those of …_all mean.
DO $$
DECLARE
	described record;
BEGIN
	FOR described IN
		SELECT a.attname AS column_name, col_description(a.attrelid, a.attnum) AS words
		FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'assessment_history_all'::regclass AND a.attnum > 0
	LOOP
		EXECUTE format('COMMENT ON COLUMN assessment_history.%I IS %L', described.column_name, described.words);
	END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION assessments_for(client_id bigint, type text DEFAULT NULL, enrollment_id bigint DEFAULT NULL)
RETURNS TABLE (assessment_id bigint, assessment_type_code text, assessment_type_name text, assessment_date date, days_old integer,
	days_before_entry integer, associated_enrollment_id bigint, associated_program_name text, can_be_associated boolean, scores jsonb,
	data_collection_stage smallint, date_updated timestamptz)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns the live assessments of a client, newest first, with what each is associated with.
	SELECT h.assessment_id, h.assessment_type_code, h.assessment_type_name, h.assessment_date, current_date - h.assessment_date,
		e.entry_date - h.assessment_date, h.enrollment_id, h.program_name, h.enrollment_id IS NULL, h.scores, h.data_collection_stage,
		h.date_updated
	FROM assessment_history h
	LEFT JOIN enrollment e ON e.enrollment_id = assessments_for.enrollment_id AND e.client_id = h.client_id
	WHERE h.client_id = assessments_for.client_id
	AND coalesce(assessment_type_of(assessments_for.type) > 0, true) -- once, so that it raises for a type that is not there
	AND (assessments_for.type IS NULL OR h.assessment_type_code = assessments_for.type)
	ORDER BY h.assessment_date DESC, h.assessment_id DESC;
END;
COMMENT ON FUNCTION assessments_for(bigint, text, bigint) IS
'The assessments of a client that the caller sees, newest first: for choosing one to associate with an enrollment. type: an
assessment_type_code, null: all. enrollment_id: the enrollment to associate one with; then days_before_entry says how long before it
the assessment was made. days_old: as of today. can_be_associated: it is not associated yet; otherwise associated_enrollment_id says
with what. Raises CT009 (no such type).';

CREATE OR REPLACE FUNCTION latest_answers(client_id bigint, as_of date DEFAULT current_date, type text DEFAULT NULL)
RETURNS TABLE (assessment_type_code text, question_code text, question_type text, answer_status text, answer_number numeric,
	answer_date date, answer_codes text[], answer_text text, assessment_date date, days_old integer, assessment_id bigint,
	enrollment_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	-- Returns what a client last answered to each question by a day.
	SELECT l.* FROM (
		SELECT DISTINCT ON (v.assessment_type_code, v.question_code) v.assessment_type_code, v.question_code, v.question_type,
			v.answer_status, v.answer_number, v.answer_date, v.answer_codes, v.answer_text, v.assessment_date,
			latest_answers.as_of - v.assessment_date, v.assessment_id, v.enrollment_id
		FROM assessment_answer v
		WHERE v.client_id = latest_answers.client_id AND v.assessment_date <= latest_answers.as_of
		AND coalesce(assessment_type_of(latest_answers.type) > 0, true) -- once, so that it raises for a type that is not there
		AND (latest_answers.type IS NULL OR v.assessment_type_code = latest_answers.type)
		ORDER BY v.assessment_type_code, v.question_code, v.assessment_date DESC, v.assessment_id DESC) l;
END;
COMMENT ON FUNCTION latest_answers(bigint, date, text) IS
'The last answer of a client to each question that was answered on as_of or before, with its status, day and age: "doesn''t know" is an
answer too. type: an assessment_type_code, null: all. Raises CT009 (no such type).';
