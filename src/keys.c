/*
 * keys.c
 *		The keys that protected values are encrypted with.
 *
 * They stand in a file that only the server's user can read:
 *
 *		# the first key encrypts, all of them decrypt
 *		k2027:Rk3vJ0q8…
 *		k2026:9fQbW1xL…
 *
 * In a file and not in a setting: before a session has loaded the library, any user can SHOW its settings; and the server
 * writes a setting that changes, or that it refuses, into its log.
 *
 * The name of the file counts only where the server itself loaded the library (shared_preload_libraries). Elsewhere a
 * session could put its own name in the place of the server's (PGOPTIONS, ALTER ROLE … SET) before it loads the library,
 * and so have values stored unencrypted.
 */
#include "postgres.h"

#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/string.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "clienttrack.h"
#include "keys.h"

/* What a key must have at least: it is used as it is, without being made slow to guess. */
#define LEAST_SECRET_LENGTH 16
#define MOST_ID_LENGTH 63

PG_FUNCTION_INFO_V1(clienttrack_encryption_key);

static char *key_file;
static bool preloaded;

/* What was read from the file. */
static MemoryContext keys_context = NULL;
static List *keys = NIL;
static bool keys_are_read = false;

/* Has the file read again: after each reload of the server's configuration. */
static void
ForgetKeys(const char *newval, void *extra)
{
	keys_are_read = false;
}

/* Defines the setting. */
void
KeysInit(void)
{
	preloaded = process_shared_preload_libraries_in_progress;
	/* For an administrator who wants SSNs to be unreadable in backups, dumps and files of the database. */
	DefineCustomStringVariable("clienttrack.encryption_key_file",
							   "File with the keys that protected values are encrypted with.",
							   "Lines of the form id:secret; the first key encrypts. Empty: values are not encrypted.",
							   &key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY, NULL, ForgetKeys, NULL);
}

/* Ensures that nobody but the server's user and root can read the file. */
static void
CheckPermissions(FILE *file)
{
	struct stat st;

	if (fstat(fileno(file), &st) != 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not stat the file of encryption keys: %m")));
	if (!S_ISREG(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0) ||
		(st.st_mode & (st.st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("others than the server can read the file of encryption keys"),
				 errhint("It must be a file of the server's user with permissions u=rw (0600) or less, or of root with "
						 "u=rw,g=r (0640) or less.")));
}

/* Refuses a line of the file, without showing it. */
static void
RefuseLine(int line, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIG_FILE_ERROR),
			 errmsg("line %d of the file of encryption keys is not a key: %s", line, why),
			 errhint("A key is a line id:secret, the id of letters a to z, digits and underscores, the secret of at least "
					 "%d characters.", LEAST_SECRET_LENGTH)));
}

/* Returns the key with an id among those read so far. */
static const EncryptionKey *
FindAmong(List *among, const char *id)
{
	ListCell   *cell;

	foreach(cell, among)
	{
		const EncryptionKey *key = lfirst(cell);

		if (strcmp(key->id, id) == 0)
			return key;
	}
	return NULL;
}

/* Returns the list with the key in a line, or as it is where the line is empty or a comment. */
static List *
AppendKey(List *among, char *text, int line)
{
	EncryptionKey *key;
	size_t		idlen;

	while (isspace((unsigned char) *text))
		text++;
	for (char *end = text + strlen(text); end > text && isspace((unsigned char) end[-1]);)
		*--end = '\0';
	if (*text == '\0' || *text == '#')
		return among;

	idlen = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (idlen == 0 || idlen > MOST_ID_LENGTH || text[idlen] != ':')
		RefuseLine(line, "its id");
	if (strlen(text + idlen + 1) < LEAST_SECRET_LENGTH)
		RefuseLine(line, "its secret is too short");
	key = palloc(sizeof(EncryptionKey));
	key->id = pnstrdup(text, idlen);
	key->secret = pstrdup(text + idlen + 1);
	if (FindAmong(among, key->id))
		RefuseLine(line, "its id is taken");
	return lappend(among, key);
}

/* Reads the file, into the current memory context. */
static List *
ReadKeyFile(void)
{
	FILE	   *file = AllocateFile(key_file, "r");
	List	   *read = NIL;
	StringInfoData text;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open the file of encryption keys: %m"),
				 errdetail_log("clienttrack.encryption_key_file is \"%s\".", key_file)));
	CheckPermissions(file);
	initStringInfo(&text);
	for (int line = 1; pg_get_line_buf(file, &text); line++)
		read = AppendKey(read, text.data, line);
	if (ferror(file))
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not read the file of encryption keys: %m")));
	FreeFile(file);
	/* nobody who names a file wants values to be stored as they are */
	if (read == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIG_FILE_ERROR), errmsg("there is no key in the file of encryption keys")));
	return read;
}

/* Raises where the name of the file may be anybody's. */
static void
CheckPreloaded(void)
{
	if (!preloaded)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("values can be encrypted only by a library that the server has loaded"),
				 errdetail("clienttrack.encryption_key_file is set."),
				 errhint("Add clienttrack to shared_preload_libraries and restart the server.")));
}

/* Ensures that keys are what the file says. None are where no file is named. */
static void
EnsureKeys(void)
{
	MemoryContext caller,
				fresh;
	List	   *read = NIL;

	if (keys_are_read)
		return;
	fresh = AllocSetContextCreate(CurrentMemoryContext, "clienttrack encryption keys", ALLOCSET_SMALL_SIZES);
	if (*key_file != '\0')
	{
		CheckPreloaded();
		caller = MemoryContextSwitchTo(fresh);
		read = ReadKeyFile();
		MemoryContextSwitchTo(caller);
	}
	MemoryContextSetParent(fresh, TopMemoryContext);
	if (keys_context)
		MemoryContextDelete(keys_context);
	keys_context = fresh;
	keys = read;
	keys_are_read = true;
}

/* Returns the key that encrypts; NULL where values are not encrypted. */
const EncryptionKey *
CurrentKey(void)
{
	EnsureKeys();
	return keys == NIL ? NULL : linitial(keys);
}

/* Returns the key with an id, or NULL. */
const EncryptionKey *
FindKey(const char *id)
{
	EnsureKeys();
	return FindAmong(keys, id);
}

/* encryption_key() RETURNS text */
Datum
clienttrack_encryption_key(PG_FUNCTION_ARGS)
{
	const EncryptionKey *key = CurrentKey();

	if (key == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(key->id));
}
