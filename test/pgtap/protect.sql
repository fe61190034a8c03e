-- SSNs, the account of who read them, and disposing of a client's data. test/t/encryption.pl has what needs keys.
BEGIN;
SELECT no_plan();
\ir seed.psql

CREATE ROLE clienttrack_test_worker;
CREATE ROLE clienttrack_test_reader;
CREATE ROLE clienttrack_test_nobody;
GRANT clienttrack_worker, clienttrack_read_ssn, clienttrack_dispose_clients TO clienttrack_test_worker;
GRANT clienttrack_reader TO clienttrack_test_reader;
GRANT clienttrack_read_ssn TO clienttrack_test_nobody;
GRANT USAGE ON SCHEMA hmis TO clienttrack_test_nobody;
INSERT INTO hmis_user (user_id, login_role) VALUES (2, 'clienttrack_test_worker'), (3, 'clienttrack_test_reader');
INSERT INTO user_organization (member_user_id, organization_id) VALUES (2, 1), (3, 1);
-- The worker may change 1 to 6 and sees 7 by a release; 8 and 9 belong to somebody else.
UPDATE client SET security_organization_id = CASE WHEN client_id <= 6 THEN 1 ELSE 2 END;
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (7, 2, 1, 'today'::date + 10);

-- Where SSNs are.
SELECT is_empty($$SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'hmis' AND column_name = 'ssn'
	AND table_name NOT IN ('client_ssn', 'hud_client')$$, 'SSNs are in client_ssn and, on their way in, in hud_client');
SELECT is((SELECT kind FROM schema_table WHERE table_name = 'client_ssn'), 'protected', 'its kind');
SELECT is_empty($$SELECT grantee, privilege_type FROM information_schema.table_privileges WHERE table_name = 'client_ssn' AND grantee NOT IN ('postgres', 'clienttrack_owner')$$, 'nobody has a grant on it');

-- What the table refuses, and how.
SELECT is(caught('INSERT INTO client_ssn (client_id) VALUES (1)'), '23514 either "ssn" or "ssn_encrypted" of "client_ssn" must be given', 'neither');
SELECT is(caught('INSERT INTO client_ssn (client_id, ssn, ssn_encrypted) VALUES (1, ''987654321'', ''x'')'), '23514 either "ssn" or "ssn_encrypted" of "client_ssn" must be given', 'both');
SELECT is(caught('UPDATE client_ssn SET ssn = NULL'), '23514 either "ssn" or "ssn_encrypted" of "client_ssn" must be given', 'none any more');
SELECT is(caught('UPDATE client_ssn SET ssn_encrypted = ssn::bytea'), '23514 either "ssn" or "ssn_encrypted" of "client_ssn" must be given', 'both afterwards');
SELECT is(caught('INSERT INTO client_ssn (client_id, ssn) VALUES (NULL, ''987654321'')'), '23502 column "client_id" of "client_ssn" must not be null', 'no client');
SELECT matches(caught('INSERT INTO client_ssn (client_id, ssn) VALUES (1, ''987654321'')'), '^23505 ', 'a second one');
SELECT matches(caught('INSERT INTO client_ssn (client_id, ssn) VALUES (777, ''987654321''); SET CONSTRAINTS ALL IMMEDIATE'), '^23503 ', 'of no client');
SELECT is((SELECT ssn FROM client_ssn WHERE client_id = 1), '987654321', 'it stays as it was');
SELECT is(encryption_key(), NULL, 'there is no key here');
SELECT is(protected_key('k1:x'), 'k1', 'what an encrypted value is encrypted with');
SELECT is(protected_key(v), NULL, 'nothing') FROM unnest(ARRAY['', 'k1', ':x', 'K1:x', '\xff3a00', repeat('k', 100) || ':']::bytea[]) v;
SAVEPOINT encrypted;
UPDATE client_ssn SET ssn = NULL, ssn_encrypted = 'k9:whatever' WHERE client_id = 2;
SELECT is(caught('SELECT read_ssn(2, ''x'')'), '55000 the encryption key "k9" is not known', 'an unknown key');
SELECT is(caught('UPDATE client_ssn SET client_id = 777 WHERE client_id = 2'), '55000 the encryption key "k9" is not known', 'it cannot move without its key');
UPDATE client_ssn SET ssn = NULL, ssn_encrypted = 'nonsense' WHERE client_id = 3;
SELECT is(caught('SELECT read_ssn(3, ''x'')'), 'XX001 the protected value cannot be decrypted: ssn 3', 'nonsense');
SELECT is(caught('CALL encrypt_protected()'), '55000 there is no encryption key', 'encrypt_protected()');
SELECT is(caught('SELECT set_ssn(3, ''987654323'')'), 'ok', 'what was encrypted is set anew');
SELECT results_eq('SELECT ssn, ssn_encrypted FROM client_ssn WHERE client_id = 3', $$VALUES ('987654323', NULL::bytea)$$, 'and stored as it is');
ROLLBACK TO encrypted;

