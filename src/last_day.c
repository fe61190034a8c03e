/*
 * last_day.c
 *		How far ahead services and enrollments may be dated.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/date.h"
#include "utils/guc.h"

#include "clienttrack.h"
#include "last_day.h"

PG_FUNCTION_INFO_V1(clienttrack_last_day);

static int	future_days;

/* Defines the setting. */
void
LastDayInit(void)
{
	/* For an administrator whose workers enter services or enrollments that are planned for the next days. */
	DefineCustomIntVariable("clienttrack.future_days",
							"How many days ahead of today services and enrollments may be dated.",
							NULL, &future_days, 0, 0, 3660, PGC_SUSET, 0, NULL, NULL, NULL);
}

/* Returns the last day that a service or enrollment may be dated, in the session's time zone. */
DateADT
LastDay(void)
{
	return GetSQLCurrentDate() + future_days;
}

/* last_day() returns date */
Datum
clienttrack_last_day(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(LastDay());
}
