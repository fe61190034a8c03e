/*
 * encryption.c
 *		Encrypting a value for one place, and decrypting it there.
 *
 * An encrypted value is the id of its key, a colon, and a message of OpenPGP (RFC 4880) made by the extension pgcrypto.
 * The text in the message is the place that the value belongs to, for example "ssn 17", a newline, and the value:
 * encrypted values that were copied to somebody else's row are refused.
 *
 * pgcrypto's functions are called by OID, never by a name that a search_path could lead elsewhere.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "encryption.h"

/*
 * s2k-mode says how the secret becomes the key of the cipher. Mode 3, the default, hashes it thousands of times to make
 * passwords slow to guess: 300 µs a value, against 10 µs in mode 1, which hashes it once with salt. Our secrets are long
 * and no words, so that nobody can guess them at any speed. A value of nine characters is not worth compressing.
 */
static const char encrypt_options[] = "cipher-algo=aes256, compress-algo=0, s2k-mode=1, s2k-digest-algo=sha256";

typedef struct Pgcrypto
{
	Oid			encrypt;		/* pgp_sym_encrypt(text, text, text) */
	Oid			decrypt;		/* pgp_sym_decrypt(bytea, text) */
} Pgcrypto;

/* Tells whether a function is a member of an extension, written in C: no other is given a secret. */
static bool
IsMemberInC(HeapTuple proc, Oid extension)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(proc);

	return form->prolang == ClanguageId && getExtensionOfObject(ProcedureRelationId, form->oid) == extension;
}

/* Returns the function of an extension with a name and arguments, in whatever schema; InvalidOid where there is none. */
static Oid
FindMember(Oid extension, const char *name, int nargs, Oid *argtypes)
{
	oidvector  *arguments = buildoidvector(argtypes, nargs);
	CatCList   *procs = SearchSysCacheList2(PROCNAMEARGSNSP, CStringGetDatum(name), PointerGetDatum(arguments));
	Oid			found = InvalidOid;

	for (int i = 0; i < procs->n_members; i++)
		if (IsMemberInC(&procs->members[i]->tuple, extension))
			found = ((Form_pg_proc) GETSTRUCT(&procs->members[i]->tuple))->oid;
	ReleaseSysCacheList(procs);
	return found;
}

/* Finds pgcrypto's functions, or raises. */
static void
FindPgcrypto(Pgcrypto *functions)
{
	Oid			extension = get_extension_oid("pgcrypto", true);
	Oid			encrypt_args[] = {TEXTOID, TEXTOID, TEXTOID};
	Oid			decrypt_args[] = {BYTEAOID, TEXTOID};

	if (OidIsValid(extension))
	{
		functions->encrypt = FindMember(extension, "pgp_sym_encrypt", 3, encrypt_args);
		functions->decrypt = FindMember(extension, "pgp_sym_decrypt", 2, decrypt_args);
	}
	if (!OidIsValid(functions->encrypt) || !OidIsValid(functions->decrypt))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("protected values cannot be encrypted or decrypted without the extension \"pgcrypto\""),
				 errhint("CREATE EXTENSION pgcrypto;")));
}

/* Returns pgcrypto's functions, looked up once for each caller's expression or trigger. */
static Pgcrypto *
GetPgcrypto(FmgrInfo *flinfo)
{
	Pgcrypto   *functions = flinfo->fn_extra;

	if (functions == NULL)
		functions = flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(Pgcrypto));
	/* the extension may have been dropped since */
	if (!OidIsValid(functions->decrypt) || !SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(functions->decrypt)))
		FindPgcrypto(functions);
	return functions;
}

/* Returns the value encrypted with a key for a place. */
bytea *
EncryptValue(FmgrInfo *flinfo, const EncryptionKey *key, const char *place, const text *value)
{
	char	   *message = psprintf("%s\n%s", place, text_to_cstring(value));
	bytea	   *sealed = DatumGetByteaPP(OidFunctionCall3(GetPgcrypto(flinfo)->encrypt,
														  PointerGetDatum(cstring_to_text(message)),
														  PointerGetDatum(cstring_to_text(key->secret)),
														  PointerGetDatum(cstring_to_text(encrypt_options))));
	size_t		idlen = strlen(key->id);
	size_t		size = VARHDRSZ + idlen + 1 + VARSIZE_ANY_EXHDR(sealed);
	bytea	   *result = palloc(size);

	SET_VARSIZE(result, size);
	memcpy(VARDATA(result), key->id, idlen);
	VARDATA(result)[idlen] = ':';
	memcpy(VARDATA(result) + idlen + 1, VARDATA_ANY(sealed), VARSIZE_ANY_EXHDR(sealed));
	return result;
}

/* Returns the id of the key that a value is encrypted with; NULL for bytes that are no encrypted value. */
char *
KeyOfValue(const bytea *encrypted)
{
	const char *data = VARDATA_ANY(encrypted);
	const char *colon = memchr(data, ':', Min(VARSIZE_ANY_EXHDR(encrypted), 64));

	if (colon == NULL || colon == data || strspn(data, "abcdefghijklmnopqrstuvwxyz0123456789_") != colon - data)
		return NULL;
	return pnstrdup(data, colon - data);
}

/* Returns what an OpenPGP message says, or NULL where the secret is not the right one or the message was changed. */
static text *
OpenMessage(Oid decrypt, const bytea *message, const char *secret)
{
	MemoryContext caller = CurrentMemoryContext;
	text	   *volatile opened = NULL;

	PG_TRY();
	{
		opened = DatumGetTextPP(OidFunctionCall2(decrypt, PointerGetDatum(message),
												 PointerGetDatum(cstring_to_text(secret))));
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		if (geterrcode() != ERRCODE_EXTERNAL_ROUTINE_INVOCATION_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return opened;
}

/* Returns the value in an opened message, or NULL where it belongs to another place. */
static text *
ValueForPlace(const text *opened, const char *place)
{
	size_t		placelen = strlen(place);
	const char *data;

	if (opened == NULL || VARSIZE_ANY_EXHDR(opened) <= placelen)
		return NULL;
	data = VARDATA_ANY(opened);
	if (memcmp(data, place, placelen) != 0 || data[placelen] != '\n')
		return NULL;
	return cstring_to_text_with_len(data + placelen + 1, VARSIZE_ANY_EXHDR(opened) - placelen - 1);
}

/* Returns the part of an encrypted value behind the id of its key. */
static bytea *
MessageOfValue(const bytea *encrypted, const char *id)
{
	size_t		skip = strlen(id) + 1;

	return (bytea *) cstring_to_text_with_len(VARDATA_ANY(encrypted) + skip, VARSIZE_ANY_EXHDR(encrypted) - skip);
}

/* Returns the value that was encrypted for a place; what cannot be decrypted there raises, or is NULL if that is fine. */
text *
DecryptValue(FmgrInfo *flinfo, const char *place, bytea *encrypted, bool missing_ok)
{
	char	   *id = KeyOfValue(encrypted);
	const EncryptionKey *key = id ? FindKey(id) : NULL;
	text	   *value = NULL;

	if (key)
		value = ValueForPlace(OpenMessage(GetPgcrypto(flinfo)->decrypt, MessageOfValue(encrypted, id), key->secret), place);
	if (value || missing_ok)
		return value;
	if (id && key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the encryption key \"%s\" is not known", id),
				 errhint("Put it back into the file that clienttrack.encryption_key_file names, below the first key, "
						 "and reload the server's configuration.")));
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the protected value cannot be decrypted: %s", place),
			 errdetail("It was changed, encrypted for another row, or encrypted with another secret of the same id.")));
}
