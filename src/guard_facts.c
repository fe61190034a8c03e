/*
 * guard_facts.c
 *		Remembering which facts about services break no rule.
 *
 * Whether a service is offered by a program at a place on a day, and whether what it refers to exists, is the same for
 * every client of a batch and every scan of a station. So a backend remembers the facts that passed, and judges only the
 * clients of the next statement.
 *
 * It forgets them when a table that the answer came from changes (watch.c). Before a backend relies on what it remembers
 * it takes in what was sent. Changes that take something away from services already given lock client_service against
 * writers until they commit (see lock_services in guard_rules.c), so a statement that is under way comes before them and
 * is seen by them. Other changes, a service deactivated for instance, order themselves against a statement as if it had
 * looked a moment earlier, as they may without this memory. Under SERIALIZABLE a known fact is not read again, and so no
 * reason to fail.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "guard_facts.h"
#include "last_day.h"
#include "watch.h"

/* So many facts are remembered; then all are forgotten, and it starts anew. */
#define MAX_FACTS 10000

/* The tables that answers come from, and the services themselves for their columns. */
static const char *const watched_concepts[] = {
	"client_service", "service", "service_offering", "service_organization", "program", "location", "provider",
	"grant_award", "service_reason", "service_batch_run", "hmis_user", "locked_period"
};

static const char *const id_columns[FACT_IDS] = {
	"service_id", "program_id", "location_id", "service_batch_run_id", "grant_award_id", "provider_id",
	"service_reason_id", "provided_by_user_id"
};

/* Where the columns of a fact are in one table. */
typedef struct FactColumns
{
	Oid			relid;
	AttrNumber	ids[FACT_IDS];
	AttrNumber	date_provided;
	AttrNumber	enrollment_id;
	AttrNumber	service_authorization_id;
	AttrNumber	date_deleted;
	bool		complete;		/* all of them are there */
} FactColumns;

typedef struct Fact
{
	FactKey		key;
	uint64		looks;			/* rules that want a look of their own at such services, a bit each */
} Fact;

static HTAB *facts = NULL;
static FactColumns columns;
static uint64 facts_generation = 0; /* when those in the table were read: see watch.c */

/* Makes the changes of a schema's tables known, from now on. */
void
WatchFactTables(SiblingTables *siblings)
{
	for (int i = 0; i < lengthof(watched_concepts); i++)
		WatchTable(SiblingRelid(siblings, watched_concepts[i]));
}

/* Returns the table of facts, empty if what was in it no longer holds. */
static HTAB *
CurrentFacts(void)
{
	if (facts != NULL && facts_generation == WatchGeneration() && hash_get_num_entries(facts) < MAX_FACTS)
		return facts;
	if (facts == NULL || hash_get_num_entries(facts) > 0)
	{
		HASHCTL		ctl = {.keysize = sizeof(FactKey), .entrysize = sizeof(Fact)};

		if (facts != NULL)
			hash_destroy(facts);
		facts = NULL;
		facts = hash_create("clienttrack facts", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	columns.relid = InvalidOid;
	facts_generation = WatchGeneration();
	return facts;
}

/* Returns the number of a column of the type that a fact needs, or 0. */
static AttrNumber
ColumnOfType(TupleDesc tupdesc, const char *name, Oid type)
{
	int			column = SPI_fnumber(tupdesc, name);

	return column > 0 && SPI_gettypeid(tupdesc, column) == type ? column : 0;
}

/* Looks up where the columns of a fact are, and tells whether they are as install() made them. */
static bool
FindColumns(Relation rel)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	bool		complete;

	(void) CurrentFacts();
	if (columns.relid == RelationGetRelid(rel))
		return columns.complete;
	columns.date_provided = ColumnOfType(tupdesc, "date_provided", DATEOID);
	columns.enrollment_id = ColumnOfType(tupdesc, "enrollment_id", INT8OID);
	columns.date_deleted = ColumnOfType(tupdesc, "date_deleted", TIMESTAMPTZOID);
	columns.service_authorization_id = ColumnOfType(tupdesc, "service_authorization_id", INT8OID);
	complete = columns.date_provided && columns.enrollment_id && columns.date_deleted && columns.service_authorization_id;
	for (int i = 0; i < FACT_IDS; i++)
	{
		columns.ids[i] = ColumnOfType(tupdesc, id_columns[i], INT8OID);
		complete = complete && columns.ids[i];
	}
	columns.complete = complete;
	columns.relid = RelationGetRelid(rel);
	return complete;
}

/* Fills a key from a row. */
static void
FactOfRow(Relation rel, TupleTableSlot *slot, FactKey *key)
{
	bool		isnull;

	memset(key, 0, sizeof(FactKey));
	key->relid = RelationGetRelid(rel);
	key->last_day = LastDay();
	key->date_provided = DatumGetDateADT(slot_getattr(slot, columns.date_provided, &isnull));
	for (int i = 0; i < FACT_IDS; i++)
	{
		Datum		value = slot_getattr(slot, columns.ids[i], &isnull);

		if (isnull)
			key->flags |= 1 << i;
		else
			key->ids[i] = DatumGetInt64(value);
	}
	if (slot_attisnull(slot, columns.enrollment_id))
		key->flags |= 1 << FACT_IDS;
	if (slot_attisnull(slot, columns.date_deleted))
		key->flags |= 1 << (FACT_IDS + 1);
	if (slot_attisnull(slot, columns.service_authorization_id))
		key->flags |= 1 << (FACT_IDS + 2);
}

/* Tells whether all rows share one fact, and which. */
bool
OneFact(Relation rel, Tuplestorestate *rows, FactKey *key)
{
	TupleTableSlot *slot;
	bool		first = true;
	bool		same = true;

	AcceptInvalidationMessages();
	if (!FindColumns(rel))
		return false;
	slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple);
	tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
	tuplestore_rescan(rows);
	while (same && tuplestore_gettupleslot(rows, true, false, slot))
	{
		FactKey		other;

		FactOfRow(rel, slot, first ? key : &other);
		same = first || memcmp(key, &other, sizeof(FactKey)) == 0;
		first = false;
	}
	ExecDropSingleTupleTableSlot(slot);
	return same && !first;
}

/* Tells whether a fact is known to break no rule, and which rules still want a look at such services. */
bool
KnownFact(const FactKey *key, uint64 *looks)
{
	Fact	   *fact = hash_search(CurrentFacts(), key, HASH_FIND, NULL);

	if (fact != NULL)
		*looks = fact->looks;
	return fact != NULL;
}

/* Remembers that a fact breaks no rule, unless something changed since the look began. */
void
RememberFact(const FactKey *key, uint64 looks, uint64 since)
{
	if (since == WatchGeneration())
	{
		Fact	   *fact = hash_search(CurrentFacts(), key, HASH_ENTER, NULL);

		fact->looks = looks;
	}
}
