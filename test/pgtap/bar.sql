-- Bars: from when to when, from what, exceptions, and what nobody is told.
BEGIN;
SELECT no_plan();
\ir seed.psql
\set BARRED '''CT002 client is barred'''
\set NOSCOPE '''CT013 bar does not say what the client is barred from'''

-- bar_client(), lift_bar(), override_bar().
SELECT is(caught('SELECT bar_client(NULL, ''2024-01-01'', covers_all => true)'), '22004 client_id and begin_date must not be null', 'no client');
SELECT is(caught('SELECT bar_client(1, NULL, covers_all => true)'), '22004 client_id and begin_date must not be null', 'no date');
SELECT is(caught('SELECT bar_client(1, ''2024-01-01'')'), :NOSCOPE, 'no scope');
SELECT matches(last_hint(), 'program_ids', 'HINT says what to give');
SELECT is(caught('SELECT bar_client(1, ''2024-01-01'', program_ids => ''{}'', covers_all => NULL)'), :NOSCOPE, 'empty scopes');
SELECT alike(caught('SELECT bar_client(999, ''2024-01-01'', covers_all => true)'), '23503 %', 'no such client');
SELECT alike(caught('SELECT bar_client(-1, ''2024-01-01'', covers_all => true)'), '23503 %', 'client -1');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', program_ids => ''{11,999}'')'), '23503 %', 'no such program');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', location_ids => ''{0}'')'), '23503 %', 'no such location');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', organization_ids => ''{999}'')'), '23503 %', 'no such organization');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', service_ids => ''{9223372036854775807}'')'), '23503 %', 'no such service');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', covers_all => true, bar_reason_id => 999)'), '23503 %', 'no such reason');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', covers_all => true, enforcing_organization_ids => ''{999}'')'), '23503 %', 'no such enforcing organization');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', program_ids => ARRAY[NULL]::bigint[])'), '23514 %', 'a scope that is null');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', ''2024-01-01'', covers_all => true)'), '23514 %', 'ends when it begins');
SELECT alike(caught('SELECT bar_client(1, ''infinity'', covers_all => true)'), '23514 %', 'begins never');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', ''infinity'', covers_all => true)'), '23514 %', 'ends at infinity: leave it null');
SELECT alike(caught('SELECT bar_client(1, ''2024-01-01'', covers_all => true, bar_level => ''shout'')'), '23514 %', 'unknown level');
SELECT is((SELECT count(*) FROM bar)::int, 0, 'nothing of all that is left');
SELECT is(caught('SELECT bar_client(3, ''4713-01-01 BC'', ''5874897-12-31'', program_ids => ''[5:6]={11,12}'', location_ids => ''{{101,102},{201,202}}'',
	organization_ids => ''{1}'', service_ids => ''{1}'', covers_all => true, notes => repeat(''guardednote'', 100000),
	bar_level => NULL, enforcing_organization_ids => ''{1,2,1}'')'), 'ok', 'odd bounds, two dimensions, long notes, the first and last date');
SELECT results_eq($$SELECT count(program_id)::int, count(location_id)::int, count(organization_id)::int, count(service_id)::int, count(*) FILTER (WHERE covers_all)::int
	FROM bar_scope$$, 'VALUES (2, 4, 1, 1, 1)', 'all scopes are there');
SELECT is((SELECT count(*) FROM bar_organization)::int, 2, 'each enforcing organization once');
SELECT is((SELECT bar_level FROM bar), 'block', 'a level of null is block');
SELECT is((SELECT b.bar_id FROM bar b), (SELECT max(bar_id) FROM bar_scope), 'of one bar');
DELETE FROM bar;
SELECT is((SELECT count(*) FROM bar_scope)::int, 0, 'a bar takes its scopes along');

SELECT bar_client(1, '2024-02-01', '2024-03-01', covers_all => true, notes => 'guardednote') AS bar \gset
SELECT is(caught('SELECT lift_bar(NULL, ''2024-02-10'', ''x'')'), '22004 bar_id, lifted_date and reason must be given', 'lift: no bar');
SELECT is(caught('SELECT lift_bar(1, NULL, ''x'')'), '22004 bar_id, lifted_date and reason must be given', 'lift: no date');
SELECT is(caught(format('SELECT lift_bar(%s, ''2024-02-10'', E'' \t'')', :bar)), '22004 bar_id, lifted_date and reason must be given', 'lift: no reason');
SELECT alike(caught('SELECT lift_bar(999999, ''2024-02-10'', ''x'')'), 'CT009 there is no bar 999999 to lift', 'lift: no such bar');
SELECT matches(last_hint(), 'lifted already', 'HINT says why that may be');
SELECT alike(caught(format('SELECT lift_bar(%s, ''infinity'', ''x'')', :bar)), '23514 %', 'lift: never');
SELECT alike(caught(format('SELECT lift_bar(%s, ''2024-02-10'', ''x'', 999)', :bar)), '23503 %', 'lift: by nobody');
SELECT is(caught('SELECT override_bar(NULL, ''2024-02-10'', ''2024-02-10'', ''x'')'), '22004 bar_id, begin_date, end_date and reason must be given', 'override: no bar');
SELECT is(caught(format('SELECT override_bar(%s, ''2024-02-10'', NULL, ''x'')', :bar)), '22004 bar_id, begin_date, end_date and reason must be given', 'override: no end');
SELECT is(caught(format('SELECT override_bar(%s, ''2024-02-10'', ''2024-02-10'', '' '')', :bar)), '22004 bar_id, begin_date, end_date and reason must be given', 'override: no reason');
SELECT alike(caught(format('SELECT override_bar(%s, ''2024-02-10'', ''2024-02-09'', ''x'')', :bar)), '23514 %', 'override: ends before it begins');
SELECT alike(caught(format('SELECT override_bar(%s, ''2024-02-10'', ''infinity'', ''x'')', :bar)), '23514 %', 'override: for ever');
SELECT alike(caught('SELECT override_bar(999999, ''2024-02-10'', ''2024-02-10'', ''x'')'), '23503 %', 'override: no such bar');
SELECT alike(caught(format('SELECT override_bar(%s, ''2024-02-10'', ''2024-02-10'', ''x'', 999)', :bar)), '23503 %', 'override: no such program');

-- From when to when: end_date and lifted_date are the first day allowed.
SELECT is(serve(1, '2024-01-31', 1), 'ok', 'the day before it begins');
SELECT is(serve(1, '2024-02-01', 1), :BARRED, 'the first day');
SELECT is(last_detail(), 'Barred: client 1 on 2024-02-01.', 'DETAIL names client and day');
SELECT is(last_hint(), 'Review the bar with your supervisor.', 'HINT says whom to ask');
SELECT is(serve(1, '2024-02-29', 1), :BARRED, 'the last day');
SELECT is(serve(1, '2024-03-01', 1), 'ok', 'the end date is allowed');
SELECT is(serve(5, '2024-02-10', 5), 'ok', 'another client');
SELECT is(caught($$INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (5, '2024-02-10', 5, 1, 11), (1, '2024-02-10', 1, 1, 11)$$),
	:BARRED, 'one of two rows');
SELECT is(caught('UPDATE client_service SET date_provided = ''2024-02-15'' WHERE client_id = 1 AND date_provided = ''2024-03-01'''), :BARRED, 'UPDATE into it');
SELECT is(caught('UPDATE client_service SET client_id = 1, enrollment_id = 1 WHERE client_id = 5'), :BARRED, 'UPDATE of the client');
SELECT is(caught('MERGE INTO client_service cs USING (VALUES (1)) v (c) ON cs.client_id = v.c AND cs.date_provided = ''2024-02-05''
	WHEN NOT MATCHED THEN INSERT (client_id, date_provided, enrollment_id, service_id, program_id) VALUES (1, ''2024-02-05'', 1, 1, 11)'), :BARRED, 'MERGE');
SELECT is(caught('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id)
	SELECT 1, ''2024-02-01''::date + i % 60, 1, 1, 11 FROM generate_series(0, 1500) i'), :BARRED, 'a large statement');
SELECT is(caught('INSERT INTO client_service (client_id, date_provided, enrollment_id, service_id, program_id, date_deleted) VALUES (1, ''2024-02-10'', 1, 1, 11, now())'), 'ok', 'a deleted service is no service');
SELECT is(caught('UPDATE client_service SET date_deleted = NULL WHERE date_deleted IS NOT NULL'), :BARRED, 'undeleting it');
DELETE FROM client_service WHERE date_deleted IS NOT NULL;
SELECT lift_bar(:bar, '2024-02-20', 'served her time', 1);
SELECT is(serve(1, '2024-02-19', 1), :BARRED, 'the day before it was lifted');
SELECT is(serve(1, '2024-02-20', 1), 'ok', 'the lifted date is allowed');
SELECT results_eq(format('SELECT lifted_by_user_id::int, lift_reason, end_date FROM bar WHERE bar_id = %s', :bar), $$VALUES (1, 'served her time', '2024-03-01'::date)$$, 'who, why, and what was meant');
SELECT alike(caught(format('SELECT lift_bar(%s, ''2024-02-21'', ''x'')', :bar)), 'CT009 %', 'lifting twice');
UPDATE bar SET date_deleted = now() WHERE bar_id = :bar;
SELECT is(serve(1, '2024-02-05', 1), 'ok', 'a deleted bar');
SELECT alike(caught(format('SELECT lift_bar(%s, ''2024-02-21'', ''x'')', :bar)), 'CT009 %', 'lifting a deleted bar');
DELETE FROM client_service;

-- From what. Enrolled in both programs of organization 1 and in one of organization 2.
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (52, 5, 12, '2024-01-01'), (53, 5, 21, '2024-01-01');
CREATE FUNCTION pg_temp.reach() RETURNS text LANGUAGE sql AS $$
	-- One word for each place and service: barred or not.
	SELECT string_agg(CASE outcome WHEN 'ok' THEN '-' WHEN 'CT002 client is barred' THEN 'B' ELSE outcome END, ' ' ORDER BY i)
	FROM (SELECT i, public.serve(5, '2024-05-05', e, s, p, l) AS outcome FROM (VALUES (1, 5, 1, 11, NULL::int), (2, 5, 1, 11, 101),
		(3, 5, 2, 11, 102), (4, 52, 1, 12, NULL), (5, 52, 2, 12, 201), (6, 53, 1, 21, NULL), (7, 53, 2, 21, 201), (8, 53, 2, 21, 202),
		(9, 53, 2, 21, 101)) v (i, e, s, p, l)) o
$$;
CREATE FUNCTION pg_temp.reach_of(scope text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	the_bar bigint;
	result text;
BEGIN
	EXECUTE format('SELECT hmis.bar_client(5, ''2024-05-01'', %s)', scope) INTO the_bar;
	result := pg_temp.reach();
	DELETE FROM hmis.bar WHERE bar_id = the_bar;
	RETURN result;
END
$$;
--                                                          11 101 102 12 201 21 201 202 101
SELECT is(pg_temp.reach(),                                 '- - - - - - - - -', 'no bar');
SELECT is(pg_temp.reach_of('covers_all => true'),          'B B B B B B B B B', 'everything');
SELECT is(pg_temp.reach_of('program_ids => ''{11}'''),     'B B B - - - - - -', 'a program');
SELECT is(pg_temp.reach_of('location_ids => ''{101}'''),   '- B - - - - - - B', 'a location');
SELECT is(pg_temp.reach_of('service_ids => ''{1}'''),      'B B - B - B - - -', 'a service');
SELECT is(pg_temp.reach_of('organization_ids => ''{1}'''), 'B B B B B - - - B', 'an organization: its programs and its locations');
SELECT is(pg_temp.reach_of('organization_ids => ''{2}'''), '- - - - B B B B B', 'the other one');
SELECT is(pg_temp.reach_of('program_ids => ''{12}'', location_ids => ''{202}'''), '- - - B B - - B -', 'two kinds');
SELECT is(pg_temp.reach_of('covers_all => true, bar_level => ''warn'''), '- - - - - - - - -', 'a warning bars nothing');
DELETE FROM client_service;

-- Exceptions.
SELECT bar_client(5, '2024-05-01', covers_all => true, notes => 'guardednote') AS bar \gset
SELECT override_bar(:bar, '2024-05-10', '2024-05-12', 'cold snap') > 0 AS t \gset
SELECT is(serve(5, '2024-05-09', 5), :BARRED, 'the day before the exception');
SELECT is(serve(5, '2024-05-10', 5), 'ok', 'its first day');
SELECT is(serve(5, '2024-05-12', 5), 'ok', 'its last day');
SELECT is(serve(5, '2024-05-13', 5), :BARRED, 'the day after');
SELECT override_bar(:bar, '2024-05-20', '2024-05-20', 'shower only', program_id => 11, service_id => 2) > 0 AS t \gset
SELECT is(serve(5, '2024-05-20', 5, 1), :BARRED, 'an exception for another service');
SELECT is(serve(5, '2024-05-20', 5, 2), 'ok', 'for this one');
SELECT is(serve(5, '2024-05-20', 52, 2, 12), :BARRED, 'and another program');
SELECT is((SELECT granted_by::text FROM bar_override ORDER BY bar_override_id LIMIT 1), session_user::text, 'who made it is on record');
SELECT bar_client(5, '2024-05-01', program_ids => '{11}') AS bar2 \gset
SELECT is(serve(5, '2024-05-10', 5), :BARRED, 'an exception to one bar leaves the other');
UPDATE bar_override SET date_deleted = now();
DELETE FROM bar WHERE bar_id = :bar2;
SELECT is(serve(5, '2024-05-11', 5), :BARRED, 'a deleted exception');
SELECT alike(caught(format('DELETE FROM bar WHERE bar_id = %s', :bar)), '23503 %', 'a bar with exceptions stays on record');

-- A scope at commit, here brought forward.
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(caught('INSERT INTO bar (client_id, begin_date, notes) VALUES (1, ''2024-01-01'', ''guardednote'')'), :NOSCOPE, 'bar without scope');
SELECT matches(last_detail(), '^Without scope: bar [0-9]+\.$', 'DETAIL names the bar');
SELECT matches(last_hint(), 'bar_scope in the same transaction', 'HINT says what to do');
SELECT is(caught(format('DELETE FROM bar_scope WHERE bar_id = %s', :bar)), :NOSCOPE, 'bar whose scope is deleted');
SELECT is(caught(format('UPDATE bar_scope SET date_deleted = now() WHERE bar_id = %s', :bar)), :NOSCOPE, 'bar whose scope is soft-deleted');
SET CONSTRAINTS ALL DEFERRED;
SELECT bar_client(4, '2024-05-01', covers_all => true) AS other \gset
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(caught(format('UPDATE bar_scope SET bar_id = %s WHERE bar_id = %s', :other, :bar)), :NOSCOPE, 'bar whose scope is moved to another');
SELECT is(caught(format('UPDATE bar_scope SET covers_all = false, program_id = 11 WHERE bar_id = %s', :bar)), 'ok', 'a scope may change');
SELECT is(caught(format('UPDATE bar SET date_deleted = now() WHERE bar_id = %s', :other)), 'ok', 'a bar may be deleted');
SELECT is(caught(format('UPDATE bar_scope SET date_deleted = now() WHERE bar_id = %s', :other)), 'ok', 'and its scope after it');
SELECT is(caught(format('UPDATE bar SET date_deleted = NULL WHERE bar_id = %s', :other)), :NOSCOPE, 'and not come back without');
SELECT matches(caught('TRUNCATE bar_scope'), '^CT013 ', 'TRUNCATE of scopes');
SELECT matches(caught('INSERT INTO bar_scope (bar_id) SELECT max(bar_id) FROM bar'), '^23514 .*bar_scope_names_one', 'a scope of nothing');
SELECT matches(caught('INSERT INTO bar_scope (bar_id, program_id, service_id) SELECT max(bar_id), 11, 1 FROM bar'), '^23514 .*bar_scope_names_one', 'a scope of two things');
SELECT matches(caught('UPDATE bar SET lifted_date = ''2024-06-01'''), '^23514 a bar is lifted with a reason', 'lifted without reason');

-- Services from before the bar stay.
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM client_service;
SELECT is(serve(2, '2024-01-10', 2), 'ok', 'a service');
SELECT is(caught('SELECT bar_client(2, ''2024-01-01'', covers_all => true)'), 'ok', 'a bar entered late, with a WARNING');
SELECT is(caught('UPDATE client_service SET units = 2 WHERE client_id = 2'), 'ok', 'the service stays and can be edited');
SELECT is(caught('UPDATE client_service SET date_provided = ''2024-01-11'' WHERE client_id = 2'), :BARRED, 'but not moved within the bar');

-- Who may make exceptions.
CREATE ROLE clienttrack_test_worker IN ROLE clienttrack_worker;
INSERT INTO hmis_user (user_id, login_role) VALUES (2, 'clienttrack_test_worker');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (2, 1);
SET LOCAL ROLE clienttrack_test_worker;
SELECT matches(caught('SELECT hmis.override_bar(1, ''2024-05-20'', ''2024-05-20'', ''x'')'), '^42501 permission denied for function override_bar', 'override_bar() needs EXECUTE');
SELECT matches(caught('SELECT hmis.lock_barred_client()'), '^(0A000|42501) ', 'the trigger function is nothing else');
SELECT is(caught('SELECT hmis.bar_client(1, ''2025-05-20'', program_ids => ''{11}'')'), 'ok', 'a worker may bar');
SELECT matches(caught('INSERT INTO hmis.bar_override (bar_id, begin_date, end_date, override_reason) VALUES (1, ''2024-05-20'', ''2024-05-20'', ''x'')'),
	'^42501 permission denied for table bar_override', 'nor is there a way past override_bar()');
SELECT results_eq('SELECT b.user_id, b.security_organization_id FROM hmis.bar b ORDER BY b.bar_id DESC LIMIT 1', 'VALUES (2::bigint, 1::bigint)', 'who barred is on record');
RESET ROLE;
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
