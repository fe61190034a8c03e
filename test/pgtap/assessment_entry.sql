-- record_assessment(), edit_assessment(), delete_assessment(), restore_assessment(), associate_assessment() and its reverse,
-- enrollment_assessment(), the views and lists of answers, and who may see and enter what.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
CREATE ROLE test_counselor IN ROLE clienttrack_worker, clienttrack_read_sensitive;
INSERT INTO hmis_user (user_id, login_role, user_first_name) VALUES (17, 'test_counselor', 'Cora');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (17, 1);
SELECT define_assessment_type('INTAKE', 'Intake', '[{"code": "VETERAN", "text": "Veteran?", "type": "code", "code_list": "1.8", "required": true, "choices": [{"code": "1", "weight": 2}]}, {"code": "SIZE", "text": "Family size", "type": "number", "lowest": 1, "highest": 20},
	{"code": "INCOME", "text": "Monthly income", "type": "money", "lowest": 0}, {"code": "NEEDS", "text": "What for?", "type": "codes", "choices": [{"code": "BED", "text": "A bed"}, {"code": "FOOD", "text": "Food"}, {"code": "99", "text": "Not asked", "answer_status": "not_collected"}, {"code": "OLD", "text": "Old", "active": false}]},
	{"code": "SINCE", "text": "Since when?", "type": "date"}, {"code": "WORDS", "text": "In your words", "type": "text"}, {"code": "ENDED", "text": "Not asked now", "type": "text", "active": false}, {"code": "TOTAL", "text": "Total", "type": "score"}]') AS intake,
	define_assessment_type('HIV', 'Health', '[{"code": "A", "text": "a", "type": "text"}]', sensitive => true) AS hiv, define_assessment_type('GONE', 'No longer', '[{"code": "A", "text": "a", "type": "text"}]', active => false) \gset

-- Records with the required answer and returns columns of what is stored, or how it ended.
CREATE FUNCTION public.recorded(answers text, more text DEFAULT '', columns text DEFAULT 'answers') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	id bigint;
	answer text;
BEGIN
	EXECUTE format('SELECT hmis.record_assessment(1, ''INTAKE'', %L, assessment_date => %s)', answers, coalesce(nullif(more, ''), '''2024-03-01''')) INTO id;
	EXECUTE format('SELECT concat_ws('' '', %s) FROM hmis.assessment WHERE assessment_id = %s', columns, id) INTO answer;
	RAISE SQLSTATE 'XYZ00';
EXCEPTION
	WHEN SQLSTATE 'XYZ00' THEN RETURN answer;
	WHEN OTHERS THEN RETURN public.caught(format('SELECT hmis.record_assessment(1, ''INTAKE'', %L, assessment_date => %s)', answers, coalesce(nullif(more, ''), '''2024-03-01''')));
END $$;

-- Each type of question.
SELECT is(recorded(('{"VETERAN": "0"}'::jsonb || a::jsonb)::text), coalesce(m, (('{"VETERAN": "0", "TOTAL": 0}'::jsonb || a::jsonb))::text), a) FROM (SELECT a, CASE m WHEN '' THEN NULL WHEN 'x' THEN 'CT021 answer does not fit its question' ELSE m END FROM (VALUES
	('{"SIZE": 3}', ''), ('{"SIZE": 1}', ''), ('{"SIZE": 20}', ''), ('{"SIZE": 2.5}', ''), ('{"SIZE": {"unknown": "doesnt_know"}}', ''), ('{"SIZE": {"unknown": "prefers_not_to_answer"}}', ''), ('{"SIZE": {"unknown": "not_collected"}}', ''),
	('{"SIZE": 0}', 'CT021 answer is missing or out of range'), ('{"SIZE": 20.01}', 'CT021 answer is missing or out of range'), ('{"SIZE": "3"}', 'x'), ('{"SIZE": "NaN"}', 'x'), ('{"SIZE": true}', 'x'), ('{"SIZE": [3]}', 'x'), ('{"SIZE": {}}', 'x'), ('{"SIZE": {"unknown": "no"}}', 'x'), ('{"SIZE": {"unknown": "doesnt_know", "x": 1}}', 'x'), ('{"SIZE": 1e300}', 'x'), ('{"SIZE": 1.00000000001}', 'x'),
	('{"INCOME": 812.50}', ''), ('{"INCOME": 0}', ''), ('{"INCOME": -1}', 'CT021 answer is missing or out of range'), ('{"INCOME": 1.005}', 'x'), ('{"INCOME": 1e10}', 'x'), ('{"INCOME": 9999999999.99}', ''), ('{"INCOME": "1"}', 'x'), ('{"INCOME": {"unknown": "doesnt_know"}}', ''),
	('{"SINCE": "2024-02-29"}', ''), ('{"SINCE": "2023-02-29"}', 'x'), ('{"SINCE": "2024-13-01"}', 'x'), ('{"SINCE": "infinity"}', 'x'), ('{"SINCE": "01.02.2024"}', 'x'), ('{"SINCE": 20240101}', 'x'), ('{"SINCE": {"unknown": "doesnt_know"}}', ''), ('{"SINCE": "2024-04-31"}', 'x'), ('{"SINCE": "2024-04-30"}', ''),
	('{"VETERAN": "8"}', '{"VETERAN": "8"}'), ('{"VETERAN": "1"}', '{"TOTAL": 2, "VETERAN": "1"}'), ('{"VETERAN": 1}', 'x'), ('{"VETERAN": "2"}', 'x'), ('{"VETERAN": "yes"}', 'x'), ('{"VETERAN": {"unknown": "doesnt_know"}}', 'x'), ('{"VETERAN": ["1"]}', 'x'), ('{"VETERAN": true}', 'x'),
	('{"NEEDS": ["BED"]}', ''), ('{"NEEDS": ["FOOD", "BED"]}', ''), ('{"NEEDS": []}', 'x'), ('{"NEEDS": ["BED", "BED"]}', 'x'), ('{"NEEDS": ["BED", "99"]}', 'x'), ('{"NEEDS": ["99"]}', ''), ('{"NEEDS": "BED"}', 'x'), ('{"NEEDS": [1]}', 'x'), ('{"NEEDS": ["BED", null]}', 'x'), ('{"NEEDS": ["BED", ["FOOD"]]}', 'x'), ('{"NEEDS": {}}', 'x'), ('{"NEEDS": ["NONE"]}', 'x'),
	('{"WORDS": "It''s cold"}', ''), ('{"WORDS": "  "}', 'x'), ('{"WORDS": 5}', 'x'), ('{"WORDS": {"unknown": "prefers_not_to_answer"}}', ''), ('{"TOTAL": 55}', '{"TOTAL": 0, "VETERAN": "0"}'), ('{"TOTAL": "x"}', '{"TOTAL": 0, "VETERAN": "0"}'),
	('{"ELSE": 1}', 'x'), ('{"": 1}', 'x'), ('{"SIZE": null}', '{"TOTAL": 0, "VETERAN": "0"}'), ('{"VETERAN": null}', 'CT021 answer is missing or out of range'), ('{"ENDED": "x"}', 'CT021 it is not asked or offered any more'), ('{"NEEDS": ["OLD"]}', 'CT021 it is not asked or offered any more'), ('{"NEEDS": ["BED", "OLD"]}', 'CT021 it is not asked or offered any more')) v (a, m)) w (a, m);
