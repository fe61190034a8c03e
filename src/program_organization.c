/*
 * program_organization.c
 *		Which organization runs a program, remembered.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "utils/hsearch.h"

#include "guard.h"
#include "session.h"
#include "siblings.h"
#include "watch.h"

typedef struct ProgramEntry
{
	int64		program_id;
	int64		organization_id;
} ProgramEntry;

static HTAB *programs = NULL;
static Oid	programs_schema;
static uint64 programs_generation = 0;
static bool programs_parallel;	/* read during a parallel operation, with the statement's snapshot: only good until its end */

/* Puts the programs that a query returned into the table. */
static void
StorePrograms(void)
{
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		int64		program_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		ProgramEntry *entry = hash_search(programs, &program_id, HASH_ENTER, NULL);

		entry->organization_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
	}
}

/* Reads all programs of a schema. */
static void
RefreshPrograms(Oid schema)
{
	HASHCTL		ctl = {.keysize = sizeof(int64), .entrysize = sizeof(ProgramEntry)};
	Oid			relid = SchemaTableOfConcept(schema, "program");
	GuardSurrounding surrounding;

	WatchTable(relid);
	if (programs != NULL)
		hash_destroy(programs);
	programs = NULL;
	programs_schema = InvalidOid;
	programs_generation = WatchGeneration();
	surrounding = GuardEnter(relid);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	programs = hash_create("clienttrack programs", 256, &ctl, HASH_ELEM | HASH_BLOBS);
	GuardSelect(psprintf("SELECT program_id, organization_id FROM %s", QualifiedTableName(relid)), 0, NULL, NULL, NULL);
	StorePrograms();
	SPI_finish();
	GuardLeave(surrounding);
	programs_parallel = IsInParallelMode();
	programs_schema = schema;
}

/* Gives the organization that runs a program, if the program exists. */
bool
ProgramOrganization(Oid schema, int64 program_id, int64 *organization_id)
{
	ProgramEntry *entry;

	if (programs_schema != schema || programs_generation != WatchGeneration() || programs_parallel != IsInParallelMode())
		RefreshPrograms(schema);
	entry = hash_search(programs, &program_id, HASH_FIND, NULL);
	if (entry != NULL)
		*organization_id = entry->organization_id;
	return entry != NULL;
}
