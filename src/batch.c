/*
 * batch.c
 *		Posting a batch run: every client's services in one statement.
 *
 * The guard judges the statement as it judges any other. Only when it refuses is each client judged by itself: those
 * who break a rule are marked with the reason, and the others are posted. So nobody loses a meal for somebody else's
 * missing enrollment, and the ordinary run is judged once.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "executor/tstoreReceiver.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "errors.h"
#include "guard.h"
#include "judge.h"
#include "offering.h"
#include "spi_params.h"

PG_FUNCTION_INFO_V1(clienttrack_post_batch);

/* How often clients may be sorted out before the refusal is passed on: each time others may have written meanwhile. */
#define POST_ATTEMPTS 3

/* All clients of a run, or those named. A search for either would read the whole run for each scan. */
#define ALL_CLIENTS ""
#define NAMED_CLIENTS "AND c.client_id = ANY ($2) "

/*
 * The clients of run $1 with the services that are not posted yet. OFFSET 0 keeps the search
 * for posted ones from becoming a join: the planner, which has no statistics of a new run, would read all rows of the
 * run for each client, those of a refused attempt too.
 */
#define UNPOSTED_SERVICES(clients) \
	" FROM {service_batch_client} c JOIN {service_batch_run} r ON r.service_batch_run_id = c.service_batch_run_id " \
	"JOIN {service_batch} b ON b.service_batch_id = r.service_batch_id " \
	"JOIN {service_batch_service} bs ON bs.service_batch_id = b.service_batch_id AND bs.date_deleted IS NULL " \
	"JOIN {service} s ON s.service_id = bs.service_id " \
	OPEN_AUTHORIZATION("{schema}", "c.client_id", "bs.service_id", "c.enrollment_id", "r.date_provided", "bs.units") \
	"WHERE c.service_batch_run_id = $1 AND c.batch_status = 'pending' AND c.date_deleted IS NULL " clients \
	"AND NOT EXISTS (SELECT FROM {client_service} p WHERE p.service_batch_run_id = $1 " \
	"	AND p.client_id = c.client_id AND p.service_id = bs.service_id AND p.date_deleted IS NULL OFFSET 0)"

/*
 * Unit values come from the batch, the authorization that is drawn on, the offering or the service, grants likewise; both are looked up
 * once for each service. The result is
 * grouped, not joined: the planner expects few clients where many were just added, and would join them by loops.
 */
#define POST_STATEMENT(clients) \
	"WITH value AS MATERIALIZED (SELECT d.service_id, coalesce(d.unit_value, {schema}.worth_of_unit(d.unit_of_measure, " \
	"coalesce(" OFFERED_UNIT_VALUE("d") ", d.default_unit_value))) AS unit_value, d.grant_award_id FROM (SELECT g.*, coalesce(g.grant_given, " \
	"		" OFFERING_SAYS("grant_award_id", "g") ") AS grant_award_id FROM (" \
	"	SELECT bs.service_id, bs.unit_value, s.unit_of_measure, s.default_unit_value, b.program_id, " \
	"		b.location_id, b.grant_award_id AS grant_given, r.date_provided FROM {service_batch_run} r " \
	"	JOIN {service_batch} b ON b.service_batch_id = r.service_batch_id " \
	"	JOIN {service_batch_service} bs ON bs.service_batch_id = b.service_batch_id " \
	"	JOIN {service} s ON s.service_id = bs.service_id WHERE r.service_batch_run_id = $1 OFFSET 0) g OFFSET 0) d), " \
	"posted AS (INSERT INTO {client_service} (client_id, service_id, program_id, date_provided, enrollment_id, location_id, " \
	"	units, unit_value, unit_of_measure, service_batch_run_id, provided_by_user_id, grant_award_id, service_reason_id, " \
	"	service_authorization_id, comments, user_id) " \
	"SELECT c.client_id, bs.service_id, b.program_id, r.date_provided, c.enrollment_id, b.location_id, " \
	"	bs.units, coalesce(bs.unit_value, a.unit_value, (SELECT v.unit_value FROM value v WHERE v.service_id = bs.service_id)), " \
	"	s.unit_of_measure, r.service_batch_run_id, b.provided_by_user_id, coalesce(b.grant_award_id, a.grant_award_id, " \
	"		(SELECT v.grant_award_id FROM value v WHERE v.service_id = bs.service_id)), " \
	"	b.service_reason_id, a.service_authorization_id, b.default_comments, c.user_id" \
	UNPOSTED_SERVICES(clients) \
	" RETURNING client_id) " \
	"SELECT c.client_id, CASE WHEN c.services > 0 THEN 'posted' WHEN c.batch_status = 'rejected' THEN 'rejected' " \
	"	ELSE 'skipped' END, c.sqlstate, " \
	"	CASE WHEN c.services > 0 THEN NULL WHEN c.batch_status = 'rejected' THEN c.message ELSE 'already posted' END, " \
	"	c.services FROM (" \
	"	SELECT a.client_id, max(a.id) AS id, max(a.batch_status) AS batch_status, max(a.sqlstate) AS sqlstate, " \
	"		max(a.message) AS message, sum(a.services)::int AS services FROM (" \
	"		SELECT c.client_id, c.service_batch_client_id AS id, c.batch_status, c.sqlstate, c.message, 0 AS services " \
	"		FROM {service_batch_client} c WHERE c.service_batch_run_id = $1 AND c.batch_status <> 'removed' " \
	"		AND c.date_deleted IS NULL " clients \
	"		UNION ALL SELECT p.client_id, NULL, NULL, NULL, NULL, 1 FROM posted p) a " \
	"	GROUP BY a.client_id) c ORDER BY c.id"
