-- The guard: the trigger function that holds the service rules, and the judge that applies them to rows before they are written.

CREATE FUNCTION clienttrack.last_day() RETURNS date
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_last_day';
COMMENT ON FUNCTION clienttrack.last_day() IS
'The last day that a service or enrollment may be dated: today in the session''s time zone, but not later than it is anywhere
(UTC+14), and as many days more as the setting clienttrack.future_days says (default 0; a superuser may set it).';

CREATE FUNCTION clienttrack.guard() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_guard';
COMMENT ON FUNCTION clienttrack.guard() IS
'Trigger that holds the service rules for the rows of a statement. AFTER INSERT, UPDATE or DELETE FOR EACH STATEMENT with
transition tables (any names), BEFORE TRUNCATE FOR EACH STATEMENT, or AFTER … FOR EACH ROW. No arguments: what the table
wants judged is told by the table of rules in src/guard_rules.c. Looks as the owner of the table, past row security, and
with what is committed now, at every isolation level.
Raises CT001 (enrollment required), CT002 (client barred), CT003 (service not offered), CT004 (authorization), CT005 (duplicate service),
CT006 (record in use), CT008 (date out of range), CT013 (bar without scope), CT015 (period locked), CT016 (entered too late),
23503 (unknown reference), 39P01 (not called as such a trigger). Bars, duplicate rules and late entry of level warn raise a
WARNING, or CT014 where the setting clienttrack.refuse_warnings is on.';

CREATE FUNCTION clienttrack.keep_serving() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_keep_serving';
COMMENT ON FUNCTION clienttrack.keep_serving() IS
'Trigger, AFTER INSERT OR UPDATE FOR EACH STATEMENT with a transition table of new rows, on enrollment and client_service: adds the
organizations of the rows'' programs to client.serving_organization_ids. Raises 39P01 when called otherwise.';

CREATE FUNCTION clienttrack.draw() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_draw';
COMMENT ON FUNCTION clienttrack.draw() IS
'Trigger, AFTER INSERT, UPDATE or DELETE FOR EACH STATEMENT with transition tables, on client_service: adds the units of the rows to
units_drawn of the service authorizations that they name, and takes off what rows gave back. To fire before the guard, which looks at
the authorizations once they are locked. Raises CT004 (more than is left), 39P01 when called otherwise, 42703 (table
without service_authorization_id), 40001 (somebody else drew on it, at REPEATABLE READ: try again).';

CREATE FUNCTION clienttrack.note_change() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_note_change';
COMMENT ON FUNCTION clienttrack.note_change() IS
'Trigger, AFTER any event FOR EACH STATEMENT, on the tables that tell where services are offered and what they may refer to:
makes every session look again instead of trusting what it remembers. Raises 39P01 when called otherwise.';

CREATE FUNCTION clienttrack.judge(schema regnamespace, table_name text, candidates text,
	ids bigint[] DEFAULT NULL, more_ids bigint[] DEFAULT NULL)
RETURNS TABLE (row_id bigint, rule text, sqlstate text, message text, detail text)
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'clienttrack_judge';
COMMENT ON FUNCTION clienttrack.judge(regnamespace, text, text, bigint[], bigint[]) IS
'Judges rows before they are written: one row for each candidate that the guard would refuse, with the first rule that it
breaks. schema: an installed schema. table_name: client_service, enrollment, indirect_service, turn_away, assessment or case_assignment. candidates: a query, run as the caller,
whose columns are named and typed like columns of the table (those left out are null); $1 and $2 in it are ids and more_ids.
The key (client_service_id, enrollment_id and so on) comes back as row_id: the row''s own for a row to be changed; for new rows
negative, -1, -2 and so on in the order in which they will be written. No lock is taken: the guard looks again on writing.
Raises 22004 (null), 42P01 (not an installed schema), 42703 and 42804 (columns), 42501 (not the owner of the table: the rules look at
everybody''s rows).';

CREATE FUNCTION clienttrack.judge_stored(schema regnamespace, table_name text, candidates text)
RETURNS TABLE (row_id bigint, rule text, sqlstate text, message text, detail text)
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'clienttrack_judge_stored';
COMMENT ON FUNCTION clienttrack.judge_stored(regnamespace, text, text) IS
'As judge(), of rows that are in the table already: that their period is locked is nothing wrong with them, nor what only
forbids entering. candidates takes no
parameters. Raises what judge() raises.';

CREATE FUNCTION clienttrack.judge_batch_clients(schema regnamespace, service_batch_run_id bigint, client_ids bigint[],
	enrollment_ids bigint[])
RETURNS TABLE (row_id bigint, rule text, sqlstate text, message text, detail text)
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'clienttrack_judge_batch_clients';
COMMENT ON FUNCTION clienttrack.judge_batch_clients(regnamespace, bigint, bigint[], bigint[]) IS
'As judge(), of the services that a batch run would give to clients who are not in it yet. For everybody, since the run, its
services and the clients are read as the caller. client_ids, enrollment_ids: each client with the enrollment chosen, or null.
row_id: minus the client. Raises 22004 (null), 42P01 (not an installed schema), 42501 (may not read them).';

CREATE FUNCTION clienttrack.judge_services(schema regnamespace, shared "any", entries "any", with_warnings boolean)
RETURNS TABLE (row_id bigint, rule text, sqlstate text, message text, detail text)
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'clienttrack_judge_services';
COMMENT ON FUNCTION clienttrack.judge_services(regnamespace, "any", "any", boolean) IS
'As judge(), of services before they are recorded, for whoever may enter them: read as the caller. shared: a client_service
with what they have in common. entries: a service_entry[] of the schema; those that have a sqlstate are passed over. row_id:
minus the place in entries. with_warnings: also what would only be warned of, with sqlstate CT014.
Raises 22004 (null), 42P01 (not an installed schema), 42804 (other types), 42501 (may not enter services).';

CREATE FUNCTION clienttrack.service_terms(schema regnamespace, service_ids bigint[], grant_ids bigint[], program_id bigint,
	location_id bigint, date_provided date)
RETURNS TABLE (service_id bigint, grant_given bigint, grant_award_id bigint, offered boolean, enrollment_rule text,
	unit_of_measure text, default_units numeric, unit_value numeric)
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'clienttrack_service_terms';
COMMENT ON FUNCTION clienttrack.service_terms(regnamespace, bigint[], bigint[], bigint, bigint, date) IS
'On what terms a program gives services at a location on a day, as the caller sees them: one row for each different service
and grant of the arrays. grant_given: as given, null: none. grant_award_id: the grant that pays, by default the offering''s.
offered: whether they may be recorded. enrollment_rule: required, optional or none. unit_value: dollars, of the offering or the
service. Raises 22004 (null), 42P01 (not an installed schema).';
