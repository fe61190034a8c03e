-- Ensures that somebody who has never seen clienttrack understands what it does: a day at a program, told with the data that
-- is loaded, whatever that is. Read by psql from its standard input (script/demo), so that errors look as they do in psql.
-- show_names: whether people's names may be printed. work: a folder for a file. hud: the folder of the export, to name it.
\pset footer off
\set ON_ERROR_STOP on

-- Who takes part is chosen from the data.
SELECT greatest((SELECT max(e.entry_date) FROM hmis.enrollment e), (SELECT max(e.exit_date) FROM hmis.enrollment e),
	(SELECT max(s.date_provided) FROM hmis.client_service s)) AS latest \gset
SELECT count(*) > 0 AS has_enrollments FROM hmis.enrollment WHERE date_deleted IS NULL \gset
\if :has_enrollments
\else
\echo
\echo 'Nobody is enrolled anywhere in this export: there is nothing more to show.'
\quit
\endif

-- The program with most clients enrolled on the latest day; if nobody is, that with most enrollments, on its busiest entry day.
SELECT program_id, day FROM (
	SELECT 1 AS choice, e.program_id, :'latest'::date AS day, count(*) FROM hmis.enrollment e
	WHERE e.date_deleted IS NULL AND (e.exit_date IS NULL OR :'latest' <= e.exit_date) GROUP BY e.program_id
	UNION ALL
	SELECT 2, e.program_id, mode() WITHIN GROUP (ORDER BY e.entry_date), count(*) FROM hmis.enrollment e
	WHERE e.date_deleted IS NULL GROUP BY e.program_id) p
ORDER BY choice, count DESC, program_id LIMIT 1 \gset
SELECT program_name FROM hmis.program WHERE program_id = :program_id \gset

-- Those enrolled, in an order that looks random and is the same every time. The first is the one to be barred: if possible
-- somebody without services in the days before, about which bar_client() would warn.
CREATE TEMPORARY TABLE enrolled AS
SELECT c.client_id, row_number() OVER (ORDER BY EXISTS (SELECT FROM hmis.client_service s
		WHERE s.client_id = c.client_id AND s.date_provided >= :'day'::date - 7), md5(c.client_id::text), c.client_id) AS place,
	c.name_key <> '' AND NOT EXISTS (SELECT FROM hmis.client n WHERE n.name_key = c.name_key AND n.client_id <> c.client_id) AS named
FROM hmis.client c
WHERE c.date_deleted IS NULL AND EXISTS (SELECT FROM hmis.enrollment e
	WHERE e.client_id = c.client_id AND e.program_id = :program_id AND e.date_deleted IS NULL AND e.entry_date <= :'day'
	AND (e.exit_date IS NULL OR :'day' <= e.exit_date));
SELECT count(*) AS enrolled, min(client_id) FILTER (WHERE place = 1) AS barred FROM enrolled \gset

-- Somebody without an enrollment there; an export may have nobody like that.
CREATE TEMPORARY VIEW outsider AS
SELECT c.client_id FROM hmis.client c
WHERE c.date_deleted IS NULL AND NOT EXISTS (
	SELECT FROM hmis.enrollment e WHERE e.client_id = c.client_id AND e.program_id = :program_id)
ORDER BY md5(c.client_id::text) LIMIT 1;
INSERT INTO hmis.client (first_name) SELECT NULL WHERE NOT EXISTS (SELECT FROM outsider);
SELECT client_id AS outsider FROM outsider \gset

-- The guests, and how each is told to the database: twenty by name, of the others every second by card.
CREATE TEMPORARY TABLE guest AS
SELECT e.client_id, e.place,
	CASE WHEN e.named AND row_number() OVER (PARTITION BY e.named ORDER BY e.place) <= 20 THEN 'name'
		WHEN e.place % 2 = 0 THEN 'card' ELSE 'id' END AS way
FROM enrolled e WHERE e.place BETWEEN 2 AND 297;

\echo
\echo '=== 3. A batch: what every guest gets, made once and used every day'
\echo
\echo In the program :program_name this many clients are enrolled on :day':' :enrolled
\echo 'Each guest gets a visit and two meals.'
\echo
INSERT INTO hmis.service (service_code, service_name, duplicate_rule) VALUES
	('VISIT', 'Visit', 'once_per_day'), ('MEAL', 'Meal', 'allow');
\set ECHO queries
SELECT hmis.create_service_batch('Visit and two meals', :program_id,
	'[{"service": "VISIT"}, {"service": "MEAL", "units": 2}]') AS batch;
