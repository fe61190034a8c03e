-- From intake to exit: a workflow that is paused and resumed, one that is canceled, and what lies between.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('story_case');
SET search_path = story_case;

-- The administrator's script sets the house up.
INSERT INTO organization (organization_id, organization_name) VALUES (1, 'Harbor Homes');
INSERT INTO program (program_id, organization_id, program_name, operating_start_date) VALUES (1, 1, 'Family shelter', '2020-01-01');
INSERT INTO program_coc (program_id, coc_code) VALUES (1, 'MN-500');
INSERT INTO hmis_user (user_id, user_first_name, user_last_name, login_role) VALUES (1, 'Grace', 'Hill', 'story_grace'), (2, 'Ines', 'Rios', 'story_ines'), (3, 'Omar', 'Said', 'story_omar');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1), (2, 1), (3, 1);
CREATE ROLE story_grace IN ROLE clienttrack_worker, clienttrack_read_sensitive;
CREATE ROLE story_omar IN ROLE clienttrack_worker;
CREATE ROLE story_ines IN ROLE clienttrack_admin;
SELECT define_service('MEAL', 'Hot meal', default_unit_value => 3.50) IS NOT NULL AS set_up;
SELECT define_barrier('PAPERS', 'No identity papers') IS NOT NULL AS set_up;
SELECT define_assessment_type('VULNERABILITY', 'Vulnerability', '[
	{"code": "nights", "text": "Nights outside in the last month", "type": "number", "lowest": 0, "highest": 31, "weight": 0.5},
	{"code": "ill", "text": "Chronic illness", "type": "code", "required": true, "choices": [
		{"code": "0", "text": "No", "weight": 0}, {"code": "1", "text": "Yes", "weight": 5}, {"code": "8", "text": "Client doesn''t know", "answer_status": "doesnt_know"}]},
	{"code": "total", "text": "Total", "type": "score"}]', follow_up_days => 90) IS NOT NULL AS set_up;

-- Monday. Grace begins an intake. The workflow tells her what comes next, and what it needs.
SET ROLE story_grace;
SELECT start_workflow('INTAKE', arguments => '{"program_id": 1, "entry_date": "2024-01-08"}') AS run \gset
SELECT step_code, step_title, required, known FROM next_step(:run);
SELECT complete_step(:run, 'client', '{"first_name": "Ada", "last_name": "Moss", "dob": "1985-05-05"}') AS saved \gset
SELECT complete_step(:run, 'enrollment', '{"relationship_to_hoh": 7}');
SELECT complete_step(:run, 'enrollment', '{"relationship_to_hoh": 1, "colour": "red"}');
SELECT complete_step(:run, 'enrollment', '{"living_situation": 116}') IS NOT NULL AS saved;
-- Somebody is at the door and wants a meal: not in the middle of an intake.
\set VERBOSITY default
SELECT record_service(client_id, 'MEAL', '2024-01-08') FROM enrollment;
\set VERBOSITY terse
SELECT pause_workflow(:run, 'Somebody at the door');
SELECT record_service(client_id, 'MEAL', '2024-01-08') > 0 AS recorded FROM enrollment;
-- She begins the wrong workflow, and cancels it. What it saved stays, and is listed with how to delete it.
SELECT start_workflow('INTAKE', arguments => '{"program_id": 1, "entry_date": "2024-01-08"}') AS wrong \gset
SELECT resume_workflow(:run);
SELECT complete_step(:wrong, 'client', '{"first_name": "Ada", "last_name": "Mos"}');
SELECT complete_step(:wrong, 'client', '{"first_name": "Ada", "last_name": "Mos"}', confirm_warnings => true) IS NOT NULL AS saved;
SELECT cancel_workflow(:wrong, 'She is in the house already') IS NOT NULL AS canceled;
SELECT step_code, saved_table, saved_status, delete_function FROM workflow_saved WHERE workflow_run_id = :wrong;
SELECT delete_client(saved_id, 'Entered twice') FROM workflow_saved WHERE workflow_run_id = :wrong;
-- Back to the intake. Income was not asked; the other steps are done or skipped, and the check marks tell.
SELECT resume_workflow(:run);
SELECT complete_step(:run, 'income', '{"answers": {"IncomeFromAnySource": "99"}}') IS NOT NULL AS saved;
SELECT skip_step(:run, 'health');
SELECT complete_step(:run, 'need', '{"barrier": "PAPERS", "identified_date": "2024-01-08"}') IS NOT NULL AS saved;
SELECT complete_step(:run, 'goal', '{"goal_description": "A new passport", "begin_date": "2024-01-08"}') IS NOT NULL AS saved;
SELECT complete_step(:run, 'case_manager', '{"case_manager_user_id": 1, "begin_date": "2024-01-08"}') IS NOT NULL AS saved;
SELECT skip_step(:run, 'card');
SELECT step_code, step_status, saved_table FROM workflow_progress WHERE workflow_run_id = :run ORDER BY step_order;
SELECT workflow_code, run_status, steps_done FROM workflow_run_list ORDER BY workflow_run_id;

