-- The rules about enrollments, assessments and case management hold for every kind of statement, by whichever the rows come: each
-- rule against INSERT, COPY, MERGE, ON CONFLICT DO UPDATE, UPDATE, and the same within WITH.
BEGIN;
SELECT no_plan();
\ir seed.psql
SET clienttrack.refuse_warnings = on;

-- Client 1 is enrolled (1) with a goal, assessment, case manager and workflow; 3 was merged into 2; 7 is barred, and 8 with a warning; 9
-- never was anywhere. Program 12 takes nobody, and 21 has ended.
UPDATE client SET date_deleted = now(), merged_into_client_id = 2, security_organization_id = 1 WHERE client_id = 3;
UPDATE program SET operating_end_date = '2023-12-31' WHERE program_id = 21;
UPDATE program SET clients_can_enroll = false WHERE program_id = 12;
INSERT INTO turn_away_reason (turn_away_reason_id, turn_away_reason_name) VALUES (901, 'No room');
INSERT INTO bar (bar_id, client_id, bar_level, begin_date) VALUES (901, 7, 'block', '2024-01-01'), (902, 8, 'warn', '2024-01-01');
INSERT INTO bar_scope (bar_id, covers_all) VALUES (901, true), (902, true);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT define_assessment_type('CARE', 'Care', '[{"code": "SIZE", "text": "Size", "type": "number", "lowest": 1, "required": true},
	{"code": "COLD", "text": "Cold", "type": "code", "choices": [{"code": "Y", "text": "yes"}, {"code": "N", "text": "no"}]}]') AS care \gset
SELECT define_barrier('PAPERS', 'No papers') AS papers \gset
SELECT assessment_question_id AS cold FROM assessment_question WHERE assessment_type_id = :care AND question_code = 'COLD' \gset
INSERT INTO assessment (client_id, assessment_type_id, assessment_date, answers) VALUES (1, :care, '2024-02-01', '{"SIZE": 2, "COLD": "Y"}');
INSERT INTO goal (client_id, enrollment_id, goal_description, begin_date) VALUES (1, 1, 'Work', '2024-02-01');
INSERT INTO action_plan (action_plan_id, client_id, plan_name, begin_date) VALUES (901, 9, 'Plan', '2024-02-01');
INSERT INTO case_assignment (client_id, enrollment_id, case_manager_user_id, begin_date) VALUES (1, 1, 1, '2024-01-01');
UPDATE enrollment SET household_id = 901, relationship_to_hoh = CASE client_id WHEN 5 THEN 1 ELSE 3 END WHERE client_id IN (5, 6);
INSERT INTO service_batch (service_batch_id, description, program_id) VALUES (901, 'Dinner', 11);
INSERT INTO service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided) VALUES (901, 901, '2024-03-01', '2024-03-01');

-- Each line: a rule by its name, or a warning by its words; a row of a table that breaks nothing, null: the row is there already; and
-- the columns with which it does. A table has a line for each rule that its rows wake.
CREATE TEMP TABLE rule (rule_id bigint GENERATED ALWAYS AS IDENTITY, rule text, tab text, key bigint, good jsonb, change jsonb);
INSERT INTO rule (rule, tab, good, change)
SELECT 'client_was_merged', v.tab, '{"client_id": 9}' || v.good::jsonb, '{"client_id": 3}' FROM (VALUES
	('enrollment', '{"program_id": 11, "entry_date": "2024-02-01"}'),
	('assessment', format('{"assessment_type_id": %s, "assessment_date": "2024-02-01", "answers": {"SIZE": 1}}', :care)),
	('information_release', '{"client_id": 1, "organization_id": 1, "released_to_organization_id": 2, "end_date": "2099-01-01"}'),
	('client_alias', '{"alias_name": "x"}'), ('scan_card', '{"card_code": "C-1"}'), ('bar', '{"begin_date": "2024-01-01"}'),
	('turn_away', '{"program_id": 11, "turn_away_date": "2024-02-01", "turn_away_reason_id": 901}'),
	('assessment_follow_up', format('{"assessment_type_id": %s, "due_date": "2024-02-01"}', :care)),
	('case_assignment', '{"case_manager_user_id": 1}'), ('client_barrier', format('{"barrier_id": %s}', :papers)),
	('goal', '{"goal_description": "x"}'), ('action_plan', '{"plan_name": "x"}'), ('referral', '{"service_id": 1, "to_provider_id": 1}'),
	('workflow_run', format('{"workflow_id": %s, "version": 1, "run_user_id": 1}', (SELECT min(workflow_id) FROM workflow))),
	('service_batch_client', '{"service_batch_run_id": 901}')) AS v (tab, good);
