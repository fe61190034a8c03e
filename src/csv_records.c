/*
 * csv_records.c
 *		From the lines of a file, as they stand in a table, to records.
 *
 * A record is one line, or several where a quoted value holds line ends. How many fields a record has is known from the
 * header, and that is how a quote in the wrong place is told from a long value: when the strict reading, over as many
 * lines as it takes, does not give that number of fields, the first line alone is read leniently. When that fails too, it
 * is reported as a malformed line, and reading goes on with the next one.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "csv.h"

PG_FUNCTION_INFO_V1(clienttrack_csv_fields);
PG_FUNCTION_INFO_V1(clienttrack_csv_records);
PG_FUNCTION_INFO_V1(clienttrack_csv_utf8);

/* A record takes at most so many lines and bytes. */
#define CSV_MAX_LINES 100
#define CSV_MAX_RECORD (1024 * 1024)

/* Lines fetched at a time. */
#define CSV_FETCH 1000

/* The columns in front of the fields. */
#define CSV_LINE_NUMBER		0
#define CSV_PROBLEM			1
#define CSV_REJECTED		2
#define CSV_FIXED_COLUMNS	3

/* Lines that are being read: those fetched and not yet turned into records. */
typedef struct CsvLines
{
	Portal		portal;
	MemoryContext context;		/* of the texts */
	int64		number[CSV_FETCH + CSV_MAX_LINES];
	char	   *text[CSV_FETCH + CSV_MAX_LINES];
	int			next;
	int			count;
	bool		at_end;
} CsvLines;

/* One reading. */
typedef struct CsvReader
{
	CsvLines	lines;
	CsvFields	fields;
	StringInfoData record;
	int			field_count;	/* of the header */
	int		   *picked;			/* the fields to return, from 1 */
	int			picked_count;
	ReturnSetInfo *result;
} CsvReader;

/* Returns the text of a line without a carriage return at its end. */
static char *
LineText(HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, 2, &isnull);
	char	   *line = isnull ? pstrdup("") : TextDatumGetCString(value);
	size_t		length = strlen(line);

	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	return line;
}

