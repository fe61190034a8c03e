/*
 * guard_case_rules.c
 *		The rules of entering and exiting programs, of assessments and of case management. How rules work: guard_rules.c.
 */
#include "postgres.h"

#include "errors.h"
#include "guard_rules.h"
#include "guard_words.h"

#define CLIENT_FROM(e) "'client ' || " e ".client_id || ' on ' || " DAY(e ".entry_date")

/*
 * A bar keeps from entering: by the program, its organization, or everywhere. A bar from a location or a service does not
 * keep from enrolling; the services are refused.
 */
#define ENTRY_BARRED(level) \
	"SELECT r.enrollment_id AS row_id, " CLIENT_FROM("r") " AS item " \
	"FROM {bar} b JOIN {rows} r ON r.client_id = b.client_id " \
	"WHERE " LIVE("r") " AND " BAR_IN_FORCE("b", "r.entry_date", level) \
	"AND EXISTS (SELECT FROM {bar_scope} s WHERE s.bar_id = b.bar_id AND s.date_deleted IS NULL " \
	"	AND (s.covers_all OR s.program_id = r.program_id OR s.organization_id = " \
	"		(SELECT p.organization_id FROM {program} p WHERE p.program_id = r.program_id))) " \
	"AND NOT EXISTS (SELECT FROM {bar_override} v WHERE v.bar_id = b.bar_id AND v.date_deleted IS NULL " \
	"	AND v.service_id IS NULL AND (v.program_id IS NULL OR v.program_id = r.program_id) " \
	"	AND r.entry_date BETWEEN v.begin_date AND v.end_date)"

static const char entry_barred[] = ENTRY_BARRED("block");
static const char entry_may_be_barred[] = HAS_BARS("block");
static const char entry_has_warning[] = ENTRY_BARRED("warn");
static const char entry_may_have_warning[] = HAS_BARS("warn");

static const char program_not_operating[] =
	"SELECT r.enrollment_id AS row_id, 'program ' || r.program_id || ' on ' || " DAY("r.entry_date") " AS item "
	"FROM {rows} r JOIN {program} p ON p.program_id = r.program_id "
	"WHERE " LIVE("r") " AND (p.date_deleted IS NOT NULL "
	"	OR r.entry_date < p.operating_start_date OR r.entry_date > p.operating_end_date)";

static const char program_takes_nobody[] =
	"SELECT r.enrollment_id AS row_id, 'program ' || r.program_id AS item "
	"FROM {rows} r JOIN {program} p ON p.program_id = r.program_id WHERE " LIVE("r") " AND NOT p.clients_can_enroll";

/*
 * Stays r and o overlap. Entering on the day another ends is none, unless both begin on that day. Two sessions can't both find
 * the other's missing: whoever enrolls a client locks the client.
 */
#define STAYS_OVERLAP(r, o) \
	"((" r ".entry_date < coalesce(" o ".exit_date, 'infinity') AND " o ".entry_date < coalesce(" r ".exit_date, 'infinity')) " \
	"OR " r ".entry_date = " o ".entry_date)"

static const char stays_overlap[] =
	"SELECT r.enrollment_id AS row_id, 'client ' || r.client_id || ', entry ' || " DAY("r.entry_date") " || ', with enrollment ' || "
	"o.enrollment_id || ', entry ' || " DAY("o.entry_date") " AS item "
	"FROM {rows} r JOIN {enrollment} o ON o.client_id = r.client_id AND o.program_id = r.program_id "
	"	AND o.enrollment_id <> r.enrollment_id "
	"WHERE " LIVE("r") " AND o.date_deleted IS NULL AND " STAYS_OVERLAP("r", "o");
static const char lock_enrolled_clients[] =
	"SELECT count(*) FROM (SELECT FROM {client} c WHERE c.client_id = ANY (ARRAY(SELECT r.client_id FROM {rows} r WHERE " LIVE("r") ")) "
	"ORDER BY c.client_id FOR NO KEY UPDATE OF c) locked";

/*
 * The other members o of the household of a row r. A household of a program out of sight, that has the number by chance, is
 * another one, of which nobody is told.
 */
#define OTHER_MEMBERS \
	"FROM {rows} r JOIN {enrollment} o ON o.household_id = r.household_id AND o.enrollment_id <> r.enrollment_id " \
	"WHERE " LIVE("r") " AND o.date_deleted IS NULL AND (o.program_id = r.program_id OR " SEES_PROGRAM("o.program_id") ") "

/*
 * HUD does not date who is the head: when a head has left, another becomes it for the whole of the stay. So there is one
 * among those who have not left. Whoever changes a household locks the members who are there.
 */
