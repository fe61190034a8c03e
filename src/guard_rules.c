/*
 * guard_rules.c
 *		The service rules: one query and one line in a table for each.
 *
 * A query returns the rows that break the rule: the key of the row, and words for the error's DETAIL that name clients
 * by id and days, never more. A rule that costs much, or takes a lock, has a cheap query that tells when it is worth
 * looking at. Rules are looked at in the order of the table; the first that is broken is raised.
 */
#include "postgres.h"

#include "errors.h"
#include "guard_rules.h"
#include "guard_words.h"
#include "offering.h"

#define CLIENT_ON(r) "'client ' || " r ".client_id || ' on ' || " DAY(r ".date_provided")


/*
 * What the rows of a statement have in common: {facts} is their distinct services, programs, places, days and references,
 * a handful of rows for a batch of a hundred thousand. Rules about these judge the facts, and look for the rows only of
 * facts that break them. The first half of FACT_OF can be hashed, the second is exact.
 */
#define EQUAL_OR_NULL(column) \
	"AND coalesce(r." column ", 0) = coalesce(m." column ", 0) AND r." column " IS NOT DISTINCT FROM m." column " "
#define FACT_OF_ROW \
	"m.service_id = r.service_id AND m.program_id = r.program_id AND m.date_provided = r.date_provided " \
	"AND m.live = (r.date_deleted IS NULL) AND m.without_enrollment = (r.enrollment_id IS NULL) " \
	"AND m.without_authorization = (r.service_authorization_id IS NULL) " \
	EQUAL_OR_NULL("location_id") EQUAL_OR_NULL("service_batch_run_id") EQUAL_OR_NULL("grant_award_id") \
	EQUAL_OR_NULL("provider_id") EQUAL_OR_NULL("service_reason_id") EQUAL_OR_NULL("provided_by_user_id")
const char	guard_facts[] =
	"SELECT DISTINCT r.service_id, r.program_id, r.location_id, r.date_provided, r.service_batch_run_id, "
	"r.grant_award_id, r.provider_id, r.service_reason_id, r.provided_by_user_id, "
	"r.enrollment_id IS NULL AS without_enrollment, r.service_authorization_id IS NULL AS without_authorization, "
	"r.date_deleted IS NULL AS live FROM {rows} r";

/* A bed night never falls on the exit day, whatever an offering says. */
#define EXIT_DAY_ALLOWED(r) \
	"coalesce((SELECT false FROM {service} s WHERE s.service_id = " r ".service_id AND s.record_type = 200), " \
	OFFERING_SAYS("exit_day_allowed", r) ", " \
	"(SELECT s.exit_day_allowed FROM {service} s WHERE s.service_id = " r ".service_id), true)"

/* The enrollment e does not hold the service r, its exit day aside. */
#define ENROLLMENT_MISSES_WHOLE_DAYS(e, r) \
	e ".client_id <> " r ".client_id OR " e ".program_id <> " r ".program_id OR " e ".date_deleted IS NOT NULL " \
	"OR " r ".date_provided < " e ".entry_date OR " r ".date_provided > " e ".exit_date "

/* The enrollment e does not hold the service r. */
#define ENROLLMENT_MISSES(e, r) \
	"(" ENROLLMENT_MISSES_WHOLE_DAYS(e, r) \
	"OR CASE WHEN " r ".date_provided = " e ".exit_date THEN NOT " EXIT_DAY_ALLOWED(r) " ELSE false END)"

/* OFFSET 0: each is looked up by its key, so that the cost grows with the statement and not with the table. */
#define NAMED_ENROLLMENTS \
	"FROM {rows} r LEFT JOIN LATERAL (SELECT * FROM {enrollment} x WHERE x.enrollment_id = r.enrollment_id OFFSET 0) e " \
	"ON true " \
	"WHERE " WITH_ENROLLMENT("r") " AND " LIVE("r")

