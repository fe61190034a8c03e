/*
 * hud_read.c
 *		Reading a HUD staging table: every value checked and typed in one pass over the rows.
 *
 * What a file's columns are is told by the tables hud_column and hud_code of the installed schema. The caller's column
 * definition list says which of them it wants, and as what type:
 *
 *	SELECT * FROM clienttrack.hud_read('hmis', 'Client', 1, false, '{X1}')
 *		AS r (staging_row tid, line_number bigint, row_hash bigint, findings text[], rejected boolean,
 *			  hud_elements jsonb, hud_id text, userid text, first_name text, dob date, …)
 *
 * A column is found by its HUD name without regard to case and underscores; hud_id is the first column of the file. HUD
 * columns that are not asked for go to hud_elements, so that nothing of the file is lost; a column asked for as also_NAME
 * goes there too. Instead of hud_elements the caller may ask for answers: the same columns as answers of an assessment, that
 * is without what could not be read or is not in its list.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "hud_values.h"

PG_FUNCTION_INFO_V1(clienttrack_hud_read);

/* What stands before the name of an output column that goes to hud_elements too. */
#define HUD_ALSO "also_"

/* Longer identifiers don't fit an index entry with everything else in it. */
#define HUD_MAX_KEY 1000

/* Findings quote at most this many bytes of a value. */
#define HUD_MAX_QUOTE 200

#define HUD_ELEMENTS_PER_FINDING 4

/* Clauses of which one must hold for a column to be filled: COLUMN=value,value&COLUMN=value|COLUMN=value */
typedef struct HudCondition
{
	int			column;
	Bitmapset  *values;
	bool		ends_alternative;
} HudCondition;

/* One column of a HUD file. */
typedef struct HudColumn
{
	/* from hud_column and hud_code */
	char	   *name;			/* as HUD writes it */
	char	   *element;		/* its name in hud_elements */
	char		type;			/* S, I, D, T or M */
	bool		not_negative;	/* M+ */
	int			max_length;		/* of S; 0: any */
	bool		required;
	bool		rejects;		/* a row without it is of no use */
	bool		guarded;		/* never quoted */
	bool		listed;			/* only codes are right */
	Bitmapset  *codes;			/* of I */
	char	  **texts;			/* of S, sorted */
	int			text_count;
	HudCondition *conditions;
	int			condition_count;

	/* how the caller wants it */
	int			input;			/* attribute number in the staging table */
	bool		is_output;
	bool		is_small;		/* wanted as smallint */
	bool		is_export_id;

	/* the value of the current row */
	const char *text;			/* NULL: none */
	int			length;
	HudReading	reading;
	bool		out_of_list;
	int32		number;
	int64		cents;
	Timestamp	moment;
} HudColumn;

/* What the caller wants in an output column. */
typedef enum HudOutput
{
	OUT_VALUE,
	OUT_STAGING_ROW,
	OUT_LINE_NUMBER,
	OUT_ROW_HASH,
	OUT_FINDINGS,
	OUT_REJECTED,
	OUT_ELEMENTS,
	OUT_ANSWERS
} HudOutput;

static const char *const hud_output_names[] = {
	[OUT_STAGING_ROW] = "staging_row",
	[OUT_LINE_NUMBER] = "line_number",
	[OUT_ROW_HASH] = "row_hash",
	[OUT_FINDINGS] = "findings",
	[OUT_REJECTED] = "rejected",
	[OUT_ELEMENTS] = "hud_elements",
	[OUT_ANSWERS] = "answers"
};

/* One reading of a staging table. It is also where the executor sends the rows. */
typedef struct HudReader
{
	DestReceiver receiver;
	HudColumn  *columns;
	int			column_count;
	bool		hashed;			/* names and SSNs are hashes, longer than the real ones */
	char	  **export_ids;
	int			export_id_count;
	ReturnSetInfo *result;
	HudOutput  *outputs;
	int		   *output_columns;	/* for OUT_VALUE */
	MemoryContext row_context;
	int64		rows_read;

	/* the current row */
	bool		rejected;
	Datum	   *findings;
	bool	   *finding_nulls;
	int			finding_count;
	int			findings_allocated;
} HudReader;

/* ---- the columns of the file ---- */

