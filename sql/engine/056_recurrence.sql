-- Recurrences: rules of RFC 5545 over dates, for any dates of anybody.

CREATE FUNCTION clienttrack.rrule_dates_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_rrule_dates_support';
COMMENT ON FUNCTION clienttrack.rrule_dates_support(internal) IS 'Used by the planner: how many rows rrule_dates() returns.';

CREATE FUNCTION clienttrack.rrule_dates(rrule text, dtstart date, from_date date, to_date date, rdates date[] DEFAULT NULL,
	exdates date[] DEFAULT NULL)
RETURNS SETOF date
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 52 SUPPORT clienttrack.rrule_dates_support AS 'MODULE_PATHNAME', 'clienttrack_rrule_dates';
COMMENT ON FUNCTION clienttrack.rrule_dates(text, date, date, date, date[], date[]) IS
'The dates of a recurrence in a window, ascending. rrule: RFC 5545 section 3.3.10, for example
FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20261231, with "RRULE:" before it or not, in any case and order; UNTIL is included,
its time of day plays no part. dtstart: what INTERVAL, COUNT and missing parts count from; it is a date of the recurrence only if
the rule says so. from_date, to_date: the window, both included; -infinity and infinity leave it open, but an endless rule needs
a finite to_date. rdates: dates besides those of the rule, not counted by COUNT. exdates: dates left out, rdates among them.
No rows where one of the first four is null. In the select list dates come one by one, which is fastest; in FROM they are stored
first. Raises 22P02 (rule, with the part and the place), 22008 (dtstart infinite or before the year 1, infinite rdates or exdates),
22004 (null in rdates or exdates), 22023 (endless rule and window).';

CREATE FUNCTION clienttrack.rrule_next(rrule text, dtstart date, after date) RETURNS date
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_rrule_next';
COMMENT ON FUNCTION clienttrack.rrule_next(text, date, date) IS
'The first date of a recurrence after a date, which -infinity is before all of; null where there is none. Arguments and errors as
rrule_dates().';

CREATE FUNCTION clienttrack.rrule_contains(rrule text, dtstart date, day date) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_rrule_contains';
COMMENT ON FUNCTION clienttrack.rrule_contains(text, date, date) IS
'Whether a date is one of a recurrence. Arguments and errors as rrule_dates().';

CREATE FUNCTION clienttrack.rrule_count(rrule text, dtstart date, from_date date DEFAULT '-infinity', to_date date DEFAULT 'infinity',
	rdates date[] DEFAULT NULL, exdates date[] DEFAULT NULL) RETURNS bigint
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_rrule_count';
COMMENT ON FUNCTION clienttrack.rrule_count(text, date, date, date, date[], date[]) IS
'How many dates a recurrence has in a window, by default in all; null where one of the first four arguments is null. Arguments and
errors as rrule_dates().';

CREATE FUNCTION clienttrack.rrule_is_valid(rrule text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_rrule_is_valid';
COMMENT ON FUNCTION clienttrack.rrule_is_valid(text) IS
'Whether a text is a recurrence rule that rrule_dates() takes. rrule_normalize() tells what is wrong with one that is not.';

CREATE FUNCTION clienttrack.rrule_normalize(rrule text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clienttrack_rrule_normalize';
COMMENT ON FUNCTION clienttrack.rrule_normalize(text) IS
'The normal form of a recurrence rule, the same for every text of it: parts in the order of RFC 5545, lists sorted and without
duplicates, upper case, without what holds anyway (INTERVAL=1, a WKST that makes no difference, the time of UNTIL).
Raises 22P02 with the part and the place.';

CREATE FUNCTION clienttrack.rrule_describe(rrule text, locale text DEFAULT 'en') RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'clienttrack_rrule_describe';
COMMENT ON FUNCTION clienttrack.rrule_describe(text, text) IS
'A recurrence rule in words: every 2 weeks on Monday and Thursday, until December 31, 2026. locale: a language that there are words
for, English or Spanish, with or without a country (en, es-MX, es_US); dates, numbers and lists are written by ICU as it is done there,
hence not immutable. Raises 22P02 (rule), 22023 (another language), 0A000 in a database whose encoding is not UTF8.';
