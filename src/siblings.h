/*
 * siblings.h
 *		Finding the tables of an installed schema from any one of them.
 */
#ifndef CLIENTTRACK_SIBLINGS_H
#define CLIENTTRACK_SIBLINGS_H

#include "lib/stringinfo.h"
#include "utils/relcache.h"

typedef struct SiblingTables SiblingTables;

extern const char *KeyOfConcept(const char *concept);
extern const char *TableConcept(Relation rel);
extern SiblingTables *FindSiblingTables(Oid relid);
extern Oid	SiblingRelid(SiblingTables *siblings, const char *concept);
extern Oid	SchemaTableOfConcept(Oid schema, const char *concept);
extern char *QualifiedTableName(Oid relid);
extern void AppendWithSiblings(StringInfo buf, SiblingTables *siblings, const char *template, const char *rows);

#endif
