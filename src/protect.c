/*
 * protect.c
 *		Columns whose values are encrypted where there are keys, and are read by their owner only.
 *
 * A protected table has a key of type bigint, and for each protected column two: ssn text for a value as it is, and
 * ssn_encrypted bytea for an encrypted one, of which one is given.
 *
 *	CREATE TRIGGER zz_protect BEFORE INSERT OR UPDATE ON client_ssn
 *		FOR EACH ROW EXECUTE FUNCTION clienttrack.protect('ssn');
 *
 * Row triggers fire in the order of their names: this one last, so that it sees what is stored.
 *
 * Whoever owns a table can call read_protected() for it, and anybody can own a table into which he puts encrypted values
 * that he found in a dump. So the owner of a protected table is a superuser, or one whom a superuser granted EXECUTE on
 * read_protected(); for nobody else values are encrypted or decrypted.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "encryption.h"
#include "guard.h"
#include "trigger_call.h"

PG_FUNCTION_INFO_V1(clienttrack_protect);
PG_FUNCTION_INFO_V1(clienttrack_read_protected);
PG_FUNCTION_INFO_V1(clienttrack_protected_key);

/* A protected column and what belongs to it. */
typedef struct ProtectedColumn
{
	Relation	rel;
	const char *name;
	const char *encrypted_name;
	const char *key_name;
	int			plain;			/* numbers of the three columns */
	int			encrypted;
	int			key;
} ProtectedColumn;

/* Returns the number of a column of a type; raises where there is none. */
static int
ColumnNumber(Relation rel, const char *name, Oid type)
{
	int			number = name ? SPI_fnumber(RelationGetDescr(rel), name) : 0;

	if (number <= 0 || SPI_gettypeid(RelationGetDescr(rel), number) != type)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\" of type %s", RelationGetRelationName(rel),
						name ? name : "(primary key)", format_type_be(type))));
	return number;
}

/* Finds a protected column and what belongs to it, or raises. */
static ProtectedColumn
FindProtectedColumn(Relation rel, const char *name)
{
	ProtectedColumn column;
	Oid			pkindex = (RelationGetIndexList(rel), rel->rd_pkindex);

	column.rel = rel;
	column.name = name;
	column.encrypted_name = psprintf("%s_encrypted", name);
	column.key_name = OidIsValid(pkindex) ? get_attname(pkindex, 1, false) : NULL;
	column.key = ColumnNumber(rel, column.key_name, INT8OID);
	column.plain = ColumnNumber(rel, name, TEXTOID);
	column.encrypted = ColumnNumber(rel, column.encrypted_name, BYTEAOID);
	return column;
}

/* Ensures that values of a table may be encrypted and decrypted: see the top of the file. */
static void
CheckOwnerMayRead(Relation rel)
{
	Oid			argtypes[] = {REGCLASSOID, NAMEOID, INT8OID};
	Oid			function = LookupFuncName(list_make2(makeString("clienttrack"), makeString("read_protected")),
										  lengthof(argtypes), argtypes, false);

	if (ProcAclCheck(function, rel->rd_rel->relowner, ACL_EXECUTE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the owner of table \"%s\" may not use the encryption keys", RelationGetRelationName(rel)),
				 errhint("As a superuser: GRANT EXECUTE ON FUNCTION clienttrack.read_protected(regclass, name, bigint) TO %s;",
						 quote_identifier(GetUserNameFromId(rel->rd_rel->relowner, false)))));
}

/* Returns the place that the value of a row is encrypted for. */
static char *
PlaceOfValue(const ProtectedColumn *column, int64 key)
{
	return psprintf("%s " INT64_FORMAT, column->name, key);
}

/* Returns the key of a row. */
static int64
KeyOfRow(const ProtectedColumn *column, HeapTuple row)
{
	bool		isnull;
	Datum		key = heap_getattr(row, column->key, RelationGetDescr(column->rel), &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("column \"%s\" of \"%s\" must not be null", column->key_name, RelationGetRelationName(column->rel)),
				 errtablecol(column->rel, column->key)));
	return DatumGetInt64(key);
}

