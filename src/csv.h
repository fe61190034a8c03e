/*
 * csv.h
 *		Splitting a line of comma-separated values into fields.
 */
#ifndef CLIENTTRACK_CSV_H
#define CLIENTTRACK_CSV_H

#include "lib/stringinfo.h"

/* What came of splitting a line. */
typedef enum CsvResult
{
	CSV_OK,
	CSV_OPEN,					/* a quoted field does not end in it */
	CSV_STRAY_QUOTE				/* a quote inside a quoted field is not doubled */
} CsvResult;

/* The fields of a line. The structure is used again for the next one. */
typedef struct CsvFields
{
	StringInfoData text;		/* the values one after the other, each with a zero byte behind it */
	int		   *start;			/* where each value begins in text */
	int			count;
	int			allocated;
} CsvFields;

extern void CsvInitFields(CsvFields *fields);
extern CsvResult CsvSplit(const char *line, int length, bool lenient, CsvFields *fields);

/* The value of a field. */
static inline const char *
CsvField(const CsvFields *fields, int number)
{
	return fields->text.data + fields->start[number];
}

#endif