\set ECHO none
SELECT max(service_batch_id) AS batch FROM hmis.service_batch \gset
\set ECHO queries
SELECT hmis.open_batch_run(:batch, batch_date => :'day') AS run;
\set ECHO none
SELECT max(service_batch_run_id) AS run FROM hmis.service_batch_run \gset

\echo '=== 4. Scan cards, and a bar'
\echo
CREATE TEMPORARY TABLE card AS
SELECT g.place, g.client_id, hmis.issue_scan_card(g.client_id) AS code FROM guest g WHERE g.way = 'card';
SELECT count(*) AS cards, coalesce(min(code), 'S1') AS code FROM card \gset
\echo :cards of the guests get a scan card each, issued by hmis.issue_scan_card(client_id). One client is barred from the
\echo 'program for a month, by the day of the service and not of the entry:'
\echo
\set ECHO queries
SELECT hmis.bar_client(:barred, :'day'::date - 7, :'day'::date + 23, program_ids => ARRAY[:program_id]) AS bar;
\set ECHO none

-- By card: those who have one, one of them twice, and a card that nobody was given. By id: among others the barred client and
-- the one who is not enrolled.
CREATE TEMPORARY TABLE added (way text, client_id bigint, identifier text, status text, sqlstate text, message text);
INSERT INTO added SELECT 'scan card', a.* FROM hmis.add_batch_clients(:run,
	ARRAY(SELECT code FROM card ORDER BY place) || ARRAY(SELECT code FROM card ORDER BY place LIMIT 1) || ARRAY['S1UNKNOWN'], 'scan_card') a;
INSERT INTO added SELECT 'client id', a.* FROM hmis.add_batch_clients(:run,
	ARRAY(SELECT client_id FROM guest WHERE way = 'id' ORDER BY place) || ARRAY[:barred, :outsider]::bigint[]) a;
INSERT INTO added SELECT 'name', a.* FROM hmis.add_batch_clients(:run,
	ARRAY(SELECT concat_ws(' ', c.first_name, c.middle_name, c.last_name) FROM guest JOIN hmis.client c USING (client_id) WHERE way = 'name'), 'name') a;
SELECT count(*) AS inputs FROM added \gset