-- read_protected() and the trigger elsewhere.
SELECT is(read_protected('client_ssn', 'ssn', 1), '987654321', 'the owner reads');
SELECT is(read_protected('client_ssn', 'ssn', 777), NULL, 'nothing');
SELECT matches(caught(format('SELECT read_protected(%L, %L, 1)', t, c)), '^42703 ', format('%s.%s is not protected', t, c)) FROM (VALUES
	('client_ssn', 'ssn_encrypted'), ('client_ssn', 'user_id'), ('client_ssn', 'no"such'), ('client', 'first_name'), ('hud_client', 'ssn'), ('hud_load_report', 'source')) v (t, c);
CREATE TABLE public.wrong (wrong_id bigint PRIMARY KEY, ssn text);
CREATE TRIGGER t BEFORE INSERT ON public.wrong FOR EACH ROW EXECUTE FUNCTION protect('ssn');
SELECT is(caught('INSERT INTO public.wrong VALUES (1, ''987654321'')'), '42703 table "wrong" has no column "ssn_encrypted" of type bytea', 'a table without the other column');
ALTER TABLE public.wrong ADD ssn_encrypted bytea;
SELECT is(caught('INSERT INTO public.wrong VALUES (1, ''987654321'')'), 'ok', 'with it');
DROP TRIGGER t ON public.wrong;
CREATE TRIGGER t BEFORE INSERT ON public.wrong FOR EACH ROW EXECUTE FUNCTION protect();
SELECT matches(caught('INSERT INTO public.wrong VALUES (2, ''987654321'')'), '^22023 ', 'without an argument');
DROP TRIGGER t ON public.wrong;
CREATE TRIGGER t AFTER INSERT ON public.wrong FOR EACH ROW EXECUTE FUNCTION protect('ssn');
SELECT matches(caught('INSERT INTO public.wrong VALUES (2, ''987654321'')'), '^39P01 ', 'after the row');

-- set_ssn().
SELECT is(caught(format('SELECT set_ssn(9, %L, %s)', ssn, quality)), expected, format('%s with quality %s', translate(ssn, E'\n', ' '), quality)) FROM (VALUES
	('987-65-4329', 'NULL', 'ok'), ('xxxxx4329', '2', 'ok'), (repeat('0a', 32), '1', 'ok'), ('', '8', 'ok'), (NULL, 'NULL', 'ok'),
	('98765432', 'NULL', '22023 the SSN is not written as one'), ('987654329a', 'NULL', '22023 the SSN is not written as one'), (E'987654329\n987654329', '1', '22023 the SSN is not written as one'),
	('987654329', '8', '22023 the data quality of the SSN cannot be 8'), ('98765432x', '1', '22023 the data quality of the SSN cannot be 1'), (NULL, '1', '22023 the data quality of the SSN cannot be 1'),
	('987654329', '3', '22023 the data quality of the SSN cannot be 3'), ('987654329', '99999', '22023 the data quality of the SSN cannot be 99999')) v (ssn, quality, expected);
SELECT is((SELECT count(*) FROM client_ssn WHERE client_id = 9)::int, 0, 'the last of these removed it');
SELECT is(set_ssn(9, '987 65 432X')::text, '', 'set');
SELECT results_eq('SELECT s.ssn, c.ssn_data_quality FROM client_ssn s JOIN client c USING (client_id) WHERE client_id = 9', $$VALUES ('98765432x', 2::smallint)$$, 'with its data quality');
SELECT is(caught('SELECT set_ssn(NULL, ''987654329'')'), '22004 client_id must not be null', 'no client');
SELECT is(caught('SELECT set_ssn(777, ''987654329'')'), 'CT009 client 777 does not exist', 'unknown client');
SET ROLE clienttrack_test_worker;
SELECT is(caught('SELECT set_ssn(6, ''987654326'')'), 'ok', 'a worker sets that of a client whom he may change');
SELECT is(caught('SELECT set_ssn(7, ''987654320'')'), '42501 client 7 is not yours to change', 'not of one whom he sees only');
SELECT is(caught('SELECT set_ssn(8, ''987654320'')'), 'CT009 client 8 does not exist', 'nor of one whom he does not see');
SET row_security = off;
SELECT matches(caught('SELECT set_ssn(8, ''987654320'')'), '^42501 ', 'whatever he sets');
RESET row_security;
SET ROLE clienttrack_test_reader;
SELECT is(caught('SELECT set_ssn(6, ''987654320'')'), '42501 permission denied for function set_ssn', 'a reader does not');
RESET ROLE;
SELECT is((SELECT string_agg(ssn, ',' ORDER BY client_id) FROM client_ssn WHERE client_id IN (6, 7, 8)), '987654326,987654327,987654328', 'nothing else was set');