/* Returns whether two names are the same but for case and underscores. */
static bool
SameName(const char *a, const char *b)
{
	for (;;)
	{
		while (*a == '_')
			a++;
		while (*b == '_')
			b++;
		if (pg_tolower((unsigned char) *a) != pg_tolower((unsigned char) *b))
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

/* Returns the number of the column of this name, or -1. */
static int
FindColumn(HudReader *reader, const char *name)
{
	for (int i = 0; i < reader->column_count; i++)
		if (SameName(reader->columns[i].name, name))
			return i;
	return -1;
}

/* Returns a field of a row of the query over hud_column, NULL for null. */
static char *
ColumnProperty(int row, int field)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, field);
}

/* Returns the numbers of a comma-separated list. */
static Bitmapset *
ParseNumbers(char *list)
{
	Bitmapset  *numbers = NULL;
	char	   *save;

	for (char *item = strtok_r(list, ",", &save); item; item = strtok_r(NULL, ",", &save))
		numbers = bms_add_member(numbers, pg_strtoint32(item));
	return numbers;
}

/* Orders pointers to strings. */
static int
CompareTexts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Takes the codes of a column's list. */
static void
TakeCodes(HudColumn *column, char *codes)
{
	char	   *save;

	column->listed = codes != NULL;
	if (codes == NULL)
		return;
	if (column->type == 'I')
	{
		column->codes = ParseNumbers(codes);
		return;
	}
	column->texts = palloc(sizeof(char *) * (strlen(codes) / 2 + 1));
	for (char *item = strtok_r(codes, ",", &save); item; item = strtok_r(NULL, ",", &save))
		column->texts[column->text_count++] = item;
	qsort(column->texts, column->text_count, sizeof(char *), CompareTexts);
}

/* Takes the condition under which a column is filled. */
static void
TakeConditions(HudReader *reader, HudColumn *column, char *conditions)
{
	char	   *save_alternative,
			   *save_clause;

	if (conditions == NULL)
		return;
	column->conditions = palloc(sizeof(HudCondition) * (strlen(conditions) / 3 + 1));
	for (char *alternative = strtok_r(conditions, "|", &save_alternative); alternative;
		 alternative = strtok_r(NULL, "|", &save_alternative))
	{
		for (char *clause = strtok_r(alternative, "&", &save_clause); clause; clause = strtok_r(NULL, "&", &save_clause))
		{
			HudCondition *condition = &column->conditions[column->condition_count++];
			char	   *equals = strchr(clause, '=');

			if (equals)
				*equals = '\0';
			condition->column = FindColumn(reader, clause);
			if (equals == NULL || condition->column < 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("condition \"%s\" of HUD column \"%s\" cannot be understood", clause, column->name)));
			condition->values = ParseNumbers(equals + 1);
			condition->ends_alternative = false;
		}
		column->conditions[column->condition_count - 1].ends_alternative = true;
	}
}

/*
 * Loads the columns of the file:
 *
 *	SELECT c.column_name, coalesce(c.stored_as, c.column_name), c.data_type, c.max_length, c.required, c.rejects, c.guarded,
 *		   (SELECT string_agg(l.code, ',') FROM SCHEMA.hud_code l WHERE l.list = c.code_list), c.filled_when
 *	FROM SCHEMA.hud_column c WHERE c.file = $1 ORDER BY c.file_position
 */
static void
LoadColumns(HudReader *reader, const char *schema, const char *file)
{
	StringInfoData query;
	Oid			type = TEXTOID;
	Datum		value = CStringGetTextDatum(file);

	initStringInfo(&query);
	appendStringInfo(&query,
					 "SELECT c.column_name, coalesce(c.stored_as, c.column_name), c.data_type, c.max_length, c.required, "
					 "c.rejects, c.guarded, "
					 "(SELECT string_agg(l.code, ',') FROM %1$s.hud_code l WHERE l.list OPERATOR(pg_catalog.=) c.code_list), "
					 "c.filled_when "
					 "FROM %1$s.hud_column c WHERE c.file OPERATOR(pg_catalog.=) $1 ORDER BY c.file_position",
					 schema);
	SPI_execute_with_args(query.data, 1, &type, &value, NULL, true, 0);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a HUD file that is loaded", file)));
	reader->column_count = SPI_processed;
	reader->columns = palloc0(sizeof(HudColumn) * reader->column_count);
	for (int i = 0; i < reader->column_count; i++)
	{
		HudColumn  *column = &reader->columns[i];
		char	   *length = ColumnProperty(i, 4);

		column->name = ColumnProperty(i, 1);
		column->element = ColumnProperty(i, 2);
		column->type = *ColumnProperty(i, 3);
		column->not_negative = ColumnProperty(i, 3)[1] == '+';
		column->max_length = length ? pg_strtoint32(length) : 0;
		column->required = *ColumnProperty(i, 5) == 't';
		column->rejects = *ColumnProperty(i, 6) == 't';
		column->guarded = *ColumnProperty(i, 7) == 't';
		column->is_export_id = i > 0 && strcmp(column->name, "ExportID") == 0;
		TakeCodes(column, ColumnProperty(i, 8));
	}
	for (int i = 0; i < reader->column_count; i++)
		TakeConditions(reader, &reader->columns[i], ColumnProperty(i, 9));
}

