/*
 * session_token.c
 *		Signed tokens that tell which user of an application a transaction works for.
 *
 * A token is text without spaces: ct1:KEY:USER:EXPIRES:ORGANIZATIONS:SIGNATURE. KEY is session_key_id, USER user_id,
 * EXPIRES seconds since 1970, ORGANIZATIONS ids separated by commas, and SIGNATURE the HMAC-SHA256 (RFC 2104) of all
 * before its colon, in hex. The keys are in the table session_key, which nobody is granted.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "guard.h"
#include "session.h"
#include "siblings.h"

PG_FUNCTION_INFO_V1(clienttrack_sign_session_token);
PG_FUNCTION_INFO_V1(clienttrack_set_session_user);

#define TOKEN_PREFIX "ct1:"
#define UNIX_SECONDS(t) ((t) / USECS_PER_SEC + \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY))

/* Raises the one error about tokens. What exactly is wrong is nobody's business but the log's. */
static void
RefuseToken(const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("session token is not valid"),
			 errdetail_log("%s", why),
			 errhint("Ask for a new one: create_session_token().")));
}

/* Writes the signature of a text in hex. */
static void
Sign(const bytea *secret, const char *text, int length, char *hex)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	pg_hmac_ctx *ctx = pg_hmac_create(PG_SHA256);

	if (ctx == NULL ||
		pg_hmac_init(ctx, (const uint8 *) VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret)) < 0 ||
		pg_hmac_update(ctx, (const uint8 *) text, length) < 0 ||
		pg_hmac_final(ctx, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute a signature");
	pg_hmac_free(ctx);
	hex_encode((const char *) digest, sizeof(digest), hex);
	hex[2 * sizeof(digest)] = '\0';
}

