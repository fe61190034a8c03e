/*
 * trigger_call.c
 *		Whether a trigger function was called as the trigger that it is.
 */
#include "postgres.h"

#include "fmgr.h"

#include "trigger_call.h"

/* Raises unless a statement trigger has the transition tables that its event has. */
void
CheckTransitionTables(TriggerData *trigdata)
{
	if ((!TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) && trigdata->tg_newtable == NULL) ||
		(!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) && trigdata->tg_oldtable == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" lacks a transition table", trigdata->tg_trigger->tgname),
				 errhint("Add REFERENCING NEW TABLE AS new_rows, OLD TABLE AS old_rows, or both.")));
}

/* Raises unless a function was called as a trigger BEFORE INSERT OR UPDATE FOR EACH ROW. */
void
CheckBeforeWritingRow(FunctionCallInfo fcinfo, const char *function)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) || TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger BEFORE INSERT OR UPDATE FOR EACH ROW", function)));
}
