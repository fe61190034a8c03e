-- add_client(), edit_client(), delete_client(), restore_client(), aliases, possible duplicates, and disposing of merged clients.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
GRANT clienttrack_read_ssn TO test_worker;

-- Enters a client, and returns columns of the row, or why not.
CREATE FUNCTION public.entered(arguments text, columns text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text := public.did('test_worker', format('SELECT add_client(%s)', arguments));
BEGIN
	RETURN CASE outcome WHEN '1' THEN public.asked('test_worker', format('SELECT %s FROM client ORDER BY client_id DESC LIMIT 1', columns)) ELSE outcome END;
END
$$;
-- Entering: what is given decides the data quality.
SELECT is(entered(a, 'row(first_name, last_name, name_data_quality, dob_data_quality, ssn_data_quality, veteran_status, security_organization_id)'), e, coalesce(nullif(a, ''), 'nothing')) FROM (VALUES
	('', '(,,99,99,99,99,1)'),
	('''Zoe'', ''Nguyen''', '(Zoe,Nguyen,1,99,99,99,1)'),
	(''' Zoe '', ''  '', confirm_warnings => true', '(Zoe,,2,99,99,99,1)'),
	('last_name => ''Nowak'', name_data_quality => 1, dob => ''1950-01-01'', dob_data_quality => 2, veteran_status => 9', '(,Nowak,1,2,99,9,1)'),
	('dob => ''1949-01-01'', ssn => ''111-22-3333''', '(,,99,1,1,99,1)'),
	('name_data_quality => 9, dob_data_quality => 8, ssn_data_quality => 8, ssn => ''''', '(,,9,8,8,99,1)'),
	('ssn => ''11122xxxx''', '(,,99,99,2,99,1)')) v (a, e);
SELECT is(entered('''Ali'', aliases => ''{Al, " Ally ",Al,"",null}''', '(SELECT string_agg(alias_name, '','' ORDER BY alias_name) FROM client_alias a WHERE a.client_id = client.client_id)'), 'Al,Ally', 'aliases');
SELECT is(entered('''Elm'', hud_elements => ''{"White": 1, "RaceNone": null}''', 'hud_elements'), '{"White": 1, "RaceNone": null}', 'HUD elements');
SELECT is(tried('test_worker', format('SELECT add_client(%s)', a)), e, left(a, 60)) FROM (VALUES
	('''X'', name_data_quality => 99', '22023 name_data_quality cannot be 99'), ('name_data_quality => 1', '22023 name_data_quality cannot be 1'),
	('''X'', name_data_quality => 3', '22023 name_data_quality has no code 3'), ('dob_data_quality => 1', '22023 dob_data_quality cannot be 1'),
	('dob => ''1990-01-01'', dob_data_quality => 8', '22023 dob_data_quality cannot be 8'), ('sex => 2', '22023 sex has no code 2'),
	('veteran_status => 7', '22023 veteran_status has no code 7'), ('ssn_data_quality => 7', '22023 ssn_data_quality has no code 7'),
	('ssn => ''12''', '22023 the SSN is not written as one'), ('ssn_data_quality => 1', '22023 the data quality of the SSN cannot be 1'),
	('dob => ''infinity''', '22008 dob must be finite'), ('dob => ''-infinity''', '22008 dob must be finite'),
	('dob => ''3000-01-01''', 'CT008 date of birth is out of range'), ('dob => ''1800-01-01''', 'CT008 date of birth is out of range'),
	('hud_elements => ''[]''', '22023 hud_elements must be a jsonb object'), ('hud_elements => ''{"White": 5}''', '22023 hud_elements have an element that is not known, or a code not of its list: White'),
	('hud_elements => ''{"Ssn": 1}''', '22023 hud_elements have an element that is not known, or a code not of its list: Ssn'),
	('hud_elements => ''{"FirstName": "x"}''', '22023 hud_elements have an element that is not known, or a code not of its list: FirstName'),
	('hud_elements => ''{"White": {}}''', '22023 hud_elements have an element that is not known, or a code not of its list: White'),
	(format('%L', repeat('x', 201)), '22023 a name has more than 200 characters, or line ends in it'), ('E''a\nb''', '22023 a name has more than 200 characters, or line ends in it'),
	('aliases => array_fill(''a''::text, ARRAY[101])', '22023 a client has at most 100 aliases')) v (a, e);
SELECT is(tried('test_reader', 'SELECT add_client()'), '42501 permission denied for function add_client', 'not for a reader');

-- Somebody who is there already.
SELECT is(did('test_worker', s), '1', s) FROM unnest(ARRAY['SELECT add_client(''Maribel'', ''Castellanos'', dob => ''1985-03-04'', ssn => ''222334444'', aliases => ''{Mari Castro}'')']) s;
SELECT max(client_id) AS mari FROM client \gset
SELECT is(replace(did('test_worker', format('SELECT add_client(%s)', a)) || ' ' || coalesce(last_detail(), ''), :'mari', 'M'), 'CT014 the client may be entered already Perhaps client M (' || e || ').', a) FROM (VALUES
	('''maribel'', ''CASTELLANOS'', dob => ''1985-03-04''', 'same name and birth date'), ('''Castellanos'', ''Maribel'', dob => ''1985-03-04''', 'same name and birth date'),
	('''Maribell'', ''Castelanos'', dob => ''1985-03-04''', 'similar name and birth date'), ('''Maribel'', ''Castellanos'', dob => ''1985-04-03''', 'similar name and birth date'),
	('''Maribel'', ''Castellanos''', 'similar name, birth date not known'), ('''Mari'', ''Castro'', dob => ''1985-03-04''', 'same name and birth date'),
	('''Somebody'', ''Else'', ssn => ''222-33-4444''', 'same SSN'), ('aliases => ''{Maribel Castellanos}'', dob => ''1985-03-04''', 'same name and birth date')) v (a, e);
SELECT is(last_hint(), 'Look at these records. If none is the person, call again with confirm_warnings => true.', 'the hint');
SELECT is(tried('test_worker', format('SELECT add_client(%s)', a)), '1', a) FROM (VALUES
	('''maribel'', ''castellanos'', dob => ''1985-03-04'', confirm_warnings => true'), ('''Maribel'', ''Castellanos'', dob => ''1951-11-22'''),
	('''Other'', ''Name'', dob => ''1985-03-04'''), ('''X'', ssn => ''22233xxxx''')) v (a);
SELECT is(tried('test_north', 'SELECT add_client(''Maribel'', ''Castellanos'', dob => ''1985-03-04'', ssn => ''222334444'')'), '1', 'who does not see the client is not told');
SELECT is(did('test_worker', 'SELECT add_client(''Maribel'', ''Castelanos'', dob => ''1985-03-04'', ssn => ''222334444'', confirm_warnings => true)'), '1', 'nevertheless');
SELECT max(client_id) AS mari2 FROM client \gset
SELECT is(asked('test_worker', format('SELECT row(duplicate_client_id, score, why) FROM possible_duplicates(%s)', :mari)), format('(%s,1,"same SSN, similar name and birth date")', :mari2), 'possible_duplicates()');
SELECT is(asked('test_worker', 'SELECT duplicate_client_id FROM possible_duplicates(3)'), '1 2 4 5 6 8', 'those in sight whose names differ by a letter');
SELECT is(tried('test_worker', s), e, s) FROM (VALUES ('SELECT * FROM possible_duplicates(NULL)', '22004 client_id must not be null'), ('SELECT * FROM possible_duplicates(9)', 'CT009 client not found'),
	('SELECT * FROM clients_with_ssn_of(9)', 'CT009 client 9 does not exist'), ('SELECT * FROM clients_with_ssn(''222334444'')', '2'), ('SELECT * FROM clients_with_ssn(''987654329'')', '0'),
	('SELECT * FROM clients_with_ssn(NULL)', '0'), ('SELECT * FROM list_possible_duplicates()', '42501 permission denied for function list_possible_duplicates')) v (s, e);
SELECT is(asked('test_both', 'SELECT count(*) FROM clients_with_ssn(''222334444'')'), '0', 'nobody guesses SSNs who may not read them');
SELECT is(tried('test_both', 'SELECT add_client(''Guess'', ''Work'', ssn => ''222334444'')'), '1', 'by entering them either');
SELECT is(asked('test_admin', format('SELECT why FROM list_possible_duplicates() WHERE (client_id, duplicate_client_id) = (%s, %s)', :mari, :mari2)), 'same SSN, similar name and birth date', 'list_possible_duplicates()');
SELECT is(asked('test_admin', 'SELECT count(*) FROM list_possible_duplicates() WHERE 9 IN (client_id, duplicate_client_id)'), '0', 'nobody of Haven''s');
SELECT is(tried('test_admin', format('SELECT list_possible_duplicates(%L)', n)), '22023 max_results must be between 1 and 10000', n) FROM unnest('{0,10001,NULL}'::text[]) n;
SELECT nobody_is_named();

-- Changing.
CREATE FUNCTION public.edited(who text, id bigint, changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT public.tried(who, format('SELECT edit_client(%s, %L)', id, changes || jsonb_build_object('date_updated', (SELECT date_updated FROM hmis.client WHERE client_id = id)))) $$;
SELECT is(did('test_worker', format('SELECT edit_client(%s, jsonb_build_object(''date_updated'', date_updated, ''last_name'', null, ''dob'', ''1985-03-05'', ''sex'', 0, ''veteran_status'', null, ''hud_elements'', ''{"White": 1}''::jsonb)) FROM client WHERE client_id = %1$s', :mari)), '1', 'an edit');
SELECT results_eq(format('SELECT first_name, last_name, name_data_quality, dob::date, dob_data_quality, sex, veteran_status, hud_elements, name_key FROM client WHERE client_id = %s', :mari),
	$$VALUES ('Maribel', NULL, 2::smallint, date '1985-03-05', 1::smallint, 0::smallint, 99::smallint, '{"White": 1}'::jsonb, 'maribel' COLLATE "C")$$, 'what it changed');
SELECT is(edited('test_worker', :mari, c::jsonb), e, c) FROM (VALUES ('{}', '1'), ('{"dob": null}', '1'), ('{"name_data_quality": 1}', '1'), ('{"name_data_quality": 9}', '22023 name_data_quality cannot be 9'),
	('{"dob": "3000-01-01"}', 'CT008 date of birth is out of range'), ('{"dob": "infinity"}', '22008 dob must be finite'), ('{"dob": 5}', '22023 "dob" must be a text, not 5'), ('{"dob": "x"}', '22023 dob must be a date like 2026-03-01'),
	('{"sex": "x"}', '22023 "sex" must be a number, not "x"'), ('{"sex": 2}', '22023 sex has no code 2'), ('{"sex": 1.5}', '22023 sex must be a code'), ('{"sex": 1e30}', '22023 sex must be a code'), ('{"veteran_status": 100}', '22023 veteran_status must be a code'),
	('{"ssn": "1"}', '22023 changes have a key that is not known: ssn'), ('{"hud_elements": 5}', '22023 hud_elements must be a jsonb object'), ('{"first_name": []}', '22023 "first_name" must be a text, not []'),
	('{"dob": "1985-02-30"}', '22008 dob is no day of the calendar')) v (c, e);
SELECT is(tried('test_worker', format('SELECT edit_client(%s, %L)', i, c)), e, c) FROM (VALUES (3, '{}', '22004 date_updated must be given'), (3, '[]', '22023 changes must be a jsonb object'), (3, NULL, '22023 changes must be a jsonb object'),
	(3, '{"date_updated": "2020-01-01"}', 'CT018 the client was changed since you read it'), (9, '{"date_updated": "2020-01-01"}', 'CT009 client not found'), (NULL, '{"date_updated": "2020-01-01"}', '42601 syntax error at or near ","')) v (i, c, e);
SELECT is(edited('test_worker', 1, '{"dob": "2024-06-01"}'), 'CT006 enrollments, services or assessments would be left without the client or before birth', 'born too late');
UPDATE client SET serving_organization_ids = '{}' WHERE client_id = 7;
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (7, 2, 1, 'today'::date + 10);
SELECT is(edited('test_worker', 7, '{"sex": 1}'), '42501 client 7 is not yours to change', 'seen by a release');

-- Deleting and restoring.
SELECT is(tried('test_worker', s), e, s) FROM (VALUES ('SELECT delete_client(3, '''')', '22004 client_id and reason must be given'), ('SELECT delete_client(1, ''x'')', 'CT006 enrollments, services or assessments would be left without the client or before birth'),
	('SELECT delete_client(9, ''x'')', 'CT009 there is no client 9 to delete'), ('SELECT restore_client(3)', 'CT009 there is no deleted client 3 to restore'), ('SELECT restore_client(NULL)', 'CT009 there is no deleted client null to restore')) v (s, e);
SELECT is(did('test_worker', 'SELECT delete_client(3, ''Entered by mistake'')'), '1', 'deleted');
SELECT is((SELECT delete_reason FROM client WHERE client_id = 3), 'Entered by mistake', 'why');
SELECT is(did('test_worker', 'SELECT restore_client(3)'), '1', 'restored');
SELECT is((SELECT date_deleted IS NULL AND delete_reason IS NULL FROM client WHERE client_id = 3), true, 'alive');

-- Aliases.
SELECT is(did('test_worker', 'SELECT add_alias(3, ''  Shorty '')'), '1', 'an alias');
SELECT is(asked('test_worker', 'SELECT client_id FROM find_clients(''shorty'')'), '3', 'is found');
SELECT is(tried('test_worker', s), e, s) FROM (VALUES ('SELECT add_alias(3, ''SHORTY'')', '23505 client 3 has that alias'), ('SELECT add_alias(3, '' '')', '22004 alias_name must be given'), ('SELECT add_alias(3, NULL)', '22004 alias_name must be given'),
	('SELECT add_alias(NULL, ''x'')', '22004 client_id must not be null'), ('SELECT add_alias(9, ''x'')', 'CT009 client not found'), ('SELECT remove_alias(NULL)', 'CT009 there is no alias null to remove')) v (s, e);
SELECT is(tried('test_north', format('SELECT remove_alias(%s)', client_alias_id)), format('CT009 there is no alias %s to remove', client_alias_id), 'not another organization''s') FROM client_alias WHERE alias_name = 'Shorty';
SELECT is(did('test_worker', format('SELECT remove_alias(%s)', client_alias_id)), '1', 'removed') FROM client_alias WHERE alias_name = 'Shorty';
SELECT is(asked('test_worker', 'SELECT client_id FROM find_clients(''shorty'')'), '', 'not found any more');

-- Disposing of a client takes the records along that were merged into it, and what is in the newer tables.
INSERT INTO assessment_type (assessment_type_id, assessment_type_code, assessment_type_name) VALUES (901, 'X901', 'X');
INSERT INTO assessment_question (assessment_type_id, question_code, question_text, question_type, required) VALUES (901, 'WORDS', 'w', 'text', true), (901, 'MONEY', 'm', 'money', false);
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date, exit_date, comments, delete_reason) VALUES (31, 3, 11, '2024-01-01', '2024-01-02', 'secretword', 'secretword');
INSERT INTO assessment (assessment_id, client_id, assessment_type_id, assessment_date, answers, comments, delete_reason, security_organization_id) VALUES (901, 3, 901, '2024-01-20', '{"WORDS": "secretword", "MONEY": 5}', 'secretword', 'secretword', 1);
UPDATE assessment_question SET highest = 1 WHERE question_code = 'MONEY';
INSERT INTO assessment_follow_up (client_id, assessment_type_id, due_date, comments, canceled_date, cancel_reason, delete_reason) VALUES (3, 901, '2024-01-20', 'secretword', '2024-01-20', 'secretword', 'secretword');
INSERT INTO case_assignment (client_id, case_manager_user_id, end_reason, delete_reason) VALUES (3, 1, 'secretword', 'secretword');
INSERT INTO goal (goal_id, client_id, goal_description, delete_reason) VALUES (901, 3, 'secretword', 'secretword');
INSERT INTO action_plan (action_plan_id, client_id, plan_name, delete_reason) VALUES (901, 3, 'secretword', 'secretword');
INSERT INTO action_step (action_plan_id, client_id, action, delete_reason) VALUES (901, 3, 'secretword', 'secretword');
INSERT INTO case_status_change (client_id, goal_id, new_status, status_date, comments) VALUES (3, 901, 'open', '2024-01-01', 'secretword');
INSERT INTO workflow (workflow_id, workflow_code, workflow_name) VALUES (901, 'W', 'W');
INSERT INTO workflow_run (workflow_run_id, workflow_id, version, run_user_id, client_id, run_status, arguments, status_reason) VALUES (901, 901, 1, 1, 3, 'completed', '{"x": "secretword"}', 'secretword');
SELECT merge_clients(:mari, 3, 'secretword') AS merge1 \gset
SELECT merge_clients(:mari2, :mari, 'x') AS merge2 \gset
SELECT is(caught('SELECT dispose_client(3, ''x'')'), format('CT009 client 3 was merged into client %s', :mari2), 'a merged record by itself');
SELECT is(caught(format('SELECT dispose_client(%s, ''Seven years'', true)', :mari2)), 'ok', 'disposed of');
SELECT set_eq('SELECT client_id FROM client_disposal', format('VALUES (3::bigint), (%s), (%s)', :mari, :mari2), 'with what was merged into it');
SELECT is_empty('SELECT client_id FROM client WHERE date_disposed IS NOT NULL AND num_nonnulls(first_name, last_name) > 0', 'no name');
CREATE FUNCTION public.tables_with(word text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t name;
	n bigint;
	found_in text;
BEGIN
	FOR t IN SELECT table_name FROM hmis.schema_table WHERE kind IN ('client', 'protected', 'work') OR table_name IN ('audit_event', 'client_merge_row') ORDER BY 1 LOOP
		EXECUTE format('SELECT count(*) FROM hmis.%I x WHERE x::text ~* %L', t, word) INTO n;
		IF n > 0 THEN found_in := concat_ws(' ', found_in, t); END IF;
	END LOOP;
	RETURN found_in;
END
$$;
SELECT is(tables_with('secretword'), NULL, 'the words are nowhere');
SELECT is(tables_with('Maribel|Castellanos|Zebulonissimo3'), NULL, 'nor the names');
SELECT is((SELECT answers FROM assessment WHERE assessment_id = 901), '{"WORDS": "disposed", "MONEY": 5}'::jsonb, 'answers');
SELECT is(caught(format('SELECT unmerge_clients(%s, ''x'')', :merge2)), format('55000 the data of client %s were disposed of', :mari2), 'no way back');
UPDATE public.raised SET message = '', detail = '', context = '' WHERE context ~ 'Maribel'; -- what was given, not what was found
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
