-- A case manager's day: services one by one, for a family, from a screen, for a whole room; corrections, and the end of a month.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS clienttrack;
CALL clienttrack.install('story_services');
SET search_path = story_services;

-- The administrator's script sets the house up. It can be run again.
INSERT INTO organization (organization_id, organization_name) VALUES (1, 'Harbor Homes');
INSERT INTO program (program_id, organization_id, program_name) VALUES (1, 1, 'Family shelter'), (2, 1, 'Drop-in centre');
INSERT INTO hmis_user (user_id, user_first_name, login_role) VALUES (1, 'Grace', 'story_grace'), (2, 'Ines', 'story_ines');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (1, 1), (2, 1);
INSERT INTO fund (fund_id, fund_name) VALUES (1, 'City');
INSERT INTO grant_award (grant_award_id, fund_id, grant_identifier) VALUES (1, 1, 'CITY-24');
CREATE ROLE story_grace IN ROLE clienttrack_worker;
CREATE ROLE story_ines IN ROLE clienttrack_admin;
SELECT define_service_group('FIN', 'Financial Services') IS NOT NULL AS set_up;
SELECT define_service('MEAL', 'Hot meal', default_unit_value => 3.50, is_indirect => true) IS NOT NULL AS set_up;
SELECT define_service('RENT', 'Rent assistance', service_group => 'FIN', unit_of_measure => 'dollars') IS NOT NULL AS set_up;
SELECT define_service('COUNSEL', 'Financial counseling', service_group => 'FIN', unit_of_measure => 'hours', default_unit_value => 60) IS NOT NULL AS set_up;
SELECT define_service('BUS', 'Bus pass', duplicate_rule => 'once_per_day') IS NOT NULL AS set_up;
SELECT offer_service('BUS', program_id => 1, grant_id => 1, unit_value => 2.25) IS NOT NULL AS set_up;
SELECT define_service_screen('DAY', 'Everyday services', '[{"service": "MEAL", "units": 2}, {"service": "BUS"}, {"service": "COUNSEL"}]') IS NOT NULL AS set_up;
SELECT define_service_reason('Cold night') IS NOT NULL AS set_up;
SELECT set_late_entry_limit(1, 30);
SELECT define_service('MEAL', 'Hot meal', default_unit_value => 3.50) IS NOT NULL AS set_up_again;

-- The Moss family is in the shelter: Ada, who is the head, Ben, and the children Cy and Di. Eve is in both programs.
INSERT INTO client (client_id, first_name, last_name, security_organization_id) VALUES (1, 'Ada', 'Moss', 1), (2, 'Ben', 'Moss', 1), (3, 'Cy', 'Moss', 1), (4, 'Di', 'Moss', 1),
	(5, 'Eve', 'Park', 1), (6, 'Finn', 'Reed', 1);
INSERT INTO enrollment (client_id, program_id, household_id, relationship_to_hoh, entry_date, grant_award_id)
SELECT i, 1, 100, CASE i WHEN 1 THEN 1 WHEN 2 THEN 3 ELSE 2 END, '2024-01-01', 1 FROM generate_series(1, 4) i;
INSERT INTO enrollment (client_id, program_id, household_id, entry_date) VALUES (5, 1, 101, '2024-01-01'), (5, 2, 102, '2024-02-01');

SET ROLE story_grace;
-- Morning. A meal for Ada: one call, everything else is known.
SELECT record_service(client_id => 1, service => 'MEAL') AS meal \gset
-- Fifty minutes of counselling, measured in hours, and what they are worth.
SELECT record_service(1, 'COUNSEL', units => 50, unit_of_measure => 'minutes', reason => 'Cold night') AS counsel \gset
SELECT service_code, units, unit_of_measure, unit_value, total_value, enrollment_id, reason, provided_by FROM client_service_history WHERE client_id = 1;
-- Eve is in two programs that give meals: which one? Finn is in none.
\set VERBOSITY default
SELECT record_service(5, 'MEAL');
\set VERBOSITY terse
SELECT record_service(5, 'MEAL', enrollment_id => 6) AS meal_of_eve \gset
SELECT record_service(6, 'MEAL');
-- He is turned away; so are three people whom nobody knows.
SELECT record_turn_away(1, 'Full', 'MEAL', client_id => 6) > 0 AS turned_away, record_turn_away(1, 'Full', persons => 3) > 0 AS turned_away;

