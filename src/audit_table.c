/*
 * audit_table.c
 *		Remembering how the rows of a table are recorded.
 *
 * A backend remembers of each audited table where its columns are, how they become jsonb, and which of them are protected.
 * It forgets that when the table changes, when protected_column does (its trigger note_change sends a relation cache
 * invalidation), and at a rollback, since what it remembers may have been seen in what is undone.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "audit_table.h"
#include "guard.h"
#include "siblings.h"

static HTAB *audit_tables = NULL;

/* Marks what is remembered as out of date when a table that it came from changes; of all tables where none is told. */
static void
ForgetAuditTables(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	AuditTable *table;

	hash_seq_init(&scan, audit_tables);
	while ((table = hash_seq_search(&scan)) != NULL)
	{
		bool		all = !OidIsValid(relid) || relid == table->audit_event;

		if (all || relid == table->relid || relid == table->protected_column)
		{
			table->valid = false;
			table->changes++;
		}
		if (all || relid == table->partition.relid)
			table->partition.relid = InvalidOid;
	}
}

/* Forgets everything at a rollback. */
static void
ForgetAtAbort(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		ForgetAuditTables((Datum) 0, InvalidOid);
}

/* The same for a subtransaction. */
static void
ForgetAtSubAbort(SubXactEvent event, SubTransactionId mySubid, SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		ForgetAuditTables((Datum) 0, InvalidOid);
}

/* Returns the entry of a table, which is not valid if it is new. */
static AuditTable *
TableEntry(Oid relid)
{
	AuditTable *table;
	bool		found;

	if (audit_tables == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(Oid), .entrysize = sizeof(AuditTable)};

		audit_tables = hash_create("clienttrack audited tables", 32, &ctl, HASH_ELEM | HASH_BLOBS);
		CacheRegisterRelcacheCallback(ForgetAuditTables, (Datum) 0);
		RegisterXactCallback(ForgetAtAbort, NULL);
		RegisterSubXactCallback(ForgetAtSubAbort, NULL);
	}
	table = hash_search(audit_tables, &relid, HASH_ENTER, &found);
	if (!found)
	{
		memset(table, 0, sizeof(AuditTable));
		table->relid = relid;
	}
	return table;
}

/* Ensures that only the owner of the audit has tables audited: anybody else could forge events. */
static void
CheckSameOwner(Relation rel, Oid audit_event)
{
	if (TableOwner(audit_event) != rel->rd_rel->relowner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table \"%s\" does not belong to the owner of \"%s\"", RelationGetRelationName(rel), "audit_event")));
}

/* Returns the number of a bigint column, or 0. */
static AttrNumber
BigintColumn(TupleDesc tupdesc, const char *name)
{
	int			column = SPI_fnumber(tupdesc, name);

	return column > 0 && SPI_gettypeid(tupdesc, column) == INT8OID ? column : 0;
}

/* Returns the number of the bigint column that is the primary key, or 0. */
static AttrNumber
KeyColumn(Relation rel)
{
	Bitmapset  *key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	int			column;

	if (bms_membership(key) != BMS_SINGLETON)
		return 0;
	column = bms_singleton_member(key) + FirstLowInvalidHeapAttributeNumber;
	return SPI_gettypeid(RelationGetDescr(rel), column) == INT8OID ? column : 0;
}

/* Marks a column as protected. */
static void
ProtectColumn(AuditColumns *columns, const char *name)
{
	for (int i = 0; i < columns->count; i++)
		if (strcmp(columns->columns[i].name, name) == 0)
			columns->columns[i].kind = AUDIT_PROTECTED;
}

/* Returns the number of a column of protected_column. */
static int
NameColumn(Relation listing, const char *name)
{
	int			column = SPI_fnumber(RelationGetDescr(listing), name);

	if (column <= 0 || SPI_gettypeid(RelationGetDescr(listing), column) != NAMEOID)
		elog(ERROR, "table \"%s\" has no column \"%s\" of type name", RelationGetRelationName(listing), name);
	return column;
}

/*
 * Marks the columns that protected_column lists for a table. The table is read directly and not by a query, so that
 * nobody's rights and row security matter, and with what is committed now.
 */
static void
ProtectColumns(AuditTable *table, Relation rel)
{
	Relation	listing = table_open(table->protected_column, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(listing, snapshot, 0, NULL);
	TupleTableSlot *row = table_slot_create(listing, NULL);
	int			table_name = NameColumn(listing, "table_name");
	int			column_name = NameColumn(listing, "column_name");

	while (table_scan_getnextslot(scan, ForwardScanDirection, row))
	{
		bool		isnull;

		if (namestrcmp(DatumGetName(slot_getattr(row, table_name, &isnull)), RelationGetRelationName(rel)) == 0)
			ProtectColumn(&table->columns, NameStr(*DatumGetName(slot_getattr(row, column_name, &isnull))));
	}
	ExecDropSingleTupleTableSlot(row);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(listing, AccessShareLock);
}

/* Fills an entry from what the catalogs and protected_column say now. */
static void
DescribeTable(AuditTable *table, Relation rel)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	MemoryContext caller;

	if (table->context)
		MemoryContextDelete(table->context);
	table->context = NULL;
	table->context = AllocSetContextCreate(CacheMemoryContext, "clienttrack audited table", ALLOCSET_SMALL_SIZES);
	table->schema = RelationGetNamespace(rel);
	table->audit_event = SchemaTableOfConcept(table->schema, "audit_event");
	table->protected_column = SchemaTableOfConcept(table->schema, "protected_column");
	table->sequence = SchemaTableOfConcept(table->schema, "audit_event_id_seq");
	CheckSameOwner(rel, table->audit_event);
	table->key = KeyColumn(rel);
	table->client_id = BigintColumn(tupdesc, "client_id");
	table->bar_id = BigintColumn(tupdesc, "bar_id");
	table->program_id = BigintColumn(tupdesc, "program_id");
	table->organization_id = BigintColumn(tupdesc, "security_organization_id");
	caller = MemoryContextSwitchTo(table->context);
	AuditFindColumns(&table->columns, tupdesc);
	MemoryContextSwitchTo(caller);
	ProtectColumns(table, rel);
}

/* Returns how the rows of a table are recorded. */
AuditTable *
AuditTableOf(Relation rel)
{
	AuditTable *table = TableEntry(RelationGetRelid(rel));

	AcceptInvalidationMessages();
	if (!table->valid)
	{
		uint64		since = table->changes;

		DescribeTable(table, rel);
		table->valid = since == table->changes;
	}
	return table;
}
