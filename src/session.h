/*
 * session.h
 *		Who the user of a session is to an installed schema.
 */
#ifndef CLIENTTRACK_SESSION_H
#define CLIENTTRACK_SESSION_H

#include "utils/array.h"
#include "utils/timestamp.h"

/* What a verified token says. */
typedef struct SessionClaims
{
	int64		user_id;
	ArrayType  *organizations;	/* bigint[] */
	TimestampTz expires;
} SessionClaims;

extern Oid	SessionRole(void);
extern bool SessionUserId(Oid schema, int64 *user_id);
extern bool SessionOrganization(Oid schema, int64 *organization_id);
extern const ArrayType *SessionOrganizations(Oid schema, uint64 *state);
extern bool SessionSeesAll(Oid relid);
extern bool SessionHasRight(Oid schema, const char *right);
extern void SessionRequireRight(Oid schema, const char *right);
extern void SessionAdoptClaims(Oid schema, const SessionClaims *claims);

/* program_organization.c */
extern bool ProgramOrganization(Oid schema, int64 program_id, int64 *organization_id);

#endif
