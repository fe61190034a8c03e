/*
 * fuzz.c
 *		Holds what must be true of every recurrence against any bytes: a target for libFuzzer, which `make fuzz` builds and
 *		runs. With -DREPLAY it is a program that takes the files that it is given, so that a compiler without libFuzzer will do.
 *
 * The bytes are DTSTART, the first and the last day of the window (four each, as the machine has them), how many days are
 * added and taken away (one each), for each of these days how far it is from the one before (two), and the rule.
 * test/recurrence/seeds.pl writes them.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recurrence.h"

#define MAX_DATES	15
#define MAX_DAYS	40

/* How many days of a recurrence are looked at one by one: without COUNT, and with it, where each is counted from DTSTART. */
#define DAYS_APART	20
#define DAYS_APART_OF_COUNT 4

/* How often the iterator may be interrupted before the way is left: it looks at 1024 periods in between. */
#define PATIENCE	300
#define PATIENCE_OF_COUNT 8

/* The longest way from one day to the next without COUNT: all days of 400 years, and the ends. */
#define MAX_PERIODS	146100

#define CHECK(condition) \
	do \
	{ \
		if (!(condition)) \
		{ \
			fprintf(stderr, "fuzz.c:%d: does not hold: %s\n", __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

/* What the bytes say. */
typedef struct Input
{
	int32_t		dtstart;
	int32_t		first;
	int32_t		last;
	int			rdate_count;
	int			exdate_count;
	int32_t		rdates[MAX_DATES];
	int32_t		exdates[MAX_DATES];
	char	   *text;			/* the rule: not a byte more, so that reading beyond is noticed */
	size_t		length;
} Input;

/* The days of a window. */
typedef struct Days
{
	int			count;
	bool		complete;		/* these are all */
	bool		left;			/* it took too long */
	int32_t		days[MAX_DAYS];
} Days;

static RecurrenceIterator iterator;
static jmp_buf leave;
static int	patience;
static uint32_t loaded_before;	/* when the day before was found */

/* How much was replayed. */
static long rules;
static long all_days;

/* Checks that without COUNT the next day is not looked for without end. */
static void
CheckPeriods(void)
{
	CHECK(iterator.count_left >= 0 || iterator.loaded - loaded_before <= MAX_PERIODS);
}

/* Checks it, and leaves where it takes too long. */
static void
Interrupt(void)
{
	CheckPeriods();
	if (--patience == 0)
		longjmp(leave, 1);
}

/* Takes bytes from the input. */
static bool
TakeBytes(const uint8_t **data, size_t *size, void *to, size_t length)
{
	if (*size < length)
		return false;
	memcpy(to, *data, length);
	*data += length;
	*size -= length;
	return true;
}

/* Reads days that ascend from a day. */
static bool
ReadDates(const uint8_t **data, size_t *size, int32_t from, int32_t *dates, int count)
{
	int64_t		day = (int64_t) from - 30;

	for (int i = 0; i < count; i++)
	{
		uint16_t	gap;

		if (!TakeBytes(data, size, &gap, sizeof(gap)))
			return false;
		day += gap + 1;
		if (day < INT32_MIN || day > INT32_MAX)
			return false;
		dates[i] = (int32_t) day;
	}
	return true;
}

/* Reads the input; false where it is too short. */
static bool
ReadInput(const uint8_t *data, size_t size, Input *input)
{
	uint8_t		counts[2];

	if (!TakeBytes(&data, &size, &input->dtstart, 4) || !TakeBytes(&data, &size, &input->first, 4) ||
		!TakeBytes(&data, &size, &input->last, 4) || !TakeBytes(&data, &size, counts, 2))
		return false;
	if (input->dtstart < RECURRENCE_FIRST_DAY || input->dtstart > RECURRENCE_LAST_DAY)
		return false;
	input->rdate_count = counts[0] % (MAX_DATES + 1);
	input->exdate_count = counts[1] % (MAX_DATES + 1);
	if (!ReadDates(&data, &size, input->first, input->rdates, input->rdate_count) ||
		!ReadDates(&data, &size, input->first, input->exdates, input->exdate_count))
		return false;
	input->length = size;
	input->text = malloc(size);
	if (size > 0)
		memcpy(input->text, data, size);
	return true;
}

/* Checks that an error can be shown. */
static void
CheckError(const Input *input, const RecurrenceError *error)
{
	const char *end = memchr(error->message, '\0', sizeof(error->message));

	CHECK(end != NULL && end > error->message);
	for (const char *at = error->message; at < end; at++)
		CHECK(*at >= ' ' && *at <= '~');
	CHECK(error->position >= 1 && (size_t) error->position <= input->length + 1);
}

/* Starts the way through the days of a window. */
static void
Start(const Input *input, const Recurrence *rule, int32_t first, int32_t last)
{
	RecurrenceStart(&iterator, rule, input->dtstart, first, last);
	RecurrenceAddDates(&iterator, input->rdates, input->rdate_count, input->exdates, input->exdate_count);
	iterator.interrupt = Interrupt;
	patience = rule->count > 0 ? PATIENCE_OF_COUNT : PATIENCE;
	loaded_before = 0;
}

/* Finds the first days of a window. */
static void
FindDays(const Input *input, const Recurrence *rule, int32_t first, int32_t last, Days *days)
{
	int32_t		day;

	memset(days, 0, sizeof(Days));
	if (setjmp(leave))
	{
		days->left = true;
		return;
	}
	Start(input, rule, first, last);
	while (days->count < MAX_DAYS)
	{
		if (!RecurrenceNext(&iterator, &day))
		{
			CheckPeriods();
			days->complete = true;
			return;
		}
		CheckPeriods();
		loaded_before = iterator.loaded;
		days->days[days->count++] = day;
	}
}

/* Returns how many days the engine counts in a window, or -1 where it takes too long. */
static int64_t
CountDays(const Input *input, const Recurrence *rule)
{
	if (setjmp(leave))
		return -1;
	Start(input, rule, input->first, input->last);
	return RecurrenceCount(&iterator);
}

/* Tells whether a day is one of a list. */
static bool
IsOneOf(int32_t day, const int32_t *days, int count)
{
	for (int i = 0; i < count; i++)
		if (days[i] == day)
			return true;
	return false;
}

/* Checks that the days ascend, are in the window, and neither before the start nor after the end nor excepted. */
static void
CheckOrder(const Input *input, const Recurrence *rule, const Days *days)
{
	for (int i = 0; i < days->count; i++)
	{
		int32_t		day = days->days[i];

		CHECK(i == 0 || day > days->days[i - 1]);
		CHECK(day >= input->first && day <= input->last);
		CHECK(!IsOneOf(day, input->exdates, input->exdate_count));
		if (!IsOneOf(day, input->rdates, input->rdate_count))
			CHECK(day >= input->dtstart && day <= rule->until);
	}
	CHECK(rule->count == 0 || days->count <= (int64_t) rule->count + input->rdate_count);
}

/* Checks that days are the first of others. */
static void
CheckFirstOf(const Days *fewer, const Days *all, int from)
{
	for (int i = 0; i < fewer->count && from + i < all->count; i++)
		CHECK(fewer->days[i] == all->days[from + i]);
	if (fewer->complete && !all->left)
		CHECK(from + fewer->count >= all->count);
	if (all->complete && !fewer->left)
		CHECK(fewer->count == all->count - from);
}

/* Checks that a window of one day has the day, and one of the day before only what was found. */
static void
CheckDayApart(const Input *input, const Recurrence *rule, const Days *days, int i)
{
	Days		apart;
	int32_t		day = days->days[i];

	FindDays(input, rule, day, day, &apart);
	CHECK(apart.left || (apart.complete && apart.count == 1 && apart.days[0] == day));
	if (day == input->first)
		return;
	FindDays(input, rule, day - 1, day - 1, &apart);
	CHECK(apart.left || apart.count == (i > 0 && days->days[i - 1] == day - 1));
}

/* Checks that other windows have the same days. */
static void
CheckWindows(const Input *input, const Recurrence *rule, const Days *days)
{
	int			most = rule->count > 0 ? DAYS_APART_OF_COUNT : DAYS_APART;
	Days		rest;

	if (days->left)
		return;
	for (int i = 0; i < days->count && i < most; i++)
		CheckDayApart(input, rule, days, i);
	if (days->count > 0)
	{
		FindDays(input, rule, days->days[days->count / 2], input->last, &rest);
		CheckFirstOf(&rest, days, days->count / 2);
	}
}

/* Checks that counting agrees. */
static void
CheckCount(const Input *input, const Recurrence *rule, const Days *days)
{
	int64_t		count;

	if (!days->complete)
		return;
	count = CountDays(input, rule);
	CHECK(count == -1 || count == days->count);
}

/* Checks that the normal form is one, and has the same days. */
static void
CheckNormalForm(const Input *input, const Recurrence *rule, const Days *days)
{
	static char text[RECURRENCE_TEXT_SIZE];
	static char again[RECURRENCE_TEXT_SIZE];
	size_t		length = RecurrenceNormalForm(rule, text);
	Recurrence	normal;
	RecurrenceError error;
	Days		same;

	CHECK(length < sizeof(text) && text[length] == '\0' && strlen(text) == length);
	CHECK(RecurrenceParse(text, length, &normal, &error));
	CHECK(RecurrenceNormalForm(&normal, again) == length);
	CHECK(memcmp(text, again, length) == 0);
	CHECK(RecurrenceEnds(rule) == RecurrenceEnds(&normal));
	CHECK(RecurrenceWeekStartMatters(rule) == RecurrenceWeekStartMatters(&normal));
	FindDays(input, &normal, input->first, input->last, &same);
	CHECK(same.left == days->left && same.complete == days->complete && same.count == days->count);
	CHECK(memcmp(same.days, days->days, sizeof(same.days)) == 0);
}

/* Checks all that bytes can be checked for. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Input input;
	static Recurrence rule;
	static Days days;
	RecurrenceError error;

	if (!ReadInput(data, size, &input))
		return 0;
	if (RecurrenceParse(input.text, input.length, &rule, &error))
	{
		FindDays(&input, &rule, input.first, input.last, &days);
		CheckOrder(&input, &rule, &days);
		CheckWindows(&input, &rule, &days);
		CheckCount(&input, &rule, &days);
		CheckNormalForm(&input, &rule, &days);
		rules++;
		all_days += days.count;
	}
	else
		CheckError(&input, &error);
	free(input.text);
	return 0;
}

#ifdef REPLAY

/* Takes the files that it is given. */
int
main(int argc, char **argv)
{
	static uint8_t data[1 << 16];

	for (int i = 1; i < argc; i++)
	{
		FILE	   *file = fopen(argv[i], "rb");

		if (file == NULL)
		{
			perror(argv[i]);
			return 2;
		}
		LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), file));
		fclose(file);
	}
	printf("inputs=%d rules=%ld days=%ld\n", argc - 1, rules, all_days);
	return 0;
}

#endif