INSERT INTO rule (rule, tab, good, change)
SELECT v.rule, 'enrollment', '{"client_id": 9, "program_id": 11, "entry_date": "2024-02-01", "relationship_to_hoh": 1}', v.change::jsonb FROM (VALUES
	('client_barred', '{"client_id": 7}'), ('there is a warning about the client', '{"client_id": 8}'),
	('program_not_operating', '{"program_id": 21}'), ('program_takes_nobody', '{"program_id": 12}'),
	('household_broken', '{"household_id": 901}'), ('client has overlapping enrollments in the program', '{"client_id": 1}')) AS v (rule, change);
INSERT INTO rule (rule, tab, good, change)
SELECT v.rule, 'assessment', format('{"client_id": 1, "assessment_type_id": %s, "assessment_date": "2024-02-02", "answers": {"SIZE": 1}, "enrollment_id": 1}',
	:care)::jsonb, v.change::jsonb FROM (VALUES
	('date_out_of_range', '{"assessment_date": "2999-01-01"}'), ('answer_does_not_fit', '{"answers": {"SIZE": 1, "COLD": "X"}}'),
	('answer_out_of_range', '{"answers": {"SIZE": 0}}'), ('client has such an assessment of that day', '{"assessment_date": "2024-02-01"}'),
	('assessment date does not fit the data collection stage', '{"data_collection_stage": 1}')) AS v (rule, change);
INSERT INTO rule (rule, tab, good, change)
SELECT 'date_out_of_range', v.tab, v.good::jsonb || '{"client_id": 9}', v.change::jsonb FROM (VALUES
	('client_barrier', format('{"barrier_id": %s}', :papers), '{"identified_date": "2999-01-01"}'),
	('goal', '{"goal_description": "x", "begin_date": "2024-01-01"}', '{"begin_date": "1900-01-01"}'),
	('action_plan', '{"plan_name": "x"}', '{"begin_date": "2999-01-01"}'),
	('action_step', '{"action_plan_id": 901, "action": "x"}', '{"step_status": "done", "completed_date": "2999-01-01"}'),
	('case_assignment', '{"case_manager_user_id": 1}', '{"begin_date": "1900-01-01"}')) AS v (tab, good, change);
INSERT INTO rule (rule, tab, good, change) VALUES ('several_primary', 'case_assignment',
	'{"client_id": 1, "enrollment_id": 1, "case_manager_user_id": 1, "begin_date": "2024-02-01", "is_primary": false}', '{"is_primary": true}');
-- about what is there: woken by UPDATE only
INSERT INTO rule (rule, tab, key, change)
SELECT v.rule, v.tab, v.key, v.change::jsonb FROM (VALUES
	('household is left without a head', 'enrollment', 5, '{"exit_date": "2025-02-01"}'),
	('something is still open in the enrollment', 'enrollment', 1, '{"exit_date": "2025-02-01"}'),
	('record_in_use', 'assessment_question', :cold, '{"question_type": "text"}'),
	('record_in_use', 'assessment_choice', (SELECT assessment_choice_id FROM assessment_choice WHERE assessment_question_id = :cold AND choice_code = 'Y'),
		'{"answer_status": "not_collected"}'),
	('client_in_use', 'client', 9, '{"dob": "2025-01-01"}'), ('user still has a case load', 'hmis_user', 1, '{"active": false}'))
	AS v (rule, tab, key, change);

