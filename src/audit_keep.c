/*
 * audit_keep.c
 *		Keeping the audit as it was written, but for the values of clients whose data are disposed of.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "audit_keep.h"
#include "guard.h"
#include "siblings.h"

PG_FUNCTION_INFO_V1(clienttrack_append_only);
PG_FUNCTION_INFO_V1(clienttrack_redact_audit);

/* While RedactAudit is at work. */
static bool redacting = false;

/*
 * Trigger function: refuses whatever changes or takes away events, whoever does it.
 *
 *	CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
 *		FOR EACH ROW EXECUTE FUNCTION clienttrack.append_only();
 *	CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_event
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.append_only();
 *
 * Logical replication may apply what was allowed where it was done.
 */
Datum
clienttrack_append_only(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		update;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger BEFORE UPDATE, DELETE or TRUNCATE", "clienttrack.append_only")));
	update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	if (!(update && redacting) && !IsLogicalWorker())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the audit is append-only"),
				 errdetail("Events are neither changed nor deleted."),
				 errhint("Use drop_audit_before() for old months.")));
	return PointerGetDatum(TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event) ? NULL :
						   update ? trigdata->tg_newtuple : trigdata->tg_trigtuple);
}

/* The statement that takes the values out of the events e that a condition tells; what became of the rows stays known. */
#define REDACT(condition) \
	"UPDATE %1$s e SET old_values = CASE WHEN e.old_values IS NOT NULL THEN '{\"disposed\": true}'::jsonb END, " \
	"	new_values = CASE WHEN e.new_values IS NOT NULL THEN '{\"disposed\": true}'::jsonb END WHERE " condition

/*
 * The events of the client $1, and those of others whom the client was merged into and taken out of again: names and dates
 * of birth were filled in and emptied there.
 */
static const char *const redact_statements[] = {
	REDACT("e.client_id = $1"),
	REDACT("e.table_name IN ('client', 'client_alias', 'client_merge') AND (e.client_id, e.transaction_id) IN ("
		   "SELECT x.client_id, x.transaction_id FROM %2$s m JOIN %1$s x ON x.client_id = m.client_id "
		   "	AND x.table_name = 'client_merge' AND x.row_key = m.client_merge_id "
		   "WHERE m.merged_client_id = $1 AND m.unmerged_date IS NOT NULL)"),
};

/* Takes the values out of a client's events, as the owner of the audit, and returns how many events there were. */
int64
RedactAudit(Oid schema, int64 client_id)
{
	Oid			audit_event = SchemaTableOfConcept(schema, "audit_event");
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(client_id);
	GuardSurrounding surrounding;
	int64		events = 0;

	RequireTableOwner(audit_event);
	SPI_connect();
	surrounding = GuardEnter(audit_event);
	redacting = true;
	PG_TRY();
	{
		for (int i = 0; i < lengthof(redact_statements); i++)
		{
			char	   *statement = psprintf(redact_statements[i], QualifiedTableName(audit_event),
											 QualifiedTableName(SchemaTableOfConcept(schema, "client_merge")));

			if (SPI_execute_with_args(statement, 1, &argtype, &arg, NULL, false, 0) != SPI_OK_UPDATE)
				elog(ERROR, "could not redact the audit");
			events += SPI_processed;
		}
	}
	PG_FINALLY();
	{
		redacting = false;
	}
	PG_END_TRY();
	GuardLeave(surrounding);
	SPI_finish();
	return events;
}

/* redact_audit(schema regnamespace, client_id bigint) RETURNS bigint */
Datum
clienttrack_redact_audit(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema and client_id must not be null")));
	PG_RETURN_INT64(RedactAudit(PG_GETARG_OID(0), PG_GETARG_INT64(1)));
}
