/*
 * audit_write.h
 *		Writing events of the audit, many at once.
 */
#ifndef CLIENTTRACK_AUDIT_WRITE_H
#define CLIENTTRACK_AUDIT_WRITE_H

#include "audit_table.h"

/* A bigint that may be missing. */
typedef struct AuditId
{
	bool		known;
	int64		value;
} AuditId;

/* What differs from one event of a statement to the next. */
typedef struct AuditEvent
{
	char		operation;		/* I, U, D or T */
	AuditId		row_key;
	AuditId		client_id;
	AuditId		organization_id;
	Jsonb	   *old_values;		/* or NULL */
	Jsonb	   *new_values;
} AuditEvent;

typedef struct AuditWriter AuditWriter;

extern AuditWriter *AuditBeginWriting(AuditTable *table, Relation rel);
extern MemoryContext AuditBatchContext(AuditWriter *writer);
extern void AuditWrite(AuditWriter *writer, const AuditEvent *event);
extern void AuditEndWriting(AuditWriter *writer);

#endif
