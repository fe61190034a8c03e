/*
 * csv.c
 *		Splitting lines of comma-separated values: RFC 4180, and the ways in which real exporters miss it.
 *
 * A field in quotes may hold commas, line ends and doubled quotes. Strictly read, any other quote inside it is an error;
 * leniently read, it is part of the value, and the field ends at the quote before a comma or the end of the line. In a
 * field that does not begin with a quote, quotes are ordinary characters.
 */
#include "postgres.h"

#include "csv.h"

/* Ensures that the structure can take fields. */
void
CsvInitFields(CsvFields *fields)
{
	initStringInfo(&fields->text);
	fields->allocated = 64;
	fields->start = palloc(fields->allocated * sizeof(int));
	fields->count = 0;
}

/* Begins the next field. */
static void
BeginField(CsvFields *fields)
{
	if (fields->count == fields->allocated)
	{
		fields->allocated *= 2;
		fields->start = repalloc(fields->start, fields->allocated * sizeof(int));
	}
	fields->start[fields->count++] = fields->text.len;
}

/* Ends the field. */
static void
EndField(CsvFields *fields)
{
	appendStringInfoCharMacro(&fields->text, '\0');
}

/* Appends a field without quotes and returns where it ends. */
static const char *
TakePlain(const char *p, const char *end, CsvFields *fields)
{
	const char *comma = memchr(p, ',', end - p);

	if (comma == NULL)
		comma = end;
	appendBinaryStringInfo(&fields->text, p, comma - p);
	return comma;
}

/* Returns how many quotes stand here. */
static int
QuoteRun(const char *p, const char *end)
{
	int			run = 0;

	while (p + run < end && p[run] == '"')
		run++;
	return run;
}

/*
 * Appends the value of a field in quotes, whose first quote has been read, and returns where it ends. A run of quotes
 * before a comma closes the field with its last one when it is of odd length, or in any case leniently.
 */
static const char *
TakeQuoted(const char *p, const char *end, bool lenient, CsvFields *fields, CsvResult *result)
{
	for (;;)
	{
		const char *quote = memchr(p, '"', end - p);
		int			run;
		bool		closes;

		if (quote == NULL)
		{
			appendBinaryStringInfo(&fields->text, p, end - p);
			*result = CSV_OPEN;
			return end;
		}
		appendBinaryStringInfo(&fields->text, p, quote - p);
		run = QuoteRun(quote, end);
		p = quote + run;
		closes = (p == end || *p == ',') && (lenient || run % 2 == 1);
		if (!closes && run % 2 == 1 && !lenient)
		{
			*result = CSV_STRAY_QUOTE;
			return end;
		}
		for (int literal = closes ? run / 2 : (run + 1) / 2; literal > 0; literal--)
			appendStringInfoCharMacro(&fields->text, '"');
		if (closes)
			return p;
	}
}

/* Splits a line, given without its end, into fields. Unless the result is CSV_OK the fields are not all there. */
CsvResult
CsvSplit(const char *line, int length, bool lenient, CsvFields *fields)
{
	const char *p = line;
	const char *end = line + length;
	CsvResult	result = CSV_OK;

	resetStringInfo(&fields->text);
	fields->count = 0;
	for (;;)
	{
		BeginField(fields);
		if (p < end && *p == '"')
			p = TakeQuoted(p + 1, end, lenient, fields, &result);
		else
			p = TakePlain(p, end, fields);
		EndField(fields);
		if (p >= end || result != CSV_OK)
			return result;
		p++;
	}
}
