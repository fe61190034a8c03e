-- selfaudit() notices every departure from the security that install() made, verify() every stored row that breaks a rule.
BEGIN;
SET LOCAL search_path = hmis, clienttrack, public;
SELECT no_plan();
\ir seed.psql

-- Nothing after install().
SELECT is_empty($$SELECT * FROM clienttrack.selfaudit('hmis')$$, 'a new schema is as secure as it was made');
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis')$$, 'and its rows obey the rules');
SELECT is(caught($$SELECT * FROM clienttrack.selfaudit('nowhere')$$), '3F000 clienttrack is not installed in schema "nowhere"', 'selfaudit: not installed');
SELECT is(caught($$SELECT * FROM clienttrack.verify(NULL)$$), '3F000 clienttrack is not installed in schema "null"', 'verify: no name');
CREATE ROLE clienttrack_test_stranger;
GRANT USAGE ON SCHEMA hmis TO clienttrack_test_stranger;
SET LOCAL ROLE clienttrack_test_stranger;
SELECT matches(caught($$SELECT * FROM clienttrack.selfaudit('hmis')$$), '^42501 ', 'selfaudit is for the owner');
SELECT matches(caught($$SELECT * FROM clienttrack.verify('hmis')$$), '^42501 ', 'verify too');
RESET ROLE;

CREATE FUNCTION pg_temp.departs(damage text, expected text) RETURNS text LANGUAGE plpgsql AS $$
-- Does the damage, tells whether the expected departures and no others are found, and undoes it.
DECLARE
	found text;
BEGIN
	BEGIN
		EXECUTE damage;
		SELECT string_agg(DISTINCT a.check_name || ' ' || a.object, ', ') INTO found FROM clienttrack.selfaudit('hmis') a;
		RAISE EXCEPTION USING ERRCODE = 'UNDO1';
	EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
		NULL;
	END;
	RETURN is(found, expected, damage);
END
$$;
SELECT pg_temp.departs(d.damage, d.expected) FROM (VALUES
	('ALTER TABLE enrollment DISABLE ROW LEVEL SECURITY', 'row_security_off enrollment'),
	('ALTER TABLE hud_client DISABLE ROW LEVEL SECURITY', 'row_security_off hud_client'),
	('ALTER TABLE bar NO FORCE ROW LEVEL SECURITY', 'row_security_not_forced bar'),
	('DROP POLICY read ON client', 'missing_or_changed client'),
	('ALTER POLICY read ON client USING (true)', 'missing_or_changed client, policy_added client'),
	('ALTER POLICY owner ON client TO PUBLIC', 'missing_or_changed client, policy_added client'),
	('CREATE POLICY all_of_it ON client_service FOR SELECT USING (true)', 'policy_added client_service'),
	('ALTER TABLE client_service DISABLE TRIGGER guard_insert', 'missing_or_changed client_service'),
	('ALTER TABLE client_service ENABLE REPLICA TRIGGER guard_insert', 'missing_or_changed client_service'),
	('DROP TRIGGER touch ON enrollment', 'missing_or_changed enrollment'),
	('GRANT SELECT ON client TO PUBLIC', 'granted_to_public hmis.client'),
	('GRANT SELECT (first_name) ON client TO PUBLIC', 'granted_to_public hmis.client'),
	('GRANT EXECUTE ON FUNCTION find_clients(text, integer) TO PUBLIC', 'granted_to_public hmis.find_clients(text,integer)'),
	('GRANT USAGE ON SCHEMA hmis TO PUBLIC', 'granted_to_public hmis'),
	('GRANT CREATE ON SCHEMA hmis TO clienttrack_admin', 'create_granted hmis'),
	('GRANT SELECT ON hud_client TO clienttrack_admin', 'granted hmis.hud_client'),
	('GRANT SELECT ON session_key TO clienttrack_admin', 'granted hmis.session_key'),
	('GRANT SELECT (secret) ON session_key TO clienttrack_admin', 'granted hmis.session_key'),
	('CREATE VIEW hmis.everybody AS SELECT * FROM hmis.client', 'view_not_invoker hmis.everybody'),
	('CREATE MATERIALIZED VIEW hmis.everybody AS SELECT 1', 'materialized_view hmis.everybody'),
	('CREATE FUNCTION hmis.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS ''SELECT 1''; REVOKE ALL ON FUNCTION hmis.f() FROM PUBLIC; ALTER FUNCTION hmis.f() OWNER TO clienttrack_owner',
		'definer_path hmis.f()'),
	('ALTER FUNCTION lock_barred_client() RESET search_path', 'definer_path hmis.lock_barred_client()'),
	('ALTER FUNCTION lock_barred_client() OWNER TO CURRENT_USER', 'definer_owner hmis.lock_barred_client()'),
	('ALTER TABLE client_alias OWNER TO CURRENT_USER', 'table_owner client_alias'),
	('ALTER ROLE clienttrack_worker BYPASSRLS', 'role_too_strong clienttrack_worker'),
	('ALTER ROLE clienttrack_worker LOGIN', 'role_too_strong clienttrack_worker'),
	('DROP TABLE hud_line', 'table_missing hud_line')) AS d (damage, expected);