SELECT is(last_detail(), 'Not active: choice OLD of question NEEDS.', 'DETAIL says which');
SELECT is(recorded('{}'), 'CT021 answer is missing or out of range', 'a required one is missing');
SELECT is(last_detail(), 'Not accepted: client 1, question VETERAN must be answered.', 'DETAIL says so');
SELECT is(recorded('{"VETERAN": "0", "SIZE": 40}'), 'CT021 answer is missing or out of range', 'out of range');
SELECT is(last_detail(), 'Not accepted: client 1, question SIZE takes at least 1 and at most 20.', 'DETAIL has the limits');
SELECT is(recorded(a), m, left(a, 40)) FROM (VALUES ('[]', '22023 answers must be a jsonb object, not array'), ('"x"', '22023 answers must be a jsonb object, not string'), ('null', '22023 answers must be a jsonb object, not null'), ('{"VETERAN": "0", "WORDS": "' || repeat('x', 1000000) || '"}', '{"TOTAL": 0, "WORDS": "' || repeat('x', 1000000) || '", "VETERAN": "0"}'), ('{"VETERAN": "0", "NEEDS": [' || repeat('"BED",', 10000) || '"BED"]}', 'CT021 answer does not fit its question')) v (a, m);

-- The other arguments.
SELECT is(recorded('{"VETERAN": "0"}', a, 'assessment_date, enrollment_id, data_collection_stage, comments'), m, a) FROM (VALUES
	('''2024-03-01''', '2024-03-01'), ('''2024-03-01'', enrollment_id => 1', '2024-03-01 1'), ('''2024-01-01'', enrollment_id => 1, data_collection_stage => 1, comments => ''c''', '2024-01-01 1 1 c'), ('''2024-03-01'', comments => ''''', '2024-03-01 '),
	('NULL', '22004 assessment_date must not be null'), ('''infinity''', '22008 assessment_date must be finite'), ('''-infinity''', '22008 assessment_date must be finite'), ('current_date + 1', 'CT008 assessment date is out of range'), ('''1900-04-04''', 'CT008 assessment date is out of range'), ('''1923-04-05''', '1923-04-05'),
	('''2024-03-01'', enrollment_id => 2', 'CT009 enrollment 2 does not exist'), ('''2024-03-01'', enrollment_id => 99', 'CT009 enrollment 99 does not exist'), ('''2024-03-01'', data_collection_stage => 2', '22023 a data collection stage is of an enrollment'), ('''2024-03-01'', enrollment_id => 1, data_collection_stage => 4', '22023 data_collection_stage must be 1, 2, 3, 5 or 6, not 4')) v (a, m);
SELECT is(caught(format('SELECT record_assessment(%s)', a)), m, a) FROM (VALUES ('NULL, ''INTAKE'', ''{}''', '22004 client_id must not be null'), ('1, NULL, ''{}''', '22004 type must not be null'), ('1, ''INTAKE'', NULL', '22004 answers must not be null'), ('99, ''INTAKE'', ''{}''', 'CT009 client not found'),
	('1, ''NONE'', ''{}''', 'CT009 there is no active assessment type "NONE"'), ('1, ''GONE'', ''{}''', 'CT009 there is no active assessment type "GONE"')) v (a, m);
UPDATE client SET date_deleted = now() WHERE client_id = 3;
SELECT is(caught($$SELECT record_assessment(3, 'INTAKE', '{"VETERAN": "0"}')$$), 'CT009 client not found', 'a deleted client');
UPDATE client SET date_deleted = NULL WHERE client_id = 3;

-- Every writer is judged the same.
SELECT is(caught(format('INSERT INTO assessment (client_id, assessment_type_id, assessment_date, answers) VALUES (1, %s, ''2024-03-01'', %L)', :'intake', a)), m, 'INSERT ' || a) FROM (VALUES ('{"VETERAN": "x"}', 'CT021 answer does not fit its question'), ('{}', 'CT021 answer is missing or out of range'), ('{"VETERAN": "0", "ENDED": "an old answer", "NEEDS": ["OLD"]}', 'ok')) v (a, m);
SELECT is(caught(format('UPDATE assessment SET %s', a)), m, 'UPDATE ' || a) FROM (VALUES ('answers = ''{"VETERAN": "2"}''', 'CT021 answer does not fit its question'), ('answers = answers - ''VETERAN''', 'CT021 answer is missing or out of range'), ('assessment_date = ''1900-01-01''', 'CT008 assessment date is out of range'), ('comments = ''x''', 'ok'), ('client_id = 2', 'ok')) v (a, m);
DELETE FROM assessment;

-- Warnings.
SELECT record_assessment(1, 'INTAKE', '{"VETERAN": "0", "SIZE": 3, "NEEDS": ["BED", "FOOD"]}', '2024-03-01', comments => 'first') AS first \gset
SELECT is(recorded('{"VETERAN": "0"}', a, 'assessment_date'), m, a) FROM (VALUES ('''2024-03-01''', 'CT014 there are warnings to confirm'), ('''2024-03-02''', '2024-03-02'), ('''2024-03-01'', confirm_warnings => true', '2024-03-01'), ('''2024-02-01'', enrollment_id => 1, data_collection_stage => 1', 'CT014 there are warnings to confirm'),
	('''2024-02-01'', enrollment_id => 1, data_collection_stage => 2', '2024-02-01'), ('''2023-12-31'', enrollment_id => 1, data_collection_stage => 2', 'CT014 there are warnings to confirm'), ('''2024-02-01'', enrollment_id => 1, data_collection_stage => 3', '2024-02-01'), ('''2024-02-01'', enrollment_id => 1, data_collection_stage => 6', 'CT014 there are warnings to confirm'),
	('''2024-12-02'', enrollment_id => 1, data_collection_stage => 5', '2024-12-02'), ('''2025-01-31'', enrollment_id => 1, data_collection_stage => 5', '2025-01-31'), ('''2025-02-01'', enrollment_id => 1, data_collection_stage => 5', 'CT014 there are warnings to confirm'), ('''2024-12-01'', enrollment_id => 1, data_collection_stage => 5', 'CT014 there are warnings to confirm'), ('''2024-01-10'', enrollment_id => 1, data_collection_stage => 5', 'CT014 there are warnings to confirm')) v (a, m);
SELECT is(caught($$SELECT record_assessment(1, 'INTAKE', '{"VETERAN": "0"}', '2024-03-01')$$), 'CT014 there are warnings to confirm', 'of that day');
SELECT is(last_detail(), format('client has such an assessment of that day. There already: client 1 on 2024-03-01, assessment %s.', :first), 'DETAIL says which one');
SELECT is(current_setting('clienttrack.refuse_warnings'), 'off', 'the setting is put back');
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date, exit_date) VALUES (31, 2, 12, 900, 1, '2023-03-01', NULL), (32, 3, 12, 900, 2, '2024-01-15', '2024-06-30');
SELECT is(caught(format('SELECT record_assessment(3, ''INTAKE'', ''{"VETERAN": "0"}'', %s)', a)), m, a) FROM (VALUES ('''2024-03-20'', 32, 5', 'ok'), ('''2024-04-20'', 32, 5', 'CT014 there are warnings to confirm'), ('''2024-06-30'', 32, 3', 'ok'), ('''2024-06-29'', 32, 3', 'CT014 there are warnings to confirm'), ('''2024-07-01'', 32, 6', 'ok'), ('''2024-07-02'', 32, 2', 'CT014 there are warnings to confirm')) v (a, m);
DELETE FROM assessment WHERE client_id = 3;

-- Whose they are.
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(4, 'INTAKE', '{"VETERAN": "1"}', '2024-03-01', 4)$$), '1', 'a worker records');
SELECT results_eq('SELECT security_organization_id, entered_by_user_id, user_id FROM assessment WHERE client_id = 4', 'VALUES (1::bigint, 12::bigint, 12::bigint)', 'for the own organization');
SELECT is(did('test_both', $$SELECT hmis.record_assessment(8, 'INTAKE', '{"VETERAN": "1"}', '2024-03-01', 8)$$), '1', 'of both organizations');
SELECT is((SELECT security_organization_id FROM assessment WHERE client_id = 8), 2::bigint, 'for that of the enrollment');
SELECT is(asked('test_north', 'SELECT client_id FROM hmis.assessment ORDER BY 1'), '8', 'seen by that organization');
SELECT is(asked('test_worker', 'SELECT client_id FROM hmis.assessment ORDER BY 1'), '4', 'not by the other');
SELECT is(did(who, $$SELECT hmis.record_assessment($$ || a || ')'), m, who || ' ' || a) FROM (VALUES ('test_reader', $$4, 'INTAKE', '{"VETERAN": "1"}'$$, '42501 permission denied for function record_assessment'), ('test_worker', $$7, 'INTAKE', '{"VETERAN": "1"}'$$, 'CT009 client not found'), ('test_worker', $$9, 'INTAKE', '{"VETERAN": "1"}'$$, 'CT009 client not found'),
	('test_worker', $$8, 'INTAKE', '{"VETERAN": "1"}', '2024-03-03', 8$$, 'CT009 enrollment 8 does not exist'), ('test_worker', $$8, 'INTAKE', '{"VETERAN": "1"}', '2024-03-03', 81$$, '1'), ('test_north', $$8, 'INTAKE', '{"VETERAN": "1"}', '2024-03-03', 81$$, 'CT009 enrollment 81 does not exist'), ('test_admin', $$4, 'INTAKE', '{"VETERAN": "1"}'$$, '42501 new row violates row-level security policy for table "assessment"')) v (who, a, m);
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, shares, signed_date, begin_date, end_date) VALUES (7, 2, 1, '{enrollments}', '2024-01-01', '2024-01-01', '2100-01-01');
SELECT is(asked('test_worker', 'SELECT enrollment_id FROM hmis.enrollment WHERE client_id = 7'), '7', 'an enrollment that is shared');
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(7, 'INTAKE', '{"VETERAN": "1"}', '2024-03-03', 7)$$), 'CT009 enrollment 7 does not exist', 'is not one to add to');
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(7, 'INTAKE', '{"VETERAN": "1"}', '2024-03-03')$$), '1', 'the client is');
SELECT is(did('test_worker', format('SELECT hmis.%s', f)), 'CT009 there is no assessment ' || m, f) FROM (SELECT format(f, assessment_id) AS f, format(m, assessment_id) AS m FROM assessment, (VALUES ('delete_assessment(%s, ''x'')', '%s to delete'), ('associate_assessment(%s, 8)', '%s'), ('dissociate_assessment(%s)', '%s to dissociate'), ('edit_assessment(%s, ''{"date_updated": "2024-01-01 00:00"}'')', '%s to edit')) v (f, m) WHERE enrollment_id = 8) x;

-- Sensitive types.
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(4, 'HIV', '{"A": "guardednote"}', '2024-03-01')$$), '42501 this needs the right "read_sensitive"', 'a sensitive type needs a right');
SELECT is(did('test_worker', format($$INSERT INTO hmis.assessment (client_id, assessment_type_id, assessment_date, answers) VALUES (4, %s, '2024-03-01', '{"A": "guardednote"}')$$, :hiv)), '42501 new row violates row-level security policy for table "assessment"', 'for an INSERT too');
SELECT is(did('test_counselor', $$SELECT hmis.record_assessment(4, 'HIV', '{"A": "guardednote"}', '2024-03-01')$$), '1', 'who has it records');
SELECT assessment_id AS secret FROM assessment WHERE assessment_type_id = :hiv \gset
SELECT is(asked(who, 'SELECT count(*) FROM ' || v || ' WHERE client_id = 4'), n, who || ' of ' || v) FROM (VALUES ('test_worker', '1', '1'), ('test_counselor', '2', '3'), ('test_reader', '1', '1')) w (who, n, k), unnest('{hmis.assessment,hmis.assessment_history,hmis.assessment_history_all}'::text[]) v;
SELECT is(asked('test_worker', 'SELECT question_code FROM hmis.assessment_answer WHERE client_id = 4 ORDER BY 1'), 'TOTAL VETERAN', 'answers');
SELECT is(asked('test_worker', 'SELECT assessment_type_code FROM hmis.assessments_for(4)'), 'INTAKE', 'lists');
SELECT is(asked('test_worker', 'SELECT question_code FROM hmis.latest_answers(4) ORDER BY 1'), 'TOTAL VETERAN', 'last answers');
SELECT is(did('test_worker', format('SELECT hmis.delete_assessment(%s, ''x'')', :secret)), format('CT009 there is no assessment %s to delete', :secret), 'nor can it be deleted');
SELECT is(did('test_worker', format('SELECT hmis.edit_assessment(%s, ''{"date_updated": "2024-01-01 00:00"}'')', :secret)), format('CT009 there is no assessment %s to edit', :secret), 'or edited');

