/*
 * audit_write.c
 *		Writing events of the audit, many at once, as COPY writes rows.
 *
 * Rows go straight into the partition that takes them, and into its indexes: no query is planned, no right is asked for,
 * and no trigger of audit_event fires. Who writes an audited table needs no right on the audit.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "audit_partition.h"
#include "audit_write.h"
#include "compat.h"
#include "session.h"

/* A batch is written when it has so many events, or so many bytes of values. */
#define BATCH_EVENTS 1000
#define BATCH_BYTES (1024 * 1024)

struct AuditWriter
{
	AuditTable *table;
	Relation	partition;
	const AttrNumber *columns;	/* of the partition */
	MemoryContext context;
	MemoryContext batch;		/* of the values of the events that wait to be written */
	EState	   *estate;
	ResultRelInfo *target;
	CommandId	command;
	int			indexes;
	int			usual_indexes;	/* without those by time, which come last */
	BlockNumber block;			/* of the last event; they know of it */
	int			options;		/* of the insertion */
	Datum		common[EVENT_COLUMNS];	/* what all events of the statement share */
	bool		common_isnull[EVENT_COLUMNS];
	Size		bytes;
	int			waiting;
	int			slots_made;
	TupleTableSlot *slots[BATCH_EVENTS];
};

/* Sets a column that all events share. */
static void
SetCommon(AuditWriter *writer, AuditEventColumn column, Datum value)
{
	writer->common[column] = value;
	writer->common_isnull[column] = false;
}

/* Returns the name of a role, or its number where it is gone. */
static Datum
RoleName(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	return CStringGetTextDatum(name ? name : psprintf("%u", role));
}

/* Fills in what all events of the statement share: who wrote it, when, and where. */
static void
SetCommonColumns(AuditWriter *writer, Relation rel)
{
	int64		user_id;

	memset(writer->common_isnull, true, sizeof(writer->common_isnull));
	SetCommon(writer, EVENT_TIME, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	SetCommon(writer, EVENT_TRANSACTION_ID, FullTransactionIdGetDatum(GetTopFullTransactionId()));
	SetCommon(writer, EVENT_TABLE_NAME, CStringGetTextDatum(RelationGetRelationName(rel)));
	SetCommon(writer, EVENT_LOGIN_ROLE, RoleName(GetSessionUserId()));
	SetCommon(writer, EVENT_DB_ROLE, RoleName(GetOuterUserId()));
	if (SessionUserId(writer->table->schema, &user_id))
		SetCommon(writer, EVENT_USER_ID, Int64GetDatum(user_id));
}

/*
 * Tells whether an index keeps nothing but the range of times of some blocks. The events of a statement have one time, so
 * the first one in a block tells it all that there is to know.
 */
static bool
IndexIsByTime(AuditWriter *writer, int i)
{
	Relation	index = writer->target->ri_IndexRelationDescs[i];

	return index->rd_rel->relam == BRIN_AM_OID && index->rd_index->indnatts == 1 &&
		index->rd_index->indkey.values[0] == writer->columns[EVENT_TIME] &&
		writer->target->ri_IndexRelationInfo[i]->ii_Predicate == NIL;
}

/* Opens the indexes, and puts those by time last. */
static void
OpenIndexes(AuditWriter *writer)
{
	ResultRelInfo *target = writer->target;

	ExecOpenIndices(target, false);
	writer->indexes = target->ri_NumIndices;
	writer->usual_indexes = 0;
	writer->block = InvalidBlockNumber;
	for (int i = 0; i < writer->indexes; i++)
		if (!IndexIsByTime(writer, i))
		{
			int			to = writer->usual_indexes++;
			Relation	index = target->ri_IndexRelationDescs[to];
			IndexInfo  *info = target->ri_IndexRelationInfo[to];

			target->ri_IndexRelationDescs[to] = target->ri_IndexRelationDescs[i];
			target->ri_IndexRelationInfo[to] = target->ri_IndexRelationInfo[i];
			target->ri_IndexRelationDescs[i] = index;
			target->ri_IndexRelationInfo[i] = info;
		}
}

/* Opens the partition with its indexes. */
static void
OpenTarget(AuditWriter *writer)
{
	writer->partition = AuditOpenPartition(writer->table, GetCurrentTransactionStartTimestamp());
	writer->columns = writer->table->partition.columns;
	writer->estate = CreateExecutorState();
	writer->target = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->target, writer->partition, 0, NULL, 0);
	OpenIndexes(writer);
	writer->command = GetCurrentCommandId(true);
}

/* Makes ready to write events of a table. */
AuditWriter *
AuditBeginWriting(AuditTable *table, Relation rel)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "clienttrack audit", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	AuditWriter *writer = palloc(sizeof(AuditWriter));

	writer->table = table;
	writer->context = context;
	writer->batch = AllocSetContextCreate(context, "clienttrack audit batch", ALLOCSET_DEFAULT_SIZES);
	writer->bytes = 0;
	writer->waiting = 0;
	writer->slots_made = 0;
	writer->options = 0;
	SetCommonColumns(writer, rel);
	OpenTarget(writer);
	MemoryContextSwitchTo(caller);
	return writer;
}

