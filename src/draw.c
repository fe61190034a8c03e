/*
 * draw.c
 *		Trigger that keeps service_authorization.units_drawn: how much of each authorization was given.
 *
 *	CREATE TRIGGER draw_insert AFTER INSERT ON client_service REFERENCING NEW TABLE AS new_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.draw();
 *
 * and likewise for UPDATE (new and old rows) and DELETE (old rows). The counter is a column of the authorization, so whoever
 * draws on it waits for whoever drew before, and at REPEATABLE READ is told to try again: two who each look at what is left
 * could both find it enough. Triggers fire in the order of their names, so the guard looks at the authorization after it is locked here.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/rel.h"

#include "errors.h"
#include "guard.h"
#include "guard_words.h"
#include "trigger_call.h"
#include "trigger_rows.h"

PG_FUNCTION_INFO_V1(clienttrack_draw);

/* What of a service an authorization is about. */
#define DRAWING_ROWS(rows) \
	"(SELECT r.client_service_id, r.service_authorization_id, r.client_id, r.service_id, r.enrollment_id, r.date_provided, " \
	"	r.unit_of_measure, r.units FROM " rows " r " \
	"WHERE r.service_authorization_id IS NOT NULL AND r.date_deleted IS NULL)"

#define GIVEN "SELECT service_authorization_id, units FROM "
#define GIVEN_BACK "SELECT service_authorization_id, -units FROM "

/*
 * Locks the authorizations of the rows in their order, those whose units stay the same too, since the guard looks at their
 * dates. What does not fit because it is not approved is the guard's to refuse. Returns words for those that would be exceeded.
 */
#define DRAW(changed) \
	"WITH drawn AS MATERIALIZED (" \
	"	SELECT c.service_authorization_id, sum(c.units) AS units FROM (" changed ") c (service_authorization_id, units) " \
	"	GROUP BY c.service_authorization_id), " \
	"locked AS MATERIALIZED (" \
	"	SELECT a.service_authorization_id, a.units_authorized, a.units_drawn, d.units, " \
	"		a.authorization_status = 'approved' AND a.date_deleted IS NULL AS approved " \
	"	FROM {service_authorization} a JOIN drawn d ON d.service_authorization_id = a.service_authorization_id " \
	"	ORDER BY a.service_authorization_id FOR NO KEY UPDATE OF a), " \
	"updated AS (" \
	"	UPDATE {service_authorization} a SET units_drawn = a.units_drawn + l.units FROM locked l " \
	"	WHERE a.service_authorization_id = l.service_authorization_id AND l.units <> 0 " \
	"	AND (l.units < 0 OR (l.approved AND l.units_drawn + l.units <= l.units_authorized))) " \
	"SELECT 'authorization ' || l.service_authorization_id || ' has ' || trim_scale(l.units_authorized) || ' units, ' || " \
	"	trim_scale(l.units_drawn) || ' are drawn, ' || trim_scale(l.units) || ' more asked' " \
	"FROM locked l WHERE l.approved AND l.units > 0 AND l.units_drawn + l.units > l.units_authorized " \
	"ORDER BY l.service_authorization_id LIMIT 1"

static const char draw_inserted[] = DRAW(GIVEN DRAWING_ROWS(GUARD_NEW_ROWS) " n");
static const char draw_deleted[] = DRAW(GIVEN_BACK DRAWING_ROWS(GUARD_OLD_ROWS) " o");
static const char draw_updated[] =
	DRAW(GIVEN "(" DRAWING_ROWS(GUARD_NEW_ROWS) " EXCEPT ALL " DRAWING_ROWS(GUARD_OLD_ROWS) ") n UNION ALL "
		 GIVEN_BACK "(" DRAWING_ROWS(GUARD_OLD_ROWS) " EXCEPT ALL " DRAWING_ROWS(GUARD_NEW_ROWS) ") o");

/* Raises unless the function was called as the trigger that it is. */
static void
CheckDrawCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event) || TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger AFTER INSERT, UPDATE or DELETE FOR EACH STATEMENT", "clienttrack.draw")));
	CheckTransitionTables(trigdata);
}

/* Tells whether any service of the statement draws on an authorization, or did. Most draw on none, and cost no query. */
static bool
AnyDraws(TriggerData *trigdata)
{
	Relation	rel = trigdata->tg_relation;
	int			column = SPI_fnumber(RelationGetDescr(rel), "service_authorization_id");

	if (column <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(rel), "service_authorization_id")));
	return (trigdata->tg_newtable && AnyRow(rel, trigdata->tg_newtable, column, false)) ||
		(trigdata->tg_oldtable && AnyRow(rel, trigdata->tg_oldtable, column, false));
}

/* Returns the statement for an event. */
static const char *
DrawStatement(TriggerEvent event)
{
	return TRIGGER_FIRED_BY_INSERT(event) ? draw_inserted : TRIGGER_FIRED_BY_DELETE(event) ? draw_deleted : draw_updated;
}

/* Raises that an authorization would be exceeded. */
static void
RaiseExceeded(Relation rel)
{
	ereport(ERROR,
			(errcode(ERRCODE_CT_AUTHORIZATION),
			 errmsg("%s", AUTHORIZATION_EXCEEDED),
			 errdetail_internal("Not enough left: %s.", SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
			 errhint("%s", AUTHORIZATION_EXCEEDED_HINT),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, SPI_getnspname(rel)),
			 err_generic_string(PG_DIAG_TABLE_NAME, RelationGetRelationName(rel)),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "authorization_exceeded")));
}

/* Statement trigger on client_service: counts what the rows draw on their authorizations, or give back. */
Datum
clienttrack_draw(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	GuardSurrounding surrounding;

	CheckDrawCall(fcinfo);
	if (!AnyDraws(trigdata))
		return PointerGetDatum(NULL);
	surrounding = GuardEnter(RelationGetRelid(trigdata->tg_relation));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	if (ExecuteOverRows(trigdata, DrawStatement(trigdata->tg_event)) != SPI_OK_SELECT)
		elog(ERROR, "could not draw on authorizations");
	if (SPI_processed > 0)
		RaiseExceeded(trigdata->tg_relation);
	SPI_finish();
	GuardLeave(surrounding);
	return PointerGetDatum(NULL);
}