-- edit_assessment().
UPDATE assessment SET date_updated = '2024-03-02 10:00:00.123456+00' WHERE assessment_id = :first;
CREATE FUNCTION public.edited(changes text, columns text DEFAULT 'answers') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	outcome text;
	statement text := format('SELECT hmis.edit_assessment(%s, %s)', (SELECT min(assessment_id) FROM hmis.assessment WHERE client_id = 1),
		CASE WHEN changes ~ '^\{' AND changes !~ 'date_updated' THEN format('jsonb_build_object(''date_updated'', ''2024-03-02 10:00:00.123456+00'') || %L', changes) ELSE quote_nullable(changes) END);
BEGIN
	BEGIN
		outcome := public.caught(statement);
		EXECUTE format('SELECT concat_ws('' '', %s) FROM hmis.assessment WHERE client_id = 1', coalesce(nullif(columns, ''), 'NULL')) INTO answer;
		RAISE SQLSTATE 'XYZ00';
	EXCEPTION WHEN SQLSTATE 'XYZ00' THEN
		NULL;
	END;
	RETURN CASE WHEN outcome = 'ok' THEN answer ELSE public.caught(statement) END;
END $$;
SELECT is(edited(c, k), m, left(c, 80)) FROM (VALUES
	('{"answers": {"SIZE": 5}}', 'answers', '{"SIZE": 5, "NEEDS": ["BED", "FOOD"], "TOTAL": 0, "VETERAN": "0"}'), ('{"answers": {"SIZE": null}}', 'answers', '{"NEEDS": ["BED", "FOOD"], "TOTAL": 0, "VETERAN": "0"}'), ('{"answers": {"VETERAN": "1", "SINCE": "2024-01-01"}}', 'answers', '{"SIZE": 3, "NEEDS": ["BED", "FOOD"], "SINCE": "2024-01-01", "TOTAL": 2, "VETERAN": "1"}'),
	('{"answers": {}}', 'answers', '{"SIZE": 3, "NEEDS": ["BED", "FOOD"], "TOTAL": 0, "VETERAN": "0"}'), ('{"answers": {"TOTAL": 9}}', 'answers ->> ''TOTAL''', '0'), ('{"answers": {"TOTAL": null}}', 'answers ->> ''TOTAL''', '0'), ('{"answers": {"NEEDS": ["FOOD"]}, "comments": "changed", "assessment_date": "2024-03-05", "enrollment_id": 1, "data_collection_stage": 2}', 'answers -> ''NEEDS'', comments, assessment_date, enrollment_id, data_collection_stage', '["FOOD"] changed 2024-03-05 1 2'),
	('{"comments": null}', 'coalesce(comments, ''none''), assessment_date', 'none 2024-03-01'), ('{"enrollment_id": "1"}', 'enrollment_id', '1'), ('{"answers": {"VETERAN": null}}', '', 'CT021 answer is missing or out of range'), ('{"answers": {"SIZE": 100}}', '', 'CT021 answer is missing or out of range'), ('{"answers": {"SIZE": "1"}}', '', 'CT021 answer does not fit its question'), ('{"answers": {"ENDED": "x"}}', '', 'CT021 it is not asked or offered any more'),
	('{"answers": {"NEEDS": ["OLD"]}}', '', 'CT021 it is not asked or offered any more'), ('{"assessment_date": "1900-01-01"}', '', 'CT008 assessment date is out of range'), ('{"assessment_date": "infinity"}', '', '22023 "assessment_date" must be a date like 2026-03-01, not infinity'), ('{"assessment_date": null}', '', '22004 assessment_date must not be null'), ('{"assessment_date": "1.2.2024"}', '', '22023 "assessment_date" must be a date like 2026-03-01, not 1.2.2024'),
	('{"assessment_date": "2023-02-29"}', '', '22023 "assessment_date" is no day: 2023-02-29'), ('{"assessment_date": 20240101}', '', '22023 "assessment_date" must be a text, not 20240101'), ('{"enrollment_id": 2}', '', 'CT009 enrollment 2 does not exist'), ('{"enrollment_id": 1.5}', '', '22023 "enrollment_id" must be an identifier, not 1.5'), ('{"data_collection_stage": 1}', '', '22023 a data collection stage is of an enrollment'),
	('{"data_collection_stage": 99999999999}', '', '22023 data_collection_stage must be 1, 2, 3, 5 or 6, not 99999999999'), ('{"answers": []}', '', '22023 answers must be a jsonb object, not array'), ('{"answers": null}', '', '22023 answers must be a jsonb object, not null'), ('{"comments": 1}', '', '22023 "comments" must be a text, not 1'), ('{"client_id": 2}', '', '22023 changes have a key that is not known: client_id'), ('{"type": "HIV"}', '', '22023 changes have a key that is not known: type'),
	('[]', '', '22023 changes must be a jsonb object'), (NULL, '', '22023 changes must be a jsonb object'), ('{"date_updated": null}', '', '22004 date_updated must be given'), ('{"date_updated": 5}', '', '22023 date_updated must be a date like 2026-03-01, not 5'), ('{"date_updated": "infinity"}', '', 'CT018 the assessment was changed since you read it'), ('{"date_updated": "2024-03-02 10:00:00.123457+00"}', '', 'CT018 the assessment was changed since you read it')) v (c, k, m);