static const char household_in_two_programs[] =
	"SELECT DISTINCT r.enrollment_id AS row_id, 'household ' || r.household_id || ' would be in programs ' || r.program_id || ' and ' || "
	"o.program_id AS item " OTHER_MEMBERS "AND o.program_id <> r.program_id";
static const char household_has_two_heads[] =
	"SELECT DISTINCT r.enrollment_id AS row_id, 'household ' || r.household_id || ' would have two heads: clients ' || "
	"least(r.client_id, o.client_id) || ' and ' || greatest(r.client_id, o.client_id) AS item " OTHER_MEMBERS
	"AND o.program_id = r.program_id AND r.relationship_to_hoh = 1 AND o.relationship_to_hoh = 1 "
	"AND r.exit_date IS NULL AND o.exit_date IS NULL";
static const char household_has_others[] = "SELECT " OTHER_MEMBERS;
static const char lock_household[] =
	"SELECT count(*) FROM (SELECT FROM {enrollment} e WHERE e.household_id IN (SELECT r.household_id FROM {rows} r) "
	"ORDER BY e.enrollment_id FOR NO KEY UPDATE OF e) locked";

static const char household_without_head[] =
	"SELECT NULL::bigint AS row_id, 'household ' || o.household_id || ' has ' || count(*) || "
	"CASE count(*) WHEN 1 THEN ' member' ELSE ' members' END || ' enrolled' AS item "
	"FROM {enrollment} o WHERE o.household_id = ANY (ARRAY(SELECT r.household_id FROM {rows} r)) "
	"AND o.date_deleted IS NULL AND o.exit_date IS NULL "
	"GROUP BY o.household_id, o.program_id HAVING count(*) FILTER (WHERE o.relationship_to_hoh = 1) = 0 "
	"AND EXISTS (SELECT FROM {rows} r WHERE r.household_id = o.household_id AND r.program_id = o.program_id)";

/*
 * What the program's organization still works on in the enrollments that end. Needs and barriers that not everybody sees, and the
 * goals that would overcome them, are not counted, nor is what other organizations enter about an enrollment that was released to them.
 */
#define OPEN_IN(concept, condition, one, many) \
	"(SELECT nullif(count(*), 0) || CASE count(*) WHEN 1 THEN ' " one "' ELSE ' " many "' END " \
	"FROM {" concept "} x WHERE x.enrollment_id = r.enrollment_id AND x.date_deleted IS NULL AND " condition " " \
	"AND coalesce(x.security_organization_id = (SELECT p.organization_id FROM {program} p WHERE p.program_id = r.program_id), true))"

#define HAS_SENSITIVE_BARRIER(x) \
	"EXISTS (SELECT FROM {client_barrier} b JOIN {barrier} k ON k.barrier_id = b.barrier_id " \
	"	WHERE b.client_barrier_id = " x ".client_barrier_id AND k.sensitive)"

static const char work_is_open[] =
	"SELECT r.enrollment_id AS row_id, 'enrollment ' || r.enrollment_id || ': ' || w.words AS item FROM {rows} r, "
	"LATERAL (SELECT nullif(concat_ws(', ', "
	OPEN_IN("client_barrier", "x.barrier_status <> 'resolved' "
			"AND NOT (SELECT k.sensitive FROM {barrier} k WHERE k.barrier_id = x.barrier_id)", "need or barrier", "needs or barriers") ", "
	OPEN_IN("goal", "x.goal_status = 'open' AND NOT " HAS_SENSITIVE_BARRIER("x"), "goal", "goals") ", "
	OPEN_IN("action_plan", "x.plan_status = 'open'", "action plan", "action plans") ", "
	OPEN_IN("referral", "NOT EXISTS (SELECT FROM {client_service} s WHERE s.referral_id = x.referral_id AND s.date_deleted IS NULL)",
			"referral without a service", "referrals without a service") ", "
	OPEN_IN("service_authorization", "x.authorization_status <> 'denied' AND x.end_date > r.exit_date "
			"AND x.units_drawn < x.units_authorized", "service authorization", "service authorizations") ", "
	OPEN_IN("workflow_run", "x.run_status IN ('open', 'paused') "
			"AND x.workflow_run_id::text IS DISTINCT FROM nullif(current_setting('clienttrack.workflow_run', true), '')",
			"workflow", "workflows") "), '') AS words) w "
	"WHERE r.exit_date IS NOT NULL AND " LIVE("r") " AND w.words IS NOT NULL";

