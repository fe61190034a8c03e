-- Follow-ups: initiating, completing, canceling and rescheduling them, what completes them, the lists, and HUD's annual assessments.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
CREATE ROLE test_counselor IN ROLE clienttrack_worker, clienttrack_read_sensitive;
INSERT INTO hmis_user (user_id, login_role, user_first_name) VALUES (17, 'test_counselor', 'Cora'), (18, NULL, 'Gone');
UPDATE hmis_user SET date_deleted = now() WHERE user_id = 18;
INSERT INTO user_organization (member_user_id, organization_id) VALUES (17, 1);
SELECT define_assessment_type('CHECK', 'Check', '[{"code": "A", "text": "a", "type": "text"}]', follow_up_days => 90) AS checked, define_assessment_type('FREE', 'Free', '[{"code": "A", "text": "a", "type": "text"}]') AS free,
	define_assessment_type('HIV', 'Health', '[{"code": "A", "text": "a", "type": "text"}]', sensitive => true, follow_up_days => 30) AS hiv, define_assessment_type('GONE', 'Gone', active => false) \gset
INSERT INTO assessment (assessment_id, client_id, assessment_type_id, assessment_date, security_organization_id) VALUES (1, 1, :checked, '2024-03-01', 1), (2, 2, :checked, '2024-03-01', 1), (3, 1, :free, '2024-03-01', 1);
SELECT setval('assessment_assessment_id_seq', 100) \g /dev/null

-- initiate_follow_up().
SELECT initiate_follow_up(1, 'CHECK', initiated_by_assessment_id => 1, enrollment_id => 1, assigned_user_id => 12, comments => 'Call first') AS first \gset
SELECT results_eq('SELECT client_id, assessment_type_id, enrollment_id, initiated_by_assessment_id, due_date, assigned_user_id, comments FROM assessment_follow_up', format('VALUES (1::bigint, %s::bigint, 1::bigint, 1::bigint, ''2024-05-30''::date, 12::bigint, ''Call first'')', :checked), 'due as many days after the assessment as its type says');
SELECT initiate_follow_up(2, 'CHECK') AS second \gset
SELECT is((SELECT due_date FROM assessment_follow_up WHERE assessment_follow_up_id = :second), current_date + 90, 'or after today');
SELECT initiate_follow_up(2, 'FREE', '2024-02-01') AS third \gset
SELECT is((SELECT due_date FROM assessment_follow_up WHERE assessment_follow_up_id = :third), '2024-02-01', 'or as given');
SELECT is(caught(format('SELECT initiate_follow_up(%s)', a)), m, a) FROM (VALUES ('NULL, ''CHECK''', '22004 client_id must not be null'), ('1, NULL', '22004 type must not be null'), ('1, ''NONE''', 'CT009 there is no active assessment type "NONE"'), ('1, ''GONE''', 'CT009 there is no active assessment type "GONE"'), ('99, ''CHECK''', 'CT009 client not found'),
	('1, ''FREE''', '22004 due_date must be given'), ('1, ''CHECK'', ''infinity''', '22008 due_date must be finite'), ('1, ''CHECK'', ''2024-02-29'', initiated_by_assessment_id => 1', '22023 due_date must not be before the assessment that it follows: 2024-02-29 and 2024-03-01'), ('1, ''CHECK'', initiated_by_assessment_id => 2', 'CT009 assessment 2 is not one of client 1'),
	('1, ''CHECK'', initiated_by_assessment_id => 99', 'CT009 assessment 99 is not one of client 1'), ('1, ''CHECK'', enrollment_id => 2', 'CT009 enrollment 2 does not exist'), ('1, ''CHECK'', assigned_user_id => 99', 'CT009 user 99 does not exist'), ('1, ''CHECK'', assigned_user_id => 18', 'CT009 user 18 does not exist'), ('1, ''CHECK'', initiated_by_assessment_id => 3', 'ok')) v (a, m);
DELETE FROM assessment_follow_up WHERE initiated_by_assessment_id = 3;

