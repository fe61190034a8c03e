/*
 * audit_row.h
 *		Rows of audited tables as jsonb.
 */
#ifndef CLIENTTRACK_AUDIT_ROW_H
#define CLIENTTRACK_AUDIT_ROW_H

#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"

/* What becomes of the values of a column. */
typedef enum AuditKind
{
	AUDIT_INT2,
	AUDIT_INT4,
	AUDIT_INT8,
	AUDIT_NUMERIC,
	AUDIT_BOOL,
	AUDIT_TEXT,
	AUDIT_NAME,
	AUDIT_DATE,
	AUDIT_TIMESTAMPTZ,
	AUDIT_JSONB,
	AUDIT_OTHER,				/* a string, by the output function of the type */
	AUDIT_PROTECTED				/* the string (protected) */
} AuditKind;

/* The last value of a column as JSON: the rows of a statement share most of theirs. */
typedef struct AuditMemo
{
	bool		filled;
	Datum		datum;
	JsonbValue	value;			/* points to bytes */
	union
	{
		char		text[MAXDATELEN + 1];
		int32		number;		/* the first bytes of a numeric, which want this alignment */
	}			bytes;
} AuditMemo;

/* A column whose values are recorded. */
typedef struct AuditColumn
{
	AttrNumber	attnum;
	AuditKind	kind;
	bool		typbyval;
	int16		typlen;
	int			name_length;
	char		name[NAMEDATALEN];
	FmgrInfo	output;			/* where the kind is AUDIT_OTHER */
	AuditMemo	memo;			/* of whole numbers, dates and times */
} AuditColumn;

/* The columns of a table whose values are recorded, in the order of the keys of a jsonb object. */
typedef struct AuditColumns
{
	int			count;
	bool		any_other;		/* settings matter to the output of one of them */
	AuditColumn *columns;
} AuditColumns;

extern void AuditFindColumns(AuditColumns *found, TupleDesc tupdesc);
extern Jsonb *AuditWholeRow(AuditColumns *columns, TupleTableSlot *row);
extern int	AuditFirstChange(const AuditColumns *columns, TupleTableSlot *old_row, TupleTableSlot *new_row);
extern void AuditChanges(AuditColumns *columns, int first, TupleTableSlot *old_row, TupleTableSlot *new_row,
						 Jsonb **old_values, Jsonb **new_values);

#endif
