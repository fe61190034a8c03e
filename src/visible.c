/*
 * visible.c
 *		Whether the user of the session sees a row, asked from where SQL cannot ask.
 *
 * Inside a SECURITY DEFINER function the current user is the function's owner, who sees every row. And a policy may not
 * refer to a table whose own policy refers back. What the session's user sees, by grants and row security, is asked as
 * that user.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "guard.h"
#include "siblings.h"

PG_FUNCTION_INFO_V1(clienttrack_visible_row);
PG_FUNCTION_INFO_V1(clienttrack_editable_row);

/*
 * Refuses to judge for a maintenance command: there the session's user is whoever runs VACUUM or ANALYZE, and the function
 * called is one that somebody else put into an index.
 */
static void
CheckNotMaintenance(void)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("rows are not looked at within security-restricted operation")));
}

/*
 * Tells whether the session's user sees a row of a schema's table, or may also change it, in which case it is locked:
 *
 *		SELECT FROM schema.client WHERE client_id = $1 [FOR NO KEY UPDATE]
 */
static bool
SeesRow(Oid schema, const char *concept, int64 key, bool to_change)
{
	char	   *query = psprintf("SELECT FROM %s WHERE %s = $1%s", QualifiedTableName(SchemaTableOfConcept(schema, concept)),
								 quote_identifier(KeyOfConcept(concept)), to_change ? " FOR NO KEY UPDATE" : "");
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(key);
	GuardSurrounding surrounding;
	bool		seen;

	CheckNotMaintenance();
	SPI_connect();
	surrounding = GuardEnterAsOuterUser();
	if (SPI_execute_with_args(query, 1, &argtype, &arg, NULL, !to_change, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for a row of \"%s\"", concept);
	seen = SPI_processed > 0;
	GuardLeave(surrounding);
	SPI_finish();
	return seen;
}

/* visible_row(schema regnamespace, table_name text, row_id bigint) RETURNS boolean */
Datum
clienttrack_visible_row(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(SeesRow(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_INT64(2), false));
}

/* editable_row(schema regnamespace, table_name text, row_id bigint) RETURNS boolean */
Datum
clienttrack_editable_row(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(SeesRow(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_INT64(2), true));
}