/* Returns the value in one of the columns of a row, or NULL. */
static struct varlena *
ValueOfRow(const ProtectedColumn *column, HeapTuple row, int number)
{
	bool		isnull;
	Datum		value = heap_getattr(row, number, RelationGetDescr(column->rel), &isnull);

	return isnull ? NULL : PG_DETOAST_DATUM_PACKED(value);
}

/* Tells whether two values are the same bytes. NULL is not like anything. */
static bool
SameBytes(const struct varlena *a, const struct varlena *b)
{
	return a && b && VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* Returns a row with the value in one of the two columns. */
static HeapTuple
RowWithValue(const ProtectedColumn *column, HeapTuple row, struct varlena *value, int number)
{
	int			numbers[] = {column->plain, column->encrypted};
	Datum		values[] = {PointerGetDatum(value), PointerGetDatum(value)};
	bool		nulls[] = {number != column->plain, number != column->encrypted};

	return heap_modify_tuple_by_cols(row, RelationGetDescr(column->rel), lengthof(numbers), numbers, values, nulls);
}

/* A row on its way into a protected table. */
typedef struct ProtectedRow
{
	ProtectedColumn column;
	FmgrInfo   *flinfo;
	HeapTuple	row;
	HeapTuple	old_row;		/* NULL for an INSERT */
	struct varlena *plain;
	struct varlena *encrypted;
	struct varlena *old_encrypted;
	int64		key;
	int64		old_key;
} ProtectedRow;

/* Raises unless the function was called as the trigger that it is. */
static void
CheckProtectCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	CheckBeforeWritingRow(fcinfo, "clienttrack.protect");
	if (trigdata->tg_trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" needs one argument: the name of the protected column", trigdata->tg_trigger->tgname)));
}

/* Returns what the trigger was called for. */
static ProtectedRow
ReadTriggerRow(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	ProtectedRow row = {.flinfo = fcinfo->flinfo};

	row.column = FindProtectedColumn(trigdata->tg_relation, trigdata->tg_trigger->tgargs[0]);
	row.row = trigdata->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		row.row = trigdata->tg_newtuple;
		row.old_row = trigdata->tg_trigtuple;
		row.old_encrypted = ValueOfRow(&row.column, row.old_row, row.column.encrypted);
		row.old_key = KeyOfRow(&row.column, row.old_row);
	}
	row.plain = ValueOfRow(&row.column, row.row, row.column.plain);
	row.encrypted = ValueOfRow(&row.column, row.row, row.column.encrypted);
	row.key = KeyOfRow(&row.column, row.row);
	return row;
}

/* Ensures that one value is given, without showing it. A new value takes the place of the encrypted one that was there. */
static void
CheckOneGiven(const ProtectedRow *row)
{
	const ProtectedColumn *column = &row->column;

	if ((row->plain == NULL) != (row->encrypted == NULL) ||
		(row->plain != NULL && SameBytes(row->encrypted, row->old_encrypted)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("either \"%s\" or \"%s\" of \"%s\" must be given", column->name, column->encrypted_name,
					RelationGetRelationName(column->rel)),
			 errhint("To remove the value, delete the row."),
			 errtable(column->rel)));
}

/* Tells whether the row has what it had, encrypted for it with the current key. */
static bool
KeepsEncrypted(const ProtectedRow *row, const EncryptionKey *current, const char *place)
{
	const char *id = row->old_encrypted ? KeyOfValue(row->old_encrypted) : NULL;

	return id && strcmp(id, current->id) == 0 && row->key == row->old_key &&
		SameBytes(DecryptValue(row->flinfo, place, row->old_encrypted, true), row->plain);
}

/* Returns the row with the value that is given as it is, encrypted where there is a key. */
static HeapTuple
StorePlain(const ProtectedRow *row)
{
	const EncryptionKey *current = CurrentKey();
	char	   *place = PlaceOfValue(&row->column, row->key);

	if (current == NULL)
		return RowWithValue(&row->column, row->row, row->plain, row->column.plain);
	CheckOwnerMayRead(row->column.rel);
	return RowWithValue(&row->column, row->row,
						KeepsEncrypted(row, current, place) ? row->old_encrypted :
						EncryptValue(row->flinfo, current, place, row->plain),
						row->column.encrypted);
}

