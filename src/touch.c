/*
 * touch.c
 *		Trigger that keeps date_updated.
 *
 *	CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION clienttrack.touch();
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(clienttrack_touch);

/* Raises unless the function was called as the trigger that it is. */
static void
CheckTouchCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) ||
		!TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger BEFORE UPDATE FOR EACH ROW", "clienttrack.touch")));
}

/* Returns the number of the date_updated column, or raises. */
static int
DateUpdatedColumn(Relation rel)
{
	int			column = SPI_fnumber(RelationGetDescr(rel), "date_updated");

	if (column <= 0 || SPI_gettypeid(RelationGetDescr(rel), column) != TIMESTAMPTZOID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"date_updated\" of type timestamp with time zone",
						RelationGetRelationName(rel))));
	return column;
}

/* Sets date_updated to the time of the transaction unless the statement changes it itself. */
Datum
clienttrack_touch(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleDesc	tupdesc;
	int			column;
	bool		oldisnull,
				newisnull;
	Datum		oldvalue,
				newvalue;

	CheckTouchCall(fcinfo);
	tupdesc = RelationGetDescr(trigdata->tg_relation);
	column = DateUpdatedColumn(trigdata->tg_relation);
	oldvalue = heap_getattr(trigdata->tg_trigtuple, column, tupdesc, &oldisnull);
	newvalue = heap_getattr(trigdata->tg_newtuple, column, tupdesc, &newisnull);

	if (newisnull || (!oldisnull && DatumGetInt64(oldvalue) == DatumGetInt64(newvalue)))
	{
		Datum		now = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
		bool		isnull = false;

		return PointerGetDatum(heap_modify_tuple_by_cols(trigdata->tg_newtuple, tupdesc, 1, &column, &now, &isnull));
	}
	return PointerGetDatum(trigdata->tg_newtuple);
}
