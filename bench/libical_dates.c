/*
 * libical_dates.c
 *		The opponent of rrule_dates(): the same kind of function over libical.
 *
 *	libical_dates(rrule text, dtstart date, to_date date) RETURNS SETOF date
 *
 * script/bench compiles it where libical-dev is installed.
 */
#include "postgres.h"

#include <libical/ical.h>

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(libical_dates);

/* An expansion under way. */
typedef struct Expansion
{
	icalrecur_iterator *iterator;
	DateADT		last;
} Expansion;

/* Returns a date as libical's. */
static struct icaltimetype
TimeOfDate(DateADT date)
{
	struct icaltimetype time = {.is_date = 1};
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	time.year = year;
	time.month = month;
	time.day = day;
	return time;
}

/* libical_dates(rrule text, dtstart date, to_date date) */
Datum
libical_dates(PG_FUNCTION_ARGS)
{
	FuncCallContext *context;
	Expansion  *expansion;
	struct icaltimetype time;
	DateADT		day;

	if (SRF_IS_FIRSTCALL())
	{
		struct icalrecurrencetype rule = icalrecurrencetype_from_string(text_to_cstring(PG_GETARG_TEXT_PP(0)));

		context = SRF_FIRSTCALL_INIT();
		expansion = MemoryContextAlloc(context->multi_call_memory_ctx, sizeof(Expansion));
		expansion->iterator = icalrecur_iterator_new(rule, TimeOfDate(PG_GETARG_DATEADT(1)));
		expansion->last = PG_GETARG_DATEADT(2);
		context->user_fctx = expansion;
	}
	context = SRF_PERCALL_SETUP();
	expansion = context->user_fctx;
	time = icalrecur_iterator_next(expansion->iterator);
	if (!icaltime_is_null_time(time))
	{
		day = date2j(time.year, time.month, time.day) - POSTGRES_EPOCH_JDATE;
		if (day <= expansion->last)
			SRF_RETURN_NEXT(context, DateADTGetDatum(day));
	}
	icalrecur_iterator_free(expansion->iterator);
	SRF_RETURN_DONE(context);
}
