/*
 * encryption.h
 *		Encrypting a value for one place, and decrypting it there.
 */
#ifndef CLIENTTRACK_ENCRYPTION_H
#define CLIENTTRACK_ENCRYPTION_H

#include "fmgr.h"

#include "keys.h"

extern bytea *EncryptValue(FmgrInfo *flinfo, const EncryptionKey *key, const char *place, const text *value);
extern text *DecryptValue(FmgrInfo *flinfo, const char *place, bytea *encrypted, bool missing_ok);
extern char *KeyOfValue(const bytea *encrypted);

#endif