static const char enrollment_misses[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item " NAMED_ENROLLMENTS
	" AND (e.enrollment_id IS NULL OR " ENROLLMENT_MISSES("e", "r") ")";
static const char enrollment_may_miss[] =
	"SELECT " NAMED_ENROLLMENTS
	" AND (e.enrollment_id IS NULL OR r.date_provided = e.exit_date OR " ENROLLMENT_MISSES_WHOLE_DAYS("e", "r") ")";

static const char enrollment_missing[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item "
	"FROM (SELECT d.* FROM {facts} d WHERE d.live AND d.without_enrollment AND " ENROLLMENT_RULE("d") " = 'required') m "
	"JOIN {rows} r ON " FACT_OF_ROW;

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
	"WHERE " LIVE("r") " AND " BAR_IN_FORCE("b", "r.date_provided", level) " AND " BAR_COVERS("b", "r")

static const char client_barred[] = BARRED("block");
static const char client_may_be_barred[] = HAS_BARS("block");
static const char client_has_warning[] = BARRED("warn");
static const char client_may_have_warning[] = HAS_BARS("warn");

#define SERVICE_ON(r) "'service ' || " r ".service_id || ' by program ' || " r ".program_id || ' on ' || " DAY(r ".date_provided")

/* The service d cannot be given there and then, or not in that way: directly, by referral or indirectly. */
#define SERVICE_AND_PROGRAM(d) \
	"LEFT JOIN {service} s ON s.service_id = " d ".service_id LEFT JOIN {program} p ON p.program_id = " d ".program_id "
#define CANNOT_BE_GIVEN(d, way) \
	"(s.service_id IS NULL OR p.program_id IS NULL OR s.date_deleted IS NOT NULL OR p.date_deleted IS NOT NULL " \
	"OR NOT s.active OR NOT (" way ") OR " NOT_OFFERED(d) ")"

static const char service_offered[] =
	"SELECT r.client_service_id AS row_id, " SERVICE_ON("m") " AS item "
	"FROM (SELECT d.* FROM {facts} d " SERVICE_AND_PROGRAM("d")
	"	WHERE d.live AND " CANNOT_BE_GIVEN("d", "s.is_direct OR s.is_referral") ") m "
	"JOIN {rows} r ON " FACT_OF_ROW;

/* The references that have no foreign key. */
#define MISSING_REFERENCE(column, concept) \
	"(d." column " IS NOT NULL AND NOT EXISTS (SELECT FROM {" concept "} x WHERE x." concept "_id = d." column "))"
#define MISSING_USER(column) \
	"(d." column " IS NOT NULL AND NOT EXISTS (SELECT FROM {hmis_user} x WHERE x.user_id = d." column "))"

static const char service_references[] =
	"SELECT r.client_service_id AS row_id, m.item FROM (SELECT d.*, CASE "
	"	WHEN " MISSING_REFERENCE("service_id", "service") " THEN 'service ' || d.service_id "
	"	WHEN " MISSING_REFERENCE("program_id", "program") " THEN 'program ' || d.program_id "
	"	WHEN " MISSING_REFERENCE("location_id", "location") " THEN 'location ' || d.location_id "
	"	WHEN " MISSING_REFERENCE("service_batch_run_id", "service_batch_run") " THEN 'batch run ' || d.service_batch_run_id "
	"	WHEN " MISSING_REFERENCE("grant_award_id", "grant_award") " THEN 'grant ' || d.grant_award_id "
	"	WHEN " MISSING_REFERENCE("provider_id", "provider") " THEN 'provider ' || d.provider_id "
	"	WHEN " MISSING_REFERENCE("service_reason_id", "service_reason") " THEN 'reason ' || d.service_reason_id "
	"	WHEN " MISSING_USER("provided_by_user_id") " THEN 'user ' || d.provided_by_user_id END AS item FROM {facts} d) m "
	"JOIN {rows} r ON " FACT_OF_ROW "WHERE m.item IS NOT NULL";

static const char service_in_future[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item "
	"FROM (SELECT d.* FROM {facts} d WHERE d.live AND d.date_provided > " LAST_DAY ") m JOIN {rows} r ON " FACT_OF_ROW;

/* The day of the service r is in a period that was reported. Whoever reports it waits for those who write services. */
#define LOCKED(r) LOCKED_DAY(r, "date_provided")
#define LOCKED_DAY(r, day) \
	"EXISTS (SELECT FROM {locked_period} k WHERE k.date_deleted IS NULL AND k.organization_id = " PROGRAM_ORGANIZATION(r) \
	" AND (k.program_id IS NULL OR k.program_id = " r ".program_id) " \
	"AND " r "." day " BETWEEN k.begin_date AND k.end_date)"

static const char service_locked[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item "
	"FROM (SELECT d.* FROM {facts} d WHERE " LOCKED("d") ") m JOIN {rows} r ON " FACT_OF_ROW;
static const char lock_all_services[] = "LOCK TABLE {client_service}, {indirect_service}, {turn_away} IN SHARE MODE";

/*
 * The day when the service r was entered, in the session's time zone. PostgreSQL takes zones a week away from Greenwich; none
 * that people live in is more than 12 hours behind.
 */
#define DAY_ENTERED(r) \
	"greatest(" r ".date_created::date, (" r ".date_created AT TIME ZONE 'UTC' - interval '12 hours')::date)"

/* The service r was entered later than its program allows. Imported rows keep the day when they were first entered. */
#define ENTERED_LATE(r, action) \
	"p.late_entry_action = '" action "' AND " DAY_ENTERED(r) " - " r ".date_provided > p.late_entry_limit_days"
#define SERVICE_ENTERED_LATE(action) \
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " || ', entered on ' || " DAY(DAY_ENTERED("r")) \
	" || ', limit ' || p.late_entry_limit_days || ' days' AS item " \
	"FROM {rows} r JOIN {program} p ON p.program_id = r.program_id WHERE " LIVE("r") " AND " ENTERED_LATE("r", action)
#define HAS_LATE_ENTRY_LIMIT(action) \
	"SELECT FROM {facts} m JOIN {program} p ON p.program_id = m.program_id " \
	"WHERE m.live AND p.late_entry_limit_days IS NOT NULL AND p.late_entry_action = '" action "'"

static const char entered_too_late[] = SERVICE_ENTERED_LATE("block");
static const char may_be_too_late[] = HAS_LATE_ENTRY_LIMIT("block");
static const char entered_late[] = SERVICE_ENTERED_LATE("warn");
static const char may_be_late[] = HAS_LATE_ENTRY_LIMIT("warn");

/* Services with an enrollment are within its dates, which are after the client's birth. */
static const char service_before_birth[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item "
	"FROM {rows} r JOIN {client} c ON c.client_id = r.client_id "
	"WHERE " WITHOUT_ENROLLMENT("r") " AND " LIVE("r") " AND (r.date_provided < c.dob OR c.date_deleted IS NOT NULL)";
static const char service_without_enrollment[] =
	"SELECT FROM {facts} m WHERE m.live AND m.without_enrollment";

/* Live services o that are not r itself. Rows judged before they are in the table have negative keys, later ones lower. */
#define ANOTHER_LIVE_ONE \
	LIVE("r") " AND o.date_deleted IS NULL AND o.client_service_id <> r.client_service_id " \
	"AND (o.client_service_id > 0 OR o.client_service_id > r.client_service_id) "

/*
 * Services that make another of the same code s a duplicate. {others} are those in the table and those to come. They are
 * to be looked for by client: with old statistics the planner thinks the index on program and date as good, where a
 * batch has put all of its rows.
 */
#define SAME_PROGRAM "o.program_id + 0 = r.program_id "
#define DUPLICATES(rules, interval_rule) \
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " AS item " \
	"FROM {rows} r JOIN {service} s ON s.service_id = r.service_id " \
	"JOIN {others} o ON o.client_id = r.client_id AND o.date_provided = r.date_provided " \
	"	AND o.service_id = r.service_id AND " SAME_PROGRAM \
	"WHERE s.duplicate_rule IN (" rules ") AND " ANOTHER_LIVE_ONE \
	"AND (s.duplicate_rule <> 'once_per_enrollment_day' OR o.enrollment_id IS NOT DISTINCT FROM r.enrollment_id)" \
	interval_rule

#define TOO_SOON \
	" UNION ALL " \
	"SELECT r.client_service_id, " CLIENT_ON("r") " || ', less than ' || s.min_interval || ' apart' " \
	"FROM {rows} r JOIN {service} s ON s.service_id = r.service_id " \
	"JOIN {others} o ON o.client_id = r.client_id AND o.service_id = r.service_id AND " SAME_PROGRAM \
	"WHERE s.duplicate_rule = 'min_interval' AND " ANOTHER_LIVE_ONE \
	"AND o.date_created > r.date_created - s.min_interval AND o.date_created < r.date_created + s.min_interval"

#define ONCE_RULES "'once_per_day', 'once_per_enrollment_day'"

static const char duplicate_service[] = DUPLICATES(ONCE_RULES, TOO_SOON);
static const char duplicate_warned[] = DUPLICATES("'warn'", "");

/* Two sessions can't both find the other's missing: whoever records such a service locks the client. */
#define HAS_DUPLICATE_RULE "s.duplicate_rule IN (" ONCE_RULES ", 'min_interval')"

static const char duplicate_applies[] =
	"SELECT FROM {service} s JOIN {facts} m ON m.service_id = s.service_id WHERE m.live AND " HAS_DUPLICATE_RULE;
static const char duplicate_warned_applies[] =
	"SELECT FROM {service} s JOIN {facts} m ON m.service_id = s.service_id WHERE m.live AND s.duplicate_rule = 'warn'";
static const char duplicate_lock[] =
	"SELECT count(*) FROM (SELECT FROM {client} c WHERE c.client_id = ANY (ARRAY(SELECT r.client_id FROM {rows} r "
	"	JOIN {service} s ON s.service_id = r.service_id WHERE " HAS_DUPLICATE_RULE " AND " LIVE("r") ")) "
	"ORDER BY c.client_id FOR NO KEY UPDATE OF c) locked";

/* Why the client's authorization for a service r that draws on none is not the one that it needs, if there is any. */
#define WHY_NOT_DRAWN(r) \
	"coalesce((SELECT ', authorization ' || a.service_authorization_id || CASE " \
	"	WHEN a.authorization_status <> 'approved' THEN ' is ' || a.authorization_status " \
	"	WHEN " r ".date_provided NOT BETWEEN a.begin_date AND a.end_date " \
	"		THEN ' is from ' || " DAY("a.begin_date") " || ' to ' || " DAY("a.end_date") " " \
	"	ELSE ' has ' || trim_scale(a.units_authorized - a.units_drawn) || ' units left' END " \
	"FROM {service_authorization} a WHERE a.client_id = " r ".client_id AND a.service_id = " r ".service_id AND a.date_deleted IS NULL " \
	"ORDER BY " r ".date_provided BETWEEN a.begin_date AND a.end_date DESC, a.authorization_status, a.service_authorization_id DESC LIMIT 1), '')"

static const char authorization_missing[] =
	"SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " || " WHY_NOT_DRAWN("r") " AS item "
	"FROM (SELECT d.* FROM {facts} d WHERE d.live AND d.without_authorization "
	"	AND " OFFERING_SAYS("requires_authorization", "d") ") m "
	"JOIN {rows} r ON " FACT_OF_ROW;

/* The first reason why the live service r cannot draw on the authorization a; null: it can. */
#define AUTHORIZATION_MISSES(a, r) \
	"CASE WHEN " a ".service_authorization_id IS NULL OR " a ".date_deleted IS NOT NULL THEN 'does not exist' " \
	"WHEN " a ".authorization_status <> 'approved' THEN 'is ' || " a ".authorization_status " \
	"WHEN " a ".client_id <> " r ".client_id THEN 'is of another client' " \
	"WHEN " a ".service_id <> " r ".service_id THEN 'is for another service' " \
	"WHEN " a ".enrollment_id IS NOT NULL AND " a ".enrollment_id IS DISTINCT FROM " r ".enrollment_id " \
	"	THEN 'is for enrollment ' || " a ".enrollment_id " \
	"WHEN " r ".date_provided NOT BETWEEN " a ".begin_date AND " a ".end_date " \
	"	THEN 'is from ' || " DAY(a ".begin_date") " || ' to ' || " DAY(a ".end_date") " " \
	"WHEN " a ".unit_of_measure <> " r ".unit_of_measure THEN 'is in ' || " a ".unit_of_measure END"

/* Whoever draws on an authorization has locked it: see draw.c. */
static const char draws_on_authorization[] = "SELECT FROM {facts} m WHERE m.live AND NOT m.without_authorization";
static const char authorization_does_not_fit[] =
	"SELECT v.row_id, v.item || v.why AS item FROM ("
	"	SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " || ', authorization ' || r.service_authorization_id || ' ' AS item, "
	"		" AUTHORIZATION_MISSES("a", "r") " AS why "
	"	FROM {rows} r LEFT JOIN {service_authorization} a ON a.service_authorization_id = r.service_authorization_id "
	"	WHERE " LIVE("r") " AND r.service_authorization_id IS NOT NULL) v WHERE v.why IS NOT NULL";

/* Rows to come that would draw more than is left, in their order (negative keys descend). A row that changes gives back what it has. */
static const char authorization_exceeded[] =
	"SELECT t.row_id, t.item FROM ("
	"	SELECT r.client_service_id AS row_id, " CLIENT_ON("r") " || ', authorization ' || r.service_authorization_id AS item, "
	"		r.service_authorization_id, sum(r.units - coalesce(o.units, 0)) "
	"			OVER (PARTITION BY r.service_authorization_id ORDER BY r.client_service_id DESC) AS units "
	"	FROM {rows} r LEFT JOIN {client_service} o ON o.client_service_id = r.client_service_id "
	"		AND o.service_authorization_id = r.service_authorization_id AND o.date_deleted IS NULL "
	"	WHERE " LIVE("r") " AND r.service_authorization_id IS NOT NULL) t "
	"JOIN {service_authorization} a ON a.service_authorization_id = t.service_authorization_id "
	"WHERE a.units_drawn + t.units > a.units_authorized";

static const char authorization_in_use[] =
	"SELECT a.service_authorization_id AS row_id, 'authorization ' || a.service_authorization_id || ' has ' || " SERVICES_SINCE " AS item "
	"FROM {rows} a JOIN {client_service} cs ON cs.service_authorization_id = a.service_authorization_id "
	"WHERE cs.date_deleted IS NULL AND " AUTHORIZATION_MISSES("a", "cs") " IS NOT NULL GROUP BY a.service_authorization_id";

static const char lock_parents_of_services[] = "SELECT " LOCK_PARENTS("client", "c") ", " LOCK_PARENTS("enrollment", "e");
static const char lock_parents_of_enrollments[] = "SELECT " LOCK_PARENTS("client", "c");

/* Services to people who are not identified, and people turned away: entered one by one. */
#define INDIRECT(violation) \
	"SELECT r.indirect_service_id AS row_id, " SERVICE_ON("r") " AS item FROM {rows} r " SERVICE_AND_PROGRAM("r") "WHERE " violation

static const char indirect_offered[] = INDIRECT("r.date_deleted IS NULL AND " CANNOT_BE_GIVEN("r", "s.is_indirect"));
static const char indirect_in_future[] = INDIRECT("r.date_deleted IS NULL AND r.date_provided > " LAST_DAY);
static const char indirect_locked[] = INDIRECT(LOCKED("r"));
static const char indirect_too_late[] = INDIRECT("r.date_deleted IS NULL AND " ENTERED_LATE("r", "block"));
static const char indirect_late[] = INDIRECT("r.date_deleted IS NULL AND " ENTERED_LATE("r", "warn"));

static const char turn_away_locked[] =
	"SELECT r.turn_away_id AS row_id, 'turn-away on ' || " DAY("r.turn_away_date") " AS item "
	"FROM {rows} r WHERE " LOCKED_DAY("r", "turn_away_date");
static const char turn_away_in_future[] =
	"SELECT r.turn_away_id AS row_id, 'turn-away on ' || " DAY("r.turn_away_date") " AS item "
	"FROM {rows} r WHERE r.date_deleted IS NULL AND r.turn_away_date > " LAST_DAY;

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
	"SELECT c.client_id AS row_id, 'client ' || c.client_id || ' has ' || count(*) || "
	"CASE count(*) WHEN 1 THEN ' enrollment from ' ELSE ' enrollments, the first from ' END || " DAY("min(e.entry_date)") " AS item "
	"FROM {rows} c JOIN {enrollment} e ON e.client_id = c.client_id AND e.date_deleted IS NULL "
	"WHERE c.date_deleted IS NOT NULL OR e.entry_date < c.dob GROUP BY c.client_id "
	"UNION ALL "
	"SELECT c.client_id, 'client ' || c.client_id || ' has ' || " SERVICES_SINCE
	" FROM {rows} c JOIN {client_service} cs ON cs.client_id = c.client_id AND cs.date_deleted IS NULL "
	"WHERE c.date_deleted IS NOT NULL OR cs.date_provided < c.dob GROUP BY c.client_id "
	"UNION ALL "
	"SELECT c.client_id, 'client ' || c.client_id || ' has ' || count(*) || "
	"CASE count(*) WHEN 1 THEN ' assessment on ' ELSE ' assessments, the first on ' END || " DAY("min(a.assessment_date)") " "
	"FROM {rows} c JOIN {assessment} a ON a.client_id = c.client_id AND a.date_deleted IS NULL "
	"WHERE c.date_deleted IS NOT NULL OR a.assessment_date < c.dob GROUP BY c.client_id";

static const char client_was_merged[] =
	"SELECT c.client_id AS row_id, 'client ' || c.client_id || ' into client ' || c.merged_into_client_id AS item FROM {rows} c "
	"WHERE c.date_deleted IS NULL AND c.merged_into_client_id IS NOT NULL";

/* The rows that go are named by services, deleted ones too: nothing may dangle. */
#define NAMED_BY_SERVICES(column, key, words) \
	"SELECT r." key " AS row_id, '" words " ' || r." key " || ' has ' || " SERVICES_SINCE " AS item " \
	"FROM {rows} r JOIN {client_service} cs ON cs." column " = r." key " GROUP BY r." key

#define ANY_SERVICE \
	"SELECT NULL::bigint AS row_id, " SERVICES_SINCE " AS item FROM {client_service} cs HAVING count(*) > 0"

/*
 * Services that stood on the rows that went or changed, and now are not offered: what they have in common is judged. Others
 * that are not offered, because they were recorded before the first offering, are nobody's fault.
 */
#define NO_LONGER_OFFERED(column, stood_on_rows) \
	"SELECT NULL::bigint AS row_id, 'service ' || cs.service_id || ' by program ' || cs.program_id || ' has ' || " \
	"sum(cs.services) || CASE sum(cs.services) WHEN 1 THEN ' service on ' ELSE ' services, the first on ' END || " \
	DAY("min(cs.date_provided)") " AS item " \
	"FROM (SELECT g.service_id, g.program_id, g.location_id, g.date_provided, count(*) AS services " \
	"	FROM {client_service} g WHERE g.date_deleted IS NULL AND g." column " IN (SELECT r." column " FROM {rows} r) " \
	"	GROUP BY g.service_id, g.program_id, g.location_id, g.date_provided OFFSET 0) cs " \
	"WHERE " stood_on_rows NOT_OFFERED("cs") " GROUP BY cs.service_id, cs.program_id"

static const char offering_in_use[] =
	NO_LONGER_OFFERED("service_id", "EXISTS (SELECT FROM {rows} r WHERE " OFFERING_FITS("r", "cs") ") AND ");
static const char restriction_in_use[] =
	NO_LONGER_OFFERED("service_id", "EXISTS (SELECT FROM {rows} r WHERE r.service_id = cs.service_id "
					  "AND r.organization_id = " PROGRAM_ORGANIZATION("cs") ") AND ");
static const char program_organization_in_use[] = NO_LONGER_OFFERED("program_id", "");

/* A program r takes what it reported along when it goes to another organization, or comes from one. */
#define IN_LOCKED_PERIOD(services) \
	"EXISTS (SELECT FROM {" services "} cs WHERE cs.program_id = r.program_id AND cs.date_deleted IS NULL " \
	"AND cs.date_provided BETWEEN k.begin_date AND k.end_date)"

static const char program_locked[] =
	"SELECT r.program_id AS row_id, 'program ' || r.program_id AS item FROM {rows} r "
	"WHERE EXISTS (SELECT FROM {locked_period} k WHERE k.date_deleted IS NULL AND k.organization_id = r.organization_id "
	"AND (k.program_id IS NULL OR k.program_id = r.program_id) "
	"AND (" IN_LOCKED_PERIOD("client_service") " OR " IN_LOCKED_PERIOD("indirect_service") "))";

/* What was recorded was measured in the service's unit. */
static const char unit_of_measure_in_use[] =
	"SELECT r.service_id AS row_id, 'service ' || r.service_id AS item FROM {rows} r "
	"WHERE EXISTS (SELECT FROM {client_service} cs WHERE cs.service_id = r.service_id) "
	"OR EXISTS (SELECT FROM {indirect_service} i WHERE i.service_id = r.service_id) "
	"OR EXISTS (SELECT FROM {service_authorization} a WHERE a.service_id = r.service_id)";

static const char bar_without_scope[] =
	"SELECT b.bar_id AS row_id, 'bar ' || b.bar_id AS item FROM {bar} b "
	"WHERE b.bar_id IN (SELECT r.bar_id FROM {rows} r) AND b.date_deleted IS NULL "
	"AND NOT EXISTS (SELECT FROM {bar_scope} s WHERE s.bar_id = b.bar_id AND s.date_deleted IS NULL)";

static const char any_bar[] =
	"SELECT NULL::bigint AS row_id, count(*) || CASE count(*) WHEN 1 THEN ' bar' ELSE ' bars' END AS item FROM {bar} b "
	"WHERE b.date_deleted IS NULL HAVING count(*) > 0";

/* What was given before the bar was known stays; whoever enters the bar is told of the services in sight. */
static const char bar_comes_late[] =
	"SELECT b.bar_id AS row_id, 'client ' || b.client_id || ' has ' || " SERVICES_SINCE " AS item "
	"FROM {bar} b JOIN {client_service} cs ON cs.client_id = b.client_id "
	"WHERE b.bar_id IN (SELECT r.bar_id FROM {rows} r) AND cs.date_deleted IS NULL "
	"AND " SEES_PROGRAM("cs.program_id") " AND " BAR_IN_FORCE("b", "cs.date_provided", "block") " AND " BAR_COVERS("b", "cs") " GROUP BY b.bar_id, b.client_id";


/*
 * A parent that is almost never deleted pays for its children, who come by the hundred thousand: the lock waits for all
 * who are writing services, and makes the next ones wait. Whoever wrote before is seen, whoever comes after does not
 * find the parent.
 */
static const char lock_services[] = "LOCK TABLE {client_service} IN SHARE MODE";

#define IN_USE_HINT "Delete or move the services first."
#define IN_USE(concept, words, key) \
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, concept, GUARD_UPDATE | GUARD_DELETE | GUARD_GONE | GUARD_OTHERS, false, NULL, \
		NAMED_BY_SERVICES(key, key, words), NULL, lock_services, \
		words " is in use", "Still needed: %s.", "End or deactivate it instead."}
#define NO_TRUNCATE(concept) \
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, concept, GUARD_TRUNCATE, false, NULL, \
		ANY_SERVICE, "SELECT", lock_services, "cannot truncate a table that services stand on", "There are %s.", \
		"Delete the services first."}

/* Columns of services that any rule looks at. */
#define WAKE_ROW "client_id, service_id, program_id, date_provided, enrollment_id, location_id, date_deleted"
/* Those that reports count. */
#define WAKE_REPORTED WAKE_ROW ", units, unit_value, unit_of_measure, grant_award_id, provider_id, service_reason_id, fa_amount, " \
	"fa_start_date, fa_end_date, sub_type_provided, referral_outcome"
#define WAKE_INDIRECT "service_id, program_id, date_provided, location_id, date_deleted"
#define WAKE_FACT "service_id, program_id, date_provided, enrollment_id, location_id, date_deleted"
#define WAKE_AUTHORIZED WAKE_ROW ", service_authorization_id, units, unit_of_measure"
#define SERVICE_RULE(name, sqlstate, elevel, about) \
	name, sqlstate, elevel, "client_service", GUARD_INSERT | GUARD_UPDATE, about
/* About entering a service: what was entered before does not break it because two records of the client become one. */
#define ENTRY_RULE(name, sqlstate, elevel, about) \
	name, sqlstate, elevel, "client_service", GUARD_INSERT | GUARD_UPDATE | GUARD_NOT_MERGED, about
#define AUTHORIZATION_RULE(name, besides) \
	name, ERRCODE_CT_AUTHORIZATION, ERROR, "client_service", GUARD_INSERT | GUARD_UPDATE | (besides), ABOUT_FACTS
#define ABOUT_ROWS false
#define ABOUT_FACTS true
#define ENROLL_FIRST \
	"Enrollment is a Required Field.", "No active enrollment in the program: %s.", \
	"Enroll the client in the program, with an entry date on or before the date provided. A plain INSERT names the enrollment_id."

#define INDIRECT_RULE(name, sqlstate, elevel, wakes, violations) \
	name, sqlstate, elevel, "indirect_service", GUARD_INSERT | GUARD_UPDATE, false, wakes, violations, NULL, NULL
#define NOT_OFFERED_WORDS "service is not offered by the program on that date", "Not offered: %s.", \
	"See service_offering and service_organization, and whether the service is active and given in this way."
#define IN_FUTURE_WORDS "date provided is in the future", "After the last day allowed: %s.", \
	"Correct the date. The setting clienttrack.future_days allows services dated ahead."
#define LOCKED_WORDS "the period was reported and is locked", "Locked: %s.", \
	"Nothing that was reported changes, unless an administrator unlocks the period."
#define TOO_LATE_WORDS "service is entered later than the program allows", "Too late: %s.", \
	"Ask your administrator about the program's limit for late entry."
#define LATE_WORDS "service is entered late", "Late: %s.", NULL

const GuardRule guard_service_rules[] = {
	/* services */
	LOCK_FIRST("client_service", WAKE_ROW, lock_parents_of_services),
	{"period_locked", ERRCODE_CT_PERIOD_LOCKED, ERROR, "client_service",
		GUARD_INSERT | GUARD_UPDATE | GUARD_DELETE | GUARD_LEFT | GUARD_WRITING | GUARD_NOT_MERGED, ABOUT_FACTS, WAKE_REPORTED, service_locked, NULL, NULL, LOCKED_WORDS},
	{SERVICE_RULE("enrollment_required", ERRCODE_CT_ENROLLMENT_REQUIRED, ERROR, ABOUT_ROWS), WAKE_ROW,
		enrollment_misses, enrollment_may_miss, NULL, ENROLL_FIRST},
	{SERVICE_RULE("enrollment_required", ERRCODE_CT_ENROLLMENT_REQUIRED, ERROR, ABOUT_FACTS), WAKE_FACT,
		enrollment_missing, NULL, NULL, ENROLL_FIRST},
	{ENTRY_RULE("client_barred", ERRCODE_CT_CLIENT_BARRED, ERROR, ABOUT_ROWS), WAKE_ROW,
		client_barred, client_may_be_barred, NULL,
		"client is barred", "Barred: %s.", "Review the bar with your supervisor."},
	{SERVICE_RULE("service_not_offered", ERRCODE_CT_SERVICE_NOT_OFFERED, ERROR, ABOUT_FACTS), WAKE_FACT,
		service_offered, NULL, NULL, NOT_OFFERED_WORDS},
	{SERVICE_RULE("unknown_reference", ERRCODE_FOREIGN_KEY_VIOLATION, ERROR, ABOUT_FACTS),
		"service_id, program_id, location_id, service_batch_run_id, grant_award_id, provider_id, service_reason_id, "
		"provided_by_user_id",
		service_references, NULL, NULL,
		"service refers to a record that does not exist", "Not found: %s.", NULL},
	{AUTHORIZATION_RULE("authorization_required", GUARD_NOT_LOADED | GUARD_NOT_MERGED),
		WAKE_FACT ", service_authorization_id", authorization_missing, NULL, NULL,
		"service needs an authorization", "Not authorized: %s.",
		"Have it authorized, or more of it, first. A plain INSERT names the service_authorization_id."},
	{AUTHORIZATION_RULE("authorization_does_not_fit", 0), WAKE_AUTHORIZED,
		authorization_does_not_fit, draws_on_authorization, NULL,
		"service does not fit its authorization", "Not possible: %s.",
		"Only an approved authorization of the client is drawn on, for its service and within its dates."},
	{AUTHORIZATION_RULE("authorization_exceeded", GUARD_PLANNED), WAKE_AUTHORIZED,
		authorization_exceeded, draws_on_authorization, NULL,
		AUTHORIZATION_EXCEEDED, "Not enough left: %s.", AUTHORIZATION_EXCEEDED_HINT},
	{SERVICE_RULE("date_in_future", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, ABOUT_FACTS), "date_provided, date_deleted",
		service_in_future, NULL, NULL, IN_FUTURE_WORDS},
	{SERVICE_RULE("date_before_birth", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, ABOUT_FACTS), WAKE_ROW,
		service_before_birth, service_without_enrollment, NULL,
		"date provided is before the client's birth, or the client is deleted", "Out of range: %s.", NULL},
	{ENTRY_RULE("duplicate_service", ERRCODE_CT_DUPLICATE_SERVICE, ERROR, ABOUT_FACTS), WAKE_ROW ", date_created",
		duplicate_service, duplicate_applies, duplicate_lock,
		"service is already recorded", "Already recorded: %s.",
	"Change the service that is there instead: two meals are units 2. The service's duplicate_rule says how often it may be recorded."},
	{ENTRY_RULE("entered_too_late", ERRCODE_CT_ENTERED_TOO_LATE, ERROR, ABOUT_FACTS), "program_id, date_provided, date_deleted",
		entered_too_late, may_be_too_late, NULL, TOO_LATE_WORDS},
	{ENTRY_RULE("client_has_warning", ERRCODE_WARNING, WARNING, ABOUT_ROWS), WAKE_ROW,
		client_has_warning, client_may_have_warning, NULL,
		"there is a warning about the client", "Recorded: %s.", "Ask your supervisor."},
	{ENTRY_RULE("duplicate_service_warned", ERRCODE_WARNING, WARNING, ABOUT_FACTS), WAKE_ROW,
		duplicate_warned, duplicate_warned_applies, NULL,
		"service was already recorded", "Recorded again: %s.", NULL},
	{ENTRY_RULE("entered_late", ERRCODE_WARNING, WARNING, ABOUT_FACTS), "program_id, date_provided, date_deleted",
		entered_late, may_be_late, NULL, LATE_WORDS},
	NO_TRUNCATE("client_service"),

	/* services to people who are not identified, and people turned away */
	{"period_locked", ERRCODE_CT_PERIOD_LOCKED, ERROR, "indirect_service",
		GUARD_INSERT | GUARD_UPDATE | GUARD_DELETE | GUARD_LEFT | GUARD_WRITING, false, WAKE_INDIRECT ", persons_served, units, unit_value, unit_of_measure, grant_award_id, provider_id, service_reason_id",
		indirect_locked, NULL, NULL, LOCKED_WORDS},
	{INDIRECT_RULE("service_not_offered", ERRCODE_CT_SERVICE_NOT_OFFERED, ERROR, WAKE_INDIRECT, indirect_offered), NOT_OFFERED_WORDS},
	{INDIRECT_RULE("date_in_future", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, "date_provided, date_deleted", indirect_in_future),
		IN_FUTURE_WORDS},
	{INDIRECT_RULE("entered_too_late", ERRCODE_CT_ENTERED_TOO_LATE, ERROR, "program_id, date_provided, date_deleted",
			indirect_too_late), TOO_LATE_WORDS},
	{INDIRECT_RULE("entered_late", ERRCODE_WARNING, WARNING, "program_id, date_provided, date_deleted", indirect_late), LATE_WORDS},
	{"period_locked", ERRCODE_CT_PERIOD_LOCKED, ERROR, "turn_away",
		GUARD_INSERT | GUARD_UPDATE | GUARD_DELETE | GUARD_LEFT | GUARD_WRITING | GUARD_NOT_MERGED, false,
		"client_id, persons, program_id, service_id, turn_away_date, turn_away_reason_id, date_deleted",
		turn_away_locked, NULL, NULL, LOCKED_WORDS},
	{"date_out_of_range", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, "turn_away", GUARD_INSERT | GUARD_UPDATE, false,
		"turn_away_date, date_deleted", turn_away_in_future, NULL, NULL,
		"date of the turn-away is in the future", "After the last day allowed: %s.", NULL},

	/* periods that are reported */
	{"lock_services", 0, 0, "locked_period", GUARD_INSERT | GUARD_UPDATE, false, NULL, NULL, NULL, lock_all_services,
		NULL, NULL, NULL},

	/* enrollments */
	LOCK_FIRST("enrollment", "client_id, entry_date, date_deleted", lock_parents_of_enrollments),
	MERGED_CLIENT_RULE("enrollment"),
	{"enrollment_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "enrollment", GUARD_UPDATE, false,
		"client_id, program_id, entry_date, exit_date, date_deleted",
		enrollment_in_use, NULL, NULL,
		"services would be left outside their enrollment", "Left outside: %s.", IN_USE_HINT},
	{"enrollment_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "enrollment", GUARD_DELETE | GUARD_ROW, false, NULL,
		NAMED_BY_SERVICES("enrollment_id", "enrollment_id", "enrollment"), NULL, NULL,
		"services would be left without their enrollment", "Still needed: %s.", IN_USE_HINT},
	{"date_out_of_range", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, "enrollment", GUARD_INSERT | GUARD_UPDATE, false,
		"client_id, entry_date, exit_date, date_deleted",
		enrollment_dates, NULL, NULL,
		"enrollment date is out of range", "In the future, before the client's birth, or of a deleted client: %s.",
	"Correct the date. The setting clienttrack.future_days allows enrollments dated ahead."},
	NO_TRUNCATE("enrollment"),

	/* clients */
	{"client_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "client", GUARD_UPDATE | GUARD_OTHERS, false, "dob, date_deleted",
		client_in_use, NULL, NULL,
		"enrollments, services or assessments would be left without the client or before birth", "In the way: %s.",
	"Delete or correct them first."},
	{"client_was_merged", ERRCODE_CT_RECORD_IN_USE, ERROR, "client", GUARD_UPDATE, false, "date_deleted, merged_into_client_id",
		client_was_merged, NULL, NULL,
		"client was merged into another record", "Merged: %s.", "Undo the merge with unmerge_clients() instead."},
	{"client_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "client", GUARD_DELETE | GUARD_ROW | GUARD_OTHERS, false, NULL,
		NAMED_BY_SERVICES("client_id", "client_id", "client"), NULL, NULL,
		"services would be left without their client", "Still needed: %s.", IN_USE_HINT},
	NO_TRUNCATE("client"),

	/* what services refer to */
	IN_USE("service", "service", "service_id"),
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "service", GUARD_UPDATE | GUARD_OTHERS, false, "unit_of_measure",
		unit_of_measure_in_use, NULL, lock_all_services,
		"services were recorded in the unit of measure", "Recorded: %s.", "Define another service, and deactivate this one."},
	IN_USE("program", "program", "program_id"),
	IN_USE("location", "location", "location_id"),
	IN_USE("provider", "provider", "provider_id"),
	IN_USE("grant_award", "grant", "grant_award_id"),
	IN_USE("service_reason", "reason", "service_reason_id"),
	IN_USE("service_batch_run", "batch run", "service_batch_run_id"),
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "hmis_user",
		GUARD_UPDATE | GUARD_DELETE | GUARD_GONE | GUARD_OTHERS, false, NULL,
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
	{"offering_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "service_offering",
		GUARD_UPDATE | GUARD_DELETE | GUARD_LEFT | GUARD_OTHERS, false,
		"service_id, organization_id, program_id, location_id, begin_date, end_date, date_deleted",
		offering_in_use, NULL, lock_services,
		"services would be left that are not offered", "Left: %s.", IN_USE_HINT},
	{"offering_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "service_organization",
		GUARD_UPDATE | GUARD_DELETE | GUARD_LEFT | GUARD_OTHERS, false,
		"service_id, organization_id, date_deleted",
		restriction_in_use, NULL, lock_services,
		"services would be left that are not offered", "Left: %s.", IN_USE_HINT},
	{"offering_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "program", GUARD_UPDATE | GUARD_OTHERS, false, "organization_id",
		program_organization_in_use, NULL, lock_services,
		"services would be left that are not offered", "Left: %s.", IN_USE_HINT},
	{"period_locked", ERRCODE_CT_PERIOD_LOCKED, ERROR, "program", GUARD_UPDATE | GUARD_LEFT | GUARD_OTHERS, false, "organization_id",
		program_locked, NULL, lock_all_services, LOCKED_WORDS},

	/* authorizations */
	{"authorization_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "service_authorization", GUARD_UPDATE, false,
		"client_id, enrollment_id, service_id, begin_date, end_date, unit_of_measure, authorization_status, date_deleted",
		authorization_in_use, NULL, NULL,
		"services that drew on the authorization would not fit it any more", "Drawn: %s.", IN_USE_HINT},

	/* bars */
	{"bar_without_scope", ERRCODE_CT_BAR_WITHOUT_SCOPE, ERROR, "bar", GUARD_INSERT | GUARD_UPDATE | GUARD_ROW, false, NULL,
		bar_without_scope, NULL, NULL,
		"bar does not say what the client is barred from", "Without scope: %s.",
	"Add at least one bar_scope in the same transaction."},
	{"bar_without_scope", ERRCODE_CT_BAR_WITHOUT_SCOPE, ERROR, "bar_scope",
		GUARD_UPDATE | GUARD_DELETE | GUARD_ROW | GUARD_LEFT, false, "bar_id, date_deleted",
		bar_without_scope, NULL, NULL,
		"bar does not say what the client is barred from", "Without scope: %s.", "Lift or delete the bar instead."},
	{"bar_without_scope", ERRCODE_CT_BAR_WITHOUT_SCOPE, ERROR, "bar_scope", GUARD_TRUNCATE, false, NULL,
		any_bar, NULL, NULL,
		"cannot truncate the scopes of bars", "There are %s.", "Lift or delete the bars instead."},
	{"bar_comes_late", ERRCODE_WARNING, WARNING, "bar_scope", GUARD_INSERT, false, NULL,
		bar_comes_late, NULL, NULL,
		"services were already recorded in the time of the bar", "They stay: %s.", "Review them."},
	{"bar_comes_late", ERRCODE_WARNING, WARNING, "bar", GUARD_UPDATE, false, "begin_date, end_date, bar_level, date_deleted",
		bar_comes_late, NULL, NULL,
		"services were already recorded in the time of the bar", "They stay: %s.", "Review them."},
};

const int	guard_service_rule_count = lengthof(guard_service_rules);

StaticAssertDecl(lengthof(guard_service_rules) <= 64, "looks of facts have a bit for each rule");