/* Assessments */
static const char assessment_dates[] =
	"SELECT r.assessment_id AS row_id, 'client ' || r.client_id || ' on ' || " DAY("r.assessment_date") " AS item "
	"FROM {rows} r JOIN {client} c ON c.client_id = r.client_id "
	"WHERE " LIVE("r") " AND (r.assessment_date > " LAST_DAY " OR r.assessment_date < c.dob OR c.date_deleted IS NOT NULL)";
static const char lock_parents_of_assessments[] = "SELECT " LOCK_PARENTS("client", "c");

/* The text of a JSON value: templates have no braces of their own, so the path is not written as a string. */
#define TEXT_OF(v) v " #>> ARRAY[]::text[]"

/* A JSON string that is a day: the last day of a month is told by the first of the next, so that no cast can fail. */
#define IS_DAY(v) \
	"CASE WHEN " TEXT_OF(v) " ~ '^[12][0-9][0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' " \
	"THEN substr(" TEXT_OF(v) ", 9, 2)::int <= extract(day FROM make_date(substr(" TEXT_OF(v) ", 1, 4)::int, " \
	"	substr(" TEXT_OF(v) ", 6, 2)::int, 1) + interval '1 month' - interval '1 day') ELSE false END"
#define IS_UNKNOWN(v) \
	"(jsonb_typeof(" v ") = 'object' AND " v " - 'unknown' = jsonb_build_object() " \
	"AND " v " ->> 'unknown' IN ('doesnt_know', 'prefers_not_to_answer', 'not_collected'))"
/* Several codes as an array, empty for what is none and for more than a question can have choices. */
#define CODES(v) \
	"CASE WHEN jsonb_typeof(" v ") <> 'array' THEN '[]' WHEN jsonb_array_length(" v ") > 5000 THEN '[]' ELSE " v " END"
#define IS_NUMBER(v, below, decimals) \
	"CASE jsonb_typeof(" v ") WHEN 'number' THEN abs((" v ")::numeric) < " below " AND round((" v ")::numeric, " decimals ") = (" v ")::numeric " \
	"ELSE false END"

/*
 * Whether the JSON value v is an answer to the question q; h is the choice of q with that code, if there is one. What the elements of
 * several codes are, is looked at by CODES_DO_NOT_FIT.
 */
#define FITS(q, h, v) \
	"CASE " q ".question_type " \
	"WHEN 'code' THEN jsonb_typeof(" v ") = 'string' AND " h ".assessment_choice_id IS NOT NULL " \
	"WHEN 'number' THEN " IS_UNKNOWN(v) " OR " IS_NUMBER(v, "1e15", "10") " " \
	"WHEN 'money' THEN " IS_UNKNOWN(v) " OR " IS_NUMBER(v, "1e10", "2") " " \
	"WHEN 'date' THEN " IS_UNKNOWN(v) " OR (jsonb_typeof(" v ") = 'string' AND " IS_DAY(v) ") " \
	"WHEN 'text' THEN " IS_UNKNOWN(v) " OR (jsonb_typeof(" v ") = 'string' AND " TEXT_OF(v) " ~ '\\S') " \
	"WHEN 'codes' THEN jsonb_array_length(" CODES(v) ") > 0 " \
	"WHEN 'score' THEN jsonb_typeof(" v ") = 'number' END"

/*
 * The answers a of a row r that are not simply a code of their question's list. Nearly all are, and looking at them one by one
 * takes most of the time of a load.
 */
#define CHOICES_OF_TYPES \
	"(SELECT c.assessment_type_id, jsonb_object_agg(c.question_code, c.codes) AS choices FROM " \
	"	(SELECT q.assessment_type_id, q.question_code, jsonb_object_agg(h.choice_code, true) AS codes " \
	"	FROM {assessment_question} q JOIN {assessment_choice} h USING (assessment_question_id) " \
	"	WHERE q.assessment_type_id IN (SELECT r.assessment_type_id FROM {rows} r) AND q.question_type = 'code' " \
	"	AND q.date_deleted IS NULL AND h.date_deleted IS NULL GROUP BY 1, 2) c GROUP BY 1)"
#define ANSWERS_TO_JUDGE \
	"{rows} r LEFT JOIN " CHOICES_OF_TYPES " f ON f.assessment_type_id = r.assessment_type_id " \
	"CROSS JOIN LATERAL jsonb_each(clienttrack.unlisted_answers(r.answers, coalesce(f.choices, jsonb_build_object()))) a "

/* What a question takes, for whoever answered otherwise: of a question with choices their codes. */
#define WHAT_IS_TAKEN(q) \
	"CASE " q ".question_type WHEN 'code' THEN 'one of the texts ' WHEN 'codes' THEN 'an array of some of the texts ' ELSE 'a ' || " q ".question_type END " \
	"|| CASE WHEN " q ".question_type IN ('code', 'codes') THEN (SELECT left(coalesce(string_agg(to_json(c.choice_code)::text, ', ' " \
	"	ORDER BY c.choice_order, c.assessment_choice_id), ''), 300) FROM {assessment_choice} c " \
	"	WHERE c.assessment_question_id = " q ".assessment_question_id AND c.active AND c.date_deleted IS NULL) ELSE '' END"

