/*
 * session.c
 *		Who the user of a session is to an installed schema: which row of hmis_user, of which security organizations, with
 *		which rights.
 *
 * A database login is looked up in hmis_user.login_role: the role set by SET ROLE, else the one that logged in. An
 * application that serves many users through one login shows a signed token (session_token.c) at the beginning of each
 * transaction; until its end the token says who the user is, whatever the login is. Nothing here is taken from a setting:
 * settings can be forged before the library is loaded.
 *
 * REFRESH, ANALYZE, REINDEX and the like run what the owner of a table or view wrote, whoever starts them, a superuser or
 * autovacuum: there the user is the owner, without the token and the rights of whoever started it.
 *
 * Policies ask with every statement, so the answer is remembered until one of the tables it came from changes (watch.c),
 * the role changes, or a token begins or ceases to hold.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "guard.h"
#include "session.h"
#include "siblings.h"
#include "watch.h"

PG_FUNCTION_INFO_V1(clienttrack_current_user_id);
PG_FUNCTION_INFO_V1(clienttrack_current_organization);
PG_FUNCTION_INFO_V1(clienttrack_current_organizations);
PG_FUNCTION_INFO_V1(clienttrack_current_programs);
PG_FUNCTION_INFO_V1(clienttrack_hidden_organizations);
PG_FUNCTION_INFO_V1(clienttrack_hidden_users);
PG_FUNCTION_INFO_V1(clienttrack_restricted_services);
PG_FUNCTION_INFO_V1(clienttrack_hidden_barriers);
PG_FUNCTION_INFO_V1(clienttrack_hidden_assessment_types);
PG_FUNCTION_INFO_V1(clienttrack_sees_program);
PG_FUNCTION_INFO_V1(clienttrack_has_right);
PG_FUNCTION_INFO_V1(clienttrack_require_right);

/* A token that holds until the transaction ends, or until a later one for the schema is shown. */
typedef struct SessionToken
{
	uint64		serial;			/* never 0 */
	Oid			schema;
	SubTransactionId subid;		/* where it was shown: if that is rolled back, the one before holds again */
	SessionClaims claims;
	struct SessionToken *before;
} SessionToken;

/* What the answers depend on besides the tables. */
typedef struct SessionKey
{
	Oid			schema;
	Oid			outer_role;
	Oid			login_role;
	bool		admin;
	uint64		token;			/* serial of the token, 0 without */
	uint64		generation;
} SessionKey;

/* The answers. Arrays are bigint[] and text[], never null. */
typedef struct SessionAnswers
{
	bool		known;			/* the user is */
	bool		member;			/* of the first of the organizations */
	int64		user_id;
	ArrayType  *organizations;
	ArrayType  *programs;
	ArrayType  *hidden_organizations;
	ArrayType  *hidden_users;
	ArrayType  *restricted_services;
	ArrayType  *rights;
	ArrayType  *sensitive_barriers;
	ArrayType  *sensitive_assessment_types;
} SessionAnswers;

static SessionToken *last_token = NULL;	/* shown in this transaction */
static SessionKey remembered_key;
static SessionAnswers remembered;
static MemoryContext session_context = NULL;
static uint64 role_changes = 0;
static uint64 lookups = 0;		/* how often the tables were asked */

/*
 * $1 and $2: names of the role set and of the login; $3 and $4: user and organizations of the token, or null; $5: whether
 * the role is an administrator's, who sees every organization but the walled-off ones, unless hmis_user knows the role and
 * says that it works here no more. The user's own organizations come first, in the order in which the user joined them.
 */
