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

/*
 * A statement of up to so many rows is judged by a kept plan of nested loops over indexes, planned once a session. A
 * larger one is planned anew, since what the plan costs is nothing against what the wrong one would.
 */
#define KEPT_PLAN_ROWS 1000

/* What kind of history the session writes: the setting clienttrack.history. */
enum
{
	HISTORY_NONE, HISTORY_LOAD, HISTORY_MERGE
};
extern int	guard_history;

extern int	GuardExcused(Oid relid);
extern Oid	TableOwner(Oid relid);
extern void RequireTableOwner(Oid relid);
extern void SetLocally(const char *name, const char *value);
extern void GuardUseSafeNames(void);
extern GuardSurrounding GuardEnter(Oid relid);
extern GuardSurrounding GuardEnterAsOuterUser(void);
extern void GuardLeave(GuardSurrounding surrounding);
extern void GuardSelect(const char *query, int nargs, Oid *argtypes, Datum *args, const char *nulls);
extern void GuardRegisterRows(const char *name, Oid relid, Tuplestorestate *rows);
extern int64 GuardExecute(GuardEvent *event, Oid cachekey, int part, int64 rows, long limit);

/* The parts of an event's judgement that have a plan each. */
#define GUARD_PART_PROBE			(-1)
#define GUARD_PART_PROBE_ROWS		(-2)	/* the facts are known to break no rule */
#define GUARD_PART_LOCK(rule)		(3 * (rule))
#define GUARD_PART_VIOLATIONS(rule) (3 * (rule) + 1)
#define GUARD_PART_COUNT(rule)		(3 * (rule) + 2)

#endif
