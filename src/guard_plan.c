/*
 * guard_plan.c
 *		Running the guard's queries: as whom, with which snapshot, from which plan.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "guard.h"
#include "guard_facts.h"

typedef struct GuardPlanKey
{
	Oid			cachekey;		/* of the trigger, or of the table for rows that are not in it yet */
	int			event;
	int			part;
} GuardPlanKey;

typedef struct GuardPlan
{
	GuardPlanKey key;
	Oid			relid;			/* a trigger's OID may be given again to one of another table */
	bool		valid;
	bool		planned;
	SPIPlanPtr	plan;
	char	   *query;
} GuardPlan;

static HTAB *guard_plans = NULL;

int			guard_history = HISTORY_NONE;

/* Returns the owner of a table. */
Oid
TableOwner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Raises unless the current user has the privileges of a table's owner. */
void
RequireTableOwner(Oid relid)
{
	if (!has_privs_of_role(GetUserId(), TableOwner(relid)))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relid));
}

/* Sets a setting until the caller's nest level of settings is left. */
void
SetLocally(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Leaves no name but pg_catalog's in reach of queries, until the caller's nest level of settings is left. */
void
GuardUseSafeNames(void)
{
	SetLocally("search_path", "pg_catalog, pg_temp");
}

/*
 * Makes queries run as the owner of the table, who sees every row, and with no name but pg_catalog's in reach: a bar
 * that the writer may not see still bars, and no operator or function of the writer's is called. The fixed search_path
 * also keeps plans valid for whatever path the session has.
 */
GuardSurrounding
GuardEnter(Oid relid)
{
	GuardSurrounding surrounding;

	GetUserIdAndSecContext(&surrounding.user, &surrounding.sec_context);
	surrounding.guc_level = NewGUCNestLevel();
	SetUserIdAndSecContext(TableOwner(relid),
						   surrounding.sec_context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	GuardUseSafeNames();
	SetLocally("row_security", "off");	/* rows hidden even from this owner are an error, never overlooked */
	SetLocally("datestyle", "ISO");	/* of the days in DETAIL */
	return surrounding;
}

/*
 * Makes queries run as the session's user (or the role it has set), under row security, for a function that runs as its
 * owner. GuardLeave puts back what was.
 */
GuardSurrounding
GuardEnterAsOuterUser(void)
{
	GuardSurrounding surrounding;

	GetUserIdAndSecContext(&surrounding.user, &surrounding.sec_context);
	surrounding.guc_level = NewGUCNestLevel();
	SetUserIdAndSecContext(GetOuterUserId(),
						   (surrounding.sec_context | SECURITY_LOCAL_USERID_CHANGE) & ~SECURITY_NOFORCE_RLS);
	GuardUseSafeNames();
	SetLocally("row_security", "on");	/* off would make the policies an error instead of applying them */
	return surrounding;
}

/* Puts back what GuardEnter replaced. Not needed before an error: the end of the (sub)transaction does it. */
void
GuardLeave(GuardSurrounding surrounding)
{
	AtEOXact_GUC(true, surrounding.guc_level);
	SetUserIdAndSecContext(surrounding.user, surrounding.sec_context);
}

/*
 * Executes a query for what a backend will remember; its rows are in SPI_tuptable. An answer from an older snapshot must
 * not be remembered, so it sees what is committed now. During a parallel operation no new snapshot can be taken, and the
 * statement's is used. SPI must be connected; to be called within GuardEnter.
 */
void
GuardSelect(const char *query, int nargs, Oid *argtypes, Datum *args, const char *nulls)
{
	SPIPlanPtr	plan = SPI_prepare(query, nargs, argtypes);
	Snapshot	snapshot = IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();

	if (plan == NULL ||
		SPI_execute_snapshot(plan, args, nulls, snapshot, InvalidSnapshot, true, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\": %s", query, SPI_result_code_string(SPI_result));
}

/* Makes rows of a table's type visible to queries under a name. SPI must be connected. */
void
GuardRegisterRows(const char *name, Oid relid, Tuplestorestate *rows)
{
	EphemeralNamedRelation enr = palloc0(sizeof(EphemeralNamedRelationData));

	enr->md.name = pstrdup(name);
	enr->md.reliddesc = relid;
	enr->md.enrtype = ENR_NAMED_TUPLESTORE;
	enr->md.enrtuples = tuplestore_tuple_count(rows);
	enr->reldata = rows;
	if (SPI_register_relation(enr) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register the rows to judge");
}

/* Returns the query of one part of the judgement of an event, looking the tables up. */
static char *
QueryOfPart(GuardEvent *event, int part)
{
	const GuardRule *rule;

	event->siblings = FindSiblingTables(event->relid);
	WatchFactTables(event->siblings);
	if (part == GUARD_PART_PROBE || part == GUARD_PART_PROBE_ROWS)
		return event->candidates ? GuardRefusalQuery(event) : GuardProbeQuery(event, part == GUARD_PART_PROBE);
	rule = GuardRuleAt(part / 3);
	if (part == GUARD_PART_LOCK(part / 3))
		return GuardRuleQuery(event, rule, rule->lock);
	if (part == GUARD_PART_VIOLATIONS(part / 3))
		return GuardRuleQuery(event, rule, rule->violations);
	return psprintf("SELECT count(*) FROM (%s) v", GuardRuleQuery(event, rule, rule->violations));
}

/* Parses a query, or raises. */
static SPIPlanPtr
Prepare(const char *query)
{
	SPIPlanPtr	plan = SPI_prepare(query, 0, NULL);

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", query, SPI_result_code_string(SPI_result));
	return plan;
}

/*
 * Returns the kind of rules that do not judge what the current user writes to a table: those about entering, while
 * history is loaded or moved. Only for who has the privileges of the owner, who could switch the guard off as well.
 */
int
GuardExcused(Oid relid)
{
	if (guard_history == HISTORY_NONE || !has_privs_of_role(GetUserId(), TableOwner(relid)))
		return 0;
	return guard_history == HISTORY_LOAD ? GUARD_NOT_LOADED : GUARD_NOT_MERGED;
}

/* Returns the entry for a part of an event, empty if it is new or of another table. */
static GuardPlan *
PlanEntry(const GuardEvent *event, Oid cachekey, int part)
{
	GuardPlanKey key;
	GuardPlan  *entry;
	bool		found;

	if (guard_plans == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(GuardPlanKey), .entrysize = sizeof(GuardPlan)};

		guard_plans = hash_create("clienttrack guard plans", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	memset(&key, 0, sizeof(key));
	key.cachekey = cachekey;
	key.event = event->event | event->excused | (event->candidates ? 1 << 16 : 0) | (event->with_warnings ? 1 << 17 : 0) |
		(event->stored ? 1 << 18 : 0);
	key.part = part;
	entry = hash_search(guard_plans, &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->valid = false;
		entry->plan = NULL;
		entry->query = NULL;
	}
	return entry;
}

/* Makes an entry usable: its query names the tables as they are called now, and its plan is parsed. */
static void
RefreshPlanEntry(GuardPlan *entry, GuardEvent *event)
{
	char	   *query;

	if (entry->valid && entry->relid == event->relid && SPI_plan_is_valid(entry->plan))
		return;
	entry->valid = false;
	if (entry->plan)
		SPI_freeplan(entry->plan);
	entry->plan = NULL;
	if (entry->query)
		pfree(entry->query);
	entry->query = NULL;

	query = QueryOfPart(event, entry->key.part);
	entry->query = MemoryContextStrdup(CacheMemoryContext, query);
	entry->plan = Prepare(query);
	SPI_keepplan(entry->plan);
	entry->relid = event->relid;
	entry->planned = false;
	entry->valid = true;
}

/* Executes a plan with what is committed now in sight, whatever the isolation level, and our own changes. */
static void
ExecuteWithLatestSnapshot(SPIPlanPtr plan, long limit)
{
	Snapshot	snapshot = IsolationUsesXactSnapshot() ? GetLatestSnapshot() : InvalidSnapshot;
	int			result = SPI_execute_snapshot(plan, NULL, NULL, snapshot, InvalidSnapshot, false, false, limit);

	if (result < 0)
		elog(ERROR, "could not execute a query of the guard: %s", SPI_result_code_string(result));
}

/*
 * Tells whether a part looks at services by what no index finds them by. Only the rules do that for whose sake services
 * are locked, about changes that are rare.
 */
static bool
ReadsAllServices(int part)
{
	const char *lock = part < 0 ? NULL : GuardRuleAt(part / 3)->lock;

	return lock != NULL && strstr(lock, "{client_service}") != NULL;
}

/* Makes plans of nested loops over indexes, which stay right as tables grow. */
static void
PlanForFewRows(void)
{
	SetLocally("enable_seqscan", "off");
	SetLocally("enable_hashjoin", "off");
	SetLocally("enable_mergejoin", "off");
	SetLocally("jit", "off");
}

/*
 * Makes plans that hash. The planner knows nothing of what the rows have in common: it expects nearly as many facts as
 * rows, and would sort them, and few enrollments, and would remember them. Compiling takes longer than the query.
 */
static void
PlanForManyRows(void)
{
	SetLocally("enable_mergejoin", "off");
	SetLocally("enable_sort", "off");
	SetLocally("enable_memoize", "off");
	SetLocally("jit", "off");
}

/*
 * Executes one part of the judgement of an event over as many rows as told, which must be registered, and returns how
 * many rows came out; they are in SPI_tuptable. To be called within GuardEnter.
 */
int64
GuardExecute(GuardEvent *event, Oid cachekey, int part, int64 rows, long limit)
{
	GuardPlan  *entry = PlanEntry(event, cachekey, part);

	RefreshPlanEntry(entry, event);
	if (rows > KEPT_PLAN_ROWS || ReadsAllServices(part))
	{
		SPIPlanPtr	plan = Prepare(entry->query);

		PlanForManyRows();
		ExecuteWithLatestSnapshot(plan, limit);
		SPI_freeplan(plan);
	}
	else
	{
		if (!entry->planned)
			PlanForFewRows();
		ExecuteWithLatestSnapshot(entry->plan, limit);
		entry->planned = true;
	}
	return SPI_processed;
}