-- What completes them.
CREATE FUNCTION public.completes(day date, type text DEFAULT 'CHECK', client bigint DEFAULT 1, enrollment bigint DEFAULT 1, organization bigint DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	id bigint;
	answer text;
BEGIN
	INSERT INTO hmis.assessment (client_id, assessment_type_id, assessment_date, enrollment_id, security_organization_id)
	SELECT client, t.assessment_type_id, day, enrollment, organization FROM hmis.assessment_type t WHERE t.assessment_type_code = type RETURNING assessment_id INTO id;
	SELECT string_agg(f.due_date::text, ' ' ORDER BY f.due_date) INTO answer FROM hmis.assessment_follow_up f WHERE f.completed_by_assessment_id = id;
	RAISE SQLSTATE 'XYZ00';
EXCEPTION WHEN SQLSTATE 'XYZ00' THEN RETURN coalesce(answer, 'none');
END $$;
UPDATE assessment_follow_up SET security_organization_id = 1;
SELECT is(completes('2024-05-30'), '2024-05-30', 'on the day');
SELECT is(completes('2024-04-30'), '2024-05-30', '30 days before');
SELECT is(completes('2024-04-29'), 'none', 'earlier ones don''t');
SELECT is(completes('2024-12-30'), '2024-05-30', 'later');
SELECT is(completes('2024-05-30', 'FREE'), 'none', 'of another type');
SELECT is(completes('2024-05-30', client => 2, enrollment => 2), 'none', 'of another client');
SELECT is(completes('2024-05-30', enrollment => NULL), 'none', 'of no enrollment');
SELECT is(completes('2024-05-30', organization => 2), 'none', 'of another organization');
UPDATE assessment_follow_up SET due_date = '2024-03-05', enrollment_id = NULL WHERE assessment_follow_up_id = :first;
SELECT is(completes('2024-03-01'), 'none', 'not on the day of the assessment that it follows');
SELECT is(completes('2024-03-02'), '2024-03-05', 'after it');
SELECT is(completes('2024-03-02', enrollment => NULL), '2024-03-05', 'of any enrollment, or none');
UPDATE assessment_follow_up SET due_date = '2024-05-30', enrollment_id = 1 WHERE assessment_follow_up_id = :first;
SELECT is(completes(current_date, client => 2, enrollment => NULL, type => 'FREE'), '2024-02-01', 'without such an assessment: from the day it was initiated');
SELECT is(completes(current_date - 1, client => 2, enrollment => NULL, type => 'FREE'), 'none', 'not before');
SELECT initiate_follow_up(1, 'CHECK', '2024-06-10', initiated_by_assessment_id => 1) AS again \gset
UPDATE assessment_follow_up SET security_organization_id = 1;
SELECT is(completes('2024-06-01'), '2024-05-30 2024-06-10', 'all that it answers');
SELECT cancel_follow_up(:again, 'Not needed');
SELECT is(completes('2024-06-01'), '2024-05-30', 'not those that were canceled');
SELECT is(completes('2024-06-01'), '2024-05-30', 'the first of two') FROM (VALUES (1)) v;
INSERT INTO assessment (assessment_id, client_id, assessment_type_id, assessment_date, enrollment_id, security_organization_id) VALUES (11, 1, :checked, '2024-06-02', 1, 1), (12, 1, :checked, '2024-06-01', 1, 1);
SELECT is((SELECT completed_by_assessment_id FROM assessment_follow_up WHERE assessment_follow_up_id = :first), 12::bigint, 'of two in one statement the earlier');
SELECT delete_assessment(12, 'Entered twice');
SELECT is((SELECT completed_by_assessment_id FROM assessment_follow_up WHERE assessment_follow_up_id = :first), NULL, 'deleted, it completes nothing');
SELECT restore_assessment(12);
SELECT is((SELECT completed_by_assessment_id FROM assessment_follow_up WHERE assessment_follow_up_id = :first), 12::bigint, 'restored, it does');
UPDATE assessment SET date_deleted = now() WHERE assessment_id IN (11, 12);
INSERT INTO assessment (assessment_id, client_id, assessment_type_id, assessment_date, security_organization_id) VALUES (13, 1, :checked, '2024-06-03', 1);
SELECT is((SELECT completed_by_assessment_id FROM assessment_follow_up WHERE assessment_follow_up_id = :first), NULL, 'one that is not associated');
SELECT associate_assessment(13, 1);
SELECT is((SELECT completed_by_assessment_id FROM assessment_follow_up WHERE assessment_follow_up_id = :first), 13::bigint, 'completes it when it is');
DELETE FROM assessment_follow_up;
UPDATE assessment SET date_deleted = now() WHERE assessment_id > 10;

-- complete_follow_up(), cancel_follow_up(), reschedule_follow_up(), delete_follow_up().
SELECT initiate_follow_up(1, 'CHECK', '2024-05-30') AS one, initiate_follow_up(1, 'CHECK', '2024-05-31') AS two, initiate_follow_up(1, 'CHECK', '2024-06-01') AS three \gset
SELECT is(caught('SELECT ' || f), m, f) FROM (VALUES (format('complete_follow_up(%s, 2)', :one), 'CT009 assessment 2 is not one of that type of client 1'), (format('complete_follow_up(%s, 3)', :one), 'CT009 assessment 3 is not one of that type of client 1'), (format('complete_follow_up(%s, 13)', :one), 'CT009 assessment 13 is not one of that type of client 1'),
	(format('complete_follow_up(%s, NULL)', :one), 'CT009 assessment null is not one of that type of client 1'), ('complete_follow_up(0, 1)', 'CT009 there is no follow-up 0'), ('complete_follow_up(NULL, 1)', 'CT009 there is no follow-up null'), (format('complete_follow_up(%s, 1)', :one), 'ok'), (format('complete_follow_up(%s, 1)', :one), format('55000 follow-up %s is completed already', :one)),
	(format('cancel_follow_up(%s, ''x'')', :one), format('55000 follow-up %s is completed already', :one)), (format('cancel_follow_up(%s, '' '')', :two), '22004 reason must be given'), (format('cancel_follow_up(%s, NULL)', :two), '22004 reason must be given'), (format('cancel_follow_up(%s, ''Moved'')', :two), 'ok'), (format('cancel_follow_up(%s, ''Moved'')', :two), format('55000 follow-up %s is canceled already', :two)),
	(format('reschedule_follow_up(%s, ''2024-01-01'')', :two), format('55000 follow-up %s is canceled already', :two)), (format('complete_follow_up(%s, 1)', :two), format('55000 follow-up %s is canceled already', :two)), (format('reschedule_follow_up(%s, ''infinity'')', :three), '22008 due_date must be finite'), (format('reschedule_follow_up(%s, assigned_user_id => 18)', :three), 'CT009 user 18 does not exist'),
	(format('reschedule_follow_up(%s)', :three), 'ok'), (format('reschedule_follow_up(%s, ''2024-07-01'', 12, ''Later'')', :three), 'ok'), ('reschedule_follow_up(0)', 'CT009 there is no follow-up 0'), ('delete_follow_up(0, ''x'')', 'CT009 there is no assessment follow up 0 to delete'), (format('delete_follow_up(%s, '''')', :two), '22004 assessment_follow_up_id and reason must be given')) v (f, m);
SELECT results_eq('SELECT due_date, assigned_user_id, comments FROM assessment_follow_up WHERE assessment_follow_up_id = ' || :three, $$VALUES ('2024-07-01'::date, 12::bigint, 'Later')$$, 'rescheduled');

-- Lists.
SELECT reschedule_follow_up(:three, current_date - 3);
SELECT initiate_follow_up(2, 'CHECK', current_date, 2, 17) AS today, initiate_follow_up(2, 'FREE', current_date + 5) AS later \gset
SELECT results_eq('SELECT client_id, assessment_type_code, status, days_overdue, program_name, assigned_to FROM assessment_follow_up_list', $$VALUES (1::bigint, 'CHECK', 'completed', 0, NULL, NULL), (1, 'CHECK', 'canceled', 0, NULL, NULL), (1, 'CHECK', 'overdue', 3, NULL, 'Walt'), (2, 'CHECK', 'due', 0, 'Drop-in', 'Cora'), (2, 'FREE', 'open', 0, NULL, NULL)$$, 'how they stand');
SELECT results_eq('SELECT completed_date, cancel_reason FROM assessment_follow_up_list WHERE status IN (''completed'', ''canceled'')', $$VALUES ('2024-03-01'::date, NULL), (NULL, 'Moved')$$, 'and why');
SELECT results_eq('SELECT due_date - current_date, status, days_overdue, assigned_to FROM due_follow_ups()', $$VALUES (-3, 'overdue', 3, 'Walt'), (0, 'due', 0, 'Cora')$$, 'what is due');
SELECT results_eq('SELECT due_date - current_date, status, days_overdue FROM due_follow_ups(current_date + 5)', $$VALUES (-3, 'overdue', 8), (0, 'overdue', 5), (5, 'due', 0)$$, 'on a day');
SELECT results_eq('SELECT assigned_to FROM due_follow_ups(user_id => 17)', $$VALUES ('Cora')$$, 'for somebody');
SELECT is_empty('SELECT FROM due_follow_ups(current_date - 4)', 'nothing');
SELECT is_empty('SELECT FROM due_follow_ups(NULL)', 'on no day');
SELECT alike(caught('SELECT * FROM due_follow_ups(''infinity'')'), '22008 %', 'an infinite one');
SELECT delete_follow_up(:later, 'Wrong client');
SELECT is_empty('SELECT FROM assessment_follow_up_list WHERE assessment_follow_up_id = ' || :later, 'a deleted one is not in the list');

-- Whose they are.
DELETE FROM assessment_follow_up;
SELECT is(did('test_worker', 'SELECT hmis.initiate_follow_up(1, ''CHECK'', current_date, 1)'), '1', 'a worker initiates');
SELECT is(did('test_counselor', 'SELECT hmis.initiate_follow_up(1, ''HIV'', current_date)'), '1', 'and who may, of a sensitive type');
SELECT is(did('test_worker', 'SELECT hmis.initiate_follow_up(1, ''HIV'', current_date)'), '42501 this needs the right "read_sensitive"', 'others may not');
SELECT is(asked(who, 'SELECT assessment_type_code FROM hmis.due_follow_ups() ORDER BY 1'), what, who) FROM (VALUES ('test_worker', 'CHECK'), ('test_reader', 'CHECK'), ('test_counselor', 'CHECK HIV'), ('test_north', ''), ('test_both', 'CHECK')) v (who, what);
SELECT assessment_follow_up_id AS secret FROM assessment_follow_up WHERE assessment_type_id = :hiv \gset
SELECT is(did('test_worker', format('SELECT hmis.%s', format(f, :secret))), format('CT009 there is no follow-up %s', :secret), f) FROM unnest('{"cancel_follow_up(%s, ''x'')","complete_follow_up(%s, 1)",reschedule_follow_up(%s)}'::text[]) f;
SELECT is(did(who, 'SELECT hmis.initiate_follow_up(' || a || ')'), m, who || ' ' || a) FROM (VALUES ('test_reader', '1, ''CHECK''', '42501 permission denied for function initiate_follow_up'), ('test_worker', '7, ''CHECK''', 'CT009 client not found'), ('test_worker', '8, ''CHECK'', enrollment_id => 8', 'CT009 enrollment 8 does not exist')) v (who, a, m);
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(1, 'CHECK', '{}', current_date, 1)$$), '1', 'the worker records it');
SELECT results_eq('SELECT assessment_type_code, status FROM assessment_follow_up_list ORDER BY 1', $$VALUES ('CHECK', 'completed'), ('HIV', 'due')$$, 'and has it completed');
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(1, 'CHECK', '{}', current_date - 1, 1, follow_up_date => current_date + 60)$$), '1', 'with the next');
SELECT results_eq('SELECT due_date - current_date, initiated_by_date - current_date, enrollment_id FROM assessment_follow_up_list WHERE status = ''open''', 'VALUES (60, -1, 1::bigint)', 'that follows it');
SELECT is(did('test_worker', $$SELECT hmis.record_assessment(1, 'CHECK', '{}', current_date - 2, 1, follow_up_date => current_date - 3)$$), format('22023 due_date must not be before the assessment that it follows: %s and %s', current_date - 3, current_date - 2), 'which it does not precede');

