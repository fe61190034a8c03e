/*
 * judge.h
 *		Judging rows before they are written.
 */
#ifndef CLIENTTRACK_JUDGE_H
#define CLIENTTRACK_JUDGE_H

#include "executor/spi.h"

/* Candidates: a query whose columns are named and typed like those of the table, run as the current user. */
typedef struct Candidates
{
	const char *query;
	int			nargs;
	Oid		   *argtypes;
	Datum	   *args;
	const char *nulls;
	bool		with_warnings;	/* warnings are wanted as well as refusals */
	bool		stored;			/* they are in the table already, and judged as they are */
} Candidates;

extern int64 JudgeCandidates(Oid relid, const Candidates *candidates);

#endif