static const char post_run_statement[] = POST_STATEMENT(ALL_CLIENTS);
static const char post_clients_statement[] = POST_STATEMENT(NAMED_CLIENTS);

#define CANDIDATES_QUERY(clients) \
	"SELECT -c.service_batch_client_id AS client_service_id, c.client_id, bs.service_id, b.program_id, r.date_provided, " \
	"	c.enrollment_id, b.location_id, r.service_batch_run_id, b.provided_by_user_id, b.grant_award_id, " \
	"	b.service_reason_id, bs.units, s.unit_of_measure, a.service_authorization_id, now() AS date_created" UNPOSTED_SERVICES(clients)

static const char run_candidates[] = CANDIDATES_QUERY(ALL_CLIENTS);
static const char named_candidates[] = CANDIDATES_QUERY(NAMED_CLIENTS);

/* The second of two who post at once waits here, and then finds everything posted; or is told to try again. */
static const char begin_statement[] =
	"UPDATE {service_batch_run} SET date_posted = now() WHERE service_batch_run_id = $1 AND date_deleted IS NULL";

/* Of named clients each is taken by itself, so that scan stations do not wait for each other. */
static const char begin_clients_statement[] =
	"UPDATE {service_batch_client} SET batch_status = 'pending', sqlstate = NULL, message = NULL "
	"WHERE service_batch_run_id = $1 AND batch_status <> 'removed' AND client_id = ANY ($2)";

static const char retry_statement[] =
	"UPDATE {service_batch_client} SET batch_status = 'pending', sqlstate = NULL, message = NULL "
	"WHERE service_batch_run_id = $1 AND batch_status = 'rejected'";

/* Enrollments are chosen anew, since those chosen when the clients were added may have changed. */
static const char choose_statement[] =
	"UPDATE {service_batch_client} c SET enrollment_id = e.enrollment_id "
	"FROM {service_batch_run} r JOIN {service_batch} b ON b.service_batch_id = r.service_batch_id, "
	"LATERAL {schema}.choose_enrollments(b.program_id, r.date_provided, ARRAY(SELECT p.client_id FROM {service_batch_client} p "
	"	WHERE p.service_batch_run_id = $1 AND p.batch_status = 'pending' AND ($2 IS NULL OR p.client_id = ANY ($2)))) e "
	"WHERE r.service_batch_run_id = $1 AND c.service_batch_run_id = $1 AND c.batch_status = 'pending' "
	"AND c.client_id = e.client_id AND c.enrollment_id IS DISTINCT FROM e.enrollment_id";

static const char reject_statement[] =
	"UPDATE {service_batch_client} c SET batch_status = 'rejected', sqlstate = x.sqlstate, message = x.message "
	"FROM unnest($1, $2, $3) AS x(service_batch_client_id, sqlstate, message) "
	"WHERE c.service_batch_client_id = x.service_batch_client_id";

