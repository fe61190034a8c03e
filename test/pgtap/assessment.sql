-- Types of assessments: define_assessment_type(), what the guard says about questions in use, scores, export and import.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
DELETE FROM workflow_step;
DELETE FROM workflow;
DELETE FROM assessment_choice;
DELETE FROM assessment_question;
DELETE FROM assessment_type;

-- Runs a statement and returns the assessment tables that it wrote to, or SQLSTATE and message.
CREATE FUNCTION public.assessment_state() RETURNS text[] LANGUAGE sql AS $$
	SELECT ARRAY[(SELECT md5(string_agg(concat(x.ctid, x.*), ',' ORDER BY x.ctid)) FROM hmis.assessment_type x), (SELECT md5(string_agg(concat(x.ctid, x.*), ',' ORDER BY x.ctid)) FROM hmis.assessment_question x),
		(SELECT md5(string_agg(concat(x.ctid, x.*), ',' ORDER BY x.ctid)) FROM hmis.assessment_choice x)]
$$;
CREATE FUNCTION public.writes(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before text[] := public.assessment_state();
	outcome text := public.caught(statement);
	after text[] := public.assessment_state();
BEGIN
	RETURN CASE WHEN outcome <> 'ok' THEN outcome ELSE concat_ws(' ', CASE WHEN before[1] IS DISTINCT FROM after[1] THEN 'type' END,
		CASE WHEN before[2] IS DISTINCT FROM after[2] THEN 'question' END, CASE WHEN before[3] IS DISTINCT FROM after[3] THEN 'choice' END) END;
END
$$;
CREATE FUNCTION public.choices(q text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(':', choice_code, CASE WHEN answer_status <> 'answered' THEN answer_status END, h.weight, CASE WHEN NOT h.active THEN 'inactive' END), ' ' ORDER BY choice_order)
	FROM hmis.assessment_choice h JOIN hmis.assessment_question USING (assessment_question_id) WHERE question_code = q
$$;

-- define_assessment_type(): the type.
SELECT is(writes($$SELECT define_assessment_type('INTAKE', 'Intake')$$), 'type', 'a new type');
SELECT results_eq($$SELECT assessment_type_name, sensitive, follow_up_days, active FROM assessment_type WHERE assessment_type_code = 'INTAKE'$$, $$VALUES ('Intake', false, NULL::integer, true)$$, 'with defaults');
SELECT is(writes($$SELECT define_assessment_type('INTAKE', 'Intake', sensitive => false, active => true)$$), '', 'the same again writes nothing');
SELECT is(writes($$SELECT define_assessment_type('INTAKE')$$), '', 'nothing given');
SELECT is(writes($$SELECT define_assessment_type('INTAKE', follow_up_days => 90)$$), 'type', 'days to the follow-up');
SELECT is(writes($$SELECT define_assessment_type('INTAKE', sensitive => true)$$), 'type', 'sensitive');
SELECT results_eq($$SELECT assessment_type_name, sensitive, follow_up_days, active FROM assessment_type WHERE assessment_type_code = 'INTAKE'$$, $$VALUES ('Intake', true, 90, true)$$, 'what is not given stays');
SELECT is(writes($$SELECT define_assessment_type('INTAKE', follow_up_days => 0, sensitive => false)$$), 'type', 'no days');
SELECT is((SELECT follow_up_days FROM assessment_type WHERE assessment_type_code = 'INTAKE'), NULL, 'are none');
SELECT is(define_assessment_type('INTAKE', active => false), (SELECT assessment_type_id FROM assessment_type WHERE assessment_type_code = 'INTAKE'), 'ended, it returns the id');
UPDATE assessment_type SET date_deleted = now() WHERE assessment_type_code = 'INTAKE';
SELECT is(writes($$SELECT define_assessment_type('INTAKE', active => true)$$), 'type', 'a deleted one comes back');
SELECT is(caught(format('SELECT define_assessment_type(%s)', a)), m, a) FROM (VALUES
	('NULL', '22004 code must not be null'), ('''X''', '22004 a new assessment type needs assessment_type_name'), (''' X'', ''X''', '22023 code must not be empty, nor begin or end with a blank: " X"'), ('''X'', ''''', '22023 name must not be empty, nor begin or end with a blank: ""'),
	('''X'', ''X'', follow_up_days => -1', '22023 follow_up_days must be from 0 to 36500, not -1'), ('''X'', ''X'', follow_up_days => 36501', '22023 follow_up_days must be from 0 to 36500, not 36501')) v (a, m);

-- Questions and choices.
\set FIRST '[{"code": "VETERAN", "text": "Veteran?", "type": "code", "code_list": "1.8", "required": true}, {"code": "SIZE", "text": "Family size", "type": "number", "lowest": 1, "highest": 20, "weight": 0.5}, {"code": "INCOME", "text": "Monthly income", "type": "money", "lowest": 0}, {"code": "NEEDS", "text": "What for?", "type": "codes", "choices": [{"code": "FOOD", "text": "Food", "weight": 1}, {"code": "BED", "text": "Bed", "weight": 3}, {"code": "OTHER", "text": "Other"}, {"code": "99", "text": "Not asked", "answer_status": "not_collected"}]}, {"code": "SINCE", "text": "Since when?", "type": "date"}, {"code": "WORDS", "text": "In your words", "type": "text"}, {"code": "RISK", "text": "At risk?", "type": "code", "code_list": "1.8", "choices": [{"code": "1", "weight": 5}, {"code": "8", "weight": 1}, {"code": "X", "text": "Maybe", "weight": 2}], "score_group": "risk"}, {"code": "TOTAL", "text": "Total", "type": "score"}, {"code": "RISK_SCORE", "text": "Risk", "type": "score", "score_group": "risk"}]'
SELECT format('SELECT define_assessment_type(''INTAKE'', questions => %L)', :'FIRST') AS first \gset
SELECT is(writes(:'first'), 'question choice', 'questions of each type');
SELECT is(writes(:'first'), '', 'the same again writes nothing');
SELECT is((SELECT max(date_updated) = min(date_created) FROM assessment_question), true, 'nor touches date_updated');
SELECT is((SELECT string_agg(question_code, ' ' ORDER BY question_order) FROM assessment_question), 'VETERAN SIZE INCOME NEEDS SINCE WORDS RISK TOTAL RISK_SCORE', 'in their order');
SELECT is(choices('VETERAN'), '0 1 8:doesnt_know 9:prefers_not_to_answer 99:not_collected', 'a HUD list, with what is no answer last');
SELECT is((SELECT choice_text FROM assessment_choice JOIN assessment_question USING (assessment_question_id) WHERE question_code = 'VETERAN' AND choice_code = '8'), 'Client doesn’t know', 'in HUD''s words');
SELECT is(choices('RISK'), '0 1:5 8:doesnt_know:1 9:prefers_not_to_answer 99:not_collected X:2', 'a list with weights and a choice more');
SELECT is(choices('NEEDS'), 'FOOD:1 BED:3 OTHER 99:not_collected', 'choices of its own');
SELECT lives_ok($$SELECT define_assessment_type('LISTS', 'Every list', (SELECT jsonb_agg(jsonb_build_object('code', l, 'text', l, 'type', 'code', 'code_list', l)) FROM (SELECT DISTINCT list AS l FROM hud_code) x))$$, 'every list of HUD''s');
SELECT is_empty($$SELECT c.list, c.code FROM hud_code c JOIN assessment_question q ON q.question_code = c.list JOIN assessment_choice h USING (assessment_question_id) WHERE h.choice_code = c.code
	AND (h.answer_status = 'answered') = (c.label ~* '^client (doesn.t know|prefers not to answer)$|^data not collected$')$$, 'knows what is no answer by its label, whatever the code');
SELECT is(choices('1.3'), '5 6 7 8 9 10', 'HUD 8 and 9 are answers in others');
SELECT is_empty($$SELECT c.list, c.code FROM hud_code c JOIN assessment_question q ON q.question_code = c.list JOIN assessment_choice h USING (assessment_question_id) WHERE h.choice_code = c.code AND h.active = c.retired$$, 'a retired code cannot be chosen');
SELECT is(writes($$SELECT define_assessment_type('LISTS', active => false, questions => '[]')$$), 'type question', 'no questions: all are deactivated');
SELECT is_empty($$SELECT FROM assessment_question JOIN assessment_type t USING (assessment_type_id) WHERE assessment_type_code = 'LISTS' AND assessment_question.active$$, 'not deleted');
DELETE FROM assessment_choice USING assessment_question q, assessment_type t WHERE q.assessment_question_id = assessment_choice.assessment_question_id AND t.assessment_type_id = q.assessment_type_id AND assessment_type_code = 'LISTS';
DELETE FROM assessment_question USING assessment_type t WHERE t.assessment_type_id = assessment_question.assessment_type_id AND assessment_type_code = 'LISTS';
DELETE FROM assessment_type WHERE assessment_type_code = 'LISTS';

-- Malformed.
SELECT is(caught(format('SELECT define_assessment_type(''BAD'', ''Bad'', %L)', a)), m, left(a, 80)) FROM (VALUES
	('{}', '22023 questions must be a jsonb array of at most 1000 elements, not {}'), ('null', '22023 questions must be a jsonb array of at most 1000 elements, not null'), ('"x"', '22023 questions must be a jsonb array of at most 1000 elements, not "x"'),
	('[1]', '22023 questions[0]: an element does not name its code: 1'), ('[null]', '22023 questions[0]: an element does not name its code: null'), ('[{"code": 1, "text": "x", "type": "text"}]', '22023 questions[0]: "code" must be a text, not 1'),
	('[{"code": "A"}]', '22004 questions[0]: text must not be null'), ('[{"code": "A", "text": "a"}]', '22004 questions[0]: type must not be null'), ('[{"code": "A", "text": "a", "type": "boolean"}]', '22023 questions[0]: type must be number or money or date or code or codes or text or score, not "boolean"'),
	('[{"code": "", "text": "a", "type": "text"}]', '22023 questions[0]: code must not be empty, nor begin or end with a blank: ""'), ('[{"code": "A", "text": "a", "type": "text", "choose": 1}]', '22023 questions[0]: an element has a key that is not known: choose'),
	('[{"code": "A", "text": "a", "type": "text"}, {"code": "A", "text": "b", "type": "date"}]', '22023 questions[1]: the question is there twice'), ('[{"code": "A", "text": "a", "type": "text", "lowest": 1}]', '22023 questions[0]: lowest, highest and weight are for questions of type number or money, not text'),
	('[{"code": "A", "text": "a", "type": "number", "lowest": 2, "highest": 1}]', '22023 questions[0]: highest must not be below lowest: 2 to 1'), ('[{"code": "A", "text": "a", "type": "number", "weight": "1"}]', '22023 questions[0]: "weight" must be a number, not "1"'),
	('[{"code": "A", "text": "a", "type": "number", "weight": 1e15}]', '22023 questions[0]: "weight" must be below 1e15 and have at most ten decimals, not 1000000000000000'), ('[{"code": "A", "text": "a", "type": "number", "lowest": "NaN"}]', '22023 questions[0]: "lowest" must be a number, not "NaN"'),
	('[{"code": "A", "text": "a", "type": "score", "required": true}]', '22023 questions[0]: a score cannot be required'), ('[{"code": "A", "text": "a", "type": "text", "required": 1}]', '22023 questions[0]: "required" must be true or false, not 1'),
	('[{"code": "A", "text": "a", "type": "code"}]', '22023 questions[0]: a question of type code or codes needs choices'), ('[{"code": "A", "text": "a", "type": "codes", "choices": null}]', '22023 questions[0]: a question of type code or codes needs choices'),
	('[{"code": "A", "text": "a", "type": "text", "choices": []}]', '22023 questions[0]: choices are for questions of type code or codes'), ('[{"code": "A", "text": "a", "type": "date", "code_list": "1.8"}]', '22023 questions[0]: choices are for questions of type code or codes'),
	('[{"code": "A", "text": "a", "type": "code", "choices": []}]', '22023 questions[0]: choices must be a jsonb array of 1 to 5000 elements'), ('[{"code": "A", "text": "a", "type": "code", "choices": {}}]', '22023 questions[0]: choices must be a jsonb array of 1 to 5000 elements'),
	('[{"code": "A", "text": "a", "type": "code", "code_list": "none"}]', 'CT009 questions[0]: there is no HUD code list "none"'), ('[{"code": "A", "text": "a", "type": "code", "code_list": 1.8}]', '22023 questions[0]: "code_list" must be a text, not 1.8'),
	('[{"code": "A", "text": "a", "type": "code", "choices": [1]}]', '22023 questions[0].choices[0]: an element does not name its code: 1'), ('[{"code": "A", "text": "a", "type": "code", "choices": [{"code": "1", "text": "x"}, {"code": "2"}]}]', '22004 questions[0].choices[1]: text must not be null'),
	('[{"code": "A", "text": "a", "type": "code", "choices": [{"code": "1", "text": "x"}, {"code": "1", "text": "y"}]}]', '22023 questions[0].choices[1]: the choice is there twice'), ('[{"code": "A", "text": "a", "type": "code", "code_list": "1.8", "choices": [{"code": "1"}, {"code": "1"}]}]', '22023 questions[0].choices[1]: the choice is there twice'),
	('[{"code": "A", "text": "a", "type": "code", "choices": [{"code": "1", "text": "x", "answer_status": "no"}]}]', '22023 questions[0].choices[0]: answer_status must be answered or doesnt_know or prefers_not_to_answer or not_collected, not "no"'),
	('[{"code": "A", "text": "a", "type": "code", "choices": [{"code": "1", "text": "x", "wieght": 1}]}]', '22023 questions[0].choices[0]: an element has a key that is not known: wieght')) v (a, m);
SELECT is(caught($$SELECT define_assessment_type('BAD', 'Bad', (SELECT jsonb_agg(jsonb_build_object('code', i::text, 'text', 'x', 'type', 'text')) FROM generate_series(1, 1001) i))$$) ~ '^22023 questions must be a jsonb array of at most 1000', true, 'too many questions');
SELECT is(caught($$SELECT define_assessment_type('BAD', 'Bad', jsonb_build_array(jsonb_build_object('code', 'A', 'text', 'a', 'type', 'code', 'choices', (SELECT jsonb_agg(i) FROM generate_series(1, 5001) i))))$$), '22023 questions[0]: choices must be a jsonb array of 1 to 5000 elements', 'too many choices');
SELECT is_empty($$SELECT FROM assessment_type WHERE assessment_type_code = 'BAD'$$, 'nothing of all that is left');

-- Questions and choices in use.
INSERT INTO assessment (assessment_id, client_id, assessment_type_id, assessment_date, answers, security_organization_id) SELECT 1, 1, assessment_type_id, '2024-03-01', '{"VETERAN": "1", "NEEDS": ["FOOD", "BED"], "SIZE": 4, "RISK": "0"}', 1 FROM assessment_type WHERE assessment_type_code = 'INTAKE';
SELECT is(caught(format('SELECT define_assessment_type(''INTAKE'', questions => %L)', replace(:'FIRST', a, b))), m, b) FROM (VALUES
	('"Family size", "type": "number", "lowest": 1, "highest": 20, "weight": 0.5', '"Family size", "type": "text"', 'CT006 questions[1]: question was answered'), ('"text": "Food", "weight": 1', '"text": "Food", "answer_status": "doesnt_know"', 'CT006 questions[3]: choice was taken'),
	('"type": "date"', '"type": "text"', 'ok'), ('"text": "Other"', '"text": "Other", "answer_status": "doesnt_know"', 'ok'), ('"Family size"', '"How many?"', 'ok'), ('"weight": 0.5', '"weight": 7', 'ok'), ('"lowest": 1, "highest": 20', '"lowest": 10', 'ok')) v (a, b, m);
SELECT is(writes($$SELECT define_assessment_type('INTAKE', questions => '[{"code": "VETERAN", "text": "Veteran?", "type": "code", "choices": [{"code": "0", "text": "No"}]}]')$$), 'question choice', 'questions and choices left out');
SELECT is((SELECT string_agg(question_code, ' ' ORDER BY question_order) FROM assessment_question WHERE active), 'VETERAN', 'are not asked');
SELECT is(choices('VETERAN'), '0 1:inactive 8:doesnt_know:inactive 9:prefers_not_to_answer:inactive 99:not_collected:inactive', 'or offered');
SELECT is((SELECT answers FROM assessment WHERE assessment_id = 1), '{"SIZE": 4, "RISK": "0", "NEEDS": ["FOOD", "BED"], "TOTAL": 6, "VETERAN": "1", "RISK_SCORE": 0}', 'the answers stay');
SELECT is(caught($$UPDATE assessment SET comments = 'x', answers = answers || '{"VETERAN": "8"}' WHERE assessment_id = 1$$), 'ok', 'and are valid');
SELECT is(caught(s), m, s) FROM (VALUES ($$DELETE FROM assessment_choice WHERE choice_code = 'BED'$$, 'CT006 choice was taken'), ($$UPDATE assessment_choice SET choice_code = 'BET' WHERE choice_code = 'BED'$$, 'CT006 choice was taken'),
	($$UPDATE assessment_choice SET date_deleted = now() WHERE choice_code = 'BED'$$, 'CT006 choice was taken'), ($$UPDATE assessment_question SET question_code = 'X' WHERE question_code = 'NEEDS'$$, 'CT006 question was answered'),
	($$UPDATE assessment_question SET date_deleted = now() WHERE question_code = 'SIZE'$$, 'CT006 question was answered'), ($$DELETE FROM assessment_question WHERE question_code = 'SIZE'$$, 'CT006 question was answered'),
	($$DELETE FROM assessment_question WHERE question_code = 'WORDS'$$, 'ok'), ($$DELETE FROM assessment_choice WHERE choice_code = 'OTHER'$$, 'ok')) v (s, m);
SELECT is(writes(:'first'), 'question choice', 'all of it back');

-- Scores, for every writer.
SELECT setval('assessment_assessment_id_seq', 100) \g /dev/null
CREATE FUNCTION public.scored(answers text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	scored jsonb;
BEGIN
	INSERT INTO hmis.assessment (client_id, assessment_type_id, assessment_date, answers, security_organization_id)
	SELECT 2, t.assessment_type_id, '2024-03-02', '{"VETERAN": "0"}' || answers::jsonb, 1 FROM hmis.assessment_type t WHERE t.assessment_type_code = 'INTAKE' RETURNING assessment.answers INTO scored;
	RETURN concat_ws(' ', coalesce(scored ->> 'TOTAL', '-'), coalesce(scored ->> 'RISK_SCORE', '-'));
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT is(scored(a), s, 'score of ' || a) FROM (VALUES
	('{}', '- -'), ('{"SIZE": 3}', '1.5 -'), ('{"SIZE": 4}', '2 -'), ('{"SIZE": {"unknown": "doesnt_know"}}', '- -'), ('{"NEEDS": ["FOOD"]}', '1 -'), ('{"NEEDS": ["FOOD", "BED", "OTHER"]}', '4 -'), ('{"NEEDS": ["OTHER"]}', '0 -'), ('{"NEEDS": ["99"]}', '- -'),
	('{"RISK": "1"}', '5 5'), ('{"RISK": "0"}', '0 0'), ('{"RISK": "8"}', '1 1'), ('{"RISK": "9"}', '- -'), ('{"RISK": "X", "SIZE": 2, "NEEDS": ["BED"]}', '6 2'), ('{"INCOME": 900}', '- -'), ('{"TOTAL": 99, "RISK_SCORE": 99}', '- -'), ('{"TOTAL": "a", "RISK": "1"}', '5 5'),
	('{"SIZE": "3"}', 'CT021 answer does not fit its question'), ('{"RISK": 1}', 'CT021 answer does not fit its question'), ('{"SIZE": 1e131071}', 'CT021 answer does not fit its question'), ('{"SIZE": 21}', 'CT021 answer is missing or out of range')) v (a, s);
DELETE FROM assessment WHERE client_id = 2;
CREATE FUNCTION public.total() RETURNS text LANGUAGE sql RETURN (SELECT concat_ws(' ', answers ->> 'TOTAL', answers ->> 'RISK_SCORE') FROM hmis.assessment WHERE assessment_id = 1);
UPDATE assessment SET answers = answers || '{"RISK": "1"}', date_updated = '2024-01-01' WHERE assessment_id = 1;
SELECT is(total(), '11 5', 'follow the answers');
UPDATE assessment SET answers = answers || '{"TOTAL": 1000}' WHERE assessment_id = 1;
SELECT is(total(), '11 5', 'not what is entered by hand');
SELECT is((SELECT date_updated FROM assessment WHERE assessment_id = 1), '2024-01-01', 'which changes nothing');
UPDATE assessment SET answers = answers - 'TOTAL' WHERE assessment_id = 1;
SELECT is(total(), '11 5', 'nor can they be left out');
UPDATE assessment_choice SET weight = 50 WHERE choice_code = '1' AND weight = 5;
UPDATE assessment SET answers = answers || '{"TOTAL": 7}', comments = 'noted', assessment_date = '2024-03-03' WHERE assessment_id = 1;
SELECT is(total(), '11 5', 'they stay as they were computed when weights change');
UPDATE assessment SET answers = answers || '{"WORDS": "It is cold"}' WHERE assessment_id = 1;
SELECT is(total(), '11 5', 'also where words are added');
SELECT is(rescore_assessments('INTAKE'), 1::bigint, 'until an administrator computes them anew');
SELECT is(total(), '56 50', 'with the weights of now');
SELECT is(rescore_assessments('INTAKE'), 0::bigint, 'once');
SELECT is(current_setting('clienttrack.history'), 'none', 'the setting is put back');
UPDATE assessment_question SET required = true WHERE question_code = 'SINCE';
UPDATE assessment_choice SET weight = 5 WHERE choice_code = '1' AND weight = 50;
SELECT is(did('test_admin', $$SELECT hmis.rescore_assessments('INTAKE')$$), '1', 'an administrator of no organization too, whatever is required now');
SELECT is(total(), '11 5', 'all of them');
SELECT is(did(who, $$SELECT hmis.rescore_assessments('INTAKE')$$), '42501 permission denied for function rescore_assessments', who) FROM unnest('{test_worker,test_reader,test_both}'::text[]) who;
SELECT is(caught('SELECT rescore_assessments(' || a || ')'), m, a) FROM (VALUES ('NULL', '22004 type must not be null'), ('''NONE''', 'CT009 assessment type "NONE" does not exist')) v (a, m);
UPDATE assessment_question SET active = false WHERE question_code = 'RISK_SCORE';
UPDATE assessment SET answers = answers || '{"RISK": "0", "SINCE": "2024-01-01"}' WHERE assessment_id = 1;
SELECT is(total(), '6 0', 'a score that is not computed any more goes on for those that have it');
SELECT is(scored('{"RISK": "1", "SINCE": "2024-01-01"}'), '5 -', 'and not for new ones');
UPDATE assessment_question SET active = true WHERE question_code = 'RISK_SCORE';
SELECT is(rescore_assessments('INTAKE'), 1::bigint, 'a score that is new is computed for the old ones');

-- Who may define them.
SELECT is(did('test_admin', $$SELECT hmis.define_assessment_type('ADMIN', 'Admin''s', '[{"code": "A", "text": "a", "type": "code", "code_list": "1.8"}]')$$), '1', 'an administrator');
SELECT is(did('test_worker', $$SELECT hmis.define_assessment_type('MINE', 'Mine')$$), '42501 permission denied for table assessment_type', 'not a worker');
SELECT is(did('test_reader', $$SELECT hmis.define_assessment_type('MINE', 'Mine')$$), '42501 permission denied for function define_assessment_type', 'nor a reader');
SELECT is(asked('test_reader', $$SELECT count(*) FROM hmis.assessment_question$$), (SELECT count(*)::text FROM assessment_question), 'who reads them');

-- Export and import.
SELECT define_assessment_type('FOLLOW', 'Follow-up', follow_up_days => 30, sensitive => true, active => false);
CREATE TEMP TABLE exported AS SELECT export_catalogue() AS catalogue;
SELECT is(export_catalogue() #> '{assessment_types,0}', '{"code": "ADMIN", "name": "Admin''s", "active": true, "sensitive": false, "follow_up_days": 0, "questions": [{"code": "A", "text": "a", "type": "code", "active": true, "required": false, "choices":
	[{"code": "0", "text": "No", "active": true, "answer_status": "answered"}, {"code": "1", "text": "Yes", "active": true, "answer_status": "answered"}, {"code": "8", "text": "Client doesn’t know", "active": true, "answer_status": "doesnt_know"},
	{"code": "9", "text": "Client prefers not to answer", "active": true, "answer_status": "prefers_not_to_answer"}, {"code": "99", "text": "Data not collected", "active": true, "answer_status": "not_collected"}]}]}', 'a type with its questions and their choices');
SELECT is(writes('SELECT import_catalogue((SELECT catalogue FROM exported))'), '', 'importing what was exported writes nothing');
SELECT is(writes($$SELECT import_catalogue('{"format": "clienttrack catalogue 1", "assessment_types": [{"code": "INTAKE", "questions": null}]}')$$), '', 'nor does a code alone');
SELECT is(caught(format('SELECT import_catalogue(%L)', jsonb_build_object('format', 'clienttrack catalogue 1', 'assessment_types', a::jsonb))), m, left(a, 60)) FROM (VALUES
	('[{"code": "X", "questions": [{"code": 1}]}]', '22023 assessment_types[0].questions[0].code: must be of type string, not 1'), ('[{"code": "X", "name": "X", "questions": [{"code": "A", "text": "a", "type": "code", "choices": [{"code": "1"}]}]}]', '22004 assessment_types[0].questions[0].choices[0]: text must not be null'),
	('[{"code": "X", "name": "X", "follow_up_days": -1}]', '22023 assessment_types[0]: follow_up_days must be from 0 to 36500, not -1'), ('[{"name": "X"}]', '22023 assessment_types[0].code: is missing'), ('[{"code": "X", "points": 1}]', '22023 assessment_types[0].points: is not known')) v (a, m);
DELETE FROM assessment;
DELETE FROM assessment_choice;
DELETE FROM assessment_question;
DELETE FROM assessment_type;
SELECT results_eq($$SELECT added, changed, unchanged FROM import_catalogue((SELECT catalogue FROM exported)) WHERE kind = 'assessment_types'$$, 'VALUES (3, 0, 0)', 'where there is none, all are added');
SELECT is(export_catalogue(), (SELECT catalogue FROM exported), 'and it is the same again');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