-- Annual assessments.
INSERT INTO enrollment (enrollment_id, client_id, program_id, household_id, relationship_to_hoh, entry_date, exit_date) VALUES (51, 1, 12, 700, 1, '2022-03-01', NULL), (52, 2, 12, 700, 2, '2023-02-20', NULL), (53, 3, 12, 700, 2, '2023-03-20', NULL), (54, 5, 12, 700, 2, '2022-03-01', '2023-03-15'), (55, 6, 12, 701, 1, '2020-02-29', NULL);
UPDATE client SET dob = '2010-05-05' WHERE client_id = 3;
UPDATE client SET dob = NULL WHERE client_id = 2;
CREATE FUNCTION public.annual(day date, type text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(':', a.client_id, a.status, nullif(a.days_overdue, 0)), ' ' ORDER BY a.client_id) FROM hmis.annual_assessments(day, 12, type) a WHERE a.enrollment_id > 50
$$;
SELECT is(annual('2023-01-29'), '6:due', 'before the window');
SELECT is(annual('2023-01-30'), '1:due 5:due 6:due', '30 days before the anniversary of the head''s entry: head and adults who are there');
SELECT is(annual('2023-02-20'), '1:due 2:due 5:due 6:due', 'who entered before the anniversary too; no date of birth is an adult''s');
SELECT is(annual('2023-03-16'), '1:due 2:due 6:due', 'not who left');
SELECT is(annual('2023-03-31'), '1:due 2:due 6:overdue:1', 'the last day');
SELECT is(annual('2023-04-02'), '1:overdue:2 2:overdue:2 6:overdue:3', 'overdue');
SELECT results_eq('SELECT anniversary, first_day, last_day, is_head, household_id, program_name FROM annual_assessments(''2023-03-01'', 12) WHERE client_id = 1', $$VALUES ('2023-03-01'::date, '2023-01-30'::date, '2023-03-31'::date, true, 700::bigint, 'Shelter')$$, 'with the window');
SELECT is((SELECT anniversary FROM annual_assessments('2023-03-01') WHERE client_id = 6), '2023-02-28', 'of the 29th of February');
SELECT record_assessment(1, 'CHECK', '{}', '2023-01-30', 51, 5) \g /dev/null
SELECT record_assessment(2, 'FREE', '{}', '2023-02-25', 52, 2) \g /dev/null
SELECT is(annual('2023-02-27'), '2:due 5:due 6:due', 'made');
SELECT is(annual('2023-02-27', 'FREE'), '1:due 2:due 5:due 6:due', 'of a type');
SELECT is(annual('2024-02-01'), '1:due 2:due 6:due', 'next year again');
SELECT is(annual('2024-04-10'), '1:overdue:10 2:overdue:10 6:overdue:11', 'a child is none');
UPDATE client SET dob = '2006-03-10' WHERE client_id = 3;
SELECT is(annual('2024-03-12'), '1:due 2:due 3:due 6:due', 'until it is 18');
SELECT is(caught('SELECT * FROM annual_assessments(type => ''NONE'')'), 'CT009 assessment type "NONE" does not exist', 'no such type');
SELECT is_empty('SELECT FROM annual_assessments(NULL)', 'on no day');
SELECT is_empty(format('SELECT FROM annual_assessments(%L)', d), 'on ' || d) FROM (VALUES ('infinity'), ('-infinity')) v (d);
SELECT is(asked(who, 'SELECT DISTINCT program_id FROM hmis.annual_assessments(''2030-01-01'') ORDER BY 1'), p, 'programs of ' || who) FROM (VALUES ('test_reader', '11 12'), ('test_north', '21')) v (who, p);

