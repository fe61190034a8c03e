/*
 * audit_row.c
 *		Rows of audited tables as jsonb, such that jsonb_populate_record gives back the row.
 *
 * The keys of a table's rows are always the same, so they are sorted once for the table and each object is written in
 * its final form at once, without the tree that jsonb's own builder makes first: the format is told in utils/jsonb.h, and
 * as that of stored values it does not change.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "audit_row.h"
#include "compat.h"

#define PROTECTED_VALUE "(protected)"

/* Returns what becomes of the values of a type. */
static AuditKind
KindOfType(Oid type)
{
	switch (getBaseType(type))
	{
		case INT2OID:
			return AUDIT_INT2;
		case INT4OID:
			return AUDIT_INT4;
		case INT8OID:
			return AUDIT_INT8;
		case NUMERICOID:
			return AUDIT_NUMERIC;
		case BOOLOID:
			return AUDIT_BOOL;
		case NAMEOID:
			return AUDIT_NAME;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return AUDIT_TEXT;
		case DATEOID:
			return AUDIT_DATE;
		case TIMESTAMPTZOID:
			return AUDIT_TIMESTAMPTZ;
		case JSONBOID:
			return AUDIT_JSONB;
		default:
			return AUDIT_OTHER;
	}
}

/* Fills a column. */
static void
DescribeColumn(AuditColumn *column, Form_pg_attribute attribute)
{
	column->attnum = attribute->attnum;
	column->kind = KindOfType(attribute->atttypid);
	column->typbyval = attribute->attbyval;
	column->typlen = attribute->attlen;
	strlcpy(column->name, NameStr(attribute->attname), NAMEDATALEN);
	column->name_length = strlen(column->name);
	column->memo.filled = false;
	if (column->kind == AUDIT_OTHER)
	{
		Oid			output;
		bool		isvarlena;

		getTypeOutputInfo(attribute->atttypid, &output, &isvarlena);
		fmgr_info_cxt(output, &column->output, CurrentMemoryContext);
	}
}

/* Orders columns as jsonb orders keys: shorter ones first. */
static int
CompareColumns(const void *a, const void *b)
{
	const AuditColumn *left = a;
	const AuditColumn *right = b;

	if (left->name_length != right->name_length)
		return left->name_length > right->name_length ? 1 : -1;
	return memcmp(left->name, right->name, left->name_length);
}

/*
 * Finds the columns to record, in the current memory context and in the order of the keys of a jsonb object. Generated ones
 * are left out: they are computed again.
 */
void
AuditFindColumns(AuditColumns *found, TupleDesc tupdesc)
{
	found->count = 0;
	found->any_other = false;
	found->columns = palloc(sizeof(AuditColumn) * Max(tupdesc->natts, 1));
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped || attribute->attgenerated != '\0')
			continue;
		DescribeColumn(&found->columns[found->count], attribute);
		found->any_other |= found->columns[found->count].kind == AUDIT_OTHER;
		found->count++;
	}
	qsort(found->columns, found->count, sizeof(AuditColumn), CompareColumns);
}

/* Makes a value a string. */
static void
SetString(JsonbValue *value, const char *string, Size length)
{
	if (length > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value too long for the audit"),
				 errdetail("A string of the audit cannot exceed %d bytes.", JENTRY_OFFLENMASK)));
	value->type = jbvString;
	value->val.string.val = unconstify(char *, string);
	value->val.string.len = length;
}

/* Makes a value a whole number. */
static void
SetInteger(JsonbValue *value, int64 number)
{
	value->type = jbvNumeric;
	value->val.numeric = int64_to_numeric(number);
}

/* Makes a value a number, or a string where JSON has no such number. */
static void
SetNumeric(JsonbValue *value, Numeric number)
{
	if (numeric_is_nan(number) || numeric_is_inf(number))
	{
		char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

		SetString(value, text, strlen(text));
		return;
	}
	value->type = jbvNumeric;
	value->val.numeric = number;
}

/* Makes a value a date or time in the form of ISO 8601, whatever the settings are; times are told in UTC. */
static void
SetDateTime(JsonbValue *value, Datum datum, Oid type)
{
	int			utc = 0;
	char	   *text = palloc(MAXDATELEN + 1);

	JsonEncodeDateTime(text, datum, type, type == TIMESTAMPTZOID ? &utc : NULL);
	SetString(value, text, strlen(text));
}

/* Makes a value that of another jsonb. */
static void
SetJsonb(JsonbValue *value, Jsonb *jsonb)
{
	if (JB_ROOT_IS_SCALAR(jsonb))
		JsonbExtractScalar(&jsonb->root, value);
	else
	{
		value->type = jbvBinary;
		value->val.binary.data = &jsonb->root;
		value->val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
	}
}