/* ---- what the caller wants ---- */

/* Finds out what goes into each output column. */
static void
BindOutputs(HudReader *reader)
{
	TupleDesc	desc = reader->result->setDesc;

	reader->outputs = palloc0(sizeof(HudOutput) * desc->natts);
	reader->output_columns = palloc0(sizeof(int) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(desc, i)->attname);
		bool		also = strncmp(name, HUD_ALSO, strlen(HUD_ALSO)) == 0;
		HudColumn  *column;

		for (int output = OUT_STAGING_ROW; output <= OUT_ANSWERS; output++)
			if (strcmp(name, hud_output_names[output]) == 0)
				reader->outputs[i] = output;
		if (reader->outputs[i] != OUT_VALUE)
			continue;
		reader->output_columns[i] = strcmp(name, "hud_id") == 0 ? 0 :
			FindColumn(reader, also ? name + strlen(HUD_ALSO) : name);
		if (reader->output_columns[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("no HUD column of this file is called \"%s\"", name)));
		column = &reader->columns[reader->output_columns[i]];
		column->is_output |= !also;
		column->is_small |= TupleDescAttr(desc, i)->atttypid == INT2OID;
	}
}

/* Finds the columns in the staging table; the first two are ctid and line_number. */
static void
BindInputs(HudReader *reader, TupleDesc desc)
{
	for (int i = 0; i < reader->column_count; i++)
		for (int input = 2; input < desc->natts; input++)
			if (SameName(reader->columns[i].name, NameStr(TupleDescAttr(desc, input)->attname)))
				reader->columns[i].input = input + 1;
}

/* ---- the checks ---- */

/* Appends one element to the findings of the row. */
static void
AppendFindingElement(HudReader *reader, const char *text, int length)
{
	reader->finding_nulls[reader->finding_count] = text == NULL;
	reader->findings[reader->finding_count++] = text ? PointerGetDatum(cstring_to_text_with_len(text, length)) : (Datum) 0;
}

/* Records a finding about a column, or about the whole row. */
static void
AddFinding(HudReader *reader, HudColumn *column, const char *check, bool rejects)
{
	bool		quoted = column && column->text && !column->guarded;

	if (reader->finding_count + HUD_ELEMENTS_PER_FINDING > reader->findings_allocated)
	{
		reader->findings_allocated = Max(64, 2 * reader->findings_allocated);
		reader->findings = reader->findings ? repalloc(reader->findings, sizeof(Datum) * reader->findings_allocated) :
			MemoryContextAlloc(reader->result->econtext->ecxt_per_query_memory, sizeof(Datum) * reader->findings_allocated);
		reader->finding_nulls = reader->finding_nulls ? repalloc(reader->finding_nulls, reader->findings_allocated) :
			MemoryContextAlloc(reader->result->econtext->ecxt_per_query_memory, reader->findings_allocated);
	}
	AppendFindingElement(reader, column ? column->name : NULL, column ? strlen(column->name) : 0);
	AppendFindingElement(reader, check, strlen(check));
	AppendFindingElement(reader, rejects ? "error" : "warning", rejects ? 5 : 7);
	AppendFindingElement(reader, quoted ? column->text : NULL,
						 quoted ? pg_mbcliplen(column->text, column->length, HUD_MAX_QUOTE) : 0);
	reader->rejected |= rejects;
}

