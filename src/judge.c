/*
 * judge.c
 *		Judging rows before they are written, by the rules that the guard holds when they are.
 *
 * A batch wants to know which clients will be refused, and why, and to go on with the others.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "errors.h"
#include "guard.h"
#include "judge.h"
#include "offering.h"
#include "spi_params.h"

PG_FUNCTION_INFO_V1(clienttrack_judge);
PG_FUNCTION_INFO_V1(clienttrack_judge_batch_clients);
PG_FUNCTION_INFO_V1(clienttrack_judge_services);
PG_FUNCTION_INFO_V1(clienttrack_judge_stored);

/* A receiver of query results that stores them as rows of a table, columns matched by name, the others null. */
typedef struct CandidateReceiver
{
	DestReceiver pub;
	TupleDesc	table;
	AttrNumber *column;			/* for each result column, its number in the table */
	Datum	   *values;
	bool	   *nulls;
	Tuplestorestate *store;
} CandidateReceiver;

/* Returns the column of the table that a result column fills, or raises. */
static AttrNumber
MatchColumn(TupleDesc table, Form_pg_attribute result)
{
	int			column = SPI_fnumber(table, NameStr(result->attname));

	if (column <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the table of the candidates has no column \"%s\"", NameStr(result->attname))));
	if (getBaseType(TupleDescAttr(table, column - 1)->atttypid) != getBaseType(result->atttypid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the candidates must be of type %s", NameStr(result->attname),
						format_type_be(TupleDescAttr(table, column - 1)->atttypid))));
	return column;
}

/* Matches the columns of the result. */
static void
StartCandidates(DestReceiver *self, int operation, TupleDesc typeinfo)
{
	CandidateReceiver *receiver = (CandidateReceiver *) self;

	receiver->column = palloc(sizeof(AttrNumber) * Max(typeinfo->natts, 1));
	for (int i = 0; i < typeinfo->natts; i++)
		receiver->column[i] = MatchColumn(receiver->table, TupleDescAttr(typeinfo, i));
}

/* Stores one row. */
static bool
ReceiveCandidate(TupleTableSlot *slot, DestReceiver *self)
{
	CandidateReceiver *receiver = (CandidateReceiver *) self;

	slot_getallattrs(slot);
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		receiver->values[receiver->column[i] - 1] = slot->tts_values[i];
		receiver->nulls[receiver->column[i] - 1] = slot->tts_isnull[i];
	}
	tuplestore_putvalues(receiver->store, receiver->table, receiver->values, receiver->nulls);
	return true;
}

/* Nothing to do at the end: the store lives on, the rest goes with its context. */
static void
EndCandidates(DestReceiver *self)
{
}

/* Returns the rows of a query stored as rows of a table. */
static Tuplestorestate *
StoreCandidates(TupleDesc table, const Candidates *candidates)
{
	CandidateReceiver *receiver = palloc0(sizeof(CandidateReceiver));
	SPIExecuteOptions options = {.params = NULL, .read_only = false, .tcount = 0};
	SPIPlanPtr	plan;

	receiver->pub.receiveSlot = ReceiveCandidate;
	receiver->pub.rStartup = StartCandidates;
	receiver->pub.rShutdown = EndCandidates;
	receiver->pub.rDestroy = EndCandidates;
	receiver->pub.mydest = DestTuplestore;
	receiver->table = table;
	receiver->values = palloc0(sizeof(Datum) * table->natts);
	receiver->nulls = palloc(sizeof(bool) * table->natts);
	memset(receiver->nulls, true, sizeof(bool) * table->natts);
	receiver->store = tuplestore_begin_heap(false, false, work_mem);

	options.params = ConstParams(candidates->nargs, candidates->argtypes, candidates->args, candidates->nulls);
	options.dest = (DestReceiver *) receiver;
	plan = SPI_prepare(candidates->query, candidates->nargs, candidates->argtypes);
	if (plan == NULL || list_length(SPI_plan_get_plan_sources(plan)) != 1 ||
		SPI_execute_plan_extended(plan, &options) != SPI_OK_SELECT)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("the candidates must be told by one query")));
	SPI_freeplan(plan);
	return receiver->store;
}

/*
 * Judges candidates for a table, and returns how many would be refused, or warned of where that is asked for too;
 * SPI_tuptable holds number of the rule, row_id, item of each. SPI must be connected. No lock is taken: the guard looks again when the rows are written.
 */
