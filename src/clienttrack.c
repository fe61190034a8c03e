/*
 * clienttrack.c
 *		Loading of the library.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "clienttrack.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

/* Starts every module and reserves the prefix of their settings. */
void
_PG_init(void)
{
	GuardInit();
	LastDayInit();
	KeysInit();
	MarkGUCPrefixReserved("clienttrack");
}
