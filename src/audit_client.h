/*
 * audit_client.h
 *		Whom a row is about that does not name its client.
 */
#ifndef CLIENTTRACK_AUDIT_CLIENT_H
#define CLIENTTRACK_AUDIT_CLIENT_H

extern bool ClientOfBar(Oid schema, int64 bar_id, int64 *client_id);

#endif
