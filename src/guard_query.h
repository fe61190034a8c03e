/*
 * guard_query.h
 *		From rules to the SQL that looks for rows that break them.
 */
#ifndef CLIENTTRACK_GUARD_QUERY_H
#define CLIENTTRACK_GUARD_QUERY_H

#include "guard_rules.h"
#include "siblings.h"

/* The names under which the guard's queries see the rows of a statement. */
#define GUARD_NEW_ROWS "clienttrack_new"
#define GUARD_OLD_ROWS "clienttrack_old"

/* The rules that one trigger event wakes, with what their templates need. */
typedef struct GuardEvent
{
	Oid			relid;
	const char *concept;		/* what the table stands for */
	int			event;			/* one of GUARD_INSERT … GUARD_TRUNCATE, with GUARD_ROW for a row trigger */
	bool		candidates;		/* the rows are not in the table yet */
	bool		with_warnings;	/* of candidates, also tells of warnings */
	bool		stored;			/* the candidates are in the table already, and judged as they are */
	int			excused;		/* GUARD_NOT_LOADED, GUARD_NOT_MERGED or 0: rules of that kind do not wake */
	SiblingTables *siblings;
} GuardEvent;

extern bool GuardRuleWakes(const GuardRule *rule, const GuardEvent *event);
extern bool GuardEventHasRules(const GuardEvent *event);
extern char *GuardProbeQuery(const GuardEvent *event, bool with_facts);
extern char *GuardRefusalQuery(const GuardEvent *event);
extern char *GuardRuleQuery(const GuardEvent *event, const GuardRule *rule, const char *template);

#endif
