-- Values that no form would send, to every table that people write: a clear error, and nothing of a client in it.
BEGIN;
SELECT no_plan();
\ir seed.psql

-- Dates of every table are finite.
SELECT matches(caught(statement), '^23514 ', left(statement, 60)) FROM (VALUES
	('UPDATE enrollment SET move_in_date = ''infinity'''), ('UPDATE program SET operating_start_date = ''infinity'''), ('UPDATE program SET operating_end_date = ''-infinity'''),
	('INSERT INTO service_offering (service_id, begin_date) VALUES (1, ''-infinity'')'), ('INSERT INTO service_offering (service_id, end_date) VALUES (1, ''infinity'')'),
	('INSERT INTO service_offering (service_id, begin_date, end_date) VALUES (1, ''2024-01-02'', ''2024-01-01'')'),
	('INSERT INTO grant_award (fund_id, start_date) VALUES (1, ''infinity'')'), ('INSERT INTO bar_override (bar_id, begin_date, end_date, override_reason) VALUES (1, ''-infinity'', ''infinity'', ''x'')'),
	('INSERT INTO service_batch_run (service_batch_id, batch_date, date_provided) VALUES (1, ''infinity'', ''2024-01-01'')'), ('UPDATE client SET dob = ''infinity'''),
	('INSERT INTO scan_card (client_id, card_code, issued_date) VALUES (1, ''x'', ''infinity'')'), ('INSERT INTO scan_card (client_id, card_code, issued_date, expires_date) VALUES (1, ''x'', ''2024-01-02'', ''2024-01-01'')')
) v (statement);

-- Amounts are no NaN, not negative, and fit.
SELECT matches(caught(statement), '^(23514|22003) ', left(statement, 60)) FROM (VALUES
	('INSERT INTO service (service_code, service_name, default_units) VALUES (''x'', ''x'', ''NaN'')'), ('INSERT INTO service (service_code, service_name, default_units) VALUES (''x'', ''x'', 0)'),
	('INSERT INTO service (service_code, service_name, default_unit_value) VALUES (''x'', ''x'', ''NaN'')'), ('INSERT INTO service (service_code, service_name, default_unit_value) VALUES (''x'', ''x'', -1)'),
	('INSERT INTO service_offering (service_id, unit_value) VALUES (1, ''NaN'')'), ('INSERT INTO service_offering (service_id, unit_value) VALUES (1, 1e30)'),
	('UPDATE provider SET latitude = ''NaN'''), ('UPDATE provider SET latitude = 91'), ('UPDATE provider SET longitude = ''-Infinity''')
) v (statement);

-- Words of a list, and names that are empty.
SELECT matches(caught(statement), '^23514 ', left(statement, 60)) FROM (VALUES
	('INSERT INTO service (service_code, service_name, duplicate_rule) VALUES (''x'', ''x'', ''never'')'), ('INSERT INTO service_offering (service_id, enrollment_rule) VALUES (1, ''REQUIRED'')'),
	('INSERT INTO scan_card (client_id, card_code, card_status) VALUES (1, ''x'', ''eaten'')'), ('INSERT INTO organization (organization_name) VALUES ('''')'), ('INSERT INTO program (organization_id, program_name) VALUES (1, '''')'),
	('INSERT INTO location (location_name) VALUES ('''')'), ('INSERT INTO provider (provider_name) VALUES ('''')'), ('INSERT INTO fund (fund_name) VALUES ('''')'), ('INSERT INTO service (service_code, service_name) VALUES ('''', ''x'')'),
	('INSERT INTO scan_card (client_id, card_code) VALUES (1, '''')'), ('INSERT INTO client_alias (client_id, alias_name) VALUES (1, '''')'), ('INSERT INTO service_batch (description, program_id) VALUES ('' '', 11)'),
	('INSERT INTO unit_of_measure VALUES (''x'', ''x'', ''heap'')')
) v (statement);
SELECT matches(caught(statement), '^(23503|23505|23502|22P02|22021|54000|22P05|22001|22003|22008|22007|42804) ', left(statement, 60)) FROM (VALUES
	('INSERT INTO service (service_code, service_name, unit_of_measure) VALUES (''x'', ''x'', ''furlongs'')'), ('INSERT INTO service (service_code, service_name) VALUES (''MEAL'', ''x'')'),
	('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 999, ''2024-01-01'')'), ('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (1, 11, ''2024-02-30'')'),
	('INSERT INTO enrollment (client_id, program_id, entry_date) VALUES (99999999999999999999, 11, ''2024-01-01'')'), ('INSERT INTO client (client_id, hud_elements) VALUES (77, ''{'')'),
	('INSERT INTO client (client_id, hud_elements) VALUES (77, ''{"a": "\u0000"}'')'), ('INSERT INTO client (client_id) VALUES (1)'), ('UPDATE client SET veteran_status = 99999'),
	('SELECT hmis.open_batch_run(1, ''5874898-01-01'')'), ('INSERT INTO service_organization (service_id, organization_id) VALUES (1, 1), (1, 1)')
) v (statement);

