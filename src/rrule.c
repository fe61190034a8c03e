/*
 * rrule.c
 *		Recurrences in SQL: the days of a rule, and what can be told of it without them.
 *
 * Nothing here reads a table, a setting, a time zone or the clock, so all of it is IMMUTABLE.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "rrule.h"

/* The planner looks at so many days of a rule at most: after 28 years weekdays fall on the same dates again. */
#define ESTIMATED_DAYS (28 * 365 + 7)

/* A window that the planner does not know is taken for a year. */
#define UNKNOWN_DAYS 366

PG_FUNCTION_INFO_V1(clienttrack_rrule_dates);
PG_FUNCTION_INFO_V1(clienttrack_rrule_dates_support);
PG_FUNCTION_INFO_V1(clienttrack_rrule_next);
PG_FUNCTION_INFO_V1(clienttrack_rrule_contains);
PG_FUNCTION_INFO_V1(clienttrack_rrule_count);
PG_FUNCTION_INFO_V1(clienttrack_rrule_is_valid);
PG_FUNCTION_INFO_V1(clienttrack_rrule_normalize);

/* A rule with the way through its days. */
typedef struct Expansion
{
	bool		under_way;
	Recurrence	rule;
	RecurrenceIterator it;
	DateADT    *rdates;			/* NULL: none */
	DateADT    *exdates;
} Expansion;

/* Lets a long way be canceled. */
static void
CheckForInterrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* Parses a rule, or raises with the part and the place that are wrong. */
void
ParseRecurrence(const text *rule_text, Recurrence *rule)
{
	RecurrenceError error;

	if (!RecurrenceParse(VARDATA_ANY(rule_text), VARSIZE_ANY_EXHDR(rule_text), rule, &error))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid recurrence rule: %s", error.message),
				 errdetail("At character %d of the rule.", error.position)));
}

/* Raises unless a recurrence can start on a day. */
static void
CheckStart(DateADT dtstart)
{
	if (DATE_NOT_FINITE(dtstart))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a recurrence must start on a finite date")));
	if (dtstart < RECURRENCE_FIRST_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a recurrence must not start before the year 1")));
}

/* Starts the way through the days of a rule in a window. */
void
StartRecurrence(RecurrenceIterator *it, const Recurrence *rule, DateADT dtstart, DateADT first, DateADT last)
{
	CheckStart(dtstart);
	if (DATE_IS_NOEND(last) && !RecurrenceEnds(rule))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a recurrence rule without an end needs a window with one"),
				 errhint("Give a finite to_date, or a rule with COUNT or UNTIL.")));
	RecurrenceStart(it, rule, dtstart, first, last);
	it->interrupt = CheckForInterrupts;
}

/* Compares two dates for qsort. */
static int
CompareDates(const void *a, const void *b)
{
	DateADT		left = *(const DateADT *) a;
	DateADT		right = *(const DateADT *) b;

	return (left > right) - (left < right);
}

/* Returns the dates of an array in order, each once, allocated in a context; there are as many as count says. */
static DateADT *
SortedDates(ArrayType *array, const char *name, MemoryContext context, int *count)
{
	Datum	   *values;
	bool	   *nulls;
	int			given;
	DateADT    *dates;

	deconstruct_array(array, DATEOID, sizeof(DateADT), true, TYPALIGN_INT, &values, &nulls, &given);
	for (int i = 0; i < given; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not contain nulls", name)));
		if (DATE_NOT_FINITE(DatumGetDateADT(values[i])))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("%s must be finite", name)));
	}
	dates = MemoryContextAlloc(context, sizeof(DateADT) * Max(given, 1));
	for (int i = 0; i < given; i++)
		dates[i] = DatumGetDateADT(values[i]);
	qsort(dates, given, sizeof(DateADT), CompareDates);
	*count = 0;
	for (int i = 0; i < given; i++)
		if (*count == 0 || dates[*count - 1] != dates[i])
			dates[(*count)++] = dates[i];
	return dates;
}

/* Gives back what an expansion allocated, and makes it ready for the next. */
static void
EndExpansion(Datum argument)
{
	Expansion  *expansion = (Expansion *) DatumGetPointer(argument);

	expansion->under_way = false;
	if (expansion->rdates)
		pfree(expansion->rdates);
	if (expansion->exdates)
		pfree(expansion->exdates);
	expansion->rdates = expansion->exdates = NULL;
}

/*
 * Starts the expansion that arguments ask for (rrule, dtstart, from_date, to_date, rdates, exdates); what it allocates lives in
 * a context. False where one of the first four is null: then there is nothing to expand.
 */