SELECT is(caught('SELECT edit_assessment(' || a || ', ''{"date_updated": "2024-01-01 00:00"}'')'), m, 'edit ' || a) FROM (VALUES ('NULL', 'CT009 there is no assessment null to edit'), ('0', 'CT009 there is no assessment 0 to edit')) v (a, m);
UPDATE assessment_choice SET active = false WHERE choice_code = 'BED';
UPDATE assessment_question SET active = false WHERE question_code = 'SIZE';
SELECT is(edited('{"answers": {"SINCE": "2024-01-01", "SIZE": 3, "NEEDS": ["BED", "FOOD"]}}'), '{"SIZE": 3, "NEEDS": ["BED", "FOOD"], "SINCE": "2024-01-01", "TOTAL": 0, "VETERAN": "0"}', 'old answers are no obstacle, given again or not');
SELECT is(edited('{"answers": {"SIZE": 4}}'), 'CT021 it is not asked or offered any more', 'until they change');
UPDATE assessment_choice SET active = true WHERE choice_code = 'BED';
UPDATE assessment_question SET active = true WHERE question_code = 'SIZE';
SELECT is(edit_assessment(:first, '{"date_updated": "2024-03-02 10:00:00.123456+00", "answers": {"SIZE": 4}}'), now(), 'it returns when it was changed');

