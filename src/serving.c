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
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/rel.h"

#include "guard.h"
#include "siblings.h"
#include "trigger_rows.h"

PG_FUNCTION_INFO_V1(clienttrack_keep_serving);

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

	return strcmp(TableConcept(rel), "enrollment") == 0 || column <= 0 || AnyRow(rel, rows, column, true);
}

/* Statement trigger on enrollment and client_service: adds the organizations of the rows' programs to the clients'. */
Datum
clienttrack_keep_serving(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	GuardSurrounding surrounding;

	CheckKeepCall(fcinfo);
	if (!TellsByItself(trigdata->tg_relation, trigdata->tg_newtable))
		return PointerGetDatum(NULL);
	surrounding = GuardEnter(RelationGetRelid(trigdata->tg_relation));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	if (ExecuteOverRows(trigdata, add_serving) != SPI_OK_UPDATE)
		elog(ERROR, "could not add to the organizations that serve clients");
	SPI_finish();
	GuardLeave(surrounding);
	return PointerGetDatum(NULL);
}
