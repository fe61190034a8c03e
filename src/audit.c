/*
 * audit.c
 *		The trigger function that records every change of a table, for every writer.
 *
 *	CREATE TRIGGER zz_audit_insert AFTER INSERT ON client_service REFERENCING NEW TABLE AS new_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit();
 *	CREATE TRIGGER zz_audit_update AFTER UPDATE ON client_service REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit();
 *	CREATE TRIGGER zz_audit_delete AFTER DELETE ON client_service REFERENCING OLD TABLE AS old_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit();
 *	CREATE TRIGGER zz_audit_truncate AFTER TRUNCATE ON client_service
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.audit();
 *
 * Triggers fire in the order of their names: these after the guard's, so that what is refused costs no audit. Events go to
 * audit_event in the schema of the table, whose owner must be the same.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "audit_client.h"
#include "audit_row.h"
#include "audit_table.h"
#include "audit_write.h"
#include "guard.h"
#include "session.h"
#include "trigger_call.h"

PG_FUNCTION_INFO_V1(clienttrack_audit);

/* The recording of one firing of a trigger. */
typedef struct Audit
{
	Relation	rel;
	AuditTable *table;
	AuditWriter *writer;		/* NULL until there is something to write */
	bool		asked_session;	/* session_organization is filled in */
	AuditId		session_organization;
	AuditId		program_id;		/* of the last row, and what runs it */
	AuditId		program_organization;
} Audit;

/* The rows of one transition table, one after the other. */
typedef struct RowReader
{
	Tuplestorestate *store;
	int			pointer;
	TupleTableSlot *slot;
} RowReader;

