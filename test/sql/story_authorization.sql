-- A case manager asks for rides to dialysis, a supervisor approves, drivers record them, and the period ends.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('story_authorization');
SET search_path = story_authorization;

INSERT INTO organization (organization_id, organization_name) VALUES (1, 'Harbor Homes');
INSERT INTO program (program_id, organization_id, program_name) VALUES (1, 1, 'Supportive housing');
INSERT INTO fund (fund_id, fund_name) VALUES (1, 'County health');
INSERT INTO grant_award (grant_award_id, fund_id, grant_identifier) VALUES (1, 1, 'CH-24');
INSERT INTO hmis_user (user_id, user_first_name, user_last_name, login_role) VALUES (1, 'Grace', 'Hill', 'story_grace'), (2, 'Sam', 'Yang', 'story_sam');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1), (2, 1);
CREATE ROLE story_grace IN ROLE clienttrack_worker;
CREATE ROLE story_sam IN ROLE clienttrack_worker, clienttrack_approve_authorizations;
SELECT define_service('RIDE', 'Ride', default_unit_value => 18) IS NOT NULL AS set_up;
SELECT offer_service('RIDE', requires_authorization => true) IS NOT NULL AS set_up;
SELECT define_service('RENT', 'Rent', unit_of_measure => 'dollars') IS NOT NULL AS set_up;
SET ROLE story_grace;
SELECT add_client('Ada', 'Moss', dob => '1955-05-05') AS client \gset
SELECT enroll_client(:client, 1, '2024-01-02', grant_id => 1) AS stay \gset

-- No ride without an authorization.
\set VERBOSITY default
SELECT record_service(:client, 'RIDE', '2024-01-08');
-- She asks for two rides, Mondays, Wednesdays and Fridays until the end of February. What is wrong with a rule is told.
SELECT create_service_authorization(:client, 'RIDE', '2024-01-08', '2024-02-29', units => 2, recurrence => 'FREQ=WEEKLY;BYDAY=MON,WED,FRI', enrollment_id => :stay);
\set VERBOSITY terse
SELECT create_service_authorization(:client, 'RIDE', '2024-01-08', '2024-02-29', units => 2, recurrence => 'FREQ=WEEKLY;BYDAY=MO,WE,FR', enrollment_id => :stay, fund_id => 1,
	grant_id => 1, comments => 'Dialysis', exceptions => '[{"move": "2024-01-15", "to": "2024-01-16", "reason": "Holiday"}]') AS id \gset
SELECT service_name, clienttrack.rrule_describe(recurrence) AS how_often, authorization_status, units_authorized, value_authorized FROM authorization_balance;
SELECT approve_service_authorization(:id, '2024-01-05');
SET ROLE story_sam;
SELECT approve_service_authorization(:id, '2024-01-05', 'As the clinic says');

-- The driver's day. One ride back is missing on Wednesday; on Friday both are given, and the missing one is not made up for.
SET ROLE story_grace;
SELECT record_service(:client, 'RIDE', '2024-01-08', units => 2) > 0 AS recorded, record_service(:client, 'RIDE', '2024-01-10') > 0 AS recorded;
SELECT status, units, total_value FROM post_authorized_services('2024-01-12', 1);
SELECT status, message FROM post_authorized_services('2024-01-12', 1);
SELECT status FROM post_authorized_services('2024-01-15', 1);
SELECT status, units FROM post_authorized_services('2024-01-16', 1);
SELECT due_date, units, units_delivered, status FROM authorization_instances('2024-01-08', '2024-01-19', ARRAY[:id]);
-- A ride of another kind, too many, and on a day outside: each is refused, and the counter stays.
SELECT record_service(:client, 'RIDE', '2024-03-01');
SELECT record_service(:client, 'RIDE', '2024-01-17', units => 100, service_authorization_id => :id);
INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided, units, service_authorization_id) SELECT :client, service_id, 1, :stay, '2024-01-17', 2, :id FROM service WHERE service_code = 'RENT';
SELECT units_authorized, units_drawn, units_left, value_drawn, value_left, services, last_date_provided FROM authorization_balance;
-- Wednesday's ride was Tuesday's: an edit and a deletion give back what they had.
SELECT delete_service(client_service_id, 'Somebody else''s ride') FROM client_service_history WHERE date_provided = '2024-01-10';
SELECT units_drawn, units_left FROM authorization_balance;

-- In February the client needs fewer. Who asked cannot change what was decided; who decides can, but not below what was given.
SELECT edit_service_authorization(:id, jsonb_build_object('units', 1, 'date_updated', date_updated)) FROM authorization_balance;
SET ROLE story_sam;
SELECT edit_service_authorization(:id, jsonb_build_object('max_units', 5, 'date_updated', date_updated)) FROM authorization_balance;
SELECT edit_service_authorization(:id, jsonb_build_object('end_date', '2024-01-31', 'date_updated', date_updated)) IS NOT NULL AS changed FROM authorization_balance;
SELECT end_date, units_authorized, units_drawn, decided_by FROM authorization_balance;
SELECT delete_service_authorization(:id, 'Over');
SELECT old_status, new_status, CASE WHEN old_status IS NOT NULL THEN status_date END AS status_date, comments, changed_by FROM case_status_history WHERE service_authorization_id IS NOT NULL ORDER BY case_status_change_id;

-- An exit warns of what goes on. Money is authorized in dollars.
SET ROLE story_grace;
SELECT create_service_authorization(:client, 'RENT', '2024-02-01', '2024-04-30', units => 650, recurrence => 'FREQ=MONTHLY;BYMONTHDAY=1', max_units => 1500, enrollment_id => :stay, authorization_status => 'pending') AS rent \gset
SELECT service_code, unit_of_measure, units, unit_value, instances_authorized, units_authorized, value_authorized FROM authorization_balance WHERE service_authorization_id = :rent;
\set VERBOSITY default
SELECT exit_enrollment(:stay, '2024-02-20', destination => 410);
\set VERBOSITY terse
RESET ROLE;
DROP ROLE story_grace, story_sam;