-- read_ssn().
SELECT is(caught('SELECT read_ssn(NULL, ''x'')'), '22004 client_id must not be null', 'no client');
SELECT is(caught(format('SELECT read_ssn(1, %L)', reason)), '22004 reason must be given', 'no reason') FROM unnest(ARRAY[NULL, '', E' \n']) reason;
SELECT is(caught('SELECT read_ssn(777, ''x'')'), 'CT009 client 777 does not exist', 'unknown client');
SELECT is((SELECT count(*) FROM disclosure)::int, 0, 'nothing was told');
SET ROLE clienttrack_test_worker;
SELECT is(read_ssn(1, 'Housing application'), '987654321', 'a worker reads');
SELECT is(caught('SELECT read_ssn(8, ''x'')'), 'CT009 client 8 does not exist', 'not of a client whom he does not see');
SET row_security = off;
SELECT matches(caught('SELECT read_ssn(8, ''x'')'), '^42501 ', 'whatever he sets');
RESET row_security;
SET search_path = public, pg_temp, pg_catalog;
CREATE TEMP TABLE client (client_id bigint, date_deleted timestamptz);
INSERT INTO client VALUES (8);
SELECT is(caught('SELECT hmis.read_ssn(8, ''x'')'), 'CT009 client 8 does not exist', 'or makes');
DROP TABLE client;
SET search_path = hmis, clienttrack, public;
SELECT is(caught(statement), expected, statement) FROM (VALUES
	('SELECT * FROM client_ssn', '42501 permission denied for table client_ssn'), ('SELECT * FROM disclosure', '42501 permission denied for table disclosure'),
	('SELECT read_protected(''client_ssn'', ''ssn'', 1)', '42501 permission denied for function read_protected'),
	('SELECT log_disclosure(1, ''a'', ''b'')', '42501 permission denied for function log_disclosure')) v (statement, expected);
