/*
 * trigger_rows.c
 *		What statement triggers do with the rows of their statement: looking through them, and executing a statement over
 *		them that keeps something else right.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "executor/spi.h"
#include "utils/hsearch.h"
#include "utils/rel.h"

#include "guard.h"
#include "siblings.h"
#include "trigger_rows.h"

typedef struct RowsPlanKey
{
	const char *template;
	uint64		relid;
} RowsPlanKey;

typedef struct RowsPlan
{
	RowsPlanKey key;
	SPIPlanPtr	plan;			/* kept, or NULL */
} RowsPlan;

/* Tells whether a column is null in any of the rows, or has a value in any. */
bool
AnyRow(Relation rel, Tuplestorestate *rows, int column, bool isnull)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	bool		found = false;

	tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
	tuplestore_rescan(rows);
	while (!found && tuplestore_gettupleslot(rows, true, false, slot))
		found = slot_attisnull(slot, column) == isnull;
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

/* Returns a statement with the names of the tables that belong to a table filled in. */
static char *
FilledStatement(Oid relid, const char *template)
{
	StringInfoData buf;

	initStringInfo(&buf);
	AppendWithSiblings(&buf, FindSiblingTables(relid), template, GUARD_NEW_ROWS);
	return buf.data;
}

/* Returns the entry for the plan of a statement of a table. */
static RowsPlan *
PlanEntry(Oid relid, const char *template)
{
	static HTAB *plans = NULL;
	RowsPlanKey key = {.template = template, .relid = relid};
	RowsPlan   *entry;
	bool		found;

	if (plans == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(RowsPlanKey), .entrysize = sizeof(RowsPlan)};

		plans = hash_create("clienttrack trigger plans", 8, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(plans, &key, HASH_ENTER, &found);
	if (!found)
		entry->plan = NULL;
	return entry;
}

/* Returns a plan for a statement over so many rows: the kept one for a few. */
static SPIPlanPtr
PlanForRows(Oid relid, const char *template, int64 rows)
{
	RowsPlan   *entry = PlanEntry(relid, template);

	SetLocally("jit", "off");
	SetLocally(rows > KEPT_PLAN_ROWS ? "enable_nestloop" : "enable_seqscan", "off");
	if (rows > KEPT_PLAN_ROWS)
		return SPI_prepare(FilledStatement(relid, template), 0, NULL);
	if (entry->plan == NULL || !SPI_plan_is_valid(entry->plan))
	{
		SPIPlanPtr	plan = SPI_prepare(FilledStatement(relid, template), 0, NULL);

		if (entry->plan != NULL)
			SPI_freeplan(entry->plan);
		entry->plan = NULL;
		if (plan != NULL)
			SPI_keepplan(plan);
		entry->plan = plan;
	}
	return entry->plan;
}

/*
 * Executes a statement over the rows that a trigger's statement wrote, which it sees as GUARD_NEW_ROWS and GUARD_OLD_ROWS, and
 * returns SPI's result. template: a static string, in which {concept} is the table that stands for a concept. SPI must be
 * connected; to be called within GuardEnter.
 */
int
ExecuteOverRows(TriggerData *trigdata, const char *template)
{
	Oid			relid = RelationGetRelid(trigdata->tg_relation);
	int64		rows = 0;
	SPIPlanPtr	plan;

	if (trigdata->tg_newtable)
	{
		GuardRegisterRows(GUARD_NEW_ROWS, relid, trigdata->tg_newtable);
		rows += tuplestore_tuple_count(trigdata->tg_newtable);
	}
	if (trigdata->tg_oldtable)
	{
		GuardRegisterRows(GUARD_OLD_ROWS, relid, trigdata->tg_oldtable);
		rows += tuplestore_tuple_count(trigdata->tg_oldtable);
	}
	plan = PlanForRows(relid, template, rows);
	return plan == NULL ? SPI_result : SPI_execute_plan(plan, NULL, NULL, false, 0);
}