-- The family's rent is 900 dollars. It is paid once, not four times.
SELECT client_id, status, units, total_value, message FROM record_household_services(household_id => 100, services => '[{"service": "RENT", "units": 900}]');
-- A hundred dollars for shoes, divided among those who come along; nobody loses a cent.
SELECT client_id, status, units, total_value FROM record_household_services(enrollment_id => 1, services => '[{"service": "RENT", "units": 100}]',
	member_client_ids => '{1,3,4}', cost => 'split', comments => 'Shoes');

-- Noon. The form shows the everyday services of the shelter, with what they cost there.
SELECT service_code, units, unit_of_measure, unit_value, enrollment_rule FROM service_screen_items('DAY', program_id => 1);
SELECT s.service_code, q.status, q.units, q.unit_value, q.total_value
FROM quick_services(client_id => 2, screen => 'DAY', items => '[{"service": "MEAL"}, {"service": "BUS"}]') q JOIN service s USING (service_id);
-- A bus pass a day is what there is.
SELECT status, sqlstate, message FROM quick_services(2, 'DAY', '[{"service": "BUS"}, {"service": "MEAL"}]', all_or_nothing => false);
-- Soup for everybody in the room: one call. Those who are refused don't hold up the others.
SELECT client_id, status, units, total_value, sqlstate, message FROM quick_service_for_clients('MEAL',
	items => '[{"client_id": 1}, {"client_id": 3, "units": 2}, {"client_id": 6}, {"client_id": 77}]', program_id => 1);
-- And outside, for people who gave no name.
SELECT record_indirect_service('MEAL', program_id => 1, persons_served => 40, units => 40, comments => 'Outreach') > 0 AS recorded;

-- Afternoon. Yesterday's list of forty days ago turns up: late, but it may be entered.
SELECT record_service(4, 'MEAL', date_provided => current_date - 40);
SELECT record_service(4, 'MEAL', date_provided => current_date - 40, confirm_warnings => true) AS late \gset

-- Ada had two meals. Grace corrects it; a colleague who still looks at the old record cannot undo that unknowingly.
SELECT date_updated AS read_at FROM client_service_history WHERE client_service_id = :meal \gset
SELECT edit_service(:meal, jsonb_build_object('units', 2, 'date_updated', :'read_at')) > :'read_at' AS changed;
SELECT edit_service(:meal, jsonb_build_object('units', 1, 'date_updated', :'read_at'));
-- The counselling was Ben's. It goes, and comes back when that was wrong too.
SELECT delete_service(:counsel, 'Was for Ben');
SELECT service_code, units, total_value, running_value, value_of_client FROM client_service_history WHERE client_id = 1;
SELECT service_code, date_deleted IS NOT NULL AS deleted, delete_reason FROM client_service_history_all WHERE client_id = 1 AND date_deleted IS NOT NULL;
SELECT restore_service(:counsel);

-- The month is reported and locked.
RESET ROLE;
SET ROLE story_ines;
SELECT lock_period(1, current_date - 60, current_date - 31, 'Annual report') > 0 AS locked;
SET ROLE story_grace;
SELECT delete_service(:late, 'Typing error');
SELECT record_service(4, 'MEAL', date_provided => current_date - 45, confirm_warnings => true);

-- The day's work.
SELECT client_id, service_code, units, unit_of_measure, total_value, running_units, running_value FROM client_service_history
WHERE date_provided = current_date ORDER BY client_id, client_service_id;
RESET ROLE;
DROP SCHEMA story_services CASCADE;
DROP ROLE story_grace, story_ines;