/* Tells whether two signatures are the same, in a time that does not depend on where they differ. */
static bool
SameSignature(const char *a, const char *b)
{
	int			difference = strlen(a) != strlen(b);

	for (int i = 0; a[i] != '\0' && b[i] != '\0'; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

/*
 * Returns a key's secret in the current memory context, and its id: the key with the given id if that still holds, or
 * the newest for id 0. Returns NULL where there is none.
 */
static bytea *
SessionSecret(Oid schema, int64 *key_id)
{
	Oid			relid = SchemaTableOfConcept(schema, "session_key");
	GuardSurrounding surrounding = GuardEnter(relid);
	MemoryContext caller = CurrentMemoryContext;
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(*key_id);
	bytea	   *secret = NULL;
	bool		isnull;

	SPI_connect();
	if (SPI_execute_with_args(psprintf("SELECT session_key_id, secret FROM %s WHERE CASE WHEN $1 = 0 THEN valid_until IS NULL "
									   "ELSE session_key_id = $1 AND coalesce(valid_until > now(), true) END "
									   "ORDER BY session_key_id DESC", QualifiedTableName(relid)),
							  1, &argtype, &arg, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the keys of session tokens");
	if (SPI_processed == 1)
	{
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);

		*key_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
		MemoryContextSwitchTo(caller);
		secret = DatumGetByteaPCopy(value);
	}
	SPI_finish();
	GuardLeave(surrounding);
	return secret;
}

/* Reads a number at *text, and moves it past the number and the character that must follow. */
static int64
ReadNumber(const char **text, const char *follows)
{
	char	   *end;
	int64		number;

	if (**text < '0' || **text > '9')
		RefuseToken("malformed");
	errno = 0;
	number = strtoi64(*text, &end, 10);
	if (errno != 0 || *end == '\0' || strchr(follows, *end) == NULL)
		RefuseToken("malformed");
	*text = end;
	return number;
}

/* Reads numbers separated by commas up to a colon. */
static ArrayType *
ReadOrganizations(const char *text)
{
	Datum		ids[1000];
	int			count = 0;

	while (*text != ':')
	{
		if (count == lengthof(ids))
			RefuseToken("too many organizations");
		ids[count++] = Int64GetDatum(ReadNumber(&text, ",:"));
		if (*text == ',')
			text++;
	}
	return construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* Returns what a token says, if its signature is good and it has not expired; raises otherwise. */
static SessionClaims
VerifyToken(Oid schema, const char *text)
{
	const char *at = text + strlen(TOKEN_PREFIX);
	const char *signature = strrchr(text, ':');
	char		expected[2 * PG_SHA256_DIGEST_LENGTH + 1];
	SessionClaims claims;
	int64		key_id;
	int64		expires;
	bytea	   *secret;

	if (strncmp(text, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) != 0 || signature < at)
		RefuseToken("malformed");
	key_id = ReadNumber(&at, ":");
	secret = key_id > 0 ? SessionSecret(schema, &key_id) : NULL;
	if (secret == NULL)
		RefuseToken("its key is unknown or retired");
	Sign(secret, text, signature - text, expected);
	if (!SameSignature(signature + 1, expected))
		RefuseToken("its signature is wrong");
	at++;
	claims.user_id = ReadNumber(&at, ":");
	at++;
	expires = ReadNumber(&at, ":");
	if (expires <= UNIX_SECONDS(GetCurrentTimestamp()))
		RefuseToken("it has expired");
	at++;
	claims.organizations = ReadOrganizations(at);
	return claims;
}

/*
 * set_session_user(schema regnamespace, token text) returns void
 *
 * Makes the user that a token names the user of the transaction.
 */
Datum
clienttrack_set_session_user(PG_FUNCTION_ARGS)
{
	Oid			schema;
	SessionClaims claims;
	int64		user_id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("schema and token must not be null")));
	schema = PG_GETARG_OID(0);
	claims = VerifyToken(schema, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	SessionAdoptClaims(schema, &claims);
	if (!SessionUserId(schema, &user_id))
		RefuseToken("its user is not active");
	if (!IsTransactionBlock())
		ereport(WARNING,
				(errcode(ERRCODE_NO_ACTIVE_SQL_TRANSACTION),
				 errmsg("the session user is forgotten at the end of this statement"),
				 errhint("Call set_session_user() first in a transaction: BEGIN; SELECT set_session_user(…); …; COMMIT;")));
	PG_RETURN_VOID();
}

/* Appends what a token for the given user says, without the signature. */
static void
AppendClaims(StringInfo buf, int64 key_id, int64 user_id, ArrayType *organizations, int64 expires)
{
	Datum	   *ids;
	int			count;

	deconstruct_array(organizations, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &ids, NULL, &count);
	appendStringInfo(buf, TOKEN_PREFIX INT64_FORMAT ":" INT64_FORMAT ":" INT64_FORMAT ":", key_id, user_id, expires);
	for (int i = 0; i < count; i++)
		appendStringInfo(buf, "%s" INT64_FORMAT, i == 0 ? "" : ",", DatumGetInt64(ids[i]));
}

/*
 * sign_session_token(schema regnamespace, user_id bigint, organizations bigint[], expires timestamptz) returns text
 *
 * Returns a token. Only for those with the right to issue tokens.
 */
Datum
clienttrack_sign_session_token(PG_FUNCTION_ARGS)
{
	Oid			schema = PG_GETARG_OID(0);
	ArrayType  *organizations = PG_GETARG_ARRAYTYPE_P(2);
	TimestampTz expires = PG_GETARG_TIMESTAMPTZ(3);
	char		signature[2 * PG_SHA256_DIGEST_LENGTH + 1];
	int64		key_id = 0;
	bytea	   *secret;
	StringInfoData buf;

	SessionRequireRight(schema, "issue_tokens");
	if (TIMESTAMP_NOT_FINITE(expires) || array_contains_nulls(organizations))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a session token must expire, and its organizations must not be null")));
	secret = SessionSecret(schema, &key_id);
	if (secret == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there is no key to sign session tokens with"),
				 errhint("An administrator can make one: rotate_session_key().")));
	initStringInfo(&buf);
	/* the second in which it expires still counts, or a token for a second might not last at all */
	AppendClaims(&buf, key_id, PG_GETARG_INT64(1), organizations, UNIX_SECONDS(expires + USECS_PER_SEC - 1));
	Sign(secret, buf.data, buf.len, signature);
	appendStringInfo(&buf, ":%s", signature);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}