ALTER SCHEMA hmis OWNER TO CURRENT_USER;
SELECT ok(EXISTS (SELECT FROM clienttrack.selfaudit('hmis') WHERE check_name = 'owner_unbound'), 'a schema that belongs to a superuser');
ALTER SCHEMA hmis OWNER TO clienttrack_owner;
ALTER POLICY read ON client USING (true);
DROP TRIGGER guard_update ON client_service;
CALL clienttrack.migrate('hmis');
SELECT is_empty($$SELECT * FROM clienttrack.selfaudit('hmis')$$, 'migrate() puts back what was taken');

-- verify()
SET LOCAL session_replication_role = replica;
INSERT INTO client_service (client_service_id, client_id, service_id, program_id, date_provided) VALUES (901, 3, 1, 11, '2024-02-01');
INSERT INTO bar (bar_id, client_id, begin_date) VALUES (901, 1, '2030-01-01');
INSERT INTO enrollment (enrollment_id, client_id, program_id, entry_date) VALUES (901, 3, 21, current_date + 10);
UPDATE client SET first_name = 'Other' WHERE client_id = 1;
UPDATE service SET is_indirect = true WHERE service_id = 1;
INSERT INTO locked_period (locked_period_id, organization_id, begin_date, end_date, lock_reason, date_updated) VALUES (901, 1, '2024-03-01', '2024-03-31', 'Report', now() - interval '1 day'),
	(902, 1, '2024-01-01', '2024-02-29', 'Report', now());
INSERT INTO client_service (client_service_id, client_id, enrollment_id, service_id, program_id, date_provided, date_created) VALUES (902, 1, 1, 1, 11, '2024-03-02', now() - interval '2 days'),
	(903, 1, 1, 1, 11, '2024-03-03', now());
INSERT INTO indirect_service (indirect_service_id, service_id, program_id, date_provided, persons_served, date_created) VALUES (901, 2, 11, '2024-04-01', 3, now()),
	(902, 1, 11, current_date + 9, 3, now()), (903, 1, 11, '2024-03-04', 3, now()), (904, 1, 11, '2024-03-04', 3, now() - interval '2 days'), (905, 1, 11, '2024-04-04', 3, now());
INSERT INTO turn_away (turn_away_id, program_id, turn_away_date, turn_away_reason_id) VALUES (901, 11, current_date + 9, 1), (902, 11, '2024-03-03', 1);
UPDATE turn_away SET date_created = now() - interval '2 days' WHERE turn_away_id = 902;
INSERT INTO turn_away (turn_away_id, program_id, turn_away_date, turn_away_reason_id) VALUES (903, 11, '2024-03-04', 1);
SET LOCAL session_replication_role = origin;
SELECT set_eq($$SELECT check_name, table_name, row_id FROM clienttrack.verify('hmis')$$,
	$$VALUES ('enrollment_required', 'client_service', 901::bigint), ('bar_without_scope', 'bar', 901), ('date_out_of_range', 'enrollment', 901),
	('serving_organization_missing', 'enrollment', 901), ('search_key', 'client', 1), ('period_locked', 'client_service', 903), ('service_not_offered', 'indirect_service', 901),
	('date_in_future', 'indirect_service', 902), ('period_locked', 'indirect_service', 903), ('date_out_of_range', 'turn_away', 901), ('period_locked', 'turn_away', 903)$$, 'verify() finds what was written past the rules');
UPDATE service SET active = false WHERE service_id = 2;
SELECT is_empty($$SELECT * FROM clienttrack.verify('hmis') WHERE row_id = 901 AND table_name = 'indirect_service'$$, 'not that a service was closed since');
SELECT * FROM finish();
ROLLBACK;