/* Ensures that a record's worth of lines is there, unless the file ends before. */
static void
FetchLines(CsvLines *lines)
{
	MemoryContext old_context;

	if (lines->at_end || lines->count - lines->next >= CSV_MAX_LINES)
		return;
	for (int i = lines->next; i < lines->count; i++)
	{
		lines->number[i - lines->next] = lines->number[i];
		lines->text[i - lines->next] = lines->text[i];
	}
	lines->count -= lines->next;
	lines->next = 0;
	SPI_cursor_fetch(lines->portal, true, CSV_FETCH);
	lines->at_end = SPI_processed == 0;
	old_context = MemoryContextSwitchTo(lines->context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		lines->number[lines->count] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		lines->text[lines->count++] = LineText(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	}
	MemoryContextSwitchTo(old_context);
	SPI_freetuptable(SPI_tuptable);
}

/* Forgets the first lines. */
static void
SkipLines(CsvLines *lines, int count)
{
	for (; count > 0; count--)
		pfree(lines->text[lines->next++]);
}

/* Returns whether the fields behind those of the header are all empty. */
static bool
OnlyEmptyFieldsFollow(CsvReader *reader)
{
	for (int i = reader->field_count; i < reader->fields.count; i++)
		if (*CsvField(&reader->fields, i) != '\0')
			return false;
	return true;
}

/* Returns whether the fields are as many as those of the header, not counting empty ones at the end. */
static bool
FitsHeader(CsvReader *reader)
{
	return reader->fields.count >= reader->field_count && OnlyEmptyFieldsFollow(reader);
}

/* Splits the next record, strictly, and returns over how many lines it goes. */
static int
SplitStrictly(CsvReader *reader, CsvResult *result)
{
	CsvLines   *lines = &reader->lines;
	int			taken = 0;

	resetStringInfo(&reader->record);
	do
	{
		if (taken > 0)
			appendStringInfoChar(&reader->record, '\n');
		appendStringInfoString(&reader->record, lines->text[lines->next + taken]);
		taken++;
		*result = CsvSplit(reader->record.data, reader->record.len, false, &reader->fields);
	} while (*result == CSV_OPEN && taken < CSV_MAX_LINES && lines->next + taken < lines->count &&
			 reader->fields.count <= reader->field_count && reader->record.len < CSV_MAX_RECORD);
	return taken;
}

/* Returns what is wrong with a line that cannot be read. */
static const char *
MalformedLineProblem(CsvReader *reader, CsvResult result)
{
	if (result == CSV_OPEN && reader->fields.count <= reader->field_count)
		return "unterminated_quote";
	return reader->fields.count < reader->field_count ? "too_few_fields" : "too_many_fields";
}

/*
 * Splits the next record, and returns over how many lines it goes. Of a malformed line the problem and that it is
 * rejected is told, of a record that was read nevertheless the problem only.
 */
static int
NextRecord(CsvReader *reader, const char **problem, bool *rejected)
{
	CsvLines   *lines = &reader->lines;
	const char *line = lines->text[lines->next];
	CsvResult	result;
	int			taken = SplitStrictly(reader, &result);

	*problem = NULL;
	*rejected = false;
	if (result == CSV_OK && FitsHeader(reader))
	{
		if (reader->fields.count > reader->field_count)
			*problem = "extra_fields";
		return taken;
	}
	if (result != CSV_OK || taken > 1)
	{
		result = CsvSplit(line, strlen(line), true, &reader->fields);
		*problem = "stray_quotes";
		if (result == CSV_OK && FitsHeader(reader))
			return 1;
	}
	*problem = MalformedLineProblem(reader, result);
	*rejected = true;
	return 1;
}

/* Returns whether a line has nothing in it. */
static bool
IsEmptyLine(const char *line)
{
	return strspn(line, " \t") == strlen(line);
}

/* Puts a record into the result. */
static void
ReturnRecord(CsvReader *reader, int64 line_number, const char *problem, bool rejected)
{
	int			natts = CSV_FIXED_COLUMNS + reader->picked_count;
	Datum	   *values = palloc(sizeof(Datum) * natts);
	bool	   *nulls = palloc(sizeof(bool) * natts);

	values[CSV_LINE_NUMBER] = Int64GetDatum(line_number);
	nulls[CSV_LINE_NUMBER] = false;
	nulls[CSV_PROBLEM] = problem == NULL;
	values[CSV_PROBLEM] = problem ? CStringGetTextDatum(problem) : (Datum) 0;
	values[CSV_REJECTED] = BoolGetDatum(rejected);
	nulls[CSV_REJECTED] = false;
	for (int i = 0; i < reader->picked_count; i++)
	{
		const char *value = rejected ? "" : CsvField(&reader->fields, reader->picked[i] - 1);

		nulls[CSV_FIXED_COLUMNS + i] = *value == '\0';
		values[CSV_FIXED_COLUMNS + i] = *value ? CStringGetTextDatum(value) : (Datum) 0;
	}
	tuplestore_putvalues(reader->result->setResult, reader->result->setDesc, values, nulls);
}

/* Reads all records. */
static void
ReadRecords(CsvReader *reader)
{
	MemoryContext record_context = AllocSetContextCreate(CurrentMemoryContext, "CSV record", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old_context;

	for (;;)
	{
		const char *problem = "blank_row";
		bool		rejected = true;
		int			taken = 1;
		int64		line_number;

		CHECK_FOR_INTERRUPTS();
		FetchLines(&reader->lines);
		if (reader->lines.next == reader->lines.count)
			break;
		line_number = reader->lines.number[reader->lines.next];
		if (!IsEmptyLine(reader->lines.text[reader->lines.next]))
			taken = NextRecord(reader, &problem, &rejected);
		old_context = MemoryContextSwitchTo(record_context);
		ReturnRecord(reader, line_number, problem, rejected);
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(record_context);
		SkipLines(&reader->lines, taken);
	}
	MemoryContextDelete(record_context);
}

/* Takes the numbers of the fields to return. */
static void
TakePicked(CsvReader *reader, ArrayType *array)
{
	Datum	   *numbers;
	bool	   *nulls;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &numbers, &nulls, &reader->picked_count);
	reader->picked = palloc(sizeof(int) * (reader->picked_count + 1));
	for (int i = 0; i < reader->picked_count; i++)
	{
		reader->picked[i] = nulls[i] ? 0 : DatumGetInt32(numbers[i]);
		if (reader->picked[i] < 1 || reader->picked[i] > reader->field_count)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("field number %d is not between 1 and %d", reader->picked[i], reader->field_count)));
	}
}

