/*
 * guard_rules.c
 *		The service rules: one query and one line in a table for each.
 *
 * A query returns the rows that break the rule: the key of the row, and words for the error's DETAIL that name clients
 * by id and days, never more. Rules are looked at in the order of the table, those with a lock last; the first that is
 * broken is raised.
 */
#include "postgres.h"

#include "errors.h"
#include "guard_rules.h"

#define DAY(d) "to_char(" d ", 'YYYY-MM-DD')"
#define CLIENT_ON(r) "'client ' || " r ".client_id || ' on ' || " DAY(r ".date_provided")
#define LAST_DAY "(SELECT current_date + current_setting('clienttrack.future_days')::int)"

/* The organization of the program that a service was given in. */
#define PROGRAM_ORGANIZATION(r) \
	"(SELECT p.organization_id FROM {program} p WHERE p.program_id = " r ".program_id)"

/* The offerings that fit a service given. */
#define MATCHING_OFFERINGS(r) \
	"FROM {service_offering} o " \
	"WHERE o.service_id = " r ".service_id AND o.date_deleted IS NULL " \
	"AND (o.program_id IS NULL OR o.program_id = " r ".program_id) " \
	"AND (o.location_id IS NULL OR o.location_id = " r ".location_id) " \
	"AND (o.organization_id IS NULL OR o.organization_id = " PROGRAM_ORGANIZATION(r) ") " \
	"AND (o.begin_date IS NULL OR o.begin_date <= " r ".date_provided) " \
	"AND (o.end_date IS NULL OR " r ".date_provided <= o.end_date)"

/* The one of them that counts: the most specific. */
#define MOST_SPECIFIC_FIRST \
	" ORDER BY o.location_id IS NULL, o.program_id IS NULL, o.organization_id IS NULL, o.service_offering_id LIMIT 1"

#define ENROLLMENT_RULE(r) \
	"coalesce((SELECT o.enrollment_rule " MATCHING_OFFERINGS(r) MOST_SPECIFIC_FIRST "), 'required')"

/* A bed night never falls on the exit day, whatever an offering says. */
#define EXIT_DAY_ALLOWED(r) \
	"coalesce((SELECT false FROM {service} s WHERE s.service_id = " r ".service_id AND s.record_type = 200), " \
	"(SELECT o.exit_day_allowed " MATCHING_OFFERINGS(r) MOST_SPECIFIC_FIRST "), " \
	"(SELECT s.exit_day_allowed FROM {service} s WHERE s.service_id = " r ".service_id), true)"

/* The enrollment e does not hold the service r. */
#define ENROLLMENT_MISSES(e, r) \
	"(" e ".client_id <> " r ".client_id OR " e ".program_id <> " r ".program_id " \
	"OR " e ".date_deleted IS NOT NULL " \
	"OR " r ".date_provided < " e ".entry_date OR " r ".date_provided > " e ".exit_date " \
	"OR (" r ".date_provided = " e ".exit_date AND NOT " EXIT_DAY_ALLOWED(r) "))"

/* Services are refused where the service is restricted to other organizations, or offered, but not here and then. */
#define NOT_OFFERED(r) \
	"((EXISTS (SELECT FROM {service_organization} so WHERE so.service_id = " r ".service_id AND so.date_deleted IS NULL) " \
	"  AND NOT EXISTS (SELECT FROM {service_organization} so WHERE so.service_id = " r ".service_id " \
	"    AND so.date_deleted IS NULL AND so.organization_id = " PROGRAM_ORGANIZATION(r) ")) " \
	"OR (EXISTS (SELECT FROM {service_offering} o WHERE o.service_id = " r ".service_id AND o.date_deleted IS NULL) " \
	"  AND NOT EXISTS (SELECT " MATCHING_OFFERINGS(r) ")))"

