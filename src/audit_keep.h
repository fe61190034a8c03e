/*
 * audit_keep.h
 *		Keeping the audit as it was written.
 */
#ifndef CLIENTTRACK_AUDIT_KEEP_H
#define CLIENTTRACK_AUDIT_KEEP_H

extern int64 RedactAudit(Oid schema, int64 client_id);

#endif