-- A row as the list of its columns, of its values, and as a line of CSV.
CREATE FUNCTION pg_temp.list(row_to_write jsonb, as_what text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(CASE as_what WHEN 'columns' THEN quote_ident(key) WHEN 'excluded' THEN format('%1$I = excluded.%1$I', key)
		WHEN 'values' THEN quote_nullable(value) WHEN 'set' THEN format('%I = %L', key, value)
		ELSE '"' || replace(value, '"', '""') || '"' END, CASE as_what WHEN 'csv' THEN ',' ELSE ', ' END ORDER BY key COLLATE "C") FROM jsonb_each_text(row_to_write) $$;
CREATE FUNCTION pg_temp.key_of(tab text) RETURNS text LANGUAGE sql AS $$ SELECT CASE tab WHEN 'hmis_user' THEN 'user_id' ELSE tab || '_id' END $$;

-- The statement that enters a row, or changes the row with that key into it.
CREATE FUNCTION pg_temp.statement(writer text, tab text, key bigint, good jsonb, change jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT format(CASE writer
		WHEN 'INSERT' THEN 'INSERT INTO %1$I (%2$s) VALUES (%3$s)'
		WHEN 'COPY' THEN 'COPY %1$I (%2$s) FROM PROGRAM ' || quote_literal('printf ''%%s\n'' ' || quote_literal(pg_temp.list(good || change, 'csv'))) || ' (FORMAT csv)'
		WHEN 'MERGE INSERT' THEN 'MERGE INTO %1$I t USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT (%2$s) VALUES (%3$s)'
		WHEN 'WITH INSERT' THEN 'WITH w AS (INSERT INTO %1$I (%2$s) VALUES (%3$s) RETURNING 1) SELECT count(*) FROM w'
		WHEN 'UPDATE' THEN 'UPDATE %1$I SET %6$s WHERE %4$I = %7$s'
		WHEN 'MERGE UPDATE' THEN 'MERGE INTO %1$I t USING (SELECT 1) s ON t.%4$I = %7$s WHEN MATCHED THEN UPDATE SET %6$s'
		WHEN 'WITH UPDATE' THEN 'WITH w AS (UPDATE %1$I SET %6$s WHERE %4$I = %7$s RETURNING 1) SELECT count(*) FROM w'
		WHEN 'ON CONFLICT' THEN 'INSERT INTO %1$I (%4$I, %2$s) VALUES (%7$s, %3$s) ON CONFLICT (%4$I) DO UPDATE SET %5$s' END,
		tab, pg_temp.list(good || change, 'columns'), pg_temp.list(good || change, 'values'), pg_temp.key_of(tab),
		pg_temp.list(change, 'excluded'), pg_temp.list(change, 'set'), key) $$;

-- What comes of it, with everything taken back: ok, the rule, or the words of the warnings.
CREATE FUNCTION pg_temp.outcome(writer text, tab text, stored bigint, good jsonb, change jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	key CONSTANT bigint := coalesce(stored, 900001);
	stored_row jsonb := good;
	rule text; message text; detail text;
BEGIN
	IF stored IS NULL AND writer NOT IN ('INSERT', 'COPY', 'MERGE INSERT', 'WITH INSERT') THEN
		EXECUTE pg_temp.statement('INSERT', tab, NULL, good, jsonb_build_object(pg_temp.key_of(tab), key));
	ELSIF stored IS NOT NULL THEN
		EXECUTE format('SELECT jsonb_object_agg(c.key, c.value) FROM %2$I t, jsonb_each(to_jsonb(t) - %1$L) c WHERE %1$I = $1
			AND jsonb_typeof(c.value) NOT IN (''null'', ''array'')', pg_temp.key_of(tab), tab) INTO stored_row USING key;
	END IF;
	EXECUTE pg_temp.statement(writer, tab, key, stored_row, change);
	RAISE SQLSTATE 'XYZ00';
EXCEPTION
	WHEN SQLSTATE 'XYZ00' THEN
		RETURN 'ok';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
		RETURN CASE SQLSTATE WHEN 'CT014' THEN split_part(detail, '. ', 1) ELSE coalesce(nullif(rule, ''), SQLSTATE || ' ' || message) END;
END
$$;

CREATE TEMP TABLE tried AS
SELECT r.*, w.writer, w.enters, pg_temp.outcome(w.writer, r.tab, r.key, r.good, r.change) AS outcome,
	CASE WHEN r.key IS NULL AND r.rule_id IN (SELECT max(m.rule_id) FROM rule m WHERE m.key IS NULL GROUP BY m.tab)
		THEN pg_temp.outcome(w.writer, r.tab, NULL, r.good, jsonb_build_object('client_id', r.good -> 'client_id')) END
		AS outcome_of_good
FROM rule r, (VALUES ('INSERT', true), ('COPY', true), ('MERGE INSERT', true), ('WITH INSERT', true), ('UPDATE', false),
	('MERGE UPDATE', false), ('WITH UPDATE', false), ('ON CONFLICT', false)) AS w (writer, enters)
WHERE CASE WHEN w.enters THEN r.key IS NULL ELSE r.tab <> 'scan_card' END; -- a card never moves to another client
SELECT is(string_agg(t.writer || ': ' || t.outcome, ', ' ORDER BY t.writer) FILTER (WHERE t.outcome <> t.rule), NULL, format('%s: %s %s', t.tab, t.rule, t.change))
FROM tried t GROUP BY t.rule_id, t.tab, t.rule, t.change ORDER BY t.rule_id;
SELECT is(string_agg(DISTINCT t.writer || ': ' || t.outcome_of_good, ', ') FILTER (WHERE t.outcome_of_good <> 'ok'), NULL, t.tab || ': what breaks nothing is written')
FROM tried t WHERE t.outcome_of_good IS NOT NULL GROUP BY t.tab ORDER BY t.tab;
SELECT is((SELECT count(*) FROM tried t), (SELECT sum(CASE WHEN key IS NOT NULL OR tab = 'scan_card' THEN 4 ELSE 8 END) FROM rule), 'each rule against each kind of statement');
SELECT * FROM finish();
ROLLBACK;
