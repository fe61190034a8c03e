/*
 * guard_facts.h
 *		Remembering which facts about services break no rule.
 */
#ifndef CLIENTTRACK_GUARD_FACTS_H
#define CLIENTTRACK_GUARD_FACTS_H

#include "siblings.h"
#include "utils/date.h"
#include "utils/relcache.h"
#include "utils/tuplestore.h"

#define FACT_IDS 8

/* What a service has in common with others: see guard_facts in guard_rules.c. Missing ids are 0 and flagged. */
typedef struct FactKey
{
	int64		ids[FACT_IDS];
	Oid			relid;
	DateADT		date_provided;
	DateADT		last_day;		/* the rule about the future depends on it */
	uint32		flags;
} FactKey;

extern bool OneFact(Relation rel, Tuplestorestate *rows, FactKey *key);
extern bool KnownFact(const FactKey *key, uint64 *looks);
extern void RememberFact(const FactKey *key, uint64 looks, uint64 generation);
extern void WatchFactTables(SiblingTables *siblings);

#endif