RESET ROLE;
GRANT EXECUTE ON FUNCTION read_protected TO clienttrack_test_worker;
SET ROLE clienttrack_test_worker;
SELECT is(caught('SELECT read_protected(''client_ssn'', ''ssn'', 1)'), '42501 must be owner of table client_ssn', 'not with EXECUTE either');
SELECT ok(NOT visible_row('hmis', 'client', 8) AND visible_row('hmis', 'client', 7), 'visible_row() tells what the session''s user sees');
SELECT ok(NOT editable_row('hmis', 'client', 7) AND editable_row('hmis', 'client', 6), 'editable_row() what he may change');
SET ROLE clienttrack_test_nobody;
SELECT is(caught('SELECT read_ssn(1, ''x'')'), '42501 permission denied for table client', 'somebody without SELECT on client reads nothing');
RESET ROLE;
SELECT matches(caught('SELECT visible_row(''public'', ''client'', 1)'), '^42P01 ', 'visible_row() of no installed schema');
-- In an index that somebody else analyzes.
CREATE TABLE public.trap (a int);
INSERT INTO public.trap VALUES (1);
GRANT USAGE, CREATE ON SCHEMA public TO clienttrack_test_nobody;
ALTER TABLE public.trap OWNER TO clienttrack_test_nobody;
SET ROLE clienttrack_test_nobody;
CREATE FUNCTION public.springs(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN
	IF current_setting('trap.set', true) = 'on' THEN RETURN hmis.read_ssn(1, 'trap'); END IF; RETURN 'x'; END$$;
CREATE INDEX ON public.trap (public.springs(a));
RESET ROLE;
SET trap.set = 'on';
SELECT is(caught('ANALYZE public.trap'), '42501 this needs the right "read_ssn"', 'nor with the eyes of who analyzes his table');
RESET trap.set;
DELETE FROM client_ssn WHERE client_id = 2;
SELECT is(read_ssn(2, 'none'), NULL, 'none is known');
UPDATE client SET date_deleted = now() WHERE client_id = 7;
SELECT is(caught('SELECT read_ssn(7, ''x'')'), 'CT009 client 7 does not exist', 'a deleted client');
SET ROLE clienttrack_test_reader;
SELECT is(caught(statement), expected, statement || ' needs a right') FROM (VALUES
	('SELECT read_ssn(1, ''x'')', '42501 permission denied for function read_ssn'),
	('SELECT * FROM clients_to_dispose()', '42501 permission denied for function clients_to_dispose'),
	('SELECT dispose_client(1, ''x'')', '42501 permission denied for function dispose_client')) v (statement, expected);
RESET ROLE;

-- The account of disclosures.
SELECT results_eq('SELECT client_id, login_role, what, reason, disclosed_to FROM disclosure ORDER BY disclosure_id',
	$$VALUES (1::bigint, session_user::name, 'ssn', 'Housing application', NULL), (2, session_user, 'ssn', 'none', NULL)$$, 'each reading is on record, also of nothing');
INSERT INTO disclosure (client_id, date_disclosed, disclosed_to, what, reason) VALUES (1, now() + '1 minute', 'Landlord', 'name', 'reference'), (8, now(), NULL, 'ssn', 'other');
SET ROLE clienttrack_test_worker;
SELECT results_eq('SELECT login_role, disclosed_to, what, reason FROM client_disclosures(1)',
	$$VALUES (session_user::name, 'Landlord', 'name', 'reference'), (session_user, NULL, 'ssn', 'Housing application')$$, 'a worker accounts for it, the newest first');
SELECT is(caught('SELECT * FROM client_disclosures(8)'), 'CT009 client 8 does not exist', 'not for a client whom he does not see');
SELECT is_empty('SELECT * FROM client_disclosures(7)', 'for a deleted one');
RESET ROLE;
SELECT is(caught('SELECT * FROM client_disclosures(NULL)'), '22004 client_id must not be null', 'for nobody');
SELECT is(caught(format(s, t)), format('42501 rows of "%s" are never changed or removed', t), format(s, t)) FROM unnest(ARRAY['disclosure', 'client_disposal']) t,
	unnest(ARRAY['UPDATE %s SET reason = ''x''', 'DELETE FROM %s', 'DELETE FROM %s WHERE false', 'TRUNCATE %s', 'INSERT INTO %1$s SELECT * FROM %1$s WHERE false ON CONFLICT (%1$s_id) DO UPDATE SET reason = ''x''']) s;
SELECT is(caught('DELETE FROM client WHERE client_id = 8'), 'ok', 'a client who is deleted takes the SSN along');
SELECT is((SELECT count(*) FROM client_ssn WHERE client_id = 8)::int || ' ' || (SELECT count(*) FROM disclosure WHERE client_id = 8)::int, '0 1', 'and leaves the account');

-- A client of long ago: 9. Everything that may say who it was.
INSERT INTO hud_client (personalid, firstname, lastname, ssn, ssndataquality, dob, additionalraceethnicity, sex, datecreated, dateupdated) VALUES
	('old1', 'Zebulonissimo', 'Quackenbush', '987654320', '1', '1923-04-05', 'guardednote', '1', '2010-01-01 00:00:00', '2010-01-02 00:00:00'),
	('new1', 'Zebulonissimo', 'Other', '987654320', '1', '1923-04-05', NULL, '1', '2010-01-01 00:00:00', '2010-01-02 00:00:00');
INSERT INTO hud_project (projectid, organizationid, projectname, projecttype) VALUES ('p1', 'o1', 'Old', '11');
INSERT INTO hud_organization (organizationid, organizationname) VALUES ('o1', 'Old');
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate, preferredlanguagedifferent, preferredlanguage, datecreated, dateupdated) VALUES
	('e1', 'old1', 'p1', '2010-01-01', 'guardednote', '21', '2010-01-01 00:00:00', '2010-01-02 00:00:00'), ('e2', 'old1', 'nowhere', '2010-01-01', NULL, NULL, NULL, NULL);
INSERT INTO hud_exit (exitid, enrollmentid, personalid, exitdate, destination, otherdestination) VALUES ('x1', 'e1', 'old1', '2010-02-01', '17', 'guardednote');
INSERT INTO hud_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, othertypeprovided, datecreated, dateupdated) VALUES
	('s1', 'e1', 'old1', '2010-01-05', '144', '6', 'guardednote', '2010-01-01 00:00:00', '2010-01-02 00:00:00');
INSERT INTO hud_export (exportid) VALUES ('x');
CALL hud_load('old') \g /dev/null
SELECT k.local_id AS old, (SELECT n.local_id FROM hud_key n WHERE n.file = 'Client' AND n.hud_id = 'new1') AS new FROM hud_key k WHERE k.file = 'Client' AND k.hud_id = 'old1' \gset
SELECT results_eq(format('SELECT ssn FROM client_ssn WHERE client_id IN (%s, %s)', :old, :new), $$VALUES ('987654320'), ('987654320')$$, 'SSNs are loaded');
INSERT INTO client_alias (client_id, alias_name, date_updated) VALUES (:old, 'Zebulonissimo', '2010-01-03');
INSERT INTO scan_card (client_id, card_code, card_status, status_reason, issued_date, date_updated) VALUES (:old, 'ZEBULON1', 'active', 'guardednote', '2010-01-03', '2010-01-03'),
	(:old, 'ZEBULON2', 'replaced', NULL, '2010-01-03', '2010-01-03'), (:old, 'ZEBULON3', 'lost', NULL, '2010-01-03', '2010-01-03');