static const char session_query[] =
	"WITH me AS ("
	"	SELECT u.user_id, u.rights FROM {hmis_user} u"
	"	WHERE CASE WHEN $3 IS NULL THEN u.login_role IN ($1, $2) ELSE u.user_id = $3 END"
	"	AND u.active AND u.date_deleted IS NULL ORDER BY u.login_role = $1 DESC LIMIT 1"
	"), own AS ("
	"	SELECT m.organization_id, m.user_organization_id AS position FROM me JOIN {user_organization} m"
	"		ON m.member_user_id = me.user_id AND m.date_deleted IS NULL"
	"	WHERE $4 IS NULL OR m.organization_id = ANY ($4)"
	"), visible AS ("
	"	SELECT ARRAY(SELECT a.organization_id FROM ("
	"		SELECT own.organization_id, 0 AS level, own.position FROM own UNION ALL"
	"		SELECT o.organization_id, 1, o.organization_id FROM {organization} o"
	"		WHERE $5 AND NOT o.victim_service_provider AND o.organization_id NOT IN (SELECT own.organization_id FROM own)"
	"		AND NOT EXISTS (SELECT FROM {hmis_user} g WHERE g.login_role IN ($1, $2)"
	"			AND NOT (g.active AND g.date_deleted IS NULL))"
	"		) a ORDER BY a.level, a.position) AS organizations) "
	"SELECT me.user_id, EXISTS (SELECT FROM own), v.organizations,"
	"	ARRAY(SELECT p.program_id FROM {program} p WHERE p.organization_id = ANY (v.organizations) ORDER BY 1),"
	"	ARRAY(SELECT o.organization_id FROM {organization} o"
	"		WHERE o.victim_service_provider AND o.organization_id <> ALL (v.organizations) ORDER BY 1),"
	"	ARRAY(SELECT DISTINCT m.member_user_id FROM {user_organization} m JOIN {organization} o USING (organization_id)"
	"		WHERE o.victim_service_provider AND o.organization_id <> ALL (v.organizations) ORDER BY 1),"
	"	ARRAY(SELECT s.service_id FROM {service_organization} s WHERE s.date_deleted IS NULL"
	"		GROUP BY s.service_id HAVING NOT bool_or(s.organization_id = ANY (v.organizations)) ORDER BY 1),"
	"	coalesce(me.rights, ARRAY[]::text[]),"
	"	ARRAY(SELECT b.barrier_id FROM {barrier} b WHERE b.sensitive ORDER BY 1),"
	"	ARRAY(SELECT t.assessment_type_id FROM {assessment_type} t WHERE t.sensitive ORDER BY 1) "
	"FROM visible v LEFT JOIN me ON true";

/* The tables that the query reads. */
static const char *const session_concepts[] = {
	"hmis_user", "user_organization", "organization", "program", "service_organization", "barrier", "assessment_type"
};

/* Returns the role whose user is asked for: the one set or logged in, also within definer functions. */
Oid
SessionRole(void)
{
	return InSecurityRestrictedOperation() ? GetUserId() : GetOuterUserId();
}

/* Returns the token that says who the user is to a schema, or NULL where none does. */
static const SessionToken *
TokenOfSchema(Oid schema)
{
	const SessionToken *token = InSecurityRestrictedOperation() ? NULL : last_token;

	while (token != NULL && token->schema != schema)
		token = token->before;
	return token;
}

/* Ends the tokens with their transaction, whose memory they are in. */
static void
EndTokensAtXactEnd(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		last_token = NULL;
}

/* Ends tokens with the rollback of their subtransaction, and hands them to the parent at its commit. */
static void
EndTokensAtSubXactEnd(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (last_token != NULL && last_token->subid == subid)
			last_token = last_token->before;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		for (SessionToken *token = last_token; token != NULL && token->subid == subid; token = token->before)
			token->subid = parent;
}

/* Forgets when a role is renamed or its memberships change. */
static void
NoteRoleChange(Datum arg, int cacheid, uint32 hashvalue)
{
	role_changes++;
}

/* Ensures that the memory and its callbacks are there. */
static void
StartSession(void)
{
	if (session_context != NULL)
		return;
	CacheRegisterSyscacheCallback(AUTHOID, NoteRoleChange, (Datum) 0);
	RegisterXactCallback(EndTokensAtXactEnd, NULL);
	RegisterSubXactCallback(EndTokensAtSubXactEnd, NULL);
	session_context = AllocSetContextCreate(TopMemoryContext, "clienttrack session", ALLOCSET_SMALL_SIZES);
}

/* Tells whether a role has the privileges of another that has the given name. */
static bool
HasPrivilegesOf(Oid role, const char *name)
{
	Oid			other = get_role_oid(name, true);

	return OidIsValid(other) && has_privs_of_role(role, other);
}

