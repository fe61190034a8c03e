/*
 * random_rules.c
 *		Writes random recurrences for test/t/recurrence.pl: random_rules SEED FIRST NUMBER
 *
 * Rule number n of a seed is the same on every machine, whichever numbers are asked for. Each line has two recurrences with
 * the same days:
 *
 *		rule, dtstart, first and last day of the window, limit, days added, days taken away		for judge.c
 *		rule, dtstart															for the engine
 *
 * The engine's rule is the judge's in any case and order, with duplicates and all that RFC 5545 leaves open. Its dtstart
 * may be thousands of years earlier: by a multiple of INTERVAL and of the 400 years after which the calendar repeats itself.
 *
 * Every rule is valid, and edge cases are frequent: leap days, ends of months, week 53, large and negative numbers.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARTS	11
#define MAX_VALUES	400
#define VALUE_SIZE	24
#define LAST_YEAR	5874896

#define lengthof(array) ((int) (sizeof(array) / sizeof((array)[0])))

/* A part of a rule. */
typedef struct Part
{
	const char *name;
	int			count;
	char		values[MAX_VALUES][VALUE_SIZE];
} Part;

/* A rule, and what the choice of a window needs to know of it. */
typedef struct Rule
{
	int			frequency;		/* 0 daily … 3 yearly */
	int32_t		interval;
	bool		has_count;
	bool		has_until;
	int			part_count;
	Part		parts[MAX_PARTS];
} Rule;

/* A day as people write it. */
typedef struct Day
{
	int			year;
	int			month;
	int			day;
} Day;