static const char enrollment_required[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item "
	"FROM {rows} r LEFT JOIN {enrollment} e ON e.enrollment_id = r.enrollment_id "
	"WHERE r.enrollment_id IS NOT NULL AND r.date_deleted IS NULL "
	"AND (e.enrollment_id IS NULL OR " ENROLLMENT_MISSES("e", "r") ") "
	"UNION ALL "
	"SELECT r.client_service_id, " CLIENT_ON("r")
	" FROM (SELECT d.* FROM (SELECT DISTINCT r.service_id, r.program_id, r.location_id, r.date_provided "
	"		FROM {rows} r WHERE r.enrollment_id IS NULL AND r.date_deleted IS NULL) d "
	"	WHERE " ENROLLMENT_RULE("d") " = 'required') m "
	"JOIN {rows} r ON r.service_id = m.service_id AND r.program_id = m.program_id "
	"	AND r.location_id IS NOT DISTINCT FROM m.location_id AND r.date_provided = m.date_provided "
	"WHERE r.enrollment_id IS NULL AND r.date_deleted IS NULL";

/* A bar b is in force on the day of the service r. */
#define BAR_IN_FORCE(b, r, level) \
	b ".date_deleted IS NULL AND " b ".bar_level = '" level "' AND " b ".begin_date <= " r ".date_provided " \
	"AND (" b ".end_date IS NULL OR " r ".date_provided < " b ".end_date) " \
	"AND (" b ".lifted_date IS NULL OR " r ".date_provided < " b ".lifted_date)"

/* A bar b covers the service r by one of its scopes, and nobody made an exception. */
#define BAR_COVERS(b, r) \
	"EXISTS (SELECT FROM {bar_scope} s WHERE s.bar_id = " b ".bar_id AND s.date_deleted IS NULL " \
	"AND (s.covers_all OR s.program_id = " r ".program_id OR s.location_id = " r ".location_id " \
	"OR s.service_id = " r ".service_id OR s.organization_id = " PROGRAM_ORGANIZATION(r) \
	" OR s.organization_id = (SELECT l.organization_id FROM {location} l WHERE l.location_id = " r ".location_id))) " \
	"AND NOT EXISTS (SELECT FROM {bar_override} v WHERE v.bar_id = " b ".bar_id AND v.date_deleted IS NULL " \
	"AND " r ".date_provided BETWEEN v.begin_date AND v.end_date " \
	"AND (v.program_id IS NULL OR v.program_id = " r ".program_id) " \
	"AND (v.service_id IS NULL OR v.service_id = " r ".service_id))"

#define BARRED(level) \
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item " \
	"FROM {bar} b JOIN {rows} r ON r.client_id = b.client_id " \
	"WHERE r.date_deleted IS NULL AND " BAR_IN_FORCE("b", "r", level) " AND " BAR_COVERS("b", "r")

static const char client_barred[] = BARRED("block");
static const char client_has_warning[] = BARRED("warn");

static const char service_offered[] =
	"SELECT r.client_service_id AS row_id, 'service ' || m.service_id || ' by program ' || m.program_id || ' on ' || "
	DAY("m.date_provided") " AS item "
	"FROM (SELECT d.* FROM (SELECT DISTINCT r.service_id, r.program_id, r.location_id, r.date_provided "
	"		FROM {rows} r WHERE r.date_deleted IS NULL) d "
	"	LEFT JOIN {service} s ON s.service_id = d.service_id LEFT JOIN {program} p ON p.program_id = d.program_id "
	"	WHERE s.service_id IS NULL OR p.program_id IS NULL OR s.date_deleted IS NOT NULL OR p.date_deleted IS NOT NULL "
	"	OR NOT s.active OR " NOT_OFFERED("d") ") m "
	"JOIN {rows} r ON r.service_id = m.service_id AND r.program_id = m.program_id "
	"	AND r.location_id IS NOT DISTINCT FROM m.location_id AND r.date_provided = m.date_provided "
	"WHERE r.date_deleted IS NULL";

/* The references that have no foreign key. */
#define MISSING_REFERENCE(column, concept) \
	"(d." column " IS NOT NULL AND NOT EXISTS (SELECT FROM {" concept "} x WHERE x." concept "_id = d." column "))"
#define MISSING_USER(column) \
	"(d." column " IS NOT NULL AND NOT EXISTS (SELECT FROM {hmis_user} x WHERE x.user_id = d." column "))"

static const char service_references[] =
	"SELECT r.client_service_id AS row_id, m.item FROM (SELECT d.*, CASE "
	"	WHEN " MISSING_REFERENCE("location_id", "location") " THEN 'location ' || d.location_id "
	"	WHEN " MISSING_REFERENCE("service_batch_run_id", "service_batch_run") " THEN 'batch run ' || d.service_batch_run_id "
	"	WHEN " MISSING_REFERENCE("grant_award_id", "grant_award") " THEN 'grant ' || d.grant_award_id "
	"	WHEN " MISSING_REFERENCE("provider_id", "provider") " THEN 'provider ' || d.provider_id "
	"	WHEN " MISSING_REFERENCE("service_reason_id", "service_reason") " THEN 'reason ' || d.service_reason_id "
	"	WHEN " MISSING_USER("provided_by_user_id") " THEN 'user ' || d.provided_by_user_id END AS item "
	"	FROM (SELECT DISTINCT r.location_id, r.service_batch_run_id, r.grant_award_id, r.provider_id, "
	"		r.service_reason_id, r.provided_by_user_id FROM {rows} r) d) m "
	"JOIN {rows} r ON r.location_id IS NOT DISTINCT FROM m.location_id "
	"	AND r.service_batch_run_id IS NOT DISTINCT FROM m.service_batch_run_id "
	"	AND r.grant_award_id IS NOT DISTINCT FROM m.grant_award_id "
	"	AND r.provider_id IS NOT DISTINCT FROM m.provider_id "
	"	AND r.service_reason_id IS NOT DISTINCT FROM m.service_reason_id "
	"	AND r.provided_by_user_id IS NOT DISTINCT FROM m.provided_by_user_id "
	"WHERE m.item IS NOT NULL";

/* The dates of a service that hangs on an enrollment are within the enrollment's, which are after the client's birth. */
static const char service_dates[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item FROM {rows} r "
	"WHERE r.date_deleted IS NULL AND r.date_provided > " LAST_DAY
	" UNION ALL "
	"SELECT r.client_service_id, " CLIENT_ON("r") " FROM {rows} r JOIN {client} c ON c.client_id = r.client_id "
	"WHERE r.enrollment_id IS NULL AND r.date_deleted IS NULL "
	"AND (r.date_provided < c.dob OR c.date_deleted IS NOT NULL)";

/* Live services o that are not r itself. Rows judged before they are in the table have negative keys, later ones lower. */
#define ANOTHER_LIVE_ONE \
	"r.date_deleted IS NULL AND o.date_deleted IS NULL AND o.client_service_id <> r.client_service_id " \
	"AND (o.client_service_id > 0 OR o.client_service_id > r.client_service_id) "

/* Services that make another of the same code s a duplicate. {others} are those in the table and those to come. */
#define DUPLICATES(rules, interval_rule) \
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item " \
	"FROM {rows} r JOIN {service} s ON s.service_id = r.service_id " \
	"JOIN {others} o ON o.client_id = r.client_id AND o.date_provided = r.date_provided " \
	"	AND o.service_id = r.service_id AND o.program_id = r.program_id " \
	"WHERE s.duplicate_rule IN (" rules ") AND " ANOTHER_LIVE_ONE \
	"AND (s.duplicate_rule <> 'once_per_enrollment_day' OR o.enrollment_id IS NOT DISTINCT FROM r.enrollment_id)" \
	interval_rule

#define TOO_SOON \
	" UNION ALL " \
	"SELECT r.client_service_id, " CLIENT_ON("r") \
	" FROM {rows} r JOIN {service} s ON s.service_id = r.service_id " \
	"JOIN {others} o ON o.client_id = r.client_id AND o.service_id = r.service_id AND o.program_id = r.program_id " \
	"WHERE s.duplicate_rule = 'min_interval' AND " ANOTHER_LIVE_ONE \
	"AND o.date_created > r.date_created - s.min_interval AND o.date_created < r.date_created + s.min_interval"

#define ONCE_RULES "'once_per_day', 'once_per_enrollment_day'"

static const char duplicate_service[] = DUPLICATES(ONCE_RULES, TOO_SOON);
static const char duplicate_warned[] = DUPLICATES("'warn'", "");

/* Two rows of one statement can't both find the other missing: whoever records such a service locks the client. */
#define HAS_DUPLICATE_RULE "s.duplicate_rule IN (" ONCE_RULES ", 'min_interval')"

static const char duplicate_applies[] =
	"SELECT FROM {service} s JOIN {rows} r ON r.service_id = s.service_id "
	"WHERE " HAS_DUPLICATE_RULE " AND r.date_deleted IS NULL";
static const char duplicate_warned_applies[] =
	"SELECT FROM {service} s JOIN {rows} r ON r.service_id = s.service_id "
	"WHERE s.duplicate_rule = 'warn' AND r.date_deleted IS NULL";
static const char duplicate_lock[] =
	"SELECT count(*) FROM (SELECT FROM {client} c WHERE c.client_id IN (SELECT r.client_id FROM {rows} r "
	"	JOIN {service} s ON s.service_id = r.service_id WHERE " HAS_DUPLICATE_RULE " AND r.date_deleted IS NULL) "
	"ORDER BY c.client_id FOR NO KEY UPDATE OF c) locked";

/* How many services stand in the way, and since when. */
#define SERVICES_SINCE "count(*) || CASE count(*) WHEN 1 THEN ' service on ' ELSE ' services, the first on ' END || " \
	DAY("min(cs.date_provided)")

static const char enrollment_in_use[] =
	"SELECT e.enrollment_id AS row_id, 'enrollment ' || e.enrollment_id || ' has ' || " SERVICES_SINCE " AS item "
	"FROM {rows} e JOIN {client_service} cs ON cs.enrollment_id = e.enrollment_id "
	"WHERE cs.date_deleted IS NULL AND " ENROLLMENT_MISSES("e", "cs") " GROUP BY e.enrollment_id";

static const char enrollment_dates[] =
	"SELECT e.enrollment_id AS row_id, 'client ' || e.client_id || ', entry ' || " DAY("e.entry_date") " AS item "
	"FROM {rows} e JOIN {client} c ON c.client_id = e.client_id "
	"WHERE e.date_deleted IS NULL AND (e.entry_date < c.dob OR c.date_deleted IS NOT NULL "
	"	OR e.entry_date > " LAST_DAY " OR e.exit_date > " LAST_DAY ")";

static const char client_in_use[] =
	"SELECT c.client_id AS row_id, 'client ' || c.client_id || ' has ' || count(*) || ' enrollments, the first from ' || "
	DAY("min(e.entry_date)") " AS item "
	"FROM {rows} c JOIN {enrollment} e ON e.client_id = c.client_id AND e.date_deleted IS NULL "
	"WHERE c.date_deleted IS NOT NULL OR e.entry_date < c.dob GROUP BY c.client_id "
	"UNION ALL "
	"SELECT c.client_id, 'client ' || c.client_id || ' has ' || " SERVICES_SINCE
	" FROM {rows} c JOIN {client_service} cs ON cs.client_id = c.client_id AND cs.date_deleted IS NULL "
	"WHERE c.date_deleted IS NOT NULL OR cs.date_provided < c.dob GROUP BY c.client_id";

/* The rows that go are named by services, deleted ones too: nothing may dangle. */
#define NAMED_BY_SERVICES(column, key, words) \
	"SELECT r." key " AS row_id, '" words " ' || r." key " || ' has ' || " SERVICES_SINCE " AS item " \
	"FROM {rows} r JOIN {client_service} cs ON cs." column " = r." key " GROUP BY r." key

#define ANY_SERVICE \
	"SELECT NULL::bigint AS row_id, " SERVICES_SINCE " AS item FROM {client_service} cs HAVING count(*) > 0"

/* Services that stood on the rows that went or changed, and now are not offered. */
#define NO_LONGER_OFFERED(condition) \
	"SELECT NULL::bigint AS row_id, 'service ' || cs.service_id || ' by program ' || cs.program_id || ' has ' || " \
	SERVICES_SINCE " AS item FROM {client_service} cs " \
	"WHERE cs.date_deleted IS NULL AND EXISTS (SELECT FROM {rows} r WHERE " condition ") AND " NOT_OFFERED("cs") \
	" GROUP BY cs.service_id, cs.program_id"

static const char offering_in_use[] = NO_LONGER_OFFERED("r.service_id = cs.service_id");
static const char program_organization_in_use[] = NO_LONGER_OFFERED("r.program_id = cs.program_id");

static const char bar_without_scope[] =
	"SELECT b.bar_id AS row_id, 'bar ' || b.bar_id AS item FROM {bar} b JOIN {rows} r ON r.bar_id = b.bar_id "
	"WHERE b.date_deleted IS NULL "
	"AND NOT EXISTS (SELECT FROM {bar_scope} s WHERE s.bar_id = b.bar_id AND s.date_deleted IS NULL)";

/* What was given before the bar was known stays; whoever enters the bar is told. */
static const char bar_comes_late[] =
	"SELECT b.bar_id AS row_id, 'client ' || b.client_id || ' has ' || " SERVICES_SINCE " AS item "
	"FROM {bar} b JOIN {client_service} cs ON cs.client_id = b.client_id "
	"WHERE b.bar_id IN (SELECT r.bar_id FROM {rows} r) AND cs.date_deleted IS NULL "
	"AND " BAR_IN_FORCE("b", "cs", "block") " AND " BAR_COVERS("b", "cs") " GROUP BY b.bar_id, b.client_id";


/*
 * A parent that is almost never deleted pays for its children, who come by the hundred thousand: the lock waits for all
 * who are writing services, and makes the next ones wait. Whoever wrote before is seen, whoever comes after does not
 * find the parent.
 */
static const char lock_services[] = "LOCK TABLE {client_service} IN SHARE MODE";

#define IN_USE_HINT "Delete or move the services first."
#define IN_USE(concept, words, key) \
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, concept, GUARD_DELETE, NULL, \
		NAMED_BY_SERVICES(key, key, words), NULL, lock_services, \
		words " is in use", "Still needed: %s.", "End or deactivate it instead."}
#define NO_TRUNCATE(concept) \
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, concept, GUARD_TRUNCATE, NULL, \
		ANY_SERVICE, NULL, NULL, "cannot truncate a table that services stand on", "There are %s.", \
		"Delete the services first."}