-- associate_assessment() and dissociate_assessment().
SELECT is(caught(format('SELECT associate_assessment(%s)', a)), m, a) FROM (VALUES ('NULL, 1', '22004 assessment_id and enrollment_id must not be null'), (:'first' || ', NULL', '22004 assessment_id and enrollment_id must not be null'), ('0, 1', 'CT009 there is no assessment 0'), (:'first' || ', 2', 'CT009 enrollment 2 does not exist'), (:'first' || ', 1, 9', '22023 data_collection_stage must be 1, 2, 3, 5 or 6, not 9'),
	(:'first' || ', 1, 1', 'CT014 there are warnings to confirm'), (:'first' || ', 1', 'ok'), (:'first' || ', 1', 'ok'), (:'first' || ', 1, 2', 'ok')) v (a, m);
SELECT results_eq(format('SELECT enrollment_id, data_collection_stage::int FROM assessment WHERE assessment_id = %s', :first), 'VALUES (1::bigint, 2)', 'it is associated');
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (33, 1, 12, '2024-03-10');
SELECT is(caught(format('SELECT associate_assessment(%s, 33)', :first)), format('55000 assessment %s is associated with another enrollment', :first), 'with one at a time');
SELECT is(caught(format('SELECT dissociate_assessment(%s)', a)), m, 'dissociate ' || a) FROM (VALUES (:'first', 'ok'), (:'first', format('CT009 there is no assessment %s to dissociate', :'first')), ('NULL', 'CT009 there is no assessment null to dissociate')) v (a, m);
SELECT results_eq(format('SELECT enrollment_id, data_collection_stage::int FROM assessment WHERE assessment_id = %s', :first), 'VALUES (NULL::bigint, NULL::int)', 'it is not any more');