/* Tells whether two keys are the same, not looking at what is between their parts. */
static bool
SameKey(const SessionKey *a, const SessionKey *b)
{
	return a->schema == b->schema && a->outer_role == b->outer_role && a->login_role == b->login_role &&
		a->admin == b->admin && a->token == b->token && a->generation == b->generation;
}

/* Returns what the answers depend on at this moment. */
static SessionKey
CurrentKey(Oid schema)
{
	const SessionToken *token = TokenOfSchema(schema);
	SessionKey	key;

	AcceptInvalidationMessages();
	key.schema = schema;
	key.outer_role = SessionRole();
	key.login_role = InSecurityRestrictedOperation() ? key.outer_role : GetSessionUserId();
	key.token = token ? token->serial : 0;
	key.admin = key.token == 0 && HasPrivilegesOf(key.outer_role, "clienttrack_admin");
	key.generation = WatchGeneration() + role_changes;
	return key;
}

/* Returns a name for the query. */
static Datum
RoleName(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	return DirectFunctionCall1(namein, CStringGetDatum(name ? name : ""));
}

/* Returns the query with the tables of a schema in it, and watches them. */
static char *
QueryOfSchema(Oid schema, const char *template)
{
	StringInfoData query;
	SiblingTables *siblings = FindSiblingTables(SchemaTableOfConcept(schema, "hmis_user"));

	for (int i = 0; i < lengthof(session_concepts); i++)
		WatchTable(SiblingRelid(siblings, session_concepts[i]));
	initStringInfo(&query);
	AppendWithSiblings(&query, siblings, template, "");
	return query.data;
}

/* Returns a copy of an array of the query's row that lasts as long as the memory. */
static ArrayType *
KeepArray(int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);
	MemoryContext caller = MemoryContextSwitchTo(session_context);
	ArrayType  *array = DatumGetArrayTypePCopy(value);

	MemoryContextSwitchTo(caller);
	return array;
}

/* Remembers the answers in the row that the query returned. */
static void
KeepAnswers(void)
{
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	tupdesc = SPI_tuptable->tupdesc;
	bool		isnull;

	MemoryContextReset(session_context);
	lookups++;
	remembered.user_id = DatumGetInt64(SPI_getbinval(row, tupdesc, 1, &isnull));
	remembered.known = !isnull;
	remembered.member = DatumGetBool(SPI_getbinval(row, tupdesc, 2, &isnull));
	remembered.organizations = KeepArray(3);
	remembered.programs = KeepArray(4);
	remembered.hidden_organizations = KeepArray(5);
	remembered.hidden_users = KeepArray(6);
	remembered.restricted_services = KeepArray(7);
	remembered.rights = KeepArray(8);
	remembered.sensitive_barriers = KeepArray(9);
	remembered.sensitive_assessment_types = KeepArray(10);
}

/* Executes the query for what the key says. */
static void
AskTables(const SessionKey *key, const char *query)
{
	Oid			argtypes[5] = {NAMEOID, NAMEOID, INT8OID, INT8ARRAYOID, BOOLOID};
	Datum		args[5] = {RoleName(key->outer_role), RoleName(key->login_role), 0, 0, BoolGetDatum(key->admin)};
	char		nulls[6] = "  nn ";

	if (key->token != 0)
	{
		const SessionClaims *claims = &TokenOfSchema(key->schema)->claims;

		args[2] = Int64GetDatum(claims->user_id);
		args[3] = PointerGetDatum(claims->organizations);
		nulls[2] = nulls[3] = ' ';
	}
	GuardSelect(query, 5, argtypes, args, nulls);
	if (SPI_processed != 1)
		elog(ERROR, "could not look up the user of the session");
	KeepAnswers();
}

/* Looks the answers up. The generation is read before the tables are, so that a change meanwhile is not missed. */
static void
LookUpAnswers(SessionKey *key)
{
	GuardSurrounding surrounding = GuardEnter(SchemaTableOfConcept(key->schema, "hmis_user"));
	char	   *query;

	memset(&remembered_key, 0, sizeof(remembered_key));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	query = QueryOfSchema(key->schema, session_query);
	key->generation = WatchGeneration() + role_changes;
	AskTables(key, query);
	SPI_finish();
	GuardLeave(surrounding);
	if (!IsInParallelMode())
		remembered_key = *key;
}