/* A posting under way. */
typedef struct Posting
{
	SiblingTables *tables;		/* NULL until they are looked for */
	Oid			services;		/* the table client_service */
	bool		all;			/* all clients of the run, not some that are named */
	bool		few;			/* so few that plans are kept */
	Datum		args[2];		/* the run, and the clients or null */
	char		nulls[2];
	Tuplestorestate *result;
} Posting;

static Oid	posting_argtypes[2] = {INT8OID, INT8ARRAYOID};

/* Returns a statement with the tables' names filled in. */
static char *
Filled(Posting *posting, const char *template)
{
	StringInfoData buf;

	if (posting->tables == NULL)
		posting->tables = FindSiblingTables(posting->services);
	initStringInfo(&buf);
	AppendWithSiblings(&buf, posting->tables, template, "");
	return buf.data;
}

/* A plan that scan stations use again and again. */
typedef struct KeptPlan
{
	const char *template;
	Oid			services;		/* the schema's, by its services */
	SPIPlanPtr	plan;
} KeptPlan;

static KeptPlan kept_plans[] = {
	{.template = begin_clients_statement}, {.template = post_clients_statement}
};

/* Returns the kept plan of a statement for a few clients; NULL where none is kept. */
static SPIPlanPtr
FindKeptPlan(Posting *posting, const char *template)
{
	for (int i = 0; i < lengthof(kept_plans); i++)
	{
		KeptPlan   *kept = &kept_plans[i];

		if (kept->template != template)
			continue;
		if (kept->services == posting->services && kept->plan != NULL && SPI_plan_is_valid(kept->plan))
			return kept->plan;
		if (kept->plan != NULL)
			SPI_freeplan(kept->plan);
		kept->plan = NULL;
		kept->services = posting->services;
		kept->plan = SPI_prepare_cursor(Filled(posting, template), 2, posting_argtypes, CURSOR_OPT_GENERIC_PLAN);
		if (kept->plan != NULL)
			SPI_keepplan(kept->plan);
		return kept->plan;
	}
	return NULL;
}

/* Executes a statement about the run and the clients, sends its rows to dest if given, and returns how many it wrote. */
static uint64
ExecuteForRun(Posting *posting, const char *template, DestReceiver *dest)
{
	SPIExecuteOptions options = {.read_only = false, .dest = dest};
	SPIPlanPtr	kept = posting->few ? FindKeptPlan(posting, template) : NULL;
	SPIPlanPtr	plan = kept ? kept : SPI_prepare(Filled(posting, template), 2, posting_argtypes);

	options.params = ConstParams(2, posting_argtypes, posting->args, posting->nulls);
	if (plan == NULL || SPI_execute_plan_extended(plan, &options) < 0)
		elog(ERROR, "could not post a batch: %s", SPI_result_code_string(SPI_result));
	if (!kept)
		SPI_freeplan(plan);
	return SPI_processed;
}

/* Posts what can be posted into the result, in one statement. */
static void
PostPending(Posting *posting)
{
	DestReceiver *dest = CreateDestReceiver(DestTuplestore);

	SetTuplestoreDestReceiverParams(dest, posting->result, CurrentMemoryContext, false, NULL, NULL);
	ExecuteForRun(posting, posting->all ? post_run_statement : post_clients_statement, dest);
}

/* Tells whether an error is the guard's, about rows that can be sorted out, or about what another has just posted. */
static bool
IsRefusal(const ErrorData *error)
{
	int			class_ct = MAKE_SQLSTATE('C', 'T', '0', '0', '0');

	return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TO_CATEGORY(class_ct) ||
		error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION || error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION;
}

/* Posts in a subtransaction. Returns NULL, or the refusal; other errors are passed on. */
static ErrorData *
TryToPost(Posting *posting)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		PostPending(posting);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		tuplestore_clear(posting->result);
		if (!IsRefusal(error))
			ReThrowError(error);
	}
	PG_END_TRY();
	return error;
}