/* Each of several codes is a choice, none is there twice, and one that says why there is no answer is alone. */
#define CODES_DO_NOT_FIT \
	"SELECT r.assessment_id, 'client ' || r.client_id || ', question ' || q.question_code || ' takes ' || " WHAT_IS_TAKEN("q") " " \
	"FROM {rows} r JOIN {assessment_question} q ON q.assessment_type_id = r.assessment_type_id " \
	"CROSS JOIN LATERAL jsonb_array_elements(" CODES("r.answers -> q.question_code") ") AS o (code) " \
	"LEFT JOIN {assessment_choice} k ON k.assessment_question_id = q.assessment_question_id AND k.choice_code = " TEXT_OF("o.code") " " \
	"	AND k.date_deleted IS NULL AND jsonb_typeof(o.code) = 'string' " \
	"WHERE " LIVE("r") " AND q.question_type = 'codes' AND q.date_deleted IS NULL " \
	"GROUP BY r.assessment_id, r.client_id, q.assessment_question_id, q.question_code, q.question_type " \
	"HAVING count(DISTINCT k.assessment_choice_id) < count(*) OR (count(*) > 1 AND bool_or(k.answer_status <> 'answered'))"

static const char answer_does_not_fit[] =
	"SELECT r.assessment_id AS row_id, 'client ' || r.client_id || ', question ' || left(a.key, 60) || "
	"CASE WHEN q.question_type IS NULL THEN ' is not one of the assessment' ELSE ' takes ' || " WHAT_IS_TAKEN("q") " END AS item "
	"FROM " ANSWERS_TO_JUDGE
	"LEFT JOIN {assessment_question} q ON q.assessment_type_id = r.assessment_type_id AND q.question_code = a.key "
	"	AND q.date_deleted IS NULL "
	"LEFT JOIN {assessment_choice} h ON h.assessment_question_id = q.assessment_question_id AND h.choice_code = " TEXT_OF("a.value") " "
	"	AND h.date_deleted IS NULL "
	"WHERE " LIVE("r") " AND (" FITS("q", "h", "a.value") ") IS NOT TRUE "
	"UNION ALL " CODES_DO_NOT_FIT;

/* What was asked, and within which limits, may change: about entering. */
static const char answer_out_of_range[] =
	"SELECT r.assessment_id AS row_id, 'client ' || r.client_id || ', question ' || q.question_code || "
	"CASE WHEN r.answers -> q.question_code IS NULL THEN ' must be answered' "
	"	ELSE ' takes ' || concat_ws(' and ', 'at least ' || q.lowest, 'at most ' || q.highest) END AS item "
	"FROM {rows} r JOIN {assessment_question} q ON q.assessment_type_id = r.assessment_type_id "
	"WHERE " LIVE("r") " AND q.active AND q.date_deleted IS NULL AND (q.required OR q.lowest IS NOT NULL OR q.highest IS NOT NULL) "
	"AND CASE jsonb_typeof(r.answers -> q.question_code) "
	"	WHEN 'number' THEN coalesce((r.answers -> q.question_code)::numeric < q.lowest, false) "
	"		OR coalesce((r.answers -> q.question_code)::numeric > q.highest, false) "
	"	ELSE q.required AND q.question_type <> 'score' AND NOT r.answers ? q.question_code END";

/* The same organization has another assessment of that day. Of others nobody is told. */
static const char assessed_again[] =
	"SELECT r.assessment_id AS row_id, 'client ' || r.client_id || ' on ' || " DAY("r.assessment_date") " || ', assessment ' || o.assessment_id AS item "
	"FROM {rows} r JOIN {assessment} o ON o.client_id = r.client_id AND o.assessment_type_id = r.assessment_type_id "
	"	AND o.assessment_date = r.assessment_date AND o.assessment_id <> r.assessment_id "
	"WHERE " LIVE("r") " AND o.date_deleted IS NULL AND o.security_organization_id IS NOT DISTINCT FROM r.security_organization_id";

/*
 * HUD 5.03: project start is on the day of entry, project exit on that of exit, an update between them, post-exit later, and
 * an annual assessment within 30 days of the anniversary of the day when the head of household entered.
 */