int64
JudgeCandidates(Oid relid, const Candidates *candidates)
{
	Relation	rel = table_open(relid, AccessShareLock);
	GuardEvent	event = {.relid = relid, .event = GUARD_INSERT | GUARD_UPDATE, .candidates = true,
	.with_warnings = candidates->with_warnings, .stored = candidates->stored, .excused = GuardExcused(relid)};
	Tuplestorestate *store = StoreCandidates(RelationGetDescr(rel), candidates);
	GuardSurrounding surrounding;
	int64		refused;

	event.concept = TableConcept(rel);
	GuardRegisterRows(GUARD_NEW_ROWS, relid, store);
	surrounding = GuardEnter(relid);
	refused = GuardExecute(&event, relid, GUARD_PART_PROBE, tuplestore_tuple_count(store), 0);
	GuardLeave(surrounding);
	SPI_unregister_relation(GUARD_NEW_ROWS);
	tuplestore_end(store);
	table_close(rel, NoLock);
	return refused;
}

/* Adds what became of the candidates to the result of the function. */
static void
PutRefusals(ReturnSetInfo *rsinfo, SPITupleTable *refusals, int64 count)
{
	for (int64 i = 0; i < count; i++)
	{
		bool		isnull;
		HeapTuple	tuple = refusals->vals[i];
		const GuardRule *rule = GuardRuleAt(DatumGetInt32(SPI_getbinval(tuple, refusals->tupdesc, 1, &isnull)));
		char	   *item = SPI_getvalue(tuple, refusals->tupdesc, 3);
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = SPI_getbinval(tuple, refusals->tupdesc, 2, &nulls[0]);
		values[1] = CStringGetTextDatum(rule->name);
		values[2] = CStringGetTextDatum(unpack_sql_state(rule->elevel < ERROR ? ERRCODE_CT_WARNINGS : rule->sqlstate));
		values[3] = CStringGetTextDatum(rule->message);
		nulls[4] = item == NULL;	/* a candidate without client or date */
		values[4] = item ? CStringGetTextDatum(psprintf(rule->detail, item)) : (Datum) 0;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
}

/* Judges candidates of any writer for the owner of their table; the arguments begin with schema, table_name, candidates. */
static void
JudgeForOwner(FunctionCallInfo fcinfo, Candidates *candidates)
{
	Oid			relid;
	int64		refused;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema, table_name and candidates must not be null")));
	relid = SchemaTableOfConcept(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	RequireTableOwner(relid);	/* the rules look at everybody's rows, and would tell of other clients' bars and enrollments */
	candidates->query = text_to_cstring(PG_GETARG_TEXT_PP(2));
	InitMaterializedSRF(fcinfo, 0);

	SPI_connect();
	refused = JudgeCandidates(relid, candidates);
	PutRefusals((ReturnSetInfo *) fcinfo->resultinfo, SPI_tuptable, refused);
	SPI_finish();
}

/* judge(schema regnamespace, table_name text, candidates text, ids bigint[], more_ids bigint[]) */
Datum
clienttrack_judge(PG_FUNCTION_ARGS)
{
	Oid			argtypes[2] = {INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[2] = {PG_GETARG_DATUM(3), PG_GETARG_DATUM(4)};
	char		nulls[2] = {PG_ARGISNULL(3) ? 'n' : ' ', PG_ARGISNULL(4) ? 'n' : ' '};
	Candidates	candidates = {.nargs = 2, .argtypes = argtypes, .args = args, .nulls = nulls};

	JudgeForOwner(fcinfo, &candidates);
	return (Datum) 0;
}

/* judge_stored(schema regnamespace, table_name text, candidates text) */
Datum
clienttrack_judge_stored(PG_FUNCTION_ARGS)
{
	Candidates	candidates = {.stored = true};

	JudgeForOwner(fcinfo, &candidates);
	return (Datum) 0;
}

/*
 * Judges services that the caller may enter, and puts what would be refused into the result. The candidates are read as
 * the caller, so that nobody is told of a client out of sight.
 */
static void
JudgeForWriter(FunctionCallInfo fcinfo, Oid relid, Candidates *candidates)
{
	int			level;
	int64		refused;

	if (pg_attribute_aclcheck_all(relid, GetUserId(), ACL_INSERT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	level = NewGUCNestLevel();
	GuardUseSafeNames();
	refused = JudgeCandidates(relid, candidates);
	PutRefusals((ReturnSetInfo *) fcinfo->resultinfo, SPI_tuptable, refused);
	AtEOXact_GUC(true, level);
	SPI_finish();
}

/*
 * Returns the query for the services that run $1 would give to clients $2 with enrollments $3. It is read as the caller,
 * so that nobody is told of a client out of sight.
 */
static char *
BatchCandidatesQuery(Oid schema)
{
	return psprintf("SELECT -c.client_id AS client_service_id, c.client_id, bs.service_id, b.program_id, r.date_provided, "
					"	c.enrollment_id, b.location_id, bs.units, a.service_authorization_id, now() AS date_created "
					"FROM unnest($2, $3) AS c (client_id, enrollment_id) JOIN %s k ON k.client_id = c.client_id, %s r "
					"JOIN %s b ON b.service_batch_id = r.service_batch_id "
					"JOIN %s bs ON bs.service_batch_id = b.service_batch_id AND bs.date_deleted IS NULL "
					OPEN_AUTHORIZATION("%s", "c.client_id", "bs.service_id", "c.enrollment_id", "r.date_provided", "bs.units")
					"WHERE r.service_batch_run_id = $1",
					QualifiedTableName(SchemaTableOfConcept(schema, "client")),
					QualifiedTableName(SchemaTableOfConcept(schema, "service_batch_run")),
					QualifiedTableName(SchemaTableOfConcept(schema, "service_batch")),
					QualifiedTableName(SchemaTableOfConcept(schema, "service_batch_service")),
					quote_identifier(get_namespace_name(schema)));
}

/* judge_batch_clients(schema regnamespace, service_batch_run_id bigint, client_ids bigint[], enrollment_ids bigint[]) */
Datum
clienttrack_judge_batch_clients(PG_FUNCTION_ARGS)
{
	Oid			argtypes[3] = {INT8OID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[3] = {PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), PG_GETARG_DATUM(3)};
	char		nulls[3] = {' ', PG_ARGISNULL(2) ? 'n' : ' ', PG_ARGISNULL(3) ? 'n' : ' '};
	Candidates	candidates = {.nargs = 3, .argtypes = argtypes, .args = args, .nulls = nulls};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema and service_batch_run_id must not be null")));
	candidates.query = BatchCandidatesQuery(PG_GETARG_OID(0));
	JudgeForWriter(fcinfo, SchemaTableOfConcept(PG_GETARG_OID(0), "client_service"), &candidates);
	return (Datum) 0;
}

/*
 * Returns the query for entries $2 (service_entry[]) that share what is in $1 (a client_service). What the caller could not
 * enter is left out: row security would refuse it, and the rules would tell of it.
 */
static char *
EntryCandidatesQuery(Oid schema)
{
	return psprintf("SELECT -u.ordinality AS client_service_id, u.client_id, u.service_id, ($1).program_id, ($1).date_provided, "
					"	u.enrollment_id, ($1).location_id, u.grant_award_id, ($1).provider_id, ($1).service_reason_id, "
					"	($1).provided_by_user_id, u.units, u.unit_of_measure, u.service_authorization_id, now() AS date_created "
					"FROM ROWS FROM (unnest($2)) WITH ORDINALITY AS u JOIN %s k ON k.client_id = u.client_id "
					"WHERE u.sqlstate IS NULL AND clienttrack.sees_program(%u::regnamespace, ($1).program_id) "
					"AND (u.enrollment_id IS NULL OR EXISTS (SELECT FROM %s e WHERE e.enrollment_id = u.enrollment_id)) "
					"AND (u.service_authorization_id IS NULL OR EXISTS (SELECT FROM %s a "
					"	WHERE a.service_authorization_id = u.service_authorization_id))",
					QualifiedTableName(SchemaTableOfConcept(schema, "client")), schema,
					QualifiedTableName(SchemaTableOfConcept(schema, "enrollment")),
					QualifiedTableName(SchemaTableOfConcept(schema, "service_authorization")));
}

/* judge_services(schema regnamespace, shared "any", entries "any", with_warnings boolean) */
Datum
clienttrack_judge_services(PG_FUNCTION_ARGS)
{
	Oid			argtypes[2] = {get_fn_expr_argtype(fcinfo->flinfo, 1), get_fn_expr_argtype(fcinfo->flinfo, 2)};
	Datum		args[2] = {PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)};
	char		nulls[2] = {' ', ' '};
	Candidates	candidates = {.nargs = 2, .argtypes = argtypes, .args = args, .nulls = nulls,
	.with_warnings = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3)};
	Oid			schema;
	Oid			relid;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema, shared and entries must not be null")));
	schema = PG_GETARG_OID(0);
	relid = SchemaTableOfConcept(schema, "client_service");
	if (argtypes[0] != get_rel_type_id(relid) ||
		get_element_type(argtypes[1]) != get_rel_type_id(SchemaTableOfConcept(schema, "service_entry")))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("shared must be a client_service and entries an array of service_entry of the schema")));
	candidates.query = EntryCandidatesQuery(schema);
	JudgeForWriter(fcinfo, relid, &candidates);
	return (Datum) 0;
}