UPDATE client_service SET comments = 'guardednote', delete_reason = 'guardednote', date_updated = '2010-01-04' WHERE client_id = :old;
UPDATE enrollment SET hud_elements = hud_elements || '{"OurOwn": "guardednote"}', date_updated = '2010-01-05' WHERE client_id = :old;
SELECT bar_client(:old, '2010-01-03', covers_all => true, notes => 'guardednote') AS bar \gset
SELECT bar_client(:old, '2009-01-03', program_ids => '{11}', notes => 'guardednote') AS lifted \gset
SELECT override_bar(:bar, '2010-01-03', '2010-01-03', 'guardednote') \g /dev/null
SELECT lift_bar(:lifted, '2010-01-04', 'guardednote') \g /dev/null
UPDATE bar SET date_updated = date '2010-01-05' WHERE client_id = :old;
SELECT open_batch_run(create_service_batch('B', 11, '[{"service": "MEAL"}]'), '2010-01-10') AS run \gset
INSERT INTO service_batch_client (service_batch_run_id, client_id, message, date_updated) VALUES (:run, :old, 'guardednote', '2010-01-05');
INSERT INTO barrier (barrier_id, barrier_code, barrier_name) VALUES (101, 'PAPERS', 'No identity papers');
INSERT INTO client_barrier (client_barrier_id, client_id, barrier_id, identified_date, comments, date_updated) VALUES (1, :old, 101, '2010-01-02', 'guardednote', '2010-01-05'), (2, :old, 101, '2010-01-02', NULL, '2010-01-05');
INSERT INTO goal (goal_id, client_id, client_barrier_id, goal_description, begin_date, target_date, date_updated) VALUES (1, :old, 1, 'guardednote', '2010-01-02', '2040-01-01', '2010-01-05');
INSERT INTO action_plan (action_plan_id, client_id, plan_name, begin_date, date_updated) VALUES (1, :old, 'guardednote', '2010-01-02', '2010-01-05');
INSERT INTO service_authorization (service_authorization_id, client_id, service_id, begin_date, end_date, comments, date_created, date_updated) VALUES (1, :old, 1, '2010-01-02', '2010-01-05', 'guardednote', '2010-01-05', '2010-01-05');
INSERT INTO authorization_exception (service_authorization_id, client_id, exception_type, due_date, reason, date_created, date_updated) VALUES (1, :old, 'skip', '2010-01-02', 'guardednote', '2010-01-05', '2010-01-05');
UPDATE service_authorization SET date_updated = '2010-01-05';
INSERT INTO action_step (action_plan_id, client_id, goal_id, action, due_date, step_status, completed_date, date_updated) VALUES (1, :old, 1, 'guardednote', '2040-01-01', 'done', '2010-01-05', '2010-01-05');
INSERT INTO referral (client_id, referral_date, service_id, to_provider_id, comments, date_updated) VALUES (:old, '2010-01-05', 1, 1, 'guardednote', '2010-01-05');
INSERT INTO turn_away (client_id, program_id, turn_away_date, turn_away_reason_id, comments, delete_reason, date_updated) VALUES (:old, 11, '2010-01-05', 1, 'guardednote', 'guardednote', '2010-01-05'),
	(NULL, 11, '2010-01-05', 1, 'Not the client''s', NULL, '2010-01-05');
INSERT INTO import_finding (hud_load_run_id, file, hud_key, value, check_name, severity)
SELECT max(hud_load_run_id), f, k, 'guardednote', 'x', 'warning' FROM hud_load_run, (VALUES ('Client', 'old1'), ('Enrollment', 'e1'), ('Services', 's1'), ('Client', 'new1')) v (f, k) GROUP BY f, k;

-- Who is due.
SELECT is((SELECT last_changed FROM clients_to_dispose(0) WHERE client_id = :old), '2010-02-01'::timestamptz, 'the last that happened to the client was the exit');
SELECT is((SELECT client_id FROM clients_to_dispose() WHERE client_id = :old), :old::bigint, 'who is due after seven years');
SELECT is((SELECT last_changed FROM clients_to_dispose(100)), NULL, 'and not after a hundred');
SELECT ok(NOT EXISTS (SELECT FROM clients_to_dispose() WHERE client_id < 10), 'those of today are not');
SELECT is(caught('SELECT * FROM clients_to_dispose(NULL)'), '22004 years must not be null', 'clients_to_dispose(NULL)');
SELECT is(caught('SELECT * FROM clients_to_dispose(-1)'), '22023 years must be between 0 and 100', 'clients_to_dispose(-1)');
SET ROLE clienttrack_test_worker;
SELECT is_empty('SELECT * FROM clients_to_dispose()', 'a worker is told of clients only whom he sees');
SELECT is(caught(format('SELECT dispose_client(%s, ''x'')', :old)), format('CT009 client %s does not exist', :old), 'and disposes of those only');
RESET ROLE;

