/*
 * service_terms.c
 *		On what terms services are given at a place on a day: whether they are offered, what a unit costs, who pays.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "fmgr.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "guard.h"
#include "offering.h"
#include "spi_params.h"

PG_FUNCTION_INFO_V1(clienttrack_service_terms);

/* Services $1, each to be charged to the grant beside it in $2 or to none, of program $3 at location $4 on day $5. */
static const char terms_query[] =
	"SELECT d.service_id, d.grant_given, d.grant_award_id, d.active AND NOT " NOT_OFFERED("d") " AS offered, "
	"	" ENROLLMENT_RULE("d") " AS enrollment_rule, d.unit_of_measure, d.default_units, "
	"	coalesce(" OFFERED_UNIT_VALUE("d") ", d.default_unit_value) AS unit_value "
	"FROM (SELECT g.*, coalesce(g.grant_given, " OFFERING_SAYS("grant_award_id", "g") ") AS grant_award_id FROM ("
	"	SELECT s.service_id, u.grant_given, s.unit_of_measure, s.default_units, s.default_unit_value, $3 AS program_id, "
	"		$4 AS location_id, $5 AS date_provided, s.active AND (s.is_direct OR s.is_referral) AND s.date_deleted IS NULL AS active "
	"	FROM (SELECT DISTINCT * FROM unnest($1, $2)) AS u (service_id, grant_given) "
	"	JOIN {service} s ON s.service_id = u.service_id OFFSET 0) g OFFSET 0) d";

static Oid	terms_argtypes[5] = {INT8ARRAYOID, INT8ARRAYOID, INT8OID, INT8OID, DATEOID};

/* The plan of a session, for the schema that it asked about last. */
static SPIPlanPtr kept_plan = NULL;
static Oid	kept_schema = InvalidOid;

/* Returns the plan of the query for a schema: the kept one, where it still holds. */
static SPIPlanPtr
TermsPlan(Oid schema)
{
	StringInfoData query;

	if (kept_plan != NULL && kept_schema == schema && SPI_plan_is_valid(kept_plan))
		return kept_plan;
	if (kept_plan != NULL)
		SPI_freeplan(kept_plan);
	kept_plan = NULL;
	initStringInfo(&query);
	AppendWithSiblings(&query, FindSiblingTables(SchemaTableOfConcept(schema, "service")), terms_query, "");
	kept_plan = SPI_prepare_cursor(query.data, 5, terms_argtypes, CURSOR_OPT_GENERIC_PLAN);
	if (kept_plan == NULL)
		elog(ERROR, "could not look for the terms of services: %s", SPI_result_code_string(SPI_result));
	SPI_keepplan(kept_plan);
	kept_schema = schema;
	return kept_plan;
}

/* Sends the terms, as the caller sees them, to a receiver. */
static void
SelectTerms(Oid schema, Datum *args, const char *nulls, DestReceiver *dest)
{
	SPIExecuteOptions options = {.read_only = true, .dest = dest};

	options.params = ConstParams(5, terms_argtypes, args, nulls);
	if (SPI_execute_plan_extended(TermsPlan(schema), &options) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the terms of services: %s", SPI_result_code_string(SPI_result));
}

/* service_terms(schema regnamespace, service_ids bigint[], grant_ids bigint[], program_id, location_id bigint, date_provided date) */
Datum
clienttrack_service_terms(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DestReceiver *dest = CreateDestReceiver(DestTuplestore);
	Datum		args[5];
	char		nulls[5];
	int			level;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema and service_ids must not be null")));
	for (int i = 0; i < 5; i++)
	{
		args[i] = PG_GETARG_DATUM(i + 1);
		nulls[i] = PG_ARGISNULL(i + 1) ? 'n' : ' ';
	}
	InitMaterializedSRF(fcinfo, 0);
	/* the types are compared with ours: a schema that is not one of ours may have others */
	SetTuplestoreDestReceiverParams(dest, rsinfo->setResult, CurrentMemoryContext, false, rsinfo->setDesc,
									"the columns of the schema's tables do not have clienttrack's types");
	SPI_connect();
	level = NewGUCNestLevel();
	GuardUseSafeNames();
	SelectTerms(PG_GETARG_OID(0), args, nulls, dest);
	AtEOXact_GUC(true, level);
	SPI_finish();
	return (Datum) 0;
}