/* Returns who the user is to a schema. What it points to lasts until the next call. */
static const SessionAnswers *
Answers(Oid schema)
{
	SessionKey	key;

	if (IsParallelWorker())		/* where the token is not known */
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("who the user of a session is cannot be told in a parallel worker")));
	StartSession();
	key = CurrentKey(schema);
	if (!SameKey(&key, &remembered_key))
		LookUpAnswers(&key);
	return &remembered;
}

/* Gives the user's row in hmis_user, if there is one. */
bool
SessionUserId(Oid schema, int64 *user_id)
{
	const SessionAnswers *answers = Answers(schema);

	*user_id = answers->user_id;
	return answers->known;
}

/* Gives the organization that the user enters data for: the first that the user belongs to, if any. */
bool
SessionOrganization(Oid schema, int64 *organization_id)
{
	const SessionAnswers *answers = Answers(schema);

	if (!answers->member)
		return false;
	*organization_id = *(int64 *) ARR_DATA_PTR(answers->organizations);
	return true;
}

/* Returns the organizations whose records the user sees, a bigint[], and when what depends on them no longer holds. */
const ArrayType *
SessionOrganizations(Oid schema, uint64 *state)
{
	const SessionAnswers *answers = Answers(schema);

	*state = lookups;
	return answers->organizations;
}

/* Tells whether row security hides nothing of a table from the user: the role has the privileges of its owner. */
bool
SessionSeesAll(Oid relid)
{
	return last_token == NULL && !InSecurityRestrictedOperation() &&
		has_privs_of_role(GetOuterUserId(), TableOwner(relid));
}

/* Tells whether a bigint[] has an element. */
static bool
HasId(ArrayType *array, int64 id)
{
	int64	   *ids = (int64 *) ARR_DATA_PTR(array);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	for (int i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Tells whether an array of text has an element. */
static bool
HasElement(ArrayType *array, const char *element)
{
	Datum	   *elements;
	int			count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	for (int i = 0; i < count; i++)
		if (strcmp(TextDatumGetCString(elements[i]), element) == 0)
			return true;
	return false;
}

/*
 * Tells whether the user has a right: the role is a member of clienttrack_<right> or has the privileges of the schema's
 * owner, and where a token says who the user is, the user's rights have it as well.
 */
bool
SessionHasRight(Oid schema, const char *right)
{
	const SessionAnswers *answers = Answers(schema);
	char	   *role = psprintf("clienttrack_%s", right);
	Oid			owner = TableOwner(SchemaTableOfConcept(schema, "hmis_user"));

	if (InSecurityRestrictedOperation() ||
		(!has_privs_of_role(GetOuterUserId(), owner) && !HasPrivilegesOf(GetOuterUserId(), role)))
		return false;
	return TokenOfSchema(schema) == NULL || HasElement(answers->rights, right);
}

/* Raises unless the user has a right. */
void
SessionRequireRight(Oid schema, const char *right)
{
	if (SessionHasRight(schema, right))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("this needs the right \"%s\"", right),
			 errhint("An administrator can GRANT clienttrack_%s, or for a user of an application add it to hmis_user.rights.",
					 right)));
}

/* Makes what a verified token says hold for a schema until the end of the transaction. */
void
SessionAdoptClaims(Oid schema, const SessionClaims *claims)
{
	static uint64 last_serial = 0;
	SessionToken *token;
	MemoryContext caller;

	StartSession();
	caller = MemoryContextSwitchTo(TopTransactionContext);
	token = palloc(sizeof(SessionToken));
	token->claims = *claims;
	token->claims.organizations = DatumGetArrayTypePCopy(PointerGetDatum(claims->organizations));
	MemoryContextSwitchTo(caller);
	token->schema = schema;
	token->subid = GetCurrentSubTransactionId();
	token->serial = ++last_serial;
	token->before = last_token;
	last_token = token;
}