#define HEAD_ENTRY(e) \
	"coalesce((SELECT h.entry_date FROM {enrollment} h WHERE h.household_id = " e ".household_id AND h.program_id = " e ".program_id " \
	"	AND h.relationship_to_hoh = 1 AND h.date_deleted IS NULL ORDER BY h.exit_date DESC NULLS FIRST, h.enrollment_id LIMIT 1), " e ".entry_date)"
#define YEARS_SINCE(day, first) "round((" day " - " first ") / 365.2425)::int"

static const char stage_does_not_fit[] =
	"SELECT r.assessment_id AS row_id, 'client ' || r.client_id || ', stage ' || r.data_collection_stage || ' on ' || " DAY("r.assessment_date")
	" || ', entry ' || " DAY("e.entry_date") " || coalesce(', exit ' || " DAY("e.exit_date") ", '') AS item "
	"FROM {rows} r JOIN {enrollment} e ON e.enrollment_id = r.enrollment_id "
	"WHERE " LIVE("r") " AND NOT CASE r.data_collection_stage WHEN 1 THEN r.assessment_date = e.entry_date "
	"	WHEN 2 THEN r.assessment_date >= e.entry_date AND r.assessment_date <= coalesce(e.exit_date, r.assessment_date) "
	"	WHEN 3 THEN r.assessment_date = coalesce(e.exit_date, r.assessment_date) AND r.assessment_date >= e.entry_date "
	"	WHEN 5 THEN (SELECT " YEARS_SINCE("r.assessment_date", "d.first") " > 0 AND abs(r.assessment_date - "
	"		(d.first + make_interval(years => " YEARS_SINCE("r.assessment_date", "d.first") "))::date) <= 30 "
	"		FROM (SELECT " HEAD_ENTRY("e") " AS first OFFSET 0) d) "
	"	WHEN 6 THEN r.assessment_date > e.exit_date IS TRUE ELSE true END";
static const char has_stage[] = "SELECT FROM {rows} r WHERE r.data_collection_stage > 0 AND r.enrollment_id > 0 AND " LIVE("r");

/* A question or a choice that answers were given to keeps its code and type. */
static const char question_in_use[] =
	"SELECT r.assessment_question_id AS row_id, 'question ' || r.question_code AS item FROM {rows} r "
	"WHERE EXISTS (SELECT FROM {assessment} a WHERE a.assessment_type_id = r.assessment_type_id AND a.answers ? r.question_code)";
static const char choice_in_use[] =
	"SELECT r.assessment_choice_id AS row_id, 'choice ' || r.choice_code || ' of question ' || q.question_code AS item "
	"FROM {rows} r JOIN {assessment_question} q ON q.assessment_question_id = r.assessment_question_id "
	"WHERE EXISTS (SELECT FROM {assessment} a WHERE a.assessment_type_id = q.assessment_type_id "
	"	AND (a.answers -> q.question_code = to_jsonb(r.choice_code) OR a.answers -> q.question_code @> to_jsonb(ARRAY[r.choice_code])))";
static const char lock_assessments[] = "LOCK TABLE {assessment} IN SHARE MODE";

/*
 * One primary case manager at a time, of an enrollment, and in an organization of a client as such. Whoever assigns one
 * locks the client.
 */
static const char several_primary[] =
	"SELECT r.case_assignment_id AS row_id, 'client ' || r.client_id || ', user ' || o.case_manager_user_id || ' from ' || "
	DAY("o.begin_date") " || coalesce(' until ' || " DAY("o.end_date") ", '') AS item "
	"FROM {rows} r JOIN {case_assignment} o ON o.client_id = r.client_id AND o.case_assignment_id <> r.case_assignment_id "
	"	AND o.enrollment_id IS NOT DISTINCT FROM r.enrollment_id "
	"	AND (r.enrollment_id IS NOT NULL OR o.security_organization_id IS NOT DISTINCT FROM r.security_organization_id) "
	"WHERE " LIVE("r") " AND o.date_deleted IS NULL AND r.is_primary AND o.is_primary "
	"AND r.begin_date < coalesce(o.end_date, 'infinity') AND o.begin_date < coalesce(r.end_date, 'infinity')";
static const char has_primary[] = "SELECT FROM {rows} r WHERE r.is_primary AND " LIVE("r");

/*
 * Needs and barriers, goals, action plans and their steps: no day that they name is in the future, but for what is planned, and
 * none is before the client's birth. An assignment may begin in the future.
 */
#define CASE_DATES(key, birth, days) \
	"SELECT r." key " AS row_id, 'client ' || r.client_id || ' on ' || " \
	DAY("CASE WHEN greatest(" days ") > " LAST_DAY " THEN greatest(" days ") ELSE " birth " END") " AS item " \
	"FROM {rows} r JOIN {client} c ON c.client_id = r.client_id " \
	"WHERE " LIVE("r") " AND (" birth " < c.dob OR c.date_deleted IS NOT NULL OR greatest(" days ") > " LAST_DAY ")"