/* Returns the name of the check that a value of this type fails by reading like this. */
static const char *
ReadingCheck(char type, HudReading reading)
{
	switch (reading)
	{
		case HUD_GOOD:
			return NULL;
		case HUD_ODD:
			return type == 'I' ? "number_format" : type == 'M' ? "money_format" : "date_format";
		case HUD_AMBIGUOUS:
			return "date_ambiguous";
		case HUD_OUT_OF_RANGE:
			return type == 'I' ? "number_range" : type == 'M' ? "money_range" : "date_range";
		case HUD_UNREADABLE:
			break;
	}
	return type == 'I' ? "number_unreadable" : type == 'M' ? "money_unreadable" : "date_unreadable";
}

/* Takes the value from the staged row: without blanks around it; an empty one, also in quotes, as none. */
static void
TakeValue(HudColumn *column, TupleTableSlot *slot)
{
	struct varlena *value;

	column->text = NULL;
	column->length = 0;
	column->reading = HUD_GOOD;
	column->out_of_list = false;
	if (column->input == 0 || slot->tts_isnull[column->input - 1])
		return;
	value = PG_DETOAST_DATUM_PACKED(slot->tts_values[column->input - 1]);
	column->text = VARDATA_ANY(value);
	column->length = VARSIZE_ANY_EXHDR(value);
	while (column->length > 0 && isspace((unsigned char) column->text[0]))
	{
		column->text++;
		column->length--;
	}
	while (column->length > 0 && isspace((unsigned char) column->text[column->length - 1]))
		column->length--;
	if (column->length == 0 || (column->length == 2 && memcmp(column->text, "\"\"", 2) == 0))
		column->text = NULL;
}

/* Takes away the quotes that a double-encoding exporter left around a value. */
static void
StripQuotes(HudReader *reader, HudColumn *column)
{
	if (column->length < 3 || column->text[0] != '"' || column->text[column->length - 1] != '"')
		return;
	AddFinding(reader, column, "extra_quotes", false);
	column->text++;
	column->length -= 2;
}

/* Reads the value as what the column is. */
static void
ReadValue(HudReader *reader, HudColumn *column)
{
	const char *check;

	switch (column->type)
	{
		case 'I':
			column->reading = HudReadInteger(column->text, column->length, &column->number);
			if (column->reading <= HUD_ODD && column->is_small && column->number > PG_INT16_MAX)
				column->reading = HUD_OUT_OF_RANGE;
			break;
		case 'M':
			column->reading = HudReadMoney(column->text, column->length, &column->cents);
			break;
		case 'D':
		case 'T':
			column->reading = HudReadMoment(column->text, column->length, column->type == 'T', &column->moment);
			break;
		default:
			return;
	}
	check = ReadingCheck(column->type, column->reading);
	if (check)
		AddFinding(reader, column, check, column->rejects && column->reading > HUD_ODD);
}

/* Checks the length and the characters of a text. */
static void
CheckText(HudReader *reader, HudColumn *column)
{
	if (column->max_length > 0 && column->length > column->max_length && !(column->guarded && reader->hashed) &&
		pg_mbstrlen_with_len(column->text, column->length) > column->max_length)
		AddFinding(reader, column, "too_long", column == reader->columns && column->length > HUD_MAX_KEY);
	for (int i = 0; i < column->length; i++)
	{
		if (column->text[i] != '\0' && strchr("<>[]{}", column->text[i]))
		{
			AddFinding(reader, column, "impermissible_character", false);
			return;
		}
	}
}

/* Checks that the value is one of the column's list. */
static void
CheckCode(HudReader *reader, HudColumn *column)
{
	if (column->type == 'I')
		column->out_of_list = column->reading <= HUD_ODD && !bms_is_member(column->number, column->codes);
	else
	{
		char	   *text = pnstrdup(column->text, column->length);

		column->out_of_list = !bsearch(&text, column->texts, column->text_count, sizeof(char *), CompareTexts);
	}
	if (column->out_of_list)
		AddFinding(reader, column, "not_in_list", false);
}

/* Checks that an amount is not negative. One that is counts as unreadable: nobody knows what it means. */
static void
CheckSign(HudReader *reader, HudColumn *column)
{
	if (column->reading > HUD_ODD || column->cents >= 0)
		return;
	AddFinding(reader, column, "negative_amount", false);
	column->reading = HUD_UNREADABLE;
}

