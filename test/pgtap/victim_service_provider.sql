-- What nobody outside of a victim service provider learns of it, even about a client whom both serve.
BEGIN;
SELECT no_plan();
\ir seed.psql
\ir people.psql
-- Client 1 is Harbor's, released to Haven, who works with the client.
INSERT INTO information_release (client_id, organization_id, released_to_organization_id, end_date) VALUES (1, 1, 3, current_date + 10);
SELECT is(did('test_haven', $$INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 31, '2024-02-01')$$), '1', 'Haven enrolls a client of Harbor');
SELECT is(asked('test_haven', 'SELECT count(*) FROM enrollment WHERE client_id = 1'), '1', 'and sees its own enrollment');
SELECT is(did('test_haven', $$UPDATE client SET middle_name = 'X' WHERE client_id = 1$$), '0', 'the client''s record is read only');
SELECT is(asked('test_worker', 'SELECT serving_organization_ids FROM client WHERE client_id = 1'), '{1}', 'Harbor is not told that Haven serves the client');
SELECT is(asked('test_worker', 'SELECT program_id FROM enrollment WHERE client_id = 1'), '11', 'nor of the enrollment');
SELECT is(asked('test_both', 'SELECT serving_organization_ids FROM client WHERE client_id = 8'), '{1}', 'of others it is');

-- Triggers are nobody's to use.
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'hmis'::regnamespace AND p.prorettype = 'trigger'::regtype
	AND has_function_privilege('test_worker', p.oid, 'EXECUTE')$$, 'no trigger function can be put on one''s own table');
CREATE TABLE public.release_like (client_id bigint, organization_id bigint);
CREATE TRIGGER asks AFTER INSERT ON public.release_like FOR EACH ROW EXECUTE FUNCTION check_release_of_own();
SELECT matches(caught('INSERT INTO public.release_like VALUES (9, 3)'), '^39P01 ', 'and would tell nothing there');

-- The audit, disclosures, bars.
GRANT clienttrack_read_audit TO test_worker;
INSERT INTO disclosure (client_id, organization_id, what, reason) VALUES (1, 1, 'ssn', 'ours'), (1, 3, 'ssn', 'shelter intake');
SELECT is(asked('test_worker', 'SELECT reason FROM client_disclosures(1)'), 'ours', 'disclosures of Haven are Haven''s');
SELECT is(asked('test_haven', 'SELECT count(*) FROM client_disclosures(1)'), '2', 'who sees all');
SELECT cmp_ok(asked('test_worker', 'SELECT count(*) FROM audit_event')::int, '>', 0, 'Harbor reads its audit');
SELECT is(asked('test_worker', 'SELECT count(*) FROM audit_event WHERE user_id = 15'), '0', 'without what Haven''s people did');
SELECT is(did('test_worker', $$SELECT bar_client(1, '2024-06-01', program_ids => '{31}')$$), did('test_worker', $$SELECT bar_client(1, '2024-06-01', program_ids => '{999}')$$),
	'a bar cannot name its program, no more than one that does not exist');
SELECT is(did('test_worker', $$SELECT bar_client(1, '2024-06-01', program_ids => '{12}')$$), '1', 'others it can');

-- What only functions write.
SELECT matches(did('test_worker', 'UPDATE client SET date_disposed = now() WHERE client_id = 1'), '^42501 ', 'nobody disposes of data by an UPDATE');
SELECT matches(did('test_worker', 'UPDATE client SET serving_organization_ids = ''{3}'' WHERE client_id = 1'), '^42501 ', 'nor makes a client somebody''s');
SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