-- Very long values.
SELECT is(caught('UPDATE client SET first_name = repeat(''Zebulonissimo '', 100000) WHERE client_id = 9'), 'ok', 'a first name of a million characters');
SELECT is(caught('UPDATE enrollment SET hud_elements = jsonb_build_object(''x'', repeat(''y'', 1000000)) WHERE enrollment_id = 1'), 'ok', 'a million characters of jsonb');
SELECT is(caught('INSERT INTO location (location_name) SELECT repeat(E''\n\t\\\x01'', 10000)'), 'ok', 'a name of control characters');

-- touch() on tables that lack its column, and other calls.
CREATE TABLE public.untouched (untouched_id int PRIMARY KEY);
CREATE TRIGGER t BEFORE UPDATE ON public.untouched FOR EACH ROW EXECUTE FUNCTION clienttrack.touch();
INSERT INTO public.untouched VALUES (1);
SELECT alike(caught('UPDATE public.untouched SET untouched_id = 2'), '42703 table "untouched" has no column "date_updated"%', 'touch() without its column');
ALTER TABLE public.untouched ADD COLUMN date_updated date;
SELECT alike(caught('UPDATE public.untouched SET untouched_id = 2'), '42703 %', 'or of another type');
DROP TRIGGER t ON public.untouched;
CREATE TRIGGER t AFTER UPDATE ON public.untouched FOR EACH ROW EXECUTE FUNCTION clienttrack.touch();
SELECT alike(caught('UPDATE public.untouched SET untouched_id = 2'), '39P01 %', 'or after the row');
SELECT alike(caught('SET clienttrack.future_days = -1'), '22023 %', 'future_days below 0');
SELECT alike(caught('SET clienttrack.future_days = 999999999'), '22023 %', 'future_days too large');
SELECT alike(caught('SET clienttrack.no_such_thing = 1'), '42602 %', 'a setting that does not exist');
SELECT is(clienttrack.last_day(), current_date, 'last_day()');

-- Each function with nothing: an error of its own, or nothing.
SELECT matches(caught(format('SELECT * FROM %s(%s)', p.oid::regproc, (SELECT string_agg(format('NULL::%s', format_type(t, NULL)), ', ') FROM unnest(p.proargtypes) t))),
	'^(ok$|22004 |22023 |CT0|39P01 |0A000 |23502 |22P02 |23503 |P0002 |3F000 |42|55)', format('%s with NULL everywhere', p.oid::regprocedure))
FROM pg_proc p WHERE p.pronamespace IN ('hmis'::regnamespace, 'clienttrack'::regnamespace) AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
AND NOT 'internal'::regtype = ANY (p.proargtypes) AND p.proname NOT LIKE 'hud\_%' AND p.proname !~ '^csv' ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT is_empty($$SELECT statement, state, message FROM raised WHERE state = 'XX000'$$, 'nothing is an internal error');

SELECT nobody_is_named();
SELECT * FROM finish();
ROLLBACK;
