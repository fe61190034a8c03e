/*
 * audit_partition.h
 *		Where events go.
 */
#ifndef CLIENTTRACK_AUDIT_PARTITION_H
#define CLIENTTRACK_AUDIT_PARTITION_H

#include "audit_table.h"

extern Relation AuditOpenPartition(AuditTable *table, TimestampTz event_time);

#endif