/* Computes the JSON value of a column. It points into the row, or into the current memory context. */
static void
ComputeValue(JsonbValue *value, const AuditColumn *column, Datum datum)
{
	switch (column->kind)
	{
		case AUDIT_INT2:
			SetInteger(value, DatumGetInt16(datum));
			break;
		case AUDIT_INT4:
			SetInteger(value, DatumGetInt32(datum));
			break;
		case AUDIT_INT8:
			SetInteger(value, DatumGetInt64(datum));
			break;
		case AUDIT_NUMERIC:
			SetNumeric(value, DatumGetNumeric(datum));
			break;
		case AUDIT_BOOL:
			value->type = jbvBool;
			value->val.boolean = DatumGetBool(datum);
			break;
		case AUDIT_TEXT:
			{
				text	   *string = DatumGetTextPP(datum);

				SetString(value, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
				break;
			}
		case AUDIT_NAME:
			SetString(value, NameStr(*DatumGetName(datum)), strlen(NameStr(*DatumGetName(datum))));
			break;
		case AUDIT_DATE:
			SetDateTime(value, datum, DATEOID);
			break;
		case AUDIT_TIMESTAMPTZ:
			SetDateTime(value, datum, TIMESTAMPTZOID);
			break;
		case AUDIT_JSONB:
			SetJsonb(value, DatumGetJsonbP(datum));
			break;
		case AUDIT_OTHER:
			{
				char	   *string = OutputFunctionCall(unconstify(FmgrInfo *, &column->output), datum);

				SetString(value, string, strlen(string));
				break;
			}
		case AUDIT_PROTECTED:
			SetString(value, PROTECTED_VALUE, strlen(PROTECTED_VALUE));
			break;
	}
}

/* Returns the type of a value, and points to its bytes. */
static JEntry
BytesOfValue(const JsonbValue *value, const char **bytes, Size *length)
{
	*bytes = NULL;
	*length = 0;
	switch (value->type)
	{
		case jbvNull:
			return JENTRY_ISNULL;
		case jbvBool:
			return value->val.boolean ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
		case jbvString:
			*bytes = value->val.string.val;
			*length = value->val.string.len;
			return JENTRY_ISSTRING;
		case jbvNumeric:
			*bytes = (const char *) value->val.numeric;
			*length = VARSIZE_ANY(value->val.numeric);
			return JENTRY_ISNUMERIC;
		default:
			*bytes = (const char *) value->val.binary.data;
			*length = value->val.binary.len;
			return JENTRY_ISCONTAINER;
	}
}

/* Keeps the JSON value of a column, with what it points to. */
static void
Remember(AuditColumn *column, Datum datum)
{
	AuditMemo  *memo = &column->memo;
	const char *bytes;
	Size		length;

	memo->filled = false;
	ComputeValue(&memo->value, column, datum);
	(void) BytesOfValue(&memo->value, &bytes, &length);
	if (length > sizeof(memo->bytes))
		elog(ERROR, "value of %zu bytes is too long to be remembered", length);
	memcpy(&memo->bytes, bytes, length);
	if (memo->value.type == jbvString)
		memo->value.val.string.val = memo->bytes.text;
	else
		memo->value.val.numeric = (Numeric) &memo->bytes;
	memo->datum = datum;
	memo->filled = true;
}

/* Tells whether the values of a column are short, dear to compute, and easy to compare. */
static bool
WorthRemembering(const AuditColumn *column)
{
	switch (column->kind)
	{
		case AUDIT_INT2:
		case AUDIT_INT4:
		case AUDIT_INT8:
		case AUDIT_DATE:
		case AUDIT_TIMESTAMPTZ:
			return column->typbyval;
		default:
			return false;
	}
}

/* Returns the JSON value of a column, which lives until the next one of the column is asked for. */
static void
SetValue(JsonbValue *value, AuditColumn *column, Datum datum)
{
	if (!WorthRemembering(column))
	{
		ComputeValue(value, column, datum);
		return;
	}
	if (!column->memo.filled || column->memo.datum != datum)
		Remember(column, datum);
	*value = column->memo.value;
}

/* A member of an object: the name of a column, and its value. */
typedef struct Member
{
	const AuditColumn *column;
	JsonbValue	value;
} Member;

/* Fills a member. */
static void
SetMember(Member *member, AuditColumn *column, TupleTableSlot *row)
{
	int			at = column->attnum - 1;

	member->column = column;
	if (row->tts_isnull[at])
		member->value.type = jbvNull;
	else
		SetValue(&member->value, column, row->tts_values[at]);
}

/* Returns a number of bytes that is enough for an object. */
static Size
EnoughBytes(const Member *members, int count)
{
	Size		size = offsetof(Jsonb, root) + offsetof(JsonbContainer, children) + sizeof(JEntry) * 2 * count;

	for (int i = 0; i < count; i++)
	{
		const char *bytes;
		Size		length;

		(void) BytesOfValue(&members[i].value, &bytes, &length);
		size += members[i].column->name_length + length + sizeof(int32);
	}
	if (size > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("row too large for the audit"),
				 errdetail("The values of an event cannot exceed %d bytes.", JENTRY_OFFLENMASK)));
	return size;
}

