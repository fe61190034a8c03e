/*
 * expand.c
 *		Expands recurrences with src/recurrence.c alone, for test/t/recurrence.pl: expand [normal | effort]
 *
 * Reads lines of fields that tabs separate: rule, dtstart, first and last day of the window, how many days at most, days
 * added, days taken away (lists with commas; the last three may be missing). Writes one line for each: the days, with
 * commas, or "error: ", the position and the message.
 *
 *		normal	the normal form of the rule, which may stand alone, instead of the days
 *		effort	how many days there are, asked in different ways, and how many periods were looked at for them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recurrence.h"
#include "recurrence_calendar.h"

#define MAX_FIELDS	7
#define MAX_DATES	1000

/* After so many interrupts, a thousand periods apart, an iterator that is to come to an end does not. */
#define MAX_INTERRUPTS 5000

/* Returns the number of a day written as 2026-12-31. */
static int32_t
ReadDay(const char *text)
{
	int			year = atoi(text);
	const char *month = strchr(text, '-') + 1;
	int			number = atoi(month);

	return (int32_t) (FirstDayOfYear(year) + DaysBeforeMonth(number, IsLeapYear(year)) + atoi(month + 3) - 1);
}

/* Writes a day. */
static void
WriteDay(int32_t day)
{
	CivilDay	civil = CivilOfDay(day);

	printf("%04d-%02d-%02d", (int) civil.year, civil.month, civil.day);
}

/* Compares two days for qsort. */
static int
CompareDays(const void *a, const void *b)
{
	int32_t		left = *(const int32_t *) a;
	int32_t		right = *(const int32_t *) b;

	return (left > right) - (left < right);
}

/* Reads a list of days, sorts it and drops duplicates; returns how many there are. */
static int
ReadDays(char *text, int32_t *days)
{
	int			count = 0;
	int			kept = 0;

	for (char *at = strtok(text, ","); at != NULL && count < MAX_DATES; at = strtok(NULL, ","))
		days[count++] = ReadDay(at);
	qsort(days, count, sizeof(int32_t), CompareDays);
	for (int i = 0; i < count; i++)
		if (kept == 0 || days[kept - 1] != days[i])
			days[kept++] = days[i];
	return kept;
}

/* What a line asks for. */
typedef struct Request
{
	Recurrence	rule;
	int32_t		dtstart;
	int32_t		first;
	int32_t		last;
	int			limit;
	int			rdate_count;
	int			exdate_count;
	int32_t		rdates[MAX_DATES];
	int32_t		exdates[MAX_DATES];
} Request;

static int	interrupts;

/* Counts how often the iterator lets itself be interrupted, and ends one that runs away. */
static void
CountInterrupt(void)
{
	if (++interrupts < MAX_INTERRUPTS)
		return;
	fputs("expand: an iterator runs away\n", stderr);
	exit(2);
}

/* Reads what follows the rule on a line. */
static void
ReadWindow(char **fields, Request *request)
{
	request->dtstart = ReadDay(fields[1]);
	request->first = ReadDay(fields[2]);
	request->last = ReadDay(fields[3]);
	request->limit = *fields[4] ? atoi(fields[4]) : INT32_MAX;
	request->rdate_count = ReadDays(fields[5], request->rdates);
	request->exdate_count = ReadDays(fields[6], request->exdates);
}

/* Starts the way through the days. */
static void
Start(RecurrenceIterator *it, const Request *request)
{
	RecurrenceStart(it, &request->rule, request->dtstart, request->first, request->last);
	RecurrenceAddDates(it, request->rdates, request->rdate_count, request->exdates, request->exdate_count);
	it->interrupt = CountInterrupt;
	interrupts = 0;
}

/* Writes the days. */
static void
WriteDays(const Request *request)
{
	RecurrenceIterator it;
	int32_t		day;

	Start(&it, request);
	for (int i = 0; i < request->limit && RecurrenceNext(&it, &day); i++)
	{
		if (i > 0)
			putchar(',');
		WriteDay(day);
	}
	putchar('\n');
}

/* Writes the normal form of a rule. */
static void
WriteNormalForm(const Recurrence *rule)
{
	char	   *text = malloc(RECURRENCE_TEXT_SIZE);

	fwrite(text, 1, RecurrenceNormalForm(rule, text), stdout);
	putchar('\n');
	free(text);
}

/* Writes how many days there are if half of them are counted after the others were asked for. */
static void
WriteHalfCounted(const Request *request, long days)
{
	RecurrenceIterator it;
	int32_t		day;
	long		asked = 0;

	Start(&it, request);
	while (asked < days / 2 && RecurrenceNext(&it, &day))
		asked++;
	printf(" half=%lld", (long long) (asked + RecurrenceCount(&it)));
}

/*
 * Writes how many days there are: asked for one by one, counted, and half of each; how many periods were looked at for the
 * first, at most for one day, and for the second; how often there was an interrupt at the first; whether the rule ends.
 */
static void
WriteEffort(const Request *request)
{
	RecurrenceIterator it;
	int32_t		day;
	long		days = 0;
	uint32_t	before = 0;
	uint32_t	most = 0;

	Start(&it, request);
	for (bool more = true; more; before = it.loaded)
	{
		more = RecurrenceNext(&it, &day);
		days += more;
		if (it.loaded - before > most)
			most = it.loaded - before;
	}
	printf("days=%ld loaded=%u most=%u interrupts=%d", days, it.loaded, most, interrupts);
	Start(&it, request);
	printf(" count=%lld", (long long) RecurrenceCount(&it));
	printf(" count_loaded=%u", it.loaded);
	WriteHalfCounted(request, days);
	printf(" ends=%d\n", RecurrenceEnds(&request->rule));
}

/* Answers one line. */
static void
Answer(char **fields, const char *mode)
{
	static Request request;
	RecurrenceError error;

	if (!RecurrenceParse(fields[0], strlen(fields[0]), &request.rule, &error))
	{
		printf("error: %d: %s\n", error.position, error.message);
		return;
	}
	if (strcmp(mode, "normal") == 0)
	{
		WriteNormalForm(&request.rule);
		return;
	}
	ReadWindow(fields, &request);
	if (strcmp(mode, "effort") == 0)
		WriteEffort(&request);
	else
		WriteDays(&request);
}

/* Answers the lines of the standard input. */
int
main(int argc, char **argv)
{
	static char line[1 << 20];

	setlinebuf(stdout);			/* the line that is missing is the one that ended it */
	while (fgets(line, sizeof(line), stdin))
	{
		char		none[] = "";
		char	   *fields[MAX_FIELDS] = {none, none, none, none, none, none, none};
		char	   *at = line;

		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < MAX_FIELDS && at != NULL; i++)
			fields[i] = strsep(&at, "\t");
		Answer(fields, argc > 1 ? argv[1] : "days");
	}
	return 0;
}