const GuardRule guard_rules[] = {
	/* services */
	{"enrollment_required", ERRCODE_CT_ENROLLMENT_REQUIRED, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"client_id, service_id, program_id, date_provided, enrollment_id, location_id, date_deleted",
		enrollment_required, NULL, NULL,
		"Enrollment is a Required Field.", "No active enrollment in the program: %s.",
	"Enroll the client in the program, with an entry date on or before the date provided."},
	{"client_barred", ERRCODE_CT_CLIENT_BARRED, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"client_id, service_id, program_id, date_provided, location_id, date_deleted",
		client_barred, NULL, NULL,
		"client is barred", "Barred: %s.", "Review the bar with your supervisor."},
	{"service_not_offered", ERRCODE_CT_SERVICE_NOT_OFFERED, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"service_id, program_id, date_provided, location_id, date_deleted",
		service_offered, NULL, NULL,
		"service is not offered by the program on that date", "Not offered: %s.",
	"See service_offering and service_organization, and whether the service is active."},
	{"unknown_reference", ERRCODE_FOREIGN_KEY_VIOLATION, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"location_id, service_batch_run_id, grant_award_id, provider_id, service_reason_id, provided_by_user_id",
		service_references, NULL, NULL,
		"service refers to a record that does not exist", "Not found: %s.", NULL},
	{"date_out_of_range", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"client_id, date_provided, enrollment_id, date_deleted",
		service_dates, NULL, NULL,
		"date provided is out of range", "In the future, before the client's birth, or of a deleted client: %s.",
	"See the setting clienttrack.future_days for services dated ahead."},
	{"duplicate_service", ERRCODE_CT_DUPLICATE_SERVICE, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"client_id, service_id, program_id, date_provided, enrollment_id, date_created, date_deleted",
		duplicate_service, duplicate_applies, duplicate_lock,
		"service is already recorded", "Already recorded: %s.",
	"Change the units of the service that is there. Two meals are units 2."},
	{"client_has_warning", ERRCODE_WARNING, WARNING, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"client_id, service_id, program_id, date_provided, location_id, date_deleted",
		client_has_warning, NULL, NULL,
		"there is a warning about the client", "Recorded: %s.", "Ask your supervisor."},
	{"duplicate_service_warned", ERRCODE_WARNING, WARNING, "client_service", GUARD_INSERT | GUARD_UPDATE,
		"client_id, service_id, program_id, date_provided, enrollment_id, date_deleted",
		duplicate_warned, duplicate_warned_applies, NULL,
		"service was already recorded", "Recorded again: %s.", NULL},
	NO_TRUNCATE("client_service"),

	/* enrollments */
	{"enrollment_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "enrollment", GUARD_UPDATE,
		"client_id, program_id, entry_date, exit_date, date_deleted",
		enrollment_in_use, NULL, NULL,
		"services would be left outside their enrollment", "Left outside: %s.", IN_USE_HINT},
	{"enrollment_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "enrollment", GUARD_DELETE | GUARD_ROW, NULL,
		NAMED_BY_SERVICES("enrollment_id", "enrollment_id", "enrollment"), NULL, NULL,
		"services would be left without their enrollment", "Still needed: %s.", IN_USE_HINT},
	{"date_out_of_range", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, "enrollment", GUARD_INSERT | GUARD_UPDATE,
		"client_id, entry_date, exit_date, date_deleted",
		enrollment_dates, NULL, NULL,
		"enrollment date is out of range", "In the future, before the client's birth, or of a deleted client: %s.",
	"See the setting clienttrack.future_days for enrollments dated ahead."},
	NO_TRUNCATE("enrollment"),

	/* clients */
	{"client_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "client", GUARD_UPDATE, "dob, date_deleted",
		client_in_use, NULL, NULL,
		"enrollments or services would be left without the client or before birth", "In the way: %s.",
	"Delete or correct them first."},
	{"client_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "client", GUARD_DELETE | GUARD_ROW, NULL,
		NAMED_BY_SERVICES("client_id", "client_id", "client"), NULL, NULL,
		"services would be left without their client", "Still needed: %s.", IN_USE_HINT},
	NO_TRUNCATE("client"),

	/* what services refer to */
	IN_USE("service", "service", "service_id"),
	IN_USE("program", "program", "program_id"),
	IN_USE("location", "location", "location_id"),
	IN_USE("provider", "provider", "provider_id"),
	IN_USE("grant_award", "grant", "grant_award_id"),
	IN_USE("service_reason", "reason", "service_reason_id"),
	IN_USE("service_batch_run", "batch run", "service_batch_run_id"),
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "hmis_user", GUARD_DELETE, NULL,
		NAMED_BY_SERVICES("provided_by_user_id", "user_id", "user"), NULL, lock_services,
		"user is in use", "Still needed: %s.", "Deactivate the user instead."},
	NO_TRUNCATE("service"),
	NO_TRUNCATE("program"),
	NO_TRUNCATE("location"),
	NO_TRUNCATE("provider"),
	NO_TRUNCATE("grant_award"),
	NO_TRUNCATE("service_reason"),
	NO_TRUNCATE("service_batch_run"),
	NO_TRUNCATE("hmis_user"),

	/* where services are offered */
	{"offering_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "service_offering", GUARD_UPDATE | GUARD_DELETE,
		"service_id, organization_id, program_id, location_id, begin_date, end_date, date_deleted",
		offering_in_use, NULL, lock_services,
		"services would be left that are not offered", "Left: %s.", IN_USE_HINT},
	{"offering_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "service_organization", GUARD_UPDATE | GUARD_DELETE,
		"service_id, organization_id, date_deleted",
		offering_in_use, NULL, lock_services,
		"services would be left that are not offered", "Left: %s.", IN_USE_HINT},
	{"offering_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "program", GUARD_UPDATE, "organization_id, date_deleted",
		program_organization_in_use, NULL, lock_services,
		"services would be left that are not offered", "Left: %s.", IN_USE_HINT},

	/* bars */
	{"bar_without_scope", ERRCODE_CT_BAR_WITHOUT_SCOPE, ERROR, "bar", GUARD_INSERT | GUARD_ROW, NULL,
		bar_without_scope, NULL, NULL,
		"bar does not say what the client is barred from", "Without scope: %s.",
	"Add at least one bar_scope in the same transaction."},
	{"bar_without_scope", ERRCODE_CT_BAR_WITHOUT_SCOPE, ERROR, "bar_scope", GUARD_UPDATE | GUARD_DELETE | GUARD_ROW, NULL,
		bar_without_scope, NULL, NULL,
		"bar does not say what the client is barred from", "Without scope: %s.", "Lift or delete the bar instead."},
	{"bar_comes_late", ERRCODE_WARNING, WARNING, "bar_scope", GUARD_INSERT, NULL,
		bar_comes_late, NULL, NULL,
		"services were already recorded in the time of the bar", "They stay: %s.", "Review them."},
	{"bar_comes_late", ERRCODE_WARNING, WARNING, "bar", GUARD_UPDATE, "begin_date, end_date, bar_level, date_deleted",
		bar_comes_late, NULL, NULL,
		"services were already recorded in the time of the bar", "They stay: %s.", "Review them."},
};

const int	guard_rule_count = lengthof(guard_rules);
