/*
 * audit_client.c
 *		Whom a row is about that does not name its client: the parts of a bar.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"

#include "audit_client.h"
#include "guard.h"
#include "siblings.h"

/* Gives the client of a bar, if the bar is there. There are few of them, and so no plan is kept. */
bool
ClientOfBar(Oid schema, int64 bar_id, int64 *client_id)
{
	Oid			relid = SchemaTableOfConcept(schema, "bar");
	GuardSurrounding surrounding = GuardEnter(relid);
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(bar_id);
	bool		isnull = true;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	GuardSelect(psprintf("SELECT client_id FROM %s WHERE bar_id = $1", QualifiedTableName(relid)), 1, &argtype, &arg, NULL);
	if (SPI_processed == 1)
		*client_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	GuardLeave(surrounding);
	return !isnull;
}
