/*
 * watch.c
 *		Knowing when what a backend remembers of some tables no longer holds.
 *
 * Whoever remembers something read from a table watches the table and keeps the generation of the time before reading.
 * What it remembers holds as long as WatchGeneration() is the same. The trigger note_change on watched tables sends a
 * relation cache invalidation, which other backends receive when the change commits, and this one with its next command.
 * At a rollback everything is forgotten: it may have been seen in what is undone, whose note_change had not fired yet.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "watch.h"

PG_FUNCTION_INFO_V1(clienttrack_note_change);

static Oid *watched = NULL;
static int	nwatched = 0;
static uint64 generation = 1;

/* Begins a new generation when a watched table changes. */
static void
NoteInvalidation(Datum arg, Oid relid)
{
	if (!OidIsValid(relid))
		generation++;
	for (int i = 0; i < nwatched; i++)
		if (watched[i] == relid)
			generation++;
}

/* Begins a new generation at a rollback. */
static void
NoteAbort(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		generation++;
}

/* The same for a subtransaction. */
static void
NoteSubAbort(SubXactEvent event, SubTransactionId mySubid, SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		generation++;
}

/* Ensures that changes of a table begin a new generation from now on. */
void
WatchTable(Oid relid)
{
	static bool registered = false;

	if (!registered)
	{
		CacheRegisterRelcacheCallback(NoteInvalidation, (Datum) 0);
		RegisterXactCallback(NoteAbort, NULL);
		RegisterSubXactCallback(NoteSubAbort, NULL);
	}
	registered = true;
	for (int i = 0; i < nwatched; i++)
		if (watched[i] == relid)
			return;
	watched = watched == NULL ? MemoryContextAlloc(TopMemoryContext, sizeof(Oid)) :
		repalloc(watched, sizeof(Oid) * (nwatched + 1));
	watched[nwatched++] = relid;
	generation++;
}

/* Returns the generation of what may be remembered. Call AcceptInvalidationMessages() before relying on it. */
uint64
WatchGeneration(void)
{
	return generation;
}

/*
 * Trigger on a table that backends remember something of: makes every backend forget it.
 *
 *	CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON service
 *		FOR EACH ROW EXECUTE FUNCTION clienttrack.note_change();
 */
Datum
clienttrack_note_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called as a trigger AFTER …", "clienttrack.note_change")));
	CacheInvalidateRelcache(trigdata->tg_relation);
	return PointerGetDatum(NULL);
}