-- A merge completes none: taken back, each client has the follow-up and the assessment of before.
SELECT add_client() AS a \gset
SELECT add_client() AS b \gset
SELECT assessment_type_code AS care FROM assessment_type WHERE NOT sensitive AND active ORDER BY 1 LIMIT 1 \gset
INSERT INTO assessment_follow_up (client_id, assessment_type_id, due_date)
	SELECT :a, assessment_type_id, current_date FROM assessment_type WHERE assessment_type_code = :'care';
INSERT INTO assessment (client_id, assessment_type_id, assessment_date)
	SELECT :b, assessment_type_id, current_date FROM assessment_type WHERE assessment_type_code = :'care';
SELECT merge_clients(:a, :b, 'one person') AS merge \gset
SELECT is((SELECT count(completed_by_assessment_id) FROM assessment_follow_up WHERE client_id = :a), 0::bigint, 'a merge completes no follow-up');
SELECT complete_follow_up((SELECT max(assessment_follow_up_id) FROM assessment_follow_up), (SELECT max(assessment_id) FROM assessment)) \g /dev/null
SELECT unmerge_clients(:merge, 'two people') \g /dev/null
SELECT is((SELECT count(*) FROM assessment_follow_up f JOIN assessment a ON a.client_id = :b WHERE f.client_id = :a AND f.completed_by_assessment_id IS NULL),
	1::bigint, 'each has its own again, open where it was completed meanwhile');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
