/*
 * last_day.c
 *		How far ahead services and enrollments may be dated.
 */
#include "postgres.h"

#include "access/xact.h"
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

/* Returns the last day that it is anywhere: no time zone that people live in is more than 14 hours ahead of Greenwich. */
static DateADT
LatestDayOnEarth(void)
{
	return (DateADT) ((GetCurrentTransactionStartTimestamp() + 14 * USECS_PER_HOUR) / USECS_PER_DAY);
}

/*
 * Returns the last day that a service or enrollment may be dated, in the session's time zone; but PostgreSQL takes time
 * zones a week away from Greenwich, and whoever sets one does not live tomorrow.
 */
DateADT
LastDay(void)
{
	return Min(GetSQLCurrentDate(), LatestDayOnEarth()) + future_days;
}

/* last_day() returns date */
Datum
clienttrack_last_day(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(LastDay());
}
