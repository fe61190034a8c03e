/*
 * keys.h
 *		The keys that protected values are encrypted with.
 */
#ifndef CLIENTTRACK_KEYS_H
#define CLIENTTRACK_KEYS_H

typedef struct EncryptionKey
{
	char	   *id;
	char	   *secret;
} EncryptionKey;

extern const EncryptionKey *CurrentKey(void);
extern const EncryptionKey *FindKey(const char *id);

#endif