static bool
StartExpansion(FunctionCallInfo fcinfo, Expansion *expansion, MemoryContext context)
{
	int			rdate_count = 0;
	int			exdate_count = 0;

	EndExpansion(PointerGetDatum(expansion));	/* of one that an error ended */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return false;
	ParseRecurrence(PG_GETARG_TEXT_PP(0), &expansion->rule);
	StartRecurrence(&expansion->it, &expansion->rule, PG_GETARG_DATEADT(1), PG_GETARG_DATEADT(2), PG_GETARG_DATEADT(3));
	if (!PG_ARGISNULL(4))
		expansion->rdates = SortedDates(PG_GETARG_ARRAYTYPE_P(4), "rdates", context, &rdate_count);
	if (!PG_ARGISNULL(5))
		expansion->exdates = SortedDates(PG_GETARG_ARRAYTYPE_P(5), "exdates", context, &exdate_count);
	if (rdate_count + exdate_count > 0)
		RecurrenceAddDates(&expansion->it, expansion->rdates, rdate_count, expansion->exdates, exdate_count);
	return true;
}

/* Returns all days at once, for a caller that wants them stored. */
static Datum
MaterializeDates(FunctionCallInfo fcinfo, ReturnSetInfo *rsinfo)
{
	MemoryContext caller = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	Tuplestorestate *store = tuplestore_begin_heap(rsinfo->allowedModes & SFRM_Materialize_Random, false, work_mem);
	TupleDesc	tupdesc = CreateTupleDescCopy(rsinfo->expectedDesc);
	Expansion	expansion = {0};
	int32		day;

	MemoryContextSwitchTo(caller);
	rsinfo->returnMode = SFRM_Materialize;
	rsinfo->setResult = store;
	rsinfo->setDesc = tupdesc;
	if (!StartExpansion(fcinfo, &expansion, caller))
		return (Datum) 0;
	while (RecurrenceNext(&expansion.it, &day))
	{
		Datum		value = DateADTGetDatum(day);
		bool		isnull = false;

		tuplestore_putvalues(store, tupdesc, &value, &isnull);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/*
 * Returns the next day of a set. One expansion serves all sets of a query: the macros for set-returning functions would
 * make a memory context for each, which costs as much as a dozen days.
 */
static Datum
NextOfSet(FunctionCallInfo fcinfo, ReturnSetInfo *rsinfo)
{
	Expansion  *expansion = fcinfo->flinfo->fn_extra;
	int32		day;

	if (expansion == NULL)
		expansion = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Expansion));
	if (!expansion->under_way)
	{
		if (!StartExpansion(fcinfo, expansion, fcinfo->flinfo->fn_mcxt))
		{
			rsinfo->isDone = ExprEndResult;
			PG_RETURN_NULL();
		}
		RegisterExprContextCallback(rsinfo->econtext, EndExpansion, PointerGetDatum(expansion));
		expansion->under_way = true;
	}
	if (RecurrenceNext(&expansion->it, &day))
	{
		rsinfo->isDone = ExprMultipleResult;
		PG_RETURN_DATEADT(day);
	}
	UnregisterExprContextCallback(rsinfo->econtext, EndExpansion, PointerGetDatum(expansion));
	EndExpansion(PointerGetDatum(expansion));
	rsinfo->isDone = ExprEndResult;
	PG_RETURN_NULL();
}

/* rrule_dates(rrule text, dtstart date, from_date date, to_date date, rdates date[], exdates date[]) */
Datum
clienttrack_rrule_dates(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	if ((rsinfo->allowedModes & SFRM_Materialize_Preferred) && rsinfo->expectedDesc != NULL)
		return MaterializeDates(fcinfo, rsinfo);
	return NextOfSet(fcinfo, rsinfo);
}