/*
 * Returns the row with its encrypted value. One that moves to another key, as in a merge of clients, or was encrypted with
 * a key that is not the first any more, is encrypted anew. One that is inserted is left alone: it comes from a dump.
 */
static HeapTuple
StoreEncrypted(const ProtectedRow *row)
{
	const EncryptionKey *current;
	const char *id = KeyOfValue(row->encrypted);
	text	   *value;

	if (row->old_row == NULL || !SameBytes(row->encrypted, row->old_encrypted))
		return row->row;
	current = CurrentKey();
	if (row->key == row->old_key && (current == NULL || (id && strcmp(id, current->id) == 0)))
		return row->row;
	CheckOwnerMayRead(row->column.rel);
	value = DecryptValue(row->flinfo, PlaceOfValue(&row->column, row->old_key), row->encrypted, false);
	return RowWithValue(&row->column, row->row,
						EncryptValue(row->flinfo, current, PlaceOfValue(&row->column, row->key), value), row->column.encrypted);
}

/* Trigger function: encrypts the value of the row where there is a key. */
Datum
clienttrack_protect(PG_FUNCTION_ARGS)
{
	ProtectedRow row;

	CheckProtectCall(fcinfo);
	row = ReadTriggerRow(fcinfo);
	CheckOneGiven(&row);
	return PointerGetDatum(row.plain ? StorePlain(&row) : StoreEncrypted(&row));
}

/* Returns the row with a key of a protected table, copied, or NULL: SELECT t.* FROM schema.table t WHERE t.key = $1. */
static HeapTuple
FetchRow(const ProtectedColumn *column, int64 key)
{
	char	   *query = psprintf("SELECT t.* FROM %s t WHERE t.%s OPERATOR(pg_catalog.=) $1",
								 QualifiedTableName(RelationGetRelid(column->rel)),
								 quote_identifier(column->key_name));
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(key);

	if (SPI_execute_with_args(query, 1, &argtype, &arg, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the protected value");
	return SPI_processed == 0 ? NULL : SPI_copytuple(SPI_tuptable->vals[0]);
}

/* Returns the row with a key of a protected table, as its owner sees it. */
static HeapTuple
FetchRowAsOwner(const ProtectedColumn *column, int64 key)
{
	GuardSurrounding surrounding;
	HeapTuple	row;

	SPI_connect();
	surrounding = GuardEnter(RelationGetRelid(column->rel));
	row = FetchRow(column, key);
	GuardLeave(surrounding);
	SPI_finish();
	return row;
}

/* Returns the protected value of a row, decrypted where it is encrypted. */
static text *
ReadValue(FmgrInfo *flinfo, const ProtectedColumn *column, HeapTuple row, int64 key)
{
	bytea	   *encrypted = ValueOfRow(column, row, column->encrypted);

	if (encrypted == NULL)
		return ValueOfRow(column, row, column->plain);
	CheckOwnerMayRead(column->rel);
	return DecryptValue(flinfo, PlaceOfValue(column, key), encrypted, false);
}

/* read_protected(table_name regclass, column_name name, key bigint) RETURNS text */
Datum
clienttrack_read_protected(PG_FUNCTION_ARGS)
{
	Relation	rel = table_open(PG_GETARG_OID(0), AccessShareLock);
	int64		key = PG_GETARG_INT64(2);
	ProtectedColumn column;
	HeapTuple	row;
	text	   *value = NULL;

	RequireTableOwner(RelationGetRelid(rel));
	column = FindProtectedColumn(rel, pstrdup(NameStr(*PG_GETARG_NAME(1))));
	row = FetchRowAsOwner(&column, key);
	if (row)
		value = ReadValue(fcinfo->flinfo, &column, row, key);
	table_close(rel, AccessShareLock);
	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(value);
}

/* protected_key(value bytea) RETURNS text */
Datum
clienttrack_protected_key(PG_FUNCTION_ARGS)
{
	char	   *id = KeyOfValue(PG_GETARG_BYTEA_PP(0));

	if (id == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(id));
}