SELECT is((SELECT date_updated FROM client_service WHERE client_id = :old), '2010-01-04', 'the service was changed long ago');
CREATE FUNCTION pg_temp.counts_as_change(tab name, change text) RETURNS text LANGUAGE plpgsql AS $$
-- A change of a row of the client makes the client's data recent.
DECLARE
	due boolean;
BEGIN
	BEGIN
		EXECUTE format('UPDATE hmis.%I SET %s WHERE client_id = (SELECT max(local_id) FROM hmis.hud_key WHERE file = ''Client'' AND hud_id = ''old1'')', tab, change);
		due := EXISTS (SELECT FROM hmis.clients_to_dispose() d JOIN hmis.hud_key k ON k.local_id = d.client_id WHERE k.file = 'Client' AND k.hud_id = 'old1');
		RAISE EXCEPTION USING ERRCODE = 'UNDO1';
	EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
		NULL;
	END;
	RETURN is(due, false, format('not due: %s %s', tab, change));
END $$;
SELECT pg_temp.counts_as_change(t, c) FROM (VALUES ('client_barrier', 'comments = ''x'''), ('client_barrier', 'resolved_date = current_date, barrier_status = ''resolved'', date_updated = ''2010-01-06'''),
	('goal', 'goal_status = ''achieved'', closed_date = current_date, date_updated = ''2010-01-06'''), ('goal', 'goal_description = ''x'''), ('action_plan', 'plan_status = ''completed'', end_date = current_date, date_updated = ''2010-01-06'''),
	('action_step', 'step_status = ''done'', completed_date = current_date, date_updated = ''2010-01-06'''), ('referral', 'referral_date = current_date, date_updated = ''2010-01-06'''),
	('turn_away', 'turn_away_date = current_date, date_updated = ''2010-01-06'''), ('turn_away', 'comments = ''x''')) v (t, c);

INSERT INTO locked_period (organization_id, begin_date, end_date, lock_reason) SELECT organization_id, '2010-01-05', '2010-01-05', 'Report' FROM program;
SELECT matches(caught(format(q, :old)), '^CT015 ', 'locked: ' || q) FROM (VALUES ('UPDATE client_service SET units = 2 WHERE client_id = %s'), ('UPDATE turn_away SET persons = 1, date_deleted = now() WHERE client_id = %s')) v (q);

-- What is refused.
SELECT is(caught('SELECT dispose_client(NULL, ''x'')'), '22004 client_id must not be null', 'no client');
SELECT is(caught('SELECT dispose_client(777, ''x'')'), 'CT009 client 777 does not exist', 'unknown client');
SELECT is(caught(format('SELECT dispose_client(%s, '' '')', :old)), '22004 reason must be given', 'no reason');
SELECT is(caught('SELECT dispose_client(1, ''x'', true)'), '55000 client 1 is enrolled', 'an open enrollment');
SELECT is(caught('SELECT dispose_client(2, ''x'')'), '55000 the data of client 2 are in use', 'changed lately');
SELECT is(last_detail(), format('They were last changed on %s.', current_date), 'DETAIL: when');
SELECT is(caught('SELECT dispose_client(2, ''x'', NULL)'), '55000 the data of client 2 are in use', 'null is not true');
SELECT is(caught(format('UPDATE scan_card SET card_code = ''disposed-'' || scan_card_id WHERE client_id = %s', :old)), '55000 the code of a scan card never changes', 'a card of a client with data');

-- What is done.
SELECT dispose_client(:old, 'Seven years') AS removed \gset
SELECT is(:'removed'::jsonb - 'import_finding' - 'audit_event', '{"client": 1, "client_ssn": 1, "client_alias": 1, "scan_card": 3, "client_service": 1, "enrollment": 1, "bar": 2, "bar_override": 1,
	"service_batch_client": 1, "assessment": 0, "assessment_follow_up": 0, "case_assignment": 0, "case_status_change": 0, "workflow_run": 0, "workflow_run_step": 0, "client_merge": 0, "client_barrier": 1, "goal": 1, "action_plan": 1, "action_step": 1, "referral": 1, "turn_away": 1, "hud_key": 1, "hud_client": 0, "hud_enrollment": 1, "hud_exit": 0, "hud_services": 0,
	"hud_income_benefits": 0, "hud_health_and_dv": 0, "hud_disabilities": 0, "service_authorization": 1, "authorization_exception": 1}'::jsonb, 'dispose_client()');