/* Marks the clients that were refused: SPI_tuptable holds rule, -service_batch_client_id, item of each. */
static void
MarkRejected(Posting *posting, int64 refused)
{
	SPITupleTable *table = SPI_tuptable;
	Datum	   *ids = palloc(sizeof(Datum) * refused);
	Datum	   *states = palloc(sizeof(Datum) * refused);
	Datum	   *messages = palloc(sizeof(Datum) * refused);
	Oid			argtypes[3] = {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		args[3];

	for (int64 i = 0; i < refused; i++)
	{
		bool		isnull;
		const GuardRule *rule =
			GuardRuleAt(DatumGetInt32(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)));

		ids[i] = Int64GetDatum(-DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull)));
		states[i] = CStringGetTextDatum(unpack_sql_state(rule->sqlstate));
		messages[i] = CStringGetTextDatum(rule->message);
	}
	args[0] = PointerGetDatum(construct_array(ids, refused, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	args[1] = PointerGetDatum(construct_array(states, refused, TEXTOID, -1, false, TYPALIGN_INT));
	args[2] = PointerGetDatum(construct_array(messages, refused, TEXTOID, -1, false, TYPALIGN_INT));
	if (SPI_execute_with_args(Filled(posting, reject_statement), 3, argtypes, args, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not mark rejected clients");
}

/* Marks the clients whose services would be refused, after looking for another enrollment for them. */
static void
SortOutRefused(Posting *posting)
{
	Candidates	candidates = {.nargs = 2, .argtypes = posting_argtypes, .args = posting->args, .nulls = posting->nulls};
	int64		refused;

	ExecuteForRun(posting, choose_statement, NULL);
	candidates.query = Filled(posting, posting->all ? run_candidates : named_candidates);
	refused = JudgeCandidates(posting->services, &candidates);
	if (refused > 0)
		MarkRejected(posting, refused);
}

/* Makes whoever posts the same clients at the same time wait, and forgets why they were rejected before. */
static void
BeginPosting(Posting *posting)
{
	if (!posting->all)
		ExecuteForRun(posting, begin_clients_statement, NULL);
	else if (ExecuteForRun(posting, begin_statement, NULL) > 0)
		ExecuteForRun(posting, retry_statement, NULL);
	else
		ereport(ERROR,
				(errcode(ERRCODE_CT_NOT_FOUND),
				 errmsg("batch run " INT64_FORMAT " does not exist", DatumGetInt64(posting->args[0]))));
}

/* Passes a refusal on: one that comes from another who posts the same clients as a conflict that a retry solves. */
static void
RaiseRefusal(ErrorData *refusal)
{
	if (refusal->sqlerrcode == ERRCODE_UNIQUE_VIOLATION)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("the batch run is being posted by somebody else"),
				 errhint("The transaction might succeed if retried.")));
	ReThrowError(refusal);
}

/* Posts every client that can be posted, and marks the others with the reason. */
static void
Post(Posting *posting)
{
	ErrorData  *refusal;

	BeginPosting(posting);
	for (int attempt = 1; (refusal = TryToPost(posting)) != NULL; attempt++)
	{
		if (attempt == POST_ATTEMPTS)
			RaiseRefusal(refusal);
		FreeErrorData(refusal);
		SortOutRefused(posting);
	}
}

/* post_batch(schema regnamespace, service_batch_run_id bigint, client_ids bigint[]) */
Datum
clienttrack_post_batch(PG_FUNCTION_ARGS)
{
	Posting		posting = {.nulls = {' ', PG_ARGISNULL(2) ? 'n' : ' '}};
	int			level;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema and service_batch_run_id must not be null")));
	posting.args[0] = PG_GETARG_DATUM(1);
	posting.args[1] = PG_GETARG_DATUM(2);
	posting.all = PG_ARGISNULL(2);
	posting.few = !posting.all &&
		ArrayGetNItems(ARR_NDIM(PG_GETARG_ARRAYTYPE_P(2)), ARR_DIMS(PG_GETARG_ARRAYTYPE_P(2))) <= KEPT_PLAN_ROWS;
	posting.services = SchemaTableOfConcept(PG_GETARG_OID(0), "client_service");
	InitMaterializedSRF(fcinfo, 0);
	posting.result = ((ReturnSetInfo *) fcinfo->resultinfo)->setResult;

	SPI_connect();
	level = NewGUCNestLevel();
	GuardUseSafeNames();
	SetLocally("jit", "off");	/* conditions of row security are long, and quicker to evaluate than to compile */
	SetLocally("clienttrack.refuse_warnings", "off");	/* nobody is asked about the clients of a batch one by one */
	Post(&posting);
	AtEOXact_GUC(true, level);
	SPI_finish();
	return (Datum) 0;
}
