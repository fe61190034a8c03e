-- The guard: the trigger function that holds the service rules, and the judge that applies them to rows before they are written.

CREATE FUNCTION clienttrack.guard() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'clienttrack_guard';
COMMENT ON FUNCTION clienttrack.guard() IS
'Trigger that holds the service rules for the rows of a statement. AFTER INSERT, UPDATE or DELETE FOR EACH STATEMENT with
transition tables (any names), BEFORE TRUNCATE FOR EACH STATEMENT, or AFTER … FOR EACH ROW. No arguments: what the table
wants judged is told by the table of rules in src/guard_rules.c. Looks as the owner of the table, past row security, and
with what is committed now, at every isolation level.
Raises CT001 (enrollment required), CT002 (client barred), CT003 (service not offered), CT005 (duplicate service),
CT006 (record in use), CT008 (date out of range), CT013 (bar without scope), 23503 (unknown reference), 39P01 (not called
as such a trigger); bars and duplicate rules of level warn raise a WARNING.';