\echo '=== 5. Adding' :inputs 'guests to the batch of the day: by scan card, by id, by name'
\echo
\echo '    SELECT * FROM hmis.add_batch_clients(':run', ARRAY[''':code''', …], ''scan_card'');'
\echo '    SELECT * FROM hmis.add_batch_clients(':run', ARRAY[':barred', …]);'
\echo '    SELECT * FROM hmis.add_batch_clients(':run', ARRAY[''First Last'', …], ''name'');'
\echo
\echo 'Every one of them gets an answer, and a bad one never loses the others:'
\echo
SELECT way AS "Named by", status AS "Status", count(*) AS "Guests" FROM added GROUP BY way, status ORDER BY way DESC, status;
\echo 'Those who were not added, and why (the code is the SQLSTATE that a program tests):'
\echo
SELECT coalesce(client_id::text, '?') AS "Client", identifier AS "Given as", sqlstate AS "Code", message AS "Message"
FROM added WHERE status <> 'added' AND way <> 'name' ORDER BY sqlstate, client_id;
SELECT count(*) AS unnamed, count(*) > 0 AS has_unnamed FROM added WHERE status <> 'added' AND way = 'name' \gset
\if :has_unnamed
\echo And :unnamed by name.
\echo
\endif

\echo '=== 6. Posting: every service of every guest in one statement'
\echo
\set ECHO queries
SELECT status AS "Status", count(*) AS "Clients", sum(services) AS "Services written" FROM hmis.post_batch(:run) GROUP BY status;
\set ECHO none
\echo 'Somebody presses Post again. Nothing is written twice:'
\echo
\set ECHO queries
SELECT status AS "Status", count(*) AS "Clients", sum(services) AS "Services written" FROM hmis.post_batch(:run) GROUP BY status;
\set ECHO none

-- A day in the past on which some of the guests were enrolled and some were not.
SELECT :'day'::date - 14 AS before \gset
\echo '=== 7. Two weeks before was forgotten: a back-dated run'
\echo
\set ECHO queries
SELECT hmis.open_batch_run(:batch, batch_date => :'day', date_provided => :'before') AS run;
\set ECHO none
SELECT max(service_batch_run_id) AS late_run FROM hmis.service_batch_run \gset
CREATE TEMPORARY TABLE added_late AS SELECT * FROM hmis.add_batch_clients(:late_run, ARRAY(SELECT client_id FROM guest ORDER BY place));
\echo 'The same guests. Enrollments and bars are judged on the day of the service, not on the day of the entry:'
\echo
SELECT status AS "Status", count(*) AS "Guests", coalesce(sqlstate, '') AS "Code", coalesce(message, '') AS "Message"
FROM added_late GROUP BY status, sqlstate, message ORDER BY status, count(*) DESC;
\set ECHO queries
SELECT status AS "Status", count(*) AS "Clients", sum(services) AS "Services written" FROM hmis.post_batch(:late_run) GROUP BY status;
\set ECHO none

\echo '=== 8. No way round: the rules hold for every writer'
\echo
\echo 'Somebody writes past the functions, as a script or another program with write access could. Client' :outsider
\echo 'is not enrolled:'
\echo
SELECT service_id AS meal FROM hmis.service WHERE service_code = 'MEAL' \gset
\set ON_ERROR_STOP off
\set ECHO queries
INSERT INTO hmis.client_service (client_id, service_id, program_id, date_provided)
VALUES (:outsider, :meal, :program_id, :'day');
\set ECHO none
\echo
\echo 'A program that wants to know which rule it was looks at the SQLSTATE, here' :SQLSTATE'.'
\echo 'The same in a file of several services that psql copies in. One is bad, so none is written:'
\echo
\cd :work
COPY (SELECT g.client_id, :meal, :program_id, :'day', g.enrollment_id FROM (
	(SELECT c.client_id, c.enrollment_id FROM hmis.service_batch_client c WHERE c.service_batch_run_id = :run ORDER BY c.client_id LIMIT 2)
	UNION ALL SELECT :outsider, NULL) g) TO STDOUT (FORMAT csv) \g services.csv
\echo '    \\copy hmis.client_service (client_id, service_id, program_id, date_provided, enrollment_id) FROM services.csv (FORMAT csv)'
\copy hmis.client_service (client_id, service_id, program_id, date_provided, enrollment_id) FROM services.csv (FORMAT csv)
SELECT (SELECT min(e.enrollment_id) FROM hmis.service_batch_client c JOIN hmis.enrollment e USING (enrollment_id)
	WHERE c.service_batch_run_id = :run AND e.entry_date < :'day') AS enrollment \gset
\if :{?enrollment}
\echo
\echo 'And the other way round: a guest of the day is said to have left the day before. The services of the day would be'
\echo 'outside the enrollment:'
\echo
\set ECHO queries
UPDATE hmis.enrollment SET exit_date = :'day'::date - 1 WHERE enrollment_id = :enrollment;
\set ECHO none
\echo
\echo 'The SQLSTATE of a record in use is' :SQLSTATE'.'
\endif
\echo
\set ON_ERROR_STOP on

-- Somebody whose name has accents, if there is one, and a word of five letters or more to misspell.
SELECT w.client_id AS wanted, regexp_replace(w.name_key, '^(.*\m[a-z]{2})[a-z]([a-z]{2,}.*)$', '\1\2') AS typed
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (SELECT c.client_id, c.name_key FROM hmis.client c
	WHERE c.date_deleted IS NULL AND c.name_key ~ '\m[a-z]{5}' AND length(c.name_key) <= 40
	ORDER BY concat_ws(' ', c.first_name, c.last_name) ~ '[^ -~]' DESC, c.name_key ~ ' .* ', md5(c.client_id::text) LIMIT 1) w ON true \gset
\if :{?wanted}
\echo '=== 9. Finding a client whose name is misspelt'
\echo
\if :show_names
\echo 'No accents, no capitals, and a letter left out. The best match comes first:'
\echo
\set ECHO queries
SELECT client_id AS "Client", first_name AS "First name", last_name AS "Last name",
	matched_by AS "Matched by", round(score::numeric, 2) AS "Score"
FROM hmis.find_clients(:'typed', max_results => 3);
\set ECHO none
\else
\echo 'A name of the export with a letter left out (neither is printed). The wanted client is' :wanted'. The best match comes first:'
\echo
\echo '    SELECT client_id, matched_by, score FROM hmis.find_clients(''…'', max_results => 3);'
\echo
SELECT client_id AS "Client", matched_by AS "Matched by", round(score::numeric, 2) AS "Score" FROM hmis.find_clients(:'typed', max_results => 3);
\endif
\endif

\echo '=== 10. A report: what the program gave, day by day'
\echo
\set ECHO queries
SELECT p.program_name AS "Program", s.date_provided AS "Day", v.service_name AS "Service",
	count(DISTINCT s.client_id) AS "Clients", sum(s.units) AS "Units"
FROM hmis.client_service s JOIN hmis.program p USING (program_id) JOIN hmis.service v USING (service_id)
WHERE s.program_id = :program_id AND s.date_deleted IS NULL AND s.date_provided >= :'before'
GROUP BY p.program_name, s.date_provided, v.service_name
ORDER BY s.date_provided DESC, v.service_name LIMIT 10;
\set ECHO none
-- The largest household that is enrolled on the day and nobody of which is barred.
SELECT h.* FROM (VALUES (1)) AS one
LEFT JOIN (SELECT e.household_id AS household, min(e.enrollment_id) AS member, min(e.client_id) AS client, count(*) AS members
	FROM hmis.enrollment e
	WHERE e.program_id = :program_id AND e.date_deleted IS NULL AND e.entry_date <= :'day' AND (e.exit_date IS NULL OR :'day' <= e.exit_date)
	AND NOT EXISTS (SELECT FROM hmis.bar b WHERE b.client_id = e.client_id)
	GROUP BY e.household_id ORDER BY count(*) DESC, e.household_id LIMIT 1) h ON true \gset
\if :{?household}
\echo '=== 11. The other forms: a household, one client, and a correction'
\echo
\echo 'A hundred dollars for a household with this many members enrolled:' :members'. The cost is split, to the cent. A service'
\echo 'that is measured in dollars is set up first:'
\echo
\set ECHO queries
SELECT hmis.define_service('RENT', 'Rent assistance', unit_of_measure => 'dollars') > 0 AS "Set up";
SELECT client_id AS "Client", status AS "Status", total_value AS "Dollars", message AS "Message"
FROM hmis.record_household_services(enrollment_id => :member, services => '[{"service": "RENT", "units": 100}]',
	date_provided => :'day', cost => 'split');
SELECT hmis.record_service(:client, 'MEAL', :'day', units => 2, program_id => :program_id, comments => 'Second helping') > 0 AS "Recorded";
SELECT date_provided AS "Day", service_name AS "Service", units AS "Units", unit_of_measure AS "Of", total_value AS "Dollars",
	running_value AS "Up to here", comments AS "Comments"
FROM hmis.client_service_history WHERE client_id = :client LIMIT 4;
\set ECHO none
SELECT max(client_service_id) AS client_service_id FROM hmis.client_service_history WHERE client_id = :client \gset
\echo 'Two colleagues open the same service. The first corrects it; the second, who still sees two units, is told:'
\echo
SELECT date_updated AS read_at FROM hmis.client_service_history WHERE client_service_id = :client_service_id \gset
\set SHOW_CONTEXT never
\set ON_ERROR_STOP off
\set ECHO queries
SELECT hmis.edit_service(:client_service_id, jsonb_build_object('units', 1, 'date_updated', :'read_at')) IS NOT NULL AS "Changed";
SELECT hmis.edit_service(:client_service_id, jsonb_build_object('units', 3, 'date_updated', :'read_at')) IS NOT NULL AS "Changed";
\set ECHO none
\set ON_ERROR_STOP on
\echo
\endif
-- A family of two who were never in the program, for an entry 400 days before, if the program takes them.
CREATE TEMPORARY VIEW newcomer AS
SELECT c.client_id, c.dob FROM hmis.client c
WHERE c.date_deleted IS NULL AND NOT EXISTS (SELECT FROM hmis.bar b WHERE b.client_id = c.client_id)
AND NOT EXISTS (SELECT FROM hmis.enrollment e WHERE e.client_id = c.client_id AND e.program_id = :program_id);
SELECT :'day'::date - 400 AS entry \gset
SELECT f.parent, f.child FROM (VALUES (1)) AS one
LEFT JOIN (SELECT (SELECT n.client_id FROM newcomer n WHERE n.dob <= :'day'::date - 9000 ORDER BY md5(n.client_id::text) LIMIT 1) AS parent,
	(SELECT n.client_id FROM newcomer n WHERE n.dob BETWEEN :'day'::date - 4000 AND :'entry' ORDER BY md5(n.client_id::text) LIMIT 1) AS child
	FROM hmis.program p WHERE p.program_id = :program_id AND p.clients_can_enroll
	AND :'entry' >= coalesce(p.operating_start_date, '-infinity') AND :'entry' <= coalesce(p.operating_end_date, 'infinity')) f
	ON f.parent IS NOT NULL AND f.child IS NOT NULL \gset
\if :{?parent}
\echo '=== 12. From intake to exit: enrollment, assessments, goals, case managers'
\echo
\echo 'A parent and a child are enrolled, back-dated, with the parent''s income and a case manager:'
\echo
WITH managers AS (INSERT INTO hmis.hmis_user (user_first_name) VALUES (NULL), (NULL) RETURNING user_id)
SELECT min(user_id) AS manager, max(user_id) AS colleague FROM managers \gset
\set income '{"IncomeFromAnySource": "1", "Earned": "1", "EarnedAmount": 812.50}'
\set members '[{"client_id": ' :parent ', "relationship_to_hoh": 1, "assessment": {"type": "HUD_INCOME_BENEFITS",\n\t"answers": ' :income '}},\n\t{"client_id": ' :child ', "relationship_to_hoh": 2}]'
\set ECHO queries
SELECT * FROM hmis.enroll_household(:program_id, :'members', :'entry', case_manager => :manager);
\set ECHO none
SELECT max(enrollment_id) AS stay, max(household_id) AS family FROM hmis.enrollment WHERE client_id = :parent AND program_id = :program_id \gset
\echo 'What they work on, with the step that is to be done:'
\echo
\set ECHO queries
SELECT hmis.set_goal(:parent, 'A flat of their own', enrollment_id => :stay, begin_date => :'entry') AS goal \gset
\set ECHO none
\set steps '[{"action": "Apply for a voucher", "goal_id": ' :goal ', "due_date": "' :before '"}]'
\set ECHO queries
SELECT hmis.create_action_plan(:parent, 'Housing', enrollment_id => :stay, begin_date => :'entry', steps => :'steps') AS plan \gset
\set ECHO none
\echo
\echo 'A year later: the annual assessment that HUD wants, and what the case manager has open. Another one takes over:'
\echo
\set ECHO queries
SELECT client_id AS "Client", anniversary AS "Anniversary", last_day AS "Last day", status AS "Status", days_overdue AS "Days"
FROM hmis.annual_assessments(:'day', :program_id) WHERE enrollment_id = :stay;
SELECT hmis.record_assessment(:parent, 'HUD_INCOME_BENEFITS', :'income', :'entry'::date + 365, :stay, data_collection_stage => 5) > 0 AS "Recorded";
SELECT client_id AS "Client", enrollment_id AS "Enrollment", days AS "Days", open_goals AS "Open goals", overdue_steps AS "Overdue steps"
FROM hmis.case_load_on(:'day') WHERE case_manager_user_id = :manager ORDER BY 1;
SELECT client_id AS "Client", assignment_role AS "Handed over as", since AS "Since"
FROM hmis.reassign_case_load(:manager, :colleague, :'day', reason => 'New job') ORDER BY 1;
\set ECHO none
\echo 'An exit that leaves work open wants to be confirmed. The work is finished instead:'
\echo
\set SHOW_CONTEXT never
\set ON_ERROR_STOP off
\set ECHO queries
SELECT * FROM hmis.exit_household(:family, :'day', destination => 410);
\set ECHO none
\set ON_ERROR_STOP on
\echo
\set ECHO queries
SELECT hmis.complete_action_plan(:plan, :'day', open_steps => 'done') IS NOT NULL AS "Completed",
	hmis.achieve_goal(:goal, :'day') IS NOT NULL AS "Achieved";
SELECT * FROM hmis.exit_household(:family, :'day', destination => 410);
SELECT record_name AS "What", old_status AS "From", new_status AS "To", status_date AS "On"
FROM hmis.case_status_history WHERE enrollment_id = :stay;
\set ECHO none
\endif
-- Somebody of the batch who has been enrolled for four weeks; other exports may have nobody like that.
SELECT e.client_id AS guest, e.enrollment_id AS guest_stay, :'day'::date - 28 AS first_day, :'day'::date + 27 AS last_day, :'day'::date - 7 AS last_week
FROM hmis.service_batch_client c JOIN hmis.enrollment e ON e.enrollment_id = c.enrollment_id
WHERE c.service_batch_run_id = :run AND e.date_deleted IS NULL AND e.entry_date <= :'day'::date - 28
AND (e.exit_date IS NULL OR e.exit_date > :'day') AND c.client_id <> :barred
ORDER BY c.client_id LIMIT 1 \gset
\if :{?guest}
\echo '=== 13. A service authorization: what a client is to be given, how often, and never more'
\echo
\echo 'A case manager asks for a bus pass every week for eight weeks. Nothing can be drawn before somebody approves it:'
\echo
\set ECHO queries
SELECT hmis.define_service('BUSPASS', 'Bus pass', default_unit_value => 12) IS NOT NULL AS "Defined";
SELECT hmis.create_service_authorization(:guest, 'BUSPASS', :'first_day', :'last_day', recurrence => 'FREQ=WEEKLY', enrollment_id => :guest_stay) AS authorization \gset
\set ON_ERROR_STOP off
SELECT hmis.record_service(:guest, 'BUSPASS', :'last_week', service_authorization_id => :authorization);
\set ON_ERROR_STOP on
SELECT hmis.approve_service_authorization(:authorization) IS NOT NULL AS "Approved";
\set ECHO none
\echo 'All that is due on a day is given in one call; what is given by hand draws on it as well, and not more than is left:'
\echo
\set ECHO queries
SELECT status AS "Status", units AS "Units", total_value AS "Value" FROM hmis.post_authorized_services(:'last_week', :program_id);
SELECT status AS "Status", message AS "Message" FROM hmis.post_authorized_services(:'last_week', :program_id);
\set ON_ERROR_STOP off
SELECT hmis.record_service(:guest, 'BUSPASS', :'day', units => 8, service_authorization_id => :authorization);
\set ON_ERROR_STOP on
SELECT hmis.skip_authorized_date(:authorization, :'day', 'Away this week') IS NOT NULL AS "Skipped";
SELECT due_date AS "Due", units AS "Units", units_delivered AS "Given", status AS "Status" FROM hmis.authorization_instances('-infinity', 'infinity', ARRAY[:authorization]);
SELECT clienttrack.rrule_describe(recurrence) AS "How often", units_authorized AS "Authorized", units_drawn AS "Given", units_left AS "Left", value_left AS "Value left"
FROM hmis.authorization_balance WHERE service_authorization_id = :authorization;
\set ECHO none
\endif
\echo '=== 14. Who sees what, and what is remembered'
\echo
\echo 'Until now a superuser worked, whom row security does not bind. Two case managers get a login each: one works for the'
\echo 'organization of the program, the other for a new one, which has served nobody yet.'
\echo
\set ECHO queries
CREATE ROLE demo_worker IN ROLE clienttrack_worker;
CREATE ROLE demo_other_worker IN ROLE clienttrack_worker;
WITH new_organization AS (
	INSERT INTO hmis.organization (organization_name) VALUES ('Another agency') RETURNING organization_id
), people AS (
	INSERT INTO hmis.hmis_user (login_role) VALUES ('demo_worker'), ('demo_other_worker') RETURNING user_id, login_role)
INSERT INTO hmis.user_organization (member_user_id, organization_id)
SELECT p.user_id, CASE p.login_role WHEN 'demo_worker' THEN g.organization_id ELSE n.organization_id END
FROM people p, new_organization n, hmis.program g WHERE g.program_id = :program_id;
SET ROLE demo_worker;
SELECT count(*) AS "Clients in sight" FROM hmis.client;
SET ROLE demo_other_worker;
SELECT count(*) AS "Clients in sight" FROM hmis.client;
RESET ROLE;
\set ECHO none
\echo 'Every change of this day is on record, by whomever it was made. What was refused left nothing:'
\echo
\set ECHO queries
SELECT table_name AS "Table", operation AS "Operation", login_role AS "Login", count(*) AS "Rows"
FROM hmis.audit_event WHERE table_name IN ('client_service', 'service_batch_client', 'bar', 'goal')
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) AS "Departures from the security that install made" FROM clienttrack.selfaudit('hmis');
\set ECHO none
DROP ROLE demo_worker, demo_other_worker;
\echo '=== The same on your own server'
\echo
\echo '    make && sudo make install                     # PG_CONFIG=… for a certain server'
\echo '    createdb -E UTF8 -T template0 hmis'
\echo '    psql -d hmis -c "CREATE EXTENSION clienttrack" -c "CALL clienttrack.install(''hmis'')"'
\echo '    script/load-hud FOLDER hmis hmis              # the folder with Export.csv, Client.csv and so on'
\echo '    psql -d hmis                                  # then the statements above; \\df+ hmis.* tells about each function'
\echo
\echo 'This demo with an export of your own:  make demo HUD=FOLDER'
\echo 'What it costs:                         make bench'