-- enrollment_assessment().
SELECT is(enrollment_assessment(1, 33, '2024-03-10', jsonb_build_object('assessment_id', :first)), :first::bigint, 'an existing one');
SELECT results_eq(format('SELECT enrollment_id, data_collection_stage::int FROM assessment WHERE assessment_id = %s', :first), 'VALUES (33::bigint, NULL::int)', 'is associated');
SELECT enrollment_assessment(1, 33, '2024-03-10', '{"type": "INTAKE", "answers": {"VETERAN": "1"}, "comments": "at entry", "follow_up_date": "2024-06-10"}') AS second \gset
SELECT results_eq(format('SELECT enrollment_id, data_collection_stage::int, assessment_date, comments FROM assessment WHERE assessment_id = %s', :second), $$VALUES (33::bigint, 1, '2024-03-10'::date, 'at entry')$$, 'a new one is of the project start');
SELECT results_eq('SELECT client_id, enrollment_id, due_date, initiated_by_assessment_id FROM assessment_follow_up', format('VALUES (1::bigint, 33::bigint, ''2024-06-10''::date, %s::bigint)', :second), 'with its follow-up');
SELECT is(caught(format('SELECT enrollment_assessment(1, 33, ''2024-03-10'', %L)', a)), m, a) FROM (VALUES ('{}', '22023 an element does not name its type: {}'), ('[]', '22023 an element does not name its type: []'), (NULL, '22023 an element does not name its type: <NULL>'), ('{"assessment_id": null}', '22023 an element does not name its assessment_id: {"assessment_id": null}'), ('{"assessment_id": 0}', 'CT009 assessment 0 is not one of client 1'),
	('{"assessment_id": "x"}', '22023 "assessment_id" must be an identifier, not "x"'), ('{"assessment_id": 5, "type": "INTAKE"}', '22023 an element has a key that is not known: type'), ('{"type": "INTAKE"}', 'CT021 answer is missing or out of range'), ('{"type": "NONE", "answers": {}}', 'CT009 there is no active assessment type "NONE"'), ('{"type": 5}', '22023 "type" must be a text, not 5'),
	('{"type": "INTAKE", "answers": {"VETERAN": "1"}, "assessment_date": "x"}', '22023 "assessment_date" must be a date like 2026-03-01, not x'), ('{"type": "INTAKE", "answers": {"VETERAN": "1"}, "data_collection_stage": 4}', '22023 data_collection_stage must be 1, 2, 3, 5 or 6, not 4'), ('{"type": "INTAKE", "answers": 5}', '22023 answers must be a jsonb object, not number')) v (a, m);
