/*
 * serving.c
 *		Trigger that keeps client.serving_organization_ids: which organizations serve a client.
 *
 *	CREATE TRIGGER keep_serving AFTER INSERT ON enrollment REFERENCING NEW TABLE AS new_rows
 *		FOR EACH STATEMENT EXECUTE FUNCTION clienttrack.keep_serving();
 *
 * Whoever enrolls a client or gives a service serves the client. A service on an enrollment adds nothing to what the
 * enrollment told, so a batch of such services costs no query.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/hsearch.h"
#include "utils/rel.h"

#include "guard.h"
#include "siblings.h"

PG_FUNCTION_INFO_V1(clienttrack_keep_serving);

typedef struct KeepPlan
{
	Oid			relid;
	SPIPlanPtr	plan;			/* kept, or NULL */
} KeepPlan;

/*
 * The organization that entered the client sees it without being listed. A victim service provider is never listed:
 * whoever sees the client would know. Locked in order, so that two writers don't
 * deadlock; looked at again under the lock, so that none overwrites what the other added.
 */
static const char add_serving[] =
	"WITH told AS (SELECT n.client_id, array_agg(DISTINCT p.organization_id) AS organizations FROM {rows} n "
	"	JOIN {program} p ON p.program_id = n.program_id "
	"	JOIN {organization} o ON o.organization_id = p.organization_id AND NOT o.victim_service_provider GROUP BY n.client_id), "
	"missing AS MATERIALIZED (SELECT c.client_id, c.security_organization_id AS entered_by, c.serving_organization_ids AS serving, "
	"	t.organizations FROM told t JOIN {client} c ON c.client_id = t.client_id "
	"	WHERE NOT t.organizations <@ (c.serving_organization_ids || c.security_organization_id) "
	"	ORDER BY c.client_id FOR NO KEY UPDATE OF c) "
	"UPDATE {client} c SET serving_organization_ids = m.serving || ARRAY(SELECT o FROM unnest(m.organizations) o "
	"	WHERE o IS DISTINCT FROM m.entered_by AND o <> ALL (m.serving) ORDER BY o) "
	"FROM missing m WHERE c.client_id = m.client_id";

/* Raises unless the function was called as the trigger that it is. */
static void
CheckKeepCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event) || trigdata->tg_newtable == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger AFTER INSERT OR UPDATE FOR EACH STATEMENT "
						"with a transition table", "clienttrack.keep_serving")));
}

/* Tells whether a row says by itself that an organization serves the client: it is an enrollment, or stands on none. */
static bool
TellsByItself(Relation rel, Tuplestorestate *rows)
{
	int			column = SPI_fnumber(RelationGetDescr(rel), "enrollment_id");
	TupleTableSlot *slot;
	bool		tells = false;

	if (strcmp(TableConcept(rel), "enrollment") == 0 || column <= 0)
		return true;
	slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
	tuplestore_rescan(rows);
	while (!tells && tuplestore_gettupleslot(rows, true, false, slot))
		tells = slot_attisnull(slot, column);
	ExecDropSingleTupleTableSlot(slot);
	return tells;
}

/* Returns the statement that adds what is missing. */
static char *
KeepStatement(Oid relid)
{
	StringInfoData buf;

	initStringInfo(&buf);
	AppendWithSiblings(&buf, FindSiblingTables(relid), add_serving, GUARD_NEW_ROWS);
	return buf.data;
}

/* Returns a plan for a statement of so many rows: the kept one for a few. */
static SPIPlanPtr
PlanToKeep(Oid relid, int64 rows)
{
	static HTAB *plans = NULL;
	KeepPlan   *entry;
	bool		found;

	if (plans == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(Oid), .entrysize = sizeof(KeepPlan)};

		plans = hash_create("clienttrack serving plans", 8, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(plans, &relid, HASH_ENTER, &found);
	if (!found)
		entry->plan = NULL;
	SetLocally("jit", "off");
	SetLocally(rows > KEPT_PLAN_ROWS ? "enable_nestloop" : "enable_seqscan", "off");
	if (rows > KEPT_PLAN_ROWS)
		return SPI_prepare(KeepStatement(relid), 0, NULL);
	if (entry->plan == NULL || !SPI_plan_is_valid(entry->plan))
	{
		SPIPlanPtr	plan = SPI_prepare(KeepStatement(relid), 0, NULL);

		if (plan != NULL)
			SPI_keepplan(plan);
		entry->plan = plan;
	}
	return entry->plan;
}

/* Statement trigger on enrollment and client_service: adds the organizations of the rows' programs to the clients'. */
Datum
clienttrack_keep_serving(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Oid			relid;
	GuardSurrounding surrounding;
	SPIPlanPtr	plan;

	CheckKeepCall(fcinfo);
	if (!TellsByItself(trigdata->tg_relation, trigdata->tg_newtable))
		return PointerGetDatum(NULL);
	relid = RelationGetRelid(trigdata->tg_relation);
	surrounding = GuardEnter(relid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	GuardRegisterRows(GUARD_NEW_ROWS, relid, trigdata->tg_newtable);
	plan = PlanToKeep(relid, tuplestore_tuple_count(trigdata->tg_newtable));
	if (plan == NULL || SPI_execute_plan(plan, NULL, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not add to the organizations that serve clients");
	SPI_finish();
	GuardLeave(surrounding);
	return PointerGetDatum(NULL);
}
