/*
 * judge.c
 *		Expands recurrences by looking at every single day, to judge src/recurrence.c: see test/t/recurrence.pl.
 *
 * Speaks the protocol of expand.c and shares nothing with src/: it has a calendar of its own, which counts days up one by
 * one, and a reading of its own, for valid rules in upper case. For each day from the start of DTSTART's period it asks
 * whether the period is one that INTERVAL selects, and whether the day passes each BYxxx; at the end of the period it applies
 * BYSETPOS, DTSTART, COUNT, UNTIL, the window and EXDATE, in this order. Written to be obviously right, not to be fast.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS	7
#define MAX_VALUES	1024
#define MAX_RESULTS 1000000
#define MAX_DAYS_OF_PERIOD 400

/* A day as one number that compares as days do: 20261231. */
typedef long DayKey;

/* The numbers of a part of a rule, or days. */
typedef struct List
{
	int			count;
	DayKey		values[MAX_VALUES];
} List;

/* A rule; a part that is not given has no values. */
typedef struct Rule
{
	char		frequency;		/* D, W, M or Y */
	long		interval;
	long		count;			/* 0: none */
	DayKey		until;			/* 0: none */
	int			week_start;		/* 0 is Monday */
	List		month;
	List		week;
	List		year_day;
	List		month_day;
	List		set_position;
	List		ordinal;		/* of BYDAY: 0 is none */
	List		weekday;		/* of BYDAY: as many */
} Rule;

/* A day of the calendar. */
typedef struct Day
{
	long		number;			/* counts up by one a day */
	int			year;
	int			month;
	int			day;
	int			year_day;		/* from 1 */
	int			weekday;		/* 0 is Monday */
} Day;

/* The walk through the calendar: a day, and the week that it is in. */
typedef struct Walk
{
	Day			day;
	int			week_start;
	long		week_number;	/* counts up by one a week */
	int			week_year;		/* the year that the week belongs to */
	int			week;			/* from 1 */
	int			weeks;			/* that the year has */
} Walk;

/* What a recurrence is asked for and has answered. */
typedef struct Answer
{
	DayKey		dtstart;
	DayKey		first;
	DayKey		last;
	long		limit;			/* of days in the answer */
	List		rdates;
	List		exdates;
	long		counted;		/* days that COUNT counts */
	long		days;
	DayKey		day[MAX_RESULTS + MAX_VALUES];
} Answer;

/* Tells whether a year has a 29th of February. */
static bool
IsLeap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Returns the length of a year. */
static int
YearLength(int year)
{
	return IsLeap(year) ? 366 : 365;
}