/* current_user_id(schema regnamespace) returns bigint */
Datum
clienttrack_current_user_id(PG_FUNCTION_ARGS)
{
	int64		user_id;

	if (!SessionUserId(PG_GETARG_OID(0), &user_id))
		PG_RETURN_NULL();
	PG_RETURN_INT64(user_id);
}

/* current_organization(schema regnamespace) returns bigint */
Datum
clienttrack_current_organization(PG_FUNCTION_ARGS)
{
	int64		organization_id;

	if (!SessionOrganization(PG_GETARG_OID(0), &organization_id))
		PG_RETURN_NULL();
	PG_RETURN_INT64(organization_id);
}

/* Returns a copy of a remembered array. */
static Datum
CopyOf(ArrayType *array)
{
	return PointerGetDatum(DatumGetArrayTypePCopy(PointerGetDatum(array)));
}

/* current_organizations(schema regnamespace) returns bigint[] */
Datum
clienttrack_current_organizations(PG_FUNCTION_ARGS)
{
	return CopyOf(Answers(PG_GETARG_OID(0))->organizations);
}

/* current_programs(schema regnamespace) returns bigint[] */
Datum
clienttrack_current_programs(PG_FUNCTION_ARGS)
{
	return CopyOf(Answers(PG_GETARG_OID(0))->programs);
}

/* hidden_organizations(schema regnamespace) returns bigint[] */
Datum
clienttrack_hidden_organizations(PG_FUNCTION_ARGS)
{
	return CopyOf(Answers(PG_GETARG_OID(0))->hidden_organizations);
}

/* hidden_users(schema regnamespace) returns bigint[] */
Datum
clienttrack_hidden_users(PG_FUNCTION_ARGS)
{
	return CopyOf(Answers(PG_GETARG_OID(0))->hidden_users);
}

/* restricted_services(schema regnamespace) returns bigint[] */
Datum
clienttrack_restricted_services(PG_FUNCTION_ARGS)
{
	return CopyOf(Answers(PG_GETARG_OID(0))->restricted_services);
}

/* Returns a copy of what is sensitive, or nothing for those who may read it. */
static Datum
HiddenUnlessRight(Oid schema, ArrayType *(*sensitive) (const SessionAnswers *))
{
	if (SessionHasRight(schema, "read_sensitive"))
		return PointerGetDatum(construct_empty_array(INT8OID));
	return CopyOf(sensitive(Answers(schema)));
}

/* Selects an answer for HiddenUnlessRight. */
static ArrayType *
SensitiveBarriers(const SessionAnswers *answers)
{
	return answers->sensitive_barriers;
}

/* Selects an answer for HiddenUnlessRight. */
static ArrayType *
SensitiveAssessmentTypes(const SessionAnswers *answers)
{
	return answers->sensitive_assessment_types;
}

/* hidden_barriers(schema regnamespace) returns bigint[] */
Datum
clienttrack_hidden_barriers(PG_FUNCTION_ARGS)
{
	return HiddenUnlessRight(PG_GETARG_OID(0), SensitiveBarriers);
}

/* hidden_assessment_types(schema regnamespace) returns bigint[] */
Datum
clienttrack_hidden_assessment_types(PG_FUNCTION_ARGS)
{
	return HiddenUnlessRight(PG_GETARG_OID(0), SensitiveAssessmentTypes);
}

/* sees_program(schema regnamespace, program_id bigint) returns boolean */
Datum
clienttrack_sees_program(PG_FUNCTION_ARGS)
{
	Oid			schema = PG_GETARG_OID(0);

	PG_RETURN_BOOL(SessionSeesAll(SchemaTableOfConcept(schema, "program")) ||
				   HasId(Answers(schema)->programs, PG_GETARG_INT64(1)));
}

/* has_right(schema regnamespace, right_name text) returns boolean */
Datum
clienttrack_has_right(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(SessionHasRight(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1))));
}

/* require_right(schema regnamespace, right_name text) returns void */
Datum
clienttrack_require_right(PG_FUNCTION_ARGS)
{
	SessionRequireRight(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_VOID();
}
