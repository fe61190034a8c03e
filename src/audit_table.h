/*
 * audit_table.h
 *		What is remembered of an audited table, and of where its events go.
 */
#ifndef CLIENTTRACK_AUDIT_TABLE_H
#define CLIENTTRACK_AUDIT_TABLE_H

#include "audit_row.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

/* The columns of audit_event, in the order of audit_event_columns. */
typedef enum AuditEventColumn
{
	EVENT_ID,
	EVENT_TIME,
	EVENT_TRANSACTION_ID,
	EVENT_CLIENT_ID,
	EVENT_ROW_KEY,
	EVENT_ORGANIZATION_ID,
	EVENT_USER_ID,
	EVENT_TABLE_NAME,
	EVENT_OPERATION,
	EVENT_LOGIN_ROLE,
	EVENT_DB_ROLE,
	EVENT_OLD_VALUES,
	EVENT_NEW_VALUES,
	EVENT_COLUMNS
} AuditEventColumn;

/* A partition of audit_event, known to take events from one time to another. */
typedef struct AuditPartition
{
	Oid			relid;			/* invalid: not known */
	TimestampTz from;
	TimestampTz to;				/* included */
	AttrNumber	columns[EVENT_COLUMNS];
} AuditPartition;

/* What is remembered of an audited table. */
typedef struct AuditTable
{
	Oid			relid;
	bool		valid;
	uint64		changes;		/* that made it invalid */
	MemoryContext context;		/* of the columns */
	Oid			schema;
	Oid			audit_event;
	Oid			sequence;
	Oid			protected_column;
	AttrNumber	key;			/* 0 where there is none of type bigint, as for the others */
	AttrNumber	client_id;
	AttrNumber	bar_id;
	AttrNumber	program_id;
	AttrNumber	organization_id;
	AuditColumns columns;
	AuditPartition partition;
} AuditTable;

extern AuditTable *AuditTableOf(Relation rel);

#endif