/* Returns whether one of the alternatives under which a column is filled holds. */
static bool
ConditionHolds(HudReader *reader, HudColumn *column)
{
	bool		holds = true;

	for (int i = 0; i < column->condition_count; i++)
	{
		HudCondition *condition = &column->conditions[i];
		HudColumn  *parent = &reader->columns[condition->column];

		holds &= parent->text && parent->reading <= HUD_ODD && bms_is_member(parent->number, condition->values);
		if (!condition->ends_alternative)
			continue;
		if (holds)
			return true;
		holds = true;
	}
	return column->condition_count == 0;
}

/* Checks that the row says which export it is from. */
static void
CheckExportId(HudReader *reader, HudColumn *column)
{
	for (int i = 0; i < reader->export_id_count; i++)
		if (strlen(reader->export_ids[i]) == column->length && memcmp(reader->export_ids[i], column->text, column->length) == 0)
			return;
	if (reader->export_id_count > 0)
		AddFinding(reader, column, "export_id", false);
}

/* Checks one column of the row whose values have been taken. */
static void
CheckColumn(HudReader *reader, HudColumn *column)
{
	if (column->text == NULL)
	{
		if (column->required)
			AddFinding(reader, column, "missing_value", column->rejects);
		return;
	}
	if (column->type == 'S')
		CheckText(reader, column);
	if (column->listed)
		CheckCode(reader, column);
	if (column->not_negative)
		CheckSign(reader, column);
	if (column->is_export_id)
		CheckExportId(reader, column);
	if (column->condition_count > 0 && !ConditionHolds(reader, column))
		AddFinding(reader, column, "not_applicable", false);
}

/* Takes, reads and checks the values of a row. */
static void
CheckRow(HudReader *reader, TupleTableSlot *slot)
{
	bool		blank = true;

	reader->rejected = false;
	reader->finding_count = 0;
	for (int i = 0; i < reader->column_count; i++)
	{
		TakeValue(&reader->columns[i], slot);
		blank &= reader->columns[i].text == NULL;
	}
	if (blank)
	{
		AddFinding(reader, NULL, "blank_row", false);
		reader->rejected = true;
		return;
	}
	for (int i = 0; i < reader->column_count; i++)
	{
		if (reader->columns[i].text == NULL)
			continue;
		StripQuotes(reader, &reader->columns[i]);
		ReadValue(reader, &reader->columns[i]);
	}
	for (int i = 0; i < reader->column_count; i++)
		CheckColumn(reader, &reader->columns[i]);
}

/* ---- the output ---- */

/* Returns the hash of everything in the row that does not change from one export to the next. */
static Datum
RowHash(HudReader *reader)
{
	uint64		hash = 0;

	for (int i = 0; i < reader->column_count; i++)
	{
		HudColumn  *column = &reader->columns[i];

		if (column->text && !column->is_export_id)
			hash = hash_bytes_extended((const unsigned char *) column->text, column->length, hash + i + 1);
	}
	return Int64GetDatum((int64) hash);
}

/* Returns the day of a column that is a date. */
static DateADT
ColumnAsDate(HudColumn *column)
{
	return (DateADT) (column->moment / USECS_PER_DAY - (column->moment % USECS_PER_DAY < 0));
}

/* Returns a text as JSON. */
static JsonbValue
TextAsJson(const char *text, int length)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, text);
	value.val.string.len = length;
	return value;
}

/* Returns the value of a column as JSON: a number where it is one, else its text. */
static JsonbValue
ColumnAsJson(HudColumn *column)
{
	JsonbValue	value;

	if (column->reading > HUD_ODD || (column->type != 'I' && column->type != 'M'))
		return TextAsJson(column->text, column->length);
	value.type = jbvNumeric;
	value.val.numeric = column->type == 'I' ? int64_to_numeric(column->number) : int64_div_fast_to_numeric(column->cents, 2);
	return value;
}