SELECT is(caught(format('SELECT enrollment_assessment(1, 33, ''2024-03-10'', jsonb_build_object(''assessment_id'', %s))', assessment_id)), format('CT009 assessment %s is not one of client 1', assessment_id), 'another client''s') FROM assessment WHERE client_id = 4 LIMIT 1;
SELECT is(caught(format('SELECT enrollment_assessment(1, 1, ''2024-03-10'', jsonb_build_object(''assessment_id'', %s))', :second)), format('55000 assessment %s is associated with another enrollment', :second), 'another enrollment''s');
SET clienttrack.refuse_warnings = on;
SELECT is(caught($$SELECT enrollment_assessment(1, 33, '2024-03-10', '{"type": "INTAKE", "answers": {"VETERAN": "1"}}')$$), 'CT014 there are warnings to confirm', 'whether warnings refuse is the caller''s');
RESET clienttrack.refuse_warnings;
SELECT is(caught($$SELECT enrollment_assessment(1, 33, '2024-03-10', '{"type": "INTAKE", "answers": {"VETERAN": "1"}}')$$), 'ok', 'to say');
DELETE FROM assessment_follow_up;
DELETE FROM assessment WHERE client_id = 1 AND assessment_id > :second;

-- assessments_for(), latest_answers() and the views.
SELECT results_eq($$SELECT assessment_id, assessment_date, days_old, days_before_entry, associated_enrollment_id, associated_program_name, can_be_associated, scores::text FROM assessments_for(1, 'INTAKE', 33)$$,
	format($$VALUES (%s::bigint, '2024-03-10'::date, current_date - '2024-03-10', 0, 33::bigint, 'Shelter', false, '{"TOTAL": 2}'), (%s, '2024-03-01', current_date - '2024-03-01', 9, 33, 'Shelter', false, '{"TOTAL": 0}')$$, :second, :first), 'the newest first');
SELECT results_eq('SELECT assessment_id, can_be_associated, days_before_entry FROM assessments_for(4) WHERE can_be_associated', format('VALUES (%s::bigint, true, NULL::int)', :secret), 'of every type');
SELECT is(caught('SELECT * FROM assessments_for(1, ''NONE'')'), 'CT009 assessment type "NONE" does not exist', 'of no type');
SELECT is(caught('SELECT * FROM assessments_for(99, ''NONE'')'), 'CT009 assessment type "NONE" does not exist', 'nor client');
SELECT is_empty('SELECT * FROM assessments_for(NULL)', 'of nobody');
SELECT lives_ok(format($q$SELECT edit_assessment(%s, jsonb_build_object('date_updated', date_updated, 'answers', '{"INCOME": 812.50, "SINCE": "2024-01-01", "WORDS": {"unknown": "prefers_not_to_answer"}, "VETERAN": "8", "SIZE": {"unknown": "doesnt_know"}, "NEEDS": ["FOOD", "BED"]}'::jsonb)) FROM assessment WHERE assessment_id = %1$s$q$, :second), 'answers of each type');
SELECT results_eq(format('SELECT question_code, answer_status, answer_number, answer_date, answer_codes::text, answer_text FROM assessment_answer WHERE assessment_id = %s ORDER BY question_order', :second),
	$$VALUES ('VETERAN', 'doesnt_know', NULL::numeric, NULL::date, '{8}', 'Client doesn’t know'), ('SIZE', 'doesnt_know', NULL, NULL, NULL, 'Client doesn’t know'), ('INCOME', 'answered', 812.50, NULL, NULL, '812.50'), ('NEEDS', 'answered', NULL, NULL, '{BED,FOOD}', 'A bed, Food'),
	('SINCE', 'answered', NULL, '2024-01-01', NULL, '2024-01-01'), ('WORDS', 'prefers_not_to_answer', NULL, NULL, NULL, 'Client prefers not to answer')$$, 'are read by type, and "doesn''t know" is not "no"');
SELECT results_eq('SELECT question_code, answer_status, answer_text, assessment_date, days_old FROM latest_answers(1, ''2024-03-20'') ORDER BY 1', $$VALUES ('INCOME', 'answered', '812.50', '2024-03-10'::date, 10), ('NEEDS', 'answered', 'A bed, Food', '2024-03-10', 10), ('SINCE', 'answered', '2024-01-01', '2024-03-10', 10),
	('SIZE', 'doesnt_know', 'Client doesn’t know', '2024-03-10', 10), ('TOTAL', 'answered', '0', '2024-03-01', 19), ('VETERAN', 'doesnt_know', 'Client doesn’t know', '2024-03-10', 10), ('WORDS', 'prefers_not_to_answer', 'Client prefers not to answer', '2024-03-10', 10)$$, 'the last answer to each question');
SELECT results_eq('SELECT question_code, answer_text FROM latest_answers(1, ''2024-03-05'', ''INTAKE'') WHERE question_code IN (''SIZE'', ''VETERAN'') ORDER BY 1', $$VALUES ('SIZE', '4'), ('VETERAN', 'No')$$, 'by a day');
SELECT is(caught('SELECT * FROM latest_answers(1, type => ''NONE'')'), 'CT009 assessment type "NONE" does not exist', 'of no type');
SELECT is_empty('SELECT * FROM latest_answers(1, ''2024-02-01'')', 'before the first');
SELECT results_eq('SELECT assessment_type_name, stage_name, program_name, organization_name, scores::text, entered_by, entry_date FROM assessment_history WHERE client_id IN (4, 8) AND enrollment_id IN (4, 8) ORDER BY client_id', $$VALUES ('Intake', NULL, 'Shelter', 'Harbor', '{"TOTAL": 2}', 'Walt', '2024-01-01'::date), ('Intake', NULL, 'Outreach', 'Northside', '{"TOTAL": 2}', 'Bo', '2024-01-01')$$, 'the history has names');
SELECT is((SELECT stage_name FROM assessment_history WHERE assessment_id = :second), 'Project entry', 'and HUD''s words for the stage');