/* Returns the length of a month. */
static int
MonthLength(int year, int month)
{
	if (month == 2)
		return IsLeap(year) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Returns the day after a day. */
static Day
After(Day day)
{
	day.number++;
	day.weekday = (day.weekday + 1) % 7;
	day.year_day++;
	if (++day.day > MonthLength(day.year, day.month))
	{
		day.day = 1;
		if (++day.month > 12)
		{
			day.month = 1;
			day.year++;
			day.year_day = 1;
		}
	}
	return day;
}

/* Returns the day so many days after a day. */
static Day
DaysAfter(Day day, int days)
{
	while (days-- > 0)
		day = After(day);
	return day;
}

/* Returns the first day of a year. The calendar repeats itself after 400 years, and 2000 began with a Saturday. */
static Day
FirstOfYear(int year)
{
	Day			day = {.year = 2000, .month = 1, .day = 1, .year_day = 1, .weekday = 5};

	while (day.year > year)
		day.year -= 400;
	while (day.year + 400 <= year)
		day.year += 400;
	for (; day.year < year; day.year++)
		day.weekday = (day.weekday + YearLength(day.year)) % 7;
	return day;
}

/* Returns a day as a number. */
static DayKey
KeyOf(const Day *day)
{
	return day->year * 10000L + day->month * 100 + day->day;
}

/* Enters the week that begins with the walk's day: it belongs to the year of its fourth day, and the first is week 1. */
static void
EnterWeek(Walk *walk)
{
	Day			fourth = DaysAfter(walk->day, 3);

	walk->week_number++;
	walk->week++;
	if (fourth.year == walk->week_year)
		return;
	walk->week_year = fourth.year;
	walk->week = 1;
	for (walk->weeks = 0; fourth.year == walk->week_year; fourth = DaysAfter(fourth, 7))
		walk->weeks++;
}

/* Goes on to the next day. */
static void
Step(Walk *walk)
{
	walk->day = After(walk->day);
	if (walk->day.weekday == walk->week_start)
		EnterWeek(walk);
}

/* Tells whether a list has a number. */
static bool
Has(const List *list, long number)
{
	for (int i = 0; i < list->count; i++)
		if (list->values[i] == number)
			return true;
	return false;
}

/* Tells whether a list has a number that counts from the start, or the same counted from the end. */
static bool
HasOfBoth(const List *list, long number, long length)
{
	return Has(list, number) || Has(list, number - length - 1);
}

/* Tells whether a weekday of BYDAY is that day: in a month, if the rule has months, and else in a year. */
static bool
IsByDay(const Rule *rule, int i, const Day *day)
{
	bool		in_month = rule->frequency == 'M' || rule->month.count > 0;
	int			place = in_month ? day->day : day->year_day;
	int			length = in_month ? MonthLength(day->year, day->month) : YearLength(day->year);
	long		ordinal = rule->ordinal.values[i];

	if (rule->weekday.values[i] != day->weekday)
		return false;
	return ordinal == 0 || ordinal == (place - 1) / 7 + 1 || ordinal == -((length - place) / 7 + 1);
}

/* Tells whether a day passes BYDAY. */
static bool
PassesByDay(const Rule *rule, const Day *day)
{
	for (int i = 0; i < rule->weekday.count; i++)
		if (IsByDay(rule, i, day))
			return true;
	return false;
}

/* Tells whether a day passes what DTSTART says where the rule names no days. */
static bool
PassesStart(const Rule *rule, const Day *day, const Day *start)
{
	if (rule->weekday.count > 0 || rule->year_day.count > 0 || rule->month_day.count > 0)
		return true;
	if (rule->frequency == 'W' || rule->week.count > 0)
		return day->weekday == start->weekday;
	if (rule->frequency == 'Y' && rule->month.count == 0 && day->month != start->month)
		return false;
	return rule->frequency == 'D' || day->day == start->day;
}

/* Tells whether a day passes each part of the rule. */
static bool
Passes(const Rule *rule, const Walk *walk, const Day *start)
{
	const Day  *day = &walk->day;

	if (rule->month.count > 0 && !Has(&rule->month, day->month))
		return false;
	if (rule->week.count > 0 && !HasOfBoth(&rule->week, walk->week, walk->weeks))
		return false;
	if (rule->year_day.count > 0 && !HasOfBoth(&rule->year_day, day->year_day, YearLength(day->year)))
		return false;
	if (rule->month_day.count > 0 && !HasOfBoth(&rule->month_day, day->day, MonthLength(day->year, day->month)))
		return false;
	if (rule->weekday.count > 0 && !PassesByDay(rule, day))
		return false;
	return PassesStart(rule, day, start);
}

/* Returns the number of the period that the walk is in. */
static long
PeriodOf(const Rule *rule, const Walk *walk)
{
	switch (rule->frequency)
	{
		case 'D':
			return walk->day.number;
		case 'W':
			return walk->week_number;
		case 'M':
			return walk->day.year * 12L + walk->day.month;
		default:
			return rule->week.count > 0 ? walk->week_year : walk->day.year;
	}
}

/* Takes a day of the rule: counts it, and keeps it if it is before the end, in the window and not excepted. */
static void
Take(Answer *answer, const Rule *rule, DayKey day)
{
	if (day < answer->dtstart || (rule->count > 0 && answer->counted == rule->count))
		return;
	answer->counted++;
	if (rule->until > 0 && day > rule->until)
		return;
	if (day < answer->first || day > answer->last || Has(&answer->exdates, day))
		return;
	if (answer->days == MAX_RESULTS)
	{
		fputs("judge: too many days\n", stderr);
		exit(2);
	}
	answer->day[answer->days++] = day;
}

/* Takes the days of a period that BYSETPOS chooses. */
static void
TakePeriod(Answer *answer, const Rule *rule, const DayKey *days, int count)
{
	for (int i = 0; i < count; i++)
		if (rule->set_position.count == 0 || HasOfBoth(&rule->set_position, i + 1, count))
			Take(answer, rule, days[i]);
}

/* Tells whether the walk can add nothing more to the answer. */
static bool
IsComplete(const Answer *answer, const Rule *rule, const Walk *walk)
{
	DayKey		day = KeyOf(&walk->day);

	return day > answer->last || (rule->until > 0 && day > rule->until && day > answer->dtstart) ||
		(rule->count > 0 && answer->counted == rule->count) || answer->days >= answer->limit;
}

/* Walks through the calendar, from two years before DTSTART because the weeks are numbered from the first whole year on. */
static void
WalkThrough(Answer *answer, const Rule *rule, const Day *start)
{
	Walk		walk = {.day = FirstOfYear(start->year - 2), .week_start = rule->week_start, .week_year = start->year - 3};
	DayKey		days[MAX_DAYS_OF_PERIOD];
	int			count = 0;
	long		period = PeriodOf(rule, &walk);
	long		first_period = -1;
	bool		started = false;

	for (;; Step(&walk))
	{
		if (PeriodOf(rule, &walk) != period)
		{
			if (started && (period - first_period) % rule->interval == 0)
				TakePeriod(answer, rule, days, count);
			if (IsComplete(answer, rule, &walk))
				return;
			count = 0;
			period = PeriodOf(rule, &walk);
		}
		if (KeyOf(&walk.day) == answer->dtstart)
		{
			started = true;
			first_period = period;
		}
		if (Passes(rule, &walk, start))
			days[count++] = KeyOf(&walk.day);
	}
}

/* Reads a day written as 2026-12-31. */
static DayKey
ReadDay(const char *text)
{
	int			year = 0;
	int			month = 0;
	int			day = 0;

	sscanf(text, "%d-%d-%d", &year, &month, &day);
	return year * 10000L + month * 100 + day;
}

/* Reads a list of days. */
static void
ReadDays(char *text, List *list)
{
	for (char *at = strtok(text, ","); at != NULL; at = strtok(NULL, ","))
		list->values[list->count++] = ReadDay(at);
}

/* Returns the number of a weekday. */
static int
ReadWeekday(const char *text)
{
	static const char names[] = "MOTUWETHFRSASU";

	for (int i = 0; i < 7; i++)
		if (strncmp(text, names + 2 * i, 2) == 0)
			return i;
	fprintf(stderr, "judge: no weekday: %s\n", text);
	exit(2);
}

/* Reads the weekdays of BYDAY with their ordinals. */
static void
ReadByDay(char *value, Rule *rule)
{
	for (char *at = value; at != NULL; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
	{
		char	   *weekday;

		rule->ordinal.values[rule->ordinal.count++] = strtol(at, &weekday, 10);
		rule->weekday.values[rule->weekday.count++] = ReadWeekday(weekday);
	}
}

/* Reads a list of numbers. */
static void
ReadNumbers(char *value, List *list)
{
	for (char *at = value; at != NULL; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		list->values[list->count++] = strtol(at, NULL, 10);
}

/* Reads a part of a rule. */
static void
ReadPart(const char *name, char *value, Rule *rule)
{
	struct
	{
		const char *name;
		List	   *list;
	}			lists[] = {
		{"BYMONTH", &rule->month}, {"BYWEEKNO", &rule->week}, {"BYYEARDAY", &rule->year_day},
		{"BYMONTHDAY", &rule->month_day}, {"BYSETPOS", &rule->set_position}
	};

	for (int i = 0; i < 5; i++)
		if (strcmp(name, lists[i].name) == 0)
			ReadNumbers(value, lists[i].list);
	if (strcmp(name, "FREQ") == 0)
		rule->frequency = value[0];
	if (strcmp(name, "INTERVAL") == 0)
		rule->interval = atol(value);
	if (strcmp(name, "COUNT") == 0)
		rule->count = atol(value);
	if (strcmp(name, "UNTIL") == 0)
		rule->until = atol(value);
	if (strcmp(name, "WKST") == 0)
		rule->week_start = ReadWeekday(value);
	if (strcmp(name, "BYDAY") == 0)
		ReadByDay(value, rule);
}

/* Reads a rule. */
static void
ReadRule(char *text, Rule *rule)
{
	memset(rule, 0, sizeof(Rule));
	rule->interval = 1;
	while (text != NULL)
	{
		char	   *value = strsep(&text, ";");
		char	   *name = strsep(&value, "=");

		ReadPart(name, value, rule);
	}
}

/* Compares two days for qsort. */
static int
CompareDays(const void *a, const void *b)
{
	DayKey		left = *(const DayKey *) a;
	DayKey		right = *(const DayKey *) b;

	return (left > right) - (left < right);
}

/* Adds the days of RDATE that are in the window and not excepted, and sorts. */
static void
AddDates(Answer *answer)
{
	for (int i = 0; i < answer->rdates.count; i++)
	{
		DayKey		day = answer->rdates.values[i];

		if (day >= answer->first && day <= answer->last && !Has(&answer->exdates, day))
			answer->day[answer->days++] = day;
	}
	qsort(answer->day, answer->days, sizeof(DayKey), CompareDays);
}

/* Writes the days, each once, up to the limit. */
static void
WriteAnswer(const Answer *answer)
{
	long		written = 0;

	for (long i = 0; i < answer->days && written < answer->limit; i++)
	{
		DayKey		day = answer->day[i];

		if (i > 0 && day == answer->day[i - 1])
			continue;
		printf("%s%04ld-%02ld-%02ld", written++ > 0 ? "," : "", day / 10000, day / 100 % 100, day % 100);
	}
	putchar('\n');
}

/* Expands one recurrence. */
static void
Expand(char **fields)
{
	static Answer answer;
	static Rule rule;
	Day			start;

	ReadRule(fields[0], &rule);
	answer.dtstart = ReadDay(fields[1]);
	answer.first = ReadDay(fields[2]);
	answer.last = ReadDay(fields[3]);
	answer.limit = *fields[4] ? atol(fields[4]) : MAX_RESULTS;
	answer.rdates.count = answer.exdates.count = 0;
	answer.counted = answer.days = 0;
	ReadDays(fields[5], &answer.rdates);
	ReadDays(fields[6], &answer.exdates);
	for (start = FirstOfYear((int) (answer.dtstart / 10000)); KeyOf(&start) != answer.dtstart;)
		start = After(start);
	WalkThrough(&answer, &rule, &start);
	AddDates(&answer);
	WriteAnswer(&answer);
}

/* Expands the recurrences of the standard input. */
int
main(void)
{
	static char line[1 << 20];

	while (fgets(line, sizeof(line), stdin))
	{
		char		none[] = "";
		char	   *fields[MAX_FIELDS] = {none, none, none, none, none, none, none};
		char	   *at = line;

		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < MAX_FIELDS && at != NULL; i++)
			fields[i] = strsep(&at, "\t");
		Expand(fields);
	}
	return 0;
}
