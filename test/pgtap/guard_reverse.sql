-- The other side of the guard: what services stand on stays under them.
BEGIN;
SELECT no_plan();
\ir seed.psql
\set LEFT '''CT006 services would be left outside their enrollment'''
\set NOTOFFERED '''CT006 services would be left that are not offered'''
\set TRUNCATED '''CT006 cannot truncate a table that services stand on'''
\set CLIENTINUSE '''CT006 enrollments, services or assessments would be left without the client or before birth'''

INSERT INTO service_batch (service_batch_id, description, program_id) VALUES (1, 'Lunch', 11);
INSERT INTO service_batch_run (service_batch_run_id, service_batch_id, batch_date, date_provided) VALUES (1, 1, '2024-01-10', '2024-01-10');
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id, location_id,
	service_batch_run_id, grant_award_id, provider_id, service_reason_id, provided_by_user_id)
VALUES (901, 2, '2024-01-10', 2, 1, 11, 101, 1, 1, 1, 1, 1), (902, 2, '2024-01-20', 2, 1, 11, 101, NULL, NULL, NULL, NULL, NULL);

-- Enrollments.
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-01-20'' WHERE enrollment_id = 2'), 'ok', 'exit on the day of the last service');
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-01-19'' WHERE enrollment_id = 2'), :LEFT, 'exit a day before it');
SELECT is(last_detail(), 'Left outside: enrollment 2 has 1 service on 2024-01-20.', 'DETAIL counts and dates');
SELECT is(last_hint(), 'Delete or move the services first.', 'HINT says what to do');
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-01-05'' WHERE enrollment_id = 2'), :LEFT, 'exit before both');
SELECT is(last_detail(), 'Left outside: enrollment 2 has 2 services, the first on 2024-01-10.', 'DETAIL counts both and dates the first');
SELECT is(caught('UPDATE enrollment SET entry_date = ''2024-01-10'' WHERE enrollment_id = 2'), 'ok', 'entry on the day of the first service');
SELECT is(caught('UPDATE enrollment SET entry_date = ''2024-01-11'' WHERE enrollment_id = 2'), :LEFT, 'entry a day after it');
SELECT is(caught('UPDATE enrollment SET client_id = 1 WHERE enrollment_id = 2'), :LEFT, 'another client');
SELECT is(caught('UPDATE enrollment SET program_id = 12 WHERE enrollment_id = 2'), :LEFT, 'another program');
SELECT is(caught('UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 2'), :LEFT, 'soft delete');
SELECT is(caught('DELETE FROM enrollment WHERE enrollment_id = 2'), 'CT006 services would be left without their enrollment', 'delete');
SELECT matches(last_detail(), 'enrollment 2 has 2 services, the first on 2024-01-10', 'DETAIL counts and dates');
SELECT is(caught('UPDATE enrollment SET destination = 101, household_id = 555 WHERE enrollment_id = 2'), 'ok', 'other edits are free');
SELECT alike(caught('UPDATE enrollment SET enrollment_id = 222 WHERE enrollment_id = 2'), '23503 %', 'another key');
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-01-15'''), :LEFT, 'all enrollments at once');
SELECT is(caught('TRUNCATE enrollment CASCADE'), :TRUNCATED, 'TRUNCATE CASCADE');
SELECT is(last_detail(), 'There are 2 services, the first on 2024-01-10.', 'DETAIL counts and dates');
SELECT is(caught('MERGE INTO enrollment e USING (VALUES (2)) v (id) ON e.enrollment_id = v.id WHEN MATCHED THEN DELETE'),
	'CT006 services would be left without their enrollment', 'MERGE that deletes');
SELECT is(caught('INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (2, 2, 11, ''2024-01-12'')
	ON CONFLICT (enrollment_id) DO UPDATE SET entry_date = excluded.entry_date'), :LEFT, 'ON CONFLICT DO UPDATE');
SELECT is(caught('WITH s AS (UPDATE client_service SET date_deleted = now() WHERE client_service_id = 902)
	UPDATE enrollment SET exit_date = ''2024-01-19'' WHERE enrollment_id = 2'), 'ok', 'exit together with deleting what is in the way');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL WHERE client_service_id = 902'), 'CT001 Enrollment is a Required Field.', 'which cannot be undeleted then');
SELECT is(caught('DELETE FROM client_service WHERE client_service_id = 902'), 'ok', 'services can be deleted for good');
INSERT INTO service (service_id, service_code, service_name, exit_day_allowed, record_type) VALUES (40, 'BED', 'Bed night', false, 200);
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (903, 1, '2024-02-10', 1, 40, 11);
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-02-10'' WHERE enrollment_id = 1'), :LEFT, 'exit on the day of a bed night');
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-02-11'' WHERE enrollment_id = 1'), 'ok', 'exit on the morning after');
SELECT is(caught('UPDATE enrollment SET exit_date = NULL WHERE enrollment_id = 1'), 'ok', 'back in');

-- Dates of enrollments.
\set ENROLLDATES '''^CT008 enrollment date is '''
SELECT matches(caught(format('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 11, %L)', current_date + 1)), :ENROLLDATES, 'entry tomorrow');
SELECT matches(caught(format('UPDATE enrollment SET exit_date = %L WHERE enrollment_id = 1', current_date + 1)), :ENROLLDATES, 'exit tomorrow');
SELECT matches(caught('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 11, ''5874897-12-31'')'), :ENROLLDATES, 'entry on the last date there is');
SELECT matches(caught('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 11, ''1923-04-04'')'), :ENROLLDATES, 'entry before birth');
DELETE FROM raised WHERE statement LIKE '%1923%'; -- that day was given, not told
SELECT is(caught('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 12, ''1923-04-05'')'), 'ok', 'entry on the day of birth');
SELECT matches(caught('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 11, ''infinity'')'), '^23514 ', 'entry infinite');
SELECT matches(caught('UPDATE enrollment SET exit_date = ''2023-01-01'' WHERE enrollment_id = 1'), '^23514 .*exit_not_before_entry', 'exit before entry');
SELECT matches(caught('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (NULL, 11, ''2024-01-01'')'), '^23502 ', 'no client');

-- Clients.
SELECT is(caught('UPDATE client SET date_deleted = now() WHERE client_id = 2'), :CLIENTINUSE, 'soft delete of a client');
SELECT is(caught('UPDATE client SET dob = ''2024-01-11'' WHERE client_id = 2'), :CLIENTINUSE, 'birth after entry');
SELECT is(caught('UPDATE client SET dob = ''2024-01-10'' WHERE client_id = 2'), 'ok', 'birth on the day of entry');
SELECT is(caught('UPDATE client SET dob = NULL WHERE client_id = 2'), 'ok', 'birth unknown');
SELECT is(caught('UPDATE client SET first_name = ''Zebulonissimo'', ssn_data_quality = 9 WHERE client_id = 2'), 'ok', 'other edits are free');
SELECT is(caught('DELETE FROM client WHERE client_id = 2'), 'CT006 services would be left without their client', 'delete');
SELECT alike(caught('DELETE FROM client WHERE client_id = 4'), '23503 %', 'delete of one with enrollments');
SELECT is(caught('DELETE FROM client WHERE client_id = 9'), 'ok', 'delete of one with nothing');
SELECT is(caught('UPDATE client SET date_deleted = now() WHERE client_id = 3'), 'ok', 'soft delete of one with nothing');
SELECT is(caught('UPDATE client SET date_deleted = NULL WHERE client_id = 3'), 'ok', 'undelete');
INSERT INTO service (service_id, service_code, service_name) VALUES (3, 'WALKIN', 'Walk-in advice');
INSERT INTO service_offering (service_offering_id, service_id, enrollment_rule) VALUES (30, 3, 'none');
INSERT INTO client_service (client_id, date_provided, service_id, program_id) VALUES (3, '2024-01-10', 3, 11);
SELECT is(caught('UPDATE client SET date_deleted = now() WHERE client_id = 3'), :CLIENTINUSE, 'soft delete of one with a service');
SELECT is(caught('UPDATE client SET dob = ''2024-01-11'' WHERE client_id = 3'), :CLIENTINUSE, 'birth after a service');
SELECT matches(last_detail(), 'client 3 has 1 service on 2024-01-10', 'DETAIL counts and dates');
DELETE FROM client_service WHERE client_id = 3;

-- What services name without foreign key: delete, and truncate with everything behind it.
SELECT matches(caught(format('DELETE FROM %I WHERE %I = %s', t, k, i)), format('^CT006 %s is in use$', w), 'DELETE FROM ' || t)
FROM (VALUES ('location', 'location_id', 101, 'location'), ('provider', 'provider_id', 1, 'provider'),
	('grant_award', 'grant_award_id', 1, 'grant'), ('service_reason', 'service_reason_id', 1, 'reason'),
	('service_batch_run', 'service_batch_run_id', 1, 'batch run'), ('hmis_user', 'user_id', 1, 'user')) v (t, k, i, w);
SELECT matches(last_detail(), '^Still needed: user 1 has 1 service on 2024-01-10\.$', 'DETAIL says by how many');
SELECT matches(caught('DELETE FROM service WHERE service_id = 1'), '^(CT006 service is in use|23503 )', 'DELETE FROM service');
SELECT matches(caught('DELETE FROM program WHERE program_id = 11'), '^(CT006 program is in use|23503 )', 'DELETE FROM program');
SELECT is(caught(format('TRUNCATE %I CASCADE', t)), :TRUNCATED, 'TRUNCATE ' || t)
FROM unnest(ARRAY['client_service', 'client', 'service', 'program', 'location', 'provider', 'grant_award', 'service_reason',
	'service_batch_run', 'hmis_user', 'organization', 'fund', 'service_batch', 'unit_of_measure']) t;
INSERT INTO provider (provider_id, provider_name) VALUES (77, 'Unused');
INSERT INTO location (location_id, location_name) VALUES (77, 'Unused');
SELECT is(caught('DELETE FROM provider WHERE provider_id = 77'), 'ok', 'an unused provider');
SELECT is(caught('DELETE FROM location WHERE location_id = 77'), 'ok', 'an unused location');
SELECT is(caught('UPDATE hmis_user SET active = false WHERE user_id = 1'), 'ok', 'a user is deactivated');
SELECT is(caught('UPDATE service SET active = false WHERE service_id = 1'), 'ok', 'a service too');
SELECT is(caught('UPDATE service SET service_name = ''Lunch'', active = true WHERE service_id = 1'), 'ok', 'and renamed');
SELECT is(caught('UPDATE location SET active = false WHERE location_id = 101'), 'ok', 'a location too');

-- Deleted services hold what they name too, but not enrollments in their dates.
UPDATE client_service SET date_deleted = now() WHERE client_service_id = 901;
SELECT is(caught('DELETE FROM provider WHERE provider_id = 1'), 'CT006 provider is in use', 'a deleted service still names its provider');
SELECT is(caught('UPDATE enrollment SET exit_date = ''2024-01-10'', entry_date = ''2024-01-10'' WHERE enrollment_id = 2'), 'ok', 'a deleted service does not hold dates');
SELECT is(caught('UPDATE enrollment SET date_deleted = now() WHERE enrollment_id = 2'), 'ok', 'nor the enrollment');
UPDATE enrollment SET date_deleted = NULL, exit_date = NULL WHERE enrollment_id = 2;
UPDATE client_service SET date_deleted = NULL WHERE client_service_id = 901;

-- Offerings.
INSERT INTO service (service_id, service_code, service_name) VALUES (31, 'COAT', 'Winter coat'), (32, 'BOOTS', 'Boots');
INSERT INTO service_offering (service_offering_id, service_id, program_id, begin_date, end_date) VALUES
	(310, 31, 11, '2024-01-05', '2024-01-25'), (311, 31, 12, NULL, NULL);
INSERT INTO client_service (client_service_id, client_id, date_provided, enrollment_id, service_id, program_id) VALUES (910, 1, '2024-01-10', 1, 31, 11);
SELECT is(caught('UPDATE service_offering SET begin_date = ''2024-01-11'' WHERE service_offering_id = 310'), :NOTOFFERED, 'offering that begins later');
SELECT matches(last_detail(), '^Left: service 31 by program 11 has 1 service.* on 2024-01-10\.$', 'DETAIL says what');
SELECT is(caught('UPDATE service_offering SET end_date = ''2024-01-09'' WHERE service_offering_id = 310'), :NOTOFFERED, 'offering that ends earlier');
SELECT is(caught('UPDATE service_offering SET end_date = ''2024-01-10'' WHERE service_offering_id = 310'), 'ok', 'offering that ends on the day');
SELECT is(caught('UPDATE service_offering SET program_id = 12 WHERE service_offering_id = 310'), :NOTOFFERED, 'offering of another program');
SELECT is(caught('UPDATE service_offering SET location_id = 101 WHERE service_offering_id = 310'), :NOTOFFERED, 'offering at a location only');
SELECT is(caught('UPDATE service_offering SET organization_id = 2 WHERE service_offering_id = 310'), :NOTOFFERED, 'offering of another organization');
SELECT is(caught('UPDATE service_offering SET date_deleted = now() WHERE service_offering_id = 310'), :NOTOFFERED, 'soft delete of an offering');
SELECT is(caught('DELETE FROM service_offering WHERE service_offering_id = 310'), :NOTOFFERED, 'delete of an offering');
SELECT is(caught('UPDATE service_offering SET service_id = 32 WHERE service_offering_id = 310'), :NOTOFFERED, 'offering that becomes another service''s');
SELECT is(caught('UPDATE service_offering SET unit_value = 4, enrollment_rule = ''optional'' WHERE service_offering_id = 310'), 'ok', 'other edits are free');
SELECT is(caught('DELETE FROM service_offering WHERE service_offering_id = 311'), 'ok', 'another program''s offering may go');
SELECT is(caught('DELETE FROM service_offering WHERE service_id = 31'), 'ok', 'the last one too: then it is offered everywhere');
INSERT INTO service (service_id, service_code, service_name) VALUES (33, 'OURS', 'Ours');
INSERT INTO service_organization (service_organization_id, service_id, organization_id) VALUES (1, 33, 1), (2, 33, 2);
INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, '2024-01-10', 1, 33, 11);
SELECT is(caught('DELETE FROM service_organization WHERE service_organization_id = 1'), :NOTOFFERED, 'organization that goes');
SELECT is(caught('UPDATE service_organization SET date_deleted = now() WHERE service_organization_id = 1'), :NOTOFFERED, 'organization that is deleted');
SELECT is(caught('UPDATE service_organization SET service_id = 32 WHERE service_organization_id = 1'), :NOTOFFERED, 'organization that becomes another service''s');
SELECT is(caught('UPDATE program SET organization_id = 2 WHERE program_id = 11'), 'ok', 'program that moves to an organization that has the service');
SELECT is(caught('DELETE FROM service_organization WHERE service_organization_id = 1'), 'ok', 'then the first may go');
SELECT is(caught('UPDATE program SET organization_id = 1 WHERE program_id = 11'), :NOTOFFERED, 'and the program not back');
SELECT is(caught('UPDATE program SET program_name = ''Drop-in centre'' WHERE program_id = 11'), 'ok', 'its name may change');
SELECT is(caught('TRUNCATE service_offering, service_organization'), 'ok', 'without any, everything is offered');

-- With nothing recorded, everything may go.
DELETE FROM client_service;
SELECT is(caught('TRUNCATE client_service'), 'ok', 'TRUNCATE of an empty table');
SELECT is(caught('TRUNCATE organization, fund, unit_of_measure, hmis_user CASCADE'), 'ok', 'and of all others');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
