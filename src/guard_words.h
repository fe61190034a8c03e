/*
 * guard_words.h
 *		What the queries of several service rules are made of.
 */
#ifndef CLIENTTRACK_GUARD_WORDS_H
#define CLIENTTRACK_GUARD_WORDS_H

#define DAY(d) d "::text"
#define LAST_DAY "(SELECT clienttrack.last_day())"

/*
 * The row to judge is live; or it has, or lacks, an enrollment. Written so that the planner, which knows nothing of a
 * statement's rows, takes it for half of them: of IS NULL it expects almost none, and plans accordingly.
 */
#define LIVE(r) "CASE WHEN " r ".date_deleted IS NULL THEN true ELSE false END"
#define WITH_ENROLLMENT(r) "CASE WHEN " r ".enrollment_id IS NOT NULL THEN true ELSE false END"
#define WITHOUT_ENROLLMENT(r) "CASE WHEN " r ".enrollment_id IS NULL THEN true ELSE false END"

/* A bar b is in force on a day. */
#define BAR_IN_FORCE(b, day, level) \
	b ".date_deleted IS NULL AND " b ".bar_level = '" level "' AND " b ".begin_date <= " day " " \
	"AND (" b ".end_date IS NULL OR " day " < " b ".end_date) " \
	"AND (" b ".lifted_date IS NULL OR " day " < " b ".lifted_date)"

/* A client of the rows has a bar of that level, whatever its dates. */
#define HAS_BARS(level) \
	"SELECT FROM {bar} b JOIN {rows} r ON r.client_id = b.client_id " \
	"WHERE b.date_deleted IS NULL AND b.bar_level = '" level "'"

/*
 * No foreign key looks again at a row whose reference stays the same, so what is moved or restored locks its parents as
 * a new row does: an exit, a bar or a corrected date of birth waits for it, and the reverse.
 */
#define LOCK_PARENTS(concept, p) \
	"(SELECT count(*) FROM (SELECT FROM {" concept "} " p " WHERE " p "." concept "_id = ANY " \
	"(ARRAY(SELECT r." concept "_id FROM {rows} r WHERE " LIVE("r") ")) " \
	"ORDER BY " p "." concept "_id FOR KEY SHARE OF " p ") locked)"

#define LOCK_FIRST(concept, columns, statement) \
	{"lock_parents", 0, 0, concept, GUARD_UPDATE, false, columns, NULL, NULL, statement, NULL, NULL, NULL}

/*
 * Nothing new is entered for a record that was merged into another. Whoever enters it has waited, through the foreign key, for
 * a merge under way. Rows that hang on others of the client come after them; services are not entered for a deleted client. It stands before
 * the rules about dates, which say less.
 */
#define MERGED_CLIENT_RULE(concept) \
	{"client_was_merged", ERRCODE_CT_NOT_FOUND, ERROR, concept, GUARD_INSERT | GUARD_UPDATE, false, "client_id", \
		"SELECT r." concept "_id AS row_id, 'client ' || r.client_id || ' into client ' || c.merged_into_client_id AS item " \
		"FROM {rows} r JOIN {client} c ON c.client_id = r.client_id WHERE c.merged_into_client_id IS NOT NULL", NULL, NULL, \
		"client was merged into another record", "Merged: %s.", "Enter it for that one."}

/* How many services stand in the way, and since when. */
#define SERVICES_SINCE "count(*) || CASE count(*) WHEN 1 THEN ' service on ' ELSE ' services, the first on ' END || " \
	DAY("min(cs.date_provided)")

/* Held by draw.c when services are written, and by a rule before they are. */
#define AUTHORIZATION_EXCEEDED "service authorization would be exceeded"
#define AUTHORIZATION_EXCEEDED_HINT "Give fewer units, or have more authorized. authorization_balance tells what is left."

/* What the user of the session may be told of; {schema} is quoted for an identifier, and here for a literal as well. */
#define SEES_PROGRAM(program) "clienttrack.sees_program($schema${schema}$schema$::regnamespace, " program ")"

#endif