static const char barrier_dates[] =
	CASE_DATES("client_barrier_id", "r.identified_date", "r.identified_date, r.resolved_date, r.status_date");
static const char goal_dates[] = CASE_DATES("goal_id", "r.begin_date", "r.begin_date, r.closed_date, r.status_date");
static const char plan_dates[] = CASE_DATES("action_plan_id", "r.begin_date", "r.begin_date, r.end_date, r.status_date");
static const char step_dates[] = CASE_DATES("action_step_id", "coalesce(least(r.completed_date, r.status_date), r.date_created::date)",
											"r.completed_date, r.status_date");
static const char authorization_dates[] =
	CASE_DATES("service_authorization_id", "r.begin_date", "r.decided_date, r.status_date");
static const char assignment_dates[] = CASE_DATES("case_assignment_id", "r.begin_date", "NULL::date");
static const char lock_parents_of_case[] = "SELECT " LOCK_PARENTS("client", "c");

/* What would be left without its client, or before the client's birth. */
#define CASE_OF_CLIENT(concept, day, one, many) \
	"SELECT c.client_id, 'client ' || c.client_id || ' has ' || count(*) || CASE count(*) WHEN 1 THEN ' " one " on ' " \
	"ELSE ' " many ", the first on ' END || " DAY("min(x." day ")") " AS item " \
	"FROM {rows} c JOIN {" concept "} x ON x.client_id = c.client_id AND x.date_deleted IS NULL " \
	"WHERE c.date_deleted IS NOT NULL OR x." day " < c.dob GROUP BY c.client_id"

static const char client_has_case[] =
	"SELECT v.client_id AS row_id, v.item FROM ("
	CASE_OF_CLIENT("client_barrier", "identified_date", "need or barrier", "needs or barriers") " UNION ALL "
	CASE_OF_CLIENT("goal", "begin_date", "goal", "goals") " UNION ALL "
	CASE_OF_CLIENT("action_plan", "begin_date", "action plan", "action plans") " UNION ALL "
	CASE_OF_CLIENT("service_authorization", "begin_date", "service authorization", "service authorizations") " UNION ALL "
	CASE_OF_CLIENT("case_assignment", "begin_date", "case manager", "case managers") ") v";

/* Whoever is deactivated, or deleted, has a case load that somebody should take over. */
static const char case_load_left[] =
	"SELECT r.user_id AS row_id, 'user ' || r.user_id || ' has ' || count(*) || "
	"CASE count(*) WHEN 1 THEN ' assignment' ELSE ' assignments' END AS item "
	"FROM {rows} r JOIN {case_assignment} a ON a.case_manager_user_id = r.user_id "
	"WHERE (NOT r.active OR r.date_deleted IS NOT NULL) AND a.date_deleted IS NULL AND (a.end_date IS NULL OR a.end_date > current_date) "
	"GROUP BY r.user_id";

#define ENROLLMENT_RULE_OF(name, sqlstate, elevel, excused, wakes) \
	name, sqlstate, elevel, "enrollment", GUARD_INSERT | GUARD_UPDATE | (excused), false, wakes
#define WAKE_ENTRY "client_id, program_id, entry_date, date_deleted"
#define WAKE_HOUSEHOLD "household_id, program_id, relationship_to_hoh, exit_date, date_deleted"
#define CASE_DATE_RULES(concept, columns, violations) \
	LOCK_FIRST(concept, columns, lock_parents_of_case), \
	{"date_out_of_range", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, concept, GUARD_INSERT | GUARD_UPDATE, false, columns, \
		violations, NULL, NULL, "date is out of range", "In the future, before the client's birth, or of a deleted client: %s.", \
		"Correct the date. The setting clienttrack.future_days allows dates ahead."}
#define HOUSEHOLD_WORDS "a household has one head and one program", "Not possible: %s.", \
	"Change the relationship to the head of household of one of them first, or enroll in a new household."
#define PROGRAM_CLOSED_WORDS(message) message, "Closed: %s.", "Choose another program or entry date, or ask your administrator."

