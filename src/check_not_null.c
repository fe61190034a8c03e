/*
 * check_not_null.c
 *		Trigger that refuses nulls without showing the row.
 *
 * The error of a NOT NULL constraint shows the whole row: names, birth date, SSN, notes of a bar. This one comes first.
 *
 *	CREATE TRIGGER zz_check_not_null BEFORE INSERT OR UPDATE ON client
 *		FOR EACH ROW EXECUTE FUNCTION clienttrack.check_not_null();
 *
 * Row triggers fire in the order of their names: this one after those that fill columns.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/rel.h"

#include "trigger_call.h"

PG_FUNCTION_INFO_V1(clienttrack_check_not_null);

/* Refuses a row that lacks a value which it must have, naming the column only. */
Datum
clienttrack_check_not_null(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleDesc	tupdesc;
	HeapTuple	row;

	CheckBeforeWritingRow(fcinfo, "clienttrack.check_not_null");
	tupdesc = RelationGetDescr(trigdata->tg_relation);
	row = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	if (HeapTupleHasNulls(row))
		for (int i = 0; i < tupdesc->natts; i++)
		{
			Form_pg_attribute column = TupleDescAttr(tupdesc, i);

			if (column->attnotnull && !column->attisdropped && heap_attisnull(row, i + 1, tupdesc))
				ereport(ERROR,
						(errcode(ERRCODE_NOT_NULL_VIOLATION),
						 errmsg("column \"%s\" of \"%s\" must not be null", NameStr(column->attname),
								RelationGetRelationName(trigdata->tg_relation)),
						 errtablecol(trigdata->tg_relation, i + 1)));
		}
	return PointerGetDatum(row);
}
