/*
 * audit_partition.c
 *		Finding the partition of audit_event that takes the events of a time.
 *
 * All events of a statement have the same time and go to one partition: the one called audit_event_YYYY_MM after the month
 * in UTC or, where there is none, the default one. Its partition constraint is evaluated, so that a table which is only
 * called like that, or is of another time, is not written to.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "audit_partition.h"

static const char *const audit_event_columns[EVENT_COLUMNS] = {
	"audit_event_id", "event_time", "transaction_id", "client_id", "row_key", "organization_id", "user_id", "table_name",
	"operation", "login_role", "db_role", "old_values", "new_values"
};

/* Breaks a time down in UTC. */
static struct pg_tm
InUTC(TimestampTz time)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(time, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "transaction time out of range");
	return tm;
}

/* Returns the first moment of the month of a time, or of a later month. */
static TimestampTz
MonthBegin(TimestampTz time, int later)
{
	struct pg_tm tm = InUTC(time);
	int			months = tm.tm_year * 12 + tm.tm_mon - 1 + later;

	return (date2j(months / 12, months % 12 + 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/* Tells whether a partition takes events of a time. */
static bool
TakesTime(Relation partition, AttrNumber event_time, TimestampTz time)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(partition), &TTSOpsVirtual);
	bool		takes;

	InitResultRelInfo(target, partition, 0, NULL, 0);
	memset(slot->tts_isnull, true, sizeof(bool) * RelationGetDescr(partition)->natts);
	slot->tts_isnull[event_time - 1] = false;
	slot->tts_values[event_time - 1] = TimestampTzGetDatum(time);
	ExecStoreVirtualTuple(slot);
	takes = ExecPartitionCheck(target, slot, estate, false);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	return takes;
}

/* Finds the columns of a partition, which need not be in the order of those of audit_event. */
static void
FindEventColumns(Relation partition, AttrNumber *columns)
{
	for (int i = 0; i < EVENT_COLUMNS; i++)
	{
		columns[i] = SPI_fnumber(RelationGetDescr(partition), audit_event_columns[i]);
		if (columns[i] <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(partition), audit_event_columns[i])));
	}
}

/*
 * Tells whether an open table is a partition of the audit that takes events of a time, and remembers for which times
 * that holds: a range that takes the first and the last moment of a month takes the whole month.
 */
static bool
RememberPartition(AuditTable *table, Relation partition, TimestampTz event_time)
{
	AuditPartition found = {.relid = RelationGetRelid(partition), .from = event_time, .to = event_time};
	TimestampTz first = MonthBegin(event_time, 0);
	TimestampTz last = MonthBegin(event_time, 1) - 1;

	if (partition->rd_rel->relkind != RELKIND_RELATION || !partition->rd_rel->relispartition ||
		get_partition_parent(found.relid, true) != table->audit_event)
		return false;
	FindEventColumns(partition, found.columns);
	if (!TakesTime(partition, found.columns[EVENT_TIME], event_time))
		return false;
	if (found.relid != get_default_partition_oid(table->audit_event) &&
		TakesTime(partition, found.columns[EVENT_TIME], first) && TakesTime(partition, found.columns[EVENT_TIME], last))
	{
		found.from = first;
		found.to = last;
	}
	table->partition = found;
	return true;
}

/* Opens a table if it is a partition that takes events of a time. */
static Relation
OpenIfFitting(AuditTable *table, Oid relid, TimestampTz event_time)
{
	Relation	partition = OidIsValid(relid) ? try_table_open(relid, RowExclusiveLock) : NULL;

	if (partition == NULL || RememberPartition(table, partition, event_time))
		return partition;
	table_close(partition, RowExclusiveLock);
	return NULL;
}

/* Looks for the partition that takes events of a time, and opens it. */
static Relation
FindPartition(AuditTable *table, TimestampTz event_time)
{
	struct pg_tm tm = InUTC(event_time);
	char	   *name = psprintf("audit_event_%04d_%02d", tm.tm_year, tm.tm_mon);
	Relation	partition = OpenIfFitting(table, get_relname_relid(name, table->schema), event_time);

	return partition ? partition : OpenIfFitting(table, get_default_partition_oid(table->audit_event), event_time);
}

/* Opens the partition that was found before, unless it has changed. */
static Relation
OpenRemembered(AuditPartition *remembered, TimestampTz event_time)
{
	Oid			relid = remembered->relid;
	Relation	partition;

	if (!OidIsValid(relid) || event_time < remembered->from || event_time > remembered->to)
		return NULL;
	partition = try_table_open(relid, RowExclusiveLock);
	if (partition == NULL || remembered->relid == relid)
		return partition;
	table_close(partition, RowExclusiveLock);
	return NULL;
}

/*
 * Opens the partition that takes events of a time, locked for writing. Looks a second time when there seems to be none:
 * while we waited for the default partition, the one for the month may have been made.
 */
Relation
AuditOpenPartition(AuditTable *table, TimestampTz event_time)
{
	Relation	partition = OpenRemembered(&table->partition, event_time);

	for (int look = 0; partition == NULL && look < 2; look++)
		partition = FindPartition(table, event_time);
	if (partition == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("no partition of \"%s\" takes events of %s", "audit_event", timestamptz_to_str(event_time)),
				 errhint("Call make_audit_partitions().")));
	return partition;
}