-- Tuesday. A dated assessment with a score that nobody enters, and when the next one is due.
SELECT client_id AS ada, enrollment_id AS stay FROM enrollment \gset
SELECT record_assessment(:ada, 'VULNERABILITY', '{"nights": 12, "ill": "1"}', '2024-01-09', :stay, follow_up_date => '2024-04-08') AS asked \gset
SELECT record_assessment(:ada, 'VULNERABILITY', '{"nights": 40, "ill": "9"}', '2024-01-09', :stay);
SELECT question_code, answer_status, answer_number, answer_codes, answer_text FROM assessment_answer WHERE assessment_id = :asked ORDER BY question_order;
SELECT assessment_type_code, due_date, status FROM assessment_follow_up_list WHERE client_id = :ada;

-- Spring. Ada's daughter joins the household, Omar takes over Grace's clients, the papers are there.
SELECT add_client('Cy', 'Moss', dob => '2015-03-03') AS cy \gset
SELECT relationship_to_hoh, household = (SELECT household_id FROM enrollment WHERE enrollment_id = :stay) AS together
FROM enroll_household(1, jsonb_build_array(jsonb_build_object('client_id', :cy, 'relationship_to_hoh', 2)), '2024-03-01', household_id => (SELECT household_id FROM enrollment WHERE enrollment_id = :stay));
SELECT enroll_client(:cy, 1, '2024-03-15');
SELECT count(*) AS moved FROM reassign_case_load(1, 3, '2024-03-01', 'Grace is on leave');
SELECT case_manager, enrollment_id = :stay AS of_ada FROM case_load;
SELECT resolve_barrier(client_barrier_id, '2024-04-02') IS NOT NULL AS resolved FROM client_barrier;
SELECT old_status, new_status, status_date FROM case_status_history WHERE client_barrier_id IS NOT NULL ORDER BY case_status_change_id;

-- Two records of one person: somebody entered Ada again, with a nickname, and gave her a meal.
SELECT add_client('Addie', 'Moss', dob => '1985-05-05', confirm_warnings => true) AS addie \gset
SELECT enroll_client(:addie, 1, '2024-04-10') > 0 AS enrolled;
SELECT record_service(:addie, 'MEAL', '2024-04-11') > 0 AS recorded;
RESET ROLE;
SELECT merge_clients(:ada, :addie, 'The same passport') > 0 AS merged;
SELECT resolve_client(:addie) = :ada AS resolves, (SELECT count(*) FROM client_service WHERE client_id = :ada) AS services;
SELECT other_entry_date FROM overlapping_enrollments;
SELECT unmerge_clients(client_merge_id, 'Two sisters') IS NOT NULL AS undone FROM client_merge;
SELECT resolve_client(:addie) = :addie AS herself, (SELECT count(*) FROM client_service WHERE client_id = :ada) AS services;

-- Summer. They move out. Omar goes through the exit; Ada's goal is still open, and Cy would be left without a head.
SET ROLE story_omar;
SELECT start_workflow('EXIT', enrollment_id => :stay, arguments => '{"exit_date": "2024-06-30"}') AS run \gset
SELECT skip_step(:run, 'income');
\set VERBOSITY default
SELECT complete_step(:run, 'exit', '{"destination": 422}');
\set VERBOSITY terse
SELECT pause_workflow(:run);
SELECT achieve_goal(goal_id, '2024-06-01') IS NOT NULL AS achieved FROM goal;
SELECT exit_enrollment(enrollment_id, '2024-06-30', 422) IS NOT NULL AS exited FROM enrollment WHERE client_id = :cy;
SELECT resume_workflow(:run);
SELECT complete_step(:run, 'exit', '{"destination": 422}') IS NOT NULL AS saved;
SELECT skip_step(:run, 'service');
SELECT run_status FROM workflow_run WHERE workflow_run_id = :run;
SELECT entry_date, exit_date, destination_label, relationship_to_hoh, case_manager, services FROM enrollment_history WHERE program_id = 1 ORDER BY enrollment_id;
SELECT record_service(:ada, 'MEAL', '2024-07-01');
RESET ROLE;
SELECT * FROM clienttrack.verify('story_case');
SELECT * FROM clienttrack.selfaudit('story_case');

SET client_min_messages = error;
DROP SCHEMA story_case CASCADE;
DROP ROLE story_grace, story_ines, story_omar;
