/*
 * touch.c
 *		Trigger that keeps date_updated and user_id.
 *
 *	CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION clienttrack.touch();
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "session.h"

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

/* Tells whether two versions of a row are the same, to the bit. */
static bool
SameRow(HeapTuple a, HeapTuple b)
{
	return a->t_len == b->t_len && a->t_data->t_hoff == b->t_data->t_hoff &&
		HeapTupleHeaderGetNatts(a->t_data) == HeapTupleHeaderGetNatts(b->t_data) &&
		(a->t_data->t_infomask & ~HEAP_XACT_MASK) == (b->t_data->t_infomask & ~HEAP_XACT_MASK) &&
		memcmp((char *) a->t_data + SizeofHeapTupleHeader, (char *) b->t_data + SizeofHeapTupleHeader,
			   a->t_len - SizeofHeapTupleHeader) == 0;
}

/* Returns the number of the column that says who changed the row, or 0 where there is none. It is the key of hmis_user. */
static int
UserColumn(Relation rel)
{
	int			column = SPI_fnumber(RelationGetDescr(rel), "user_id");

	if (column <= 0 || SPI_gettypeid(RelationGetDescr(rel), column) != INT8OID ||
		bms_is_member(column - FirstLowInvalidHeapAttributeNumber,
					  RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY)))
		return 0;
	return column;
}

/* Tells whether a statement left a column of eight bytes as it was, or made it null. */
static bool
LeftAsItWas(TriggerData *trigdata, int column)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	bool		oldisnull,
				newisnull;
	Datum		oldvalue = heap_getattr(trigdata->tg_trigtuple, column, tupdesc, &oldisnull);
	Datum		newvalue = heap_getattr(trigdata->tg_newtuple, column, tupdesc, &newisnull);

	return newisnull || (!oldisnull && DatumGetInt64(oldvalue) == DatumGetInt64(newvalue));
}

/*
 * Sets date_updated to the time of the transaction, and user_id to the user of the session if one is known, unless the
 * statement changes them itself, or changes nothing.
 */
Datum
clienttrack_touch(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	int			columns[2];
	Datum		values[2];
	bool		isnull[2] = {false, false};
	int			count = 0;
	int			user_column;
	int64		user_id;

	CheckTouchCall(fcinfo);
	if (SameRow(trigdata->tg_trigtuple, trigdata->tg_newtuple))
		return PointerGetDatum(trigdata->tg_newtuple);
	columns[0] = DateUpdatedColumn(trigdata->tg_relation);
	if (LeftAsItWas(trigdata, columns[0]))
		values[count++] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	user_column = UserColumn(trigdata->tg_relation);
	if (user_column > 0 && LeftAsItWas(trigdata, user_column) &&
		SessionUserId(RelationGetNamespace(trigdata->tg_relation), &user_id))
	{
		columns[count] = user_column;
		values[count++] = Int64GetDatum(user_id);
	}
	return PointerGetDatum(count == 0 ? trigdata->tg_newtuple :
						   heap_modify_tuple_by_cols(trigdata->tg_newtuple, RelationGetDescr(trigdata->tg_relation),
													 count, columns, values, isnull));
}