const GuardRule guard_case_rules[] = {
	/* clients who were merged */
	MERGED_CLIENT_RULE("assessment"),
	MERGED_CLIENT_RULE("information_release"),
	MERGED_CLIENT_RULE("client_alias"),
	MERGED_CLIENT_RULE("scan_card"),
	MERGED_CLIENT_RULE("bar"),
	MERGED_CLIENT_RULE("turn_away"),
	MERGED_CLIENT_RULE("assessment_follow_up"),
	MERGED_CLIENT_RULE("case_assignment"),
	MERGED_CLIENT_RULE("client_barrier"),
	MERGED_CLIENT_RULE("goal"),
	MERGED_CLIENT_RULE("action_plan"),
	MERGED_CLIENT_RULE("referral"),
	MERGED_CLIENT_RULE("service_authorization"),
	MERGED_CLIENT_RULE("workflow_run"),
	MERGED_CLIENT_RULE("service_batch_client"),

	/* entering a program */
	{ENROLLMENT_RULE_OF("client_barred", ERRCODE_CT_CLIENT_BARRED, ERROR, GUARD_NOT_MERGED, WAKE_ENTRY),
		entry_barred, entry_may_be_barred, NULL,
		"client is barred", "Barred: %s.", "Review the bar with your supervisor."},
	{ENROLLMENT_RULE_OF("program_not_operating", ERRCODE_CT_PROGRAM_CLOSED, ERROR, GUARD_NOT_LOADED | GUARD_NOT_MERGED,
						"program_id, entry_date, date_deleted"),
		program_not_operating, NULL, NULL, PROGRAM_CLOSED_WORDS("program does not operate on that date")},
	{ENROLLMENT_RULE_OF("program_takes_nobody", ERRCODE_CT_PROGRAM_CLOSED, ERROR, GUARD_NOT_LOADED, "program_id, date_deleted"),
		program_takes_nobody, NULL, NULL, PROGRAM_CLOSED_WORDS("program does not take enrollments")},
	{ENROLLMENT_RULE_OF("household_broken", ERRCODE_CT_HOUSEHOLD, ERROR, GUARD_NOT_LOADED, "household_id, program_id"),
		household_in_two_programs, household_has_others, lock_household, HOUSEHOLD_WORDS},
	{ENROLLMENT_RULE_OF("household_broken", ERRCODE_CT_HOUSEHOLD, ERROR, GUARD_NOT_LOADED, WAKE_HOUSEHOLD),
		household_has_two_heads, household_has_others, lock_household, HOUSEHOLD_WORDS},
	{ENROLLMENT_RULE_OF("client_has_warning", ERRCODE_WARNING, WARNING, GUARD_NOT_LOADED | GUARD_NOT_MERGED, WAKE_ENTRY),
		entry_has_warning, entry_may_have_warning, NULL,
		"there is a warning about the client", "Enrolled: %s.", "Ask your supervisor."},
	{ENROLLMENT_RULE_OF("enrollments_overlap", ERRCODE_WARNING, WARNING, GUARD_NOT_LOADED | GUARD_NOT_MERGED,
						"client_id, program_id, entry_date, exit_date, date_deleted"),
		stays_overlap, NULL, lock_enrolled_clients,
		"client has overlapping enrollments in the program", "Overlapping: %s.", "See view overlapping_enrollments."},

	/* leaving it */
	{"household_without_head", ERRCODE_WARNING, WARNING, "enrollment",
		GUARD_UPDATE | GUARD_LEFT | GUARD_NOT_LOADED | GUARD_NOT_MERGED, false, "household_id, relationship_to_hoh, exit_date, date_deleted",
		household_without_head, NULL, NULL,
		"household is left without a head", "Left: %s.", "Make another member the head, or exit the whole household."},
	{"work_is_open", ERRCODE_WARNING, WARNING, "enrollment", GUARD_UPDATE | GUARD_NOT_LOADED | GUARD_NOT_MERGED, false, "exit_date",
		work_is_open, NULL, NULL,
		"something is still open in the enrollment", "Open: %s.", "Close it, or leave it for whoever works with the client next."},

	/* assessments */
	LOCK_FIRST("assessment", "client_id, assessment_date, date_deleted", lock_parents_of_assessments),
	{"date_out_of_range", ERRCODE_CT_DATE_OUT_OF_RANGE, ERROR, "assessment", GUARD_INSERT | GUARD_UPDATE, false,
		"client_id, assessment_date, date_deleted",
		assessment_dates, NULL, NULL,
		"assessment date is out of range", "In the future, before the client's birth, or of a deleted client: %s.",
	"Correct the date. The setting clienttrack.future_days allows assessments dated ahead."},
	{"answer_does_not_fit", ERRCODE_CT_ANSWER, ERROR, "assessment", GUARD_INSERT | GUARD_UPDATE | GUARD_NOT_MERGED, false,
		"assessment_type_id, answers, date_deleted",
		answer_does_not_fit, NULL, NULL,
		"answer does not fit its question", "Not an answer: %s.",
	"See assessment_question and assessment_choice. A question without choices takes {\"unknown\": \"doesnt_know\"} as well."},
	{"answer_out_of_range", ERRCODE_CT_ANSWER, ERROR, "assessment", GUARD_INSERT | GUARD_UPDATE | GUARD_NOT_LOADED | GUARD_NOT_MERGED, false,
		"assessment_type_id, answers, date_deleted",
		answer_out_of_range, NULL, NULL,
		"answer is missing or out of range", "Not accepted: %s.",
	"Where the client does not know, that is an answer: a choice that says so, or {\"unknown\": \"doesnt_know\"}."},
	{"assessed_again", ERRCODE_WARNING, WARNING, "assessment", GUARD_INSERT | GUARD_UPDATE | GUARD_NOT_LOADED | GUARD_NOT_MERGED, false,
		"client_id, assessment_type_id, assessment_date, date_deleted",
		assessed_again, NULL, NULL,
		"client has such an assessment of that day", "There already: %s.", "Change that one instead, with edit_assessment()."},
	{"stage_does_not_fit", ERRCODE_WARNING, WARNING, "assessment", GUARD_INSERT | GUARD_UPDATE | GUARD_NOT_LOADED | GUARD_NOT_MERGED, false,
		"client_id, assessment_date, enrollment_id, data_collection_stage, date_deleted",
		stage_does_not_fit, has_stage, NULL,
		"assessment date does not fit the data collection stage", "Dated otherwise: %s.",
	"HUD dates project start and exit as the enrollment, and an annual assessment within 30 days of the anniversary of the head's entry."},
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "assessment_question", GUARD_UPDATE | GUARD_LEFT | GUARD_OTHERS, false,
		"assessment_type_id, question_code, question_type, date_deleted",
		question_in_use, NULL, lock_assessments,
		"question was answered", "Answered: %s.", "Deactivate it, and ask another one instead."},
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "assessment_question", GUARD_DELETE | GUARD_OTHERS, false, NULL,
		question_in_use, NULL, lock_assessments,
		"question was answered", "Answered: %s.", "Deactivate it instead."},
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "assessment_choice", GUARD_UPDATE | GUARD_LEFT | GUARD_OTHERS, false,
		"assessment_question_id, choice_code, answer_status, date_deleted",
		choice_in_use, NULL, lock_assessments,
		"choice was taken", "Taken: %s.", "Deactivate it, and offer another one instead."},
	{"record_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "assessment_choice", GUARD_DELETE | GUARD_OTHERS, false, NULL,
		choice_in_use, NULL, lock_assessments,
		"choice was taken", "Taken: %s.", "Deactivate it instead."},

	/* needs and barriers, goals, action plans */
	CASE_DATE_RULES("client_barrier", "client_id, identified_date, resolved_date, status_date, date_deleted", barrier_dates),
	CASE_DATE_RULES("goal", "client_id, begin_date, closed_date, status_date, date_deleted", goal_dates),
	CASE_DATE_RULES("action_plan", "client_id, begin_date, end_date, status_date, date_deleted", plan_dates),
	CASE_DATE_RULES("service_authorization", "client_id, begin_date, decided_date, status_date, date_deleted", authorization_dates),
	CASE_DATE_RULES("action_step", "client_id, completed_date, status_date, date_deleted", step_dates),
	{"client_in_use", ERRCODE_CT_RECORD_IN_USE, ERROR, "client", GUARD_UPDATE | GUARD_OTHERS | GUARD_NOT_MERGED, false, "dob, date_deleted",
		client_has_case, NULL, NULL,
		"needs, goals, action plans, authorizations or case managers would be left without the client or before birth", "In the way: %s.",
	"Delete or correct them first."},

	/* case managers */
	CASE_DATE_RULES("case_assignment", "client_id, begin_date, date_deleted", assignment_dates),
	{"several_primary", ERRCODE_CT_CASE_MANAGER, ERROR, "case_assignment", GUARD_INSERT | GUARD_UPDATE | GUARD_NOT_MERGED, false,
		"client_id, enrollment_id, is_primary, begin_date, end_date, security_organization_id, date_deleted",
		several_primary, has_primary, lock_enrolled_clients,
		"there is another primary case manager at that time", "Assigned: %s.",
	"End that assignment first, or use assign_case_manager(), which does. If somebody assigned one just now, look again."},
	{"case_load_left", ERRCODE_WARNING, WARNING, "hmis_user", GUARD_UPDATE, false, "active, date_deleted",
		case_load_left, NULL, NULL,
		"user still has a case load", "Left: %s.", "Re-assign it with reassign_case_load()."},
};

const int	guard_case_rule_count = lengthof(guard_case_rules);