static const char *const frequencies[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static uint64_t random_state;

/* Returns the next 64 random bits (splitmix64). */
static uint64_t
Random(void)
{
	uint64_t	bits = random_state += UINT64_C(0x9E3779B97F4A7C15);

	bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
	return bits ^ bits >> 31;
}

/* Returns a random number from low to high. */
static int
Between(int low, int high)
{
	return low + (int) (Random() % (uint64_t) (high - low + 1));
}

/* Is true so many times of a hundred. */
static bool
Chance(int percent)
{
	return Between(1, 100) <= percent;
}

/* Returns a random number from 1 to a maximum, or its negative so many times of a hundred. */
static int
Signed(int maximum, int negative)
{
	int			number = Between(1, maximum);

	return Chance(negative) ? -number : number;
}

/* Returns one of a list of numbers. */
#define OneOf(list) ((list)[Between(0, lengthof(list) - 1)])

/* Returns the length of a month. */
static int
MonthLength(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

/* Adds a part without values. */
static Part *
AddPart(Rule *rule, const char *name)
{
	Part	   *part = &rule->parts[rule->part_count++];

	part->name = name;
	part->count = 0;
	return part;
}

/* Adds a value to a part, unless it is there. */
static void
AddValue(Part *part, const char *value)
{
	for (int i = 0; i < part->count; i++)
		if (strcmp(part->values[i], value) == 0)
			return;
	strcpy(part->values[part->count++], value);
}

/* Adds a number to a part. */
static void
AddNumber(Part *part, long number)
{
	char		value[VALUE_SIZE];

	snprintf(value, sizeof(value), "%ld", number);
	AddValue(part, value);
}

/* Adds a part that is one number. */
static void
AddNumberPart(Rule *rule, const char *name, long number)
{
	AddNumber(AddPart(rule, name), number);
}

/* Adds random numbers to a part: edge cases, or any from 1 to a maximum, or their negatives. */
static void
AddNumbers(Part *part, const int *edges, int edge_count, int maximum, int how_many)
{
	while (how_many-- > 0)
	{
		if (Chance(50))
			AddNumber(part, edges[Between(0, edge_count - 1)]);
		else
			AddNumber(part, Signed(maximum, 35));
	}
}

/* Adds BYMONTH. */
static void
AddMonths(Rule *rule)
{
	Part	   *part = AddPart(rule, "BYMONTH");

	if (Chance(20))
	{
		AddNumber(part, 2);
		return;
	}
	for (int how_many = Between(1, Chance(20) ? 12 : 4); how_many > 0; how_many--)
		AddNumber(part, Between(1, 12));
}

/* Adds BYMONTHDAY. */
static void
AddMonthDays(Rule *rule)
{
	static const int edges[] = {1, 2, 7, 13, 28, 29, 30, 31, -1, -2, -28, -29, -30, -31};

	AddNumbers(AddPart(rule, "BYMONTHDAY"), edges, lengthof(edges), 31, Chance(10) ? 25 : Between(1, 6));
}

/* Adds BYYEARDAY. */
static void
AddYearDays(Rule *rule)
{
	static const int edges[] = {1, 7, 31, 32, 59, 60, 61, 100, 364, 365, 366, -1, -31, -306, -307, -364, -365, -366};

	AddNumbers(AddPart(rule, "BYYEARDAY"), edges, lengthof(edges), 366, Chance(15) ? 150 : Between(1, 8));
}

/* Adds BYWEEKNO. */
static void
AddWeeks(Rule *rule)
{
	static const int edges[] = {1, 2, 9, 10, 51, 52, 53, -1, -2, -52, -53};

	AddNumbers(AddPart(rule, "BYWEEKNO"), edges, lengthof(edges), 53, Chance(15) ? 30 : Between(1, 5));
}

/* Adds BYSETPOS. */
static void
AddSetPositions(Rule *rule)
{
	static const int edges[] = {1, 1, 1, 2, 2, 3, 4, -1, -1, -1, -2, -2, -3, -4, 366, -366};
	static const int most[] = {1, 7, 31, 100};

	AddNumbers(AddPart(rule, "BYSETPOS"), edges, lengthof(edges), Chance(60) ? 4 : most[rule->frequency],
			   Chance(10) ? 20 : Between(1, 3));
}

/* Adds BYDAY; ordinals up to a maximum, 0 for none. */
static void
AddWeekdays(Rule *rule, int maximum)
{
	static const int of_year[] = {1, 2, 9, 20, 51, 52, 53, -1, -2, -20, -52, -53};
	Part	   *part = AddPart(rule, "BYDAY");
	int			how_many = Chance(15) ? 15 : Between(1, 4);
	int			ordinals = maximum > 0 ? OneOf(((const int[]) {0, 50, 100})) : 0;

	if (ordinals == 0 && Chance(30))
	{
		for (int weekday = 0; weekday < 5; weekday++)
			AddValue(part, weekdays[weekday]);
		return;
	}
	while (how_many-- > 0)
	{
		char		value[VALUE_SIZE];
		int			ordinal = maximum <= 5 || Chance(50) ? Signed(5, 40) : OneOf(of_year);

		if (Chance(ordinals))
			snprintf(value, sizeof(value), "%d%s", ordinal, OneOf(weekdays));
		else
			snprintf(value, sizeof(value), "%s", OneOf(weekdays));
		AddValue(part, value);
	}
}

/* Adds the parts of a YEARLY rule. */
static void
AddPartsOfYear(Rule *rule)
{
	bool		months = Chance(45);
	bool		weeks = Chance(35);

	if (months)
		AddMonths(rule);
	if (weeks)
		AddWeeks(rule);
	if (Chance(25))
		AddYearDays(rule);
	if (months && Chance(35))
		AddMonthDays(rule);
	if (Chance(55))
		AddWeekdays(rule, weeks ? 0 : months ? 5 : 53);
}

/* Adds the parts that begin with BY. */
static void
AddByParts(Rule *rule)
{
	int			before = rule->part_count;

	if (rule->frequency == 3)
		AddPartsOfYear(rule);
	else
	{
		if (Chance(35))
			AddMonths(rule);
		if (rule->frequency != 1 && Chance(40))
			AddMonthDays(rule);
		if (Chance(60))
			AddWeekdays(rule, rule->frequency == 2 ? 5 : 0);
	}
	if (rule->part_count > before && Chance(rule->frequency == 0 ? 15 : 40))
		AddSetPositions(rule);
}

/* Chooses INTERVAL. */
static void
AddInterval(Rule *rule)
{
	static const int32_t large[] = {7, 12, 28, 30, 31, 32, 52, 99, 100, 365, 366, 400, 1000, 4800, 20871, 146097, 1000000, INT32_MAX};

	rule->interval = 1;
	if (Chance(45))
		rule->interval = Chance(70) ? Between(2, 5) : Chance(70) ? Between(6, 60) : OneOf(large);
	if (rule->interval > 1)
		AddNumberPart(rule, "INTERVAL", rule->interval);
}

/* Chooses a rule, without its end. */
static void
ChooseRule(Rule *rule)
{
	memset(rule, 0, sizeof(Rule));
	rule->frequency = Between(0, 9) < 4 ? Between(0, 2) : Chance(35) ? Between(1, 2) : 3;
	AddValue(AddPart(rule, "FREQ"), frequencies[rule->frequency]);
	AddInterval(rule);
	AddByParts(rule);
	if (Chance(rule->frequency == 1 || rule->frequency == 3 ? 60 : 15))
		AddValue(AddPart(rule, "WKST"), OneOf(weekdays));
}

/* Chooses the day that a recurrence starts on. */
static Day
ChooseStart(void)
{
	static const Day edges[] = {
		{2024, 2, 29}, {2096, 2, 29}, {1896, 2, 29}, {2000, 2, 29}, {2100, 2, 28}, {2100, 3, 1}, {2023, 2, 28}, {2024, 12, 31},
		{2023, 12, 31}, {2024, 1, 1}, {2020, 12, 28}, {2021, 1, 3}, {2021, 1, 4}, {2026, 12, 31}, {2027, 1, 1}, {2019, 12, 30},
		{2015, 12, 31}, {2016, 1, 2}, {2018, 12, 31}, {2017, 1, 1}, {1999, 12, 31}, {2000, 1, 1}, {2024, 1, 31}, {2024, 8, 31},
		{2024, 11, 30}, {1600, 2, 29}, {1, 1, 1}, {1, 1, 7}, {4, 2, 29}, {1970, 1, 1}
	};
	Day			day;

	if (Chance(30))
		return OneOf(edges);
	day.year = Chance(80) ? Between(1980, 2040) : Chance(70) ? Between(1880, 2420) : Between(1, LAST_YEAR - 400);
	day.month = Between(1, 12);
	day.day = Chance(20) ? MonthLength(day.year, day.month) : Between(1, MonthLength(day.year, day.month));
	return day;
}

/* Returns a random day of the years up to so many after a day. */
static Day
ChooseDay(Day from, int years)
{
	Day			day = {.year = from.year + Between(0, years)};

	day.month = Chance(25) ? from.month : Between(1, 12);
	day.day = Between(1, Chance(50) ? 28 : MonthLength(day.year, day.month));
	return day;
}

/* Returns in how many years so many periods come about, at least one. */
static int
YearsOfPeriods(const Rule *rule, int periods)
{
	static const int in_year[] = {365, 52, 12, 1};
	int64_t		years = (int64_t) rule->interval * periods / in_year[rule->frequency] + 1;

	return (int) (years < 300 ? years : 300);
}

/* Chooses COUNT, UNTIL or neither. */
static void
AddEnd(Rule *rule, Day start)
{
	char		value[VALUE_SIZE];
	Day			until;

	rule->has_count = Chance(30);
	rule->has_until = !rule->has_count && Chance(20) && start.year < 9900;
	if (rule->has_count)
		AddNumberPart(rule, "COUNT", Chance(70) ? Between(1, 60) : Chance(70) ? Between(61, 5000) : INT32_MAX - Between(0, 1));
	if (!rule->has_until)
		return;
	until = ChooseDay(start, YearsOfPeriods(rule, Between(1, 60)));
	snprintf(value, sizeof(value), "%04d%02d%02d", until.year, until.month, until.day);
	AddValue(AddPart(rule, "UNTIL"), value);
}

/* Chooses a window: from the start, later, a day, or one without days. */
static void
ChooseWindow(const Rule *rule, Day start, Day *first, Day *last)
{
	int			years = YearsOfPeriods(rule, Chance(20) ? 1 : Between(1, 60));

	*first = start;
	if (Chance(10))
		years = Between(100, 400);
	if (Chance(50))
		*first = ChooseDay(start, years);
	*last = ChooseDay(*first, years);
	if (last->year == first->year && Chance(90))
		last->year++;
	if (Chance(3))
		*last = *first;
	if (Chance(4))
		first->year -= first->year > 10 ? 5 : 0;
	if (Chance(1))
		*last = ChooseDay((Day) {start.year > 10 ? start.year - 5 : 1, 1, 1}, 2);
}

/* Returns the greatest common divisor. */
static int64_t
CommonDivisor(int64_t a, int64_t b)
{
	return b == 0 ? a : CommonDivisor(b, a % b);
}

/*
 * Returns by how many years a recurrence may start earlier without its days changing: it must stay the same day of the
 * calendar, and periods that INTERVAL selects must stay selected. 0 where there is no such number.
 */
static int64_t
ChooseYearsEarlier(const Rule *rule, Day first)
{
	static const int64_t in_400_years[] = {146097, 20871, 4800, 400};
	int64_t		steps = rule->interval / CommonDivisor(in_400_years[rule->frequency], rule->interval);
	int64_t		room = (LAST_YEAR - 400 - first.year) / (400 * steps);

	if (rule->has_count || rule->has_until || room < 1 || Chance(75))
		return 0;
	return 400 * steps * (Chance(50) ? Between(1, room < 13 ? (int) room : 13) : Between(1, (int) room));
}

/* Writes a day and a tab. */
static void
WriteDay(Day day, int64_t years_later)
{
	printf("%04d-%02d-%02d\t", (int) (day.year + years_later), day.month, day.day);
}

/* Writes a few days as a list, and what comes after it. */
static void
WriteDays(Day start, int64_t years_later, bool any, const char *after)
{
	for (int how_many = any ? Between(1, 30) : 0; how_many > 0; how_many--)
	{
		Day			day = ChooseDay(start, 2);

		printf("%04d-%02d-%02d%s", (int) (day.year + years_later), day.month, day.day, how_many > 1 ? "," : "");
	}
	fputs(after, stdout);
}

/* Writes a rule as it is. */
static void
WriteRule(const Rule *rule)
{
	for (int i = 0; i < rule->part_count; i++)
	{
		printf("%s%s=", i > 0 ? ";" : "", rule->parts[i].name);
		for (int k = 0; k < rule->parts[i].count; k++)
			printf("%s%s", k > 0 ? "," : "", rule->parts[i].values[k]);
	}
	putchar('\t');
}

/* Writes a word, its letters in any case. */
static void
WriteInAnyCase(const char *word, int lower)
{
	for (; *word; word++)
		putchar(Chance(lower) ? tolower((unsigned char) *word) : *word);
}

/* Writes a value of a list as RFC 5545 allows it, too: with a plus, with leading zeros. */
static void
WriteValue(const Part *part, const char *value, int lower)
{
	bool		with_sign = strncmp(part->name, "BY", 2) == 0 && strcmp(part->name, "BYMONTH") != 0;
	bool		number = isdigit((unsigned char) *value) && strcmp(part->name, "UNTIL") != 0;

	if (number && with_sign && Chance(15))
		putchar('+');
	if (number && Chance(10))
		fputs(Chance(50) ? "0" : "0000000000000000", stdout);
	WriteInAnyCase(value, lower);
	if (strcmp(part->name, "UNTIL") == 0 && Chance(25))
		WriteInAnyCase(Chance(50) ? "T000000Z" : "T235959", lower);
}

/* Writes the values of a part in any order, some of a list twice. */
static void
WriteValues(Part *part, int lower)
{
	bool		list = strncmp(part->name, "BY", 2) == 0;

	for (int left = part->count; left > 0; left--)
	{
		int			chosen = Between(0, left - 1);
		char		value[VALUE_SIZE];

		strcpy(value, part->values[chosen]);
		memmove(part->values[chosen], part->values[left - 1], VALUE_SIZE);
		WriteValue(part, value, lower);
		if (list && Chance(10))
		{
			putchar(',');
			WriteValue(part, value, lower);
		}
		if (left > 1)
			putchar(',');
	}
}

/* Adds parts that say what holds anyway. */
static void
AddNothings(Rule *rule)
{
	bool		week_start = false;

	for (int i = 0; i < rule->part_count; i++)
		week_start |= strcmp(rule->parts[i].name, "WKST") == 0;
	if (rule->interval == 1 && Chance(10))
		AddNumberPart(rule, "INTERVAL", 1);
	if (!week_start && Chance(10))
		AddValue(AddPart(rule, "WKST"), "MO");
}

/* Writes a rule in another way: parts in any order, letters in any case, duplicates, a prefix. */
static void
WriteScrambled(Rule *rule)
{
	int			lower = Chance(50) ? 0 : Chance(50) ? 100 : 50;

	AddNothings(rule);
	if (Chance(10))
		WriteInAnyCase("RRULE:", lower);
	for (int left = rule->part_count; left > 0; left--)
	{
		int			chosen = Chance(50) ? 0 : Between(0, left - 1);

		WriteInAnyCase(rule->parts[chosen].name, lower);
		putchar('=');
		WriteValues(&rule->parts[chosen], lower);
		memmove(&rule->parts[chosen], &rule->parts[chosen + 1], (left - 1 - chosen) * sizeof(Part));
		if (left > 1)
			putchar(';');
	}
	putchar('\t');
}

/* Writes one line. */
static void
WriteLine(void)
{
	static Rule rule;
	Day			start = ChooseStart();
	Day			first;
	Day			last;
	int64_t		years;

	ChooseRule(&rule);
	AddEnd(&rule, start);
	ChooseWindow(&rule, start, &first, &last);
	years = ChooseYearsEarlier(&rule, start);
	/* the window must not begin before the later of the two starts */
	if (years > 0)
	{
		first = start;
		last = ChooseDay(start, YearsOfPeriods(&rule, Between(1, 60)));
	}
	WriteRule(&rule);
	WriteDay(start, years);
	WriteDay(first, years);
	WriteDay(last, years);
	printf("%d\t", Chance(80) ? Between(1, 60) : Between(61, 3000));
	WriteDays(start, years, Chance(12), "\t");
	WriteDays(start, years, Chance(12), "\t");
	WriteScrambled(&rule);
	printf("%04d-%02d-%02d\n", start.year, start.month, start.day);
}

/* Writes the lines that were asked for. */
int
main(int argc, char **argv)
{
	uint64_t	seed;
	long		first;
	long		number;

	if (argc != 4)
	{
		fputs("usage: random_rules SEED FIRST NUMBER\n", stderr);
		return 2;
	}
	seed = strtoull(argv[1], NULL, 10);
	first = atol(argv[2]);
	number = atol(argv[3]);
	for (long i = first; i < first + number; i++)
	{
		random_state = seed;
		random_state = Random() + (uint64_t) i * UINT64_C(0xD1B54A32D192ED03);
		WriteLine();
	}
	return 0;
}