/* Returns where the values of the next event are to be allocated; they live until it is written. */
MemoryContext
AuditBatchContext(AuditWriter *writer)
{
	return writer->batch;
}

/* Writes the index entries of an event that is in the partition. */
static void
InsertIndexEntries(AuditWriter *writer, TupleTableSlot *slot)
{
	BlockNumber block = ItemPointerGetBlockNumber(&slot->tts_tid);

	writer->target->ri_NumIndices = block == writer->block ? writer->usual_indexes : writer->indexes;
	writer->block = block;
	ResetPerTupleExprContext(writer->estate);
	list_free(InsertIndexTuples(writer->target, slot, writer->estate));
	writer->target->ri_NumIndices = writer->indexes;
}

/* Writes the events that wait. */
static void
WriteBatch(AuditWriter *writer)
{
	MemoryContext caller = MemoryContextSwitchTo(writer->batch);

	CHECK_FOR_INTERRUPTS();
	table_multi_insert(writer->partition, writer->slots, writer->waiting, writer->command, writer->options, NULL);
	for (int i = 0; i < writer->waiting; i++)
	{
		if (writer->indexes > 0)
			InsertIndexEntries(writer, writer->slots[i]);
		ExecClearTuple(writer->slots[i]);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(writer->batch);
	writer->waiting = 0;
	writer->bytes = 0;
}

/* Returns an empty slot for the next event. */
static TupleTableSlot *
NextSlot(AuditWriter *writer)
{
	if (writer->waiting == writer->slots_made)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer->context);

		writer->slots[writer->slots_made++] = table_slot_create(writer->partition, NULL);
		MemoryContextSwitchTo(caller);
	}
	return writer->slots[writer->waiting++];
}

/* Sets a column of an event. */
static void
SetColumn(AuditWriter *writer, TupleTableSlot *slot, AuditEventColumn column, Datum value)
{
	slot->tts_values[writer->columns[column] - 1] = value;
	slot->tts_isnull[writer->columns[column] - 1] = false;
}

/* Sets a bigint column of an event, if there is a value. */
static void
SetId(AuditWriter *writer, TupleTableSlot *slot, AuditEventColumn column, AuditId id)
{
	if (id.known)
		SetColumn(writer, slot, column, Int64GetDatum(id.value));
}

/* Sets a jsonb column of an event, if there is a value. */
static void
SetValues(AuditWriter *writer, TupleTableSlot *slot, AuditEventColumn column, Jsonb *values)
{
	if (values == NULL)
		return;
	SetColumn(writer, slot, column, JsonbPGetDatum(values));
	writer->bytes += VARSIZE(values);
}

/* Fills the columns of an event into a slot. */
static void
FillSlot(AuditWriter *writer, TupleTableSlot *slot, const AuditEvent *event)
{
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	for (int i = 0; i < EVENT_COLUMNS; i++)
		if (!writer->common_isnull[i])
			SetColumn(writer, slot, i, writer->common[i]);
	SetColumn(writer, slot, EVENT_ID, Int64GetDatum(nextval_internal(writer->table->sequence, false)));
	SetColumn(writer, slot, EVENT_OPERATION, PointerGetDatum(cstring_to_text_with_len(&event->operation, 1)));
	SetId(writer, slot, EVENT_ROW_KEY, event->row_key);
	SetId(writer, slot, EVENT_CLIENT_ID, event->client_id);
	SetId(writer, slot, EVENT_ORGANIZATION_ID, event->organization_id);
	SetValues(writer, slot, EVENT_OLD_VALUES, event->old_values);
	SetValues(writer, slot, EVENT_NEW_VALUES, event->new_values);
	ExecStoreVirtualTuple(slot);
}

/*
 * Takes an event, whose values are in the batch's context, and writes the batch when it is full. From then on space is not
 * looked for in the middle of the partition, where there is hardly any.
 */
void
AuditWrite(AuditWriter *writer, const AuditEvent *event)
{
	MemoryContext caller = MemoryContextSwitchTo(writer->batch);

	FillSlot(writer, NextSlot(writer), event);
	MemoryContextSwitchTo(caller);
	if (writer->waiting < BATCH_EVENTS && writer->bytes < BATCH_BYTES)
		return;
	writer->options = TABLE_INSERT_SKIP_FSM;
	WriteBatch(writer);
}

/* Writes what waits, and closes everything. The partition stays locked until the transaction ends. */
void
AuditEndWriting(AuditWriter *writer)
{
	if (writer->waiting > 0)
		WriteBatch(writer);
	for (int i = 0; i < writer->slots_made; i++)
		ExecDropSingleTupleTableSlot(writer->slots[i]);
	ExecCloseIndices(writer->target);
	FreeExecutorState(writer->estate);
	table_close(writer->partition, NoLock);
	MemoryContextDelete(writer->context);
}