SELECT is((:'removed'::jsonb ->> 'audit_event')::bigint, (SELECT count(*) FROM audit_event WHERE client_id = :old), 'the values of all events went');
SELECT results_eq(format('SELECT num_nonnulls(first_name, middle_name, last_name, name_suffix), name_key || sort_key = '''', name_data_quality, ssn_data_quality, dob, dob_data_quality, sex, hud_elements, date_disposed FROM client WHERE client_id = %s', :old),
	$$VALUES (0, true, 99::smallint, 99::smallint, '1923-01-01'::birth_date, 2::smallint, 1::smallint, NULL::jsonb, now())$$, 'the client has a year of birth');
SELECT results_eq(format('SELECT card_code = ''disposed-'' || scan_card_id, card_status, status_reason FROM scan_card WHERE client_id = %s ORDER BY 1, 2', :old),
	$$VALUES (true, 'replaced', NULL), (true, 'revoked', NULL), (true, 'revoked', NULL)$$, 'cards without a code');
SELECT results_eq(format('SELECT entry_date, exit_date, hud_elements, exit_hud_elements FROM enrollment WHERE client_id = %s', :old),
	$$VALUES ('2010-01-01'::date, '2010-02-01'::date, '{"PreferredLanguage": 21}'::jsonb, NULL::jsonb)$$, 'the enrollment stays, with its codes');
SELECT results_eq(format('SELECT date_provided, comments, other_type_provided, delete_reason FROM client_service WHERE client_id = %s', :old), $$VALUES ('2010-01-05'::date, NULL, NULL, NULL)$$, 'the service too, although its period is locked');
SELECT results_eq(format('SELECT b.comments, g.goal_description, p.plan_name, s.action, r.comments, t.comments, t.delete_reason FROM client_barrier b JOIN goal g USING (client_barrier_id) JOIN action_step s USING (goal_id)
	JOIN action_plan p USING (action_plan_id) JOIN referral r ON r.client_id = b.client_id JOIN turn_away t ON t.client_id = b.client_id WHERE b.client_id = %s', :old),
	$$VALUES (NULL, 'disposed', 'disposed', 'disposed', NULL, NULL, NULL)$$, 'what the client worked on stays without words');
SELECT is((SELECT comments FROM turn_away WHERE client_id IS NULL), 'Not the client''s', 'and a turn-away of somebody else as it is');
SELECT results_eq(format('SELECT notes, lift_reason, override_reason, count(bar_scope_id) FROM bar JOIN bar_scope USING (bar_id) LEFT JOIN bar_override USING (bar_id) WHERE client_id = %s GROUP BY 1, 2, 3 ORDER BY 2', :old),
	$$VALUES (NULL, 'disposed', NULL, 1::bigint), (NULL, NULL, 'disposed', 1)$$, 'bars stay with their scopes');
SELECT matches(caught(format('INSERT INTO client_service (client_id, service_id, program_id, enrollment_id, date_provided) SELECT client_id, 1, program_id, enrollment_id, ''2010-01-10'' FROM enrollment WHERE client_id = %s', :old)), '^CT002 ', 'and in force');
SELECT is((SELECT count(*) FROM clients_to_dispose(0) WHERE client_id = :old)::int, 0, 'the client is not due again');
SELECT is(caught(format('SELECT dispose_client(%s, ''x'', true)', :old)), format('55000 the data of client %s were disposed of already', :old), 'nor disposed of again');
SELECT results_eq('SELECT client_id, login_role, reason, even_if_recent, removed ->> ''scan_card'' FROM client_disposal', format($$VALUES (%s::bigint, session_user::name, 'Seven years', false, '3')$$, :old), 'it is on record');
CREATE FUNCTION public.remaining(only_client bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
-- Tables in which a row still says who a client of HUD files was.
DECLARE t name;
BEGIN
	FOR t IN SELECT table_name FROM hmis.schema_table WHERE kind IN ('client', 'protected', 'staging', 'log') LOOP
		RETURN QUERY EXECUTE format($q$SELECT %1$L FROM hmis.%1$I x WHERE x::text ~* 'zebulon|quackenbush|98765432|1923-04|guardednote'
			AND (to_jsonb(x) ->> 'client_id' IN (%2$L) OR to_jsonb(x) ->> 'personalid' = 'old1' OR to_jsonb(x) ->> 'hud_key' IN ('old1', 'e1', 's1')
			OR to_jsonb(x) ->> 'bar_id' IN (SELECT b.bar_id::text FROM hmis.bar b WHERE b.client_id = %2$L))$q$, t, only_client);
	END LOOP;
END $$;
SELECT is_empty(format('SELECT public.remaining(%s)', :old), 'no table says who it was');
SELECT is(read_ssn(:new, 'x'), '987654320', 'another client keeps everything');
SELECT is((SELECT value FROM import_finding WHERE hud_key = 'new1' AND value IS NOT NULL), 'guardednote', 'and findings');

-- A later export does not bring the client back.
INSERT INTO hud_export (exportid) VALUES ('y');
INSERT INTO hud_client (personalid, firstname, lastname, ssn, ssndataquality, dob, sex, datecreated, dateupdated) VALUES
	(' old1 ', 'Zebulonissimo', 'Quackenbush', '987654320', '1', '1923-04-05', '1', '2010-01-01 00:00:00', '2010-01-02 00:00:00'),
	('new1', 'Zebulonissimo', 'Other', NULL, '99', '1923-04-05', '1', '2010-01-01 00:00:00', '2024-01-02 00:00:00'),
	('new2', 'Zebulonissimo', 'Other', '98765432x', '2', '1923-04-05', '1', '2010-01-01 00:00:00', '2024-01-02 00:00:00');
INSERT INTO hud_enrollment (enrollmentid, personalid, projectid, entrydate, dateupdated) VALUES ('e1', 'old1', 'p1', '2010-01-02', '2024-01-02 00:00:00'), ('e3', 'old1', 'p1', '2024-01-02', NULL);
INSERT INTO hud_exit (exitid, enrollmentid, personalid, exitdate, destination, otherdestination) VALUES ('x1', 'e1', 'old1', '2010-02-02', '17', 'guardednote'), ('x3', 'e3', 'old1', '2024-02-02', '17', 'guardednote');
INSERT INTO hud_services (servicesid, enrollmentid, personalid, dateprovided, recordtype, typeprovided, othertypeprovided, dateupdated) VALUES
	('s1', 'e1', 'old1', '2010-01-06', '144', '6', 'guardednote', '2024-01-02 00:00:00'), ('s2', 'e1', 'old1', '2010-01-06', '144', '6', 'guardednote', '2024-01-02 00:00:00');
CALL hud_load('old') \g /dev/null
SELECT results_eq($$SELECT file, hud_key, check_name, value FROM import_finding WHERE hud_load_run_id = (SELECT max(hud_load_run_id) FROM hud_load_run) AND severity = 'error' AND check_name = 'client_disposed' ORDER BY 1, 2$$,
	$$VALUES ('Client', 'old1', 'client_disposed', NULL), ('Enrollment', 'e1', 'client_disposed', NULL), ('Enrollment', 'e3', 'client_disposed', NULL),
		('Exit', 'x1', 'client_disposed', NULL), ('Exit', 'x3', 'client_disposed', NULL), ('Services', 's1', 'client_disposed', NULL), ('Services', 's2', 'client_disposed', NULL)$$, 'each row is refused with a finding');
SELECT is_empty(format('SELECT public.remaining(%s)', :old), 'and leaves nothing');
SELECT is_empty('SELECT personalid FROM hud_client UNION ALL SELECT personalid FROM hud_enrollment UNION ALL SELECT personalid FROM hud_exit UNION ALL SELECT personalid FROM hud_services', 'not in staging either');
SELECT is((SELECT exit_date FROM enrollment WHERE client_id = :old), '2010-02-01', 'the enrollment is as it was');
SELECT is(read_ssn(:new, 'x'), NULL, 'the empty SSN of a client removes it');
SELECT is((SELECT s.ssn FROM client_ssn s JOIN hud_key k ON k.local_id = s.client_id WHERE k.file = 'Client' AND k.hud_id = 'new2'), '98765432x', 'one of a new client is loaded');
INSERT INTO hud_export (exportid) VALUES ('z');
INSERT INTO hud_client (personalid, firstname, ssn, dateupdated) VALUES ('new2', 'Zebulonissimo', '987654325', '2025-01-02 00:00:00');
CALL hud_load('old') \g /dev/null
SELECT is((SELECT s.ssn FROM client_ssn s JOIN hud_key k ON k.local_id = s.client_id WHERE k.file = 'Client' AND k.hud_id = 'new2'), '987654325', 'a changed one is changed');

-- By the client's wish; a deleted client.
SELECT is(dispose_client(2, 'The client wishes it', true) ->> 'client', '1', 'although changed lately');
SELECT is(dispose_client(7, 'Deleted', true) ->> 'client_ssn', '1', 'of a deleted client');
SELECT is((SELECT count(*) FROM client_disposal WHERE even_if_recent)::int, 2, 'on record');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