/* Returns the value of a column as an answer: a code as text, a date as YYYY-MM-DD. */
static JsonbValue
ColumnAsAnswer(HudColumn *column)
{
	char	   *text;

	if (column->type == 'I' && column->listed)
		text = psprintf("%d", column->number);
	else if (column->type == 'D')
	{
		int			year,
					month,
					day;

		j2date(ColumnAsDate(column) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		text = psprintf("%04d-%02d-%02d", year, month, day);
	}
	else
		return ColumnAsJson(column);
	return TextAsJson(text, strlen(text));
}

/*
 * Returns the values that the caller does not ask for: as hud_elements, or a null where there are none; or as answers,
 * which leave out what could not be read or is not in its list.
 */
static Datum
RemainingElements(HudReader *reader, bool as_answers, bool *isnull)
{
	JsonbParseState *state = NULL;
	JsonbValue *object = NULL;

	*isnull = false;
	for (int i = 1; i < reader->column_count; i++)
	{
		HudColumn  *column = &reader->columns[i];
		JsonbValue	key = TextAsJson(column->element, strlen(column->element)),
					value;

		if (column->text == NULL || column->is_output || column->is_export_id)
			continue;
		if (as_answers && (column->reading > HUD_ODD || column->out_of_list))
			continue;
		if (state == NULL)
			pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		pushJsonbValue(&state, WJB_KEY, &key);
		value = as_answers ? ColumnAsAnswer(column) : ColumnAsJson(column);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	if (state == NULL && !as_answers)
	{
		*isnull = true;
		return (Datum) 0;
	}
	if (state == NULL)
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbPGetDatum(JsonbValueToJsonb(object));
}

/* Returns a point in time of the session's time zone. */
static Datum
MomentAsInstant(Timestamp moment, bool *isnull)
{
	int			overflow = 0;
	TimestampTz instant = timestamp2timestamptz_opt_overflow(moment, &overflow);

	*isnull = overflow != 0;
	return TimestampTzGetDatum(instant);
}

/* Returns the value of a column as the wanted type; what could not be read is null. */
static Datum
ColumnAsType(HudColumn *column, Oid type, bool *isnull)
{
	*isnull = column->text == NULL || (type != TEXTOID && column->reading > HUD_ODD);
	if (*isnull)
		return (Datum) 0;
	switch (type)
	{
		case TEXTOID:
			return PointerGetDatum(cstring_to_text_with_len(column->text, column->length));
		case INT2OID:
			return Int16GetDatum((int16) column->number);
		case INT4OID:
			return Int32GetDatum(column->number);
		case BOOLOID:
			return BoolGetDatum(column->number == 1);
		case NUMERICOID:
			return NumericGetDatum(int64_div_fast_to_numeric(column->cents, 2));
		case DATEOID:
			return DateADTGetDatum(ColumnAsDate(column));
		case TIMESTAMPTZOID:
			return MomentAsInstant(column->moment, isnull);
	}
	elog(ERROR, "HUD column \"%s\" cannot be read as type %u", column->name, type);
	return (Datum) 0;			/* keep the compiler quiet */
}

/* Returns the findings of the row, or a null. */
static Datum
RowFindings(HudReader *reader, bool *isnull)
{
	int			length = reader->finding_count;
	int			lower = 1;

	*isnull = length == 0;
	if (*isnull)
		return (Datum) 0;
	return PointerGetDatum(construct_md_array(reader->findings, reader->finding_nulls, 1, &length, &lower,
											  TEXTOID, -1, false, TYPALIGN_INT));
}

/* Returns the number of the line that the row came from. Rows that were not parsed here are counted, below a header. */
static Datum
LineNumber(HudReader *reader, TupleTableSlot *slot)
{
	return slot->tts_isnull[1] ? Int64GetDatum(reader->rows_read + 1) : slot->tts_values[1];
}

/* Returns what goes into an output column. */
static Datum
OutputValue(HudReader *reader, int output, TupleTableSlot *slot, bool *isnull)
{
	Oid			type = TupleDescAttr(reader->result->setDesc, output)->atttypid;

	*isnull = false;
	switch (reader->outputs[output])
	{
		case OUT_VALUE:
			return ColumnAsType(&reader->columns[reader->output_columns[output]], type, isnull);
		case OUT_STAGING_ROW:
			return slot->tts_values[0];
		case OUT_LINE_NUMBER:
			return LineNumber(reader, slot);
		case OUT_ROW_HASH:
			return RowHash(reader);
		case OUT_FINDINGS:
			return RowFindings(reader, isnull);
		case OUT_REJECTED:
			return BoolGetDatum(reader->rejected);
		case OUT_ELEMENTS:
			return RemainingElements(reader, false, isnull);
		case OUT_ANSWERS:
			return RemainingElements(reader, true, isnull);
	}
	return (Datum) 0;			/* keep the compiler quiet */
}

/* Receives a row of the staging table. */
static bool
ReceiveRow(TupleTableSlot *slot, DestReceiver *self)
{
	HudReader  *reader = (HudReader *) self;
	TupleDesc	desc = reader->result->setDesc;
	MemoryContext old_context = MemoryContextSwitchTo(reader->row_context);
	Datum	   *values = palloc(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc(sizeof(bool) * desc->natts);

	slot_getallattrs(slot);
	reader->rows_read++;
	CheckRow(reader, slot);
	for (int i = 0; i < desc->natts; i++)
		values[i] = OutputValue(reader, i, slot, &nulls[i]);
	tuplestore_putvalues(reader->result->setResult, desc, values, nulls);
	MemoryContextSwitchTo(old_context);
	MemoryContextReset(reader->row_context);
	return true;
}

/* Begins receiving. */
static void
StartReceiving(DestReceiver *self, int operation, TupleDesc desc)
{
	BindInputs((HudReader *) self, desc);
}

/* Ends receiving. */
static void
StopReceiving(DestReceiver *self)
{
}

/*
 * Reads the rows that belong to the source: those that came since the last load, and those of it that it refused.
 *
 *	SELECT s.ctid, s.line_number, s.* FROM SCHEMA.TABLE s
 *	WHERE s.hud_load_run_id IS NULL OR s.hud_load_run_id IN (
 *		SELECT r.hud_load_run_id FROM SCHEMA.hud_load_run r WHERE r.hud_source_id = SOURCE)
 */
static void
ReadRows(HudReader *reader, const char *schema, const char *table, int64 source)
{
	StringInfoData query;
	SPIExecuteOptions options = {.read_only = true, .dest = &reader->receiver};

	reader->receiver.receiveSlot = ReceiveRow;
	reader->receiver.rStartup = StartReceiving;
	reader->receiver.rShutdown = StopReceiving;
	reader->receiver.rDestroy = StopReceiving;
	reader->receiver.mydest = DestNone;
	initStringInfo(&query);
	appendStringInfo(&query,
					 "SELECT s.ctid, s.line_number, s.* FROM %1$s.%2$s s WHERE s.hud_load_run_id IS NULL "
					 "OR s.hud_load_run_id OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT r.hud_load_run_id FROM %1$s.hud_load_run r "
					 "WHERE r.hud_source_id OPERATOR(pg_catalog.=) %3$lld))",
					 schema, table, (long long) source);
	SPI_execute_extended(query.data, &options);
}

/* Returns the name of the staging table of a file, quoted. */
static char *
StagingTable(const char *schema, const char *file)
{
	StringInfoData query;
	Oid			type = TEXTOID;
	Datum		value = CStringGetTextDatum(file);

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT f.staging_table::text FROM %s.hud_file f WHERE f.file OPERATOR(pg_catalog.=) $1", schema);
	SPI_execute_with_args(query.data, 1, &type, &value, NULL, true, 1);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a HUD file that is loaded", file)));
	return unconstify(char *, quote_identifier(ColumnProperty(0, 1)));
}

/* Takes the names of the exports. */
static void
TakeExportIds(HudReader *reader, ArrayType *array)
{
	Datum	   *ids;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &ids, &nulls, &count);
	reader->export_ids = palloc(sizeof(char *) * (count + 1));
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			reader->export_ids[reader->export_id_count++] = TextDatumGetCString(ids[i]);
}

/* hud_read(schema_name regnamespace, file text, hud_source_id bigint, hashed boolean, export_ids text[]) RETURNS SETOF record */
Datum
clienttrack_hud_read(PG_FUNCTION_ARGS)
{
	char	   *file = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *namespace = get_namespace_name(PG_GETARG_OID(0));
	const char *schema;
	HudReader  *reader = palloc0(sizeof(HudReader));

	if (namespace == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema with OID %u does not exist", PG_GETARG_OID(0))));
	schema = quote_identifier(namespace);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	reader->result = (ReturnSetInfo *) fcinfo->resultinfo;
	reader->hashed = PG_GETARG_BOOL(3);
	reader->row_context = AllocSetContextCreate(CurrentMemoryContext, "HUD row", ALLOCSET_DEFAULT_SIZES);
	TakeExportIds(reader, PG_GETARG_ARRAYTYPE_P(4));

	SPI_connect();
	LoadColumns(reader, schema, file);
	BindOutputs(reader);
	ReadRows(reader, schema, StagingTable(schema, file), PG_GETARG_INT64(2));
	SPI_finish();
	MemoryContextDelete(reader->row_context);
	return (Datum) 0;
}
