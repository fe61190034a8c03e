/*
 * release.c
 *		What releases share with the user of the session, remembered.
 *
 * Policies ask for each row that is not the user's organizations' own. The releases to these organizations are read once
 * and remembered until one changes (watch.c) or the user does (session.c).
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "guard.h"
#include "session.h"
#include "siblings.h"
#include "watch.h"

PG_FUNCTION_INFO_V1(clienttrack_released_client);
PG_FUNCTION_INFO_V1(clienttrack_released_enrollment);
PG_FUNCTION_INFO_V1(clienttrack_released_service);

/* What is asked for; the client's own record comes with every release. */
typedef enum Released
{
	RELEASED_CLIENT,
	RELEASED_ENROLLMENT,
	RELEASED_SERVICE
} Released;

typedef struct Release
{
	int64		client_id;
	int64		organization_id;
	DateADT		from;
	DateADT		before;
	bool		shares[RELEASED_SERVICE + 1];
} Release;

static MemoryContext release_context = NULL;
static Release *releases;		/* in the order of clients */
static int64 nreleases;
static Oid	releases_schema;
static uint64 releases_session; /* of the user's organizations, see SessionOrganizations() */
static uint64 releases_generation;
static bool releases_parallel;	/* read during a parallel operation, with the statement's snapshot: only good until its end */

static const char release_query[] =
	"SELECT r.client_id, r.organization_id, r.begin_date, least(r.end_date + 1, r.revoked_date), true, "
	"'enrollments' = ANY (r.shares), 'services' = ANY (r.shares) FROM %s r "
	"WHERE r.released_to_organization_id = ANY ($1) AND r.date_deleted IS NULL AND r.end_date >= current_date - 1 "
	"ORDER BY r.client_id";

/* Keeps the rows that the query returned. */
static void
KeepReleases(void)
{
	nreleases = SPI_processed;
	releases = MemoryContextAllocHuge(release_context, sizeof(Release) * Max(nreleases, 1));
	for (int64 i = 0; i < nreleases; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	tupdesc = SPI_tuptable->tupdesc;
		bool		isnull;

		releases[i].client_id = DatumGetInt64(SPI_getbinval(row, tupdesc, 1, &isnull));
		releases[i].organization_id = DatumGetInt64(SPI_getbinval(row, tupdesc, 2, &isnull));
		releases[i].from = DatumGetDateADT(SPI_getbinval(row, tupdesc, 3, &isnull));
		releases[i].before = DatumGetDateADT(SPI_getbinval(row, tupdesc, 4, &isnull));
		for (int what = RELEASED_CLIENT; what <= RELEASED_SERVICE; what++)
			releases[i].shares[what] = DatumGetBool(SPI_getbinval(row, tupdesc, 5 + what, &isnull));
	}
}

/* Reads the releases to some organizations. */
static void
ReadReleases(Oid relid, const ArrayType *organizations)
{
	GuardSurrounding surrounding = GuardEnter(relid);
	Oid			argtype = INT8ARRAYOID;
	Datum		arg = PointerGetDatum(organizations);

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	GuardSelect(psprintf(release_query, QualifiedTableName(relid)), 1, &argtype, &arg, NULL);
	KeepReleases();
	SPI_finish();
	GuardLeave(surrounding);
}

/* Ensures that the releases to the user's organizations are remembered. */
static void
RefreshReleases(Oid schema)
{
	uint64		session;
	const ArrayType *organizations = SessionOrganizations(schema, &session);
	Oid			relid;

	if (releases_schema == schema && releases_session == session && releases_generation == WatchGeneration() &&
		releases_parallel == IsInParallelMode())
		return;
	relid = SchemaTableOfConcept(schema, "information_release");
	if (release_context == NULL)
		release_context = AllocSetContextCreate(TopMemoryContext, "clienttrack releases", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(release_context);
	releases_schema = InvalidOid;
	WatchTable(relid);
	releases_generation = WatchGeneration();
	ReadReleases(relid, organizations);
	releases_session = session;
	releases_parallel = IsInParallelMode();
	releases_schema = schema;
}

/* Returns the position of the first release of a client, or of a later one. */
static int64
FirstRelease(int64 client_id)
{
	int64		low = 0,
				high = nreleases;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (releases[middle].client_id < client_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Tells whether a remembered release in force shares something of a client; organization 0: whoever's. */
static bool
IsReleased(int64 client_id, int64 organization_id, Released what)
{
	DateADT		today;

	if (nreleases == 0)
		return false;
	today = GetSQLCurrentDate();
	for (int64 i = FirstRelease(client_id); i < nreleases && releases[i].client_id == client_id; i++)
		if (releases[i].shares[what] && releases[i].from <= today && today < releases[i].before &&
			(organization_id == 0 || organization_id == releases[i].organization_id))
			return true;
	return false;
}

/* Tells whether a release in force shares a record of a client that a program made. */
static bool
IsRecordReleased(Oid schema, int64 client_id, int64 program_id, Released what)
{
	int64		organization_id;

	RefreshReleases(schema);
	return nreleases > 0 && ProgramOrganization(schema, program_id, &organization_id) &&
		IsReleased(client_id, organization_id, what);
}

/* released_client(schema regnamespace, client_id bigint) returns boolean */
Datum
clienttrack_released_client(PG_FUNCTION_ARGS)
{
	RefreshReleases(PG_GETARG_OID(0));
	PG_RETURN_BOOL(IsReleased(PG_GETARG_INT64(1), 0, RELEASED_CLIENT));
}

/* released_enrollment(schema regnamespace, client_id bigint, program_id bigint) returns boolean */
Datum
clienttrack_released_enrollment(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsRecordReleased(PG_GETARG_OID(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2), RELEASED_ENROLLMENT));
}

/* released_service(schema regnamespace, client_id bigint, program_id bigint) returns boolean */
Datum
clienttrack_released_service(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsRecordReleased(PG_GETARG_OID(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2), RELEASED_SERVICE));
}