/* Returns the entry for the child of an object that ends at an offset: every so many have that, the others their length. */
static JEntry
EntryOfChild(int child, JEntry type, Size begin, Size end)
{
	return child % JB_OFFSET_STRIDE == 0 ? (type | JENTRY_HAS_OFF | end) : (type | (end - begin));
}

/* Returns an object of members that are in the order of keys. */
static Jsonb *
WriteObject(const Member *members, int count)
{
	Jsonb	   *object = palloc(EnoughBytes(members, count));
	JEntry	   *entries = object->root.children;
	char	   *data = (char *) &entries[2 * count];
	Size		end = 0;

	object->root.header = count | JB_FOBJECT;
	for (int i = 0; i < count; i++)
	{
		const AuditColumn *column = members[i].column;
		Size		begin = end;

		memcpy(data + begin, column->name, column->name_length);
		end += column->name_length;
		entries[i] = EntryOfChild(i, JENTRY_ISSTRING, begin, end);
	}
	for (int i = 0; i < count; i++)
	{
		const char *bytes;
		Size		length;
		JEntry		type = BytesOfValue(&members[i].value, &bytes, &length);
		Size		begin = end;

		if (type == JENTRY_ISNUMERIC || type == JENTRY_ISCONTAINER)
			while (end != INTALIGN(end))
				data[end++] = 0;
		if (length > 0)
			memcpy(data + end, bytes, length);
		end += length;
		entries[count + i] = EntryOfChild(count + i, type, begin, end);
	}
	SET_VARSIZE(object, data + end - (char *) object);
	return object;
}

/* Returns all columns of a row that are not null. */
Jsonb *
AuditWholeRow(AuditColumns *columns, TupleTableSlot *row)
{
	Member	   *members = palloc(sizeof(Member) * columns->count);
	Jsonb	   *object;
	int			count = 0;

	slot_getallattrs(row);
	for (int i = 0; i < columns->count; i++)
		if (!row->tts_isnull[columns->columns[i].attnum - 1])
			SetMember(&members[count++], &columns->columns[i], row);
	object = WriteObject(members, count);
	pfree(members);
	return object;
}

/* Tells whether a column has the same value in two rows, to the bit. */
static bool
SameValue(const AuditColumn *column, TupleTableSlot *a, TupleTableSlot *b)
{
	int			at = column->attnum - 1;

	if (a->tts_isnull[at] || b->tts_isnull[at])
		return a->tts_isnull[at] && b->tts_isnull[at];
	return datum_image_eq(a->tts_values[at], b->tts_values[at], column->typbyval, column->typlen);
}

/* Returns the first of the columns that an update of a row changed, or -1 if it changed none. */
int
AuditFirstChange(const AuditColumns *columns, TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	slot_getallattrs(old_row);
	slot_getallattrs(new_row);
	for (int i = 0; i < columns->count; i++)
		if (!SameValue(&columns->columns[i], old_row, new_row))
			return i;
	return -1;
}

/* Returns an object of some columns of a row, null ones among them. */
static Jsonb *
SomeColumns(AuditColumn **columns, int count, TupleTableSlot *row)
{
	Member	   *members = palloc(sizeof(Member) * count);
	Jsonb	   *object;

	for (int i = 0; i < count; i++)
		SetMember(&members[i], columns[i], row);
	object = WriteObject(members, count);
	pfree(members);
	return object;
}

/* Returns the columns that an update of a row changed, before and after. */
void
AuditChanges(AuditColumns *columns, int first, TupleTableSlot *old_row, TupleTableSlot *new_row,
			 Jsonb **old_values, Jsonb **new_values)
{
	AuditColumn **changed = palloc(sizeof(AuditColumn *) * columns->count);
	int			count = 0;

	for (int i = first; i < columns->count; i++)
		if (i == first || !SameValue(&columns->columns[i], old_row, new_row))
			changed[count++] = &columns->columns[i];
	*old_values = SomeColumns(changed, count, old_row);
	*new_values = SomeColumns(changed, count, new_row);
	pfree(changed);
}
