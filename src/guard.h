/*
 * guard.h
 *		Judging the rows of a statement by the rules.
 */
#ifndef CLIENTTRACK_GUARD_H
#define CLIENTTRACK_GUARD_H

#include "access/tupdesc.h"
#include "guard_query.h"
#include "utils/tuplestore.h"

/* What the surrounding of the guard's queries replaces, to be put back. */
typedef struct GuardSurrounding
{
	Oid			user;
	int			sec_context;
	int			guc_level;
} GuardSurrounding;

extern GuardSurrounding GuardEnter(Oid relid);
extern void GuardLeave(GuardSurrounding surrounding);
extern void GuardRegisterRows(const char *name, Oid relid, Tuplestorestate *rows);
extern int64 GuardExecute(GuardEvent *event, Oid cachekey, int part, int64 rows, long limit);

/* The parts of an event's judgement that have a plan each. */
#define GUARD_PART_PROBE			(-1)
#define GUARD_PART_LOCK(rule)		(3 * (rule))
#define GUARD_PART_VIOLATIONS(rule) (3 * (rule) + 1)
#define GUARD_PART_COUNT(rule)		(3 * (rule) + 2)

#endif
