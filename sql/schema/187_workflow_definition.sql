-- The functions that workflows may call, and the workflows that every schema begins with: intake, exit and annual assessment. They
-- are the administrator's to change: define_workflow(), mark_step_function(). The functions are made later, by other scripts;
-- a workflow whose functions are not there cannot be started, and selfaudit() says so.

INSERT INTO step_function (function_name, saved_table, saved_column, delete_function) VALUES
	('add_client', 'client', NULL, 'delete_client'),
	('set_ssn', NULL, NULL, NULL),
	('enroll_client', 'enrollment', NULL, 'delete_enrollment'),
	('enroll_household', 'enrollment', NULL, 'delete_enrollment'),
	('exit_enrollment', 'enrollment', NULL, 'reopen_enrollment'),
	('exit_household', 'enrollment', NULL, 'reopen_enrollment'),
	('record_assessment', 'assessment', NULL, 'delete_assessment'),
	('initiate_follow_up', 'assessment_follow_up', NULL, 'delete_follow_up'),
	('identify_barrier', 'client_barrier', NULL, 'delete_client_barrier'),
	('set_goal', 'goal', NULL, 'delete_goal'),
	('create_action_plan', 'action_plan', NULL, 'delete_action_plan'),
	('assign_case_manager', 'case_assignment', NULL, 'delete_case_assignment'),
	('create_service_authorization', 'service_authorization', NULL, 'delete_service_authorization'),
	('issue_scan_card', 'scan_card', 'card_code', 'revoke_scan_card'),
	('replace_scan_card', 'scan_card', 'card_code', 'revoke_scan_card'),
	('record_service', 'client_service', NULL, 'delete_service'),
	('record_household_services', 'client_service', NULL, 'delete_service'),
	('quick_services', 'client_service', NULL, 'delete_service'),
	('record_turn_away', 'turn_away', NULL, 'delete_turn_away'),
	('bar_client', 'bar', NULL, 'lift_bar');

INSERT INTO workflow (workflow_code, workflow_name) VALUES
	('INTAKE', 'Intake and enrollment'), ('EXIT', 'Exit'), ('ANNUAL_ASSESSMENT', 'Annual assessment');

-- HUD asks the assessments of heads of household and adults only (4.02, 4.03, 4.11): for a child they are skipped.
INSERT INTO workflow_step (workflow_id, version, step_order, step_code, step_title, function_name, required, parameters, condition)
SELECT w.workflow_id, 1, s.step_order, s.step_code, s.step_title, s.function_name, s.required, s.parameters::jsonb, s.condition::jsonb
FROM workflow w JOIN (VALUES
	('INTAKE', 1, 'client', 'Add the client', 'add_client', true, '{}', '{"run": "client_id", "given": false}'),
	('INTAKE', 2, 'enrollment', 'Enroll in a program', 'enroll_client', true,
		'{"client_id": {"run": "client_id"}, "program_id": {"run": "program_id"}, "entry_date": {"run": "entry_date"}}',
		'{"run": "enrollment_id", "given": false}'),
	('INTAKE', 3, 'income', 'Income and benefits at entry', 'record_assessment', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "type": {"value": "HUD_INCOME_BENEFITS"},
			"assessment_date": {"run": "entry_date"}, "data_collection_stage": {"value": 1}}', NULL),
	('INTAKE', 4, 'health', 'Health and domestic violence at entry', 'record_assessment', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "type": {"value": "HUD_HEALTH_AND_DV"},
			"assessment_date": {"run": "entry_date"}, "data_collection_stage": {"value": 1}}', NULL),
	('INTAKE', 5, 'need', 'First need or barrier', 'identify_barrier', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}}', NULL),
	('INTAKE', 6, 'goal', 'First goal', 'set_goal', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "client_barrier_id": {"step": "need"}}', NULL),
	('INTAKE', 7, 'case_manager', 'Case manager', 'assign_case_manager', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}}', NULL),
	('INTAKE', 8, 'card', 'Scan card', 'issue_scan_card', false, '{"client_id": {"run": "client_id"}}', NULL),
	('EXIT', 1, 'income', 'Income and benefits at exit', 'record_assessment', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "type": {"value": "HUD_INCOME_BENEFITS"},
			"assessment_date": {"run": "exit_date"}, "data_collection_stage": {"value": 3}}', NULL),
	('EXIT', 2, 'exit', 'Exit from the program', 'exit_enrollment', true,
		'{"enrollment_id": {"run": "enrollment_id"}, "exit_date": {"run": "exit_date"}}', NULL),
	('EXIT', 3, 'service', 'Last service', 'record_service', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "date_provided": {"run": "exit_date"}}', NULL),
	('ANNUAL_ASSESSMENT', 1, 'income', 'Income and benefits', 'record_assessment', true,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "type": {"value": "HUD_INCOME_BENEFITS"},
			"assessment_date": {"run": "assessment_date"}, "data_collection_stage": {"value": 5}}', NULL),
	('ANNUAL_ASSESSMENT', 2, 'next_year', 'Follow-up next year', 'initiate_follow_up', false,
		'{"client_id": {"run": "client_id"}, "enrollment_id": {"run": "enrollment_id"}, "type": {"value": "HUD_INCOME_BENEFITS"},
			"initiated_by_assessment_id": {"step": "income"}}', NULL))
	AS s (workflow_code, step_order, step_code, step_title, function_name, required, parameters, condition)
	ON s.workflow_code = w.workflow_code;