/* Raises unless the function was called as a trigger that it can serve. */
static void
CheckAuditCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TriggerEvent event;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger", "clienttrack.audit")));
	event = trigdata->tg_event;
	if (!TRIGGER_FIRED_AFTER(event) || !TRIGGER_FIRED_FOR_STATEMENT(event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must fire AFTER … FOR EACH STATEMENT", trigdata->tg_trigger->tgname)));
	if (TRIGGER_FIRED_BY_TRUNCATE(event))
		return;
	CheckTransitionTables(trigdata);
}

/* Starts reading a transition table with a read position of its own, since other triggers read it too. */
static RowReader
ReadRows(Audit *audit, Tuplestorestate *store)
{
	RowReader	reader;

	reader.store = store;
	reader.pointer = tuplestore_alloc_read_pointer(store, EXEC_FLAG_REWIND);
	reader.slot = MakeSingleTupleTableSlot(RelationGetDescr(audit->rel), &TTSOpsMinimalTuple);
	tuplestore_select_read_pointer(store, reader.pointer);
	tuplestore_rescan(store);
	return reader;
}

/* Moves on to the next row, if there is one. */
static bool
NextRow(RowReader *reader)
{
	CHECK_FOR_INTERRUPTS();
	tuplestore_select_read_pointer(reader->store, reader->pointer);
	return tuplestore_gettupleslot(reader->store, true, false, reader->slot);
}

/* Returns a bigint column of a row. */
static AuditId
IdOfRow(TupleTableSlot *row, AttrNumber column)
{
	AuditId		id = {false, 0};

	if (column > 0)
	{
		bool		isnull;
		Datum		value = slot_getattr(row, column, &isnull);

		id.known = !isnull;
		id.value = isnull ? 0 : DatumGetInt64(value);
	}
	return id;
}

/* Tells whether two ids are the same. */
static bool
SameId(AuditId a, AuditId b)
{
	return a.known == b.known && a.value == b.value;
}

/* Returns the organization that the acting user works for. */
static AuditId
SessionOrganizationId(Audit *audit)
{
	if (!audit->asked_session)
	{
		audit->session_organization.known =
			SessionOrganization(audit->table->schema, &audit->session_organization.value);
		audit->asked_session = true;
	}
	return audit->session_organization;
}

/* Returns the organization that runs a program. */
static AuditId
ProgramOrganizationId(Audit *audit, AuditId program_id)
{
	if (!SameId(audit->program_id, program_id))
	{
		audit->program_organization.known =
			ProgramOrganization(audit->table->schema, program_id.value, &audit->program_organization.value);
		audit->program_id = program_id;
	}
	return audit->program_organization;
}

/* Returns the security organization of a row: its program's, its own, or that of whoever acts. */
static AuditId
OrganizationOfRow(Audit *audit, TupleTableSlot *row)
{
	AuditId		program_id = IdOfRow(row, audit->table->program_id);
	AuditId		organization_id = {false, 0};

	if (program_id.known)
		organization_id = ProgramOrganizationId(audit, program_id);
	if (!organization_id.known)
		organization_id = IdOfRow(row, audit->table->organization_id);
	return organization_id.known ? organization_id : SessionOrganizationId(audit);
}

/* Returns the client that a row is about. */
static AuditId
ClientOfRow(Audit *audit, TupleTableSlot *row)
{
	AuditId		client_id = IdOfRow(row, audit->table->client_id);
	AuditId		bar_id = IdOfRow(row, audit->table->bar_id);

	if (!client_id.known && bar_id.known)
		client_id.known = ClientOfBar(audit->table->schema, bar_id.value, &client_id.value);
	return client_id;
}

/* Returns the event for a row, without values. */
static AuditEvent
EventOfRow(Audit *audit, char operation, TupleTableSlot *row)
{
	AuditEvent	event = {.operation = operation};

	event.row_key = IdOfRow(row, audit->table->key);
	event.client_id = ClientOfRow(audit, row);
	event.organization_id = OrganizationOfRow(audit, row);
	return event;
}

/* Returns the context for the values of an event, after making ready to write it. */
static MemoryContext
ReadyToWrite(Audit *audit)
{
	if (audit->writer == NULL)
		audit->writer = AuditBeginWriting(audit->table, audit->rel);
	return AuditBatchContext(audit->writer);
}

/* Records a row that came or went. */
static void
RecordRow(Audit *audit, char operation, TupleTableSlot *row)
{
	MemoryContext caller = MemoryContextSwitchTo(ReadyToWrite(audit));
	AuditEvent	event = EventOfRow(audit, operation, row);
	Jsonb	   *values = AuditWholeRow(&audit->table->columns, row);

	if (operation == 'I')
		event.new_values = values;
	else
		event.old_values = values;
	AuditWrite(audit->writer, &event);
	MemoryContextSwitchTo(caller);
}

/* Records the columns that an update changed, if it changed any. */
static void
RecordChanges(Audit *audit, TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	int			first = AuditFirstChange(&audit->table->columns, old_row, new_row);
	MemoryContext caller;
	AuditEvent	event;

	if (first < 0)
		return;
	caller = MemoryContextSwitchTo(ReadyToWrite(audit));
	event = EventOfRow(audit, 'U', new_row);
	AuditChanges(&audit->table->columns, first, old_row, new_row, &event.old_values, &event.new_values);
	AuditWrite(audit->writer, &event);
	MemoryContextSwitchTo(caller);
}

/* Records all rows of a transition table. */
static void
RecordRows(Audit *audit, char operation, Tuplestorestate *rows)
{
	RowReader	reader = ReadRows(audit, rows);

	while (NextRow(&reader))
		RecordRow(audit, operation, reader.slot);
	ExecDropSingleTupleTableSlot(reader.slot);
}

/*
 * Records an update. The two transition tables hold the rows in the same order. A row whose key changed is recorded as
 * gone, and after all others as new, so that who replays the events in order finds each key at most once.
 */
static void
RecordUpdate(Audit *audit, TriggerData *trigdata)
{
	bool		keys_changed = false;

	for (int pass = 0; pass == 0 || (pass == 1 && keys_changed); pass++)
	{
		RowReader	old_rows = ReadRows(audit, trigdata->tg_oldtable);
		RowReader	new_rows = ReadRows(audit, trigdata->tg_newtable);

		while (NextRow(&old_rows) && NextRow(&new_rows))
		{
			bool		same_key = SameId(IdOfRow(old_rows.slot, audit->table->key),
										  IdOfRow(new_rows.slot, audit->table->key));

			keys_changed |= !same_key;
			if (same_key && pass == 0)
				RecordChanges(audit, old_rows.slot, new_rows.slot);
			else if (!same_key)
				RecordRow(audit, pass == 0 ? 'D' : 'I', pass == 0 ? old_rows.slot : new_rows.slot);
		}
		ExecDropSingleTupleTableSlot(old_rows.slot);
		ExecDropSingleTupleTableSlot(new_rows.slot);
	}
}

/* Records that a table was emptied. */
static void
RecordTruncate(Audit *audit)
{
	AuditEvent	event = {.operation = 'T'};

	ReadyToWrite(audit);
	event.organization_id = SessionOrganizationId(audit);
	AuditWrite(audit->writer, &event);
}

/* Makes the output of all types such that it is read back alike under any settings, until the nest level is left. */
static void
UsePortableOutput(void)
{
	static const char *const settings[][2] = {
		{"datestyle", "ISO"}, {"intervalstyle", "iso_8601"}, {"extra_float_digits", "1"}, {"bytea_output", "hex"}
	};

	for (int i = 0; i < lengthof(settings); i++)
		SetLocally(settings[i][0], settings[i][1]);
}

/* Records what a statement did. */
static void
RecordStatement(Audit *audit, TriggerData *trigdata)
{
	int			guc_level = 0;

	if (audit->table->columns.any_other)
	{
		guc_level = NewGUCNestLevel();
		UsePortableOutput();
	}
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		RecordRows(audit, 'I', trigdata->tg_newtable);
	else if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		RecordUpdate(audit, trigdata);
	else if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		RecordRows(audit, 'D', trigdata->tg_oldtable);
	else
		RecordTruncate(audit);
	if (audit->writer)
		AuditEndWriting(audit->writer);
	if (guc_level > 0)
		AtEOXact_GUC(true, guc_level);
}

/* Trigger function: records the rows that the statement wrote. */
Datum
clienttrack_audit(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Audit		audit = {NULL};
	Tuplestorestate *rows;

	CheckAuditCall(fcinfo);
	rows = trigdata->tg_newtable ? trigdata->tg_newtable : trigdata->tg_oldtable;
	if (rows && tuplestore_tuple_count(rows) == 0)
		return PointerGetDatum(NULL);
	audit.rel = trigdata->tg_relation;
	audit.table = AuditTableOf(audit.rel);
	RecordStatement(&audit, trigdata);
	return PointerGetDatum(NULL);
}