/* Checks that the column definition list is line_number bigint, problem text, rejected boolean and a text a field. */
static void
CheckResultColumns(CsvReader *reader)
{
	static const Oid fixed[CSV_FIXED_COLUMNS] = {INT8OID, TEXTOID, BOOLOID};
	TupleDesc	desc = reader->result->setDesc;
	bool		fits = desc->natts == CSV_FIXED_COLUMNS + reader->picked_count;

	for (int i = 0; fits && i < desc->natts; i++)
		fits = TupleDescAttr(desc, i)->atttypid == (i < CSV_FIXED_COLUMNS ? fixed[i] : TEXTOID);
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the column definition list does not fit the fields"),
				 errhint("It is: bigint, text, boolean, and a text for each of the fields.")));
}

/* Opens the query for the lines. */
static Portal
OpenLines(const char *query)
{
	SPIPlanPtr	plan = SPI_prepare(query, 0, NULL);
	Portal		portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	if (portal->tupDesc->natts != 2 || TupleDescAttr(portal->tupDesc, 0)->atttypid != INT8OID ||
		TupleDescAttr(portal->tupDesc, 1)->atttypid != TEXTOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the query for the lines must return a bigint and a text")));
	return portal;
}

/* csv_records(query text, field_count integer, picked integer[]) RETURNS SETOF record */
Datum
clienttrack_csv_records(PG_FUNCTION_ARGS)
{
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	CsvReader  *reader = palloc0(sizeof(CsvReader));

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	reader->result = (ReturnSetInfo *) fcinfo->resultinfo;
	reader->field_count = PG_GETARG_INT32(1);
	TakePicked(reader, PG_GETARG_ARRAYTYPE_P(2));
	CheckResultColumns(reader);
	CsvInitFields(&reader->fields);
	initStringInfo(&reader->record);
	reader->lines.context = AllocSetContextCreate(CurrentMemoryContext, "CSV lines", ALLOCSET_DEFAULT_SIZES);

	SPI_connect();
	reader->lines.portal = OpenLines(query);
	ReadRecords(reader);
	SPI_cursor_close(reader->lines.portal);
	SPI_finish();
	MemoryContextDelete(reader->lines.context);
	return (Datum) 0;
}

/* csv_fields(line text, lenient boolean) RETURNS text[] */
Datum
clienttrack_csv_fields(PG_FUNCTION_ARGS)
{
	text	   *line = PG_GETARG_TEXT_PP(0);
	CsvFields	fields;
	Datum	   *values;

	CsvInitFields(&fields);
	if (CsvSplit(VARDATA_ANY(line), VARSIZE_ANY_EXHDR(line), PG_GETARG_BOOL(1), &fields) != CSV_OK)
		PG_RETURN_NULL();
	values = palloc(sizeof(Datum) * fields.count);
	for (int i = 0; i < fields.count; i++)
		values[i] = CStringGetTextDatum(CsvField(&fields, i));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, fields.count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* csv_utf8(latin1 text) RETURNS text */
Datum
clienttrack_csv_utf8(PG_FUNCTION_ARGS)
{
	text	   *latin1 = PG_GETARG_TEXT_PP(0);
	const unsigned char *p = (const unsigned char *) VARDATA_ANY(latin1);
	int			length = VARSIZE_ANY_EXHDR(latin1);
	char	   *bytes = palloc(length + 1);
	int			count = 0;

	for (int i = 0; i < length; i++)
	{
		/* a Latin-1 character above 127 is C2 or C3 and a second byte */
		if ((p[i] & 0xFE) == 0xC2 && i + 1 < length)
		{
			bytes[count++] = (char) ((p[i] & 0x03) << 6 | (p[i + 1] & 0x3F));
			i++;
		}
		else if (p[i] < 0x80)
			bytes[count++] = (char) p[i];
		else
			PG_RETURN_NULL();
	}
	if (!pg_verify_mbstr(PG_UTF8, bytes, count, true))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(bytes, count));
}