-- delete_assessment() and restore_assessment().
SELECT is(caught(format('SELECT delete_assessment(%s)', a)), m, a) FROM (VALUES ('NULL, ''x''', '22004 assessment_id and reason must be given'), (:'second' || ', '' ''', '22004 assessment_id and reason must be given'), (:'second' || ', ''Entered twice''', 'ok'), (:'second' || ', ''Again''', format('CT009 there is no assessment %s to delete', :'second'))) v (a, m);
SELECT is_empty(format('SELECT FROM assessment_history WHERE assessment_id = %s UNION ALL SELECT FROM assessment_answer WHERE assessment_id = %1$s UNION ALL SELECT FROM assessments_for(1) WHERE assessment_id = %1$s', :second), 'a deleted one is in no list');
SELECT is((SELECT delete_reason FROM assessment_history_all WHERE assessment_id = :second), 'Entered twice', 'but in the whole history');
SELECT is(caught(format('SELECT edit_assessment(%s, ''{"date_updated": "2024-01-01 00:00"}'')', :second)), format('CT009 there is no assessment %s to edit', :second), 'nor edited');
SELECT is(caught(format('SELECT associate_assessment(%s, 33)', :second)), format('CT009 there is no assessment %s', :second), 'nor associated');
UPDATE assessment_question SET required = true WHERE question_code = 'SIZE';
SELECT is(caught(format('SELECT restore_assessment(%s)', a)), m, 'restore ' || a) FROM (VALUES ('NULL', 'CT009 there is no deleted assessment null to restore'), (:'first', format('CT009 there is no deleted assessment %s to restore', :'first')), (:'second', 'ok')) v (a, m);
SELECT is((SELECT delete_reason FROM assessment_history_all WHERE assessment_id = :second), NULL, 'it is back');
SELECT is(did('test_worker', format('SELECT hmis.delete_assessment(assessment_id, ''x'') FROM hmis.assessment WHERE client_id = 4')), '1', 'a worker deletes the own');

-- A client who was born later, or is deleted, and a workflow that is open.
SELECT is(caught('UPDATE client SET dob = ''2024-03-05'' WHERE client_id = 1'), 'CT006 enrollments, services or assessments would be left without the client or before birth', 'a client with assessments');
INSERT INTO workflow_run (workflow_run_id, workflow_id, version, run_user_id, security_organization_id) VALUES (1, 1, 1, 12, 1);
SELECT is(did('test_worker', 'SELECT hmis.' || f), 'CT023 you have a workflow open', f) FROM unnest(ARRAY['record_assessment(4, ''INTAKE'', ''{}'')', 'edit_assessment(1, ''{}'')', 'delete_assessment(1, ''x'')', 'restore_assessment(1)', 'associate_assessment(1, 1)', 'dissociate_assessment(1)',
	'initiate_follow_up(4, ''INTAKE'', ''2100-01-01'')', 'complete_follow_up(1, 1)', 'cancel_follow_up(1, ''x'')', 'reschedule_follow_up(1)', 'delete_follow_up(1, ''x'')']) f;
DELETE FROM workflow_run;

-- What is left when a client's data are disposed of.
UPDATE assessment_question SET weight = 5 WHERE question_code = 'INCOME';
UPDATE assessment SET comments = 'guardednote', answers = answers || '{"WORDS": "guardednote"}' WHERE client_id = 1;
SELECT initiate_follow_up(1, 'INTAKE', '2030-01-01', comments => 'guardednote') AS noted \gset
SELECT cancel_follow_up(:noted, 'guardednote');
UPDATE assessment_question SET required = true WHERE question_code = 'SINCE';
UPDATE enrollment SET exit_date = '2024-12-31' WHERE client_id = 1;
CREATE TEMP TABLE disposed AS SELECT dispose_client(1, 'Wished', true) AS removed;
SELECT results_eq('SELECT (removed ->> ''assessment'')::int, (removed ->> ''assessment_follow_up'')::int FROM disposed', 'VALUES (2, 1)', 'dispose_client() counts them');
SELECT is_empty($$SELECT FROM assessment a WHERE client_id = 1 AND a::text ~ 'guardednote' UNION ALL SELECT FROM assessment_follow_up f WHERE f::text ~ 'guardednote' UNION ALL SELECT FROM audit_event e WHERE client_id = 1 AND e::text ~ 'guardednote'$$, 'words are gone');
SELECT results_eq('SELECT answers ->> ''WORDS'', answers ->> ''VETERAN'', (answers ->> ''TOTAL'')::int FROM assessment WHERE client_id = 1 ORDER BY assessment_id', $$VALUES ('disposed', '0', 0), ('disposed', '8', NULL)$$, 'codes and scores stay');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