/* rrule_next(rrule text, dtstart date, after date) */
Datum
clienttrack_rrule_next(PG_FUNCTION_ARGS)
{
	DateADT		after = PG_GETARG_DATEADT(2);
	Recurrence	rule;
	RecurrenceIterator it;
	int32		day;

	ParseRecurrence(PG_GETARG_TEXT_PP(0), &rule);
	CheckStart(PG_GETARG_DATEADT(1));
	if (after >= RECURRENCE_LAST_DAY)
		PG_RETURN_NULL();
	StartRecurrence(&it, &rule, PG_GETARG_DATEADT(1), DATE_IS_NOBEGIN(after) ? after : after + 1, RECURRENCE_LAST_DAY);
	if (!RecurrenceNext(&it, &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/* rrule_contains(rrule text, dtstart date, day date) */
Datum
clienttrack_rrule_contains(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(2);
	Recurrence	rule;
	RecurrenceIterator it;
	int32		found;

	ParseRecurrence(PG_GETARG_TEXT_PP(0), &rule);
	CheckStart(PG_GETARG_DATEADT(1));
	if (DATE_NOT_FINITE(day))
		PG_RETURN_BOOL(false);
	StartRecurrence(&it, &rule, PG_GETARG_DATEADT(1), day, day);
	PG_RETURN_BOOL(RecurrenceNext(&it, &found));
}

/* rrule_count(rrule text, dtstart date, from_date date, to_date date, rdates date[], exdates date[]) */
Datum
clienttrack_rrule_count(PG_FUNCTION_ARGS)
{
	Expansion	expansion = {0};

	if (!StartExpansion(fcinfo, &expansion, CurrentMemoryContext))
		PG_RETURN_NULL();
	PG_RETURN_INT64(RecurrenceCount(&expansion.it));
}

/* rrule_is_valid(rrule text) */
Datum
clienttrack_rrule_is_valid(PG_FUNCTION_ARGS)
{
	text	   *rule_text = PG_GETARG_TEXT_PP(0);
	Recurrence	rule;
	RecurrenceError error;

	PG_RETURN_BOOL(RecurrenceParse(VARDATA_ANY(rule_text), VARSIZE_ANY_EXHDR(rule_text), &rule, &error));
}

/* rrule_normalize(rrule text) */
Datum
clienttrack_rrule_normalize(PG_FUNCTION_ARGS)
{
	Recurrence	rule;
	char	   *normal = palloc(RECURRENCE_TEXT_SIZE);
	size_t		length;

	ParseRecurrence(PG_GETARG_TEXT_PP(0), &rule);
	length = RecurrenceNormalForm(&rule, normal);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(normal, (int) length));
}

/* What the planner knows of an argument. */
typedef struct KnownArgument
{
	bool		known;
	bool		isnull;
	Datum		value;
} KnownArgument;

/* Returns what the planner knows of an argument, the value of a parameter or of now() included. */
static KnownArgument
EstimateArgument(PlannerInfo *root, List *args, int number)
{
	KnownArgument argument = {false, false, (Datum) 0};
	Node	   *node = list_length(args) > number ? estimate_expression_value(root, list_nth(args, number)) : NULL;

	if (node != NULL && IsA(node, Const))
	{
		argument.known = true;
		argument.isnull = ((Const *) node)->constisnull;
		argument.value = ((Const *) node)->constvalue;
	}
	return argument;
}

/*
 * Returns about how many days a rule has from first to last: as many in proportion as in the first years of the window, without
 * walking to a late window.
 */
static double
EstimateDays(Recurrence *rule, DateADT dtstart, double first, double last)
{
	RecurrenceIterator it;
	int32		limit = rule->count;
	double		begin = Max(first, (double) dtstart);
	double		end = Min(last, (double) rule->until);
	double		sample_end = Min(end, begin + ESTIMATED_DAYS - 1);
	double		days;

	if (begin > end)
		return 0;
	rule->count = 0;
	RecurrenceStart(&it, rule, dtstart, (int32) begin, (int32) sample_end);
	days = RecurrenceCount(&it) * ((end - begin + 1) / (sample_end - begin + 1));
	return limit > 0 ? Min(days, limit) : days;
}

/* Returns a date that the planner knows, or another. */
static double
KnownDate(KnownArgument argument, double otherwise)
{
	return argument.known ? DatumGetDateADT(argument.value) : otherwise;
}

/* Returns about how many rows a call of rrule_dates() returns, by what is known of its arguments; below 0: unknown. */
static double
EstimateRows(const KnownArgument *arguments)
{
	static const char weekly[] = "FREQ=WEEKLY";
	Recurrence	rule;
	RecurrenceError error;
	double		dtstart;
	double		first;

	for (int i = 0; i < 4; i++)
		if (arguments[i].known && arguments[i].isnull)
			return 0;
	RecurrenceParse(weekly, strlen(weekly), &rule, &error);
	if (arguments[0].known)
	{
		text	   *rule_text = DatumGetTextPP(arguments[0].value);

		if (!RecurrenceParse(VARDATA_ANY(rule_text), VARSIZE_ANY_EXHDR(rule_text), &rule, &error))
			return -1;
	}
	first = KnownDate(arguments[2], KnownDate(arguments[1], KnownDate(arguments[3], 0) - UNKNOWN_DAYS + 1));
	dtstart = Max(KnownDate(arguments[1], first), RECURRENCE_FIRST_DAY);
	return EstimateDays(&rule, (DateADT) Min(dtstart, RECURRENCE_LAST_DAY), Max(first, dtstart),
						KnownDate(arguments[3], Max(first, dtstart) + UNKNOWN_DAYS - 1));
}

/* rrule_dates_support(internal): tells the planner how many rows to expect of a call of rrule_dates() */
Datum
clienttrack_rrule_dates_support(PG_FUNCTION_ARGS)
{
	SupportRequestRows *request = (SupportRequestRows *) PG_GETARG_POINTER(0);
	KnownArgument arguments[5];
	List	   *args;
	double		rows;

	if (!IsA(request, SupportRequestRows) || !is_funcclause(request->node))
		PG_RETURN_POINTER(NULL);
	args = ((FuncExpr *) request->node)->args;
	for (int i = 0; i < 5; i++)
		arguments[i] = EstimateArgument(request->root, args, i);
	rows = EstimateRows(arguments);
	if (rows < 0)
		PG_RETURN_POINTER(NULL);
	if (arguments[4].known && !arguments[4].isnull)
		rows += ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(arguments[4].value)), ARR_DIMS(DatumGetArrayTypeP(arguments[4].value)));
	request->rows = rows;
	PG_RETURN_POINTER(request);
}
